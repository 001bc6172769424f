//! The config: file -> validated settings.

pub mod settings;
