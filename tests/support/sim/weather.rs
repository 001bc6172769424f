//! What goes wrong on the way: which fault meets a request and which lie a list tells, by the weather of the step.

use std::time::Duration;

use fastrand::Rng;
use seawall::provider::{ErrorKind, ProviderError};

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It never arrives.
    LostQuestion,
    /// It has its effect, and the answer never arrives.
    LostAnswer,
    /// The service refuses: 5xx, 429, 412, 401, 403.
    Refused(ErrorKind),
}

/// What a list tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lie {
    /// The truth.
    None,
    /// How it was a while ago.
    Stale,
    /// Nothing at all, and that this is all.
    Empty,
    /// A part, and that there is more.
    Cut,
    /// A part, and that this is all.
    Dropped,
    /// From a cursor: a part of what is new, or nothing.
    Forgetful,
    /// The cursor means nothing any more: a full list.
    Expired,
    /// Some objects are there and can't be read.
    Unreadable,
}

/// The weather of a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Weather {
    #[default]
    Calm,
    /// A request in ten fails.
    Gusts,
    /// A request in three fails.
    Storm,
    /// Most lists lie.
    Lies,
    /// A write in two is refused.
    Refusals,
    /// One account lets nobody in.
    LoggedOut(usize),
    /// One account takes its time: so many minutes for each request.
    Slow(usize, u64),
    /// The clock of this machine is wrong by so many minutes.
    WrongClock(i64),
    /// From some write of the cycle on the database refuses every write: it is full, or can't be written.
    FullDisk(u32),
}

impl Weather {
    pub(crate) fn roll(rng: &mut Rng) -> Self {
        match rng.u32(..20) {
            0..=2 => Self::Gusts,
            3 => Self::Storm,
            4..=6 => Self::Lies,
            7 => Self::Refusals,
            8 => Self::LoggedOut(rng.usize(..2)),
            9 => Self::WrongClock([-90_000_000, -3000, -60, 7, 45, 20_000][rng.usize(..6)]),
            10 => Self::FullDisk(rng.u32(..12)),
            _ => Self::Calm,
        }
    }

    /// For days of the loop, in which accounts may hang too, and the clock is set by itself.
    pub(crate) fn roll_for_days(rng: &mut Rng) -> Self {
        match (Self::roll(rng), rng.u32(..10)) {
            (_, 0) => Self::Slow(rng.usize(..2), [1, 7, 30][rng.usize(..3)]),
            (Self::WrongClock(_), _) => Self::Calm,
            (weather, _) => weather,
        }
    }

    /// How long a request to that account takes more than it should.
    pub(crate) fn delay(self, account: usize) -> Duration {
        match self {
            Self::Slow(slow, minutes) if slow == account => Duration::from_mins(minutes),
            _ => Duration::ZERO,
        }
    }

    /// What happens to a request to that account.
    pub(crate) fn fault(self, account: usize, is_write: bool, rng: &mut Rng) -> Option<Fault> {
        let (out_of, of) = match self {
            Self::LoggedOut(shut) => return (shut == account).then_some(Fault::Refused(ErrorKind::Login)),
            Self::Gusts => (10, 6),
            Self::Storm => (3, 6),
            Self::Refusals if is_write => (2, 4),
            _ => return None,
        };
        if rng.u32(..out_of) > 0 {
            return None;
        }
        Some(match (of, rng.u32(..of)) {
            (6, 0 | 1) => Fault::LostQuestion,
            (6, 2 | 3) => Fault::LostAnswer,
            (_, 0) => Fault::Refused(ErrorKind::ReadOnly),
            (_, 1) if is_write => Fault::Refused(ErrorKind::Precondition),
            _ => Fault::Refused(ErrorKind::Unavailable),
        })
    }

    /// What a list tells.
    pub(crate) fn lie(self, rng: &mut Rng) -> Lie {
        let lies = [Lie::Stale, Lie::Empty, Lie::Cut, Lie::Dropped, Lie::Forgetful, Lie::Expired, Lie::Unreadable];
        let chance = match self {
            Self::Lies => 2,
            Self::Gusts | Self::Storm => 6,
            _ => return Lie::None,
        };
        if rng.u32(..chance) == 0 { lies[rng.usize(..lies.len())] } else { Lie::None }
    }
}

/// The error a program sees.
pub(crate) fn error(kind: ErrorKind, what: &str) -> ProviderError {
    ProviderError { kind, message: format!("{what}: {kind:?}") }
}
