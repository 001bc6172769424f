//! When an account may ask again: back-off between the tries of one request, and closed doors after trouble. It
//! holds no connection and sees no requests, only how they went.
//!
//! The crate `backon` was looked at: its jitter is added to the delay and not drawn from all of it, and it knows
//! neither a deadline nor a door that stays closed for the next caller; what is left of it here is one line.

use std::time::Duration;

use http::header::{self, HeaderMap};
use tokio::time::Instant;

/// Upper end of the first wait; each further one is twice as long.
const BACK_OFF_FIRST: Duration = Duration::from_secs(2);
/// How long a throttled account sends nothing, whatever the server says; after each further time twice as long.
const THROTTLED_FIRST: Duration = Duration::from_secs(2);
/// The same at most.
const THROTTLED_MAX: Duration = Duration::from_mins(2);
/// How many failures in a row open the circuit breaker.
const FAILURES_MAX: u32 = 5;
/// How long the breaker stays open at first; after each failed trial twice as long.
const OPEN_FIRST: Duration = Duration::from_secs(30);
/// How long the breaker stays open at most.
const OPEN_MAX: Duration = Duration::from_mins(15);
/// How long an account that was refused sends nothing: the rest of a cycle.
const REFUSED_FIRST: Duration = Duration::from_mins(5);
/// The same from the third refusal in a row on: no server takes that for an attack, and none locks the user out.
const REFUSED_LONG: Duration = Duration::from_hours(1);
const REFUSALS_MAX: u32 = 3;
/// The longest a server may send us away for: what is more is a mistake.
const RETRY_AFTER_MAX: Duration = Duration::from_hours(24);

/// Why an account sends nothing for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closed {
    /// The server did not let us in.
    Refused,
    /// The server asked to be left alone.
    Throttled,
    /// It failed too often in a row.
    Broken,
}

/// How an account's requests went lately.
#[derive(Debug)]
pub(super) struct Pace {
    rng: fastrand::Rng,
    failures: u32,
    refusals: u32,
    closed: Option<(Instant, Closed)>,
}

impl Pace {
    pub(super) fn new(seed: u64) -> Self {
        Self { rng: fastrand::Rng::with_seed(seed), failures: 0, refusals: 0, closed: None }
    }

    /// Until when nothing may be sent, and why.
    pub(super) fn closed(&self, now: Instant) -> Option<(Duration, Closed)> {
        let (until, why) = self.closed?;
        (until > now).then(|| (until - now, why))
    }

    /// Whether the circuit breaker is open: what goes out now and then is a trial, without a second try.
    pub(super) fn is_broken(&self) -> bool {
        self.failures >= FAILURES_MAX
    }

    /// The server answered.
    pub(super) fn answered(&mut self) {
        (self.failures, self.refusals, self.closed) = (0, 0, None);
    }

    /// The server did not let us in.
    pub(super) fn refused(&mut self, now: Instant) {
        self.refusals = self.refusals.saturating_add(1);
        let pause = if self.refusals < REFUSALS_MAX { REFUSED_FIRST } else { REFUSED_LONG };
        self.close(now + pause, Closed::Refused);
    }

    /// There was no answer, or one from a server in trouble. `retry_after`: it wants to be left alone, for at least so
    /// long. What it says only lengthens our own pause: iCloud's real one is longer than what it says.
    pub(super) fn failed(&mut self, now: Instant, retry_after: Option<Duration>) {
        self.failures = self.failures.saturating_add(1);
        if let Some(pause) = retry_after {
            let own = THROTTLED_FIRST.saturating_mul(2_u32.saturating_pow(self.failures - 1)).min(THROTTLED_MAX);
            self.close(now + pause.clamp(own, RETRY_AFTER_MAX), Closed::Throttled);
        }
        if let Some(trials) = self.failures.checked_sub(FAILURES_MAX) {
            let pause = OPEN_FIRST.saturating_mul(2_u32.saturating_pow(trials)).min(OPEN_MAX);
            // Half of it is drawn: accounts that broke together do not come back together.
            let pause = pause.mul_f64(0.5 + self.rng.f64() / 2.0);
            self.close(now + pause, Closed::Broken);
        }
    }

    /// How long to wait before the next try: anything up to twice the time before ("full jitter").
    pub(super) fn back_off(&mut self, tries: u32) -> Duration {
        BACK_OFF_FIRST.saturating_mul(2_u32.saturating_pow(tries.saturating_sub(1))).mul_f64(self.rng.f64())
    }

    /// A door may be closed for longer, never for shorter.
    fn close(&mut self, until: Instant, why: Closed) {
        if self.closed.is_none_or(|(earlier, _)| earlier < until) {
            self.closed = Some((until, why));
        }
    }
}

/// For how long the server asks to be left alone (RFC 9110 10.2.3): seconds, or a date, counted on its own clock.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(value).ok()?;
    let date = httpdate::parse_http_date(headers.get(header::DATE)?.to_str().ok()?).ok()?;
    Some(until.duration_since(date).unwrap_or_default())
}
