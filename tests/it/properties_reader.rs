//! Laws of the reader and the writer that hold for any input.

use std::collections::BTreeSet;

use jiff::civil::{DateTime, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use proptest::prelude::*;
use seawall::calendar::expand::expand;
use seawall::calendar::ical::read;
use seawall::calendar::own::{OwnEvent, When, patch, render};
use seawall::calendar::time::Span;
use seawall::calendar::zones::Zones;

use crate::support::ics::{calendar, expanded, line, zone};

fn cases(count: u32) -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(count) }
}

fn day(text: &str) -> impl Strategy<Value = String> + use<> {
    prop::sample::subsequence(text.split(' ').map(str::to_owned).collect::<Vec<_>>(), 1..=3)
        .prop_map(|days| days.join(","))
}

/// Rules as people have them, without COUNT and UNTIL.
fn rule() -> impl Strategy<Value = String> {
    let week_days = || day("MO TU WE TH FR SA SU");
    let body = prop_oneof![
        Just("FREQ=DAILY".to_owned()),
        week_days().prop_map(|days| format!("FREQ=DAILY;BYDAY={days}")),
        week_days().prop_map(|days| format!("FREQ=WEEKLY;BYDAY={days}")),
        Just("FREQ=WEEKLY".to_owned()),
        week_days().prop_map(|days| format!("FREQ=WEEKLY;BYDAY={days};BYSETPOS=-1")),
        Just("FREQ=MONTHLY".to_owned()),
        day("1MO 2TU -1FR 3WE -2SU 5MO").prop_map(|days| format!("FREQ=MONTHLY;BYDAY={days}")),
        day("1 15 29 30 31 -1 -3").prop_map(|days| format!("FREQ=MONTHLY;BYMONTHDAY={days}")),
        Just("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1".to_owned()),
        Just("FREQ=YEARLY".to_owned()),
        day("1MO -1SU 2TH").prop_map(|days| format!("FREQ=YEARLY;BYMONTH=3,10;BYDAY={days}")),
        Just("FREQ=HOURLY;INTERVAL=6".to_owned()),
    ];
    (body, prop_oneof![4 => Just(1), 2 => Just(2), 1 => 3..7_u8], prop_oneof!["", ";WKST=SU", ";WKST=SA"]).prop_map(
        |(body, interval, week_start)| {
            if body.contains("INTERVAL") { body } else { format!("{body};INTERVAL={interval}{week_start}") }
        },
    )
}

fn start() -> impl Strategy<Value = DateTime> {
    let first = date(2000, 1, 1);
    (0..9_500_i64, 0..96_i8)
        .prop_map(move |(days, quarter)| (first + days.days()).at(quarter / 4, quarter % 4 * 15, 0, 0))
}

/// A series in one of three zones, with exceptions and a moved instance, beside a few single events.
fn some_calendar() -> impl Strategy<Value = String> {
    let tz = prop_oneof![Just(";TZID=Europe/Berlin"), Just(";TZID=America/New_York"), Just("")];
    let length = prop_oneof![Just("PT30M"), Just("PT0S"), Just("P1D"), Just("PT26H"), Just("P3DT2H")];
    (rule(), start(), tz, length, 0..400_i64, prop::bool::ANY, start()).prop_map(
        |(rule, start, tz, length, skip, is_all_day, single)| {
            let instance = start + skip.days();
            let (form, kind) = if is_all_day { ("%Y%m%d", ";VALUE=DATE") } else { ("%Y%m%dT%H%M%S", tz) };
            let (start, instance) = (start.strftime(form), instance.strftime(form));
            calendar(&format!(
                "SUMMARY:series\nDTSTART{kind}:{start}\nDURATION:{length}\nRRULE:{rule}\nEXDATE{kind}:{instance}\n---\n\
                 SUMMARY:moved\nRECURRENCE-ID{kind}:{start}\nDTSTART{tz}:{0}\nDURATION:PT1H\n---\n\
                 UID:s\nSUMMARY:single\nDTSTART:{0}Z\nDURATION:{length}",
                single.strftime("%Y%m%dT%H%M%S")
            ))
        },
    )
}

