//! Rules 3 and 4: what fails in the middle of a cycle. Calendars in memory behind a line that fails.

use seawall::cycle::outcome::Outcome;
use seawall::cycle::run::{Consent, Mode};
use seawall::cycle::undo::{self, Reach};
use seawall::reconcile::ledger::LedgerState;

use crate::support::flaky::{Fault, Flaky, until_death};
use crate::support::world::{World, changes, hold_changes, moved, with_line, without};

pub(super) const WRITE: Mode = Mode::Write(Consent { accept: false, restore: false, take_over: false });
const FAULTS: [Fault; 4] = [Fault::LostQuestion, Fault::LostAnswer, Fault::DeathBefore, Fault::DeathAfter];

pub(super) fn start() -> (World, [Flaky; 1]) {
    (World::new(), [Flaky::new(&["work", "private"])])
}

/// A cycle that may die.
fn try_cycle(world: &World, flaky: &[Flaky; 1]) -> Option<Outcome> {
    let (settings, zones) = (world.settings(), crate::support::world::zones());
    until_death(seawall::cycle::run::cycle(world.context(&settings, zones, flaky, WRITE, None)))?.ok()
}

#[track_caller]
pub(super) fn cycle(world: &World, flaky: &[Flaky; 1]) -> Outcome {
    try_cycle(world, flaky).unwrap()
}

pub(super) fn texts(flaky: &Flaky) -> Vec<(String, String)> {
    let text = |body: &[u8]| String::from_utf8_lossy(body).into_owned();
    flaky.objects("work").into_iter().map(|object| (object.href, text(&object.body))).collect()
}

/// What holds and summaries there are, apart from names and stamps.
pub(super) fn spans(flaky: &Flaky) -> Vec<String> {
    let line = |text: &str, name: &str| text.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
    let mut out: Vec<String> = texts(flaky)
        .iter()
        .filter(|(_, text)| text.contains("X-SEAWALL"))
        .map(|(_, text)| format!("{} {} {}", line(text, "DTSTART"), line(text, "DTEND"), line(text, "TRANSP")))
        .collect();
    out.sort();
    out
}

pub(super) fn meeting(flaky: &Flaky, name: &str, day: &str, from: &str, to: &str) {
    let stamp = |time| crate::support::world::instant(day, time).strftime("%Y%m%dT%H%M%SZ").to_string();
    let body = format!("UID:{name}\nDTSTART:{}\nDTEND:{}\nSUMMARY:{name}", stamp(from), stamp(to));
    flaky.inner.put("work", &format!("{name}.ics"), crate::support::ics::calendar(&body).as_bytes());
}

/// Whatever fails at any call of a cycle, the cycles after it end where one without failure ends: no hold twice,
/// none orphaned, none taken for deleted by the user.
#[track_caller]
fn check_every_call(what: &str, prepare: impl Fn(&mut World, &[Flaky; 1])) {
    let (mut world, flaky) = start();
    prepare(&mut world, &flaky);
    let before = flaky[0].calls();
    cycle(&world, &flaky);
    let calls = flaky[0].calls() - before;
    let expected = spans(&flaky[0]);
    assert!(calls > 3, "{what} makes {calls} calls");
    for fault in FAULTS {
        for call in 0..calls {
            let (mut world, flaky) = start();
            prepare(&mut world, &flaky);
            flaky[0].fail_at(call, fault);
            let _ = try_cycle(&world, &flaky);
            flaky[0].heal();
            cycle(&world, &flaky);
            cycle(&world, &flaky);
            let at = format!("{what}: {fault:?} at call {call} of {calls}");
            assert_eq!(spans(&flaky[0]), expected, "{at}");
            assert_eq!(world.closed(), "", "{at}: nothing was deleted by the user");
            assert_eq!(changes(&cycle(&world, &flaky)), "", "{at}: calm again");
            let live: Vec<String> = world
                .store()
                .ledger()
                .unwrap()
                .into_iter()
                .filter(|row| row.state == LedgerState::Live)
                .map(|row| format!("{}.ics", row.uid))
                .collect();
            let own = texts(&flaky[0]).into_iter().filter(|(_, text)| text.contains("X-SEAWALL"));
            let own: std::collections::BTreeSet<String> = own.map(|(href, _)| href).collect();
            assert_eq!(live.into_iter().collect::<std::collections::BTreeSet<_>>(), own, "{at}: the ledger knows them");
        }
    }
}

