//! From calendars and wishes to the integers of one role's week: where its holds may lie, what is taken, what is
//! worth covering, and how much is wanted (design section 4). Decides nothing about placement.

use jiff::civil::Date;

use super::axis::{Axis, Interval};
use super::standing::{Open, Standing};
use crate::calendar::time::{Span, SpanSet};
use crate::calendar::week::{self, IsoWeek};
use crate::focus::block::Block;
use crate::focus::plan::PlanInput;
use crate::focus::policy::{Minutes, Role, hours_on};
use crate::focus::problem::{DayProblem, WeekProblem};
use crate::focus::view::later;

/// What all roles of a week share.
pub(super) struct WeekFacts<'a> {
    pub(super) input: &'a PlanInput<'a>,
    pub(super) week: IsoWeek,
    pub(super) span: Span,
    pub(super) axis: Axis,
    /// The blocks of the week, of all roles.
    pub(super) blocks: Vec<&'a Block>,
    /// All live holds, of other weeks too.
    standing: &'a Standing<'a>,
    /// Closed time, widened to whole minutes.
    closed: SpanSet,
    busy: SpanSet,
    /// Minutes of working time.
    working: Minutes,
    /// What they would be without days off.
    undisturbed: Minutes,
}

/// What one role finds in its week before looking at single days.
struct Ground<'a> {
    index: usize,
    role: &'a Role,
    /// Its own blocks.
    own: SpanSet,
    /// Closed time and the blocks of other roles.
    shut: SpanSet,
    /// Block time that nothing fixed covers.
    worth: SpanSet,
    /// The holds of earlier roles.
    planned: &'a [Span],
}

impl<'a> WeekFacts<'a> {
    pub(super) fn new(
        input: &'a PlanInput<'a>,
        week: IsoWeek,
        blocks: &'a [Block],
        standing: &'a Standing<'a>,
    ) -> Self {
        let span = week.span(&input.policy.tz);
        let axis = Axis::of_week(week, &input.policy.tz);
        let closed = input.closed.iter().map(|closed| axis.span(axis.outward(closed.span))).collect();
        let blocks = blocks.iter().filter(|block| span.contains(block.span.start)).collect();
        let working = week.dates().map(|date| input.view.working(input.policy, date).minutes()).sum();
        let undisturbed = week.dates().map(|date| input.policy.template_hours(date).minutes()).sum();
        let busy = input.view.busy_set();
        Self { input, week, span, axis, blocks, standing, closed, busy, working, undisturbed }
    }

    /// The live holds of the week and role that may move, in order.
    pub(super) fn open(&self, role: usize) -> impl Iterator<Item = &'a Open<'a>> {
        let week = self.week;
        self.standing.open.iter().filter(move |open| open.role == role && open.hold.week == week)
    }

    /// The role's block of the week that the span covers most, and how many minutes of it.
    pub(super) fn block_under(&self, role: usize, span: Span) -> Option<(&'a Block, Minutes)> {
        let own = self.blocks.iter().filter(|block| block.role == role);
        let covered = own.map(|block| (*block, block.parts.within(span).minutes())).filter(|(_, minutes)| *minutes > 0);
        covered.min_by_key(|(_, minutes)| std::cmp::Reverse(*minutes))
    }

    /// The role's week as the solver takes it, with `planned` as the holds of earlier roles.
    pub(super) fn problem(&self, index: usize, role: &Role, planned: &[Span]) -> WeekProblem {
        let rules = &role.session;
        let fixed = self.fixed(index);
        let own = self.block_time(|block| block.role == index);
        let shut = self.block_time(|block| block.role != index).union(&self.closed);
        let worth = own.minus(&self.closed);
        let fixed_covered = worth.intersection(&fixed).minutes();
        let ground = Ground { index, role, own, shut, worth: worth.minus(&fixed), planned };
        WeekProblem {
            days: self.week.dates().map(|date| self.day(&ground, date)).collect(),
            grid: rules.grid.max(1),
            min_session: rules.min_session,
            max_session: rules.max_session,
            daily_max: rules.daily_max,
            break_between: rules.break_between,
            target: self.target(index, role),
            fixed_total: fixed.minutes(),
            fixed_covered,
        }
    }

    fn day(&self, ground: &Ground, date: Date) -> DayProblem {
        let policy = self.input.policy;
        let day = week::day_span(date, &policy.tz);
        let own_focus = self.input.view.own_focus.iter().map(|own| own.span);
        let taken =
            self.standing.kept.iter().map(|kept| kept.span).chain(own_focus).chain(ground.planned.iter().copied());
        let mut taken: Vec<Interval> =
            taken.filter_map(|span| span.intersection(day)).map(|span| self.axis.outward(span)).collect();
        taken.sort_unstable();
        let places = self.open(ground.index).filter(|open| day.contains(open.span.start));
        let mut existing: Vec<Interval> = places.filter_map(|open| self.axis.exactly(open.span)).collect();
        existing.dedup();
        DayProblem {
            midnight: self.axis.floor(day.start),
            room: self.axis.inward(&self.room(ground, date)),
            taken,
            worth: self.axis.inward(&ground.worth.within(day)),
            preferred: self.axis.inward(&hours_on(&ground.role.preferred, date, &policy.tz)),
            existing,
        }
    }

    /// Where the role's holds may lie on that date.
    fn room(&self, ground: &Ground, date: Date) -> SpanSet {
        let (policy, rules) = (self.input.policy, &ground.role.session);
        let mut room = self.input.view.free_runs(policy, date, rules.recovery);
        if let Some(allowed) = &ground.role.allowed {
            room = room.intersection(&hours_on(allowed, date, &policy.tz).union(&ground.own));
        }
        room.minus(&ground.shut).within(Span::new(later(self.input.now, rules.notice), self.span.end))
    }

    fn block_time(&self, of: impl Fn(&Block) -> bool) -> SpanSet {
        self.blocks.iter().filter(|block| of(block)).flat_map(|block| block.parts.iter()).collect()
    }

    /// The time of the week under fixed holds and own focus events of the role that nothing busy overlaps.
    fn fixed(&self, index: usize) -> SpanSet {
        let kept = self.standing.kept.iter().filter(|kept| kept.role == Some(index)).map(|kept| kept.span);
        let own = self.input.view.own_focus.iter().filter(|own| own.role == Some(index)).map(|own| own.span);
        kept.chain(own).collect::<SpanSet>().within(self.span).minus(&self.busy)
    }

    /// The role's target of the week, after days off and closed time. Without one it is what days off leave of the
    /// week's blocks: that has shrunk already.
    fn target(&self, index: usize, role: &Role) -> Minutes {
        let grid = role.session.grid.max(1);
        let target = match role.target {
            Some(target) if self.working < self.undisturbed => target * self.working / (self.undisturbed * grid) * grid,
            Some(target) => target,
            None => self.block_time(|block| block.role == index).minutes(),
        };
        let own = self.input.closed.iter().filter(|closed| closed.week == self.week && closed.role == role.name);
        (target - own.map(|closed| closed.forgiven).sum::<Minutes>()).max(0)
    }
}
