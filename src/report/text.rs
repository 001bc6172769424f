//! Words of times and days, and text that fits: cleaned of what could steer a terminal, clipped and wrapped by the
//! columns that it takes there.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use unicode_width::UnicodeWidthChar as _;

use crate::calendar::time::Span;

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `Mon`.
pub(super) fn weekday(date: Date) -> &'static str {
    DAYS.get(date.weekday().to_monday_zero_offset() as usize).copied().unwrap_or_default()
}

/// `Mon 16`.
pub(super) fn day(date: Date) -> String {
    format!("{} {}", weekday(date), date.day())
}

/// `16 Nov`.
pub(super) fn month_day(date: Date) -> String {
    let month = MONTHS.get(usize::from(date.month().unsigned_abs()).saturating_sub(1)).copied().unwrap_or_default();
    format!("{} {month}", date.day())
}

/// `09:00`.
pub(super) fn clock(at: Timestamp, tz: &TimeZone) -> String {
    let wall = tz.to_datetime(at);
    format!("{:02}:{:02}", wall.hour(), wall.minute())
}

/// `09:00–12:00`; with `+1` and the like behind it where it ends on a later day. Midnight as an end is `24:00`.
pub(super) fn clocks(span: Span, tz: &TimeZone) -> String {
    let (start, end) = (tz.to_datetime(span.start), tz.to_datetime(span.end));
    let days = start.date().until(end.date()).map_or(0, |days| days.get_days());
    let midnight = end.hour() == 0 && end.minute() == 0;
    match days {
        0 => format!("{}–{}", clock(span.start, tz), clock(span.end, tz)),
        1 if midnight => format!("{}–24:00", clock(span.start, tz)),
        days => format!("{}–{}+{days}", clock(span.start, tz), clock(span.end, tz)),
    }
}

/// `Mon 16 09:00–12:00`.
pub(super) fn when(span: Span, tz: &TimeZone) -> String {
    format!("{} {}", day(tz.to_datetime(span.start).date()), clocks(span, tz))
}

/// `Mon 16 Nov 09:00–12:00`.
pub(super) fn dated(span: Span, tz: &TimeZone) -> String {
    let date = tz.to_datetime(span.start).date();
    format!("{} {} {}", weekday(date), month_day(date), clocks(span, tz))
}

/// Text from a calendar as one line that a terminal shows as it is: no control characters, nothing that turns the
/// direction of writing, and no invisible joiners, which terminals measure differently.
pub fn clean(text: &str) -> String {
    harmless(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The same for a text that has lines and columns of its own: they stay.
pub fn harmless(text: &str) -> String {
    let shown = |c: char| if c.is_control() && c != '\n' { ' ' } else { c };
    text.chars().filter(|c| !unmeasurable(*c)).map(shown).collect()
}

/// Joiners, variation selectors, skin tones, direction marks.
fn unmeasurable(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0000}'..='\u{e0fff}' | '\u{61c}' | '\u{ad}')
}

/// The columns that the text takes.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or_default()).sum()
}

/// At most `most` columns, the last one an ellipsis where something was cut.
pub(super) fn clip(text: &str, most: usize) -> String {
    if width(text) <= most {
        return text.to_owned();
    }
    let mut out = head(text, most.saturating_sub(1));
    if most > 0 {
        out.truncate(out.trim_end().len());
        out.push('…');
    }
    out
}

/// As many characters from the start as fit.
fn head(text: &str, most: usize) -> String {
    let mut used = 0;
    text.chars()
        .take_while(|c| {
            used += c.width().unwrap_or_default();
            used <= most
        })
        .collect()
}

/// Exactly `columns` columns: clipped, or filled up with `fill`.
pub(super) fn pad_with(text: &str, columns: usize, fill: char) -> String {
    let mut out = clip(text, columns);
    let missing = columns.saturating_sub(width(&out));
    out.extend(std::iter::repeat_n(fill, missing));
    out
}

/// Exactly `columns` columns: clipped, or filled up with blanks.
pub(super) fn pad(text: &str, columns: usize) -> String {
    pad_with(text, columns, ' ')
}

/// Lines of at most `columns` columns, broken between words; a word that is too long is cut.
pub(super) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for mut word in words(text) {
        if !line.is_empty() && width(&line) + 1 + width(&word) > columns {
            lines.push(std::mem::take(&mut line));
        }
        while width(&word) > columns {
            let part = head(&word, columns);
            // A character wider than the line: it can't be shown, and must not stop us.
            if part.is_empty() {
                word.clear();
                break;
            }
            word = word.split_off(part.len());
            lines.push(part);
        }
        if word.is_empty() {
            continue;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// The words of a text; an amount and its unit (`2 h 30`, `40 min`) are one, so that no line breaks in it.
fn words(text: &str) -> Vec<String> {
    let number = |word: &str| word.ends_with(|c: char| c.is_ascii_digit());
    let mut out: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let bare = word.trim_end_matches(|c: char| c.is_ascii_punctuation());
        let glued = out.last_mut().filter(|last| {
            (matches!(bare, "h" | "min") && number(last)) || (last.ends_with(" h") && bare.parse::<u8>().is_ok())
        });
        match glued {
            Some(last) => {
                last.push(' ');
                last.push_str(word);
            }
            None => out.push(word.to_owned()),
        }
    }
    out
}

/// The text wrapped, each line behind `indent` blanks.
pub(super) fn indented(text: &str, indent: usize, columns: usize) -> Vec<String> {
    let margin = " ".repeat(indent);
    wrap(text, columns.saturating_sub(indent)).into_iter().map(|line| format!("{margin}{line}")).collect()
}

/// The lines as one text, without blanks at their ends.
pub(super) fn join(lines: &[String]) -> String {
    let mut out = String::new();
    for line in lines {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_cannot_steer_the_terminal() {
        assert_eq!(clean("a\u{1b}[31mb\n\tc\u{202e}d"), "a [31mb cd");
        assert_eq!(harmless("a\u{1b}[31m\n  b\u{85}\u{2067}c"), "a [31m\n  b c");
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(width("会議"), 4);
        assert_eq!(clip("会議室", 4), "会…");
        assert_eq!(pad("会議室", 4), "会… ");
        assert_eq!(width(&clean("👩‍💻 x")), 6);
    }

    #[test]
    fn words_wrap_and_long_ones_are_cut() {
        assert_eq!(wrap("aa bb cc", 5), ["aa bb", "cc"]);
        assert_eq!(wrap("abcdefg h", 3), ["abc", "def", "g h"]);
        assert_eq!(wrap("会", 1), Vec::<String>::new());
        assert_eq!(wrap("a session needs 2 h 30.", 17), ["a session needs", "2 h 30."]);
    }
}
