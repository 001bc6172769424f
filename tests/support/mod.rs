//! What the tests share: calendars and weeks in a compact notation, wishes in few words.

pub(crate) mod ics;
pub(crate) mod policy;
pub(crate) mod week;
