//! The story of the demo over the wire: what is written is what would be written into folders, a second run asks little
//! and writes nothing, and all of it can be taken back.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::Duration;

use super::deviations::{PATIENCE, polls_more};
use super::{Remote, Request, meanings};
use crate::cli::{Sandbox, is_own};
use crate::support::lab::{Server, on_each, on_some};
use crate::support::relay::Relay;

/// What seawall wrote into the demo's folder, by name.
fn own_files(sandbox: &Sandbox) -> BTreeMap<String, String> {
    let files = fs::read_dir(sandbox.demo().join("work")).unwrap().map(|entry| entry.unwrap().path());
    let named = files.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), path));
    named.filter(|(name, _)| is_own(name)).map(|(name, path)| (name, fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn the_demo_over_the_wire_is_the_demo() {
    let folders = Sandbox::with_demo(0);
    let told = folders.json(["sync"]);
    let summary = folders.json(["summary"]);
    let written = own_files(&folders);
    assert!(written.len() > 10);
    on_each("demo", |lab| {
        let remote = Remote::with_demo(lab);
        let before = remote.foreign();
        assert_eq!(before.len(), 18);
        assert_eq!(remote.sandbox.json(["sync"]), told);
        assert_eq!(meanings(&remote.own()), meanings(&written));
        assert_eq!(remote.sandbox.json(["summary"]), summary);
        assert_eq!(remote.foreign(), before);

        remote.sandbox.run(["undo", "--yes"]).expect(0);
        assert_eq!(remote.own(), BTreeMap::new());
        assert_eq!(remote.foreign(), before);
    });
}

#[test]
fn a_second_sync_asks_little_and_writes_nothing() {
    on_each("polls", |lab| {
        let remote = Remote::with_demo(lab);
        remote.sandbox.run(["sync"]).expect(0);
        let objects = (remote.own(), remote.foreign());
        for poll in 1..=3 {
            if PATIENCE.contains(&lab.server) {
                std::thread::sleep(Duration::from_secs(3));
            }
            let (ran, requests) = remote.traced(&["sync"]);
            ran.expect(0).says(&["Nothing to change."]);
            assert_eq!(requests.iter().filter(|one| one.is_write()).cloned().collect::<Vec<Request>>(), []);
            let calendars: BTreeSet<&str> = requests.iter().map(|request| &*request.path).collect();
            assert_eq!(calendars.len(), 2, "{requests:?}");
            match polls_more(lab.server, poll) {
                None => assert_eq!(requests.len(), 2, "poll {poll}: {requests:?}"),
                Some((count, why)) => assert_eq!(requests.len(), count, "poll {poll}: {why}: {requests:?}"),
            }
        }
        assert_eq!((remote.own(), remote.foreign()), objects);
    });
}

/// Where the server tells of changes, what was just written is told by one of them; nothing is listed for it.
#[test]
fn after_its_writes_a_cycle_asks_once_what_changed() {
    on_some("settle", &[Server::Radicale, Server::Xandikos], |lab| {
        let remote = Remote::with_demo(lab);
        let (ran, requests) = remote.traced(&["sync"]);
        ran.expect(0);
        let written = requests.iter().filter(|one| one.is_write()).count();
        assert_eq!(written, remote.own().len());
        let last = requests.iter().rposition(|one| one.method == "GET").expect("the last write was read back");
        let after: Vec<&str> = requests[last + 1..].iter().map(|one| one.method.as_str()).collect();
        assert_eq!(after, ["REPORT"], "{written} writes");
        let (ran, requests) = remote.traced(&["sync"]);
        ran.expect(0).says(&["Nothing to change."]);
        assert_eq!(requests.len(), 2, "{requests:?}");
    });
}

/// What the program's log says of requests is what is on the wire.
#[test]
fn the_log_tells_every_request() {
    on_each("log", |lab| {
        if lab.ca_file.is_some() {
            // The relay speaks no TLS.
            return;
        }
        let remote = Remote::with_demo(lab);
        let relay = Relay::before(&lab.url, None);
        remote.sandbox.edit_config(&lab.url, &relay.url);
        for args in [&["sync"][..], &["sync"], &["undo", "--yes"]] {
            let (ran, requests) = remote.traced(args);
            ran.expect(0);
            let told: Vec<String> =
                requests.iter().map(|one| format!("{} {} HTTP/1.1", one.method, one.path)).collect();
            assert_eq!(told, relay.heard().requests);
        }
    });
}
