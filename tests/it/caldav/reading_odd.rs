//! Reading from a server, or something in its place, that answers with what is no honest answer: nothing of it is ever
//! taken for an empty calendar or a deleted event.
//!
//! | trap (protocol: bodies, HTTP; the constitution's rules 6 and 10) | test |
//! |---|---|
//! | a login page with 200, half an answer, an empty one | `what_is_no_list_is_an_error` |
//! | an empty list | `an_empty_list_needs_a_second_one_and_the_calendar_itself` |
//! | lists that differ | `a_list_that_lacks_much_must_be_confirmed` |
//! | a list that was cut off | `a_list_that_was_cut_off_is_incomplete` |
//! | 207 with an error for one object | `what_the_server_keeps_back_counts_as_it_was` |
//! | listed and not there | `what_is_listed_and_not_there_is_not_taken_for_deleted` |
//! | a login page, or nothing, in place of a text | `a_page_in_place_of_a_text_is_no_text` |
//! | other files in a calendar | `what_is_no_calendar_object_is_passed_over` |
//! | the server fails while texts are fetched | `texts_that_could_not_be_had_make_a_reading_incomplete` |
//! | the login ends | `a_login_that_ends_ends_the_reading` |
//! | one object that is never given, a token from before a failure | `holes` |
//! | another calendar under the name | `what_is_known_of_another_address_is_not_believed` |

use seawall::provider::transport::TransportError;
use seawall::provider::{ErrorKind, Known, Provider as _};

use super::multistatus;
use super::stage::{
    absent, answer, changes, event, got, itself, known, list, named, read, text, texts, try_read, with_tag, with_token,
};
use crate::support::script::{Act, headed, status};

const TWO: &[(&str, &str, &str)] = &[("a.ics", "\"1\"", "A"), ("b.ics", "\"1\"", "B")];
const PAGE: &[u8] = b"<!DOCTYPE html><html><body><form action=\"/login\"></form></body></html>";
const HTML: &[(&str, &str)] = &[("content-type", "text/html")];
const ICS: &[(&str, &str)] = &[("etag", "\"1\""), ("content-type", "text/calendar")];

#[test]
fn what_is_no_list_is_an_error() {
    let whole = multistatus(&format!("{}{}", itself(), named(&[("a.ics", "\"1\"")])));
    let half = &whole.as_bytes()[..whole.len() - 40];
    let bodies: [(&str, Act); 8] = [
        ("a login page", Act::Answer(200, HTML, PAGE.to_vec())),
        ("a login page as 207", Act::Answer(207, HTML, PAGE.to_vec())),
        ("nothing", Act::Answer(207, &[], Vec::new())),
        ("half a list", Act::Answer(207, &[], half.to_vec())),
        ("JSON", Act::Answer(200, &[], b"{\"error\":\"login\"}".to_vec())),
        ("a refusal", status(403)),
        ("a redirect to a page", headed(303, &[("location", "/login")])),
        ("no content", status(204)),
    ];
    for (case, act) in bodies {
        // In place of the list, and in place of what comes before it.
        let (result, ..) = try_read([with_tag("t2"), act.clone()], &known(TWO, Some("ctag t1")));
        assert_eq!(result.expect_err(case).kind, ErrorKind::Unavailable, "{case}");
        let (result, ..) = try_read([act], &known(TWO, Some("ctag t1")));
        assert_eq!(result.expect_err(case).kind, ErrorKind::Unavailable, "{case}");
    }
}

