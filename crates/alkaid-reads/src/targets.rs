//! The target list of a capture panel: BED, plain or gzip.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use alkaid_genome::{GenomicInterval, canonical_chrom};
use flate2::bufread::MultiGzDecoder;
use thiserror::Error;

/// Longest line, in bytes; only the first three columns are used.
const MAX_LINE: u64 = 64 * 1024;
/// Most lines with targets: whole exomes have about 250,000.
const MAX_TARGETS: usize = 2_000_000;
/// Largest position: a BAM's reference sequences are no longer.
const MAX_POSITION: u64 = i32::MAX as u64;

/// Why a target list cannot be used. Each message names the file, the place and the remedy.
#[derive(Debug, Error)]
pub enum TargetError {
    /// The file cannot be opened or read.
    #[error("cannot read {}: {source}; check the path and its permissions", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system, or gzip, said.
        source: io::Error,
    },
    /// A line is no target.
    #[error("{}, line {line}: {problem}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Number of the line, from 1.
        line: u64,
        /// What is wrong, and the remedy.
        problem: String,
    },
    /// There is no target in the file.
    #[error("{} holds no targets; give the panel's target list as BED", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
}

/// Reads a target list. Targets that overlap or touch are merged, as they share reads; sorted by place.
///
/// # Errors
///
/// If the file cannot be read, holds no target, or a line is none.
pub fn read_targets(path: &Path) -> Result<Vec<GenomicInterval>, TargetError> {
    let failed = |source| TargetError::Read {
        path: path.to_path_buf(),
        source,
    };
    let mut file = BufReader::new(File::open(path).map_err(failed)?);
    let gzip = file.fill_buf().map_err(failed)?.starts_with(&[0x1f, 0x8b]);
    if gzip {
        parse_targets(BufReader::new(MultiGzDecoder::new(file)), path)
    } else {
        parse_targets(file, path)
    }
}

/// Reads the text of a target list; `path` is for messages.
///
/// # Errors
///
/// As [`read_targets`].
pub fn parse_targets(
    mut text: impl BufRead,
    path: &Path,
) -> Result<Vec<GenomicInterval>, TargetError> {
    let mut targets = Vec::new();
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        let read = text
            .by_ref()
            .take(MAX_LINE)
            .read_until(b'\n', &mut bytes)
            .map_err(|source| TargetError::Read {
                path: path.to_path_buf(),
                source,
            })?;
        if read == 0 {
            break;
        }
        let wrong = |problem| TargetError::Line {
            path: path.to_path_buf(),
            line,
            problem,
        };
        if read as u64 == MAX_LINE && !bytes.ends_with(b"\n") {
            return Err(wrong(format!("longer than {MAX_LINE} bytes; is this BED?")));
        }
        if let Some(target) = target(&String::from_utf8_lossy(&bytes)).map_err(wrong)? {
            if targets.len() == MAX_TARGETS {
                return Err(wrong(format!(
                    "more than {MAX_TARGETS} targets; give the panel's target list, not what was read"
                )));
            }
            targets.push(target);
        }
    }
    if targets.is_empty() {
        return Err(TargetError::Empty {
            path: path.to_path_buf(),
        });
    }
    Ok(merged(targets))
}

/// The target on a line; none on comments, headers and empty lines.
fn target(line: &str) -> Result<Option<GenomicInterval>, String> {
    let mut columns = line.split_ascii_whitespace();
    let Some(chrom) = columns.next() else {
        return Ok(None);
    };
    if chrom.starts_with('@') {
        return Err(
            "this is an interval list, whose positions are 1-based; convert it to BED".to_owned(),
        );
    }
    if chrom.starts_with('#') || matches!(chrom, "track" | "browser") {
        return Ok(None);
    }
    let (Some(start), Some(end)) = (columns.next(), columns.next()) else {
        return Err("fewer than three columns; BED has chromosome, start and end".to_owned());
    };
    let (start, end) = (position(start, "start")?, position(end, "end")?);
    if end <= start {
        return Err(format!(
            "the end, {end}, does not lie after the start, {start}; BED is 0-based, the end not included"
        ));
    }
    Ok(Some(GenomicInterval {
        chrom: canonical_chrom(chrom),
        start,
        end,
    }))
}

