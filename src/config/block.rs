//! What must hold between blocks, working hours and session values, so that a week without meetings protects every
//! block whole.

use jiff::civil::Weekday;

use super::hours::{self, Hours};
use super::role::{BlockDraft, Draft, splittable};
use super::tree::Faults;
use super::value::{day_text, duration_text, weekdays};
use crate::calendar::time::SpanSet;

/// Checks every block of every role.
pub(super) fn check(roles: &[Draft], hours: Option<&Hours>, faults: &mut Faults, warnings: &mut Vec<String>) {
    for role in roles {
        for block in &role.blocks {
            length(role, block, faults);
            edges(role, block, faults);
            if let Some(hours) = hours {
                inside(block, hours, faults);
            }
        }
    }
    overlaps(roles, faults, warnings);
    for (index, role) in roles.iter().enumerate() {
        daily_sum(roles, index, role, faults);
    }
}

fn length(role: &Draft, block: &BlockDraft, faults: &mut Faults) {
    let Some(hours) = &block.hours else { return };
    let length = i64::from(hours.to - hours.from);
    let Some((min, max)) = role.session.lengths() else { return };
    let name = &block.name;
    if length < min {
        let (length, min) = (duration_text(length), duration_text(min));
        faults.add(&block.place, format!("block {name:?} ({length}) is shorter than min_session ({min})"));
    } else if min <= max && splittable(length, role.session) == Some(false) {
        let (length, max) = (duration_text(length), duration_text(max));
        let message = format!(
            "block {name:?} ({length}) is longer than max_session ({max}): split it, raise max_session, or set \
             break = \"0m\" so that it can be held in pieces"
        );
        faults.add(&block.place, message);
    }
}

fn edges(role: &Draft, block: &BlockDraft, faults: &mut Faults) {
    let (Some(hours), Some(grid)) = (&block.hours, role.session.grid) else { return };
    if [hours.from, hours.to].iter().any(|edge| i64::from(*edge) % grid != 0) {
        let (name, grid) = (&block.name, duration_text(grid));
        faults.add(&block.place, format!("block {name:?} starts or ends off the grid ({grid})"));
    }
}

fn inside(block: &BlockDraft, hours: &Hours, faults: &mut Faults) {
    let outside = |day: &Weekday| {
        let span = block.hours.as_ref().and_then(|own| hours::template_span(own, *day));
        span.is_some_and(|span| !SpanSet::from(span).minus(&hours.template(*day)).is_empty())
    };
    let days: Vec<&str> = weekdays().filter(outside).map(day_text).collect();
    if !days.is_empty() {
        let (name, days) = (&block.name, days.join(", "));
        faults
            .add(&block.place, format!("block {name:?} lies partly outside working time (work minus away) on {days}"));
    }
}

/// Names both blocks, at the second; says where two are closer than a break.
fn overlaps(roles: &[Draft], faults: &mut Faults, warnings: &mut Vec<String>) {
    let all: Vec<(&Draft, &BlockDraft)> =
        roles.iter().flat_map(|role| role.blocks.iter().map(move |block| (role, block))).collect();
    for (i, (role, block)) in all.iter().enumerate() {
        for (first_role, first) in all.iter().take(i) {
            let (Some(a), Some(b)) = (&first.hours, &block.hours) else { continue };
            if !a.days.overlaps(b.days) {
                continue;
            }
            let (first_name, name) = (&first.name, &block.name);
            if a.from < b.to && b.from < a.to {
                let message = format!(
                    "block {name:?} overlaps block {first_name:?} of role {:?} on the same day",
                    first_role.name
                );
                faults.add(&block.place, message);
                continue;
            }
            let gap = i64::from(if a.to <= b.from { b.from - a.to } else { a.from - b.to });
            let needed = role.session.break_between.unwrap_or(0);
            if gap < needed && role.holds && first_role.holds && first_role.name != role.name {
                warnings.push(format!(
                    "blocks {first_name:?} and {name:?} are closer than a break ({}): both can't be held whole",
                    duration_text(needed)
                ));
            }
        }
    }
}

/// The roles before it are planned first and take their part of the day.
fn daily_sum(roles: &[Draft], index: usize, role: &Draft, faults: &mut Faults) {
    let Some(most) = role.session.daily_max else { return };
    let Some(last) = role.blocks.last() else { return };
    for day in weekdays() {
        let minutes = |role: &Draft| -> i64 {
            let hours = role.blocks.iter().filter_map(|block| block.hours.as_ref());
            hours.filter(|hours| hours.days.contains(day)).map(|hours| i64::from(hours.to - hours.from)).sum()
        };
        let own = minutes(role);
        let before: i64 = roles.iter().take(index).filter(|other| other.holds && role.holds).map(minutes).sum();
        if own > 0 && own + before > most {
            let (sum, most, day) = (duration_text(own + before), duration_text(most), day_text(day));
            faults.add(&last.place, format!("the blocks of {day} ({sum} in sum) are longer than daily_max ({most})"));
            return;
        }
    }
}