#[test]
fn an_empty_list_needs_a_second_one_and_the_calendar_itself() {
    let empty = || answer(&multistatus(&itself()));
    let got = read([with_tag("t2"), empty(), empty(), status(404), status(404)], &known(TWO, Some("ctag t1")));
    assert_eq!(
        (got.reading.objects.len(), &got.reading.incomplete),
        (0, &None),
        "twice the same, and each says so itself"
    );

    // The second look finds them again.
    let full = list(&[("a.ics", "\"1\""), ("b.ics", "\"1\"")]);
    let got = read([with_tag("t2"), empty(), full], &known(TWO, Some("ctag t1")));
    assert_eq!(got.objects(), ["a.ics A", "b.ics B"]);
    assert!(got.reading.incomplete.is_some());

    // Not even the calendar itself: a proxy's idea of an answer.
    let nothing = || answer(&multistatus(""));
    let got = read([with_tag("t2"), nothing(), nothing()], &known(TWO, Some("ctag t1")));
    assert_eq!(got.objects(), ["a.ics A", "b.ics B"]);
    assert!(got.reading.incomplete.is_some());
    let got = read([with_tag("t2"), nothing()], &known(&[], None));
    assert!(got.reading.incomplete.is_some(), "also where nothing was known");
}

#[test]
fn a_list_that_lacks_much_must_be_confirmed() {
    let five: Vec<(String, String)> = (0..5).map(|at| (format!("{at}.ics"), at.to_string())).collect();
    let five: Vec<(&str, &str, &str)> =
        five.iter().map(|(name, title)| (name.as_str(), "\"1\"", title.as_str())).collect();
    let few = || list(&[("0.ics", "\"1\""), ("1.ics", "\"1\"")]);
    let gone = || [status(404), status(404), status(404)];
    let confirmed = read([with_tag("t2"), few(), few()].into_iter().chain(gone()), &known(&five, Some("ctag t1")));
    assert_eq!(
        (confirmed.objects(), &confirmed.reading.incomplete),
        (vec!["0.ics 0".to_owned(), "1.ics 1".to_owned()], &None)
    );
    let other = list(&[("0.ics", "\"1\""), ("2.ics", "\"1\"")]);
    let doubtful = read([with_tag("t2"), few(), other], &known(&five, Some("ctag t1")));
    assert!(doubtful.reading.incomplete.is_some());
    assert_eq!(doubtful.reading.objects.len(), 5, "what a doubtful list does not name counts as it was");
    assert_eq!(doubtful.reading.cursor, None);
    let most = list(&[("0.ics", "\"1\""), ("1.ics", "\"1\""), ("2.ics", "\"1\"")]);
    assert_eq!(
        read([with_tag("t2"), most, status(404), status(404)], &known(&five, Some("ctag t1"))).reading.objects.len(),
        3,
        "less needs no second list"
    );
}

#[test]
fn a_list_that_was_cut_off_is_incomplete() {
    let cut = format!("{}{}{}", itself(), named(&[("b.ics", "\"1\"")]), absent("", "507 Insufficient Storage"));
    let got = read([with_tag("t2"), answer(&multistatus(&cut))], &known(TWO, Some("ctag t1")));
    assert!(got.reading.incomplete.as_ref().unwrap().contains("cut"), "{:?}", got.reading.incomplete);
    assert_eq!(got.objects(), ["a.ics A", "b.ics B"]);
}

#[test]
fn what_the_server_keeps_back_counts_as_it_was() {
    for refused in ["403 Forbidden", "500 Internal Server Error", "423 Locked"] {
        let body = format!("{}{}{}", itself(), absent("a.ics", refused), named(&[("b.ics", "\"1\"")]));
        let got = read([with_tag("t2"), answer(&multistatus(&body))], &known(TWO, Some("ctag t1")));
        assert_eq!(got.objects(), ["b.ics B"]);
        assert_eq!(got.reading.unreadable.len(), 1, "{refused}");
        assert_eq!(got.reading.unreadable[0].0, "a.ics");
        assert_eq!(got.reading.incomplete, None);
        let got = read([changes(&absent("a.ics", refused), "s2")], &known(TWO, Some("sync s1")));
        assert_eq!((got.objects(), got.reading.unreadable.len()), (vec!["b.ics B".to_owned()], 1), "{refused}");
    }
}

