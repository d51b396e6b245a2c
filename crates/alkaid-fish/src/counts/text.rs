//! Text as spreadsheets save it.

use std::borrow::Cow;

/// UTF-8, or UTF-16 with its mark of byte order, as Excel saves *Unicode text*. `None`: neither.
pub(super) fn decoded(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let unit: fn([u8; 2]) -> u16 = match bytes {
        [0xFF, 0xFE, ..] => u16::from_le_bytes,
        [0xFE, 0xFF, ..] => u16::from_be_bytes,
        _ => return std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
    };
    let (pairs, rest) = bytes.as_chunks();
    if !rest.is_empty() {
        return None;
    }
    let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
    String::from_utf16(&units).ok().map(Cow::Owned)
}

/// Lines with their numbers from 1, whatever ends them: `\n`, `\r\n`, or `\r` alone, as in old Excel for Mac.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let text = text.trim_start_matches('\u{feff}');
    let end = if text.contains('\n') { '\n' } else { '\r' };
    text.split(end)
        .map(|line| line.strip_suffix('\r').unwrap_or(line))
        .enumerate()
        .map(|(index, line)| (index + 1, line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_orders_of_bytes_are_read() {
        let units: Vec<u16> = "\u{feff}a\tµ".encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|u| u.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|u| u.to_be_bytes()).collect();
        assert_eq!(decoded(&little).unwrap(), "\u{feff}a\tµ");
        assert_eq!(decoded(&big).unwrap(), "\u{feff}a\tµ");
        assert_eq!(decoded(&little[..5]), None);
        assert_eq!(decoded(b"a\xff"), None);
    }

    #[test]
    fn lines_end_in_any_way() {
        for text in ["\u{feff}a\nb", "a\r\nb", "a\rb"] {
            assert_eq!(lines(text).collect::<Vec<_>>(), [(1, "a"), (2, "b")]);
        }
    }
}
