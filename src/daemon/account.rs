//! What the loop knows of one account: what was last read, when it is read next, how it fares. Values only; reads
//! nothing and asks no clock.

use std::time::Duration;

use jiff::Timestamp;

use super::moment::Moment;
use super::schedule;
use crate::config::settings::{Account, CalendarUse};
use crate::cycle::fetch::Fetched;
use crate::cycle::warning::Warning;

/// What was last read.
#[derive(Clone, Debug)]
struct Kept {
    fetched: Vec<Fetched>,
    /// When it was asked for, by [`Moment::running`].
    at: Duration,
    /// The version of the state before it was asked for.
    version: i64,
}

/// An account as the loop sees it.
#[derive(Clone, Debug)]
pub struct Watched {
    /// When it is read next, by [`Moment::running`].
    pub next: Duration,
    /// It is being read, since then.
    pub polling: Option<Moment>,
    /// The version of the state when that began.
    version: i64,
    /// It is to be read once more when the present read is done.
    pub again: bool,
    /// It was not read since the start, or since the machine slept.
    pub awaited: bool,
    /// The next read lists every name.
    pub thorough: bool,
    /// How often in a row a poll could not read it to the end.
    pub failures: u32,
    /// When it was last asked.
    pub asked_at: Option<Timestamp>,
    /// Why it could not be read to the end then; with no words out of a calendar, for it is logged.
    pub trouble: Option<String>,
    /// Only its user can mend that.
    pub needs_login: bool,
    /// The same at some time since it was last read to the end.
    pub needed_login: bool,
    /// What was asked for before that is in doubt, by [`Moment::running`].
    doubted: Duration,
    /// Own objects may be written or removed there.
    pub is_written: bool,
    /// Holds are written there.
    pub is_home: bool,
    kept: Option<Kept>,
}

impl Watched {
    /// One that is read at once.
    pub fn new(account: &Account, now: Moment) -> Self {
        Self {
            next: now.running,
            polling: None,
            version: i64::MIN,
            again: false,
            awaited: true,
            thorough: false,
            failures: 0,
            asked_at: None,
            trouble: None,
            needs_login: false,
            needed_login: false,
            doubted: Duration::ZERO,
            is_written: account.calendars.iter().any(is_written),
            is_home: account.calendars.iter().any(|calendar| calendar.hold),
            kept: None,
        }
    }

    /// Everything that was read is in doubt: the machine slept, or the clock was set.
    pub fn doubt(&mut self, now: Moment, next: Duration) {
        (self.next, self.awaited, self.thorough, self.failures) = (next, true, true, 0);
        self.doubted = now.running;
    }

    /// A read begins, at that version of the state.
    pub fn begin(&mut self, now: Moment, version: i64) {
        (self.polling, self.version, self.again) = (Some(now), version, false);
    }

    /// When the read began, and at which version of the state.
    pub fn asked(&self) -> Option<(Moment, i64)> {
        self.polling.map(|since| (since, self.version))
    }

    /// What was last read.
    pub fn fetched(&self) -> &[Fetched] {
        self.kept.as_ref().map(|kept| kept.fetched.as_slice()).unwrap_or_default()
    }

    /// When what was last read was asked for, by [`Moment::running`].
    pub fn read_at(&self) -> Option<Duration> {
        self.kept.as_ref().map(|kept| kept.at)
    }

