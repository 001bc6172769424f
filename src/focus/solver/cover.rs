//! The most minutes that sessions can have or cover, without a target: what `attainable` and `kept` mean.
//! It knows nothing of existing holds or preferences.

use super::day::{Scratch, Table};
use super::queue::Queues;
use super::score::{self, COVERED, NONE, Score};
use super::slots::{Limits, Slots};
use crate::focus::problem::{DayProblem, WeekProblem};

/// The limits of one day's sessions, in minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cover {
    /// Shortest session.
    pub min_session: i64,
    /// Longest session.
    pub max_session: i64,
    /// Least distance between two sessions.
    pub break_between: i64,
    /// Most minutes of sessions.
    pub daily_max: i64,
}

/// The most minutes that planned holds can have in sum when target, worth and existing holds are ignored.
pub fn attainable(problem: &WeekProblem) -> i64 {
    let limits = Limits::of(problem);
    let slots = |day| Slots::new(day, limits, problem.daily_max, problem.break_between);
    let most: usize = problem.days.iter().filter_map(slots).map(|slots| most_slots(&slots, limits)).sum();
    most as i64 * limits.grid
}

/// No such holds, in slots.
const IMPOSSIBLE: i64 = i64::MIN / 2;

/// The most slots of holds on one day.
///
/// A set of holds stays possible when one longer than `shortest` loses a slot at its end. So a given number of holds
/// can have every sum from their shortest lengths up to their most, and it is enough to know that most for each
/// number of holds whose shortest lengths are within the cap.
fn most_slots(slots: &Slots, limits: Limits) -> usize {
    let Limits { shortest, longest, gap, .. } = limits;
    // By slot: the most used slots of the holds so far, all ended a gap before it, less the slot itself.
    let mut before: Vec<i64> = (0..=slots.end()).map(|slot| -(slot as i64)).collect();
    let mut most = 0;
    for _ in 0..slots.cap / shortest {
        let mut ended = vec![IMPOSSIBLE; slots.end() + 1];
        for &(from, to) in &slots.pieces {
            for (end, ended) in ended.iter_mut().enumerate().take(to + 1).skip(from + shortest) {
                let starts = from.max(end.saturating_sub(longest))..=end - shortest;
                let used = before[starts].iter().max().map_or(IMPOSSIBLE, |best| best + end as i64);
                *ended = used.max(*ended);
            }
        }
        most = ended.iter().copied().fold(most, i64::max);
        let mut best = IMPOSSIBLE;
        for (slot, before) in before.iter_mut().enumerate() {
            if slot >= gap {
                best = best.max(ended[slot - gap]);
            }
            *before = best - slot as i64;
        }
    }
    slots.cap.min(most as usize)
}

/// The most minutes of `worth` that sessions of one day can cover: each at whole minutes and inside one interval of
/// `room`. Both are sorted and disjoint; the intervals of `room` may touch.
///
/// An optimum lies on the grid of the greatest common divisor of all boundaries and limits. Say between which
/// boundaries each start and end shall lie: the covered minutes are then linear, and what is left is a linear
/// programme, bounded, so some vertex of it is best. Its constraints bound single points or differences of neighbours
/// in `s1 < e1 < s2 < e2 ...`, all by multiples of the divisor, and one bounds the sum of all `e - s`. Without the last
/// the matrix is totally unimodular: vertices lie on the grid. Where the last one makes the vertex, the tight others
/// leave one run of neighbours free to move as one; starts and ends alternate in it, so the sum changes by -1, 0 or 1
/// times its move. At 0 the sum can't stop it; at -1 or 1 it stops at a multiple of the divisor, as all else is one.
pub fn best_cover(room: &[(i64, i64)], worth: &[(i64, i64)], limits: Cover) -> i64 {
    let Some(day) = clipped(room, worth, limits.min_session) else { return 0 };
    let Cover { min_session, max_session, break_between, daily_max } = limits;
    let bounds = day.room.iter().chain(&day.worth).flat_map(|span| [span.0 - day.midnight, span.1 - day.midnight]);
    let grid = bounds.chain([min_session, max_session, break_between, daily_max]).fold(0, gcd);
    let limits = Limits::new(grid, min_session, max_session, break_between);
    let Some(slots) = Slots::new(&day, limits, daily_max, break_between) else { return 0 };
    let (covered, used) = least_used(&day, &slots, limits);
    if used <= slots.cap {
        return covered;
    }
    let best = Table::new(&day, slots, limits, &mut Scratch::default()).best();
    best.into_iter().map(|(_, score)| score::covered(score)).max().unwrap_or(0)
}

/// The most minutes that sessions can cover when any number of slots may be used, and the fewest slots that do it.
fn least_used(day: &DayProblem, slots: &Slots, limits: Limits) -> (i64, usize) {
    let Limits { grid, shortest, longest, gap } = limits;
    let mut gains = Vec::new();
    slots.gains(day, grid, &mut gains);
    let mut queue = Queues::default();
    queue.clear(1, slots.end() + 1);
    // By slot: the best score of sessions that end there, where a covered minute counts most and a used slot -1.
    let mut ended = vec![NONE; slots.end() + 1];
    let (mut passed, mut free): (usize, Score) = (0, 0);
    for &(from, to) in &slots.pieces {
        for end in from + shortest..=to {
            let start = end - shortest;
            while passed + gap <= start {
                free = free.max(ended[passed]);
                passed += 1;
            }
            queue.push(0, free - gains[start] + start as Score, start);
            if let Some((score, _)) = queue.best(0, from.max(end.saturating_sub(longest))) {
                ended[end] = ended[end].max(score + gains[end] - end as Score);
            }
        }
    }
    let best = ended.into_iter().fold(0, Score::max);
    let covered = score::covered(best);
    (covered, (Score::from(covered) * COVERED - best) as usize)
}

/// The day with only the room that matters: a session that reaches further than `min_session` beyond all worth can
/// be cut there and covers the same.
fn clipped(room: &[(i64, i64)], worth: &[(i64, i64)], min_session: i64) -> Option<DayProblem> {
    let (from, to) = (worth.first()?.0 - min_session, worth.last()?.1 + min_session);
    let room: Vec<_> = room
        .iter()
        .map(|span| (span.0.max(from), span.1.min(to)))
        .filter(|span| span.1 - span.0 >= min_session)
        .collect();
    let midnight = room.first()?.0;
    Some(DayProblem { midnight, room, worth: worth.to_vec(), ..DayProblem::default() })
}

fn gcd(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a.abs(), b.abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
