//! The week as days and half hours: which thing each half hour of each day shows. Knows no glyphs and no widths.

use jiff::civil::Date;

use super::items::{Item, Kind};
use crate::calendar::time::Span;
use crate::calendar::week::{self, IsoWeek};
use crate::cycle::outcome::Outcome;
use crate::focus::policy::{Minutes, Policy};

/// Minutes of a row.
pub(super) const STEP: u16 = 30;
/// How far beyond working hours the picture reaches for what lies there.
const BEYOND_MAX: u16 = 120;
/// Less than this of half a row is not drawn.
const SLIVER_MAX: Minutes = 7;

/// A half hour of a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Slot {
    /// What it shows: an index among the items.
    pub(super) item: Option<usize>,
    /// The thing fills its first half.
    pub(super) top: bool,
    /// The thing fills its second half.
    pub(super) bottom: bool,
    /// How many other occurrences take time here and are not drawn.
    pub(super) hidden: usize,
}

/// A day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    /// Its date.
    pub(super) date: Date,
    /// Its half hours.
    pub(super) slots: Vec<Slot>,
}

/// The whole picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Grid {
    /// The first row's minute of the day.
    pub(super) first: u16,
    /// How many rows.
    pub(super) rows: usize,
    /// Days: Monday to Friday, and the weekend where something is on.
    pub(super) columns: Vec<Column>,
    /// Things that lie too far out of working hours: indices among the items.
    pub(super) outside: Vec<usize>,
}

/// Lays the items of a week on days and half hours.
pub(super) fn grid(outcome: &Outcome, week: IsoWeek, items: &[Item]) -> Grid {
    let policy = &outcome.policy;
    let (first, last) = hours(policy, week, items);
    let rows = usize::from((last - first) / STEP);
    let columns = week.dates().map(|date| column(policy, date, first, rows, items)).filter(needed(items)).collect();
    let shown = |item: &Item| {
        week.dates().any(|date| {
            let drawn = Span::new(week::instant(date, first, &policy.tz), week::instant(date, last, &policy.tz));
            drawn.overlaps(item.span)
        })
    };
    let far = |item: &Item| (item.kind.insists() || item.kind.focus() || item.kind == Kind::Off) && !shown(item);
    let outside = items.iter().enumerate().filter(|(_, item)| far(item)).map(|(index, _)| index).collect();
    Grid { first, rows, columns, outside }
}

/// Saturday and Sunday only where something is on.
fn needed(items: &[Item]) -> impl Fn(&Column) -> bool + '_ {
    |column| {
        let weekend = column.date.weekday().to_monday_zero_offset() > 4;
        let kinds = column.slots.iter().filter_map(|slot| slot.item).filter_map(|index| items.get(index));
        !weekend || kinds.into_iter().any(|item| !matches!(item.kind, Kind::Off | Kind::Away))
    }
}

/// The first and last minute of the day to draw: working hours, and what lies close to them.
fn hours(policy: &Policy, week: IsoWeek, items: &[Item]) -> (u16, u16) {
    let from = policy.work.iter().map(|hours| hours.from).min().unwrap_or(8 * 60);
    let to = policy.work.iter().map(|hours| hours.to).max().unwrap_or(18 * 60);
    let (mut first, mut last) = (from, to);
    let timed = items.iter().filter(|item| item.kind.insists() || item.kind.focus());
    for item in timed {
        for date in week.dates() {
            let Some(part) = item.span.intersection(week::day_span(date, &policy.tz)) else { continue };
            let minute = |at| {
                let wall = policy.tz.to_datetime(at);
                if wall.date() == date {
                    u16::from(wall.hour().unsigned_abs()) * 60 + u16::from(wall.minute().unsigned_abs())
                } else {
                    1440
                }
            };
            let (start, end) = (minute(part.start), minute(part.end));
            if end + BEYOND_MAX > from && start < to + BEYOND_MAX {
                first = first.min(start.max(from.saturating_sub(BEYOND_MAX)));
                last = last.max(end.min(to + BEYOND_MAX));
            }
        }
    }
    (first / STEP * STEP, last.div_ceil(STEP).saturating_mul(STEP).min(1440))
}

fn column(policy: &Policy, date: Date, first: u16, rows: usize, items: &[Item]) -> Column {
    let spans: Vec<Span> = (0..rows)
        .map(|row| {
            let start = first + STEP * u16::try_from(row).unwrap_or_default();
            Span::new(week::instant(date, start, &policy.tz), week::instant(date, start + STEP, &policy.tz))
        })
        .collect();
    let homes: Vec<Option<usize>> = items.iter().map(|item| home(item, &spans)).collect();
    let mut slots: Vec<Slot> = spans.iter().enumerate().map(|(row, span)| slot(*span, row, items, &homes)).collect();
    for row in 0..slots.len() {
        let begins = row == 0 || slots[row - 1].item != slots[row].item;
        slots[row].hidden = hidden(&slots[row], row, begins, spans[row], items, &homes);
    }
    Column { date, slots }
}

/// The row of which a thing that must be seen takes most; the first of several.
fn home(item: &Item, spans: &[Span]) -> Option<usize> {
    if !item.kind.insists() {
        return None;
    }
    let shares = spans.iter().map(|span| share(item.span, *span)).enumerate();
    shares
        .filter(|(_, share)| *share > 0)
        .max_by_key(|(row, share)| (*share, std::cmp::Reverse(*row)))
        .map(|(row, _)| row)
}

/// Seconds of `span` that lie in `row`.
fn share(span: Span, row: Span) -> i64 {
    span.intersection(row).map_or(0, |both| both.end.as_second() - both.start.as_second())
}

/// What a row shows: what has its home here, else what takes most of it, else what weighs more.
fn slot(span: Span, row: usize, items: &[Item], homes: &[Option<usize>]) -> Slot {
    let here = items.iter().enumerate().filter(|(_, item)| item.span.overlaps(span));
    let best = here.max_by_key(|(index, item)| {
        let start = item.span.start.as_second();
        if homes.get(*index).copied().flatten() == Some(row) {
            // Of several that must be seen here the first is, and the others are counted.
            (true, 0, item.kind, -start, std::cmp::Reverse(*index))
        } else {
            (false, share(item.span, span), item.kind, start, std::cmp::Reverse(*index))
        }
    });
    let Some((index, item)) = best else { return Slot::default() };
    let middle = crate::focus::view::later(span.start, Minutes::from(STEP / 2));
    let top = share(item.span, Span::new(span.start, middle)) / 60 > SLIVER_MAX;
    let bottom = share(item.span, Span::new(middle, span.end)) / 60 > SLIVER_MAX;
    match (top || bottom, homes.get(index).copied().flatten() == Some(row)) {
        (true, _) => Slot { item: Some(index), top, bottom, hidden: 0 },
        (false, true) => Slot { item: Some(index), top: true, bottom: true, hidden: 0 },
        (false, false) => Slot::default(),
    }
}

/// Occurrences that have their home here and are not shown, and, where a thing begins, those that run beside it.
fn hidden(slot: &Slot, row: usize, begins: bool, span: Span, items: &[Item], homes: &[Option<usize>]) -> usize {
    let Some(shown) = slot.item.and_then(|index| items.get(index)) else { return 0 };
    let others = items.iter().enumerate().filter(|(index, item)| slot.item != Some(*index) && item.kind.insists());
    others
        .filter(|(index, item)| {
            let beside = begins && shown.kind.insists() && item.span.overlaps(shown.span) && item.span.overlaps(span);
            homes.get(*index).copied().flatten() == Some(row) || beside
        })
        .count()
}
