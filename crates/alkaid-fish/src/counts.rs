//! Nuclei that people counted by eye: a table with a line for each nucleus, or for each kind of nucleus.
//!
//! Columns are found by their names, in any order and case; the text is separated by tabs, semicolons or commas.
//!
//! | table | columns |
//! |---|---|
//! | a nucleus a line | `nucleus`, `fused`, `red`, `green`; or `nucleus`, `pattern` |
//! | a kind of nucleus a line | `pattern`, `nuclei`; or `fused`, `red`, `green`, `nuclei` |
//!
//! `reader` and `field` may stand beside them. `red` and `green` are colours as seen; `3prime` and `5prime` name the
//! sides, whatever the colours of the kit.

mod columns;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use columns::{Column, columns};

use crate::finding::{Colour, Exclusion};
use crate::pattern::{Counts, Pattern};
use crate::profile::{OneColour, Profile};
use crate::rule::Scored;

/// Bytes of the largest table that is read.
const LARGEST_FILE: u64 = 16 << 20;
/// Nuclei of the largest table.
const MOST_NUCLEI: u64 = 100_000;
/// Signals of one kind in the fullest nucleus; more is a slip of the pen.
const MOST_SIGNALS: u16 = 100;

/// A table of nuclei.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// All nuclei, in the order of the table.
    pub nuclei: Vec<CountedNucleus>,
    /// The readers, in the order in which they first appear; none, one or two.
    pub readers: Vec<String>,
    /// Whether nuclei have names of their own, or only kinds of nuclei were counted.
    pub named: bool,
}

/// A nucleus that a person counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CountedNucleus {
    /// Its name, with its field in front where there is one: `field/7`. Nuclei of a table of kinds are numbered.
    pub name: String,
    /// Who counted it.
    pub reader: Option<String>,
    /// Its signals; red is the 3' side. `None` where the table has patterns only.
    pub counts: Option<Counts>,
    /// Its pattern; `None` when it is not scored.
    pub pattern: Option<Pattern>,
    /// Why it is not scored.
    pub excluded: Option<Exclusion>,
}

/// Why a table cannot be used. Every message names the file, the line and a remedy.
#[derive(Debug, thiserror::Error)]
pub enum CountsError {
    /// The file cannot be read.
    #[error("cannot read {}: {source}; check the path and that you may read it", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is no table of counts by its size or bytes.
    #[error("{}: {what}; expected tab-separated text with columns nucleus, fused, red, green", path.display())]
    NotATable {
        /// The file.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// The header lacks columns.
    #[error(
        "{}, line {line}: {what}; give columns nucleus, fused, red, green, or nucleus, pattern, or pattern, nuclei",
        path.display()
    )]
    Header {
        /// The file.
        path: PathBuf,
        /// 1-based line.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// A line is malformed.
    #[error("{}, line {line}: {what}; {remedy}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// 1-based line.
        line: usize,
        /// What is wrong.
        what: String,
        /// What to do.
        remedy: &'static str,
    },
    /// More than two people.
    #[error("{}: {count} readers ({names}); give the table of one or two", path.display())]
    Readers {
        /// The file.
        path: PathBuf,
        /// How many.
        count: usize,
        /// Who.
        names: String,
    },
}

/// Reads a table from a file of at most 16 MiB; returns its bytes as well.
///
/// # Errors
/// When the file cannot be read, is too large or is no text; and as [`parse`].
pub fn read(path: &Path, profile: &Profile) -> Result<(Table, Vec<u8>), CountsError> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LARGEST_FILE + 1).read_to_end(&mut bytes))
        .map_err(|source| CountsError::Read {
            path: path.to_owned(),
            source,
        })?;
    let not = |what| CountsError::NotATable {
        path: path.to_owned(),
        what,
    };
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(not("more than 16 MiB"));
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return Err(not("this is a spreadsheet or an archive, save it as text"));
    }
    let text = text::decoded(&bytes).ok_or_else(|| not("this is not text in UTF-8 or UTF-16"))?;
    Ok((parse(path, &text, profile)?, bytes))
}

