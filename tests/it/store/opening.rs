//! Who may read the database's file, what is done with one that can't be used, and what survives a process.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use rusqlite::Connection;
use seawall::store::{Opened, Store, StoreError};
use sha2::{Digest as _, Sha256};

use super::{Dir, hold};

/// Every released migration, as it was released. Add lines; never change one.
const RELEASED: [(&str, &str); 2] = [
    ("0001_init.sql", "730255edb61f2ba04a0fa47d9bafb2d93759db8ea3d07745a253ad67c4cf0b45"),
    ("0002_cursor.sql", "d88c23a0085a694f6c0663973351aa3ce925acf933669b076c7728b29de8a945"),
];
fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}
#[test]
fn folder_and_files_are_for_the_user_alone() {
    let dir = Dir::new();
    let store = dir.open();
    store.put_ledger(&hold(1)).unwrap();
    assert_eq!(mode(&dir.path()), 0o700);
    for name in ["seawall.sqlite", "seawall.sqlite-wal", "seawall.sqlite-shm"] {
        assert_eq!(mode(&dir.file(name)), 0o600, "{name}");
    }
}

#[test]
fn what_was_open_to_others_is_closed_with_a_warning() {
    let dir = Dir::new();
    dir.open().put_ledger(&hold(1)).unwrap();
    fs::write(dir.file("seawall.sqlite-wal"), "").unwrap();
    for (path, open) in
        [(dir.path(), 0o755), (dir.file("seawall.sqlite"), 0o644), (dir.file("seawall.sqlite-wal"), 0o640)]
    {
        fs::set_permissions(path, Permissions::from_mode(open)).unwrap();
    }
    let Opened { store, warnings } = dir.try_open().unwrap();
    assert_eq!(store.ledger().unwrap(), [hold(1)]);
    assert_eq!(warnings.len(), 3, "{warnings:?}");
    for (warning, word) in warnings.iter().zip(["0755", "0644", "0640"]) {
        assert!(warning.contains(word), "{warning}");
    }
    assert_eq!((mode(&dir.path()), mode(&dir.file("seawall.sqlite"))), (0o700, 0o600));
}

#[test]
fn a_folder_meant_for_everybody_keeps_its_mode() {
    let dir = Dir::new();
    fs::create_dir_all(dir.path()).unwrap();
    fs::set_permissions(dir.path(), Permissions::from_mode(0o1777)).unwrap();
    let warnings = dir.try_open().unwrap().warnings;
    assert!(matches!(&*warnings, [warning] if warning.contains("everybody")), "{warnings:?}");
    assert_eq!(mode(&dir.path()), 0o1777);
    assert_eq!(mode(&dir.file("seawall.sqlite")), 0o600);
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let dir = Dir::new();
    fs::write(dir.0.path().join("state"), "a file in the way").unwrap();
    let error = dir.try_open().unwrap_err();
    assert!(matches!(error, StoreError::Io { .. }), "{error}");
    assert!(error.to_string().contains(dir.path().to_str().unwrap()), "{error}");
}

#[test]
fn what_was_committed_survives_a_process_that_never_closed_the_database() {
    let dir = Dir::new();
    let store = dir.open();
    store.put_ledger(&hold(1)).unwrap();
    let copy = Dir::new();
    fs::create_dir_all(copy.path()).unwrap();
    fs::set_permissions(copy.path(), Permissions::from_mode(0o700)).unwrap();
    for name in ["seawall.sqlite", "seawall.sqlite-wal"] {
        fs::copy(dir.file(name), copy.file(name)).unwrap();
    }
    assert_eq!(copy.open().ledger().unwrap(), [hold(1)]);
}

#[test]
fn a_database_from_the_future_is_refused_and_left_alone() {
    let dir = Dir::new();
    dir.open().put_ledger(&hold(1)).unwrap();
    let db = Connection::open(dir.file("seawall.sqlite")).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    drop(db);
    let before = fs::read(dir.file("seawall.sqlite")).unwrap();
    let error = dir.try_open().unwrap_err();
    assert!(matches!(error, StoreError::Future { found: 99, known: 2, .. }), "{error}");
    for word in ["version 99", "up to 2", "newer seawall", "seawall.sqlite"] {
        assert!(error.to_string().contains(word), "{error}");
    }
    assert_eq!(fs::read(dir.file("seawall.sqlite")).unwrap(), before);
}

