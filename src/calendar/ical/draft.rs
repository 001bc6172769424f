//! An event while its lines are being read: which property goes where, and what is made of a faulty one.
//! Knows no other component.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use sha2::{Digest as _, Sha256};

use super::component::{Component, Recurrence, RecurrenceId};
use super::property::{Property, unescape};
use super::value::{End, Length, Moment, parse_period};
use super::{Warnings, people};
use crate::calendar::event::{BusyStatus, Details, EventType, Status, Transparency};
use crate::calendar::recurrence::Rule;

/// No property that is read has a longer name.
const NAME_BYTES_MAX: usize = 32;

/// What an end that can't be read is taken for: guessing some time keeps the event busy.
const END_GUESS: Length = Length { days: 0, seconds: 3600 };

/// The properties without which it is not certain when an event takes place.
const SAYS_WHEN: [&str; 8] = ["DTSTART", "DTEND", "DURATION", "RRULE", "EXRULE", "RDATE", "EXDATE", "RECURRENCE-ID"];

/// Properties that may stand only once and decide whether and how long time is taken.
const ONCE: [&[u8]; 5] = [b"STATUS", b"TRANSP", b"X-MICROSOFT-CDO-BUSYSTATUS", b"DURATION", b"DTEND"];

/// An event being read.
pub(super) struct Draft {
    line: usize,
    details: Details,
    start: Option<Moment>,
    end: Option<End>,
    sequence: i64,
    recurrence_id: Option<RecurrenceId>,
    has_unreadable_id: bool,
    recurrence: Option<Box<Recurrence>>,
    troubles: Vec<String>,
    /// Which of the properties of [`ONCE`] have been there, a bit each.
    seen: u8,
}

impl Draft {
    /// An event that begins on that line.
    pub(super) fn new(line: usize) -> Self {
        Self {
            line,
            details: Details::default(),
            start: None,
            end: None,
            sequence: 0,
            recurrence_id: None,
            has_unreadable_id: false,
            recurrence: None,
            troubles: Vec::new(),
            seen: 0,
        }
    }

    /// Leaves out a property that is too long to be read.
    pub(super) fn leave_out(&mut self, name: &str, line: usize, warnings: &mut Warnings) {
        let message = "longer than a property may be; left out";
        if SAYS_WHEN.iter().any(|when| when.eq_ignore_ascii_case(name)) {
            self.troubles.push(format!("{}: {message}", name.to_ascii_uppercase()));
        }
        warnings.add(line, name, message.to_owned());
    }

    /// Takes a property; of one that may stand only once the first counts.
    pub(super) fn take(&mut self, property: &Property<'_>, line: usize, warnings: &mut Warnings) {
        let mut buffer = [0; NAME_BYTES_MAX];
        let written = property.bare_name();
        let Some(name) = buffer.get_mut(..written.len()) else { return };
        name.copy_from_slice(written.as_bytes());
        name.make_ascii_uppercase();
        // None of the values that say when has a colon; what does was split inside a parameter.
        let again = if property.value.contains(':') && SAYS_WHEN.iter().any(|when| when.as_bytes() == name) {
            property.split_last()
        } else {
            None
        };
        let first = |again: &&Property<'_>| Moment::parse_bare(again.value.split([',', '/']).next()?);
        let property = again.as_ref().filter(|again| first(again).is_some()).unwrap_or(property);
        let value = property.value;
        if let Some(index) = ONCE.iter().position(|once| *once == &*name) {
            if self.seen & (1 << index) != 0 {
                warnings.add(line, written, "stands a second time; the first counts".to_owned());
                return;
            }
            self.seen |= 1 << index;
        }
        let read = match &*name {
            b"DTSTART" => self.take_start(property, line),
            b"DTEND" => self.take_end(Moment::parse(value, property).map(End::At)),
            b"DURATION" if matches!(self.end, Some(End::At(_))) => Ok(()),
            b"DURATION" => self.take_end(Length::parse(value).map(End::After)),
            // Left over from a form that was not filled in.
            b"RRULE" | b"EXRULE" if value.trim().is_empty() => Ok(()),
            b"RRULE" => self.take_rule(value),
            b"EXRULE" => Rule::parse(value)
                .map(|rule| self.recurrence().exception_rules.push(rule))
                .map_err(|error| format!("{error}; nothing is taken out")),
            b"RDATE" => self.take_dates(property),
            b"EXDATE" => self.take_exceptions(property),
            b"RECURRENCE-ID" => self.take_recurrence_id(property),
            _ => {
                self.take_detail(name, property, line, warnings);
                Ok(())
            }
        };
        if let Err(message) = read {
            self.troubles.push(format!("{}: {message}", written.to_ascii_uppercase()));
            warnings.add(line, written, message);
        }
    }

