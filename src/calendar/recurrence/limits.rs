//! The BY parts of a rule that take days away (RFC 5545 3.3.10, "Limit" in its table). Knows no frequency.

use super::days::{civil, month_length, number, week_one, week_year, weekday, year_length};

/// Within what the number of a BYDAY counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    /// Of the month.
    Month,
    /// Of the year.
    Year,
    /// Of the week: only the first and the last exist.
    Week,
    /// The number means nothing in this frequency.
    Nothing,
}

/// The weekdays of BYDAY.
#[derive(Clone, Debug, Default)]
pub(super) struct Weekdays {
    /// Those without a number; bit 0 is Monday.
    pub(super) every: u8,
    /// Those with one.
    pub(super) numbered: Vec<(i64, i64)>,
}

impl Weekdays {
    /// Whether no day is meant at all.
    pub(super) fn is_empty(&self) -> bool {
        self.every == 0 && self.numbered.is_empty()
    }

    /// Whether a day is one of them.
    fn contains(&self, day: i64, within: Within) -> bool {
        let of_week = weekday(day);
        if self.every & (1 << of_week) != 0 {
            return true;
        }
        let mut numbers = self.numbered.iter().filter(|(_, meant)| *meant == of_week).map(|(count, _)| *count);
        let (from_start, length) = match within {
            Within::Month => {
                let (year, month, day) = civil(day);
                (day - 1, month_length(year, month))
            }
            Within::Year => {
                let (year, ..) = civil(day);
                (day - number(year, 1, 1), year_length(year))
            }
            Within::Week => (0, 1),
            Within::Nothing => return numbers.any(|count| count != 0),
        };
        let (forward, backward) = (from_start / 7 + 1, -((length - 1 - from_start) / 7 + 1));
        numbers.any(|count| count == forward || count == backward)
    }

    /// Adds their days between `first` and `first + length`, sorted.
    pub(super) fn expand(&self, first: i64, length: i64, out: &mut Vec<i64>) {
        let begin = out.len();
        let mut of_week = weekday(first);
        if self.every != 0 {
            for day in first..first + length {
                if self.every & (1 << of_week) != 0 {
                    out.push(day);
                }
                of_week = if of_week == 6 { 0 } else { of_week + 1 };
            }
        }
        if self.numbered.is_empty() {
            return;
        }
        for (count, meant) in &self.numbered {
            let last = first + length - 1;
            let day = if *count > 0 {
                first + (meant - weekday(first)).rem_euclid(7) + (count - 1) * 7
            } else {
                last - (weekday(last) - meant).rem_euclid(7) + (count + 1) * 7
            };
            if (first..=last).contains(&day) {
                out.push(day);
            }
        }
        if let Some(added) = out.get_mut(begin..) {
            added.sort_unstable();
        }
        // Counted from both ends, two numbers may mean one day.
        out.dedup();
    }
}

/// What a day must be; each part that is empty asks nothing.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    /// BYMONTH; bit 1 is January.
    pub(super) months: u16,
    /// BYWEEKNO.
    pub(super) weeks: Vec<i64>,
    /// BYYEARDAY.
    pub(super) year_days: Vec<i64>,
    /// BYMONTHDAY.
    pub(super) month_days: Vec<i64>,
    /// BYDAY.
    pub(super) weekdays: Weekdays,
    /// Within what its numbers count.
    pub(super) within: Within,
    /// The first day of the week, 0 is Monday.
    pub(super) week_start: i64,
}

impl Limits {
    /// Whether nothing is asked.
    pub(super) fn is_empty(&self) -> bool {
        self.only_weekdays() && self.weekdays.is_empty()
    }

    /// Whether nothing is asked but the weekday.
    pub(super) fn only_weekdays(&self) -> bool {
        self.months == 0 && self.weeks.is_empty() && self.year_days.is_empty() && self.month_days.is_empty()
    }

    /// How many days further the next day lies that may be allowed, where this one is not.
    pub(super) fn jump(&self, day: i64) -> i64 {
        let (year, month, of_month) = civil(day);
        if self.months == 0 || self.months & (1 << month) != 0 { 1 } else { month_length(year, month) - of_month + 1 }
    }

    /// Whether a day is allowed.
    pub(super) fn keeps(&self, day: i64) -> bool {
        if !self.weekdays.is_empty() && !self.weekdays.contains(day, self.within) {
            return false;
        }
        if self.only_weekdays() {
            return true;
        }
        let (year, month, of_month) = civil(day);
        (self.months == 0 || self.months & (1 << month) != 0)
            && has(&self.month_days, of_month, month_length(year, month))
            && (self.year_days.is_empty() || has(&self.year_days, day - number(year, 1, 1) + 1, year_length(year)))
            && (self.weeks.is_empty() || self.keeps_week(day))
    }

    fn keeps_week(&self, day: i64) -> bool {
        let year = week_year(day, self.week_start);
        let (first, next) = (week_one(year, self.week_start), week_one(year + 1, self.week_start));
        has(&self.weeks, (day - first) / 7 + 1, (next - first) / 7)
    }
}

/// Whether a sorted list means that position, counted from the start or from the end; an empty one means all.
fn has(list: &[i64], position: i64, length: i64) -> bool {
    let contains = |number: i64| list.binary_search(&number).is_ok();
    list.is_empty() || contains(position) || contains(position - length - 1)
}
