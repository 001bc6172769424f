//! Content lines of iCalendar text (RFC 5545 3.1), written. Not folded: the text never leaves this program. Whatever
//! the values hold, a line stays one line.

use std::fmt::Write as _;

/// Text as it grows.
#[derive(Debug, Default)]
pub(super) struct Text(String);

impl Text {
    /// A line whose value needs no escapes; control characters in it are left out.
    pub(super) fn line(&mut self, name: &str, value: &str) {
        let clean = value.chars().filter(|char| !char.is_control());
        self.0.push_str(name);
        self.0.push(':');
        self.0.extend(clean);
        self.0.push_str("\r\n");
    }

    /// A line with a TEXT value (RFC 5545 3.3.11).
    pub(super) fn text(&mut self, name: &str, value: &str) {
        let mut escaped = String::with_capacity(value.len());
        let value = value.replace("\r\n", "\n").replace('\r', "\n");
        for char in value.chars() {
            match char {
                '\n' => escaped.push_str("\\n"),
                '\\' | ',' | ';' => escaped.extend(['\\', char]),
                char => escaped.push(char),
            }
        }
        self.line(name, &escaped);
    }

    /// All of it.
    pub(super) fn finish(self) -> String {
        self.0
    }
}

/// A parameter, with the `;` before it, quoted and encoded by RFC 6868.
pub(super) fn parameter(name: &str, value: &str) -> String {
    let mut out = format!(";{name}=\"");
    for char in value.chars() {
        let _ = match char {
            '"' => out.write_str("^'"),
            '^' => out.write_str("^^"),
            '\n' => out.write_str("^n"),
            char => out.write_char(char),
        };
    }
    out.push('"');
    out
}
