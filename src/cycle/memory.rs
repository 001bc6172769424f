//! What a cycle remembers from earlier ones, loaded at its start; and what it would remember after looking at the
//! calendars, which only a cycle that writes stores.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::hand;
use crate::calendar::time::Span;
use crate::focus::assess::History;
use crate::focus::plan::Closed;
use crate::reconcile::guard::{self, Alarm};
use crate::reconcile::key::{Kind, Marker};
use crate::reconcile::ledger::LedgerRow;
use crate::reconcile::marker;
use crate::reconcile::own::{Owned, Standing};
use crate::store::{Store, StoreError};

/// Name of the single value that holds the instant of the very first cycle.
const FIRST_CYCLE: &str = "first_cycle";
/// Name of the single value that holds a standing alarm.
const ALARM: &str = "alarm";
/// Name of the single value that holds the hash of the config that was last applied in full.
const CONFIG: &str = "config";
/// Name of the single value that counts the writes.
const SERIAL: &str = "serial";
/// Name of the single value that holds what an older state can't know, while the calendar could not be asked for it.
const SUSPECTS: &str = "suspects";
/// Name of the single value that says until when `run` shall write nothing.
pub const PAUSED: &str = "paused";

/// What is remembered.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// Rows of own objects.
    pub ledger: Vec<LedgerRow>,
    /// How many holds to come the cycle before left: those that are found on the calendar or taken over in this one are
    /// not among them.
    pub known_before: usize,
    /// Closed time.
    pub closed: Vec<Closed>,
    /// What was seen of occurrences.
    pub history: History,
    /// How many writes were begun, by this state or by one whose place it took.
    serial: u64,
    /// The calendar knows of more: the state is an older one that was put back, or a new one.
    pub is_behind: bool,
    /// UIDs of holds that such a state remembers and that are not there: seawall may have removed them since, or the user.
    /// None where it has caught up.
    suspects: Option<BTreeSet<String>>,
    /// The instant of the very first cycle; none where this may be it.
    pub first_cycle: Option<Timestamp>,
    /// An alarm that stands.
    pub alarm: Option<Alarm>,
    /// The hash of the config that was last applied in full.
    pub config: Option<String>,
}