fn position(text: &str, what: &str) -> Result<u64, String> {
    let shown: String = text.chars().take(40).collect();
    let number: u64 = text
        .parse()
        .map_err(|_| format!("the {what}, {shown:?}, is no whole number"))?;
    if number > MAX_POSITION {
        return Err(format!(
            "the {what}, {shown}, lies beyond the end of any chromosome"
        ));
    }
    Ok(number)
}

fn merged(mut targets: Vec<GenomicInterval>) -> Vec<GenomicInterval> {
    targets.sort_unstable_by(|a, b| (&a.chrom, a.start, a.end).cmp(&(&b.chrom, b.start, b.end)));
    targets.dedup_by(|next, kept| {
        let joins = next.chrom == kept.chrom && next.start <= kept.end;
        if joins {
            kept.end = kept.end.max(next.end);
        }
        joins
    });
    targets
}

/// Door for fuzzing: any bytes as a target list.
#[doc(hidden)]
pub fn fuzz_targets(bytes: &[u8]) {
    if let Ok(targets) = parse_targets(bytes, Path::new("fuzz")) {
        assert!(targets.iter().all(|target| target.start < target.end));
        for pair in targets.windows(2) {
            assert!(pair[0].chrom < pair[1].chrom || pair[0].end < pair[1].start);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(text: &str) -> Result<Vec<(String, u64, u64)>, String> {
        parse_targets(text.as_bytes(), Path::new("x.bed"))
            .map(|targets| {
                targets
                    .into_iter()
                    .map(|target| (target.chrom, target.start, target.end))
                    .collect()
            })
            .map_err(|error| error.to_string())
    }

    #[test]
    fn bed_as_it_comes_is_read() {
        let text = "browser position chr1:1-2\ntrack name=panel\n#chrom start end\n\n2\t100\t200\tALK\t0\t-\r\nchr2 150 250\nchr2\t250\t260\nX\t0\t5";
        let expected = [("chr2".to_owned(), 100, 260), ("chrX".to_owned(), 0, 5)];
        assert_eq!(parsed(text), Ok(expected.to_vec()));
    }

    #[test]
    fn errors_name_file_and_line() {
        for (text, parts) in [
            (
                "chr1\t1\t2\nchr1\t5\n",
                "x.bed, line 2: fewer than three columns",
            ),
            (
                "chr1\t5\t5\n",
                "line 1: the end, 5, does not lie after the start, 5",
            ),
            ("chr1\tfive\t9\n", "the start, \"five\", is no whole number"),
            ("chr1\t-5\t9\n", "the start, \"-5\", is no whole number"),
            ("chr1\t5\t99999999999\n", "beyond the end of any chromosome"),
            ("@HD\tVN:1.6\n", "interval list"),
            ("# nothing\n", "x.bed holds no targets"),
            ("", "x.bed holds no targets"),
        ] {
            let message = parsed(text).expect_err("should be refused");
            assert!(message.contains(parts), "{message}");
        }
        let long = format!("chr1\t1\t2\t{}\n", "x".repeat(MAX_LINE as usize));
        assert!(parsed(&long).is_err_and(|message| message.contains("line 1: longer")));
    }

    proptest! {
        #[test]
        fn any_bytes_are_safe(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            text in "((chr)?[0-9X]\t[0-9]{1,3}\t[0-9]{1,3}\n){0,20}",
        ) {
            fuzz_targets(&bytes);
            fuzz_targets(text.as_bytes());
        }

        #[test]
        fn merging_keeps_every_base(given in prop::collection::vec((1_u8..3, 0_u64..60, 1_u64..9), 1..20)) {
            let text: String = given
                .iter()
                .map(|(chrom, start, length)| format!("chr{chrom}\t{start}\t{}\n", start + length))
                .collect();
            let targets = parse_targets(text.as_bytes(), Path::new("x.bed")).expect("a target list");
            for chrom in 1..3 {
                let name = format!("chr{chrom}");
                for base in 0..70 {
                    let inside = given.iter().any(|(c, start, length)| {
                        *c == chrom && (*start..start + length).contains(&base)
                    });
                    let held = targets.iter().filter(|target| target.contains(&name, base)).count();
                    prop_assert_eq!(held, usize::from(inside));
                }
            }
        }
    }
}
