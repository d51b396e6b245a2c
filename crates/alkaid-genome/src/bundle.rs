//! All reference data in one file: genes, sequence, proteins, bands.
//!
//! A [`Bundle`] is the embedded one or one that a user made from full GENCODE,
//! Ensembl or RefSeq files. The file is described in `docs/reference.md`: a
//! table of sections (`container`), each compressed on its own and holding
//! columns (`codec`): transcripts (`models`) and everything else
//! (`records`). The embedded bundle decodes a section when it is first asked
//! for; a file is checked whole when it is opened.

mod codec;
mod container;
mod embedded;
mod error;
#[doc(hidden)]
pub mod fuzzing;
mod locus;
mod lookup;
mod mask;
mod meta;
mod models;
mod pack;
mod records;
mod tables;

use std::borrow::Cow;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::OnceLock;

pub use container::{FORMAT_VERSION, SectionInfo};
pub use error::BundleError;
pub use locus::Locus;
pub use mask::{REPEAT_WORD, RepeatMask};
pub use meta::{BundleCounts, BundleMeta, SourceFile};
pub use tables::{CytoBand, Domain, GeneOffset, Protein, Proteome, ResidueRange};

use crate::coords::GenomicPosition;
use crate::gene::Transcript;
use crate::sequence::PackedSequence;
use container::Container;
use lookup::{IntervalIndex, NameIndex, OffsetIndex};
use pack::{BANDS, DOMAINS, LOCI, MASK, MODELS, OFFSETS, PROTEOME, SEQUENCES};

pub(crate) use container::hex;
pub(crate) use models::Aliases;
pub(crate) use pack::Contents;
pub(crate) use records::{DomainTable, is_residue};

/// The reference data that every step of the program asks.
pub struct Bundle {
    container: Container,
    meta: BundleMeta,
    /// Index of the ALK transcript and number of its sequence.
    alk_place: (u32, Option<u32>),
    alk: OnceLock<Transcript>,
    alk_locus: OnceLock<Locus>,
    models: OnceLock<Vec<Transcript>>,
    aliases: OnceLock<Aliases>,
    names: OnceLock<NameIndex>,
    genes: OnceLock<IntervalIndex>,
    sequences: OnceLock<Vec<PackedSequence>>,
    loci: OnceLock<Vec<Locus>>,
    mask: OnceLock<RepeatMask>,
    proteome: OnceLock<Proteome>,
    domains: OnceLock<DomainTable>,
    bands: OnceLock<Vec<CytoBand>>,
    offsets: OnceLock<Vec<GeneOffset>>,
    offset_index: OnceLock<OffsetIndex>,
}

