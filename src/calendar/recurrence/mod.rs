//! Recurrence rules (RFC 5545 3.3.10): text to rule, rule to starts, all in wall-clock time.
//! Knows no zones and no events.
//!
//! `rule` reads the text, `pattern` sees it with its start, `limits` and `times` are its BY parts, `period`
//! makes the days of one period, `skip` says where to begin, and `walk` goes from instance to instance.

pub(crate) mod days;
mod limits;
mod pattern;
mod period;
mod rule;
mod skip;
mod times;
mod walk;

use std::borrow::Cow;
use std::ops::Range;

use jiff::civil::DateTime;

use self::pattern::Pattern;
pub use self::rule::{Frequency, Rule, Skip};
use self::walk::Walk;

/// The most steps that one rule may take: a few milliseconds. A period looked at and an instance made are steps.
pub const STEPS_MAX: usize = 100_000;

/// Why a rule does not give all its instances.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// No rule of RFC 5545.
    #[error("the rule can't be read at `{0}`")]
    Unreadable(String),
    /// A rule that is not followed.
    #[error("the rule is not supported: {0}")]
    Unsupported(String),
    /// More steps than the budget had.
    #[error("the rule has too many instances")]
    TooMany,
}

/// What is left for making instances: steps, and instances themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    steps: usize,
    instances: usize,
}

impl Budget {
    /// That many steps and instances.
    pub fn new(steps: usize, instances: usize) -> Self {
        Self { steps, instances }
    }

    /// That of a single rule.
    pub fn of_rule() -> Self {
        Self::new(STEPS_MAX, STEPS_MAX)
    }

    /// Leaves at least so much: what others spent must not cost a modest rule its instances.
    pub(super) fn grant(&mut self, steps: usize, instances: usize) {
        self.steps = self.steps.max(steps);
        self.instances = self.instances.max(instances);
    }

    /// Takes steps; once there are not enough, nothing is left.
    fn take(&mut self, steps: usize) -> bool {
        let is_enough = self.steps >= steps;
        self.steps = self.steps.saturating_sub(steps);
        is_enough
    }

    /// Takes an instance, which is a step too.
    fn take_instance(&mut self) -> bool {
        let is_left = self.instances > 0;
        self.instances = self.instances.saturating_sub(1);
        self.take(1) && is_left
    }
}

/// When a series begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start {
    /// DTSTART in wall-clock time; midnight of a date.
    pub wall: DateTime,
    /// A series of dates, for which the parts of a rule that mean times of day say nothing.
    pub is_date: bool,
}

impl From<DateTime> for Start {
    fn from(wall: DateTime) -> Self {
        Self { wall, is_date: false }
    }
}

/// The starts of a rule inside the window, in order and without duplicates; nothing after `until` (inclusive).
/// The start itself is among them only where the rule makes it, and only then COUNT counts it.
///
/// # Errors
/// Times of day in a series of dates, and a rule for which the budget is not enough.
pub fn starts(
    rule: &Rule,
    start: Start,
    until: Option<DateTime>,
    window: Range<DateTime>,
    budget: &mut Budget,
) -> Result<Vec<DateTime>, RuleError> {
    let mut out = Vec::new();
    let fault = each_start(rule, start, until, window, budget, |second| out.extend(days::wall(second)));
    fault.map_or(Ok(out), Err)
}

/// Hands each of them to `take`, in seconds of wall-clock time, and says why that was not all.
pub(crate) fn each_start(
    rule: &Rule,
    start: Start,
    until: Option<DateTime>,
    window: Range<DateTime>,
    budget: &mut Budget,
    take: impl FnMut(i64),
) -> Option<RuleError> {
    let mut rule = Cow::Borrowed(rule);
    if start.is_date && rule.frequency >= Frequency::Hourly {
        if rule.interval > 1 || rule.count.is_some() || !rule.by_set_position.is_empty() {
            return Some(RuleError::Unsupported("times of day for a date".to_owned()));
        }
        // Some time of each day it means, and so the day.
        rule.to_mut().frequency = Frequency::Daily;
    }
    let rule = rule.as_ref();
    let pattern = Pattern::new(rule, start.wall, start.is_date);
    let end = days::seconds(window.end);
    let end = until.map_or(end, |until| end.min(days::seconds(until).saturating_add(1)));
    let mut own = Budget::new(budget.steps.min(STEPS_MAX), budget.instances);
    let before = own;
    let mut walk = Walk::new(&pattern, rule.count, (days::seconds(window.start), end), &mut own);
    walk.by_ref().for_each(take);
    let fault = walk.fault.take();
    budget.steps -= before.steps - own.steps;
    budget.instances = own.instances;
    fault
}
