//! The providers there are, as one type: what the config's accounts become. A closed set; nothing is decided here.

use super::caldav::CalDav;
use super::google::Google;
use super::ics::Ics;
use super::transport::Client;
use super::vdir::Vdir;
use super::{CalendarInfo, ErrorKind, Etag, Known, Object, Provider, ProviderError, Reading};

/// An account of any provider.
#[derive(Debug)]
pub enum AnyProvider {
    /// Folders of `.ics` files.
    Vdir(Vdir),
    /// A subscribed calendar.
    Ics(Ics<Client>),
    /// Calendars on a CalDAV server.
    CalDav(Box<CalDav<Client>>),
    /// A Google account.
    Google(Box<Google<Client>>),
    /// One that can't be used until its user has done something.
    Closed(Closed),
}

/// Why an account can't be used, and what its user can do: the answer to every question.
#[derive(Clone, Debug)]
pub struct Closed(pub String);

impl Closed {
    fn error(&self) -> ProviderError {
        ProviderError { kind: ErrorKind::Login, message: self.0.clone() }
    }
}

impl Provider for Closed {
    async fn calendars(&self) -> Result<Vec<CalendarInfo>, ProviderError> {
        Err(self.error())
    }

    async fn read(&self, _: &str, _: &Known) -> Result<Reading, ProviderError> {
        Err(self.error())
    }

    async fn get(&self, _: &str, _: &str) -> Result<Option<Object>, ProviderError> {
        Err(self.error())
    }

    async fn create(&self, _: &str, _: &str, _: &[u8]) -> Result<(), ProviderError> {
        Err(self.error())
    }

    async fn update(&self, _: &str, _: &str, _: &Etag, _: &[u8]) -> Result<(), ProviderError> {
        Err(self.error())
    }

    async fn delete(&self, _: &str, _: &str, _: &Etag) -> Result<(), ProviderError> {
        Err(self.error())
    }
}

/// The same call to whichever provider it is.
macro_rules! each {
    ($any:expr, $provider:ident => $call:expr) => {
        match $any {
            AnyProvider::Vdir($provider) => $call,
            AnyProvider::Ics($provider) => $call,
            AnyProvider::CalDav($provider) => $call,
            AnyProvider::Google($provider) => $call,
            AnyProvider::Closed($provider) => $call,
        }
    };
}

impl Provider for AnyProvider {
    async fn calendars(&self) -> Result<Vec<CalendarInfo>, ProviderError> {
        each!(self, provider => provider.calendars().await)
    }

    async fn describe(&self) -> Result<Vec<String>, ProviderError> {
        each!(self, provider => provider.describe().await)
    }

    async fn read(&self, calendar: &str, known: &Known) -> Result<Reading, ProviderError> {
        each!(self, provider => provider.read(calendar, known).await)
    }

    async fn get(&self, calendar: &str, href: &str) -> Result<Option<Object>, ProviderError> {
        each!(self, provider => provider.get(calendar, href).await)
    }

    async fn create(&self, calendar: &str, name: &str, body: &[u8]) -> Result<(), ProviderError> {
        each!(self, provider => provider.create(calendar, name, body).await)
    }

    async fn update(&self, calendar: &str, href: &str, etag: &Etag, body: &[u8]) -> Result<(), ProviderError> {
        each!(self, provider => provider.update(calendar, href, etag, body).await)
    }

    async fn delete(&self, calendar: &str, href: &str, etag: &Etag) -> Result<(), ProviderError> {
        each!(self, provider => provider.delete(calendar, href, etag).await)
    }

    fn keeps_names(&self) -> bool {
        each!(self, provider => provider.keeps_names())
    }

    fn has_strict(&self) -> bool {
        each!(self, provider => provider.has_strict())
    }

    async fn remains(&self, calendar: &str, name: &str) -> Result<Option<Object>, ProviderError> {
        each!(self, provider => provider.remains(calendar, name).await)
    }

    fn recall(&self, memo: &str) {
        each!(self, provider => provider.recall(memo));
    }

    fn memo(&self) -> Option<String> {
        each!(self, provider => provider.memo())
    }
}
