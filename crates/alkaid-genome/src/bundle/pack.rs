//! Contents become a file, and a file contents.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::codec::Malformed;
use super::container::{self, Container, FORMAT_VERSION, Tag};
use super::{
    Aliases, Bundle, BundleCounts, BundleError, BundleMeta, CytoBand, DomainTable, GeneOffset,
    Locus, Proteome, RepeatMask, SourceFile, models, records,
};
use crate::coords::Assembly;
use crate::gene::Transcript;
use crate::sequence::PackedSequence;

pub(super) const META: Tag = *b"META";
pub(super) const ALK_MODEL: Tag = *b"ALKT";
pub(super) const ALK_LOCUS: Tag = *b"ALKL";
pub(super) const MODELS: Tag = *b"MODL";
pub(super) const ALIASES: Tag = *b"NAME";
pub(super) const SEQUENCES: Tag = *b"SEQS";
pub(super) const LOCI: Tag = *b"LOCI";
pub(super) const MASK: Tag = *b"MASK";
pub(super) const PROTEOME: Tag = *b"PROT";
pub(super) const DOMAINS: Tag = *b"DOMN";
pub(super) const BANDS: Tag = *b"BAND";
pub(super) const OFFSETS: Tag = *b"GR37";

/// Everything that goes into a bundle, before it is packed.
pub(crate) struct Contents {
    /// Sorted by gene and rank; their `sequence` counts 0, 1, 2 ... in that order.
    pub(crate) transcripts: Vec<Transcript>,
    pub(crate) aliases: Aliases,
    pub(crate) sequences: Vec<PackedSequence>,
    /// Index of the ALK transcript among them.
    pub(crate) alk: u32,
    pub(crate) alk_locus: Locus,
    pub(crate) loci: Vec<Locus>,
    pub(crate) mask: RepeatMask,
    pub(crate) proteome: Proteome,
    pub(crate) domains: DomainTable,
    pub(crate) bands: Vec<CytoBand>,
    pub(crate) offsets: Vec<GeneOffset>,
    pub(crate) sources: Vec<SourceFile>,
    pub(crate) notes: Vec<String>,
}

/// [`BundleMeta`] as it is stored: the rest stands in the table of sections.
#[derive(Serialize, Deserialize)]
struct StoredMeta {
    assembly: Assembly,
    /// Index of the ALK transcript.
    alk: u32,
    /// Number of its sequence.
    alk_sequence: Option<u32>,
    counts: BundleCounts,
    sources: Vec<SourceFile>,
    notes: Vec<String>,
}

impl Bundle {
    /// Packs contents into a bundle, and reads it back, which checks it.
    ///
    /// # Errors
    /// When the contents contradict each other.
    pub(crate) fn pack(contents: &Contents) -> Result<Self, BundleError> {
        let alk = &contents.transcripts[contents.alk as usize];
        let meta = StoredMeta {
            assembly: Assembly::Grch38,
            alk: contents.alk,
            alk_sequence: alk.sequence,
            counts: contents.counts(),
            sources: contents.sources.clone(),
            notes: contents.notes.clone(),
        };
        let meta = serde_json::to_vec(&meta).map_err(|error| BundleError::Malformed {
            section: container::name(META),
            what: error.to_string(),
        })?;
        let sections = [
            (META, meta),
            (ALK_MODEL, models::encode(std::slice::from_ref(alk))),
            (
                ALK_LOCUS,
                records::encode_loci(std::slice::from_ref(&contents.alk_locus)),
            ),
            (MASK, records::encode_mask(&contents.mask)),
            (MODELS, models::encode(&contents.transcripts)),
            (
                ALIASES,
                models::encode_aliases(&contents.aliases, &contents.transcripts),
            ),
            (SEQUENCES, records::encode_sequences(&contents.sequences)),
            (LOCI, records::encode_loci(&contents.loci)),
            (BANDS, records::encode_bands(&contents.bands)),
            (DOMAINS, records::encode_domains(&contents.domains)),
            (OFFSETS, records::encode_offsets(&contents.offsets)),
            (PROTEOME, records::encode_proteome(&contents.proteome)),
        ];
        let bytes = Container::pack(&sections).map_err(BundleError::Write)?;
        Self::from_bytes(bytes)
    }

    /// Reads the table of sections and the description.
    pub(super) fn parse(bytes: Cow<'static, [u8]>) -> Result<Self, BundleError> {
        let container = Container::parse(bytes)?;
        let stored = read_meta(&container)?;
        let meta = BundleMeta {
            format_version: FORMAT_VERSION,
            assembly: stored.assembly,
            checksum: container.identity(),
            sources: stored.sources,
            counts: stored.counts,
            notes: stored.notes,
        };
        Ok(Self {
            container,
            meta,
            alk_place: (stored.alk, stored.alk_sequence),
            alk: OnceLock::new(),
            alk_locus: OnceLock::new(),
            models: OnceLock::new(),
            aliases: OnceLock::new(),
            names: OnceLock::new(),
            genes: OnceLock::new(),
            sequences: OnceLock::new(),
            loci: OnceLock::new(),
            mask: OnceLock::new(),
            proteome: OnceLock::new(),
            domains: OnceLock::new(),
            bands: OnceLock::new(),
            offsets: OnceLock::new(),
            offset_index: OnceLock::new(),
        })
    }

