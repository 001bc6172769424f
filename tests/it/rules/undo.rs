//! Rule 10: everything can be taken back.

use seawall::cycle::undo::Reach;

use crate::support::world::{World, changes};

const PAST: Reach = Reach { past: true, pinned: false };
const PINNED: Reach = Reach { past: false, pinned: true };

/// Monday noon, with meetings, a pinned and a past hold.
fn lived_in() -> World {
    let mut world = World::with_three_weeks();
    world.meeting("tue 9-9:30 Standup").event("private", "wed 10-11 Dentist", "").sync();
    let path = world.hold("thu 9-12");
    world.move_to(&path, "wed 13-16");
    world.at("mon 13").sync();
    world
}

#[test]
fn undo_removes_current_and_future_holds_and_summaries_only() {
    for lost in [false, true] {
        let mut world = lived_in();
        if lost {
            world.lose_database();
        }
        let (removals, attempts) = world.undo(Reach::default());
        assert!(attempts.iter().all(|one| one.applied));
        assert_eq!(world.holds(), "mon 9-12 Focus: Morning deep work busy\nwed 13-16 Focus: Morning deep work busy");
        assert_eq!(world.summaries().len(), 0);
        assert!(removals.left.iter().any(|left| left.contains("--pinned")), "{:?}", removals.left);
        assert_eq!(world.files().len(), 4, "the foreign events are there");
    }
}

#[test]
fn undo_past_removes_past_ones_too() {
    for lost in [false, true] {
        let mut world = lived_in();
        if lost {
            world.lose_database();
        }
        world.undo(PAST);
        assert_eq!(world.holds(), "wed 13-16 Focus: Morning deep work busy");
    }
}

#[test]
fn undo_pinned_removes_pinned_ones_too() {
    for lost in [false, true] {
        let mut world = lived_in();
        if lost {
            world.lose_database();
        }
        world.undo(PINNED);
        assert_eq!(world.holds(), "mon 9-12 Focus: Morning deep work busy");
    }
}

#[test]
fn after_undo_a_sync_by_hand_begins_anew() {
    for lost in [false, true] {
        let mut world = World::with_three_weeks();
        let before = world.holds();
        world.undo(Reach::default());
        assert_eq!((world.own().len(), world.closed().as_str()), (0, ""));
        if lost {
            world.lose_database();
        }
        let outcome = world.sync();
        assert_eq!(outcome.halted, None, "what undo took is not missed");
        assert_eq!((world.holds(), world.summaries().len()), (before, 1));
        assert_eq!(changes(&world.sync()), "");
    }
}

#[test]
fn undo_reaches_every_calendar_that_the_config_names() {
    let mut world = World::with_holds();
    world.config("name = \"work\", use = \"read+hold\"", "name = \"work\", use = \"read\"");
    world.config("name = \"private\", use = \"read\", private = true", "name = \"private\", use = \"hold\"");
    world.lose_database();
    world.undo(Reach::default());
    assert_eq!(world.own().len(), 0);
}
