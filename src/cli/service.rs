//! Commands beside the system service: its state, tokens and credentials belong to a user that exists only while it
//! runs, so commands run as that user too, by one line.

use std::path::{Path, PathBuf};

use super::fail::Fail;
use crate::config::Environment;
use crate::config::settings::Settings;

/// The config of the service.
const CONFIG: &str = "/etc/seawall/seawall.toml";
/// What is there once the service ran, or a command as it, or once it was enabled.
const MARKS: [&str; 2] = ["/var/lib/seawall", "/etc/systemd/system/multi-user.target.wants/seawall.service"];

/// How a command runs as the service: its user, state, runtime folder (which must outlive the command) and credentials.
pub const AS_SERVICE: &str = "systemd-run --quiet --pty --wait --collect -p DynamicUser=yes -p User=seawall \
-p StateDirectory=seawall -p StateDirectoryMode=0700 -p RuntimeDirectory=seawall -p RuntimeDirectoryMode=0700 \
-p RuntimeDirectoryPreserve=yes -p LoadCredential=seawall:/etc/seawall/credentials seawall";

/// Refuses to go on where the config is the service's and the state would be another one: two states write to one
/// calendar as if each were alone.
///
/// # Errors
/// How to run the command as the service.
pub(super) fn refuse_another_state(settings: &Settings, environment: &Environment) -> Result<(), Fail> {
    if is_another_state(settings, environment, Path::new("/")) {
        return Err(Fail::Usage(format!(
            "{CONFIG} is the config of the system service, whose state only it can use. Run commands as it, as root:\n\
             {AS_SERVICE} COMMAND"
        )));
    }
    Ok(())
}

fn is_another_state(settings: &Settings, environment: &Environment, root: &Path) -> bool {
    let below = |path: &str| root.join(path.trim_start_matches('/'));
    let home = environment.home.as_ref().map(|home| home.join(".local/state"));
    let own: Vec<PathBuf> = environment.xdg_state_home.iter().cloned().chain(home).collect();
    settings.file == below(CONFIG)
        && environment.state_directory.is_none()
        // A folder that the config names is the same one for everybody.
        && own.iter().any(|folder| settings.state_dir.starts_with(folder.join("seawall")))
        && MARKS.iter().any(|mark| below(mark).symlink_metadata().is_ok())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const TEXT: &str = "[hours]\nwork = [{ days = \"mon-fri\", from = \"08:30\", to = \"17:30\" }]\n[[account]]\n\
                        name = \"a\"\nprovider = \"vdir\"\npath = \"p\"\ncalendars = [{ name = \"work\" }]\n";

    /// Whether a command is refused, by a user at home, where these files are.
    fn refused(file: &str, text: &str, state_directory: Option<&str>, mark: Option<&str>) -> bool {
        let root = tempfile::tempdir().unwrap();
        if let Some(mark) = mark {
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
        let settings = crate::config::parse(text, &file, &environment).unwrap();
        is_another_state(&settings, &environment, root.path())
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
}
