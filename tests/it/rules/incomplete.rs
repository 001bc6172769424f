//! Rule 5: what was not read is not gone.

use std::os::unix::fs::PermissionsExt as _;

use crate::support::without_privileges;
use crate::support::world::{World, changes};

fn hide(world: &World, calendar: &str) {
    std::fs::rename(world.root().join(calendar), world.root().join("away")).unwrap();
}

fn unhide(world: &World, calendar: &str) {
    std::fs::rename(world.root().join("away"), world.root().join(calendar)).unwrap();
}

#[test]
fn while_a_calendar_is_unread_nothing_is_created_moved_or_dismissed_and_holds_only_yield() {
    for lost in [false, true] {
        let mut world = World::with_holds();
        world.event("private", "wed 9-12 Dentist", "").sync();
        hide(&world, "private");
        world.delete(&world.hold("fri 9-12"));
        world.meeting("tue 9-9:30 Standup").meeting("thu 10-11 Incident");
        if lost {
            world.lose_database();
        }
        let outcome = world.sync();
        assert!(outcome.partly);
        assert_eq!(world.closed(), "", "nothing is dismissed");
        let applied: Vec<&str> =
            outcome.changes.iter().filter(|one| one.applied).map(|one| one.change.why.as_str()).collect();
        assert_eq!(applied.len(), 2, "{}", changes(&outcome));
        assert!(applied.iter().all(|why| why.starts_with("yields to")), "{applied:?}");
        let busy: Vec<_> = outcome.view.busy.iter().map(|busy| busy.span).collect();
        let own = world.own();
        assert!(own.iter().all(|(_, hold)| !hold.busy || busy.iter().all(|busy| !busy.overlaps(hold.span))));
        unhide(&world, "private");
        world.sync();
        assert_eq!(world.closed().contains("fri 9-12"), !lost, "the deletion is believed once all is read");
    }
}

#[test]
fn with_the_hold_calendar_unread_nothing_is_written() {
    let mut world = World::with_holds();
    hide(&world, "work");
    let outcome = world.sync();
    assert!(outcome.halted.is_some() || outcome.changes.iter().all(|one| !one.applied));
    assert_eq!(world.closed(), "");
    unhide(&world, "work");
    assert_eq!(changes(&world.sync()), "");
}

/// As on a machine without a network whose clock was set wrong: nobody says so.
#[test]
fn while_nothing_can_be_read_a_clock_far_ahead_makes_nothing_forgotten() {
    let mut world = World::with_holds();
    world.delete(&world.hold("thu 9-12"));
    world.sync();
    let remembered = (world.store().ledger().unwrap(), world.closed());
    let back = world.now();
    hide(&world, "work");
    world.forward(200 * 24 * 60).sync();
    assert_eq!((world.store().ledger().unwrap(), world.closed()), remembered);
    world.forward(back.duration_since(world.now()).as_secs() / 60);
    unhide(&world, "work");
    assert_eq!(changes(&world.sync()), "", "and what was deleted does not come back");
}

#[test]
fn weeks_long_past_are_forgotten() {
    let mut world = World::with_holds();
    world.delete(&world.hold("thu 9-12"));
    world.sync();
    world.forward(70 * 24 * 60).sync();
    world.sync();
    let weeks = world.store().ledger().unwrap().into_iter().map(|row| row.key.week.to_string());
    assert_eq!(weeks.collect::<std::collections::BTreeSet<_>>().into_iter().collect::<Vec<_>>(), ["2027-W04"]);
    assert_eq!(world.closed(), "");
}

#[test]
fn a_lost_database_undoes_no_deletion_either_where_the_summary_is_read_only_later() {
    let mut world = World::with_holds();
    world.delete(&world.hold("thu 9-12"));
    world.sync();
    let before = world.holds();
    world.lose_database();
    hide(&world, "work");
    assert!(world.sync().halted.is_some());
    unhide(&world, "work");
    assert_eq!(changes(&world.sync()), "");
    assert_eq!((world.holds(), world.closed().as_str()), (before, "thu 9-12 forgiven 180"));
}

#[test]
fn a_file_that_cannot_be_opened_counts_as_it_was() {
    let mut world = World::new();
    world.event("private", "tue 9-12 Dentist", "").sync();
    world.sync();
    let before = world.holds();
    let (mut outcome, mut files) = (None, 0);
    without_privileges(|| {
        for path in ["private/dentist.ics".to_owned(), world.hold("thu 9-13")] {
            let file = world.root().join(path);
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o000)).unwrap();
        }
        files = world.files().len();
        outcome = Some(world.sync());
        for folder in ["private", "work"] {
            for entry in std::fs::read_dir(world.root().join(folder)).unwrap() {
                std::fs::set_permissions(entry.unwrap().path(), std::fs::Permissions::from_mode(0o644)).unwrap();
            }
        }
    });
    let outcome = outcome.unwrap();
    assert_eq!(changes(&outcome), "");
    assert_eq!(outcome.warnings.iter().filter(|warning| warning.text.contains("counts as it was")).count(), 2);
    assert_eq!(world.holds(), before);
    assert_eq!(world.closed(), "");
}

#[test]
fn a_hold_that_cannot_be_opened_and_was_never_read_is_neither_dismissed_nor_written_twice() {
    for lost in [false, true] {
        let mut world = World::with_holds();
        // No cycle has read what the first one wrote, so there is no last known content.
        let path = world.hold("thu 9-12");
        if lost {
            world.lose_database();
        }
        without_privileges(|| {
            let file = world.root().join(&path);
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o000)).unwrap();
            let outcome = world.sync();
            assert!(outcome.changes.iter().all(|one| !one.applied), "{}", changes(&outcome));
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        });
        assert_eq!(world.closed(), "");
        assert_eq!(changes(&world.sync()), "");
        assert_eq!(world.holds().lines().count(), 4);
    }
}

#[test]
fn a_file_that_cannot_be_understood_stops_nothing() {
    let mut world = World::with_holds();
    world.put("work/broken.ics", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nnonsense\r\n");
    world.meeting("tue 9-9:30 Standup");
    let outcome = world.sync();
    assert!(!outcome.partly);
    assert!(world.holds().contains("tue 9:45-12"));
}
