//! A calendar service in memory that answers from a cursor, and may keep the names of deleted events for ever: the two
//! families of real services, without a protocol. It keeps a log of what it was asked.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use seawall::provider::{CalendarInfo, ErrorKind, Etag, Known, Object, Provider, ProviderError, Reading};

#[derive(Clone, Debug)]
struct Entry {
    version: u64,
    body: Vec<u8>,
    is_deleted: bool,
}

/// The service. A write of any kind gives the object a version of its own.
#[derive(Debug, Default)]
pub(crate) struct Service {
    calendars: RefCell<BTreeMap<String, BTreeMap<String, Entry>>>,
    version: Cell<u64>,
    log: RefCell<Vec<String>>,
    /// Names of deleted events stay taken.
    pub(crate) keeps_names: bool,
    /// From a cursor it tells nothing any more.
    pub(crate) forgets: Cell<bool>,
    /// What its clock shows.
    pub(crate) served_at: Cell<Option<Timestamp>>,
    /// The user's addresses.
    pub(crate) addresses: RefCell<Vec<String>>,
    /// Whether its calendars are the user's own.
    pub(crate) owned: Cell<Option<bool>>,
    /// It lets nobody in.
    pub(crate) needs_login: Cell<bool>,
    /// Names of `work` that it lists and does not give; each reading asks for them.
    pub(crate) kept_back: RefCell<BTreeSet<String>>,
    /// Names that its full lists leave out though they are there.
    pub(crate) left_out: RefCell<BTreeSet<String>>,
    /// What a person does right after the next update.
    pub(crate) after_update: Cell<Option<fn(&Self, &str)>>,
    /// It fails where one object is asked for.
    pub(crate) gives_none: Cell<bool>,
    memo: RefCell<Option<String>>,
}

impl Service {
    pub(crate) fn new(calendars: &[&str]) -> Self {
        let calendars = calendars.iter().map(|name| ((*name).to_owned(), BTreeMap::new())).collect();
        Self { calendars: RefCell::new(calendars), ..Self::default() }
    }

    /// What it was asked since the last call of this.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.log.take()
    }

    /// Somebody else writes an object.
    pub(crate) fn put(&self, calendar: &str, href: &str, body: &str) {
        self.set(calendar, href, body.as_bytes(), false);
    }

    /// Somebody else deletes an object.
    pub(crate) fn remove(&self, calendar: &str, href: &str) {
        let body = self.entry(calendar, href).unwrap().body;
        self.set(calendar, href, &body, true);
    }

    /// Live objects as text, by href.
    pub(crate) fn live(&self, calendar: &str) -> BTreeMap<String, String> {
        let calendars = self.calendars.borrow();
        let live = calendars[calendar].iter().filter(|(_, entry)| !entry.is_deleted);
        live.map(|(href, entry)| (href.clone(), String::from_utf8(entry.body.clone()).unwrap())).collect()
    }

    fn entry(&self, calendar: &str, href: &str) -> Option<Entry> {
        self.calendars.borrow()[calendar].get(href).cloned()
    }

    fn live_entry(&self, calendar: &str, href: &str) -> Option<Entry> {
        self.entry(calendar, href).filter(|entry| !entry.is_deleted)
    }

    fn set(&self, calendar: &str, href: &str, body: &[u8], is_deleted: bool) {
        self.version.set(self.version.get() + 1);
        let entry = Entry { version: self.version.get(), body: body.to_owned(), is_deleted };
        self.calendars.borrow_mut().get_mut(calendar).unwrap().insert(href.to_owned(), entry);
    }

    fn asked_for(&self, what: String) -> Result<(), ProviderError> {
        self.log.borrow_mut().push(what);
        if self.needs_login.get() { Err(error(ErrorKind::Login)) } else { Ok(()) }
    }

    fn expect(&self, calendar: &str, href: &str, etag: &Etag) -> Result<Entry, ProviderError> {
        let entry = self.live_entry(calendar, href).ok_or_else(|| error(ErrorKind::NotFound))?;
        if etag_of(&entry) == *etag { Ok(entry) } else { Err(error(ErrorKind::Precondition)) }
    }
}

fn etag_of(entry: &Entry) -> Etag {
    Etag(format!("v{}", entry.version))
}

fn object(href: &str, entry: &Entry) -> Object {
    Object { href: href.to_owned(), etag: etag_of(entry), body: entry.body.as_slice().into() }
}

