//! iCalendar text to components: tolerant, bounded, and never silent about what it could not read.
//! Knows no database of zones, no recurrence and no I/O; a faulty component never costs the others.

mod component;
mod draft;
mod lines;
mod people;
mod property;
mod text;
mod value;
mod zone;

use std::fmt;

pub use component::{Component, RecurrenceId};
pub use value::{End, Length, Moment, Tzid};

pub(crate) use component::Recurrence;
pub(crate) use lines::{Line, Lines, split_mark};

pub(crate) use property::Property;

use draft::Draft;
use zone::{CalendarZones, ZoneDraft};

/// The most bytes of a file that are read.
pub const FILE_BYTES_MAX: usize = 10_000_000;
/// The most content lines (unfolded) of a file that are read: as many as `FILE_BYTES_MAX` bytes of ordinary events
/// have, and more than `COMPONENTS_MAX` events of 25 lines each.
pub const LINES_MAX: usize = 500_000;
/// The most events of a file that are read.
pub const COMPONENTS_MAX: usize = 10_000;
/// The most warnings about one file; one more says that there were others.
pub const WARNINGS_MAX: usize = 100;

/// Something in a file that could not be read as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The line, from 1.
    pub line: usize,
    /// The property or component, upper case.
    pub property: String,
    /// What is wrong with it and what was made of it.
    pub message: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, {}: {}", self.line, self.property, self.message)
    }
}

/// What a text holds.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// Its events, in order.
    pub components: Vec<Component>,
    /// What could not be read as it stands, in order.
    pub warnings: Vec<Warning>,
    /// Whether there is more than the limits let through: what is missing may be busy.
    pub is_cut: bool,
    /// Whether the text holds one event and nothing beside it but time zones and alarms, readable or not.
    pub is_lone: bool,
}

/// Reads the events of a text. Never fails: what it cannot read is in the warnings, and an event that can
/// be placed in time but not read in full is kept and marked as uncertain.
pub fn read(body: &[u8]) -> Parsed {
    let whole = text::utf8(body.get(..FILE_BYTES_MAX).unwrap_or(body));
    let (_, text) = split_mark(&whole);
    let mut reader = Reader::default();
    let mut last = 1;
    for (index, line) in Lines::new(text).enumerate() {
        last = line.number;
        if index >= LINES_MAX {
            reader.cut(last, "VCALENDAR", format!("more than {LINES_MAX} lines"));
            break;
        }
        if reader.take(&line).is_none() {
            break;
        }
    }
    if body.len() > FILE_BYTES_MAX {
        reader.cut(last, "VCALENDAR", format!("more than {FILE_BYTES_MAX} bytes"));
    }
    reader.close(Some("the text ends before its END:VEVENT"));
    reader.settle();
    if !reader.is_calendar {
        reader.warnings.add(1, "VCALENDAR", "this is no iCalendar text".to_owned());
    }
    let is_lone = reader.events == 1 && reader.others == 0 && reader.components.len() == 1;
    Parsed { components: reader.components, warnings: reader.warnings.finish(), is_cut: reader.is_cut, is_lone }
}

/// The warnings so far, bounded.
#[derive(Debug, Default)]
struct Warnings {
    list: Vec<Warning>,
    left_out: usize,
}

impl Warnings {
    fn add(&mut self, line: usize, property: &str, message: String) {
        if self.list.len() < WARNINGS_MAX {
            self.list.push(Warning { line, property: property.to_ascii_uppercase(), message });
        } else {
            self.left_out += 1;
        }
    }

    fn finish(mut self) -> Vec<Warning> {
        if let (Some(last), true) = (self.list.last(), self.left_out > 0) {
            let message = format!("{} more warnings are left out", self.left_out);
            self.list.push(Warning { line: last.line, property: "VCALENDAR".to_owned(), message });
        }
        self.list
    }
}

