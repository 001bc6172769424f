//! Reading calendars: what is taken, when, and how sure that is. One case for each rule.

use crate::support::ics::{calendar, expanded, line, window, zone};
use seawall::calendar::event::{Answer, AttendeeKind, BusyStatus, Transparency};
use seawall::calendar::ical::read;
use seawall::calendar::zones::Zones;

#[track_caller]
fn check_in(tz: &str, events: &str, between: &str, expected: &[&str]) {
    let tz = zone(tz);
    let ics = calendar(events);
    let found = expanded(&ics, window(between, &tz), &tz);
    let lines: Vec<String> = found.occurrences.iter().map(|(_, occurrence)| line(occurrence, &tz)).collect();
    assert_eq!(lines, expected, "\n{ics}\n{:?}", found.warnings);
}

#[track_caller]
pub(crate) fn check(events: &str, between: &str, expected: &[&str]) {
    check_in("Europe/Berlin", events, between, expected);
}

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

const DAILY: &str = "SUMMARY:x\nDTSTART;TZID=Europe/Berlin:20261116T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=4";

#[test]
fn dates_are_added_to_a_series() {
    check(
        "SUMMARY:x\nDTSTART;TZID=Europe/Berlin:20261116T090000\nDURATION:PT1H\n\
         RDATE;TZID=Europe/Berlin:20261117T090000,20261118T100000\nRDATE:20261117T080000Z\n\
         RDATE;VALUE=PERIOD:20261119T080000Z/PT2H,20261120T080000Z/20261120T083000Z\nRDATE;VALUE=DATE:20261121",
        "2026-11-16..2026-11-23",
        &[
            "2026-11-16T09:00+01:00/1h x",
            "2026-11-17T09:00+01:00/1h x",
            "2026-11-18T10:00+01:00/1h x",
            "2026-11-19T09:00+01:00/2h x",
            "2026-11-20T09:00+01:00/30m x",
            "2026-11-21T09:00+01:00/1h x",
        ],
    );
    check(
        "SUMMARY:x\nDTSTART:20261116\nRDATE;VALUE=DATE:20261118,20261116",
        "2026-11-16..2026-11-23",
        &["2026-11-16/1d x", "2026-11-18/1d x"],
    );
}

#[test]
fn exceptions_in_any_zone_or_type() {
    let rest = ["2026-11-16T09:00+01:00/1h x", "2026-11-18T09:00+01:00/1h x", "2026-11-19T09:00+01:00/1h x"];
    for exception in [
        "EXDATE;TZID=Europe/Berlin:20261117T090000",
        "EXDATE;TZID=America/New_York:20261117T030000",
        "EXDATE:20261117T080000Z",
        "EXDATE:20261117T090000",
        "EXDATE;VALUE=DATE:20261117",
        "EXDATE:20261101T080000Z\nEXDATE:20261101T080000Z,20261117T080000Z",
    ] {
        check(&format!("{DAILY}\n{exception}"), "2026-11-16..2026-11-23", &rest);
    }
    check(&format!("{DAILY}\nEXDATE:20261116T080000Z"), "2026-11-16..2026-11-18", &["2026-11-17T09:00+01:00/1h x"]);
    check(&format!("{DAILY}\nEXDATE:20261117T093000"), "2026-11-17..2026-11-18", &["2026-11-17T09:00+01:00/1h x"]);
    for exception in ["20261117", "20261117T000000Z", "20261116T230000Z", "20261117T120000"] {
        check(
            &format!("SUMMARY:x\nDTSTART:20261116\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE:{exception}"),
            "2026-11-16..2026-11-23",
            &["2026-11-16/1d x", "2026-11-18/1d x"],
        );
    }
}

