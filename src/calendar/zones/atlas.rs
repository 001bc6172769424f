//! The zone of each moment of a calendar, in the order in which names and rules are believed; each looked up once.
//! Knows how a moment was written, but no event.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::{Definition, Zones, instant, names};
use crate::calendar::event::ZoneBy;
use crate::calendar::ical::{Moment, Tzid};
use crate::calendar::time::Span;

/// The most warnings about zones in one expansion.
const WARNINGS_MAX: usize = 100;

/// An IANA name that was looked up.
struct Known {
    zone: Option<TimeZone>,
    /// Whether a VTIMEZONE of that name was compared with the database.
    is_compared: bool,
}

/// A zone and how it was found, if it was.
type Found = Option<(TimeZone, ZoneBy)>;

/// Zones by name, each looked up once, and the user's.
pub(crate) struct Atlas<'a> {
    zones: &'a Zones,
    /// The user's zone.
    pub(crate) home: &'a TimeZone,
    /// In which the database and a VTIMEZONE of the same name are compared.
    window: Option<Span>,
    known: BTreeMap<String, Known>,
    /// Names that are no IANA names, and what the text itself says of them.
    others: BTreeMap<String, BTreeMap<Option<Arc<Definition>>, Found>>,
    /// What could not be believed, once for each zone.
    pub(crate) warnings: Vec<String>,
}

impl<'a> Atlas<'a> {
    /// For moments in that window, if they are to be compared with the database.
    pub(crate) fn new(zones: &'a Zones, home: &'a TimeZone, window: Option<Span>) -> Self {
        Self { zones, home, window, known: BTreeMap::new(), others: BTreeMap::new(), warnings: Vec::new() }
    }

    /// The zone in which that moment is written; floating times and dates are in `floating`. The second
    /// value says why it is a guess.
    pub(crate) fn zone(&mut self, moment: &Moment, floating: &TimeZone) -> (TimeZone, Option<String>) {
        let (zone, _, guessed) = self.found(moment, floating);
        (zone, guessed)
    }

    /// The same, with how it was found.
    pub(crate) fn found(&mut self, moment: &Moment, floating: &TimeZone) -> (TimeZone, ZoneBy, Option<String>) {
        match moment {
            Moment::Date(_) => (floating.clone(), ZoneBy::Date, None),
            Moment::Floating(_) => (floating.clone(), ZoneBy::Floating, None),
            Moment::Utc(_) => (TimeZone::UTC, ZoneBy::Utc, None),
            Moment::Zoned(at, tzid) if tzid.is_assumed => self.assumed(*at, &tzid.name),
            Moment::Zoned(_, tzid) => match self.named(&tzid.name, tzid.definition.as_ref()) {
                Some((zone, by)) => (zone, by, None),
                None => self.unknown(tzid),
            },
        }
    }

    /// The instant of that moment.
    pub(crate) fn instant(&mut self, moment: &Moment, floating: &TimeZone) -> Timestamp {
        instant(moment.wall(), &self.zone(moment, floating).0)
    }

    /// IANA name, X-LIC-LOCATION, Windows and display names, CDO number, the rules themselves, what the name may mean.
    fn named(&mut self, name: &str, definition: Option<&Arc<Definition>>) -> Found {
        if !self.known.contains_key(name) {
            let known = Known { zone: self.zones.iana(name), is_compared: false };
            self.known.insert(name.to_owned(), known);
        }
        if let Some(Known { zone: Some(zone), is_compared }) = self.known.get_mut(name) {
            let zone = zone.clone();
            if let Some(definition) = definition.filter(|_| !*is_compared && !names::is_utc(name)) {
                *is_compared = true;
                self.compare(name, definition, &zone);
            }
            return Some((zone, ZoneBy::Iana));
        }
        let key = definition.cloned();
        if let Some(found) = self.others.get(name).and_then(|found| found.get(&key)) {
            return found.clone();
        }
        let zone = self.look_up(name, definition);
        self.others.entry(name.to_owned()).or_default().insert(key, zone.clone());
        zone
    }

    fn look_up(&mut self, name: &str, definition: Option<&Arc<Definition>>) -> Found {
        let zones = self.zones;
        let location = definition.and_then(|definition| definition.location.as_deref());
        let number = definition.and_then(|definition| definition.number);
        let by = |by: ZoneBy| move |zone: TimeZone| (zone, by);
        let found = location
            .and_then(|location| zones.iana(location).map(by(ZoneBy::Location)))
            .or_else(|| zones.legacy(name).map(by(ZoneBy::Table)))
            .or_else(|| number.and_then(|number| zones.numbered(number)).map(by(ZoneBy::Number)));
        if let (Some((zone, _)), Some(definition)) = (&found, definition) {
            self.compare(name, definition, zone);
        }
        let rules = || definition.and_then(|definition| definition.zone()).map(by(ZoneBy::Rules));
        found.or_else(rules).or_else(|| {
            let guess = zones.guess(name);
            if guess.is_none() {
                self.warn(format!("the time zone `{name}` is unknown"));
            }
            guess.map(by(ZoneBy::Guess))
        })
    }

    /// The database knows of changes that came after the calendar was written.
    fn compare(&mut self, name: &str, definition: &Definition, zone: &TimeZone) {
        let Some(at) = self.window.and_then(|window| definition.disagrees_with(zone, window)) else { return };
        let date = zone.to_datetime(at).date();
        self.warn(format!(
            "the calendar's own rules for the time zone `{name}` are not those of the time zone database ({date}); \
             the database counts"
        ));
    }

    /// A time without a zone in a calendar with X-WR-TIMEZONE: certain only where the user's zone says the same.
    fn assumed(&mut self, at: DateTime, name: &str) -> (TimeZone, ZoneBy, Option<String>) {
        match self.named(name, None) {
            Some((zone, _)) if instant(at, &zone) == instant(at, self.home) => (zone, ZoneBy::Calendar, None),
            Some((zone, _)) => {
                let guessed = format!("is written without a time zone; read in its calendar's, `{name}`");
                (zone, ZoneBy::Calendar, Some(guessed))
            }
            None => (self.home.clone(), ZoneBy::Floating, None),
        }
    }

    fn unknown(&mut self, Tzid { name, calendar, .. }: &Tzid) -> (TimeZone, ZoneBy, Option<String>) {
        if let Some(calendar) = calendar
            && let Some((zone, _)) = self.named(calendar, None)
        {
            let guessed = format!("the time zone `{name}` is unknown; read in its calendar's, `{calendar}`");
            return (zone, ZoneBy::UnknownInCalendar, Some(guessed));
        }
        (self.home.clone(), ZoneBy::Unknown, Some(format!("the time zone `{name}` is unknown; read in yours")))
    }

    fn warn(&mut self, warning: String) {
        if self.warnings.len() < WARNINGS_MAX && !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }
}
