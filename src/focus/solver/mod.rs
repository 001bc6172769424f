//! The exact solver behind design section 4: the optimum of a week as a pure integer problem.
//! It must not know calendars, roles or clocks.
//!
//! Holds of a day interact through their breaks and `daily_max` alone, days through the week's total alone, and the
//! values 1, 4, 5, 6 and 7 are sums over holds. So for every day the best score for each number of minutes is found
//! by dynamic programming (`day`), the days are put together by a knapsack over minutes, and of the totals the one
//! that is best in values 1 to 3 is taken (`week`). Both steps are exact: the score is one integer whose order is the
//! lexicographic order of those values, and that order is kept when the same is added to both sides (`score`).

mod cover;
mod day;
mod queue;
mod score;
mod slots;
mod week;

pub use cover::{Cover, attainable, best_cover};
pub use week::solve;
