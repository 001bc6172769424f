//! What the tests share: calendars in a compact notation, and occurrences as readable lines.

pub(crate) mod ics;
//! What the tests share: wishes in few words, and a week written as text.

pub(crate) mod policy;
pub(crate) mod week;
