//! Where an occurrence comes from, in words: the property that made it, how its zone was found, and its line.

use std::fmt;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::calendar::event::{MadeBy, Occurrence, ZoneBy};

/// The most of a rule that is shown.
const RULE_CHARS_MAX: usize = 200;

/// Where one occurrence comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Explanation {
    /// The property that made it.
    pub(super) made_by: String,
    /// In which zone its start was read, and why in that.
    pub(super) zone: String,
    /// The file or object it stands in.
    pub(super) file: Option<String>,
    /// The line of its DTSTART there, from 1.
    pub(super) line: Option<usize>,
    /// Why its time is not certain.
    pub(super) uncertain: Option<String>,
}

/// Explains an occurrence to a user in that zone.
pub(super) fn explain(occurrence: &Occurrence, tz: &TimeZone) -> Explanation {
    let written = &occurrence.details.written;
    Explanation {
        made_by: made_by(occurrence, tz),
        zone: zone(occurrence, tz),
        file: occurrence.provenance.file.as_deref().map(str::to_owned),
        line: Some(written.line).filter(|line| *line > 0),
        uncertain: occurrence.uncertain.clone(),
    }
}

impl fmt::Display for Explanation {
    /// Without what is uncertain: the verdict says that already.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.made_by, self.zone)?;
        match (&self.file, self.line) {
            (Some(file), Some(line)) => write!(f, "; {file} line {line}"),
            (Some(file), None) => write!(f, "; {file}"),
            (None, Some(line)) => write!(f, "; line {line}"),
            (None, None) => Ok(()),
        }
    }
}

fn made_by(occurrence: &Occurrence, tz: &TimeZone) -> String {
    let written = &occurrence.details.written;
    let local = |at: Timestamp| {
        let zone = occurrence.provenance.zone.as_ref().unwrap_or(tz);
        let format = if occurrence.all_day { "%Y-%m-%d" } else { "%Y-%m-%dT%H:%M" };
        at.to_zoned(zone.clone()).strftime(format).to_string()
    };
    let original = occurrence.recurrence_id.map(local);
    match (occurrence.provenance.made_by, original) {
        (MadeBy::Start, None) => "DTSTART (single event)".to_owned(),
        (MadeBy::Start, Some(_)) => "DTSTART (first of its series)".to_owned(),
        (MadeBy::Rule(index), _) => {
            let rule = written.rules.get(index).map_or("", |rule| rule);
            format!("RRULE {}", rule.chars().take(RULE_CHARS_MAX).collect::<String>())
        }
        (MadeBy::Date, _) => "RDATE".to_owned(),
        (MadeBy::LaterChange(of), _) => format!("THISANDFUTURE of {} (RECURRENCE-ID)", local(of)),
        (MadeBy::Change { has_series }, original) => {
            let alone = if has_series { "" } else { ", whose series is not here" };
            format!("override of {} (RECURRENCE-ID){alone}", original.unwrap_or_default())
        }
    }
}

fn zone(occurrence: &Occurrence, tz: &TimeZone) -> String {
    let found = occurrence.provenance.zone.as_ref().unwrap_or(tz);
    let offset = || found.to_fixed_offset().ok().map(|offset| format!("UTC{offset}"));
    let found = found.iana_name().map(str::to_owned).or_else(offset).unwrap_or("a zone of its own".to_owned());
    let tzid = occurrence.details.written.tzid.as_deref().unwrap_or_default();
    match occurrence.provenance.zone_by {
        ZoneBy::Date => format!("a date: the local day in {found}"),
        ZoneBy::Floating => format!("no zone: yours, {found}"),
        ZoneBy::Series => format!("no zone: that of its series, {found}"),
        ZoneBy::Calendar => format!("no zone: that of its calendar (X-WR-TIMEZONE), {found}"),
        ZoneBy::Utc => "UTC".to_owned(),
        ZoneBy::Iana if tzid == found => format!("TZID {tzid}: IANA"),
        ZoneBy::Iana => format!("TZID {tzid}: IANA, {found}"),
        ZoneBy::Location => format!("TZID {tzid}: {found} by X-LIC-LOCATION"),
        ZoneBy::Table => format!("TZID {tzid}: {found} by the tables of Windows, Exchange and Lotus names"),
        ZoneBy::Number => format!("TZID {tzid}: {found} by X-MICROSOFT-CDO-TZID"),
        ZoneBy::Rules => format!("TZID {tzid}: the rules in the file (VTIMEZONE)"),
        ZoneBy::Guess => format!("TZID {tzid}: {found} by the meaning of the name"),
        ZoneBy::UnknownInCalendar => {
            format!("TZID {tzid}: unknown, read in that of its calendar (X-WR-TIMEZONE), {found}")
        }
        ZoneBy::Unknown => format!("TZID {tzid}: unknown, taken as yours, {found}"),
    }
}
