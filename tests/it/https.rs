//! TLS as it is on the wire: whose certificate is believed, and what is said where it is not. The server stands in
//! this process; the authorities are made for each test.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, Stream};
use seawall::provider::ics::{Ics, Place};
use seawall::provider::transport::{AccountClient, Client, Credentials, Limits, Transport as _, TransportError, Trust};
use seawall::provider::{ErrorKind, Known, Provider as _};
use tokio::time::Instant;

use crate::support::block_on_sockets as block_on;

const CALENDAR: &str = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n";

type Authority = CertifiedIssuer<'static, KeyPair>;

/// Somebody who signs certificates.
fn authority() -> Authority {
    authority_named("the authority")
}

fn authority_named(name: &str) -> Authority {
    let mut params = CertificateParams::new([]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A server with a certificate for that name, signed by that authority, that answers `count` connections with the
/// calendar. Gives back its port, and the first line of each request; none where the client did not like it.
fn serve(authority: &Authority, name: &str, count: usize) -> (u16, std::thread::JoinHandle<Vec<Option<String>>>) {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, authority).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let mut config = config.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key).unwrap();
    // It would speak HTTP/2, were it asked to.
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        let answer = |_| {
            let (mut socket, _) = listener.accept().unwrap();
            let mut connection = ServerConnection::new(config.clone()).unwrap();
            let mut stream = Stream::new(&mut connection, &mut socket);
            let (mut head, mut piece) = (Vec::new(), [0; 4096]);
            while !head.windows(4).any(|window| window == b"\r\n\r\n") {
                let length = stream.read(&mut piece).ok().filter(|length| *length > 0)?;
                head.extend_from_slice(&piece[..length]);
            }
            let length = CALENDAR.len();
            write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{CALENDAR}")
                .unwrap();
            stream.conn.send_close_notify();
            stream.flush().unwrap();
            String::from_utf8(head).unwrap().lines().next().map(str::to_owned)
        };
        (0..count).map(answer).collect()
    });
    (port, server)
}

/// What a client gets from a server with a certificate for `name` of that authority.
fn asked(client: &Client, authority: &Authority, name: &str) -> (Result<Vec<u8>, TransportError>, Option<String>) {
    let (port, server) = serve(authority, name, 1);
    let request = Request::get(format!("https://localhost:{port}/secret.ics")).body(Vec::new()).unwrap();
    let answer = block_on(async {
        let limits = Limits { body_bytes_max: 1000, until: Instant::now() + Duration::from_secs(30) };
        client.exchange(request, limits).await
    });
    (answer.map(http::Response::into_body), server.join().unwrap().remove(0))
}

#[track_caller]
fn untrusted(client: &Client, authority: &Authority, name: &str, words: &[&str]) {
    let (answer, seen) = asked(client, authority, name);
    let Err(TransportError::Untrusted(why)) = answer else { panic!("{answer:?}") };
    for word in words {
        assert!(why.contains(word), "{word} in {why}");
    }
    assert!(!why.contains("secret"), "the address is a secret: {why}");
    assert_eq!(seen, None, "nothing was sent");
}

#[test]
fn a_private_authority_is_believed_beside_the_systems() {
    let (authority, other) = (authority(), authority_named("another"));
    let bundle = [other.pem(), authority.pem()].concat();
    for pem in [authority.pem(), bundle] {
        let (answer, seen) = asked(&Client::with_ca(pem.as_bytes()).unwrap(), &authority, "localhost");
        assert_eq!(answer, Ok(CALENDAR.as_bytes().to_vec()));
        assert_eq!(seen.as_deref(), Some("GET /secret.ics HTTP/1.1"), "one request at a time needs no HTTP/2");
    }
}

#[test]
fn an_authority_that_nobody_knows_is_not_believed() {
    // Another one, and one of the same name with another key.
    let [other, former] =
        ["another", "the authority"].map(|name| Client::with_ca(authority_named(name).pem().as_bytes()).unwrap());
    for client in [Client::new(), other, former] {
        untrusted(&client, &authority(), "localhost", &["certificate", "ca_file"]);
    }
}

#[test]
fn a_certificate_of_another_host_is_not_believed() {
    let authority = authority();
    let client = Client::with_ca(authority.pem().as_bytes()).unwrap();
    untrusted(&client, &authority, "example.org", &["another host", "example.org"]);
}

#[test]
fn a_file_without_a_readable_certificate_is_said_to_be_one() {
    let key = KeyPair::generate().unwrap().serialize_pem();
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for pem in ["", "hello", key.as_str(), broken, "-----BEGIN CERTIFICATE-----\n%%\n-----END CERTIFICATE-----\n"] {
        let error = Client::with_ca(pem.as_bytes()).unwrap_err();
        assert!(error.to_string().contains("no certificate that can be read"), "{pem:?}: {error}");
    }
}

#[test]
fn an_account_says_what_is_wrong_and_does_not_insist() {
    let (port, server) = serve(&authority(), "localhost", 1);
    let url = format!("https://localhost:{port}/cal/").parse().unwrap();
    let credentials = Credentials::Basic { user: "anna".to_owned(), password: "pw".into() };
    let account = AccountClient::new(Client::new(), credentials, Trust::new(&url, [""; 0]), 7);
    let request = Request::get(url.as_str()).body(Vec::new()).unwrap();
    let error = block_on(account.ask(request)).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable);
    let start = format!("localhost:{port} (GET): the server's certificate");
    assert!(error.message.starts_with(&start) && error.message.contains("ca_file"), "{error}");
    assert_eq!(server.join().unwrap(), [None]);
}

#[test]
fn a_subscribed_calendar_comes_over_tls() {
    let authority = authority();
    let (port, server) = serve(&authority, "localhost", 2);
    let place = || Place::Address(format!("https://localhost:{port}/feed.ics").parse().unwrap());
    let trusting = Client::with_ca(authority.pem().as_bytes()).unwrap();
    block_on(async {
        let reading = Ics::new("feed", place(), trusting).read("feed", &Known::nothing()).await.unwrap();
        assert_eq!(&*reading.objects[0].body, CALENDAR.as_bytes());
        let error = Ics::new("feed", place(), Client::new()).read("feed", &Known::nothing()).await.unwrap_err();
        assert!(error.message.contains("certificate") && !error.message.contains("feed.ics"), "{error}");
    });
    assert_eq!(server.join().unwrap(), [Some("GET /feed.ics HTTP/1.1".to_owned()), None]);
}
