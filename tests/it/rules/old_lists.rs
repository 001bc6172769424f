//! Rules 3 and 4: lists that show a calendar as it was. Calendars in memory, whose next list can be an old one.

use seawall::cycle::undo::{self, Reach};

use super::failures::{WRITE, cycle, meeting, spans, start, texts};
use crate::support::world::{changes, hold_changes, moved};

#[test]
fn an_old_list_that_shows_what_seawall_deleted_makes_it_no_deletion_of_the_users() {
    let (mut world, flaky) = start();
    cycle(&world, &flaky);
    let old = flaky[0].objects("work");
    world.config("days = \"mon,tue,thu,fri\"", "days = \"mon,tue\"");
    cycle(&world, &flaky);
    *flaky[0].old_list.borrow_mut() = Some(old);
    let outcome = cycle(&world, &flaky);
    assert!(outcome.halted.is_some_and(|why| why.contains("not read to the end")), "{:?}", outcome.warnings);
    flaky[0].old_list.take();
    cycle(&world, &flaky);
    assert_eq!(world.closed(), "", "seawall itself deleted them");
    assert_eq!(changes(&cycle(&world, &flaky)), "");
}

/// Else the hold would be thought to have lain where it lay before, and would be written again where it was deleted.
#[test]
fn an_old_list_that_shows_a_hold_where_it_lay_before_hides_no_deletion() {
    let (world, flaky) = start();
    cycle(&world, &flaky);
    let old = flaky[0].objects("work");
    meeting(&flaky[0], "standup", "mon", "9", "9:30");
    assert_eq!(hold_changes(&cycle(&world, &flaky)), "update mon 9:30-12");
    let (moved_there, _) =
        texts(&flaky[0]).into_iter().find(|(_, text)| text.contains("DTSTART:20261116T083000Z")).unwrap();
    flaky[0].inner.remove("work", &moved_there);
    *flaky[0].old_list.borrow_mut() = Some(old);
    let outcome = cycle(&world, &flaky);
    assert!(outcome.halted.is_some_and(|why| why.contains("not read to the end")), "{:?}", outcome.warnings);
    flaky[0].old_list.take();
    cycle(&world, &flaky);
    assert_eq!(world.closed(), "mon 9:30-12 forgiven 150");
    assert_eq!(spans(&flaky[0]).iter().filter(|line| line.contains("20261116T0")).count(), 0, "it stays deleted");
}

/// Else what is deleted would count as past, and its time would be held again.
#[test]
fn an_old_list_that_shows_a_moved_hold_in_the_past_hides_no_deletion() {
    let (mut world, flaky) = start();
    cycle(&world, &flaky);
    let old = flaky[0].objects("work");
    let (monday, text) = texts(&flaky[0]).into_iter().find(|(_, text)| text.contains("20261116T080000Z")).unwrap();
    flaky[0].inner.put("work", &monday, moved(&text, "wed 14-17").as_bytes());
    cycle(&world, &flaky);
    world.at("tue 8");
    flaky[0].inner.remove("work", &monday);
    *flaky[0].old_list.borrow_mut() = Some(old);
    let outcome = cycle(&world, &flaky);
    assert!(outcome.halted.is_some_and(|why| why.contains("not read to the end")), "{:?}", outcome.warnings);
    flaky[0].old_list.take();
    cycle(&world, &flaky);
    assert!(world.closed().contains("wed 14-17"), "{}", world.closed());
    assert!(!spans(&flaky[0]).iter().any(|line| line.contains("20261118T1")), "it stays deleted");
}

#[test]
fn a_hold_that_its_user_deletes_right_before_seawall_would_stays_deleted() {
    let (mut world, flaky) = start();
    cycle(&world, &flaky);
    let before = spans(&flaky[0]);
    let old = flaky[0].objects("work");
    let (friday, _) = texts(&flaky[0]).into_iter().find(|(_, text)| text.contains("20261120T080000Z")).unwrap();
    flaky[0].inner.remove("work", &friday);
    world.config("\"mon,tue,thu,fri\"", "\"mon,tue,thu\"");
    *flaky[0].old_list.borrow_mut() = Some(old);
    assert_eq!(hold_changes(&cycle(&world, &flaky)), "delete fri 9-12");
    flaky[0].old_list.take();
    world.config("\"mon,tue,thu\"", "\"mon,tue,thu,fri\"");
    cycle(&world, &flaky);
    assert_eq!(world.closed(), "fri 9-12 forgiven 180");
    assert_eq!(spans(&flaky[0]).len(), before.len() - 1, "it does not come back");
}

#[test]
fn a_moved_summary_that_a_new_database_is_not_told_of_stays_where_its_user_put_it() {
    let (mut world, flaky) = start();
    cycle(&world, &flaky);
    let (href, text) = texts(&flaky[0]).into_iter().find(|(_, text)| text.contains("kind=summary")).unwrap();
    let elsewhere = moved(&text, "fri 17-17:15");
    flaky[0].inner.put("work", &href, elsewhere.as_bytes());
    world.lose_database();
    flaky[0].hidden.borrow_mut().insert(href.clone());
    let outcome = cycle(&world, &flaky);
    assert!(outcome.changes.iter().any(|one| one.error.as_deref().is_some_and(|why| why.contains("moved it"))));
    assert!(texts(&flaky[0]).contains(&(href, elsewhere)));
    flaky[0].hidden.take();
    assert_eq!(changes(&cycle(&world, &flaky)), "");
}

#[test]
fn of_two_summaries_of_a_week_that_a_new_database_made_beside_an_old_list_one_stays() {
    let (mut world, flaky) = start();
    world.at("mon 5");
    cycle(&world, &flaky);
    let settings = world.settings();
    let cx = world.context(&settings, crate::support::world::zones(), &flaky, WRITE, None);
    let removals = crate::support::block_on(undo::removals(cx, Reach::default())).unwrap();
    crate::support::block_on(undo::remove(cx, removals.changes)).unwrap();
    cycle(&world, &flaky);
    world.lose_database();
    *flaky[0].old_list.borrow_mut() = Some(Vec::new());
    cycle(&world, &flaky);
    flaky[0].old_list.take();
    let generations = || {
        let texts = texts(&flaky[0]);
        let summaries = texts.iter().filter(|(_, text)| without_folds(text).contains("kind=summary"));
        summaries.map(|(_, text)| without_folds(text).contains("gen=1")).collect::<Vec<bool>>()
    };
    assert_eq!(generations().len(), 2);
    cycle(&world, &flaky);
    assert_eq!(generations(), [true], "the later one goes on");
    assert_eq!(changes(&cycle(&world, &flaky)), "");
    assert_eq!(spans(&flaky[0]).len(), 5, "and each hold is there once");
}

fn without_folds(text: &str) -> String {
    text.replace("\r\n ", "")
}

#[test]
fn a_past_hold_whose_name_is_wanted_again_stays_where_it_was() {
    let (mut world, flaky) = start();
    cycle(&world, &flaky);
    let (past, text) = texts(&flaky[0]).into_iter().find(|(_, text)| text.contains("20261116T080000Z")).unwrap();
    world.at("mon 13:00");
    world.lose_database();
    *flaky[0].old_list.borrow_mut() = Some(Vec::new());
    let outcome = cycle(&world, &flaky);
    assert!(outcome.changes.iter().any(|one| one.error.as_deref().is_some_and(|why| why.contains("past"))));
    flaky[0].old_list.take();
    cycle(&world, &flaky);
    assert!(texts(&flaky[0]).contains(&(past, text)));
}
