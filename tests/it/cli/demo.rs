//! `demo`: the whole story on one page, on files that any calendar program reads, in any week of the year.

use seawall::cli::demo::SAMPLE;
use unicode_width::UnicodeWidthStr as _;

use super::*;

#[test]
fn the_demo_tells_the_whole_story() {
    let sandbox = Sandbox::new();
    let ran = Ran::of(&mut sandbox.bare([OsStr::new("demo"), sandbox.path("here").as_os_str()]));
    ran.expect(0).says(&["A second cycle changes nothing."]);
    assert_eq!(ran.err, "");
    let places: Vec<_> = ["The week before", "What seawall changes, and why", "The week after", "The summary"]
        .iter()
        .map(|heading| ran.out.find(&format!("\n{heading}")).unwrap_or_else(|| panic!("no {heading} in {ran}")))
        .collect();
    assert!(places.is_sorted(), "{ran}");

    let (before, after) = (&ran.out[places[0]..places[1]], &ran.out[places[2]..places[3]]);
    let (drawn, roles) = before.split_once("\nRoles\n").unwrap();
    assert!(roles.contains("deep        0 min of 12 h") && !drawn.contains("hold, busy"), "{before}");
    assert!(after.contains("of 12 h") && !after.contains("deep        0 min"), "{after}");

    let changes: Vec<&str> = ran.out[places[1]..places[2]].lines().skip(3).filter(|line| !line.is_empty()).collect();
    let created = changes.iter().filter(|line| line.starts_with("  + ")).count();
    assert_eq!(changes[0], format!("{created} changes written"), "{ran}");
    assert!(created > 10, "{ran}");
    for pair in changes.windows(2).filter(|pair| pair[0].starts_with("  + ")) {
        assert!(pair[1].starts_with("    ") && pair[1].trim().len() > 10, "no reason below {}", pair[0]);
    }
}

#[test]
fn without_a_terminal_it_fits_80_columns_and_has_no_escape_bytes() {
    let sandbox = Sandbox::new();
    let ran = Ran::of(&mut sandbox.bare([OsStr::new("demo"), sandbox.path("here").as_os_str()]));
    let here = sandbox.path("here").display().to_string();
    for line in ran.expect(0).out.lines() {
        // Paths can't be broken.
        assert!(line.contains(&here) || line.width() <= 80, "{} columns: {line}", line.width());
        assert!(!line.contains(|char: char| char.is_control()), "{line:?}");
    }
}

#[test]
fn the_demo_leaves_calendars_and_their_config() {
    let sandbox = Sandbox::new();
    let here = sandbox.path("here");
    Ran::of(&mut sandbox.bare([OsStr::new("demo"), here.as_os_str()])).expect(0);
    let found = files(&here);
    let foreign: Vec<&str> = foreign(&found).into_keys().collect();
    let mut expected: Vec<&str> = SAMPLE.iter().map(|(path, _)| *path).chain(["seawall.toml"]).collect();
    expected.sort_unstable();
    assert_eq!(foreign, expected);
    let own = found.keys().filter(|name| is_own(name)).count();
    assert!(own > 10 && found.keys().filter(|name| is_own(name)).all(|name| name.starts_with("work/")), "{found:?}");
    let ran = Ran::of(sandbox.bare(["--config"]).arg(here.join("seawall.toml")).arg("plan"));
    ran.expect(0).says(&["Nothing to change."]);
}

#[test]
fn without_a_folder_the_demo_makes_a_temporary_one() {
    let sandbox = Sandbox::new();
    let ran = Ran::of(sandbox.bare(["demo"]).env("TMPDIR", sandbox.path("home")));
    let line = ran.expect(0).out.lines().find_map(|line| line.strip_prefix("The calendars are real files: ")).unwrap();
    assert!(Path::new(line).starts_with(sandbox.path("home")), "{line}");
    assert!(Path::new(line).join("seawall.toml").is_file(), "{line}");
}

#[test]
fn a_folder_that_holds_something_is_not_used() {
    let sandbox = Sandbox::new();
    let here = sandbox.path("here");
    fs::create_dir(&here).unwrap();
    fs::write(here.join("mine.txt"), "mine").unwrap();
    let before = files(&here);
    let ran = Ran::of(&mut sandbox.bare([OsStr::new("demo"), here.as_os_str()]));
    ran.expect(64).says(&["is not empty", "name a new folder"]);
    assert_eq!(files(&here), before);
    let file = Ran::of(&mut sandbox.bare([OsStr::new("demo"), here.join("mine.txt").as_os_str()]));
    assert_ne!(file.code, Some(0), "{file}");
    file.says(&["mine.txt"]);
}

#[test]
fn the_rust_crate_icalendar_reads_what_was_written() {
    let sandbox = Sandbox::synced();
    let is_calendar = |name: &str| Path::new(name).extension() == Some(OsStr::new("ics"));
    for (name, file) in files(&sandbox.demo()).iter().filter(|(name, _)| is_calendar(name)) {
        let text = String::from_utf8(file.bytes.clone()).unwrap();
        let calendar: icalendar::Calendar = text.parse().unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!calendar.components.is_empty(), "{name}");
        assert!(text.lines().all(|line| line.len() <= 75), "{name}: {text}");
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{name}");
    }
}

