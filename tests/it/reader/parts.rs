//! What else an event says, and what a faulty part of it costs: itself, never the others.

use seawall::calendar::event::{Answer, AttendeeKind, BusyStatus, Transparency};
use seawall::calendar::ical::read;
use seawall::calendar::zones::Zones;

use crate::support::ics::{calendar, window, zone};

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
