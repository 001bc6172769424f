//! When to look next and when to plan next: pure functions of the present, of what is known, and of a seeded generator.
//! Reads no clock and starts nothing.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::wake::{Due, Reason};
use crate::calendar::week::{self, IsoWeek};
use crate::config::settings::Settings;
use crate::cycle::outcome::Outcome;
use crate::focus::plan::{DesiredHold, HoldState};
use crate::focus::policy::{Defence, Minutes};

/// After the first failure; doubled with each further one.
const BACK_OFF_MIN: Duration = Duration::from_mins(1);
/// The most that failures put a look off.
const BACK_OFF_MAX: Duration = Duration::from_hours(1);
/// After a sleep or a jump of the clock: within this, so that not every machine asks at once.
const RESUME_SPREAD: Duration = Duration::from_secs(15);
/// The plan is made anew after this in any case: what can still be had of a week shrinks with time.
const REPLAN_MAX: SignedDuration = SignedDuration::from_hours(1);
/// A summary that waits for a calendar is written without it after this (design 7).
const SUMMARY_PATIENCE: SignedDuration = SignedDuration::from_hours(48);
/// This much later the moment is certainly there, for time is kept in whole seconds.
const AFTER: SignedDuration = SignedDuration::from_secs(1);

/// How long until an account is read again, after so many failures in a row: about as often as the config says, a tenth
/// more or less; after failures less and less often, up to an hour.
pub fn pause(every: Duration, failures: u32, rng: &mut fastrand::Rng) -> Duration {
    if failures == 0 {
        return every.mul_f64(0.9 + 0.2 * rng.f64());
    }
    let doubled = BACK_OFF_MIN.saturating_mul(2_u32.saturating_pow(failures - 1));
    doubled.min(BACK_OFF_MAX).mul_f64(0.8 + 0.2 * rng.f64())
}

/// How long until an account is read after a sleep or a jump of the clock.
pub fn pause_after_break(rng: &mut fastrand::Rng) -> Duration {
    RESUME_SPREAD.mul_f64(rng.f64())
}

/// How old a reading may get before its calendars count as not read to the end: two looks, and what failures put off.
pub fn age_max(every: Duration, failures: u32) -> Duration {
    let put_off = match failures {
        0 => Duration::ZERO,
        failures => BACK_OFF_MIN.saturating_mul(2_u32.saturating_pow(failures - 1)).min(BACK_OFF_MAX),
    };
    every.saturating_mul(2) + put_off + Duration::from_mins(1)
}

/// The next moment at which the plan may come out otherwise though no calendar changes.
pub fn next_replan(now: Timestamp, settings: &Settings, outcome: &Outcome, paused_until: Option<Timestamp>) -> Due {
    let tz = &settings.policy.tz;
    let hour = Due { at: plus(now, REPLAN_MAX), reason: Reason::Hour };
    let today = tz.to_datetime(now).date();
    let midnight = Due { at: week::midnight(today.saturating_add(1.days()), tz), reason: Reason::Midnight };
    let this = IsoWeek::at(now, tz);
    let summaries = [this.plus(-1), this].into_iter().flat_map(|week| {
        let due = settings.summary.due(week, tz);
        [due, plus(due, SUMMARY_PATIENCE)].map(|at| Due { at, reason: Reason::Summary })
    });
    let holds = outcome.holds.iter().filter(|shown| shown.hold.state == HoldState::Planned);
    let holds = holds.flat_map(|shown| of_hold(settings, &shown.hold));
    let unpaused = paused_until.map(|at| Due { at, reason: Reason::Unpaused });
    let all = summaries.chain(holds).chain(unpaused).chain([midnight]).filter(|due| due.at > now);
    all.fold(hour, |first, due| if due.at < first.at { due } else { first })
}

/// When a hold becomes fixed, and when it is near enough to be shown as busy.
fn of_hold(settings: &Settings, hold: &DesiredHold) -> Vec<Due> {
    let Some(role) = hold.role.and_then(|index| settings.policy.roles.get(index)) else { return Vec::new() };
    let style = hold.block.and_then(|index| role.blocks.get(index)).map_or(&role.style, |block| &block.style);
    let before = |minutes: Minutes, reason| {
        let at = hold.span.start.saturating_sub(SignedDuration::from_mins(minutes)).unwrap_or(Timestamp::MIN);
        Due { at: plus(at, AFTER), reason }
    };
    let defence = style.defence.unwrap_or(if hold.block.is_some() { Defence::Firm } else { Defence::Auto });
    let freeze = before(role.session.freeze, Reason::Freeze);
    match defence {
        Defence::Auto => vec![freeze, before(style.firm_within, Reason::Firm)],
        Defence::Soft | Defence::Firm | Defence::Strict => vec![freeze],
    }
}

fn plus(at: Timestamp, duration: SignedDuration) -> Timestamp {
    at.saturating_add(duration).unwrap_or(Timestamp::MAX)
}
