//! `events.list` and `events.instances`: what is listed, in pages, whole or since a sync token.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::expand::{Window, instances};
use super::http::{Reply, Request};
use super::problem::Problem;
use super::state::{Calendar, State, Stored, etag};
use super::times::When;
use super::view::{self, Reader};

const PAGE: usize = 250;
const PAGE_MAX: usize = 2_500;
/// How far back `updatedMin` may reach.
const MEMORY: SignedDuration = SignedDuration::from_hours(28 * 24);

/// `GET calendars/…/events`.
pub(super) fn list(state: &mut State, calendar: &str, free_busy: bool, request: &Request) -> Result<Reply, Problem> {
    let found = state.find(calendar).ok_or_else(Problem::not_found)?;
    let listing = format!("events of {}", found.id);
    let reader = Reader::of(found, free_busy, request);
    let since = state.cursors.since(&listing, request)?;
    let (items, version) = match state.cursors.rest(&listing, request)? {
        Some(rest) => (rest.items, rest.version),
        None => (Selection::of(state, request, reader, since)?.items(found, state.now), state.latest()),
    };
    let head = head(found, request);
    Ok(paged(state, &listing, request, head, (items, version), PAGE.min(PAGE_MAX)))
}

/// `GET calendars/…/events/…/instances`.
pub(super) fn of_series(
    state: &mut State,
    calendar: &str,
    id: &str,
    free_busy: bool,
    request: &Request,
) -> Result<Reply, Problem> {
    let found = state.find(calendar).ok_or_else(Problem::not_found)?;
    let listing = format!("instances of {id} of {}", found.id);
    let series = found.events.get(id).filter(|event| !event.exception()).ok_or_else(Problem::not_found)?;
    let reader = Reader::of(found, free_busy, request);
    let window = Window { after: time(request, "timeMin")?, before: time(request, "timeMax")? };
    let (items, version) = if let Some(rest) = state.cursors.rest(&listing, request)? {
        (rest.items, rest.version)
    } else {
        let mut all = instances(series, found, window, state.now);
        let own = |event: &&Stored| event.text("recurringEventId") == id;
        let shown = |event: &&Stored| !event.cancelled() || request.is("showDeleted");
        all.extend(found.events.values().filter(own).filter(shown).cloned());
        (all.iter().map(|event| view::event(event, &reader)).collect(), state.latest())
    };
    let head = head(found, request);
    Ok(paged(state, &listing, request, head, (items, version), PAGE))
}

/// What a page says beside its items.
fn head(calendar: &Calendar, request: &Request) -> Value {
    let updated = calendar.events.values().map(|event| event.text("updated")).max();
    json!({
        "kind": "calendar#events", "etag": etag(calendar.version), "summary": calendar.summary, "description": "",
        "updated": updated.unwrap_or("2026-01-01T00:00:00.000Z"),
        "timeZone": request.parameter("timeZone").unwrap_or(&calendar.zone), "accessRole": calendar.role.name(),
        "defaultReminders": [{"method": "popup", "minutes": 10}],
    })
}

/// One page of a listing, of at most so many items by default, with the token of the next page or of the next listing.
pub(super) fn paged(
    state: &mut State,
    listing: &str,
    request: &Request,
    mut body: Value,
    (mut items, version): (Vec<Value>, u64),
    usual: usize,
) -> Reply {
    let wanted = request.parameter("maxResults").and_then(|most| most.parse().ok()).unwrap_or(usual);
    let mut size = wanted.min(PAGE_MAX).min(state.switches.page_size.unwrap_or(PAGE_MAX));
    if state.switches.empty_pages && request.parameter("pageToken").is_none() {
        size = 0;
    }
    let rest = items.split_off(size.min(items.len()));
    body["items"] = Value::Array(items);
    if !rest.is_empty() || size == 0 {
        body["nextPageToken"] = json!(state.cursors.page(listing, request, rest, version));
    } else if let Some(token) = state.cursors.sync(listing, request, version) {
        body["nextSyncToken"] = json!(token);
    }
    Reply::ok(body)
}

/// A parameter that is an instant.
fn time(request: &Request, name: &str) -> Result<Option<Timestamp>, Problem> {
    request.parameter(name).map(str::parse).transpose().map_err(|_| Problem::bad("badRequest", "Bad Request"))
}

/// What of a calendar a request asks for.
struct Selection<'a> {
    request: &'a Request,
    reader: Reader,
    since: Option<u64>,
    window: Window,
    updated_min: Option<Timestamp>,
    single: bool,
}

impl<'a> Selection<'a> {
    fn of(state: &State, request: &'a Request, reader: Reader, since: Option<u64>) -> Result<Self, Problem> {
        let window = Window { after: time(request, "timeMin")?, before: time(request, "timeMax")? };
        if let (Some(after), Some(before)) = (window.after, window.before)
            && after >= before
        {
            return Err(Problem::time_range_empty());
        }
        let updated_min = time(request, "updatedMin")?;
        if updated_min.is_some_and(|at| at < state.now - MEMORY) {
            return Err(Problem::updated_min());
        }
        if request.parameter("orderBy") == Some("startTime") && !request.is("singleEvents") {
            let message = "The requested ordering is not available for the particular query.";
            return Err(Problem::bad("invalid", message));
        }
        // Who may see only whether the time is taken gets instances, whatever was asked for.
        let single = request.is("singleEvents") || reader.free_busy;
        let reader = reader.bare(!request.is("showDeleted"));
        Ok(Self { request, reader, since, window, updated_min, single })
    }

