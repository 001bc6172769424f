//! A calendar that is not where or what it was: looked for once more, and never taken for another.

use seawall::provider::{ErrorKind, Provider as _};

use super::stage::{
    CALENDAR, absent, account, answer, changes, known, list, read, shown, try_read, with_name, with_token,
};
use super::{given, multistatus};
use crate::support::block_on_paused;
use crate::support::script::{Script, status};

const TWO: &[(&str, &str, &str)] = &[("a.ics", "\"1\"", "A"), ("b.ics", "\"1\"", "B")];

#[test]
fn a_calendar_that_is_gone_is_looked_for_once_more() {
    for gone in [status(404), status(410), status(421), answer(&multistatus(&absent("", "404 Not Found")))] {
        let script = Script::new([gone].into_iter().chain((0..20).map(|_| status(404))));
        let result = block_on_paused(account(&script).read("work", &known(TWO, None)));
        let asked: Vec<String> = script.seen().iter().map(shown).collect();
        assert!(result.is_err(), "nothing was read");
        assert_eq!(asked[..2], ["PROPFIND . 0", "PROPFIND http://127.0.0.1/dav/ 0"], "discovery begins anew");
    }
    let other = "<d:resourcetype><d:collection/></d:resourcetype>";
    let script = Script::new(
        [answer(&multistatus(&given("/dav/work/", other)))].into_iter().chain((0..20).map(|_| status(404))),
    );
    assert!(block_on_paused(account(&script).read("work", &known(TWO, None))).is_err(), "a folder is no calendar");
}

#[test]
fn a_calendar_that_was_renamed_is_read_no_more_until_the_user_says_which_is_meant() {
    let called = |name: &str| with_name(name, "<cs:getctag>t2</cs:getctag>");
    let (result, ..) = try_read([called("Old")], &known(TWO, Some("ctag t1")));
    let error = result.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable);
    for said in ["called work", "called Old now", CALENDAR] {
        assert!(error.message.contains(said), "{error}");
    }
    // The blanks that a server leaves around a name are none of it, and a name that it does not tell says nothing.
    for name in [" work\n", ""] {
        let all = list(&[("a.ics", "\"1\""), ("b.ics", "\"1\"")]);
        assert_eq!(read([called(name), all], &known(TWO, Some("ctag t1"))).objects(), ["a.ics A", "b.ics B"]);
    }
    // By address it is the same calendar, whatever it is called.
    let script = Script::new([called("Old"), list(&[("a.ics", "\"1\""), ("b.ics", "\"1\"")])]);
    let reading = block_on_paused(account(&script).read(CALENDAR, &known(TWO, Some("ctag t1")))).unwrap();
    assert_eq!(reading.objects.len(), 2);
}

#[test]
fn changes_that_are_told_of_another_path_mean_a_full_list() {
    let elsewhere = |href: &str| {
        let one = given(href, "<d:getetag>\"2\"</d:getetag><d:resourcetype/>");
        changes(&one, "s2")
    };
    for href in ["/old/work/new.ics", "https://example.org/old/new.ics"] {
        let all = list(&[("a.ics", "\"1\""), ("b.ics", "\"1\"")]);
        let got = read([elsewhere(href), with_token("s3"), all], &known(TWO, Some("sync s1")));
        assert_eq!(got.asked, ["sync-collection .", "PROPFIND . 0", "PROPFIND . 1"], "{href}");
        assert_eq!(got.cursor().unwrap(), "sync s3");
    }
    // What lies in a folder of the calendar is of no interest.
    let got = read([elsewhere("/dav/work/folder/new.ics")], &known(TWO, Some("sync s1")));
    assert_eq!(got.cursor().unwrap(), "sync s2");
}

#[test]
fn a_server_without_any_calendar_is_searched_once_for_all_that_are_named() {
    let script = Script::new((0..60).map(|_| status(404)));
    let account = account(&script);
    assert!(block_on_paused(account.read("work", &known(TWO, None))).is_err());
    let asked = script.seen().len();
    for name in ["work", "home", "/dav/team/"] {
        assert!(block_on_paused(account.read(name, &known(TWO, None))).is_err());
    }
    assert_eq!(script.seen().len(), asked, "once was enough");
}
