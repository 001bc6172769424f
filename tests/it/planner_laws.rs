//! What must hold for every plan, whatever the best one is: it stays, less room gains nothing, and cover needs no finer
//! grid than its boundaries have.

use fastrand::Rng;
use seawall::focus::problem::WeekProblem;
use seawall::focus::solver::{Cover, attainable, best_cover, solve};

use crate::planner_bruteforce::small_week;
use crate::support::planning;

/// Small weeks with odd boundaries and realistic ones.
fn weeks() -> impl Iterator<Item = (u64, WeekProblem)> {
    let small = (0..2_000).map(|seed| (seed, small_week(&mut Rng::with_seed(seed))));
    let large = (0..200).map(|seed| (seed, planning::week(seed, 15, seed as usize % 30, seed % 2 == 1)));
    small.chain(large)
}

#[test]
fn a_plan_stays_when_it_is_planned_again() {
    for (seed, mut problem) in weeks() {
        let first = solve(&problem);
        let midnights: Vec<i64> = problem.days.iter().map(|day| day.midnight).collect();
        for (index, day) in problem.days.iter_mut().enumerate() {
            let next = midnights.get(index + 1).copied().unwrap_or(i64::MAX);
            let of_day = |hold: &&(i64, i64)| day.midnight <= hold.0 && hold.0 < next;
            day.existing = first.holds.iter().filter(of_day).copied().collect();
        }
        let second = solve(&problem);
        assert_eq!(second.holds, first.holds, "seed {seed}: {problem:?}");
        assert_eq!(second.objective[..3], first.objective[..3], "seed {seed}");
        assert_eq!(second.objective[3], first.holds.len() as i64, "seed {seed}");
    }
}

#[test]
fn less_room_never_gains() {
    for (seed, mut problem) in weeks() {
        let mut rng = Rng::with_seed(seed);
        let (before, most) = (solve(&problem).objective, attainable(&problem));
        let day = rng.usize(0..problem.days.len());
        let Some(room) = rng.choice(0..problem.days[day].room.len()) else { continue };
        problem.days[day].room.remove(room);
        let after = solve(&problem).objective;
        assert!(after[..2] <= before[..2], "seed {seed}: {after:?} from {before:?}");
        assert!(attainable(&problem) <= most, "seed {seed}");
    }
}

#[test]
fn all_that_is_attainable_is_planned_where_the_target_asks_for_more() {
    for (seed, mut problem) in weeks() {
        problem.target = 100_000;
        for day in &mut problem.days {
            day.worth.clear();
        }
        assert_eq!(solve(&problem).objective[2] - problem.fixed_total, attainable(&problem), "seed {seed}");
    }
}

#[test]
fn cover_at_whole_minutes_is_found_on_the_grid_of_the_boundaries() {
    let mut bound = 0;
    for seed in 0..60 {
        let mut week = planning::week(seed, 1, 8, seed % 2 == 1);
        week.daily_max = [120, 130, 150, 165, 185][seed as usize % 5];
        for mut day in week.days.clone() {
            day.taken.clear();
            let fixed = WeekProblem { target: 0, fixed_total: 0, fixed_covered: 0, ..week.clone() };
            let minutes = WeekProblem { days: vec![day.clone()], ..fixed };
            let limits = Cover {
                min_session: week.min_session,
                max_session: week.max_session,
                break_between: week.break_between,
                daily_max: week.daily_max,
            };
            let solution = solve(&minutes);
            let cover = best_cover(&day.room, &day.worth, limits);
            assert_eq!(cover, solution.objective[0], "seed {seed}: {day:?} {limits:?}");
            bound += u32::from(solution.objective[2] == week.daily_max);
        }
    }
    assert!(bound > 20, "the daily limit bound only {bound} days: the law is hardly tested");
}
