//! Writes into a calendar's folder: whole files, put in place in one step and on the disk before the call returns.
//! A file of another program is never opened for writing, nor replaced without its content having been checked.

use std::fs::File;
use std::io::Write as _;
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, RenameFlags};
use rustix::io::Errno;

use super::folder::{Content, Folder, OBJECT_BYTES_MAX, ObjectName, etag_of};
use super::{changed, failed, missing, write_failed};
use crate::provider::{ErrorKind, Etag, ProviderError};

/// Hidden and no `.ics`: every program that reads vdirs passes such a file over.
const TEMP_PREFIX: &str = ".seawall-";
const TEMP_SUFFIX: &str = ".tmp";
/// How often an exchange is undone and done again before it is left to the next cycle.
const EXCHANGES_MAX: usize = 4;

/// Puts a new file in place, unless there is one of that name.
pub(super) fn create(folder: &Folder, name: ObjectName<'_>, body: &[u8]) -> Result<(), ProviderError> {
    let temp = Temp::write(folder, body, None)?;
    let placed = match place_by_rename(&temp, name) {
        Err(errno) if is_unsupported(errno) => place_by_link(&temp, name),
        placed => placed,
    };
    placed.map_err(|errno| match errno {
        Errno::EXIST => {
            let message = format!("{} is there already", folder.path_of(name).display());
            ProviderError { kind: ErrorKind::Precondition, message }
        }
        errno => write_failed("create", &folder.path_of(name), errno),
    })?;
    drop(temp);
    sync(folder)
}

/// Replaces a file that is still at `etag`; its mode stays.
pub(super) fn update(folder: &Folder, name: ObjectName<'_>, etag: &Etag, body: &[u8]) -> Result<(), ProviderError> {
    let mode = expect(folder, name, etag)?;
    let mut temp = Temp::write(folder, body, Some(mode))?;
    match replace_by_exchange(&mut temp, name, etag, body) {
        Err(Failure::Unsupported) => replace_by_rename(&temp, name, etag)?,
        Err(Failure::Refused(error)) => return Err(error),
        Ok(()) => {}
    }
    drop(temp);
    sync(folder)
}

/// Removes a file that is still at `etag`.
pub(super) fn delete(folder: &Folder, name: ObjectName<'_>, etag: &Etag) -> Result<(), ProviderError> {
    expect(folder, name, etag)?;
    rustix::fs::unlinkat(&folder.fd, name.as_str(), AtFlags::empty())
        .map_err(|errno| write_failed("delete", &folder.path_of(name), errno))?;
    sync(folder)
}

/// Removes our own temporary files that a crash left. A failure is no matter: they disturb nobody.
pub(super) fn sweep(folder: &Folder) {
    let Ok(entries) = Dir::read_from(&folder.fd) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let bytes = name.to_bytes();
        if !bytes.starts_with(TEMP_PREFIX.as_bytes()) || !bytes.ends_with(TEMP_SUFFIX.as_bytes()) {
            continue;
        }
        let stat = rustix::fs::statat(&folder.fd, name, AtFlags::SYMLINK_NOFOLLOW);
        if stat.is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile) {
            let _ = rustix::fs::unlinkat(&folder.fd, name, AtFlags::empty());
        }
    }
}

fn is_at(content: &Content, etag: &Etag) -> bool {
    matches!(content, Content::File { bytes, .. } if etag_of(bytes) == *etag)
}

/// The mode of the file where it is at `etag`.
fn expect(folder: &Folder, name: ObjectName<'_>, etag: &Etag) -> Result<Mode, ProviderError> {
    let path = folder.path_of(name);
    match folder.content(name) {
        Content::File { bytes, stat } if etag_of(&bytes) == *etag => Ok(Mode::from_raw_mode(stat.st_mode)),
        Content::File { .. } => Err(changed(&path)),
        Content::Gone => Err(missing(&path)),
        Content::PassedOver(why) | Content::Unreadable(why) => Err(failed("replace or delete", &path, &why)),
    }
}

fn sync(folder: &Folder) -> Result<(), ProviderError> {
    rustix::fs::fsync(&folder.fd).map_err(|errno| failed("put on the disk what was written to", folder.path(), &errno))
}

/// A whole file under a hidden name; removed when dropped.
struct Temp<'a> {
    folder: &'a Folder,
    name: String,
}

