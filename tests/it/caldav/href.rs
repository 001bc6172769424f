//! Names on a server: one resource in all its spellings, and the one place where addresses to write to are made.

use proptest::prelude::*;
use seawall::provider::caldav::href::{Place, new_object, object, place, resolve, same};
use url::Url;

fn url(text: &str) -> Url {
    text.parse().unwrap()
}

fn calendar() -> Url {
    url("https://example.org/dav/anna/w%40rk/")
}

fn key(href: &str) -> Option<String> {
    match place(&calendar(), href) {
        Place::Member { key, .. } => Some(key),
        _ => None,
    }
}

#[test]
fn one_object_has_one_key_in_every_spelling() {
    for (spellings, expected) in [
        (
            &[
                "/dav/anna/w%40rk/a@b.ics",
                "/dav/anna/w@rk/a%40b.ics",
                "https://example.org/dav/anna/w@rk/a%40b.ics",
                "https://EXAMPLE.org:443//dav//anna/w@rk/a@b.ics",
                "//dav/anna/w@rk/a@b.ics",
                "a@b.ics",
                "a%40b.ics",
                " /dav/anna/w%40rk/a@b.ics\n",
                "http://example.org/dav/anna/w@rk/a@b.ics",
                "/dav/./anna/x/../w@rk/a@b.ics",
            ][..],
            "a@b.ics",
        ),
        (
            &[
                "/dav/anna/w@rk/odd%20name%40x%C3%A9.ics",
                "/dav/anna/w@rk/odd name@x%c3%a9.ics",
                "/dav/anna/w@rk/odd name@xé.ics",
            ],
            "odd%20name@x%C3%A9.ics",
        ),
        (&["/dav/anna/w@rk/x:y.ics", "/dav/anna/w@rk/x%3ay.ics", "x:y.ics"], "x:y.ics"),
        (&["/dav/anna/w@rk/what?#1.ics", "/dav/anna/w@rk/what%3F%231.ics"], "what%3F%231.ics"),
        (&["/dav/anna/w@rk/100%.ics", "/dav/anna/w@rk/100%25.ics"], "100%25.ics"),
        (&["/dav/anna/w@rk/a%252e.ics"], "a%252e.ics"),
        (&["/dav/anna/w@rk/%E9.ics", "/dav/anna/w@rk/%e9.ics"], "%E9.ics"),
        (&["/dav/anna/w@rk/a%2Fb.ics"], "a%2Fb.ics"),
    ] {
        for spelling in spellings {
            assert_eq!(key(spelling).as_deref(), Some(expected), "{spelling}");
        }
    }
}

#[test]
fn our_own_names_stay_as_they_are() {
    assert_eq!(key("/dav/anna/w%40rk/sea0k3v9.ics").as_deref(), Some("sea0k3v9.ics"));
}

#[test]
fn requests_carry_the_servers_spelling() {
    for (href, expected) in [
        ("/dav/anna/w@rk/a%40b.ics", "https://example.org/dav/anna/w@rk/a%40b.ics"),
        ("/dav/anna/w%40rk/x%c3%a9.ics", "https://example.org/dav/anna/w%40rk/x%c3%a9.ics"),
        ("//dav/anna/w@rk/a.ics", "https://example.org//dav/anna/w@rk/a.ics"),
        ("/dav/anna/w@rk/odd é.ics", "https://example.org/dav/anna/w@rk/odd%20%C3%A9.ics"),
        ("http://example.org/dav/anna/w@rk/a.ics", "https://example.org/dav/anna/w@rk/a.ics"),
        ("https://anna:secret@example.org/dav/anna/w@rk/a.ics", "https://example.org/dav/anna/w@rk/a.ics"),
    ] {
        let Place::Member { url, .. } = place(&calendar(), href) else { panic!("{href}") };
        assert_eq!(url.as_str(), expected);
    }
}

#[test]
fn what_is_not_right_in_the_calendar_is_elsewhere() {
    for href in ["/dav/anna/w%40rk/", "/dav/anna/w@rk", "https://example.org/dav//anna/w@rk/", ""] {
        assert_eq!(place(&calendar(), href), Place::Itself, "{href:?}");
    }
    for href in [
        "/dav/anna/",
        "/dav/anna/work/a.ics",
        "/dav/anna/w@rk/sub/",
        "/dav/anna/w@rk/sub/a.ics",
        "/dav/anna/w@rk/../a.ics",
        "/dav/anna/w@rk/%2e%2e/a.ics",
        "/a.ics",
        "https://evil.test/dav/anna/w@rk/a.ics",
        "https://example.org:8443/dav/anna/w@rk/a.ics",
        "https://",
    ] {
        assert_eq!(place(&calendar(), href), Place::Elsewhere, "{href}");
    }
}

