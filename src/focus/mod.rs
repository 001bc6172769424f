//! Focus: what counts as busy, what eroded, and where holds shall be. Pure: `now` is an argument.

pub mod arrival;
pub mod assess;
pub mod block;
pub mod busy;
pub mod erosion;
pub mod people;
pub mod plan;
pub mod planner;
pub mod policy;
pub mod problem;
pub mod sight;
pub mod solver;
pub mod view;
