//! A document becomes settings, or faults: a pure function of text and surroundings.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::hours::Hours;
use super::paths::Base;
use super::tree::{Faults, Field, Table, Wrong, nearest};
use super::{account, block, busy, defaults, hold, hours, notify, role, schema, session, value};
use crate::balance::schedule::SummarySettings;
use crate::config::settings::{Limits, Settings};
use crate::focus::policy::{Matcher, Policy, Role};

/// Everything in the document; none where anything was wrong, and then the faults say what.
pub(super) fn settings(top: &Table<'_>, base: &Base<'_>, faults: &mut Faults) -> Option<Settings> {
    let mut warnings = Vec::new();
    top.only(&[schema::TOP], faults);
    let tz = zone(top, base, faults, &mut warnings);
    let state_dir = state_dir(top, base, faults);
    let instance = top.parse("instance", faults, value::label, "a name like \"laptop\"").some().or(Some(None));
    let poll = top.parse("poll", faults, value::positive, value::DURATION).or(Some(defaults::POLL));
    let write = top.flag("write", faults).or(Some(true));
    let now = now(top, tz.as_ref(), faults).or(Some(None));
    let limits = limits(top, faults);
    let summary = summary(top, faults);
    let policy = policy(top, tz, faults, &mut warnings);
    let hooks = notify::read_all(top, base, faults);
    let accounts = account::read_all(top, base, faults, &mut warnings);
    let (accounts, hold_calendar) = accounts?;
    Some(Settings {
        file: base.file.to_owned(),
        state_dir: state_dir?,
        instance: instance?,
        poll: poll?,
        write: write?,
        now: now?,
        zone_of_system: if top.has("timezone") { None } else { base.env.timezone.clone() },
        policy: policy?,
        limits: limits?,
        summary: summary?,
        hooks: hooks?,
        accounts,
        hold_calendar,
        warnings,
    })
}

/// A section with its unknown keys reported.
pub(super) fn section<'a>(top: &Table<'a>, key: &str, keys: &[&[&str]], faults: &mut Faults) -> Field<Table<'a>> {
    let table = top.table(key, faults);
    if let Field::Given(table) = &table {
        table.only(keys, faults);
    }
    table
}

fn zone(top: &Table<'_>, base: &Base<'_>, faults: &mut Faults, warnings: &mut Vec<String>) -> Option<TimeZone> {
    match top.parse("timezone", faults, known_zone, "a zone like \"Europe/Berlin\"") {
        Field::Given(tz) => Some(tz),
        Field::Bad => None,
        Field::Absent => {
            let name = base.env.timezone.as_deref().unwrap_or("UTC");
            let tz = known_zone(name).unwrap_or(TimeZone::UTC);
            if matches!(tz.iana_name(), None | Some("UTC" | "Etc/UTC" | "Etc/UCT" | "Zulu" | "Etc/Universal")) {
                warnings.push(
                    "the system's time zone is UTC or can't be told: set timezone = \"Area/City\" in the config"
                        .to_owned(),
                );
            }
            Some(tz)
        }
    }
}

/// The zone of that IANA name.
pub(super) fn known_zone(name: &str) -> Result<TimeZone, Wrong> {
    let found = if name.is_empty() { None } else { jiff::tz::db().get(name).ok().filter(|tz| !tz.is_unknown()) };
    found.ok_or_else(|| {
        let names: Vec<String> = jiff::tz::db().available().map(|name| name.as_str().to_owned()).collect();
        // A city alone is what people try first.
        let city = |known: &&str| known.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(name));
        let meant = names.iter().map(String::as_str).find(city).or(nearest(name, names.iter().map(String::as_str)));
        Wrong { expected: "a zone like Europe/Berlin".to_owned(), meant: meant.map(str::to_owned) }
    })
}

fn state_dir(top: &Table<'_>, base: &Base<'_>, faults: &mut Faults) -> Option<std::path::PathBuf> {
    match top.parse("state_dir", faults, |text| base.resolve(text), "a folder") {
        Field::Given(path) => Some(path),
        Field::Bad => None,
        Field::Absent => {
            let dir = base.state_dir();
            if dir.is_none() {
                faults.missing(&top.place, "state_dir", "missing: there is no home folder to keep the state in");
            }
            dir
        }
    }
}

