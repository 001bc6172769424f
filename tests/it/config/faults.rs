//! Everything that can be wrong, and in which words that is said.

use super::*;

#[test]
fn five_faults_come_at_once_with_line_and_column() {
    check(
        r#"timezone = "Europe/Berln"
pol = "5m"
[hours]
work = [{ days = "mon-fri", from = "17:30", to = "08:30" }]
[[role]]
name = "deep"
min_session = "2 hours"
target = "0m"
[[account]]
name = "local"
provider = "vdir"
path = "cal"
calendars = [{ name = "work", use = "readhold" }]
"#,
        r#"
        1:12: timezone: expected a zone like Europe/Berlin, found "Europe/Berln" (did you mean Europe/Berlin?)
        2:1: pol: unknown key: did you mean poll?
        4:36: hours.work[0].from: expected a time before `to`, found 17:30 and to = 08:30
        7:15: role[0].min_session: expected a duration like 90m, 2h or 1h30m, found "2 hours"
        8:10: role[0].target: expected a duration of more than nothing, found "0m"
        13:37: account[0].calendars[0].use: expected read, hold, read+hold or none, found "readhold" (did you mean read+hold?)
        "#,
    );
}

#[test]
fn broken_syntax_hides_no_other_fault() {
    check_beside_sound(
        "poll = 5m\nwrite = \"yes\"\n[focus]\ngrid = \"7m\"\n[hold]\ncolor \n",
        r#"
        1:8: broken TOML: string values must be quoted, expected literal string
        2:9: write: expected true or false, found a text
        4:8: focus.grid: expected a duration that divides an hour, like 5m, 10m or 15m, found "7m"
        6:7: broken TOML: key with no value, expected `=`
        "#,
    );
}

#[test]
fn an_empty_config_says_what_it_needs() {
    check(
        "",
        r#"
        1:1: hours.work: missing: say when you work, for example work = [{ days = "mon-fri", from = "08:30", to = "17:30" }]
        1:1: account: missing: say where your calendars are, in an [[account]] with provider = "vdir" and a path
        "#,
    );
}

#[test]
fn a_program_for_no_notices_names_the_key() {
    check_beside_sound(
        "[[notify]]\non = []\ncommand = [\"true\"]\n[[notify]]\ncommand = [\"true\"]\n",
        r#"
        2:6: notify[0].on: empty: say for what, like on = ["erosion", "loss", "login", "summary"]
        4:1: notify[1].on: missing: say for what, like on = ["erosion", "loss", "login", "summary"]
        "#,
    );
}

#[test]
fn a_secret_is_refused_and_never_repeated() {
    let text = r#"password = "hunter2"
[[account]]
name = "work"
provider = "caldv"
password = "hunter2"
[[account]]
name = "other"
provider = "vdir"
token = "hunter2"
path = "cal"
calendars = [{ name = "work", password = "hunter2" }]
[hours]
work = [{ days = "mon-fri", from = "08:30", to = "17:30" }]
"#;
    let rule = "never the secret itself: use { credential = … }, { file = … } or { command = … }";
    check(
        text,
        &format!(
            "1:1: password: {rule}
             4:12: account[0].provider: expected vdir, caldav, google or ics, found \"caldv\" (did you mean caldav?)
             5:1: account[0].password: {rule}
             9:1: account[1].token: {rule}
             11:31: account[1].calendars[0].password: {rule}"
        ),
    );
    let broken = parse("password = \"hunter2\npoll = \"5m\"\n", Path::new(FILE), &environment()).unwrap_err();
    assert!(!shown(&broken).contains("hunter2"), "{}", shown(&broken));
}

#[test]
fn unknown_keys_say_what_was_meant_or_where_they_belong() {
    check_beside_sound(
        r#"[busy]
tentativ = "busy"
[focus]
timezone = "Europe/Berlin"
zzz = 1
firm_within = "1h"
[[role]]
name = "deep"
target = "8h"
blocs = []
"#,
        "
        2:1: busy.tentativ: unknown key: did you mean tentative?
        4:1: focus.timezone: unknown key: it belongs at the top, before the first [section]
        5:1: focus.zzz: unknown key
        6:1: focus.firm_within: unknown key: it belongs in [hold], a [[role]] or a block
        10:1: role[0].blocs: unknown key: did you mean blocks?
        ",
    );
}

