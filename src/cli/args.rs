//! The command line as clap sees it. Words only; what they mean stands in the file of each command.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use jiff::Timestamp;

/// Defends focus time: sees meetings erode the blocks you planned, holds what can be held, tells how the week balanced.
#[derive(Debug, Parser)]
#[command(name = "seawall", version, max_term_width = 100, subcommand_required = true, arg_required_else_help = true)]
pub struct Cli {
    /// Config file [default: `$XDG_CONFIG_HOME/seawall/seawall.toml`, else `/etc/seawall/seawall.toml`]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Take this for the present, e.g. 2026-11-16T07:30:00+01:00
    #[arg(long, global = true, value_name = "RFC3339", value_parser = instant)]
    pub now: Option<Timestamp>,
    /// Say more on stderr; twice for everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Print JSON, for other programs (events, plan, status, sync, summary)
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show the whole story on sample calendars; needs no account and no config
    Demo {
        /// Where to put the sample [default: a new temporary folder]
        dir: Option<PathBuf>,
    },
    /// Ask a few questions and write a config
    Init {
        /// Print the commented example config instead
        #[arg(long)]
        print: bool,
    },
    /// Read the config, reach every calendar, and say what is wrong
    Check {
        /// Make and remove one event in the hold calendar, to see whether it keeps what is written
        #[arg(long)]
        write_test: bool,
    },
    /// Let seawall into a Google account, in the browser
    Login(LoginArgs),
    /// Show what one cycle would change, and why; writes nothing
    Plan,
    /// Run one cycle: read, plan, write
    Sync(SyncArgs),
    /// Stay and defend: the daemon, for systemd or a terminal
    Run,
    /// Show how the running daemon fares: accounts, holds of this week, what is at risk
    Status,
    /// Draw a week: meetings, blocks, holds, erosion
    Week {
        /// Which week, e.g. 2026-W47 [default: this one]
        week: Option<String>,
    },
    /// List the occurrences seawall sees, what each counts as, and why
    Events(EventsArgs),
    /// Tell how a week balances
    Summary {
        /// Which week, e.g. 2026-W47 [default: this one]
        week: Option<String>,
    },
    /// Show what was written when, and why
    Log {
        /// How many writes
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
        last: u32,
    },
    /// Tell why a hold is there, or why there is none
    Why {
        /// UID (or its beginning) or time, e.g. "tue 10:00" or 2026-11-17T10:00
        hold_or_time: String,
    },
    /// Delete a hold as if you had done it in your calendar: its time stays free of holds
    Release {
        /// UID (or its beginning) or a time inside it
        hold: String,
    },
    /// Let holds lie again in time from which you had deleted one
    Restore {
        /// A time inside it, e.g. "tue 10:00"
        time: String,
    },
    /// Stop the daemon from writing
    Pause {
        /// Until when, e.g. 2026-11-23 or "mon 08:00" [default: until `resume`]
        #[arg(long)]
        until: Option<String>,
    },
    /// Let the daemon write again
    Resume,
    /// Remove every current and future hold and summary that seawall wrote
    Undo {
        /// Do not ask
        #[arg(long)]
        yes: bool,
        /// Past ones too
        #[arg(long)]
        past: bool,
        /// Those that you edited too
        #[arg(long)]
        pinned: bool,
    },
    /// Give up the events in a calendar that the config names no more
    Forget {
        /// Account and calendar, e.g. work/Personal
        calendar: String,
    },
    /// Copy what seawall remembers into a file, also while the daemon runs
    Backup {
        /// A file that is not there yet
        file: PathBuf,
    },
    /// Print what makes a shell complete commands and options
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
    /// Print the JSON Schema of the config, for editors
    Schema,
}

/// Which account, and how.
#[derive(Clone, Debug, Args)]
pub struct LoginArgs {
    /// The account, by its name in the config
    pub account: String,
    /// Take a refresh token from standard input, from another machine or tool; no browser
    #[arg(long)]
    pub import: bool,
    /// Port of 127.0.0.1 to which the browser comes back, for example one that ssh -L forwards [default: a free one]
    #[arg(long, default_value_t = 0, hide_default_value = true, conflicts_with = "import")]
    pub port: u16,
}

/// What the user agrees to.
#[derive(Clone, Copy, Debug, Args)]
pub struct SyncArgs {
    /// Many holds are gone: you deleted them
    #[arg(long, conflicts_with = "restore")]
    pub accept: bool,
    /// Many holds are gone: have them written again
    #[arg(long)]
    pub restore: bool,
    /// Go on in place of another seawall that wrote to this calendar
    #[arg(long)]
    pub take_over: bool,
}

/// An instant, with the offset that makes it one.
fn instant(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| "expected a time with its offset, like 2026-11-16T07:30:00+01:00".to_owned())
}

/// Which occurrences, and of what.
#[derive(Clone, Debug, Args)]
pub struct EventsArgs {
    /// First day or time, e.g. 2026-11-16 [default: Monday of this week]
    #[arg(long)]
    pub from: Option<String>,
    /// Last day, or time to stop before [default: a week after]
    #[arg(long)]
    pub to: Option<String>,
    /// Tell for each where it comes from: rule, time zone, line
    #[arg(long)]
    pub explain: bool,
    /// Read this one iCalendar file (`-`: standard input); needs no config
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// With --file: your time zone [default: the system's]
    #[arg(long, value_name = "ZONE", requires = "file")]
    pub timezone: Option<String>,
    /// With --file: your address among the attendees; may be repeated
    #[arg(long, value_name = "ADDRESS", requires = "file")]
    pub email: Vec<String>,
}
