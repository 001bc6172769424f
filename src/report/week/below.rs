//! What stands under the picture: what lies too far out for it, every block with what became of it, and the hours of
//! each role.

use super::grid::Grid;
use super::items::{Item, holds};
use crate::balance::text::hours;
use crate::calendar::time::SpanSet;
use crate::calendar::week::IsoWeek;
use crate::cycle::outcome::Outcome;
use crate::focus::assess::{Assessment, protected_time};
use crate::focus::erosion::Level;
use crate::report::Look;
use crate::report::paint::{Ink, paint};
use crate::report::roles::{bars, hours_of_week};
use crate::report::text::{clean, clip, indented, pad, when, width};

/// What lies too far out of working hours to be drawn.
pub(super) fn outside(outcome: &Outcome, grid: &Grid, items: &[Item], look: Look) -> Vec<String> {
    let far = grid.outside.iter().filter_map(|index| items.get(*index));
    let words: Vec<String> = far.map(|item| format!("{} {}", when(item.span, &outcome.tz), item.title)).collect();
    if words.is_empty() {
        return Vec::new();
    }
    indented(&format!("Not drawn: {}", words.join(" · ")), 2, look.columns())
}

/// The blocks of the week.
pub(super) fn blocks(outcome: &Outcome, week: IsoWeek, look: Look) -> Vec<String> {
    let span = week.span(&outcome.tz);
    let here: Vec<&Assessment> = outcome.blocks.iter().filter(|one| span.contains(one.block.span.start)).collect();
    let protected = protected_time(&outcome.view, holds(outcome, look.before).into_iter());
    let names: Vec<String> = here.iter().map(|one| clean(&one.block.name)).collect();
    let name = names.iter().map(|name| width(name)).max().unwrap_or_default().min(24);
    here.iter()
        .zip(&names)
        .flat_map(|(one, name_of)| block(outcome, one, &protected, &pad(name_of, name), look))
        .collect()
}

/// One line where it fits; else what took the time goes below.
fn block(outcome: &Outcome, one: &Assessment, protected: &SpanSet, name: &str, look: Look) -> Vec<String> {
    let level = match one.level {
        Level::Intact => "intact".to_owned(),
        Level::Nibbled => format!("nibbled −{}", hours(one.eroded)),
        Level::Eroded => format!("eroded −{}", hours(one.eroded)),
        Level::Lost => "lost".to_owned(),
    };
    let ink = match one.level {
        Level::Intact => Ink::Good,
        Level::Nibbled => Ink::Note,
        Level::Eroded | Level::Lost => Ink::Bad,
    };
    let kept = format!("{} of {}", hours(protected.intersection(&one.block.parts).minutes()), hours(one.planned));
    let head = format!("  {}  {name}  ", pad(&when(one.block.span, &outcome.tz), 18));
    let room = look.columns().saturating_sub(width(&head) + 18);
    let line = format!("{head}{} {}", paint(&pad(&level, 17), ink, look.color), clip(&kept, room));
    let mut lines = vec![line];
    if let Some(causes) = causes(outcome, one) {
        let all = indented(&causes, 22, look.columns());
        lines.extend(all.into_iter().map(|line| paint(&line, Ink::Faint, look.color)));
    }
    lines
}

fn causes(outcome: &Outcome, one: &Assessment) -> Option<String> {
    let title = |index: usize| outcome.judged.get(index).map(|one| clean(&one.occurrence.details.title));
    let mut words: Vec<String> =
        one.eroded_by.iter().filter_map(|by| Some(format!("{} {}", hours(by.minutes), title(by.judged)?))).collect();
    words.extend(one.threats.iter().filter_map(|index| Some(format!("? {} (unanswered)", title(*index)?))));
    (!words.is_empty()).then(|| words.join(" · "))
}

/// The hours of each role against its target.
pub(super) fn totals(outcome: &Outcome, week: IsoWeek, look: Look) -> Vec<String> {
    let holds = holds(outcome, look.before);
    bars(&hours_of_week(outcome, holds.into_iter(), week), look)
}
