//! Why a command ended without having done its work, and the exit code for it.

use std::process::ExitCode;

use crate::cycle::outcome::Outcome;

/// Done.
pub const DONE: u8 = 0;
/// Failed.
pub const FAILED: u8 = 1;
/// Partly done.
pub const PARTLY: u8 = 2;
/// Used wrongly (`EX_USAGE` of sysexits).
pub const USAGE: u8 = 64;
/// An account lets nobody in until its user has logged in or set the secret right (`EX_NOPERM` of sysexits).
pub const LOGIN: u8 = 77;
/// The config is wrong (`EX_CONFIG` of sysexits).
pub const CONFIG: u8 = 78;

/// Why a command failed.
#[derive(Debug)]
pub enum Fail {
    /// It was used wrongly.
    Usage(String),
    /// The config is wrong or missing.
    Config(String),
    /// Anything else.
    Other(anyhow::Error),
}

impl Fail {
    /// The exit code.
    pub fn code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Usage(_) => USAGE,
            Self::Config(_) => CONFIG,
            Self::Other(_) => FAILED,
        })
    }

    /// What to tell the user.
    pub fn message(&self) -> String {
        match self {
            Self::Usage(text) => format!("seawall: {text}"),
            // Faults begin with file:line:column, which editors know how to jump to.
            Self::Config(text) => text.clone(),
            Self::Other(error) => format!("seawall: {error:#}"),
        }
    }
}

impl<E: Into<anyhow::Error>> From<E> for Fail {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}

/// What a cycle comes to. A login that is needed goes before what else was left undone: whoever runs seawall can try
/// that again, while this waits for its user. The other accounts were served all the same.
pub fn of_cycle(outcome: &Outcome) -> u8 {
    match outcome {
        outcome if !outcome.logins.is_empty() => LOGIN,
        outcome if outcome.partly => PARTLY,
        _ => DONE,
    }
}

/// What a command comes to: its exit code, or why it failed.
pub type Done = Result<u8, Fail>;
