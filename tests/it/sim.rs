//! Whole lives of seawall in a simulated world: the real cycle on a real database, calendars that fail and lie, and
//! people. Each seed is a life; one that breaks a law is told as a story, cut down to the steps that matter.
//!
//! `SEAWALL_SIM_FIRST=57 SEAWALL_SIM_SEEDS=1 cargo test --test it -- sim::` lives one again. A great many are best lived
//! with `CARGO_PROFILE_TEST_OPT_LEVEL=2` and `CARGO_PROFILE_DEV_OPT_LEVEL=2` (a hundred thousand in a quarter of an hour)
//! and with `SEAWALL_SIM_FAILURES=100`: so many that break a law are looked for.
//!
//! Bugs that `tests/sim-mutants` plants, and the seed that catches each:
//! - `breaker-off`: any number of holds may go or move at once (seed 40)
//! - `budget-off`: any number of changes may be made (seed 5)
//! - `create-retried-blindly`: a create whose answer tells nothing is sent once more (seed 27)
//! - `deletion-undone`: a hold that a person deleted is written again (seed 10)
//! - `edits-overwritten`: what a person edited still counts as seawall's (seed 1)
//! - `guest-ignored`: a hold with a guest is still seawall's to write (seed 12)
//! - `incomplete-ignored`: a calendar that was not read to the end counts as read (seed 0)
//! - `last-word-repeated`: the last word of a summary is refreshed like the others (seed 15)
//! - `old-list-believed`: a list that shows what seawall deleted is believed (seed 236)
//! - `precondition-forced`: a refused precondition is answered with the etag of whatever is there now (seed 141)
//! - `private-title-told`: meetings of a private calendar are named (seed 139)
//! - `read-back-skipped`: a write is believed and not read back (seed 0)
//! - `started-hold-kept`: a hold that has begun does not give way (seed 658)
//! - `tombstone-revived`: what is left of a deleted event is written to, and comes back to life (seed 13)
//! - `wrong-clock-believed`: the clock of the service does not count (seed 3)
//! - `loop-asks-no-more`: an account that could not be read is read no more (days, seed 0)
//! - `loop-old-reading-written`: the loop writes on a reading from an hour ago (days, seed 7)
//! - `loop-pause-ignored`: the loop writes while it is paused (days, seed 7)
//! - `loop-sleep-unnoticed`: neither a sleep of the machine nor a clock that was set is noticed (days, seed 0)

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::support::sim::days::{self, days};
use crate::support::sim::life::{self, Failure, live};
use crate::support::sim::soak::soak;

const SEEDS: u64 = 2000;
/// Days of the loop cost more than cycles.
const SEEDS_OF_DAYS: u64 = 200;
const SEEDS_LIVED_AGAIN: u64 = 12;
const THREADS: u64 = 2;
/// After so many failures no more are looked for, and of so many the story is told.
const STORIES: u64 = 3;

type Live = fn(u64, &BTreeSet<usize>) -> Result<Vec<String>, Failure>;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

/// The fewest steps, cut one by one, with which the life still breaks a law.
fn shrunk(live: Live, steps: usize, seed: u64) -> (BTreeSet<usize>, Failure) {
    let mut cut = BTreeSet::new();
    let mut failure = live(seed, &cut).unwrap_err();
    for step in (0..steps).rev() {
        let mut more = cut.clone();
        more.insert(step);
        if let Err(smaller) = live(seed, &more) {
            (cut, failure) = (more, smaller);
        }
    }
    (cut, failure)
}

fn told(test: &str, live: Live, steps: usize, seed: u64) -> String {
    let (cut, failure) = shrunk(live, steps, seed);
    format!(
        "seed {seed}, steps {cut:?} cut away:\n{}\n\n{}\n\n\
         SEAWALL_SIM_FIRST={seed} SEAWALL_SIM_SEEDS=1 cargo test --test it -- sim::{test}\n",
        failure.story.join("\n"),
        failure.laws.join("\n"),
    )
}