#[test]
fn the_python_package_icalendar_reads_what_was_written() {
    const SCRIPT: &str = r#"
import pathlib, sys
from icalendar import Calendar
for path in sorted(pathlib.Path(sys.argv[1]).glob("*/*.ics")):
    calendar = Calendar.from_ical(path.read_bytes())
    events = calendar.walk("VEVENT")
    assert events, path
    for event in events:
        assert not event.errors, (path, event.errors)
        own = str(event["UID"]).startswith("sea0")
        if own:
            assert path.stem == event["UID"], path
            start, end = event.decoded("DTSTART"), event.decoded("DTEND")
            assert start < end and start.utcoffset().total_seconds() == 0, path
            assert event["X-SEAWALL"] and event["SUMMARY"] and event["DESCRIPTION"], path
            assert "ATTENDEE" not in event and "ORGANIZER" not in event and "RRULE" not in event, path
        print("own" if own else "foreign")
"#;
    let python = std::env::var_os("SEAWALL_PYTHON")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/.venv/bin/python"), PathBuf::from);
    assert!(python.exists(), "{} is missing: tests/run makes it, or name one in SEAWALL_PYTHON", python.display());
    let sandbox = Sandbox::synced();
    let ran = Ran::of(Command::new(python).args(["-c", SCRIPT]).arg(sandbox.demo()));
    ran.expect(0);
    let own = files(&sandbox.demo()).keys().filter(|name| is_own(name)).count();
    assert_eq!(ran.out.lines().filter(|line| *line == "own").count(), own, "{ran}");
    assert!(ran.out.lines().filter(|line| *line == "foreign").count() >= 18, "{ran}");
}

#[test]
fn a_second_sync_changes_no_file() {
    let sandbox = Sandbox::with_demo(0);
    let before = files(&sandbox.demo());
    sandbox.run(["sync"]).expect(0).says(&["changes written"]);
    let once = files(&sandbox.demo());
    assert_eq!(foreign(&once), foreign(&before));
    assert!(once.len() > before.len() + 10);
    sandbox.run(["sync"]).expect(0).says(&["Nothing to change."]);
    assert_eq!(files(&sandbox.demo()), once);
    assert_eq!(sandbox.json(["sync"])["changes"], serde_json::json!([]));
    assert_eq!(files(&sandbox.demo()), once);
}

#[test]
fn undo_leaves_the_folder_as_it_was() {
    let sandbox = Sandbox::with_demo(0);
    let before = files(&sandbox.demo());
    let written = sandbox.json(["sync"])["changes"].as_array().unwrap().len();
    let ran = sandbox.run(["undo", "--yes"]);
    ran.expect(0).says(&[&format!("Removed {written} of {written} events."), "Paused"]);
    assert_eq!(ran.out.lines().filter(|line| line.starts_with("- ")).count(), written, "{ran}");
    assert_eq!(files(&sandbox.demo()), before);
    sandbox.run(["undo", "--yes"]).expect(0).says(&["Nothing of seawall's is there"]);
    sandbox.run(["sync"]).expect(0);
    sandbox.run(["undo", "--yes"]).expect(0);
    assert_eq!(files(&sandbox.demo()), before);
}

#[test]
fn undo_works_with_the_database_lost() {
    let sandbox = Sandbox::with_demo(0);
    let before = files(&sandbox.demo());
    sandbox.run(["sync"]).expect(0);
    fs::remove_dir_all(sandbox.demo().join(".state")).unwrap();
    sandbox.run(["undo", "--yes"]).expect(0);
    assert_eq!(files(&sandbox.demo()), before);
}

#[test]
fn the_sample_in_the_program_is_the_one_in_the_repository() {
    let folder = files(Path::new("config/demo"));
    let embedded: BTreeMap<&str, String> = SAMPLE.iter().map(|(path, text)| (*path, (*text).to_owned())).collect();
    assert_eq!(contents(&folder), embedded);
}

/// The story does not depend on the week: both changes of the clock, a year with 53 weeks and its end among them.
#[test]
fn the_demo_works_in_any_week() {
    let at_home = hold_times(&Sandbox::with_demo(0));
    for weeks in [-57, -5, -4, -3, -2, 1, 6, 7, 15, 16, 17, 18, 19, 47, 48, 49, 50, 500] {
        let sandbox = Sandbox::with_demo(weeks);
        assert_eq!(hold_times(&sandbox), at_home, "{weeks} weeks on");
        sandbox.run(["sync"]).expect(0).says(&["Nothing to change."]);
    }
}

/// Runs a cycle; tells day and wall time of everything that it writes.
fn hold_times(sandbox: &Sandbox) -> Vec<String> {
    let ran = sandbox.json(["sync"]);
    let monday: jiff::civil::DateTime = ran["now"].as_str().unwrap()[..19].parse().unwrap();
    let told = |change: &serde_json::Value| {
        assert_eq!((&change["action"], &change["applied"]), (&"create".into(), &true.into()), "{change}");
        let start: jiff::civil::DateTime = change["start"].as_str().unwrap()[..19].parse().unwrap();
        let end = &change["end"].as_str().unwrap()[11..16];
        format!("day {} {}–{end}", start.date().since(monday.date()).unwrap().get_days(), start.strftime("%H:%M"))
    };
    ran["changes"].as_array().unwrap().iter().map(told).collect()
}
