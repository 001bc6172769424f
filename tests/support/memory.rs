//! Calendars in memory that keep the provider's contract: what a server would do, without one.

use std::cell::RefCell;
use std::collections::BTreeMap;

use seawall::provider::{CalendarInfo, ErrorKind, Etag, Known, Object, Provider, ProviderError, Reading};

#[derive(Debug, Default)]
struct State {
    calendars: BTreeMap<String, BTreeMap<String, Object>>,
    version: u64,
}

/// An account of calendars in memory. An object gets a new etag with every write, also with an equal body.
#[derive(Debug, Default)]
pub(crate) struct Memory(RefCell<State>);

impl Memory {
    /// An account with these calendars, all empty.
    pub(crate) fn new(calendars: &[&str]) -> Self {
        let calendars = calendars.iter().map(|name| ((*name).to_owned(), BTreeMap::new())).collect();
        Self(RefCell::new(State { calendars, version: 0 }))
    }

    /// Somebody else writes an object.
    pub(crate) fn put(&self, calendar: &str, href: &str, body: &[u8]) {
        self.0.borrow_mut().put(calendar, href, body).unwrap();
    }

    /// All objects of a calendar.
    pub(crate) fn objects(&self, calendar: &str) -> Vec<Object> {
        self.0.borrow_mut().calendar(calendar).unwrap().values().cloned().collect()
    }

    /// Somebody else deletes an object; whether there was one.
    pub(crate) fn remove(&self, calendar: &str, href: &str) -> bool {
        self.0.borrow_mut().calendar(calendar).unwrap().remove(href).is_some()
    }
}

impl State {
    fn calendar(&mut self, name: &str) -> Result<&mut BTreeMap<String, Object>, ProviderError> {
        self.calendars.get_mut(name).ok_or_else(|| error(ErrorKind::NotFound, name))
    }

    fn put(&mut self, calendar: &str, href: &str, body: &[u8]) -> Result<(), ProviderError> {
        self.version += 1;
        let etag = Etag(format!("v{}", self.version));
        let object = Object { href: href.to_owned(), etag, body: body.into() };
        self.calendar(calendar)?.insert(href.to_owned(), object);
        Ok(())
    }

    fn expect(&mut self, calendar: &str, href: &str, etag: &Etag) -> Result<(), ProviderError> {
        match self.calendar(calendar)?.get(href) {
            None => Err(error(ErrorKind::NotFound, href)),
            Some(object) if object.etag != *etag => Err(error(ErrorKind::Precondition, href)),
            Some(_) => Ok(()),
        }
    }
}

impl Provider for Memory {
    async fn calendars(&self) -> Result<Vec<CalendarInfo>, ProviderError> {
        let info = |name: &String| CalendarInfo { name: name.clone(), writable: true, ..CalendarInfo::default() };
        Ok(self.0.borrow().calendars.keys().map(info).collect())
    }

    async fn read(&self, calendar: &str, _: &Known) -> Result<Reading, ProviderError> {
        let objects = self.0.borrow_mut().calendar(calendar)?.values().cloned().collect();
        Ok(Reading { objects, ..Reading::default() })
    }

    async fn get(&self, calendar: &str, href: &str) -> Result<Option<Object>, ProviderError> {
        Ok(self.0.borrow_mut().calendar(calendar)?.get(href).cloned())
    }

    async fn create(&self, calendar: &str, name: &str, body: &[u8]) -> Result<(), ProviderError> {
        let mut state = self.0.borrow_mut();
        if state.calendar(calendar)?.contains_key(name) {
            return Err(error(ErrorKind::Precondition, name));
        }
        state.put(calendar, name, body)
    }

    async fn update(&self, calendar: &str, href: &str, etag: &Etag, body: &[u8]) -> Result<(), ProviderError> {
        let mut state = self.0.borrow_mut();
        state.expect(calendar, href, etag)?;
        state.put(calendar, href, body)
    }

    async fn delete(&self, calendar: &str, href: &str, etag: &Etag) -> Result<(), ProviderError> {
        let mut state = self.0.borrow_mut();
        state.expect(calendar, href, etag)?;
        state.calendar(calendar)?.remove(href);
        Ok(())
    }
}

fn error(kind: ErrorKind, name: &str) -> ProviderError {
    ProviderError { kind, message: format!("{name}: {kind:?}") }
}
