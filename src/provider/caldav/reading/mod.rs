//! Reading a calendar: what changed since the last time where the server tells, else all names with their versions, and
//! then the texts of what is new. What the server does not name, or not give, is never taken for deleted on its word
//! alone. It knows no discovery; recurrence is left to whoever reads the texts.

mod bodies;
mod changes;
mod cursor;
mod listing;
mod missing;
mod names;

use std::collections::{BTreeMap, BTreeSet};

pub(super) use self::bodies::is_strong;
use self::bodies::{Bodies, listed_etag};
use self::changes::Changes;
use self::cursor::{Cursor, Mark};
use self::names::{Member, Names};
use super::here::Here;
use super::href;
use super::quirks::is_counter;
use crate::provider::transport::Transport;
use crate::provider::{Known, Object, ProviderError, Reading};

/// From so many names on only those around the window are fetched, for a first reading of all would take hours on slow
/// servers. Below it the server's word on what lies in a span is not taken: servers overlook single dates (RDATE) and
/// moved instances there (Xandikos, SabreDAV and so Nextcloud), and far instances of long series.
const HUGE: usize = 20_000;

/// So many objects that were not given are asked for again by themselves each time; from more on all names are listed.
const HOLES_MAX: usize = 8;

/// Reads the calendar.
///
/// # Errors
/// Where nothing could be read; [`crate::provider::ErrorKind::NotFound`] where there is no calendar there.
pub(super) async fn read<T: Transport>(here: Here<'_, T>, known: &Known) -> Result<Reading, ProviderError> {
    match Mark::of(known) {
        // What was read at another address says nothing of this one, not even where names and etags are the same.
        Some(mark) if !href::same(&mark.url, here.url) => {
            let nothing = Known { window: known.window, ..Known::nothing() };
            everything(here, &nothing, Start::new(true)).await
        }
        Some(Mark { cursor: Cursor::Sync(token), holes, .. }) if !known.thorough => {
            match here.changes(&token, known).await? {
                Changes::Since(named, token) => resumed(here, known, named, holes, Cursor::Sync(token)).await,
                Changes::List { token, syncs } => {
                    let start = Start { cursor: token.map(Cursor::Sync), ..Start::new(syncs) };
                    everything(here, known, start).await
                }
            }
        }
        Some(Mark { cursor: Cursor::Tag(tag), holes, .. }) if !known.thorough => {
            let state = here.state().await?;
            if state.is_at(&tag) {
                return resumed(here, known, Names::default(), holes, Cursor::Tag(tag)).await;
            }
            // By tag as before: where that began because tokens failed, they would fail again.
            everything(here, known, Start { cursor: state.cursor(false), ..Start::new(true) }).await
        }
        // Where etags are counters, a list shows less than what is named.
        Some(Mark { cursor: Cursor::Sync(token), .. })
            if known.objects.values().any(|object| is_counter(&object.etag.0)) =>
        {
            let start = match here.changes(&token, known).await? {
                Changes::Since(named, token) => {
                    Start { cursor: Some(Cursor::Sync(token)), named: Some(named), ..Start::new(true) }
                }
                Changes::List { syncs, .. } => Start::new(syncs),
            };
            everything(here, known, start).await
        }
        _ => everything(here, known, Start::new(true)).await,
    }
}

/// What is at hand before all names are listed.
struct Start {
    /// Where the next reading can go on; none: it is asked for.
    cursor: Option<Cursor>,
    /// Whether a token is of use there.
    syncs: bool,
    /// What changed since what is known, by the server's word; none: it may be anything.
    named: Option<Names>,
}

impl Start {
    fn new(syncs: bool) -> Self {
        Self { cursor: None, syncs, named: None }
    }

    /// Whether a listed object is the one that is known.
    fn is_same(&self, object: &Object, member: &Member) -> bool {
        let is_named = |names: &Names| names.members.contains_key(&member.key) || names.gone.contains(&member.key);
        member.etag.as_deref().map(listed_etag) == Some(&object.etag.0)
            && (!is_counter(&object.etag.0) || self.named.as_ref().is_some_and(|names| !is_named(names)))
    }
}

/// Goes on from what is known, with what changed and what was missing.
async fn resumed<T: Transport>(
    here: Here<'_, T>,
    known: &Known,
    names: Names,
    mut holes: Vec<String>,
    cursor: Cursor,
) -> Result<Reading, ProviderError> {
    holes.retain(|key| {
        !names.members.contains_key(key) && !names.gone.contains(key) && !names.refused.contains_key(key)
    });
    let mut draft = Draft { objects: known.objects.clone(), ..Draft::default() };
    for key in &names.gone {
        draft.objects.remove(key);
    }
    draft.refused(here, names.refused, known).await?;
    let bodies = here.fetch(names.members.into_values().collect()).await?;
    draft.take(bodies, known);
    draft.take(here.fetch_each(holes).await?, known);
    Ok(draft.finish(here, Some(cursor), true))
}

