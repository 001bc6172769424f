//! The text of a recurrence rule (RFC 5545 3.3.10) as a value. Knows no start, so nothing is filled in here.

use jiff::civil::Weekday;

use super::RuleError;
use crate::calendar::ical::Moment;

/// How often a rule repeats at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Frequency {
    /// YEARLY.
    Yearly,
    /// MONTHLY.
    Monthly,
    /// WEEKLY.
    Weekly,
    /// DAILY.
    Daily,
    /// HOURLY.
    Hourly,
    /// MINUTELY.
    Minutely,
    /// SECONDLY.
    Secondly,
}

/// What becomes of a day that its month or year does not have (RFC 7529 4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Skip {
    /// OMIT: nothing; also where SKIP is not given.
    #[default]
    Omit,
    /// BACKWARD: the day before.
    Backward,
    /// FORWARD: the day after.
    Forward,
}

/// An RRULE or EXRULE, read but not yet seen with a start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// FREQ.
    pub frequency: Frequency,
    /// INTERVAL, at least 1.
    pub interval: u32,
    /// COUNT.
    pub count: Option<u32>,
    /// UNTIL as written; its zone is the caller's to apply.
    pub until: Option<Moment>,
    /// WKST.
    pub week_start: Weekday,
    /// SKIP.
    pub skip: Skip,
    pub(super) by_month: Vec<i32>,
    pub(super) by_week_number: Vec<i32>,
    pub(super) by_year_day: Vec<i32>,
    pub(super) by_month_day: Vec<i32>,
    /// BYDAY: the number, none for every, and the day.
    pub(super) by_day: Vec<(Option<i32>, Weekday)>,
    pub(super) by_hour: Vec<i32>,
    pub(super) by_minute: Vec<i32>,
    pub(super) by_second: Vec<i32>,
    pub(super) by_set_position: Vec<i32>,
}

impl Rule {
    /// Reads the value of an RRULE.
    ///
    /// # Errors
    /// A part that is no RFC 5545, or that would not be followed (another RSCALE than GREGORIAN, BYEASTER).
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        let mut rule = Self {
            frequency: Frequency::Yearly,
            interval: 1,
            count: None,
            until: None,
            week_start: Weekday::Monday,
            skip: Skip::Omit,
            by_month: Vec::new(),
            by_week_number: Vec::new(),
            by_year_day: Vec::new(),
            by_month_day: Vec::new(),
            by_day: Vec::new(),
            by_hour: Vec::new(),
            by_minute: Vec::new(),
            by_second: Vec::new(),
            by_set_position: Vec::new(),
        };
        let mut has_frequency = false;
        for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let unreadable = || RuleError::Unreadable(part.chars().take(40).collect());
            let (key, value) = part.split_once('=').ok_or_else(unreadable)?;
            let (key, value) = (key.trim().to_ascii_uppercase(), value.trim());
            has_frequency |= key == "FREQ";
            let is_other_calendar = key == "RSCALE" && !value.eq_ignore_ascii_case("GREGORIAN");
            if is_other_calendar || key == "BYEASTER" {
                return Err(RuleError::Unsupported(part.chars().take(40).collect()));
            }
            rule.take(&key, value).ok_or_else(unreadable)?;
        }
        // A week is no date that a month or year does not have, and other programs differ on it.
        if rule.skip != Skip::Omit && !rule.by_week_number.is_empty() {
            return Err(RuleError::Unsupported("SKIP with BYWEEKNO".to_owned()));
        }
        if has_frequency { Ok(rule) } else { Err(RuleError::Unreadable("FREQ".to_owned())) }
    }

    fn take(&mut self, key: &str, value: &str) -> Option<()> {
        match key {
            "FREQ" => self.frequency = frequency(value)?,
            "INTERVAL" => self.interval = value.parse().ok().filter(|interval| *interval > 0)?,
            "COUNT" => self.count = Some(value.parse().ok()?),
            "UNTIL" => self.until = Some(Moment::parse_bare(value)?),
            "WKST" => self.week_start = weekday(value)?,
            "RSCALE" => {}
            "SKIP" => self.skip = skip(value)?,
            "BYMONTH" => self.by_month = numbers(value, 1, 12)?,
            "BYWEEKNO" => self.by_week_number = signed(value, 53)?,
            "BYYEARDAY" => self.by_year_day = signed(value, 366)?,
            "BYMONTHDAY" => self.by_month_day = signed(value, 31)?,
            "BYDAY" => {
                let mut days = value.split(',').map(numbered_day).collect::<Option<Vec<_>>>()?;
                days.sort_unstable_by_key(|(number, day)| (*number, day.to_monday_zero_offset()));
                days.dedup();
                self.by_day = days;
            }
            "BYHOUR" => self.by_hour = numbers(value, 0, 23)?,
            "BYMINUTE" => self.by_minute = numbers(value, 0, 59)?,
            "BYSECOND" => {
                // A leap second is the second before it, as elsewhere.
                self.by_second = numbers(value, 0, 60)?.into_iter().map(|second| second.min(59)).collect();
                self.by_second.dedup();
            }
            "BYSETPOS" => self.by_set_position = signed(value, 366)?,
            _ => return None,
        }
        Some(())
    }
}

fn frequency(word: &str) -> Option<Frequency> {
    Some(match word.to_ascii_uppercase().as_str() {
        "YEARLY" => Frequency::Yearly,
        "MONTHLY" => Frequency::Monthly,
        "WEEKLY" => Frequency::Weekly,
        "DAILY" => Frequency::Daily,
        "HOURLY" => Frequency::Hourly,
        "MINUTELY" => Frequency::Minutely,
        "SECONDLY" => Frequency::Secondly,
        _ => return None,
    })
}

fn skip(word: &str) -> Option<Skip> {
    Some(match word.to_ascii_uppercase().as_str() {
        "OMIT" => Skip::Omit,
        "BACKWARD" => Skip::Backward,
        "FORWARD" => Skip::Forward,
        _ => return None,
    })
}

fn weekday(word: &str) -> Option<Weekday> {
    Some(match word.trim().to_ascii_uppercase().as_str() {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return None,
    })
}

/// `MO`, `2TU`, `+1FR`, `-1SU`; a zeroth is a day that never is.
fn numbered_day(text: &str) -> Option<(Option<i32>, Weekday)> {
    let text = text.trim();
    let (number, day) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let number = match number.trim() {
        "" => None,
        number => Some(number.parse().ok().filter(|number| (-53..=53).contains(number))?),
    };
    Some((number, weekday(day)?))
}

/// Numbers of a list, sorted and each once.
fn numbers(text: &str, min: i32, max: i32) -> Option<Vec<i32>> {
    let read = |number: &str| number.trim().parse().ok().filter(|number| (min..=max).contains(number));
    let mut all = text.split(',').map(read).collect::<Option<Vec<i32>>>()?;
    all.sort_unstable();
    all.dedup();
    Some(all)
}

/// The same for numbers that may also count from the end; there is no zeroth.
fn signed(text: &str, max: i32) -> Option<Vec<i32>> {
    numbers(text, -max, max).filter(|numbers| !numbers.contains(&0))
}
