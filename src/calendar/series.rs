//! One event placed in absolute time, and one series with its exceptions: which starts it has in a window.
//! Knows nothing of versions and of what changed instances say; only their original starts.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::expand::add;
use super::ical::{Component, End, Moment, Recurrence};
use super::recurrence::{Rule, RuleError, starts};
use super::time::Span;
use super::week::midnight;
use super::zones::{Atlas, instant};

const DAY_SECONDS: i64 = 86_400;

/// How long each instance lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lasting {
    /// Whole local days.
    Days(i64),
    /// Nominal days, then exact seconds: DURATION, and with no days DTEND (RFC 5545 3.8.5.3: the same
    /// exact duration for all instances).
    Time { days: i64, seconds: i64 },
}

/// An event placed in absolute time.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    wall: DateTime,
    /// The zone in which its wall time counts.
    tz: TimeZone,
    lasting: Lasting,
    /// Why its time is not certain.
    pub(super) trouble: Option<String>,
}

impl Placed {
    /// Atlas a component; floating times of a changed instance belong to the zone of its `series`.
    pub(super) fn of(component: &Component, atlas: &mut Atlas<'_>, series: Option<&Self>) -> Self {
        let floating = match (&component.start, series) {
            (Moment::Floating(_), Some(series)) => series.tz.clone(),
            _ => atlas.home.clone(),
        };
        let (tz, guessed) = atlas.zone(&component.start, &floating);
        let mut trouble = component.trouble.clone();
        if let Some(guessed) = guessed {
            add(&mut trouble, &guessed);
        }
        let lasting =
            lasting(component.start.wall(), component.start.is_date(), &component.end, &tz, atlas, &mut trouble);
        Self { wall: component.start.wall(), tz, lasting, trouble }
    }

    /// The span of the instance that begins at its own start.
    pub(super) fn first_span(&self) -> Span {
        self.span(instant(self.wall, &self.tz), self.wall, self.lasting)
    }

    fn span(&self, start: Timestamp, wall: DateTime, lasting: Lasting) -> Span {
        let end = match lasting {
            Lasting::Days(days) => midnight(later(wall.date(), days), &self.tz),
            Lasting::Time { days: 0, seconds } => shift(start, seconds),
            Lasting::Time { days, seconds } => {
                let wall = later(wall.date(), days).to_datetime(wall.time());
                shift(instant(wall, &self.tz), seconds)
            }
        };
        // What ends before it starts takes the time between.
        Span::new(start.min(end), start.max(end))
    }

    fn is_all_day(&self) -> bool {
        matches!(self.lasting, Lasting::Days(_))
    }
}

/// One instance of a series.
pub(super) struct Instance {
    /// When it takes place.
    pub(super) span: Span,
    /// Its original start; none where the event does not recur.
    pub(super) recurrence_id: Option<Timestamp>,
    /// Why it is not certain.
    pub(super) trouble: Option<String>,
}

/// Original starts that the series does not make itself: exceptions and changed instances.
#[derive(Default)]
struct Gaps {
    instants: BTreeSet<Timestamp>,
    dates: BTreeSet<Date>,
}

/// A series, or a single event that changed instances refer to.
pub(super) struct Series<'a> {
    /// What defines it.
    pub(super) component: &'a Component,
    /// Its first instance.
    pub(super) placed: Placed,
    gaps: Gaps,
    /// From here on a change that is not followed was meant to hold.
    changed_from: Option<Timestamp>,
}

/// An original start: its wall time, and how long it lasts where that is its own.
type Starts = BTreeMap<Timestamp, (DateTime, Option<Lasting>)>;

impl<'a> Series<'a> {
    /// The series of that component, with its EXDATEs.
    pub(super) fn new(component: &'a Component, atlas: &mut Atlas<'_>) -> Self {
        let placed = Placed::of(component, atlas, None);
        let mut series = Self { component, placed, gaps: Gaps::default(), changed_from: None };
        for exception in component.recurrence.iter().flat_map(|recurrence| &recurrence.exceptions) {
            series.take_out(exception, atlas);
        }
        series
    }

