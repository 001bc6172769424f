//! The providers there are, as one type: what the config's accounts become. A closed set; nothing is decided here.

use super::ics::Ics;
use super::transport::Client;
use super::vdir::Vdir;
use super::{CalendarInfo, Etag, Known, Object, Provider, ProviderError, Reading};

/// An account of any provider.
#[derive(Debug)]
pub enum AnyProvider {
    /// Folders of `.ics` files.
    Vdir(Vdir),
    /// A subscribed calendar.
    Ics(Ics<Client>),
}

impl Provider for AnyProvider {
    async fn calendars(&self) -> Result<Vec<CalendarInfo>, ProviderError> {
        match self {
            Self::Vdir(vdir) => vdir.calendars().await,
            Self::Ics(ics) => ics.calendars().await,
        }
    }

    async fn read(&self, calendar: &str, known: &Known) -> Result<Reading, ProviderError> {
        match self {
            Self::Vdir(vdir) => vdir.read(calendar, known).await,
            Self::Ics(ics) => ics.read(calendar, known).await,
        }
    }

    async fn get(&self, calendar: &str, href: &str) -> Result<Option<Object>, ProviderError> {
        match self {
            Self::Vdir(vdir) => vdir.get(calendar, href).await,
            Self::Ics(ics) => ics.get(calendar, href).await,
        }
    }

    async fn create(&self, calendar: &str, name: &str, body: &[u8]) -> Result<(), ProviderError> {
        match self {
            Self::Vdir(vdir) => vdir.create(calendar, name, body).await,
            Self::Ics(ics) => ics.create(calendar, name, body).await,
        }
    }

    async fn update(&self, calendar: &str, href: &str, etag: &Etag, body: &[u8]) -> Result<(), ProviderError> {
        match self {
            Self::Vdir(vdir) => vdir.update(calendar, href, etag, body).await,
            Self::Ics(ics) => ics.update(calendar, href, etag, body).await,
        }
    }

    async fn delete(&self, calendar: &str, href: &str, etag: &Etag) -> Result<(), ProviderError> {
        match self {
            Self::Vdir(vdir) => vdir.delete(calendar, href, etag).await,
            Self::Ics(ics) => ics.delete(calendar, href, etag).await,
        }
    }

    async fn describe(&self) -> Result<Vec<String>, ProviderError> {
        match self {
            Self::Vdir(vdir) => vdir.describe().await,
            Self::Ics(ics) => ics.describe().await,
        }
    }

    fn keeps_names(&self) -> bool {
        match self {
            Self::Vdir(vdir) => vdir.keeps_names(),
            Self::Ics(ics) => ics.keeps_names(),
        }
    }

    async fn remains(&self, calendar: &str, name: &str) -> Result<Option<Object>, ProviderError> {
        match self {
            Self::Vdir(vdir) => vdir.remains(calendar, name).await,
            Self::Ics(ics) => ics.remains(calendar, name).await,
        }
    }

    fn recall(&self, memo: &str) {
        match self {
            Self::Vdir(vdir) => vdir.recall(memo),
            Self::Ics(ics) => ics.recall(memo),
        }
    }

    fn memo(&self) -> Option<String> {
        match self {
            Self::Vdir(vdir) => vdir.memo(),
            Self::Ics(ics) => ics.memo(),
        }
    }
}
