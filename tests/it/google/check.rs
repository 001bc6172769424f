//! What `seawall check` says of Google calendars that don't give all rights: what is wrong, and what to do.

use serde_json::json;

use super::ANNA;
use super::same::{Desk, calendar_id};
use crate::support::google::{Google, Role};

/// What the program prints, on one line, and its exit code.
fn said(desk: &Desk) -> (String, Option<i32>) {
    let output = desk.command(&["check"]).output().unwrap();
    let out = String::from_utf8_lossy(&output.stdout).split_whitespace().collect::<Vec<_>>().join(" ");
    (out, output.status.code())
}

#[test]
fn a_calendar_that_is_only_free_and_busy_is_read_for_the_weeks_that_count() {
    let google = Google::start(ANNA);
    let desk = Desk::at(&google);
    google.with(|state| {
        state.add_calendar("boss@example.org", "Boss", Role::FreeBusyReader);
        // Instances without end: asked for all of them, Google would never be done.
        let weekly = json!({"id": "weekly", "recurrence": ["RRULE:FREQ=DAILY"], "summary": "Talk",
            "start": {"dateTime": "2026-11-16T10:00:00+01:00", "timeZone": "Europe/Berlin"},
            "end": {"dateTime": "2026-11-16T11:00:00+01:00", "timeZone": "Europe/Berlin"}});
        state.put("boss@example.org", weekly);
    });
    desk.edit_config(
        "{ name = \"private\"",
        "{ name = \"boss@example.org\", use = \"read\" },\n  { name = \"private\"",
    );
    let (out, code) = said(&desk);
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("boss@example.org: you may only see there which time is taken, without titles note"), "{out}");
    let asked = google.with(|state| {
        let lists =
            state.log.iter().filter(|seen| seen.request.path.contains("boss") && seen.request.path.ends_with("events"));
        lists.map(|seen| format!("{:?}", seen.request)).collect::<Vec<_>>()
    });
    assert!(
        !asked.is_empty() && asked.iter().all(|one| one.contains("timeMin") && one.contains("timeMax")),
        "{asked:?}"
    );
}

#[test]
fn a_calendar_that_is_only_read_can_not_hold_and_it_is_said_what_to_do() {
    for (role, rights) in [(Role::Reader, "you may only read there"), (Role::FreeBusyReader, "which time is taken")] {
        let google = Google::start(ANNA);
        let desk = Desk::at(&google);
        google.with(|state| state.add_calendar(&calendar_id("team"), "Team", role).hidden = false);
        desk.edit_config(
            "name = \"work\", use = \"read+hold\" },",
            "name = \"work\", use = \"read\" },\n  { name = \"Team\", use = \"hold\" },",
        );
        let (out, code) = said(&desk);
        assert_eq!(code, Some(1), "{out}");
        assert!(out.contains(rights), "{out}");
        for words in [
            "FAULT Team: hold, read-only",
            "holds can't be written there",
            "ask its owner for the right to change events, or let another calendar hold",
        ] {
            assert!(out.contains(words), "{words:?} is not in {out}");
        }
        assert_eq!(out.matches("FAULT").count(), 1, "one fault, told once: {out}");
        assert!(!out.contains("left out of what others are told"), "which does not matter then: {out}");
    }
}
