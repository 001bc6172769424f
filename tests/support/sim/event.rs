//! Events as values and as text: what people in the simulation have in their calendars, and what can be told of any
//! object by its lines alone. It knows its busy time by itself, so that nothing of seawall has to be believed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use seawall::calendar::time::Span;
use seawall::calendar::week::midnight;
use seawall::reconcile::key::Marker;
use seawall::reconcile::marker;

/// What the user says to an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Accepted,
    Tentative,
    Declined,
    None,
}

/// What kind of event it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// With another person.
    Meeting(Answer),
    /// Alone; it takes the time.
    Solo,
    /// Alone, and shown as free.
    Free,
    /// Whole days off from a date on.
    Off(Date, i64),
}

/// An event of a person.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) account: usize,
    pub(crate) kind: Kind,
    /// The first time; of days off nothing.
    pub(crate) first: Span,
    /// Every day or every week, so many times; (0, 1) happens once.
    pub(crate) every: (i64, i64),
    /// Instances that are elsewhere, or nowhere.
    pub(crate) changed: BTreeMap<i64, Option<Span>>,
    pub(crate) sequence: u32,
    pub(crate) written: Timestamp,
}

impl Event {
    pub(crate) fn href(&self) -> String {
        format!("{}.ics", self.name)
    }

    /// When the instance is by the rule.
    fn regular(&self, n: i64) -> Span {
        let later = |at: Timestamp| at + (24 * self.every.0 * n).hours();
        Span::new(later(self.first.start), later(self.first.end))
    }

    /// The time that it takes.
    pub(crate) fn taken(&self, tz: &TimeZone) -> Vec<Span> {
        match self.kind {
            Kind::Free | Kind::Meeting(Answer::Declined | Answer::None) => Vec::new(),
            Kind::Off(from, days) => vec![Span::new(midnight(from, tz), midnight(from + days.days(), tz))],
            Kind::Solo | Kind::Meeting(Answer::Accepted | Answer::Tentative) => (0..self.every.1)
                .filter_map(|n| self.changed.get(&n).copied().unwrap_or(Some(self.regular(n))))
                .collect(),
        }
    }

    /// As iCalendar text.
    pub(crate) fn text(&self) -> String {
        let mut out = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//people//EN\r\n");
        let mut rule = String::new();
        if self.every.1 > 1 {
            let _ = write!(rule, "RRULE:FREQ=DAILY;INTERVAL={};COUNT={}\r\n", self.every.0, self.every.1);
        }
        for n in self.changed.iter().filter(|(_, to)| to.is_none()).map(|(n, _)| *n) {
            let _ = write!(rule, "EXDATE:{}\r\n", stamp(self.regular(n).start));
        }
        self.component(&mut out, self.first, &rule);
        for (n, to) in &self.changed {
            if let Some(to) = to {
                let rule = format!("RECURRENCE-ID:{}\r\n", stamp(self.regular(*n).start));
                self.component(&mut out, *to, &rule);
            }
        }
        out + "END:VCALENDAR\r\n"
    }

    fn component(&self, out: &mut String, at: Span, more: &str) {
        let (name, title, written, sequence) = (&self.name, self.title(), stamp(self.written), self.sequence);
        let _ = write!(
            out,
            "BEGIN:VEVENT\r\nUID:{name}\r\nSUMMARY:{title}\r\nDTSTAMP:{written}\r\nSEQUENCE:{sequence}\r\n"
        );
        let _ = match self.kind {
            Kind::Off(from, days) => {
                let (from, to) = (from.strftime("%Y%m%d"), (from + days.days()).strftime("%Y%m%d").to_string());
                write!(out, "DTSTART;VALUE=DATE:{from}\r\nDTEND;VALUE=DATE:{to}\r\nTRANSP:OPAQUE\r\n")
            }
            _ => write!(out, "DTSTART:{}\r\nDTEND:{}\r\n", stamp(at.start), stamp(at.end)),
        };
        match self.kind {
            Kind::Meeting(answer) => {
                let word = match answer {
                    Answer::Accepted => "ACCEPTED",
                    Answer::Tentative => "TENTATIVE",
                    Answer::Declined => "DECLINED",
                    Answer::None => "NEEDS-ACTION",
                };
                let _ = write!(
                    out,
                    "ORGANIZER:mailto:ben@example.org\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:ben@example.org\r\n\
                     ATTENDEE;PARTSTAT={word}:mailto:anna@example.org\r\n"
                );
            }
            Kind::Free => out.push_str("TRANSP:TRANSPARENT\r\n"),
            Kind::Solo | Kind::Off(..) => {}
        }
        out.push_str(more);
        out.push_str("END:VEVENT\r\n");
    }

    fn title(&self) -> String {
        match (&self.kind, self.account) {
            (Kind::Off(..), _) => "Vacation".to_owned(),
            (_, 0) => format!("Openly {}", self.name),
            // No other calendar may ever say this.
            _ => format!("{PRIVATE} {}", self.name),
        }
    }
}

/// How every title in the private calendar begins.
pub(crate) const PRIVATE: &str = "Secretly";

/// RFC 5545 form 2 in UTC.
pub(crate) fn stamp(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Lines without their folds.
pub(crate) fn unfolded(body: &[u8]) -> String {
    String::from_utf8_lossy(body).replace("\r\n", "\n").replace("\n ", "")
}

/// The value of the first line of that name, whatever its parameters.
pub(crate) fn value<'a>(unfolded: &'a str, name: &str) -> Option<&'a str> {
    unfolded.lines().find_map(|line| {
        let rest = line.strip_prefix(name).filter(|rest| rest.starts_with([':', ';']))?;
        Some(rest.split_once(':')?.1)
    })
}

/// The marker in an object.
pub(crate) fn marker_of(unfolded: &str) -> Option<Marker> {
    marker::decode(value(unfolded, "X-SEAWALL")?)
}

/// When an object with times in UTC is.
pub(crate) fn span_of(unfolded: &str) -> Option<Span> {
    let at = |name| {
        let civil = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", value(unfolded, name)?).ok()?;
        TimeZone::UTC.to_timestamp(civil).ok()
    };
    Some(Span::new(at("DTSTART")?, at("DTEND")?))
}

/// The object at another time.
pub(crate) fn at(body: &str, span: Span) -> String {
    let line = |line: &str| {
        let end = &line[line.trim_end().len()..];
        if line.starts_with("DTSTART") {
            format!("DTSTART:{}{end}", stamp(span.start))
        } else if line.starts_with("DTEND") {
            format!("DTEND:{}{end}", stamp(span.end))
        } else {
            line.to_owned()
        }
    };
    body.split_inclusive('\n').map(line).collect()
}

/// The object with lines more.
pub(crate) fn with_lines(body: &str, lines: &str) -> String {
    body.replace("END:VEVENT", &format!("{lines}END:VEVENT"))
}

/// The object without a property, which may be folded.
pub(crate) fn without(body: &str, property: &str) -> String {
    let mut skips = false;
    let keep = |line: &&str| {
        skips = line.starts_with(property) || (skips && line.starts_with(' '));
        !skips
    };
    body.split_inclusive('\n').filter(keep).collect()
}
