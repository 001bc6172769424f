//! The login in the browser, from the printed address to the stored token, and all that people and browsers do
//! beside it.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;

use url::Url;

use super::{CLIENT_ID, CLIENT_SECRET, Desk, LIST, READ, WRITE};
use crate::support::emulate::{Emulate, Page, USER, get};

/// A parameter of an address.
fn parameter(address: &Url, name: &str) -> String {
    address.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned()
}

/// The address with one parameter changed.
fn with(address: &Url, name: &str, value: &str) -> Url {
    let pairs: Vec<(String, String)> = address.query_pairs().into_owned().collect();
    let mut changed = address.clone();
    changed
        .query_pairs_mut()
        .clear()
        .extend_pairs(pairs.iter().map(|(key, old)| (key.as_str(), if key == name { value } else { old.as_str() })));
    changed
}

#[test]
fn the_browser_comes_back_and_the_token_is_kept() {
    let service = Emulate::start();
    let desk = Desk::new(&service);
    let asking = desk.login(&["work"]);
    assert_eq!(asking.asked("access_type"), "offline");
    assert_eq!(asking.asked("prompt"), "consent");
    assert_eq!(asking.asked("code_challenge_method"), "S256");
    assert_eq!(asking.asked("login_hint"), USER);
    let challenge = asking.asked("code_challenge");
    let back = Page::open(&asking.address).agree();
    assert_eq!(back.host_str(), Some("127.0.0.1"));
    let page = get(&back);
    assert_eq!(page.status(), 200);
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    let html = String::from_utf8(page.into_body()).unwrap();
    assert!(html.contains("You may close this page."), "{html}");
    let ended = asking.end();
    ended.expect(0).says("Next: `seawall check`").says("see, create, change and delete events on calendars you own");

    let token = desk.token("work");
    assert_eq!(token["client_id"], CLIENT_ID);
    assert_eq!(token["scopes"], serde_json::json!([READ, LIST, WRITE]));
    let mode = fs::metadata(desk.token_path("work")).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o600);
    ended.hides(&[&parameter(&back, "code"), token["refresh_token"].as_str().unwrap(), CLIENT_SECRET]);
    ended.hides_verifier_of(&challenge);
}

#[test]
fn an_account_that_is_only_read_asks_for_no_right_to_write() {
    let service = Emulate::start();
    let desk = Desk::new(&service);
    let asking = desk.login(&["club"]);
    assert_eq!(asking.asked("scope"), format!("{READ} {LIST}"));
    get(&Page::open(&asking.address).agree());
    asking.end().expect(0);
    assert_eq!(desk.token("club")["scopes"], serde_json::json!([READ, LIST]));
}

#[test]
fn the_address_of_the_last_page_can_be_pasted() {
    let service = Emulate::start();
    let desk = Desk::new(&service);
    let mut asking = desk.login(&["work"]);
    let back = Page::open(&asking.address).agree();
    asking.paste("");
    asking.paste("what do you want");
    asking.hear("That does not answer this login.");
    asking.paste(with(&back, "state", "another").as_str());
    asking.hear("That does not answer this login.");
    asking.paste(&format!("  {back}  "));
    let ended = asking.end();
    ended.expect(0);
    let token = desk.token("work");
    ended.hides(&[&parameter(&back, "code"), token["refresh_token"].as_str().unwrap(), CLIENT_SECRET]);
}

