//! What the fake holds, as a value: calendars with their events, the log, the mails that it would have sent. Tests look
//! at it and change it as *somebody else* would, past all rights and preconditions.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::auth::Auth;
use super::cursors::Cursors;
use super::faults::Faults;
use super::http::Request;
use super::view::Reader;
use super::{times, view};

/// The fields of an event or another resource.
pub(crate) type Fields = Map<String, Value>;

/// What the user may do with a calendar, least first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Role {
    FreeBusyReader,
    Reader,
    Writer,
    Owner,
}

impl Role {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::FreeBusyReader => "freeBusyReader",
            Self::Reader => "reader",
            Self::Writer => "writer",
            Self::Owner => "owner",
        }
    }
}

/// What becomes of `eventType: focusTime` where it may not be.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Unwelcome {
    /// Refused with 400.
    #[default]
    Refused,
    /// A plain event is made of it, in silence.
    Plain,
}

/// Ways in which Google is known to differ from one day or user to the next. All off by default.
#[derive(Clone, Debug, Default)]
pub(crate) struct Switches {
    pub(crate) unwelcome: Unwelcome,
    /// Every listing begins with a page that has no items, but a `nextPageToken`.
    pub(crate) empty_pages: bool,
    /// Pages are shorter than `maxResults` allows.
    pub(crate) page_size: Option<usize>,
    /// GET shows of deleted events only what is guaranteed: the id and that it is cancelled.
    pub(crate) bare_deleted: bool,
    /// The service is newer than its discovery document: what it replies is not judged (unknown `eventType`…).
    pub(crate) newer_replies: bool,
}

/// A stored event: its fields as written, without etag.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) fields: Fields,
    /// The number of the change that it was last written by.
    pub(crate) version: u64,
    /// The number of the change that made it: the order of listings.
    pub(super) made: u64,
}

impl Stored {
    pub(super) fn cancelled(&self) -> bool {
        self.text("status") == "cancelled"
    }

    /// The text of a field; empty where there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        self.fields.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// An instance of a series, stored on its own.
    pub(super) fn exception(&self) -> bool {
        self.fields.contains_key("recurringEventId")
    }

    pub(super) fn etag(&self) -> String {
        etag(self.version)
    }
}

/// Google's etags carry their quotes within the JSON.
pub(super) fn etag(version: u64) -> String {
    format!("\"{}\"", 3_540_000_000_000_000 + version * 2)
}

/// A calendar of the user's list.
#[derive(Clone, Debug)]
pub(crate) struct Calendar {
    pub(crate) id: String,
    pub(crate) summary: String,
    pub(crate) role: Role,
    /// IANA name.
    pub(crate) zone: String,
    pub(crate) primary: bool,
    pub(crate) hidden: bool,
    pub(crate) deleted: bool,
    /// Made by the program whose tokens these are (scope `calendar.app.created`).
    pub(crate) app_created: bool,
    /// More of its entry in the list (`summaryOverride`, `backgroundColor`…).
    pub(crate) more: Fields,
    pub(crate) events: BTreeMap<String, Stored>,
    /// The number of the last change of an event.
    pub(super) version: u64,
    /// The number of the last change of the entry.
    pub(super) entry_version: u64,
}

/// A mail that Google would have sent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Mail {
    pub(crate) to: String,
    pub(crate) event: String,
    /// The request's `sendUpdates`; with `none`, too, Google says that some mails may go out.
    pub(crate) send_updates: Option<String>,
}

/// A request with what became of it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) request: Request,
    /// `calendar.events.list`…; none where it was no method of the API.
    pub(crate) method: Option<String>,
    /// None where the connection was cut instead.
    pub(crate) status: Option<u16>,
}

