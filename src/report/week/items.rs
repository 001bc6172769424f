//! What lies in a week, as things to draw: each with its time, its words and how it looks. Knows no rows or columns.

use jiff::civil::Date;

use crate::calendar::time::{Span, SpanSet};
use crate::calendar::week::{self, IsoWeek};
use crate::cycle::outcome::Outcome;
use crate::focus::assess::Assessment;
use crate::focus::busy::Counts;
use crate::focus::plan::{DesiredHold, HoldState};
use crate::focus::policy::hours_on;
use crate::focus::sight::Judged;
use crate::report::roles::hold_name;
use crate::report::text::{clean, clocks};

/// What a thing is: how it looks, and which of two at the same time is seen (the later one here).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Lunch and the like.
    Away,
    /// Block time that nothing protects and that a session could still cover.
    Open,
    /// Block time that no session can cover any more.
    Lost,
    /// A day off.
    Off,
    /// Busy all day.
    AllDay,
    /// A hold that is shown as free.
    Soft,
    /// A hold that is shown as busy.
    Firm,
    /// A hold that the user edited.
    Pinned,
    /// An own focus event.
    Own,
    /// An unanswered invitation.
    Threat,
    /// A busy event without other people.
    Solo,
    /// A busy meeting.
    Meeting,
    /// A busy occurrence that took block time.
    Eroder,
}

impl Kind {
    /// Whether it must be seen, however short it is.
    pub(super) fn insists(self) -> bool {
        matches!(self, Self::Threat | Self::Solo | Self::Meeting | Self::Eroder)
    }

    /// Whether it is time in which somebody focuses.
    pub(super) fn focus(self) -> bool {
        matches!(self, Self::Soft | Self::Firm | Self::Pinned | Self::Own)
    }
}

/// A thing to draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// What it is.
    pub(super) kind: Kind,
    /// When.
    pub(super) span: Span,
    /// Its name.
    pub(super) title: String,
    /// More words, each for a line of its own, where there is room.
    pub(super) more: Vec<String>,
}

impl Item {
    fn new(kind: Kind, span: Span, title: impl Into<String>) -> Self {
        Self { kind, span, title: title.into(), more: Vec::new() }
    }
}

/// The holds to draw: as they lay before the cycle, or as they are after it.
pub(super) fn holds(outcome: &Outcome, before: bool) -> Vec<&DesiredHold> {
    if before { outcome.before.iter().collect() } else { outcome.holds.iter().map(|shown| &shown.hold).collect() }
}

/// All that lies in the week, in order of start.
pub(super) fn items(outcome: &Outcome, week: IsoWeek, before: bool) -> Vec<Item> {
    let span = week.span(&outcome.tz);
    let holds = holds(outcome, before);
    let mut all: Vec<Item> = outcome.judged.iter().enumerate().filter_map(|(index, _)| event(outcome, index)).collect();
    all.extend(holds.iter().map(|hold| hold_item(outcome, hold)));
    let covered: SpanSet =
        holds.iter().map(|hold| hold.span).chain(outcome.view.own_focus.iter().map(|own| own.span)).collect();
    all.extend(outcome.blocks.iter().flat_map(|one| block(outcome, one, &covered)));
    all.extend(week.dates().flat_map(|date| away(outcome, date)));
    all.retain(|item| item.span.overlaps(span));
    all.sort_by_key(|item| (item.span, item.kind));
    all
}

fn event(outcome: &Outcome, index: usize) -> Option<Item> {
    let one = outcome.judged.get(index)?;
    if one.own || one.occurrence.span.is_empty() {
        return None;
    }
    let kind = match one.verdict.counts {
        Counts::Free => return None,
        Counts::Off => Kind::Off,
        Counts::Threat => Kind::Threat,
        Counts::Focus => Kind::Own,
        Counts::Busy if whole_day(outcome, one) => Kind::AllDay,
        Counts::Busy if erodes(outcome, index) => Kind::Eroder,
        Counts::Busy if one.people.meeting => Kind::Meeting,
        Counts::Busy => Kind::Solo,
    };
    let title = clean(&one.occurrence.details.title);
    let title = if title.is_empty() { "(no title)".to_owned() } else { title };
    let mut item = Item::new(kind, one.taken(), title);
    if kind == Kind::Own {
        item.more = vec![clocks(item.span, &outcome.tz), "yours".to_owned()];
    }
    Some(item)
}

/// Whether it fills a local day or more, so that it stands behind what else is there.
fn whole_day(outcome: &Outcome, one: &Judged) -> bool {
    let span = one.taken();
    one.occurrence.all_day || week::day_span(outcome.tz.to_datetime(span.start).date(), &outcome.tz).end < span.end
}

fn erodes(outcome: &Outcome, index: usize) -> bool {
    outcome.blocks.iter().flat_map(|one| &one.eroded_by).any(|by| by.judged == index)
}

fn hold_item(outcome: &Outcome, hold: &DesiredHold) -> Item {
    let kind = match (hold.state, hold.busy) {
        (HoldState::Pinned, _) => Kind::Pinned,
        (_, true) => Kind::Firm,
        (_, false) => Kind::Soft,
    };
    let mut item = Item::new(kind, hold.span, hold_name(outcome, hold));
    item.more.push(clocks(hold.span, &outcome.tz));
    if kind == Kind::Pinned {
        item.more.push("pinned".to_owned());
    } else if hold.block.is_none() {
        item.more.push("won back".to_owned());
    }
    item
}

/// What of a block nothing protects: the stretches that no session can cover, and those that one still could.
fn block(outcome: &Outcome, one: &Assessment, covered: &SpanSet) -> Vec<Item> {
    let bare = one.block.parts.minus(covered).minus(&outcome.view.busy_set());
    let usable = usable(outcome, one);
    let lost = bare.minus(&usable);
    let open = bare.intersection(&usable);
    let name = clean(&one.block.name);
    let lost = lost.iter().map(|span| Item::new(Kind::Lost, span, "lost"));
    let open = open.iter().map(|span| Item::new(Kind::Open, span, name.clone()));
    lost.chain(open).collect()
}

/// The free runs of the block's day that are long enough for a session of its role.
fn usable(outcome: &Outcome, one: &Assessment) -> SpanSet {
    let Some(role) = outcome.policy.roles.get(one.block.role) else { return SpanSet::new() };
    let others = outcome.blocks.iter().filter(|other| other.block.role != one.block.role);
    let others: SpanSet = others.flat_map(|other| other.block.parts.iter()).collect();
    let runs = outcome.view.free_runs(&outcome.policy, one.block.date, role.session.recovery).minus(&others);
    runs.iter().filter(|run| run.minutes() >= role.session.min_session).collect()
}

fn away(outcome: &Outcome, date: Date) -> Vec<Item> {
    let policy = &outcome.policy;
    let work = hours_on(&policy.work, date, &policy.tz);
    let away = hours_on(&policy.away, date, &policy.tz).intersection(&work);
    away.iter().map(|span| Item::new(Kind::Away, span, "away")).collect()
}
