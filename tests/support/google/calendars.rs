//! `calendarList.list`, `calendarList.get` and `calendars.get`.

use serde_json::{Value, json};

use super::http::{Reply, Request};
use super::list::paged;
use super::problem::Problem;
use super::state::{Calendar, Role, State, etag};

const PAGE: usize = 100;
const LISTING: &str = "calendars";

/// `GET users/me/calendarList`.
pub(super) fn list(state: &mut State, request: &Request) -> Result<Reply, Problem> {
    let since = state.cursors.since(LISTING, request)?;
    if since.is_some() {
        for name in ["minAccessRole", "showOwnOrganizationOnly", "showHidden"] {
            let barred = request.parameter(name).is_some_and(|value| name != "showHidden" || value == "false");
            if barred {
                return Err(Problem::bad("invalid", &format!("Sync token cannot be used with {name}.")));
            }
        }
    }
    let (items, version) = match state.cursors.rest(LISTING, request)? {
        Some(rest) => (rest.items, rest.version),
        None => (entries(state, request, since), state.latest()),
    };
    let latest = state.calendars().iter().map(|calendar| calendar.entry_version).max().unwrap_or_default();
    let head = json!({"kind": "calendar#calendarList", "etag": etag(latest)});
    Ok(paged(state, LISTING, request, head, (items, version), PAGE))
}

fn entries(state: &State, request: &Request, since: Option<u64>) -> Vec<Value> {
    let least = request.parameter("minAccessRole");
    let roles = [Role::FreeBusyReader, Role::Reader, Role::Writer, Role::Owner];
    let least = roles.into_iter().find(|role| Some(role.name()) == least);
    let shown = |calendar: &&Calendar| {
        (since.is_none_or(|since| calendar.entry_version > since))
            && (since.is_some() || !calendar.hidden || request.is("showHidden"))
            && (since.is_some() || !calendar.deleted || request.is("showDeleted"))
            && least.is_none_or(|least| calendar.role >= least)
    };
    state.calendars().iter().filter(shown).map(Calendar::entry).collect()
}

/// `GET users/me/calendarList/…`.
pub(super) fn get(state: &State, id: &str) -> Result<Reply, Problem> {
    Ok(Reply::ok(state.find(id).ok_or_else(Problem::not_found)?.entry()))
}

/// `GET calendars/…`.
pub(super) fn metadata(state: &State, id: &str) -> Result<Reply, Problem> {
    let found = state.find(id).ok_or_else(Problem::not_found)?;
    Ok(Reply::ok(json!({
        "kind": "calendar#calendar", "etag": etag(found.entry_version), "id": found.id, "summary": found.summary,
        "timeZone": found.zone,
    })))
}
