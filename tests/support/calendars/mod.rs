//! Random calendars as people keep them, for comparing readers: zones, rules, exceptions, changed instances, many of
//! them beside a change of daylight saving time. Seeded; the same seed gives the same calendar.

mod rules;
mod written;

use std::fmt::Write as _;

use fastrand::Rng;
use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime, Time, date};
use seawall::calendar::recurrence::{Budget, Rule, starts};
use seawall::calendar::time::Span;
use seawall::calendar::week::midnight;

use self::rules::rule;
use self::written::ends_line;
pub(crate) use self::written::{Ends, Form, When};
use super::ics::zone;

const ZONES: [&str; 14] = [
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/Havana",
    "Asia/Beirut",
    "Europe/London",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "Australia/Sydney",
    "Asia/Tokyo",
    "Pacific/Auckland",
    "America/St_Johns",
    "Etc/UTC",
];

/// Days around which clocks change somewhere.
const CHANGES: [Date; 9] = [
    date(2025, 3, 9),
    date(2025, 10, 5),
    date(2026, 3, 8),
    date(2026, 3, 29),
    date(2026, 4, 5),
    date(2026, 10, 4),
    date(2026, 10, 25),
    date(2026, 11, 1),
    date(2027, 3, 28),
];

const TITLES: [&str; 6] =
    ["Stand-up", "1:1 Ärzte\\, Räte", "Review\\; part 2", "Focus 🎯", "Dentist", "Team lunch: café"];

/// The length of each RDATE that has one of its own.
pub(crate) const PERIOD_MINUTES: i64 = 50;

/// One event with its changed instances, as far as the table of differences asks.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) uid: String,
    pub(crate) start: When,
    pub(crate) ends: Ends,
    pub(crate) sequence: u32,
    pub(crate) rule: Option<String>,
    pub(crate) recurs: bool,
    pub(crate) is_called_off: bool,
    /// The instances that EXDATE takes out.
    pub(crate) exceptions: Vec<When>,
    /// The starts of RDATEs with a length of their own.
    pub(crate) periods: Vec<When>,
    pub(crate) changes: Vec<Change>,
    pub(crate) text: String,
}

/// A changed instance.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) original: When,
    pub(crate) start: When,
    pub(crate) ends: Ends,
    pub(crate) sequence: u32,
    /// Whether it holds for all later instances.
    pub(crate) is_later_too: bool,
}

/// A calendar, what is asked of it, and in which zone its reader lives.
#[derive(Clone, Debug)]
pub(crate) struct Calendar {
    pub(crate) events: Vec<Event>,
    pub(crate) window: Span,
    pub(crate) home: &'static str,
}

fn pick<T: Copy>(rng: &mut Rng, from: &[T]) -> T {
    from[rng.usize(0..from.len())]
}

fn one_in(rng: &mut Rng, number: u32) -> bool {
    rng.u32(0..number) == 0
}

/// A time of the day: in office hours, or in the night when clocks change.
fn time(rng: &mut Rng) -> Time {
    let minutes = if one_in(rng, 4) { 15 * rng.i16(0..16) } else { 15 * rng.i16(28..92) };
    Time::new((minutes / 60) as i8, (minutes % 60) as i8, 0, 0).unwrap()
}

fn form(rng: &mut Rng) -> Form {
    match rng.u8(0..10) {
        0 | 1 => Form::Date,
        2 => Form::Floating,
        3 => Form::Utc,
        _ => Form::Zoned(pick(rng, &ZONES)),
    }
}

fn ends(rng: &mut Rng, start: When) -> Ends {
    let later = |span: jiff::Span| start.wall + span;
    if start.form == Form::Date {
        return match rng.u8(0..6) {
            0 => Ends::Missing,
            1 => Ends::After(rng.i64(1..4), 0),
            _ => Ends::At(Form::Date, later(pick(rng, &[1, 1, 1, 2, 5, 14]).days())),
        };
    }
    let minutes = pick(rng, &[15, 25, 30, 30, 45, 60, 60, 90, 120, 240, 480]);
    match rng.u8(0..20) {
        0 => Ends::Missing,
        1..5 => Ends::After(0, minutes),
        5 => Ends::After(pick(rng, &[1, 2, 7]), 0),
        6 => Ends::After(1, minutes),
        7 => Ends::After(0, 1440),
        8 => Ends::At(start.form, later(rng.i64(1..4).days())),
        9 if matches!(start.form, Form::Zoned(_)) => {
            let end = start.at(later((minutes + 60).minutes())).written_as(Form::Zoned(pick(rng, &ZONES)));
            Ends::At(end.form, end.wall)
        }
        _ => Ends::At(start.form, later(minutes.minutes())),
    }
}