    fn items(&self, calendar: &Calendar, now: Timestamp) -> Vec<Value> {
        let mut stored: Vec<&Stored> = calendar.events.values().collect();
        stored.sort_by_key(|event| event.made);
        let mut found = Vec::new();
        for event in stored {
            if self.since.is_some_and(|since| event.version <= since) || !self.fits(event) {
                continue;
            }
            let series = event.fields.contains_key("recurrence");
            let live = if series { instances(event, calendar, self.window, now) } else { Vec::new() };
            let master_gone = calendar.events.get(event.text("recurringEventId")).is_some_and(Stored::cancelled);
            if series && self.single {
                found.extend(live.into_iter().filter(|_| self.shows(event, false)));
            } else if series && !event.cancelled() {
                let own = |other: &&Stored| other.text("recurringEventId") == event.text("id");
                if !live.is_empty() || calendar.events.values().filter(own).any(|other| self.lies_in(other)) {
                    found.push(event.clone());
                }
            } else if self.lies_in(event) && self.shows(event, master_gone) {
                found.push(event.clone());
            }
        }
        match self.request.parameter("orderBy") {
            Some("updated") => found.sort_by_key(|event| event.version),
            Some(_) => found.sort_by_key(|event| span(event, &self.reader.zone).map(|(start, _)| start)),
            None => {}
        }
        found.iter().map(|event| view::event(event, &self.reader)).collect()
    }

    /// Whether an event in its state is shown: all that live; of those cancelled the exceptions of a series that lives
    /// (but not as single events), and all where deletions were asked for.
    fn shows(&self, event: &Stored, master_gone: bool) -> bool {
        !event.cancelled()
            || self.since.is_some()
            || self.updated_min.is_some()
            || self.request.is("showDeleted")
            || event.exception() && !self.single && !master_gone
    }

    fn lies_in(&self, event: &Stored) -> bool {
        span(event, &self.reader.zone).is_none_or(|(start, end)| self.window.holds(start, end))
    }

    fn fits(&self, event: &Stored) -> bool {
        let all = |name: &str| {
            self.request
                .query
                .iter()
                .filter(move |(other, _)| other == name)
                .map(|(_, value)| value.clone())
                .collect::<Vec<_>>()
        };
        let kinds = all("eventTypes");
        let property = |side: &str, wanted: &str| {
            let Some((name, value)) = wanted.split_once('=') else { return false };
            event.fields.get("extendedProperties").is_some_and(|all| all[side][name] == value)
        };
        // Those who may see only whether the time is taken do not see what leaves it free.
        let free = self.reader.free_busy && event.text("transparency") == "transparent";
        let hidden = self.reader.free_busy;
        !free
            && (kinds.is_empty() || kinds.iter().any(|kind| kind == event.text("eventType")))
            && self.request.parameter("iCalUID").is_none_or(|uid| uid == event.text("iCalUID"))
            && self
                .updated_min
                .is_none_or(|at| event.text("updated").parse::<Timestamp>().is_ok_and(|updated| updated >= at))
            && all("privateExtendedProperty").iter().all(|wanted| !hidden && property("private", wanted))
            && all("sharedExtendedProperty").iter().all(|wanted| !hidden && property("shared", wanted))
            && self.request.parameter("q").is_none_or(|q| {
                let q = q.to_lowercase();
                ["summary", "description", "location"].iter().any(|name| event.text(name).to_lowercase().contains(&q))
            })
    }
}

/// From when until when an event takes time; a cancelled exception where it would have.
fn span(event: &Stored, zone: &jiff::tz::TimeZone) -> Option<(Timestamp, Timestamp)> {
    let at = |name: &str| event.fields.get(name).and_then(|value| When::of(value).ok()).map(|when| when.instant(zone));
    let start = at("start").or_else(|| at("originalStartTime"))?;
    Some((start, at("end").unwrap_or(start + SignedDuration::from_secs(1))))
}

/// An event by its id; also an instance of a series that nobody changed yet.
pub(super) fn find(calendar: &Calendar, id: &str, now: Timestamp) -> Option<Stored> {
    if let Some(stored) = calendar.events.get(id) {
        return Some(stored.clone());
    }
    let (series, _) = id.rsplit_once('_')?;
    let series = calendar.events.get(series).filter(|series| !series.cancelled())?;
    series.fields.get("recurrence")?;
    instances(series, calendar, Window::default(), now).into_iter().find(|instance| instance.text("id") == id)
}

/// `GET calendars/…/events/…`: deleted ones, too.
pub(super) fn get(
    state: &State,
    calendar: &str,
    id: &str,
    free_busy: bool,
    request: &Request,
) -> Result<Reply, Problem> {
    let calendar = state.find(calendar).ok_or_else(Problem::not_found)?;
    let stored = find(calendar, id, state.now).ok_or_else(Problem::not_found)?;
    let reader = Reader::of(calendar, free_busy, request).bare(state.switches.bare_deleted);
    Ok(Reply::ok(view::event(&stored, &reader)))
}
