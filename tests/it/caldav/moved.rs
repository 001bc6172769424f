//! A calendar whose server has moved it: found anew where that is for good, written at its new address alone, and never
//! followed to a host that the user did not accept.

use seawall::provider::{ErrorKind, Known, Provider as _};

use super::discovery::{ROOT, calendar, entry, list, person, service};
use super::multistatus;
use super::site::Site;
use crate::support::block_on_paused;

const OLD: &str = "https://example.org/h/anna/work/";
const TAG: &str = "<cs:getctag>t</cs:getctag>";

/// Puts an empty calendar, Work, at that address.
fn place(site: &Site, url: &str) {
    let path = url.parse::<url::Url>().unwrap().path().to_owned();
    let itself = multistatus(&calendar(&path, "Work", TAG));
    site.put(&format!("PROPFIND 0 {url}"), 207, itself.clone());
    site.put(&format!("PROPFIND 1 {url}"), 207, itself);
    site.put(&format!("PUT {url}sea0a.ics"), 201, "");
}

/// Sends on all that is asked of the old address.
fn send_on(site: &Site, status: u16, to: &str) {
    for request in ["PROPFIND 0", "PROPFIND 1", "REPORT 1"] {
        site.send_on(&format!("{request} {OLD}"), status, to);
    }
    site.send_on(&format!("PUT {OLD}sea0a.ics"), status, &format!("{to}sea0a.ics"));
}

/// Lists Work at that address.
fn name(site: &Site, url: &str) {
    site.put(&format!("PROPFIND 1 {ROOT}/h/anna/"), 207, list(&calendar(url, "Work", TAG)));
}

/// Anna's account, as an earlier run left it: it knows Work at its old address.
fn left(site: &Site, hosts: &[&str]) -> String {
    place(site, OLD);
    name(site, OLD);
    let account = site.account(&format!("{ROOT}/dav/"), hosts);
    block_on_paused(account.read("Work", &Known::nothing())).unwrap();
    site.requests();
    account.memo().unwrap()
}

/// What a cycle does: reads from what an earlier one found out, then writes. Gives back the warnings of the reading, what
/// the write came to, and the memo.
fn cycle(site: &Site, hosts: &[&str], memo: &str, thorough: bool) -> (Vec<String>, Result<(), String>, String) {
    let account = site.account(&format!("{ROOT}/dav/"), hosts);
    account.recall(memo);
    let known = Known { thorough, ..Known::nothing() };
    let reading = block_on_paused(account.read("Work", &known)).unwrap();
    let written = block_on_paused(account.create("Work", "sea0a.ics", b"x")).map_err(|error| {
        assert_eq!(error.kind, ErrorKind::ReadOnly, "{error}");
        error.message
    });
    (reading.warnings, written, account.memo().unwrap())
}

fn searches(requests: &[String]) -> usize {
    requests.iter().filter(|request| *request == "PROPFIND 1 https://example.org/h/anna/").count()
}

#[test]
fn a_calendar_that_was_moved_for_good_is_found_anew_and_written_at_its_new_address() {
    for status in [301, 308] {
        let site = service();
        let memo = left(&site, &[]);
        let new = "https://example.org/new/work/";
        place(&site, new);
        name(&site, new);
        send_on(&site, status, new);
        let (warnings, written, memo) = cycle(&site, &[], &memo, false);
        assert_eq!((warnings, written), (vec![], Ok(())));
        let requests = site.requests();
        assert_eq!(searches(&requests), 1);
        assert_eq!(requests.last().unwrap(), "PUT https://example.org/new/work/sea0a.ics");
        cycle(&site, &[], &memo, false).1.unwrap();
        let requests = site.requests();
        assert!(
            requests.iter().all(|request| request.contains("/new/work/")),
            "it is known from then on: {requests:?}"
        );
    }
}

#[test]
fn a_calendar_that_is_elsewhere_for_a_while_is_not_looked_for() {
    let site = service();
    let memo = left(&site, &[]);
    let new = "https://example.org/new/work/";
    place(&site, new);
    send_on(&site, 307, new);
    let account = site.account(&format!("{ROOT}/dav/"), &[]);
    account.recall(&memo);
    block_on_paused(account.read("Work", &Known::nothing())).unwrap();
    let error = block_on_paused(account.create("Work", "sea0a.ics", b"x")).unwrap_err();
    assert!(error.message.contains("follow no redirect"), "{error}");
    assert_eq!(searches(&site.requests()), 0);
}