/// Reads a table from text; `path` names it in errors. Lines that are empty or start with `#` are skipped.
///
/// # Errors
/// When the header lacks columns, or a line is malformed, repeats a nucleus or contradicts itself.
pub fn parse(path: &Path, text: &str, profile: &Profile) -> Result<Table, CountsError> {
    let mut lines = text::lines(text)
        .filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'))
        .peekable();
    // Excel's own way to name the separator; the header shows it as well.
    lines.next_if(|(_, line)| line.trim().to_lowercase().starts_with("sep="));
    let Some((number, header)) = lines.next() else {
        return Err(CountsError::NotATable {
            path: path.to_owned(),
            what: "the file is empty",
        });
    };
    let separator = ['\t', ';', ',']
        .into_iter()
        .find(|separator| header.contains(*separator))
        .unwrap_or('\t');
    let mut parser = Parser {
        path,
        separator,
        columns: columns(path, number, header, separator)?,
        width: header.split(separator).count(),
        profile,
        table: Table {
            nuclei: Vec::new(),
            readers: Vec::new(),
            named: false,
        },
        seen: BTreeSet::new(),
    };
    parser.table.named = parser.has(Column::Nucleus);
    for (number, line) in lines {
        parser.line(number, line)?;
    }
    if parser.table.readers.len() > 2 {
        return Err(CountsError::Readers {
            path: path.to_owned(),
            count: parser.table.readers.len(),
            names: parser.table.readers.join(", "),
        });
    }
    Ok(parser.table)
}

impl Table {
    /// The reader of this name; *A* and *a* are one person, spelled as at first.
    fn reader_of(&self, name: &str) -> String {
        let known = self
            .readers
            .iter()
            .find(|known| known.to_lowercase() == name.to_lowercase());
        known.map_or(name, String::as_str).to_owned()
    }
}

struct Parser<'t> {
    path: &'t Path,
    separator: char,
    columns: BTreeMap<Column, usize>,
    /// Cells of the header.
    width: usize,
    profile: &'t Profile,
    table: Table,
    /// Readers with the nuclei that they counted.
    seen: BTreeSet<(Option<String>, String)>,
}

