//! `seawall run`: the daemon put together. Around the loop stand the signals, the service manager, the folders that are
//! watched, the socket for questions and the programs for notices; each a future of this one thread.

use std::cell::RefCell;
use std::convert::Infallible;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::time::Instant;

use super::accounts;
use super::args::Cli;
use super::fail::{DONE, Done, Fail};
use super::reload::{Reload, refuse_standing_clock};
use super::shell::{self, Shell};
use crate::config::Environment;
use crate::config::settings::{Hook, Source};
use crate::cycle::clock::Clock;
use crate::daemon::digest::{AccountStatus, Status, instant};
use crate::daemon::files::Watcher;
use crate::daemon::run::{Ground, run as watch};
use crate::daemon::socket::Socket;
use crate::daemon::wake::{End, STATE_UNUSABLE, Wake, Word};
use crate::daemon::{hooks as programs, journal, systemd, zone};
use crate::store::lock::Lock;
use crate::store::{BUSY_TIMEOUT, Store, StoreError};

/// How long until a state that could not be used is tried again: at first, and doubled up to the most. A loop that worked
/// on it for the longest of these times found it good.
const STATE_RETRY_MIN: Duration = Duration::from_secs(5);
const STATE_RETRY_MAX: Duration = Duration::from_mins(10);
/// Name of the single value by which it is found out whether the state can be written.
const TRIED: &str = "tried";

/// How long the end waits for a login that is being renewed.
const STOP_MAX: Duration = Duration::from_millis(2500);
// A stop takes less than 5 s, whatever goes on: while the database is waited for nothing is heard.
const _: () = assert!(BUSY_TIMEOUT.as_millis() + STOP_MAX.as_millis() < 5000);

/// The daemon.
pub(super) async fn run(cli: &Cli) -> Done {
    if cli.now.is_some() {
        return Err(Fail::Usage("run goes by the real clock; --now is for the other commands".to_owned()));
    }
    // First: until then SIGHUP ends it, and is no failure after which it would be started again.
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let (reload, woken) = Reload::new(signal(SignalKind::hangup())?);
    // What it makes is for its user alone.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let shell = Shell::open(cli)?;
    refuse_standing_clock(&shell)?;
    let mut alone = Vec::new();
    let store = opened(&shell, &mut alone).await.map_err(|fail| {
        systemd::status("did not start, for the state can't be used; see the log");
        fail.of_service()
    })?;
    let path = shell::socket(&shell.settings.file);
    let socket = Socket::bind(&path).with_context(|| format!("can't make the socket {}", path.display()));
    let socket = socket.map_err(|error| Fail::from(error).of_service())?;
    let (words, mut said) = mpsc::unbounded_channel();
    let hooks = RefCell::default();
    journal::started(shell.settings.accounts.len());
    systemd::ready();
    let done = tokio::select! {
        biased;
        _ = terminate.recv() => Ok(DONE),
        _ = interrupt.recv() => Ok(DONE),
        failed = Daemon::new(&reload, woken, words, &hooks, &mut alone).stay(shell, store, &socket) => Err(failed),
        never = listen(&hooks, &mut said) => match never {},
    };
    systemd::stopping();
    // A refresh token that the service has just replaced would be lost with the answer.
    let _ = tokio::time::timeout(STOP_MAX, accounts::finished()).await;
    journal::stopped();
    done
}

struct Daemon<'a> {
    reload: &'a Reload,
    woken: UnboundedReceiver<Wake>,
    words: UnboundedSender<Word>,
    /// The programs of the present config.
    hooks: &'a RefCell<Vec<Hook>>,
    /// What keeps other daemons out.
    alone: &'a mut Vec<Lock>,
    /// How long a state that could not be used is left alone next: one that opens may still be of no use to the loop.
    state_pause: Duration,
}

impl<'a> Daemon<'a> {
    fn new(
        reload: &'a Reload,
        woken: UnboundedReceiver<Wake>,
        words: UnboundedSender<Word>,
        hooks: &'a RefCell<Vec<Hook>>,
        alone: &'a mut Vec<Lock>,
    ) -> Self {
        Self { reload, woken, words, hooks, alone, state_pause: STATE_RETRY_MIN }
    }

