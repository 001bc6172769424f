//! The small languages inside config texts: durations, times, days, words, patterns. Pure; knows no keys.

use jiff::civil::Weekday;
use regex::Regex;

use super::tree::{Wrong, nearest};
use crate::focus::policy::{Minutes, Weekdays};

/// Longest duration that makes sense anywhere: a week.
const DURATION_MAX: Minutes = 7 * 24 * 60;

const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

/// How a duration is shown in faults, beside a text that is none.
pub(super) const DURATION: &str = "a duration like 90m, 2h or 1h30m";

/// `90m`, `2h`, `1h30m`: zero to a week.
pub(super) fn duration(text: &str) -> Result<Minutes, Wrong> {
    let minutes = hours_and_minutes(text).ok_or(Wrong::from(DURATION))?;
    if minutes > DURATION_MAX { Err("a duration of at most a week (168h)".into()) } else { Ok(minutes) }
}

/// A duration of more than nothing.
pub(super) fn positive(text: &str) -> Result<Minutes, Wrong> {
    match duration(text)? {
        0 => Err("a duration of more than nothing".into()),
        minutes => Ok(minutes),
    }
}

fn hours_and_minutes(text: &str) -> Option<Minutes> {
    let number = |digits: &str| -> Option<Minutes> {
        let plain = (1..=5).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        if plain { digits.parse().ok() } else { None }
    };
    let (hours, rest) = match text.split_once('h') {
        Some((hours, rest)) => (number(hours)?, rest),
        None => (0, text),
    };
    match rest.strip_suffix('m') {
        Some(minutes) => Some(hours * 60 + number(minutes)?),
        None if rest.is_empty() && text.ends_with('h') => Some(hours * 60),
        None => None,
    }
}

/// Minutes as they are written in a config: `2h`, `45m`, `1h30m`.
pub(super) fn duration_text(minutes: Minutes) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes}m"),
        (hours, 0) => format!("{hours}h"),
        (hours, minutes) => format!("{hours}h{minutes}m"),
    }
}

/// `09:00` to `24:00`, in minutes since midnight.
pub(super) fn time(text: &str) -> Result<u16, Wrong> {
    let wrong = || Wrong::from("a time like 09:00, from 00:00 to 24:00");
    let (hour, minute) = text.split_once(':').ok_or_else(wrong)?;
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !(digits(hour) && digits(minute) && (1..=2).contains(&hour.len()) && minute.len() == 2) {
        return Err(wrong());
    }
    let (hour, minute): (u16, u16) = (hour.parse().map_err(|_| wrong())?, minute.parse().map_err(|_| wrong())?);
    if minute > 59 || hour * 60 + minute > 24 * 60 { Err(wrong()) } else { Ok(hour * 60 + minute) }
}

/// Minutes since midnight as `09:00`.
pub(super) fn time_text(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// `mon-fri`, `mon,wed`, `mon-wed,sat`; a range may run over the weekend.
pub(super) fn days(text: &str) -> Result<Weekdays, Wrong> {
    let mut set = Weekdays::default();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (mut at, last) = (day(first)?, day(last)?);
        set = set.with(at);
        while at != last {
            at = at.next();
            set = set.with(at);
        }
    }
    Ok(set)
}

/// `mon` to `sun`.
pub(super) fn day(text: &str) -> Result<Weekday, Wrong> {
    let text = text.trim().to_ascii_lowercase();
    let found = DAYS.iter().find(|(name, _)| *name == text);
    found.map(|(_, day)| *day).ok_or_else(|| "days like mon-fri or mon,wed".into())
}

/// The short name of a weekday, as in a config.
pub(super) fn day_text(day: Weekday) -> &'static str {
    DAYS.iter().find(|(_, known)| *known == day).map_or("", |(name, _)| name)
}

/// The weekdays, Monday first.
pub(super) fn weekdays() -> impl Iterator<Item = Weekday> {
    DAYS.iter().map(|(_, day)| *day)
}

/// `fri 16:00`, or `fri` for all day.
pub(super) fn weekly_moment(text: &str) -> Result<(Weekday, Option<u16>), Wrong> {
    let wrong = || Wrong::from("a day and time like \"fri 16:00\", or \"fri\" for all day");
    let (day_word, at) = match text.trim().split_once(' ') {
        Some((day, at)) => (day, Some(time(at.trim()).map_err(|_| wrong())?)),
        None => (text, None),
    };
    if at == Some(24 * 60) {
        return Err(wrong());
    }
    Ok((day(day_word).map_err(|_| wrong())?, at))
}

/// One of some words.
pub(super) fn choice<T: Copy>(text: &str, words: &[(&str, T)]) -> Result<T, Wrong> {
    if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
        return Ok(*value);
    }
    let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    let expected = match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => names.join(""),
    };
    Err(Wrong { expected, meant: nearest(text, names.into_iter()).map(str::to_owned) })
}

/// A regular expression.
pub(super) fn pattern(text: &str) -> Result<Regex, Wrong> {
    Regex::new(text).map_err(|error| {
        // The crate's message repeats the pattern over several lines; its last line says what is wrong.
        let reason = error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        Wrong { expected: format!("a regular expression ({reason})"), meant: None }
    })
}

/// A text that is not empty and has no control characters.
pub(super) fn label(text: &str) -> Result<String, Wrong> {
    if text.trim().is_empty() || text.chars().any(char::is_control) {
        return Err("a text that is not empty and has no control characters".into());
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<T: std::fmt::Debug + PartialEq + Copy>(got: Result<T, Wrong>, want: Option<T>) {
        assert_eq!(got.ok(), want);
    }

    #[test]
    fn durations() {
        for (text, want) in [("90m", 90), ("2h", 120), ("1h30m", 90), ("0m", 0), ("168h", 10_080)] {
            check(duration(text), Some(want));
        }
        for text in ["", "m", "h", "2", "2 h", "2h30", "-2h", "+2h", "1.5h", "30m2h", "169h", "2hm", "1d", "999999h"] {
            check(duration(text), None);
        }
    }

    #[test]
    fn a_duration_is_shown_as_it_is_written() {
        for text in ["45m", "2h", "1h30m"] {
            assert_eq!(duration(text).map(duration_text).ok().as_deref(), Some(text));
        }
    }

    #[test]
    fn times() {
        for (text, want) in [("09:00", 540), ("9:00", 540), ("00:00", 0), ("24:00", 1440)] {
            check(time(text), Some(want));
        }
        for text in ["", "9", "09:60", "24:01", "25:00", "9:5", "09:00:00", "+9:00", "nine"] {
            check(time(text), None);
        }
    }

    #[test]
    fn weekdays_and_ranges() {
        let set = |list: &[Weekday]| list.iter().fold(Weekdays::default(), |set, day| set.with(*day));
        check(days("mon,wed"), Some(set(&[Weekday::Monday, Weekday::Wednesday])));
        check(days("Sat - Mon"), Some(set(&[Weekday::Saturday, Weekday::Sunday, Weekday::Monday])));
        check(days("mon-tue,fri"), Some(set(&[Weekday::Monday, Weekday::Tuesday, Weekday::Friday])));
        for text in ["", "monday", "mon-", "mon,,tue", "mon fri"] {
            check(days(text), None);
        }
    }

    #[test]
    fn moments_of_the_week() {
        check(weekly_moment("fri 16:00"), Some((Weekday::Friday, Some(960))));
        check(weekly_moment("sun"), Some((Weekday::Sunday, None)));
        for text in ["16:00", "fri 24:00", "fri 16", "friday 16:00"] {
            check(weekly_moment(text), None);
        }
    }
}
