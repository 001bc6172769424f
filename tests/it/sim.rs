//! Whole lives of seawall in a simulated world: the real cycle on a real database, calendars that fail and lie, and
//! people. Each seed is a life; one that breaks a law is told as a story, cut down to the steps that matter.
//!
//! `SEAWALL_SIM_FIRST=57 SEAWALL_SIM_SEEDS=1 cargo test --test it -- sim::` lives one again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::support::sim::life::{Failure, STEPS, live};

const SEEDS: u64 = 2000;
const THREADS: u64 = 2;
/// The most failures that are told in full.
const STORIES: usize = 3;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

/// The fewest steps, cut one by one, with which the life still breaks a law.
fn shrunk(seed: u64) -> (BTreeSet<usize>, Failure) {
    let mut cut = BTreeSet::new();
    let mut failure = live(seed, &cut).unwrap_err();
    for step in (0..STEPS).rev() {
        let mut more = cut.clone();
        more.insert(step);
        if let Err(smaller) = live(seed, &more) {
            (cut, failure) = (more, smaller);
        }
    }
    (cut, failure)
}

fn told(seed: u64) -> String {
    let (cut, failure) = shrunk(seed);
    format!(
        "seed {seed}, steps {cut:?} cut away:\n{}\n\n{}\n\n\
         SEAWALL_SIM_FIRST={seed} SEAWALL_SIM_SEEDS=1 cargo test --test it -- sim::\n",
        failure.story.join("\n"),
        failure.laws.join("\n"),
    )
}

#[test]
fn every_life_keeps_the_laws() {
    let (first, seeds) = (number("SEAWALL_SIM_FIRST", 0), number("SEAWALL_SIM_SEEDS", SEEDS));
    let (next, failed) = (AtomicU64::new(first), Mutex::new(BTreeMap::new()));
    std::thread::scope(|scope| {
        for _ in 0..THREADS.min(seeds) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + seeds {
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
        let stories: Vec<String> = failed.keys().take(STORIES).map(|seed| told(*seed)).collect();
        panic!("{} of {seeds} lives break a law:\n{}\n\n{}", failed.len(), lines.join("\n"), stories.join("\n"));
    }
}

#[test]
fn the_same_seed_is_the_same_life() {
    for seed in 0..8 {
        let tell = || live(seed, &BTreeSet::new()).map_err(|failure| failure.story);
        assert_eq!(tell(), tell());
    }
}
