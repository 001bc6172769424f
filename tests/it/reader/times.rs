//! When an event is: every way to write its start, its end and its zone.

use super::{check, check_in};
use crate::support::ics::{calendar, expanded, window, zone};

#[test]
fn a_single_event_in_every_way_to_write_its_time() {
    let week = "2026-11-16..2026-11-23";
    for start in [
        "DTSTART:20261116T080000Z",
        "DTSTART:20261116T090000",
        "DTSTART;TZID=Europe/Berlin:20261116T090000",
        "DTSTART;TZID=europe/berlin:20261116T090000",
        "DTSTART;TZID=\"Europe/Berlin\":20261116T090000",
        "DTSTART;TZID=/mozilla.org/20050126_1/Europe/Berlin:20261116T090000",
        "DTSTART;TZID=America/New_York:20261116T030000",
        "dtstart;tzid=Europe/Berlin:20261116t0900",
    ] {
        check(&format!("SUMMARY:x\n{start}\nDURATION:PT30M"), week, &["2026-11-16T09:00+01:00/30m x"]);
    }
}

#[test]
fn the_end_of_an_event_in_every_way_to_write_it() {
    let start = "SUMMARY:x\nDTSTART;TZID=Europe/Berlin:20261116T090000";
    for (end, expected) in [
        ("DTEND;TZID=Europe/Berlin:20261116T100000", "2026-11-16T09:00+01:00/1h x"),
        ("DTEND:20261116T090000Z", "2026-11-16T09:00+01:00/1h x"),
        ("DTEND;TZID=America/New_York:20261116T040000", "2026-11-16T09:00+01:00/1h x"),
        ("DURATION:PT1H", "2026-11-16T09:00+01:00/1h x"),
        ("DURATION:PT5H\nDTEND:20261116T090000Z", "2026-11-16T09:00+01:00/1h x"),
        ("DTEND:20261116T090000Z\nDURATION:PT5H", "2026-11-16T09:00+01:00/1h x"),
        ("", "2026-11-16T09:00+01:00/0m x"),
        ("DTEND;TZID=Europe/Berlin:20261116T090000", "2026-11-16T09:00+01:00/0m x"),
        ("DTEND;TZID=Europe/Berlin:20261116T080000", "2026-11-16T08:00+01:00/1h x (uncertain)"),
        ("DURATION:-PT1H", "2026-11-16T08:00+01:00/1h x (uncertain)"),
        ("DTEND:soon", "2026-11-16T09:00+01:00/1h x (uncertain)"),
        ("DURATION:long", "2026-11-16T09:00+01:00/1h x (uncertain)"),
        ("DTEND;VALUE=DATE:20261117", "2026-11-16T09:00+01:00/15h x (uncertain)"),
    ] {
        check(&format!("{start}\n{end}"), "2026-11-16..2026-11-23", &[expected]);
    }
}

#[test]
fn all_day_events_are_whole_local_days() {
    let start = "SUMMARY:x\nDTSTART;VALUE=DATE:20261116";
    for (end, expected) in [
        ("DTEND;VALUE=DATE:20261118", "2026-11-16/2d x"),
        ("", "2026-11-16/1d x"),
        ("DTEND;VALUE=DATE:20261116", "2026-11-16/0d x"),
        ("DTEND;VALUE=DATE:20261115", "2026-11-16/1d x (uncertain)"),
        ("DURATION:P2D", "2026-11-16/2d x"),
        ("DURATION:PT36H", "2026-11-16/2d x"),
        ("DTEND:20261117T120000", "2026-11-16/2d x (uncertain)"),
    ] {
        check(&format!("{start}\n{end}"), "2026-11-16..2026-11-23", &[expected]);
        check_in("America/New_York", &format!("{start}\n{end}"), "2026-11-16..2026-11-23", &[expected]);
    }
    check("SUMMARY:x\nDTSTART:20261116", "2026-11-16..2026-11-23", &["2026-11-16/1d x"]);
    // 25 hours in Berlin.
    let tz = zone("Europe/Berlin");
    let found = expanded(&calendar("DTSTART:20261025"), window("2026-10-25..2026-10-26", &tz), &tz);
    assert_eq!(found.occurrences[0].1.span.minutes(), 25 * 60);
}

#[test]
fn an_occurrence_is_in_the_window_if_it_shares_time_with_it() {
    let event = "SUMMARY:x\nDTSTART:20261116T090000\nDTEND:20261118T090000";
    check(event, "2026-11-18..2026-11-19", &["2026-11-16T09:00+01:00/48h x"]);
    check(event, "2026-11-19..2026-11-20", &[]);
    check(event, "2026-11-18T08:00:00Z..2026-11-18T09:00:00Z", &[]);
    check(event, "2026-11-16T07:00:00Z..2026-11-16T08:00:00Z", &[]);
    let instant = "SUMMARY:x\nDTSTART:20261116T090000";
    check(instant, "2026-11-16T08:00:00Z..2026-11-16T09:00:00Z", &["2026-11-16T09:00+01:00/0m x"]);
    check(instant, "2026-11-16T07:00:00Z..2026-11-16T08:00:00Z", &[]);
    let nightly = "SUMMARY:x\nDTSTART:20000101T220000\nDTEND:20000104T060000\nRRULE:FREQ=WEEKLY";
    check(nightly, "2026-11-17..2026-11-18", &["2026-11-14T22:00+01:00/56h x"]);
}

