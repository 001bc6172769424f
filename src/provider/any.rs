//! The providers there are, as one type: what the config's accounts become. A closed set; nothing is decided here.

use std::collections::BTreeMap;

use super::ics::Ics;
use super::transport::Client;
use super::vdir::Vdir;
use super::{CalendarInfo, ErrorKind, Etag, Object, Provider, ProviderError, Reading};

/// An account of any provider.
#[derive(Debug)]
pub enum AnyProvider {
    /// Folders of `.ics` files.
    Vdir(Vdir),
    /// A subscribed calendar.
    Ics(Ics<Client>),
    /// An account that can't be reached at all; each request gives the reason.
    Closed(Closed),
}

/// Why an account can't be reached: the user has something to do first.
#[derive(Clone, Debug)]
pub struct Closed(pub String);

impl Closed {
    fn error(&self) -> ProviderError {
        ProviderError { kind: ErrorKind::Unavailable, message: self.0.clone() }
    }
}

impl Provider for AnyProvider {
    async fn calendars(&self) -> Result<Vec<CalendarInfo>, ProviderError> {
        match self {
            Self::Vdir(vdir) => vdir.calendars().await,
            Self::Ics(ics) => ics.calendars().await,
            Self::Closed(closed) => Err(closed.error()),
        }
    }

    async fn read(&self, calendar: &str, known: &BTreeMap<String, Object>) -> Result<Reading, ProviderError> {
        match self {
            Self::Vdir(vdir) => vdir.read(calendar, known).await,
            Self::Ics(ics) => ics.read(calendar, known).await,
            Self::Closed(closed) => Err(closed.error()),
        }
    }

    async fn get(&self, calendar: &str, href: &str) -> Result<Option<Object>, ProviderError> {
        match self {
            Self::Vdir(vdir) => vdir.get(calendar, href).await,
            Self::Ics(ics) => ics.get(calendar, href).await,
            Self::Closed(closed) => Err(closed.error()),
        }
    }

    async fn create(&self, calendar: &str, name: &str, body: &[u8]) -> Result<(), ProviderError> {
        match self {
            Self::Vdir(vdir) => vdir.create(calendar, name, body).await,
            Self::Ics(ics) => ics.create(calendar, name, body).await,
            Self::Closed(closed) => Err(closed.error()),
        }
    }

    async fn update(&self, calendar: &str, href: &str, etag: &Etag, body: &[u8]) -> Result<(), ProviderError> {
        match self {
            Self::Vdir(vdir) => vdir.update(calendar, href, etag, body).await,
            Self::Ics(ics) => ics.update(calendar, href, etag, body).await,
            Self::Closed(closed) => Err(closed.error()),
        }
    }

    async fn delete(&self, calendar: &str, href: &str, etag: &Etag) -> Result<(), ProviderError> {
        match self {
            Self::Vdir(vdir) => vdir.delete(calendar, href, etag).await,
            Self::Ics(ics) => ics.delete(calendar, href, etag).await,
            Self::Closed(closed) => Err(closed.error()),
        }
    }
}