impl<'a> Temp<'a> {
    /// Writes it and waits until it is on the disk. Without a mode it gets the usual one.
    fn write(folder: &'a Folder, body: &[u8], mode: Option<Mode>) -> Result<Self, ProviderError> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("{TEMP_PREFIX}{}-{number}{TEMP_SUFFIX}", std::process::id());
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        // The umask takes its part from the usual mode; one that is given shall hold bit by bit, and meanwhile
        // nobody else shall read the file.
        let first = mode.map_or(Mode::from_raw_mode(0o644), |_| Mode::from_raw_mode(0o600));
        let fd = rustix::fs::openat(&folder.fd, name.as_str(), flags, first)
            .map_err(|errno| write_failed("write to", folder.path(), errno))?;
        let temp = Self { folder, name };
        let mut file = File::from(fd);
        let written = file.write_all(body).and_then(|()| match mode {
            Some(mode) => rustix::fs::fchmod(&file, mode).map_err(Into::into),
            None => Ok(()),
        });
        written.and_then(|()| file.sync_all()).map_err(|error| failed("write to", folder.path(), &error))?;
        Ok(temp)
    }

    fn rename(&self, to: &str, flags: RenameFlags) -> Result<(), Errno> {
        rustix::fs::renameat_with(&self.folder.fd, self.name.as_str(), &self.folder.fd, to, flags)
    }

    fn content(&self) -> Content {
        self.folder.file(&self.name, OBJECT_BYTES_MAX)
    }

    /// Takes the file out of the reach of every clean-up: it holds what another program wrote.
    fn keep(&mut self) -> String {
        let kept = self.name.replace(TEMP_SUFFIX, ".kept");
        if self.rename(&kept, RenameFlags::NOREPLACE).is_ok() {
            self.name.clear();
            return kept;
        }
        std::mem::take(&mut self.name)
    }
}

impl Drop for Temp<'_> {
    fn drop(&mut self) {
        if !self.name.is_empty() {
            let _ = rustix::fs::unlinkat(&self.folder.fd, self.name.as_str(), AtFlags::empty());
        }
    }
}

/// Whether the errno says that the file system lacks the call.
fn is_unsupported(errno: Errno) -> bool {
    [Errno::INVAL, Errno::NOSYS, Errno::NOTSUP, Errno::OPNOTSUPP].contains(&errno)
}

fn place_by_rename(temp: &Temp<'_>, name: ObjectName<'_>) -> Result<(), Errno> {
    temp.rename(name.as_str(), RenameFlags::NOREPLACE)
}

/// A hard link fails where the name is taken, too.
fn place_by_link(temp: &Temp<'_>, name: ObjectName<'_>) -> Result<(), Errno> {
    let fd = &temp.folder.fd;
    let linked = rustix::fs::linkat(fd, temp.name.as_str(), fd, name.as_str(), AtFlags::empty());
    // PERM is how a file system says that it has no hard links; that it can be written, the temporary file showed.
    linked.map_err(|errno| if errno == Errno::PERM { Errno::NOTSUP } else { errno })
}

enum Failure {
    Unsupported,
    Refused(ProviderError),
}

/// Swaps the two files and looks at what came out. Where that is not what was expected, another program wrote
/// in between: the files are swapped back until the temporary one is ours again.
fn replace_by_exchange(temp: &mut Temp<'_>, name: ObjectName<'_>, etag: &Etag, body: &[u8]) -> Result<(), Failure> {
    let path = temp.folder.path_of(name);
    match temp.rename(name.as_str(), RenameFlags::EXCHANGE) {
        Err(errno) if is_unsupported(errno) => return Err(Failure::Unsupported),
        Err(errno) => return Err(Failure::Refused(write_failed("replace", &path, errno))),
        Ok(()) => {}
    }
    if is_at(&temp.content(), etag) {
        return Ok(());
    }
    let ours = etag_of(body);
    for _ in 0..EXCHANGES_MAX {
        let swapped = match temp.rename(name.as_str(), RenameFlags::EXCHANGE) {
            // Ours was removed meanwhile; theirs goes where it came from.
            Err(Errno::NOENT) => temp.rename(name.as_str(), RenameFlags::NOREPLACE),
            swapped => swapped,
        };
        if swapped.is_err() {
            break;
        }
        let content = temp.content();
        if matches!(content, Content::Gone) || is_at(&content, &ours) {
            return Err(Failure::Refused(changed(&path)));
        }
    }
    let kept = temp.folder.path().join(temp.keep());
    let why = format!("another program wrote it at the same moment; its version is in {}", kept.display());
    Err(Failure::Refused(failed("replace", &path, &why)))
}

