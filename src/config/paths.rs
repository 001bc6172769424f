//! Where files are: what paths in a config are relative to, where state goes, where a config is looked for.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
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
        let digest = Sha256::digest(identity(self.file).as_os_str().as_encoded_bytes());
        let name = digest.iter().take(8).fold(0_u64, |name, byte| (name << 8) | u64::from(*byte));
        Some(state.join("seawall").join(format!("{name:016x}")))
    }
}

/// The one name of a config file, whichever path leads to it: what is kept for it (the state, the socket) is named
/// after this. Links are followed, but not to a file that nobody may write: there a change of the config is another
/// file (as in the stores of Nix and Guix), and the link is what stays.
pub fn identity(file: &Path) -> PathBuf {
    let is_kept = |real: &PathBuf| fs::metadata(real).is_ok_and(|found| found.permissions().mode() & 0o222 != 0);
    fs::canonicalize(file).ok().filter(is_kept).unwrap_or_else(|| file.to_owned())
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

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_config_has_one_name_by_every_path_unless_what_a_link_points_at_is_replaced_and_never_written() {
        let root = tempfile::tempdir().unwrap();
        let path = |name: &str| fs::canonicalize(root.path()).unwrap().join(name);
        fs::create_dir(path("real")).unwrap();
        fs::write(path("real/seawall.toml"), "").unwrap();
        symlink("real/seawall.toml", path("link.toml")).unwrap();
        symlink("real", path("folder")).unwrap();
        for name in ["real/seawall.toml", "link.toml", "folder/seawall.toml"] {
            assert_eq!(identity(&path(name)), path("real/seawall.toml"), "{name}");
        }
        fs::set_permissions(path("real/seawall.toml"), fs::Permissions::from_mode(0o444)).unwrap();
        assert_eq!(identity(&path("link.toml")), path("link.toml"));
        assert_eq!(identity(&path("missing.toml")), path("missing.toml"));
    }
}
