//! Who else works on this state or holds in this calendar on this machine: the locks of a command that writes, and those
//! that a daemon keeps. How a lock works is the store's.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::fail::Fail;
use super::shell::{LOCK_WAIT, Shell, runtime_dir, short_hash};
use crate::calendar::CalendarId;
use crate::config::settings::{Account, Source};
use crate::store::lock::{self, Holder, Lock, LockError};

/// How long a daemon waits for a lock: whoever looks who has it, has it for a moment.
const LOOK_WAIT: Duration = Duration::from_secs(1);

impl Shell {
    /// The locks of a writing command: one for the state, and one named after the hold calendar, so that two
    /// configs on this machine don't write to one calendar at a time.
    pub(super) async fn lock(&self) -> Result<Vec<Lock>, Fail> {
        self.refuse_beside_another_state()?;
        let mut locks = Vec::new();
        for file in self.lock_files() {
            locks.push(lock::acquire(&file, LOCK_WAIT).await?);
        }
        // One may have begun while this waited.
        self.refuse_beside_another_state()?;
        Ok(locks)
    }

    /// What a writing command locks, in order.
    pub(super) fn lock_files(&self) -> Vec<PathBuf> {
        let mut files = vec![self.settings.state_dir.join("lock")];
        files.extend(self.hold_calendar_file("lock"));
        files
    }

    /// A daemon that holds in this calendar by another state would take what is done by this one for a person's doing,
    /// and the other way round.
    fn refuse_beside_another_state(&self) -> Result<(), Fail> {
        let Some(holder) = self.hold_calendar_file("run.lock").map(|file| lock::holder(&file)).transpose()?.flatten()
        else {
            return Ok(());
        };
        let daemon = Daemon::of(&holder);
        let state = &self.settings.state_dir;
        // On a full disk it could not say which state is its own: then it is this one, if a daemon works on that.
        let is_silent = daemon.state.as_os_str().is_empty();
        let is_its_own = if is_silent {
            lock::holder(&state.join("run.lock"))?.is_some()
        } else {
            real(&daemon.state) == real(state)
        };
        if is_its_own {
            return Ok(());
        }
        Err(anyhow::anyhow!(
            "{} holds in the same calendar, {}; what is done by another state ({}) would be a stranger's doing to it: \
             use its config, or stop it first",
            daemon.who(),
            daemon.by_what(),
            state.display()
        )
        .into())
    }

    /// The locks that a daemon keeps as long as it runs: one works on a state, and one of this machine on a hold
    /// calendar, for two with the same instance would take each other's work for a person's. What it holds already it
    /// keeps, as far as that is still locked by it and wanted.
    pub(super) async fn lock_as_daemon(&self, held: &mut Vec<Lock>) -> Result<(), Fail> {
        let of_state = (self.settings.state_dir.join("run.lock"), "works on this state already");
        let of_calendar = self.hold_calendar_file("run.lock").map(|file| (file, "holds in the same calendar already"));
        let files: Vec<(PathBuf, &str)> = std::iter::once(of_state).chain(of_calendar).collect();
        let about = Daemon::about(&self.settings.file, &self.settings.state_dir);
        for (file, what) in &files {
            if held.iter().any(|lock| lock.is_on(file)) {
                continue;
            }
            match lock::acquire_saying(file, LOOK_WAIT, &about).await {
                Ok(lock) => held.push(lock),
                Err(LockError::Held { holder, .. }) => {
                    let daemon = Daemon::of(&holder);
                    return Err(anyhow::anyhow!(
                        "{} {what}, {}; `seawall status` with its config shows how it goes",
                        daemon.who(),
                        daemon.by_what()
                    )
                    .into());
                }
                Err(error) => return Err(error.into()),
            }
        }
        held.retain(|lock| files.iter().any(|(file, _)| lock.is_on(file)));
        Ok(())
    }

    /// A file in the runtime folder that is named after the hold calendar.
    fn hold_calendar_file(&self, end: &str) -> Option<PathBuf> {
        let id = self.settings.hold_calendar.as_ref()?;
        let account = self.settings.accounts.iter().find(|account| account.name == id.account)?;
        let name = name_of(account, id)?;
        Some(runtime_dir().join(format!("hold-{}.{end}", short_hash(name.as_bytes()))))
    }
}

/// A daemon that keeps others out.
struct Daemon {
    pid: Option<u32>,
    config: PathBuf,
    state: PathBuf,
}

impl Daemon {
    /// What a daemon says of itself.
    fn about(config: &Path, state: &Path) -> Vec<u8> {
        [config.as_os_str().as_bytes(), b"\0", state.as_os_str().as_bytes()].concat()
    }

    fn of(holder: &Holder) -> Self {
        let mut parts = holder.about.splitn(2, |byte| *byte == 0).map(|part| OsString::from_vec(part.to_owned()));
        let mut next = || parts.next().map(PathBuf::from).unwrap_or_default();
        Self { pid: holder.pid, config: next(), state: next() }
    }

    fn who(&self) -> String {
        let pid = self.pid.map_or_else(|| "?".to_owned(), |pid| pid.to_string());
        format!("another `seawall run` (process {pid})")
    }

