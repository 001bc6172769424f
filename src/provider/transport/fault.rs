//! What went wrong with a request, in words: the host and the method, never the address, never a secret.

use http::Method;
use url::Url;

use super::address::host;
use crate::provider::{ErrorKind, ProviderError};

/// A request, for messages.
#[derive(Clone, Debug)]
pub(super) struct About {
    host: String,
    method: Method,
}

impl About {
    pub(super) fn new(method: &Method, url: &Url) -> Self {
        Self { host: host(url), method: method.clone() }
    }

    /// The service can't be used now, for the reason given.
    pub(super) fn unavailable(&self, why: &str) -> ProviderError {
        self.error(ErrorKind::Unavailable, why)
    }

    /// The service does not let us in.
    pub(super) fn login(&self, why: &str) -> ProviderError {
        self.error(ErrorKind::Login, why)
    }

    fn error(&self, kind: ErrorKind, why: &str) -> ProviderError {
        ProviderError { kind, message: format!("{} ({}): {why}", self.host, self.method) }
    }
}
