//! What a sound config becomes: defaults, inheritance, and paths.

use seawall::calendar::CalendarId;
use seawall::config::settings::Source;
use seawall::focus::policy::{Defence, Doubt, OnDelete};

use super::*;

#[test]
fn a_short_config_has_the_defaults_of_the_design() {
    let got = settings(&sound("[[role]]\nname = \"deep\"\ntarget = \"8h\"\n"));
    assert_eq!(got.policy.tz.iana_name(), Some("Europe/Berlin"));
    assert_eq!((got.write, got.poll, got.now, got.policy.horizon), (true, 5, None, 3));
    let session = &got.policy.session;
    assert_eq!((session.min_session, session.max_session, session.daily_max), (120, 240, 300));
    assert_eq!((session.recovery, session.break_between, session.grid), (15, 15, 5));
    assert_eq!((session.notice, session.freeze), (30, 120));
    assert_eq!((got.policy.busy.tentative, got.policy.busy.unanswered), (Doubt::Busy, Doubt::Threat));
    assert!(!got.policy.busy.all_day_unmarked_busy);
    let off = |title: &str| got.policy.busy.day_off.iter().any(|pattern| pattern.is_match(title));
    assert!(off("Public Holiday") && off("OOO") && off("Urlaub Anna") && !off("Laptop rollout") && !off("Book room"));
    assert_eq!((got.limits.writes_per_cycle, got.limits.writes_per_day), (20, 60));
    assert_eq!((got.summary.at, got.summary.length, got.summary.refresh), (Some(960), 15, 2));
    assert_eq!(got.policy.roles[0].style.title, "Focus: {block}");
    assert_eq!(got.policy.roles[0].style.firm_within, 1440);
    let work = CalendarId { account: "local".to_owned(), calendar: "work".to_owned() };
    assert_eq!(got.hold_calendar, Some(work));
    assert_eq!(got.warnings, Vec::<String>::new());
}

#[test]
fn a_role_changes_what_it_names_and_inherits_the_rest() {
    let got = settings(&sound(
        r#"[focus]
min_session = "90m"
break = "10m"
[hold]
title = "{role}"
on_delete = "replace"
[[role]]
name = "deep"
min_session = "3h"
color = "Teal"
blocks = [{ name = "B", days = "mon", from = "09:00", to = "12:00", defence = "strict", title = "{block}" }]
"#,
    ));
    let role = &got.policy.roles[0];
    assert_eq!((got.policy.session.min_session, role.session.min_session, role.session.break_between), (90, 180, 10));
    assert_eq!((role.style.title.as_str(), role.style.color.as_deref()), ("{role}", Some("teal")));
    assert_eq!((role.style.on_delete, role.style.defence), (OnDelete::Replace, None));
    let block = &role.blocks[0].style;
    assert_eq!((block.title.as_str(), block.color.as_deref()), ("{block}", Some("teal")));
    assert_eq!((block.on_delete, block.defence), (OnDelete::Replace, Some(Defence::Strict)));
}

#[test]
fn paths_are_relative_to_the_file_and_home_is_expanded() {
    for (path, want) in [
        ("cal", "/home/anna/.config/seawall/cal"),
        (".", "/home/anna/.config/seawall"),
        ("~/.calendars", "/home/anna/.calendars"),
        ("/srv/cal", "/srv/cal"),
    ] {
        let got = settings(&SOUND.replace("\"cal\"", &format!("{path:?}")));
        assert_eq!(got.accounts[0].source, Source::Vdir { path: PathBuf::from(want) });
    }
}

#[test]
fn state_lies_where_systemd_says_else_in_a_folder_of_its_own() {
    let state = |env: &Environment, file: &str| parse(SOUND, Path::new(file), env).unwrap().state_dir;
    let systemd = Environment { state_directory: Some(PathBuf::from("/var/lib/seawall")), ..environment() };
    assert_eq!(state(&systemd, FILE), Path::new("/var/lib/seawall"));
    let xdg = Environment { xdg_state_home: Some(PathBuf::from("/state")), ..environment() };
    // sha256 of the path, first 16 hex digits: `printf %s PATH | sha256sum`.
    assert_eq!(state(&xdg, "/etc/seawall/seawall.toml"), Path::new("/state/seawall/28e6f06756e37249"));
    assert!(state(&environment(), FILE).starts_with("/home/anna/.local/state/seawall"));
    let nowhere = parse(SOUND, Path::new(FILE), &Environment::default()).unwrap_err();
    assert_eq!(nowhere[0].key, "state_dir");
}

