//! Subscribed calendars: what is asked of the server, what of its answers is believed, and what counts meanwhile.

use seawall::provider::ics::{BODY_BYTES_MAX, Ics, Place};
use seawall::provider::transport::TransportError;
use seawall::provider::{ErrorKind, Etag, Known, Provider as _, Reading};

use crate::support::script::{Act, Script};
use crate::support::{block_on, known};

const ADDRESS: &str = "https://example.org/secret-token/holidays.ics";
const TEXT: &str = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20261225\r\nSUMMARY:Christmas\r\n\
                    END:VEVENT\r\nEND:VCALENDAR\r\n";

fn ok(body: &str) -> Act {
    Act::Answer(200, &[], body.as_bytes().to_vec())
}

fn redirect(to: &'static [(&'static str, &'static str)]) -> Act {
    Act::Answer(302, to, Vec::new())
}

fn at<'a>(address: &str, script: &'a Script) -> Ics<&'a Script> {
    Ics::new("holidays", Place::Address(address.parse().unwrap()), script)
}

/// Reads once from a server that plays these acts; the body, or the reason.
fn outcome(acts: impl IntoIterator<Item = Act>) -> Result<Vec<u8>, String> {
    let script = Script::new(acts);
    let reading = block_on(at(ADDRESS, &script).read("holidays", &Known::nothing()));
    assert!(script.requests().iter().all(|request| !request.contains("authorization") && !request.contains("cookie")));
    reading.map(|reading| reading.objects.into_iter().next().unwrap().body.to_vec()).map_err(|error| {
        assert!(!error.message.contains("secret-token"), "the address is a secret: {}", error.message);
        error.message
    })
}

#[track_caller]
fn fails(acts: impl IntoIterator<Item = Act>, why: &str) {
    let message = outcome(acts).expect_err("it fails");
    assert!(message.contains(why), "{message}");
}

/// Reads a calendar, then again from a server that says `second`: how the second reading differs, and its request.
fn twice(first: &'static [(&'static str, &'static str)], second: Act) -> (Reading, Reading, String) {
    let script = Script::new([Act::Answer(200, first, TEXT.into()), second]);
    let ics = at(ADDRESS, &script);
    let one = block_on(ics.read("holidays", &Known::nothing())).unwrap();
    let two = block_on(ics.read("holidays", &known(&one))).unwrap();
    (one, two, script.requests().remove(1))
}

#[test]
fn the_whole_text_is_one_object() {
    let script = Script::new([ok(TEXT)]);
    let reading = block_on(at(ADDRESS, &script).read("holidays", &Known::nothing())).unwrap();
    assert_eq!(script.requests(), [format!("GET {ADDRESS}")]);
    assert_eq!(reading.objects.len(), 1);
    assert_eq!((reading.objects[0].href.as_str(), &*reading.objects[0].body), ("holidays.ics", TEXT.as_bytes()));
    assert_eq!((reading.warnings, reading.unreadable, reading.incomplete), (vec![], vec![], None));
    assert!(!reading.objects[0].etag.0.contains("secret-token"));
}

#[test]
fn the_next_read_asks_for_news_by_etag_or_else_by_date() {
    let date = "Fri, 20 Nov 2026 09:00:00 GMT";
    let not_modified = || Act::Answer(304, &[], Vec::new());
    let headers: &[(&str, &str)] = &[("etag", "W/\"7\""), ("last-modified", "Fri, 20 Nov 2026 09:00:00 GMT")];
    let (one, two, request) = twice(headers, not_modified());
    assert_eq!(request, format!("GET {ADDRESS} if-none-match: W/\"7\""));
    assert_eq!(one, two, "not modified: the last known content");
    let (one, two, request) = twice(&[("last-modified", "Fri, 20 Nov 2026 09:00:00 GMT")], not_modified());
    assert_eq!(request, format!("GET {ADDRESS} if-modified-since: {date}"));
    assert_eq!(one, two);
    let (one, two, request) = twice(&[], ok(&TEXT.replace("Christmas", "Xmas")));
    assert_eq!(request, format!("GET {ADDRESS}"));
    assert_ne!(one.objects[0].etag, two.objects[0].etag);
    let (one, two, _) = twice(&[], ok(TEXT));
    assert_eq!(one, two, "the same text is the same version");
}

