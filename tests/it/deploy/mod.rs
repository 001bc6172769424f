//! What surrounds the program where it is installed: schema, completions, manual page, backups, state through time,
//! units and package. The units and the package are tried in earnest in `tests/system`.

mod papers;
mod schema;
mod state;
mod trouble;
mod units;
