//! A relay in front of a server without TLS: it hears every request as it is on the wire, counts bytes, and may let in
//! who shows a token in place of a password. Knows nothing of calendars.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::Url;

/// What went through.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// The first line of each request.
    pub(crate) requests: Vec<String>,
    /// Bytes of requests, heads included.
    pub(crate) sent: usize,
    /// Bytes of answers, heads included.
    pub(crate) received: usize,
}

/// What stands in front of a server.
pub(crate) struct Relay {
    /// Where to reach it.
    pub(crate) url: String,
    heard: Arc<Mutex<Heard>>,
}

/// Who is let in with a token in place of the password.
pub(crate) struct Token {
    pub(crate) secret: String,
    authorization: String,
}

impl Token {
    pub(crate) fn of(user: &str, password: &str) -> Self {
        let proof = STANDARD.encode(format!("{user}:{password}"));
        let secret = format!("{user}.t0ken.{}", proof.len());
        Self { secret, authorization: format!("authorization: Basic {proof}") }
    }
}

impl Relay {
    /// In front of that address, until the test process ends.
    pub(crate) fn before(url: &str, token: Option<Token>) -> Self {
        let server: Url = url.parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut own = server.clone();
        own.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        let relay = Self { url: own.into(), heard: Arc::default() };
        let (heard, address) = (Arc::clone(&relay.heard), server.socket_addrs(|| None).unwrap()[0]);
        let token = Arc::new(token);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (heard, token) = (Arc::clone(&heard), Arc::clone(&token));
                // Who hangs up early is a client that was killed.
                std::thread::spawn(move || pass(client, address, token.as_ref().as_ref(), &heard).ok());
            }
        });
        relay
    }

    /// What went through since the last call.
    pub(crate) fn heard(&self) -> Heard {
        std::mem::take(&mut *locked(&self.heard))
    }
}

/// Whatever another connection came to.
fn locked(heard: &Mutex<Heard>) -> MutexGuard<'_, Heard> {
    heard.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// One request and its answer; then the connection ends.
fn pass(
    mut client: TcpStream,
    address: std::net::SocketAddr,
    token: Option<&Token>,
    heard: &Mutex<Heard>,
) -> std::io::Result<()> {
    let (mut seen, mut piece) = (Vec::new(), [0; 16384]);
    let end = loop {
        if let Some(at) = seen.windows(4).position(|window| window == b"\r\n\r\n") {
            break at;
        }
        match client.read(&mut piece)? {
            0 => return Ok(()),
            length => seen.extend_from_slice(&piece[..length]),
        }
    };
    let text = String::from_utf8_lossy(&seen[..end]).into_owned();
    let is = |line: &str, name: &str| line.to_ascii_lowercase().starts_with(name);
    let length = text.lines().find_map(|line| is(line, "content-length:").then(|| line[15..].trim().parse().ok()));
    let length: usize = length.flatten().unwrap_or_default();
    let mut body = seen.split_off(end + 4);
    while body.len() < length {
        match client.read(&mut piece)? {
            0 => return Ok(()),
            got => body.extend_from_slice(&piece[..got]),
        }
    }
    let first = text.lines().next().unwrap_or_default().to_owned();
    {
        let mut heard = locked(heard);
        heard.requests.push(first);
        heard.sent += end + 4 + length;
    }
    let mut sent = String::new();
    for line in text.lines().filter(|line| !is(line, "connection:")) {
        match token {
            Some(token) if is(line, "authorization:") => {
                let known = line.split_whitespace().skip(1).eq(["Bearer", &token.secret]);
                sent.push_str(if known { &token.authorization } else { "x-refused: 1" });
            }
            _ => sent.push_str(line),
        }
        sent.push_str("\r\n");
    }
    let mut server = TcpStream::connect(address)?;
    server.write_all(format!("{sent}Connection: close\r\n\r\n").as_bytes())?;
    server.write_all(&body)?;
    let answered = std::io::copy(&mut server, &mut client)?;
    locked(heard).received += usize::try_from(answered).unwrap_or_default();
    client.shutdown(std::net::Shutdown::Both)
}
