//! Desired x actual x ledger -> ordered changes with reasons, and the guards that refuse dangerous ones. Pure.

pub mod change;
pub mod guard;
pub mod holds;
pub mod key;
pub mod ledger;
pub mod marker;
pub mod own;
pub mod summary;
pub mod wording;
