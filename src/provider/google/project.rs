//! Google's events as iCalendar text, pure: one object a single event or series, its exceptions in the same text. The
//! text says what the service said and nothing else, so that one engine decides for all providers.
//!
//! Two things are ours. The text of a series carries the JSON of its members in lines `X-GOOGLE-EVENT`, for a later
//! reading learns only of those that changed since. And an event of seawall has its id for a UID: Google makes
//! `<id>@google.com` of it, and the marker's rule would not know it.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize as _;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::event::{Event, Person, When};
use super::line::{Text, parameter};
use super::marker;
use crate::calendar::own::is_our_form;
use crate::calendar::zones::Zones;
use crate::provider::{Etag, Object};

/// The member of a series, as it is kept in the text.
const MEMBER: &str = "X-GOOGLE-EVENT";
/// Stands for guests that the service does not name: somebody, nobody knows who.
const OTHERS: &str = "others@not-shown.invalid";

/// How a calendar is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'a> {
    /// The database of zones.
    pub zones: &'a Zones,
    /// `self` means the user: it is the user's own calendar.
    pub is_mine: bool,
}

/// An event with the JSON it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    event: Event,
    raw: Value,
}

impl Member {
    /// Reads an event; none where this is none.
    pub fn read(raw: Value) -> Option<Self> {
        let event = Event::deserialize(&raw).ok()?;
        (!event.id.is_empty()).then_some(Self { event, raw })
    }

    /// What it says.
    pub(super) fn event(&self) -> &Event {
        &self.event
    }

    /// The JSON without what the text has not got either.
    fn kept(&self) -> String {
        let mut raw = self.raw.clone();
        if let (Value::Object(fields), false) = (&mut raw, is_own(&self.event)) {
            for name in ["description", "location", "extendedProperties"] {
                fields.remove(name);
            }
        }
        raw.to_string()
    }
}

/// The members whose JSON a text carries: those of a series.
pub fn members(body: &[u8]) -> Vec<Member> {
    let text = String::from_utf8_lossy(body);
    let lines = text.lines().take_while(|line| *line != "BEGIN:VEVENT");
    let json = lines.filter_map(|line| line.strip_prefix(MEMBER)?.strip_prefix(':'));
    json.filter_map(|json| Member::read(serde_json::from_str(json).ok()?)).collect()
}

/// The object that a single event is, or a series (which may be out of sight) with its exceptions; none where nothing
/// of it is left. Of a series all members must be given.
pub fn object(members: &[Member], sight: Sight<'_>) -> Option<Object> {
    let mut members: Vec<&Member> = members.iter().collect();
    members.sort_by_key(|member| (member.event.recurring_event_id.is_some(), &member.event.id));
    let master = members.iter().map(|member| &member.event).find(|event| event.recurring_event_id.is_none());
    if master.is_some_and(Event::is_cancelled) {
        return None;
    }
    // An event that no longer recurs has no exceptions, whatever is remembered of them.
    let is_series = master.is_none_or(|master| master.recurrence.is_some());
    members.retain(|member| is_series || member.event.recurring_event_id.is_none());
    let live: Vec<&Event> = members.iter().map(|member| &member.event).filter(|event| !event.is_cancelled()).collect();
    let home = live.first()?.home();
    let href = format!("{home}.ics");

    let mut text = Text::default();
    text.line("BEGIN", "VCALENDAR");
    text.line("VERSION", "2.0");
    text.line("PRODID", "-//seawall//google//EN");
    if is_series {
        for member in &members {
            text.line(MEMBER, &member.kept());
        }
    }
    let gone: Vec<&When> = members
        .iter()
        .filter(|member| member.event.is_cancelled())
        .filter_map(|member| member.event.original_start_time.as_ref())
        .collect();
    for event in live {
        component(&mut text, event, &gone, sight);
    }
    text.line("END", "VCALENDAR");
    let body = text.finish().into_bytes();
    let etag = etag(&members, &body);
    Some(Object { href, etag, body: body.into() })
}

