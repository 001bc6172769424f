//! The state is removed, moved away or replaced under the running daemon: nothing is written by what is no longer there,
//! and what is found in its place is taken up.

use std::fs;

use seawall::cycle::memory::PAUSED;

use super::machine::{Machine, eventually, talkative};
use super::*;

/// Everything in a folder.
fn files(folder: &std::path::Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

#[test]
fn a_state_that_is_moved_away_or_replaced_ends_the_loop_and_the_next_goes_on_with_what_is_there() {
    let root = tempfile::tempdir().unwrap();
    let (folder, away) = (root.path().join("state"), root.path().join("away"));
    let open = || Store::open(&folder, instant("mon", "7:30")).unwrap().store;
    let is_gone = |end: &End| matches!(end, End::Store(error) if error.to_string().contains("gone or another file"));
    block_on_paused(async {
        let mut house = house();
        house.store = open();
        let end = lived(&mut house, async |house| {
            house.minutes(5).await;
            let before = house.holds();
            assert_eq!(before.lines().count(), 4);
            fs::rename(&folder, &away).unwrap();
            let old = files(&away);
            house.meeting(house.home(), "tue 9-10 Review");
            house.minutes(10).await;
            assert_eq!(house.holds(), before);
            assert_eq!(files(&away), old);
            assert!(!folder.exists());
        });
        let end = end.await;
        assert!(is_gone(&end), "{end:?}");

        house.store = open();
        let end = lived(&mut house, async |house| {
            house.minutes(5).await;
            assert_eq!(house.holds().lines().count(), 4, "none twice: {}", house.holds());
            assert!(house.holds().contains("tue 10:15-"), "{}", house.holds());
            // Another command puts a new one in its place, and no calendar changes.
            fs::remove_dir_all(&folder).unwrap();
            open().set_meta(PAUSED, Some("resume")).unwrap();
            house.minutes(2).await;
        });
        let end = end.await;
        assert!(is_gone(&end), "{end:?}");

        house.store = open();
        let end = lived(&mut house, async |house| {
            house.minutes(5).await;
            let before = house.holds();
            house.meeting(house.home(), "thu 9-10 Interview");
            house.minutes(10).await;
            assert_eq!(house.holds(), before);
            assert_eq!(house.status().await.paused.as_deref(), Some("resume"));
        });
        assert!(matches!(end.await, End::Stop));
    });
}

#[test]
fn a_state_that_is_moved_away_is_told_and_a_new_one_is_taken_up() {
    let machine = Machine::new();
    let mut daemon = machine.start_with(talkative);
    eventually("the mornings are held", || machine.has_morning(1) && machine.has_morning(2));
    machine.hears("last cycle");
    fs::rename(machine.path("state"), machine.path("away")).unwrap();
    let before = machine.own();
    machine.meeting("private", 2);
    machine.hears("the state can't be used, so nothing is written");
    daemon.logs("is gone or another file now");
    assert_eq!(machine.own(), before);
    assert_eq!(machine.run(&["pause"]).status.code(), Some(0));
    // It looks for a state a little later.
    machine.hears("paused");
    assert_eq!(machine.own(), before);
    assert_eq!(machine.run(&["resume"]).status.code(), Some(0));
    eventually("the hold yields", || !machine.has_morning(2));
    machine.hears("last cycle");
    machine.has_none_twice();
}
