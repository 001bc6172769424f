//! One account's way to its server: one request at a time, with the account's proof of who it is, to trusted places
//! alone. Questions are repeated and redirected where that is safe; changes are sent once. It knows no calendars: an
//! error status is an answer, which the adapter judges.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::header;
use http::{HeaderMap, Request, StatusCode};
use jiff::Timestamp;
use tokio::time::{Instant, sleep};
use url::Url;

use super::address::{host, permit};
use super::auth::{Auth, Credentials};
use super::fault::About;
use super::pace::{Closed, Pace, retry_after};
use super::{Limits, Transport, TransportError, Trust, Write};
use crate::provider::ProviderError;

/// How long a request may take, with its redirects, repetitions and waits.
const TIMEOUT: Duration = Duration::from_mins(1);
/// The most bytes of an answer, unpacked.
const BODY_BYTES_MAX: usize = 32 * 1024 * 1024;
/// The most redirects that are followed.
const REDIRECTS_MAX: usize = 5;
/// How often a question is asked at most.
const TRIES_MAX: u32 = 3;
/// The same where the server failed over this very question.
const TRIES_MAX_INTERNAL: u32 = 2;
/// The longest wait inside a call; where the server wants more, the call fails.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// What a server answered, whatever the status.
#[derive(Clone)]
pub struct Answer {
    /// The status; never 401, except with [`Credentials::PerRequest`].
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, unpacked.
    pub body: Vec<u8>,
    /// Where the answer came from in the end.
    pub url: Url,
    /// Whether the server has moved what was asked for there for good (301, 308).
    pub moved: bool,
}

impl std::fmt::Debug for Answer {
    /// Neither address nor headers nor text: there can be secrets in each.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} from {} ({} bytes)", self.status, host(&self.url), self.body.len())
    }
}

/// A client for one account.
#[derive(Debug)]
pub struct AccountClient<T> {
    transport: T,
    trust: Trust,
    /// Held during a whole request: a second one waits.
    state: tokio::sync::Mutex<State>,
    served_at: Mutex<Option<Timestamp>>,
}

/// What changes from request to request.
#[derive(Debug)]
struct State {
    auth: Auth,
    pace: Pace,
}

/// Why a try brought no answer.
enum Failure {
    /// It may fare better next time.
    Transport(TransportError),
    /// It never will.
    Final(ProviderError),
}

impl<T: Transport> AccountClient<T> {
    /// An account that proves itself with `credentials`, to whom `trust` allows. `seed` is for the draw of waits.
    pub fn new(transport: T, credentials: Credentials, trust: Trust, seed: u64) -> Self {
        let state = State { auth: Auth::new(credentials), pace: Pace::new(seed) };
        Self { transport, trust, state: tokio::sync::Mutex::new(state), served_at: Mutex::new(None) }
    }

