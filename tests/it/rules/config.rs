//! Rule 12: what a changed config means for the holds that are there.

use seawall::calendar::CalendarId;

use crate::support::world::{World, changes, hold_changes};

const HOME: &str = "name = \"work\", use = \"read+hold\"";

/// Another calendar in the same folder.
fn with_calendar(name: &str, used: &str) -> World {
    let mut world = World::with_holds();
    std::fs::create_dir(world.root().join(name)).unwrap();
    world.config("{ name = \"private\"", &format!("{{ name = \"{name}\", use = \"{used}\" }}, {{ name = \"private\""));
    world
}

#[test]
fn a_renamed_role_gets_new_holds_in_place_of_the_old_ones() {
    for lost in [false, true] {
        let mut world = World::with_holds();
        let before = world.own();
        world.config("name = \"deep\"", "name = \"craft\"");
        if lost {
            world.lose_database();
        }
        world.sync();
        world.sync();
        assert_eq!(world.holds().lines().count(), 4, "{}", world.holds());
        assert!(world.own().iter().filter(|(path, _)| before.iter().any(|(old, _)| old == path)).count() == 1);
        world.at("mon 7:40");
        assert_eq!(changes(&world.sync()), "");
    }
}

#[test]
fn a_pinned_hold_of_a_role_that_is_gone_stays() {
    let mut world = World::with_holds();
    let path = world.hold("thu 9-12");
    world.move_to(&path, "wed 13-16");
    world.sync();
    world.config("name = \"deep\"", "name = \"craft\"").sync();
    world.lose_database();
    world.sync();
    assert_eq!(world.hold("wed 13-16"), path);
}

#[test]
fn a_renamed_block_only_changes_the_words() {
    let mut world = World::with_holds();
    let paths = |world: &World| world.own().into_iter().map(|(path, _)| path).collect::<Vec<_>>();
    let before = paths(&world);
    world.config("Morning deep work", "Early work").sync();
    assert_eq!(paths(&world), before);
    assert_eq!(world.holds().matches("Focus: Early work").count(), 4);
    assert!(!world.text(&world.hold("thu 9-12")).contains("Morning"));
}

#[test]
fn holds_of_a_block_that_is_gone_are_removed() {
    let mut world = World::with_holds();
    world.config("days = \"mon,tue,thu,fri\"", "days = \"mon,tue\"");
    assert_eq!(hold_changes(&world.sync()), "delete thu 9-12; delete fri 9-12");
}

#[test]
fn a_role_that_no_longer_holds_loses_its_holds() {
    let mut world = World::with_holds();
    world.config("name = \"deep\"", "name = \"deep\"\nhold = false");
    world.sync();
    assert_eq!(world.holds(), "");
}

#[test]
fn holds_of_weeks_that_are_no_longer_planned_are_removed() {
    let mut world = World::with_three_weeks();
    world.config("horizon = 3", "horizon = 1").sync();
    assert_eq!(world.holds().lines().count(), 4);
}

#[test]
fn the_old_calendar_is_emptied_before_the_new_one_is_filled() {
    for old in ["read", "none"] {
        let mut world = with_calendar("focus", "hold");
        world.config(HOME, &format!("name = \"work\", use = \"{old}\""));
        let outcome = world.sync();
        let applied: Vec<String> =
            outcome.changes.iter().map(|one| format!("{:?}", one.change.action).to_lowercase()).collect();
        let first_create = applied.iter().position(|action| action == "create").unwrap();
        assert!(applied[first_create..].iter().all(|action| action == "create"), "{applied:?}");
        world.sync();
        let own = world.own();
        assert!(own.iter().all(|(path, _)| path.starts_with("focus/")), "{own:?}");
        assert_eq!(own.len(), 5, "the summary too");
        assert_eq!(changes(&world.sync()), "");
    }
}

