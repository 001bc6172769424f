//! A large calendar as a vdir holds it: ten years of events as texts, a series with its exceptions in each.
//! The same seed gives the same texts.

use std::fmt::Write as _;

use fastrand::Rng;
use jiff::ToSpan as _;
use jiff::civil::Date;

/// VEVENTs in all.
pub(crate) const EVENTS: usize = 10_000;
/// Recurring series among them.
pub(crate) const SERIES: usize = 300;

const PEOPLE: [&str; 12] =
    ["bob", "carla", "dmitri", "eve", "farid", "grace", "hana", "ivan", "judy", "ken", "lea", "mona"];
const TITLES: [&str; 8] =
    ["Stand-up", "1:1 Bob", "Staff meeting", "Planning", "Design review", "Demo", "Retro", "Sync"];

/// `EVENTS` events of the ten years before `today` and some weeks after it, an object each; the series began
/// `years` ago.
pub(crate) fn objects(years: i64, today: Date) -> Vec<String> {
    let rng = &mut Rng::with_seed(57);
    let mut events = 0;
    let mut out = Vec::with_capacity(EVENTS);
    for index in 0..SERIES {
        let (text, count) = series(rng, index, years, today);
        events += count;
        out.push(text);
    }
    let single = (events..EVENTS).map(|index| {
        let date = today.saturating_add(rng.i64(-3650..60).days());
        wrap(&event(rng, &format!("single-{index}@example.org"), date, TITLES[index % TITLES.len()], ""))
    });
    out.extend(single);
    out
}

/// A series with what was changed of it, and how many events that is. Every fifth is still running.
fn series(rng: &mut Rng, index: usize, years: i64, today: Date) -> (String, usize) {
    let weekday = rng.i64(0..5);
    let monday = today.saturating_sub(i64::from(today.weekday().to_monday_zero_offset()).days());
    let first = monday.saturating_sub((years * 52 * 7).days()).saturating_add(weekday.days());
    let rule = match index % 20 {
        0 => "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR".to_owned(),
        1..=4 => "FREQ=WEEKLY;INTERVAL=2".to_owned(),
        5 | 6 => format!("FREQ=MONTHLY;BYDAY={}{}", rng.i64(1..4), DAYS[weekday as usize]),
        7 => "FREQ=WEEKLY;COUNT=40".to_owned(),
        _ => format!("FREQ=WEEKLY;BYDAY={}", DAYS[weekday as usize]),
    };
    let until = today.saturating_sub(rng.i64(60..years * 365).days());
    let end = if index.is_multiple_of(5) || rule.contains("COUNT") {
        String::new()
    } else {
        format!(";UNTIL={}T220000Z", compact(until))
    };
    let mut extra = format!("RRULE:{rule}{end}\r\n");
    let week = |n: i64| first.saturating_add((n * 14).days());
    let weeks = years * 26;
    for _ in 0..rng.usize(0..4) {
        let _ = write!(extra, "EXDATE;TZID=Europe/Berlin:{}T100000\r\n", compact(week(rng.i64(0..weeks))));
    }
    let uid = format!("series-{index}@example.org");
    let title = TITLES[index % TITLES.len()];
    let mut text = event(rng, &uid, first, title, &extra);
    let changed = rng.usize(0..6);
    for _ in 0..changed {
        let original = week(rng.i64(0..weeks));
        let id = format!("RECURRENCE-ID;TZID=Europe/Berlin:{}T100000\r\n", compact(original));
        text += &event(rng, &uid, original.saturating_add(1.days()), title, &id);
    }
    (wrap(&text), changed + 1)
}

const DAYS: [&str; 5] = ["MO", "TU", "WE", "TH", "FR"];

fn compact(date: Date) -> String {
    date.strftime("%Y%m%d").to_string()
}

fn event(rng: &mut Rng, uid: &str, date: Date, title: &str, extra: &str) -> String {
    let (hour, minute, length) = (rng.u8(8..17), 15 * rng.u8(0..4), 15 * rng.u16(1..7));
    let mut out = format!(
        "BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260101T120000Z\r\nCREATED:20250101T120000Z\r\nSEQUENCE:1\r\n\
         DTSTART;TZID=Europe/Berlin:{}T{hour:02}{minute:02}00\r\nDURATION:PT{length}M\r\nSUMMARY:{title}\r\n{extra}",
        compact(date)
    );
    out += "DESCRIPTION:Agenda\\, notes and the link to the call: https://meet.example.org/abc-d\r\n efg-hij\\n\\n\
            Please add what you want to speak about to the document before noon.\r\n";
    let people = rng.usize(0..6);
    if people > 0 {
        out += "ORGANIZER;CN=Bob:mailto:bob@example.org\r\n";
        out += "ATTENDEE;CN=Anna;PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT:mailto:anna@example.org\r\n";
    }
    for person in PEOPLE.iter().cycle().skip(rng.usize(0..12)).take(people) {
        let _ =
            write!(out, "ATTENDEE;CN={person};PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT:mailto:{person}@example.org\r\n");
    }
    out += "LOCATION:Room 4.01\r\nTRANSP:OPAQUE\r\nSTATUS:CONFIRMED\r\nEND:VEVENT\r\n";
    out
}

fn wrap(events: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example//EN\r\n{events}END:VCALENDAR\r\n")
}
