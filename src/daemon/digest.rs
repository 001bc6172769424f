//! What the daemon tells of itself: the little that is kept of a cycle's outcome, and the document of `seawall status`.
//! Views of values; the shape of the JSON is stable and stands here alone.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::calendar::week::IsoWeek;
use crate::cycle::outcome::Outcome;
use crate::focus::erosion::Level;
use crate::focus::plan::HoldState;
use crate::focus::policy::{Minutes, hours};

/// A hold of this week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldStatus {
    /// RFC 3339.
    pub start: String,
    /// RFC 3339.
    pub end: String,
    /// The role's name, where the config knows it.
    pub role: Option<String>,
    /// Shown as busy.
    pub busy: bool,
    /// `planned`, `frozen`, `pinned` or `past`.
    pub state: String,
    /// It is on the calendar so.
    pub written: bool,
}

/// How the daemon fares with one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountStatus {
    /// Its name.
    pub name: String,
    /// `waiting`, `reading`, `ok`, `failing` or `login`.
    pub state: String,
    /// When it was last asked; RFC 3339. There is trouble where it was not read to the end then.
    pub last_poll: Option<String>,
    /// When it is read next; RFC 3339.
    pub next_poll: Option<String>,
    /// How often in a row a poll could not read it to the end.
    pub failures: u32,
    /// Why it was not read to the end the last time, where it was not.
    pub trouble: Option<String>,
}

/// How it goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Of the program.
    pub version: String,
    /// The daemon's process.
    pub pid: u32,
    /// RFC 3339.
    pub now: String,
    /// Since when it runs; RFC 3339.
    pub since: String,
    /// The config file.
    pub config: String,
    /// What is wrong with the config that it was to take over; it goes on with the one before.
    pub config_fault: Option<String>,
    /// Why the state can't be used, where that is so.
    pub state_fault: Option<String>,
    /// Until when nothing is written: RFC 3339, or `resume`.
    pub paused: Option<String>,
    /// Accounts in config order.
    pub accounts: Vec<AccountStatus>,
    /// When the last cycle was; RFC 3339.
    pub last_cycle: Option<String>,
    /// How many changes it made.
    pub written: usize,
    /// How many it could not make.
    pub left_undone: usize,
    /// Why it wrote nothing, where something forbade it.
    pub halted: Option<String>,
    /// When the plan is made anew if no calendar changes before; RFC 3339.
    pub next_cycle: Option<String>,
    /// The holds of this week, in order of start.
    pub holds: Vec<HoldStatus>,
    /// Blocks that lost time or may, and targets that are hard to reach, in words.
    pub at_risk: Vec<String>,
    /// Accounts that need a login.
    pub logins: Vec<String>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// What is kept of the last cycle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Digest {
    pub(super) at: Option<Timestamp>,
    pub(super) written: usize,
    pub(super) left_undone: usize,
    pub(super) halted: Option<String>,
    pub(super) holds: Vec<HoldStatus>,
    pub(super) at_risk: Vec<String>,
    pub(super) warnings: Vec<String>,
}

impl Digest {
    /// Of a cycle.
    pub fn of(outcome: &Outcome) -> Self {
        let week = IsoWeek::at(outcome.now, &outcome.tz);
        let holds = outcome.holds.iter().filter(|shown| week.span(&outcome.tz).contains(shown.hold.span.start));
        let hold = |shown: &crate::cycle::outcome::ShownHold| HoldStatus {
            start: instant(shown.hold.span.start, &outcome.tz),
            end: instant(shown.hold.span.end, &outcome.tz),
            role: outcome.role_name(shown.hold.role).map(str::to_owned),
            busy: shown.hold.busy,
            state: state_word(shown.hold.state).to_owned(),
            written: shown.written,
        };
        Self {
            at: Some(outcome.now),
            written: outcome.changes.iter().filter(|one| one.applied).count(),
            left_undone: outcome.changes.iter().filter(|one| !one.applied).count(),
            halted: outcome.halted.clone(),
            holds: holds.map(hold).collect(),
            at_risk: at_risk(outcome, week),
            warnings: outcome.warnings.iter().map(ToString::to_string).collect(),
        }
    }
}

/// RFC 3339 with the offset of the user's zone.
pub fn instant(at: Timestamp, tz: &TimeZone) -> String {
    at.display_with_offset(tz.to_offset(at)).to_string()
}

fn state_word(state: HoldState) -> &'static str {
    match state {
        HoldState::Planned => "planned",
        HoldState::Frozen => "frozen",
        HoldState::Pinned => "pinned",
        HoldState::Past => "past",
    }
}

/// What of this week is in danger: coming blocks that lost time or are threatened, and targets that can hardly be
/// reached any more (as [`crate::focus::policy::Defence::Auto`] judges it).
fn at_risk(outcome: &Outcome, week: IsoWeek) -> Vec<String> {
    let span = week.span(&outcome.tz);
    let coming =
        outcome.blocks.iter().filter(|one| one.block.span.end > outcome.now && span.contains(one.block.span.start));
    let block = |one: &crate::focus::assess::Assessment| {
        let when = one.block.span.start.to_zoned(outcome.tz.clone()).strftime("%a %H:%M").to_string();
        let lost = match one.level {
            Level::Intact => None,
            Level::Lost => Some("nothing is left".to_owned()),
            Level::Nibbled | Level::Eroded => Some(format!("{} of {} is left", hours(one.kept), hours(one.planned))),
        };
        let threats = match one.threats.len() {
            0 => None,
            1 => Some("1 unanswered invitation".to_owned()),
            more => Some(format!("{more} unanswered invitations")),
        };
        let what: Vec<String> = lost.into_iter().chain(threats).collect();
        (!what.is_empty()).then(|| format!("{} ({when}): {}", one.block.name, what.join(", ")))
    };
    let rows = outcome.rows.iter().filter(|row| row.week == week);
    let row = |row: &crate::focus::plan::RoleWeek| {
        let is_tight = row.needed > 0 && 2 * row.attainable < 3 * row.needed;
        let name = outcome.role_name(Some(row.role))?;
        let (needed, attainable): (Minutes, Minutes) = (row.needed, row.attainable);
        is_tight.then(|| format!("{name}: needs {} more, {} can be had", hours(needed), hours(attainable)))
    };
    coming.filter_map(block).chain(rows.filter_map(row)).collect()
}