/// Lives as many lives as the environment says, else `seeds`.
fn check(test: &str, live: Live, steps: usize, seeds: u64) {
    let (first, seeds) = (number("SEAWALL_SIM_FIRST", 0), number("SEAWALL_SIM_SEEDS", seeds));
    let failures = number("SEAWALL_SIM_FAILURES", STORIES);
    let (next, failed) = (AtomicU64::new(first), Mutex::new(BTreeMap::new()));
    std::thread::scope(|scope| {
        for _ in 0..THREADS.min(seeds) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + seeds || failed.lock().unwrap().len() as u64 >= failures {
                        break;
                    }
                    if let Err(failure) = live(seed, &BTreeSet::new()) {
                        failed.lock().unwrap().insert(seed, failure.laws);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    if !failed.is_empty() {
        let lines: Vec<String> = failed.iter().map(|(seed, laws)| format!("{seed}: {}", laws[0])).collect();
        let stories = failed.keys().take(STORIES as usize).map(|seed| told(test, live, steps, *seed));
        let stories: Vec<String> = stories.collect();
        panic!("{} lives break a law:\n{}\n\n{}", failed.len(), lines.join("\n"), stories.join("\n"));
    }
}

#[test]
fn every_life_keeps_the_laws() {
    check("every_life_keeps_the_laws", live, life::STEPS, SEEDS);
}

#[test]
fn all_days_of_the_loop_keep_the_laws() {
    check("all_days_of_the_loop_keep_the_laws", days, days::STEPS, SEEDS_OF_DAYS);
}

#[test]
fn the_same_seed_is_the_same_life() {
    let (first, seeds) = (number("SEAWALL_SIM_FIRST", 0), number("SEAWALL_SIM_SEEDS", SEEDS_LIVED_AGAIN));
    for seed in first..first + seeds {
        for (live, what) in [(live as Live, "life"), (days, "days")] {
            let story = || live(seed, &BTreeSet::new()).unwrap_or_else(|failure| failure.story);
            let (once, again) = (story(), story());
            let differs = once.iter().zip(&again).position(|(one, other)| one != other);
            let at = differs.unwrap_or(once.len().min(again.len()));
            let (first_told, told_again) = (once.get(at), again.get(at));
            assert_eq!(first_told, told_again, "{what} {seed}, line {at} after:\n{}", once[..at].join("\n"));
        }
    }
}

/// The hunks of a patch: the file that each changes, and the lines that it expects there.
fn hunks(patch: &str) -> Vec<(String, String)> {
    let (mut file, mut hunks) = (String::new(), Vec::<(String, String)>::new());
    for line in patch.lines() {
        if let Some(name) = line.strip_prefix("+++ b/") {
            file = name.to_owned();
        } else if line.starts_with("@@") {
            hunks.push((file.clone(), String::new()));
        } else if let (Some((_, old)), Some(expected)) = (hunks.last_mut(), line.strip_prefix([' ', '-'])) {
            old.extend([expected, "\n"]);
        }
    }
    hunks
}

#[test]
fn every_planted_bug_still_fits_the_source_and_is_told_of_above() {
    let header = include_str!("sim.rs").lines().take_while(|line| line.starts_with("//!")).collect::<String>();
    let mut patches = 0;
    for entry in std::fs::read_dir("tests/fixtures/sim").unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let hunks = hunks(&std::fs::read_to_string(&path).unwrap());
        assert!(!hunks.is_empty(), "{name} changes nothing");
        for (file, old) in hunks {
            let source = std::fs::read_to_string(&file).unwrap();
            assert_eq!(source.matches(&old).count(), 1, "{name} does not fit {file} any more: {old}");
        }
        assert!(header.contains(&format!("`{name}`")), "the header does not name {name}");
        patches += 1;
    }
    assert_eq!(patches, header.matches("//! - `").count(), "the header names others");
}

/// Set for the process of its own in which weeks are lived.
const SOAK: &str = "SEAWALL_SIM_SOAK";

/// `SEAWALL_SIM_WEEKS=52 cargo test --release --test it -- sim::weeks_in_one_process --nocapture` for a year.
#[test]
fn weeks_in_one_process_need_no_more_than_the_first() {
    let weeks = number("SEAWALL_SIM_WEEKS", 3);
    if std::env::var(SOAK).is_ok() {
        let poll = if weeks > 10 { 5 } else { 15 };
        // The name of the test stands on this line already.
        println!();
        for (n, week) in soak(weeks as usize, poll).iter().enumerate() {
            println!(
                "week {n}: {} KiB allocated, {} KiB resident, {} KiB on disk, {} writes",
                week.heap, week.memory, week.database, week.writes
            );
        }
        return;
    }
    // Alone in its process, so that no other test counts.
    let this = "sim::weeks_in_one_process_need_no_more_than_the_first";
    let mut child = Command::new(std::env::current_exe().unwrap());
    let out = child.args(["--exact", this, "--nocapture", "--test-threads", "1"]).env(SOAK, "1").output().unwrap();
    let (told, errors) = (String::from_utf8(out.stdout).unwrap(), String::from_utf8_lossy(&out.stderr).into_owned());
    assert!(out.status.success(), "{told}{errors}");
    println!("{told}");
    let column = |n: usize| -> Vec<u64> {
        let weeks = told.lines().filter(|line| line.starts_with("week "));
        weeks
            .map(|line| line.split([':', ',']).nth(n).unwrap().split_whitespace().next().unwrap().parse().unwrap())
            .collect()
    };
    for (what, sizes, growth_max) in
        [("allocated", column(1), HEAP_GROWTH_MAX), ("resident", column(2), MEMORY_GROWTH_MAX)]
    {
        assert_eq!(sizes.len() as u64, weeks, "{told}");
        // In the first week calendars fill and nothing is old.
        let early = sizes[1..=(sizes.len() / 4).max(1)].iter().max().unwrap();
        let last = sizes[sizes.len() - 1];
        assert!(last <= early + growth_max, "{what} grew from {early} to {last} KiB:\n{told}");
    }
}

/// KiB that may be allocated more at the end than after a quarter of the time: weeks differ by so much.
const HEAP_GROWTH_MAX: u64 = 32;
/// KiB of resident memory that the heap may settle by.
const MEMORY_GROWTH_MAX: u64 = 2048;
