//! Where files are: what paths in a config are relative to, where state goes, where a config is looked for.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::system::Environment;
use super::tree::Wrong;

/// Where a system-wide config lies.
const SYSTEM_CONFIG: &str = "/etc/seawall/seawall.toml";

/// What paths in a config mean.
#[derive(Clone, Copy)]
pub(super) struct Base<'a> {
    /// The config file, absolute.
    pub(super) file: &'a Path,
    /// Home and the standard folders.
    pub(super) env: &'a Environment,
}

impl Base<'_> {
    /// The path relative to the config file, `~` expanded.
    pub(super) fn resolve(&self, text: &str) -> Result<PathBuf, Wrong> {
        if text.is_empty() || text.contains('\0') {
            return Err("a path".into());
        }
        let folder = self.file.parent().unwrap_or(Path::new("/"));
        let rest = match text.strip_prefix('~') {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => rest.trim_start_matches('/'),
            Some(_) => return Err("a path; only one's own ~/ can be expanded".into()),
            // A lone dot adds nothing: the folder itself.
            None if text == "." => return Ok(folder.to_owned()),
            None => return Ok(folder.join(text.strip_prefix("./").unwrap_or(text))),
        };
        let home = self.env.home.as_ref().ok_or(Wrong::from("a path without ~, for there is no home folder"))?;
        Ok(if rest.is_empty() { home.clone() } else { home.join(rest) })
    }

    /// Where state goes when the config does not say.
    pub(super) fn state_dir(&self) -> Option<PathBuf> {
        if let Some(dir) = &self.env.state_directory {
            return Some(dir.clone());
        }
        let state = match (&self.env.xdg_state_home, &self.env.home) {
            (Some(state), _) => state.clone(),
            (None, Some(home)) => home.join(".local/state"),
            (None, None) => return None,
        };
        let digest = Sha256::digest(self.file.as_os_str().as_encoded_bytes());
        let name = digest.iter().take(8).fold(0_u64, |name, byte| (name << 8) | u64::from(*byte));
        Some(state.join("seawall").join(format!("{name:016x}")))
    }
}

/// There is no config at any of the usual places.
#[derive(Debug, thiserror::Error)]
#[error("no config found, looked for {}; `seawall init` makes one, `seawall demo` needs none", list(looked))]
pub struct NoConfig {
    /// Where it was looked for.
    pub looked: Vec<PathBuf>,
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(" and ")
}

/// The config to use: the one named, else the user's, else the system's.
///
/// # Errors
/// Where none is named and none is found.
pub fn find(explicit: Option<&Path>, env: &Environment) -> Result<PathBuf, NoConfig> {
    if let Some(path) = explicit {
        return Ok(path.to_owned());
    }
    let config_home = env.xdg_config_home.clone().or_else(|| env.home.as_ref().map(|home| home.join(".config")));
    let mut looked: Vec<PathBuf> = config_home.map(|dir| dir.join("seawall/seawall.toml")).into_iter().collect();
    looked.push(PathBuf::from(SYSTEM_CONFIG));
    looked.iter().find(|path| path.exists()).cloned().ok_or(NoConfig { looked: looked.clone() })
}
