//! What the tests of the real process stand on: a folder with calendars and a config, the socket of a service manager, and
//! the process with its log.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use jiff::ToSpan as _;
use rustix::process::{Pid, Signal, kill_process};
use seawall::cycle::clock::Clock;
use tempfile::TempDir;

use crate::support::policy::zone;

/// Well below the minute after which a request is given up; the machine may be busy.
const END_MAX: Duration = Duration::from_secs(30);
/// A machine may be busy: what takes longer than this is broken.
const PATIENCE: Duration = Duration::from_mins(1);

/// With signs of life five times a second more than such a minute.
const WORDS_MAX: usize = 500;

const CONFIG: &str = r#"
timezone = "Europe/Berlin"
instance = "laptop"
state_dir = "state"
[hours]
work = [{ days = "mon-sun", from = "00:00", to = "24:00" }]
[focus]
notice = "0m"
freeze = "0m"
[[role]]
name = "deep"
# Met by the mornings that are left, so none of them grows to win back what a meeting took.
target = "3h"
blocks = [{ name = "Morning", days = "mon-sun", from = "09:00", to = "12:00" }]
# Three weeks of mornings fit into one cycle, on whichever weekday it runs.
[limits]
writes_per_cycle = 200
writes_per_day = 2000
[[account]]
name = "local"
provider = "vdir"
path = "."
emails = ["anna@example.org"]
calendars = [{ name = "work", use = "read+hold" }, { name = "private", use = "read", private = true }]
"#;

/// A folder with calendars and a config, and the socket of a service manager.
pub(super) struct Machine {
    root: TempDir,
    manager: UnixDatagram,
}

impl Machine {
    pub(super) fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        for folder in ["work", "private", "run", "home"] {
            fs::create_dir(root.path().join(folder)).unwrap();
        }
        fs::write(root.path().join("seawall.toml"), CONFIG).unwrap();
        let manager = UnixDatagram::bind(root.path().join("notify")).unwrap();
        manager.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { root, manager }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    pub(super) fn config(&self, from: &str, to: &str) {
        let text = fs::read_to_string(self.path("seawall.toml")).unwrap();
        assert!(text.contains(from), "no {from:?} in the config");
        fs::write(self.path("seawall.toml"), text.replace(from, to)).unwrap();
    }

    pub(super) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seawall"));
        command.arg("--config").arg(self.path("seawall.toml")).args(args).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.path("home")).env("XDG_RUNTIME_DIR", self.path("run"));
        command.stdin(Stdio::null());
        command
    }

    pub(super) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    pub(super) fn start(&self) -> Daemon {
        self.start_with(|_| {})
    }

    pub(super) fn start_with(&self, prepare: impl FnOnce(&mut Command)) -> Daemon {
        let mut command = self.command(&["run"]);
        command.env("NOTIFY_SOCKET", self.path("notify")).stderr(Stdio::piped()).stdout(Stdio::piped());
        prepare(&mut command);
        Daemon::new(command.spawn().unwrap())
    }

    /// Waits until the daemon says a word to its manager; all of that datagram.
    #[track_caller]
    pub(super) fn hears(&self, word: &str) -> String {
        let mut buffer = [0; 4096];
        let mut heard = Vec::new();
        loop {
            let Ok(length) = self.manager.recv(&mut buffer) else { panic!("never heard {word:?}, only {heard:?}") };
            let text = String::from_utf8(buffer[..length].to_vec()).unwrap();
            if text.contains(word) {
                return text;
            }
            heard.push(text);
            assert!(heard.len() < WORDS_MAX, "never heard {word:?}, only {heard:?}");
        }
    }

    /// All that the daemon has said to its manager until now and nobody waited for.
    pub(super) fn heard(&self) -> Vec<String> {
        self.manager.set_nonblocking(true).unwrap();
        let mut buffer = [0; 4096];
        let word =
            || self.manager.recv(&mut buffer).ok().map(|length| String::from_utf8_lossy(&buffer[..length]).into());
        let heard = std::iter::from_fn(word).collect();
        self.manager.set_nonblocking(false).unwrap();
        heard
    }

    /// Holds and summaries, by their file names.
    pub(super) fn own(&self) -> Vec<String> {
        let names = fs::read_dir(self.path("work")).unwrap().map(|entry| entry.unwrap().file_name());
        let mut own: Vec<String> =
            names.map(|name| name.into_string().unwrap()).filter(|name| name.starts_with("sea0")).collect();
        own.sort();
        own
    }

    /// No hold and no summary is there twice.
    #[track_caller]
    pub(super) fn has_none_twice(&self) {
        let own = self.own();
        let says = |name: &String| -> String {
            let text = fs::read_to_string(self.path("work").join(name)).unwrap();
            text.lines().filter(|line| line.starts_with("DTSTART") || line.starts_with("SUMMARY")).collect()
        };
        let all: BTreeSet<String> = own.iter().map(says).collect();
        assert_eq!(all.len(), own.len(), "one is there twice: {all:#?}");
    }

    /// Whether a hold covers the whole morning that is so many days away.
    pub(super) fn has_morning(&self, days: i64) -> bool {
        self.morning(days).is_some()
    }

    /// The file name of that hold.
    pub(super) fn morning(&self, days: i64) -> Option<String> {
        let from = stamp(days, 9);
        let to = stamp(days, 12);
        self.own().into_iter().find(|name| {
            let text = fs::read_to_string(self.path("work").join(name)).unwrap_or_default();
            text.contains(&format!("DTSTART:{from}")) && text.contains(&format!("DTEND:{to}"))
        })
    }

    /// A meeting on that morning, with a title that must not get into the log.
    pub(super) fn meeting(&self, calendar: &str, days: i64) {
        let (start, end) = (stamp(days, 9), stamp(days, 10));
        let text = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\nUID:m{days}@example.org\r\n\
             DTSTAMP:20261101T080000Z\r\nDTSTART:{start}\r\nDTEND:{end}\r\nSUMMARY:Quartz negotiations\r\n\
             ORGANIZER;CN=Benedikt Secretov:mailto:ben@example.org\r\n\
             ATTENDEE;PARTSTAT=ACCEPTED:mailto:anna@example.org\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        );
        // As calendar programs write: beside it first.
        let file = self.path(calendar).join(format!("m{days}.ics"));
        fs::write(file.with_extension("tmp"), text).unwrap();
        fs::rename(file.with_extension("tmp"), file).unwrap();
    }
}

