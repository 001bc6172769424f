//! The marker as text: `X-SEAWALL` in iCalendar, characters `[0-9A-Za-z=:.-]` and space only, so that no server
//! and no escaping rule can change it. And the UID, a pure function of the key.

use std::fmt::Write as _;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::key::{Key, Kind, Marker, Written};
use crate::calendar::CalendarId;
use crate::calendar::own::{BASE32HEX, UID_LENGTH};
pub use crate::calendar::own::{UID_PREFIX, is_our_form};
use crate::calendar::time::Span;
use crate::focus::plan::Closed;

/// The most closed intervals a marker keeps; more in one horizon means that holds are not wanted at all.
pub const CLOSED_MAX: usize = 64;

/// The UID of a key: `sea0` and the start of its SHA-256 in base32hex.
pub fn uid(key: &Key) -> String {
    let digest = Sha256::digest(key_words(key).as_bytes());
    let mut bits: u64 = 0;
    let mut held = 0;
    let mut out = String::from(UID_PREFIX);
    for byte in &digest {
        bits = (bits << 8) | u64::from(*byte);
        held += 8;
        while held >= 5 && out.len() < UID_LENGTH {
            held -= 5;
            out.push(char::from(BASE32HEX[(bits >> held) as usize & 31]));
        }
    }
    out
}

fn key_words(key: &Key) -> String {
    let kind = key.kind.word();
    let (account, calendar) = (label(&key.calendar.account), label(&key.calendar.calendar));
    let (week, role) = (key.week, label(&key.role));
    let (ordinal, generation) = (key.ordinal, key.generation);
    format!("v1 kind={kind} account={account} calendar={calendar} week={week} role={role} n={ordinal} gen={generation}")
}

/// The marker as text.
pub fn encode(marker: &Marker) -> String {
    let Written { span, busy, hash } = &marker.written;
    let mut out = key_words(&marker.key);
    // Writing to a string can't fail.
    let _ = write!(out, " by={}", label(&marker.instance));
    let _ = write!(out, " start={} end={} busy={} hash={hash}", stamp(span.start), stamp(span.end), u8::from(*busy));
    if marker.serial > 0 {
        let _ = write!(out, " serial={}", marker.serial);
    }
    if marker.is_final {
        out.push_str(" final=1");
    }
    if marker.strict {
        out.push_str(" strict=1");
    }
    if marker.released {
        out.push_str(" released=1");
    }
    if let Some(first) = marker.first_cycle {
        let _ = write!(out, " first={}", stamp(first));
    }
    for closed in marker.closed.iter().take(CLOSED_MAX) {
        let Closed { span, role, week, forgiven } = closed;
        let _ = write!(out, " closed={}:{}:{}:{week}:{forgiven}", stamp(span.start), stamp(span.end), label(role));
    }
    out
}

/// Reads a marker; none where it is not one of ours in a form this version knows.
pub fn decode(text: &str) -> Option<Marker> {
    let mut words = text.split_ascii_whitespace();
    if words.next() != Some("v1") {
        return None;
    }
    let (mut fields, mut closed) = (std::collections::BTreeMap::new(), Vec::new());
    for word in words {
        let (name, value) = word.split_once('=')?;
        if name == "closed" {
            closed.push(decode_closed(value)?);
        } else {
            fields.insert(name, value);
        }
    }
    let kind = match *fields.get("kind")? {
        "hold" => Kind::Hold,
        "summary" => Kind::Summary,
        "canary" => Kind::Canary,
        _ => return None,
    };
    let key = Key {
        kind,
        calendar: CalendarId { account: unlabel(fields.get("account")?)?, calendar: unlabel(fields.get("calendar")?)? },
        week: fields.get("week")?.parse().ok()?,
        role: unlabel(fields.get("role")?)?,
        ordinal: fields.get("n")?.parse().ok()?,
        generation: fields.get("gen")?.parse().ok()?,
    };
    let span = decode_span(fields.get("start")?, fields.get("end")?)?;
    let written = Written { span, busy: *fields.get("busy")? == "1", hash: (*fields.get("hash")?).to_owned() };
    let first_cycle = match fields.get("first") {
        Some(text) => Some(unstamp(text)?),
        None => None,
    };
    let serial = match fields.get("serial") {
        Some(text) => text.parse().ok()?,
        None => 0,
    };
    let is_final = fields.get("final") == Some(&"1");
    let strict = fields.get("strict") == Some(&"1");
    let released = fields.get("released") == Some(&"1");
    Some(Marker {
        key,
        instance: unlabel(fields.get("by")?)?,
        written,
        serial,
        is_final,
        strict,
        released,
        first_cycle,
        closed,
    })
}

