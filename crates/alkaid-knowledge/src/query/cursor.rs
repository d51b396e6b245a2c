//! Reading a text from left to right.

/// A place in a text.
pub(super) struct Cursor<'t> {
    rest: &'t str,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { rest: text }
    }

    /// What has not been read.
    pub(super) fn rest(&self) -> &'t str {
        self.rest
    }

    /// The next `bytes` bytes, where they end between two characters.
    pub(super) fn peek(&self, bytes: usize) -> Option<&'t str> {
        self.rest.get(..bytes)
    }

    /// Goes on by bytes that `peek` has shown.
    pub(super) fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    /// One of several words, in any case, the first that fits.
    pub(super) fn eat_any(&mut self, words: &[&'static str]) -> Option<&'static str> {
        let found = words.iter().copied().find(|word| {
            self.peek(word.len())
                .is_some_and(|next| next.eq_ignore_ascii_case(word))
        })?;
        self.skip(found.len());
        Some(found)
    }

    /// ASCII digits.
    pub(super) fn digits(&mut self) -> Option<&'t str> {
        self.run(|c| c.is_ascii_digit())
    }

    /// A whole number; one that is too large reads as the largest.
    pub(super) fn number(&mut self) -> Option<u32> {
        self.digits()
            .map(|digits| digits.parse().unwrap_or(u32::MAX))
    }

    /// A whole number that may have commas between its digits; one that is too large reads as the largest.
    pub(super) fn long_number(&mut self) -> Option<u64> {
        let mut length = 0;
        let bytes = self.rest.as_bytes();
        while let Some(byte) = bytes.get(length) {
            let comma = *byte == b','
                && bytes
                    .get(length + 1..length + 4)
                    .is_some_and(|next| next.iter().all(u8::is_ascii_digit))
                && !bytes.get(length + 4).is_some_and(u8::is_ascii_digit);
            if !(byte.is_ascii_digit() || comma && length > 0) {
                break;
            }
            length += 1;
        }
        let text = self.peek(length).filter(|text| !text.is_empty())?;
        self.skip(length);
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        Some(digits.parse().unwrap_or(u64::MAX))
    }

    /// Bases `ACGT`, in any case; returned in capitals.
    pub(super) fn bases(&mut self) -> Option<Vec<u8>> {
        self.run(|c| matches!(c, 'A' | 'C' | 'G' | 'T' | 'a' | 'c' | 'g' | 't'))
            .map(|text| text.to_ascii_uppercase().into_bytes())
    }

    /// The characters that `keep` holds of; at least one.
    pub(super) fn run(&mut self, keep: impl Fn(char) -> bool) -> Option<&'t str> {
        let end = self.rest.find(|c| !keep(c)).unwrap_or(self.rest.len());
        let found = self.rest.get(..end).filter(|found| !found.is_empty())?;
        self.rest = &self.rest[end..];
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_in_order() {
        let mut cursor = Cursor::new("29,220,747C>T");
        assert_eq!(cursor.long_number(), Some(29_220_747));
        assert_eq!(cursor.bases(), Some(b"C".to_vec()));
        assert_eq!(cursor.eat_any(&["x", ">"]), Some(">"));
        assert_eq!(cursor.rest(), "T");
        assert_eq!(Cursor::new("é").peek(1), None);
        assert_eq!(Cursor::new("99999999999").number(), Some(u32::MAX));
    }
}
