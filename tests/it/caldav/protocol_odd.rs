//! What servers send instead of what RFCs say: read where it has a meaning, refused by name where it has none.

use seawall::provider::caldav::xml::{Fault, Precondition, Response, multistatus};

use super::{given, multistatus};

fn responses(inner: &str) -> Vec<Response> {
    multistatus::read(multistatus(inner).as_bytes()).unwrap().responses
}

#[track_caller]
fn refused(body: impl AsRef<[u8]>) -> Fault {
    multistatus::read(body.as_ref()).expect_err("a fault, never an empty list")
}

#[test]
fn what_is_no_multistatus_is_a_fault_never_an_empty_list() {
    for body in ["", " \r\n", "\u{FEFF}"] {
        assert_eq!(refused(body), Fault::Empty);
    }
    for body in ["<!DOCTYPE html><html><body>Log in</body></html>", "\n<HTML lang=en><br></html>", "<!doctype HTML>"] {
        assert_eq!(refused(body), Fault::WebPage);
    }
    assert_eq!(
        refused("<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\"><body/></html>"),
        Fault::WebPage
    );
    for body in ["{\"error\":\"login\"}", "[]", "Unauthorized", "<?xml version=\"1.0\"?>", "<!-- nothing -->"] {
        assert_eq!(refused(body), Fault::NoXml, "{body}");
    }
    assert_eq!(refused("<d:error xmlns:d=\"DAV:\"/>"), Fault::Other("error".to_owned()));
    assert_eq!(refused("<multistatus xmlns=\"urn:other\"/>"), Fault::Other("multistatus".to_owned()));
}

#[test]
fn what_breaks_off_is_a_fault_wherever_it_breaks_off() {
    let whole = multistatus(&given("/a/1.ics", "<d:getetag>\"1\"</d:getetag>"));
    let root = whole.find("<d:response>").unwrap();
    for end in root..whole.len() {
        refused(&whole[..end]);
    }
    assert_eq!(refused(&whole[..root]), Fault::Truncated);
    assert_eq!(multistatus::read(whole.as_bytes()).unwrap().responses.len(), 1);
}

#[test]
fn what_is_not_closed_in_order_is_a_fault() {
    assert!(matches!(refused(multistatus("<d:response><d:href>/a/</d:response></d:href>")), Fault::Syntax(_)));
    assert!(matches!(refused(multistatus("<d:response><d:href>a & b</d:href></d:response>")), Fault::Syntax(_)));
}

#[test]
fn document_types_and_entities_are_refused() {
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE m [<!ENTITY a \"aaaa\">]><m>&a;</m>";
    assert_eq!(refused(bomb), Fault::Entity);
    assert_eq!(refused(multistatus("<d:response>&a;</d:response>")), Fault::Entity);
    assert_eq!(refused(multistatus("<!DOCTYPE m SYSTEM \"file:///etc/passwd\"><d:response/>")), Fault::Entity);
}

#[test]
fn nests_and_heaps_beyond_measure_are_refused() {
    assert_eq!(refused(multistatus(&format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000)))), Fault::Excess);
    assert_eq!(refused(multistatus(&format!("<d:response>{}</d:response>", "<a/>".repeat(30_000)))), Fault::Excess);
    assert_eq!(refused(multistatus(&"<d:response><d:href>/</d:href></d:response>".repeat(200_001))), Fault::Excess);
}

#[test]
fn an_empty_multistatus_is_an_empty_one() {
    for body in [multistatus(""), "<multistatus xmlns=\"DAV:\"/>".to_owned()] {
        assert!(multistatus::read(body.as_bytes()).unwrap().responses.is_empty());
    }
}

#[test]
fn prefixes_may_be_odd_or_missing() {
    let expected = Some("\"1\"".to_owned());
    for body in [
        "<multistatus xmlns=\"DAV:\"><response><href>/a</href><propstat><prop><getetag>\"1\"</getetag></prop></propstat></response></multistatus>",
        "<multistatus><response><href>/a</href><propstat><prop><getetag>\"1\"</getetag></prop></propstat></response></multistatus>",
        "<D:multistatus><D:response><D:href>/a</D:href><D:propstat><D:prop><D:getetag>\"1\"</D:getetag></D:prop></D:propstat></D:response></D:multistatus>",
        "<ns0:multistatus xmlns:ns0=\"DAV:\"><x:response xmlns:x=\"DAV:\"><x:href>/a</x:href><x:propstat><y:prop xmlns:y=\"DAV\"><y:getetag>\"1\"</y:getetag></y:prop></x:propstat></x:response></ns0:multistatus>",
    ] {
        let found = multistatus::read(body.as_bytes()).unwrap();
        assert_eq!(found.responses[0].props.etag, expected, "{body}");
    }
}

#[test]
fn a_property_of_another_namespace_is_another() {
    let found =
        responses(&given("/a", "<o:getetag xmlns:o=\"urn:o\">\"1\"</o:getetag><d:calendar-data>x</d:calendar-data>"));
    assert_eq!((&found[0].props.etag, &found[0].props.calendar_data), (&None, &None));
}

