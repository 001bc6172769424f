//! The picture itself: a head with the days, a line for each half hour, a legend.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::cell::{cell, sample};
use super::grid::{Column, Grid, STEP, Slot};
use super::items::{Item, Kind};
use crate::calendar::time::Span;
use crate::calendar::week;
use crate::report::Look;
use crate::report::paint::{Ink, paint};
use crate::report::text::{clip, clock, day, pad, width, wrap};

/// Columns of the times at the left.
const GUTTER: usize = 6;
/// The widest day.
const DAY_MAX: usize = 26;
/// The most lines that the title of an occurrence takes.
const TITLE_LINES_MAX: usize = 3;

/// The columns of one day without the gap behind it.
fn day_width(grid: &Grid, look: Look) -> usize {
    let days = grid.columns.len().max(1);
    ((look.columns() - GUTTER + 1) / days).clamp(3, DAY_MAX) - 1
}

/// The picture.
pub(super) fn picture(grid: &Grid, items: &[Item], now: Timestamp, tz: &TimeZone, look: Look) -> Vec<String> {
    let columns = day_width(grid, look);
    let texts: Vec<Vec<String>> = grid.columns.iter().map(|one| texts(one, items, grid.first, columns, tz)).collect();
    let today = tz.to_datetime(now).date();
    let mut lines = vec![head(grid, columns, today, look.color)];
    for row in 0..grid.rows {
        let minute = grid.first + STEP * u16::try_from(row).unwrap_or_default();
        let mut line = gutter(grid, minute, now, tz, look.color);
        for (index, (column, texts)) in grid.columns.iter().zip(&texts).enumerate() {
            let slot = column.slots.get(row).copied().unwrap_or_default();
            let text = texts.get(row).map_or("", String::as_str);
            let item = slot.item.and_then(|item| items.get(item));
            line.push_str(
                &item.map_or_else(|| " ".repeat(columns), |item| cell(item.kind, slot, text, columns, look.color)),
            );
            if index + 1 < grid.columns.len() {
                line.push(' ');
            }
        }
        lines.push(line);
    }
    lines
}

fn head(grid: &Grid, columns: usize, today: jiff::civil::Date, color: bool) -> String {
    let mut line = " ".repeat(GUTTER);
    for column in &grid.columns {
        let name = day(column.date);
        if column.date == today {
            let name = if columns >= 15 { format!("{name} · today") } else { format!("{name} ◂") };
            line.push_str(&paint(&pad(&name, columns), Ink::Strong, color));
        } else {
            line.push_str(&pad(&name, columns));
        }
        line.push(' ');
    }
    line
}

/// The time at the left; an arrow where the present is.
fn gutter(grid: &Grid, minute: u16, now: Timestamp, tz: &TimeZone, color: bool) -> String {
    let row = |date| Span::new(week::instant(date, minute, tz), week::instant(date, minute + STEP, tz));
    let present = grid.columns.iter().any(|column| row(column.date).contains(now));
    let time = if minute % 60 == 0 { format!("{:02}:00", minute / 60) } else { "  :30".to_owned() };
    if present {
        return paint(&format!("{time}▸"), Ink::Strong, color);
    }
    format!("{} ", if minute % 60 == 0 { time } else { paint(&time, Ink::Faint, color) })
}

/// The words of each row of a day.
fn texts(column: &Column, items: &[Item], first: u16, columns: usize, tz: &TimeZone) -> Vec<String> {
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
        Kind::Lost | Kind::Open => vec![clip(&item.title, room)],
        Kind::Off => fitted(&item.title, room, rows.min(TITLE_LINES_MAX)),
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
    let row = Span::new(place.starts, crate::focus::view::later(place.starts, i64::from(STEP)));
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

/// The legend: only what the picture shows.
pub(super) fn legend(grid: &Grid, items: &[Item], look: Look) -> Vec<String> {
    const WORDS: [(Kind, &str); 12] = [
        (Kind::Meeting, "meeting"),
        (Kind::Eroder, "meeting that cost block time"),
        (Kind::Solo, "solo"),
        (Kind::AllDay, "all day"),
        (Kind::Threat, "unanswered"),
        (Kind::Firm, "hold, busy"),
        (Kind::Soft, "hold, free"),
        (Kind::Pinned, "pinned"),
        (Kind::Own, "your own focus"),
        (Kind::Open, "block, unprotected"),
        (Kind::Lost, "block time lost"),
        (Kind::Away, "away"),
    ];
    let slots = grid.columns.iter().flat_map(|column| &column.slots);
    let shown: Vec<Kind> = slots.filter_map(|slot| items.get(slot.item?)).map(|item| item.kind).collect();
    let (mut lines, mut line, mut used) = (Vec::new(), " ".repeat(GUTTER), GUTTER);
    for (kind, words) in WORDS.into_iter().filter(|(kind, _)| shown.contains(kind)) {
        let needs = 3 + 1 + width(words);
        if used > GUTTER && used + 3 + needs > look.columns() {
            lines.push(std::mem::replace(&mut line, " ".repeat(GUTTER)));
            used = GUTTER;
        }
        if used > GUTTER {
            line.push_str("   ");
            used += 3;
        }
        line.push_str(&format!("{} {words}", sample(kind, look.color)));
        used += needs;
    }
    if used > GUTTER {
        lines.push(line);
    }
    lines
}