impl Parser<'_> {
    fn has(&self, column: Column) -> bool {
        self.columns.contains_key(&column)
    }

    fn line(&mut self, number: usize, line: &str) -> Result<(), CountsError> {
        let fields: Vec<&str> = line
            .split(self.separator)
            .map(|field| field.trim().trim_matches('"').trim())
            .collect();
        let at = |column: Column| {
            self.columns
                .get(&column)
                .map(|&index| fields.get(index).copied().unwrap_or(""))
        };
        let wrong = |what: String, remedy: &'static str| CountsError::Line {
            path: self.path.to_owned(),
            line: number,
            what,
            remedy,
        };
        if fields
            .iter()
            .skip(self.width)
            .any(|field| !field.is_empty())
        {
            return Err(wrong(
                format!("{} cells, and the header has {}", fields.len(), self.width),
                "decimal commas or separators within a cell shift the columns: save the table with tabs",
            ));
        }
        let summary = ["total", "sum", "mean", "average", "median"];
        if let Some(name) = at(Column::Nucleus)
            && summary.contains(&name.to_lowercase().trim_end_matches(':'))
        {
            return Err(wrong(
                format!("{name} is no nucleus"),
                "leave out lines that sum up others, or begin them with #",
            ));
        }
        let reader = match at(Column::Reader) {
            Some("") => {
                return Err(wrong(
                    "no reader".to_owned(),
                    "name the reader on every line, or leave the column out",
                ));
            }
            reader => reader.map(|name| self.table.reader_of(name)),
        };
        let counts = self.counts(number, &at)?;
        let stated = match at(Column::Pattern) {
            None => None,
            Some("") if counts.is_some() => None,
            Some(text) => Some(self.pattern(text).map_err(|error| {
                wrong(
                    error.to_string(),
                    "or leave the column out where counts are given",
                )
            })?),
        };
        let counted = counts.and_then(Counts::pattern);
        if let (Some(stated), Some(counts)) = (stated, counts)
            && counted != Some(stated)
        {
            return Err(wrong(
                format!(
                    "the pattern {} does not follow from {} fused, {} of the 3' side and {} of the 5' side",
                    stated.as_str(),
                    counts.fused,
                    counts.red,
                    counts.green
                ),
                "mend the counts or the pattern",
            ));
        }
        let repeat = match at(Column::Nuclei) {
            None => 1,
            Some(text) => text.parse::<u64>().map_err(|_| {
                wrong(
                    format!("{text:?} is not a number of nuclei"),
                    "give a whole number",
                )
            })?,
        };
        if repeat + self.table.nuclei.len() as u64 > MOST_NUCLEI {
            return Err(wrong(
                "more than 100,000 nuclei".to_owned(),
                "is the column of nuclei the right one?",
            ));
        }
        let name = match at(Column::Nucleus) {
            Some("") => {
                return Err(wrong(
                    "the nucleus has no name".to_owned(),
                    "number the nuclei",
                ));
            }
            name => name.map(|name| match at(Column::Field) {
                Some(field) if !field.is_empty() => format!("{field}/{name}"),
                _ => name.to_owned(),
            }),
        };
        if let Some(name) = &name
            && !self.seen.insert((reader.clone(), name.clone()))
        {
            let remedy =
                "give every nucleus of a reader its own name, or name the field in a column field";
            return Err(wrong(format!("nucleus {name} stands there twice"), remedy));
        }
        if let Some(reader) = &reader
            && !self.table.readers.contains(reader)
        {
            self.table.readers.push(reader.clone());
        }
        let (pattern, excluded) = self.scored(counts, stated.or(counted));
        for _ in 0..repeat {
            let name = name
                .clone()
                .unwrap_or_else(|| (self.table.nuclei.len() + 1).to_string());
            self.table.nuclei.push(CountedNucleus {
                name,
                reader: reader.clone(),
                counts,
                pattern,
                excluded,
            });
        }
        Ok(())
    }

    /// The counts of a line, with red for the 3' side; `None` where the table has none.
    fn counts<'f>(
        &self,
        number: usize,
        at: &impl Fn(Column) -> Option<&'f str>,
    ) -> Result<Option<Counts>, CountsError> {
        let signals = |column: Column| -> Result<Option<u16>, CountsError> {
            let Some(text) = at(column) else {
                return Ok(None);
            };
            match text.parse::<u16>() {
                Ok(signals) if signals <= MOST_SIGNALS => Ok(Some(signals)),
                _ => Err(CountsError::Line {
                    path: self.path.to_owned(),
                    line: number,
                    what: format!("{text:?} is not a number of signals"),
                    remedy: "give a whole number from 0 to 100",
                }),
            }
        };
        let Some(fused) = signals(Column::Fused)? else {
            return Ok(None);
        };
        if let (Some(red), Some(green)) = (signals(Column::Red)?, signals(Column::Green)?) {
            let counts = Counts { fused, red, green };
            return Ok(Some(match self.profile.three_prime.value {
                Colour::Red => counts,
                Colour::Green => counts.exchanged(),
            }));
        }
        let sides = (signals(Column::ThreePrime)?, signals(Column::FivePrime)?);
        Ok(match sides {
            (Some(red), Some(green)) => Some(Counts { fused, red, green }),
            _ => None,
        })
    }

    /// A pattern as written; colours mean those of the kit, sides mean sides.
    fn pattern(&self, text: &str) -> Result<Pattern, crate::pattern::UnknownPattern> {
        let pattern: Pattern = text.parse()?;
        let by_colour = {
            let lower = text.to_lowercase();
            lower.contains("red") || lower.contains("green")
        };
        Ok(match (pattern, self.profile.three_prime.value, by_colour) {
            (Pattern::IsolatedRed, Colour::Green, true) => Pattern::IsolatedGreen,
            (Pattern::IsolatedGreen, Colour::Green, true) => Pattern::IsolatedRed,
            (pattern, ..) => pattern,
        })
    }

    fn scored(
        &self,
        counts: Option<Counts>,
        pattern: Option<Pattern>,
    ) -> (Option<Pattern>, Option<Exclusion>) {
        let Some(pattern) = pattern else {
            return (None, Some(Exclusion::NoSignal));
        };
        let one_colour = counts
            .is_some_and(|counts| counts.fused == 0 && (counts.red == 0 || counts.green == 0));
        match self.profile.one_colour.value {
            OneColour::Exclude if one_colour => (None, Some(Exclusion::OneColour)),
            _ => (Some(pattern), None),
        }
    }
}

