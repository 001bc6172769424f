//! A relay in front of a server without TLS: it hears every request as it is on the wire, and may let in who shows a
//! token in place of a password. Knows nothing of calendars.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::Url;

use crate::support::lab::Person;

/// What a relay stands in front of and how.
pub(super) struct Relay {
    /// Where to reach it.
    pub(super) url: String,
    heads: Arc<Mutex<Vec<String>>>,
}

/// Who is let in with a token in place of the password.
pub(super) struct Token {
    pub(super) secret: String,
    authorization: String,
}

impl Token {
    pub(super) fn of(person: &Person) -> Self {
        let proof = STANDARD.encode(format!("{}:{}", person.name, person.password));
        let secret = format!("{}.t0ken.{}", person.name, proof.len());
        Self { secret, authorization: format!("authorization: Basic {proof}") }
    }
}

impl Relay {
    /// In front of that address, until the test process ends.
    pub(super) fn before(url: &str, token: Option<Token>) -> Self {
        let server: Url = url.parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut own = server.clone();
        own.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        let relay = Self { url: own.into(), heads: Arc::default() };
        let (heads, address) = (Arc::clone(&relay.heads), server.socket_addrs(|| None).unwrap()[0]);
        let token = Arc::new(token);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (heads, token) = (Arc::clone(&heads), Arc::clone(&token));
                // Who hangs up early is a client that was killed.
                std::thread::spawn(move || pass(client, address, token.as_ref().as_ref(), &heads).ok());
            }
        });
        relay
    }

    /// The first line of each request since the last call.
    pub(super) fn asked(&self) -> Vec<String> {
        self.heads.lock().unwrap().drain(..).map(|head| head.lines().next().unwrap().to_owned()).collect()
    }
}

/// One request and its answer; then the connection ends.
fn pass(
    mut client: TcpStream,
    address: std::net::SocketAddr,
    token: Option<&Token>,
    heads: &Mutex<Vec<String>>,
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
    let head = String::from_utf8_lossy(&seen[..end]).into_owned();
    let is = |line: &str, name: &str| line.to_ascii_lowercase().starts_with(name);
    let length = head.lines().find_map(|line| is(line, "content-length:").then(|| line[15..].trim().parse().ok()));
    let length: usize = length.flatten().unwrap_or_default();
    let mut body = seen.split_off(end + 4);
    while body.len() < length {
        match client.read(&mut piece)? {
            0 => return Ok(()),
            got => body.extend_from_slice(&piece[..got]),
        }
    }
    heads.lock().unwrap().push(head.clone());
    let mut sent = String::new();
    for line in head.lines().filter(|line| !is(line, "connection:")) {
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
    std::io::copy(&mut server, &mut client)?;
    client.shutdown(std::net::Shutdown::Both)
}
