//! Times and ends as an iCalendar text writes them, and what they mean.

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;

use crate::support::ics::zone;

/// How a time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Date,
    Floating,
    Utc,
    Zoned(&'static str),
}

/// When something starts, as written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct When {
    pub(crate) form: Form,
    pub(crate) wall: DateTime,
}

/// How its end is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ends {
    /// Nothing says.
    Missing,
    /// DTEND, in a zone that may be another.
    At(Form, DateTime),
    /// DURATION: days, then minutes.
    After(i64, i64),
}

impl When {
    /// The instant that is meant (RFC 5545 3.3.5).
    pub(crate) fn instant(self, home: &str) -> Timestamp {
        self.zone(home).to_timestamp(self.wall).unwrap()
    }

    /// The zone in which its wall time counts.
    pub(crate) fn zone(self, home: &str) -> TimeZone {
        match self.form {
            Form::Date | Form::Floating => zone(home),
            Form::Utc => TimeZone::UTC,
            Form::Zoned(name) => zone(name),
        }
    }

    /// The same instant in another form; a date or floating time stays what it is.
    pub(crate) fn written_as(self, form: Form) -> Self {
        let tz = match form {
            _ if matches!(self.form, Form::Date | Form::Floating) => return self,
            Form::Utc => TimeZone::UTC,
            Form::Zoned(name) => zone(name),
            Form::Date | Form::Floating => return self,
        };
        Self { form, wall: tz.to_datetime(self.instant("Etc/UTC")) }
    }

    /// Its date alone.
    pub(super) fn as_date(self) -> Self {
        Self { form: Form::Date, wall: self.wall.date().to_datetime(Time::midnight()) }
    }

    pub(super) fn at(self, wall: DateTime) -> Self {
        Self { wall, ..self }
    }

    pub(super) fn value(self) -> String {
        let form = match self.form {
            Form::Date => "%Y%m%d",
            Form::Utc => "%Y%m%dT%H%M%SZ",
            Form::Floating | Form::Zoned(_) => "%Y%m%dT%H%M%S",
        };
        self.wall.strftime(form).to_string()
    }

    pub(super) fn parameter(self) -> String {
        match self.form {
            Form::Date => ";VALUE=DATE".to_owned(),
            Form::Floating | Form::Utc => String::new(),
            Form::Zoned(name) => format!(";TZID={name}"),
        }
    }

    pub(super) fn line(self, name: &str) -> String {
        format!("{name}{}:{}", self.parameter(), self.value())
    }
}

pub(super) fn ends_line(ends: Ends) -> Option<String> {
    Some(match ends {
        Ends::Missing => return None,
        Ends::At(form, wall) => When { form, wall }.line("DTEND"),
        Ends::After(days, 0) if days % 7 == 0 => format!("DURATION:P{}W", days / 7),
        Ends::After(days, 0) => format!("DURATION:P{days}D"),
        Ends::After(days, minutes) => {
            let days = if days == 0 { String::new() } else { format!("{days}D") };
            match (minutes / 60, minutes % 60) {
                (0, minutes) => format!("DURATION:P{days}T{minutes}M"),
                (hours, 0) => format!("DURATION:P{days}T{hours}H"),
                (hours, minutes) => format!("DURATION:P{days}T{hours}H{minutes}M"),
            }
        }
    })
}
