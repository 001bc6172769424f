//! The judge finds fault: with requests, with replies, with values that Google lists only in prose. So a clean bill
//! means something.

use serde_json::{Value, json};

use super::{Asker, event, hour};
use crate::support::google::{Fault, Problem};

const EVENTS: &str = "calendars/primary/events";

/// What is noted of one request.
fn noted(asker: &Asker, method: &str, path: &str, body: Option<&Value>) -> Vec<String> {
    asker.google.with(|state| state.violations.clear());
    asker.ask(method, path, &[], body);
    asker.google.with(|state| std::mem::take(&mut state.violations))
}

#[test]
fn a_misspelt_field_is_noted() {
    let asker = Asker::new();
    let body = hour("sea0a", &json!({"sumary": "Focus"}));
    assert_eq!(
        noted(&asker, "POST", EVENTS, Some(&body)),
        ["request of POST calendars/primary/events: sumary: unknown field"]
    );
    assert_eq!(asker.get(&event("sea0a")).status, 200, "Google passes over it");
    assert_eq!(asker.get(&event("sea0a")).body["sumary"], Value::Null);
}

#[test]
fn an_unknown_parameter_is_noted() {
    let asker = Asker::new();
    let told = noted(&asker, "GET", "calendars/primary/events?singleEvent=true", None);
    assert_eq!(told, ["request of GET calendars/primary/events: singleEvent: unknown parameter"]);
}

#[test]
#[should_panic(expected = "sumary: unknown field")]
fn a_test_that_asks_whether_all_is_clean_fails_then() {
    let asker = Asker::new();
    asker.insert("sea0a", &json!({"sumary": "Focus"}));
    asker.google.assert_clean();
}

#[test]
#[should_panic(expected = "bob@example.org")]
fn a_test_that_asks_whether_all_is_clean_fails_when_somebody_would_be_mailed() {
    let asker = Asker::new();
    asker.insert("sea0a", &json!({"attendees": [{"email": "bob@example.org"}]}));
    asker.google.assert_clean();
}

#[test]
fn every_kind_of_fault_in_a_request_is_noted() {
    let asker = Asker::new();
    let post = |more: Value| noted(&asker, "POST", EVENTS, Some(&hour("sea0a", &more))).join("; ");
    for (more, expected) in [
        (json!({"start": {"dateTime": 5}}), "start/dateTime: is no string"),
        (
            json!({"start": {"dateTime": "2026-11-23 09:00"}}),
            "start/dateTime: \"2026-11-23 09:00\" is no \"date-time\"",
        ),
        (json!({"start": {"dateTime": "2026-11-23T09:00:00"}}), "start: is a time with neither offset nor zone"),
        (json!({"start": {"dateTime": "2026-11-23T09:00:00", "timeZone": "Berlin"}}), "start: names no zone"),
        (json!({"start": {"date": "2026-11-31"}}), "start/date: \"2026-11-31\" is no \"date\""),
        (json!({"status": "busy"}), "status: \"busy\" is none of its values"),
        (json!({"visibility": "secret"}), "visibility: \"secret\" is none"),
        (json!({"transparency": "busy"}), "transparency: \"busy\" is none"),
        (json!({"eventType": "focus"}), "eventType: \"focus\" is none"),
        (
            json!({"focusTimeProperties": {"autoDeclineMode": "decline"}}),
            "focusTimeProperties/autoDeclineMode: \"decline\"",
        ),
        (json!({"focusTimeProperties": {"chatStatus": "away"}}), "focusTimeProperties/chatStatus: \"away\""),
        (json!({"attendees": [{"mail": "x"}]}), "attendees/0/mail: unknown field"),
        (json!({"attendees": [{"email": "x@y", "responseStatus": "maybe"}]}), "attendees/0/responseStatus: \"maybe\""),
        (
            json!({"reminders": {"overrides": [{"method": "sms", "minutes": 5}]}}),
            "reminders/overrides/0/method: \"sms\"",
        ),
        (json!({"extendedProperties": {"private": {"a": 1}}}), "extendedProperties/private/a: is no string"),
        (json!({"extendedProperties": {"own": {}}}), "extendedProperties/own: unknown field"),
        (json!({"recurrence": "RRULE:FREQ=DAILY"}), "recurrence: is no array"),
        (json!({"summary": null}), "summary: is no string"),
        (json!({"end": null}), "end: is missing"),
    ] {
        let told = post(more.clone());
        assert!(told.contains(expected), "{more}: {told}");
    }
    let get = |query: &str| noted(&asker, "GET", &format!("{EVENTS}?{query}"), None).join("; ");
    for (query, expected) in [
        ("showDeleted=1", "showDeleted: is no boolean"),
        ("maxResults=0", "maxResults: is out of range"),
        ("maxResults=many", "maxResults: is out of range"),
        ("timeMin=2026-11-20T00:00:00", "timeMin: is no time with an offset"),
        ("eventTypes=focus", "eventTypes: \"focus\" is none"),
        ("timeMin=2026-11-20T00:00:00Z&timeMin=2026-11-21T00:00:00Z", "timeMin: is there twice"),
        ("fields=items(sumary)", "fields: unknown field sumary"),
    ] {
        let told = get(query);
        assert!(told.contains(expected), "{query}: {told}");
    }
    for (method, path, body, expected) in [
        ("POST", "calendars/primary/events?sendUpdates=never", Some(json!({})), "sendUpdates: \"never\" is none"),
        ("GET", "calendars/primary/event", None, "no such method"),
        ("POST", "calendars/primary/events/quickAdd?text=x", None, "calendar.events.quickAdd is not faked"),
        ("DELETE", "calendars/primary/events/sea0a", Some(json!({})), "body: there must be none"),
        ("PATCH", "calendars/primary/events/sea0a", None, "content-type: is not application/json"),
    ] {
        let told = noted(&asker, method, path, body.as_ref()).join("; ");
        assert!(told.contains(expected), "{method} {path}: {told}");
    }
}

