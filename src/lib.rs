//! seawall
pub mod calendar;
pub mod config;
pub mod focus;
pub mod provider;
pub mod reconcile;
pub mod store;
