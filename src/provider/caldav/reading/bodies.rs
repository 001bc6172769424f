//! The texts of named objects: many at a time where the server can, one by one where it can't or keeps some back. What is
//! not given is never taken for gone.

use std::collections::{BTreeMap, VecDeque};

use http::{HeaderValue, Method, Request, StatusCode, header};
use url::Url;

use super::names::Member;
use crate::provider::caldav::here::{Here, is_gone, short};
use crate::provider::caldav::href::{self, Place};
use crate::provider::caldav::xml::multistatus;
use crate::provider::caldav::xml::request::multiget;
use crate::provider::transport::{Answer, Transport};
use crate::provider::{ErrorKind, Etag, Object, ProviderError};

/// Objects in one request at first; `DAVx5` asks for 10, Thunderbird for 100.
const BATCH: usize = 50;
/// The same at most: twice as many are asked for after each answer, as each costs a way to the server and back.
const BATCH_MAX: usize = 400;
/// Texts of that size together are enough for one answer.
const BATCH_BYTES: usize = 1024 * 1024;
/// Failures in a row after which the rest is left for another time.
const FAILURES_MAX: usize = 8;
/// What is said of the rest.
const FAILS: &str = "the server failed too often to be asked for it now";
/// The most bytes of one object. Servers that have a limit stop at 10 MiB or less.
const OBJECT_BYTES_MAX: usize = 10 * 1024 * 1024;

/// What came of fetching.
#[derive(Debug, Default)]
pub(super) struct Bodies {
    /// What was given.
    pub(super) objects: Vec<Object>,
    /// What is there and can't be read, with the reason.
    pub(super) unreadable: Vec<(String, String)>,
    /// What could not be had now, with the reason: it may be had another time.
    pub(super) missed: Vec<(String, String)>,
    /// What is not there when it is asked for, in words.
    pub(super) gone: Vec<(String, String)>,
    /// What is no calendar object at all, in words.
    pub(super) skipped: Vec<String>,
}

/// What became of one object.
enum Body {
    Object(Object),
    /// Not now.
    Missed(String),
    /// Not ever, as it is.
    Unreadable(String),
    /// Nothing is there.
    Gone(String),
    /// Something else lies there.
    Other(String),
}

/// What became of several.
enum Batch {
    /// The texts that were given, by key.
    Given(BTreeMap<String, Object>),
    /// Fewer at a time may do.
    TooMany(String),
    /// Not several at a time: these at least, or ever.
    OneByOne { ever: bool },
}

