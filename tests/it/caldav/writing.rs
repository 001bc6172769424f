//! Writing to a server that plays a script: what goes over the wire, and what each answer is taken for.
//!
//! | trap (protocol: create, update, delete; etags; HTTP) | test |
//! |---|---|
//! | a write without a precondition | `every_write_says_what_must_be_so` |
//! | PUT or DELETE on the calendar itself (Radicale) | `nothing_is_sent_but_to_one_object_of_the_calendar` |
//! | chunked bodies | `every_write_says_what_must_be_so` |
//! | 201, 200, 204 | `success_has_three_names` |
//! | success of a kind: 207 with the error inside, 202 | `success_with_an_error_inside_is_none` |
//! | UID conflicts: 403, 409, 412, 400, with a reason or in words | `a_uid_that_is_taken_is_told_in_any_status` |
//! | 412 of another reason, 403 of throttling, 507, 423, 429, 5xx | `a_refusal_is_taken_for_what_its_reason_says` |
//! | 412 for what is gone | `what_is_gone_is_told_from_what_has_changed` |
//! | an etag that the server does not know again | `a_server_that_refuses_its_own_etag_is_told_of` |
//! | weak etags, no etags | `a_write_that_no_etag_can_bind_is_not_sent` |
//! | an etag without quotes | `an_etag_without_quotes_is_sent_with_them` |
//! | a strong etag only in XML | `an_etag_is_looked_for_where_a_get_has_none` |
//! | another name in `Location` (DavMail) | `an_object_that_is_stored_elsewhere_does_not_count_as_made` |
//! | redirects (Zimbra) | `a_write_follows_no_redirect` |
//! | time-outs | `an_answer_that_never_came_leaves_open_what_was_done` |
//! | a login page in place of an object | `an_object_is_only_what_is_one` |

use http::Request;
use seawall::provider::transport::TransportError;
use seawall::provider::{ErrorKind, Etag, Object, Provider as _, ProviderError};

use super::stage::{Account, CALENDAR, absent, account, answer, event, got, refusal, shown, texts};
use super::{given, multistatus};
use crate::support::block_on_paused;
use crate::support::script::{Act, Script, headed, status};

const KEPT: &[(&str, &str)] = &[("etag", "\"1\""), ("content-type", "text/calendar; charset=utf-8")];

/// What one call comes to, and what was sent for it.
struct Done<T> {
    result: Result<T, ProviderError>,
    asked: Vec<String>,
    seen: Vec<Request<Vec<u8>>>,
}

impl<T: std::fmt::Debug> Done<T> {
    #[track_caller]
    fn fails(&self, kind: ErrorKind, words: &str) {
        let error = self.result.as_ref().expect_err("it fails");
        assert_eq!(error.kind, kind, "{error}");
        assert!(error.message.contains(words), "{error}");
    }
}

