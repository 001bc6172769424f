//! seawall's program: parse, run, exit code.
fn main() {}
