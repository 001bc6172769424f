//! A first config from a few answers, with comments that say what else can be set. Asks nobody and writes nothing:
//! the questions and the check of each answer are data for whoever asks.

use std::fmt::Write as _;

use super::tree::Wrong;
use super::{account, value};

/// The example config: every key, commented.
pub fn commented_example() -> &'static str {
    include_str!("../../config/seawall.example.toml")
}

/// What `init` asks, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// The time zone.
    Timezone,
    /// The folder of the calendars.
    Path,
    /// The calendars in it, with their use.
    Calendars,
    /// Who the user is among the attendees.
    Emails,
    /// Working days.
    WorkDays,
    /// When work begins.
    WorkFrom,
    /// When work ends.
    WorkTo,
    /// Days with a focus block.
    BlockDays,
    /// When the block begins.
    BlockFrom,
    /// When the block ends.
    BlockTo,
    /// Hours of deep work a week.
    Target,
    /// Whether to write from the start.
    Write,
}

impl Question {
    /// All of them in order.
    pub const ALL: [Self; 12] = [
        Self::Timezone,
        Self::Path,
        Self::Calendars,
        Self::Emails,
        Self::WorkDays,
        Self::WorkFrom,
        Self::WorkTo,
        Self::BlockDays,
        Self::BlockFrom,
        Self::BlockTo,
        Self::Target,
        Self::Write,
    ];

    /// The question in words.
    pub fn text(self) -> &'static str {
        match self {
            Self::Timezone => "Your time zone",
            Self::Path => "The folder with your calendars (one folder of .ics files each)",
            Self::Calendars => "Its calendars, as name or name=use (read, hold, read+hold); one may hold",
            Self::Emails => "Your e-mail addresses, as in invitations",
            Self::WorkDays => "Days you work",
            Self::WorkFrom => "Work begins",
            Self::WorkTo => "Work ends",
            Self::BlockDays => "Days with a focus block",
            Self::BlockFrom => "The focus block begins",
            Self::BlockTo => "The focus block ends",
            Self::Target => "Deep work a week",
            Self::Write => "Write to the calendar (yes), or only look and report for the first week (no)",
        }
    }
}

/// The answers, as they were typed; each is checked by [`Answers::give`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answers {
    /// IANA name.
    pub timezone: String,
    /// The vdir.
    pub path: String,
    /// Name and use, as in the config.
    pub calendars: Vec<(String, String)>,
    /// Addresses of the user.
    pub emails: Vec<String>,
    /// Days, from, to, as in the config.
    pub work: [String; 3],
    /// Days, from, to, as in the config.
    pub block: [String; 3],
    /// A duration, as in the config.
    pub target: String,
    /// Whether to write.
    pub write: bool,
}

impl Answers {
    /// What is offered, with the system's zone.
    pub fn offered(timezone: Option<&str>) -> Self {
        let hours = |days: &str, from: &str, to: &str| [days, from, to].map(str::to_owned);
        Self {
            timezone: timezone.unwrap_or("UTC").to_owned(),
            path: "~/.calendars".to_owned(),
            calendars: vec![("work".to_owned(), "read+hold".to_owned())],
            emails: Vec::new(),
            work: hours("mon-fri", "08:30", "17:30"),
            block: hours("mon,tue,thu,fri", "09:00", "12:00"),
            target: "12h".to_owned(),
            write: false,
        }
    }

    /// The present answer to a question, as one would type it.
    pub fn shown(&self, question: Question) -> String {
        let [work_days, work_from, work_to] = &self.work;
        let [block_days, block_from, block_to] = &self.block;
        match question {
            Question::Timezone => self.timezone.clone(),
            Question::Path => self.path.clone(),
            Question::Calendars => {
                self.calendars.iter().map(|(name, used)| format!("{name}={used}")).collect::<Vec<_>>().join(", ")
            }
            Question::Emails => self.emails.join(", "),
            Question::WorkDays => work_days.clone(),
            Question::WorkFrom => work_from.clone(),
            Question::WorkTo => work_to.clone(),
            Question::BlockDays => block_days.clone(),
            Question::BlockFrom => block_from.clone(),
            Question::BlockTo => block_to.clone(),
            Question::Target => self.target.clone(),
            Question::Write => (if self.write { "yes" } else { "no" }).to_owned(),
        }
    }