    fn take_rule(&mut self, value: &str) -> Result<(), String> {
        let rules = &mut self.recurrence().rules;
        match Rule::parse(value) {
            Ok(rule) => {
                rules.push(rule);
                self.details.written.rules.push(value.trim().into());
                Ok(())
            }
            Err(error) => Err(format!("{error}; only its first instance and its RDATEs are known")),
        }
    }

    /// Takes a property that says nothing of when; a faulty one leaves the time certain.
    fn take_detail(&mut self, name: &[u8], property: &Property<'_>, line: usize, warnings: &mut Warnings) {
        let (details, value) = (&mut self.details, property.value);
        match name {
            b"UID" => keep_first(&mut details.uid, value.trim().to_owned()),
            b"SUMMARY" => keep_first(&mut details.title, unescape(value)),
            b"DESCRIPTION" => keep_first(&mut details.text, unescape(value)),
            b"LOCATION" => keep_first(&mut details.place, unescape(value)),
            b"STATUS" => details.status = status(value),
            b"TRANSP" => details.transparency = transparency(value),
            b"X-MICROSOFT-CDO-BUSYSTATUS" => details.busy_status = busy_status(value),
            b"X-GOOGLE-EVENT-TYPE" => details.event_type = event_type(value),
            b"ORGANIZER" => details.organizer = Some(people::organizer(property)),
            b"ATTENDEE" => details.attendees.push(people::attendee(property)),
            b"CREATED" => details.created = details.created.or_else(|| utc(value)),
            b"DTSTAMP" => details.stamped = details.stamped.or_else(|| utc(value)),
            b"X-SEAWALL" => details.marker = Some(unescape(value.trim())),
            b"SEQUENCE" => match value.trim().parse() {
                Ok(sequence) => self.sequence = sequence,
                Err(_) => warnings.add(line, property.name, "is no number; taken as 0".to_owned()),
            },
            _ => {}
        }
    }

    fn take_start(&mut self, property: &Property<'_>, line: usize) -> Result<(), String> {
        let found = Moment::parse(property.value, property);
        match (&self.start, found) {
            (None, Some(start)) => self.set_start(start, line),
            (None, None) => {
                let message = match Moment::parse_day(property.value) {
                    Some(day) => {
                        self.set_start(day, line);
                        "has no readable time; taken as its day"
                    }
                    None => "can't be read as a date or time",
                };
                return Err(message.to_owned());
            }
            (Some(first), found) if found.as_ref() == Some(first) => {}
            (Some(_), _) => return Err("a second, different start; the first counts".to_owned()),
        }
        Ok(())
    }

    fn set_start(&mut self, start: Moment, line: usize) {
        self.details.written.line = line;
        if let Moment::Zoned(_, tzid) = &start {
            self.details.written.tzid = Some(tzid.name.as_str().into());
        }
        self.start = Some(start);
    }

    fn take_end(&mut self, end: Option<End>) -> Result<(), String> {
        match end {
            Some(end) if !matches!((&self.end, &end), (Some(End::At(_)), End::At(_))) => self.end = Some(end),
            Some(_) => {}
            None => {
                self.end.get_or_insert(End::After(END_GUESS));
                return Err("can't be read; the event is taken to last an hour, or its day".to_owned());
            }
        }
        Ok(())
    }

    fn take_dates(&mut self, property: &Property<'_>) -> Result<(), String> {
        let dates = &mut self.recurrence().dates;
        let mut all_read = true;
        for text in property.value.split(',').filter(|text| !text.trim().is_empty()) {
            let found = parse_period(text, property);
            all_read &= found.is_some();
            dates.extend(found);
        }
        if all_read { Ok(()) } else { Err("holds a date that can't be read; an instance may be missing".to_owned()) }
    }

    fn take_exceptions(&mut self, property: &Property<'_>) -> Result<(), String> {
        let exceptions = &mut self.recurrence().exceptions;
        let mut all_read = true;
        for text in property.value.split(',').filter(|text| !text.trim().is_empty()) {
            let found = Moment::parse(text, property);
            all_read &= found.is_some();
            exceptions.extend(found);
        }
        if all_read { Ok(()) } else { Err("holds a date that can't be read; it is not taken out".to_owned()) }
    }

    fn take_recurrence_id(&mut self, property: &Property<'_>) -> Result<(), String> {
        let Some(at) = Moment::parse(property.value, property) else {
            self.has_unreadable_id = true;
            return Err("can't be read; which instance this replaces is not known".to_owned());
        };
        let range = property.param("RANGE");
        let is_this_and_future = range.is_some_and(|range| range.eq_ignore_ascii_case("THISANDFUTURE"));
        self.recurrence_id = Some(RecurrenceId { at, is_this_and_future });
        Ok(())
    }

