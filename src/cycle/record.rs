//! The last step: what a cycle that writes remembers for the next one. Nothing here touches a calendar.

use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan as _};

use super::decide::{self, Knowledge};
use super::run::Context;
use crate::focus::sight::Judged;
use crate::reconcile::change::Change;
use crate::reconcile::ledger::{BalanceRecord, LedgerRow, LedgerState, WriteRecord};
use crate::store::{Store, StoreError};

/// An event was written or removed.
const WRITTEN: &str = "820442573725411785e6fae8f7d0a1d2";
/// How long rows and closed time of past weeks are kept.
const KEEP_DAYS: i64 = 60;

/// Keeps what was seen of the occurrences in the window, where it is new, and forgets what no longer matters.
pub(super) fn sightings(store: &Store, knowledge: Knowledge<'_>, judged: &[Judged]) -> Result<(), StoreError> {
    let changed = decide::observed(knowledge, judged);
    if !changed.is_empty() {
        store.put_sightings(&changed)?;
    }
    prune(store, knowledge.now)
}

/// Keeps the balance of weeks that have begun.
pub(super) fn balance(store: &Store, outcome: &super::outcome::Outcome) -> Result<(), StoreError> {
    for balance in &outcome.balances {
        let figures = &balance.figures;
        if figures.week.span(&outcome.tz).start <= outcome.now {
            let record = BalanceRecord { protected: figures.protected, meetings: figures.meeting_minutes };
            store.put_balance(figures.week, record)?;
        }
    }
    Ok(())
}

/// Logs a write: one that was done at once for whoever reads the system's log, and in any case in the state.
pub(super) fn write<P>(cx: Context<'_, P>, change: &Change, error: Option<String>) -> Result<(), StoreError> {
    if error.is_none() {
        tracing::info!(
            message_id = WRITTEN,
            seawall_account = change.calendar.account,
            seawall_op = change.action.word(),
            seawall_uid = change.uid,
            "{}: {}",
            change.in_short(&cx.settings.policy.tz),
            change.reason()
        );
    }
    let span = change.span();
    cx.store.record_write(&WriteRecord {
        at: cx.now,
        action: change.action.word().to_owned(),
        kind: change.key.kind.word().to_owned(),
        uid: change.uid.clone(),
        calendar: change.calendar.to_string(),
        title: change.title().to_owned(),
        start: span.start,
        end: span.end,
        why: change.why.clone(),
        error,
    })
}

/// Forgets what no longer matters: rows and closed time of weeks long past. Long before the newest week that seawall ever
/// wrote to, too: by a clock that was set far ahead while no service could say so nothing is forgotten.
fn prune(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    let ledger = store.ledger()?;
    let Some(newest) = ledger.iter().map(|row| row.key.week.monday()).max() else { return Ok(()) };
    let kept = newest.min(Offset::UTC.to_datetime(now).date()).saturating_sub(KEEP_DAYS.days());
    let before = Offset::UTC.to_timestamp(kept.at(0, 0, 0, 0)).unwrap_or(Timestamp::MIN);
    store.prune_closed(before)?;
    let is_old = |row: &&LedgerRow| {
        row.key.week.monday() < kept && (row.state != LedgerState::Live || row.written.span.end < before)
    };
    for row in ledger.iter().filter(is_old) {
        store.remove_ledger(&row.uid)?;
    }
    Ok(())
}
