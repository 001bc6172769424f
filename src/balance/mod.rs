//! The weekly balance: roles, figures, and the summary in words. Pure.

pub mod figures;
pub mod schedule;
pub mod text;
