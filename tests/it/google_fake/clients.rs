//! Programs of others against the fake: Google's own Python client, and gcalcli on top of it. They find in it what they
//! find at Google.

use std::process::Command;

use serde_json::json;

use super::{ANNA, Asker};
use crate::support::planning;

/// Runs a script of `tests/oracle` and gives back what it prints.
fn python(script: &str, asker: &Asker, refresh: &str, more: &[&str]) -> String {
    let python = planning::python()
        .expect("no Python with google-api-python-client: tests/run makes tests/.venv, or set SEAWALL_PYTHON");
    let home = tempfile::tempdir().unwrap();
    let (id, secret) = asker.google.with(|state| (state.auth.client_id.clone(), state.auth.client_secret.clone()));
    let output = Command::new(python)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/").to_owned() + script)
        .args(more)
        .env("HOME", home.path())
        .env("XDG_DATA_HOME", home.path())
        .env("XDG_CONFIG_HOME", home.path())
        .env("XDG_CACHE_HOME", home.path())
        .env("TZ", "Europe/Berlin")
        .env("GCAL_ENDPOINT", format!("{}/", asker.google.endpoint()))
        .env("GCAL_TOKEN_URL", asker.google.token_url().as_str())
        .env("GCAL_REFRESH_TOKEN", refresh)
        .env("GCAL_CLIENT_ID", id)
        .env("GCAL_CLIENT_SECRET", secret)
        .output()
        .unwrap();
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{script}:\n{out}\n{}", String::from_utf8_lossy(&output.stderr));
    out
}

#[test]
fn googles_own_client_finds_google_in_it() {
    let asker = Asker::new();
    for n in 0..7 {
        asker.seed(&format!("other{n}"), &json!({"summary": format!("Meeting {n}")}));
    }
    let refresh = asker.google.refresh(&["calendar"]);
    let out = python("gcal_client.py", &asker, &refresh, &[]);
    let told: Vec<&str> = out.lines().collect();
    assert_eq!(
        told,
        [
            "calendars: anna@example.org Team",
            "inserted: confirmed",
            "again: 409 duplicate",
            "pages: 3 of 8 events",
            "patched: Deep work",
            "patched with an old etag: 412 conditionNotMet",
            "since then: sea0client confirmed",
            "deleted with an old etag: 412 conditionNotMet",
            "deleted",
            "deleted again: 410 deleted",
            "since then: sea0client cancelled",
            "it stays: cancelled",
            "inserted again: 409 duplicate",
            "instances: 3",
            "token at its end: 410 fullSyncRequired",
        ]
    );
    asker.google.with(|state| {
        assert!(state.log.iter().any(|seen| seen.request.path == "/token" && seen.status == Some(200)), "refreshed");
        assert!(state.log.iter().any(|seen| seen.method.as_deref() == Some("calendar.events.instances")));
    });
    asker.google.assert_clean();
}

#[test]
fn gcalcli_shows_calendars_and_the_agenda() {
    let asker = Asker::new();
    asker.seed("meet1", &json!({"summary": "Budget talk"}));
    asker.google.with(|state| {
        state.put(
            "primary",
            json!({
                "id": "daily", "summary": "Stand-up", "recurrence": ["RRULE:FREQ=DAILY;COUNT=3"],
                "start": {"dateTime": "2026-11-23T11:00:00+01:00", "timeZone": "Europe/Berlin"},
                "end": {"dateTime": "2026-11-23T11:15:00+01:00", "timeZone": "Europe/Berlin"},
            }),
        );
    });
    let refresh = asker.google.refresh(&["calendar"]);
    let list = python("gcal_cli.py", &asker, &refresh, &["--nocolor", "list"]);
    assert!(list.contains("owner  anna@example.org") && list.contains("reader  Team"), "{list}");
    let agenda = python("gcal_cli.py", &asker, &refresh, &["--nocolor", "agenda", "--tsv", "2026-11-23", "2026-11-25"]);
    let lines: Vec<&str> = agenda.lines().skip(1).collect();
    assert_eq!(
        lines,
        [
            "2026-11-23\t09:00\t2026-11-23\t10:00\tBudget talk",
            "2026-11-23\t11:00\t2026-11-23\t11:15\tStand-up",
            "2026-11-24\t11:00\t2026-11-24\t11:15\tStand-up",
        ]
    );
    assert_eq!(asker.google.with(|state| state.user.clone()), ANNA);
    assert!(asker.google.requests().contains(&"GET users/me/calendarList".to_owned()));
    asker.google.assert_clean();
}
