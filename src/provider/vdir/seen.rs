//! Which files of a folder are as they were when they were last read, by what the file system says of them, so that a look
//! at a folder costs no more than its names. It holds no content and decides nothing about it.
//!
//! A time alone proves nothing: it can be set, and two writes can fall in one tick. So size, inode and both times count;
//! nobody can set the time of the last change of the inode; and a file is read once more when the tick of its change is
//! surely over, before it is believed to stay. Whoever calls has all files read anew from time to time all the same.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use rustix::fs::Stat;
use tokio::time::Instant;

use crate::provider::Etag;

/// The longest tick of a file system (FAT has 2 s), and then some.
const TICK_MAX: Duration = Duration::from_secs(5);

/// A file with its content at one time: its name, what the file system says of it, and the hash of what was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version(u64);

impl Version {
    pub(super) fn new(name: &str, stat: &Stat, etag: &Etag) -> Self {
        let mut hasher = DefaultHasher::new();
        let changed = [(stat.st_mtime, stat.st_mtime_nsec), (stat.st_ctime, stat.st_ctime_nsec)];
        (name, stat.st_dev, stat.st_ino, stat.st_size, stat.st_mode, changed, &etag.0).hash(&mut hasher);
        Self(hasher.finish())
    }
}

/// What was seen of the files of one folder.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Read, but perhaps within the tick of their last change; since when.
    fresh: BTreeMap<Version, Instant>,
    settled: BTreeSet<Version>,
}

impl Seen {
    /// Whether a file that looks like this still has that content.
    pub(super) fn is_settled(&self, version: Version) -> bool {
        self.settled.contains(&version)
    }

    /// Notes a file that need not be read.
    pub(super) fn keep(&mut self, version: Version) {
        self.settled.insert(version);
    }

    /// Notes a file that was read, with what was seen at the look before.
    pub(super) fn take(&mut self, version: Version, before: &Self, now: Instant) {
        let since = before.fresh.get(&version).copied().unwrap_or(now);
        if before.is_settled(version) || now.duration_since(since) >= TICK_MAX {
            self.settled.insert(version);
        } else {
            self.fresh.insert(version, since);
        }
    }
}
