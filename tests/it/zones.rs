//! Time zones as calendars write them: which of name, VTIMEZONE, calendar and user is believed, and what is said of it.

use seawall::calendar::expand::{Expanded, expand};
use seawall::calendar::ical::read;
use seawall::calendar::zones::Zones;

use crate::support::ics::{line, window, zone};

/// What a VCALENDAR with these lines holds in November 2026, for a user in Berlin.
fn found(lines: &str) -> Expanded {
    found_in(lines, "2026-01-01..2027-01-01")
}

fn found_in(lines: &str, between: &str) -> Expanded {
    let tz = zone("Europe/Berlin");
    let mut ics = "BEGIN:VCALENDAR\r\n".to_owned();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        ics.push_str(line);
        ics.push_str("\r\n");
    }
    ics.push_str("END:VCALENDAR\r\n");
    let parsed = read(ics.as_bytes());
    assert_eq!(parsed.warnings, [], "{ics}");
    expand(&parsed.components, window(between, &tz), &Zones::bundled(), &tz)
}

#[track_caller]
fn check(lines: &str, expected: &[&str], warnings: &[&str]) {
    let found = found(lines);
    let utc = zone("UTC");
    let occurrences: Vec<String> = found.occurrences.iter().map(|(_, occurrence)| line(occurrence, &utc)).collect();
    assert_eq!(occurrences, expected, "{lines}");
    assert_eq!(found.warnings, warnings, "{lines}");
}

fn event(tzid: &str, start: &str) -> String {
    format!("BEGIN:VEVENT\nUID:{start}\nSUMMARY:x\nDTSTART;TZID=\"{tzid}\":{start}\nDURATION:PT1H\nEND:VEVENT\n")
}

/// Rules as Exchange writes them.
const EXCHANGE: &str = "BEGIN:STANDARD\nDTSTART:16010101T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\n\
    RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10\nEND:STANDARD\n\
    BEGIN:DAYLIGHT\nDTSTART:16010101T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n\
    RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3\nEND:DAYLIGHT\n";

/// A zone of nobody: UTC-3, and UTC-2 from the second Sunday of April to the first of September.
const OWN: &str = "BEGIN:STANDARD\nDTSTART:20000903T020000\nTZOFFSETFROM:-0200\nTZOFFSETTO:-0300\n\
    RRULE:FREQ=YEARLY;BYMONTH=9;BYDAY=SU;BYMONTHDAY=1,2,3,4,5,6,7\nEND:STANDARD\n\
    BEGIN:DAYLIGHT\nDTSTART:20000409T020000\nTZOFFSETFROM:-0300\nTZOFFSETTO:-0200\n\
    RRULE:FREQ=YEARLY;BYHOUR=2;BYMINUTE=0;BYMONTH=4;BYDAY=2SU\nEND:DAYLIGHT\n";

fn vtimezone(tzid: &str, rules: &str) -> String {
    format!("BEGIN:VTIMEZONE\nTZID:{tzid}\n{rules}END:VTIMEZONE\n")
}

#[test]
fn a_custom_zone_follows_its_own_rules() {
    for tzid in ["Customized Time Zone", "tzone://Microsoft/Custom", "Mars/Olympus", "(UTC-03:00) Atlantis"] {
        let events: String = ["20260701T090000", "20261201T090000"].map(|start| event(tzid, start)).concat();
        let expected = ["2026-07-01T11:00+00:00/1h x", "2026-12-01T12:00+00:00/1h x"];
        // Rules may stand before or after what they are for.
        check(&format!("{}{events}", vtimezone(tzid, OWN)), &expected, &[]);
        check(&format!("{events}{}", vtimezone(tzid, OWN)), &expected, &[]);
    }
    let tzid = "(UTC+01:00) Atlantis, Thule";
    let escaped = vtimezone(r"(UTC+01:00) Atlantis\, Thule", EXCHANGE);
    check(&format!("{escaped}{}", event(tzid, "20260701T090000")), &["2026-07-01T07:00+00:00/1h x"], &[]);
    check(&format!("{escaped}{}", event(tzid, "20261201T090000")), &["2026-12-01T08:00+00:00/1h x"], &[]);
}

