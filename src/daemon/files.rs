//! Folders whose files are watched, so that a change is seen at once. An event that is missed costs nothing but time:
//! the next look finds the change.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::stream::StreamExt as _;
use inotify::{EventMask, EventOwned, EventStream, Inotify, WatchDescriptor, WatchMask};
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;

use super::wake::Wake;

/// Programs write many files at a time: they are read when it has been quiet for so long.
const QUIET: Duration = Duration::from_secs(1);
/// And in any case after this.
const NOISE_MAX: Duration = Duration::from_secs(10);
/// How often it is looked at most whether a folder has appeared, or is another one.
const MISSING_PAUSE: Duration = Duration::from_mins(5);
/// Room for the events of one read.
const BUFFER_BYTES: usize = 4096;

/// Watches folders, each of an account by its index.
pub struct Watcher {
    events: EventStream<Vec<u8>>,
    places: Vec<Place>,
    /// How long until it is looked again whether every place is watched; short after one was lost, for what is moved away
    /// is often made anew.
    pause: Duration,
}

/// A folder of events, or one in which such folders lie.
struct Place {
    path: PathBuf,
    /// Whose events lie in it; nobody's where others lie in it.
    account: Option<usize>,
    /// The watch, and device and inode of what is watched.
    watch: Option<(WatchDescriptor, (u64, u64))>,
}

impl Place {
    /// Device and inode of what lies there now.
    fn identity(&self) -> Option<(u64, u64)> {
        // A calendar is no link; what it lies in may be one.
        let found = if self.account.is_some() { self.path.symlink_metadata() } else { self.path.metadata() };
        found.ok().map(|found| (found.dev(), found.ino()))
    }

    fn mask(&self) -> WatchMask {
        let moved = WatchMask::DELETE_SELF | WatchMask::MOVE_SELF | WatchMask::ONLYDIR;
        match self.account {
            Some(_) => moved | WatchMask::CLOSE_WRITE | WatchMask::MOVE | WatchMask::DELETE | WatchMask::DONT_FOLLOW,
            // Beside what is watched there for a calendar, where that is the same folder.
            None => moved | WatchMask::MASK_ADD,
        }
    }
}

impl Watcher {
    /// Watches from now on; before anything is read, so that no change falls in between. None where there is nothing to
    /// watch, or it can't be done.
    pub fn new(folders: &[(usize, PathBuf)]) -> Option<Self> {
        if folders.is_empty() {
            return None;
        }
        let above: BTreeSet<&Path> = folders.iter().filter_map(|(_, folder)| folder.parent()).collect();
        let place = |account, path: &Path| Place { path: path.to_owned(), account, watch: None };
        let places = folders.iter().map(|(account, folder)| place(Some(*account), folder));
        let places = places.chain(above.into_iter().map(|folder| place(None, folder))).collect();
        match Inotify::init().and_then(|inotify| inotify.into_event_stream(vec![0; BUFFER_BYTES])) {
            Ok(events) => {
                let mut watcher = Self { events, places, pause: MISSING_PAUSE };
                watcher.look();
                Some(watcher)
            }
            Err(error) => {
                tracing::warn!("folders can't be watched, so changes are seen at each look: {error}");
                None
            }
        }
    }

    /// Wakes the loop when a file in one of the folders was touched. Never ends.
    pub async fn run(watcher: Option<Self>, wakes: &UnboundedSender<Wake>) -> Infallible {
        if let Some(mut watcher) = watcher {
            let error = watcher.wake(wakes).await;
            tracing::warn!("folders can't be watched any more, so changes are seen at each look: {error}");
        }
        std::future::pending().await
    }

    /// Ends only with an error.
    async fn wake(&mut self, wakes: &UnboundedSender<Wake>) -> std::io::Error {
        let mut looked_at = Instant::now();
        loop {
            let mut touched = BTreeSet::new();
            while touched.is_empty() {
                // Asked first: where another folder is never quiet, there is always an event.
                if looked_at + self.pause <= Instant::now() {
                    looked_at = Instant::now();
                    self.pause = MISSING_PAUSE.min(self.pause * 2);
                    touched = self.look();
                    continue;
                }
                match tokio::time::timeout_at(looked_at + self.pause, self.touched()).await {
                    Ok(Ok(accounts)) => touched = accounts,
                    Ok(Err(error)) => return error,
                    Err(_) => {}
                }
            }
            let noise = async {
                while let Ok(Ok(accounts)) = tokio::time::timeout(QUIET, self.touched()).await {
                    touched.extend(accounts);
                }
            };
            // Late or quiet is the same here.
            let _ = tokio::time::timeout(NOISE_MAX, noise).await;
            for account in touched {
                // Where nobody listens the daemon ends.
                let _ = wakes.send(Wake::Files(account));
            }
        }
    }

    /// Watches the places that are not watched, or are another folder by now; the accounts of those that have appeared or
    /// gone.
    fn look(&mut self) -> BTreeSet<usize> {
        let mut changed = BTreeSet::new();
        for place in &mut self.places {
            let identity = place.identity();
            if place.watch.as_ref().map(|(_, watched)| *watched) == identity {
                continue;
            }
            if let Some((watch, _)) = place.watch.take() {
                // It may be gone by itself.
                let _ = self.events.watches().remove(watch);
                changed.extend(place.account);
            }
            let added = identity.and_then(|identity| {
                let watch = self.events.watches().add(&place.path, place.mask()).ok()?;
                Some((watch, identity))
            });
            changed.extend(place.account.filter(|_| added.is_some()));
            place.watch = added;
        }
        changed
    }

    /// Waits for an event; the accounts it is about, which may be none.
    async fn touched(&mut self) -> std::io::Result<BTreeSet<usize>> {
        match self.events.next().await {
            Some(event) => Ok(self.about(&event?)),
            None => std::future::pending().await,
        }
    }

    fn about(&mut self, event: &EventOwned) -> BTreeSet<usize> {
        if event.mask.contains(EventMask::Q_OVERFLOW) {
            return self.places.iter().filter_map(|place| place.account).collect();
        }
        let is_lost = event.mask.intersects(EventMask::IGNORED | EventMask::MOVE_SELF);
        // Hidden files are how programs write: under such a name first, then they rename.
        let is_hidden = event.name.as_ref().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        let mut accounts = BTreeSet::new();
        // More than one may be the same folder.
        for place in &mut self.places {
            if place.watch.as_ref().is_none_or(|(watch, _)| *watch != event.wd) {
                continue;
            }
            accounts.extend(place.account.filter(|_| !is_hidden));
            if event.mask.contains(EventMask::IGNORED) {
                place.watch = None;
            }
            if is_lost {
                self.pause = QUIET;
            }
        }
        accounts
    }
}
