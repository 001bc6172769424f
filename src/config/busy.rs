//! `[busy]`: the switches for events that are neither clearly busy nor clearly free.

use regex::Regex;

use super::tree::{Faults, Field, Table};
use super::validate::section;
use super::{defaults, schema, value};
use crate::focus::policy::{BusyRules, Doubt, Matcher};

/// The section, with the own focus events of `[focus]`; none where one of them is wrong.
pub(super) fn read(top: &Table<'_>, own_focus: Option<Vec<Matcher>>, faults: &mut Faults) -> Option<BusyRules> {
    let Some(table) = section(top, "busy", &[schema::BUSY], faults).some().or(Some(None))? else {
        return Some(by_default(own_focus?));
    };
    let doubt =
        |text: &str| value::choice(text, &[("busy", Doubt::Busy), ("threat", Doubt::Threat), ("free", Doubt::Free)]);
    let words = "\"busy\", \"threat\" or \"free\"";
    let tentative = table.parse("tentative", faults, doubt, words).or(Some(defaults::TENTATIVE));
    let unanswered = table.parse("unanswered", faults, doubt, words).or(Some(defaults::UNANSWERED));
    let all_day = |text: &str| value::choice(text, &[("busy", true), ("free", false)]);
    let all_day = table.parse("all_day_unmarked", faults, all_day, "\"busy\" or \"free\"").or(Some(false));
    let day_off = match table.list("day_off", faults, r#"["(?i)\\bholiday\\b"]"#) {
        Field::Absent => Some(days_off()),
        Field::Bad => None,
        Field::Given(nodes) => {
            let all: Vec<Option<Regex>> =
                nodes.iter().map(|node| node.parse(faults, value::pattern, "a regular expression")).collect();
            all.into_iter().collect()
        }
    };
    Some(BusyRules {
        tentative: tentative?,
        unanswered: unanswered?,
        all_day_unmarked_busy: all_day?,
        day_off: day_off?,
        own_focus: own_focus?,
    })
}

/// The default titles of days off.
fn days_off() -> Vec<Regex> {
    defaults::DAY_OFF.iter().filter_map(|text| Regex::new(text).ok()).collect()
}

/// The section where it says nothing.
pub(super) fn by_default(own_focus: Vec<Matcher>) -> BusyRules {
    BusyRules {
        tentative: defaults::TENTATIVE,
        unanswered: defaults::UNANSWERED,
        all_day_unmarked_busy: false,
        day_off: days_off(),
        own_focus,
    }
}
