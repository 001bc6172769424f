//! Reading from the fake service: what is asked, and what a cycle would see.

use seawall::provider::{ErrorKind, Known, Reading};
use serde_json::{Value, json};

use super::{ANNA, SCOPES, Stage, TEAM, occurrences, timed, with};
use crate::support::google::{Fault, Google, Problem, Role, State};
use crate::support::known;

fn standup() -> Value {
    let recurs = json!({"summary": "Standup", "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=3"]});
    with(timed("standup", "17 09:00-09:30"), recurs)
}

fn exception(day: &str, more: Value) -> Value {
    let original = json!({"dateTime": format!("2026-11-{day}T09:00:00+01:00"), "timeZone": "Europe/Berlin"});
    let base = with(
        timed("x", &format!("{day} 09:00-09:30")),
        json!({
            "id": format!("standup_202611{day}T080000Z"), "recurringEventId": "standup", "summary": "Standup",
            "iCalUID": "standup@google.com", "originalStartTime": original,
        }),
    );
    with(base, more)
}

/// What is new is what a full listing would give, and the cursor serves.
#[track_caller]
fn same_as_full(stage: &Stage, resumed: &Reading) {
    assert!(resumed.resumed && resumed.incomplete.is_none() && resumed.cursor.is_some());
    let full = stage.read("primary", &Known::nothing());
    assert!(!full.resumed);
    assert_eq!(resumed.objects, full.objects);
}

#[test]
fn a_calendar_without_changes_costs_one_request() {
    let stage = Stage::new();
    stage.put(timed("meet1", "17 09:00-10:00"));
    let first = stage.read("primary", &Known::nothing());
    assert_eq!(stage.asked(), ["calendarList.list", "events.list"]);
    assert_eq!(occurrences(&first), ["2026-11-17T09:00+01:00/1h meet1"]);
    assert_eq!((first.addresses.as_slice(), first.owned, first.resumed), (&[ANNA.to_owned()][..], Some(true), false));
    assert_eq!(first.served_at, Some("2026-11-20T07:00:00Z".parse().unwrap()));
    let second = stage.again("primary", &first);
    assert_eq!(stage.asked(), ["events.list syncToken"]);
    assert_eq!(second.objects, first.objects);
    same_as_full(&stage, &second);
    stage.google.assert_clean();
}

#[test]
fn what_is_known_of_the_calendars_survives_a_restart_and_another_login_does_not_get_it() {
    use seawall::provider::Provider as _;
    let stage = Stage::new();
    stage.read("primary", &Known::nothing());
    let memo = stage.account.memo().unwrap();
    let stage = stage.restarted();
    stage.account.recall(&memo);
    stage.asked();
    let reading = stage.read("Team", &Known { thorough: false, ..Known::nothing() });
    assert_eq!(stage.asked(), ["events.list"]);
    assert_eq!((reading.owned, reading.addresses.as_slice()), (Some(false), &[ANNA.to_owned()][..]));
    let stage = stage.restarted();
    stage.account.recall(&memo.replace("2026-11-16", "2026-11-15"));
    stage.read("Team", &Known::nothing());
    assert_eq!(stage.asked(), ["calendarList.list", "events.list"]);
}

