//! A bundle made from files as users have them.
//!
//! The order of the work: transcripts (`fasta`, `header`) and models
//! (`gtf`, `exon_table`) are read and merged (`merge`); genomic loci are
//! read or cut out of the genome (`locus`); the small tables follow
//! (`tables`, `protein`); at last ALK is checked (`alk`) and its locus
//! compared with everything else (`repeats`). What is not given is taken from the embedded bundle.

mod alk;
mod error;
mod exon_table;
mod fasta;
#[doc(hidden)]
pub mod fuzzing;
mod gtf;
mod header;
mod locus;
mod merge;
mod model;
mod protein;
mod repeats;
mod source;
mod table;
mod tables;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

pub use error::BuildError;

use crate::bundle::{
    Bundle, BundleError, Contents, CytoBand, DomainTable, GeneOffset, Locus, Proteome, RepeatMask,
    SourceFile,
};
use crate::coords::GenomicInterval;
use crate::sequence::PackedSequence;
use fasta::Alphabet;
use merge::{Entry, Merged, Sequenced};
use model::Model;
use protein::ProteinIndex;
use source::{Progress, Source};

/// The gene that everything is about.
const ALK: &str = "ALK";
/// Where ENST00000389048 lies on GRCh38 (Ensembl 110), 0-based half-open.
const ALK_PLACE: (&str, u64, u64) = ("chr2", 29_192_773, 29_921_586);

/// The files that a bundle is made from; every one plain or gzip.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildInputs {
    /// Transcript sequences: FASTA with headers of GENCODE, Ensembl, RefSeq or ours.
    pub transcripts: Vec<PathBuf>,
    /// Transcript structures: GTF of GENCODE, Ensembl or RefSeq, or tables with
    /// one line per exon, told apart by their first line.
    pub annotation: Vec<PathBuf>,
    /// Genome sequence, FASTA; the ALK locus and those of `locus_genes` are cut
    /// out of it.
    pub genome: Option<PathBuf>,
    /// Genes beside ALK whose loci are cut out of the genome.
    pub locus_genes: Vec<String>,
    /// Loci as FASTA, with their places in the headers.
    pub loci: Vec<PathBuf>,
    /// Other genomic sequence, FASTA, that the ALK locus is compared with; it
    /// is not stored.
    pub background: Vec<PathBuf>,
    /// Proteins: FASTA with headers of UniProt or ours.
    pub proteome: Option<PathBuf>,
    /// Table of protein domains.
    pub domains: Option<PathBuf>,
    /// Table of cytobands.
    pub cytobands: Option<PathBuf>,
    /// Tables of stretches that lie on GRCh37 without a gap.
    pub grch37: Vec<PathBuf>,
}

/// Makes a bundle. The same files, in the same order, give the same bytes.
///
/// `progress` is called with the stage, the bytes of the file that are done and
/// its size where that is known.
///
/// # Errors
/// When a file cannot be read or is not what it should be (the message names
/// file, line and remedy), and when the files together hold no ALK transcript
/// that translates to UniProt Q9UM73, or one that the ALK locus contradicts.
pub fn build(
    inputs: &BuildInputs,
    progress: &mut dyn FnMut(&str, u64, Option<u64>),
) -> Result<Bundle, BuildError> {
    let mut record = Record::default();
    let sequences = read_transcripts(inputs, &mut record, progress)?;
    let models = read_annotation(inputs, &mut record, progress)?;
    let mut merged = merge::merge(sequences, models);
    record.note_merge(&merged);
    let mut loci = read_loci(inputs, &merged.entries, &mut record, progress)?;
    let alk_locus = take_alk_locus(&mut loci)?;
    splice_missing(&mut merged.entries, &alk_locus, &loci, &mut record);
    let tables = Tables::read(inputs, &alk_locus, &mut record, progress)?;
    let index = ProteinIndex::new(&tables.proteome);
    let (transcripts, aliases, sequences) = merge::arrange(merged.entries, &|model, sequence| {
        index.protein_of(model, sequence)
    });
    let alk = alk::find_alk(&transcripts)?;
    alk::check_alk(&transcripts[alk], &sequences, &alk_locus, &mut record)?;
    let mut contents = Contents {
        mask: RepeatMask::new(0),
        alk: alk as u32,
        transcripts,
        aliases,
        sequences,
        alk_locus,
        loci,
        proteome: tables.proteome,
        domains: tables.domains,
        bands: tables.bands,
        offsets: tables.offsets,
        sources: Vec::new(),
        notes: Vec::new(),
    };
    contents.mask = alk::mask_repeats(inputs, &contents, &mut record, progress)?;
    contents.sources = record.sources;
    contents.notes = record.notes;
    progress("compress", 0, None);
    Ok(Bundle::pack(&contents)?)
}

/// What was read and decided on the way.
#[derive(Default)]
struct Record {
    sources: Vec<SourceFile>,
    notes: Vec<String>,
}

