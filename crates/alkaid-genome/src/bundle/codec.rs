//! Integers, strings and columns of the bundle's sections.
//!
//! Integers are LEB128 (seven bits per byte, low bits first). A column is a
//! length in bytes and so many bytes; what belongs together compresses better
//! side by side. A reader never trusts a count: it is bounded by the bytes that
//! are left, since every item takes at least one, and by what a bundle can need.

/// Most items of a list; all of RefSeq has 0.2 million transcripts.
const MOST_ITEMS: u64 = 1 << 21;
/// Most bytes of a name. A repeated name costs one byte in the file and all of
/// them in memory.
const LONGEST_NAME: usize = 255;

/// What was wrong, in a few words; the section is added by the caller.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) String);

impl Malformed {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

/// Appends integers, strings and columns.
#[derive(Default)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    pub(crate) fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    pub(crate) fn len(&mut self, value: usize) {
        self.varint(value as u64);
    }

    /// A signed difference; small ones of either sign stay small (zigzag).
    pub(crate) fn difference(&mut self, value: u64, from: u64) {
        let signed = value.wrapping_sub(from) as i64;
        self.varint((signed.wrapping_shl(1) ^ (signed >> 63)) as u64);
    }

    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(crate) fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    pub(crate) fn string(&mut self, text: &str) {
        self.len(text.len());
        self.raw(text.as_bytes());
    }

    /// A string that is often the one before: 0 for the same again, else its
    /// length plus one and its bytes.
    pub(crate) fn repeated_string(&mut self, text: &str, previous: &str) {
        if text == previous {
            self.varint(0);
        } else {
            self.len(text.len() + 1);
            self.raw(text.as_bytes());
        }
    }

    pub(crate) fn column(&mut self, column: Writer) {
        self.len(column.bytes.len());
        self.raw(&column.bytes);
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// Takes integers, strings and columns off a byte slice.
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    pub(crate) fn left(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Malformed> {
        Ok(self.take(1)?[0])
    }

    pub(crate) fn varint(&mut self) -> Result<u64, Malformed> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Malformed::new("an integer has more than 64 bits"))
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Malformed> {
        u32::try_from(self.varint()?)
            .map_err(|_| Malformed::new("an integer has more than 32 bits"))
    }

    pub(crate) fn difference(&mut self, from: u64) -> Result<u64, Malformed> {
        let zigzag = self.varint()?;
        let signed = (zigzag >> 1) ^ (zigzag & 1).wrapping_neg();
        Ok(from.wrapping_add(signed))
    }

    /// A number of items that each take at least one byte of what is left.
    pub(crate) fn count(&mut self) -> Result<usize, Malformed> {
        let count = self.varint()?;
        if count > MOST_ITEMS {
            return Err(Malformed::new(format!("{count} items are declared")));
        }
        self.fits(count)
    }

    /// A number of bytes, as long as so many are left.
    fn fits(&self, count: u64) -> Result<usize, Malformed> {
        match usize::try_from(count) {
            Ok(count) if count <= self.left() => Ok(count),
            _ => Err(Malformed::new(format!(
                "{count} are declared where {} bytes are left",
                self.left()
            ))),
        }
    }

    pub(crate) fn take(&mut self, len: usize) -> Result<&'a [u8], Malformed> {
        let (head, tail) = self
            .bytes
            .split_at_checked(len)
            .ok_or_else(|| Malformed::new("it ends early"))?;
        self.bytes = tail;
        Ok(head)
    }

    pub(crate) fn string(&mut self) -> Result<&'a str, Malformed> {
        let len = self.varint()?;
        let len = self.fits(len)?;
        text(self.take(len)?)
    }

    pub(crate) fn repeated_string(&mut self, previous: &'a str) -> Result<&'a str, Malformed> {
        let code = self.varint()?;
        match usize::try_from(code) {
            Ok(0) => Ok(previous),
            Ok(code) => text(self.take(code - 1)?),
            Err(_) => Err(Malformed::new("it ends early")),
        }
    }

    pub(crate) fn column(&mut self) -> Result<Reader<'a>, Malformed> {
        let len = self.varint()?;
        let len = self.fits(len)?;
        Ok(Reader::new(self.take(len)?))
    }

    /// Nothing may be left over.
    pub(crate) fn finish(self) -> Result<(), Malformed> {
        match self.left() {
            0 => Ok(()),
            left => Err(Malformed::new(format!("{left} bytes are left over"))),
        }
    }
}

fn text(bytes: &[u8]) -> Result<&str, Malformed> {
    if bytes.len() > LONGEST_NAME {
        return Err(Malformed::new("a name is longer than 255 bytes"));
    }
    std::str::from_utf8(bytes).map_err(|_| Malformed::new("a name is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn values_round_trip(a in any::<u64>(), b in any::<u64>(), s in "\\PC{0,20}") {
            let mut column = Writer::default();
            column.difference(a, b);
            let mut writer = Writer::default();
            writer.varint(a);
            writer.column(column);
            writer.string(&s);
            writer.repeated_string(&s, "x");
            writer.repeated_string(&s, &s);
            let bytes = writer.finish();
            let mut reader = Reader::new(&bytes);
            prop_assert_eq!(reader.varint().unwrap(), a);
            let mut column = reader.column().unwrap();
            prop_assert_eq!(column.difference(b).unwrap(), a);
            prop_assert!(column.finish().is_ok());
            prop_assert_eq!(reader.string().unwrap(), &s);
            prop_assert_eq!(reader.repeated_string("x").unwrap(), &s);
            prop_assert_eq!(reader.repeated_string(&s).unwrap(), &s);
            prop_assert!(reader.finish().is_ok());
        }

        #[test]
        fn any_bytes_are_safe(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let mut reader = Reader::new(&bytes);
            while reader.varint().is_ok() {}
            let mut reader = Reader::new(&bytes);
            while reader.string().is_ok() && reader.left() > 0 {}
            let mut reader = Reader::new(&bytes);
            while reader.repeated_string("").is_ok() && reader.left() > 0 {}
            let _ = Reader::new(&bytes).column().map(|c| c.left());
        }
    }

    #[test]
    fn counts_are_bounded() {
        let mut writer = Writer::default();
        writer.varint(u64::MAX);
        let bytes = writer.finish();
        assert!(Reader::new(&bytes).count().is_err());
        assert!(Reader::new(&[0xff; 10]).varint().is_err());
    }
}
