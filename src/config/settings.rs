//! What the program uses after the config was read and validated: it cannot be invalid.

use std::path::PathBuf;

use jiff::Timestamp;
use url::Url;

use crate::balance::schedule::SummarySettings;
use crate::calendar::CalendarId;
use crate::focus::policy::{Minutes, Policy};

/// The whole config, valid.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The file it came from, absolute.
    pub file: PathBuf,
    /// Where the database lives.
    pub state_dir: PathBuf,
    /// Names this seawall among those that write to one calendar; none: the shell derives it from the machine.
    pub instance: Option<String>,
    /// How often the daemon looks.
    pub poll: Minutes,
    /// False: read, judge and report only.
    pub write: bool,
    /// A standing clock, for demos and tests.
    pub now: Option<Timestamp>,
    /// What the user wants.
    pub policy: Policy,
    /// The most writes at a time.
    pub limits: Limits,
    /// The weekly summary.
    pub summary: SummarySettings,
    /// Accounts in config order.
    pub accounts: Vec<Account>,
    /// The one calendar that holds; none where every calendar is only read (`check` says so).
    pub hold_calendar: Option<CalendarId>,
    /// What is odd but no fault: each cycle repeats it.
    pub warnings: Vec<String>,
}

/// The churn budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most writes in a cycle.
    pub writes_per_cycle: usize,
    /// Most writes in a local day.
    pub writes_per_day: usize,
}

/// An account with its calendars.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its name, unique.
    pub name: String,
    /// How it is reached.
    pub source: Source,
    /// Addresses of the user, lower case, without `mailto:`.
    pub emails: Vec<String>,
    /// Its calendars in config order.
    pub calendars: Vec<CalendarUse>,
}

/// How an account is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A folder with one folder of `.ics` files a calendar.
    Vdir {
        /// The folder.
        path: PathBuf,
    },
    /// One calendar in a file, only read.
    IcsFile {
        /// The file.
        path: PathBuf,
    },
    /// One calendar at an address, only read.
    IcsAddress {
        /// https, or http on this machine; no user name or password in it. It may be a secret as a whole.
        url: Url,
    },
}

/// What a calendar is used for.
#[derive(Clone, Debug)]
pub struct CalendarUse {
    /// Account and calendar.
    pub id: CalendarId,
    /// Its events are input.
    pub read: bool,
    /// Holds are written to it.
    pub hold: bool,
    /// Its meetings are never named elsewhere.
    pub private: bool,
    /// Only events that the user organised or attends count.
    pub only_invited: bool,
}

impl CalendarUse {
    /// Whether it is named with `use = "none"`: its holds are to be removed, and nothing else is done there.
    pub fn only_emptied(&self) -> bool {
        !self.read && !self.hold
    }
}
