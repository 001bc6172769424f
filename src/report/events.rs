//! The occurrences that seawall sees, as a table: what each does to the user's time, and why.

use jiff::civil::Date;

use super::Look;
use super::explain;
use super::paint::{Ink, paint};
use super::text::{clean, clocks, indented, join, month_day, pad, weekday, width};
use crate::calendar::time::Span;
use crate::cycle::outcome::Listing;
use crate::focus::busy::Counts;
use crate::focus::sight::Judged;

/// The widest time, title, role and calendar.
const TIME_MAX: usize = 16;
const TITLE_MAX: usize = 40;
const ROLE_MAX: usize = 12;
const CALENDAR_MAX: usize = 24;
/// Terminals narrower than this show neither role nor calendar.
const NARROW_MAX: usize = 64;
/// Columns of the verdict.
const VERDICT: usize = 6;

/// The occurrences that share time with `window` or begin in it, a line each under the head of its day.
pub fn events(listing: Listing<'_>, window: Span, look: Look) -> String {
    let here = |one: &&Judged| one.occurrence.span.overlaps(window) || window.contains(one.occurrence.span.start);
    let mut all: Vec<&Judged> = listing.judged.iter().filter(here).collect();
    all.sort_by_key(|one| one.occurrence.span);
    if all.is_empty() {
        return "No events.\n".to_owned();
    }
    let rows: Vec<Row> = all.into_iter().map(|one| Row::new(listing, one)).collect();
    let columns = Columns::of(&rows, look);
    let mut lines = Vec::new();
    let mut last: Option<Date> = None;
    for row in &rows {
        if last != Some(row.date) {
            if last.is_some() {
                lines.push(String::new());
            }
            lines.push(paint(&format!("{} {}", weekday(row.date), month_day(row.date)), Ink::Strong, look.color));
            last = Some(row.date);
        }
        lines.extend(row.lines(&columns, look));
    }
    join(&lines)
}

/// The words of one occurrence.
struct Row {
    date: Date,
    time: String,
    verdict: (&'static str, Ink),
    title: String,
    role: String,
    calendar: String,
    why: String,
    /// Where it comes from; empty where nobody asked.
    origin: String,
}

/// How wide the columns are: as the widest of their words, within limits.
struct Columns {
    time: usize,
    title: usize,
    role: usize,
    calendar: usize,
}

impl Columns {
    fn of(rows: &[Row], look: Look) -> Self {
        let widest = |words: fn(&Row) -> &str, most: usize| {
            rows.iter().map(|row| width(words(row))).max().unwrap_or(0).min(most)
        };
        let time = widest(|row| &row.time, TIME_MAX);
        let title = widest(|row| &row.title, TITLE_MAX);
        let used = 2 + time + 2 + VERDICT + 2;
        if look.columns() < NARROW_MAX {
            return Self { time, title: title.min(look.columns().saturating_sub(used)), role: 0, calendar: 0 };
        }
        let role = widest(|row| &row.role, ROLE_MAX);
        let calendar = widest(|row| &row.calendar, CALENDAR_MAX.min(look.columns() / 5));
        let room = look.columns().saturating_sub(used + 2 + role + 2 + calendar);
        Self { time, title: title.min(room), role, calendar }
    }
}

impl Row {
    fn new(listing: Listing<'_>, one: &Judged) -> Self {
        let span = one.occurrence.span;
        let flag = if one.occurrence.uncertain.is_some() { "(!) " } else { "" };
        let calendar = listing.sources.get(one.source).map(|source| source.id.to_string()).unwrap_or_default();
        Self {
            date: listing.tz.to_datetime(span.start).date(),
            time: if one.occurrence.all_day { all_day(span) } else { clocks(span, listing.tz) },
            verdict: match one.verdict.counts {
                Counts::Busy => ("busy", Ink::Bad),
                Counts::Threat => ("threat", Ink::Note),
                Counts::Free => ("free", Ink::Faint),
                Counts::Off => ("off", Ink::Note),
                Counts::Focus => ("focus", Ink::Good),
            },
            title: format!("{flag}{}", clean(&one.occurrence.details.title)),
            role: clean(listing.role_name(one.role).unwrap_or_default()),
            calendar: clean(&calendar),
            why: clean(&one.verdict.why),
            origin: if listing.explain {
                clean(&explain::explain(&one.occurrence, listing.tz).to_string())
            } else {
                String::new()
            },
        }
    }

    /// One line where the reason fits behind the rest; else it goes below.
    fn lines(&self, columns: &Columns, look: Look) -> Vec<String> {
        let verdict = paint(&pad(self.verdict.0, VERDICT), self.verdict.1, look.color);
        let head = format!("  {}  ", pad(&self.time, columns.time));
        let cells = [(&self.title, columns.title), (&self.role, columns.role), (&self.calendar, columns.calendar)];
        let mut tail = String::new();
        for (words, room) in cells.into_iter().filter(|(_, room)| *room > 0) {
            tail.push_str("  ");
            tail.push_str(&pad(words, room));
        }
        let used = width(&head) + VERDICT + width(&tail);
        let why = |text: &str| paint(text, Ink::Faint, look.color);
        let below = |text: &str| -> Vec<String> {
            let lines =
                if text.is_empty() { Vec::new() } else { indented(text, width(&head) + VERDICT + 2, look.columns()) };
            lines.iter().map(|line| why(line)).collect()
        };
        if used + 2 + width(&self.why) <= look.columns() {
            let first = format!("{head}{verdict}{tail}  {}", why(&self.why));
            return [first].into_iter().chain(below(&self.origin)).collect();
        }
        let below = below(&self.why).into_iter().chain(below(&self.origin));
        [format!("{head}{verdict}{tail}")].into_iter().chain(below).collect()
    }
}

fn all_day(span: Span) -> String {
    match (span.minutes() + 12 * 60) / (24 * 60) {
        0 | 1 => "all day".to_owned(),
        days => format!("{days} days"),
    }
}