#[test]
fn what_is_listed_and_not_there_is_not_taken_for_deleted() {
    let missing = answer(&multistatus(&absent("a.ics", "404 Not Found")));
    let got = read(
        [with_tag("t2"), list(&[("a.ics", "\"2\""), ("b.ics", "\"1\"")]), missing, status(404)],
        &known(TWO, Some("ctag t1")),
    );
    assert_eq!(got.reading.unreadable[0].0, "a.ics");
    assert!(got.reading.unreadable[0].1.contains("not there when asked for"), "{:?}", got.reading.unreadable);
    // It was deleted in between: the tag is older than that, so the next reading lists anew.
    assert_eq!(got.cursor().unwrap(), "ctag a.ics t2");
    let next = read([with_tag("t3"), list(&[("b.ics", "\"1\"")]), status(404)], &known(TWO, got.cursor().as_deref()));
    assert_eq!((next.objects(), next.reading.unreadable), (vec!["b.ics B".to_owned()], vec![]));
}

#[test]
fn a_page_in_place_of_a_text_is_no_text() {
    let cases: [Act; 5] = [
        Act::Answer(200, HTML, PAGE.to_vec()),
        Act::Answer(200, ICS, PAGE.to_vec()),
        Act::Answer(200, ICS, b" \r\n".to_vec()),
        Act::Answer(200, &[], b"Please log in".to_vec()),
        status(403),
    ];
    for act in cases {
        let kept_back = answer(&multistatus(""));
        let acts = [with_tag("t2"), list(&[("a.ics", "\"2\""), ("b.ics", "\"1\"")]), kept_back, act];
        let got = read(acts, &known(TWO, Some("ctag t1")));
        assert_eq!(got.reading.unreadable.len(), 1, "{got:?}", got = got.reading);
        assert_eq!(got.objects(), ["b.ics B"]);
    }
    // Where nothing is known of it, it may be a meeting: nothing may be planned over it.
    for act in [Act::Answer(200, HTML, PAGE.to_vec()), Act::Answer(200, ICS, PAGE.to_vec())] {
        let acts = [with_tag("t"), list(&[("a.ics", "\"1\"")]), status(403), act];
        let got = read(acts, &known(&[], None));
        assert!(got.reading.incomplete.as_ref().unwrap().contains("login page"), "{:?}", got.reading);
        assert!(got.reading.unreadable.is_empty());
    }
    let acts = [with_tag("t"), list(&[("help.html", "\"1\"")]), status(403), Act::Answer(200, HTML, PAGE.to_vec())];
    assert_eq!(read(acts, &known(&[], None)).reading.incomplete, None, "a page among the objects is one for ever");
    // The same as an element of a multiget.
    let page = text(("a.ics", "\"2\"", "A")).replace("BEGIN:VCALENDAR", "&lt;html&gt;");
    let acts = [with_tag("t2"), list(&[("a.ics", "\"2\"")]), answer(&multistatus(&page)), got(ICS, "A2")];
    assert_eq!(read(acts, &known(&TWO[..1], Some("ctag t1"))).objects(), ["a.ics A2"]);
}

#[test]
fn a_text_that_lost_its_line_ends_in_the_xml_is_asked_for_alone() {
    let flat = text(("a.ics", "\"2\"", "A")).replace("&#13;\n", "");
    let acts = [with_tag("t2"), list(&[("a.ics", "\"2\"")]), answer(&multistatus(&flat)), got(ICS, "A2")];
    assert_eq!(read(acts, &known(&TWO[..1], Some("ctag t1"))).objects(), ["a.ics A2"]);
}

#[test]
fn a_text_beyond_all_measure_is_unreadable() {
    let huge = event(&"x".repeat(10 * 1024 * 1024)).into_bytes();
    let kept_back = answer(&multistatus(""));
    let acts = [with_tag("t2"), list(&[("a.ics", "\"2\"")]), kept_back, Act::Answer(200, ICS, huge)];
    let got = read(acts, &known(&TWO[..1], Some("ctag t1")));
    assert!(got.reading.unreadable[0].1.contains("bytes"), "{:?}", got.reading.unreadable);
}

