//! Writing to the fake service: what is sent, what is kept, and what is left of what was deleted.

use jiff::Timestamp;
use seawall::calendar::ical;
use seawall::calendar::own::{OwnEvent, When, patch, remark, render};
use seawall::calendar::time::Span;
use seawall::provider::{ErrorKind, Etag, Object, Provider as _};
use serde_json::json;

use super::{Stage, TEAM};
use crate::support::google::{Fault, Problem};

const ID: &str = "sea0abc";
const HREF: &str = "sea0abc.ics";

fn own(title: &str) -> OwnEvent {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    OwnEvent {
        uid: ID.to_owned(),
        title: title.to_owned(),
        text: "why".to_owned(),
        place: String::new(),
        when: When::Timed(Span::new(at("2026-11-17T08:00:00Z"), at("2026-11-17T11:00:00Z"))),
        busy: true,
        private: true,
        color: Some("teal".to_owned()),
        strict: false,
        marker: "v1 kind=hold".to_owned(),
    }
}

fn now() -> Timestamp {
    "2026-11-16T06:30:00Z".parse().unwrap()
}

fn there(stage: &Stage) -> Object {
    stage.run(stage.account.get("primary", HREF)).unwrap().expect("it is there")
}

/// A stage with one own event.
fn made() -> Stage {
    let stage = Stage::new();
    stage.run(stage.account.create("primary", HREF, &render(&own("Focus"), now()))).unwrap();
    stage
}

#[test]
fn a_new_event_has_our_id_no_reminder_and_mails_nobody() {
    let stage = made();
    assert_eq!(stage.asked().last().unwrap(), "events.insert sendUpdates=none");
    let event = stage.google.with(|state| state.event("primary", ID)).unwrap();
    for (name, expected) in [
        ("summary", json!("Focus")),
        ("description", json!("why")),
        ("visibility", json!("private")),
        ("colorId", json!("10")),
        ("reminders", json!({"useDefault": false, "overrides": []})),
        ("extendedProperties", json!({"private": {"seawall": "v1 kind=hold"}})),
        ("attendees", json!(null)),
        ("conferenceData", json!(null)),
    ] {
        assert_eq!(event[name], expected, "{name}");
    }
    let details = ical::read(&there(&stage).body).components[0].details.clone();
    assert_eq!((details.uid.as_str(), details.marker.as_deref()), (ID, Some("v1 kind=hold")));
    let listed = stage.read("primary", &seawall::provider::Known::nothing());
    assert_eq!(listed.objects, [there(&stage)], "a listing gives the same");
    stage.google.assert_clean();
}

#[test]
fn a_patch_keeps_what_a_person_added() {
    let stage = made();
    let added = json!({
        "reminders": {"useDefault": false, "overrides": [{"method": "popup", "minutes": 5}]},
        "colorId": "3", "extendedProperties": {"private": {"theirs": "1"}, "shared": {"s": "2"}},
    });
    stage.google.with(|state| state.change_event("primary", ID, &added));
    let object = there(&stage);
    let event = OwnEvent { color: None, ..own("Focus, longer") };
    let body = patch(&object.body, &event, now()).unwrap();
    stage.run(stage.account.update("primary", HREF, &object.etag, &body)).unwrap();
    assert_eq!(stage.asked().last().unwrap(), "events.patch sendUpdates=none");
    let event = stage.google.with(|state| state.event("primary", ID)).unwrap();
    assert_eq!((&event["summary"], &event["colorId"]), (&json!("Focus, longer"), &json!("3")));
    assert_eq!(event["reminders"], added["reminders"]);
    let properties = json!({"private": {"seawall": "v1 kind=hold", "theirs": "1"}, "shared": {"s": "2"}});
    assert_eq!(event["extendedProperties"], properties);
    stage.google.assert_clean();
}

#[test]
fn a_stale_version_changes_and_deletes_nothing() {
    let stage = made();
    let old = there(&stage);
    stage.google.with(|state| state.change_event("primary", ID, &json!({"summary": "Mine now"})));
    let body = patch(&old.body, &own("Focus"), now()).unwrap();
    for etag in [&old.etag, &Etag("stale".to_owned())] {
        let updated = stage.run(stage.account.update("primary", HREF, etag, &body)).unwrap_err();
        let deleted = stage.run(stage.account.delete("primary", HREF, etag)).unwrap_err();
        assert_eq!((updated.kind, deleted.kind), (ErrorKind::Precondition, ErrorKind::Precondition));
    }
    assert_eq!(stage.google.with(|state| state.event("primary", ID)).unwrap()["summary"], "Mine now");
}

