//! Transcript models from a table with one line per exon.
//!
//! Columns by name: `symbol`, `gene_id`, `transcript_name`, `chrom`, `strand`,
//! `exon`, `n_exons`, `exon_start`, `exon_end`, `cds_start`, `cds_end` (1-based
//! inclusive; the coding part of the exon, stop codon included, empty in
//! untranslated exons), and `transcript_id` or `model_transcript`; optional
//! `refseq` and `select`.

use std::ops::Range;

use super::error::BuildError;
use super::model::{Model, coding_range};
use super::source::{Progress, Source};
use super::table::{Columns, interval, number, place_of};
use crate::coords::{Strand, canonical_chrom};
use crate::gene::{Exon, Rank};

const COMPLETE: &str = "restore the lines of the transcript; all of its exons stand together";

/// Whether the first line of a file is that of an exon table.
pub(super) fn is_header(line: &str) -> bool {
    place_of(line, "exon_start").is_some() && place_of(line, "symbol").is_some()
}

/// One line.
struct Row<'a> {
    symbol: &'a str,
    gene_id: &'a str,
    name: &'a str,
    accession: &'a str,
    refseq: &'a str,
    select: &'a str,
    chrom: &'a str,
    strand: Strand,
    number: usize,
    count: usize,
    exon: Range<u64>,
    coding: Option<Range<u64>>,
}

/// Where the columns stand.
struct Layout {
    fixed: Columns<11>,
    accession: usize,
    refseq: Option<usize>,
    select: Option<usize>,
}

/// A transcript whose exons are being read.
struct Open {
    model: Model,
    count: usize,
    intervals: Vec<Range<u64>>,
    coding: Option<Range<u64>>,
    first_line: u64,
}

/// Reads the models of a table.
pub(super) fn read(source: &mut Source, progress: Progress<'_>) -> Result<Vec<Model>, BuildError> {
    let header = source.next_line()?.unwrap_or_default().to_owned();
    let layout = Layout::find(source, &header)?;
    let mut models = Vec::new();
    let mut open: Option<Open> = None;
    loop {
        source.report("annotation", progress);
        let number = source.line_number() + 1;
        let Some(line) = source.next_line()? else {
            break;
        };
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let step = layout
            .row(line)
            .and_then(|row| Open::advance(&mut open, &row, number));
        match step {
            Ok(Some(done)) => models.push(done.close(source)?),
            Ok(None) => {}
            Err(what) => return Err(source.bad_line(what, COMPLETE)),
        }
    }
    if let Some(done) = open {
        models.push(done.close(source)?);
    }
    if models.is_empty() {
        return Err(source.bad_file("the table has no line", COMPLETE));
    }
    drop_unframed(&mut models);
    Ok(models)
}

/// A coding sequence that is not whole codons is incomplete at one of its ends.
/// When it is the start, its frame is unknown; the table does not say. It is
/// kept where a whole one of the gene starts at the same base, and in select
/// transcripts, which are complete: there, the ribosome slips (OAZ1).
fn drop_unframed(models: &mut [Model]) {
    let whole = |model: &Model| {
        let cds = model.cds.as_ref();
        cds.is_some_and(|cds| (cds.end - cds.start).is_multiple_of(3))
    };
    let start = |model: &Model| Some((model.chrom.clone(), model.coding_ends()?.0));
    let starts: std::collections::BTreeSet<_> = models
        .iter()
        .filter(|model| whole(model))
        .filter_map(start)
        .collect();
    for model in models {
        let unframed = model.rank == Rank::Other && !whole(model);
        if unframed && start(model).is_some_and(|start| !starts.contains(&start)) {
            model.cds = None;
        }
    }
}

impl Layout {
    fn find(source: &Source, header: &str) -> Result<Self, BuildError> {
        let fixed = Columns::find(
            source,
            header,
            [
                "symbol",
                "gene_id",
                "transcript_name",
                "chrom",
                "strand",
                "exon",
                "n_exons",
                "exon_start",
                "exon_end",
                "cds_start",
                "cds_end",
            ],
        )?;
        let accession = place_of(header, "transcript_id")
            .or_else(|| place_of(header, "model_transcript"))
            .ok_or_else(|| {
                source.bad_line("the table has no column \"transcript_id\"", COMPLETE)
            })?;
        Ok(Self {
            fixed,
            accession,
            refseq: place_of(header, "refseq"),
            select: place_of(header, "select"),
        })
    }

