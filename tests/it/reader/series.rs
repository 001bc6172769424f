//! The instances of a series: its rules, the dates added and taken out, the instances replaced.

use super::{DAILY, check};
use crate::support::ics::{calendar, expanded, window, zone};

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
