//! The instances of a series, found by the `rrule` crate: another engine than the one under test.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::state::{Calendar, Stored};
use super::times::{self, When};

/// How far an endless series is followed where nobody says until when.
const AHEAD: SignedDuration = SignedDuration::from_hours(400 * 24);
const INSTANCES_MAX: u16 = 2_000;

/// From when until when; both ends open.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Window {
    pub(super) after: Option<Timestamp>,
    pub(super) before: Option<Timestamp>,
}

impl Window {
    /// Whether an event of that start and end lies in it in part.
    pub(super) fn holds(self, start: Timestamp, end: Timestamp) -> bool {
        self.after.is_none_or(|after| end > after) && self.before.is_none_or(|before| start < before)
    }
}

/// The instances of a series within a window, those that stand on their own left out.
pub(super) fn instances(series: &Stored, calendar: &Calendar, window: Window, now: Timestamp) -> Vec<Stored> {
    let zone = series.fields["start"]["timeZone"].as_str().unwrap_or(&calendar.zone).to_owned();
    let tz = times::named(&zone);
    let (Ok(start), Ok(end)) = (When::of(&series.fields["start"]), When::of(&series.fields["end"])) else {
        return Vec::new();
    };
    let window = Window { before: window.before.or(Some(now + AHEAD)), ..window };
    let mut found = Vec::new();
    for at in starts(series, start, &zone) {
        let until = end.shifted(start, at);
        let id = format!("{}_{}", series.text("id"), at.suffix());
        if !window.holds(at.instant(&tz), until.instant(&tz)) || calendar.events.contains_key(&id) {
            continue;
        }
        let mut fields = series.fields.clone();
        fields.remove("recurrence");
        fields.insert("id".to_owned(), json!(id));
        fields.insert("recurringEventId".to_owned(), json!(series.text("id")));
        fields.insert("start".to_owned(), at.value(&zone));
        fields.insert("end".to_owned(), until.value(&zone));
        fields.insert("originalStartTime".to_owned(), at.value(&zone));
        found.push(Stored { fields, version: series.version, made: series.made });
    }
    found
}

/// All starts of a series, as many as are looked at.
fn starts(series: &Stored, start: When, zone: &str) -> Vec<When> {
    let mut text = match start {
        When::Day(date) => format!("DTSTART:{}T000000Z", date.strftime("%Y%m%d")),
        When::At(at) => {
            let wall = at.to_zoned(times::named(zone));
            format!("DTSTART;TZID={zone}:{}", wall.strftime("%Y%m%dT%H%M%S"))
        }
    };
    for line in series.fields["recurrence"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        text.push('\n');
        text.push_str(&if matches!(start, When::Day(_)) { with_times(line, "T000000Z") } else { until_of_day(line) });
    }
    let set: rrule::RRuleSet = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
    let dates = set.all(INSTANCES_MAX).dates;
    let instants = dates.iter().map(|date| Timestamp::from_second(date.timestamp()).unwrap());
    instants
        .map(|at| match start {
            When::Day(_) => When::Day(at.to_zoned(jiff::tz::TimeZone::UTC).date()),
            When::At(_) => When::At(at),
        })
        .collect()
}

/// A line of days as one of midnights.
fn with_times(line: &str, time: &str) -> String {
    let days = regex::Regex::new(r"\b(\d{8})\b").unwrap();
    days.replace_all(&line.replace(";VALUE=DATE", ""), format!("${{1}}{time}")).into_owned()
}

/// `UNTIL` of a day means all of that day.
fn until_of_day(line: &str) -> String {
    let until = regex::Regex::new(r"UNTIL=(\d{8})(;|$)").unwrap();
    until.replace(line, "UNTIL=${1}T235959Z${2}").into_owned()
}
