//! The real daemon in company: another one on the same calendar, and commands that write beside it.

use std::fs;
use std::process::Stdio;

use rustix::process::Signal;

use super::machine::{Daemon, Machine, eventually, talkative};
use crate::support::block_on;

fn status(machine: &Machine) -> serde_json::Value {
    serde_json::from_slice(&machine.run(&["status", "--json"]).stdout).unwrap()
}

/// Nothing is left to do.
fn is_settled(machine: &Machine) -> bool {
    let plan: serde_json::Value = serde_json::from_slice(&machine.run(&["plan", "--json"]).stdout).unwrap();
    plan["changes"].as_array().unwrap().is_empty()
}

#[test]
fn two_daemons_on_one_calendar_the_second_leaves_everything_to_the_first() {
    let laptop = Machine::new();
    let mut first = laptop.start();
    eventually("the mornings are held", || laptop.has_morning(1) && laptop.has_morning(2));
    laptop.hears("last cycle");
    let before = laptop.own();

    // Another machine that has the same folder.
    let server = Machine::new();
    server.config("instance = \"laptop\"", "instance = \"server\"");
    server.config("path = \".\"", &format!("path = \"{}\"", laptop.path("").display()));
    let mut second = server.start();
    second.logs("laptop");
    laptop.meeting("private", 2);
    eventually("the first yields", || !laptop.has_morning(2));
    eventually("and that is all", || is_settled(&laptop));
    let after = laptop.own();
    assert!(after.iter().all(|name| before.contains(name)), "one hold more: {before:?} {after:?}");
    let marks = |by: &str| {
        let text = |name: &String| fs::read_to_string(laptop.path("work").join(name)).unwrap().replace("\r\n ", "");
        laptop.own().iter().filter(|name| text(name).contains(&format!("by={by}"))).count()
    };
    assert_eq!((marks("laptop"), marks("server")), (after.len(), 0));

    // Told to, the second takes over, and the first writes no more.
    let taken = server.run(&["sync", "--take-over"]);
    // 2 where the budget of one cycle is too small for all of them.
    assert!(matches!(taken.status.code(), Some(0 | 2)), "{taken:?}");
    eventually("all are the second's", || marks("laptop") == 0);
    first.logs("server");
    laptop.meeting("private", 1);
    eventually("the second yields", || !laptop.has_morning(1));
}

#[test]
fn what_is_released_beside_it_stays_away() {
    let machine = Machine::new();
    let _daemon = machine.start();
    eventually("the mornings are held", || machine.has_morning(1) && machine.has_morning(2));
    machine.hears("last cycle");
    let name = machine.morning(1).unwrap();
    let released = machine.run(&["release", name.trim_end_matches(".ics")]);
    assert_eq!(released.status.code(), Some(0), "{released:?}");
    assert!(!machine.has_morning(1) && machine.has_morning(2));
    // It heeds that: another change is followed by a cycle, and the morning stays free.
    machine.meeting("private", 2);
    eventually("it yields elsewhere", || !machine.has_morning(2));
    eventually("and that is all", || is_settled(&machine));
    assert!(!machine.has_morning(1));
}

#[test]
fn a_pause_beside_it_lasts_until_it_is_told_to_resume() {
    let machine = Machine::new();
    let _daemon = machine.start();
    eventually("the mornings are held", || machine.has_morning(1) && machine.has_morning(2));
    machine.hears("last cycle");
    assert_eq!(machine.run(&["pause"]).status.code(), Some(0));
    assert_eq!(status(&machine)["paused"], "resume", "it is shown at once");
    machine.meeting("private", 2);
    eventually("it knows what it would do", || status(&machine)["left_undone"] != 0);
    assert!(machine.has_morning(2), "nothing is written in a pause, not even to yield");
    assert_eq!(machine.run(&["resume"]).status.code(), Some(0));
    eventually("it yields", || !machine.has_morning(2));
}

#[test]
fn two_daemons_of_this_machine_do_not_hold_in_one_calendar() {
    let machine = Machine::new();
    let first = machine.start();
    eventually("the mornings are held", || machine.has_morning(1));
    // The same calendar in another config, with a state of its own.
    let other = fs::read_to_string(machine.path("seawall.toml")).unwrap().replace("\"state\"", "\"other\"");
    fs::write(machine.path("other.toml"), other).unwrap();
    let config = machine.path("other.toml");
    let second = machine.run(&["run", "--config", config.to_str().unwrap()]);
    let said = String::from_utf8(second.stderr).unwrap();
    assert_eq!(second.status.code(), Some(1), "{said}");
    assert!(said.contains(&format!("(process {}) holds in the same calendar already", first.child.id())), "{said}");
}

