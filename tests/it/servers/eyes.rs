//! What other people's programs make of a calendar that seawall wrote to: Python's `caldav`, and `vdirsyncer` with `khal`.
//! They say the same times and texts.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::Remote;
use crate::cli::Ran;
use crate::support::lab::{Auth, Lab, on_each};

/// A program of the tests' venv.
fn tool(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/.venv/bin").join(name);
    assert!(path.exists(), "{} is missing: tests/run makes it", path.display());
    path
}

/// What `sync` said it wrote, as `start end title`, in UTC.
fn written(told: &Value) -> BTreeSet<String> {
    let row = |change: &Value| {
        let at = |name: &str| change[name].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
        format!("{} {} {}", at("start"), at("end"), change["title"].as_str().unwrap())
    };
    told["changes"].as_array().unwrap().iter().map(row).collect()
}

/// A reader of `tests/oracle`, on what stands in for a config of its own.
fn read(script: &str, lab: &Lab, remote: &Remote) -> Value {
    let asked = json!({
        "url": lab.url, "user": lab.alice.name, "password": lab.alice.password,
        "digest": lab.auth == Auth::Digest, "ca": lab.ca_file, "calendar": remote.work.url,
        "folder": remote.sandbox.path("home"), "from": "2026-11-16",
    });
    let file = remote.sandbox.path("home/asked.json");
    fs::write(&file, asked.to_string()).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle").join(script);
    let mut command = Command::new(tool("python"));
    command.arg("-B").arg(script).arg(&file).env("HOME", remote.sandbox.path("home"));
    let ran = Ran::of(&mut command);
    ran.expect(0);
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran}"))
}

/// Times, titles and texts as a reader of `tests/oracle` gives them: `[[start, end, title, text]…]`.
fn check(lab: &Lab, script: &str) {
    let remote = Remote::with_demo(lab);
    let told = remote.sandbox.json(["sync"]);
    let seen = read(script, lab, &remote);
    let seen: Vec<[String; 4]> = serde_json::from_value(seen).unwrap();
    let times: BTreeSet<String> = seen.iter().map(|[start, end, title, _]| format!("{start} {end} {title}")).collect();
    assert_eq!(times, written(&told));
    assert_eq!(seen.len(), times.len(), "nothing is there twice");

    let summary = remote.sandbox.json(["summary"]);
    let title = summary["title"].as_str().unwrap();
    let [.., text] = seen.iter().find(|[.., seen, _]| seen == title).unwrap();
    assert_eq!(text.trim_end(), summary["text"].as_str().unwrap().trim_end());
    let holds: Vec<&[String; 4]> = seen.iter().filter(|[.., seen, _]| seen != title).collect();
    for hold in &holds {
        assert!(hold[3].contains("seawall"), "a hold says what it is: {hold:?}");
    }
    assert!(holds.len() > 10);
}

#[test]
fn the_python_package_caldav_sees_what_was_written() {
    on_each("caldav", |lab| check(lab, "caldav_reader.py"));
}

#[test]
fn vdirsyncer_and_khal_see_what_was_written() {
    on_each("khal", |lab| check(lab, "clients_reader.py"));
}
