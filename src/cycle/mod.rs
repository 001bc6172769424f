//! ONE cycle: read -> judge -> plan -> reconcile -> apply -> record. The unit that is simulated. Decisions are pure
//! and made elsewhere; this folder orders the steps, does the I/O through the port, and names no adapter.

pub mod apply;
pub mod canary;
pub mod clock;
pub mod decide;
pub mod fetch;
mod gone;
pub mod hand;
pub mod memory;
pub mod outcome;
pub mod read;
mod record;
pub mod run;
pub mod summarize;
pub mod undo;
pub mod warning;
pub mod write;