#[track_caller]
fn check_offsets(rules: &str, expected: &[(&str, &str)]) {
    let zone_lines = vtimezone("Own", rules);
    for (start, expected) in expected {
        let tz = zone("UTC");
        let day = format!("{}-{}-{}", &start[..4], &start[4..6], &start[6..8]);
        let around = format!("{day}T00:00:00Z..2400-01-01T00:00:00Z");
        let found = found_in(&format!("{zone_lines}{}", event("Own", start)), &around);
        let lines: Vec<String> = found.occurrences.iter().map(|(_, one)| line(one, &tz)).collect();
        assert_eq!(lines, [format!("{expected}/1h x")], "{start} {rules}");
    }
}

#[test]
fn rules_in_every_form_that_zones_have() {
    // The last Sunday, from the year 1601 and beyond the rule's horizon.
    check_offsets(
        EXCHANGE,
        &[
            ("20260329T015959", "2026-03-29T00:59+00:00"),
            ("20260329T030000", "2026-03-29T01:00+00:00"),
            ("20261025T015959", "2026-10-24T23:59+00:00"),
            ("20261025T030000", "2026-10-25T02:00+00:00"),
            ("19700701T120000", "1970-07-01T10:00+00:00"),
            ("21000701T120000", "2100-07-01T10:00+00:00"),
        ],
    );
    // In the gap the offset before it, in the overlap the first.
    check_offsets(
        EXCHANGE,
        &[("20260329T023000", "2026-03-29T01:30+00:00"), ("20261025T023000", "2026-10-25T00:30+00:00")],
    );
    // One part and no rule; seconds; before the first change the offset from which it changes.
    let fixed = "BEGIN:STANDARD\nDTSTART:19000101T000000\nTZOFFSETFROM:+005328\nTZOFFSETTO:+0530\nEND:STANDARD\n";
    check_offsets(
        fixed,
        &[("20260701T090000", "2026-07-01T03:30+00:00"), ("18500701T090000", "1850-07-01T08:06+00:00")],
    );
    // RDATE, and UNTIL of both kinds.
    let dates = "BEGIN:STANDARD\nDTSTART:20251026T030000\nRDATE:20261025T030000,20271031T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nEND:STANDARD\n\
        BEGIN:DAYLIGHT\nDTSTART:20260329T020000\nRDATE;VALUE=PERIOD:20270328T020000/P1D\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nEND:DAYLIGHT\n";
    check_offsets(
        dates,
        &[
            ("20260701T090000", "2026-07-01T07:00+00:00"),
            ("20261201T090000", "2026-12-01T08:00+00:00"),
            ("20270701T090000", "2027-07-01T07:00+00:00"),
            ("20280701T090000", "2028-07-01T08:00+00:00"),
        ],
    );
    for until in ["20261025T010000Z", "20261025T030000", "20261025", "20261101T000000Z"] {
        let ending = EXCHANGE.replace("BYMONTH=10", &format!("BYMONTH=10;UNTIL={until}"));
        check_offsets(
            &ending,
            &[("20261201T090000", "2026-12-01T08:00+00:00"), ("20280101T090000", "2028-01-01T07:00+00:00")],
        );
    }
    let early = EXCHANGE.replace("BYMONTH=10", "BYMONTH=10;UNTIL=20261025T005959Z");
    check_offsets(&early, &[("20261201T090000", "2026-12-01T07:00+00:00")]);
    // COUNT, a set position, the day of the start.
    let counted = "BEGIN:STANDARD\nDTSTART:20241027T030000\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=SU;BYSETPOS=-1;COUNT=2\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nEND:STANDARD\n\
        BEGIN:DAYLIGHT\nDTSTART:20240401T020000\nRRULE:FREQ=YEARLY\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nEND:DAYLIGHT\n";
    check_offsets(
        counted,
        &[
            ("20250401T010000", "2025-04-01T00:00+00:00"),
            ("20250402T090000", "2025-04-02T07:00+00:00"),
            ("20251026T090000", "2025-10-26T08:00+00:00"),
            ("20261201T090000", "2026-12-01T07:00+00:00"),
        ],
    );
}

