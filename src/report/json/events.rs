//! `events --json`: the occurrences that seawall sees, each with its verdict.

use serde::Serialize;

use super::super::explain::{Explanation, explain};
use super::shape::{instant, print};
use crate::calendar::time::Span;
use crate::cycle::outcome::Listing;
use crate::focus::busy::Counts;
use crate::focus::sight::Judged;

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum BusyShape {
    Busy,
    Threat,
    Free,
    Off,
    Focus,
}

#[derive(Serialize)]
struct EventShape {
    uid: String,
    recurrence_id: Option<String>,
    account: String,
    calendar: String,
    start: String,
    end: String,
    all_day: bool,
    title: String,
    busy: BusyShape,
    why: String,
    role: Option<String>,
    meeting: bool,
    attendees: usize,
    own: bool,
    uncertain: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    explain: Option<ExplainShape>,
}

/// Only with `--explain`.
#[derive(Serialize)]
struct ExplainShape {
    made_by: String,
    zone: String,
    file: Option<String>,
    line: Option<usize>,
    uncertain: Option<String>,
}

/// The occurrences that share time with `window` or begin in it, sorted by start.
pub fn events(listing: Listing<'_>, window: Span) -> String {
    let seen = listing.judged.iter().filter(|one| {
        let span = one.occurrence.span;
        span.overlaps(window) || window.contains(span.start)
    });
    let mut all: Vec<&Judged> = seen.collect();
    all.sort_by_key(|one| one.occurrence.span);
    print(&all.into_iter().map(|one| shape(listing, one)).collect::<Vec<_>>())
}

fn shape(listing: Listing<'_>, one: &Judged) -> EventShape {
    let (occurrence, tz) = (&one.occurrence, listing.tz);
    let source = listing.sources.get(one.source).map(|source| &source.id);
    EventShape {
        uid: occurrence.details.uid.clone(),
        recurrence_id: occurrence.recurrence_id.map(|at| instant(at, tz)),
        account: source.map(|id| id.account.clone()).unwrap_or_default(),
        calendar: source.map(|id| id.calendar.clone()).unwrap_or_default(),
        start: instant(occurrence.span.start, tz),
        end: instant(occurrence.span.end, tz),
        all_day: occurrence.all_day,
        title: occurrence.details.title.clone(),
        busy: match one.verdict.counts {
            Counts::Busy => BusyShape::Busy,
            Counts::Threat => BusyShape::Threat,
            Counts::Free => BusyShape::Free,
            Counts::Off => BusyShape::Off,
            Counts::Focus => BusyShape::Focus,
        },
        why: one.verdict.why.clone(),
        role: listing.role_name(one.role).map(str::to_owned),
        meeting: one.people.meeting,
        attendees: one.people.count,
        own: one.own,
        uncertain: occurrence.uncertain.is_some(),
        explain: listing.explain.then(|| {
            let Explanation { made_by, zone, file, line, uncertain } = explain(occurrence, tz);
            ExplainShape { made_by, zone, file, line, uncertain }
        }),
    }
}
