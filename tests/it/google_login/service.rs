//! A token service as a script: it knows one refresh token, replaces it where told to, and fails as told to. It takes
//! a second for each request, on the test's clock.

use std::collections::VecDeque;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use http::{Request, Response};
use jiff::Timestamp;
use seawall::provider::google::oauth::app::App;
use seawall::provider::google::oauth::file::TokenFile;
use seawall::provider::google::oauth::grant::Grant;
use seawall::provider::google::oauth::scope::Scope;
use seawall::provider::google::oauth::source::TokenSource;
use seawall::provider::transport::{Courier, Limits, Transport, TransportError};
use secrecy::SecretString;
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use super::{CLIENT_ID, CLIENT_SECRET, LIST, READ, WRITE};

/// The service's clock.
pub(super) const DATE: &str = "Fri, 20 Nov 2026 10:00:00 GMT";

/// What it does with a request in place of answering it.
#[derive(Clone, Debug)]
pub(super) enum Act {
    /// Answers with that status and body, and does nothing.
    Answer(u16, String),
    /// Breaks off before it did anything.
    BreakOff,
    /// Does it, and breaks off.
    LoseAnswer,
}

pub(super) struct Service {
    inner: Mutex<Inner>,
}

struct Inner {
    good: String,
    rotates: bool,
    /// What a good answer holds beside the tokens.
    extra: Value,
    acts: VecDeque<Act>,
    asked: usize,
    at_once: usize,
}

impl fmt::Debug for Service {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Service")
    }
}

impl Service {
    /// Knows that refresh token.
    pub(super) fn new(good: &str) -> Arc<Self> {
        let extra = json!({ "expires_in": 3600, "scope": format!("{READ} {LIST} {WRITE}") });
        let (acts, asked, at_once) = (VecDeque::new(), 0, 0);
        Arc::new(Self {
            inner: Mutex::new(Inner { good: good.to_owned(), rotates: false, extra, acts, asked, at_once }),
        })
    }

    /// Each refresh gives a new refresh token, and the old one is dead.
    pub(super) fn rotating(good: &str) -> Arc<Self> {
        let service = Self::new(good);
        service.inner().rotates = true;
        service
    }

    /// What it does with the next requests.
    pub(super) fn then(&self, acts: impl IntoIterator<Item = Act>) {
        self.inner().acts.extend(acts);
    }

    /// Another content of good answers beside the tokens.
    pub(super) fn say(&self, extra: Value) {
        self.inner().extra = extra;
    }

    /// The only refresh token that works now.
    pub(super) fn knows(&self, good: &str) {
        good.clone_into(&mut self.inner().good);
    }

    pub(super) fn good(&self) -> String {
        self.inner().good.clone()
    }

    /// How many requests there were.
    pub(super) fn asked(&self) -> usize {
        self.inner().asked
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    /// The source of tokens of an account `work` that wants everything.
    pub(super) fn source(self: &Arc<Self>, file: &TokenFile) -> TokenSource {
        self.source_of(CLIENT_ID, file)
    }

    pub(super) fn source_of(self: &Arc<Self>, client_id: &str, file: &TokenFile) -> TokenSource {
        let service = Arc::clone(self);
        let courier = Courier::new(move |request, limits| {
            let service = Arc::clone(&service);
            async move { (&*service).exchange(request, limits).await }
        });
        TokenSource::new("work", app(client_id), Scope::wanted(true), file.clone(), courier)
    }
}

pub(super) fn app(client_id: &str) -> App {
    let url = |path: &str| Url::parse(&format!("https://login.example.org/{path}")).unwrap();
    App::new(client_id, Some(&SecretString::from(CLIENT_SECRET)), url("auth"), url("token"))
}

/// An error as RFC 6749 has it.
pub(super) fn error(code: &str, description: &str) -> Act {
    Act::Answer(400, json!({ "error": code, "error_description": description }).to_string())
}

/// A token file in that folder, given on 13 November 2026 for everything.
pub(super) async fn token_file(folder: &Path, refresh_token: &str) -> TokenFile {
    let file = TokenFile::of(folder, "work");
    store(&file, &grant(refresh_token)).await;
    file
}

pub(super) fn grant(refresh_token: &str) -> Grant {
    let obtained: Timestamp = "2026-11-13T09:00:00Z".parse().unwrap();
    Grant::new(CLIENT_ID, refresh_token.into(), [READ, LIST, WRITE].map(str::to_owned).into(), obtained, None)
}

/// What a login does.
pub(super) async fn store(file: &TokenFile, grant: &Grant) {
    let held = file.hold().await.unwrap();
    file.save(grant, &held).unwrap();
}

impl Transport for &Service {
    async fn exchange(&self, request: Request<Vec<u8>>, _: Limits) -> Result<Response<Vec<u8>>, TransportError> {
        {
            let mut inner = self.inner();
            inner.asked += 1;
            inner.at_once += 1;
            assert_eq!(inner.at_once, 1, "two refreshes at once");
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        let mut inner = self.inner();
        inner.at_once -= 1;
        let broken = || Err(TransportError::Failed("connection reset".to_owned()));
        match inner.acts.pop_front() {
            Some(Act::BreakOff) => broken(),
            Some(Act::Answer(status, body)) => Ok(answer(status, body)),
            Some(Act::LoseAnswer) => {
                let _ = inner.serve(&request);
                broken()
            }
            None => Ok(inner.serve(&request)),
        }
    }
}

impl Inner {
    fn serve(&mut self, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        assert!(!request.headers().contains_key("authorization"), "the client stands in the body");
        let field = |name: &str| {
            let found = form_urlencoded::parse(request.body()).find(|(key, _)| key == name);
            found.map(|(_, value)| value.into_owned()).unwrap_or_default()
        };
        assert_eq!((field("grant_type"), field("client_id")), ("refresh_token".to_owned(), CLIENT_ID.to_owned()));
        assert_eq!(field("client_secret"), CLIENT_SECRET);
        if field("refresh_token") != self.good {
            let body = json!({ "error": "invalid_grant", "error_description": "Token has been expired or revoked." });
            return answer(400, body.to_string());
        }
        let mut body = json!({ "access_token": format!("access-{}", self.asked), "token_type": "Bearer" });
        if self.rotates {
            self.good = format!("refresh-{}", self.asked);
            body["refresh_token"] = json!(self.good);
        }
        body.as_object_mut().unwrap().extend(self.extra.as_object().unwrap().clone());
        answer(200, body.to_string())
    }
}

fn answer(status: u16, body: String) -> Response<Vec<u8>> {
    Response::builder().status(status).header("date", DATE).body(body.into_bytes()).unwrap()
}
