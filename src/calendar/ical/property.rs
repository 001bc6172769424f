//! One content line as name, parameters and value (RFC 5545 3.1), and the unescaping of text.
//! Knows no property's meaning.

use std::borrow::Cow;

/// A content line, split.
pub(crate) struct Property<'a> {
    /// The name as written, without blanks around it.
    pub(crate) name: &'a str,
    /// Everything between the first `;` and the `:` before the value.
    params: &'a str,
    /// The value as written.
    pub(crate) value: &'a str,
}

impl<'a> Property<'a> {
    /// Splits a content line; none where it has no `:`.
    pub(crate) fn split(line: &'a str) -> Option<Self> {
        let end = line.find([':', ';'])?;
        let (name, rest) = line.split_at_checked(end)?;
        let (params, value) = if let Some(value) = rest.strip_prefix(':') {
            ("", value)
        } else {
            let rest = rest.get(1..)?;
            // A quote that never closes must not swallow the value.
            let colon = unquoted(rest, b':').or_else(|| rest.find(':'))?;
            (rest.get(..colon)?, rest.get(colon + 1..)?)
        };
        Some(Self { name: name.trim(), params, value })
    }

    /// The value of that parameter, without quotes and with RFC 6868 undone; none where it is missing or empty.
    pub(crate) fn param(&self, name: &str) -> Option<Cow<'a, str>> {
        let mut rest = self.params;
        while !rest.is_empty() {
            let end = unquoted(rest, b';').unwrap_or(rest.len());
            let (param, after) = rest.split_at_checked(end)?;
            rest = after.get(1..).unwrap_or_default();
            let Some((key, value)) = param.split_once('=') else { continue };
            if key.trim().eq_ignore_ascii_case(name) {
                let value = value.trim();
                let inner = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
                return (!inner.is_empty()).then(|| decode_carets(inner));
            }
        }
        None
    }
}

/// Where that byte first stands outside quotes.
fn unquoted(text: &str, wanted: u8) -> Option<usize> {
    let mut quoted = false;
    text.bytes().position(|byte| {
        quoted ^= byte == b'"';
        byte == wanted && !quoted
    })
}

/// RFC 6868: `^'` is a quote, `^n` a line end, `^^` a caret.
fn decode_carets(text: &str) -> Cow<'_, str> {
    if text.contains('^') {
        text.replace("^'", "\"").replace("^n", "\n").replace("^^", "^").into()
    } else {
        text.into()
    }
}

/// Undoes the escapes of a TEXT value (RFC 5545 3.3.11); a backslash before anything else stays.
pub(crate) fn unescape(value: &str) -> String {
    if !value.contains('\\') {
        return value.to_owned();
    }
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(char) = chars.next() {
        if char != '\\' {
            out.push(char);
            continue;
        }
        match chars.next() {
            Some('n' | 'N') => out.push('\n'),
            Some(literal @ ('\\' | ',' | ';' | ':' | '"')) => out.push(literal),
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_parameters_may_hold_every_separator() {
        let line = r#"ATTENDEE;CN="Doe, Jane; x: y";ROLE=CHAIR;partstat=accepted;LANGUAGE=:mailto:a@b"#;
        let property = Property::split(line).unwrap();
        assert_eq!((property.name, property.value), ("ATTENDEE", "mailto:a@b"));
        assert_eq!(property.param("CN").as_deref(), Some("Doe, Jane; x: y"));
        assert_eq!(property.param("PARTSTAT").as_deref(), Some("accepted"));
        assert_eq!(property.param("LANGUAGE"), None);
        assert_eq!(property.param("X"), None);
    }

    #[test]
    fn odd_lines_are_split_as_a_person_would() {
        let open_quote = Property::split("SUMMARY;X=\"a:b").unwrap();
        assert_eq!(open_quote.value, "b");
        let caret = Property::split("A;CN=George ^'Babe^' Ruth:x").unwrap();
        assert_eq!(caret.param("CN").as_deref(), Some("George \"Babe\" Ruth"));
        assert!(Property::split("no colon here").is_none());
    }

    #[test]
    fn text_is_unescaped_once() {
        assert_eq!(unescape(r"a\nb\, c\; d\\ e \N f \\n \x \"), "a\nb, c; d\\ e \n f \\n \\x \\");
    }
}
