//! Lists that are well-formed and not the truth: objects named at another place, refused in passing, or left out though
//! they are there. None of it makes a calendar empty, and no request leaves its host.
//!
//! | trap | test |
//! |---|---|
//! | another scheme, port or host before the same path | `objects_under_another_host_and_the_same_path_are_the_same_objects` |
//! | another path | `a_list_of_objects_at_another_path_is_incomplete` |

use http::Request;

use super::multistatus;
use super::stage::{CALENDAR, answer, changes, itself, known, list, read, texts, with_tag, with_token};
use crate::support::script::Act;

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
