//! State through time: the database of each released version opens and keeps its rows; a backup is a whole database of
//! its own, made beside whoever writes.
//!
//! A fixture is made once for a version, by its own program: `SEAWALL_WRITE_FIXTURES=1 cargo test --test it deploy::state`.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use rusqlite::Connection;
use rusqlite::types::Value;
use seawall::store::{DATABASE, Store};

use crate::cli::{Ran, Sandbox, files, is_own};

const FOLDER: &str = "tests/fixtures/state";

/// The sample after a week's plan was written, a hold deleted by its user, and that seen.
fn lived_in() -> (Sandbox, PathBuf) {
    let sandbox = Sandbox::synced();
    let own = files(&sandbox.demo()).into_keys().rfind(|name| is_own(name)).unwrap();
    fs::remove_file(sandbox.demo().join(own)).unwrap();
    sandbox.run(["sync"]).expect(0);
    let database = sandbox.demo().join(".state").join(DATABASE);
    (sandbox, database)
}

/// Tables and indices as they were made, and the version.
fn shape(database: &Path) -> (u32, Vec<String>) {
    let db = Connection::open(database).unwrap();
    let version = db.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    let mut statement = db.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").unwrap();
    let sql = statement.query_map((), |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    (version, sql)
}

/// All rows of all tables, each as its columns by name, sorted.
fn rows(database: &Path) -> BTreeMap<String, Vec<BTreeMap<String, Value>>> {
    let db = Connection::open(database).unwrap();
    let mut tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").unwrap();
    let tables: Vec<String> = tables.query_map((), |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    let read = |table: String| {
        let mut statement = db.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let row =
            |row: &rusqlite::Row<'_>| columns.iter().map(|name| Ok((name.clone(), row.get(name.as_str())?))).collect();
        let mut all: Vec<BTreeMap<String, Value>> =
            statement.query_map((), row).unwrap().collect::<Result<_, _>>().unwrap();
        all.sort_by_key(|row| format!("{row:?}"));
        (table, all)
    };
    tables.into_iter().map(read).collect()
}

fn unpack(fixture: &Path, to: &Path) {
    let mut bytes = Vec::new();
    GzDecoder::new(File::open(fixture).unwrap()).read_to_end(&mut bytes).unwrap();
    fs::write(to, bytes).unwrap();
    fs::set_permissions(to, fs::Permissions::from_mode(0o600)).unwrap();
}

fn fixtures() -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    assert!(!all.is_empty());
    all
}

#[test]
fn this_version_has_its_fixture() {
    let fixture = Path::new(FOLDER).join(concat!(env!("CARGO_PKG_VERSION"), ".sqlite.gz"));
    let (sandbox, database) = lived_in();
    if std::env::var_os("SEAWALL_WRITE_FIXTURES").is_some() {
        let mut file = GzEncoder::new(File::create(&fixture).unwrap(), Compression::best());
        file.write_all(&fs::read(&database).unwrap()).unwrap();
        file.finish().unwrap();
    }
    let kept = sandbox.path("kept.sqlite");
    unpack(&fixture, &kept);
    assert_eq!(shape(&kept), shape(&database), "the head of this file says how a fixture is made");
}

/// The database has rows in every table, opens, has them afterwards too, and is one to go on with.
#[track_caller]
fn check_opens(what: &str, sandbox: &Sandbox, database: &Path) {
    let before = rows(database);
    for table in ["ledger", "closed", "sighting", "write_log", "balance", "mirror", "meta"] {
        assert!(!before[table].is_empty(), "{what} shows nothing of {table}");
    }
    let opened = Store::open(database.parent().unwrap(), jiff::Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(opened.warnings, [""; 0]);
    drop(opened);
    let after = rows(database);
    for (table, rows) in &before {
        let known = |(row, was): (&BTreeMap<String, Value>, &BTreeMap<String, Value>)| {
            row.iter().filter(|(name, _)| was.contains_key(*name)).map(|(k, v)| (k.clone(), v.clone())).collect()
        };
        let kept: Vec<BTreeMap<String, Value>> = after[table].iter().zip(rows).map(known).collect();
        assert_eq!(&kept, rows, "{what}: {table}");
        assert_eq!(after[table].len(), rows.len(), "{what}: {table}");
    }
    // It goes on where that version was: what it wrote is known, what its user deleted stays deleted.
    let calendar = files(&sandbox.demo());
    sandbox.run(["sync"]).expect(0).says(&["Nothing to change."]);
    assert_eq!(files(&sandbox.demo()), calendar);
    sandbox.run(["log", "--last", "1"]).expect(0);
}

#[test]
fn the_database_of_every_version_opens_and_keeps_its_rows() {
    for fixture in fixtures() {
        let (sandbox, database) = lived_in();
        unpack(&fixture, &database);
        check_opens(&fixture.display().to_string(), &sandbox, &database);
    }
}

/// Rows that the life of a fixture has none of: of every kind and state, with and without what may be missing.
const OTHER_ROWS: &str = "
    INSERT INTO ledger VALUES
        ('old-1', 'hold', 'local', 'work', '2026-W40', 'deep', 1, 2, 'released', 1, 2, 0, '', 0),
        ('old-2', 'hold', 'local', 'work', '2026-W40', 'deep', 2, 1, 'dismissed', 3, 4, 1, 'abc', 1),
        ('old-3', 'summary', 'local', 'work', '2026-W40', '', 0, 1, 'released', 5, 6, 0, 'def', 0),
        ('old-4', 'canary', 'local', 'work', '2026-W40', '', 0, 1, 'released', 7, 8, 0, '', 0);
    INSERT INTO closed VALUES (1, 2, 'deep', '2026-W40', 0), (1, 2, 'deep', '2026-W40', 60);
    INSERT INTO sighting VALUES
        ('local', 'work', 'a', '', 1, 2, 1, 1, 2, 'moved', NULL),
        ('local', 'work', 'a', '20261001T080000Z', 1, 2, 0, 1, 2, 'accepted late', 3),
        ('local', 'work', 'b', '', 1, 2, 1, 1, 2, 'new', NULL),
        ('local', 'private', 'b', '', 1, 2, 1, 1, 2, 'lengthened', NULL);
    INSERT INTO write_log (at, action, kind, uid, calendar, title, start_at, end_at, why, error) VALUES
        (1, 'delete', 'hold', 'old-1', 'local/work', 'Füße', 1, 2, 'yields', 'no answer');
    INSERT INTO balance VALUES ('2026-W40', 0, 600);
    INSERT INTO mirror VALUES ('local', 'private', 'x.ics', '', x'00ff0a');
    INSERT INTO meta VALUES ('paused', '2026-10-01T00:00:00Z');
";

/// The database of a fixture as the first schema would have it, with more rows: every table made by the first step, and
/// filled from the fixture's.
fn of_the_first_schema(database: &Path) {
    let whole = database.with_extension("whole");
    fs::rename(database, &whole).unwrap();
    let db = Connection::open(database).unwrap();
    db.execute_batch(include_str!("../../../src/store/migrations/0001_init.sql")).unwrap();
    db.execute("ATTACH ?1 AS whole", [whole.to_str().unwrap()]).unwrap();
    for table in ["ledger", "closed", "sighting", "write_log", "balance", "mirror", "meta"] {
        db.execute_batch(&format!("INSERT INTO main.{table} SELECT * FROM whole.{table}")).unwrap();
    }
    db.execute_batch(OTHER_ROWS).unwrap();
    let id: i32 = db.pragma_query_value(Some("whole"), "application_id", |row| row.get(0)).unwrap();
    db.execute_batch(&format!("DETACH whole; PRAGMA application_id = {id}; PRAGMA user_version = 1;")).unwrap();
    drop(db);
    fs::remove_file(whole).unwrap();
    fs::set_permissions(database, fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn a_database_of_the_first_schema_keeps_every_row_and_is_one_of_the_present() {
    for fixture in fixtures() {
        let (sandbox, database) = lived_in();
        let present = shape(&database);
        unpack(&fixture, &database);
        of_the_first_schema(&database);
        assert!(!rows(&database).contains_key("calendar") && shape(&database).0 == 1);
        check_opens("the first schema", &sandbox, &database);
        assert_eq!(shape(&database), present);
    }
}

/// Makes a backup beside the database.
fn backup(sandbox: &Sandbox, name: &str) -> Ran {
    let mut command = sandbox.command(["backup", name]);
    Ran::of(command.current_dir(sandbox.root()))
}

#[test]
fn a_backup_has_every_row_and_is_for_its_user_alone() {
    let (sandbox, database) = lived_in();
    backup(&sandbox, "copy.sqlite").expect(0).says(&["Copied to copy.sqlite."]);
    let copy = sandbox.path("copy.sqlite");
    assert_eq!(fs::metadata(&copy).unwrap().mode() & 0o7777, 0o600);
    assert_eq!((shape(&copy), rows(&copy)), (shape(&database), rows(&database)));
    // Put in the place of the database it goes on.
    fs::rename(&copy, &database).unwrap();
    sandbox.run(["sync"]).expect(0).says(&["Nothing to change."]);
}

#[test]
fn a_backup_overwrites_nothing() {
    let (sandbox, _) = lived_in();
    for name in ["there.sqlite", "empty", "home"] {
        let path = sandbox.path(name);
        if name != "home" {
            fs::write(&path, if name == "empty" { "" } else { "mine" }).unwrap();
        }
        let before = files(sandbox.root());
        backup(&sandbox, name).expect(1).says(&["can't make", name, "exists"]);
        assert_eq!(files(sandbox.root()), before);
    }
    let nowhere = backup(&sandbox, "nowhere/copy.sqlite");
    nowhere.expect(1).says(&["can't make", "nowhere/copy.sqlite", "No such file"]);
}

#[test]
fn a_backup_is_made_beside_one_who_writes_and_has_what_was_committed() {
    let (sandbox, database) = lived_in();
    let other = Connection::open(&database).unwrap();
    other
        .execute_batch(
            "INSERT INTO meta VALUES ('committed', 'yes'); BEGIN IMMEDIATE; INSERT INTO meta VALUES ('open', 'yes');",
        )
        .unwrap();
    backup(&sandbox, "copy.sqlite").expect(0);
    let kept = rows(&sandbox.path("copy.sqlite"));
    let keys: Vec<&Value> = kept["meta"].iter().map(|row| &row["key"]).collect();
    assert!(keys.contains(&&Value::from("committed".to_owned())), "{keys:?}");
    assert!(!keys.contains(&&Value::from("open".to_owned())), "{keys:?}");
}

#[test]
fn without_a_database_or_with_a_foreign_one_there_is_no_backup() {
    let (sandbox, database) = lived_in();
    fs::remove_dir_all(database.parent().unwrap()).unwrap();
    backup(&sandbox, "copy.sqlite").expect(1).says(&["can't copy", DATABASE, "not found"]);
    fs::create_dir(database.parent().unwrap()).unwrap();
    Connection::open(&database).unwrap().execute_batch("CREATE TABLE songs (name TEXT)").unwrap();
    backup(&sandbox, "copy.sqlite").expect(1).says(&["a database of another program"]);
    assert!(!sandbox.path("copy.sqlite").exists());
}

#[test]
fn of_a_database_with_nothing_in_it_there_is_no_backup() {
    let (sandbox, database) = lived_in();
    fs::write(&database, "").unwrap();
    backup(&sandbox, "copy.sqlite").expect(1).says(&[DATABASE, "has nothing in it", "cut it off"]);
    assert!(!sandbox.path("copy.sqlite").exists());
    // As a first start leaves it that was broken off a little later.
    fs::remove_file(&database).unwrap();
    Connection::open(&database).unwrap().execute_batch("PRAGMA journal_mode = WAL").unwrap();
    assert!(fs::metadata(&database).unwrap().len() > 0);
    backup(&sandbox, "copy.sqlite").expect(1).says(&[DATABASE, "has nothing in it"]);
    assert!(!sandbox.path("copy.sqlite").exists());
}

#[test]
fn a_backup_that_does_not_fit_on_its_disk_names_the_copy() {
    let (sandbox, _) = lived_in();
    let seawall = sandbox.command(["backup", "copy.sqlite"]);
    let line = "trap '' XFSZ; ulimit -f 128; exec \"$@\"";
    let mut command = sandbox.program("sh", ["-c", line, "sh"]);
    command.arg(seawall.get_program()).args(seawall.get_args()).current_dir(sandbox.root());
    let copy = sandbox.path("copy.sqlite");
    Ran::of(&mut command).expect(1).says(&["can't copy the database", DATABASE, &format!("to {}:", copy.display())]);
    assert!(!copy.exists());
}

#[test]
fn a_backup_of_a_broken_database_leaves_no_half_of_one() {
    let (sandbox, database) = lived_in();
    let mut bytes = fs::read(&database).unwrap();
    let middle = bytes.len() / 2;
    bytes[4096..middle].fill(0x5a);
    fs::write(&database, bytes).unwrap();
    backup(&sandbox, "copy.sqlite").expect(1).says(&["malformed"]);
    assert!(!sandbox.path("copy.sqlite").exists());
}
