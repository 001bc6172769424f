//! What the program uses after the config was read and validated: it cannot be invalid.

use std::fmt;
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
    /// The system's time zone by its name, where the config names none: a later change of it is followed.
    pub zone_of_system: Option<String>,
    /// What the user wants.
    pub policy: Policy,
    /// The most writes at a time.
    pub limits: Limits,
    /// The weekly summary.
    pub summary: SummarySettings,
    /// Programs that are started when something happens.
    pub hooks: Vec<Hook>,
    /// Accounts in config order.
    pub accounts: Vec<Account>,
    /// The one calendar that holds; none where every calendar is only read (`check` says so).
    pub hold_calendar: Option<CalendarId>,
    /// What is odd but no fault: each cycle repeats it.
    pub warnings: Vec<String>,
}

/// What a program can be started for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoticeKind {
    /// A coming block lost time.
    Erosion,
    /// A coming block has nothing left.
    Loss,
    /// An account lets nobody in until its user has logged in or set a secret right.
    Login,
    /// The weekly summary was written for the last time.
    Summary,
}

impl NoticeKind {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Erosion => "erosion",
            Self::Loss => "loss",
            Self::Login => "login",
            Self::Summary => "summary",
        }
    }
}

/// A program that the daemon starts when something happens.
#[derive(Clone, PartialEq, Eq)]
pub struct Hook {
    /// For what.
    pub on: Vec<NoticeKind>,
    /// Program and arguments; no shell.
    pub command: Vec<String>,
    /// It may be told titles of meetings.
    pub titles: bool,
}

impl fmt::Debug for Hook {
    /// Of the command only the program: people put secrets into arguments.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let program = self.command.first();
        f.debug_struct("Hook").field("on", &self.on).field("program", &program).finish_non_exhaustive()
    }
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
    /// A CalDAV server.
    CalDav {
        /// https, or http on this machine: a domain, the server, a principal or a calendar. No user name or password
        /// in it.
        url: Url,
        /// Who the user is there; none with a bearer token, and where the server on this machine asks for nothing.
        username: Option<String>,
        /// Password or token; none where the server on this machine asks for nothing.
        secret: Option<SecretSource>,
        /// How the secret is shown.
        auth: AuthScheme,
        /// PEM of the authority that signed the server's certificate, where the system does not know it.
        ca_file: Option<PathBuf>,
        /// Other hosts that may learn the secret, as addresses write them: `host`, for https at any port, or
        /// `host:port`.
        hosts: Vec<String>,
    },
    /// Google Calendar.
    Google {
        /// The user's own OAuth client.
        client_id: String,
        /// What Google calls its secret; for a desktop client it is none.
        client_secret: Option<SecretSource>,
        /// The Calendar API; a slash at its end means nothing.
        endpoint: Url,
        /// Where the user is asked for consent.
        auth_url: Url,
        /// Where tokens are had.
        token_url: Url,
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

/// How a CalDAV server is shown who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthScheme {
    /// RFC 7617.
    Basic,
    /// RFC 7616.
    Digest,
    /// RFC 6750: a token alone.
    Bearer,
}

/// Where a secret comes from; never the secret itself. [`reveal`](crate::config::secret::reveal) fetches it.
#[derive(Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// A systemd credential, by its name.
    Credential(String),
    /// A file that only its owner can read; absolute.
    File(PathBuf),
    /// Program and arguments; the secret is what it prints.
    Command(Vec<String>),
}

impl fmt::Debug for SecretSource {
    /// Of a command only the program: people put secrets into arguments.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Credential(name) => f.debug_tuple("Credential").field(name).finish(),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Command(words) => f.debug_tuple("Command").field(&words.first()).finish_non_exhaustive(),
        }
    }
}

/// What a calendar is used for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarUse {
    /// Account and calendar.
    pub id: CalendarId,
    /// Its events are input.
    pub read: bool,
    /// Holds are written to it.
    pub hold: bool,
    /// Its meetings are never named elsewhere.
    pub private: bool,
    /// Whether only events count that the user organised or attends; none: where the user does not own the calendar.
    pub only_invited: Option<bool>,
}

impl CalendarUse {
    /// Whether it is named with `use = "none"`: its holds are to be removed, and nothing else is done there.
    pub fn only_emptied(&self) -> bool {
        !self.read && !self.hold
    }
}
