//! Half-open spans of absolute time and sets of them: the arithmetic on which every decision stands.
//! Knows no zones, no events and no clock.

use jiff::Timestamp;

/// A half-open interval `start..end` of absolute time. Never negative; may be empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First instant inside.
    pub start: Timestamp,
    /// First instant after.
    pub end: Timestamp,
}

impl Span {
    /// The span from `start` to `end`; empty at `start` where `end` lies before it.
    pub fn new(start: Timestamp, end: Timestamp) -> Self {
        Self { start, end: end.max(start) }
    }

    /// Whole minutes inside, rounded down.
    pub fn minutes(self) -> i64 {
        (self.end.as_second() - self.start.as_second()) / 60
    }

    /// Whether nothing lies inside.
    pub fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// Whether the two share any time; touching is not sharing.
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end && !self.is_empty() && !other.is_empty()
    }

    /// What the two share, if anything.
    pub fn intersection(self, other: Self) -> Option<Self> {
        let (start, end) = (self.start.max(other.start), self.end.min(other.end));
        (start < end).then_some(Self { start, end })
    }

    /// Whether the instant lies inside.
    pub fn contains(self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }

    /// Whether all of `other` lies inside.
    pub fn covers(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

/// A set of instants as sorted, disjoint, non-touching, non-empty spans.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpanSet(Vec<Span>);

impl SpanSet {
    /// The set with nothing in it.
    pub fn new() -> Self {
        Self::default()
    }

    /// The spans in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Span> + '_ {
        self.0.iter().copied()
    }

    /// The spans in order.
    pub fn spans(&self) -> &[Span] {
        &self.0
    }

    /// Whether nothing is inside.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The sum of the spans' whole minutes.
    pub fn minutes(&self) -> i64 {
        self.iter().map(Span::minutes).sum()
    }

    /// Everything in either.
    pub fn union(&self, other: &Self) -> Self {
        self.iter().chain(other.iter()).collect()
    }

    /// Everything in both.
    pub fn intersection(&self, other: &Self) -> Self {
        let (mut i, mut j, mut out) = (0, 0, Vec::new());
        while let (Some(a), Some(b)) = (self.0.get(i), other.0.get(j)) {
            out.extend(a.intersection(*b));
            if a.end <= b.end { i += 1 } else { j += 1 }
        }
        Self(out)
    }

    /// What of `self` is not in `other`.
    pub fn minus(&self, other: &Self) -> Self {
        let mut out = Vec::with_capacity(self.0.len());
        let mut first = 0;
        for span in self.iter() {
            while other.0.get(first).is_some_and(|cut| cut.end <= span.start) {
                first += 1;
            }
            let mut start = span.start;
            for cut in other.0[first..].iter().take_while(|cut| cut.start < span.end) {
                if start < cut.start {
                    out.push(Span { start, end: cut.start });
                }
                start = start.max(cut.end);
            }
            if start < span.end {
                out.push(Span { start, end: span.end });
            }
        }
        Self(out)
    }

    /// What lies inside `window`.
    pub fn within(&self, window: Span) -> Self {
        let from = self.0.partition_point(|span| span.end <= window.start);
        Self(
            self.0[from..]
                .iter()
                .take_while(|span| span.start < window.end)
                .filter_map(|span| span.intersection(window))
                .collect(),
        )
    }

    /// Whether the span shares any time with the set.
    pub fn overlaps(&self, span: Span) -> bool {
        !self.within(span).is_empty()
    }
}

impl From<Span> for SpanSet {
    fn from(span: Span) -> Self {
        [span].into_iter().collect()
    }
}

impl FromIterator<Span> for SpanSet {
    /// Sorts, drops the empty ones and joins those that overlap or touch.
    fn from_iter<I: IntoIterator<Item = Span>>(spans: I) -> Self {
        let mut all: Vec<Span> = spans.into_iter().filter(|span| !span.is_empty()).collect();
        all.sort_unstable();
        let mut out: Vec<Span> = Vec::with_capacity(all.len());
        for span in all {
            match out.last_mut() {
                Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
                _ => out.push(span),
            }
        }
        Self(out)
    }
}
