//! A VTIMEZONE while its lines are being read, and where its rules belong: to the events of the same calendar.
//! Knows no database of zones.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::SignedDuration;

use super::Warnings;
use super::component::Component;
use super::property::{Property, unescape};
use super::value::{Moment, Tzid, parse_offset};
use crate::calendar::zones::{Definition, Observance, Yearly};

/// The most STANDARD and DAYLIGHT parts of a text that are read.
const OBSERVANCES_MAX: usize = 2_000;

/// STANDARD or DAYLIGHT being read.
#[derive(Default)]
struct Draft {
    start: Option<Moment>,
    from: Option<i32>,
    to: Option<i32>,
    dates: Vec<Moment>,
    rules: Vec<Yearly>,
}

/// A VTIMEZONE being read.
#[derive(Default)]
pub(super) struct ZoneDraft {
    line: usize,
    definition: Definition,
    open: Option<Draft>,
}

impl ZoneDraft {
    /// One that begins on that line.
    pub(super) fn new(line: usize) -> Self {
        Self { line, ..Self::default() }
    }

    /// A component inside it begins.
    pub(super) fn begin(&mut self, name: &[u8], warnings: &mut Warnings) {
        self.end(warnings);
        if name.eq_ignore_ascii_case(b"STANDARD") || name.eq_ignore_ascii_case(b"DAYLIGHT") {
            self.open = Some(Draft::default());
        }
    }

    /// The component inside it ends.
    pub(super) fn end(&mut self, warnings: &mut Warnings) {
        let Some(draft) = self.open.take() else { return };
        let (Some(start), Some(to)) = (&draft.start, draft.to.or(draft.from)) else {
            let message = "a part without DTSTART or TZOFFSETTO; left out";
            warnings.add(self.line, "VTIMEZONE", message.to_owned());
            return;
        };
        let from = draft.from.unwrap_or(to);
        let wall = |moment: &Moment| match moment {
            // Not what the RFC asks for, but clear.
            Moment::Utc(at) => at.saturating_add(SignedDuration::from_secs(from.into())),
            other => other.wall(),
        };
        let dates = draft.dates.iter().map(wall).collect();
        self.definition.observances.push(Observance { from, to, start: wall(start), dates, rules: draft.rules });
    }

    /// Takes a property of the VTIMEZONE or of the part that is open.
    pub(super) fn take(&mut self, property: &Property<'_>, line: usize, warnings: &mut Warnings) {
        let value = property.value.trim();
        let name = property.name.to_ascii_uppercase();
        let is_read = match (name.as_str(), &mut self.open) {
            ("TZID", _) => {
                self.definition.name = unescape(value);
                true
            }
            ("X-LIC-LOCATION" | "TZID-ALIAS-OF", _) => {
                self.definition.location = Some(unescape(value));
                true
            }
            ("X-MICROSOFT-CDO-TZID", _) => {
                self.definition.number = value.parse().ok();
                true
            }
            ("DTSTART", Some(open)) => {
                open.start = Moment::parse_bare(value);
                open.start.is_some()
            }
            ("TZOFFSETFROM", Some(open)) => {
                open.from = parse_offset(value);
                open.from.is_some()
            }
            ("TZOFFSETTO", Some(open)) => {
                open.to = parse_offset(value);
                open.to.is_some()
            }
            ("RDATE", Some(open)) => {
                let before = open.dates.len();
                // Of a period its start.
                let starts = value.split(',').map(|text| text.split('/').next().unwrap_or_default());
                open.dates.extend(starts.filter_map(Moment::parse_bare));
                open.dates.len() > before
            }
            ("RRULE", Some(open)) => {
                let rule = Yearly::parse(value);
                let is_read = rule.is_some();
                open.rules.extend(rule);
                is_read
            }
            _ => true,
        };
        if !is_read {
            warnings.add(line, property.name, "of a time zone can't be read; left out".to_owned());
        }
    }
}

/// What one VCALENDAR says of zones.
#[derive(Default)]
pub(super) struct CalendarZones {
    /// By TZID, upper case.
    definitions: BTreeMap<String, Arc<Definition>>,
    observances: usize,
    /// X-WR-TIMEZONE.
    pub(super) calendar: Option<Arc<str>>,
}

impl CalendarZones {
    /// Takes a VTIMEZONE that was read to its end, or to where it breaks off.
    pub(super) fn add(&mut self, mut draft: ZoneDraft, warnings: &mut Warnings) {
        draft.end(warnings);
        let ZoneDraft { line, definition, .. } = draft;
        self.observances += definition.observances.len();
        if self.observances > OBSERVANCES_MAX {
            warnings.add(line, "VTIMEZONE", format!("more than {OBSERVANCES_MAX} parts of time zones; left out"));
            return;
        }
        let key = key(&definition.name);
        match self.definitions.get(&key) {
            Some(first) if **first != definition => {
                let name = &definition.name;
                warnings.add(line, "VTIMEZONE", format!("a second, different `{name}`; the first counts"));
            }
            Some(_) => {}
            None => drop(self.definitions.insert(key, Arc::new(definition))),
        }
    }

    /// Tells the moments of these events what the calendar says of their zones.
    pub(super) fn settle(&self, components: &mut [Component]) {
        if self.definitions.is_empty() && self.calendar.is_none() {
            return;
        }
        for component in components {
            if let (Moment::Floating(at), Some(calendar), None) =
                (&component.start, &self.calendar, &component.recurrence_id)
            {
                let tzid = Tzid { is_assumed: true, ..Tzid::new(calendar.to_string()) };
                component.start = Moment::Zoned(*at, tzid);
            }
            component.moments_mut(|moment| {
                if let Moment::Zoned(_, tzid) = moment {
                    tzid.definition = self.definitions.get(&key(&tzid.name)).cloned();
                    tzid.calendar.clone_from(&self.calendar);
                }
            });
        }
    }
}

/// Parameters and TEXT values are escaped in different ways; the name is the same.
fn key(name: &str) -> String {
    let mut key = name.trim().to_ascii_uppercase();
    key.retain(|c| c != '\\');
    key
}
