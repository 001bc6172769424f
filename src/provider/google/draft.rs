//! An own event's iCalendar text as what Google takes: the body of an insert, and a patch of nothing but our fields, so
//! that what a person added stays. Pure; no event with guests or a recurrence ever gets through.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Map, Value, json};

use super::{color, marker};
use crate::calendar::event::{EventType, Transparency};
use crate::calendar::ical::{self, Border, Component, End, Lines, Moment, Property, split_mark};
use crate::calendar::own::BASE32HEX;
use crate::calendar::zones::Zones;

/// An own event, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    uid: String,
    title: String,
    text: String,
    place: String,
    start: When,
    end: When,
    is_busy: bool,
    visibility: Option<&'static str>,
    color: Option<&'static str>,
    marker: Option<String>,
    /// It is to be a *focus time* event, which declines new conflicting invitations.
    pub is_strict: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    Day(Date),
    At(Timestamp),
}

impl Draft {
    /// Reads the text of an own event.
    ///
    /// # Errors
    /// Where it is not one plain event, in words.
    pub fn read(body: &[u8], zones: &Zones) -> Result<Self, &'static str> {
        let parsed = ical::read(body);
        let [event] = parsed.components.as_slice() else { return Err("it is not one event") };
        let details = &event.details;
        if !parsed.is_lone || event.is_recurring() || event.recurrence_id.is_some() {
            return Err("it is more than one plain event");
        }
        if details.organizer.is_some() || !details.attendees.is_empty() {
            return Err("it has guests, and a write would mail them");
        }
        let (start, end) = times(event, zones).ok_or("its times can't be written")?;
        let own = |wanted: &str| property(body, wanted);
        Ok(Self {
            uid: details.uid.clone(),
            title: details.title.clone(),
            text: details.text.clone(),
            place: details.place.clone(),
            start,
            end,
            is_busy: details.transparency != Some(Transparency::Transparent),
            visibility: own("CLASS").and_then(|class| match class.to_ascii_uppercase().as_str() {
                "PUBLIC" => Some("public"),
                "PRIVATE" => Some("private"),
                "CONFIDENTIAL" => Some("confidential"),
                _ => None,
            }),
            color: own("COLOR").and_then(|name| color::nearest(&name)),
            marker: details.marker.clone(),
            is_strict: details.event_type == EventType::FocusTime,
        })
    }

    /// Whether the event lies under that name: its UID, in the letters and the length of an id (base32hex, 5 to 1024).
    pub(super) fn is_called(&self, name: &str) -> bool {
        let uid = self.uid.as_bytes();
        name.strip_suffix(".ics") == Some(&self.uid)
            && (5..=1024).contains(&uid.len())
            && uid.iter().all(|byte| BASE32HEX.contains(byte))
    }

    /// The body of an insert; none where the marker is longer than Google keeps. The id is the UID.
    pub fn insert(&self) -> Option<Value> {
        let mut fields = self.fields(false)?;
        fields.insert("id".to_owned(), json!(self.uid));
        fields.insert("status".to_owned(), json!("confirmed"));
        fields.insert("reminders".to_owned(), json!({"useDefault": false, "overrides": []}));
        if self.is_strict {
            fields.insert("eventType".to_owned(), json!("focusTime"));
            let focus = json!({
                "autoDeclineMode": "declineOnlyNewConflictingInvitations",
                "chatStatus": "doNotDisturb",
            });
            fields.insert("focusTimeProperties".to_owned(), focus);
        }
        Some(Value::Object(fields))
    }

    /// A patch: our fields, and null for those of them that the event shall not have. It never says `status`, which
    /// would revive a deleted event; none as for [`Self::insert`].
    pub fn patch(&self) -> Option<Value> {
        self.fields(true).map(Value::Object)
    }

    fn fields(&self, over: bool) -> Option<Map<String, Value>> {
        let mut out = Map::new();
        let texts = [("summary", &self.title), ("description", &self.text), ("location", &self.place)];
        for (name, text) in texts {
            if !text.is_empty() {
                out.insert(name.to_owned(), json!(text));
            } else if over {
                out.insert(name.to_owned(), Value::Null);
            }
        }
        for (name, when) in [("start", self.start), ("end", self.end)] {
            out.insert(name.to_owned(), when.json(over));
        }
        let transparency = if self.is_busy { "opaque" } else { "transparent" };
        out.insert("transparency".to_owned(), json!(transparency));
        for (name, word) in [("visibility", self.visibility), ("colorId", self.color)] {
            if let Some(word) = word {
                out.insert(name.to_owned(), json!(word));
            }
        }
        if let Some(marker) = &self.marker {
            let private = marker::split(marker, over)?;
            out.insert("extendedProperties".to_owned(), json!({"private": private}));
        }
        Some(out)
    }
}

impl When {
    /// With `over`, also what removes the other kind of time.
    fn json(self, over: bool) -> Value {
        match (self, over) {
            (Self::Day(day), false) => json!({"date": day.to_string()}),
            (Self::Day(day), true) => json!({"date": day.to_string(), "dateTime": null, "timeZone": null}),
            (Self::At(at), false) => json!({"dateTime": at.to_string()}),
            (Self::At(at), true) => json!({"dateTime": at.to_string(), "date": null}),
        }
    }
}

fn times(event: &Component, zones: &Zones) -> Option<(When, When)> {
    if let Moment::Date(start) = event.start {
        let end = match &event.end {
            End::At(Moment::Date(end)) if *end > start => *end,
            End::At(_) | End::After(_) | End::Missing => start.checked_add(1.days()).ok()?,
        };
        return Some((When::Day(start), When::Day(end)));
    }
    let span = event.span(zones, &TimeZone::UTC);
    Some((When::At(span.start), When::At(span.end)))
}

/// The value of a property that stands right in the event; the first counts.
fn property(body: &[u8], wanted: &str) -> Option<String> {
    let mut depth = 0_usize;
    for line in Lines::new(split_mark(body).1) {
        match Border::of(&line.text) {
            Some(Border::Begin(_)) => depth += 1,
            Some(Border::End(_)) => depth = depth.saturating_sub(1),
            // In the calendar, in the event.
            None if depth == 2 => {
                let text = String::from_utf8_lossy(&line.text);
                if let Some(found) = Property::split(&text).filter(|one| one.name.eq_ignore_ascii_case(wanted)) {
                    return Some(found.value.trim().to_owned());
                }
            }
            None => {}
        }
    }
    None
}
