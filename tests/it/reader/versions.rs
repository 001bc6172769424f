//! Of several versions of an event, and of changes to all later instances, which one counts.

use super::{DAILY, check};

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
