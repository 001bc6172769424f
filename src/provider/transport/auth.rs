//! How an account shows who it is: Basic (RFC 7617) and Bearer (RFC 6750) with every request, Digest (RFC 7616) in
//! answer to a challenge and from then on with every request. Secrets leave only in headers marked as sensitive.
//!
//! Challenges are read and answered by the crate `http-auth`, which knows the dialects (RFC 2069 to 7616, MD5 and
//! SHA-256, userhash). Ours is to go on where a list of challenges holds what it can't read.

use std::collections::BTreeMap;

use http::Request;
use http::header::{self, HeaderMap, HeaderValue};
use http_auth::parser::ChallengeParser;
use http_auth::{ChallengeRef, DigestClient, ParamValue, PasswordParams};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

/// What an account proves itself with.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// Nothing.
    None,
    /// User name and password, in every request.
    Basic {
        /// Who.
        user: String,
        /// The password.
        password: SecretString,
    },
    /// User name and password, of which only a digest is sent.
    Digest {
        /// Who.
        user: String,
        /// The password.
        password: SecretString,
    },
    /// A token that never changes, in every request.
    Bearer(SecretString),
    /// The caller sets `Authorization` itself, and a 401 is an answer like any other.
    PerRequest,
}

/// What keeps an account's proof between its requests.
#[derive(Debug)]
pub(super) struct Auth {
    credentials: Credentials,
    /// The challenge each origin set last; each counts its uses.
    challenges: BTreeMap<String, DigestClient>,
}

impl Auth {
    pub(super) fn new(credentials: Credentials) -> Self {
        Self { credentials, challenges: BTreeMap::new() }
    }

    /// Whether a 401 is the caller's to deal with.
    pub(super) fn is_callers(&self) -> bool {
        matches!(self.credentials, Credentials::PerRequest)
    }

    /// Puts the proof into a request.
    ///
    /// # Errors
    /// Where there is none that could be sent, in words.
    pub(super) fn sign(&mut self, url: &Url, request: &mut Request<Vec<u8>>) -> Result<(), String> {
        let value = match &self.credentials {
            Credentials::PerRequest => {
                if let Some(value) = request.headers_mut().get_mut(header::AUTHORIZATION) {
                    value.set_sensitive(true);
                }
                return Ok(());
            }
            Credentials::None => None,
            Credentials::Basic { user, .. } if user.contains(':') => {
                return Err("a user name with a colon can't log in with auth = \"basic\"".to_owned());
            }
            Credentials::Basic { user, password } => {
                Some(http_auth::basic::encode_credentials(user, password.expose_secret()))
            }
            Credentials::Bearer(token) => Some(format!("Bearer {}", token.expose_secret())),
            Credentials::Digest { user, password } => match self.challenges.get_mut(&origin(url)) {
                None => None,
                Some(challenge) => Some(challenge.respond(&PasswordParams {
                    username: user,
                    password: password.expose_secret(),
                    uri: request.uri().path_and_query().map_or("/", http::uri::PathAndQuery::as_str),
                    method: request.method().as_str(),
                    body: Some(request.body()),
                })?),
            },
        };
        request.headers_mut().remove(header::AUTHORIZATION);
        if let Some(value) = value {
            let mut value =
                HeaderValue::from_str(&value).map_err(|_| "the password or token has a line break in it".to_owned())?;
            value.set_sensitive(true);
            request.headers_mut().insert(header::AUTHORIZATION, value);
        }
        Ok(())
    }

    /// Takes in the challenges of a 401; whether the same request, signed anew, may fare better.
    pub(super) fn challenged(&mut self, url: &Url, headers: &HeaderMap) -> bool {
        if !matches!(self.credentials, Credentials::Digest { .. }) {
            return false;
        }
        match digest_challenge(headers) {
            Some(challenge) => {
                self.challenges.insert(origin(url), challenge);
                true
            }
            None => false,
        }
    }

    /// Whether requests there carry a proof; with Digest only once the server has asked for one.
    pub(super) fn has_proof(&self, url: &Url) -> bool {
        match &self.credentials {
            Credentials::None => false,
            Credentials::Basic { .. } | Credentials::Bearer(_) | Credentials::PerRequest => true,
            Credentials::Digest { .. } => self.challenges.contains_key(&origin(url)),
        }
    }

    /// What the user can do about a 401.
    pub(super) fn advice(&self, headers: &HeaderMap) -> String {
        let offers = |scheme: &str| {
            let offered = headers.get_all(header::WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
            offered.into_iter().any(|value| value.to_ascii_lowercase().contains(scheme))
        };
        let advice = match &self.credentials {
            Credentials::None => "it wants a login, and the account has none",
            Credentials::Basic { .. } if !offers("basic") && offers("digest") => {
                "it wants auth = \"digest\" for this account"
            }
            Credentials::Digest { .. } if !offers("digest") && offers("basic") => {
                "it does not know auth = \"digest\"; leave that out, and the password goes to it as it is, over TLS"
            }
            Credentials::Basic { .. } | Credentials::Digest { .. } => {
                "it does not take this user name and password (some services want an app password)"
            }
            Credentials::Bearer(_) | Credentials::PerRequest => "it does not take this token",
        };
        advice.to_owned()
    }
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// The first Digest challenge that can be answered, whatever else stands beside it.
fn digest_challenge(headers: &HeaderMap) -> Option<DigestClient> {
    let values = headers.get_all(header::WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
    values.into_iter().find_map(|value| {
        // A form that the parser does not know (`Negotiate YII==, Digest …`) ends the list for it: on from the word.
        let rest = value.to_ascii_lowercase().find("digest ").map_or("", |at| &value[at..]);
        [value, rest].into_iter().find_map(|list| {
            ChallengeParser::new(list)
                .filter_map(Result::ok)
                .find_map(|challenge| DigestClient::try_from(&canonical(challenge)).ok())
        })
    })
}

/// With the name of its algorithm as the crate writes it: names are the same in any case (RFC 7616 3.3), and Cyrus writes
/// `md5-sess`.
fn canonical(mut challenge: ChallengeRef<'_>) -> ChallengeRef<'_> {
    const NAMES: [&str; 6] = ["MD5", "MD5-sess", "SHA-256", "SHA-256-sess", "SHA-512-256", "SHA-512-256-sess"];
    for (_, value) in challenge.params.iter_mut().filter(|(name, _)| name.eq_ignore_ascii_case("algorithm")) {
        let known = NAMES.into_iter().find(|name| name.eq_ignore_ascii_case(value.as_escaped()));
        if let Some(known) = known.and_then(|known| ParamValue::try_from_escaped(known).ok()) {
            *value = known;
        }
    }
    challenge
}
