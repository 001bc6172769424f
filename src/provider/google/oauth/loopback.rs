//! The page on 127.0.0.1 to which the browser comes back: serves a few plain requests at a time and hands on the one
//! that answers the question. It never repeats what it was sent, neither on a page nor in the log.

use std::cell::Cell;
use std::convert::Infallible;
use std::io;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::UnboundedSender;

use super::redirect::{Redirect, of_query};

/// Browsers open connections ahead of need, and keep them.
const CONNECTIONS_MAX: usize = 32;
const HEAD_BYTES_MAX: usize = 32 * 1024;
/// How long a request may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);
/// After a connection that could not be taken, mostly for want of file descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves for ever; `found` gets the first answer that belongs to the question with that state.
pub(super) async fn serve(listener: &TcpListener, state: &str, found: &UnboundedSender<Redirect>) -> Infallible {
    let answered = Cell::new(false);
    let mut open = FuturesUnordered::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if open.len() < CONNECTIONS_MAX => match accepted {
                Ok((stream, _)) => open.push(answer(stream, state, &answered, found)),
                Err(_) => tokio::time::sleep(PAUSE).await,
            },
            // A browser that went away is no matter of ours.
            Some(_) = open.next(), if !open.is_empty() => {}
        }
    }
}

async fn answer(
    mut stream: TcpStream,
    state: &str,
    answered: &Cell<bool>,
    found: &UnboundedSender<Redirect>,
) -> io::Result<()> {
    let head = tokio::time::timeout(PATIENCE, read_head(&mut stream)).await??;
    let (page, redirect) = judge(&head, state, answered.get());
    if redirect.is_some() {
        answered.set(true);
    }
    let shown = async {
        stream.write_all(page.response().as_bytes()).await?;
        stream.shutdown().await
    };
    let shown = tokio::time::timeout(PATIENCE, shown).await;
    // Only now: whoever waits for it may end the whole thing.
    if let Some(redirect) = redirect {
        let _ = found.send(redirect);
    }
    shown?
}

async fn read_head(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    while !head.windows(4).any(|bytes| bytes == b"\r\n\r\n") && head.len() < HEAD_BYTES_MAX {
        if stream.read_buf(&mut head).await? == 0 {
            break;
        }
    }
    Ok(head)
}

/// What a request comes to, by its first line.
fn judge(head: &[u8], state: &str, answered: bool) -> (&'static Page, Option<Redirect>) {
    let line = head.split(|byte| *byte == b'\r').next().and_then(|line| std::str::from_utf8(line).ok());
    let mut words = line.unwrap_or_default().split(' ');
    let (method, target, version) = (words.next(), words.next(), words.next());
    if !version.is_some_and(|version| version.starts_with("HTTP/1.")) {
        return (&Page::UNREADABLE, None);
    }
    let target = target.unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    match (method, path) {
        (Some("GET"), "/") => {}
        (Some("GET"), _) => return (&Page::NOTHING_HERE, None),
        _ => return (&Page::ONLY_GET, None),
    }
    match of_query(query, state) {
        Redirect::Foreign => (&Page::FOREIGN, None),
        _ if answered => (&Page::AGAIN, None),
        refused @ Redirect::Refused(_) => (&Page::REFUSED, Some(refused)),
        code @ Redirect::Code(_) => (&Page::RECEIVED, Some(code)),
    }
}

/// A fixed page.
struct Page {
    status: &'static str,
    title: &'static str,
    text: &'static str,
}

impl Page {
    const RECEIVED: Self = Self {
        status: "200 OK",
        title: "Thank you",
        text: "seawall has your answer and goes on in the terminal, which says how it went. You may close this page.",
    };
    const AGAIN: Self =
        Self { status: "200 OK", title: "Received already", text: "seawall has your answer. You may close this page." };
    const REFUSED: Self = Self {
        status: "200 OK",
        title: "Not logged in",
        text: "You did not agree, or Google did not let you; the terminal says more. You may close this page.",
    };
    const FOREIGN: Self = Self {
        status: "400 Bad Request",
        title: "Not an answer to this login",
        text: "This page belongs to another login, or to none. Open the address that the terminal shows. You may close \
               this page.",
    };
    const NOTHING_HERE: Self =
        Self { status: "404 Not Found", title: "Nothing here", text: "You may close this page." };
    const ONLY_GET: Self =
        Self { status: "405 Method Not Allowed", title: "Nothing here", text: "You may close this page." };
    const UNREADABLE: Self =
        Self { status: "400 Bad Request", title: "Unreadable", text: "This is no request of a browser." };

    fn response(&self) -> String {
        let Self { status, title, text } = self;
        let body = format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>seawall: {title}</title></head>\
             <body><h1>{title}</h1><p>{text}</p></body></html>\n"
        );
        // The address of the page holds the code: it must go nowhere from here.
        format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
             Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nContent-Security-Policy: default-src 'none'\r\n\
             Connection: close\r\n\r\n{body}",
            body.len()
        )
    }
}
