//! A state that can't be written: a full disk, a folder that is only read, a database that somebody else holds. The
//! program says so and fails; no event is written that it could not remember; afterwards it goes on.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use rusqlite::Connection;
use seawall::store::DATABASE;

use crate::cli::{Ran, Sandbox, contents, files, foreign, is_own, unprivileged};

/// The own events of the calendars.
fn own(sandbox: &Sandbox) -> usize {
    files(&sandbox.demo()).keys().filter(|name| is_own(name)).count()
}

/// The state is well again: one run does what is left to do, and a second finds nothing.
#[track_caller]
fn goes_on(sandbox: &Sandbox) {
    sandbox.run(["sync"]).expect(0);
    sandbox.run(["sync"]).expect(0).says(&["Nothing to change."]);
}

/// The sample with holds, and a meeting over one of them that came since.
fn with_something_to_do() -> Sandbox {
    let sandbox = Sandbox::synced();
    sandbox.add_event("work", "new", "DTSTART:20261117T090000Z\nDTEND:20261117T100000Z\nSUMMARY:New");
    sandbox
}

/// The program where no file may grow beyond some KiB, as on a disk that is full.
fn on_a_full_disk(sandbox: &Sandbox, kib: u32, args: &[&str]) -> Ran {
    let seawall = sandbox.command(args);
    let line = format!("trap '' XFSZ; ulimit -f {}; exec \"$@\"", kib * 2);
    let mut command = sandbox.program("sh", ["-c", &line, "sh"]);
    command.arg(seawall.get_program()).args(seawall.get_args());
    Ran::of(&mut command)
}

#[test]
fn a_full_disk_at_any_moment_fails_clearly_and_doubles_nothing() {
    let well = files(&Sandbox::synced().demo());
    let whole = well.keys().filter(|name| is_own(name)).count();
    let mut failed = 0;
    for kib in [1, 16, 64, 96, 128, 192, 256, 400] {
        let sandbox = Sandbox::with_demo(0);
        let before = files(&sandbox.demo());
        let ran = on_a_full_disk(&sandbox, kib, &["sync"]);
        if ran.code != Some(0) {
            failed += 1;
            ran.expect(1).says(&[DATABASE]);
        }
        assert_eq!(foreign(&files(&sandbox.demo())), foreign(&before), "{kib} KiB");
        assert!(own(&sandbox) <= whole, "{kib} KiB");
        goes_on(&sandbox);
        assert_eq!(contents(&files(&sandbox.demo())), contents(&well), "{kib} KiB");
    }
    assert!(failed >= 4, "{failed}");
}

#[test]
fn a_disk_that_fills_up_later_leaves_every_event_as_it_is() {
    let sandbox = with_something_to_do();
    let before = files(&sandbox.demo());
    let ran = on_a_full_disk(&sandbox, 1, &["sync"]);
    ran.expect(1).says(&[DATABASE]);
    assert_eq!(files(&sandbox.demo()), before);
    goes_on(&sandbox);
}

/// What lies in the state folder: names and bytes; of the lock only that it is there, for it tells who had it last.
fn state(sandbox: &Sandbox) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(sandbox.demo().join(".state")).unwrap().map(|entry| entry.unwrap());
    let all = entries.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()));
    all.map(|(name, bytes)| if name == "lock" { (name, Vec::new()) } else { (name, bytes) }).collect()
}

#[test]
fn check_tells_a_full_disk_a_closed_folder_and_a_database_that_can_not_be_used_and_changes_nothing() {
    let sandbox = Sandbox::synced();
    let folder = sandbox.demo().join(".state");
    let database = folder.join(DATABASE);
    let before = state(&sandbox);
    let is_as_it_was = |what: &str| assert!(state(&sandbox) == before, "{what}: {:?}", state(&sandbox).keys());

    sandbox.run(["check"]).expect(0).says(&["ok state in", "Everything is in order."]);
    is_as_it_was("in order");
    let full = on_a_full_disk(&sandbox, 64, &["check"]);
    full.expect(1).says(&["FAULT the state in", ".state: File too large", "1 fault."]);
    is_as_it_was("full");
    let mode = |path: &Path, mode: u32| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    mode(&folder, 0o500);
    let closed = Ran::of(&mut unprivileged(&sandbox, &["check"]));
    mode(&folder, 0o700);
    closed.expect(1).says(&["FAULT the state in", ".state: Permission denied", "1 fault."]);
    is_as_it_was("closed");
    mode(&database, 0o400);
    let only_read = Ran::of(&mut unprivileged(&sandbox, &["check"]));
    mode(&database, 0o600);
    only_read.expect(1).says(&["FAULT the state in", DATABASE, "Permission denied", "1 fault."]);
    is_as_it_was("only read");

    let whole = fs::read(&database).unwrap();
    let mut broken = whole.clone();
    let middle = broken.len() / 2;
    broken[4096..middle].fill(0x5a);
    for (bytes, word) in
        [(broken.as_slice(), "check what is in the database"), (b"", "nothing in it"), (&[7; 9000], "not a database")]
    {
        fs::write(&database, bytes).unwrap();
        let ran = sandbox.run(["check"]);
        ran.expect(1).says(&["FAULT the state in", DATABASE, word, "if you have a backup", "1 fault."]);
        assert_eq!(fs::read(&database).unwrap(), bytes, "{word}");
        assert_eq!(state(&sandbox).len(), before.len(), "{word}");
    }
    fs::write(&database, &whole).unwrap();
    sandbox.run(["check"]).expect(0);

    // Where there is none yet, none is made.
    fs::remove_dir_all(&folder).unwrap();
    sandbox.run(["check"]).expect(0);
    assert!(!folder.exists());
}

#[test]
fn a_database_that_somebody_holds_is_waited_for_and_then_named() {
    let sandbox = with_something_to_do();
    let before = files(&sandbox.demo());
    let other = Connection::open(sandbox.demo().join(".state").join(DATABASE)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    sandbox.run(["sync"]).expect(1).says(&[DATABASE, "database is locked"]);
    assert_eq!(files(&sandbox.demo()), before);
    other.execute_batch("ROLLBACK").unwrap();
    goes_on(&sandbox);
}

#[test]
fn a_state_folder_that_is_only_read_stops_every_write() {
    let sandbox = with_something_to_do();
    let before = files(&sandbox.demo());
    let state = sandbox.demo().join(".state");
    let set = |folder: u32, file: u32| {
        for entry in fs::read_dir(&state).unwrap() {
            fs::set_permissions(entry.unwrap().path(), fs::Permissions::from_mode(file)).unwrap();
        }
        fs::set_permissions(&state, fs::Permissions::from_mode(folder)).unwrap();
    };
    set(0o500, 0o400);
    for command in ["sync", "undo", "pause"] {
        let args: &[&str] = if command == "undo" { &["undo", "--yes"] } else { &[command] };
        Ran::of(&mut unprivileged(&sandbox, args)).expect(1).says(&[".state", "Permission denied"]);
    }
    // As after an upgrade by another user: the folder can be written, the database can't.
    set(0o700, 0o600);
    fs::set_permissions(state.join(DATABASE), fs::Permissions::from_mode(0o400)).unwrap();
    Ran::of(&mut unprivileged(&sandbox, &["sync"])).expect(1).says(&[DATABASE, "readonly"]);
    assert_eq!(files(&sandbox.demo()), before);
    set(0o700, 0o600);
    goes_on(&sandbox);
}