#[test]
fn a_calendar_is_followed_to_no_host_but_those_that_the_user_accepted() {
    let new = "https://evil.test/work/";
    let site = service();
    let memo = left(&site, &[]);
    place(&site, new);
    name(&site, new);
    send_on(&site, 301, new);
    let account = site.account(&format!("{ROOT}/dav/"), &[]);
    account.recall(&memo);
    let error = block_on_paused(account.read("Work", &Known::nothing())).unwrap_err();
    assert!(error.message.contains("evil.test") && error.message.contains("`hosts`"), "{error}");
    assert!(block_on_paused(account.create("Work", "sea0a.ics", b"x")).is_err());
    assert_eq!(site.hosts(), ["example.org"]);

    cycle(&site, &["evil.test"], &memo, false).1.unwrap();
    assert_eq!(site.requests().last().unwrap(), "PUT https://evil.test/work/sea0a.ics");
}

#[test]
fn a_calendar_that_is_listed_where_it_no_longer_is_is_read_and_its_user_told_what_to_do() {
    let site = service();
    let memo = left(&site, &[]);
    let new = "https://example.org/new/work/";
    place(&site, new);
    send_on(&site, 301, new);
    let (warnings, written, memo) = cycle(&site, &[], &memo, false);
    let error = written.unwrap_err();
    for said in [&warnings[0], &error] {
        assert!(said.contains(new) && said.contains(OLD) && said.contains("`name` in the config"), "{said}");
    }
    assert_eq!(searches(&site.requests()), 1);

    // It is not looked for at each poll, but at each full listing.
    let (warnings, written, memo) = cycle(&site, &[], &memo, false);
    assert!(!warnings.is_empty() && written.is_err());
    let requests = site.requests();
    assert_eq!(searches(&requests), 0);
    assert!(!requests.iter().any(|request| request.starts_with("PUT")), "nothing is sent: {requests:?}");
    let (_, written, memo) = cycle(&site, &[], &memo, true);
    assert_eq!((searches(&site.requests()), written.is_err()), (1, true));

    // Named by its new address, it is written there.
    let account = site.account(&format!("{ROOT}/dav/"), &[]);
    account.recall(&memo);
    block_on_paused(account.create(new, "sea0a.ics", b"x")).unwrap();
    assert_eq!(site.requests().last().unwrap(), "PUT https://example.org/new/work/sea0a.ics");

    // And once the server has it where it was again, so has its name.
    place(&site, OLD);
    let (warnings, written, _) = cycle(&site, &[], &memo, true);
    assert_eq!((warnings, written), (vec![], Ok(())));
    assert_eq!(site.requests().last().unwrap(), "PUT https://example.org/h/anna/work/sea0a.ics");
}

#[test]
fn a_calendar_that_is_named_by_its_old_address_is_written_at_its_new_one() {
    let site = service();
    let new = "https://example.org/new/work/";
    place(&site, new);
    name(&site, new);
    send_on(&site, 301, new);
    let account = site.account(&format!("{ROOT}/dav/"), &[]);
    let reading = block_on_paused(account.read(OLD, &Known::nothing())).unwrap();
    assert_eq!(reading.warnings, [""; 0]);
    site.requests();
    for _ in 0..2 {
        block_on_paused(account.create(OLD, "sea0a.ics", b"x")).unwrap();
    }
    assert_eq!(site.requests(), ["PUT https://example.org/new/work/sea0a.ics"; 2], "it is looked up once");
}

#[test]
fn two_calendars_that_are_listed_where_they_no_longer_are_are_not_looked_for_at_each_poll() {
    let site = Site::default()
        .with("PROPFIND 0 https://example.org/dav/", 207, entry("/p/anna/"))
        .with("PROPFIND 0 https://example.org/p/anna/", 207, person(&["/h/anna/"]))
        .with(
            "PROPFIND 1 https://example.org/h/anna/",
            207,
            list(&format!("{}{}", calendar("/h/anna/one/", "One", TAG), calendar("/h/anna/two/", "Two", TAG))),
        );
    for (path, title) in [("one", "One"), ("two", "Two")] {
        let itself = multistatus(&calendar(&format!("/new/{path}/"), title, TAG));
        for depth in [0, 1] {
            site.put(&format!("PROPFIND {depth} https://example.org/new/{path}/"), 207, itself.clone());
            let old = format!("PROPFIND {depth} https://example.org/h/anna/{path}/");
            site.send_on(&old, 301, &format!("/new/{path}/"));
        }
    }
    let poll = |memo: Option<&str>| {
        let account = site.account(&format!("{ROOT}/dav/"), &[]);
        if let Some(memo) = memo {
            account.recall(memo);
        }
        for calendar in ["One", "Two"] {
            let known = Known { thorough: false, ..Known::nothing() };
            block_on_paused(account.read(calendar, &known)).unwrap();
        }
        account.memo().unwrap()
    };
    let memo = poll(None);
    site.requests();
    poll(Some(&memo));
    assert_eq!(searches(&site.requests()), 0);
}
