//! Google's JSON as iCalendar text: what each field becomes, and what our own engine makes of it.

use seawall::calendar::ical;
use seawall::calendar::zones::Zones;
use seawall::provider::google::project::{Member, Sight, members, object, remains};
use serde_json::{Value, json};

use super::{timed, with};
use crate::support::ics::{expanded, line, window, zone};

/// The text of these members of one object, seen in the user's own calendar.
fn text(events: &[Value]) -> String {
    let zones = Zones::bundled();
    let members: Vec<Member> = events.iter().map(|event| Member::read(event.clone()).unwrap()).collect();
    let object = object(&members, Sight { zones: &zones, is_mine: true }).expect("something lives");
    String::from_utf8(object.body.to_vec()).unwrap()
}

/// The lines of the events of a text, without those that all have.
fn told(text: &str) -> Vec<&str> {
    let dull = ["BEGIN:", "END:", "VERSION", "PRODID", "X-GOOGLE-EVENT:", "STATUS:CONFIRMED", "TRANSP:OPAQUE", "UID:"];
    text.lines().filter(|line| !dull.iter().any(|start| line.starts_with(start))).collect()
}

#[track_caller]
fn check(more: Value, expected: &[&str]) {
    let event = with(json!({"id": "a1b2c"}), more);
    assert_eq!(told(&text(&[event])), expected);
}

#[test]
fn times_of_single_events_are_instants_or_days() {
    let at = |start: Value, end: Value| json!({"start": start, "end": end});
    check(
        at(
            json!({"dateTime": "2026-11-17T09:00:00+01:00", "timeZone": "America/New_York"}),
            json!({"dateTime": "2026-11-17T03:30:00-05:00"}),
        ),
        &["DTSTART:20261117T080000Z", "DTEND:20261117T083000Z"],
    );
    check(
        at(json!({"date": "2026-11-17"}), json!({"date": "2026-11-19"})),
        &["DTSTART;VALUE=DATE:20261117", "DTEND;VALUE=DATE:20261119"],
    );
    // The hour that the clock shows twice.
    check(
        at(json!({"dateTime": "2026-10-25T02:30:00+01:00"}), json!({"dateTime": "2026-10-25T03:00:00+01:00"})),
        &["DTSTART:20261025T013000Z", "DTEND:20261025T020000Z"],
    );
}

#[test]
fn a_series_recurs_in_its_own_zone_whatever_offset_the_service_shows() {
    check(
        json!({
            "start": {"dateTime": "2026-11-17T15:00:00+01:00", "timeZone": "America/New_York"},
            "end": {"dateTime": "2026-11-17T16:00:00+01:00", "timeZone": "America/New_York"},
            "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE;TZID=America/New_York:20261124T090000", "DTSTART:1", "x"],
        }),
        &[
            "DTSTART;TZID=\"America/New_York\":20261117T090000",
            "DTEND;TZID=\"America/New_York\":20261117T100000",
            "RRULE:FREQ=WEEKLY;COUNT=3",
            "EXDATE;TZID=America/New_York:20261124T090000",
        ],
    );
}

#[test]
fn a_series_in_a_zone_that_nobody_knows_is_uncertain() {
    let event = json!({
        "id": "s1", "summary": "Standup", "recurrence": ["RRULE:FREQ=DAILY;COUNT=2"],
        "start": {"dateTime": "2026-11-17T15:00:00+01:00", "timeZone": "Mars/Olympus"},
        "end": {"dateTime": "2026-11-17T16:00:00+01:00", "timeZone": "Mars/Olympus"},
    });
    assert_eq!(
        occurrences(&[event]),
        ["2026-11-17T15:00+01:00/1h Standup (uncertain)", "2026-11-18T15:00+01:00/1h Standup (uncertain)"]
    );
}

