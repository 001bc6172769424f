//! What the daemon does to the disk while nothing changes: as good as nothing.

use super::*;

/// Looks from outside at a state on disk, each time whether it was written to since the last look.
struct Onlooker {
    store: Store,
    version: Cell<i64>,
}

impl Onlooker {
    fn sees_a_write(&self) -> bool {
        let version = self.store.version().unwrap();
        self.version.replace(version) != version
    }
}

/// Tells a story beside a daemon whose state is on disk.
fn watched(story: impl AsyncFnOnce(&House, &Onlooker)) {
    let folder = tempfile::tempdir().unwrap();
    let open = || Store::open(folder.path(), instant("mon", "7:30")).unwrap().store;
    let on_disk = open();
    let onlooker = Onlooker { store: open(), version: Cell::new(0) };
    live_with(|house| House { store: on_disk, ..house }, async |house| story(house, &onlooker).await);
}

#[test]
fn a_poll_without_changes_writes_nothing() {
    watched(async |house, onlooker| {
        house.minutes(2).await;
        assert!(onlooker.sees_a_write());
        house.home().forget();
        house.minutes(50).await;
        assert!(!onlooker.sees_a_write());
        assert!(house.home().count("read") >= 8, "{:?}", house.home().log.borrow());
    });
}

#[test]
fn a_day_without_changes_writes_about_once_an_hour() {
    watched(async |house, onlooker| {
        house.until("tue 10:00").await;
        onlooker.sees_a_write();
        let mut minutes = 0;
        for _ in 0..24 * 60 {
            house.minutes(1).await;
            minutes += usize::from(onlooker.sees_a_write());
        }
        // Each of the two calendars notes once an hour that it was read; a few holds become history meanwhile.
        assert!((20..=56).contains(&minutes), "{minutes} minutes with writes");
    });
}
