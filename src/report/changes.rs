//! The changes of a cycle, one by one with the reason: what `plan` would do, what `sync` did, what waits, what failed.

use super::Look;
use super::paint::{Ink, paint};
use super::text::{clean, clip, clocks, dated, indented, join, pad, width};
use crate::balance::text::hours;
use crate::cycle::outcome::{Attempt, Outcome};
use crate::reconcile::change::{Action, Change};
use crate::reconcile::key::Kind;

/// Where the words of a change begin, behind its sign.
const INDENT: usize = 4;
/// Columns of `Mon 16 Nov 09:00–12:00`.
const WHEN: usize = 22;

/// The changes of the cycle, what forbade them, and what the user should know.
pub fn changes(outcome: &Outcome, look: Look) -> String {
    let mut lines = Vec::new();
    if let Some(halted) = &outcome.halted {
        lines.extend(note("Stopped: ", halted, Ink::Bad, look));
        lines.push(String::new());
    }
    if outcome.changes.is_empty() {
        lines.push("Nothing to change.".to_owned());
    } else {
        lines.push(paint(&heading(outcome), Ink::Strong, look.color));
        let mut last_error = None;
        for one in &outcome.changes {
            lines.extend(attempt(outcome, one, look));
            let error = one.error.as_deref();
            if error.is_some() && error == last_error {
                lines.push(paint("    ! not written either", Ink::Bad, look.color));
            } else if let Some(error) = error {
                let text = indented(&format!("! not written: {}", clean(error)), INDENT, look.columns());
                lines.extend(text.into_iter().map(|line| paint(&line, Ink::Bad, look.color)));
            }
            last_error = error.or(last_error);
        }
    }
    lines.extend(out_of_reach(outcome, look));
    if !outcome.warnings.is_empty() {
        lines.push(String::new());
        lines.extend(outcome.warnings.iter().flat_map(|warning| note("Warning: ", &warning.text, Ink::Note, look)));
    }
    join(&lines)
}

fn heading(outcome: &Outcome) -> String {
    let all = outcome.changes.len();
    let applied = outcome.changes.iter().filter(|one| one.applied).count();
    let failed = outcome.changes.iter().filter(|one| !one.applied && one.error.is_some()).count();
    let of = |n: usize| if n == 1 { "1 change".to_owned() } else { format!("{n} changes") };
    match (applied, failed) {
        (0, 0) => format!("{}, nothing written yet", of(all)),
        (applied, _) if applied == all => format!("{} written", of(all)),
        (applied, _) => format!("{applied} of {} written", of(all)),
    }
}

/// A labelled sentence, wrapped.
fn note(label: &str, text: &str, ink: Ink, look: Look) -> Vec<String> {
    let lines = indented(&format!("{label}{}", clean(text)), 0, look.columns());
    lines.into_iter().map(|line| paint(&line, ink, look.color)).collect()
}

fn attempt(outcome: &Outcome, one: &Attempt, look: Look) -> Vec<String> {
    let change = &one.change;
    let (sign, ink) = match change.action {
        Action::Create => ("+", Ink::Good),
        Action::Update => ("~", Ink::Note),
        Action::Delete => ("−", Ink::Bad),
    };
    let span = pad(&dated(change.span(), &outcome.tz), WHEN);
    let shown = match (change.key.kind, change.busy()) {
        (Kind::Hold, true) => "  busy",
        (Kind::Hold, false) => "  free",
        (Kind::Summary | Kind::Canary, _) => "",
    };
    let room = look.columns().saturating_sub(INDENT + width(&span) + 2 + width(shown));
    let title = clip(&clean(change.title()), room);
    let mut lines = vec![format!("  {} {span}  {title}{shown}", paint(sign, ink, look.color))];
    let mut words = clean(&change.why);
    if let Some(was) = was(outcome, change) {
        words = format!("{was}; {words}");
    }
    let why = indented(&words, INDENT, look.columns());
    lines.extend(why.into_iter().map(|line| paint(&line, Ink::Faint, look.color)));
    lines
}

/// Targets that the plan does not reach, and by how much; where it is less than half a session no hold is added for it.
fn out_of_reach(outcome: &Outcome, look: Look) -> Vec<String> {
    let mut lines = Vec::new();
    for row in &outcome.rows {
        let [_, reached, ..] = row.objective;
        let Some(role) = outcome.policy.roles.get(row.role).filter(|_| reached < row.target) else { continue };
        let (got, target) = (hours(row.protected), hours(row.target));
        let short = hours(row.target - row.protected);
        let text = format!(
            "Week {}: {} gets {got} of its {target}; {short} find no room.",
            row.week.number(),
            clean(&role.name)
        );
        lines.extend(note("", &text, Ink::Note, look));
    }
    if !lines.is_empty() {
        lines.insert(0, String::new());
    }
    lines
}

/// What an update leaves behind.
fn was(outcome: &Outcome, change: &Change) -> Option<String> {
    let target = change.target.as_ref().filter(|_| change.action == Action::Update)?;
    let (tz, now) = (&outcome.tz, change.span());
    let same_day = tz.to_datetime(target.span.start).date() == tz.to_datetime(now.start).date();
    let time = if same_day { clocks(target.span, tz) } else { dated(target.span, tz) };
    let busy = if target.busy { "busy" } else { "free" };
    match (target.span == now, target.busy == change.busy() || change.key.kind != Kind::Hold) {
        (true, true) => None,
        (true, false) => Some(format!("was {busy}")),
        (false, true) => Some(format!("was {time}")),
        (false, false) => Some(format!("was {time}, {busy}")),
    }
}
