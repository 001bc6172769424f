//! Names of zones that are no IANA names: tables of Windows, Exchange and Lotus, and plain offsets.
//! Knows spelling only; where the tables come from stands in data/README.md.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::tz::Offset;

const WINDOWS: &str = include_str!("data/windows_zones.tsv");
const DISPLAY: &str = include_str!("data/display_names.tsv");
const NUMBERS: &str = include_str!("data/cdo_zones.tsv");

/// Names, lower case, to IANA names.
static NAMES: LazyLock<BTreeMap<String, &'static str>> =
    LazyLock::new(|| table(DISPLAY).chain(table(WINDOWS)).map(|(name, iana)| (name.to_lowercase(), iana)).collect());

/// The places of display names; none for one that stands in names of different zones.
static PLACES: LazyLock<BTreeMap<&'static str, Option<&'static str>>> = LazyLock::new(|| {
    let mut places = BTreeMap::new();
    for (name, iana) in table(DISPLAY) {
        for place in name.split(", ") {
            let slot = places.entry(place).or_insert(Some(iana));
            // A name of one place says best which zone that is.
            if name == place {
                *slot = Some(iana);
            } else if *slot != Some(iana) && !NAMES.contains_key(place) {
                *slot = None;
            }
        }
    }
    places
});

fn table(text: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t'))
}

/// All rows of all tables.
#[cfg(test)]
pub(super) fn rows() -> impl Iterator<Item = (&'static str, &'static str)> {
    [WINDOWS, DISPLAY, NUMBERS].into_iter().flat_map(table)
}

/// Whether the name is one of UTC.
pub(super) fn is_utc(name: &str) -> bool {
    ["UTC", "Z", "tzone://Microsoft/Utc"].iter().any(|utc| name.eq_ignore_ascii_case(utc))
}

/// The IANA name of an X-MICROSOFT-CDO-TZID.
pub(super) fn numbered(number: u8) -> Option<&'static str> {
    table(NUMBERS).find(|(key, _)| key.parse() == Ok(number)).map(|(_, iana)| iana)
}

/// The IANA name of a name that stands in a table: of Windows, also as Outlook varies it (`Eastern Daylight Time`,
/// `Eastern Standard Time 2`), or of all the places of a display name.
pub(super) fn legacy(tzid: &str) -> Option<&'static str> {
    let name = normal(tzid);
    let plain = name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end();
    let get = |name: &str| NAMES.get(name).copied();
    get(&name)
        .or_else(|| get(plain))
        .or_else(|| get(&plain.replace("daylight time", "standard time")))
        .or_else(|| get(&places(&name)?.join(", ")))
}

/// The IANA name that is most likely meant: by the first known place of a display name that is cut short or in
/// another language, or by a name of Lotus (`Eastern`).
pub(super) fn guess(tzid: &str) -> Option<&'static str> {
    let name = normal(tzid);
    if let Some(places) = places(&name) {
        return places.iter().find_map(|place| PLACES.get(place).copied().flatten());
    }
    // Only words: `Pacific/Foo` means nothing.
    let is_words = name.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '.'));
    NAMES.get(&format!("{name} standard time")).copied().filter(|_| is_words)
}

fn normal(tzid: &str) -> String {
    tzid.trim().trim_matches('"').replace('\\', "").to_lowercase()
}

/// Cuts `(UTC+01:00)` or `(GMT+01.00)` off; whether there was one.
fn without_offset(name: &str) -> (bool, &str) {
    match name.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        Some((offset, rest)) if offset.starts_with("utc") || offset.starts_with("gmt") => (true, rest),
        _ => (false, name),
    }
}

/// The places of a display name; none where it is no such name.
fn places(name: &str) -> Option<Vec<&str>> {
    let (is_display, rest) = without_offset(name);
    if !is_display && !name.contains([',', ';']) {
        return None;
    }
    let is_border = |c: char| matches!(c, ',' | ';' | ':') || (is_display && c == '/');
    let all = rest.split(is_border).flat_map(|part| part.split(" - "));
    let all = all.map(|place| place.trim().trim_end_matches("(year 2000 only)").trim_end());
    Some(all.filter(|place| !place.is_empty() && !matches!(*place, "old" | "new")).collect())
}

/// The offset of a name that is nothing else: `UTC-11`, `GMT+0530`, `+01:00`.
pub(super) fn offset(tzid: &str) -> Option<Offset> {
    let name = tzid.trim();
    let is_prefixed =
        name.get(..3).is_some_and(|start| ["UTC", "GMT"].iter().any(|utc| start.eq_ignore_ascii_case(utc)));
    let rest = if is_prefixed { name.get(3..)? } else { name };
    let (sign, digits) = match rest.as_bytes().first()? {
        b'+' => (1, rest.get(1..)?),
        b'-' => (-1, rest.get(1..)?),
        _ => return None,
    };
    let (hours, minutes) = match (digits.split_once(':'), digits.len()) {
        (Some(parts), _) => parts,
        (None, 1 | 2) => (digits, "0"),
        (None, 4) => digits.split_at_checked(2)?,
        _ => return None,
    };
    let number = |text: &str, max: i32| {
        let is_number = matches!(text.len(), 1 | 2) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|number: &i32| is_number && *number <= max)
    };
    Offset::from_seconds(sign * (number(hours, 14)? * 3600 + number(minutes, 59)? * 60)).ok()
}
