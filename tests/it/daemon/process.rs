//! The real daemon as a process, as a service manager sees it: what it says on the notify socket, what it does on signals,
//! what lies on the calendars and in the log. Waits for things to happen, in order, and never for time to pass.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use jiff::{ToSpan as _, Zoned};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// A machine may be busy: what takes longer than this is broken.
const PATIENCE: Duration = Duration::from_secs(60);

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
blocks = [{ name = "Morning", days = "mon-sun", from = "09:00", to = "12:00" }]
[[account]]
name = "local"
provider = "vdir"
path = "."
emails = ["anna@example.org"]
calendars = [{ name = "work", use = "read+hold" }, { name = "private", use = "read", private = true }]
"#;

/// A folder with calendars and a config, and the socket of a service manager.
struct Machine {
    root: TempDir,
    manager: UnixDatagram,
}

impl Machine {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        for folder in ["work", "private", "run", "home"] {
            fs::create_dir(root.path().join(folder)).unwrap();
        }
        fs::write(root.path().join("seawall.toml"), CONFIG).unwrap();
        let manager = UnixDatagram::bind(root.path().join("notify")).unwrap();
        manager.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { root, manager }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn config(&self, from: &str, to: &str) {
        let text = fs::read_to_string(self.path("seawall.toml")).unwrap();
        assert!(text.contains(from), "no {from:?} in the config");
        fs::write(self.path("seawall.toml"), text.replace(from, to)).unwrap();
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seawall"));
        command.arg("--config").arg(self.path("seawall.toml")).args(args).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.path("home")).env("XDG_RUNTIME_DIR", self.path("run"));
        command.stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    fn start(&self) -> Daemon {
        self.start_with(|_| {})
    }

    fn start_with(&self, prepare: impl FnOnce(&mut Command)) -> Daemon {
        let mut command = self.command(&["run"]);
        command.env("NOTIFY_SOCKET", self.path("notify")).stderr(Stdio::piped()).stdout(Stdio::piped());
        prepare(&mut command);
        Daemon::new(command.spawn().unwrap())
    }

    /// Waits until the daemon says a word to its manager; all of that datagram.
    #[track_caller]
    fn hears(&self, word: &str) -> String {
        let mut buffer = [0; 4096];
        let mut heard = Vec::new();
        loop {
            let Ok(length) = self.manager.recv(&mut buffer) else { panic!("never heard {word:?}, only {heard:?}") };
            let text = String::from_utf8(buffer[..length].to_vec()).unwrap();
            if text.contains(word) {
                return text;
            }
            heard.push(text);
        }
    }

    /// Holds and summaries, by their file names.
    fn own(&self) -> Vec<String> {
        let names = fs::read_dir(self.path("work")).unwrap().map(|entry| entry.unwrap().file_name());
        let mut own: Vec<String> =
            names.map(|name| name.into_string().unwrap()).filter(|name| name.starts_with("sea0")).collect();
        own.sort();
        own
    }

    /// Whether a hold covers the whole morning that is so many days away.
    fn has_morning(&self, days: i64) -> bool {
        let from = stamp(days, 9);
        let to = stamp(days, 12);
        self.own().iter().any(|name| {
            let text = fs::read_to_string(self.path("work").join(name)).unwrap_or_default();
            text.contains(&format!("DTSTART:{from}")) && text.contains(&format!("DTEND:{to}"))
        })
    }

