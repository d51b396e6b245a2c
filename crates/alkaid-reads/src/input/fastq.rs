//! Finding FASTQ records in a buffer: nothing is copied, only offsets are noted.

use memchr::memchr;

/// Where a record stands in its buffer. Offsets are in bytes from the start of the buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// First byte of the header, after `@`.
    pub(super) header: u32,
    /// First base.
    pub(super) bases: u32,
    /// First quality.
    pub(super) quals: u32,
    /// Number of bases, and of qualities.
    pub(super) len: u32,
}

impl Record {
    /// The header line without `@` and line end.
    #[inline]
    pub(super) fn header<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        let line = &text[self.header as usize..self.bases as usize - 1];
        line.strip_suffix(b"\r").unwrap_or(line)
    }

    /// The bases as they stand.
    #[inline]
    pub(super) fn bases<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        &text[self.bases as usize..][..self.len as usize]
    }

    /// The qualities as they stand (offset by 33).
    #[inline]
    pub(super) fn quals<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        &text[self.quals as usize..][..self.len as usize]
    }
}

/// What is wrong with the record that begins where parsing stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    /// Line within the record, 0 to 3.
    pub(super) line: u64,
    /// What is wrong.
    pub(super) problem: Problem,
}

/// The kinds of malformed records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// The header does not start with `@`.
    NoHeader(Vec<u8>),
    /// The third line does not start with `+`.
    NoPlus(Vec<u8>),
    /// So many bases, so many qualities.
    Lengths(usize, usize),
    /// The file ends within the record.
    CutOff,
}

/// Appends the whole records of `text` from `start` on to `records`. Returns where the first unfinished one begins.
///
/// With `last`, the end of `text` is the end of the file: it also ends a line, and blank lines may stand before it.
pub(super) fn find_records(
    text: &[u8],
    mut start: usize,
    last: bool,
    records: &mut Vec<Record>,
) -> (usize, Result<(), Malformed>) {
    let result = loop {
        match find_record(text, start, last) {
            Ok(Some((record, next))) => {
                records.push(record);
                start = next;
            }
            Ok(None) => break Ok(()),
            Err(malformed) => break Err(malformed),
        }
    };
    if last && result.is_ok() {
        start = text.len();
    }
    (start, result)
}

/// The record at `start` and where the next begins; `None` if it is not yet whole, or if nothing more follows.
#[inline(always)]
fn find_record(
    text: &[u8],
    start: usize,
    last: bool,
) -> Result<Option<(Record, usize)>, Malformed> {
    let malformed = |line, problem| Err(Malformed { line, problem });
    let unfinished = || {
        if last {
            malformed(3, Problem::CutOff)
        } else {
            Ok(None)
        }
    };

    match text.get(start) {
        Some(b'@') => {}
        Some(_) => return no_header(text, start, last),
        None => return Ok(None),
    }
    let Some(header_len) = memchr(b'\n', &text[start..]) else {
        return unfinished();
    };
    let bases = start + header_len + 1;
    let Some(bases_line) = memchr(b'\n', &text[bases..]) else {
        return unfinished();
    };
    let plus = bases + bases_line + 1;
    let quals = match text.get(plus..plus + 2) {
        Some(b"+\n") => plus + 2,
        _ => match plus_line(text, plus) {
            Plus::Ends(at) => at,
            Plus::Unfinished => return unfinished(),
            Plus::Missing => {
                let line = &text[plus..];
                return malformed(2, Problem::NoPlus(line[..line.len().min(80)].to_vec()));
            }
        },
    };
    let (quals_line, next) = match memchr(b'\n', &text[quals..]) {
        Some(len) => (len, quals + len + 1),
        None if last => (text.len() - quals, text.len()),
        None => return Ok(None),
    };
    let len = bases_line - usize::from(bases_line > 0 && text[plus - 2] == b'\r');
    let quals_len =
        quals_line - usize::from(quals_line > 0 && text[quals + quals_line - 1] == b'\r');
    if len != quals_len {
        // At the end of the file, a short last line means that the rest is missing.
        let cut = last && next == text.len() && quals_len < len && text.last() != Some(&b'\n');
        return malformed(
            3,
            if cut {
                Problem::CutOff
            } else {
                Problem::Lengths(len, quals_len)
            },
        );
    }
    // Buffers stay far below 4 GiB: a record of more than a few megabytes is refused.
    let record = Record {
        header: (start + 1) as u32,
        bases: bases as u32,
        quals: quals as u32,
        len: len as u32,
    };
    Ok(Some((record, next)))
}

