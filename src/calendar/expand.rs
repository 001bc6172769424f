//! The events of one calendar to occurrences in a window: versions, changed instances and zones put together.
//! Knows recurrence rules and zone names only by what `recurrence` and `zones` say of them.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::event::{Details, MadeBy, Occurrence, Provenance, Status};
use super::ical::{Component, Moment};
use super::placed::{Placed, touches};
use super::recurrence::{Budget, STEPS_MAX};
use super::series::Series;
use super::time::Span;
use super::zones::{Atlas, Zones};

/// The most steps for the rules of one calendar: a tenth of a second.
pub const CALENDAR_STEPS_MAX: usize = 20 * STEPS_MAX;

/// The most instances that the rules of one calendar may make in a window.
pub const INSTANCES_MAX: usize = 100_000;
/// Steps and instances that every series has, whatever others of its calendar have spent: a daily one over the weeks
/// that are planned, and not so many that 10,000 hostile ones cost a second.
const SERIES_STEPS_MIN: usize = 1_000;
/// See [`INSTANCES_MAX`]: past it a series still has so many.
pub const SERIES_INSTANCES_MIN: usize = 50;

/// The most warnings of one calendar.
const WARNINGS_MAX: usize = 100;

/// What a calendar holds in a window.
#[derive(Clone, Debug, Default)]
pub struct Expanded {
    /// The occurrences that overlap the window (also those that begin before it), by start, end and component;
    /// each with the index of the component that sets it.
    pub occurrences: Vec<(usize, Occurrence)>,
    /// What could not be followed, each with the event's title.
    pub warnings: Vec<String>,
}

impl Expanded {
    fn warn(&mut self, warning: String) {
        match self.warnings.len().cmp(&WARNINGS_MAX) {
            Ordering::Less => self.warnings.push(warning),
            Ordering::Equal => self.warnings.push("more warnings of this kind are not shown".to_owned()),
            Ordering::Greater => {}
        }
    }
}

/// Expands all components of ONE calendar; changed instances may stand in other objects than their series.
/// Cancelled occurrences are there with their status; `tz` is the user's zone, for floating times, all-day
/// events and, marked as uncertain, for unknown zones.
pub fn expand(components: &[Component], window: Span, zones: &Zones, tz: &TimeZone) -> Expanded {
    let mut atlas = Atlas::new(zones, tz, Some(window));
    let mut out = Expanded::default();
    let mut budget = Budget::new(CALENDAR_STEPS_MAX, INSTANCES_MAX);
    let mut order: Vec<(usize, &Component)> = components.iter().enumerate().collect();
    order.sort_by(|(_, one), (_, two)| one.details.uid.cmp(&two.details.uid));
    for group in order.chunk_by(|(_, one), (_, two)| one.details.uid == two.details.uid) {
        budget.grant(SERIES_STEPS_MIN, SERIES_INSTANCES_MIN);
        expand_group(group, window, &mut atlas, &mut budget, &mut out);
    }
    out.warnings.append(&mut atlas.warnings);
    out.occurrences.sort_by_cached_key(|(index, occurrence)| (occurrence.span.start, occurrence.span.end, *index));
    out
}

/// Tells events apart that a window does not need, so that who reads a large calendar need not keep all of it at a time.
pub(crate) struct Sieve<'a> {
    atlas: Atlas<'a>,
    window: Span,
}

impl<'a> Sieve<'a> {
    /// For that window; `tz` is the user's zone.
    pub(crate) fn new(window: Span, zones: &'a Zones, tz: &'a TimeZone) -> Self {
        Self { atlas: Atlas::new(zones, tz, Some(window)), window }
    }

    /// Whether the component makes neither occurrences nor warnings in the window, as long as no other of its calendar
    /// has its UID.
    pub(crate) fn is_outside(&mut self, component: &Component) -> bool {
        if component.is_recurring() || component.recurrence_id.is_some() {
            return false;
        }
        let warned = self.atlas.warnings.len();
        let placed = Placed::of(component, &mut self.atlas, None);
        self.atlas.warnings.len() == warned && placed.trouble.is_none() && !touches(placed.first_span(), self.window)
    }
}

impl Component {
    /// When it takes place as it stands, without its repetitions.
    pub fn span(&self, zones: &Zones, tz: &TimeZone) -> Span {
        Placed::of(self, &mut Atlas::new(zones, tz, None), None).first_span()
    }
}

/// Expands what has one UID: at most one series or event, and changed instances.
fn expand_group(
    group: &[(usize, &Component)],
    window: Span,
    atlas: &mut Atlas<'_>,
    budget: &mut Budget,
    out: &mut Expanded,
) {
    let master = newest(group.iter().copied().filter(|(_, component)| component.recurrence_id.is_none()));
    if let ([_], Some((index, component))) = (group, master)
        && !component.is_recurring()
    {
        let placed = Placed::of(component, atlas, None);
        let span = placed.first_span();
        if touches(span, window) {
            let provenance = placed.provenance(MadeBy::Start);
            push(out, (index, component), &component.details, (span, None), placed.trouble, provenance);
        }
        return;
    }
    let Some((index, component)) = master else {
        for (index, change) in changes(group, None, atlas) {
            expand_change((index, change), None, window, atlas, out);
        }
        return;
    };
    let versions = group.iter().filter(|(_, component)| component.recurrence_id.is_none()).count();
    if versions > 1 {
        let title = &component.details.title;
        out.warn(format!("`{title}` is there {versions} times with the same UID; only the newest counts"));
    }
    let mut series = Series::new(component, atlas);
    let mut changes = changes(group, Some(&series), atlas);
    let mut later = Vec::new();
    changes.retain(|(index, change)| {
        let has_outlived = series.has_outlived(change, atlas, budget);
        if !has_outlived || series.is_changed_later_by(change) {
            later.push((*index, *change));
        }
        !has_outlived
    });
    for (index, change) in later {
        series.replace(index, change, atlas);
    }
    push_instances((index, &series), window, atlas, budget, out);
    for change in changes {
        expand_change(change, Some(&series), window, atlas, out);
    }
}

