//! Bad input and bad circumstances, one test each: what is said, the exit code, and that no harm is done.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Child;

use super::*;

/// A sound config, to which a case does what is wrong.
const SOUND: &str = r#"timezone = "Europe/Berlin"
now = "2026-11-16T07:30"
state_dir = ".state"
[hours]
work = [{ days = "mon-fri", from = "08:30", to = "17:30" }]
[[role]]
name = "deep"
target = "6h"
blocks = [{ name = "Morning", days = "mon,tue", from = "09:00", to = "12:00" }]
[[account]]
name = "local"
provider = "vdir"
path = "."
emails = ["anna@example.org"]
calendars = [{ name = "work", use = "read+hold" }, { name = "private", use = "read" }]
"#;

/// A config with what is wrong in it.
#[track_caller]
fn spoilt(edits: &[(&str, &str)]) -> Sandbox {
    let sandbox = Sandbox::with_config(SOUND);
    for (from, to) in edits {
        sandbox.edit_config(from, to);
    }
    sandbox
}

/// Every command that reads the config refuses it with these lines, and leaves no trace.
#[track_caller]
fn check_config(edits: &[(&str, &str)], want: &[&str]) {
    let sandbox = spoilt(edits);
    let before = files(sandbox.root.path());
    for command in ["check", "plan", "sync", "week"] {
        let ran = sandbox.run([command]);
        let prefix = format!("{}:", sandbox.config().display());
        let lines: Vec<&str> = ran.expect(78).err.lines().map(|line| line.strip_prefix(&prefix).unwrap()).collect();
        assert_eq!((lines.as_slice(), ran.out.as_str()), (want, ""), "{command}");
    }
    assert_eq!(files(sandbox.root.path()), before);
}

#[test]
fn a_config_with_five_faults_tells_all_five_at_once() {
    check_config(
        &[
            ("Europe/Berlin", "Mars/Olympus"),
            ("state_dir", "state_dri"),
            ("\"6h\"", "\"6\""),
            ("\"mon,tue\"", "\"mon,tux\""),
            ("\"vdir\"", "\"vdur\""),
        ],
        &[
            r#"1:12: timezone: expected a zone like Europe/Berlin, found "Mars/Olympus""#,
            "3:1: state_dri: unknown key: did you mean state_dir?",
            r#"8:10: role[0].target: expected a duration like 90m, 2h or 1h30m, found "6""#,
            r#"9:38: role[0].blocks[0].days: expected days like mon-fri or mon,wed, found "mon,tux""#,
            r#"12:12: account[0].provider: expected vdir, caldav, google or ics, found "vdur" (did you mean vdir?)"#,
        ],
    );
}

