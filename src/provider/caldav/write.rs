//! Writing: one request a call, each bound to what must be so, at an address that is proved to be one object of the
//! calendar. What the server's refusal means is read from its status and from the reason in its body; an answer that
//! leaves open what was done is one to read after. It knows no holds.

use http::header::{self, HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};
use url::Url;

use super::here::{Here, short, unavailable};
use super::href::{self, Place};
use super::reading::is_strong;
use super::xml::{DavError, Precondition, multistatus, precondition};
use crate::provider::transport::{Answer, Transport, Write};
use crate::provider::{ErrorKind, Etag, ProviderError};

const CALENDAR: &str = "text/calendar; charset=utf-8";
/// The user deletes no invitation by this, so nobody is told (RFC 6638 8.1). Without people in it there is nobody
/// anyway.
const SCHEDULE_REPLY: (HeaderName, HeaderValue) =
    (HeaderName::from_static("schedule-reply"), HeaderValue::from_static("F"));

/// What a write was to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    Create,
    Update,
    Delete,
}

impl<T: Transport> Here<'_, T> {
    /// Stores a new object.
    ///
    /// # Errors
    /// [`ErrorKind::Precondition`] where the name or the UID in it is taken.
    pub(super) async fn create(self, name: &str, body: &[u8]) -> Result<(), ProviderError> {
        let url = href::new_object(self.url, name).map_err(|error| unavailable(error.to_string()))?;
        let answer = self.client.write(Write::create(url, CALENDAR, body.to_vec())).await?;
        judge(Doing::Create, name, &answer)?;
        stays_there(self.url, name, &answer.headers)
    }

    /// Replaces an object.
    ///
    /// # Errors
    /// [`ErrorKind::Precondition`] where it is no longer at this etag, [`ErrorKind::NotFound`] where it is gone.
    pub(super) async fn update(self, key: &str, etag: &Etag, body: &[u8]) -> Result<(), ProviderError> {
        let url = self.writable(key, etag)?;
        let answer = self.client.write(Write::replace(url, &quoted(etag), CALENDAR, body.to_vec())).await?;
        self.judge_version(Doing::Update, key, etag, &answer).await
    }

    /// Removes an object.
    ///
    /// # Errors
    /// [`ErrorKind::Precondition`] where it is no longer at this etag, [`ErrorKind::NotFound`] where it is gone.
    pub(super) async fn delete(self, key: &str, etag: &Etag) -> Result<(), ProviderError> {
        let url = self.writable(key, etag)?;
        let (name, value) = SCHEDULE_REPLY;
        let answer = self.client.write(Write::remove(url, &quoted(etag)).header(name, value)).await?;
        self.judge_version(Doing::Delete, key, etag, &answer).await
    }

    /// The address of an object, where a write can be bound to its version.
    fn writable(self, key: &str, etag: &Etag) -> Result<Url, ProviderError> {
        if !is_strong(&etag.0) {
            let what = if matches!(etag.0.trim(), "" | "*") { "no etag" } else { "only a weak etag" };
            return Err(unavailable(format!(
                "{key}: the server gives {what} for it, so a write can't be bound to the version that was read, and \
                 nothing was sent"
            )));
        }
        href::object(self.url, key).map_err(|error| unavailable(error.to_string()))
    }

    /// What the answer to a write bound to a version means. Servers say the same (412) of another version, of none at
    /// all, and some of an etag that they don't take for their own: a look tells which.
    async fn judge_version(self, doing: Doing, key: &str, etag: &Etag, answer: &Answer) -> Result<(), ProviderError> {
        let Err(error) = judge(doing, key, answer) else { return Ok(()) };
        if answer.status != StatusCode::PRECONDITION_FAILED || error.kind != ErrorKind::Precondition {
            return Err(error);
        }
        Err(match self.get(key).await {
            Ok(None) => ProviderError { kind: ErrorKind::NotFound, message: format!("{key}: it is gone") },
            Ok(Some(now)) if now.etag == *etag => {
                unavailable(format!("{key}: the server does not know the etag that it gave, and refuses every change"))
            }
            Ok(Some(_)) | Err(_) => error,
        })
    }
}

/// The etag with quotes around it (RFC 9110 8.8.3), also where a server forgot them: SOGo passes over a precondition
/// without them, and writes.
fn quoted(etag: &Etag) -> String {
    let etag = etag.0.trim();
    if etag.len() > 1 && etag.starts_with('"') && etag.ends_with('"') { etag.to_owned() } else { format!("\"{etag}\"") }
}

/// Whether the write was done.
fn judge(doing: Doing, key: &str, answer: &Answer) -> Result<(), ProviderError> {
    match answer.status.as_u16() {
        200 | 201 | 204 => Ok(()),
        207 => hidden(doing, key, answer),
        status => Err(refusal(doing, key, status, precondition::read(&answer.body))),
    }
}

/// Success of a kind: old Xandikos tells inside of it that the write was refused.
fn hidden(doing: Doing, key: &str, answer: &Answer) -> Result<(), ProviderError> {
    let unclear = |why: &str| unavailable(format!("{key}: whether it was done is not clear: {why}"));
    let multistatus = multistatus::read(&answer.body).map_err(|fault| unclear(&fault.to_string()))?;
    if multistatus.responses.is_empty() {
        return Err(unclear("the answer says nothing"));
    }
    let failed = multistatus.responses.into_iter().find_map(|one| match one.status.or(one.refused) {
        Some(status) => Some((status, one.error)),
        None => one.error.map(|error| (StatusCode::MULTI_STATUS.as_u16(), Some(error))),
    });
    match failed {
        Some((status, error)) => Err(refusal(doing, key, status, error)),
        None => Ok(()),
    }
}

