//! Access tokens from a stored login: when one is asked for, what is remembered of failures, and what happens to a
//! refresh token that the service replaces.

use std::fs;
use std::path::Path;
use std::time::Duration;

use seawall::provider::google::oauth::file::TokenFile;
use seawall::provider::google::oauth::source::{TokenSource, finished};
use seawall::provider::{ErrorKind, ProviderError};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use tokio::time::advance;

use super::service::{Act, DATE, Service, error, grant, store, token_file};
use super::{LIST, READ};
use crate::support::{block_on_paused, without_privileges};

/// The text of a token.
fn text(token: Result<SecretString, ProviderError>) -> String {
    token.unwrap().expose_secret().to_owned()
}

/// The refresh token in the file.
fn kept(file: &TokenFile) -> String {
    file.load().unwrap().unwrap().refresh_token.expose_secret().to_owned()
}

/// Why there is no token.
#[track_caller]
fn fails(token: Result<SecretString, ProviderError>, kind: ErrorKind, says: &str) {
    let error = token.unwrap_err();
    assert_eq!(error.kind, kind, "{error}");
    assert!(error.message.contains(says), "{says:?} is not in {error}");
}

/// Runs a test in a folder of its own, with a clock that jumps.
fn in_folder<F: Future<Output = ()>>(test: impl FnOnce(std::path::PathBuf) -> F) {
    let folder = tempfile::tempdir().unwrap();
    block_on_paused(test(folder.path().to_owned()));
}

async fn wait(minutes: u64) {
    advance(Duration::from_mins(minutes)).await;
}

#[test]
fn a_token_serves_until_a_minute_before_its_end() {
    in_folder(async |folder| {
        let service = Service::new("good");
        let source = service.source(&token_file(&folder, "good").await);
        assert_eq!(text(source.access_token().await), "access-1");
        wait(58).await;
        assert_eq!(text(source.access_token().await), "access-1");
        wait(1).await;
        assert_eq!(text(source.access_token().await), "access-2");
        assert_eq!(service.asked(), 2);
    });
}

#[test]
fn the_life_of_a_token_can_be_anything() {
    in_folder(async |folder| {
        let service = Service::new("good");
        let source = service.source(&token_file(&folder, "good").await);
        for (extra, good_for, too_long) in [
            (json!({}), 8, 3),
            (json!({ "expires_in": 0 }), 0, 0),
            (json!({ "expires_in": 60 }), 0, 1),
            (json!({ "expires_in": u64::MAX }), 23 * 60, 60),
        ] {
            service.say(extra.clone());
            let token = text(source.access_token().await);
            wait(good_for).await;
            let again = text(source.access_token().await);
            assert_eq!(again == token, extra != json!({ "expires_in": 0 }), "{extra}");
            wait(too_long).await;
            assert_ne!(text(source.access_token().await), token, "{extra}");
            wait(24 * 60).await;
        }
    });
}

#[test]
fn callers_at_the_same_time_share_one_refresh() {
    in_folder(async |folder| {
        let service = Service::rotating("good");
        let file = token_file(&folder, "good").await;
        let source = service.source(&file);
        let calls = (0..20).map(|_| source.access_token());
        for token in futures_util::future::join_all(calls).await {
            assert_eq!(text(token), "access-1");
        }
        assert_eq!(service.asked(), 1);
        // And they all learn of one refusal by one refresh.
        let stale = SecretString::from("access-1");
        let calls = (0..20).map(|_| source.refused(&stale));
        for token in futures_util::future::join_all(calls).await {
            assert_eq!(text(token), "access-2");
        }
        assert_eq!(service.asked(), 2);
    });
}

#[test]
fn callers_at_the_same_time_share_one_failure() {
    in_folder(async |folder| {
        let service = Service::new("good");
        let source = service.source(&token_file(&folder, "good").await);
        service.then([Act::BreakOff]);
        let calls = (0..20).map(|_| source.access_token());
        for token in futures_util::future::join_all(calls).await {
            fails(token, ErrorKind::Unavailable, "connection reset");
        }
        assert_eq!(service.asked(), 1);
        wait(1).await;
        assert_eq!(text(source.access_token().await), "access-2");
    });
}