#[test]
fn what_was_read_from_another_address_is_no_last_known_content() {
    let first = Script::new([Act::Answer(200, &[("etag", "\"7\"")], TEXT.into())]);
    let reading = block_on(at(ADDRESS, &first).read("holidays", &Known::nothing())).unwrap();
    let second = Script::new([Act::Answer(503, &[], Vec::new())]);
    let moved = at("https://example.net/other.ics", &second);
    let error = block_on(moved.read("holidays", &known(&reading))).unwrap_err();
    assert!(error.message.contains("503"), "{error}");
    assert_eq!(second.requests(), ["GET https://example.net/other.ics"]);
}

#[test]
fn not_modified_without_anything_known_is_a_fault() {
    fails([Act::Answer(304, &[], Vec::new())], "not modified");
}

#[test]
fn a_failure_leaves_the_last_known_content_and_says_why() {
    let page = b"<html>Log in</html>".to_vec();
    for (act, why) in [
        (Act::Answer(404, &[], Vec::new()), "no calendar at this address"),
        (Act::Answer(410, &[], Vec::new()), "410"),
        (Act::Answer(500, &[], Vec::new()), "500"),
        (Act::Answer(503, &[("retry-after", "60")], Vec::new()), "503"),
        (Act::Answer(401, &[], Vec::new()), "login"),
        (Act::Answer(200, &[], page), "web page"),
        (Act::Fail(TransportError::TimedOut), "in time"),
        (Act::Fail(TransportError::TooLarge(BODY_BYTES_MAX)), "more than"),
    ] {
        let (_, two, _) = twice(&[("etag", "\"7\"")], act);
        let [(href, reason)] = two.unreadable.as_slice() else { panic!("{two:?}") };
        assert!(href == "holidays.ics" && reason.contains(why), "{reason}");
        assert_eq!((two.objects, two.incomplete), (vec![], None), "{why}: no reason to stop writing elsewhere");
    }
}

#[test]
fn never_read_and_gone_is_an_error_of_its_kind() {
    for (status, kind) in [
        (404, ErrorKind::NotFound),
        (410, ErrorKind::NotFound),
        (500, ErrorKind::Unavailable),
        (403, ErrorKind::Unavailable),
    ] {
        let script = Script::new([Act::Answer(status, &[], Vec::new())]);
        let error = block_on(at(ADDRESS, &script).read("holidays", &Known::nothing())).unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
    }
}