/// The border of a component.
pub(crate) enum Border<'a> {
    Begin(&'a [u8]),
    End(&'a [u8]),
}

impl<'a> Border<'a> {
    pub(crate) fn of(line: &'a [u8]) -> Option<Self> {
        if !matches!(line.first(), Some(b'B' | b'b' | b'E' | b'e')) {
            return None;
        }
        let after = |word: &[u8]| {
            let (start, name) = line.split_at_checked(word.len())?;
            start.eq_ignore_ascii_case(word).then(|| name.trim_ascii())
        };
        after(b"BEGIN:").map(Border::Begin).or_else(|| after(b"END:").map(Border::End))
    }
}

/// Walks through the lines and collects one event or time zone at a time.
#[derive(Default)]
struct Reader {
    components: Vec<Component>,
    warnings: Warnings,
    /// The open event.
    event: Option<Draft>,
    /// How many components are open inside that event; their lines are skipped.
    depth: usize,
    /// The open time zone.
    zone: Option<ZoneDraft>,
    /// What the open calendar says of zones, and where its events begin.
    zones: CalendarZones,
    first: usize,
    is_calendar: bool,
    is_cut: bool,
    /// Events that began, and components that are neither events nor zones nor alarms.
    events: usize,
    others: usize,
}

impl Reader {
    /// Takes a line; none where no more may be read.
    fn take(&mut self, line: &Line<'_>) -> Option<()> {
        let is_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
        if memchr::memchr2(b'\r', b'\n', &line.text).is_some() && line.text.split(is_end).all(is_property) {
            // A text that ends some of its lines in another way than most.
            return line.text.split(is_end).try_for_each(|piece| self.take_text(&text::line(piece), line));
        }
        self.take_text(&text::line(&line.text), line)
    }

    fn take_text(&mut self, text: &str, line: &Line<'_>) -> Option<()> {
        match Border::of(text.as_bytes()) {
            Some(Border::Begin(name)) if name.eq_ignore_ascii_case(b"VEVENT") => {
                self.close(Some("the next component begins before its END:VEVENT"));
                if self.components.len() >= COMPONENTS_MAX {
                    self.cut(line.number, "VEVENT", format!("more than {COMPONENTS_MAX} events"));
                    return None;
                }
                self.is_calendar = true;
                self.events += 1;
                self.event = Some(Draft::new(line.number));
            }
            Some(Border::Begin(name)) => self.begin(name, line.number),
            Some(Border::End(name)) if name.eq_ignore_ascii_case(b"VEVENT") => {
                self.close((self.depth > 0).then_some("a component inside it does not end"));
            }
            Some(Border::End(name)) if name.eq_ignore_ascii_case(b"VCALENDAR") => {
                self.close(Some("the calendar ends before its END:VEVENT"));
                self.settle();
            }
            Some(Border::End(name)) => match &mut self.zone {
                Some(_) if name.eq_ignore_ascii_case(b"VTIMEZONE") => self.close(None),
                Some(zone) => zone.end(&mut self.warnings),
                None => self.depth = self.depth.saturating_sub(1),
            },
            None => self.property(text, line),
        }
        Some(())
    }

    /// A component other than an event begins.
    fn begin(&mut self, name: &[u8], number: usize) {
        if name.eq_ignore_ascii_case(b"VCALENDAR") {
            if self.event.is_some() || self.zone.is_some() {
                self.close(Some("the next calendar begins before its END:VEVENT"));
            }
            self.settle();
            self.is_calendar = true;
        } else if self.event.is_some() {
            self.depth += 1;
            self.others += usize::from(!name.eq_ignore_ascii_case(b"VALARM"));
        } else if name.eq_ignore_ascii_case(b"VTIMEZONE") {
            self.close(None);
            self.zone = Some(ZoneDraft::new(number));
        } else if let Some(zone) = &mut self.zone {
            zone.begin(name, &mut self.warnings);
        } else {
            self.others += 1;
        }
    }

    fn property(&mut self, text: &str, line: &Line<'_>) {
        if self.depth > 0 || text.is_empty() {
            return;
        }
        if self.event.is_none() && self.zone.is_none() && !starts_with(text.as_bytes(), b"X-WR-TIMEZONE") {
            return;
        }
        let (Self { event, zone, warnings, .. }, number) = (&mut *self, line.number);
        match (Property::split(text), event, zone) {
            (Some(property), Some(event), _) if line.is_cut => event.leave_out(property.name, number, warnings),
            (Some(property), Some(event), _) => event.take(&property, number, warnings),
            (Some(property), None, Some(zone)) => zone.take(&property, number, warnings),
            (Some(property), None, None) => self.zones.calendar = Some(property.value.trim().into()),
            (None, ..) if text.trim().is_empty() => {}
            (None, event, _) => {
                let component = if event.is_some() { "VEVENT" } else { "VTIMEZONE" };
                warnings.add(number, component, "a line without a colon; skipped".to_owned());
            }
        }
    }

    /// Says that the rest is not read.
    fn cut(&mut self, line: usize, what: &str, limit: String) {
        self.is_cut = true;
        self.warnings.add(line, what, limit + "; the rest is not read");
    }

    /// Ends the open event or time zone, if there is one; `fault` says why this is not its regular end.
    fn close(&mut self, fault: Option<&str>) {
        self.depth = 0;
        if let Some(zone) = self.zone.take() {
            self.zones.add(zone, &mut self.warnings);
        }
        if let Some(event) = self.event.take() {
            self.components.extend(event.finish(fault, &mut self.warnings));
        }
    }

    /// Ends the open calendar: its zones are for its events alone, wherever in it they stand.
    fn settle(&mut self) {
        let zones = std::mem::take(&mut self.zones);
        zones.settle(self.components.get_mut(self.first..).unwrap_or_default());
        self.first = self.components.len();
    }
}

fn starts_with(line: &[u8], word: &[u8]) -> bool {
    line.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// Whether the line begins as a property does.
fn is_property(line: &[u8]) -> bool {
    let name = property::name_end(line).and_then(|end| line.get(..end)).unwrap_or_default();
    !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
}
