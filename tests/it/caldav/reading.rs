//! Reading a calendar from a server that plays a script: how it is asked, and each trap that real servers set (those
//! of texts in `reading_texts`, of calendars that are gone in `gone`).
//!
//! | trap (protocol: change detection, queries, bodies, etags) | test |
//! |---|---|
//! | nothing changed costs one request | `an_unchanged_calendar_costs_one_request` |
//! | what changes between token and list is lost | `the_token_is_older_than_the_list` |
//! | 507 on the calendar itself | `an_answer_that_was_cut_off_goes_on_from_its_token` |
//! | a token that repeats, pages without end | `pages_that_lead_nowhere_mean_a_full_list` |
//! | a limit is refused, or loses the rest | `no_limit_is_ever_sent` |
//! | invalid token: 403, 409, 410, 412, 400, 418, 500, with a reason or without | `a_stale_token_means_a_full_list` |
//! | invalid token: a full list without an error | `a_full_list_in_the_guise_of_changes_is_seen_through` |
//! | created and deleted since the token | `what_came_and_went_is_nothing` |
//! | deleted objects missing from the answer | `what_a_sync_does_not_name_is_still_there` |
//! | the calendar itself in the answer (iCloud) | `the_calendar_itself_is_no_object` |
//! | equal etag, other content (SOGo) | `a_counting_etag_proves_nothing_for_what_is_named` |
//! | texts that lack characters (SOGo, in a sync) | `a_sync_is_asked_for_names_and_never_for_texts` |
//! | the same href twice (Zimbra, DavMail) | `of_two_answers_the_last_counts` |
//! | spellings of hrefs | `hrefs_are_one_name_in_any_spelling_and_go_back_as_they_came` |
//! | multiget: 404 entry, missing entry, empty entry, whole report 404 | `what_a_multiget_keeps_back_is_asked_for_alone` |
//! | multiget too large, server error | `fewer_objects_are_asked_for_at_a_time_where_many_are_too_many` |
//! | as many round trips as objects | `more_objects_are_asked_for_at_a_time_where_they_are_small` |
//! | no multiget at all | `without_multiget_each_object_is_asked_for` |
//! | weak etags in XML | `a_weak_etag_in_a_list_is_compared_without_its_mark` |
//! | time-range misses events: never used but for huge calendars | `only_a_huge_calendar_is_asked_for_a_span` |
//! | a moved calendar | `a_calendar_that_is_gone_is_looked_for_once_more` |
//! | a renamed one, and perhaps another under its name | `a_calendar_that_was_renamed_is_read_no_more_until_the_user_says_which_is_meant` |
//! | changes told of another path | `changes_that_are_told_of_another_path_mean_a_full_list` |
//! | 404 for everything | `a_server_without_any_calendar_is_searched_once_for_all_that_are_named` |

use std::fmt::Write as _;

use seawall::provider::{ErrorKind, Known};

use super::stage::{
    absent, answer, changes, cut, itself, known, list, named, read, refusal, texts, try_read, with_tag, with_token,
};
use super::{given, multistatus};
use crate::support::script::{Act, status};
use crate::support::{self};

const TWO: &[(&str, &str, &str)] = &[("a.ics", "\"1\"", "A"), ("b.ics", "\"1\"", "B")];

#[test]
fn a_first_reading_lists_all_names_and_fetches_all_texts() {
    let got = read([with_token("s1"), list(&[("a.ics", "\"1\""), ("b.ics", "\"1\"")]), texts(TWO)], &known(&[], None));
    assert_eq!(got.asked, ["PROPFIND . 0", "PROPFIND . 1", "calendar-multiget ."]);
    assert_eq!(got.objects(), ["a.ics A", "b.ics B"]);
    assert_eq!(got.cursor().unwrap(), "sync s1");
    assert_eq!((got.reading.resumed, &got.reading.incomplete), (false, &None));
    assert_eq!(got.reading.addresses, ["anna@example.org"]);
    assert_eq!(got.reading.owned, Some(true));
}

#[test]
fn an_unchanged_calendar_costs_one_request() {
    let by_token = read([changes("", "s1")], &known(TWO, Some("sync s1")));
    assert_eq!(by_token.asked, ["sync-collection ."]);
    let by_tag = read([with_tag("t1")], &known(TWO, Some("ctag t1")));
    assert_eq!(by_tag.asked, ["PROPFIND . 0"]);
    for got in [by_token, by_tag] {
        assert_eq!(got.objects(), ["a.ics A", "b.ics B"]);
        assert!(got.reading.resumed);
    }
}