enum Plus {
    /// The qualities begin here.
    Ends(usize),
    Unfinished,
    Missing,
}

/// A third line that is not just `+`: it may repeat the header, or end in CR LF.
#[cold]
fn plus_line(text: &[u8], plus: usize) -> Plus {
    match text.get(plus) {
        None => Plus::Unfinished,
        Some(b'+') => match memchr(b'\n', &text[plus..]) {
            Some(len) => Plus::Ends(plus + len + 1),
            None => Plus::Unfinished,
        },
        Some(_) => Plus::Missing,
    }
}

/// A header without `@`: blank lines may end the file, nothing else may stand here.
#[cold]
fn no_header(text: &[u8], start: usize, last: bool) -> Result<Option<(Record, usize)>, Malformed> {
    let rest = &text[start..];
    if rest.iter().all(|byte| matches!(byte, b'\n' | b'\r')) {
        // More may follow, unless this is the end.
        return Ok(None);
    }
    let line = if last || memchr(b'\n', rest).is_some() || rest.len() >= 80 {
        0
    } else {
        return Ok(None);
    };
    Err(Malformed {
        line,
        problem: Problem::NoHeader(rest[..rest.len().min(80)].to_vec()),
    })
}

impl Problem {
    /// In words, with the remedy.
    pub(super) fn describe(&self, record: u64) -> String {
        match self {
            Self::NoHeader(line) if line.starts_with(b">") => {
                "this is FASTA, which has no base qualities: give the FASTQ file that the reads came in".to_owned()
            }
            Self::NoHeader(line) if record == 1 => format!(
                "this is not FASTQ: the first line should start with @ but is {:?}; give FASTQ, BAM or CRAM",
                first_line(line)
            ),
            Self::NoHeader(line) => format!(
                "the header should start with @ but is {:?}: a line is missing or too many here (FASTQ records of more \
                 than four lines are not read; \"seqtk seq -l0\" joins the lines)",
                first_line(line)
            ),
            Self::NoPlus(line) if is_bases(first_line_bytes(line)) => {
                "the sequence goes on over more than one line: records of four lines are needed; \"seqtk seq -l0\" joins the lines"
                    .to_owned()
            }
            Self::NoPlus(line) => format!("the third line should start with + but is {:?}", first_line(line)),
            Self::Lengths(bases, quals) => {
                format!("{bases} bases but {quals} qualities: the record is damaged; make the file again")
            }
            Self::CutOff => "the file ends within this record: it is cut off; copy or make it again".to_owned(),
        }
    }
}

fn first_line_bytes(line: &[u8]) -> &[u8] {
    line.split(|&byte| byte == b'\n' || byte == b'\r')
        .next()
        .unwrap_or(line)
}

fn first_line(line: &[u8]) -> String {
    String::from_utf8_lossy(first_line_bytes(line)).into_owned()
}

