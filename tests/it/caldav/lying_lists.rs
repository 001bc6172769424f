//! Lists that are well-formed and not the truth: objects named at another place, refused in passing, or left out though
//! they are there. None of it makes a calendar empty, and no request leaves its host.
//!
//! | trap | test |
//! |---|---|
//! | another scheme, port or host before the same path | `objects_under_another_host_and_the_same_path_are_the_same_objects` |
//! | another path | `a_list_of_objects_at_another_path_is_incomplete` |
//! | a passing error for one object in a list or a multiget | `what_nobody_ever_read_and_a_list_refuses_is_asked_for` |
//! | an object left out for once | `what_a_full_list_leaves_out_is_gone_only_by_its_own_word` |
//! | many left out | `where_a_list_leaves_out_many_some_of_them_speak_for_the_rest` |

use http::Request;

use super::multistatus;
use super::stage::{
    CALENDAR, absent, answer, changes, got, itself, known, list, named, read, texts, with_tag, with_token,
};
use crate::support::script::{Act, status};

const TWO: &[(&str, &str, &str)] = &[("a.ics", "\"1\"", "A"), ("b.ics", "\"1\"", "B")];

/// A list, or a part of one, that names these at the place that `before` spells.
fn named_at(before: &str, names: &[&str]) -> String {
    let one = |name: &&str| super::given(&format!("{before}{name}"), "<d:getetag>\"1\"</d:getetag><d:resourcetype/>");
    names.iter().map(one).collect()
}

fn list_at(before: &str, names: &[&str]) -> Act {
    answer(&multistatus(&format!("{}{}", itself(), named_at(before, names))))
}

fn stays_at_home(seen: &[Request<Vec<u8>>]) {
    assert!(seen.iter().all(|request| request.uri().to_string().starts_with(CALENDAR)), "{seen:?}");
}

#[test]
fn objects_under_another_host_and_the_same_path_are_the_same_objects() {
    for before in ["https://127.0.0.1", "http://127.0.0.1:5232", "https://inner.test", "http://inner.test:8080"] {
        let place = format!("{before}/dav/work/");
        let given: String =
            TWO.iter().map(|one| super::stage::text(*one)).collect::<String>().replace("/dav/work/", &place);
        let first = read(
            [with_token("s1"), list_at(&place, &["a.ics", "b.ics"]), answer(&multistatus(&given))],
            &known(&[], None),
        );
        assert_eq!(first.objects(), ["a.ics A", "b.ics B"], "{before}");
        assert_eq!((first.reading.incomplete, first.reading.unreadable), (None, vec![]));
        stays_at_home(&first.seen);
        let next = read(
            [changes(&named_at(&place, &["c.ics"]), "s2"), texts(&[("c.ics", "\"1\"", "C")])],
            &known(TWO, Some("sync s1")),
        );
        assert_eq!(next.objects(), ["a.ics A", "b.ics B", "c.ics C"], "{before}");
        stays_at_home(&next.seen);
    }
}

#[test]
fn a_list_of_objects_at_another_path_is_incomplete() {
    for before in ["/inner/dav/work/", "/dav/other/", "https://inner.test/work/"] {
        for before_known in [&[], TWO] {
            let got = read([with_tag("t2"), list_at(before, &["a.ics", "b.ics"])], &known(before_known, None));
            let why = got.reading.incomplete.as_deref().unwrap_or_default();
            assert!(why.contains("lists objects at another place"), "{before}: {why:?}");
            assert_eq!(got.reading.objects.len(), before_known.len(), "what was known counts as it was");
            assert_eq!(got.cursor(), None);
            stays_at_home(&got.seen);
        }
    }
    // Nor is it one with some of them in their place.
    let some = format!("{}{}{}", itself(), named_at("/dav/work/", &["a.ics"]), named_at("/inner/", &["b.ics"]));
    let got = read([with_tag("t2"), answer(&multistatus(&some))], &known(&TWO[..1], None));
    assert!(got.reading.incomplete.is_some());
    // What lies deeper in the calendar is none of its objects, and no reason for doubt.
    let got = read([with_tag("t2"), list(&[("a.ics", "\"1\""), ("deep/c.ics", "\"1\"")])], &known(&TWO[..1], None));
    assert_eq!((got.objects(), got.reading.incomplete), (vec!["a.ics A".to_owned()], None));
}

const ICS: &[(&str, &str)] = &[("etag", "\"1\""), ("content-type", "text/calendar")];