#[test]
fn an_instance_is_replaced_whatever_the_form_of_its_recurrence_id() {
    for id in [
        "RECURRENCE-ID;TZID=Europe/Berlin:20261117T090000",
        "RECURRENCE-ID;TZID=America/New_York:20261117T030000",
        "RECURRENCE-ID:20261117T080000Z",
        "RECURRENCE-ID:20261117T090000",
        "RECURRENCE-ID;VALUE=DATE:20261117",
    ] {
        let moved = format!("SUMMARY:moved\n{id}\nDTSTART;TZID=Europe/Berlin:20261117T140000\nDURATION:PT30M");
        let expected = ["2026-11-16T09:00+01:00/1h x", "2026-11-17T14:00+01:00/30m moved"];
        check(&format!("{DAILY}\n---\n{moved}"), "2026-11-16..2026-11-18", &expected);
        check(&format!("{moved}\n---\n{DAILY}"), "2026-11-16..2026-11-18", &expected);
    }
    check(
        "SUMMARY:x\nDTSTART:20261116\nRRULE:FREQ=DAILY;COUNT=2\n---\n\
         SUMMARY:timed\nRECURRENCE-ID;VALUE=DATE:20261117\nDTSTART:20261117T090000\nDURATION:PT1H",
        "2026-11-16..2026-11-23",
        &["2026-11-16/1d x", "2026-11-17T09:00+01:00/1h timed"],
    );
}

#[test]
fn an_instance_moves_into_and_out_of_the_window() {
    let moved = |to: &str| {
        format!("{DAILY}\n---\nSUMMARY:moved\nRECURRENCE-ID:20261117T080000Z\nDTSTART:{to}T090000Z\nDURATION:PT1H")
    };
    check(&moved("20261201"), "2026-11-17..2026-11-18", &[]);
    check(&moved("20261201"), "2026-12-01..2026-12-02", &["2026-12-01T10:00+01:00/1h moved"]);
    check(&moved("20260101"), "2026-01-01..2026-01-02", &["2026-01-01T10:00+01:00/1h moved"]);
}

#[test]
fn a_cancelled_instance_is_shown_as_such_and_its_slot_is_gone() {
    check(
        &format!(
            "{DAILY}\n---\nSUMMARY:x\nSTATUS:CANCELLED\nRECURRENCE-ID:20261117T080000Z\nDTSTART:20261117T080000Z\nDURATION:PT1H"
        ),
        "2026-11-17..2026-11-19",
        &["2026-11-17T09:00+01:00/1h x (cancelled)", "2026-11-18T09:00+01:00/1h x"],
    );
    check(
        &format!(
            "{DAILY}\nSTATUS:CANCELLED\n---\nSUMMARY:y\nRECURRENCE-ID:20261117T080000Z\nDTSTART:20261117T090000Z\nDURATION:PT1H"
        ),
        "2026-11-17..2026-11-19",
        &["2026-11-17T10:00+01:00/1h y (cancelled)", "2026-11-18T09:00+01:00/1h x (cancelled)"],
    );
}

#[test]
fn a_changed_instance_without_its_series_stands_alone() {
    let orphan = "SUMMARY:x\nRECURRENCE-ID:20261117T080000Z\nDTSTART:20261117T090000Z\nDURATION:PT1H";
    check(orphan, "2026-11-16..2026-11-23", &["2026-11-17T10:00+01:00/1h x"]);
    let tz = zone("Europe/Berlin");
    let found = expanded(&calendar(orphan), window("2026-11-16..2026-11-23", &tz), &tz);
    assert_eq!(found.occurrences[0].1.recurrence_id, Some("2026-11-17T08:00:00Z".parse().unwrap()));
    // Its series no longer has that day.
    check(
        &format!("{DAILY}\n---\nSUMMARY:y\nRECURRENCE-ID:20261125T080000Z\nDTSTART:20261125T080000Z\nDURATION:PT1H"),
        "2026-11-23..2026-11-30",
        &["2026-11-25T09:00+01:00/1h y"],
    );
}