#[test]
fn a_name_that_the_database_knows_is_believed_before_the_rules() {
    let event = |tzid: &str| event(tzid, "20260701T090000");
    // Berlin without summer time.
    let stale = "BEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0100\nEND:STANDARD\n";
    for (tzid, expected) in [
        ("Europe/Berlin", "2026-07-01T07:00+00:00/1h x"),
        ("/freeassociation.sourceforge.net/Europe/Berlin", "2026-07-01T07:00+00:00/1h x"),
        ("W. Europe Standard Time", "2026-07-01T07:00+00:00/1h x"),
        ("(UTC+01:00) Sarajevo, Skopje, Warsaw, Zagreb", "2026-07-01T07:00+00:00/1h x"),
    ] {
        let warning = format!(
            "the calendar's own rules for the time zone `{tzid}` are not those of the time zone database (2026-03-29); \
             the database counts"
        );
        // Once for each zone, however many events and calendars there are.
        let again = event(tzid).replace("UID:2026", "UID:again-2026");
        let both = format!("{}{}{again}", vtimezone(tzid, stale), event(tzid));
        check(&both, &[expected, expected], &[&warning]);
        check(&format!("{}{}", vtimezone(tzid, EXCHANGE), event(tzid)), &[expected], &[]);
    }
    // What is only a guess counts less than rules.
    for tzid in ["(UTC+01:00) Sarajevo", "Central", "GMT+0300"] {
        check(&format!("{}{}", vtimezone(tzid, stale), event(tzid)), &["2026-07-01T08:00+00:00/1h x"], &[]);
    }
    check(&event("(UTC+01:00) Sarajevo"), &["2026-07-01T07:00+00:00/1h x"], &[]);
    let tokyo = "BEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:+0900\nTZOFFSETTO:+0900\nEND:STANDARD\n";
    let name = "Tokyo Standard Time";
    check(&format!("{}{}", vtimezone(name, tokyo), event(name)), &["2026-07-01T00:00+00:00/1h x"], &[]);
    // Outside the window they may differ; before they begin rules say nothing.
    let late = EXCHANGE.replace("1601", "2027");
    check(
        &format!("{}{}", vtimezone("Europe/Berlin", &late), event("Europe/Berlin")),
        &["2026-07-01T07:00+00:00/1h x"],
        &[],
    );
}

#[test]
fn a_vtimezone_may_say_where_it_lies() {
    for (more, expected) in [
        ("X-LIC-LOCATION:America/New_York\n", "2026-07-01T13:00+00:00/1h x"),
        ("X-LIC-LOCATION:america/new_york\n", "2026-07-01T13:00+00:00/1h x"),
        ("TZID-ALIAS-OF:America/New_York\n", "2026-07-01T13:00+00:00/1h x"),
        ("X-MICROSOFT-CDO-TZID:10\n", "2026-07-01T13:00+00:00/1h x"),
        ("X-MICROSOFT-CDO-TZID:2\n", "2026-07-01T09:00+00:00/1h x (uncertain)"),
    ] {
        let found = found(&format!("{}{}", vtimezone("Own", more), event("Own", "20260701T090000")));
        let lines: Vec<String> = found.occurrences.iter().map(|(_, one)| line(one, &zone("UTC"))).collect();
        let expected =
            if expected.contains("uncertain") { "2026-07-01T07:00+00:00/1h x (uncertain)" } else { expected };
        assert_eq!(lines, [expected], "{more}");
    }
}

#[test]
fn an_unknown_zone_is_said_once_and_guessed() {
    let events: String = ["20260701T090000", "20260702T090000"].map(|start| event("Mars/Olympus", start)).concat();
    check(
        &events,
        &["2026-07-01T07:00+00:00/1h x (uncertain)", "2026-07-02T07:00+00:00/1h x (uncertain)"],
        &["the time zone `Mars/Olympus` is unknown"],
    );
    let found = found(&format!("X-WR-TIMEZONE:America/New_York\n{events}"));
    let (_, first) = &found.occurrences[0];
    assert_eq!(line(first, &zone("UTC")), "2026-07-01T13:00+00:00/1h x (uncertain)");
    assert_eq!(
        first.uncertain.as_deref(),
        Some("the time zone `Mars/Olympus` is unknown; read in its calendar's, `America/New_York`")
    );
}

