//! Names of time zones, as calendars write them, to zones. The one place that knows a zone's spelling.
//! Knows no events; the database of zones is an argument, so nothing here asks the system.

mod atlas;
mod names;
mod rules;
mod tzif;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{TimeZone, TimeZoneDatabase};

pub(super) use atlas::Atlas;
pub(crate) use rules::{Definition, Observance, Yearly};

/// The longest chain of `/`-separated parts that can be an IANA name (`America/Argentina/Ushuaia`).
const IANA_PARTS_MAX: usize = 3;

/// No name of a zone is longer, in bytes.
const NAME_BYTES_MAX: usize = 256;

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

    /// The zone that a TZID means by its name alone: an IANA name in any case, also behind a vendor's prefix
    /// (`/mozilla.org/20050126_1/Europe/Berlin`); a Windows name (CLDR); a display name of Windows, Exchange or
    /// Lotus (`(UTC+01:00) Amsterdam, Berlin, …`); an offset (`UTC-11`). None where the name says nothing.
    pub fn resolve(&self, tzid: &str) -> Option<TimeZone> {
        self.iana(tzid).or_else(|| self.legacy(tzid)).or_else(|| self.guess(tzid))
    }

    /// The zone of an IANA name, or UTC.
    fn iana(&self, tzid: &str) -> Option<TimeZone> {
        if tzid.len() > NAME_BYTES_MAX {
            return None;
        }
        let name = tzid.trim().trim_matches('"').trim();
        if names::is_utc(name) {
            return Some(TimeZone::UTC);
        }
        if let Some(zone) = self.named(name) {
            return Some(zone);
        }
        if !name.contains('/') {
            return None;
        }
        let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty()).collect();
        // A single part says nothing unless a prefix marks it as a name.
        let fewest = if name.starts_with('/') { 1 } else { 2 };
        (fewest..=IANA_PARTS_MAX.min(parts.len()))
            .rev()
            .find_map(|count| self.named(&parts.get(parts.len() - count..)?.join("/").replace(' ', "_")))
    }

    /// The zone of a name of Windows, Exchange or Lotus.
    fn legacy(&self, tzid: &str) -> Option<TimeZone> {
        if tzid.len() > NAME_BYTES_MAX { None } else { self.named(names::legacy(tzid)?) }
    }

    /// The zone that a name most likely means, or of a plain offset.
    fn guess(&self, tzid: &str) -> Option<TimeZone> {
        if tzid.len() > NAME_BYTES_MAX {
            return None;
        }
        let guess = names::guess(tzid).and_then(|name| self.named(name));
        guess.or_else(|| names::offset(tzid).map(TimeZone::fixed))
    }

    /// The zone of an X-MICROSOFT-CDO-TZID.
    fn numbered(&self, number: u8) -> Option<TimeZone> {
        self.named(names::numbered(number)?)
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

    #[track_caller]
    fn check(tzid: &str, expected: &str) {
        let found = Zones::bundled().resolve(tzid);
        let name = found.as_ref().map(|zone| {
            zone.iana_name().map_or_else(|| zone.to_offset(Timestamp::UNIX_EPOCH).to_string(), str::to_owned)
        });
        assert_eq!(name.as_deref().unwrap_or("none"), expected, "{tzid}");
    }

    #[test]
    fn iana_names_in_any_case_and_behind_prefixes() {
        check("Europe/Berlin", "Europe/Berlin");
        check("europe/BERLIN", "Europe/Berlin");
        check(" America/New_York ", "America/New_York");
        check("\"Europe/Berlin\"", "Europe/Berlin");
        check("America/New York", "America/New_York");
        check("/mozilla.org/20050126_1/Europe/Berlin", "Europe/Berlin");
        check("/freeassociation.sourceforge.net/Europe/Berlin", "Europe/Berlin");
        check("/freeassociation.sourceforge.net/Tzfile/Europe/Berlin", "Europe/Berlin");
        check("freeassociation.sourceforge.net/Tzfile/Europe/Berlin", "Europe/Berlin");
        check("/softwarestudio.org/Olson_20011030_5/America/Argentina/Ushuaia", "America/Argentina/Ushuaia");
        check("/softwarestudio.org/Olson_20011030_5/Asia/Calcutta", "Asia/Calcutta");
        check("/citadel.org/20210210_1/UTC", "UTC");
        check("utc", "UTC");
        check("tzone://Microsoft/Utc", "UTC");
        check("US/Eastern", "US/Eastern");
        for unknown in ["Mars/Olympus", "Mars/Berlin", "Etc/Unknown", "/", "", "//", "tzone://Microsoft/Custom"] {
            check(unknown, "none");
        }
    }

    #[test]
    fn windows_names_by_cldr() {
        check("W. Europe Standard Time", "Europe/Berlin");
        check("w. europe standard time", "Europe/Berlin");
        check("Central Europe Standard Time", "Europe/Budapest");
        check("Central European Standard Time", "Europe/Warsaw");
        check("Eastern Daylight Time", "America/New_York");
        check("Eastern Standard Time 1", "America/New_York");
        check("Romance Standard Time", "Europe/Paris");
        check("UTC-11", "Etc/GMT+11");
        check("UTC+12", "Etc/GMT-12");
    }

    #[test]
    fn every_name_of_the_tables_is_a_zone() {
        let zones = Zones::bundled();
        let mut seen = 0;
        for (name, iana) in names::rows() {
            assert!(zones.named(iana).is_some(), "{name}: {iana}");
            seen += 1;
        }
        assert!(seen > 440, "{seen}");
    }

    #[test]
    fn display_names_of_windows_exchange_and_lotus() {
        for (name, expected) in [
            ("(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "Europe/Berlin"),
            (r"(UTC+01:00) Amsterdam\, Berlin\, Bern\, Rome\, Stockholm\, Vienna", "Europe/Berlin"),
            ("(GMT+01.00) Sarajevo/Warsaw/Zagreb", "Europe/Warsaw"),
            ("(GMT+01:00) Sarajevo", "Europe/Warsaw"),
            ("(UTC+01:00) Bruxelles, Copenhague, Madrid, Paris", "Europe/Paris"),
            ("Greenwich Mean Time; Dublin, Edinburgh, London", "Europe/London"),
            ("(GMT) Greenwich Mean Time : Dublin, Edinburgh, Lisbon, London", "Europe/London"),
            ("Greenwich Mean Time: Dublin, Edinburgh, Lisbon, London", "Europe/London"),
            ("Pacific Time (US & Canada); Tijuana", "America/Los_Angeles"),
            ("(UTC-08:00) Pacific Time (US & Canada)", "America/Los_Angeles"),
            ("(UTC-07:00) Chihuahua, La Paz, Mazatlan", "America/Mazatlan"),
            ("(UTC-04:00) Georgetown, La Paz, Manaus, San Juan", "America/La_Paz"),
            ("(UTC) Coordinated Universal Time", "UTC"),
            ("(UTC+12:00) Petropavlovsk-Kamchatsky - Old", "Asia/Kamchatka"),
            ("(GMT+10:00) Canberra, Melbourne, Sydney, Hobart (year 2000 only)", "Australia/Sydney"),
            ("(GMT+01:00) Central European Time - Berlin", "Europe/Berlin"),
            ("W. Europe", "Europe/Berlin"),
            ("Eastern", "America/New_York"),
            ("FLE", "Europe/Kiev"),
            ("Mexico", "America/Mexico_City"),
        ] {
            check(name, expected);
        }
    }

    #[test]
    fn an_offset_is_one_only_if_it_is_the_whole_name() {
        check("GMT+0100", "+01");
        check("UTC-05:30", "-05:30");
        check("UTC+1", "+01");
        check("+0200", "+02");
        for unknown in ["(UTC+01:00) Atlantis", "(UTC+01:00)", "UTC+99", "GMT+01:75", "UTC+", "GMT+01 Atlantis"] {
            check(unknown, "none");
        }
    }
}
