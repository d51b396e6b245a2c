//! FASTA, read in chunks: a chromosome in one line costs no memory.

use std::path::Path;

use super::error::BuildError;
use super::source::{Progress, Source};
use crate::bundle::SourceFile;

/// Longest header that is looked at.
const LONGEST_HEADER: usize = 1 << 16;
/// No transcript or protein is longer (TTN has 0.1 Mb); a chromosome is.
const LONGEST_RECORD: usize = 1 << 28;

/// What the letters of a file stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alphabet {
    /// Bases, with IUPAC codes.
    Nucleotides,
    /// Residues.
    Residues,
}

impl Alphabet {
    fn has(self, letter: u8) -> bool {
        match self {
            Self::Nucleotides => matches!(
                letter.to_ascii_uppercase(),
                b'A' | b'C'
                    | b'G'
                    | b'T'
                    | b'U'
                    | b'N'
                    | b'R'
                    | b'Y'
                    | b'S'
                    | b'W'
                    | b'K'
                    | b'M'
                    | b'B'
                    | b'D'
                    | b'H'
                    | b'V'
            ),
            Self::Residues => letter.is_ascii_alphabetic() || letter == b'*',
        }
    }

    fn remedy(self) -> &'static str {
        match self {
            Self::Nucleotides => "give nucleotide sequence in FASTA format",
            Self::Residues => "give protein sequence in FASTA format",
        }
    }
}

/// A piece of a FASTA file.
pub(super) enum Piece<'a> {
    /// A header, without `>`, and its line.
    Header(&'a str, u64),
    /// Letters of the record whose header came last; part of a line or all of it.
    Letters(&'a [u8]),
}

/// One whole record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Record {
    /// Header without `>`.
    pub(super) header: String,
    /// Line of the header, 1-based.
    pub(super) line: u64,
    /// Letters as they stand in the file.
    pub(super) letters: Vec<u8>,
}

