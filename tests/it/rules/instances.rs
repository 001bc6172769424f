//! Rule 11: two seawalls on one calendar.

use seawall::cycle::run::{Consent, Context, Mode, cycle};
use seawall::cycle::undo;
use seawall::store::Store;

use crate::support::block_on;
use crate::support::told::moved;
use crate::support::world::{World, accounts, changes, zones};

const TAKE_OVER: Consent = Consent { accept: false, restore: false, take_over: true };

/// The same calendars, seen by a seawall on another machine with a database of its own.
fn on_server() -> World {
    let mut world = World::with_holds();
    world.config("instance = \"laptop\"", "instance = \"server\"").lose_database();
    world
}

#[test]
fn where_another_one_writes_nothing_is_written_and_it_says_whose_they_are() {
    let mut world = on_server();
    world.meeting("tue 9-12 Right on it");
    let before = world.files();
    let outcome = world.sync();
    let reason = outcome.halted.unwrap();
    assert!(reason.contains("laptop") && reason.contains("local/work") && reason.contains("--take-over"), "{reason}");
    assert!(world.files() == before);
}

#[test]
fn taken_over_they_are_this_ones_for_good() {
    let mut world = on_server();
    let before: Vec<String> = world.own().into_iter().map(|(path, _)| path).collect();
    let outcome = world.sync_with(TAKE_OVER);
    assert!(outcome.changes.iter().all(|one| one.applied), "{}", changes(&outcome));
    let after: Vec<String> = world.own().into_iter().map(|(path, _)| path).collect();
    assert_eq!(before, after);
    assert!(world.own().iter().all(|(path, _)| world.text(path).replace("\r\n ", "").contains("by=server")));
    assert_eq!(changes(&world.sync()), "");
    world.config("instance = \"server\"", "instance = \"laptop\"").lose_database();
    assert!(world.sync().halted.is_some_and(|reason| reason.contains("server")));
}

/// Else the two seawalls would each stop for what the other one holds.
#[test]
fn a_take_over_is_whole_whatever_the_budget_says() {
    let mut world = World::with_three_weeks();
    world.config("instance = \"laptop\"", "instance = \"server\"").lose_database();
    world.config("[[role]]", "[limits]\nwrites_per_cycle = 2\n[[role]]");
    let outcome = world.sync_with(TAKE_OVER);
    assert!(outcome.changes.len() > 12 && outcome.changes.iter().all(|one| one.applied), "{}", changes(&outcome));
    assert_eq!(world.sync().halted, None, "and it goes on");
}

#[test]
fn what_its_user_deleted_stays_deleted_when_a_new_machine_first_says_whose_the_holds_are_and_then_takes_them_over() {
    let mut world = World::with_holds();
    world.delete(&world.hold("thu 9-12"));
    world.sync();
    world.config("instance = \"laptop\"", "instance = \"server\"").lose_database();
    assert!(world.sync().halted.is_some_and(|reason| reason.contains("--take-over")));
    world.sync_with(TAKE_OVER);
    assert!(world.closed().contains("thu 9-12"), "{}", world.closed());
    assert!(!world.holds().contains("thu 9-12"), "{}", world.holds());
    assert_eq!(changes(&world.sync()), "");
}

#[test]
fn what_another_one_took_over_and_removed_nobody_deleted() {
    let mut world = World::with_holds();
    let other = Store::in_memory().unwrap();
    let settings = world.settings();
    let accounts = accounts(&settings);
    let as_server = |mode| {
        let cx = world.context(&settings, zones(), &accounts, mode, None);
        Context { instance: "server", store: &other, ..cx }
    };
    block_on(cycle(as_server(Mode::Write(TAKE_OVER)))).unwrap();
    assert!(
        block_on(cycle(world.context(&settings, zones(), &accounts, Mode::Write(Consent::default()), None))).is_ok()
    );
    let removals = block_on(undo::removals(as_server(Mode::Look), undo::Reach::default())).unwrap();
    block_on(undo::remove(as_server(Mode::Write(Consent::default())), removals.changes)).unwrap();
    let outcome = world.sync();
    assert_eq!((outcome.halted, world.closed().as_str()), (None, ""));
    assert_eq!(world.holds().lines().count(), 4, "{}", changes(&world.sync()));
}

#[test]
fn past_holds_of_another_one_stop_nothing() {
    let mut world = on_server();
    world.at("mon+1 7:30");
    assert_eq!(world.sync().halted, None);
    assert_eq!(world.holds().matches("+1 9-12").count(), 4);
}

#[test]
fn the_last_word_of_another_one_that_was_moved_ahead_stops_nothing() {
    let mut world = World::with_holds();
    world.at("fri 16").sync();
    let summary = world.summary();
    world.decorate(&summary, |text| moved(&text, "thu+2 16-16:15"));
    world.config("instance = \"laptop\"", "instance = \"server\"").lose_database();
    assert_eq!(world.at("mon+1 7:30").sync().halted, None);
    assert_eq!(world.holds().matches("+1 9-12").count(), 4);
}

#[test]
fn undo_leaves_the_holds_of_another_one() {
    let mut world = on_server();
    let (removals, attempts) = world.undo(seawall::cycle::undo::Reach::default());
    assert_eq!((attempts.len(), removals.left.len()), (0, 5));
    assert_eq!(world.holds().lines().count(), 4);
}

#[test]
fn a_clock_that_is_not_to_be_trusted_writes_nothing() {
    let mut world = World::new();
    let outcome = world.run(Mode::Write(Consent::default()), Some("the clock shows 1970")).unwrap();
    assert_eq!(outcome.halted.as_deref(), Some("the clock shows 1970"));
    assert_eq!(world.own().len(), 0);
}

#[test]
fn a_clock_that_is_not_to_be_trusted_makes_nothing_forgotten() {
    let mut world = World::with_holds();
    let hold = world.hold("tue 9-12");
    world.delete(&hold);
    world.sync();
    let remembered = (world.store().ledger().unwrap(), world.closed());
    assert_ne!(remembered.1, "");
    let moved = world.hold("thu 9-12");
    let back = world.now();
    world.forward(200 * 24 * 60);
    world.move_to(&moved, "fri 14-15");
    assert!(world.run(Mode::Write(Consent::default()), Some("the clock shows next year")).unwrap().halted.is_some());
    assert_eq!((world.store().ledger().unwrap(), world.closed()), remembered);
    world.forward(back.duration_since(world.now()).as_secs() / 60);
    world.sync();
    assert!(world.closed().contains("thu 9-12"), "{}", world.closed());
}

#[test]
fn a_system_clock_before_the_release_is_not_to_be_trusted_and_a_given_one_is() {
    use seawall::cycle::clock::Clock;
    assert_eq!(Clock::Standing("1970-01-02T00:00:00Z".parse().unwrap()).doubt(), None);
}

#[test]
fn with_write_false_nothing_is_written() {
    let mut world = World::new();
    world.config("timezone", "write = false\ntimezone");
    let outcome = world.sync();
    assert!(outcome.halted.is_some_and(|reason| reason.contains("write = false")));
    assert_eq!((world.own().len(), outcome.changes.len()), (0, 5), "it shows what it would do");
}

#[test]
fn without_a_hold_calendar_nothing_is_written() {
    let mut world = World::with_holds();
    world.config("use = \"read+hold\"", "use = \"read\"");
    let before = world.files();
    assert!(world.sync().halted.is_some_and(|reason| reason.contains("no calendar holds")));
    assert!(world.files() == before);
}
