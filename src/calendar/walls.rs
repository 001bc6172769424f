//! Wall-clock time to instants, for many times in one zone: between two changes of a zone's offset the difference
//! is the same, and it is looked up once. Knows nothing but the zone.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::recurrence::days;
use super::zones::instant;

/// No offset changes by more (the date line has moved by a day), so that further away no wall time is skipped
/// or repeated.
const MARGIN: i64 = 2 * 86_400;

/// A zone and what was looked up of it last.
pub(super) struct Walls<'a> {
    tz: &'a TimeZone,
    /// Wall times for which the offset below holds; where there is none, each is looked up by itself.
    from: i64,
    to: i64,
    offset: Option<i64>,
}

impl<'a> Walls<'a> {
    /// For times in that zone.
    pub(super) fn new(tz: &'a TimeZone) -> Self {
        Self { tz, from: 0, to: 0, offset: None }
    }

    /// The instant of a wall time in seconds; in the gap and the overlap as `zones::instant` has it.
    pub(super) fn instant(&mut self, wall: i64) -> Timestamp {
        if wall < self.from || wall >= self.to {
            self.look_up(wall);
        }
        match self.offset {
            Some(offset) => Timestamp::from_second(wall - offset).ok(),
            None => days::wall(wall).map(|wall| instant(wall, self.tz)),
        }
        .unwrap_or(if wall < 0 { Timestamp::MIN } else { Timestamp::MAX })
    }

    fn look_up(&mut self, wall: i64) {
        (self.from, self.to, self.offset) = (wall, wall.saturating_add(1), None);
        let Some(at) = days::wall(wall).map(|wall| instant(wall, self.tz)) else { return };
        let Ok(after) = at.checked_add(SignedDuration::from_secs(1)) else { return };
        let offset = i64::from(self.tz.to_offset(at).seconds());
        let change = |at: Option<Timestamp>, or: i64| at.map_or(or, |at| at.as_second() + offset);
        let before = change(self.tz.preceding(after).next().map(|change| change.timestamp()), i64::MIN);
        let next = change(self.tz.following(at).next().map(|change| change.timestamp()), i64::MAX);
        let (calm, end) = (before.saturating_add(MARGIN), next.saturating_sub(MARGIN));
        if wall < calm {
            self.to = calm.min(end);
        } else if wall >= end {
            self.to = next;
        } else {
            (self.from, self.to, self.offset) = (calm, end, Some(offset));
        }
        self.to = self.to.max(wall.saturating_add(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::zones::Zones;

    #[test]
    fn the_offset_that_is_kept_is_the_zones() {
        let zones = Zones::bundled();
        for name in ["Europe/Berlin", "America/New_York", "Pacific/Apia", "Africa/Cairo", "Asia/Tokyo", "UTC"] {
            let tz = zones.resolve(name).unwrap();
            let mut walls = Walls::new(&tz);
            // Every five hours of 2009 to 2030, forth and then back in longer steps.
            let forth = (1_230_000_000..1_900_000_000_i32).step_by(18_000);
            let back = (1_230_000_000..1_900_000_000_i32).step_by(1_000_003).rev();
            for wall in forth.chain(back).map(i64::from) {
                assert_eq!(walls.instant(wall), instant(days::wall(wall).unwrap(), &tz), "{name} {wall}");
            }
        }
    }
}
