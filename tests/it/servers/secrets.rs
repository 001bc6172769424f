//! That no secret reaches a log at its most talkative, what is printed, or a file, in everything that the program does on
//! a server: with a password, with Digest, and with a token.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Remote;
use crate::support::lab::{Auth, Lab, on_each};
use crate::support::relay::{Relay, Token};

/// What the log must show, so that there was something to look through.
const SHOWN: [&str; 6] =
    ["method=PROPFIND", "method=REPORT", "method=PUT", "method=DELETE", "method=GET", "status=401"];

#[test]
fn nothing_shows_a_password() {
    on_each("secrets", |lab| {
        let remote = Remote::with_demo(lab);
        let proof = STANDARD.encode(format!("{}:{}", lab.alice.name, lab.alice.password));
        let secrets = [&*lab.alice.password, &proof, "guessed-Breakwater", "response=", "Basic ", "nonce"];
        everything(&remote, &secrets);
    });
}

#[test]
fn nothing_shows_a_token() {
    on_each("token", |lab| {
        if lab.ca_file.is_some() || lab.auth != Auth::Basic {
            // The relay speaks no TLS, and a token stands in for what it can say in advance.
            return;
        }
        let remote = Remote::with_demo(lab);
        let token = Token::of(&lab.alice.name, &lab.alice.password);
        let secret = token.secret.clone();
        let relay = Relay::before(&lab.url, Some(token));
        bearer(lab, &remote, &relay.url, &secret);
        everything(&remote, &[&secret, &lab.alice.password, "guessed-Breakwater", "Bearer "]);
        assert!(relay.heard().requests.len() > 50);
    });
}

/// Points the program at the relay, with the token in the file that was the password's.
fn bearer(lab: &Lab, remote: &Remote, url: &str, token: &str) {
    let user = format!("username = \"{}\"\nauth = \"basic\"\npassword", lab.alice.name);
    remote.sandbox.edit_config(&user, "auth = \"bearer\"\ntoken");
    remote.sandbox.edit_config(&lab.url, url);
    fs::write(remote.sandbox.path("demo/password"), token).unwrap();
}

/// Runs all that reaches a server, and looks through what it leaves.
fn everything(remote: &Remote, secrets: &[&str]) {
    let mut said = String::new();
    let mut run = |args: &[&str], code: i32| {
        let ran = remote.sandbox.run(args.iter().copied().chain(["-vv"]));
        ran.expect(code);
        said.push_str(&ran.out);
        said.push_str(&ran.err);
    };
    run(&["check", "--write-test"], 0);
    run(&["plan", "--json"], 0);
    run(&["sync"], 0);
    run(&["events", "--json"], 0);
    let word = remote.sandbox.path("demo/password");
    let right = fs::read_to_string(&word).unwrap();
    fs::write(&word, "guessed-Breakwater").unwrap();
    run(&["sync"], 77);
    run(&["check"], 77);
    fs::write(&word, right).unwrap();
    run(&["undo", "--yes"], 0);

    for shown in SHOWN {
        assert!(said.contains(shown), "no {shown} in the log");
    }
    look(secrets, "the log", &said);
    for folder in ["demo", "home", "run"] {
        below(&remote.sandbox.path(folder), &|file| {
            if file != word {
                look(secrets, &file.display().to_string(), &String::from_utf8_lossy(&fs::read(file).unwrap()));
            }
        });
    }
}

#[track_caller]
fn look(secrets: &[&str], place: &str, text: &str) {
    for secret in secrets {
        let line = text.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret} in {place}");
    }
}

/// Every file below a folder.
fn below(folder: &Path, see: &dyn Fn(&Path)) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            below(&path, see);
        } else if path.is_file() {
            see(&path);
        }
    }
}
