//! The names in an answer: which objects there are, at which version, which are gone, and what the server keeps back.
//! Two entries for one object, as Zimbra and DavMail send them, are one: the last counts.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use crate::provider::Known;
use crate::provider::caldav::href::{self, Place};
use crate::provider::caldav::xml::{ResourceType, Response};

/// One object, by what a list says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    /// What seawall calls it.
    pub(super) key: String,
    /// What the server calls it: requests carry that.
    pub(super) href: String,
    /// The same as an address.
    pub(super) url: Url,
    /// Its version; none where the list does not say.
    pub(super) etag: Option<String>,
}

/// What an answer names.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    /// The objects, by key.
    pub(super) members: BTreeMap<String, Member>,
    /// Those that are gone (in a list of changes).
    pub(super) gone: BTreeSet<String>,
    /// Those that are there and can't be had, with the reason.
    pub(super) refused: BTreeMap<String, String>,
    /// The calendar itself was named, as in every honest list.
    pub(super) has_itself: bool,
    /// The server broke off and wants to be asked again (RFC 6578 3.6).
    pub(super) is_cut: bool,
    /// Something was named that lies neither in the calendar nor below it.
    pub(super) has_strangers: bool,
}

impl Names {
    /// Takes in what an answer about `calendar` says, after what was there before.
    pub(super) fn take(&mut self, calendar: &Url, responses: Vec<Response>) {
        for response in responses {
            match href::place_listed(calendar, &response.href) {
                Place::Itself => {
                    self.has_itself = true;
                    self.is_cut |= response.is_cut();
                }
                Place::Member { key, url } => self.take_member(key, url, response),
                Place::Elsewhere => {
                    self.has_strangers |= !href::is_below(calendar, &response.href);
                    tracing::trace!(href = response.href, "not right in the calendar: passed over");
                }
            }
        }
    }

    fn take_member(&mut self, key: String, url: Url, response: Response) {
        if response.props.kind.as_ref().is_some_and(ResourceType::is_collection) {
            return;
        }
        let twice = self.members.remove(&key).is_some() | self.gone.remove(&key) | self.refused.remove(&key).is_some();
        if twice {
            tracing::debug!(key, "the server names it twice: the last counts");
        }
        match response.status {
            _ if response.is_gone() => {
                self.gone.insert(key);
            }
            Some(status) => {
                self.refused.insert(key, format!("the server keeps it back ({status})"));
            }
            None => {
                let etag = response.props.etag;
                self.members.insert(key.clone(), Member { key, href: response.href, url, etag });
            }
        }
    }

    /// Why a list of all names may lack some; none: by itself it gives no reason for doubt.
    pub(super) fn doubt(&self) -> Option<String> {
        if self.is_cut {
            return Some("the server cut the list off".to_owned());
        }
        let why = "the server lists objects at another place than the calendar's, and what they are here is not known: \
                   see that the proxy in front of it, if any, keeps the path, or give the server's own address in the \
                   config";
        self.has_strangers.then(|| why.to_owned())
    }

    /// The keys of what was known and is not named as there.
    pub(super) fn lacks<'a>(&self, known: &'a Known) -> impl Iterator<Item = &'a String> {
        known.objects.keys().filter(|key| !self.members.contains_key(*key) && !self.refused.contains_key(*key))
    }

    /// The keys of all that is there.
    pub(super) fn keys(&self) -> BTreeSet<&str> {
        self.members.keys().chain(self.refused.keys()).map(String::as_str).collect()
    }
}
