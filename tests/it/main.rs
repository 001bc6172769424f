//! The one integration test binary: each module a subject, `support` what they share.

#[cfg(test)]
mod architecture;
#[cfg(test)]
mod own_events;
#[cfg(test)]
mod reader;
#[cfg(test)]
#[path = "../support/mod.rs"]
mod support;
