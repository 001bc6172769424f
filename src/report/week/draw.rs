//! The picture itself: a head with the days, and a line for each half hour.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::cell::cell;
use super::grid::{Grid, STEP};
use super::items::Item;
use super::words::texts;
use crate::calendar::time::Span;
use crate::calendar::week;
use crate::report::Look;
use crate::report::paint::{Ink, paint};
use crate::report::text::{day, pad};

/// Columns of the times at the left.
pub(super) const GUTTER: usize = 6;
/// The widest day.
const DAY_MAX: usize = 26;

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

fn head(grid: &Grid, columns: usize, today: Date, color: bool) -> String {
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
    let (whole, first) = (minute.is_multiple_of(60), minute == grid.first);
    let time = if whole || first {
        format!("{:02}:{:02}", minute / 60, minute % 60)
    } else {
        format!("  :{:02}", minute % 60)
    };
    if present {
        return paint(&format!("{time}▸"), Ink::Strong, color);
    }
    format!("{} ", if whole || first { time } else { paint(&time, Ink::Faint, color) })
}
