//! Who may come in: access tokens and their ends, scopes, roles, refreshing; and who has focus time.

use std::io::{Read as _, Write as _};

use seawall::provider::transport::{Client, Limits, Transport as _};
use serde_json::{Value, json};

use super::{Asker, TEAM, Told, hour};
use crate::support::google::{Role, Rotation, Unwelcome};

const EVENTS: &str = "calendars/primary/events";

impl Asker {
    fn with_token(mut self, token: &str) -> Self {
        token.clone_into(&mut self.token);
        self
    }

    fn with_scopes(self, scopes: &[&str]) -> Self {
        let token = self.google.access(scopes);
        self.with_token(&token)
    }

    /// Asks the token endpoint.
    fn refresh(&self, fields: &[(&str, &str)]) -> Told {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let request = http::Request::post(self.google.token_url().as_str())
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.into_bytes())
            .unwrap();
        let until = tokio::time::Instant::now() + std::time::Duration::from_mins(1);
        let limits = Limits { body_bytes_max: 10_000, until };
        let response = runtime.block_on(async { Client::new().exchange(request, limits).await }).unwrap();
        let body = serde_json::from_slice(response.body()).unwrap();
        Told { status: response.status().as_u16(), headers: response.headers().clone(), body }
    }

    fn refresh_with(&self, token: &str) -> Told {
        let (id, secret) = self.google.with(|state| (state.auth.client_id.clone(), state.auth.client_secret.clone()));
        self.refresh(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("client_id", &id),
            ("client_secret", &secret),
        ])
    }
}

#[test]
fn without_a_good_token_nobody_comes_in() {
    let asker = Asker::new();
    assert_eq!(asker.get(EVENTS).status, 200);
    asker.google.with(|state| state.now = "2026-11-20T08:00:00Z".parse().unwrap());
    assert_eq!(asker.get(EVENTS).reason(), (401, "authError"), "an hour later");
    let asker = asker.with_token("invented");
    assert_eq!(asker.get(EVENTS).reason(), (401, "authError"));
    let asker = asker.with_token("");
    assert_eq!(asker.get(EVENTS).reason(), (401, "required"));
    let asker = asker.with_token("from elsewhere");
    asker.google.with(|state| state.auth.accept("from elsewhere", &["calendar"], state.now));
    assert_eq!(asker.get(EVENTS).status, 200);
    let asker = asker.with_scopes(&["calendar"]);
    assert_eq!(asker.get(EVENTS).status, 200);
    asker.google.with(|state| state.auth.expire_access());
    assert_eq!(asker.get(EVENTS).reason(), (401, "authError"));
    asker.google.assert_clean();
}

#[test]
fn a_scope_allows_what_the_document_says() {
    let asker = Asker::new();
    asker.google.with(|state| {
        state.calendar(TEAM).role = Role::Writer;
        state.add_calendar("own@group.calendar.google.com", "Own", Role::Owner).app_created = true;
    });
    let may = |asker: &Asker, calendar: &str| {
        let events = format!("calendars/{calendar}/events");
        let list = asker.get("users/me/calendarList").status;
        let insert =
            asker.post(&events, &hour(&asker.google.with(|state| format!("e{:05}", state.log.len())), &json!({})));
        assert!([200, 403].contains(&insert.status), "{insert:?}");
        assert!(insert.status == 200 || insert.reason() == (403, "insufficientPermissions"), "{insert:?}");
        [list, asker.get(&events).status, insert.status].map(|status| status == 200)
    };
    let mut asker = asker;
    for (scopes, calendar, expected) in [
        (["calendar", "calendar"], "primary", [true, true, true]),
        (["calendar.readonly", "calendar.readonly"], "primary", [true, true, false]),
        (["calendar.events.readonly", "calendar.calendarlist.readonly"], TEAM, [true, true, false]),
        (["calendar.events.readonly", "calendar.events.owned"], "primary", [false, true, true]),
        (["calendar.events.readonly", "calendar.events.owned"], TEAM, [false, true, false]),
        (["calendar.events.owned", "calendar.events.owned"], TEAM, [false, false, false]),
        (["calendar.app.created", "calendar.app.created"], "own@group.calendar.google.com", [false, true, true]),
        (["calendar.app.created", "calendar.app.created"], "primary", [false, false, false]),
        (["calendar.events.freebusy", "calendar.freebusy"], "primary", [false, true, false]),
    ] {
        asker = asker.with_scopes(&scopes);
        assert_eq!(may(&asker, calendar), expected, "{scopes:?} on {calendar}");
    }
    asker.google.assert_clean();
}

