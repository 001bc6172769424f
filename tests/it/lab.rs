//! The laboratory itself: each server of this run starts, keeps what plain HTTP puts, keeps people apart, and leaves
//! nothing behind.

use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use seawall::provider::transport::{Client, Limits, Transport as _, TransportError};
use tokio::time::Instant;

use crate::support::lab::{Desk, Server, on_each, servers};

const EVENT: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//seawall//test//EN\r\nBEGIN:VEVENT\r\nUID:one\r\n\
                     DTSTAMP:20261101T000000Z\r\nDTSTART:20261123T080000Z\r\nDTEND:20261123T100000Z\r\n\
                     SUMMARY:Boat trip\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

#[test]
fn a_server_keeps_what_plain_http_puts() {
    on_each("smoke", |lab| {
        let work = lab.alice.make_calendar("Work");
        assert_eq!(lab.alice.home_members().get(&work.url).map(String::as_str), Some("Work"));
        assert_eq!(work.list().len(), 0);

        work.put("one.ics", EVENT);
        assert!(lab.folder.is_dir(), "what it keeps has a place of its own");
        let kept = work.list();
        assert_eq!(kept.keys().collect::<Vec<_>>(), ["one.ics"]);
        assert!(kept["one.ics"].contains("SUMMARY:Boat trip"), "{}", kept["one.ics"]);
        // SOGo overwrites what is there, with the same answer as for a success.
        let taken = if lab.server == Server::Sogo { 204 } else { 412 };
        assert_eq!(work.try_put("one.ics", EVENT, &[("If-None-Match", "*")]).status, taken);

        work.replace("one.ics", &EVENT.replace("Boat", "Balloon"));
        assert!(work.list()["one.ics"].contains("SUMMARY:Balloon trip"));
        work.delete("one.ics");
        assert_eq!(work.list().len(), 0);
    });
}

#[test]
fn people_neither_read_nor_change_what_is_not_theirs() {
    on_each("people", |lab| {
        let work = lab.alice.make_calendar("Work");
        work.put("one.ics", EVENT);
        let before = work.list();
        let object = format!("{}one.ics", work.url);
        assert!(lab.alice.request("GET", &object, &[], None).body.contains("Boat trip"));

        // Some say 403, DAViCal shows that she is busy, Cyrus looks elsewhere, and Xandikos fails.
        assert!(!lab.bob.request("GET", &object, &[], None).body.contains("Boat trip"));
        assert!(!lab.bob.home_members().contains_key(&work.url));
        let header = [("Content-Type", "text/calendar")];
        lab.bob.request("PUT", &object, &header, Some(&EVENT.replace("Boat", "Balloon")));
        lab.bob.request("DELETE", &object, &[], None);
        assert_eq!(work.list(), before);
    });
}

#[test]
fn a_server_asks_for_a_password_and_tells_people_who_they_are() {
    const WHO: &str = "<D:propfind xmlns:D='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav'><D:prop>\
                       <D:current-user-principal/><C:calendar-user-address-set/></D:prop></D:propfind>";
    let headers = [("Depth", "0"), ("Content-Type", "application/xml")];
    on_each("who", |lab| {
        let mut stranger = lab.alice.clone();
        stranger.password = "guessed".to_owned();
        let refused = stranger.request("PROPFIND", &lab.alice.home, &headers, Some(WHO));
        assert_eq!(refused.status, 401);
        let asked = refused.headers["www-authenticate"].to_lowercase();
        // Cyrus offers Digest as well.
        let offered = format!("{:?} ", lab.auth).to_lowercase();
        assert!(asked.split(", ").any(|challenge| challenge.starts_with(&offered)), "{asked}");

        let start = lab.alice.request("PROPFIND", &lab.url, &headers, Some(WHO)).body;
        let (_, principal) = start.split_once("current-user-principal").expect("a principal");
        let principal = principal.split(['<', '>']).find(|text| text.starts_with('/')).expect("an address");
        assert!(principal.contains(&lab.alice.name), "{start}");
        let principal = lab.alice.request("PROPFIND", &url(&lab.url, principal), &headers, Some(WHO)).body;
        assert_eq!(principal.contains(&lab.alice.address), lab.server != Server::Radicale, "{principal}");
    });
}

#[test]
fn a_certificate_of_its_own_is_trusted_by_its_file_only() {
    on_each("certificate", |lab| {
        assert_eq!(lab.ca_file.is_some(), lab.url.starts_with("https://localhost:"));
        let Some(file) = &lab.ca_file else {
            return;
        };
        let asked = |client: Client| {
            let request = http::Request::get(&lab.url).body(Vec::new()).unwrap();
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let limits = Limits { body_bytes_max: 1_000_000, until: Instant::now() + Duration::from_mins(1) };
                client.exchange(request, limits).await
            })
        };
        let trusting = Client::with_ca(&std::fs::read(file).unwrap()).unwrap();
        assert_eq!(asked(trusting).unwrap().status(), 401);
        let refused = asked(Client::new()).unwrap_err();
        assert!(matches!(refused, TransportError::Untrusted(_)), "{refused:?}");
    });
}

#[test]
fn a_server_ends_with_who_started_it() {
    for server in servers() {
        let desk = Desk::open(server).unwrap_or_else(|error| panic!("{error}"));
        let address = desk.url.split('/').nth(2).unwrap().replace("localhost", "127.0.0.1");
        let folder = desk.folder.clone();
        assert!(TcpStream::connect(&address).is_ok() && folder.exists() && processes_of(&folder) > 0);
        drop(desk);
        assert!(TcpStream::connect(&address).is_err(), "{} still listens", server.name());
        assert!(!folder.exists(), "{} is left", folder.display());
        assert_eq!(processes_of(&folder), 0, "processes of {}", server.name());
    }
}

/// How many processes have that folder as their working directory; that is where the laboratory starts all of them.
fn processes_of(folder: &Path) -> usize {
    let processes = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let at = |process: &std::fs::DirEntry| std::fs::read_link(process.path().join("cwd")).ok();
    // The kernel adds ` (deleted)` once the folder is gone.
    let begin = folder.to_string_lossy().into_owned();
    processes.filter(|process| at(process).is_some_and(|cwd| cwd.to_string_lossy().starts_with(&begin))).count()
}

fn url(base: &str, path: &str) -> String {
    url::Url::parse(base).unwrap().join(path).unwrap().into()
}
