//! What was written when, and why, as a table.

use jiff::tz::TimeZone;

use super::Look;
use super::paint::{Ink, paint};
use super::text::{clean, clip, clock, dated, indented, join, month_day, width};
use crate::calendar::time::Span;
use crate::reconcile::ledger::WriteRecord;

/// The writes in the order given, each with its reason below; `tz` is the user's zone.
pub fn log(records: &[WriteRecord], tz: &TimeZone, look: Look) -> String {
    if records.is_empty() {
        return "Nothing was written yet.\n".to_owned();
    }
    join(&records.iter().flat_map(|one| record(one, tz, look)).collect::<Vec<_>>())
}

fn record(one: &WriteRecord, tz: &TimeZone, look: Look) -> Vec<String> {
    let (sign, ink) = match one.action.as_str() {
        "create" => ("+", Ink::Good),
        "delete" => ("−", Ink::Bad),
        _ => ("~", Ink::Note),
    };
    let at = tz.to_datetime(one.at).date();
    let head = format!("{} {}  ", month_day(at), clock(one.at, tz));
    let kind = if one.kind == "hold" { String::new() } else { format!("{}  ", clean(&one.kind)) };
    let tail = format!("{}  {kind}", dated(Span::new(one.start, one.end), tz));
    let calendar = clean(&one.calendar);
    let used = width(&head) + 3 + width(&tail);
    let room = look.columns().saturating_sub(used);
    let title = clip(&clean(&one.title), room);
    let fits = width(&title) + 2 + width(&calendar) <= room;
    let calendar = if fits { format!("  {calendar}") } else { String::new() };
    let mut lines = vec![format!(
        "{head}{}  {tail}{title}{}",
        paint(sign, ink, look.color),
        paint(&calendar, Ink::Faint, look.color)
    )];
    let why = indented(&clean(&one.why), width(&head) + 3, look.columns());
    lines.extend(why.into_iter().map(|line| paint(&line, Ink::Faint, look.color)));
    if let Some(error) = &one.error {
        let text = indented(&format!("! failed: {}", clean(error)), width(&head) + 3, look.columns());
        lines.extend(text.into_iter().map(|line| paint(&line, Ink::Bad, look.color)));
    }
    lines
}
