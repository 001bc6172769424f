//! The loop: it waits for a wake-up, does what that asks for, and waits again. Reads and cycles are futures that it
//! holds itself, so an account that hangs delays no other, and to drop the loop is to stop at once wherever it is.

use std::path::PathBuf;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use jiff::Timestamp;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use super::account::Watched;
use super::digest::Digest;
use super::journal;
use super::moment::Moment;
use super::say::TOLD;
use super::schedule;
use super::told::Told;
use super::turn::{self, Done, Pause, TurnError, Turned, every, turn};
use super::wake::{Due, End, Reason, Wake, Word};
use crate::calendar::zones::Zones;
use crate::config::settings::Settings;
use crate::cycle::clock::Clock;
use crate::cycle::fetch::Fetched;
use crate::cycle::run::CycleError;
use crate::provider::Provider;
use crate::store::lock::LockError;
use crate::store::{Store, StoreError};

/// The longest sleep: only awake it can be seen that the machine slept or its clock was set.
const SLICE_MAX: Duration = Duration::from_mins(1);
/// How long after the start or a sleep cycles wait for accounts that were not read yet.
const SETTLE_MAX: Duration = Duration::from_secs(30);
/// After the lock could not be had.
const LOCKED_PAUSE: Duration = Duration::from_secs(15);

/// What the loop stands on. It stays while the loop runs.
pub struct Ground<'a, P> {
    /// The config.
    pub settings: &'a Settings,
    /// Changes with every change of the config.
    pub config_hash: &'a str,
    /// The database of zones.
    pub zones: &'a Zones,
    /// This seawall.
    pub instance: &'a str,
    /// The accounts in config order.
    pub accounts: &'a [P],
    /// What is remembered.
    pub store: &'a Store,
    /// Where the present comes from.
    pub clock: Clock,
    /// What a cycle that writes locks.
    pub locks: &'a [PathBuf],
    /// For jitter.
    pub seed: u64,
    /// How often the supervisor wants a sign of life, if it does.
    pub watchdog: Option<Duration>,
    /// Since when the daemon runs.
    pub since: Timestamp,
}

// By hand: a derive would ask the provider to be copied too.
impl<P> Clone for Ground<'_, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P> Copy for Ground<'_, P> {}

/// Runs the loop until it is told to end, or must.
pub async fn run<P: Provider>(
    ground: Ground<'_, P>,
    wakes: &mut UnboundedReceiver<Wake>,
    words: &UnboundedSender<Word>,
) -> End {
    let mut watch = match Loop::new(ground, words) {
        Ok(watch) => watch,
        Err(error) => return End::Store(error),
    };
    loop {
        let wake = watch.next(wakes).await;
        match watch.on(wake) {
            Ok(None) => {}
            Ok(Some(end)) => return end,
            Err(error) => return End::Store(error),
        }
        watch.say();
    }
}

pub(super) struct Loop<'a, P> {
    pub(super) ground: Ground<'a, P>,
    pub(super) words: &'a UnboundedSender<Word>,
    rng: fastrand::Rng,
    jobs: FuturesUnordered<LocalBoxFuture<'a, Wake>>,
    pub(super) accounts: Vec<Watched>,
    /// When it last looked at the clocks.
    last: Moment,
    /// A cycle is wanted.
    wanted: Option<Reason>,
    /// Cycles wait no longer than until then for accounts that were not read yet, by [`Moment::running`].
    settled_at: Duration,
    /// When the plan is made anew if nothing else happens.
    pub(super) due: Option<Due>,
    /// A cycle runs, since then.
    pub(super) turning: Option<Moment>,
    /// No cycle before this, by [`Moment::running`].
    not_before: Duration,
    /// The last cycle left something undone.
    unsettled: bool,
    /// A wake-up that comes after what was found out when it came.
    next: Option<Wake>,
    /// The version of the state.
    version: i64,
    pub(super) pause: Pause,
    pub(super) digest: Digest,
    /// Why there is no lock, and so no cycle.
    pub(super) locked: Option<LockError>,
    pub(super) config_fault: Option<String>,
    pub(super) told: Told,
    pub(super) said: String,
    logged: journal::Said,
}

impl<'a, P: Provider> Loop<'a, P> {
    fn new(ground: Ground<'a, P>, words: &'a UnboundedSender<Word>) -> Result<Self, StoreError> {
        let now = Moment::now(ground.clock);
        let told = ground.store.meta(TOLD)?.unwrap_or_default();
        Ok(Self {
            ground,
            words,
            rng: fastrand::Rng::with_seed(ground.seed),
            jobs: FuturesUnordered::new(),
            accounts: ground.settings.accounts.iter().map(|account| Watched::new(account, now)).collect(),
            last: now,
            wanted: Some(Reason::Start),
            settled_at: now.running + SETTLE_MAX,
            due: None,
            turning: None,
            not_before: Duration::ZERO,
            unsettled: false,
            next: None,
            version: ground.store.version()?,
            pause: Pause::load(ground.store, now.wall)?,
            digest: Digest::default(),
            locked: None,
            config_fault: None,
            told: Told::of_text(&told),
            said: String::new(),
            logged: journal::Said::default(),
        })
    }

