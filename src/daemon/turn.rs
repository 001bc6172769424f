//! One cycle of the daemon: the state is locked, what will be written to is read again where that was too long ago, and
//! the cycle runs on what is kept. Decides nothing about holds, and keeps nothing itself.

use std::future::poll_fn;
use std::path::Path;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use jiff::Timestamp;

use super::account::Watched;
use super::moment::Moment;
use super::run::Ground;
use super::wake::Reason;
use crate::cycle::fetch::{self, Fetched};
use crate::cycle::memory::PAUSED;
use crate::cycle::outcome::Outcome;
use crate::cycle::run::{Consent, Context, CycleError, Mode, cycle_on};
use crate::cycle::warning::Warning;
use crate::provider::Provider;
use crate::store::lock::{self, Lock, LockError};
use crate::store::{Store, StoreError};

/// Nothing is written on a reading older than this.
pub const FRESH_MAX: Duration = Duration::from_mins(1);
/// What is older is read again before a cycle, which leaves it some time to write.
pub const REREAD_AGE: Duration = Duration::from_secs(30);
/// The most time that one account's read may take.
pub const POLL_TIME_MAX: Duration = Duration::from_mins(5);
/// How long a cycle waits for another command that writes.
const LOCK_WAIT: Duration = Duration::from_secs(5);
/// The most time of a cycle: what takes longer hangs, and the next one goes on.
pub const TURN_TIME_MAX: Duration = Duration::from_mins(10);

/// An account that was read within a cycle.
#[derive(Debug)]
pub struct Reread {
    /// Its index.
    pub account: usize,
    /// When it was asked.
    pub asked: Moment,
    /// The version of the state before.
    pub version: i64,
    /// What it said.
    pub fetched: Vec<Fetched>,
}

/// Until when nothing is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// It is not paused.
    No,
    /// Until then.
    Until(Timestamp),
    /// Until the user says so.
    ForEver,
}

impl Pause {
    /// What `seawall pause` left in the store.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn load(store: &Store, now: Timestamp) -> Result<Self, StoreError> {
        Ok(match store.meta(PAUSED)?.map(|text| text.parse::<Timestamp>()) {
            None => Self::No,
            Some(Ok(until)) if until <= now => Self::No,
            Some(Ok(until)) => Self::Until(until),
            Some(Err(_)) => Self::ForEver,
        })
    }

    /// When it ends, where that is known.
    pub fn until(self) -> Option<Timestamp> {
        match self {
            Self::Until(at) => Some(at),
            Self::No | Self::ForEver => None,
        }
    }
}

