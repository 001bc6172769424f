//! One calendar's folder: which names are objects, and what is inside them. Reading only; every access goes through
//! the folder's descriptor, so that a folder renamed meanwhile is never mixed up with another.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, AtFlags, Dir, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;

use super::failed;
use super::seen::{Seen, Version};
use crate::provider::{CalendarInfo, ErrorKind, Etag, Known, Object, ProviderError, Reading};

/// Larger files are passed over: no calendar program writes them, and one must not fill the memory.
pub(super) const OBJECT_BYTES_MAX: u64 = 10 * 1024 * 1024;
/// `displayname` and `color` hold a line.
const PROPERTY_BYTES_MAX: u64 = 4096;

/// The version of a file: a hash of what is in it. Times of change are no part of it: they lie after a restore, a copy, or
/// two writes in one tick.
pub(super) fn etag_of(bytes: &[u8]) -> Etag {
    let mut hex = String::with_capacity(32);
    for byte in &Sha256::digest(bytes)[..16] {
        // Writing to a string can't fail.
        let _ = write!(hex, "{byte:02x}");
    }
    Etag(hex)
}

/// The name of an object, proven to be one path segment that ends in `.ics` and is not hidden. No file is opened,
/// made or removed as an object without one.
#[derive(Clone, Copy, Debug)]
pub(super) struct ObjectName<'a>(&'a str);

impl<'a> ObjectName<'a> {
    pub(super) fn new(name: &'a str) -> Result<Self, ProviderError> {
        if is_segment(name) && is_ics(name.as_bytes()) {
            return Ok(Self(name));
        }
        let message = format!("{name:?} is no name for an object: it must be one file name that ends in .ics");
        Err(ProviderError { kind: ErrorKind::Unavailable, message })
    }

    pub(super) fn as_str(self) -> &'a str {
        self.0
    }
}

/// Whether it names one entry of a folder and no hidden one; `.` and `..` begin with a dot as well.
fn is_segment(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\0'])
}

fn is_ics(name: &[u8]) -> bool {
    name.len().checked_sub(4).and_then(|at| name.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(b".ics"))
}

/// What stands under a name.
#[derive(Debug)]
pub(super) enum Content {
    /// Nothing.
    Gone,
    /// What is not read on principle, and why.
    PassedOver(String),
    /// A file that can't be read, and why.
    Unreadable(String),
    /// A file.
    File { bytes: Vec<u8>, stat: Stat },
}

/// A calendar's folder, open.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) fd: OwnedFd,
    path: PathBuf,
}