#[test]
fn a_command_by_another_state_is_refused_beside_a_daemon_and_told_whose_calendar_it_is() {
    let machine = Machine::new();
    let daemon = machine.start_with(talkative);
    eventually("the mornings are held", || machine.has_morning(1));
    machine.hears("last cycle");
    let before = machine.own();
    let text = fs::read_to_string(machine.path("seawall.toml")).unwrap();
    let config = |name: &str, text: String| {
        fs::write(machine.path(name), text).unwrap();
        machine.path(name)
    };
    let other = config("other.toml", text.replace("\"state\"", "\"other\""));
    let by = |config: &std::path::Path, args: &[&str]| {
        let args: Vec<&str> = args.iter().copied().chain(["--config", config.to_str().unwrap()]).collect();
        machine.command(&args)
    };
    let refused = |mut command: std::process::Command| {
        let output = command.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{command:?}: {said}");
        let (config, state) = (machine.path("seawall.toml"), machine.path("state"));
        for words in [&daemon.child.id().to_string(), config.to_str().unwrap(), state.to_str().unwrap(), "stop it"] {
            assert!(said.contains(words), "no {words:?} in {said}");
        }
    };
    for args in [&["sync", "--take-over"][..], &["undo", "--yes"], &["release", "2099-01-01"], &["pause"], &["resume"]]
    {
        refused(by(&other, args));
    }
    assert!(!machine.path("other").exists());
    assert_eq!(machine.own(), before);
    // The same where the place of the state comes from the environment.
    let nowhere = config("nowhere.toml", text.replace("state_dir = \"state\"\n", ""));
    let mut elsewhere = by(&nowhere, &["sync"]);
    elsewhere.env("XDG_STATE_HOME", machine.path("elsewhere"));
    refused(elsewhere);
    // Whoever looks may look, and the same state by another name is the same.
    assert_eq!(by(&other, &["plan"]).output().unwrap().status.code(), Some(0));
    std::os::unix::fs::symlink("state", machine.path("link")).unwrap();
    let linked = config("linked.toml", text.replace("\"state\"", "\"link\""));
    assert_eq!(by(&linked, &["pause"]).output().unwrap().status.code(), Some(0));
    machine.hears("paused");
    daemon.send(Signal::TERM);
    assert_eq!(daemon.end().0.code(), Some(0));
    assert_eq!(by(&other, &["pause"]).output().unwrap().status.code(), Some(0));
}

#[test]
fn a_daemon_of_a_config_that_names_another_state_by_now_leaves_the_first_its_socket() {
    let machine = Machine::new();
    let first = machine.start();
    eventually("the mornings are held", || machine.has_morning(1));
    machine.config("state_dir = \"state\"", "state_dir = \"other\"");
    machine.config("\"work\", use = \"read+hold\"", "\"private\", use = \"read+hold\"");
    machine.config("{ name = \"private\", use = \"read\", private = true }", "{ name = \"work\" }");
    let second = machine.run(&["run"]);
    let said = String::from_utf8(second.stderr).unwrap();
    assert_eq!(second.status.code(), Some(1), "{said}");
    assert!(said.contains("another `seawall run` with this config answers there"), "{said}");
    assert_eq!(status(&machine)["pid"], first.child.id());
}

