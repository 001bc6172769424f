//! The focus blocks of given weeks: the weekly template laid on real dates, and what days off leave of it.
//! Knows no meetings and no holds.

use jiff::civil::Date;

use super::policy::{Minutes, Policy, Role};
use super::view::View;
use crate::calendar::time::{Span, SpanSet};
use crate::calendar::week::IsoWeek;

/// A focus block on a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Index of its role.
    pub role: usize,
    /// Index of its template among those of the role.
    pub template: usize,
    /// Its name.
    pub name: String,
    /// On which day.
    pub date: Date,
    /// When, as the template says.
    pub span: Span,
    /// What days off leave of it; no part is shorter than the role's `min_session`, and there is at least one.
    pub parts: SpanSet,
}

impl Block {
    /// Its minutes after days off.
    pub fn planned(&self) -> Minutes {
        self.parts.minutes()
    }
}

/// Every block of those weeks after days off, in order of start.
pub fn blocks(policy: &Policy, view: &View, weeks: &[IsoWeek]) -> Vec<Block> {
    let mut found = Vec::new();
    for (index, role) in policy.roles.iter().enumerate() {
        for date in weeks.iter().flat_map(|week| week.dates()) {
            found.extend(blocks_on(policy, view, index, role, date));
        }
    }
    found.sort_by_key(|block| (block.span, block.role, block.template));
    found
}

fn blocks_on(policy: &Policy, view: &View, index: usize, role: &Role, date: Date) -> impl Iterator<Item = Block> {
    role.blocks.iter().enumerate().filter_map(move |(template, block)| {
        let span = block.hours.on(date, &policy.tz)?;
        let left = SpanSet::from(span).minus(&view.days_off);
        let parts: SpanSet = left.iter().filter(|part| part.minutes() >= role.session.min_session).collect();
        let name = block.name.clone();
        (!parts.is_empty()).then_some(Block { role: index, template, name, date, span, parts })
    })
}
