//! The config's accounts as providers, whose secrets are fetched when something is first asked of them. The one place of
//! the command line that names adapters. An account whose secret can't be had answers every question with the reason.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use futures_util::FutureExt as _;
use secrecy::SecretString;
use sha2::{Digest as _, Sha256};

use super::login;
use crate::calendar::zones::Zones;
use crate::config::settings::{Account, AuthScheme, SecretSource, Source};
use crate::config::{Environment, open_regular, secret};
use crate::provider::any::{AnyProvider, Closed, Service};
use crate::provider::caldav::CalDav;
use crate::provider::caldav::discovery::Dns;
use crate::provider::google::oauth::app::App;
use crate::provider::google::oauth::file::TokenFile;
use crate::provider::google::oauth::source::{self, TokenSource};
use crate::provider::google::{self, Google};
use crate::provider::ics::{Ics, Place};
use crate::provider::transport::{AccountClient, Client, Credentials, Trust};
use crate::provider::vdir::Vdir;

/// Waits for what goes on though nobody waits for its answer: logins that are being renewed.
pub(super) async fn finished() {
    source::finished().await;
}

/// What accounts are made from beside their own settings.
#[derive(Debug)]
pub(super) struct Maker {
    /// Where tokens are kept.
    pub(super) state_dir: PathBuf,
    /// Where secrets are looked for.
    pub(super) environment: Environment,
    /// The database of zones.
    pub(super) zones: Zones,
    /// This seawall.
    pub(super) instance: String,
    /// What they all send their requests with.
    pub(super) client: Client,
}

impl Maker {
    /// All accounts, in config order; none is open yet.
    pub(super) fn all(self, accounts: &[Account]) -> Vec<AnyProvider> {
        let maker = Rc::new(self);
        let late = |account: &Account| {
            let (maker, account) = (Rc::clone(&maker), Rc::new(account.clone()));
            AnyProvider::new(move || {
                let (maker, account) = (Rc::clone(&maker), Rc::clone(&account));
                async move { maker.one(&account).await }.boxed_local()
            })
        };
        accounts.iter().map(late).collect()
    }

    async fn one(&self, account: &Account) -> Result<Service, Closed> {
        let client = &self.client;
        let ics = |place: Place| {
            // The config gives such an account its one calendar.
            let calendar = account.calendars.first().map_or(&account.name, |calendar| &calendar.id.calendar);
            Service::Ics(Ics::new(calendar, place, client.clone()))
        };
        Ok(match &account.source {
            Source::Vdir { path } => Service::Vdir(Vdir::new(path.clone())),
            Source::CalDav { url, username, secret, auth, ca_file, hosts } => {
                let user = username.as_deref().unwrap_or_default();
                let credentials = self.credentials(user, secret.as_ref(), *auth).await?;
                let transport = trusting(ca_file.as_deref(), client)?;
                let trust = Trust::new(url, hosts);
                let client = AccountClient::new(transport, credentials, trust.clone(), self.seed(account));
                let account = CalDav::new(client, trust, url.clone(), username.clone(), Dns::System);
                Service::CalDav(Box::new(account))
            }
            Source::Google { client_id, client_secret, endpoint, auth_url, token_url } => {
                let secret = self.revealed(client_secret.as_ref(), "client_secret").await?;
                let app = App::new(client_id, secret.as_ref(), auth_url.clone(), token_url.clone());
                let file = TokenFile::of(&self.state_dir, &account.name);
                let tokens = TokenSource::new(&account.name, app, login::wanted(account), file, client.courier());
                Service::Google(Box::new(Google::new(google::Parts {
                    transport: client.clone(),
                    tokens,
                    endpoint: endpoint.clone(),
                    names: account.calendars.iter().map(|calendar| calendar.id.calendar.clone()).collect(),
                    zones: self.zones.clone(),
                    seed: self.seed(account),
                })))
            }
            Source::IcsFile { path } => ics(Place::File(path.clone())),
            Source::IcsAddress { url } => ics(Place::Address(url.clone())),
        })
    }

    /// What a CalDAV account shows to prove who it is.
    async fn credentials(
        &self,
        user: &str,
        source: Option<&SecretSource>,
        auth: AuthScheme,
    ) -> Result<Credentials, Closed> {
        let what = if auth == AuthScheme::Bearer { "token" } else { "password" };
        let user = user.to_owned();
        Ok(match (self.revealed(source, what).await?, auth) {
            (None, _) => Credentials::None,
            (Some(password), AuthScheme::Basic) => Credentials::Basic { user, password },
            (Some(password), AuthScheme::Digest) => Credentials::Digest { user, password },
            (Some(token), AuthScheme::Bearer) => Credentials::Bearer(token),
        })
    }

    /// The secret, where the account has one.
    async fn revealed(&self, source: Option<&SecretSource>, what: &str) -> Result<Option<SecretString>, Closed> {
        let Some(source) = source else { return Ok(None) };
        match secret::reveal(source, &self.environment).await {
            Ok(secret) => Ok(Some(secret)),
            Err(error) => Err(Closed(format!("the {what} can't be had: {error}"))),
        }
    }

    /// Where the draw of waits begins: elsewhere for each account of each machine, so that they don't come together.
    fn seed(&self, account: &Account) -> u64 {
        let digest = Sha256::digest(format!("{} {}", self.instance, account.name).as_bytes());
        digest.iter().take(8).fold(0, |seed, byte| (seed << 8) | u64::from(*byte))
    }
}

/// A client that also trusts the authority of that file.
fn trusting(ca_file: Option<&Path>, client: &Client) -> Result<Client, Closed> {
    let Some(path) = ca_file else { return Ok(client.clone()) };
    let fault = |why: String| Closed(format!("ca_file {} {why}", path.display()));
    let mut pem = Vec::new();
    open_regular(path)
        .and_then(|mut file| file.read_to_end(&mut pem))
        .map_err(|error| fault(format!("can't be read: {error}")))?;
    Client::with_ca(&pem).map_err(|error| fault(error.to_string()))
}