#[test]
fn wrong_types_say_what_was_expected() {
    check_beside_sound(
        r#"write = 1
poll = 5
timezone = 09:00
role = { name = "deep" }
[limits]
writes_per_cycle = 0
writes_per_day = "many"
[focus]
horizon = 9
own = "focus"
[summary]
at = "friday"
refresh = -1
"#,
        r#"
        1:9: write: expected true or false, found a number
        2:8: poll: expected a duration like 90m, 2h or 1h30m in quotes, found a number
        3:12: timezone: expected a zone like "Europe/Berlin" in quotes, found a bare date or time
        4:8: role: expected a list like [[role]], found a table
        6:20: limits.writes_per_cycle: expected a number from 1 to 10000, found 0
        7:18: limits.writes_per_day: expected a number from 1 to 10000, found a text
        9:11: focus.horizon: expected a number from 1 to 8, found 9
        10:7: focus.own: expected a list like [{ title = "(?i)1:1" }, { attendees = 2 }], found a text
        12:6: summary.at: expected a day and time like "fri 16:00", or "fri" for all day, found "friday"
        13:11: summary.refresh: expected a number from 0 to 1000, found -1
        "#,
    );
}

#[test]
fn session_values_must_fit_each_other() {
    check_beside_sound(
        r#"[focus]
min_session = "3h"
max_session = "2h"
freeze = "10m"
[[role]]
name = "a"
target = "8h"
max_session = "6h"
daily_max = "2h"
[[role]]
name = "b"
target = "8h"
min_session = "50m"
max_session = "55m"
grid = "20m"
"#,
        "
        2:15: focus.min_session: min_session (3h) is longer than max_session (2h)
        4:10: focus.freeze: notice (30m) is longer than freeze (10m)
        9:13: role[0].daily_max: min_session (3h) is longer than daily_max (2h)
        15:8: role[1].grid: no session fits: no multiple of grid lies between min_session and max_session
        ",
    );
}

#[test]
fn blocks_must_lie_inside_working_time() {
    check_beside_sound(
        r#"[[role]]
name = "deep"
blocks = [{ name = "Late", days = "fri,sat", from = "14:00", to = "17:00" },
  { name = "Lunch", days = "mon", from = "11:00", to = "14:00" }]
"#,
        r#"
        3:11: role[0].blocks[0]: block "Late" lies partly outside working time (work minus away) on sat
        4:3: role[0].blocks[1]: block "Lunch" lies partly outside working time (work minus away) on mon
        "#,
    );
}

#[test]
fn overlapping_blocks_are_both_named() {
    check_beside_sound(
        r#"[[role]]
name = "deep"
blocks = [{ name = "Morning", days = "mon-fri", from = "09:00", to = "12:00" }]
[[role]]
name = "learning"
min_session = "1h"
blocks = [{ name = "Reading", days = "fri", from = "11:00", to = "12:00" }]
"#,
        r#"
        7:11: role[1].blocks[0]: block "Reading" overlaps block "Morning" of role "deep" on the same day
        "#,
    );
}

#[test]
fn blocks_must_be_holdable() {
    check_beside_sound(
        r#"[[role]]
name = "deep"
max_session = "3h"
blocks = [{ name = "Short", days = "mon", from = "09:00", to = "10:00" },
  { name = "Long", days = "tue", from = "13:00", to = "17:00" },
  { name = "Odd", days = "wed", from = "09:02", to = "11:02" },
  { name = "One", days = "thu", from = "08:30", to = "11:30" },
  { name = "Two", days = "thu", from = "13:00", to = "16:00" }]
"#,
        r#"
        4:11: role[0].blocks[0]: block "Short" (1h) is shorter than min_session (2h)
        5:3: role[0].blocks[1]: block "Long" (4h) is longer than max_session (3h): split it, raise max_session, or set break = "0m" so that it can be held in pieces
        6:3: role[0].blocks[2]: block "Odd" starts or ends off the grid (5m)
        8:3: role[0].blocks[4]: the blocks of thu (6h in sum) are longer than daily_max (5h)
        "#,
    );
}