/// What still happens in that second is not told to who asks with it (SOGo).

#[test]
fn a_token_that_counts_seconds_is_kept_only_once_its_second_is_over() {
    let dated = |act: Act| match act {
        Act::Answer(status, _, body) => {
            let headers: &[(&str, &str)] =
                &[("content-type", "application/xml; charset=utf-8"), ("date", "Mon, 16 Nov 2026 06:30:00 GMT")];
            Act::Answer(status, headers, body)
        }
        other @ Act::Fail(_) => other,
    };
    // The same instant.
    let now = 1_794_810_600_i64;
    for (token, kept) in [(now, now - 1), (now - 2, now - 3), (now - 3, now - 3), (now + 2, now + 1), (-1, -1), (7, 7)]
    {
        let (token, kept) = (token.to_string(), format!("sync {kept}"));
        let first = [dated(with_token(&token)), list(&[("a.ics", "\"1\"")]), texts(&TWO[..1])];
        assert_eq!(read(first, &known(&[], None)).cursor().unwrap(), kept);
        let next = read([dated(changes("", &token))], &known(&TWO[..1], Some("sync s1")));
        assert_eq!(next.cursor().unwrap(), kept);
    }
    let other = read([dated(changes("", "http://sabre.io/ns/sync/7"))], &known(TWO, Some("sync s1")));
    assert_eq!(other.cursor().unwrap(), "sync http://sabre.io/ns/sync/7");
}

#[test]
fn a_changed_tag_means_a_list_and_the_texts_of_what_is_new() {
    let got = read(
        [
            with_tag("t2"),
            list(&[("a.ics", "\"1\""), ("c.ics", "\"1\"")]),
            texts(&[("c.ics", "\"1\"", "C")]),
            status(404),
        ],
        &known(TWO, Some("ctag t1")),
    );
    assert_eq!(got.asked, ["PROPFIND . 0", "PROPFIND . 1", "calendar-multiget .", "GET b.ics"]);
    assert_eq!(got.objects(), ["a.ics A", "c.ics C"]);
    assert_eq!((got.cursor().unwrap().as_str(), got.reading.resumed), ("ctag t2", false));
}

#[test]
fn changes_since_a_token_are_fetched_and_removals_removed() {
    let inner = format!("{}{}", named(&[("c.ics", "\"1\"")]), absent("b.ics", "404 Not Found"));
    let got = read([changes(&inner, "s2"), texts(&[("c.ics", "\"1\"", "C")])], &known(TWO, Some("sync s1")));
    assert_eq!(got.asked, ["sync-collection .", "calendar-multiget ."]);
    assert_eq!(got.objects(), ["a.ics A", "c.ics C"]);
    assert_eq!((got.cursor().unwrap().as_str(), got.reading.resumed), ("sync s2", true));
}

#[test]
fn a_thorough_reading_asks_for_all_names_whatever_the_cursor() {
    let known = Known { thorough: true, ..known(TWO, Some("sync s1")) };
    let got = read([with_token("s1"), list(&[("a.ics", "\"1\""), ("b.ics", "\"1\"")])], &known);
    assert_eq!(got.asked, ["PROPFIND . 0", "PROPFIND . 1"]);
    assert!(!got.reading.resumed);
    assert_eq!(got.cursor().unwrap(), "sync s1");
}

#[test]
fn a_cursor_of_another_form_is_none() {
    for cursor in ["s1", "", "sync\n\ns1", "vdir\nx\ny", "vdir\nhttp://127.0.0.1/dav/work/\ns1"] {
        let known = Known { cursor: Some(cursor.to_owned()), ..known(TWO, None) };
        let got = read([with_token("s1"), list(&[("a.ics", "\"1\""), ("b.ics", "\"1\"")])], &known);
        assert_eq!(got.asked, ["PROPFIND . 0", "PROPFIND . 1"], "{cursor:?}");
    }
}

#[test]
fn the_token_is_older_than_the_list() {
    // Something changes between the two requests: it is in the list, and the token tells of it again.
    let got =
        read([with_token("s1"), list(&[("a.ics", "\"2\"")]), texts(&[("a.ics", "\"2\"", "A2")])], &known(&[], None));
    assert_eq!(got.cursor().unwrap(), "sync s1");
    let again = support::known(&got.reading);
    let got = read([changes(&named(&[("a.ics", "\"3\"")]), "s2"), texts(&[("a.ics", "\"3\"", "A3")])], &again);
    assert_eq!(got.objects(), ["a.ics A3"]);
}

