//! From what a user types to their calendars, on servers as they are and in each kind of trouble on the way.

use seawall::provider::caldav::discovery::Found;
use seawall::provider::{ErrorKind, ProviderError};

use super::site::Site;
use super::{body, given, multistatus};
use crate::support::block_on_paused;

pub(super) const ROOT: &str = "https://example.org";

/// The answer of a place that names Anna's principal.
pub(super) fn entry(principal: &str) -> String {
    multistatus(&given(
        "/",
        &format!("<d:current-user-principal><d:href>{principal}</d:href></d:current-user-principal>"),
    ))
}

/// The answer of Anna's principal.
pub(super) fn person(homes: &[&str]) -> String {
    let homes: String = homes.iter().flat_map(|home| ["<d:href>", home, "</d:href>"]).collect();
    multistatus(&given(
        "/p/anna/",
        &format!(
            "<d:current-user-principal><d:href>/p/anna/</d:href></d:current-user-principal>\
             <cal:calendar-home-set>{homes}</cal:calendar-home-set>\
             <cal:calendar-user-address-set><d:href>mailto:anna@example.org</d:href></cal:calendar-user-address-set>"
        ),
    ))
}

/// A calendar in a list, with more properties.
pub(super) fn calendar(href: &str, name: &str, more: &str) -> String {
    given(
        href,
        &format!(
            "<d:resourcetype><d:collection/><cal:calendar/></d:resourcetype><d:displayname>{name}</d:displayname>{more}"
        ),
    )
}

pub(super) fn list(inner: &str) -> String {
    multistatus(&format!("{}{inner}", given("/h/anna/", "<d:resourcetype><d:collection/></d:resourcetype>")))
}

/// A service at `/dav/` of that host, with the calendars `Work` and `Home`.
pub(super) fn service() -> Site {
    let work = calendar("/h/anna/work/", "Work", "<d:owner><d:href>/p/anna</d:href></d:owner>");
    let home = calendar("/h/anna/home/", "Home", "<d:owner><d:href>/p/bob/</d:href></d:owner>");
    Site::default()
        .with(&format!("PROPFIND 0 {ROOT}/dav/"), 207, entry("/p/anna/"))
        .with(&format!("PROPFIND 0 {ROOT}/p/anna/"), 207, person(&["/h/anna/"]))
        .with(&format!("PROPFIND 0 {ROOT}/h/anna/"), 207, entry("/p/anna/"))
        .with(&format!("PROPFIND 1 {ROOT}/h/anna/"), 207, list(&format!("{work}{home}")))
        .with(
            &format!("PROPFIND 0 {ROOT}/h/anna/work/"),
            207,
            multistatus(&calendar(
                "/h/anna/work/",
                "Work",
                "<d:current-user-principal><d:href>/p/anna/</d:href></d:current-user-principal>",
            )),
        )
}

fn found(site: &Site, url: &str) -> Result<Found, ProviderError> {
    block_on_paused(site.account(url, &[]).found())
}

fn names(found: &Found) -> Vec<&str> {
    found.calendars.iter().map(|calendar| calendar.name.as_deref().unwrap_or("-")).collect()
}

/// Discovery fails, in words that hold all of these.
#[track_caller]
fn fails(site: &Site, url: &str, kind: ErrorKind, words: &[&str]) -> String {
    let error = found(site, url).expect_err("no calendars");
    assert_eq!(error.kind, kind, "{error}");
    for word in words {
        assert!(error.message.contains(word), "{word:?} in {error}");
    }
    error.message
}

#[test]
fn every_kind_of_address_leads_to_the_calendars() {
    for address in ["/dav/", "/p/anna/", "/h/anna/", "/h/anna/work/", "/h/anna/work"] {
        let site = service().redirecting("PROPFIND 0 https://example.org/h/anna/work", "/h/anna/work/");
        let found = found(&site, &format!("{ROOT}{address}")).unwrap_or_else(|error| panic!("{address}: {error}"));
        assert_eq!(names(&found), ["Work", "Home"], "{address}");
        assert_eq!(found.principal.unwrap().as_str(), "https://example.org/p/anna/");
        assert_eq!(found.addresses, ["anna@example.org"]);
        assert_eq!(found.calendars[0].url.as_str(), "https://example.org/h/anna/work/");
        assert_eq!(site.hosts(), ["example.org"]);
    }
}

