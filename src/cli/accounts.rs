//! The config's accounts as providers, their secrets fetched. The one place of the command line that names adapters.
//! An account whose secret can't be had answers every question with the reason, and keeps no other from its work.

use crate::config::settings::{Account, AuthScheme, SecretSource, Settings, Source};
use crate::config::{Environment, secret};
use crate::provider::any::{AnyProvider, Closed};
use crate::provider::ics::{Ics, Place};
use crate::provider::transport::Client;
use crate::provider::vdir::Vdir;
use secrecy::SecretString;

/// All of them, in config order. One after the other: two programs that ask for a passphrase would be in each other's
/// way.
pub(super) async fn open(settings: &Settings, environment: &Environment) -> Vec<AnyProvider> {
    let client = Client::new();
    let mut all = Vec::new();
    for account in &settings.accounts {
        all.push(provider(account, &client, environment).await.unwrap_or_else(AnyProvider::Closed));
    }
    all
}

async fn provider(account: &Account, client: &Client, environment: &Environment) -> Result<AnyProvider, Closed> {
    let ics = |place: Place| {
        // The config gives such an account its one calendar.
        let calendar = account.calendars.first().map_or(&account.name, |calendar| &calendar.id.calendar);
        AnyProvider::Ics(Ics::new(calendar, place, client.clone()))
    };
    Ok(match &account.source {
        Source::Vdir { path } => AnyProvider::Vdir(Vdir::new(path.clone())),
        Source::CalDav { secret, auth, .. } => {
            let what = if *auth == AuthScheme::Bearer { "token" } else { "password" };
            let _secret = revealed(secret.as_ref(), what, environment).await?;
            AnyProvider::Closed(Closed("CalDAV is not there yet".to_owned()))
        }
        Source::Google { client_secret, .. } => {
            let _secret = revealed(client_secret.as_ref(), "client_secret", environment).await?;
            AnyProvider::Closed(Closed("Google is not there yet".to_owned()))
        }
        Source::IcsFile { path } => ics(Place::File(path.clone())),
        Source::IcsAddress { url } => ics(Place::Address(url.clone())),
    })
}

/// The secret, where the account has one.
async fn revealed(
    source: Option<&SecretSource>,
    what: &str,
    environment: &Environment,
) -> Result<Option<SecretString>, Closed> {
    let Some(source) = source else { return Ok(None) };
    match secret::reveal(source, environment).await {
        Ok(secret) => Ok(Some(secret)),
        Err(error) => Err(Closed(format!("the {what} can't be had: {error}"))),
    }
}
