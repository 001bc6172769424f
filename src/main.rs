//! seawall's program: parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    seawall::cli::main()
}
