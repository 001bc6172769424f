//! Logging in to Google: the real program against `emulate` with a browser that the test plays ([`browser`],
//! [`import`]), and the parts beneath against a scripted token service ([`refresh`], [`store`], [`words`]).

mod browser;
mod import;
mod refresh;
mod service;
mod store;
mod words;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdin, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use url::Url;

use crate::support::emulate::{Emulate, USER};

const CLIENT_ID: &str = "1234-abcd.apps.googleusercontent.com";
const CLIENT_SECRET: &str = "GOCSPX-not-to-be-seen-anywhere";
const READ: &str = "https://www.googleapis.com/auth/calendar.events.readonly";
const LIST: &str = "https://www.googleapis.com/auth/calendar.calendarlist.readonly";
const WRITE: &str = "https://www.googleapis.com/auth/calendar.events.owned";

/// A user with a config of two Google accounts, one of which holds, and one account of another kind.
struct Desk {
    root: TempDir,
}

impl Desk {
    fn new(service: &Emulate) -> Self {
        let desk = Self { root: tempfile::tempdir().unwrap() };
        fs::create_dir(desk.path("calendars")).unwrap();
        fs::write(desk.path("client-secret"), CLIENT_SECRET).unwrap();
        fs::set_permissions(desk.path("client-secret"), fs::Permissions::from_mode(0o600)).unwrap();
        let account = |name: &str, used: &str| {
            format!(
                "[[account]]\nname = \"{name}\"\nprovider = \"google\"\nclient_id = \"{CLIENT_ID}\"\n\
                 client_secret = {{ file = \"client-secret\" }}\nauth_url = \"{}\"\ntoken_url = \"{}\"\n\
                 endpoint = \"{}\"\nemails = [\"{USER}\"]\ncalendars = [{{ name = \"primary\", use = \"{used}\" }}]\n",
                service.auth_url(),
                service.token_url(),
                service.at("/calendar/v3"),
            )
        };
        let config = format!(
            "timezone = \"Europe/Berlin\"\nstate_dir = \"state\"\n\n\
             [hours]\nwork = [{{ days = \"mon-fri\", from = \"08:30\", to = \"17:30\" }}]\n\n\
             [[role]]\nname = \"deep\"\nblocks = [{{ name = \"Morning\", days = \"mon-fri\", from = \"09:00\", \
             to = \"12:00\" }}]\n\n{}\n{}\n[[account]]\nname = \"local\"\nprovider = \"vdir\"\npath = \"calendars\"\n\
             calendars = [{{ name = \"home\", use = \"read\" }}]\n",
            account("work", "read+hold"),
            account("club", "read"),
        );
        fs::write(desk.path("seawall.toml"), config).unwrap();
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn token_path(&self, account: &str) -> PathBuf {
        self.path(&format!("state/google-{account}.token"))
    }

    /// What a token file holds.
    fn token(&self, account: &str) -> Value {
        serde_json::from_slice(&fs::read(self.token_path(account)).unwrap()).unwrap()
    }

    /// The program with everything logged, and no browser.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seawall"));
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.root.path()).env("XDG_RUNTIME_DIR", self.root.path()).env("SEAWALL_LOG", "trace");
        command.arg("--config").arg(self.path("seawall.toml")).args(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// A login that has come so far as to ask.
    fn login(&self, args: &[&str]) -> Asking {
        Asking::of(self.command(&[&["login"], args].concat()))
    }

    /// A command that asks nothing, with its input.
    fn run(&self, args: &[&str], input: &str) -> Ended {
        let mut process = self.command(args).spawn().unwrap();
        // A program that wants no input may be gone already.
        let _ = process.stdin.take().unwrap().write_all(input.as_bytes());
        let (stderr, said) = (process.stderr.take().unwrap(), String::new());
        Ended::of(process, BufReader::new(stderr), said)
    }
}

/// A login that waits for the user's answer.
struct Asking {
    process: Child,
    input: ChildStdin,
    stderr: BufReader<ChildStderr>,
    said: String,
    /// Where the user is to go.
    address: Url,
}

impl Asking {
    fn of(mut command: Command) -> Self {
        let mut process = command.spawn().unwrap();
        let (input, stderr) = (process.stdin.take().unwrap(), process.stderr.take().unwrap());
        let (mut stderr, mut said) = (BufReader::new(stderr), String::new());
        let address = read_until(&mut stderr, &mut said, |line| Url::parse(line.trim()).ok().filter(Url::has_host));
        read_until(&mut stderr, &mut said, |line| line.contains("paste it here").then_some(()));
        Self { process, input, stderr, said, address }
    }