/// Everything behind the fake's door.
#[derive(Debug)]
pub(crate) struct State {
    /// The service's clock: `Date`, `updated`, ends of tokens. It stands until a test moves it.
    pub(crate) now: Timestamp,
    pub(crate) user: String,
    pub(crate) workspace: bool,
    pub(crate) switches: Switches,
    pub(crate) auth: Auth,
    pub(crate) faults: Faults,
    pub(crate) log: Vec<Seen>,
    pub(crate) mails: Vec<Mail>,
    /// Where a request or a reply broke Google's own document.
    pub(crate) violations: Vec<String>,
    pub(super) cursors: Cursors,
    calendars: Vec<Calendar>,
    changes: u64,
}

impl State {
    pub(super) fn new(user: &str, workspace: bool, now: Timestamp) -> Self {
        let mut state = Self {
            now,
            user: user.to_owned(),
            workspace,
            switches: Switches::default(),
            auth: Auth::default(),
            faults: Faults::default(),
            log: Vec::new(),
            mails: Vec::new(),
            violations: Vec::new(),
            cursors: Cursors::default(),
            calendars: Vec::new(),
            changes: 0,
        };
        state.add_calendar(user, user, Role::Owner).primary = true;
        state
    }

    /// One more calendar on the list, in Europe/Berlin.
    pub(crate) fn add_calendar(&mut self, id: &str, summary: &str, role: Role) -> &mut Calendar {
        let version = self.change();
        self.calendars.push(Calendar {
            id: id.to_owned(),
            summary: summary.to_owned(),
            role,
            zone: "Europe/Berlin".to_owned(),
            primary: false,
            hidden: false,
            deleted: false,
            app_created: false,
            more: Fields::new(),
            events: BTreeMap::new(),
            version,
            entry_version: version,
        });
        self.calendars.last_mut().unwrap()
    }

    /// A calendar by its id or `primary`; one that is not there fails the test.
    pub(crate) fn calendar(&mut self, id: &str) -> &mut Calendar {
        self.find_mut(id).unwrap_or_else(|| panic!("no calendar {id}"))
    }

    /// An event as its owner would get it; also one that was deleted.
    pub(crate) fn event(&self, calendar: &str, id: &str) -> Option<Value> {
        let calendar = self.find(calendar)?;
        let stored = calendar.events.get(id)?;
        Some(view::event(stored, &Reader::owner(calendar)))
    }

    /// The events that are not cancelled, in the order in which they were made.
    pub(crate) fn events(&self, calendar: &str) -> Vec<Value> {
        let calendar = self.find(calendar).unwrap_or_else(|| panic!("no calendar {calendar}"));
        let mut live: Vec<&Stored> = calendar.events.values().filter(|event| !event.cancelled()).collect();
        live.sort_by_key(|event| event.made);
        live.into_iter().map(|event| view::event(event, &Reader::owner(calendar))).collect()
    }

    /// Somebody else writes an event, or replaces it; gives its id. What is not said is what Google would fill in.
    pub(crate) fn put(&mut self, calendar: &str, event: Value) -> String {
        let Value::Object(fields) = event else { panic!("no event: {event}") };
        let id = fields.get("id").and_then(Value::as_str).map_or_else(|| self.new_id(), str::to_owned);
        let (owner, zone) = (self.calendar(calendar).id.clone(), self.calendar(calendar).zone.clone());
        let mut all = self.defaults(&id, &owner);
        all.extend(fields);
        for name in ["start", "end", "originalStartTime"] {
            if let Some(value) = all.get_mut(name) {
                *value = times::kept(value, &zone).unwrap_or_else(|problem| panic!("{id}: {name}: {problem:?}"));
            }
        }
        self.store(calendar, &id, all, true);
        id
    }

    /// What Google fills in of a new event where a client says nothing.
    pub(super) fn defaults(&self, id: &str, calendar: &str) -> Fields {
        let defaults = json!({
            "id": id, "status": "confirmed", "created": times::stamp(self.now), "eventType": "default",
            "iCalUID": format!("{id}@google.com"), "creator": {"email": self.user}, "organizer": {"email": calendar},
            "sequence": 0, "reminders": {"useDefault": true},
        });
        defaults.as_object().cloned().unwrap_or_default()
    }

