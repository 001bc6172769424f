//! What a cycle produced, as the user sees it: pictures and tables for a terminal, JSON for other tools. Pure views:
//! each takes an outcome and gives text; nothing here prints, reads the clock or decides.

pub mod changes;
pub mod events;
mod explain;
pub mod json;
pub mod log;
mod paint;
mod roles;
pub mod summary;
mod text;
pub mod week;
pub mod why;

pub use text::{clean, harmless};

/// How a view is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Columns of the terminal: no line is longer, down to 40.
    pub width: usize,
    /// ANSI colours; without them the output has no escape byte.
    pub color: bool,
    /// Holds as they lay before the cycle (only `week` heeds it).
    pub before: bool,
}

impl Look {
    /// The usable width.
    fn columns(self) -> usize {
        self.width.clamp(40, 200)
    }
}
