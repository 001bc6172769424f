//! Every other command on the folder of the demo: what it prints, what it does, and what it leaves alone.

use std::io::{Read as _, Write as _};

use serde_json::{Value, json};

use super::*;

/// Runs the program in a pseudo-terminal and types these answers.
fn in_terminal(sandbox: &Sandbox, seawall: &Command, typed: &str) -> Ran {
    let words = std::iter::once(seawall.get_program()).chain(seawall.get_args());
    let line: Vec<String> = words.map(|word| format!("'{}'", word.to_string_lossy())).collect();
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command"]).arg(line.join(" ")).arg("/dev/null").env_clear();
    script.env("SHELL", "/bin/sh").env("TERM", "xterm").current_dir(sandbox.root.path());
    for (name, value) in seawall.get_envs() {
        script.env(name, value.unwrap());
    }
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
    let answers =
        format!("Mars\nEurope/Berlin\n{}\nmine=read+hold\nme@example.org\n\n\n\n\n\n\n8h\nyes\n", calendars.display());
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

    let again = in_terminal(&sandbox, &init, &"\n".repeat(14));
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
fn events_carry_what_each_counts_as_and_why() {
    let sandbox = Sandbox::with_demo(0);
    let events = sandbox.json(["events", "--from", "2026-11-16", "--to", "2026-11-29"]);
    let events = events.as_array().unwrap();
    let starts: Vec<&str> = events.iter().map(|one| one["start"].as_str().unwrap()).collect();
    assert!(starts.is_sorted(), "{starts:?}");
    let sought = |title: &str, start: &str| {
        let found =
            events.iter().find(|one| one["title"] == title && one["start"].as_str().unwrap().starts_with(start));
        found.unwrap_or_else(|| panic!("no {title} at {start}")).clone()
    };
    let row = |uid: &str, calendar: &str, span: [&str; 2], title: &str| {
        json!({
            "uid": format!("{uid}@example.org"), "recurrence_id": null, "account": "local", "calendar": calendar,
            "start": span[0], "end": span[1], "all_day": false, "title": title, "busy": "busy", "why": "accepted",
            "role": null, "meeting": true, "attendees": 1, "own": false, "uncertain": false,
        })
    };
    let check = |row: Value, changes: Value| {
        let mut want = row;
        want.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let day = &want["start"].as_str().unwrap()[..10];
        assert_eq!(sought(want["title"].as_str().unwrap(), day), want);
    };
    let at = |day: u8, from: &str, to: &str| {
        [format!("2026-11-{day}T{from}:00+01:00"), format!("2026-11-{day}T{to}:00+01:00")]
    };
    let timed = |uid: &str, calendar: &str, day: u8, from: &str, to: &str, title: &str| {
        let span = at(day, from, to);
        row(uid, calendar, [&span[0], &span[1]], title)
    };
    check(
        timed("standup", "work", 19, "09:30", "09:45", "Stand-up"),
        json!({"recurrence_id": "2026-11-19T08:30:00+01:00", "attendees": 4}),
    );
    check(
        timed("sprint-demo", "work", 20, "09:30", "10:30", "Sprint demo"),
        json!({"busy": "free", "why": "cancelled", "attendees": 5}),
    );
    check(
        timed("vendor-demo", "work", 19, "10:30", "11:30", "Vendor demo: build cache"),
        json!({"busy": "free", "why": "declined by you", "attendees": 3}),
    );
    check(
        timed("hiring-sync", "work", 17, "10:00", "11:00", "Hiring sync"),
        json!({"busy": "threat", "why": "not answered by you: may take the time", "attendees": 3}),
    );
    check(
        timed("choir", "private", 17, "19:30", "21:30", "Choir rehearsal"),
        json!({"recurrence_id": "2026-11-17T19:30:00+01:00", "why": "solo", "meeting": false}),
    );
    check(
        timed("one-to-one-ben", "work", 17, "14:00", "14:30", "1:1 Ben"),
        json!({
            "recurrence_id": "2026-11-17T14:00:00+01:00", "why": "organised by you", "role": "leadership",
            "attendees": 2
        }),
    );
    check(
        timed("talk", "work", 25, "09:00", "11:30", "Deep work: conference talk"),
        json!({"busy": "focus", "why": "matches [focus] own: your own focus event", "role": "deep", "meeting": false}),
    );
    check(
        row("company-holiday", "work", ["2026-11-26T00:00:00+01:00", "2026-11-27T00:00:00+01:00"], "Company holiday"),
        json!({"busy": "off", "why": "a day off: the title matches `holiday`", "all_day": true, "meeting": false}),
    );
}

/// The keys of every object in JSON text, in the order in which they stand, by the path to the object.
fn key_order(text: &str) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    let (mut path, mut keys): (Vec<String>, Vec<Vec<String>>) = (Vec::new(), Vec::new());
    for line in text.lines() {
        let line = line.trim();
        let key = line.strip_prefix('"').and_then(|rest| rest.split_once("\": ")).map(|(key, _)| key.to_owned());
        if let (Some(key), Some(of_object)) = (&key, keys.last_mut()) {
            of_object.push(key.clone());
        }
        if line.ends_with('{') || line.ends_with('[') {
            path.push(key.unwrap_or_default());
            keys.push(Vec::new());
        } else if line.starts_with('}') || line.starts_with(']') {
            let place = path.iter().filter(|name| !name.is_empty()).cloned().collect::<Vec<_>>().join(".");
            let of_object = keys.pop().unwrap().join(" ");
            if line.starts_with('}') {
                let known = out.entry(place).or_insert_with(|| of_object.clone());
                assert_eq!(*known, of_object, "objects of one list differ in their keys");
            }
            path.pop();
        }
    }
    out
}

