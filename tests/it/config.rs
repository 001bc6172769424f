//! The config: what is accepted, and what is said of everything else.

use std::path::{Path, PathBuf};

use seawall::config::settings::Settings;
use seawall::config::{ConfigError, Environment, Fault, find, load, parse};

const FILE: &str = "/home/anna/.config/seawall/seawall.toml";

fn environment() -> Environment {
    Environment {
        home: Some(PathBuf::from("/home/anna")),
        timezone: Some("Europe/Berlin".to_owned()),
        ..Environment::default()
    }
}

/// A config that is right, to which a case adds what is wrong.
const SOUND: &str = r#"
[hours]
work = [{ days = "mon-fri", from = "08:30", to = "17:30" }]
away = [{ days = "mon-fri", from = "12:00", to = "13:00" }]
[[account]]
name = "local"
provider = "vdir"
path = "cal"
emails = ["anna@example.org"]
calendars = [{ name = "work", use = "read+hold" }]
"#;

/// A case without the lines that every config needs: they follow it.
fn sound(text: &str) -> String {
    format!("{text}{SOUND}")
}

#[track_caller]
fn settings(text: &str) -> Settings {
    parse(text, Path::new(FILE), &environment()).unwrap_or_else(|faults| panic!("{}", shown(&faults)))
}

fn shown(faults: &[Fault]) -> String {
    ConfigError { file: PathBuf::from("seawall.toml"), faults: faults.to_vec() }.to_string()
}

/// Compares every fault of the text, one a line, without the file's name.
#[track_caller]
fn check(text: &str, want: &str) {
    let faults = match parse(text, Path::new(FILE), &environment()) {
        Ok(_) => String::new(),
        Err(faults) => shown(&faults).replace("seawall.toml:", ""),
    };
    let trim = |text: &str| text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    assert_eq!(trim(&faults), trim(want));
}

/// The same for a case that needs the sound lines after it.
#[track_caller]
fn check_beside_sound(text: &str, want: &str) {
    check(&sound(text), want);
}

mod accepted;
mod faults;
mod secrets;
mod servers;
mod shipped;