#[test]
fn of_several_versions_the_newest_counts() {
    let version = |title: &str, more: &str| format!("SUMMARY:{title}\nDTSTART:20261116T090000\nDURATION:PT1H\n{more}");
    for (one, two) in [
        ("SEQUENCE:1\nDTSTAMP:20260101T000000Z", "SEQUENCE:2\nDTSTAMP:20250101T000000Z"),
        ("SEQUENCE:1\nDTSTAMP:20260101T000000Z", "SEQUENCE:1\nDTSTAMP:20260102T000000Z"),
        ("DTSTAMP:20260101T000000Z", "SEQUENCE:1"),
    ] {
        let (old, new) = (version("old", one), version("new", two));
        let expected = ["2026-11-16T09:00+01:00/1h new"];
        check(&format!("{old}\n---\n{new}"), "2026-11-16..2026-11-23", &expected);
        check(&format!("{new}\n---\n{old}"), "2026-11-16..2026-11-23", &expected);
        let id = "RECURRENCE-ID:20261117T080000Z";
        check(
            &format!("{DAILY}\n---\n{new}\n{id}\n---\n{old}\n{id}"),
            "2026-11-16..2026-11-18",
            &["2026-11-16T09:00+01:00/1h x", "2026-11-16T09:00+01:00/1h new"],
        );
    }
}

#[test]
fn a_change_of_all_later_instances_moves_them_and_says_what_they_say() {
    let change = "SUMMARY:y\nDURATION:PT30M\nRECURRENCE-ID;RANGE=THISANDFUTURE";
    for (id_and_start, first, second) in [
        (":20261118T080000Z\nDTSTART:20261118T100000Z", "2026-11-18T11:00", "2026-11-19T11:00"),
        (
            ";TZID=Europe/Berlin:20261118T090000\nDTSTART;TZID=America/New_York:20261118T050000",
            "2026-11-18T11:00",
            "2026-11-19T11:00",
        ),
        (":20261118T090000\nDTSTART;TZID=Europe/Berlin:20261119T110000", "2026-11-19T11:00", "2026-11-20T11:00"),
    ] {
        check(
            &format!("{DAILY}\n---\n{change}{id_and_start}"),
            "2026-11-16..2026-11-23",
            &[
                "2026-11-16T09:00+01:00/1h x",
                "2026-11-17T09:00+01:00/1h x",
                &format!("{first}+01:00/30m y"),
                &format!("{second}+01:00/30m y"),
            ],
        );
    }
}

#[test]
fn a_later_change_and_a_single_one_count_before_an_earlier_change_of_all() {
    check(
        "SUMMARY:x\nDTSTART;TZID=Europe/Berlin:20261012T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY
         ---
         SUMMARY:y\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20261019T090000
         DTSTART;TZID=Europe/Berlin:20261020T100000\nDURATION:PT2H
         ---
         SUMMARY:single\nRECURRENCE-ID;TZID=Europe/Berlin:20261026T090000
         DTSTART;TZID=Europe/Berlin:20261026T120000\nDURATION:PT1H
         ---
         SUMMARY:z\nSTATUS:CANCELLED\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20261109T090000
         DTSTART;TZID=Europe/Berlin:20261109T090000\nDURATION:PT1H",
        "2026-10-12..2026-11-23",
        &[
            "2026-10-12T09:00+02:00/1h x",
            "2026-10-20T10:00+02:00/2h y",
            "2026-10-26T12:00+01:00/1h single",
            "2026-11-03T10:00+01:00/2h y",
            "2026-11-09T09:00+01:00/1h z (cancelled)",
            "2026-11-16T09:00+01:00/1h z (cancelled)",
        ],
    );
}

#[test]
fn rules_end_as_they_are_meant_to() {
    let series = |rule: &str| {
        format!("SUMMARY:x\nDTSTART;TZID=Europe/Berlin:20261116T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;{rule}")
    };
    let two = ["2026-11-16T09:00+01:00/1h x", "2026-11-17T09:00+01:00/1h x"];
    for rule in [
        "COUNT=2",
        "UNTIL=20261117T080000Z",
        "UNTIL=20261117T090000",
        "UNTIL=20261117",
        "COUNT=9;UNTIL=20261117",
        "COUNT=2;UNTIL=20271117",
        "UNTIL=20261117T225959Z",
    ] {
        check(&series(rule), "2026-11-16..2026-11-23", &two);
    }
    for rule in ["UNTIL=20261101", "COUNT=1", "UNTIL=20261117T075959Z"] {
        check(&series(rule), "2026-11-16..2026-11-23", &two[..1]);
    }
    for until in ["20261117", "20261116T230000Z", "20261117T225959Z"] {
        check(
            &format!("SUMMARY:x\nDTSTART:20261116\nRRULE:FREQ=DAILY;UNTIL={until}"),
            "2026-11-16..2026-11-23",
            &["2026-11-16/1d x", "2026-11-17/1d x"],
        );
    }
}

