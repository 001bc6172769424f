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
use crate::report::text::{clean, clip, clocks, indented, pad, weekday, when, width};

/// Columns of `2 h 30 of 3 h`, of the longest level, and before what stands below a block.
const KEPT: usize = 14;
const LEVEL_MAX: usize = 18;
const CAUSES_INDENT: usize = 19;

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
    let (level, ink) = match one.level {
        Level::Intact => ("intact".to_owned(), Ink::Good),
        Level::Nibbled => (format!("nibbled −{}", hours(one.eroded)), Ink::Note),
        Level::Eroded => (format!("eroded −{}", hours(one.eroded)), Ink::Bad),
        Level::Lost => ("lost".to_owned(), Ink::Bad),
    };
    let kept = format!("{} of {}", hours(protected.intersection(&one.block.parts).minutes()), hours(one.planned));
    let day = weekday(outcome.tz.to_datetime(one.block.span.start).date());
    let head = format!("  {day} {}  {name}  {}  ", clocks(one.block.span, &outcome.tz), pad(&kept, KEPT));
    let head = clip(&head, look.columns().saturating_sub(LEVEL_MAX));
    let causes = causes(outcome, one);
    let colon = match (causes.is_empty(), one.eroded_by.is_empty()) {
        (true, _) => "",
        (false, true) => " · ",
        (false, false) => ": ",
    };
    let line = format!("{head}{}", paint(&level, ink, look.color));
    if width(&head) + width(&level) + width(colon) + width(&causes) <= look.columns() {
        return vec![format!("{line}{colon}{causes}")];
    }
    let below = indented(&causes, CAUSES_INDENT, look.columns()).into_iter();
    [line].into_iter().chain(below.map(|line| paint(&line, Ink::Faint, look.color))).collect()
}

/// What took time of the block, with the minutes where there are several; what threatens it; what the user gave up.
fn causes(outcome: &Outcome, one: &Assessment) -> String {
    let title = |index: usize| outcome.judged.get(index).map(|one| clean(&one.occurrence.details.title));
    let alone = one.eroded_by.len() == 1;
    let taken = one.eroded_by.iter().filter_map(|by| {
        let title = title(by.judged)?;
        Some(if alone { title } else { format!("{title} {}", hours(by.minutes)) })
    });
    let threats = one.threats.iter().filter_map(|index| Some(format!("{} unanswered", title(*index)?)));
    let closed: SpanSet = outcome.closed.iter().map(|closed| closed.span).collect();
    let closed = closed.intersection(&one.block.parts).minutes();
    let closed = (closed > 0).then(|| format!("{} given up by you", hours(closed)));
    taken.chain(threats).chain(closed).collect::<Vec<_>>().join(" · ")
}

/// The hours of each role against its target.
pub(super) fn totals(outcome: &Outcome, week: IsoWeek, look: Look) -> Vec<String> {
    let holds = holds(outcome, look.before);
    bars(&hours_of_week(outcome, &holds, week), look)
}
