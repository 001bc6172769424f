//! Rule 6: a hold that the user deleted stays deleted, and its time closed.

use seawall::cycle::run::{Consent, Mode};
use seawall::focus::plan::RoleWeek;

use crate::support::world::{World, changes, hold_changes};

const OTHERS: &str = "mon 9-12 Focus: Morning deep work busy\ntue 9-12 Focus: Morning deep work busy\n\
                      fri 9-12 Focus: Morning deep work busy";

#[test]
fn a_deleted_hold_is_dismissed_and_its_minutes_leave_the_target() {
    let mut world = World::with_holds();
    world.delete(&world.hold("thu 9-12"));
    let outcome = world.sync();
    assert_eq!(world.holds(), OTHERS);
    assert_eq!(world.closed(), "thu 9-12 forgiven 180");
    let RoleWeek { target, needed, objective, .. } = outcome.rows[0];
    assert_eq!((target, needed, objective[0]), (540, 360, 540), "closed minutes leave target and value 1");
    let again = world.sync();
    assert_eq!(changes(&again), "");
}

#[test]
fn a_lost_database_undoes_no_deletion() {
    let mut world = World::with_holds();
    world.delete(&world.hold("thu 9-12"));
    world.sync();
    world.lose_database();
    let outcome = world.sync();
    assert_eq!(changes(&outcome), "");
    assert_eq!((world.holds().as_str(), world.closed().as_str()), (OTHERS, "thu 9-12 forgiven 180"));
}

/// A new database that can't keep what the summary told it asks again.
#[test]
fn a_disk_that_is_full_after_a_lost_database_undoes_no_deletion() {
    let mut world = World::with_holds();
    world.delete(&world.hold("thu 9-12"));
    world.sync();
    let dir = tempfile::tempdir().unwrap();
    world.database_in(dir.path());
    let file = dir.path().join(seawall::store::DATABASE);
    let beside = |sql: &str| rusqlite::Connection::open(&file).unwrap().execute_batch(sql).unwrap();
    beside("CREATE TRIGGER full BEFORE INSERT ON closed BEGIN SELECT RAISE(ABORT, 'disk is full'); END;");
    world.run(Mode::Write(Consent::default()), None).unwrap_err();
    beside("DROP TRIGGER full;");
    let outcome = world.sync();
    assert_eq!(changes(&outcome), "");
    assert_eq!((world.holds().as_str(), world.closed().as_str()), (OTHERS, "thu 9-12 forgiven 180"));
}

#[test]
fn without_a_summary_a_lost_database_forgets_a_deletion() {
    let mut world = World::with_holds();
    world.delete(&world.hold("thu 9-12"));
    world.sync();
    world.delete(&world.summary());
    world.lose_database();
    world.sync();
    assert_eq!(world.holds().lines().count(), 4);
}

#[test]
fn a_deletion_that_no_cycle_saw_before_the_database_was_lost_is_not_known() {
    let mut world = World::with_holds();
    world.delete(&world.hold("thu 9-12"));
    world.lose_database();
    world.sync();
    assert_eq!(world.holds().lines().count(), 4, "the hold is written again, once");
}

#[test]
fn several_deletions_are_written_to_the_summary_once() {
    let mut world = World::with_holds();
    world.delete(&world.hold("fri 9-12"));
    world.delete(&world.hold("tue 9-12"));
    world.delete(&world.hold("thu 9-12"));
    world.sync();
    assert_eq!(changes(&world.sync()), "");
    world.lose_database();
    assert_eq!(changes(&world.sync()), "");
    assert_eq!(world.closed(), "tue 9-12 forgiven 180\nthu 9-12 forgiven 180\nfri 9-12 forgiven 180");
}

#[test]
fn with_replace_the_time_is_closed_and_the_target_stays() {
    let mut world = World::new();
    world.config("[summary]", "[hold]\non_delete = \"replace\"\n[summary]").sync();
    world.delete(&world.hold("thu 9-12"));
    let outcome = world.sync();
    assert_eq!(outcome.rows[0].target, 720);
    assert_eq!(world.closed(), "thu 9-12 forgiven 0");
    assert!(world.own().iter().all(|(_, object)| !object.span.overlaps(outcome.closed[0].span) || !object.busy));
    let total: i64 = outcome.holds.iter().map(|hold| hold.hold.span.minutes()).sum();
    assert!(total > 720 - 60, "sought elsewhere: {total}");
}

