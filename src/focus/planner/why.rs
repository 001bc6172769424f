//! The reason for a hold in words, for reports. Says only what the planner knows; names no meeting.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::defence::Shown;
use crate::calendar::time::Span;
use crate::focus::block::Block;
use crate::focus::policy::{Minutes, hours};

fn clock(at: Timestamp, tz: &TimeZone) -> String {
    let wall = tz.to_datetime(at);
    format!("{:02}:{:02}", wall.hour(), wall.minute())
}

/// A span of one day as `mon 09:00–12:00`.
fn day_and_time(span: Span, tz: &TimeZone) -> String {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let offset = tz.to_datetime(span.start).weekday().to_monday_zero_offset();
    let day = DAYS.get(offset as usize).copied().unwrap_or_default();
    format!("{day} {}–{}", clock(span.start, tz), clock(span.end, tz))
}

/// A hold that covers so many minutes of a block.
pub(super) fn covers(block: &Block, minutes: Minutes, tz: &TimeZone) -> String {
    let part = if minutes < block.planned() { format!("{} of ", hours(minutes)) } else { String::new() };
    format!("covers {part}{} ({})", block.name, day_and_time(block.span, tz))
}

/// A hold beside all blocks; `lost` are the block minutes of the week that no hold covers.
pub(super) fn wins_back(role: &str, minutes: Minutes, lost: Minutes, target: Minutes) -> String {
    let got = hours(minutes);
    if lost > 0 {
        format!("wins back {got} of {role}: {} of its blocks were lost this week", hours(lost))
    } else {
        format!("adds {got} of {role} towards its {} this week", hours(target))
    }
}

/// A hold that busy time has shortened.
pub(super) fn trimmed(was: Span, is: Span, tz: &TimeZone) -> String {
    match (was.start < is.start, is.end < was.end) {
        (true, false) => format!("trimmed: its time is taken until {}", clock(is.start, tz)),
        (false, _) => format!("trimmed: its time is taken from {} on", clock(is.end, tz)),
        (true, true) => format!("trimmed: only {} of it is left", day_and_time(is, tz)),
    }
}

/// The reason with what the defence adds to it.
pub(super) fn with_defence(why: String, shown: Shown) -> String {
    match shown {
        Shown::Free | Shown::Firm => why,
        Shown::Threatened => format!("{why}; busy: an unanswered invitation overlaps"),
        Shown::Soon(within) => format!("{why}; busy: starts within {}", hours(within)),
        Shown::Tight => format!("{why}; busy: the week is tight"),
        Shown::StillTight => format!("{why}; still busy: the week is not ample yet"),
    }
}
