//! Whole cycles on the fake service: what they cost, and that the life of a hold is what it is on any other provider,
//! although names of deleted events stay taken.

use seawall::cycle::outcome::Outcome;
use seawall::cycle::run::{Consent, Mode, cycle};
use serde_json::{Value, json};

use super::{ANNA, SCOPES, Stage, timed, with};
use crate::support::google::{Fault, Google, Problem, Role};
use crate::support::world::{World, zones};

const WORK: &str = "work@group.calendar.google.com";
const PRIVATE: &str = "private@group.calendar.google.com";

/// The world of the rules with its calendars at Google.
struct There {
    world: World,
    stage: Stage,
}

impl There {
    fn new() -> Self {
        let google = Google::start(ANNA);
        google.with(|state| {
            state.now = "2026-11-16T06:30:00Z".parse().unwrap();
            state.add_calendar(WORK, "work", Role::Owner);
            state.add_calendar(PRIVATE, "private", Role::Owner);
        });
        let stage = Stage::of(google, &SCOPES, &["work", "private"]);
        Self { world: World::new(), stage }
    }

    fn sync(&mut self) -> Outcome {
        self.sync_with(Consent::default())
    }

    fn sync_with(&mut self, consent: Consent) -> Outcome {
        let settings = self.world.settings();
        let accounts = std::slice::from_ref(&self.stage.account);
        let context = self.world.context(&settings, zones(), accounts, Mode::Write(consent), None);
        self.stage.run(cycle(context)).unwrap()
    }

    fn put(&self, event: Value) {
        self.stage.google.with(|state| drop(state.put(WORK, event)));
    }

    /// The same with the primary calendar for `work`.
    fn at_home(google: Google) -> Self {
        google.with(|state| {
            state.now = "2026-11-16T06:30:00Z".parse().unwrap();
            state.calendar("primary").more.insert("summaryOverride".to_owned(), json!("work"));
            state.add_calendar(PRIVATE, "private", Role::Owner);
        });
        let stage = Stage::of(google, &SCOPES, &["work", "private"]);
        Self { world: World::new(), stage }
    }

    /// The strictness of each block as the config shall have it.
    fn defend(&mut self, from: &str, to: &str) {
        let block = |defence: &str| format!("from = \"09:00\", to = \"12:00\"{defence} }}]");
        self.world.config(&block(from), &block(to));
    }

    /// The kind of each hold that lives in the primary calendar.
    fn kinds(&self) -> Vec<String> {
        self.stage.google.with(|state| {
            let holds =
                state.events("primary").into_iter().filter(|event| event["summary"] == "Focus: Morning deep work");
            holds.map(|event| event["eventType"].as_str().unwrap().to_owned()).collect()
        })
    }

    /// Own events that live, as `title start`, in order.
    fn holds(&self) -> Vec<String> {
        self.stage.google.with(|state| {
            let live = state.events(WORK).into_iter().filter(|event| event["id"].as_str().unwrap().starts_with("sea0"));
            let mut out: Vec<String> = live
                .filter(|event| event["summary"].as_str().unwrap().starts_with("Focus"))
                .map(|event| {
                    format!("{} {}", event["start"]["dateTime"].as_str().unwrap(), event["summary"].as_str().unwrap())
                })
                .collect();
            out.sort();
            out
        })
    }

    /// The id of the hold that starts then.
    fn id(&self, start: &str) -> String {
        self.stage.google.with(|state| {
            let found = state.events(WORK).into_iter().find(|event| event["start"]["dateTime"] == start);
            found.unwrap()["id"].as_str().unwrap().to_owned()
        })
    }
}

fn mornings(days: &[&str]) -> Vec<String> {
    days.iter().map(|day| format!("2026-11-{day}T09:00:00+01:00 Focus: Morning deep work")).collect()
}