/// A server may store an object under a name of its own (`DavMail`). It is found in the next list by its UID; here it
/// counts as not done, for under its name nothing lies.
fn stays_there(calendar: &Url, name: &str, headers: &HeaderMap) -> Result<(), ProviderError> {
    for header in [header::LOCATION, header::CONTENT_LOCATION] {
        let Some(place) = headers.get(&header).and_then(|value| value.to_str().ok()) else { continue };
        if let Place::Member { key, .. } = href::place(calendar, place)
            && key != name
        {
            let message =
                format!("{name}: the server stored it under another name, {key}; the next cycle finds it there");
            return Err(unavailable(message));
        }
    }
    Ok(())
}

/// A refusal, as what the caller can do about it.
fn refusal(doing: Doing, key: &str, status: u16, error: Option<DavError>) -> ProviderError {
    let words = error.as_ref().and_then(|error| error.message.as_deref()).map(short).unwrap_or_default();
    let by_reason = error.and_then(|error| by_reason(error.precondition, doing, status, !words.is_empty()));
    let (kind, why) = by_reason.unwrap_or_else(|| by_status(doing, status, &words));
    let words = if words.is_empty() { words } else { format!(": {words}") };
    ProviderError { kind, message: format!("{key}: {why} ({status}){words}") }
}

/// By the reason in the body; none where the status says more.
fn by_reason(reason: Precondition, doing: Doing, status: u16, has_words: bool) -> Option<(ErrorKind, String)> {
    let at = |href: Option<String>| href.map(|href| format!(" by {}", short(&href))).unwrap_or_default();
    Some(match reason {
        Precondition::NoUidConflict(href) => {
            (ErrorKind::Precondition, format!("its UID is taken in this calendar{}", at(href)))
        }
        Precondition::UniqueSchedulingObject(href) => {
            (ErrorKind::Precondition, format!("its UID is taken in a calendar of the user{}", at(href)))
        }
        Precondition::NeedPrivileges => (ErrorKind::ReadOnly, "the right to do that is missing".to_owned()),
        Precondition::Quota => (ErrorKind::ReadOnly, "there is no room left".to_owned()),
        Precondition::SupportedCalendarComponent => (ErrorKind::ReadOnly, "the calendar takes no events".to_owned()),
        Precondition::Locked => (ErrorKind::Unavailable, "somebody has locked it".to_owned()),
        Precondition::MaxResourceSize => (ErrorKind::Unavailable, "it is too large for the server".to_owned()),
        Precondition::ValidCalendarData | Precondition::ValidCalendarObject | Precondition::SupportedCalendarData => {
            (ErrorKind::Unavailable, "the server does not take it for an event".to_owned())
        }
        // Google, where it is asked too often.
        Precondition::Bare if status == 403 && !has_words => {
            (ErrorKind::Unavailable, "refused without a reason, perhaps after too many requests".to_owned())
        }
        Precondition::Bare
        | Precondition::Other(_)
        | Precondition::ValidSyncToken
        | Precondition::NumberOfMatchesWithinLimits
        | Precondition::SupportedReport => return None,
    })
    .filter(|(kind, _)| doing != Doing::Delete || *kind != ErrorKind::Precondition)
}

/// By the status alone.
fn by_status(doing: Doing, status: u16, words: &str) -> (ErrorKind, String) {
    let lower = words.to_ascii_lowercase();
    let is_uid = lower.contains("uid") && (lower.contains("exist") || lower.contains("conflict"));
    let (kind, why) = match (status, doing) {
        (404 | 410, Doing::Create) => (ErrorKind::NotFound, "the calendar is not there"),
        (404 | 410, _) => (ErrorKind::NotFound, "it is gone"),
        // Nextcloud says 400 where the UID is in use, or was in what lies in the bin.
        (400, _) if is_uid => (ErrorKind::Precondition, "its UID is taken"),
        // SOGo says it of a UID that is in use, others of a calendar that is gone.
        (409, Doing::Create) => (ErrorKind::Precondition, "its name or its UID is taken, or the calendar is gone"),
        (409, _) => (ErrorKind::Precondition, "it conflicts with what is there now"),
        (412, Doing::Create) => (ErrorKind::Precondition, "there is one of that name, or with its UID, already"),
        (412, _) => (ErrorKind::Precondition, "it is no longer at the version that was read"),
        (403, _) => (ErrorKind::ReadOnly, "the server allows no such change"),
        (507, _) => (ErrorKind::ReadOnly, "there is no room left"),
        (405, _) => (ErrorKind::Unavailable, "the server takes no changes at this address"),
        (413, _) => (ErrorKind::Unavailable, "it is too large for the server"),
        (415 | 422, _) => (ErrorKind::Unavailable, "the server does not take it for an event"),
        (423, _) => (ErrorKind::Unavailable, "somebody has locked it"),
        (429 | 503, _) => (ErrorKind::Unavailable, "the server wants to be left alone for a while"),
        (200..=299, _) => (ErrorKind::Unavailable, "whether it was done is not clear"),
        (500..=599, _) => (ErrorKind::Unavailable, "the server failed, and whether it was done is not known"),
        _ => (ErrorKind::Unavailable, "refused"),
    };
    (kind, why.to_owned())
}
