//! The calendars of an account: which one a name in the config means, and what the user may do there. The list is
//! asked for once and kept between runs; it is asked for again where it turns out to be old.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::api::Api;
use super::event::{CalendarPage, ListEntry};
use crate::provider::transport::Transport;
use crate::provider::{CalendarInfo, ErrorKind, ProviderError};

/// The most pages of the list that are asked for.
const PAGES_MAX: usize = 50;
const FIELDS: &str = "kind,nextPageToken,items(id,summary,summaryOverride,primary,accessRole,timeZone,backgroundColor)";

/// How old the list may be where somebody wants to know for sure.
const AGE_MAX: Duration = Duration::from_hours(1);

/// The list, as far as it is known.
#[derive(Debug, Default)]
pub(super) struct Calendars {
    list: Mutex<Option<List>>,
    /// When the service was asked for it in this run.
    asked: Mutex<Option<Instant>>,
}

/// A list with what it is the list of.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
struct List {
    /// Service and login: another user has other calendars.
    of: String,
    calendars: Vec<ListEntry>,
}

impl Calendars {
    /// Takes over a list of an earlier run, whose login is checked where it is used.
    pub(super) fn recall(&self, memo: &str) {
        let mut list = self.list();
        if list.is_none() {
            *list = serde_json::from_str(memo).ok();
        }
    }

    pub(super) fn memo(&self) -> Option<String> {
        self.list().as_ref().and_then(|list| serde_json::to_string(list).ok())
    }

    /// The calendar of that name and the list it is from, which is asked for only where none is known or it does not
    /// have that name.
    pub(super) async fn find<T: Transport>(&self, api: &Api<T>, name: &str) -> Result<ListEntry, ProviderError> {
        if let Some(list) = self.known(api)
            && let Ok(Some(entry)) = meant(&list, name)
        {
            return Ok(entry.clone());
        }
        let list = self.fetch(api).await?;
        match meant(&list, name)? {
            Some(entry) => Ok(entry.clone()),
            None => Err(not_found(&list, name)),
        }
    }

    /// The list from the service.
    pub(super) async fn fetch<T: Transport>(&self, api: &Api<T>) -> Result<Vec<ListEntry>, ProviderError> {
        let what = "list the calendars";
        let mut calendars: Vec<ListEntry> = Vec::new();
        let mut token: Option<String> = None;
        for _ in 0..PAGES_MAX {
            let mut query = vec![("maxResults", "250"), ("showHidden", "true"), ("fields", FIELDS)];
            query.extend(token.as_deref().map(|token| ("pageToken", token)));
            let url = api.url(&["users", "me", "calendarList"], &query);
            let answer = api.get(&url).await.map_err(|fault| fault.error(what, api.tokens().account()))?;
            let page: CalendarPage = serde_json::from_slice(&answer.body).map_err(|_| garbled(what))?;
            if page.kind != "calendar#calendarList" {
                return Err(garbled(what));
            }
            calendars.extend(page.items.into_iter().filter(|entry| !entry.id.is_empty()));
            token = page.next_page_token;
            if token.is_none() {
                *self.asked() = Some(Instant::now());
                *self.list() = Some(List { of: key(api), calendars: calendars.clone() });
                return Ok(calendars);
            }
        }
        Err(garbled(what))
    }

    /// Asks for the list where it is not of the last hour: a name may mean another calendar by now. Where that fails
    /// the list stays as it is, and whoever uses it will learn why.
    pub(super) async fn freshen<T: Transport>(&self, api: &Api<T>) {
        let is_fresh = self.asked().is_some_and(|asked| asked.elapsed() < AGE_MAX);
        if !is_fresh {
            *self.asked() = Some(Instant::now());
            let _ = self.fetch(api).await;
        }
    }

    /// The user's address: the id of the primary calendar.
    pub(super) fn address(&self) -> Option<String> {
        let list = self.list();
        let primary = list.as_ref()?.calendars.iter().find(|entry| entry.primary)?;
        primary.id.contains('@').then(|| primary.id.to_lowercase())
    }

    fn known<T: Transport>(&self, api: &Api<T>) -> Option<Vec<ListEntry>> {
        let of = key(api);
        self.list().as_ref().filter(|list| list.of == of).map(|list| list.calendars.clone())
    }