/// The best that a file system without exchange allows: the check and the step are two, with little in between.
fn replace_by_rename(temp: &Temp<'_>, name: ObjectName<'_>, etag: &Etag) -> Result<(), ProviderError> {
    expect(temp.folder, name, etag)?;
    let fd = &temp.folder.fd;
    rustix::fs::renameat(fd, temp.name.as_str(), fd, name.as_str())
        .map_err(|errno| write_failed("replace", &temp.folder.path_of(name), errno))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    const OLD: &[u8] = b"old";
    const NEW: &[u8] = b"new";

    /// Runs a step on `a.ics`, which holds `before`, with a temporary file that holds the new content; then compares
    /// what is there.
    #[track_caller]
    fn check(before: Option<&[u8]>, step: impl FnOnce(&mut Temp<'_>, ObjectName<'_>), after: Option<&[u8]>) {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("work/a.ics");
        fs::create_dir(root.path().join("work")).unwrap();
        if let Some(before) = before {
            fs::write(&path, before).unwrap();
        }
        let folder = Folder::open(root.path(), "work").unwrap();
        let mut temp = Temp::write(&folder, NEW, None).unwrap();
        step(&mut temp, ObjectName::new("a.ics").unwrap());
        drop(temp);
        assert_eq!(fs::read(&path).ok().as_deref(), after);
        assert_eq!(files(path.parent().unwrap()), usize::from(after.is_some()), "nothing else is left behind");
    }

    fn files(dir: &Path) -> usize {
        fs::read_dir(dir).unwrap().count()
    }

    fn kind(result: Result<(), Failure>) -> Option<ErrorKind> {
        match result {
            Ok(()) => None,
            Err(Failure::Refused(error)) => Some(error.kind),
            Err(Failure::Unsupported) => panic!("this file system has no exchange; run the tests on another"),
        }
    }

    #[test]
    fn an_exchange_puts_the_new_content_in_place() {
        let step = |temp: &mut Temp<'_>, name: ObjectName<'_>| {
            assert_eq!(kind(replace_by_exchange(temp, name, &etag_of(OLD), NEW)), None);
        };
        check(Some(OLD), step, Some(NEW));
    }

    #[test]
    fn an_exchange_gives_back_what_another_program_wrote_after_the_check() {
        let step = |temp: &mut Temp<'_>, name: ObjectName<'_>| {
            let result = replace_by_exchange(temp, name, &etag_of(OLD), NEW);
            assert_eq!(kind(result), Some(ErrorKind::Precondition));
        };
        check(Some(b"theirs"), step, Some(b"theirs"));
    }

    #[test]
    fn an_exchange_makes_no_file_where_another_program_deleted_it_after_the_check() {
        let step = |temp: &mut Temp<'_>, name: ObjectName<'_>| {
            assert_eq!(kind(replace_by_exchange(temp, name, &etag_of(OLD), NEW)), Some(ErrorKind::NotFound));
        };
        check(None, step, None);
    }

    #[test]
    fn without_exchange_the_content_is_checked_once_more() {
        let step = |temp: &mut Temp<'_>, name: ObjectName<'_>| {
            let error = replace_by_rename(temp, name, &etag_of(OLD)).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Precondition);
        };
        check(Some(b"theirs"), step, Some(b"theirs"));
        check(Some(OLD), |temp, name| replace_by_rename(temp, name, &etag_of(OLD)).unwrap(), Some(NEW));
    }

    #[test]
    fn neither_way_of_creating_overwrites() {
        check(Some(OLD), |temp, name| assert_eq!(place_by_rename(temp, name), Err(Errno::EXIST)), Some(OLD));
        check(Some(OLD), |temp, name| assert_eq!(place_by_link(temp, name), Err(Errno::EXIST)), Some(OLD));
        check(None, |temp, name| place_by_rename(temp, name).unwrap(), Some(NEW));
        check(None, |temp, name| place_by_link(temp, name).unwrap(), Some(NEW));
    }

    #[test]
    fn what_is_kept_survives_the_next_sweep() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("work")).unwrap();
        let folder = Folder::open(root.path(), "work").unwrap();
        let mut temp = Temp::write(&folder, b"theirs", None).unwrap();
        let kept = temp.keep();
        drop(temp);
        sweep(&folder);
        assert_eq!(fs::read(root.path().join("work").join(kept)).unwrap(), b"theirs");
    }
}
