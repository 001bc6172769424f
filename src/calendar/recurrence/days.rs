//! Days as numbers, counted from 1970-01-01: the civil calendar without a division too many.
//! Knows neither rules nor zones.

use jiff::civil::{Date, DateTime, Time, Weekday};

/// Seconds in a day of wall-clock time.
pub(super) const DAY: i64 = 86_400;

/// The number of a date (H. Hinnant, `days_from_civil`).
pub(super) fn number(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day of a number (H. Hinnant, `civil_from_days`).
pub(super) fn civil(number: i64) -> (i64, i64, i64) {
    let shifted = number + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (era * 400 + year + i64::from(month <= 2), month, day)
}

/// The day of the week, Monday is 0.
pub(super) fn weekday(number: i64) -> i64 {
    (number + 3).rem_euclid(7)
}

/// The same of a weekday.
pub(super) fn weekday_index(day: Weekday) -> i64 {
    i64::from(day.to_monday_zero_offset())
}

/// How many days that year has.
pub(super) fn year_length(year: i64) -> i64 {
    365 + i64::from(is_leap(year))
}

/// How many days that month has.
pub(super) fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The first day of the week that a day lies in, for weeks that begin on `first` (0 is Monday).
pub(super) fn week_of(number: i64, first: i64) -> i64 {
    number - (weekday(number) - first).rem_euclid(7)
}

/// The first day of week 1: the first week with at least four days in that year (RFC 5545 3.3.10).
pub(super) fn week_one(year: i64, first: i64) -> i64 {
    week_of(self::number(year, 1, 4), first)
}

/// The year whose weeks a day is counted in.
pub(super) fn week_year(number: i64, first: i64) -> i64 {
    let (year, ..) = civil(number);
    if number < week_one(year, first) {
        year - 1
    } else if number >= week_one(year + 1, first) {
        year + 1
    } else {
        year
    }
}

/// Wall-clock time in seconds from 1970-01-01T00:00:00.
pub(crate) fn seconds(wall: DateTime) -> i64 {
    let day = number(i64::from(wall.year()), i64::from(wall.month()), i64::from(wall.day()));
    day * DAY + i64::from(wall.hour()) * 3600 + i64::from(wall.minute()) * 60 + i64::from(wall.second())
}

/// The wall-clock time of those seconds; none outside the calendar.
pub(crate) fn wall(seconds: i64) -> Option<DateTime> {
    let (year, month, day) = civil(seconds.div_euclid(DAY));
    let second = seconds.rem_euclid(DAY);
    let date = Date::new(i16::try_from(year).ok()?, month as i8, day as i8).ok()?;
    let time = Time::new((second / 3600) as i8, (second / 60 % 60) as i8, (second % 60) as i8, 0).ok()?;
    Some(date.to_datetime(time))
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;
    use jiff::civil::date;

    use super::*;

    #[test]
    fn numbers_agree_with_the_calendar() {
        let epoch = date(1970, 1, 1);
        for offset in (-800_000..2_900_000).step_by(97) {
            let day = epoch + i64::from(offset).days();
            let found = number(i64::from(day.year()), i64::from(day.month()), i64::from(day.day()));
            assert_eq!(found, i64::from(offset), "{day}");
            assert_eq!(civil(found), (i64::from(day.year()), i64::from(day.month()), i64::from(day.day())));
            assert_eq!(weekday(found), weekday_index(day.weekday()), "{day}");
            assert_eq!(month_length(i64::from(day.year()), i64::from(day.month())), i64::from(day.days_in_month()));
            assert_eq!(year_length(i64::from(day.year())), i64::from(day.days_in_year()));
            let week = day.iso_week_date();
            assert_eq!(week_year(found, 0), i64::from(week.year()), "{day}");
            assert_eq!((week_of(found, 0) - week_one(i64::from(week.year()), 0)) / 7 + 1, i64::from(week.week()));
            let wall_time = day.at(23, 59, 58, 0);
            assert_eq!(wall(seconds(wall_time)), Some(wall_time));
        }
    }
}
