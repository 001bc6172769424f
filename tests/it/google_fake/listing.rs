//! What listings show: series with their exceptions, instances, windows, kinds of events, and calendars of others.

use serde_json::{Value, json};

use super::{Asker, TEAM, hour};
use crate::support::google::Role;

const EVENTS: &str = "calendars/primary/events";

/// A weekly series on Mondays at nine, from 19 October 2026, across the end of summer time.
fn weekly() -> Value {
    json!({
        "id": "weekly", "summary": "Staff", "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=6"],
        "start": {"dateTime": "2026-10-19T09:00:00+02:00", "timeZone": "Europe/Berlin"},
        "end": {"dateTime": "2026-10-19T10:00:00+02:00", "timeZone": "Europe/Berlin"},
    })
}

fn with_weekly() -> Asker {
    let asker = Asker::new();
    asker.google.with(|state| state.put("primary", weekly()));
    asker
}

#[test]
fn a_series_is_listed_once_and_its_exceptions_beside_it() {
    let asker = with_weekly();
    assert_eq!(asker.delete("weekly_20261102T080000Z").status, 204);
    let moved =
        json!({"start": {"dateTime": "2026-11-09T11:00:00+01:00"}, "end": {"dateTime": "2026-11-09T12:00:00+01:00"}});
    assert_eq!(asker.patch("weekly_20261109T080000Z", "*", &moved).status, 200);
    let told = asker.get(EVENTS);
    assert_eq!(told.each("id"), ["weekly", "weekly_20261102T080000Z", "weekly_20261109T080000Z"]);
    assert_eq!(told.each("status"), ["confirmed", "cancelled", "confirmed"], "a cancelled exception is always shown");
    assert_eq!(told.each("recurringEventId"), ["-", "weekly", "weekly"]);
    let [master, gone, moved] = told.body["items"].as_array().unwrap().as_slice() else { panic!("{told:?}") };
    assert_eq!(master["recurrence"], json!(["RRULE:FREQ=WEEKLY;COUNT=6"]));
    assert_eq!(
        gone["originalStartTime"],
        json!({"dateTime": "2026-11-02T09:00:00+01:00", "timeZone": "Europe/Berlin"})
    );
    assert_eq!(moved["originalStartTime"]["dateTime"], "2026-11-09T09:00:00+01:00");
    assert_eq!(
        (&moved["start"]["dateTime"], &moved["iCalUID"]),
        (&json!("2026-11-09T11:00:00+01:00"), &master["iCalUID"])
    );
    assert_eq!(asker.delete("weekly_20261102T080000Z").reason(), (410, "deleted"));
    assert_eq!(asker.delete("weekly_20261103T080000Z").reason(), (404, "notFound"), "no instance there");
    asker.google.assert_clean();
}

#[test]
fn instances_keep_the_time_of_day_and_leave_out_what_was_deleted() {
    let asker = with_weekly();
    asker.delete("weekly_20261102T080000Z");
    let starts = |path: &str| -> Vec<String> {
        let told = asker.get(path);
        let items = told.body["items"].as_array().unwrap_or_else(|| panic!("{told:?}"));
        items.iter().map(|item| item["start"]["dateTime"].as_str().unwrap_or("gone").to_owned()).collect()
    };
    let five = [
        "2026-10-19T09:00:00+02:00",
        "2026-10-26T09:00:00+01:00",
        "2026-11-09T09:00:00+01:00",
        "2026-11-16T09:00:00+01:00",
        "2026-11-23T09:00:00+01:00",
    ];
    assert_eq!(starts(&format!("{EVENTS}/weekly/instances")), five);
    assert_eq!(starts(&format!("{EVENTS}?singleEvents=true&orderBy=startTime")), five);
    assert_eq!(starts(&format!("{EVENTS}?singleEvents=true&timeMin=2026-11-16T09:00:00Z")), five[4..]);
    assert_eq!(starts(&format!("{EVENTS}?singleEvents=true&timeMax=2026-10-26T08:00:00Z")), five[..1]);
    assert_eq!(starts(&format!("{EVENTS}?singleEvents=true&showDeleted=true")).len(), 6);
    assert_eq!(
        starts(&format!("{EVENTS}/weekly/instances?timeZone=UTC&timeMin=2026-11-20T00:00:00Z")),
        ["2026-11-23T08:00:00Z"]
    );
    assert_eq!(asker.get(&format!("{EVENTS}?orderBy=startTime")).reason(), (400, "invalid"));
    asker.google.assert_clean();
}

