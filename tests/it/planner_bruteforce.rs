//! The solver against exhaustive enumeration on small weeks: every set of holds that the rules allow is looked at.
//! Shares no code with the solver.

use fastrand::Rng;
use seawall::focus::problem::{DayProblem, Solution, WeekProblem};
use seawall::focus::solver::{Cover, attainable, best_cover, solve};

type Span = (i64, i64);

/// Seeds of each test.
const CASES: u64 = 2_000;

fn minutes_in(set: &[Span], hold: Span) -> i64 {
    (hold.0..hold.1).filter(|minute| set.iter().any(|span| span.0 <= *minute && *minute < span.1)).count() as i64
}

fn apart(a: Span, b: Span, gap: i64) -> bool {
    a.1 + gap <= b.0 || b.1 + gap <= a.0
}

/// Whether the holds of a day keep every rule.
fn allowed(problem: &WeekProblem, day: &DayProblem, holds: &[Span]) -> bool {
    let single = holds.iter().all(|hold| {
        (hold.0 - day.midnight) % problem.grid == 0
            && (hold.1 - day.midnight) % problem.grid == 0
            && (problem.min_session..=problem.max_session).contains(&(hold.1 - hold.0))
            && day.room.iter().any(|room| room.0 <= hold.0 && hold.1 <= room.1)
            && day.taken.iter().all(|taken| apart(*taken, *hold, problem.break_between))
    });
    let pairs = holds
        .iter()
        .enumerate()
        .all(|(index, hold)| holds.iter().skip(index + 1).all(|other| apart(*hold, *other, problem.break_between)));
    let hull = |of: fn(&Span) -> i64| day.taken.iter().map(of);
    let hull = (hull(|span| span.0).min().unwrap_or(0), hull(|span| span.1).max().unwrap_or(0));
    let taken = minutes_in(&day.taken, hull);
    let planned: i64 = holds.iter().map(|hold| hold.1 - hold.0).sum();
    single && pairs && (holds.is_empty() || planned + taken <= problem.daily_max)
}

/// Values 1 and 3 to 7 of the holds of one day.
fn values(day: &DayProblem, holds: &[Span]) -> [i64; 6] {
    let sum = |value: &dyn Fn(Span) -> i64| holds.iter().map(|hold| value(*hold)).sum();
    [
        sum(&|hold| minutes_in(&day.worth, hold)),
        sum(&|hold| hold.1 - hold.0),
        sum(&|hold| i64::from(day.existing.contains(&hold))),
        holds.len() as i64,
        sum(&|hold| minutes_in(&day.preferred, hold)),
        sum(&|hold| hold.0),
    ]
}

/// Every allowed set of holds of a day.
fn sets(problem: &WeekProblem, day: &DayProblem) -> Vec<Vec<Span>> {
    let ends = day.room.iter().map(|room| room.1).max().unwrap_or(day.midnight);
    let places: Vec<i64> = (day.midnight..=ends).step_by(problem.grid as usize).collect();
    let pairs = places.iter().flat_map(|from| places.iter().map(move |to| (*from, *to)));
    let single: Vec<Span> = pairs.filter(|hold| hold.0 < hold.1 && allowed(problem, day, &[*hold])).collect();
    let mut all = vec![Vec::new()];
    let mut next = 0;
    while next < all.len() {
        for hold in &single {
            if all[next].last().is_none_or(|last: &Span| last.0 < hold.0) {
                let more: Vec<Span> = all[next].iter().copied().chain([*hold]).collect();
                if allowed(problem, day, &more) {
                    all.push(more);
                }
            }
        }
        next += 1;
    }
    all
}

fn week_values(problem: &WeekProblem, sum: [i64; 6]) -> [i64; 7] {
    let [covered, planned, kept, count, preferred, starts] = sum;
    let total = problem.fixed_total + planned;
    let close = 2 * (problem.target - total) < problem.min_session;
    let reached = if close { problem.target } else { total };
    [problem.fixed_covered + covered, reached, total, kept, count, preferred, starts]
}

/// Greater is better.
fn rank([covered, reached, total, kept, count, preferred, starts]: [i64; 7]) -> [i64; 7] {
    [covered, reached, -total, kept, -count, preferred, -starts]
}

/// The best values of all weeks, and the most planned minutes.
fn enumerate(problem: &WeekProblem) -> ([i64; 7], i64) {
    let mut weeks = vec![[0; 6]];
    for day in &problem.days {
        let days: Vec<_> = sets(problem, day).iter().map(|holds| values(day, holds)).collect();
        let mut seen = std::collections::BTreeSet::new();
        for week in &weeks {
            seen.extend(days.iter().map(|day| -> [i64; 6] { std::array::from_fn(|value| week[value] + day[value]) }));
        }
        weeks = seen.into_iter().collect();
    }
    let best = weeks.iter().map(|week| week_values(problem, *week)).max_by_key(|values| rank(*values));
    (best.expect("the empty week is one"), weeks.iter().map(|week| week[1]).max().expect("the empty week is one"))
}

/// Disjoint sorted intervals; some of them touch.
fn disjoint(rng: &mut Rng, from: i64, to: i64, most: usize, unit: i64) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut at = from;
    for _ in 0..rng.usize(0..=most) {
        let pause = rng.i64(0..=3) * unit;
        let length = rng.i64(1..=8) * unit;
        let span = (at + pause, (at + pause + length).min(to));
        if span.0 < span.1 {
            spans.push(span);
        }
        at = span.1;
    }
    spans
}

