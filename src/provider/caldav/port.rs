//! The port, as CalDAV fills it: which calendar is meant, then reading or writing there. A calendar that is not where it
//! was is looked for once more.

use url::Url;

use super::CalDav;
use super::discovery::{self, Calendar};
use super::here::Here;
use super::{href, reading};
use crate::provider::transport::Transport;
use crate::provider::{CalendarInfo, ErrorKind, Etag, Known, Object, Provider, ProviderError, Reading};

impl<T: Transport> CalDav<T> {
    fn here<'a>(&'a self, calendar: &'a Calendar, called: &str) -> Here<'a, T> {
        let name = calendar.name.as_deref().filter(|name| name.trim() == called.trim());
        Here { client: &self.client, url: &calendar.url, name, moved: calendar.moved.as_ref() }
    }

    /// The calendar, where it can be written to: changes follow no redirect.
    async fn home(&self, name: &str) -> Result<Calendar, ProviderError> {
        let calendar = self.calendar(name).await?;
        match &calendar.moved {
            Some(moved) => Err(ProviderError { kind: ErrorKind::ReadOnly, message: is_elsewhere(&calendar, moved) }),
            None => Ok(calendar),
        }
    }
}

/// What to do about a calendar that its server both lists where it was and sends on from there.
fn is_elsewhere(calendar: &Calendar, moved: &Url) -> String {
    format!(
        "its server still lists it at {}, but has moved it for good to {moved}: it is read there and not written to \
         until its `name` in the config is that new address",
        calendar.url
    )
}

impl<T: Transport> Provider for CalDav<T> {
    async fn calendars(&self) -> Result<Vec<CalendarInfo>, ProviderError> {
        self.calendars().await
    }

    async fn also_called(&self, name: &str) -> Result<Option<CalendarInfo>, ProviderError> {
        let calendar = self.calendar(name).await?;
        Ok(Some(calendar.info(&self.found().await?.calendars)))
    }

    async fn describe(&self) -> Result<Vec<String>, ProviderError> {
        self.describe().await
    }

    async fn read(&self, name: &str, known: &Known) -> Result<Reading, ProviderError> {
        let mut calendar = self.calendar(name).await?;
        if known.thorough {
            // Whether it still has to be looked for elsewhere.
            calendar.moved = None;
        }
        let mut reading = reading::read(self.here(&calendar, name), known).await;
        if reading.as_ref().is_err_and(|error| error.kind == ErrorKind::NotFound) {
            let before = calendar.url;
            self.forget();
            calendar = self.calendar(name).await?;
            if href::same(&before, &calendar.url) {
                calendar.moved = discovery::moved(&self.client, &calendar.url).await?;
            }
            reading = reading::read(self.here(&calendar, name), known).await;
        }
        let mut reading = reading?;
        if let Some(moved) = &calendar.moved {
            reading.warnings.push(is_elsewhere(&calendar, moved));
        }
        let owned = calendar.owned;
        self.keep_moved(calendar);
        Ok(Reading { addresses: self.found().await?.addresses, owned, ..reading })
    }

    async fn get(&self, name: &str, href: &str) -> Result<Option<Object>, ProviderError> {
        self.here(&self.calendar(name).await?, name).get(href).await
    }

    async fn create(&self, calendar: &str, name: &str, body: &[u8]) -> Result<(), ProviderError> {
        self.here(&self.home(calendar).await?, calendar).create(name, body).await
    }

    async fn update(&self, name: &str, href: &str, etag: &Etag, body: &[u8]) -> Result<(), ProviderError> {
        self.here(&self.home(name).await?, name).update(href, etag, body).await
    }

    async fn delete(&self, name: &str, href: &str, etag: &Etag) -> Result<(), ProviderError> {
        self.here(&self.home(name).await?, name).delete(href, etag).await
    }

    fn recall(&self, memo: &str) {
        self.recall(memo);
    }

    fn memo(&self) -> Option<String> {
        self.memo()
    }
}
