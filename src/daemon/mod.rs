//! The daemon: one loop over a closed set of wake-ups, around the cycle. Generic over the provider and the clock, with
//! no thread and no task of its own, so that a simulation can run the very same loop; names no adapter.

pub mod account;
pub mod digest;
pub mod files;
pub mod hooks;
pub mod journal;
pub mod moment;
pub mod notice;
pub mod run;
mod say;
pub mod schedule;
pub mod socket;
pub mod systemd;
pub mod told;
pub mod turn;
mod view;
pub mod wake;
pub mod zone;
