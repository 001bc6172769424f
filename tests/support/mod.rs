//! What the tests share: calendars in a compact notation, and occurrences as readable lines.

pub(crate) mod ics;
