//! Commands beside the system service: its state, tokens and credentials belong to a user that exists only while it
//! runs, so commands run as that user too, by one line.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::fail::Fail;
use crate::config::Environment;
use crate::config::settings::Settings;

/// The config of the service.
const CONFIG: &str = "/etc/seawall/seawall.toml";
/// Its state; a link to the second, as systemd makes it for a user that exists only while it runs.
const STATES: [&str; 2] = ["/var/lib/seawall", "/var/lib/private/seawall"];
/// What is there once the service ran, or a command as it, or once it was enabled.
const MARKS: [&str; 2] = [STATES[0], "/etc/systemd/system/multi-user.target.wants/seawall.service"];
/// Where its unit may lie before that.
const UNITS: [&str; 3] = [
    "/etc/systemd/system/seawall.service",
    "/usr/lib/systemd/system/seawall.service",
    "/lib/systemd/system/seawall.service",
];
/// What is there where systemd runs the machine.
const SYSTEMD: &str = "/run/systemd/system";

/// How a command runs as the service: its user, state, runtime folder (which must outlive the command) and credentials.
pub const AS_SERVICE: &str = "systemd-run --quiet --pty --wait --collect -p DynamicUser=yes -p User=seawall \
-p StateDirectory=seawall -p StateDirectoryMode=0700 -p RuntimeDirectory=seawall -p RuntimeDirectoryMode=0700 \
-p RuntimeDirectoryPreserve=yes -p LoadCredential=seawall:/etc/seawall/credentials seawall";

/// Refuses to go on where the config is the service's and can't be read.
///
/// # Errors
/// How to run the command as the service.
pub(super) fn refuse_unreadable(file: &Path) -> Result<(), Fail> {
    let is_closed = || File::open(file).is_err_and(|error| error.kind() == ErrorKind::PermissionDenied);
    if is_config(file) && is_closed() { Err(as_service()) } else { Ok(()) }
}

/// Refuses to go on where the config or the state is the service's, and the other one is not: two states write to one
/// calendar as if each were alone, and the service could not use what another user makes in its own.
///
/// # Errors
/// How to run the command as the service.
pub(super) fn refuse_another_state(settings: &Settings, environment: &Environment) -> Result<(), Fail> {
    let is_root = rustix::process::geteuid().is_root();
    if is_another_state(settings, environment, Path::new("/"), is_root) { Err(as_service()) } else { Ok(()) }
}

/// Whether that is the service's config.
pub(super) fn is_config(file: &Path) -> bool {
    is_same(file, Path::new(CONFIG))
}

/// How to run the command as the service.
pub(super) fn as_service() -> Fail {
    Fail::Usage(format!(
        "{CONFIG} is the config of the system service, whose state only it can use. Run commands as it, as root:\n\
         {AS_SERVICE} COMMAND"
    ))
}