/// What is left of a deleted event, as an object that is cancelled.
pub fn remains(member: &Member, sight: Sight<'_>) -> Object {
    let mut event = member.event.clone();
    // Only the id is sure to be there; without a start nobody could read the marker.
    let some_day = When { date: Some("1970-01-01".to_owned()), ..When::default() };
    event.start.get_or_insert(some_day);
    let mut text = Text::default();
    text.line("BEGIN", "VCALENDAR");
    text.line("VERSION", "2.0");
    component(&mut text, &event, &[], sight);
    text.line("END", "VCALENDAR");
    let body = text.finish().into_bytes();
    Object { href: format!("{}.ics", event.id), etag: etag(&[member], &body), body: body.into() }
}

/// The version: the service's own where there is one event, else one of all members.
fn etag(members: &[&Member], body: &[u8]) -> Etag {
    let etags: Vec<&str> = members.iter().filter_map(|member| member.event.etag.as_deref()).collect();
    if let ([_], [etag]) = (members, etags.as_slice()) {
        return Etag((*etag).to_owned());
    }
    let mut hasher = Sha256::new();
    if etags.len() == members.len() {
        for etag in etags {
            hasher.update(etag);
        }
    } else {
        hasher.update(body);
    }
    let hash = hasher.finalize().iter().take(12).fold(String::new(), |mut out, byte| {
        // Writing to a string can't fail.
        let _ = write!(out, "{byte:02x}");
        out
    });
    Etag(format!("\"{hash}\""))
}

/// Whether seawall wrote it, by its id or by what it carries.
fn is_own(event: &Event) -> bool {
    is_our_form(&event.id) || marker_of(event).is_some()
}

fn marker_of(event: &Event) -> Option<String> {
    marker::join(&event.extended_properties.as_ref()?.private)
}

fn component(text: &mut Text, event: &Event, gone: &[&When], sight: Sight<'_>) {
    text.line("BEGIN", "VEVENT");
    let uid = event.ical_uid.as_deref().filter(|uid| !uid.trim().is_empty());
    let is_own = is_own(event);
    text.line("UID", if is_own { event.home() } else { uid.unwrap_or(event.home()) });
    times(text, event, gone, sight);
    for (name, stamp) in [("CREATED", &event.created), ("DTSTAMP", &event.updated)] {
        if let Some(at) = stamp.as_ref().and_then(|stamp| stamp.parse().ok()) {
            text.line(name, &utc(at));
        }
    }
    if let Some(sequence) = event.sequence {
        text.line("SEQUENCE", &sequence.to_string());
    }
    if let Some(summary) = &event.summary {
        text.text("SUMMARY", summary);
    }
    if is_own {
        for (name, value) in [("DESCRIPTION", &event.description), ("LOCATION", &event.location)] {
            if let Some(value) = value.as_deref().filter(|value| !value.is_empty()) {
                text.text(name, value);
            }
        }
        if let Some(marker) = marker_of(event) {
            text.text("X-SEAWALL", &marker);
        }
    }
    text.line(
        "STATUS",
        match event.status.as_deref() {
            Some("tentative") => "TENTATIVE",
            Some("cancelled") => "CANCELLED",
            _ => "CONFIRMED",
        },
    );
    // What Google leaves out is its default: busy, all day or not.
    let is_free = event.transparency.as_deref() == Some("transparent");
    text.line("TRANSP", if is_free { "TRANSPARENT" } else { "OPAQUE" });
    if let Some(visibility) = event.visibility.as_deref().filter(|word| *word != "default") {
        text.text("CLASS", &visibility.to_ascii_uppercase());
    }
    if let Some(kind) = event.event_type.as_deref().filter(|word| *word != "default") {
        text.text("X-GOOGLE-EVENT-TYPE", kind);
    }
    people(text, event, sight);
    text.line("END", "VEVENT");
}

