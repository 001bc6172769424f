//! Objects that the server names and does not give: each poll asks for them again by themselves, and for all only where
//! there are many. They are never taken for deleted, nor forgotten.

use seawall::provider::{ErrorKind, Known, Reading};

use super::multistatus;
use super::stage::{
    absent, answer, changes, got, itself, known, list, named, read, texts, try_read, with_tag, with_token,
};
use crate::support;
use crate::support::script::status;

const TWO: &[(&str, &str, &str)] = &[("a.ics", "\"1\"", "A"), ("b.ics", "\"1\"", "B")];

/// What the server names and does not give, as it would be known by the next reading: in its last known form, if any.
fn next(reading: &Reading, before: &[(&str, &str, &str)]) -> Known {
    let mut next = support::known(reading);
    for (key, object) in known(before, None).objects {
        if reading.unreadable.iter().any(|(hole, _)| *hole == key) {
            next.objects.insert(key, object);
        }
    }
    next
}

#[test]
fn an_object_that_is_kept_back_for_good_costs_each_poll_one_request_more() {
    let refused = |status: &str| answer(&multistatus(&absent("a.ics", status)));
    let firsts = [
        // In the list itself; in the multiget, and alone; in the changes.
        read(
            [
                with_token("s1"),
                answer(&multistatus(&format!(
                    "{}{}{}",
                    itself(),
                    absent("a.ics", "403 Forbidden"),
                    named(&[("b.ics", "\"1\"")])
                ))),
            ],
            &known(TWO, None),
        ),
        read(
            [with_token("s1"), list(&[("a.ics", "\"2\""), ("b.ics", "\"1\"")]), refused("403 Forbidden"), status(403)],
            &known(TWO, None),
        ),
        read(
            [with_token("s1"), list(&[("a.ics", "\"2\""), ("b.ics", "\"1\"")]), refused("404 Not Found"), status(404)],
            &known(TWO, None),
        ),
        read(
            [changes(&named(&[("a.ics", "\"2\"")]), "s1"), refused("403 Forbidden"), status(403)],
            &known(TWO, Some("sync s0")),
        ),
    ];
    for first in firsts {
        assert_eq!(first.cursor().unwrap(), "sync a.ics s1");
        for before in [TWO, &TWO[1..]] {
            let known = next(&first.reading, before);
            let poll = read([changes("", "s1"), status(403)], &known);
            assert_eq!(poll.asked, ["sync-collection .", "GET a.ics"]);
            assert_eq!(
                (poll.objects(), poll.reading.unreadable.len()),
                (vec!["b.ics B".to_owned()], 1),
                "it is not forgotten"
            );
            assert_eq!((poll.cursor().unwrap().as_str(), poll.reading.incomplete), ("sync a.ics s1", None));
        }
    }
}

#[test]
fn an_object_that_was_kept_back_is_read_as_soon_as_it_is_given() {
    let holes = |cursor: &str| known(TWO, Some(cursor));
    let given = || got(&[("etag", "\"2\""), ("content-type", "text/calendar")], "A2");
    for (unchanged, cursor) in [(changes("", "s1"), "sync a.ics s1"), (with_tag("s1"), "ctag a.ics s1")] {
        let poll = read([unchanged, given()], &holes(cursor));
        assert_eq!(poll.objects(), ["a.ics A2", "b.ics B"]);
        assert_eq!((poll.cursor().unwrap(), poll.reading.unreadable.len()), (cursor.replace("a.ics ", ""), 0));
    }
    // The changes tell of it: it is asked for once.
    let changed = read(
        [changes(&named(&[("a.ics", "\"3\"")]), "s2"), texts(&[("a.ics", "\"3\"", "A3")])],
        &holes("sync a.ics s1"),
    );
    assert_eq!(
        (changed.objects(), changed.cursor().unwrap()),
        (vec!["a.ics A3".to_owned(), "b.ics B".to_owned()], "sync s2".to_owned())
    );
    // It is gone, by a list of changes: it is not asked for.
    let gone = read([changes(&absent("a.ics", "404 Not Found"), "s2")], &holes("sync a.ics s1"));
    assert_eq!((gone.objects(), gone.cursor().unwrap()), (vec!["b.ics B".to_owned()], "sync s2".to_owned()));
}

#[test]
fn a_hole_whose_text_may_come_another_time_is_no_complete_reading() {
    // Never read, and the server fails over it: it may be busy time that nobody knows.
    let poll = read([changes("", "s1"), status(500), status(500)], &known(&TWO[1..], Some("sync a.ics s1")));
    assert!(poll.reading.incomplete.is_some());
    assert_eq!(poll.cursor(), None);
    // A login that ends ends the reading.
    let (result, ..) = try_read([changes("", "s1"), status(401)], &known(TWO, Some("sync a.ics s1")));
    assert_eq!(result.unwrap_err().kind, ErrorKind::Login);
}

#[test]
fn no_cursor_outlives_a_reading_with_many_holes() {
    let names: Vec<String> = (0..9).map(|at| format!("{at}.ics")).collect();
    let read_with = |count: usize| {
        let listed: Vec<(&str, &str)> = names.iter().take(count).map(|name| (name.as_str(), "\"2\"")).collect();
        let known_before: Vec<(&str, &str, &str)> = listed.iter().map(|(name, _)| (*name, "\"1\"", "A")).collect();
        let refusals = (0..count).map(|_| status(403));
        let acts = [with_token("s1"), list(&listed), answer(&multistatus(""))].into_iter().chain(refusals);
        read(acts, &known(&known_before, None))
    };
    assert!(read_with(8).cursor().is_some());
    let many = read_with(9);
    assert_eq!((many.reading.unreadable.len(), many.cursor()), (9, None), "the next one lists all");
}