/// What the series makes itself, those among it that a change of all later instances holds for included.
fn push_instances(
    (index, series): (usize, &Series<'_>),
    window: Span,
    atlas: &mut Atlas<'_>,
    budget: &mut Budget,
    out: &mut Expanded,
) {
    let found = series.instances(window, atlas, budget);
    let component = series.component;
    if let Some(fault) = &found.fault {
        out.warn(format!("`{}`: {fault}", component.details.title));
    }
    let trouble = |placed: &Placed| {
        let mut trouble = placed.trouble.clone();
        if let Some(fault) = &found.fault {
            add(&mut trouble, fault);
        }
        trouble
    };
    let own = trouble(&series.placed);
    let changed: Vec<_> = series
        .changes
        .iter()
        .map(|change| {
            let (index, component) = change.component;
            let mut trouble = trouble(&change.placed);
            if let Some(own) = &series.placed.trouble {
                add(&mut trouble, own);
            }
            let provenance = change.placed.provenance(MadeBy::LaterChange(change.from));
            (index, component, effective(component, Some(series)), trouble, provenance)
        })
        .collect();
    for instance in found.list {
        let when = (instance.span, instance.recurrence_id);
        if let Some((index, component, details, trouble, provenance)) =
            instance.change.and_then(|index| changed.get(index))
        {
            push(out, (*index, component), details, when, trouble.clone(), provenance.clone());
        } else {
            let provenance = series.placed.provenance(instance.made_by);
            push(out, (index, component), &component.details, when, own.clone(), provenance);
        }
    }
}

/// What a changed instance says: the series called off as a whole calls off its instances, unless one was
/// changed after that.
fn effective(change: &Component, series: Option<&Series<'_>>) -> Arc<Details> {
    let is_called_off = series.is_some_and(|series| {
        let master = series.component;
        master.details.status == Status::Cancelled && change.sequence <= master.sequence
    });
    if is_called_off {
        Arc::new(Details { status: Status::Cancelled, ..Details::clone(&change.details) })
    } else {
        Arc::clone(&change.details)
    }
}

/// The changed instances of a group, of each only the newest version.
fn changes<'a>(
    group: &[(usize, &'a Component)],
    series: Option<&Series<'_>>,
    atlas: &mut Atlas<'_>,
) -> Vec<(usize, &'a Component)> {
    let mut newest_of: BTreeMap<Timestamp, (usize, &Component)> = BTreeMap::new();
    for (index, component) in group {
        let Some(id) = &component.recurrence_id else { continue };
        let at = original(&id.at, series, atlas);
        let found = newest_of.get(&at).copied();
        newest_of.extend(newest(found.into_iter().chain([(*index, *component)])).map(|newest| (at, newest)));
    }
    newest_of.into_values().collect()
}

/// The original start that a RECURRENCE-ID means; where there is no series, as it stands.
fn original(id: &Moment, series: Option<&Series<'_>>, atlas: &mut Atlas<'_>) -> Timestamp {
    match series {
        Some(series) => series.original(id, atlas),
        None => atlas.instant(id, atlas.home),
    }
}

/// A changed instance counts by its own time, whether its series still makes its original start or not.
fn expand_change(
    (index, change): (usize, &Component),
    series: Option<&Series<'_>>,
    window: Span,
    atlas: &mut Atlas<'_>,
    out: &mut Expanded,
) {
    let placed = Placed::of(change, atlas, series.map(|series| &series.placed));
    let span = placed.first_span();
    let Some(id) = change.recurrence_id.as_ref().filter(|_| touches(span, window)) else { return };
    let mut trouble = placed.trouble.clone();
    if change.is_recurring() {
        add(&mut trouble, "a changed instance with a rule of its own, which is not followed");
    }
    let at = original(&id.at, series, atlas);
    let details = effective(change, series);
    let provenance = placed.provenance(MadeBy::Change { has_series: series.is_some() });
    push(out, (index, change), &details, (span, Some(at)), trouble, provenance);
}

/// The version that counts: highest SEQUENCE, then latest DTSTAMP, then the last in the calendar.
fn newest<'a>(versions: impl Iterator<Item = (usize, &'a Component)>) -> Option<(usize, &'a Component)> {
    versions.min_by_key(|(index, component)| {
        (Reverse(component.sequence), Reverse(component.details.stamped), Reverse(*index))
    })
}

fn push(
    out: &mut Expanded,
    (index, component): (usize, &Component),
    details: &Arc<Details>,
    (span, recurrence_id): (Span, Option<Timestamp>),
    uncertain: Option<String>,
    provenance: Provenance,
) {
    let details = Arc::clone(details);
    let all_day = component.start.is_date();
    out.occurrences.push((index, Occurrence { span, all_day, recurrence_id, details, uncertain, provenance }));
}

/// Adds a reason to those that are there.
pub(super) fn add(trouble: &mut Option<String>, reason: &str) {
    match trouble {
        Some(trouble) if trouble.contains(reason) => {}
        Some(trouble) => {
            trouble.push_str("; ");
            trouble.push_str(reason);
        }
        None => *trouble = Some(reason.to_owned()),
    }
}
