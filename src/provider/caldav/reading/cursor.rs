//! Where a reading can go on: the calendar's sync token or its ctag, with the address it is of and what was missing. A
//! small text for whoever keeps it; one of another form is none.

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

/// What a reading can go on from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) cursor: Cursor,
    /// The calendar that it is of.
    pub(super) url: Url,
    /// Keys of what the server named and did not give: neither token nor tag will tell of it again.
    pub(super) holes: Vec<String>,
}

impl Mark {
    /// What the caller goes on from; none where it has nothing of that form.
    pub(super) fn of(known: &Known) -> Option<Self> {
        let mut lines = known.cursor.as_deref()?.splitn(3, '\n');
        let (first, url, value) = (lines.next()?, lines.next()?, lines.next()?);
        // A key has no blank in it.
        let mut words = first.split(' ');
        let cursor = match words.next()? {
            "sync" => Cursor::Sync(value.to_owned()),
            "ctag" => Cursor::Tag(value.to_owned()),
            _ => return None,
        };
        Some(Self { cursor, url: Url::parse(url).ok()?, holes: words.map(str::to_owned).collect() })
    }

    /// The text to keep.
    pub(super) fn text(&self) -> String {
        let (kind, value) = match &self.cursor {
            Cursor::Sync(token) => ("sync", token),
            Cursor::Tag(tag) => ("ctag", tag),
        };
        let first: Vec<&str> = std::iter::once(kind).chain(self.holes.iter().map(String::as_str)).collect();
        format!("{}\n{}\n{value}", first.join(" "), self.url)
    }
}