impl<T: Transport> Here<'_, T> {
    /// Fetches the texts of these objects.
    ///
    /// # Errors
    /// Where the server does not let us in any more.
    pub(super) async fn fetch(self, wanted: Vec<Member>) -> Result<Bodies, ProviderError> {
        let mut bodies = Bodies::default();
        let mut queue: VecDeque<Member> = wanted.into();
        let (mut size, mut size_max, mut failures) = (BATCH, BATCH_MAX, 0);
        while let Some(first) = queue.front() {
            if failures >= FAILURES_MAX {
                bodies.missed.extend(queue.drain(..).map(|member| (member.key, FAILS.to_owned())));
                break;
            }
            if size == 0 {
                let body = self.fetch_one(&first.key, &first.url, first.etag.as_deref()).await?;
                failures = if matches!(body, Body::Missed(_)) { failures + 1 } else { 0 };
                if let Some(member) = queue.pop_front() {
                    bodies.take(member.key, body);
                }
                continue;
            }
            let batch: Vec<Member> = queue.iter().take(size).cloned().collect();
            let given = match self.fetch_batch(&batch).await? {
                Batch::TooMany(why) => {
                    tracing::debug!(size, why, "fewer objects at a time");
                    failures += 1;
                    size /= 2;
                    size_max = size;
                    continue;
                }
                Batch::OneByOne { ever: true } => {
                    size = 0;
                    continue;
                }
                Batch::OneByOne { ever: false } => BTreeMap::new(),
                Batch::Given(given) => given,
            };
            failures = 0;
            let bytes: usize = given.values().map(|object| object.body.len()).sum();
            if given.len() == size && bytes <= BATCH_BYTES / 2 {
                size = size_max.min(size * 2);
            }
            queue.drain(..batch.len());
            failures += self.sort_out(batch, given, &mut bodies).await?;
        }
        Ok(bodies)
    }

    /// Fetches each of these by itself, as it is called now; none any more from a server that keeps failing.
    ///
    /// # Errors
    /// Where the server does not let us in any more.
    pub(super) async fn fetch_each(self, keys: Vec<String>) -> Result<Bodies, ProviderError> {
        let mut bodies = Bodies::default();
        let mut failures = 0;
        for key in keys {
            let body = match href::object(self.url, &key) {
                _ if failures >= FAILURES_MAX => Body::Missed(FAILS.to_owned()),
                Ok(url) => self.fetch_one(&key, &url, None).await?,
                Err(error) => Body::Unreadable(error.to_string()),
            };
            failures = if matches!(body, Body::Missed(_)) { failures + 1 } else { 0 };
            bodies.take(key, body);
        }
        Ok(bodies)
    }

    /// Takes over what was given of a batch, and asks for the rest one by one; gives back how often that failed at the
    /// end in a row.
    async fn sort_out(
        self,
        batch: Vec<Member>,
        mut given: BTreeMap<String, Object>,
        bodies: &mut Bodies,
    ) -> Result<usize, ProviderError> {
        let mut failures = 0;
        for member in batch {
            if let Some(object) = given.remove(&member.key) {
                bodies.objects.push(object);
            } else if failures >= FAILURES_MAX {
                bodies.missed.push((member.key, FAILS.to_owned()));
            } else {
                let body = self.fetch_one(&member.key, &member.url, member.etag.as_deref()).await?;
                failures = if matches!(body, Body::Missed(_)) { failures + 1 } else { 0 };
                bodies.take(member.key, body);
            }
        }
        Ok(failures)
    }

    async fn fetch_batch(self, batch: &[Member]) -> Result<Batch, ProviderError> {
        let request = multiget(self.url, batch.iter().map(|member| member.href.as_str()));
        let answer = match self.client.ask(request).await {
            Ok(answer) => answer,
            Err(error) if error.kind == ErrorKind::Login => return Err(error),
            Err(error) => return Ok(Batch::TooMany(error.message)),
        };
        match answer.status {
            StatusCode::MULTI_STATUS | StatusCode::OK => {}
            // One that is missing costs SabreDAV 1.8 the whole report.
            status if is_gone(status) => return Ok(Batch::OneByOne { ever: false }),
            StatusCode::PAYLOAD_TOO_LARGE | StatusCode::TOO_MANY_REQUESTS => {
                return Ok(Batch::TooMany(answer.status.to_string()));
            }
            status if status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED => {
                return Ok(Batch::TooMany(answer.status.to_string()));
            }
            _ => return Ok(Batch::OneByOne { ever: true }),
        }
        let multistatus = match multistatus::read(&answer.body) {
            Ok(multistatus) => multistatus,
            Err(fault) => return Ok(Batch::TooMany(fault.to_string())),
        };
        let etags: BTreeMap<&str, Option<&str>> =
            batch.iter().map(|member| (member.key.as_str(), member.etag.as_deref())).collect();
        let mut given = BTreeMap::new();
        for response in multistatus.responses {
            let Place::Member { key, .. } = href::place_listed(&answer.url, &response.href) else { continue };
            let Some(listed) = etags.get(key.as_str()) else { continue };
            // An etag older than the text has it fetched again, a newer one would hide a change: both are from before.
            let etag = response.props.etag.as_deref().or(*listed).unwrap_or_default();
            let text = response.props.calendar_data.filter(|_| response.status.is_none());
            if let Some(object) = text.and_then(|text| object(&key, etag, text))
                && let Some(before) = given.insert(key, object)
            {
                tracing::debug!(key = before.href, "the server gives it twice: the last counts");
            }
        }
        Ok(Batch::Given(given))
    }

    async fn fetch_one(self, key: &str, url: &Url, listed: Option<&str>) -> Result<Body, ProviderError> {
        let answer = match self.ask_for(url).await {
            Ok(answer) => answer,
            Err(error) if error.kind == ErrorKind::Login => return Err(error),
            Err(error) => return Ok(Body::Missed(error.message)),
        };
        let status = answer.status;
        Ok(match status {
            StatusCode::OK => of_get(key, answer, listed),
            _ if is_gone(status) => {
                Body::Gone(format!("it is in the list, and not there when asked for ({})", status.as_u16()))
            }
            StatusCode::REQUEST_TIMEOUT
            | StatusCode::LOCKED
            | StatusCode::TOO_EARLY
            | StatusCode::TOO_MANY_REQUESTS => Body::Missed(status.to_string()),
            _ if status.is_server_error() => Body::Missed(format!("the server failed ({})", status.as_u16())),
            _ => Body::Unreadable(format!("the server does not give it out ({})", status.as_u16())),
        })
    }

    /// GET, with an etag that is the object's own and not that of a packed form of it.
    async fn ask_for(self, url: &Url) -> Result<Answer, ProviderError> {
        let mut request = Request::new(Vec::new());
        *request.method_mut() = Method::GET;
        *request.uri_mut() = url.as_str().parse().unwrap_or_default();
        request.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        self.client.ask(request).await
    }

    /// One object as it is now; none where it is not there.
    ///
    /// # Errors
    /// Where that can't be told.
    pub(in super::super) async fn get(self, key: &str) -> Result<Option<Object>, ProviderError> {
        let fail = |why: String| ProviderError { kind: ErrorKind::Unavailable, message: format!("{key}: {why}") };
        let url = href::object(self.url, key).map_err(|error| fail(error.to_string()))?;
        let answer = self.ask_for(&url).await?;
        match answer.status {
            StatusCode::OK => {}
            status if is_gone(status) => return Ok(None),
            status => return Err(fail(format!("the server does not give it out ({})", status.as_u16()))),
        }
        let object = match of_get(key, answer, None) {
            Body::Object(object) => object,
            Body::Missed(why) | Body::Unreadable(why) | Body::Gone(why) | Body::Other(why) => return Err(fail(why)),
        };
        if is_strong(&object.etag.0) {
            return Ok(Some(object));
        }
        // Without an etag that a write can be bound to. Some have one in their XML, where no proxy weakens it.
        let href = url.path().to_owned();
        let member = Member { key: key.to_owned(), href, url, etag: None };
        Ok(Some(match self.fetch_batch(&[member]).await? {
            Batch::Given(mut given) => given.remove(key).filter(|given| is_strong(&given.etag.0)).unwrap_or(object),
            Batch::TooMany(_) | Batch::OneByOne { .. } => object,
        }))
    }
}