    /// The server's clock at its last answer; none before the first, or where it does not say.
    pub fn served_at(&self) -> Option<Timestamp> {
        *self.served_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks a question: GET, PROPFIND, REPORT or OPTIONS. It is repeated after trouble and follows redirects (301,
    /// 302, 307, 308) with method and body as they are, within what is trusted.
    ///
    /// # Errors
    /// [`ErrorKind::Login`](crate::provider::ErrorKind::Login) where the server does not let us in, and for a while
    /// after without asking it; [`ErrorKind::Unavailable`](crate::provider::ErrorKind::Unavailable) where there is no
    /// answer, the place is not to be trusted, or the account has to rest.
    pub async fn ask(&self, request: Request<Vec<u8>>) -> Result<Answer, ProviderError> {
        let url = Url::parse(&request.uri().to_string()).map_err(|_| no_address())?;
        let about = About::new(request.method(), &url);
        if !matches!(request.method().as_str(), "GET" | "PROPFIND" | "REPORT" | "OPTIONS") {
            return Err(about.unavailable("is no question, and changes need a precondition: nothing was sent"));
        }
        let mut state = self.state.lock().await;
        let until = Instant::now() + TIMEOUT;
        open(&state.pace, &about).await?;
        let mut tries = 1;
        loop {
            let outcome = self.follow(&mut state, &request, &url, until).await;
            let now = Instant::now();
            let (is_worth_it, at_once) = state.note(&outcome, tries, now);
            let back_off = state.pace.back_off(tries);
            let wait = match state.pace.closed(now) {
                _ if at_once => Duration::ZERO,
                Some((closed, _)) => back_off.max(closed),
                None => back_off,
            };
            let may_try = tries < TRIES_MAX && !state.pace.is_broken();
            if is_worth_it && may_try && wait <= WAIT_MAX && now + wait < until {
                tracing::debug!(host = url.host_str(), tries, wait_ms = wait.as_millis() as u64, "asking again");
                sleep(wait).await;
                tries += 1;
                continue;
            }
            return match outcome {
                Ok(answer) if is_throttled(answer.status) && wait > WAIT_MAX => Err(rest(&about, wait, answer.status)),
                Ok(answer) => Ok(answer),
                Err(Failure::Final(error)) => Err(error),
                Err(Failure::Transport(error)) => Err(about.unavailable(&error.to_string())),
            };
        }
    }

    /// Makes a change: once, at the address given. (A Digest challenge is answered: the server did nothing so far.)
    ///
    /// # Errors
    /// As for [`Self::ask`]. After [`ErrorKind::Unavailable`](crate::provider::ErrorKind::Unavailable) whether the
    /// change was made is unknown: read.
    pub async fn write(&self, write: Write) -> Result<Answer, ProviderError> {
        let about = About::new(write.method(), &write.url);
        let url = write.url.clone();
        let request = write.into_request().map_err(|why| about.unavailable(why))?;
        let mut state = self.state.lock().await;
        open(&state.pace, &about).await?;
        self.check(&url, None, &about)?;
        let outcome = self.signed(&mut state, &request, &url, Instant::now() + TIMEOUT).await;
        state.note(&outcome, 1, Instant::now());
        match outcome {
            Ok(answer) if is_redirect(answer.status) => {
                Err(about
                    .unavailable(&format!("the server moved it ({}), and changes follow no redirect", answer.status)))
            }
            Ok(answer) => Ok(answer),
            Err(Failure::Final(error)) => Err(error),
            Err(Failure::Transport(error)) => {
                Err(about.unavailable(&format!("{error}; whether the change was made is not known")))
            }
        }
    }

    /// Whether requests there carry a proof of who asks; with Digest only once the server has asked for one.
    pub async fn has_proof(&self, url: &Url) -> bool {
        self.state.lock().await.auth.has_proof(url)
    }

    /// Leaves the server alone for at least that long: for limits that a service states in a body.
    pub async fn rest(&self, pause: Duration) {
        self.state.lock().await.pace.failed(Instant::now(), Some(pause));
    }

    /// One try, through its redirects.
    async fn follow(
        &self,
        state: &mut State,
        request: &Request<Vec<u8>>,
        address: &Url,
        until: Instant,
    ) -> Result<Answer, Failure> {
        let (mut url, mut from, mut moved) = (address.clone(), None, false);
        for _ in 0..=REDIRECTS_MAX {
            let about = About::new(request.method(), &url);
            self.check(&url, from.as_ref(), &about).map_err(Failure::Final)?;
            let answer = self.signed(state, request, &url, until).await?;
            if !is_redirect(answer.status) || answer.status == StatusCode::SEE_OTHER {
                return Ok(Answer { moved, ..answer });
            }
            moved |= from.is_none() && is_for_good(answer.status);
            let next = answer.headers.get(header::LOCATION).and_then(|place| url.join(place.to_str().ok()?).ok());
            let mut next = next.ok_or_else(|| Failure::Final(about.unavailable("redirects to nowhere")))?;
            next.set_fragment(None);
            from = Some(std::mem::replace(&mut url, next));
        }
        let why = format!("redirects more than {REDIRECTS_MAX} times");
        Err(Failure::Final(About::new(request.method(), address).unavailable(&why)))
    }

    /// Whether that place may be asked, and by this account.
    fn check(&self, url: &Url, from: Option<&Url>, about: &About) -> Result<(), ProviderError> {
        permit(url, from).map_err(|why| about.unavailable(&format!("is a place where {why}")))?;
        if self.trust.allows(url) { Ok(()) } else { Err(about.unavailable(&self.trust.refusal(url))) }
    }

    /// One exchange with the account's proof, or two where the first brought a new Digest challenge.
    async fn signed(
        &self,
        state: &mut State,
        request: &Request<Vec<u8>>,
        url: &Url,
        until: Instant,
    ) -> Result<Answer, Failure> {
        let about = About::new(request.method(), url);
        let mut is_first = true;
        loop {
            let mut request = request.clone();
            *request.uri_mut() = url.as_str().parse().map_err(|_| Failure::Final(no_address()))?;
            state.auth.sign(url, &mut request).map_err(|why| Failure::Final(about.login(&why)))?;
            let answer = self.exchange(request, url, until).await.map_err(Failure::Transport)?;
            if answer.status != StatusCode::UNAUTHORIZED || state.auth.is_callers() {
                return Ok(answer);
            }
            if state.auth.challenged(url, &answer.headers) && std::mem::replace(&mut is_first, false) {
                continue;
            }
            state.pace.refused(Instant::now());
            let why = format!("the login was refused (401): {}", state.auth.advice(&answer.headers));
            return Err(Failure::Final(about.login(&why)));
        }
    }

    /// One exchange, and its line in the log: never a header, never a query, and the path at the last level only.
    async fn exchange(&self, request: Request<Vec<u8>>, url: &Url, until: Instant) -> Result<Answer, TransportError> {
        let (method, host, started) = (request.method().clone(), url.host_str(), Instant::now());
        tracing::trace!(%method, host, path = url.path(), bytes = request.body().len(), "asks");
        let outcome = self.transport.exchange(request, Limits { body_bytes_max: BODY_BYTES_MAX, until }).await;
        let ms = started.elapsed().as_millis() as u64;
        let (head, body) = match outcome {
            Ok(answer) => answer.into_parts(),
            Err(error) => {
                tracing::debug!(%method, host, ms, %error, "no answer");
                return Err(error);
            }
        };
        tracing::debug!(%method, host, status = head.status.as_u16(), bytes = body.len(), ms, "answer");
        *self.served_at.lock().unwrap_or_else(PoisonError::into_inner) = date(&head.headers);
        Ok(Answer { status: head.status, headers: head.headers, body, url: url.clone(), moved: false })
    }
}

impl State {
    /// Keeps how a try went; whether another may bring more, and without a wait.
    fn note(&mut self, outcome: &Result<Answer, Failure>, tries: u32, now: Instant) -> (bool, bool) {
        match outcome {
            Ok(answer) if is_throttled(answer.status) => {
                self.pace.failed(now, Some(retry_after(&answer.headers).unwrap_or_default()));
                (true, false)
            }
            Ok(answer) if matches!(answer.status, StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT) => {
                self.pace.failed(now, None);
                (true, false)
            }
            Ok(answer) => {
                // In trouble itself it neither makes good what failed before, nor may one broken object close the account.
                if !answer.status.is_server_error() {
                    self.pace.answered();
                }
                (answer.status == StatusCode::INTERNAL_SERVER_ERROR && tries < TRIES_MAX_INTERNAL, false)
            }
            // In the second case the server was there, and answered too much.
            Err(Failure::Final(_) | Failure::Transport(TransportError::TooLarge(_))) => (false, false),
            Err(Failure::Transport(error)) => {
                self.pace.failed(now, None);
                let is_dropped = matches!(error, TransportError::Dropped(_));
                // SOGo closes connections that it promised to keep: a new one is all it takes.
                (!matches!(error, TransportError::Untrusted(_)), is_dropped && tries == 1)
            }
        }
    }
}

/// Waits until the account may ask again, where that is soon.
async fn open(pace: &Pace, about: &About) -> Result<(), ProviderError> {
    let Some((wait, why)) = pace.closed(Instant::now()) else { return Ok(()) };
    let rest = words(wait);
    match why {
        Closed::Refused => {
            Err(about.login(&format!("the login was refused before; the server is asked again in {rest}")))
        }
        _ if wait <= WAIT_MAX => {
            sleep(wait).await;
            Ok(())
        }
        Closed::Throttled => Err(about.unavailable(&format!("the server wants to be left alone for another {rest}"))),
        Closed::Broken => Err(about.unavailable(&format!("failed too often in a row; it is tried again in {rest}"))),
    }
}

fn rest(about: &About, wait: Duration, status: StatusCode) -> ProviderError {
    about.unavailable(&format!("the server wants to be left alone for {} ({status})", words(wait)))
}

/// A time in words, rounded up.
fn words(wait: Duration) -> String {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    if seconds < 120 { format!("{seconds} s") } else { format!("{} min", seconds.div_ceil(60)) }
}

fn is_throttled(status: StatusCode) -> bool {
    matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE)
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

fn is_for_good(status: StatusCode) -> bool {
    matches!(status, StatusCode::MOVED_PERMANENTLY | StatusCode::PERMANENT_REDIRECT)
}

fn no_address() -> ProviderError {
    ProviderError {
        kind: crate::provider::ErrorKind::Unavailable,
        message: "a request without a full address can't be sent".to_owned(),
    }
}

fn date(headers: &HeaderMap) -> Option<Timestamp> {
    let date = httpdate::parse_http_date(headers.get(header::DATE)?.to_str().ok()?).ok()?;
    Timestamp::try_from(date).ok()
}
