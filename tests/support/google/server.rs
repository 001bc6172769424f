//! The loop around the state: connections on loopback, one thread each, and the faults that befall them.

use std::io::{self, BufReader, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use super::faults::Fault;
use super::http::{Reply, Request};
use super::problem::Problem;
use super::routes;
use super::state::{Seen, State};

/// A server that runs until it is dropped.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) address: SocketAddr,
    state: Arc<Mutex<State>>,
    over: Arc<AtomicBool>,
    open: Arc<Mutex<Vec<TcpStream>>>,
    accepting: Option<JoinHandle<()>>,
}

impl Server {
    /// On a free port of loopback.
    pub(super) fn start(state: State) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (state, over) = (Arc::new(Mutex::new(state)), Arc::new(AtomicBool::new(false)));
        let open: Arc<Mutex<Vec<TcpStream>>> = Arc::default();
        let shared = (Arc::clone(&state), Arc::clone(&over), Arc::clone(&open));
        let accepting = std::thread::spawn(move || {
            let (state, over, open) = shared;
            for stream in listener.incoming() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                locked(&open).extend(stream.try_clone());
                let state = Arc::clone(&state);
                std::thread::spawn(move || {
                    // A client that hangs up is its own affair; what it did is in the log.
                    let _ = converse(&state, &stream);
                    let _ = stream.shutdown(Shutdown::Both);
                });
            }
        });
        Self { address, state, over, open, accepting: Some(accepting) }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.state)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        // The loop looks whether it is over when somebody comes.
        let _ = TcpStream::connect(self.address);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
        for stream in locked(&self.open).drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

/// A test that failed while it held the lock leaves a state that is still good to look at.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Answers the requests of one connection, one after the other.
fn converse(state: &Mutex<State>, mut stream: &TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let request = match Request::read(&mut reader) {
            Ok(Some(request)) => request,
            Ok(None) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                locked(state).violations.push(format!("request: {error}"));
                return Err(error);
            }
            Err(error) => return Err(error),
        };
        match locked(state).meet(&request)? {
            Met::Answer(bytes) if request.header("connection") == Some("close") => return stream.write_all(&bytes),
            Met::Answer(bytes) => stream.write_all(&bytes)?,
            Met::Cut(bytes) => return stream.write_all(&bytes),
        }
    }
}

/// What comes of a request: an answer, or as many bytes of one and then the end.
enum Met {
    Answer(Vec<u8>),
    Cut(Vec<u8>),
}

impl State {
    /// Answers a request, or lets happen to it what is to happen.
    fn meet(&mut self, request: &Request) -> io::Result<Met> {
        let date = self.now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let fault = self.faults.draw(request);
        let oauth = request.path == routes::TOKEN;
        if matches!(fault, Some(Fault::Refuse(_) | Fault::Page(_) | Fault::CutBefore)) {
            routes::judged(self, request);
        }
        let (method, reply) = match fault {
            Some(Fault::Refuse(problem)) if oauth => (None, unavailable(problem.status)),
            Some(Fault::Refuse(problem)) => (None, problem.into()),
            Some(Fault::Page(status)) => {
                self.note(request, None, Some(status));
                return Ok(Met::Answer(page(status, &date)));
            }
            Some(Fault::CutBefore) => {
                self.note(request, None, None);
                return Ok(Met::Cut(Vec::new()));
            }
            Some(Fault::FailAfter(status)) => {
                let (method, _) = routes::answer(self, request);
                (method, if oauth { unavailable(status) } else { Problem::backend(status).into() })
            }
            Some(Fault::CutAfter) => {
                let (method, _) = routes::answer(self, request);
                self.note(request, method, None);
                return Ok(Met::Cut(Vec::new()));
            }
            Some(Fault::CutWithin) => {
                let (method, reply) = routes::answer(self, request);
                let bytes = reply.bytes(request, &date)?;
                self.note(request, method, None);
                return Ok(Met::Cut(bytes[..bytes.len() - bytes.len() / 8 - 1].to_vec()));
            }
            Some(Fault::Meanwhile(deed)) => {
                deed(self);
                routes::answer(self, request)
            }
            None => routes::answer(self, request),
        };
        self.note(request, method, Some(reply.status));
        Ok(Met::Answer(reply.bytes(request, &date)?))
    }

    fn note(&mut self, request: &Request, method: Option<String>, status: Option<u16>) {
        self.log.push(Seen { request: request.clone(), method, status });
    }
}

/// The token endpoint's own way to say that it is down.
fn unavailable(status: u16) -> Reply {
    super::auth::refused(status, "internal_failure", "Backend Error")
}

/// What a front end says that did not reach the service.
fn page(status: u16, date: &str) -> Vec<u8> {
    let body = format!("<!DOCTYPE html><html lang=en><title>Error {status} (Server Error)!!1</title>");
    let (kind, length) = ("Content-Type: text/html; charset=UTF-8", body.len());
    format!("HTTP/1.1 {status} Error\r\nDate: {date}\r\n{kind}\r\nContent-Length: {length}\r\n\r\n{body}").into_bytes()
}
