//! What goes wrong, by order or by lot: a queue of faults for the requests to come, or a share of all requests by a
//! seed.

use std::collections::VecDeque;
use std::fmt;

use super::http::Request;
use super::problem::Problem;
use super::state::State;

/// One thing that goes wrong.
pub(crate) enum Fault {
    /// Refused; nothing was done.
    Refuse(Problem),
    /// Done, but the answer is that status.
    FailAfter(u16),
    /// The connection is cut; nothing was done.
    CutBefore,
    /// Done, and then the connection is cut.
    CutAfter,
    /// Done, and cut in the midst of the answer.
    CutWithin,
    /// A web page with that status, from a front end that did not reach the service; nothing was done.
    Page(u16),
    /// Nothing goes wrong, but right before it is answered somebody else does this.
    Meanwhile(Box<dyn FnOnce(&mut State) + Send>),
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refuse(problem) => write!(f, "Refuse({} {})", problem.status, problem.reason),
            Self::FailAfter(status) => write!(f, "FailAfter({status})"),
            Self::CutBefore => f.write_str("CutBefore"),
            Self::CutAfter => f.write_str("CutAfter"),
            Self::CutWithin => f.write_str("CutWithin"),
            Self::Page(status) => write!(f, "Page({status})"),
            Self::Meanwhile(_) => f.write_str("Meanwhile"),
        }
    }
}

/// The faults to come.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    queue: VecDeque<(String, Fault)>,
    lot: Option<(fastrand::Rng, u8)>,
}

impl Faults {
    /// For the next request whose `METHOD /path` contains that text (empty: any; `/token`; `PATCH`; `/events/sea0…`).
    /// Of several that fit, the first one given.
    pub(crate) fn next(&mut self, fits: &str, fault: Fault) {
        self.queue.push_back((fits.to_owned(), fault));
    }

    /// So many of a hundred requests fail, each in a way drawn by the seed.
    pub(crate) fn by_lot(&mut self, seed: u64, percent: u8) {
        self.lot = Some((fastrand::Rng::with_seed(seed), percent));
    }

    /// No more faults by lot, and none of those waiting.
    pub(crate) fn end(&mut self) {
        *self = Self::default();
    }

    /// Those given that no request has met yet.
    pub(crate) fn waiting(&self) -> usize {
        self.queue.len()
    }

    pub(super) fn draw(&mut self, request: &Request) -> Option<Fault> {
        let line = format!("{} {}", request.method, request.path);
        if let Some(index) = self.queue.iter().position(|(fits, _)| line.contains(fits.as_str())) {
            return self.queue.remove(index).map(|(_, fault)| fault);
        }
        let (rng, percent) = self.lot.as_mut()?;
        if rng.u8(0..100) >= *percent {
            return None;
        }
        Some(match rng.u8(0..11) {
            0 => Fault::Refuse(Problem::rate()),
            1 => Fault::Refuse(Problem::user_rate()),
            2 => Fault::Refuse(Problem::too_many()),
            3 => Fault::Refuse(Problem::backend(500)),
            4 => Fault::Refuse(Problem::backend(503)),
            5 => Fault::FailAfter(500),
            6 => Fault::FailAfter(503),
            7 => Fault::CutBefore,
            8 => Fault::CutAfter,
            9 => Fault::CutWithin,
            _ => Fault::Page(502),
        })
    }
}
