//! What the loop says by itself: signs of life, how it goes in a line, and what is news. Decides nothing.

use std::time::Duration;

use super::account::Watched;
use super::moment::Moment;
use super::notice::notices;
use super::run::Loop;
use super::turn;
use super::wake::Word;
use crate::cycle::outcome::Outcome;
use crate::store::StoreError;

/// Something that is due for so long hangs.
const LATE_MAX: Duration = Duration::from_mins(2);
/// Name of the single value that holds what the user was told.
pub(super) const TOLD: &str = "told";

impl<P> Loop<'_, P> {
    /// Tells what of an outcome was not told before.
    pub(super) fn tell_news(&mut self, outcome: &Outcome) -> Result<(), StoreError> {
        if self.ground.settings.hooks.is_empty() {
            return Ok(());
        }
        let before = self.told.clone();
        let notices = notices(outcome, &mut self.told);
        // Kept before it is told: where that fails it will be told, and not twice.
        if self.told != before {
            self.ground.store.set_meta(TOLD, Some(&self.told.text()))?;
        }
        for notice in notices {
            self.tell(Word::Notice(notice));
        }
        Ok(())
    }

    /// A sign of life, if nothing hangs.
    pub(super) fn show_life(&self, now: Moment) {
        if self.ground.watchdog.is_none() {
            return;
        }
        let late = |since: Duration, max: Duration| now.running.saturating_sub(since) > max + LATE_MAX;
        let hangs = |account: &Watched| match account.polling {
            Some(since) => late(since.running, turn::POLL_TIME_MAX),
            None => self.turning.is_none() && late(account.next, Duration::ZERO),
        };
        let turn_hangs = self.turning.is_some_and(|since| late(since.running, turn::TURN_TIME_MAX));
        if !turn_hangs && !self.accounts.iter().any(hangs) {
            self.tell(Word::Alive);
        }
    }

    /// Says in one line how it goes, where that is something new.
    pub(super) fn say(&mut self) {
        let text = self.line();
        if text != self.said {
            self.tell(Word::Status(text.clone()));
            self.said = text;
        }
    }

    fn tell(&self, word: Word) {
        // Where nobody listens nothing is missed.
        let _ = self.words.send(word);
    }
}
