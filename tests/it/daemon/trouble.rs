//! Days on which things break: accounts that hang or fail, a machine that sleeps, clocks that are wrong, another process
//! that holds the lock. Nothing is written on what is not known.

use futures_util::FutureExt as _;
use seawall::store::lock;

use super::*;

#[test]
fn an_account_that_hangs_delays_no_other() {
    live(async |house| {
        house.minutes(10).await;
        house.office().mood.set(Mood::Hangs);
        house.minutes(60).await;
        house.home().forget();
        house.meeting(house.home(), "tue 9-10 Review");
        house.minutes(6).await;
        assert!(!house.holds().contains("tue 9-12"), "{}", house.holds());
        house.minutes(54).await;
        assert!(house.home().count("read") + house.home().count("list") >= 10);
        let status = house.status().await;
        assert_eq!((status.accounts[0].state.as_str(), status.accounts[1].state.as_str()), ("ok", "failing"));
        assert!(status.accounts[1].trouble.as_ref().unwrap().contains("office/team"));
    });
}

#[test]
fn an_account_that_hangs_from_the_start_keeps_the_others_only_from_creating() {
    live_with(
        |house| {
            house.office().mood.set(Mood::Hangs);
            house
        },
        async |house| {
            house.minutes(30).await;
            assert_eq!(house.holds(), "", "what the office has there is not known");
            assert!(house.home().count("read") + house.home().count("list") >= 5);
            house.office().mood.set(Mood::Fine);
            house.minutes(20).await;
            assert_eq!(house.holds().lines().count(), 4);
        },
    );
}

#[test]
fn the_account_of_the_holds_hanging_keeps_no_other_from_being_read() {
    live(async |house| {
        house.minutes(10).await;
        house.home().mood.set(Mood::Hangs);
        house.office().forget();
        house.meeting(house.office(), "tue 9-10 Review");
        house.minutes(60).await;
        assert!(house.office().count("read") >= 10, "{:?}", house.office().log.borrow());
        house.home().mood.set(Mood::Fine);
        house.minutes(75).await;
        assert!(house.holds().contains("tue 10:15-"), "{}", house.holds());
    });
}

#[test]
fn a_failing_account_is_asked_ever_less_often_and_at_least_every_hour() {
    live(async |house| {
        house.minutes(10).await;
        house.office().mood.set(Mood::Fails(ErrorKind::Unavailable));
        house.minutes(6).await;
        house.office().forget();
        house.minutes(120).await;
        assert!((5..=8).contains(&house.office().log.borrow().len()), "{:?}", house.office().log.borrow());
        house.office().forget();
        house.minutes(600).await;
        let times: Vec<u64> = house.office().log.borrow().iter().map(|(at, _)| *at).collect();
        assert!(times.windows(2).all(|pair| (2880..=3600).contains(&(pair[1] - pair[0]))), "{times:?}");
        house.office().mood.set(Mood::Fine);
        house.minutes(61).await;
        house.office().forget();
        house.minutes(30).await;
        assert!((5..=7).contains(&house.office().log.borrow().len()), "{:?}", house.office().log.borrow());
    });
}

#[test]
fn what_a_failing_account_said_last_still_counts_and_nothing_new_is_planned_over_it() {
    live(async |house| {
        house.meeting(house.office(), "tue 9-12 Workshop");
        house.minutes(10).await;
        let before = house.holds();
        assert!(!before.contains("tue 9"), "{before}");
        house.office().mood.set(Mood::Fails(ErrorKind::Unavailable));
        house.home().forget();
        house.minutes(180).await;
        assert_eq!(house.holds(), before);
        assert_eq!(house.status().await.at_risk[0], "Morning (Tue 09:00): nothing is left");
        assert_eq!(house.home().count("create") + house.home().count("update") + house.home().count("delete"), 0);
        // It yields all the same to what can be read.
        house.meeting(house.home(), "thu 9-10 Interview");
        house.minutes(7).await;
        assert!(!house.holds().contains("thu 9-12"), "{}", house.holds());
    });
}