#[test]
fn a_first_cycle_survives_every_failure() {
    check_every_call("creates", |_, _| {});
}

#[test]
fn an_update_survives_every_failure() {
    check_every_call("updates", |world, flaky| {
        cycle(world, flaky);
        meeting(&flaky[0], "standup", "tue", "9", "9:30");
        meeting(&flaky[0], "review", "thu", "9", "9:30");
    });
}

#[test]
fn deletes_survive_every_failure() {
    check_every_call("deletes", |world, flaky| {
        cycle(world, flaky);
        world.config("days = \"mon,tue,thu,fri\"", "days = \"mon,wed\"");
    });
}

/// A program that dies after the service has deleted a hold and before it knows: the ledger says already who did it.
#[test]
fn a_crash_between_a_delete_and_its_answer_makes_it_no_deletion_of_the_users() {
    let (mut world, flaky) = start();
    cycle(&world, &flaky);
    let (all, whole) = (spans(&flaky[0]), texts(&flaky[0]).len());
    world.config("\"mon,tue,thu,fri\"", "\"mon,tue,fri\"");
    // Dies at a later call each time, until one is the delete.
    let died = (0..20).find(|call| {
        flaky[0].fail_at(*call, Fault::DeathAfter);
        let died = try_cycle(&world, &flaky).is_none();
        flaky[0].heal();
        died && texts(&flaky[0]).len() < whole
    });
    assert!(died.is_some_and(|call| call > 2), "{died:?}");
    cycle(&world, &flaky);
    assert_eq!(world.closed(), "", "its time stays open");
    // So it comes back with its block.
    world.config("\"mon,tue,fri\"", "\"mon,tue,thu,fri\"");
    cycle(&world, &flaky);
    assert_eq!(spans(&flaky[0]), all);
    assert_eq!(changes(&cycle(&world, &flaky)), "");
}

#[test]
fn a_crash_with_the_database_lost_too_duplicates_nothing() {
    let (_, flaky) = start();
    let world = World::new();
    cycle(&world, &flaky);
    let expected = spans(&flaky[0]);
    for call in 0..20 {
        let (mut world, flaky) = start();
        flaky[0].fail_at(call, Fault::DeathAfter);
        let _ = try_cycle(&world, &flaky);
        flaky[0].heal();
        world.lose_database();
        cycle(&world, &flaky);
        cycle(&world, &flaky);
        assert_eq!(spans(&flaky[0]), expected, "call {call}");
    }
}

#[test]
fn answers_lost_twice_do_not_make_a_calendar_unfit() {
    let (world, flaky) = start();
    cycle(&world, &flaky);
    for (name, day) in [("a", "tue"), ("b", "thu"), ("c", "fri")] {
        meeting(&flaky[0], name, day, "9", "9:30");
        // Two lists, a read of the object, and the update itself.
        flaky[0].fail_at(3, Fault::LostQuestion);
        let outcome = cycle(&world, &flaky);
        assert!(outcome.changes.iter().any(|one| !one.applied), "{}", changes(&outcome));
        flaky[0].heal();
        assert_eq!(cycle(&world, &flaky).halted, None, "{name}");
    }
}

