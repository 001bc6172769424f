//! Calendars as folders of `.ics` files: the vdir format of vdirsyncer, pimsync and khal. It knows names, bytes
//! and etags; not what is inside an event. Its calls block: a local folder answers in microseconds, one cycle runs
//! at a time, and a hand-over to other threads would cost more than it saves.

mod folder;
mod seen;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rustix::io::Errno;
use tokio::time::Instant;

use self::folder::{Content, Folder, ObjectName, etag_of};
use self::seen::Seen;
use super::{CalendarInfo, ErrorKind, Etag, Known, Object, Provider, ProviderError, Reading};

/// A folder of calendars: `root/<calendar>/*.ics`.
#[derive(Debug)]
pub struct Vdir {
    root: PathBuf,
    /// Calendars that this process has cleared of what a crash left behind.
    swept: Mutex<BTreeSet<String>>,
    /// What was seen of the files of each calendar at the last look.
    seen: Mutex<BTreeMap<String, Seen>>,
}

impl Vdir {
    /// The calendars under `root`, which may itself be a link. Nothing is touched before the first call.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), swept: Mutex::default(), seen: Mutex::default() }
    }

    /// The calendar's folder, ready to be written to.
    fn open_to_write(&self, calendar: &str) -> Result<Folder, ProviderError> {
        let folder = Folder::open(&self.root, calendar)?;
        let mut swept = self.swept.lock().unwrap_or_else(PoisonError::into_inner);
        if !swept.contains(calendar) {
            write::sweep(&folder);
            swept.insert(calendar.to_owned());
        }
        Ok(folder)
    }
}

impl Provider for Vdir {
    async fn calendars(&self) -> Result<Vec<CalendarInfo>, ProviderError> {
        let mut calendars = folder::calendar_names(&self.root)?
            .into_iter()
            .filter_map(|name| match Folder::open(&self.root, &name) {
                Ok(folder) => Some(folder.info(name)),
                // One that can't be opened is there all the same; reading it will say what is wrong.
                Err(error) if error.kind != ErrorKind::NotFound => {
                    Some(CalendarInfo { name, ..CalendarInfo::default() })
                }
                Err(_) => None,
            })
            .collect::<Vec<_>>();
        calendars.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(calendars)
    }

    async fn read(&self, calendar: &str, known: &Known) -> Result<Reading, ProviderError> {
        let folder = Folder::open(&self.root, calendar)?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        folder.read(known, seen.entry(calendar.to_owned()).or_default(), Instant::now())
    }

    async fn get(&self, calendar: &str, href: &str) -> Result<Option<Object>, ProviderError> {
        let folder = Folder::open(&self.root, calendar)?;
        let name = ObjectName::new(href)?;
        match folder.content(name) {
            Content::Gone => Ok(None),
            Content::File { bytes, .. } => {
                Ok(Some(Object { href: href.to_owned(), etag: etag_of(&bytes), body: bytes.into() }))
            }
            // Something is there: to call it gone would read as a deletion by the user.
            Content::PassedOver(why) | Content::Unreadable(why) => Err(failed("read", &folder.path_of(name), &why)),
        }
    }

    async fn create(&self, calendar: &str, name: &str, body: &[u8]) -> Result<(), ProviderError> {
        let name = ObjectName::new(name)?;
        write::create(&self.open_to_write(calendar)?, name, body)
    }

    async fn update(&self, calendar: &str, href: &str, etag: &Etag, body: &[u8]) -> Result<(), ProviderError> {
        let name = ObjectName::new(href)?;
        write::update(&self.open_to_write(calendar)?, name, etag, body)
    }

    async fn delete(&self, calendar: &str, href: &str, etag: &Etag) -> Result<(), ProviderError> {
        let name = ObjectName::new(href)?;
        write::delete(&self.open_to_write(calendar)?, name, etag)
    }
}

fn failed(action: &str, path: &Path, why: &dyn std::fmt::Display) -> ProviderError {
    let message = format!("can't {action} {}: {why}", path.display());
    ProviderError { kind: ErrorKind::Unavailable, message }
}

fn missing(path: &Path) -> ProviderError {
    ProviderError { kind: ErrorKind::NotFound, message: format!("{} is not there", path.display()) }
}

fn changed(path: &Path) -> ProviderError {
    let message = format!("{} was changed by another program since it was read", path.display());
    ProviderError { kind: ErrorKind::Precondition, message }
}

/// What a failed write means to the caller.
fn write_failed(action: &str, path: &Path, errno: Errno) -> ProviderError {
    match errno {
        Errno::NOENT => missing(path),
        Errno::ACCESS | Errno::PERM | Errno::ROFS => ProviderError {
            kind: ErrorKind::ReadOnly,
            message: format!("can't {action} {}: it can't be written here ({errno})", path.display()),
        },
        _ => failed(action, path, &errno),
    }
}
