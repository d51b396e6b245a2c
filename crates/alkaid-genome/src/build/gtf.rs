//! Transcript models from GTF as GENCODE, Ensembl and RefSeq write it.

use std::collections::BTreeMap;
use std::ops::Range;

use super::error::BuildError;
use super::model::{Model, chromosome, coding_range};
use super::source::{Progress, Source};
use crate::coords::Strand;
use crate::gene::{Exon, Rank, without_version};

const GIVE_GTF: &str = "give the GTF of GENCODE, Ensembl or RefSeq, or an exon table";
const GIVE_38: &str = "give the annotation of GRCh38";

/// Models of one file, and what was left out.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Models {
    pub(super) models: Vec<Model>,
    /// Transcripts on contigs that are no chromosome.
    pub(super) off_chromosome: u64,
}

/// What the lines of one transcript say.
#[derive(Default)]
struct Lines {
    gene: String,
    gene_id: String,
    name: String,
    rank: Option<Rank>,
    strand: Option<Strand>,
    line: u64,
    exons: Vec<Range<u64>>,
    /// Outermost coding bases, stop codon included.
    coding: Option<Range<u64>>,
    /// Bases before the first whole codon, at the lower and at the upper end.
    frames: Option<(Frame, Frame)>,
}

/// The frame of a CDS line at its place.
#[derive(Clone, Copy)]
struct Frame {
    at: u64,
    skip: u32,
}

/// Reads the models of a file.
///
/// The coding sequence of a transcript that is incomplete at its 5' end starts
/// at its first whole codon, so that codons stay codons.
pub(super) fn read(source: &mut Source, progress: Progress<'_>) -> Result<Models, BuildError> {
    let mut transcripts: BTreeMap<(String, String), Lines> = BTreeMap::new();
    let mut off_chromosome = std::collections::BTreeSet::new();
    loop {
        source.report("annotation", progress);
        let number = source.line_number() + 1;
        let Some(line) = source.next_line()? else {
            break;
        };
        if line.starts_with('#') || line.is_empty() {
            let problem = comment_problem(line);
            if let Some((what, remedy)) = problem {
                return Err(source.bad_line(what, remedy));
            }
            continue;
        }
        let feature = match Feature::parse(line) {
            Ok(Some(feature)) => feature,
            Ok(None) => continue,
            Err((what, remedy)) => return Err(source.bad_line(what, remedy)),
        };
        let id = feature.transcript_id();
        let Some(chrom) = chromosome(feature.chrom) else {
            off_chromosome.insert(id);
            continue;
        };
        let lines = transcripts.entry((chrom, id)).or_default();
        if let Err(what) = lines.add(&feature, number) {
            return Err(source.bad_line(what, GIVE_GTF));
        }
    }
    let mut models = Vec::with_capacity(transcripts.len());
    for ((chrom, id), lines) in transcripts {
        let first_line = lines.line;
        match lines.into_model(chrom, id) {
            Ok(Some(model)) => models.push(model),
            Ok(None) => {}
            Err(what) => return Err(source.bad_line_at(first_line, what, GIVE_GTF)),
        }
    }
    if models.is_empty() && off_chromosome.is_empty() {
        return Err(source.bad_file("it has no `exon` line", GIVE_GTF));
    }
    Ok(Models {
        models,
        off_chromosome: off_chromosome.len() as u64,
    })
}

/// What a comment line tells against the file.
fn comment_problem(line: &str) -> Option<(String, &'static str)> {
    let lower = line.to_ascii_lowercase();
    if lower.starts_with("##gff-version") && lower.trim_end().ends_with('3') {
        let remedy = "give GTF, or convert it with `gffread in.gff3 -T -o out.gtf`";
        return Some(("this is GFF3, not GTF".to_owned(), remedy));
    }
    let names_build = lower.starts_with("#!genome-build") || lower.starts_with("##description");
    (names_build && lower.contains("grch37"))
        .then(|| ("the annotation is of GRCh37".to_owned(), GIVE_38))
}