    fn by_what(&self) -> String {
        format!("with the config {} and the state in {}", self.config.display(), self.state.display())
    }
}

/// Where a path leads, as far as there is something.
fn real(path: &Path) -> PathBuf {
    match (fs::canonicalize(path), path.parent(), path.file_name()) {
        (Ok(real), ..) => real,
        (Err(_), Some(parent), Some(name)) => real(parent).join(name),
        (Err(_), ..) => path.to_owned(),
    }
}

/// Names the hold calendar alike for every config that writes to it, as far as a config alone can tell: what a server
/// calls a calendar beside its name, and where a domain leads, only the server knows.
fn name_of(account: &Account, id: &CalendarId) -> Option<OsString> {
    let calendar = id.calendar.trim_end_matches('/');
    match &account.source {
        Source::Vdir { path } => Some(real(&path.join(&id.calendar)).into()),
        // The address may be that of the domain, of the server, of a principal or of the calendar.
        Source::CalDav { url, username, .. } => {
            let host = url.host_str().unwrap_or_default();
            let port = url.port_or_known_default().unwrap_or_default();
            Some(format!("caldav {host}:{port} {} {calendar}", username.as_deref().unwrap_or_default()).into())
        }
        // An id is an address, unique at Google; that of the primary calendar is its user's.
        Source::Google { client_id, .. } => Some(match (calendar, account.emails.as_slice()) {
            (address, _) if address.contains('@') => format!("google {}", address.to_lowercase()).into(),
            ("primary", [email]) => format!("google {email}").into(),
            _ => format!("google {client_id} {} {calendar}", account.name).into(),
        }),
        Source::IcsFile { .. } | Source::IcsAddress { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{self, Environment};

    /// The name of the hold calendar of a config with that account.
    fn name(account: &str) -> OsString {
        let text = format!(
            "[hours]\nwork = [{{ days = \"mon-fri\", from = \"08:30\", to = \"17:30\" }}]\n[[account]]\n{account}"
        );
        let environment = Environment { home: Some("/home/anna".into()), ..Environment::default() };
        let settings = config::parse(&text, Path::new("/home/anna/s.toml"), &environment).unwrap();
        name_of(&settings.accounts[0], settings.hold_calendar.as_ref().unwrap()).unwrap()
    }

    fn caldav(url: &str, username: &str, calendar: &str) -> OsString {
        name(&format!(
            "name = \"a\"\nprovider = \"caldav\"\nurl = \"{url}\"\nusername = \"{username}\"\n\
             password = {{ command = [\"pass\"] }}\ncalendars = [{{ name = \"{calendar}\", use = \"read+hold\" }}]\n"
        ))
    }

    #[test]
    fn one_calendar_of_a_server_has_one_name_however_its_address_is_written() {
        let one = caldav("https://cloud.example.org", "anna", "Work");
        for url in ["cloud.example.org", "https://Cloud.Example.org:443/", "https://cloud.example.org/remote.php/dav/"]
        {
            assert_eq!(caldav(url, "anna", "Work"), one, "{url}");
        }
        assert_ne!(caldav("https://cloud.example.org:8443/", "anna", "Work"), one);
        assert_ne!(caldav("https://cloud.example.org", "ben", "Work"), one);
        assert_ne!(caldav("https://cloud.example.org", "anna", "Home"), one);
        assert_eq!(caldav("https://a.org", "anna", "/dav/work/"), caldav("https://a.org", "anna", "/dav/work"));
    }

    fn google(account: &str, client: &str, emails: &str, calendar: &str) -> OsString {
        name(&format!(
            "name = \"{account}\"\nprovider = \"google\"\nclient_id = \"{client}\"\nemails = [{emails}]\n\
             calendars = [{{ name = \"{calendar}\", use = \"read+hold\" }}]\n"
        ))
    }

    #[test]
    fn a_folder_that_is_yet_to_be_made_has_one_name_by_every_way_that_leads_there() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("real")).unwrap();
        std::os::unix::fs::symlink("real", root.path().join("link")).unwrap();
        let vdir = |folder: &str| {
            let path = root.path().join(folder);
            let path = path.display();
            name(&format!(
                "name = \"a\"\nprovider = \"vdir\"\npath = \"{path}\"\ncalendars = [{{ name = \"w\", use = \"read+hold\" }}]\n"
            ))
        };
        let before = vdir("link");
        assert_eq!(vdir("real"), before);
        fs::create_dir(root.path().join("real/w")).unwrap();
        assert_eq!(vdir("link"), before);
    }

    #[test]
    fn one_calendar_at_google_has_one_name_whatever_its_account_is_called_here() {
        let one = google("a", "x", "\"anna@example.org\"", "primary");
        assert_eq!(google("b", "y", "", "Anna@example.org"), one);
        assert_eq!(google("b", "y", "\"anna@example.org\"", "primary"), one);
        assert_ne!(google("a", "x", "\"ben@example.org\"", "primary"), one);
        assert_ne!(
            google("a", "x", "", "primary"),
            google("b", "x", "", "primary"),
            "nothing says that it is the same"
        );
    }
}
