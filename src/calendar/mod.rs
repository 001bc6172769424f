//! Time and events: spans, ISO weeks, what an event is, and how iCalendar text becomes occurrences.
//! Pure: no I/O, no clock; the zone of the user and the database of zones are arguments.

pub mod event;
pub mod expand;
pub mod ical;
pub mod own;
mod placed;
pub mod recurrence;
mod series;
pub mod time;
mod walls;
pub mod week;
pub mod zones;

/// Names a calendar: its account and its name there. A label: renaming either changes no ownership.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CalendarId {
    /// The account's name in the config.
    pub account: String,
    /// The calendar's name in the account.
    pub calendar: String,
}

impl std::fmt::Display for CalendarId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.account, self.calendar)
    }
}