fn is_same(one: &Path, other: &Path) -> bool {
    one == other || matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

fn is_another_state(settings: &Settings, environment: &Environment, root: &Path, is_root: bool) -> bool {
    let below = |path: &str| root.join(path.trim_start_matches('/'));
    let is_there = |path: &str| below(path).symlink_metadata().is_ok();
    let home = environment.home.as_ref().map(|home| home.join(".local/state"));
    let own: Vec<PathBuf> = environment.xdg_state_home.iter().cloned().chain(home).collect();
    // A folder that the config names is the same one for everybody.
    let is_own = own.iter().any(|folder| settings.state_dir.starts_with(folder.join("seawall")));
    let is_of_service = STATES.iter().any(|state| settings.state_dir.starts_with(below(state)));
    // Root has nothing to do with seawall but for the service; another user may have a service of their own by that config.
    let is_to_come = is_root && is_there(SYSTEMD) && UNITS.iter().any(|unit| is_there(unit));
    let is_used = MARKS.iter().any(|mark| is_there(mark));
    environment.state_directory.is_none()
        && (is_own && is_same(&settings.file, &below(CONFIG)) && (is_used || is_to_come)
            || is_of_service && (below(STATES[0]).is_symlink() || is_to_come))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const TEXT: &str = "[hours]\nwork = [{ days = \"mon-fri\", from = \"08:30\", to = \"17:30\" }]\n[[account]]\n\
                        name = \"a\"\nprovider = \"vdir\"\npath = \"p\"\ncalendars = [{ name = \"work\" }]\n";

    /// Whether a command is refused where these files are, by a user at home or by root.
    fn refused_to(is_root: bool, file: &str, text: &str, state_directory: Option<&str>, marks: &[&str]) -> bool {
        let root = tempfile::tempdir().unwrap();
        for mark in marks {
            let mark = root.path().join(mark.trim_start_matches('/'));
            fs::create_dir_all(mark.parent().unwrap()).unwrap();
            // A link to what this user can't see.
            std::os::unix::fs::symlink("private/seawall", mark).unwrap();
        }
        let environment = Environment {
            home: Some("/home/anna".into()),
            state_directory: state_directory.map(PathBuf::from),
            ..Environment::default()
        };
        let file = root.path().join(file.trim_start_matches('/'));
        let text = text.replace("ROOT", root.path().to_str().unwrap());
        let settings = crate::config::parse(&text, &file, &environment).unwrap();
        is_another_state(&settings, &environment, root.path(), is_root)
    }

    fn refused(file: &str, text: &str, state_directory: Option<&str>, mark: Option<&str>) -> bool {
        refused_to(false, file, text, state_directory, mark.as_slice())
    }

    #[test]
    fn a_command_with_the_config_of_a_service_in_use_is_refused_unless_its_state_is_the_services() {
        for mark in MARKS {
            assert!(refused(CONFIG, TEXT, None, Some(mark)), "{mark}");
            assert!(!refused(CONFIG, TEXT, Some("/var/lib/seawall"), Some(mark)), "{mark}");
        }
        assert!(!refused(CONFIG, TEXT, None, None), "no service is in use");
        assert!(
            !refused("/home/anna/.config/seawall/seawall.toml", TEXT, None, Some(MARKS[0])),
            "a config of one's own"
        );
        assert!(
            !refused(CONFIG, &format!("state_dir = \"/srv/s\"\n{TEXT}"), None, Some(MARKS[0])),
            "one state for all"
        );
    }

    #[test]
    fn root_makes_no_state_of_its_own_before_the_service_was_first_started() {
        for unit in UNITS {
            assert!(refused_to(true, CONFIG, TEXT, None, &[unit, SYSTEMD]), "{unit}");
            assert!(!refused_to(true, CONFIG, TEXT, Some("/var/lib/seawall"), &[unit, SYSTEMD]), "as the service");
            assert!(!refused_to(true, CONFIG, TEXT, None, &[unit]), "a container without systemd");
            assert!(!refused_to(false, CONFIG, TEXT, None, &[unit, SYSTEMD]), "somebody's own service");
        }
        assert!(!refused_to(true, CONFIG, TEXT, None, &[SYSTEMD]), "no service is there");
        assert!(!refused_to(true, "/root/s.toml", TEXT, None, &[UNITS[0], SYSTEMD]), "a config of root's own");
    }

    #[test]
    fn the_state_of_the_service_is_left_to_it_by_whatever_config() {
        for state in STATES {
            let text = format!("state_dir = \"ROOT{state}\"\n{TEXT}");
            for is_root in [true, false] {
                assert!(refused_to(is_root, "/home/anna/s.toml", &text, None, &[STATES[0]]), "{state}");
                assert!(!refused_to(is_root, CONFIG, &text, Some("/var/lib/seawall"), &[STATES[0]]), "{state}");
                assert!(!refused_to(is_root, "/home/anna/s.toml", &text, None, &[]), "no service of systemd's");
            }
            assert!(refused_to(true, CONFIG, &text, None, &[UNITS[1], SYSTEMD]), "{state}");
        }
    }
}
