//! The same calendars as folders and at Google: the program must see the same, for one engine decides on both.

use std::fs;
use std::path::Path;
use std::process::Command;

use seawall::cli::demo::lay_out;
use seawall::provider::Known;
use seawall::provider::google::oauth::file::TokenFile;
use seawall::provider::google::oauth::grant::Grant;
use serde_json::Value;
use tempfile::TempDir;

use super::sample::events;
use super::{ANNA, SCOPES, Stage};
use crate::support::google::{Google, Role};
use crate::support::ics::{expanded, line, zone};
use crate::support::{block_on, calendars};

const SEAWALL: &str = env!("CARGO_BIN_EXE_seawall");

/// The real program with the sample of the demo.
pub(super) struct Desk {
    root: TempDir,
}

impl Desk {
    /// With the sample as folders.
    pub(super) fn with_folders() -> Self {
        let root = tempfile::tempdir().unwrap();
        lay_out(root.path(), 0).unwrap();
        Self { root }
    }

    /// With the sample at Google, and a login.
    pub(super) fn at(google: &Google) -> Self {
        let desk = Self::with_folders();
        google.with(|state| state.now = "2026-11-16T06:30:00Z".parse().unwrap());
        for name in ["work", "private"] {
            let id = calendar_id(name);
            google.with(|state| state.add_calendar(&id, name, Role::Owner).hidden = false);
            for file in fs::read_dir(desk.root.path().join(name)).unwrap().map(|entry| entry.unwrap().path()) {
                if file.extension().is_some_and(|extension| extension == "ics") {
                    let text = fs::read_to_string(&file).unwrap();
                    for event in events(&text) {
                        google.with(|state| state.put(&id, event));
                    }
                }
            }
            fs::remove_dir_all(desk.root.path().join(name)).unwrap();
        }
        let config = desk.root.path().join("seawall.toml");
        let text = fs::read_to_string(&config).unwrap();
        let (client, secret) = google.with(|state| (state.auth.client_id.clone(), state.auth.client_secret.clone()));
        let secret_file = desk.root.path().join("client-secret");
        fs::write(&secret_file, secret).unwrap();
        private(&secret_file);
        let account = format!(
            "provider = \"google\"\nclient_id = \"{client}\"\nclient_secret = {{ file = \"client-secret\" }}\n\
             endpoint = \"{}\"\nauth_url = \"http://127.0.0.1:1/\"\ntoken_url = \"{}\"",
            google.endpoint(),
            google.token_url()
        );
        assert!(text.contains("provider = \"vdir\"\npath = \".\""));
        fs::write(&config, text.replace("provider = \"vdir\"\npath = \".\"", &account)).unwrap();
        let scopes = SCOPES.map(|scope| format!("https://www.googleapis.com/auth/{scope}")).to_vec();
        let obtained = "2026-11-16T06:00:00Z".parse().unwrap();
        let grant = Grant::new(&client, google.refresh(&SCOPES).into(), scopes, obtained, None);
        let file = TokenFile::of(&desk.root.path().join(".state"), "local");
        block_on(async { file.save(&grant, &file.hold().await.unwrap()).unwrap() });
        desk
    }

    /// Changes the config's text; what is to be replaced must be there.
    pub(super) fn edit_config(&self, from: &str, to: &str) {
        let file = self.root.path().join("seawall.toml");
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "{from:?} is not in {text}");
        fs::write(&file, text.replace(from, to)).unwrap();
    }

    /// The program.
    pub(super) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(SEAWALL);
        command.env_clear().arg("--config").arg(self.root.path().join("seawall.toml")).args(args);
        command.env("HOME", self.root.path()).env("XDG_RUNTIME_DIR", self.root.path()).env("TZ", "Europe/Berlin");
        command
    }

    /// What a command prints, as JSON.
    pub(super) fn json(&self, args: &[&str]) -> Value {
        let output = self.command(args).arg("--json").output().unwrap();
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{out}\n{err}");
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}\n{err}"))
    }
}

pub(super) fn calendar_id(name: &str) -> String {
    format!("{name}@group.calendar.google.com")
}

