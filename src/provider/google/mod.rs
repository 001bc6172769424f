//! Google Calendar (API v3). Its parts know the service and the port, never the config, the store or a hold.
//!
//! The port speaks iCalendar text and Google JSON: [`project`] makes text of events, [`draft`] makes requests of own
//! text; both are pure. The rest asks: `read` lists, `calendars` finds names, `api` carries tokens and manners,
//! [`fault`] knows what refusals mean. Every write says `sendUpdates=none`, and none ever has a guest.

mod api;
mod calendars;
mod color;
pub mod draft;
pub mod event;
pub mod fault;
mod line;
mod marker;
pub mod oauth;
pub mod project;
mod read;

use serde_json::Value;
use url::Url;

use self::api::{Api, Fault};
use self::calendars::Calendars;
use self::draft::Draft;
use self::event::ListEntry;
use self::fault::Meaning;
use self::oauth::source::TokenSource;
use self::project::{Member, Sight};
use self::read::{NoReading, Source};
use super::transport::{AccountClient, Credentials, Transport, Trust, Write};
use super::{CalendarInfo, ErrorKind, Etag, Known, Object, Provider, ProviderError, Reading};
use crate::calendar::zones::Zones;

const JSON: &str = "application/json";
/// No mail, whatever is written.
const SILENT: (&str, &str) = ("sendUpdates", "none");

/// A Google account.
#[derive(Debug)]
pub struct Google<T> {
    api: Api<T>,
    calendars: Calendars,
    zones: Zones,
    /// The names by which the config calls its calendars.
    names: Vec<String>,
}

/// What an account is made of.
#[derive(Debug)]
pub struct Parts<T> {
    /// Carries requests.
    pub transport: T,
    /// Where access tokens come from.
    pub tokens: TokenSource,
    /// `https://www.googleapis.com/calendar/v3`, or what stands in for it.
    pub endpoint: Url,
    /// The names by which the config calls the account's calendars.
    pub names: Vec<String>,
    /// The database of zones.
    pub zones: Zones,
    /// For the draw of waits.
    pub seed: u64,
}

impl<T: Transport> Google<T> {
    /// Asks nothing before the first call.
    pub fn new(parts: Parts<T>) -> Self {
        let Parts { transport, tokens, endpoint, names, zones, seed } = parts;
        let trust = Trust::new(&endpoint, [""; 0]);
        let client = AccountClient::new(transport, Credentials::PerRequest, trust, seed);
        Self { api: Api::new(client, tokens, endpoint, seed), calendars: Calendars::default(), zones, names }
    }

    fn sight(&self, entry: &ListEntry) -> Sight<'_> {
        Sight { zones: &self.zones, is_mine: entry.is_mine() }
    }

    fn error(&self, fault: Fault, what: &str) -> ProviderError {
        fault.error(what, self.api.tokens().account())
    }

    /// Why a change was not made. To a calendar that somebody else owns another login would not help.
    fn unwritten(&self, fault: Fault, what: &str, entry: &ListEntry) -> ProviderError {
        if fault.meaning() != Meaning::Login || entry.is_owned() || self.api.tokens().writes_shared() {
            return self.error(fault, what);
        }
        let message =
            format!("Google refuses to {what}: somebody else owns it, and seawall writes to your own calendars");
        ProviderError { kind: ErrorKind::ReadOnly, message }
    }

    /// One event, deleted or not; none where there is no such id.
    async fn event(&self, entry: &ListEntry, href: &str) -> Result<Option<Member>, ProviderError> {
        let Some(id) = id_of(href) else { return Ok(None) };
        let fields = read::fields_of_one();
        let url = self.api.url(&["calendars", &entry.id, "events", id], &[("fields", &fields)]);
        match self.api.get(&url).await {
            Ok(answer) => {
                let raw: Option<Value> = serde_json::from_slice(&answer.body).ok();
                let member = raw.and_then(Member::read);
                member.map(Some).ok_or_else(|| unavailable("Google: an event can't be read"))
            }
            Err(fault) if fault.meaning() == Meaning::Gone => Ok(None),
            Err(fault) => Err(self.error(fault, "show an event")),
        }
    }

    /// The address of one event for a change.
    fn target(&self, entry: &ListEntry, href: &str) -> Result<Url, ProviderError> {
        let id = id_of(href).ok_or_else(|| unavailable(&format!("{href} is no name of an event")))?;
        Ok(self.api.url(&["calendars", &entry.id, "events", id], &[SILENT, ("fields", "id,etag")]))
    }

    fn draft(&self, body: &[u8]) -> Result<Draft, ProviderError> {
        Draft::read(body, &self.zones).map_err(|why| unavailable(&format!("nothing was sent to Google: {why}")))
    }

    async fn insert(&self, entry: &ListEntry, draft: &Draft) -> Result<(), Fault> {
        let body = draft.insert().ok_or_else(|| unavailable("the marker is longer than Google keeps"))?;
        let url = self.api.url(&["calendars", &entry.id, "events"], &[SILENT, ("fields", "id,etag")]);
        self.api.write(Write::insert(url, JSON, body.to_string().into_bytes())).await.map(drop)
    }

    /// The calendar of that name by a list fresh from the service.
    async fn renewed(&self, calendar: &str) -> Result<Option<ListEntry>, ProviderError> {
        let list = self.calendars.fetch(&self.api).await?;
        Ok(calendars::meant(&list, calendar)?.cloned())
    }
}

impl<T: Transport> Provider for Google<T> {
    async fn calendars(&self) -> Result<Vec<CalendarInfo>, ProviderError> {
        let list = self.calendars.fetch(&self.api).await?;
        Ok(calendars::shown(&list, &self.names, self.api.tokens().writes_shared()))
    }

