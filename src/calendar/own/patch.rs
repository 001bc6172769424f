//! Our properties changed in an object as just read; every other line stays byte for byte.
//! Knows lines and names only, not what the other lines mean.

use icalendar::Property;
use jiff::Timestamp;

use super::{OwnEvent, managed, utc};
use crate::calendar::ical::{Border, Line, Lines, split_mark};

/// The object with our properties as `event` has them, SEQUENCE one higher and the stamps at `now`. The user's
/// own lines, alarms, categories and, where `event` gives none, colour stay. None where the body does not hold
/// exactly one whole VEVENT.
pub fn patch(body: &[u8], event: &OwnEvent, now: Timestamp) -> Option<Vec<u8>> {
    let (mark, text) = split_mark(body);
    let lines = placed(text)?;
    rewritten(mark, &lines, changes(event, &lines, now))
}

/// The object with another marker, and every other line as it is. None where the body does not hold exactly one whole
/// VEVENT.
pub fn remark(body: &[u8], marker: &str) -> Option<Vec<u8>> {
    let (mark, text) = split_mark(body);
    rewritten(mark, &placed(text)?, vec![("X-SEAWALL", Some(Property::new("X-SEAWALL", marker)))])
}

/// The lines with those properties in place of what they have: each with its new value, or gone.
fn rewritten(
    mark: &[u8],
    lines: &[(Line<'_>, Place)],
    mut changes: Vec<(&'static str, Option<Property>)>,
) -> Option<Vec<u8>> {
    let begin = lines.iter().find(|(_, place)| *place == Place::Begin)?.0.raw;
    let line_end: &[u8] = match begin {
        [.., b'\r', b'\n'] => b"\r\n",
        [.., b'\n'] => b"\n",
        _ => b"\r",
    };

    let mut out = mark.to_vec();
    for (line, place) in lines {
        if matches!(place, Place::Nested | Place::End) {
            // What the object lacks goes after its own properties, before its alarms.
            for change in &mut changes {
                write(&mut out, change.1.take(), line_end)?;
            }
        }
        let name = name_of(line);
        match changes.iter_mut().find(|(changed, _)| *place == Place::Property && *changed == name) {
            // The first line of a name gets the new value; a repeated one goes.
            Some(change) => write(&mut out, change.1.take(), line_end)?,
            None => out.extend_from_slice(line.raw),
        }
    }
    Some(out)
}

/// Where a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Elsewhere,
    /// BEGIN:VEVENT.
    Begin,
    /// Between them, the event's own.
    Property,
    /// In a component inside the event, its BEGIN and END included.
    Nested,
    /// END:VEVENT.
    End,
}

/// The lines and where they stand; none where there is not exactly one whole VEVENT.
fn placed(text: &[u8]) -> Option<Vec<(Line<'_>, Place)>> {
    let (mut is_inside, mut depth, mut events) = (false, 0_usize, 0);
    let mut out = Vec::new();
    for line in Lines::new(text) {
        let place = match Border::of(&line.text) {
            Some(Border::Begin(name)) if name.eq_ignore_ascii_case(b"VEVENT") => {
                if is_inside || line.is_cut {
                    return None;
                }
                events += 1;
                is_inside = true;
                Place::Begin
            }
            Some(Border::End(name)) if name.eq_ignore_ascii_case(b"VEVENT") => {
                if !is_inside || depth > 0 {
                    return None;
                }
                is_inside = false;
                Place::End
            }
            Some(Border::Begin(_)) if is_inside => {
                depth += 1;
                Place::Nested
            }
            Some(Border::End(_)) if is_inside => {
                depth = depth.checked_sub(1)?;
                Place::Nested
            }
            _ if !is_inside => Place::Elsewhere,
            _ if depth > 0 => Place::Nested,
            _ => Place::Property,
        };
        out.push((line, place));
    }
    (events == 1 && !is_inside).then_some(out)
}

/// Overrides TRANSP where an object has it.
const BUSY_STATUS: &str = "X-MICROSOFT-CDO-BUSYSTATUS";

/// Each property that is ours with its new value, none where it should go. COLOR is there only where the
/// event has one, and the busy status of Microsoft, which overrides TRANSP, only where the object has it.
fn changes(event: &OwnEvent, lines: &[(Line<'_>, Place)], now: Timestamp) -> Vec<(&'static str, Option<Property>)> {
    let own = |name: &'static str| {
        lines.iter().find(move |(line, place)| *place == Place::Property && name_of(line) == name).map(|(line, _)| line)
    };
    let value = |line: &Line<'_>| Some(String::from_utf8_lossy(&line.text).split_once(':')?.1.trim().to_owned());
    let sequence: i64 = own("SEQUENCE").and_then(value).and_then(|value| value.parse().ok()).unwrap_or(0);
    let mut changes: Vec<_> =
        managed(event).into_iter().filter(|(name, property)| *name != "COLOR" || property.is_some()).collect();
    changes.extend([
        ("DURATION", None),
        ("SEQUENCE", Some(Property::new("SEQUENCE", sequence.saturating_add(1).max(1).to_string()))),
        ("DTSTAMP", Some(Property::new("DTSTAMP", utc(now)))),
        ("LAST-MODIFIED", Some(Property::new("LAST-MODIFIED", utc(now)))),
    ]);
    if own(BUSY_STATUS).is_some() {
        let word = if event.busy { "BUSY" } else { "FREE" };
        changes.push((BUSY_STATUS, Some(Property::new(BUSY_STATUS, word))));
    }
    changes
}

fn name_of(line: &Line<'_>) -> String {
    let name = line.text.split(|byte| matches!(byte, b':' | b';')).next().unwrap_or_default();
    String::from_utf8_lossy(name).trim().to_ascii_uppercase()
}

/// Writes a property as folded lines with that line end.
fn write(out: &mut Vec<u8>, property: Option<Property>, line_end: &[u8]) -> Option<()> {
    let Some(property) = property else { return Some(()) };
    let text: String = property.try_into().ok()?;
    for line in text.split_terminator("\r\n") {
        out.extend_from_slice(line.as_bytes());
        out.extend_from_slice(line_end);
    }
    Some(())
}
