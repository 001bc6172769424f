//! Folders whose files are watched, so that a change is seen at once. An event that is missed costs nothing but time:
//! the next look finds the change.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::path::PathBuf;
use std::time::Duration;

use futures_util::stream::StreamExt as _;
use inotify::{EventMask, EventOwned, EventStream, Inotify, WatchMask};
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;

use super::wake::Wake;

/// Programs write many files at a time: they are read when it has been quiet for so long.
const QUIET: Duration = Duration::from_secs(1);
/// And in any case after this.
const NOISE_MAX: Duration = Duration::from_secs(10);
/// How often a folder that is not there is looked for.
const MISSING_PAUSE: Duration = Duration::from_mins(5);
/// Room for the events of one read.
const BUFFER_BYTES: usize = 4096;

/// Folders, each of an account by its index.
pub struct Watcher<'a> {
    events: EventStream<Vec<u8>>,
    folders: &'a [(usize, PathBuf)],
    /// Index of the folder, by the number of its watch.
    watched: BTreeMap<i32, usize>,
}

impl<'a> Watcher<'a> {
    /// Watches from now on; before anything is read, so that no change falls in between. None where there is nothing to
    /// watch, or it can't be done.
    pub fn new(folders: &'a [(usize, PathBuf)]) -> Option<Self> {
        if folders.is_empty() {
            return None;
        }
        match Inotify::init().and_then(|inotify| inotify.into_event_stream(vec![0; BUFFER_BYTES])) {
            Ok(events) => {
                let mut watcher = Self { events, folders, watched: BTreeMap::new() };
                watcher.watch_missing();
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
        let mut look_at = Instant::now() + MISSING_PAUSE;
        loop {
            let mut touched = BTreeSet::new();
            while touched.is_empty() {
                // Asked first: where another folder is never quiet, there is always an event.
                if look_at <= Instant::now() {
                    look_at = Instant::now() + MISSING_PAUSE;
                    touched = self.watch_missing();
                    continue;
                }
                match tokio::time::timeout_at(look_at, self.touched()).await {
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

    /// Watches the folders that are not; the accounts of those that have appeared.
    fn watch_missing(&mut self) -> BTreeSet<usize> {
        let mut appeared = BTreeSet::new();
        for (index, (account, folder)) in self.folders.iter().enumerate() {
            if self.watched.values().any(|watched| *watched == index) {
                continue;
            }
            let mask = WatchMask::CLOSE_WRITE
                | WatchMask::MOVE
                | WatchMask::DELETE
                | WatchMask::DELETE_SELF
                | WatchMask::MOVE_SELF
                | WatchMask::ONLYDIR
                | WatchMask::DONT_FOLLOW;
            if let Ok(watch) = self.events.watches().add(folder, mask) {
                self.watched.insert(watch.get_watch_descriptor_id(), index);
                appeared.insert(*account);
            }
        }
        appeared
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
            return self.folders.iter().map(|(account, _)| *account).collect();
        }
        let watch = event.wd.get_watch_descriptor_id();
        let folder = self.watched.get(&watch).and_then(|index| self.folders.get(*index));
        if event.mask.intersects(EventMask::IGNORED | EventMask::MOVE_SELF) {
            self.watched.remove(&watch);
        }
        // Hidden files are how programs write: under such a name first, then they rename.
        let is_hidden = event.name.as_ref().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        folder.filter(|_| !is_hidden).map(|(account, _)| *account).into_iter().collect()
    }
}
