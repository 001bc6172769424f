//! What several documents share: instants in the user's zone, the charge of an occurrence, and printing.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::cycle::outcome::Outcome;
use crate::focus::assess::ErodedBy;
use crate::focus::policy::Minutes;

/// RFC 3339 with the offset of the user's zone.
pub(super) fn instant(at: Timestamp, tz: &TimeZone) -> String {
    at.display_with_offset(tz.to_offset(at)).to_string()
}

/// The document as text. Plain values never fail to serialise; should one, the text is `null`.
pub(super) fn print(document: &impl Serialize) -> String {
    serde_json::to_string_pretty(document).unwrap_or_else(|_| "null".to_owned())
}

/// What an occurrence took.
#[derive(Serialize)]
pub(super) struct EroderShape {
    uid: String,
    title: String,
    start: String,
    end: String,
    minutes: Minutes,
    focus_cost_minutes: Minutes,
    organiser: Option<String>,
    lead_minutes: Option<Minutes>,
}

/// The charge of an occurrence; `minutes` may be its sum over several blocks.
pub(super) fn eroder(outcome: &Outcome, one: &ErodedBy, minutes: Minutes) -> Option<EroderShape> {
    let occurrence = &outcome.judged.get(one.judged)?.occurrence;
    let organizer = occurrence.details.organizer.as_ref();
    Some(EroderShape {
        uid: occurrence.details.uid.clone(),
        title: occurrence.details.title.clone(),
        start: instant(occurrence.span.start, &outcome.tz),
        end: instant(occurrence.span.end, &outcome.tz),
        minutes,
        focus_cost_minutes: one.focus_cost,
        organiser: organizer.map(|who| who.name.clone().unwrap_or_else(|| who.address.clone())),
        lead_minutes: one.lead,
    })
}
