//! `events`: the occurrences, of the calendars in the config or of one file.

use std::io::Read as _;
use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::args::{Cli, EventsArgs};
use super::fail::{DONE, Done, Fail, of_cycle};
use super::out;
use super::shell::{Shell, warn};
use super::when::{self, FORMS};
use super::zones::newest_zones;
use crate::calendar::time::Span;
use crate::calendar::week::IsoWeek;
use crate::config::{self, Environment};
use crate::cycle::clock::Clock;
use crate::cycle::outcome::Listing;
use crate::cycle::read::{self, Lens};
use crate::focus::sight::judge_all;
use crate::provider::ics::{BODY_BYTES_MAX, no_calendar};
use crate::report;

/// The occurrences.
pub(super) async fn events(cli: &Cli, args: &EventsArgs) -> Done {
    if let Some(file) = &args.file {
        return of_file(cli, args, file);
    }
    let shell = Shell::open(cli)?;
    let window = window(args, shell.now(), shell.tz())?;
    let outcome = shell.look(Some(window)).await?;
    if !cli.json {
        warn(&outcome);
    }
    print(cli, outcome.listing(args.explain), window)?;
    Ok(of_cycle(&outcome))
}

/// Those of one file, with no config: the defaults of one hold.
fn of_file(cli: &Cli, args: &EventsArgs, file: &Path) -> Done {
    let (name, body) = open(file)?;
    let environment = Environment::from_system();
    let zones = newest_zones();
    let zone = args.timezone.as_deref().or(environment.timezone.as_deref()).unwrap_or("UTC");
    let unknown = || Fail::Usage(format!("--timezone `{zone}`: write a zone like Europe/Berlin"));
    let tz = zones.resolve(zone).ok_or_else(unknown)?;
    let now = cli.now.map_or(Clock::System, Clock::Standing).now();
    let window = window(args, now, &tz)?;
    let emails = args.email.iter().map(|email| email.trim().to_lowercase()).collect();
    let input = read::text(&name, &body, emails, Lens { zones: &zones, tz: &tz, window });
    for warning in &input.warnings {
        tracing::warn!("{warning}");
    }
    let policy = config::policy_by_default(tz.clone());
    let judged = judge_all(input.seen, &input.sources, &policy);
    let listing = Listing { tz: &tz, policy: &policy, sources: &input.sources, judged: &judged, explain: args.explain };
    print(cli, listing, window)?;
    Ok(DONE)
}

/// The text and its name; `-` is standard input.
fn open(file: &Path) -> Result<(String, Vec<u8>), Fail> {
    let (name, body) = if file.as_os_str() == "-" {
        let mut body = Vec::new();
        // One byte more than is read tells that there was more.
        std::io::stdin().lock().take(BODY_BYTES_MAX as u64 + 1).read_to_end(&mut body)?;
        ("stdin".to_owned(), body)
    } else {
        let fault = |error: std::io::Error| anyhow::anyhow!("{}: {error}", file.display());
        let mut body = Vec::new();
        let opened = std::fs::File::open(file).map_err(fault)?;
        opened.take(BODY_BYTES_MAX as u64 + 1).read_to_end(&mut body).map_err(fault)?;
        (file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned(), body)
    };
    match no_calendar(&body) {
        Some(fault) => Err(Fail::Other(anyhow::anyhow!("{name} {fault}"))),
        None => Ok((name, body)),
    }
}

/// From Monday of this week, or from the first day given; a week long, or to the last one given.
fn window(args: &EventsArgs, now: Timestamp, tz: &TimeZone) -> Result<Span, Fail> {
    let typed = |text: &str| when::parse(text, now, tz).ok_or_else(|| Fail::Usage(format!("`{text}`: {FORMS}")));
    let start = match &args.from {
        Some(text) => typed(text)?.start(tz),
        None => IsoWeek::at(now, tz).span(tz).start,
    };
    let end = match &args.to {
        Some(text) => typed(text)?.end(tz),
        None => IsoWeek::at(start, tz).plus(1).span(tz).start,
    };
    if end <= start {
        return Err(Fail::Usage(format!(
            "--from {} is not before --to {}",
            args.from.as_deref().unwrap_or("(Monday of this week)"),
            args.to.as_deref().unwrap_or("(a week later)")
        )));
    }
    Ok(Span::new(start, end))
}

fn print(cli: &Cli, listing: Listing<'_>, window: Span) -> Result<(), Fail> {
    let text = if cli.json {
        report::json::events(listing, window)
    } else {
        report::events::events(listing, window, out::look(false))
    };
    Ok(out::print(&text)?)
}
