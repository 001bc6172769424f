//! Steps two to four of a cycle: judge, plan, reconcile. Pure: from what was read and what is remembered to the
//! changes, and to everything a report may want to show.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::memory::Memory;
use crate::balance::figures::{self, Figures, Ledgers};
use crate::calendar::CalendarId;
use crate::calendar::event::Status;
use crate::calendar::time::Span;
use crate::calendar::week::IsoWeek;
use crate::config::settings::{CalendarUse, Settings};
use crate::focus::arrival::{Glimpse, Sighting, SightingKey, observe};
use crate::focus::assess::{self, Assessment, Scene, sighting_key};
use crate::focus::block::blocks;
use crate::focus::busy::Counts;
use crate::focus::plan::{DesiredHold, ExistingHold, HoldState, Plan, PlanInput};
use crate::focus::planner::plan;
use crate::focus::sight::{self, Judged, Seen, Source};
use crate::focus::view::{OwnFocus, View};
use crate::reconcile::change::Change;
use crate::reconcile::holds::{self, Blocker, Inventory};
use crate::reconcile::key::Kind;
use crate::reconcile::own::{Owned, Standing};

/// What a cycle knows when it decides.
#[derive(Clone, Copy, Debug)]
pub struct Knowledge<'a> {
    /// The present.
    pub now: Timestamp,
    /// The config.
    pub settings: &'a Settings,
    /// A span that is wanted besides the weeks that are planned anyway.
    pub also: Option<Span>,
    /// The calendars that are input.
    pub sources: &'a [Source],
    /// Own objects with their standing.
    pub owned: &'a [Owned],
    /// What is remembered.
    pub memory: &'a Memory,
    /// The calendar that holds has events that decline new invitations by themselves.
    pub has_strict: bool,
}

/// What it comes to.
#[derive(Debug)]
pub struct Decision {
    /// The weeks that are planned.
    pub weeks: Vec<IsoWeek>,
    /// Every occurrence, judged.
    pub judged: Vec<Judged>,
    /// What they come to.
    pub view: View,
    /// The planner's answer, for the weeks of `weeks` and those before whose summary is not final.
    pub plan: Plan,
    /// Every block of these weeks.
    pub blocks: Vec<Assessment>,
    /// The figures of each of these weeks.
    pub figures: Vec<Figures>,
    /// Busy time and days off, with titles.
    pub blockers: Vec<Blocker>,
    /// What changes, in order; the summary is not among it.
    pub changes: Vec<Change>,
    /// The holds as they lay there.
    pub before: Vec<DesiredHold>,
}

/// The weeks that are planned: this one and the next, as many as the horizon says.
pub fn horizon(settings: &Settings, now: Timestamp) -> Vec<IsoWeek> {
    let this = IsoWeek::at(now, &settings.policy.tz);
    (0..i64::from(settings.policy.horizon)).map(|n| this.plus(n)).collect()
}

/// The calendars of such a use.
pub fn calendars(settings: &Settings, such: impl Fn(&CalendarUse) -> bool) -> Vec<CalendarId> {
    let all = settings.accounts.iter().flat_map(|account| &account.calendars);
    all.filter(|calendar| such(calendar)).map(|calendar| calendar.id.clone()).collect()
}

/// Weeks before this one whose summary still waits for its last word.
pub fn open_weeks(owned: &[Owned], now: Timestamp, tz: &TimeZone) -> BTreeSet<IsoWeek> {
    let this = IsoWeek::at(now, tz);
    let open = owned.iter().filter_map(|one| match &one.standing {
        Standing::Ours(marker) if marker.key.kind == Kind::Summary && !marker.is_final => Some(marker.key.week),
        _ => None,
    });
    open.filter(|week| *week < this && *week >= this.plus(-WEEKS_BACK)).collect()
}

/// The weeks that a span touches; of a long one only the first.
fn weeks_of(span: Option<Span>, tz: &TimeZone) -> impl Iterator<Item = IsoWeek> {
    let first = span.map(|span| (IsoWeek::at(span.start, tz), span.end));
    let tz = tz.clone();
    first.into_iter().flat_map(move |(first, end)| {
        let tz = tz.clone();
        (0..EXTRA_WEEKS_MAX).map(move |n| first.plus(n)).take_while(move |week| week.span(&tz).start < end)
    })
}

