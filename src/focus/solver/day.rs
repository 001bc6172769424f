//! The best holds of one day for every number of minutes. It knows one day and a score per hold, no target.
//!
//! A hold from `s` to `e` scores `A(e) + B(s)`. Let `h(e, u)` be the best score of holds of `u` slots in sum whose
//! last one ends at `e`, and `g(s, u)` the best of those that leave `s` free to start: the maximum of `h(e, u)` over
//! `e + gap <= s`, and 0 for no holds. Then
//! `h(e, u) = A(e) + max (g(s, u - (e - s)) + B(s))` over `shortest <= e - s <= longest` in the piece of `e`.
//! All states `(s, u - (e - s))` of that maximum have the same difference of slot and used slots, and the window
//! moves on with `e`: so one queue of falling scores per difference answers each in constant time on average.

use super::queue::Queues;
use super::score::{HOLD, KEPT, NONE, Score};
use super::slots::{Limits, Slots};
use crate::focus::problem::DayProblem;

/// `h` of one day.
#[derive(Debug)]
pub(super) struct Table {
    slots: Slots,
    limits: Limits,
    /// The slot where the holds of each row end; sorted, one that two pieces share may be there twice.
    ends: Vec<usize>,
    /// Cells of a row, one per number of used slots from 0.
    width: usize,
    /// Row by row.
    cells: Vec<Cell>,
}

/// The best way to end somewhere with so many slots used.
#[derive(Clone, Copy, Debug)]
struct Cell {
    score: Score,
    /// Where the last hold starts.
    start: usize,
}

/// Memory that is used again for every day.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    gains: Vec<Score>,
    free: Vec<Score>,
    queues: Queues,
}

impl Table {
    /// The table of a day that has room.
    pub(super) fn new(day: &DayProblem, slots: Slots, limits: Limits, scratch: &mut Scratch) -> Self {
        let width = slots.cap + 1;
        slots.gains(day, limits.grid, &mut scratch.gains);
        // A queue sees each number of used slots that leaves enough for another hold at most once.
        scratch.queues.clear(slots.end() + width, 1 + width.saturating_sub(2 * limits.shortest));
        scratch.free.clear();
        scratch.free.resize(width, NONE);
        let rows = slots.pieces.iter().map(|(from, to)| to - from - limits.shortest + 1).sum::<usize>();
        let cells = vec![Cell { score: NONE, start: 0 }; rows * width];
        let mut table = Self { slots, limits, ends: Vec::with_capacity(rows), width, cells };
        let mut existing: Vec<_> = day.existing.iter().filter_map(|hold| table.slots.of(*hold, limits.grid)).collect();
        existing.retain(|(start, end)| (limits.shortest..=limits.longest).contains(&(end - start)));
        table.fill(&existing, scratch);
        table
    }

    fn fill(&mut self, existing: &[(usize, usize)], scratch: &mut Scratch) {
        let Scratch { gains, free, queues } = scratch;
        let Limits { grid, shortest, longest, gap } = self.limits;
        let cap = self.slots.cap;
        if let Some(none) = free.first_mut() {
            *none = 0;
        }
        let mut passed = 0;
        for piece in 0..self.slots.pieces.len() {
            let (from, to) = self.slots.pieces[piece];
            let first_row = self.ends.len();
            for end in from + shortest..=to {
                let start = end - shortest;
                while self.ends.get(passed).is_some_and(|end| end + gap <= start) {
                    let row = &self.cells[passed * self.width..][..self.width];
                    for (best, cell) in free.iter_mut().zip(row) {
                        *best = cell.score.max(*best);
                    }
                    passed += 1;
                }
                let begin = -gains[start] - self.slots.start_cost(start, grid);
                for used in (0..1).chain(shortest..(cap + 1).saturating_sub(shortest)) {
                    if free[used] != NONE {
                        queues.push(start + cap - used, free[used] + begin, start);
                    }
                }
                for &(_, kept) in existing.iter().filter(|hold| hold.0 == start && hold.1 <= to) {
                    let row = (first_row + kept - from - shortest) * self.width;
                    let score = gains[kept] - HOLD + KEPT + begin;
                    for used in (0..=cap + start).take_while(|used| used + kept <= cap + start) {
                        let cell = &mut self.cells[row + used + kept - start];
                        if free[used] != NONE && free[used] + score > cell.score {
                            *cell = Cell { score: free[used] + score, start };
                        }
                    }
                }
                let row = &mut self.cells[self.ends.len() * self.width..][..self.width];
                let earliest = from.max(end.saturating_sub(longest));
                for (used, cell) in row.iter_mut().enumerate().skip(shortest) {
                    if let Some((score, start)) = queues.best(end + cap - used, earliest) {
                        let score = score + gains[end] - HOLD;
                        if score > cell.score {
                            *cell = Cell { score, start };
                        }
                    }
                }
                self.ends.push(end);
            }
        }
    }

    /// The best score for each number of used slots that is possible, 0 among them.
    pub(super) fn best(&self) -> Vec<(usize, Score)> {
        let mut best = vec![NONE; self.width];
        for row in self.cells.chunks_exact(self.width) {
            for (best, cell) in best.iter_mut().zip(row) {
                *best = cell.score.max(*best);
            }
        }
        best[0] = 0;
        best.into_iter().enumerate().filter(|(_, score)| *score != NONE).collect()
    }

    /// Puts the holds of the best set with so many used slots at the end of the list, in minutes and in order.
    pub(super) fn holds(&self, mut used: usize, holds: &mut Vec<(i64, i64)>) {
        let first = holds.len();
        let mut rows = self.ends.len();
        let minute = |slot: usize| self.slots.origin + slot as i64 * self.limits.grid;
        while used > 0 {
            let cell = |row: usize| self.cells[row * self.width + used];
            let Some(row) = (0..rows).rev().max_by_key(|row| cell(*row).score) else { break };
            let (start, end) = (cell(row).start, self.ends[row]);
            holds.push((minute(start), minute(end)));
            used -= end - start;
            rows = self.ends.partition_point(|end| end + self.limits.gap <= start);
        }
        holds[first..].reverse();
    }
}