#[track_caller]
fn run<T>(
    acts: impl IntoIterator<Item = Act>,
    call: impl AsyncFnOnce(&Account<'_>) -> Result<T, ProviderError>,
) -> Done<T> {
    let script = Script::new(acts);
    let result = block_on_paused(call(&account(&script)));
    let seen = script.seen();
    assert_eq!(script.left(), 0, "the server was not asked for all: {:?}", script.requests());
    Done { result, asked: seen.iter().map(shown).collect(), seen }
}

#[track_caller]
fn create<A: IntoIterator<Item = Act>>(acts: A) -> Done<()> {
    run(acts, async |account| account.create("work", "sea0a.ics", event("A").as_bytes()).await)
}

#[track_caller]
fn update<A: IntoIterator<Item = Act>>(acts: A) -> Done<()> {
    run(acts, async |account| {
        account.update("work", "sea0a.ics", &Etag("\"1\"".to_owned()), event("A").as_bytes()).await
    })
}

#[track_caller]
fn delete<A: IntoIterator<Item = Act>>(acts: A) -> Done<()> {
    run(acts, async |account| account.delete("work", "sea0a.ics", &Etag("\"1\"".to_owned())).await)
}

#[track_caller]
fn get(acts: impl IntoIterator<Item = Act>) -> Done<Option<Object>> {
    run(acts, async |account| account.get("work", "sea0a.ics").await)
}

#[test]
fn every_write_says_what_must_be_so() {
    let shown = |done: &Done<()>| {
        let request = &done.seen[0];
        let head = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(head("transfer-encoding"), None);
        (
            format!("{} {}", request.method(), request.uri()),
            head("if-none-match").map(|value| format!("none {value}")).or(head("if-match")),
            head("content-type").or(head("schedule-reply")).unwrap(),
            String::from_utf8(request.body().clone()).unwrap(),
        )
    };
    let url = |method: &str| format!("{method} {CALENDAR}sea0a.ics");
    let text = "text/calendar; charset=utf-8".to_owned();
    let created = create([status(201)]);
    assert_eq!(shown(&created), (url("PUT"), Some("none *".to_owned()), text.clone(), event("A")));
    let updated = update([status(204)]);
    assert_eq!(shown(&updated), (url("PUT"), Some("\"1\"".to_owned()), text, event("A")));
    let deleted = delete([status(204)]);
    assert_eq!(shown(&deleted), (url("DELETE"), Some("\"1\"".to_owned()), "F".to_owned(), String::new()));
    for done in [created, updated, deleted] {
        assert_eq!(done.seen.len(), 1, "one request a write");
        assert!(done.result.is_ok());
    }
}

#[test]
fn nothing_is_sent_but_to_one_object_of_the_calendar() {
    let etag = Etag("\"1\"".to_owned());
    for name in ["", ".", "..", "../other/x.ics", "a/b.ics", "%2e%2e", "..%2fx.ics", "a%2Fb.ics", "/", "%00.ics"] {
        let created = run([], async |account| account.create("work", name, b"x").await);
        created.fails(ErrorKind::Unavailable, "nothing is sent there");
        let updated = run([], async |account| account.update("work", name, &etag, b"x").await);
        updated.fails(ErrorKind::Unavailable, "nothing is sent there");
        let deleted = run([], async |account| account.delete("work", name, &etag).await);
        deleted.fails(ErrorKind::Unavailable, "nothing is sent there");
    }
    let odd = run([], async |account| account.create("work", "Holiday Plans.ics", b"x").await);
    odd.fails(ErrorKind::Unavailable, "nothing is sent there");
}

#[test]
fn success_has_three_names() {
    for code in [200, 201, 204] {
        for done in [create([status(code)]), update([status(code)]), delete([status(code)])] {
            assert!(done.result.is_ok(), "{code}: {:?}", done.result);
        }
    }
}

#[test]
fn success_with_an_error_inside_is_none() {
    let inside = |status: &str, error: &str| {
        answer(&multistatus(&format!(
            "<d:response><d:href>/dav/work/sea0a.ics</d:href><d:status>HTTP/1.1 {status}</d:status>{error}</d:response>"
        )))
    };
    let conflict = "<d:error><cal:no-uid-conflict/></d:error>";
    create([inside("412 Precondition Failed", conflict)]).fails(ErrorKind::Precondition, "UID is taken");
    update([inside("403 Forbidden", "")]).fails(ErrorKind::ReadOnly, "no such change");
    delete([inside("423 Locked", "")]).fails(ErrorKind::Unavailable, "locked");
    delete([inside("404 Not Found", "")]).fails(ErrorKind::NotFound, "gone");
    let refused = format!(
        "<d:response><d:href>/dav/work/sea0a.ics</d:href><d:propstat><d:prop/><d:status>HTTP/1.1 412 No</d:status>{conflict}\
         </d:propstat></d:response>"
    );
    create([answer(&multistatus(&refused))]).fails(ErrorKind::Precondition, "UID is taken");
    assert!(create([inside("201 Created", "")]).result.is_ok(), "and all well inside is well");
    create([answer(&multistatus(""))]).fails(ErrorKind::Unavailable, "not clear");
    create([Act::Answer(207, &[], b"<html>".to_vec())]).fails(ErrorKind::Unavailable, "not clear");
    for code in [202, 203, 205, 206] {
        create([status(code)]).fails(ErrorKind::Unavailable, "not clear");
    }
}

#[test]
fn a_uid_that_is_taken_is_told_in_any_status() {
    let here = "<cal:no-uid-conflict><d:href>/dav/work/other.ics</d:href></cal:no-uid-conflict>";
    let anywhere = "<cal:unique-scheduling-object-resource><d:href>/dav/home/x.ics</d:href></cal:unique-scheduling-object-resource>";
    for code in [400, 403, 409, 412] {
        create([refusal(code, here)]).fails(ErrorKind::Precondition, "in this calendar by /dav/work/other.ics");
        create([refusal(code, anywhere)]).fails(ErrorKind::Precondition, "of the user by /dav/home/x.ics");
    }
    // Nextcloud and SOGo say it in words.
    let nextcloud = "<s:message>Calendar object with uid already exists in this calendar collection.</s:message>";
    create([refusal(400, nextcloud)]).fails(ErrorKind::Precondition, "UID is taken");
    create([Act::Answer(409, &[("content-type", "text/plain")], b"UID exists".to_vec())])
        .fails(ErrorKind::Precondition, "its name or its UID is taken");
    create([refusal(409, "Event UID already in use.")]).fails(ErrorKind::Precondition, "UID already in use");
    create([status(412)]).fails(ErrorKind::Precondition, "there is one of that name");
}

#[test]
fn a_refusal_is_taken_for_what_its_reason_says() {
    let cases = [
        (status(403), ErrorKind::ReadOnly, "no such change"),
        (refusal(403, "<d:need-privileges/>"), ErrorKind::ReadOnly, "right to do that"),
        (refusal(403, ""), ErrorKind::Unavailable, "too many requests"),
        (refusal(403, "<cal:valid-calendar-data/>"), ErrorKind::Unavailable, "does not take it for an event"),
        (refusal(403, "<cal:supported-calendar-component/>"), ErrorKind::ReadOnly, "takes no events"),
        (refusal(412, "<cal:max-resource-size/>"), ErrorKind::Unavailable, "too large"),
        (refusal(412, "<cal:supported-calendar-data/>"), ErrorKind::Unavailable, "does not take it for an event"),
        (refusal(507, "<d:quota-not-exceeded/>"), ErrorKind::ReadOnly, "no room"),
        (status(507), ErrorKind::ReadOnly, "no room"),
        (status(404), ErrorKind::NotFound, "the calendar is not there"),
        (status(410), ErrorKind::NotFound, "the calendar is not there"),
        (status(400), ErrorKind::Unavailable, "refused"),
        (status(405), ErrorKind::Unavailable, "no changes at this address"),
        (status(413), ErrorKind::Unavailable, "too large"),
        (status(415), ErrorKind::Unavailable, "does not take it for an event"),
        (refusal(423, "<d:lock-token-submitted/>"), ErrorKind::Unavailable, "locked"),
        (status(429), ErrorKind::Unavailable, "left alone"),
        (status(503), ErrorKind::Unavailable, "left alone"),
        (status(500), ErrorKind::Unavailable, "not known"),
        (status(501), ErrorKind::Unavailable, "not known"),
        (status(504), ErrorKind::Unavailable, "not known"),
    ];
    for (act, kind, words) in cases {
        create([act]).fails(kind, words);
    }
    update([status(404)]).fails(ErrorKind::NotFound, "gone");
    delete([status(410)]).fails(ErrorKind::NotFound, "gone");
    update([status(409)]).fails(ErrorKind::Precondition, "conflicts");
}

#[test]
fn what_is_gone_is_told_from_what_has_changed() {
    for call in [update::<Vec<Act>>, delete] {
        let gone = call(vec![status(412), status(404)]);
        gone.fails(ErrorKind::NotFound, "gone");
        assert_eq!(gone.asked[1], "GET sea0a.ics");
        call(vec![status(412), headed_text("\"2\"")]).fails(ErrorKind::Precondition, "no longer at the version");
        // Where the look fails too, the refusal stands.
        call(vec![status(412), status(500), status(500)]).fails(ErrorKind::Precondition, "no longer at the version");
    }
}

#[test]
fn a_server_that_refuses_its_own_etag_is_told_of() {
    update([status(412), headed_text("\"1\"")]).fails(ErrorKind::Unavailable, "does not know the etag");
}

fn headed_text(etag: &'static str) -> Act {
    let headers: &'static [(&str, &str)] = match etag {
        "\"1\"" => KEPT,
        _ => &[("etag", "\"2\""), ("content-type", "text/calendar")],
    };
    got(headers, "A")
}

