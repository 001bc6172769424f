//! The times of day that a rule makes in one of its periods, counted without being listed: a rule may make
//! one each second. Knows no days.

use jiff::civil::DateTime;

use super::rule::{Frequency, Rule};

/// Hours, minutes and seconds that are combined with each other, and those that are only allowed.
#[derive(Clone, Debug)]
pub(super) struct Times {
    hours: Vec<i64>,
    minutes: Vec<i64>,
    seconds: Vec<i64>,
    /// BYHOUR, BYMINUTE and BYSECOND of what is as short as the period or longer; 0 where nothing is asked.
    allowed: [u64; 3],
}

impl Times {
    /// What BYHOUR, BYMINUTE and BYSECOND, or else the start, make in a period.
    pub(super) fn new(rule: &Rule, start: DateTime, is_date: bool) -> Self {
        let list = |by: &[i32], own: i8| {
            if by.is_empty() || is_date { vec![i64::from(own)] } else { by.iter().copied().map(i64::from).collect() }
        };
        let bits = |by: &[i32]| by.iter().fold(0_u64, |bits, number| bits | 1 << number);
        let mut out = Self {
            hours: list(&rule.by_hour, start.hour()),
            minutes: list(&rule.by_minute, start.minute()),
            seconds: list(&rule.by_second, start.second()),
            allowed: [0; 3],
        };
        if rule.frequency >= Frequency::Hourly {
            out.hours = vec![0];
            out.allowed[0] = bits(&rule.by_hour);
        }
        if rule.frequency >= Frequency::Minutely {
            out.minutes = vec![0];
            out.allowed[1] = bits(&rule.by_minute);
        }
        if rule.frequency >= Frequency::Secondly {
            out.seconds = vec![0];
            out.allowed[2] = bits(&rule.by_second);
        }
        out
    }

    /// How many there are in a period.
    pub(super) fn len(&self) -> usize {
        self.hours.len() * self.minutes.len() * self.seconds.len()
    }

    /// The one of that index, in seconds from the period's start.
    pub(super) fn at(&self, index: usize) -> i64 {
        let pick = |list: &[i64], index: usize| list.get(index).copied().unwrap_or(0);
        if self.len() == 1 {
            return pick(&self.hours, 0) * 3600 + pick(&self.minutes, 0) * 60 + pick(&self.seconds, 0);
        }
        let (minute, second) = (index / self.seconds.len(), index % self.seconds.len());
        let (hour, minute) = (minute / self.minutes.len(), minute % self.minutes.len());
        pick(&self.hours, hour) * 3600 + pick(&self.minutes, minute) * 60 + pick(&self.seconds, second)
    }

    /// Whether only some periods of a day are allowed.
    pub(super) fn limits_periods(&self) -> bool {
        self.allowed != [0; 3]
    }

    /// Where the period at that second of the day is not allowed, the next second that may be in one that is.
    pub(super) fn jump(&self, second: i64) -> Option<i64> {
        let [hours, minutes, seconds] = self.allowed;
        let (hour, minute) = (second / 3600, second / 60 % 60);
        if let Some(hour) = next(hours, hour, 24) {
            Some(hour * 3600)
        } else if let Some(minute) = next(minutes, minute, 60) {
            Some(hour * 3600 + minute * 60)
        } else {
            next(seconds, second % 60, 60).map(|next| second - second % 60 + next)
        }
    }
}

/// The next number that is allowed, or else the end, where this one is not.
fn next(bits: u64, number: i64, end: i64) -> Option<i64> {
    if bits == 0 || bits & (1 << number) != 0 {
        return None;
    }
    Some(i64::from((bits >> number << number).trailing_zeros()).min(end))
}
