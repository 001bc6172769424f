//! The command line: one file a group of commands, no decisions. Parses, calls, prints.

mod accounts;
pub mod args;
mod backup;
mod browser;
mod check;
mod completions;
pub mod demo;
pub mod demo_shift;
mod events;
pub mod fail;
mod init;
mod login;
mod man;
mod out;
mod schema;
pub mod service;
mod shell;
mod views;
mod when;
mod writes;
mod zones;

use std::process::ExitCode;

use clap::Parser as _;
use tracing_subscriber::EnvFilter;

use self::args::{Cli, Command};
use self::fail::{Done, Fail, USAGE};
use crate::cycle::undo::Reach;

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Where nothing can be printed there is nobody to tell.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { USAGE } else { fail::DONE });
        }
    };
    log(cli.verbose);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(run(&cli)),
        Err(error) => Err(error.into()),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(fail) => {
            out::note(&fail.message());
            fail.code()
        }
    }
}

async fn run(cli: &Cli) -> Done {
    let has_json =
        matches!(cli.command, Command::Plan | Command::Sync(_) | Command::Events(_) | Command::Summary { .. });
    if cli.json && !has_json {
        return Err(Fail::Usage("--json goes with plan, sync, events and summary".to_owned()));
    }
    match &cli.command {
        Command::Demo { dir } => demo::demo(dir.as_deref()).await,
        Command::Init { print } => init::init(cli, *print),
        Command::Check { write_test } => check::check(cli, *write_test).await,
        Command::Login(args) => login::login(cli, args).await,
        Command::Plan => views::plan(cli).await,
        Command::Sync(args) => writes::sync(cli, *args).await,
        Command::Week { week } => views::week(cli, week.as_deref()).await,
        Command::Events(args) => events::events(cli, args).await,
        Command::Summary { week } => views::summary(cli, week.as_deref()).await,
        Command::Log { last } => views::log(cli, *last).await,
        Command::Why { hold_or_time } => views::why(cli, hold_or_time).await,
        Command::Release { hold } => writes::release(cli, hold).await,
        Command::Restore { time } => writes::restore(cli, time).await,
        Command::Pause { until } => writes::pause(cli, until.as_deref()).await,
        Command::Resume => writes::resume(cli).await,
        Command::Undo { yes, past, pinned } => writes::undo(cli, *yes, Reach { past: *past, pinned: *pinned }).await,
        Command::Forget { calendar } => writes::forget(cli, calendar).await,
        Command::Backup { file } => backup::backup(cli, file),
        Command::Completions { shell } => completions::completions(*shell),
        Command::Man => man::man(),
        Command::Schema => schema::schema(),
    }
}

/// The log goes to stderr: warnings, and more with each `-v`.
fn log(verbose: u8) {
    let level = match verbose {
        0 => "warn",
        1 => "seawall=info,warn",
        _ => "seawall=trace,info",
    };
    let filter = EnvFilter::try_from_env("SEAWALL_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let format = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(out::color_of(&std::io::stderr()))
        .without_time()
        .with_target(false);
    // Only a second call fails, and there is none.
    let _ = format.try_init();
}
