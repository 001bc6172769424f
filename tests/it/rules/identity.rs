//! Rules 2 and 3: what an own object looks like, and how it is known again.

use std::collections::BTreeSet;

use seawall::calendar::ical;
use seawall::reconcile::key::{Key, Marker};
use seawall::reconcile::ledger::LedgerState;
use seawall::reconcile::marker;

use crate::support::world::{World, changes, hold_changes};

fn markers(world: &World) -> Vec<(String, Marker)> {
    let marker = |text: Option<String>| marker::decode(&text.unwrap()).unwrap();
    world.own().into_iter().map(|(path, object)| (path, marker(object.marker))).collect()
}

fn ordinals(world: &World) -> Vec<u32> {
    markers(world)
        .into_iter()
        .filter(|(_, marker)| !marker.key.role.is_empty())
        .map(|(_, one)| one.key.ordinal)
        .collect()
}

#[test]
fn an_own_object_has_the_shape_that_harms_nobody() {
    let mut world = World::new();
    world.config("Morning deep work", "R&D <deep> work").meeting("tue 10-10:30 R&D <sync> & more").sync();
    for (path, _) in world.own() {
        let text = world.text(&path);
        for never in ["ORGANIZER", "ATTENDEE", "METHOD", "ATTACH", "RRULE", "TZID", "VALARM", "BEGIN:VTIMEZONE"] {
            assert!(!text.contains(never), "{never} in {text}");
        }
        assert!(!text.contains(['<', '>', '&']), "{text}");
        let unfolded = text.replace("\r\n ", "");
        for property in ["DTSTART:", "DTEND:"] {
            let line = unfolded.lines().find(|line| line.starts_with(property)).unwrap();
            assert!(line.ends_with('Z'), "{line}");
        }
        assert_eq!(ical::read(text.as_bytes()).components.len(), 1);
        let marker = unfolded.lines().find_map(|line| line.strip_prefix("X-SEAWALL:")).unwrap();
        assert!(marker.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"=:.- ".contains(&byte)), "{marker}");
    }
    // Signs that may not be written are no edit either, also for a seawall that remembers nothing.
    world.lose_database();
    assert_eq!(changes(&world.sync()), "");
    world.meeting("thu 9-9:30 Standup").sync();
    assert!(world.holds().contains("thu 9:45-12"));
    assert!(world.summaries().iter().all(|(_, object, marker)| object.hash == marker.written.hash));
}

#[test]
fn uid_and_file_name_are_the_function_of_the_key() {
    let world = World::with_three_weeks();
    for (path, marker) in markers(&world) {
        let uid = marker::uid(&marker.key);
        assert_eq!(path, format!("work/{uid}.ics"));
        assert!(world.text(&path).contains(&format!("UID:{uid}\r\n")));
    }
    // The same wishes on other calendars give the same names.
    assert!(World::with_three_weeks().files().keys().eq(world.files().keys()));
}

#[test]
fn ordinals_are_given_in_order_of_start_and_kept_through_moves() {
    let mut world = World::with_holds();
    assert_eq!(ordinals(&world), [0, 1, 2, 3]);
    let tuesday = world.hold("tue 9-12");
    world.meeting("tue 9-9:30 Standup").sync();
    assert_eq!(world.hold("tue 9:45-12"), tuesday);
    assert_eq!(ordinals(&world), [0, 1, 2, 3]);
}

#[test]
fn a_released_number_is_not_given_again_in_its_week() {
    let mut world = World::with_holds();
    world.config("days = \"mon,tue,thu,fri\"", "days = \"mon,thu,fri\"").sync();
    world.config("days = \"mon,thu,fri\"", "days = \"mon,tue,thu,fri\"").sync();
    assert_eq!(ordinals(&world), [0, 4, 2, 3]);
    let released: Vec<Key> = world
        .store()
        .ledger()
        .unwrap()
        .into_iter()
        .filter(|row| row.state == LedgerState::Released)
        .map(|row| row.key)
        .collect();
    assert_eq!(released.iter().map(|key| key.ordinal).collect::<Vec<_>>(), [1]);
}

#[test]
fn a_lost_database_neither_duplicates_nor_orphans_a_hold() {
    let mut world = World::with_three_weeks();
    let before = world.files();
    world.lose_database();
    assert_eq!(changes(&world.sync()), "");
    assert!(world.files() == before);
    let known: BTreeSet<String> = world.store().ledger().unwrap().into_iter().map(|row| row.uid).collect();
    assert_eq!(known.len(), 13, "all are known again");
    world.config("days = \"mon,tue,thu,fri\"", "days = \"wed\"").sync();
    assert_eq!(world.holds().lines().filter(|line| !line.starts_with("wed")).count(), 1, "{}", world.holds());
}

#[test]
fn a_hold_that_was_released_but_is_still_there_is_judged_anew() {
    let mut world = World::with_holds();
    let uid = world.own()[1].1.uid.clone();
    let row = world.store().ledger().unwrap().into_iter().find(|row| row.uid == uid).unwrap();
    world.store().put_ledger(&seawall::reconcile::ledger::LedgerRow { state: LedgerState::Released, ..row }).unwrap();
    assert_eq!(hold_changes(&world.sync()), "");
    assert_eq!(world.holds().lines().count(), 4);
    let row = world.store().ledger().unwrap().into_iter().find(|row| row.uid == uid).unwrap();
    assert_eq!(row.state, LedgerState::Live);
}

#[test]
fn a_second_cycle_at_the_same_instant_writes_nothing() {
    let mut world = World::with_three_weeks();
    let before = world.files();
    assert_eq!(changes(&world.sync()), "");
    assert!(world.files() == before);
}

#[test]
fn a_hold_that_is_seen_through_googles_address_for_subscribers_is_no_input() {
    for is_lone in [true, false] {
        let mut world = World::with_holds();
        let path = world.hold("tue 9-12");
        let uid = path.strip_prefix("work/").unwrap().strip_suffix(".ics").unwrap();
        let mut event =
            format!("UID:{uid}@google.com\nDTSTART:20261117T080000Z\nDTEND:20261117T110000Z\nSUMMARY:Focus");
        if !is_lone {
            event += "\nEND:VEVENT\nBEGIN:VEVENT\nUID:other@google.com\nDTSTART:20261118T080000Z\n\
                      DTEND:20261118T083000Z\nSUMMARY:Other";
        }
        world.put("private/feed.ics", &crate::support::ics::calendar(&event));
        assert_eq!(hold_changes(&world.sync()), "", "lone: {is_lone}");
    }
}