#[test]
fn a_reload_into_a_calendar_in_which_another_daemon_holds_is_refused() {
    let machine = Machine::new();
    let first = machine.start();
    eventually("the mornings are held", || machine.has_morning(1));
    machine.hears("last cycle");
    // Another one that has a calendar, a state and a place for its socket of its own.
    let other = Machine::new();
    let text = fs::read_to_string(machine.path("seawall.toml")).unwrap();
    let elsewhere = text.replace("path = \".\"", &format!("path = \"{}\"", other.path("").display()));
    fs::write(other.path("seawall.toml"), &elsewhere).unwrap();
    let second = other.start_with(|command| {
        command.env("XDG_RUNTIME_DIR", machine.path("run"));
    });
    eventually("the other's mornings are held", || other.has_morning(1));
    other.hears("last cycle");
    fs::write(machine.path("seawall.toml"), &elsewhere).unwrap();
    let before = other.own();
    first.send(Signal::HUP);
    machine.hears("the new config is wrong, the old one stays");
    let fault = status(&machine)["config_fault"].as_str().unwrap().to_owned();
    assert!(fault.contains(&format!("(process {}) holds in the same calendar already", second.child.id())), "{fault}");
    // The first goes on where it was, and still keeps others out there.
    machine.meeting("private", 2);
    eventually("it yields", || !machine.has_morning(2));
    assert_eq!(other.own(), before);
    let third = other.path("third.toml");
    fs::write(&third, text.replace("path = \".\"", &format!("path = \"{}\"", machine.path("").display()))).unwrap();
    let mut third_run = other.command(&["run", "--config", third.to_str().unwrap()]);
    fs::write(&third, fs::read_to_string(&third).unwrap().replace("\"state\"", "\"third\"")).unwrap();
    let third_run = third_run.env("XDG_RUNTIME_DIR", machine.path("run")).output().unwrap();
    let said = String::from_utf8(third_run.stderr).unwrap();
    assert!(said.contains(&format!("(process {}) holds in the same calendar already", first.child.id())), "{said}");
    // Once that calendar is free it is taken over, and kept.
    drop(second);
    first.send(Signal::HUP);
    machine.hears("RELOADING=1");
    machine.hears("last cycle");
    assert!(status(&machine)["config_fault"].is_null());
    let again = other.command(&["run"]).env("XDG_RUNTIME_DIR", machine.path("run")).output().unwrap();
    let said = String::from_utf8(again.stderr).unwrap();
    assert!(said.contains(&format!("(process {}) holds in the same calendar already", first.child.id())), "{said}");
}

#[test]
fn a_daemon_is_the_same_wherever_the_link_to_its_config_leads_and_whoever_may_write_there() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let machine = Machine::new();
    machine.config("state_dir = \"state\"\n", "");
    machine.config("path = \".\"", &format!("path = \"{}\"", machine.path("").display()));
    fs::create_dir(machine.path("linked")).unwrap();
    let link = machine.path("linked/seawall.toml");
    symlink(machine.path("seawall.toml"), &link).unwrap();
    let by_link = link.to_str().unwrap();
    let mut daemon = machine.command(&["run", "--config", by_link]);
    daemon.env("NOTIFY_SOCKET", machine.path("notify")).stderr(Stdio::piped());
    talkative(&mut daemon);
    let daemon = Daemon::new(daemon.spawn().unwrap());
    eventually("the mornings are held", || machine.has_morning(1));
    machine.hears("last cycle");
    let heeds = || {
        let told = machine.run(&["status", "--json", "--config", by_link]);
        let told: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
        assert_eq!(told["pid"], daemon.child.id());
        assert_eq!(machine.run(&["pause", "--config", by_link]).status.code(), Some(0));
        machine.hears("paused");
        assert_eq!(machine.run(&["resume", "--config", by_link]).status.code(), Some(0));
        machine.hears("last cycle");
    };
    heeds();
    fs::set_permissions(machine.path("seawall.toml"), fs::Permissions::from_mode(0o444)).unwrap();
    heeds();
    fs::copy(machine.path("seawall.toml"), machine.path("next.toml")).unwrap();
    fs::remove_file(&link).unwrap();
    symlink(machine.path("next.toml"), &link).unwrap();
    heeds();
}

#[test]
fn a_command_by_another_state_that_waits_while_a_daemon_begins_is_refused_all_the_same() {
    let machine = Machine::new();
    let text = fs::read_to_string(machine.path("seawall.toml")).unwrap();
    let other = machine.path("other.toml");
    fs::write(&other, text.replace("\"state\"", "\"other\"")).unwrap();
    // Somebody works in the calendar, by a third state.
    assert!(machine.run(&["pause"]).status.success());
    assert!(machine.run(&["resume"]).status.success());
    let is_of_calendar = |path: &std::path::Path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.strip_prefix("hold-").is_some_and(|rest| rest.split_once('.').is_some_and(|(_, end)| end == "lock"))
    };
    let runtime = fs::read_dir(machine.path("run/seawall")).unwrap().map(|file| file.unwrap().path());
    let files: Vec<_> = runtime.filter(|path| is_of_calendar(path)).collect();
    let [file] = files.as_slice() else { panic!("{files:?}") };
    let work = block_on(seawall::store::lock::acquire(file, std::time::Duration::from_secs(9))).unwrap();
    let mut command = machine.command(&["sync", "--config", other.to_str().unwrap()]);
    let waiting = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    eventually("it waits", || machine.path("other/lock").exists());
    let _daemon = machine.start();
    machine.hears("READY=1");
    drop(work);
    let output = waiting.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), said.contains("holds in the same calendar")), (Some(1), true), "{said}");
}
