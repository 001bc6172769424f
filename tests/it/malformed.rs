//! Malformed calendars as they are seen in the wild: each read as a person would read it, or as uncertain with a
//! warning that names line and property.

use seawall::calendar::expand::expand;
use seawall::calendar::ical::read;
use seawall::calendar::zones::Zones;

use crate::support::ics::{line, window, zone};

/// What a text holds in the week of 2026-11-16, for a user in Berlin.
#[track_caller]
fn check(name: &str, body: &[u8], expected: &[&str], warnings: &[&str]) {
    let tz = zone("Europe/Berlin");
    let parsed = read(body);
    let found = expand(&parsed.components, window("2026-11-16..2026-11-23", &tz), &Zones::bundled(), &tz);
    let lines: Vec<String> = found.occurrences.iter().map(|(_, occurrence)| line(occurrence, &tz)).collect();
    assert_eq!(lines, expected, "{name}: {}", String::from_utf8_lossy(body));
    let mut said: Vec<String> = parsed.warnings.iter().map(ToString::to_string).collect();
    said.extend(found.warnings);
    assert_eq!(said, warnings, "{name}: {}", String::from_utf8_lossy(body));
}

/// A calendar with one event: what stands between its UID and its end.
fn one(lines: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
}

const TIMED: &str = "SUMMARY:x\r\nDTSTART:20261116T090000Z\r\nDURATION:PT1H";
const READ: &str = "2026-11-16T10:00+01:00/1h x";
const UNSURE: &str = "2026-11-16T10:00+01:00/1h x (uncertain)";

#[test]
fn properties_that_say_nothing_of_when_may_say_anything() {
    for (name, line) in [
        ("COMPLETED as a date", "COMPLETED:20261116"),
        ("CREATED in year 0", "CREATED:00000000T000000Z"),
        ("two DTSTAMPs", "DTSTAMP:20261101T000000Z\r\nDTSTAMP:20261101T000000Z"),
        ("no DTSTAMP, empty values", "DESCRIPTION:\r\nLOCATION:\r\nORGANIZER:\r\nATTENDEE:"),
        ("X-properties", "X-WR-CALNAME:y\r\nX-ALT-DESC;FMTTYPE=text/html:<a href=\"x:y\">;"),
        ("a quoted parameter with every separator", "ATTENDEE;CN=\"a:b;c,d\":mailto:a@b.c"),
        ("a caret", "ATTENDEE;CN=^^n^':mailto:a@b.c"),
        ("a quote that never closes", "ATTENDEE;CN=\"a;ROLE=b:mailto:a@b.c"),
        ("an empty rule", "RRULE:\r\nEXRULE: "),
        ("an empty parameter", "ATTENDEE;CN=;=;;X:mailto:a@b.c"),
        ("an alarm with times of its own", "BEGIN:VALARM\r\nDTSTART:20200101\r\nDURATION:x\r\nEND:VALARM"),
        ("an unknown component", "BEGIN:X-FOO\r\nBEGIN:X-BAR\r\nDTSTART:1\r\nEND:X-BAR\r\nEND:X-FOO"),
    ] {
        check(name, one(&format!("{line}\r\n{TIMED}")).as_bytes(), &[READ], &[]);
        check(name, one(&format!("{TIMED}\r\n{line}")).as_bytes(), &[READ], &[]);
    }
}

#[test]
fn names_and_lines_in_every_form() {
    let timed = one(TIMED);
    let cases: [(&str, Vec<u8>); 12] = [
        ("bare LF", timed.replace("\r\n", "\n").into()),
        ("bare CR", timed.replace("\r\n", "\r").into()),
        ("CRCRLF", timed.replace("\r\n", "\r\r\n").into()),
        ("one bare CR", timed.replacen("SUMMARY:x\r\n", "SUMMARY:x\r", 1).into()),
        ("CR but for one LF", timed.replace("\r\n", "\r").replacen('\r', "\n", 1).into()),
        // Those of a text are its own.
        ("trailing blanks", timed.replace("\r\n", "  \t\r\n").replace("SUMMARY:x  \t", "SUMMARY:x").into()),
        ("lower case", timed.to_lowercase().into()),
        ("blank lines", timed.replace("\r\n", "\r\n\r\n").into()),
        ("folded everywhere", timed.replace("DTSTART:2026", "DTST\r\n ART:20\r\n\t26").into()),
        ("a group before the names", timed.replace("DTSTART", "A.DTSTART").replace("SUMMARY", "item1.SUMMARY").into()),
        ("NUL and control characters", timed.replace("\r\n", "\0\r\n").replace("DTSTART", "\u{1}DT\u{8}START").into()),
        ("a blank before the colon", timed.replace("DTSTART:", "DTSTART : ").into()),
    ];
    for (name, body) in cases {
        check(name, &body, &[READ], &[]);
    }
}

