//! A loop that may not write for a while: another process has the lock or has said `pause`, the lock can't be had at all,
//! or a newer seawall works on the state. One state each, told once.

use super::*;
use crate::support::log::logged;

/// The lines of the log at that level that hold those words.
fn lines<'a>(log: &'a str, level: &str, words: &str) -> Vec<&'a str> {
    log.lines().filter(|line| line.contains(level) && line.contains(words)).collect()
}

#[test]
fn that_another_process_has_the_lock_is_one_state_and_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lock");
    let held = std::fs::File::create(&file).unwrap();
    held.try_lock().unwrap();
    let open = || Store::open(folder.path(), Timestamp::UNIX_EPOCH).unwrap().store;
    let other = open();
    let log = logged(|| {
        live_with(
            |house| House { locks: vec![file.clone()], store: open(), ..house },
            async |house| {
                house.minutes(10).await;
                let status = house.status().await;
                let why = status.halted.unwrap();
                assert!(why.contains("another seawall") && why.contains("lock"), "{why}");
                assert_eq!((status.state_fault, status.next_cycle.is_some()), (None, true));
                assert!(house.line().contains("waits for another seawall"));
                house.home().forget();
                house.minutes(20).await;
                assert!(
                    house.home().log.borrow().len() <= 6,
                    "it reads no more often: {:?}",
                    house.home().log.borrow()
                );
                // A pause is shown as soon as it is said, and so is its end.
                other.set_meta("paused", Some("resume")).unwrap();
                assert_eq!(house.status().await.paused.as_deref(), Some("resume"));
                house.minutes(1).await;
                other.set_meta("paused", None).unwrap();
                assert_eq!(house.status().await.paused, None);
                drop(held);
                house.minutes(1).await;
                assert_eq!(house.holds().lines().count(), 4);
                assert_eq!(house.status().await.halted, None);
                assert_eq!(house.line(), "2 accounts, last cycle 08:01");
            },
        );
    });
    assert!((1..=2).contains(&lines(&log, "INFO", "the cycle waits").len()), "{log}");
}

#[test]
fn that_the_lock_can_not_be_had_at_all_is_a_fault_of_the_state_and_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lock");
    // As on a disk that is read-only by now, also for root.
    std::fs::create_dir(&file).unwrap();
    let log = logged(|| {
        live_with(
            |house| House { locks: vec![file.clone()], ..house },
            async |house| {
                house.minutes(30).await;
                let fault = house.status().await.state_fault.unwrap();
                assert!(fault.contains("can't lock") && fault.contains("/lock"), "{fault}");
                assert!(house.line().contains("the state can't be used"));
                assert_eq!(house.own(), [""; 0]);
                std::fs::remove_dir(&file).unwrap();
                house.minutes(2).await;
                assert_eq!(house.holds().lines().count(), 4);
                assert_eq!(house.status().await.state_fault, None);
            },
        );
    });
    assert_eq!(lines(&log, "ERROR", "can't lock").len(), 1, "{log}");
    assert_eq!(lines(&log, "INFO", "can't lock"), [""; 0]);
}

#[test]
fn a_pause_right_after_holds_were_written_finds_nothing_amiss() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Store::open(folder.path(), Timestamp::UNIX_EPOCH).unwrap().store;
    let other = open();
    live_with(
        |house| House { store: open(), ..house },
        async |house| {
            house.minutes(1).await;
            assert_eq!(house.holds().lines().count(), 4);
            other.set_meta("paused", Some("resume")).unwrap();
            house.minutes(2).await;
            let status = house.status().await;
            assert_eq!(status.paused.as_deref(), Some("resume"));
            assert_eq!(status.warnings, [""; 0]);
        },
    );
}

#[test]
fn a_state_that_a_newer_seawall_has_taken_over_meanwhile_is_written_to_no_more() {
    let folder = tempfile::tempdir().unwrap();
    block_on_paused(async {
        let mut house = house();
        house.store = Store::open(folder.path(), instant("mon", "7:30")).unwrap().store;
        let end = lived(&mut house, async |house| {
            house.minutes(5).await;
            let before = house.holds();
            assert_eq!(before.lines().count(), 4);
            let newer = rusqlite::Connection::open(folder.path().join("seawall.sqlite")).unwrap();
            newer.execute_batch("PRAGMA user_version = 99").unwrap();
            house.meeting(house.home(), "tue 9-10 Review");
            house.minutes(10).await;
            assert_eq!(house.holds(), before);
        });
        let End::Store(error) = end.await else { panic!("it goes on") };
        let why = error.to_string();
        assert!(why.contains("has version 99") && why.contains("restart the service"), "{why}");
    });
}
