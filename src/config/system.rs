//! What the config takes from the system: home, the standard folders, the time zone and the user. The one place that asks.

use std::path::PathBuf;

/// The part of the process's surroundings that a config depends on; tests make their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// The user's home folder.
    pub home: Option<PathBuf>,
    /// `$XDG_CONFIG_HOME`, if it is absolute (XDG Base Directory Specification: relative ones are ignored).
    pub xdg_config_home: Option<PathBuf>,
    /// `$XDG_STATE_HOME`, if it is absolute.
    pub xdg_state_home: Option<PathBuf>,
    /// `$STATE_DIRECTORY`, which systemd sets; of several the first.
    pub state_directory: Option<PathBuf>,
    /// `$CREDENTIALS_DIRECTORY`, which systemd sets where the unit has credentials.
    pub credentials_directory: Option<PathBuf>,
    /// The IANA name of the system's time zone; none where it can't be told.
    pub timezone: Option<String>,
    /// The user as whom the program runs.
    pub user: u32,
}

impl Environment {
    /// Asks the system.
    pub fn from_system() -> Self {
        let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let state_directory = std::env::var("STATE_DIRECTORY").ok().and_then(|list| {
            let first = list.split(':').next().map(PathBuf::from);
            first.filter(|path| path.is_absolute())
        });
        Self {
            home: std::env::home_dir().filter(|path| path.is_absolute()),
            xdg_config_home: absolute("XDG_CONFIG_HOME"),
            xdg_state_home: absolute("XDG_STATE_HOME"),
            state_directory,
            credentials_directory: absolute("CREDENTIALS_DIRECTORY"),
            timezone: system_zone(),
            user: rustix::process::geteuid().as_raw(),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that asks the system for its zone")]
fn system_zone() -> Option<String> {
    let zone = jiff::tz::TimeZone::system();
    zone.iana_name().filter(|_| !zone.is_unknown()).map(str::to_owned)
}
