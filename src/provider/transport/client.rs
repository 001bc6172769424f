//! The real transport: reqwest on rustls, with the system's certificates. It is made at the first exchange, so a
//! program that reads only folders loads no certificate.

use std::error::Error as _;
use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use tokio::time::timeout_at;

use super::{Limits, Transport, TransportError};

/// Tells servers who asks: some know programs by this name.
const USER_AGENT: &str = concat!("seawall/", env!("CARGO_PKG_VERSION"));
/// Where to read about it, once the package says so.
const HOMEPAGE: &str = env!("CARGO_PKG_REPOSITORY");

/// An HTTP client. Copies share their connections.
#[derive(Clone, Debug, Default)]
pub struct Client(Arc<OnceLock<Result<reqwest::Client, TransportError>>>);

impl Client {
    /// Asks nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn get(&self) -> Result<&reqwest::Client, TransportError> {
        self.0.get_or_init(build).as_ref().map_err(Clone::clone)
    }
}

fn build() -> Result<reqwest::Client, TransportError> {
    // Fails only where a provider is installed already, and then that one is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let agent = if HOMEPAGE.is_empty() { USER_AGENT.to_owned() } else { format!("{USER_AGENT} (+{HOMEPAGE})") };
    reqwest::Client::builder()
        .user_agent(agent)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .build()
        .map_err(failed)
}

impl Transport for Client {
    async fn exchange(
        &self,
        request: http::Request<Vec<u8>>,
        limits: Limits,
    ) -> Result<http::Response<Vec<u8>>, TransportError> {
        let client = self.get()?;
        let request = reqwest::Request::try_from(request).map_err(failed)?;
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

/// The reasons from the outermost to the innermost, without the address.
fn failed(error: reqwest::Error) -> TransportError {
    let error = error.without_url();
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
    TransportError::Failed(message)
}
