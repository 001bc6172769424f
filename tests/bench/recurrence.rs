//! What it costs to expand a year of 1,000 series, and how that grows with their age: ours beside `rrule`, dateutil
//! and libical. And what the worst of many hostile rules costs.

use std::hint::black_box;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use jiff::civil::{DateTime, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use seawall::calendar::expand::expand;
use seawall::calendar::ical::{Component, read};
use seawall::calendar::recurrence::{Budget, Rule, starts};
use seawall::calendar::time::Span;
use seawall::calendar::zones::Zones;

const SERIES: usize = 1_000;
const ROUNDS: usize = 5;
const ZONES: [&str; 4] = ["Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Sydney"];

/// A series as every engine takes it.
struct Series {
    zone: &'static str,
    start: DateTime,
    rule: String,
    exceptions: Vec<DateTime>,
}

/// 40 % weekly, 10 % on workdays, 20 % every other week with up to 20 exceptions, 20 % on a weekday of the month,
/// 10 % on its last workday; all begun that many years before 2026.
fn workload(age: i16) -> Vec<Series> {
    let mut random = fastrand::Rng::with_seed(7);
    let make = |index: usize| {
        let day = date(2026 - age, 1, 1) + i64::from(random.i8(0..28)).days();
        let start = day.at(random.i8(7..19), random.i8(0..4) * 15, 0, 0);
        let weekdays = ["MO", "TU", "WE", "TH", "FR"];
        let weekday = weekdays[random.usize(0..5)];
        let mut exceptions = Vec::new();
        let rule = match index % 10 {
            0..4 => format!("FREQ=WEEKLY;BYDAY={weekday}"),
            4 => "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR".to_owned(),
            5 | 6 => {
                let rule = format!("FREQ=WEEKLY;INTERVAL=2;BYDAY={weekday}");
                let all = expansion(&Rule::parse(&rule).unwrap_or_else(|error| fail(&error)), start);
                exceptions = all.into_iter().filter(|_| random.u8(0..3) == 0).take(20).collect();
                rule
            }
            7 | 8 => format!("FREQ=MONTHLY;BYDAY={}{weekday}", random.u8(1..5)),
            _ => "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1".to_owned(),
        };
        Series { zone: ZONES[index % 4], start, rule, exceptions }
    };
    (0..SERIES).map(make).collect()
}

#[expect(clippy::panic, reason = "a benchmark that can't run says so")]
fn fail(error: &dyn std::fmt::Display) -> ! {
    panic!("{error}")
}

fn year() -> (DateTime, DateTime) {
    (date(2026, 1, 1).into(), date(2027, 1, 1).into())
}

fn expansion(rule: &Rule, start: DateTime) -> Vec<DateTime> {
    let (from, to) = year();
    starts(rule, start.into(), None, from..to, &mut Budget::of_rule()).unwrap_or_else(|error| fail(&error))
}

fn basic(at: DateTime) -> String {
    at.strftime("%Y%m%dT%H%M%S").to_string()
}

fn event(index: usize, series: &Series) -> String {
    let zone = series.zone;
    let mut text = format!(
        "BEGIN:VEVENT\r\nUID:{index}\r\nDTSTART;TZID={zone}:{}\r\nDURATION:PT30M\r\nRRULE:{}\r\n",
        basic(series.start),
        series.rule
    );
    text.extend(series.exceptions.iter().map(|at| format!("EXDATE;TZID={zone}:{}\r\n", basic(*at))));
    text + "END:VEVENT\r\n"
}

/// The shortest of some rounds, and what a round gave.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn best<T>(rounds: usize, call: impl Fn() -> T) -> (Duration, T) {
    let round = || {
        let start = Instant::now();
        let out = black_box(call());
        (start.elapsed(), out)
    };
    let first = round();
    (1..rounds).fold(first, |best, _| {
        let next = round();
        if next.0 < best.0 { next } else { best }
    })
}

/// Instances found, and how long it took.
type Figures = (usize, Duration);

/// Only the rules, in wall-clock time.
fn ours_rules(all: &[Series]) -> Figures {
    let rules: Vec<_> =
        all.iter().map(|one| (Rule::parse(&one.rule).unwrap_or_else(|error| fail(&error)), one.start)).collect();
    let (took, found) = best(ROUNDS, || rules.iter().map(|(rule, start)| expansion(rule, *start).len()).sum());
    (found, took)
}

/// All of it: rules, exceptions, zones, occurrences in order.
fn ours_occurrences(all: &[Series]) -> Figures {
    let events: String = all.iter().enumerate().map(|(index, one)| event(index, one)).collect();
    let components: Vec<Component> =
        read(format!("BEGIN:VCALENDAR\r\n{events}END:VCALENDAR\r\n").as_bytes()).components;
    let (zones, home) = (Zones::bundled(), TimeZone::UTC);
    let instant = |at: DateTime| home.to_timestamp(at).unwrap_or(Timestamp::MAX);
    let around = Span::new(instant(year().0), instant(year().1));
    let (took, found) = best(ROUNDS, || expand(&components, around, &zones, &home).occurrences.len());
    (found, took)
}