fn decode_closed(value: &str) -> Option<Closed> {
    let mut parts = value.split(':');
    let span = decode_span(parts.next()?, parts.next()?)?;
    let role = unlabel(parts.next()?)?;
    let week = parts.next()?.parse().ok()?;
    let forgiven = parts.next()?.parse().ok()?;
    parts.next().is_none().then_some(Closed { span, role, week, forgiven })
}

fn decode_span(start: &str, end: &str) -> Option<Span> {
    let (start, end) = (unstamp(start)?, unstamp(end)?);
    (start <= end).then_some(Span { start, end })
}

/// The hash that tells whether the user edited what seawall wrote: title, text, place and status with line ends
/// and outer blanks normalised.
pub fn content_hash(title: &str, text: &str, place: &str, status: &str) -> String {
    let mut hasher = Sha256::new();
    for part in [title, text, place, status] {
        hasher.update(normal(part).as_bytes());
        hasher.update([0]);
    }
    hasher.finalize().iter().take(8).fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn normal(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    lines.join("\n").trim().to_owned()
}

/// RFC 5545 form 2 in UTC: `20261116T080000Z`.
fn stamp(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn unstamp(text: &str) -> Option<Timestamp> {
    let civil = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    jiff::tz::TimeZone::UTC.to_timestamp(civil).ok()
}

/// A name in the marker's alphabet: letters, digits, `.` and `-` as they are, every other byte as `=XX`.
fn label(name: &str) -> String {
    name.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-' {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "={byte:02X}");
        }
        out
    })
}

fn unlabel(text: &str) -> Option<String> {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((&first, after)) = rest.split_first() {
        if first == b'=' {
            let hex = std::str::from_utf8(after.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(hex, 16).ok()?);
            rest = after.get(2..)?;
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marker() -> Marker {
        let at = |text: &str| unstamp(text).unwrap();
        let key = Key {
            kind: Kind::Hold,
            calendar: CalendarId { account: "work".into(), calendar: "Ünter nehmen/1".into() },
            week: "2026-W47".parse().unwrap(),
            role: "deep = work".into(),
            ordinal: 2,
            generation: 1,
        };
        let span = Span::new(at("20261116T080000Z"), at("20261116T110000Z"));
        Marker {
            closed: vec![Closed { span, role: "deep:1".into(), week: key.week, forgiven: 180 }],
            key,
            instance: "0123abcd".into(),
            written: Written { span, busy: true, hash: "00ff".into() },
            serial: 7,
            is_final: true,
            strict: true,
            released: true,
            first_cycle: Some(span.start),
        }
    }

    #[test]
    fn a_marker_reads_back_and_keeps_to_its_alphabet() {
        let text = encode(&marker());
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"=:.- ".contains(&byte)), "{text}");
        assert_eq!(decode(&text), Some(marker()));
    }

    #[test]
    fn a_calendar_may_have_any_name() {
        let long = "x".repeat(500);
        for name in [
            "Größe & Co. = 7 : 3",
            "https://cloud.example.org/dav/anna/c%20d/?x=1",
            "abc_d@group.calendar.google.com",
            " 日本 <b>, \"q\"; \\n",
            &long,
        ] {
            let mut named = marker();
            named.key.calendar.calendar = name.into();
            let text = encode(&named);
            assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"=:.- ".contains(&byte)), "{text}");
            assert_eq!(decode(&text), Some(named.clone()));
            assert!(is_our_form(&uid(&named.key)));
            assert_ne!(uid(&named.key), uid(&marker().key));
        }
    }

    #[test]
    fn a_uid_depends_on_the_key_alone_and_is_a_legal_google_id() {
        let (mut one, two) = (marker(), marker());
        one.instance = "other".into();
        one.is_final = false;
        assert_eq!(uid(&one.key), uid(&two.key));
        assert!(is_our_form(&uid(&one.key)), "{}", uid(&one.key));
        one.key.generation += 1;
        assert_ne!(uid(&one.key), uid(&two.key));
    }

    #[test]
    fn a_damaged_marker_is_none() {
        let whole = encode(&marker());
        for cut in ["v1", "week=", "hash=", "start=", "by="] {
            assert_eq!(decode(&whole.replace(cut, "x")), None, "{cut}");
        }
        assert_eq!(decode(""), None);
    }

    #[test]
    fn line_ends_and_outer_blanks_are_no_edit() {
        let hash = |text| content_hash("Focus", text, "", "CONFIRMED");
        assert_eq!(hash("a\nb"), hash(" a \r\nb\r\n"));
        assert_ne!(hash("a\nb"), hash("a b"));
    }
}
