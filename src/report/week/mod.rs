//! The week as a picture: days as columns, half hours as rows, and under it what became of the blocks.

mod below;
mod cell;
mod draw;
mod grid;
mod items;
mod legend;
mod words;

use super::Look;
use super::paint::{Ink, paint};
use super::text::{clip, join, month_day};
use crate::calendar::week::IsoWeek;
use crate::cycle::outcome::Outcome;

/// The week as a picture, correct from 60 columns on. A week beyond what the outcome speaks of shows what is known of it.
pub fn week(outcome: &Outcome, week: IsoWeek, look: Look) -> String {
    let items = items::items(outcome, week, look.before);
    let grid = grid::grid(outcome, week, &items);
    let mut lines =
        vec![paint(&clip(&title(outcome, week, look), look.columns()), Ink::Strong, look.color), String::new()];
    lines.extend(draw::picture(&grid, &items, outcome.now, &outcome.tz, look));
    let parts = [
        legend::legend(&grid, &items, look),
        below::outside(outcome, &grid, &items, look),
        headed("Blocks: what meetings took, and how much is protected", below::blocks(outcome, week, look), look),
        headed("Roles", below::totals(outcome, week, look), look),
    ];
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        lines.push(String::new());
        lines.extend(part);
    }
    join(&lines)
}

fn title(outcome: &Outcome, week: IsoWeek, look: Look) -> String {
    let (first, last) = (week.monday(), week.dates().last().unwrap_or(week.monday()));
    let zone = outcome.tz.iana_name().unwrap_or("UTC");
    let before = if look.before { " · before" } else { "" };
    format!("Week {} · {} – {} {}{before} · {zone}", week.number(), month_day(first), month_day(last), last.year())
}

fn headed(head: &str, lines: Vec<String>, look: Look) -> Vec<String> {
    if lines.is_empty() {
        return lines;
    }
    let mut out = vec![paint(head, Ink::Strong, look.color)];
    out.extend(lines);
    out
}
