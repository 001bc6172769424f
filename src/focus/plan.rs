//! The port between what a cycle knows and what the planner decides: the input and the answer as plain values.

use jiff::Timestamp;

use super::policy::{Minutes, Policy};
use super::view::View;
use crate::calendar::time::Span;
use crate::calendar::week::IsoWeek;

/// A live hold of seawall's own on the calendar, as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExistingHold {
    /// Its UID.
    pub uid: String,
    /// The week in its key.
    pub week: IsoWeek,
    /// The role in its key; the config may know it no more.
    pub role: String,
    /// The ordinal in its key.
    pub ordinal: u32,
    /// When it is.
    pub span: Span,
    /// Whether it is shown as busy.
    pub busy: bool,
    /// Whether the user edited it: theirs now, never moved.
    pub pinned: bool,
}

/// Time closed to holds of every role because the user deleted or moved a hold away from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// Which time.
    pub span: Span,
    /// The role of the hold that was there.
    pub role: String,
    /// The week in its key.
    pub week: IsoWeek,
    /// Minutes that leave the week's target of that role; 0 under `on_delete = "replace"`.
    pub forgiven: Minutes,
}

/// All that the planner needs to know.
#[derive(Clone, Debug)]
pub struct PlanInput<'a> {
    /// The present.
    pub now: Timestamp,
    /// The wishes.
    pub policy: &'a Policy,
    /// The calendars, judged.
    pub view: &'a View,
    /// The weeks to plan, in order.
    pub weeks: &'a [IsoWeek],
    /// Live holds of those weeks, past ones too.
    pub holds: &'a [ExistingHold],
    /// Closed time.
    pub closed: &'a [Closed],
}

/// The figures of one holding role in one week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleWeek {
    /// Which week.
    pub week: IsoWeek,
    /// Index of the role.
    pub role: usize,
    /// The target after days off and closed time.
    pub target: Minutes,
    /// The target less what happened and is fixed; never below 0.
    pub needed: Minutes,
    /// The most that this role's sessions can cover from `now + notice` on, its unfixed holds lifted.
    pub attainable: Minutes,
    /// Minutes under a hold, pin or own focus event of the role that nothing busy overlaps.
    pub protected: Minutes,
    /// The seven values of the objective (design section 4), each as it is written there.
    pub objective: [Minutes; 7],
}

/// What has become of a hold, or will.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldState {
    /// Free to be placed: new, moved or left where it is.
    Planned,
    /// Starts within `freeze`, or has started.
    Frozen,
    /// Edited by the user.
    Pinned,
    /// Over.
    Past,
}

/// A hold as it shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesiredHold {
    /// Index of the role; none for a pinned or past hold whose role the config knows no more.
    pub role: Option<usize>,
    /// The week it is planned in.
    pub week: IsoWeek,
    /// When.
    pub span: Span,
    /// Shown as busy.
    pub busy: bool,
    /// What it is.
    pub state: HoldState,
    /// The live hold that it takes over.
    pub existing: Option<String>,
    /// Index of the role's block template that it covers most; none for time won back.
    pub block: Option<usize>,
    /// The reason in words: for reports, never written to the calendar.
    pub why: String,
}

/// The planner's answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// A row per week and holding role, weeks first.
    pub weeks: Vec<RoleWeek>,
    /// Every hold as it shall be, in order of start. A live hold that none takes over shall go.
    pub holds: Vec<DesiredHold>,
}