#[test]
fn a_calendar_that_loses_the_marker_gets_nothing_and_is_unfit_after_two_tries() {
    let (world, flaky) = start();
    flaky[0].rewrite.set(Some(|text| without(text, "X-SEAWALL")));
    for _ in 0..2 {
        let outcome = cycle(&world, &flaky);
        assert_eq!(outcome.halted, None);
        assert!(outcome.changes[0].error.as_deref().unwrap().contains("removed"), "{:?}", outcome.changes[0].error);
        assert_eq!(texts(&flaky[0]).len(), 0, "what lost its marker is removed at once");
    }
    flaky[0].rewrite.set(None);
    let halted = cycle(&world, &flaky).halted.unwrap();
    assert!(halted.contains("check --write-test"), "{halted}");
    let home = world.settings().hold_calendar.unwrap();
    seawall::cycle::write::set_strikes(world.store(), &home, 0).unwrap();
    cycle(&world, &flaky);
    assert_eq!(texts(&flaky[0]).len(), 5);
}

#[test]
fn a_calendar_that_loses_the_marker_and_takes_no_deletes_is_not_filled_with_strays() {
    let (world, flaky) = start();
    flaky[0].rewrite.set(Some(|text| without(text, "X-SEAWALL")));
    flaky[0].no_deletes.set(true);
    for _ in 0..6 {
        cycle(&world, &flaky);
    }
    assert!(texts(&flaky[0]).len() <= 2, "{}", texts(&flaky[0]).len());
}

#[test]
fn a_calendar_that_shifts_times_is_unfit_after_two_tries_and_what_it_made_is_left() {
    let (world, flaky) = start();
    flaky[0].rewrite.set(Some(|text| {
        let late = |line: &str| if line.starts_with("DTSTART") { line.replace("T08", "T09") } else { line.to_owned() };
        text.split("\r\n").map(late).collect::<Vec<_>>().join("\r\n")
    }));
    cycle(&world, &flaky);
    assert_eq!(texts(&flaky[0]).len(), 1);
    cycle(&world, &flaky);
    let left = texts(&flaky[0]);
    assert!(cycle(&world, &flaky).halted.is_some());
    assert_eq!(texts(&flaky[0]), left);
}

#[test]
fn text_that_a_server_rewrites_is_no_edit() {
    let (world, flaky) = start();
    flaky[0].rewrite.set(Some(|text| text.replace("SUMMARY:", "SUMMARY:[cal] ").replace("[cal] [cal] ", "[cal] ")));
    cycle(&world, &flaky);
    assert_eq!(changes(&cycle(&world, &flaky)), "");
    meeting(&flaky[0], "standup", "tue", "9", "9:30");
    assert_eq!(hold_changes(&cycle(&world, &flaky)), "update tue 9:30-12");
    assert_eq!(changes(&cycle(&world, &flaky)), "");
}

#[test]
fn what_a_person_changed_between_read_and_write_is_not_overwritten() {
    let edit = |text: &str| text.replace("SUMMARY:Focus", "SUMMARY:Mine");
    let shift = |text: &str| moved(text, "wed 13-16");
    let guest = |text: &str| with_line(text, "ATTENDEE:mailto:ben@example.org");
    for hand in [edit as fn(&str) -> String, shift, guest] {
        let (world, flaky) = start();
        cycle(&world, &flaky);
        let (href, text) = texts(&flaky[0]).into_iter().find(|(_, text)| text.contains("20261117T080000Z")).unwrap();
        meeting(&flaky[0], "standup", "tue", "9", "9:30");
        let theirs = hand(&text);
        let (name, body) = (href.clone(), theirs.clone());
        flaky[0].after_reading(move |memory| memory.put("work", &name, body.as_bytes()));
        let outcome = cycle(&world, &flaky);
        assert!(outcome.changes[0].error.as_deref().unwrap().contains("changed after it was read"));
        cycle(&world, &flaky);
        assert!(texts(&flaky[0]).contains(&(href, theirs)));
    }
}

