//! Calendars as folders: what is read, what is passed over, and what a write may touch.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rustix::fs::{CWD, FileType, Mode};
use seawall::provider::vdir::Vdir;
use seawall::provider::{ErrorKind, Etag, Known, Provider as _, ProviderError, Reading};
use tempfile::TempDir;

use crate::support::{block_on, without_privileges};

/// An account with one calendar, `work`.
struct Folder {
    root: TempDir,
    vdir: Vdir,
}

impl Folder {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("work")).unwrap();
        let vdir = Vdir::new(root.path());
        Self { root, vdir }
    }

    fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self::new();
        for (name, body) in files {
            fs::write(folder.path(name), body).unwrap();
        }
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join("work").join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("")).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn set_mode(&self, name: &str, mode: u32) {
        fs::set_permissions(self.path(name), Permissions::from_mode(mode)).unwrap();
    }

    fn mode(&self, name: &str) -> u32 {
        fs::metadata(self.path(name)).unwrap().mode() & 0o7777
    }

    fn read(&self) -> Reading {
        block_on(self.vdir.read("work", &Known::nothing())).unwrap()
    }

    fn hrefs(&self) -> Vec<String> {
        self.read().objects.into_iter().map(|object| object.href).collect()
    }

    fn etag(&self, href: &str) -> Etag {
        block_on(self.vdir.get("work", href)).unwrap().unwrap().etag
    }

    fn create(&self, name: &str, body: &str) -> Result<(), ProviderError> {
        block_on(self.vdir.create("work", name, body.as_bytes()))
    }

    fn update(&self, href: &str, etag: &Etag, body: &str) -> Result<(), ProviderError> {
        block_on(self.vdir.update("work", href, etag, body.as_bytes()))
    }

    fn delete(&self, href: &str, etag: &Etag) -> Result<(), ProviderError> {
        block_on(self.vdir.delete("work", href, etag))
    }
}

/// The failure has this kind and names this path.
#[track_caller]
fn assert_fails<T>(result: Result<T, ProviderError>, kind: ErrorKind, path: &Path) {
    let Err(error) = result else { panic!("it fails") };
    assert_eq!(error.kind, kind, "{error}");
    assert!(error.message.contains(path.to_str().unwrap()), "{error}");
}

/// The one warning names all of these.
#[track_caller]
fn assert_warns(reading: &Reading, words: &[&str]) {
    let [warning] = &*reading.warnings else { panic!("one warning: {:?}", reading.warnings) };
    for word in words {
        assert!(warning.contains(word), "{warning:?} names {word:?}");
    }
    assert_eq!((&*reading.unreadable, &reading.incomplete), (&[][..], &None));
}

#[test]
fn only_visible_ics_files_are_objects() {
    let folder = Folder::with(&[
        ("b.ics", "b"),
        ("A.ICS", "a"),
        (".hidden.ics", "h"),
        ("notes.txt", "n"),
        ("displayname", "d"),
        (".seawall-1-0.tmp", "t"),
    ]);
    fs::create_dir(folder.path("sub")).unwrap();
    fs::write(folder.path("sub/inner.ics"), "i").unwrap();
    let reading = folder.read();
    assert_eq!(folder.hrefs(), ["A.ICS", "b.ics"]);
    assert_eq!((reading.warnings, reading.unreadable, reading.incomplete), (vec![], vec![], None));
}

#[test]
fn a_symlinked_file_is_named_and_not_followed() {
    let folder = Folder::with(&[("real.ics", "r")]);
    symlink(folder.path("real.ics"), folder.path("link.ics")).unwrap();
    assert_eq!(folder.hrefs(), ["real.ics"]);
    assert_warns(&folder.read(), &["work/link.ics", "symbolic link"]);
}

#[test]
fn a_folder_named_like_an_event_is_named_and_not_entered() {
    let folder = Folder::new();
    fs::create_dir(folder.path("odd.ics")).unwrap();
    assert_warns(&folder.read(), &["work/odd.ics", "folder"]);
}

