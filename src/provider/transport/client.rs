//! The real transport: reqwest on rustls, with the system's certificates and, where one is given, a private CA beside
//! them. It is made at the first exchange, so a program that reads only folders loads no certificate.
//!
//! HTTP/1.1 alone: with one request at a time HTTP/2 gains nothing, and several CalDAV servers stumble over it
//! (github.com/python-caldav/caldav/issues/564). Changes never go over a connection that was used before: one that
//! the server closed in silence (`SOGo`) would leave open whether the change was made.

use std::error::Error as _;
use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::Method;
use reqwest::Certificate;
use rustls::CertificateError;
use tokio::time::timeout_at;

use super::address::is_loopback;
use super::{Courier, Limits, Transport, TransportError};

/// Tells servers who asks, and where to read about it. Google packs its answers only for those who also say "gzip"
/// here (developers.google.com/workspace/calendar/api/guides/performance).
const USER_AGENT: &str = concat!("seawall/", env!("CARGO_PKG_VERSION"), " (+", env!("CARGO_PKG_HOMEPAGE"), "; gzip)");
/// How long a connection is kept for the next question.
const IDLE: Duration = Duration::from_secs(20);

/// An HTTP client. Copies share their connections.
#[derive(Clone, Default)]
pub struct Client(Arc<Inner>);

#[derive(Default)]
struct Inner {
    /// Trusted beside the system's certificates.
    authorities: Vec<Certificate>,
    /// One client a [`Kind`].
    made: [OnceLock<Result<reqwest::Client, TransportError>>; 4],
}

/// What sets clients apart.
#[derive(Clone, Copy)]
struct Kind {
    /// For this machine: no proxy, which would see what is not encrypted.
    is_local: bool,
    /// For changes: a connection of their own.
    is_change: bool,
}

impl Client {
    /// Trusts the system's certificates. Asks nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Trusts also what these certificates (PEM) sign.
    ///
    /// # Errors
    /// Where there is no certificate in it, or a broken one; fits behind the file's name.
    pub fn with_ca(pem: &[u8]) -> Result<Self, TransportError> {
        let broken = |why: String| TransportError::Untrusted(format!("holds no certificate that can be read: {why}"));
        let authorities = Certificate::from_pem_bundle(pem).map_err(|error| broken(reason(&error)))?;
        if authorities.is_empty() {
            return Err(broken("there is no -----BEGIN CERTIFICATE----- in it".to_owned()));
        }
        let client = Self(Arc::new(Inner { authorities, ..Inner::default() }));
        // A broken certificate shows only in use.
        client.get(Kind { is_local: false, is_change: false }).map_err(|error| broken(error.to_string()))?;
        Ok(client)
    }

    /// The same for a task of its own.
    pub fn courier(&self) -> Courier {
        let client = self.clone();
        Courier::new(move |request, limits| {
            let client = client.clone();
            async move { client.exchange(request, limits).await }
        })
    }

    fn get(&self, kind: Kind) -> Result<&reqwest::Client, TransportError> {
        let made = &self.0.made[usize::from(kind.is_local) * 2 + usize::from(kind.is_change)];
        made.get_or_init(|| build(kind, &self.0.authorities)).as_ref().map_err(Clone::clone)
    }
}

impl std::fmt::Debug for Client {
    /// Nothing of the inside: a proxy's address can hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Client")
    }
}

fn build(kind: Kind, authorities: &[Certificate]) -> Result<reqwest::Client, TransportError> {
    // Fails only where a provider is installed already, and then that one is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .http1_only()
        .pool_max_idle_per_host(usize::from(!kind.is_change))
        .pool_idle_timeout(IDLE)
        .tls_certs_merge(authorities.iter().cloned());
    if kind.is_local {
        builder = builder.no_proxy();
    }
    builder.build().map_err(failed)
}

impl Transport for Client {
    async fn exchange(
        &self,
        request: http::Request<Vec<u8>>,
        limits: Limits,
    ) -> Result<http::Response<Vec<u8>>, TransportError> {
        let is_change = matches!(*request.method(), Method::PUT | Method::DELETE | Method::POST | Method::PATCH);
        let request = reqwest::Request::try_from(request).map_err(failed)?;
        let client = self.get(Kind { is_local: is_loopback(request.url()), is_change })?;
        let exchange = collect(client, request, limits.body_bytes_max);
        timeout_at(limits.until, exchange).await.unwrap_or(Err(TransportError::TimedOut))
    }
}

/// Sends and takes in the body piece by piece, so that a small answer that unpacks to a huge one is cut off early.
async fn collect(
    client: &reqwest::Client,
    request: reqwest::Request,
    body_bytes_max: usize,
) -> Result<http::Response<Vec<u8>>, TransportError> {
    let mut answer = client.execute(request).await.map_err(failed)?;
    if answer.content_length().is_some_and(|length| length > body_bytes_max as u64) {
        return Err(TransportError::TooLarge(body_bytes_max));
    }
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(failed)? {
        if body.len() + piece.len() > body_bytes_max {
            return Err(TransportError::TooLarge(body_bytes_max));
        }
        body.extend_from_slice(&piece);
    }
    let mut response = http::Response::new(body);
    *response.status_mut() = answer.status();
    std::mem::swap(response.headers_mut(), answer.headers_mut());
    Ok(response)
}

fn failed(error: reqwest::Error) -> TransportError {
    let error = error.without_url();
    if let Some(why) = certificate_fault(&error) {
        return TransportError::Untrusted(why);
    }
    let before = error.is_connect() || error.is_builder();
    let message = reason(&error);
    if before { TransportError::Failed(message) } else { TransportError::Dropped(message) }
}

/// The reasons from the outermost to the innermost, without the address.
fn reason(error: &reqwest::Error) -> String {
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(reason) = source {
        let text = reason.to_string();
        if !message.contains(&text) {
            // Writing to a string can't fail.
            let _ = write!(message, ": {text}");
        }
        source = reason.source();
    }
    message
}

/// What is wrong with the server's certificate, if that is what is wrong, and what to do.
fn certificate_fault(error: &reqwest::Error) -> Option<String> {
    let mut source = error.source();
    while let Some(reason) = source {
        let inner = reason.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let fault = inner.and_then(|inner| inner.downcast_ref()).or_else(|| reason.downcast_ref());
        if let Some(rustls::Error::InvalidCertificate(fault)) = fault {
            let advice = match fault {
                // The second is one by another authority of the same name, as when a private one was made anew.
                CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                    ": nobody known here signed it; if the server has a private CA, name that CA's certificate in \
                     the account's ca_file"
                }
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                    ": it belongs to another host; is the address right?"
                }
                _ => "",
            };
            return Some(format!("the server's certificate can't be trusted ({fault}){advice}"));
        }
        // An I/O error's source is that of what it holds, not what it holds.
        source = inner.map_or_else(|| reason.source(), |inner| Some(inner as &(dyn std::error::Error + 'static)));
    }
    None
}
