//! Accounts with `provider = "google"`: the client that the user made, and the addresses of the service, which a
//! stand-in may replace. Reaches nothing and reads no secret.

use url::Url;

use super::hours::required;
use super::paths::Base;
use super::tree::{Faults, Field, Table, Wrong};
use super::{address, defaults, secret_source};
use crate::config::settings::Source;

/// How the account is reached.
pub(super) fn source(table: &Table<'_>, base: &Base<'_>, faults: &mut Faults) -> Option<Source> {
    let example = "the id of your client, like \"1234-abcd.apps.googleusercontent.com\"";
    let client_id = required(table, "client_id", faults, client_id, example);
    let client_secret = secret_source::read(table, "client_secret", base, faults).some().or(Some(None));
    let endpoint = url(table, "endpoint", defaults::GOOGLE_ENDPOINT, faults);
    let auth_url = url(table, "auth_url", defaults::GOOGLE_AUTH_URL, faults);
    let token_url = url(table, "token_url", defaults::GOOGLE_TOKEN_URL, faults);
    Some(Source::Google {
        client_id: client_id?,
        client_secret: client_secret?,
        endpoint: endpoint?,
        auth_url: auth_url?,
        token_url: token_url?,
    })
}

fn url(table: &Table<'_>, key: &str, default: &str, faults: &mut Faults) -> Option<Url> {
    match address::read(table, key, faults, default) {
        Field::Absent => Url::parse(default).ok(),
        given => given.or(None),
    }
}

/// Made of what an address can carry as it is: letters, digits, dots, dashes.
pub(super) fn client_id(text: &str) -> Result<String, Wrong> {
    let sound = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
    if text.is_empty() || !sound {
        return Err("the id of your client, like 1234-abcd.apps.googleusercontent.com".into());
    }
    Ok(text.to_owned())
}
