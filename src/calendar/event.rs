//! What seawall knows of an event: the details of a component and its occurrences in absolute time.
//! Plain values; how they are read from text or sent to a server stands elsewhere.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::time::Span;

/// STATUS (RFC 5545 3.8.1.11), as far as VEVENT knows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// Certain; also what an event without STATUS is.
    #[default]
    Confirmed,
    /// Tentative.
    Tentative,
    /// Cancelled.
    Cancelled,
}

/// TRANSP (RFC 5545 3.8.2.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transparency {
    /// Takes the time.
    Opaque,
    /// Does not.
    Transparent,
}

/// X-MICROSOFT-CDO-BUSYSTATUS (MS-OXCICAL), which overrides TRANSP where it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BusyStatus {
    /// FREE.
    Free,
    /// TENTATIVE.
    Tentative,
    /// BUSY.
    Busy,
    /// OOF: out of office.
    OutOfOffice,
    /// WORKINGELSEWHERE.
    WorkingElsewhere,
}

/// Google's `eventType`; everything else, unknown words too, is `Default`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EventType {
    /// An ordinary event.
    #[default]
    Default,
    /// `focusTime`.
    FocusTime,
    /// `outOfOffice`.
    OutOfOffice,
    /// `workingLocation`.
    WorkingLocation,
    /// `birthday`.
    Birthday,
}

/// CUTYPE (RFC 5545 3.2.3), reduced to what matters: is it somebody?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttendeeKind {
    /// INDIVIDUAL, GROUP, UNKNOWN or anything else: somebody.
    Person,
    /// ROOM or RESOURCE: nobody.
    Resource,
}

/// PARTSTAT (RFC 5545 3.2.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// NEEDS-ACTION, also where the parameter is missing.
    NeedsAction,
    /// ACCEPTED; DELEGATED, IN-PROCESS, COMPLETED and unknown words count as this.
    Accepted,
    /// TENTATIVE.
    Tentative,
    /// DECLINED.
    Declined,
}

/// Somebody or something invited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attendee {
    /// The address without `mailto:`, lower case.
    pub address: String,
    /// CN, if given.
    pub name: Option<String>,
    /// Person or thing.
    pub kind: AttendeeKind,
    /// The answer so far.
    pub answer: Answer,
    /// The provider itself says that this is the user (Google's `self`).
    pub is_me: bool,
}

/// The organiser of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organizer {
    /// The address without `mailto:`, lower case.
    pub address: String,
    /// CN, if given.
    pub name: Option<String>,
    /// The provider itself says that this is the user.
    pub is_me: bool,
}

/// What a component says, apart from when: shared by all its occurrences.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    /// UID.
    pub uid: String,
    /// SUMMARY, unescaped; empty where there is none.
    pub title: String,
    /// DESCRIPTION, unescaped.
    pub text: String,
    /// LOCATION, unescaped.
    pub place: String,
    /// STATUS.
    pub status: Status,
    /// TRANSP, if given.
    pub transparency: Option<Transparency>,
    /// X-MICROSOFT-CDO-BUSYSTATUS, if given.
    pub busy_status: Option<BusyStatus>,
    /// Google's kind of event.
    pub event_type: EventType,
    /// ORGANIZER.
    pub organizer: Option<Organizer>,
    /// ATTENDEE, in order.
    pub attendees: Vec<Attendee>,
    /// CREATED, if readable.
    pub created: Option<Timestamp>,
    /// DTSTAMP, if readable.
    pub stamped: Option<Timestamp>,
    /// The value of X-SEAWALL, if it is there.
    pub marker: Option<String>,
    /// How it was written where that is worth telling.
    pub written: Written,
}

/// What tells a person where in a text a time comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The line of DTSTART, from 1; 0 where there is no text.
    pub line: usize,
    /// The TZID of DTSTART.
    pub tzid: Option<Box<str>>,
    /// Each RRULE that could be read.
    pub rules: Vec<Box<str>>,
}

/// Which property made an occurrence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MadeBy {
    /// DTSTART.
    #[default]
    Start,
    /// An RRULE: its index among [`Written::rules`].
    Rule(usize),
    /// An RDATE.
    Date,
    /// A change of an instance and all later ones (THISANDFUTURE): the original start of that instance.
    LaterChange(Timestamp),
    /// A changed instance, by RECURRENCE-ID.
    Change {
        /// Whether the series that it changes is there.
        has_series: bool,
    },
}

/// How the zone of an occurrence's start was found, in the order in which they are asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ZoneBy {
    /// A date: the local day of the user's zone.
    #[default]
    Date,
    /// A time without a zone: the user's.
    Floating,
    /// A time without a zone in a changed instance: that of its series.
    Series,
    /// A time without a zone: that of its calendar (X-WR-TIMEZONE).
    Calendar,
    /// UTC.
    Utc,
    /// An IANA name.
    Iana,
    /// X-LIC-LOCATION beside the name.
    Location,
    /// The tables of Windows, Exchange and Lotus names.
    Table,
    /// X-MICROSOFT-CDO-TZID beside the name.
    Number,
    /// The rules of a VTIMEZONE.
    Rules,
    /// What the name may mean: the offset it names, or a zone under another spelling.
    Guess,
    /// An unknown name: that of its calendar (X-WR-TIMEZONE).
    UnknownInCalendar,
    /// An unknown name: the user's.
    Unknown,
}

/// Where an occurrence comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provenance {
    /// Which property made it.
    pub made_by: MadeBy,
    /// How its zone was found.
    pub zone_by: ZoneBy,
    /// The zone in which its start was read; none where it is not known.
    pub zone: Option<TimeZone>,
    /// The file or object it stands in, once somebody said.
    pub file: Option<Arc<str>>,
}

/// One instance of an event in absolute time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// When it takes place. An all-day occurrence is the whole local day or days.
    pub span: Span,
    /// Whether it was given as dates.
    pub all_day: bool,
    /// The original start of this instance (RECURRENCE-ID); none where the event does not recur.
    pub recurrence_id: Option<Timestamp>,
    /// What its component says.
    pub details: Arc<Details>,
    /// Why its time is not certain (unknown zone, unreadable rule), in words.
    pub uncertain: Option<String>,
    /// Where it comes from.
    pub provenance: Provenance,
}

impl Occurrence {
    /// Whether it is one of a series.
    pub fn recurs(&self) -> bool {
        self.recurrence_id.is_some()
    }
}
