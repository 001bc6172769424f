//! Realistic weeks for the planner's oracle and benchmark: stand-ups, one-to-ones, lunch, blocks, holds of another
//! role and of an earlier plan. Seeded; the same seed gives the same week.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use fastrand::Rng;
use seawall::focus::problem::{DayProblem, WeekProblem};
use seawall::focus::solver::solve;
use serde_json::{Value, json};

type Span = (i64, i64);

const RECOVERY: i64 = 15;

/// What is left of the spans outside of the closed ones.
fn minus(spans: &[Span], closed: &[Span]) -> Vec<Span> {
    closed.iter().fold(spans.to_vec(), |left, cut| {
        left.iter()
            .flat_map(|span| [(span.0, span.1.min(cut.0)), (span.0.max(cut.1), span.1)])
            .filter(|span| span.0 < span.1)
            .collect()
    })
}

/// The meetings of a day with the recovery after each, most of them in minutes from its midnight as people set them.
fn meetings(rng: &mut Rng, per_week: usize) -> Vec<Span> {
    let standup = 570 + 30 * rng.i64(0..2);
    let mut busy = vec![(standup, standup + 15 + RECOVERY)];
    for _ in 1..(per_week / 5 + rng.usize(0..=2)).saturating_sub(1) {
        let from = 510 + 15 * rng.i64(0..34);
        let length = [25, 30, 30, 45, 60, 90][rng.usize(0..6)];
        busy.push((from, from + length + RECOVERY));
    }
    busy
}

fn day(rng: &mut Rng, number: i64, per_week: usize, second_role: bool) -> DayProblem {
    let midnight = number * 1440;
    let at = |spans: &[Span]| spans.iter().map(|span| (span.0 + midnight, span.1 + midnight)).collect::<Vec<_>>();
    let block = if number == 2 { vec![] } else { vec![(540, 720)] };
    let later_block = if number == 2 || number == 4 { vec![(780, 900)] } else { vec![] };
    let (own, others) = if second_role { (later_block, block) } else { (block, later_block) };
    let closed: Vec<Span> = meetings(rng, per_week).into_iter().chain(others.clone()).collect();
    let mut room = minus(&[(510, 720), (780, 1050)], &closed);
    let taken = if second_role { minus(&others, &meetings(rng, 5)) } else { vec![] };
    let taken: Vec<Span> = taken.into_iter().filter(|span| span.1 - span.0 >= 120).collect();
    if rng.u8(0..6) == 0 {
        room.retain(|span| span.0 >= 720);
    }
    DayProblem {
        midnight,
        room: at(&room),
        taken: at(&taken),
        worth: at(&own),
        preferred: at(&[(510, 720)]),
        existing: vec![],
    }
}

/// One role's week with about so many meetings, and the holds of a plan made before some of them were known.
pub(crate) fn week(seed: u64, grid: i64, per_week: usize, second_role: bool) -> WeekProblem {
    let mut rng = Rng::with_seed(seed);
    let rng = &mut rng;
    let min_session = if second_role { 60 } else { 120 };
    let mut problem = WeekProblem {
        days: (0..5).map(|number| day(rng, number, per_week, second_role)).collect(),
        grid,
        min_session,
        max_session: [180, 240][rng.usize(0..2)],
        daily_max: [240, 300, 360][rng.usize(0..3)],
        break_between: [0, 15, 30][rng.usize(0..3)],
        target: if second_role { 60 * rng.i64(2..6) } else { 60 * rng.i64(8..16) },
        fixed_total: [0, 0, 135][rng.usize(0..3)],
        fixed_covered: [0, 0, 60][rng.usize(0..3)],
    };
    let mut earlier = problem.clone();
    for day in &mut earlier.days {
        if rng.bool() {
            day.room =
                minus(&[(day.midnight + 510, day.midnight + 720), (day.midnight + 780, day.midnight + 1050)], &[]);
        }
    }
    for hold in solve(&earlier).holds {
        problem.days[(hold.0 / 1440) as usize].existing.push(hold);
    }
    problem
}

/// The problem as the oracle reads it.
fn to_json(problem: &WeekProblem) -> Value {
    let day = |day: &DayProblem| {
        json!({
            "midnight": day.midnight, "room": day.room, "taken": day.taken, "worth": day.worth,
            "preferred": day.preferred, "existing": day.existing,
        })
    };
    json!({
        "days": problem.days.iter().map(day).collect::<Vec<_>>(),
        "grid": problem.grid, "min_session": problem.min_session, "max_session": problem.max_session,
        "daily_max": problem.daily_max, "break_between": problem.break_between, "target": problem.target,
        "fixed_total": problem.fixed_total, "fixed_covered": problem.fixed_covered,
    })
}

/// The Python that the oracles run in: `SEAWALL_PYTHON`, else the one that `tests/run` makes; none if it is not there.
pub(crate) fn python() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = std::env::var_os("SEAWALL_PYTHON").map_or(root.join("tests/.venv/bin/python"), Into::into);
    python.exists().then_some(python)
}

/// What the oracle says of each problem, by the number of processes that share them.
pub(crate) fn oracle(python: &Path, problems: &[WeekProblem], processes: usize) -> io::Result<Vec<Value>> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/planner_cpsat.py");
    let folder = tempfile::tempdir()?;
    let mut running = Vec::new();
    for part in 0..processes {
        let file = folder.path().join(format!("{part}.json"));
        let part: Vec<Value> = problems.iter().skip(part).step_by(processes).map(to_json).collect();
        std::fs::write(&file, serde_json::to_vec(&part)?)?;
        running.push(Command::new(python).arg(script).arg(file).stdout(Stdio::piped()).spawn()?);
    }
    let mut answers: Vec<Vec<Value>> = Vec::new();
    for child in running {
        let output = child.wait_with_output()?;
        if !output.status.success() {
            return Err(io::Error::other(format!("{script}: {}", output.status)));
        }
        answers.push(serde_json::from_slice(&output.stdout)?);
    }
    Ok((0..problems.len()).map(|index| answers[index % processes][index / processes].clone()).collect())
}
