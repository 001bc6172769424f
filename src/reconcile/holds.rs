//! Desired holds x own objects x ledger -> the changes that make the calendar match the plan, in the order in which
//! they must happen. Identity is given here: ordinals, generations, UIDs (design 5.3).

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::change::{Action, Change, Content, Target, Urgency};
use super::key::{Key, Kind};
use super::ledger::LedgerRow;
use super::marker;
use super::own::{Owned, Standing};
use super::wording;
use crate::calendar::CalendarId;
use crate::calendar::time::Span;
use crate::calendar::week::IsoWeek;
use crate::focus::plan::{DesiredHold, HoldState};
use crate::focus::policy::Policy;

/// The most holds of a role in a week that were ever written, released ones included.
const ORDINALS_MAX: u32 = 10_000;

/// A stretch of time that no hold may keep, with what takes it, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocker {
    /// When.
    pub span: Span,
    /// What.
    pub title: String,
}

/// All that decides which holds change.
#[derive(Clone, Copy, Debug)]
pub struct Inventory<'a> {
    /// The present.
    pub now: Timestamp,
    /// The wishes.
    pub policy: &'a Policy,
    /// The calendar that holds.
    pub calendar: &'a CalendarId,
    /// This seawall.
    pub instance: &'a str,
    /// What the planner wants.
    pub desired: &'a [DesiredHold],
    /// What is there.
    pub owned: &'a [Owned],
    /// What is remembered.
    pub ledger: &'a [LedgerRow],
    /// Busy time and days off.
    pub blockers: &'a [Blocker],
    /// The calendar has events that decline new invitations by themselves; elsewhere strict is firm.
    pub has_strict: bool,
}

/// The changes to holds, in order.
pub fn changes(inventory: Inventory<'_>) -> Vec<Change> {
    let kept: BTreeSet<&str> = inventory.desired.iter().filter_map(|hold| hold.existing.as_deref()).collect();
    let mut out: Vec<Change> = inventory
        .owned
        .iter()
        .filter_map(|owned| removal(inventory, owned, &kept))
        .chain(inventory.desired.iter().filter_map(|hold| alteration(inventory, hold)))
        .collect();
    out.extend(additions(inventory));
    sort(&mut out);
    out
}

/// Yields to busy time, deletes, updates, creations; each by start.
pub fn sort(changes: &mut [Change]) {
    changes.sort_by(|a, b| (a.urgency, a.span(), &a.uid).cmp(&(b.urgency, b.span(), &b.uid)));
}

/// An own future hold that the plan does not keep, or whatever lies in a calendar that no longer holds.
fn removal(inventory: Inventory<'_>, owned: &Owned, kept: &BTreeSet<&str>) -> Option<Change> {
    let Standing::Ours(marker) = &owned.standing else { return None };
    let object = &owned.object;
    let elsewhere = object.lies_in != *inventory.calendar;
    if (marker.key.kind != Kind::Hold && !elsewhere)
        || object.span.end <= inventory.now
        || (kept.contains(object.uid.as_str()) && !elsewhere)
    {
        return None;
    }
    let blocker = blocker(inventory.blockers, object.span);
    let why = if elsewhere {
        format!("{} no longer holds", object.lies_in)
    } else if let Some(blocker) = blocker {
        format!("yields to {}", blocker.title)
    } else {
        "no longer planned".to_owned()
    };
    let urgency = if blocker.is_some() { Urgency::Yield } else { Urgency::Delete };
    Some(deletion(owned, &marker.key, urgency, &why))
}

/// A hold that stays and shall be otherwise.
fn alteration(inventory: Inventory<'_>, hold: &DesiredHold) -> Option<Change> {
    if matches!(hold.state, HoldState::Past | HoldState::Pinned) {
        return None;
    }
    let uid = hold.existing.as_deref()?;
    let owned =
        inventory.owned.iter().find(|owned| owned.object.uid == uid && owned.object.lies_in == *inventory.calendar)?;
    let Standing::Ours(marker) = &owned.standing else { return None };
    let content = Content { strict: marker.strict, ..wording::content(inventory.policy, hold)? };
    let object = &owned.object;
    if is_remade(inventory, hold) {
        // What kind of event it is can't be changed: it goes, and another one comes.
        let why = if marker.strict { "strict no more: made anew" } else { "strict now: made anew" };
        return Some(deletion(owned, &marker.key, Urgency::Delete, why));
    }
    if same(inventory, owned, &content) {
        return None;
    }
    let blocker = blocker(inventory.blockers, object.span).filter(|_| content.span != object.span);
    let why = match blocker {
        Some(blocker) => format!("yields to {}; {}", blocker.title, hold.why),
        None if content.span != object.span => format!("moved: {}", hold.why),
        None if content.busy != object.busy => {
            format!("now {}: {}", if content.busy { "busy" } else { "free" }, hold.why)
        }
        None => format!("other words: {}", hold.why),
    };
    Some(Change {
        action: Action::Update,
        key: marker.key.clone(),
        uid: uid.to_owned(),
        calendar: inventory.calendar.clone(),
        target: Some(target(owned)),
        content: Some(content),
        urgency: if blocker.is_some() { Urgency::Yield } else { Urgency::Update },
        why,
    })
}

