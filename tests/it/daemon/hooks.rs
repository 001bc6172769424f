//! Programs for notices: how often they are started, and what becomes of them when the config is read again.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use rustix::process::Signal;
use seawall::config::settings::{Hook, NoticeKind};
use seawall::daemon::hooks::serve;
use seawall::daemon::notice::Notice;

use super::machine::{Machine, eventually};
use super::*;
use crate::support::log::logged;
use crate::support::policy::zone;

/// Makes a program that runs these lines, with the test's folder as `$here`.
fn program(machine: &Machine, name: &str, lines: &str) {
    let text = format!("#!/bin/sh\nhere={}\n{lines}\n", machine.path("").display());
    fs::write(machine.path(name), text).unwrap();
    fs::set_permissions(machine.path(name), fs::Permissions::from_mode(0o700)).unwrap();
    machine.config("[[account]]", &format!("[[notify]]\non = [\"erosion\"]\ncommand = [\"./{name}\"]\n[[account]]"));
}

fn lines(machine: &Machine, name: &str) -> Vec<String> {
    fs::read_to_string(machine.path(name)).unwrap_or_default().lines().map(str::to_owned).collect()
}

fn notice(kind: NoticeKind, message: &str) -> Notice {
    Notice {
        kind,
        at: instant("mon", "7:30"),
        tz: zone("Europe/Berlin"),
        message: message.to_owned(),
        blocks: Vec::new(),
        accounts: Vec::new(),
        text: None,
    }
}

#[test]
fn what_comes_too_often_is_told_in_one_when_it_may_be_and_keeps_nothing_of_another_kind_from_being_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("told");
    let line = "cat > /dev/null; echo \"$SEAWALL_EVENT: $SEAWALL_MESSAGE;\" >> \"$0\"".to_owned();
    let hook = Hook {
        on: vec![NoticeKind::Erosion, NoticeKind::Login],
        command: vec!["sh".to_owned(), "-c".to_owned(), line, file.display().to_string()],
        titles: false,
    };
    let told = || fs::read_to_string(&file).unwrap_or_default();
    let of = |kind: &str| told().lines().filter(|line| line.starts_with(kind)).count();
    // The clock goes on only where the test says so, as long as a thread is busy.
    let standing = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let (ends, end) = std::sync::mpsc::channel::<()>();
    let log = logged(|| {
        standing.block_on(async {
            let _busy = tokio::task::spawn_blocking(move || end.recv());
            let (tell, mut notices) = mpsc::unbounded_channel();
            (1..=12).for_each(|number| tell.send(notice(NoticeKind::Erosion, &format!("block {number}"))).unwrap());
            (0..2).for_each(|_| tell.send(notice(NoticeKind::Login, "login")).unwrap());
            let hooks = RefCell::new(vec![hook]);
            let until = async |enough: &dyn Fn() -> bool| {
                for _ in 0..12_000 {
                    if enough() {
                        break;
                    }
                    std::thread::sleep(Duration::from_millis(5));
                    tokio::task::yield_now().await;
                }
                assert!(enough(), "{}", told());
            };
            let story = async {
                until(&|| told().lines().count() >= 12).await;
                assert_eq!((of("erosion"), of("login")), (10, 2));
                tokio::time::advance(Duration::from_mins(59)).await;
                (0..50).for_each(|_| std::thread::sleep(Duration::from_millis(1)));
                assert_eq!((of("erosion"), of("login")), (10, 2));
                tokio::time::advance(Duration::from_mins(2)).await;
                until(&|| told().contains("erosion: block 11\nblock 12;")).await;
            };
            tokio::select! {
                never = serve(&hooks, &mut notices) => match never {},
                () = story => {}
            }
            drop(ends);
        });
    });
    assert_eq!(log.matches("a notice of erosion waits").count(), 1, "{log}");
}

#[test]
fn a_program_that_runs_while_the_config_is_read_again_comes_to_its_end_and_is_not_started_twice() {
    let machine = Machine::new();
    program(
        &machine,
        "slow",
        "cat > /dev/null; echo 1 >> $here/begun; until [ -e $here/go ]; do sleep 0.05; done; echo 1 >> $here/done",
    );
    machine.meeting("work", 2);
    let daemon = machine.start();
    eventually("it was started", || !lines(&machine, "begun").is_empty());
    machine.config("freeze = \"0m\"", "freeze = \"5m\"");
    daemon.send(Signal::HUP);
    machine.hears("RELOADING=1");
    machine.hears("READY=1");
    machine.hears("reading for the first time");
    machine.hears("last cycle");
    assert_eq!(lines(&machine, "done"), [""; 0]);
    fs::write(machine.path("go"), "").unwrap();
    eventually("it comes to its end", || !lines(&machine, "done").is_empty());
    assert_eq!(lines(&machine, "begun").len(), 1);
}

#[test]
fn a_notice_of_the_moment_in_which_the_config_is_read_again_is_told_once() {
    let machine = Machine::new();
    program(&machine, "brief", "cat >> $here/told");
    let daemon = machine.start();
    machine.hears("last cycle");
    for day in 2..=6 {
        eventually("the morning is held", || machine.has_morning(day));
        machine.meeting("work", day);
        eventually("it yields", || !machine.has_morning(day));
        daemon.send(Signal::HUP);
        machine.hears("RELOADING=1");
        machine.hears("READY=1");
    }
    let told = || -> Vec<String> {
        let documents = lines(&machine, "told").into_iter();
        let messages = documents.filter_map(|line| {
            Some(serde_json::from_str::<serde_json::Value>(&line).ok()?["message"].as_str()?.to_owned())
        });
        messages.flat_map(|message| message.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
    };
    eventually("each is told", || told().len() >= 5);
    daemon.send(Signal::HUP);
    machine.hears("RELOADING=1");
    machine.hears("last cycle");
    let (all, once) = (told(), told().into_iter().collect::<std::collections::BTreeSet<_>>());
    assert_eq!((all.len(), once.len()), (5, 5), "{all:?}");
}