    /// Takes the answer to a question.
    ///
    /// # Errors
    /// What was expected, where the answer can't be used; the one before it stays.
    pub fn give(&mut self, question: Question, text: &str) -> Result<(), String> {
        let text = text.trim();
        self.take(question, text).map_err(|wrong| {
            let meant = wrong.meant.map(|word| format!(" (did you mean {word}?)")).unwrap_or_default();
            format!("expected {}{meant}", wrong.expected)
        })
    }

    fn take(&mut self, question: Question, text: &str) -> Result<(), Wrong> {
        let [work_days, work_from, work_to] = &mut self.work;
        let [block_days, block_from, block_to] = &mut self.block;
        match question {
            Question::Timezone => keep(text, super::validate::known_zone, &mut self.timezone)?,
            Question::Path => keep(text, value::label, &mut self.path)?,
            Question::Calendars => self.calendars = account::named_calendars(text)?,
            Question::Emails => {
                let list = text.split(',').map(str::trim).filter(|text| !text.is_empty());
                self.emails = list.map(account::email).collect::<Result<_, _>>()?;
            }
            Question::WorkDays => keep(text, value::days, work_days)?,
            Question::WorkFrom => keep(text, value::time, work_from)?,
            Question::WorkTo => keep(text, value::time, work_to)?,
            Question::BlockDays => keep(text, value::days, block_days)?,
            Question::BlockFrom => keep(text, value::time, block_from)?,
            Question::BlockTo => keep(text, value::time, block_to)?,
            Question::Target => keep(text, value::positive, &mut self.target)?,
            Question::Write => {
                self.write = value::choice(text, &[("yes", true), ("no", false), ("y", true), ("n", false)])?;
            }
        }
        Ok(())
    }
}

/// Keeps a text that the config will be able to read.
fn keep<T>(text: &str, parser: impl Fn(&str) -> Result<T, Wrong>, slot: &mut String) -> Result<(), Wrong> {
    parser(text)?;
    text.clone_into(slot);
    Ok(())
}

/// A config with these answers. Whether they fit each other is seen by reading it back.
pub fn compose(answers: &Answers) -> String {
    let quote = |text: &str| toml::Value::from(text).to_string();
    let entry = |hours: &[String; 3]| {
        let [days, from, to] = hours;
        format!("days = {}, from = {}, to = {}", quote(days), quote(from), quote(to))
    };
    let mut calendars = String::new();
    for (name, used) in &answers.calendars {
        // A String takes every write.
        let _ = writeln!(calendars, "  {{ name = {}, use = {} }},", quote(name), quote(used));
    }
    let emails = answers.emails.iter().map(|email| quote(email)).collect::<Vec<_>>().join(", ");
    let write = answers.write;
    format!(
        r#"# The config of seawall. `seawall check` reads it and names everything that is wrong; `seawall plan` shows
# what it would do. Every key that exists: seawall.example.toml, or `seawall init --print`.

timezone = {timezone}

# false: read, judge and report only. Set it to true (or remove it) once you like what `seawall plan` says.
write = {write}

# When you work; `away` is never focus and never erosion.
[hours]
work = [{{ {work} }}]
#away = [{{ days = "mon-fri", from = "12:00", to = "13:00" }}]

# What a focus session is.
[focus]
#min_session = "2h"
#max_session = "4h"
#daily_max = "5h"

# What time is for. `blocks` are when you mean to do it; what meetings take of them is won back elsewhere, up to
# `target` a week.
[[role]]
name = "deep"
target = {target}
blocks = [{{ name = "Deep work", {block} }}]

# The weekly event that says how the week balanced.
[summary]
#at = "fri 16:00"

# Where your calendars are: one folder of .ics files each. Exactly one holds.
[[account]]
name = "local"
provider = "vdir"
path = {path}
# Who you are among the attendees.
emails = [{emails}]
calendars = [
{calendars}]
"#,
        timezone = quote(&answers.timezone),
        work = entry(&answers.work),
        block = entry(&answers.block),
        target = quote(&answers.target),
        path = quote(&answers.path),
    )
}