#[test]
fn an_answer_that_was_cut_off_goes_on_from_its_token() {
    let got = read(
        [
            changes(&format!("{}{}", named(&[("c.ics", "\"1\"")]), cut()), "s2"),
            changes(&format!("{}{}", absent("a.ics", "404 Not Found"), cut()), "s3"),
            changes(&named(&[("d.ics", "\"1\"")]), "s4"),
            texts(&[("c.ics", "\"1\"", "C"), ("d.ics", "\"1\"", "D")]),
        ],
        &known(TWO, Some("sync s1")),
    );
    let tokens: Vec<bool> = ["s1", "s2", "s3"]
        .iter()
        .zip(&got.seen)
        .map(|(token, request)| String::from_utf8_lossy(request.body()).contains(&format!(">{token}<")))
        .collect();
    assert_eq!(tokens, [true, true, true]);
    assert_eq!(got.objects(), ["b.ics B", "c.ics C", "d.ics D"]);
    assert_eq!(got.cursor().unwrap(), "sync s4");
}

#[test]
fn pages_that_lead_nowhere_mean_a_full_list() {
    let page = |token: &str| changes(&cut(), token);
    let rest = || [with_token("s9"), list(&[("a.ics", "\"1\""), ("b.ics", "\"1\"")])];
    let repeats = read([page("s1")].into_iter().chain(rest()), &known(TWO, Some("sync s1")));
    assert_eq!(repeats.asked, ["sync-collection .", "PROPFIND . 0", "PROPFIND . 1"]);
    let endless = (2..102).map(|at| page(&format!("s{at}")));
    let endless = read(endless.chain(rest()), &known(TWO, Some("sync s1")));
    assert_eq!(endless.asked.len(), 102);
    for got in [repeats, endless] {
        assert_eq!(got.objects(), ["a.ics A", "b.ics B"]);
        assert_eq!(got.cursor().unwrap(), "ctag t", "tokens are of no use there until the next full list");
    }
}

#[test]
fn no_limit_is_ever_sent() {
    let got = read([changes("", "s1")], &known(TWO, Some("sync s1")));
    let body = String::from_utf8_lossy(got.seen[0].body()).into_owned();
    assert!(!body.contains("limit"), "{body}");
    assert_eq!(got.seen[0].headers()["depth"], "1");
}

#[test]
fn a_stale_token_means_a_full_list() {
    let with_reason = || refusal(403, "<d:valid-sync-token/>");
    let cases: Vec<(&str, Vec<Act>, &str)> = vec![
        ("403 with the reason", vec![with_reason()], "sync s9"),
        ("409 with the reason", vec![refusal(409, "<d:valid-sync-token/>")], "sync s9"),
        ("412 with the reason", vec![refusal(412, "<d:valid-sync-token/>")], "sync s9"),
        ("400 with the reason", vec![refusal(400, "<d:valid-sync-token/>")], "sync s9"),
        ("403 without", vec![status(403)], "ctag t"),
        ("410 without", vec![status(410)], "ctag t"),
        ("412 without", vec![status(412)], "ctag t"),
        ("418 without", vec![status(418)], "ctag t"),
        ("500, also when asked again", vec![status(500), status(500)], "ctag t"),
        ("an answer without a token", vec![answer(&multistatus(""))], "ctag t"),
        ("half an answer", vec![Act::Answer(207, &[], b"<d:multistatus xmlns:d=\"DAV:\"><d:resp".to_vec())], "ctag t"),
    ];
    for (case, acts, cursor) in cases {
        let rest = [with_token("s9"), list(&[("b.ics", "\"1\"")]), status(404)];
        let got = read(acts.into_iter().chain(rest), &known(TWO, Some("sync s1")));
        assert_eq!(got.objects(), ["b.ics B"], "{case}");
        assert_eq!(got.cursor().unwrap(), cursor, "{case}");
        assert!(!got.reading.resumed, "{case}");
    }
}

#[test]
fn a_server_that_wants_rest_is_not_asked_for_a_list_instead() {
    let (result, asked, _) = try_read([status(502), status(502), status(502)], &known(TWO, Some("sync s1")));
    assert_eq!(result.unwrap_err().kind, ErrorKind::Unavailable);
    assert_eq!(asked.iter().filter(|one| one.starts_with("sync")).count(), asked.len());
}