#[test]
fn a_write_that_no_etag_can_bind_is_not_sent() {
    for (etag, words) in
        [("W/\"1\"", "only a weak etag"), ("w/\"1\"", "only a weak etag"), ("", "no etag"), ("*", "no etag")]
    {
        let etag = Etag(etag.to_owned());
        let updated = run([], async |account| account.update("work", "sea0a.ics", &etag, b"x").await);
        updated.fails(ErrorKind::Unavailable, words);
        let deleted = run([], async |account| account.delete("work", "sea0a.ics", &etag).await);
        deleted.fails(ErrorKind::Unavailable, words);
    }
}

#[test]
fn an_etag_without_quotes_is_sent_with_them() {
    let updated =
        run([status(204)], async |account| account.update("work", "sea0a.ics", &Etag("abc".to_owned()), b"x").await);
    assert_eq!(updated.seen[0].headers()["if-match"], "\"abc\"", "SOGo passes over one without");
}

#[test]
fn an_object_is_had_with_an_etag_of_its_own() {
    let done = get([got(KEPT, "A")]);
    assert_eq!(done.seen[0].headers()["accept-encoding"], "identity", "not that of a packed form");
    let object = done.result.unwrap().unwrap();
    assert_eq!((object.href.as_str(), object.etag.0.as_str()), ("sea0a.ics", "\"1\""));
    assert_eq!(&*object.body, event("A").as_bytes());
    for code in [404, 410] {
        assert_eq!(get([status(code)]).result.unwrap(), None);
    }
}

