//! A change to an object on a server. It can't be made without its precondition: whoever has a [`Write`] says that
//! the object is not there yet, which version of it goes, or that the id in it is the client's own choice.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request};
use url::Url;

/// What must be so for the change to happen.
#[derive(Clone, PartialEq, Eq)]
enum Precondition {
    /// Nothing is there (RFC 9110 13.1.2).
    Absent,
    /// This version is there, spelt as the server spelt it (RFC 9110 13.1.1).
    Version(String),
    /// The service refuses a second object with the id in the body, which the client chose.
    ChosenId,
}

/// One change, with its precondition.
#[derive(Clone)]
pub struct Write {
    method: Method,
    pub(super) url: Url,
    precondition: Precondition,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Write {
    /// Stores a new object (PUT) where there is none.
    pub fn create(url: Url, content_type: &'static str, body: Vec<u8>) -> Self {
        Self::new(Method::PUT, url, Precondition::Absent, Some(content_type), body)
    }

    /// Replaces an object (PUT) that is still at that etag.
    pub fn replace(url: Url, etag: &str, content_type: &'static str, body: Vec<u8>) -> Self {
        Self::new(Method::PUT, url, Precondition::Version(etag.to_owned()), Some(content_type), body)
    }

    /// Removes an object (DELETE) that is still at that etag.
    pub fn remove(url: Url, etag: &str) -> Self {
        Self::new(Method::DELETE, url, Precondition::Version(etag.to_owned()), None, Vec::new())
    }

    /// Adds an object to a collection (POST). The body must hold an id that the client chose and that the service
    /// takes only once: that is the precondition.
    pub fn insert(url: Url, content_type: &'static str, body: Vec<u8>) -> Self {
        Self::new(Method::POST, url, Precondition::ChosenId, Some(content_type), body)
    }

    /// Changes parts of an object (PATCH) that is still at that etag.
    pub fn patch(url: Url, etag: &str, content_type: &'static str, body: Vec<u8>) -> Self {
        Self::new(Method::PATCH, url, Precondition::Version(etag.to_owned()), Some(content_type), body)
    }

    /// Adds a header, e.g. `Schedule-Reply: F`. The precondition's own can't be changed by this.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    fn new(
        method: Method,
        url: Url,
        precondition: Precondition,
        content_type: Option<&'static str>,
        body: Vec<u8>,
    ) -> Self {
        let mut headers = HeaderMap::new();
        // The etag in the answer must be that of the object, not of a packed form of it.
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        if let Some(content_type) = content_type {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        Self { method, url, precondition, headers, body }
    }

    /// The method, for messages.
    pub(super) fn method(&self) -> &Method {
        &self.method
    }

    /// What goes over the wire, with the length of its body: some servers refuse chunked ones.
    ///
    /// # Errors
    /// Where this would not be bound to one version of one object.
    pub(super) fn into_request(self) -> Result<Request<Vec<u8>>, &'static str> {
        // Radicale takes a PUT on a collection for all of its content, and a DELETE for its end.
        let is_object = self.method == Method::POST || !self.url.path().ends_with('/');
        if !is_object {
            return Err("the address is that of a whole collection, not of an object: nothing was sent");
        }
        let mut headers = self.headers;
        for name in [header::IF_MATCH, header::IF_NONE_MATCH, header::CONTENT_LENGTH, header::TRANSFER_ENCODING] {
            headers.remove(name);
        }
        match self.precondition {
            Precondition::Absent => {
                headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static("*"));
            }
            Precondition::Version(etag) => {
                let value = HeaderValue::from_str(&etag).ok().filter(|_| !matches!(etag.trim(), "" | "*"));
                let value = value.ok_or("the object's etag names no single version: nothing was sent")?;
                headers.insert(header::IF_MATCH, value);
            }
            Precondition::ChosenId => {}
        }
        if self.method != Method::DELETE {
            headers.insert(header::CONTENT_LENGTH, self.body.len().into());
        }
        let mut request = Request::new(self.body);
        *request.method_mut() = self.method;
        *request.uri_mut() = self.url.as_str().parse().map_err(|_| "the address can't be sent")?;
        *request.headers_mut() = headers;
        Ok(request)
    }
}

impl std::fmt::Debug for Write {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at {} ({} bytes)", self.method, super::address::host(&self.url), self.body.len())
    }
}
