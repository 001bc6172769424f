//! What the user was told, so that each thing is told once, also over a restart. Values only; tells nothing.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::calendar::week::IsoWeek;
use crate::focus::policy::Minutes;

/// How many weeks it is remembered that a summary was told: longer than one can still be written to.
const WEEKS: i64 = 8;

/// What was told, each under its name with how much of it; for a block the minutes that it had lost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told(BTreeMap<String, Minutes>);

impl Told {
    /// From what [`Told::text`] gave; what can't be read says that nothing was told.
    pub fn of_text(text: &str) -> Self {
        Self(serde_json::from_str(text).unwrap_or_default())
    }

    /// To be kept.
    pub fn text(&self) -> String {
        // Plain values never fail to serialise.
        serde_json::to_string(&self.0).unwrap_or_default()
    }
}

/// The same while it is brought up to date: what nobody asks about any more is forgotten.
#[derive(Debug)]
pub(super) struct Telling {
    before: Told,
    now: Told,
}

impl Telling {
    pub(super) fn new(before: &Told, week: IsoWeek) -> Self {
        let oldest = of_week(week.plus(-WEEKS));
        let is_kept = |key: &str| key.starts_with(SUMMARY) && *key >= *oldest;
        let kept = before.0.iter().filter(|(key, _)| is_kept(key)).map(|(key, size)| (key.clone(), *size));
        Self { now: Told(kept.collect()), before: before.clone() }
    }

    /// Whether it is news that a block lost so many minutes: more than was told. One that regained some is told again
    /// when it loses them again; but what seems to be regained because something can't be read is not believed.
    pub(super) fn of_block(&mut self, start: Timestamp, name: &str, lost: Minutes, is_sure: bool) -> bool {
        let key = format!("block {start} {name}");
        let before = self.before.0.get(&key).copied().unwrap_or_default();
        let mark = if is_sure { lost } else { lost.max(before) };
        if mark > 0 {
            self.now.0.insert(key, mark);
        }
        lost > before
    }

    /// Whether it is news that an account needs a login.
    pub(super) fn of_login(&mut self, account: &str) -> bool {
        let key = of_account(account);
        self.now.0.insert(key.clone(), 0);
        !self.before.0.contains_key(&key)
    }

    /// An account can't be read for another reason: whether it still needs a login nobody knows.
    pub(super) fn keep_login(&mut self, account: &str) {
        let key = of_account(account);
        self.now.0.extend(self.before.0.contains_key(&key).then_some((key, 0)));
    }

    /// Whether the last word on that week is news.
    pub(super) fn of_summary(&mut self, week: IsoWeek) -> bool {
        self.now.0.insert(of_week(week), 0).is_none()
    }

    pub(super) fn done(self) -> Told {
        self.now
    }
}

const SUMMARY: &str = "summary ";

fn of_week(week: IsoWeek) -> String {
    format!("{SUMMARY}{week}")
}

fn of_account(account: &str) -> String {
    format!("login {account}")
}
