//! seawall
pub mod calendar;
pub mod cli;
pub mod config;
pub mod focus;
pub mod provider;
pub mod reconcile;
