//! Calendars from bare property lines, and occurrences as lines such as `2026-11-16T09:00+01:00/30m title`.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit, Zoned};
use seawall::calendar::event::{Occurrence, Status};
use seawall::calendar::expand::{Expanded, expand};
use seawall::calendar::ical::read;
use seawall::calendar::time::Span;
use seawall::calendar::week::midnight;
use seawall::calendar::zones::Zones;

/// A VCALENDAR of VEVENTs, separated by `---`. Blank lines and outer blanks do not count; an event without a
/// UID gets the UID `a`, so that what belongs together needs none.
pub(crate) fn calendar(events: &str) -> String {
    let mut out = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n".to_owned();
    for event in events.split("---") {
        let lines: Vec<&str> = event.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        out.push_str("BEGIN:VEVENT\r\n");
        if !lines.iter().any(|line| line.starts_with("UID")) {
            out.push_str("UID:a\r\n");
        }
        for line in lines {
            out.push_str(line);
            out.push_str("\r\n");
        }
        out.push_str("END:VEVENT\r\n");
    }
    out.push_str("END:VCALENDAR\r\n");
    out
}

/// A zone by its IANA name.
pub(crate) fn zone(name: &str) -> TimeZone {
    Zones::bundled().resolve(name).expect("a zone")
}

/// `2026-11-16..2026-11-23` from midnight to midnight in that zone, or two instants.
pub(crate) fn window(text: &str, tz: &TimeZone) -> Span {
    let (from, to) = text.split_once("..").expect("a window is written FROM..TO");
    let instant = |text: &str| match text.parse::<Timestamp>() {
        Ok(at) => at,
        Err(_) => midnight(text.parse::<Date>().expect("a date"), tz),
    };
    Span::new(instant(from), instant(to))
}

/// What a text holds in a window.
pub(crate) fn expanded(ics: &str, between: Span, tz: &TimeZone) -> Expanded {
    expand(&read(ics.as_bytes()).components, between, &Zones::bundled(), tz)
}

/// An occurrence as a line.
pub(crate) fn line(occurrence: &Occurrence, tz: &TimeZone) -> String {
    let start = Zoned::new(occurrence.span.start, tz.clone());
    let minutes = occurrence.span.minutes();
    let mut out = if occurrence.all_day {
        let end = Zoned::new(occurrence.span.end, tz.clone());
        let days = start.date().until((Unit::Day, end.date())).expect("dates").get_days();
        format!("{}/{days}d", start.date())
    } else if minutes % 60 == 0 && minutes > 0 {
        format!("{}/{}h", start.strftime("%Y-%m-%dT%H:%M%:z"), minutes / 60)
    } else {
        format!("{}/{minutes}m", start.strftime("%Y-%m-%dT%H:%M%:z"))
    };
    out.push(' ');
    out.push_str(&occurrence.details.title);
    if occurrence.details.status == Status::Cancelled {
        out.push_str(" (cancelled)");
    }
    if occurrence.uncertain.is_some() {
        out.push_str(" (uncertain)");
    }
    out
}
