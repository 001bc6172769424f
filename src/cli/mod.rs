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
mod locks;
mod log;
mod login;
mod man;
mod out;
mod reload;
mod run;
mod schema;
pub mod service;
mod shell;
mod status;
mod views;
mod when;
mod writes;
mod zones;

use std::process::ExitCode;

use clap::Parser as _;

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
    log::begin(&cli);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let done = match runtime {
        Ok(runtime) => {
            let done = runtime.block_on(run(&cli));
            // Not waiting for a look-up of names that hangs in a thread of its own.
            runtime.shutdown_background();
            done
        }
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
    let has_json = matches!(
        cli.command,
        Command::Plan | Command::Sync(_) | Command::Events(_) | Command::Status | Command::Summary { .. }
    );
    if cli.json && !has_json {
        return Err(Fail::Usage("--json goes with plan, sync, events, status and summary".to_owned()));
    }
    match &cli.command {
        Command::Demo { dir } => demo::demo(dir.as_deref()).await,
        Command::Init { print } => init::init(cli, *print),
        Command::Check { write_test } => check::check(cli, *write_test).await,
        Command::Login(args) => login::login(cli, args).await,
        Command::Plan => views::plan(cli).await,
        Command::Sync(args) => writes::sync(cli, *args).await,
        Command::Run => run::run(cli).await,
        Command::Status => status::status(cli).await,
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