/// The most weeks that a report may ask for besides the horizon.
const EXTRA_WEEKS_MAX: i64 = 8;

/// How many weeks back a summary may still be given its last word.
pub const WEEKS_BACK: i64 = 4;

/// Decides.
pub fn decide(knowledge: Knowledge<'_>, seen: Vec<Seen>, instance: &str) -> Decision {
    let Knowledge { now, settings, sources, owned, memory, .. } = knowledge;
    let policy = &settings.policy;
    let mut judged = sight::judge_all(seen, sources, policy);
    give_roles(&mut judged, owned, settings);
    let weeks: BTreeSet<IsoWeek> =
        horizon(settings, now).into_iter().chain(weeks_of(knowledge.also, &policy.tz)).collect();
    let all_weeks: BTreeSet<IsoWeek> = open_weeks(owned, now, &policy.tz).into_iter().chain(weeks.clone()).collect();
    let (weeks, all_weeks): (Vec<IsoWeek>, Vec<IsoWeek>) =
        (weeks.into_iter().collect(), all_weeks.into_iter().collect());
    let window = span_of(&all_weeks, &policy.tz);
    let mut view = sight::view(&judged, policy, window, memory.before_first(&policy.tz));
    view.own_focus.extend(whole_days(knowledge, window));
    let existing = existing(knowledge, &all_weeks);
    let input = PlanInput { now, policy, view: &view, weeks: &all_weeks, holds: &existing, closed: &memory.closed };
    let plan = plan(&input);
    // With what this cycle sees: else the next one, which remembers it, would tell another story of the same calendar.
    let mut history = memory.history.clone();
    history.extend(observed(knowledge, &judged));
    let scene = Scene { policy, judged: &judged, sources, view: &view, history: &history };
    let blocks = assess::assess(scene, blocks(policy, &view, &all_weeks), &plan.holds);
    let ledgers = Ledgers {
        policy,
        judged: &judged,
        view: &view,
        rows: &plan.weeks,
        holds: &plan.holds,
        blocks: &blocks,
        closed: &memory.closed,
    };
    let figures = all_weeks.iter().map(|week| figures::figures(ledgers, *week)).collect();
    let blockers = blockers(&judged);
    let changes = settings.hold_calendar.as_ref().map_or_else(Vec::new, |calendar| {
        holds::changes(Inventory {
            now,
            policy,
            calendar,
            instance,
            desired: &plan.holds,
            owned,
            ledger: &memory.ledger,
            blockers: &blockers,
            has_strict: knowledge.has_strict,
        })
    });
    let before = existing.iter().map(|hold| as_it_lay(settings, hold, now)).collect();
    Decision { weeks, judged, view, plan, blocks, figures, blockers, changes, before }
}

/// What is new about the occurrences, compared with what was seen of them before.
pub fn observed(knowledge: Knowledge<'_>, judged: &[Judged]) -> Vec<(SightingKey, Sighting)> {
    let look = |one: &Judged| {
        let key = sighting_key(one, knowledge.sources);
        let before = knowledge.memory.history.get(&key);
        let glimpse = Glimpse {
            span: one.occurrence.span,
            busy: one.verdict.counts == Counts::Busy,
            cancelled: one.occurrence.details.status == Status::Cancelled,
        };
        let after = observe(before, glimpse, knowledge.now);
        (before != Some(&after)).then_some((key, after))
    };
    judged.iter().filter(|one| !one.own).filter_map(look).collect()
}

fn span_of(weeks: &[IsoWeek], tz: &TimeZone) -> Span {
    let start = weeks.first().map_or(Timestamp::MIN, |week| week.span(tz).start);
    Span::new(start, weeks.last().map_or(start, |week| week.span(tz).end))
}