#[test]
fn a_browser_of_the_users_choice_is_opened_without_a_shell() {
    let service = Emulate::start();
    let desk = Desk::new(&service);
    let (browser, note) = (desk.path("browser"), desk.path("opened"));
    fs::write(&browser, format!("#!/bin/sh\nprintf '%s|' \"$@\" > {0}.new\nmv {0}.new {0}\n", note.display())).unwrap();
    fs::set_permissions(&browser, fs::Permissions::from_mode(0o700)).unwrap();
    let mut command = desk.command(&["login", "work"]);
    // The first one is not there; the second gets the address where it says.
    command.env("BROWSER", format!("no-such-browser:{} --new %s;true", browser.display()));
    let asking = super::Asking::of(command);
    assert!(asking.said.contains("A browser was opened"), "{}", asking.said);
    let opened = loop {
        if let Ok(opened) = fs::read_to_string(&note) {
            break opened;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    assert_eq!(opened, format!("--new|{};true|", asking.address));
    get(&Page::open(&asking.address).agree());
    asking.end().expect(0);
}

#[test]
fn what_was_unticked_is_named_and_nothing_is_stored() {
    let service = Emulate::start();
    let desk = Desk::new(&service);
    let asking = desk.login(&["work"]);
    get(&Page::open(&asking.address).agree());
    asking.end().expect(0);
    let before = desk.token("work");
    let asking = desk.login(&["work"]);
    let mut page = Page::open(&asking.address);
    page.untick("calendar.events.owned");
    let back = page.agree();
    get(&back);
    let ended = asking.end();
    ended.expect(1).says("calendar.events.owned").says("seawall can't write holds").says("Nothing was stored");
    ended.hides(&[&parameter(&back, "code"), CLIENT_SECRET]);
    assert!(!ended.err.contains("calendar.events.readonly)"), "what was granted is not missing: {}", ended.err);
    assert_eq!(desk.token("work"), before);
}

#[test]
fn a_refusal_ends_the_login() {
    let service = Emulate::start();
    let desk = Desk::new(&service);
    let asking = desk.login(&["work"]);
    let mut back = asking.redirect();
    back.query_pairs_mut().append_pair("error", "access_denied").append_pair("state", &asking.asked("state"));
    let page = get(&back);
    assert!(String::from_utf8(page.into_body()).unwrap().contains("You may close this page."));
    asking.end().expect(1).says("access was refused").says("access_denied");
    assert!(!desk.token_path("work").exists());
}

#[test]
fn what_is_no_answer_disturbs_no_login() {
    let service = Emulate::start();
    let desk = Desk::new(&service);
    let mut asking = desk.login(&["work"]);
    let back = Page::open(&asking.address).agree();
    // A browser that opened a connection ahead and says nothing.
    let idle = std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, back.port().unwrap())).unwrap();
    assert_eq!(get(&back.join("/favicon.ico").unwrap()).status(), 404);
    assert_eq!(get(&asking.redirect()).status(), 400);
    assert_eq!(get(&with(&back, "state", "another")).status(), 400);
    assert_eq!(get(&with(&back, "code", "")).status(), 400);
    let mut denied = asking.redirect();
    denied.query_pairs_mut().append_pair("error", "access_denied");
    assert_eq!(get(&denied).status(), 400, "whoever does not know the state can't end the login");
    asking.paste("still there");
    asking.hear("That does not answer this login.");
    get(&back);
    asking.end().expect(0);
    drop(idle);
}

#[test]
fn a_code_that_was_tampered_with_gives_no_token() {
    let service = Emulate::start();
    let desk = Desk::new(&service);
    let asking = desk.login(&["work"]);
    let mut page = Page::open(&asking.address);
    // The code of somebody else's question: its challenge is not that of this login's verifier.
    *page.field("code_challenge") = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned();
    get(&page.agree());
    asking.end().expect(1).says("invalid_grant").says("PKCE");
    assert!(!desk.token_path("work").exists());
}

#[test]
fn a_port_in_use_is_replaced_by_another_one() {
    let service = Emulate::start();
    let desk = Desk::new(&service);
    let other = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let taken = other.local_addr().unwrap().port();
    let asking = desk.login(&["work", "--port", &taken.to_string()]);
    let port = asking.redirect().port().unwrap();
    assert_ne!(port, taken);
    assert!(asking.said.contains(&format!("Port {taken} is in use; {port} is taken")), "{}", asking.said);
    get(&Page::open(&asking.address).agree());
    asking.end().expect(0);
}

#[test]
fn accounts_that_need_no_login_are_named_so() {
    let service = Emulate::start();
    let desk = Desk::new(&service);
    desk.run(&["login", "local"], "").expect(64).says("account \"local\" needs no login");
    desk.run(&["login", "holiday"], "").expect(64).says("no account \"holiday\"").says("work, club");
}
