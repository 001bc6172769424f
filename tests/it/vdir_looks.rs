//! Looks at a folder again and again, as the daemon does: which files are read once more, and which are believed to be as
//! they were.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use seawall::provider::vdir::Vdir;
use seawall::provider::{Known, Provider as _, Reading};
use tempfile::TempDir;

use crate::support::{block_on_paused, known};

/// Longer than a tick of any file system.
const LATER: Duration = Duration::from_mins(1);

/// A calendar of one file, and what was last read of it.
struct Looks {
    root: TempDir,
    vdir: Vdir,
    last: Reading,
}

impl Looks {
    /// Looked at three times, a minute apart: first read, then sure of it.
    async fn settled() -> Self {
        let mut looks = Self::new().await;
        for _ in 0..2 {
            tokio::time::advance(LATER).await;
            looks.look().await;
        }
        looks
    }

    async fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("work")).unwrap();
        let vdir = Vdir::new(root.path());
        fs::write(root.path().join("work/a.ics"), "one").unwrap();
        let last = vdir.read("work", &Known::nothing()).await.unwrap();
        assert!(!last.resumed);
        Self { root, vdir, last }
    }

    fn path(&self) -> PathBuf {
        self.root.path().join("work/a.ics")
    }

    async fn look(&mut self) {
        self.last = self.vdir.read("work", &known(&self.last)).await.unwrap();
    }

    /// Whether the next look reads the file: what is known of it is given another content, which shows where it is believed.
    async fn reads(&self, thorough: bool) -> bool {
        let mut known = Known { thorough, ..known(&self.last) };
        for object in known.objects.values_mut() {
            object.body = b"as known".as_slice().into();
        }
        let reading = self.vdir.read("work", &known).await.unwrap();
        let is_known = &*reading.objects[0].body == b"as known";
        assert_eq!(reading.resumed, is_known);
        !is_known
    }

    fn set_modified(&self, at: SystemTime) {
        File::options().write(true).open(self.path()).unwrap().set_modified(at).unwrap();
    }

    fn modified(&self) -> SystemTime {
        fs::metadata(self.path()).unwrap().modified().unwrap()
    }
}

#[test]
fn a_file_that_stays_is_not_read_again() {
    block_on_paused(async { assert!(!Looks::settled().await.reads(false).await) });
}

#[test]
fn a_thorough_look_reads_every_file() {
    block_on_paused(async { assert!(Looks::settled().await.reads(true).await) });
}

#[test]
fn another_process_reads_every_file_once() {
    block_on_paused(async {
        let mut looks = Looks::settled().await;
        looks.vdir = Vdir::new(looks.root.path());
        assert!(looks.reads(false).await);
    });
}

#[test]
fn a_file_is_read_again_until_the_tick_of_its_change_is_over() {
    block_on_paused(async {
        let looks = Looks::new().await;
        assert!(looks.reads(false).await, "a write in the same tick would leave no trace");
        tokio::time::advance(Duration::from_secs(4)).await;
        assert!(looks.reads(false).await);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(looks.reads(false).await, "what was read may be from within that tick");
        assert!(!looks.reads(false).await);
    });
}

#[test]
fn a_rewrite_of_equal_length_with_the_old_time_is_seen() {
    block_on_paused(async {
        let mut looks = Looks::settled().await;
        let modified = looks.modified();
        fs::write(looks.path(), "two").unwrap();
        looks.set_modified(modified);
        looks.look().await;
        assert_eq!(&*looks.last.objects[0].body, b"two");
    });
}

#[test]
fn another_file_of_equal_length_and_time_in_its_place_is_seen() {
    block_on_paused(async {
        let mut looks = Looks::settled().await;
        let (modified, other) = (looks.modified(), looks.root.path().join("work/.other"));
        fs::write(&other, "two").unwrap();
        fs::rename(&other, looks.path()).unwrap();
        looks.set_modified(modified);
        looks.look().await;
        assert_eq!(&*looks.last.objects[0].body, b"two");
    });
}

#[test]
fn what_is_known_of_another_content_is_not_believed() {
    block_on_paused(async {
        let mut looks = Looks::settled().await;
        looks.last.objects[0].etag.0 = "of another content".to_owned();
        assert!(looks.reads(false).await);
    });
}

#[test]
fn a_file_that_is_gone_or_becomes_a_folder_is_no_longer_there() {
    block_on_paused(async {
        let mut looks = Looks::settled().await;
        fs::remove_file(looks.path()).unwrap();
        fs::create_dir(looks.path()).unwrap();
        looks.look().await;
        assert_eq!((looks.last.objects.len(), looks.last.warnings.len()), (0, 1));
    });
}

#[test]
fn a_change_of_rights_alone_has_the_file_read_again() {
    block_on_paused(async {
        let looks = Looks::settled().await;
        fs::set_permissions(looks.path(), Permissions::from_mode(0o600)).unwrap();
        assert!(looks.reads(false).await);
    });
}
