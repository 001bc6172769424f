//! The one place that reads the clock. Everything else takes `now` as an argument.

use jiff::Timestamp;

/// No clock that is right shows an earlier time: 2026-11-01T00:00:00Z, the month of the release, in seconds.
const RELEASED: i64 = 1_793_491_200;

/// Where the present comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The system's clock.
    System,
    /// Standing still: given by `--now` or by the config.
    Standing(Timestamp),
}

impl Clock {
    /// The present.
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    pub fn now(self) -> Timestamp {
        match self {
            Self::System => whole_second(Timestamp::now()),
            Self::Standing(at) => whole_second(at),
        }
    }

    /// Why nothing may be written by this clock, if so: it shows a time before this program was made, as a machine
    /// without a battery does after power loss. A clock that was given is believed.
    pub fn doubt(self) -> Option<String> {
        let now = self.now();
        (self == Self::System && now.as_second() < RELEASED).then(|| {
            format!("the clock shows {now}, before this program was made: nothing is written until it is right")
        })
    }
}

/// Calendars and the store keep whole seconds.
fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}
