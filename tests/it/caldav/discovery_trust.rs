//! Who is asked, and so gets the password: whatever servers and DNS say, only whom the user named or accepted.

use std::net::{SocketAddr, TcpListener, UdpSocket};

use domain::base::iana::{Class, Rcode};
use domain::base::{Message, MessageBuilder, Name, Rtype, Ttl};
use domain::rdata::{Srv, Txt};
use seawall::provider::caldav::CalDav;
use seawall::provider::caldav::discovery::Dns;
use seawall::provider::transport::{AccountClient, Client, Credentials, Trust};
use seawall::provider::{ErrorKind, ProviderError};

use super::discovery::{calendar, entry, list, person, service};
use super::site::Site;
use crate::support::block_on_paused;

/// Somebody else's host, with a service that would be glad of a password.
fn trap(site: Site) -> Site {
    site.with("PROPFIND 0 https://evil.test/", 207, entry("/p/anna/"))
        .with("PROPFIND 0 https://evil.test/.well-known/caldav", 207, entry("/p/anna/"))
        .with("PROPFIND 0 https://evil.test/p/anna/", 207, person(&["/h/anna/"]))
        .with("PROPFIND 1 https://evil.test/h/anna/", 207, list(&calendar("/h/anna/trap/", "Trap", "")))
        .with(
            "PROPFIND 0 https://evil.test/h/anna/trap/",
            207,
            super::multistatus(&calendar("/h/anna/trap/", "Trap", "")),
        )
}

/// Names of the calendars, or the message of the failure; and who was asked.
fn outcome(site: &Site, url: &str, hosts: &[&str]) -> (Result<Vec<String>, String>, Vec<String>) {
    let found = block_on_paused(site.account(url, hosts).found());
    let names = |found: seawall::provider::caldav::discovery::Found| {
        let mut names: Vec<_> = found.calendars.into_iter().filter_map(|calendar| calendar.name).collect();
        names.extend(found.left_out);
        names
    };
    (found.map(names).map_err(|error| error.message), site.hosts())
}

#[test]
fn nobody_that_a_server_names_gets_the_password_unless_the_user_accepts_it() {
    let dav = "https://example.org/dav/";
    let evil = "evil.test";
    let cases: [(&str, Site); 5] = [
        ("principal", service().with("PROPFIND 0 https://example.org/dav/", 207, entry("https://evil.test/p/anna/"))),
        ("home", service().with("PROPFIND 0 https://example.org/p/anna/", 207, person(&["https://evil.test/h/anna/"]))),
        ("redirect", service().redirecting("PROPFIND 0 https://example.org/dav/", "https://evil.test/")),
        (
            "well-known",
            Site::default().redirecting("PROPFIND 0 https://example.org/.well-known/caldav", "https://evil.test/"),
        ),
        (
            "plain http",
            service().with("PROPFIND 0 https://example.org/p/anna/", 207, person(&["http://evil.test/h/anna/"])),
        ),
    ];
    for (case, site) in cases {
        let site = trap(site);
        let (found, hosts) = outcome(&site, dav, &[]);
        assert_eq!(hosts, ["example.org"], "{case}");
        let said = found.map_or_else(|message| message, |names| names.concat());
        assert!(said.contains(evil) && said.contains("`hosts`"), "{case}: what to do is said: {said}");
        let (found, hosts) = outcome(&site, dav, &[evil]);
        if case == "plain http" {
            assert_eq!(hosts, ["example.org"], "{case}: accepted, but anybody could listen in");
        } else {
            assert_eq!(hosts, ["example.org", evil], "{case}");
            assert_eq!(found.unwrap(), ["Trap"], "{case}");
        }
    }
}

#[test]
fn a_calendar_in_the_list_may_be_on_another_host_too() {
    let both =
        format!("{}{}", calendar("https://evil.test/h/anna/trap/", "Trap", ""), calendar("/h/anna/work/", "Work", ""));
    let site = trap(service().with("PROPFIND 1 https://example.org/h/anna/", 207, list(&both)));
    let (found, hosts) = outcome(&site, "https://example.org/dav/", &[]);
    let names = found.unwrap();
    assert!(names[0] == "Work" && names[1].contains("evil.test"), "{names:?}");
    assert_eq!(hosts, ["example.org"]);
}

#[test]
fn a_calendar_that_the_config_names_by_address_is_no_exception() {
    let site = trap(service());
    let account = site.account("https://example.org/dav/", &[]);
    let error = block_on_paused(account.calendar("https://evil.test/h/anna/trap/")).unwrap_err();
    assert!(error.message.contains("evil.test") && error.message.contains("`hosts`"), "{error}");
    assert_eq!(site.hosts(), ["example.org"]);
    let account = site.account("https://example.org/dav/", &["evil.test"]);
    let calendar = block_on_paused(account.calendar("https://evil.test/h/anna/trap/")).unwrap();
    assert_eq!(calendar.url.as_str(), "https://evil.test/h/anna/trap/");
}

