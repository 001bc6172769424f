//! Blocks with what became of them, from iCalendar text: who took what, at what cost, how late, and what protects
//! the rest.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use seawall::calendar::CalendarId;
use seawall::calendar::time::Span;
use seawall::focus::arrival::{Cause, Glimpse, SightingKey, observe};
use seawall::focus::assess::{Assessment, History, Scene, assess};
use seawall::focus::block::blocks;
use seawall::focus::plan::{DesiredHold, HoldState};
use seawall::focus::sight::{Judged, Origin, Seen, Source, judge_all, view};

use crate::busy::wishes;
use crate::support::ics::{calendar, expanded, window};

/// Blocks on Monday and Wednesday from 9 to 12, work from 9 to 17.
const ROLES: &str = "[[role]]\nname = \"deep\"\n\
    blocks = [{ name = \"Morning\", days = \"mon,wed\", from = \"09:00\", to = \"12:00\" }]";

/// `UID mon 9:30-10:00 created 2026-11-01`, with lines after it, to VEVENTs.
fn event(uid: &str, day: u8, times: &str, lines: &str) -> String {
    let (from, to) = times.split_once('-').unwrap();
    let at = |time: &str| format!(";TZID=Europe/Berlin:202611{day}T{}00", time.replace(':', ""));
    let people = "ORGANIZER:mailto:bob@example.org\nATTENDEE;PARTSTAT=ACCEPTED:mailto:anna@example.org";
    format!("UID:{uid}\nSUMMARY:{uid}\nDTSTART{}\nDTEND{}\n{people}\n{lines}\n---\n", at(from), at(to))
}

struct Case {
    judged: Vec<Judged>,
    blocks: Vec<Assessment>,
}

fn assessed(events: &[String], history: &History, holds: &[DesiredHold]) -> Case {
    let policy = wishes(ROLES);
    let text = events.concat();
    let between = window("2026-11-09..2026-11-30", &policy.tz);
    let found = expanded(&calendar(text.trim().trim_end_matches("---")), between, &policy.tz).occurrences;
    let seen =
        found.into_iter().map(|(_, occurrence)| Seen { source: 0, occurrence, origin: Origin::Foreign }).collect();
    let sources = [Source {
        id: CalendarId { account: "a".to_owned(), calendar: "work".to_owned() },
        emails: vec!["anna@example.org".to_owned()],
        private: false,
        only_invited: false,
    }];
    let judged = judge_all(seen, &sources, &policy);
    let view =
        view(&judged, &policy, seawall::calendar::time::Span::new(jiff::Timestamp::MIN, jiff::Timestamp::MAX), None);
    let scene = Scene { policy: &policy, judged: &judged, sources: &sources, view: &view, history };
    let blocks = assess(scene, blocks(&policy, &view, &["2026-W47".parse().unwrap()]), holds);
    Case { judged, blocks }
}

/// Who took how much of Monday's and Wednesday's block: `standup 45 of cost 45`.
#[track_caller]
fn check(events: &[String], history: &History, expect: &[&str]) {
    let case = assessed(events, history, &[]);
    let line = |block: &Assessment| {
        let by = block.eroded_by.iter().map(|by| {
            format!("{} {} (cost {})", case.judged[by.judged].occurrence.details.title, by.minutes, by.focus_cost)
        });
        by.collect::<Vec<_>>().join(", ")
    };
    assert_eq!(case.blocks.iter().map(line).collect::<Vec<_>>(), expect);
    for block in &case.blocks {
        assert_eq!(block.eroded_by.iter().map(|by| by.minutes).sum::<i64>(), block.eroded);
    }
}

fn none() -> History {
    BTreeMap::new()
}

#[test]
fn the_one_created_first_is_charged_first() {
    // Together they leave nothing between 9:00 and 12:15; either alone would leave two hours or more.
    let a = event("a", 16, "09:00-09:30", "CREATED:20261101T090000Z");
    let b = event("b", 16, "11:00-12:00", "CREATED:20261102T090000Z");
    let lunch = event("lunch", 16, "13:00-16:45", "CREATED:20200101T090000Z");
    let both = [a.clone(), b.clone(), lunch.clone()];
    check(&both, &none(), &["a 45 (cost 120), b 135 (cost 195)", ""]);
    let later = event("a", 16, "09:00-09:30", "CREATED:20261103T090000Z");
    check(&[later, b.clone(), lunch.clone()], &none(), &["b 60 (cost 195), a 120 (cost 120)", ""]);
    let stamped = event("a", 16, "09:00-09:30", "DTSTAMP:20261103T090000Z");
    check(&[stamped, b.clone(), lunch.clone()], &none(), &["b 60 (cost 195), a 120 (cost 120)", ""]);
    // CREATED counts, whatever the stamp says.
    let both_stamps = event("a", 16, "09:00-09:30", "CREATED:20261101T090000Z\nDTSTAMP:20261103T090000Z");
    check(&[both_stamps, b, lunch], &none(), &["a 45 (cost 120), b 135 (cost 195)", ""]);
}

#[test]
fn ties_go_by_uid_and_start() {
    let at_once = |uid: &str, times: &str| event(uid, 16, times, "CREATED:20261101T090000Z");
    let lunch = event("lunch", 16, "13:00-16:45", "CREATED:20200101T090000Z");
    let (early, late) = ("09:00-09:30", "11:00-12:00");
    check(
        &[at_once("b", early), at_once("a", late), lunch.clone()],
        &none(),
        &["a 60 (cost 195), b 120 (cost 120)", ""],
    );
    check(&[at_once("a", early), at_once("b", late), lunch], &none(), &["a 45 (cost 120), b 135 (cost 195)", ""]);
}

