//! That no secret is shown: not in a log at its most talkative, not in an error, not by `Debug`.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use seawall::provider::transport::{AccountClient, Client, Credentials, Trust, Write};
use url::Url;

use super::{account, basic, digest, propfind, request};
use crate::support::log::logged;
use crate::support::script::{Script, headed, status};
use crate::support::{block_on_paused, block_on_sockets};

/// What must never be seen: passwords, tokens, their encodings, cookies, what stands in a query.
const SECRETS: [&str; 8] = [
    "correct horse",
    "YW5uYTpjb3JyZWN0IGhvcnNl",
    "t0ken",
    "0wn-token",
    "s3ssion",
    "qu3ry",
    "response=",
    "Authorization: ",
];

/// A server that gives each connection the next answer; ends after the last.
fn serve(answers: Vec<String>) -> (Url, std::thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/cal/?key=qu3ry", listener.local_addr().unwrap()).parse().unwrap();
    let server = std::thread::spawn(move || {
        let answer = |answer: String| {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut seen, mut piece) = (Vec::new(), [0; 4096]);
            while !seen.windows(4).any(|window| window == b"\r\n\r\n") {
                let length = stream.read(&mut piece).unwrap();
                seen.extend_from_slice(&piece[..length]);
            }
            stream.write_all(answer.as_bytes()).unwrap();
            String::from_utf8(seen).unwrap()
        };
        answers.into_iter().map(answer).collect()
    });
    (url, server)
}

fn answer(status: &str, headers: &str) -> String {
    format!("HTTP/1.1 {status}\r\nConnection: close\r\nSet-Cookie: id=s3ssion\r\nContent-Length: 0\r\n{headers}\r\n")
}

/// Asks and changes something with that proof; the server challenges, fails, breaks off and redirects.
fn everything(credentials: Credentials) {
    let challenge = "WWW-Authenticate: Digest realm=\"dav\", nonce=\"n\", qop=\"auth\"\r\n";
    let is_digest = matches!(credentials, Credentials::Digest { .. });
    let mut answers: Vec<String> = is_digest.then(|| answer("401 No", challenge)).into_iter().collect();
    answers.extend([
        answer("302 Found", "Location: /other/?key=qu3ry\r\n"),
        answer("207 Multi-Status", ""),
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n".to_owned(),
        answer("207 Multi-Status", ""),
        answer("502 Bad Gateway", ""),
        answer("412 Precondition Failed", ""),
        answer("302 Found", "Location: https://t0ken.test/?key=qu3ry\r\n"),
        answer("401 No", challenge),
    ]);
    answers.extend(is_digest.then(|| answer("401 No", challenge)));
    let count = answers.len();
    let (url, server) = serve(answers);
    let client = AccountClient::new(Client::new(), credentials, Trust::new(&url, [""; 0]), 7);
    let object = url.join("a.ics?key=qu3ry").unwrap();
    let own = |method| {
        let mut request = request(method, url.as_str());
        request.headers_mut().insert("authorization", "Bearer 0wn-token".parse().unwrap());
        request
    };
    let shown: Vec<String> = block_on_sockets(async {
        vec![
            format!("{:?}", client.ask(own("PROPFIND")).await),
            format!("{:?}", client.ask(own("REPORT")).await),
            format!("{:?}", client.write(Write::remove(object.clone(), "\"1\"")).await),
            format!("{:?}", client.write(Write::remove(object, "\"1\"")).await),
            format!("{:?}", client.ask(own("GET")).await),
            format!("{:?}", client.ask(own("OPTIONS")).await),
            format!("{client:?}"),
        ]
    });
    let heads = server.join().unwrap();
    assert_eq!(heads.len(), count);
    assert!(heads.iter().all(|head| head.contains("key=qu3ry")), "the secret of an address is sent");
    for text in shown {
        tracing::info!("shown: {text}");
    }
}

#[test]
fn a_log_at_its_most_talkative_holds_no_secret() {
    let bearer = || Credentials::Bearer("t0ken".into());
    for credentials in [basic(), digest(), bearer(), Credentials::PerRequest] {
        let log = logged(|| everything(credentials));
        for expected in ["PROPFIND", "127.0.0.1", "/cal/", "502", "asking again", "shown: "] {
            assert!(log.contains(expected), "{expected} in {log}");
        }
        let lower = log.to_lowercase();
        for secret in SECRETS {
            let found = lower.lines().find(|line| line.contains(&secret.to_lowercase()));
            // The host of a redirect is no secret, and a message must name it.
            let found = found.filter(|line| !(secret == "t0ken" && line.contains("t0ken.test")));
            assert_eq!(found, None, "{secret}");
        }
    }
}

#[test]
fn no_error_and_no_debug_text_holds_a_secret() {
    let refusal: &[(&str, &str)] = &[("www-authenticate", "Basic realm=\"t0ken\""), ("set-cookie", "s3ssion")];
    for credentials in [basic(), digest(), Credentials::Bearer("t0ken".into())] {
        let script = Script::new([status(207), headed(401, refusal)]);
        let account = account(&script, credentials);
        let url = "https://dav.example.org/cal/qu3ry.ics?qu3ry".parse().unwrap();
        let write = Write::create(url, "text/calendar", b"s3ssion".to_vec());
        let mut shown = vec![format!("{write:?}")];
        block_on_paused(async {
            shown.push(format!("{:?}", account.ask(propfind()).await.unwrap()));
            shown.push(format!("{:?}", account.write(write).await.unwrap_err()));
            shown.push(account.ask(propfind()).await.unwrap_err().to_string());
        });
        for secret in SECRETS {
            assert!(!shown.concat().contains(secret), "{secret} in {shown:?}");
        }
    }
    let shown = format!("{:?} {:?} {:?}", basic(), digest(), Credentials::Bearer("t0ken".into()));
    assert!(SECRETS.iter().all(|secret| !shown.contains(secret)) && shown.contains("anna"), "{shown}");
}