#[test]
fn what_a_person_deleted_between_read_and_write_is_dismissed_and_not_made_again() {
    let (world, flaky) = start();
    cycle(&world, &flaky);
    let (href, _) = texts(&flaky[0]).into_iter().find(|(_, text)| text.contains("20261117T080000Z")).unwrap();
    meeting(&flaky[0], "standup", "tue", "9", "9:30");
    flaky[0].after_reading(move |memory| assert!(memory.remove("work", &href)));
    cycle(&world, &flaky);
    cycle(&world, &flaky);
    assert_eq!(world.closed(), "tue 9-12 forgiven 180");
}

#[test]
fn not_in_the_list_is_not_deleted() {
    let (world, flaky) = start();
    cycle(&world, &flaky);
    let expected = spans(&flaky[0]);
    for (href, text) in texts(&flaky[0]) {
        flaky[0].hidden.borrow_mut().insert(href);
        let outcome = cycle(&world, &flaky);
        assert_eq!(spans(&flaky[0]), expected, "no second one is made for {text}");
        assert_eq!(world.closed(), "");
        assert!(outcome.changes.iter().all(|one| !one.applied), "{}", changes(&outcome));
        flaky[0].hidden.borrow_mut().clear();
        assert_eq!(changes(&cycle(&world, &flaky)), "");
    }
}

#[test]
fn a_question_without_an_answer_ends_no_cycle() {
    let (world, flaky) = start();
    cycle(&world, &flaky);
    let (href, _) = texts(&flaky[0]).into_iter().find(|(_, text)| text.contains("20261119T080000Z")).unwrap();
    flaky[0].inner.remove("work", &href);
    meeting(&flaky[0], "standup", "tue", "9", "9:30");
    // The third call asks for the object that the list left out.
    flaky[0].fail_at(2, Fault::LostQuestion);
    let outcome = cycle(&world, &flaky);
    assert_eq!(world.closed(), "", "not known to be deleted");
    assert!(
        outcome.changes.iter().any(|one| one.applied && one.change.why.contains("standup")),
        "it yields all the same"
    );
    cycle(&world, &flaky);
    assert_eq!(world.closed(), "thu 9-12 forgiven 180");
}

#[test]
fn a_calendar_that_does_not_answer_leaves_all_as_it_is() {
    let (world, flaky) = start();
    cycle(&world, &flaky);
    flaky[0].unread.borrow_mut().insert("private".to_owned());
    let outcome = cycle(&world, &flaky);
    assert!(outcome.partly && outcome.changes.iter().all(|one| !one.applied), "{}", changes(&outcome));
}

#[test]
fn a_delete_without_effect_is_not_taken_for_done() {
    let (world, flaky) = start();
    cycle(&world, &flaky);
    let expected = texts(&flaky[0]);
    flaky[0].deaf_to_deletes.set(true);
    let (settings, zones) = (world.settings(), crate::support::world::zones());
    let cx = world.context(&settings, zones, &flaky, WRITE, None);
    let removals = until_death(undo::removals(cx, Reach::default())).unwrap().unwrap();
    assert!(!removals.changes.is_empty());
    let attempts = until_death(undo::remove(cx, removals.changes)).unwrap().unwrap();
    for one in attempts {
        assert_eq!(one.error.as_deref(), Some("it is still there after its delete"), "{:?}", one.change);
    }
    assert!(world.store().ledger().unwrap().iter().all(|row| row.state == LedgerState::Live));
    assert_eq!(changes(&cycle(&world, &flaky)), "", "nothing is written beside what is there");
    assert_eq!(texts(&flaky[0]), expected);
}

#[test]
fn an_answer_lost_where_a_server_rewrites_words_makes_a_hold_nobodys_edit() {
    let (world, flaky) = start();
    flaky[0].rewrite.set(Some(|text| text.replace("SUMMARY:Focus", "SUMMARY:[cal] Focus")));
    // Two lists, a look whether the name is free, and the create itself.
    flaky[0].fail_at(3, Fault::LostAnswer);
    cycle(&world, &flaky);
    meeting(&flaky[0], "standup", "mon", "9", "9:30");
    assert_eq!(hold_changes(&cycle(&world, &flaky)), "update mon 9:30-12");
}