#[test]
fn the_blocks_of_all_holding_roles_share_the_day() {
    check_beside_sound(
        r#"[[role]]
name = "deep"
blocks = [{ name = "Morning", days = "mon", from = "09:00", to = "12:00" }]
[[role]]
name = "writing"
blocks = [{ name = "Afternoon", days = "mon", from = "13:00", to = "16:00" }]
"#,
        "6:11: role[1].blocks[0]: the blocks of mon (6h in sum) are longer than daily_max (5h)",
    );
}

#[test]
fn without_breaks_a_long_block_is_held_in_pieces() {
    let role = |blocks: &str| {
        format!(
            "[focus]\nbreak = \"0m\"\ndaily_max = \"9h\"\n[[role]]\nname = \"deep\"\nmax_session = \"2h\"\n{blocks}"
        )
    };
    let block =
        |to: &str| format!("blocks = [{{ name = \"Long\", days = \"mon\", from = \"13:00\", to = \"{to}\" }}]\n");
    check_beside_sound(&role(&block("17:00")), "");
    check_beside_sound(
        &role(&block("16:00")),
        r#"7:11: role[0].blocks[0]: block "Long" (3h) is longer than max_session (2h): split it, raise max_session, or set break = "0m" so that it can be held in pieces"#,
    );
}

#[test]
fn names_must_be_unique() {
    check(
        r#"[hours]
work = [{ days = "mon-fri", from = "08:00", to = "18:00" }]
[[role]]
name = "deep"
blocks = [{ name = "B", days = "mon", from = "09:00", to = "12:00" },
  { name = "B", days = "tue", from = "09:00", to = "12:00" }]
[[role]]
name = "deep"
hold = false
[[account]]
name = "a"
provider = "vdir"
path = "x"
calendars = [{ name = "c" }, { name = "c" }]
[[account]]
name = "a"
provider = "vdir"
path = "y"
calendars = [{ name = "c" }]
"#,
        r#"
        6:12: role[0].blocks[1].name: the role has already a block "B"
        8:8: role[1].name: there is already a role "deep"
        14:30: account[0].calendars[1]: the account has already a calendar "c"
        16:8: account[1].name: there is already an account "a"
        "#,
    );
}

#[test]
fn only_one_calendar_holds() {
    check(
        r#"[hours]
work = [{ days = "mon-fri", from = "08:00", to = "18:00" }]
[[account]]
name = "a"
provider = "vdir"
path = "x"
calendars = [{ name = "c", use = "hold" }, { name = "d", use = "read+hold" }]
"#,
        "7:44: account[0].calendars[1]: a/d holds, and a/c does already: only one calendar can",
    );
}

#[test]
fn a_vdir_account_says_what_it_needs() {
    check(
        r#"[hours]
work = [{ days = "mon-fri", from = "08:00", to = "18:00" }]
[[account]]
name = "a"
provider = "vdir"
emails = ["anna"]
[[account]]
provider = "vdir"
path = ""
calendars = [{ name = "../c", use = "read", only = "mine" }]
"#,
        r#"
        3:1: account[0].path: missing: expected a folder like "~/.calendars"
        3:1: account[0].calendars: missing: say which folders to use, for example calendars = [{ name = "work", use = "read+hold" }, { name = "home", use = "read", private = true }]
        6:11: account[0].emails[0]: expected an address like anna@example.org, found "anna"
        7:1: account[1].name: missing: expected a name like "work"
        9:8: account[1].path: expected a path, found ""
        10:23: account[1].calendars[0].name: expected the name of a folder, without slashes or a leading dot, found "../c"
        10:52: account[1].calendars[0].only: expected invited or all, found "mine"
        "#,
    );
}

