//! Names of holds, and the hours of each role against its target as bars.

use super::Look;
use super::paint::{Ink, paint};
use super::text::{clean, pad, width};
use crate::balance::text::hours;
use crate::calendar::time::SpanSet;
use crate::calendar::week::IsoWeek;
use crate::cycle::outcome::Outcome;
use crate::focus::busy::Counts;
use crate::focus::plan::DesiredHold;
use crate::focus::policy::Minutes;
use crate::focus::sight::Judged;

/// Terminals narrower than this get no words behind the bars.
const NARROW_MAX: usize = 60;
/// The widest bar.
const BAR_MAX: usize = 40;

/// The name of the block that a hold covers most.
pub(super) fn block_name<'a>(outcome: &'a Outcome, hold: &DesiredHold) -> Option<&'a str> {
    let role = outcome.policy.roles.get(hold.role?)?;
    role.blocks.get(hold.block?).map(|block| block.name.as_str())
}

/// The name of its block; of its role, where it has none.
pub(super) fn hold_name(outcome: &Outcome, hold: &DesiredHold) -> String {
    clean(block_name(outcome, hold).or(outcome.role_name(hold.role)).unwrap_or("focus"))
}

/// The hours of one role in a week.
pub(super) struct RoleHours {
    name: String,
    minutes: Minutes,
    target: Option<Minutes>,
    holds: bool,
}

/// Every role in config order, with `holds` as those that lie in the week.
pub(super) fn hours_of_week(outcome: &Outcome, holds: &[&DesiredHold], week: IsoWeek) -> Vec<RoleHours> {
    let (span, busy) = (week.span(&outcome.tz), outcome.view.busy_set());
    let known = outcome.balance(week).map(|balance| &balance.figures.roles);
    let roles = outcome.policy.roles.iter().enumerate();
    roles
        .map(|(index, role)| {
            let minutes = if role.holds {
                let held = holds.iter().filter(|hold| hold.role == Some(index)).map(|hold| hold.span);
                let own = outcome.view.own_focus.iter().filter(|own| own.role == Some(index)).map(|own| own.span);
                held.chain(own).collect::<SpanSet>().minus(&busy).within(span).minutes()
            } else {
                let counts = |one: &&Judged| matches!(one.verdict.counts, Counts::Busy | Counts::Focus);
                let events = outcome.judged.iter().filter(|one| one.role == Some(index)).filter(counts);
                events.map(Judged::taken).collect::<SpanSet>().within(span).minutes()
            };
            let row = outcome.rows.iter().find(|row| row.week == week && row.role == index).map(|row| row.target);
            let balanced = known.and_then(|all| all.iter().find(|one| one.role == index)).and_then(|one| one.target);
            RoleHours { name: clean(&role.name), minutes, target: row.or(balanced).or(role.target), holds: role.holds }
        })
        .collect()
}

/// A line a role: name, hours against target, a bar.
pub(super) fn bars(roles: &[RoleHours], look: Look) -> Vec<String> {
    let name = roles.iter().map(|role| width(&role.name)).max().unwrap_or_default().min(20);
    let words: Vec<String> = roles.iter().map(|role| amount(role.minutes, role.target)).collect();
    let word = words.iter().map(|word| width(word)).max().unwrap_or_default();
    let measured = if look.columns() < NARROW_MAX { "" } else { "  measured only" };
    let room = look.columns().saturating_sub(2 + name + 2 + word + 2 + measured.len()).min(BAR_MAX);
    let lines = roles.iter().zip(&words);
    lines
        .map(|(role, word_of)| {
            let tail = if role.holds { "" } else { measured };
            format!(
                "  {}  {}  {}{}",
                pad(&role.name, name),
                pad(word_of, word),
                bar(role, room, look.color),
                paint(tail, Ink::Faint, look.color)
            )
        })
        .collect()
}

fn amount(minutes: Minutes, target: Option<Minutes>) -> String {
    match target {
        Some(target) => format!("{} of {}", hours(minutes), hours(target)),
        None => hours(minutes),
    }
}

fn bar(role: &RoleHours, room: usize, color: bool) -> String {
    let Some(target) = role.target.filter(|target| *target > 0) else { return String::new() };
    let room_minutes = i64::try_from(room).unwrap_or_default();
    let full = usize::try_from(role.minutes * room_minutes / target).unwrap_or_default().min(room);
    let ink = match (role.holds, role.minutes * 4 >= target * 3) {
        (false, _) => Ink::Plain,
        (true, true) => Ink::Good,
        (true, false) => Ink::Note,
    };
    let rest = "░".repeat(room - full);
    format!("{}{}", paint(&"█".repeat(full), ink, color), paint(&rest, Ink::Faint, color))
}
