//! Whose is an object that looks like seawall's? The answer decides what may be written (design 5.1, 5.2, 5.7,
//! 5.11): only an object that stands here as `Ours` is ever changed or deleted.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::key::{Key, Kind, Marker};
use super::ledger::LedgerRow;
use super::marker;
use crate::calendar::CalendarId;
use crate::calendar::time::Span;
use crate::focus::sight::Origin;
use crate::provider::Etag;

/// An object with our UID form or our marker, as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnObject {
    /// The calendar it lies in.
    pub lies_in: CalendarId,
    /// Its name there.
    pub href: String,
    /// Its version.
    pub etag: Etag,
    /// Its UID.
    pub uid: String,
    /// The value of X-SEAWALL, if it is there.
    pub marker: Option<String>,
    /// When it is.
    pub span: Span,
    /// Shown as busy.
    pub busy: bool,
    /// Given as dates.
    pub all_day: bool,
    /// Its title.
    pub title: String,
    /// Its text.
    pub text: String,
    /// Hash of title, text, place and status as read.
    pub hash: String,
    /// The service made it an event that declines new invitations over it.
    pub is_focus_time: bool,
    /// One component without ORGANIZER, ATTENDEE or recurrence: what seawall writes.
    pub plain: bool,
}

/// Whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Written by this seawall and as it was written: may be changed and deleted.
    Ours(Marker),
    /// The user edited it, moved it to another calendar or stripped its marker: theirs, and it counts.
    Pinned(Key),
    /// Written by another seawall that lives on the same calendar.
    Other(Marker),
    /// It has people, a recurrence or a second component now: the user's event, input like any other.
    Users,
    /// Our marker under another UID: the user copied a hold, and it counts as their own focus event.
    Copy,
    /// It looks like ours and nothing proves it: never input, never written.
    Unknown,
}

/// An object with its standing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned {
    /// The object.
    pub object: OwnObject,
    /// Whose it is.
    pub standing: Standing,
}

impl Owned {
    /// Its key, where it is or was ours.
    pub fn key(&self) -> Option<&Key> {
        match &self.standing {
            Standing::Ours(marker) | Standing::Other(marker) => Some(&marker.key),
            Standing::Pinned(key) => Some(key),
            Standing::Users | Standing::Copy | Standing::Unknown => None,
        }
    }

    /// What the object is for the busy rules.
    pub fn origin(&self) -> Origin {
        match &self.standing {
            Standing::Users => Origin::Foreign,
            Standing::Copy => Origin::Copy,
            _ if self.key().is_some_and(|key| key.kind != Kind::Hold) => Origin::Summary,
            _ => Origin::Hold,
        }
    }
}

/// What the standing of an object depends on besides the object.
#[derive(Clone, Copy, Debug)]
pub struct Claims<'a> {
    /// This seawall.
    pub instance: &'a str,
    /// The calendar that holds, if any.
    pub hold_calendar: Option<&'a CalendarId>,
    /// Calendars whose holds the user wants removed, whether the ledger knows them or not.
    pub emptied: &'a [CalendarId],
    /// What is remembered.
    pub ledger: &'a [LedgerRow],
}

/// Whose each object is. Of several with one UID only one can be ours: the first in the hold calendar whose name
/// is the UID's, else the first.
pub fn standings(objects: Vec<OwnObject>, claims: Claims<'_>) -> Vec<Owned> {
    let ledger: BTreeMap<&str, &LedgerRow> = claims.ledger.iter().map(|row| (row.uid.as_str(), row)).collect();
    let mut order: Vec<usize> = (0..objects.len()).collect();
    order.sort_by_key(|&index| {
        let object = &objects[index];
        let elsewhere = claims.hold_calendar != Some(&object.lies_in);
        (elsewhere, object.href != format!("{}.ics", object.uid), index)
    });
    let mut taken = BTreeSet::new();
    let mut standing: Vec<Standing> = vec![Standing::Unknown; objects.len()];
    for index in order {
        let object = &objects[index];
        if taken.insert(object.uid.clone()) {
            standing[index] = standing_of(object, ledger.get(object.uid.as_str()).copied(), claims);
        }
    }
    objects.into_iter().zip(standing).map(|(object, standing)| Owned { object, standing }).collect()
}

fn standing_of(object: &OwnObject, row: Option<&LedgerRow>, claims: Claims<'_>) -> Standing {
    if !object.plain {
        return Standing::Users;
    }
    let as_remembered = || row.map_or(Standing::Unknown, |row| Standing::Pinned(row.key.clone()));
    let Some(marker) = object.marker.as_deref().and_then(marker::decode) else { return as_remembered() };
    let is_home = claims.hold_calendar == Some(&object.lies_in);
    if marker::uid(&marker.key) != object.uid {
        let by_user = is_home || marker.instance == claims.instance;
        return if row.is_none() && by_user && marker.key.kind == Kind::Hold {
            Standing::Copy
        } else {
            as_remembered()
        };
    }
    let mine = marker.instance == claims.instance;
    if !is_home && !held_before(object, &marker, row, claims) {
        // Another person's hold may have the key of one of ours, so only the instance tells that the user moved it.
        return if mine { as_remembered() } else { Standing::Unknown };
    }
    if edited(object, &marker, row) {
        return Standing::Pinned(marker.key);
    }
    if mine { Standing::Ours(marker) } else { Standing::Other(marker) }
}