#[test]
fn a_cycle_without_changes_costs_one_request_a_calendar_and_one_more_at_the_first_start() {
    let mut there = There::new();
    there.put(with(timed("standup", "17 13:00-13:30"), json!({"recurrence": ["RRULE:FREQ=DAILY"]})));
    there.sync();
    assert_eq!(there.holds(), mornings(&["16", "17", "19", "20"]));
    there.stage.asked();
    let outcome = there.sync();
    assert_eq!(outcome.changes.len(), 0, "{:?}", outcome.changes);
    let asked = there.stage.asked();
    println!("a cycle without changes, of 2 calendars: {} requests: {asked:?}", asked.len());
    assert_eq!(asked, ["events.list syncToken", "events.list syncToken"]);
    let mut there = There { stage: there.stage.restarted(), ..there };
    there.sync();
    assert_eq!(there.stage.asked(), ["events.list syncToken", "events.list syncToken"], "what was found out is kept");
    there.stage.google.assert_clean();
}

#[test]
fn a_hold_that_the_user_deleted_stays_deleted() {
    let mut there = There::new();
    there.sync();
    let id = there.id("2026-11-17T09:00:00+01:00");
    there.stage.google.with(|state| state.cancel(WORK, &id));
    there.sync();
    there.sync();
    assert_eq!(there.holds(), mornings(&["16", "19", "20"]));
    there.world.lose_database();
    there.sync();
    there.sync();
    assert_eq!(there.holds(), mornings(&["16", "19", "20"]), "also for a seawall that lost its database");
    there.stage.google.assert_clean();
}

#[test]
fn a_hold_that_seawall_deleted_comes_back_under_a_new_name() {
    let mut there = There::new();
    there.sync();
    let old = there.id("2026-11-17T09:00:00+01:00");
    let absence = with(timed("absent", "17 09:00-17:00"), json!({"summary": "Vacation"}));
    there.put(absence);
    there.sync();
    assert_eq!(there.holds(), mornings(&["16", "19", "20"]));
    let left = there.stage.google.with(|state| state.event(WORK, &old)).unwrap();
    assert_eq!(left["status"], "cancelled");
    let marker = left["extendedProperties"]["private"]["seawall"].as_str().unwrap();
    assert!(marker.contains("released=1"), "{marker}");
    there.world.lose_database();
    there.stage.google.with(|state| state.cancel(WORK, "absent"));
    there.sync();
    there.sync();
    assert_eq!(there.holds(), mornings(&["16", "17", "19", "20"]));
    assert_ne!(there.id("2026-11-17T09:00:00+01:00"), old);
    there.stage.google.assert_clean();
}

#[test]
fn a_hold_that_the_user_moved_stays_and_keeps_what_the_user_added() {
    let mut there = There::new();
    there.sync();
    let id = there.id("2026-11-17T09:00:00+01:00");
    let at = |time: &str| json!({"dateTime": format!("2026-11-18T{time}:00+01:00"), "timeZone": "Europe/Berlin"});
    let edit = json!({"start": at("13:00"), "end": at("16:00"), "colorId": "4", "location": "Library"});
    there.stage.google.with(|state| state.change_event(WORK, &id, &edit));
    let before = there.stage.google.with(|state| state.event(WORK, &id)).unwrap();
    there.sync();
    there.sync();
    assert_eq!(there.stage.google.with(|state| state.event(WORK, &id)).unwrap(), before);
}

#[test]
fn lost_answers_and_limits_double_nothing() {
    for seed in 0..6 {
        let mut there = There::new();
        there.sync();
        there.put(timed("meet1", "19 09:00-12:00"));
        there.stage.google.with(|state| {
            for fits in ["POST /calendar", "PATCH", "DELETE", "GET"] {
                let fault = match seed {
                    0 => Fault::FailAfter(503),
                    1 => Fault::CutAfter,
                    2 => Fault::CutBefore,
                    3 => Fault::Refuse(Problem::backend(500)),
                    4 => Fault::CutWithin,
                    _ => Fault::Page(502),
                };
                state.faults.next(fits, fault);
            }
        });
        there.sync();
        there.stage.google.with(|state| state.faults.end());
        there.stage = there.stage.restarted();
        there.sync();
        there.sync();
        let holds = there.holds();
        assert!(mornings(&["16", "17", "20"]).iter().all(|one| holds.contains(one)), "{seed}: {holds:?}");
        let starts: std::collections::BTreeSet<&String> = holds.iter().collect();
        assert_eq!(starts.len(), holds.len(), "{seed}: {holds:?}");
        there.stage.google.assert_clean();
    }
}