    async fn describe(&self) -> Result<Vec<String>, ProviderError> {
        let mut lines = self.api.tokens().describe().await?;
        let list = self.calendars.fetch(&self.api).await?;
        lines.extend(calendars::described(&list, &self.names, self.api.tokens().writes_shared()));
        Ok(lines)
    }

    async fn read(&self, calendar: &str, known: &Known) -> Result<Reading, ProviderError> {
        if known.thorough {
            self.calendars.freshen(&self.api).await;
        }
        let mut entry = self.calendars.find(&self.api, calendar).await?;
        let mut is_fresh = false;
        let mut reading = loop {
            let source = Source { api: &self.api, zones: &self.zones, entry: &entry, is_fresh };
            let fault = match source.read(known).await {
                Ok(reading) => break reading,
                Err(NoReading::OldRights) => None,
                Err(NoReading::Fault(fault)) => Some(fault),
            };
            // What is remembered of the calendar may be old: looked up once, then the answer stands.
            let found = match &fault {
                Some(fault) if is_fresh || fault.meaning() != Meaning::Gone => None,
                _ => self.renewed(calendar).await?,
            };
            match (found, fault) {
                (Some(found), None) => entry = found,
                (Some(found), Some(_)) if found != entry => entry = found,
                (_, Some(fault)) => return Err(self.error(fault, &format!("show {calendar}"))),
                (None, None) => return Err(not_there(calendar)),
            }
            is_fresh = true;
        };
        reading.addresses = self.calendars.address().into_iter().collect();
        Ok(reading)
    }

    /// A series comes without its changed instances: who asks for one object asks for one of seawall's.
    async fn get(&self, calendar: &str, href: &str) -> Result<Option<Object>, ProviderError> {
        let entry = self.calendars.find(&self.api, calendar).await?;
        let member = self.event(&entry, href).await?;
        Ok(member.and_then(|member| project::object(&[member], self.sight(&entry))))
    }

    /// The id is the name; `name` must be that of the event's UID, in the letters that Google allows.
    async fn create(&self, calendar: &str, name: &str, body: &[u8]) -> Result<(), ProviderError> {
        let entry = self.calendars.find(&self.api, calendar).await?;
        let mut draft = self.draft(body)?;
        if !draft.is_called(name) {
            let message = format!("nothing was sent to Google: {name} is not the UID of the event, or no id there");
            return Err(unavailable(&message));
        }
        // Focus time is for primary calendars alone.
        draft.is_strict &= entry.primary;
        let mut answer = self.insert(&entry, &draft).await;
        if draft.is_strict && answer.as_ref().is_err_and(Fault::is_plain_refusal) {
            // Not for this user: nothing was made, and a plain busy event protects too.
            draft.is_strict = false;
            answer = self.insert(&entry, &draft).await;
        }
        answer.map_err(|fault| self.unwritten(fault, &format!("make an event in {calendar}"), &entry))
    }

    async fn update(&self, calendar: &str, href: &str, etag: &Etag, body: &[u8]) -> Result<(), ProviderError> {
        let entry = self.calendars.find(&self.api, calendar).await?;
        let patch = self.draft(body)?.patch().ok_or_else(|| unavailable("the marker is longer than Google keeps"))?;
        let url = self.target(&entry, href)?;
        let write = Write::patch(url, &quoted(etag), JSON, patch.to_string().into_bytes());
        let answer = self.api.write(write).await;
        answer.map(drop).map_err(|fault| self.unwritten(fault, &format!("change an event in {calendar}"), &entry))
    }

    async fn delete(&self, calendar: &str, href: &str, etag: &Etag) -> Result<(), ProviderError> {
        let entry = self.calendars.find(&self.api, calendar).await?;
        let id = id_of(href).ok_or_else(|| unavailable(&format!("{href} is no name of an event")))?;
        let url = self.api.url(&["calendars", &entry.id, "events", id], &[SILENT]);
        let answer = self.api.write(Write::remove(url, &quoted(etag))).await;
        answer.map(drop).map_err(|fault| self.unwritten(fault, &format!("delete an event in {calendar}"), &entry))
    }

    fn keeps_names(&self) -> bool {
        true
    }

    fn has_strict(&self) -> bool {
        true
    }

    async fn remains(&self, calendar: &str, name: &str) -> Result<Option<Object>, ProviderError> {
        let entry = self.calendars.find(&self.api, calendar).await?;
        let member = self.event(&entry, name).await?.filter(|member| member.event().is_cancelled());
        Ok(member.map(|member| project::remains(&member, self.sight(&entry))))
    }

    fn recall(&self, memo: &str) {
        self.calendars.recall(memo);
    }

    fn memo(&self) -> Option<String> {
        self.calendars.memo()
    }
}

/// The id behind a name.
fn id_of(href: &str) -> Option<&str> {
    href.strip_suffix(".ics").filter(|id| !id.is_empty() && !matches!(*id, "." | ".."))
}

/// As it stands in a header: some of Google's own are, others' may not be.
fn quoted(etag: &Etag) -> String {
    if etag.0.ends_with('"') { etag.0.clone() } else { format!("\"{}\"", etag.0) }
}

fn not_there(calendar: &str) -> ProviderError {
    ProviderError { kind: ErrorKind::NotFound, message: format!("there is no calendar {calendar} any more") }
}

fn unavailable(message: &str) -> ProviderError {
    ProviderError { kind: ErrorKind::Unavailable, message: message.to_owned() }
}
