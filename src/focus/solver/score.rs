//! The additive part of the objective as one integer, and the seven values of a finished set of holds.
//! It knows weights and sums, not how holds are found.

use crate::focus::problem::{DayProblem, WeekProblem};

/// Values 1, 4, 5, 6 and 7 of a set of holds in one integer that grows as the set gets better.
///
/// Each value has a field of its own, the more important one higher up. A comparison of two sums is then the
/// lexicographic comparison of their values as long as no field overflows into the next, and adding the same to
/// both sides changes nothing: that makes dynamic programming on it exact.
pub(super) type Score = i128;

/// No set of holds.
pub(super) const NONE: Score = Score::MIN / 2;

/// Sum of starts, in minutes: subtracted.
pub(super) const START: Score = 1;
/// A minute inside preferred hours.
pub(super) const PREFERRED: Score = START << 40;
/// A hold: subtracted.
pub(super) const HOLD: Score = PREFERRED << 20;
/// A hold that stays as it is.
pub(super) const KEPT: Score = HOLD << 20;
/// A covered minute of worth.
pub(super) const COVERED: Score = KEPT << 20;

/// More minutes than any week has, so more than it has holds, too.
const WEEK: Score = 9 * 24 * 60;

/// Every field holds twice what a week can bring, so even the lower fields together never reach half of the next.
const _: () = {
    assert!(2 * WEEK * WEEK * START < PREFERRED / 2);
    assert!(2 * WEEK * PREFERRED < HOLD / 2);
    assert!(2 * WEEK * HOLD < KEPT / 2);
    assert!(2 * WEEK * KEPT < COVERED / 2);
    assert!(2 * WEEK * COVERED < Score::MAX / 4);
};

/// The covered minutes in a score.
pub(super) fn covered(score: Score) -> i64 {
    (score + COVERED / 2).div_euclid(COVERED) as i64
}

/// The second value: the target where the total is less than half a session short of it, so that no hold is
/// added for a few minutes; else the total.
pub(super) fn reached(problem: &WeekProblem, total: i64) -> i64 {
    if 2 * total > 2 * problem.target - problem.min_session { problem.target } else { total }
}

/// The seven values of these holds, given for each day that has some.
pub(super) fn objective<'a>(
    problem: &WeekProblem,
    days: impl Iterator<Item = (&'a DayProblem, &'a [(i64, i64)])>,
) -> [i64; 7] {
    let (mut covered, mut total) = (problem.fixed_covered, problem.fixed_total);
    let (mut kept, mut count, mut preferred, mut starts) = (0, 0, 0, 0);
    for (day, holds) in days {
        for hold in holds {
            covered += common(&day.worth, *hold);
            total += hold.1 - hold.0;
            kept += i64::from(day.existing.contains(hold));
            count += 1;
            preferred += common(&day.preferred, *hold);
            starts += hold.0;
        }
    }
    [covered, reached(problem, total), total, kept, count, preferred, starts]
}

/// Minutes of the hold in a disjoint set.
fn common(set: &[(i64, i64)], hold: (i64, i64)) -> i64 {
    set.iter().map(|(from, to)| (hold.1.min(*to) - hold.0.max(*from)).max(0)).sum()
}