    /// Waits for the next wake-up.
    async fn next(&mut self, wakes: &mut UnboundedReceiver<Wake>) -> Wake {
        loop {
            let now = Moment::now(self.ground.clock);
            if let Some(wake) = self.due_now(now) {
                return wake;
            }
            let sleep = self.sleep(now);
            self.next = tokio::select! {
                biased;
                wake = wakes.recv() => Some(wake.unwrap_or(Wake::Stop)),
                Some(wake) = self.jobs.next(), if !self.jobs.is_empty() => Some(wake),
                () = tokio::time::sleep(sleep) => None,
            };
            self.show_life(Moment::now(self.ground.clock));
        }
    }

    /// What happened to the machine since this was last asked.
    fn broken(&mut self, now: Moment) -> Option<Wake> {
        now.since(std::mem::replace(&mut self.last, now))
    }

    /// What is to be done at once, if anything.
    fn due_now(&mut self, now: Moment) -> Option<Wake> {
        if let Some(wake) = self.broken(now).or_else(|| self.next.take()) {
            return Some(wake);
        }
        let is_due = |index: &usize| self.may_poll(*index) && self.accounts[*index].next <= now.running;
        if let Some(index) = (0..self.accounts.len()).find(is_due) {
            return Some(Wake::Poll(index));
        }
        self.look_at_state(now);
        if let Some(due) = self.due.filter(|due| due.at <= now.wall) {
            self.due = None;
            self.want(due.reason);
        }
        let reason = self.wanted.filter(|_| self.may_turn(now))?;
        Some(Wake::Replan(reason))
    }

    /// Another command may have written to the state: what it did may change the plan, and a pause is shown at once. A
    /// failure ends the cycle that it asks for.
    fn look_at_state(&mut self, now: Moment) {
        let version = self.ground.store.version();
        if version.as_ref().ok() != Some(&self.version) {
            self.version = version.unwrap_or(self.version);
            self.pause = Pause::load(self.ground.store, now.wall).unwrap_or(self.pause);
            self.want(Reason::State);
        }
    }

    /// How long nothing is due.
    fn sleep(&self, now: Moment) -> Duration {
        let slice = self.ground.watchdog.map_or(SLICE_MAX, |every| SLICE_MAX.min(every / 3));
        let until = |at: Duration| at.saturating_sub(now.running);
        let polls = (0..self.accounts.len()).filter(|index| self.may_poll(*index));
        let polls = polls.map(|index| until(self.accounts[index].next));
        let due = self.due.map(|due| Duration::try_from(due.at.duration_since(now.wall)).unwrap_or_default());
        let settled = self.wanted.map(|_| until(self.settled_at)).filter(|left| !left.is_zero());
        let unlocked = self.wanted.map(|_| until(self.not_before)).filter(|left| !left.is_zero());
        polls.chain(due).chain(settled).chain(unlocked).fold(slice, Duration::min)
    }

    /// Whether the account can be read now: one at a time, and not while a cycle may write to it.
    fn may_poll(&self, index: usize) -> bool {
        let account = &self.accounts[index];
        account.polling.is_none() && (self.turning.is_none() || !account.is_written)
    }

    /// Whether a cycle can run now: one at a time, and not while the account of the holds is read, nor before every
    /// account had its time to be read at all.
    fn may_turn(&self, now: Moment) -> bool {
        self.turning.is_none()
            && now.running >= self.not_before
            && !self.accounts.iter().any(|one| one.is_home && one.polling.is_some())
            && (now.running >= self.settled_at || !self.accounts.iter().any(|one| one.awaited))
    }

    fn want(&mut self, reason: Reason) {
        self.wanted.get_or_insert(reason);
    }

    /// Does what a wake-up asks for; the end, where it is that.
    fn on(&mut self, wake: Wake) -> Result<Option<End>, StoreError> {
        let now = Moment::now(self.ground.clock);
        match wake {
            Wake::Poll(index) => self.poll(index, now)?,
            Wake::Polled(index, fetched) => self.polled(index, fetched?, now),
            Wake::Replan(reason) => self.replan(reason, now),
            Wake::Turned(turned) => self.turned(*turned, now)?,
            Wake::Files(index) => self.touched(index, now),
            Wake::Resumed | Wake::ClockJumped => self.doubt(&wake, now),
            // A cycle in the middle is dropped, which is as safe as a crash: the next one looks first.
            Wake::Reload => return Ok(Some(End::Reload)),
            Wake::ZoneChanged => return Ok(Some(End::Zone)),
            Wake::ConfigWrong(fault) => {
                self.config_fault = Some(fault);
                // The manager was told meanwhile that the config is read.
                self.said.clear();
            }
            // Who asked may have gone.
            Wake::Ask(answer) => {
                self.look_at_state(now);
                drop(answer.send(self.status(now)));
            }
            Wake::Stop => return Ok(Some(End::Stop)),
        }
        Ok(None)
    }

