//! Rules with the instances that other implementations find: what all agree on we find too, and where we differ
//! from one of them the table of exceptions says by which sentence.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::civil::DateTime;
use jiff::{Timestamp, ToSpan as _};
use seawall::calendar::recurrence::{Budget, Rule, starts};
use seawall::calendar::time::Span;
use serde_json::Value;

use crate::recurrence_exceptions::EXCEPTIONS;
use crate::support::corpora::{cases, in_place};
use crate::support::ics::{calendar, expanded, zone};

fn strings<'a>(case: &'a Value, key: &str) -> Vec<&'a str> {
    case[key].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The event of a rule case, as property lines.
fn event(case: &Value) -> String {
    let is_date = case["value_type"] == "DATE";
    let tzid = case["tz"].as_str();
    let param = match tzid {
        Some("UTC") | None => String::new(),
        Some(tzid) => format!(";TZID={tzid}"),
    };
    let form = |name: &str, value: &str| {
        let bare = value.trim_end_matches('Z');
        if is_date {
            format!("{name};VALUE=DATE:{value}\n")
        } else if tzid == Some("UTC") || value.ends_with('Z') {
            format!("{name}:{bare}Z\n")
        } else {
            format!("{name}{param}:{value}\n")
        }
    };
    let mut event = form("DTSTART", case["dtstart"].as_str().unwrap().trim_end_matches('Z'));
    for (name, key) in [("RRULE", "rrules"), ("EXRULE", "exrules")] {
        for rule in strings(case, key) {
            writeln!(event, "{name}:{rule}").unwrap();
        }
    }
    for (name, key) in [("RDATE", "rdates"), ("EXDATE", "exdates")] {
        for value in strings(case, key) {
            event.push_str(&form(name, value));
        }
    }
    event
}

fn wall(text: &str) -> DateTime {
    let text = text.trim_end_matches('Z');
    let text = if text.len() == 8 { format!("{text}T000000") } else { text.to_owned() };
    DateTime::strptime("%Y%m%dT%H%M%S", text).unwrap()
}

/// The time in which a case says anything: its window, or else up to its last expected instance and, where that is
/// to be the last, a year beyond.
fn span(case: &Value) -> Span {
    let tz = zone(case["tz"].as_str().unwrap_or("UTC"));
    let instant = |at: DateTime| tz.to_timestamp(at).unwrap_or(Timestamp::MAX);
    let dtstart = case["dtstart"].as_str().unwrap();
    let first = instant(wall(case["window"]["start"].as_str().unwrap_or(dtstart)));
    if let Some(end) = case["window"]["end"].as_str() {
        let end = instant(wall(end));
        let is_inside = case["window"]["end_inclusive"] == true;
        return Span::new(first, if is_inside { end + 1.second() } else { end });
    }
    let last = instant(wall(strings(case, "expected").into_iter().max().unwrap_or(dtstart)));
    let beyond = match case["expected_count"].as_i64() {
        Some(_) => (50 * 366 * 24).hours(),
        None if case["complete"] == true => (366 * 24).hours(),
        None => 1.second(),
    };
    Span::new(first, last.checked_add(beyond).unwrap_or(Timestamp::MAX))
}

/// The starts of a case in the form of its `expected`, each with its instant; or why they are not certain.
fn found_starts(case: &Value) -> Result<Vec<(String, i64)>, String> {
    let is_date = case["value_type"] == "DATE";
    let tz = zone(case["tz"].as_str().unwrap_or("UTC"));
    let around = span(case);
    let found = expanded(&calendar(&event(case)), around, &tz);
    let form = match (is_date, case["tz"] == "UTC") {
        (true, _) => "%Y%m%d",
        (_, true) => "%Y%m%dT%H%M%SZ",
        _ => "%Y%m%dT%H%M%S",
    };
    let mut starts = Vec::new();
    for (_, occurrence) in found.occurrences {
        if let Some(reason) = occurrence.uncertain {
            return Err(reason);
        }
        if occurrence.span.start >= around.start {
            let at = tz.to_datetime(occurrence.span.start);
            starts.push((at.strftime(form).to_string(), occurrence.span.start.as_second()));
        }
    }
    Ok(starts)
}

/// Whether a rule makes its start.
fn makes(rule: &str, start: DateTime) -> bool {
    let rule = Rule::parse(rule).unwrap();
    let found = starts(&rule, start.into(), None, start..start + 1.second(), &mut Budget::of_rule());
    !found.unwrap().is_empty()
}

fn agrees(case: &Value) -> bool {
    let Ok(mut found) = found_starts(case) else { return case["expect_error"] == true };
    let expected = strings(case, "expected");
    let dtstart = case["dtstart"].as_str().unwrap();
    // The first instance is one even where the rule does not make it; the corpora leave it out there.
    let is_made = match case["expected_count"] {
        Value::Null => expected.contains(&dtstart),
        _ => strings(case, "rrules").into_iter().any(|rule| makes(rule, wall(dtstart))),
    };
    if found.first().is_some_and(|(start, _)| start == dtstart) && !is_made {
        found.remove(0);
    }
    if let Some(count) = case["expected_count"].as_u64() {
        return found.len() as u64 == count;
    }
    let is_open = strings(case, "rrules").iter().all(|rule| !rule.contains("COUNT") && !rule.contains("UNTIL"));
    if is_open && case["complete"] != true {
        found.truncate(expected.len());
    }
    match case["expected_utc"].as_array() {
        Some(utc) => found.iter().map(|(_, at)| *at).eq(utc.iter().filter_map(Value::as_i64)),
        None => case["expect_error"] != true && found.iter().map(|(start, _)| start.as_str()).eq(expected),
    }
}