/// RFC 3339, or a local date and time in the config's zone.
fn now(top: &Table<'_>, tz: Option<&TimeZone>, faults: &mut Faults) -> Field<Option<Timestamp>> {
    let parser = |text: &str| {
        if let Ok(at) = text.parse::<Timestamp>() {
            return Ok(Some(at));
        }
        let wrong = || Wrong::from("a time like 2026-11-16T07:30:00+01:00 or 2026-11-16T07:30");
        let local: DateTime = text.parse().map_err(|_| wrong())?;
        match tz {
            Some(tz) => tz.to_timestamp(local).map(Some).map_err(|_| wrong()),
            None => Ok(None),
        }
    };
    top.parse("now", faults, parser, "a time")
}

fn limits(top: &Table<'_>, faults: &mut Faults) -> Option<Limits> {
    let default = defaults::LIMITS;
    let Some(table) = section(top, "limits", &[schema::LIMITS], faults).some().or(Some(None))? else {
        return Some(default);
    };
    let cycle = table.number("writes_per_cycle", faults, 1..=10_000).or(Some(default.writes_per_cycle as i64));
    let day = table.number("writes_per_day", faults, 1..=10_000).or(Some(default.writes_per_day as i64));
    Some(Limits { writes_per_cycle: cycle? as usize, writes_per_day: day? as usize })
}

fn summary(top: &Table<'_>, faults: &mut Faults) -> Option<SummarySettings> {
    let default = defaults::SUMMARY;
    let Some(table) = section(top, "summary", &[schema::SUMMARY], faults).some().or(Some(None))? else {
        return Some(default);
    };
    let at = table.parse("at", faults, value::weekly_moment, "a day and time like \"fri 16:00\"");
    let refresh = table.number("refresh", faults, 0..=1_000).or(Some(i64::from(default.refresh)));
    let (day, at) = at.or(Some((default.day, default.at)))?;
    Some(SummarySettings { day, at, length: default.length, refresh: refresh? as u32 })
}

fn policy(top: &Table<'_>, tz: Option<TimeZone>, faults: &mut Faults, warnings: &mut Vec<String>) -> Option<Policy> {
    let hours = hours::read(top, faults);
    let focus = focus(top, faults);
    let busy = busy::read(top, focus.as_ref().and_then(|focus| focus.own.clone()), faults);
    let style = match section(top, "hold", &[schema::HOLD], faults) {
        Field::Given(table) => hold::read(&table, Some(&defaults::style()), faults),
        Field::Absent => Some(defaults::style()),
        Field::Bad => None,
    };
    let session = focus.as_ref().map_or_else(session::Draft::defaults, |focus| focus.session);
    let inherited = role::Inherited { session, style: style.as_ref(), hours: hours.as_ref() };
    let roles = role::read_all(top, &inherited, faults, warnings);
    block::check(roles.as_deref().unwrap_or_default(), hours.as_ref(), faults, warnings);
    let roles: Vec<Role> = roles?.into_iter().map(|draft| draft.role).collect::<Option<_>>()?;
    if !roles.iter().any(|role| role.holds) {
        warnings.push("no role holds: nothing will be protected".to_owned());
    }
    let Hours { work, away } = hours?;
    let focus = focus?;
    let horizon = u8::try_from(focus.horizon?).ok()?;
    Some(Policy { tz: tz?, work, away, busy: busy?, session: focus.session.rules()?, horizon, roles })
}

/// `[focus]` as far as it could be read.
struct Focus {
    session: session::Draft,
    horizon: Option<i64>,
    own: Option<Vec<Matcher>>,
}

/// The user's own focus events where the config does not say.
pub(super) fn own_focus() -> Vec<Matcher> {
    let title = regex::Regex::new(defaults::OWN_FOCUS).ok();
    title.map(|title| Matcher { title: Some(title), attendees: None }).into_iter().collect()
}

fn focus(top: &Table<'_>, faults: &mut Faults) -> Option<Focus> {
    let horizon = i64::from(defaults::HORIZON);
    let Some(table) = section(top, "focus", &[schema::SESSION, schema::FOCUS], faults).some().or(Some(None))? else {
        return Some(Focus { session: session::Draft::defaults(), horizon: Some(horizon), own: Some(own_focus()) });
    };
    let session = session::Draft::defaults().with(&table, faults);
    let horizon = table.number("horizon", faults, 1..=defaults::HORIZON_MAX).or(Some(horizon));
    Some(Focus { session, horizon, own: role::matchers(&table, "own", faults).or(Some(own_focus())) })
}
