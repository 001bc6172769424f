//! A simulated world for whole lives of seawall: people, calendars that fail and lie, and time, all from one seed. It
//! judges by what it did itself, and believes seawall nothing.

pub(crate) mod account;
pub(crate) mod commands;
pub(crate) mod days;
pub(crate) mod event;
pub(crate) mod laws;
pub(crate) mod life;
pub(crate) mod line;
pub(crate) mod own;
pub(crate) mod people;
pub(crate) mod soak;
pub(crate) mod state;
pub(crate) mod watch;
pub(crate) mod weather;
pub(crate) mod wishes;
pub(crate) mod world;