#[test]
fn a_pipe_named_like_an_event_is_named_and_blocks_nothing() {
    let folder = Folder::new();
    rustix::fs::mknodat(CWD, folder.path("pipe.ics"), FileType::Fifo, Mode::from_raw_mode(0o644), 0).unwrap();
    assert_warns(&folder.read(), &["work/pipe.ics", "no regular file"]);
}

#[test]
fn a_file_of_more_than_10_mib_is_named_with_its_size() {
    let folder = Folder::with(&[("small.ics", "s")]);
    File::create(folder.path("most.ics")).unwrap().set_len(10 * 1024 * 1024).unwrap();
    File::create(folder.path("large.ics")).unwrap().set_len(10 * 1024 * 1024 + 1).unwrap();
    assert_eq!(folder.hrefs(), ["most.ics", "small.ics"]);
    assert_warns(&folder.read(), &["work/large.ics", "10485761 bytes", "busy"]);
}

#[test]
fn what_is_there_but_passed_over_is_not_called_gone() {
    let folder = Folder::with(&[("real.ics", "r")]);
    symlink(folder.path("real.ics"), folder.path("link.ics")).unwrap();
    File::create(folder.path("large.ics")).unwrap().set_len(20 * 1024 * 1024).unwrap();
    for name in ["link.ics", "large.ics"] {
        let path = folder.path(name);
        assert_fails(block_on(folder.vdir.get("work", name)), ErrorKind::Unavailable, &path);
        let etag = folder.etag("real.ics");
        assert_fails(folder.update(name, &etag, "new"), ErrorKind::Unavailable, &path);
        assert_fails(folder.delete(name, &etag), ErrorKind::Unavailable, &path);
        assert_fails(folder.create(name, "new"), ErrorKind::Precondition, &path);
    }
    assert_eq!(folder.text("real.ics"), "r");
    assert_eq!(folder.names(), ["large.ics", "link.ics", "real.ics"]);
}

#[test]
fn a_file_without_permission_is_unreadable_and_the_others_are_read() {
    let folder = Folder::with(&[("locked.ics", "l"), ("open.ics", "o")]);
    folder.set_mode("locked.ics", 0o000);
    without_privileges(|| {
        let reading = folder.read();
        let [(href, why)] = &*reading.unreadable else { panic!("{reading:?}") };
        assert_eq!(href, "locked.ics");
        assert!(why.contains("ermission denied"), "{why}");
        assert_eq!(folder.hrefs(), ["open.ics"]);
        let got = block_on(folder.vdir.get("work", "locked.ics"));
        assert_fails(got, ErrorKind::Unavailable, &folder.path("locked.ics"));
    });
}

#[test]
fn a_name_that_is_not_utf_8_is_named_in_a_warning() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = Folder::new();
    fs::write(folder.path("").join(std::ffi::OsStr::from_bytes(b"caf\xe9.ics")), "c").unwrap();
    assert_warns(&folder.read(), &["caf", "UTF-8"]);
}

#[test]
fn a_calendar_that_is_missing_says_where_and_what_to_do() {
    let folder = Folder::new();
    let error = block_on(folder.vdir.read("home", &Known::nothing())).unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    for word in [folder.root.path().join("home").to_str().unwrap(), "create it"] {
        assert!(error.message.contains(word), "{error}");
    }
    let nowhere = folder.root.path().join("nowhere");
    assert_fails(block_on(Vdir::new(&nowhere).calendars()), ErrorKind::NotFound, &nowhere);
}

#[test]
fn a_calendar_that_is_a_link_or_a_file_is_refused() {
    let folder = Folder::with(&[("a.ics", "a")]);
    symlink(folder.path(""), folder.root.path().join("link")).unwrap();
    fs::write(folder.root.path().join("file"), "f").unwrap();
    for name in ["link", "file"] {
        let path = folder.root.path().join(name);
        assert_fails(block_on(folder.vdir.read(name, &Known::nothing())), ErrorKind::Unavailable, &path);
        assert_fails(block_on(folder.vdir.create(name, "b.ics", b"b")), ErrorKind::Unavailable, &path);
    }
    assert_eq!(folder.names(), ["a.ics"]);
}

