//! seawall
pub mod balance;
pub mod calendar;
pub mod cli;
pub mod config;
pub mod cycle;
pub mod focus;
pub mod provider;
pub mod reconcile;
pub mod report;
pub mod store;
