//! Why there is a hold, or why there is none: what the cycle knew about a moment, in the order in which it decides.

mod free;
mod hold;
mod taken;

use jiff::Timestamp;

use super::Look;
use super::text::{clean, clock, indented, join, month_day, weekday};
use crate::cycle::outcome::{Outcome, ShownHold};

/// What is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question<'a> {
    /// A moment.
    At(Timestamp),
    /// The hold whose UID begins so.
    Uid(&'a str),
}

/// The reason for one hold, or why there is none.
pub fn why(outcome: &Outcome, question: Question<'_>, look: Look) -> String {
    match question {
        Question::Uid(prefix) => by_uid(outcome, prefix, look),
        Question::At(at) => {
            let here = outcome.holds.iter().find(|one| one.hold.span.contains(at));
            here.map_or_else(|| none_at(outcome, at, look), |one| join(&hold::describe(outcome, one, look)))
        }
    }
}

fn by_uid(outcome: &Outcome, prefix: &str, look: Look) -> String {
    let found: Vec<&ShownHold> =
        outcome.holds.iter().filter(|one| !prefix.is_empty() && one.uid.starts_with(prefix)).collect();
    match found.as_slice() {
        [one] => join(&hold::describe(outcome, one, look)),
        [] => join(&indented(&format!("No hold has a UID that begins with `{}`.", clean(prefix)), 0, look.columns())),
        several => {
            let mut lines = vec![format!("{} holds have a UID that begins so:", several.len())];
            lines.extend(several.iter().map(|one| hold::headline(outcome, one, look)));
            join(&lines)
        }
    }
}

fn none_at(outcome: &Outcome, at: Timestamp, look: Look) -> String {
    let date = outcome.tz.to_datetime(at).date();
    let mut lines = vec![format!("{} {} {}: no hold.", weekday(date), month_day(date), clock(at, &outcome.tz))];
    let taken = taken::reasons(outcome, at);
    let reasons = if taken.decides { taken.reasons } else { [taken.reasons, free::reasons(outcome, at)].concat() };
    for reason in reasons {
        let mut wrapped = indented(&clean(&reason), 4, look.columns());
        if let Some(first) = wrapped.first_mut() {
            first.replace_range(..4, "  - ");
        }
        lines.extend(wrapped);
    }
    join(&lines)
}