#[test]
fn text_in_every_encoding() {
    let timed = one("SUMMARY:Größe\r\nDTSTART:20261116T090000Z\r\nDURATION:PT1H");
    let little = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let big = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_be_bytes).collect() };
    let marked = format!("\u{feff}{timed}");
    let cases: [(&str, Vec<u8>); 8] = [
        ("UTF-8 with a mark", marked.clone().into()),
        ("UTF-16 LE", little(&timed)),
        ("UTF-16 BE", big(&timed)),
        ("UTF-16 LE with a mark", little(&marked)),
        ("UTF-16 BE with a mark", big(&marked)),
        ("UTF-16 LE, cut inside a character", [little(&timed), vec![b'x']].concat()),
        ("Latin-1", timed.chars().map(|c| c as u8).collect()),
        ("folded inside a character", {
            let at = timed.find('ö').unwrap() + 1;
            [&timed.as_bytes()[..at], b"\r\n ", &timed.as_bytes()[at..]].concat()
        }),
    ];
    for (name, body) in cases {
        check(name, &body, &["2026-11-16T10:00+01:00/1h Größe"], &[]);
    }
    let windows =
        b"BEGIN:VEVENT\nUID:a\nSUMMARY:\x84x\x93 10\x80\nDTSTART:20261116T090000Z\nDURATION:PT1H\nEND:VEVENT\n";
    check("Windows-1252", windows, &["2026-11-16T10:00+01:00/1h „x“ 10€"], &[]);
    check("an empty title", one(&TIMED.replace(":x", ":")).as_bytes(), &["2026-11-16T10:00+01:00/1h "], &[]);
}

#[test]
fn starts_and_ends_in_every_form() {
    let day = "2026-11-16/1d x";
    for (name, lines, expected) in [
        ("a date without VALUE=DATE", "DTSTART:20261116", day),
        ("a date with a zone", "DTSTART;TZID=Europe/Berlin:20261116", day),
        ("a date as DATE-TIME", "DTSTART;VALUE=DATE-TIME:20261116\r\nDTEND;VALUE=DATE-TIME:20261117", day),
        ("a time as DATE", "DTSTART;VALUE=DATE:20261116T000000Z\r\nDTEND;VALUE=DATE:20261117T000000Z", day),
        ("the extended form", "DTSTART:2026-11-16T09:00:00Z\r\nDTEND:2026-11-16T10:00:00Z", READ),
        ("no seconds", "DTSTART:20261116T0900Z\r\nDTEND:20261116T1000Z", READ),
        ("a fraction", "DTSTART:20261116T090000.000Z\r\nDTEND:20261116T100000,5Z", READ),
        ("an offset", "DTSTART:20261116T100000+0100\r\nDTEND:20261116T050000-05:00", READ),
        ("the end of the day", "DTSTART:20261116T230000\r\nDTEND:20261116T24:00", "2026-11-16T23:00+01:00/1h x"),
        ("no length", "DTSTART:20261116T090000Z", "2026-11-16T10:00+01:00/0m x"),
        ("an end at the start", "DTSTART:20261116T090000Z\r\nDTEND:20261116T090000Z", "2026-11-16T10:00+01:00/0m x"),
        ("DTEND and DURATION", "DTSTART:20261116T090000Z\r\nDURATION:P1D\r\nDTEND:20261116T100000Z", READ),
        ("PT2D", "DTSTART:20261116T090000Z\r\nDURATION:PT2D", "2026-11-16T10:00+01:00/48h x"),
        ("P2DT", "DTSTART:20261116T090000Z\r\nDURATION:P2DT", "2026-11-16T10:00+01:00/48h x"),
        ("P1W2D", "DTSTART:20261115T090000Z\r\nDURATION:P1W2D", "2026-11-15T10:00+01:00/216h x"),
        ("blanks", "DTSTART:  20261116T090000Z \r\nDURATION: PT1H ", READ),
        ("an unquoted zone with a colon", "DTSTART;TZID=(UTC+01:00) Berlin:20261116T100000\r\nDURATION:PT1H", READ),
        ("a zone with half a quote", "DTSTART;TZID=\"Europe/Berlin:20261116T100000\r\nDURATION:PT1H", READ),
        ("a zone with the other half", "DTSTART;TZID=Europe/Berlin\";X=y:20261116T100000\r\nDURATION:PT1H", READ),
    ] {
        check(name, one(&format!("SUMMARY:x\r\n{lines}")).as_bytes(), &[expected], &[]);
    }
}

