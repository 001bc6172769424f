//! A state that is older than the calendar: a backup that was put back, or one beside another with the same instance. It
//! knows nothing of what seawall did since, and must not take that for the user's doing.

use seawall::cycle::run::{Context, cycle};
use seawall::store::Store;
use tempfile::TempDir;

use super::failures::WRITE;
use crate::support::block_on;
use crate::support::world::{World, accounts, changes, zones};

/// A world whose state lies on disk, and the folder.
fn on_disk() -> (World, TempDir) {
    let (mut world, dir) = (World::new(), private());
    world.database_in(dir.path());
    world.sync();
    assert_eq!(world.holds().lines().count(), 4);
    (world, dir)
}

fn private() -> TempDir {
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    tempfile::Builder::new().permissions(mode).tempdir().unwrap()
}

/// Backs the state up as it is now.
fn backed_up(dir: &TempDir) -> TempDir {
    let copy = private();
    Store::backup(dir.path(), &copy.path().join("seawall.sqlite")).unwrap();
    copy
}

#[test]
fn what_seawall_removed_since_counts_as_nobodys_deletion() {
    for (back, count) in [(false, 3), (true, 4)] {
        let (mut world, dir) = on_disk();
        let copy = backed_up(&dir);
        world.vacation("thu..thu").sync();
        assert_eq!(world.holds().lines().count(), 3, "it yields");
        if back {
            world.delete("work/vacation.ics");
            world.sync();
            assert!(world.holds().contains("thu 9-12"), "and comes back under another name");
        }
        let holds = world.holds();
        world.database_in(copy.path());
        let outcome = world.sync();
        let told = changes(&outcome);
        assert_eq!((world.holds(), world.closed().as_str()), (holds, ""), "{told}");
        let warnings: Vec<String> = outcome.warnings.iter().map(ToString::to_string).collect();
        assert!(warnings.iter().any(|one| one.contains("1 of what it remembered is gone")), "{warnings:?}");
        assert_eq!(world.holds().lines().count(), count);
        assert_eq!(changes(&world.sync()), "");
    }
}

#[test]
fn what_the_user_deleted_since_stays_deleted() {
    let (mut world, dir) = on_disk();
    let copy = backed_up(&dir);
    world.delete(&world.hold("thu 9-12"));
    world.sync();
    let holds = world.holds();
    world.database_in(copy.path());
    world.sync();
    assert_eq!((world.holds(), world.closed().as_str()), (holds.clone(), "thu 9-12 forgiven 180"));
    // From now on it knows what it did, and what is gone the user deleted.
    world.delete(&world.hold("tue 9-12"));
    world.sync();
    assert!(world.closed().starts_with("tue 9-12"), "{}", world.closed());
    assert_eq!(changes(&world.sync()), "");
}

#[test]
fn a_hold_that_the_old_state_never_knew_and_its_user_deleted_stays_deleted() {
    let (mut world, dir) = on_disk();
    world.vacation("thu..thu").sync();
    let copy = backed_up(&dir);
    world.delete("work/vacation.ics");
    world.sync();
    world.delete(&world.hold("thu 9-12"));
    world.sync();
    let holds = world.holds();
    world.database_in(copy.path());
    world.sync();
    assert_eq!((world.holds(), world.closed().as_str()), (holds, "thu 9-12 forgiven 180"));
}

#[test]
fn while_the_summary_is_not_read_an_old_state_still_knows_that_it_is_one() {
    let (mut world, dir) = on_disk();
    let copy = backed_up(&dir);
    world.delete(&world.hold("thu 9-12"));
    world.sync();
    let holds = world.holds();
    world.database_in(copy.path());
    std::fs::rename(world.root().join("work"), world.root().join("away")).unwrap();
    assert!(world.sync().halted.is_some());
    std::fs::rename(world.root().join("away"), world.root().join("work")).unwrap();
    world.sync();
    assert_eq!(world.holds(), holds);
}

#[test]
fn a_hold_that_was_moved_since_by_seawall_and_then_by_its_user_leaves_only_where_seawall_had_it() {
    let (mut world, dir) = on_disk();
    let copy = backed_up(&dir);
    world.meeting("tue 9-9:30 Standup").sync();
    let hold = world.hold("tue 9:45-12");
    world.move_to(&hold, "wed 13-15");
    world.sync();
    let closed = world.closed();
    world.database_in(copy.path());
    world.sync();
    assert_eq!(world.closed(), closed, "not from nine, where the old state has it");
}

#[test]
fn two_states_of_one_instance_take_each_others_work_for_nobodys_deletion() {
    let mut world = World::with_holds();
    let other = Store::in_memory().unwrap();
    let settings = world.settings();
    let accounts = accounts(&settings);
    let by_other = |world: &World| {
        let cx = Context { store: &other, ..world.context(&settings, zones(), &accounts, WRITE, None) };
        block_on(cycle(cx)).unwrap()
    };
    by_other(&world);
    world.vacation("thu..thu").sync();
    world.delete("work/vacation.ics");
    world.sync();
    let holds = world.holds();
    by_other(&world);
    assert_eq!((world.holds(), other.closed().unwrap().len()), (holds, 0));
}
