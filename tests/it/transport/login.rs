//! How an account shows who it is, and what happens where it is not let in.

use std::fmt::Write as _;
use std::time::Duration;

use http::header::{AUTHORIZATION, HeaderValue};
use md5::Digest as _;
use seawall::provider::ErrorKind;
use seawall::provider::transport::{AccountClient, Credentials, Trust, Write};
use tokio::time::sleep;

use super::{ADDRESS, PASSWORD, account, basic, digest, header, propfind, request};
use crate::support::block_on_paused;
use crate::support::script::{Act, Script, headed, status};

/// `anna:correct horse`.
const BASIC: &str = "Basic YW5uYTpjb3JyZWN0IGhvcnNl";
const CHALLENGE: &[(&str, &str)] =
    &[("www-authenticate", "Digest realm=\"dav\", nonce=\"n1\", qop=\"auth\", opaque=\"o\"")];
const NEXT: &[(&str, &str)] = &[("www-authenticate", "Digest realm=\"dav\", nonce=\"n2\", qop=\"auth\", stale=true")];
const REFUSAL: &[(&str, &str)] = &[("www-authenticate", "Basic realm=\"dav\"")];

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

fn md5(text: &str) -> String {
    hex(&md5::Md5::digest(text))
}

fn sha256(text: &str) -> String {
    hex(&sha2::Digest::finalize(sha2::Digest::chain_update(<sha2::Sha256 as sha2::Digest>::new(), text)))
}

/// One value of a Digest answer, without its quotes.
fn part(authorization: &str, name: &str) -> String {
    let parts = authorization.strip_prefix("Digest ").unwrap_or_else(|| panic!("{authorization}")).split(", ");
    let found = parts.into_iter().find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
    found.unwrap_or_else(|| panic!("{name} in {authorization}")).trim_matches('"').to_owned()
}

/// Computes the answer anew by RFC 7616 3.4.1 and compares.
#[track_caller]
fn proves_the_password(authorization: &str, method: &str, uri: &str, nc: &str, hash: fn(&str) -> String) {
    assert_eq!((part(authorization, "uri").as_str(), part(authorization, "nc").as_str()), (uri, nc));
    let a1 = hash(&format!("anna:dav:{PASSWORD}"));
    let a2 = hash(&format!("{method}:{uri}"));
    let (nonce, cnonce) = (part(authorization, "nonce"), part(authorization, "cnonce"));
    assert_eq!(part(authorization, "response"), hash(&format!("{a1}:{nonce}:{nc}:{cnonce}:auth:{a2}")));
}

#[test]
fn a_password_or_token_goes_with_the_first_request() {
    for (credentials, expected) in [
        (basic(), BASIC),
        (Credentials::Bearer("t0ken".into()), "Bearer t0ken"),
        (Credentials::None, ""),
        (digest(), ""),
    ] {
        let script = Script::new([status(207)]);
        block_on_paused(account(&script, credentials).ask(propfind())).unwrap();
        let seen = script.seen();
        assert_eq!(header(&seen[0], "authorization"), expected);
        assert!(seen[0].headers().get(AUTHORIZATION).is_none_or(HeaderValue::is_sensitive));
    }
}

#[test]
fn what_the_caller_sets_counts_only_where_it_proves_itself() {
    let own = || {
        let mut request = propfind();
        request.headers_mut().insert(AUTHORIZATION, HeaderValue::from_static("Bearer own"));
        request
    };
    for (credentials, expected) in [(Credentials::PerRequest, "Bearer own"), (basic(), BASIC), (Credentials::None, "")]
    {
        let script = Script::new([status(207)]);
        block_on_paused(account(&script, credentials).ask(own())).unwrap();
        assert_eq!(header(&script.seen()[0], "authorization"), expected);
        assert!(script.seen()[0].headers().get(AUTHORIZATION).is_none_or(HeaderValue::is_sensitive));
    }
    let script = Script::new([status(401), status(200)]);
    let account = account(&script, Credentials::PerRequest);
    let answers = block_on_paused(async { (account.ask(own()).await, account.ask(own()).await) });
    assert_eq!((answers.0.unwrap().status.as_u16(), answers.1.unwrap().status.as_u16()), (401, 200));
}

