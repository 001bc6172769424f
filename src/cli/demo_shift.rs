//! Moves the demo's sample calendars and their config by whole weeks, so that they show the present week. Pure text
//! work on files we wrote ourselves: it is no reader of calendars.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

/// The Monday at which the sample stands.
pub const ANCHOR: Date = Date::constant(2026, 11, 16);

/// Properties that hold dates (RFC 5545 3.8); in an RRULE only UNTIL does.
const DATED: [&str; 9] =
    ["DTSTART", "DTEND", "DUE", "EXDATE", "RDATE", "RECURRENCE-ID", "CREATED", "DTSTAMP", "LAST-MODIFIED"];

/// How many weeks the sample must move to stand in the week of `today`.
pub fn weeks_to(today: Date) -> i64 {
    let monday = today.saturating_sub(i64::from(today.weekday().since(Weekday::Monday)).days());
    // Both are Mondays, so the days are whole weeks.
    monday.since(ANCHOR).map_or(0, |span| i64::from(span.get_days()) / 7)
}

/// The calendar with every date moved by whole weeks: wall times stay, UTC stamps move by the same days. Zone
/// definitions stay as they are.
pub fn shift(text: &str, weeks: i64) -> String {
    let mut in_zone = false;
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        match line.trim_end() {
            "BEGIN:VTIMEZONE" => in_zone = true,
            "END:VTIMEZONE" => in_zone = false,
            _ => {}
        }
        let name = line.split([':', ';']).next().unwrap_or_default();
        match line.rsplit_once(':') {
            Some((head, value)) if !in_zone && DATED.contains(&name) => {
                out.push_str(head);
                out.push(':');
                shift_tokens(value, &[',', '/'], weeks, &mut out);
            }
            Some((head, value)) if !in_zone && name == "RRULE" => {
                out.push_str(head);
                out.push(':');
                match value.split_once("UNTIL=") {
                    Some((before, until)) => {
                        out.push_str(before);
                        out.push_str("UNTIL=");
                        shift_tokens(until, &[';'], weeks, &mut out);
                    }
                    None => out.push_str(value),
                }
            }
            _ => out.push_str(line),
        }
    }
    out
}

/// The demo's config with its standing clock moved by whole weeks.
pub fn shift_config(text: &str, weeks: i64) -> String {
    let shifted = |line: &str| {
        let (date, time) = line.strip_prefix("now = \"")?.split_once('T')?;
        let date = date.parse::<Date>().ok()?.checked_add(weeks.weeks()).ok()?;
        Some(format!("now = \"{date}T{time}"))
    };
    text.split_inclusive('\n').map(|line| shifted(line).unwrap_or_else(|| line.to_owned())).collect()
}

/// Moves each token that starts with a date, and keeps everything between them.
fn shift_tokens(value: &str, separators: &[char], weeks: i64, out: &mut String) {
    for token in value.split_inclusive(separators) {
        match token.split_at_checked(8).and_then(|(date, rest)| Some((shift_date(date, weeks)?, rest))) {
            Some((date, rest)) => {
                out.push_str(&date);
                out.push_str(rest);
            }
            None => out.push_str(token),
        }
    }
}

/// `20261116` moved; none where it is no date.
fn shift_date(text: &str, weeks: i64) -> Option<String> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (year, rest) = text.split_at_checked(4)?;
    let (month, day) = rest.split_at_checked(2)?;
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    let date = date.checked_add(weeks.weeks()).ok()?;
    Some(format!("{:04}{:02}{:02}", date.year(), date.month(), date.day()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, weeks: i64, want: &str) {
        assert_eq!(shift(&format!("{line}\r\n"), weeks), format!("{want}\r\n"));
    }

    #[test]
    fn dates_move_and_wall_times_stay() {
        check("DTSTART;TZID=Europe/Berlin:20261116T100000", 1, "DTSTART;TZID=Europe/Berlin:20261123T100000");
        check("DTEND;VALUE=DATE:20261231", 1, "DTEND;VALUE=DATE:20270107");
        check("DTSTAMP:20261113T164000Z", -2, "DTSTAMP:20261030T164000Z");
        check(
            "RECURRENCE-ID;TZID=Europe/Berlin:20261119T083000",
            20,
            "RECURRENCE-ID;TZID=Europe/Berlin:20270408T083000",
        );
    }

    #[test]
    fn lists_periods_and_ends_of_rules_move() {
        check("EXDATE;TZID=X:20261116T100000,20261117T100000", 1, "EXDATE;TZID=X:20261123T100000,20261124T100000");
        check(
            "RDATE;VALUE=PERIOD:20261116T100000Z/20261116T110000Z",
            1,
            "RDATE;VALUE=PERIOD:20261123T100000Z/20261123T110000Z",
        );
        check(
            "RRULE:FREQ=DAILY;UNTIL=20261116T235959;INTERVAL=2",
            1,
            "RRULE:FREQ=DAILY;UNTIL=20261123T235959;INTERVAL=2",
        );
        check("RRULE:FREQ=WEEKLY;COUNT=20", 1, "RRULE:FREQ=WEEKLY;COUNT=20");
    }

    #[test]
    fn other_lines_stay() {
        for line in
            ["SUMMARY:20261116 is a date", "UID:20261116T100000@example.org", "DTSTART:soon", "DTSTART:2026é116"]
        {
            check(line, 5, line);
        }
        let zone = "BEGIN:VTIMEZONE\nDTSTART:19810329T020000\nEND:VTIMEZONE";
        check(zone, 5, zone);
    }

    #[test]
    fn the_sample_moves_to_the_week_of_any_day() {
        for (today, weeks) in
            [("2026-11-16", 0), ("2026-11-22", 0), ("2026-11-23", 1), ("2026-11-15", -1), ("2027-11-17", 52)]
        {
            assert_eq!(weeks_to(today.parse().unwrap()), weeks, "{today}");
        }
    }

    #[test]
    fn the_standing_clock_moves_too() {
        let config = include_str!("../../config/demo.toml");
        assert!(config.contains("\nnow = \"2026-11-16T07:30\"\n"));
        assert_eq!(shift_config(config, 7), config.replace("2026-11-16T07:30", "2027-01-04T07:30"));
    }
}