#[test]
fn what_nobody_ever_read_and_a_list_refuses_is_asked_for() {
    let refusals = ["500 Internal Server Error", "503 Service Unavailable", "423 Locked", "429 Too Many Requests"];
    for refusal in refusals {
        let refused = absent("new.ics", refusal);
        let a = named(&[("a.ics", "\"1\"")]);
        let ways: [(&str, Vec<Act>, Option<&str>); 3] = [
            ("a list", vec![with_tag("t2"), answer(&multistatus(&format!("{}{refused}{a}", itself())))], None),
            ("changes", vec![changes(&refused, "s2")], Some("sync s1")),
            (
                "a multiget",
                vec![with_tag("t2"), list(&[("a.ics", "\"1\""), ("new.ics", "\"1\"")]), answer(&multistatus(&refused))],
                None,
            ),
        ];
        for (way, acts, cursor) in ways {
            let read_then = |then: Vec<Act>| read(acts.clone().into_iter().chain(then), &known(&TWO[..1], cursor));
            for fails in [vec![status(500), status(500)], vec![status(423)]] {
                let got = read_then(fails);
                assert!(got.reading.incomplete.is_some(), "{refusal} in {way}: it may be a meeting");
                assert_eq!((got.objects(), got.cursor()), (vec!["a.ics A".to_owned()], None));
            }
            let given = read_then(vec![got(ICS, "New")]);
            assert_eq!(given.objects(), ["a.ics A", "new.ics New"], "{refusal} in {way}");
            assert_eq!(given.reading.incomplete, None);
        }
    }
}

#[test]
fn a_server_that_refuses_everything_in_a_list_is_not_asked_for_each() {
    let refused: String = (0..300).map(|at| absent(&format!("{at}.ics"), "500 Internal Server Error")).collect();
    let fails = (0..16).map(|_| status(500));
    let acts = [with_tag("t2"), answer(&multistatus(&format!("{}{refused}", itself())))].into_iter().chain(fails);
    let got = read(acts, &known(&[], None));
    assert!(got.reading.incomplete.unwrap().contains("300 objects"));
}

#[test]
fn what_a_full_list_leaves_out_is_gone_only_by_its_own_word() {
    let lacks_b = || [with_tag("t2"), list(&[("a.ics", "\"1\"")])];
    let read_then = |then: Vec<Act>| read(lacks_b().into_iter().chain(then), &known(TWO, Some("ctag t1")));
    let alive = read_then(vec![got(ICS, "B")]);
    assert_eq!(alive.asked, ["PROPFIND . 0", "PROPFIND . 1", "GET b.ics"]);
    assert_eq!(alive.objects(), ["a.ics A", "b.ics B"], "a colleague's meeting, say");
    assert_eq!((&alive.reading.incomplete, alive.cursor()), (&None, None), "the next poll lists anew");
    for word in [404, 410] {
        let gone = read_then(vec![status(word)]);
        assert_eq!(gone.objects(), ["a.ics A"]);
        assert_eq!((gone.reading.unreadable.len(), gone.cursor().unwrap().as_str()), (0, "ctag t2"));
    }
    for unclear in [vec![status(500), status(500)], vec![status(403)]] {
        let unclear = read_then(unclear);
        assert_eq!((unclear.reading.unreadable.len(), &unclear.reading.incomplete), (1, &None));
        assert_eq!(unclear.reading.unreadable[0].0, "b.ics", "it counts as it was");
    }
}

#[test]
fn where_a_list_leaves_out_many_some_of_them_speak_for_the_rest() {
    let names: Vec<String> = (0..60).map(|at| format!("{at:02}.ics")).collect();
    let all: Vec<(&str, &str, &str)> = names.iter().map(|name| (name.as_str(), "\"1\"", "X")).collect();
    let few = || list(&names[21..].iter().map(|name| (name.as_str(), "\"1\"")).collect::<Vec<_>>());
    let read_then = |second: Act, then: Vec<Act>| {
        read([with_tag("t2"), few(), second].into_iter().chain(then), &known(&all, Some("ctag t1")))
    };
    let gone = |count: usize| (0..count).map(|_| status(404)).collect::<Vec<_>>();
    let confirmed = read_then(few(), gone(20));
    assert_eq!((confirmed.reading.objects.len(), &confirmed.reading.incomplete), (39, &None));
    let mut one_lives = gone(19);
    one_lives.insert(7, got(ICS, "X"));
    for doubtful in [
        read_then(few(), one_lives),
        read_then(list(&all.iter().map(|(name, etag, _)| (*name, *etag)).collect::<Vec<_>>()), vec![]),
    ] {
        assert!(doubtful.reading.incomplete.is_some());
        assert_eq!((doubtful.reading.objects.len(), doubtful.cursor()), (60, None), "all counts as it was");
    }
}