/// What somebody does, and the occurrences after it.
type Step = (&'static str, fn(&mut State), &'static [&'static str]);

const STEPS: [Step; 7] = [
    (
        "one instance is cancelled",
        |state| drop(state.put("primary", exception("17", json!({"status": "cancelled"})))),
        &[
            "2026-11-18T10:00+01:00/1h meet1",
            "2026-11-24T09:00+01:00/30m Standup",
            "2026-12-01T09:00+01:00/30m Standup",
        ],
    ),
    (
        "another one is moved",
        |state| {
            drop(state.put(
                "primary",
                exception(
                    "24",
                    json!({
                        "start": {"dateTime": "2026-11-25T14:00:00+01:00", "timeZone": "Europe/Berlin"},
                        "end": {"dateTime": "2026-11-25T15:00:00+01:00", "timeZone": "Europe/Berlin"},
                    }),
                ),
            ));
        },
        &["2026-11-18T10:00+01:00/1h meet1", "2026-11-25T14:00+01:00/1h Standup", "2026-12-01T09:00+01:00/30m Standup"],
    ),
    (
        "the cancelled one comes back",
        |state| state.change_event("primary", "standup_20261117T080000Z", &json!({"status": "confirmed"})),
        &[
            "2026-11-17T09:00+01:00/30m Standup",
            "2026-11-18T10:00+01:00/1h meet1",
            "2026-11-25T14:00+01:00/1h Standup",
            "2026-12-01T09:00+01:00/30m Standup",
        ],
    ),
    (
        "the series gets another name",
        |state| state.change_event("primary", "standup", &json!({"summary": "Daily"})),
        &[
            "2026-11-17T09:00+01:00/30m Standup",
            "2026-11-18T10:00+01:00/1h meet1",
            "2026-11-25T14:00+01:00/1h Standup",
            "2026-12-01T09:00+01:00/30m Daily",
        ],
    ),
    (
        "a single event is deleted",
        |state| state.cancel("primary", "meet1"),
        &[
            "2026-11-17T09:00+01:00/30m Standup",
            "2026-11-25T14:00+01:00/1h Standup",
            "2026-12-01T09:00+01:00/30m Daily",
        ],
    ),
    (
        "a new one is made",
        |state| drop(state.put("primary", timed("meet2", "19 10:00-11:00"))),
        &[
            "2026-11-17T09:00+01:00/30m Standup",
            "2026-11-19T10:00+01:00/1h meet2",
            "2026-11-25T14:00+01:00/1h Standup",
            "2026-12-01T09:00+01:00/30m Daily",
        ],
    ),
    (
        "the series is deleted",
        |state| {
            for id in ["standup", "standup_20261117T080000Z", "standup_20261124T080000Z"] {
                state.cancel("primary", id);
            }
        },
        &["2026-11-19T10:00+01:00/1h meet2"],
    ),
];

#[test]
fn changes_arrive_one_by_one_and_come_to_the_same_as_a_full_listing() {
    let stage = Stage::new();
    stage.put(standup());
    stage.put(timed("meet1", "18 10:00-11:00"));
    let mut reading = stage.read("primary", &Known::nothing());
    let google = &stage.google;
    for (what, step, expected) in STEPS {
        google.with(step);
        stage.asked();
        reading = stage.again("primary", &reading);
        assert_eq!(stage.asked(), ["events.list syncToken"], "{what}");
        assert_eq!(occurrences(&reading), expected, "{what}");
        same_as_full(&stage, &reading);
    }
    stage.google.assert_clean();
}

#[test]
fn a_sync_token_that_serves_no_more_costs_a_full_listing_and_nothing_else() {
    let stage = Stage::new();
    stage.put(timed("meet1", "17 09:00-10:00"));
    let first = stage.read("primary", &Known::nothing());
    stage.google.with(State::expire_sync_tokens);
    stage.asked();
    let second = stage.again("primary", &first);
    assert_eq!(stage.asked(), ["events.list syncToken", "events.list"]);
    assert!(!second.resumed && second.cursor.is_some() && second.cursor != first.cursor);
    assert_eq!(second.objects, first.objects);
}

#[test]
fn a_token_of_another_calendar_or_of_another_version_is_not_used() {
    let stage = Stage::new();
    let first = stage.read("Team", &Known::nothing());
    stage.asked();
    stage.again("primary", &first);
    assert_eq!(stage.asked(), ["events.list"]);
    let older = first.cursor.as_deref().unwrap().replace("\"shape\":1", "\"shape\":0");
    stage.read("Team", &Known { cursor: Some(older), ..known(&first) });
    assert_eq!(stage.asked(), ["events.list"]);
    stage.read("Team", &Known { cursor: Some("garbage".to_owned()), ..known(&first) });
    assert_eq!(stage.asked(), ["events.list"]);
}

#[test]
fn a_thorough_reading_lists_everything_and_starts_a_new_token() {
    let stage = Stage::new();
    let first = stage.read("primary", &Known::nothing());
    stage.asked();
    let second = stage.read("primary", &Known { thorough: true, ..known(&first) });
    assert_eq!(stage.asked(), ["events.list"]);
    assert!(!second.resumed && second.cursor != first.cursor);
}

#[test]
fn pages_may_be_small_and_the_first_one_empty() {
    let stage = Stage::new();
    for index in 0..5 {
        stage.put(timed(&format!("meet{index}"), "17 09:00-10:00"));
    }
    stage.google.with(|state| {
        state.switches.page_size = Some(2);
        state.switches.empty_pages = true;
    });
    let first = stage.read("primary", &Known::nothing());
    assert_eq!(first.objects.len(), 5);
    assert!(first.incomplete.is_none() && first.cursor.is_some());
    assert_eq!(stage.asked().iter().filter(|one| one.contains("pageToken")).count(), 4, "one of them for calendars");
    let second = stage.again("primary", &first);
    same_as_full(&stage, &second);
}

#[test]
fn a_page_of_big_meetings_fits_into_an_answer() {
    let stage = Stage::new();
    let guest = json!({
        "email": "maximiliane.mustermann-beispiel@subsidiary.example.org", "displayName": "Maximiliane Mustermann-Beispiel",
        "responseStatus": "needsAction",
    });
    stage.read("primary", &Known::nothing());
    let (most, pretty) = stage.google.with(|state| {
        let request = &state.log.last().unwrap().request;
        let parameter = |name: &str| request.parameter(name).unwrap().to_owned();
        (parameter("maxResults").parse::<usize>().unwrap(), parameter("prettyPrint"))
    });
    // The service names two hundred guests of an event, and sends blanks to please the eye where nobody says no.
    assert!(most * 200 * guest.to_string().len() < 32 << 20, "{most}");
    assert_eq!(pretty, "false");
    stage.google.assert_clean();
}

#[test]
fn a_listing_that_breaks_off_is_incomplete_and_loses_nothing_that_was_known() {
    let stage = Stage::new();
    for index in 0..5 {
        stage.put(timed(&format!("meet{index}"), "17 09:00-10:00"));
    }
    let first = stage.read("primary", &Known::nothing());
    stage.google.with(|state| {
        state.switches.page_size = Some(2);
        state.change_event("primary", "meet0", &json!({"summary": "New"}));
        state.cancel("primary", "meet4");
        let fault = || Fault::Refuse(Problem::access("reader"));
        state.faults.next("events", Fault::Meanwhile(Box::new(|_| {})));
        state.faults.next("events", fault());
    });
    let broken = stage.read("primary", &Known { thorough: true, ..known(&first) });
    assert!(broken.incomplete.as_deref().unwrap().contains("requiredAccessLevel"), "{:?}", broken.incomplete);
    assert_eq!((broken.objects.len(), broken.cursor.clone()), (5, None));
    assert!(occurrences(&broken).contains(&"2026-11-17T09:00+01:00/1h New".to_owned()));
}

#[test]
fn a_series_of_which_a_listing_that_breaks_off_names_a_part_is_still_whole() {
    let stage = Stage::new();
    stage.google.with(|state| {
        state.put("primary", exception("24", json!({"summary": "Standup, changed"})));
        state.put("primary", timed("meet1", "18 10:00-11:00"));
        state.put("primary", standup());
    });
    let first = stage.read("primary", &Known::nothing());
    stage.google.with(|state| {
        state.switches.page_size = Some(2);
        state.faults.next("events", Fault::Meanwhile(Box::new(|_| {})));
        state.faults.next("events", Fault::Refuse(Problem::access("reader")));
    });
    let broken = stage.read("primary", &Known { thorough: true, ..known(&first) });
    assert!(broken.incomplete.is_some());
    assert_eq!(occurrences(&broken), occurrences(&first));
}

#[test]
fn who_is_taken_off_a_series_and_not_off_one_of_its_instances_still_has_that_one() {
    for is_told_again in [false, true] {
        let stage = Stage::new();
        stage.put(standup());
        stage.google.with(|state| drop(state.put("primary", exception("24", json!({"summary": "Standup, changed"})))));
        let first = stage.read("primary", &Known::nothing());
        stage.google.with(|state| {
            state.cancel("primary", "standup");
            if is_told_again {
                state.change_event("primary", "standup_20261124T080000Z", &json!({"location": "Elsewhere"}));
            }
        });
        stage.asked();
        let second = stage.again("primary", &first);
        assert_eq!(stage.asked(), ["events.list syncToken", "events.list"]);
        assert_eq!(occurrences(&second), ["2026-11-24T09:00+01:00/30m Standup, changed"]);
        let third = stage.again("primary", &second);
        assert_eq!(stage.asked(), ["events.list syncToken"]);
        same_as_full(&stage, &third);
    }
}

#[test]
fn a_name_that_means_another_calendar_by_now_is_noticed_by_the_next_thorough_reading() {
    let stage = Stage::new();
    let first = stage.read("Team", &Known::nothing());
    stage.google.with(|state| {
        state.calendar(TEAM).summary = "Old team".to_owned();
        state.add_calendar("new@group.calendar.google.com", "Team", Role::Reader);
        state.put("new@group.calendar.google.com", timed("meet1", "18 10:00-11:00"));
    });
    let memo = seawall::provider::Provider::memo(&stage.account).unwrap();
    let stage = stage.restarted();
    seawall::provider::Provider::recall(&stage.account, &memo);
    let thorough = Known { thorough: true, ..known(&first) };
    stage.asked();
    let second = stage.read("Team", &thorough);
    assert_eq!(stage.asked(), ["calendarList.list", "events.list"]);
    assert_eq!(occurrences(&second), ["2026-11-18T10:00+01:00/1h meet1"]);
    stage.read("Team", &thorough);
    assert_eq!(stage.asked(), ["events.list"], "once is enough for a while");
}

#[test]
fn the_listing_that_resumes_and_breaks_off_resumes_at_the_same_place() {
    let stage = Stage::new();
    let first = stage.read("primary", &Known::nothing());
    for index in 0..5 {
        stage.put(timed(&format!("meet{index}"), "17 09:00-10:00"));
    }
    stage.google.with(|state| {
        state.switches.page_size = Some(2);
        state.faults.next("events", Fault::Meanwhile(Box::new(|_| {})));
        state.faults.next("events", Fault::Refuse(Problem::access("reader")));
    });
    let broken = stage.again("primary", &first);
    assert!(broken.incomplete.is_some() && broken.cursor == first.cursor && broken.objects.len() == 2);
    let whole = stage.again("primary", &broken);
    assert_eq!(whole.objects.len(), 5);
    same_as_full(&stage, &whole);
}

#[test]
fn a_calendar_of_which_only_taken_time_is_seen_is_asked_for_the_window_alone_and_has_no_titles() {
    let google = Google::start(ANNA);
    google.with(|state| state.add_calendar("boss@example.org", "Boss", Role::FreeBusyReader).hidden = false);
    let stage = Stage::of(google, &SCOPES, &["Boss"]);
    stage.google.with(|state| {
        state.put("boss@example.org", standup());
        state.put("boss@example.org", with(timed("meet1", "18 10:00-11:00"), json!({"description": "secret"})));
    });
    let window = ("2026-11-16T00:00:00Z".parse().unwrap(), "2026-11-29T23:00:00Z".parse().unwrap());
    let reading = stage.read("Boss", &Known { window, ..Known::nothing() });
    let asked = "events.list singleEvents=true timeMin=2026-11-16T00:00:00Z timeMax=2026-11-29T23:00:00Z";
    assert_eq!(stage.asked(), ["calendarList.list", asked]);
    assert_eq!(
        occurrences(&reading),
        ["2026-11-17T09:00+01:00/30m ", "2026-11-18T10:00+01:00/1h ", "2026-11-24T09:00+01:00/30m "]
    );
    assert_eq!((reading.owned, reading.cursor), (Some(false), None));
    let text: String = reading.objects.iter().map(|one| String::from_utf8_lossy(&one.body).into_owned()).collect();
    assert!(!text.contains("secret") && !text.contains("Standup"), "{text}");
    stage.google.assert_clean();
}

#[test]
fn rights_that_changed_are_looked_up_once_and_nobody_elses_notes_are_asked_for() {
    let stage = Stage::new();
    stage
        .google
        .with(|state| drop(state.put(TEAM, with(timed("team1", "18 10:00-11:00"), json!({"description": "x"})))));
    let first = stage.read("Team", &Known::nothing());
    let fields = |stage: &Stage| {
        stage.google.with(|state| state.log.last().unwrap().request.parameter("fields").unwrap().to_owned())
    };
    assert!(!fields(&stage).contains("description"));
    stage.google.with(|state| state.calendar(TEAM).role = Role::Writer);
    stage.asked();
    let second = stage.again("Team", &first);
    assert_eq!(stage.asked(), ["events.list syncToken", "calendarList.list", "events.list"]);
    assert_eq!(occurrences(&second), occurrences(&first));
    stage.again("Team", &second);
    assert!(fields(&stage).contains("description"));
    assert_eq!(stage.asked(), ["events.list syncToken"]);
}

#[test]
fn a_calendar_that_is_gone_is_looked_for_once_more_and_then_not_found() {
    let stage = Stage::new();
    let first = stage.read("Team", &Known::nothing());
    stage.google.with(|state| state.calendar(TEAM).id = "other@group.calendar.google.com".to_owned());
    stage.asked();
    let moved = stage.again("Team", &first);
    assert_eq!(stage.asked(), ["events.list syncToken", "calendarList.list", "events.list"]);
    assert!(!moved.resumed, "another calendar of that name is read from the start");
    stage.google.with(|state| state.calendar("other@group.calendar.google.com").summary = "Squad".to_owned());
    let stage = stage.restarted();
    let error = stage.try_read("Team", &Known::nothing()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert_eq!(error.to_string(), "there is no calendar Team; `seawall check` names those that are there (2)");
}

#[test]
fn kinds_of_events_are_told_also_unknown_ones() {
    let stage = Stage::at_work();
    for (id, kind) in
        [("focus", "focusTime"), ("offoff", "outOfOffice"), ("place1", "workingLocation"), ("new12", "quantum")]
    {
        stage.put(with(timed(id, "17 09:00-10:00"), json!({"eventType": kind})));
    }
    stage.google.with(|state| state.switches.newer_replies = true);
    let reading = stage.read("primary", &Known::nothing());
    let kinds: Vec<String> = reading
        .objects
        .iter()
        .map(|object| format!("{:?}", seawall::calendar::ical::read(&object.body).components[0].details.event_type))
        .collect();
    assert_eq!(kinds, ["FocusTime", "Default", "OutOfOffice", "WorkingLocation"]);
}

#[test]
fn a_strange_event_costs_no_other() {
    let stage = Stage::new();
    stage.put(timed("meet1", "17 09:00-10:00"));
    stage.put(with(timed("odd12", "17 09:00-10:00"), json!({"attendees": {"not": "a list"}})));
    stage.google.with(|state| state.switches.newer_replies = true);
    let reading = stage.read("primary", &Known::nothing());
    assert_eq!(occurrences(&reading), ["2026-11-17T09:00+01:00/1h meet1"]);
    let unreadable: Vec<&str> = reading.unreadable.iter().map(|(href, _)| href.as_str()).collect();
    assert_eq!((unreadable, reading.incomplete), (vec!["odd12.ics"], None));
}
