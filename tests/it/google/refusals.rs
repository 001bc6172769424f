//! Refusals and limits, with time standing still: what is tried again, what is left alone and for how long, and what
//! the user is told.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use seawall::calendar::own::{OwnEvent, When, render};
use seawall::calendar::time::Span;
use seawall::calendar::zones::Zones;
use seawall::provider::google::oauth::app::App;
use seawall::provider::google::oauth::file::TokenFile;
use seawall::provider::google::oauth::grant::Grant;
use seawall::provider::google::oauth::scope::Scope;
use seawall::provider::google::oauth::source::TokenSource;
use seawall::provider::google::{Google as Account, Parts};
use seawall::provider::{ErrorKind, Known, Provider as _};
use serde_json::{Value, json};

use super::SCOPES;
use crate::support::block_on_paused;
use crate::support::script::{Act, Script};

const HREF: &str = "sea0abc.ics";

fn answer(status: u16, body: &Value) -> Act {
    Act::Answer(status, &[], body.to_string().into_bytes())
}

fn refusal(status: u16, reason: &str) -> Act {
    answer(status, &json!({"error": {"code": status, "message": "No.", "errors": [{"reason": reason, "domain": "x"}]}}))
}

fn token() -> Act {
    answer(200, &json!({"access_token": "ya29.x", "expires_in": 86400, "token_type": "Bearer"}))
}

fn list() -> Act {
    answer(
        200,
        &json!({"kind": "calendar#calendarList", "items": [{"id": "anna@example.org", "primary": true, "accessRole": "owner", "summary": "A"}]}),
    )
}

fn page() -> Act {
    answer(200, &json!({"kind": "calendar#events", "items": [], "nextSyncToken": "s"}))
}

/// Anna's account on a script that begins with a token and a list of calendars.
fn play<T>(acts: Vec<Act>, test: impl AsyncFnOnce(&Account<&Script>) -> T) -> (T, Vec<String>, usize) {
    let script = Arc::new(Script::new([token(), list()].into_iter().chain(acts)));
    let login = tempfile::tempdir().unwrap();
    let file = TokenFile::of(login.path(), "company");
    let url = |text: &str| text.parse().unwrap();
    let app = App::new("client", None, url("https://accounts.example.org/"), url("https://token.example.org/token"));
    let out = block_on_paused(async {
        let scopes = SCOPES.map(|scope| format!("https://www.googleapis.com/auth/{scope}")).to_vec();
        let grant = Grant::new("client", "1//refresh".to_owned().into(), scopes, Timestamp::UNIX_EPOCH, None);
        file.save(&grant, &file.hold().await.unwrap()).unwrap();
        let account = Account::new(Parts {
            transport: &*script,
            tokens: TokenSource::new("company", app, Scope::wanted(true), file.clone(), script.courier()),
            endpoint: url("https://www.example.org/calendar/v3"),
            names: Vec::new(),
            zones: Zones::bundled(),
            seed: 1,
        });
        test(&account).await
    });
    let requests: Vec<String> = script.requests().into_iter().skip(2).collect();
    let asked = requests.iter().filter(|one| !one.starts_with("POST https://token")).count();
    (out, requests, asked)
}

async fn read(account: &Account<&Script>) -> Result<(), (ErrorKind, String)> {
    let reading = account.read("primary", &Known::nothing()).await;
    reading.map(drop).map_err(|error| (error.kind, error.to_string()))
}

async fn create(account: &Account<&Script>) -> Result<(), (ErrorKind, String)> {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let event = OwnEvent {
        uid: "sea0abc".to_owned(),
        title: "Focus".to_owned(),
        text: String::new(),
        place: String::new(),
        when: When::Timed(Span::new(at("2026-11-17T08:00:00Z"), at("2026-11-17T11:00:00Z"))),
        busy: true,
        private: true,
        color: None,
        strict: false,
        marker: "v1".to_owned(),
    };
    let made = account.create("primary", HREF, &render(&event, Timestamp::UNIX_EPOCH)).await;
    made.map_err(|error| (error.kind, error.to_string()))
}

#[test]
fn what_comes_too_fast_is_tried_again_after_a_growing_wait() {
    for (status, reason) in [(403, "rateLimitExceeded"), (403, "userRateLimitExceeded")] {
        let acts = vec![refusal(status, reason), refusal(status, reason), page()];
        let ((outcome, waited), _, asked) = play(acts, async |account| {
            let start = tokio::time::Instant::now();
            (read(account).await, start.elapsed())
        });
        assert_eq!((outcome, asked), (Ok(()), 3), "{reason}");
        assert!(waited >= Duration::from_secs(3) && waited < Duration::from_secs(12), "{waited:?}");
    }
}

#[test]
fn too_many_requests_for_long_are_left_for_a_later_cycle() {
    let acts = (0..4).map(|_| refusal(403, "rateLimitExceeded")).collect();
    let (outcome, _, asked) = play(acts, read);
    let (kind, message) = outcome.unwrap_err();
    assert_eq!((kind, asked), (ErrorKind::Unavailable, 4));
    assert!(message.contains("rateLimitExceeded"), "{message}");
}