fn private(file: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn the_sample_of_the_demo_gives_the_same_events_and_the_same_holds() {
    let google = Google::start(ANNA);
    let (here, there) = (Desk::with_folders(), Desk::at(&google));
    let span = ["events", "--from", "2026-11-09", "--to", "2026-12-07"];
    let (mut folders, events) = (here.json(&span), there.json(&span));
    // What is cancelled as a whole is no event at Google.
    let list = folders.as_array_mut().unwrap();
    let before = list.len();
    list.retain(|event| event["why"] != "cancelled");
    assert_eq!(before - list.len(), 1, "the sprint demo");
    assert!(list.len() > 40, "{}", list.len());
    assert_eq!(list.len(), events.as_array().unwrap().len());
    for (folder, event) in list.iter_mut().zip(events.as_array().unwrap()) {
        // A day that says nothing is free by that rule in a folder, and says it at Google.
        if folder["why"] == "all day and not marked busy" {
            folder["why"] = event["why"].clone();
        }
        assert_eq!(folder, event);
    }
    let holds = |desk: &Desk| desk.json(&["plan"])["holds"].clone();
    assert_eq!(holds(&here), holds(&there));
    google.assert_clean();
}

#[test]
fn check_tells_of_the_login_the_rights_and_which_calendar_defends_and_its_write_test_leaves_nothing() {
    let google = Google::start(ANNA);
    let desk = Desk::at(&google);
    for round in 0..2 {
        let output = desk.command(&["check", "--write-test"]).output().unwrap();
        let out = String::from_utf8_lossy(&output.stdout).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(output.status.success(), "round {round}: {out}\n{}", String::from_utf8_lossy(&output.stderr));
        for words in [
            "logged in since 16 Nov 2026",
            "work: you may do everything there; it is not your primary calendar",
            "work: read+hold, can be written",
            "a second one of the same name is refused",
            "a delete of a stale version is refused",
            "it can be removed",
            "Everything is in order.",
        ] {
            assert!(out.contains(words), "round {round}: no {words:?} in {out}");
        }
    }
    let own = google.with(|state| state.events(&calendar_id("work")));
    assert!(!own.iter().any(|event| event["summary"] == "seawall write test"));
    google.assert_clean();
}

#[test]
fn a_login_that_ended_is_told_by_its_own_exit_code_and_changes_nothing() {
    let google = Google::start(ANNA);
    let desk = Desk::at(&google);
    assert!(desk.command(&["sync"]).output().unwrap().status.success());
    let before = google.with(|state| state.events(&calendar_id("work")));
    google.with(|state| state.auth.revoke());
    for args in [&["check"][..], &["sync"], &["plan"], &["check", "--write-test"], &["undo", "--yes"]] {
        let output = desk.command(args).output().unwrap();
        let all = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
        assert_eq!(output.status.code(), Some(77), "{args:?}: {all}");
        let words = all.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("run `seawall login local`"), "{args:?}: {all}");
    }
    assert_eq!(google.with(|state| state.events(&calendar_id("work"))), before);
    google.assert_clean();
}

#[test]
fn a_cycle_that_logs_everything_shows_no_secret_of_google() {
    let google = Google::start(ANNA);
    let desk = Desk::at(&google);
    let output = desk.command(&["sync"]).env("SEAWALL_LOG", "trace").output().unwrap();
    let all = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    assert!(output.status.success() && all.contains("TRACE"), "{all}");
    let shown = google.with(|state| {
        let tokens = state.log.iter().filter_map(|seen| seen.request.bearer().map(str::to_owned));
        let mut secrets: Vec<String> = tokens.collect();
        assert!(secrets.len() > 10, "requests carry tokens");
        secrets.push(state.auth.client_secret.clone());
        let bodies = state.log.iter().filter(|seen| seen.request.path == "/token");
        for body in bodies.map(|seen| String::from_utf8_lossy(&seen.request.body).into_owned()) {
            let token = body.split('&').find_map(|pair| pair.strip_prefix("refresh_token=")).unwrap().to_owned();
            secrets.push(token.replace("%2F", "/"));
        }
        secrets.retain(|secret| all.contains(secret.as_str()));
        secrets
    });
    assert_eq!(shown, [""; 0], "{all}");
}

#[test]
fn calendars_of_people_give_the_same_occurrences() {
    let stage = Stage::new();
    let (mut compared, mut instances) = (0, 0);
    for seed in 0..60 {
        let calendar = calendars::calendar(seed, 4);
        let tz = zone(calendar.home);
        for (index, event) in calendar.events.iter().enumerate() {
            // What Google has no word for.
            let is_odd = !event.periods.is_empty() || event.is_called_off || event.text.contains("RANGE=");
            if is_odd || event.text.contains("X-") || is_floating(&event.text) {
                continue;
            }
            let id = format!("random{seed}x{index}@group.calendar.google.com");
            let text =
                format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n{}END:VCALENDAR\r\n", event.text);
            let events = events(&text);
            let mut ids: Vec<&Value> = events.iter().map(|event| &event["id"]).collect();
            ids.sort_by_key(|id| id.as_str());
            if ids.windows(2).any(|two| two[0] == two[1]) {
                // Taken out and changed: there an instance is one or the other.
                continue;
            }
            stage.google.with(|state| {
                state.add_calendar(&id, &id, Role::Owner).hidden = false;
                for event in events {
                    state.put(&id, event);
                }
            });
            let reading = stage.read(&id, &Known::nothing());
            assert_eq!(reading.unreadable, []);
            let mut found = Vec::new();
            for object in &reading.objects {
                let body = String::from_utf8(object.body.to_vec()).unwrap();
                let seen = expanded(&body, calendar.window, &tz);
                found.extend(seen.occurrences.iter().map(|(_, one)| line(one, &tz)));
            }
            let expected = expanded(&text, calendar.window, &tz);
            let expected: Vec<String> = expected
                .occurrences
                .iter()
                .map(|(_, one)| line(one, &tz))
                .filter(|line| !line.contains("(cancelled)"))
                .collect();
            assert_eq!(found, expected, "seed {seed}\n{text}");
            compared += 1;
            instances += expected.len();
        }
    }
    println!("{compared} events with {instances} instances are the same on both sides");
    assert!(compared > 50 && instances > 300, "{compared} events, {instances} instances");
    stage.google.assert_clean();
}

/// Whether a time in it has no zone.
fn is_floating(text: &str) -> bool {
    let times =
        text.lines().filter(|line| ["DTSTART", "RECURRENCE-ID", "RDATE"].iter().any(|name| line.starts_with(name)));
    times.into_iter().any(|line| !line.contains("TZID=") && !line.contains("VALUE=DATE") && !line.ends_with('Z'))
}
