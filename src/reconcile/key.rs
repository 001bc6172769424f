//! The identity of what seawall writes (design 5.3): a key, the UID that is a pure function of it, and the
//! marker that carries key, instance and what was last written. Text in, values out; knows no calendar.

use jiff::Timestamp;

use crate::calendar::CalendarId;
use crate::calendar::time::Span;
use crate::calendar::week::IsoWeek;

/// The most generations of one key.
pub const GENERATIONS_MAX: u32 = 20;

/// What kind of event it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A protective hold.
    Hold,
    /// The weekly summary.
    Summary,
    /// The event that `check --write-test` makes and removes.
    Canary,
}

impl Kind {
    /// The word for it, in markers and in the log.
    pub fn word(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Summary => "summary",
            Self::Canary => "canary",
        }
    }
}

/// The key of an own object. Names in it are labels: a renamed account, calendar or role still owns it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// What kind of event it is.
    pub kind: Kind,
    /// The calendar it was written to.
    pub calendar: CalendarId,
    /// The ISO week it belongs to.
    pub week: IsoWeek,
    /// The role; empty for what belongs to none.
    pub role: String,
    /// Which of its week and role.
    pub ordinal: u32,
    /// 0, or one above the last released.
    pub generation: u32,
}

/// What seawall wrote last, as the marker keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// When.
    pub span: Span,
    /// Shown as busy.
    pub busy: bool,
    /// Hash of title, text, place and status.
    pub hash: String,
}

/// The value of X-SEAWALL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker {
    /// Whose it is.
    pub key: Key,
    /// The seawall that wrote it.
    pub instance: String,
    /// What it wrote.
    pub written: Written,
    /// Which of its writes that was: a state that never counted so far is older than the calendar. 0: not counted.
    pub serial: u64,
    /// Only in a summary: it was written for the last time.
    pub is_final: bool,
    /// It was to decline new invitations over it, whether or not the service made it so.
    pub strict: bool,
    /// Seawall was about to delete it: where names of deleted events stay taken, what is left of it says who did it.
    pub released: bool,
    /// Only in a summary: the instant of the very first cycle, where it lies in that week.
    pub first_cycle: Option<Timestamp>,
    /// Only in a summary: closed time, so that a lost database undoes no deletion.
    pub closed: Vec<crate::focus::plan::Closed>,
}
