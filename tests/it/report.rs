//! What the user sees of a cycle: the week as a picture, tables, reasons, and the JSON that other tools read.

mod json;
mod tables;
mod week;
mod why;

use seawall::calendar::week::IsoWeek;
use seawall::report::Look;

use crate::support::outcome::WEEK;

/// A terminal of 80 columns without colour.
const PLAIN: Look = Look { width: 80, color: false, before: false };

/// The week of the tests.
fn week47() -> IsoWeek {
    WEEK.parse().unwrap()
}

/// The text without escape sequences.
fn uncolored(text: &str) -> String {
    regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap().replace_all(text, "").into_owned()
}
