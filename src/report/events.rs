//! The occurrences that seawall sees, as a table: what each does to the user's time, and why.

use jiff::civil::Date;

use super::Look;
use super::paint::{Ink, paint};
use super::text::{clean, clocks, indented, join, month_day, pad, weekday, width};
use crate::calendar::time::Span;
use crate::cycle::outcome::Outcome;
use crate::focus::busy::Counts;
use crate::focus::sight::Judged;

/// Columns of the time, the verdict, and the role.
const TIME: usize = 13;
const VERDICT: usize = 6;
const ROLE: usize = 10;
/// From this width on the reason stands in the same line.
const ONE_LINE_MIN: usize = 120;

/// The occurrences that share time with `window` or begin in it, a line each under the head of its day.
pub fn events(outcome: &Outcome, window: Span, look: Look) -> String {
    let here = |one: &&Judged| one.occurrence.span.overlaps(window) || window.contains(one.occurrence.span.start);
    let mut all: Vec<&Judged> = outcome.judged.iter().filter(here).collect();
    all.sort_by_key(|one| one.occurrence.span);
    if all.is_empty() {
        return "No events.\n".to_owned();
    }
    let mut lines = Vec::new();
    let mut last: Option<Date> = None;
    for one in all {
        let date = outcome.tz.to_datetime(one.occurrence.span.start).date();
        if last != Some(date) {
            if last.is_some() {
                lines.push(String::new());
            }
            lines.push(paint(&format!("{} {}", weekday(date), month_day(date)), Ink::Strong, look.color));
            last = Some(date);
        }
        lines.extend(row(outcome, one, look));
    }
    join(&lines)
}

fn row(outcome: &Outcome, one: &Judged, look: Look) -> Vec<String> {
    let (verdict, ink) = match one.verdict.counts {
        Counts::Busy => ("busy", Ink::Bad),
        Counts::Threat => ("threat", Ink::Note),
        Counts::Free => ("free", Ink::Faint),
        Counts::Off => ("off", Ink::Note),
        Counts::Focus => ("focus", Ink::Good),
    };
    let span = one.occurrence.span;
    let time = if one.occurrence.all_day { all_day(span) } else { clocks(span, &outcome.tz) };
    let uncertain = one.occurrence.uncertain.is_some();
    let role = outcome.role_name(one.role).unwrap_or("");
    let calendar = outcome.sources.get(one.source).map(|source| source.id.to_string()).unwrap_or_default();
    let (wide, columns) = (look.columns() >= ONE_LINE_MIN, look.columns());
    let fixed = 2 + TIME + 2 + VERDICT + 2 + 2 + ROLE + 2;
    let room = columns.saturating_sub(fixed);
    let (title_room, calendar_room) =
        if wide { (room * 4 / 10, room * 2 / 10) } else { (room * 6 / 10, room - room * 6 / 10) };
    let flag = if uncertain { "(!) " } else { "" };
    let title = format!("{flag}{}", clean(&one.occurrence.details.title));
    let head = format!(
        "  {}  {}  {}  {}  {}",
        pad(&time, TIME),
        paint(&pad(verdict, VERDICT), ink, look.color),
        pad(&title, title_room),
        pad(&clean(role), ROLE),
        pad(&clean(&calendar), calendar_room)
    );
    let why = clean(&one.verdict.why);
    let left = room.saturating_sub(title_room + calendar_room + 2);
    if wide && width(&why) <= left {
        return vec![format!("{head}  {}", paint(&why, Ink::Faint, look.color))];
    }
    let mut lines = vec![head];
    let below = indented(&why, 2 + TIME + 2 + VERDICT + 2, columns);
    lines.extend(below.into_iter().map(|line| paint(&line, Ink::Faint, look.color)));
    lines
}

fn all_day(span: Span) -> String {
    match (span.minutes() + 12 * 60) / (24 * 60) {
        0 | 1 => "all day".to_owned(),
        days => format!("{days} days"),
    }
}