/// One line that matters.
struct Feature<'a> {
    chrom: &'a str,
    kind: &'a str,
    range: Range<u64>,
    strand: Strand,
    frame: Option<u32>,
    attributes: &'a str,
}

impl<'a> Feature<'a> {
    /// Nothing for lines of other kinds.
    fn parse(line: &'a str) -> Result<Option<Self>, (String, &'static str)> {
        let bad = |what: String| (what, GIVE_GTF);
        let mut fields = line.split('\t');
        let mut field = || fields.next();
        let (chrom, _source, kind) = (field(), field(), field());
        let (start, end, _score) = (field(), field(), field());
        let (strand, frame, attributes) = (field(), field(), field());
        let (Some(chrom), Some(kind), Some(start), Some(end), Some(strand), Some(attributes)) =
            (chrom, kind, start, end, strand, attributes)
        else {
            return Err(bad(
                "a GTF line has nine fields with tabs between".to_owned()
            ));
        };
        if !matches!(kind, "exon" | "CDS" | "stop_codon") {
            return Ok(None);
        }
        let (Ok(first), Ok(last)) = (start.parse::<u64>(), end.parse::<u64>()) else {
            return Err(bad(format!("{start:?} to {end:?} are no positions")));
        };
        if first == 0 || last < first || last > u64::from(u32::MAX) {
            return Err(bad(format!("{first} to {last} is no interval")));
        }
        if !attributes.contains("transcript_id") {
            let what = if attributes.contains("Parent=") || attributes.contains("ID=") {
                "the attributes are those of GFF3, not of GTF"
            } else {
                "there is no transcript_id"
            };
            return Err(bad(what.to_owned()));
        }
        let Some(strand) = Strand::from_symbol(strand) else {
            // Trans-spliced genes of organelles have `.` or `?`.
            return Ok(None);
        };
        Ok(Some(Self {
            chrom,
            kind,
            range: first - 1..last,
            strand,
            frame: frame
                .and_then(|frame| frame.parse().ok())
                .filter(|f| *f < 3),
            attributes,
        }))
    }

    /// The values of an attribute, in order.
    fn values<'f>(&'f self, key: &'f str) -> impl Iterator<Item = &'a str> + 'f {
        attributes(self.attributes)
            .filter(move |(name, _)| *name == key)
            .map(|(_, value)| value)
    }

    fn value(&self, keys: &[&str]) -> &'a str {
        let found = keys.iter().find_map(|key| {
            let mut values = self.values(key);
            values.find(|value| !value.is_empty())
        });
        found.unwrap_or_default()
    }

    /// Accession with version; Ensembl writes the version beside it.
    fn transcript_id(&self) -> String {
        let id = self.value(&["transcript_id"]);
        let version = self.value(&["transcript_version"]);
        if version.is_empty() || without_version(id) != id {
            id.to_owned()
        } else {
            format!("{id}.{version}")
        }
    }

    fn rank(&self) -> Option<Rank> {
        self.values("tag")
            .filter_map(|tag| match tag {
                "MANE_Select" | "MANE Select" => Some(Rank::ManeSelect),
                "Ensembl_canonical" | "RefSeq Select" => Some(Rank::Canonical),
                _ => None,
            })
            .min()
    }

    /// RefSeq's gene_id is the symbol; its accession is a cross-reference.
    fn gene_id(&self) -> &'a str {
        let id = self.value(&["gene_id"]);
        if id != self.value(&["gene_name", "gene"]) {
            return id;
        }
        self.values("db_xref")
            .find(|value| value.starts_with("GeneID:"))
            .unwrap_or(id)
    }
}

/// `key "value";` pairs; a value may be without quotes, and hold a semicolon
/// within them.
fn attributes(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches([' ', ';', '\t']);
        let (key, after) = rest.split_once([' ', '='])?;
        let (value, next) = match after.trim_start().strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_once(';').unwrap_or((after, "")),
        };
        rest = next;
        Some((key, value.trim()))
    })
}

