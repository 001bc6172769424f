//! Whole calendars of other implementations, and odd files, as fixtures: tests/fixtures/recurrence/README.md.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use seawall::calendar::event::Status;
use seawall::calendar::ical::read;
use seawall::calendar::time::Span;
use seawall::calendar::zones::Zones;
use serde_json::Value;

use crate::support::corpora::{cases, fixtures};
use crate::support::ics::{expanded, zone};

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