    /// Where the browser is to come back to.
    fn redirect(&self) -> Url {
        let found = self.address.query_pairs().find(|(key, _)| key == "redirect_uri");
        Url::parse(&found.unwrap().1).unwrap()
    }

    /// What a query parameter of the address says.
    fn asked(&self, name: &str) -> String {
        let found = self.address.query_pairs().find(|(key, _)| key == name);
        found.unwrap_or_else(|| panic!("no {name} in {}", self.address)).1.into_owned()
    }

    /// The user types a line.
    fn paste(&mut self, line: &str) {
        writeln!(self.input, "{line}").unwrap();
    }

    /// Waits until the program says that.
    fn hear(&mut self, text: &str) {
        read_until(&mut self.stderr, &mut self.said, |line| line.contains(text).then_some(()));
    }

    fn end(self) -> Ended {
        drop(self.input);
        Ended::of(self.process, self.stderr, self.said)
    }
}

/// Reads lines until one is what is looked for.
fn read_until<T>(stderr: &mut BufReader<ChildStderr>, said: &mut String, find: impl Fn(&str) -> Option<T>) -> T {
    loop {
        let mut line = String::new();
        assert!(stderr.read_line(&mut line).unwrap() > 0, "it ended and said only: {said}");
        said.push_str(&line);
        if let Some(found) = find(&line) {
            return found;
        }
    }
}

/// What a program came to.
#[derive(Debug)]
struct Ended {
    code: Option<i32>,
    out: String,
    /// All of stderr, the log included.
    err: String,
}

impl Ended {
    fn of(mut process: Child, mut stderr: BufReader<ChildStderr>, mut err: String) -> Self {
        stderr.read_to_string(&mut err).unwrap();
        let mut out = String::new();
        process.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        Self { code: process.wait().unwrap().code(), out, err }
    }

    #[track_caller]
    fn expect(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{}{}", self.out, self.err);
        self
    }

    /// What is said to the user, without the log.
    #[track_caller]
    fn says(&self, text: &str) -> &Self {
        let whole = format!("{}{}", self.out, self.err);
        assert!(whole.contains(text), "{text:?} is not in: {whole}");
        self
    }

    /// Nothing that was printed or logged is the verifier of that challenge (RFC 7636, section 4.6).
    #[track_caller]
    fn hides_verifier_of(&self, challenge: &str) {
        let whole = format!("{}{}", self.out, self.err);
        let words = whole.split(|c: char| !(c.is_ascii_alphanumeric() || "-._~".contains(c)));
        for word in words.filter(|word| (43..=128).contains(&word.len())) {
            assert_ne!(URL_SAFE_NO_PAD.encode(Sha256::digest(word)), challenge, "{word} is the verifier");
        }
        assert!(whole.contains(challenge), "the address is shown");
    }

    /// None of it is in what was printed or logged.
    #[track_caller]
    fn hides(&self, secrets: &[&str]) -> &Self {
        // Else this would say nothing.
        assert!(self.err.contains("TRACE"), "nothing was logged: {}", self.err);
        // All tokens of the service begin like this.
        assert!(!self.err.contains("google_") && !self.out.contains("google_"), "{}{}", self.out, self.err);
        for secret in secrets {
            assert!(secret.len() > 8, "{secret:?} is no secret");
            assert!(
                !self.out.contains(secret) && !self.err.contains(secret),
                "{secret} is in {}{}",
                self.out,
                self.err
            );
        }
        self
    }
}
