//! An event as a calendar wrote it: details, times and rules, not yet placed in absolute time.
//! Knows how it was written, not what a zone or a rule comes to.

use std::sync::Arc;

use super::value::{End, Moment};
use crate::calendar::event::Details;
use crate::calendar::recurrence::Rule;

/// One VEVENT: an event, a series, or a changed instance of a series.
#[derive(Clone, Debug)]
pub struct Component {
    /// What it says, apart from when.
    pub details: Arc<Details>,
    /// DTSTART as written.
    pub start: Moment,
    /// DTEND or DURATION as written.
    pub end: End,
    /// SEQUENCE; 0 where there is none.
    pub sequence: i64,
    /// Which instance of a series it changes, if it does.
    pub recurrence_id: Option<RecurrenceId>,
    /// The line of its BEGIN, from 1.
    pub line: usize,
    /// Why it could not be read in full, in words.
    pub trouble: Option<String>,
    /// RRULE, RDATE and their exceptions, where there are any.
    pub(crate) recurrence: Option<Box<Recurrence>>,
}

/// RECURRENCE-ID: the original start of a changed instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecurrenceId {
    /// The start as written.
    pub at: Moment,
    /// RANGE=THISANDFUTURE: the change is meant for all later instances too.
    pub is_this_and_future: bool,
}

/// What makes a series.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recurrence {
    /// RRULE, as far as readable.
    pub(crate) rules: Vec<Rule>,
    /// EXRULE, as far as readable.
    pub(crate) exception_rules: Vec<Rule>,
    /// RDATE; a period carries its own end.
    pub(crate) dates: Vec<(Moment, Option<End>)>,
    /// EXDATE.
    pub(crate) exceptions: Vec<Moment>,
}

impl Component {
    /// Whether it says when it repeats (also where that can't be read).
    pub fn is_recurring(&self) -> bool {
        self.recurrence.is_some()
    }

    /// Hands over each of its moments.
    pub(super) fn moments_mut(&mut self, mut change: impl FnMut(&mut Moment)) {
        change(&mut self.start);
        if let End::At(end) = &mut self.end {
            change(end);
        }
        if let Some(id) = &mut self.recurrence_id {
            change(&mut id.at);
        }
        let Some(recurrence) = &mut self.recurrence else { return };
        for (moment, end) in &mut recurrence.dates {
            change(moment);
            if let Some(End::At(end)) = end {
                change(end);
            }
        }
        recurrence.exceptions.iter_mut().for_each(change);
    }
}
