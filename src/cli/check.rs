//! `check`: the config, every account and calendar, and what would keep seawall from doing its work.

use jiff::SignedDuration;

use super::args::Cli;
use super::fail::{DONE, Done, FAILED, Fail, LOGIN};
use super::out;
use super::shell::Shell;
use crate::config::settings::{Account, CalendarUse, Settings, Source};
use crate::cycle::canary;
use crate::cycle::outcome::Outcome;
use crate::cycle::run::Mode;
use crate::cycle::warning::About;
use crate::cycle::write::set_strikes;
use crate::focus::policy::Defence;
use crate::provider::{CalendarInfo, ErrorKind, Known, Provider};
use crate::report::clean;
use crate::store::{Store, StoreError};

/// What was found: plain words, of which many come from a server, and how many of them are faults.
#[derive(Debug, Default)]
struct Findings {
    faults: usize,
    /// How many of them only a login mends.
    logins: usize,
    /// What was said of calendars that could not be read; the cycle would say it again.
    unread: Vec<String>,
}

impl Findings {
    fn good(text: &str) -> Result<(), Fail> {
        Ok(out::print(&format!("  ok    {}", clean(text)))?)
    }

    fn note(text: &str) -> Result<(), Fail> {
        Ok(out::print(&format!("  note  {}", clean(text)))?)
    }

    fn fault(&mut self, text: &str) -> Result<(), Fail> {
        self.faults += 1;
        Ok(out::print(&format!("  FAULT {}", clean(text)))?)
    }

    /// The config names a calendar that is not among those that were found.
    fn no_calendar(&mut self, name: &str, found: &[CalendarInfo]) -> Result<(), Fail> {
        let mut names: Vec<&str> = found.iter().map(|info| info.name.as_str()).collect();
        names.sort_unstable();
        let there =
            if names.is_empty() { "no other either".to_owned() } else { format!("there are: {}", names.join(", ")) };
        self.fault(&format!("there is no calendar {name}; {there}"))
    }
}

/// Checks everything, and the hold calendar by writing where `write_test` says so.
pub(super) async fn check(cli: &Cli, write_test: bool) -> Done {
    let shell = Shell::open(cli)?;
    let mut findings = Findings::default();
    out::print(&format!("Config {}", shell.settings.file.display()))?;
    let zone = shell.tz().iana_name().unwrap_or("?");
    let local = shell.now().to_zoned(shell.tz().clone()).strftime("%a %d %b %Y %H:%M").to_string();
    Findings::good(&format!("time zone {zone}: it is {local}"))?;
    let is_state_well = state(&shell.settings, &mut findings)?;
    // Series without end are read to the end of what is planned, as a cycle does.
    let horizon = SignedDuration::from_hours(24 * 7 * i64::from(shell.settings.policy.horizon));
    let known = Known { window: (shell.now(), shell.now() + horizon), ..Known::nothing() };
    for (account, provider) in shell.settings.accounts.iter().zip(shell.accounts().await) {
        out::print(&format!("Account {}", account.name))?;
        match provider.describe().await {
            Ok(lines) => lines.iter().try_for_each(|line| Findings::note(line))?,
            Err(error) => {
                findings.logins += usize::from(error.kind == ErrorKind::Login);
                findings.fault(&error.to_string())?;
                findings.unread.push(error.to_string());
                continue;
            }
        }
        match provider.calendars().await {
            Ok(calendars) => calendars_of(account, provider, &calendars, &known, &mut findings).await?,
            Err(error) => {
                findings.logins += usize::from(error.kind == ErrorKind::Login);
                findings.fault(&error.to_string())?;
                findings.unread.push(error.to_string());
            }
        }
    }
    out::print("Calendars as seawall reads them")?;
    // Without a state that can be used it is looked as for the first time.
    let outcome = if is_state_well {
        shell.look(None).await?
    } else {
        shell.cycle(&Store::in_memory()?, Mode::Look, None).await?
    };
    judged(&shell.settings, &outcome, &mut findings)?;
    let home = shell.settings.hold_calendar.as_ref();
    if write_test && home.is_some_and(|home| outcome.logins.contains(&home.account)) {
        Findings::note("the write test waits for that login")?;
    } else if write_test && !is_state_well {
        Findings::note("the write test waits for the state")?;
    } else if write_test {
        trial(&shell, &mut findings).await?;
    }
    if findings.faults == 0 {
        out::print("Everything is in order.")?;
        return Ok(DONE);
    }
    out::print(&if findings.faults == 1 { "1 fault.".to_owned() } else { format!("{} faults.", findings.faults) })?;
    Ok(if findings.faults == findings.logins { LOGIN } else { FAILED })
}

