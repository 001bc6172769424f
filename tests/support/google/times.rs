//! Times as Google writes them: days, and instants shown in the zone of the calendar or of the request.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};

use super::problem::Problem;

/// A start or an end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum When {
    Day(Date),
    At(Timestamp),
}

impl When {
    /// An `EventDateTime`, as a client or the store has it.
    pub(super) fn of(value: &Value) -> Result<Self, Problem> {
        let bad = || Problem::bad("invalid", "Invalid value for start or end time.");
        let zone = zone(value)?;
        match (value["date"].as_str(), value["dateTime"].as_str()) {
            (Some(_), Some(_)) | (None, None) => {
                Err(Problem::bad("invalid", "Start and end times must either both be date or both be dateTime."))
            }
            (Some(date), None) => Ok(Self::Day(date.parse().map_err(|_| bad())?)),
            (None, Some(text)) => match (text.parse::<Timestamp>(), zone) {
                (Ok(at), _) => Ok(Self::At(at)),
                (Err(_), Some(zone)) => {
                    let wall: DateTime = text.parse().map_err(|_| bad())?;
                    Ok(Self::At(wall.to_zoned(zone).map_err(|_| bad())?.timestamp()))
                }
                (Err(_), None) => Err(Problem::bad("required", "Missing time zone definition for start time.")),
            },
        }
    }

    /// The instant; a day begins at its midnight in that zone.
    pub(super) fn instant(self, zone: &TimeZone) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::Day(date) => date.to_zoned(zone.clone()).unwrap().timestamp(),
        }
    }

    /// What the id of an instance ends with.
    pub(super) fn suffix(self) -> String {
        match self {
            Self::Day(date) => date.strftime("%Y%m%d").to_string(),
            Self::At(at) => at.strftime("%Y%m%dT%H%M%SZ").to_string(),
        }
    }

    /// The same kind of time, as much later as `to` is later than `from`.
    pub(super) fn shifted(self, from: Self, to: Self) -> Self {
        match (self, from, to) {
            (Self::Day(date), Self::Day(from), Self::Day(to)) => Self::Day(date + (to - from).get_days().days()),
            (Self::At(at), Self::At(from), Self::At(to)) => Self::At(at + to.duration_since(from)),
            _ => self,
        }
    }

    /// As an `EventDateTime` that names that zone.
    pub(super) fn value(self, zone: &str) -> Value {
        match self {
            Self::Day(date) => json!({"date": date.to_string()}),
            Self::At(at) => json!({"dateTime": rfc3339(at, &named(zone)), "timeZone": zone}),
        }
    }
}

/// The zone that an `EventDateTime` names.
fn zone(value: &Value) -> Result<Option<TimeZone>, Problem> {
    let zone = value["timeZone"].as_str().map(TimeZone::get).transpose();
    zone.map_err(|_| Problem::bad("invalid", "Invalid time zone definition for start time."))
}

/// A zone that the fake itself was given.
pub(super) fn named(zone: &str) -> TimeZone {
    TimeZone::get(zone).unwrap_or_else(|error| panic!("{error}"))
}

/// An `EventDateTime` as it is kept: with an offset, and with a zone.
pub(super) fn kept(value: &Value, calendar: &str) -> Result<Value, Problem> {
    Ok(match When::of(value)? {
        When::Day(date) => json!({"date": date.to_string()}),
        at @ When::At(_) => at.value(value["timeZone"].as_str().unwrap_or(calendar)),
    })
}

/// The same as it is shown: at the offset of the zone of the calendar or of the request, whatever zone it names.
pub(super) fn shown(value: &Value, zone: &TimeZone) -> Value {
    let mut shown = value.clone();
    if let Some(Ok(at)) = value["dateTime"].as_str().map(str::parse::<Timestamp>) {
        shown["dateTime"] = json!(rfc3339(at, zone));
    }
    shown
}

fn rfc3339(at: Timestamp, zone: &TimeZone) -> String {
    let zoned = at.to_zoned(zone.clone());
    let offset = zoned.strftime("%:z").to_string();
    format!("{}{}", zoned.strftime("%Y-%m-%dT%H:%M:%S"), if offset == "+00:00" { "Z" } else { &offset })
}

/// `created` and `updated`.
pub(super) fn stamp(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}