fn error(kind: ErrorKind) -> ProviderError {
    ProviderError { kind, message: format!("the service says {kind:?}") }
}

impl Provider for Service {
    async fn calendars(&self) -> Result<Vec<CalendarInfo>, ProviderError> {
        let info = |name: &String| CalendarInfo { name: name.clone(), writable: true, ..CalendarInfo::default() };
        Ok(self.calendars.borrow().keys().map(info).collect())
    }

    async fn read(&self, calendar: &str, known: &Known) -> Result<Reading, ProviderError> {
        let since = known.cursor.as_deref().filter(|_| !known.thorough).and_then(|cursor| cursor.parse::<u64>().ok());
        self.asked_for(since.map_or(format!("list {calendar}"), |since| format!("news of {calendar} since {since}")))?;
        *self.memo.borrow_mut() = Some("found out".to_owned());
        let mut objects = if since.is_some() { known.objects.clone() } else { BTreeMap::new() };
        let calendars = self.calendars.borrow();
        let entries = calendars.get(calendar).ok_or_else(|| error(ErrorKind::NotFound))?;
        let is_told = |entry: &Entry| since.is_none_or(|since| entry.version > since && !self.forgets.get());
        for (href, entry) in entries.iter().filter(|(_, entry)| is_told(entry)) {
            if entry.is_deleted {
                objects.remove(href);
            } else {
                objects.insert(href.clone(), object(href, entry));
            }
        }
        if since.is_none() {
            objects.retain(|href, _| !self.left_out.borrow().contains(href));
        }
        let kept_back = self.kept_back.borrow();
        let kept_back = kept_back.iter().filter(|_| calendar == "work");
        let unreadable = kept_back.map(|href| (href.clone(), "the service keeps it back".to_owned())).collect();
        objects.retain(|href, _| calendar != "work" || !self.kept_back.borrow().contains(href));
        Ok(Reading {
            unreadable,
            objects: objects.into_values().collect(),
            cursor: Some(self.version.get().to_string()),
            resumed: since.is_some(),
            addresses: self.addresses.borrow().clone(),
            owned: self.owned.get(),
            served_at: self.served_at.get(),
            ..Reading::default()
        })
    }

    async fn get(&self, calendar: &str, href: &str) -> Result<Option<Object>, ProviderError> {
        self.asked_for(format!("get {calendar}"))?;
        if self.gives_none.get() {
            return Err(error(ErrorKind::Unavailable));
        }
        Ok(self.live_entry(calendar, href).map(|entry| object(href, &entry)))
    }

    async fn create(&self, calendar: &str, name: &str, body: &[u8]) -> Result<(), ProviderError> {
        self.asked_for(format!("create {calendar}"))?;
        let taken = self.entry(calendar, name).is_some_and(|entry| self.keeps_names || !entry.is_deleted);
        if taken {
            return Err(error(ErrorKind::Precondition));
        }
        self.set(calendar, name, body, false);
        Ok(())
    }

    async fn update(&self, calendar: &str, href: &str, etag: &Etag, body: &[u8]) -> Result<(), ProviderError> {
        self.asked_for(format!("update {calendar}"))?;
        self.expect(calendar, href, etag)?;
        self.set(calendar, href, body, false);
        if let Some(hand) = self.after_update.take() {
            hand(self, href);
        }
        Ok(())
    }

    async fn delete(&self, calendar: &str, href: &str, etag: &Etag) -> Result<(), ProviderError> {
        self.asked_for(format!("delete {calendar}"))?;
        let entry = self.expect(calendar, href, etag)?;
        self.set(calendar, href, &entry.body, true);
        Ok(())
    }

    fn keeps_names(&self) -> bool {
        self.keeps_names
    }

    async fn remains(&self, calendar: &str, name: &str) -> Result<Option<Object>, ProviderError> {
        self.asked_for(format!("remains {calendar}"))?;
        let left = self.entry(calendar, name).filter(|entry| self.keeps_names && entry.is_deleted);
        Ok(left.map(|entry| object(name, &entry)))
    }

    fn recall(&self, memo: &str) {
        self.log.borrow_mut().push(format!("recall {memo}"));
    }

    fn memo(&self) -> Option<String> {
        self.memo.borrow().clone()
    }
}