    fn asked(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn list(&self) -> std::sync::MutexGuard<'_, Option<List>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key<T: Transport>(api: &Api<T>) -> String {
    format!("{} {}", api.endpoint(), api.tokens().login_key())
}

/// Which calendar a name means: `primary`, an id, or the name that the user sees (or saw before renaming it).
///
/// # Errors
/// Where it is the name of several.
pub(super) fn meant<'a>(list: &'a [ListEntry], name: &str) -> Result<Option<&'a ListEntry>, ProviderError> {
    let only = |fits: &dyn Fn(&ListEntry) -> bool| {
        let found: Vec<&ListEntry> = list.iter().filter(|entry| fits(entry)).collect();
        match found.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(*one)),
            several => Err(several.iter().map(|entry| entry.id.as_str()).collect::<Vec<_>>().join(", ")),
        }
    };
    let tries: [&dyn Fn(&ListEntry) -> bool; 4] = [
        &|entry| entry.primary && name == "primary",
        &|entry| entry.id == name,
        &|entry| entry.shown() == name,
        &|entry| entry.summary == name,
    ];
    for fits in tries {
        match only(fits) {
            Ok(None) => {}
            Ok(found) => return Ok(found),
            Err(ids) => {
                let message = format!("several calendars are called {name}: say which by its id, one of {ids}");
                return Err(ProviderError { kind: ErrorKind::Unavailable, message });
            }
        }
    }
    Ok(None)
}

/// The names of those that are there (of people, where they share theirs) are not for a log.
fn not_found(list: &[ListEntry], name: &str) -> ProviderError {
    let count = list.len();
    let message = format!("there is no calendar {name}; `seawall check` names those that are there ({count})");
    ProviderError { kind: ErrorKind::NotFound, message }
}

fn garbled(what: &str) -> ProviderError {
    let message = format!("Google: the answer to the request to {what} can't be read");
    ProviderError { kind: ErrorKind::Unavailable, message }
}

/// The list for people. A calendar that the config names is called as it is called there. `shared_too`: the login
/// allows writing to others' calendars.
pub(super) fn shown(list: &[ListEntry], wanted: &[String], shared_too: bool) -> Vec<CalendarInfo> {
    let info = |entry: &ListEntry, name: &str| CalendarInfo {
        name: name.to_owned(),
        display_name: Some(entry.shown().to_owned()),
        color: entry.background_color.clone(),
        writable: entry.is_writable() && (shared_too || entry.is_owned()),
        owned: Some(entry.is_mine()),
        // Colleagues who look for a time see the primary calendar alone.
        transparent: Some(!entry.primary),
    };
    let mut out = Vec::new();
    let mut named = Vec::new();
    for name in wanted {
        if let Ok(Some(entry)) = meant(list, name) {
            named.push(&entry.id);
            out.push(info(entry, name));
        }
    }
    for entry in list.iter().filter(|entry| !named.contains(&&entry.id)) {
        let is_clear = matches!(meant(list, entry.shown()), Ok(Some(found)) if found.id == entry.id);
        out.push(info(entry, if is_clear { entry.shown() } else { &entry.id }));
    }
    out
}

/// What of the list a user should know: which calendar others see, by its name in the config.
pub(super) fn described(list: &[ListEntry], wanted: &[String], shared_too: bool) -> Vec<String> {
    let mut lines = Vec::new();
    for name in wanted {
        let Ok(Some(entry)) = meant(list, name) else { continue };
        let rights = match entry.access_role.as_str() {
            "owner" => "you may do everything there",
            "writer" | "writerWithoutPrivateAccess" if shared_too => "you may read and write there",
            "writer" | "writerWithoutPrivateAccess" => {
                "you may read and write there, but it belongs to somebody else, and seawall writes to your own calendars \
                 alone"
            }
            "reader" => "you may only read there",
            "freeBusyReader" => "you may only see there which time is taken, without titles",
            _ => "what you may do there is not known",
        };
        let seen = if entry.primary {
            "it is your primary calendar, where colleagues see that you are busy: holds in it defend your time"
        } else {
            "it is not your primary calendar: colleagues who look for a time do not see what lies in it, so holds in it \
             would defend nothing"
        };
        // Where nothing can be written, nobody need know who would see it.
        let may_write = entry.is_writable() && (shared_too || entry.is_owned());
        lines.push(if may_write { format!("{name}: {rights}; {seen}") } else { format!("{name}: {rights}") });
    }
    lines
}