#[test]
fn control_characters_are_passed_over() {
    let found = responses(&given(
        "/a",
        "<cal:calendar-data>BEGIN:\u{B}VCALENDAR\u{0}\n\tX&#11;&#0;&#x1F;:\u{FFFE}\u{1}y</cal:calendar-data>",
    ));
    assert_eq!(found[0].props.calendar_data.as_deref(), Some(b"BEGIN:VCALENDAR\n\tX:y".as_slice()));
}

#[test]
fn bytes_that_are_no_utf_8_spoil_only_themselves() {
    let mut body =
        multistatus(&given("/a", "<d:displayname>caf?</d:displayname><d:getetag>\"1\"</d:getetag>")).into_bytes();
    let at = body.iter().rposition(|byte| *byte == b'?').unwrap();
    body[at] = 0xE9;
    let found = multistatus::read(&body).unwrap();
    assert_eq!(found.responses[0].props.display_name.as_deref(), Some("caf\u{FFFD}"));
    assert_eq!(found.responses[0].props.etag.as_deref(), Some("\"1\""));
}

#[test]
fn empty_propstats_say_nothing() {
    for inner in [
        "<d:propstat><d:prop/><d:status>HTTP/1.1 200 OK</d:status></d:propstat>",
        "<d:propstat><d:status>HTTP/1.1 200 OK</d:status></d:propstat>",
        "<d:propstat/>",
        "<d:status>HTTP/1.1 200 OK</d:status>",
        "",
    ] {
        let found = responses(&format!("<d:response><d:href>/a</d:href>{inner}</d:response>"));
        assert_eq!(found, [Response { href: "/a".to_owned(), ..Response::default() }], "{inner}");
    }
}

#[test]
fn status_lines_are_read_in_every_form() {
    for (line, status) in [
        ("HTTP/1.1 404 Not Found", Some(404)),
        ("HTTP/1.1 404", Some(404)),
        ("HTTP/2 404 ", Some(404)),
        ("404 Not Found", Some(404)),
        ("404", Some(404)),
        ("  HTTP/1.0   410  Gone\n", Some(410)),
        ("HTTP/1.1 507 Insufficient Storage", Some(507)),
        ("HTTP/1.1 200 OK", None),
        ("HTTP/1.1 999 Odd", None),
        ("OK", None),
        ("", None),
    ] {
        let found = responses(&format!("<d:response><d:href>/a</d:href><d:status>{line}</d:status></d:response>"));
        assert_eq!(found[0].status, status, "{line:?}");
        assert_eq!(found[0].is_gone(), matches!(status, Some(404 | 410)));
        assert_eq!(found[0].is_cut(), status == Some(507));
    }
}

#[test]
fn what_was_refused_of_a_resource_does_not_touch_the_rest() {
    let found = responses(
        "<d:response><d:href>/a</d:href>\
         <d:propstat><d:status>HTTP/1.1 403 Forbidden</d:status><d:prop><d:displayname>no</d:displayname></d:prop>\
         <d:error><d:need-privileges/></d:error></d:propstat>\
         <d:propstat><d:prop><d:getetag>\"1\"</d:getetag></d:prop></d:propstat>\
         <d:propstat><d:prop><cs:getctag/></d:prop><d:status>HTTP/1.1 404 Not Found</d:status></d:propstat>\
         </d:response>",
    );
    assert_eq!((found[0].props.etag.as_deref(), &found[0].props.display_name), (Some("\"1\""), &None));
    assert_eq!((found[0].status, found[0].refused), (None, Some(404)));
    assert_eq!(found[0].error.as_ref().unwrap().precondition, Precondition::NeedPrivileges);
}

#[test]
fn one_response_can_be_about_several_resources() {
    let found = responses(
        "<d:response><d:href>/a</d:href><d:href>/b</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response>\
         <d:response><d:status>HTTP/1.1 404 Not Found</d:status></d:response>",
    );
    let hrefs: Vec<_> = found.iter().map(|response| (response.href.as_str(), response.is_gone())).collect();
    assert_eq!(hrefs, [("/a", true), ("/b", true)], "one without an href is about nothing");
}

#[test]
fn the_same_href_twice_stays_twice_and_in_order() {
    let twice = format!("{}{}", given("/a", "<d:getetag>1</d:getetag>"), given("/a", "<d:getetag>2</d:getetag>"));
    let etags: Vec<_> = responses(&twice).into_iter().map(|response| response.props.etag.unwrap()).collect();
    assert_eq!(etags, ["1", "2"]);
}

#[test]
fn a_cut_answer_says_so_of_the_collection_itself() {
    let inner = format!(
        "{}<d:response><d:href>/cal/</d:href><d:status>HTTP/1.1 507 Insufficient Storage</d:status>\
         <d:error><d:number-of-matches-within-limits/></d:error></d:response><d:sync-token>t2</d:sync-token>\
         <d:responsedescription>Too many</d:responsedescription>",
        given("/cal/1.ics", "<d:getetag>\"1\"</d:getetag>")
    );
    let found = multistatus::read(multistatus(&inner).as_bytes()).unwrap();
    assert!(found.responses[1].is_cut() && found.responses[1].href == "/cal/");
    assert_eq!(found.responses[1].error.as_ref().unwrap().precondition, Precondition::NumberOfMatchesWithinLimits);
    assert_eq!((found.sync_token.as_deref(), found.description.as_deref()), (Some("t2"), Some("Too many")));
}