#[test]
fn a_bare_domain_is_asked_at_its_well_known_address() {
    let site = service()
        .with("PROPFIND 0 https://example.org/", 405, "<html>no</html>")
        .redirecting("PROPFIND 0 https://example.org/.well-known/caldav", "https://example.org/dav/");
    assert_eq!(names(&found(&site, ROOT).unwrap()), ["Work", "Home"]);
    let requests = site.requests();
    assert_eq!(
        requests,
        [
            "PROPFIND 0 https://example.org/",
            "PROPFIND 0 https://example.org/.well-known/caldav",
            "PROPFIND 0 https://example.org/dav/",
            "PROPFIND 0 https://example.org/p/anna/",
            "PROPFIND 1 https://example.org/h/anna/",
        ],
        "no more than is needed"
    );
}

#[test]
fn a_service_without_a_well_known_address_is_found_at_the_root_or_where_services_usually_are() {
    let site = service().with("PROPFIND 0 https://example.org/", 207, entry("/p/anna/"));
    assert_eq!(names(&found(&site, "https://example.org/somewhere/else").unwrap()), ["Work", "Home"]);
    assert_eq!(names(&found(&service(), ROOT).unwrap()), ["Work", "Home"], "/dav/ is one of the usual places");
}

#[test]
fn the_real_servers_are_found_from_their_first_address() {
    for (server, first, person, home, owned, addresses, expected) in [
        ("radicale", "/", "/alice/", "/alice/", Some(true), vec![], vec!["Work & Life"]),
        ("xandikos", "/", "/user/", "/user/calendars/", None, vec![], vec!["Work & Life", "calendar"]),
        (
            "cyrus",
            "/",
            "/dav/principals/user/anna/",
            "/dav/calendars/user/anna/",
            Some(true),
            vec!["anna@example.com"],
            vec!["personal", "Work & Life"],
        ),
        (
            "davical",
            "/",
            "/caldav.php/anna/",
            "/caldav.php/anna/",
            Some(true),
            vec!["anna@example.com"],
            vec!["Work & Life"],
        ),
        (
            "sogo",
            "/SOGo/dav/",
            "/SOGo/dav/anna/",
            "/SOGo/dav/anna/Calendar/",
            Some(true),
            vec!["anna@example.com"],
            vec!["Personal Calendar", "Work & Life"],
        ),
        (
            "sabre",
            "/",
            "/principals/anna/",
            "/calendars/anna/",
            Some(true),
            vec!["anna@example.com"],
            vec!["Work & Life"],
        ),
    ] {
        let site = Site::default()
            .with(&format!("PROPFIND 0 {ROOT}{first}"), 207, body(&format!("{server}-principal")))
            .with(&format!("PROPFIND 0 {ROOT}{person}"), 207, body(&format!("{server}-home")))
            .with(&format!("PROPFIND 1 {ROOT}{home}"), 207, body(&format!("{server}-list")));
        let found = found(&site, ROOT).unwrap_or_else(|error| panic!("{server}: {error}"));
        assert_eq!(names(&found), expected, "{server}");
        assert_eq!(found.addresses, addresses, "{server}");
        for calendar in &found.calendars {
            assert_eq!((calendar.owned, calendar.writable), (owned, Some(true)), "{server}");
            assert_eq!(calendar.syncs, server != "sabre", "{server}");
            assert!(calendar.tagged && calendar.multiget, "{server}");
        }
    }
}

#[test]
fn properties_of_calendars_are_asked_of_calendars_alone() {
    let site = service();
    found(&site, "https://example.org/dav/").unwrap();
    for (request, body) in site.bodies() {
        let asks_of_calendars =
            ["sync-token", "getctag", "schedule-calendar-transp"].iter().any(|name| body.contains(name));
        assert_eq!(asks_of_calendars, request == "PROPFIND 1 https://example.org/h/anna/", "{request}");
    }
}

