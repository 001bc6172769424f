//! One series with its exceptions: which instances it has in a window, those that a change of "this and all later
//! ones" has moved among them. Knows nothing of versions; of single changed instances only their original starts.

use std::collections::BTreeSet;
use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use super::event::MadeBy;
use super::expand::add;
use super::ical::{Component, Moment, Recurrence};
use super::placed::{DAY_SECONDS, Lasting, Placed, lasting, shift, touches};
use super::recurrence::{Budget, Rule, RuleError, Start, days, each_start};
use super::time::Span;
use super::walls::Walls;
use super::zones::{Atlas, instant};

/// One instance of a series.
pub(super) struct Instance {
    /// When it takes place.
    pub(super) span: Span,
    /// Its original start; none where the event does not recur.
    pub(super) recurrence_id: Option<Timestamp>,
    /// Which of the changes of later instances holds for it.
    pub(super) change: Option<usize>,
    /// What made its original start.
    pub(super) made_by: MadeBy,
}

/// The instances of a series in a window.
pub(super) struct Instances {
    /// In order of their original starts.
    pub(super) list: Vec<Instance>,
    /// What could not be followed, so that all of them are uncertain.
    pub(super) fault: Option<String>,
}

/// A change of an instance and all later ones (RECURRENCE-ID with RANGE=THISANDFUTURE, RFC 5545 3.2.13).
pub(super) struct LaterChange<'a> {
    /// Which component of the calendar, and what it says.
    pub(super) component: (usize, &'a Component),
    /// How the changed instance is placed.
    pub(super) placed: Placed,
    /// Original starts from this one on.
    pub(super) from: Timestamp,
    /// How much later than its original start it begins, in seconds of wall-clock time.
    later: i64,
}

/// Original starts that are taken out: by instant where both are times, by local date where either is a date.
#[derive(Default)]
struct Gaps {
    instants: BTreeSet<Timestamp>,
    /// Days since 1970.
    dates: BTreeSet<i64>,
}

impl Gaps {
    fn add(&mut self, moment: &Moment, placed: &Placed, atlas: &mut Atlas<'_>) {
        if placed.is_all_day() || moment.is_date() {
            let date = local_date(moment, atlas);
            self.dates.insert(days::seconds(date.to_datetime(Time::midnight())).div_euclid(DAY_SECONDS));
        } else {
            self.instants.insert(atlas.instant(moment, &placed.tz));
        }
    }

    fn contains(&self, start: Timestamp, wall: i64) -> bool {
        self.instants.contains(&start) || self.dates.contains(&wall.div_euclid(DAY_SECONDS))
    }
}

/// A series, or a single event that changed instances refer to.
pub(super) struct Series<'a> {
    /// What defines it.
    pub(super) component: &'a Component,
    /// Its first instance.
    pub(super) placed: Placed,
    /// EXDATE.
    exceptions: Gaps,
    /// The original starts of changed instances.
    replaced: Gaps,
    /// In order of `from`.
    pub(super) changes: Vec<LaterChange<'a>>,
}

/// An original start: its instant, its wall time, how long it lasts where that is its own, and what made it.
type Found = (Timestamp, i64, Option<Lasting>, MadeBy);

impl<'a> Series<'a> {
    /// The series of that component, with its EXDATEs.
    pub(super) fn new(component: &'a Component, atlas: &mut Atlas<'_>) -> Self {
        let mut placed = Placed::of(component, atlas, None);
        let recurrence = component.recurrence.iter();
        let named = recurrence.flat_map(|one| one.exceptions.iter().chain(one.dates.iter().map(|(date, _)| date)));
        for moment in named {
            // Which instances there are rests on a guess then.
            if let (_, Some(guessed)) = atlas.zone(moment, &placed.tz) {
                add(&mut placed.trouble, &guessed);
            }
        }
        let mut exceptions = Gaps::default();
        for exception in component.recurrence.iter().flat_map(|recurrence| &recurrence.exceptions) {
            exceptions.add(exception, &placed, atlas);
        }
        Self { component, placed, exceptions, replaced: Gaps::default(), changes: Vec::new() }
    }