#[track_caller]
fn check_keys(ran: &Ran, want: &[(&str, &str)]) {
    let want: BTreeMap<String, String> = want.iter().map(|(at, keys)| ((*at).to_owned(), (*keys).to_owned())).collect();
    assert_eq!(key_order(&ran.expect(0).out), want);
}

#[test]
fn json_has_the_documented_keys_in_the_documented_order() {
    let eroder = "uid title start end minutes focus_cost_minutes organiser lead_minutes";
    let plan = [
        ("", "now timezone weeks blocks holds changes warnings"),
        ("weeks", "week role target_minutes needed_minutes attainable_minutes protected_minutes objective"),
        (
            "blocks",
            "name role start end planned_minutes kept_minutes eroded_minutes protected_minutes level eroded_by threats",
        ),
        ("blocks.eroded_by", eroder),
        ("blocks.threats", "uid title start end"),
        ("holds", "uid role start end busy state block why"),
        ("changes", "action kind uid account calendar title start end busy why applied error"),
    ];
    let sandbox = Sandbox::with_demo(0);
    check_keys(&sandbox.run(["plan", "--json"]), &plan);
    check_keys(&sandbox.run(["sync", "--json"]), &plan);
    let row =
        "uid recurrence_id account calendar start end all_day title busy why role meeting attendees own uncertain";
    check_keys(&sandbox.run(["events", "--json"]), &[("", row)]);
    check_keys(
        &sandbox.run(["summary", "--json"]),
        &[
            ("", "week final roles focus meetings switches eroded_by trend title text"),
            ("roles", "role minutes target_minutes"),
            (
                "focus",
                "planned_minutes kept_minutes eroded_minutes protected_minutes recovered_minutes longest_minutes \
                 free_run_minutes fragmented_minutes",
            ),
            ("meetings", "count minutes in_blocks_minutes"),
            ("eroded_by", eroder),
            ("trend", "week protected_minutes meeting_minutes"),
        ],
    );
}

fn minutes(value: &Value, key: &str) -> i64 {
    value[key].as_i64().unwrap_or_else(|| panic!("{key} in {value}"))
}

fn rows<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().unwrap_or_else(|| panic!("{key} in {value}"))
}

