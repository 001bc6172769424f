//! The config: file -> document with positions -> validated settings, or all faults at once. Knows no provider,
//! no store and no cycle; asks the system in one place (`system`), reads the file in one function ([`text`]), and
//! fetches secrets in another one ([`secret::reveal`]).

use std::fmt;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use jiff::tz::TimeZone;
use toml::de::DeTable;

mod account;
mod address;
mod block;
mod busy;
mod caldav;
mod compose;
mod defaults;
mod google;
mod hold;
mod hours;
mod init;
mod json_schema;
mod notify;
mod paths;
pub mod program;
mod regular;
mod role;
mod schema;
pub mod secret;
mod secret_source;
mod session;
pub mod settings;
mod subscription;
mod system;
mod tree;
mod validate;
mod value;

pub use compose::compose;
pub use init::{Answers, Question, Service, commented_example};
pub use json_schema::json_schema;
pub use paths::{NoConfig, find};
pub use regular::open_regular;
pub use system::Environment;

use self::settings::Settings;
use self::tree::{Faults, Place, Table};
use crate::focus::policy::Policy;

/// The most that a config file may hold; what is larger is none.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// One thing that is wrong in a config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Line from 1; 0 where the file as a whole is meant.
    pub line: usize,
    /// Column from 1, in characters.
    pub column: usize,
    /// The key, as in `role[1].blocks[0].from`; empty where the syntax is broken.
    pub key: String,
    /// What was expected. Never holds a secret.
    pub message: String,
}

/// Everything that is wrong in a config, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The file, as it was named.
    pub file: PathBuf,
    /// At least one.
    pub faults: Vec<Fault>,
}

impl std::error::Error for ConfigError {}

impl fmt::Display for ConfigError {
    /// One line a fault.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, fault) in self.faults.iter().enumerate() {
            let line_break = if i == 0 { "" } else { "\n" };
            write!(f, "{line_break}{}:", self.file.display())?;
            if fault.line > 0 {
                write!(f, "{}:{}:", fault.line, fault.column)?;
            }
            if !fault.key.is_empty() {
                write!(f, " {}:", fault.key)?;
            }
            write!(f, " {}", fault.message)?;
        }
        Ok(())
    }
}

/// Reads and validates a config file.
///
/// # Errors
/// Everything that is wrong with it, or why it can't be read.
pub fn load(path: &Path, env: &Environment) -> Result<Settings, ConfigError> {
    load_text(&text(path)?, path, env)
}

/// Validates the text that was read from a config file, which may be another one by now.
///
/// # Errors
/// Everything that is wrong with it.
pub fn load_text(text: &str, path: &Path, env: &Environment) -> Result<Settings, ConfigError> {
    let absolute = absolute(path).map_err(|error| whole(path, format!("can't be located: {error}")))?;
    parse(text, &absolute, env).map_err(|faults| ConfigError { file: path.to_owned(), faults })
}

/// The text of a config file.
///
/// # Errors
/// Why it can't be read.
pub fn text(path: &Path) -> Result<String, ConfigError> {
    String::from_utf8(read(path)?).map_err(|error| {
        let (line, column) = position(error.as_bytes(), error.utf8_error().valid_up_to());
        let message = "is not UTF-8".to_owned();
        ConfigError { file: path.to_owned(), faults: vec![Fault { line, column, key: String::new(), message }] }
    })
}

/// What is in a config file. It is read again and again while a daemon runs, so it must be a regular one.
fn read(path: &Path) -> Result<Vec<u8>, ConfigError> {
    let mut bytes = Vec::new();
    open_regular(path)
        .and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes))
        .map_err(|error| whole(path, format!("can't be read: {error}")))?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(whole(path, format!("is larger than {FILE_BYTES_MAX} bytes, so it is hardly a config")));
    }
    Ok(bytes)
}

/// A fault of the file as a whole.
fn whole(path: &Path, message: String) -> ConfigError {
    ConfigError { file: path.to_owned(), faults: vec![Fault { line: 0, column: 0, key: String::new(), message }] }
}

/// The policy where there is no config: every default, no working hours and no roles.
pub fn policy_by_default(tz: TimeZone) -> Policy {
    Policy {
        tz,
        work: Vec::new(),
        away: Vec::new(),
        busy: busy::by_default(validate::own_focus()),
        session: defaults::SESSION,
        horizon: defaults::HORIZON,
        roles: Vec::new(),
    }
}

/// The path from the root. It names the state's folder, so one file must have one: `..` is resolved, while symbolic
/// links to the file stay, for some systems replace what they point at, and a state must not change with that.
///
/// # Errors
/// Where the folder can't be found.
pub fn absolute(path: &Path) -> std::io::Result<PathBuf> {
    let path = std::path::absolute(path)?;
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) if folder.components().any(|part| part == Component::ParentDir) => {
            Ok(std::fs::canonicalize(folder)?.join(name))
        }
        _ => Ok(path),
    }
}

/// Validates the text of a config that lies at `file`, an absolute path. Reads no file.
///
/// # Errors
/// Everything that is wrong with it, in the order of the text.
pub fn parse(text: &str, file: &Path, env: &Environment) -> Result<Settings, Vec<Fault>> {
    let (document, broken) = DeTable::parse_recoverable(text);
    let mut faults = Faults::default();
    for error in &broken {
        let at = error.span().map_or(text.len(), |span| span.start);
        faults.add(&Place { key: String::new(), at }, format!("broken TOML: {}", error.message()));
    }
    let base = paths::Base { file, env };
    let settings = validate::settings(&Table::document(document.get_ref()), &base, &mut faults);
    match settings {
        Some(settings) if faults.0.is_empty() => Ok(settings),
        _ => Err(in_order(text, faults)),
    }
}

/// Faults with line and column. Beside broken syntax, what is said of its line or of things missing would only
/// repeat it.
fn in_order(text: &str, faults: Faults) -> Vec<Fault> {
    let mut found = faults.0;
    found.sort_by_key(|one| one.place.at);
    let mut all: Vec<(bool, Fault)> = Vec::new();
    for one in found {
        let (line, column) = position(text.as_bytes(), one.place.at);
        all.push((one.missing, Fault { line, column, key: one.place.key, message: one.message }));
    }
    let broken: Vec<usize> =
        all.iter().filter(|(_, fault)| fault.key.is_empty()).map(|(_, fault)| fault.line).collect();
    all.retain(|(missing, fault)| {
        broken.is_empty() || fault.key.is_empty() || !(*missing || broken.contains(&fault.line))
    });
    let mut faults: Vec<Fault> = all.into_iter().map(|(_, fault)| fault).collect();
    faults.dedup();
    faults
}

/// Line and column of a byte, both from 1, the column in characters.
fn position(text: &[u8], at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.split(|byte| *byte == b'\n').count();
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let column = String::from_utf8_lossy(before.get(start..).unwrap_or_default()).chars().count() + 1;
    (line, column)
}
