//! The one integration test binary: each module a subject, `support` what they share.

#[cfg(test)]
mod architecture;
#[cfg(test)]
mod own_events;
#[cfg(test)]
mod properties_reader;
#[cfg(test)]
mod reader;
#[cfg(test)]
mod recurrence_corpora;
#[cfg(test)]
#[path = "../support/mod.rs"]
mod support;