/// Why there was no cycle.
#[derive(Debug, thiserror::Error)]
pub enum TurnError {
    /// Another process is writing, or there is no saying whether one is.
    #[error(transparent)]
    Locked(LockError),
    /// It failed.
    #[error(transparent)]
    Cycle(#[from] CycleError),
    /// The machine slept meanwhile, or its clock was set: what was decided before is no reason to write.
    #[error("broken off, for the machine slept or its clock was set")]
    Broken,
    /// It hung.
    #[error("not done after {} min and given up", TURN_TIME_MAX.as_secs() / 60)]
    Late,
}

impl From<StoreError> for TurnError {
    fn from(error: StoreError) -> Self {
        Self::Cycle(error.into())
    }
}

/// What a cycle came to.
#[derive(Debug)]
pub struct Turned {
    /// Why there was one.
    pub reason: Reason,
    /// What it did.
    pub done: Result<Done, TurnError>,
}

/// A cycle that was done.
#[derive(Debug)]
pub struct Done {
    /// What it saw and did.
    pub outcome: Outcome,
    /// The pause that it kept to.
    pub pause: Pause,
    /// Accounts that it read itself.
    pub reread: Vec<Reread>,
}

/// Runs one cycle on what is kept of the accounts.
pub async fn turn<P: Provider>(ground: Ground<'_, P>, watched: Vec<Watched>, reason: Reason) -> Turned {
    let done = tokio::time::timeout(TURN_TIME_MAX, unbroken(ground, run(ground, watched))).await;
    Turned { reason, done: done.unwrap_or(Err(TurnError::Late)) }
}

/// Drives a cycle, and drops it where the machine slept or its clock was set before it could take its next step.
async fn unbroken<P, T>(
    ground: Ground<'_, P>,
    cycle: impl Future<Output = Result<T, TurnError>>,
) -> Result<T, TurnError> {
    let mut cycle = pin!(cycle);
    let mut last = Moment::now(ground.clock);
    poll_fn(move |context| {
        let now = Moment::now(ground.clock);
        match now.since(std::mem::replace(&mut last, now)) {
            Some(_) => Poll::Ready(Err(TurnError::Broken)),
            None => cycle.as_mut().poll(context),
        }
    })
    .await
}

async fn run<P: Provider>(ground: Ground<'_, P>, mut watched: Vec<Watched>) -> Result<Done, TurnError> {
    // A state that is no longer there says nothing, also not of a pause.
    ground.store.version()?;
    let mut pause = Pause::load(ground.store, ground.clock.now())?;
    let mut reread = Vec::new();
    let mut mode = Mode::Look;
    let mut _locks = Vec::new();
    if pause == Pause::No {
        // While another process is at work nothing is asked for in vain.
        drop(locks(ground.locks).await?);
    }
    // Before the lock, for it may take its time; also where nothing is written, for the last cycle may have written.
    refresh(ground, &mut watched, &mut reread).await?;
    if pause == Pause::No {
        _locks = locks(ground.locks).await?;
        // Another command may have written until it was ours: `pause`, or `undo`. And a newer seawall may be here.
        ground.store.version()?;
        pause = Pause::load(ground.store, ground.clock.now())?;
    }
    if pause == Pause::No {
        mode = Mode::Write(Consent::default());
        refresh(ground, &mut watched, &mut reread).await?;
    }
    let now = Moment::now(ground.clock);
    let views = ground.settings.accounts.iter().zip(&watched);
    let fetched: Vec<Fetched> = views.flat_map(|(account, one)| one.view(account, now, every(ground))).collect();
    let doubt = ground.clock.doubt();
    let cx = Context { stale_at: stale_at(&watched, &reread, now), ..context(ground, mode, false, doubt.as_deref()) };
    let outcome = cycle_on(cx, &fetched).await?;
    Ok(Done { outcome, pause, reread })
}

/// Reads again what may be written to and is not fresh.
async fn refresh<P: Provider>(
    ground: Ground<'_, P>,
    watched: &mut [Watched],
    reread: &mut Vec<Reread>,
) -> Result<(), TurnError> {
    for (account, one) in watched.iter_mut().enumerate().filter(|(_, one)| one.is_written) {
        let (now, version) = (Moment::now(ground.clock), ground.store.version()?);
        if one.is_fresh(now, REREAD_AGE, version) || one.is_left_alone(now) {
            continue;
        }
        let fetched = read(ground, account, one.thorough, one.fetched()).await?;
        one.take(fetched.clone(), now, version);
        reread.push(Reread { account, asked: now, version, fetched });
    }
    Ok(())
}

/// When what was read of the accounts that are written to becomes too old. Of one that was read just now its age counts
/// from now on: it may take longer to answer than a reading may be old.
fn stale_at(watched: &[Watched], reread: &[Reread], now: Moment) -> Option<Duration> {
    let written = watched.iter().enumerate().filter(|(_, one)| one.is_written && !one.is_left_alone(now));
    let since = |(index, one): (usize, &Watched)| {
        if reread.iter().any(|read| read.account == index) { Some(now.running) } else { one.read_at() }
    };
    written.filter_map(since).min().map(|since| since + FRESH_MAX)
}

/// Reads an account, which shares its memory with what it said before; one that does not answer in time can't be read.
///
/// # Errors
/// Where the store fails.
pub async fn read<P: Provider>(
    ground: Ground<'_, P>,
    account: usize,
    thorough: bool,
    before: &[Fetched],
) -> Result<Vec<Fetched>, StoreError> {
    let cx = context(ground, Mode::Write(Consent::default()), thorough, None);
    let read = tokio::time::timeout(POLL_TIME_MAX, fetch::poll(cx, account, before, true)).await;
    read.unwrap_or_else(|_| Ok(hung(ground, account)))
}

/// What an account gives that did not answer in its time.
fn hung<P>(ground: Ground<'_, P>, index: usize) -> Vec<Fetched> {
    let Some(account) = ground.settings.accounts.get(index) else { return Vec::new() };
    let nothing = |calendar| {
        let mut one = Fetched::nothing(account, calendar);
        let minutes = POLL_TIME_MAX.as_secs() / 60;
        let why = format!("{}: not read within {minutes} minutes; given up.", one.calendar.id);
        one.warnings.push(Warning::new(why));
        one
    };
    account.calendars.iter().map(nothing).collect()
}

/// How often the accounts are read.
pub fn every<P>(ground: Ground<'_, P>) -> Duration {
    Duration::from_secs(ground.settings.poll.unsigned_abs() * 60)
}

/// What a read or a cycle needs to know.
fn context<'a, P>(ground: Ground<'a, P>, mode: Mode, thorough: bool, clock_doubt: Option<&'a str>) -> Context<'a, P> {
    Context {
        now: ground.clock.now(),
        clock: ground.clock,
        clock_doubt,
        settings: ground.settings,
        config_hash: ground.config_hash,
        zones: ground.zones,
        instance: ground.instance,
        accounts: ground.accounts,
        store: ground.store,
        mode,
        thorough,
        also: None,
        stale_at: None,
    }
}

/// Locks what a writing command locks.
async fn locks(files: &[impl AsRef<Path>]) -> Result<Vec<Lock>, TurnError> {
    let mut locks = Vec::new();
    for file in files {
        locks.push(lock::acquire(file.as_ref(), LOCK_WAIT).await.map_err(TurnError::Locked)?);
    }
    Ok(locks)
}
