//! One hold in words: what it is, why it is there, and what may still happen to it.

use crate::cycle::outcome::{Outcome, ShownHold};
use crate::focus::plan::HoldState;
use crate::report::Look;
use crate::report::paint::{Ink, paint};
use crate::report::roles::hold_name;
use crate::report::text::{clean, clip, dated, indented, when};

/// The hold in a line.
pub(super) fn headline(outcome: &Outcome, one: &ShownHold, look: Look) -> String {
    let hold = &one.hold;
    let busy = if hold.busy { "busy" } else { "free" };
    let role = outcome.role_name(hold.role).unwrap_or("no role");
    let name = hold_name(outcome, hold);
    let words = format!("{}  {name}  {busy}  {}", dated(hold.span, &outcome.tz), clean(role));
    clip(&words, look.columns())
}

/// The hold, its reason and its standing.
pub(super) fn describe(outcome: &Outcome, one: &ShownHold, look: Look) -> Vec<String> {
    let mut lines = vec![paint(&headline(outcome, one, look), Ink::Strong, look.color)];
    lines.extend(indented(&clean(&one.hold.why), 2, look.columns()));
    lines.extend(indented(standing(one), 2, look.columns()));
    for threat in outcome.view.threats.iter().filter(|threat| threat.overlaps(one.hold.span)) {
        let words = format!("An unanswered invitation overlaps it: {}.", when(*threat, &outcome.tz));
        lines.extend(indented(&words, 2, look.columns()));
    }
    lines.push(paint(&clip(&format!("  {}", one.uid), look.columns()), Ink::Faint, look.color));
    lines
}

fn standing(one: &ShownHold) -> &'static str {
    match (one.hold.state, one.written) {
        (HoldState::Past, _) => "It is over: history, never changed.",
        (HoldState::Pinned, _) => "You edited it: it is yours, and only `release` removes it.",
        (HoldState::Frozen, _) => "It has started or starts soon: it stays where it is, only busy time shortens it.",
        (HoldState::Planned, true) => "It is on the calendar like this; it moves only when that protects more.",
        (HoldState::Planned, false) => "It is not on the calendar like this yet.",
    }
}