impl Folder {
    /// Opens `root/<calendar>`; a symbolic link is not followed.
    pub(super) fn open(root: &Path, calendar: &str) -> Result<Self, ProviderError> {
        if !is_segment(calendar) {
            let message = format!("{calendar:?} is no name for a calendar: it must be the name of one folder");
            return Err(ProviderError { kind: ErrorKind::Unavailable, message });
        }
        let path = root.join(calendar);
        match open_folder(&path) {
            Ok(fd) => Ok(Self { fd, path }),
            Err(errno) => Err(folder_error(&path, errno)),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Where an object is, for messages.
    pub(super) fn path_of(&self, name: ObjectName<'_>) -> PathBuf {
        self.path.join(name.0)
    }

    /// What calendar programs show of it.
    pub(super) fn info(&self, name: String) -> CalendarInfo {
        let access = rustix::fs::accessat(&self.fd, ".", Access::WRITE_OK | Access::EXEC_OK, AtFlags::empty());
        let color = self.property("color").filter(|text| {
            let digits = text.strip_prefix('#').unwrap_or_default();
            digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        });
        CalendarInfo {
            name,
            display_name: self.property("displayname"),
            color,
            writable: access.is_ok(),
            ..CalendarInfo::default()
        }
    }

    fn property(&self, name: &str) -> Option<String> {
        let Content::File { bytes, .. } = self.file(name, PROPERTY_BYTES_MAX) else { return None };
        let text = String::from_utf8(bytes).ok()?;
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// Every object. What is known and surely still so by what was seen of it is not read again, unless a thorough look is
    /// wanted.
    pub(super) fn read(&self, known: &Known, seen: &mut Seen, now: Instant) -> Result<Reading, ProviderError> {
        let entries = Dir::read_from(&self.fd).map_err(|errno| folder_error(&self.path, errno))?;
        let names = entries.map(|entry| entry.map(|entry| entry.file_name().to_bytes().to_vec()));
        self.read_listed(list(&self.path, names), known, seen, now)
    }

    fn read_listed(
        &self,
        listing: Listing,
        known: &Known,
        seen: &mut Seen,
        now: Instant,
    ) -> Result<Reading, ProviderError> {
        let Listing { names, mut warnings, incomplete } = listing;
        let before = std::mem::take(seen);
        let mut reading = Reading { incomplete, ..Reading::default() };
        reading.objects.reserve(names.len());
        for href in names {
            let name = ObjectName::new(&href)?;
            let same = known.objects.get(&href).filter(|_| !known.thorough);
            if let Some((object, version)) = same.and_then(|object| Some((object, self.version(object)?)))
                && before.is_settled(version)
            {
                seen.keep(version);
                reading.resumed = true;
                reading.objects.push(object.clone());
                continue;
            }
            match self.content(name) {
                Content::Gone => {}
                Content::PassedOver(why) => {
                    warnings.push(format!("{} is not read: {why}", self.path_of(name).display()));
                }
                Content::Unreadable(why) => reading.unreadable.push((href, why)),
                Content::File { bytes, stat } => {
                    let etag = etag_of(&bytes);
                    seen.take(Version::new(&href, &stat, &etag), &before, now);
                    // What is the same is in memory already.
                    let same = known.objects.get(&href).filter(|one| one.etag == etag && *one.body == *bytes);
                    let object = same.cloned().unwrap_or_else(|| Object { etag, href, body: bytes.into() });
                    reading.objects.push(object);
                }
            }
        }
        reading.warnings = warnings;
        Ok(reading)
    }

    /// The version of an object, should its file still hold what is known of it.
    fn version(&self, object: &Object) -> Option<Version> {
        let stat = rustix::fs::statat(&self.fd, object.href.as_str(), AtFlags::SYMLINK_NOFOLLOW).ok()?;
        Some(Version::new(&object.href, &stat, &object.etag))
    }

    /// What stands under an object's name.
    pub(super) fn content(&self, name: ObjectName<'_>) -> Content {
        self.file(name.0, OBJECT_BYTES_MAX)
    }

    /// What stands under any name of the folder.
    pub(super) fn file(&self, name: &str, bytes_max: u64) -> Content {
        let result = self.try_file(name, bytes_max);
        result.unwrap_or_else(|errno| match errno {
            Errno::NOENT => Content::Gone,
            Errno::LOOP => Content::PassedOver("it is a symbolic link, and links are not followed".to_owned()),
            errno => Content::Unreadable(format!("can't open or read it: {errno}")),
        })
    }

    fn try_file(&self, name: &str, bytes_max: u64) -> Result<Content, Errno> {
        // Looked at before it is opened: opening a device can do things, and opening a pipe can wait for ever.
        let stat = rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW)?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => {}
            FileType::Symlink => return Err(Errno::LOOP),
            FileType::Directory => {
                return Ok(Content::PassedOver("it is a folder, and folders in a calendar are not entered".to_owned()));
            }
            _ => return Ok(Content::PassedOver("it is no regular file".to_owned())),
        }
        let size = u64::try_from(stat.st_size).unwrap_or(u64::MAX);
        if size > bytes_max {
            return Ok(Content::PassedOver(too_large(size, bytes_max)));
        }
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = File::from(rustix::fs::openat(&self.fd, name, flags, Mode::empty())?);
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
        file.take(bytes_max + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?;
        if bytes.len() as u64 > bytes_max {
            return Ok(Content::PassedOver(too_large(bytes.len() as u64, bytes_max)));
        }
        Ok(Content::File { bytes, stat })
    }
}

/// The folders under `root` that are calendars.
pub(super) fn calendar_names(root: &Path) -> Result<Vec<String>, ProviderError> {
    let unlisted = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => ProviderError {
            kind: ErrorKind::NotFound,
            message: format!("{} does not exist: create it, or correct the account's path", root.display()),
        },
        _ => failed("list the calendars in", root, &error),
    };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(root).map_err(unlisted)? {
        let entry = entry.map_err(unlisted)?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if is_segment(&name) && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            names.push(name);
        }
    }
    Ok(names)
}

