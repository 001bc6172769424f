//! Content lines of iCalendar text: line ends, folding and byte order marks, all on bytes, because a fold
//! may lie inside a character (RFC 5545 3.1). Knows no properties.

use std::borrow::Cow;

/// The longest content line, in bytes and unfolded; what is longer is cut and marked.
pub(crate) const LINE_BYTES_MAX: usize = 1_000_000;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// One content line.
pub(crate) struct Line<'a> {
    /// The number of its first physical line, from 1.
    pub(crate) number: usize,
    /// All its bytes as they stand in the file, folds and line end included.
    pub(crate) raw: &'a [u8],
    /// The unfolded line without its end; empty for a blank line.
    pub(crate) text: Cow<'a, [u8]>,
    /// Whether it was longer than `LINE_BYTES_MAX`.
    pub(crate) is_cut: bool,
}

/// Walks through the content lines of a text.
pub(crate) struct Lines<'a> {
    rest: &'a [u8],
    newline: u8,
    number: usize,
}

impl<'a> Lines<'a> {
    /// The lines of that text, which ends them with CRLF, LF or, where there are hardly any LF, CR.
    pub(crate) fn new(text: &'a [u8]) -> Self {
        let count = |byte| memchr::memchr_iter(byte, text).count();
        // More than two CR for each LF: not even CRCRLF.
        let newline = if count(b'\r') > 2 * count(b'\n') { b'\r' } else { b'\n' };
        Self { rest: text, newline, number: 0 }
    }

    /// Takes one physical line and gives it without its end.
    fn physical(&mut self) -> &'a [u8] {
        self.number += 1;
        let end = memchr::memchr(self.newline, self.rest);
        let (mut line, rest) = match end.and_then(|end| self.rest.split_at_checked(end)) {
            Some((line, rest)) => (line, rest.get(1..).unwrap_or_default()),
            None => (self.rest, Default::default()),
        };
        self.rest = rest;
        while let Some(shorter) = line.strip_suffix(b"\r") {
            line = shorter;
        }
        if self.newline == b'\r' { line.strip_prefix(b"\n").unwrap_or(line) } else { line }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let before = self.rest;
        let first = self.physical();
        let number = self.number;
        let mut text = Cow::Borrowed(first.get(..LINE_BYTES_MAX).unwrap_or(first));
        let mut is_cut = first.len() > LINE_BYTES_MAX;
        while matches!(self.rest.first(), Some(b' ' | b'\t')) {
            let more = self.physical().get(1..).unwrap_or_default();
            if text.len() + more.len() > LINE_BYTES_MAX {
                is_cut = true;
            } else if !is_cut {
                text.to_mut().extend_from_slice(more);
            }
        }
        let raw = before.get(..before.len() - self.rest.len()).unwrap_or(before);
        Some(Line { number, raw, text, is_cut })
    }
}

/// Splits a byte order mark off the text: the mark (mostly empty), then the rest.
pub(crate) fn split_mark(text: &[u8]) -> (&[u8], &[u8]) {
    match text.strip_prefix(BYTE_ORDER_MARK) {
        Some(rest) => (BYTE_ORDER_MARK, rest),
        None => (&[], text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &[u8], expected: &[&str]) {
        let lines: Vec<String> =
            Lines::new(text).map(|line| String::from_utf8_lossy(&line.text).into_owned()).collect();
        assert_eq!(lines, expected);
        let raw: Vec<u8> = Lines::new(text).flat_map(|line| line.raw.to_vec()).collect();
        assert_eq!(raw, text, "the raw lines are the text");
    }

    #[test]
    fn lines_end_in_every_way_that_is_seen() {
        check(b"A:1\r\nB:2\r\n", &["A:1", "B:2"]);
        check(b"A:1\nB:2", &["A:1", "B:2"]);
        check(b"A:1\rB:2\r", &["A:1", "B:2"]);
        check(b"A:1\rB:2\rC:3\r\nD:4\r", &["A:1", "B:2", "C:3", "D:4"]);
        check(b"A:1\r\r\nB:x\ry\r\n", &["A:1", "B:x\ry"]);
        check(b"A:1\r\n\r\nB:2\r\n", &["A:1", "", "B:2"]);
    }

    #[test]
    fn folds_are_undone_also_inside_a_character() {
        check(b"A:Gr\xC3\r\n \xB6\xC3\x9Fe\r\n", &["A:Größe"]);
        check(b"A:a\n\tb\n  c\n", &["A:ab c"]);
        check(b"A:a\r\n \r\n b\r\n", &["A:ab"]);
    }

    #[test]
    fn a_line_of_two_megabytes_is_cut() {
        let long = vec![b'x'; 2_000_000];
        let line = Lines::new(&long).next().unwrap();
        assert!(line.is_cut && line.text.len() == LINE_BYTES_MAX);
    }
}
