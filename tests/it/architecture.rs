//! The structure of the source, held by a test: who may know whom, how large a file may be, and that the map in
//! `src/lib.rs` and the shipped configs are true.

use std::path::{Path, PathBuf};

/// Folders that compute values from values.
const PURE: [&str; 4] = ["calendar", "focus", "balance", "reconcile"];

/// What a pure folder must not say, and why.
const BANNED_IN_PURE: [(&str, &str); 6] = [
    ("tokio", "no async in decisions"),
    ("async fn", "no async in decisions"),
    ("rusqlite", "SQL is the store's"),
    ("tracing", "decisions are values, not log lines"),
    ("TimeZone::system", "the zone is an argument"),
    ("std as ", "what of it is used could not be seen"),
];

/// What of the standard library a pure folder must not use, in whatever form of `use`, and why.
const BANNED_OF_STD: [(&str, &str); 8] = [
    ("fs", "files are the provider's and the store's"),
    ("io", "input and output are the shell's"),
    ("net", "the network is the provider's"),
    ("os", "the system is the shell's"),
    ("env", "the environment is the config's"),
    ("process", "processes are the shell's"),
    ("thread", "no threads in decisions"),
    ("time", "time is an argument"),
];

/// Which folders a folder may use of its own crate.
const MAY_USE: [(&str, &[&str]); 11] = [
    ("calendar", &[]),
    ("focus", &["calendar"]),
    ("balance", &["calendar", "focus"]),
    // Of the provider only the etag, a plain value.
    ("reconcile", &["balance", "calendar", "focus", "provider"]),
    // Where a service does not speak iCalendar its adapter must: of the calendar only text and zones, plain values.
    ("provider", &["calendar"]),
    ("store", &["calendar", "focus", "reconcile", "provider"]),
    ("config", &["balance", "calendar", "focus"]),
    ("cycle", &["balance", "calendar", "config", "focus", "provider", "reconcile", "store"]),
    ("daemon", &["calendar", "config", "cycle", "focus", "provider", "reconcile", "store"]),
    ("report", &["balance", "calendar", "cycle", "focus", "reconcile"]),
    ("cli", &["balance", "calendar", "config", "cycle", "daemon", "focus", "provider", "reconcile", "report", "store"]),
];

const FILE_LINES_MAX: usize = 600;
const MAIN_LINES_MAX: usize = 30;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below a folder of the project, with its text.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let (mut files, mut folders) = (Vec::new(), vec![root().join(folder)]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if !path.file_name().unwrap().to_string_lossy().starts_with('.') {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                files.push((path.strip_prefix(root()).unwrap().to_owned(), text));
            }
        }
    }
    files.sort();
    assert!(!files.is_empty(), "no source below {folder}");
    files
}

/// The lines that a compiler would read, numbered: comments gone.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(index, line)| (index + 1, line.split("//").next().unwrap_or_default()))
}

