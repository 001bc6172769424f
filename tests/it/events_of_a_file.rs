//! `events --file` and `--explain`, through the program itself: one file, no config, every rule named.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const WEEK: &str = "tests/fixtures/explain/week.ics";

/// Runs the program in an empty environment on Monday of the week 2026-W47, with that on standard input.
fn run(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_seawall"))
        .args(["events", "--now", "2026-11-16T07:30:00+01:00"])
        .args(arguments)
        .env_clear()
        .envs([("COLUMNS", "120"), ("TZ", "Europe/Berlin")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that does not read its input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[track_caller]
fn fails(arguments: &[&str], code: i32, why: &str) {
    let output = run(arguments, b"");
    let said = text(&output.stderr);
    assert!(output.status.code() == Some(code) && said.contains(why), "{:?}: {said}", output.status);
}

#[test]
fn each_occurrence_says_what_made_it() {
    let output = run(&["--file", WEEK, "--explain"], b"");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    insta::assert_snapshot!(text(&output.stdout));
}

#[test]
fn warnings_name_file_line_and_property() {
    let said = text(&run(&["--file", WEEK], b"").stderr);
    assert!(said.contains("week.ics: line 34, RRULE: the rule can't be read at `FREQ=NEVER`"), "{said}");
}

#[test]
fn without_explain_it_prints_as_ever() {
    let output = text(&run(&["--file", WEEK, "--from", "2026-11-17", "--to", "2026-11-17 12:00"], b"").stdout);
    assert_eq!(output, "Tue 17 Nov\n  11:00–11:30  busy    Standup, moved  file/week.ics  solo\n");
    let json = text(&run(&["--file", WEEK, "--json", "--from", "2026-11-17", "--to", "2026-11-17 12:00"], b"").stdout);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((json.as_array().unwrap().len(), &json[0]["account"]), (1, &serde_json::json!("file")));
    assert_eq!((&json[0]["calendar"], json[0].get("explain")), (&serde_json::json!("week.ics"), None));
}

#[test]
fn standard_input_is_a_file_too() {
    let body = std::fs::read(WEEK).unwrap();
    let arguments = ["--file", "-", "--json", "--explain", "--from", "2026-11-20", "--timezone", "america/new_york"];
    let json: serde_json::Value = serde_json::from_str(&text(&run(&arguments, &body).stdout)).unwrap();
    assert_eq!(json[0]["start"], "2026-11-20T04:00:00-05:00");
    let explained = serde_json::json!({
        "made_by": "RDATE", "zone": "TZID Europe/Berlin: IANA", "file": "stdin", "line": 5, "uncertain": null
    });
    assert_eq!(json[0]["explain"], explained);
}

#[test]
fn an_address_tells_who_one_is() {
    let body = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20261117T090000Z\nDTEND:20261117T100000Z\n\
                ATTENDEE;PARTSTAT=DECLINED:mailto:Anna@example.org\nATTENDEE:mailto:ben@example.org\n\
                END:VEVENT\nEND:VCALENDAR\n";
    let of = |arguments: &[&str]| text(&run(&[&["--file", "-"], arguments].concat(), body.as_bytes()).stdout);
    assert!(of(&[]).contains("busy"), "{}", of(&[]));
    assert!(of(&["--email", "anna@Example.org"]).contains("free"));
}

#[test]
fn a_hold_in_a_file_is_seawalls_own() {
    let body = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:sea0abc\nX-SEAWALL:1\nDTSTART:20261117T090000Z\n\
                DTEND:20261117T100000Z\nEND:VEVENT\nEND:VCALENDAR\n";
    let json = text(&run(&["--file", "-", "--json"], body.as_bytes()).stdout);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json[0]["own"], &json[0]["busy"]), (&serde_json::json!(true), &serde_json::json!("focus")));
}

#[test]
fn what_is_wrong_is_said() {
    fails(&["--file", "nowhere.ics"], 1, "nowhere.ics: No such file");
    fails(&["--file", "README.md"], 1, "README.md is no iCalendar text");
    fails(&["--file", "-"], 1, "stdin is empty");
    fails(&["--file", WEEK, "--timezone", "Europe/Nowhere"], 64, "Europe/Nowhere");
    fails(&["--file", WEEK, "--from", "soon"], 64, "soon");
    fails(&["--timezone", "UTC"], 64, "--file");
    fails(&["--email", "a@example.org"], 64, "--file");
    assert!(Path::new(WEEK).exists());
}

/// A config with a vdir that holds and a subscribed file, which has a copy of a hold beside a meeting.
fn config_with_a_feed() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("cal/work")).unwrap();
    std::fs::write(
        folder.path().join("seawall.toml"),
        "timezone = \"Europe/Berlin\"\nstate_dir = \"state\"\nnow = \"2026-11-16T07:30\"\n[hours]\n\
         work = [{ days = \"mon-fri\", from = \"08:30\", to = \"17:30\" }]\n[[role]]\nname = \"deep\"\ntarget = \"2h\"\n\
         [[account]]\nname = \"local\"\nprovider = \"vdir\"\npath = \"cal\"\nemails = [\"anna@example.org\"]\n\
         calendars = [{ name = \"work\", use = \"read+hold\" }]\n\
         [[account]]\nname = \"feed\"\nprovider = \"ics\"\npath = \"feed.ics\"\n",
    )
    .unwrap();
    std::fs::write(
        folder.path().join("feed.ics"),
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:sea0abc\nX-SEAWALL:1\nDTSTART:20261117T090000Z\nDTEND:20261117T100000Z\n\
         SUMMARY:Focus\nEND:VEVENT\nBEGIN:VEVENT\nUID:1\nSUMMARY:Match\nDTSTART:20261118T090000Z\n\
         DTEND:20261118T100000Z\nEND:VEVENT\nEND:VCALENDAR\n",
    )
    .unwrap();
    folder
}