impl Bundle {
    /// The bundle inside the program. Its sections are decoded on first use.
    pub fn embedded() -> &'static Self {
        embedded::bundle()
    }

    /// As [`Bundle::embedded`], but an embedded bundle of another format is an
    /// error: the program that makes the first of a format has none.
    pub(crate) fn embedded_if_sound() -> Result<&'static Self, BundleError> {
        embedded::try_bundle()
    }

    /// Opens a bundle file, compares every checksum and decodes all of it.
    ///
    /// # Errors
    /// When the file cannot be read, is no bundle, has another version of the
    /// format, ends early or is damaged; the message names it and the remedy.
    pub fn open(path: &Path) -> Result<Self, BundleError> {
        fs::read(path)
            .map_err(BundleError::Read)
            .and_then(Self::from_bytes)
            .map_err(|error| error.in_file(path))
    }

    /// A bundle from the bytes of a file, checked as [`Bundle::open`] does.
    ///
    /// # Errors
    /// As [`Bundle::open`], without the name of the file.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, BundleError> {
        let bundle = Self::parse(Cow::Owned(bytes))?;
        bundle.verify()?;
        bundle.decode_all()?;
        Ok(bundle)
    }

    /// Writes the bundle to a file: beside it first, then renamed, so that no
    /// half of one is ever there.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), BundleError> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".partial-{}", std::process::id()));
        let beside = path.with_file_name(name);
        let written = fs::File::create(&beside)
            .and_then(|mut file| {
                file.write_all(self.container.bytes())?;
                file.sync_all()
            })
            .and_then(|()| fs::rename(&beside, path));
        written.map_err(|error| {
            // Nothing is left behind; that it could not be removed adds nothing.
            let _ = fs::remove_file(&beside);
            BundleError::Write(error).in_file(path)
        })
    }

    /// The bytes of the file.
    pub fn as_bytes(&self) -> &[u8] {
        self.container.bytes()
    }

    /// What it is made of and holds.
    pub fn meta(&self) -> &BundleMeta {
        &self.meta
    }

    /// The sections of the file, in their order.
    pub fn sections(&self) -> Vec<SectionInfo> {
        self.container.sections()
    }

    /// Compares every section with its checksum.
    ///
    /// # Errors
    /// When one does not match.
    pub fn verify(&self) -> Result<(), BundleError> {
        self.container.verify()
    }

    /// All transcripts, sorted by gene; within a gene the best first.
    pub fn transcripts(&self) -> &[Transcript] {
        lazily::<Vec<_>>(&self.models, || self.decode(MODELS, models::decode))
    }

    /// The bases of a transcript of this bundle (ASCII `ACGTN`, 5' to 3');
    /// nothing when only its structure is known.
    pub fn sequence(&self, transcript: &Transcript) -> Option<Vec<u8>> {
        Some(self.packed_sequence(transcript)?.unpack())
    }

    /// As [`Bundle::sequence`], packed.
    pub fn packed_sequence(&self, transcript: &Transcript) -> Option<&PackedSequence> {
        self.all_sequences()
            .get(usize::try_from(transcript.sequence?).ok()?)
    }

    /// The transcripts that have a sequence, in the order of [`Bundle::transcripts`].
    pub fn sequences(&self) -> impl Iterator<Item = (&Transcript, &PackedSequence)> {
        self.transcripts()
            .iter()
            .filter_map(|transcript| Some((transcript, self.packed_sequence(transcript)?)))
    }

    /// The transcripts of a gene (its symbol), the best first: by rank, then
    /// those with a sequence, then the longest coding sequence.
    pub fn by_gene(&self, gene: &str) -> std::slice::Iter<'_, Transcript> {
        let all = self.transcripts();
        let from = all.partition_point(|transcript| transcript.gene.as_str() < gene);
        let len = all[from..].partition_point(|transcript| transcript.gene == gene);
        all[from..from + len].iter()
    }

    /// The best transcript of a gene.
    pub fn best(&self, gene: &str) -> Option<&Transcript> {
        self.by_gene(gene).next()
    }

    /// A transcript by its accession or by another name that it goes by
    /// (RefSeq, LRG, `ALK-201`), each with or without a version. A transcript of
    /// exactly that version is preferred to one of another.
    pub fn transcript(&self, id: &str) -> Option<&Transcript> {
        let all = self.transcripts();
        let names = self.names.get_or_init(|| NameIndex::new(all));
        names.find(all, id).or_else(|| {
            let at = lookup::find_alias(self.all_aliases(), id)?;
            all.get(at as usize)
        })
    }

    /// Other names of a transcript of this bundle, sorted.
    pub fn aliases(&self, transcript: &Transcript) -> impl Iterator<Item = &str> {
        let at = lookup::index_of(self.transcripts(), transcript);
        self.all_aliases()
            .iter()
            .filter(move |(_, of)| Some(*of as usize) == at)
            .map(|(alias, _)| alias.as_str())
    }

    /// The ALK transcript that all positions in ALK refer to: it translates to
    /// UniProt Q9UM73.
    pub fn alk(&self) -> &Transcript {
        lazily(&self.alk, || self.decode_alk())
    }

    /// The ALK gene with all introns, in its own (reverse) strand.
    pub fn alk_locus(&self) -> &Locus {
        lazily(&self.alk_locus, || self.decode_alk_locus())
    }

    /// Genomic sequence of other genes; one that is partial has several pieces.
    /// Sorted by name and start. ALK's is [`Bundle::alk_locus`].
    pub fn loci(&self) -> &[Locus] {
        lazily::<Vec<_>>(&self.loci, || self.decode(LOCI, records::decode_loci))
    }

    /// The locus, ALK's included, that holds a genomic base (0-based).
    pub fn locus_at(&self, chrom: &str, pos: u64) -> Option<&Locus> {
        std::iter::once(self.alk_locus())
            .chain(self.loci())
            .find(|locus| locus.interval.contains(chrom, pos))
    }

    /// The best transcript of every gene whose exons span a genomic base
    /// (0-based), best rank first, then by symbol.
    pub fn genes_at(&self, chrom: &str, pos: u64) -> Vec<&Transcript> {
        let all = self.transcripts();
        let index = self.genes.get_or_init(|| lookup::index_genes(all));
        lookup::best_at(index, all, chrom, pos)
    }

    /// The band of a genomic base (0-based), as `p23.2`.
    pub fn band(&self, chrom: &str, pos: u64) -> Option<&str> {
        let bands = self.bands();
        let at = bands.partition_point(|band| (band.chrom.as_str(), band.end) <= (chrom, pos));
        let band = bands.get(at)?;
        (band.chrom == chrom && band.start <= pos).then_some(band.name.as_str())
    }

    /// Domains by gene.
    pub(crate) fn all_domains(&self) -> &DomainTable {
        lazily(&self.domains, || {
            self.decode(DOMAINS, records::decode_domains)
        })
    }

    /// All bands, by chromosome name and start.
    pub fn bands(&self) -> &[CytoBand] {
        lazily::<Vec<_>>(&self.bands, || self.decode(BANDS, records::decode_bands))
    }

    /// Domains and topology of a gene's canonical protein; empty when unknown.
    pub fn domains(&self, gene: &str) -> &[Domain] {
        let table = self.all_domains();
        match table.binary_search_by(|(name, _)| name.as_str().cmp(gene)) {
            Ok(at) => &table[at].1,
            Err(_) => &[],
        }
    }

    /// The human proteome; takes some ten milliseconds at first use.
    pub fn proteome(&self) -> &Proteome {
        lazily(&self.proteome, || {
            self.decode(PROTEOME, records::decode_proteome)
        })
    }

    /// Which 24-mers of the ALK locus occur elsewhere, by offset in it.
    pub fn repeat_mask(&self) -> &RepeatMask {
        lazily(&self.mask, || self.decode(MASK, records::decode_mask))
    }

    /// The stretches that can be converted between GRCh38 and GRCh37.
    pub fn grch37_offsets(&self) -> &[GeneOffset] {
        lazily::<Vec<_>>(&self.offsets, || {
            self.decode(OFFSETS, records::decode_offsets)
        })
    }

    /// A GRCh38 position on GRCh37; nothing outside the genes that
    /// [`Bundle::grch37_offsets`] covers. Where genes overlap, the first of
    /// these by symbol is asked.
    pub fn to_grch37(&self, position: &GenomicPosition) -> Option<GenomicPosition> {
        let at = self.offset_index().grch38.at(&position.chrom, position.pos);
        let stretch = &self.grch37_offsets()[at.min()? as usize];
        Some(GenomicPosition {
            pos: stretch.grch37_start + (position.pos - stretch.start),
            ..position.clone()
        })
    }

    /// A GRCh37 position on GRCh38, as [`Bundle::to_grch37`].
    pub fn from_grch37(&self, position: &GenomicPosition) -> Option<GenomicPosition> {
        let at = self.offset_index().grch37.at(&position.chrom, position.pos);
        let stretch = &self.grch37_offsets()[at.min()? as usize];
        Some(GenomicPosition {
            pos: stretch.start + (position.pos - stretch.grch37_start),
            ..position.clone()
        })
    }

    fn all_aliases(&self) -> &Aliases {
        let transcripts = self.transcripts();
        lazily(&self.aliases, || self.decode_aliases(transcripts))
    }

    fn all_sequences(&self) -> &[PackedSequence] {
        lazily::<Vec<_>>(&self.sequences, || {
            self.decode(SEQUENCES, records::decode_sequences)
        })
    }

    fn offset_index(&self) -> &OffsetIndex {
        let offsets = self.grch37_offsets();
        self.offset_index.get_or_init(|| OffsetIndex::new(offsets))
    }
}

/// The value of a section, decoded now if it was not yet.
fn lazily<T>(cell: &OnceLock<T>, decode: impl FnOnce() -> Result<T, BundleError>) -> &T {
    cell.get_or_init(|| match decode() {
        Ok(value) => value,
        // A file was decoded whole when it was opened, and the embedded bundle
        // is part of the program: a test decodes all of it.
        Err(error) => unreachable!("the embedded bundle is damaged: {error}"),
    })
}