#[test]
fn each_field_becomes_its_property() {
    let base = json!({"start": {"date": "2026-11-17"}, "end": {"date": "2026-11-18"}});
    let times = ["DTSTART;VALUE=DATE:20261117", "DTEND;VALUE=DATE:20261118"];
    let cases: [(Value, &[&str]); 12] = [
        (json!({"summary": "a, b; c\\d\ne\r\nEND:VEVENT"}), &["SUMMARY:a\\, b\\; c\\\\d\\ne\\nEND:VEVENT"]),
        (json!({"transparency": "transparent"}), &["TRANSP:TRANSPARENT"]),
        (json!({"transparency": "opaque", "visibility": "default", "eventType": "default"}), &[]),
        (json!({"visibility": "confidential"}), &["CLASS:CONFIDENTIAL"]),
        (json!({"status": "tentative"}), &["STATUS:TENTATIVE"]),
        (json!({"eventType": "outOfOffice"}), &["X-GOOGLE-EVENT-TYPE:outOfOffice"]),
        (json!({"eventType": "quantumTime"}), &["X-GOOGLE-EVENT-TYPE:quantumTime"]),
        (
            json!({"created": "2026-11-01T08:00:00.000Z", "updated": "2026-11-02T08:00:00.123Z", "sequence": 3}),
            &["CREATED:20261101T080000Z", "DTSTAMP:20261102T080000Z", "SEQUENCE:3"],
        ),
        (json!({"description": "a secret", "location": "Room 1", "hangoutLink": "https://meet", "colorId": "3"}), &[]),
        (json!({"organizer": {"email": "anna@example.org", "self": true}}), &[]),
        (
            json!({
                "organizer": {"email": "ben@example.org", "displayName": "Ben \"B\" ^ Co"},
                "attendees": [
                    {"email": "anna@example.org", "self": true, "responseStatus": "needsAction"},
                    {"email": "ben@example.org", "organizer": true, "responseStatus": "accepted"},
                    {"email": "room@resource.calendar.google.com", "resource": true, "responseStatus": "accepted"},
                    {"displayName": "Zoe", "optional": true, "responseStatus": "declined"},
                ],
            }),
            &[
                "ORGANIZER;CN=\"Ben ^'B^' ^^ Co\":mailto:ben@example.org",
                "ATTENDEE;PARTSTAT=NEEDS-ACTION;X-GOOGLE-SELF=TRUE:mailto:anna@example.org",
                "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ben@example.org",
                "ATTENDEE;CUTYPE=RESOURCE;PARTSTAT=ACCEPTED:mailto:room@resource.calendar.google.com",
                "ATTENDEE;CN=\"Zoe\";ROLE=OPT-PARTICIPANT;PARTSTAT=DECLINED:mailto:Zoe",
            ],
        ),
        (json!({"extendedProperties": {"private": {"someones": "secret"}}, "iCalUID": "x@y"}), &[]),
    ];
    for (more, expected) in cases {
        let event = with(with(json!({"id": "a1b2c"}), base.clone()), more.clone());
        let mut found = text(&[event]);
        for dull in times {
            assert!(found.contains(dull), "{found}");
            found = found.replace(dull, "END:");
        }
        assert_eq!(told(&found), expected, "{more}");
    }
}

#[test]
fn guests_that_are_not_named_still_make_a_meeting() {
    let me = json!({"email": "anna@example.org", "self": true, "responseStatus": "accepted"});
    for attendees in [json!([me]), json!([])] {
        let organised_by_me = with(
            timed("town1", "17 09:00-10:00"),
            json!({
                "organizer": {"email": "anna@example.org", "self": true}, "attendeesOmitted": true,
                "attendees": attendees,
            }),
        );
        let found = text(&[organised_by_me]);
        let components = ical::read(found.as_bytes()).components;
        let people = seawall::focus::people::of(&components[0].details, &["anna@example.org".to_owned()]);
        assert!(people.meeting && people.organised_by_me, "{found}");
    }
}