#[test]
fn floating_times_are_in_the_zone_of_their_calendar() {
    let floating = "BEGIN:VEVENT\nUID:f\nSUMMARY:x\nDTSTART:20260701T090000\nDTEND:20260701T100000\nEND:VEVENT\n";
    check(floating, &["2026-07-01T07:00+00:00/1h x"], &[]);
    // The same time as in the user's zone is certain.
    check(&format!("X-WR-TIMEZONE:Europe/Paris\n{floating}"), &["2026-07-01T07:00+00:00/1h x"], &[]);
    check(
        &format!("X-WR-TIMEZONE:Nowhere\n{floating}"),
        &["2026-07-01T07:00+00:00/1h x"],
        &["the time zone `Nowhere` is unknown"],
    );
    check(&format!("{floating}X-WR-TIMEZONE:America/New_York\n"), &["2026-07-01T13:00+00:00/1h x (uncertain)"], &[]);
    // An all-day event is the user's day.
    let day = "BEGIN:VEVENT\nUID:d\nSUMMARY:x\nDTSTART:20260701\nEND:VEVENT\n";
    let found_day = found(&format!("X-WR-TIMEZONE:America/New_York\n{day}"));
    assert_eq!(line(&found_day.occurrences[0].1, &zone("Europe/Berlin")), "2026-07-01/1d x");
    // Of two calendars in one text each has its own.
    let two = format!(
        "X-WR-TIMEZONE:America/New_York\n{floating}END:VCALENDAR\nBEGIN:VCALENDAR\n{}",
        floating.replace("UID:f", "UID:g")
    );
    check(&two, &["2026-07-01T07:00+00:00/1h x", "2026-07-01T13:00+00:00/1h x (uncertain)"], &[]);
    // A series keeps its exceptions and changed instances in the same zone.
    check(
        "X-WR-TIMEZONE:America/New_York
         BEGIN:VEVENT\nUID:s\nSUMMARY:x\nDTSTART:20260701T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE:20260702T090000\nEND:VEVENT
         BEGIN:VEVENT\nUID:s\nSUMMARY:y\nRECURRENCE-ID:20260703T090000\nDTSTART:20260703T110000\nDURATION:PT1H\nEND:VEVENT",
        &["2026-07-01T13:00+00:00/1h x (uncertain)", "2026-07-03T15:00+00:00/1h y"],
        &[],
    );
}

#[test]
fn faulty_rules_of_a_zone_are_named_with_their_line() {
    let warnings = |rules: &str| -> Vec<String> {
        let ics = format!("BEGIN:VCALENDAR\n{}END:VCALENDAR\n", vtimezone("Own", rules));
        read(ics.as_bytes()).warnings.iter().map(ToString::to_string).collect()
    };
    assert_eq!(warnings(EXCHANGE), [""; 0]);
    assert_eq!(
        warnings(
            "BEGIN:STANDARD\nDTSTART:never\nTZOFFSETFROM:far\nTZOFFSETTO:+0100\nRDATE:x\nRRULE:FREQ=DAILY\nEND:STANDARD\n"
        ),
        [
            "line 5, DTSTART: of a time zone can't be read; left out",
            "line 6, TZOFFSETFROM: of a time zone can't be read; left out",
            "line 8, RDATE: of a time zone can't be read; left out",
            "line 9, RRULE: of a time zone can't be read; left out",
            "line 2, VTIMEZONE: a part without DTSTART or TZOFFSETTO; left out",
        ]
    );
    let twice = |first: &str, second: &str| {
        let ics = format!("BEGIN:VCALENDAR\n{}{}END:VCALENDAR\n", vtimezone("Own", first), vtimezone("own", second));
        read(ics.replace("TZID:own", "TZID:Own").as_bytes())
            .warnings
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    assert_eq!(twice(OWN, OWN), [""; 0]);
    assert_eq!(twice(OWN, EXCHANGE), ["line 17, VTIMEZONE: a second, different `Own`; the first counts"]);
}