/// Goes by a list of all names.
async fn everything<T: Transport>(here: Here<'_, T>, known: &Known, start: Start) -> Result<Reading, ProviderError> {
    let cursor = match &start.cursor {
        Some(cursor) => Some(cursor.clone()),
        None => here.state().await?.cursor(start.syncs),
    };
    let listing = here.list(known).await?;
    let lacking: Vec<String> = listing.names.lacks(known).cloned().collect();
    let mut draft = Draft { incomplete: listing.incomplete, ..Draft::default() };
    let mut members = listing.names.members;
    if members.len() > HUGE
        && let Some(near) = here.within(known.window).await
    {
        let all = members.len();
        members.retain(|key, _| near.contains(key) || known.objects.contains_key(key));
        draft.warnings.push(format!(
            "it has {all} objects: only {} of them, which the server says lie around the weeks that count, are read; \
             servers can overlook odd dates and moved instances there",
            members.len()
        ));
    }
    let mut wanted: Vec<Member> = Vec::new();
    for (key, member) in members {
        match known.objects.get(&key) {
            Some(object) if start.is_same(object, &member) => {
                draft.objects.insert(key, object.clone());
            }
            _ => wanted.push(member),
        }
    }
    draft.refused(here, listing.names.refused, known).await?;
    let bodies = here.fetch(wanted).await?;
    draft.take(bodies, known);
    draft.missing(here, lacking, known).await?;
    if draft.incomplete.is_some() {
        // What a doubtful list does not name counts as it was.
        let named: BTreeSet<&String> = draft.unreadable.iter().map(|(key, _)| key).collect();
        let rest = known.objects.iter().filter(|(key, _)| !named.contains(key));
        for (key, object) in rest {
            draft.objects.entry(key.clone()).or_insert_with(|| object.clone());
        }
    }
    Ok(draft.finish(here, cursor, false))
}

/// A reading in the making.
#[derive(Debug, Default)]
struct Draft {
    objects: BTreeMap<String, Object>,
    unreadable: Vec<(String, String)>,
    warnings: Vec<String>,
    incomplete: Option<String>,
    /// The list is not the whole truth, though no object is missing: nothing goes on from it.
    lies: bool,
}

impl Draft {
    fn take(&mut self, bodies: Bodies, known: &Known) {
        let lost = bodies.missed.iter().filter(|(key, _)| !known.objects.contains_key(key)).count();
        if lost > 0 && self.incomplete.is_none() {
            let first = bodies.missed.first();
            let why = first.map(|(_, why)| format!(" ({why})")).unwrap_or_default();
            self.incomplete = Some(format!("{lost} objects could not be fetched{why}"));
            self.warnings.extend(first.map(|(key, why)| format!("{key} could not be fetched: {why}")));
        }
        self.unreadable.extend(bodies.unreadable);
        // Deleted in between, or kept back: the next list tells.
        self.unreadable.extend(bodies.gone);
        self.unreadable.extend(bodies.missed.into_iter().filter(|(key, _)| known.objects.contains_key(key)));
        self.warnings.extend(bodies.skipped);
        self.objects.extend(bodies.objects.into_iter().map(|object| (object.href.clone(), object)));
        // What can't be read is not given in its last known form: the caller does that.
        for (key, _) in &self.unreadable {
            self.objects.remove(key);
        }
    }

    fn finish<T: Transport>(self, here: Here<'_, T>, cursor: Option<Cursor>, resumed: bool) -> Reading {
        let holes: Vec<String> = self.unreadable.iter().map(|(key, _)| key.clone()).collect();
        // Whoever could not get much of it must ask for all of it again.
        let goes_on = self.incomplete.is_none() && !self.lies && holes.len() <= HOLES_MAX;
        let mark = |cursor| Mark { cursor, url: here.url.clone(), holes };
        Reading {
            objects: self.objects.into_values().collect(),
            unreadable: self.unreadable,
            warnings: self.warnings,
            incomplete: self.incomplete,
            cursor: cursor.filter(|_| goes_on).map(|cursor| mark(cursor).text()),
            resumed,
            served_at: here.client.served_at(),
            ..Reading::default()
        }
    }
}
