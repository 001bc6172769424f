//! How fast iCalendar text is read, beside two other readers and on the same text: `cargo bench --bench reading`.
//! What each of them does with it: seawall keeps events with times, rules and people; calcard all components and
//! properties with typed values; icalendar's parser only the tree of names and texts.

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use calcard::icalendar::ICalendar;
use seawall::calendar::ical::read;

const EVENTS: usize = 10_000;
const ROUNDS: usize = 15;

/// Ten thousand events as servers keep them: folded lines, UTF-8, quoted parameters, X-properties, alarms.
fn text() -> String {
    let mut out = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//seawall//bench//EN\r\nX-WR-CALNAME:Arbeit\r\n\
        BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nBEGIN:DAYLIGHT\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\n\
        DTSTART:19810329T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\n\
        BEGIN:STANDARD\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nDTSTART:19961027T030000\r\n\
        RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
        .to_owned();
    for index in 0..EVENTS {
        let (month, day, hour) = (index % 12 + 1, index % 28 + 1, index % 9 + 8);
        let _ = write!(
            out,
            "BEGIN:VEVENT\r\nUID:{index:08}-4f1c-9d2e@example.org\r\nDTSTAMP:20261101T120000Z\r\nCREATED:20261001T080000Z\r\n\
             DTSTART;TZID=Europe/Berlin:2026{month:02}{day:02}T{hour:02}0000\r\n\
             DTEND;TZID=Europe/Berlin:2026{month:02}{day:02}T{hour:02}4500\r\n\
             SUMMARY:Besprechung {index}: Größe\\, Umfang und der Rest der langen Überschrift\r\n  die gefaltet werden muss\r\n\
             DESCRIPTION:Erste Zeile\\nZweite Zeile mit einem Link https://example.org/{index}/a/b/c\r\n  ?d=e&f=g und noch mehr\
             \\, damit die Zeile gefaltet wird\\nDritte Zeile\r\n\
             LOCATION:Raum {hour}\\, Haus 3\r\nSTATUS:CONFIRMED\r\nTRANSP:OPAQUE\r\nSEQUENCE:{hour}\r\n\
             ORGANIZER;CN=\"Doe, Jane\":mailto:jane@example.org\r\n\
             ATTENDEE;CN=\"Roe; Richard\";ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=TRUE:mail\r\n to:richard@example.org\r\n\
             ATTENDEE;CN=Ann;PARTSTAT=NEEDS-ACTION:mailto:ann@example.org\r\n\
             X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC\r\nX-MOZ-GENERATION:3\r\n"
        );
        if index % 4 == 0 {
            out.push_str("RRULE:FREQ=WEEKLY;BYDAY=MO,WE,FR;UNTIL=20271231T225959Z\r\n");
        }
        out.push_str(
            "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nDESCRIPTION:Gleich\r\nEND:VALARM\r\nEND:VEVENT\r\n",
        );
    }
    out.push_str("END:VCALENDAR\r\n");
    out
}

/// The best of some rounds: what else the machine does only makes it slower.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn best<T>(mut work: impl FnMut() -> T) -> Duration {
    let round = |_| {
        let started = Instant::now();
        black_box(work());
        started.elapsed()
    };
    (0..ROUNDS).map(round).min().unwrap_or_default()
}

#[expect(clippy::print_stdout, reason = "the table is the result")]
fn main() {
    let text = text();
    let calcard_events =
        |text: &str| ICalendar::parse(text).map(|calendar| calendar.components.len()).unwrap_or_default();
    let tree = |text: &str| {
        let unfolded = icalendar::parser::unfold(text);
        icalendar::parser::read_calendar_simple(&unfolded).map(|components| components.len()).unwrap_or_default()
    };
    assert_eq!(read(text.as_bytes()).components.len(), EVENTS);
    assert!(calcard_events(&text) > EVENTS && tree(&text) == 1);
    let rows = [
        ("seawall", best(|| read(text.as_bytes()))),
        ("calcard", best(|| ICalendar::parse(text.as_str()))),
        ("icalendar", best(|| tree(&text))),
    ];
    println!("{EVENTS} events, {} kB, best of {ROUNDS}", text.len() / 1000);
    println!("{:<10} {:>8} {:>8}", "reader", "ms", "MB/s");
    for (name, took) in rows {
        // Bytes in a microsecond are megabytes in a second.
        println!("{name:<10} {:>8.1} {:>8}", took.as_secs_f64() * 1e3, text.len() as u128 / took.as_micros().max(1));
    }
}
