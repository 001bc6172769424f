//! What may not happen all at once: the churn budget, the mass-change breaker, and what an incomplete read forbids
//! (design 4, 5.5, 5.9). Takes changes, gives back fewer, with the reason for the rest.

use jiff::{SignedDuration, Timestamp};

use super::change::{Action, Change, Urgency};
use super::holds::{Blocker, blocker};
use super::key::Kind;
use super::ledger::{LedgerRow, LedgerState};
use crate::calendar::time::Span;

/// No breaker for so few holds: a person may well delete them at once.
const BREAKER_FLOOR: usize = 4;
/// How long after the first alarm a second complete read must say the same.
const BREAKER_PATIENCE: SignedDuration = SignedDuration::from_mins(15);

/// Changes in two parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// To be applied, in order.
    pub go: Vec<Change>,
    /// Held back.
    pub wait: Vec<Change>,
}

/// The churn budget: at most `room` changes, in order. Yields and the final summary pass whatever it says.
pub fn within_budget(changes: Vec<Change>, room: usize) -> Split {
    let mut left = room;
    let (go, wait) = changes.into_iter().partition(|change| {
        let free = matches!(change.urgency, Urgency::Yield | Urgency::Final);
        let go = free || left > 0;
        left = left.saturating_sub(1);
        go
    });
    Split { go, wait }
}

/// What lies where a hold yields to makes room with it, as urgent as that: waiting for the budget it would lie under the
/// other one, and once it begins it stays there.
pub fn with_room(mut changes: Vec<Change>) -> Vec<Change> {
    loop {
        let yields = changes.iter().filter(|one| one.urgency == Urgency::Yield && one.action == Action::Update);
        let places: Vec<Span> = yields.map(Change::span).collect();
        let is_in_the_way = |one: &&mut Change| {
            let is_bound = !matches!(one.urgency, Urgency::Yield | Urgency::Final);
            let at = one.before().filter(|_| is_bound && one.key.kind == Kind::Hold && one.displaces());
            at.is_some_and(|at| places.iter().any(|place| place.overlaps(at)))
        };
        match changes.iter_mut().find(is_in_the_way) {
            Some(change) => change.urgency = Urgency::Yield,
            None => return changes,
        }
    }
}

/// While a calendar was not read to the end nothing is created, moved or softened: a hold may only give way to
/// busy time that was read. A move there becomes a trim within its old place or a delete. A summary's last word has
/// waited for the calendar already.
pub fn only_yields(changes: Vec<Change>) -> Split {
    let (mut go, mut wait) = (Vec::new(), Vec::new());
    for mut change in changes {
        match change.urgency {
            Urgency::Yield => {}
            Urgency::Final => {
                go.push(change);
                continue;
            }
            Urgency::Delete | Urgency::Update | Urgency::Create => {
                wait.push(change);
                continue;
            }
        }
        let trimmed = change.before().is_some_and(|before| before.covers(change.span()));
        if change.action == Action::Update && !trimmed {
            change.action = Action::Delete;
            change.content = None;
        }
        go.push(change);
    }
    Split { go, wait }
}

/// An alarm that stands between cycles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// When it was raised.
    pub since: Timestamp,
    /// Which changes it holds back: the alarm stands only while they are the same.
    pub what: String,
}

/// What the breaker says to a set of changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Breaker {
    /// Nothing out of the ordinary.
    Calm,
    /// Nothing may be written until a complete read at least 15 min after `since` wants the same.
    Hold(Alarm),
    /// The same was wanted long enough ago: it may go on.
    Confirmed,
}

/// Whether more than half of the future holds, and more than 4, would be deleted or moved though nothing that was
/// read overlaps them.
pub fn mass_change(
    changes: &[Change],
    future_holds: usize,
    blockers: &[Blocker],
    standing: Option<&Alarm>,
    now: Timestamp,
) -> Breaker {
    let mut displaced: Vec<&str> = changes
        .iter()
        .filter(|change| change.key.kind == Kind::Hold && change.displaces())
        .filter(|change| change.before().is_some_and(|at| at.start > now && blocker(blockers, at).is_none()))
        .map(|change| change.uid.as_str())
        .collect();
    if !is_mass(displaced.len(), future_holds) {
        return Breaker::Calm;
    }
    displaced.sort_unstable();
    let what = displaced.join(" ");
    match standing {
        Some(alarm) if alarm.what == what && now.duration_since(alarm.since) >= BREAKER_PATIENCE => Breaker::Confirmed,
        Some(alarm) if alarm.what == what => Breaker::Hold(alarm.clone()),
        _ => Breaker::Hold(Alarm { since: now, what }),
    }
}

/// The future holds that the ledger knows.
pub fn future_holds(ledger: &[LedgerRow], now: Timestamp) -> usize {
    let live = |row: &&LedgerRow| row.state == LedgerState::Live && row.key.kind == Kind::Hold;
    ledger.iter().filter(live).filter(|row| row.written.span.start > now).count()
}

/// Whether so many of them are a mass.
pub fn is_mass(changed: usize, future_holds: usize) -> bool {
    changed > BREAKER_FLOOR && changed * 2 > future_holds
}
