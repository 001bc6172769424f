//! Names of time zones, as calendars write them, to zones. The one place that knows a zone's spelling.
//! Knows no events; the database of zones is an argument, so nothing here asks the system.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{TimeZone, TimeZoneDatabase};

/// The longest chain of `/`-separated parts that can be an IANA name (`America/Argentina/Ushuaia`).
const IANA_PARTS_MAX: usize = 3;

/// The zones that calendars may name.
#[derive(Clone, Debug)]
pub struct Zones {
    database: TimeZoneDatabase,
}

impl Zones {
    /// The zones of that database.
    pub fn new(database: TimeZoneDatabase) -> Self {
        Self { database }
    }

    /// The zones this program was built with.
    pub fn bundled() -> Self {
        Self::new(TimeZoneDatabase::bundled())
    }

    /// The zone of that TZID: an IANA name in any case, also behind a vendor's prefix
    /// (`/mozilla.org/20050126_1/Europe/Berlin`); none where the name says nothing.
    pub fn resolve(&self, tzid: &str) -> Option<TimeZone> {
        let name = tzid.trim();
        if name.eq_ignore_ascii_case("UTC") || name.eq_ignore_ascii_case("Z") {
            return Some(TimeZone::UTC);
        }
        if !name.starts_with('/') {
            return self.named(name);
        }
        let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty()).collect();
        (1..=IANA_PARTS_MAX.min(parts.len()))
            .rev()
            .find_map(|count| self.named(&parts.get(parts.len() - count..)?.join("/")))
    }

    fn named(&self, name: &str) -> Option<TimeZone> {
        // `Etc/Unknown` is in the database too.
        self.database.get(name).ok().filter(|zone| !zone.is_unknown())
    }
}

/// The instant of a wall time. One in a DST gap is read with the offset before it, one in an overlap is
/// the first (RFC 5545 3.3.5). At the edges of the calendar (years -9999 and 9999) the edge itself.
pub(crate) fn instant(wall: DateTime, tz: &TimeZone) -> Timestamp {
    let edge = if wall.year() < 0 { Timestamp::MIN } else { Timestamp::MAX };
    tz.to_ambiguous_timestamp(wall).compatible().unwrap_or(edge)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_resolve_in_any_case_and_behind_prefixes() {
        let zones = Zones::bundled();
        for (tzid, expected) in [
            ("Europe/Berlin", Some("Europe/Berlin")),
            ("europe/BERLIN", Some("Europe/Berlin")),
            (" America/New_York ", Some("America/New_York")),
            ("/mozilla.org/20050126_1/Europe/Berlin", Some("Europe/Berlin")),
            ("/freeassociation.sourceforge.net/Europe/Berlin", Some("Europe/Berlin")),
            ("/softwarestudio.org/Olson_20011030_5/America/Argentina/Ushuaia", Some("America/Argentina/Ushuaia")),
            ("utc", Some("UTC")),
            ("Mars/Olympus", None),
            ("Etc/Unknown", None),
            ("/", None),
            ("", None),
        ] {
            let found = zones.resolve(tzid);
            assert_eq!(found.as_ref().and_then(TimeZone::iana_name), expected, "{tzid}");
        }
    }
}
