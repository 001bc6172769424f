//! `demo`: real calendar files, a real cycle, the whole story on one page. The sample is built into the program and
//! moved to the present week; its clock stands still.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::demo_shift::{shift, shift_config, weeks_to};
use super::fail::{DONE, Done, FAILED, Fail};
use super::out;
use super::shell::Shell;
use crate::calendar::week::IsoWeek;
use crate::config::Environment;
use crate::cycle::clock::Clock;
use crate::cycle::run::{Consent, Mode};
use crate::report;

macro_rules! sample {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../config/demo/", $path)))),*]
    };
}

/// Every file of the sample.
pub const SAMPLE: &[(&str, &str)] = sample![
    "private/choir.ics",
    "private/color",
    "private/dentist.ics",
    "private/displayname",
    "private/parents.ics",
    "work/architecture-review.ics",
    "work/board-prep.ics",
    "work/color",
    "work/company-holiday.ics",
    "work/customer-call.ics",
    "work/displayname",
    "work/hiring-sync.ics",
    "work/incident-review.ics",
    "work/one-to-one-ben.ics",
    "work/one-to-one-chiara.ics",
    "work/one-to-one-deniz.ics",
    "work/release-planning.ics",
    "work/sprint-demo.ics",
    "work/staff-meeting.ics",
    "work/standup.ics",
    "work/talk.ics",
    "work/vendor-demo.ics",
];
const CONFIG: &str = include_str!("../../config/demo.toml");

/// Lays the sample out and shows what one cycle does to it.
///
/// # Errors
/// Where the folder can't be used or the cycle fails.
pub async fn demo(dir: Option<&Path>) -> Done {
    let dir = folder(dir)?;
    let today = Clock::System.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    lay_out(&dir, weeks_to(today))?;
    let config = dir.join("seawall.toml");
    let shell = Shell::of(&config, None, &Environment::from_system())?;
    let _locks = shell.lock().await?;
    let store = shell.store()?;
    let outcome = shell.cycle(&store, Mode::Write(Consent::default()), None).await?;
    let week = IsoWeek::at(outcome.now, &outcome.tz);
    let heading = |text: &str| out::print(&format!("\n{text}\n{}\n", "─".repeat(text.chars().count())));
    heading("The week before")?;
    out::print(&report::week::week(&outcome, week, out::look(true)))?;
    heading("What seawall changes, and why")?;
    out::print(&report::changes::changes(&outcome, out::look(false)))?;
    heading("The week after")?;
    out::print(&report::week::week(&outcome, week, out::look(false)))?;
    heading("The summary, an event in the calendar")?;
    out::print(&report::summary::summary(&outcome, week, out::look(false)))?;
    out::print("")?;

    let again = shell.cycle(&store, Mode::Write(Consent::default()), None).await?;
    let calm = again.changes.is_empty() && again.halted.is_none();
    out::print(if calm {
        "A second cycle changes nothing."
    } else {
        "A SECOND CYCLE WOULD CHANGE SOMETHING: this is a fault."
    })?;
    let (dir, config) = (dir.display(), quoted(&config));
    out::print(&format!(
        "\nThe calendars are real files: {dir}\nGo on with them:\n  \
         seawall --config {config} week\n  seawall --config {config} events\n  \
         seawall --config {config} why \"mon 14:00\"\n  seawall --config {config} undo"
    ))?;
    let whole = calm && !outcome.partly && outcome.changes.iter().all(|attempt| attempt.applied);
    Ok(if whole { DONE } else { FAILED })
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = text.chars().all(|char| char.is_alphanumeric() || "/._-".contains(char));
    if is_plain { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// The folder to use: the given one if it is empty or missing, else a new temporary one.
fn folder(dir: Option<&Path>) -> Result<PathBuf, Fail> {
    let Some(dir) = dir else {
        return Ok(tempfile::Builder::new().prefix("seawall-demo-").tempdir()?.keep());
    };
    if std::fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Fail::Usage(format!("{} is not empty; name a new folder for the sample", dir.display())));
    }
    std::fs::create_dir_all(dir).with_context(|| format!("can't make {}", dir.display()))?;
    Ok(std::path::absolute(dir)?)
}

/// Writes the sample, moved by whole weeks.
///
/// # Errors
/// Where a file can't be written.
pub fn lay_out(dir: &Path, weeks: i64) -> anyhow::Result<()> {
    for (path, text) in SAMPLE {
        let file = dir.join(path);
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder).with_context(|| format!("can't make {}", folder.display()))?;
        }
        let is_calendar = file.extension().is_some_and(|extension| extension == "ics");
        let text = if is_calendar { shift(text, weeks) } else { (*text).to_owned() };
        std::fs::write(&file, text).with_context(|| format!("can't write {}", file.display()))?;
    }
    let file = dir.join("seawall.toml");
    std::fs::write(&file, shift_config(CONFIG, weeks)).with_context(|| format!("can't write {}", file.display()))
}
