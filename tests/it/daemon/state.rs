//! The real daemon where its state can't be used: at its start and later, what it says of that, and that it still answers.

use std::fs;
use std::process::Command;

use rusqlite::Connection;
use rustix::process::Signal;

use super::machine::{Machine, eventually, talkative};
use crate::support::planning::python;

fn status_of(machine: &Machine) -> serde_json::Value {
    let output = machine.run(&["status", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn database(machine: &Machine) -> Connection {
    Connection::open(machine.path("state/seawall.sqlite")).unwrap()
}

#[test]
fn a_state_that_breaks_is_told_and_nothing_is_written_on_it() {
    let machine = Machine::new();
    let mut daemon = machine.start();
    eventually("the mornings are held", || machine.has_morning(1) && machine.has_morning(2));
    machine.hears("last cycle");
    let database = rusqlite::Connection::open(machine.path("state/seawall.sqlite")).unwrap();
    database.execute_batch("ALTER TABLE ledger RENAME TO hidden").unwrap();
    let before = machine.own();
    machine.meeting("private", 2);
    machine.hears("the state can't be used, so nothing is written");
    daemon.logs("the state can't be used");
    assert!(status_of(&machine)["state_fault"].as_str().unwrap().contains("ledger"));
    assert_eq!(machine.own(), before);
    daemon.send(Signal::TERM);
    assert_eq!(daemon.end().0.code(), Some(0));
}

#[test]
fn ready_is_said_only_once_the_state_was_written() {
    let machine = Machine::new();
    assert_eq!(machine.run(&["sync"]).status.code(), Some(0));
    let other = database(&machine);
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (status, said) = machine.start().end();
    // It may pass: whoever runs it may try again.
    assert_eq!(status.code(), Some(1), "{said:?}");
    assert!(said.iter().any(|line| line.contains("database is locked")), "{said:?}");
    let heard = machine.heard();
    assert!(!heard.iter().any(|word| word.contains("READY=1")), "{heard:?}");
    assert!(heard.iter().any(|word| word.contains("STATUS=did not start")), "{heard:?}");
    other.execute_batch("ROLLBACK").unwrap();
    let _daemon = machine.start();
    machine.hears("READY=1");
}

#[test]
fn what_no_new_start_mends_ends_it_as_a_wrong_config_does() {
    let ends = |machine: &Machine, words: &str| {
        let (status, said) = machine.start().end();
        assert_eq!(status.code(), Some(78), "{said:?}");
        assert!(said.iter().any(|line| line.contains(words)), "no {words:?} in {said:?}");
        assert!(!machine.heard().iter().any(|word| word.contains("READY=1")));
    };
    let machine = Machine::new();
    fs::write(machine.path("state"), "no folder").unwrap();
    ends(&machine, "state is no folder");
    assert!(machine.path("state").is_file());
    machine.config("state_dir = \"state\"", "state_dir = \"state/below\"");
    ends(&machine, "state/below");
    machine.config("state_dir = \"state/below\"", "state_dir = \"other\"");
    fs::create_dir(machine.path("other")).unwrap();
    let newer = Connection::open(machine.path("other/seawall.sqlite")).unwrap();
    newer.execute_batch("PRAGMA application_id = 1399152983; PRAGMA user_version = 99; CREATE TABLE t (x)").unwrap();
    ends(&machine, "use the newer seawall that made it");
    newer.execute_batch("PRAGMA application_id = 7").unwrap();
    ends(&machine, "a database of another program");
    machine.config("state_dir = \"other\"", "state_dir = \"good\"");
    let long = machine.path(&format!("run/{}", "x".repeat(120)));
    let daemon = machine.start_with(|command| {
        command.env("XDG_RUNTIME_DIR", &long);
    });
    let (status, said) = daemon.end();
    assert_eq!(status.code(), Some(78), "{said:?}");
    assert!(said.iter().any(|line| line.contains("let XDG_RUNTIME_DIR name a folder with a shorter path")), "{said:?}");
}

#[test]
fn while_the_state_can_t_be_used_status_tells_since_when_it_runs_in_the_users_zone() {
    let machine = Machine::new();
    let _daemon = machine.start_with(talkative);
    machine.hears("last cycle");
    let before = status_of(&machine);
    database(&machine).execute_batch("ALTER TABLE ledger RENAME TO hidden").unwrap();
    machine.hears("the state can't be used, so nothing is written");
    let told = status_of(&machine);
    assert_eq!(told["since"], before["since"]);
    let offset = |text: &serde_json::Value| text.as_str().unwrap()[text.as_str().unwrap().len() - 6..].to_owned();
    assert_eq!(offset(&told["now"]), offset(&before["now"]));
    let words = String::from_utf8(machine.run(&["status"]).stdout).unwrap();
    assert!(words.contains("! the state can't be used") && !words.contains("no cycle yet"), "{words}");
    assert!(!words.contains("holds this week"), "which there are is not known: {words}");
}

#[test]
fn a_refused_config_stays_told_through_trouble_with_the_state_and_a_reload_is_answered_in_it() {
    let machine = Machine::new();
    let daemon = machine.start_with(talkative);
    machine.hears("last cycle");
    machine.config("from = \"09:00\", to = \"12:00\"", "from = \"nine\", to = \"12:00\"");
    daemon.send(Signal::HUP);
    machine.hears("the new config is wrong, the old one stays");
    database(&machine).execute_batch("ALTER TABLE ledger RENAME TO hidden").unwrap();
    machine.hears("the state can't be used, so nothing is written");
    assert!(status_of(&machine)["config_fault"].as_str().unwrap().contains("seawall.toml:"));
    // However often it is told to, and whatever the file says by then.
    for _ in 0..2 {
        daemon.send(Signal::HUP);
        machine.hears("RELOADING=1");
        machine.hears("READY=1");
        machine.hears("the state can't be used, so nothing is written");
    }
    database(&machine).execute_batch("ALTER TABLE hidden RENAME TO ledger").unwrap();
    machine.hears("the new config is wrong, the old one stays");
    assert!(status_of(&machine)["config_fault"].as_str().unwrap().contains("seawall.toml:"));
}

#[test]
fn what_is_remembered_since_the_very_first_start_is_not_cleared_away_by_a_program_that_only_looks() {
    let machine = Machine::new();
    let _daemon = machine.start();
    machine.hears("last cycle");
    // SQLite's log of writes, which the last one to close the database removes.
    let is_there = || machine.path("state/seawall.sqlite-wal").exists();
    assert!(is_there());
    let looks = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('SELECT 1 FROM ledger').fetchall()";
    let python = python().expect("no Python: tests/run makes tests/.venv, or set SEAWALL_PYTHON");
    let looked = Command::new(python).args(["-c", looks]).arg(machine.path("state/seawall.sqlite")).status().unwrap();
    assert!(looked.success() && is_there(), "it took away what the daemon goes on writing to");
}
