//! What encoding a text is in, and what in a line is no text at all: UTF-16, Windows-1252, control characters.
//! Knows no lines of iCalendar.

use std::borrow::Cow;

/// What Windows-1252 has at 0x80 to 0x9F; Latin-1 and Unicode have control characters there.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// The text as UTF-8 where it is UTF-16, with or without a byte order mark; else as it is.
pub(super) fn utf8(body: &[u8]) -> Cow<'_, [u8]> {
    let is_big = match body {
        [0xFE, 0xFF, ..] | [0, b'!'..=b'~', 0, b'!'..=b'~', ..] => true,
        [0xFF, 0xFE, ..] | [b'!'..=b'~', 0, b'!'..=b'~', 0, ..] => false,
        _ => return body.into(),
    };
    let units = body.chunks_exact(2).map(|pair| {
        let pair = [pair.first().copied().unwrap_or_default(), pair.get(1).copied().unwrap_or_default()];
        if is_big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
    });
    let chars = char::decode_utf16(units).map(|char| char.unwrap_or(char::REPLACEMENT_CHARACTER));
    chars.collect::<String>().into_bytes().into()
}

/// A line as text: control characters gone, and what is no UTF-8 read as Windows-1252.
pub(super) fn line(bytes: &[u8]) -> Cow<'_, str> {
    let is_control = |byte: u8| (byte < b' ' && byte != b'\t') || byte == 0x7F;
    if bytes.iter().any(|byte| is_control(*byte)) {
        let kept: Vec<u8> = bytes.iter().copied().filter(|byte| !is_control(*byte)).collect();
        return decoded(&kept).into_owned().into();
    }
    decoded(bytes)
}

fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    // The check alone is faster than the replacement of what is no UTF-8.
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.into();
    }
    let lossy = String::from_utf8_lossy(bytes);
    // A broken character among whole ones is UTF-8 all the same.
    if lossy.chars().any(|c| !c.is_ascii() && c != char::REPLACEMENT_CHARACTER) {
        return lossy;
    }
    let char = |byte: &u8| match byte {
        0x80..=0x9F => WINDOWS_1252.get(usize::from(byte - 0x80)).copied().unwrap_or(char::REPLACEMENT_CHARACTER),
        byte => char::from(*byte),
    };
    bytes.iter().map(char).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_text_whatever_their_bytes() {
        assert_eq!(line(b"Gr\xFC\xDFe \x96 10 \x80"), "Grüße – 10 €");
        assert_eq!(line("Grüße".as_bytes()), "Grüße");
        assert_eq!(line(b"Gr\xC3\xBC\xC3 \xC3\x9Fe"), "Gr\u{fc}\u{fffd} \u{df}e");
        assert_eq!(line(b"a\0b\x01c\td\x7F"), "abc\td");
    }

    #[test]
    fn utf_16_is_seen_with_and_without_a_mark() {
        let text = "BEGIN:Grüße 🗓";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for body in [&little, &big] {
            assert_eq!(&*utf8(body), text.as_bytes());
        }
        assert_eq!(&*utf8(&[b"\xFF\xFE".as_slice(), &little].concat()), format!("\u{feff}{text}").as_bytes());
        assert_eq!(&*utf8(b"BEGIN:x"), b"BEGIN:x");
        assert_eq!(&*utf8(b"B"), b"B");
    }
}
