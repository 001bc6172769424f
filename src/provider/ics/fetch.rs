//! A subscribed calendar at an address: asked for news only, through redirects that never leave the safe way.
//! No credentials are sent to anybody; the address itself may be the secret and is never shown in full.

use std::time::Duration;

use http::header::{self, HeaderName};
use http::{HeaderMap, Request, StatusCode};
use tokio::time::Instant;
use url::Url;

use super::BODY_BYTES_MAX;
use crate::provider::transport::{Limits, Transport, permit};
use crate::provider::{ErrorKind, ProviderError};

/// How long it may take, redirects included.
const TIMEOUT: Duration = Duration::from_mins(1);
/// The most redirects that are followed.
const REDIRECTS_MAX: usize = 5;

/// What the server calls a version (RFC 9110 8.8).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Validators {
    /// `ETag`.
    pub(super) etag: Option<String>,
    /// `Last-Modified`.
    pub(super) modified: Option<String>,
}

/// What the server has to say.
#[derive(Debug)]
pub(super) enum Answer {
    /// Nothing new.
    Unchanged,
    /// The text, and what the server calls it.
    Body(Vec<u8>, Validators),
}

/// Asks for what is newer than `known`.
///
/// # Errors
/// Where there is no answer, or one that is no calendar's.
pub(super) async fn fetch(
    transport: &impl Transport,
    address: &Url,
    known: &Validators,
) -> Result<Answer, ProviderError> {
    let limits = Limits { body_bytes_max: BODY_BYTES_MAX, until: Instant::now() + TIMEOUT };
    let mut url = address.clone();
    permit(&url, None).map_err(|why| failed(address, &why))?;
    for _ in 0..=REDIRECTS_MAX {
        let request = request(&url, known).map_err(|error| failed(address, &error.to_string()))?;
        let answer = transport.exchange(request, limits).await.map_err(|error| failed(address, &error.to_string()))?;
        let (head, body) = answer.into_parts();
        match head.status {
            StatusCode::OK => return Ok(Answer::Body(body, validators(&head.headers))),
            StatusCode::NOT_MODIFIED => return Ok(Answer::Unchanged),
            StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT => {
                let next = target(&url, &head.headers).ok_or_else(|| failed(address, "redirects to nowhere"))?;
                permit(&next, Some(&url))
                    .map_err(|why| failed(address, &format!("redirects to a place where {why}")))?;
                url = next;
            }
            status => return Err(refused(address, status)),
        }
    }
    Err(failed(address, &format!("redirects more than {REDIRECTS_MAX} times")))
}

/// What people may see of an address.
pub(super) fn shown(url: &Url) -> String {
    format!("{}://{}/…", url.scheme(), url.host_str().unwrap_or_default())
}

fn request(url: &Url, known: &Validators) -> Result<Request<Vec<u8>>, http::Error> {
    let mut request = Request::get(url.as_str()).header(header::ACCEPT, "text/calendar, */*;q=0.1");
    // The better of the two alone (RFC 9110 13.1.3): a server that knows etags ignores the date anyway.
    if let Some(etag) = &known.etag {
        request = request.header(header::IF_NONE_MATCH, etag);
    } else if let Some(modified) = &known.modified {
        request = request.header(header::IF_MODIFIED_SINCE, modified);
    }
    request.body(Vec::new())
}

fn validators(headers: &HeaderMap) -> Validators {
    Validators { etag: text(headers, &header::ETAG), modified: text(headers, &header::LAST_MODIFIED) }
}

/// A header's value, where it is plain text: anything else could not be sent back.
fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

fn target(url: &Url, headers: &HeaderMap) -> Option<Url> {
    url.join(&text(headers, &header::LOCATION)?).ok()
}

fn refused(address: &Url, status: StatusCode) -> ProviderError {
    let (kind, why) = match status {
        StatusCode::NOT_FOUND | StatusCode::GONE => {
            (ErrorKind::NotFound, "there is no calendar at this address (any more)")
        }
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            (ErrorKind::Unavailable, "it wants a login; a subscribed calendar must be readable by its address alone")
        }
        _ => (ErrorKind::Unavailable, "the server has no calendar to give"),
    };
    ProviderError { kind, message: format!("{}: {why} ({status})", shown(address)) }
}

fn failed(address: &Url, why: &str) -> ProviderError {
    ProviderError { kind: ErrorKind::Unavailable, message: format!("{}: {why}", shown(address)) }
}
