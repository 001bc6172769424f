//! The fake Google Calendar itself: that it keeps Google's rules, that its judge can find fault, and that Google's own
//! client and gcalcli work with it.

mod access;
mod clients;
mod faults;
mod honesty;
mod listing;
mod syncing;
mod writing;

use http::{HeaderMap, Request};
use seawall::provider::transport::{Client, Limits, Transport as _, TransportError};
use serde_json::{Value, json};
use tokio::time::{Duration, Instant};

use crate::support::google::{Google, Role};

const ANNA: &str = "anna@example.org";
const TEAM: &str = "team@group.calendar.google.com";

/// A fake with a client that has one access token.
struct Asker {
    google: Google,
    token: String,
}

/// What came back.
#[derive(Debug)]
struct Told {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

impl Told {
    /// The reason of a refusal, as Google words it.
    fn reason(&self) -> (u16, &str) {
        (self.status, self.body["error"]["errors"][0]["reason"].as_str().unwrap_or_default())
    }

    fn etag(&self) -> &str {
        self.body["etag"].as_str().unwrap()
    }

    /// The items, each by one field.
    fn each(&self, field: &str) -> Vec<&str> {
        self.body["items"].as_array().unwrap().iter().map(|item| item[field].as_str().unwrap_or("-")).collect()
    }
}

impl Asker {
    /// Anna, a private user, whose client may do all.
    fn new() -> Self {
        Self::of(Google::start(ANNA))
    }

    /// The same at a company.
    fn at_work() -> Self {
        Self::of(Google::workspace(ANNA))
    }

    fn of(google: Google) -> Self {
        google.with(|state| state.add_calendar(TEAM, "Team", Role::Reader).hidden = false);
        let token = google.access(&["calendar"]);
        Self { google, token }
    }

    fn try_ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Told, TransportError> {
        let url = format!("{}/{path}", self.google.endpoint());
        let mut request = Request::builder().method(method).uri(url);
        if !self.token.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let request = request.body(body.map(|body| serde_json::to_vec(body).unwrap()).unwrap_or_default()).unwrap();
        let limits = Limits { body_bytes_max: 1 << 20, until: Instant::now() + Duration::from_mins(1) };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let response = runtime.block_on(async { Client::new().exchange(request, limits).await })?;
        let body = serde_json::from_slice(response.body()).unwrap_or_default();
        Ok(Told { status: response.status().as_u16(), headers: response.headers().clone(), body })
    }

    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Told {
        self.try_ask(method, path, headers, body).unwrap()
    }

    fn get(&self, path: &str) -> Told {
        self.ask("GET", path, &[], None)
    }

    fn post(&self, path: &str, body: &Value) -> Told {
        self.ask("POST", path, &[], Some(body))
    }

    fn patch(&self, id: &str, etag: &str, body: &Value) -> Told {
        self.ask("PATCH", &event(id), &[("if-match", etag)], Some(body))
    }

    fn delete(&self, id: &str) -> Told {
        self.ask("DELETE", &event(id), &[], None)
    }

    /// Inserts an hour from nine on Monday with more fields.
    fn insert(&self, id: &str, more: &Value) -> Told {
        self.post("calendars/primary/events", &hour(id, more))
    }

    /// Somebody else makes the same.
    fn seed(&self, id: &str, more: &Value) {
        self.google.with(|state| state.put("primary", hour(id, more)));
    }
}

fn event(id: &str) -> String {
    format!("calendars/primary/events/{id}")
}

/// An event of an hour from nine on Monday, 23 November 2026, with more fields.
fn hour(id: &str, more: &Value) -> Value {
    let mut event = json!({
        "id": id, "start": {"dateTime": "2026-11-23T08:00:00Z", "timeZone": "Europe/Berlin"},
        "end": {"dateTime": "2026-11-23T10:00:00+01:00", "timeZone": "Europe/Berlin"},
    });
    for (name, value) in more.as_object().unwrap() {
        event[name] = value.clone();
    }
    event
}