#[test]
fn two_programs_never_use_one_rotating_token_twice() {
    in_folder(async |folder| {
        let service = Service::rotating("good");
        let file = token_file(&folder, "good").await;
        let (daemon, command) = (service.source(&file), service.source(&file));
        let (one, two) = futures_util::future::join(daemon.access_token(), command.access_token()).await;
        assert_eq!([text(one), text(two)], ["access-1", "access-2"]);
        assert_eq!(kept(&file), service.good());
    });
}

#[test]
fn a_new_refresh_token_is_on_the_disk_before_the_access_token_is_used() {
    in_folder(async |folder| {
        let service = Service::rotating("good");
        let file = token_file(&folder, "good").await;
        let source = service.source(&file);
        for _ in 0..3 {
            source.access_token().await.unwrap();
            assert_eq!(kept(&file), service.good());
            assert_eq!(file.load().unwrap().unwrap().obtained, grant("").obtained, "the login is as old as before");
            wait(60).await;
        }
    });
}

#[test]
fn a_new_refresh_token_that_can_t_be_written_is_not_lost() {
    without_privileges(|| {
        in_folder(async |folder| {
            let service = Service::rotating("good");
            let file = token_file(&folder, "good").await;
            let source = service.source(&file);
            let writable = |yes: bool| {
                use std::os::unix::fs::PermissionsExt as _;
                fs::set_permissions(&folder, fs::Permissions::from_mode(if yes { 0o700 } else { 0o500 })).unwrap();
            };
            writable(false);
            fails(source.access_token().await, ErrorKind::Unavailable, "can't write");
            assert_eq!((kept(&file).as_str(), service.good().as_str()), ("good", "refresh-1"));
            fails(source.access_token().await, ErrorKind::Unavailable, "can't write");
            assert_eq!(service.asked(), 1, "nothing is asked before it is safe");
            writable(true);
            source.access_token().await.unwrap();
            assert_eq!(kept(&file), service.good());
        });
    });
}

#[test]
fn a_lost_answer_is_asked_for_again() {
    in_folder(async |folder| {
        let service = Service::new("good");
        let source = service.source(&token_file(&folder, "good").await);
        service.then([Act::LoseAnswer]);
        fails(source.access_token().await, ErrorKind::Unavailable, "connection reset");
        wait(1).await;
        source.access_token().await.unwrap();
    });
}

#[test]
fn a_lost_answer_that_held_a_new_refresh_token_needs_a_login() {
    in_folder(async |folder| {
        let service = Service::rotating("good");
        let file = token_file(&folder, "good").await;
        let source = service.source(&file);
        service.then([Act::LoseAnswer]);
        fails(source.access_token().await, ErrorKind::Unavailable, "connection reset");
        wait(1).await;
        fails(source.access_token().await, ErrorKind::Login, "run `seawall login work`");
        assert_eq!(kept(&file), "good", "nothing is deleted");
    });
}

/// As where the daemon is told to stop, or to read its config again, in the middle of a cycle.
#[test]
fn a_new_refresh_token_is_kept_though_nobody_waits_for_it_any_more() {
    in_folder(async |folder| {
        let service = Service::rotating("good");
        let file = token_file(&folder, "good").await;
        let source = service.source(&file);
        drop_midway(&source).await;
        assert_eq!(service.asked(), 1);
        finished().await;
        assert_eq!((kept(&file), service.good()), ("refresh-1".to_owned(), "refresh-1".to_owned()));
        assert_eq!(text(source.access_token().await), "access-1", "which the dropped one got");
        wait(60).await;
        assert_eq!(text(source.access_token().await), "access-2");
    });
}

