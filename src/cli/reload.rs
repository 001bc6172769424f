//! The config that the daemon is to read again at SIGHUP: which one is taken over next, and why the last one was refused.
//! It outlives the loops that go by it.

use std::cell::RefCell;
use std::convert::Infallible;

use tokio::signal::unix::Signal;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use super::fail::Fail;
use super::shell::Shell;
use crate::config::Environment;
use crate::daemon::wake::Wake;
use crate::daemon::{journal, systemd};

pub(super) struct Reload {
    signal: RefCell<Signal>,
    /// Wakes the loop.
    pub(super) wakes: UnboundedSender<Wake>,
    /// What the loop begins anew with.
    next: RefCell<Option<Shell>>,
    /// Why the config that was to be taken over is not.
    refused: RefCell<Option<String>>,
}

impl Reload {
    /// With the other end of its wake-ups.
    pub(super) fn new(signal: Signal) -> (Self, UnboundedReceiver<Wake>) {
        let (wakes, woken) = mpsc::unbounded_channel();
        let (signal, next, refused) = (RefCell::new(signal), RefCell::default(), RefCell::default());
        (Self { signal, wakes, next, refused }, woken)
    }

    /// Waits for SIGHUP.
    pub(super) async fn told(&self) {
        if std::future::poll_fn(|context| self.signal.borrow_mut().poll_recv(context)).await.is_none() {
            std::future::pending::<()>().await;
        }
    }

    /// Reads the config again at each SIGHUP; one that is wrong is told and changes nothing. Never ends.
    pub(super) async fn whenever_told(&self, shell: &Shell) -> Infallible {
        loop {
            self.told().await;
            // A right one is in use, and that told, once the loop has begun anew.
            if !self.read(shell) {
                systemd::ready();
            }
        }
    }

    /// Reads the config again; whether it is right and the loop is to begin anew with it.
    pub(super) fn read(&self, shell: &Shell) -> bool {
        systemd::reloading();
        match reloaded(shell) {
            Ok(new) => {
                self.refused.take();
                self.next.replace(Some(new));
                let _ = self.wakes.send(Wake::Reload);
                true
            }
            Err(fail) => {
                // What was read before and not taken over yet is no longer what the file says.
                self.next.take();
                self.refuse(&fail);
                false
            }
        }
    }

    /// A config that is not taken over is told, in full in the log, and its first fault to whoever asks.
    pub(super) fn refuse(&self, fail: &Fail) {
        let message = fail.message();
        journal::config_wrong(&message);
        self.refused.replace(Some(message.lines().next().unwrap_or_default().to_owned()));
        self.tell_refused();
    }

    /// The same to a loop that does not know yet.
    pub(super) fn tell_refused(&self) {
        if let Some(fault) = self.refused() {
            let _ = self.wakes.send(Wake::ConfigWrong(fault));
        }
    }

    /// Why a config is refused.
    pub(super) fn refused(&self) -> Option<String> {
        self.refused.borrow().clone()
    }

    /// What was read last, for the loop to begin anew with.
    pub(super) fn next(&self) -> Option<Shell> {
        self.next.take()
    }

    /// The config that is to be used is.
    pub(super) fn taken_over(&self) {
        self.refused.take();
    }
}

/// What the config file says now.
fn reloaded(shell: &Shell) -> Result<Shell, Fail> {
    let new = Shell::of(&shell.settings.file, None, &Environment::from_system())?;
    refuse_standing_clock(&new)?;
    if new.settings.state_dir != shell.settings.state_dir {
        return Err(Fail::Config("another state_dir takes effect only when the daemon is started anew".to_owned()));
    }
    Ok(new)
}

/// A standing clock is for demos and tests.
pub(super) fn refuse_standing_clock(shell: &Shell) -> Result<(), Fail> {
    if shell.settings.now.is_none() {
        return Ok(());
    }
    let file = shell.settings.file.display();
    Err(Fail::Config(format!("{file}: now: `seawall run` goes by the real clock: take this key away")))
}