#[test]
fn what_is_no_calendar_is_not_an_empty_one() {
    for (body, why) in [
        ("", "is empty"),
        (" \r\n\t", "is empty"),
        ("<!DOCTYPE html><title>Sign in</title>", "web page"),
        ("\u{feff}\n <html>BEGIN:VCALENDAR</html>", "web page"),
        ("{\"error\":\"rate limit\"}", "no BEGIN:VCALENDAR"),
        ("UID:1\r\n", "no BEGIN:VCALENDAR"),
    ] {
        fails([ok(body)], why);
    }
    for body in
        ["begin:vcalendar\nend:vcalendar\n", "\u{feff}BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "\nBEGIN:VCALENDAR\n"]
    {
        assert_eq!(outcome([ok(body)]).as_deref(), Ok(body.as_bytes()));
    }
    let wide: Vec<u8> = [0xFF, 0xFE].into_iter().chain(TEXT.bytes().flat_map(|byte| [byte, 0])).collect();
    assert_eq!(outcome([Act::Answer(200, &[], wide.clone())]), Ok(wide), "UTF-16");
}

#[test]
fn a_text_that_is_cut_off_says_so() {
    let script = Script::new([ok(TEXT.trim_end().trim_end_matches("END:VCALENDAR"))]);
    let reading = block_on(at(ADDRESS, &script).read("holidays", &Known::nothing())).unwrap();
    assert_eq!(reading.warnings, ["holidays.ics has no END:VCALENDAR: it may be cut off"]);
}

#[test]
fn redirects_are_followed_one_by_one() {
    for status in [301, 302, 303, 307, 308] {
        let script = Script::new([
            Act::Answer(status, &[("location", "https://cdn.example.net/a.ics")], Vec::new()),
            redirect(&[("location", "../b.ics?x=1")]),
            ok(TEXT),
        ]);
        block_on(at(ADDRESS, &script).read("holidays", &Known::nothing())).unwrap();
        assert_eq!(
            script.requests()[1..],
            ["GET https://cdn.example.net/a.ics", "GET https://cdn.example.net/b.ics?x=1"]
        );
        let limits = script.limits();
        assert!(limits.iter().all(|one| *one == limits[0]), "one deadline for all of it");
        assert_eq!(limits[0].body_bytes_max, BODY_BYTES_MAX);
    }
}

#[test]
fn redirects_end() {
    let around = || redirect(&[("location", ADDRESS)]);
    fails((0..6).map(|_| around()), "redirects more than 5 times");
    assert!(outcome((0..5).map(|_| around()).chain([ok(TEXT)])).is_ok());
    fails([redirect(&[])], "redirects to nowhere");
    fails([redirect(&[("location", "https://")])], "redirects to nowhere");
    fails([Act::Answer(300, &[("location", ADDRESS)], Vec::new())], "300");
}

#[test]
fn a_redirect_leads_neither_down_to_http_nor_to_credentials() {
    for to in [
        [("location", "http://example.org/a.ics")],
        [("location", "http://localhost/a.ics")],
        [("location", "http://127.0.0.1:8080/a.ics")],
    ] {
        fails([Act::Answer(302, Box::leak(Box::new(to)), Vec::new())], "must be https");
    }
    fails([redirect(&[("location", "file:///etc/passwd")])], "file is spoken");
    fails([redirect(&[("location", "https://user:hunter2@example.org/a.ics")])], "user name or password");
}

#[test]
fn http_is_spoken_with_this_machine_alone() {
    for address in ["http://localhost/a.ics", "http://127.0.0.1:1/a.ics", "http://[::1]/a.ics"] {
        let script = Script::new([ok(TEXT)]);
        assert!(block_on(at(address, &script).read("holidays", &Known::nothing())).is_ok(), "{address}");
    }
    for address in
        ["http://example.org/a.ics", "http://localhost.example.org/", "ftp://example.org/", "https://anna@example.org/"]
    {
        let script = Script::default();
        assert!(block_on(at(address, &script).read("holidays", &Known::nothing())).is_err(), "{address}");
        assert_eq!(script.requests(), [""; 0], "nothing is asked");
    }
}

#[test]
fn nothing_can_be_written() {
    let script = Script::new([ok(TEXT), ok(TEXT), ok(TEXT)]);
    let ics = at(ADDRESS, &script);
    let etag = Etag("x".to_owned());
    let info = block_on(ics.calendars()).unwrap();
    assert_eq!((info.len(), info[0].name.as_str(), info[0].writable), (1, "holidays", false));
    for result in [
        block_on(ics.create("holidays", "a.ics", TEXT.as_bytes())),
        block_on(ics.update("holidays", "holidays.ics", &etag, TEXT.as_bytes())),
        block_on(ics.delete("holidays", "holidays.ics", &etag)),
    ] {
        assert_eq!(result.unwrap_err().kind, ErrorKind::ReadOnly);
    }
    assert_eq!(block_on(ics.get("holidays", "a.ics")).unwrap(), None);
    assert_eq!(&*block_on(ics.get("holidays", "holidays.ics")).unwrap().unwrap().body, TEXT.as_bytes());
    for missing in
        [block_on(ics.read("other", &Known::nothing())).map(drop), block_on(ics.create("other", "a.ics", b""))]
    {
        assert_eq!(missing.unwrap_err().kind, ErrorKind::NotFound);
    }
}

#[test]
fn a_file_is_read_within_the_same_limits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("team rota.ics");
    let script = Script::default();
    let ics = Ics::new("rota", Place::File(path.clone()), &script);
    let read = |known: &Known| block_on(ics.read("rota", known));

    assert_eq!(read(&Known::nothing()).unwrap_err().kind, ErrorKind::NotFound);
    std::fs::write(&path, TEXT).unwrap();
    let one = read(&Known::nothing()).unwrap();
    assert_eq!((one.objects[0].href.as_str(), &*one.objects[0].body), ("team rota.ics", TEXT.as_bytes()));
    assert_eq!(read(&known(&one)).unwrap(), one);
    std::fs::write(&path, TEXT.replace("Christmas", "Xmas")).unwrap();
    assert_ne!(read(&known(&one)).unwrap().objects[0].etag, one.objects[0].etag);

    std::fs::write(&path, vec![b' '; BODY_BYTES_MAX + 1]).unwrap();
    assert!(read(&Known::nothing()).unwrap_err().message.contains("more than"));
    std::fs::remove_file(&path).unwrap();
    assert_eq!(read(&known(&one)).unwrap().unreadable.len(), 1, "its last known content counts");
    std::fs::create_dir(&path).unwrap();
    assert!(read(&Known::nothing()).unwrap_err().message.contains("vdir"));
    std::fs::remove_dir(&path).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    assert!(read(&Known::nothing()).unwrap_err().message.contains("is no file"), "a pipe would wait for ever");
}