#[test]
fn closed_time_is_closed_to_holds_of_every_role() {
    let roles = "[[role]]\nname = \"learning\"\ntarget = \"2h\"\nmin_session = \"1h\"\n\
                 allowed = [{ days = \"wed\", from = \"13:00\", to = \"17:00\" }]\n\
                 [[role]]\nname = \"strategy\"\ntarget = \"2h\"\nmin_session = \"1h\"\n\
                 allowed = [{ days = \"wed\", from = \"13:00\", to = \"17:00\" }]\n[summary]";
    let mut world = World::new();
    world.config("[summary]", roles).sync();
    assert!(world.holds().contains("wed 13-14:35 Focus: learning"), "{}", world.holds());
    world.delete(&world.hold("wed 13-14:35"));
    let outcome = world.sync();
    let closed = outcome.closed[0].span;
    assert_eq!(outcome.closed[0].role, "learning");
    assert!(outcome.holds.iter().all(|one| !one.hold.span.overlaps(closed)), "{}", world.holds());
    assert!(world.holds().contains("Focus: strategy"));
}

#[test]
fn a_running_hold_that_is_deleted_does_not_come_back() {
    let mut world = World::with_holds();
    world.at("mon 9:30");
    world.delete(&world.hold("mon 9-12"));
    world.sync();
    world.at("mon 9:40");
    assert_eq!(hold_changes(&world.sync()), "");
    assert_eq!(world.closed(), "mon 9-12 forgiven 180");
}

#[test]
fn a_hold_that_the_user_brings_back_stays() {
    for lost in [false, true] {
        let mut world = World::with_holds();
        let path = world.hold("thu 9-12");
        let text = world.text(&path);
        world.delete(&path);
        world.sync();
        if lost {
            world.lose_database();
        }
        world.put(&path, &text);
        let outcome = world.sync();
        assert_eq!(hold_changes(&outcome), "", "database lost: {lost}");
        assert_eq!(world.closed(), "", "database lost: {lost}");
        assert_eq!(world.holds().lines().count(), 4);
    }
}

#[test]
fn a_pinned_hold_that_is_deleted_closes_the_time_where_it_lay() {
    let mut world = World::with_holds();
    let path = world.hold("thu 9-12");
    world.move_to(&path, "wed 13-16");
    world.sync();
    world.delete(&path);
    world.sync();
    assert_eq!(world.closed(), "wed 13-16 forgiven 180\nthu 9-12 forgiven 0");
    assert_eq!(world.holds(), OTHERS);
    assert_eq!(hold_changes(&world.sync()), "");
}

#[test]
fn a_look_dismisses_nothing() {
    let mut world = World::with_holds();
    world.delete(&world.hold("thu 9-12"));
    let outcome = world.plan();
    assert_eq!(outcome.closed.len(), 1, "it shows what a sync would do");
    assert_eq!(world.closed(), "");
}

#[test]
fn a_hold_whose_file_can_not_be_read_for_once_is_not_deleted() {
    for broken in ["", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nSUMM", "\0\0\0"] {
        let mut world = World::with_holds();
        let path = world.hold("thu 9-12");
        let whole = world.text(&path);
        world.edit(&path, |_| broken.to_owned());
        let outcome = world.sync();
        assert!(
            outcome.warnings.iter().any(|one| one.text.contains("can't be read: it counts as it was")),
            "{outcome:?}"
        );
        assert_eq!((hold_changes(&outcome).as_str(), world.closed().as_str()), ("", ""), "{broken:?}");
        world.edit(&path, |_| whole.clone());
        world.unprotect(&path);
        let outcome = world.sync();
        assert_eq!((hold_changes(&outcome).as_str(), world.closed().as_str()), ("", ""), "{broken:?}");
        assert_eq!(world.holds().lines().count(), 4, "{broken:?}");
    }
}

#[test]
fn a_release_cut_short_is_finished_by_the_next_cycle() {
    let mut world = World::with_holds();
    let rows = world.store().ledger().unwrap();
    let path = world.hold("thu 9-12");
    let row = rows.iter().find(|row| path.contains(&row.uid)).unwrap();
    let closed = seawall::cycle::hand::dismissal(&world.settings().policy, row);
    world.store().put_closed(&[closed]).unwrap();
    world.sync();
    assert_eq!(world.holds(), OTHERS);
    assert_eq!(changes(&world.sync()), "");
}

#[test]
fn closed_time_that_is_over_changes_no_summary() {
    let mut world = World::with_holds();
    world.delete(&world.hold("tue 9-12"));
    world.sync();
    let outcome = world.at("tue 12:30").sync();
    assert!(!changes(&outcome).contains("closed time"), "{}", changes(&outcome));
}
