//! Who may come in: access and refresh tokens with their scopes, and the token endpoint
//! (developers.google.com/identity/protocols/oauth2/native-app). No page to log in at: that is another program's.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::http::{Reply, Request};

/// How long an access token lives.
const LIFE: SignedDuration = SignedDuration::from_secs(3599);
/// What all scopes of the calendar begin with.
pub(crate) const SCOPE: &str = "https://www.googleapis.com/auth/";

/// What a refresh answers of the refresh token itself.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Rotation {
    /// The same one goes on (Google's way with most clients).
    #[default]
    Never,
    /// A new one each time; the old one lives until the new one is used.
    Grace,
    /// A new one each time; the old one is dead at once.
    AtOnce,
}

/// A refresh token that lives.
#[derive(Clone, Debug)]
struct Grant {
    scopes: BTreeSet<String>,
    /// The token that this one replaced, still good until this one is used.
    replaces: Option<String>,
}

/// The tokens.
#[derive(Clone, Debug)]
pub(crate) struct Auth {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) rotation: Rotation,
    access: BTreeMap<String, (BTreeSet<String>, Timestamp)>,
    refresh: BTreeMap<String, Grant>,
    given: u32,
}

impl Default for Auth {
    fn default() -> Self {
        Self {
            client_id: "client.apps.googleusercontent.com".to_owned(),
            client_secret: "GOCSPX-no-secret".to_owned(),
            rotation: Rotation::Never,
            access: BTreeMap::new(),
            refresh: BTreeMap::new(),
            given: 0,
        }
    }
}

impl Auth {
    /// A refresh token for these scopes (`calendar.events.readonly`…, without what all begin with).
    pub(crate) fn refresh_token(&mut self, scopes: &[&str]) -> String {
        self.grant(scopes.iter().map(|scope| format!("{SCOPE}{scope}")).collect(), None)
    }

    /// An access token for these scopes that lives an hour from then.
    pub(crate) fn access_token(&mut self, scopes: &[&str], now: Timestamp) -> String {
        self.access(scopes.iter().map(|scope| format!("{SCOPE}{scope}")).collect(), now)
    }

    /// An access token that another service gave out is good here, too: one that a person logged in at.
    pub(crate) fn accept(&mut self, token: &str, scopes: &[&str], now: Timestamp) {
        let scopes = scopes.iter().map(|scope| format!("{SCOPE}{scope}")).collect();
        self.access.insert(token.to_owned(), (scopes, now + LIFE));
    }

    /// All access tokens are at their end; refreshing still works.
    pub(crate) fn expire_access(&mut self) {
        self.access.clear();
    }

    /// The user takes the permission away: all tokens are dead.
    pub(crate) fn revoke(&mut self) {
        self.access.clear();
        self.refresh.clear();
    }

    /// Whether a refresh with that token would work.
    pub(crate) fn lives(&self, refresh_token: &str) -> bool {
        self.refresh.contains_key(refresh_token)
    }

    /// The scopes of an access token; none where it is unknown or at its end.
    pub(super) fn scopes(&self, token: &str, now: Timestamp) -> Option<&BTreeSet<String>> {
        self.access.get(token).filter(|(_, end)| now < *end).map(|(scopes, _)| scopes)
    }

    fn number(&mut self) -> u32 {
        self.given += 1;
        self.given
    }

    fn access(&mut self, scopes: BTreeSet<String>, now: Timestamp) -> String {
        let token = format!("ya29.access-{}", self.number());
        self.access.insert(token.clone(), (scopes, now + LIFE));
        token
    }

    fn grant(&mut self, scopes: BTreeSet<String>, replaces: Option<String>) -> String {
        let token = format!("1//refresh-{}", self.number());
        self.refresh.insert(token.clone(), Grant { scopes, replaces });
        token
    }

    /// `POST /token`, for refreshing only.
    pub(super) fn token(&mut self, request: &Request, now: Timestamp) -> Reply {
        let form: BTreeMap<String, String> = url::form_urlencoded::parse(&request.body).into_owned().collect();
        let field = |name: &str| form.get(name).map_or("", String::as_str);
        if field("client_id") != self.client_id {
            return refused(401, "invalid_client", "The OAuth client was not found.");
        }
        if field("client_secret") != self.client_secret {
            return refused(401, "invalid_client", "Unauthorized");
        }
        if field("grant_type") != "refresh_token" {
            return refused(400, "unsupported_grant_type", "Invalid grant_type");
        }
        let old = field("refresh_token").to_owned();
        let Some(grant) = self.refresh.get_mut(&old) else {
            return refused(400, "invalid_grant", "Token has been expired or revoked.");
        };
        let (scopes, replaced) = (grant.scopes.clone(), grant.replaces.take());
        if let Some(replaced) = replaced {
            self.refresh.remove(&replaced);
        }
        let scope = scopes.iter().cloned().collect::<Vec<_>>().join(" ");
        let mut answer = json!({
            "access_token": self.access(scopes.clone(), now), "expires_in": LIFE.as_secs(), "scope": scope,
            "token_type": "Bearer",
        });
        match self.rotation {
            Rotation::Never => {}
            Rotation::Grace => answer["refresh_token"] = json!(self.grant(scopes, Some(old))),
            Rotation::AtOnce => {
                self.refresh.remove(&old);
                answer["refresh_token"] = json!(self.grant(scopes, None));
            }
        }
        Reply {
            headers: vec![("Cache-Control", "no-cache, no-store, max-age=0, must-revalidate".to_owned())],
            ..Reply::ok(answer)
        }
    }
}

/// A refusal in the shape of RFC 6749, section 5.2.
pub(super) fn refused(status: u16, error: &str, description: &str) -> Reply {
    Reply { status, headers: Vec::new(), body: Some(json!({"error": error, "error_description": description})) }
}

/// What of a request to the token endpoint is not as it should be.
pub(super) fn faults_of(request: &Request) -> Vec<String> {
    const KNOWN: [&str; 4] = ["client_id", "client_secret", "grant_type", "refresh_token"];
    let mut faults = Vec::new();
    if request.header("content-type") != Some("application/x-www-form-urlencoded") {
        faults.push("no form".to_owned());
    }
    if !request.query.is_empty() {
        faults.push("parameters in the address".to_owned());
    }
    let mut seen = BTreeSet::new();
    for (name, _) in url::form_urlencoded::parse(&request.body) {
        if !KNOWN.contains(&name.as_ref()) {
            faults.push(format!("unknown field {name}"));
        }
        if !seen.insert(name.clone()) {
            faults.push(format!("{name} twice"));
        }
    }
    faults
}
