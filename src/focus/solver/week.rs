//! The week from its days: which day gets how many minutes. It knows the target, not how a day is filled.

use super::day::{Scratch, Table};
use super::score::{self, NONE, Score};
use super::slots::{Limits, Slots};
use crate::focus::problem::{DayProblem, Solution, WeekProblem};

/// A day that has room, and its part of the knapsack.
struct Part<'a> {
    day: &'a DayProblem,
    table: Table,
    /// For each total of this day and those before it: the slots used on this one.
    used: Vec<usize>,
}

/// The holds that are lexicographically best in the seven values of design section 4.
pub fn solve(problem: &WeekProblem) -> Solution {
    let limits = Limits::of(problem);
    let mut scratch = Scratch::default();
    let mut best: Vec<Score> = vec![0];
    let mut parts = Vec::with_capacity(problem.days.len());
    for day in &problem.days {
        let Some(slots) = Slots::new(day, limits, problem.daily_max, problem.break_between) else { continue };
        let table = Table::new(day, slots, limits, &mut scratch);
        let (next, used) = add(&best, &table.best());
        best = next;
        parts.push(Part { day, table, used });
    }
    let mut total = best_total(problem, limits.grid, &best);
    let mut days = Vec::with_capacity(parts.len());
    for part in parts.iter().rev() {
        let used = part.used.get(total).copied().unwrap_or(0);
        let mut holds = Vec::new();
        part.table.holds(used, &mut holds);
        days.push((part.day, holds));
        total -= used;
    }
    days.reverse();
    let objective = score::objective(problem, days.iter().map(|(day, holds)| (*day, holds.as_slice())));
    Solution { holds: days.into_iter().flat_map(|(_, holds)| holds).collect(), objective }
}

/// The best scores with one more day, and how many slots of each total are on that day.
fn add(before: &[Score], day: &[(usize, Score)]) -> (Vec<Score>, Vec<usize>) {
    let most = day.last().map_or(0, |(used, _)| *used);
    let mut best = vec![NONE; before.len() + most];
    let mut choice = vec![0; best.len()];
    for &(used, gain) in day {
        for ((best, choice), score) in best[used..].iter_mut().zip(&mut choice[used..]).zip(before) {
            if *score != NONE && score + gain > *best {
                (*best, *choice) = (score + gain, used);
            }
        }
    }
    (best, choice)
}

/// The number of slots that is best in values 1, 2, 3 and then the others.
fn best_total(problem: &WeekProblem, grid: i64, best: &[Score]) -> usize {
    let possible = best.iter().enumerate().filter(|(_, score)| **score != NONE);
    let choice = possible.max_by_key(|(slots, score)| {
        let total = problem.fixed_total + *slots as i64 * grid;
        (score::covered(**score), score::reached(problem, total), -total)
    });
    choice.map_or(0, |(slots, _)| slots)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Solves days of 9:00 to 17:00 with hours between 12:00 and 13:00 closed, on an hourly grid.
    #[track_caller]
    fn check(target: i64, worth: &[(i64, i64)], existing: &[(i64, i64)], expected: &[(i64, i64)]) {
        let hours = |spans: &[(i64, i64)]| spans.iter().map(|span| (span.0 * 60, span.1 * 60)).collect::<Vec<_>>();
        let day = DayProblem {
            room: hours(&[(9, 12), (13, 17)]),
            worth: hours(worth),
            existing: hours(existing),
            ..DayProblem::default()
        };
        let problem = WeekProblem {
            days: vec![day],
            grid: 60,
            min_session: 120,
            max_session: 240,
            daily_max: 300,
            break_between: 15,
            target: target * 60,
            ..WeekProblem::default()
        };
        assert_eq!(solve(&problem).holds, hours(expected));
    }

    #[test]
    fn block_time_comes_before_the_target() {
        check(2, &[(9, 12)], &[], &[(9, 12)]);
    }

    #[test]
    fn time_is_won_back_as_early_as_it_can_be() {
        check(4, &[], &[], &[(13, 17)]);
    }

    #[test]
    fn a_hold_stays_where_it_is() {
        check(2, &[], &[(14, 16)], &[(14, 16)]);
    }

    #[test]
    fn nothing_is_added_for_less_than_half_a_session() {
        check(4, &[(9, 12)], &[], &[(9, 12), (13, 15)]);
        check(1, &[], &[], &[(9, 11)]);
        check(0, &[], &[], &[]);
    }
}
