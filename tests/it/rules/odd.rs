//! Rules 1 and 2: what only looks like seawall's is never written, and what is the user's event is input.

use seawall::cycle::undo::Reach;

use crate::support::world::{World, changes, hold_changes, with_line, without};

const EVERYTHING: Reach = Reach { past: true, pinned: true };

#[test]
fn a_copied_hold_is_the_users_own_focus_event() {
    for lost in [false, true] {
        let mut world = World::with_holds();
        let text = world.text(&world.hold("thu 9-12"));
        let uid = text.lines().find_map(|line| line.strip_prefix("UID:")).unwrap().to_owned();
        let copy = crate::support::world::moved(&text.replace(&format!("UID:{uid}"), "UID:copy-1"), "wed 13-16");
        world.put("work/copy-1.ics", &copy);
        world.protect("work/copy-1.ics");
        if lost {
            world.lose_database();
        }
        let outcome = world.sync();
        let seen = outcome.judged.iter().find(|one| one.occurrence.details.uid == "copy-1").unwrap();
        assert_eq!(seen.verdict.why, "a copy of a hold: counts as your own focus event");
        assert!(outcome.rows[0].protected >= 720);
        world.at("mon 8").sync();
        let (removals, _) = world.undo(Reach { past: true, pinned: false });
        assert!(removals.left.iter().any(|left| left.contains("a copy that you made")), "{:?}", removals.left);
        assert!(world.files().contains_key("work/copy-1.ics"));
    }
}

#[test]
fn a_copied_summary_protects_nothing() {
    let mut world = World::with_holds();
    let text = world.text(&world.summary());
    let uid = text.lines().find_map(|line| line.strip_prefix("UID:")).unwrap().to_owned();
    world.put("work/copy.ics", &text.replace(&format!("UID:{uid}"), "UID:copy"));
    world.protect("work/copy.ics");
    let outcome = world.sync();
    assert_eq!(outcome.view.own_focus, []);
}

#[test]
fn a_second_file_with_the_same_uid_is_never_written() {
    for lost in [false, true] {
        let mut world = World::with_holds();
        let first = world.hold("tue 9-12");
        world.put("work/second.ics", &world.text(&first));
        world.protect("work/second.ics");
        if lost {
            world.lose_database();
        }
        world.sync();
        world.meeting("tue 9-9:30 Standup").sync();
        world.meeting("tue 11-12 Review").sync();
        world.undo(Reach::default());
        assert!(!world.files().contains_key(&first), "the first one is seawall's");
        assert!(world.files().contains_key("work/second.ics"));
    }
}

#[test]
fn a_hold_without_its_marker_is_pinned_where_the_ledger_knows_it() {
    let mut world = World::with_holds();
    let path = world.hold("thu 9-12");
    world.edit(&path, |text| without(&text, "X-SEAWALL"));
    let outcome = world.sync();
    assert_eq!(outcome.rows[0].protected, 720);
    world.meeting("thu 10-11 Right on it").sync();
    assert!(world.files().contains_key(&path));
}

#[test]
fn a_hold_without_its_marker_is_nobodys_where_the_ledger_does_not_know_it() {
    let mut world = World::with_holds();
    let path = world.hold("thu 9-12");
    world.edit(&path, |text| without(&text, "X-SEAWALL"));
    world.lose_database();
    let outcome = world.sync();
    assert!(outcome.changes.iter().all(|one| one.applied), "{}", changes(&outcome));
    assert_eq!(changes(&world.sync()), "", "calm again");
    world.meeting("thu 10-11 Right on it").sync();
    world.undo(EVERYTHING);
    assert!(world.files().contains_key(&path));
}

#[test]
fn a_hold_with_a_damaged_marker_is_treated_like_one_without() {
    let mut world = World::with_holds();
    let path = world.hold("thu 9-12");
    world.edit(&path, |text| text.replace("X-SEAWALL:v1", "X-SEAWALL:v9"));
    let outcome = world.sync();
    assert_eq!(outcome.rows[0].protected, 720);
    assert_eq!(hold_changes(&outcome), "");
}

/// An own object that has become the user's event: input, and never written or deleted again, not even by undo.
#[track_caller]
fn check_given_away(what: &str, edit: impl Fn(String) -> String) {
    for (before, after) in [(false, false), (true, false), (false, true)] {
        let mut world = World::with_holds();
        let path = world.hold("thu 9-12");
        world.edit(&path, &edit);
        if before {
            world.lose_database();
        }
        let outcome = world.sync();
        assert!(outcome.changes.iter().all(|one| one.applied), "{what}: {}", changes(&outcome));
        let is_it = |uid: &str| path == format!("work/{uid}.ics");
        let mut seen = outcome.judged.iter().filter(|one| is_it(&one.occurrence.details.uid));
        assert!(seen.any(|one| !one.own), "{what}: judged like any other event");
        if after {
            world.lose_database();
        }
        let outcome = world.sync();
        assert!(outcome.changes.iter().all(|one| one.applied), "{what}: {}", changes(&outcome));
        assert_eq!(changes(&world.sync()), "", "{what}");
        let (removals, _) = world.undo(EVERYTHING);
        assert!(removals.left.iter().any(|left| left.contains("it is yours")), "{what}: {:?}", removals.left);
        assert!(world.files().contains_key(&path), "{what}");
        world.sync();
    }
}

