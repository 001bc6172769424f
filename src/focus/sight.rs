//! The occurrences of all calendars, one by one and judged: duplicates found, persons counted, roles given.
//! This is what every later step looks at, and what `events` prints.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::busy::{self, Counts, Verdict};
use super::people::{self, People};
use super::policy::Policy;
use super::view::{Busy, OwnFocus, View};
use crate::calendar::CalendarId;
use crate::calendar::event::{Occurrence, Status};
use crate::calendar::time::Span;
use crate::calendar::week;

/// A calendar that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Which one.
    pub id: CalendarId,
    /// The user's addresses on that account, lower case.
    pub emails: Vec<String>,
    /// Its meetings are never named elsewhere.
    pub private: bool,
    /// Only what the user organised or attends counts.
    pub only_invited: bool,
}

/// Whether seawall has a hand in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Somebody's event, like any other.
    Foreign,
    /// A hold, this user's or another person's: never input.
    Hold,
    /// A summary (or the event of a write test): never input.
    Summary,
    /// Our marker under another UID: the user copied a hold.
    Copy,
}

/// An occurrence as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Index of its calendar among the sources.
    pub source: usize,
    /// The occurrence.
    pub occurrence: Occurrence,
    /// Whether seawall has a hand in it.
    pub origin: Origin,
}

/// An occurrence with its verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// Index of its calendar among the sources.
    pub source: usize,
    /// The occurrence.
    pub occurrence: Occurrence,
    /// seawall's own.
    pub own: bool,
    /// Who takes part.
    pub people: People,
    /// What it does to the user's time, and why.
    pub verdict: Verdict,
    /// Index of the role it is of.
    pub role: Option<usize>,
    /// The time it takes: see [`Judged::taken`].
    taken: Span,
}

impl Judged {
    /// Whether recovery follows it and it counts among the meetings.
    pub fn busy_meeting(&self) -> bool {
        self.verdict.counts == Counts::Busy && self.people.meeting
    }

    /// The time it takes, widened outward to whole minutes; all of its day where it is all day and ends, against
    /// RFC 5545 3.8.2.2, on the date on which it starts.
    pub fn taken(&self) -> Span {
        self.taken
    }
}

/// Judges everything that was read. `seen` must be in the order of the sources (config order); the answer is
/// sorted by start, then UID, and holds every occurrence, duplicates as free with the reason.
pub fn judge_all(seen: Vec<Seen>, sources: &[Source], policy: &Policy) -> Vec<Judged> {
    let mut people: Vec<People> =
        seen.iter().map(|one| people::of(&one.occurrence.details, &sources[one.source].emails)).collect();
    let first = duplicates(&seen, &people, sources);
    for (index, speaker) in first.iter().enumerate() {
        if let Some(speaker) = *speaker {
            people[speaker] = heard(&seen, &people, sources, speaker, index);
        }
    }
    let mut all: Vec<Judged> = seen
        .into_iter()
        .zip(first)
        .zip(people)
        .map(|((seen, speaker), people)| {
            let source = &sources[seen.source];
            let verdict = match speaker {
                Some(_) => Verdict {
                    counts: Counts::Free,
                    why: "the same event in a calendar that comes first in the config".to_owned(),
                },
                None => busy::judge(&seen, &people, source, policy),
            };
            let role = role_of(&seen, &people, verdict.counts, policy);
            let own = matches!(seen.origin, Origin::Hold | Origin::Summary);
            let taken = taken(&seen.occurrence, policy);
            Judged { source: seen.source, occurrence: seen.occurrence, own, people, verdict, role, taken }
        })
        .collect();
    all.sort_by(|a, b| order(a).cmp(&order(b)));
    all
}

fn taken(occurrence: &Occurrence, policy: &Policy) -> Span {
    if occurrence.all_day && occurrence.span.is_empty() {
        return week::day_span(policy.tz.to_datetime(occurrence.span.start).date(), &policy.tz);
    }
    whole_minutes(occurrence.span)
}

fn order(judged: &Judged) -> (Span, &str, usize) {
    (judged.occurrence.span, judged.occurrence.details.uid.as_str(), judged.source)
}

/// The people of the speaker, with the user's answer from another copy where its own knows none.
fn heard(seen: &[Seen], people: &[People], sources: &[Source], speaker: usize, copy: usize) -> People {
    let (own, other) = (people[speaker], people[copy]);
    if !other.has_me() {
        return own;
    }
    // The address by which the other calendar's account knows the user is no other person here.
    let emails = [&sources[seen[speaker].source].emails[..], &sources[seen[copy].source].emails[..]].concat();
    let counted = people::of(&seen[speaker].occurrence.details, &emails);
    People {
        my_answer: own.my_answer.or(other.my_answer),
        organised_by_me: own.organised_by_me || other.organised_by_me,
        ..counted
    }
}

