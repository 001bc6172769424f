//! The user's own OAuth client and the two requests it makes of the token service: a code for tokens, a refresh token
//! for an access token. One exchange each, no retry; what an error means stands in [`super::answer`].

use std::borrow::Cow;
use std::sync::OnceLock;
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType,
};
use oauth2::{
    AsyncHttpClient, AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet,
    EndpointSet, ExtraTokenFields, HttpRequest, HttpResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    RefreshToken, RequestTokenError, StandardRevocableToken, StandardTokenResponse, TokenResponse as _, TokenUrl,
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use url::Url;

use super::answer::{Fault, Tokens};
use super::scope::Scope;
use crate::provider::transport::{Courier, Limits, Transport, TransportError};

/// What an exchange with the token service may take.
const PATIENCE: Duration = Duration::from_mins(1);
/// An answer holds three tokens of at most a few kilobytes.
const BODY_BYTES_MAX: usize = 256 * 1024;

/// What Google adds to RFC 6749, section 5.1.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Extra {
    refresh_token_expires_in: Option<u64>,
}

impl ExtraTokenFields for Extra {}

type Response = StandardTokenResponse<Extra, BasicTokenType>;
type Client = oauth2::Client<
    BasicErrorResponse,
    Response,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// Why an exchange gave nothing that could be read as an answer.
#[derive(Debug, thiserror::Error)]
enum NoAnswer {
    #[error("{0}")]
    Transport(TransportError),
    #[error("the token service answers with status {0}")]
    Status(u16),
}

/// An OAuth client of the type *Desktop app*, made by the user.
#[derive(Clone, Debug)]
pub struct App {
    client: Client,
}

/// One question to the user: where to send the browser, and what proves that the answer belongs to it.
#[derive(Debug)]
pub struct Question {
    address: Url,
    state: CsrfToken,
    verifier: PkceCodeVerifier,
    redirect: RedirectUrl,
}

impl Question {
    /// Where the user is asked.
    pub fn address(&self) -> &Url {
        &self.address
    }

    /// What the answer must carry.
    pub(super) fn state(&self) -> &str {
        self.state.secret()
    }
}

impl App {
    /// The client; Google gives desktop clients a secret too, and does not treat it as one.
    pub fn new(client_id: &str, client_secret: Option<&SecretString>, auth_url: Url, token_url: Url) -> Self {
        let client = oauth2::Client::new(ClientId::new(client_id.to_owned()))
            // Google wants the client in the body.
            .set_auth_type(AuthType::RequestBody)
            .set_auth_uri(AuthUrl::from_url(auth_url))
            .set_token_uri(TokenUrl::from_url(token_url));
        let client = match client_secret {
            Some(secret) => client.set_client_secret(ClientSecret::new(secret.expose_secret().to_owned())),
            None => client,
        };
        Self { client }
    }

    /// Which client it is.
    pub fn client_id(&self) -> &str {
        self.client.client_id()
    }

    /// The name of the machine that gives tokens.
    pub(super) fn host(&self) -> &str {
        self.client.token_uri().url().host_str().unwrap_or("the token service")
    }

    /// A question whose answer comes to `redirect`. `hint` is the address of the account that the page offers first.
    pub(super) fn question(&self, redirect: Url, wanted: &[Scope], hint: Option<&str>) -> Question {
        let redirect = RedirectUrl::from_url(redirect);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut request = self
            .client
            .authorize_url(CsrfToken::new_random)
            .set_redirect_uri(Cow::Borrowed(&redirect))
            .add_scopes(wanted.iter().map(|scope| oauth2::Scope::new(scope.url())))
            .set_pkce_challenge(challenge)
            // Both are needed for a refresh token: Google gives none to a user who has agreed before.
            .add_extra_param("access_type", "offline")
            .add_extra_param("prompt", "consent");
        if let Some(hint) = hint {
            request = request.add_extra_param("login_hint", hint);
        }
        let (address, state) = request.url();
        Question { address, state, verifier, redirect }
    }

    /// Tokens for the code that answered a question.
    pub(super) async fn redeem(
        &self,
        transport: &impl Transport,
        question: Question,
        code: &SecretString,
    ) -> Result<Tokens, Fault> {
        let date = OnceLock::new();
        let send = |request| send(transport, request, &date);
        let request = self
            .client
            .exchange_code(AuthorizationCode::new(code.expose_secret().to_owned()))
            .set_pkce_verifier(question.verifier)
            .set_redirect_uri(Cow::Owned(question.redirect));
        let answer = request.request_async(&send).await;
        read(answer, date.get().copied())
    }

    /// An access token for a refresh token.
    pub(super) async fn refresh(&self, courier: &Courier, token: &SecretString) -> Result<Tokens, Fault> {
        let asker = Asker { courier, date: OnceLock::new() };
        let token = RefreshToken::new(token.expose_secret().to_owned());
        let answer = self.client.exchange_refresh_token(&token).request_async(&asker).await;
        read(answer, asker.date.get().copied())
    }
}

/// Who asks in a task of its own. A closure would do the same, but its futures can't be proved to move there.
struct Asker<'a> {
    courier: &'a Courier,
    date: OnceLock<Timestamp>,
}

impl<'c> AsyncHttpClient<'c> for Asker<'_> {
    type Error = NoAnswer;
    type Future = BoxFuture<'c, Result<HttpResponse, NoAnswer>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(send(self.courier, request, &self.date))
    }
}

async fn send(
    transport: &impl Transport,
    request: HttpRequest,
    date: &OnceLock<Timestamp>,
) -> Result<HttpResponse, NoAnswer> {
    let limits = Limits { body_bytes_max: BODY_BYTES_MAX, until: Instant::now() + PATIENCE };
    let response = transport.exchange(request, limits).await.map_err(NoAnswer::Transport)?;
    let told = response.headers().get(http::header::DATE).and_then(|value| value.to_str().ok());
    if let Some(told) = told.and_then(|told| Timestamp::try_from(httpdate::parse_http_date(told).ok()?).ok()) {
        date.get_or_init(|| told);
    }
    let status = response.status();
    // Whatever such an answer says, it says nothing of the token.
    if status.is_server_error() || status.is_redirection() || status == http::StatusCode::TOO_MANY_REQUESTS {
        return Err(NoAnswer::Status(status.as_u16()));
    }
    Ok(response)
}

/// Takes an answer apart. Neither a body that can't be read nor the parser's complaint is repeated: both may quote a
/// token.
fn read(
    answer: Result<Response, RequestTokenError<NoAnswer, BasicErrorResponse>>,
    served_at: Option<Timestamp>,
) -> Result<Tokens, Fault> {
    let answer = answer.map_err(|error| match error {
        RequestTokenError::ServerResponse(said) => {
            Fault::named(said.error().as_ref(), said.error_description().map(String::as_str), served_at)
        }
        RequestTokenError::Request(error) => Fault::Unavailable(error.to_string()),
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            Fault::Unavailable("the answer is none of a token service".to_owned())
        }
    })?;
    let secret = |text: &str| SecretString::from(text.to_owned());
    Ok(Tokens {
        access: secret(answer.access_token().secret()),
        lives: answer.expires_in(),
        refresh: answer.refresh_token().map(|token| secret(token.secret())),
        refresh_lives: answer.extra_fields().refresh_token_expires_in.map(Duration::from_secs),
        scopes: answer.scopes().map(|scopes| scopes.iter().map(|scope| scope.to_string()).collect()),
        served_at,
    })
}
