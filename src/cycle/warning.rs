//! What the user should know, as a whole sentence, and whether it speaks of what stands in a calendar: titles, names of
//! files and other people's text are for the user's own commands, and never for a log.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::calendar::CalendarId;

/// What a warning is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// Accounts, calendars, the config, seawall itself.
    Seawall,
    /// Events of seawall in a calendar that the config does not name.
    Unnamed,
    /// Events or files of that calendar, with words out of them.
    Content(CalendarId),
}

/// What the user should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// A whole sentence.
    pub text: String,
    /// What it is about.
    pub about: About,
}

impl Warning {
    /// One that says nothing of what stands in a calendar.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), about: About::Seawall }
    }

    /// One with words out of that calendar.
    pub fn of_content(calendar: &CalendarId, text: impl Into<String>) -> Self {
        Self { text: text.into(), about: About::Content(calendar.clone()) }
    }

    /// Whether words out of a calendar may stand in it.
    pub fn is_private(&self) -> bool {
        matches!(self.about, About::Content(_))
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// What a log may tell of them: each as it is, and of those with words out of a calendar only how many there are.
pub fn for_log(warnings: &[Warning]) -> BTreeSet<String> {
    let mut private: BTreeMap<&CalendarId, usize> = BTreeMap::new();
    let mut lines = BTreeSet::new();
    for warning in warnings {
        match &warning.about {
            About::Seawall | About::Unnamed => drop(lines.insert(warning.text.clone())),
            About::Content(calendar) => *private.entry(calendar).or_default() += 1,
        }
    }
    lines.extend(private.into_iter().map(|(calendar, count)| match count {
        1 => format!("{calendar}: 1 event or file needs a look; `seawall check` names it"),
        _ => format!("{calendar}: {count} events or files need a look; `seawall check` names them"),
    }));
    lines
}
