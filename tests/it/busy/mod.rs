//! What counts as busy, and why: every row of the table in its order, from iCalendar text to the verdict in words.

mod copies;
mod rules;
mod time;

use std::path::Path;
use std::sync::{Arc, LazyLock};

use seawall::calendar::CalendarId;
use seawall::calendar::event::EventType;
use seawall::config::{Environment, parse};
use seawall::focus::busy::Counts;
use seawall::focus::policy::Policy;
use seawall::focus::sight::{Judged, Origin, Seen, Source, judge_all};

use crate::support::ics::{calendar, expanded, window};

/// The defaults of the config with these lines on top.
#[track_caller]
pub(crate) fn wishes(lines: &str) -> Policy {
    let text = format!(
        "timezone = \"Europe/Berlin\"\n{lines}\n\
         [hours]\nwork = [{{ days = \"mon-fri\", from = \"09:00\", to = \"17:00\" }}]\n\
         [[account]]\nname = \"a\"\nprovider = \"vdir\"\npath = \"a\"\n\
         calendars = [{{ name = \"work\", use = \"read+hold\" }}]\n"
    );
    let env = Environment { home: Some("/home/anna".into()), ..Environment::default() };
    parse(&text, Path::new("/seawall.toml"), &env).unwrap_or_else(|faults| panic!("{faults:?}")).policy
}

/// A calendar that is read.
#[derive(Clone, Copy)]
struct Calendar<'a> {
    name: &'a str,
    emails: &'a [&'a str],
    only_invited: bool,
    /// VEVENTs, separated by `---`; one without a time is Monday 10:00 to 11:00.
    events: &'a str,
}

/// Anna's own calendar.
fn mine(events: &str) -> Calendar<'_> {
    Calendar { name: "work", emails: &["anna@example.org"], only_invited: false, events }
}

/// A calendar of which only invitations of Anna count.
fn team(events: &str) -> Calendar<'_> {
    Calendar { name: "team", only_invited: true, ..mine(events) }
}

const TIME: &str = "DTSTART;TZID=Europe/Berlin:20261116T100000\nDTEND;TZID=Europe/Berlin:20261116T110000\n";

fn read(calendars: &[Calendar<'_>], policy: &Policy) -> (Vec<Seen>, Vec<Source>) {
    let mut seen = Vec::new();
    for (source, one) in calendars.iter().enumerate() {
        let timed = |event: &str| if event.contains("DTSTART") { event.to_owned() } else { format!("{event}\n{TIME}") };
        let events: Vec<String> = one.events.split("---").map(timed).collect();
        let between = window("2026-01-01..2027-01-01", &policy.tz);
        let found = expanded(&calendar(&events.join("---")), between, &policy.tz).occurrences;
        let foreign = |(_, occurrence)| Seen { source, occurrence, origin: Origin::Foreign };
        seen.extend(found.into_iter().map(foreign));
    }
    let source = |one: &Calendar<'_>| Source {
        id: CalendarId { account: "a".to_owned(), calendar: one.name.to_owned() },
        emails: one.emails.iter().map(|email| (*email).to_owned()).collect(),
        private: false,
        only_invited: one.only_invited,
    };
    (seen, calendars.iter().map(source).collect())
}

/// The defaults, made once: their patterns take longer to build than all else.
fn defaults() -> &'static Policy {
    static DEFAULTS: LazyLock<Policy> = LazyLock::new(|| wishes(""));
    &DEFAULTS
}

fn judged(calendars: &[Calendar<'_>], policy: &Policy) -> Vec<Judged> {
    let (seen, sources) = read(calendars, policy);
    judge_all(seen, &sources, policy)
}

/// `busy solo: …` or `free 2 people: …`: verdict, persons, reason.
fn words(one: &Judged) -> String {
    let people = if one.people.meeting { format!("{} people", one.people.count) } else { "solo".to_owned() };
    format!("{} {people}: {}", counts(one.verdict.counts), one.verdict.why)
}

fn counts(counts: Counts) -> &'static str {
    match counts {
        Counts::Busy => "busy",
        Counts::Threat => "threat",
        Counts::Free => "free",
        Counts::Off => "off",
        Counts::Focus => "focus",
    }
}

/// The verdicts over all events of these calendars, in order of start and UID.
#[track_caller]
fn check_all(calendars: &[Calendar<'_>], lines: &str, expect: &[&str]) {
    let judged = if lines.is_empty() { judged(calendars, defaults()) } else { judged(calendars, &wishes(lines)) };
    assert_eq!(judged.iter().map(words).collect::<Vec<_>>(), expect);
    assert!(judged.iter().all(|one| !one.verdict.why.is_empty()), "every occurrence carries its reason");
}

/// The verdict over one event of Anna's calendar.
#[track_caller]
fn check(event: &str, expect: &str) {
    check_all(&[mine(event)], "", &[expect]);
}

/// The same with lines in the config.
#[track_caller]
fn check_with(lines: &str, event: &str, expect: &str) {
    check_all(&[mine(event)], lines, &[expect]);
}

/// The same for what only a provider or the reader can tell: Google's kind of event, and whose object it is.
#[track_caller]
fn check_as(kind: EventType, origin: Origin, calendar: Calendar<'_>, expect: &str) {
    let policy = defaults();
    let (mut seen, sources) = read(&[calendar], policy);
    for one in &mut seen {
        one.origin = origin;
        Arc::make_mut(&mut one.occurrence.details).event_type = kind;
    }
    let judged = judge_all(seen, &sources, policy);
    assert_eq!(judged.iter().map(words).collect::<Vec<_>>(), [expect]);
}

/// An attendee with an answer.
fn attendee(name: &str, answer: &str) -> String {
    format!("ATTENDEE;PARTSTAT={answer}:mailto:{name}@example.org\n")
}

/// A meeting that Bob called and Anna answered so.
fn called_by_bob(answer: &str) -> String {
    let organizer = "SUMMARY:Sync\nORGANIZER:mailto:bob@example.org\n";
    format!("{organizer}{}{}", attendee("bob", "ACCEPTED"), attendee("anna", answer))
}
