//! How long a cycle computes over 10,000 events of ten years, step by step, and that old series cost no more than
//! young ones. No I/O is measured: texts in, the words of the summary out.

mod calendar;

use std::collections::BTreeMap;
use std::error::Error;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::civil::date;
use seawall::balance::figures::{Ledgers, figures};
use seawall::balance::text::{NamedEroder, Remarks, text, title};
use seawall::calendar::CalendarId;
use seawall::calendar::expand::expand;
use seawall::calendar::ical;
use seawall::calendar::time::Span;
use seawall::calendar::week::IsoWeek;
use seawall::calendar::zones::Zones;
use seawall::config::{ConfigError, Environment, parse};
use seawall::focus::assess::{Assessment, Scene, assess};
use seawall::focus::block::blocks;
use seawall::focus::plan::PlanInput;
use seawall::focus::planner::plan;
use seawall::focus::policy::Policy;
use seawall::focus::sight::{Judged, Origin, Seen, Source, judge_all, view};

const ROUNDS: usize = 15;
const BUDGET: Duration = Duration::from_millis(50);
const STEPS: [&str; 5] = ["parse", "expand", "judge", "plan", "assess, figures, summary"];

/// How long each step of one round took.
type Laps = [Duration; STEPS.len()];

/// All that a round works on.
struct Stage {
    policy: Policy,
    sources: Vec<Source>,
    zones: Zones,
    now: Timestamp,
    weeks: Vec<IsoWeek>,
    window: Span,
}

impl Stage {
    fn new() -> Result<Self, Box<dyn Error>> {
        let file = PathBuf::from("/seawall.toml");
        let env = Environment { timezone: Some("Europe/Berlin".to_owned()), ..Environment::default() };
        let policy = parse(include_str!("../../config/demo.toml"), Path::new("/seawall.toml"), &env)
            .map_err(|faults| ConfigError { file, faults })?
            .policy;
        let now: Timestamp = "2026-11-16T07:30:00+01:00".parse()?;
        let this = IsoWeek::at(now, &policy.tz);
        let window = Span::new(this.plus(-4).span(&policy.tz).start, this.plus(3).span(&policy.tz).start);
        Ok(Self {
            policy,
            sources: vec![Source {
                id: CalendarId { account: "local".to_owned(), calendar: "work".to_owned() },
                emails: vec!["anna@example.org".to_owned()],
                private: false,
                only_invited: false,
            }],
            zones: Zones::bundled(),
            now,
            weeks: (0..3).map(|week| this.plus(week)).collect(),
            window,
        })
    }

    /// What a cycle computes; how long each step took, and how many occurrences there were.
    #[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
    fn round(&self, objects: &[String]) -> (Laps, usize) {
        let policy = &self.policy;
        let mut last = Instant::now();
        let mut lap = || {
            let now = Instant::now();
            now.duration_since(std::mem::replace(&mut last, now))
        };
        let components: Vec<_> = objects.iter().flat_map(|text| ical::read(text.as_bytes()).components).collect();
        let parsed = lap();
        let found = expand(&components, self.window, &self.zones, &policy.tz).occurrences;
        let expanded = lap();
        let foreign = |(_, occurrence)| Seen { source: 0, occurrence, origin: Origin::Foreign };
        let judged = judge_all(found.into_iter().map(foreign).collect(), &self.sources, policy);
        let view =
            view(&judged, policy, seawall::calendar::time::Span::new(jiff::Timestamp::MIN, jiff::Timestamp::MAX), None);
        let seen = lap();
        let weeks = &self.weeks;
        let plan = plan(&PlanInput { now: self.now, policy, view: &view, weeks, holds: &[], closed: &[] });
        let planned = lap();
        let history = BTreeMap::new();
        let scene = Scene { policy, judged: &judged, sources: &self.sources, view: &view, history: &history };
        let blocks = assess(scene, blocks(policy, &view, weeks), &plan.holds);
        let ledgers = Ledgers {
            policy,
            judged: &judged,
            view: &view,
            rows: &plan.weeks,
            holds: &plan.holds,
            blocks: &blocks,
            closed: &[],
        };
        for week in weeks {
            let figures = figures(ledgers, *week);
            let remarks = Remarks { eroders: eroders(&blocks, &judged), ..Remarks::default() };
            black_box((title(policy, &figures), text(policy, &figures, &remarks)));
        }
        ([parsed, expanded, seen, planned, lap()], judged.len())
    }
}

fn eroders(blocks: &[Assessment], judged: &[Judged]) -> Vec<NamedEroder> {
    let named = |by: &seawall::focus::assess::ErodedBy| NamedEroder {
        title: judged.get(by.judged).map_or_else(String::new, |one| one.occurrence.details.title.clone()),
        when: "Mon 10:00".to_owned(),
        minutes: by.minutes,
        cause: by.cause,
        lead: by.lead,
    };
    blocks.iter().flat_map(|block| &block.eroded_by).map(named).collect()
}

/// The median of each step, and of all together.
fn medians(rounds: &[Laps]) -> (Laps, Duration) {
    let median = |of: &dyn Fn(&Laps) -> Duration| {
        let mut all: Vec<Duration> = rounds.iter().map(of).collect();
        all.sort_unstable();
        all[all.len() / 2]
    };
    (std::array::from_fn(|step| median(&|laps| laps[step])), median(&|laps| laps.iter().sum()))
}

/// The most memory that this process ever held, in words.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "not known here".to_owned(), |line| line.trim().to_owned())
}

#[expect(clippy::print_stdout, reason = "a benchmark tells its result")]
fn main() -> Result<(), Box<dyn Error>> {
    let stage = Stage::new()?;
    let today = date(2026, 11, 16);
    let mut columns = Vec::new();
    for years in [10, 1] {
        let objects = calendar::objects(years, today);
        let (_, occurrences) = stage.round(&objects);
        let rounds: Vec<Laps> = (0..ROUNDS).map(|_| stage.round(&objects).0).collect();
        let bytes: usize = objects.iter().map(String::len).sum();
        println!("series since {years:>2} years: {} objects, {bytes} bytes, {occurrences} occurrences", objects.len());
        let fastest: Duration = rounds.iter().map(|laps| laps.iter().sum()).min().unwrap_or_default();
        columns.push((medians(&rounds), fastest));
    }
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    println!("\n{:26}{:>12}{:>12}", "median, ms", "10 years", "1 year");
    let [((old, old_all), old_fastest), ((young, young_all), young_fastest)] = columns[..] else { return Ok(()) };
    for (step, name) in STEPS.iter().enumerate() {
        println!("{name:26}{:>12.2}{:>12.2}", ms(old[step]), ms(young[step]));
    }
    println!("{:26}{:>12.2}{:>12.2}", "in all", ms(old_all), ms(young_all));
    println!("{:26}{:>12.2}{:>12.2}", "in all, fastest round", ms(old_fastest), ms(young_fastest));
    println!("\nold series cost {:.2} times as much as young ones to expand", ms(old[1]) / ms(young[1]));
    println!("peak memory: {}", peak_memory());
    let verdict = match (old_all <= BUDGET, old_fastest <= BUDGET) {
        (true, _) => "kept",
        (false, true) => "kept by the fastest round alone: the machine is busy",
        (false, false) => "exceeded",
    };
    println!("the budget of {} ms is {verdict}", BUDGET.as_millis());
    Ok(())
}
