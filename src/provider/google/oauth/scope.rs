//! What seawall asks a Google account for: the least that the uses of its calendars need. Knows which wider scopes
//! of Google contain a narrower one, so that a token of another tool can serve too.

use std::fmt;

/// The start of every scope of the calendar service.
const BASE: &str = "https://www.googleapis.com/auth/";

/// One thing that seawall must be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// See the events of every calendar of the account.
    ReadEvents,
    /// See which calendars there are.
    ListCalendars,
    /// Write events to calendars that the user owns.
    WriteOwned,
}

impl Scope {
    /// What an account needs whose calendars are read, and written where one of them holds.
    pub fn wanted(holds: bool) -> Vec<Self> {
        let mut wanted = vec![Self::ReadEvents, Self::ListCalendars];
        if holds {
            wanted.push(Self::WriteOwned);
        }
        wanted
    }

    /// As it is asked for.
    pub fn url(self) -> String {
        format!("{BASE}{}", self.names()[0])
    }

    /// Its own name, then those of the wider scopes that contain it.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::ReadEvents => &["calendar.events.readonly", "calendar.events", "calendar.readonly", "calendar"],
            Self::ListCalendars => {
                &["calendar.calendarlist.readonly", "calendar.calendarlist", "calendar.readonly", "calendar"]
            }
            Self::WriteOwned => &["calendar.events.owned", "calendar.events", "calendar"],
        }
    }

    /// Whether one of the granted scopes allows it.
    fn is_in(self, granted: &[String]) -> bool {
        let names = granted.iter().filter_map(|scope| scope.strip_prefix(BASE));
        // Google's oldest scope is written with a slash at its end in some tools' files.
        names.map(|name| name.trim_end_matches('/')).any(|name| self.names().contains(&name))
    }

    /// What of the wanted is not allowed, in order.
    pub fn missing(wanted: &[Self], granted: &[String]) -> Vec<Self> {
        wanted.iter().copied().filter(|scope| !scope.is_in(granted)).collect()
    }

    /// Whether the granted scopes allow writing to calendars that others own, which seawall never asks for.
    pub fn writes_shared(granted: &[String]) -> bool {
        let owned = Self::WriteOwned.url();
        let others: Vec<String> = granted.iter().filter(|scope| **scope != owned).cloned().collect();
        Self::WriteOwned.is_in(&others)
    }

    /// What does not work without it.
    pub fn lost_without(self) -> &'static str {
        match self {
            Self::ReadEvents => "seawall can't see your meetings",
            Self::ListCalendars => "seawall can't find your calendars",
            Self::WriteOwned => "seawall can't write holds",
        }
    }
}

/// As Google's consent page puts it, with the name by which its documents call it.
impl fmt::Display for Scope {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let page = match self {
            Self::ReadEvents => "view events on all your calendars",
            Self::ListCalendars => "see the list of calendars you're subscribed to",
            Self::WriteOwned => "see, create, change and delete events on calendars you own",
        };
        write!(out, "“{page}” ({})", self.names()[0])
    }
}

/// Whether more is granted than seawall would ask for.
pub fn is_wider(granted: &[String]) -> bool {
    let own = [Scope::ReadEvents, Scope::ListCalendars, Scope::WriteOwned].map(Scope::url);
    granted.iter().any(|scope| scope.starts_with("https://") && !own.contains(scope))
}