#[test]
fn the_figures_of_the_plan_add_up() {
    let sandbox = Sandbox::with_demo(0);
    let plan = sandbox.json(["plan"]);
    assert_eq!((&plan["now"], &plan["timezone"]), (&json!("2026-11-16T07:30:00+01:00"), &json!("Europe/Berlin")));
    let weeks: Vec<String> =
        rows(&plan, "weeks").iter().map(|row| format!("{} {}", row["week"], row["role"]).replace('"', "")).collect();
    let both = |week: &str| [format!("{week} deep"), format!("{week} learning")];
    assert_eq!(weeks, ["2026-W47", "2026-W48", "2026-W49"].map(both).concat());
    for row in rows(&plan, "weeks") {
        assert_eq!(rows(row, "objective").len(), 7, "{row}");
        assert!(minutes(row, "attainable_minutes") >= minutes(row, "needed_minutes"), "{row}");
    }
    for block in rows(&plan, "blocks") {
        let charged: i64 = rows(block, "eroded_by").iter().map(|by| minutes(by, "minutes")).sum();
        let eroded = minutes(block, "eroded_minutes");
        assert_eq!(charged, eroded, "{block}");
        assert_eq!(minutes(block, "kept_minutes") + eroded, minutes(block, "planned_minutes"), "{block}");
        assert!(minutes(block, "protected_minutes") <= minutes(block, "kept_minutes"), "{block}");
        let level = match eroded * 100 / minutes(block, "planned_minutes") {
            0 => "intact",
            1..25 => "nibbled",
            25..100 => "eroded",
            _ => "lost",
        };
        assert_eq!(block["level"], level, "{block}");
    }
    let levels: Vec<&str> = rows(&plan, "blocks").iter().map(|block| block["level"].as_str().unwrap()).collect();
    for level in ["intact", "nibbled", "eroded", "lost"] {
        assert!(levels.contains(&level), "the sample shows every level: {levels:?}");
    }
    assert!(rows(&plan, "holds").iter().all(|hold| hold["state"] == "planned"), "{plan}");
    assert!(rows(&plan, "changes").iter().all(|change| change["applied"] == false && change["error"] == json!(null)));

    let synced = sandbox.json(["sync"]);
    assert!(rows(&synced, "changes").iter().all(|change| change["applied"] == true), "{synced}");
    assert!(rows(&synced, "holds").iter().all(|hold| hold["state"] == "written"), "{synced}");
    let uids = |value: &Value| rows(value, "holds").iter().map(|hold| hold["uid"].clone()).collect::<Vec<_>>();
    assert_eq!(uids(&synced), uids(&plan), "a plan names the UIDs that its holds will have");
    for hold in rows(&synced, "holds") {
        let file = sandbox.demo().join("work").join(format!("{}.ics", hold["uid"].as_str().unwrap()));
        assert!(file.is_file(), "{hold}");
    }
}

#[test]
fn the_summary_agrees_with_the_plan_and_with_its_event() {
    let sandbox = Sandbox::synced();
    let (summary, plan) = (sandbox.json(["summary"]), sandbox.json(["plan"]));
    assert_eq!((&summary["week"], &summary["final"]), (&json!("2026-W47"), &json!(false)));
    let of_week = |block: &&Value| block["start"].as_str().unwrap() < "2026-11-23";
    for key in ["planned_minutes", "kept_minutes", "eroded_minutes"] {
        let sum: i64 = rows(&plan, "blocks").iter().filter(of_week).map(|block| minutes(block, key)).sum();
        assert_eq!(minutes(&summary["focus"], key), sum, "{key}");
    }
    let charged: i64 = rows(&summary, "eroded_by").iter().map(|by| minutes(by, "minutes")).sum();
    assert_eq!(charged, minutes(&summary["focus"], "eroded_minutes"));
    let roles: Vec<i64> = rows(&summary, "roles").iter().take(2).map(|role| minutes(role, "minutes")).collect();
    let planned: Vec<i64> = rows(&plan, "weeks").iter().take(2).map(|row| minutes(row, "protected_minutes")).collect();
    assert_eq!(roles, planned);
    let events = sandbox.json(["events"]);
    let event = events.as_array().unwrap().iter().find(|one| one["why"] == "seawall's own summary").unwrap();
    assert_eq!((&event["title"], &event["busy"]), (&summary["title"], &json!("free")));
    assert!(
        rows(&summary, "trend").len() == 1
            && summary["text"].as_str().unwrap().lines().all(|line| line.chars().count() <= 60)
    );
    sandbox.run(["summary"]).expect(0).says(&[summary["title"].as_str().unwrap(), "Incident review"]);
    sandbox.run(["summary", "2026-W48"]).expect(0).says(&["Week 48: ", "Release planning"]);
}

#[test]
fn log_tells_every_write_with_its_reason() {
    let sandbox = Sandbox::with_demo(0);
    sandbox.run(["log"]).expect(0).says(&["Nothing was written yet."]);
    let changes = sandbox.json(["sync"])["changes"].clone();
    let ran = sandbox.run(["log"]);
    ran.expect(0).says(&["16 Nov 07:30 + Tue 17 09:00–12:00 Focus: Morning deep work", "covers Morning deep work"]);
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
            "Tue 17 09:00–12:00",
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
        sandbox.run(["sync"]).expect(0).says(&["+ Tue 17 09:00–12:00 Focus: Morning deep work"]);
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