#[test]
fn an_etag_is_looked_for_where_a_get_has_none() {
    let weak: &[(&str, &str)] = &[("etag", "W/\"1\""), ("content-type", "text/calendar")];
    for headers in [&[][..], weak] {
        let done = get([got(headers, "A"), texts(&[("sea0a.ics", "\"2\"", "B")])]);
        assert_eq!(done.asked, ["GET sea0a.ics", "calendar-multiget ."]);
        let object = done.result.unwrap().unwrap();
        assert_eq!((object.etag.0.as_str(), &*object.body), ("\"2\"", event("B").as_bytes()), "both of one answer");
        let none = get([got(headers, "A"), answer(&multistatus(&absent("sea0a.ics", "404 Not Found")))]);
        let etag = none.result.unwrap().unwrap().etag.0;
        assert_eq!(etag, headers.first().map_or("", |header| header.1));
    }
}

#[test]
fn an_object_is_only_what_is_one() {
    let page: &[(&str, &str)] = &[("etag", "\"1\""), ("content-type", "text/html")];
    get([Act::Answer(200, page, b"<!DOCTYPE html><form>".to_vec())]).fails(ErrorKind::Unavailable, "login page");
    get([Act::Answer(200, KEPT, b"<html>".to_vec())]).fails(ErrorKind::Unavailable, "login page");
    get([Act::Answer(200, KEPT, Vec::new())]).fails(ErrorKind::Unavailable, "something else");
    get([status(403)]).fails(ErrorKind::Unavailable, "403");
    let odd = event("A").replacen("BEGIN:VCALENDAR", "\u{FEFF}begin:vcalendar", 1).into_bytes();
    assert_eq!(&*get([Act::Answer(200, &[("etag", "\"1\"")], odd.clone())]).result.unwrap().unwrap().body, odd);
}

#[test]
fn an_object_that_is_stored_elsewhere_does_not_count_as_made() {
    const OTHER: &[(&str, &str)] = &[("location", "/dav/work/AAMkAG.EML")];
    const SAME: [&[(&str, &str)]; 4] = [
        &[("location", "/dav/work/sea0a.ics")],
        &[("location", "http://127.0.0.1/dav/work/sea0a%2Eics")],
        &[("location", "https://inside.example/dav/work/x.ics")],
        &[("content-location", "/dav/work/sea0a.ics")],
    ];
    create([headed(201, OTHER)]).fails(ErrorKind::Unavailable, "under another name, AAMkAG.EML");
    for headers in SAME {
        assert!(create([headed(201, headers)]).result.is_ok(), "{headers:?}");
    }
}

#[test]
fn a_write_follows_no_redirect() {
    const MOVED: &[(&str, &str)] = &[("location", "/dav/work/other.ics")];
    for code in [301, 302, 303, 307, 308] {
        for done in [create([headed(code, MOVED)]), update([headed(code, MOVED)]), delete([headed(code, MOVED)])] {
            done.fails(ErrorKind::Unavailable, "follow no redirect");
            assert_eq!(done.seen.len(), 1);
        }
    }
}

#[test]
fn an_answer_that_never_came_leaves_open_what_was_done() {
    for error in [TransportError::TimedOut, TransportError::Dropped("reset".to_owned())] {
        for call in [create::<Vec<Act>>, update, delete] {
            let done = call(vec![Act::Fail(error.clone())]);
            done.fails(ErrorKind::Unavailable, "not known");
            assert_eq!(done.seen.len(), 1, "never twice");
        }
    }
}

#[test]
fn a_calendar_that_is_not_there_is_not_written_to() {
    let home = answer(&multistatus(&given("/dav/", "<d:resourcetype><d:collection/></d:resourcetype>")));
    let script = Script::new([home].into_iter().chain((0..20).map(|_| status(404))));
    let result = block_on_paused(account(&script).create("missing", "sea0a.ics", b"x"));
    assert!(result.is_err());
    assert!(script.seen().iter().all(|request| request.method() != "PUT"));
}
