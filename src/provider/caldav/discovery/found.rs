//! What discovery found out about an account: who the user is there and which calendars there are. It is kept as a
//! memo for the next run, under the address and the user that it was found for.

use serde::{Deserialize, Serialize};
use url::Url;

use super::super::href::same;
use super::super::quirks;
use super::super::xml::{Privileges, Props};
use crate::provider::CalendarInfo;

/// Changes when the memo's form does; a memo of another form is forgotten.
const VERSION: u32 = 1;

/// An account as its server shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The user's principal; none where the server names none.
    pub principal: Option<Url>,
    /// The user's addresses, lower case, without `mailto:`.
    pub addresses: Vec<String>,
    /// The collections that hold calendars.
    pub homes: Vec<Url>,
    /// The calendars that take events, in the server's order.
    pub calendars: Vec<Calendar>,
    /// What was left out, in words for people.
    pub left_out: Vec<String>,
    /// What the server calls itself.
    pub product: Option<String>,
}

/// A calendar as its server shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// Its address, as the server spells it, with a slash at the end.
    pub url: Url,
    /// The name that calendar programs show.
    pub name: Option<String>,
    /// `#RRGGBB`.
    pub color: Option<String>,
    /// Whether objects can be created, changed and removed; none where the server does not say.
    pub writable: Option<bool>,
    /// Whether the user owns it; none where the server does not say.
    pub owned: Option<bool>,
    /// Whether it does not count for others' free/busy; none where the server does not say.
    pub transparent: Option<bool>,
    /// Whether the server offers sync-collection there and has given a token.
    pub syncs: bool,
    /// Whether it has a change tag.
    pub tagged: bool,
    /// Whether the server offers multiget; true where it does not say.
    pub multiget: bool,
    /// Where its server sends on to for good, while it goes on to list it here.
    #[serde(default)]
    pub moved: Option<Url>,
}

impl Calendar {
    /// What the properties of a calendar say.
    pub(super) fn of(url: Url, props: &Props, is_owner: impl Fn(&str) -> Option<bool>) -> Self {
        let offers = |report: &str| props.reports.as_ref().map(|reports| reports.contains(report));
        Self {
            url: with_slash(url),
            name: props.display_name.as_deref().map(quirks::display_name),
            color: props.color.as_deref().and_then(quirks::color),
            writable: props.privileges.as_ref().map(Privileges::may_write),
            owned: props.owner.as_deref().and_then(is_owner),
            transparent: props.transparent,
            syncs: offers("sync-collection").unwrap_or(true) && props.sync_token.is_some(),
            tagged: props.ctag.is_some(),
            multiget: offers("calendar-multiget").unwrap_or(true),
            moved: None,
        }
    }

    /// What people are shown of it, among all of them.
    pub(in super::super) fn info(&self, all: &[Calendar]) -> CalendarInfo {
        CalendarInfo {
            name: self.call_name(all),
            display_name: self.name.clone(),
            color: self.color.clone(),
            writable: self.writable.unwrap_or(true),
            owned: self.owned,
            transparent: self.transparent,
        }
    }

    /// The name by which a config can call it, among all of them: its display name where that is its alone, else its
    /// address.
    pub fn call_name(&self, all: &[Calendar]) -> String {
        match &self.name {
            Some(name) if all.iter().filter(|other| other.name.as_ref() == Some(name)).count() == 1 => name.clone(),
            _ => self.url.to_string(),
        }
    }
}

impl Found {
    /// Adds a calendar unless it is there.
    pub(in super::super) fn add(&mut self, calendar: Calendar) {
        if !self.calendars.iter().any(|known| same(&known.url, &calendar.url)) {
            self.calendars.push(calendar);
        }
    }

    /// What was known of that calendar; none where it is none of these.
    pub(in super::super) fn known(&mut self, url: &Url) -> Option<&mut Calendar> {
        self.calendars.iter_mut().find(|known| same(&known.url, url))
    }
}

/// The address of a collection: servers redirect, or worse, without the slash.
pub(super) fn with_slash(mut url: Url) -> Url {
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    url
}

#[derive(Serialize, Deserialize)]
struct Memo {
    version: u32,
    url: Url,
    user: Option<String>,
    found: Found,
}

/// As text, for the account at that address and of that user.
pub(in super::super) fn memo(url: &Url, user: Option<&str>, found: &Found) -> Option<String> {
    let memo = Memo { version: VERSION, url: url.clone(), user: user.map(str::to_owned), found: found.clone() };
    serde_json::to_string(&memo).ok()
}

/// Reads it back; none where it is another account's, or of another form.
pub(in super::super) fn recall(url: &Url, user: Option<&str>, memo: &str) -> Option<Found> {
    let memo: Memo = serde_json::from_str(memo).ok()?;
    (memo.version == VERSION && memo.url == *url && memo.user.as_deref() == user).then_some(memo.found)
}
