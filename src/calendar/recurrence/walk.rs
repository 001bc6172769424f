//! The instances of a pattern one after the other, lazily, and never more work than the budget allows.

use super::days;
use super::pattern::{Pattern, Source};
use super::{Budget, RuleError};

/// The last second that is followed.
const END: i64 = days::DAY * 2_932_897 - 1;

/// Instances between two wall-clock times, in seconds and in order, each once.
pub(super) struct Walk<'a> {
    pattern: &'a Pattern,
    budget: &'a mut Budget,
    /// The period to look at next, and the last.
    next: i64,
    last: i64,
    /// The days of the period being looked at, or its number.
    days: Vec<i64>,
    /// Which of its instances BYSETPOS takes.
    chosen: Vec<usize>,
    /// Those still to be given.
    at: usize,
    end: usize,
    from: i64,
    /// The first second that is too late.
    to: i64,
    /// What COUNT leaves.
    left: Option<u64>,
    previous: i64,
    /// The last day that the limits allowed.
    kept: Option<i64>,
    /// Why not all of them were given.
    pub(super) fault: Option<RuleError>,
}

impl<'a> Walk<'a> {
    /// What lies at `from` or later and before `to`.
    pub(super) fn new(
        pattern: &'a Pattern,
        count: Option<u32>,
        (from, to): (i64, i64),
        budget: &'a mut Budget,
    ) -> Self {
        let from = from.max(pattern.start);
        let mut walk = Self {
            pattern,
            budget,
            next: pattern.first_period(if count.is_some() { pattern.start } else { from }),
            // Skipping may take a day from the period after.
            last: pattern.period(to.min(END)).saturating_add(1).min(pattern.period(END)),
            days: Vec::new(),
            chosen: Vec::new(),
            at: 0,
            end: 0,
            from,
            to,
            left: count.map(u64::from),
            previous: i64::MIN,
            kept: None,
            fault: None,
        };
        if walk.left.is_some() {
            walk.skip_cycles();
        }
        walk
    }

    /// Passes whole cycles of periods that lie before `from`.
    fn skip_cycles(&mut self) {
        let (first, target) = (self.next, self.pattern.first_period(self.from));
        let Some(cycle) = self.pattern.cycle() else { return };
        let length = cycle.saturating_mul(self.pattern.interval);
        if target <= first.saturating_add(length) {
            return;
        }
        // The start lies inside the first period; from the second on they are whole.
        let begin = first + self.pattern.interval;
        let last = std::mem::replace(&mut self.last, first);
        self.load();
        (self.next, self.last) = (begin, begin + length - 1);
        let (left, mut size) = (self.left.take(), 0_u64);
        while self.load() {
            size += self.end as u64;
        }
        (self.left, self.next, self.last) = (left, begin, last);
        (self.at, self.end) = (0, 0);
        let cycles = ((target - begin) / length) as u64;
        match left.unwrap_or(0).checked_div(size) {
            Some(enough) => {
                let cycles = cycles.min(enough);
                self.next += cycles as i64 * length;
                self.left = left.map(|left| left - cycles * size);
            }
            // Not one, now or ever.
            None => self.left = Some(0),
        }
    }

    /// Makes the instances of the next period that has any day; whether there was one.
    fn load(&mut self) -> bool {
        let Some(period) = self.seek() else { return false };
        self.next = period + self.pattern.interval;
        self.pattern.expand(period, &mut self.days);
        if !self.budget.take(1 + self.days.len() / 4 + self.pattern.positions.len()) {
            self.fault = Some(RuleError::TooMany);
            return false;
        }
        let all = self.days.len() * self.pattern.times.len();
        self.choose(all);
        let len = if self.pattern.positions.is_empty() { all } else { self.chosen.len() };
        let first = self.first_from(self.pattern.start, len);
        self.end = match &mut self.left {
            None => len,
            Some(left) => {
                let counted = (*left).min((len - first) as u64);
                *left -= counted;
                first + counted as usize
            }
        };
        self.at = self.first_from(self.from, len).max(first);
        true
    }

    /// The next period in which something may lie.
    fn seek(&mut self) -> Option<i64> {
        let pattern = self.pattern;
        let mut period = self.next;
        if self.left == Some(0) || period > self.last {
            return None;
        }
        if !matches!(pattern.source, Source::Day) {
            return Some(period);
        }
        let scale = pattern.scale();
        loop {
            let second = period * scale;
            let day = second.div_euclid(days::DAY);
            let jump = if self.kept == Some(day) || pattern.limits.is_empty() || pattern.limits.keeps(day) {
                self.kept = Some(day);
                pattern.times.jump(second.rem_euclid(days::DAY))
            } else {
                Some(pattern.limits.jump(day) * days::DAY)
            };
            let Some(jump) = jump else { return Some(period) };
            if !self.budget.take(1) {
                self.fault = Some(RuleError::TooMany);
                return None;
            }
            let target = (day * days::DAY + jump).div_euclid(scale);
            let ahead = (target - period).max(1);
            period += (ahead + pattern.interval - 1) / pattern.interval * pattern.interval;
            if period > self.last {
                return None;
            }
        }
    }

    /// Takes the positions of BYSETPOS among `all` instances.
    fn choose(&mut self, all: usize) {
        self.chosen.clear();
        for position in &self.pattern.positions {
            let index = if *position > 0 { position - 1 } else { all as i64 + position };
            self.chosen.extend(usize::try_from(index).ok().filter(|index| *index < all));
        }
        self.chosen.sort_unstable();
        self.chosen.dedup();
    }

    /// The first of the period's instances at or after that second.
    fn first_from(&self, second: i64, len: usize) -> usize {
        if len == 0 || self.item(0) >= second {
            return 0;
        }
        let (mut low, mut high) = (0, len);
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.item(middle) < second {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    fn item(&self, index: usize) -> i64 {
        let index =
            if self.pattern.positions.is_empty() { index } else { self.chosen.get(index).copied().unwrap_or(0) };
        let times = self.pattern.times.len();
        let (day, time) = if times == 1 { (index, 0) } else { (index / times, index % times) };
        self.days.get(day).copied().unwrap_or(0) * self.pattern.scale() + self.pattern.times.at(time)
    }
}

impl Iterator for Walk<'_> {
    type Item = i64;

    fn next(&mut self) -> Option<i64> {
        loop {
            while self.at < self.end {
                let second = self.item(self.at);
                self.at += 1;
                if second >= self.to {
                    (self.at, self.end, self.last) = (0, 0, i64::MIN);
                    return None;
                }
                if second <= self.previous {
                    continue;
                }
                if !self.budget.take_instance() {
                    self.fault = Some(RuleError::TooMany);
                    (self.at, self.end, self.last) = (0, 0, i64::MIN);
                    return None;
                }
                self.previous = second;
                return Some(second);
            }
            if self.fault.is_some() || !self.load() {
                return None;
            }
        }
    }
}
