//! What is asked: never more than is needed, always as an XML parser with namespaces expects it.

use http::Request;
use seawall::provider::caldav::xml::request::{multiget, propfind, query, sync_collection};
use seawall::provider::caldav::xml::{Depth, Prop};

const ALL: [Prop; 17] = [
    Prop::Etag,
    Prop::Ctag,
    Prop::SyncToken,
    Prop::ResourceType,
    Prop::DisplayName,
    Prop::CalendarData,
    Prop::CurrentUserPrincipal,
    Prop::CalendarHomeSet,
    Prop::Owner,
    Prop::CalendarUserAddressSet,
    Prop::CurrentUserPrivilegeSet,
    Prop::SupportedComponents,
    Prop::SupportedReports,
    Prop::ScheduleTransp,
    Prop::Color,
    Prop::MaxResourceSize,
    Prop::Timezone,
];

fn url() -> url::Url {
    "https://example.org/dav/anna/w%40rk/".parse().unwrap()
}

/// `METHOD address depth`, and the body without its namespaces.
fn shown(request: &Request<Vec<u8>>) -> (String, String) {
    let depth = request.headers()["depth"].to_str().unwrap();
    assert_eq!(request.headers()["content-type"], "application/xml; charset=utf-8");
    let body = String::from_utf8(request.body().clone()).unwrap();
    let body = body.strip_prefix("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n").unwrap();
    let root = body.find(" xmlns").unwrap()..body.find('>').unwrap();
    let plain = format!("{}{}", &body[..root.start], &body[root.end..]);
    (format!("{} {} {depth}", request.method(), request.uri()), plain)
}

#[test]
fn a_propfind_names_each_property() {
    let (head, body) = shown(&propfind(&url(), Depth::Zero, &[Prop::Etag, Prop::Ctag]));
    assert_eq!(head, "PROPFIND https://example.org/dav/anna/w%40rk/ 0");
    assert_eq!(body, "<d:propfind><d:prop><d:getetag/><s:getctag/></d:prop></d:propfind>");
    let (head, body) = shown(&propfind(&url(), Depth::One, &ALL));
    assert!(head.ends_with(" 1") && !body.contains("allprop"));
}

#[test]
fn a_sync_sets_no_limit_and_says_the_depth_twice() {
    let (head, body) = shown(&sync_collection(&url(), Some("a&<b>"), &[Prop::Etag]));
    assert_eq!(head, "REPORT https://example.org/dav/anna/w%40rk/ 1");
    assert_eq!(
        body,
        "<d:sync-collection><d:sync-token>a&amp;&lt;b&gt;</d:sync-token><d:sync-level>1</d:sync-level>\
         <d:prop><d:getetag/></d:prop></d:sync-collection>"
    );
    let (_, body) = shown(&sync_collection(&url(), None, &[]));
    assert!(body.contains("<d:sync-token></d:sync-token>"));
}

#[test]
fn a_multiget_carries_the_servers_spelling() {
    let (_, body) = shown(&multiget(&url(), ["/cal/a%40b.ics", "/cal/odd name@xé&.ics"]));
    assert_eq!(
        body,
        "<c:calendar-multiget><d:prop><d:getetag/><c:calendar-data/></d:prop><d:href>/cal/a%40b.ics</d:href>\
         <d:href>/cal/odd name@xé&amp;.ics</d:href></c:calendar-multiget>"
    );
}

#[test]
fn a_query_has_both_bounds_in_utc_and_asks_for_events() {
    let within = ("2026-11-16T00:00:00+01:00".parse().unwrap(), "2026-12-07T00:00:00Z".parse().unwrap());
    let (head, body) = shown(&query(&url(), within, &[Prop::Etag]));
    assert!(head.starts_with("REPORT ") && head.ends_with(" 1"));
    assert_eq!(
        body,
        "<c:calendar-query><d:prop><d:getetag/></d:prop><c:filter><c:comp-filter name=\"VCALENDAR\">\
         <c:comp-filter name=\"VEVENT\"><c:time-range start=\"20261115T230000Z\" end=\"20261207T000000Z\"/>\
         </c:comp-filter></c:comp-filter></c:filter></c:calendar-query>"
    );
}

#[test]
fn every_property_is_in_a_declared_namespace() {
    let body = String::from_utf8(propfind(&url(), Depth::Zero, &ALL).into_body()).unwrap();
    let mut reader = quick_xml::NsReader::from_str(&body);
    let mut seen = 0;
    loop {
        match reader.read_resolved_event().unwrap() {
            (quick_xml::name::ResolveResult::Bound(_), quick_xml::events::Event::Empty(_)) => seen += 1,
            (_, quick_xml::events::Event::Empty(tag)) => panic!("{tag:?}"),
            (_, quick_xml::events::Event::Eof) => break,
            _ => {}
        }
    }
    assert_eq!(seen, ALL.len());
}
