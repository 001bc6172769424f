//! Which version of a subscribed calendar was read, in one etag: from where, what was in it, and what the server
//! calls it. So the next read can ask for news only, and knows when the config names another place meanwhile.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::Place;
use super::fetch::Validators;
use crate::provider::Etag;

/// One version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version {
    /// Tells places apart; a hash, for an address may be a secret.
    place: String,
    /// A hash of the text.
    content: String,
    /// What the server calls it.
    pub(super) validators: Validators,
}

impl Version {
    /// The version of that text.
    pub(super) fn of(place: &Place, body: &[u8], validators: Validators) -> Self {
        Self { place: name_of(place), content: hash(&[body]), validators }
    }

    /// Whether it was read from that place.
    pub(super) fn is_of(&self, place: &Place) -> bool {
        self.place == name_of(place)
    }

    /// As an etag: three lines or fewer, for a header's value has no line break.
    pub(super) fn etag(&self) -> Etag {
        let mut text = format!("{} {}", self.place, self.content);
        for (name, value) in [("etag", &self.validators.etag), ("modified", &self.validators.modified)] {
            if let Some(value) = value {
                // Writing to a string can't fail.
                let _ = write!(text, "\n{name} {value}");
            }
        }
        Etag(text)
    }

    /// Reads it back; none where another provider wrote it.
    pub(super) fn parse(etag: &Etag) -> Option<Self> {
        let mut lines = etag.0.lines();
        let (place, content) = lines.next()?.split_once(' ')?;
        let mut validators = Validators::default();
        for line in lines {
            match line.split_once(' ')? {
                ("etag", value) => validators.etag = Some(value.to_owned()),
                ("modified", value) => validators.modified = Some(value.to_owned()),
                _ => return None,
            }
        }
        Some(Self { place: place.to_owned(), content: content.to_owned(), validators })
    }
}

fn name_of(place: &Place) -> String {
    match place {
        Place::File(path) => hash(&[b"file", path.as_os_str().as_encoded_bytes()]),
        Place::Address(url) => hash(&[b"address", url.as_str().as_bytes()]),
    }
}

fn hash(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().iter().take(16).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_survives_being_an_etag() {
        let place = Place::File("/a/b.ics".into());
        for (etag, modified) in
            [(None, None), (Some("W/\"a b\""), None), (Some("\"x\""), Some("Fri, 20 Nov 2026 09:00:00 GMT"))]
        {
            let validators = Validators { etag: etag.map(str::to_owned), modified: modified.map(str::to_owned) };
            let version = Version::of(&place, b"text", validators);
            assert_eq!(Version::parse(&version.etag()), Some(version.clone()));
            assert!(version.is_of(&place) && !version.is_of(&Place::File("/a/c.ics".into())));
        }
        assert_eq!(Version::parse(&Etag("0123abcd".to_owned())), None, "a folder's etag");
    }
}