impl Lines {
    fn add(&mut self, feature: &Feature<'_>, line: u64) -> Result<(), String> {
        if self.strand.is_none() {
            self.strand = Some(feature.strand);
            self.line = line;
            self.gene = feature.value(&["gene_name", "gene", "gene_id"]).to_owned();
            self.gene_id = feature.gene_id().to_owned();
            self.name = feature.value(&["transcript_name"]).to_owned();
        }
        if self.strand != Some(feature.strand) {
            return Err(format!(
                "transcript {} lies on both strands",
                feature.transcript_id()
            ));
        }
        self.rank = [self.rank, feature.rank()].into_iter().flatten().min();
        if feature.kind == "exon" {
            self.exons.push(feature.range.clone());
            return Ok(());
        }
        let coding = self.coding.get_or_insert(feature.range.clone());
        *coding = coding.start.min(feature.range.start)..coding.end.max(feature.range.end);
        if let (Some(skip), "CDS") = (feature.frame, feature.kind) {
            let low = Frame {
                at: feature.range.start,
                skip,
            };
            let high = Frame {
                at: feature.range.end,
                skip,
            };
            let (lowest, highest) = self.frames.get_or_insert((low, high));
            if low.at < lowest.at {
                *lowest = low;
            }
            if high.at > highest.at {
                *highest = high;
            }
        }
        Ok(())
    }

