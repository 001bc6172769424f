//! The JSON that other programs read: its keys and their order, its rows for the demo, and that its figures add up.

use serde_json::{Value, json};

use super::*;

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

pub(super) fn rows<'a>(value: &'a Value, key: &str) -> &'a [Value] {
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
