//! OAuth 2.0 for Google accounts: getting the user's consent ([`login`]), keeping what it gave ([`mod@file`]) and turning it
//! into access tokens ([`source`]). Knows the services it is told of by address, and nothing of calendars or the config.
//!
//! The flow is that of a desktop program (RFC 8252): the browser comes back to a port of this machine, PKCE (RFC 7636)
//! binds the code to this run, `state` the answer to the question. The refresh token lies in one file; access tokens
//! live in memory only. No code, verifier or token is ever logged or part of a message.

pub mod answer;
pub mod app;
pub mod file;
pub mod grant;
pub mod login;
mod loopback;
pub mod redirect;
pub mod scope;
pub mod source;
pub mod words;
