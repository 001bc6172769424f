//! What Google answers when it refuses, word for word as far as its guide to errors shows it
//! (developers.google.com/workspace/calendar/api/guides/errors).

use serde_json::{Value, json};

use super::http::Reply;

/// A refusal in Google's shape.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Problem {
    pub(crate) status: u16,
    pub(crate) domain: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) message: String,
    /// `locationType` and `location`.
    pub(crate) place: Option<(&'static str, &'static str)>,
    /// Seconds.
    pub(crate) retry_after: Option<u32>,
}

impl Problem {
    fn new(status: u16, domain: &'static str, reason: &'static str, message: &str) -> Self {
        Self { status, domain, reason, message: message.to_owned(), place: None, retry_after: None }
    }

    fn at(self, kind: &'static str, name: &'static str) -> Self {
        Self { place: Some((kind, name)), ..self }
    }

    /// The same with a `Retry-After`, in seconds.
    pub(crate) fn after(self, seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// 400 with that reason (`invalid`, `required`, `timeRangeEmpty`…).
    pub(crate) fn bad(reason: &'static str, message: &str) -> Self {
        Self::new(400, "global", reason, message)
    }

    pub(crate) fn time_range_empty() -> Self {
        Self::new(400, "calendar", "timeRangeEmpty", "The specified time range is empty.").at("parameter", "timeMax")
    }

    pub(crate) fn auth() -> Self {
        Self::new(401, "global", "authError", "Invalid Credentials").at("header", "Authorization")
    }

    /// No `Authorization` at all.
    pub(crate) fn login_required() -> Self {
        Self::new(401, "global", "required", "Login Required.").at("header", "Authorization")
    }

    pub(crate) fn scopes() -> Self {
        Self::new(403, "global", "insufficientPermissions", "Insufficient Permission")
    }

    /// The calendar's access role is too low.
    pub(crate) fn access(needed: &str) -> Self {
        let message = format!("You need to have {needed} access to this calendar.");
        Self::new(403, "calendar", "requiredAccessLevel", &message)
    }

    pub(crate) fn not_organizer() -> Self {
        let message = "Shared properties can only be changed by the organizer of the event.";
        Self::new(403, "calendar", "forbiddenForNonOrganizer", message)
    }

    pub(crate) fn user_rate() -> Self {
        Self::new(403, "usageLimits", "userRateLimitExceeded", "User Rate Limit Exceeded")
    }

    pub(crate) fn rate() -> Self {
        Self::new(403, "usageLimits", "rateLimitExceeded", "Rate Limit Exceeded")
    }

    pub(crate) fn quota() -> Self {
        Self::new(403, "usageLimits", "quotaExceeded", "Quota exceeded.")
    }

    pub(crate) fn calendar_usage() -> Self {
        Self::new(403, "usageLimits", "calendarUsageLimits", "Calendar usage limits exceeded.")
    }

    pub(crate) fn too_many() -> Self {
        Self::new(429, "usageLimits", "rateLimitExceeded", "Rate Limit Exceeded")
    }

    pub(crate) fn not_found() -> Self {
        Self::new(404, "global", "notFound", "Not Found")
    }

    pub(crate) fn duplicate() -> Self {
        Self::new(409, "global", "duplicate", "The requested identifier already exists.")
    }

    pub(crate) fn deleted() -> Self {
        Self::new(410, "global", "deleted", "Resource has been deleted")
    }

    pub(crate) fn full_sync() -> Self {
        Self::new(410, "calendar", "fullSyncRequired", "Sync token is no longer valid, a full sync is required.")
            .at("parameter", "syncToken")
    }

    pub(crate) fn updated_min() -> Self {
        let message = "The requested minimum modification time lies too far in the past.";
        Self::new(410, "calendar", "updatedMinTooLongAgo", message).at("parameter", "updatedMin")
    }

    pub(crate) fn condition() -> Self {
        Self::new(412, "global", "conditionNotMet", "Precondition Failed").at("header", "If-Match")
    }

    /// 500, 503…
    pub(crate) fn backend(status: u16) -> Self {
        Self::new(status, "global", "backendError", "Backend Error")
    }
}

impl From<Problem> for Reply {
    fn from(problem: Problem) -> Self {
        let mut error: Value = json!({"domain": problem.domain, "reason": problem.reason, "message": problem.message});
        if let Some((kind, name)) = problem.place {
            error["locationType"] = json!(kind);
            error["location"] = json!(name);
        }
        let body = json!({"error": {"errors": [error], "code": problem.status, "message": problem.message}});
        let mut headers: Vec<(&'static str, String)> = Vec::new();
        if let Some(seconds) = problem.retry_after {
            headers.push(("Retry-After", seconds.to_string()));
        }
        if problem.status == 401 {
            headers.push(("WWW-Authenticate", "Bearer realm=\"https://accounts.google.com/\"".to_owned()));
        }
        Self { status: problem.status, headers, body: Some(body) }
    }
}