#[test]
fn a_needed_login_is_told_and_ends_nothing() {
    live(async |house| {
        house.minutes(10).await;
        house.office().mood.set(Mood::Fails(ErrorKind::Login));
        house.minutes(60).await;
        let status = house.status().await;
        assert_eq!(status.logins, ["office"]);
        assert_eq!(status.accounts[1].state, "login");
        assert!(house.line().contains("1 needs login"));
    });
}

#[test]
fn no_network_at_the_start_is_no_failure() {
    live_with(
        |house| {
            house.accounts.iter().for_each(|one| one.mood.set(Mood::Fails(ErrorKind::Unavailable)));
            house
        },
        async |house| {
            house.minutes(20).await;
            assert_eq!(house.holds(), "");
            house.accounts.iter().for_each(|one| one.mood.set(Mood::Fine));
            house.minutes(40).await;
            assert_eq!(house.holds().lines().count(), 4);
        },
    );
}

/// What is asked of both accounts after something that puts all that was read in doubt.
fn check_doubt(what: impl FnOnce(&House)) {
    live(async |house| {
        house.minutes(60).await;
        for account in &house.accounts {
            account.forget();
        }
        // Nobody has seen it yet.
        house.meeting(house.office(), "wed 9-10 Review");
        house.meeting(house.home(), "thu 9-10 Interview");
        what(house);
        house.minutes(2).await;
        for account in &house.accounts {
            let log = account.log.borrow();
            assert_eq!(log.first().map(|(_, what)| what.as_str()), Some("list"), "all of it is read first: {log:?}");
        }
        assert!(house.holds().contains("thu 10:15-"), "{}", house.holds());
    });
}

#[test]
fn after_a_sleep_everything_is_read_again_before_anything_is_written() {
    check_doubt(|house| house.clock.sleep(8 * 3600));
}

#[test]
fn after_a_jump_of_the_clock_everything_is_read_again_before_anything_is_written() {
    check_doubt(|house| house.clock.set(3 * 3600));
    check_doubt(|house| house.clock.set(-1800));
}

#[test]
fn a_cycle_in_the_middle_of_which_the_machine_slept_writes_nothing_more() {
    live(async |house| {
        house.minutes(60).await;
        house.meeting(house.home(), "tue 9-10 Review");
        house.meeting(house.home(), "thu 9-10 Interview");
        house.home().mood.set(Mood::Slow(20));
        house.wakes.send(Wake::Files(0)).unwrap();
        // In the middle of the cycle's first look at what it will change.
        tokio::time::sleep(Duration::from_secs(30)).await;
        assert_eq!(house.home().log.borrow().last().map(|(_, what)| what.as_str()), Some("get"));
        house.home().forget();
        house.clock.sleep(3600);
        house.minutes(1).await;
        house.home().mood.set(Mood::Fine);
        house.minutes(3).await;
        let log = house.home().log.borrow();
        assert_eq!(log.first().map(|(_, what)| what.as_str()), Some("list"), "{log:?}");
        drop(log);
        assert!(house.holds().contains("tue 10:15-") && house.holds().contains("thu 10:15-"), "{}", house.holds());
    });
}

#[test]
fn a_cycle_that_takes_long_reads_again_before_it_writes_more() {
    let slow = |house: House| {
        house.home().mood.set(Mood::Slow(12));
        house
    };
    live_with(slow, async |house| {
        // Four holds and a summary, three requests each: more than a minute of them. `Moody` refuses what is too old.
        house.minutes(12).await;
        assert_eq!((house.holds().lines().count(), house.summaries().len()), (4, 1));
        assert!(house.home().count("read") + house.home().count("list") >= 3);
    });
}

