//! The real daemon as a process, as a service manager sees it: what it says on the notify socket, what it does on signals,
//! what lies on the calendars and in the log. Waits for things to happen, in order, and never for time to pass.

use std::fs;
use std::io::Read as _;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram, UnixStream};
use std::time::Duration;

use rustix::process::Signal;

use super::machine::{Machine, eventually};

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
fn a_config_that_is_a_pipe_is_refused_and_waited_for_by_nobody() {
    let machine = Machine::new();
    let daemon = machine.start();
    machine.hears("READY=1");
    eventually("a morning is held", || machine.has_morning(1));
    fs::rename(machine.path("seawall.toml"), machine.path("kept.toml")).unwrap();
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mkfifoat(rustix::fs::CWD, machine.path("seawall.toml"), mode).unwrap();
    daemon.send(Signal::HUP);
    machine.hears("RELOADING=1");
    machine.hears("the new config is wrong, the old one stays");
    let fault = status_of(&machine)["config_fault"].as_str().unwrap().to_owned();
    assert!(fault.ends_with("seawall.toml: can't be read: it is no regular file"), "{fault}");
    daemon.send(Signal::TERM);
    assert_eq!(daemon.end().0.code(), Some(0));
    let (status, said) = machine.start().end();
    assert_eq!(status.code(), Some(78));
    assert!(said.iter().any(|line| line.contains("it is no regular file")), "{said:?}");
}

#[test]
fn a_manager_whose_socket_is_no_file_is_told_as_well() {
    let machine = Machine::new();
    let name = machine.path("notify").display().to_string();
    let address = SocketAddr::from_abstract_name(name.as_bytes()).unwrap();
    let manager = UnixDatagram::bind_addr(&address).unwrap();
    manager.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    let _daemon = machine.start_with(|command| {
        command.env("NOTIFY_SOCKET", format!("@{name}"));
    });
    let mut buffer = [0; 4096];
    let length = manager.recv(&mut buffer).unwrap();
    assert_eq!(str::from_utf8(&buffer[..length]).unwrap(), "READY=1");
    let length = manager.recv(&mut buffer).unwrap();
    assert!(buffer[..length].starts_with(b"STATUS=1 account"));
}

#[test]
fn killed_at_any_time_it_goes_on_where_it_was() {
    let machine = Machine::new();
    // Fewer than two weeks have mornings; one that was quick may have written them all before it was killed.
    for written in [1, 3, 6, 9, 12] {
        let daemon = machine.start();
        machine.hears("READY=1");
        eventually("it writes", || machine.own().len() >= written);
        drop(daemon);
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
    for words in ["accounts", "local", "ok", "holds this week"] {
        assert!(text.contains(words), "no {words:?} in {text}");
    }
    // Nobody else can ask.
    let folder = machine.path("run/seawall");
    let mut socket = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let socket = socket.find(|path| path.extension().is_some_and(|end| end == "sock")).unwrap();
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
    let script = |name: &str| {
        format!("#!/bin/sh\ncat >> {0}.json; echo \"$SEAWALL_EVENT\" >> {0}.txt\n", machine.path(name).display())
    };
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

#[test]
fn a_program_that_is_not_done_ends_with_all_that_it_started() {
    let machine = Machine::new();
    machine.config(
        "[[account]]",
        "[[notify]]\non = [\"erosion\"]\ncommand = [\"sh\", \"-c\", \"sleep 600 & echo $! > started.tmp; \
         mv started.tmp started; wait\"]\n[[account]]",
    );
    machine.meeting("work", 2);
    let daemon = machine.start_with(|command| {
        command.current_dir(machine.path(""));
    });
    eventually("it was started", || machine.path("started").exists());
    let started = fs::read_to_string(machine.path("started")).unwrap();
    let runs = || {
        // Who has ended and was not asked for yet is a zombie.
        let stat = fs::read_to_string(format!("/proc/{}/stat", started.trim())).unwrap_or_default();
        stat.contains("(sleep) ") && !stat.contains("(sleep) Z")
    };
    assert!(runs());
    daemon.send(Signal::TERM);
    assert_eq!(daemon.end().0.code(), Some(0));
    eventually("it is gone", || !runs());
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
    // Before the request would be given up, which takes a minute.
    let (status, _) = daemon.end();
    assert_eq!(status.code(), Some(0));
}