/// Holds that the user made into whole days: they protect the working hours of these days, as own focus events do.
fn whole_days(knowledge: Knowledge<'_>, window: Span) -> Vec<OwnFocus> {
    let policy = &knowledge.settings.policy;
    let pinned = knowledge.owned.iter().filter_map(|owned| match &owned.standing {
        Standing::Pinned(key) if key.kind == Kind::Hold && is_whole_day(owned) => Some((owned, key)),
        _ => None,
    });
    pinned
        .flat_map(|(owned, key)| {
            let role = policy.roles.iter().position(|role| role.name == key.role);
            sight::own_focus(owned.object.span, true, role, policy, window)
        })
        .collect()
}

fn is_whole_day(owned: &Owned) -> bool {
    owned.object.all_day || owned.object.span.minutes() >= 24 * 60
}

/// Holds are of the role in their key: no matcher decides that.
fn give_roles(judged: &mut [Judged], owned: &[Owned], settings: &Settings) {
    for one in judged.iter_mut().filter(|one| one.own) {
        let uid = &one.occurrence.details.uid;
        let key = owned.iter().find(|owned| owned.object.uid == *uid).and_then(Owned::key);
        one.role = key.and_then(|key| settings.policy.roles.iter().position(|role| role.name == key.role));
    }
}

/// The live holds that the planner must know: those in the hold calendar, and wherever they lie those that are
/// pinned. What lies in a calendar that no longer holds counts only once it has begun; before, it is taken away.
fn existing(knowledge: Knowledge<'_>, weeks: &[IsoWeek]) -> Vec<ExistingHold> {
    let home = knowledge.settings.hold_calendar.as_ref();
    let hold = |owned: &Owned| {
        let object = &owned.object;
        let key = owned.key().filter(|key| key.kind == Kind::Hold)?;
        let pinned = match &owned.standing {
            Standing::Ours(_) if home == Some(&object.lies_in) => false,
            Standing::Ours(_) if object.span.start > knowledge.now => return None,
            Standing::Pinned(_) if is_whole_day(owned) => return None,
            Standing::Ours(_) | Standing::Pinned(_) => true,
            Standing::Other(_) | Standing::Users | Standing::Copy | Standing::Unknown => return None,
        };
        let week = if pinned { IsoWeek::at(object.span.start, &knowledge.settings.policy.tz) } else { key.week };
        Some(ExistingHold {
            uid: object.uid.clone(),
            week,
            role: key.role.clone(),
            ordinal: key.ordinal,
            span: object.span,
            busy: object.busy,
            pinned,
        })
    };
    let mut all: Vec<ExistingHold> =
        knowledge.owned.iter().filter_map(hold).filter(|hold| weeks.contains(&hold.week)).collect();
    all.sort_by(|a, b| (a.span, &a.uid).cmp(&(b.span, &b.uid)));
    all
}

fn as_it_lay(settings: &Settings, hold: &ExistingHold, now: Timestamp) -> DesiredHold {
    let state = if hold.span.end <= now {
        HoldState::Past
    } else if hold.pinned {
        HoldState::Pinned
    } else {
        HoldState::Planned
    };
    DesiredHold {
        role: settings.policy.roles.iter().position(|role| role.name == hold.role),
        week: hold.week,
        span: hold.span,
        busy: hold.busy,
        state,
        existing: Some(hold.uid.clone()),
        block: None,
        why: String::new(),
    }
}

fn blockers(judged: &[Judged]) -> Vec<Blocker> {
    judged
        .iter()
        .filter(|one| matches!(one.verdict.counts, Counts::Busy | Counts::Off))
        .map(|one| Blocker { span: one.taken(), title: one.occurrence.details.title.clone() })
        .filter(|blocker| !blocker.span.is_empty())
        .collect()
}

/// Where live future objects carry another instance: whose they are. A summary that has had its last word, and was moved
/// ahead, says nothing of who writes now.
pub fn strangers(owned: &[Owned], now: Timestamp) -> Option<(String, CalendarId)> {
    owned.iter().find_map(|one| match &one.standing {
        Standing::Other(marker) if one.object.span.end > now && !marker.is_final => {
            Some((marker.instance.clone(), one.object.lies_in.clone()))
        }
        _ => None,
    })
}
