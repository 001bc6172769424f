//! What the service manager is told (`sd_notify(3)`): only words; it decides nothing. Without a manager nothing is said.

use std::io;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

use sd_notify::NotifyState;

/// Config and state are good: the service is up, whatever the network does.
pub fn ready() {
    tell(&[NotifyState::Ready]);
}

/// The config is read again; [`ready`] follows, also where it was wrong.
pub fn reloading() {
    // The manager takes the word only with the moment; without that it is told nothing, and goes on as before.
    if let Ok(now) = NotifyState::monotonic_usec_now() {
        tell(&[NotifyState::Reloading, now, NotifyState::Status("reads its config again")]);
    }
}

/// How it goes, in one line.
pub fn status(text: &str) {
    tell(&[NotifyState::Status(text)]);
}

/// The service ends.
pub fn stopping() {
    tell(&[NotifyState::Stopping, NotifyState::Status("ends")]);
}

/// Nothing hangs.
pub fn alive() {
    tell(&[NotifyState::Watchdog]);
}

/// How often the manager wants to hear [`alive`]; none: never.
pub fn watchdog() -> Option<Duration> {
    sd_notify::watchdog_enabled().filter(|every| !every.is_zero())
}

fn tell(words: &[NotifyState<'_>]) {
    if let Err(error) = send(words) {
        tracing::debug!("the service manager could not be told: {error}");
    }
}

fn send(words: &[NotifyState<'_>]) -> io::Result<()> {
    let socket = std::env::var_os("NOTIFY_SOCKET").unwrap_or_default();
    // One without a file, as some containers and old managers have it: the crate knows only files.
    let Some(name) = socket.as_bytes().strip_prefix(b"@") else { return sd_notify::notify(words) };
    let text = words.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    UnixDatagram::unbound()?.send_to_addr(text.as_bytes(), &SocketAddr::from_abstract_name(name)?).map(drop)
}