#[test]
fn self_is_the_user_only_in_calendars_of_the_user() {
    let event = with(
        timed("meet1", "17 09:00-10:00"),
        json!({"attendees": [{"email": "alias@example.org", "self": true, "responseStatus": "declined"}]}),
    );
    let zones = Zones::bundled();
    for is_mine in [true, false] {
        let member = Member::read(event.clone()).unwrap();
        let object = object(&[member], Sight { zones: &zones, is_mine }).unwrap();
        let components = ical::read(&object.body).components;
        assert_eq!(components[0].details.attendees[0].is_me, is_mine);
    }
}

/// What our engine finds in these members of one series.
fn occurrences(events: &[Value]) -> Vec<String> {
    let tz = zone("Europe/Berlin");
    let found = expanded(&text(events), window("2026-11-16..2026-12-14", &tz), &tz);
    found.occurrences.iter().map(|(_, one)| line(one, &tz)).collect()
}

fn standup() -> Value {
    with(
        timed("standup", "17 09:00-09:30"),
        json!({"summary": "Standup", "iCalUID": "standup@google.com", "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=3"]}),
    )
}

fn exception(day: &str, more: Value) -> Value {
    let original = json!({"dateTime": format!("2026-11-{day}T09:00:00+01:00"), "timeZone": "Europe/Berlin"});
    let event = json!({
        "id": format!("standup_202611{day}T080000Z"), "recurringEventId": "standup", "iCalUID": "standup@google.com",
        "originalStartTime": original,
    });
    with(event, more)
}

#[test]
fn exceptions_are_moved_cancelled_or_alone() {
    let moved = exception("24", with(timed("x", "25 14:00-15:00"), json!({"summary": "Standup, moved"})));
    let moved = with(moved, json!({"id": "standup_20261124T080000Z"}));
    let cancelled = exception("17", json!({"status": "cancelled"}));
    assert_eq!(
        occurrences(&[standup(), moved.clone(), cancelled.clone()]),
        ["2026-11-25T14:00+01:00/1h Standup, moved", "2026-12-01T09:00+01:00/30m Standup"]
    );
    // Invited to one instance only: the series is out of sight.
    assert_eq!(occurrences(&[moved.clone(), cancelled.clone()]), ["2026-11-25T14:00+01:00/1h Standup, moved"]);
    // It recurs no more, and nobody said so of the exceptions.
    let mut single = standup();
    single.as_object_mut().unwrap().remove("recurrence");
    assert_eq!(occurrences(&[single, moved, cancelled]), ["2026-11-17T09:00+01:00/30m Standup"]);
}

#[test]
fn a_day_is_taken_out_of_a_series_of_days() {
    let series = json!({
        "id": "days1", "summary": "Trip", "recurrence": ["RRULE:FREQ=DAILY;COUNT=3"],
        "start": {"date": "2026-11-17"}, "end": {"date": "2026-11-18"},
    });
    let gone = json!({
        "id": "days1_20261118", "status": "cancelled", "recurringEventId": "days1",
        "originalStartTime": {"date": "2026-11-18"},
    });
    assert_eq!(occurrences(&[series, gone]), ["2026-11-17/1d Trip", "2026-11-19/1d Trip"]);
}

#[test]
fn nothing_is_left_of_what_was_deleted() {
    let zones = Zones::bundled();
    let sight = Sight { zones: &zones, is_mine: true };
    let gone = json!({"id": "a1b2c", "status": "cancelled"});
    let member = Member::read(gone.clone()).unwrap();
    assert_eq!(object(std::slice::from_ref(&member), sight), None);
    let late = exception("17", json!({"status": "cancelled"}));
    let all = [Member::read(late).unwrap()];
    assert_eq!(object(&all, sight), None);
    let series = Member::read(with(standup(), json!({"status": "cancelled"}))).unwrap();
    let alive = Member::read(exception("24", timed("x", "25 14:00-15:00"))).unwrap();
    assert_eq!(object(&[series, alive], sight), None, "with the series its exceptions go");
    let body = String::from_utf8(remains(&member, sight).body.to_vec()).unwrap();
    assert!(body.contains("STATUS:CANCELLED") && ical::read(body.as_bytes()).components.len() == 1, "{body}");
}

