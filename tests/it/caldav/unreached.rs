//! Servers that discovery does not reach: the trouble itself is told first, with the host and what to do.

use std::net::TcpListener;

use seawall::provider::caldav::CalDav;
use seawall::provider::caldav::discovery::Dns;
use seawall::provider::transport::{AccountClient, Client, Credentials, Trust};
use seawall::provider::{ErrorKind, ProviderError};

use super::discovery::entry;
use super::site::Site;
use crate::support::block_on_paused;

/// What looking for calendars at a real address comes to.
fn look(url: &str) -> ProviderError {
    let url: url::Url = url.parse().unwrap();
    let trust = Trust::new(&url, [""; 0]);
    let credentials = Credentials::Basic { user: "anna".to_owned(), password: "sesame".into() };
    let client = AccountClient::new(Client::new(), credentials, trust.clone(), 7);
    let account = CalDav::new(client, trust, url, None, Dns::Off);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(account.found()).unwrap_err()
}

/// The first line of the message says what is wrong and where, and asks what can be done about it.
#[track_caller]
fn tells(error: &ProviderError, host: &str, why: &str) {
    assert_eq!(error.kind, ErrorKind::Unavailable);
    let first = error.message.lines().next().unwrap();
    assert!(first.starts_with(host) && first.contains(why), "{}", error.message);
    assert!(first.contains("is `url` right") && first.contains("is the server up"), "{}", error.message);
    assert_eq!(error.message.matches(why).count(), 1, "once is enough: {}", error.message);
}

#[test]
fn a_connection_that_is_refused_is_told_first() {
    // A port that was free a moment ago.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    tells(&look(&format!("http://{free}/dav/")), &free.to_string(), "Connection refused");
}

#[test]
fn a_host_that_does_not_exist_is_told_first() {
    tells(&look("https://calendars.invalid/dav/"), "calendars.invalid", "dns error");
}

#[test]
fn a_server_in_trouble_is_told_first() {
    let site = Site::default().with("PROPFIND 0 https://example.org/dav/", 503, "").saying(
        "PROPFIND 0 https://example.org/dav/",
        "retry-after",
        "5",
    );
    let error = block_on_paused(site.account("https://example.org/dav/", &[]).found()).unwrap_err();
    tells(&error, "example.org", "answered 503");
}

#[test]
fn trouble_on_the_way_is_told_before_what_else_was_tried() {
    let site = Site::default()
        .with("PROPFIND 0 https://example.org/dav/", 404, "")
        .redirecting("PROPFIND 0 https://example.org/.well-known/caldav", "https://example.org/down/")
        .with("PROPFIND 0 https://example.org/down/", 502, "")
        .with("PROPFIND 0 https://example.org/", 207, entry("/p/anna/"));
    let error = block_on_paused(site.account("https://example.org/dav/", &[]).found()).unwrap_err();
    tells(&error, "example.org", "answered 502");
    assert!(error.message.contains("\n  the address itself: answered 404"), "{}", error.message);
}