#[test]
fn whoever_is_nobody_to_the_server_has_not_logged_in() {
    let nobody = "<d:current-user-principal><d:unauthenticated/></d:current-user-principal>";
    let site = Site::default().with("PROPFIND 0 https://example.org/dav/", 207, multistatus(&given("/dav/", nobody)));
    fails(&site, "https://example.org/dav/", ErrorKind::Login, &["example.org", "password"]);
    assert_eq!(site.requests().len(), 1);
}

const CHALLENGE: &str = "Digest realm=\"x\", nonce=\"abc\", qop=\"auth\"";

/// Cyrus at `/dav/`: a login by Digest can only answer, and nothing was asked.
#[test]
fn a_login_by_digest_is_shown_where_the_server_asks_for_it_before_it_counts_as_refused() {
    let nobody = "<d:current-user-principal><d:unauthenticated/></d:current-user-principal>";
    let nobody = multistatus(&given("/dav/", nobody));
    let dav = "PROPFIND 0 https://example.org/dav/";
    for asks in ["https://example.org/.well-known/caldav", "https://example.org/dav/principals/"] {
        let asks = format!("PROPFIND 0 {asks}");
        let site = service()
            .with(dav, 207, nobody.clone())
            .guarding(dav, 207, entry("/p/anna/"))
            .with(&asks, 401, "")
            .saying(&asks, "www-authenticate", CHALLENGE)
            .guarding(&asks, 404, "");
        let found = block_on_paused(site.account_by_digest("https://example.org/dav/").found()).unwrap();
        assert_eq!(names(&found), ["Work", "Home"]);
    }

    // Refused is who was asked, and is nobody all the same; or is refused there.
    let asks = "PROPFIND 0 https://example.org/dav/calendars/";
    let site =
        || service().with(dav, 207, nobody.clone()).with(asks, 401, "").saying(asks, "www-authenticate", CHALLENGE);
    for (site, said) in [(site().guarding(asks, 404, ""), "nobody's"), (site(), "does not take this user name")] {
        let error = block_on_paused(site.account_by_digest("https://example.org/dav/").found()).unwrap_err();
        assert!(error.kind == ErrorKind::Login && error.message.contains(said), "{error}");
    }

    // And nobody may ask at all.
    let site = service().with(dav, 207, nobody.clone());
    let error = block_on_paused(site.account_by_digest("https://example.org/dav/").found()).unwrap_err();
    assert!(error.kind == ErrorKind::Login && error.message.contains("`url`"), "{error}");
    assert_eq!(site.requests().len(), 4, "the address, and three that might");
}

#[test]
fn whoever_is_refused_does_not_knock_at_the_next_door() {
    let site = service().with("PROPFIND 0 https://example.org/", 401, "").saying(
        "PROPFIND 0 https://example.org/",
        "www-authenticate",
        "Basic realm=\"x\"",
    );
    fails(&site, ROOT, ErrorKind::Login, &[]);
    assert_eq!(site.requests().len(), 1);
}

#[test]
fn without_a_principal_the_address_itself_is_listed() {
    let plain = multistatus(&given("/h/anna/", "<d:resourcetype><d:collection/></d:resourcetype>"));
    let site = Site::default().with("PROPFIND 0 https://example.org/h/anna/", 207, plain).with(
        "PROPFIND 1 https://example.org/h/anna/",
        207,
        list(&calendar("/h/anna/work/", "Work", "")),
    );
    let home = found(&site, "https://example.org/h/anna/").unwrap();
    assert_eq!((names(&home), home.principal.clone(), home.calendars[0].owned), (vec!["Work"], None, None));

    let site =
        Site::default().with("PROPFIND 0 https://example.org/w/", 207, multistatus(&calendar("/w/", "Work", "")));
    assert_eq!(names(&found(&site, "https://example.org/w/").unwrap()), ["Work"]);
    assert_eq!(site.requests(), ["PROPFIND 0 https://example.org/w/"; 2], "what it is, then all of it");
}

