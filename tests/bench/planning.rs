//! How long the planner's solver takes for three weeks of two roles, and how much longer CP-SAT does.

#[path = "../support/planning.rs"]
mod planning;

use std::hint::black_box;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use seawall::calendar::time::Span;
use seawall::calendar::week::IsoWeek;
use seawall::config::{Environment, parse};
use seawall::focus::plan::PlanInput;
use seawall::focus::planner::plan;
use seawall::focus::problem::WeekProblem;
use seawall::focus::solver::{Cover, attainable, best_cover, solve};
use seawall::focus::view::{Busy, View};

const ROUNDS: u32 = 200;
/// What planning three weeks with 60 meetings may take.
const BUDGET: Duration = Duration::from_millis(2);

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

/// The mean time of planning three weeks of the demo's two holding roles with 20 meetings a week: blocks, free runs,
/// the solver, defence and all.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn whole_plan() -> Option<Duration> {
    let text = include_str!("../../config/demo.toml");
    let settings = parse(text, std::path::Path::new("/seawall.toml"), &Environment::default()).ok()?;
    let policy = settings.policy;
    let now: Timestamp = "2026-11-16T07:30:00+01:00".parse().ok()?;
    let weeks: Vec<IsoWeek> = (0..3).map(|n| IsoWeek::at(now, &policy.tz).plus(n)).collect();
    let mut rng = fastrand::Rng::with_seed(7);
    let busy = weeks.iter().flat_map(|week| (0..20).map(move |n| (*week, n))).filter_map(|(week, n)| {
        let slot = SignedDuration::from_mins((n % 5) * 1440 + 8 * 60 + 5 * rng.i64(0..108));
        let start = week.span(&policy.tz).start.checked_add(slot).ok()?;
        let end = start.checked_add(SignedDuration::from_mins(15 * rng.i64(1..=4))).ok()?;
        Some(Busy { span: Span::new(start, end), meeting: true })
    });
    let view = View { busy: busy.collect(), ..View::default() };
    let input = PlanInput { now, policy: &policy, view: &view, weeks: &weeks, holds: &[], closed: &[] };
    let start = Instant::now();
    for _ in 0..ROUNDS {
        drop(black_box(plan(black_box(&input))));
    }
    Some(start.elapsed() / ROUNDS)
}

/// The peak of resident memory, in kB, as the kernel tells it.
fn peak_memory() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| Some(line.strip_prefix("VmHWM:")?.trim().to_owned()))
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
        if (grid, meetings) == (5, 20)
            && let Some(whole) = whole_plan()
        {
            let kept = if whole <= BUDGET { "kept" } else { "EXCEEDED" };
            println!("three weeks, 60 meetings, two roles, all of planning: {whole:.2?} (budget {BUDGET:?}: {kept})");
        }
    }
    println!("peak memory: {}", peak_memory().unwrap_or_default());
    Ok(())
}
