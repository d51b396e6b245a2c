//! Opening input files and telling what they are, by their first bytes and never by their names.

use std::fs::{self, File};
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use sirocco::Format;
use sirocco::inflate::Decoder;

use super::error::InputError;
use super::gzip::{GZIP_MAGIC, bgzf_block_size};
use super::options::MissingEnd;
use super::stream::{Compression, Stream};

/// Bytes read to tell the format.
const HEAD: usize = 64 * 1024;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// FASTQ text (or what will turn out not to be).
    Fastq,
    /// BAM.
    Bam,
    /// CRAM.
    Cram,
}

impl Content {
    /// For messages.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Fastq => "FASTQ",
            Self::Bam => "BAM",
            Self::Cram => "CRAM",
        }
    }
}

/// One input file, opened and recognised.
pub(super) struct Source {
    /// As given.
    pub(super) path: PathBuf,
    /// Size in bytes, of a regular file.
    pub(super) bytes: Option<u64>,
    /// What it holds.
    pub(super) content: Content,
    /// How it is compressed.
    pub(super) compression: Compression,
    /// What cannot be opened again, with the bytes already read from it: standard input, a pipe.
    once: Option<Once>,
}

enum Once {
    Ready(Vec<u8>, Box<dyn Read + Send>),
    Used,
}

impl Source {
    /// Opens a file and tells what it is.
    pub(super) fn open(path: &Path) -> Result<Self, InputError> {
        let cannot = |source| InputError::Open {
            path: path.to_path_buf(),
            source,
        };
        let (mut reader, bytes): (Box<dyn Read + Send>, _) = if path == Path::new("-") {
            (Box::new(io::stdin()), None)
        } else {
            let metadata = fs::metadata(path).map_err(cannot)?;
            if metadata.is_dir() {
                return Err(InputError::Directory {
                    path: path.to_path_buf(),
                });
            }
            let file = File::open(path).map_err(cannot)?;
            (Box::new(file), metadata.is_file().then_some(metadata.len()))
        };
        let mut head = Vec::new();
        reader
            .by_ref()
            .take(HEAD as u64)
            .read_to_end(&mut head)
            .map_err(|source| InputError::Read {
                path: path.to_path_buf(),
                record: 0,
                source,
            })?;
        let (content, compression) = recognise(path, &head)?;
        Ok(Self {
            path: path.to_path_buf(),
            bytes,
            content,
            compression,
            once: bytes.is_none().then(|| Once::Ready(head, reader)),
        })
    }

    /// Whether it can be read again.
    pub(super) fn is_file(&self) -> bool {
        self.once.is_none()
    }

    /// Its raw bytes from the start.
    pub(super) fn reader(&mut self) -> Result<Box<dyn Read + Send>, InputError> {
        match self
            .once
            .as_mut()
            .map(|once| std::mem::replace(once, Once::Used))
        {
            Some(Once::Ready(head, rest)) => Ok(Box::new(Cursor::new(head).chain(rest))),
            Some(Once::Used) => Err(InputError::Consumed {
                path: self.path.clone(),
            }),
            None => match File::open(&self.path) {
                Ok(file) => Ok(Box::new(file)),
                Err(source) => Err(InputError::Open {
                    path: self.path.clone(),
                    source,
                }),
            },
        }
    }

    /// Its decompressed bytes from the start.
    pub(super) fn stream(&mut self, missing_end: MissingEnd) -> Result<Stream, InputError> {
        Ok(Stream::new(self.reader()?, self.compression, missing_end))
    }
}

/// Fails if two paths lead to one file.
pub(super) fn refuse_duplicates(paths: &[PathBuf]) -> Result<(), InputError> {
    let mut seen = std::collections::BTreeMap::new();
    for path in paths {
        // What cannot be resolved cannot be opened either, and is refused there.
        let real = fs::canonicalize(path).unwrap_or_else(|_| path.clone());
        if let Some(first) = seen.insert(real, path) {
            return Err(InputError::SameFile {
                first: first.clone(),
                second: path.clone(),
            });
        }
    }
    Ok(())
}

