//! From spans to holds as they shall be: identity, block, busy flag and the reason for each.

use super::assemble::WeekFacts;
use super::defence::{Circumstances, Pressure, Shown};
use super::standing::{Kept, Open};
use super::take_over::take_over;
use super::why;
use super::{RolePlan, WeekPlan};
use crate::calendar::time::Span;
use crate::calendar::week::IsoWeek;
use crate::focus::block::Block;
use crate::focus::plan::{DesiredHold, HoldState, PlanInput};
use crate::focus::policy::{HoldStyle, Role, hours};

/// The planned holds of a role and week.
pub(super) fn planned(facts: &WeekFacts, plan: &RolePlan, pressure: Pressure) -> Vec<DesiredHold> {
    let open: Vec<&Open> = facts.open(plan.row.role).collect();
    let taken = take_over(&plan.holds, &open);
    plan.holds.iter().zip(taken).map(|(span, open)| new_hold(facts, plan, pressure, *span, open)).collect()
}

fn new_hold(facts: &WeekFacts, plan: &RolePlan, pressure: Pressure, span: Span, open: Option<&Open>) -> DesiredHold {
    let (input, tz) = (facts.input, &facts.input.policy.tz);
    let block = facts.block_under(plan.row.role, span);
    let was_busy = open.is_some_and(|open| open.hold.busy);
    let style = style(plan.role, block.map(|(block, _)| block));
    let circumstances = circumstances(input, pressure);
    let shown = circumstances.shown(style, block.is_some(), span, was_busy);
    let why = match block {
        Some((block, minutes)) => why::covers(block, minutes, tz),
        None => why::wins_back(&plan.role.name, span.minutes(), plan.lost, plan.row.target),
    };
    DesiredHold {
        role: Some(plan.row.role),
        week: facts.week,
        span,
        busy: shown != Shown::Free,
        state: HoldState::Planned,
        existing: open.map(|open| open.hold.uid.clone()),
        block: block.map(|(block, _)| block.template),
        why: why::with_defence(why, shown),
    }
}

/// A live hold that stays. `week` is the one it lies in, `planned` what is planned there, if anything is.
pub(super) fn kept(input: &PlanInput, week: IsoWeek, kept: &Kept, planned: Option<&WeekPlan>) -> DesiredHold {
    let role = kept.role.and_then(|index| input.policy.roles.get(index));
    let block = planned.and_then(|week| Some(week.facts.block_under(kept.role?, kept.span)?.0));
    let of_role = planned.and_then(|week| week.roles.iter().find(|(plan, _)| Some(plan.row.role) == kept.role));
    let busy = match (kept.state, of_role) {
        (HoldState::Frozen, Some((plan, pressure))) => {
            let circumstances = circumstances(input, *pressure);
            let shown = circumstances.shown(style(plan.role, block), block.is_some(), kept.span, kept.hold.busy);
            shown != Shown::Free
        }
        _ => kept.hold.busy,
    };
    DesiredHold {
        role: kept.role,
        week,
        span: kept.span,
        busy,
        state: kept.state,
        existing: Some(kept.hold.uid.clone()),
        block: block.map(|block| block.template),
        why: kept_because(input, kept, role),
    }
}

fn kept_because(input: &PlanInput, kept: &Kept, role: Option<&Role>) -> String {
    match (kept.state, role) {
        (HoldState::Past, _) => "past: it is history".to_owned(),
        (HoldState::Pinned, _) => "yours: you edited it".to_owned(),
        _ if kept.span != kept.hold.span => why::trimmed(kept.hold.span, kept.span, &input.policy.tz),
        (_, Some(role)) if kept.span.start > input.now => {
            format!("kept: starts within {}", hours(role.session.freeze))
        }
        _ => "kept: it has begun".to_owned(),
    }
}

fn circumstances<'a>(input: &PlanInput<'a>, pressure: Pressure) -> Circumstances<'a> {
    Circumstances { pressure, threats: &input.view.threats, now: input.now }
}

fn style<'a>(role: &'a Role, block: Option<&Block>) -> &'a HoldStyle {
    block.and_then(|block| role.blocks.get(block.template)).map_or(&role.style, |template| &template.style)
}
