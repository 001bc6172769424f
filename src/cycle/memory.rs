//! What a cycle remembers from earlier ones, loaded at its start; and what it would remember after looking at the
//! calendars, which only a cycle that writes stores.

use jiff::Timestamp;

use crate::calendar::time::Span;
use crate::focus::assess::History;
use crate::focus::plan::Closed;
use crate::reconcile::guard::{self, Alarm};
use crate::reconcile::ledger::LedgerRow;
use crate::reconcile::own::{Owned, Standing};
use crate::store::{Store, StoreError};

/// Name of the single value that holds the instant of the very first cycle.
const FIRST_CYCLE: &str = "first_cycle";
/// Name of the single value that holds a standing alarm.
const ALARM: &str = "alarm";
/// Name of the single value that holds the hash of the config that was last applied in full.
const CONFIG: &str = "config";
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
            history: store.sightings(from)?,
            first_cycle: store.meta(FIRST_CYCLE)?.and_then(|text| text.parse().ok()),
            alarm,
            config: store.meta(CONFIG)?,
        })
    }

    /// Where the database is new: what the newest summary on the calendar still knows. Without one, and with holds
    /// there, only that this is not the first cycle.
    ///
    /// Where the user has just had another seawall's events taken over: what its summaries know, too, whatever is known
    /// here, for nobody else knows what was deleted while it was that one's to notice.
    pub fn recall(&mut self, owned: &[Owned], instance: &str, now: Timestamp) {
        let taken_over = owned.iter().filter_map(|one| match &one.standing {
            Standing::Ours(marker) if marker.instance != instance => Some(&marker.closed),
            _ => None,
        });
        self.closed.extend(taken_over.flatten().filter(|closed| closed.span.end > now).cloned());
        if self.first_cycle.is_some() {
            return;
        }
        // The user's edit of its text leaves the marker of a summary as true as it was.
        let markers = owned.iter().filter_map(|one| match &one.standing {
            Standing::Ours(marker) => Some(marker.clone()),
            Standing::Pinned(_) => one.object.marker.as_deref().and_then(crate::reconcile::marker::decode),
            _ => None,
        });
        let newest = markers
            .filter(|marker| marker.key.kind == crate::reconcile::key::Kind::Summary)
            .max_by_key(|marker| marker.key.week);
        if let Some(marker) = &newest {
            self.closed.extend(marker.closed.iter().filter(|closed| closed.span.end > now).cloned());
        }
        let known = newest.and_then(|marker| marker.first_cycle);
        let been_here = owned.iter().any(|one| one.key().is_some());
        self.first_cycle = Some(known.unwrap_or(if been_here { Timestamp::UNIX_EPOCH } else { now }));
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

/// Keeps the instant of the very first cycle.
///
/// # Errors
/// Where the store fails.
pub fn keep_first_cycle(store: &Store, first: Timestamp) -> Result<(), StoreError> {
    store.set_meta(FIRST_CYCLE, Some(&first.to_string()))
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
