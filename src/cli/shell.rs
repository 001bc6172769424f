//! What most commands stand on: config, clock, zones, accounts and store, put together once. Names no adapter.

use std::cell::OnceCell;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use sha2::{Digest as _, Sha256};

use super::accounts::Maker;
use super::args::Cli;
use super::fail::Fail;
use super::service;
use super::zones::newest_zones;
use crate::calendar::time::Span;
use crate::calendar::zones::Zones;
use crate::config::settings::Settings;
use crate::config::{self, Environment};
use crate::cycle::clock::Clock;
use crate::cycle::outcome::Outcome;
use crate::cycle::run::{Context, Mode, cycle};
use crate::provider::any::AnyProvider;
use crate::provider::transport::Client;
use crate::report::clean;
use crate::store::lock;
use crate::store::{DATABASE, Store, StoreError};

/// What systemd makes of `RuntimeDirectory=seawall` in a unit of the system.
pub(super) const SYSTEM_RUNTIME_DIR: &str = "/run/seawall";
/// How long a writing command waits for another one to finish.
pub(super) const LOCK_WAIT: Duration = Duration::from_mins(1);

/// Everything that a command stands on, apart from the store.
#[derive(Debug)]
pub(super) struct Shell {
    /// The config.
    pub(super) settings: Settings,
    /// Its text, as it was read.
    text: String,
    /// Changes with every change of the config.
    pub(super) config_hash: String,
    /// Where the present comes from.
    pub(super) clock: Clock,
    /// The database of zones.
    pub(super) zones: Zones,
    /// This seawall.
    pub(super) instance: String,
    /// What the system said about itself.
    environment: Environment,
    /// The accounts, once they were needed; in the daemon they outlive a change of the system's time zone.
    accounts: Rc<OnceCell<Vec<AnyProvider>>>,
}

impl Shell {
    /// Reads the config and gets everything ready; reaches no account yet.
    pub(super) fn open(cli: &Cli) -> Result<Self, Fail> {
        let environment = Environment::from_system();
        let file =
            config::find(cli.config.as_deref(), &environment).map_err(|error| Fail::Config(error.to_string()))?;
        service::refuse_unreadable(&file)?;
        let shell = Self::of(&file, cli.now, &environment)?;
        service::refuse_another_state(&shell.settings, &environment)?;
        Ok(shell)
    }

    /// The same for a known config file.
    pub(super) fn of(file: &Path, now: Option<Timestamp>, environment: &Environment) -> Result<Self, Fail> {
        let text = config::text(file).map_err(|error| Fail::Config(error.to_string()))?;
        Self::of_text(text, file, now, environment)
    }

    /// The same config, whatever stands in its file by now, in the zone that the system has now; with the same accounts.
    pub(super) fn in_zone_of(&self, environment: &Environment) -> Result<Self, Fail> {
        let new = Self::of_text(self.text.clone(), &self.settings.file, None, environment)?;
        Ok(Self { accounts: Rc::clone(&self.accounts), ..new })
    }

    fn of_text(text: String, file: &Path, now: Option<Timestamp>, environment: &Environment) -> Result<Self, Fail> {
        let settings = config::load_text(&text, file, environment);
        let mut settings = settings.map_err(|error| Fail::Config(error.to_string()))?;
        let zones = newest_zones();
        if let Some(tz) = settings.policy.tz.iana_name().and_then(|name| zones.resolve(name)) {
            settings.policy.tz = tz;
        }
        let clock = now.or(settings.now).map_or(Clock::System, Clock::Standing);
        let instance = settings.instance.clone().unwrap_or_else(instance_of_machine);
        let config_hash = short_hash(text.as_bytes());
        let (environment, accounts) = (environment.clone(), Rc::default());
        Ok(Self { settings, text, config_hash, clock, zones, instance, environment, accounts })
    }

    /// The accounts in config order, open as far as their secrets can be had: those are fetched when the accounts are
    /// first asked for, all at once, for agents queue what they ask of a person. A command that reaches no account asks
    /// for none.
    pub(super) async fn accounts(&self) -> &[AnyProvider] {
        let accounts = self.late_accounts();
        join_all(accounts.iter().map(AnyProvider::open)).await;
        accounts
    }

    /// The same, each of which fetches its secret itself when something is first asked of it.
    pub(super) fn late_accounts(&self) -> &[AnyProvider] {
        self.accounts.get_or_init(|| {
            let maker = Maker {
                state_dir: self.settings.state_dir.clone(),
                environment: self.environment.clone(),
                zones: self.zones.clone(),
                instance: self.instance.clone(),
                client: Client::new(),
            };
            maker.all(&self.settings.accounts)
        })
    }

    /// The user's zone.
    pub(super) fn tz(&self) -> &TimeZone {
        &self.settings.policy.tz
    }

    /// The present.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The store, made where it is missing, with what had to be said about it.
    pub(super) fn store(&self) -> Result<Store, StoreError> {
        let opened = Store::open(&self.settings.state_dir, self.now())?;
        for warning in &opened.warnings {
            tracing::warn!("{warning}");
        }
        Ok(opened.store)
    }