fn instant(at: DateTime) -> Timestamp {
    TimeZone::UTC.to_timestamp(at).unwrap()
}

/// Reads and places whatever the bytes hold.
fn digest(body: &[u8]) {
    let parsed = read(body);
    let around = Span::new("2026-11-01T00:00:00Z".parse().unwrap(), "2026-12-01T00:00:00Z".parse().unwrap());
    let found = expand(&parsed.components, around, &Zones::bundled(), &zone("Europe/Berlin"));
    let order: Vec<_> = found.occurrences.iter().map(|(_, one)| (one.span.start, one.span.end)).collect();
    assert!(order.is_sorted());
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn no_bytes_panic(body in prop::collection::vec(any::<u8>(), 0..400)) {
        digest(&body);
        patch(&body, &own("t", "d", 0, 30), Timestamp::UNIX_EPOCH);
    }

    #[test]
    fn no_property_values_panic(
        start in "[0-9TZ:;=A-Z-]{0,16}", end in "-?P[0-9TWDHMS]{0,24}", rule in "FREQ=[A-Z]{5,8};[A-Z0-9,=;+-]{0,40}",
        date in "[0-9]{8}(T[0-9]{6}Z?)?(/P[0-9TWDHMS]{0,12})?",
    ) {
        for start in [start.as_str(), "20261116T090000"] {
            digest(calendar(&format!("DTSTART:{start}\nDURATION:{end}\nRRULE:{rule}\nRDATE:{date}\nEXDATE:{date}")).as_bytes());
        }
        digest(calendar(&format!("DTSTART:{date}\nDTEND:{date}\nDURATION:{end}\nRRULE:FREQ=DAILY;UNTIL={date}")).as_bytes());
    }

    #[test]
    fn mutated_calendars_do_not_panic(
        ics in some_calendar(), edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..12),
    ) {
        let mut body = ics.into_bytes();
        for (at, byte, kind) in edits {
            let at = at.index(body.len());
            match kind {
                0 => body[at] = byte,
                1 => body.insert(at, byte),
                _ => drop(body.drain(at..(at + usize::from(byte)).min(body.len() - 1).max(at))),
            }
        }
        digest(&body);
    }

    #[test]
    fn a_window_is_the_union_of_its_parts(ics in some_calendar(), from in start(), one in 0..60_i64, two in 0..60_i64) {
        let tz = zone("Europe/Berlin");
        let [a, b, c] = [from, from + one.days(), from + (one + two).days()].map(instant);
        let texts = |from, to| -> BTreeSet<String> {
            expanded(&ics, Span::new(from, to), &tz).occurrences.iter().map(|(_, it)| format!("{} {:?}", line(it, &tz), it.recurrence_id)).collect()
        };
        let both: BTreeSet<String> = texts(a, b).union(&texts(b, c)).cloned().collect();
        prop_assert_eq!(texts(a, c), both);
    }

    #[test]
    fn occurrences_are_sorted_once_and_in_the_window(ics in some_calendar(), from in start(), days in 1..60_i64) {
        let tz = zone("America/New_York");
        let around = Span::new(instant(from), instant(from + days.days()));
        let found = expanded(&ics, around, &tz).occurrences;
        prop_assert!(found.iter().all(|(_, it)| it.uncertain.is_none()));
        prop_assert!(found.is_sorted_by_key(|(index, it)| (it.span.start, it.span.end, *index)));
        prop_assert!(found.iter().all(|(_, it)| it.span.start < around.end && (it.span.end > around.start || it.span.is_empty())));
        let ids: BTreeSet<_> = found.iter().map(|(_, it)| (it.details.uid.clone(), it.recurrence_id)).collect();
        prop_assert_eq!(ids.len(), found.len());
    }

    #[test]
    fn wall_time_stays_across_dst_changes(days in day("MO TU WE TH FR SA SU"), start in start(), from in start()) {
        // Not between 1 and 4, where a time may be skipped.
        let start = start.date().at(start.hour() % 12 + 8, start.minute(), 0, 0);
        let tz = zone("America/New_York");
        let ics = calendar(&format!(
            "DTSTART;TZID=America/New_York:{}\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;BYDAY={days}", start.strftime("%Y%m%dT%H%M%S")
        ));
        let around = Span::new(instant(from), instant(from + 300.days()));
        for (_, it) in expanded(&ics, around, &tz).occurrences {
            prop_assert_eq!(tz.to_datetime(it.span.start).time(), start.time());
            prop_assert_eq!(it.span.minutes(), 60);
        }
    }
}

