//! A server as a script: the answers it gives in order, and the requests it saw. No socket, no time.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use http::{Request, Response};
use seawall::provider::transport::{Courier, Limits, Transport, TransportError};

/// One thing that a server does.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Answers with that status, those headers and that body.
    Answer(u16, &'static [(&'static str, &'static str)], Vec<u8>),
    /// Breaks off.
    Fail(TransportError),
}

/// A status alone.
pub(crate) fn status(status: u16) -> Act {
    Act::Answer(status, &[], Vec::new())
}

/// A status with headers.
pub(crate) fn headed(status: u16, headers: &'static [(&'static str, &'static str)]) -> Act {
    Act::Answer(status, headers, Vec::new())
}

/// A server that plays its acts in order, and whose every further request fails the test.
#[derive(Debug, Default)]
pub(crate) struct Script {
    acts: Mutex<VecDeque<Act>>,
    seen: Mutex<Vec<(Request<Vec<u8>>, Limits)>>,
}

impl Script {
    pub(crate) fn new(acts: impl IntoIterator<Item = Act>) -> Self {
        Self { acts: Mutex::new(acts.into_iter().collect()), seen: Mutex::default() }
    }

    /// The same server for a task of its own.
    pub(crate) fn courier(self: &Arc<Self>) -> Courier {
        let script = Arc::clone(self);
        Courier::new(move |request, limits| {
            let script = Arc::clone(&script);
            async move { (&*script).exchange(request, limits).await }
        })
    }

    /// The requests so far as `GET address`, with their conditional headers.
    pub(crate) fn requests(&self) -> Vec<String> {
        let shown = |(request, _): &(Request<Vec<u8>>, Limits)| {
            let mut text = format!("{} {}", request.method(), request.uri());
            for name in ["if-match", "if-none-match", "if-modified-since", "authorization", "cookie"] {
                if let Some(value) = request.headers().get(name) {
                    write!(text, " {name}: {}", value.to_str().unwrap()).unwrap();
                }
            }
            text
        };
        self.seen.lock().unwrap().iter().map(shown).collect()
    }

    /// The requests so far, whole.
    pub(crate) fn seen(&self) -> Vec<Request<Vec<u8>>> {
        self.seen.lock().unwrap().iter().map(|(request, _)| request.clone()).collect()
    }

    /// How many acts are still to come.
    pub(crate) fn left(&self) -> usize {
        self.acts.lock().unwrap().len()
    }

    /// The limits of each request.
    pub(crate) fn limits(&self) -> Vec<Limits> {
        self.seen.lock().unwrap().iter().map(|(_, limits)| *limits).collect()
    }
}

impl Transport for &Script {
    async fn exchange(&self, request: Request<Vec<u8>>, limits: Limits) -> Result<Response<Vec<u8>>, TransportError> {
        self.seen.lock().unwrap().push((request, limits));
        match self.acts.lock().unwrap().pop_front().expect("the script has an answer left") {
            Act::Fail(error) => Err(error),
            Act::Answer(status, headers, body) => {
                let mut response = Response::builder().status(status);
                for (name, value) in headers {
                    response = response.header(*name, *value);
                }
                Ok(response.body(body).unwrap())
            }
        }
    }
}
