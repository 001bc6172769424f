//! The legend of the picture: only what it shows.

use std::fmt::Write as _;

use super::cell::sample;
use super::draw::GUTTER;
use super::grid::Grid;
use super::items::{Item, Kind};
use crate::report::Look;
use crate::report::text::width;

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
        let (sample, columns) = sample(kind, look.color);
        let needs = columns + 1 + width(words);
        if used > GUTTER && used + 3 + needs > look.columns() {
            lines.push(std::mem::replace(&mut line, " ".repeat(GUTTER)));
            used = GUTTER;
        }
        if used > GUTTER {
            line.push_str("   ");
            used += 3;
        }
        let _ = write!(line, "{sample} {words}");
        used += needs;
    }
    if used > GUTTER {
        lines.push(line);
    }
    lines
}
