//! The requests that read: PROPFIND and the three reports, as whole HTTP requests without credentials. Never
//! `allprop`, never an infinite depth, no limit on a sync-collection (some servers lose the rest), no expand.

use http::{HeaderValue, Method, Request, header};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use quick_xml::escape::escape;
use url::Url;

/// How far a request reaches: the resource, or its direct members too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// The resource alone.
    Zero,
    /// The resource and its members.
    One,
}

/// A property that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is named in full by `tag`, and explained where `Props` has it")]
pub enum Prop {
    Etag,
    Ctag,
    SyncToken,
    ResourceType,
    DisplayName,
    CalendarData,
    CurrentUserPrincipal,
    CalendarHomeSet,
    Owner,
    CalendarUserAddressSet,
    CurrentUserPrivilegeSet,
    SupportedComponents,
    SupportedReports,
    ScheduleTransp,
    Color,
    MaxResourceSize,
    Timezone,
}

impl Prop {
    /// The name with the prefix that [`ROOT`] declares.
    fn tag(self) -> &'static str {
        match self {
            Self::Etag => "d:getetag",
            Self::Ctag => "s:getctag",
            Self::SyncToken => "d:sync-token",
            Self::ResourceType => "d:resourcetype",
            Self::DisplayName => "d:displayname",
            Self::CalendarData => "c:calendar-data",
            Self::CurrentUserPrincipal => "d:current-user-principal",
            Self::CalendarHomeSet => "c:calendar-home-set",
            Self::Owner => "d:owner",
            Self::CalendarUserAddressSet => "c:calendar-user-address-set",
            Self::CurrentUserPrivilegeSet => "d:current-user-privilege-set",
            Self::SupportedComponents => "c:supported-calendar-component-set",
            Self::SupportedReports => "d:supported-report-set",
            Self::ScheduleTransp => "c:schedule-calendar-transp",
            Self::Color => "a:calendar-color",
            Self::MaxResourceSize => "c:max-resource-size",
            Self::Timezone => "c:calendar-timezone",
        }
    }
}

/// The namespaces of a root; all four, so that every body looks alike.
const ROOT: &str = "xmlns:d=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:caldav\" \
                    xmlns:s=\"http://calendarserver.org/ns/\" xmlns:a=\"http://apple.com/ns/ical/\"";

/// Asks a resource, or it and its members, for properties.
pub fn propfind(url: &Url, depth: Depth, props: &[Prop]) -> Request<Vec<u8>> {
    request(b"PROPFIND", url, depth, &document("d:propfind", &prop(props)))
}

/// Asks a collection what changed since a token; none: all that is there (RFC 6578 3.2). The header says depth 1, for
/// some servers look there (Thunderbird sends it too).
pub fn sync_collection(url: &Url, token: Option<&str>, props: &[Prop]) -> Request<Vec<u8>> {
    let token = escape(token.unwrap_or_default());
    let inner = format!("<d:sync-token>{token}</d:sync-token><d:sync-level>1</d:sync-level>{}", prop(props));
    request(b"REPORT", url, Depth::One, &document("d:sync-collection", &inner))
}

/// Asks for objects by the hrefs that the server gave, with etag and text (RFC 4791 7.9).
pub fn multiget<'a>(url: &Url, hrefs: impl IntoIterator<Item = &'a str>) -> Request<Vec<u8>> {
    let mut inner = prop(&[Prop::Etag, Prop::CalendarData]);
    for href in hrefs {
        inner.push_str("<d:href>");
        inner.push_str(&escape(href));
        inner.push_str("</d:href>");
    }
    request(b"REPORT", url, Depth::One, &document("c:calendar-multiget", &inner))
}

/// Asks for the objects with events in a half-open span (RFC 4791 7.8). Servers' own reading of recurrence is a hint
/// only: they miss and over-return; always with a filter for events and both bounds, which several servers need.
pub fn query(url: &Url, within: (Timestamp, Timestamp), props: &[Prop]) -> Request<Vec<u8>> {
    let utc = |at: Timestamp| at.to_zoned(TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string();
    let inner = format!(
        "{}<c:filter><c:comp-filter name=\"VCALENDAR\"><c:comp-filter name=\"VEVENT\">\
         <c:time-range start=\"{}\" end=\"{}\"/></c:comp-filter></c:comp-filter></c:filter>",
        prop(props),
        utc(within.0),
        utc(within.1)
    );
    request(b"REPORT", url, Depth::One, &document("c:calendar-query", &inner))
}

fn prop(props: &[Prop]) -> String {
    let tags = props.iter().flat_map(|prop| ["<", prop.tag(), "/>"]);
    ["<d:prop>"].into_iter().chain(tags).chain(["</d:prop>"]).collect()
}

fn document(root: &str, inner: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<{root} {ROOT}>{inner}</{root}>")
}

fn request(method: &[u8], url: &Url, depth: Depth, body: &str) -> Request<Vec<u8>> {
    let mut request = Request::new(body.as_bytes().to_vec());
    // Both names are valid; one that were not would show as a GET in every test.
    *request.method_mut() = Method::from_bytes(method).unwrap_or_default();
    // Every http(s) URL is a URI.
    *request.uri_mut() = url.as_str().parse().unwrap_or_default();
    let depth = HeaderValue::from_static(match depth {
        Depth::Zero => "0",
        Depth::One => "1",
    });
    request.headers_mut().insert("depth", depth);
    request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml; charset=utf-8"));
    request
}
