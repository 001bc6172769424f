//! The JSON of Google Calendar v3, as far as it is read: events, people, calendars. Every field may be missing, and
//! what is unknown is passed over (developers.google.com/workspace/calendar/api/v3/reference). Knows no rules.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// An event, an exception of a series, or what is left of a deleted one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Event {
    /// Unique within a calendar.
    pub id: String,
    /// `confirmed`, `tentative`, `cancelled`.
    pub status: Option<String>,
    /// Its version, quotes and all.
    pub etag: Option<String>,
    /// RFC 3339.
    pub created: Option<String>,
    /// RFC 3339.
    pub updated: Option<String>,
    /// SEQUENCE.
    pub sequence: Option<i64>,
    /// `default`, `focusTime`, …; new words come.
    pub event_type: Option<String>,
    /// The title; missing where it is empty or not for us.
    pub summary: Option<String>,
    /// At times with HTML in it.
    pub description: Option<String>,
    /// Where.
    pub location: Option<String>,
    /// Of a series, that of its first instance.
    pub start: Option<When>,
    /// Exclusive.
    pub end: Option<When>,
    /// Of an exception: which instance it is.
    pub original_start_time: Option<When>,
    /// Of an exception: its series.
    pub recurring_event_id: Option<String>,
    /// Lines of RRULE, EXRULE, RDATE and EXDATE.
    pub recurrence: Option<Vec<String>>,
    /// `transparent`; missing where it is `opaque`.
    pub transparency: Option<String>,
    /// `public`, `private`, `confidential`; missing where it is the calendar's default.
    pub visibility: Option<String>,
    /// UID.
    #[serde(rename = "iCalUID")]
    pub ical_uid: Option<String>,
    /// There for every event, also for one without guests.
    pub organizer: Option<Person>,
    /// Guests, the user among them.
    pub attendees: Option<Vec<Person>>,
    /// There are more guests than `attendees` names.
    pub attendees_omitted: Option<bool>,
    /// What programs keep with an event.
    pub extended_properties: Option<Properties>,
}

/// A day, or an instant with the zone in which it is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct When {
    /// `2026-11-20`.
    pub date: Option<String>,
    /// RFC 3339; its offset is that of the calendar's zone, whatever `time_zone` says.
    pub date_time: Option<String>,
    /// IANA name.
    pub time_zone: Option<String>,
}

/// An organiser or a guest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Person {
    /// Address.
    pub email: Option<String>,
    /// Name.
    pub display_name: Option<String>,
    /// It is the one to whom *this calendar* belongs.
    #[serde(rename = "self")]
    pub is_self: Option<bool>,
    /// A room or the like.
    pub resource: Option<bool>,
    /// Need not come.
    pub optional: Option<bool>,
    /// `needsAction`, `declined`, `tentative`, `accepted`.
    pub response_status: Option<String>,
}

/// Properties that programs keep with an event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Properties {
    /// Those of this calendar's copy alone.
    pub private: BTreeMap<String, String>,
}

/// One page of `events.list`. The events are taken one by one, so that a strange one costs no other.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Page {
    /// `calendar#events`: that it is such a page at all.
    pub(super) kind: String,
    pub(super) items: Vec<Value>,
    pub(super) next_page_token: Option<String>,
    pub(super) next_sync_token: Option<String>,
    pub(super) access_role: Option<String>,
}

/// One page of `calendarList.list`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct CalendarPage {
    /// `calendar#calendarList`.
    pub(super) kind: String,
    pub(super) items: Vec<ListEntry>,
    pub(super) next_page_token: Option<String>,
}

/// A calendar of the user's list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ListEntry {
    pub(super) id: String,
    pub(super) summary: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) summary_override: Option<String>,
    pub(super) primary: bool,
    pub(super) access_role: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) time_zone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) background_color: Option<String>,
}

impl Event {
    /// Whether it is deleted.
    pub(super) fn is_cancelled(&self) -> bool {
        self.status.as_deref() == Some("cancelled")
    }

    /// The id of what it belongs to: its series, or itself.
    pub(super) fn home(&self) -> &str {
        self.recurring_event_id.as_deref().unwrap_or(&self.id)
    }
}

impl ListEntry {
    /// The name that the user sees.
    pub(super) fn shown(&self) -> &str {
        self.summary_override.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or(&self.summary)
    }

    /// Whether events can be written there (a role with more rights may come).
    pub(super) fn is_writable(&self) -> bool {
        !matches!(self.access_role.as_str(), "reader" | "freeBusyReader" | "none")
    }

    /// Whether the user has every right over it: what the scope for one's own calendars is good for.
    pub(super) fn is_owned(&self) -> bool {
        self.access_role == "owner"
    }

    /// Whether only what is taken can be seen.
    pub(super) fn is_bare(&self) -> bool {
        self.access_role == "freeBusyReader"
    }

    /// Whether that role lets the user see and write the same.
    pub(super) fn is_like(&self, role: &str) -> bool {
        let other = Self { access_role: role.to_owned(), ..Self::default() };
        (self.is_writable(), self.is_bare()) == (other.is_writable(), other.is_bare())
    }

    /// Whether it is the user's own: not that of a colleague who gave all rights over it away. Another person's own
    /// calendar has that person's address for its id; one that was made beside it has an id of the service's.
    pub(super) fn is_mine(&self) -> bool {
        self.primary || self.access_role == "owner" && self.id.ends_with(".calendar.google.com")
    }
}
