//! Days on which the clocks are put forward and back: midnight, the summary and the holds go by the wall clock of the
//! user's zone, and the loop's hours by time that passes.

use std::collections::BTreeSet;

use jiff::{SignedDuration, ToSpan as _};

use super::*;
use crate::support::policy::zone;

/// That moment in Berlin, as `2027-03-28 23:30`.
fn berlin(text: &str) -> Timestamp {
    let at: jiff::civil::DateTime = text.parse().unwrap();
    at.to_zoned(zone("Europe/Berlin")).unwrap().timestamp()
}

impl House {
    async fn sleep_until(&self, at: Timestamp) {
        tokio::time::sleep(Duration::try_from(at.duration_since(self.now())).unwrap()).await;
    }

    /// Starts of the holds, and whether a summary has had its last word.
    fn written(&self) -> (BTreeSet<String>, usize) {
        let texts: Vec<String> =
            events(self.home(), "work").into_values().map(|body| String::from_utf8(body).unwrap()).collect();
        let of = |text: &String, name: &str| text.lines().find_map(|line| line.strip_prefix(name).map(str::to_owned));
        let is_hold = |text: &&String| of(text, "SUMMARY:").is_some_and(|title| title.contains("Focus"));
        let starts = texts.iter().filter(is_hold).filter_map(|text| of(text, "DTSTART:")).collect();
        let is_final = |text: &&String| text.replace("\r\n ", "").contains("final=1");
        (starts, texts.iter().filter(is_final).count())
    }
}

/// A Friday to Monday with the switch on its Sunday, whose hours are told; the summary is due at that time of the Sunday,
/// which is that instant. On Monday the holds of the week stand at these starts.
fn check(friday: &str, hours: i64, summary: (&str, &str), starts: [&str; 4]) {
    let start = berlin(&format!("{friday} 07:30"));
    let (at, due) = (summary.0, summary.1.parse::<Timestamp>().unwrap());
    let config = CONFIG.replace("at = \"fri 16:00\"", &format!("at = \"sun {at}\""));
    let environment = Environment { xdg_state_home: Some("/nowhere".into()), ..Environment::default() };
    let settings = config::parse(&config, "/nowhere/seawall.toml".as_ref(), &environment).unwrap();
    let date: jiff::civil::Date = friday.parse().unwrap();
    let midnight = |days: i64| (date + days.days()).to_zoned(zone("Europe/Berlin")).unwrap().timestamp();
    let (sunday, monday) = (midnight(2), midnight(3));
    assert_eq!(monday.duration_since(sunday), SignedDuration::from_hours(hours));
    block_on_paused(async {
        let mut house = House { settings, clock: Driven::new(start), ..house() };
        let end = lived(&mut house, async |house| {
            house.sleep_until(sunday - SignedDuration::from_mins(10)).await;
            let next = house.status().await.next_cycle.unwrap().parse::<Timestamp>().unwrap();
            assert_eq!(next, sunday, "midnight before the switch");
            // Through the day of the switch, minute by minute.
            let mut cycles = BTreeSet::new();
            while house.now() < monday - SignedDuration::from_mins(10) {
                house.minutes(1).await;
                cycles.insert(house.status().await.last_cycle.unwrap().parse::<Timestamp>().unwrap());
                let is_over = house.now() > due + SignedDuration::from_mins(1);
                if house.now() < due || is_over {
                    assert_eq!(house.written().1, usize::from(is_over), "at {}", house.now());
                }
            }
            assert!(cycles.contains(&sunday) && cycles.contains(&due), "{cycles:?}");
            let cycles: Vec<Timestamp> = cycles.into_iter().collect();
            for pair in cycles.windows(2) {
                let gap = pair[1].duration_since(pair[0]).as_secs();
                // What was written for the summary is seen at the next look, and is a change.
                let is_early = pair[1] == due || pair[0] == due;
                assert!(if is_early { gap <= 3600 } else { gap == 3600 }, "{pair:?} of {cycles:?}");
            }
            let next = house.status().await.next_cycle.unwrap().parse::<Timestamp>().unwrap();
            assert_eq!(next, monday, "midnight after the switch");
            let before = house.written().0;
            house.sleep_until(monday - SignedDuration::from_mins(1)).await;
            assert_eq!(house.written().0, before, "no week begins before its midnight");
            house.sleep_until(monday + SignedDuration::from_mins(1)).await;
            let new: Vec<String> = house.written().0.difference(&before).cloned().collect();
            assert_eq!(new, starts);
            house.sleep_until(monday + SignedDuration::from_hours(30)).await;
            assert_eq!((house.written().1, house.summaries().len()), (1, 2), "one of each week");
            assert_eq!(house.status().await.warnings, [""; 0]);
        });
        let end = end.await;
        assert!(matches!(end, End::Stop), "{end:?}");
    });
}

#[test]
fn the_day_of_23_hours() {
    let starts = ["20270329T070000Z", "20270330T070000Z", "20270401T070000Z", "20270402T070000Z"];
    check("2027-03-26", 23, ("15:40", "2027-03-28T13:40:00Z"), starts);
    // A time that the day does not have is an hour later.
    check("2027-03-26", 23, ("02:30", "2027-03-28T01:30:00Z"), starts);
}

#[test]
fn the_day_of_25_hours() {
    let starts = ["20271101T080000Z", "20271102T080000Z", "20271104T080000Z", "20271105T080000Z"];
    check("2027-10-29", 25, ("15:40", "2027-10-31T14:40:00Z"), starts);
    // Of a time that the day has twice the first counts, and the second writes nothing more.
    check("2027-10-29", 25, ("02:30", "2027-10-31T00:30:00Z"), starts);
}