#[test]
fn the_start_is_the_first_instance_even_outside_its_rule() {
    check(
        "SUMMARY:x\nDTSTART:20261116T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;BYDAY=WE",
        "2026-11-16..2026-11-23",
        &["2026-11-16T09:00+01:00/1h x", "2026-11-18T09:00+01:00/1h x"],
    );
}

#[test]
fn several_rules_and_exception_rules() {
    check(
        "SUMMARY:x\nDTSTART:20261116T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=5\nRRULE:FREQ=WEEKLY;BYDAY=MO,SA\nEXRULE:FREQ=WEEKLY;BYDAY=WE",
        "2026-11-16..2026-11-23",
        &[
            "2026-11-16T09:00+01:00/1h x",
            "2026-11-17T09:00+01:00/1h x",
            "2026-11-19T09:00+01:00/1h x",
            "2026-11-20T09:00+01:00/1h x",
            "2026-11-21T09:00+01:00/1h x",
        ],
    );
}

#[test]
fn a_rule_that_is_not_followed_leaves_the_first_instance_uncertain() {
    for rule in [
        "FREQ=FORTNIGHTLY",
        "COUNT=3",
        "FREQ=DAILY;INTERVAL=0",
        "RSCALE=CHINESE;FREQ=YEARLY",
        "FREQ=DAILY;BYMONTH=13",
        "FREQ=YEARLY;BYEASTER=0",
        "RSCALE=GREGORIAN;SKIP=FORWARD;FREQ=YEARLY;BYWEEKNO=53",
    ] {
        check(
            &format!("SUMMARY:x\nDTSTART:20261116T090000\nDURATION:PT1H\nRRULE:{rule}\nRDATE:20261118T090000"),
            "2026-11-16..2026-11-23",
            &["2026-11-16T09:00+01:00/1h x (uncertain)", "2026-11-18T09:00+01:00/1h x (uncertain)"],
        );
    }
}

#[test]
fn the_age_of_a_series_does_not_matter() {
    check(
        "SUMMARY:x\nDTSTART:00010101T090000\nDURATION:PT1H\nRRULE:FREQ=HOURLY;INTERVAL=24",
        "2026-11-16..2026-11-17",
        &["2026-11-16T09:00+01:00/1h x"],
    );
}

#[track_caller]
fn check_warnings(ics: &str, titles: &[&str], warnings: &[&str]) {
    let parsed = read(ics.as_bytes());
    let found: Vec<String> = parsed
        .components
        .iter()
        .map(|component| {
            let uncertain = if component.trouble.is_some() { " (uncertain)" } else { "" };
            format!("{}{uncertain}", component.details.title)
        })
        .collect();
    assert_eq!(found, titles);
    let found: Vec<String> = parsed.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(found, warnings);
}

#[test]
fn a_faulty_component_never_costs_the_others() {
    let good = "BEGIN:VEVENT\r\nUID:g\r\nDTSTART:20261116\r\nSUMMARY:good\r\nEND:VEVENT\r\n";
    let bad = "BEGIN:VEVENT\r\nUID:b\r\nDTSTART:2026-13-45T99:00\r\nSUMMARY:bad\r\nEND:VEVENT\r\n";
    check_warnings(
        &format!("BEGIN:VCALENDAR\r\n{good}{bad}{good}END:VCALENDAR\r\n"),
        &["good", "good"],
        &[
            "line 9, DTSTART: can't be read as a date or time",
            "line 7, VEVENT: `bad` has no readable DTSTART; it is left out",
        ],
    );
    let open = "BEGIN:VEVENT\r\nUID:o\r\nDTSTART:20261116\r\nSUMMARY:open\r\n";
    check_warnings(
        &format!("BEGIN:VCALENDAR\r\n{open}{good}{open}END:VCALENDAR\r\n{open}BEGIN:VALARM\r\nEND:VEVENT\r\n{open}"),
        &["open (uncertain)", "good", "open (uncertain)", "open (uncertain)", "open (uncertain)"],
        &[
            "line 2, VEVENT: the next component begins before its END:VEVENT",
            "line 11, VEVENT: the calendar ends before its END:VEVENT",
            "line 16, VEVENT: a component inside it does not end",
            "line 22, VEVENT: the text ends before its END:VEVENT",
        ],
    );
}

