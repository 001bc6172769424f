//! What is looked at in every single write, at the moment at which it takes effect: the first promise, and the order of
//! looking and writing. A law that is broken is noted; the step that broke it fails.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use seawall::calendar::time::Span;
use seawall::calendar::week::IsoWeek;
use seawall::provider::{ErrorKind, ProviderError};
use seawall::reconcile::key::{Kind, Marker};

use super::account::{Entry, Hand, Quick};
use super::event::{PRIVATE, marker_of, span_of, unfolded, value};
use super::people::shown;

/// Lines by which a calendar service would write to people, or that make an event more than a hold.
const NEVER: [&str; 5] = ["ATTENDEE", "ORGANIZER", "METHOD", "ATTACH", "RRULE"];

/// What one seawall may do in this cycle, as the simulation knows it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Leave {
    /// Why it may write nothing at all.
    pub(crate) nothing: Option<&'static str>,
    /// A calendar was not read to the end: holds may only give way.
    pub(crate) only_yields: bool,
    /// It may go on in the place of another one.
    pub(crate) take_over: bool,
    /// Objects of people that the user told it to delete.
    pub(crate) delete: BTreeSet<String>,
}

/// What surrounds a write.
pub(crate) struct Scene<'a> {
    pub(crate) now: Timestamp,
    pub(crate) instance: &'a str,
    pub(crate) in_hold_calendar: bool,
    pub(crate) leave: &'a Leave,
    /// Time that was ever busy, or off.
    pub(crate) ever_taken: &'a [Span],
    /// UIDs of holds that a person deleted.
    pub(crate) never_again: &'a BTreeSet<String>,
    /// When a week's summary is due, and the week of the present.
    pub(crate) due: &'a dyn Fn(IsoWeek) -> Timestamp,
    pub(crate) week: IsoWeek,
    pub(crate) today: Date,
    /// When that began, in the zone of the present.
    pub(crate) midnight: Timestamp,
}

/// What was seen of the writes so far.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    /// Laws that were broken, in words.
    pub(crate) broken: Vec<String>,
    /// Writes that took effect in this cycle, by seawall.
    pub(crate) writes: [u32; 2],
    /// Names whose last write had an answer that tells nothing, and that were not looked at since.
    unclear: BTreeSet<(usize, String)>,
    /// What was written and not read back yet.
    unread: [Option<(String, Timestamp)>; 2],
    /// What was looked for after an unclear answer, and is read back next if it is there.
    found: [Option<String>; 2],
    /// UIDs of what each deleted.
    pub(crate) deleted: [BTreeSet<String>; 2],
    finals: BTreeMap<IsoWeek, u32>,
    /// By seawall: none knows how often the other one refreshed what it takes over.
    refreshes: BTreeMap<(usize, IsoWeek), Vec<Timestamp>>,
    /// Failures of each day, any of which may keep a write out of the log by which seawall counts.
    pub(crate) excuses: BTreeMap<Date, u32>,
    /// What a new database made to which an old list was told, and so nothing of what lies there already; and what a person
    /// brought back.
    pub(crate) made_blindly: BTreeSet<String>,
    /// What each made in this cycle.
    made: [BTreeSet<String>; 2],
    /// A write test is running, which tries what is forbidden.
    pub(crate) is_test: bool,
}

impl Watch {
    pub(crate) fn begin(&mut self, seawall: usize) {
        self.unclear.retain(|(whose, _)| *whose != seawall);
        (self.unread[seawall], self.found[seawall]) = (None, None);
        self.writes[seawall] = 0;
        self.made[seawall].clear();
    }

    /// A cycle came to its end.
    pub(crate) fn end(&mut self, seawall: usize) {
        if let Some((name, _)) = self.unread[seawall].take() {
            self.broken.push(format!("{name} was never read back"));
        }
    }

    pub(crate) fn forget_refreshes(&mut self) {
        self.refreshes.clear();
    }

    /// A list was read.
    pub(crate) fn lists(&mut self, seawall: usize) {
        self.unclear.retain(|(whose, _)| *whose != seawall);
    }