#[test]
fn a_source_that_is_made_anew_waits_for_the_refresh_that_was_left_behind() {
    in_folder(async |folder| {
        let service = Service::rotating("good");
        let file = token_file(&folder, "good").await;
        let source = service.source(&file);
        drop_midway(&source).await;
        drop(source);
        assert_eq!(text(service.source(&file).access_token().await), "access-2");
        assert_eq!(kept(&file), service.good());
    });
}

#[test]
fn a_dead_login_is_asked_about_once() {
    in_folder(async |folder| {
        let service = Service::new("another");
        let file = token_file(&folder, "good").await;
        let source = service.source(&file);
        for _ in 0..5 {
            fails(source.access_token().await, ErrorKind::Login, "run `seawall login work`");
            wait(600).await;
        }
        assert_eq!(service.asked(), 1);
        assert_eq!(kept(&file), "good", "nothing is deleted");
        // Whatever the user stores is tried, without a restart.
        store(&file, &grant("another")).await;
        source.access_token().await.unwrap();
    });
}

#[test]
fn a_login_that_works_again_is_dead_no_more() {
    in_folder(async |folder| {
        let service = Service::new("another");
        let file = token_file(&folder, "good").await;
        fails(service.source(&file).access_token().await, ErrorKind::Login, "");
        assert!(file.load().unwrap().unwrap().refused.is_some());
        service.knows("good");
        service.source(&file).access_token().await.unwrap();
        assert_eq!(file.load().unwrap().unwrap().refused, None);
    });
}

#[test]
fn failures_of_the_service_are_no_reason_to_log_in() {
    let page = "<html>down</html>".to_owned();
    for (act, says) in [
        (Act::Answer(500, page.clone()), "status 500"),
        (Act::Answer(503, json!({ "error": "invalid_grant" }).to_string()), "status 503"),
        (Act::Answer(429, json!({ "error": "rate_limit_exceeded" }).to_string()), "status 429"),
        (Act::Answer(302, page.clone()), "status 302"),
        (Act::Answer(400, page.clone()), "none of a token service"),
        (Act::Answer(400, String::new()), "none of a token service"),
        (Act::Answer(200, page), "none of a token service"),
        (Act::Answer(200, "{}".to_owned()), "none of a token service"),
        (error("internal_failure", ""), "internal_failure"),
        (error("Tokens: good-1234", ""), "an error without a proper name"),
        (Act::BreakOff, "connection reset"),
    ] {
        in_folder(async |folder| {
            let service = Service::new("good");
            let source = service.source(&token_file(&folder, "good").await);
            service.then([act.clone()]);
            fails(source.access_token().await, ErrorKind::Unavailable, says);
            fails(source.access_token().await, ErrorKind::Unavailable, says);
            assert_eq!(service.asked(), 1, "not at once again");
            wait(1).await;
            source.access_token().await.unwrap();
        });
    }
}

#[test]
fn what_only_the_user_can_mend_needs_a_login() {
    for (act, says) in [
        (error("invalid_grant", "Token has been expired or revoked."), "(Token has been expired or revoked.)"),
        (error("invalid_grant", "Bad Request"), "invalid_grant (Bad Request)"),
        // A description that could hold a token is not repeated.
        (error("invalid_grant", "no such token: 1//0gabcdefghijklmnopqrstuvwxyz"), "no more: invalid_grant."),
        (error("invalid_client", "The OAuth client was not found."), "Compare client_id and client_secret"),
        (error("unauthorized_client", "Unauthorized"), "Compare client_id"),
        (error("admin_policy_enforced", ""), "admin_policy_enforced"),
        (Act::Answer(401, json!({ "error": "invalid_client" }).to_string()), "invalid_client"),
    ] {
        in_folder(async |folder| {
            let service = Service::new("good");
            let source = service.source(&token_file(&folder, "good").await);
            service.then([act.clone()]);
            let error = source.access_token().await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::Login, "{error}");
            assert!(error.message.contains(says), "{says:?} is not in {error}");
            assert!(error.message.contains("run `seawall login work`"), "{error}");
        });
    }
}

