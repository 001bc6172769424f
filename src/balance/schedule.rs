//! When the weekly summary is: what the config says, and the moment of a week's last word.

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use crate::calendar::week::{self, IsoWeek};
use crate::focus::policy::Minutes;

/// When and how the weekly summary is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SummarySettings {
    /// The day of the event.
    pub day: Weekday,
    /// Its wall time in minutes since midnight; none: all day, and final at the end of that day.
    pub at: Option<u16>,
    /// How long the event is.
    pub length: Minutes,
    /// Most refreshes a day.
    pub refresh: u32,
}

impl SummarySettings {
    /// The date of a week's summary.
    pub fn date(&self, week: IsoWeek) -> Date {
        week.dates().find(|date| date.weekday() == self.day).unwrap_or(week.monday())
    }

    /// When the summary of a week is due to be written for the last time: at its time, or at the end of its day.
    pub fn due(&self, week: IsoWeek, tz: &TimeZone) -> Timestamp {
        let date = self.date(week);
        self.at.map_or_else(|| week::day_span(date, tz).end, |minute| week::instant(date, minute, tz))
    }
}
