//! Every other command on the folder of the demo: what it prints, what it does, and what it leaves alone.

use std::io::{Read as _, Write as _};

use super::json::rows;
use super::*;

/// Runs the program in a pseudo-terminal and types these answers.
fn in_terminal(sandbox: &Sandbox, seawall: &Command, typed: &str) -> Ran {
    let words = std::iter::once(seawall.get_program()).chain(seawall.get_args());
    let line: Vec<String> = words.map(|word| format!("'{}'", word.to_string_lossy())).collect();
    let words = ["--quiet", "--return", "--command", &line.join(" "), "/dev/null"];
    let mut script = sandbox.program("script", words);
    script.env("SHELL", "/bin/sh").env("TERM", "xterm").current_dir(sandbox.root.path());
    script.envs(seawall.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    child.wait_with_output().unwrap().into()
}

#[test]
fn init_prints_a_commented_config_that_loads() {
    let sandbox = Sandbox::new();
    let printed = Ran::of(&mut sandbox.bare(["init", "--print"]));
    assert_eq!(printed.expect(0).out, fs::read_to_string("config/seawall.example.toml").unwrap());
    fs::create_dir(sandbox.demo()).unwrap();
    fs::write(sandbox.config(), printed.out).unwrap();
    // Its folder of calendars is not there, which is the first thing to mend.
    sandbox.run(["check"]).expect(1).says(&["FAULT", ".calendars"]);
}

#[test]
fn init_without_a_terminal_says_what_to_do() {
    let sandbox = Sandbox::new();
    let ran = Ran::of(&mut sandbox.bare(["init"]));
    ran.expect(64).says(&["nobody is here to answer", "seawall init --print"]);
    assert!(files(sandbox.root.path()).is_empty());
}

#[test]
fn init_in_a_terminal_asks_and_writes_a_config_once() {
    let sandbox = Sandbox::new();
    let calendars = sandbox.path("calendars");
    fs::create_dir_all(calendars.join("mine")).unwrap();
    let answers = format!(
        "Mars\nEurope/Berlin\n\n{}\nmine=read+hold\nme@example.org\n\n\n\n\n\n\n8h\nyes\n",
        calendars.display()
    );
    let init = sandbox.bare(["init"]);
    in_terminal(&sandbox, &init, &answers).expect(0).says(&[
        "Your time zone [Europe/Berlin]",
        "expected a zone like Europe/Berlin",
        "Deep work a week [12h]",
        "Next: `seawall check`",
    ]);
    let written = fs::read_to_string(sandbox.path("home/.config/seawall/seawall.toml")).unwrap();
    assert!(written.contains("timezone = \"Europe/Berlin\"") && written.contains("target = \"8h\""), "{written}");
    let sound = Ran::of(&mut sandbox.bare(["check"]));
    sound.expect(0).says(&["mine: read+hold, can be written", "Everything is in order."]);
    Ran::of(&mut sandbox.bare(["--now", "2026-11-16T07:30:00+01:00", "sync"])).expect(0).says(&["changes written"]);

    let again = in_terminal(&sandbox, &init, &"\n".repeat(15));
    again.expect(1).says(&["is there already and stays as it is"]);
    assert_eq!(fs::read_to_string(sandbox.path("home/.config/seawall/seawall.toml")).unwrap(), written);
}

#[test]
fn check_names_calendars_and_rights_and_leaves_no_trace() {
    let sandbox = Sandbox::with_demo(0);
    fs::create_dir(sandbox.demo().join("team")).unwrap();
    let before = files(sandbox.root.path());
    sandbox.run(["check"]).expect(0).says(&[
        "time zone Europe/Berlin: it is Mon 16 Nov 2026 07:30",
        "ok work (Work): read+hold, can be written",
        "ok private (Private): read, can be written",
        "note team is not in the config, so it is not read",
        "Everything is in order.",
    ]);
    assert_eq!(files(sandbox.root.path()), before);
}

/// Whoever shares a calendar gives it its name.
#[test]
fn check_shows_names_that_cannot_steer_the_terminal() {
    let sandbox = Sandbox::with_demo(0);
    let odd = "Wo\u{1b}]0;x\u{7}rk\u{202e}\u{9b}31m\n  FAULT forged\u{2067}\r";
    fs::write(sandbox.demo().join("work/displayname"), odd).unwrap();
    fs::create_dir(sandbox.demo().join("te\u{1b}[2Jam\u{85}\u{202e}\n  FAULT forged")).unwrap();
    let ran = sandbox.run(["check"]);
    ran.expect(0).says(&["Everything is in order."]);
    let bad = |c: char| c != '\n' && (c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'));
    for text in [&ran.out, &ran.err] {
        assert!(!text.chars().any(bad), "{text:?}");
        assert!(!text.lines().any(|line| line.trim_start().starts_with("FAULT")), "{text}");
    }
}

#[test]
fn check_counts_faults() {
    let sandbox = Sandbox::with_demo(0);
    sandbox.edit_config("\"private\", use", "\"privat\", use");
    let ran = sandbox.run(["check"]);
    ran.expect(1).says(&["FAULT there is no calendar privat; there are: private, work", "1 fault."]);
}

#[test]
fn the_write_test_passes_on_a_folder_and_leaves_no_trace() {
    let sandbox = Sandbox::with_demo(0);
    let before = files(&sandbox.demo());
    let ran = sandbox.run(["check", "--write-test"]);
    ran.expect(0).says(&["Write test in local/work", "ok it can be removed", "Everything is in order."]);
    assert_eq!(files(&sandbox.demo()), before);
}

/// Looking makes no file and no folder, neither beside the calendars nor anywhere else.
#[test]
fn commands_that_look_write_nothing() {
    let sandbox = Sandbox::with_demo(0);
    let before = files(sandbox.root.path());
    for command in ["plan", "week", "events", "summary", "log", "check"] {
        sandbox.run([command]).expect(0);
    }
    sandbox.run(["plan", "--json"]).expect(0);
    sandbox.run(["why", "tue 10:00"]).expect(0);
    assert_eq!(files(sandbox.root.path()), before);
    assert!(!sandbox.demo().join(".state").exists());
}

#[test]
fn week_draws_the_week_that_is_named() {
    let sandbox = Sandbox::synced();
    sandbox.run(["week"]).expect(0).says(&["Week 47 · 16 Nov – 22 Nov 2026", "Incident re"]);
    for name in ["2026-W48", "2026-11-25"] {
        let ran = sandbox.run(["week", name]);
        ran.expect(0).says(&[
            "Week 48 · 23 Nov – 29 Nov 2026",
            "holiday",
            "Not drawn: Tue 24 19:30–21:30 Choir rehearsal",
        ]);
    }
    sandbox.run(["week", "2026-W40"]).expect(0).says(&["Week 40 · 28 Sep – 4 Oct 2026"]);
}

#[test]
fn log_tells_every_write_with_its_reason() {
    let sandbox = Sandbox::with_demo(0);
    sandbox.run(["log"]).expect(0).says(&["Nothing was written yet."]);
    let changes = sandbox.json(["sync"])["changes"].clone();
    let ran = sandbox.run(["log"]);
    ran.expect(0).says(&["16 Nov 07:30 + Tue 17 Nov 09:00–12:00 Focus: Morning deep work", "covers Morning deep work"]);
    let lines = ran.out.lines().filter(|line| line.starts_with("16 Nov 07:30")).count();
    assert_eq!(lines, changes.as_array().unwrap().len());
    let last = sandbox.run(["log", "--last", "2"]);
    assert_eq!(last.expect(0).out.lines().filter(|line| line.starts_with("16 Nov 07:30")).count(), 2, "{last}");
}

/// The UID of the hold that starts at that time.
fn uid_at(sandbox: &Sandbox, start: &str) -> String {
    let plan = sandbox.json(["plan"]);
    let hold = rows(&plan, "holds").iter().find(|hold| hold["start"] == start);
    hold.unwrap_or_else(|| panic!("no hold at {start} in {plan}"))["uid"].as_str().unwrap().to_owned()
}

const TUESDAY: &str = "2026-11-17T09:00:00+01:00";

#[test]
fn why_tells_of_a_hold_by_time_and_by_uid_and_of_time_without_one() {
    let sandbox = Sandbox::synced();
    let uid = uid_at(&sandbox, TUESDAY);
    for subject in ["tue 10:00", "2026-11-17T10:00", TUESDAY, uid.as_str(), &uid[..12]] {
        sandbox.run(["why", subject]).expect(0).says(&[
            "Tue 17 Nov 09:00–12:00",
            "covers Morning deep work",
            &uid,
            "invitation",
        ]);
    }
    for (time, reason) in [
        ("mon 10:15", "Incident review"),
        ("mon 14:00", "Recovery after `1:1 Chiara`"),
        ("tue 03:00", "Outside your working hours"),
        ("tue 12:30", "away"),
        ("sat 10:00", "You do not work on that day"),
        ("2026-11-26", "Company holiday"),
    ] {
        sandbox.run(["why", time]).expect(0).says(&["no hold", reason]);
    }
    sandbox.run(["why", ""]).expect(64);
    sandbox.run(["why", "sea0nothing"]).expect(64).says(&["no hold has a UID that begins with `sea0nothing`"]);
}

#[test]
fn released_time_stays_free_until_it_is_restored() {
    for by_uid in [false, true] {
        let sandbox = Sandbox::synced();
        let uid = uid_at(&sandbox, TUESDAY);
        let file = sandbox.demo().join("work").join(format!("{uid}.ics"));
        let before = files(&sandbox.demo());
        let subject = if by_uid { &uid } else { "tue 10:00" };
        sandbox
            .run(["release", subject])
            .expect(0)
            .says(&["Released Focus: Morning deep work (Tue 17 Nov 09:00–12:00)"]);
        assert!(!file.exists());
        assert_eq!(foreign(&files(&sandbox.demo())), foreign(&before));

        sandbox.run(["sync"]).expect(0);
        sandbox.run(["sync"]).expect(0).says(&["Nothing to change."]);
        sandbox.run(["why", "tue 10:00"]).expect(0).says(&["no hold", "Closed by you", "`restore` opens it again"]);
        sandbox.run(["release", "tue 10:00"]).expect(64).says(&["no current or future hold is meant"]);

        sandbox.run(["restore", "tue 10:00"]).expect(0).says(&["Open again: Tue 17 Nov 09:00–12:00, 3 h of deep."]);
        sandbox.run(["sync"]).expect(0).says(&["+ Tue 17 Nov 09:00–12:00 Focus: Morning deep work"]);
        sandbox.run(["restore", "tue 10:00"]).expect(64).says(&["no closed time is meant"]);
    }
}

#[test]
fn a_release_that_means_several_holds_releases_none() {
    let sandbox = Sandbox::synced();
    let before = files(&sandbox.demo());
    sandbox.run(["release", "sea0"]).expect(64).says(&["means several holds", "Tue 17 Nov 09:00–12:00"]);
    sandbox.run(["release", "never"]).expect(64).says(&["no current or future hold is meant by `never`"]);
    assert_eq!(files(&sandbox.demo()), before);
}

#[test]
fn pause_lasts_until_resume_or_a_sync_by_hand() {
    let sandbox = Sandbox::with_demo(0);
    sandbox.run(["resume"]).expect(0).says(&["It was not paused."]);
    sandbox.run(["pause"]).expect(0).says(&["Paused until `seawall resume`"]);
    sandbox.run(["resume"]).expect(0).says(&["Resumed."]);
    sandbox.run(["pause", "--until", "2026-11-23"]).expect(0).says(&["Paused until Mon 23 Nov 00:00"]);
    sandbox.run(["pause", "--until", "mon 07:00"]).expect(64).says(&["--until mon 07:00 is not in the future"]);
    sandbox.run(["pause", "--until", "later"]).expect(64).says(&["`later`: write a time like"]);
    sandbox.run(["sync"]).expect(0).says(&["changes written"]);
    sandbox.run(["resume"]).expect(0).says(&["It was not paused."]);
    sandbox.run(["undo", "--yes"]).expect(0);
    sandbox.run(["resume"]).expect(0).says(&["Resumed."]);
}

#[test]
fn undo_asks_and_does_nothing_without_an_answer() {
    let sandbox = Sandbox::synced();
    let before = files(&sandbox.demo());
    sandbox.run(["undo"]).expect(64).says(&["Focus: Morning deep work (local/work)", "say --yes"]);
    let undo = sandbox.command(["undo"]);
    in_terminal(&sandbox, &undo, "n\n").expect(1).says(&["[y/N]", "Nothing was removed."]);
    in_terminal(&sandbox, &undo, "\n").expect(1).says(&["Nothing was removed."]);
    assert_eq!(files(&sandbox.demo()), before);
    in_terminal(&sandbox, &undo, "y\n").expect(0).says(&["Removed 16 of 16 events."]);
    assert!(files(&sandbox.demo()).keys().all(|name| !is_own(name)));
}

#[test]
fn forget_gives_up_what_lies_in_a_calendar_that_the_config_names_no_more() {
    let sandbox = Sandbox::synced();
    let before = files(&sandbox.demo());
    let own = before.keys().filter(|name| is_own(name)).count();
    sandbox.run(["forget", "work"]).expect(64).says(&["write account/calendar"]);
    sandbox.run(["forget", "local/work"]).expect(64).says(&["is in the config", "use = \"none\""]);
    sandbox.run(["forget", "local/other"]).expect(64).says(&["nothing is remembered of local/other"]);

    sandbox.edit_config("  { name = \"work\", use = \"read+hold\" },\n", "");
    let lost = format!("{own} events of seawall lie in local/work, which the config does not name");
    sandbox.run(["plan"]).says(&[&lost, "seawall forget local/work"]);
    sandbox.run(["check"]).expect(1).says(&["FAULT", &lost]);
    sandbox.run(["forget", "local/work"]).expect(0).says(&[&format!("Gave up {own} events in local/work")]);
    let after = sandbox.run(["plan"]);
    assert!(!after.out.contains("which the config does not name"), "{after}");
    let kept: BTreeMap<_, _> = files(&sandbox.demo()).into_iter().filter(|(name, _)| name != "seawall.toml").collect();
    assert!(before.iter().filter(|(name, _)| *name != "seawall.toml").eq(kept.iter()));
}

#[test]
fn forget_gives_up_nothing_of_an_account_that_was_only_renamed_and_loses_no_deletion() {
    let sandbox = Sandbox::synced();
    let summary = {
        let list = files(&sandbox.demo());
        let is_summary = |name: &&String| {
            is_own(name) && fs::read_to_string(sandbox.demo().join(name)).unwrap().contains("SUMMARY:Week 47")
        };
        list.keys().find(is_summary).unwrap().clone()
    };
    fs::remove_file(sandbox.demo().join(&summary)).unwrap();
    sandbox.run(["sync"]).expect(0);
    let before = files(&sandbox.demo());
    let own = before.keys().filter(|name| is_own(name)).count();
    sandbox.edit_config("name = \"local\"", "name = \"mine\"");
    sandbox.run(["forget", "local/work"]).expect(64).says(&[
        &format!("{own} events of local/work lie in mine/work"),
        "they stay seawall's",
        "nothing of local/work was given up",
    ]);
    sandbox.run(["sync"]).expect(0).says(&["Nothing to change."]);
    // What lies there no more is given up, and the summary that was deleted does not come again.
    sandbox.edit_config("  { name = \"work\", use = \"read+hold\" },\n", "");
    fs::create_dir(sandbox.demo().join("focus")).unwrap();
    sandbox.edit_config("calendars = [\n", "calendars = [\n  { name = \"focus\", use = \"hold\" },\n");
    sandbox.run(["forget", "local/work"]).expect(0).says(&[&format!("Gave up {own} events in local/work")]);
    sandbox.run(["sync"]).expect(0);
    let holds_a_summary = |name: &String| {
        name.starts_with("focus/") && fs::read_to_string(sandbox.demo().join(name)).unwrap().contains("SUMMARY:Week 47")
    };
    assert!(!files(&sandbox.demo()).keys().any(holds_a_summary));
}

#[test]
fn a_release_of_another_seawalls_hold_names_that_seawall() {
    let sandbox = Sandbox::synced();
    let before = files(&sandbox.demo());
    sandbox.edit_config("state_dir = ", "instance = \"another\"\nstate_dir = ");
    fs::remove_dir_all(sandbox.demo().join(".state")).unwrap();
    sandbox
        .run(["release", "tue 10:00"])
        .expect(64)
        .says(&["a hold of another seawall (instance ", "sync --take-over"]);
    sandbox.run(["release", "never"]).expect(64).says(&["no current or future hold is meant by `never`"]);
    let kept: BTreeMap<_, _> = files(&sandbox.demo()).into_iter().filter(|(name, _)| is_own(name)).collect();
    assert!(before.iter().filter(|(name, _)| is_own(name)).eq(kept.iter()));
}

/// Names that calendars have on servers: words, and for an event of another config an address.
#[test]
fn calendars_may_have_any_name() {
    let sandbox = Sandbox::with_demo(0);
    fs::rename(sandbox.demo().join("work"), sandbox.demo().join("Größe & Co.")).unwrap();
    sandbox.edit_config("\"work\", use", "\"Größe & Co.\", use");
    sandbox.run(["sync"]).expect(0);
    let log = sandbox.run(["log"]);
    assert!(log.expect(0).out.contains("local/Größe & Co."), "{log}");
    assert!(sandbox.json(["plan"])["changes"].as_array().unwrap().is_empty(), "its own are known again");

    let address = "https://cloud.example.org/dav/anna/c%20d/";
    let state = seawall::store::Store::open(&sandbox.demo().join(".state"), jiff::Timestamp::UNIX_EPOCH).unwrap().store;
    let mut row = state.ledger().unwrap().swap_remove(0);
    row.key.calendar = seawall::calendar::CalendarId { account: "a/b".to_owned(), calendar: address.to_owned() };
    row.uid = seawall::reconcile::marker::uid(&row.key);
    state.put_ledger(&row).unwrap();
    assert!(state.ledger().unwrap().contains(&row));
    drop(state);
    sandbox.edit_config("  { name = \"Größe & Co.\", use = \"read+hold\" },\n", "");
    sandbox.run(["plan"]).says(&["seawall forget 'local/Größe & Co.'", &format!("seawall forget 'a/b/{address}'")]);
    for calendar in ["local/Größe & Co.", &format!("a/b/{address}")] {
        sandbox.run(["forget", calendar]).expect(0).says(&["Gave up", &format!("in {calendar};")]);
        sandbox.run(["forget", calendar]).expect(64).says(&["nothing is remembered"]);
    }
}

#[test]
fn now_replaces_the_clock() {
    let sandbox = Sandbox::with_demo(0);
    let at = |now: &str| sandbox.json(["--now", now, "plan"]);
    assert_eq!(at("2026-11-18T12:00:00Z")["now"], "2026-11-18T13:00:00+01:00");
    let late = at("2026-11-20T20:00:00+01:00");
    assert!(rows(&late, "changes").iter().all(|change| change["start"].as_str().unwrap() > "2026-11-23"), "{late}");
    sandbox.run(["--now", "2026-11-25T12:00:00+01:00", "week"]).expect(0).says(&["Week 48 · 23 Nov"]);
    sandbox.run(["check", "--now", "2026-11-25T12:00:00+01:00"]).expect(0).says(&["it is Wed 25 Nov 2026 12:00"]);
}

#[test]
fn colour_is_for_terminals_that_want_it() {
    let sandbox = Sandbox::synced();
    let coloured = in_terminal(&sandbox, &sandbox.command(["week"]), "");
    assert!(coloured.expect(0).out.contains("\u{1b}["), "{coloured}");
    for (name, value) in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let mut command = sandbox.command(["week"]);
        command.env(name, value);
        let plain = in_terminal(&sandbox, &command, "");
        assert!(!plain.expect(0).out.contains('\u{1b}'), "{name}: {plain}");
    }
    fs::write(sandbox.demo().join(".state/seawall.sqlite"), "rubbish that is no database").unwrap();
    let piped = sandbox.run(["-vv", "week"]);
    assert!(piped.expect(0).err.contains("WARN"), "{piped}");
    assert!(!piped.out.contains('\u{1b}') && !piped.err.contains('\u{1b}'), "{piped}");
}

#[test]
fn a_reader_that_has_gone_away_is_no_error() {
    let sandbox = Sandbox::synced();
    for args in [["events", "--json"].as_slice(), &["week"], &["log"], &["check"], &["--help"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut child = sandbox.command(args).stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert_eq!((child.wait().unwrap().code(), err.as_str()), (Some(0), ""), "{args:?}");
    }
}