#[test]
fn a_calendar_without_permission_is_an_error_and_not_empty() {
    let folder = Folder::with(&[("a.ics", "a")]);
    folder.set_mode("", 0o000);
    without_privileges(|| {
        assert_fails(
            block_on(folder.vdir.read("work", &Known::nothing())),
            ErrorKind::Unavailable,
            &folder.root.path().join("work"),
        );
        let calendars = block_on(folder.vdir.calendars()).unwrap();
        assert!(matches!(&*calendars, [work] if work.name == "work" && !work.writable), "{calendars:?}");
    });
    folder.set_mode("", 0o700);
}

#[test]
fn a_read_only_folder_says_so_before_and_at_the_write() {
    let folder = Folder::with(&[("a.ics", "a")]);
    let etag = folder.etag("a.ics");
    folder.set_mode("", 0o555);
    without_privileges(|| {
        assert!(!block_on(folder.vdir.calendars()).unwrap()[0].writable);
        let path = folder.root.path().join("work");
        assert_fails(folder.create("b.ics", "b"), ErrorKind::ReadOnly, &path);
        assert_fails(folder.update("a.ics", &etag, "new"), ErrorKind::ReadOnly, &path);
        assert_fails(folder.delete("a.ics", &etag), ErrorKind::ReadOnly, &path);
    });
    assert_eq!((folder.names(), folder.text("a.ics")), (vec!["a.ics".to_owned()], "a".to_owned()));
    folder.set_mode("", 0o755);
    assert!(block_on(folder.vdir.calendars()).unwrap()[0].writable);
}

#[test]
fn calendars_are_the_visible_folders_with_their_names_and_colours() {
    let folder = Folder::with(&[("displayname", " Arbeit ä\n"), ("color", "#12aBef\n")]);
    for name in ["alpha", ".git", "plain"] {
        fs::create_dir(folder.root.path().join(name)).unwrap();
    }
    fs::write(folder.root.path().join("alpha/displayname"), "\n").unwrap();
    fs::write(folder.root.path().join("alpha/color"), "red").unwrap();
    fs::write(folder.root.path().join("plain/displayname"), "x".repeat(5000)).unwrap();
    symlink(folder.path("color"), folder.root.path().join("plain/color")).unwrap();
    symlink(folder.path(""), folder.root.path().join("link")).unwrap();
    fs::write(folder.root.path().join("readme.txt"), "").unwrap();
    let calendars = block_on(folder.vdir.calendars()).unwrap();
    let shown: Vec<_> = calendars
        .iter()
        .map(|info| (&*info.name, info.display_name.as_deref(), info.color.as_deref(), info.writable))
        .collect();
    assert_eq!(
        shown,
        [("alpha", None, None, true), ("plain", None, None, true), ("work", Some("Arbeit ä"), Some("#12aBef"), true)]
    );
}

#[test]
fn a_change_within_one_tick_and_of_equal_length_changes_the_etag() {
    let folder = Folder::with(&[("a.ics", "one")]);
    let modified = SystemTime::UNIX_EPOCH + Duration::from_hours(1);
    File::open(folder.path("a.ics")).unwrap().set_modified(modified).unwrap();
    let before = folder.etag("a.ics");
    fs::write(folder.path("a.ics"), "two").unwrap();
    File::open(folder.path("a.ics")).unwrap().set_modified(modified).unwrap();
    assert_ne!(folder.etag("a.ics"), before);
    assert_eq!(before.0.len(), 32);

    fs::write(folder.path("a.ics"), "one").unwrap();
    assert_eq!(folder.etag("a.ics"), before, "a later time alone is no change");
}

#[test]
fn a_file_changed_between_read_and_write_is_not_touched() {
    let folder = Folder::with(&[("a.ics", "one")]);
    let etag = folder.etag("a.ics");
    fs::write(folder.path("a.ics"), "two").unwrap();
    let path = folder.path("a.ics");
    assert_fails(folder.update("a.ics", &etag, "ours"), ErrorKind::Precondition, &path);
    assert_fails(folder.delete("a.ics", &etag), ErrorKind::Precondition, &path);
    assert_eq!((folder.names(), folder.text("a.ics")), (vec!["a.ics".to_owned()], "two".to_owned()));
}