    /// Runs one loop after the other; ends only where it can't go on.
    async fn stay(mut self, mut shell: Shell, mut store: Store, socket: &Socket) -> Fail {
        let since = Clock::System.now();
        loop {
            self.hooks.borrow_mut().clone_from(&shell.settings.hooks);
            let folders = folders(&shell);
            let watcher = Watcher::new(&folders);
            let wakes = &self.reload.wakes;
            let locks = shell.lock_files();
            let ground = Ground {
                settings: &shell.settings,
                config_hash: &shell.config_hash,
                zones: &shell.zones,
                instance: &shell.instance,
                // A secret may take its time, which is that of its account alone.
                accounts: shell.late_accounts(),
                store: &store,
                clock: Clock::System,
                locks: &locks,
                seed: u64::from(std::process::id()) ^ since.as_second().unsigned_abs(),
                watchdog: systemd::watchdog(),
                since,
            };
            let began = Instant::now();
            let end = tokio::select! {
                end = watch(ground, &mut self.woken, &self.words) => end,
                never = socket.serve(wakes) => match never {},
                never = Watcher::run(watcher, wakes) => match never {},
                never = follow_zone(&shell, wakes) => match never {},
                never = self.reload.whenever_told(&shell) => match never {},
            };
            match end {
                End::Stop => return anyhow::anyhow!("the loop ended by itself").into(),
                End::Reload => {
                    // None where it was told twice, and the first time did for both.
                    if let Some(new) = self.reload.next() {
                        journal::reloaded("the config was read again");
                        shell = self.taken_over(shell, Ok(new)).await;
                        systemd::ready();
                    }
                }
                End::Zone => {
                    journal::reloaded("the system has another time zone");
                    let new = shell.in_zone_of(&Environment::from_system());
                    shell = self.taken_over(shell, new).await;
                }
                End::Store(error) => {
                    if began.elapsed() >= STATE_RETRY_MAX {
                        self.state_pause = STATE_RETRY_MIN;
                    }
                    // First: opened beside it, the new one was found corrupt once another program had written.
                    drop(store);
                    store = self.reopened(&shell, socket, since, error).await;
                    self.reload.tell_refused();
                }
            }
        }
    }

    /// Waits outside of the loop, with signs of life; whoever asks is told how it goes, and all else that happens is left
    /// to the loop that comes.
    async fn meanwhile<T>(&mut self, socket: &Socket, status: impl Fn() -> Status, wait: impl Future<Output = T>) -> T {
        let mut kept = Vec::new();
        let answers = async {
            while let Some(wake) = self.woken.recv().await {
                match wake {
                    // Who asked may have gone.
                    Wake::Ask(answer) => {
                        drop(answer.send(Status { config_fault: self.reload.refused(), ..status() }));
                    }
                    wake => kept.push(wake),
                }
            }
            std::future::pending::<Infallible>().await
        };
        let done = tokio::select! {
            done = alive(wait) => done,
            never = socket.serve(&self.reload.wakes) => match never {},
            never = answers => match never {},
        };
        for wake in kept {
            let _ = self.reload.wakes.send(wake);
        }
        done
    }

    /// The new config, where it is right and nobody else holds in its calendar; else the old one.
    async fn taken_over(&mut self, old: Shell, new: Result<Shell, Fail>) -> Shell {
        let locked = match new {
            Ok(new) => new.lock_as_daemon(self.alone).await.map(|()| new),
            Err(fail) => Err(fail),
        };
        match locked {
            Ok(new) => {
                self.reload.taken_over();
                new
            }
            Err(fail) => {
                self.reload.refuse(&fail);
                old
            }
        }
    }

