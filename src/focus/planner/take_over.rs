//! Which live hold a planned one takes over, so that a hold keeps its identity when it moves (design 5.3).

use super::standing::Open;
use crate::calendar::time::Span;

/// For each planned hold the live one that it takes over: equal ones first, then by most common minutes, then by
/// start. Both are given in order of start; none is taken over twice.
pub(super) fn take_over<'a>(planned: &[Span], open: &[&'a Open<'a>]) -> Vec<Option<&'a Open<'a>>> {
    let mut pairs: Vec<(i64, usize, usize)> = Vec::new();
    for (to, span) in planned.iter().enumerate() {
        for (from, open) in open.iter().enumerate() {
            let equal = if *span == open.span { i64::MAX } else { 0 };
            let common = span.intersection(open.span).map_or(0, Span::minutes);
            pairs.push((equal.max(common), to, from));
        }
    }
    pairs.sort_by_key(|(common, to, from)| (std::cmp::Reverse(*common), *to, *from));
    let mut taken = vec![None; planned.len()];
    let mut used = vec![false; open.len()];
    for (_, to, from) in pairs {
        if let (Some(slot @ None), Some(used @ false), Some(open)) =
            (taken.get_mut(to), used.get_mut(from), open.get(from))
        {
            *slot = Some(*open);
            *used = true;
        }
    }
    taken
}
