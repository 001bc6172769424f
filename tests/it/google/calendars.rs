//! Which calendar a name means, and what is told of the account.

use seawall::provider::{ErrorKind, Known, Provider as _};
use serde_json::json;

use super::{ANNA, SCOPES, Stage, TEAM};
use crate::support::google::{Google, Role};

/// Anna with a few more calendars.
fn stage(names: &[&str]) -> Stage {
    let google = Google::start(ANNA);
    google.with(|state| {
        state.add_calendar("one@group.calendar.google.com", "Projects", Role::Owner).more =
            serde_json::from_value(json!({"summaryOverride": "Side projects", "backgroundColor": "#00ff00"})).unwrap();
        state.add_calendar("two@group.calendar.google.com", "Club", Role::Writer);
        state.add_calendar("three@group.calendar.google.com", "Club", Role::Reader);
        state.add_calendar("boss@example.org", "Boss", Role::Owner).hidden = true;
    });
    Stage::of(google, &SCOPES, names)
}

/// The id of the calendar that was listed for a name, or the error.
fn meant(stage: &Stage, name: &str) -> String {
    match stage.try_read(name, &Known::nothing()) {
        Ok(_) => stage.google.with(|state| {
            let path = state.log.last().unwrap().request.path.clone();
            path.split('/').nth_back(1).unwrap().replace("%40", "@")
        }),
        Err(error) => format!("{:?}: {error}", error.kind),
    }
}

#[test]
fn a_calendar_is_named_by_primary_its_id_or_the_name_that_the_user_sees() {
    let stage = stage(&[]);
    for (name, expected) in [
        ("primary", ANNA),
        (ANNA, ANNA),
        ("Team", TEAM),
        ("Side projects", "one@group.calendar.google.com"),
        ("Projects", "one@group.calendar.google.com"),
        ("two@group.calendar.google.com", "two@group.calendar.google.com"),
        ("Boss", "boss@example.org"),
    ] {
        assert_eq!(meant(&stage, name), expected, "{name}");
    }
    assert_eq!(
        meant(&stage, "Club"),
        "Unavailable: several calendars are called Club: say which by its id, one of two@group.calendar.google.com, \
         three@group.calendar.google.com"
    );
    let nowhere = stage.try_read("Nowhere", &Known::nothing()).unwrap_err();
    assert_eq!(nowhere.kind, ErrorKind::NotFound);
}

#[test]
fn calendars_are_called_as_the_config_calls_them_else_by_a_name_that_serves_there() {
    let stage = stage(&["primary", "three@group.calendar.google.com"]);
    let shown: Vec<String> = stage
        .run(stage.account.calendars())
        .unwrap()
        .iter()
        .map(|info| {
            let rights = if info.writable { "rw" } else { "r" };
            format!(
                "{} {:?} {rights} {:?} {:?}",
                info.name,
                info.display_name.as_deref().unwrap(),
                info.owned,
                info.transparent
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            "primary \"anna@example.org\" rw Some(true) Some(false)",
            "three@group.calendar.google.com \"Club\" r Some(false) Some(true)",
            "Side projects \"Side projects\" rw Some(true) Some(true)",
            // Others' calendars can't be written with a login for one's own.
            "two@group.calendar.google.com \"Club\" r Some(false) Some(true)",
            // All rights over a colleague's own calendar do not make it one's own.
            "Boss \"Boss\" rw Some(false) Some(true)",
            "Team \"Team\" r Some(false) Some(true)",
        ]
    );
}

#[test]
fn the_description_says_plainly_which_calendar_defends() {
    let stage = stage(&["primary", "Side projects", "Team"]);
    let lines = stage.run(stage.account.describe()).unwrap();
    assert!(lines[0].starts_with("logged in since 16 Nov 2026; allowed: "), "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("primary: ") && line.contains("holds in it defend")), "{lines:?}");
    let side = lines.iter().find(|line| line.starts_with("Side projects: ")).unwrap();
    assert!(side.contains("not your primary calendar") && side.contains("defend nothing"), "{side}");
    assert!(lines.iter().any(|line| line.starts_with("Team: you may only read")), "{lines:?}");
    stage.google.assert_clean();
}

#[test]
fn a_login_that_does_not_list_calendars_is_told_as_one() {
    let google = Google::start(ANNA);
    let stage = Stage::of(google, &SCOPES[..1], &["primary"]);
    let error = stage.try_read("primary", &Known::nothing()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Login);
    assert!(error.to_string().contains("calendar.calendarlist.readonly"), "{error}");
}
