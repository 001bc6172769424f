//! Where to begin: whole intervals later than the start, so that the cost does not grow with a series' age.
//! Right because a period's instances depend on nothing but its number; with COUNT, because where the number
//! of instances repeats after some periods, those of many periods are a product.

use super::pattern::{MonthDays, Pattern, Source};
use super::rule::{Frequency, Skip};

/// The day that a month or year does not have may be put into the neighbouring one, and `from` may lie at the
/// edge of a period: that many periods before it are looked at too.
const MARGIN: i64 = 2;

impl Pattern {
    /// The first period from which everything at or after `from` comes.
    pub(super) fn first_period(&self, from: i64) -> i64 {
        let first = self.first();
        let ahead = (self.period(from) - MARGIN - first).max(0);
        first + ahead / self.interval * self.interval
    }

    /// After how many of its periods (not of FREQ's) the number of instances repeats, if it is known to.
    pub(super) fn cycle(&self) -> Option<i64> {
        let repeats_after = |periods: i64| periods / gcd(periods, self.interval);
        let has_weekdays = !self.limits.weekdays.is_empty();
        if self.skip != Skip::Omit || !self.limits.only_weekdays() {
            return None;
        }
        let periods_of_day = match self.frequency {
            Frequency::Yearly => return self.months_are_alike().then_some(1),
            Frequency::Monthly => return self.months_are_alike().then(|| repeats_after(12)),
            Frequency::Weekly => return Some(1),
            Frequency::Daily => 1,
            Frequency::Hourly => 24,
            Frequency::Minutely => 24 * 60,
            Frequency::Secondly => 24 * 60 * 60,
        };
        Some(match (has_weekdays, self.times.limits_periods()) {
            (true, _) => repeats_after(7 * periods_of_day),
            (false, true) => repeats_after(periods_of_day),
            (false, false) => 1,
        })
    }

    /// Whether every month has the same number of days that the rule means: the first 28, or the last, and so
    /// for four weekdays. Counted from both ends they might meet.
    fn months_are_alike(&self) -> bool {
        let same_sign = |numbers: &mut dyn Iterator<Item = i64>, max: i64| {
            let (mut all_later, mut all_earlier) = (true, true);
            numbers.for_each(|number| {
                all_later &= (1..=max).contains(&number);
                all_earlier &= (-max..=-1).contains(&number);
            });
            all_later || all_earlier
        };
        let Source::Months(_, days) = &self.source else { return false };
        self.limits.is_empty()
            && match days {
                MonthDays::Numbers(numbers) => same_sign(&mut numbers.iter().copied(), 28),
                MonthDays::Weekdays(days) if days.every == 0 => {
                    same_sign(&mut days.numbered.iter().map(|(number, _)| *number), 4)
                }
                _ => false,
            }
    }
}

fn gcd(one: i64, two: i64) -> i64 {
    if two == 0 { one } else { gcd(two, one % two) }
}
