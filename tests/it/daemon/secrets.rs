//! The real daemon beside accounts whose secrets come from programs: each account waits for its own alone, and what hangs
//! or fails there touches nothing else.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use rustix::process::Signal;

use super::machine::{Machine, eventually};

/// An account, before the others, on a server that nobody reaches, whose password that script tells.
fn account(machine: &Machine, name: &str, script: &str) {
    let file = machine.path(&format!("secret-of-{name}"));
    fs::write(&file, format!("#!/bin/sh\ncd {}\n{script}\n", machine.path("").display())).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o700)).unwrap();
    let account = format!(
        "[[account]]\nname = \"{name}\"\nprovider = \"caldav\"\nurl = \"http://127.0.0.1:9/\"\nusername = \"anna\"\n\
         password = {{ command = [\"./secret-of-{name}\"] }}\ncalendars = [{{ name = \"x\" }}]\n"
    );
    machine.config("[[account]]\nname = \"local\"", &format!("{account}[[account]]\nname = \"local\""));
}

/// Notes that it was asked, and hangs; so does what it started.
const HANGS: &str = "sleep 600 & echo $! >> started; wait";

fn status(machine: &Machine) -> serde_json::Value {
    serde_json::from_slice(&machine.run(&["status", "--json"]).stdout).unwrap_or_default()
}

/// What the status says of that account.
fn of(status: &serde_json::Value, account: &str) -> serde_json::Value {
    let accounts = status["accounts"].as_array().into_iter().flatten();
    accounts.into_iter().find(|one| one["name"] == account).cloned().unwrap_or_default()
}

fn lines(machine: &Machine, name: &str) -> Vec<String> {
    fs::read_to_string(machine.path(name)).unwrap_or_default().lines().map(str::to_owned).collect()
}

/// Whether the `sleep` with that number runs. Who has ended and was not asked for yet is a zombie.
fn sleeps(process: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.contains("(sleep) ") && !stat.contains("(sleep) Z")
}

#[test]
fn a_hanging_secret_of_one_account_delays_no_other() {
    let machine = Machine::new();
    account(&machine, "far", HANGS);
    let daemon = machine.start();
    machine.hears("READY=1");
    eventually("the folder is read while the other waits for its secret", || {
        let told = status(&machine);
        of(&told, "far")["state"] == "reading" && of(&told, "local")["last_poll"].is_string()
    });
    // Once that secret is given up the account says so, and its user can ask what to do.
    machine.hears("1 needs login");
    let told = status(&machine);
    let why = of(&told, "far")["trouble"].as_str().unwrap_or_default().to_owned();
    assert!(why.contains("far: the password can't be had: ") && why.contains("was not done after 30 s"), "{told:#}");
    assert_eq!(told["logins"], serde_json::json!(["far"]));
    assert_eq!(machine.run(&["status"]).status.code(), Some(77));
    drop(daemon);
}

#[test]
fn a_stop_and_a_reload_end_a_secret_that_hangs_with_all_that_it_started() {
    let machine = Machine::new();
    account(&machine, "far", HANGS);
    let daemon = machine.start();
    machine.hears("READY=1");
    eventually("it was asked", || lines(&machine, "started").len() == 1);
    machine.config("to = \"12:00\"", "to = \"11:00\"");
    daemon.send(Signal::HUP);
    machine.hears("RELOADING=1");
    machine.hears("READY=1");
    eventually("it is asked by the new config", || lines(&machine, "started").len() == 2);
    let started = lines(&machine, "started");
    eventually("what the old one had asked is gone", || !sleeps(&started[0]));
    assert!(sleeps(&started[1]), "the new one waits: the old one was not waited for");
    daemon.send(Signal::TERM);
    assert_eq!(daemon.end().0.code(), Some(0));
    eventually("all is gone", || !sleeps(&started[1]));
}

#[test]
fn a_secret_that_is_tried_again_leaves_all_else_as_it_is() {
    let machine = Machine::new();
    account(&machine, "good", "echo asked >> good; echo hunter2");
    account(&machine, "shut", "echo asked >> shut; test -e open && echo hunter2");
    let daemon = machine.start();
    machine.hears("1 needs login");
    machine.config("from = \"09:00\"", "from = \"nine\"");
    daemon.send(Signal::HUP);
    machine.hears("the new config is wrong, the old one stays");
    // Right again, but nobody said that it shall be taken.
    machine.config("from = \"nine\"", "from = \"09:00\"");
    account(&machine, "added", "echo asked >> added; echo hunter2");
    assert_eq!((lines(&machine, "good").len(), lines(&machine, "shut").len()), (1, 1));
    fs::write(machine.path("open"), "").unwrap();
    // It is tried again after a minute, and a machine may be busy.
    let is_open = || of(&status(&machine), "shut")["state"] == "failing";
    let comes = (0..3000).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(40));
        is_open()
    });
    let told = status(&machine);
    assert!(comes, "{told:#}");
    assert_eq!(lines(&machine, "shut").len(), 2);
    assert_eq!(lines(&machine, "good").len(), 1, "who has told its secret is not asked again");
    assert!(told["config_fault"].as_str().unwrap_or_default().contains("seawall.toml:"), "{told:#}");
    assert!(of(&told, "added").is_null() && lines(&machine, "added").is_empty(), "{told:#}");
    // Told to, it takes the config that is there, and asks for all secrets.
    daemon.send(Signal::HUP);
    eventually("all are asked", || ["good", "shut", "added"].map(|one| lines(&machine, one).len()) == [2, 3, 1]);
    assert!(status(&machine)["config_fault"].is_null());
}
