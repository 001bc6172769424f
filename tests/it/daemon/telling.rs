//! What the daemon's log tells of what is wrong: no words out of a calendar, and each thing once while it stays so.

use super::machine::{Machine, eventually, stamp};
use super::*;
use crate::support::log::logged;

/// The lines of the log at that level that hold those words.
fn lines<'a>(log: &'a str, level: &str, words: &str) -> Vec<&'a str> {
    log.lines().filter(|line| line.contains(level) && line.contains(words)).collect()
}

#[test]
fn events_and_files_that_need_a_look_are_counted_and_not_named() {
    let machine = Machine::new();
    let event = |file: &str, lines: &str| {
        let text = crate::support::ics::calendar(&format!("DTSTAMP:20261101T080000Z\n{lines}"));
        std::fs::write(machine.path("work").join(file), text).unwrap();
    };
    let (start, end) = (stamp(4, 14), stamp(4, 15));
    let at = format!("DTSTART:{start}\nDTEND:{end}");
    event("m1.ics", &format!("UID:m1\n{at}\nSUMMARY:Quartz one"));
    event("m1-copy.ics", &format!("UID:m1\n{at}\nSUMMARY:Quartz one"));
    event("m2.ics", "UID:m2\nDTSTART:Quartz at noon\nSUMMARY:Quartz two");
    event("m3.ics", &format!("UID:m3\n{at}\nRRULE:FREQ=QUARTZ\nSUMMARY:Quartz three"));
    event(
        "m4.ics",
        &format!(
            "UID:m4\nDTSTART;TZID=Quartz/Zone:{}\nDURATION:PT1H\nSUMMARY:Quartz four",
            start.trim_end_matches('Z')
        ),
    );
    std::os::unix::fs::symlink("m1.ics", machine.path("work/Dinner with Benedikt.ics")).unwrap();
    std::fs::create_dir(machine.path("private/Quartz party.ics")).unwrap();

    let check = machine.run(&["check"]);
    let check = String::from_utf8(check.stdout).unwrap();
    for named in ["Quartz one", "Quartz two", "QUARTZ", "Quartz/Zone", "Dinner with Benedikt.ics", "Quartz party.ics"] {
        assert!(check.contains(named), "`check` does not name {named}: {check}");
    }

    let daemon = machine.start();
    eventually("a morning is held", || machine.has_morning(3));
    machine.meeting("private", 3);
    eventually("it yields", || !machine.has_morning(3));
    machine.hears("last cycle");
    daemon.send(rustix::process::Signal::TERM);
    let (_, said) = daemon.end();
    let log = said.join("\n");
    for secret in ["quartz", "benedikt"] {
        assert!(!log.to_lowercase().contains(secret), "{secret} in {log}");
    }
    assert_eq!(lines(&log, "WARN", "local/private: 1 event or file needs a look; `seawall check` names it").len(), 1);
    assert_eq!(lines(&log, "WARN", "local/work: ").len(), 1, "{log}");
    assert_eq!(lines(&log, "WARN", "events or files need a look; `seawall check` names them").len(), 1, "{log}");
}

#[test]
fn why_an_account_can_not_be_read_is_told_without_the_names_of_files() {
    let log = logged(|| {
        live(async |house| {
            house.minutes(10).await;
            house.office().mood.set(Mood::Cut);
            house.minutes(20).await;
            let status = house.status().await;
            let why = "office/team was not read to the end: the list was cut off.";
            assert_eq!(status.accounts[1].trouble.as_deref(), Some(why));
            assert!(status.warnings.iter().any(|one| one.contains("Dinner with Benedikt.ics")), "{status:?}");
        });
    });
    assert!(!lines(&log, "WARN", "office/team was not read to the end: the list was cut off.").is_empty(), "{log}");
    for level in ["WARN", "INFO", "ERROR"] {
        assert_eq!(lines(&log, level, "Benedikt"), [""; 0]);
    }
}

#[test]
fn what_could_not_be_done_is_told_once_while_it_stays_so() {
    let log = logged(|| {
        live_with(
            |house| {
                house.home().mood.set(Mood::Keeps);
                house
            },
            async |house| {
                house.minutes(60).await;
                assert!(house.home().count("create") > 10, "{:?}", house.home().log.borrow());
                // What becomes of it is news again.
                house.home().mood.set(Mood::Fine);
                house.minutes(10).await;
                assert_eq!(house.holds().lines().count(), 4);
            },
        );
    });
    let holds = lines(&log, "WARN", "not done: create hold");
    assert_eq!(holds.len(), 4, "{holds:#?}");
    assert!(!lines(&log, "DEBUG", "not done: create hold").is_empty());
    assert_eq!(lines(&log, "INFO", "create hold").len(), 4);
}

#[test]
fn what_was_written_is_told_with_its_reason_also_where_the_cycle_fails_later() {
    let log = logged(|| {
        live_with(
            |house| {
                house.home().mood.set(Mood::Slow(5));
                house
            },
            async |house| {
                // Three requests for each hold: by now the first one is there.
                tokio::time::sleep(Duration::from_secs(35)).await;
                assert!(!house.holds().is_empty());
                house.home().mood.set(Mood::Hangs);
                house.minutes(20).await;
            },
        );
    });
    assert!(!lines(&log, "WARN", "not done after 10 min and given up").is_empty(), "{log}");
    let written = lines(&log, "INFO", "create hold 2026-11-");
    assert!(!written.is_empty() && written.iter().all(|line| line.contains(": it is planned there")), "{written:#?}");
}

#[test]
fn that_a_hold_gives_way_is_told_without_the_title_of_what_took_its_time() {
    let log = logged(|| {
        live(async |house| {
            house.minutes(10).await;
            house.meeting(house.home(), "tue 9-10 Quartz");
            house.minutes(10).await;
            assert!(house.holds().contains("tue 10:15-"), "{}", house.holds());
        });
    });
    let moved = lines(&log, "INFO", "update hold 2026-11-17 10:15 to ");
    assert_eq!(moved.len(), 1, "{log}");
    assert!(moved[0].contains(": its time was taken"), "{moved:?}");
    for level in ["WARN", "INFO", "ERROR"] {
        assert_eq!(lines(&log, level, "Quartz"), [""; 0]);
    }
}

#[test]
fn a_needed_login_is_told_once_also_where_the_account_failed_before() {
    let log = logged(|| {
        live(async |house| {
            house.minutes(10).await;
            house.office().mood.set(Mood::Fails(ErrorKind::Unavailable));
            house.minutes(10).await;
            house.office().mood.set(Mood::Fails(ErrorKind::Login));
            house.minutes(300).await;
        });
    });
    assert_eq!(lines(&log, "ERROR", "account office needs its user").len(), 1, "{log}");
}
