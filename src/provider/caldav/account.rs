//! One account: its client, and what discovery found out about it, which is kept from run to run and found anew once
//! it turns out to be wrong. How calendars are read and written is not known here.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use url::Url;

use super::discovery::{self, Calendar, Dns, Found, Meant};
use super::href::same;
use crate::provider::transport::{AccountClient, Transport, Trust};
use crate::provider::{CalendarInfo, ErrorKind, ProviderError};

/// An account on a CalDAV server.
#[derive(Debug)]
pub struct CalDav<T> {
    pub(super) client: AccountClient<T>,
    trust: Trust,
    /// As the user typed it; with `user` the key of the memo.
    pub(super) url: Url,
    pub(super) user: Option<String>,
    dns: Dns,
    state: Mutex<State>,
    /// Held while the calendars are being found: whoever comes second waits for the first one's answer.
    finding: tokio::sync::Mutex<()>,
}

/// How long a failed search is taken for what another one would come to: the rest of a cycle.
const FAILED: Duration = Duration::from_mins(1);

#[derive(Debug, Default)]
struct State {
    found: Option<Found>,
    /// What was known before it was forgotten.
    before: Option<Found>,
    /// What the last search came to and when, where it found nothing.
    failed: Option<(Instant, ErrorKind, String)>,
    /// Where names lead that are no calendar's own, such as an address that sends on.
    adopted: BTreeMap<String, Url>,
    /// Whether it was found in this run, and not recalled.
    is_fresh: bool,
}

impl<T: Transport> CalDav<T> {
    /// The account at that address and of that user. `trust` is the client's: what it does not allow is not asked.
    /// Nothing is asked before the first call.
    pub fn new(client: AccountClient<T>, trust: Trust, url: Url, user: Option<String>, dns: Dns) -> Self {
        let (state, finding) = (Mutex::default(), tokio::sync::Mutex::default());
        Self { client, trust, url, user, dns, state, finding }
    }

    /// The calendars of the account, as they are now.
    ///
    /// # Errors
    /// Where the account can't be reached.
    pub async fn calendars(&self) -> Result<Vec<CalendarInfo>, ProviderError> {
        self.forget();
        let found = self.found().await?;
        Ok(found.calendars.iter().map(|calendar| calendar.info(&found.calendars)).collect())
    }

    /// What is known of the account; found out first where nothing is.
    ///
    /// # Errors
    /// Where the account can't be reached, or has no calendars that can be found.
    pub async fn found(&self) -> Result<Found, ProviderError> {
        let _one = self.finding.lock().await;
        if let Some(found) = self.state().found.clone() {
            return Ok(found);
        }
        if let Some((at, kind, message)) = self.state().failed.clone()
            && at.elapsed() < FAILED
        {
            return Err(ProviderError { kind, message });
        }
        match discovery::discover(&self.client, &self.trust, self.dns, &self.url).await {
            Ok(mut found) => {
                tracing::debug!(calendars = found.calendars.len(), "found the account's calendars");
                let mut state = self.state();
                for before in state.before.take().into_iter().flat_map(|before| before.calendars) {
                    if let Some(calendar) = found.known(&before.url) {
                        calendar.moved = before.moved;
                    }
                }
                *state = State { found: Some(found.clone()), is_fresh: true, ..State::default() };
                Ok(found)
            }
            Err(error) => {
                self.state().failed = Some((Instant::now(), error.kind, error.message.clone()));
                Err(error)
            }
        }
    }

    /// The calendar that the config calls by that name.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where none is called so, or several are.
    pub async fn calendar(&self, name: &str) -> Result<Calendar, ProviderError> {
        loop {
            let found = self.found().await?;
            if let Some(url) = self.state().adopted.get(name)
                && let Some(calendar) = found.calendars.iter().find(|calendar| same(&calendar.url, url))
            {
                return Ok(calendar.clone());
            }
            let meant = match discovery::find(&found, &self.url, name) {
                Ok(Meant::Known(calendar)) => return Ok(calendar),
                Ok(Meant::Unknown(url)) => discovery::adopt(&self.client, &found, &url, name).await,
                Err(error) => Err(error),
            };
            match meant {
                Ok(calendar) => {
                    let mut state = self.state();
                    if let Some(found) = &mut state.found {
                        found.add(calendar.clone());
                    }
                    state.adopted.insert(name.to_owned(), calendar.url.clone());
                    return Ok(calendar);
                }
                // What an earlier run knew may be old: it is looked for once more.
                Err(error) if error.kind == ErrorKind::NotFound && !self.state().is_fresh => self.forget(),
                Err(error) => return Err(error),
            }
        }
    }

    /// Drops what was found: a calendar is not (404, 410) or no longer here (421). The next call finds anew.
    pub fn forget(&self) {
        let mut state = self.state();
        let before = state.found.take().or_else(|| state.before.take());
        *state = State { before, ..State::default() };
    }

    /// Keeps where the calendar's server sends on to, as it is now.
    pub(super) fn keep_moved(&self, calendar: Calendar) {
        if let Some(known) = self.state().found.as_mut().and_then(|found| found.known(&calendar.url)) {
            known.moved = calendar.moved;
        }
    }

    /// Takes over what [`Self::memo`] gave in an earlier run; that of another address or user is ignored.
    pub fn recall(&self, memo: &str) {
        if let Some(found) = discovery::recall(&self.url, self.user.as_deref(), memo) {
            *self.state() = State { found: Some(found), ..State::default() };
        }
    }

    /// What was found, for the next run.
    pub fn memo(&self) -> Option<String> {
        discovery::memo(&self.url, self.user.as_deref(), self.state().found.as_ref()?)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
