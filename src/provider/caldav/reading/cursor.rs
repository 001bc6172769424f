//! Where a reading can go on: the calendar's sync token or its ctag, with the address it is of. A small text for whoever
//! keeps it; one of another form is none.

use url::Url;

use crate::provider::Known;

/// What tells whether anything changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cursor {
    /// A sync token (RFC 6578): asks for what changed since.
    Sync(String),
    /// A ctag: only equality means anything.
    Tag(String),
}

impl Cursor {
    /// What the caller goes on from, and the calendar it is of; none where it has nothing of that form.
    pub(super) fn of(known: &Known) -> Option<(Self, Url)> {
        let mut lines = known.cursor.as_deref()?.splitn(3, '\n');
        let (kind, url, value) = (lines.next()?, lines.next()?, lines.next()?);
        let cursor = match kind {
            "sync" => Self::Sync(value.to_owned()),
            "ctag" => Self::Tag(value.to_owned()),
            _ => return None,
        };
        Some((cursor, Url::parse(url).ok()?))
    }

    /// The text to keep.
    pub(super) fn text(&self, calendar: &Url) -> String {
        let (kind, value) = match self {
            Self::Sync(token) => ("sync", token),
            Self::Tag(tag) => ("ctag", tag),
        };
        format!("{kind}\n{calendar}\n{value}")
    }
}
