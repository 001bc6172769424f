//! Writing seawall's own events: the shape of a new object, and what a change leaves alone.

use jiff::civil::date;
use seawall::calendar::ical::read;
use seawall::calendar::own::{OwnEvent, When, patch, render};
use seawall::calendar::time::Span;
use seawall::calendar::zones::Zones;

use crate::support::ics::zone;

fn event() -> OwnEvent {
    OwnEvent {
        uid: "sea0abc".to_owned(),
        title: "Deep work, really; <b>".to_owned(),
        text: "One\r\ntwo & three\u{7}\n\u{1f600}".to_owned(),
        place: "Desk".to_owned(),
        when: When::Timed(Span::new("2026-11-16T08:00:00Z".parse().unwrap(), "2026-11-16T10:30:00Z".parse().unwrap())),
        busy: true,
        private: false,
        color: Some("teal".to_owned()),
        strict: false,
        marker: "v1 k=hold:2026-W47:deep:0".to_owned(),
    }
}

fn now() -> jiff::Timestamp {
    "2026-11-15T12:00:00Z".parse().unwrap()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_new_object_has_this_shape() {
    insta::assert_snapshot!(text(render(&event(), now())).replace("\r\n", "|\n"), @"
    BEGIN:VCALENDAR|
    VERSION:2.0|
    PRODID:-//seawall//seawall//EN|
    BEGIN:VEVENT|
    CLASS:PUBLIC|
    COLOR:teal|
    CREATED:20261115T120000Z|
    DESCRIPTION:One\\ntwo  three\\n😀|
    DTEND:20261116T103000Z|
    DTSTAMP:20261115T120000Z|
    DTSTART:20261116T080000Z|
    LAST-MODIFIED:20261115T120000Z|
    LOCATION:Desk|
    SEQUENCE:0|
    STATUS:CONFIRMED|
    SUMMARY:Deep work\\, really\\; b|
    TRANSP:OPAQUE|
    UID:sea0abc|
    X-SEAWALL:v1 k=hold:2026-W47:deep:0|
    END:VEVENT|
    END:VCALENDAR|
    ");
}

#[test]
fn lines_are_folded_at_75_octets_between_characters() {
    let long = OwnEvent { title: "\u{fc}\u{1f600}x ".repeat(100), ..event() };
    let body = text(render(&long, now()));
    assert!(body.split("\r\n").all(|line| line.len() <= 75 && !line.contains(['\r', '\n'])));
    assert_eq!(read(body.as_bytes()).components[0].details.title, long.title.trim());
}

#[test]
fn an_all_day_event_is_dates() {
    let day = OwnEvent { when: When::AllDay(date(2026, 12, 31)), busy: false, private: true, color: None, ..event() };
    let body = text(render(&day, now()));
    for line in ["DTSTART;VALUE=DATE:20261231", "DTEND;VALUE=DATE:20270101", "TRANSP:TRANSPARENT", "CLASS:PRIVATE"] {
        assert!(body.contains(&format!("\r\n{line}\r\n")), "{line}\n{body}");
    }
    assert!(!body.contains("COLOR"));
}

#[test]
fn what_is_written_reads_back() {
    let parsed = read(&render(&event(), now()));
    assert_eq!(parsed.warnings, []);
    let [component] = parsed.components.as_slice() else { panic!("one event") };
    let details = &component.details;
    assert_eq!((details.title.as_str(), details.place.as_str()), ("Deep work, really; b", "Desk"));
    assert_eq!(details.text, "One\ntwo  three\n\u{1f600}");
    assert_eq!(details.marker.as_deref(), Some("v1 k=hold:2026-W47:deep:0"));
    assert_eq!(When::Timed(component.span(&Zones::bundled(), &zone("Europe/Berlin"))), event().when);
}

const EDITED: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//other//EN\r\nBEGIN:VEVENT\r\n\
    DTSTART:20261116T080000Z\r\nDURATION:PT1H\r\nUID:sea0abc\r\nX-Apple:a\r\n folded\n\
    summary;LANGUAGE=en:Old\r\n  title\r\nSUMMARY:again\r\nCOLOR:red\r\nCATEGORIES:A,B\r\nSEQUENCE:4\r\n\
    DTSTAMP:20260101T000000Z\r\nX-MICROSOFT-CDO-BUSYSTATUS:FREE\r\n\
    BEGIN:VALARM\r\nDESCRIPTION:mine\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

#[test]
fn a_change_leaves_every_other_line_as_it_is() {
    let plain = OwnEvent { color: None, text: String::new(), ..event() };
    let body = text(patch(EDITED.as_bytes(), &plain, now()).unwrap());
    insta::assert_snapshot!(body.replace('\r', "|"), @"
    BEGIN:VCALENDAR|
    VERSION:2.0|
    PRODID:-//other//EN|
    BEGIN:VEVENT|
    DTSTART:20261116T080000Z|
    UID:sea0abc|
    X-Apple:a|
     folded
    SUMMARY:Deep work\\, really\\; b|
    COLOR:red|
    CATEGORIES:A,B|
    SEQUENCE:5|
    DTSTAMP:20261115T120000Z|
    X-MICROSOFT-CDO-BUSYSTATUS:BUSY|
    DTEND:20261116T103000Z|
    LOCATION:Desk|
    STATUS:CONFIRMED|
    TRANSP:OPAQUE|
    CLASS:PUBLIC|
    X-SEAWALL:v1 k=hold:2026-W47:deep:0|
    LAST-MODIFIED:20261115T120000Z|
    BEGIN:VALARM|
    DESCRIPTION:mine|
    TRIGGER:-PT5M|
    END:VALARM|
    END:VEVENT|
    END:VCALENDAR|
    ");
}

#[test]
fn a_change_keeps_the_line_ends_and_the_byte_order_mark() {
    let body = format!("\u{feff}{}", EDITED.replace("\r\n", "\n"));
    let body = text(patch(body.as_bytes(), &event(), now()).unwrap());
    assert!(body.starts_with("\u{feff}BEGIN:VCALENDAR\n") && !body.contains('\r'));
    assert!(body.contains("\nCOLOR:teal\n"));
}

#[test]
fn a_change_needs_exactly_one_whole_event() {
    let one = text(render(&event(), now()));
    assert!(patch(one.as_bytes(), &event(), now()).is_some());
    for body in [
        String::new(),
        "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n".to_owned(),
        one.replace("END:VEVENT", "END:VEVENT\r\nBEGIN:VEVENT\r\nUID:b\r\nEND:VEVENT"),
        one.replace("END:VEVENT\r\n", ""),
        one.replace("END:VEVENT", "BEGIN:VALARM\r\nEND:VEVENT"),
    ] {
        assert_eq!(patch(body.as_bytes(), &event(), now()), None, "{body}");
    }
}
