//! One login: asks the user through the browser, takes the answer from the loopback page or from a pasted line,
//! whichever comes first, and turns it into a grant that allows all that is wanted, or into a reason. Opens no browser,
//! reads no terminal and writes no file: its caller does.

use std::net::Ipv4Addr;
use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use url::Url;

use super::answer::{Fault, Tokens};
use super::app::{App, Question};
use super::grant::Grant;
use super::loopback;
use super::redirect::{Redirect, of_line};
use super::scope::Scope;
use super::words;
use crate::provider::transport::{Courier, Transport};

/// How long the user may take.
pub const PATIENCE: Duration = Duration::from_mins(10);

/// Why there is no grant. Nothing was stored.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// No port of this machine can be had.
    #[error("can't listen on 127.0.0.1: {0}")]
    Listen(std::io::Error),
    /// Nobody answered.
    #[error("no answer came within {} minutes", PATIENCE.as_secs() / 60)]
    TimedOut,
    /// The user, or the service, said no.
    #[error("{}", refusal(.0))]
    Refused(String),
    /// The user unticked something.
    #[error(
        "not all was allowed. Missing: {}. Nothing was stored; log in again and leave every box ticked",
        words::lacks(.0)
    )]
    Unticked(Vec<Scope>),
    /// The token that was brought along can't do enough.
    #[error("this token is not enough. Missing: {}. Nothing was stored; log in without --import", words::lacks(.0))]
    TooNarrow(Vec<Scope>),
    /// The service does not say what the token may do.
    #[error("the token service does not say what this token allows; log in without --import")]
    Unknown,
    /// There is no lasting token.
    #[error(
        "the token service gave no refresh token. Withdraw seawall's access at https://myaccount.google.com/connections, \
         then log in again"
    )]
    NotLasting,
    /// The token service did not give any.
    #[error("{host} gives no token: {fault}.{}", advice(fault))]
    Token {
        /// The service.
        host: String,
        /// What it said.
        fault: Fault,
    },
}

fn refusal(error: &str) -> String {
    match error {
        "access_denied" => "access was refused on Google's page (access_denied). If you did agree: while the consent \
                            screen is in Testing only its test users get in"
            .to_owned(),
        "admin_policy_enforced" => {
            "your organisation's administrator does not allow this client (admin_policy_enforced)".to_owned()
        }
        error => format!("Google's page ended with {error}"),
    }
}

fn advice(fault: &Fault) -> &'static str {
    match fault {
        Fault::Dead { .. } => " It is worn out, withdrawn, or was given to another client",
        Fault::Refused { .. } => {
            " Compare client_id and client_secret in the config with your client, which must be of \
                                  the type Desktop app (deploy/google.md)"
        }
        Fault::Unavailable(_) => " Try again later",
    }
}

/// A login under way: the page is up, nobody was asked yet.
#[derive(Debug)]
pub struct Login<'a> {
    app: &'a App,
    wanted: Vec<Scope>,
    question: Question,
    listener: TcpListener,
    port: u16,
}

impl<'a> Login<'a> {
    /// Opens the page on a port of 127.0.0.1: the one that is asked for, or any free one where that is 0 or taken.
    ///
    /// # Errors
    /// [`LoginError::Listen`].
    pub async fn begin(app: &'a App, wanted: Vec<Scope>, hint: Option<&str>, port: u16) -> Result<Self, LoginError> {
        let listener = match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
            Err(_) if port != 0 => TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await,
            bound => bound,
        };
        let listener = listener.map_err(LoginError::Listen)?;
        let port = listener.local_addr().map_err(LoginError::Listen)?.port();
        let redirect = Url::parse(&format!("http://127.0.0.1:{port}/"));
        let redirect = redirect.map_err(|error| LoginError::Listen(std::io::Error::other(error)))?;
        let question = app.question(redirect, &wanted, hint);
        Ok(Self { app, wanted, question, listener, port })
    }

    /// Where to send the user.
    pub fn address(&self) -> &Url {
        self.question.address()
    }

    /// The port of the page.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Waits for the answer and turns it into a grant, obtained at `now`. `pasted` brings lines that the user types;
    /// `say` gets what there is to say of one that is no answer.
    ///
    /// # Errors
    /// Where there is no grant that allows all that is wanted.
    pub async fn finish(
        self,
        transport: &impl Transport,
        mut pasted: UnboundedReceiver<String>,
        now: Timestamp,
        say: impl Fn(&str),
    ) -> Result<Grant, LoginError> {
        let Self { app, wanted, question, listener, port } = self;
        let state = question.state().to_owned();
        let (found, mut arrived) = unbounded_channel();
        let answer = async {
            loop {
                let (redirect, is_blank) = tokio::select! {
                    Some(redirect) = arrived.recv() => (redirect, false),
                    Some(line) = pasted.recv() => (of_line(&line, &state), line.trim().is_empty()),
                };
                match redirect {
                    Redirect::Code(code) => return Ok(code),
                    Redirect::Refused(error) => return Err(LoginError::Refused(error)),
                    Redirect::Foreign if is_blank => {}
                    Redirect::Foreign => say(&format!(
                        "That does not answer this login. Paste the whole address of the last page: it begins with \
                         http://127.0.0.1:{port}/ and holds a code."
                    )),
                }
            }
        };
        let work = async {
            let code = tokio::time::timeout(PATIENCE, answer).await.map_err(|_| LoginError::TimedOut)??;
            let tokens = app.redeem(transport, question, &code).await;
            let tokens = tokens.map_err(|fault| LoginError::Token { host: app.host().to_owned(), fault })?;
            // What is not said was given as asked for (RFC 6749, section 5.1).
            let scopes = tokens.scopes.clone().unwrap_or_else(|| wanted.iter().map(|scope| scope.url()).collect());
            let missing = Scope::missing(&wanted, &scopes);
            if !missing.is_empty() {
                return Err(LoginError::Unticked(missing));
            }
            grant(app, tokens, scopes, None, now)
        };
        // The page stays up to the end: browsers ask twice.
        tokio::select! {
            done = work => done,
            never = loopback::serve(&listener, &state, &found) => match never {},
        }
    }
}

/// A grant from a refresh token that the user brings along: it is tried out, and must allow all that is wanted.
///
/// # Errors
/// Where it does not work or is not enough.
pub async fn import(
    app: &App,
    courier: &Courier,
    token: SecretString,
    wanted: &[Scope],
    now: Timestamp,
) -> Result<Grant, LoginError> {
    let tokens = app.refresh(courier, &token).await;
    let tokens = tokens.map_err(|fault| LoginError::Token { host: app.host().to_owned(), fault })?;
    let scopes = tokens.scopes.clone().ok_or(LoginError::Unknown)?;
    let missing = Scope::missing(wanted, &scopes);
    if !missing.is_empty() {
        return Err(LoginError::TooNarrow(missing));
    }
    grant(app, tokens, scopes, Some(token), now)
}

fn grant(
    app: &App,
    tokens: Tokens,
    scopes: Vec<String>,
    old: Option<SecretString>,
    now: Timestamp,
) -> Result<Grant, LoginError> {
    let token = tokens.refresh.or(old).ok_or(LoginError::NotLasting)?;
    Ok(Grant::new(app.client_id(), token, scopes, now, tokens.refresh_lives))
}