#[test]
fn writes_leave_foreign_files_as_they_are() {
    let folder = Folder::with(&[("foreign.ics", "f"), ("notes.txt", "n"), ("foreign.tmp", "t"), (".hidden", "h")]);
    let old = SystemTime::UNIX_EPOCH + Duration::from_hours(1);
    let state = || {
        ["foreign.ics", "notes.txt", "foreign.tmp", ".hidden"].map(|name| {
            let metadata = fs::metadata(folder.path(name)).unwrap();
            (folder.text(name), metadata.modified().unwrap(), metadata.ino(), metadata.mode())
        })
    };
    for name in ["foreign.ics", "notes.txt", "foreign.tmp", ".hidden"] {
        File::open(folder.path(name)).unwrap().set_modified(old).unwrap();
    }
    let before = state();
    folder.create("ours.ics", "one").unwrap();
    folder.update("ours.ics", &folder.etag("ours.ics"), "two").unwrap();
    assert_eq!(folder.text("ours.ics"), "two");
    folder.delete("ours.ics", &folder.etag("ours.ics")).unwrap();
    folder.create("foreign.ics", "ours").unwrap_err();
    assert_eq!(state(), before);
    assert_eq!(folder.names(), [".hidden", "foreign.ics", "foreign.tmp", "notes.txt"]);
}

#[test]
fn a_new_file_has_the_usual_mode_and_an_update_keeps_the_old_one() {
    let folder = Folder::with(&[("by_hand.ics", "h")]);
    folder.create("ours.ics", "one").unwrap();
    assert_eq!(folder.mode("ours.ics"), folder.mode("by_hand.ics") & 0o644);
    for mode in [0o600, 0o664, 0o444] {
        folder.set_mode("ours.ics", mode);
        folder.update("ours.ics", &folder.etag("ours.ics"), &format!("{mode:o}")).unwrap();
        assert_eq!((folder.mode("ours.ics"), folder.text("ours.ics")), (mode, format!("{mode:o}")));
    }
}

#[test]
fn the_first_write_clears_what_a_crash_left_and_nothing_else() {
    let others = [".seawall-notes", ".other-1.tmp", "seawall-1.tmp"];
    let folder = Folder::with(&[(".seawall-99-0.tmp", "half a fi")]);
    for name in others {
        fs::write(folder.path(name), "theirs").unwrap();
    }
    fs::create_dir(folder.path(".seawall-dir.tmp")).unwrap();
    folder.read();
    assert!(folder.path(".seawall-99-0.tmp").exists(), "a read changes nothing");
    folder.create("a.ics", "a").unwrap();
    assert_eq!(folder.names(), [".other-1.tmp", ".seawall-dir.tmp", ".seawall-notes", "a.ics", "seawall-1.tmp"]);
}

#[test]
fn a_name_that_is_no_single_segment_reaches_no_file() {
    let folder = Folder::with(&[("a.ics", "a")]);
    fs::write(folder.root.path().join("secret.ics"), "s").unwrap();
    let etag = folder.etag("a.ics");
    for name in ["../secret.ics", "/etc/hosts.ics", "b/c.ics", ".ics", "..", "", "a.txt", ".b.ics", "a\0.ics"] {
        assert!(block_on(folder.vdir.get("work", name)).is_err(), "{name:?}");
        assert!(folder.create(name, "ours").is_err(), "{name:?}");
        assert!(folder.update(name, &etag, "ours").is_err(), "{name:?}");
        assert!(folder.delete(name, &etag).is_err(), "{name:?}");
    }
    for calendar in ["..", ".", "", "a/b", "../work", ".git"] {
        assert!(block_on(folder.vdir.read(calendar, &Known::nothing())).is_err(), "{calendar:?}");
        assert!(block_on(folder.vdir.create(calendar, "x.ics", b"x")).is_err(), "{calendar:?}");
    }
    assert_eq!(folder.names(), ["a.ics"]);
    assert_eq!(fs::read_to_string(folder.root.path().join("secret.ics")).unwrap(), "s");
}