#[test]
fn an_href_resolves_against_the_address_that_was_asked() {
    for (base, href, expected) in [
        ("https://a.org/dav", "/p/", "https://a.org/p/"),
        ("https://a.org/dav/", "p/", "https://a.org/dav/p/"),
        ("https://a.org/dav?x=1#y", "p/", "https://a.org/p/"),
        ("https://a.org:8443/", "/p/", "https://a.org:8443/p/"),
        ("https://a.org/", "https://p42.b.org:443/1/", "https://p42.b.org/1/"),
        ("https://a.org:8443/", "http://a.org/1/", "https://a.org:8443/1/"),
        ("http://127.0.0.1:80/", "http://127.0.0.1:81/1/", "http://127.0.0.1:81/1/"),
    ] {
        assert_eq!(resolve(&url(base), href).map(String::from).as_deref(), Some(expected), "{href} at {base}");
    }
    assert!(same(&url("https://a.org/x%40y/"), &url("https://a.org:443//x@y")));
    assert!(!same(&url("https://a.org/x/"), &url("https://b.org/x/")));
}

#[test]
fn only_one_object_of_the_calendar_can_be_written_to() {
    for collection in
        ["https://example.org/dav/anna/w%40rk/", "https://example.org/dav/anna/w%40rk", "https://example.org/"]
    {
        let collection = url(collection);
        let folder = collection.as_str().strip_suffix('/').unwrap_or(collection.as_str());
        assert_eq!(object(&collection, "sea0a.ics").unwrap().as_str(), format!("{folder}/sea0a.ics"));
        assert_eq!(object(&collection, "x:y z?#.ics").unwrap().as_str(), format!("{folder}/x:y%20z%3F%23.ics"));
        assert_eq!(object(&collection, "...").unwrap().as_str(), format!("{folder}/..."));
        for key in [
            "",
            ".",
            "..",
            "%2e",
            "%2E%2e",
            ".%2e",
            "/",
            "a/b.ics",
            "a%2Fb.ics",
            "%2f",
            "..\\a",
            "a%5cb",
            "a\nb",
            "%00",
        ] {
            assert!(object(&collection, key).is_err(), "{key:?}");
            assert!(new_object(&collection, key).is_err(), "{key:?}");
        }
    }
}

#[test]
fn a_new_name_is_plain() {
    let most = format!("{}.ics", "a".repeat(60));
    for name in ["sea0k3v9.ics", "a-b_c.d.ics", most.as_str()] {
        assert!(new_object(&calendar(), name).unwrap().as_str().ends_with(&format!("/w%40rk/{name}")));
    }
    let long = format!("{}.ics", "a".repeat(61));
    for name in ["a", ".ics", ".a.ics", "A.ics", "a b.ics", "a%20.ics", "é.ics", "a.ics~", "a.ICS", long.as_str()] {
        assert!(new_object(&calendar(), name).is_err(), "{name}");
    }
}

proptest! {
    #[test]
    fn whatever_the_key_the_address_is_the_calendar_and_one_segment(key in "(\\PC|[/.%\\\\?#]|%2[eEfF]|\\.\\.){0,12}") {
        if let Ok(found) = object(&calendar(), &key) {
            let rest = found.as_str().strip_prefix("https://example.org/dav/anna/w%40rk/").unwrap();
            prop_assert!(!rest.is_empty() && !rest.contains(['/', '?', '#']) && rest != "." && rest != "..");
            // What was written there is found again under one key.
            let Place::Member { key: again, url } = place(&calendar(), found.path()) else { panic!("{found}") };
            prop_assert_eq!(&url, &found);
            prop_assert_eq!(object(&calendar(), &again).unwrap(), found);
        }
    }

    #[test]
    fn different_names_have_different_keys(one in "[a%@ é2-5]{1,4}", other in "[a%@ é2-5]{1,4}") {
        let encoded = |name: &str| percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC).to_string();
        let (first, second) = (key(&encoded(&one)), key(&encoded(&other)));
        prop_assert_eq!(first == second, one == other);
    }
}