    /// A start for an event that has none: its original one, or an hour or a day before its end.
    fn guessed_start(&mut self, warnings: &mut Warnings) -> Option<Moment> {
        let (start, message) = match (&self.recurrence_id, &self.end) {
            (Some(id), _) => (id.at.clone(), "is missing; taken as RECURRENCE-ID"),
            (None, Some(End::At(end))) => (end.earlier(END_GUESS.seconds)?, "is missing; guessed from DTEND"),
            _ => return None,
        };
        self.troubles.push(format!("DTSTART: {message}"));
        warnings.add(self.line, "DTSTART", message.to_owned());
        Some(start)
    }

    fn recurrence(&mut self) -> &mut Recurrence {
        self.recurrence.get_or_insert_default()
    }

    /// The event, if it has a readable start; `fault` says why it does not end as it should.
    pub(super) fn finish(mut self, fault: Option<&str>, warnings: &mut Warnings) -> Option<Component> {
        if let Some(fault) = fault {
            warnings.add(self.line, "VEVENT", fault.to_owned());
            self.troubles.push(fault.to_owned());
        }
        let Some(start) = self.start.take().or_else(|| self.guessed_start(warnings)) else {
            let title = &self.details.title;
            warnings.add(self.line, "VEVENT", format!("`{title}` has no readable DTSTART; it is left out"));
            return None;
        };
        let end = self.end.unwrap_or(End::Missing);
        if ends_before(&start, &end) {
            let message = "ends before it starts; taken as the time between, or as its day";
            warnings.add(self.line, "DTEND", message.to_owned());
            self.troubles.push(message.to_owned());
        }
        if self.details.uid.is_empty() {
            self.details.uid = made_up_uid(&self.details, &start, &end);
            warnings.add(self.line, "UID", format!("is missing; the event is called {}", self.details.uid));
        }
        if self.has_unreadable_id && self.recurrence_id.is_none() {
            // Standing for its own start it can't push the series aside.
            self.recurrence_id = Some(RecurrenceId { at: start.clone(), is_this_and_future: false });
        }
        let trouble = (!self.troubles.is_empty()).then(|| self.troubles.join("; "));
        Some(Component {
            details: Arc::new(self.details),
            start,
            end,
            sequence: self.sequence,
            recurrence_id: self.recurrence_id,
            line: self.line,
            trouble,
            recurrence: self.recurrence,
        })
    }
}

fn keep_first(field: &mut String, value: String) {
    if field.is_empty() {
        *field = value;
    }
}

/// Whether the end lies before the start, as far as their wall times can tell.
fn ends_before(start: &Moment, end: &End) -> bool {
    match end {
        End::Missing => false,
        End::At(end) => end.is_like(start) && end.wall() < start.wall(),
        End::After(length) => length.days < 0 || length.seconds < 0,
    }
}

/// The same event gets the same name at each reading, whatever its stamps.
fn made_up_uid(details: &Details, start: &Moment, end: &End) -> String {
    use std::fmt::Write as _;

    let content = format!("{start:?}\n{end:?}\n{}\n{}\n{}", details.title, details.place, details.text);
    let mut uid = "unnamed-".to_owned();
    for byte in Sha256::digest(content.as_bytes()).iter().take(8) {
        let _ = write!(uid, "{byte:02x}");
    }
    uid
}

/// A UTC stamp; one without a zone is taken as UTC too.
fn utc(value: &str) -> Option<Timestamp> {
    TimeZone::UTC.to_timestamp(Moment::parse_bare(value)?.wall()).ok()
}

fn is(value: &str, word: &str) -> bool {
    value.trim().eq_ignore_ascii_case(word)
}

fn status(value: &str) -> Status {
    match value {
        value if is(value, "TENTATIVE") => Status::Tentative,
        value if is(value, "CANCELLED") || is(value, "CANCELED") => Status::Cancelled,
        _ => Status::Confirmed,
    }
}

fn transparency(value: &str) -> Option<Transparency> {
    match value {
        value if is(value, "OPAQUE") => Some(Transparency::Opaque),
        value if is(value, "TRANSPARENT") => Some(Transparency::Transparent),
        _ => None,
    }
}

/// Google's word for the kind of event; one that nobody knows yet is that of an ordinary one.
fn event_type(value: &str) -> EventType {
    match value {
        value if is(value, "focusTime") => EventType::FocusTime,
        value if is(value, "outOfOffice") => EventType::OutOfOffice,
        value if is(value, "workingLocation") => EventType::WorkingLocation,
        value if is(value, "birthday") => EventType::Birthday,
        _ => EventType::Default,
    }
}

fn busy_status(value: &str) -> Option<BusyStatus> {
    match value {
        value if is(value, "FREE") => Some(BusyStatus::Free),
        value if is(value, "TENTATIVE") => Some(BusyStatus::Tentative),
        value if is(value, "BUSY") => Some(BusyStatus::Busy),
        value if is(value, "OOF") => Some(BusyStatus::OutOfOffice),
        value if is(value, "WORKINGELSEWHERE") => Some(BusyStatus::WorkingElsewhere),
        _ => None,
    }
}