#[test]
fn icloud_leads_to_its_numbered_hosts() {
    let site = Site::default()
        .with("PROPFIND 0 https://caldav.icloud.com/", 207, entry("/1/principal/"))
        .with(
            "PROPFIND 0 https://caldav.icloud.com/1/principal/",
            207,
            person(&["https://p42-caldav.icloud.com:443/1/calendars/"]),
        )
        .with(
            "PROPFIND 1 https://p42-caldav.icloud.com/1/calendars/",
            207,
            list(&calendar("/1/calendars/home/", "Home", "")),
        );
    let (found, hosts) = outcome(&site, "https://caldav.icloud.com", &[]);
    assert_eq!(found.unwrap(), ["Home"]);
    assert_eq!(hosts, ["caldav.icloud.com", "p42-caldav.icloud.com"]);
}

/// The records that a domain has: SRV as priority, weight, port, target, and one TXT.
#[derive(Clone)]
struct Zone {
    srv: Vec<(u16, u16, u16, &'static str)>,
    txt: Option<&'static str>,
}

/// A name server on loopback that knows `_caldavs._tcp.example.org`. It ends with the process.
fn name_server(zone: Zone) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut buffer = [0; 2048];
        while let Ok((length, from)) = socket.recv_from(&mut buffer) {
            let question = Message::from_octets(buffer[..length].to_vec()).unwrap();
            let asked = question.first_question().unwrap();
            let name = asked.qname().to_string();
            let known = name.trim_end_matches('.') == "_caldavs._tcp.example.org";
            let code = if known { Rcode::NOERROR } else { Rcode::NXDOMAIN };
            let mut answer = MessageBuilder::new_vec().start_answer(&question, code).unwrap();
            let ttl = Ttl::from_secs(60);
            if known && asked.qtype() == Rtype::SRV {
                for (priority, weight, port, target) in &zone.srv {
                    let target: Name<Vec<u8>> = target.parse().unwrap();
                    let srv = Srv::new(*priority, *weight, *port, target);
                    answer.push((asked.qname(), Class::IN, ttl, srv)).unwrap();
                }
            }
            if let Some(text) = zone.txt.filter(|_| known && asked.qtype() == Rtype::TXT) {
                let txt: Txt<Vec<u8>> = Txt::build_from_slice(text.as_bytes()).unwrap();
                answer.push((asked.qname(), Class::IN, ttl, txt)).unwrap();
            }
            socket.send_to(&answer.finish(), from).unwrap();
        }
    });
    address
}

/// The requests after the first of an account at that address, in a domain with that zone.
fn asked(site: &Site, url: &str, hosts: &[&str], zone: Zone) -> (Vec<String>, String) {
    let dns = Dns::At(name_server(zone));
    // Its own clock: sockets are real here.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let found = runtime.block_on(site.account_with(url, hosts, dns).found());
    let said = found.map_or_else(
        |error: ProviderError| {
            assert_eq!(error.kind, ErrorKind::Unavailable);
            error.message
        },
        |found| found.left_out.concat(),
    );
    (site.requests(), said)
}

