//! What hostile rules may cost: nobody else's events, and never more than a bounded number of instances.

use seawall::calendar::expand::{INSTANCES_MAX, SERIES_INSTANCES_MIN, expand};
use seawall::calendar::ical::read;
use seawall::calendar::zones::Zones;

use crate::support::ics::{calendar, expanded, window, zone};

#[test]
fn ten_thousand_hostile_rules_end_in_warnings_and_leave_the_first_instances() {
    let event =
        |index: usize| format!("UID:{index}\nSUMMARY:x\nDTSTART:20261116T090000\nDURATION:PT1S\nRRULE:FREQ=SECONDLY");
    let events: Vec<String> = (0..10_000).map(event).collect();
    let tz = zone("Europe/Berlin");
    let found = expanded(&calendar(&events.join("\n---\n")), window("2026-11-16..2026-11-30", &tz), &tz);
    assert!(found.occurrences.len() >= 10_000, "each is there");
    assert!(found.occurrences.len() <= 10_000 * SERIES_INSTANCES_MIN + INSTANCES_MAX, "{}", found.occurrences.len());
    assert!(found.occurrences.iter().all(|(_, occurrence)| occurrence.uncertain.is_some()));
    assert_eq!(found.warnings.first().unwrap(), "`x`: the rule has too many instances; only its first ones are known");
    assert!(found.warnings.len() <= 101, "{}", found.warnings.len());
}

#[test]
fn rules_that_never_end_cost_other_events_of_the_calendar_nothing() {
    let endless = |uid: &str, rule: &str| {
        format!("BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTART:19000101T000000Z\r\n{rule}\r\nEND:VEVENT\r\n")
    };
    let mut text = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n");
    for n in 0..40 {
        text += &endless(&format!("a{n}"), "RRULE:FREQ=DAILY\r\nEXRULE:FREQ=SECONDLY");
        text += &endless(&format!("b{n}"), "RRULE:FREQ=SECONDLY");
    }
    text += "BEGIN:VEVENT\r\nUID:z\r\nSUMMARY:Weekly team\r\nDTSTART:20260105T080000Z\r\nDURATION:PT4H\r\nRRULE:FREQ=WEEKLY\r\nEND:VEVENT\r\n";
    text += "END:VCALENDAR\r\n";
    let tz = zone("Europe/Berlin");
    let parsed = read(text.as_bytes());
    let found = expand(&parsed.components, window("2026-11-21..2026-12-20", &tz), &Zones::bundled(), &tz);
    let team = found.occurrences.iter().filter(|(_, one)| one.details.title == "Weekly team");
    let certain: Vec<bool> = team.map(|(_, one)| one.uncertain.is_none()).collect();
    assert_eq!(certain, [true; 4]);
}