/// COUNT, UNTIL of the type that DTSTART asks for, or nothing.
fn limit(rng: &mut Rng, start: When, window: (Date, Date)) -> String {
    let last = window.0 + rng.i64(-10..60).days();
    match rng.u8(0..4) {
        0 => format!(";COUNT={}", if rng.bool() { rng.u32(1..20) } else { rng.u32(20..400) }),
        1 if start.wall.date() < last => {
            let time = if rng.bool() { start.wall.time() } else { Time::constant(23, 59, 59, 0) };
            format!(";UNTIL={}", start.at(last.to_datetime(time)).written_as(Form::Utc).value())
        }
        _ => String::new(),
    }
}

/// The wall times that a rule makes around the window, for exceptions and changes.
fn around(start: When, rule: &str, window: (Date, Date)) -> Vec<DateTime> {
    let rule = Rule::parse(rule).unwrap();
    let (from, to) = (window.0 - 60.days(), window.1 + 60.days());
    let range = from.to_datetime(Time::midnight())..to.to_datetime(Time::midnight());
    starts(&rule, start.wall.into(), None, range, &mut Budget::of_rule()).unwrap_or_default()
}

/// RDATE: times of the same type, sometimes in UTC or as periods.
fn dates(rng: &mut Rng, event: &mut Event, window: (Date, Date)) -> String {
    let start = event.start;
    let mut values: Vec<When> = (0..rng.usize(1..4))
        .map(|_| {
            let time = if start.form == Form::Date || rng.bool() { start.wall.time() } else { time(rng) };
            start.at((window.0 + rng.i64(-5..50).days()).to_datetime(time))
        })
        .collect();
    if one_in(rng, 5) {
        values = values.into_iter().map(|value| value.written_as(Form::Utc)).collect();
    }
    let parameter = values[0].parameter();
    let list = |rest: &str| values.iter().map(|value| value.value() + rest).collect::<Vec<_>>().join(",");
    if start.form != Form::Date && one_in(rng, 3) {
        let line = format!("RDATE;VALUE=PERIOD{parameter}:{}", list(&format!("/PT{PERIOD_MINUTES}M")));
        event.periods = values;
        return line;
    }
    format!("RDATE{parameter}:{}", list(""))
}

/// EXDATE: instances, and at times one that is none; as a list or in lines of their own, at times in UTC.
fn exceptions(
    rng: &mut Rng,
    start: When,
    instances: &[DateTime],
    as_dates: bool,
    lines: &mut Vec<String>,
) -> Vec<When> {
    let mut values: Vec<When> = (0..rng.usize(1..5))
        .map(|_| start.at(pick(rng, instances)))
        .chain([start.at(instances[0] + 1.day())])
        .collect();
    if !one_in(rng, 10) {
        values.pop();
    }
    if as_dates {
        values = values.into_iter().map(When::as_date).collect();
    } else if one_in(rng, 4) {
        values = values.into_iter().map(|value| value.written_as(Form::Utc)).collect();
    }
    if rng.bool() {
        let list: Vec<String> = values.iter().map(|value| value.value()).collect();
        lines.push(format!("EXDATE{}:{}", values[0].parameter(), list.join(",")));
    } else {
        lines.extend(values.iter().map(|value| value.line("EXDATE")));
    }
    values
}

/// A changed instance: retitled, moved by hours or days, into another zone, longer or called off.
fn change(rng: &mut Rng, event: &Event, original: DateTime, sequence: u32) -> (String, Change) {
    let original = event.start.at(original);
    let id = match rng.u8(0..8) {
        0 => original.written_as(Form::Utc),
        1 if matches!(original.form, Form::Zoned(_)) => original.written_as(Form::Zoned(pick(rng, &ZONES))),
        _ => original,
    };
    let is_date = original.form == Form::Date;
    let start = match rng.u8(0..8) {
        0..3 => original,
        3 | 4 if !is_date => original.at(original.wall + (15 * rng.i64(-20..20)).minutes()),
        5 if !is_date => original.written_as(Form::Zoned(pick(rng, &ZONES))),
        6 => original.at(original.wall + rng.i64(-70..70).days()),
        _ => original.at(original.wall + rng.i64(-6..7).days()),
    };
    let ends = ends(rng, start);
    let is_later_too = start.form == original.form && one_in(rng, 8);
    let name = if is_later_too { "RECURRENCE-ID;RANGE=THISANDFUTURE" } else { "RECURRENCE-ID" };
    let mut lines = vec![
        format!("UID:{}", event.uid),
        id.line(name),
        format!("SUMMARY:{} (changed)", pick(rng, &TITLES)),
        start.line("DTSTART"),
        format!("SEQUENCE:{sequence}"),
    ];
    lines.extend(ends_line(ends));
    if one_in(rng, 5) {
        lines.push("STATUS:CANCELLED".to_owned());
    }
    (component(&lines), Change { original, start, ends, sequence, is_later_too })
}

