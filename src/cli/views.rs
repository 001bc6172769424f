//! Commands that only look: `plan`, `week`, `summary`, `why`, `log`.

use jiff::civil::Date;

use super::args::Cli;
use super::fail::{DONE, Done, Fail, of_cycle};
use super::out;
use super::shell::{Shell, warn};
use super::when::{self, FORMS};
use crate::calendar::week::IsoWeek;
use crate::cycle::outcome::Outcome;
use crate::report;
use crate::report::why::Question;

/// What one cycle would change, and why.
pub(super) async fn plan(cli: &Cli) -> Done {
    let outcome = Shell::open(cli)?.look(None).await?;
    print_changes(cli, &outcome)?;
    Ok(of_cycle(&outcome))
}

/// Prints what a cycle changes, in words or as JSON.
pub(super) fn print_changes(cli: &Cli, outcome: &Outcome) -> Result<(), Fail> {
    let text = if cli.json { report::json::plan(outcome) } else { report::changes::changes(outcome, out::look(false)) };
    Ok(out::print(&text)?)
}

/// The week as a picture.
pub(super) async fn week(cli: &Cli, week: Option<&str>) -> Done {
    let shell = Shell::open(cli)?;
    let week = which_week(&shell, week)?;
    let outcome = shell.look(Some(week.span(shell.tz()))).await?;
    warn(&outcome);
    let last = IsoWeek::at(outcome.now, &outcome.tz).plus(i64::from(outcome.policy.horizon));
    if week >= last {
        out::note(&format!(
            "{week} is beyond the horizon: holds are drawn as they would be planned today; none is written."
        ));
    }
    out::print(&report::week::week(&outcome, week, out::look(false)))?;
    Ok(of_cycle(&outcome))
}

/// The balance of a week.
pub(super) async fn summary(cli: &Cli, week: Option<&str>) -> Done {
    let shell = Shell::open(cli)?;
    let week = which_week(&shell, week)?;
    let outcome = shell.look(Some(week.span(shell.tz()))).await?;
    let text = if cli.json {
        report::json::summary(&outcome, week).ok_or_else(|| anyhow::anyhow!("nothing is known of {week}"))?
    } else {
        warn(&outcome);
        report::summary::summary(&outcome, week, out::look(false))
    };
    out::print(&text)?;
    Ok(of_cycle(&outcome))
}

/// Why there is a hold, or none.
pub(super) async fn why(cli: &Cli, subject: &str) -> Done {
    let shell = Shell::open(cli)?;
    let at = when::parse(subject, shell.now(), shell.tz()).map(|typed| typed.start(shell.tz()));
    let also = at.map(|at| IsoWeek::at(at, shell.tz()).span(shell.tz()));
    let outcome = shell.look(also).await?;
    warn(&outcome);
    let question = at.map_or(Question::Uid(subject), Question::At);
    if at.is_none() && (subject.is_empty() || !outcome.holds.iter().any(|hold| hold.uid.starts_with(subject))) {
        return Err(Fail::Usage(format!("no hold has a UID that begins with `{subject}`; or {FORMS}")));
    }
    out::print(&report::why::why(&outcome, question, out::look(false)))?;
    Ok(DONE)
}

/// What was written when, and why.
pub(super) async fn log(cli: &Cli, last: u32) -> Done {
    let shell = Shell::open(cli)?;
    let store = shell.store_to_look().await?;
    let writes = store.log(last, None)?;
    out::print(&report::log::log(&writes, shell.tz(), out::look(false)))?;
    Ok(DONE)
}

/// The week of that name, or of that day; this one where none is named.
fn which_week(shell: &Shell, text: Option<&str>) -> Result<IsoWeek, Fail> {
    match text {
        None => Ok(IsoWeek::at(shell.now(), shell.tz())),
        Some(text) => match text.parse::<Date>() {
            Ok(date) => Ok(IsoWeek::of(date)),
            Err(_) => text.parse().map_err(|error: crate::calendar::week::WeekError| Fail::Usage(error.to_string())),
        },
    }
}
