//! `login --import`, and what the stored token is worth afterwards: refreshed, withdrawn, shown to the wrong client.

use std::fs;

use jiff::Timestamp;
use seawall::provider::ErrorKind;
use seawall::provider::google::oauth::app::App;
use seawall::provider::google::oauth::file::TokenFile;
use seawall::provider::google::oauth::scope::Scope;
use seawall::provider::google::oauth::source::TokenSource;
use seawall::provider::transport::Client;
use secrecy::{ExposeSecret as _, SecretString};

use super::{CLIENT_ID, CLIENT_SECRET, Desk};
use crate::support::emulate::{Emulate, Page, get};

/// Logs in, and gives the refresh token.
fn logged_in(desk: &Desk, account: &str) -> String {
    let asking = desk.login(&[account]);
    get(&Page::open(&asking.address).agree());
    asking.end().expect(0);
    desk.token(account)["refresh_token"].as_str().unwrap().to_owned()
}

fn source(service: &Emulate, desk: &Desk) -> TokenSource {
    let secret = SecretString::from(CLIENT_SECRET);
    let app = App::new(CLIENT_ID, Some(&secret), service.auth_url(), service.token_url());
    let file = TokenFile::new(desk.token_path("work"));
    TokenSource::new("work", app, Scope::wanted(true), file, Client::new().courier())
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

#[test]
fn a_token_moves_to_another_machine() {
    let service = Emulate::start();
    let (old, new) = (Desk::new(&service), Desk::new(&service));
    let token = logged_in(&old, "work");
    for input in [token.clone(), format!("\n {token}\n"), fs::read_to_string(old.token_path("work")).unwrap()] {
        let ended = new.run(&["login", "work", "--import"], &input);
        ended.expect(0).says("Next: `seawall check`").hides(&[&token, CLIENT_SECRET]);
        assert_eq!(new.token("work")["refresh_token"], token.as_str());
        assert_eq!(new.token("work")["scopes"], old.token("work")["scopes"]);
        fs::remove_file(new.token_path("work")).unwrap();
    }
}

#[test]
fn a_token_that_allows_too_little_is_not_stored() {
    let service = Emulate::start();
    let desk = Desk::new(&service);
    let token = logged_in(&desk, "club");
    let ended = desk.run(&["login", "work", "--import"], &token);
    ended.expect(1).says("calendar.events.owned").says("Nothing was stored").hides(&[&token]);
    assert!(!desk.token_path("work").exists());
}

#[test]
fn what_is_no_token_is_not_sent() {
    let service = Emulate::start();
    let desk = Desk::new(&service);
    for input in ["", "two words", "{\"access_token\": \"only\"}"] {
        desk.run(&["login", "work", "--import"], input).expect(64).says("wants a refresh token");
    }
    let ended = desk.run(&["login", "work", "--import"], "1//0gSomethingThatNobodyGave");
    ended.expect(1).says("invalid_grant").hides(&["1//0gSomethingThatNobodyGave", CLIENT_SECRET]);
    assert!(!desk.token_path("work").exists());
}

#[test]
fn a_wrong_client_secret_is_told_from_a_wrong_token() {
    let service = Emulate::with_client(CLIENT_ID, "another secret than in the config");
    let desk = Desk::new(&service);
    let ended = desk.run(&["login", "work", "--import"], "1//0gSomethingThatNobodyGave");
    ended.expect(1).says("invalid_client").says("Compare client_id and client_secret").hides(&[CLIENT_SECRET]);
}

#[test]
fn a_login_gives_access_until_it_is_withdrawn() {
    let service = Emulate::start();
    let desk = Desk::new(&service);
    let token = logged_in(&desk, "work");
    block_on(async {
        let source = source(&service, &desk);
        let first = source.access_token().await.unwrap();
        assert_eq!(source.access_token().await.unwrap().expose_secret(), first.expose_secret(), "it is still good");
        let second = source.refused(&first).await.unwrap();
        assert_ne!(second.expose_secret(), first.expose_secret());
        let told = source.describe().await.unwrap();
        assert!(told[0].starts_with("logged in since "), "{told:?}");
    });
    service.revoke(&token);
    let before: Timestamp = desk.token("work")["obtained"].as_str().unwrap().parse().unwrap();
    block_on(async {
        let source = source(&service, &desk);
        let error = source.access_token().await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Login);
        assert!(error.message.contains("run `seawall login work`"), "{}", error.message);
    });
    let kept = desk.token("work");
    assert_eq!(kept["refresh_token"], token.as_str(), "nothing is deleted");
    let refused: Timestamp = kept["refused"].as_str().expect("when it was refused").parse().unwrap();
    assert!(refused.duration_since(before).as_secs().abs() < 600);
    // A new login mends it.
    logged_in(&desk, "work");
    assert!(desk.token("work").get("refused").is_none());
    block_on(async { source(&service, &desk).access_token().await.unwrap() });
}
