//! What an account does on the wire: which connections it uses, how bodies are sent, and who never hears of it. The
//! real client, against servers in this process.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::Command;
use std::sync::{Arc, Mutex};

use seawall::provider::transport::{AccountClient, Client, Trust, Write};
use url::Url;

use super::{basic, request};
use crate::support::block_on_sockets as block_on;

/// What a server does with a connection after an answer.
#[derive(Clone, Copy, PartialEq)]
enum Habit {
    /// Keeps it for the next request.
    Keeps,
    /// Says nothing and closes it when the next request comes: as `SOGo` does.
    Drops,
}

/// A server on this machine, and for each request the number of its connection and its text.
struct Server {
    url: Url,
    seen: Arc<Mutex<Vec<(usize, String)>>>,
}

impl Server {
    /// Answers every request with `head`.
    fn start(habit: Habit, head: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/cal/", listener.local_addr().unwrap()).parse().unwrap();
        let seen: Arc<Mutex<Vec<(usize, String)>>> = Arc::default();
        let log = seen.clone();
        // It ends with the test's process.
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let (log, head, mut stream) = (log.clone(), head.clone(), stream.unwrap());
                std::thread::spawn(move || {
                    let mut reader = BufReader::new(stream.try_clone().unwrap());
                    while let Some(text) = read(&mut reader) {
                        log.lock().unwrap().push((number, text));
                        stream.write_all(head.as_bytes()).unwrap();
                        if habit == Habit::Drops {
                            let _ = reader.fill_buf();
                            return;
                        }
                    }
                });
            }
        });
        Self { url, seen }
    }

    fn ok(habit: Habit) -> Self {
        Self::start(habit, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_owned())
    }

    /// The requests as connection and method.
    fn methods(&self) -> Vec<String> {
        let shown = |(number, text): &(usize, String)| format!("{number} {}", text.split(' ').next().unwrap());
        self.seen.lock().unwrap().iter().map(shown).collect()
    }

    fn texts(&self) -> Vec<String> {
        self.seen.lock().unwrap().iter().map(|(_, text)| text.clone()).collect()
    }

    fn account(&self) -> AccountClient<Client> {
        AccountClient::new(Client::new(), basic(), Trust::new(&self.url, [""; 0]), 7)
    }

    fn object(&self) -> Url {
        self.url.join("a.ics").unwrap()
    }
}

/// One request with a body of known length; none where the client is done.
fn read(reader: &mut impl std::io::BufRead) -> Option<String> {
    let mut text = String::new();
    while !text.ends_with("\r\n\r\n") {
        if reader.read_line(&mut text).ok()? == 0 {
            return None;
        }
    }
    let lower = text.to_lowercase();
    let length = lower.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
    let mut body = vec![0; length.parse().unwrap()];
    reader.read_exact(&mut body).ok()?;
    Some(text + &String::from_utf8(body).unwrap())
}

#[test]
fn a_body_is_sent_whole_and_with_its_length() {
    let server = Server::ok(Habit::Keeps);
    let account = server.account();
    let large = "x".repeat(3_000_000);
    let body = || large.clone().into_bytes();
    block_on(async {
        account.write(Write::create(server.object(), "text/calendar", body())).await.unwrap();
        account.write(Write::replace(server.object(), "\"1\"", "text/calendar", Vec::new())).await.unwrap();
        account.write(Write::insert(server.object(), "application/json", body())).await.unwrap();
        account.write(Write::patch(server.object(), "\"1\"", "application/json", body())).await.unwrap();
        account.ask(request("REPORT", server.url.as_str())).await.unwrap();
    });
    let texts = server.texts();
    assert_eq!(texts.len(), 5);
    for (text, length) in texts.iter().zip([3_000_000, 0, 3_000_000, 3_000_000, 11]) {
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let head = head.to_lowercase();
        assert!(head.contains(&format!("content-length: {length}")) && !head.contains("transfer-encoding"), "{head}");
        assert_eq!(body.len(), length);
    }
    assert!(texts[4].to_lowercase().contains("accept-encoding: gzip"));
    assert!(texts[0].to_lowercase().contains("accept-encoding: identity"));
}