#[test]
fn a_full_list_in_the_guise_of_changes_is_seen_through() {
    // The token is no good, and the answer names what is there: `a.ics` was deleted, and nothing says so.
    let guise = named(&[("b.ics", "\"1\""), ("c.ics", "\"1\"")]);
    let got = read(
        [
            changes(&guise, "s9"),
            list(&[("b.ics", "\"1\""), ("c.ics", "\"1\"")]),
            texts(&[("c.ics", "\"1\"", "C")]),
            status(404),
        ],
        &known(TWO, Some("sync s1")),
    );
    assert_eq!(got.asked, ["sync-collection .", "PROPFIND . 1", "calendar-multiget .", "GET a.ics"]);
    assert_eq!(got.objects(), ["b.ics B", "c.ics C"]);
    assert_eq!((got.cursor().unwrap().as_str(), got.reading.resumed), ("sync s9", false));
}

#[test]
fn what_the_caller_has_just_written_is_told_again_and_costs_nothing_more() {
    let wrote = |cursor: &str| Known { own: ["a.ics".to_owned()].into(), ..known(TWO, Some(cursor)) };
    let told = |more: &str| changes(&format!("{}{more}", named(&[("a.ics", "\"1\"")])), "s2");
    let got = read([told("")], &wrote("sync s1"));
    assert_eq!(got.asked, ["sync-collection ."]);
    assert_eq!(
        (got.objects(), got.cursor().unwrap()),
        (vec!["a.ics A".to_owned(), "b.ics B".to_owned()], "sync s2".to_owned())
    );
    assert!(got.reading.resumed);
    // Others' changes are told with it, also of the same object.
    let got = read([told(&absent("b.ics", "404 Not Found"))], &wrote("sync s1"));
    assert_eq!(got.objects(), ["a.ics A"]);
    let got =
        read([changes(&named(&[("a.ics", "\"2\"")]), "s2"), texts(&[("a.ics", "\"2\"", "A2")])], &wrote("sync s1"));
    assert_eq!(got.objects(), ["a.ics A2", "b.ics B"]);
    // A full list in the guise of changes is still seen through.
    let all = list(&[("a.ics", "\"1\"")]);
    let got = read([told(&named(&[("b.ics", "\"1\"")])), all, status(404)], &wrote("sync s1"));
    assert_eq!(got.asked, ["sync-collection .", "PROPFIND . 1", "GET b.ics"]);
    assert_eq!(got.objects(), ["a.ics A"]);
}

#[test]
fn what_came_and_went_is_nothing() {
    let inner = format!("{}{}", absent("x.ics", "404 Not Found"), absent("a.ics", "410 Gone"));
    let got = read([changes(&inner, "s2")], &known(TWO, Some("sync s1")));
    assert_eq!(got.objects(), ["b.ics B"]);
    // The other order, on one page: deleted, then made again.
    let inner = format!("{}{}", absent("a.ics", "404 Not Found"), named(&[("a.ics", "\"2\"")]));
    let got = read([changes(&inner, "s2"), texts(&[("a.ics", "\"2\"", "A2")])], &known(TWO, Some("sync s1")));
    assert_eq!(got.objects(), ["a.ics A2", "b.ics B"]);
}

#[test]
fn what_a_sync_does_not_name_is_still_there() {
    let got = read(
        [changes(&named(&[("a.ics", "\"2\"")]), "s2"), texts(&[("a.ics", "\"2\"", "A2")])],
        &known(TWO, Some("sync s1")),
    );
    assert_eq!(got.objects(), ["a.ics A2", "b.ics B"]);
}

#[test]
fn the_calendar_itself_is_no_object() {
    let inner = given("/dav/work/", "<d:getetag>\"9\"</d:getetag>");
    let got = read([changes(&inner, "s2")], &known(TWO, Some("sync s1")));
    assert_eq!(got.asked.len(), 1);
    let folder = given("/dav/work/sub/", "<d:resourcetype><d:collection/></d:resourcetype>");
    let odd = given("/dav/work/odd", "<d:resourcetype><d:collection/></d:resourcetype><d:getetag>\"1\"</d:getetag>");
    let body = format!("{}{folder}{odd}{}", itself(), named(&[("a.ics", "\"1\"")]));
    let got = read([with_tag("t1"), answer(&multistatus(&body))], &known(&TWO[..1], None));
    assert_eq!(got.objects(), ["a.ics A"]);
    assert_eq!(got.reading.incomplete, None);
}

