//! TIFF files made by hand, for tests.

use super::directory::tag;

/// One page: its tags (number, type, values) and its strips or tiles.
#[derive(Clone, Default)]
pub(crate) struct MadePage {
    pub tags: Vec<(u16, u16, Vec<u64>)>,
    pub chunks: Vec<Vec<u8>>,
}

/// How the file is written.
#[derive(Clone, Copy, Default)]
pub(crate) struct Made {
    pub big_endian: bool,
    pub big_tiff: bool,
}

impl MadePage {
    /// A grey page of one strip.
    pub fn grey(width: u64, height: u64, bits: u64, strip: Vec<u8>) -> Self {
        let tags = vec![
            (tag::WIDTH, 4, vec![width]),
            (tag::HEIGHT, 4, vec![height]),
            (tag::BITS, 3, vec![bits]),
            (tag::COMPRESSION, 3, vec![1]),
            (tag::PHOTOMETRIC, 3, vec![1]),
            (tag::SAMPLES, 3, vec![1]),
            (tag::ROWS_PER_STRIP, 4, vec![height]),
        ];
        Self {
            tags,
            chunks: vec![strip],
        }
    }

    /// Replaces or adds a tag.
    pub fn with(mut self, tag: u16, kind: u16, values: impl Into<Vec<u64>>) -> Self {
        self.tags.retain(|(number, ..)| *number != tag);
        self.tags.push((tag, kind, values.into()));
        self
    }

    /// Takes a tag away.
    pub fn without(mut self, tag: u16) -> Self {
        self.tags.retain(|(number, ..)| *number != tag);
        self
    }

    /// Adds a text.
    pub fn text(self, tag: u16, text: &str) -> Self {
        let values: Vec<_> = text.bytes().chain([0]).map(u64::from).collect();
        self.with(tag, 2, values)
    }
}

impl Made {
    pub fn bytes(self, value: u64, width: usize) -> Vec<u8> {
        if self.big_endian {
            value.to_be_bytes()[8 - width..].to_vec()
        } else {
            value.to_le_bytes()[..width].to_vec()
        }
    }

    /// The bytes of a file with these pages.
    pub fn file(self, pages: &[MadePage]) -> Vec<u8> {
        let word = if self.big_tiff { 8 } else { 4 };
        let mut file = if self.big_endian {
            b"MM".to_vec()
        } else {
            b"II".to_vec()
        };
        if self.big_tiff {
            file.extend([43, 8, 0].iter().flat_map(|value| self.bytes(*value, 2)));
        } else {
            file.extend(self.bytes(42, 2));
        }
        let mut link = file.len();
        file.extend(self.bytes(0, word));
        for page in pages {
            let tiled = page
                .tags
                .iter()
                .any(|(number, ..)| *number == tag::TILE_WIDTH);
            let (offsets, lengths) = if tiled {
                (tag::TILE_OFFSETS, tag::TILE_BYTES)
            } else {
                (tag::STRIP_OFFSETS, tag::STRIP_BYTES)
            };
            let mut places = Vec::new();
            for chunk in &page.chunks {
                places.push(file.len() as u64);
                file.extend(chunk);
            }
            let sizes: Vec<_> = page.chunks.iter().map(|chunk| chunk.len() as u64).collect();
            let mut tags = page.tags.clone();
            for (number, values) in [(offsets, places), (lengths, sizes)] {
                if !tags.iter().any(|(other, ..)| *other == number) {
                    tags.push((number, if self.big_tiff { 16 } else { 4 }, values));
                }
            }
            tags.sort_by_key(|(number, ..)| *number);
            let mut entries = Vec::new();
            for (number, kind, values) in &tags {
                let width = match kind {
                    1 | 2 | 7 => 1,
                    3 => 2,
                    16 => 8,
                    // A fraction is two words.
                    _ => 4,
                };
                let count = if *kind == 5 {
                    values.len() / 2
                } else {
                    values.len()
                };
                let mut raw: Vec<_> = values
                    .iter()
                    .flat_map(|value| self.bytes(*value, width))
                    .collect();
                if raw.len() > word {
                    let at = file.len() as u64;
                    file.extend(&raw);
                    raw = self.bytes(at, word);
                }
                raw.resize(word, 0);
                entries.extend(self.bytes(u64::from(*number), 2));
                entries.extend(self.bytes(u64::from(*kind), 2));
                entries.extend(self.bytes(count as u64, word));
                entries.extend(raw);
            }
            let at = file.len() as u64;
            file[link..link + word].copy_from_slice(&self.bytes(at, word));
            file.extend(self.bytes(tags.len() as u64, if self.big_tiff { 8 } else { 2 }));
            file.extend(entries);
            link = file.len();
            file.extend(self.bytes(0, word));
        }
        file
    }
}