/// The `rrule` crate from DTSTART on, which is all it can, in its zones.
fn rrule(all: &[Series]) -> Figures {
    let sets: Vec<rrule::RRuleSet> = all
        .iter()
        .map(|one| {
            let mut text = format!("DTSTART;TZID={}:{}\nRRULE:{}", one.zone, basic(one.start), one.rule);
            text.extend(one.exceptions.iter().map(|at| format!("\nEXDATE;TZID={}:{}", one.zone, basic(*at))));
            text.parse().unwrap_or_else(|error: rrule::RRuleError| fail(&error))
        })
        .collect();
    let from = Timestamp::to_string(&TimeZone::UTC.to_timestamp(year().0).unwrap_or(Timestamp::MIN));
    let to = Timestamp::to_string(&TimeZone::UTC.to_timestamp(year().1).unwrap_or(Timestamp::MAX));
    let parse = |text: &str| text.parse::<chrono::DateTime<chrono::Utc>>().unwrap_or_else(|error| fail(&error));
    let (from, to) = (parse(&from), parse(&to));
    let (took, found) = best(2, || {
        sets.iter().map(|set| set.into_iter().skip_while(|at| *at < from).take_while(|at| *at < to).count()).sum()
    });
    (found, took)
}

/// What another program prints of the series in a file: instances and nanoseconds.
fn other(command: &mut Command) -> Option<Figures> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut numbers = text.split_whitespace().filter_map(|number| number.parse::<u64>().ok());
    Some((numbers.next()? as usize, Duration::from_nanos(numbers.next()?)))
}

fn write_series(all: &[Series], path: &Path) -> io::Result<()> {
    let line = |one: &Series| {
        let exceptions: Vec<String> = one.exceptions.iter().map(|at| basic(*at)).collect();
        format!("{}|{}|{}|{}\n", one.zone, basic(one.start), one.rule, exceptions.join(","))
    };
    std::fs::write(path, all.iter().map(line).collect::<String>())
}

/// Builds the C runner where libical's headers are there.
fn libical(folder: &Path) -> Option<PathBuf> {
    let flags = Command::new("pkg-config").args(["--cflags", "--libs", "libical"]).output().ok()?;
    let flags = String::from_utf8(flags.stdout).ok().filter(|_| flags.status.success())?;
    let program = folder.join("libical_runner");
    let built = Command::new("cc")
        .args(["-O2", "-D_GNU_SOURCE", "-o"])
        .arg(&program)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bench/libical_runner.c"))
        .args(flags.split_whitespace())
        .status();
    built.ok().filter(std::process::ExitStatus::success).map(|_| program)
}

fn python() -> PathBuf {
    let made = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/.venv/bin/python");
    match std::env::var_os("SEAWALL_PYTHON") {
        Some(python) => python.into(),
        None if made.exists() => made,
        None => "python3".into(),
    }
}

/// How long the worst of many rules takes that nobody writes in good faith, in a window 20 years on.
fn worst() -> (Duration, String) {
    let mut random = fastrand::Rng::with_seed(11);
    let frequencies = ["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"];
    let parts = [
        "BYMONTH=2",
        "BYWEEKNO=53,-1",
        "BYYEARDAY=366,-366,1",
        "BYMONTHDAY=30,31,-31",
        "BYDAY=MO,TU,-5SU,53FR",
        "BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12",
        "BYMINUTE=0,7,59",
        "BYSECOND=1,2,3,59",
        "BYSETPOS=39,-1,366",
        "COUNT=4000000000",
        "INTERVAL=7",
        "INTERVAL=4000000000",
        "BYMONTHDAY=31",
        "BYMONTH=2,4",
        "WKST=SU",
    ];
    let start = date(2006, 1, 31).at(9, 0, 1, 0);
    let mut worst = (Duration::ZERO, String::new());
    for _ in 0..20_000 {
        let mut text = format!("FREQ={}", frequencies[random.usize(0..7)]);
        for part in parts {
            if random.u8(0..4) == 0 {
                text.push(';');
                text.push_str(part);
            }
        }
        let Ok(rule) = Rule::parse(&text) else { continue };
        let (from, to) = year();
        let window = || starts(&rule, start.into(), None, from..to, &mut Budget::of_rule());
        let (took, _) = best(2, || window().map(|found| found.len()));
        if took > worst.0 {
            worst = (took, text);
        }
    }
    worst
}

fn cell(figures: Option<Figures>) -> String {
    let text = |(found, took): (usize, Duration)| {
        format!("{:.1} ms, {} ns", took.as_secs_f64() * 1e3, took.as_nanos() / found.max(1) as u128)
    };
    figures.map_or("not there".to_owned(), text)
}

#[expect(clippy::print_stdout, reason = "a benchmark tells its result")]
fn main() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let libical = libical(folder.path());
    println!("1,000 series in the window 2026: all, and for each instance");
    println!(
        "{:>4}  {:>9}  {:>18}  {:>18}  {:>20}  {:>21}  {:>22}  {:>22}",
        "age",
        "instances",
        "ours, rules",
        "ours, occurrences",
        "rrule",
        "dateutil",
        "libical, set_start",
        "libical, from start"
    );
    for age in [0, 1, 5, 10, 20] {
        let all = workload(age);
        let file = folder.path().join("series");
        write_series(&all, &file)?;
        let occurrences = ours_occurrences(&all);
        let run = |mode: &str| libical.as_ref().and_then(|program| other(Command::new(program).arg(&file).arg(mode)));
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bench/dateutil_runner.py");
        let dateutil = other(Command::new(python()).arg(script).arg(&file));
        println!(
            "{age:>4}  {:>9}  {:>18}  {:>18}  {:>20}  {:>21}  {:>22}  {:>22}",
            occurrences.0,
            cell(Some(ours_rules(&all))),
            cell(Some(occurrences)),
            cell(Some(rrule(&all))),
            cell(dateutil),
            cell(run("set_start")),
            cell(run("from_start")),
        );
    }
    if libical.is_none() {
        println!("libical was not measured: pkg-config does not find it (Debian: libical-dev)");
    }
    let (took, rule) = worst();
    println!("the worst of 20,000 hostile rules takes {:.1} ms: {rule}", took.as_secs_f64() * 1e3);
    Ok(())
}
