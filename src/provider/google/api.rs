//! Requests to Google Calendar v3: addresses, tokens, waits where the service says that it is asked too fast, and a
//! long pause for changes where a limit is used up. Knows no iCalendar text.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::header::{self, HeaderValue};
use http::{Method, Request};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::Instant;
use url::Url;

use super::fault::{Meaning, Refusal};
use super::oauth::source::TokenSource;
use crate::provider::transport::{AccountClient, Answer, Transport, Write};
use crate::provider::{ErrorKind, ProviderError};

/// How often a request that came too fast is made at most.
const TRIES_MAX: u32 = 4;
/// The first wait after such an answer; each further one is twice as long, and up to a second is drawn on top.
const WAIT_FIRST: Duration = Duration::from_secs(1);
/// For how long nothing is changed once a limit is used up.
const SPENT: Duration = Duration::from_hours(3);

/// Why there is nothing to go on with.
#[derive(Debug)]
pub(super) enum Fault {
    /// The service said no.
    Refused(Refusal),
    /// It said nothing, or is not asked.
    Failed(ProviderError),
}

impl Fault {
    pub(super) fn meaning(&self) -> Meaning {
        match self {
            Self::Refused(refusal) => refusal.meaning,
            Self::Failed(_) => Meaning::Unclear,
        }
    }

    /// The service did nothing, for the request was not one that it serves this user (400, or 403 for lack of rights).
    pub(super) fn is_plain_refusal(&self) -> bool {
        match self {
            Self::Refused(refusal) => refusal.meaning == Meaning::Rights || refusal.is_bad_request(),
            Self::Failed(_) => false,
        }
    }

    /// The status that says that something was there once (410).
    pub(super) fn is_past(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.is_past())
    }

    /// As an error of the port: `what` says what was to be done.
    pub(super) fn error(self, what: &str, account: &str) -> ProviderError {
        match self {
            Self::Refused(refusal) => refusal.error(what, account),
            Self::Failed(error) => error,
        }
    }
}

impl From<ProviderError> for Fault {
    fn from(error: ProviderError) -> Self {
        Self::Failed(error)
    }
}

/// The service, for one account.
#[derive(Debug)]
pub(super) struct Api<T> {
    client: AccountClient<T>,
    tokens: TokenSource,
    endpoint: Url,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    rng: fastrand::Rng,
    /// Until then nothing is changed.
    spent: Option<Instant>,
}

/// What is to be sent.
#[derive(Clone)]
enum Call {
    Ask(Request<Vec<u8>>),
    Write(Write),
}

impl<T: Transport> Api<T> {
    pub(super) fn new(client: AccountClient<T>, tokens: TokenSource, endpoint: Url, seed: u64) -> Self {
        let state = State { rng: fastrand::Rng::with_seed(seed), spent: None };
        Self { client, tokens, endpoint, state: Mutex::new(state) }
    }

    pub(super) fn client(&self) -> &AccountClient<T> {
        &self.client
    }

    pub(super) fn tokens(&self) -> &TokenSource {
        &self.tokens
    }

    pub(super) fn endpoint(&self) -> &Url {
        &self.endpoint
    }

    /// An address below the endpoint.
    pub(super) fn url(&self, path: &[&str], query: &[(&str, &str)]) -> Url {
        let mut url = self.endpoint.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    /// Asks for something (GET).
    pub(super) async fn get(&self, url: &Url) -> Result<Answer, Fault> {
        let mut request = Request::new(Vec::new());
        *request.method_mut() = Method::GET;
        *request.uri_mut() = url.as_str().parse().map_err(|_| broken("the address can't be sent"))?;
        self.call(Call::Ask(request)).await
    }

    /// Changes something.
    pub(super) async fn write(&self, write: Write) -> Result<Answer, Fault> {
        let spent = self.state().spent.filter(|until| Instant::now() < *until);
        if let Some(until) = spent {
            let minutes = (until - Instant::now()).as_secs().div_ceil(60);
            let message = format!(
                "Google said that a limit for changes is used up: nothing is sent for another {minutes} minutes"
            );
            return Err(Fault::Failed(ProviderError { kind: ErrorKind::Unavailable, message }));
        }
        let outcome = self.call(Call::Write(write)).await;
        if outcome.as_ref().is_err_and(|fault| fault.meaning() == Meaning::Spent) {
            self.state().spent = Some(Instant::now() + SPENT);
        }
        outcome
    }

    /// Makes a request, and again where the service says that it did nothing because it was asked too fast.
    async fn call(&self, call: Call) -> Result<Answer, Fault> {
        let mut wait = WAIT_FIRST;
        for tries in 1.. {
            let answer = self.signed(call.clone()).await?;
            if answer.status.is_success() {
                return Ok(answer);
            }
            let refusal = Refusal::of(&answer);
            if refusal.meaning != Meaning::Slow {
                return Err(Fault::Refused(refusal));
            }
            // The account keeps this; the next request waits for it, whoever makes it.
            let draw = Duration::from_millis(self.state().rng.u64(0..1000));
            self.client.rest(wait + draw).await;
            if tries == TRIES_MAX {
                return Err(Fault::Refused(refusal));
            }
            wait *= 2;
        }
        Err(broken("it was tried too often"))
    }

    /// One request with a token, or two where the first token was refused.
    async fn signed(&self, call: Call) -> Result<Answer, Fault> {
        let mut token = self.tokens.access_token().await?;
        let answer = self.send(call.clone(), &token).await?;
        if answer.status != http::StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        token = self.tokens.refused(&token).await?;
        let answer = self.send(call, &token).await?;
        if answer.status == http::StatusCode::UNAUTHORIZED {
            // Says what to do, and refuses from now on.
            self.tokens.refused(&token).await?;
        }
        Ok(answer)
    }

    async fn send(&self, call: Call, token: &SecretString) -> Result<Answer, Fault> {
        let value = format!("Bearer {}", token.expose_secret());
        let mut value = HeaderValue::from_str(&value).map_err(|_| broken("the access token can't be sent"))?;
        value.set_sensitive(true);
        Ok(match call {
            Call::Ask(mut request) => {
                request.headers_mut().insert(header::AUTHORIZATION, value);
                self.client.ask(request).await?
            }
            Call::Write(write) => self.client.write(write.header(header::AUTHORIZATION, value)).await?,
        })
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn broken(why: &str) -> Fault {
    Fault::Failed(ProviderError { kind: ErrorKind::Unavailable, message: format!("Google: {why}") })
}