#[test]
fn roles_and_styles_say_what_they_need() {
    check_beside_sound(
        r#"now = "soon"
[busy]
unanswered = "maybe"
day_off = ["(open"]
[hold]
title = "Focus: {blok}"
color = "0xff0000"
defence = "firn"
[[role]]
name = "deep"
[[role]]
name = ""
target = "200h"
match = [{}, { title = "[" }]
blocks = [{ name = "B", days = "mon-fir", from = "9", to = "25:00" }]
"#,
        r#"
        1:7: now: expected a time like 2026-11-16T07:30:00+01:00 or 2026-11-16T07:30, found "soon"
        3:14: busy.unanswered: expected busy, threat or free, found "maybe"
        4:12: busy.day_off[0]: expected a regular expression (unclosed group), found "(open"
        6:9: hold.title: expected a title with no other braces than {block} and {role}, found "Focus: {blok}" (did you mean {block}?)
        7:9: hold.color: expected a CSS3 colour name like teal (RFC 7986 allows no other), found "0xff0000"
        8:11: hold.defence: expected soft, firm, auto or strict, found "firn" (did you mean firm?)
        9:1: role[0].target: missing: a role that holds needs a target, like "8h", or blocks; or say hold = false
        12:8: role[1].name: expected a text that is not empty and has no control characters, found ""
        13:10: role[1].target: expected a duration of at most a week (168h), found "200h"
        14:10: role[1].match[0].title: missing: a match needs title or attendees; an empty one would fit all
        14:24: role[1].match[1].title: expected a regular expression (unclosed character class), found "["
        15:32: role[1].blocks[0].days: expected days like mon-fri or mon,wed, found "mon-fir"
        15:50: role[1].blocks[0].from: expected a time like 09:00, from 00:00 to 24:00, found "9"
        15:60: role[1].blocks[0].to: expected a time like 09:00, from 00:00 to 24:00, found "25:00"
        "#,
    );
}

#[test]
fn files_that_can_not_be_read_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let missing = load(&dir.path().join("none.toml"), &environment()).unwrap_err().to_string();
    assert!(missing.contains("none.toml: can't be read: "), "{missing}");
    let rubbish = dir.path().join("rubbish.toml");
    std::fs::write(&rubbish, b"poll = \"5m\"\nname = \"\xff\"\n").unwrap();
    let error = load(&rubbish, &environment()).unwrap_err().to_string();
    assert!(error.ends_with("rubbish.toml:2:9: is not UTF-8"), "{error}");
    std::fs::write(&rubbish, vec![b'#'; 2 << 20]).unwrap();
    assert!(load(&rubbish, &environment()).unwrap_err().to_string().contains("larger"));
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(64))]
    #[test]
    fn no_text_panics(text in "(\\[\\[?[a-z]{1,7}\\]\\]?|[a-z_]{1,9} = |[\"{}\\[\\],=\n#é]|[0-9:hm-]{1,5}| ){0,40}") {
        let _ = parse(&text, Path::new(FILE), &environment());
    }
}

#[test]
fn a_subscribed_calendar_says_what_it_needs() {
    let account = |rest: &str| format!("[[account]]\nname = \"feed\"\nprovider = \"ics\"\n{rest}");
    let example = r#"url = "https://example.org/holidays.ics" or path = "holidays.ics""#;
    for (rest, fault) in [
        ("", format!("1:1: account[0].url: missing: say where the calendar is: {example}")),
        ("url = \"https://example.org\"\npath = \"a.ics\"\n", "4:7: account[0].url: the calendar is at one place: either url or path".to_owned()),
        ("url = \"holidays.ics\"\n", "4:7: account[0].url: expected an address like https://example.org/holidays.ics".to_owned()),
        ("url = \"webcal://example.org/a\"\n", "4:7: account[0].url: expected https:// in place of webcal://".to_owned()),
        ("url = \"ftp://example.org/a\"\n", "4:7: account[0].url: expected an address that begins with https://".to_owned()),
        ("url = \"http://example.org/a\"\n", "4:7: account[0].url: expected https: over http anybody on the way can read and change the calendar".to_owned()),
        ("url = 1\n", "4:7: account[0].url: expected an address in quotes, found a number".to_owned()),
        ("path = \"a.ics\"\ncalendars = [{ use = \"read+hold\" }]\n", "5:22: account[0].calendars[0].use: expected read, for a subscribed calendar can't be written, found \"read+hold\"".to_owned()),
        ("path = \"a.ics\"\ncalendars = []\n", "5:13: account[0].calendars: expected one calendar, for that is all there is at one place: [{ name = \"holidays\", private = true }]".to_owned()),
        ("path = \"a.ics\"\npasword = 1\n", "5:1: account[0].pasword: unknown key".to_owned()),
    ] {
        check_beside_sound(&account(rest), &fault);
    }
    // The address may be the only secret there is.
    let text = sound(&account("url = \"https://anna:hunter2@example.org/token\"\n"));
    let shown = shown(&parse(&text, Path::new(FILE), &environment()).unwrap_err());
    assert!(shown.contains("without user name or password") && !shown.contains("hunter2"), "{shown}");
}
