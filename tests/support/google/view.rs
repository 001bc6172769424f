//! What a reader gets to see of a stored event: all of it, or only that the time is taken.

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::http::Request;
use super::state::{Calendar, Fields, Role, Stored};
use super::times;

/// What stays of an event whose details are not for the reader.
const TAKEN: [&str; 10] = [
    "id",
    "status",
    "created",
    "updated",
    "start",
    "end",
    "recurrence",
    "recurringEventId",
    "originalStartTime",
    "iCalUID",
];

/// Who reads, and how.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    /// Only whether the time is taken, by role or by scope.
    pub(super) free_busy: bool,
    /// Private events show their details.
    private: bool,
    /// The address that this calendar stands for.
    me: String,
    pub(super) zone: TimeZone,
    attendees_max: Option<usize>,
    /// Deleted events show only what is guaranteed.
    bare: bool,
}

impl Reader {
    /// Somebody who may see everything.
    pub(super) fn owner(calendar: &Calendar) -> Self {
        let zone = times::named(&calendar.zone);
        Self { free_busy: false, private: true, me: calendar.id.clone(), zone, attendees_max: None, bare: false }
    }

    /// The user with that request.
    pub(super) fn of(calendar: &Calendar, free_busy: bool, request: &Request) -> Self {
        let owner = Self::owner(calendar);
        let zone = request.parameter("timeZone").and_then(|zone| TimeZone::get(zone).ok());
        Self {
            free_busy: free_busy || calendar.role == Role::FreeBusyReader,
            private: calendar.role >= Role::Writer,
            zone: zone.unwrap_or_else(|| owner.zone.clone()),
            attendees_max: request.parameter("maxAttendees").and_then(|most| most.parse().ok()),
            ..owner
        }
    }

    /// The same, who gets of deleted events only what is guaranteed, or all.
    pub(super) fn bare(self, bare: bool) -> Self {
        Self { bare, ..self }
    }
}

/// An event as that reader sees it.
pub(super) fn event(stored: &Stored, reader: &Reader) -> Value {
    let mut fields = stored.fields.clone();
    if stored.cancelled() && reader.bare {
        fields.retain(|name, _| ["id", "status", "recurringEventId", "originalStartTime"].contains(&name.as_str()));
    } else if reader.free_busy || !reader.private && ["private", "confidential"].contains(&stored.text("visibility")) {
        fields.retain(|name, _| TAKEN.contains(&name.as_str()));
        fields.insert("visibility".to_owned(), json!("private"));
        fields.insert("eventType".to_owned(), json!("default"));
    } else {
        people(&mut fields, reader);
        fields.insert(
            "htmlLink".to_owned(),
            json!(format!("https://www.google.com/calendar/event?eid={}", stored.text("id"))),
        );
    }
    for name in ["start", "end", "originalStartTime"] {
        if let Some(value) = fields.get_mut(name) {
            *value = times::shown(value, &reader.zone);
        }
    }
    fields.insert("kind".to_owned(), json!("calendar#event"));
    fields.insert("etag".to_owned(), json!(stored.etag()));
    Value::Object(fields)
}

/// Marks the reader among the people, and leaves out the others where there are too many.
fn people(fields: &mut Fields, reader: &Reader) {
    let organizer = fields.get("organizer").map(|organizer| organizer["email"].clone());
    for name in ["organizer", "creator"] {
        if let Some(person) = fields.get_mut(name) {
            mark(person, &reader.me);
        }
    }
    let Some(Value::Array(attendees)) = fields.get_mut("attendees") else { return };
    for attendee in attendees.iter_mut() {
        mark(attendee, &reader.me);
        if organizer.as_ref() == Some(&attendee["email"]) {
            attendee["organizer"] = json!(true);
        }
    }
    if reader.attendees_max.is_some_and(|most| attendees.len() > most) {
        attendees.retain(|attendee| attendee["self"] == true);
        fields.insert("attendeesOmitted".to_owned(), json!(true));
    }
}

fn mark(person: &mut Value, me: &str) {
    if let Some(person) = person.as_object_mut() {
        person.remove("self");
        if person.get("email").and_then(Value::as_str) == Some(me) {
            person.insert("self".to_owned(), json!(true));
        }
    }
}
