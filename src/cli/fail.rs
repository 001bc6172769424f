//! Why a command ended without having done its work, and the exit code for it.

use std::io;
use std::process::ExitCode;

use crate::cycle::outcome::Outcome;
use crate::store::StoreError;
use crate::store::lock::LockError;

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
/// The config is wrong, or the daemon can't begin with what it names until somebody mends it (`EX_CONFIG` of sysexits).
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

    /// For a service, which its manager would start again and again: what no new start mends is told like a wrong config.
    pub fn of_service(self) -> Self {
        match &self {
            Self::Other(error) if is_lasting(error) => Self::Config(self.message()),
            _ => self,
        }
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

/// Whether it stays so until somebody mends it: a state of another program or of a later seawall, a file in the place of
/// a folder, a name that is too long. A full disk, a missing right or another program at work may pass.
fn is_lasting(error: &anyhow::Error) -> bool {
    use io::ErrorKind::{InvalidFilename, InvalidInput, IsADirectory, NotADirectory};
    let stays =
        |error: &io::Error| matches!(error.kind(), NotADirectory | IsADirectory | InvalidFilename | InvalidInput);
    let of_store = error.downcast_ref::<StoreError>().is_some_and(|error| match error {
        StoreError::Future { .. } | StoreError::Foreign { .. } => true,
        StoreError::Io { error, .. } => stays(error),
        StoreError::Sql { .. }
        | StoreError::Gone { .. }
        | StoreError::Empty { .. }
        | StoreError::Copy { .. }
        | StoreError::Unknown { .. } => false,
    });
    let of_lock = error.downcast_ref::<LockError>().is_some_and(|error| match error {
        LockError::NoFolder { .. } => true,
        LockError::Io { error, .. } => stays(error),
        LockError::Held { .. } => false,
    });
    of_store || of_lock || error.downcast_ref::<io::Error>().is_some_and(stays)
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
