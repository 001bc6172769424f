//! The story of the demo over the wire: what is written is what would be written into folders, a second run asks little
//! and writes nothing, and all of it can be taken back.

use std::collections::BTreeMap;
use std::fs;

use super::{Remote, Request};
use crate::cli::{Sandbox, is_own};
use crate::contract::meaning;
use crate::support::lab::on_each;

/// What seawall wrote into the demo's folder, by name.
fn own_files(sandbox: &Sandbox) -> BTreeMap<String, String> {
    let files = fs::read_dir(sandbox.demo().join("work")).unwrap().map(|entry| entry.unwrap().path());
    let named = files.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), path));
    named.filter(|(name, _)| is_own(name)).map(|(name, path)| (name, fs::read_to_string(path).unwrap())).collect()
}

fn meanings(objects: &BTreeMap<String, String>) -> BTreeMap<&str, Vec<String>> {
    objects.iter().map(|(name, body)| (name.as_str(), meaning(body.as_bytes()))).collect()
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
        for number in 2..5 {
            let (ran, requests) = remote.traced(&["sync"]);
            ran.expect(0).says(&["Nothing to change."]);
            eprintln!("{} sync {number}: {requests:#?}", lab.server.name());
            assert_eq!(requests.iter().filter(|one| one.is_write()).cloned().collect::<Vec<Request>>(), []);
        }
        assert_eq!((remote.own(), remote.foreign()), objects);
    });
}