#[test]
fn faulty_properties_are_named_with_their_line() {
    check_warnings(
        &calendar(
            "SUMMARY:x\nDTSTART:20261116T090000\nDTSTART:20261117T090000\nDTEND:later\nthis is no property\nSEQUENCE:one\nRRULE:FREQ=NEVER\nEXDATE:never\nRDATE:20261118T090000,then",
        ),
        &["x (uncertain)"],
        &[
            "line 8, DTSTART: a second, different start; the first counts",
            "line 9, DTEND: can't be read; the event is taken to last an hour, or its day",
            "line 10, VEVENT: a line without a colon; skipped",
            "line 11, SEQUENCE: is no number; taken as 0",
            "line 12, RRULE: the rule can't be read at `FREQ=NEVER`; only its first instance and its RDATEs are known",
            "line 13, EXDATE: holds a date that can't be read; it is not taken out",
            "line 14, RDATE: holds a date that can't be read; an instance may be missing",
        ],
    );
    check_warnings("\u{0}\u{1}rubbish", &[], &["line 1, VCALENDAR: this is no iCalendar text"]);
    check_warnings("", &[], &["line 1, VCALENDAR: this is no iCalendar text"]);
}

#[test]
fn an_event_without_uid_gets_a_stable_one() {
    let ics = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261116\nSUMMARY:x\nDTSTAMP:STAMP\nEND:VEVENT\nEND:VCALENDAR\n";
    let uid = |stamp: &str| {
        let parsed = read(ics.replace("STAMP", stamp).as_bytes());
        assert!(parsed.warnings[0].to_string().starts_with("line 2, UID: is missing"));
        parsed.components[0].details.uid.clone()
    };
    assert_eq!(uid("20260101T000000Z"), uid("20260102T000000Z"));
    assert!(uid("20260101T000000Z").starts_with("unnamed-"));
}

#[test]
fn limits_end_in_a_warning() {
    let last = |ics: &str| read(ics.as_bytes()).warnings.last().expect("a warning").to_string();
    let event = "BEGIN:VEVENT\nUID:a\nDTSTART:20261116\nEND:VEVENT\n";
    let many = format!("BEGIN:VCALENDAR\n{}END:VCALENDAR\n", event.repeat(10_001));
    assert_eq!(last(&many), "line 40002, VEVENT: more than 10000 events; the rest is not read");
    let lines = format!("BEGIN:VCALENDAR\n{}{event}END:VCALENDAR\n", "X-A:1\n".repeat(500_000));
    assert_eq!(last(&lines), "line 500001, VCALENDAR: more than 500000 lines; the rest is not read");
    let long =
        format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nDTSTART:20261116\nDESCRIPTION:{}\n", "x".repeat(1_000_001));
    assert_eq!(
        read(long.as_bytes()).warnings[0].to_string(),
        "line 5, DESCRIPTION: longer than a property may be; left out"
    );
    let rule = long.replace("DESCRIPTION", "RDATE");
    assert!(read(long.as_bytes()).components[0].trouble.as_deref() == Some("the text ends before its END:VEVENT"));
    assert!(read(rule.as_bytes()).components[0].trouble.as_deref().unwrap_or_default().starts_with("RDATE: longer"));
    let bytes = format!("BEGIN:VCALENDAR\n{event}{}", "X-A:1\r\n ".repeat(2_500_000));
    assert!(bytes.len() > 19_000_000);
    assert!(last(&bytes).contains("more than 10000000 bytes; the rest is not read"), "{}", last(&bytes));
}