    fn row<'l>(&self, line: &'l str) -> Result<Row<'l>, String> {
        let [
            symbol,
            gene_id,
            name,
            chrom,
            strand,
            exon,
            count,
            start,
            end,
            first,
            last,
        ] = self.fixed.fields(line)?;
        let all: Vec<&str> = line.split('\t').collect();
        let optional = |place: Option<usize>| {
            let field = place.and_then(|place| all.get(place)).copied();
            field.filter(|field| *field != ".").unwrap_or_default()
        };
        let coding = match (first, last) {
            ("", "") => None,
            (first, last) => Some(interval(
                number("cds_start", first)?,
                number("cds_end", last)?,
            )?),
        };
        Ok(Row {
            symbol,
            gene_id,
            name,
            accession: optional(Some(self.accession)),
            refseq: optional(self.refseq),
            select: optional(self.select),
            chrom,
            strand: Strand::from_symbol(strand).ok_or(format!("{strand:?} is no strand"))?,
            number: number("exon", exon)?,
            count: number("n_exons", count)?,
            exon: interval(number("exon_start", start)?, number("exon_end", end)?)?,
            coding,
        })
    }
}

impl Row<'_> {
    /// The accession, or the name of a transcript that has none.
    fn id(&self) -> &str {
        if self.accession.is_empty() {
            self.name
        } else {
            self.accession
        }
    }
}

impl Open {
    /// Takes the next line; gives the transcript before, when this starts another.
    fn advance(open: &mut Option<Self>, row: &Row<'_>, line: u64) -> Result<Option<Self>, String> {
        let done = match row.number {
            1 => open.replace(Self::start(row, line)?),
            _ => None,
        };
        match open {
            Some(open) => open.add(row)?,
            None => return Err(format!("{} starts with exon {}", row.id(), row.number)),
        }
        Ok(done)
    }

    fn start(row: &Row<'_>, line: u64) -> Result<Self, String> {
        let id = row.id();
        if id.is_empty() {
            return Err("the transcript has no name".to_owned());
        }
        let named = |name: &str| Some(name.to_owned()).filter(|name| !name.is_empty());
        Ok(Self {
            model: Model {
                id: id.to_owned(),
                gene: row.symbol.to_owned(),
                gene_id: row.gene_id.to_owned(),
                refseq: named(row.refseq),
                aliases: named(row.name)
                    .filter(|name| name != id)
                    .into_iter()
                    .collect(),
                // Genes on contigs stay: the table chose them.
                chrom: canonical_chrom(row.chrom),
                strand: row.strand,
                exons: Vec::new(),
                cds: None,
                rank: match row.select {
                    "MANE_Select" => Rank::ManeSelect,
                    select if select.starts_with("Ensembl_canonical") => Rank::Canonical,
                    _ => Rank::Other,
                },
            },
            count: row.count,
            intervals: Vec::new(),
            coding: None,
            first_line: line,
        })
    }

    fn add(&mut self, row: &Row<'_>) -> Result<(), String> {
        let same =
            row.id() == self.model.id && row.strand == self.model.strand && row.count == self.count;
        if !same || row.number != self.intervals.len() + 1 {
            return Err(format!(
                "exon {} of {} follows exon {} of {}",
                row.number,
                row.id(),
                self.intervals.len(),
                self.model.id
            ));
        }
        self.intervals.push(row.exon.clone());
        if let Some(part) = &row.coding {
            let coding = self.coding.get_or_insert(part.clone());
            *coding = coding.start.min(part.start)..coding.end.max(part.end);
        }
        Ok(())
    }

