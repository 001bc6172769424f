//! Reading calendars: what is taken, when, and how sure that is. One case for each rule.

mod doubts;
mod limits;
mod parts;
mod series;
mod times;
mod versions;

use crate::support::ics::{calendar, expanded, line, window, zone};

/// Four instances, each day at nine.
const DAILY: &str = "SUMMARY:x\nDTSTART;TZID=Europe/Berlin:20261116T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=4";

#[track_caller]
fn check_in(tz: &str, events: &str, between: &str, expected: &[&str]) {
    let tz = zone(tz);
    let ics = calendar(events);
    let found = expanded(&ics, window(between, &tz), &tz);
    let lines: Vec<String> = found.occurrences.iter().map(|(_, occurrence)| line(occurrence, &tz)).collect();
    assert_eq!(lines, expected, "\n{ics}\n{:?}", found.warnings);
}

#[track_caller]
fn check(events: &str, between: &str, expected: &[&str]) {
    check_in("Europe/Berlin", events, between, expected);
}
