//! A calendar whose server is a script: the answers that servers give, in few words, and what was asked of them.

use std::collections::BTreeMap;

use http::Request;
use seawall::provider::caldav::CalDav;
use seawall::provider::caldav::discovery::{Calendar, Dns, Found};
use seawall::provider::transport::{AccountClient, Credentials, Transport, Trust};
use seawall::provider::{Known, Object, Provider as _, ProviderError, Reading};
use url::Url;

use super::multistatus;
use crate::support::block_on_paused;
use crate::support::script::{Act, Script};

pub(super) const CALENDAR: &str = "http://127.0.0.1/dav/work/";

/// The account whose server is a script.
pub(super) type Account<'a> = CalDav<&'a Script>;

/// An object's text; only the title tells one from another.
pub(super) fn event(title: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\nUID:u\r\nDTSTAMP:20261101T000000Z\r\n\
         DTSTART:20261123T080000Z\r\nDTEND:20261123T090000Z\r\nSUMMARY:{title}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

/// An account that knows its one calendar, `work`, from an earlier run.
pub(super) fn account<T: Transport>(transport: T) -> CalDav<T> {
    let url: Url = "http://127.0.0.1/dav/".parse().unwrap();
    let trust = Trust::new::<&str>(&url, []);
    let client = AccountClient::new(transport, Credentials::None, trust.clone(), 0);
    let account = CalDav::new(client, trust, url.clone(), None, Dns::Off);
    let calendar = Calendar {
        url: CALENDAR.parse().unwrap(),
        name: Some("work".to_owned()),
        color: None,
        writable: Some(true),
        owned: Some(true),
        transparent: None,
        syncs: true,
        tagged: true,
        multiget: true,
        moved: None,
    };
    let found = Found { addresses: vec!["anna@example.org".to_owned()], calendars: vec![calendar], ..Found::default() };
    account.recall(&serde_json::json!({ "version": 1, "url": url, "user": null, "found": found }).to_string());
    assert!(account.memo().is_some(), "the memo is of the form that is expected");
    account
}

/// What the calendar says of itself.
pub(super) fn state(props: &str) -> Act {
    let kind = "<d:resourcetype><d:collection/><cal:calendar/></d:resourcetype>";
    answer(&multistatus(&super::given("/dav/work/", &format!("{kind}{props}"))))
}

pub(super) fn with_token(token: &str) -> Act {
    state(&format!("<d:sync-token>{token}</d:sync-token><cs:getctag>t</cs:getctag>{}", reports(true)))
}

pub(super) fn with_tag(tag: &str) -> Act {
    state(&format!("<cs:getctag>{tag}</cs:getctag>{}", reports(false)))
}

/// The same of one that has a name.
pub(super) fn with_name(name: &str, props: &str) -> Act {
    state(&format!("<d:displayname>{name}</d:displayname>{props}"))
}

fn reports(syncs: bool) -> String {
    let sync =
        if syncs { "<d:supported-report><d:report><d:sync-collection/></d:report></d:supported-report>" } else { "" };
    format!(
        "<d:supported-report-set>{sync}<d:supported-report><d:report><cal:calendar-multiget/></d:report>\
         </d:supported-report></d:supported-report-set>"
    )
}

/// A list of all names: the calendar itself and its members, each with its etag.
pub(super) fn list(members: &[(&str, &str)]) -> Act {
    answer(&multistatus(&format!("{}{}", itself(), named(members))))
}

pub(super) fn itself() -> String {
    super::given("/dav/work/", "<d:resourcetype><d:collection/><cal:calendar/></d:resourcetype>")
}

pub(super) fn named(members: &[(&str, &str)]) -> String {
    let one = |(name, etag): &(&str, &str)| {
        super::given(&format!("/dav/work/{name}"), &format!("<d:getetag>{etag}</d:getetag><d:resourcetype/>"))
    };
    members.iter().map(one).collect()
}

/// A resource that is not there, or not given.
pub(super) fn absent(name: &str, status: &str) -> String {
    format!("<d:response><d:href>/dav/work/{name}</d:href><d:status>HTTP/1.1 {status}</d:status></d:response>")
}

/// What changed, and the next token.
pub(super) fn changes(inner: &str, token: &str) -> Act {
    answer(&multistatus(&format!("{inner}<d:sync-token>{token}</d:sync-token>")))
}

/// The mark of an answer that goes on.
pub(super) fn cut() -> String {
    absent("", "507 Insufficient Storage")
}

/// Texts, each with name, etag and title.
pub(super) fn texts(members: &[(&str, &str, &str)]) -> Act {
    answer(&multistatus(&members.iter().map(|one| text(*one)).collect::<String>()))
}

pub(super) fn text((name, etag, title): (&str, &str, &str)) -> String {
    let data = event(title).replace('\r', "&#13;");
    let props = format!("<d:getetag>{etag}</d:getetag><cal:calendar-data>{data}</cal:calendar-data>");
    super::given(&format!("/dav/work/{name}"), &props)
}

/// One text.
pub(super) fn got(etag: &'static [(&'static str, &'static str)], title: &str) -> Act {
    Act::Answer(200, etag, event(title).into_bytes())
}

pub(super) fn answer(body: &str) -> Act {
    Act::Answer(207, &[("content-type", "application/xml; charset=utf-8")], body.as_bytes().to_vec())
}

/// A refusal with a reason.
pub(super) fn refusal(status: u16, reason: &str) -> Act {
    let body = format!(
        "<?xml version=\"1.0\"?><d:error xmlns:d=\"DAV:\" xmlns:cal=\"urn:ietf:params:xml:ns:caldav\" \
         xmlns:s=\"http://sabredav.org/ns\">{reason}</d:error>"
    );
    Act::Answer(status, &[], body.into_bytes())
}

/// What is known: objects by name, etag and title, and the cursor.
pub(super) fn known(objects: &[(&str, &str, &str)], cursor: Option<&str>) -> Known {
    let object = |(name, etag, title): &(&str, &str, &str)| {
        let etag = seawall::provider::Etag((*etag).to_owned());
        ((*name).to_owned(), Object { href: (*name).to_owned(), etag, body: event(title).into_bytes().into() })
    };
    let objects: BTreeMap<String, Object> = objects.iter().map(object).collect();
    let cursor = cursor.map(|cursor| {
        let (kind, value) = cursor.rsplit_once(' ').unwrap();
        format!("{kind}\n{CALENDAR}\n{value}")
    });
    Known { thorough: false, cursor, objects, ..Known::nothing() }
}

/// One reading.
pub(super) struct Read {
    pub(super) reading: Reading,
    /// What was asked, method and address below the calendar, and the depth.
    pub(super) asked: Vec<String>,
    pub(super) seen: Vec<Request<Vec<u8>>>,
}

impl Read {
    /// The objects as `name title`.
    pub(super) fn objects(&self) -> Vec<String> {
        objects(&self.reading)
    }

    /// The cursor's kind and value.
    pub(super) fn cursor(&self) -> Option<String> {
        let text = self.reading.cursor.as_deref()?;
        let mut lines = text.splitn(3, '\n');
        let (kind, _, value) = (lines.next()?, lines.next()?, lines.next()?);
        Some(format!("{kind} {value}"))
    }
}

pub(super) fn objects(reading: &Reading) -> Vec<String> {
    let shown = |object: &Object| {
        let body = String::from_utf8_lossy(&object.body);
        let title = body.split("SUMMARY:").nth(1).and_then(|rest| rest.split("\r\n").next());
        format!("{} {}", object.href, title.unwrap_or("?"))
    };
    reading.objects.iter().map(shown).collect()
}

/// Reads, with a server that plays these acts and no others.
#[track_caller]
pub(super) fn read(acts: impl IntoIterator<Item = Act>, known: &Known) -> Read {
    let (result, asked, seen) = try_read(acts, known);
    let reading = result.unwrap_or_else(|error| panic!("{error}\n{asked:#?}"));
    Read { reading, asked, seen }
}

/// What came of it, what was asked in short, and in full.
pub(super) type Tried = (Result<Reading, ProviderError>, Vec<String>, Vec<Request<Vec<u8>>>);

/// The same where it may fail.
#[track_caller]
pub(super) fn try_read(acts: impl IntoIterator<Item = Act>, known: &Known) -> Tried {
    let script = Script::new(acts);
    let result = block_on_paused(account(&script).read("work", known));
    let seen = script.seen();
    assert_eq!(script.left(), 0, "the server was not asked for all: {:?}", script.requests());
    (result, seen.iter().map(shown).collect(), seen)
}

/// A request in short: the method or the report, what of the calendar it is about, and the depth.
pub(super) fn shown(request: &Request<Vec<u8>>) -> String {
    let url = request.uri().to_string();
    let place = url.strip_prefix(CALENDAR).map_or(url.as_str(), |name| if name.is_empty() { "." } else { name });
    let body = String::from_utf8_lossy(request.body());
    let reports = ["sync-collection", "calendar-multiget", "calendar-query"];
    let method = match request.method().as_str() {
        "REPORT" => reports.iter().find(|report| body.contains(&format!(":{report} "))).copied().unwrap_or("REPORT"),
        method => method,
    };
    match request.headers().get("depth") {
        Some(depth) if method == "PROPFIND" => format!("{method} {place} {}", depth.to_str().unwrap()),
        _ => format!("{method} {place}"),
    }
}
