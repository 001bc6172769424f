//! `kill -9` at any moment of a cycle that writes to Google: after one undisturbed `sync` the calendar is that of a run
//! that nothing disturbed, nothing is there twice, and no foreign event was touched. `SEAWALL_GOOGLE_KILLS` says how
//! many times each kind of run is killed; 10 if it says nothing.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};

use super::same::{Desk, calendar_id};
use super::{ANNA, timed};
use crate::support::google::Google;

fn kills_wanted() -> usize {
    std::env::var("SEAWALL_GOOGLE_KILLS").map_or(10, |text| text.parse().expect("SEAWALL_GOOGLE_KILLS is a number"))
}

/// Every event of the calendars, live or not, by id.
fn all(google: &Google) -> BTreeMap<String, Value> {
    google.with(|state| {
        let mut out = BTreeMap::new();
        for calendar in ["work", "private"].map(calendar_id).into_iter().chain(["primary".to_owned()]) {
            let ids: Vec<String> = state.calendar(&calendar).events.keys().cloned().collect();
            out.extend(ids.into_iter().map(|id| (id.clone(), state.event(&calendar, &id).unwrap())));
        }
        out
    })
}

/// What seawall's events that live say, in order; without ids and versions, which depend on how often one was made anew.
fn own(google: &Google) -> Vec<String> {
    let live = all(google).into_iter().filter(|(id, event)| id.starts_with("sea0") && event["status"] != "cancelled");
    let say = |event: Value| {
        let said = ["start", "end", "summary", "description", "transparency", "visibility", "reminders", "eventType"];
        said.map(|name| event[name].to_string()).join(" ")
    };
    let mut out: Vec<String> = live.map(|(_, event)| say(event)).collect();
    out.sort();
    out
}

fn foreign(google: &Google) -> BTreeMap<String, Value> {
    let mut all = all(google);
    all.retain(|id, _| !id.starts_with("sea0"));
    all
}

/// How many changes the service has made.
fn writes(google: &Google) -> usize {
    google.with(|state| state.log.iter().filter(|seen| seen.request.method != "GET" && seen.method.is_some()).count())
}

fn sync(desk: &Desk) -> String {
    let output = desk.command(&["sync"]).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
    out.into_owned()
}

/// Starts `sync` and kills it that long after so many of its changes; false where it had ended before.
fn kill_after(desk: &Desk, google: &Google, wanted: usize, delay: Duration) -> bool {
    let before = writes(google);
    let mut child = desk.command(&["sync"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while writes(google) - before < wanted && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    // No wait for something to happen: the moment itself is what is tried.
    std::thread::sleep(delay);
    child.kill().unwrap();
    child.wait().unwrap().signal() == Some(9)
}

fn check(seed: u64, start: fn(&str) -> Google, prepare: impl Fn(&Google) -> Desk) {
    let undisturbed = start(ANNA);
    let desk = prepare(&undisturbed);
    let earlier = writes(&undisturbed);
    sync(&desk);
    let (after, wanted) = (own(&undisturbed), writes(&undisturbed) - earlier);
    assert!(wanted > 5, "there is something to write");

    let mut random = fastrand::Rng::with_seed(seed);
    let (mut kills, mut during) = (0, 0);
    while kills < kills_wanted() {
        let google = start(ANNA);
        let desk = prepare(&google);
        let (before, theirs) = (own(&google), foreign(&google));
        for _ in 0..random.usize(1..=3) {
            let pause = Duration::from_micros(random.u64(0..20_000));
            kills += usize::from(kill_after(&desk, &google, random.usize(0..=wanted), pause));
            let now = own(&google);
            during += usize::from(now != before && now != after);
            assert_eq!(foreign(&google), theirs, "after kill {kills}");
        }
        sync(&desk);
        assert_eq!(own(&google), after, "after kill {kills}");
        assert_eq!(foreign(&google), theirs, "after kill {kills}");
        let end = all(&google);
        assert!(sync(&desk).contains("Nothing to change."), "after kill {kills}");
        assert_eq!(all(&google), end, "a further cycle changes nothing");
        google.assert_clean();
    }
    println!("{kills} kills; {during} of them between the first and the last write of {wanted}");
    assert!(during > kills / 4, "too few of {kills} kills landed within the writing: {during}");
}

#[test]
fn a_killed_first_sync_leaves_nothing_at_google_that_the_next_does_not_mend() {
    check(1, Google::start, Desk::at);
}

#[test]
fn a_killed_sync_that_updates_and_deletes_at_google_is_finished_by_the_next() {
    check(2, Google::start, |google| {
        let desk = Desk::at(google);
        sync(&desk);
        let workshop = timed("workshop", "17 09:00-10:00");
        let guests = json!([{"email": "ben@example.org", "responseStatus": "accepted"}]);
        google.with(|state| drop(state.put(&calendar_id("work"), super::with(workshop, json!({"attendees": guests})))));
        desk.edit_config("mon,tue,thu,fri\"", "mon,tue,thu\"");
        desk.edit_config("name = \"learning\"", "name = \"study\"");
        desk
    });
}

/// There and back a hold is deleted and made anew in the next generation, for the kind of an event stays.
#[test]
fn a_killed_sync_that_makes_holds_strict_or_firm_at_google_is_finished_by_the_next() {
    const BLOCK: &str = "days = \"mon,tue,thu,fri\", from = \"09:00\", to = \"12:00\"";
    let strict = format!("{BLOCK}, defence = \"strict\"");
    for (seed, from, to) in [(3, BLOCK, strict.as_str()), (4, strict.as_str(), BLOCK)] {
        check(seed, Google::workspace, |google| {
            let desk = Desk::at(google);
            let home = "name = \"work\", use = \"read\" },\n  { name = \"primary\", use = \"hold\" },";
            desk.edit_config("name = \"work\", use = \"read+hold\" },", home);
            desk.edit_config("[hours]", "[focus]\nhorizon = 1\n\n[hours]");
            desk.edit_config(BLOCK, from);
            sync(&desk);
            let kinds = |google: &Google| own(google).iter().filter(|one| one.contains("focusTime")).count();
            assert_eq!(kinds(google) > 0, from != BLOCK, "{:?}", own(google));
            desk.edit_config(from, to);
            desk
        });
    }
}
