//! The words in the cells of a day: which line of a thing's words stands in which row.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::grid::{Column, STEP, Slot};
use super::items::{Item, Kind};
use crate::calendar::time::Span;
use crate::calendar::week;
use crate::focus::view::later;
use crate::report::text::{clip, clock, wrap};

/// The most lines that a title takes.
const TITLE_LINES_MAX: usize = 3;

/// The words of each row of a day.
pub(super) fn texts(column: &Column, items: &[Item], first: u16, columns: usize, tz: &TimeZone) -> Vec<String> {
    let mut out = vec![String::new(); column.slots.len()];
    let mut row = 0;
    let mut named: Vec<usize> = Vec::new();
    while row < column.slots.len() {
        let run = column.slots[row..].iter().take_while(|slot| slot.item == column.slots[row].item).count();
        let item = column.slots[row].item.and_then(|index| items.get(index).map(|item| (index, item)));
        if let Some((index, item)) = item {
            let slots = &column.slots[row..row + run];
            let minute = first + STEP * u16::try_from(row).unwrap_or_default();
            let starts = week::instant(column.date, minute, tz);
            let again = named.contains(&index);
            named.push(index);
            let place = Place { slots, starts, again, columns };
            for (offset, text) in words(item, &place, tz) {
                out[row + offset] = text;
            }
        }
        row += run;
    }
    out
}

/// Where a run of rows lies that shows one thing.
struct Place<'a> {
    slots: &'a [Slot],
    starts: Timestamp,
    /// The thing was named further up: something else lies between.
    again: bool,
    columns: usize,
}

/// The words of a thing, each line with the row of the run that it stands in.
fn words(item: &Item, place: &Place<'_>, tz: &TimeZone) -> Vec<(usize, String)> {
    let half = |slot: &Slot| slot.top != slot.bottom;
    let (mut from, mut to) = (0, place.slots.len());
    if item.kind.focus() && to > 1 {
        from = usize::from(place.slots.first().is_some_and(half));
        to -= usize::from(to - from > 1 && place.slots.last().is_some_and(half));
    }
    let rows = to - from;
    let room = place.columns.saturating_sub(1 + marks(item, place));
    let lines = match item.kind {
        Kind::Away => Vec::new(),
        Kind::Lost => vec![clip(&item.title, room)],
        Kind::Off | Kind::Open => fitted(&item.title, room, rows.min(TITLE_LINES_MAX)),
        _ if place.again => vec![clip(&format!("… {}", item.title), room)],
        _ => {
            let more = item.more.len().min(rows.saturating_sub(1));
            let title = format!("{}{}", start_word(item, place, tz), item.title);
            let mut lines = fitted(&title, room, (rows - more).min(TITLE_LINES_MAX));
            lines.extend(item.more.iter().take(rows.saturating_sub(lines.len())).map(|line| clip(line, room)));
            lines
        }
    };
    if item.kind == Kind::Off {
        from += rows.saturating_sub(lines.len()) / 2;
    }
    lines.into_iter().enumerate().map(|(line, text)| (from + line, text)).collect()
}

/// Columns at the right that are not free for words.
fn marks(item: &Item, place: &Place<'_>) -> usize {
    let hidden = place.slots.iter().map(|slot| slot.hidden).max().unwrap_or_default();
    let hidden = if hidden > 0 { 1 + hidden.to_string().len() } else { 0 };
    hidden + usize::from(item.kind == Kind::Eroder)
}

/// The start, where the row does not say it: `:45 ` inside of the row, else `9:20 `.
fn start_word(item: &Item, place: &Place<'_>, tz: &TimeZone) -> String {
    let row = Span::new(place.starts, later(place.starts, i64::from(STEP)));
    let start = item.span.start;
    if !item.kind.insists() || start == place.starts || tz.to_datetime(start).date() != tz.to_datetime(row.start).date()
    {
        return String::new();
    }
    let clock = clock(start, tz);
    if row.contains(start) { format!("{} ", clock.get(2..).unwrap_or_default()) } else { format!("{clock} ") }
}

/// The text on at most `lines` lines; the last is clipped.
fn fitted(text: &str, columns: usize, lines: usize) -> Vec<String> {
    let mut all = wrap(text, columns);
    if all.len() > lines {
        let rest = all.split_off(lines.saturating_sub(1)).join(" ");
        all.push(clip(&rest, columns));
        all.truncate(lines);
    }
    all
}
