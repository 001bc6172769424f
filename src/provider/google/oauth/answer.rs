//! What the token service answers, as values without the wire: the tokens, or the kind of refusal. Its texts are
//! passed on only where they hold nothing that could be a secret.

use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;

/// What the service gave for a code or a refresh token.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// Opens the calendar service.
    pub access: SecretString,
    /// For how long.
    pub lives: Option<Duration>,
    /// Gets further access tokens; on a refresh only where it replaces the one that was sent.
    pub refresh: Option<SecretString>,
    /// How long the refresh token works. Google says it only where that has an end: seven days while the consent
    /// screen is in *Testing*, or as long as the user chose.
    pub refresh_lives: Option<Duration>,
    /// What the tokens allow; none: the service does not say.
    pub scopes: Option<Vec<String>>,
    /// The service's clock.
    pub served_at: Option<Timestamp>,
}

/// Why there are no tokens.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Fault {
    /// `invalid_grant`: the code or refresh token does not work, and will not (RFC 6749, section 5.2).
    #[error("invalid_grant{}", said.as_ref().map(|said| format!(" ({said})")).unwrap_or_default())]
    Dead {
        /// What the service said, in words.
        said: Option<String>,
        /// When, by the service's clock.
        at: Option<Timestamp>,
    },
    /// Something else that trying again does not mend, mostly of the client.
    #[error("{code}{}", said.as_ref().map(|said| format!(" ({said})")).unwrap_or_default())]
    Refused {
        /// The error's name.
        code: String,
        /// What the service said, in words.
        said: Option<String>,
    },
    /// No answer, or none that tells anything: to be tried again later.
    #[error("{0}")]
    Unavailable(String),
}

/// Errors that only a person can mend: RFC 6749, and those that Google adds.
const LASTING: [&str; 12] = [
    "access_denied",
    "admin_policy_enforced",
    "deleted_client",
    "disabled_client",
    "invalid_client",
    "invalid_request",
    "invalid_scope",
    "org_internal",
    "redirect_uri_mismatch",
    "unauthorized_client",
    "unsupported_grant_type",
    "unsupported_response_type",
];
/// Words are shorter; tokens and codes are longer.
const WORD_MAX: usize = 24;
const SAID_MAX: usize = 160;

impl Fault {
    /// An error that the service named.
    pub(super) fn named(code: &str, said: Option<&str>, at: Option<Timestamp>) -> Self {
        let said = said.and_then(words);
        match code {
            "invalid_grant" => Self::Dead { said, at },
            code if LASTING.contains(&code) => Self::Refused { code: code.to_owned(), said },
            code => Self::Unavailable(format!("the token service answers {}", name(code))),
        }
    }
}

/// The name of an error, or a stand-in for one that no service would use.
pub(super) fn name(code: &str) -> &str {
    let sound = |c: char| c.is_ascii_lowercase() || c == '_';
    if (1..=40).contains(&code.len()) && code.chars().all(sound) { code } else { "an error without a proper name" }
}

/// A text that is one or more plain words; none where it could carry a secret.
fn words(text: &str) -> Option<String> {
    let text = text.trim();
    let plain = |c: char| c == ' ' || c.is_ascii_graphic();
    let sound = !text.is_empty() && text.len() <= SAID_MAX && text.chars().all(plain);
    (sound && text.split(' ').all(|word| word.len() <= WORD_MAX)).then(|| text.to_owned())
}