    /// Takes out the original start of a changed instance.
    pub(super) fn replace(&mut self, change: &Component, atlas: &mut Atlas<'_>) {
        let Some(id) = &change.recurrence_id else { return };
        self.take_out(&id.at, atlas);
        if id.is_this_and_future {
            let at = self.original(&id.at, atlas);
            self.changed_from = Some(self.changed_from.map_or(at, |from| from.min(at)));
        }
    }

    /// By instant where both are times, by local date where either is a date.
    fn take_out(&mut self, moment: &Moment, atlas: &mut Atlas<'_>) {
        if self.placed.is_all_day() || moment.is_date() {
            self.gaps.dates.insert(local_date(moment, atlas));
        } else {
            self.gaps.instants.insert(atlas.instant(moment, &self.placed.tz));
        }
    }

    /// The original start that a RECURRENCE-ID of any type and zone means.
    pub(super) fn original(&self, id: &Moment, atlas: &mut Atlas<'_>) -> Timestamp {
        if self.placed.is_all_day() {
            midnight(local_date(id, atlas), &self.placed.tz)
        } else if let Moment::Date(date) = id {
            instant(date.to_datetime(self.placed.wall.time()), &self.placed.tz)
        } else {
            atlas.instant(id, &self.placed.tz)
        }
    }

    /// Its instances that overlap the window, and what could not be followed.
    pub(super) fn instances(&self, window: Span, atlas: &mut Atlas<'_>) -> (Vec<Instance>, Option<String>) {
        let mut found = Starts::new();
        found.insert(instant(self.placed.wall, &self.placed.tz), (self.placed.wall, None));
        let recurrence = self.component.recurrence.as_deref();
        let fault = recurrence.and_then(|recurrence| {
            self.add_dates(recurrence, atlas, &mut found);
            self.add_rules(recurrence, window, atlas, &mut found).err()
        });
        let mut trouble = self.placed.trouble.clone();
        if let Some(fault) = &fault {
            add(&mut trouble, fault);
        }
        let mut out = Vec::new();
        for (start, (wall, own)) in found {
            let span = self.placed.span(start, wall, own.unwrap_or(self.placed.lasting));
            let is_out = self.gaps.instants.contains(&start) || self.gaps.dates.contains(&wall.date());
            if is_out || !touches(span, window) {
                continue;
            }
            let mut trouble = trouble.clone();
            if self.changed_from.is_some_and(|from| start >= from) {
                add(&mut trouble, "a change of this and all later instances is not followed");
            }
            out.push(Instance { span, recurrence_id: recurrence.map(|_| start), trouble });
        }
        (out, fault)
    }

    /// Adds RDATEs; where one repeats another start, a period's own length counts.
    fn add_dates(&self, recurrence: &Recurrence, atlas: &mut Atlas<'_>, found: &mut Starts) {
        for (moment, end) in &recurrence.dates {
            let wall = if self.placed.is_all_day() {
                local_date(moment, atlas).to_datetime(Time::midnight())
            } else if let Moment::Date(date) = moment {
                date.to_datetime(self.placed.wall.time())
            } else {
                let at = atlas.instant(moment, &self.placed.tz);
                self.placed.tz.to_datetime(at)
            };
            let start = if moment.is_date() || self.placed.is_all_day() {
                instant(wall, &self.placed.tz)
            } else {
                atlas.instant(moment, &self.placed.tz)
            };
            let own = end.as_ref().filter(|_| !self.placed.is_all_day());
            let own = own.map(|end| lasting(wall, false, end, &self.placed.tz, atlas, &mut None));
            let slot = found.entry(start).or_insert((wall, None));
            slot.1 = own.or(slot.1);
        }
    }

