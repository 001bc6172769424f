//! The real HTTP client, against a server on this machine that says byte for byte what the test wants.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use http::Request;
use seawall::provider::ics::{Ics, Place};
use seawall::provider::transport::{Client, Limits, Transport as _, TransportError};
use seawall::provider::{Provider as _, Reading};
use tokio::time::Instant;

use crate::support::block_on_sockets as block_on;

/// An empty body, packed by gzip.
const EMPTY_GZIP: &[u8] = &[31, 139, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
/// `BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n`, packed by gzip.
const CALENDAR_GZIP: &[u8] = include_bytes!("../fixtures/http/calendar.ics.gz");
/// 4 MiB of blanks, packed by gzip.
const BOMB_GZIP: &[u8] = include_bytes!("../fixtures/http/bomb.gz");
const CALENDAR: &[u8] = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n";

/// A server for as many connections as there are answers; each is written as it stands. Gives back the heads of the
/// requests when it is done.
fn serve(answers: Vec<Vec<u8>>) -> (String, std::thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let answer = |bytes: Vec<u8>| {
            let (mut stream, _) = listener.accept().unwrap();
            let head = head(&mut stream);
            // A client that has seen enough hangs up.
            let _ = stream.write_all(&bytes);
            head
        };
        answers.into_iter().map(answer).collect()
    });
    (address, server)
}

fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap().to_lowercase()
}

/// An answer with its length; the connection ends after it.
fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn limits(body_bytes_max: usize, seconds: u64) -> Limits {
    Limits { body_bytes_max, until: Instant::now() + Duration::from_secs(seconds) }
}

/// What the client makes of an answer, with room for 1,000 bytes.
fn exchange(bytes: Vec<u8>) -> (Result<(u16, Vec<u8>), TransportError>, String) {
    let (address, server) = serve(vec![bytes]);
    let result = block_on(async {
        let request =
            Request::get(format!("{address}/a.ics")).header("if-none-match", "\"7\"").body(Vec::new()).unwrap();
        Client::new().exchange(request, limits(1000, 30)).await
    });
    let head = server.join().unwrap().remove(0);
    (result.map(|response| (response.status().as_u16(), response.into_body())), head)
}

#[test]
fn it_says_who_it_is_and_sends_what_it_was_given() {
    let (result, head) = exchange(answer("200 OK", "", CALENDAR));
    assert_eq!(result, Ok((200, CALENDAR.to_vec())));
    let agent = format!("user-agent: seawall/{}", env!("CARGO_PKG_VERSION"));
    for line in ["get /a.ics http/1.1", agent.as_str(), "if-none-match: \"7\"", "accept-encoding: gzip"] {
        assert!(head.contains(line), "{line} in {head}");
    }
}

#[test]
fn errors_and_redirects_are_answers() {
    for (status, code) in [("304 Not Modified", 304), ("404 Not Found", 404), ("503 Busy", 503)] {
        assert_eq!(exchange(answer(status, "", b"")).0, Ok((code, Vec::new())));
    }
    let (result, _) = exchange(answer("302 Found", "Location: http://127.0.0.1:1/elsewhere\r\n", b""));
    assert_eq!(result, Ok((302, Vec::new())), "not followed");
}

#[test]
fn gzip_is_unpacked() {
    let gzip = "Content-Encoding: gzip\r\n";
    assert_eq!(exchange(answer("200 OK", gzip, CALENDAR_GZIP)).0, Ok((200, CALENDAR.to_vec())));
    assert_eq!(exchange(answer("200 OK", gzip, EMPTY_GZIP)).0, Ok((200, Vec::new())));
    let cut = &CALENDAR_GZIP[..CALENDAR_GZIP.len() - 12];
    assert!(
        matches!(exchange(answer("200 OK", gzip, cut)).0, Err(TransportError::Dropped(_))),
        "a packed text cut off"
    );
}

#[test]
fn what_is_too_large_is_cut_off() {
    let too_large = Err(TransportError::TooLarge(1000));
    assert_eq!(exchange(answer("200 OK", "", &[b' '; 1000])).0.map(|(_, body)| body.len()), Ok(1000));
    assert_eq!(exchange(answer("200 OK", "", &[b' '; 1001])).0, too_large, "by its length");
    let chunk = [b"64\r\n".as_slice(), &[b' '; 100], b"\r\n"].concat().repeat(1_000);
    let chunked = [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".as_slice(), &chunk].concat();
    assert_eq!(exchange(chunked).0, too_large, "piece by piece");
    let bomb = answer("200 OK", "Content-Encoding: gzip\r\n", BOMB_GZIP);
    assert!(bomb.len() < 100_000);
    assert_eq!(exchange(bomb).0, too_large, "after unpacking");
}

#[test]
fn an_answer_that_breaks_off_is_none() {
    let mut cut = answer("200 OK", "", CALENDAR);
    cut.truncate(cut.len() - 5);
    for bytes in
        [cut, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nBEGIN\r\n".to_vec(), b"SSH-2.0\r\n".to_vec()]
    {
        let (result, _) = exchange(bytes);
        let Err(TransportError::Dropped(why)) = result else { panic!("{result:?}") };
        assert!(!why.contains("a.ics"), "the address is a secret: {why}");
    }
}

#[test]
fn nobody_there_is_a_failure_with_a_reason() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let request = Request::get(format!("http://{port}/secret")).body(Vec::new()).unwrap();
    let error = block_on(async { Client::new().exchange(request, limits(1000, 30)).await }).unwrap_err();
    assert!(error.to_string().contains("refused") && !error.to_string().contains("secret"), "{error}");
}

#[test]
fn a_server_that_drips_ends_with_the_deadline() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let result = block_on(async {
        let request = Request::get(address).body(Vec::new()).unwrap();
        let limits = Limits { body_bytes_max: 1000, until: Instant::now() + Duration::from_millis(300) };
        // The head comes, the body never does: the connection stays open until the deadline.
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            head(&mut stream);
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nBEGIN").unwrap();
            let _ = stream.read(&mut [0]);
        });
        let result = Client::new().exchange(request, limits).await;
        (result, server)
    });
    assert_eq!(result.0.map(drop), Err(TransportError::TimedOut));
    result.1.join().unwrap();
}

#[test]
fn a_subscribed_calendar_comes_through_a_redirect_and_is_asked_for_news() {
    let (address, server) = serve(vec![
        answer("302 Found", "Location: /b.ics\r\n", b""),
        answer("200 OK", "ETag: \"7\"\r\nContent-Encoding: gzip\r\n", CALENDAR_GZIP),
        answer("304 Not Modified", "", b""),
        answer("200 OK", "", b"<html>Log in</html>"),
    ]);
    let ics = Ics::new("feed", Place::Address(format!("{address}/b.ics").parse().unwrap()), Client::new());
    let (one, two, three): (Reading, Reading, Reading) = block_on(async {
        let one = ics.read("feed", &seawall::provider::Known::nothing()).await.unwrap();
        let known = crate::support::known(&one);
        let two = ics.read("feed", &known).await.unwrap();
        (one, two, ics.read("feed", &known).await.unwrap())
    });
    assert_eq!(&*one.objects[0].body, CALENDAR);
    assert_eq!(one, two);
    assert!(three.unreadable[0].1.contains("web page"), "{three:?}");
    let heads = server.join().unwrap();
    assert!(!heads[1].contains("if-none-match") && heads[2].contains("if-none-match: \"7\""), "{heads:?}");
}
