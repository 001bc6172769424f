//! Erosion (design section 3): what of a block sessions can no longer cover, charged to occurrences in the
//! order of their arrival so that the charges add up exactly; and the focus cost of a meeting.

use jiff::Timestamp;
use jiff::civil::Date;

use super::arrival::Arrival;
use super::block::Block;
use super::policy::{Minutes, Policy, SessionRules};
use super::solver::{Cover, best_cover};
use super::view::{Busy, View, taken_by};
use crate::calendar::time::{Span, SpanSet};
use crate::calendar::week;

/// How badly a block is eroded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Nothing.
    Intact,
    /// Less than a quarter.
    Nibbled,
    /// A quarter or more.
    Eroded,
    /// Nothing left.
    Lost,
}

/// A busy occurrence as erosion must know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Eroder<'a> {
    /// What the caller knows it by.
    pub index: usize,
    /// The time it takes.
    pub busy: Busy,
    /// When it came.
    pub arrival: Arrival,
    /// Its UID: a tie is broken by it.
    pub uid: &'a str,
}

/// What one occurrence took of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charge {
    /// The occurrence, as the caller knows it.
    pub index: usize,
    /// How much it took; never 0.
    pub minutes: Minutes,
}

/// The erosion of one block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erosion {
    /// What sessions could cover were there nothing busy: the block after days off.
    pub planned: Minutes,
    /// What they can cover now.
    pub kept: Minutes,
    /// Who took the difference, in order of arrival.
    pub charges: Vec<Charge>,
}

impl Erosion {
    /// `planned - kept`: the sum of the charges.
    pub fn eroded(&self) -> Minutes {
        self.planned - self.kept
    }

    /// How badly.
    pub fn level(&self) -> Level {
        match self.eroded() {
            0 => Level::Intact,
            _ if self.kept == 0 => Level::Lost,
            eroded if eroded * 4 < self.planned => Level::Nibbled,
            _ => Level::Eroded,
        }
    }
}

/// Judges one block. `eroders` may be in any order and hold occurrences of other days; `others` are the blocks of
/// other roles, which are closed to this one.
pub fn erosion(policy: &Policy, view: &View, block: &Block, others: &SpanSet, eroders: &[Eroder<'_>]) -> Erosion {
    let Some(role) = policy.roles.get(block.role) else {
        return Erosion { planned: 0, kept: 0, charges: Vec::new() };
    };
    let day = week::day_span(block.date, &policy.tz);
    let room = view.working(policy, block.date).minus(others);
    let ground = Ground { view, block, rules: &role.session, day, room };
    let mut here: Vec<&Eroder<'_>> = eroders
        .iter()
        .filter(|one| one.busy.with_recovery(role.session.recovery).overlaps(day) && !one.busy.span.is_empty())
        .collect();
    here.sort_by_key(|one| (one.arrival.at.unwrap_or(Timestamp::MIN), one.uid, one.busy.span.start, one.index));
    let planned = ground.kept(&[]);
    let (mut kept, mut so_far, mut charges) = (planned, Vec::new(), Vec::new());
    for one in here {
        so_far.push(one.busy);
        if kept == 0 {
            break;
        }
        let left = ground.kept(&so_far);
        if left < kept {
            charges.push(Charge { index: one.index, minutes: kept - left });
        }
        kept = left;
    }
    Erosion { planned, kept, charges }
}

/// Where a block stands: all that `kept` needs besides the busy occurrences.
struct Ground<'a> {
    view: &'a View,
    block: &'a Block,
    rules: &'a SessionRules,
    day: Span,
    room: SpanSet,
}

impl Ground<'_> {
    /// `kept(B, X)`: the most minutes of the block that sessions of the day can cover when only `busy` is there.
    /// Own focus events cut nothing and cover their minutes.
    fn kept(&self, busy: &[Busy]) -> Minutes {
        let taken = taken_by(busy.iter().copied(), self.rules.recovery, self.day);
        let busy: SpanSet = busy.iter().map(|one| one.span).collect();
        let own: SpanSet = self.view.own_focus.iter().map(|own| own.span).collect();
        let own = own.intersection(&self.block.parts).minus(&busy);
        let minutes = |set: &SpanSet| -> Vec<(i64, i64)> { set.iter().map(|span| self.minutes_of(span)).collect() };
        let limits = Cover {
            min_session: self.rules.min_session,
            max_session: self.rules.max_session,
            break_between: self.rules.break_between,
            daily_max: self.rules.daily_max,
        };
        let (room, worth) = (minutes(&self.room.minus(&taken)), minutes(&self.block.parts.minus(&own)));
        let covered = best_cover(&room, &worth, limits);
        own.minutes() + covered
    }

    fn minutes_of(&self, span: Span) -> (i64, i64) {
        let since = |at: Timestamp| (at.as_second() - self.day.start.as_second()).div_euclid(60);
        (since(span.start), since(span.end))
    }
}

/// The free runs of a day that are long enough to focus in, and the sum of the shorter ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FreeTime {
    /// Minutes in runs of at least `[focus] min_session`.
    pub focus: Minutes,
    /// Minutes in shorter ones: fragmented time.
    pub fragmented: Minutes,
}

/// `F(X)` of a date for the busy occurrences `busy`, with the values of `[focus]`.
pub fn free_time(policy: &Policy, view: &View, date: Date, busy: impl Iterator<Item = Busy>) -> FreeTime {
    let day = week::day_span(date, &policy.tz);
    let taken = taken_by(busy, policy.session.recovery, day);
    let runs = view.working(policy, date).minus(&taken);
    runs.iter().map(Span::minutes).fold(FreeTime::default(), |sum, run| {
        if run >= policy.session.min_session {
            FreeTime { focus: sum.focus + run, ..sum }
        } else {
            FreeTime { fragmented: sum.fragmented + run, ..sum }
        }
    })
}

/// The focus cost of the busy occurrence at `index` of the view, stand-alone: `F(all but it) - F(all)`, over the
/// days of the window that it and its recovery touch: what lies outside was not read.
pub fn focus_cost(policy: &Policy, view: &View, index: usize, window: Span) -> Minutes {
    let touched = view.busy.get(index).and_then(|one| one.with_recovery(policy.session.recovery).intersection(window));
    let Some(touched) = touched else { return 0 };
    let first = policy.tz.to_datetime(touched.start).date();
    let last = policy.tz.to_datetime(touched.end).date();
    first
        .series(jiff::Span::new().days(1))
        .take_while(|date| *date <= last)
        .map(|date| {
            let all = view.busy.iter().copied();
            let without = all.clone().enumerate().filter(|(other, _)| *other != index).map(|(_, busy)| busy);
            free_time(policy, view, date, without).focus - free_time(policy, view, date, all).focus
        })
        .sum()
}
