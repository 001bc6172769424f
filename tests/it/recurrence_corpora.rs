//! Recurrence results of other implementations, and odd files, as fixtures: tests/fixtures/recurrence/README.md.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use jiff::civil::DateTime;
use jiff::{Timestamp, ToSpan as _};
use seawall::calendar::event::Status;
use seawall::calendar::ical::read;
use seawall::calendar::time::Span;
use seawall::calendar::zones::Zones;
use serde_json::Value;

use crate::support::ics::{calendar, expanded, zone};

fn fixtures(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(folder)
}

fn cases(file: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(fixtures("recurrence").join(file)).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn strings<'a>(case: &'a Value, key: &str) -> Vec<&'a str> {
    case[key].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The starts of a rule case in the form of its `expected`, up to its last expected instance or, where the set
/// is complete, a year beyond.
fn found_starts(case: &Value) -> Vec<String> {
    let is_date = case["value_type"] == "DATE";
    let tzid = case["tz"].as_str();
    let param = match tzid {
        Some("UTC") | None => String::new(),
        Some(tzid) => format!(";TZID={tzid}"),
    };
    let form = |name: &str, values: &[&str]| match (values, is_date) {
        ([], _) => String::new(),
        (_, true) => format!("{name};VALUE=DATE:{}\n", values.join(",")),
        (_, false) => {
            let values: Vec<String> = values
                .iter()
                .map(|value| {
                    if tzid == Some("UTC") { format!("{}Z", value.trim_end_matches('Z')) } else { (*value).to_owned() }
                })
                .collect();
            let param = if values.iter().any(|value| value.ends_with('Z')) { "" } else { param.as_str() };
            format!("{name}{param}:{}\n", values.join(","))
        }
    };
    let dtstart = case["dtstart"].as_str().unwrap();
    let mut event = form("DTSTART", &[dtstart.trim_end_matches('Z')]);
    for (name, key) in [("RRULE", "rrules"), ("EXRULE", "exrules")] {
        for rule in strings(case, key) {
            writeln!(event, "{name}:{rule}").unwrap();
        }
    }
    for (name, key) in [("RDATE", "rdates"), ("EXDATE", "exdates")] {
        for value in strings(case, key) {
            event.push_str(&form(name, &[value]));
        }
    }
    let tz = zone(tzid.unwrap_or("UTC"));
    let expected = strings(case, "expected");
    let wall = |text: &str| -> DateTime {
        let text = text.trim_end_matches('Z');
        let date = DateTime::strptime(
            "%Y%m%dT%H%M%S",
            if text.len() == 8 { format!("{text}T000000") } else { text.to_owned() },
        );
        date.unwrap()
    };
    let first = tz.to_timestamp(wall(dtstart)).unwrap();
    let last = tz.to_timestamp(wall(expected.iter().max().copied().unwrap_or(dtstart))).unwrap();
    let beyond = if case["complete"] == true { (366 * 24).hours() } else { 1.second() };
    let found = expanded(&calendar(&event), Span::new(first, last.saturating_add(beyond).unwrap()), &tz);
    let mut starts: Vec<String> = found
        .occurrences
        .iter()
        .map(|(_, occurrence)| {
            if let Some(reason) = &occurrence.uncertain {
                return reason.clone();
            }
            let at = tz.to_datetime(occurrence.span.start);
            let form = if is_date { "%Y%m%d" } else { "%Y%m%dT%H%M%S" };
            format!("{} {}", at.strftime(form), occurrence.span.start.as_second())
        })
        .collect();
    // The first instance is one even where the rule does not make it; the corpora leave it out there.
    let own = starts.first().is_some_and(|start| start.starts_with(dtstart));
    if own && !expected.contains(&dtstart) {
        starts.remove(0);
    }
    starts
}

fn agrees(case: &Value) -> bool {
    let found = found_starts(case);
    match case["expected_utc"].as_array() {
        Some(utc) => {
            let utc: Vec<String> = utc.iter().map(ToString::to_string).collect();
            found.iter().map(|start| start.split(' ').next_back().unwrap_or_default()).eq(utc)
        }
        None => found.iter().map(|start| start.split(' ').next().unwrap_or_default()).eq(strings(case, "expected")),
    }
}

#[track_caller]
fn check(file: &str, at_least: usize) {
    let cases = cases(file);
    assert!(cases.len() >= at_least, "{} cases", cases.len());
    let wrong: Vec<_> = cases.iter().filter(|case| !agrees(case)).map(|case| &case["id"]).collect();
    assert!(wrong.is_empty(), "{} of {} differ: {wrong:?}", wrong.len(), cases.len());
}

#[test]
fn realistic_rules_agree_with_libical_and_dateutil() {
    check("differential_realistic.json", 200);
}

