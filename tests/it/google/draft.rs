//! Own text as what Google takes, and the laws of the way there and back.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use seawall::calendar::ical::{self, Component};
use seawall::calendar::own::{OwnEvent, When, patch, remark, render};
use seawall::calendar::time::Span;
use seawall::calendar::zones::Zones;
use seawall::provider::google::draft::Draft;
use seawall::provider::google::project::{Member, Sight, object};
use serde_json::{Value, json};

fn own(uid: &str) -> OwnEvent {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    OwnEvent {
        uid: uid.to_owned(),
        title: "Focus: Morning, deep".to_owned(),
        text: "Because of\n2 meetings".to_owned(),
        place: String::new(),
        when: When::Timed(Span::new(at("2026-11-17T08:00:00Z"), at("2026-11-17T11:00:00Z"))),
        busy: true,
        private: true,
        color: None,
        strict: false,
        marker: "v1 kind=hold".to_owned(),
    }
}

fn now() -> Timestamp {
    "2026-11-16T06:30:00Z".parse().unwrap()
}

fn draft(body: &[u8]) -> Result<Draft, &'static str> {
    Draft::read(body, &Zones::bundled())
}

#[test]
fn an_insert_says_everything_and_a_patch_only_what_is_ours() {
    let body = render(&own("sea01"), now());
    let insert = draft(&body).unwrap().insert().unwrap();
    assert_eq!(
        insert,
        json!({
            "id": "sea01", "status": "confirmed", "summary": "Focus: Morning, deep",
            "description": "Because of\n2 meetings", "start": {"dateTime": "2026-11-17T08:00:00Z"},
            "end": {"dateTime": "2026-11-17T11:00:00Z"}, "transparency": "opaque", "visibility": "private",
            "reminders": {"useDefault": false, "overrides": []},
            "extendedProperties": {"private": {"seawall": "v1 kind=hold"}},
        })
    );
    let patch = draft(&body).unwrap().patch().unwrap();
    let names: Vec<&str> = patch.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["description", "end", "extendedProperties", "location", "start", "summary", "transparency", "visibility"]
    );
    assert_eq!((&patch["location"], &patch["start"]["date"]), (&Value::Null, &Value::Null));
}

#[test]
fn a_summary_of_a_day_is_a_date() {
    let day = jiff::civil::date(2026, 11, 20);
    let event = OwnEvent { when: When::AllDay(day), busy: false, private: false, ..own("sea01") };
    let insert = draft(&render(&event, now())).unwrap().insert().unwrap();
    assert_eq!((&insert["start"], &insert["end"]), (&json!({"date": "2026-11-20"}), &json!({"date": "2026-11-21"})));
    assert_eq!((&insert["transparency"], &insert["visibility"]), (&json!("transparent"), &json!("public")));
}

#[test]
fn colours_become_the_nearest_of_eleven_and_no_others_than_configured_are_sent() {
    let colored = |name: &str| {
        let event = OwnEvent { color: Some(name.to_owned()), ..own("sea01") };
        let insert = draft(&render(&event, now())).unwrap().insert().unwrap();
        insert["colorId"].as_str().map(str::to_owned)
    };
    let found: Vec<Option<String>> =
        ["teal", "Tomato", "lavender", "grey", "navy", "gold", "nocolour"].into_iter().map(colored).collect();
    let found: Vec<&str> = found.iter().map(|id| id.as_deref().unwrap_or("-")).collect();
    assert_eq!(found, ["10", "11", "1", "8", "9", "5", "-"]);
}

#[test]
fn what_is_no_plain_event_of_ours_is_never_sent() {
    let body = String::from_utf8(render(&own("sea01"), now())).unwrap();
    let more = |line: &str| body.replace("SEQUENCE:0", &format!("SEQUENCE:0\r\n{line}"));
    for (body, why) in [
        (more("ATTENDEE:mailto:ben@example.org"), "it has guests, and a write would mail them"),
        (more("ORGANIZER:mailto:anna@example.org"), "it has guests, and a write would mail them"),
        (more("RRULE:FREQ=DAILY"), "it is more than one plain event"),
        (more("RECURRENCE-ID:20261117T080000Z"), "it is more than one plain event"),
        (body.replace("END:VCALENDAR", "BEGIN:VTODO\r\nEND:VTODO\r\nEND:VCALENDAR"), "it is more than one plain event"),
        ("no calendar".to_owned(), "it is not one event"),
    ] {
        assert_eq!(draft(body.as_bytes()).unwrap_err(), why);
    }
}