impl Table {
    /// The nuclei of a reader that can be scored; of all where `reader` is `None`.
    #[must_use]
    pub fn scored(&self, reader: Option<&str>) -> Vec<Scored> {
        self.nuclei
            .iter()
            .filter(|nucleus| reader.is_none() || nucleus.reader.as_deref() == reader)
            .filter_map(|nucleus| {
                Some(Scored {
                    name: nucleus.name.clone(),
                    pattern: nucleus.pattern?,
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::profile::profile;

    fn with(kit: &str, text: &str) -> Result<Table, String> {
        parse(Path::new("t.tsv"), text, profile(kit).unwrap()).map_err(|error| error.to_string())
    }

    fn table(text: &str) -> Table {
        with("vysis", text).unwrap()
    }

    fn refused(text: &str) -> String {
        with("vysis", text).unwrap_err()
    }

    #[test]
    fn the_worksheet_of_the_atlas() {
        let found = table("nucleus,fused,5',3'\n1,0,1,2\n2,1,1,0\n3,2,0,1\n4,0,0,0\n5,0,0,1\n");
        let patterns: Vec<_> = found.nuclei.iter().map(|n| n.pattern).collect();
        assert_eq!(
            patterns,
            [
                Some(Pattern::Split),
                Some(Pattern::IsolatedGreen),
                Some(Pattern::IsolatedRed),
                None,
                None
            ]
        );
        assert_eq!(found.nuclei[3].excluded, Some(Exclusion::NoSignal));
        assert_eq!(found.nuclei[4].excluded, Some(Exclusion::OneColour));
        assert_eq!(found.scored(None).len(), 3);
    }

    #[test]
    fn kinds_of_nuclei_are_numbered() {
        let found = table("pattern;n\nfused;3\nisolated 3';2\n");
        let names: Vec<_> = found.nuclei.iter().map(|n| n.name.as_str()).collect();
        assert_eq!(names, ["1", "2", "3", "4", "5"]);
        assert!(!found.named);
        let found = table("fused\tred\tgreen\tnuclei\n2\t0\t0\t4\n1\t1\t1\t1\n");
        assert_eq!(found.nuclei.len(), 5);
    }

    #[test]
    fn a_kit_with_a_green_3_prime_side_exchanges_colours_and_not_sides() {
        let pattern = |text: &str| with("zytovision", text).unwrap().nuclei[0].pattern;
        assert_eq!(
            pattern("nucleus\tfused\tred\tgreen\n1\t2\t0\t1\n"),
            Some(Pattern::IsolatedRed)
        );
        assert_eq!(
            pattern("nucleus\tfused\t3prime\t5prime\n1\t2\t1\t0\n"),
            Some(Pattern::IsolatedRed)
        );
        assert_eq!(
            pattern("nucleus\tpattern\n1\tisolated green\n"),
            Some(Pattern::IsolatedRed)
        );
        assert_eq!(
            pattern("nucleus\tpattern\n1\tisolated 5'\n"),
            Some(Pattern::IsolatedGreen)
        );
    }

    #[test]
    fn fields_and_readers_tell_nuclei_apart() {
        let found = table(
            "field\tnucleus\treader\tpattern\na\t1\tX\tsplit\nb\t1\tX\tfused\na\t1\tY\tfused\n",
        );
        assert_eq!(found.readers, ["X", "Y"]);
        assert_eq!(found.nuclei[1].name, "b/1");
        assert_eq!(found.scored(Some("X")).len(), 2);
    }

    #[test]
    fn what_excel_adds_is_left_out() {
        let found = table("\u{feff}sep=;\r\nnucleus;reader;pattern\r\n1;A;split\r\n2;a ;fused\r\n");
        assert_eq!(found.readers, ["A"]);
        assert_eq!(found.scored(Some("A")).len(), 2);
        assert!(refused("sep=;\nnucleus;pattern\n1;spilt\n").contains("line 3"));
    }

    #[test]
    fn what_is_wrong_is_said_by_line() {
        for (text, expected) in [
            ("", "the file is empty"),
            ("# only a comment\n", "the file is empty"),
            (
                "nucleus\tfused\tred\n1\t2\t0\n",
                "line 1: no columns with signals",
            ),
            (
                "fused\tred\tgreen\n1\t2\t0\n",
                "line 1: expected either a column nucleus",
            ),
            (
                "nucleus\tfused\tred\torange\tgreen\n",
                "line 1: two columns red",
            ),
            (
                "nucleus\tfused\tred\tgreen\n\n1\t2\tx\t0\n",
                "line 3: \"x\" is not a number of signals",
            ),
            (
                "nucleus\tfused\tred\tgreen\n1\t2\t0\n",
                "line 2: \"\" is not a number of signals",
            ),
            (
                "nucleus\tfused\tred\tgreen\n1\t-2\t0\t0\n",
                "line 2: \"-2\"",
            ),
            (
                "nucleus\tfused\tred\tgreen\n1\t999\t0\t0\n",
                "line 2: \"999\"",
            ),
            (
                "nucleus\tpattern\n1\tspilt\n",
                "line 2: unknown pattern \"spilt\"",
            ),
            (
                "nucleus\tpattern\n1\tsplit\n1\tfused\n",
                "line 3: nucleus 1 stands there twice",
            ),
            (
                "nucleus\tpattern\n\tsplit\n",
                "line 2: the nucleus has no name",
            ),
            (
                "nucleus\tfused\tred\tgreen\tpattern\n1\t2\t1\t0\tsplit\n",
                "line 2: the pattern split does not follow",
            ),
            (
                "pattern\tnuclei\nsplit\t9999999\n",
                "line 2: more than 100,000 nuclei",
            ),
            (
                "pattern\tnuclei\nsplit\tmany\n",
                "line 2: \"many\" is not a number of nuclei",
            ),
            (
                "nucleus\treader\tpattern\n1\t\tsplit\n",
                "line 2: no reader",
            ),
            (
                "nucleus\treader\tpattern\n1\tA\tsplit\n1\tB\tsplit\n1\tC\tsplit\n",
                "3 readers (A, B, C)",
            ),
        ] {
            let message = refused(text);
            assert!(message.contains(expected), "{text:?}: {message}");
            assert!(message.contains("t.tsv"), "{message}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,200}") {
            let _ = with("vysis", &text);
        }

        #[test]
        fn no_lines_make_it_panic(
            lines in proptest::collection::vec("[0-9a-z\t]{0,12}", 0..20)
        ) {
            let _ = with("vysis", &format!("nucleus\tfused\tred\tgreen\n{}", lines.join("\n")));
        }

        #[test]
        fn counts_come_back(rows in proptest::collection::vec((0u16..9, 0u16..9, 0u16..9), 1..40)) {
            let mut text = "nucleus\tfused\tred\tgreen\n".to_owned();
            for (index, (fused, red, green)) in rows.iter().enumerate() {
                text.push_str(&format!("{index}\t{fused}\t{red}\t{green}\n"));
            }
            let found = table(&text);
            for (nucleus, &(fused, red, green)) in found.nuclei.iter().zip(&rows) {
                prop_assert_eq!(nucleus.counts, Some(Counts { fused, red, green }));
            }
        }
    }
}