#[test]
fn what_cant_be_a_header_is_not_sent() {
    for credentials in [
        Credentials::Basic { user: "an:na".to_owned(), password: PASSWORD.into() },
        Credentials::Bearer("t0ken\n".into()),
    ] {
        let script = Script::new([]);
        let error = block_on_paused(account(&script, credentials).ask(propfind())).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Login);
        assert!(!error.message.contains("t0ken"), "{error}");
    }
}

#[test]
fn a_digest_challenge_is_answered_and_then_answered_ahead() {
    let script = Script::new([headed(401, CHALLENGE), status(207), status(207)]);
    let account = account(&script, digest());
    block_on_paused(async {
        account.ask(propfind()).await.unwrap();
        account.ask(request("REPORT", "https://dav.example.org/cal/?a=1")).await.unwrap();
    });
    let seen = script.seen();
    assert_eq!(header(&seen[0], "authorization"), "");
    let (first, second) = (header(&seen[1], "authorization"), header(&seen[2], "authorization"));
    proves_the_password(first, "PROPFIND", "/cal/", "00000001", md5);
    proves_the_password(second, "REPORT", "/cal/?a=1", "00000002", md5);
    assert_eq!(part(second, "opaque"), "o");
    assert!(seen[1].headers()[AUTHORIZATION].is_sensitive());
    assert_eq!(seen[1].body(), propfind().body(), "the same question");
}

#[test]
fn an_outdated_nonce_is_replaced_once() {
    let script = Script::new([headed(401, CHALLENGE), status(207), headed(401, NEXT), status(207)]);
    let account = account(&script, digest());
    block_on_paused(async { (account.ask(propfind()).await.unwrap(), account.ask(propfind()).await.unwrap()) });
    let last = script.seen().remove(3);
    proves_the_password(header(&last, "authorization"), "PROPFIND", "/cal/", "00000001", md5);
    assert_eq!(part(header(&last, "authorization"), "nonce"), "n2");
}

#[test]
fn a_wrong_password_is_sent_once_whatever_the_server_calls_stale() {
    let script = Script::new([headed(401, CHALLENGE), headed(401, NEXT)]);
    let error = block_on_paused(account(&script, digest()).ask(propfind())).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Login);
    assert_eq!(script.left(), 0);
}

#[test]
fn a_digest_challenge_is_found_among_others() {
    let answerable: [&[(&str, &str)]; 6] = [
        &[(
            "www-authenticate",
            "X-MobileMe-AuthToken realm=\"Newcastle\", Digest realm=\"dav\", nonce=\"n\", qop=\"auth\"",
        )],
        &[
            ("www-authenticate", "x-mobileme-authtoken"),
            ("www-authenticate", "Digest realm=\"dav\", nonce=\"n\", qop=\"auth\""),
        ],
        &[("www-authenticate", "Basic realm=\"dav\", digest realm=dav, nonce=\"n\", qop=\"auth-int,auth\"")],
        &[("www-authenticate", "Digest nonce=\"n\",realm=\"dav\",qop=\"auth\",charset=utf-8,algorithm=md5-sess")],
        &[("www-authenticate", "Negotiate YII==, Digest realm=\"dav\", nonce=\"n\", qop=\"auth\"")],
        &[(
            "www-authenticate",
            "Digest algorithm=unheard-of, realm=\"x\", nonce=\"x\", Digest realm=\"dav\", nonce=\"n\", qop=\"auth\"",
        )],
    ];
    for challenge in answerable {
        let script = Script::new([headed(401, challenge), status(207)]);
        block_on_paused(account(&script, digest()).ask(propfind()))
            .unwrap_or_else(|error| panic!("{challenge:?}: {error}"));
        assert_eq!(part(header(&script.seen()[1], "authorization"), "nonce"), "n");
    }
    let sha: &[(&str, &str)] =
        &[("www-authenticate", "Digest realm=\"dav\", nonce=\"n\", qop=\"auth\", algorithm=SHA-256, charset=UTF-8")];
    let script = Script::new([headed(401, sha), status(207)]);
    block_on_paused(account(&script, digest()).ask(propfind())).unwrap();
    proves_the_password(header(&script.seen()[1], "authorization"), "PROPFIND", "/cal/", "00000001", sha256);
}

