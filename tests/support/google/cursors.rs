//! Page tokens and sync tokens: opaque to clients, rows in a table here. A token is bound to the listing that it came
//! from: its calendar and its parameters.

use std::collections::BTreeMap;

use super::http::Request;
use super::problem::Problem;

/// What must not stand beside a sync token, as the discovery document says.
pub(super) const NOT_WITH_TOKEN: [&str; 8] = [
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "timeMin",
    "timeMax",
    "updatedMin",
];
/// With these in the first listing there is no sync token at its end.
const NO_TOKEN_AFTER: [&str; 6] =
    ["iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty", "updatedMin"];
/// What stands beside everything and does not change which entries are listed.
const ANYWHERE: [&str; 8] = ["alt", "fields", "key", "oauth_token", "prettyPrint", "quotaUser", "userIp", "pageToken"];

/// The parameters that decide what is listed, sorted.
type Parameters = Vec<(String, String)>;

/// The rest of a listing.
#[derive(Clone, Debug)]
pub(super) struct Rest {
    listing: String,
    parameters: Parameters,
    /// What has not been shown yet, as it was when the first page was made.
    pub(super) items: Vec<serde_json::Value>,
    /// The number of the latest change then.
    pub(super) version: u64,
}

/// All tokens handed out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cursors {
    pages: BTreeMap<String, Rest>,
    syncs: BTreeMap<String, (String, Parameters, u64)>,
    given: u32,
}

impl Cursors {
    pub(super) fn forget(&mut self) {
        self.syncs.clear();
    }

    /// From which change on a request with a sync token wants to know; none without a token.
    pub(super) fn since(&self, listing: &str, request: &Request) -> Result<Option<u64>, Problem> {
        let Some(token) = request.parameter("syncToken") else { return Ok(None) };
        if let Some(name) = NOT_WITH_TOKEN.iter().find(|name| request.parameter(name).is_some()) {
            let message = format!("Sync token cannot be used with {name}.");
            return Err(Problem::bad("invalid", &message));
        }
        if request.parameter("showDeleted") == Some("false") {
            return Err(Problem::bad("invalid", "Sync token cannot be used with showDeleted set to false."));
        }
        let (of, parameters, version) = self.syncs.get(token).ok_or_else(Problem::full_sync)?;
        if of != listing || *parameters != lasting(request) {
            return Err(Problem::bad("invalid", "Sync token was made with other parameters."));
        }
        Ok(Some(*version))
    }

    /// The rest of a listing that a page token stands for; none without one.
    pub(super) fn rest(&self, listing: &str, request: &Request) -> Result<Option<Rest>, Problem> {
        let Some(token) = request.parameter("pageToken") else { return Ok(None) };
        match self.pages.get(token) {
            Some(rest) if rest.listing == listing && rest.parameters == all(request) => Ok(Some(rest.clone())),
            _ => Err(Problem::bad("invalid", "Invalid page token value.")),
        }
    }

    /// A token for the next page.
    pub(super) fn page(
        &mut self,
        listing: &str,
        request: &Request,
        items: Vec<serde_json::Value>,
        version: u64,
    ) -> String {
        let token = self.name("EuE");
        let rest = Rest { listing: listing.to_owned(), parameters: all(request), items, version };
        self.pages.insert(token.clone(), rest);
        token
    }

    /// A token for the next listing, if one like this may have one.
    pub(super) fn sync(&mut self, listing: &str, request: &Request, version: u64) -> Option<String> {
        if NO_TOKEN_AFTER.iter().any(|name| request.parameter(name).is_some()) {
            return None;
        }
        let token = self.name("CPDAlv");
        self.syncs.insert(token.clone(), (listing.to_owned(), lasting(request), version));
        Some(token)
    }

    fn name(&mut self, prefix: &str) -> String {
        self.given += 1;
        format!("{prefix}{:06}GAU=", self.given)
    }
}

fn all(request: &Request) -> Parameters {
    let mut all = request.query.clone();
    all.retain(|(name, _)| !ANYWHERE.contains(&name.as_str()));
    all.sort();
    all
}

/// The parameters that must be the same each time, from the first listing on.
fn lasting(request: &Request) -> Parameters {
    let mut all = all(request);
    all.retain(|(name, _)| name != "syncToken" && !NOT_WITH_TOKEN.contains(&name.as_str()));
    all
}