    /// The state, once it can be used again; until then the daemon says why it does nothing. Told to read its config
    /// again it tries at once.
    async fn reopened(&mut self, shell: &Shell, socket: &Socket, since: Timestamp, error: StoreError) -> Store {
        let mut fault = error.to_string();
        loop {
            journal::state_failed(&fault);
            // After what the loop said last, which may still have to be passed on.
            let _ = self.words.send(Word::Status(STATE_UNUSABLE.to_owned()));
            let (pause, reload) = (self.state_pause, self.reload);
            let again = tokio::time::timeout(pause, reload.told());
            if self.meanwhile(socket, || troubled(shell, since, &fault), again).await.is_ok() {
                reload.read(shell);
                systemd::ready();
                self.state_pause = STATE_RETRY_MIN;
            } else {
                self.state_pause = STATE_RETRY_MAX.min(pause * 2);
            }
            match opened(shell, self.alone).await {
                Ok(store) => return store,
                Err(fail) => fault = fail.message(),
            }
        }
    }
}

/// The state that is there now, where no other daemon works on it (with a folder that was moved away its lock went
/// too) and it can be written: one that is full, or held by another program, opens all the same.
async fn opened(shell: &Shell, alone: &mut Vec<Lock>) -> Result<Store, Fail> {
    shell.lock_as_daemon(alone).await?;
    let store = shell.store()?;
    store.set_meta(TRIED, Some(&shell.now().to_string()))?;
    Ok(store)
}

/// Waits with signs of life: nothing else is done meanwhile, so nothing can hang.
async fn alive<T>(wait: impl Future<Output = T>) -> T {
    let slice = systemd::watchdog().map_or(STATE_RETRY_MAX, |every| every / 3);
    let mut wait = std::pin::pin!(wait);
    loop {
        tokio::select! {
            done = &mut wait => return done,
            () = tokio::time::sleep(slice) => systemd::alive(),
        }
    }
}

/// Passes on what one loop after the other says; what was started for a notice goes on when a loop ends. Never ends.
async fn listen(hooks: &RefCell<Vec<Hook>>, said: &mut UnboundedReceiver<Word>) -> Infallible {
    let (tell, mut told) = mpsc::unbounded_channel();
    let pass_on = async {
        while let Some(word) = said.recv().await {
            match word {
                Word::Status(text) => systemd::status(&text),
                Word::Alive => systemd::alive(),
                // The other end lives as long as this one.
                Word::Notice(notice) => drop(tell.send(notice)),
            }
        }
        std::future::pending().await
    };
    tokio::select! {
        never = pass_on => never,
        never = programs::serve(hooks, &mut told) => never,
    }
}

/// The folders of events, each with the index of its account.
fn folders(shell: &Shell) -> Vec<(usize, PathBuf)> {
    let accounts = shell.settings.accounts.iter().enumerate();
    let folders = accounts.filter_map(|(index, account)| match &account.source {
        Source::Vdir { path } => Some((index, path, account)),
        Source::CalDav { .. } | Source::Google { .. } | Source::IcsFile { .. } | Source::IcsAddress { .. } => None,
    });
    folders
        .flat_map(|(index, path, account)| {
            account.calendars.iter().map(move |calendar| (index, path.join(&calendar.id.calendar)))
        })
        .collect()
}

async fn follow_zone(shell: &Shell, wakes: &UnboundedSender<Wake>) -> Infallible {
    match &shell.settings.zone_of_system {
        Some(zone) => zone::watch(zone, || Environment::from_system().timezone, shell.clock, wakes).await,
        None => std::future::pending().await,
    }
}

/// The status while the state can't be used.
fn troubled(shell: &Shell, since: Timestamp, fault: &str) -> Status {
    let account = |name: &String| AccountStatus {
        name: name.clone(),
        state: "waiting".to_owned(),
        last_poll: None,
        next_poll: None,
        failures: 0,
        trouble: None,
    };
    Status {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        pid: std::process::id(),
        since: instant(since, shell.tz()),
        now: instant(shell.now(), shell.tz()),
        config: shell.settings.file.display().to_string(),
        state_fault: Some(fault.to_owned()),
        accounts: shell.settings.accounts.iter().map(|one| account(&one.name)).collect(),
        ..Status::default()
    }
}
