//! Whether a hold is shown as busy: its defence, and for `auto` the risk it stands under, with hysteresis
//! (design section 4). The only state is the busy flag that the hold has on the calendar.

use jiff::Timestamp;

use crate::calendar::time::Span;
use crate::focus::policy::{Defence, HoldStyle, Minutes};
use crate::focus::view::later;

/// How much a role still needs in a week, and how much it can get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Figures {
    pub(super) needed: Minutes,
    pub(super) attainable: Minutes,
}

impl Figures {
    /// Less than 1.5 times what is needed can be had.
    fn tight(self) -> bool {
        self.needed > 0 && 2 * self.attainable < 3 * self.needed
    }

    /// More than twice what is needed can be had.
    fn ample(self) -> bool {
        self.needed == 0 || self.attainable > 2 * self.needed
    }
}

/// The figures before and after the plan is written. They differ only where the plan puts a hold inside `freeze`:
/// a moment later it is fixed. Both are looked at so that the next cycle finds the same answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pressure {
    pub(super) before: Figures,
    pub(super) after: Figures,
}

/// Why a hold is shown as busy or free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// Soft, or `auto` and not at risk.
    Free,
    /// Firm or strict.
    Firm,
    /// `auto`, and an unanswered invitation overlaps.
    Threatened,
    /// `auto`, and it starts within `firm_within`.
    Soon(Minutes),
    /// `auto`, and there is hardly more to be had than is needed.
    Tight,
    /// `auto`, busy on the calendar, and not enough out of risk to turn free.
    StillTight,
}

/// What the judgement looks at besides the hold itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Circumstances<'a> {
    pub(super) pressure: Pressure,
    pub(super) threats: &'a [Span],
    pub(super) now: Timestamp,
}

impl Circumstances<'_> {
    /// Judges a hold that is neither past nor pinned. `was_busy` is the flag of the live hold that it is or takes over.
    pub(super) fn shown(&self, style: &HoldStyle, on_block: bool, span: Span, was_busy: bool) -> Shown {
        match style.defence.unwrap_or(if on_block { Defence::Firm } else { Defence::Auto }) {
            Defence::Soft => Shown::Free,
            Defence::Firm | Defence::Strict => Shown::Firm,
            Defence::Auto => self.risk(style.firm_within, span, was_busy),
        }
    }

    fn risk(&self, firm_within: Minutes, span: Span, was_busy: bool) -> Shown {
        let Pressure { before, after } = self.pressure;
        if self.threats.iter().any(|threat| threat.overlaps(span)) {
            Shown::Threatened
        } else if span.start <= later(self.now, firm_within) {
            Shown::Soon(firm_within)
        } else if after.tight() || (before.tight() && !after.ample()) {
            Shown::Tight
        } else if was_busy && !after.ample() {
            Shown::StillTight
        } else {
            Shown::Free
        }
    }
}
