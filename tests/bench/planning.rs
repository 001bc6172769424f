//! How long the planner's solver takes for three weeks of two roles, and how much longer CP-SAT does.

#[path = "../support/planning.rs"]
mod planning;

use std::hint::black_box;
use std::time::{Duration, Instant};

use seawall::focus::problem::WeekProblem;
use seawall::focus::solver::{Cover, attainable, best_cover, solve};

const ROUNDS: u32 = 200;

/// The mean time of a call.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn time(problems: &[WeekProblem], call: impl Fn(&WeekProblem)) -> Duration {
    let start = Instant::now();
    for _ in 0..ROUNDS {
        for problem in problems {
            call(black_box(problem));
        }
    }
    start.elapsed() / (ROUNDS * problems.len() as u32)
}

/// What the blocks of each day keep, the sum of it.
fn covers(problem: &WeekProblem) -> i64 {
    let limits = Cover {
        min_session: problem.min_session,
        max_session: problem.max_session,
        break_between: problem.break_between,
        daily_max: problem.daily_max,
    };
    problem.days.iter().map(|day| best_cover(&day.room, &day.worth, limits)).sum()
}

#[expect(clippy::print_stdout, reason = "a benchmark tells its result")]
fn main() -> std::io::Result<()> {
    println!(
        "{:>5}  {:>8}  {:>14}  {:>14}  {:>14}  {:>14}  {:>9}",
        "grid", "meetings", "solve, a week", "attainable", "cover, a week", "CP-SAT, a week", "ratio"
    );
    for (grid, meetings) in [(15, 20), (5, 20), (5, 5), (1, 5)] {
        let problems: Vec<_> = (0..6).map(|seed| planning::week(seed, grid, meetings, seed % 2 == 1)).collect();
        let solved = time(&problems, |problem| drop(black_box(solve(problem))));
        let most = time(&problems, |problem| {
            black_box(attainable(problem));
        });
        let cover = time(&problems, |problem| {
            black_box(covers(problem));
        });
        let (oracle, ratio) = match planning::python() {
            _ if grid == 1 => ("minutes".into(), "-".into()),
            None => ("no Python".into(), "tests/run makes it".into()),
            Some(python) => {
                let answers = planning::oracle(&python, &problems, 1)?;
                let seconds: f64 = answers.iter().filter_map(|answer| answer["seconds"].as_f64()).sum();
                let mean = Duration::from_secs_f64(seconds) / problems.len() as u32;
                (format!("{mean:.1?}"), format!("{:.0}", mean.as_secs_f64() / solved.as_secs_f64()))
            }
        };
        println!("{grid:>5}  {meetings:>8}  {solved:>14.1?}  {most:>14.1?}  {cover:>14.1?}  {oracle:>14}  {ratio:>9}");
    }
    Ok(())
}