/// What to say of strict holds that the service made plain ones, if there are any.
pub fn undefended(owned: &[Owned], now: Timestamp) -> Option<String> {
    let is_plain = |one: &&Owned| {
        matches!(&one.standing, Standing::Ours(marker) if marker.strict)
            && !one.object.is_focus_time
            && one.object.span.end > now
    };
    let count = owned.iter().filter(is_plain).count();
    (count > 0).then(|| {
        format!(
            "{count} strict holds are plain busy events: nothing is declined in your name. Google has focus time only on \
             the primary calendar of Workspace accounts."
        )
    })
}

/// Whether the object lies where this seawall put it when that calendar still held. Names in a key are labels, and
/// another person on this machine may have chosen the same: so the label alone proves it only where the user says that
/// what is there may go.
fn held_before(object: &OwnObject, marker: &Marker, row: Option<&LedgerRow>, claims: Claims<'_>) -> bool {
    marker.instance == claims.instance
        && marker.key.calendar == object.lies_in
        && (row.is_some() || claims.emptied.contains(&object.lies_in))
}

/// Whether the user edited it: it differs from its own marker, and not only by text that the server rewrote (which
/// the ledger knows from the read-back). Moving a summary is no edit: its new time stays and its text goes on.
pub fn edited(object: &OwnObject, marker: &Marker, row: Option<&LedgerRow>) -> bool {
    let written = &marker.written;
    let moved = object.span != written.span && marker.key.kind != Kind::Summary;
    let same_text =
        object.hash == written.hash || row.is_some_and(|row| !row.pinned && row.written.hash == object.hash);
    moved || object.busy != written.busy || !same_text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reconcile::key::Written;
    use crate::reconcile::ledger::LedgerState;

    fn calendar(name: &str) -> CalendarId {
        CalendarId { account: "work".into(), calendar: name.into() }
    }

    /// A hold as `instance` wrote it to its calendar `Personal`, lying in `lies_in`.
    fn hold(instance: &str, lies_in: &str) -> (OwnObject, LedgerRow) {
        let span = Span::new("2026-11-17T08:00:00Z".parse().unwrap(), "2026-11-17T11:00:00Z".parse().unwrap());
        let key = Key {
            kind: Kind::Hold,
            calendar: calendar("Personal"),
            week: "2026-W47".parse().unwrap(),
            role: "deep".into(),
            ordinal: 0,
            generation: 0,
        };
        let written = Written { span, busy: true, hash: "aa".into() };
        let uid = marker::uid(&key);
        let row = LedgerRow {
            uid: uid.clone(),
            key: key.clone(),
            state: LedgerState::Live,
            written: written.clone(),
            pinned: false,
        };
        let text = marker::encode(&Marker {
            key,
            instance: instance.into(),
            written,
            serial: 0,
            is_final: false,
            strict: false,
            released: false,
            first_cycle: None,
            closed: Vec::new(),
        });
        let object = OwnObject {
            lies_in: calendar(lies_in),
            href: format!("{uid}.ics"),
            etag: Etag("1".into()),
            uid,
            marker: Some(text),
            span,
            busy: true,
            all_day: false,
            title: "Focus".into(),
            text: String::new(),
            hash: "aa".into(),
            is_focus_time: false,
            plain: true,
        };
        (object, row)
    }

    #[track_caller]
    fn check(objects: Vec<OwnObject>, ledger: &[LedgerRow], expected: &[&str]) {
        let home = calendar("Personal");
        let claims = Claims { instance: "mine", hold_calendar: Some(&home), emptied: &[], ledger };
        let found: Vec<&str> = standings(objects, claims)
            .iter()
            .map(|one| match one.standing {
                Standing::Ours(_) => "ours",
                Standing::Pinned(_) => "pinned",
                Standing::Other(_) => "other",
                Standing::Users => "users",
                Standing::Copy => "copy",
                Standing::Unknown => "unknown",
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_colleagues_hold_of_the_same_key_in_a_shared_calendar_is_neither_ours_nor_pinned() {
        let (mine, row) = hold("mine", "Personal");
        let (theirs, _) = hold("theirs", "Team");
        check(vec![theirs.clone(), mine], std::slice::from_ref(&row), &["unknown", "ours"]);
        check(vec![theirs], &[row], &["unknown"]);
    }

    #[test]
    fn a_colleagues_calendar_that_both_configs_call_the_same_alarms_nobody() {
        let (mut theirs, _) = hold("theirs", "Personal");
        let home = calendar("Focus");
        let claims = Claims { instance: "mine", hold_calendar: Some(&home), emptied: &[], ledger: &[] };
        theirs.lies_in = calendar("Personal");
        let found = standings(vec![theirs], claims);
        assert_eq!(found[0].standing, Standing::Unknown);
    }

    #[test]
    fn our_hold_in_another_calendar_was_moved_there_by_the_user() {
        let (moved, row) = hold("mine", "Private");
        check(vec![moved.clone()], &[row], &["pinned"]);
        check(vec![moved], &[], &["unknown"]);
    }
}
