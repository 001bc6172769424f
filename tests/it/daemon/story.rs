//! Ordinary days: the plan is carried out at once, follows changes, and is made anew at its own moments.

use super::*;

const FOUR: &str = "mon 9-12 Focus: Morning busy\ntue 9-12 Focus: Morning busy\nthu 9-12 Focus: Morning busy\n\
                    fri 9-12 Focus: Morning busy";

#[test]
fn holds_are_there_as_soon_as_every_account_was_read() {
    live(async |house| {
        house.minutes(1).await;
        assert_eq!(house.holds(), FOUR);
        assert_eq!(house.summaries().len(), 1);
        assert_eq!(house.line(), "2 accounts, last cycle 07:30");
    });
}

#[test]
fn a_meeting_that_appears_is_yielded_to_at_the_next_look() {
    live(async |house| {
        house.minutes(30).await;
        house.meeting(house.office(), "tue 9-10 Review");
        house.minutes(6).await;
        assert!(house.holds().contains("tue 10:15-"), "{}", house.holds());
    });
}

#[test]
fn files_that_are_touched_are_read_at_once() {
    live(async |house| {
        house.minutes(30).await;
        house.meeting(house.office(), "tue 9-10 Review");
        house.wakes.send(Wake::Files(1)).unwrap();
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert!(house.holds().contains("tue 10:15-"), "{}", house.holds());
    });
}

#[test]
fn accounts_are_read_about_every_five_minutes_each_at_its_own_pace() {
    live(async |house| {
        house.minutes(1).await;
        house.home().forget();
        house.office().forget();
        house.minutes(300).await;
        for account in &house.accounts {
            let reads = account.count("read") + account.count("list");
            assert!((54..=72).contains(&reads), "{reads} reads in five hours");
        }
        let times = |account: &Moody| account.log.borrow().iter().map(|(at, _)| *at).collect::<Vec<_>>();
        assert_ne!(times(house.home()), times(house.office()));
    });
}

#[test]
fn where_nothing_changes_there_is_no_cycle_but_once_an_hour() {
    live(async |house| {
        house.until("wed 13:00").await;
        let mut cycles = std::collections::BTreeSet::new();
        for _ in 0..180 {
            house.minutes(1).await;
            cycles.insert(house.status().await.last_cycle);
        }
        assert!((3..=4).contains(&cycles.len()), "{cycles:?}");
    });
}

#[test]
fn the_summary_has_its_last_word_when_it_is_due() {
    live(async |house| {
        house.until("fri 16:00").await;
        house.home().forget();
        house.minutes(1).await;
        assert_eq!(house.home().count("update"), 1, "{:?}", house.home().log.borrow());
        assert_eq!(house.summaries().len(), 1);
        let texts: Vec<String> =
            events(house.home(), "work").into_values().map(|body| String::from_utf8(body).unwrap()).collect();
        assert!(texts.iter().any(|text| text.contains("X-SEAWALL") && text.contains("final")), "{texts:?}");
    });
}

#[test]
fn a_new_week_is_planned_at_its_first_midnight() {
    live(async |house| {
        house.until("sun 23:59").await;
        let before = house.holds();
        assert_eq!(before.lines().count(), 4);
        house.minutes(3).await;
        assert_eq!(house.holds().lines().count(), 8, "{}", house.holds());
    });
}

#[test]
fn a_hold_that_shall_be_firm_a_day_before_is_busy_then() {
    let config = CONFIG.replace("\"Morning\",", "\"Morning\", defence = \"auto\",");
    let environment = Environment { xdg_state_home: Some("/nowhere".into()), ..Environment::default() };
    // More can be had than is needed, so that only nearness makes a hold busy.
    let config = config.replace("blocks =", "target = \"6h\"\nblocks =").replace("mon,tue,thu,fri", "mon,fri");
    let settings = config::parse(&config, "/nowhere/seawall.toml".as_ref(), &environment).unwrap();
    live_with(
        |house| House { settings, ..house },
        async |house| {
            house.until("thu 8:59").await;
            assert!(house.holds().ends_with("fri 9-12 Focus: Morning free"), "{}", house.holds());
            house.minutes(3).await;
            assert!(house.holds().ends_with("fri 9-12 Focus: Morning busy"), "{}", house.holds());
        },
    );
}

#[test]
fn a_pause_stops_the_writing_and_its_end_is_noticed_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Store::open(folder.path(), Timestamp::UNIX_EPOCH).unwrap().store;
    let other = open();
    live_with(
        |house| House { store: open(), ..house },
        async |house| {
            house.minutes(10).await;
            // As `seawall pause` does it, in another process.
            other.set_meta("paused", Some("resume")).unwrap();
            house.meeting(house.home(), "tue 9-10 Review");
            house.home().forget();
            house.minutes(90).await;
            assert_eq!(house.holds(), FOUR);
            assert!(house.home().count("read") > 10, "it still looks");
            assert_eq!(house.status().await.paused.as_deref(), Some("resume"));
            assert!(house.line().ends_with(", paused"));
            other.set_meta("paused", None).unwrap();
            house.minutes(2).await;
            assert!(house.holds().contains("tue 10:15-"), "{}", house.holds());
            // And one that ends by itself.
            let until = instant("mon", "15:00");
            other.set_meta("paused", Some(&until.to_string())).unwrap();
            house.meeting(house.home(), "thu 9-10 Interview");
            house.until("mon 14:59").await;
            assert!(house.holds().contains("thu 9-12"), "{}", house.holds());
            house.minutes(3).await;
            assert!(house.holds().contains("thu 10:15-"), "{}", house.holds());
        },
    );
}

#[test]
fn the_same_seed_tells_the_same_story() {
    let tell = || {
        let log = RefCell::new(Vec::new());
        live(async |house| {
            house.minutes(60).await;
            house.meeting(house.office(), "tue 9-10 Review");
            house.office().mood.set(Mood::Fails(ErrorKind::Unavailable));
            house.minutes(300).await;
            house.office().mood.set(Mood::Fine);
            house.minutes(300).await;
            for account in &house.accounts {
                log.borrow_mut().extend(account.log.borrow().iter().cloned());
            }
        });
        log.into_inner()
    };
    let first = tell();
    assert!(first.len() > 200);
    assert_eq!(first, tell());
}