/// All cases agree but the exceptions, and these differ; none of class `core` may be one.
#[track_caller]
fn check(file: &str, cases: &[Value], at_least: usize) {
    assert!(cases.len() >= at_least, "{file}: {} cases", cases.len());
    let id = |case: &Value| case["id"].as_str().unwrap().to_owned();
    let wrong: Vec<&Value> = cases.iter().filter(|case| !agrees(case)).collect();
    let core: Vec<String> = wrong.iter().filter(|case| case["class"] == "core").map(|case| id(case)).collect();
    assert!(core.is_empty(), "{file}: {} of the core differ: {core:#?}", core.len());
    let all: BTreeSet<String> = cases.iter().map(id).collect();
    let differ: BTreeSet<String> = wrong.iter().map(|case| id(case)).collect();
    let listed = EXCEPTIONS.iter().flat_map(|exception| exception.cases);
    let listed: BTreeSet<String> = listed.map(|id| (*id).to_owned()).filter(|id| all.contains(id)).collect();
    let unlisted: Vec<_> = wrong.iter().filter(|case| !listed.contains(&id(case))).collect();
    for case in &unlisted {
        println!(
            "{}: {} {:?}\n {:?}\n {:?}",
            id(case),
            case["dtstart"],
            case["rrules"],
            strings(case, "expected"),
            found_starts(case)
        );
    }
    assert!(unlisted.is_empty(), "{file}: {} differ without a reason", unlisted.len());
    let agreeing: Vec<_> = listed.difference(&differ).collect();
    assert!(agreeing.is_empty(), "{file}: no longer exceptions: {agreeing:#?}");
    println!("{file}: {} of {} agree, {} exceptions", cases.len() - wrong.len(), cases.len(), wrong.len());
    for exception in EXCEPTIONS {
        let here = exception.cases.iter().filter(|id| all.contains(**id)).count();
        if here > 0 {
            println!("  {here} because {}", exception.because);
        }
    }
}

#[track_caller]
fn check_in_place(file: &str, at_least: usize) {
    if let Some(all) = in_place(file) {
        check(file, all.as_array().unwrap(), at_least);
    }
}

#[test]
fn realistic_rules_agree_with_libical_and_dateutil() {
    check("differential_realistic.json", &cases("differential_realistic.json"), 200);
    check_in_place("differential_realistic.json", 1000);
}

#[test]
fn rules_across_dst_changes_agree_with_dateutil() {
    check("tz_dst_generated.json", &cases("tz_dst_generated.json"), 142);
    check_in_place("tz_dst_generated.json", 143);
}

#[test]
fn libical() {
    check_in_place("libical_icalrecur.json", 146);
    check_in_place("libical_recur_counts.json", 57);
}

#[test]
fn libical_with_other_calendars() {
    check_in_place("libical_rscale_noicu.json", 14);
    check_in_place("libical_rscale_withicu.json", 20);
}

#[test]
fn ical_net() {
    check_in_place("icalnet_recurrence.json", 85);
}

#[test]
fn ical_js() {
    check_in_place("icaljs_recur_iterator.json", 115);
}

#[test]
fn dateutil() {
    check_in_place("dateutil_rrule.json", 255);
}

#[test]
fn ical4j() {
    check_in_place("ical4j_recur.json", 73);
}

#[test]
fn lib_recur() {
    check_in_place("librecur_prefix.json", 27);
}

#[test]
fn rules_that_say_the_same_in_other_words() {
    let Some(units) = in_place("librecur_equivalence.json") else { return };
    for unit in units.as_array().unwrap() {
        let limit = unit["limit"].as_u64().unwrap() as usize;
        let found = |rule: &str| -> Vec<Timestamp> {
            let dtstart = unit["dtstart"].as_str().unwrap();
            let first = zone("UTC").to_timestamp(wall(dtstart)).unwrap();
            let ics = calendar(&format!("DTSTART:{dtstart}\nRRULE:{rule}"));
            let mut found = Vec::new();
            for days in [1, 30, 366, 30 * 366, 900 * 366] {
                let around = Span::new(first, first + (days * 24).hours());
                let all = expanded(&ics, around, &zone("UTC")).occurrences;
                assert!(all.iter().all(|(_, one)| one.uncertain.is_none()), "{rule}");
                found = all.iter().map(|(_, one)| one.span.start).take(limit).collect();
                if found.len() == limit {
                    break;
                }
            }
            found
        };
        let mut all = strings(unit, "rules").into_iter().map(found);
        let first = all.next().unwrap();
        assert!(first.len() > 1 && all.all(|other| other == first), "{}", unit["id"]);
    }
}
