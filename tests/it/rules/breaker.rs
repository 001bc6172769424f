//! Rule 9: what looks like an accident stops everything until it is confirmed.

use seawall::cycle::outcome::Outcome;
use seawall::cycle::run::{Consent, Context, Mode, cycle};
use seawall::store::Store;

use crate::support::block_on;
use crate::support::world::{World, accounts, changes, zones};

const ACCEPT: Consent = Consent { accept: true, restore: false, take_over: false };
const TAKE_OVER: Consent = Consent { accept: false, restore: false, take_over: true };
const RESTORE: Consent = Consent { accept: false, restore: true, take_over: false };

fn wipe(world: &mut World, count: usize) {
    let own = world.own();
    let holds = own.into_iter().filter(|(_, object)| object.title.starts_with("Focus"));
    for (path, _) in holds.rev().take(count) {
        world.delete(&path);
    }
}

#[track_caller]
fn assert_stopped(outcome: &Outcome, words: &str) {
    let reason = outcome.halted.as_deref().unwrap_or_else(|| panic!("went on: {}", changes(outcome)));
    assert!(reason.contains(words), "{reason}");
    assert!(outcome.changes.iter().all(|one| !one.applied));
}

#[test]
fn more_than_half_of_all_holds_gone_at_once_stops_everything() {
    let mut world = World::with_three_weeks();
    wipe(&mut world, 7);
    let before = world.files();
    assert_stopped(&world.sync(), "7 of 12 future holds are gone");
    assert_stopped(&world.sync(), "7 of 12");
    world.at("mon 9:30");
    assert_stopped(&world.sync(), "sync --accept");
    assert!(world.files() == before);
    assert_eq!(world.closed(), "", "nothing is dismissed");
}

#[test]
fn accepted_they_are_dismissed() {
    let mut world = World::with_three_weeks();
    wipe(&mut world, 7);
    world.sync();
    let outcome = world.sync_with(ACCEPT);
    assert_eq!(outcome.halted, None);
    assert_eq!((world.closed().lines().count(), world.holds().lines().count()), (7, 5));
    assert_eq!(changes(&world.sync()), "");
}

#[test]
fn restored_they_are_written_again() {
    let mut world = World::with_three_weeks();
    let before = world.holds();
    wipe(&mut world, 7);
    world.sync();
    world.sync_with(RESTORE);
    assert_eq!((world.closed().as_str(), world.holds()), ("", before));
    assert_eq!(changes(&world.sync()), "");
}

#[test]
fn exactly_four_gone_are_dismissed() {
    let mut world = World::with_holds();
    wipe(&mut world, 4);
    let outcome = world.sync();
    assert_eq!(outcome.halted, None);
    assert_eq!((world.closed().lines().count(), world.holds().as_str()), (4, ""));
}

#[test]
fn four_holds_and_the_summary_gone_are_four_holds() {
    let mut world = World::with_holds();
    wipe(&mut world, 4);
    world.delete(&world.summary());
    assert_eq!(world.sync().halted, None);
}

#[test]
fn half_of_them_gone_is_not_more_than_half() {
    let mut world = World::with_three_weeks();
    wipe(&mut world, 6);
    assert_eq!(world.sync().halted, None);
    assert_eq!(world.closed().lines().count(), 6);
}

#[test]
fn with_the_database_lost_nothing_is_known_to_be_gone() {
    let mut world = World::with_three_weeks();
    wipe(&mut world, 7);
    world.lose_database();
    assert_eq!(world.sync().halted, None);
    assert_eq!(world.holds().lines().count(), 12);
}

#[test]
fn holds_that_are_taken_over_hide_no_mass_that_is_gone() {
    let mut world = World::with_three_weeks();
    let server = Store::in_memory().unwrap();
    let rows = world.store().ledger().unwrap();
    let last: Vec<String> = world.own().into_iter().rev().map(|(_, object)| object.uid).take(5).collect();
    for row in rows.iter().filter(|row| last.contains(&row.uid)) {
        server.put_ledger(row).unwrap();
    }
    wipe(&mut world, 5);
    let settings = world.settings();
    let (accounts, mode) = (accounts(&settings), Mode::Write(TAKE_OVER));
    let cx = world.context(&settings, zones(), &accounts, mode, None);
    let outcome = block_on(cycle(Context { instance: "server", store: &server, ..cx })).unwrap();
    assert_stopped(&outcome, "5 of 5 future holds are gone");
}

