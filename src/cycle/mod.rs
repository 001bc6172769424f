//! ONE cycle: read -> judge -> plan -> reconcile -> apply -> record. The unit that is simulated. Decisions are pure
//! and made elsewhere; this folder orders the steps, does the I/O through the port, and names no adapter.

pub mod clock;
pub mod outcome;