proptest! {
    #![proptest_config(cases(600))]

    #[test]
    fn what_is_written_reads_back(title in "\\PC{0,80}", text in "(\\PC|\n){0,400}", from in 0..90_000_i64, minutes in 0..600_i64) {
        let event = own(&title, &text, from, minutes);
        let parsed = read(&render(&event, Timestamp::UNIX_EPOCH));
        prop_assert_eq!(parsed.warnings, []);
        let component = &parsed.components[0];
        prop_assert_eq!(When::Timed(component.span(&Zones::bundled(), &zone("Europe/Berlin"))), event.when);
        let kept = |text: &str| text.replace(['<', '>', '&'], "").chars().filter(|char| *char == '\n' || !char.is_control()).collect::<String>();
        prop_assert_eq!(&component.details.title, &kept(&title).trim().to_owned());
        prop_assert_eq!(&component.details.text, &kept(&text));
        prop_assert_eq!(component.details.marker.as_deref(), Some("v1 k"));
    }

    #[test]
    fn a_patch_keeps_all_other_lines_and_says_what_a_new_object_says(
        lines in prop::collection::vec("(X-[A-Z]{1,5}|CATEGORIES|ATTACH|COLOR)(;P=\"?[a-z:;]{0,9}\"?)?:\\PC{0,60}(\r\n \\PC{0,9})?\r?\n", 0..8),
        title in "\\PC{0,80}",
    ) {
        let old = String::from_utf8(render(&own("Old", "old", 0, 60), Timestamp::UNIX_EPOCH)).unwrap();
        let body = old.replace("END:VEVENT", &format!("{}END:VEVENT", lines.concat()));
        let new = own(&title, "new", 600, 90);
        let patched = patch(body.as_bytes(), &new, Timestamp::UNIX_EPOCH + 1.hour()).unwrap();
        let text = String::from_utf8(patched.clone()).unwrap();
        let mut rest = text.as_str();
        for kept in &lines {
            let at = rest.find(kept.as_str());
            prop_assert!(at.is_some(), "{:?} in {:?}", kept, text);
            rest = &rest[at.unwrap() + kept.len()..];
        }
        let (read_back, fresh) = (read(&patched), read(&render(&new, Timestamp::UNIX_EPOCH + 1.hour())));
        let (one, two) = (&read_back.components[0], &fresh.components[0]);
        prop_assert_eq!((&one.details.title, &one.details.text, &one.start, &one.end), (&two.details.title, &two.details.text, &two.start, &two.end));
        prop_assert_eq!((one.sequence, &one.details.marker), (1, &two.details.marker));
        // Nothing is left to change but the sequence and the stamps.
        let again = String::from_utf8(patch(&patched, &new, Timestamp::UNIX_EPOCH + 1.hour()).unwrap()).unwrap();
        prop_assert_eq!(again.replace("SEQUENCE:2", "SEQUENCE:1"), text);
    }
}

fn own(title: &str, text: &str, from: i64, minutes: i64) -> OwnEvent {
    let start = Timestamp::UNIX_EPOCH + from.minutes();
    OwnEvent {
        uid: "sea0abc".to_owned(),
        title: title.to_owned(),
        text: text.to_owned(),
        place: String::new(),
        when: When::Timed(Span::new(start, start + minutes.minutes())),
        busy: true,
        private: true,
        color: None,
        strict: false,
        marker: "v1 k".to_owned(),
    }
}