    /// Takes out the original start of a changed instance, and keeps what it says of later ones. To be called in
    /// the order of the original starts.
    pub(super) fn replace(&mut self, index: usize, change: &'a Component, atlas: &mut Atlas<'_>) {
        let Some(id) = &change.recurrence_id else { return };
        self.replaced.add(&id.at, &self.placed, atlas);
        if id.is_this_and_future {
            let from = self.original(&id.at, atlas);
            let mut placed = Placed::of(change, atlas, Some(&self.placed));
            if let Moment::Utc(at) = &change.start
                && !self.placed.is_all_day()
            {
                // Later ones keep the wall time of the series, not that of UTC.
                placed.wall = self.placed.tz.to_datetime(instant(*at, &TimeZone::UTC));
                placed.tz = self.placed.tz.clone();
            }
            let original = days::seconds(self.placed.tz.to_datetime(from));
            let later = days::seconds(placed.wall) - original;
            self.changes.push(LaterChange { component: (index, change), placed, from, later });
        }
    }

    /// Whether a changed instance is of a version of the series that is gone: what was changed after it takes out
    /// that instance, or no longer makes it.
    pub(super) fn has_outlived(&self, change: &Component, atlas: &mut Atlas<'_>, budget: &mut Budget) -> bool {
        let Some(id) = &change.recurrence_id else { return false };
        if change.sequence > self.component.sequence {
            return false;
        }
        let start = self.original(&id.at, atlas);
        let wall = days::seconds(self.placed.tz.to_datetime(start));
        if self.exceptions.contains(start, wall) {
            return true;
        }
        if change.sequence == self.component.sequence {
            return false;
        }
        let (made, fault) = self.found(Span::new(start, shift(start, 1)), atlas, budget);
        fault.is_none() && !made.iter().any(|(made, ..)| *made == start)
    }

    /// Whether a change holds for later instances although its own is taken out: EXDATE takes out one instance.
    pub(super) fn is_changed_later_by(&self, change: &Component) -> bool {
        change.recurrence_id.as_ref().is_some_and(|id| id.is_this_and_future)
            && change.sequence == self.component.sequence
    }

    /// The original start that a RECURRENCE-ID of any type and zone means.
    pub(super) fn original(&self, id: &Moment, atlas: &mut Atlas<'_>) -> Timestamp {
        match self.wall_of(id, atlas) {
            Some(wall) => instant(wall, &self.placed.tz),
            None => atlas.instant(id, &self.placed.tz),
        }
    }

    /// The wall time that a moment means where that is its date, because either of them is a date.
    fn wall_of(&self, moment: &Moment, atlas: &Atlas<'_>) -> Option<DateTime> {
        if self.placed.is_all_day() {
            Some(local_date(moment, atlas).to_datetime(Time::midnight()))
        } else if let Moment::Date(date) = moment {
            Some(date.to_datetime(self.placed.wall.time()))
        } else {
            None
        }
    }

    /// The starts that may overlap the window, in order and each once, before any is taken out.
    fn found(&self, window: Span, atlas: &mut Atlas<'_>, budget: &mut Budget) -> (Vec<Found>, Option<String>) {
        let mut walls = Walls::new(&self.placed.tz);
        let first = days::seconds(self.placed.wall);
        let mut found: Vec<Found> = vec![(walls.instant(first), first, None, MadeBy::Start)];
        let fault = self.component.recurrence.as_deref().and_then(|recurrence| {
            self.add_dates(recurrence, atlas, &mut found);
            self.add_rules(recurrence, &self.wall_window(window), atlas, budget, &mut walls, &mut found)
        });
        // What repeats another start counts once; a period's own length counts most.
        found.sort_by_key(|(start, _, own, _)| (*start, own.is_none()));
        found.dedup_by_key(|(start, ..)| *start);
        (found, fault)
    }

    /// Its instances that overlap the window.
    pub(super) fn instances(&self, window: Span, atlas: &mut Atlas<'_>, budget: &mut Budget) -> Instances {
        let (found, fault) = self.found(window, atlas, budget);
        let recurs = self.component.is_recurring();
        let mut walls = Walls::new(&self.placed.tz);
        let mut list = Vec::new();
        let mut zones: Vec<Walls<'_>> = self.changes.iter().map(|change| Walls::new(&change.placed.tz)).collect();
        for (start, wall, own, made_by) in found {
            if self.exceptions.contains(start, wall) || self.replaced.contains(start, wall) {
                continue;
            }
            let change = self.changes.partition_point(|change| change.from <= start).checked_sub(1);
            let changed = change.and_then(|index| Some((self.changes.get(index)?, zones.get_mut(index)?)));
            let span = match changed {
                Some((change, walls)) => change.placed.lasting.span(wall.saturating_add(change.later), walls),
                None => own.unwrap_or(self.placed.lasting).span(wall, &mut walls),
            };
            if touches(span, window) {
                list.push(Instance { span, recurrence_id: recurs.then_some(start), change, made_by });
            }
        }
        Instances { list, fault }
    }

