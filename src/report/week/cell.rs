//! The glyphs of a cell: how each kind of thing looks with and without colour.

use super::grid::Slot;
use super::items::Kind;
use crate::report::paint::{Ink, paint, paint_bar, paint_bar_edge, paint_edge};
use crate::report::text::{clip, pad, pad_with, width};

/// How a kind of thing looks.
pub(super) struct Glyphs {
    /// The left edge where it fills the row, its first half, its second half.
    bars: [char; 3],
    /// What fills the rest without colour, and with it.
    fill: char,
    fill_colored: char,
    ink: Ink,
}

/// How a kind of thing looks.
pub(super) fn glyphs(kind: Kind) -> Glyphs {
    let of = |bars: [char; 3], fill: char, fill_colored: char, ink: Ink| Glyphs { bars, fill, fill_colored, ink };
    match kind {
        Kind::Away => of(['╌'; 3], '╌', '╌', Ink::Faint),
        Kind::Open => of(['┊'; 3], '·', '·', Ink::Open),
        Kind::Lost => of(['╳'; 3], '╳', '╳', Ink::Lost),
        Kind::Off => of(['╱'; 3], '╱', '╱', Ink::Off),
        Kind::Threat => of(['?'; 3], ' ', ' ', Ink::Threat),
        Kind::Soft => of(['▌', '▘', '▖'], '░', ' ', Ink::Soft),
        Kind::Firm => of(['█', '▀', '▄'], '▒', ' ', Ink::Firm),
        Kind::Pinned | Kind::Own => of(['█', '▀', '▄'], '▓', ' ', Ink::Mine),
        Kind::Solo | Kind::AllDay => of(['│', '╵', '╷'], ' ', ' ', Ink::Solo),
        Kind::Meeting => of(['┃', '╹', '╻'], ' ', ' ', Ink::Meeting),
        Kind::Eroder => of(['┃', '╹', '╻'], ' ', ' ', Ink::Eroder),
    }
}

/// A cell of exactly `columns` columns.
pub(super) fn cell(kind: Kind, slot: Slot, text: &str, columns: usize, color: bool) -> String {
    let glyphs = glyphs(kind);
    let half = slot.top != slot.bottom;
    // Without colour a half-filled row would make a free hold look like a busy one.
    let halves = if color { kind.focus() || kind.insists() } else { kind.focus() && kind != Kind::Soft };
    if half && text.is_empty() && halves {
        let glyph = if slot.top { '▀' } else { '▄' };
        let edge = usize::from(kind.focus());
        let part = |columns: usize| glyph.to_string().repeat(columns);
        let bar = paint_bar_edge(&part(edge), glyphs.ink, color);
        return format!("{bar}{}", paint_edge(&part(columns.saturating_sub(edge)), glyphs.ink, color));
    }
    let bar = match (slot.top, slot.bottom) {
        (true, false) => glyphs.bars[1],
        (false, true) => glyphs.bars[2],
        (true, true) | (false, false) => glyphs.bars[0],
    };
    let mut mark = if slot.hidden > 0 { format!("+{}", slot.hidden) } else { String::new() };
    if kind == Kind::Eroder {
        mark.push('╳');
    }
    let room = columns.saturating_sub(1 + width(&mark));
    let fill = if color { glyphs.fill_colored } else { glyphs.fill };
    let body = match text {
        "" => pad_with("", room, fill),
        text if width(text) + 1 >= room => pad(&clip(text, room), room),
        text => pad_with(&format!("{text} "), room, fill),
    };
    format!("{}{}", paint_bar(&bar.to_string(), glyphs.ink, color), paint(&format!("{body}{mark}"), glyphs.ink, color))
}

/// A sample of a kind for the legend, and the columns that it takes.
pub(super) fn sample(kind: Kind, color: bool) -> (String, usize) {
    let slot = Slot { item: None, top: true, bottom: true, hidden: 0 };
    let columns = match (color, kind, glyphs(kind).fill) {
        (false, Kind::Eroder, _) => 2,
        (false, _, ' ') => 1,
        _ => 3,
    };
    (cell(kind, slot, "", columns, color), columns)
}
