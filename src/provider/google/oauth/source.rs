//! Access tokens for the calendar adapter: one refresh at a time, a minute before the old token ends, and none at all
//! once the service has said that the login is dead. Time is measured, never read from a clock. Knows the token
//! service and the token file, and nothing of calendars.
//!
//! A refresh runs in a task of its own, from the request to the file: a service that rotates refresh tokens has killed
//! the old one when it answers, so whoever stops waiting must not take the new one with it.

use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::{Mutex, OwnedMutexGuard, RwLock};
use tokio::time::Instant;

use super::answer::{Fault, Tokens};
use super::app::App;
use super::file::{FileError, Held, TokenFile};
use super::grant::Grant;
use super::scope::Scope;
use super::words;
use crate::provider::transport::Courier;
use crate::provider::{ErrorKind, ProviderError};

/// A token is replaced that long before its end: requests take time, and clocks differ.
const MARGIN: Duration = Duration::from_mins(1);
/// For a token whose life the service does not tell.
const LIFE: Duration = Duration::from_mins(10);
/// No token of Google's lives longer than half of this.
const LIFE_MAX: Duration = Duration::from_hours(24);
/// After a failure nothing is asked for so long: a cycle wants a token for each calendar.
const PAUSE: Duration = Duration::from_mins(1);
/// The same after fresh tokens were refused.
const LONG_PAUSE: Duration = Duration::from_hours(1);
/// A token that was refused sooner than this after its issue is no better than the next one.
const SETTLED: Duration = Duration::from_mins(10);

/// Each refresh reads it while it goes on.
static GOING: RwLock<()> = RwLock::const_new(());

/// Waits until every refresh of this process has come to its end. To be called before the runtime ends, with a limit.
pub async fn finished() {
    drop(GOING.write().await);
}

/// Where the access tokens of one account come from.
#[derive(Debug)]
pub struct TokenSource {
    source: Arc<Source>,
    state: Arc<Mutex<State>>,
}

/// What a refresh works with.
#[derive(Debug)]
struct Source {
    account: String,
    app: App,
    wanted: Vec<Scope>,
    file: TokenFile,
    courier: Courier,
}

#[derive(Debug, Default)]
struct State {
    live: Option<Live>,
    block: Option<Block>,
    /// A rotated grant that could not be written yet, with the token that it replaces.
    unsaved: Option<(SecretString, Grant)>,
}

#[derive(Debug)]
struct Live {
    token: SecretString,
    /// The refresh token that gave it.
    from: SecretString,
    issued: Instant,
    until: Instant,
    /// It was asked for because the one before it was refused.
    second: bool,
}

/// Why nothing is asked with a refresh token.
#[derive(Debug)]
struct Block {
    /// As long as the file holds this one.
    token: SecretString,
    /// Until then; none: as long as this runs.
    until: Option<Instant>,
    kind: ErrorKind,
    message: String,
}

impl TokenSource {
    /// For the account of that name, which `seawall login` knows; asks nothing yet.
    pub fn new(account: &str, app: App, wanted: Vec<Scope>, file: TokenFile, courier: Courier) -> Self {
        let source = Source { account: account.to_owned(), app, wanted, file, courier };
        Self { source: Arc::new(source), state: Arc::default() }
    }

    /// The account that they are for.
    pub fn account(&self) -> &str {
        &self.source.account
    }

    /// Tells one login from the next, which may be another user's; empty where there is none.
    pub fn login_key(&self) -> String {
        let grant = self.source.file.load().ok().flatten();
        grant.map(|grant| grant.obtained.to_string()).unwrap_or_default()
    }

    /// Whether the login allows writing to calendars that others own.
    pub fn writes_shared(&self) -> bool {
        self.source.file.load().ok().flatten().is_some_and(|grant| Scope::writes_shared(&grant.scopes))
    }