#[test]
fn a_change_that_came_too_fast_was_not_made_and_is_sent_again() {
    for act in [refusal(403, "rateLimitExceeded"), refusal(429, "rateLimitExceeded")] {
        let (outcome, _, asked) = play(vec![act, answer(200, &json!({"id": "sea0abc"}))], create);
        assert_eq!((outcome, asked), (Ok(()), 2));
    }
}

#[test]
fn a_used_up_limit_stops_changes_for_hours_and_reading_goes_on() {
    for reason in ["quotaExceeded", "calendarUsageLimits"] {
        let acts = vec![refusal(403, reason), page(), answer(200, &json!({"id": "sea0abc"}))];
        let ((), _, asked) = play(acts, async |account| {
            let (kind, message) = create(account).await.unwrap_err();
            assert_eq!(kind, ErrorKind::Unavailable);
            assert!(message.contains(reason), "{message}");
            let (_, message) = create(account).await.unwrap_err();
            assert!(message.contains("nothing is sent for another 180 minutes"), "{message}");
            read(account).await.unwrap();
            tokio::time::advance(Duration::from_hours(3)).await;
            create(account).await.unwrap();
        });
        assert_eq!(asked, 3, "{reason}");
    }
}

#[test]
fn each_refusal_is_what_it_means() {
    for (status, reason, kind, words) in [
        (403, "insufficientPermissions", ErrorKind::Login, "seawall login company"),
        (403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", ErrorKind::Login, "seawall login company"),
        (403, "accessNotConfigured", ErrorKind::Login, "Turn the Google Calendar API on"),
        (403, "forbidden", ErrorKind::ReadOnly, "Your rights in this calendar"),
        (403, "requiredAccessLevel", ErrorKind::ReadOnly, "Your rights in this calendar"),
        (403, "forbiddenForNonOrganizer", ErrorKind::ReadOnly, "Your rights in this calendar"),
        (404, "notFound", ErrorKind::NotFound, "notFound"),
        (409, "duplicate", ErrorKind::Precondition, "duplicate"),
        (410, "deleted", ErrorKind::NotFound, "deleted"),
        (412, "conditionNotMet", ErrorKind::Precondition, "conditionNotMet"),
        (400, "invalid", ErrorKind::Unavailable, "invalid"),
        (500, "backendError", ErrorKind::Unavailable, "backendError"),
        (503, "backendError", ErrorKind::Unavailable, "backendError"),
    ] {
        let (outcome, requests, asked) = play(vec![refusal(status, reason)], create);
        let (found, message) = outcome.unwrap_err();
        assert_eq!((found, asked), (kind, 1), "{reason}: {message} {requests:?}");
        assert!(message.contains(words) && !message.contains("ya29"), "{message}");
    }
}

#[test]
fn a_sync_token_that_is_refused_for_a_reason_nobody_knows_costs_a_full_listing() {
    for told in [json!({"error": {"code": 410, "message": "Gone."}}), json!("<html>")] {
        let acts = vec![page(), answer(410, &told), page()];
        let (outcome, requests, asked) = play(acts, async |account| {
            let first = account.read("primary", &Known::nothing()).await.unwrap();
            account.read("primary", &crate::support::known(&first)).await.map(|reading| reading.resumed)
        });
        assert_eq!((outcome.unwrap(), asked), (false, 3), "{requests:?}");
    }
}

#[test]
fn a_page_that_is_no_answer_of_the_service_is_no_empty_calendar() {
    for body in ["<html>log in</html>", "", "[]", "{}", "{\"kind\": \"calendar#events\", \"items\": 7}"] {
        let (outcome, ..) = play(vec![Act::Answer(200, &[], body.as_bytes().to_vec())], read);
        assert_eq!(outcome.unwrap_err().0, ErrorKind::Unavailable, "{body}");
    }
    let (outcome, ..) = play(vec![Act::Answer(502, &[], b"<html>Bad gateway</html>".to_vec())], create);
    assert_eq!(outcome.unwrap_err().0, ErrorKind::Unavailable);
}

#[test]
fn a_refused_token_is_replaced_once_and_then_the_login_is_at_fault() {
    let (outcome, ..) = play(vec![refusal(401, "authError"), token(), page()], read);
    assert_eq!(outcome, Ok(()));
    let (outcome, _, asked) = play(vec![refusal(401, "authError"), token(), refusal(401, "authError")], read);
    let (kind, message) = outcome.unwrap_err();
    assert_eq!((kind, asked), (ErrorKind::Login, 2), "{message}");
    assert!(message.contains("seawall login company"), "{message}");
}

#[test]
fn pages_that_never_end_are_not_followed_for_ever() {
    let acts = (0..2)
        .map(|_| answer(200, &json!({"kind": "calendar#events", "items": [], "nextPageToken": "same"})))
        .collect();
    let (incomplete, _, asked) =
        play(acts, async |account| account.read("primary", &Known::nothing()).await.unwrap().incomplete);
    assert_eq!((incomplete.as_deref(), asked), (Some("Google's list of events does not end"), 2));
}