#[test]
fn what_is_no_calendar_object_is_passed_over() {
    let picture = Act::Answer(200, &[("content-type", "image/png"), ("etag", "\"1\"")], b"\x89PNG".to_vec());
    let names = [("a.ics", "\"1\""), ("logo.png", "\"1\"")];
    let got =
        read([with_tag("t2"), list(&names), answer(&multistatus("")), picture], &known(&TWO[..1], Some("ctag t1")));
    assert_eq!(got.objects(), ["a.ics A"]);
    assert!(got.reading.warnings[0].contains("logo.png is no calendar object"), "{:?}", got.reading.warnings);
    assert_eq!((got.reading.unreadable.len(), got.reading.incomplete.as_ref()), (0, None));
    assert_eq!(got.cursor().unwrap(), "ctag t2", "it hides nothing");
}

#[test]
fn texts_that_could_not_be_had_make_a_reading_incomplete() {
    // A new object whose text is not given: it may be busy time that nobody knows.
    let fails = || [status(500), status(500)];
    let names = [("a.ics", "\"1\""), ("new.ics", "\"1\"")];
    let acts = [with_tag("t2"), list(&names), answer(&multistatus(""))].into_iter().chain(fails());
    let got = read(acts, &known(&TWO[..1], Some("ctag t1")));
    assert!(got.reading.incomplete.as_ref().unwrap().contains("1 objects could not be fetched"), "{:?}", got.reading);
    assert_eq!((got.objects(), got.reading.unreadable.len()), (vec!["a.ics A".to_owned()], 0));

    // One that is known counts as it was.
    let acts = [with_tag("t2"), list(&[("a.ics", "\"2\"")]), answer(&multistatus(""))].into_iter().chain(fails());
    let got = read(acts, &known(&TWO[..1], Some("ctag t1")));
    assert_eq!((got.reading.incomplete.as_ref(), got.reading.unreadable.len()), (None, 1));

    // A server that is gone is not asked for each.
    let many: Vec<String> = (0..500).map(|at| format!("{at}.ics")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|name| (name.as_str(), "\"1\"")).collect();
    let dead = std::iter::repeat_n(Act::Fail(TransportError::Failed("refused".to_owned())), 200);
    let script = crate::support::script::Script::new([with_tag("t"), list(&many)].into_iter().chain(dead));
    let account = super::stage::account(&script);
    let reading = crate::support::block_on_paused(account.read("work", &known(&[], None))).unwrap();
    assert!(reading.incomplete.unwrap().contains("500 objects"));
    assert!(reading.unreadable.is_empty(), "one sentence, not five hundred");
    assert!(script.seen().len() < 30, "{}", script.seen().len());
}

#[test]
fn a_login_that_ends_ends_the_reading() {
    let (result, ..) =
        try_read([with_tag("t2"), list(&[("a.ics", "\"2\"")]), status(401)], &known(TWO, Some("ctag t1")));
    assert_eq!(result.unwrap_err().kind, ErrorKind::Login);
    let kept_back = answer(&multistatus(""));
    let acts = [with_tag("t2"), list(&[("a.ics", "\"2\""), ("b.ics", "\"1\"")]), kept_back, status(401)];
    assert_eq!(try_read(acts, &known(TWO, Some("ctag t1"))).0.unwrap_err().kind, ErrorKind::Login);
}

#[test]
fn what_is_known_of_another_address_is_not_believed() {
    // The name leads elsewhere now, and there lies an object of the same name and etag.
    let known = Known { cursor: Some("sync\nhttp://127.0.0.1/dav/other/\ns1".to_owned()), ..known(TWO, None) };
    let got = read([with_token("s9"), list(&[("a.ics", "\"1\"")]), texts(&[("a.ics", "\"1\"", "Other")])], &known);
    assert_eq!(got.asked, ["PROPFIND . 0", "PROPFIND . 1", "calendar-multiget ."]);
    assert_eq!(got.objects(), ["a.ics Other"]);
}