    /// A token for one request; callers at the same time share one refresh.
    ///
    /// # Errors
    /// [`ErrorKind::Login`] where only the user can mend it, with the command to type; [`ErrorKind::Unavailable`]
    /// where a later try may succeed.
    pub async fn access_token(&self) -> Result<SecretString, ProviderError> {
        let state = self.lock().await;
        match &state.live {
            Some(live) if Instant::now() < live.until => Ok(live.token.clone()),
            _ => self.renew(state, false).await,
        }
    }

    /// Another token in place of one that the calendar service refused (401). One that was given as such a
    /// replacement is not replaced again.
    ///
    /// # Errors
    /// Like [`Self::access_token`].
    pub async fn refused(&self, token: &SecretString) -> Result<SecretString, ProviderError> {
        let mut state = self.lock().await;
        if let Some(live) = &state.live {
            if live.token.expose_secret() != token.expose_secret() {
                // Somebody else was told the same, and has got the next one already.
                return Ok(live.token.clone());
            }
            if live.second && live.issued.elapsed() < SETTLED {
                let (from, message) = (live.from.clone(), words::refused_at_once(&self.source.account));
                state.live = None;
                return Err(state.block(from, Some(LONG_PAUSE), ErrorKind::Login, message));
            }
        }
        self.renew(state, true).await
    }

    /// For `check`: since when the login works and what it allows, in plain lines; with a refresh if need be.
    ///
    /// # Errors
    /// Like [`Self::access_token`]; the message tells what the login lacks.
    pub async fn describe(&self) -> Result<Vec<String>, ProviderError> {
        self.access_token().await?;
        let grant = self.source.load()?;
        Ok(words::fine(&grant, &self.source.account))
    }

    async fn lock(&self) -> OwnedMutexGuard<State> {
        Arc::clone(&self.state).lock_owned().await
    }

    /// Gets a token; goes on to its end where the caller is dropped, and keeps the next one waiting until then.
    async fn renew(&self, mut state: OwnedMutexGuard<State>, second: bool) -> Result<SecretString, ProviderError> {
        let source = Arc::clone(&self.source);
        let task = tokio::spawn(async move {
            let _going = GOING.read().await;
            source.renew(&mut state, second).await
        });
        // It ends early only with the runtime.
        task.await.unwrap_or_else(|_| {
            let message = format!("no access token for account {}: broken off", self.source.account);
            Err(error(ErrorKind::Unavailable, message))
        })
    }
}

impl Source {
    /// Gets a token. The file stays locked from reading it to writing it: where refresh tokens rotate, two that use
    /// one at the same time would kill both.
    async fn renew(&self, state: &mut State, second: bool) -> Result<SecretString, ProviderError> {
        state.live = None;
        // Without a file there is no need for its folder either.
        self.load()?;
        let held = self.file.hold().await.map_err(|fault| self.unusable(&fault))?;
        let grant = self.settle(state, &held)?;
        if let Some(block) = state.block.as_ref().filter(|block| block.stands(&grant)) {
            return Err(error(block.kind, block.message.clone()));
        }
        state.block = None;
        if grant.client_id != self.app.client_id() {
            return Err(error(ErrorKind::Login, words::other_client(&self.account)));
        }
        self.allows(&grant.scopes)?;
        let asked = Instant::now();
        match self.app.refresh(&self.courier, &grant.refresh_token).await {
            Ok(tokens) => self.take(state, &held, grant, tokens, asked, second),
            Err(fault) => Err(self.fail(state, &held, grant, &fault)),
        }
    }

    /// What the file holds.
    fn load(&self) -> Result<Grant, ProviderError> {
        let grant = self.file.load().map_err(|fault| self.unusable(&fault))?;
        grant.ok_or_else(|| error(ErrorKind::Login, words::none_yet(&self.account)))
    }