#[test]
fn a_calendar_of_use_none_is_emptied_with_the_database_lost_too() {
    let mut world = with_calendar("focus", "hold");
    world.config(HOME, "name = \"work\", use = \"none\"");
    world.lose_database();
    world.sync();
    world.sync();
    assert_eq!(world.own().iter().filter(|(path, _)| path.starts_with("work/")).count(), 0);
    assert_eq!(world.holds().lines().count(), 4);
}

#[test]
fn nothing_is_created_while_the_old_calendar_cannot_be_emptied() {
    let mut world = with_calendar("focus", "hold");
    world.config(HOME, "name = \"work\", use = \"read\"");
    let mut outcome = None;
    crate::support::without_privileges(|| {
        use std::os::unix::fs::PermissionsExt as _;
        let work = world.root().join("work");
        std::fs::set_permissions(&work, std::fs::Permissions::from_mode(0o555)).unwrap();
        outcome = Some(world.sync());
        std::fs::set_permissions(&work, std::fs::Permissions::from_mode(0o755)).unwrap();
    });
    assert!(outcome.unwrap().changes.iter().all(|one| !one.applied));
    assert_eq!(world.holds().lines().filter(|line| line.ends_with("in focus")).count(), 0);
}

#[test]
fn a_pinned_hold_stays_in_a_calendar_that_no_longer_holds() {
    let mut world = World::with_holds();
    let path = world.hold("thu 9-12");
    world.move_to(&path, "wed 13-16");
    world.sync();
    std::fs::create_dir(world.root().join("focus")).unwrap();
    world.config(HOME, "name = \"work\", use = \"none\" }, { name = \"focus\", use = \"hold\"").sync();
    world.sync();
    assert_eq!(world.hold("wed 13-16"), path);
    assert_eq!(world.holds().lines().count(), 4, "{}", world.holds());
}

#[test]
fn a_calendar_that_is_named_no_more_is_warned_about_until_it_is_given_up() {
    let mut world = with_calendar("focus", "hold");
    world.config("{ name = \"work\", use = \"read+hold\" }, ", "");
    for _ in 0..2 {
        let outcome = world.sync();
        let warned = outcome.warnings.iter().find(|warning| warning.text.contains("local/work"));
        let warned = &warned.unwrap_or_else(|| panic!("{:?}", outcome.warnings)).text;
        assert!(warned.contains("use = \"none\"") && warned.contains("seawall forget local/work"), "{warned}");
        assert_eq!(world.closed(), "", "not in a named calendar is not deleted");
    }
    let id = CalendarId { account: "local".to_owned(), calendar: "work".to_owned() };
    for row in world.store().ledger().unwrap().iter().filter(|row| row.key.calendar == id) {
        world.store().remove_ledger(&row.uid).unwrap();
    }
    let outcome = world.sync();
    assert!(!outcome.warnings.iter().any(|warning| warning.text.contains("local/work")), "{:?}", outcome.warnings);
}

#[test]
fn a_renamed_folder_or_account_still_owns_its_holds() {
    for lost in [false, true] {
        let mut world = World::with_holds();
        std::fs::rename(world.root().join("work"), world.root().join("office")).unwrap();
        world.config(HOME, "name = \"office\", use = \"read+hold\"").config("name = \"local\"", "name = \"mine\"");
        if lost {
            world.lose_database();
        }
        let outcome = world.sync();
        assert_eq!((changes(&outcome).as_str(), outcome.halted), ("", None), "database lost: {lost}");
        world.event("office", "tue 9-9:30 Standup", "").sync();
        assert_eq!(world.holds().matches(" in office").count(), 4);
        let thursday = world.hold("thu 9-12");
        world.delete(&thursday);
        world.sync();
        assert_eq!(world.closed(), "thu 9-12 forgiven 180", "database lost: {lost}");
    }
}

#[test]
fn a_changed_summary_time_moves_it() {
    let mut world = World::with_holds();
    let path = world.summary();
    world.config("fri 16:00", "thu 17:00").sync();
    assert_eq!(world.hold("thu 17-17:15"), path);
}