#[test]
fn what_was_deleted_keeps_its_name_and_says_who_did_it() {
    let stage = made();
    let object = there(&stage);
    let body = remark(&object.body, "v1 kind=hold released=1").unwrap();
    stage.run(stage.account.update("primary", HREF, &object.etag, &body)).unwrap();
    let etag = there(&stage).etag;
    stage.run(stage.account.delete("primary", HREF, &etag)).unwrap();
    assert!(stage.run(stage.account.get("primary", HREF)).unwrap().is_none());
    let again = stage.run(stage.account.delete("primary", HREF, &etag)).unwrap_err();
    assert_eq!(again.kind, ErrorKind::NotFound);
    let taken = stage.run(stage.account.create("primary", HREF, &render(&own("Focus"), now()))).unwrap_err();
    assert_eq!(taken.kind, ErrorKind::Precondition);
    let left = stage.run(stage.account.remains("primary", HREF)).unwrap().unwrap();
    let marker = ical::read(&left.body).components[0].details.marker.clone();
    assert_eq!(marker.as_deref(), Some("v1 kind=hold released=1"));
    assert_eq!(stage.google.with(|state| state.event("primary", ID)).unwrap()["status"], "cancelled");

    stage.google.with(|state| state.switches.bare_deleted = true);
    let left = stage.run(stage.account.remains("primary", HREF)).unwrap().unwrap();
    assert_eq!(ical::read(&left.body).components.len(), 1, "only its id is left, and that it was there");
    assert!(stage.run(stage.account.remains("primary", "sea0other.ics")).unwrap().is_none());
    stage.google.assert_clean();
}

#[test]
fn what_lives_has_no_remains() {
    let stage = made();
    assert!(stage.run(stage.account.remains("primary", HREF)).unwrap().is_none());
}

#[test]
fn a_name_that_is_not_the_uid_or_no_id_is_not_sent() {
    let stage = Stage::new();
    for (name, uid) in
        [("other.ics", ID), ("sea0abc", ID), ("a-b-c-d.ics", "a-b-c-d"), ("abcd.ics", "abcd"), ("SEA0A.ics", "SEA0A")]
    {
        let event = OwnEvent { uid: uid.to_owned(), ..own("Focus") };
        let error = stage.run(stage.account.create("primary", name, &render(&event, now()))).unwrap_err();
        assert!(error.to_string().starts_with("nothing was sent to Google"), "{name}: {error}");
    }
    assert!(!stage.asked().iter().any(|one| one.contains("insert")));
}

#[test]
fn an_answer_that_was_lost_is_unclear_and_the_event_is_there() {
    for fault in [Fault::FailAfter(503), Fault::CutAfter, Fault::CutWithin] {
        let stage = Stage::new();
        stage.read("primary", &seawall::provider::Known::nothing());
        stage.google.with(|state| state.faults.next("POST /calendar", fault));
        let error = stage.run(stage.account.create("primary", HREF, &render(&own("Focus"), now()))).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unavailable, "{error}");
        there(&stage);
        let inserts = stage.asked().iter().filter(|one| one.contains("insert")).count();
        assert_eq!(inserts, 1, "it was not sent again");
    }
}

#[test]
fn a_calendar_that_one_may_only_read_refuses_in_words() {
    let stage = Stage::new();
    let error = stage.run(stage.account.create("Team", HREF, &render(&own("Focus"), now()))).unwrap_err();
    // The login allows writing to own calendars only, and this is none.
    assert_eq!(error.kind, ErrorKind::Login);
    assert!(error.to_string().contains("seawall login company"), "{error}");
    stage.google.with(|state| state.faults.next("POST /calendar", Fault::Refuse(Problem::access("writer"))));
    let error = stage.run(stage.account.create("primary", HREF, &render(&own("Focus"), now()))).unwrap_err();
    assert_eq!(error.kind, ErrorKind::ReadOnly);
    assert!(stage.google.with(|state| state.events(TEAM)).is_empty());
}

#[test]
fn an_access_token_that_ended_early_is_replaced_once() {
    let stage = made();
    stage.google.with(|state| state.auth.expire_access());
    there(&stage);
    assert_eq!(stage.asked().iter().filter(|one| one.contains("events.get")).count(), 2);
    stage.google.with(|state| state.auth.revoke());
    let error = stage.run(stage.account.get("primary", HREF)).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Login, "{error}");
}
