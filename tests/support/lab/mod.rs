//! Real CalDAV servers on loopback: which ones this run has, people and calendars on them, and plain HTTP to look at
//! them with other eyes than seawall's. A server is started once a run; each test has people of its own on it.

mod desk;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Once, OnceLock};

use serde_json::{Value, json};

pub(crate) use desk::Desk;

/// A server that `tests/lab` can start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Server {
    Radicale,
    Xandikos,
    Cyrus,
    Davical,
    Sogo,
    Sabre,
}

impl Server {
    pub(crate) const ALL: [Self; 6] =
        [Self::Radicale, Self::Xandikos, Self::Cyrus, Self::Davical, Self::Sogo, Self::Sabre];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Radicale => "radicale",
            Self::Xandikos => "xandikos",
            Self::Cyrus => "cyrus",
            Self::Davical => "davical",
            Self::Sogo => "sogo",
            Self::Sabre => "sabre",
        }
    }
}

/// The servers of this run: those that need no root, or by `SEAWALL_LAB` `all`, or the ones it names, split by commas.
pub(crate) fn servers() -> Vec<Server> {
    static TOLD: Once = Once::new();
    let wanted = std::env::var("SEAWALL_LAB").unwrap_or_else(|_| "radicale,xandikos".to_owned());
    let servers: Vec<Server> = if wanted == "all" {
        Server::ALL.to_vec()
    } else {
        let named = |name: &str| Server::ALL.into_iter().find(|server| server.name() == name);
        wanted.split(',').map(|name| named(name).unwrap_or_else(|| panic!("SEAWALL_LAB: no server {name:?}"))).collect()
    };
    TOLD.call_once(|| {
        let names: Vec<&str> = servers.iter().map(|server| server.name()).collect();
        say(&format!("the servers of this run are {}; SEAWALL_LAB=all has {}", names.join(", "), Server::ALL.len()));
    });
    servers
}

/// Runs a test on each server of this run, each time with new people; fails at the end if it failed on any. What ran
/// and passed is appended to the file that `SEAWALL_LAB_REPORT` names, a line a server: `TEST SERVER`.
pub(crate) fn on_each(test: &str, run: impl Fn(&Lab)) {
    let mut failed = Vec::new();
    for server in servers() {
        let name = server.name();
        if catch_unwind(AssertUnwindSafe(|| run(&Lab::start(server)))).is_err() {
            failed.push(name);
            continue;
        }
        if let Some(report) = std::env::var_os("SEAWALL_LAB_REPORT") {
            let mut file = std::fs::OpenOptions::new().create(true).append(true).open(report).unwrap();
            writeln!(file, "{test} {name}").unwrap();
        }
    }
    assert!(failed.is_empty(), "{test} failed on {}", failed.join(", "));
}

/// Runs a test on those of these servers that this run has, as [`on_each`] does; no report, as the others are not meant
/// to run it.
pub(crate) fn on_some(test: &str, wanted: &[Server], run: impl Fn(&Lab)) {
    let all = servers();
    let wanted = all.iter().filter(|server| wanted.contains(server));
    let tried = |server: &&Server| catch_unwind(AssertUnwindSafe(|| run(&Lab::start(**server)))).is_err();
    let failed: Vec<&str> = wanted.filter(tried).map(|server| server.name()).collect();
    assert!(failed.is_empty(), "{test} failed on {}", failed.join(", "));
}

/// Says something in the run's own output, where the tests' output is kept back.
fn say(text: &str) {
    writeln!(std::io::stderr(), "lab: {text}").unwrap();
}

type Shared = Arc<Mutex<Desk>>;

/// A server that runs, and two people on it that nobody else knows.
#[derive(Clone)]
pub(crate) struct Lab {
    pub(crate) server: Server,
    /// Where a user would point a client: `http://127.0.0.1:PORT/…` or `https://localhost:PORT/`.
    pub(crate) url: String,
    pub(crate) auth: Auth,
    /// What to trust, in PEM, where the address is https.
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) alice: Person,
    pub(crate) bob: Person,
    /// All that the server keeps.
    pub(crate) folder: PathBuf,
}

/// What a server asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Auth {
    Basic,
    Digest,
}

impl Lab {
    /// That server, started by the first test that asks for it, with a new Alice and a new Bob. Panics with the end of
    /// the server's log if it does not start.
    pub(crate) fn start(server: Server) -> Self {
        static DESKS: [OnceLock<Result<Shared, String>>; Server::ALL.len()] =
            [const { OnceLock::new() }; Server::ALL.len()];
        static PAIRS: AtomicU32 = AtomicU32::new(1);

        let open = || {
            let desk = Desk::open(server)?;
            say(&format!("{} {} at {} after {} s", server.name(), desk.version, desk.url, desk.seconds));
            Ok(Arc::new(Mutex::new(desk)))
        };
        let shared = match DESKS[server as usize].get_or_init(open) {
            Ok(desk) => Arc::clone(desk),
            Err(error) => panic!("{error}"),
        };
        let pair = PAIRS.fetch_add(1, Ordering::Relaxed);
        let alice = Person::new(&shared, format!("alice{pair}"));
        let bob = Person::new(&shared, format!("bob{pair}"));
        let desk = shared.lock().unwrap();
        let (url, folder) = (desk.url.clone(), desk.folder.clone());
        Self { server, url, auth: desk.auth, ca_file: desk.ca_file.clone(), alice, bob, folder }
    }
}

