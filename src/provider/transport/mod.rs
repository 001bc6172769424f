//! HTTP for the adapters. At the bottom one exchange: one request, one answer, within a deadline and a size, without
//! redirects or repetitions; tests put a script in its place. On top of it one account's client: who it is, whom it
//! trusts, how it behaves. No calendars are known here.

use std::future::Future;

use tokio::time::Instant;

mod account;
mod address;
mod auth;
mod client;
mod courier;
mod fault;
mod pace;
mod trust;
mod write;

pub use account::{AccountClient, Answer};
pub use address::permit;
pub use auth::Credentials;
pub use client::Client;
pub use courier::Courier;
pub use trust::Trust;
pub use write::Write;

/// What an exchange may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes of the answer's body, after it was unpacked.
    pub body_bytes_max: usize,
    /// When the whole exchange must be over, the body included.
    pub until: Instant,
}

/// Why there is no answer. The message never holds the address: it can be a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The deadline passed; whether the server did what it was asked to is unknown.
    #[error("no full answer in time")]
    TimedOut,
    /// The body is larger than was allowed.
    #[error("the answer has more than {0} bytes")]
    TooLarge(usize),
    /// The server's certificate proves nothing to us; nothing was sent.
    #[error("{0}")]
    Untrusted(String),
    /// The server was there and broke off; whether it did what it was asked to is unknown.
    #[error("the connection broke off: {0}")]
    Dropped(String),
    /// The server can't be reached.
    #[error("{0}")]
    Failed(String),
}

/// What carries requests to a server.
pub trait Transport {
    /// Sends a request and collects the answer; one with an error status is an answer too.
    ///
    /// # Errors
    /// Where there is no full answer within the limits.
    fn exchange(
        &self,
        request: http::Request<Vec<u8>>,
        limits: Limits,
    ) -> impl Future<Output = Result<http::Response<Vec<u8>>, TransportError>>;
}