#[test]
fn a_request_is_judged_whatever_becomes_of_it() {
    for fault in
        [Fault::CutBefore, Fault::CutAfter, Fault::Page(502), Fault::Refuse(Problem::rate()), Fault::FailAfter(500)]
    {
        let asker = Asker::new();
        asker.google.with(|state| state.faults.next("", fault));
        let _ = asker.try_ask("GET", "calendars/primary/events?singleEvent=true", &[], None);
        assert_eq!(asker.google.with(|state| std::mem::take(&mut state.violations)).len(), 1);
    }
}

#[test]
fn in_a_patch_null_is_a_value_and_nothing_is_missing() {
    let asker = Asker::new();
    asker.seed("sea0a", &json!({"summary": "x"}));
    let told = noted(&asker, "PATCH", &event("sea0a"), Some(&json!({"summary": null, "start": {"date": null}})));
    assert_eq!(told, [""; 0]);
    let told = noted(&asker, "PATCH", &event("sea0a"), Some(&json!({"attendees": [null]})));
    assert_eq!(told, ["request of PATCH calendars/primary/events/sea0a: attendees/0: is no object"]);
}

#[test]
fn a_reply_that_is_not_in_the_document_is_noted() {
    let asker = Asker::new();
    for (more, expected) in [
        (json!({"sumary": "x"}), "items/0/sumary: unknown field"),
        (json!({"eventType": "hologram"}), "items/0/eventType: \"hologram\" is none of its values"),
        (json!({"sequence": "1"}), "items/0/sequence: is no integer"),
        (json!({"created": "today"}), "items/0/created: \"today\" is no"),
    ] {
        asker.seed("meet1", &more);
        let told = noted(&asker, "GET", EVENTS, None);
        assert!(told.len() == 1 && told[0].starts_with("reply of GET") && told[0].contains(expected), "{told:?}");
    }
    asker.google.with(|state| state.switches.newer_replies = true);
    assert_eq!(noted(&asker, "GET", EVENTS, None), [""; 0], "a service newer than its document");
}