    fn poll(&mut self, index: usize, now: Moment) -> Result<(), StoreError> {
        let ground = self.ground;
        let account = &mut self.accounts[index];
        account.begin(now, ground.store.version()?);
        let (thorough, before) = (account.thorough, account.fetched().to_vec());
        let read = async move { Wake::Polled(index, turn::read(ground, index, thorough, &before).await) };
        self.jobs.push(Box::pin(read));
        Ok(())
    }

    fn polled(&mut self, index: usize, fetched: Vec<Fetched>, now: Moment) {
        let every = every(self.ground);
        let account = &mut self.accounts[index];
        let before = (account.trouble.is_some(), account.needed_login);
        let asked = account.asked().unwrap_or((now, i64::MIN));
        let changed = account.polled(fetched, asked.0, asked.1);
        // What was asked before the machine slept is asked again.
        account.next = if std::mem::take(&mut account.again) || account.awaited {
            now.running
        } else {
            now.running + schedule::pause(every, account.failures, &mut self.rng)
        };
        journal::polled(&self.ground.settings.accounts[index].name, account, before);
        let reason = if changed { Reason::Change } else { Reason::Rest };
        if changed || self.unsettled {
            self.want(reason);
        }
    }

    fn touched(&mut self, index: usize, now: Moment) {
        if let Some(account) = self.accounts.get_mut(index) {
            account.again = account.polling.is_some();
            account.next = now.running;
        }
    }

    /// Nothing that was read can be trusted any more: all is read again, thoroughly, before anything is written.
    fn doubt(&mut self, wake: &Wake, now: Moment) {
        journal::broke(wake);
        for account in &mut self.accounts {
            account.doubt(now, now.running + schedule::pause_after_break(&mut self.rng));
        }
        self.settled_at = now.running + SETTLE_MAX;
        self.wanted = Some(Reason::Break);
    }

    fn replan(&mut self, reason: Reason, now: Moment) {
        (self.wanted, self.turning) = (None, Some(now));
        let (ground, accounts) = (self.ground, self.accounts.clone());
        self.jobs.push(Box::pin(async move { Wake::Turned(Box::new(turn(ground, accounts, reason).await)) }));
    }

    fn turned(&mut self, turned: Turned, now: Moment) -> Result<(), StoreError> {
        self.turning = None;
        let before = self.locked.take();
        let pause = match turned.done {
            Ok(done) => return self.done(done, turned.reason, now),
            Err(TurnError::Cycle(CycleError::Store(error))) => return Err(error),
            Err(TurnError::Locked(error)) => {
                if before.is_none_or(|before| before.to_string() != error.to_string()) {
                    journal::locked(&error);
                }
                self.locked = Some(error);
                self.not_before = now.running + LOCKED_PAUSE;
                self.want(turned.reason);
                LOCKED_PAUSE
            }
            Err(error) => {
                journal::cycle_failed(&error);
                self.unsettled = true;
                every(self.ground)
            }
        };
        // The plan's own moments are not known without an outcome.
        let at = now.wall.saturating_add(pause).unwrap_or(Timestamp::MAX);
        self.due.get_or_insert(Due { at, reason: Reason::Rest });
        Ok(())
    }

    fn done(&mut self, done: Done, reason: Reason, now: Moment) -> Result<(), StoreError> {
        let Done { outcome, pause, reread } = done;
        for one in reread {
            let account = &mut self.accounts[one.account];
            let before = (account.trouble.is_some(), account.needed_login);
            account.take(one.fetched, one.asked, one.version);
            // One that failed is no poll: neither is it counted, nor does it put off the next.
            if account.trouble.is_none() {
                account.failures = 0;
                account.next = now.running + schedule::pause(every(self.ground), 0, &mut self.rng);
            }
            journal::polled(&self.ground.settings.accounts[one.account].name, account, before);
        }
        let is_paused = pause != Pause::No;
        for (account, settings) in self.accounts.iter_mut().zip(&self.ground.settings.accounts) {
            let is_in = |one: &crate::cycle::outcome::Attempt| {
                !is_paused && one.change.calendar.account == settings.name && (one.applied || one.error.is_some())
            };
            if outcome.changes.iter().any(is_in) {
                account.spend();
            }
        }
        self.pause = pause;
        self.unsettled = outcome.partly && !is_paused && self.ground.settings.write;
        if outcome.is_stale {
            self.want(Reason::Rest);
        }
        self.due = Some(schedule::next_replan(now.wall, self.ground.settings, &outcome, pause.until()));
        self.digest = Digest::of(&outcome);
        journal::cycled(&outcome, reason, is_paused, &mut self.logged);
        self.tell_news(&outcome)
    }
}
