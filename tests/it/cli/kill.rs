//! `kill -9` at any moment: after one undisturbed `sync` the calendars are those of a run that nothing disturbed.
//! `SEAWALL_KILLS` says how many times each kind of run is killed; 50 if it says nothing.

use std::collections::BTreeMap;
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
        let own = |files: &Files| -> BTreeMap<String, Vec<u8>> {
            files
                .iter()
                .filter(|(name, _)| name.ends_with(".ics"))
                .map(|(name, file)| (name.clone(), file.bytes.clone()))
                .collect()
        };
        match own(now) {
            now if now == own(before) => self.before += 1,
            now if now == own(after) => self.after += 1,
            _ => self.during += 1,
        }
    }
}

type Files = BTreeMap<String, FileState>;

fn kills_wanted() -> usize {
    std::env::var("SEAWALL_KILLS").map_or(50, |text| text.parse().expect("SEAWALL_KILLS is a number"))
}

/// Starts `sync` and kills it after that long.
fn kill_after(sandbox: &Sandbox, delay: Duration) {
    let mut child = sandbox.command(["sync"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    // No wait for something to happen: the moment itself is what is tried.
    std::thread::sleep(delay);
    child.kill().unwrap();
    child.wait().unwrap();
}

/// How long an undisturbed run takes.
#[expect(clippy::disallowed_methods, reason = "measures the program under test; decides nothing")]
fn timed(sandbox: &Sandbox) -> Duration {
    let start = std::time::Instant::now();
    sandbox.run(["sync"]).expect(0);
    start.elapsed()
}

/// Kills `sync` over and over on folders that `prepare` makes, and compares with an undisturbed run.
fn check(seed: u64, prepare: impl Fn() -> Sandbox) {
    let undisturbed = [prepare(), prepare(), prepare()];
    let before = files(&undisturbed[0].demo());
    let whole = undisturbed.iter().map(timed).min().unwrap();
    let after = files(&undisturbed[0].demo());
    assert_ne!(contents(&before), contents(&after), "there is something to write");

    let mut random = fastrand::Rng::with_seed(seed);
    let (mut landed, mut kills) = (Landed::default(), 0);
    while kills < kills_wanted() {
        let sandbox = prepare();
        let start = files(&sandbox.demo());
        for _ in 0..random.usize(1..=3) {
            kill_after(&sandbox, whole.mul_f64(random.f64() * 1.05));
            kills += 1;
            let now = files(&sandbox.demo());
            landed.count(&now, &before, &after);
            assert_eq!(foreign_events(&now), foreign_events(&start), "after kill {kills}");
        }
        sandbox.run(["sync"]).expect(0);
        let end = files(&sandbox.demo());
        assert_eq!(contents(&end), contents(&after), "after kill {kills}");
        assert_eq!(foreign(&end), foreign(&start), "after kill {kills}");
        sandbox.run(["sync"]).expect(0).says(&["Nothing to change."]);
        assert_eq!(files(&sandbox.demo()), end, "a further cycle changes nothing");
    }
    println!("{kills} kills in {whole:?}: {landed:?}");
    assert!(landed.during > 0, "no kill landed between the first and the last write: {landed:?}");
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
