//! The bytes of a TIFF file and its directories (IFDs). Nothing is believed before it was compared with the file's size.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::ImagingError;

/// Directories in a file: enough for a stack of 60,000 planes.
const MOST_DIRECTORIES: usize = 65_536;
/// Entries over all directories. A file can make directories overlap, so its size bounds nothing.
const MOST_ENTRIES: usize = 2_000_000;
/// Text of one tag. OME-XML of a plate runs to some megabytes.
const MOST_TEXT: u64 = 32 << 20;
/// Numbers of one tag: strips of one plane.
const MOST_NUMBERS: u64 = 4 << 20;

const DAMAGED: &str = "the file is damaged or truncated, copy or export it again";

/// Tags that are looked at, by their numbers in TIFF 6.0 and its supplements.
pub(crate) mod tag {
    pub const NEW_SUBFILE_TYPE: u16 = 254;
    pub const WIDTH: u16 = 256;
    pub const HEIGHT: u16 = 257;
    pub const BITS: u16 = 258;
    pub const COMPRESSION: u16 = 259;
    pub const PHOTOMETRIC: u16 = 262;
    pub const FILL_ORDER: u16 = 266;
    pub const DESCRIPTION: u16 = 270;
    pub const STRIP_OFFSETS: u16 = 273;
    pub const SAMPLES: u16 = 277;
    pub const ROWS_PER_STRIP: u16 = 278;
    pub const STRIP_BYTES: u16 = 279;
    pub const X_RESOLUTION: u16 = 282;
    pub const Y_RESOLUTION: u16 = 283;
    pub const PLANAR: u16 = 284;
    pub const PAGE_NAME: u16 = 285;
    pub const RESOLUTION_UNIT: u16 = 296;
    pub const PREDICTOR: u16 = 317;
    pub const COLOUR_MAP: u16 = 320;
    pub const TILE_WIDTH: u16 = 322;
    pub const TILE_HEIGHT: u16 = 323;
    pub const TILE_OFFSETS: u16 = 324;
    pub const TILE_BYTES: u16 = 325;
    pub const SAMPLE_FORMAT: u16 = 339;
    pub const IMAGEJ_COUNTS: u16 = 50838;
    pub const IMAGEJ_DATA: u16 = 50839;
}

/// A TIFF file opened for reading.
pub(crate) struct Source<R> {
    reader: R,
    /// Bytes in the file.
    pub len: u64,
    /// For messages.
    pub path: PathBuf,
    /// Whether numbers have their high byte first.
    pub big_endian: bool,
    /// Whether offsets have 64 bits.
    big_tiff: bool,
}

/// One directory: where the values of its tags lie.
#[derive(Clone, Debug)]
pub(crate) struct Directory {
    /// Number in the chain, from 0.
    pub number: usize,
    /// Where it begins in the file.
    at: u64,
    entries: BTreeMap<u16, Entry>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    kind: u16,
    count: u64,
    /// Where the values begin in the file.
    at: u64,
}

impl Directory {
    /// Whether the tag is there.
    pub fn has(&self, tag: u16) -> bool {
        self.entries.contains_key(&tag)
    }

    /// Whether it or a value of its tags begins within the bytes.
    pub fn lies_among(&self, bytes: Range<u64>) -> bool {
        let begins = self.entries.values().map(|entry| entry.at);
        begins.chain([self.at]).any(|at| bytes.contains(&at))
    }

    /// How messages name it.
    pub fn place(&self) -> String {
        format!("IFD {}", self.number)
    }
}

impl<R: Read + Seek> Source<R> {
    /// Reads the header and the chain of directories.
    pub fn open(mut reader: R, path: &Path) -> Result<(Self, Vec<Directory>), ImagingError> {
        let failed = |error| ImagingError::read(path, "header", error);
        let len = reader.seek(SeekFrom::End(0)).map_err(failed)?;
        let mut source = Self {
            reader,
            len,
            path: path.to_owned(),
            big_endian: false,
            big_tiff: false,
        };
        let header = source.bytes(0, 8, "header")?;
        source.big_endian = header[0] == b'M';
        let first = match source.number(&header[2..4]) {
            42 => source.number(&header[4..8]),
            43 if source.number(&header[4..6]) == 8 => {
                source.big_tiff = true;
                let offset = source.bytes(8, 8, "header")?;
                source.number(&offset)
            }
            _ => {
                return Err(ImagingError::malformed(
                    path,
                    "header",
                    "neither TIFF (42) nor BigTIFF (43)",
                    "export the image as OME-TIFF",
                ));
            }
        };
        let directories = source.chain(first)?;
        Ok((source, directories))
    }