    /// The word for how it fares.
    pub fn state(&self) -> &'static str {
        match self {
            Self { needs_login: true, .. } => "login",
            Self { trouble: Some(_), .. } => "failing",
            Self { polling: Some(_), .. } => "reading",
            Self { kept: None, .. } => "waiting",
            _ => "ok",
        }
    }

    /// Takes over what a poll read; whether it says something else than before. One that failed is one step of back-off.
    pub fn polled(&mut self, fetched: Vec<Fetched>, asked: Moment, version: i64) -> bool {
        let changed = self.take(fetched, asked, version);
        self.failures = if self.trouble.is_some() { self.failures.saturating_add(1) } else { 0 };
        self.polling = None;
        changed
    }

    /// Takes over what was read, whenever that was asked for; whether it says something else than before. Of a calendar
    /// that could not be read its last known content counts.
    pub fn take(&mut self, mut fetched: Vec<Fetched>, asked: Moment, version: i64) -> bool {
        let before = self.kept.take();
        let old = before.as_ref().map(|kept| kept.fetched.as_slice()).unwrap_or_default();
        for one in fetched.iter_mut().filter(|one| one.objects.is_none()) {
            if let Some(known) = old.iter().find(|known| known.calendar == one.calendar) {
                one.objects.clone_from(&known.objects);
                one.emails.clone_from(&known.emails);
                one.owned = known.owned;
            }
        }
        let changed = before.as_ref().is_none_or(|kept| kept.fetched != fetched);
        self.needs_login = fetched.iter().any(|one| one.needs_login);
        let broken = fetched.iter().find(|one| one.incomplete);
        let reason =
            |one: &Fetched| one.warnings.iter().rfind(|warning| !warning.is_private()).map(ToString::to_string);
        self.trouble = broken.map(|one| reason(one).unwrap_or_default());
        self.needed_login = broken.is_some() && (self.needed_login || self.needs_login);
        self.asked_at = Some(asked.wall);
        if asked.running >= self.doubted {
            self.awaited = false;
            self.thorough &= broken.is_some();
        }
        self.kept = Some(Kept { fetched, at: asked.running, version });
        changed
    }

    /// Whether what was read is as new as it must be before anything is written to the account: no older than
    /// `age_max`, and no other process has written to the state since.
    pub fn is_fresh(&self, now: Moment, age_max: Duration, version: i64) -> bool {
        let is_new = |kept: &Kept| now.running.saturating_sub(kept.at) <= age_max && kept.version == version;
        !self.awaited && self.kept.as_ref().is_some_and(is_new)
    }

    /// No cycle asks the account now, nor writes to it: it is being read, or could not be and its time has not come.
    pub fn is_left_alone(&self, now: Moment) -> bool {
        let is_closed = |one: &Fetched| one.incomplete || !is_written(&one.calendar);
        self.polling.is_some() || (self.failures > 0 && now.running < self.next && self.fetched().iter().all(is_closed))
    }

    /// What was read is no longer what is there: a cycle wrote to the account. Nor may it be what is being read now.
    pub fn spend(&mut self) {
        self.version = i64::MIN;
        if let Some(kept) = &mut self.kept {
            kept.version = i64::MIN;
        }
    }

    /// What a cycle may know of the account. What is too old, or was not read since the machine slept, counts as not
    /// read to the end; and of an account that is left alone nothing is known that is only to be removed, or it would be
    /// written to.
    pub fn view(&self, account: &Account, now: Moment, every: Duration) -> Vec<Fetched> {
        let Some(kept) = &self.kept else {
            let nothing = |calendar| {
                let mut one = Fetched::nothing(account, calendar);
                one.warnings.push(Warning::new(format!("{}: not read yet.", one.calendar.id)));
                one
            };
            return account.calendars.iter().map(nothing).collect();
        };
        let is_old = now.running.saturating_sub(kept.at) > schedule::age_max(every, self.failures);
        let mut fetched = kept.fetched.clone();
        for one in fetched.iter_mut().filter(|one| one.calendar.only_emptied() && self.is_left_alone(now)) {
            (one.objects, one.incomplete) = (None, true);
        }
        for one in fetched.iter_mut().filter(|one| (is_old || self.awaited) && !one.incomplete) {
            one.incomplete = true;
            let why = format!("{}: not read for too long; it counts as it was then.", one.calendar.id);
            one.warnings.push(Warning::new(why));
        }
        fetched
    }
}

/// Whether own objects may be written to or removed from a calendar.
fn is_written(calendar: &CalendarUse) -> bool {
    calendar.hold || calendar.only_emptied()
}