fn component(lines: &[String]) -> String {
    let mut out = "BEGIN:VEVENT\r\nDTSTAMP:20250101T000000Z\r\n".to_owned();
    for line in lines {
        // Folded at 75 octets, and never inside a character.
        let mut width = 0;
        for character in line.chars() {
            if width + character.len_utf8() > 75 {
                out.push_str("\r\n ");
                width = 1;
            }
            out.push(character);
            width += character.len_utf8();
        }
        out.push_str("\r\n");
    }
    out.push_str("END:VEVENT\r\n");
    out
}

fn event(rng: &mut Rng, uid: String, window: (Date, Date)) -> Event {
    let recurs = !one_in(rng, 4);
    let back = if recurs { pick(rng, &[0, 30, 200, 700, 2200]) } else { 0 };
    let mut day = window.0 + (rng.i64(-5..40) - rng.i64(0..=back)).days();
    let mut made = None;
    if recurs && !one_in(rng, 12) {
        let (rule, first) = rule(rng, day);
        (made, day) = (Some(rule), first);
    }
    let form = form(rng);
    let start = When { form, wall: day.to_datetime(if form == Form::Date { Time::midnight() } else { time(rng) }) };
    let ends = ends(rng, start);
    let rule = made.map(|rule| rule + &limit(rng, start, window));
    let sequence = rng.u32(0..3);
    let mut lines = vec![format!("UID:{uid}"), format!("SUMMARY:{}", pick(rng, &TITLES)), start.line("DTSTART")];
    lines.push(format!("SEQUENCE:{sequence}"));
    lines.extend(ends_line(ends));
    lines.extend(rule.iter().map(|rule| format!("RRULE:{rule}")));
    let mut event = Event {
        uid,
        start,
        ends,
        sequence,
        rule,
        recurs,
        is_called_off: false,
        exceptions: vec![],
        periods: vec![],
        changes: vec![],
        text: String::new(),
    };
    if recurs && (event.rule.is_none() || one_in(rng, 8)) {
        lines.push(dates(rng, &mut event, window));
    }
    let instances = event.rule.as_deref().map_or(vec![], |rule| around(start, rule, window));
    let is_changed = !instances.is_empty() && one_in(rng, 3);
    if !instances.is_empty() && one_in(rng, 3) {
        let as_dates = !is_changed && one_in(rng, 16);
        event.exceptions = exceptions(rng, start, &instances, as_dates, &mut lines);
    }
    let mut texts = vec![];
    if is_changed {
        let mut changed: Vec<DateTime> = (0..rng.usize(1..4)).map(|_| pick(rng, &instances)).collect();
        changed.sort_unstable();
        changed.dedup();
        for original in changed {
            let sequence = sequence + rng.u32(0..2);
            let (text, change) = change(rng, &event, original, sequence);
            event.changes.push(change);
            texts.push(text);
        }
    }
    event.is_called_off = one_in(rng, 25) && !event.changes.iter().any(|change| change.is_later_too);
    if event.is_called_off {
        lines.push("STATUS:CANCELLED".to_owned());
    }
    if !texts.is_empty() && one_in(rng, 30) {
        // Invited to some instances only: the series is not there.
        event.text = texts.concat();
        return event;
    }
    let place = if one_in(rng, 4) { 0 } else { texts.len() };
    texts.insert(place.min(texts.len()), component(&lines));
    event.text = texts.concat();
    event
}

/// A calendar of so many events and three to six weeks of it.
pub(crate) fn calendar(seed: u64, events: usize) -> Calendar {
    let mut rng = Rng::with_seed(seed);
    let first = if one_in(&mut rng, 3) {
        date(2025, 1, 1) + rng.i64(0..900).days()
    } else {
        pick(&mut rng, &CHANGES) - rng.i64(1..20).days()
    };
    let days = (first, first + rng.i64(21..=42).days());
    let home = pick(&mut rng, &ZONES);
    let tz = zone(home);
    let window = Span::new(midnight(days.0, &tz), midnight(days.1, &tz));
    let events = (0..events).map(|number| event(&mut rng, format!("{seed}-{number}"), days)).collect();
    Calendar { events, window, home }
}

impl Calendar {
    /// As a file.
    pub(crate) fn text(&self) -> String {
        let mut out = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n".to_owned();
        for event in &self.events {
            write!(out, "{}", event.text).unwrap();
        }
        out.push_str("END:VCALENDAR\r\n");
        out
    }
}
