//! Lines of text files, plain, gzip or BGZF, told by their content.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use crate::error::TablesError;

/// Longest line that is read, in bytes: a VCF of some thousand samples has shorter ones.
const MAX_LINE: u64 = 16 << 20;

/// The empty block that ends every BGZF file (SAM specification, section 4.1.2).
const BGZF_END: [u8; 28] = [
    0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, 0x42, 0x43, 2, 0, 0x1b, 0, 3, 0, 0, 0, 0, 0, 0, 0,
    0, 0,
];

/// The lines of a file.
pub(crate) struct Lines {
    path: PathBuf,
    reader: Box<dyn BufRead>,
    number: u64,
    buffer: Vec<u8>,
}

impl Lines {
    /// Opens a file and tells by its first bytes whether it is compressed.
    pub(crate) fn open(path: &Path) -> Result<Self, TablesError> {
        let opened = || {
            let mut file = File::open(path)?;
            let truncated = is_bgzf_without_end(&mut file)?;
            Ok((file, truncated))
        };
        let (file, truncated) = opened().map_err(|source| TablesError::Open {
            path: path.to_owned(),
            source,
        })?;
        if truncated {
            return Err(TablesError::Truncated {
                path: path.to_owned(),
            });
        }
        Self::new(path, file)
    }

    /// Lines from anything that can be read; `path` names it in errors.
    pub(crate) fn new(path: &Path, source: impl Read + 'static) -> Result<Self, TablesError> {
        let mut raw = BufReader::with_capacity(1 << 16, source);
        let gzip = raw
            .fill_buf()
            .map(|head| head.starts_with(&[0x1f, 0x8b]))
            .map_err(|source| TablesError::Read {
                path: path.to_owned(),
                line: 0,
                source,
            })?;
        let reader: Box<dyn BufRead> = if gzip {
            Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(raw)))
        } else {
            Box::new(raw)
        };
        Ok(Self {
            path: path.to_owned(),
            reader,
            number: 0,
            buffer: Vec::new(),
        })
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The next line with its 1-based number, without its line break.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, Cow<'_, str>)>, TablesError> {
        self.buffer.clear();
        let read = (&mut self.reader)
            .take(MAX_LINE + 1)
            .read_until(b'\n', &mut self.buffer);
        let read = read.map_err(|source| TablesError::Read {
            path: self.path.clone(),
            line: self.number,
            source,
        })?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        if self.number == 1 {
            self.refuse_binary()?;
        }
        if read as u64 > MAX_LINE {
            return Err(self.not_text("a line of more than 16 MiB"));
        }
        if self.buffer.contains(&0) {
            return Err(self.not_text("a byte that no text holds"));
        }
        while matches!(self.buffer.last(), Some(b'\n' | b'\r')) {
            self.buffer.pop();
        }
        let bytes = match self.number {
            1 => self
                .buffer
                .strip_prefix(b"\xef\xbb\xbf")
                .unwrap_or(&self.buffer),
            _ => &self.buffer,
        };
        Ok(Some((self.number, String::from_utf8_lossy(bytes))))
    }

    fn refuse_binary(&self) -> Result<(), TablesError> {
        let (what, remedy) = match self.buffer.as_slice() {
            [b'B', b'C', b'F', ..] => (
                "this is BCF",
                "convert it with: bcftools view -Oz -o calls.vcf.gz",
            ),
            [b'P', b'K', 3, 4, ..] => (
                "this is a zip archive or a spreadsheet",
                "export it as tab-separated text",
            ),
            [b'C', b'R', b'A', b'M', ..] | [b'B', b'A', b'M', 1, ..] => (
                "this is an alignment file",
                "give it to alkaid reads in place of a table",
            ),
            _ => return Ok(()),
        };
        Err(TablesError::NotText {
            path: self.path.clone(),
            line: 1,
            what,
            remedy,
        })
    }

    fn not_text(&self, what: &'static str) -> TablesError {
        TablesError::NotText {
            path: self.path.clone(),
            line: self.number,
            what,
            remedy: "expected a text table or VCF, plain or gzip",
        }
    }
}

/// Whether the file starts as BGZF and does not end as BGZF. The position is put back to the start.
fn is_bgzf_without_end(file: &mut File) -> io::Result<bool> {
    let mut head = Vec::new();
    Read::by_ref(file).take(16).read_to_end(&mut head)?;
    let is_bgzf =
        head.len() == 16 && head.starts_with(&[0x1f, 0x8b, 8, 4]) && head[12..14] == *b"BC";
    let mut truncated = false;
    if is_bgzf {
        let length = file.metadata()?.len();
        let mut tail = Vec::new();
        file.seek(SeekFrom::Start(length.saturating_sub(28)))?;
        file.read_to_end(&mut tail)?;
        truncated = tail != BGZF_END;
    }
    // A pipe cannot be put back, and is no place for a table with an index of places.
    file.seek(SeekFrom::Start(0))?;
    Ok(truncated)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn all(bytes: &'static [u8]) -> Result<Vec<String>, TablesError> {
        let mut lines = Lines::new(Path::new("t.txt"), bytes)?;
        let mut found = Vec::new();
        while let Some((_, line)) = lines.next()? {
            found.push(line.into_owned());
        }
        Ok(found)
    }

    #[test]
    fn lines_of_every_system() {
        assert_eq!(
            all(b"\xef\xbb\xbfa\r\nb\n\nc").unwrap(),
            ["a", "b", "", "c"]
        );
        assert!(all(b"").unwrap().is_empty());
    }

    #[test]
    fn what_is_no_text_is_named() {
        let message = |bytes: &'static [u8]| all(bytes).unwrap_err().to_string();
        assert!(message(b"BCF\x02\x02").contains("bcftools view"));
        assert!(message(b"PK\x03\x04").contains("export"));
        assert!(message(b"ab\0c").contains("t.txt, line 1"));
    }

    #[test]
    fn truncated_gzip_is_an_error() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        for number in 0..10_000 {
            writeln!(encoder, "{}", number * number % 7919).unwrap();
        }
        let whole = encoder.finish().unwrap();
        let half = whole[..whole.len() / 2].to_vec();
        let mut lines = Lines::new(Path::new("t.gz"), io::Cursor::new(half)).unwrap();
        let error = loop {
            match lines.next() {
                Ok(Some(_)) => {}
                Ok(None) => panic!("the end was not noticed"),
                Err(error) => break error.to_string(),
            }
        };
        assert!(error.contains("truncated"), "{error}");
    }
}
