//! One calendar on a server, as the reading and the writing of it ask for it, and what an answer about it means: a
//! refusal in words, or a multistatus. It knows no objects' content.

use http::{Request, StatusCode};
use url::Url;

use super::href::same;
use super::xml::{Fault, Multistatus, multistatus, precondition};
use crate::provider::transport::{AccountClient, Answer, Transport};
use crate::provider::{ErrorKind, ProviderError};

/// One calendar, and the way to it.
#[derive(Debug)]
pub(super) struct Here<'a, T> {
    /// Who asks.
    pub(super) client: &'a AccountClient<T>,
    /// Where it is.
    pub(super) url: &'a Url,
    /// The display name by which it was found; none where it was found by its address.
    pub(super) name: Option<&'a str>,
    /// Where its server is known to send on to for good, which is followed for questions.
    pub(super) moved: Option<&'a Url>,
}

// By hand: a derive would ask the transport to be copied too.
impl<T> Clone for Here<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Here<'_, T> {}

impl<T: Transport> Here<'_, T> {
    /// Asks something of the calendar itself.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where its server has moved it for good to a place that is not known yet.
    pub(super) async fn ask(self, request: Request<Vec<u8>>) -> Result<Answer, ProviderError> {
        let answer = self.client.ask(request).await?;
        let is_known = same(&answer.url, self.url) || self.moved.is_some_and(|moved| same(&answer.url, moved));
        if answer.moved && !is_known {
            let message = format!("its server has moved it from {} for good", self.url);
            return Err(ProviderError { kind: ErrorKind::NotFound, message });
        }
        Ok(answer)
    }
}

/// Whether the server says that what was asked for is not there.
pub(super) fn is_gone(status: StatusCode) -> bool {
    matches!(status, StatusCode::NOT_FOUND | StatusCode::GONE)
}

/// The answer as a multistatus.
///
/// # Errors
/// [`ErrorKind::NotFound`] where the calendar is not there, else [`ErrorKind::Unavailable`].
pub(super) fn multistatus_of(answer: &Answer, asked_for: &str) -> Result<Multistatus, ProviderError> {
    if answer.status != StatusCode::MULTI_STATUS && answer.status != StatusCode::OK {
        return Err(refused(answer, asked_for));
    }
    multistatus::read(&answer.body).map_err(|fault| faulty(&fault, asked_for))
}

/// What can't be read, as an error.
pub(super) fn faulty(fault: &Fault, asked_for: &str) -> ProviderError {
    unavailable(format!("asked for {asked_for}, and {fault}"))
}

/// A refusal to answer, as an error.
pub(super) fn refused(answer: &Answer, asked_for: &str) -> ProviderError {
    let words = precondition::read(&answer.body).and_then(|error| error.message);
    let words = words.map(|words| format!(": {}", short(&words))).unwrap_or_default();
    let message = format!("the server refuses {asked_for} ({}){words}", answer.status.as_u16());
    // What is asked of the wrong server (421) has moved: discovery tells where to.
    let is_elsewhere = is_gone(answer.status) || answer.status == StatusCode::MISDIRECTED_REQUEST;
    let kind = if is_elsewhere { ErrorKind::NotFound } else { ErrorKind::Unavailable };
    ProviderError { kind, message }
}

/// A failure that a later cycle may not meet again.
pub(super) fn unavailable(message: String) -> ProviderError {
    ProviderError { kind: ErrorKind::Unavailable, message }
}

/// A server's own words on one line, and not too many of them.
pub(super) fn short(words: &str) -> String {
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().filter(|c| !c.is_control()).take(200).collect()
}
