//! The Google provider: what it makes of events ([`project`]) and of own text ([`draft`]), and the whole of it against
//! the fake Google Calendar ([`read`], [`write`], [`refusals`], [`calendars`], and in
//! whole cycles [`cycle`]), and against folders with the same calendars ([`same`]).

mod calendars;
mod check;
mod cycle;
mod draft;
mod kill;
mod project;
mod read;
mod refusals;
mod same;
mod sample;
mod write;

use std::fmt::Write as _;
use std::future::Future;

use seawall::calendar::zones::Zones;
use seawall::provider::google::oauth::app::App;
use seawall::provider::google::oauth::file::TokenFile;
use seawall::provider::google::oauth::grant::Grant;
use seawall::provider::google::oauth::scope::Scope;
use seawall::provider::google::oauth::source::TokenSource;
use seawall::provider::google::{Google as Account, Parts};
use seawall::provider::transport::Client;
use seawall::provider::{Known, Provider as _, ProviderError, Reading};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::support::google::{Google, Role};
use crate::support::ics::{expanded, line, window, zone};
use crate::support::{block_on, known};

const ANNA: &str = "anna@example.org";
const TEAM: &str = "team@group.calendar.google.com";
/// Scopes as `login` asks for them.
const SCOPES: [&str; 3] = ["calendar.events.readonly", "calendar.calendarlist.readonly", "calendar.events.owned"];

/// Anna's account with a fake service and a login.
pub(crate) struct Stage {
    pub(crate) google: Google,
    pub(crate) account: Account<Client>,
    login: TempDir,
    names: Vec<String>,
    runtime: Runtime,
}

impl Stage {
    /// A private user with the primary calendar and one of a team that she may read.
    pub(crate) fn new() -> Self {
        Self::of(Google::start(ANNA), &SCOPES, &["primary", "Team"])
    }

    /// At a company.
    pub(crate) fn at_work() -> Self {
        Self::of(Google::workspace(ANNA), &SCOPES, &["primary", "Team"])
    }

    /// With these scopes and names in the config.
    pub(crate) fn of(google: Google, scopes: &[&str], names: &[&str]) -> Self {
        google.with(|state| state.add_calendar(TEAM, "Team", Role::Reader).hidden = false);
        let login = tempfile::tempdir().unwrap();
        let token = google.refresh(scopes);
        let scopes = scopes.iter().map(|scope| format!("https://www.googleapis.com/auth/{scope}")).collect();
        let obtained = "2026-11-16T07:00:00Z".parse().unwrap();
        let grant = Grant::new(&client_id(&google), token.into(), scopes, obtained, None);
        let file = TokenFile::of(login.path(), "company");
        block_on(async { file.save(&grant, &file.hold().await.unwrap()).unwrap() });
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let account = account(&google, &login, &names);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { google, account, login, names, runtime }
    }

    /// The same user in a new run of the program.
    pub(crate) fn restarted(self) -> Self {
        let account = account(&self.google, &self.login, &self.names);
        Self { account, ..self }
    }

    pub(crate) fn put(&self, event: Value) -> String {
        self.google.with(|state| state.put("primary", event))
    }

    pub(crate) fn read(&self, calendar: &str, known: &Known) -> Reading {
        self.try_read(calendar, known).unwrap()
    }

    pub(crate) fn try_read(&self, calendar: &str, known: &Known) -> Result<Reading, ProviderError> {
        self.run(self.account.read(calendar, known))
    }

    /// Runs a future to its end on the account's own runtime, with its connections.
    pub(crate) fn run<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// What changed since a reading.
    pub(crate) fn again(&self, calendar: &str, before: &Reading) -> Reading {
        self.read(calendar, &known(before))
    }

    /// The requests to the calendar service since the last call of this, with what of their query matters.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.google.with(|state| {
            let log = std::mem::take(&mut state.log);
            let shown = log.iter().filter(|seen| seen.method.is_some()).map(|seen| {
                let mut out = seen.method.clone().unwrap().replace("calendar.", "");
                for (name, value) in &seen.request.query {
                    if ["syncToken", "pageToken"].contains(&name.as_str()) {
                        write!(out, " {name}").unwrap();
                    } else if ["timeMin", "timeMax", "singleEvents", "sendUpdates", "showDeleted"]
                        .contains(&name.as_str())
                    {
                        write!(out, " {name}={value}").unwrap();
                    }
                }
                out
            });
            shown.collect()
        })
    }
}

fn client_id(google: &Google) -> String {
    google.with(|state| state.auth.client_id.clone())
}

fn account(google: &Google, login: &TempDir, names: &[String]) -> Account<Client> {
    let secret = google.with(|state| state.auth.client_secret.clone()).into();
    let nowhere = "https://accounts.example.org/".parse().unwrap();
    let app = App::new(&client_id(google), Some(&secret), nowhere, google.token_url());
    let file = TokenFile::of(login.path(), "company");
    let tokens = TokenSource::new("company", app, Scope::wanted(true), file, Client::new().courier());
    Account::new(Parts {
        transport: Client::new(),
        tokens,
        endpoint: google.endpoint(),
        names: names.to_vec(),
        zones: Zones::bundled(),
        seed: 1,
    })
}

/// A timed event of that day in November 2026, in Berlin: `timed("meet1", "17 09:00-10:00")`.
pub(crate) fn timed(id: &str, when: &str) -> Value {
    let (day, times) = when.split_once(' ').unwrap();
    let (from, until) = times.split_once('-').unwrap();
    let at = |time: &str| json!({"dateTime": format!("2026-11-{day}T{time}:00+01:00"), "timeZone": "Europe/Berlin"});
    json!({"id": id, "summary": id, "start": at(from), "end": at(until)})
}

/// The event with more fields.
pub(crate) fn with(mut event: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("no fields: {more}") };
    for (name, value) in more {
        event[name] = value;
    }
    event
}

/// The occurrences of a reading in the weeks around its events, in order.
pub(crate) fn occurrences(reading: &Reading) -> Vec<String> {
    let tz = zone("Europe/Berlin");
    let window = window("2026-11-16..2026-12-14", &tz);
    let mut out: Vec<String> = Vec::new();
    for object in &reading.objects {
        let text = String::from_utf8(object.body.to_vec()).unwrap();
        out.extend(expanded(&text, window, &tz).occurrences.iter().map(|(_, one)| line(one, &tz)));
    }
    out.sort();
    out
}
