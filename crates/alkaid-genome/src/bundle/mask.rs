//! Which places of the ALK locus cannot anchor a read.

/// Length of the words that the mask is about, in bases.
pub const REPEAT_WORD: usize = 24;

/// One bit per offset of the ALK locus.
///
/// True where the 24-mer that starts there, on either strand, also occurs at
/// another place of the locus, in another locus, in the background sequence or
/// in a transcript of another gene; and where it holds an unknown base. The
/// last 23 offsets start no 24-mer and are false.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepeatMask {
    /// Eight offsets per byte, the first in the lowest bit.
    bytes: Vec<u8>,
    len: usize,
}

impl RepeatMask {
    /// A mask of so many offsets, all false.
    pub(crate) fn new(len: usize) -> Self {
        Self {
            bytes: vec![0; len.div_ceil(8)],
            len,
        }
    }

    /// From its stored bytes; nothing when they are not a mask of `len` offsets.
    pub(crate) fn from_bytes(len: usize, bytes: Vec<u8>) -> Option<Self> {
        let fits = bytes.len() == len.div_ceil(8);
        let clean = len.is_multiple_of(8) || bytes.last().is_none_or(|last| last >> (len % 8) == 0);
        (fits && clean).then_some(Self { bytes, len })
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn set(&mut self, offset: usize) {
        if offset < self.len {
            self.bytes[offset / 8] |= 1 << (offset % 8);
        }
    }

    /// Sets what is set in another mask of the same length.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.bytes.iter_mut().zip(&other.bytes) {
            *mine |= theirs;
        }
    }

    /// Whether the 24-mer at this offset occurs elsewhere; false outside.
    pub fn get(&self, offset: usize) -> bool {
        offset < self.len && self.bytes[offset / 8] >> (offset % 8) & 1 == 1
    }

    /// Number of offsets: the length of the locus.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it is the mask of an empty locus.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Number of offsets that are true.
    pub fn count(&self) -> usize {
        self.bytes
            .iter()
            .map(|byte| byte.count_ones() as usize)
            .sum()
    }

    /// Every offset's bit, in order.
    pub fn iter(&self) -> impl Iterator<Item = bool> + '_ {
        (0..self.len).map(|offset| self.get(offset))
    }
}
