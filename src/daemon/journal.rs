//! What the daemon logs: one function an event, each with its own `MESSAGE_ID`, so that `journalctl MESSAGE_ID=…` finds all
//! of its kind. No title of an event and no name of a person is said at info level or above. What a cycle wrote it logs
//! itself, when it is done ([`crate::cycle`]).

use std::collections::BTreeSet;

use super::account::Watched;
use super::turn::TurnError;
use super::wake::{Reason, Wake};
use crate::cycle::outcome::Outcome;
use crate::cycle::warning::for_log;
use crate::store::lock::LockError;

/// The daemon has started.
const STARTED: &str = "54ba6ba4096643799714ec7dd9f704fa";
/// The daemon ends.
const STOPPED: &str = "cccba41d06f5451f8b9751acb37f1c3d";
/// Another config is in use.
const RELOADED: &str = "b7058862597848edb4b25334b88e3bda";
/// The new config is wrong.
const CONFIG_WRONG: &str = "429e45af598e48a9953a2ee87dc61837";
/// An account was read.
const POLLED: &str = "b62d0f6ae7264f49b12fc5a09014c6ff";
/// An account can't be read.
const UNREADABLE: &str = "4fa546bc81604388ae81355f35f29c78";
/// An account needs a login.
const LOGIN: &str = "b8513e66917e46a5a04f2236fbe98bad";
/// A cycle is done.
const CYCLED: &str = "a91a63a1fdad44dd852935d1c99e5f34";
/// A cycle failed.
const CYCLE_FAILED: &str = "7be54e123c5546b9a2f8f2ed9c4301bc";
/// One could not be.
const NOT_WRITTEN: &str = "af0f7a2bca554ac88627cbd5db612e92";
/// The machine slept or its clock was set.
const BROKE: &str = "b4dc89b82d5c4ed3be4c6d388dcacc9a";
/// The state can't be used.
const STATE_FAILED: &str = "4bab1959c77148639827ce822d4bdec6";
/// A cycle found something that the user should know.
const WARNED: &str = "e3f7a078295f471d8003deaa831ac0a6";
/// A program for a notice failed.
const HOOK_FAILED: &str = "4d6df38ece3c43e4bee4ca56bdf2dc3a";

/// The daemon has started.
pub fn started(accounts: usize) {
    tracing::info!(message_id = STARTED, "seawall {} watches {accounts} accounts", env!("CARGO_PKG_VERSION"));
}

/// The daemon ends.
pub fn stopped() {
    tracing::info!(message_id = STOPPED, "ends");
}

/// Another config or zone is in use.
pub fn reloaded(why: &str) {
    tracing::info!(message_id = RELOADED, "begins anew: {why}");
}

/// The new config is wrong.
pub fn config_wrong(faults: &str) {
    tracing::error!(message_id = CONFIG_WRONG, "the new config is wrong, the old one stays: {faults}");
}

/// The state can't be used.
pub fn state_failed(error: &dyn std::fmt::Display) {
    tracing::error!(message_id = STATE_FAILED, "the state can't be used: {error}");
}

/// A program for a notice failed.
pub fn hook_failed(why: &str) {
    tracing::warn!(message_id = HOOK_FAILED, "{why}");
}

/// An account was read; said aloud only where it fares otherwise than before.
pub(super) fn polled(name: &str, account: &Watched, before: (bool, bool)) {
    let (seawall_account, seawall_op) = (name, "poll");
    let (had_trouble, needed_login) = before;
    let Some(trouble) = account.trouble.as_deref() else {
        if had_trouble {
            tracing::info!(message_id = POLLED, seawall_account, seawall_op, "account {name} can be read again");
        } else {
            tracing::debug!(message_id = POLLED, seawall_account, seawall_op, "account {name} was read");
        }
        return;
    };
    match had_trouble {
        _ if account.needed_login && !needed_login => tracing::error!(
            message_id = LOGIN,
            seawall_account,
            seawall_op,
            "account {name} needs its user: {trouble} (it is tried again, ever less often; a changed password is read by \
             `systemctl restart`)"
        ),
        false => tracing::warn!(message_id = UNREADABLE, seawall_account, seawall_op, "{trouble}"),
        true => tracing::debug!(message_id = UNREADABLE, seawall_account, seawall_op, "{trouble}"),
    }
}

/// The machine slept or its clock was set.
pub(super) fn broke(wake: &Wake) {
    let what = if matches!(wake, Wake::Resumed) { "the machine slept" } else { "the clock was set" };
    tracing::info!(message_id = BROKE, "{what}: everything is read again before anything is written");
}

/// Another process has the lock, or it can't be had at all.
pub(super) fn locked(error: &LockError) {
    match error {
        LockError::Held { .. } => {
            tracing::info!(message_id = CYCLE_FAILED, seawall_op = "cycle", "the cycle waits: {error}");
        }
        LockError::Io { .. } | LockError::NoFolder { .. } => state_failed(error),
    }
}

/// A cycle failed.
pub(super) fn cycle_failed(error: &TurnError) {
    tracing::warn!(message_id = CYCLE_FAILED, seawall_op = "cycle", "the cycle failed: {error}");
}

/// What was said of the cycle before, and is not said again while it stays so.
#[derive(Debug, Default)]
pub(super) struct Said {
    warnings: BTreeSet<String>,
    /// What was not done, as it was logged with the UID.
    undone: BTreeSet<String>,
}

/// A cycle is done. What the cycle before warned of too, or could not do either, is not repeated.
pub(super) fn cycled(outcome: &Outcome, reason: Reason, is_paused: bool, said: &mut Said) {
    let mut warnings = for_log(&outcome.warnings);
    warnings.extend(outcome.halted.clone().filter(|_| !is_paused));
    for warning in warnings.difference(&said.warnings) {
        tracing::warn!(message_id = WARNED, seawall_op = "cycle", "{warning}");
    }
    let before = std::mem::replace(said, Said { warnings, undone: BTreeSet::new() }).undone;
    let written = outcome.changes.iter().filter(|one| one.applied).count();
    for one in outcome.changes.iter().filter(|one| !one.applied) {
        let (seawall_op, uid) = (one.change.action.word(), one.change.uid.as_str());
        let seawall_account = one.change.calendar.account.as_str();
        let what = one.change.in_short(&outcome.tz);
        let Some(error) = &one.error else {
            tracing::debug!(seawall_account, seawall_op, seawall_uid = uid, "held back: {what}");
            continue;
        };
        let undone = format!("{uid} {seawall_op} {error}");
        macro_rules! tell {
            ($level:ident) => {
                tracing::$level!(
                    message_id = NOT_WRITTEN,
                    seawall_account,
                    seawall_op,
                    seawall_uid = uid,
                    "not done: {what}: {error}"
                )
            };
        }
        if before.contains(&undone) {
            tell!(debug);
        } else {
            tell!(warn);
        }
        said.undone.insert(undone);
    }
    let (seawall_op, seawall_cycle) = ("cycle", reason.word());
    if written > 0 {
        tracing::info!(message_id = CYCLED, seawall_op, seawall_cycle, "cycle ({seawall_cycle}): {written} changes");
    } else {
        tracing::debug!(message_id = CYCLED, seawall_op, seawall_cycle, "cycle ({seawall_cycle}): nothing changed");
    }
}