fn small_day(rng: &mut Rng, grid: i64, number: i64, slots: i64) -> DayProblem {
    let midnight = number * grid * 20 + rng.i64(0..grid);
    let end = midnight + slots * grid + rng.i64(0..grid);
    let unit = |rng: &mut Rng| if rng.bool() { grid } else { (grid / 2).max(1) };
    let mut taken: Vec<Span> = (0..rng.usize(0..=3).saturating_sub(1))
        .map(|_| {
            let from = rng.i64(midnight - grid..end);
            (from, from + rng.i64(1..=2 * grid))
        })
        .collect();
    taken.sort_unstable();
    let mut existing: Vec<Span> = (0..rng.usize(0..=3))
        .map(|_| {
            let from = midnight + rng.i64(0..slots) * grid;
            (from, from + rng.i64(1..=4) * grid + i64::from(rng.u8(0..8) == 0))
        })
        .collect();
    existing.sort_unstable();
    existing.dedup();
    let (first, room, worth, preferred) = (midnight + rng.i64(0..=grid), unit(rng), unit(rng), unit(rng));
    DayProblem {
        midnight,
        room: if rng.u8(0..4) == 0 { vec![(first, end)] } else { disjoint(rng, first, end, 3, room) },
        taken,
        worth: disjoint(rng, first, end, 2, worth),
        preferred: disjoint(rng, midnight, end, 2, preferred),
        existing,
    }
}

/// A week of up to three days with few places for a hold, and limits that need not be on its grid.
pub(super) fn small_week(rng: &mut Rng) -> WeekProblem {
    let grid = rng.choice([1, 2, 5, 6]).expect("not empty");
    let count = rng.i64(1..=3);
    let slots = [10, 7, 5][count as usize - 1];
    let odd = |rng: &mut Rng| if rng.bool() { 0 } else { rng.i64(0..grid) };
    let min_session = rng.i64(1..=4) * grid - odd(rng);
    WeekProblem {
        days: (0..count).map(|number| small_day(rng, grid, number, slots)).collect(),
        grid,
        min_session,
        max_session: min_session + rng.i64(0..=4) * grid + odd(rng),
        daily_max: rng.i64(0..=10) * grid + odd(rng),
        break_between: rng.i64(0..=2) * grid + odd(rng),
        target: rng.i64(0..=20) * grid + odd(rng),
        fixed_total: if rng.bool() { 0 } else { rng.i64(0..=6) * grid },
        fixed_covered: rng.i64(0..=3),
    }
}

/// The solution keeps the rules, and its values are those of its holds.
fn assert_valid(seed: u64, problem: &WeekProblem, solution: &Solution) {
    assert!(solution.holds.is_sorted(), "seed {seed}: {solution:?}");
    let mut sum = [0; 6];
    let mut found = 0;
    for (index, day) in problem.days.iter().enumerate() {
        let next = problem.days.get(index + 1).map_or(i64::MAX, |day| day.midnight);
        let holds: Vec<Span> =
            solution.holds.iter().copied().filter(|hold| day.midnight <= hold.0 && hold.0 < next).collect();
        assert!(allowed(problem, day, &holds), "seed {seed}: {holds:?} break a rule of {day:?}\n{problem:?}");
        found += holds.len();
        sum = std::array::from_fn(|value| sum[value] + values(day, &holds)[value]);
    }
    assert_eq!(found, solution.holds.len(), "seed {seed}: a hold outside the days");
    assert_eq!(solution.objective, week_values(problem, sum), "seed {seed}: values of {:?}", solution.holds);
}

#[test]
/// A week of up to three days with few places for a hold, and limits that need not be on its grid.
pub(super) fn small_weeks_are_solved_as_enumeration_does() {
    for seed in 0..CASES {
        let problem = small_week(&mut Rng::with_seed(seed));
        let (best, most) = enumerate(&problem);
        let solution = solve(&problem);
        assert_eq!(solution.objective, best, "seed {seed}: {problem:?}");
        assert_valid(seed, &problem, &solution);
        assert_eq!(attainable(&problem), most, "seed {seed}, attainable: {problem:?}");
    }
}

/// One day for `best_cover`; `step` 1 for odd minutes, more for boundaries that have a common divisor.
fn cover_case(rng: &mut Rng, step: i64) -> (Vec<Span>, Vec<Span>, Cover) {
    let scale = 24 / step.max(2);
    let from = rng.i64(0..5);
    let room = disjoint(rng, from, from + 24, 3, step);
    let worth = disjoint(rng, from, from + 24, 2, step);
    let min_session = rng.i64(1..=scale.min(4)).max(3 / step) * step;
    let limits = Cover {
        min_session,
        max_session: min_session + rng.i64(0..=3) * step,
        break_between: rng.i64(0..=2) * step,
        daily_max: rng.i64(0..=scale) * step + if rng.bool() { 0 } else { rng.i64(0..step) },
    };
    (room, worth, limits)
}

#[test]
fn cover_is_what_enumeration_at_whole_minutes_finds() {
    for seed in 0..CASES {
        let mut rng = Rng::with_seed(seed);
        let step = rng.i64(1..=4);
        let (room, worth, limits) = cover_case(&mut rng, step);
        let day = DayProblem { room: room.clone(), worth: worth.clone(), ..DayProblem::default() };
        let problem = WeekProblem {
            grid: 1,
            min_session: limits.min_session,
            max_session: limits.max_session,
            break_between: limits.break_between,
            daily_max: limits.daily_max,
            ..WeekProblem::default()
        };
        let best = sets(&problem, &day).iter().map(|holds| values(&day, holds)[0]).max();
        assert_eq!(Some(best_cover(&room, &worth, limits)), best, "seed {seed}: {room:?} {worth:?} {limits:?}");
    }
}
