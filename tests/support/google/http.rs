//! HTTP/1.1 as the fake speaks it: one request read from a stream, one reply written to it. It knows bytes and headers,
//! and nothing of calendars.

use std::fmt::Write as _;
use std::io::{self, BufRead, Read as _, Write as _};

use serde_json::Value;

const BODY_BYTES_MAX: usize = 4 << 20;

/// A request as it came; names of headers in lower case.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Still percent-encoded, without the query.
    pub(crate) path: String,
    /// Decoded, in the order of the address.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// The next request of a connection; none when the client has hung up between two.
    pub(crate) fn read(stream: &mut impl BufRead) -> io::Result<Option<Self>> {
        let bad = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
        let Some(first) = line(stream)? else { return Ok(None) };
        let [method, target, "HTTP/1.1"] = first.split(' ').collect::<Vec<_>>()[..] else {
            return Err(bad(&format!("no request line: {first}")));
        };
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let mut request =
            Self { method: method.to_owned(), path: path.to_owned(), query, headers: Vec::new(), body: Vec::new() };
        loop {
            let header = line(stream)?.ok_or_else(|| bad("the head breaks off"))?;
            if header.is_empty() {
                break;
            }
            let (name, value) = header.split_once(':').ok_or_else(|| bad("a header without a colon"))?;
            request.headers.push((name.to_lowercase(), value.trim().to_owned()));
        }
        if request.header("transfer-encoding").is_some() {
            return Err(bad("a body in chunks: nobody here sends one"));
        }
        let length = request.header("content-length").map_or(Ok(0), str::parse).map_err(|_| bad("content-length"))?;
        if length > BODY_BYTES_MAX {
            return Err(bad("a huge body"));
        }
        request.body = vec![0; length];
        stream.read_exact(&mut request.body)?;
        Ok(Some(request))
    }

    /// The first header of that name (lower case).
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    /// The first parameter of that name.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(parameter, _)| parameter == name).map(|(_, value)| value.as_str())
    }

    /// Whether a boolean parameter is there and true.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.parameter(name) == Some("true")
    }

    /// The token behind `Authorization: Bearer`.
    pub(crate) fn bearer(&self) -> Option<&str> {
        self.header("authorization")?.strip_prefix("Bearer ")
    }

    /// The body as JSON; null where it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// Google packs replies only for clients that ask for it and say `gzip` in their name, too
    /// (developers.google.com/workspace/calendar/api/guides/performance).
    fn wants_gzip(&self) -> bool {
        let says = |name| self.header(name).is_some_and(|value| value.contains("gzip"));
        says("accept-encoding") && says("user-agent")
    }
}

/// One line without its end; none at the end of the stream.
fn line(stream: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut text = Vec::new();
    stream.by_ref().take(64 << 10).read_until(b'\n', &mut text)?;
    if text.is_empty() {
        return Ok(None);
    }
    let text = String::from_utf8(text).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
}

/// What is sent back.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Option<Value>,
}

impl Reply {
    /// A JSON document.
    pub(crate) fn ok(body: Value) -> Self {
        let etag = body.get("etag").and_then(Value::as_str).map(|etag| ("ETag", etag.to_owned()));
        Self { status: 200, headers: etag.into_iter().collect(), body: Some(body) }
    }

    /// An answer without a body.
    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: None }
    }

    /// The bytes that go out for that request at that time (HTTP-date).
    pub(crate) fn bytes(&self, request: &Request, date: &str) -> io::Result<Vec<u8>> {
        let mut head = format!("HTTP/1.1 {} {}\r\nDate: {date}\r\n", self.status, self.reason());
        for (name, value) in &self.headers {
            write!(head, "{name}: {value}\r\n").map_err(io::Error::other)?;
        }
        let mut body = Vec::new();
        if let Some(value) = &self.body {
            head.push_str("Content-Type: application/json; charset=UTF-8\r\n");
            body = serde_json::to_vec_pretty(value)?;
            if request.wants_gzip() {
                head.push_str("Content-Encoding: gzip\r\n");
                let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
                packed.write_all(&body)?;
                body = packed.finish()?;
            }
        }
        if !matches!(self.status, 204 | 304) {
            write!(head, "Content-Length: {}\r\n", body.len()).map_err(io::Error::other)?;
        }
        head.push_str("Vary: Origin, X-Origin\r\n\r\n");
        Ok([head.into_bytes(), body].concat())
    }

    fn reason(&self) -> &'static str {
        http::StatusCode::from_u16(self.status).ok().and_then(|code| code.canonical_reason()).unwrap_or("Unknown")
    }
}
