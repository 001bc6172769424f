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

/// Tells a story to somebody who wants to be told everything.
fn live(story: impl AsyncFnOnce(&House)) {
    let hook = Hook {
        on: vec![NoticeKind::Erosion, NoticeKind::Loss, NoticeKind::Login, NoticeKind::Summary],
        command: vec!["notify-send".to_owned()],
        titles: false,
    };
    let listens = |mut house: House| {
        house.settings.hooks = vec![hook];
        house
    };
    live_with(listens, story);
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
        house.office().inner.remove("team", "Sync.ics");
        house.minutes(10).await;
        assert_eq!(house.told(), "erosion: Morning, Tue 17 Nov 09:00: 2 h 15 of 3 h is left");
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