    fn chain(&mut self, first: u64) -> Result<Vec<Directory>, ImagingError> {
        let mut directories = Vec::new();
        let mut seen = BTreeSet::new();
        let mut entries = 0;
        let mut next = first;
        while next != 0 {
            let place = format!("IFD {}", directories.len());
            if !seen.insert(next) {
                let what = "it points back to an earlier one, so the chain has no end";
                return Err(ImagingError::malformed(&self.path, place, what, DAMAGED));
            }
            if directories.len() == MOST_DIRECTORIES || entries > MOST_ENTRIES {
                return Err(ImagingError::malformed(
                    &self.path,
                    place,
                    "more directories than any image needs",
                    "split the file, or export it again",
                ));
            }
            let (directory, after) = self.directory(directories.len(), next)?;
            entries += directory.entries.len();
            directories.push(directory);
            next = after;
        }
        if directories.is_empty() {
            let what = "the file holds no image";
            return Err(ImagingError::malformed(&self.path, "header", what, DAMAGED));
        }
        Ok(directories)
    }

    fn directory(&mut self, number: usize, start: u64) -> Result<(Directory, u64), ImagingError> {
        let place = format!("IFD {number}");
        let (head, size, word) = if self.big_tiff {
            (8, 20, 8)
        } else {
            (2, 12, 4)
        };
        let count = self.bytes(start, head, &place)?;
        let count = self.number(&count);
        if count > u64::from(u16::MAX) {
            let what = format!("{count} tags");
            return Err(ImagingError::malformed(&self.path, place, what, DAMAGED));
        }
        let table = self.bytes(start + head, count * size + word, &place)?;
        let mut entries = BTreeMap::new();
        for (index, raw) in (0..count).zip(table.chunks_exact(size as usize)) {
            let kind = self.number(&raw[2..4]) as u16;
            let amount = self.number(&raw[4..4 + word as usize]);
            let value = &raw[4 + word as usize..];
            let length = amount.saturating_mul(width_of(kind));
            let at = if length <= word {
                start + head + index * size + 4 + word
            } else {
                self.number(value)
            };
            let tag = self.number(&raw[0..2]) as u16;
            // The first of two equal tags counts, as in libtiff.
            entries.entry(tag).or_insert(Entry {
                kind,
                count: amount,
                at,
            });
        }
        let next = self.number(&table[(count * size) as usize..]);
        let directory = Directory {
            number,
            at: start,
            entries,
        };
        Ok((directory, next))
    }

    /// `length` bytes from `at`, when the file has them.
    pub fn bytes(&mut self, at: u64, length: u64, place: &str) -> Result<Vec<u8>, ImagingError> {
        if at.checked_add(length).is_none_or(|end| end > self.len) {
            let what = format!(
                "{length} bytes are expected at byte {at}, but the file has {}",
                self.len
            );
            return Err(ImagingError::malformed(&self.path, place, what, DAMAGED));
        }
        let mut bytes = vec![0; length as usize];
        self.reader
            .seek(SeekFrom::Start(at))
            .and_then(|_| self.reader.read_exact(&mut bytes))
            .map_err(|error| ImagingError::read(&self.path, place, error))?;
        Ok(bytes)
    }

    /// Up to eight bytes as a number in the file's byte order.
    pub fn number(&self, bytes: &[u8]) -> u64 {
        let push = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        if self.big_endian {
            bytes.iter().fold(0, push)
        } else {
            bytes.iter().rev().fold(0, push)
        }
    }

