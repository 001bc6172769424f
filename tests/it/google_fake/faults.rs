//! What goes wrong by order or by lot does so in the way it says: before or after the deed, in Google's words.

use serde_json::json;

use super::{Asker, event, hour};
use crate::support::google::{Fault, Problem};

const EVENTS: &str = "calendars/primary/events";

fn order(asker: &Asker, fits: &str, fault: Fault) {
    asker.google.with(|state| state.faults.next(fits, fault));
}

fn there(asker: &Asker, id: &str) -> bool {
    asker.google.with(|state| state.event("primary", id).is_some())
}

#[test]
fn a_refusal_has_its_status_and_reason_and_nothing_was_done() {
    let asker = Asker::new();
    for (problem, status, reason) in [
        (Problem::rate(), 403, "rateLimitExceeded"),
        (Problem::user_rate(), 403, "userRateLimitExceeded"),
        (Problem::quota(), 403, "quotaExceeded"),
        (Problem::calendar_usage(), 403, "calendarUsageLimits"),
        (Problem::too_many(), 429, "rateLimitExceeded"),
        (Problem::backend(500), 500, "backendError"),
        (Problem::backend(503).after(30), 503, "backendError"),
        (Problem::auth(), 401, "authError"),
    ] {
        order(&asker, "POST", Fault::Refuse(problem));
        let told = asker.insert("sea0a", &json!({}));
        assert_eq!(told.reason(), (status, reason));
        assert_eq!(told.headers.get("retry-after").is_some(), status == 503);
        assert!(!there(&asker, "sea0a"));
    }
    assert_eq!(asker.insert("sea0a", &json!({})).status, 200);
}

#[test]
fn an_answer_that_is_lost_leaves_the_deed_done_or_undone() {
    let asker = Asker::new();
    for (id, fault, done) in
        [("cut01", Fault::CutBefore, false), ("cut02", Fault::CutAfter, true), ("cut03", Fault::CutWithin, true)]
    {
        order(&asker, "POST", fault);
        let told = asker.try_ask("POST", EVENTS, &[], Some(&hour(id, &json!({}))));
        assert!(told.is_err(), "{told:?}");
        assert_eq!(there(&asker, id), done, "{id}");
    }
    order(&asker, "", Fault::FailAfter(503));
    assert_eq!(asker.insert("fail1", &json!({})).status, 503);
    assert!(there(&asker, "fail1"));
    order(&asker, "", Fault::Page(502));
    let told = asker.insert("page1", &json!({}));
    assert_eq!((told.status, told.headers["content-type"].to_str().unwrap()), (502, "text/html; charset=UTF-8"));
    assert!(!there(&asker, "page1"));
    let log = asker.google.with(|state| state.log.iter().map(|seen| seen.status).collect::<Vec<_>>());
    assert_eq!(log, [None, None, None, Some(503), Some(502)]);
}

#[test]
fn a_fault_waits_for_the_request_that_it_is_meant_for() {
    let asker = Asker::new();
    order(&asker, "DELETE", Fault::Refuse(Problem::backend(500)));
    order(&asker, "/events/sea0b", Fault::Refuse(Problem::backend(503)));
    assert_eq!(asker.insert("sea0a", &json!({})).status, 200);
    assert_eq!(asker.get(&event("sea0b")).status, 503);
    assert_eq!(asker.google.with(|state| state.faults.waiting()), 1);
    assert_eq!((asker.delete("sea0a").status, asker.delete("sea0a").status), (500, 204));
    assert_eq!(asker.google.with(|state| state.events("primary").len()), 0);
}

#[test]
fn somebody_else_can_be_faster() {
    let asker = Asker::new();
    let etag = asker.insert("sea0a", &json!({})).etag().to_owned();
    let deed =
        Fault::Meanwhile(Box::new(|state| state.change_event("primary", "sea0a", &json!({"summary": "theirs"}))));
    order(&asker, "PATCH", deed);
    assert_eq!(asker.patch("sea0a", &etag, &json!({"summary": "ours"})).reason(), (412, "conditionNotMet"));
    let shown = asker.google.with(|state| state.event("primary", "sea0a").unwrap());
    assert_eq!(shown["summary"], "theirs");
}

#[test]
fn faults_by_lot_are_the_same_for_the_same_seed() {
    let run = |seed: u64| -> Vec<Option<u16>> {
        let asker = Asker::new();
        asker.google.with(|state| state.faults.by_lot(seed, 40));
        for _ in 0..40 {
            let _ = asker.try_ask("GET", EVENTS, &[], None);
        }
        asker.google.with(|state| state.faults.end());
        assert_eq!(asker.get(EVENTS).status, 200);
        asker.google.with(|state| state.log.iter().map(|seen| seen.status).collect())
    };
    let (one, two) = (run(1), run(2));
    assert_eq!(one, run(1));
    assert_ne!(one, two);
    let good = one.iter().filter(|status| **status == Some(200)).count();
    assert!((10..36).contains(&good), "{one:?}");
    assert!(one.contains(&None), "a cut connection: {one:?}");
}

#[test]
fn deleted_events_may_show_little_and_are_forgotten_some_day() {
    let asker = Asker::new();
    asker.insert("sea0a", &json!({"summary": "Focus", "extendedProperties": {"private": {"seawall": "v1"}}}));
    asker.delete("sea0a");
    assert_eq!(asker.get(&event("sea0a")).body["extendedProperties"]["private"]["seawall"], "v1");
    asker.google.with(|state| state.switches.bare_deleted = true);
    let bare = asker.get(&event("sea0a")).body;
    assert_eq!(bare, json!({"kind": "calendar#event", "etag": bare["etag"], "id": "sea0a", "status": "cancelled"}));
    asker.google.with(|state| state.purge("primary", "sea0a"));
    assert_eq!(asker.get(&event("sea0a")).reason(), (404, "notFound"));
    asker.google.assert_clean();
}