#[test]
fn a_long_marker_is_kept_in_parts_and_a_shorter_one_leaves_none_behind() {
    let event = OwnEvent { marker: format!("v1 {}", "closed=1 ".repeat(300).trim()), ..own("sea01") };
    let insert = draft(&render(&event, now())).unwrap().insert().unwrap();
    let private = insert["extendedProperties"]["private"].as_object().unwrap();
    assert_eq!(private.keys().collect::<Vec<_>>(), ["seawall", "seawall2", "seawall3"]);
    assert!(private.values().all(|part| part.as_str().unwrap().len() <= 1024));
    assert_eq!(back(&insert).details.marker.as_deref(), Some(event.marker.as_str()));

    let patch = draft(&render(&own("sea01"), now())).unwrap().patch().unwrap();
    let private = patch["extendedProperties"]["private"].as_object().unwrap();
    assert_eq!(
        (&private["seawall"], &private["seawall2"], &private["seawall16"]),
        (&json!("v1 kind=hold"), &Value::Null, &Value::Null)
    );
    let endless = OwnEvent { marker: "x".repeat(20_000), ..own("sea01") };
    assert_eq!(draft(&render(&endless, now())).unwrap().insert(), None);
}

/// What a reading makes of an insert.
fn back(insert: &Value) -> Component {
    let zones = Zones::bundled();
    let member = Member::read(insert.clone()).unwrap();
    let object = object(&[member], Sight { zones: &zones, is_mine: true }).unwrap();
    let mut parsed = ical::read(&object.body);
    assert!(parsed.is_lone && parsed.warnings.is_empty(), "{:?}", parsed.warnings);
    parsed.components.remove(0)
}

/// The object as a service would have it after a patch.
fn patched(mut before: Value, patch: &Value) -> Value {
    for (name, value) in patch.as_object().unwrap() {
        match value {
            Value::Null => drop(before.as_object_mut().unwrap().remove(name)),
            Value::Object(_) => before[name] = patched(before.get(name).cloned().unwrap_or(json!({})), value),
            _ => before[name] = value.clone(),
        }
    }
    before
}

fn any_own() -> impl Strategy<Value = OwnEvent> {
    let text = "[a-zA-Zäß,;:\\\\\"' \\n🌊-]{0,40}";
    let when = prop_oneof![
        (0_i64..40_000, 1_i64..600).prop_map(|(from, minutes)| {
            let start = Timestamp::from_second(1_790_000_000 + from * 60).unwrap();
            When::Timed(Span::new(start, start + jiff::SignedDuration::from_mins(minutes)))
        }),
        (1_i8..=28).prop_map(|day| When::AllDay(jiff::civil::date(2026, 2, day))),
    ];
    (text, text, when, any::<bool>(), any::<bool>(), "[0-9A-Za-z=:. -]{1,1500}").prop_map(
        |(title, text, when, busy, private, marker)| OwnEvent {
            title,
            text,
            when,
            busy,
            private,
            marker: marker.trim().to_owned() + "x",
            ..own(&format!("sea0{}", "1".repeat(32)))
        },
    )
}

/// What must mean the same.
fn meaning(component: &Component) -> impl PartialEq + std::fmt::Debug + use<> {
    let details = &component.details;
    let span = component.span(&Zones::bundled(), &TimeZone::UTC);
    let lines = |text: &str| text.lines().map(str::trim).collect::<Vec<_>>().join("\n").trim().to_owned();
    (
        (details.uid.clone(), details.marker.clone(), span, component.start.is_date()),
        (details.title.trim().to_owned(), lines(&details.text), details.place.clone()),
        (details.transparency, details.status, details.organizer.is_none(), details.attendees.len()),
    )
}

fn written(body: &[u8]) -> Component {
    ical::read(body).components.remove(0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_is_inserted_comes_back_with_the_same_meaning(event in any_own()) {
        let body = render(&event, now());
        let insert = draft(&body).unwrap().insert().unwrap();
        prop_assert_eq!(insert["visibility"] == "private", event.private);
        prop_assert_eq!(meaning(&back(&insert)), meaning(&written(&body)));
    }

    #[test]
    fn what_is_patched_is_as_if_it_had_been_inserted(first in any_own(), second in any_own()) {
        let zones = Zones::bundled();
        let insert = draft(&render(&first, now())).unwrap().insert().unwrap();
        let object =
            object(&[Member::read(insert.clone()).unwrap()], Sight { zones: &zones, is_mine: true }).unwrap();
        let body = patch(&object.body, &second, now()).unwrap();
        let there = patched(insert, &draft(&body).unwrap().patch().unwrap());
        prop_assert_eq!(meaning(&back(&there)), meaning(&written(&render(&second, now()))));
        let body = remark(&object.body, "v1 released=1").unwrap();
        let mut expected = first.clone();
        "v1 released=1".clone_into(&mut expected.marker);
        prop_assert_eq!(meaning(&written(&body)), meaning(&written(&render(&expected, now()))));
    }
}