#[test]
fn asking_a_slow_account_for_a_hold_that_was_moved_there_makes_no_reading_of_another_stale() {
    live(async |house| {
        house.minutes(60).await;
        let events = events(house.home(), "work");
        let (name, body) = events.iter().find(|(_, body)| String::from_utf8_lossy(body).contains("20261117")).unwrap();
        assert!(house.home().inner.remove("work", name));
        house.wakes.send(Wake::Files(0)).unwrap();
        house.minutes(1).await;
        // By now it counts as deleted.
        house.office().inner.put("team", name, body);
        // Seen together with the hold, and something has to be written for it.
        house.meeting(house.office(), "thu 9-10 Interview");
        house.office().mood.set(Mood::Slow(100));
        house.minutes(30).await;
        assert!(house.holds().contains("thu 10:15-"), "{}", house.holds());
    });
}

#[test]
fn a_clock_from_1970_writes_nothing_until_it_is_right() {
    live_with(
        |house| House { clock: Driven::new(Timestamp::UNIX_EPOCH), ..house },
        async |house| {
            house.minutes(30).await;
            assert_eq!(house.own(), [""; 0]);
            assert!(house.status().await.halted.unwrap().contains("1970"), "it says why");
            let right = instant("mon", "8:00").duration_since(house.now()).as_secs();
            house.clock.set(right);
            house.minutes(2).await;
            assert_eq!(house.holds().lines().count(), 4);
        },
    );
}

#[test]
fn a_cycle_waits_while_another_process_writes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lock");
    let held = std::fs::File::create(&file).unwrap();
    held.try_lock().unwrap();
    live_with(
        |house| House { locks: vec![file.clone()], ..house },
        async |house| {
            house.minutes(10).await;
            assert_eq!(house.own(), [""; 0]);
            assert!(house.status().await.last_cycle.is_none());
            drop(held);
            house.minutes(1).await;
            assert_eq!(house.holds().lines().count(), 4);
            // Between two cycles it is free.
            lock::acquire(&file, Duration::ZERO).await.unwrap();
        },
    );
}

#[test]
fn a_pause_that_is_said_while_a_cycle_waits_for_the_lock_is_kept() {
    // It waits 5 s of every 20.
    for second in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("lock");
        let held = std::fs::File::create(&file).unwrap();
        held.try_lock().unwrap();
        live_with(
            |house| House { locks: vec![file.clone()], ..house },
            async |house| {
                house.minutes(10).await;
                tokio::time::sleep(Duration::from_secs(second)).await;
                house.store.set_meta(seawall::cycle::memory::PAUSED, Some("resume")).unwrap();
                drop(held);
                house.minutes(10).await;
                assert_eq!(house.own(), [""; 0], "said in second {second}");
            },
        );
    }
}

#[test]
fn whoever_asks_is_answered_and_a_stop_obeyed_in_the_middle_of_any_request() {
    live(async |house| {
        house.minutes(10).await;
        house.accounts.iter().for_each(|one| one.mood.set(Mood::Hangs));
        house.wakes.send(Wake::Files(0)).unwrap();
        house.wakes.send(Wake::Files(1)).unwrap();
        tokio::task::yield_now().await;
        let before = Instant::now();
        assert_eq!(house.status().await.accounts.len(), 2);
        assert_eq!(before.elapsed(), Duration::ZERO);
        // The stop at the end of every story comes while both hang.
    });
}

#[test]
fn a_wrong_config_is_told_and_the_old_one_stays() {
    live(async |house| {
        house.wakes.send(Wake::ConfigWrong("seawall.toml:3:1: unknown key".to_owned())).unwrap();
        house.minutes(1).await;
        assert_eq!(house.holds().lines().count(), 4);
        assert!(house.line().ends_with("the new config is wrong, the old one stays"));
        assert_eq!(house.status().await.config_fault.as_deref(), Some("seawall.toml:3:1: unknown key"));
        // While the config was read the manager was told something else, so it is said again.
        house.wakes.send(Wake::ConfigWrong("seawall.toml:3:1: unknown key".to_owned())).unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(house.line().ends_with("the new config is wrong, the old one stays"));
    });
}