#[test]
fn a_hold_with_an_invited_guest_is_the_users_event() {
    check_given_away("guest", |text| with_line(&text, "ATTENDEE:mailto:ben@example.org"));
}

#[test]
fn a_hold_that_repeats_is_the_users_event() {
    check_given_away("series", |text| with_line(&text, "RRULE:FREQ=WEEKLY;COUNT=3"));
}

#[test]
fn a_hold_with_a_second_component_is_the_users_event() {
    let second = "END:VEVENT\r\nBEGIN:VEVENT\r\nUID:other\r\nDTSTART:20261118T130000Z\r\nDTEND:20261118T140000Z\r\nSUMMARY:Other";
    check_given_away("second", |text| with_line(&text, second));
}

#[test]
fn a_hold_moved_to_another_calendar_is_pinned_there() {
    for lost in [false, true] {
        let mut world = World::with_holds();
        let path = world.hold("thu 9-12");
        let text = world.text(&path);
        world.delete(&path);
        let there = path.replace("work/", "private/");
        world.put(&there, &text);
        world.protect(&there);
        world.sync();
        if lost {
            world.lose_database();
        }
        let outcome = world.sync();
        assert!(outcome.changes.iter().all(|one| one.applied), "{}", changes(&outcome));
        // Without the ledger nothing tells it from a hold of another person on this machine.
        let expected = if lost { 5 } else { 4 };
        assert_eq!((world.holds().lines().count(), outcome.rows[0].protected), (expected, 720), "{}", world.holds());
        world.meeting("thu 10-11 Right on it").sync();
        world.undo(Reach::default());
        assert!(world.files().contains_key(&there));
    }
}

#[test]
fn holds_of_another_person_with_the_same_names_on_the_same_machine_are_left_alone() {
    // Ben runs seawall on this machine too; his account and calendar have the names that they have in this config.
    let mut ben = World::new();
    ben.config("name = \"work\", use = \"read+hold\"", "name = \"team\", use = \"read+hold\"");
    ben.config("name = \"private\", use = \"read\", private = true", "name = \"private\", use = \"none\"");
    std::fs::create_dir(ben.root().join("team")).unwrap();
    ben.sync();
    let theirs = ben.files();
    assert_eq!(theirs.len(), 5);

    for instance in ["laptop", "server"] {
        let mut world = World::new();
        world.config("{ name = \"private\"", "{ name = \"team\" }, { name = \"private\"");
        std::fs::create_dir(world.root().join("team")).unwrap();
        for (path, (bytes, _)) in &theirs {
            let text = String::from_utf8_lossy(bytes).replace("by=laptop", &format!("by={instance}"));
            world.put(path, &text);
            world.protect(path);
        }
        let outcome = world.sync();
        assert_eq!(outcome.halted, None, "{instance}");
        let mine = world.holds().lines().filter(|line| !line.ends_with("in team")).count();
        assert_eq!(mine, 4, "{instance}: {}", world.holds());
        world.lose_database();
        world.sync();
        world.at("mon 8").sync();
    }
}

#[test]
fn a_hold_with_a_journal_a_task_or_a_note_in_its_file_is_the_users_event() {
    let beside =
        |what: &'static str| move |text: String| text.replace("END:VCALENDAR", &format!("{what}END:VCALENDAR"));
    check_given_away("journal", beside("BEGIN:VJOURNAL\r\nUID:j1\r\nDESCRIPTION:precious\r\nEND:VJOURNAL\r\n"));
    check_given_away("task", beside("BEGIN:VTODO\r\nUID:t1\r\nSUMMARY:call Ben\r\nEND:VTODO\r\n"));
    check_given_away("event without a start", beside("BEGIN:VEVENT\r\nUID:e2\r\nSUMMARY:my note\r\nEND:VEVENT\r\n"));
}

#[test]
fn a_hold_made_a_whole_day_protects_its_working_hours_and_stays() {
    let mut world = World::with_holds();
    let path = world.hold("thu 9-12");
    world.edit(&path, |text| {
        let line =
            |text: &str, name: &str, value: &str| -> String {
                text.split_inclusive("\r\n")
                    .map(|line| {
                        if line.starts_with(name) { format!("{name};VALUE=DATE:{value}\r\n") } else { line.to_owned() }
                    })
                    .collect()
            };
        line(&line(&text, "DTSTART", "20261119"), "DTEND", "20261210")
    });
    let before = world.text(&path);
    let outcome = world.sync();
    assert_eq!(world.text(&path), before);
    let week = outcome.balances.iter().find(|one| one.figures.week.to_string() == "2026-W47").unwrap();
    assert!(week.figures.longest <= 9 * 60, "{}", week.figures.longest);
    assert_eq!(changes(&world.sync()), "");
}

#[test]
fn an_event_that_ends_in_another_age_costs_no_more_than_one_that_ends_tomorrow() {
    let mut world = World::with_holds();
    let event = |lines: &str| {
        format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:far\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        )
    };
    let focus = event("SUMMARY:Focus for ever\r\nDTSTART;VALUE=DATE:20261116\r\nDTEND;VALUE=DATE:99991231");
    world.put("work/age.ics", &focus);
    world.put("private/far.ics", &event("SUMMARY:Never ends\r\nDTSTART:20261117T090000Z\r\nDTEND:99991231T235959Z"));
    // A cycle that walked through the days of either would not come back.
    world.sync();
    assert_eq!(changes(&world.sync()), "");
}
