//! Where a user may point seawall: the server, a person, a calendar.

use super::{Wire, account, on_the_wire};
use crate::support::lab::{Auth, Lab, Server, on_each, on_some};

/// The address of Alice's principal, as the server tells another client.
fn principal(lab: &Lab) -> String {
    const WHO: &str = "<D:propfind xmlns:D='DAV:'><D:prop><D:current-user-principal/></D:prop></D:propfind>";
    let headers = [("Depth", "0"), ("Content-Type", "application/xml")];
    let answer = lab.alice.request("PROPFIND", &lab.alice.home, &headers, Some(WHO)).body;
    let (_, principal) = answer.split_once("current-user-principal").expect("a principal");
    let path = principal.split(['<', '>']).find(|text| text.starts_with('/')).expect("an address");
    url::Url::parse(&lab.url).unwrap().join(path).unwrap().into()
}

#[test]
fn a_server_a_person_and_a_calendar_are_all_a_way_to_the_calendars() {
    on_each("discovery", |lab| {
        let names = ["Work", "Größe & Söhne <1>", "Personal"];
        let calendars = names.map(|name| lab.alice.make_calendar(name));
        let origin = url::Url::parse(&lab.url).unwrap().join("/").unwrap();
        let principal = principal(lab);
        for url in [origin.as_str(), &lab.url, &principal, &lab.alice.home, &calendars[0].url] {
            let wire = Wire::to(lab);
            let account = account(lab, &lab.alice, url, &wire);
            let found = on_the_wire(account.calendars()).unwrap_or_else(|error| panic!("{url}: {error}"));
            let shown: Vec<&str> = found.iter().filter_map(|info| info.display_name.as_deref()).collect();
            for name in names {
                assert!(shown.contains(&name), "{url}: {found:?}");
            }
            assert!(found.iter().all(|info| info.writable), "{found:?}");
            println!("{}: {url}: {} requests", lab.server.name(), wire.asked().len());
        }
    });
}

/// At its addresses for all it lets in anybody, as nobody; a login by Digest waits to be asked.
#[test]
fn a_login_by_digest_is_shown_where_it_is_asked_for() {
    on_some("digest", &[Server::Cyrus], |lab| {
        lab.alice.make_calendar("Work");
        let mut lab = lab.clone();
        lab.auth = Auth::Digest;
        let dav = url::Url::parse(&lab.url).unwrap().join("/dav/").unwrap();
        for url in [dav.as_str(), dav.join("/").unwrap().as_str()] {
            let wire = Wire::to(&lab);
            let found = on_the_wire(account(&lab, &lab.alice, url, &wire).calendars());
            let found = found.unwrap_or_else(|error| panic!("{url}: {error}"));
            assert!(found.iter().any(|info| info.display_name.as_deref() == Some("Work")), "{url}: {found:?}");
        }
    });
}