#[test]
fn a_changed_instance_has_its_own_creation() {
    let series = event("s", 16, "09:00-09:30", "CREATED:20250101T090000Z\nRRULE:FREQ=WEEKLY;COUNT=2");
    let lunch = event("lunch", 16, "13:00-16:45", "CREATED:20200101T090000Z");
    let between = event("b", 16, "11:00-12:00", "CREATED:20261102T090000Z");
    check(&[series.clone(), between.clone(), lunch.clone()], &none(), &["s 45 (cost 120), b 135 (cost 195)", ""]);
    let id = "RECURRENCE-ID;TZID=Europe/Berlin:20261116T090000\nCREATED:20261103T090000Z";
    let changed = event("s", 16, "09:00-09:30", id);
    check(&[series, changed, between, lunch], &none(), &["b 60 (cost 195), s 120 (cost 120)", ""]);
}

fn moved(uid: &str, from: Span, to: Span, at: Timestamp) -> History {
    let glimpse = |span| Glimpse { span, busy: true, cancelled: false };
    let first = observe(None, glimpse(from), at - SignedDuration::from_hours(24));
    let calendar = CalendarId { account: "a".to_owned(), calendar: "work".to_owned() };
    let key = SightingKey { calendar, uid: uid.to_owned(), recurrence_id: None };
    BTreeMap::from([(key, observe(Some(&first), glimpse(to), at))])
}

#[test]
fn what_moved_came_when_it_was_seen_there() {
    let a = event("a", 16, "09:00-09:30", "CREATED:20261101T090000Z");
    let b = event("b", 16, "11:00-12:00", "CREATED:20261102T090000Z");
    let lunch = event("lunch", 16, "13:00-16:45", "CREATED:20200101T090000Z");
    let here = Span::new("2026-11-16T08:00:00Z".parse().unwrap(), "2026-11-16T08:30:00Z".parse().unwrap());
    let there = Span::new("2026-11-17T08:00:00Z".parse().unwrap(), "2026-11-17T08:30:00Z".parse().unwrap());
    let history = moved("a", there, here, "2026-11-14T08:00:00Z".parse().unwrap());
    let events = [a, b, lunch];
    check(&events, &history, &["b 60 (cost 195), a 120 (cost 120)", ""]);
    let case = assessed(&events, &history, &[]);
    let causes: Vec<_> = case.blocks[0].eroded_by.iter().map(|by| (by.cause, by.lead)).collect();
    let days = |days: i64| Some(days * 24 * 60);
    assert_eq!(causes, [(Cause::New, days(14).map(|lead| lead + 60)), (Cause::Moved, days(2))]);
}

#[test]
fn nothing_tells_when_it_came() {
    let case = assessed(&[event("a", 16, "09:00-09:30", "")], &none(), &[]);
    assert_eq!(case.blocks[0].eroded_by[0].lead, None);
}

#[test]
fn what_costs_nothing_is_not_named() {
    let first = event("a", 16, "09:00-12:00", "CREATED:20261101T090000Z");
    let under_it = event("b", 16, "10:00-11:00", "CREATED:20261102T090000Z");
    let afternoon = event("c", 16, "14:00-15:00", "CREATED:20261103T090000Z");
    check(&[first, under_it, afternoon], &none(), &["a 180 (cost 165)", ""]);
}

#[test]
fn a_cost_counts_over_every_day_it_touches() {
    // From Monday 16:00 to Wednesday 10:00: an hour, a day and an hour with the recovery.
    let long = "UID:a\nSUMMARY:a\nDTSTART;TZID=Europe/Berlin:20261116T160000\nDTEND;TZID=Europe/Berlin:20261118T100000\n\
                TRANSP:OPAQUE\nORGANIZER:mailto:bob@example.org\n---\n";
    check(&[long.to_owned()], &none(), &["", "a 75 (cost 615)"]);
}

#[test]
fn protected_is_what_nothing_busy_overlaps() {
    let minutes = |events: &[String], holds: &[&str]| {
        let hold = |times: &&str| {
            let (from, to) = times.split_once('/').unwrap();
            let span = Span::new(from.parse().unwrap(), to.parse().unwrap());
            let week = "2026-W47".parse().unwrap();
            let state = HoldState::Planned;
            DesiredHold {
                role: Some(0),
                week,
                span,
                busy: true,
                state,
                existing: None,
                block: None,
                why: String::new(),
            }
        };
        let holds: Vec<DesiredHold> = holds.iter().map(hold).collect();
        assessed(events, &none(), &holds).blocks[0].protected
    };
    let morning = "2026-11-16T08:00:00Z/2026-11-16T11:30:00Z";
    assert_eq!(minutes(&[], &[]), 0);
    assert_eq!(minutes(&[], &[morning]), 180);
    assert_eq!(minutes(&[event("a", 16, "10:00-10:30", "")], &[morning]), 150);
    let own = event("Focus", 16, "09:00-10:00", "").replace("bob", "anna");
    assert_eq!(minutes(std::slice::from_ref(&own), &[]), 60);
    assert_eq!(minutes(std::slice::from_ref(&own), &["2026-11-16T08:30:00Z/2026-11-16T10:00:00Z"]), 120);
    assert_eq!(minutes(&[own, event("a", 16, "09:30-11:00", "")], &[]), 30);
}

#[test]
fn threats_are_listed_and_take_nothing() {
    let open = |times| event("a", 16, times, "").replace("ACCEPTED", "NEEDS-ACTION");
    let case = assessed(&[open("11:00-13:00"), event("c", 16, "15:00-16:00", "")], &none(), &[]);
    assert_eq!((case.blocks[0].eroded, &case.blocks[0].threats[..]), (0, &[0][..]));
    let beside = assessed(&[open("12:00-13:00")], &none(), &[]);
    assert!(beside.blocks[0].threats.is_empty());
}
