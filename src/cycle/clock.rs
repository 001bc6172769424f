//! The one place that reads the clock. Everything else takes `now` as an argument.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rustix::time::ClockId;

/// No clock that is right shows an earlier time: 2026-11-01T00:00:00Z, the month of the release, in seconds.
const RELEASED: i64 = 1_793_491_200;

/// Where the present comes from.
#[derive(Clone, Copy, Debug)]
pub enum Clock {
    /// The system's clock.
    System,
    /// Standing still: given by `--now` or by the config.
    Standing(Timestamp),
    /// Going with the time of the runtime, which simulations and tests pause and wind on. Believed no more than the
    /// system's.
    Driven(Driven),
}

/// A clock that goes with tokio's time from some instant on, with what a simulation makes of it: a machine that slept,
/// a wall clock that was set.
#[derive(Clone, Copy, Debug)]
pub struct Driven {
    origin: Timestamp,
    start: tokio::time::Instant,
    /// Seconds by which the wall clock was set.
    set: &'static AtomicI64,
    /// Seconds that the machine slept.
    slept: &'static AtomicI64,
}

impl Driven {
    /// A clock that shows `origin` at this moment of the runtime's time. It leaks some bytes: clocks are copied freely.
    pub fn new(origin: Timestamp) -> Self {
        let seconds = || &*Box::leak(Box::new(AtomicI64::new(0)));
        Self { origin, start: tokio::time::Instant::now(), set: seconds(), slept: seconds() }
    }

    /// Somebody sets the wall clock forward, or back.
    pub fn set(self, by_seconds: i64) {
        self.set.fetch_add(by_seconds, Ordering::Relaxed);
    }

    /// The machine sleeps: the runtime's time stands still meanwhile.
    pub fn sleep(self, seconds: u32) {
        self.slept.fetch_add(i64::from(seconds), Ordering::Relaxed);
    }

    fn awake(self) -> Duration {
        self.start.elapsed()
    }

    fn running(self) -> Duration {
        self.awake() + Duration::from_secs(self.slept.load(Ordering::Relaxed).unsigned_abs())
    }

    fn now(self) -> Timestamp {
        let running = SignedDuration::try_from(self.running()).unwrap_or(SignedDuration::ZERO);
        let passed = running.saturating_add(SignedDuration::from_secs(self.set.load(Ordering::Relaxed)));
        self.origin.checked_add(passed).unwrap_or(Timestamp::MAX)
    }
}

impl Clock {
    /// The present.
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    pub fn now(self) -> Timestamp {
        whole_second(match self {
            Self::System => Timestamp::now(),
            Self::Standing(at) => at,
            Self::Driven(driven) => driven.now(),
        })
    }

    /// How long the machine has been running, sleep included: what nobody can set. A standing clock shows none.
    pub fn running(self) -> Duration {
        match self {
            Self::System => duration_of(ClockId::Boottime),
            Self::Standing(_) => Duration::ZERO,
            Self::Driven(driven) => driven.running(),
        }
    }

    /// How long the machine has been running, sleep left out: what timers go by.
    pub fn awake(self) -> Duration {
        match self {
            Self::System => duration_of(ClockId::Monotonic),
            Self::Standing(_) => Duration::ZERO,
            Self::Driven(driven) => driven.awake(),
        }
    }

    /// Whether it was given, and is believed whatever it shows.
    pub fn is_given(self) -> bool {
        matches!(self, Self::Standing(_))
    }

    /// Why nothing may be written by this clock, if so: it shows a time before this program was made, as a machine
    /// without a battery does after power loss. A clock that was given is believed.
    pub fn doubt(self) -> Option<String> {
        let now = self.now();
        (!self.is_given() && now.as_second() < RELEASED).then(|| {
            format!("the clock shows {now}, before this program was made: nothing is written until it is right")
        })
    }
}

/// Since the machine was started (`clock_gettime(2)`).
fn duration_of(clock: ClockId) -> Duration {
    let time = rustix::time::clock_gettime(clock);
    let seconds = Duration::from_secs(u64::try_from(time.tv_sec).unwrap_or_default());
    seconds + Duration::from_nanos(u64::try_from(time.tv_nsec).unwrap_or_default())
}

/// Calendars and the store keep whole seconds.
fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}
