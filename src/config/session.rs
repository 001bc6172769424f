//! Session values: those of `[focus]`, and in a role those that it changes.

use super::defaults;
use super::tree::{Faults, Table};
use super::value::{self, duration_text};
use crate::focus::policy::{Minutes, SessionRules};

const DAY: Minutes = 24 * 60;

/// Session values of which some may have been wrong: those are none, and nothing is derived from them.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    pub(super) min_session: Option<Minutes>,
    pub(super) max_session: Option<Minutes>,
    pub(super) daily_max: Option<Minutes>,
    recovery: Option<Minutes>,
    pub(super) break_between: Option<Minutes>,
    notice: Option<Minutes>,
    freeze: Option<Minutes>,
    pub(super) grid: Option<Minutes>,
}

impl Draft {
    /// The values where no key says otherwise.
    pub(super) fn defaults() -> Self {
        let rules = defaults::SESSION;
        Self {
            min_session: Some(rules.min_session),
            max_session: Some(rules.max_session),
            daily_max: Some(rules.daily_max),
            recovery: Some(rules.recovery),
            break_between: Some(rules.break_between),
            notice: Some(rules.notice),
            freeze: Some(rules.freeze),
            grid: Some(rules.grid),
        }
    }

    /// These values with the keys of a table over them.
    pub(super) fn with(self, table: &Table<'_>, faults: &mut Faults) -> Self {
        let mut read =
            |key, parser: fn(&str) -> _, default| table.parse(key, faults, parser, value::DURATION).or(default);
        let draft = Self {
            min_session: read("min_session", within_a_day, self.min_session),
            max_session: read("max_session", within_a_day, self.max_session),
            daily_max: read("daily_max", within_a_day, self.daily_max),
            recovery: read("recovery", short, self.recovery),
            break_between: read("break", short, self.break_between),
            notice: read("notice", value::duration, self.notice),
            freeze: read("freeze", value::duration, self.freeze),
            grid: read("grid", grid, self.grid),
        };
        draft.check(table, faults);
        draft
    }

    /// All values; none where one was wrong.
    pub(super) fn rules(self) -> Option<SessionRules> {
        Some(SessionRules {
            min_session: self.min_session?,
            max_session: self.max_session?,
            daily_max: self.daily_max?,
            recovery: self.recovery?,
            break_between: self.break_between?,
            notice: self.notice?,
            freeze: self.freeze?,
            grid: self.grid?,
        })
    }

    /// Shortest and longest session that the grid allows.
    pub(super) fn lengths(self) -> Option<(Minutes, Minutes)> {
        let (min, max, grid) = (self.min_session?, self.max_session?, self.grid?);
        Some(((min + grid - 1) / grid * grid, max / grid * grid))
    }

    fn check(self, table: &Table<'_>, faults: &mut Faults) {
        let mut in_order = |short: (&str, Option<Minutes>), long: (&str, Option<Minutes>)| {
            let (Some(less), Some(more)) = (short.1, long.1) else { return true };
            if less > more
                && let Some(key) = [short.0, long.0].into_iter().find(|key| table.has(key))
            {
                let (less, more) = (duration_text(less), duration_text(more));
                let message = format!("{} ({less}) is longer than {} ({more})", short.0, long.0);
                faults.add(&table.place_of(key), message);
            }
            less <= more
        };
        let sessions = in_order(("min_session", self.min_session), ("max_session", self.max_session));
        in_order(("min_session", self.min_session), ("daily_max", self.daily_max));
        in_order(("notice", self.notice), ("freeze", self.freeze));
        if sessions
            && let Some((min, max)) = self.lengths()
            && min > max
            && let Some(key) = ["grid", "min_session", "max_session"].into_iter().find(|key| table.has(key))
        {
            faults.add(
                &table.place_of(key),
                "no session fits: no multiple of grid lies between min_session and max_session",
            );
        }
    }
}

fn within_a_day(text: &str) -> Result<Minutes, super::tree::Wrong> {
    match value::positive(text)? {
        minutes if minutes > DAY => Err("a duration of at most a day (24h)".into()),
        minutes => Ok(minutes),
    }
}

fn short(text: &str) -> Result<Minutes, super::tree::Wrong> {
    match value::duration(text)? {
        minutes if minutes > DAY => Err("a duration of at most a day (24h)".into()),
        minutes => Ok(minutes),
    }
}

fn grid(text: &str) -> Result<Minutes, super::tree::Wrong> {
    match value::duration(text)? {
        minutes if minutes > 0 && 60 % minutes == 0 => Ok(minutes),
        _ => Err("a duration that divides an hour, like 5m, 10m or 15m".into()),
    }
}
