//! From a request to a reply: who asks, whether they may, which method it is, and what the judge says of both.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::auth::{self, SCOPE};
use super::fields::Selector;
use super::http::{Reply, Request};
use super::judge::{Judge, Method, ROOT};
use super::problem::Problem;
use super::schema::Breach;
use super::state::{Role, State};
use super::write::Manner;
use super::{calendars, list, write};

/// Where refresh tokens become access tokens.
pub(super) const TOKEN: &str = "/token";
/// Where a token is given up.
pub(super) const REVOKE: &str = "/revoke";

/// Answers a request; also says which method of the API it was.
pub(super) fn answer(state: &mut State, request: &Request) -> (Option<String>, Reply) {
    let breaches = judged(state, request);
    if request.path == TOKEN && request.method == "POST" {
        let now = state.now;
        return (None, state.auth.token(request, now));
    }
    if request.path == REVOKE && request.method == "POST" {
        state.auth.revoke();
        return (None, Reply::ok(json!({})));
    }
    let Some((method, path)) = Judge::get().method(request) else { return (None, Problem::not_found().into()) };
    let reply = match refused(&breaches) {
        Some(problem) => problem.into(),
        None => reply(state, method, &path, &without_unknown(request, &breaches)).unwrap_or_else(Reply::from),
    };
    (Some(method.id.clone()), reply)
}

/// Notes what of a request is not as it should be, whatever becomes of it.
pub(super) fn judged(state: &mut State, request: &Request) -> Vec<Breach> {
    let judge = Judge::get();
    if request.path == TOKEN {
        note(state, request, "request", &auth::faults_of(request));
    } else if let Some((method, _)) = judge.method(request) {
        let breaches = judge.request(method, request);
        note(state, request, "request", &told(&breaches));
        return breaches;
    } else if request.path != REVOKE {
        note(state, request, "request", &["no such method in the document".to_owned()]);
    }
    Vec::new()
}

/// The request as Google takes it: fields that it does not know are not there.
fn without_unknown(request: &Request, breaches: &[Breach]) -> Request {
    let mut body = request.json();
    for breach in breaches.iter().filter(|breach| breach.unknown) {
        let (above, name) = breach.place.rsplit_once('/').unwrap_or(("", &breach.place));
        let above = if above.is_empty() { String::new() } else { format!("/{above}") };
        if let Some(fields) = body.pointer_mut(&above).and_then(Value::as_object_mut) {
            fields.remove(name);
        }
    }
    let body = if request.body.is_empty() { Vec::new() } else { body.to_string().into_bytes() };
    Request { body, ..request.clone() }
}

/// Google passes over names that it does not know, and refuses what is wrong.
fn refused(breaches: &[Breach]) -> Option<Problem> {
    let wrong = breaches.iter().find(|breach| !breach.unknown)?;
    Some(Problem::bad("invalid", &format!("Invalid value for: {}", wrong.place)))
}

fn reply(
    state: &mut State,
    method: &Method,
    path: &BTreeMap<String, String>,
    request: &Request,
) -> Result<Reply, Problem> {
    let judge = Judge::get();
    let selector = match request.parameter("fields") {
        None => Selector::default(),
        Some(text) => {
            let selector =
                Selector::parse(text).ok_or_else(|| Problem::bad("invalidParameter", "Invalid field selection"))?;
            if let Some(name) = judge.unknown_field(method, &selector) {
                note(state, request, "request", &[format!("fields: unknown field {name}")]);
                return Err(Problem::bad("invalidParameter", &format!("Invalid field selection {name}")));
            }
            selector
        }
    };
    let mut reply = called(state, method, path, request)?;
    if !state.switches.newer_replies {
        let breaches = judge.reply(method, &reply);
        note(state, request, "reply", &told(&breaches));
    }
    let etag = reply.headers.iter().find(|(name, _)| *name == "ETag").map(|(_, etag)| etag.clone());
    if request.method == "GET" && etag.is_some() && request.header("if-none-match") == etag.as_deref() {
        return Ok(Reply { headers: reply.headers, ..Reply::empty(304) });
    }
    reply.body = reply.body.map(|body| selector.apply(&body));
    Ok(reply)
}

/// The method itself.
fn called(
    state: &mut State,
    method: &Method,
    path: &BTreeMap<String, String>,
    request: &Request,
) -> Result<Reply, Problem> {
    let calendar = path.get("calendarId").map_or("", String::as_str);
    let event = path.get("eventId").map_or("", String::as_str);
    let free_busy = admitted(state, method, calendar, request)?;
    match method.id.as_str() {
        "calendar.calendarList.list" => calendars::list(state, request),
        "calendar.calendarList.get" => calendars::get(state, calendar),
        "calendar.calendars.get" => calendars::metadata(state, calendar),
        "calendar.events.list" => list::list(state, calendar, free_busy, request),
        "calendar.events.instances" => list::of_series(state, calendar, event, free_busy, request),
        "calendar.events.get" => list::get(state, calendar, event, free_busy, request),
        "calendar.events.insert" => write::insert(state, calendar, request),
        "calendar.events.patch" => write::change(state, calendar, event, Manner::Patch, request),
        "calendar.events.update" => write::change(state, calendar, event, Manner::Update, request),
        "calendar.events.delete" => write::delete(state, calendar, event, request),
        other => {
            note(state, request, "request", &[format!("{other} is not faked")]);
            Err(Problem::backend(501))
        }
    }
}

/// Whether the token is good, and one of its scopes is enough for the method on that calendar. Says whether it is only
/// enough to see which time is taken.
fn admitted(state: &State, method: &Method, calendar: &str, request: &Request) -> Result<bool, Problem> {
    let token = request.bearer().ok_or_else(Problem::login_required)?;
    let scopes = state.auth.scopes(token, state.now).ok_or_else(Problem::auth)?;
    let found = state.find(calendar);
    let good: Vec<&str> = method
        .scopes
        .iter()
        .filter(|scope| scopes.contains(*scope))
        .filter_map(|scope| scope.strip_prefix(SCOPE))
        .filter(|scope| match *scope {
            "calendar.events.owned" | "calendar.events.owned.readonly" => {
                found.is_none_or(|found| found.role == Role::Owner)
            }
            "calendar.app.created" => found.is_none_or(|found| found.app_created),
            // No calendar here is public.
            "calendar.events.public.readonly" => false,
            _ => true,
        })
        .collect();
    if good.is_empty() {
        return Err(Problem::scopes());
    }
    Ok(good.iter().all(|scope| *scope == "calendar.events.freebusy"))
}

fn told(breaches: &[Breach]) -> Vec<String> {
    breaches.iter().map(|breach| format!("{}: {}", breach.place, breach.what)).collect()
}

fn note(state: &mut State, request: &Request, side: &str, faults: &[String]) {
    let path = request.path.strip_prefix(ROOT).unwrap_or(&request.path);
    for fault in faults {
        state.violations.push(format!("{side} of {} {path}: {fault}", request.method));
    }
}
