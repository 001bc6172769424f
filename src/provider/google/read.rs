//! Reading a calendar: a full listing, or what changed since the last one, in pages; and the objects that both come to.
//! By the service's contract changes are applied by id: what a page does not name is as it was.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::api::{Api, Fault};
use super::event::{ListEntry, Page};
use super::fault::Meaning;
use super::project::{self, Member, Sight};
use crate::calendar::zones::Zones;
use crate::provider::transport::Transport;
use crate::provider::{ErrorKind, Known, Object, ProviderError, Reading};

/// The most pages of a listing: a million events.
const PAGES_MAX: usize = 1000;
/// The most that a page may have: with two hundred guests each, as many as Google names, they fit into an answer.
const PAGE: &str = "1000";
/// Changes when what is asked for changes, or what is made of it: then everything is read anew.
const SHAPE: u32 = 1;
/// What is asked for of each event.
const EVENT: &str = "id,status,etag,created,updated,sequence,eventType,summary,start,end,originalStartTime,\
                     recurringEventId,recurrence,transparency,visibility,iCalUID,organizer(email,displayName,self),\
                     attendees(email,displayName,self,resource,optional,responseStatus),attendeesOmitted,\
                     extendedProperties/private";
/// What only seawall's own events are asked for: others' notes never even get here from calendars it can't write to.
const OWN: &str = ",description,location";

/// Where a reading can go on, with all that must be the same then.
#[derive(Debug, PartialEq, Eq, Deserialize, Serialize)]
struct Cursor {
    shape: u32,
    calendar: String,
    /// With notes or without.
    notes: bool,
    token: String,
}

/// The fields of one event, all that are ever wanted.
pub(super) fn fields_of_one() -> String {
    format!("{EVENT}{OWN}")
}

/// A calendar to be read.
#[derive(Debug)]
pub(super) struct Source<'a, T> {
    pub(super) api: &'a Api<T>,
    pub(super) zones: &'a Zones,
    pub(super) entry: &'a ListEntry,
    /// The entry is fresh from the service, whatever a listing says of the rights.
    pub(super) is_fresh: bool,
}

/// What the pages of a listing held.
#[derive(Debug, Default)]
struct Listing {
    items: Vec<Value>,
    sync_token: Option<String>,
    /// Why there may be more.
    incomplete: Option<String>,
}

impl Listing {
    /// Whether a series is gone and one of its changed instances is not: who is taken off a series may stay invited to
    /// that one, and only a full listing tells.
    fn leaves_orphans(&self, known: &Known) -> bool {
        let text = |item: &Value, name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (gone, live): (Vec<&Value>, Vec<&Value>) =
            self.items.iter().partition(|item| text(item, "status") == "cancelled");
        let gone: BTreeSet<String> = gone.into_iter().map(|item| text(item, "id")).collect();
        let is_left = |member: &Member| {
            let event = member.event();
            event.recurring_event_id.is_some() && !event.is_cancelled() && !gone.contains(&event.id)
        };
        let objects = gone.iter().filter_map(|id| known.objects.get(&format!("{id}.ics")));
        live.into_iter().any(|item| gone.contains(&text(item, "recurringEventId")))
            || objects.into_iter().any(|object| project::members(&object.body).iter().any(is_left))
    }
}

/// Why there is no reading.
#[derive(Debug)]
pub(super) enum NoReading {
    /// The user's rights are others than were known: the list of calendars is old.
    OldRights,
    Fault(Fault),
}