    pub(crate) fn sends(&mut self, seawall: usize, name: &str, now: Timestamp) {
        if self.is_test {
            return;
        }
        if self.unclear.contains(&(seawall, name.to_owned())) {
            self.broken.push(format!("{name} is written again without a look after an unclear answer"));
        }
        // A cycle that was broken off in between reads nothing back.
        if let Some((before, _)) = self.unread[seawall].as_ref().filter(|(_, since)| now < later(*since, 2)) {
            self.broken.push(format!("{name} is written before {before} was read back"));
        }
    }

    pub(crate) fn answered(
        &mut self,
        seawall: usize,
        name: &str,
        deletes: bool,
        now: Timestamp,
        answer: &Result<(), ProviderError>,
    ) {
        match answer {
            Ok(()) if !deletes && !self.is_test => self.unread[seawall] = Some((name.to_owned(), now)),
            Err(error) if error.kind == ErrorKind::Unavailable => drop(self.unclear.insert((seawall, name.to_owned()))),
            _ => {}
        }
    }

    /// An object is looked at; whether that is a look at what was just written.
    pub(crate) fn looks(&mut self, seawall: usize, name: &str) -> bool {
        let was_unread = self.unread[seawall].take_if(|(unread, _)| unread == name).is_some();
        let was_found = self.found[seawall].take_if(|found| found == name).is_some();
        if self.unclear.remove(&(seawall, name.to_owned())) {
            self.found[seawall] = Some(name.to_owned());
        }
        was_found || was_unread
    }

    /// A write takes effect; whether it takes away what a person changed, and may.
    pub(crate) fn write(
        &mut self,
        seawall: usize,
        scene: &Scene<'_>,
        name: &str,
        before: Option<&Entry>,
        after: Option<&str>,
    ) -> bool {
        self.writes[seawall] += 1;
        if after.is_none() {
            self.deleted[seawall].insert(name.trim_end_matches(".ics").to_owned());
        }
        if before.is_none() {
            self.made[seawall].insert(name.to_owned());
        }
        let old = before.map(|entry| unfolded(entry.body.as_bytes()));
        let new = after.map(|text| unfolded(text.as_bytes()));
        let was = old.as_deref().and_then(marker_of);
        let is = new.as_deref().and_then(marker_of);
        if [&was, &is].iter().any(|one| one.as_ref().is_some_and(|one| one.key.kind == Kind::Canary)) {
            return false;
        }
        // What comes back from a create without its marker was lost by the calendar, as far as anyone can tell, and goes
        // at once: a hand that is quicker than the reading back takes the marker with it unseen.
        let is_unmarked = after.is_none() && was.is_none() && self.made[seawall].contains(name);
        let is_forgiven = is_unmarked || before.is_some_and(|entry| entry.quick == Quick::Mistaken);
        let mut broken: Vec<&str> = Vec::new();
        if !scene.in_hold_calendar {
            broken.push("written to a calendar that does not hold");
        }
        if let Some(why) = scene.leave.nothing {
            broken.push(why);
        }
        if let (Some(before), Some(old), false) = (before, &old, is_forgiven) {
            broken.extend(of_old(scene, name, before, old, was.as_ref()));
        }
        if let Some(new) = &new {
            broken.extend(of_new(scene, name, new, is.as_ref()));
        }
        if let (Some(old), Some(new)) = (&old, &new) {
            let theirs = |text: &str| text.lines().filter(|line| line.contains("X-PERSON")).count();
            if theirs(old) != theirs(new) {
                broken.push("changes a line that a person added");
            }
        }
        if scene.leave.only_yields && !may_yield(scene, old.as_deref(), was.as_ref(), new.as_deref(), is.as_ref()) {
            broken.push("more than a yield while a calendar was not read to the end");
        }
        let at = |text: &Option<String>| text.as_deref().and_then(span_of).map_or("nothing".to_owned(), shown);
        let write = format!("{name} from {} to {}", at(&old), at(&new));
        let broken: Vec<String> = broken.into_iter().map(|what| format!("{write}: {what}")).collect();
        self.broken.extend(broken);
        if let Some(is) = is.filter(|is| is.key.kind == Kind::Summary) {
            self.summary(seawall, scene, old.as_deref(), was.as_ref(), new.as_deref().unwrap_or_default(), &is);
        }
        is_forgiven
    }