#[test]
fn a_failing_state_ends_the_loop_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), Timestamp::UNIX_EPOCH).unwrap().store;
    block_on_paused(async {
        let mut house = house();
        house.store = store;
        let other = rusqlite::Connection::open(folder.path().join("seawall.sqlite")).unwrap();
        other.execute_batch("ALTER TABLE ledger RENAME TO hidden").unwrap();
        let (_wakes, mut woken) = mpsc::unbounded_channel();
        let (says, _words) = mpsc::unbounded_channel();
        let end = run(ground(&house), &mut woken, &says).await;
        assert!(matches!(end, End::Store(_)), "{end:?}");
        assert_eq!(house.own(), [""; 0]);
    });
}

/// Where a sign of life is wanted twice a minute.
fn watched(house: &House) -> Ground<'_, Moody> {
    Ground { watchdog: Some(Duration::from_secs(30)), ..ground(house) }
}

/// The signs of life since it was last asked.
fn signs(words: &mut mpsc::UnboundedReceiver<Word>) -> usize {
    std::iter::from_fn(|| words.try_recv().ok()).filter(|word| *word == Word::Alive).count()
}

#[test]
fn signs_of_life_are_given_while_accounts_hang_and_more_often_than_asked_for() {
    block_on_paused(async {
        let house = house();
        house.accounts.iter().for_each(|one| one.mood.set(Mood::Hangs));
        let (_wakes, mut woken) = mpsc::unbounded_channel();
        let (says, mut words) = mpsc::unbounded_channel();
        let hour = Duration::from_hours(1);
        assert!(tokio::time::timeout(hour, run(watched(&house), &mut woken, &says)).await.is_err(), "it ended");
        let signs = signs(&mut words);
        assert!((240..=480).contains(&signs), "{signs} in an hour");
    });
}

#[test]
fn a_read_that_should_long_have_ended_gives_no_sign_of_life() {
    block_on_paused(async {
        let house = house();
        house.accounts.iter().for_each(|one| one.mood.set(Mood::Hangs));
        let (_wakes, mut woken) = mpsc::unbounded_channel();
        let (says, mut words) = mpsc::unbounded_channel();
        let mut looping = std::pin::pin!(run(watched(&house), &mut woken, &says));
        assert!(tokio::time::timeout(Duration::from_secs(25), &mut looping).await.is_err(), "it ended");
        assert_eq!(signs(&mut words), 2);
        // The loop stands still, and time does not: nothing speaks for it, nor does it afterwards before it has given up
        // those reads.
        tokio::time::advance(Duration::from_mins(20)).await;
        assert_eq!(signs(&mut words), 0);
        assert!((&mut looping).now_or_never().is_none(), "it ended");
        let said: Vec<Word> = std::iter::from_fn(|| words.try_recv().ok()).collect();
        let gave_up = |word: &Word| matches!(word, Word::Status(text) if text.contains("2 can't be read"));
        let before = said.iter().position(gave_up).expect("it gave them up");
        assert!(!said[..before].contains(&Word::Alive), "{said:?}");
        assert!(tokio::time::timeout(Duration::from_secs(25), &mut looping).await.is_err(), "it ended");
        assert_eq!(signs(&mut words), 2, "those reads were given up, and it goes on");
    });
}

#[test]
fn a_zone_that_the_system_has_for_an_hour_is_followed() {
    let zone = RefCell::new("Europe/Berlin");
    block_on_paused(async {
        let clock = Driven::new(instant("mon", "7:30"));
        let (wakes, mut woken) = mpsc::unbounded_channel();
        let system = || Some((*zone.borrow()).to_owned());
        let watch = seawall::daemon::zone::watch("Europe/Berlin", system, Clock::Driven(clock), &wakes);
        let story = async {
            let mut wait = async |minutes: u64| {
                tokio::time::sleep(Duration::from_secs(minutes * 60)).await;
                woken.try_recv().is_ok()
            };
            assert!(!wait(300).await);
            // A change of trains.
            *zone.borrow_mut() = "Europe/London";
            assert!(!wait(50).await);
            *zone.borrow_mut() = "America/New_York";
            assert!(!wait(55).await);
            assert!(wait(15).await);
        };
        tokio::select! { never = watch => match never {}, () = story => {} }
    });
}