#[test]
fn a_principal_that_can_not_be_asked_leaves_the_address_itself() {
    let site = service();
    site.put("PROPFIND 0 https://example.org/p/anna/", 403, "");
    let found = found(&site, "https://example.org/h/anna/work/").unwrap();
    assert_eq!(names(&found), ["Work"]);
}

#[test]
fn there_may_be_several_homes() {
    let site = service()
        .with("PROPFIND 0 https://example.org/p/anna/", 207, person(&["/h/anna/", "/shared/", "/h/anna"]))
        .with(
            "PROPFIND 1 https://example.org/shared/",
            207,
            list(&format!("{}{}", calendar("/shared/team/", "Team", ""), calendar("/h/anna/work", "Work", ""))),
        );
    let found = found(&site, "https://example.org/dav/").unwrap();
    assert_eq!(names(&found), ["Work", "Home", "Team"], "each calendar once");
    assert_eq!(found.homes.len(), 2);
}

#[test]
fn a_home_that_can_not_be_listed_is_said_and_one_in_trouble_ends_it() {
    let homes = person(&["/h/anna/", "/shared/"]);
    let site = service().with("PROPFIND 0 https://example.org/p/anna/", 207, homes).with(
        "PROPFIND 1 https://example.org/shared/",
        403,
        "",
    );
    let partly = found(&site, "https://example.org/dav/").unwrap();
    assert_eq!(names(&partly), ["Work", "Home"]);
    assert!(partly.left_out[0].contains("/shared/") && partly.left_out[0].contains("403"), "{:?}", partly.left_out);

    // 503 may pass; half of the calendars would be remembered as all.
    site.put("PROPFIND 1 https://example.org/shared/", 503, "");
    let account = site.account("https://example.org/dav/", &[]);
    let error = block_on_paused(account.found()).expect_err("trouble");
    assert!(error.kind == ErrorKind::Unavailable && error.message.contains("503"), "{error}");
    assert_eq!(account.memo(), None, "nothing is remembered");
}

#[test]
fn an_empty_home_is_no_fault() {
    let site = service();
    site.put("PROPFIND 1 https://example.org/h/anna/", 207, list(""));
    assert!(found(&site, "https://example.org/dav/").unwrap().calendars.is_empty());
}

#[test]
fn what_is_no_caldav_is_never_an_account_without_calendars() {
    for (status, page, why) in [
        (200, "<!DOCTYPE html><html>Log in</html>", "answered 200"),
        (207, "<!DOCTYPE html><html>Log in</html>", "web page"),
        (207, "", "empty"),
        (207, "{\"a\":1}", "no XML"),
        (207, "<d:multistatus xmlns:d=\"DAV:\"><d:response>", "breaks off"),
        (207, "<d:multistatus xmlns:d=\"DAV:\"/>", "names no resource"),
        (405, "", "answered 405"),
        (501, "", "answered 501"),
    ] {
        let site = Site::default().with("PROPFIND 0 https://example.org/x/", status, page);
        let message = fails(&site, "https://example.org/x/", ErrorKind::Unavailable, &["example.org", "`url`", why]);
        assert!(message.contains("/.well-known/caldav: answered 404"), "{message}");
    }
    let plain = multistatus(&given("/x/", "<d:resourcetype><d:collection/></d:resourcetype>"));
    let site = Site::default().with("PROPFIND 0 https://example.org/x/", 207, plain).with(
        "PROPFIND 1 https://example.org/x/",
        207,
        list(""),
    );
    fails(&site, "https://example.org/x/", ErrorKind::Unavailable, &["no calendars were found"]);
}

