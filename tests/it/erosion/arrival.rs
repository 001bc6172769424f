//! When an occurrence came to be where it is, over several cycles that look at it.

use jiff::{SignedDuration, Timestamp};
use seawall::calendar::time::Span;
use seawall::focus::arrival::{Arrival, Cause, Glimpse, Sighting, arrival, observe};

fn hour(hour: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hour)
}

/// What an hourly look sees: `10-11`, with `free` or `cancelled` after it.
#[track_caller]
fn glimpse(text: &str) -> Glimpse {
    let (times, words) = text.split_once(' ').unwrap_or((text, ""));
    let (from, to) = times.split_once('-').unwrap();
    let at = |text: &str| hour(1000 + text.parse::<i64>().unwrap());
    Glimpse { span: Span::new(at(from), at(to)), busy: words.is_empty(), cancelled: words == "cancelled" }
}

#[track_caller]
fn seen(glimpses: &[&str]) -> Option<Sighting> {
    let looks = glimpses.iter().zip(0..);
    looks.fold(None, |before, (text, at)| Some(observe(before.as_ref(), glimpse(text), hour(at))))
}

/// The arrival after looks at hours 0, 1, …; it was created at hour -10. Hours, or `created`.
#[track_caller]
fn check(glimpses: &[&str], at: i64, cause: Cause) {
    let arrived = arrival(seen(glimpses).as_ref(), Some(hour(-10)), Some(hour(-5)));
    assert_eq!(arrived, Arrival { at: Some(hour(at)), cause }, "{glimpses:?}");
}

#[test]
fn an_occurrence_that_stays_came_when_it_was_created() {
    check(&[], -10, Cause::New);
    check(&["10-11"], -10, Cause::New);
    check(&["10-11", "10-11", "10-11"], -10, Cause::New);
    check(&["10-11", "10-11 free"], -10, Cause::New);
    assert_eq!(arrival(None, None, Some(hour(3))).at, Some(hour(3)));
    assert_eq!(arrival(None, None, None), Arrival { at: None, cause: Cause::New });
}

#[test]
fn a_moved_one_came_when_it_was_first_seen_there() {
    check(&["10-11", "12-13"], 1, Cause::Moved);
    check(&["10-11", "12-13", "12-13", "12-13"], 1, Cause::Moved);
    check(&["10-11", "12-13", "14-15"], 2, Cause::Moved);
    check(&["10-11", "12-13", "10-11"], 2, Cause::Moved);
    check(&["10-11", "9-12"], 1, Cause::Moved);
}

#[test]
fn a_longer_one_came_when_it_was_first_seen_so_long() {
    check(&["10-11", "10-12"], 1, Cause::Lengthened);
    check(&["10-11", "10-12", "10-11"], 1, Cause::Lengthened);
    check(&["10-12", "10-11"], -10, Cause::New);
    check(&["10-11", "12-14", "12-13"], 1, Cause::Moved);
}

#[test]
fn what_was_accepted_late_came_with_its_time() {
    check(&["10-11 free", "10-11"], -10, Cause::AcceptedLate);
    check(&["10-11 free", "10-11", "10-11"], -10, Cause::AcceptedLate);
    check(&["10-11 free", "12-13 free", "12-13"], 1, Cause::Moved);
    check(&["10-11 free", "10-11", "12-13"], 2, Cause::Moved);
    check(&["10-11 cancelled", "10-11"], -10, Cause::New);
}

#[test]
fn history_keeps_the_first_sight_and_the_end() {
    let gone = seen(&["10-11", "12-13", "12-13 cancelled", "12-13 cancelled"]).unwrap();
    assert_eq!((gone.first_seen, gone.cancelled), (hour(0), Some(hour(2))));
    assert_eq!(seen(&["10-11 cancelled", "10-11"]).unwrap().cancelled, None);
}
