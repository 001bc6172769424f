//! `seawall schema`: the JSON Schema of the config, for editors that complete and check TOML.

use super::fail::{DONE, Done};
use super::out;
use crate::config::json_schema;

/// Prints the schema.
pub(super) fn schema() -> Done {
    out::print(&serde_json::to_string_pretty(&json_schema())?)?;
    Ok(DONE)
}
