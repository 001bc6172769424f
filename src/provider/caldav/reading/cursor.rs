//! Where a reading can go on: the calendar's sync token or its ctag, with the address it is of. A small text for whoever
//! keeps it; one that is of another calendar, or of another form, is none.

use url::Url;

use crate::provider::Known;
use crate::provider::caldav::href;

/// What tells whether anything changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cursor {
    /// A sync token (RFC 6578): asks for what changed since.
    Sync(String),
    /// A ctag: only equality means anything.
    Tag(String),
}

impl Cursor {
    /// What the caller goes on from; none where every name is wanted.
    pub(super) fn of(known: &Known, calendar: &Url) -> Option<Self> {
        let mut lines = known.cursor.as_deref().filter(|_| !known.thorough)?.splitn(3, '\n');
        let (kind, url, value) = (lines.next()?, lines.next()?, lines.next()?);
        let is_here = Url::parse(url).is_ok_and(|url| href::same(&url, calendar));
        match kind {
            "sync" if is_here => Some(Self::Sync(value.to_owned())),
            "ctag" if is_here => Some(Self::Tag(value.to_owned())),
            _ => None,
        }
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