    fn values(
        &mut self,
        directory: &Directory,
        tag: u16,
        most: u64,
    ) -> Result<Option<(u16, Vec<u8>)>, ImagingError> {
        let Some(entry) = directory.entries.get(&tag) else {
            return Ok(None);
        };
        let place = format!("IFD {}, tag {tag}", directory.number);
        let width = width_of(entry.kind);
        if width == 0 {
            let what = format!("unknown type {}", entry.kind);
            return Err(ImagingError::malformed(&self.path, place, what, DAMAGED));
        }
        if entry.count > most {
            let what = format!(
                "{} values, more than the {most} that make sense",
                entry.count
            );
            return Err(ImagingError::malformed(&self.path, place, what, DAMAGED));
        }
        let bytes = self.bytes(entry.at, entry.count * width, &place)?;
        Ok(Some((entry.kind, bytes)))
    }

    /// The whole numbers of a tag.
    pub fn numbers(
        &mut self,
        directory: &Directory,
        tag: u16,
    ) -> Result<Option<Vec<u64>>, ImagingError> {
        let Some((kind, bytes)) = self.values(directory, tag, MOST_NUMBERS)? else {
            return Ok(None);
        };
        if !matches!(kind, 1 | 3 | 4 | 6 | 8 | 9 | 13 | 16 | 17 | 18) {
            let place = format!("IFD {}, tag {tag}", directory.number);
            let what = format!("type {kind} where a whole number is expected");
            return Err(ImagingError::malformed(&self.path, place, what, DAMAGED));
        }
        let width = width_of(kind) as usize;
        let numbers = bytes.chunks_exact(width).map(|raw| self.number(raw));
        Ok(Some(numbers.collect()))
    }

    /// The first whole number of a tag.
    pub fn first(&mut self, directory: &Directory, tag: u16) -> Result<Option<u64>, ImagingError> {
        Ok(self
            .numbers(directory, tag)?
            .and_then(|numbers| numbers.first().copied()))
    }

    /// The text of a tag up to its first NUL; bytes that are not UTF-8 are taken for Latin-1, as ImageJ writes it.
    pub fn text(
        &mut self,
        directory: &Directory,
        tag: u16,
    ) -> Result<Option<String>, ImagingError> {
        let Some((kind, bytes)) = self.values(directory, tag, MOST_TEXT)? else {
            return Ok(None);
        };
        if !matches!(kind, 1 | 2 | 7) {
            return Ok(None);
        }
        let end = bytes.iter().position(|byte| *byte == 0);
        let bytes = &bytes[..end.unwrap_or(bytes.len())];
        Ok(Some(match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
        }))
    }

    /// The raw bytes of a tag of type byte or undefined.
    pub fn blob(
        &mut self,
        directory: &Directory,
        tag: u16,
    ) -> Result<Option<Vec<u8>>, ImagingError> {
        Ok(self
            .values(directory, tag, MOST_TEXT)?
            .filter(|(kind, _)| matches!(kind, 1 | 7))
            .map(|(_, bytes)| bytes))
    }

    /// A fraction: the first value of a tag of type rational; `None` where it is not one or its denominator is 0.
    pub fn fraction(
        &mut self,
        directory: &Directory,
        tag: u16,
    ) -> Result<Option<f64>, ImagingError> {
        let Some((5, bytes)) = self.values(directory, tag, MOST_NUMBERS)? else {
            return Ok(None);
        };
        let Some(raw) = bytes.get(..8) else {
            return Ok(None);
        };
        let (above, below) = (self.number(&raw[..4]), self.number(&raw[4..]));
        Ok((below != 0).then(|| above as f64 / below as f64))
    }

    /// A reader of `length` bytes from `at`, which the caller has compared with the file's size.
    pub fn part(&mut self, at: u64, length: u64) -> io::Result<io::Take<&mut R>> {
        self.reader.seek(SeekFrom::Start(at))?;
        Ok(self.reader.by_ref().take(length))
    }
}

/// Bytes of a value of a TIFF type; 0 for unknown ones.
fn width_of(kind: u16) -> u64 {
    match kind {
        1 | 2 | 6 | 7 => 1,
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 16 | 17 | 18 => 8,
        _ => 0,
    }
}