    /// Somebody else changes some fields; null takes one away.
    pub(crate) fn change_event(&mut self, calendar: &str, id: &str, patch: &Value) {
        let zone = self.calendar(calendar).zone.clone();
        let mut fields = self.calendar(calendar).events[id].fields.clone();
        super::body::merge(&mut fields, patch);
        for name in ["start", "end"] {
            if let Some(value) = fields.get_mut(name) {
                *value = times::kept(value, &zone).unwrap_or_else(|problem| panic!("{id}: {name}: {problem:?}"));
            }
        }
        self.store(calendar, id, fields, true);
    }

    /// Somebody else deletes an event.
    pub(crate) fn cancel(&mut self, calendar: &str, id: &str) {
        self.change_event(calendar, id, &json!({"status": "cancelled"}));
    }

    /// A deleted event is forgotten for good, as Google does some day.
    pub(crate) fn purge(&mut self, calendar: &str, id: &str) {
        self.calendar(calendar).events.remove(id).unwrap_or_else(|| panic!("no event {id}"));
    }

    /// Every sync token handed out so far is worth nothing any more: 410.
    pub(crate) fn expire_sync_tokens(&mut self) {
        self.cursors.forget();
    }

    /// Nothing broke Google's document, and nobody was mailed.
    pub(crate) fn assert_clean(&self) {
        assert!(self.violations.is_empty(), "against the discovery document:\n{}", self.violations.join("\n"));
        assert!(self.mails.is_empty(), "mails would have been sent: {:?}", self.mails);
    }

    pub(super) fn find(&self, id: &str) -> Option<&Calendar> {
        self.calendars.iter().find(|calendar| calendar.named(id))
    }

    pub(super) fn find_mut(&mut self, id: &str) -> Option<&mut Calendar> {
        self.calendars.iter_mut().find(|calendar| calendar.named(id))
    }

    pub(super) fn calendars(&self) -> &[Calendar] {
        &self.calendars
    }

    /// The number of the latest change of anything.
    pub(super) fn latest(&self) -> u64 {
        self.changes
    }

    fn change(&mut self) -> u64 {
        self.changes += 1;
        self.changes
    }

    /// An id as Google makes them.
    pub(super) fn new_id(&mut self) -> String {
        format!("gen{:023}", self.change())
    }

    /// Stores an event under a new version; `touched` when more than reminders changed.
    pub(super) fn store(&mut self, calendar: &str, id: &str, mut fields: Fields, touched: bool) {
        if touched || !fields.contains_key("updated") {
            fields.insert("updated".to_owned(), json!(times::stamp(self.now)));
        }
        let version = self.change();
        let calendar = self.calendar(calendar);
        let made = calendar.events.get(id).map_or(version, |event| event.made);
        calendar.events.insert(id.to_owned(), Stored { fields, version, made });
        calendar.version = version;
    }
}

impl Calendar {
    fn named(&self, id: &str) -> bool {
        self.id == id || self.primary && id == "primary"
    }

    /// What `calendarList` shows of it.
    pub(super) fn entry(&self) -> Value {
        let mut entry = json!({
            "kind": "calendar#calendarListEntry", "etag": etag(self.entry_version), "id": self.id,
            "summary": self.summary,
            "timeZone": self.zone, "colorId": "14", "backgroundColor": "#9fe1e7", "foregroundColor": "#000000",
            "selected": true, "accessRole": self.role.name(), "defaultReminders": [{"method": "popup", "minutes": 10}],
            "conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"]},
        });
        for (name, on) in [("primary", self.primary), ("hidden", self.hidden), ("deleted", self.deleted)] {
            if on {
                entry[name] = json!(true);
            }
        }
        for (name, value) in &self.more {
            entry[name] = value.clone();
        }
        entry
    }
}
