//! One day in slots of the grid: where holds may lie and what each slot is worth. It knows no optimum.

use super::score::{COVERED, PREFERRED, START, Score};
use crate::focus::problem::{DayProblem, WeekProblem};

/// The limits of a session, in slots.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Minutes of a slot.
    pub(super) grid: i64,
    /// Shortest hold, at least 1.
    pub(super) shortest: usize,
    /// Longest hold.
    pub(super) longest: usize,
    /// Least distance of two holds.
    pub(super) gap: usize,
}

impl Limits {
    /// The limits of minutes on a grid: what is no multiple of it is rounded to the strict side.
    pub(super) fn new(grid: i64, min_session: i64, max_session: i64, break_between: i64) -> Self {
        let grid = grid.max(1);
        let up = |minutes: i64| (minutes.max(0) + grid - 1) / grid;
        Self {
            grid,
            shortest: up(min_session).max(1) as usize,
            longest: (max_session.max(0) / grid) as usize,
            gap: up(break_between) as usize,
        }
    }

    /// The limits of the week.
    pub(super) fn of(problem: &WeekProblem) -> Self {
        Self::new(problem.grid, problem.min_session, problem.max_session, problem.break_between)
    }
}

/// One day with room for at least one hold. Slot 0 is where its first piece starts.
#[derive(Debug)]
pub(super) struct Slots {
    /// Where slot 0 starts, in minutes.
    pub(super) origin: i64,
    /// Stretches that holds may lie in, each at least `shortest` long, in slots; sorted, they may touch.
    pub(super) pieces: Vec<(usize, usize)>,
    /// The most slots of holds.
    pub(super) cap: usize,
}

impl Slots {
    /// The day in slots; none where no hold has room.
    pub(super) fn new(day: &DayProblem, limits: Limits, daily_max: i64, break_between: i64) -> Option<Self> {
        let Limits { grid, shortest, longest, .. } = limits;
        let up = |minute: i64| (minute - day.midnight + grid - 1).div_euclid(grid);
        let down = |minute: i64| (minute - day.midnight).div_euclid(grid);
        let mut pieces: Vec<(i64, i64)> = Vec::with_capacity(day.room.len() + day.taken.len());
        let mut keep = |from: i64, to: i64| {
            let piece = (up(from), down(to));
            if piece.1 - piece.0 >= shortest as i64 {
                pieces.push(piece);
            }
        };
        for &(from, to) in &day.room {
            let mut from = from;
            for &(taken, until) in &day.taken {
                if taken - break_between < to && until + break_between > from {
                    keep(from, taken - break_between);
                    from = until + break_between;
                }
            }
            keep(from, to);
        }
        let first = pieces.first()?.0;
        let origin = day.midnight + first * grid;
        let pieces: Vec<_> = pieces.iter().map(|(from, to)| ((from - first) as usize, (to - first) as usize)).collect();
        let room: usize = pieces.iter().map(|(from, to)| to - from).sum();
        let cap = room.min(((daily_max - union(&day.taken)).max(0) / grid) as usize);
        (shortest <= cap && shortest <= longest).then_some(Self { origin, pieces, cap })
    }

    /// The slot after the last piece.
    pub(super) fn end(&self) -> usize {
        self.pieces.last().map_or(0, |piece| piece.1)
    }

    /// Fills in what the hours before each slot boundary bring: the difference of two is what a hold between
    /// them gains in values 1 and 6.
    pub(super) fn gains(&self, day: &DayProblem, grid: i64, gains: &mut Vec<Score>) {
        gains.clear();
        gains.resize(self.end() + 1, 0);
        for (set, weight) in [(&day.worth, COVERED), (&day.preferred, PREFERRED)] {
            let (mut passed, mut next) = (0, 0);
            for (slot, gain) in gains.iter_mut().enumerate() {
                let minute = self.origin + slot as i64 * grid;
                while let Some(&(from, to)) = set.get(next).filter(|span| span.1 <= minute) {
                    passed += to - from;
                    next += 1;
                }
                let begun = set.get(next).map_or(0, |span| (minute - span.0).max(0));
                *gain += weight * Score::from(passed + begun);
            }
        }
    }

    /// What a start in that slot costs.
    pub(super) fn start_cost(&self, slot: usize, grid: i64) -> Score {
        START * Score::from(self.origin + slot as i64 * grid)
    }

    /// The slots of an interval in minutes, where it is on the grid and in one of the pieces.
    pub(super) fn of(&self, (from, to): (i64, i64), grid: i64) -> Option<(usize, usize)> {
        let on_grid = (from - self.origin) % grid == 0 && (to - self.origin) % grid == 0 && from >= self.origin;
        let span = (((from - self.origin) / grid) as usize, ((to - self.origin) / grid) as usize);
        (on_grid && from < to && self.pieces.iter().any(|piece| piece.0 <= span.0 && span.1 <= piece.1)).then_some(span)
    }
}

/// Minutes of the union of sorted intervals.
fn union(spans: &[(i64, i64)]) -> i64 {
    let mut until = i64::MIN;
    let mut sum = 0;
    for &(from, to) in spans {
        sum += (to - from.max(until)).max(0);
        until = until.max(to);
    }
    sum
}
