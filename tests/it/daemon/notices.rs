//! What the loop tells at once: a block that erodes, one that is lost, an account that needs a login, the week's
//! summary. Each is told once, and again only when there is more to tell.

use seawall::config::settings::{Hook, NoticeKind};
use seawall::daemon::notice::Notice;

use super::*;

impl House {
    /// What was told since the last call.
    fn notices(&self) -> Vec<Notice> {
        let mut out = Vec::new();
        while let Ok(word) = self.words.borrow_mut().try_recv() {
            out.extend(if let Word::Notice(notice) = word { Some(notice) } else { None });
        }
        out
    }

    /// The same as `kind: message`, a line each.
    fn told(&self) -> String {
        let lines = self.notices().into_iter().map(|one| format!("{}: {}", one.kind.word(), one.message));
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// A house of somebody who wants to be told everything.
fn listening(mut house: House) -> House {
    house.settings.hooks = vec![Hook {
        on: vec![NoticeKind::Erosion, NoticeKind::Loss, NoticeKind::Login, NoticeKind::Summary],
        command: vec!["notify-send".to_owned()],
        titles: false,
    }];
    house
}

/// Tells a story to them.
fn live(story: impl AsyncFnOnce(&House)) {
    live_with(listening, story);
}

#[test]
fn a_block_is_told_when_it_erodes_and_again_when_more_of_it_goes_and_when_it_is_lost() {
    live(async |house| {
        house.minutes(10).await;
        assert_eq!(house.told(), "");
        house.meeting(house.office(), "tue 9-9:30 Review");
        house.minutes(10).await;
        assert_eq!(house.told(), "erosion: Morning, Tue 17 Nov 09:00: 2 h 15 of 3 h is left");
        house.minutes(120).await;
        assert_eq!(house.told(), "", "told once");
        house.meeting(house.office(), "tue 11:30-12 Sync");
        house.minutes(10).await;
        assert_eq!(house.told(), "loss: Morning, Tue 17 Nov 09:00: nothing is left");
    });
}

#[test]
fn a_block_that_regains_time_is_no_news_and_is_told_again_when_it_loses_that_again() {
    live(async |house| {
        house.meeting(house.office(), "tue 9-9:30 Review");
        house.meeting(house.office(), "tue 11:30-12 Sync");
        house.minutes(10).await;
        assert_eq!(house.told(), "loss: Morning, Tue 17 Nov 09:00: nothing is left");
        house.office().inner.remove("team", "Sync.ics");
        house.minutes(10).await;
        assert!(house.holds().contains("tue 9:45-12"), "{}", house.holds());
        assert_eq!(house.told(), "");
        house.meeting(house.office(), "tue 11:30-12 Sync");
        house.minutes(10).await;
        assert_eq!(house.told(), "loss: Morning, Tue 17 Nov 09:00: nothing is left");
    });
}

#[test]
fn what_was_told_is_not_told_again_after_a_start_at_which_a_calendar_can_not_be_read_at_first() {
    block_on_paused(async {
        let mut house = listening(house());
        house.meeting(house.office(), "tue 9-9:30 Review");
        lived(&mut house, async |house| {
            house.minutes(10).await;
            assert_eq!(house.told(), "erosion: Morning, Tue 17 Nov 09:00: 2 h 15 of 3 h is left");
        })
        .await;
        house.office().mood.set(Mood::Fails(ErrorKind::Unavailable));
        lived(&mut house, async |house| {
            house.minutes(10).await;
            assert_eq!(house.status().await.at_risk, Vec::<String>::new(), "what is there is not known");
            house.office().mood.set(Mood::Fine);
            house.minutes(120).await;
            assert_eq!(house.status().await.at_risk, ["Morning (Tue 09:00): 2 h 15 of 3 h is left"]);
            assert_eq!(house.told(), "");
            house.meeting(house.office(), "tue 11:30-12 Sync");
            house.minutes(10).await;
            assert_eq!(house.told(), "loss: Morning, Tue 17 Nov 09:00: nothing is left");
        })
        .await;
    });
}

#[test]
fn no_program_is_told_the_title_of_a_meeting_in_a_private_calendar() {
    let private = |mut house: House| {
        house.settings.accounts[1].calendars[0].private = true;
        listening(house)
    };
    live_with(private, async |house| {
        house.meeting(house.office(), "tue 9-9:30 Quartz");
        house.meeting(house.home(), "tue 11:45-12 Sync");
        house.minutes(10).await;
        let notices = house.notices();
        let [notice] = notices.as_slice() else { panic!("{notices:?}") };
        let document = notice.json(true);
        assert!(document.contains("private appointment") && document.contains("Sync"), "{document}");
        assert!(!document.contains("Quartz"), "{document}");
    });
}

#[test]
fn a_block_that_is_over_is_no_news() {
    live(async |house| {
        house.until("tue 12:05").await;
        house.told();
        house.meeting(house.office(), "tue 9-12 Review");
        house.minutes(90).await;
        assert_eq!(house.told(), "");
    });
}

#[test]
fn a_needed_login_is_told_once_and_anew_after_it_was_mended() {
    let needs = |account: &str| format!("login: needs a login or another password: {account}");
    live(async |house| {
        house.minutes(10).await;
        house.office().mood.set(Mood::Fails(ErrorKind::Login));
        house.minutes(180).await;
        assert_eq!(house.told(), needs("office"));
        house.office().mood.set(Mood::Fine);
        house.minutes(180).await;
        house.office().mood.set(Mood::Fails(ErrorKind::Login));
        house.minutes(180).await;
        assert_eq!(house.told(), needs("office"));
        // The account that the holds are in: there is no plan, and all the more to tell.
        house.home().mood.set(Mood::Fails(ErrorKind::Login));
        house.minutes(180).await;
        assert_eq!(house.told(), needs("home"));
    });
}

#[test]
fn the_summary_is_told_when_its_last_word_is_written_with_its_text_for_who_asks_for_it() {
    live(async |house| {
        house.meeting(house.office(), "tue 9-10 Quartz");
        house.until("fri 15:50").await;
        house.told();
        house.until("fri 16:10").await;
        let notices = house.notices();
        assert_eq!(notices.iter().map(|one| one.kind).collect::<Vec<_>>(), [NoticeKind::Summary]);
        let (plain, whole) = (notices[0].json(false), notices[0].json(true));
        assert!(plain.contains("\"event\":\"summary\"") && plain.contains("Week 47"), "{plain}");
        assert!(!plain.contains("text") && whole.contains("What took 1 h 15 of your blocks:"), "{plain}\n{whole}");
        house.until("sun 23:00").await;
        assert_eq!(house.told(), "");
    });
}

#[test]
fn the_last_word_on_a_week_is_told_once_though_the_summary_is_written_again_and_seawall_started_anew() {
    block_on_paused(async {
        let mut house = listening(house());
        house.settings.policy.horizon = 2;
        // What the user deletes is kept in the summary too, which is written again for it.
        let delete = |house: &House, day: &str| {
            let own = events(house.home(), "work").into_iter().find(|(_, body)| {
                let body = String::from_utf8_lossy(body);
                body.contains(day) && body.contains("Focus")
            });
            house.home().inner.remove("work", &own.unwrap().0);
        };
        let summary = |house: &House| {
            let all = events(house.home(), "work").into_values().map(|body| String::from_utf8(body).unwrap());
            all.filter(|body| body.contains("Week 47")).collect::<String>()
        };
        lived(&mut house, async |house| {
            house.until("fri 15:50").await;
            house.told();
            house.until("fri 16:10").await;
            assert!(house.told().starts_with("summary: Week 47"));
            let before = summary(house);
            delete(house, "DTSTART:20261124");
            house.minutes(60).await;
            assert_ne!(summary(house), before);
            assert_eq!(house.told(), "");
        })
        .await;
        lived(&mut house, async |house| {
            house.minutes(10).await;
            let before = summary(house);
            delete(house, "DTSTART:20261126");
            house.minutes(60).await;
            assert_ne!(summary(house), before);
            assert_eq!(house.told(), "");
        })
        .await;
    });
}