/// Twelve holds around a meeting each that ends at 10; then all meetings vanish, as when a folder is emptied by
/// mistake: most holds would move though nothing takes their time.
fn displaced() -> World {
    let mut world = World::new();
    world
        .config("horizon = 1", "horizon = 3")
        .config("from = \"09:00\", to = \"12:00\"", "from = \"09:00\", to = \"13:00\"");
    world.config("blocks =", "target = \"11h\"\nblocks =");
    for week in 0..3 {
        for day in ["mon", "tue", "thu", "fri"] {
            world.meeting(&format!("{day}+{week} 9-10 Standup {day} {week}"));
        }
    }
    world.sync();
    assert_eq!(world.holds().lines().filter(|line| line.contains("10:15-13")).count(), 12, "{}", world.holds());
    for week in 0..3 {
        for day in ["mon", "tue", "thu", "fri"] {
            world.delete(&format!("work/standup-{day}-{week}.ics"));
        }
    }
    world
}

#[test]
fn a_mass_move_without_any_cause_waits_for_a_second_listing() {
    let mut world = displaced();
    world.at("mon 7:35");
    assert_stopped(&world.sync(), "15 min after 07:35");
    world.at("mon 7:49");
    assert_stopped(&world.sync(), "15 min after 07:35");
    world.at("mon 7:50");
    let outcome = world.sync();
    assert_eq!(outcome.halted, None);
    assert!(outcome.changes.iter().all(|one| one.applied));
    assert_eq!(changes(&world.sync()), "");
}

#[test]
fn what_was_found_while_another_seawall_stopped_everything_is_no_first_listing() {
    let mut world = displaced();
    let summary = world.summary();
    let text = world.text(&summary);
    world.put(&summary, &text.replace("\r\n ", "").replace("by=laptop", "by=server"));
    world.at("mon 7:35");
    assert_stopped(&world.sync(), "another seawall (instance server)");
    world.put(&summary, &text);
    world.at("mon 7:55");
    assert_stopped(&world.sync(), "15 min after 07:55");
    world.at("mon 8:10");
    assert_eq!(world.sync().halted, None);
}

#[test]
fn a_second_listing_that_says_something_else_starts_the_wait_anew() {
    let mut world = displaced();
    world.at("mon 7:35").sync();
    world.at("mon 7:50").meeting("wed+1 9-10 Standup wed 1").meeting("tue+1 9-10 Standup tue 1");
    assert_stopped(&world.sync(), "15 min after 07:50");
    world.at("mon 8:05");
    assert_eq!(world.sync().halted, None);
}

#[test]
fn an_alarm_is_forgotten_when_all_is_well_again() {
    let mut world = displaced();
    world.at("mon 7:35").sync();
    for week in 0..3 {
        for day in ["mon", "tue", "thu", "fri"] {
            world.meeting(&format!("{day}+{week} 9-10 Standup {day} {week}"));
        }
    }
    world.at("mon 7:40");
    assert_eq!(changes(&world.sync()), "");
}

#[test]
fn an_unreadable_calendar_raises_no_alarm_and_yields_go_on() {
    let mut world = displaced();
    world.meeting("tue 11-12 Incident");
    std::fs::rename(world.root().join("private"), world.root().join("away")).unwrap();
    let outcome = world.sync();
    assert_eq!(outcome.halted, None);
    let applied: Vec<_> = outcome.changes.iter().filter(|one| one.applied).collect();
    assert_eq!(applied.len(), 1, "{}", changes(&outcome));
    assert!(applied[0].change.why.contains("Incident"));
}

#[test]
fn the_breaker_works_with_the_database_lost() {
    let mut world = displaced();
    world.lose_database();
    assert_stopped(&world.sync(), "more than half");
}

#[test]
fn a_changed_config_is_no_accident() {
    let mut world = World::with_three_weeks();
    world.config("from = \"09:00\", to = \"12:00\"", "from = \"13:00\", to = \"16:00\"");
    let outcome = world.sync();
    assert_eq!(outcome.halted, None);
    assert!(outcome.changes.iter().filter(|one| one.applied).count() >= 11, "{}", changes(&outcome));
}

#[test]
fn a_long_vacation_is_no_accident() {
    let mut world = World::with_three_weeks();
    world.vacation("mon+1..fri+2");
    let outcome = world.sync();
    assert_eq!(outcome.halted, None);
    assert_eq!(world.holds().lines().count(), 4, "{}", world.holds());
    assert!(outcome.rows.iter().skip(1).all(|row| row.target == 0), "the target shrinks with them");
    assert_eq!(changes(&world.sync()), "");
}
