//! The one integration test binary: each module a subject, `support` what they share.

#[cfg(test)]
mod architecture;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod lock;
#[cfg(test)]
mod store;
#[cfg(test)]
#[path = "../support/mod.rs"]
mod support;
#[cfg(test)]
mod vdir;
