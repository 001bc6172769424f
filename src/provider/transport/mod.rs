//! One HTTP exchange: one request, one answer, within a deadline and a size. It follows no redirect, repeats
//! nothing and knows no calendars; tests put a script in its place.

use std::future::Future;

use tokio::time::Instant;

mod client;

pub use client::Client;

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
    /// The server can't be reached, or broke off.
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