#[test]
fn what_can_not_be_read_is_uncertain_and_named() {
    let before = "ends before it starts; taken as the time between, or as its day";
    let guessed = "can't be read; the event is taken to last an hour, or its day";
    for (name, lines, expected, warning) in [
        ("a negative length", "DTSTART:20261116T100000Z\r\nDURATION:-P1H", UNSURE, format!("line 2, DTEND: {before}")),
        (
            "an end before the start",
            "DTSTART:20261116T100000Z\r\nDTEND:20261116T090000Z",
            UNSURE,
            format!("line 2, DTEND: {before}"),
        ),
        (
            "no length at all",
            "DTSTART:20261116T090000Z\r\nDURATION:1 hour",
            UNSURE,
            format!("line 6, DURATION: {guessed}"),
        ),
        (
            "an end that is none",
            "DTSTART:20261116T090000Z\r\nDTEND:20261316T100000Z",
            UNSURE,
            format!("line 6, DTEND: {guessed}"),
        ),
        (
            "a start of which only the day can be read",
            "DTSTART:20261116T9\r\nDURATION:PT1H",
            "2026-11-16/1d x (uncertain)",
            "line 5, DTSTART: has no readable time; taken as its day".to_owned(),
        ),
        (
            "no start but an end",
            "DTEND:20261116T100000Z\r\nCOMMENT:y",
            UNSURE,
            "line 2, DTSTART: is missing; guessed from DTEND".to_owned(),
        ),
        (
            "no start but a last day",
            "DTEND:20261117\r\nCOMMENT:y",
            "2026-11-16/1d x (uncertain)",
            "line 2, DTSTART: is missing; guessed from DTEND".to_owned(),
        ),
        (
            "no start but an original one",
            "RECURRENCE-ID:20261116T090000Z\r\nDURATION:PT1H",
            UNSURE,
            "line 2, DTSTART: is missing; taken as RECURRENCE-ID".to_owned(),
        ),
        (
            "a second start",
            "DTSTART:20261116T090000Z\r\nDTSTART:20261117T090000Z\r\nDURATION:PT1H",
            UNSURE,
            "line 6, DTSTART: a second, different start; the first counts".to_owned(),
        ),
    ] {
        check(name, one(&format!("SUMMARY:x\r\n{lines}")).as_bytes(), &[expected], &[&warning]);
    }
}