#[test]
fn a_counting_etag_proves_nothing_for_what_is_named() {
    // Deleted and made again: SOGo counts from 0 once more.
    let old = [("a.ics", "\"gcs00000000\"", "A"), ("b.ics", "\"gcs00000000\"", "B")];
    let names = named(&[("a.ics", "\"gcs00000000\"")]);
    let got =
        read([changes(&names, "s2"), texts(&[("a.ics", "\"gcs00000000\"", "Other")])], &known(&old, Some("sync s1")));
    assert_eq!(got.asked, ["sync-collection .", "calendar-multiget ."]);
    assert_eq!(got.objects(), ["a.ics Other", "b.ics B"]);

    // So a thorough reading asks what changed too; where nobody can tell, equal etags are no reason to fetch nothing.
    let all = [("a.ics", "\"gcs00000000\""), ("b.ics", "\"gcs00000000\"")];
    let thorough = Known { thorough: true, ..known(&old, Some("sync s1")) };
    let got = read([changes(&names, "s2"), list(&all), texts(&[("a.ics", "\"gcs00000000\"", "Other")])], &thorough);
    assert_eq!((got.objects(), got.reading.resumed), (vec!["a.ics Other".to_owned(), "b.ics B".to_owned()], false));
    let again = texts(&[("a.ics", "\"gcs00000000\"", "Other"), ("b.ics", "\"gcs00000000\"", "B")]);
    let got = read([with_tag("t"), list(&all), again], &known(&old, None));
    assert_eq!(got.objects(), ["a.ics Other", "b.ics B"]);
}

#[test]
fn of_two_answers_the_last_counts() {
    let twice = list(&[("a.ics", "\"1\""), ("a.ics", "\"2\"")]);
    let got =
        read([with_tag("t"), twice, texts(&[("a.ics", "\"1\"", "Old"), ("a.ics", "\"2\"", "New")])], &known(&[], None));
    assert_eq!(got.objects(), ["a.ics New"]);
    assert_eq!(got.reading.objects[0].etag.0, "\"2\"");
}

#[test]
fn hrefs_are_one_name_in_any_spelling_and_go_back_as_they_came() {
    let spellings = ["odd%20name@x%C3%A9.ics", "odd name%40xé.ics", "/odd%20name%40x%c3%a9.ics"];
    for spelling in spellings {
        let etag = "<d:getetag>\"1\"</d:getetag>";
        let listed = format!("{}{}", itself(), given(&format!("/dav/work/{spelling}"), etag));
        let got = read(
            [with_tag("t"), answer(&multistatus(&listed)), texts(&[("odd%20name%40x%C3%A9.ics", "\"1\"", "A")])],
            &known(&[], None),
        );
        assert_eq!(got.objects(), ["odd%20name@x%C3%A9.ics A"], "{spelling}");
        let multiget = String::from_utf8_lossy(got.seen[2].body()).into_owned();
        assert!(multiget.contains(&format!("<d:href>/dav/work/{spelling}</d:href>")), "{multiget}");
    }
}

#[test]
fn a_weak_etag_in_a_list_is_compared_without_its_mark() {
    let got = read([with_tag("t2"), list(&[("a.ics", "W/\"1\"")])], &known(&TWO[..1], Some("ctag t1")));
    assert_eq!(got.objects(), ["a.ics A"]);
    let acts = [with_tag("t"), list(&[("a.ics", "W/\"1\"")]), texts(&[("a.ics", "W/\"1\"", "A")])];
    assert_eq!(read(acts, &known(&[], None)).reading.objects[0].etag.0, "\"1\"");
}

#[test]
fn only_a_huge_calendar_is_asked_for_a_span() {
    let window = ("2026-11-23T00:00:00Z".parse().unwrap(), "2026-12-14T00:00:00Z".parse().unwrap());
    let body = |count: usize| {
        (0..count).fold(itself(), |mut body, at| {
            let href = format!("<d:response><d:href>/dav/work/{at}.ics</d:href><d:propstat><d:prop>");
            write!(body, "{href}<d:getetag>\"1\"</d:getetag></d:prop></d:propstat></d:response>").unwrap();
            body
        })
    };
    let huge = multistatus(&body(20_001));
    let near = multistatus(&named(&[("7.ics", "\"1\"")]));
    let known = Known { window, ..known(&[("3.ics", "\"1\"", "Known")], None) };
    let got = read([with_tag("t"), answer(&huge), answer(&near), texts(&[("7.ics", "\"1\"", "Near")])], &known);
    assert_eq!(got.asked, ["PROPFIND . 0", "PROPFIND . 1", "calendar-query .", "calendar-multiget ."]);
    let query = String::from_utf8_lossy(got.seen[2].body()).into_owned();
    assert!(query.contains("start=\"20261122T000000Z\" end=\"20261215T000000Z\""), "{query}");
    assert_eq!(got.objects(), ["3.ics Known", "7.ics Near"]);
    assert!(got.reading.warnings[0].contains("20001 objects"), "{:?}", got.reading.warnings);
}
