//! What seawall remembers of its own objects between cycles: plain values; the store keeps them.

use jiff::Timestamp;

use super::key::{Key, Written};
use crate::focus::policy::Minutes;

/// What became of an object that seawall wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LedgerState {
    /// It was there when last looked.
    Live,
    /// Seawall deleted it, or was about to.
    Released,
    /// The user deleted it.
    Dismissed,
}

/// One object that seawall wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerRow {
    /// Its UID.
    pub uid: String,
    /// Its key.
    pub key: Key,
    /// What became of it.
    pub state: LedgerState,
    /// What was last written, in the server's form as it was read back.
    pub written: Written,
    /// The user edited it: where its time was when last seen, so that what it left is closed once.
    pub pinned: bool,
}

/// A write as the log keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteRecord {
    /// When it was sent.
    pub at: Timestamp,
    /// `create`, `update` or `delete`.
    pub action: String,
    /// `hold`, `summary` or `canary`.
    pub kind: String,
    /// The object's UID.
    pub uid: String,
    /// Account and calendar, as `account/calendar`.
    pub calendar: String,
    /// The title at that time.
    pub title: String,
    /// The time it had after (before, for a delete).
    pub start: Timestamp,
    /// See `start`.
    pub end: Timestamp,
    /// The reason in words.
    pub why: String,
    /// What went wrong; none: applied.
    pub error: Option<String>,
}

/// A week's balance as the history keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BalanceRecord {
    /// Minutes protected by holds, pins and own focus events of all holding roles.
    pub protected: Minutes,
    /// Minutes in busy meetings.
    pub meetings: Minutes,
}
