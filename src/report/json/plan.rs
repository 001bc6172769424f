//! `plan --json` and `sync --json`: the weeks, blocks, holds and changes of one cycle.

use serde::Serialize;

use super::shape::{EroderShape, eroder, instant, print};
use crate::calendar::week::IsoWeek;
use crate::cycle::outcome::{Attempt, Outcome, ShownHold};
use crate::focus::assess::Assessment;
use crate::focus::erosion::Level;
use crate::focus::plan::{HoldState, RoleWeek};
use crate::focus::policy::Minutes;
use crate::reconcile::change::Action;
use crate::reconcile::key::Kind;
use crate::report::roles;

#[derive(Serialize)]
struct PlanShape {
    now: String,
    timezone: String,
    weeks: Vec<WeekShape>,
    blocks: Vec<BlockShape>,
    holds: Vec<HoldShape>,
    changes: Vec<ChangeShape>,
    warnings: Vec<String>,
}

#[derive(Serialize)]
struct WeekShape {
    week: String,
    role: String,
    target_minutes: Minutes,
    needed_minutes: Minutes,
    attainable_minutes: Minutes,
    protected_minutes: Minutes,
    objective: [Minutes; 7],
}

#[derive(Serialize)]
struct BlockShape {
    name: String,
    role: String,
    start: String,
    end: String,
    planned_minutes: Minutes,
    kept_minutes: Minutes,
    eroded_minutes: Minutes,
    protected_minutes: Minutes,
    level: LevelShape,
    eroded_by: Vec<EroderShape>,
    threats: Vec<ThreatShape>,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum LevelShape {
    Intact,
    Nibbled,
    Eroded,
    Lost,
}

#[derive(Serialize)]
struct ThreatShape {
    uid: String,
    title: String,
    start: String,
    end: String,
}

#[derive(Serialize)]
struct HoldShape {
    uid: String,
    role: Option<String>,
    start: String,
    end: String,
    busy: bool,
    state: StateShape,
    block: Option<String>,
    why: String,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum StateShape {
    Planned,
    Written,
    Pinned,
    Frozen,
    Past,
}

#[derive(Serialize)]
struct ChangeShape {
    action: ActionShape,
    kind: KindShape,
    uid: String,
    account: String,
    calendar: String,
    title: String,
    start: String,
    end: String,
    busy: bool,
    why: String,
    applied: bool,
    error: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum ActionShape {
    Create,
    Update,
    Delete,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum KindShape {
    Hold,
    Summary,
    Canary,
}

/// The whole outcome of a cycle. What stopped it, if anything, is the first of the warnings.
pub fn plan(outcome: &Outcome) -> String {
    print(&PlanShape {
        now: instant(outcome.now, &outcome.tz),
        timezone: outcome.tz.iana_name().unwrap_or("UTC").to_owned(),
        weeks: outcome.rows.iter().map(|row| week(outcome, row)).collect(),
        blocks: planned_blocks(outcome).map(|one| block(outcome, one)).collect(),
        holds: outcome.holds.iter().map(|one| hold(outcome, one)).collect(),
        changes: outcome.changes.iter().map(|one| change(outcome, one)).collect(),
        warnings: outcome.halted.iter().chain(outcome.warnings.iter().map(|warning| &warning.text)).cloned().collect(),
    })
}

/// Blocks of the weeks that are planned: an outcome may know earlier ones, whose summary waits for its last word.
fn planned_blocks(outcome: &Outcome) -> impl Iterator<Item = &Assessment> {
    outcome.blocks.iter().filter(|one| outcome.weeks.contains(&IsoWeek::of(one.block.date)))
}

fn role(outcome: &Outcome, index: usize) -> String {
    outcome.role_name(Some(index)).unwrap_or_default().to_owned()
}

fn week(outcome: &Outcome, row: &RoleWeek) -> WeekShape {
    WeekShape {
        week: row.week.to_string(),
        role: role(outcome, row.role),
        target_minutes: row.target,
        needed_minutes: row.needed,
        attainable_minutes: row.attainable,
        protected_minutes: row.protected,
        objective: row.objective,
    }
}

fn block(outcome: &Outcome, one: &Assessment) -> BlockShape {
    let tz = &outcome.tz;
    let threats = one.threats.iter().filter_map(|index| outcome.judged.get(*index));
    BlockShape {
        name: one.block.name.clone(),
        role: role(outcome, one.block.role),
        start: instant(one.block.span.start, tz),
        end: instant(one.block.span.end, tz),
        planned_minutes: one.planned,
        kept_minutes: one.kept,
        eroded_minutes: one.eroded,
        protected_minutes: one.protected,
        level: match one.level {
            Level::Intact => LevelShape::Intact,
            Level::Nibbled => LevelShape::Nibbled,
            Level::Eroded => LevelShape::Eroded,
            Level::Lost => LevelShape::Lost,
        },
        eroded_by: one.eroded_by.iter().filter_map(|by| eroder(outcome, by, by.minutes)).collect(),
        threats: threats
            .map(|threat| ThreatShape {
                uid: threat.occurrence.details.uid.clone(),
                title: threat.occurrence.details.title.clone(),
                start: instant(threat.occurrence.span.start, tz),
                end: instant(threat.occurrence.span.end, tz),
            })
            .collect(),
    }
}

fn hold(outcome: &Outcome, one: &ShownHold) -> HoldShape {
    let hold = &one.hold;
    HoldShape {
        uid: one.uid.clone(),
        role: outcome.role_name(hold.role).map(str::to_owned),
        start: instant(hold.span.start, &outcome.tz),
        end: instant(hold.span.end, &outcome.tz),
        busy: hold.busy,
        state: match hold.state {
            HoldState::Planned if one.written => StateShape::Written,
            HoldState::Planned => StateShape::Planned,
            HoldState::Frozen => StateShape::Frozen,
            HoldState::Pinned => StateShape::Pinned,
            HoldState::Past => StateShape::Past,
        },
        block: roles::block_name(outcome, hold).map(str::to_owned),
        why: hold.why.clone(),
    }
}

fn change(outcome: &Outcome, one: &Attempt) -> ChangeShape {
    let (change, tz) = (&one.change, &outcome.tz);
    ChangeShape {
        action: match change.action {
            Action::Create => ActionShape::Create,
            Action::Update => ActionShape::Update,
            Action::Delete => ActionShape::Delete,
        },
        kind: match change.key.kind {
            Kind::Hold => KindShape::Hold,
            Kind::Summary => KindShape::Summary,
            Kind::Canary => KindShape::Canary,
        },
        uid: change.uid.clone(),
        account: change.calendar.account.clone(),
        calendar: change.calendar.calendar.clone(),
        title: change.title().to_owned(),
        start: instant(change.span().start, tz),
        end: instant(change.span().end, tz),
        busy: change.busy(),
        why: change.why.clone(),
        applied: one.applied,
        error: one.error.clone(),
    }
}
