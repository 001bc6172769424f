//! What a cycle saw, decided and did, as one value: reports print it, tests look into it, nothing else leaves a cycle.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::warning::Warning;
use crate::balance::figures::Figures;
use crate::balance::text::Remarks;
use crate::calendar::week::IsoWeek;
use crate::focus::assess::Assessment;
use crate::focus::plan::{Closed, DesiredHold, RoleWeek};
use crate::focus::policy::Policy;
use crate::focus::sight::{Judged, Source};
use crate::focus::view::View;
use crate::reconcile::change::Change;

/// A hold as the report shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownHold {
    /// As it shall be (`plan`) or is now (`sync`).
    pub hold: DesiredHold,
    /// Its UID; for one that is not written yet the UID that it will have.
    pub uid: String,
    /// It is on the calendar as described.
    pub written: bool,
}

/// A change and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The change.
    pub change: Change,
    /// It was applied.
    pub applied: bool,
    /// Why it was not, where it was tried or held back.
    pub error: Option<String>,
}

/// A week's balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    /// The figures.
    pub figures: Figures,
    /// What else the summary says.
    pub remarks: Remarks,
    /// Its title.
    pub title: String,
    /// Its text.
    pub text: String,
}

/// What a cycle saw, decided and did.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The present of the cycle.
    pub now: Timestamp,
    /// The user's zone.
    pub tz: TimeZone,
    /// The wishes that it followed.
    pub policy: Policy,
    /// The weeks that are planned, in order.
    pub weeks: Vec<IsoWeek>,
    /// The calendars that were read, in config order.
    pub sources: Vec<Source>,
    /// Every occurrence, judged; from some weeks back to the end of the horizon.
    pub judged: Vec<Judged>,
    /// What they come to.
    pub view: View,
    /// Holds that lay on the calendar before the cycle, in the form of the planner's answer: for *the week before*.
    pub before: Vec<DesiredHold>,
    /// The planner's rows for the weeks that are planned.
    pub rows: Vec<RoleWeek>,
    /// Holds, past ones of those weeks too, in order of start.
    pub holds: Vec<ShownHold>,
    /// Blocks of those weeks and what became of them.
    pub blocks: Vec<Assessment>,
    /// Closed time that is not over.
    pub closed: Vec<Closed>,
    /// The balance of each of those weeks, and of the weeks before whose summary was not final.
    pub balances: Vec<Balance>,
    /// Changes in the order in which they were tried, then those held back.
    pub changes: Vec<Attempt>,
    /// What the user should know.
    pub warnings: Vec<Warning>,
    /// Why nothing was written, where something forbade it.
    pub halted: Option<String>,
    /// A change failed or a calendar was not read to the end.
    pub partly: bool,
    /// Changes wait for what was read to be read again: it took so long that it became too old to write on.
    pub is_stale: bool,
    /// Calendars that were not read to the end.
    pub unread: Vec<String>,
    /// Accounts that could not be read because they need a login of the user.
    pub logins: Vec<String>,
}

/// What a list of occurrences shows: a part of an outcome, or what one file holds.
#[derive(Clone, Copy, Debug)]
pub struct Listing<'a> {
    /// The user's zone.
    pub tz: &'a TimeZone,
    /// The wishes, for the names of roles.
    pub policy: &'a Policy,
    /// The calendars.
    pub sources: &'a [Source],
    /// Their occurrences.
    pub judged: &'a [Judged],
    /// Also where each comes from.
    pub explain: bool,
}

impl Listing<'_> {
    /// The name of a role by its index.
    pub fn role_name(&self, role: Option<usize>) -> Option<&str> {
        role.and_then(|index| self.policy.roles.get(index)).map(|role| role.name.as_str())
    }
}

impl Outcome {
    /// Its occurrences.
    pub fn listing(&self, explain: bool) -> Listing<'_> {
        Listing { tz: &self.tz, policy: &self.policy, sources: &self.sources, judged: &self.judged, explain }
    }

    /// The balance of a week, if this outcome has it.
    pub fn balance(&self, week: IsoWeek) -> Option<&Balance> {
        self.balances.iter().find(|balance| balance.figures.week == week)
    }

    /// The name of a role by its index.
    pub fn role_name(&self, role: Option<usize>) -> Option<&str> {
        role.and_then(|index| self.policy.roles.get(index)).map(|role| role.name.as_str())
    }
}
