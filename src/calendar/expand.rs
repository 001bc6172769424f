//! The events of one calendar to occurrences in a window: versions, changed instances and zones put together.
//! Knows recurrence rules and zone names only by what `recurrence` and `zones` say of them.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::event::{Details, Occurrence, Status};
use super::ical::{Component, Moment};
use super::series::{Placed, Series, touches};
use super::time::Span;
use super::zones::{Atlas, Zones};

/// What a calendar holds in a window.
#[derive(Clone, Debug, Default)]
pub struct Expanded {
    /// The occurrences that overlap the window (also those that begin before it), by start, end and component;
    /// each with the index of the component that sets it.
    pub occurrences: Vec<(usize, Occurrence)>,
    /// What could not be followed, each with the event's title.
    pub warnings: Vec<String>,
}

/// Expands all components of ONE calendar; changed instances may stand in other objects than their series.
/// Cancelled occurrences are there with their status; `tz` is the user's zone, for floating times, all-day
/// events and, marked as uncertain, for unknown zones.
pub fn expand(components: &[Component], window: Span, zones: &Zones, tz: &TimeZone) -> Expanded {
    let mut atlas = Atlas::new(zones, tz, Some(window));
    let mut out = Expanded::default();
    let mut order: Vec<(usize, &Component)> = components.iter().enumerate().collect();
    order.sort_by(|(_, one), (_, two)| one.details.uid.cmp(&two.details.uid));
    for group in order.chunk_by(|(_, one), (_, two)| one.details.uid == two.details.uid) {
        expand_group(group, window, &mut atlas, &mut out);
    }
    out.warnings.append(&mut atlas.warnings);
    out.occurrences.sort_by_key(|(index, occurrence)| (occurrence.span.start, occurrence.span.end, *index));
    out
}

impl Component {
    /// When it takes place as it stands, without its repetitions.
    pub fn span(&self, zones: &Zones, tz: &TimeZone) -> Span {
        Placed::of(self, &mut Atlas::new(zones, tz, None), None).first_span()
    }
}

/// Expands what has one UID: at most one series or event, and changed instances.
fn expand_group(group: &[(usize, &Component)], window: Span, atlas: &mut Atlas<'_>, out: &mut Expanded) {
    let master = newest(group.iter().copied().filter(|(_, component)| component.recurrence_id.is_none()));
    if let ([_], Some((index, component))) = (group, master)
        && !component.is_recurring()
    {
        let placed = Placed::of(component, atlas, None);
        let span = placed.first_span();
        if touches(span, window) {
            push(out, index, component, &component.details, (span, None), placed.trouble);
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
        out.warnings.push(format!("`{title}` is there {versions} times with the same UID; only the newest counts"));
    }
    let mut series = Series::new(component, atlas);
    let changes = changes(group, Some(&series), atlas);
    for (_, change) in &changes {
        series.replace(change, atlas);
    }
    let (instances, fault) = series.instances(window, atlas);
    if let Some(fault) = fault {
        out.warnings.push(format!("`{}`: {fault}", component.details.title));
    }
    for instance in instances {
        push(out, index, component, &component.details, (instance.span, instance.recurrence_id), instance.trouble);
    }
    for change in changes {
        expand_change(change, Some(&series), window, atlas, out);
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
    let mut trouble = placed.trouble;
    if change.is_recurring() {
        add(&mut trouble, "a changed instance with a rule of its own, which is not followed");
    }
    if id.is_this_and_future {
        add(&mut trouble, "changes all later instances too, which is not followed");
    }
    let at = original(&id.at, series, atlas);
    // The series called off as a whole calls off its instances, unless one was changed after that.
    let cancelled = series.filter(|series| {
        let master = series.component;
        master.details.status == Status::Cancelled && change.sequence <= master.sequence
    });
    let details = match cancelled {
        Some(_) => Arc::new(Details { status: Status::Cancelled, ..Details::clone(&change.details) }),
        None => Arc::clone(&change.details),
    };
    push(out, index, change, &details, (span, Some(at)), trouble);
}

/// The version that counts: highest SEQUENCE, then latest DTSTAMP, then the last in the calendar.
fn newest<'a>(versions: impl Iterator<Item = (usize, &'a Component)>) -> Option<(usize, &'a Component)> {
    versions.min_by_key(|(index, component)| {
        (Reverse(component.sequence), Reverse(component.details.stamped), Reverse(*index))
    })
}

fn push(
    out: &mut Expanded,
    index: usize,
    component: &Component,
    details: &Arc<Details>,
    (span, recurrence_id): (Span, Option<Timestamp>),
    uncertain: Option<String>,
) {
    let details = Arc::clone(details);
    let all_day = component.start.is_date();
    out.occurrences.push((index, Occurrence { span, all_day, recurrence_id, details, uncertain }));
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