    /// A meeting on that morning, with a title that must not get into the log.
    fn meeting(&self, calendar: &str, days: i64) {
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

fn stamp(days: i64, hour: i8) -> String {
    let day = Zoned::now().with_time_zone(jiff::tz::TimeZone::get("Europe/Berlin").unwrap()).date() + days.days();
    let at = day.at(hour, 0, 0, 0).in_tz("Europe/Berlin").unwrap();
    at.timestamp().strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Waits until something is so.
#[track_caller]
fn eventually(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..PATIENCE.as_millis() / 20 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("not so after {PATIENCE:?}: {what}");
}

/// The process; killed when dropped.
struct Daemon {
    child: Child,
    lines: mpsc::Receiver<String>,
    said: Vec<String>,
}

impl Daemon {
    fn new(mut child: Child) -> Self {
        let (send, lines) = mpsc::channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || stderr.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        Self { child, lines, said: Vec::new() }
    }

    fn send(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for a line of the log.
    #[track_caller]
    fn logs(&mut self, words: &str) {
        loop {
            let Ok(line) = self.lines.recv_timeout(PATIENCE) else { panic!("never {words:?} in {:#?}", self.said) };
            self.said.push(line);
            if self.said.last().is_some_and(|line| line.contains(words)) {
                return;
            }
        }
    }

    /// Waits for the end; what was logged, and how it ended.
    fn end(mut self) -> (ExitStatus, Vec<String>) {
        let status = self.child.wait().unwrap();
        self.said.extend(self.lines.iter());
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

fn status_of(machine: &Machine) -> serde_json::Value {
    let output = machine.run(&["status", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn it_starts_holds_and_stops() {
    let machine = Machine::new();
    let daemon = machine.start();
    machine.hears("READY=1");
    machine.hears("STATUS=1 account, last cycle");
    eventually("tomorrow's morning is held", || machine.has_morning(1));
    daemon.send(Signal::TERM);
    machine.hears("STOPPING=1");
    let (status, _) = daemon.end();
    assert_eq!(status.code(), Some(0));
    assert!(
        fs::read_dir(machine.path("run/seawall"))
            .unwrap()
            .all(|entry| { !entry.unwrap().file_name().to_string_lossy().ends_with(".sock") })
    );
}

#[test]
fn it_sees_files_as_they_are_written() {
    let machine = Machine::new();
    let _daemon = machine.start();
    eventually("the mornings are held", || machine.has_morning(1) && machine.has_morning(2));
    machine.meeting("private", 2);
    // Long before the next look, which is five minutes away.
    eventually("the hold yields", || !machine.has_morning(2));
    assert!(machine.has_morning(1));
}

#[test]
fn a_wrong_config_at_the_start_is_an_error_that_no_restart_mends() {
    let machine = Machine::new();
    machine.config("[hours]", "pol = \"5m\"\n[hours]");
    let (status, said) = machine.start().end();
    assert_eq!(status.code(), Some(78));
    assert!(said.iter().any(|line| line.contains("seawall.toml:5:1: pol")), "{said:?}");
    // As is a standing clock, and none at all.
    machine.config("pol = \"5m\"", "");
    machine.config("instance = \"laptop\"", "instance = \"laptop\"\nnow = \"2026-11-16T07:30\"");
    let (status, said) = machine.start().end();
    assert_eq!(status.code(), Some(78));
    assert!(said.iter().any(|line| line.contains("goes by the real clock")), "{said:?}");
    let output = machine.run(&["--now", "2026-11-16T07:30:00Z", "run"]);
    assert_eq!(output.status.code(), Some(64), "{output:?}");
}

#[test]
fn a_reload_takes_a_right_config_and_refuses_a_wrong_one() {
    let machine = Machine::new();
    let mut daemon = machine.start();
    machine.hears("READY=1");
    eventually("the mornings are held", || machine.has_morning(1));

    machine.config("from = \"09:00\", to = \"12:00\"", "from = \"nine\", to = \"12:00\"");
    daemon.send(Signal::HUP);
    let word = machine.hears("RELOADING=1");
    assert!(word.lines().any(|line| line.starts_with("MONOTONIC_USEC=")), "{word:?}");
    machine.hears("READY=1");
    machine.hears("the new config is wrong, the old one stays");
    daemon.logs("the new config is wrong, the old one stays");
    assert!(machine.has_morning(1));
    let status = status_of(&machine);
    assert!(status["config_fault"].as_str().unwrap().contains("seawall.toml:"), "{status}");

    machine.config("from = \"nine\", to = \"12:00\"", "from = \"13:00\", to = \"16:00\"");
    daemon.send(Signal::HUP);
    machine.hears("RELOADING=1");
    machine.hears("READY=1");
    eventually("the holds move to the afternoon", || !machine.has_morning(1) && machine.own().len() > 10);
    assert_eq!(status_of(&machine)["config_fault"], serde_json::Value::Null);
}

#[test]
fn killed_at_any_time_it_goes_on_where_it_was() {
    let machine = Machine::new();
    let mut count = 0;
    for round in 0..5 {
        let daemon = machine.start();
        machine.hears("READY=1");
        eventually("it writes", || machine.own().len() > count || round > 2);
        drop(daemon);
        count = machine.own().len();
    }
    let _daemon = machine.start();
    machine.hears("READY=1");
    machine.hears("last cycle");
    let plan = machine.run(&["plan", "--json"]);
    let plan: serde_json::Value = serde_json::from_slice(&plan.stdout).unwrap();
    assert_eq!(plan["changes"].as_array().unwrap().len(), 0, "{plan:#}");
}

#[test]
fn a_second_one_is_told_of_the_first() {
    let machine = Machine::new();
    let first = machine.start();
    machine.hears("READY=1");
    let second = machine.run(&["run"]);
    let said = String::from_utf8(second.stderr).unwrap();
    assert_eq!(second.status.code(), Some(1));
    assert!(said.contains(&format!("another `seawall run` (process {})", first.child.id())), "{said}");
    // Other commands go on beside it: it locks the state only while it writes.
    machine.hears("last cycle");
    assert_eq!(machine.run(&["sync"]).status.code(), Some(0));
}

#[test]
fn pause_and_undo_beside_it_are_heeded() {
    let machine = Machine::new();
    let _daemon = machine.start();
    eventually("the mornings are held", || machine.has_morning(1));
    machine.hears("last cycle");
    let undo = machine.run(&["undo", "--yes"]);
    assert_eq!(undo.status.code(), Some(0), "{undo:?}");
    assert_eq!(machine.own(), [""; 0]);
    machine.hears("paused");
    assert_eq!(machine.own(), [""; 0], "and nothing comes back");
    let status = machine.run(&["status"]);
    let text = String::from_utf8(status.stdout).unwrap();
    assert!(text.contains("paused until `seawall resume`"), "{text}");
}

#[test]
fn status_tells_how_it_goes_and_fails_where_nothing_runs() {
    let machine = Machine::new();
    let none = machine.run(&["status"]);
    assert_eq!(none.status.code(), Some(1));
    let said = String::from_utf8(none.stderr).unwrap();
    assert!(said.contains("no daemon runs with this config"), "{said}");

    let _daemon = machine.start();
    eventually("the first cycle is done", || {
        let output = machine.run(&["status", "--json"]);
        String::from_utf8_lossy(&output.stdout).contains("\"state\": \"ok\"") && machine.has_morning(1)
    });
    machine.hears("last cycle");
    let status = status_of(&machine);
    assert_eq!(status["accounts"][0]["name"], "local");
    assert!(status["accounts"][0]["last_poll"].is_string() && status["accounts"][0]["next_poll"].is_string());
    assert!(status["last_cycle"].is_string() && status["next_cycle"].is_string(), "{status:#}");
    assert_eq!(status["version"], env!("CARGO_PKG_VERSION"));
    let text = String::from_utf8(machine.run(&["status"]).stdout).unwrap();
    for words in ["accounts", "local", "ok", "holds this week", "deep, busy"] {
        assert!(text.contains(words), "no {words:?} in {text}");
    }
    // Nobody else can ask.
    let folder = machine.path("run/seawall");
    let socket = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let socket = socket.filter(|path| path.extension().is_some_and(|end| end == "sock")).next().unwrap();
    assert_eq!(fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o077, 0);
    // Who asks and does not read keeps no other waiting for long.
    let _silent = UnixStream::connect(&socket).unwrap();
    let mut answer = String::new();
    UnixStream::connect(&socket).unwrap().read_to_string(&mut answer).unwrap();
    assert!(answer.ends_with("}\n"), "{answer}");
}

#[test]
fn the_watchdog_is_fed() {
    let machine = Machine::new();
    let _daemon = machine.start_with(|command| {
        command.env("WATCHDOG_USEC", "600000");
    });
    machine.hears("READY=1");
    machine.hears("last cycle");
    for _ in 0..3 {
        machine.hears("WATCHDOG=1");
    }
}

#[test]
fn the_log_names_no_event_and_no_person() {
    let machine = Machine::new();
    machine.meeting("work", 1);
    machine.meeting("private", 2);
    let daemon = machine.start_with(|command| {
        // Connected with something that calls itself a journal, which stderr is not: lines with a priority.
        command.env("JOURNAL_STREAM", "1:1");
    });
    eventually("a morning is held", || machine.has_morning(3));
    machine.meeting("work", 3);
    eventually("it yields", || !machine.has_morning(3));
    machine.hears("last cycle");
    daemon.send(Signal::TERM);
    let (_, said) = daemon.end();
    let text = said.join("\n");
    for secret in ["Quartz", "Benedikt", "Secretov", "ben@", "anna@"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert!(text.contains("<6>create hold") && said.iter().all(|line| line.starts_with('<')), "{text}");
}

#[test]
fn programs_are_started_for_notices_and_told_no_titles() {
    let machine = Machine::new();
    let script =
        |name: &str| format!("#!/bin/sh\ncat >> {0}.json; echo \"$SEAWALL_EVENT\" >> {0}.txt\n", path(&machine, name));
    for name in ["plain", "titles"] {
        fs::write(machine.path(name), script(name)).unwrap();
        fs::set_permissions(machine.path(name), fs::Permissions::from_mode(0o700)).unwrap();
    }
    machine.config(
        "[[account]]",
        "[[notify]]\non = [\"erosion\", \"loss\"]\ncommand = [\"./plain\"]\n\
         [[notify]]\non = [\"erosion\"]\ncommand = [\"./titles\"]\ntitles = true\n\
         # One that hangs and one that is not there hold up nothing.\n\
         [[notify]]\non = [\"erosion\"]\ncommand = [\"sleep\", \"600\"]\n\
         [[notify]]\non = [\"erosion\"]\ncommand = [\"./missing\"]\n\
         [[account]]",
    );
    machine.meeting("work", 2);
    let mut daemon = machine.start();
    daemon.logs("`/");
    let read = |name: &str| fs::read_to_string(machine.path(name)).unwrap_or_default();
    eventually("both were told", || read("plain.txt").contains("erosion") && read("titles.txt").contains("erosion"));
    let told: serde_json::Value = serde_json::from_str(&read("titles.json")).unwrap();
    assert_eq!(told["event"], "erosion");
    assert!(told["message"].as_str().unwrap().starts_with("Morning, "), "{told}");
    assert_eq!(told["blocks"][0]["eroded_by"][0], "Quartz negotiations");
    assert!(!read("plain.json").contains("Quartz"), "{}", read("plain.json"));
    // It goes on, and what was told is not told again, also after a new start.
    machine.meeting("work", 3);
    eventually("the other morning yields", || !machine.has_morning(3));
    eventually("that was told too", || read("plain.json").lines().count() == 2);
    drop(daemon);
    let _again = machine.start();
    machine.hears("READY=1");
    machine.hears("READY=1");
    machine.hears("last cycle");
    assert_eq!(read("plain.json").lines().count(), 2);
}

fn path(machine: &Machine, name: &str) -> String {
    machine.path(name).display().to_string()
}

#[test]
fn a_stop_in_the_middle_of_a_request_is_obeyed_at_once() {
    // A server that takes connections and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let machine = Machine::new();
    machine.config(
        "[[account]]",
        &format!("[[account]]\nname = \"sub\"\nprovider = \"ics\"\nurl = \"http://{address}/cal.ics\"\n[[account]]"),
    );
    let daemon = machine.start();
    machine.hears("READY=1");
    let (_connection, _) = silent.accept().unwrap();
    // The account on disk is served all the same; of what it would hold it can't be sure yet.
    eventually("the folder was read", || {
        let output = machine.run(&["status", "--json"]);
        String::from_utf8_lossy(&output.stdout).contains("\"last_poll\": \"")
    });
    daemon.send(Signal::TERM);
    let begun = std::time::Instant::now();
    let (status, _) = daemon.end();
    assert_eq!(status.code(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(30), "the request alone would take a minute");
}

#[test]
fn a_state_that_cannot_be_used_ends_the_start_and_names_it() {
    let machine = Machine::new();
    fs::write(machine.path("state"), "no folder").unwrap();
    let (status, said) = machine.start().end();
    assert_eq!(status.code(), Some(1));
    assert!(said.iter().any(|line| line.contains("state is no folder")), "{said:?}");
    assert!(Path::new(&machine.path("state")).is_file());
}