/// Whether what is remembered can be read and written.
fn state(settings: &Settings, findings: &mut Findings) -> Result<bool, Fail> {
    let dir = &settings.state_dir;
    let fault = Store::check(dir).err();
    match &fault {
        None => Findings::good(&format!("state in {}", dir.display()))?,
        Some(error) => findings.fault(&format!("the state in {}: {error}", dir.display()))?,
    }
    if fault.as_ref().is_some_and(StoreError::is_lost) {
        Findings::note(
            "that database is corrupt or has nothing in it, and what it remembered is lost: the next `sync` or `run` begins \
             with a new one and says what that means; if you have a backup, put it in the place of that file before",
        )?;
    }
    Ok(fault.is_none())
}

async fn calendars_of(
    account: &Account,
    provider: &impl Provider,
    found: &[CalendarInfo],
    known: &Known,
    findings: &mut Findings,
) -> Result<(), Fail> {
    let mut shown_as: Vec<String> = Vec::new();
    for wanted in &account.calendars {
        let name = &wanted.id.calendar;
        let info = match found.iter().find(|info| info.name == *name) {
            Some(info) => Ok(Some(info.clone())),
            None => provider.also_called(name).await,
        };
        let info = match info {
            Ok(Some(info)) => info,
            Ok(None) => {
                findings.no_calendar(name, found)?;
                continue;
            }
            // It does not name what there is, for it is logged too.
            Err(error) if error.kind == ErrorKind::NotFound && !found.iter().any(|info| is_shown_as(info, name)) => {
                findings.no_calendar(name, found)?;
                findings.unread.push(error.to_string());
                continue;
            }
            Err(error) => {
                findings.logins += usize::from(error.kind == ErrorKind::Login);
                findings.fault(&error.to_string())?;
                findings.unread.push(error.to_string());
                continue;
            }
        };
        if shown_as.contains(&info.name) {
            Findings::note(&format!("{name} is named twice, and it is one calendar: leave one of the names out"))?;
        }
        shown_as.push(info.name.clone());
        let shown = info.display_name.as_deref().filter(|shown| shown != name).map(|shown| format!(" ({shown})"));
        let rights = if info.writable { "can be written" } else { "read-only" };
        let used = used_as(wanted);
        let whose = if info.owned == Some(false) { ", not your own" } else { "" };
        let line = format!("{name}{}: {used}, {rights}{whose}", shown.unwrap_or_default());
        if wanted.hold && !info.writable {
            findings.fault(&format!(
                "{line}: holds can't be written there; ask its owner for the right to change events, or let another \
                 calendar hold"
            ))?;
            continue;
        }
        if wanted.hold && info.transparent == Some(true) {
            Findings::note(&format!(
                "{name} is left out of what others are told of your time: holds there defend nothing against them"
            ))?;
        }
        let unread = match provider.read(name, known).await {
            Ok(reading) => reading.incomplete,
            Err(error) => {
                findings.logins += usize::from(error.kind == ErrorKind::Login);
                Some(error.to_string())
            }
        };
        match unread {
            None => Findings::good(&line)?,
            Some(reason) => {
                findings.fault(&format!("{line}, but not read to the end: {reason}"))?;
                findings.unread.push(reason);
            }
        }
    }
    for info in found.iter().filter(|info| !shown_as.contains(&info.name)) {
        Findings::note(&format!("{} is not in the config, so it is not read", info.name))?;
    }
    Ok(())
}

/// The word of the config for it.
fn used_as(calendar: &CalendarUse) -> &'static str {
    match (calendar.read, calendar.hold) {
        (true, true) => "read+hold",
        (true, false) => "read",
        (false, true) => "hold",
        (false, false) => "none",
    }
}

