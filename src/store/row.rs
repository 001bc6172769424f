//! How values of seawall stand in a row, and back. Whole seconds: a fraction is dropped.

use std::fmt::Display;
use std::str::FromStr;

use jiff::Timestamp;
use rusqlite::Row;
use rusqlite::types::Type;

use crate::calendar::CalendarId;
use crate::calendar::time::Span;
use crate::calendar::week::IsoWeek;

/// A value of a row that means nothing to this seawall.
#[derive(Debug, thiserror::Error)]
#[error("column `{0}` holds {1}")]
struct Meaningless(&'static str, String);

pub(super) fn meaningless(column: &'static str, value: impl Display) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(Meaningless(column, value.to_string())))
}

pub(super) fn instant(row: &Row<'_>, column: &'static str) -> rusqlite::Result<Timestamp> {
    optional_instant(row, column)?.ok_or_else(|| meaningless(column, "nothing"))
}

pub(super) fn optional_instant(row: &Row<'_>, column: &'static str) -> rusqlite::Result<Option<Timestamp>> {
    let seconds: Option<i64> = row.get(column)?;
    seconds.map(|at| Timestamp::from_second(at).map_err(|_| meaningless(column, at))).transpose()
}

pub(super) fn span(row: &Row<'_>, start: &'static str, end: &'static str) -> rusqlite::Result<Span> {
    Ok(Span::new(instant(row, start)?, instant(row, end)?))
}

pub(super) fn week(row: &Row<'_>) -> rusqlite::Result<IsoWeek> {
    let text: String = row.get("week")?;
    IsoWeek::from_str(&text).map_err(|error| meaningless("week", error))
}

pub(super) fn calendar(row: &Row<'_>) -> rusqlite::Result<CalendarId> {
    Ok(CalendarId { account: row.get("account")?, calendar: row.get("calendar")? })
}

/// The value of a closed set that stands in the row as its word.
pub(super) fn word<T: Copy>(row: &Row<'_>, column: &'static str, words: &[(T, &str)]) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    words.iter().find(|(_, word)| *word == text).map(|(value, _)| *value).ok_or_else(|| meaningless(column, text))
}