#[test]
fn a_token_that_the_calendar_refuses_is_replaced_once() {
    in_folder(async |folder| {
        let service = Service::new("good");
        let file = token_file(&folder, "good").await;
        let source = service.source(&file);
        let first = source.access_token().await.unwrap();
        let second = source.refused(&first).await.unwrap();
        assert_eq!(second.expose_secret(), "access-2");
        assert_eq!(text(source.access_token().await), "access-2");
        for _ in 0..3 {
            fails(source.refused(&second).await, ErrorKind::Login, "were given a moment ago");
            fails(source.access_token().await, ErrorKind::Login, "were given a moment ago");
        }
        assert_eq!(service.asked(), 2);
        // After an hour it is tried again, and at once after a login.
        wait(60).await;
        let third = source.access_token().await.unwrap();
        let fourth = source.refused(&third).await.unwrap();
        fails(source.refused(&fourth).await, ErrorKind::Login, "were given a moment ago");
        service.knows("new");
        store(&file, &grant("new")).await;
        source.access_token().await.unwrap();
    });
}

#[test]
fn a_token_that_is_refused_late_is_replaced_each_time() {
    in_folder(async |folder| {
        let service = Service::new("good");
        let source = service.source(&token_file(&folder, "good").await);
        let mut token = source.access_token().await.unwrap();
        for _ in 0..4 {
            token = source.refused(&token).await.unwrap();
            wait(11).await;
        }
        assert_eq!(service.asked(), 5);
    });
}

#[test]
fn nothing_is_asked_with_a_login_that_can_t_serve() {
    in_folder(async |folder| {
        let service = Service::new("good");
        let none = TokenFile::of(&folder.join("nowhere"), "work");
        fails(
            service.source(&none).access_token().await,
            ErrorKind::Login,
            "is not logged in: run `seawall login work`",
        );
        assert!(!folder.join("nowhere").exists(), "looking leaves no trace");
        let file = token_file(&folder, "good").await;
        let other = service.source_of("another-client", &file);
        fails(other.access_token().await, ErrorKind::Login, "with another client_id");
        let mut narrow = grant("good");
        narrow.scopes = [READ, LIST].map(str::to_owned).into();
        store(&file, &narrow).await;
        fails(service.source(&file).access_token().await, ErrorKind::Login, "seawall can't write holds");
        assert_eq!(service.asked(), 0);
    });
}

#[test]
fn rights_that_the_service_took_away_are_missed_at_once() {
    in_folder(async |folder| {
        let service = Service::new("good");
        let source = service.source(&token_file(&folder, "good").await);
        service.say(json!({ "expires_in": 3600, "scope": format!("{READ} {LIST}") }));
        fails(source.access_token().await, ErrorKind::Login, "calendar.events.owned");
    });
}

/// What `check` is told.
/// Asks for a token, which takes the service a second, and waits no longer than half of it.
async fn drop_midway(source: &TokenSource) {
    let waits = tokio::time::timeout(Duration::from_millis(500), source.access_token());
    assert!(waits.await.is_err(), "dropped in the middle");
}

async fn told(source: &TokenSource) -> String {
    source.describe().await.map_or_else(|error| error.message, |lines| lines.join("\n"))
}

#[test]
fn check_is_told_of_a_login_that_died_after_a_week() {
    in_folder(async |folder: std::path::PathBuf| {
        let path: &Path = &folder;
        let service = Service::new("good");
        let file = token_file(path, "good").await;
        assert!(told(&service.source(&file)).await.starts_with("logged in since 13 Nov 2026; allowed: "));
        service.knows("another");
        let told = told(&service.source(&file)).await;
        assert!(told.contains("It was 7 days old: most likely"), "{DATE} is a week later: {told}");
        assert!(told.contains("Publish app"), "{told}");
    });
}