    /// Nothing for a transcript without exon lines.
    fn into_model(self, chrom: String, id: String) -> Result<Option<Model>, String> {
        let (Some(strand), false) = (self.strand, self.exons.is_empty()) else {
            return Ok(None);
        };
        let exons = Exon::chain(strand, self.exons)
            .ok_or_else(|| format!("the exons of transcript {id} overlap"))?;
        let skip = match (strand, self.frames) {
            (_, None) => 0,
            (Strand::Forward, Some((lowest, _))) => lowest.skip,
            (Strand::Reverse, Some((_, highest))) => highest.skip,
        };
        let cds = match self.coding {
            None => None,
            Some(coding) => {
                let whole = coding_range(strand, &exons, &coding)
                    .ok_or_else(|| format!("the CDS of transcript {id} leaves its exons"))?;
                Some(whole.start + skip..whole.end).filter(|cds| cds.start < cds.end)
            }
        };
        Ok(Some(Model {
            refseq: super::header::is_refseq(&id).then(|| id.clone()),
            id,
            gene: self.gene,
            gene_id: self.gene_id,
            aliases: Some(self.name)
                .filter(|name| !name.is_empty())
                .into_iter()
                .collect(),
            chrom,
            strand,
            exons,
            cds,
            rank: self.rank.unwrap_or(Rank::Other),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::path::Path;

    fn read_text(bytes: &[u8]) -> Result<Models, BuildError> {
        let mut source = Source::from_reader(
            Path::new("a.gtf"),
            std::io::Cursor::new(bytes.to_vec()),
            None,
        )?;
        read(&mut source, &mut |_, _, _| ())
    }

    /// A line with these fields and attributes.
    fn line(kind: &str, range: &str, strand: &str, frame: &str, attributes: &str) -> String {
        format!("2\ts\t{kind}\t{range}\t.\t{strand}\t{frame}\t{attributes}\n")
    }

    #[test]
    fn ensembl_lines() {
        let names = "gene_id \"ENSG1\"; transcript_id \"ENST1\"; transcript_version \"8\"; \
                     gene_name \"ALK\"; transcript_name \"ALK-201\"; tag \"basic\"; \
                     tag \"MANE_Select\";";
        let text = [
            line("transcript", "100\t300", "-", ".", names),
            line("exon", "201\t300", "-", ".", names),
            line("CDS", "201\t280", "-", "0", names),
            line("exon", "100\t150", "-", ".", names),
            line("CDS", "133\t150", "-", "1", names),
            line("stop_codon", "130\t132", "-", "0", names),
        ]
        .concat();
        let models = read_text(text.as_bytes()).unwrap().models;
        let [model] = models.as_slice() else {
            panic!("one model")
        };
        assert_eq!(
            (model.id.as_str(), model.chrom.as_str()),
            ("ENST1.8", "chr2")
        );
        assert_eq!(model.rank, Rank::ManeSelect);
        assert_eq!(model.exons[0].genome, 200..300);
        assert_eq!(model.cds, Some(20..121));
        assert_eq!(model.coding_ends(), Some((279, 129)));
        assert_eq!(model.introns().collect::<Vec<_>>(), [(150, 200)]);
    }

    #[test]
    fn refseq_lines_and_frames() {
        let names = "gene_id \"ALK\"; transcript_id \"NM_004304.5\"; db_xref \"GeneID:238\"; \
                     gene \"ALK\"; note \"a; b\"; exon_number 1; tag \"RefSeq Select\"";
        let text =
            line("exon", "11\t100", "+", ".", names) + &line("CDS", "11\t50", "+", "2", names);
        let text = text.replace("2\ts", "NC_000002.12\ts");
        let models = read_text(text.as_bytes()).unwrap().models;
        assert_eq!(models[0].gene_id, "GeneID:238");
        assert_eq!(models[0].refseq.as_deref(), Some("NM_004304.5"));
        assert_eq!(models[0].chrom, "chr2");
        assert_eq!(models[0].rank, Rank::Canonical);
        assert_eq!(models[0].cds, Some(2..40));
        let contig = text.replace("NC_000002.12", "NT_187361.1");
        assert_eq!(read_text(contig.as_bytes()).unwrap().off_chromosome, 1);
    }

    #[test]
    fn wrong_files_are_named() {
        let message = |text: &str| read_text(text.as_bytes()).unwrap_err().to_string();
        assert!(message("##gff-version 3\n").contains("line 1: this is GFF3"));
        assert!(message("chr1 exon 1 2\n").contains("nine fields"));
        let gff = line("exon", "1\t2", "+", ".", "ID=exon:1;Parent=ENST1");
        assert!(message(&gff).contains("those of GFF3"));
        let names = "gene_id \"G\"; transcript_id \"T\";";
        assert!(message(&line("gene", "1\t2", "+", ".", names)).contains("no `exon` line"));
        assert!(message("").contains("no `exon` line"));
        assert!(message(&line("exon", "0\t2", "+", ".", names)).contains("no interval"));
        assert!(message("#!genome-build GRCh37.p13\n").contains("GRCh37"));
        let overlap =
            line("exon", "1\t9", "+", ".", names) + &line("exon", "5\t20", "+", ".", names);
        assert!(message(&overlap).contains("line 1: the exons of transcript T overlap"));
        let both = line("exon", "1\t9", "+", ".", names) + &line("exon", "15\t20", "-", ".", names);
        assert!(message(&both).contains("line 2: transcript T lies on both strands"));
        let outside =
            line("exon", "1\t9", "+", ".", names) + &line("CDS", "15\t20", "+", "0", names);
        assert!(message(&outside).contains("leaves its exons"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_safe(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read_text(&bytes);
        }

        #[test]
        fn any_fields_are_safe(
            kind in "exon|CDS|stop_codon", start in 0u64..40, end in 0u64..40,
            strand in "[-+.]", frame in "[0123.]", names in "\\PC{0,30}"
        ) {
            let names = format!("transcript_id \"T\"; {names}");
            let exon = line("exon", "5\t30", "+", ".", &names);
            let other = line(&kind, &format!("{start}\t{end}"), &strand, &frame, &names);
            let _ = read_text(format!("{exon}{other}").as_bytes());
        }
    }
}
