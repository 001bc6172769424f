//! What recurring-ical-events answers in its own suite, asked of us. A time without a zone in a question is in the
//! zone of each event there, so the window is asked wider and cut by its rule.

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use seawall::calendar::expand::expand;
use seawall::calendar::ical::{Component, Moment, read};
use seawall::calendar::time::Span;
use seawall::calendar::zones::Zones;
use serde_json::Value;

use crate::recurrence_exceptions::EXCEPTIONS;
use crate::support::corpora::in_place;
use crate::support::ics::zone;

/// A question's times: in a zone, or in that of each event.
struct Asked {
    from: DateTime,
    to: DateTime,
    tz: Option<TimeZone>,
}

fn wall(text: &str) -> DateTime {
    let text = text.trim_end_matches('Z');
    match text.len() {
        8 => Date::strptime("%Y%m%d", text).unwrap().into(),
        _ => DateTime::strptime("%Y%m%dT%H%M%S", text).unwrap(),
    }
}

/// The time that a value begins, the one after it that begins the next of its kind, and its zone.
fn point(value: &Value) -> (DateTime, DateTime, Option<TimeZone>) {
    let parts = |numbers: &[i64]| {
        let part = |index: usize, or: i64| numbers.get(index).copied().unwrap_or(or) as i8;
        let date = Date::new(numbers[0] as i16, part(1, 1), part(2, 1)).unwrap();
        let from = date.at(part(3, 0), part(4, 0), part(5, 0), 0);
        let to = match numbers.len() {
            1 => from + 1.year(),
            2 => from + 1.month(),
            3 => from + 1.day(),
            4 => from + 1.hour(),
            5 => from + 1.minute(),
            _ => from + 1.second(),
        };
        (from, to, None)
    };
    match value {
        Value::Number(year) => parts(&[year.as_i64().unwrap()]),
        Value::Array(all) => parts(&all.iter().map(|number| number.as_i64().unwrap()).collect::<Vec<_>>()),
        Value::String(text) if text.len() == 8 => (wall(text), wall(text) + 1.day(), None),
        Value::String(text) => (wall(text), wall(text) + 1.second(), text.ends_with('Z').then_some(TimeZone::UTC)),
        value => {
            let from = wall(value["v"].as_str().unwrap());
            let length = if value["t"] == "d" { 1.day() } else { 1.second() };
            (from, from + length, value["tz"].as_str().map(zone))
        }
    }
}

fn asked(query: &Value) -> Asked {
    let (from, next, tz) = point(&query["args"][0]);
    if query["method"] == "at" {
        return Asked { from, to: next, tz };
    }
    let end = &query["args"][1];
    if end["t"] == "delta" {
        return Asked { from, to: from + (end["s"].as_f64().unwrap() as i64).seconds(), tz };
    }
    let (to, _, other) = point(end);
    Asked { from, to, tz: tz.or(other) }
}

/// The zone in which a component's times are written; those without one are the user's, and those in UTC the
/// calendar's where X-WR-TIMEZONE names it.
fn zone_of(component: &Component, ics: &str, home: &TimeZone) -> TimeZone {
    let of_calendar = ics.lines().find_map(|line| line.strip_prefix("X-WR-TIMEZONE:"));
    match &component.start {
        Moment::Date(_) | Moment::Floating(_) => home.clone(),
        Moment::Utc(_) => of_calendar.map_or(TimeZone::UTC, zone),
        Moment::Zoned(_, tzid) => Zones::bundled().resolve(&tzid.name).unwrap_or_else(|| home.clone()),
    }
}

fn is_inside(asked: &Asked, span: Span, tz: &TimeZone) -> bool {
    let tz = asked.tz.as_ref().unwrap_or(tz);
    let (start, end) = (tz.to_datetime(span.start), tz.to_datetime(span.end));
    if start == end {
        asked.from <= start && (start < asked.to || start == asked.from)
    } else if asked.from == asked.to {
        start <= asked.from && asked.from < end
    } else {
        start < asked.to && asked.from < end
    }
}

/// An instance as a line: in UTC, or without a zone where it was written so.
fn line(title: &str, start: &str, end: &str) -> String {
    format!("{start} {end} {title}")
}

fn found(ics: &str, asked: &Asked) -> BTreeSet<String> {
    let home = asked.tz.clone().unwrap_or(TimeZone::UTC);
    let read = read(ics.as_bytes());
    let utc = |at: DateTime| TimeZone::UTC.to_timestamp(at).unwrap();
    let around = Span::new(utc(asked.from - 3.days()), utc(asked.to + 3.days()));
    let expanded = expand(&read.components, around, &Zones::bundled(), &home);
    let mut lines = BTreeSet::new();
    for (index, occurrence) in expanded.occurrences {
        let component = &read.components[index];
        if !is_inside(asked, occurrence.span, &zone_of(component, ics, &home)) {
            continue;
        }
        let title = if occurrence.details.title.is_empty() { "None" } else { &occurrence.details.title };
        let text = |at: Timestamp| match component.start {
            Moment::Date(_) => home.to_datetime(at).strftime("%Y%m%d").to_string(),
            Moment::Floating(_) => home.to_datetime(at).strftime("%Y%m%dT%H%M%S").to_string(),
            _ => at.as_second().to_string(),
        };
        lines.insert(line(title, &text(occurrence.span.start), &text(occurrence.span.end)));
    }
    lines
}

fn expected(query: &Value) -> BTreeSet<String> {
    let text = |moment: &Value| match moment["utc"].as_i64() {
        Some(utc) => utc.to_string(),
        None => moment["v"].as_str().unwrap().to_owned(),
    };
    let all = query["expected"].as_array().unwrap().iter();
    all.map(|one| line(one["summary"].as_str().unwrap(), &text(&one["start"]), &text(&one["end"]))).collect()
}

#[test]
fn recurring_ical_events() {
    let Some(corpus) = in_place("calendars_rie_queries.json") else { return };
    let queries = corpus["queries"].as_array().unwrap();
    assert!(queries.len() >= 338);
    let mut wrong = BTreeSet::new();
    for query in queries {
        let ics = corpus["calendars"][query["calendar"].as_str().unwrap()].as_str().unwrap();
        let (found, expected) = (found(ics, &asked(query)), expected(query));
        if found != expected {
            let id = query["id"].as_str().unwrap();
            if !EXCEPTIONS.iter().any(|exception| exception.cases.contains(&id)) {
                let more: Vec<_> = found.difference(&expected).take(3).collect();
                let fewer: Vec<_> = expected.difference(&found).take(3).collect();
                println!("{id}: {} {}\n more {more:?}\n fewer {fewer:?}", query["method"], query["args"]);
            }
            wrong.insert(id);
        }
    }
    let listed = EXCEPTIONS.iter().flat_map(|exception| exception.cases).filter(|id| id.starts_with("rie/")).copied();
    let listed: BTreeSet<&str> = listed.collect();
    assert_eq!(wrong, listed, "what differs, and what is said to");
    println!("calendars_rie_queries.json: {} of {} agree", queries.len() - wrong.len(), queries.len());
}
