//! The stable JSON (design section 8): one shape a file, fields in the order written there. The shapes live here
//! alone; nothing else knows how a value is spelled for other tools.

mod events;
mod plan;
mod shape;
mod summary;

pub use events::events;
pub use plan::plan;
pub use summary::summary;
