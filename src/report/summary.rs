//! The balance of a week for a terminal: its title in a frame, the roles as bars, and the text of the event.

use super::Look;
use super::paint::{Ink, paint};
use super::roles::{bars, hours_of_week};
use super::text::{clean, indented, join, pad, width, wrap};
use crate::calendar::week::IsoWeek;
use crate::cycle::outcome::Outcome;
use crate::focus::plan::DesiredHold;

/// The balance of `week`; a sentence that there is none where the outcome does not have it.
pub fn summary(outcome: &Outcome, week: IsoWeek, look: Look) -> String {
    let Some(balance) = outcome.balance(week) else { return format!("There is no balance of {week}.\n") };
    let mut lines = frame(&clean(&balance.title), look);
    lines.push(String::new());
    // A past week has no planned rows; its hours are those of the figures.
    if outcome.weeks.contains(&week) {
        let holds: Vec<&DesiredHold> = outcome.holds.iter().map(|shown| &shown.hold).collect();
        lines.extend(bars(&hours_of_week(outcome, &holds, week), look));
        lines.push(String::new());
    }
    for line in balance.text.lines() {
        if line.trim().is_empty() {
            lines.push(String::new());
        } else {
            lines.extend(indented(&clean(line), 2, look.columns()));
        }
    }
    join(&lines)
}

/// A line of text in a frame; several where it is too long.
fn frame(text: &str, look: Look) -> Vec<String> {
    let lines = wrap(text, look.columns().saturating_sub(4));
    let inner = lines.iter().map(|line| width(line)).max().unwrap_or_default();
    let edge = "─".repeat(inner + 2);
    let mut out = vec![format!("╭{edge}╮")];
    out.extend(lines.iter().map(|line| format!("│ {} │", paint(&pad(line, inner), Ink::Strong, look.color))));
    out.push(format!("╰{edge}╯"));
    out
}
