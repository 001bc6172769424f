//! The one integration test binary: each module a subject, `support` what they share.

#[cfg(test)]
mod architecture;
#[cfg(test)]
mod blocks;
#[cfg(test)]
mod planner;
#[cfg(test)]
#[path = "../support/mod.rs"]
mod support;
