//! Inserting, patching, replacing and deleting events: ids that stay taken, etags, fields that go and stay.

use serde_json::json;

use super::{Asker, event, hour};

#[test]
fn an_inserted_event_comes_back_with_what_google_fills_in() {
    let asker = Asker::new();
    let told = asker.insert("sea0a", &json!({"summary": "Focus"}));
    assert_eq!(told.status, 200, "{told:?}");
    for (field, value) in [
        ("kind", json!("calendar#event")),
        ("id", json!("sea0a")),
        ("status", json!("confirmed")),
        ("summary", json!("Focus")),
        ("iCalUID", json!("sea0a@google.com")),
        ("eventType", json!("default")),
        ("organizer", json!({"email": "anna@example.org", "self": true})),
        ("start", json!({"dateTime": "2026-11-23T09:00:00+01:00", "timeZone": "Europe/Berlin"})),
        ("reminders", json!({"useDefault": true})),
    ] {
        assert_eq!(told.body[field], value, "{field}");
    }
    assert_eq!(told.headers["etag"], told.etag());
    assert_eq!(asker.get(&event("sea0a")).body, told.body);
    asker.google.assert_clean();
}

#[test]
fn an_id_is_base32hex_and_taken_for_ever() {
    let asker = Asker::new();
    for bad in ["abcd", "Abcde", "abcdz", "sea0_a", &"a".repeat(1025)] {
        assert_eq!(asker.insert(bad, &json!({})).reason(), (400, "invalid"), "{bad}");
    }
    assert_eq!(asker.insert("sea0a", &json!({})).status, 200);
    assert_eq!(asker.insert("sea0a", &json!({})).reason(), (409, "duplicate"));
    assert_eq!(asker.delete("sea0a").status, 204);
    assert_eq!(asker.insert("sea0a", &json!({})).reason(), (409, "duplicate"));
    let gone = asker.get(&event("sea0a"));
    assert_eq!((gone.status, gone.body["status"].as_str()), (200, Some("cancelled")));
    assert_eq!(asker.delete("sea0a").reason(), (410, "deleted"));
    assert_eq!(asker.delete("sea0b").reason(), (404, "notFound"));
    asker.google.assert_clean();
}

#[test]
fn a_write_with_an_old_etag_is_refused() {
    let asker = Asker::new();
    let old = asker.insert("sea0a", &json!({"summary": "one"})).etag().to_owned();
    let new = asker.patch("sea0a", &old, &json!({"summary": "two"})).etag().to_owned();
    assert_ne!(old, new);
    for (method, body) in [("PATCH", Some(json!({}))), ("PUT", Some(hour("sea0a", &json!({})))), ("DELETE", None)] {
        let told = asker.ask(method, &event("sea0a"), &[("if-match", &old)], body.as_ref());
        assert_eq!(told.reason(), (412, "conditionNotMet"), "{method}");
    }
    assert_eq!(asker.get(&event("sea0a")).body["summary"], "two");
    assert_eq!(asker.ask("DELETE", &event("sea0a"), &[("if-match", &new)], None).status, 204);
    asker.google.assert_clean();
}

#[test]
fn an_etag_that_is_known_saves_the_answer() {
    let asker = Asker::new();
    let etag = asker.insert("sea0a", &json!({})).etag().to_owned();
    let known = |path: &str, etag: &str| asker.ask("GET", path, &[("if-none-match", etag)], None).status;
    assert_eq!(known(&event("sea0a"), &etag), 304);
    let listing = asker.get("calendars/primary/events").etag().to_owned();
    assert_eq!(known("calendars/primary/events", &listing), 304);
    asker.google.with(|state| state.change_event("primary", "sea0a", &json!({"summary": "new"})));
    assert_eq!((known(&event("sea0a"), &etag), known("calendars/primary/events", &listing)), (200, 200));
    asker.google.assert_clean();
}

#[test]
fn a_patch_keeps_what_it_does_not_name_and_null_removes() {
    let asker = Asker::new();
    let private = json!({"seawall": "v1", "other": "stays"});
    let made = asker.insert("sea0a", &json!({"location": "Room 1", "extendedProperties": {"private": private}}));
    let told = asker.patch(
        "sea0a",
        made.etag(),
        &json!({"extendedProperties": {"private": {"seawall": null, "more": "1"}}, "colorId": "5"}),
    );
    assert_eq!(told.body["extendedProperties"]["private"], json!({"other": "stays", "more": "1"}));
    assert_eq!((&told.body["location"], &told.body["colorId"]), (&json!("Room 1"), &json!("5")));
    let told = asker.patch("sea0a", told.etag(), &json!({"location": null, "visibility": "private"}));
    assert_eq!((&told.body["location"], &told.body["visibility"]), (&json!(null), &json!("private")));
    let put = asker.ask("PUT", &event("sea0a"), &[], Some(&hour("sea0a", &json!({}))));
    assert_eq!((&put.body["extendedProperties"], &put.body["visibility"]), (&json!(null), &json!(null)), "replaced");
    asker.google.assert_clean();
}