/// Tells what a file is from its first bytes.
fn recognise(path: &Path, head: &[u8]) -> Result<(Content, Compression), InputError> {
    if head.is_empty() {
        return Err(InputError::Empty {
            path: path.to_path_buf(),
        });
    }
    if head.starts_with(b"CRAM") {
        return Ok((Content::Cram, Compression::Plain));
    }
    if !head.starts_with(&GZIP_MAGIC) {
        refuse_foreign(path, head)?;
        return Ok((Content::Fastq, Compression::Plain));
    }
    let compression = match bgzf_block_size(head) {
        Some(_) => Compression::Bgzf,
        None => Compression::Gzip,
    };
    let text = first_text(head);
    if text.starts_with(b"BAM\x01") {
        if compression == Compression::Gzip {
            return Err(InputError::Format {
                path: path.to_path_buf(),
                found: "a BAM in ordinary gzip",
                remedy: "write it again with \"samtools view -b\"",
            });
        }
        return Ok((Content::Bam, compression));
    }
    refuse_foreign(path, &text)?;
    Ok((Content::Fastq, compression))
}

/// The first bytes of gzip data; empty if they do not inflate, which reading will report.
fn first_text(head: &[u8]) -> Vec<u8> {
    let mut decoder = Box::new(Decoder::new(Format::Gzip));
    let mut text = vec![0; 64 * 1024];
    let mut rest = head;
    // An empty first member is odd but allowed; look into the next then.
    while !rest.is_empty() {
        match decoder.decompress(rest, &mut text, false) {
            Ok(progress) if progress.output.is_empty() && progress.done => {
                rest = &rest[progress.consumed..]
            }
            Ok(progress) => {
                let len = progress.output.len().min(64);
                text.truncate(len);
                return text;
            }
            Err(_) => break,
        }
    }
    Vec::new()
}

/// Formats that are often given by mistake, by their first bytes.
fn refuse_foreign(path: &Path, head: &[u8]) -> Result<(), InputError> {
    const FOREIGN: [(&[u8], &str, &str); 12] = [
        (
            b">",
            "FASTA, which has no base qualities",
            "give the FASTQ file that the reads came in",
        ),
        (b"@HD\t", "SAM text", "convert it with \"samtools view -b\""),
        (b"@SQ\t", "SAM text", "convert it with \"samtools view -b\""),
        (b"@RG\t", "SAM text", "convert it with \"samtools view -b\""),
        (b"@PG\t", "SAM text", "convert it with \"samtools view -b\""),
        (
            b"BAM\x01",
            "an uncompressed BAM",
            "compress it with \"samtools view -b\"",
        ),
        (b"BZh", "compressed with bzip2", "recompress it with gzip"),
        (b"\xfd7zXZ", "compressed with xz", "recompress it with gzip"),
        (
            b"\x28\xb5\x2f\xfd",
            "compressed with zstd",
            "recompress it with gzip",
        ),
        (
            b"PK\x03\x04",
            "a ZIP archive",
            "unpack it and give the files in it",
        ),
        (
            b"NCBI.sra",
            "an SRA archive",
            "convert it with \"fasterq-dump\"",
        ),
        (
            b"\x89HDF",
            "HDF5",
            "give the base-called reads as FASTQ or BAM",
        ),
    ];
    match FOREIGN.iter().find(|(magic, ..)| head.starts_with(magic)) {
        None => Ok(()),
        Some(&(_, found, remedy)) => Err(InputError::Format {
            path: path.to_path_buf(),
            found,
            remedy,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recognised(head: &[u8]) -> Result<(Content, Compression), String> {
        recognise(Path::new("x"), head).map_err(|error| error.to_string())
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        sirocco::compress(Format::Gzip, sirocco::deflate::Level::DEFAULT, text)
    }

    #[test]
    fn formats_are_told_by_content() {
        assert_eq!(
            recognised(b"@r\nA\n"),
            Ok((Content::Fastq, Compression::Plain))
        );
        assert_eq!(
            recognised(&gzip(b"@r\nA\n")),
            Ok((Content::Fastq, Compression::Gzip))
        );
        assert_eq!(
            recognised(b"CRAM\x03\x00"),
            Ok((Content::Cram, Compression::Plain))
        );
        let mut behind_empty = gzip(b"");
        behind_empty.extend(gzip(b">fasta"));
        assert!(recognised(&behind_empty).is_err_and(|message| message.contains("FASTA")));
    }

    #[test]
    fn foreign_formats_are_named() {
        for (head, found) in [
            (&b">seq\nACGT\n"[..], "FASTA"),
            (b"@SQ\tSN:chr1\tLN:5\n", "SAM text"),
            (b"BZh91AY", "bzip2"),
            (b"", "is empty"),
            (&gzip(b">seq\nACGT\n"), "FASTA"),
            (&gzip(b"BAM\x01...."), "ordinary gzip"),
        ] {
            assert!(
                recognised(head).is_err_and(|message| message.contains(found)),
                "{found}"
            );
        }
    }
}
