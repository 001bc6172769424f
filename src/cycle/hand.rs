//! What a person's hand did to seawall's objects since the last cycle (design 5.6, 5.7, 5.9): deleted, moved,
//! edited, brought back. Pure: values in, values out; the cycle stores them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::calendar::time::{Span, SpanSet};
use crate::focus::plan::Closed;
use crate::focus::policy::{Minutes, OnDelete, Policy};
use crate::reconcile::key::{Key, Kind, Written};
use crate::reconcile::ledger::{LedgerRow, LedgerState};
use crate::reconcile::own::{Owned, Standing};

/// What changes in the ledger because of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hand {
    /// Rows to be written: adopted, brought back, pinned, taken over by the user.
    pub rows: Vec<LedgerRow>,
    /// Time that is closed because a hold was moved or shortened.
    pub closed: Vec<Closed>,
    /// Time that is open again because the hold is back.
    pub reopened: Vec<Span>,
}

/// Compares what is there with what is remembered. Holds that are gone are not spoken of here: see [`missing`]. Where the
/// memory is behind the calendar, the markers know better where seawall last wrote a hold.
pub fn compare(
    policy: &Policy,
    owned: &[Owned],
    ledger: &[LedgerRow],
    closed: &[Closed],
    is_behind: bool,
    now: Timestamp,
) -> Hand {
    let known: BTreeMap<&str, &LedgerRow> = ledger.iter().map(|row| (row.uid.as_str(), row)).collect();
    let mut hand = Hand::default();
    for one in owned {
        let object = &one.object;
        let row = known.get(object.uid.as_str()).copied();
        let (key, pinned, last) = match &one.standing {
            Standing::Ours(marker) => (&marker.key, false, None),
            Standing::Pinned(key) => {
                let row = row.filter(|_| !is_behind).map(|row| row.written.span);
                (key, true, row.or_else(|| marked_span(one)))
            }
            Standing::Users => {
                hand.rows.extend(given_away(row));
                continue;
            }
            // A summary has its one name, which the other seawall goes on with.
            Standing::Other(_) => {
                hand.rows.extend(given_away(row).filter(|row| row.key.kind == Kind::Hold));
                continue;
            }
            Standing::Copy | Standing::Unknown => continue,
        };
        let written = Written { span: object.span, busy: object.busy, hash: object.hash.clone() };
        let seen = LedgerRow { uid: object.uid.clone(), key: key.clone(), state: LedgerState::Live, written, pinned };
        if pinned && key.kind == Kind::Hold {
            hand.closed.extend(left_behind(policy, key, last.unwrap_or(object.span), object.span, now));
        }
        // It was deleted, or moved away, and is back as it was; a new database knows only that its time was closed.
        if !pinned && row.is_none_or(|row| row.pinned || row.state == LedgerState::Dismissed) {
            let under = closed.iter().filter(|one| one.role == key.role && object.span.covers(one.span));
            hand.reopened.extend(under.map(|one| one.span));
        }
        if row != Some(&seen) {
            hand.rows.push(seen);
        }
    }
    hand
}

/// An own object that has people, a recurrence or a second component now is the user's event for good; and one that
/// another seawall took over is its to delete.
fn given_away(row: Option<&LedgerRow>) -> Option<LedgerRow> {
    row.filter(|row| row.state == LedgerState::Live)
        .map(|row| LedgerRow { state: LedgerState::Released, ..row.clone() })
}

fn marked_span(owned: &Owned) -> Option<Span> {
    let marker = owned.object.marker.as_deref().and_then(crate::reconcile::marker::decode)?;
    Some(marker.written.span)
}

/// The future time that an edited hold left, closed to holds of every role. Only what the edit gave up leaves the
/// target: a hold that was moved still counts where it lies now.
fn left_behind(policy: &Policy, key: &Key, from: Span, to: Span, now: Timestamp) -> Vec<Closed> {
    let left = SpanSet::from(from).minus(&SpanSet::from(to));
    let mut given_up = (from.minutes() - to.minutes()).max(0);
    left.iter()
        .filter(|span| span.end > now)
        .map(|span| {
            let forgiven = forgiven(policy, &key.role, given_up.min(span.minutes()));
            given_up -= given_up.min(span.minutes());
            Closed { span, role: key.role.clone(), week: key.week, forgiven }
        })
        .collect()
}

/// The closed time of a hold that the user deleted.
pub fn dismissal(policy: &Policy, row: &LedgerRow) -> Closed {
    let span = row.written.span;
    Closed {
        span,
        role: row.key.role.clone(),
        week: row.key.week,
        forgiven: forgiven(policy, &row.key.role, span.minutes()),
    }
}

fn forgiven(policy: &Policy, role: &str, minutes: Minutes) -> Minutes {
    match policy.role(role).map(|role| role.style.on_delete) {
        Some(OnDelete::Replace) => 0,
        Some(OnDelete::Forgive) | None => minutes,
    }
}

/// Live rows whose object is nowhere to be seen and whose time is not over: deleted by the user, if a complete list
/// and the object itself say so.
pub fn missing<'a>(owned: &[Owned], ledger: &'a [LedgerRow], now: Timestamp) -> Vec<&'a LedgerRow> {
    ledger
        .iter()
        .filter(|row| row.state == LedgerState::Live && row.written.span.end > now)
        .filter(|row| !owned.iter().any(|one| one.object.uid == row.uid && one.standing != Standing::Unknown))
        .collect()
}