#[test]
fn a_replaced_event_lives_again_and_a_patched_one_does_not() {
    let asker = Asker::new();
    asker.insert("sea0a", &json!({}));
    asker.delete("sea0a");
    let told = asker.ask("PATCH", &event("sea0a"), &[], Some(&json!({"summary": "still gone"})));
    assert_eq!((told.status, &told.body["status"]), (200, &json!("cancelled")));
    let told = asker.ask("PUT", &event("sea0a"), &[], Some(&hour("sea0a", &json!({}))));
    assert_eq!((told.status, &told.body["status"]), (200, &json!("confirmed")));
}

#[test]
fn what_google_refuses_is_refused() {
    let asker = Asker::new();
    let reason = |more: &serde_json::Value| {
        let told = asker.insert("sea0a", more);
        let (status, reason) = told.reason();
        format!("{status} {reason}")
    };
    let berlin = |text: &str| json!({"dateTime": text, "timeZone": "Europe/Berlin"});
    for (more, expected) in [
        (json!({"end": berlin("2026-11-23T08:00:00+01:00")}), "400 timeRangeEmpty"),
        (json!({"end": {"date": "2026-11-24"}}), "400 invalid"),
        (json!({"start": {"date": "2026-11-23", "dateTime": "2026-11-23T09:00:00Z"}}), "400 invalid"),
        (json!({"start": {"dateTime": "2026-11-23T09:00:00"}}), "400 invalid"),
        (json!({"recurrence": ["RRULE:FREQ=DAILY"], "start": {"dateTime": "2026-11-23T08:00:00Z"}}), "400 required"),
        (json!({"recurrence": ["DTSTART:20261123T090000Z"]}), "400 invalid"),
        (json!({"colorId": "12"}), "400 invalid"),
        (
            json!({"reminders": {"useDefault": false, "overrides": [{"method": "popup", "minutes": 40321}]}}),
            "400 invalid",
        ),
        (json!({"reminders": {"useDefault": true, "overrides": [{"method": "popup", "minutes": 5}]}}), "400 invalid"),
        (json!({"extendedProperties": {"private": {"seawall": "x".repeat(1025)}}}), "400 invalid"),
        (json!({"attendees": [{"displayName": "Bob"}]}), "400 required"),
        (json!({"focusTimeProperties": {"chatStatus": "available"}}), "400 invalid"),
        (json!({"status": "perhaps"}), "400 invalid"),
        (json!({"visibility": 1}), "400 invalid"),
    ] {
        assert_eq!(reason(&more), expected, "{more}");
    }
    assert_eq!(reason(&json!({})), "200 ", "and the plain one is taken");
    // Of these, four are against the document too.
    assert_eq!(asker.google.with(|state| std::mem::take(&mut state.violations)).len(), 4);
}

#[test]
fn reminders_change_the_etag_but_not_the_time_of_change() {
    let asker = Asker::new();
    let made = asker.insert("sea0a", &json!({}));
    asker.google.with(|state| state.now = "2026-11-20T07:30:00Z".parse().unwrap());
    let told = asker.patch("sea0a", made.etag(), &json!({"reminders": {"useDefault": false}}));
    assert_ne!(told.etag(), made.etag());
    assert_eq!(told.body["updated"], made.body["updated"]);
    let told = asker.patch("sea0a", told.etag(), &json!({"summary": "x"}));
    assert_ne!(told.body["updated"], made.body["updated"]);
}

#[test]
fn writing_an_event_with_other_people_would_mail_them() {
    let asker = Asker::new();
    let people = json!({"attendees": [{"email": "anna@example.org"}, {"email": "bob@example.org"}]});
    let told = asker.post("calendars/primary/events?sendUpdates=none", &hour("sea0a", &people));
    assert_eq!(
        told.body["attendees"][0],
        json!({"email": "anna@example.org", "self": true, "organizer": true, "responseStatus": "needsAction"})
    );
    asker.delete("sea0a");
    let mails = asker.google.with(|state| std::mem::take(&mut state.mails));
    let shown: Vec<_> = mails.iter().map(|mail| (mail.to.as_str(), mail.send_updates.as_deref())).collect();
    assert_eq!(shown, [("bob@example.org", Some("none")), ("bob@example.org", None)]);
    assert!(mails.iter().all(|mail| mail.event == "sea0a"));
}

#[test]
fn an_own_answer_can_be_given_without_knowing_the_others() {
    let asker = Asker::new();
    let people: Vec<_> =
        ["anna", "bob", "eve"].iter().map(|name| json!({"email": format!("{name}@example.org")})).collect();
    asker.seed("meet1", &json!({"attendees": people, "organizer": {"email": "bob@example.org"}}));
    let told = asker.get("calendars/primary/events/meet1?maxAttendees=2");
    assert_eq!(told.body["attendees"], json!([{"email": "anna@example.org", "self": true}]));
    assert_eq!(told.body["attendeesOmitted"], true);
    let answer =
        json!({"attendeesOmitted": true, "attendees": [{"email": "anna@example.org", "responseStatus": "declined"}]});
    let told = asker.patch("meet1", told.etag(), &answer);
    assert_eq!(told.body["attendees"].as_array().unwrap().len(), 3, "{told:?}");
    assert_eq!(told.body["attendees"][0]["responseStatus"], "declined");
    let shared = json!({"extendedProperties": {"shared": {"a": "b"}}});
    assert_eq!(asker.patch("meet1", told.etag(), &shared).reason(), (403, "forbiddenForNonOrganizer"));
    assert_eq!(asker.google.with(|state| std::mem::take(&mut state.mails)).len(), 2, "the others are told");
}