    /// The store for a command that only looks: an empty one in memory where there is none yet, so that looking
    /// leaves no trace.
    pub(super) async fn store_to_look(&self) -> Result<Store, Fail> {
        let dir = &self.settings.state_dir;
        if !dir.join(DATABASE).exists() {
            return Ok(Store::in_memory()?);
        }
        let _lock = lock::acquire(&dir.join("lock"), LOCK_WAIT).await?;
        if let Some(store) = Store::open_to_look(dir)? {
            return Ok(store);
        }
        tracing::warn!(
            "{} is corrupt or has nothing in it: shown as if it were new; `seawall check` tells more",
            dir.join(DATABASE).display()
        );
        Ok(Store::in_memory()?)
    }

    /// Runs a cycle.
    pub(super) async fn cycle(&self, store: &Store, mode: Mode, also: Option<Span>) -> Result<Outcome, Fail> {
        let doubt = self.clock.doubt();
        Ok(cycle(self.context(store, mode, also, doubt.as_deref()).await).await?)
    }

    /// All that a cycle needs.
    pub(super) async fn context<'a>(
        &'a self,
        store: &'a Store,
        mode: Mode,
        also: Option<Span>,
        clock_doubt: Option<&'a str>,
    ) -> Context<'a, AnyProvider> {
        // Before the present is taken: a program may take its time to tell a secret.
        let accounts = self.accounts().await;
        Context {
            now: self.now(),
            clock: self.clock,
            clock_doubt,
            settings: &self.settings,
            config_hash: &self.config_hash,
            zones: &self.zones,
            instance: &self.instance,
            accounts,
            store,
            mode,
            thorough: false,
            also,
            stale_at: None,
        }
    }

    /// Looks without writing anything.
    pub(super) async fn look(&self, also: Option<Span>) -> Result<Outcome, Fail> {
        let store = self.store_to_look().await?;
        self.cycle(&store, Mode::Look, also).await
    }
}

/// The socket on which a daemon with that config tells how it goes. Named after the file, so that it is found also while
/// what stands in the file is wrong.
pub(super) fn socket(config: &Path) -> PathBuf {
    runtime_dir().join(socket_name(config))
}

/// Where such a socket may be: with this user's own, or with those of the system's service.
pub(super) fn sockets(config: &Path) -> [PathBuf; 2] {
    [socket(config), Path::new(SYSTEM_RUNTIME_DIR).join(socket_name(config))]
}

fn socket_name(config: &Path) -> String {
    format!("status-{}.sock", short_hash(config.as_os_str().as_encoded_bytes()))
}

/// Says what a report that has no place for it would leave out.
pub(super) fn warn(outcome: &Outcome) {
    for warning in &outcome.warnings {
        tracing::warn!("{}", clean(&warning.text));
    }
}

/// Names this machine: a hash of `/etc/machine-id` (which is not to be shown to others), else of the host's name.
fn instance_of_machine() -> String {
    let id = std::fs::read_to_string("/etc/machine-id").ok().filter(|id| !id.trim().is_empty());
    let name = id.unwrap_or_else(|| rustix::system::uname().nodename().to_string_lossy().into_owned());
    short_hash(format!("seawall {}", name.trim()).as_bytes())
}

/// A short name for what is too long, or not to be shown.
pub(super) fn short_hash(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().take(8).fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// The folder for locks and the socket. Where nobody named one (cron), the one of the user's services; never one that
/// somebody else could have made before.
pub(super) fn runtime_dir() -> PathBuf {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let of_user = || {
        let user = rustix::process::getuid().as_raw();
        let dir = PathBuf::from(format!("/run/user/{user}"));
        std::fs::metadata(&dir).is_ok_and(|found| found.uid() == user).then_some(dir)
    };
    let below_home = || absolute("XDG_STATE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/state")));
    absolute("RUNTIME_DIRECTORY").unwrap_or_else(|| {
        let dir = absolute("XDG_RUNTIME_DIR").or_else(of_user).map(|dir| dir.join("seawall"));
        dir.or_else(|| below_home().map(|dir| dir.join("seawall/run"))).unwrap_or_else(|| SYSTEM_RUNTIME_DIR.into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "[hours]\nwork = [{ days = \"mon-fri\", from = \"08:30\", to = \"17:30\" }]\n[[account]]\n\
                        name = \"a\"\nprovider = \"vdir\"\npath = \"p\"\ncalendars = [{ name = \"work\" }]\n";

    #[test]
    fn a_change_of_zone_takes_over_no_config_that_nobody_asked_to_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("seawall.toml");
        std::fs::write(&file, TEXT).unwrap();
        let at = |zone: &str| Environment {
            home: Some(folder.path().into()),
            timezone: Some(zone.to_owned()),
            ..Environment::default()
        };
        let shell = Shell::of(&file, None, &at("Europe/Berlin")).unwrap();
        std::fs::write(&file, TEXT.replace("\"a\"", "\"b\"")).unwrap();
        let moved = shell.in_zone_of(&at("Asia/Tokyo")).unwrap();
        assert_eq!(moved.tz().iana_name(), Some("Asia/Tokyo"));
        assert_eq!((&*moved.settings.accounts[0].name, &moved.config_hash), ("a", &shell.config_hash));
        assert!(std::ptr::eq(moved.late_accounts(), shell.late_accounts()), "who is open stays open");
        let read = Shell::of(&file, None, &at("Asia/Tokyo")).unwrap();
        assert_eq!(read.settings.accounts[0].name, "b");
    }
}