    fn summary(
        &mut self,
        seawall: usize,
        scene: &Scene<'_>,
        old: Option<&str>,
        was: Option<&Marker>,
        new: &str,
        is: &Marker,
    ) {
        let week = is.key.week;
        let mut broken = |what: &str| self.broken.push(format!("the summary of {week} {what}"));
        let Some(was) = was else {
            if scene.week != week || scene.now >= (scene.due)(week) {
                broken("is made outside of its time");
            }
            return;
        };
        let words =
            |text: &str| (value(text, "SUMMARY").map(str::to_owned), value(text, "DESCRIPTION").map(str::to_owned));
        if was.is_final && !is.is_final {
            broken("is final no more");
        }
        if was.is_final && words(old.unwrap_or_default()) != words(new) {
            broken("changes after its last word");
        }
        let (stood, stands) = (old.and_then(span_of), span_of(new));
        if stood != Some(was.written.span) && stood != stands {
            broken("leaves the time that a person gave it");
        }
        if is.is_final && !was.is_final {
            let times = self.finals.entry(week).or_default();
            *times += 1;
            if *times > 1 {
                broken("has two last words");
            }
        } else if was.closed == is.closed && !is.is_final && !scene.leave.take_over && !is.released {
            let times = self.refreshes.entry((seawall, week)).or_default();
            times.push(scene.now);
            times.retain(|at| *at >= scene.midnight);
            let is_too_much = times.len() as u32 > REFRESHES_MAX + self.excuses.get(&scene.today).copied().unwrap_or(0);
            if is_too_much {
                self.broken.push(format!("the summary of {week} is refreshed too often"));
            }
        }
    }
}

/// Refreshes of a summary a day, by the config.
const REFRESHES_MAX: u32 = 2;

/// Whether the object may be written at all.
fn of_old(scene: &Scene<'_>, name: &str, before: &Entry, old: &str, was: Option<&Marker>) -> Vec<&'static str> {
    let mut broken = Vec::new();
    if before.hand == Hand::Person && !scene.leave.delete.contains(name) {
        broken.push("writes over what a person wrote");
    }
    if before.deleted {
        broken.push("revives what was deleted");
    }
    if NEVER.iter().any(|never| value(old, never).is_some()) {
        broken.push("writes to an event with people, who would be mailed");
    }
    if was.is_some_and(|was| was.instance != scene.instance) && !scene.leave.take_over {
        broken.push("writes to what another seawall wrote");
    }
    let is_hold = was.is_some_and(|was| was.key.kind == Kind::Hold);
    if is_hold && !before.deleted && span_of(old).is_some_and(|span| later(span.end, 15) <= scene.now) {
        broken.push("changes a hold that is past");
    }
    broken
}

fn of_new(scene: &Scene<'_>, name: &str, new: &str, is: Option<&Marker>) -> Vec<&'static str> {
    let mut broken = Vec::new();
    if NEVER.iter().any(|never| value(new, never).is_some()) {
        broken.push("has people or a rule");
    }
    if new.contains(PRIVATE) {
        broken.push("tells of a private appointment");
    }
    if new.matches("BEGIN:VEVENT").count() != 1 || span_of(new).is_none() {
        broken.push("is not one event from a time to a time");
    }
    match is {
        None => broken.push("has no marker"),
        Some(is) => {
            let uid = seawall::reconcile::marker::uid(&is.key);
            if value(new, "UID") != Some(&uid) || name != format!("{uid}.ics") {
                broken.push("has another name than its key says");
            }
            if scene.never_again.contains(&uid) {
                broken.push("is back though a person deleted it");
            }
            // What is about to be deleted keeps whose it was.
            if is.instance != scene.instance && !(is.released && scene.leave.take_over) {
                broken.push("is marked as another seawall's");
            }
        }
    }
    broken
}

/// Whether a hold only gives way to time that was ever taken, or a summary has its last word, or is marked for that.
fn may_yield(
    scene: &Scene<'_>,
    old: Option<&str>,
    was: Option<&Marker>,
    new: Option<&str>,
    is: Option<&Marker>,
) -> bool {
    let (Some(old), Some(was)) = (old.and_then(span_of), was) else { return false };
    if was.key.kind == Kind::Summary {
        return is.is_some_and(|is| is.is_final);
    }
    let gives_way = scene.ever_taken.iter().any(|taken| taken.overlaps(old));
    gives_way && new.and_then(span_of).is_none_or(|new| old.covers(new))
}

fn later(at: Timestamp, minutes: i64) -> Timestamp {
    at + jiff::SignedDuration::from_mins(minutes)
}