/// For each occurrence the index of the one that speaks for it: the same UID and recurrence instant, else the
/// same start, end and title, in a calendar that comes earlier.
fn duplicates(seen: &[Seen], people: &[People], sources: &[Source]) -> Vec<Option<usize>> {
    let mut by_uid: BTreeMap<(&str, Option<Timestamp>), usize> = BTreeMap::new();
    let mut by_time: BTreeMap<(Span, &str), usize> = BTreeMap::new();
    let mut out = vec![None; seen.len()];
    // What others keep to themselves says nothing of an event that the user keeps.
    let strange = |index: usize| busy::not_invited(&people[index], &sources[seen[index].source]);
    let input = |one: &Seen| matches!(one.origin, Origin::Foreign | Origin::Copy);
    for (index, one) in seen.iter().enumerate().filter(|(_, one)| input(one)) {
        let occurrence = &one.occurrence;
        let uid_key = (occurrence.details.uid.as_str(), occurrence.recurrence_id);
        // Called off under one UID, an event may be there anew under another.
        let called_off = occurrence.details.status == Status::Cancelled;
        let time_key = (!called_off).then_some((occurrence.span, occurrence.details.title.as_str()));
        let speaks = |other: &usize| seen[*other].source != one.source && (people[index].has_me() || !strange(*other));
        let found = by_uid.get(&uid_key).filter(|other| speaks(other));
        out[index] = found.or_else(|| by_time.get(&time_key?).filter(|other| speaks(other))).copied();
        if out[index].is_none() {
            let first = |other: &mut usize| *other = if strange(*other) { index } else { *other };
            by_uid.entry(uid_key).and_modify(first).or_insert(index);
            if let Some(key) = time_key {
                by_time.entry(key).and_modify(first).or_insert(index);
            }
        }
    }
    out
}

fn role_of(seen: &Seen, people: &People, counts: Counts, policy: &Policy) -> Option<usize> {
    let title = &seen.occurrence.details.title;
    let fitting = policy.roles.iter().position(|role| busy::matches(&role.matches, title, people.count));
    match seen.origin {
        Origin::Hold | Origin::Summary => None,
        Origin::Foreign | Origin::Copy if counts == Counts::Focus => fitting.or_else(|| policy.first_holding()),
        Origin::Foreign | Origin::Copy => fitting,
    }
}

/// What the judged calendars come to for the planner. `before` is a span that counts as a day off because
/// seawall was not there yet (the week of the very first cycle).
pub fn view(judged: &[Judged], policy: &Policy, window: Span, before: Option<Span>) -> View {
    let of = |counts: Counts| judged.iter().filter(move |one| one.verdict.counts == counts);
    View {
        busy: of(Counts::Busy)
            .map(|one| Busy { span: one.taken(), meeting: one.people.meeting })
            .filter(|busy| !busy.span.is_empty())
            .collect(),
        days_off: of(Counts::Off).map(Judged::taken).chain(before).collect(),
        threats: of(Counts::Threat).map(Judged::taken).collect(),
        own_focus: of(Counts::Focus)
            .filter(|one| !one.own)
            .flat_map(|one| own_focus(one.occurrence.span, one.occurrence.all_day, one.role, policy, window))
            .collect(),
    }
}

/// The time that an own focus event protects. One that is all day, or goes on for a day or more, protects the working
/// hours of its days, not the nights.
pub fn own_focus(span: Span, all_day: bool, role: Option<usize>, policy: &Policy, window: Span) -> Vec<OwnFocus> {
    if !all_day && span.minutes() < 24 * 60 {
        return vec![OwnFocus { span, role }];
    }
    let Some(within) = span.intersection(window) else { return Vec::new() };
    let first = policy.tz.to_datetime(within.start).date();
    first
        .series(jiff::Span::new().days(1))
        .take_while(|date| week::midnight(*date, &policy.tz) < within.end)
        .flat_map(|date| policy.template_hours(date).within(span).spans().to_vec())
        .map(|span| OwnFocus { span, role })
        .collect()
}

/// The span widened outward to whole minutes; an empty one stays empty.
pub fn whole_minutes(span: Span) -> Span {
    if span.is_empty() {
        return span;
    }
    let down = span.start.as_second().div_euclid(60) * 60;
    let up = -((-span.end.as_second() - i64::from(span.end.subsec_nanosecond() > 0)).div_euclid(60)) * 60;
    let at = |second: i64, other: Timestamp| Timestamp::from_second(second).unwrap_or(other);
    Span::new(at(down, span.start), at(up, span.end))
}
