//! The texts of what a list names: how many are asked for at a time, and what an answer keeps back.

use seawall::provider::transport::TransportError;

use super::stage::{absent, answer, changes, event, got, itself, known, list, read, text, texts, with_tag};
use super::{given, multistatus};
use crate::support::script::{Act, status};
use crate::support::{self};

const TWO: &[(&str, &str, &str)] = &[("a.ics", "\"1\"", "A"), ("b.ics", "\"1\"", "B")];

#[test]
fn a_sync_is_asked_for_names_and_never_for_texts() {
    let got = read([changes("", "s2")], &known(TWO, Some("sync s1")));
    let body = String::from_utf8_lossy(got.seen[0].body()).into_owned();
    assert!(!body.contains("calendar-data"), "SOGo leaves characters out of them there: {body}");
}

#[test]
fn what_a_multiget_keeps_back_is_asked_for_alone() {
    let names = [("a.ics", "\"1\""), ("b.ics", "\"1\""), ("c.ics", "\"1\""), ("d.ics", "\"1\"")];
    let empty = given("/dav/work/d.ics", "<d:getetag>\"1\"</d:getetag><cal:calendar-data/>");
    let partly = format!("{}{}{empty}", text(("a.ics", "\"1\"", "A")), absent("b.ics", "404 Not Found"));
    let etag: &[(&str, &str)] = &[("etag", "\"1\""), ("content-type", "text/calendar")];
    let alone = || [got(etag, "B"), got(etag, "C"), got(etag, "D")];
    let partly = read(
        [with_tag("t"), list(&names), answer(&multistatus(&partly))].into_iter().chain(alone()),
        &known(&[], None),
    );
    assert_eq!(partly.asked[3..], ["GET b.ics", "GET c.ics", "GET d.ics"]);
    assert_eq!(partly.objects(), ["a.ics A", "b.ics B", "c.ics C", "d.ics D"]);
    assert!(partly.seen[3..].iter().all(|request| request.headers()["accept-encoding"] == "identity"));

    let whole = [with_tag("t"), list(&names), status(404), got(etag, "A")].into_iter().chain(alone());
    let whole = read(whole, &known(&[], None));
    assert_eq!(whole.objects(), ["a.ics A", "b.ics B", "c.ics C", "d.ics D"]);
}

#[test]
fn a_text_has_the_line_ends_of_icalendar_again() {
    // XML keeps half of them, unless they are written as references.
    let bare = text(("a.ics", "\"1\"", "A")).replace("&#13;", "");
    let got = read([with_tag("t"), list(&[("a.ics", "\"1\"")]), answer(&multistatus(&bare))], &known(&[], None));
    assert_eq!(String::from_utf8_lossy(&got.reading.objects[0].body), event("A"));
}

#[test]
fn fewer_objects_are_asked_for_at_a_time_where_many_are_too_many() {
    let names: Vec<String> = (0..4).map(|at| format!("{at}.ics")).collect();
    let members: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "\"1\"")).collect();
    let some = |range: std::ops::Range<usize>| {
        texts(&names[range].iter().map(|name| (name.as_str(), "\"1\"", "X")).collect::<Vec<_>>())
    };
    let too_many = [
        status(413),
        Act::Fail(TransportError::TooLarge(1)),
        // Asked twice, as after every failure of that kind.
        status(500),
        status(500),
        Act::Answer(207, &[], b"<d:multistatus xmlns:d=\"DAV:\"><d:response>".to_vec()),
    ];
    let acts = [with_tag("t"), list(&members)].into_iter().chain(too_many);
    let got = read(acts.chain([some(0..3), some(3..4)]), &known(&[], None));
    let sizes: Vec<usize> =
        got.seen[2..].iter().map(|one| String::from_utf8_lossy(one.body()).matches("<d:href>").count()).collect();
    assert_eq!(sizes, [4, 4, 4, 4, 4, 3, 1]);
    assert_eq!(got.reading.objects.len(), 4);
    assert_eq!(got.reading.incomplete, None);
}

#[test]
fn more_objects_are_asked_for_at_a_time_where_they_are_small() {
    let names: Vec<String> = (0..1000).map(|at| format!("{at:03}.ics")).collect();
    let members: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "\"1\"")).collect();
    let sizes = |title: &str, batches: &[usize]| {
        let mut rest = names.as_slice();
        let given = batches.iter().map(|size| {
            let (batch, later) = rest.split_at(*size);
            rest = later;
            texts(&batch.iter().map(|name| (name.as_str(), "\"1\"", title)).collect::<Vec<_>>())
        });
        let acts: Vec<Act> = [with_tag("t"), list(&members)].into_iter().chain(given).collect();
        let got = read(acts, &known(&[], None));
        assert_eq!((got.reading.objects.len(), &got.reading.incomplete), (names.len(), &None));
        let asked = got.seen[2..].iter();
        asked.map(|one| String::from_utf8_lossy(one.body()).matches("<d:href>").count()).collect::<Vec<_>>()
    };
    let small = [50, 100, 200, 400, 250];
    assert_eq!(sizes("X", &small), small);
    // Half a megabyte in a hundred of them.
    let large = [50, 100, 100, 100, 100, 100, 100, 100, 100, 100, 50];
    assert_eq!(sizes(&"X".repeat(6000), &large), large);
}

#[test]
fn without_multiget_each_object_is_asked_for() {
    let etag: &[(&str, &str)] = &[("etag", "\"1\"")];
    for refusal in [403, 405, 415, 501] {
        let acts = [with_tag("t"), list(&[("a.ics", "\"1\""), ("b.ics", "\"1\"")]), status(refusal)];
        let got = read(acts.into_iter().chain([got(etag, "A"), got(etag, "B")]), &known(&[], None));
        assert_eq!(got.objects(), ["a.ics A", "b.ics B"], "{refusal}");
    }
}

#[test]
fn without_an_etag_an_object_is_fetched_each_time() {
    let listed = || answer(&multistatus(&format!("{}{}", itself(), given("/dav/work/a.ics", "<d:resourcetype/>"))));
    let first = read([with_tag("t1"), listed(), texts(&[("a.ics", "", "A")])], &known(&[], None));
    assert_eq!(first.reading.objects[0].etag.0, "");
    let again = support::known(&first.reading);
    let second = read([with_tag("t2"), listed(), texts(&[("a.ics", "", "A2")])], &again);
    assert_eq!(second.objects(), ["a.ics A2"]);
}