impl Bodies {
    fn take(&mut self, key: String, body: Body) {
        match body {
            Body::Object(object) => self.objects.push(object),
            Body::Missed(why) => self.missed.push((key, why)),
            Body::Unreadable(why) => self.unreadable.push((key, why)),
            Body::Gone(why) => self.gone.push((key, why)),
            Body::Other(why) => self.skipped.push(format!("{key} is no calendar object ({why}) and is passed over")),
        }
    }
}

/// Whether an `If-Match` with it can ever hold (RFC 9110 13.1.1): a weak one never does.
pub(in super::super) fn is_strong(etag: &str) -> bool {
    !matches!(etag.trim(), "" | "*") && !is_weak(etag)
}

fn is_weak(etag: &str) -> bool {
    etag.trim_start().get(..2).is_some_and(|start| start.eq_ignore_ascii_case("W/"))
}

/// An etag out of XML. A weak one is kept in its strong form: what GET gives tells whether it can be written with.
pub(super) fn listed_etag(etag: &str) -> &str {
    if is_weak(etag) { etag.trim_start()[2..].trim_start() } else { etag }
}

/// One object out of XML; none where there is no text in it.
fn object(key: &str, etag: &str, text: Vec<u8>) -> Option<Object> {
    let is_one = is_calendar(&text) && text.len() <= OBJECT_BYTES_MAX;
    let etag = Etag(listed_etag(etag).to_owned());
    is_one.then(|| Object { href: key.to_owned(), etag, body: with_line_ends(text).into() })
}

/// What the answer to a GET holds.
fn of_get(key: &str, answer: Answer, listed: Option<&str>) -> Body {
    let head = |name| answer.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let kind = head(header::CONTENT_TYPE).unwrap_or_default().to_ascii_lowercase();
    let etag = head(header::ETAG).or(listed).unwrap_or_default().to_owned();
    if answer.body.len() > OBJECT_BYTES_MAX {
        return Body::Unreadable(format!("it has more than {OBJECT_BYTES_MAX} bytes"));
    }
    let is_text = kind.starts_with("text/calendar") && !answer.body.trim_ascii().is_empty();
    if is_calendar(&answer.body) || is_text && !is_page(&answer.body) {
        return Body::Object(Object { href: key.to_owned(), etag: Etag(etag), body: answer.body.into() });
    }
    if kind.is_empty() || kind.starts_with("text/") || kind.contains("html") || kind.contains("json") {
        let why = "the server gives something else in its place, perhaps a login page".to_owned();
        // Behind such a page there is an event that nobody has seen yet; a file of another kind may be a page itself,
        // and what is empty stays so.
        let is_other = key.rsplit_once('.').is_some_and(|(_, kind)| !kind.eq_ignore_ascii_case("ics"));
        let is_empty = answer.body.trim_ascii().is_empty();
        return if is_other || is_empty { Body::Unreadable(why) } else { Body::Missed(why) };
    }
    Body::Other(short(&kind))
}

/// Whether it begins as a calendar does, the end of that line included: SabreDAV leaves out of XML what ends the lines of
/// a text that has CR alone there.
fn is_calendar(body: &[u8]) -> bool {
    const BEGIN: &[u8] = b"BEGIN:VCALENDAR";
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body).trim_ascii_start();
    let (start, rest) = body.split_at_checked(BEGIN.len()).unwrap_or_default();
    start.eq_ignore_ascii_case(BEGIN) && rest.first().is_none_or(u8::is_ascii_whitespace)
}

fn is_page(body: &[u8]) -> bool {
    body.trim_ascii_start().starts_with(b"<")
}

/// Line ends as iCalendar has them (RFC 5545 3.1): XML keeps only half of them.
fn with_line_ends(body: Vec<u8>) -> Vec<u8> {
    let mut whole = Vec::with_capacity(body.len() + body.len() / 32);
    for byte in body {
        if byte == b'\n' && whole.last() != Some(&b'\r') {
            whole.push(b'\r');
        }
        whole.push(byte);
    }
    whole
}