#[test]
fn an_unknown_zone_in_the_config_is_a_fault() {
    check_config(
        &[("Europe/Berlin", "Europe/Berln")],
        &[r#"1:12: timezone: expected a zone like Europe/Berlin, found "Europe/Berln" (did you mean Europe/Berlin?)"#],
    );
}

#[test]
fn an_event_in_an_unknown_zone_blocks_its_time() {
    let sandbox = spoilt(&[]);
    sandbox.add_event(
        "work",
        "mars",
        "DTSTART;TZID=Mars/Olympus:20261117T090000
         DTEND;TZID=Mars/Olympus:20261117T100000
         SUMMARY:On Mars",
    );
    sandbox.run(["sync"]).expect(0).says(&["Tue 17 Nov 10:00–12:00 Focus: Morning"]);
    sandbox.run(["events"]).expect(0).says(&["On Mars", "Mars/Olympus"]);
    let events = sandbox.json(["events"]);
    let on_mars = events.as_array().unwrap().iter().find(|one| one["title"] == "On Mars").unwrap().clone();
    assert_eq!((&on_mars["busy"], &on_mars["uncertain"]), (&"busy".into(), &true.into()), "{on_mars}");
}

#[test]
fn from_after_to_in_the_config_is_a_fault() {
    check_config(
        &[("from = \"09:00\", to = \"12:00\"", "from = \"12:00\", to = \"09:00\"")],
        &["9:56: role[0].blocks[0].from: expected a time before `to`, found 12:00 and to = 09:00"],
    );
}

#[test]
fn from_after_to_on_the_command_line_is_wrong_usage() {
    let sandbox = spoilt(&[]);
    let ran = sandbox.run(["events", "--from", "2026-11-20", "--to", "2026-11-16"]);
    ran.expect(64).says(&["--from 2026-11-20 is not before --to 2026-11-16"]);
    sandbox.run(["events", "--from", "someday"]).expect(64).says(&["`someday`: write a time like"]);
    sandbox.run(["events", "--from", "2026-11-16", "--to", "2026-11-16"]).expect(0);
}

#[test]
fn overlapping_blocks_are_a_fault() {
    check_config(
        &[("blocks = [", "blocks = [{ name = \"Early\", days = \"mon\", from = \"08:30\", to = \"10:30\" }, ")],
        &[r#"9:75: role[0].blocks[1]: block "Morning" overlaps block "Early" of role "deep" on the same day"#],
    );
}

#[test]
fn a_block_outside_working_hours_is_a_fault() {
    check_config(
        &[("from = \"09:00\", to = \"12:00\"", "from = \"08:00\", to = \"11:00\"")],
        &[r#"9:11: role[0].blocks[0]: block "Morning" lies partly outside working time (work minus away) on mon, tue"#],
    );
}

#[test]
fn a_missing_config_says_where_it_was_looked_for() {
    let sandbox = Sandbox::new();
    let named = Ran::of(&mut sandbox.bare(["--config", "nowhere.toml", "plan"]));
    named.expect(78).says(&["nowhere.toml: can't be read: No such file"]);
    let ran = Ran::of(&mut sandbox.bare(["plan"]));
    let looked = sandbox.path("home/.config/seawall/seawall.toml").display().to_string();
    ran.expect(78).says(&["no config found", &looked, "/etc/seawall/seawall.toml", "seawall init", "seawall demo"]);
}

#[test]
fn unknown_commands_flags_and_formats_are_wrong_usage() {
    let sandbox = spoilt(&[]);
    sandbox.run(["synk"]).expect(64).says(&["unrecognized subcommand 'synk'", "'sync'"]);
    sandbox.run(["plan", "--jsn"]).expect(64).says(&["unexpected argument '--jsn'", "--json"]);
    sandbox.run(["why"]).expect(64);
    sandbox.run::<&str>([]).expect(64);
    sandbox.run(["sync", "--accept", "--restore"]).expect(64);
    sandbox.run(["log", "--last", "0"]).expect(64);
    for command in ["week", "check", "log", "resume", "undo"] {
        sandbox.run([command, "--json"]).expect(64).says(&["--json goes with plan, sync, events, status and summary"]);
    }
    for week in ["next", "2026-W54", "2026-13-01"] {
        sandbox.run(["week", week]).expect(64).says(&["write it like 2026-W47"]);
    }
}

#[test]
fn a_now_without_an_offset_is_wrong_usage() {
    let sandbox = spoilt(&[]);
    let ran = sandbox.run(["--now", "2027-03-28T02:30:00", "plan"]);
    ran.expect(64).says(&["2027-03-28T02:30:00", "a time with its offset, like 2026-11-16T07:30:00+01:00"]);
}

#[test]
fn now_and_blocks_in_the_gap_of_spring() {
    let night = [
        ("2026-11-16T07:30", "2027-03-28T02:30"),
        ("\"mon-fri\", from = \"08:30\", to = \"17:30\"", "\"mon-sun\", from = \"00:00\", to = \"17:30\""),
        ("\"mon,tue\", from = \"09:00\", to = \"12:00\"", "\"sun\", from = \"02:00\", to = \"05:00\""),
    ];
    // The wall time of the config does not exist: it counts as the time an hour later.
    assert_eq!(spoilt(&night).json(["plan"])["now"], "2027-03-28T03:30:00+02:00");
    for now in ["2027-03-28T01:59:59+01:00", "2027-03-28T03:00:00+02:00", "2027-10-31T02:30:00+01:00"] {
        let sandbox = spoilt(&night);
        sandbox.run(["--now", now, "sync"]).expect(0);
        sandbox.run(["--now", now, "sync"]).expect(0).says(&["Nothing to change."]);
    }
    // 02:00 to 05:00 is two hours of that night, and three of any other.
    let before = ["--now", "2027-03-27T20:00:00+01:00", "plan"];
    let blocks = spoilt(&night).json(before)["blocks"].clone();
    let minutes: Vec<_> = blocks.as_array().unwrap().iter().map(|block| &block["planned_minutes"]).collect();
    assert_eq!(minutes, [120, 180, 180]);
    assert_eq!(blocks[0]["start"], "2027-03-28T03:00:00+02:00");
}

#[test]
fn a_calendar_file_of_20_mb_is_passed_over_with_a_warning() {
    let sandbox = Sandbox::with_demo(0);
    let big = sandbox.demo().join("work/big.ics");
    let event = "BEGIN:VEVENT\r\nUID:big\r\nDTSTART:20261117T090000Z\r\nSUMMARY:Big\r\nEND:VEVENT\r\n";
    let mut file = fs::File::create(&big).unwrap();
    file.write_all(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n").unwrap();
    file.write_all(event.repeat(20_000_000 / event.len()).as_bytes()).unwrap();
    file.write_all(b"END:VCALENDAR\r\n").unwrap();
    drop(file);
    check_passed_over(&sandbox, "big.ics", &["big.ics is not read", "bytes"]);
}

#[test]
fn binary_rubbish_is_passed_over_with_a_warning() {
    let sandbox = Sandbox::with_demo(0);
    let mut random = fastrand::Rng::with_seed(7);
    let rubbish: Vec<u8> = (0..100_000).map(|_| random.u8(..)).collect();
    fs::write(sandbox.demo().join("work/rubbish.ics"), rubbish).unwrap();
    fs::write(sandbox.demo().join("work/nul.ics"), [0; 5000]).unwrap();
    fs::write(sandbox.demo().join("work/empty.ics"), "").unwrap();
    let half = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:half\r\nDTSTART:2026";
    fs::write(sandbox.demo().join("work/half.ics"), half).unwrap();
    check_passed_over(&sandbox, "rubbish.ics", &["rubbish.ics", "nul.ics", "empty.ics", "half.ics"]);
}

/// The same holds are written as without the file, which stays as it is.
#[track_caller]
fn check_passed_over(sandbox: &Sandbox, name: &str, words: &[&str]) {
    let before = files(&sandbox.demo());
    let ran = sandbox.run(["sync"]);
    ran.expect(0).says(words);
    let after = files(&sandbox.demo());
    assert_eq!(foreign(&after), foreign(&before), "{name}");
    let plain = files(&Sandbox::synced().demo());
    let own =
        |files: &BTreeMap<String, FileState>| files.keys().filter(|name| is_own(name)).cloned().collect::<Vec<_>>();
    assert_eq!(own(&after), own(&plain));
}

#[test]
fn while_a_calendar_can_not_be_read_nothing_new_is_written() {
    for (what, word) in
        [("gone", "there is no calendar folder"), ("a file", "is no folder"), ("closed", "no permission")]
    {
        let sandbox = Sandbox::with_demo(0);
        let folder = sandbox.demo().join("private");
        match what {
            "closed" => fs::set_permissions(&folder, fs::Permissions::from_mode(0o000)).unwrap(),
            _ => fs::rename(&folder, sandbox.path("elsewhere")).unwrap(),
        }
        if what == "a file" {
            fs::write(&folder, "no folder").unwrap();
        }
        let ran = Ran::of(&mut unprivileged(&sandbox, &["sync"]));
        fs::set_permissions(sandbox.demo(), fs::Permissions::from_mode(0o755)).unwrap();
        ran.expect(2).says(&[word, "private", "a calendar was not read to the end"]);
        assert!(
            fs::read_dir(sandbox.demo().join("work"))
                .unwrap()
                .all(|entry| { !is_own(&entry.unwrap().file_name().to_string_lossy()) })
        );
        let ran = Ran::of(&mut unprivileged(&sandbox, &["check"]));
        ran.expect(1).says(&["FAULT", "private", "1 fault."]);
        if what == "closed" {
            fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
}

/// The program as a user whom permissions bind: the one who runs the tests, without root's power to pass them over.
pub(crate) fn unprivileged(sandbox: &Sandbox, args: &[&str]) -> Command {
    let seawall = sandbox.command(args);
    if !rustix::process::getuid().is_root() {
        return seawall;
    }
    let mut command = sandbox.program("setpriv", ["--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]);
    command.arg(seawall.get_program()).args(seawall.get_args());
    command
}

#[test]
fn a_hold_calendar_that_can_not_be_written_gets_no_hold() {
    let sandbox = Sandbox::with_demo(0);
    let folder = sandbox.demo().join("work");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
    let before = files(&sandbox.demo());
    let sync = Ran::of(&mut unprivileged(&sandbox, &["sync"]));
    let check = Ran::of(&mut unprivileged(&sandbox, &["check"]));
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    sync.expect(2).says(&["0 of", "Permission denied"]);
    check.expect(1).says(&["FAULT work (Work): read+hold, read-only"]);
    assert_eq!(files(&sandbox.demo()), before);
    sandbox.run(["sync"]).expect(0);
    assert_eq!(contents(&files(&sandbox.demo())), contents(&files(&Sandbox::synced().demo())));
}

#[test]
fn without_a_calendar_to_hold_in_nothing_is_written() {
    let sandbox = spoilt(&[("read+hold", "read")]);
    let before = files(&sandbox.demo());
    for (command, code) in [("plan", 0), ("sync", 2), ("check", 1)] {
        let ran = sandbox.run([command]);
        ran.expect(code).says(&["no calendar holds: give one of them use = \"hold\" or \"read+hold\""]);
    }
    sandbox.run(["check", "--write-test"]).expect(1).says(&["no calendar holds"]);
    assert_eq!(files(&sandbox.demo()), before);
    sandbox.run(["week"]).expect(0);
}

#[test]
fn a_target_that_can_not_be_met_says_by_how_much() {
    let sandbox = spoilt(&[("\"6h\"", "\"60h\"")]);
    let week = sandbox.json(["plan"])["weeks"][0].clone();
    // Five days of at most daily_max = 5 h.
    let minutes = |key: &str| week[key].as_i64().unwrap();
    assert_eq!((minutes("target_minutes"), minutes("needed_minutes")), (60 * 60, 60 * 60), "{week}");
    assert_eq!(minutes("attainable_minutes"), 25 * 60, "{week}");
    sandbox.run(["plan"]).expect(0).says(&["Week 47: deep gets 25 h of its 60 h; 35 h find no room."]);
    sandbox.run(["week"]).expect(0).says(&["25 h of 60 h"]);
}

#[test]
fn a_state_folder_that_can_not_be_used_stops_writing_commands_alone() {
    for place in ["/proc/nowhere", "a file"] {
        let sandbox = Sandbox::with_demo(0);
        fs::write(sandbox.demo().join("a file"), "").unwrap();
        sandbox.edit_config("\".state\"", &format!("{place:?}"));
        let before = files(&sandbox.demo());
        let why = if place == "a file" { "is no folder" } else { "can't" };
        sandbox.run(["sync"]).expect(1).says(&[why, place]);
        sandbox.run(["plan"]).expect(0);
        assert_eq!(files(&sandbox.demo()), before);
    }
}

/// The sample with holds, and the path of the database.
fn with_database() -> (Sandbox, PathBuf) {
    let sandbox = Sandbox::synced();
    let database = sandbox.demo().join(".state/seawall.sqlite");
    assert!(database.is_file());
    (sandbox, database)
}

#[test]
fn a_database_of_the_future_is_refused_and_stays() {
    let (sandbox, database) = with_database();
    rusqlite::Connection::open(&database).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let before = (fs::read(&database).unwrap(), files(&sandbox.demo()));
    for command in ["sync", "plan", "week", "log"] {
        sandbox.run([command]).expect(1).says(&["has version 99", "use the newer seawall that made it"]);
    }
    assert_eq!((fs::read(&database).unwrap(), files(&sandbox.demo())), before);
}

#[test]
fn a_corrupt_database_is_moved_aside_and_no_hold_is_doubled_or_orphaned() {
    let (sandbox, database) = with_database();
    let before = files(&sandbox.demo());
    fs::write(&database, "this is no database at all, but long enough to be taken for one").unwrap();
    sandbox.run(["sync"]).expect(0).says(&["was corrupt", "Nothing to change."]);
    assert_eq!(files(&sandbox.demo()), before);
    let aside = fs::read_dir(database.parent().unwrap())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("seawall.sqlite.corrupt-"));
    assert_eq!(aside.count(), 1);
    let written = before.keys().filter(|name| is_own(name)).count();
    let undone = format!("Removed {written} of {written} events");
    sandbox.run(["undo", "--yes"]).expect(0).says(&[&undone]);
}

#[test]
fn a_lost_database_doubles_and_orphans_no_hold() {
    let (sandbox, database) = with_database();
    let before = files(&sandbox.demo());
    fs::remove_dir_all(database.parent().unwrap()).unwrap();
    sandbox.run(["sync"]).expect(0).says(&["Nothing to change."]);
    assert_eq!(files(&sandbox.demo()), before);
}

#[test]
fn several_syncs_at_once_end_well_and_write_everything_once() {
    let sandbox = Sandbox::with_demo(0);
    let start = || sandbox.command(["sync"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let running: Vec<Child> = (0..4).map(|_| start()).collect();
    let ran: Vec<Ran> = running.into_iter().map(|child| child.wait_with_output().unwrap().into()).collect();
    for one in &ran {
        one.expect(0);
    }
    assert_eq!(ran.iter().filter(|one| one.out.contains("changes written")).count(), 1, "{ran:?}");
    assert_eq!(ran.iter().filter(|one| one.out.contains("Nothing to change.")).count(), 3, "{ran:?}");
    assert_eq!(contents(&files(&sandbox.demo())), contents(&files(&Sandbox::synced().demo())));
}
