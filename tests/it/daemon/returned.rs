//! The real daemon where its state can't be used for a while: held by another program, in a folder that is only read,
//! taken by another daemon. It says so, writes nothing meanwhile, and goes on by itself.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use rusqlite::Connection;
use rustix::process::Signal;

use super::machine::{Daemon, Machine, eventually, talkative, unprivileged};

const TOLD: &str = "the state can't be used, so nothing is written";

fn texts(machine: &Machine) -> BTreeMap<String, Vec<u8>> {
    machine.own().into_iter().map(|name| (name.clone(), fs::read(machine.path("work").join(name)).unwrap())).collect()
}

fn status(machine: &Machine) -> serde_json::Value {
    serde_json::from_slice(&machine.run(&["status", "--json"]).stdout).unwrap()
}

#[track_caller]
fn fault(machine: &Machine) -> String {
    let status = status(machine);
    status["state_fault"].as_str().unwrap_or_else(|| panic!("{status:#}")).to_owned()
}

/// Another config with the same state, that holds in another calendar.
fn other_config(machine: &Machine) -> String {
    let text = fs::read_to_string(machine.path("seawall.toml")).unwrap();
    let text = text
        .replace("\"private\", use = \"read\", private = true", "\"private\", use = \"read+hold\"")
        .replace("\"work\", use = \"read+hold\"", "\"work\", use = \"read\"");
    let file = machine.path("other.toml");
    fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

/// The state is well again: it yields, and nothing more is left to do.
fn goes_on(machine: &Machine) {
    eventually("the hold yields", || !machine.has_morning(2));
    eventually("nothing is wrong any more", || status(machine)["state_fault"].is_null());
    eventually("and that is all", || {
        let plan: serde_json::Value = serde_json::from_slice(&machine.run(&["plan", "--json"]).stdout).unwrap();
        plan["changes"].as_array().unwrap().is_empty()
    });
    machine.has_none_twice();
}

#[test]
fn a_database_that_another_program_holds_is_told_and_used_again_when_it_is_free() {
    let machine = Machine::new();
    let _daemon = machine.start_with(talkative);
    eventually("the mornings are held", || machine.has_morning(1) && machine.has_morning(2));
    machine.hears("last cycle");
    let other = Connection::open(machine.path("state/seawall.sqlite")).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let before = texts(&machine);
    machine.meeting("private", 2);
    machine.hears(TOLD);
    assert!(fault(&machine).contains("database is locked"), "{}", fault(&machine));
    assert_eq!(texts(&machine), before);
    // It tries again, and again in vain: what opens is no state to go on with while it can't be written.
    machine.hears(TOLD);
    assert!(fault(&machine).contains("can't keep a value"), "{}", fault(&machine));
    assert_eq!(texts(&machine), before);
    other.execute_batch("ROLLBACK").unwrap();
    machine.hears("last cycle");
    goes_on(&machine);
}

#[test]
fn a_state_folder_that_can_only_be_read_is_told_and_used_when_it_can_be_written() {
    let machine = Machine::new();
    let mut command = unprivileged(&machine.command(&["run"]));
    command.env("NOTIFY_SOCKET", machine.path("notify")).stderr(Stdio::piped());
    talkative(&mut command);
    let _daemon = Daemon::new(command.spawn().unwrap());
    eventually("the mornings are held", || machine.has_morning(1) && machine.has_morning(2));
    machine.hears("last cycle");
    fs::rename(machine.path("state"), machine.path("away")).unwrap();
    fs::create_dir(machine.path("state")).unwrap();
    fs::set_permissions(machine.path("state"), Permissions::from_mode(0o500)).unwrap();
    let before = texts(&machine);
    machine.meeting("private", 2);
    machine.hears(TOLD);
    assert!(fault(&machine).contains("gone or another file"), "{}", fault(&machine));
    machine.hears(TOLD);
    assert!(fault(&machine).contains("Permission denied"), "{}", fault(&machine));
    assert_eq!(texts(&machine), before);
    fs::set_permissions(machine.path("state"), Permissions::from_mode(0o700)).unwrap();
    machine.hears("last cycle");
    goes_on(&machine);
}

#[test]
fn a_state_in_which_another_daemon_works_by_now_is_left_to_it() {
    let machine = Machine::new();
    let first = machine.start_with(talkative);
    eventually("the mornings are held", || machine.has_morning(1) && machine.has_morning(2));
    machine.hears("last cycle");
    let other = other_config(&machine);
    fs::rename(machine.path("state"), machine.path("away")).unwrap();
    let before = texts(&machine);
    let mut second = machine.command(&["run", "--config", &other]);
    let mut second = Daemon::new(second.stderr(Stdio::piped()).spawn().unwrap());
    second.logs("create hold");
    machine.hears(TOLD);
    machine.hears(TOLD);
    let works = format!("another `seawall run` (process {}) works on this state already", second.child.id());
    assert!(fault(&machine).contains(&works), "{}", fault(&machine));
    machine.meeting("private", 2);
    assert_eq!(texts(&machine), before);
    // When that one ends the state is free.
    second.send(Signal::TERM);
    assert_eq!(second.end().0.code(), Some(0));
    machine.hears("last cycle");
    assert!(status(&machine)["state_fault"].is_null());
    first.send(Signal::TERM);
    assert_eq!(first.end().0.code(), Some(0));
}

#[test]
fn a_state_that_was_taken_up_anew_is_kept_from_other_daemons() {
    let machine = Machine::new();
    let first = machine.start_with(talkative);
    eventually("the mornings are held", || machine.has_morning(1));
    machine.hears("last cycle");
    fs::rename(machine.path("state"), machine.path("away")).unwrap();
    machine.hears(TOLD);
    machine.hears("last cycle");
    let mut second = machine.command(&["run", "--config", &other_config(&machine)]);
    let (status, said) = Daemon::new(second.stderr(Stdio::piped()).spawn().unwrap()).end();
    assert_eq!(status.code(), Some(1), "{said:?}");
    let works = format!("(process {}) works on this state already", first.child.id());
    assert!(said.iter().any(|line| line.contains(&works)), "{said:?}");
}