#[test]
fn each_host_gets_the_answer_to_its_own_challenge() {
    let script = Script::new([
        headed(401, CHALLENGE),
        headed(302, &[("location", "https://dav.example.net/cal/")]),
        headed(401, NEXT),
        status(207),
        status(207),
    ]);
    let account = account(&script, digest());
    block_on_paused(async { (account.ask(propfind()).await.unwrap(), account.ask(propfind()).await.unwrap()) });
    let seen = script.seen();
    assert_eq!(header(&seen[2], "authorization"), "", "no answer to another's challenge");
    assert_eq!(part(header(&seen[3], "authorization"), "nonce"), "n2");
    assert_eq!(part(header(&seen[4], "authorization"), "nonce"), "n1");
    assert_eq!(part(header(&seen[4], "authorization"), "nc"), "00000002");
}

#[test]
fn a_change_may_be_challenged_once() {
    let script = Script::new([headed(401, CHALLENGE), status(201)]);
    let write = Write::create("https://dav.example.org/cal/a.ics".parse().unwrap(), "text/calendar", b"X".to_vec());
    block_on_paused(account(&script, digest()).write(write)).unwrap();
    let seen = script.seen();
    proves_the_password(header(&seen[1], "authorization"), "PUT", "/cal/a.ics", "00000001", md5);
    assert_eq!((seen[1].body().as_slice(), header(&seen[1], "if-none-match")), (b"X".as_slice(), "*"));
}

/// A refusal with those challenges, and what the user reads.
#[track_caller]
fn refused(credentials: Credentials, challenges: &'static [(&'static str, &'static str)], advice: &str) {
    let script = Script::new([headed(401, challenges)]);
    let error = block_on_paused(account(&script, credentials).ask(propfind())).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Login);
    assert!(error.message.contains("dav.example.org") && error.message.contains(advice), "{error}");
    assert_eq!(script.left(), 0);
}

#[test]
fn a_refusal_says_what_to_do() {
    refused(basic(), REFUSAL, "app password");
    refused(basic(), &[], "app password");
    refused(basic(), &[("www-authenticate", "x-mobileme-authtoken realm=\"x\"")], "app password");
    refused(basic(), CHALLENGE, "auth = \"digest\"");
    refused(digest(), REFUSAL, "does not know auth = \"digest\"");
    refused(Credentials::None, REFUSAL, "wants a login");
    refused(Credentials::Bearer("t".into()), &[], "token");
}

#[test]
fn a_refused_login_is_no_storm() {
    let script = Script::new([headed(401, REFUSAL)]);
    let account = account(&script, basic());
    block_on_paused(async {
        account.ask(propfind()).await.unwrap_err();
        for _ in 0..20 {
            let asked = account.ask(propfind()).await.unwrap_err();
            let wrote = account.write(Write::remove(ADDRESS.parse().unwrap(), "\"1\"")).await.unwrap_err();
            assert_eq!(asked.kind, ErrorKind::Login);
            assert!(asked.message.contains("asked again in 5 min"), "{asked}");
            assert!(matches!(wrote.kind, ErrorKind::Login | ErrorKind::Unavailable));
        }
    });
    assert_eq!(script.seen().len(), 1);
}

/// How many requests go out in that many minutes, with a question each minute.
fn requests_in(minutes: u64, acts: impl IntoIterator<Item = Act>) -> usize {
    let script = Script::new(acts);
    let account = account(&script, basic());
    block_on_paused(async {
        for _ in 0..minutes {
            let _ = account.ask(propfind()).await;
            sleep(Duration::from_mins(1)).await;
        }
    });
    script.seen().len()
}

#[test]
fn the_third_refusal_in_a_row_closes_the_account_for_an_hour() {
    let refusals = |count| (0..count).map(|_| headed(401, REFUSAL));
    assert_eq!(requests_in(5, refusals(1)), 1);
    assert_eq!(requests_in(70, refusals(3)), 3, "at 0, 5 and 10 minutes");
    assert_eq!(requests_in(71, refusals(4)), 4, "and an hour later");
    let between = [headed(401, REFUSAL), headed(401, REFUSAL), status(207), headed(401, REFUSAL), headed(401, REFUSAL)];
    assert_eq!(requests_in(17, between), 5, "a success in between: no row");
}

#[test]
fn one_accounts_refusal_is_not_anothers() {
    let script = Script::new([headed(401, REFUSAL), status(207)]);
    let trust = || Trust::new(&ADDRESS.parse().unwrap(), [""; 0]);
    let (one, two) =
        (AccountClient::new(&script, basic(), trust(), 1), AccountClient::new(&script, basic(), trust(), 1));
    block_on_paused(async {
        one.ask(propfind()).await.unwrap_err();
        two.ask(propfind()).await.unwrap();
    });
}