/// Has the daemon say a word five times a second and look at its state as often: who waits for it gives up where it is
/// silent for a minute.
pub(super) fn talkative(command: &mut Command) {
    command.env("WATCHDOG_USEC", "600000");
}

/// The same command as a user whom permissions bind, also for root.
pub(super) fn unprivileged(command: &Command) -> Command {
    let mut bound = if rustix::process::getuid().is_root() {
        let mut bound = Command::new("setpriv");
        bound.args(["--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]).arg(command.get_program());
        bound
    } else {
        Command::new(command.get_program())
    };
    bound.args(command.get_args()).env_clear().stdin(Stdio::null());
    bound.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    bound
}

/// That hour of a day that is so many days away, in UTC as iCalendar writes it.
pub(super) fn stamp(days: i64, hour: i8) -> String {
    let today = Clock::System.now().to_zoned(zone("Europe/Berlin")).date();
    let at = (today + days.days()).at(hour, 0, 0, 0).in_tz("Europe/Berlin").unwrap();
    at.timestamp().strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Waits until something is so.
#[track_caller]
pub(super) fn eventually(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..PATIENCE.as_millis() / 20 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("not so after {PATIENCE:?}: {what}");
}

/// The process; killed when dropped.
pub(super) struct Daemon {
    pub(super) child: Child,
    lines: mpsc::Receiver<String>,
    said: Vec<String>,
}

impl Daemon {
    pub(super) fn new(mut child: Child) -> Self {
        let (send, lines) = mpsc::channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || stderr.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        Self { child, lines, said: Vec::new() }
    }

    pub(super) fn send(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for a line of the log.
    #[track_caller]
    pub(super) fn logs(&mut self, words: &str) {
        loop {
            let Ok(line) = self.lines.recv_timeout(PATIENCE) else { panic!("never {words:?} in {:#?}", self.said) };
            self.said.push(line);
            if self.said.last().is_some_and(|line| line.contains(words)) {
                return;
            }
        }
    }

    /// Waits for the end, and not for long; how it ended, and what was logged.
    #[track_caller]
    pub(super) fn end(mut self) -> (ExitStatus, Vec<String>) {
        loop {
            match self.lines.recv_timeout(END_MAX) {
                Ok(line) => self.said.push(line),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("it did not end: {:#?}", self.said),
            }
        }
        let status = self.child.wait().unwrap();
        (status, std::mem::take(&mut self.said))
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
