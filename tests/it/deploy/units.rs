//! What the units, the documentation and the program say of each other. Whether the units work is tried in
//! `tests/system`.

use std::path::Path;

use seawall::cli::fail::{CONFIG, USAGE};
use seawall::cli::service::AS_SERVICE;

const SYSTEM: &str = include_str!("../../../deploy/systemd/system/seawall.service");
const USER: &str = include_str!("../../../deploy/systemd/user/seawall.service");
const README: &str = include_str!("../../../deploy/README.md");

/// The values of a key in a unit.
fn values<'a>(unit: &'a str, key: &str) -> Vec<&'a str> {
    unit.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix('=')).collect()
}

#[test]
fn the_documented_line_is_the_one_that_the_program_prints() {
    let plain = README.replace("\\\n", " ");
    let words: Vec<&str> = plain.split_whitespace().collect();
    let shown = words.join(" ");
    assert!(shown.contains(&format!("{AS_SERVICE} COMMAND")), "{AS_SERVICE}");
}

#[test]
fn the_line_gives_a_command_what_the_unit_gives_the_service() {
    let settings: Vec<(&str, &str)> =
        AS_SERVICE.split(" -p ").skip(1).filter_map(|one| one.split(' ').next()?.split_once('=')).collect();
    assert!(settings.len() >= 8, "{settings:?}");
    for (key, value) in settings {
        assert_eq!(values(SYSTEM, key), [value], "{key}");
    }
}

#[test]
fn both_units_know_the_exit_codes_that_no_restart_can_mend() {
    for unit in [SYSTEM, USER] {
        assert_eq!(values(unit, "RestartPreventExitStatus"), [format!("{USAGE} {CONFIG}")]);
        assert_eq!(values(unit, "Type"), ["notify"]);
        assert_eq!(values(unit, "WatchdogSec"), ["3min"]);
    }
    assert_eq!(values(USER, "ExecStart"), ["/usr/bin/seawall run"]);
    assert_eq!(values(SYSTEM, "ExecStart"), ["/usr/bin/seawall --config /etc/seawall/seawall.toml run"]);
}

#[test]
fn the_package_has_only_files_that_are_there_or_are_made_for_it() {
    let manifest: toml::Table = include_str!("../../../Cargo.toml").parse().unwrap();
    let deb = &manifest["package"]["metadata"]["deb"];
    let assets = deb["assets"].as_array().unwrap();
    let sources: Vec<&str> = assets.iter().map(|asset| asset["source"].as_str().unwrap()).collect();
    let script = include_str!("../../../deploy/package");
    for source in &sources {
        let made = source.starts_with("target/") && script.contains(source);
        assert!(made || Path::new(source).exists(), "{source}");
    }
    assert!(sources.contains(&"deploy/systemd/user/seawall.service"));
    let copyright = std::fs::read_to_string(deb["license-file"].as_str().unwrap()).unwrap();
    assert!(copyright.starts_with("Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"));
    let words = |text: &str| text.split_whitespace().filter(|word| *word != ".").collect::<Vec<_>>().join(" ");
    for (licence, from) in [
        (include_str!("../../../LICENSE-MIT"), "Permission is hereby granted"),
        (include_str!("../../../src/calendar/zones/data/UNICODE-LICENSE"), "NOTICE TO USER"),
    ] {
        let (_, text) = licence.split_once(from).unwrap();
        let text = text.split("SPDX-License-Identifier").next().unwrap();
        assert!(words(&copyright).contains(&words(text)), "{from}");
    }
    assert!(copyright.contains("/usr/share/common-licenses/Apache-2.0"));
    // The system unit comes in with the scripts that its kind of package runs.
    let folder = Path::new(deb["systemd-units"]["unit-scripts"].as_str().unwrap());
    assert!(folder.join("seawall.service").exists(), "{}", folder.display());
}
