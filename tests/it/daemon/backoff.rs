//! Accounts that can't be read for long, also those that holds are written to: each poll that failed is one step of
//! back-off, nothing else asks them before their time, and none of them delays what can be done without it.

use super::*;

/// A clock's time as a status shows it.
fn shown(text: Option<&str>) -> Timestamp {
    text.unwrap().parse().unwrap()
}

#[test]
fn the_account_of_the_holds_is_put_off_by_one_step_with_each_poll_that_failed_and_asked_at_no_other_time() {
    live(async |house| {
        house.minutes(10).await;
        house.home().mood.set(Mood::Fails(ErrorKind::Unavailable));
        house.home().forget();
        // The other account says something new all the time.
        for hour in 10..16 {
            house.minutes(10).await;
            house.meeting(house.office(), &format!("wed {hour}-{} Review", hour + 1));
        }
        let status = house.status().await;
        let log = house.home().log.borrow().clone();
        assert!((4..=8).contains(&log.len()), "{log:?}");
        assert_eq!(usize::try_from(status.accounts[0].failures).unwrap(), log.len(), "{log:?}");
        // What the status says of the next poll is true.
        let next = shown(status.accounts[0].next_poll.as_deref());
        house.home().forget();
        let just_before = next.saturating_sub(jiff::SignedDuration::from_secs(2)).unwrap();
        tokio::time::sleep(Duration::try_from(just_before.duration_since(house.now())).unwrap()).await;
        assert_eq!(house.home().log.borrow().len(), 0);
        tokio::time::sleep(Duration::from_secs(4)).await;
        assert_eq!(house.home().log.borrow().len(), 1);
    });
}

#[test]
fn the_status_tells_when_it_was_last_tried_and_that_it_failed() {
    live(async |house| {
        house.minutes(10).await;
        house.office().mood.set(Mood::Fails(ErrorKind::Unavailable));
        house.minutes(6).await;
        let since = house.now();
        house.minutes(30).await;
        let office = house.status().await.accounts[1].clone();
        assert!(shown(office.last_poll.as_deref()) > since, "{office:?}");
        assert_eq!((office.state.as_str(), office.trouble.is_some()), ("failing", true));
    });
}

#[test]
fn an_account_that_hangs_after_a_sleep_delays_what_another_asks_for_only_once() {
    live(async |house| {
        house.minutes(10).await;
        house.office().mood.set(Mood::Hangs);
        house.clock.sleep(3600);
        // The first request of the office goes on for five minutes.
        house.minutes(3).await;
        assert_eq!(house.status().await.accounts[1].state, "reading");
        house.meeting(house.home(), "tue 9-10 Review");
        house.wakes.send(Wake::Files(0)).unwrap();
        tokio::time::sleep(Duration::from_secs(20)).await;
        assert!(!house.holds().contains("tue 9-12"), "{}", house.holds());
    });
}

#[test]
fn an_account_that_only_is_to_be_emptied_and_hangs_delays_no_other() {
    let emptied = "[[account]]\nname = \"old\"\nprovider = \"vdir\"\npath = \"old\"\n\
                   calendars = [{ name = \"past\", use = \"none\" }]\n";
    let environment = Environment { xdg_state_home: Some("/nowhere".into()), ..Environment::default() };
    let settings =
        config::parse(&format!("{CONFIG}{emptied}"), "/nowhere/seawall.toml".as_ref(), &environment).unwrap();
    live_with(
        |mut house| {
            house.accounts.push(Moody::new("past"));
            House { settings, ..house }
        },
        async |house| {
            house.minutes(10).await;
            assert_eq!(house.holds().lines().count(), 4);
            house.accounts[2].mood.set(Mood::Hangs);
            house.wakes.send(Wake::Files(2)).unwrap();
            tokio::time::sleep(Duration::from_secs(10)).await;
            assert_eq!(house.status().await.accounts[2].state, "reading");
            house.meeting(house.home(), "tue 9-10 Review");
            house.wakes.send(Wake::Files(0)).unwrap();
            tokio::time::sleep(Duration::from_secs(20)).await;
            assert!(!house.holds().contains("tue 9-12"), "{}", house.holds());
            // Nothing is asked of it but what it is being asked.
            assert_eq!(house.accounts[2].log.borrow().last().map(|(_, what)| what.as_str()), Some("read"));
            house.accounts[2].mood.set(Mood::Fine);
            house.minutes(20).await;
            assert!(house.holds().contains("tue 10:15-"), "{}", house.holds());
        },
    );
}

#[test]
fn after_a_cycle_that_failed_it_is_still_told_when_the_next_one_is() {
    live_with(
        |house| {
            house.home().mood.set(Mood::Slow(12));
            house
        },
        async |house| {
            tokio::time::sleep(Duration::from_secs(40)).await;
            house.home().mood.set(Mood::Hangs);
            house.minutes(11).await;
            let status = house.status().await;
            assert!(status.last_cycle.is_none());
            assert!(shown(status.next_cycle.as_deref()) > house.now(), "{status:?}");
        },
    );
}
