//! Changes of the offset from UTC as a zone that `jiff` understands, by way of the `TZif` format (RFC 8536).
//! Knows nothing of where they come from.

use jiff::tz::TimeZone;

/// The most different offsets of one zone (the format's limit).
const OFFSETS_MAX: usize = 255;

/// The zone with that offset (seconds east of UTC) before the first change and, from each instant (Unix seconds)
/// on, the offset that stands with it. `changes` must be sorted. None where the format can't hold it.
pub(super) fn zone(name: &str, before: i32, changes: &[(i64, i32)]) -> Option<TimeZone> {
    let mut offsets = vec![before];
    let mut kinds = Vec::with_capacity(changes.len());
    for (_, offset) in changes {
        let kind = offsets.iter().position(|known| known == offset).unwrap_or_else(|| {
            offsets.push(*offset);
            offsets.len() - 1
        });
        if kind > OFFSETS_MAX {
            return None;
        }
        kinds.push(kind as u8);
    }
    let mut out = header(0, 1);
    out.extend([0; 6]);
    out.push(0);
    out.extend(header(changes.len(), offsets.len()));
    out.extend(changes.iter().flat_map(|(at, _)| at.to_be_bytes()));
    out.extend(kinds);
    for offset in offsets {
        out.extend(offset.to_be_bytes());
        out.extend([0, 0]);
    }
    // One empty abbreviation for all; an empty footer: the last offset stays.
    out.push(0);
    out.extend(b"\n\n");
    TimeZone::tzif(name, &out).ok()
}

fn header(changes: usize, offsets: usize) -> Vec<u8> {
    let mut out = b"TZif2".to_vec();
    out.extend([0; 15]);
    for count in [0, 0, 0, changes as u32, offsets as u32, 1] {
        out.extend(count.to_be_bytes());
    }
    out
}
