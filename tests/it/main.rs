//! The one integration test binary: each module a subject, `support` what they share.

#[cfg(test)]
mod architecture;
#[cfg(test)]
mod balance;
#[cfg(test)]
mod blocks;
#[cfg(test)]
mod busy;
#[cfg(test)]
mod caldav;
#[cfg(test)]
mod calendar_corpora;
#[cfg(test)]
mod calendar_queries;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod config;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod daemon;
#[cfg(test)]
mod deploy;
#[cfg(test)]
mod differential;
#[cfg(test)]
mod erosion;
#[cfg(test)]
mod events_of_a_file;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod google;
#[cfg(test)]
mod google_fake;
#[cfg(test)]
mod google_login;
#[cfg(test)]
mod http_client;
#[cfg(test)]
mod https;
#[cfg(test)]
mod lab;
#[cfg(test)]
mod lock;
#[cfg(test)]
mod malformed;
#[cfg(test)]
mod own_events;
#[cfg(test)]
mod planner;
#[cfg(test)]
mod planner_bruteforce;
#[cfg(test)]
mod planner_cpsat;
#[cfg(test)]
mod planner_laws;
#[cfg(test)]
mod properties_reader;
#[cfg(test)]
mod reader;
#[cfg(test)]
mod reading_far;
#[cfg(test)]
mod recurrence_corpora;
#[cfg(test)]
mod recurrence_exceptions;
#[cfg(test)]
mod recurrence_laws;
#[cfg(test)]
mod report;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod servers;
#[cfg(test)]
mod sim;
#[cfg(test)]
mod store;
#[cfg(test)]
mod subscription;
#[cfg(test)]
#[path = "../support/mod.rs"]
mod support;
#[cfg(test)]
mod transport;
#[cfg(test)]
mod vdir;
#[cfg(test)]
mod vdir_looks;
#[cfg(test)]
mod zones;