impl Memory {
    /// Loads it; sightings only of what ends at `from` or later.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn load(store: &Store, from: Timestamp, now: Timestamp) -> Result<Self, StoreError> {
        let alarm = store.meta(ALARM)?.and_then(|text| {
            let (since, what) = text.split_once(' ')?;
            Some(Alarm { since: since.parse().ok()?, what: what.to_owned() })
        });
        let ledger = store.ledger()?;
        Ok(Self {
            known_before: guard::future_holds(&ledger, now),
            ledger,
            closed: store.closed()?,
            serial: serial(store)?,
            is_behind: false,
            suspects: store.meta(SUSPECTS)?.map(|text| text.lines().map(str::to_owned).collect()),
            history: store.sightings(from)?,
            first_cycle: store.meta(FIRST_CYCLE)?.and_then(|text| text.parse().ok()),
            alarm,
            config: store.meta(CONFIG)?,
        })
    }

    /// Where the database is new, or older than the calendar: what the newest summary there still knows. Of a new one,
    /// without a summary and with holds there, only that this is not the first cycle.
    ///
    /// Where the user has just had another seawall's events taken over: what its summaries know, too, whatever is known
    /// here, for nobody else knows what was deleted while it was that one's to notice.
    pub fn recall(&mut self, owned: &[Owned], instance: &str, now: Timestamp) {
        let taken_over = owned.iter().filter_map(|one| match &one.standing {
            Standing::Ours(marker) if marker.instance != instance => Some(&marker.closed),
            _ => None,
        });
        self.closed.extend(taken_over.flatten().filter(|closed| closed.span.end > now).cloned());
        let own = owned.iter().filter_map(marked).filter(|marker| marker.instance == instance);
        let newest = own.map(|marker| marker.serial).max().unwrap_or_default();
        self.is_behind = newest > self.serial;
        self.serial = self.serial.max(newest);
        if self.is_behind {
            // What the user had edited only the user removes.
            let missing = hand::missing(owned, &self.ledger, now).into_iter().filter(|row| !row.pinned);
            self.suspects.get_or_insert_default().extend(missing.map(|row| row.uid.clone()));
        }
        if self.first_cycle.is_some() && self.suspects.is_none() {
            return;
        }
        let newest = owned
            .iter()
            .filter_map(marked)
            .filter(|marker| marker.key.kind == Kind::Summary)
            .max_by_key(|marker| marker.key.week);
        if let Some(marker) = &newest {
            self.closed.extend(marker.closed.iter().filter(|closed| closed.span.end > now).cloned());
        }
        let known = newest.and_then(|marker| marker.first_cycle);
        let been_here = owned.iter().any(|one| one.key().is_some());
        self.first_cycle.get_or_insert(known.unwrap_or(if been_here { Timestamp::UNIX_EPOCH } else { now }));
    }

    /// Forgets the suspects that are not there: of them an older state knows no more than a new one would. Their UIDs.
    pub fn forget_suspects(&mut self, owned: &[Owned]) -> BTreeSet<String> {
        let mut suspects = self.suspects.take().unwrap_or_default();
        suspects.retain(|uid| !owned.iter().any(|one| one.object.uid == *uid));
        self.ledger.retain(|row| !suspects.contains(&row.uid));
        suspects
    }

    /// Keeps whether the calendar was asked for what only it knew.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn keep(&self, store: &Store, was_asked: bool) -> Result<(), StoreError> {
        if self.is_behind {
            store.set_meta(SERIAL, Some(&self.serial.to_string()))?;
        }
        let suspects =
            self.suspects.as_ref().map(|uids| uids.iter().map(String::as_str).collect::<Vec<_>>().join("\n"));
        store.set_meta(SUSPECTS, suspects.as_deref())?;
        match self.first_cycle.filter(|_| was_asked) {
            Some(first) => store.set_meta(FIRST_CYCLE, Some(&first.to_string())),
            None => Ok(()),
        }
    }

    /// Puts closed time in the one order in which it is written and compared.
    pub fn sort_closed(&mut self) {
        self.closed.sort_by(|a, b| (a.span, &a.role, a.week, a.forgiven).cmp(&(b.span, &b.role, b.week, b.forgiven)));
        self.closed.dedup();
    }

    /// Takes a row over: one of the same UID is replaced.
    pub fn put(&mut self, row: LedgerRow) {
        self.ledger.retain(|other| other.uid != row.uid);
        self.ledger.push(row);
    }

    /// What the week of the very first cycle lost before it: it counts as a day off.
    pub fn before_first(&self, tz: &jiff::tz::TimeZone) -> Option<Span> {
        let first = self.first_cycle.filter(|first| *first > Timestamp::UNIX_EPOCH)?;
        let week = crate::calendar::week::IsoWeek::at(first, tz).span(tz);
        Some(crate::focus::sight::whole_minutes(Span::new(week.start, first)))
    }
}

/// The marker of an own object; the user's edit leaves it as true as it was.
fn marked(one: &Owned) -> Option<Marker> {
    match &one.standing {
        Standing::Ours(marker) => Some(marker.clone()),
        Standing::Pinned(_) => one.object.marker.as_deref().and_then(marker::decode),
        Standing::Other(_) | Standing::Users | Standing::Copy | Standing::Unknown => None,
    }
}

fn serial(store: &Store) -> Result<u64, StoreError> {
    Ok(store.meta(SERIAL)?.and_then(|text| text.parse().ok()).unwrap_or_default())
}

/// Counts a write that is about to be made.
///
/// # Errors
/// Where the store fails.
pub fn next_serial(store: &Store) -> Result<u64, StoreError> {
    let next = serial(store)?.saturating_add(1);
    store.set_meta(SERIAL, Some(&next.to_string()))?;
    Ok(next)
}

/// Keeps an alarm, or forgets it.
///
/// # Errors
/// Where the store fails.
pub fn keep_alarm(store: &Store, alarm: Option<&Alarm>) -> Result<(), StoreError> {
    store.set_meta(ALARM, alarm.map(|alarm| format!("{} {}", alarm.since, alarm.what)).as_deref())
}

/// Keeps the hash of the config that was applied in full.
///
/// # Errors
/// Where the store fails.
pub fn keep_config(store: &Store, hash: &str) -> Result<(), StoreError> {
    store.set_meta(CONFIG, Some(hash))
}
