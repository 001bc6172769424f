//! Desired x actual x ledger -> ordered changes with reasons, and the guards that refuse dangerous ones. Pure.

pub mod key;
pub mod ledger;