impl<T: Transport> Source<'_, T> {
    /// The calendar as it is.
    pub(super) async fn read(&self, known: &Known) -> Result<Reading, NoReading> {
        if self.entry.is_bare() {
            let window = [("singleEvents", "true".to_owned())].into_iter().chain(window(known));
            let listing = self.pages(&window.collect::<Vec<_>>()).await?;
            return Ok(self.reading(listing, known, false));
        }
        if let Some(token) = self.token(known) {
            match self.pages(&[("syncToken", token)]).await {
                Ok(listing) if listing.leaves_orphans(known) => {}
                Ok(listing) => return Ok(self.reading(listing, known, true)),
                // A token that serves no more costs a full listing, and nothing else, whatever reason is given.
                Err(NoReading::Fault(fault))
                    if fault.meaning() == Meaning::Stale || fault.is_past() || fault.is_plain_refusal() => {}
                Err(other) => return Err(other),
            }
        }
        Ok(self.reading(self.pages(&[]).await?, known, false))
    }

    /// The sync token, where it serves for this very listing.
    fn token(&self, known: &Known) -> Option<String> {
        let cursor: Cursor = serde_json::from_str(known.cursor.as_deref()?).ok()?;
        let same =
            cursor.shape == SHAPE && cursor.calendar == self.entry.id && cursor.notes == self.entry.is_writable();
        (same && !known.thorough).then_some(cursor.token)
    }

    /// All pages of a listing; one that breaks off after the first page is incomplete.
    async fn pages(&self, more: &[(&str, String)]) -> Result<Listing, NoReading> {
        let notes = if self.entry.is_writable() { OWN } else { "" };
        let fields = format!("kind,nextPageToken,nextSyncToken,accessRole,items({EVENT}{notes})");
        let mut listing = Listing::default();
        let mut token: Option<String> = None;
        let mut seen = BTreeSet::new();
        for _ in 0..PAGES_MAX {
            let mut query: Vec<(&str, &str)> =
                vec![("maxResults", PAGE), ("prettyPrint", "false"), ("fields", &fields)];
            query.extend(more.iter().map(|(name, value)| (*name, value.as_str())));
            query.extend(token.as_deref().map(|token| ("pageToken", token)));
            let page = match self.page(&query).await {
                Ok(page) => page,
                Err(fault) if token.is_some() && fault.meaning() != Meaning::Stale => {
                    listing.incomplete = Some(fault.error("list events", self.api.tokens().account()).message);
                    return Ok(listing);
                }
                Err(fault) => return Err(NoReading::Fault(fault)),
            };
            if !self.is_fresh && page.access_role.is_some_and(|role| !self.entry.is_like(&role)) {
                return Err(NoReading::OldRights);
            }
            listing.items.extend(page.items);
            listing.sync_token = page.next_sync_token;
            match page.next_page_token {
                None => return Ok(listing),
                Some(next) if !seen.insert(next.clone()) => break,
                next => token = next,
            }
        }
        listing.incomplete = Some("Google's list of events does not end".to_owned());
        Ok(listing)
    }

    async fn page(&self, query: &[(&str, &str)]) -> Result<Page, Fault> {
        let url = self.api.url(&["calendars", &self.entry.id, "events"], query);
        let answer = self.api.get(&url).await?;
        let page = serde_json::from_slice::<Page>(&answer.body).ok();
        page.filter(|page| page.kind == "calendar#events").ok_or_else(|| {
            let message = "Google: a list of events can't be read".to_owned();
            Fault::Failed(ProviderError { kind: ErrorKind::Unavailable, message })
        })
    }

    /// What a listing comes to. `resumed`: it names only what changed.
    fn reading(&self, listing: Listing, known: &Known, resumed: bool) -> Reading {
        let Listing { items, sync_token, incomplete, .. } = listing;
        let mut reading = Reading { incomplete, resumed, ..Reading::default() };
        // Of a listing that broke off, what it did not name is taken as it was.
        let is_whole = !resumed && reading.incomplete.is_none();
        let mut objects: BTreeMap<String, Object> = if is_whole { BTreeMap::new() } else { known.objects.clone() };
        let mut groups: BTreeMap<String, Vec<Member>> = BTreeMap::new();
        for item in items {
            let id = item.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
            match Member::read(item) {
                Some(member) => groups.entry(member.event().home().to_owned()).or_default().push(member),
                None => reading.unreadable.push((format!("{id}.ics"), "Google's answer can't be read".to_owned())),
            }
        }
        let sight = Sight { zones: self.zones, is_mine: self.entry.is_mine() };
        for (home, changed) in groups {
            let href = format!("{home}.ics");
            let before = objects.remove(&href);
            let members = merged(before.as_ref(), changed);
            if let Some(object) = project::object(&members, sight) {
                objects.insert(href, object);
            }
        }
        for (href, _) in &reading.unreadable {
            objects.remove(href);
        }
        reading.objects = objects.into_values().collect();
        reading.cursor = match (&reading.incomplete, sync_token) {
            (None, Some(token)) if !self.entry.is_bare() && reading.unreadable.is_empty() => {
                serde_json::to_string(&Cursor {
                    shape: SHAPE,
                    calendar: self.entry.id.clone(),
                    notes: self.entry.is_writable(),
                    token,
                })
                .ok()
            }
            // What was told so far is told again.
            (Some(_), _) if resumed => known.cursor.clone(),
            _ => None,
        };
        reading.served_at = self.api.client().served_at();
        reading.owned = Some(self.entry.is_mine());
        reading
    }
}

/// The members of an object with those that changed in place of what they were.
fn merged(before: Option<&Object>, changed: Vec<Member>) -> Vec<Member> {
    let kept = before.map(|object| project::members(&object.body)).unwrap_or_default();
    let mut members: BTreeMap<String, Member> = BTreeMap::new();
    for member in kept.into_iter().chain(changed) {
        members.insert(member.event().id.clone(), member);
    }
    members.into_values().collect()
}

/// Bounds for those who would get every instance there ever is.
fn window(known: &Known) -> Vec<(&'static str, String)> {
    let (from, until) = known.window;
    let mut out = Vec::new();
    if from > Timestamp::MIN {
        out.push(("timeMin", from.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()));
    }
    if until < Timestamp::MAX {
        out.push(("timeMax", until.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()));
    }
    out
}
