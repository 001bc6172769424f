//! When the daemon looks and plans next, as tables.

use seawall::daemon::schedule::{age_max, pause, pause_after_break};

use super::*;

#[track_caller]
fn check_pause(failures: u32, from: u64, to: u64) {
    let mut rng = fastrand::Rng::with_seed(u64::from(failures));
    let every = Duration::from_mins(5);
    let found: Vec<u64> = (0..1000).map(|_| pause(every, failures, &mut rng).as_secs()).collect();
    let (least, most) = (*found.iter().min().unwrap(), *found.iter().max().unwrap());
    assert!(from <= least && most <= to, "{failures} failures: {least} to {most} s");
    // It is spread: not all machines ask at once.
    assert!(most - least >= (to - from) * 9 / 10, "{failures} failures: {least} to {most} s");
}

#[test]
fn failures_double_the_pause_up_to_an_hour() {
    check_pause(0, 270, 330);
    check_pause(1, 48, 60);
    check_pause(2, 96, 120);
    check_pause(5, 768, 960);
    check_pause(7, 2880, 3600);
    check_pause(1000, 2880, 3600);
}

#[test]
fn a_reading_may_get_two_looks_old_and_what_failures_put_off() {
    let every = Duration::from_mins(5);
    assert_eq!(age_max(every, 0), Duration::from_mins(11));
    assert_eq!(age_max(every, 3), Duration::from_mins(15));
    assert_eq!(age_max(every, 100), Duration::from_mins(71));
}

#[test]
fn after_a_sleep_all_is_read_within_seconds() {
    let mut rng = fastrand::Rng::with_seed(1);
    assert!((0..1000).all(|_| pause_after_break(&mut rng) <= Duration::from_secs(15)));
}