impl Record {
    fn note_merge(&mut self, merged: &Merged) {
        let sequenced = merged.entries.iter().filter(|e| e.sequence.is_some());
        self.notes.push(format!(
            "{} transcripts have a sequence; {} of them took name and rank from a model that is \
             spliced and translated alike, their outer ends are those of the sequence",
            sequenced.count(),
            merged.renamed
        ));
        if !merged.other_length.is_empty() {
            let examples = &merged.other_length[..merged.other_length.len().min(5)];
            self.notes.push(format!(
                "{} sequences were left out because their exons have another length, as {}",
                merged.other_length.len(),
                examples.join(", ")
            ));
        }
    }
}

fn read_transcripts(
    inputs: &BuildInputs,
    record: &mut Record,
    progress: Progress<'_>,
) -> Result<Vec<Sequenced>, BuildError> {
    let mut sequences = Vec::new();
    let mut seen = BTreeSet::new();
    for path in &inputs.transcripts {
        let sink = &mut |source: &Source, record: fasta::Record| {
            let line = record.line;
            let sequenced = Sequenced::new(record);
            if sequenced.header.assembly.as_deref() == Some("GRCh37") {
                return Err(source.bad_line_at(
                    line,
                    "the transcript is of GRCh37",
                    "give transcripts of GRCh38",
                ));
            }
            if seen.insert(sequenced.header.id.clone()) {
                sequences.push(sequenced);
            }
            Ok(())
        };
        let file = fasta::read_records(path, Alphabet::Nucleotides, "transcripts", progress, sink)?;
        record.sources.push(file);
    }
    Ok(sequences)
}

fn read_annotation(
    inputs: &BuildInputs,
    record: &mut Record,
    progress: Progress<'_>,
) -> Result<Vec<Model>, BuildError> {
    let mut models = Vec::new();
    for path in &inputs.annotation {
        let first = Source::open(path)?
            .next_line()?
            .unwrap_or_default()
            .to_owned();
        let mut source = Source::open(path)?;
        let (found, note) = if exon_table::is_header(&first) {
            (exon_table::read(&mut source, progress)?, "exon table")
        } else {
            let read = gtf::read(&mut source, progress)?;
            if read.off_chromosome > 0 {
                record.notes.push(format!(
                    "{} transcripts on contigs that are no chromosome were left out",
                    read.off_chromosome
                ));
            }
            (read.models, "gene models")
        };
        record
            .sources
            .push(source.finish(found.len() as u64, note)?);
        models.extend(found);
    }
    let (chrom, start, end) = ALK_PLACE;
    let place = GenomicInterval {
        chrom: chrom.to_owned(),
        start,
        end,
    };
    let mut alk = models.iter().filter(|model| model.gene == ALK).peekable();
    if alk.peek().is_some() && !alk.any(|model| span(model).overlaps(&place)) {
        return Err(BuildError::Inputs {
            what: format!("the annotation has no ALK at {place}, where GRCh38 has it"),
            remedy: "give the annotation of GRCh38",
        });
    }
    Ok(models)
}

fn span(model: &Model) -> GenomicInterval {
    let starts = model.exons.iter().map(|exon| exon.genome.start);
    let ends = model.exons.iter().map(|exon| exon.genome.end);
    GenomicInterval {
        chrom: model.chrom.clone(),
        start: starts.min().unwrap_or_default(),
        end: ends.max().unwrap_or_default(),
    }
}

/// Loci that are given, then those cut out of the genome; without either, the
/// embedded ones.
fn read_loci(
    inputs: &BuildInputs,
    entries: &[Entry],
    record: &mut Record,
    progress: Progress<'_>,
) -> Result<Vec<Locus>, BuildError> {
    let mut loci = Vec::new();
    for path in &inputs.loci {
        let ((found, other_length), file) = locus::read(path, progress)?;
        loci.extend(found);
        for name in other_length {
            record.notes.push(format!(
                "the locus of {name} was left out: its sequence has bases more or less than GRCh38"
            ));
        }
        record.sources.push(file);
    }
    if let Some(path) = &inputs.genome {
        let wanted = std::iter::once(ALK).chain(inputs.locus_genes.iter().map(String::as_str));
        let wanted: BTreeSet<&str> = wanted
            .filter(|gene| {
                !loci
                    .iter()
                    .any(|locus| locus.name == *gene && !locus.partial)
            })
            .collect();
        let cuts = wanted
            .into_iter()
            .map(|gene| cut_of(gene, entries))
            .collect::<Result<_, _>>()?;
        let (found, file) = locus::cut(path, cuts, progress)?;
        loci.extend(found);
        record.sources.push(file);
    }
    if inputs.genome.is_none() && inputs.loci.is_empty() {
        let embedded = embedded("genomic loci, ALK's with them,", record)?;
        loci.push(embedded.alk_locus().clone());
        loci.extend_from_slice(embedded.loci());
    } else if !loci.iter().any(is_alk) {
        loci.push(embedded("the ALK locus", record)?.alk_locus().clone());
    }
    loci.sort_by(|a, b| (&a.name, &a.interval).cmp(&(&b.name, &b.interval)));
    Ok(loci)
}