/// Whether a planned hold has to become another kind of event: one that declines invitations, or one that does not.
fn is_remade(inventory: Inventory<'_>, hold: &DesiredHold) -> bool {
    let is_it = |owned: &&Owned| {
        Some(owned.object.uid.as_str()) == hold.existing.as_deref() && owned.object.lies_in == *inventory.calendar
    };
    let there = inventory.owned.iter().find(is_it);
    let Some(Standing::Ours(marker)) = there.map(|owned| &owned.standing) else { return false };
    let wanted = wording::content(inventory.policy, hold).is_some_and(|content| content.strict);
    hold.state == HoldState::Planned && marker.strict != (wanted && inventory.has_strict)
}

/// Holds that nothing on the calendar can become.
fn additions(inventory: Inventory<'_>) -> Vec<Change> {
    let mut taken: BTreeSet<(IsoWeek, String, u32)> = inventory
        .owned
        .iter()
        .filter_map(Owned::key)
        .chain(inventory.ledger.iter().map(|row| &row.key))
        .filter(|key| key.kind == Kind::Hold)
        .map(|key| (key.week, key.role.clone(), key.ordinal))
        .collect();
    // Also what is no longer ours may lie under a name of ours: a hold with a guest, one without its marker.
    let there: BTreeSet<&str> = inventory.owned.iter().map(|owned| owned.object.uid.as_str()).collect();
    let mut fresh: Vec<&DesiredHold> =
        inventory.desired.iter().filter(|hold| hold.existing.is_none() || is_remade(inventory, hold)).collect();
    fresh.sort_by_key(|hold| hold.span);
    fresh
        .into_iter()
        .filter_map(|hold| {
            let role = inventory.policy.roles.get(hold.role?)?.name.clone();
            let key = |ordinal| Key {
                kind: Kind::Hold,
                calendar: inventory.calendar.clone(),
                week: hold.week,
                role: role.clone(),
                ordinal,
                generation: 0,
            };
            let mut free = (0..ORDINALS_MAX).filter(|n| taken.insert((hold.week, role.clone(), *n))).map(key);
            let key = free.find(|key| !there.contains(marker::uid(key).as_str()))?;
            let content = wording::content(inventory.policy, hold)?;
            Some(Change {
                action: Action::Create,
                uid: marker::uid(&key),
                key,
                calendar: inventory.calendar.clone(),
                target: None,
                content: Some(Content { strict: content.strict && inventory.has_strict, ..content }),
                urgency: Urgency::Create,
                why: hold.why.clone(),
            })
        })
        .collect()
}

/// Whether the object says all that already. Text that the server rewrote counts as what was sent: the marker
/// keeps the hash of that.
fn same(inventory: Inventory<'_>, owned: &Owned, content: &Content) -> bool {
    let Standing::Ours(marker) = &owned.standing else { return false };
    let (object, wanted) = (&owned.object, marker::content_hash(&content.title, &content.text, "", "CONFIRMED"));
    object.span == content.span
        && object.busy == content.busy
        && marker.written.hash == wanted
        && marker.instance == inventory.instance
        && !marker.released
}

/// The delete of one own object.
pub fn deletion(owned: &Owned, key: &Key, urgency: Urgency, why: &str) -> Change {
    Change {
        action: Action::Delete,
        key: key.clone(),
        uid: owned.object.uid.clone(),
        calendar: owned.object.lies_in.clone(),
        target: Some(target(owned)),
        content: None,
        urgency,
        why: why.to_owned(),
    }
}

/// Where an object lies and what it is until it changes.
pub fn target(owned: &Owned) -> Target {
    let object = &owned.object;
    Target {
        href: object.href.clone(),
        etag: object.etag.clone(),
        span: object.span,
        busy: object.busy,
        title: object.title.clone(),
    }
}

/// The first of what takes the time of a hold.
pub fn blocker(blockers: &[Blocker], span: Span) -> Option<&Blocker> {
    blockers.iter().filter(|blocker| blocker.span.overlaps(span)).min_by_key(|blocker| blocker.span)
}