#[test]
fn a_login_that_ended_stops_everything_and_deletes_nothing() {
    let mut there = There::new();
    there.sync();
    there.stage.google.with(|state| state.auth.revoke());
    there.stage = there.stage.restarted();
    let outcome = there.sync();
    assert!(outcome.changes.iter().all(|one| !one.applied), "{:?}", outcome.changes);
    assert!(
        outcome.warnings.iter().any(|warning| warning.text.contains("seawall login company")),
        "{:?}",
        outcome.warnings
    );
    assert_eq!(there.holds(), mornings(&["16", "17", "19", "20"]));
}

const STRICT: &str = ", defence = \"strict\"";

#[test]
fn strict_holds_decline_new_invitations_where_google_has_such_events() {
    let mut there = There::at_home(Google::workspace(ANNA));
    there.defend("", STRICT);
    let outcome = there.sync();
    assert_eq!(there.kinds(), ["focusTime"; 4]);
    let hold = there
        .stage
        .google
        .with(|state| state.events("primary").into_iter().find(|event| event["eventType"] == "focusTime").unwrap());
    let declines = json!({"autoDeclineMode": "declineOnlyNewConflictingInvitations", "chatStatus": "doNotDisturb"});
    assert_eq!(hold["focusTimeProperties"], declines);
    assert!(!outcome.warnings.iter().any(|one| one.text.contains("strict")), "{:?}", outcome.warnings);
    let again = there.sync();
    assert_eq!(again.changes, []);
    // Moved by a meeting: what kind it is stays, and is not sent.
    there.stage.put(timed("meet1", "17 09:00-09:30"));
    there.sync();
    assert_eq!(there.kinds(), ["focusTime"; 4]);
    assert_eq!(there.sync().changes, []);
    there.stage.google.assert_clean();
}

#[test]
fn to_and_from_strict_a_hold_is_deleted_and_made_anew() {
    let mut there = There::at_home(Google::workspace(ANNA));
    there.sync();
    assert_eq!(there.kinds(), ["default"; 4]);
    for (from, to, strict) in [("", STRICT, 3), (STRICT, "", 0)] {
        there.defend(from, to);
        there.sync();
        // The hold that begins soon is frozen: it stays the plain one that it is.
        let kinds = there.kinds();
        assert_eq!(kinds.len(), 4, "{kinds:?}");
        assert_eq!(kinds.iter().filter(|one| *one == "focusTime").count(), strict, "{kinds:?}");
        assert_eq!(there.sync().changes, [], "once");
    }
    there.stage.google.assert_clean();
}

#[test]
fn where_google_has_no_focus_time_a_strict_hold_is_a_plain_one_and_that_is_said() {
    use crate::support::google::Unwelcome;
    for (workspace, unwelcome) in [(false, Unwelcome::Refused), (false, Unwelcome::Plain), (true, Unwelcome::Refused)] {
        let mut there = if workspace {
            // Not the primary calendar.
            There::new()
        } else {
            There::at_home(Google::start(ANNA))
        };
        there.stage.google.with(|state| state.switches.unwelcome = unwelcome);
        there.defend("", STRICT);
        there.sync();
        assert_eq!(if workspace { there.holds() } else { there.kinds() }.len(), 4);
        let again = there.sync();
        assert_eq!(again.changes, [], "it is not tried over and over");
        let said =
            again.warnings.iter().filter(|one| one.text.contains("4 strict holds are plain busy events")).count();
        assert_eq!(said, 1, "{:?}", again.warnings);
        let tried = there.stage.google.with(|state| {
            state.log.iter().any(|seen| String::from_utf8_lossy(&seen.request.body).contains("focusTime"))
        });
        assert_eq!(tried, !workspace, "only primary calendars have it");
        there.stage.google.assert_clean();
    }
}