fn open_folder(path: &Path) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    rustix::fs::open(path, flags, Mode::empty())
}

fn folder_error(path: &Path, errno: Errno) -> ProviderError {
    let shown = path.display();
    let (kind, message) = match errno {
        Errno::NOENT => (
            ErrorKind::NotFound,
            format!(
                "there is no calendar folder {shown}: create it, or correct the account's path or the calendar's name"
            ),
        ),
        Errno::NOTDIR | Errno::LOOP => (
            ErrorKind::Unavailable,
            format!(
                "{shown} is no folder (symbolic links are not followed): name the real folder as the account's path"
            ),
        ),
        Errno::ACCESS | Errno::PERM => (
            ErrorKind::Unavailable,
            format!(
                "no permission to list the calendar folder {shown}: give the user that seawall runs as read and search rights"
            ),
        ),
        _ => (ErrorKind::Unavailable, format!("can't list the calendar folder {shown}: {errno}")),
    };
    ProviderError { kind, message }
}

fn too_large(size: u64, bytes_max: u64) -> String {
    format!("it has {size} bytes and more than {bytes_max} are not read; it could hold busy time")
}

/// The names of a folder, sorted out.
#[derive(Debug, Default)]
struct Listing {
    names: Vec<String>,
    warnings: Vec<String>,
    incomplete: Option<String>,
}

/// Keeps what may be an object, in order. Takes the entries as values so that a failure midway can be shown to
/// leave an incomplete listing.
fn list(path: &Path, entries: impl Iterator<Item = Result<Vec<u8>, Errno>>) -> Listing {
    let mut listing = Listing::default();
    for entry in entries {
        match entry {
            Ok(name) if name.starts_with(b".") || !is_ics(&name) => {}
            Ok(name) => match String::from_utf8(name) {
                Ok(name) => listing.names.push(name),
                Err(error) => {
                    let name = String::from_utf8_lossy(error.as_bytes()).into_owned();
                    listing.warnings.push(format!("{} is not read: its name is not UTF-8", path.join(name).display()));
                }
            },
            Err(errno) => {
                listing.incomplete = Some(format!("listing {} broke off: {errno}", path.display()));
                break;
            }
        }
    }
    listing.names.sort_unstable();
    listing.warnings.sort_unstable();
    listing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_that_breaks_off_is_incomplete() {
        let entries = [Ok(b"b.ics".to_vec()), Ok(b"a.ICS".to_vec()), Err(Errno::IO), Ok(b"c.ics".to_vec())];
        let listing = list(Path::new("/calendars/work"), entries.into_iter());
        assert_eq!(listing.names, ["a.ICS", "b.ics"]);
        assert!(listing.incomplete.is_some_and(|why| why.contains("/calendars/work")));
    }

    #[test]
    fn a_file_that_vanishes_after_the_listing_is_just_gone() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("work")).unwrap();
        std::fs::write(root.path().join("work/here.ics"), "BEGIN").unwrap();
        let folder = Folder::open(root.path(), "work").unwrap();
        let names = vec!["gone.ics".to_owned(), "here.ics".to_owned()];
        let listing = Listing { names, ..Listing::default() };
        let reading = folder.read_listed(listing, &Known::nothing(), &mut Seen::default(), Instant::now()).unwrap();
        assert_eq!(reading.objects.iter().map(|object| &*object.href).collect::<Vec<_>>(), ["here.ics"]);
        assert_eq!((reading.unreadable, reading.warnings, reading.incomplete), (vec![], vec![], None));
    }

    #[test]
    fn only_one_visible_segment_that_ends_in_ics_names_an_object() {
        for good in ["a.ics", "A.ICS", "ä b.ics", "a..ics", "x.tmp.ics"] {
            assert!(ObjectName::new(good).is_ok(), "{good:?}");
        }
        for bad in ["", ".", "..", ".ics", ".a.ics", "a", "a.ics/", "../a.ics", "b/a.ics", "/a.ics", "a\0.ics", "ics"] {
            assert!(ObjectName::new(bad).is_err(), "{bad:?}");
        }
    }
}