/// Runs a command on such a config: exit code, output, log.
fn with_config(folder: &tempfile::TempDir, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_seawall"))
        .args(["--config".as_ref(), folder.path().join("seawall.toml").as_os_str()])
        .args(arguments)
        .env_clear()
        .env("XDG_RUNTIME_DIR", folder.path())
        .output()
        .unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_feed_counts_as_last_read_while_it_is_gone() {
    let folder = config_with_a_feed();
    let feed = folder.path().join("feed.ics");
    let events = |code: i32| {
        let (found, out, log) = with_config(&folder, &["events", "--explain"]);
        assert_eq!(found, Some(code), "{out}{log}");
        (out, log)
    };
    let away = folder.path().join("away.ics");
    std::fs::rename(&feed, &away).unwrap();
    let (out, log) = events(2);
    assert!(!out.contains("Match") && log.contains("no such file"), "never read, so the calendar is incomplete: {log}");
    let (code, ..) = with_config(&folder, &["sync"]);
    assert_eq!(code, Some(2));

    std::fs::rename(&away, &feed).unwrap();
    let (code, out, log) = with_config(&folder, &["sync"]);
    assert_eq!(code, Some(0), "{out}{log}");
    let before = events(0).0;
    assert!(before.contains("Match") && before.contains("feed.ics line 12"), "{before}");

    std::fs::remove_file(&feed).unwrap();
    let (out, log) = events(0);
    assert_eq!(out, before, "stale content is better than none");
    assert!(log.contains("it counts as it was when last read, at 07:30 on 16 Nov 2026"), "{log}");
    let (code, _, log) = with_config(&folder, &["sync"]);
    assert_eq!(code, Some(0), "and keeps nobody from writing elsewhere: {log}");
    assert!(events(0).0.contains("Match"), "a cycle that could not read it does not forget it");
}

#[test]
fn a_hold_that_comes_back_in_a_feed_is_no_meeting() {
    let folder = config_with_a_feed();
    let (_, out, _) = with_config(&folder, &["events", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    let of = |uid: &str| json.as_array().unwrap().iter().find(|event| event["uid"] == uid).cloned().unwrap();
    assert_eq!((&of("sea0abc")["own"], &of("1")["busy"]), (&serde_json::json!(true), &serde_json::json!("busy")));
}

#[test]
fn check_reaches_a_feed_and_says_when_it_is_gone() {
    let folder = config_with_a_feed();
    let (code, out, _) = with_config(&folder, &["check"]);
    assert!(code == Some(0) && out.contains("feed: read, read-only"), "{out}");
    std::fs::remove_file(folder.path().join("feed.ics")).unwrap();
    let (code, out, _) = with_config(&folder, &["check"]);
    assert!(code == Some(1) && out.contains("FAULT") && out.contains("no such file"), "{out}");
}