/// Somebody with an account on a server.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) password: String,
    /// `alice1@example.com`; every server but Radicale tells it as the person's.
    pub(crate) address: String,
    /// The collection with the person's calendars, absolute.
    pub(crate) home: String,
    desk: Shared,
}

/// What a server answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u64,
    /// By name in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Person {
    fn new(desk: &Shared, name: String) -> Self {
        let password = format!("{name}-s3cret-Harbour");
        let mut person = Self {
            address: format!("{name}@example.com"),
            password,
            name,
            home: String::new(),
            desk: Arc::clone(desk),
        };
        let made = person.tell(&json!({"do": "person", "name": person.name, "password": person.password}));
        person.home = text(&made["home"]);
        person
    }

    /// A new calendar for events. Several may have the same name.
    pub(crate) fn make_calendar(&self, name: &str) -> Calendar {
        static CALENDARS: AtomicU32 = AtomicU32::new(1);
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        let segment = format!("{}-{}", plain.to_lowercase(), CALENDARS.fetch_add(1, Ordering::Relaxed));
        let made = self.ask(json!({"do": "calendar", "segment": segment, "name": name}));
        Calendar { url: text(&made["url"]), person: self.clone() }
    }

    /// Every member of the home, also what is no calendar: address and display name.
    pub(crate) fn home_members(&self) -> BTreeMap<String, String> {
        strings(&self.ask(json!({"do": "calendars"}))["members"])
    }

    /// Any request; no redirect is followed.
    pub(crate) fn request(&self, method: &str, url: &str, headers: &[(&str, &str)], body: Option<&str>) -> Answer {
        let headers: BTreeMap<&str, &str> = headers.iter().copied().collect();
        answer(&self.ask(json!({"do": "request", "method": method, "url": url, "headers": headers, "body": body})))
    }

    fn ask(&self, mut question: Value) -> Value {
        question["as"] = json!([self.name, self.password]);
        self.tell(&question)
    }

    fn tell(&self, question: &Value) -> Value {
        // Panics only where the lock is no longer held, so that no other test suffers.
        let answered = self.desk.lock().unwrap().ask(question);
        answered.unwrap_or_else(|error| panic!("{} for {}: {error}", question["do"], self.name))
    }
}

/// A calendar of a person, seen through plain HTTP.
#[derive(Clone)]
pub(crate) struct Calendar {
    /// Absolute, with a slash at the end.
    pub(crate) url: String,
    person: Person,
}

impl Calendar {
    /// A new object under that name (the last segment, not encoded), by `If-None-Match: *`.
    pub(crate) fn put(&self, name: &str, body: &str) {
        let answer = self.try_put(name, body, &[("If-None-Match", "*")]);
        assert!(answer.status == 201 || answer.status == 204, "PUT {name}: {answer:?}");
    }

    /// Writes over an object whatever its etag is, as another client of the person might.
    pub(crate) fn replace(&self, name: &str, body: &str) {
        let answer = self.try_put(name, body, &[]);
        // Radicale's older releases say 201 here too.
        assert!(answer.status == 201 || answer.status == 204, "PUT {name}: {answer:?}");
    }

    /// A PUT with those headers, and what the server says to it.
    pub(crate) fn try_put(&self, name: &str, body: &str, headers: &[(&str, &str)]) -> Answer {
        let headers: BTreeMap<&str, &str> = headers.iter().copied().collect();
        let question = json!({"do": "put", "url": self.url, "name": name, "body": body, "headers": headers});
        answer(&self.person.ask(question))
    }

    /// Removes an object whatever its etag is.
    pub(crate) fn delete(&self, name: &str) {
        let answer = answer(&self.person.ask(json!({"do": "delete", "url": self.url, "name": name})));
        assert!(answer.status == 200 || answer.status == 204, "DELETE {name}: {answer:?}");
    }

    /// Every object: its name (the last segment, decoded) and its body as the server has it, each by a GET of its own.
    pub(crate) fn list(&self) -> BTreeMap<String, String> {
        strings(&self.person.ask(json!({"do": "list", "url": self.url}))["objects"])
    }
}

fn answer(value: &Value) -> Answer {
    let status = value["status"].as_u64().expect("a status");
    Answer { status, headers: strings(&value["headers"]), body: text(&value["body"]) }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("a text, not {value}")).to_owned()
}

fn strings(value: &Value) -> BTreeMap<String, String> {
    let entries = value.as_object().unwrap_or_else(|| panic!("an object, not {value}"));
    entries.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
}
