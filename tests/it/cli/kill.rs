//! `kill -9` at any moment: after one undisturbed `sync` the calendars are those of a run that nothing disturbed.
//! `SEAWALL_KILLS` says how many times each kind of run is killed; 50 if it says nothing.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;
use std::time::Duration;

use super::*;

/// Where a kill landed, as the calendars show it.
#[derive(Debug, Default)]
struct Landed {
    before: usize,
    during: usize,
    after: usize,
}

impl Landed {
    fn count(&mut self, now: &Files, before: &Files, after: &Files) {
        let events = |files: &Files| -> BTreeMap<String, Vec<u8>> {
            files
                .iter()
                .filter(|(name, _)| is_own(name))
                .map(|(name, file)| (name.clone(), file.bytes.clone()))
                .collect()
        };
        match events(now) {
            now if now == events(before) => self.before += 1,
            now if now == events(after) => self.after += 1,
            _ => self.during += 1,
        }
    }
}

type Files = BTreeMap<String, FileState>;

fn kills_wanted() -> usize {
    std::env::var("SEAWALL_KILLS").map_or(50, |text| text.parse().expect("SEAWALL_KILLS is a number"))
}

/// Own events by name, and when each was last written.
fn own_events(sandbox: &Sandbox) -> BTreeMap<String, (i64, i64)> {
    let entries = fs::read_dir(sandbox.demo().join("work")).unwrap().map(|entry| entry.unwrap());
    entries
        .filter(|entry| is_own(&entry.file_name().to_string_lossy()))
        // One that goes away between the two calls is as good as gone.
        .filter_map(|entry| Some((entry.file_name().into_string().unwrap(), entry.metadata().ok()?)))
        .map(|(name, metadata)| (name, (metadata.mtime(), metadata.mtime_nsec())))
        .collect()
}

/// Starts `sync` and kills it that long after so many of its writes; false where it had ended before.
fn kill_after(sandbox: &Sandbox, writes: usize, delay: Duration) -> bool {
    let start = own_events(sandbox);
    let mut child = sandbox.command(["sync"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let done = || {
        let now = own_events(sandbox);
        let names = start.keys().chain(now.keys().filter(|name| !start.contains_key(*name)));
        names.filter(|name| start.get(*name) != now.get(*name)).count()
    };
    while done() < writes && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    // No wait for something to happen: the moment itself is what is tried.
    std::thread::sleep(delay);
    child.kill().unwrap();
    child.wait().unwrap().signal() == Some(9)
}

/// Kills `sync` over and over on folders that `prepare` makes, and compares with an undisturbed run.
fn check(seed: u64, prepare: impl Fn() -> Sandbox) {
    let undisturbed = prepare();
    let before = files(&undisturbed.demo());
    let writes = undisturbed.json(["sync"])["changes"].as_array().unwrap().len();
    let after = files(&undisturbed.demo());
    assert!(writes > 5 && contents(&before) != contents(&after), "there is something to write");

    let mut random = fastrand::Rng::with_seed(seed);
    let (mut landed, mut kills) = (Landed::default(), 0);
    while kills < kills_wanted() {
        let sandbox = prepare();
        let start = files(&sandbox.demo());
        for _ in 0..random.usize(1..=3) {
            // About as long as one write takes; before the first one, as long as starting and reading does.
            let writes = if random.u8(0..6) == 0 { 0 } else { random.usize(1..=writes) };
            let pause = if writes == 0 { 100_000 } else { 8000 };
            let killed = kill_after(&sandbox, writes, Duration::from_micros(random.u64(0..pause)));
            let now = files(&sandbox.demo());
            if killed {
                kills += 1;
                landed.count(&now, &before, &after);
            }
            assert_eq!(foreign_events(&now), foreign_events(&start), "after kill {kills}");
        }
        sandbox.run(["sync"]).expect(0);
        let end = files(&sandbox.demo());
        assert_eq!(contents(&end), contents(&after), "after kill {kills}");
        assert_eq!(foreign(&end), foreign(&start), "after kill {kills}");
        sandbox.run(["sync"]).expect(0).says(&["Nothing to change."]);
        assert_eq!(files(&sandbox.demo()), end, "a further cycle changes nothing");
    }
    println!("{kills} kills; the calendars were then as {landed:?} the writing");
    assert!(landed.during > kills / 4, "too few kills landed between the first and the last write: {landed:?}");
}

/// Foreign files; right after a kill the program's own temporary files may lie beside them.
fn foreign_events(files: &Files) -> BTreeMap<&str, &FileState> {
    let mut out = foreign(files);
    out.retain(|name, _| !name.rsplit('/').next().is_some_and(|name| name.starts_with(".seawall-")));
    out
}

#[test]
fn a_killed_first_sync_leaves_nothing_that_the_next_does_not_mend() {
    check(1, || Sandbox::with_demo(0));
}

#[test]
fn a_killed_sync_that_updates_and_deletes_is_finished_by_the_next() {
    check(2, || {
        let sandbox = Sandbox::synced();
        changed(&sandbox);
        sandbox
    });
}

/// A meeting in a hold, a block less, a role of another name: holds move, come and go.
fn changed(sandbox: &Sandbox) {
    sandbox.add_event(
        "work",
        "workshop",
        "DTSTART;TZID=Europe/Berlin:20261117T090000
         DTEND;TZID=Europe/Berlin:20261117T100000
         SUMMARY:Workshop
         ORGANIZER:mailto:ben@example.org
         ATTENDEE;PARTSTAT=ACCEPTED:mailto:anna@example.org
         ATTENDEE;PARTSTAT=ACCEPTED:mailto:ben@example.org",
    );
    sandbox.edit_config("mon,tue,thu,fri\"", "mon,tue,thu\"");
    sandbox.edit_config("name = \"learning\"", "name = \"study\"");
}

#[test]
fn the_second_kind_of_run_updates_deletes_and_creates() {
    let sandbox = Sandbox::synced();
    changed(&sandbox);
    let plan = sandbox.json(["plan"]);
    let actions: Vec<&str> =
        plan["changes"].as_array().unwrap().iter().map(|it| it["action"].as_str().unwrap()).collect();
    for action in ["update", "delete", "create"] {
        assert!(actions.contains(&action), "{actions:?}");
    }
}