#[test]
fn one_bad_component_never_sinks_the_file() {
    let good = format!("BEGIN:VEVENT\r\nUID:a\r\n{TIMED}\r\nEND:VEVENT\r\n");
    let next = good.replace("UID:a", "UID:b");
    let calendar = |inner: &str| format!("BEGIN:VCALENDAR\r\n{inner}END:VCALENDAR\r\n");
    let open = |text: &str| text.replacen("END:VEVENT\r\n", "", 1);
    check("no VCALENDAR", good.as_bytes(), &[READ], &[]);
    check("two VCALENDARs", [calendar(&good), calendar(&next)].concat().as_bytes(), &[READ, READ], &[]);
    check("no END:VCALENDAR", format!("BEGIN:VCALENDAR\r\n{good}").as_bytes(), &[READ], &[]);
    check(
        "text before and after",
        format!("Dear all,\r\nsee:\r\n\r\n{}\r\nBye:\r\n", calendar(&good)).as_bytes(),
        &[READ],
        &[],
    );
    check("no START:VEVENT", calendar(&format!("UID:z\r\nDTSTART:1\r\nEND:VEVENT\r\n{good}")).as_bytes(), &[READ], &[]);
    check(
        "no END:VEVENT",
        calendar(&format!("{}{next}", open(&good))).as_bytes(),
        &[UNSURE, READ],
        &["line 2, VEVENT: the next component begins before its END:VEVENT"],
    );
    check(
        "truncated",
        format!("BEGIN:VCALENDAR\r\n{next}{}", good.split("DURATION").next().unwrap()).as_bytes(),
        &["2026-11-16T10:00+01:00/0m x (uncertain)", READ],
        &["line 8, VEVENT: the text ends before its END:VEVENT"],
    );
    check(
        "an alarm that does not end",
        calendar(&format!("{}{next}", good.replace("END", "BEGIN:VALARM\r\nEND"))).as_bytes(),
        &[UNSURE, READ],
        &["line 2, VEVENT: a component inside it does not end"],
    );
    check(
        "borders that cross",
        calendar(&format!("{}{next}", good.replace("END", "BEGIN:VALARM\r\nEND:VTODO\r\nEND"))).as_bytes(),
        &[READ, READ],
        &[],
    );
    check(
        "an event with nothing readable",
        calendar(&format!("BEGIN:VEVENT\r\nUID:c\r\nSUMMARY:y\r\nDTSTART:soon\r\nEND:VEVENT\r\n{good}")).as_bytes(),
        &[READ],
        &[
            "line 5, DTSTART: can't be read as a date or time",
            "line 2, VEVENT: `y` has no readable DTSTART; it is left out",
        ],
    );
    check(
        "lines that are none",
        calendar(&good.replace("SUMMARY", "?\r\n<html>\r\nSUMMARY")).as_bytes(),
        &[READ],
        &["line 4, VEVENT: a line without a colon; skipped", "line 5, VEVENT: a line without a colon; skipped"],
    );
    for (name, rubbish) in [("HTML", "<html><body>Sign in: now</body></html>"), ("nothing", ""), ("JSON", "{\"a\":1}")]
    {
        check(name, rubbish.as_bytes(), &[], &["line 1, VCALENDAR: this is no iCalendar text"]);
    }
}

#[test]
fn offsets_of_zones_in_every_form() {
    for (to, expected) in [
        ("+5730", "2026-11-16T10:02+01:00/1h x"),
        ("+005730", "2026-11-16T10:02+01:00/1h x"),
        ("+00:57:30", "2026-11-16T10:02+01:00/1h x"),
        ("+0100", READ),
        ("0100", READ),
        ("+1", READ),
    ] {
        let zone = format!(
            "BEGIN:VTIMEZONE\r\nTZID:Own\r\nBEGIN:STANDARD\r\nDTSTART:19000101T000000\r\nTZOFFSETFROM:{to}\r\nTZOFFSETTO:{to}\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
        );
        let event = format!(
            "BEGIN:VEVENT\r\nUID:a\r\n{}\r\nEND:VEVENT\r\n",
            TIMED.replace("DTSTART:20261116T090000Z", "DTSTART;TZID=Own:20261116T100000")
        );
        // Twice the same zone is one.
        check(to, format!("BEGIN:VCALENDAR\r\n{zone}{zone}{event}END:VCALENDAR\r\n").as_bytes(), &[expected], &[]);
    }
}

#[test]
fn ten_megabytes_of_ordinary_events_are_read_to_the_end() {
    let event = format!(
        "BEGIN:VEVENT\r\nUID:a\r\nDTSTART:20261116\r\n{}END:VEVENT\r\n",
        "X-ORDINARY-PROPERTY:ordinary text\r\n".repeat(26)
    );
    let body = format!("BEGIN:VCALENDAR\r\n{}END:VCALENDAR\r\n", event.repeat(10_000));
    assert!((9_000_000..10_000_000).contains(&body.len()), "{}", body.len());
    let parsed = read(body.as_bytes());
    assert_eq!((parsed.components.len(), parsed.is_cut, parsed.warnings.len()), (10_000, false, 0));
    let more = read(body.replacen("END:VCALENDAR", &format!("{event}END:VCALENDAR"), 1).as_bytes());
    assert_eq!((more.components.len(), more.is_cut, more.warnings.len()), (10_000, true, 1));
}
