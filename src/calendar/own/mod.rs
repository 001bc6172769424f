//! seawall's own events as iCalendar text: a new object, and our properties changed in an object as just read.
//! Knows no keys, no plans and no files; what the marker says is its caller's.

mod patch;

use icalendar::{Calendar, Component as _, Event, Parameter, Property};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

pub use patch::{patch, remark};

use super::time::Span;

const PRODID: &str = "-//seawall//seawall//EN";

/// How every UID of seawall begins.
pub const UID_PREFIX: &str = "sea0";
/// Length of a UID: the prefix and 160 bits in base32hex.
pub const UID_LENGTH: usize = UID_PREFIX.len() + 32;
/// Digits of RFC 4648 base32hex in lower case: what a Google event id may hold.
pub const BASE32HEX: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";

/// Whether a UID has the form of ours.
pub fn is_our_form(uid: &str) -> bool {
    uid.len() == UID_LENGTH && uid.starts_with(UID_PREFIX) && uid.bytes().all(|byte| BASE32HEX.contains(&byte))
}

/// When an own event takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// From an instant to an instant; written in UTC, to the second.
    Timed(Span),
    /// One whole day, wherever it is read.
    AllDay(Date),
}

/// An event that seawall writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnEvent {
    /// UID.
    pub uid: String,
    /// SUMMARY, one line.
    pub title: String,
    /// DESCRIPTION.
    pub text: String,
    /// LOCATION, one line.
    pub place: String,
    /// DTSTART and DTEND.
    pub when: When,
    /// TRANSP: whether it takes the time.
    pub busy: bool,
    /// CLASS: PRIVATE, else PUBLIC.
    pub private: bool,
    /// COLOR (RFC 7986 5.9), a CSS colour name, if the config gives one.
    pub color: Option<String>,
    /// X-GOOGLE-EVENT-TYPE: it shall decline new invitations over it, where the service has such events.
    pub strict: bool,
    /// X-SEAWALL.
    pub marker: String,
}

/// The event as a new object: one VCALENDAR with one VEVENT, CRLF, folded.
pub fn render(event: &OwnEvent, now: Timestamp) -> Vec<u8> {
    let mut component = Event::new();
    component.uid(&one_line(&event.uid));
    for (name, property) in managed(event) {
        if let Some(property) = property {
            debug_assert_eq!(name, property.key(), "each property under its name");
            component.append_property(property);
        }
    }
    for stamp in ["CREATED", "DTSTAMP", "LAST-MODIFIED"] {
        component.add_property(stamp, utc(now));
    }
    component.add_property("SEQUENCE", "0");
    let mut calendar = Calendar::empty();
    calendar.append_property(("VERSION", "2.0")).append_property(("PRODID", PRODID)).push(component);
    calendar.to_string().into_bytes()
}

/// The properties that are ours to set, by name; none where the object should not have it.
fn managed(event: &OwnEvent) -> [(&'static str, Option<Property>); 11] {
    let text = |name: &str, value: String| (!value.is_empty()).then(|| Property::new(name, value));
    let (start, end) = match event.when {
        When::Timed(span) => (Property::new("DTSTART", utc(span.start)), Property::new("DTEND", utc(span.end))),
        When::AllDay(day) => (date("DTSTART", day), date("DTEND", day.saturating_add(1.days()))),
    };
    [
        ("DTSTART", Some(start)),
        ("DTEND", Some(end)),
        ("SUMMARY", text("SUMMARY", one_line(&event.title))),
        ("DESCRIPTION", text("DESCRIPTION", plain(&event.text))),
        ("LOCATION", text("LOCATION", one_line(&event.place))),
        ("STATUS", Some(Property::new("STATUS", "CONFIRMED"))),
        ("TRANSP", Some(Property::new("TRANSP", if event.busy { "OPAQUE" } else { "TRANSPARENT" }))),
        ("CLASS", Some(Property::new("CLASS", if event.private { "PRIVATE" } else { "PUBLIC" }))),
        ("COLOR", event.color.as_deref().and_then(|color| text("COLOR", one_line(color)))),
        ("X-GOOGLE-EVENT-TYPE", event.strict.then(|| Property::new("X-GOOGLE-EVENT-TYPE", "focusTime"))),
        ("X-SEAWALL", text("X-SEAWALL", one_line(&event.marker))),
    ]
}

fn utc(at: Timestamp) -> String {
    TimeZone::UTC.to_datetime(at).strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn date(name: &str, day: Date) -> Property {
    let mut property = Property::new(name, day.strftime("%Y%m%d").to_string());
    property.append_parameter(Parameter::new("VALUE", "DATE")).done()
}

/// Text as every client and server keeps it: no control characters and nothing that looks like HTML.
pub fn plain(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars().filter(|char| *char == '\n' || !(char.is_control() || matches!(char, '<' | '>' | '&'))).collect()
}

/// The same in one line: for titles.
pub fn one_line(text: &str) -> String {
    plain(text).replace('\n', " ").trim().to_owned()
}