#[test]
fn another_programs_database_is_refused_and_left_alone() {
    for setup in ["CREATE TABLE notes (text)", "PRAGMA application_id = 7", "PRAGMA user_version = 3"] {
        let dir = Dir::new();
        dir.plant(b"");
        Connection::open(dir.file("seawall.sqlite")).unwrap().execute_batch(setup).unwrap();
        let before = fs::read(dir.file("seawall.sqlite")).unwrap();
        let error = dir.try_open().unwrap_err();
        assert!(matches!(error, StoreError::Foreign { .. }), "{setup}: {error}");
        assert_eq!(fs::read(dir.file("seawall.sqlite")).unwrap(), before);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}

#[test]
fn a_file_with_nothing_in_it_is_used_and_that_is_said() {
    let dir = Dir::new();
    dir.plant(b"");
    assert!(Store::open_to_look(&dir.path()).unwrap().is_none());
    assert_eq!(fs::metadata(dir.file("seawall.sqlite")).unwrap().len(), 0, "looking leaves it as it is");
    let Opened { store, warnings } = dir.try_open().unwrap();
    let [warning] = &*warnings else { panic!("{warnings:?}") };
    for word in ["seawall.sqlite", "nothing in it", "full disk", "first start", "Lost are", "backup"] {
        assert!(warning.contains(word), "{warning}");
    }
    store.put_ledger(&hold(1)).unwrap();
    drop(store);
    assert_eq!(dir.open().ledger().unwrap(), [hold(1)], "and not again");
}

#[test]
fn a_file_that_is_no_database_is_moved_aside() {
    let dir = Dir::new();
    let rubbish = b"\x00rubbish ".repeat(1000);
    for aside in ["seawall.sqlite.corrupt-20261116T063000Z", "seawall.sqlite.corrupt-20261116T063000Z-2"] {
        dir.plant(&rubbish);
        let Opened { store, warnings } = dir.try_open().unwrap();
        assert_eq!(store.ledger().unwrap(), []);
        assert_eq!(fs::read(dir.file(aside)).unwrap(), rubbish);
        let [warning] = &*warnings else { panic!("{warnings:?}") };
        for word in ["corrupt", aside, "Lost are", "deletions of holds"] {
            assert!(warning.contains(word), "{warning}");
        }
    }
}

#[test]
fn a_database_with_a_broken_page_is_moved_aside_with_its_companions() {
    let dir = Dir::new();
    let store = dir.open();
    for ordinal in 0..200 {
        store.put_ledger(&hold(ordinal)).unwrap();
    }
    drop(store);
    let mut bytes = fs::read(dir.file("seawall.sqlite")).unwrap();
    for page in bytes.chunks_mut(4096).skip(1) {
        page[..1024].fill(0xff);
    }
    dir.plant(&bytes);
    fs::write(dir.file("seawall.sqlite-wal"), "").unwrap();
    fs::set_permissions(dir.file("seawall.sqlite-wal"), Permissions::from_mode(0o600)).unwrap();
    let Opened { store, warnings } = dir.try_open().unwrap();
    assert_eq!((store.ledger().unwrap(), warnings.len()), (vec![], 1));
    store.put_ledger(&hold(1)).unwrap();
    assert_eq!(fs::read(dir.file("seawall.sqlite.corrupt-20261116T063000Z")).unwrap(), bytes);
    drop(store);
    assert_eq!(dir.open().ledger().unwrap(), [hold(1)]);
}

#[test]
fn released_migrations_never_change() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/migrations");
    let mut files: Vec<_> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    let hash = |name: &String| -> String {
        let digest = Sha256::digest(fs::read(folder.join(name)).unwrap());
        digest.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
    };
    let found: Vec<_> = files.iter().map(|name| (name.clone(), hash(name))).collect();
    assert_eq!(found, RELEASED.map(|(name, hash)| (name.to_owned(), hash.to_owned())));
}
