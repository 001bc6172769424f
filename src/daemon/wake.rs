//! What wakes the loop, and what it says to whoever stands around it. Both are closed sets: nothing else goes in or out.

use jiff::Timestamp;
use tokio::sync::oneshot;

use super::digest::Status;
use super::notice::Notice;
use super::turn::Turned;
use crate::cycle::fetch::Fetched;
use crate::store::StoreError;

/// Why the plan is made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The daemon has just started, or has a new config.
    Start,
    /// A calendar says something else than before.
    Change,
    /// The last cycle left something undone.
    Rest,
    /// Another command wrote to the state: a pause, a release, a cycle by hand.
    State,
    /// The machine slept, or its clock was set.
    Break,
    /// A hold is about to be fixed.
    Freeze,
    /// A hold is near enough to be shown as busy.
    Firm,
    /// A weekly summary is due for its last word.
    Summary,
    /// A new day begins for the user.
    Midnight,
    /// A pause ends.
    Unpaused,
    /// It was not done for an hour: what can still be had of the week shrinks with time.
    Hour,
}

impl Reason {
    /// The word for logs and status.
    pub fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Change => "change",
            Self::Rest => "rest",
            Self::State => "state",
            Self::Break => "break",
            Self::Freeze => "freeze",
            Self::Firm => "firm",
            Self::Summary => "summary",
            Self::Midnight => "midnight",
            Self::Unpaused => "unpaused",
            Self::Hour => "hour",
        }
    }
}

/// What wakes the loop.
#[derive(Debug)]
pub enum Wake {
    /// An account, by its index, is to be read.
    Poll(usize),
    /// An account was read.
    Polled(usize, Result<Vec<Fetched>, StoreError>),
    /// The plan is to be made anew.
    Replan(Reason),
    /// It was, or could not be.
    Turned(Box<Turned>),
    /// Files of an account were touched.
    Files(usize),
    /// The machine slept.
    Resumed,
    /// Somebody set the clock.
    ClockJumped,
    /// The system has another time zone for good.
    ZoneChanged,
    /// The config is another one now: this loop ends, and a new one begins.
    Reload,
    /// The config was to be read again and is wrong: the old one stays. With the first of its faults.
    ConfigWrong(String),
    /// Somebody asks how it goes.
    Ask(oneshot::Sender<Status>),
    /// The daemon is to end.
    Stop,
}

/// How it goes while what is remembered can't be read or written.
pub const STATE_UNUSABLE: &str = "the state can't be used, so nothing is written; see the log";

/// What the loop says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// How it goes, in one line without private words.
    Status(String),
    /// Nothing hangs: every read and every cycle is within its time.
    Alive,
    /// Something its user may want to be told at once.
    Notice(Notice),
}

/// Why the loop ended.
#[derive(Debug)]
pub enum End {
    /// It was told to.
    Stop,
    /// To begin again with another config.
    Reload,
    /// To begin again in the zone that the system has now.
    Zone,
    /// The store failed: to be opened again.
    Store(StoreError),
}

/// When the plan is made anew, by the wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The instant.
    pub at: Timestamp,
    /// Why then.
    pub reason: Reason,
}
