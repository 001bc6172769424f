//! Maxima over moving windows: the best of the starts that a session's length allows. It knows only scores and slots.

use super::score::{NONE, Score};

/// Queues of starts with falling scores, all in one stretch of memory.
#[derive(Debug, Default)]
pub(super) struct Queues {
    /// Entries that each queue has room for.
    room: usize,
    /// First and one past the last entry of each.
    bounds: Vec<(u32, u32)>,
    entries: Vec<(Score, usize)>,
}

impl Queues {
    /// Empties them: so many queues, each with room for so many entries from now to the next `clear`.
    pub(super) fn clear(&mut self, count: usize, room: usize) {
        self.room = room;
        self.bounds.clear();
        self.bounds.resize(count, (0, 0));
        if self.entries.len() < count * room {
            self.entries.resize(count * room, (NONE, 0));
        }
    }

    /// Adds a start later than all in that queue; the ones it beats will never be best again and go.
    pub(super) fn push(&mut self, queue: usize, score: Score, start: usize) {
        let entries = &mut self.entries[queue * self.room..][..self.room];
        let (first, last) = &mut self.bounds[queue];
        while *first < *last && entries[*last as usize - 1].0 < score {
            *last -= 1;
        }
        entries[*last as usize] = (score, start);
        *last += 1;
    }

    /// The best entry that starts no earlier than that; earlier ones are dropped for good.
    pub(super) fn best(&mut self, queue: usize, earliest: usize) -> Option<(Score, usize)> {
        let entries = &self.entries[queue * self.room..][..self.room];
        let (first, last) = &mut self.bounds[queue];
        while *first < *last {
            let entry = entries[*first as usize];
            if entry.1 >= earliest {
                return Some(entry);
            }
            *first += 1;
        }
        None
    }
}