    /// Decodes every section, so that the accessors cannot fail later.
    pub(super) fn decode_all(&self) -> Result<(), BundleError> {
        let transcripts = fill(&self.models, self.decode(MODELS, models::decode))?;
        fill(&self.aliases, self.decode_aliases(transcripts))?;
        let sequences = fill(
            &self.sequences,
            self.decode(SEQUENCES, records::decode_sequences),
        )?;
        let alk = fill(&self.alk, self.decode_alk())?;
        let locus = fill(&self.alk_locus, self.decode_alk_locus())?;
        let mask = fill(&self.mask, self.decode(MASK, records::decode_mask))?;
        fill(&self.loci, self.decode(LOCI, records::decode_loci))?;
        fill(&self.bands, self.decode(BANDS, records::decode_bands))?;
        fill(&self.domains, self.decode(DOMAINS, records::decode_domains))?;
        fill(&self.offsets, self.decode(OFFSETS, records::decode_offsets))?;
        fill(
            &self.proteome,
            self.decode(PROTEOME, records::decode_proteome),
        )?;
        check_sequences(transcripts, sequences)?;
        let same = transcripts.get(self.alk_place.0 as usize) == Some(alk);
        let contradiction = match (same, mask.len() == locus.sequence.len()) {
            (true, true) => return Ok(()),
            (false, _) => "the ALK transcript is not among the transcripts",
            (true, false) => "the repeat mask is not as long as the ALK locus",
        };
        Err(BundleError::Inconsistent {
            what: contradiction.to_owned(),
        })
    }

    pub(super) fn decode<T>(
        &self,
        tag: Tag,
        decode: impl FnOnce(&[u8]) -> Result<T, Malformed>,
    ) -> Result<T, BundleError> {
        decode(&self.container.section(tag)?).map_err(|Malformed(what)| BundleError::Malformed {
            section: container::name(tag),
            what,
        })
    }

    /// The ALK transcript from its own small section, with the number of its
    /// sequence that it has among all.
    pub(super) fn decode_alk(&self) -> Result<Transcript, BundleError> {
        self.decode(ALK_MODEL, |bytes| {
            let [alk]: [Transcript; 1] = models::decode(bytes)?
                .try_into()
                .map_err(|_| Malformed::new("it holds not just one transcript"))?;
            Ok(Transcript {
                sequence: self.alk_place.1,
                ..alk
            })
        })
    }

    pub(super) fn decode_alk_locus(&self) -> Result<Locus, BundleError> {
        self.decode(ALK_LOCUS, |bytes| {
            let [locus]: [Locus; 1] = records::decode_loci(bytes)?
                .try_into()
                .map_err(|_| Malformed::new("it holds not just one locus"))?;
            Ok(locus)
        })
    }

    pub(super) fn decode_aliases(
        &self,
        transcripts: &[Transcript],
    ) -> Result<Aliases, BundleError> {
        self.decode(ALIASES, |bytes| models::decode_aliases(bytes, transcripts))
    }
}

impl Contents {
    fn counts(&self) -> BundleCounts {
        let transcripts = &self.transcripts;
        let genes: BTreeSet<&str> = transcripts.iter().map(|t| t.gene.as_str()).collect();
        let loci = || std::iter::once(&self.alk_locus).chain(&self.loci);
        BundleCounts {
            transcripts: transcripts.len() as u64,
            genes: genes.len() as u64,
            exons: transcripts.iter().map(|t| t.exons.len() as u64).sum(),
            sequences: self.sequences.len() as u64,
            bases: self.sequences.iter().map(|s| s.len() as u64).sum(),
            loci: loci().count() as u64,
            locus_bases: loci().map(|locus| locus.sequence.len() as u64).sum(),
            proteins: self.proteome.proteins.len() as u64,
            domains: self.domains.iter().map(|(_, d)| d.len() as u64).sum(),
            bands: self.bands.len() as u64,
            grch37_stretches: self.offsets.len() as u64,
            repeats: self.mask.count() as u64,
        }
    }
}

fn read_meta(container: &Container) -> Result<StoredMeta, BundleError> {
    let raw = container.section(META)?;
    serde_json::from_slice(&raw).map_err(|error| BundleError::Malformed {
        section: container::name(META),
        what: error.to_string(),
    })
}

/// Every transcript with a sequence has one of its length.
fn check_sequences(
    transcripts: &[Transcript],
    sequences: &[PackedSequence],
) -> Result<(), BundleError> {
    let mut expected = 0;
    for transcript in transcripts {
        let Some(index) = transcript.sequence else {
            continue;
        };
        expected += 1;
        let len = sequences.get(index as usize).map(PackedSequence::len);
        let fits = len.is_some_and(|len| {
            let coding_end = transcript.cds.as_ref().map_or(0, |cds| cds.end as usize);
            (transcript.exons.is_empty() || transcript.length() as usize == len)
                && coding_end <= len
        });
        if !fits {
            return Err(BundleError::Inconsistent {
                what: format!("the sequence of {} has not its length", transcript.id),
            });
        }
    }
    if expected != sequences.len() {
        return Err(BundleError::Inconsistent {
            what: "there are more sequences than transcripts with one".to_owned(),
        });
    }
    Ok(())
}

fn fill<T>(cell: &OnceLock<T>, value: Result<T, BundleError>) -> Result<&T, BundleError> {
    let value = value?;
    Ok(cell.get_or_init(|| value))
}
