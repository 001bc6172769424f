//! Whole days, uncertain times and the time after a meeting.

use seawall::focus::sight::view;

use super::{called_by_bob, check, check_with, defaults, judged, mine};

const DAY: &str = "DTSTART;VALUE=DATE:20261116\n";

#[test]
fn all_day_without_a_mark_is_free() {
    check(DAY, "free solo: all day and not marked busy");
    check(&format!("{DAY}{}", called_by_bob("NEEDS-ACTION")), "free 2 people: all day and not marked busy");
    check(&format!("{DAY}TRANSP:OPAQUE"), "busy solo: solo, all day");
    check(&format!("{DAY}X-MICROSOFT-CDO-BUSYSTATUS:BUSY"), "busy solo: solo, all day");
    check(&format!("{DAY}TRANSP:TRANSPARENT"), "free solo: shown as free (TRANSP)");
    let busy = "[busy]\nall_day_unmarked = \"busy\"\ntentative = \"free\"";
    check_with(busy, DAY, "busy solo: all day and not marked: busy by all_day_unmarked");
    check_with(busy, &format!("{DAY}STATUS:TENTATIVE"), "busy solo: all day and not marked: busy by all_day_unmarked");
    check_with("[busy]\nall_day_unmarked = \"free\"", DAY, "free solo: all day and not marked busy");
}

#[test]
fn a_date_that_ends_where_it_starts_takes_that_day() {
    let busy = judged(&[mine(&format!("{DAY}DTEND;VALUE=DATE:20261116\nTRANSP:OPAQUE"))], defaults());
    assert!(busy[0].occurrence.span.is_empty(), "as it is written");
    assert_eq!(busy[0].taken().minutes(), 24 * 60);
}

#[test]
fn a_day_or_more_alone_is_like_all_day() {
    let long = |hours: &str| format!("DTSTART;TZID=Europe/Berlin:20261116T100000\nDURATION:PT{hours}\n");
    check(&long("24H"), "free solo: all day and not marked busy");
    check(&long("23H59M"), "busy solo: solo");
    check(&format!("{}TRANSP:OPAQUE", long("24H")), "busy solo: solo");
    check(&format!("{}{}", long("24H"), called_by_bob("ACCEPTED")), "busy 2 people: accepted");
}

#[test]
fn what_is_not_certain_is_busy_and_says_so() {
    let nowhere = "SUMMARY:x\nDTSTART;TZID=Mars/Olympus:20261116T100000\nDURATION:PT1H\n";
    check(nowhere, "busy solo: solo; uncertain: the time zone `Mars/Olympus` is unknown; read in yours");
    let odd_rule = judged(&[mine(&format!("{DAY}RRULE:FREQ=SOMETIMES"))], defaults());
    assert!(super::words(&odd_rule[0]).starts_with("busy solo: solo, all day; uncertain: "), "{odd_rule:?}");
    let odd_end = judged(&[mine("DTSTART:20261116T090000Z\nDTEND:tomorrow")], defaults());
    assert!(super::words(&odd_end[0]).starts_with("busy solo: solo; uncertain: "), "{odd_end:?}");
}

/// The free runs of a date in wall time.
#[track_caller]
fn check_free(event: &str, date: &str, expect: &[&str]) {
    let mut policy = defaults().clone();
    policy.work.clone_from(&crate::support::policy::hours("mon-sun 0-24"));
    let view = view(
        &judged(&[mine(event)], &policy),
        &policy,
        seawall::calendar::time::Span::new(jiff::Timestamp::MIN, jiff::Timestamp::MAX),
        None,
    );
    let runs = view.free_runs(&policy, date.parse().unwrap(), 15);
    let wall = |at| policy.tz.to_datetime(at).strftime("%d %H:%M").to_string();
    let runs: Vec<String> = runs.iter().map(|run| format!("{}-{}", wall(run.start), wall(run.end))).collect();
    assert_eq!(runs, expect);
}

#[test]
fn recovery_follows_meetings_alone() {
    let at = "DTSTART;TZID=Europe/Berlin:20261116T100000\nDURATION:PT1H\n";
    check_free(at, "2026-11-16", &["16 00:00-16 10:00", "16 11:00-17 00:00"]);
    let met = format!("{at}{}", called_by_bob("ACCEPTED"));
    check_free(&met, "2026-11-16", &["16 00:00-16 10:00", "16 11:15-17 00:00"]);
    let before_midnight =
        format!("DTSTART;TZID=Europe/Berlin:20261115T230000\nDURATION:PT1H\n{}", called_by_bob("ACCEPTED"));
    check_free(&before_midnight, "2026-11-16", &["16 00:15-17 00:00"]);
}

#[test]
fn a_busy_day_is_the_whole_local_day() {
    check_free(&format!("{DAY}TRANSP:OPAQUE"), "2026-11-16", &[]);
    check_free(&format!("{DAY}TRANSP:OPAQUE"), "2026-11-15", &["15 00:00-16 00:00"]);
    check_free(&format!("{DAY}TRANSP:OPAQUE"), "2026-11-17", &["17 00:00-18 00:00"]);
    check_free(
        "DTSTART:20261116T100000\nDTEND:20261116T230000",
        "2026-11-16",
        &["16 00:00-16 10:00", "16 23:00-17 00:00"],
    );
    // 23 and 25 hours.
    for (date, next) in [("20260329", "2026-03-30"), ("20261025", "2026-10-26")] {
        let day = format!("{}-{}-{}", &date[..4], &date[4..6], &date[6..]);
        check_free(&format!("DTSTART;VALUE=DATE:{date}\nTRANSP:OPAQUE"), &day, &[]);
        let after = next.rsplit('-').next().unwrap().parse::<u8>().unwrap();
        let whole = format!("{after} 00:00-{} 00:00", after + 1);
        check_free(&format!("DTSTART;VALUE=DATE:{date}\nTRANSP:OPAQUE"), next, &[&whole]);
    }
}

#[test]
fn seconds_are_widened_to_minutes() {
    let event = "DTSTART;TZID=Europe/Berlin:20261116T100030\nDTEND;TZID=Europe/Berlin:20261116T110001";
    check_free(event, "2026-11-16", &["16 00:00-16 10:00", "16 11:01-17 00:00"]);
    check_free("DTSTART;TZID=Europe/Berlin:20261116T100000", "2026-11-16", &["16 00:00-17 00:00"]);
}
