//! What calendars say twice, against themselves or in a zone that nobody knows.

use seawall::calendar::event::Transparency;
use seawall::calendar::ical::read;

use super::check;
use crate::support::ics::calendar;

#[test]
fn a_time_of_day_counts_even_where_it_is_called_a_date() {
    let timed = "SUMMARY:x\nDTSTART;VALUE=DATE:20261116T100000Z\nDTEND;VALUE=DATE:20261116T110000Z";
    check(timed, "2026-11-16..2026-11-17", &["2026-11-16T11:00+01:00/1h x"]);
    let midnights = "SUMMARY:x\nDTSTART;VALUE=DATE:20261116T000000\nDTEND;VALUE=DATE:20261117T000000";
    check(midnights, "2026-11-16..2026-11-18", &["2026-11-16/1d x"]);
}

#[test]
fn an_unknown_zone_of_an_added_or_removed_date_makes_the_series_uncertain() {
    let series = "SUMMARY:x\nDTSTART:20261116T080000Z\nDURATION:PT1H";
    let added = format!("{series}\nRDATE;TZID=Mars/Olympus:20261117T090000");
    let lines = ["2026-11-16T09:00+01:00/1h x (uncertain)", "2026-11-17T09:00+01:00/1h x (uncertain)"];
    check(&added, "2026-11-16..2026-11-19", &lines);
    let removed = format!("{series}\nRRULE:FREQ=DAILY;COUNT=2\nEXDATE;TZID=Mars/Olympus:20261117T090000");
    check(&removed, "2026-11-16..2026-11-19", &lines[..1]);
}

#[test]
fn of_what_may_stand_once_the_first_counts() {
    let event = "SUMMARY:x\nDTSTART:20261116T080000Z\nDURATION:PT8H\nDURATION:PT1H";
    check(event, "2026-11-16..2026-11-17", &["2026-11-16T09:00+01:00/8h x"]);
    let twice =
        "SUMMARY:x\nDTSTART:20261116T080000Z\nTRANSP:OPAQUE\nTRANSP:TRANSPARENT\nSTATUS:CONFIRMED\nSTATUS:CANCELLED";
    let parsed = read(calendar(twice).as_bytes());
    assert_eq!(parsed.components[0].details.transparency, Some(Transparency::Opaque));
    assert_eq!(parsed.components[0].details.status, seawall::calendar::event::Status::Confirmed);
    assert_eq!(parsed.warnings.len(), 2, "{:?}", parsed.warnings);
}
