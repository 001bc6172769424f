//! seawall on real CalDAV servers: the adapter over real HTTP, and the program on calendars that somebody has there.
//! What a server does otherwise than the others stands in one table, with its reason.

mod contract;
mod cycle;
mod deviations;
mod discovery;
mod eyes;
mod kill;
mod odd;
mod refused;
mod same_events;
mod secrets;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use seawall::provider::caldav::CalDav;
use seawall::provider::caldav::discovery::Dns;
use seawall::provider::transport::{AccountClient, Client, Credentials, Limits, Transport, TransportError, Trust};
use secrecy::SecretString;
use url::Url;

use crate::cli::{Ran, Sandbox, is_own, unnumbered};
use crate::contract::meaning;
use crate::support::lab::{Auth, Calendar, Lab, Person};

/// A client that remembers what was asked.
struct Wire {
    client: Client,
    /// Method and status of each exchange; 0 where there was no answer.
    seen: RefCell<Vec<(String, u16)>>,
}

impl Wire {
    /// One that trusts what the server's users trust.
    fn to(lab: &Lab) -> Self {
        let client = match &lab.ca_file {
            Some(file) => Client::with_ca(&fs::read(file).unwrap()).unwrap(),
            None => Client::new(),
        };
        Self { client, seen: RefCell::default() }
    }

    /// The methods since the last call.
    fn asked(&self) -> Vec<String> {
        self.seen.borrow_mut().drain(..).map(|(method, _)| method).collect()
    }
}

impl Transport for &Wire {
    async fn exchange(
        &self,
        request: http::Request<Vec<u8>>,
        limits: Limits,
    ) -> Result<http::Response<Vec<u8>>, TransportError> {
        let method = request.method().to_string();
        let answer = self.client.exchange(request, limits).await;
        let status = answer.as_ref().map_or(0, |answer| answer.status().as_u16());
        self.seen.borrow_mut().push((method, status));
        answer
    }
}

/// The person's account through the adapter, from that address on.
fn account<'a>(lab: &Lab, person: &Person, url: &str, wire: &'a Wire) -> CalDav<&'a Wire> {
    let url: Url = url.parse().unwrap();
    let trust = Trust::new::<&str>(&url, []);
    let (user, password) = (person.name.clone(), SecretString::from(person.password.clone()));
    let credentials = match lab.auth {
        Auth::Basic => Credentials::Basic { user: user.clone(), password },
        Auth::Digest => Credentials::Digest { user: user.clone(), password },
    };
    CalDav::new(AccountClient::new(wire, credentials, trust.clone(), 1), trust, url, Some(user), Dns::Off)
}

/// Runs a future to its end, with sockets.
fn on_the_wire<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// The real program on calendars of Alice's, `work` and `private`, as the demo has them in folders.
struct Remote {
    sandbox: Sandbox,
    work: Calendar,
    private: Calendar,
}

impl Remote {
    /// With the sample of the demo on the server.
    fn with_demo(lab: &Lab) -> Self {
        let sandbox = Sandbox::with_demo(0);
        let [work, private] = ["work", "private"].map(|name| {
            let (calendar, folder) = (lab.alice.make_calendar(name), sandbox.demo().join(name));
            for file in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
                if file.extension().is_some_and(|extension| extension == "ics") {
                    let name = file.file_name().unwrap().to_string_lossy().into_owned();
                    calendar.put(&name, &fs::read_to_string(&file).unwrap());
                }
            }
            fs::remove_dir_all(folder).unwrap();
            calendar
        });
        sandbox.edit_config("provider = \"vdir\"\npath = \".\"", &account_lines(lab, &lab.alice, &lab.url));
        let secret = sandbox.path("demo/password");
        write_secret(&secret, &lab.alice.password);
        Self { sandbox, work, private }
    }

    /// Runs a command and tells what it asked the server, too.
    fn traced(&self, args: &[&str]) -> (Ran, Vec<Request>) {
        let ran = self.sandbox.run(args.iter().copied().chain(["-vv"]));
        let requests = requests(&ran.err);
        (ran, requests)
    }

    /// What is not seawall's, by calendar and name, as another client sees it.
    fn foreign(&self) -> BTreeMap<String, String> {
        let mut all = BTreeMap::new();
        for (calendar, label) in [(&self.work, "work"), (&self.private, "private")] {
            all.extend(calendar.list().into_iter().map(|(name, body)| (format!("{label}/{name}"), body)));
        }
        all.retain(|name, _| !is_own(name));
        all
    }

    /// What is seawall's, by name, as another client sees it.
    fn own(&self) -> BTreeMap<String, String> {
        assert!(self.private.list().keys().all(|name| !is_own(name)));
        let mut all = self.work.list();
        all.retain(|name, _| is_own(name));
        all
    }
}

/// A file that only its owner reads.
fn write_secret(file: &Path, secret: &str) {
    fs::write(file, secret).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
}

/// What objects say, apart from how it is written, by name.
fn meanings(objects: &BTreeMap<String, String>) -> BTreeMap<String, Vec<String>> {
    let words = |body: &str| meaning(body.as_bytes()).iter().map(|line| unnumbered(line)).collect();
    objects.iter().map(|(name, body)| (name.clone(), words(body))).collect()
}

/// The lines of the config that say where the person's account is; the password is in a file beside the config.
fn account_lines(lab: &Lab, person: &Person, url: &str) -> String {
    let auth = format!("{:?}", lab.auth).to_lowercase();
    let mut lines = format!(
        "provider = \"caldav\"\nurl = \"{url}\"\nusername = \"{}\"\nauth = \"{auth}\"\npassword = {{ file = \"password\" }}",
        person.name
    );
    if let Some(file) = &lab.ca_file {
        write!(lines, "\nca_file = \"{}\"", file.display()).unwrap();
    }
    lines
}

/// A request by method and path, from the program's log.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Request {
    method: String,
    path: String,
}

impl Request {
    fn is_write(&self) -> bool {
        !["GET", "PROPFIND", "REPORT", "OPTIONS"].contains(&&*self.method)
    }
}

/// The requests of a log at its most talkative.
fn requests(log: &str) -> Vec<Request> {
    let value = |line: &str, name: &str| {
        let (_, rest) = line.split_once(&format!(" {name}=")).unwrap_or_else(|| panic!("no {name} in {line}"));
        rest.split_whitespace().next().unwrap().trim_matches('"').to_owned()
    };
    let lines = log.lines().filter(|line| line.contains(" asks method="));
    lines.map(|line| Request { method: value(line, "method"), path: value(line, "path") }).collect()
}