    fn close(mut self, source: &Source) -> Result<Model, BuildError> {
        let bad = |what: String| source.bad_line_at(self.first_line, what, COMPLETE);
        let id = &self.model.id;
        if self.intervals.len() != self.count {
            let (found, count) = (self.intervals.len(), self.count);
            return Err(bad(format!("{id} has {found} of its {count} exons")));
        }
        let ordered = self.intervals.is_sorted_by(|a, b| match self.model.strand {
            Strand::Forward => a.end <= b.start,
            Strand::Reverse => b.end <= a.start,
        });
        self.model.exons = Some(std::mem::take(&mut self.intervals))
            .filter(|_| ordered)
            .and_then(|intervals| Exon::chain(self.model.strand, intervals))
            .ok_or_else(|| bad(format!("the exons of {id} overlap or are out of order")))?;
        if let Some(coding) = &self.coding {
            let cds = coding_range(self.model.strand, &self.model.exons, coding);
            self.model.cds =
                Some(cds.ok_or_else(|| bad(format!("the CDS of {id} leaves its exons")))?);
        }
        Ok(self.model)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::path::Path;

    const HEADER: &str = "#symbol\tgene_id\ttranscript_id\trefseq\ttranscript_name\tselect\tchrom\t\
                          strand\texon\tn_exons\texon_start\texon_end\tcds_start\tcds_end\n";

    fn read_text(bytes: &[u8]) -> Result<Vec<Model>, BuildError> {
        let mut source = Source::from_reader(
            Path::new("e.tsv"),
            std::io::Cursor::new(bytes.to_vec()),
            None,
        )?;
        read(&mut source, &mut |_, _, _| ())
    }

    fn row(exon: &str) -> String {
        format!("G\tENSG1\tENST1.2\tNM_1.1\tG-201\tMANE_Select\tchr1\t-\t{exon}\n")
    }

    #[test]
    fn a_transcript() {
        let text = [
            HEADER,
            &row("1\t2\t201\t300\t201\t250"),
            &row("2\t2\t100\t150\t141\t150"),
        ];
        let models = read_text(text.concat().as_bytes()).unwrap();
        assert_eq!(models.len(), 1);
        assert_eq!(models[0].cds, Some(50..110));
        assert_eq!(models[0].rank, Rank::ManeSelect);
        assert_eq!(models[0].aliases, ["G-201"]);
    }

    #[test]
    fn wrong_tables_are_named() {
        let message = |rows: &[String]| {
            let text = format!("{HEADER}{}", rows.concat());
            read_text(text.as_bytes()).unwrap_err().to_string()
        };
        assert!(message(&[]).contains("no line"));
        let first = row("1\t2\t201\t300\t\t");
        assert!(
            message(std::slice::from_ref(&first)).contains("line 2: ENST1.2 has 1 of its 2 exons")
        );
        assert!(message(&[first.clone(), first.clone()]).contains("1 of its 2"));
        assert!(message(&[row("2\t2\t1\t2\t\t")]).contains("starts with exon 2"));
        let wrong_order = row("2\t2\t400\t500\t\t");
        assert!(message(&[first.clone(), wrong_order]).contains("out of order"));
        assert!(message(&[row("1\t1\t0\t2\t\t")]).contains("line 2: 0 to 2 is no interval"));
        assert!(message(&[row("1\t1\tx\t2\t\t")]).contains("exon_start is \"x\", not a number"));
        assert!(message(&[row("1\t1\t5\t9\t1\t2")]).contains("leaves its exons"));
        let other = read_text(b"a\tb\n").unwrap_err().to_string();
        assert!(other.contains("no column \"symbol\""));
    }

    proptest! {
        #[test]
        fn any_bytes_are_safe(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read_text(&bytes);
            let _ = read_text(&[HEADER.as_bytes(), &bytes].concat());
        }

        #[test]
        fn any_numbers_are_safe(rows in proptest::collection::vec("[0-9]{1,2}\t[0-9]{1,2}\t[0-9]{1,11}\t[0-9]{1,11}\t[0-9]{0,3}\t[0-9]{0,3}", 1..5)) {
            let rows: String = rows.iter().map(|exon| row(exon)).collect();
            let _ = read_text(format!("{HEADER}{rows}").as_bytes());
        }
    }
}