fn is_bases(line: &[u8]) -> bool {
    !line.is_empty() && line.iter().all(|byte| b"ACGTUNacgtun.".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Seen = Vec<(Vec<u8>, Vec<u8>, Vec<u8>)>;

    fn parse(text: &[u8]) -> (Seen, Result<(), Malformed>) {
        let mut records = Vec::new();
        let (_, result) = find_records(text, 0, true, &mut records);
        let seen = records
            .iter()
            .map(|r| {
                (
                    r.header(text).to_vec(),
                    r.bases(text).to_vec(),
                    r.quals(text).to_vec(),
                )
            })
            .collect();
        (seen, result)
    }

    fn problem(text: &[u8]) -> (u64, String) {
        let malformed = parse(text).1.expect_err("should be refused");
        (malformed.line, malformed.problem.describe(2))
    }

    #[test]
    fn four_lines_make_a_record() {
        let (seen, result) = parse(b"@r1 c\nACGT\n+\nIIII\n@r2\n\n+r2\n\n");
        assert_eq!(result, Ok(()));
        assert_eq!(
            seen[0],
            (b"r1 c".to_vec(), b"ACGT".to_vec(), b"IIII".to_vec())
        );
        assert_eq!(seen[1], (b"r2".to_vec(), Vec::new(), Vec::new()));
    }

    #[test]
    fn crlf_missing_newline_and_trailing_blank_lines_are_fine() {
        for text in [
            &b"@r\r\nAC\r\n+\r\nII\r\n"[..],
            b"@r\nAC\n+\nII",
            b"@r\r\nAC\r\n+\r\nII",
            b"@r\nAC\n+\nII\n\n\r\n",
        ] {
            let (seen, result) = parse(text);
            assert_eq!(result, Ok(()));
            assert_eq!(seen, [(b"r".to_vec(), b"AC".to_vec(), b"II".to_vec())]);
        }
    }

    #[test]
    fn an_empty_read_without_final_newline_is_a_record() {
        assert_eq!(
            parse(b"@r\n\n+\n"),
            (vec![(b"r".to_vec(), Vec::new(), Vec::new())], Ok(()))
        );
    }

    #[test]
    fn malformed_records_are_told_apart() {
        assert!(problem(b">r\nACGT\n").1.contains("FASTA"));
        assert_eq!(problem(b"@r\nAC\nGT\n+\nIIII\n").0, 2);
        assert!(
            problem(b"@r\nAC\nGT\n+\nIIII\n")
                .1
                .contains("more than one line")
        );
        assert!(
            problem(b"@r\nAC\n+\nIII\n")
                .1
                .contains("2 bases but 3 qualities")
        );
        assert!(problem(b"@r\nAC\n+\nI").1.contains("cut off"));
        assert!(problem(b"@r\nAC\n+").1.contains("cut off"));
        assert!(problem(b"@r\nAC\n").1.contains("cut off"));
        assert!(problem(b"@r").1.contains("cut off"));
        assert!(
            problem(b"@r\nAC\n+\nII\nxyz\n")
                .1
                .contains("should start with @")
        );
        assert!(
            problem(b"@r\nAC\n+\nII\n\n@r\nAC\n+\nII\n")
                .1
                .contains("should start with @")
        );
    }

    #[test]
    fn a_quality_line_may_start_with_at_or_plus() {
        let (seen, result) = parse(b"@r\nAC\n+\n@+\n@s\nAC\n+\n+@\n");
        assert_eq!(result, Ok(()));
        assert_eq!(seen.len(), 2);
    }

    proptest! {
        #[test]
        fn any_cut_gives_the_same_records(
            reads in prop::collection::vec(("[!-~]{0,12}", "[ACGTN]{0,30}"), 1..12),
            crlf: bool,
            cut in 0_usize..600,
        ) {
            let eol = if crlf { "\r\n" } else { "\n" };
            let text: String = reads
                .iter()
                .map(|(name, bases)| format!("@{name}{eol}{bases}{eol}+{eol}{}{eol}", "I".repeat(bases.len())))
                .collect();
            let text = text.as_bytes();
            let cut = cut.min(text.len());
            let mut records = Vec::new();
            let (next, result) = find_records(&text[..cut], 0, false, &mut records);
            prop_assert_eq!(result, Ok(()));
            let (next, result) = find_records(text, next, true, &mut records);
            prop_assert_eq!(result, Ok(()));
            prop_assert_eq!(next, text.len());
            prop_assert_eq!(records.len(), reads.len());
            for (record, (name, bases)) in records.iter().zip(&reads) {
                prop_assert_eq!(record.header(text), name.as_bytes());
                prop_assert_eq!(record.bases(text), bases.as_bytes());
            }
        }

        #[test]
        fn byte_soup_never_panics(text in prop::collection::vec(prop::sample::select(&b"@+\n\rACGTI>"[..]), 0..200), last: bool) {
            let mut records = Vec::new();
            let (next, _) = find_records(&text, 0, last, &mut records);
            prop_assert!(next <= text.len());
            for record in records {
                let _ = (record.header(&text), record.bases(&text), record.quals(&text));
            }
        }
    }
}
