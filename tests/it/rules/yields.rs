//! Busy time always wins over a hold, and past holds are history.

use crate::support::world::{World, changes, hold_changes};

#[test]
fn a_future_hold_moves_aside() {
    let mut world = World::with_holds();
    world.meeting("thu 9-9:30 Standup");
    let outcome = world.sync();
    assert_eq!(hold_changes(&outcome), "update thu 9:45-12");
    assert!(outcome.changes[0].change.why.contains("yields to Standup"));
    assert!(!world.text(&world.hold("thu 9:45-12")).contains("Standup"), "a hold names no meeting");
    assert_eq!(changes(&world.sync()), "");
}

#[test]
fn a_future_hold_without_room_goes() {
    let mut world = World::with_holds();
    world.meeting("thu 9:30-11:30 Workshop").meeting("thu 13-17 Review").meeting("wed 9-17 Offsite");
    world.meeting("mon 13-17 Planning").meeting("tue 13-17 Planning 2").meeting("fri 13-17 Planning 3");
    let outcome = world.sync();
    assert!(hold_changes(&outcome).starts_with("delete thu 9-12"), "{}", hold_changes(&outcome));
    assert!(!world.holds().contains("thu"));
}

#[test]
fn a_frozen_hold_keeps_its_longest_piece() {
    let mut world = World::with_holds();
    world.meeting("mon 9-9:30 Standup");
    assert_eq!(hold_changes(&world.sync()), "update mon 9:45-12");
}

#[test]
fn a_running_hold_ends_where_busy_time_begins() {
    let mut world = World::with_holds();
    world.at("mon 9:30").meeting("mon 10:40-11 Incident");
    assert!(hold_changes(&world.sync()).starts_with("update mon 9-10:40"));
    world.at("mon 10");
    assert_eq!(hold_changes(&world.sync()), "");
}

#[test]
fn past_holds_are_history() {
    let mut world = World::with_holds();
    world.at("mon 13");
    let path = world.hold("mon 9-12");
    world.protect(&path);
    world.meeting("mon 9-12 Was there all the time").sync();
    world.config("Morning deep work", "Early work").sync();
    world.at("tue 8").sync();
    assert_eq!(world.hold("mon 9-12"), path);
}

#[test]
fn a_pinned_hold_is_never_trimmed() {
    let mut world = World::with_holds();
    let path = world.hold("thu 9-12");
    world.move_to(&path, "wed 13-16");
    world.sync();
    world.meeting("wed 14-15 Right in it");
    let outcome = world.sync();
    assert_eq!(world.hold("wed 13-16"), path);
    assert!(
        hold_changes(&outcome).contains("create") || hold_changes(&outcome).contains("update"),
        "what it lost counts"
    );
}