#[test]
fn details_are_read_as_they_were_meant() {
    let ics = calendar(
        "UID: u1 \nSUMMARY;LANGUAGE=de:Gr\u{fc}\u{df}e\\, Welt\nDESCRIPTION:a\\nb\nLOCATION:R\\;1\nSTATUS:tentative\nTRANSP:TRANSPARENT\n\
         X-MICROSOFT-CDO-BUSYSTATUS:OOF\nORGANIZER;CN=\"Doe, Jane\":MAILTO:Jane@Example.org\n\
         ATTENDEE;PARTSTAT=DECLINED:mailto:bob@example.org\nATTENDEE;CUTYPE=ROOM;PARTSTAT=ACCEPTED:mailto:room@example.org\n\
         ATTENDEE;EMAIL=ann@example.org:/principals/1\nATTENDEE;PARTSTAT=X-ODD:mailto:c@example.org\n\
         CREATED:20260101T000000Z\nDTSTAMP:00000000T000000Z\nX-SEAWALL:v1 hold\nSEQUENCE:7\nDTSTART:20261116\n\
         BEGIN:VALARM\nDESCRIPTION:alarm\nDTSTART:20200101\nEND:VALARM\nCOMMENT:after",
    );
    let parsed = read(ics.as_bytes());
    assert_eq!(parsed.warnings, []);
    let component = &parsed.components[0];
    let details = &component.details;
    assert_eq!((details.uid.as_str(), details.title.as_str()), ("u1", "Gr\u{fc}\u{df}e, Welt"));
    assert_eq!((details.text.as_str(), details.place.as_str()), ("a\nb", "R;1"));
    assert_eq!(details.transparency, Some(Transparency::Transparent));
    assert_eq!(details.busy_status, Some(BusyStatus::OutOfOffice));
    let organizer = details.organizer.as_ref().unwrap();
    assert_eq!((organizer.address.as_str(), organizer.name.as_deref()), ("jane@example.org", Some("Doe, Jane")));
    let people: Vec<_> = details.attendees.iter().map(|who| (who.address.as_str(), who.kind, who.answer)).collect();
    assert_eq!(
        people,
        [
            ("bob@example.org", AttendeeKind::Person, Answer::Declined),
            ("room@example.org", AttendeeKind::Resource, Answer::Accepted),
            ("ann@example.org", AttendeeKind::Person, Answer::NeedsAction),
            ("c@example.org", AttendeeKind::Person, Answer::Accepted),
        ]
    );
    assert_eq!((details.created, details.stamped), (Some("2026-01-01T00:00:00Z".parse().unwrap()), None));
    assert_eq!((details.marker.as_deref(), component.sequence, component.is_recurring()), (Some("v1 hold"), 7, false));
    let tz = zone("Europe/Berlin");
    assert_eq!(component.span(&Zones::bundled(), &tz), window("2026-11-16..2026-11-17", &tz));
}

#[test]
fn a_change_of_a_version_that_is_gone_counts_no_more() {
    let change = "SUMMARY:y\nRECURRENCE-ID:20261118T080000Z\nDTSTART:20261118T140000Z\nDURATION:PT1H";
    let series = "SUMMARY:x\nDTSTART:20261116T080000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY";
    let [first, second] = ["2026-11-16T09:00+01:00/1h x", "2026-11-17T09:00+01:00/1h x"];
    let changed = "2026-11-18T15:00+01:00/1h y";
    for (end, sequences, lines) in [
        (";COUNT=3", [0, 0], &[first, second, changed][..]),
        (";COUNT=3", [2, 1], &[first, second, changed]),
        // Taken out together, or after it was changed; or else changed after that.
        (";COUNT=3\nEXDATE:20261118T080000Z", [1, 1], &[first, second]),
        (";COUNT=3\nEXDATE:20261118T080000Z", [1, 2], &[first, second, changed]),
        // A series that ends before it.
        (";COUNT=2", [2, 1], &[first, second]),
        (";COUNT=2", [1, 1], &[first, second, changed]),
    ] {
        let [own, others] = sequences;
        let events = format!("{series}{end}\nSEQUENCE:{own}\n---\n{change}\nSEQUENCE:{others}");
        check(&events, "2026-11-16..2026-11-23", lines);
    }
}