#[test]
fn a_start_that_the_clocks_skip_is_not_after_its_end() {
    let event = "SUMMARY:x\nDTSTART;TZID=Europe/Berlin:20260329T021500\nDTEND;TZID=Europe/Berlin:20260329T030000";
    check(event, "2026-03-29..2026-03-30", &["2026-03-29T03:15+02:00/45m x"]);
    check(&format!("{event}\nRRULE:FREQ=DAILY"), "2026-03-30..2026-03-31", &["2026-03-30T02:15+02:00/45m x"]);
}

#[test]
fn a_change_of_later_instances_holds_where_its_own_is_taken_out() {
    let events = "SUMMARY:x\nDTSTART:20261116T090000\nRRULE:FREQ=DAILY\nEXDATE:20261117T090000\n---
        SUMMARY:later\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261117T090000\nDTSTART:20261117T100000";
    check(events, "2026-11-16..2026-11-19", &["2026-11-16T09:00+01:00/0m x", "2026-11-18T10:00+01:00/0m later"]);
}

#[test]
fn floating_times_are_in_the_zone_of_the_user() {
    let event = "SUMMARY:x\nDTSTART:20261116T090000\nDURATION:PT1H";
    check_in("America/New_York", event, "2026-11-16..2026-11-17", &["2026-11-16T09:00-05:00/1h x"]);
    check(event, "2026-11-16..2026-11-17", &["2026-11-16T09:00+01:00/1h x"]);
}

#[test]
fn an_unknown_zone_is_read_in_the_zone_of_the_user_and_uncertain() {
    check(
        "SUMMARY:x\nDTSTART;TZID=Mars/Olympus:20261116T090000\nDTEND;TZID=Mars/Olympus:20261116T100000\nRRULE:FREQ=DAILY;COUNT=2",
        "2026-11-16..2026-11-23",
        &["2026-11-16T09:00+01:00/1h x (uncertain)", "2026-11-17T09:00+01:00/1h x (uncertain)"],
    );
    let tz = zone("Europe/Berlin");
    let ics = calendar("SUMMARY:x\nDTSTART;TZID=Mars/Olympus:20261116T090000");
    let found = expanded(&ics, window("2026-11-16..2026-11-23", &tz), &tz);
    let reason = found.occurrences[0].1.uncertain.as_deref().unwrap();
    assert_eq!(reason, "the time zone `Mars/Olympus` is unknown; read in yours");
}

#[test]
fn wall_time_stays_and_the_gap_and_the_overlap_are_read_by_the_rfc() {
    let daily = "SUMMARY:x\nDTSTART;TZID=Europe/Berlin:20200101T023000\nDURATION:PT30M\nRRULE:FREQ=DAILY";
    check(
        daily,
        "2026-03-28..2026-03-31",
        &["2026-03-28T02:30+01:00/30m x", "2026-03-29T03:30+02:00/30m x", "2026-03-30T02:30+02:00/30m x"],
    );
    check(
        daily,
        "2026-10-24..2026-10-27",
        &["2026-10-24T02:30+02:00/30m x", "2026-10-25T02:30+02:00/30m x", "2026-10-26T02:30+01:00/30m x"],
    );
    // The window begins after the skipped wall time and before the instant it stands for; and inside the second
    // of two equal hours.
    check(daily, "2026-03-29T01:15:00Z..2026-03-29T01:45:00Z", &["2026-03-29T03:30+02:00/30m x"]);
    let long = "SUMMARY:x\nDTSTART;TZID=Europe/Berlin:20200101T023000\nDURATION:PT1H\nRRULE:FREQ=DAILY";
    check(long, "2026-10-25T01:15:00Z..2026-10-25T01:30:00Z", &["2026-10-25T02:30+02:00/1h x"]);
    check_in(
        "America/New_York",
        "SUMMARY:x\nDTSTART;TZID=Europe/Berlin:20260310T150000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=4",
        "2026-03-16..2026-04-07",
        &["2026-03-17T10:00-04:00/1h x", "2026-03-24T10:00-04:00/1h x", "2026-03-31T09:00-04:00/1h x"],
    );
}

#[test]
fn durations_are_nominal_in_days_and_exact_in_hours() {
    let night = "SUMMARY:x\nDTSTART;TZID=Europe/Berlin:20260328T220000";
    check(&format!("{night}\nDURATION:P1D"), "2026-03-28..2026-03-29", &["2026-03-28T22:00+01:00/23h x"]);
    check(&format!("{night}\nDURATION:PT24H"), "2026-03-28..2026-03-29", &["2026-03-28T22:00+01:00/24h x"]);
    check(&format!("{night}\nDURATION:P1DT1H"), "2026-03-28..2026-03-29", &["2026-03-28T22:00+01:00/24h x"]);
}
