//! Writing of events: insert, patch, update, delete, with their preconditions, and the mails that would go out.

use serde_json::{Value, json};

use super::body;
use super::http::{Reply, Request};
use super::list;
use super::problem::Problem;
use super::state::{Fields, Mail, Role, State, Stored};
use super::view::{self, Reader};

/// How a write names the fields that it leaves out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Manner {
    /// They stay.
    Patch,
    /// They go.
    Update,
}

/// `POST calendars/…/events`.
pub(super) fn insert(state: &mut State, calendar: &str, request: &Request) -> Result<Reply, Problem> {
    let found = writable(state, calendar)?;
    let (calendar, zone, primary) = (found.id.clone(), found.zone.clone(), found.primary);
    let mut fields = body::without_read_only(&request.json())?;
    let id = match fields.get("id").and_then(Value::as_str) {
        None => state.new_id(),
        Some(id) if id_is_valid(id) => id.to_owned(),
        Some(_) => return Err(Problem::bad("invalid", "Invalid resource id value.")),
    };
    // Deleted ids stay taken.
    if state.find(&calendar).is_some_and(|found| found.events.contains_key(&id)) {
        return Err(Problem::duplicate());
    }
    body::new_type(&mut fields, state, primary)?;
    let mut fields = body::checked(fields, &zone)?;
    for (name, value) in state.defaults(&id, &calendar) {
        fields.entry(name).or_insert(value);
    }
    state.mail(request, &calendar, &fields);
    state.store(&calendar, &id, fields, true);
    shown(state, &calendar, &id, request)
}

/// `PATCH` and `PUT` of an event or of an instance.
pub(super) fn change(
    state: &mut State,
    calendar: &str,
    id: &str,
    manner: Manner,
    request: &Request,
) -> Result<Reply, Problem> {
    let found = writable(state, calendar)?;
    let (calendar, zone) = (found.id.clone(), found.zone.clone());
    let old = list::find(found, id, state.now).ok_or_else(Problem::not_found)?;
    precondition(request, &old)?;
    let said = body::without_read_only(&request.json())?;
    if said.get("eventType").is_some_and(|kind| *kind != *old.text("eventType")) {
        return Err(Problem::bad("eventTypeRestriction", "An event type cannot be changed."));
    }
    let shared = |fields: &Fields| fields.get("extendedProperties").map(|all| all["shared"].clone());
    let foreign = old.fields.get("organizer").is_some_and(|organizer| organizer["email"] != calendar.as_str());
    if foreign && shared(&said).is_some_and(|shared| !shared.is_null()) {
        return Err(Problem::not_organizer());
    }
    let fields = match manner {
        Manner::Patch => patched(&old, said, &calendar),
        Manner::Update => updated(&old, said),
    };
    let mut fields = body::checked(fields, &zone)?;
    let differs = |name: &str| fields.get(name) != old.fields.get(name);
    if ["start", "end", "recurrence"].into_iter().any(differs) {
        fields.insert("sequence".to_owned(), json!(old.fields["sequence"].as_u64().unwrap_or_default() + 1));
    }
    let touched = fields
        .keys()
        .chain(old.fields.keys())
        .any(|name| name != "reminders" && fields.get(name) != old.fields.get(name));
    state.mail(request, &calendar, &fields);
    state.store(&calendar, id, fields, touched);
    shown(state, &calendar, id, request)
}

/// The old fields with what the patch says. With `attendeesOmitted` it is only the user's own answer that changes.
fn patched(old: &Stored, mut said: Fields, me: &str) -> Fields {
    let mut fields = old.fields.clone();
    if said.remove("attendeesOmitted") == Some(json!(true)) {
        let answers = said.remove("attendees").unwrap_or_default();
        let mine = |attendee: &&Value| attendee["email"] == me;
        let answer =
            answers.as_array().into_iter().flatten().find(mine).map(|attendee| attendee["responseStatus"].clone());
        let all = fields.get_mut("attendees").and_then(Value::as_array_mut).into_iter().flatten();
        for (attendee, answer) in all.filter(|attendee| attendee["email"] == me).zip(answer) {
            attendee["responseStatus"] = answer;
        }
    }
    body::merge(&mut fields, &Value::Object(said));
    fields
}

/// What the request says, and of the old one only what a client can't say. A cancelled event lives again.
fn updated(old: &Stored, said: Fields) -> Fields {
    let mut fields = Fields::new();
    for name in [
        "id",
        "created",
        "creator",
        "organizer",
        "iCalUID",
        "sequence",
        "eventType",
        "recurringEventId",
        "originalStartTime",
        "updated",
    ] {
        if let Some(value) = old.fields.get(name) {
            fields.insert(name.to_owned(), value.clone());
        }
    }
    fields.insert("status".to_owned(), json!("confirmed"));
    fields.insert("reminders".to_owned(), json!({"useDefault": true}));
    body::merge(&mut fields, &Value::Object(said));
    fields
}

/// `DELETE` of an event, a series or an instance. It stays as cancelled.
pub(super) fn delete(state: &mut State, calendar: &str, id: &str, request: &Request) -> Result<Reply, Problem> {
    let found = writable(state, calendar)?;
    let calendar = found.id.clone();
    let old = list::find(found, id, state.now).ok_or_else(Problem::not_found)?;
    if old.cancelled() {
        return Err(Problem::deleted());
    }
    precondition(request, &old)?;
    state.mail(request, &calendar, &old.fields);
    let own = |event: &&Stored| event.text("recurringEventId") == id && !event.cancelled();
    let exceptions: Vec<Fields> =
        state.calendar(&calendar).events.values().filter(own).map(|event| event.fields.clone()).collect();
    for mut fields in exceptions.into_iter().chain([old.fields]) {
        fields.insert("status".to_owned(), json!("cancelled"));
        let id = fields["id"].as_str().unwrap_or_default().to_owned();
        state.store(&calendar, &id, fields, true);
    }
    Ok(Reply::empty(204))
}

fn writable<'a>(state: &'a State, calendar: &str) -> Result<&'a super::state::Calendar, Problem> {
    let found = state.find(calendar).ok_or_else(Problem::not_found)?;
    if found.role < Role::Writer { Err(Problem::access("writer")) } else { Ok(found) }
}

fn precondition(request: &Request, old: &Stored) -> Result<(), Problem> {
    match request.header("if-match") {
        Some(etag) if etag != "*" && etag != old.etag() => Err(Problem::condition()),
        _ => Ok(()),
    }
}

/// Base32hex in lower case, 5 to 1024 characters.
fn id_is_valid(id: &str) -> bool {
    (5..=1024).contains(&id.len()) && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'v'))
}

fn shown(state: &State, calendar: &str, id: &str, request: &Request) -> Result<Reply, Problem> {
    let calendar = state.find(calendar).ok_or_else(Problem::not_found)?;
    let stored = calendar.events.get(id).ok_or_else(Problem::not_found)?;
    Ok(Reply::ok(view::event(stored, &Reader::of(calendar, false, request))))
}

impl State {
    /// Notes a mail for every other person of an event that is written, whatever `sendUpdates` says.
    fn mail(&mut self, request: &Request, calendar: &str, fields: &Fields) {
        for attendee in fields.get("attendees").and_then(Value::as_array).into_iter().flatten() {
            let to = attendee["email"].as_str().unwrap_or_default().to_owned();
            if to != calendar && attendee["resource"] != true {
                let event = fields["id"].as_str().unwrap_or_default().to_owned();
                let send_updates = request.parameter("sendUpdates").map(str::to_owned);
                self.mails.push(Mail { to, event, send_updates });
            }
        }
    }
}