#[test]
fn one_file_has_one_state_however_it_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().canonicalize().unwrap();
    std::fs::create_dir(folder.join("sub")).unwrap();
    std::fs::write(folder.join("a.toml"), SOUND).unwrap();
    let state = |path: &str| load(&folder.join(path), &environment()).unwrap().state_dir;
    assert_eq!(state("sub/../a.toml"), state("a.toml"));
    assert_eq!(state("./a.toml"), state("a.toml"));
}

#[test]
fn a_system_zone_of_utc_is_warned_about_unless_asked_for() {
    let utc = Environment { timezone: Some("Etc/UTC".to_owned()), ..environment() };
    let warnings = |text: &str, env: &Environment| parse(text, Path::new(FILE), env).unwrap().warnings.join("\n");
    assert!(warnings(SOUND, &utc).contains("timezone"));
    assert!(warnings(SOUND, &Environment { timezone: None, ..environment() }).contains("timezone"));
    assert!(!warnings(&sound("timezone = \"UTC\"\n"), &utc).contains("timezone"));
    assert!(!warnings(SOUND, &environment()).contains("timezone"));
}

#[test]
fn what_is_odd_but_no_fault_is_warned_about() {
    let got = settings(&sound(
        r#"[[role]]
name = "a"
allowed = [{ days = "sat", from = "09:00", to = "12:00" }]
blocks = [{ name = "A", days = "mon", from = "08:30", to = "10:30" }]
[[role]]
name = "b"
min_session = "1h"
blocks = [{ name = "B", days = "mon", from = "10:35", to = "12:00" }]
"#,
    ));
    assert_eq!(
        got.warnings,
        [
            "role \"a\": 1 of its allowed hours lie outside working time",
            "blocks \"A\" and \"B\" are closer than a break (15m): both can't be held whole"
        ]
    );
    let idle = settings(&SOUND.replace("emails = [\"anna@example.org\"]\n", ""));
    assert_eq!(idle.warnings.len(), 2, "no role holds, and no emails: {:?}", idle.warnings);
}

#[test]
fn calendars_that_only_get_emptied_and_none_that_holds() {
    let got = settings(&SOUND.replace("read+hold", "none"));
    assert_eq!(got.hold_calendar, None);
    assert!(got.accounts[0].calendars[0].only_emptied());
}

#[test]
fn the_users_config_goes_before_the_systems() {
    let dir = tempfile::tempdir().unwrap();
    let env = Environment { xdg_config_home: Some(dir.path().to_owned()), ..environment() };
    let missing = find(None, &env).unwrap_err();
    assert!(missing.to_string().contains("/etc/seawall/seawall.toml"), "{missing}");
    let own = dir.path().join("seawall/seawall.toml");
    std::fs::create_dir_all(own.parent().unwrap()).unwrap();
    std::fs::write(&own, SOUND).unwrap();
    assert_eq!(find(None, &env).unwrap(), own);
    assert_eq!(find(Some(Path::new("x.toml")), &env).unwrap(), Path::new("x.toml"));
}

#[test]
fn a_subscribed_calendar_needs_no_more_than_a_place() {
    let account = |rest: &str| settings(&sound(&format!("[[account]]\nname = \"feed\"\nprovider = \"ics\"\n{rest}")));
    let got = account("url = \"https://example.org/token/a.ics?x=1\"\n");
    let feed = &got.accounts[0];
    assert!(
        matches!(&feed.source, Source::IcsAddress { url } if url.as_str() == "https://example.org/token/a.ics?x=1")
    );
    let [calendar] = feed.calendars.as_slice() else { panic!("{feed:?}") };
    assert_eq!(calendar.id.to_string(), "feed/feed");
    assert_eq!((calendar.read, calendar.hold, calendar.private, calendar.only_invited), (true, false, false, None));
    assert!(!got.warnings.iter().any(|warning| warning.contains("emails")), "holidays invite nobody");

    let got = account("path = \"~/a.ics\"\ncalendars = [{ name = \"Rota\", private = true, only = \"invited\" }]\n");
    let feed = &got.accounts[0];
    assert!(matches!(&feed.source, Source::IcsFile { path } if path == Path::new("/home/anna/a.ics")));
    let calendar = &feed.calendars[0];
    assert_eq!(
        (calendar.id.to_string().as_str(), calendar.private, calendar.only_invited),
        ("feed/Rota", true, Some(true))
    );
    for local in ["http://localhost:8080/a", "http://127.0.0.1/a", "http://[::1]/a"] {
        account(&format!("url = \"{local}\"\n"));
    }
}
