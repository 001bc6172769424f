//! What a login gave and what became of it: the content of a token file, with its JSON. Knows no file.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

/// The user's consent, as it is kept.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The client it was given to: a refresh token works with no other.
    pub client_id: String,
    /// Gets access tokens.
    pub refresh_token: SecretString,
    /// What it allows.
    pub scopes: Vec<String>,
    /// When the user agreed, or brought the token here.
    pub obtained: Timestamp,
    /// When it ends, where the service said so.
    pub expires: Option<Timestamp>,
    /// When the service first said, by its own clock, that it works no more.
    pub refused: Option<Timestamp>,
}

/// A file that holds no grant. What is wrong with it is not repeated: it may quote the token.
#[derive(Debug, PartialEq, Eq)]
pub struct NoGrant;

/// The shape in the file.
#[derive(Deserialize, Serialize)]
struct Shape {
    client_id: String,
    scopes: Vec<String>,
    obtained: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
    refresh_token: String,
}

impl Grant {
    /// A fresh one.
    pub fn new(
        client_id: &str,
        refresh_token: SecretString,
        scopes: Vec<String>,
        obtained: Timestamp,
        lives: Option<Duration>,
    ) -> Self {
        let expires = lives.and_then(|lives| obtained.checked_add(SignedDuration::try_from(lives).ok()?).ok());
        Self { client_id: client_id.to_owned(), refresh_token, scopes, obtained, expires, refused: None }
    }

    /// Whether this is the refresh token.
    pub fn is(&self, token: &SecretString) -> bool {
        self.refresh_token.expose_secret() == token.expose_secret()
    }

    /// From a file's text.
    pub(super) fn read(text: &[u8]) -> Result<Self, NoGrant> {
        let shape: Shape = serde_json::from_slice(text).map_err(|_| NoGrant)?;
        let time = |text: &str| text.parse::<Timestamp>().map_err(|_| NoGrant);
        if shape.refresh_token.is_empty() {
            return Err(NoGrant);
        }
        Ok(Self {
            client_id: shape.client_id,
            refresh_token: shape.refresh_token.into(),
            scopes: shape.scopes,
            obtained: time(&shape.obtained)?,
            expires: shape.expires.as_deref().map(time).transpose()?,
            refused: shape.refused.as_deref().map(time).transpose()?,
        })
    }

    /// The text of a file.
    pub(super) fn write(&self) -> Result<Vec<u8>, serde_json::Error> {
        let shape = Shape {
            client_id: self.client_id.clone(),
            scopes: self.scopes.clone(),
            obtained: self.obtained.to_string(),
            expires: self.expires.map(|time| time.to_string()),
            refused: self.refused.map(|time| time.to_string()),
            refresh_token: self.refresh_token.expose_secret().to_owned(),
        };
        let mut text = serde_json::to_vec_pretty(&shape)?;
        text.push(b'\n');
        Ok(text)
    }
}
