//! One role's week as integers: what the exact solver is given and what it answers.
//! All times are elapsed minutes from the week's start (Monday 00:00 local).

/// One local day of the week.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DayProblem {
    /// Local midnight, the origin of the grid.
    pub midnight: i64,
    /// Where a hold may lie: it must lie inside one of these, which are disjoint, sorted, and may touch.
    pub room: Vec<(i64, i64)>,
    /// Fixed and already planned holds of all roles, also own focus events: a hold keeps `break_between` from
    /// each, and they count towards `daily_max` (their union). Sorted; may overlap.
    pub taken: Vec<(i64, i64)>,
    /// Block minutes worth covering: own blocks without closed minutes. Disjoint, sorted.
    pub worth: Vec<(i64, i64)>,
    /// Preferred hours. Disjoint, sorted.
    pub preferred: Vec<(i64, i64)>,
    /// Existing holds of the role that are not fixed. Sorted, distinct; they may no longer fit.
    pub existing: Vec<(i64, i64)>,
}

/// One role's week.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WeekProblem {
    /// Its days in order.
    pub days: Vec<DayProblem>,
    /// Minutes between two places where a hold may start or end.
    pub grid: i64,
    /// Shortest hold.
    pub min_session: i64,
    /// Longest hold.
    pub max_session: i64,
    /// Most minutes of holds on a day, `taken` ones included.
    pub daily_max: i64,
    /// Least distance between two holds.
    pub break_between: i64,
    /// The target.
    pub target: i64,
    /// Minutes of the role that happened or are fixed: they count in the second and third value.
    pub fixed_total: i64,
    /// Block minutes that these cover: they count in the first value.
    pub fixed_covered: i64,
}

/// The exact optimum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Solution {
    /// The holds to plan, sorted.
    pub holds: Vec<(i64, i64)>,
    /// The seven values of design section 4, as written there: covered, reached, total, left alone,
    /// number of holds, preferred minutes, sum of starts.
    pub objective: [i64; 7],
}
