//! Three clocks read at once, and what their disagreement says: the machine slept, or somebody set the wall clock.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::wake::Wake;
use crate::cycle::clock::Clock;

/// Clocks that differ by less are merely slewed, or were read apart on a busy machine.
const BREAK_MIN: SignedDuration = SignedDuration::from_secs(5);

/// A moment by every clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The wall clock.
    pub wall: Timestamp,
    /// How long the machine has been running, sleep included. Ages and pauses are counted by it.
    pub running: Duration,
    /// The same, sleep left out.
    pub awake: Duration,
}

impl Moment {
    /// Reads the clocks.
    pub fn now(clock: Clock) -> Self {
        Self { wall: clock.now(), running: clock.running(), awake: clock.awake() }
    }

    /// What happened to the machine since an earlier moment, if anything: by it no memory of the calendars can be
    /// trusted any more.
    pub fn since(self, before: Self) -> Option<Wake> {
        let passed = |now: Duration, before: Duration| {
            SignedDuration::try_from(now.saturating_sub(before)).unwrap_or(SignedDuration::MAX)
        };
        let running = passed(self.running, before.running);
        let awake = passed(self.awake, before.awake);
        if running.saturating_sub(awake) > BREAK_MIN {
            return Some(Wake::Resumed);
        }
        let shown = self.wall.duration_since(before.wall);
        (shown.saturating_sub(running).abs() > BREAK_MIN).then_some(Wake::ClockJumped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(wall: i64, running: u64, awake: u64, expected: &str) {
        let moment = |wall, running, awake| Moment {
            wall: Timestamp::from_second(1_800_000_000 + wall).unwrap(),
            running: Duration::from_secs(1000 + running),
            awake: Duration::from_secs(500 + awake),
        };
        let found = moment(wall, running, awake).since(moment(0, 0, 0));
        assert_eq!(found.map_or_else(|| "nothing".to_owned(), |wake| format!("{wake:?}")), expected);
    }

    #[test]
    fn a_sleep_and_a_jump_are_told_apart_and_from_ordinary_time() {
        check(60, 60, 60, "nothing");
        check(62, 60, 59, "nothing");
        check(3600, 3600, 60, "Resumed");
        check(7200, 60, 60, "ClockJumped");
        check(-7200, 60, 60, "ClockJumped");
        // A sleep after which the clock was set as well is a sleep: what follows is the same.
        check(7200, 3600, 60, "Resumed");
    }
}