/// The embedded bundle, for what was not given.
fn embedded(what: &str, record: &mut Record) -> Result<&'static Bundle, BuildError> {
    let bundle = Bundle::embedded_if_sound().map_err(|error: BundleError| BuildError::Inputs {
        what: format!("{what} was not given, and the embedded bundle has none ({error})"),
        remedy: "give every file",
    })?;
    record.notes.push(format!(
        "{what} come from the embedded bundle {}",
        bundle.meta().checksum
    ));
    Ok(bundle)
}

/// The stretch of a gene: all of its transcripts with what lies around.
fn cut_of(gene: &str, entries: &[Entry]) -> Result<locus::Cut, BuildError> {
    let mut models = entries
        .iter()
        .map(|entry| &entry.model)
        .filter(|model| model.gene == gene && !model.exons.is_empty());
    let first = models.next().ok_or_else(|| BuildError::Inputs {
        what: format!("the annotation has no gene {gene}, whose locus is wanted"),
        remedy: "check the symbol, or give an annotation (GTF) that has it",
    })?;
    let mut whole = span(first);
    for model in models {
        let other = span(model);
        // The copy on chromosome Y of a gene that X has as well is another place.
        if other.chrom == whole.chrom {
            whole.start = whole.start.min(other.start);
            whole.end = whole.end.max(other.end);
        }
    }
    Ok(locus::Cut::around(gene, &whole, first.strand))
}

fn is_alk(locus: &Locus) -> bool {
    locus.name == ALK && !locus.partial
}

fn take_alk_locus(loci: &mut Vec<Locus>) -> Result<Locus, BuildError> {
    let at = loci
        .iter()
        .position(is_alk)
        .ok_or_else(|| BuildError::Inputs {
            what: "there is no ALK locus".to_owned(),
            remedy: "give the genome, or the locus as FASTA",
        })?;
    let locus = loci.remove(at);
    loci.retain(|other| other.name != ALK);
    Ok(locus)
}

/// Genes without any sequence get it from their locus, exon by exon.
fn splice_missing(entries: &mut [Entry], alk_locus: &Locus, loci: &[Locus], record: &mut Record) {
    let have: BTreeSet<String> = entries
        .iter()
        .filter(|entry| entry.sequence.is_some() && !entry.model.exons.is_empty())
        .map(|entry| entry.model.gene.clone())
        .collect();
    let whole: BTreeMap<&str, &Locus> = std::iter::once(alk_locus)
        .chain(loci.iter().filter(|locus| !locus.partial))
        .map(|locus| (locus.name.as_str(), locus))
        .collect();
    let mut spliced = 0;
    for entry in entries {
        let gene = entry.model.gene.as_str();
        if entry.sequence.is_some() || have.contains(gene) {
            continue;
        }
        let bases = whole
            .get(gene)
            .and_then(|locus| splice(&entry.model, locus));
        if let Some(bases) = bases {
            entry.sequence = Some(PackedSequence::from_ascii(&bases));
            spliced += 1;
        }
    }
    if spliced > 0 {
        record.notes.push(format!(
            "{spliced} transcripts were spliced from their genomic locus"
        ));
    }
}

/// The bases of a transcript from its locus; nothing unless all of it is inside.
fn splice(model: &Model, locus: &Locus) -> Option<Vec<u8>> {
    if locus.interval.chrom != model.chrom || locus.strand != model.strand || model.exons.is_empty()
    {
        return None;
    }
    let mut bases = Vec::new();
    for exon in &model.exons {
        bases.extend(locus.bases(exon.genome.clone())?);
    }
    Some(bases)
}

/// The small inputs, or what the embedded bundle has.
struct Tables {
    proteome: Proteome,
    domains: DomainTable,
    bands: Vec<CytoBand>,
    offsets: Vec<GeneOffset>,
}

impl Tables {
    fn read(
        inputs: &BuildInputs,
        alk_locus: &Locus,
        record: &mut Record,
        progress: Progress<'_>,
    ) -> Result<Self, BuildError> {
        let proteome = match &inputs.proteome {
            Some(path) => record.keep(tables::proteome(path, progress)?),
            None => embedded("the proteins", record)?.proteome().clone(),
        };
        let domains = match &inputs.domains {
            Some(path) => record.keep(tables::domains(path)?),
            None => embedded("the protein domains", record)?
                .all_domains()
                .clone(),
        };
        let bands = match &inputs.cytobands {
            Some(path) => record.keep(tables::bands(path)?),
            None => embedded("the cytobands", record)?.bands().to_vec(),
        };
        let mut offsets = Vec::new();
        for path in &inputs.grch37 {
            offsets.extend(record.keep(tables::offsets(path)?));
        }
        if inputs.grch37.is_empty() {
            let embedded = embedded("the offsets to GRCh37", record)?;
            offsets.extend_from_slice(embedded.grch37_offsets());
        }
        Ok(Self {
            proteome,
            domains,
            bands,
            offsets: alk::over_the_locus(tables::join_offsets(offsets), alk_locus),
        })
    }
}

impl Record {
    fn keep<T>(&mut self, (value, file): (T, SourceFile)) -> T {
        self.sources.push(file);
        value
    }
}
