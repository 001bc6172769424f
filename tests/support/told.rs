//! How the world is told: spans, changes and events as short lines, and small edits of an event's text.

use jiff::{Timestamp, ToSpan as _};
use seawall::calendar::time::Span;
use seawall::calendar::week::{self, IsoWeek};
use seawall::cycle::outcome::{Attempt, Outcome};
use seawall::reconcile::key::{Kind, Marker};
use seawall::reconcile::{marker, own::OwnObject};

use super::policy::{minute_of_day, weekday};

/// The Monday of the world.
const MONDAY: jiff::civil::Date = jiff::civil::date(2026, 11, 16);

/// Changes as `create mon 9-12 Focus: …`, a line each, with `!` before those not applied.
pub(crate) fn changes(outcome: &Outcome) -> String {
    let line = |one: &Attempt| {
        let action = format!("{:?}", one.change.action).to_lowercase();
        let mark = if one.applied { "" } else { "!" };
        format!("{mark}{action} {} {}", shown(one.change.span()), one.change.title())
    };
    outcome.changes.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The same without titles and without what is about summaries.
pub(crate) fn hold_changes(outcome: &Outcome) -> String {
    let holds = outcome.changes.iter().filter(|one| one.change.key.kind == Kind::Hold);
    let line = |one: &Attempt| {
        let mark = if one.applied { "" } else { "!" };
        format!("{mark}{:?} {}", one.change.action, shown(one.change.span())).to_lowercase()
    };
    holds.map(line).collect::<Vec<_>>().join("; ")
}

/// The event at another time.
pub(crate) fn moved(text: &str, to: &str) -> String {
    let (day, time) = to.split_once(' ').unwrap();
    let (from, until) = time.split_once('-').unwrap();
    let stamp = |at: Timestamp| at.strftime("%Y%m%dT%H%M%SZ").to_string();
    let line = |line: &str| {
        if line.starts_with("DTSTART:") {
            format!("DTSTART:{}", stamp(instant(day, from)))
        } else if line.starts_with("DTEND:") {
            format!("DTEND:{}", stamp(instant(day, until)))
        } else {
            line.to_owned()
        }
    };
    text.split("\r\n").map(line).collect::<Vec<_>>().join("\r\n")
}

/// The event with a line more.
pub(crate) fn with_line(text: &str, line: &str) -> String {
    text.replace("END:VEVENT", &format!("{line}\r\nEND:VEVENT"))
}

/// The event without the lines of a property.
pub(crate) fn without(text: &str, property: &str) -> String {
    let mut out = String::new();
    let mut skipped = false;
    for line in text.split_inclusive("\r\n") {
        skipped = line.starts_with(property) || (skipped && line.starts_with(' '));
        if !skipped {
            out.push_str(line);
        }
    }
    out
}

/// `tue 9-12`, `mon+1 9:30-12`.
pub(crate) fn shown(span: Span) -> String {
    let tz = super::policy::zone("Europe/Berlin");
    let (start, end) = (tz.to_datetime(span.start), tz.to_datetime(span.end));
    let weeks = (start.date() - MONDAY).get_days().div_euclid(7);
    let week = if weeks == 0 { String::new() } else { format!("{weeks:+}") };
    let time = |at: jiff::civil::DateTime| match at.minute() {
        0 => at.hour().to_string(),
        minute => format!("{}:{minute:02}", at.hour()),
    };
    format!("{}{week} {}-{}", start.strftime("%a").to_string().to_lowercase(), time(start), time(end))
}

/// `tue`, `9:30`.
#[track_caller]
pub(crate) fn instant(day: &str, time: &str) -> Timestamp {
    week::instant(date(day), minute_of_day(time), &super::policy::zone("Europe/Berlin"))
}

#[track_caller]
pub(super) fn date(day: &str) -> jiff::civil::Date {
    let at = day.find(['+', '-']).unwrap_or(day.len());
    let weeks: i64 = if at < day.len() { day[at..].parse().unwrap() } else { 0 };
    MONDAY + (weeks * 7 + i64::from(weekday(&day[..at]).to_monday_zero_offset())).days()
}

/// The week of the world, plus some.
pub(crate) fn week_plus(weeks: i64) -> IsoWeek {
    "2026-W47".parse::<IsoWeek>().unwrap().plus(weeks)
}

pub(super) fn slug(title: &str) -> String {
    title.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect()
}

/// An own object as `mon 9-12 Focus: … busy`, with its calendar where that is not `work`.
pub(crate) fn line(object: &OwnObject) -> String {
    let place = match object.lies_in.calendar.as_str() {
        "work" => String::new(),
        other => format!(" in {other}"),
    };
    format!("{} {} {}{place}", shown(object.span), object.title, if object.busy { "busy" } else { "free" })
}

pub(super) fn marker_of(object: &OwnObject) -> Option<Marker> {
    object.marker.as_deref().and_then(marker::decode)
}