    fn add_dates(&self, recurrence: &Recurrence, atlas: &mut Atlas<'_>, found: &mut Vec<Found>) {
        let tz = &self.placed.tz;
        for (moment, end) in &recurrence.dates {
            let (start, wall) = if let Some(wall) = self.wall_of(moment, atlas) {
                (instant(wall, tz), wall)
            } else {
                let at = atlas.instant(moment, tz);
                (at, tz.to_datetime(at))
            };
            let own = end.as_ref().filter(|_| !self.placed.is_all_day());
            let own = own.map(|end| lasting(wall, false, end, tz, atlas, &mut None));
            found.push((start, days::seconds(wall), own, MadeBy::Date));
        }
    }

    /// Adds what the rules make, without what exception rules take out; says what could not be followed.
    fn add_rules(
        &self,
        recurrence: &Recurrence,
        window: &Range<DateTime>,
        atlas: &mut Atlas<'_>,
        budget: &mut Budget,
        walls: &mut Walls<'_>,
        found: &mut Vec<Found>,
    ) -> Option<String> {
        let mut fault = None;
        for (index, rule) in recurrence.rules.iter().enumerate() {
            let made_by = MadeBy::Rule(index);
            let take = |wall| found.push((walls.instant(wall), wall, None, made_by));
            let error = self.each(rule, window, atlas, budget, take);
            if let Some(error) = error {
                add(&mut fault, &format!("{error}; {}", what_is_known(&error)));
            }
        }
        let mut except = BTreeSet::new();
        for rule in &recurrence.exception_rules {
            let mut out = Vec::new();
            match self.each(rule, window, atlas, budget, |wall| out.push(wall)) {
                None => except.extend(out),
                Some(error) => add(&mut fault, &format!("EXRULE: {error}; nothing is taken out")),
            }
        }
        if !except.is_empty() {
            found.retain(|(_, wall, ..)| !except.contains(wall));
        }
        fault
    }

    fn each(
        &self,
        rule: &Rule,
        window: &Range<DateTime>,
        atlas: &mut Atlas<'_>,
        budget: &mut Budget,
        take: impl FnMut(i64),
    ) -> Option<RuleError> {
        let until = rule.until.as_ref().map(|until| self.until(until, atlas));
        let start = Start { wall: self.placed.wall, is_date: self.placed.is_all_day() };
        each_start(rule, start, until, window.clone(), budget, take)
    }

    /// UNTIL in the series' wall-clock time: a date means to its end, UTC is converted (RFC 5545 3.3.10 asks
    /// for the type of DTSTART; others are read as they are meant).
    fn until(&self, until: &Moment, atlas: &mut Atlas<'_>) -> DateTime {
        let last_second = Time::constant(23, 59, 59, 0);
        if self.placed.is_all_day() || until.is_date() {
            return local_date(until, atlas).to_datetime(last_second);
        }
        match until {
            Moment::Utc(_) => self.placed.tz.to_datetime(atlas.instant(until, &self.placed.tz)),
            other => other.wall(),
        }
    }

    /// The wall times at which an instance may begin that overlaps the window, also one that a change moves into
    /// it; two days wider on each side than any offset between zones or DST change can ask for.
    fn wall_window(&self, window: Span) -> Range<DateTime> {
        let margin = 2 * DAY_SECONDS;
        let own = (self.placed.lasting.nominal(), 0);
        let changed = self.changes.iter().map(|change| (change.placed.lasting.nominal(), change.later));
        let (mut before, mut after) = (margin, margin);
        for (length, later) in changed.chain([own]) {
            before = before.max(length.max(0).saturating_add(later).saturating_add(margin));
            after = after.max(length.min(0).saturating_add(later).saturating_neg().saturating_add(margin));
        }
        let (from, to) = (shift(window.start, before.saturating_neg()), shift(window.end, after));
        self.placed.tz.to_datetime(from)..self.placed.tz.to_datetime(to)
    }
}

/// What is left of a rule that could not be followed to the window's end.
fn what_is_known(error: &RuleError) -> &'static str {
    match error {
        RuleError::TooMany => "only its first ones are known",
        RuleError::Unreadable(_) | RuleError::Unsupported(_) => "only its first instance and its RDATEs are known",
    }
}

/// The local date that a moment means where a date is asked for. A UTC midnight is how some programs write
/// a date; any other UTC time is a date in the user's zone.
fn local_date(moment: &Moment, atlas: &Atlas<'_>) -> Date {
    match moment {
        Moment::Utc(at) if at.time() != Time::midnight() => atlas.home.to_datetime(instant(*at, &TimeZone::UTC)).date(),
        other => other.wall().date(),
    }
}