/// Hands every piece of a file to `sink`.
pub(super) fn read_pieces(
    source: &mut Source,
    alphabet: Alphabet,
    stage: &str,
    progress: Progress<'_>,
    sink: &mut dyn FnMut(&Source, Piece<'_>) -> Result<(), BuildError>,
) -> Result<(), BuildError> {
    let mut seen_header = false;
    loop {
        source.report(stage, progress);
        let line = source.line_number() + 1;
        let Some(&first) = source.chunk()?.first() else {
            break;
        };
        match first {
            b'>' => {
                let header = read_header(source)?;
                seen_header = true;
                sink(source, Piece::Header(&header, line))?;
            }
            b'@' if !seen_header => {
                return Err(source.bad_line_at(
                    line,
                    "this is FASTQ, not FASTA",
                    "reads do not belong into the reference; give FASTA",
                ));
            }
            b'\n' => source.consume(1, 1),
            b'\r' => source.consume(1, 0),
            _ if !seen_header => {
                return Err(source.bad_line_at(
                    line,
                    "there is no FASTA header (`>`) before the first letters",
                    alphabet.remedy(),
                ));
            }
            _ => read_letters(source, alphabet, sink)?,
        }
    }
    if seen_header {
        Ok(())
    } else {
        Err(source.bad_file("the file is empty", alphabet.remedy()))
    }
}

/// Reads every record of a file, each whole.
pub(super) fn read_records(
    path: &Path,
    alphabet: Alphabet,
    note: &str,
    progress: Progress<'_>,
    sink: &mut dyn FnMut(&Source, Record) -> Result<(), BuildError>,
) -> Result<SourceFile, BuildError> {
    let mut source = Source::open(path)?;
    let records = records_of(&mut source, alphabet, note, progress, sink)?;
    source.finish(records, note)
}

/// As [`read_records`], from a source; returns the number of records.
pub(super) fn records_of(
    source: &mut Source,
    alphabet: Alphabet,
    stage: &str,
    progress: Progress<'_>,
    sink: &mut dyn FnMut(&Source, Record) -> Result<(), BuildError>,
) -> Result<u64, BuildError> {
    let mut records = 0;
    let mut current: Option<Record> = None;
    let mut hand_over = |source: &Source, record: Record| {
        if record.letters.is_empty() {
            let what = format!("record {:?} has no sequence", first_word(&record.header));
            return Err(source.bad_line_at(record.line, what, "remove it or complete the file"));
        }
        records += 1;
        sink(source, record)
    };
    read_pieces(source, alphabet, stage, progress, &mut |source, piece| {
        match piece {
            Piece::Header(header, line) => {
                let next = Record {
                    header: header.to_owned(),
                    line,
                    letters: Vec::new(),
                };
                if let Some(done) = current.replace(next) {
                    hand_over(source, done)?;
                }
            }
            Piece::Letters(letters) => {
                if let Some(record) = &mut current {
                    record.letters.extend_from_slice(letters);
                    if record.letters.len() > LONGEST_RECORD {
                        let what = format!("record {:?} is too long", first_word(&record.header));
                        let remedy = "give transcripts or single genes here, the genome as genome";
                        return Err(source.bad_line_at(record.line, what, remedy));
                    }
                }
            }
        }
        Ok(())
    })?;
    if let Some(done) = current {
        hand_over(source, done)?;
    }
    Ok(records)
}

/// The name of a record: its header up to the first blank.
pub(super) fn first_word(header: &str) -> &str {
    header.split_ascii_whitespace().next().unwrap_or_default()
}

fn read_header(source: &mut Source) -> Result<String, BuildError> {
    let mut header = Vec::new();
    loop {
        let chunk = source.chunk()?;
        if chunk.is_empty() {
            break;
        }
        let end = chunk.iter().position(|&byte| byte == b'\n');
        let part = &chunk[..end.unwrap_or(chunk.len())];
        // What is longer is cut: names stand at the start.
        let room = LONGEST_HEADER.saturating_sub(header.len());
        header.extend_from_slice(&part[..part.len().min(room)]);
        let len = part.len();
        source.consume(len + usize::from(end.is_some()), u64::from(end.is_some()));
        if end.is_some() {
            break;
        }
    }
    let text = String::from_utf8_lossy(&header);
    Ok(text.trim_start_matches('>').trim_end().to_owned())
}

/// Letters up to the end of the line or of the chunk.
fn read_letters(
    source: &mut Source,
    alphabet: Alphabet,
    sink: &mut dyn FnMut(&Source, Piece<'_>) -> Result<(), BuildError>,
) -> Result<(), BuildError> {
    let line = source.line_number() + 1;
    let chunk = source.chunk()?;
    let end = chunk.iter().position(|&byte| byte == b'\n');
    let part = chunk[..end.unwrap_or(chunk.len())].to_vec();
    source.consume(
        part.len() + usize::from(end.is_some()),
        u64::from(end.is_some()),
    );
    let letters = part.trim_ascii_end();
    if let Some(&odd) = letters.iter().find(|&&letter| !alphabet.has(letter)) {
        let what = format!("{:?} is no letter of such a sequence", char::from(odd));
        return Err(source.bad_line_at(line, what, alphabet.remedy()));
    }
    sink(source, Piece::Letters(letters))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(bytes: &[u8], alphabet: Alphabet) -> Result<Vec<Record>, BuildError> {
        let mut source = Source::from_reader(
            Path::new("x.fa"),
            std::io::Cursor::new(bytes.to_vec()),
            None,
        )?;
        let mut records = Vec::new();
        let sink = &mut |_: &Source, record| {
            records.push(record);
            Ok(())
        };
        records_of(&mut source, alphabet, "", &mut |_, _, _| (), sink)?;
        Ok(records)
    }

    #[test]
    fn records_and_line_ends() {
        let records = read(b">a one\r\nACGT\r\n\r\nNN\n>b\nAC", Alphabet::Nucleotides).unwrap();
        assert_eq!(records.len(), 2);
        assert_eq!(records[0].header, "a one");
        assert_eq!(records[0].letters, b"ACGTNN");
        assert_eq!(
            (records[1].line, records[1].letters.as_slice()),
            (5, b"AC".as_slice())
        );
    }

    #[test]
    fn wrong_files_are_named() {
        let message = |bytes: &[u8]| read(bytes, Alphabet::Nucleotides).unwrap_err().to_string();
        assert!(message(b"@r1\nACGT\n+\nIIII\n").contains("x.fa, line 1: this is FASTQ"));
        assert!(message(b"").contains("empty"));
        assert!(message(b"ACGT\n").contains("no FASTA header"));
        assert!(message(b">a\nAC\nMEL\n").contains("line 3: 'E' is no letter"));
        assert!(message(b">a\n>b\nAC\n").contains("line 1: record \"a\" has no sequence"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_safe(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes, Alphabet::Nucleotides);
            let mut fasta = b">x\n".to_vec();
            fasta.extend(bytes);
            let _ = read(&fasta, Alphabet::Residues);
        }

        #[test]
        fn what_was_written_is_read(lines in proptest::collection::vec("[ACGTN]{1,70}", 1..20)) {
            let text = format!(">name\n{}\n", lines.join("\n"));
            let records = read(text.as_bytes(), Alphabet::Nucleotides).unwrap();
            prop_assert_eq!(&records[0].letters, &lines.concat().into_bytes());
        }
    }
}
