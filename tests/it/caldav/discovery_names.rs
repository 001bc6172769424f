//! Which calendar a config means, and what is kept from run to run.

use seawall::provider::ErrorKind;

use super::discovery::{calendar, list, service};
use super::multistatus;
use super::site::Site;
use crate::support::block_on_paused;

const DAV: &str = "https://example.org/dav/";

/// The calendar that a name means on that site; its address, or the message.
fn meant(site: &Site, name: &str) -> Result<String, String> {
    let calendar = block_on_paused(site.account(DAV, &[]).calendar(name));
    calendar.map(|calendar| calendar.url.to_string()).map_err(|error| {
        assert_eq!(error.kind, ErrorKind::NotFound, "{error}");
        error.message
    })
}

fn twins() -> Site {
    let inner = [
        calendar("/h/anna/a%40b/", "Work", ""),
        calendar("/h/anna/2/", "Work", ""),
        calendar("/h/anna/3/", " Private ", ""),
        calendar("/h/anna/4/", "Tom &amp; Jerry", ""),
        calendar("/h/anna/5/", "Ann &amp;amp; Bob", ""),
        calendar("/h/anna/6/", "", ""),
    ];
    let site = service();
    site.put("PROPFIND 1 https://example.org/h/anna/", 207, list(&inner.concat()));
    site
}

#[test]
fn a_calendar_is_named_by_its_name_or_its_address() {
    let site = twins();
    for (name, segment) in [
        ("Private", "3"),
        ("Tom & Jerry", "4"),
        ("Ann & Bob", "5"),
        ("https://example.org/h/anna/a@b/", "a%40b"),
        ("https://EXAMPLE.org:443/h/anna/a%40b", "a%40b"),
        ("/h/anna/a@b", "a%40b"),
        ("/h/anna/6/", "6"),
    ] {
        assert_eq!(meant(&site, name), Ok(format!("https://example.org/h/anna/{segment}/")), "{name}");
    }
}

#[test]
fn an_ambiguous_name_is_an_error_that_lists_the_candidates() {
    let message = meant(&twins(), "Work").unwrap_err();
    assert!(message.starts_with("2 calendars are called Work"), "{message}");
    assert!(message.contains("https://example.org/h/anna/a%40b/") && message.contains("https://example.org/h/anna/2/"));
    assert!(!message.contains("/3/"), "only those: {message}");
}

#[test]
fn an_unknown_name_is_an_error_that_tells_no_other_name_for_it_is_logged() {
    for name in ["work", "a%40b", "", "Nothing"] {
        let message = meant(&twins(), name).unwrap_err();
        assert!(message.contains("`seawall check` names those that are there (6)"), "{message}");
        assert!(!message.contains("Private") && !message.contains("Jerry"), "{message}");
    }
}

#[test]
fn a_calendar_outside_the_homes_is_looked_at_before_it_is_taken() {
    let site = twins();
    site.put("PROPFIND 0 https://example.org/h/bob/team/", 207, multistatus(&calendar("/h/bob/team/", "Team", "")));
    site.put("PROPFIND 0 https://example.org/h/bob/files/", 207, list(""));
    for name in ["/h/bob/team/", "/h/bob/team", "https://example.org/h/bob/team"] {
        assert_eq!(meant(&site, name), Ok("https://example.org/h/bob/team/".to_owned()), "{name}");
    }
    assert!(meant(&site, "https://example.org/h/bob/files/").is_err(), "no calendar");
    assert!(meant(&site, "https://example.org/h/anna/typo/").is_err());
    // Once taken it is known.
    let account = site.account(DAV, &[]);
    block_on_paused(account.calendar("/h/bob/team/")).unwrap();
    site.requests();
    block_on_paused(account.calendar("https://example.org/h/bob/team/")).unwrap();
    assert_eq!(site.requests(), [""; 0]);
}

#[test]
fn what_was_found_is_kept_for_the_next_run() {
    let site = service();
    let first = site.account(DAV, &[]);
    assert_eq!(first.memo(), None);
    let work = block_on_paused(first.calendar("Work")).unwrap();
    let memo = first.memo().unwrap();
    assert!(!memo.contains("sesame"), "no password in it");
    site.requests();

    let second = site.account(DAV, &[]);
    second.recall(&memo);
    assert_eq!(block_on_paused(second.calendar("Work")).unwrap(), work);
    assert_eq!(block_on_paused(second.found()).unwrap().addresses, ["anna@example.org"]);
    assert_eq!(site.requests(), [""; 0], "nothing was asked");
    assert_eq!(second.memo(), Some(memo));
}

#[test]
fn a_memo_of_another_account_or_form_is_ignored() {
    let site = service();
    let account = site.account(DAV, &[]);
    block_on_paused(account.found()).unwrap();
    let memo = account.memo().unwrap();
    for other in [
        memo.replacen("\"user\":\"anna\"", "\"user\":\"bob\"", 1),
        memo.replacen("\"user\":\"anna\"", "\"user\":null", 1),
        memo.replacen("https://example.org/dav/", "https://example.org/other/", 1),
        memo.replacen("\"version\":1", "\"version\":0", 1),
        "{}".to_owned(),
        String::new(),
    ] {
        assert_ne!(other, memo);
        let account = site.account(DAV, &[]);
        account.recall(&other);
        assert_eq!(account.memo(), None, "{other}");
    }
}

#[test]
fn what_is_forgotten_is_found_anew() {
    let site = service();
    let account = site.account(DAV, &[]);
    block_on_paused(account.calendar("Work")).unwrap();
    site.put("PROPFIND 1 https://example.org/h/anna/", 207, list(&calendar("/h/anna/moved/", "Work", "")));
    let work = block_on_paused(account.calendar("Work")).unwrap();
    assert_eq!(work.url.as_str(), "https://example.org/h/anna/work/", "kept while nobody complains");
    account.forget();
    let work = block_on_paused(account.calendar("Work")).unwrap();
    assert_eq!(work.url.as_str(), "https://example.org/h/anna/moved/");
}

#[test]
fn a_name_that_an_old_memo_does_not_know_is_looked_for_once_more() {
    let site = service();
    let account = site.account(DAV, &[]);
    block_on_paused(account.found()).unwrap();
    let memo = account.memo().unwrap();
    site.put("PROPFIND 1 https://example.org/h/anna/", 207, list(&calendar("/h/anna/new/", "New", "")));
    assert!(block_on_paused(account.calendar("New")).is_err(), "found in this run: it is believed");

    let account = site.account(DAV, &[]);
    account.recall(&memo);
    let new = block_on_paused(account.calendar("New")).unwrap();
    assert_eq!(new.url.as_str(), "https://example.org/h/anna/new/");
    site.requests();
    assert!(block_on_paused(account.calendar("Nothing")).is_err());
    assert_eq!(site.requests(), [""; 0], "and not again");
}

#[test]
fn a_list_of_calendars_is_always_a_new_one() {
    let site = service();
    let account = site.account(DAV, &[]);
    assert_eq!(block_on_paused(account.calendars()).unwrap().len(), 2);
    site.put("PROPFIND 1 https://example.org/h/anna/", 207, list(&calendar("/h/anna/new/", "New", "")));
    assert_eq!(block_on_paused(account.calendars()).unwrap().len(), 1);
}
