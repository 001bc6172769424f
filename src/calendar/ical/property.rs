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
    /// All that stands after the name.
    rest: &'a str,
}

impl<'a> Property<'a> {
    /// Splits a content line; none where it has no `:`.
    pub(crate) fn split(line: &'a str) -> Option<Self> {
        let (name, rest) = line.split_at_checked(name_end(line.as_bytes())?)?;
        let (params, value) = if let Some(value) = rest.strip_prefix(':') {
            ("", value)
        } else {
            let rest = rest.get(1..)?;
            // A quote that never closes must not swallow the value.
            let colon = unquoted(rest, b':').or_else(|| rest.find(':'))?;
            (rest.get(..colon)?, rest.get(colon + 1..)?)
        };
        Some(Self { name: name.trim_ascii(), params, value, rest })
    }

    /// The same line split at its last colon, for values that have none: an unquoted parameter does
    /// (`TZID=(UTC+01:00) Berlin`). None where that is no other place.
    pub(super) fn split_last(&self) -> Option<Self> {
        let params_and_value = self.rest.strip_prefix(';')?;
        let (params, value) = params_and_value.rsplit_once(':')?;
        (value.len() < self.value.len()).then_some(Self { name: self.name, params, value, rest: self.rest })
    }

    /// The name without a vCard group before it (`A.SUMMARY`).
    pub(super) fn bare_name(&self) -> &'a str {
        match self.name.split_once('.') {
            Some((group, name)) if !group.eq_ignore_ascii_case("X") && !group.contains('-') => name,
            _ => self.name,
        }
    }

    /// The value of that parameter, without quotes and with RFC 6868 undone; none where it is missing or empty.
    pub(crate) fn param(&self, name: &str) -> Option<Cow<'a, str>> {
        self.params().find(|(key, _)| key.eq_ignore_ascii_case(name)).and_then(|(_, value)| bare(value))
    }

    /// The parameters as written, in order.
    pub(crate) fn params(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let mut rest = self.params;
        std::iter::from_fn(move || {
            while !rest.is_empty() {
                // A quote that never closes must not swallow the next parameter.
                let is_open = || rest.bytes().filter(|byte| *byte == b'"').count() % 2 == 1;
                let end = unquoted(rest, b';').or_else(|| rest.find(';').filter(|_| is_open())).unwrap_or(rest.len());
                let (param, after) = rest.split_at_checked(end)?;
                rest = after.get(1..).unwrap_or_default();
                if let Some((key, value)) = param.split_once('=') {
                    return Some((key.trim_ascii(), value));
                }
            }
            None
        })
    }
}

/// A parameter's value without quotes and with RFC 6868 undone; none where it is empty.
pub(crate) fn bare(value: &str) -> Option<Cow<'_, str>> {
    let value = value.trim();
    let inner = value.strip_prefix('"').unwrap_or(value);
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    (!inner.is_empty()).then(|| decode_carets(inner))
}

/// Where the name of a content line ends.
pub(crate) fn name_end(line: &[u8]) -> Option<usize> {
    line.iter().position(|byte| matches!(byte, b':' | b';'))
}

/// Where that byte first stands outside quotes.
fn unquoted(text: &str, wanted: u8) -> Option<usize> {
    let first = memchr::memchr2(wanted, b'"', text.as_bytes())?;
    if text.as_bytes().get(first) == Some(&wanted) {
        return Some(first);
    }
    let mut quoted = false;
    text.bytes().position(|byte| {
        quoted ^= byte == b'"';
        byte == wanted && !quoted
    })
}

/// RFC 6868: `^'` is a quote, `^n` a line end, `^^` a caret; a caret before anything else stays.
fn decode_carets(text: &str) -> Cow<'_, str> {
    if !text.contains('^') {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match (char, chars.clone().next()) {
            ('^', Some(code @ ('\'' | 'n' | '^'))) => {
                out.push(if code == '\'' {
                    '"'
                } else if code == 'n' {
                    '\n'
                } else {
                    '^'
                });
                chars.next();
            }
            _ => out.push(char),
        }
    }
    out.into()
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
        let caret = Property::split("A;CN=^^n ^x^:x").unwrap();
        assert_eq!(caret.param("CN").as_deref(), Some("^n ^x^"));
        assert!(Property::split("no colon here").is_none());
        let half = Property::split("A;TZID=Europe/Berlin\";VALUE=DATE:x").unwrap();
        assert_eq!(
            (half.param("TZID").as_deref(), half.param("VALUE").as_deref()),
            (Some("Europe/Berlin"), Some("DATE"))
        );
        let unquoted = Property::split("A;TZID=(UTC+01:00) Berlin:x").unwrap();
        let last = unquoted.split_last().unwrap();
        assert_eq!((last.param("TZID").as_deref(), last.value), (Some("(UTC+01:00) Berlin"), "x"));
        assert!(last.split_last().is_none() && Property::split("A:x:y").unwrap().split_last().is_none());
        let names = ["ITEM1.SUMMARY:x", "X-A.B:x"].map(|line| Property::split(line).unwrap().bare_name().to_owned());
        assert_eq!(names, ["SUMMARY", "X-A.B"]);
    }

    #[test]
    fn text_is_unescaped_once() {
        assert_eq!(unescape(r"a\nb\, c\; d\\ e \N f \\n \x \"), "a\nb, c; d\\ e \n f \\n \\x \\");
    }
}