#[test]
fn a_series_carries_its_members_and_nothing_that_its_text_has_not() {
    let secret = json!({"description": "the secret", "extendedProperties": {"private": {"of": "somebody"}}});
    let moved = exception("24", timed("x", "25 14:00-15:00"));
    let found = text(&[with(standup(), secret), moved.clone()]);
    assert!(!found.contains("secret") && !found.contains("somebody"), "{found}");
    let kept = members(found.as_bytes());
    assert_eq!(kept, [Member::read(standup()).unwrap(), Member::read(moved).unwrap()]);
    assert_eq!(members(text(&[timed("one12", "17 09:00-10:00")]).as_bytes()), [], "a single event needs none");
}

#[test]
fn the_etag_is_that_of_the_event_or_changes_with_any_member() {
    let zones = Zones::bundled();
    let etag = |events: &[Value]| {
        let members: Vec<Member> = events.iter().map(|event| Member::read(event.clone()).unwrap()).collect();
        object(&members, Sight { zones: &zones, is_mine: true }).unwrap().etag.0
    };
    let tagged = |event: Value, etag: &str| with(event, json!({"etag": etag}));
    let cancelled = || exception("17", json!({"status": "cancelled"}));
    assert_eq!(etag(&[tagged(timed("one12", "17 09:00-10:00"), "\"12\"")]), "\"12\"");
    let first = etag(&[tagged(standup(), "\"1\""), tagged(cancelled(), "\"2\"")]);
    let second = etag(&[tagged(standup(), "\"1\""), tagged(cancelled(), "\"3\"")]);
    assert_ne!(first, second);
}

#[test]
fn an_event_of_ours_has_its_id_for_a_uid_and_keeps_its_text() {
    let id = format!("sea0{}", "v".repeat(32));
    let marked = json!({
        "iCalUID": format!("{id}@google.com"), "description": "why\nit is there", "location": "Here",
        "organizer": {"email": "anna@example.org", "self": true},
        "extendedProperties": {"private": {"seawall": "v1 kind=hold", "other": "x"}},
    });
    let found = text(&[with(timed(&id, "17 09:00-12:00"), marked.clone())]);
    let parsed = ical::read(found.as_bytes());
    let details = &parsed.components[0].details;
    assert!(parsed.is_lone && details.organizer.is_none() && details.attendees.is_empty());
    assert_eq!((details.uid.as_str(), details.marker.as_deref()), (id.as_str(), Some("v1 kind=hold")));
    assert_eq!((details.text.as_str(), details.place.as_str()), ("why\nit is there", "Here"));
    // A copy that the user made has the marker and an id of its own.
    let copy = ical::read(text(&[with(timed("copy1", "18 09:00-12:00"), marked)]).as_bytes()).components;
    assert_eq!(copy[0].details.uid, "copy1");
    // Without its marker it is known by its id.
    let bare = ical::read(text(&[with(timed(&id, "17 09:00-12:00"), json!({"iCalUID": "x@google.com"}))]).as_bytes());
    assert_eq!(bare.components[0].details.uid, id);
}

#[test]
fn events_with_odd_fields_are_read_as_far_as_they_go() {
    for odd in
        [json!(7), json!({}), json!({"id": ""}), json!({"id": "a", "start": 7}), json!({"id": "a", "attendees": {}})]
    {
        assert!(Member::read(odd.clone()).is_none(), "{odd}");
    }
    let odd = json!({"id": "a1b2c", "start": {"dateTime": "2026-11-17T09:00:00", "timeZone": "Europe/Berlin\r\nX:1"}});
    assert!(text(&[odd]).contains("DTSTART;TZID=\"Europe/Berlin"), "a wall time without an offset");
    assert!(!text(&[json!({"id": "a1b2c", "summary": "a\u{7}\u{85}b"})]).contains('\u{85}'));
}