#[test]
fn days_have_instances_too_and_exdates_leave_gaps() {
    let asker = Asker::new();
    let days = json!({
        "id": "daily", "start": {"date": "2026-11-20"}, "end": {"date": "2026-11-21"},
        "recurrence": ["RRULE:FREQ=DAILY;UNTIL=20261123", "EXDATE;VALUE=DATE:20261122"],
    });
    asker.google.with(|state| state.put("primary", days));
    let told = asker.get(&format!("{EVENTS}?singleEvents=true"));
    assert_eq!(told.each("id"), ["daily_20261120", "daily_20261121", "daily_20261123"]);
    assert_eq!(told.body["items"][1]["end"], json!({"date": "2026-11-22"}));
    asker.google.assert_clean();
}

#[test]
fn a_deleted_series_takes_its_exceptions_with_it() {
    let asker = with_weekly();
    asker.patch("weekly_20261109T080000Z", "*", &json!({"summary": "Other"}));
    let token = asker.get(EVENTS).body["nextSyncToken"].as_str().unwrap().to_owned();
    assert_eq!(asker.delete("weekly").status, 204);
    let told = asker.get(&format!("{EVENTS}?syncToken={token}"));
    assert_eq!(told.each("status"), ["cancelled", "cancelled"]);
    assert_eq!(
        told.body["items"][0],
        json!({"kind": "calendar#event", "etag": told.body["items"][0]["etag"], "id": "weekly", "status": "cancelled"})
    );
    assert_eq!(asker.get(EVENTS).each("id"), [""; 0]);
    assert_eq!(asker.get(&format!("{EVENTS}?singleEvents=true")).each("id"), [""; 0]);
    asker.google.assert_clean();
}

#[test]
fn a_window_shows_what_lies_in_it_in_part() {
    let asker = Asker::new();
    asker.seed("meet1", &json!({}));
    asker.google.with(|state| state.put("primary", weekly()));
    let within = |window: &str| asker.get(&format!("{EVENTS}?{window}")).each("id").join(" ");
    assert_eq!(within("timeMin=2026-11-23T08:59:00Z"), "meet1 weekly");
    assert_eq!(within("timeMin=2026-11-23T09:00:00Z"), "", "the end is exclusive");
    assert_eq!(within("timeMax=2026-11-23T08:00:00Z"), "weekly", "the start, too");
    let told = asker.get(&format!("{EVENTS}?timeMin=2026-11-23T08:00:00Z&timeMax=2026-11-23T08:00:00Z"));
    assert_eq!(told.reason(), (400, "timeRangeEmpty"));
    asker.google.assert_clean();
}

#[test]
fn events_are_found_by_kind_uid_mark_and_word() {
    let asker = Asker::at_work();
    asker.seed("home1", &json!({"eventType": "workingLocation"}));
    asker.seed("hold1", &json!({"extendedProperties": {"private": {"seawall": "v1"}}}));
    asker.seed("talk1", &json!({"summary": "Budget talk", "iCalUID": "u@example.org"}));
    let found = |query: &str| asker.get(&format!("{EVENTS}?{query}")).each("id").join(" ");
    assert_eq!(found("eventTypes=default"), "hold1 talk1");
    assert_eq!(found("eventTypes=default&eventTypes=workingLocation"), "home1 hold1 talk1");
    assert_eq!(found("privateExtendedProperty=seawall%3Dv1"), "hold1");
    assert_eq!(found("sharedExtendedProperty=seawall%3Dv1"), "");
    assert_eq!(found("iCalUID=u@example.org"), "talk1");
    assert_eq!(found("q=budget"), "talk1");
    assert_eq!(found("updatedMin=2026-11-20T07:00:00Z"), "home1 hold1 talk1");
    asker.google.with(|state| {
        state.now = "2026-11-20T07:10:00Z".parse().unwrap();
        state.cancel("primary", "hold1");
    });
    assert_eq!(found("updatedMin=2026-11-20T07:05:00Z"), "hold1", "with those deleted since");
    assert_eq!(found("orderBy=updated"), "home1 talk1");
    asker.google.assert_clean();
}

