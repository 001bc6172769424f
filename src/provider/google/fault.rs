//! What Google's refusals mean, by status and `reason` (developers.google.com/workspace/calendar/api/guides/errors).
//! Pure: what follows from it is the caller's.

use http::StatusCode;
use serde::Deserialize;

use crate::provider::transport::Answer;
use crate::provider::{ErrorKind, ProviderError};

/// The most characters of a message of the service that are repeated.
const MESSAGE_MAX: usize = 200;

/// What the caller has to do about a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Too fast: the same request serves after a wait.
    Slow,
    /// A quota of the day or of operations is used up: for hours nothing serves.
    Spent,
    /// Not there, or not any more (404, 410).
    Gone,
    /// The sync token serves no more (410), or not with this request (400).
    Stale,
    /// The precondition did not hold (412), or the id is taken (409).
    Precondition,
    /// The token is no good (401).
    Token,
    /// The login does not allow it, or the service is off in the user's project.
    Login,
    /// The user's rights in this calendar don't allow it.
    Rights,
    /// Anything else: after a change it is not known whether it was made.
    Unclear,
}

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What to do about it.
    pub meaning: Meaning,
    status: u16,
    reason: String,
    message: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    error: Told,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Told {
    message: String,
    /// `PERMISSION_DENIED`, …: of the newer shape.
    status: String,
    errors: Vec<Reason>,
    details: Vec<Reason>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Reason {
    reason: String,
}

impl Refusal {
    /// What an answer with an error status says.
    pub fn of(answer: &Answer) -> Self {
        let told = serde_json::from_slice::<Body>(&answer.body).unwrap_or_default().error;
        let reasons: Vec<&str> = told.errors.iter().chain(&told.details).map(|one| one.reason.as_str()).collect();
        let meaning = meaning(answer.status, &reasons);
        let reason = reasons.into_iter().find(|reason| !reason.is_empty()).unwrap_or(&told.status).to_owned();
        let words = told.message.split_whitespace().collect::<Vec<_>>().join(" ");
        let message = words.chars().filter(|char| !char.is_control()).take(MESSAGE_MAX).collect();
        Self { meaning, status: answer.status.as_u16(), reason, message }
    }

    /// As an error of the port: `what` says what was to be done, `account` names the account.
    pub fn error(&self, what: &str, account: &str) -> ProviderError {
        let Self { status, reason, message, .. } = self;
        let said = match (reason.as_str(), message.as_str()) {
            ("", "") => format!("status {status}"),
            ("", message) => format!("status {status}, {message:?}"),
            (reason, "") => format!("status {status}, {reason}"),
            (reason, message) => format!("status {status}, {reason}, {message:?}"),
        };
        let (kind, advice) = match self.meaning {
            Meaning::Gone => (ErrorKind::NotFound, String::new()),
            Meaning::Precondition => (ErrorKind::Precondition, String::new()),
            Meaning::Rights => (ErrorKind::ReadOnly, ". Your rights in this calendar don't allow it".to_owned()),
            Meaning::Login if self.is_service_off() => (
                ErrorKind::Login,
                ". Turn the Google Calendar API on in your Cloud project: \
                 https://console.cloud.google.com/apis/library/calendar-json.googleapis.com"
                    .to_owned(),
            ),
            Meaning::Login | Meaning::Token => {
                (ErrorKind::Login, format!(". Run `seawall login {account}` and agree to everything it asks for"))
            }
            Meaning::Slow => (ErrorKind::Unavailable, ". It is tried again later".to_owned()),
            Meaning::Spent => {
                (ErrorKind::Unavailable, ". A limit is used up; for some hours it is left alone".to_owned())
            }
            Meaning::Stale | Meaning::Unclear => (ErrorKind::Unavailable, String::new()),
        };
        ProviderError { kind, message: format!("Google refuses to {what} ({said}){advice}") }
    }

    /// Whether the service takes the request for a wrong one.
    pub(super) fn is_bad_request(&self) -> bool {
        self.status == 400
    }

    fn is_service_off(&self) -> bool {
        matches!(self.reason.as_str(), "accessNotConfigured" | "SERVICE_DISABLED")
    }
}

fn meaning(status: StatusCode, reasons: &[&str]) -> Meaning {
    let any = |words: &[&str]| reasons.iter().any(|reason| words.contains(reason));
    match status.as_u16() {
        401 => Meaning::Token,
        410 if any(&["fullSyncRequired", "updatedMinTooLongAgo"]) => Meaning::Stale,
        404 | 410 => Meaning::Gone,
        409 | 412 => Meaning::Precondition,
        429 => Meaning::Slow,
        403 if any(&["rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"]) => Meaning::Slow,
        403 if any(&["quotaExceeded", "calendarUsageLimits", "dailyLimitExceeded"]) => Meaning::Spent,
        403 if any(&[
            "insufficientPermissions",
            "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
            "authError",
            "accessNotConfigured",
            "SERVICE_DISABLED",
        ]) =>
        {
            Meaning::Login
        }
        403 => Meaning::Rights,
        _ => Meaning::Unclear,
    }
}