/// When it takes place: instants in UTC, those of a series in the zone in which it recurs.
fn times(text: &mut Text, event: &Event, gone: &[&When], sight: Sight<'_>) {
    let is_series = event.recurrence.is_some();
    if let Some(original) = event.original_start_time.as_ref().filter(|_| event.recurring_event_id.is_some()) {
        moment(text, "RECURRENCE-ID", original, false, sight);
    }
    for (name, when) in [("DTSTART", &event.start), ("DTEND", &event.end)] {
        if let Some(when) = when {
            moment(text, name, when, is_series, sight);
        }
    }
    for line in event.recurrence.iter().flatten() {
        let Some(at) = line.find([':', ';']) else { continue };
        let (name, rest) = line.split_at(at);
        let name = name.trim().to_ascii_uppercase();
        if let ("RRULE" | "EXRULE" | "RDATE" | "EXDATE", Some(value)) = (name.as_str(), rest.strip_prefix(':')) {
            text.line(&name, value);
        } else if ["RRULE", "EXRULE", "RDATE", "EXDATE"].contains(&name.as_str())
            && let Some((parameters, value)) = rest.split_once(':')
        {
            text.line(&format!("{name}{parameters}"), value);
        }
    }
    if is_series {
        for when in gone {
            moment(text, "EXDATE", when, false, sight);
        }
    }
}

fn moment(text: &mut Text, name: &str, when: &When, is_local: bool, sight: Sight<'_>) {
    if let Some(day) = when.date.as_ref().and_then(|date| date.parse::<Date>().ok()) {
        return text.line(&format!("{name};VALUE=DATE"), &day.strftime("%Y%m%d").to_string());
    }
    let Some(time) = &when.date_time else { return };
    let zone = when.time_zone.as_deref();
    match (time.parse::<Timestamp>(), zone) {
        (Ok(at), Some(name_of_zone)) if is_local => {
            let tz = sight.zones.resolve(name_of_zone);
            // In a zone that nobody knows at least the wall time of the calendar's own is right.
            let wall = match tz {
                Some(tz) => tz.to_datetime(at).strftime("%Y%m%dT%H%M%S").to_string(),
                None => time.chars().take(19).filter(|char| !matches!(char, '-' | ':')).collect(),
            };
            text.line(&format!("{name}{}", parameter("TZID", name_of_zone)), &wall);
        }
        (Ok(at), _) => text.line(name, &utc(at)),
        // A wall time without an offset; a reader finds out what it means, or that it is not certain.
        (Err(_), zone) => {
            let zone = zone.map(|zone| parameter("TZID", zone)).unwrap_or_default();
            let wall: String = time.chars().filter(|char| !matches!(char, '-' | ':')).collect();
            text.line(&format!("{name}{zone}"), &wall);
        }
    }
}

fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Who takes part. Google names an organiser for every event: only with guests that makes it a meeting.
fn people(text: &mut Text, event: &Event, sight: Sight<'_>) {
    let attendees = event.attendees.as_deref().unwrap_or_default();
    let is_cut = event.attendees_omitted == Some(true);
    if attendees.is_empty() && !is_cut {
        return;
    }
    let person = |text: &mut Text, name: &str, more: &str, one: &Person| {
        let mut head = name.to_owned();
        if let Some(shown) = one.display_name.as_deref().filter(|shown| !shown.trim().is_empty()) {
            head += &parameter("CN", shown);
        }
        head += more;
        if one.is_self == Some(true) && sight.is_mine {
            head += ";X-GOOGLE-SELF=TRUE";
        }
        let address = one.email.as_deref().filter(|email| !email.trim().is_empty());
        let address = address.or(one.display_name.as_deref()).unwrap_or("somebody@not-shown.invalid");
        text.line(&head, &format!("mailto:{address}"));
    };
    if let Some(organizer) = &event.organizer {
        person(text, "ORGANIZER", "", organizer);
    }
    for one in attendees {
        let answer = match one.response_status.as_deref() {
            Some("accepted") => "ACCEPTED",
            Some("declined") => "DECLINED",
            Some("tentative") => "TENTATIVE",
            _ => "NEEDS-ACTION",
        };
        let kind = if one.resource == Some(true) { ";CUTYPE=RESOURCE" } else { "" };
        let role = if one.optional == Some(true) { ";ROLE=OPT-PARTICIPANT" } else { "" };
        person(text, "ATTENDEE", &format!("{kind}{role};PARTSTAT={answer}"), one);
    }
    let is_self = |one: &&Person| one.is_self == Some(true);
    if is_cut && attendees.iter().all(|one| is_self(&one)) {
        text.line("ATTENDEE;PARTSTAT=ACCEPTED", &format!("mailto:{OTHERS}"));
    }
}