fn fail_if(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// What a text names right below `root::`, with the line: of `use crate::a::b` the `a`, of `use crate::{a::b, c}` both,
/// however the group is broken into lines.
fn below(root: &str, text: &str) -> Vec<(usize, String)> {
    let whole = code(text).map(|(_, code)| code).collect::<Vec<_>>().join("\n");
    let word = |text: &str| -> String { text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    let line = |at: usize| whole[..at].matches('\n').count() + 1;
    let mut found = Vec::new();
    for (at, root) in whole.match_indices(&format!("{root}::")) {
        let start = at + root.len();
        let Some(group) = whole[start..].strip_prefix('{') else {
            found.push((line(at), word(&whole[start..])));
            continue;
        };
        let (mut depth, mut fresh) = (0_usize, true);
        for (index, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => fresh = true,
                c if fresh && c.is_alphabetic() => {
                    found.push((line(start + 1 + index), word(&group[index..])));
                    fresh = false;
                }
                _ => {}
            }
        }
    }
    found
}

#[test]
fn pure_folders_do_no_input_or_output() {
    let mut faults = Vec::new();
    for folder in PURE {
        for (path, text) in sources(&format!("src/{folder}")) {
            for (line, code) in code(&text) {
                for (banned, why) in BANNED_IN_PURE {
                    if code.contains(banned) {
                        faults.push(format!("{}:{line}: `{banned}` in a pure folder: {why}", path.display()));
                    }
                }
            }
            for (line, used) in below("std", &text) {
                if let Some((name, why)) = BANNED_OF_STD.iter().find(|(name, _)| *name == used) {
                    faults.push(format!("{}:{line}: `std::{name}` in a pure folder: {why}", path.display()));
                }
            }
        }
    }
    fail_if(&faults);
}

#[test]
fn folders_know_only_whom_they_may() {
    let mut faults = Vec::new();
    for (folder, may) in MAY_USE {
        for (path, text) in sources(&format!("src/{folder}")) {
            for (line, used) in below("crate", &text) {
                if used != folder && !may.contains(&used.as_str()) {
                    faults.push(format!("{}:{line}: {folder} must not use {used}", path.display()));
                }
            }
        }
    }
    fail_if(&faults);
}

#[test]
fn what_is_used_is_found_in_every_form_of_use() {
    let text =
        "use crate::a::b;\nuse crate::{\n    c::{d, e},\n    f as _,\n};\nlet x = crate::g::h(); // crate::comment";
    let found: Vec<String> = below("crate", text).into_iter().map(|(line, name)| format!("{line}{name}")).collect();
    assert_eq!(found, ["1a", "3c", "4f", "6g"]);
}

#[test]
fn adapters_see_neither_each_other_nor_who_uses_them() {
    let adapters: Vec<String> = std::fs::read_dir(root().join("src/provider"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        // No adapter, but what those that speak HTTP stand on.
        .filter(|name| name != "transport")
        .collect();
    assert!(adapters.contains(&"vdir".to_owned()));
    let mut faults = Vec::new();
    for adapter in &adapters {
        for (path, text) in sources(&format!("src/provider/{adapter}")) {
            for (line, code) in code(&text) {
                for other in adapters.iter().filter(|other| *other != adapter) {
                    if code.contains(&format!("{other}::")) {
                        faults.push(format!("{}:{line}: {adapter} sees {other}", path.display()));
                    }
                }
            }
        }
    }
    for (path, text) in sources("src/cycle") {
        for (line, code) in code(&text) {
            for adapter in &adapters {
                if code.contains(&format!("provider::{adapter}")) {
                    faults.push(format!("{}:{line}: cycle names the adapter {adapter}", path.display()));
                }
            }
        }
    }
    fail_if(&faults);
}

#[test]
fn files_are_small_and_say_what_they_are_for() {
    let mut faults = Vec::new();
    for (path, text) in ["src", "tests"].into_iter().flat_map(sources) {
        let lines = text.lines().count();
        if lines > FILE_LINES_MAX {
            faults.push(format!("{}: {lines} lines; split it, at most {FILE_LINES_MAX}", path.display()));
        }
        if !text.starts_with("//!") {
            faults.push(format!("{}: no header that says what it is for", path.display()));
        }
    }
    let main = std::fs::read_to_string(root().join("src/main.rs")).unwrap();
    if main.lines().count() > MAIN_LINES_MAX {
        faults.push(format!("src/main.rs: more than {MAIN_LINES_MAX} lines"));
    }
    fail_if(&faults);
}

#[test]
fn the_map_names_every_folder_and_every_folder_has_its_rules() {
    let map = std::fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let mut faults = Vec::new();
    for entry in std::fs::read_dir(root().join("src")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().to_string_lossy().into_owned();
        if !entry.path().is_dir() {
            continue;
        }
        if !map.contains(&format!("//! **[`{name}`]** — ")) {
            faults.push(format!("src/{name} is missing in the map of src/lib.rs"));
        }
        if !MAY_USE.iter().any(|(folder, _)| *folder == name) {
            faults.push(format!("src/{name} has no line in MAY_USE"));
        }
    }
    fail_if(&faults);
}

#[test]
fn every_shipped_config_loads() {
    let environment =
        seawall::config::Environment { home: Some("/home/anna".into()), ..seawall::config::Environment::default() };
    let mut seen = 0;
    for entry in std::fs::read_dir(root().join("config")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            seawall::config::load(&path, &environment).unwrap_or_else(|error| panic!("{error}"));
            seen += 1;
        }
    }
    assert!(seen >= 2, "the example and the demo");
}

#[test]
fn the_clock_and_the_zone_are_read_in_one_place_each() {
    let readers = |pattern: &str| -> Vec<String> {
        let found = sources("src").into_iter().filter(|(_, text)| code(text).any(|(_, code)| code.contains(pattern)));
        found.map(|(path, _)| path.display().to_string()).collect()
    };
    assert_eq!(readers("Timestamp::now"), ["src/cycle/clock.rs"]);
    assert_eq!(readers("TimeZone::system"), ["src/config/system.rs"]);
    assert_eq!(readers("SystemTime::now"), [""; 0]);
    assert!(Path::new(&root()).join(".clippy.toml").exists(), "the ban that says what to do instead");
}
