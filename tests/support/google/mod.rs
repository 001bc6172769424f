//! A fake Google Calendar v3 on loopback, honest because Google's own discovery document judges every request and
//! reply.
//!
//! ```ignore
//! let google = Google::start("anna@example.org");          // or Google::workspace(…): a user who has focus time
//! let token = google.access(&["calendar.events.owned"]);   // or google.refresh(…), for `token_url()`
//! google.with(|state| {                                    // the state is a value
//!     state.now = "2026-11-20T07:00:00Z".parse().unwrap(); // the service's clock stands: `Date`, ends of tokens
//!     state.add_calendar("team@group.calendar.google.com", "Team", Role::FreeBusyReader);
//!     state.put("primary", json!({"id": "meet1", "start": {"dateTime": …}, "end": …}));     // somebody else writes
//!     state.change_event("primary", "meet1", &json!({"summary": null}));                    // …changes
//!     state.cancel("primary", "meet1");                                                     // …deletes
//!     state.expire_sync_tokens();                                                           // 410 fullSyncRequired
//!     state.auth.rotation = Rotation::AtOnce;                   // …expire_access(), revoke()
//!     state.switches.empty_pages = true;                        // ways in which Google differs, see Switches
//!     state.faults.next("PATCH", Fault::CutAfter);              // the next request that fits; "" fits any
//!     state.faults.next("/token", Fault::Refuse(Problem::backend(503)));
//!     state.faults.next("DELETE", Fault::Meanwhile(Box::new(|state| state.cancel("primary", "meet1"))));
//!     state.faults.by_lot(7, 10);                               // a tenth of all requests, by a seed
//! });
//! // …`google.endpoint()` (…/calendar/v3), `google.token_url()`…
//! google.requests();                                // ["GET calendars/primary/events", "POST /token", …]
//! google.with(|state| state.log.len());             // each with query, headers, body, method and status
//! google.with(|state| state.events("primary"));     // what lives; `event(…)` also shows what was deleted
//! google.assert_clean();                            // nothing against the document, nobody mailed
//! ```
//!
//! Where Google's documents leave open what happens, the harsher way is taken: other parameters beside a sync or page
//! token are refused, a deletion in a listing says only what is guaranteed, every write of an event with other people is
//! a mail. Guesses, from what others saw: the reasons `requiredAccessLevel` and `eventTypeRestriction`, that a patch does
//! not revive a deleted event while a replacement does, and that who may see only free and busy does not see free events.
//!
//! Never keep what `with` hands out while a client asks: the server answers under the same lock.

mod auth;
mod body;
mod calendars;
mod cursors;
mod expand;
mod faults;
mod fields;
mod http;
mod judge;
mod list;
mod problem;
mod routes;
mod schema;
mod server;
mod state;
mod times;
mod view;
mod write;

use jiff::Timestamp;
use url::Url;

pub(crate) use auth::Rotation;
pub(crate) use faults::Fault;
pub(crate) use problem::Problem;
pub(crate) use state::{Role, State, Unwelcome};

/// When the fake's clock stands at first: Friday, 20 November 2026, 08:00 in Berlin.
const NOW: &str = "2026-11-20T07:00:00Z";

/// A running fake; it ends with the value.
#[derive(Debug)]
pub(crate) struct Google(server::Server);

impl Google {
    /// For a private user, who has one calendar, the primary one, named after the address.
    pub(crate) fn start(user: &str) -> Self {
        Self::new(user, false)
    }

    /// For a user of Google Workspace: focus time, absences and places of work can be had.
    pub(crate) fn workspace(user: &str) -> Self {
        Self::new(user, true)
    }

    fn new(user: &str, workspace: bool) -> Self {
        // The document is read here, so that its absence fails the test and not a thread of the server.
        judge::Judge::get();
        let now: Timestamp = NOW.parse().unwrap();
        Self(server::Server::start(State::new(user, workspace, now)))
    }

    /// `http://127.0.0.1:PORT/calendar/v3`
    pub(crate) fn endpoint(&self) -> Url {
        self.url("/calendar/v3")
    }

    /// Where tokens are refreshed.
    pub(crate) fn token_url(&self) -> Url {
        self.url(routes::TOKEN)
    }

    fn url(&self, path: &str) -> Url {
        format!("http://{}{path}", self.0.address).parse().unwrap()
    }

    /// Looks at the state, or changes it.
    pub(crate) fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.0.state())
    }

    /// An access token for these scopes (`calendar`, `calendar.events.readonly`…), good for an hour of its clock.
    pub(crate) fn access(&self, scopes: &[&str]) -> String {
        self.with(|state| state.auth.access_token(scopes, state.now))
    }

    /// A refresh token for these scopes.
    pub(crate) fn refresh(&self, scopes: &[&str]) -> String {
        self.with(|state| state.auth.refresh_token(scopes))
    }

    /// The requests so far as `METHOD path`, the path below `/calendar/v3/` or whole.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.with(|state| {
            let shown = state.log.iter().map(|seen| &seen.request).map(|request| {
                let path = request.path.strip_prefix(judge::ROOT).unwrap_or(&request.path);
                format!("{} {path}", request.method)
            });
            shown.collect()
        })
    }

    /// Nothing that came or went broke Google's document, and no mail would have been sent. The end of the fake says the
    /// same, where a test has not taken out what it expected.
    pub(crate) fn assert_clean(&self) {
        self.with(|state| state.assert_clean());
    }
}

impl Drop for Google {
    fn drop(&mut self) {
        // A second panic would end the whole run.
        if !std::thread::panicking() {
            self.assert_clean();
        }
    }
}