#[test]
fn of_a_calendar_of_free_and_busy_times_only_the_times_are_seen() {
    let asker = Asker::new();
    asker.google.with(|state| {
        state.calendar(TEAM).role = Role::FreeBusyReader;
        let mut series = weekly();
        series["attendees"] = json!([{"email": "bob@example.org"}]);
        state.put(TEAM, series);
        state.put(TEAM, hour("free1", &json!({"transparency": "transparent"})));
    });
    let told = asker.get(&format!("calendars/{TEAM}/events"));
    assert_eq!(told.body["accessRole"], "freeBusyReader");
    assert_eq!(told.each("id").len(), 6, "instances, though none were asked for; nothing that leaves the time free");
    for item in told.body["items"].as_array().unwrap() {
        assert_eq!((&item["visibility"], &item["eventType"]), (&json!("private"), &json!("default")));
        for hidden in ["summary", "attendees", "organizer", "recurrence", "description"] {
            assert!(item[hidden].is_null(), "{hidden} in {item}");
        }
    }
    let own = asker.post(&format!("calendars/{TEAM}/events"), &hour("sea0a", &json!({})));
    assert_eq!(own.reason(), (403, "requiredAccessLevel"));
    asker.google.assert_clean();
}

#[test]
fn a_reader_sees_of_private_events_only_the_times() {
    let asker = Asker::new();
    asker.google.with(|state| {
        state.put(TEAM, hour("open1", &json!({"summary": "Open"})));
        state.put(TEAM, hour("dark1", &json!({"summary": "Dark", "visibility": "private"})));
    });
    let shown = || asker.get(&format!("calendars/{TEAM}/events")).each("summary").join(" ");
    assert_eq!(shown(), "Open -");
    asker.google.with(|state| state.calendar(TEAM).role = Role::Writer);
    assert_eq!(shown(), "Open Dark");
    asker.google.assert_clean();
}

#[test]
fn calendars_are_listed_with_role_zone_and_what_is_primary() {
    let asker = Asker::new();
    asker.google.with(|state| {
        state.add_calendar("old@group.calendar.google.com", "Old", Role::Owner).deleted = true;
        state.add_calendar("dim@group.calendar.google.com", "Dim", Role::FreeBusyReader).hidden = true;
        let summary = json!("Ours");
        state.calendar(TEAM).more.insert("summaryOverride".to_owned(), summary);
    });
    let told = asker.get("users/me/calendarList");
    assert_eq!(told.each("summary"), ["anna@example.org", "Team"]);
    assert_eq!(told.each("accessRole"), ["owner", "reader"]);
    assert_eq!(told.each("summaryOverride"), ["-", "Ours"]);
    assert_eq!((&told.body["items"][0]["primary"], &told.body["items"][1]["primary"]), (&json!(true), &json!(null)));
    assert_eq!(told.each("timeZone"), ["Europe/Berlin", "Europe/Berlin"]);
    let all = asker.get("users/me/calendarList?showDeleted=true&showHidden=true");
    assert_eq!(all.each("summary"), ["anna@example.org", "Team", "Old", "Dim"]);
    assert_eq!(asker.get("users/me/calendarList?minAccessRole=writer").each("summary"), ["anna@example.org"]);
    let paged = asker.get("users/me/calendarList?maxResults=1");
    let next = asker.get(&format!(
        "users/me/calendarList?maxResults=1&pageToken={}",
        paged.body["nextPageToken"].as_str().unwrap()
    ));
    assert_eq!((paged.each("summary"), next.each("summary")), (vec!["anna@example.org"], vec!["Team"]));
    assert_eq!(asker.get(&format!("users/me/calendarList/{TEAM}")).body["id"], TEAM);
    assert_eq!(asker.get(&format!("calendars/{TEAM}")).body["summary"], "Team");
    assert_eq!(asker.get("calendars/nobody@example.org/events").reason(), (404, "notFound"));
    asker.google.assert_clean();
}

#[test]
fn a_partial_answer_has_what_was_asked_for() {
    let asker = Asker::new();
    asker.seed("meet1", &json!({"summary": "Talk", "extendedProperties": {"private": {"a": "1", "b": "2"}}}));
    let told =
        asker.get(&format!("{EVENTS}?fields=items(id,start/dateTime,extendedProperties/private/a),nextPageToken"));
    assert_eq!(
        told.body,
        json!({"items": [{"id": "meet1", "start": {"dateTime": "2026-11-23T09:00:00+01:00"}, "extendedProperties": {"private": {"a": "1"}}}]})
    );
    assert_eq!(asker.get(&format!("{EVENTS}/meet1?fields=summary")).body, json!({"summary": "Talk"}));
    for bad in ["items(id", "items(", ",", "items)"] {
        assert_eq!(asker.get(&format!("{EVENTS}?fields={bad}")).reason(), (400, "invalidParameter"), "{bad}");
    }
    asker.google.assert_clean();
}