    /// The present grant: that of the file, or the one that has still to replace it.
    fn settle(&self, state: &mut State, held: &Held) -> Result<Grant, ProviderError> {
        let grant = self.load()?;
        match state.unsaved.take() {
            Some((replaced, rotated)) if grant.is(&replaced) => {
                let saved = self.file.save(&rotated, held).map_err(|fault| self.unusable(&fault));
                if saved.is_err() {
                    state.unsaved = Some((replaced, rotated.clone()));
                }
                saved.map(|()| rotated)
            }
            // Somebody has logged in meanwhile.
            _ => Ok(grant),
        }
    }

    fn allows(&self, scopes: &[String]) -> Result<(), ProviderError> {
        let missing = Scope::missing(&self.wanted, scopes);
        if missing.is_empty() {
            return Ok(());
        }
        Err(error(ErrorKind::Login, words::too_narrow(&self.account, &missing)))
    }

    /// Keeps what a refresh gave: a new refresh token first, for the old one may be worth nothing any more.
    fn take(
        &self,
        state: &mut State,
        held: &Held,
        mut grant: Grant,
        tokens: Tokens,
        asked: Instant,
        second: bool,
    ) -> Result<SecretString, ProviderError> {
        let was_refused = grant.refused.take().is_some();
        let rotated = tokens.refresh.filter(|token| !grant.is(token));
        if let Some(token) = rotated {
            let replaced = std::mem::replace(&mut grant.refresh_token, token);
            if let Err(fault) = self.file.save(&grant, held) {
                state.unsaved = Some((replaced, grant));
                return Err(error(ErrorKind::Unavailable, fault.to_string()));
            }
        } else if was_refused && let Err(fault) = self.file.save(&grant, held) {
            tracing::debug!("{fault}");
        }
        self.allows(tokens.scopes.as_deref().unwrap_or(&grant.scopes))?;
        let lives = tokens.lives.unwrap_or(LIFE).min(LIFE_MAX);
        let until = asked + lives.saturating_sub(MARGIN.min(lives / 2));
        let from = grant.refresh_token;
        state.live = Some(Live { token: tokens.access.clone(), from, issued: asked, until, second });
        Ok(tokens.access)
    }

    fn fail(&self, state: &mut State, held: &Held, mut grant: Grant, fault: &Fault) -> ProviderError {
        let (account, host) = (&self.account, self.app.host());
        let (kind, pause, message) = match fault {
            Fault::Dead { at, .. } => {
                if grant.refused.is_none() && at.is_some() {
                    grant.refused = *at;
                    // Only for the words of later runs; this one goes on without.
                    if let Err(fault) = self.file.save(&grant, held) {
                        tracing::debug!("{fault}");
                    }
                }
                (ErrorKind::Login, None, words::dead(account, host, fault, &grant))
            }
            Fault::Refused { .. } => (ErrorKind::Login, Some(PAUSE), words::refused(account, host, fault)),
            Fault::Unavailable(why) => {
                let message = format!("no access token for account {account} from {host}: {why}");
                (ErrorKind::Unavailable, Some(PAUSE), message)
            }
        };
        state.block(grant.refresh_token, pause, kind, message)
    }

    fn unusable(&self, fault: &FileError) -> ProviderError {
        match fault {
            FileError::Open { .. } | FileError::Garbled { .. } => {
                error(ErrorKind::Login, words::unusable(&self.account, fault))
            }
            FileError::Held { .. } | FileError::Io { .. } => error(ErrorKind::Unavailable, fault.to_string()),
        }
    }
}

impl State {
    /// Remembers a failure, so that it is not repeated at once.
    fn block(
        &mut self,
        token: SecretString,
        pause: Option<Duration>,
        kind: ErrorKind,
        message: String,
    ) -> ProviderError {
        let until = pause.map(|pause| Instant::now() + pause);
        self.block = Some(Block { token, until, kind, message: message.clone() });
        error(kind, message)
    }
}

impl Block {
    fn stands(&self, grant: &Grant) -> bool {
        grant.is(&self.token) && self.until.is_none_or(|until| Instant::now() < until)
    }
}

fn error(kind: ErrorKind, message: String) -> ProviderError {
    ProviderError { kind, message }
}