#[test]
fn only_calendars_for_events_are_taken() {
    let kind =
        |href: &str, kinds: &str| given(href, &format!("<d:resourcetype><d:collection/>{kinds}</d:resourcetype>"));
    let inner = [
        calendar("/h/anna/work/", "Work", ""),
        kind("/h/anna/inbox/", "<cal:schedule-inbox/>"),
        kind("/h/anna/outbox/", "<cal:schedule-outbox/>"),
        kind("/h/anna/notifications/", "<cs:notification/>"),
        kind("/h/anna/holidays/", "<cal:calendar/><cs:subscribed/>"),
        kind("/h/anna/trashbin/", "<n:trash-bin xmlns:n=\"http://nextcloud.com/ns\"/>"),
        given("/h/anna/personal.ics", "<d:resourcetype/><d:displayname>Work</d:displayname>"),
        calendar(
            "/h/anna/tasks/",
            "Tasks",
            "<cal:supported-calendar-component-set><cal:comp name=\"VTODO\"/></cal:supported-calendar-component-set>",
        ),
        "<d:response><d:href>/h/anna/gone/</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response>".to_owned(),
    ];
    let site = service();
    site.put("PROPFIND 1 https://example.org/h/anna/", 207, list(&inner.concat()));
    assert_eq!(names(&found(&site, "https://example.org/dav/").unwrap()), ["Work"]);
}

#[test]
fn rights_owner_colour_and_free_busy_are_told() {
    let rights = |names: &[&str]| -> String {
        let each = names.iter().flat_map(|name| ["<d:privilege><d:", name, "/></d:privilege>"]);
        let each: String = each.collect();
        format!("<d:current-user-privilege-set>{each}</d:current-user-privilege-set>")
    };
    let transparent = "<cal:schedule-calendar-transp><cal:transparent/></cal:schedule-calendar-transp>";
    let inner = [
        calendar(
            "/h/anna/1/",
            "One",
            &format!("{}{transparent}<x:calendar-color>#33aaccff</x:calendar-color>", rights(&["read", "write"])),
        ),
        calendar("/h/anna/2/", "Two", &rights(&["read"])),
        calendar("/h/anna/3/", "Two", "<x:calendar-color>red</x:calendar-color>"),
        calendar("/h/anna/4/", "", ""),
    ];
    let site = service();
    site.put("PROPFIND 1 https://example.org/h/anna/", 207, list(&inner.concat()));
    let infos = block_on_paused(site.account("https://example.org/dav/", &[]).calendars()).unwrap();
    let shown: Vec<_> =
        infos.iter().map(|info| (info.name.as_str(), info.color.as_deref(), info.writable, info.transparent)).collect();
    assert_eq!(
        shown,
        [
            ("One", Some("#33AACC"), true, Some(true)),
            ("https://example.org/h/anna/2/", None, false, None),
            ("https://example.org/h/anna/3/", None, true, None),
            ("https://example.org/h/anna/4/", None, true, None),
        ],
        "what is not said is not refused; an ambiguous name is no name"
    );
    assert_eq!(infos[1].display_name.as_deref(), Some("Two"));

    let infos = block_on_paused(service().account("https://example.org/dav/", &[]).calendars()).unwrap();
    assert_eq!([infos[0].owned, infos[1].owned], [Some(true), Some(false)]);
}

#[test]
fn the_server_describes_itself() {
    let site = service()
        .with("OPTIONS https://example.org/h/anna/", 200, "")
        .saying("OPTIONS https://example.org/h/anna/", "dav", "1, 2")
        .saying("OPTIONS https://example.org/h/anna/", "dav", "calendar-auto-schedule, 2")
        .saying("OPTIONS https://example.org/h/anna/", "server", "Kalender/7");
    let lines = block_on_paused(site.account("https://example.org/dav/", &[]).describe()).unwrap();
    assert_eq!(
        lines,
        [
            "server: Kalender/7",
            "WebDAV: 1, 2, calendar-auto-schedule",
            "login: anna is https://example.org/p/anna/; mail: anna@example.org",
            "calendars at https://example.org/h/anna/",
            "of 2 calendars, 0 tell what changed since a sync token, 0 whether anything did (ctag), 2 give many objects at \
             once (multiget)",
            "it mails invitations by itself; it has no reason to for what seawall writes, which invites nobody",
        ]
    );
    let lines = block_on_paused(service().account("https://example.org/dav/", &[]).describe()).unwrap();
    assert!(lines[0].contains("does not say") && lines[1].contains("does not say"), "{lines:?}");
}