#[test]
fn rules_across_dst_changes_agree_with_dateutil() {
    check("tz_dst_generated.json", 142);
}

/// Zone names that nothing explains: read, but as uncertain.
const UNCERTAIN: [&str; 1] = ["cal/unknown_tz_novtz"];

#[test]
fn calendars_made_by_hand_are_read_as_expected() {
    let tz = zone("Europe/Berlin");
    for case in cases("calendars_handmade.json") {
        let ics = case["ics"].as_str().unwrap();
        let found = expanded(ics, Span::new(Timestamp::UNIX_EPOCH, "2030-01-01T00:00:00Z".parse().unwrap()), &tz);
        let uncertain = found.occurrences.iter().any(|(_, occurrence)| occurrence.uncertain.is_some());
        assert_eq!(uncertain, UNCERTAIN.contains(&case["id"].as_str().unwrap()), "{}", case["id"]);
        let mut lines: Vec<String> = found
            .occurrences
            .iter()
            .filter(|(_, occurrence)| occurrence.details.status != Status::Cancelled)
            .map(|(_, occurrence)| {
                let local = tz.to_datetime(occurrence.span.start);
                let form = if occurrence.all_day { "%Y%m%d" } else { "%Y%m%dT%H%M%S" };
                format!("{} {}", occurrence.details.title, local.strftime(form))
            })
            .collect();
        lines.sort();
        let line = |instance: &Value| {
            let title = instance["summary"].as_str().unwrap();
            let local = match instance["start_utc"].as_i64() {
                Some(utc) => tz.to_datetime(Timestamp::from_second(utc).unwrap()).strftime("%Y%m%dT%H%M%S").to_string(),
                None => instance["start_local"].as_str().unwrap().to_owned(),
            };
            format!("{title} {local}")
        };
        let alternatives = case["alternatives"].as_array().into_iter().flatten().filter_map(Value::as_array);
        let mut right = case["expected"].as_array().into_iter().chain(alternatives).map(|list| {
            let mut lines: Vec<String> = list.iter().map(line).collect();
            lines.sort();
            lines
        });
        assert!(right.any(|right| right == lines), "{}: {lines:#?}", case["id"]);
        // Ends are exact where the corpus gives them and only one answer is right.
        let ends: BTreeMap<Option<i64>, Option<i64>> = case["expected"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| (one["start_utc"].as_i64(), one["end_utc"].as_i64()))
            .collect();
        for (_, occurrence) in &found.occurrences {
            if let Some(Some(end)) = ends.get(&Some(occurrence.span.start.as_second())) {
                assert_eq!(occurrence.span.end.as_second(), *end, "{}", case["id"]);
            }
        }
    }
}

#[test]
fn odd_files_lose_no_event() {
    let mut seen = 0;
    let mut report = String::new();
    for entry in std::fs::read_dir(fixtures("ics")).unwrap() {
        let path = entry.unwrap().path();
        let body = std::fs::read(&path).unwrap();
        let events = String::from_utf8_lossy(&body).to_ascii_uppercase().matches("BEGIN:VEVENT").count();
        let parsed = read(&body);
        let name = path.file_stem().unwrap().to_string_lossy();
        seen += 1;
        let lost = events - parsed.components.len();
        let expected_loss = usize::from(name == "bad_date_one_event");
        assert_eq!(lost, expected_loss, "{name}: {:?}", parsed.warnings);
        if !parsed.warnings.is_empty() {
            let warnings: Vec<String> = parsed.warnings.iter().map(ToString::to_string).collect();
            writeln!(report, "{name}: {}", warnings.join(" | ")).unwrap();
        }
        // Placing what was read never fails either.
        for component in &parsed.components {
            component.span(&Zones::bundled(), &zone("Europe/Berlin"));
        }
    }
    assert!(seen >= 34, "{seen} files");
    let mut lines: Vec<&str> = report.lines().collect();
    lines.sort_unstable();
    insta::assert_snapshot!(lines.join("\n"), @"
    b64_attach_truncated: line 4, VEVENT: the text ends before its END:VEVENT
    bad_date_one_event: line 13, DTSTART: can't be read as a date or time | line 10, VEVENT: `bad` has no readable DTSTART; it is left out
    garbage_line: line 8, VEVENT: a line without a colon; skipped
    long_then_garbage: line 7, VEVENT: a line without a colon; skipped
    long_then_missing_end: line 4, VEVENT: the calendar ends before its END:VEVENT
    long_truncated: line 4, VEVENT: the text ends before its END:VEVENT
    missing_end_vevent: line 4, VEVENT: the calendar ends before its END:VEVENT
    no_value_colon: line 8, VEVENT: a line without a colon; skipped
    truncated: line 4, VEVENT: the text ends before its END:VEVENT
    ");
}
