//! Events far from the weeks that count are not kept while a calendar is read: what comes out must be the same as if all
//! of them were.

use std::rc::Rc;

use fastrand::Rng;
use seawall::calendar::CalendarId;
use seawall::calendar::event::Occurrence;
use seawall::calendar::expand::expand;
use seawall::calendar::ical;
use seawall::calendar::time::Span;
use seawall::config::settings::CalendarUse;
use seawall::cycle::fetch::Fetched;
use seawall::cycle::read::{Lens, sort};
use seawall::provider::{Etag, Object};

use crate::support::world::zones;

const CALENDARS: u64 = 1000;

/// An event in or out of the weeks that count; several share a UID, as versions and changed instances do.
fn event(rng: &mut Rng) -> String {
    let pick = |rng: &mut Rng, from: &[&str]| from[rng.usize(..from.len())].to_owned();
    let uid = pick(rng, &["a", "b", "c", "d", "e", "f"]);
    let day = pick(rng, &["20200106", "20261116", "20261117", "20261118", "20300107"]);
    let start = match rng.u32(..6) {
        0 => format!(";VALUE=DATE:{day}"),
        1 => format!(";TZID=Nowhere/Land:{day}T090000"),
        2 => format!(":{day}T090000Z"),
        _ => format!(";TZID=Europe/Berlin:{day}T090000"),
    };
    let more = match rng.u32(..8) {
        0 | 1 => "RECURRENCE-ID;TZID=Europe/Berlin:20261117T090000\r\n".to_owned(),
        2 => "RRULE:FREQ=DAILY;COUNT=3\r\n".to_owned(),
        3 => "DTEND;TZID=Europe/Berlin:20261117T120000\r\n".to_owned(),
        _ => String::new(),
    };
    let sequence = rng.u32(..3);
    format!(
        "BEGIN:VEVENT\r\nUID:{uid}\r\nSEQUENCE:{sequence}\r\nSUMMARY:{uid}{sequence}\r\nDTSTART{start}\r\n{more}END:VEVENT\r\n"
    )
}

fn fetched(texts: &[String]) -> Fetched {
    let id = CalendarId { account: "main".to_owned(), calendar: "work".to_owned() };
    let object = |(number, text): (usize, &String)| Object {
        href: format!("{number:02}.ics"),
        etag: Etag(String::new()),
        body: text.as_bytes().into(),
    };
    Fetched {
        calendar: CalendarUse { id, read: true, hold: true, private: false, only_invited: Some(false) },
        objects: Some(Rc::new(texts.iter().enumerate().map(object).collect())),
        emails: Vec::new(),
        owned: None,
        incomplete: false,
        needs_login: false,
        warnings: Vec::new(),
        clock_doubt: None,
    }
}

/// What is compared of an occurrence.
fn shown(one: &Occurrence) -> String {
    format!("{} {:?} {:?} {:?}", one.details.title, one.span, one.recurrence_id, one.uncertain)
}

#[test]
fn events_far_away_change_nothing_by_not_being_kept() {
    let tz = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
    let at = |text: &str| text.parse().unwrap();
    let window = Span::new(at("2026-11-16T00:00:00Z"), at("2026-11-30T00:00:00Z"));
    let lens = Lens { zones: zones(), tz: &tz, window };
    let mut near_by_far = 0;
    for seed in 0..CALENDARS {
        let rng = &mut Rng::with_seed(seed);
        let texts: Vec<String> = (0..rng.usize(1..7))
            .map(|_| format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}END:VCALENDAR\r\n", event(rng)))
            .collect();
        let parsed: Vec<_> = texts.iter().map(|text| ical::read(text.as_bytes())).collect();
        let of_texts: usize = parsed.iter().map(|one| one.warnings.len()).sum();
        let all: Vec<_> = parsed.into_iter().flat_map(|one| one.components).collect();
        let expected = expand(&all, window, zones(), &tz);
        let input = sort(&[fetched(&texts)], lens);
        let (found, wanted): (Vec<String>, Vec<String>) = (
            input.seen.iter().map(|seen| shown(&seen.occurrence)).collect(),
            expected.occurrences.iter().map(|(_, one)| shown(one)).collect(),
        );
        assert_eq!(found, wanted, "seed {seed}: {texts:#?}");
        let warned: Vec<String> = input.warnings.iter().map(ToString::to_string).collect();
        for warning in &expected.warnings {
            assert!(warned.iter().any(|one| one.contains(warning.as_str())), "seed {seed}: {warning:?} in {warned:?}");
        }
        assert_eq!(warned.len(), of_texts + expected.warnings.len(), "seed {seed}: {warned:?}");
        let files: Vec<&str> = input.seen.iter().filter_map(|one| one.occurrence.provenance.file.as_deref()).collect();
        let own = |(index, _): &(usize, Occurrence)| format!("{index:02}.ics");
        assert_eq!(files, expected.occurrences.iter().map(own).collect::<Vec<_>>(), "seed {seed}");
        near_by_far += usize::from(expected.occurrences.len() < all.len());
    }
    assert!(near_by_far > 300, "too few calendars have events of both kinds: {near_by_far}");
}