#[test]
fn questions_share_a_connection_and_changes_have_their_own() {
    let server = Server::ok(Habit::Keeps);
    let account = server.account();
    block_on(async {
        for _ in 0..2 {
            account.ask(request("PROPFIND", server.url.as_str())).await.unwrap();
            account.write(Write::remove(server.object(), "\"1\"")).await.unwrap();
            account.ask(request("GET", server.object().as_str())).await.unwrap();
        }
    });
    assert_eq!(server.methods(), ["0 PROPFIND", "1 DELETE", "0 GET", "0 PROPFIND", "2 DELETE", "0 GET"]);
}

#[test]
fn a_connection_that_the_server_closed_in_silence_is_replaced() {
    let server = Server::ok(Habit::Drops);
    let account = server.account();
    block_on(async {
        for _ in 0..4 {
            account.ask(request("PROPFIND", server.url.as_str())).await.unwrap();
            account.write(Write::remove(server.object(), "\"1\"")).await.unwrap();
        }
    });
    let questions = server.methods().iter().filter(|line| line.ends_with("PROPFIND")).count();
    let changes = server.methods().iter().filter(|line| line.ends_with("DELETE")).count();
    assert_eq!((questions, changes), (4, 4), "each was answered, and no change was made twice");
}

#[test]
fn another_server_on_this_machine_never_hears_of_the_account() {
    let other = Server::ok(Habit::Keeps);
    for code in [301, 302, 307, 308] {
        let head = format!("HTTP/1.1 {code} Moved\r\nContent-Length: 0\r\nLocation: {}\r\n\r\n", other.url);
        let server = Server::start(Habit::Keeps, head);
        let account = server.account();
        block_on(async {
            let asked = account.ask(request("PROPFIND", server.url.as_str())).await.unwrap_err();
            assert!(asked.message.contains("`hosts`"), "{asked}");
            account.write(Write::remove(server.object(), "\"1\"")).await.unwrap_err();
        });
        assert_eq!(server.methods(), ["0 PROPFIND", "1 DELETE"]);
    }
    assert_eq!(other.texts(), [""; 0]);
}

#[test]
fn an_accepted_server_hears_of_it() {
    let other = Server::ok(Habit::Keeps);
    let head = format!("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: {}\r\n\r\n", other.url);
    let server = Server::start(Habit::Keeps, head);
    let account = AccountClient::new(Client::new(), basic(), Trust::new(&server.url, ["127.0.0.1"]), 7);
    let answer = block_on(account.ask(request("PROPFIND", server.url.as_str()))).unwrap();
    assert_eq!(answer.url, other.url);
    assert!(other.texts()[0].to_lowercase().contains("authorization: basic "));
}

#[test]
fn a_proxy_is_not_asked_for_what_is_on_this_machine() {
    let (server, proxy) = (Server::ok(Habit::Keeps), Server::ok(Habit::Keeps));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("seawall.toml");
    let config = format!(
        "timezone = \"Europe/Berlin\"\n[hours]\nwork = [{{ days = \"mon-fri\", from = \"09:00\", to = \"17:00\" }}]\n\
         [[account]]\nname = \"feed\"\nprovider = \"ics\"\nurl = \"{}\"\n",
        server.object()
    );
    std::fs::write(&file, config).unwrap();
    let proxies = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"].map(|name| (name, proxy.url.as_str()));
    Command::new(env!("CARGO_BIN_EXE_seawall"))
        .args(["--config".as_ref(), file.as_os_str(), "events".as_ref()])
        .envs(proxies)
        .env_remove("no_proxy")
        .env_remove("NO_PROXY")
        .output()
        .unwrap();
    assert_eq!((server.methods(), proxy.methods()), (vec!["0 GET".to_owned()], vec![]));
}