fn is_shown_as(info: &CalendarInfo, name: &str) -> bool {
    info.display_name.as_deref().is_some_and(|shown| shown.trim() == name.trim())
}

fn judged(settings: &Settings, outcome: &Outcome, findings: &mut Findings) -> Result<(), Fail> {
    Findings::good(&format!("{} occurrences from {} on", outcome.judged.len(), first_day(outcome)))?;
    let strangers = outcome
        .judged
        .iter()
        .filter(|one| one.busy_meeting() && one.people.my_answer.is_none() && !one.people.organised_by_me);
    let strangers = strangers.count();
    if strangers > 0 {
        Findings::note(&format!("{strangers} meetings do not name you among the attendees: they count as accepted"))?;
    }
    let strict = settings.policy.roles.iter().any(|role| {
        role.style.defence == Some(Defence::Strict)
            || role.blocks.iter().any(|block| block.style.defence == Some(Defence::Strict))
    });
    let at_google = |account: &&Account| matches!(account.source, Source::Google { .. });
    let home = settings.hold_calendar.as_ref().map(|id| &id.account);
    if strict && !settings.accounts.iter().filter(at_google).any(|account| Some(&account.name) == home) {
        Findings::note(
            "defence = \"strict\" is the same as \"firm\" on this calendar: only Google Workspace declines for you",
        )?;
    }
    if !settings.write {
        Findings::note("write = false: seawall looks and reports, and writes nothing")?;
    } else if let Some(halted) = &outcome.halted {
        // Where the reason was told as a fault, this is what follows from it and not one more.
        if findings.unread.is_empty() || !halted.contains("was not read to the end") {
            findings.fault(halted)?;
        } else {
            Findings::note(halted)?;
        }
    }
    let is_locked_out = |warning: &str| {
        let mut accounts = outcome.logins.iter().filter(|_| findings.logins > 0);
        accounts.any(|account| warning.strip_prefix(account.as_str()).is_some_and(|rest| rest.starts_with(": ")))
    };
    let warnings: Vec<_> = outcome.warnings.iter().filter(|warning| !is_locked_out(&warning.text)).collect();
    for warning in warnings {
        let text = warning.text.as_str();
        // What a config does not name any more would stay behind for ever if nobody said so.
        if warning.about == About::Unnamed {
            findings.fault(text)?;
        } else if !findings.unread.iter().any(|reason| text.contains(reason)) {
            Findings::note(text)?;
        }
    }
    Ok(())
}

fn first_day(outcome: &Outcome) -> String {
    let first = outcome.judged.first().map_or(outcome.now, |one| one.occurrence.span.start);
    first.to_zoned(outcome.tz.clone()).strftime("%d %b %Y").to_string()
}

async fn trial(shell: &Shell, findings: &mut Findings) -> Result<(), Fail> {
    let Some(home) = &shell.settings.hold_calendar else {
        findings.fault("no calendar holds, so there is none to test")?;
        return Ok(());
    };
    out::print(&format!("Write test in {home}"))?;
    let _locks = shell.lock().await?;
    let store = shell.store()?;
    let accounts = shell.accounts().await;
    let index = shell.settings.accounts.iter().position(|account| account.name == home.account);
    let Some(provider) = index.and_then(|index| accounts.get(index)) else { return Ok(()) };
    let trials = canary::test(provider, home, &shell.instance, shell.now()).await;
    for trial in &trials {
        match &trial.fault {
            None => Findings::good(trial.rule)?,
            Some(fault) if trial.is_guard => Findings::note(&format!(
                "not so: {} ({fault}); seawall looks before each write and reads back after it",
                trial.rule
            ))?,
            Some(fault) => findings.fault(&format!("{}: {fault}", trial.rule))?,
        }
    }
    if trials.iter().all(|trial| trial.is_guard || trial.fault.is_none()) {
        set_strikes(&store, home, 0)?;
        store.set_meta(&canary::guards_key(home), Some(&canary::guards(&trials)))?;
    }
    Ok(())
}
