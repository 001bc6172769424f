//! Where an account lets itself be sent, and that nobody else learns its password.

use seawall::provider::ErrorKind;
use seawall::provider::transport::Credentials;

use super::{ADDRESS, account, asked, basic, header, propfind, request};
use crate::support::block_on_paused;
use crate::support::script::{Act, Script, headed, status};

fn to(place: &'static [(&'static str, &'static str)]) -> Act {
    headed(302, place)
}

#[test]
fn a_question_goes_on_as_it_is() {
    for code in [301, 302, 307, 308] {
        let script = Script::new([
            headed(code, &[("location", "/other/#part")]),
            headed(code, &[("location", "https://dav.example.net/x/")]),
            headed(code, &[("location", "https://a.dav.example.org:8443/#part")]),
            status(207),
        ]);
        let answer = block_on_paused(account(&script, basic()).ask(propfind())).unwrap();
        assert_eq!(answer.url.as_str(), "https://a.dav.example.org:8443/");
        let seen = script.seen();
        assert_eq!(seen[1].uri(), "https://dav.example.org/other/");
        for request in &seen {
            assert_eq!((request.method().as_str(), request.body()), ("PROPFIND", propfind().body()), "{code}");
            assert_eq!(header(request, "depth"), "1");
            assert_eq!(header(request, "authorization"), header(&seen[0], "authorization"));
        }
    }
}

#[test]
fn see_other_is_an_answer() {
    let (answer, seen) = asked([headed(303, &[("location", "/")])]);
    assert_eq!((answer.unwrap().status.as_u16(), seen.len()), (303, 1));
}

/// The first answer sends the account to a place where it does not go.
#[track_caller]
fn stays(acts: impl IntoIterator<Item = Act>, why: &str) {
    let (answer, _) = asked(acts);
    let error = answer.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable);
    assert!(error.message.contains(why), "{error}");
}

#[test]
fn nobody_else_gets_the_password() {
    stays([to(&[("location", "https://evil.test/")])], "evil.test");
    stays([to(&[("location", "https://evil.test/")])], "add \"evil.test\" to `hosts`");
    stays([to(&[("location", "//example.org/")])], "`hosts`");
    stays([to(&[("location", "https://other.example.org/")])], "`hosts`");
    stays([to(&[("location", "http://dav.example.org/")])], "listen in");
    stays([to(&[("location", "http://localhost/")])], "listen in");
    stays([to(&[("location", "ftp://dav.example.org/")])], "ftp");
    stays([to(&[("location", "https://anna:pw@dav.example.org/")])], "password stands in the address");
    stays([to(&[("location", "https://dav.example.org@evil.test/")])], "password stands in the address");
    stays([to(&[("location", "https://[")])], "nowhere");
    stays([to(&[])], "nowhere");
    stays([to(&[("location", "/x")]), to(&[("location", "https://evil.test/")])], "`hosts`");
}

#[test]
fn an_account_without_a_password_stays_too() {
    let script = Script::new([to(&[("location", "https://evil.test/")])]);
    block_on_paused(account(&script, Credentials::None).ask(propfind())).unwrap_err();
}

#[test]
fn five_redirects_are_followed_and_no_more() {
    let around = || to(&[("location", "/x")]);
    let (answer, seen) = asked((0..5).map(|_| around()).chain([status(207)]));
    assert_eq!((answer.unwrap().status.as_u16(), seen.len()), (207, 6));
    stays((0..6).map(|_| around()), "more than 5 times");
}

#[test]
fn a_question_to_somebody_else_is_not_even_asked() {
    let script = Script::new([]);
    let account = account(&script, basic());
    for (address, why) in [
        ("https://evil.test/", "`hosts`"),
        ("http://dav.example.org/", "listen in"),
        ("https://anna:pw@dav.example.org/cal/", "in the address"),
        ("/cal/", "full address"),
    ] {
        let error = block_on_paused(account.ask(request("GET", address))).unwrap_err();
        assert!(error.message.contains(why) && !error.message.contains("pw"), "{error}");
    }
}

#[test]
fn what_is_no_question_is_not_asked() {
    let script = Script::new([]);
    for method in ["PUT", "DELETE", "POST", "PATCH", "MKCALENDAR", "PROPPATCH", "MOVE", "LOCK"] {
        let error = block_on_paused(account(&script, basic()).ask(request(method, ADDRESS))).unwrap_err();
        assert!(error.message.contains(method), "{error}");
    }
    let script = Script::new((0..4).map(|_| status(200)));
    for method in ["GET", "PROPFIND", "REPORT", "OPTIONS"] {
        block_on_paused(account(&script, basic()).ask(request(method, ADDRESS))).unwrap();
    }
}
