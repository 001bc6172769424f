//! The log: plain lines for a terminal, native entries with fields for the journal, and lines with `<N>` before them for
//! a service whose journal can't be reached that way.

use std::fmt;
use std::io;

use tracing::{Event, Level, Subscriber};
use tracing_journald::{Priority, PriorityMappings};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::{self, FormatEvent, FormatFields, Writer};
use tracing_subscriber::fmt::{FmtContext, Layer as FmtLayer};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::args::{Cli, Command};
use super::out;
use crate::report::harmless;

/// Begins to log: warnings, of the daemon also what it does; and more with each `-v`.
pub(super) fn begin(cli: &Cli) {
    let is_daemon = matches!(cli.command, Command::Run);
    let level = match (is_daemon, cli.verbose) {
        // What is wrong with a certificate is told with what to do about it, where it matters.
        (false, 0) => "warn,rustls_platform_verifier=off",
        (false, 1) | (true, 0) => "seawall=info,warn",
        (true, 1) => "seawall=debug,warn",
        (_, _) => "seawall=trace,info",
    };
    let wanted = std::env::var("SEAWALL_LOG").ok().and_then(|text| text.parse::<Targets>().ok());
    let filter = wanted.or_else(|| level.parse().ok()).unwrap_or_default();
    // Fields are for the journal; a line says all that a person needs.
    let words = format::debug_fn(|writer, field, value| match field.name() {
        "message" => writer.write_str(&harmless(&format!("{value:?}"))),
        _ => Ok(()),
    });
    let lines = FmtLayer::new().with_writer(io::stderr).fmt_fields(words);
    let layer = match journal().filter(|_| is_daemon) {
        Some(journal) => journal.boxed(),
        None if is_daemon && std::env::var_os("JOURNAL_STREAM").is_some() => lines.event_format(Prefixed).boxed(),
        None if is_daemon => lines.with_ansi(out::color_of(&io::stderr())).without_time().with_target(false).boxed(),
        None => FmtLayer::new()
            .with_writer(io::stderr)
            .with_ansi(out::color_of(&io::stderr()))
            .without_time()
            .with_target(false)
            .boxed(),
    };
    // Only a second call fails, and there is none.
    let _ = tracing_subscriber::registry().with(layer.with_filter(filter)).try_init();
}

/// The journal, where stderr is connected with it (`$JOURNAL_STREAM` of systemd.exec(5)) and it can be reached.
fn journal() -> Option<tracing_journald::Layer> {
    let stream = std::env::var("JOURNAL_STREAM").ok()?;
    let (device, inode) = stream.split_once(':')?;
    let stderr = rustix::fs::fstat(io::stderr()).ok()?;
    let is_it = device.parse() == Ok(stderr.st_dev) && inode.parse() == Ok(stderr.st_ino);
    let priorities =
        PriorityMappings { info: Priority::Informational, debug: Priority::Debug, ..PriorityMappings::new() };
    let journal = is_it.then(|| tracing_journald::layer().ok())??;
    Some(journal.with_field_prefix(None).with_priority_mappings(priorities))
}

/// Each line begins with its priority, as sd-daemon(3) has it.
struct Prefixed;

impl<S, N> FormatEvent<S, N> for Prefixed
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut out: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let priority = match *event.metadata().level() {
            Level::ERROR => 3,
            Level::WARN => 4,
            Level::INFO => 6,
            Level::DEBUG | Level::TRACE => 7,
        };
        let mut text = String::new();
        context.field_format().format_fields(Writer::new(&mut text), event)?;
        text.lines().try_for_each(|line| writeln!(out, "<{priority}>{line}"))
    }
}