    fn add_rules(
        &self,
        recurrence: &Recurrence,
        window: Span,
        atlas: &mut Atlas<'_>,
        found: &mut Starts,
    ) -> Result<(), String> {
        let wall_window = self.wall_window(window);
        let mut made = Vec::new();
        for rule in &recurrence.rules {
            let fault = |error: RuleError| format!("{error}; only its first instance and its RDATEs are known");
            made.extend(self.starts(rule, &wall_window, atlas).map_err(fault)?);
        }
        let mut except = BTreeSet::new();
        let mut fault = None;
        for rule in &recurrence.exception_rules {
            match self.starts(rule, &wall_window, atlas) {
                Ok(walls) => except.extend(walls),
                Err(error) => fault = Some(format!("EXRULE: {error}; nothing is taken out")),
            }
        }
        for wall in made {
            found.entry(instant(wall, &self.placed.tz)).or_insert((wall, None));
        }
        if !except.is_empty() {
            found.retain(|_, (wall, _)| !except.contains(wall));
        }
        fault.map_or(Ok(()), Err)
    }

    fn starts(&self, rule: &Rule, window: &Range<DateTime>, atlas: &mut Atlas<'_>) -> Result<Vec<DateTime>, RuleError> {
        let until = rule.until.as_ref().map(|until| self.until(until, atlas));
        starts(rule, self.placed.wall, until, window.clone())
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

    /// The wall times at which an instance may begin that overlaps the window; two days wider on each side
    /// than any offset between zones or DST change can ask for.
    fn wall_window(&self, window: Span) -> Range<DateTime> {
        let length = match self.placed.lasting {
            Lasting::Days(days) => days.saturating_mul(DAY_SECONDS),
            Lasting::Time { days, seconds } => days.saturating_mul(DAY_SECONDS).saturating_add(seconds),
        };
        let margin = 2 * DAY_SECONDS;
        let from = shift(window.start, (-margin).saturating_sub(length.max(0)));
        let to = shift(window.end, margin.saturating_sub(length.min(0)));
        self.placed.tz.to_datetime(from)..self.placed.tz.to_datetime(to)
    }
}

/// Whether the span shares time with the window; one without length, whether it lies inside.
pub(super) fn touches(span: Span, window: Span) -> bool {
    if span.is_empty() { window.contains(span.start) } else { span.start < window.end && window.start < span.end }
}

/// How long what starts at that wall time in `tz` lasts.
fn lasting(
    wall: DateTime,
    is_date: bool,
    end: &End,
    tz: &TimeZone,
    atlas: &mut Atlas<'_>,
    trouble: &mut Option<String>,
) -> Lasting {
    match (is_date, end) {
        (true, End::Missing) => Lasting::Days(1),
        (true, End::At(Moment::Date(end))) => {
            let days = days_between(wall.date(), *end);
            // The same day as its end, or the one before it, both mean this day alone.
            Lasting::Days(days.max(1))
        }
        (true, End::At(end)) => {
            add(trouble, "starts as a date and ends at a time; taken as whole days");
            let partly = i64::from(end.wall().time() > Time::midnight());
            Lasting::Days((days_between(wall.date(), end.wall().date()) + partly).max(1))
        }
        (true, End::After(length)) => {
            let partly = length.seconds.div_euclid(DAY_SECONDS) + i64::from(length.seconds % DAY_SECONDS != 0);
            Lasting::Days(length.days.saturating_add(partly).max(1))
        }
        (false, End::Missing) => Lasting::Time { days: 0, seconds: 0 },
        (false, End::At(end)) => {
            if end.is_date() {
                add(trouble, "starts at a time and ends on a date; taken until that date begins");
            }
            let (zone, guessed) = atlas.zone(end, tz);
            if let Some(guessed) = guessed {
                add(trouble, &guessed);
            }
            let (from, to) = (instant(wall, tz), instant(end.wall(), &zone));
            Lasting::Time { days: 0, seconds: to.as_second() - from.as_second() }
        }
        (false, End::After(length)) => Lasting::Time { days: length.days, seconds: length.seconds },
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

fn days_between(from: Date, to: Date) -> i64 {
    (to.duration_since(from)).as_hours() / 24
}

fn later(date: Date, days: i64) -> Date {
    // Beyond the calendar's 20,000 years the edge will do.
    date.saturating_add(days.clamp(-7_000_000, 7_000_000).days())
}

fn shift(at: Timestamp, seconds: i64) -> Timestamp {
    let (min, max) = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    Timestamp::from_second(at.as_second().saturating_add(seconds).clamp(min, max)).unwrap_or(at)
}