#[test]
fn an_answer_is_packed_for_those_who_ask_twice() {
    let asker = Asker::new();
    let port = asker.google.endpoint().port().unwrap();
    for (accept, agent, packed) in [("gzip", "test (gzip)", true), ("gzip", "test", false), ("identity", "gzip", false)]
    {
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
        write!(
            stream,
            "GET /calendar/v3/calendars/primary/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
             Accept-Encoding: {accept}\r\nUser-Agent: {agent}\r\n\r\n",
            asker.token
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        assert_eq!(head.contains("Content-Encoding: gzip"), packed, "{head}");
        let body: Value = if packed {
            serde_json::from_reader(flate2::read::GzDecoder::new(&answer[end..])).unwrap()
        } else {
            serde_json::from_slice(&answer[end..]).unwrap()
        };
        assert_eq!(body["kind"], "calendar#events");
    }
}

#[test]
fn a_scope_for_free_and_busy_shows_no_titles() {
    let asker = Asker::new();
    asker.seed("meet1", &json!({"summary": "Talk"}));
    let asker = asker.with_scopes(&["calendar.events.freebusy"]);
    assert_eq!(asker.get(EVENTS).each("summary"), ["-"]);
    let asker = asker.with_scopes(&["calendar.events.freebusy", "calendar.events.readonly"]);
    assert_eq!(asker.get(EVENTS).each("summary"), ["Talk"]);
}

#[test]
fn a_refresh_token_brings_an_access_token_and_its_scopes() {
    let asker = Asker::new();
    let token = asker.google.refresh(&["calendar.events.readonly", "calendar.calendarlist.readonly"]);
    let told = asker.refresh_with(&token);
    assert_eq!(
        (told.status, &told.body["token_type"], &told.body["expires_in"]),
        (200, &json!("Bearer"), &json!(3599))
    );
    let scopes = ["calendar.calendarlist.readonly", "calendar.events.readonly"];
    let scopes = scopes.map(|scope| format!("https://www.googleapis.com/auth/{scope}"));
    assert_eq!(told.body["scope"], scopes.join(" "));
    assert_eq!(told.body["refresh_token"], Value::Null, "it does not rotate");
    let access = told.body["access_token"].as_str().unwrap().to_owned();
    let asker = asker.with_token(&access);
    assert_eq!(asker.get(EVENTS).status, 200);
    let error = |told: Told| (told.status, told.body["error"].as_str().unwrap().to_owned());
    assert_eq!(error(asker.refresh_with("1//other")), (400, "invalid_grant".to_owned()));
    assert_eq!(error(asker.refresh(&[("grant_type", "refresh_token")])), (401, "invalid_client".to_owned()));
    asker.google.assert_clean();
    asker.google.with(|state| state.auth.revoke());
    assert_eq!(error(asker.refresh_with(&token)), (400, "invalid_grant".to_owned()));
    assert_eq!(asker.get(EVENTS).reason(), (401, "authError"));
}

#[test]
fn refresh_tokens_rotate_at_once_or_with_grace() {
    let asker = Asker::new();
    let next = |token: &str| asker.refresh_with(token).body["refresh_token"].as_str().unwrap_or("refused").to_owned();
    let lives = |token: &str| asker.google.with(|state| state.auth.lives(token));
    asker.google.with(|state| state.auth.rotation = Rotation::AtOnce);
    let first = asker.google.refresh(&["calendar"]);
    let second = next(&first);
    assert!(!lives(&first) && lives(&second) && next(&first) == "refused");
    asker.google.with(|state| state.auth.rotation = Rotation::Grace);
    let third = next(&second);
    assert!(lives(&second), "until the new one was used");
    next(&third);
    assert!(!lives(&second) && lives(&third));
    asker.google.assert_clean();
}

#[test]
fn a_faulty_form_at_the_token_endpoint_is_noted() {
    let asker = Asker::new();
    asker.refresh(&[("grant_type", "refresh_token"), ("grant_type", "refresh_token"), ("refresh", "x")]);
    let noted = asker.google.with(|state| std::mem::take(&mut state.violations));
    assert_eq!(noted, ["request of POST /token: grant_type twice", "request of POST /token: unknown field refresh"]);
}

#[test]
fn focus_time_is_for_primary_calendars_of_companies() {
    let properties = json!({"autoDeclineMode": "declineOnlyNewConflictingInvitations", "chatStatus": "doNotDisturb"});
    let focus = json!({"eventType": "focusTime", "focusTimeProperties": properties});
    let asker = Asker::at_work();
    let made = asker.insert("sea0a", &focus);
    assert_eq!((made.status, &made.body["eventType"]), (200, &json!("focusTime")));
    assert_eq!(made.body["focusTimeProperties"], focus["focusTimeProperties"]);
    assert_eq!(
        asker.patch("sea0a", made.etag(), &json!({"eventType": "default"})).reason(),
        (400, "eventTypeRestriction")
    );
    let mut days = focus.clone();
    days["start"] = json!({"date": "2026-11-23"});
    days["end"] = json!({"date": "2026-11-24"});
    assert_eq!(asker.insert("sea0b", &days).reason(), (400, "invalid"), "timed only");
    asker.google.assert_clean();

    let asker = Asker::new();
    assert_eq!(asker.insert("sea0a", &focus).reason(), (400, "eventTypeRestriction"));
    asker.google.with(|state| state.switches.unwelcome = Unwelcome::Plain);
    let told = asker.insert("sea0a", &focus);
    assert_eq!(
        (&told.body["eventType"], &told.body["focusTimeProperties"]),
        (&json!("default"), &Value::Null),
        "in silence"
    );
    assert_eq!(asker.insert("sea0b", &json!({"eventType": "fromGmail"})).reason(), (400, "invalid"));
    asker.google.assert_clean();
}
