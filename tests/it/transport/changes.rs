//! Changes: each with its precondition, once, to the place it was meant for.

use http::HeaderValue;
use http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH, TRANSFER_ENCODING};
use seawall::provider::ErrorKind;
use seawall::provider::transport::{TransportError, Write};
use url::Url;

use super::{account, basic, header};
use crate::support::block_on_paused;
use crate::support::script::{Act, Script, headed, status};

const TYPE: &str = "text/calendar; charset=utf-8";

fn url() -> Url {
    "https://dav.example.org/cal/a.ics".parse().unwrap()
}

/// Every kind of change.
fn all() -> Vec<Write> {
    vec![
        Write::create(url(), TYPE, b"X".to_vec()),
        Write::replace(url(), "\"7\"", TYPE, b"X".to_vec()),
        Write::remove(url(), "\"7\""),
        Write::insert(url(), "application/json", b"X".to_vec()),
        Write::patch(url(), "\"7\"", "application/json", b"X".to_vec()),
    ]
}

fn wrote(write: Write, act: Act) -> (Result<u16, (ErrorKind, String)>, Script) {
    let script = Script::new([act]);
    let answer = block_on_paused(account(&script, basic()).write(write));
    (answer.map(|answer| answer.status.as_u16()).map_err(|error| (error.kind, error.message)), script)
}

#[test]
fn every_change_says_what_must_be_so() {
    let sent: Vec<String> = all()
        .into_iter()
        .map(|write| {
            let (answer, script) = wrote(write, status(204));
            assert_eq!(answer, Ok(204));
            let request = script.seen().remove(0);
            assert_eq!(header(&request, "accept-encoding"), "identity");
            assert!(header(&request, "authorization").starts_with("Basic "));
            let [if_match, if_none_match, content] =
                ["if-match", "if-none-match", "content-type"].map(|name| header(&request, name).to_owned());
            format!("{} {if_match}|{if_none_match}|{content} {}", request.method(), request.body().len())
        })
        .collect();
    let text = format!("{TYPE} 1");
    assert_eq!(
        sent,
        [
            format!("PUT |*|{text}"),
            format!("PUT \"7\"||{text}"),
            "DELETE \"7\"|| 0".to_owned(),
            "POST ||application/json 1".to_owned(),
            "PATCH \"7\"||application/json 1".to_owned()
        ]
    );
}

#[test]
fn a_further_header_changes_no_precondition() {
    for name in [IF_MATCH, IF_NONE_MATCH, TRANSFER_ENCODING] {
        let any = HeaderValue::from_static("*");
        let (_, script) = wrote(Write::replace(url(), "W/\"7\"", TYPE, Vec::new()).header(name, any), status(204));
        let request = script.seen().remove(0);
        assert_eq!((header(&request, "if-match"), header(&request, "if-none-match")), ("W/\"7\"", ""));
        assert_eq!(header(&request, "transfer-encoding"), "");
    }
    let write = Write::remove(url(), "\"7\"");
    let (_, script) =
        wrote(write.header(HeaderName::from_static("schedule-reply"), HeaderValue::from_static("F")), status(200));
    assert_eq!(header(&script.seen()[0], "schedule-reply"), "F");
}

#[test]
fn what_would_change_more_than_one_version_of_one_object_is_not_sent() {
    let collection: Url = "https://dav.example.org/cal/".parse().unwrap();
    let mut writes: Vec<Write> = ["", " ", "*", "\"a\nb\""].map(|etag| Write::remove(url(), etag)).into();
    writes.push(Write::remove(collection.clone(), "\"7\""));
    writes.push(Write::create(collection, TYPE, Vec::new()));
    writes.push(Write::remove("https://evil.test/a.ics".parse().unwrap(), "\"7\""));
    writes.push(Write::remove("http://dav.example.org/a.ics".parse().unwrap(), "\"7\""));
    let script = Script::new([]);
    for write in writes {
        let error = block_on_paused(account(&script, basic()).write(write)).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unavailable, "{error}");
    }
}

#[test]
fn a_change_follows_no_redirect() {
    for code in [301, 302, 303, 307, 308] {
        for write in all() {
            let (answer, script) = wrote(write, headed(code, &[("location", "/cal/b.ics")]));
            let (kind, message) = answer.unwrap_err();
            assert_eq!((kind, script.seen().len()), (ErrorKind::Unavailable, 1));
            assert!(message.contains("moved") && !message.contains("a.ics"), "{message}");
        }
    }
}

#[test]
fn a_change_is_made_once_and_its_answer_left_to_the_adapter() {
    for code in [200, 201, 204, 207, 304, 400, 403, 404, 409, 412, 423, 429, 500, 502, 503, 504, 507] {
        assert_eq!(wrote(Write::remove(url(), "\"7\""), status(code)).0, Ok(code));
    }
}

#[test]
fn without_an_answer_it_is_not_known_whether_it_happened() {
    for fault in [
        TransportError::TimedOut,
        TransportError::Dropped("reset".to_owned()),
        TransportError::Failed("refused".to_owned()),
        TransportError::TooLarge(1),
    ] {
        let (answer, _) = wrote(Write::create(url(), TYPE, Vec::new()), Act::Fail(fault));
        let (kind, message) = answer.unwrap_err();
        assert_eq!(kind, ErrorKind::Unavailable);
        assert!(message.contains("not known") && message.starts_with("dav.example.org (PUT): "), "{message}");
    }
}
