//! What of the live holds stands before anything is planned: past, started, frozen and pinned ones, trimmed
//! where busy time has come over them (design section 4). Knows nothing of targets.

use jiff::Timestamp;

use super::axis::Axis;
use crate::calendar::time::{Span, SpanSet};
use crate::calendar::week;
use crate::focus::plan::{ExistingHold, HoldState, PlanInput};
use crate::focus::policy::{Policy, Role};
use crate::focus::view::{View, later};

/// A live hold that the planner does not move.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept<'a> {
    pub(super) hold: &'a ExistingHold,
    /// Index of its role, where the config knows it; it may not hold any more.
    pub(super) role: Option<usize>,
    /// Its time after trimming.
    pub(super) span: Span,
    pub(super) state: HoldState,
}

/// A live hold that the planner may move.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open<'a> {
    pub(super) hold: &'a ExistingHold,
    pub(super) role: usize,
    /// Where it is left if nothing else is better: its time, or the longest piece that busy time leaves of it.
    pub(super) span: Span,
}

/// All live holds that stay in some way. One that is in neither list shall go.
#[derive(Debug, Default)]
pub(super) struct Standing<'a> {
    pub(super) kept: Vec<Kept<'a>>,
    pub(super) open: Vec<Open<'a>>,
}

/// Sorts the live holds into those that are fixed and those that are not.
pub(super) fn standing<'a>(input: &PlanInput<'a>) -> Standing<'a> {
    let mut standing = Standing::default();
    for hold in input.holds {
        judge(input, hold, &mut standing);
    }
    stand_alone(&mut standing.kept);
    standing.kept.sort_by(|a, b| (a.span, &a.hold.uid).cmp(&(b.span, &b.hold.uid)));
    standing.open.sort_by(|a, b| (a.span, a.hold.ordinal, &a.hold.uid).cmp(&(b.span, b.hold.ordinal, &b.hold.uid)));
    standing
}

/// Of frozen holds that overlap the first stays, or the longest of those that begin together, and the others go: two
/// seawalls wrote them at the same moment, before the one took the other's over.
fn stand_alone(kept: &mut Vec<Kept<'_>>) {
    kept.sort_by(|a, b| (a.span.start, b.span.end, &a.hold.uid).cmp(&(b.span.start, a.span.end, &b.hold.uid)));
    let mut frozen: Vec<Span> = Vec::new();
    kept.retain(|one| {
        let stays = one.state != HoldState::Frozen || !frozen.iter().any(|other| other.overlaps(one.span));
        frozen.extend((stays && one.state == HoldState::Frozen).then_some(one.span));
        stays
    });
}

fn judge<'a>(input: &PlanInput<'a>, hold: &'a ExistingHold, standing: &mut Standing<'a>) {
    let (policy, view, now) = (input.policy, input.view, input.now);
    let role = policy.roles.iter().position(|role| role.name == hold.role);
    let kept = |span, state| Kept { hold, role, span, state };
    if hold.span.end <= now {
        return standing.kept.push(kept(hold.span, HoldState::Past));
    }
    if hold.pinned {
        return standing.kept.push(kept(hold.span, HoldState::Pinned));
    }
    if hold.span.start <= now {
        let span = trim_started(view, hold.span, now);
        return standing.kept.extend((!span.is_empty()).then(|| kept(span, HoldState::Frozen)));
    }
    let Some((index, role)) = role.and_then(|index| Some((index, policy.roles.get(index)?))) else { return };
    if !role.holds {
        return;
    }
    let frozen = |span: Span| span.start <= later(now, role.session.freeze);
    let piece = if frozen(hold.span) { trim_frozen(policy, view, role, hold.span) } else { None };
    match piece {
        Some(piece) if frozen(piece) => standing.kept.push(kept(piece, HoldState::Frozen)),
        // A piece that begins after `freeze` is not frozen any more: a cycle later it would be open, so it is now.
        _ => standing.open.push(Open { hold, role: index, span: piece.unwrap_or(hold.span) }),
    }
}

/// What is left of a hold that has begun: it ends where busy time begins that is not over yet.
fn trim_started(view: &View, hold: Span, now: Timestamp) -> Span {
    let busy = view.busy.iter().map(|busy| busy.span).chain(view.days_off.iter());
    let taken = busy.filter(|busy| busy.end > now && busy.overlaps(hold)).map(|busy| busy.start);
    Span::new(hold.start, taken.min().unwrap_or(hold.end).max(hold.start))
}

/// What is left of a hold that is about to begin: all of it, or the longest piece on the grid that is a session.
fn trim_frozen(policy: &Policy, view: &View, role: &Role, hold: Span) -> Option<Span> {
    let rules = &role.session;
    let taken = crate::focus::view::taken_by(view.busy.iter().copied(), rules.recovery, hold);
    let pieces = SpanSet::from(hold).minus(&taken.union(&view.days_off));
    if pieces == SpanSet::from(hold) {
        return Some(hold);
    }
    let date = policy.tz.to_datetime(hold.start).date();
    let midnight = Axis::from(week::midnight(date, &policy.tz));
    let pieces = pieces.iter().map(|piece| midnight.on_grid(piece, rules.grid));
    let sessions = pieces.filter(|piece| piece.minutes() >= rules.min_session.max(1));
    // The first of the longest: `max_by_key` would take the last.
    sessions.min_by_key(|piece| std::cmp::Reverse(piece.minutes()))
}