#[test]
fn a_bare_domain_may_name_its_service_in_dns() {
    let at = |srv: &[(u16, u16, u16, &'static str)], txt| Zone { srv: srv.to_vec(), txt };
    let service = |base: &str| {
        Site::default()
            .with(&format!("PROPFIND 0 {base}"), 207, entry("/p/anna/"))
            .with("PROPFIND 0 https://cal.example.org/p/anna/", 207, person(&["/h/anna/"]))
            .with("PROPFIND 1 https://cal.example.org/h/anna/", 207, list(&calendar("/h/anna/w/", "Work", "")))
    };
    // A sub-domain, with a path and without.
    let site = service("https://cal.example.org/dav/anna/");
    let (requests, _) =
        asked(&site, "https://example.org", &[], at(&[(0, 1, 443, "cal.example.org.")], Some("path=/dav/anna/")));
    assert_eq!(requests[..2], ["PROPFIND 0 https://example.org/", "PROPFIND 0 https://cal.example.org/dav/anna/"]);
    assert_eq!(requests.last().unwrap(), "PROPFIND 1 https://cal.example.org/h/anna/");
    let site = service("https://cal.example.org/.well-known/caldav");
    let (requests, _) = asked(&site, "https://example.org", &[], at(&[(0, 1, 443, "cal.example.org.")], None));
    assert_eq!(requests[1], "PROPFIND 0 https://cal.example.org/.well-known/caldav");

    // By priority, then by weight, with its port; the next one where the first has nothing.
    let records = [(20, 9, 443, "c.example.org."), (10, 1, 443, "b.example.org."), (10, 5, 8443, "a.example.org.")];
    let (requests, _) = asked(&Site::default(), "https://example.org", &[], at(&records, Some("path=/dav")));
    assert_eq!(
        requests[1..4],
        [
            "PROPFIND 0 https://a.example.org:8443/dav",
            "PROPFIND 0 https://b.example.org/dav",
            "PROPFIND 0 https://c.example.org/dav"
        ]
    );

    // An odd path is none.
    for txt in ["path=//evil.test/", "path=dav", "path=/\\evil.test/", "other=/dav/"] {
        let (requests, _) =
            asked(&Site::default(), "https://example.org", &[], at(&[(0, 1, 443, "cal.example.org.")], Some(txt)));
        assert_eq!(requests[1], "PROPFIND 0 https://cal.example.org/.well-known/caldav", "{txt}");
    }
}

#[test]
fn dns_proves_nothing_about_other_domains() {
    let foreign = Zone { srv: vec![(0, 1, 443, "evil.test.")], txt: None };
    let site = trap(Site::default());
    let (requests, said) = asked(&site, "https://example.org", &[], foreign.clone());
    assert!(requests.iter().all(|request| request.contains(" https://example.org/")), "{requests:?}");
    assert!(said.contains("evil.test") && said.contains("`hosts`"), "{said}");
    let (requests, _) = asked(&site, "https://example.org", &["evil.test"], foreign);
    assert_eq!(requests[1], "PROPFIND 0 https://evil.test/.well-known/caldav");
}

#[test]
fn a_domain_may_say_that_it_has_no_service_or_nothing() {
    for srv in [vec![(0, 0, 0, ".")], vec![]] {
        let (requests, _) = asked(&Site::default(), "https://example.org", &[], Zone { srv, txt: Some("path=/x/") });
        assert_eq!(requests[1], "PROPFIND 0 https://example.org/.well-known/caldav");
    }
}

#[test]
fn only_a_bare_domain_is_looked_up() {
    let zone = Zone { srv: vec![(0, 1, 443, "cal.example.org.")], txt: None };
    for url in ["https://example.org/dav/", "https://example.org:8443/", "http://127.0.0.1/", "https://localhost/"] {
        let (requests, _) = asked(&Site::default(), url, &[], zone.clone());
        assert!(requests.iter().all(|request| !request.contains("cal.example.org")), "{url}: {requests:?}");
    }
}

#[test]
fn a_domain_without_a_web_server_can_have_a_service() {
    let site = Site::default()
        .without("example.org")
        .with("PROPFIND 0 https://cal.example.org/.well-known/caldav", 207, entry("/p/anna/"))
        .with("PROPFIND 0 https://cal.example.org/p/anna/", 207, person(&["/h/anna/"]))
        .with("PROPFIND 1 https://cal.example.org/h/anna/", 207, list(&calendar("/h/anna/w/", "Work", "")));
    let (requests, said) =
        asked(&site, "https://example.org", &[], Zone { srv: vec![(0, 1, 443, "cal.example.org.")], txt: None });
    assert_eq!(requests.last().unwrap(), "PROPFIND 1 https://cal.example.org/h/anna/", "{said}");
}

#[test]
fn a_second_server_on_this_machine_is_not_even_connected_to() {
    use std::io::{Read as _, Write as _};

    let (first, second) = (TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("127.0.0.1:0").unwrap());
    let (one, other) = (first.local_addr().unwrap(), second.local_addr().unwrap());
    // Answers everything with a principal whose home is on the second.
    std::thread::spawn(move || {
        for stream in first.incoming() {
            let mut stream = stream.unwrap();
            let mut request = vec![0; 65536];
            let _ = stream.read(&mut request).unwrap();
            let body = person(&[&format!("http://{other}/h/anna/")]);
            let head =
                format!("HTTP/1.1 207 Multi-Status\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        }
    });
    let url: url::Url = format!("http://{one}/").parse().unwrap();
    let trust = Trust::new(&url, [""; 0]);
    let credentials = Credentials::Basic { user: "anna".to_owned(), password: "sesame".into() };
    let client = AccountClient::new(Client::new(), credentials, trust.clone(), 7);
    let account = CalDav::new(client, trust, url, None, Dns::Off);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let error = runtime.block_on(account.found()).unwrap_err();
    assert!(error.message.contains(&format!("\"{other}\"")), "{error}");
    second.set_nonblocking(true).unwrap();
    assert_eq!(second.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock, "nobody knocked");
}
