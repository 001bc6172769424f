//! `summary --json`: the balance of one week.

use std::collections::BTreeMap;

use serde::Serialize;

use super::shape::{EroderShape, eroder, print};
use crate::calendar::week::IsoWeek;
use crate::cycle::outcome::{Balance, Outcome};
use crate::focus::assess::ErodedBy;
use crate::focus::policy::Minutes;

#[derive(Serialize)]
struct SummaryShape {
    week: String,
    #[serde(rename = "final")]
    is_final: bool,
    roles: Vec<RoleShape>,
    focus: FocusShape,
    meetings: MeetingsShape,
    switches: usize,
    eroded_by: Vec<EroderShape>,
    trend: Vec<TrendShape>,
    title: String,
    text: String,
}

#[derive(Serialize)]
struct RoleShape {
    role: String,
    minutes: Minutes,
    target_minutes: Option<Minutes>,
}

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the names are the document's")]
struct FocusShape {
    planned_minutes: Minutes,
    kept_minutes: Minutes,
    eroded_minutes: Minutes,
    protected_minutes: Minutes,
    recovered_minutes: Minutes,
    longest_minutes: Minutes,
    free_run_minutes: Minutes,
    fragmented_minutes: Minutes,
}

#[derive(Serialize)]
struct MeetingsShape {
    count: usize,
    minutes: Minutes,
    in_blocks_minutes: Minutes,
}

#[derive(Serialize)]
struct TrendShape {
    week: String,
    protected_minutes: Minutes,
    meeting_minutes: Minutes,
}

/// The balance of `week`; none where the outcome does not have it.
pub fn summary(outcome: &Outcome, week: IsoWeek) -> Option<String> {
    outcome.balance(week).map(|balance| print(&shape(outcome, balance)))
}

fn shape(outcome: &Outcome, balance: &Balance) -> SummaryShape {
    let figures = &balance.figures;
    let role = |index| outcome.role_name(Some(index)).unwrap_or_default().to_owned();
    SummaryShape {
        week: figures.week.to_string(),
        is_final: balance.remarks.is_final,
        roles: figures
            .roles
            .iter()
            .map(|one| RoleShape { role: role(one.role), minutes: one.minutes, target_minutes: one.target })
            .collect(),
        focus: FocusShape {
            planned_minutes: figures.planned,
            kept_minutes: figures.kept,
            eroded_minutes: figures.eroded,
            protected_minutes: figures.protected,
            recovered_minutes: figures.recovered,
            longest_minutes: figures.longest,
            free_run_minutes: figures.free.focus,
            fragmented_minutes: figures.free.fragmented,
        },
        meetings: MeetingsShape {
            count: figures.meetings,
            minutes: figures.meeting_minutes,
            in_blocks_minutes: figures.meeting_in_blocks,
        },
        switches: figures.switches,
        eroded_by: eroders(outcome, figures.week),
        trend: balance
            .remarks
            .trend
            .iter()
            .map(|one| TrendShape {
                week: one.week.to_string(),
                protected_minutes: one.protected,
                meeting_minutes: one.meetings,
            })
            .collect(),
        title: balance.title.clone(),
        text: balance.text.clone(),
    }
}

/// What took time of the blocks of all holding roles in that week, the most first; an occurrence once, with the sum.
fn eroders(outcome: &Outcome, week: IsoWeek) -> Vec<EroderShape> {
    let span = week.span(&outcome.tz);
    let holding = |role: usize| outcome.policy.roles.get(role).is_some_and(|role| role.holds);
    let blocks = outcome.blocks.iter().filter(|one| span.contains(one.block.span.start) && holding(one.block.role));
    let mut sums: BTreeMap<usize, (Minutes, &ErodedBy)> = BTreeMap::new();
    for by in blocks.flat_map(|one| &one.eroded_by) {
        sums.entry(by.judged).or_insert((0, by)).0 += by.minutes;
    }
    // Judged occurrences are in order of start, and the sort keeps that order among equals.
    let mut all: Vec<(Minutes, &ErodedBy)> = sums.into_values().collect();
    all.sort_by_key(|(minutes, _)| std::cmp::Reverse(*minutes));
    all.into_iter().filter_map(|(minutes, by)| eroder(outcome, by, minutes)).collect()
}
