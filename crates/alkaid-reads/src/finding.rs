//! What `alkaid reads` concludes about one sample. These types are the JSON output; their schema is generated.
//!
//! Positions are 1-based on the named assembly, chromosome names have the `chr` prefix.

use alkaid_genome::{RearrangementClass, Strand};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Version of the JSON layout; the major part changes when a field changes meaning or goes.
pub const SCHEMA_VERSION: &str = "1.1";

/// Said wherever a conclusion stands.
pub const RESEARCH_USE_ONLY: &str = "For research use only. Not for use in diagnostic procedures.";

/// Everything concluded from the reads of one sample.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ReadsReport {
    /// Layout version, [`SCHEMA_VERSION`].
    pub schema_version: String,
    /// `alkaid` and its version.
    pub tool: String,
    /// [`RESEARCH_USE_ONLY`].
    pub notice: String,
    /// Sample name: given, or from the first file's name.
    pub sample: String,
    /// Assembly of all positions.
    pub assembly: String,
    /// Checksum of the reference bundle.
    pub bundle: String,
    /// The answer in one word.
    pub verdict: Verdict,
    /// The answer in one or two sentences.
    pub summary: String,
    /// ALK fusions, best supported first.
    pub calls: Vec<FusionCall>,
    /// Other findings about ALK: reciprocal junctions, intragenic deletions, ALK-ATI, imbalance, gain.
    pub findings: Vec<Finding>,
    /// Candidates that were looked at and refused, with reasons.
    pub refused: Vec<Refusal>,
    /// What would have been seen.
    pub bound: Bound,
    /// Substitutions, insertions and deletions in ALK's coding exons.
    #[serde(flatten)]
    pub small_variants: SmallVariants,
    /// Depth over ALK against the panel's other targets; only if a target list was given.
    pub depth_ratio: Option<DepthRatio>,
    /// About the input.
    pub qc: Qc,
    /// What a reader should know before trusting the above.
    pub warnings: Vec<String>,
}

/// The answer in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// ALK's 3' part is joined to a named partner.
    Rearranged,
    /// ALK's 3' part is joined to a sequence that could not be named.
    RearrangedPartnerUnresolved,
    /// Nothing found, and the data would have shown it (see the bound).
    NotDetected,
    /// Nothing found, and the data could not have shown it.
    Insufficient,
}

/// RNA or DNA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Molecule {
    /// Sequenced from (c)DNA made of RNA.
    Rna,
    /// Sequenced from genomic or cell-free DNA.
    Dna,
}

/// How sure a call is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum CallStatus {
    /// Posterior odds against every artefact model above the calling threshold.
    Called,
    /// Called, but the 5' partner has no name.
    PartnerUnresolved,
}

/// One ALK fusion: something 5' joined to the 3' part of ALK.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct FusionCall {
    /// Identifier within this report, `F1`, `F2`, …
    pub id: String,
    /// HGNC name, `EML4::ALK`; `?::ALK` when the partner is unresolved.
    pub name: String,
    /// How sure.
    pub status: CallStatus,
    /// RNA junction or DNA breakpoint.
    pub molecule: Molecule,
    /// The 5' side: the last base kept.
    pub five_prime: Side,
    /// The 3' side: the first base kept.
    pub three_prime: Side,
    /// The junction in the field's short form: `E13;A20`, `E14;ins58A20`, `E14;del14A20`; for DNA the junction predicted in RNA.
    pub junction_exons: String,
    /// Named variant (`V1`, `V3a`, …) or the named fusion of another partner, where one is known.
    pub named_variant: Option<String>,
    /// Whether the named variant's definition was read in a source (`sourced`) or not (`unverified`).
    pub named_variant_status: Option<String>,
    /// Whether ALK's reading frame goes on from the partner's. `None` when unknown.
    pub in_frame: Option<bool>,
    /// Bases between the two positions that belong to neither side, ALK sense. What a side keeps of an intron lies
    /// within its position and is named in `insertion_origin` only.
    pub inserted: String,
    /// What the transcript holds between the two genes' exons: `2 nt of unknown origin`, `56 nt of ALK intron 19`.
    pub insertion_origin: Vec<String>,
    /// Bases by which the breakpoint can be shifted without changing the sequence (0 = exact).
    pub microhomology: u32,
    /// The first and last position the 5' breakpoint can have under micro-homology, 1-based inclusive.
    pub five_prime_interval: Option<[u64; 2]>,
    /// The same for the 3' breakpoint.
    pub three_prime_interval: Option<[u64; 2]>,
    /// Fragments with a read across the junction.
    pub supporting_fragments: u32,
    /// Reads across the junction (both mates of a fragment can cross it).
    pub supporting_reads: u32,
    /// Supporting fragments after duplicates are merged (by UMI, else by both ends).
    pub unique_fragments: u32,
    /// Distinct start positions among supporting reads.
    pub distinct_starts: u32,
    /// Fragments with one mate on either side and none across the junction.
    pub spanning_pairs: u32,
    /// Fragments that read through the same ALK position unrearranged.
    pub wild_type_fragments: u32,
    /// Supporting / (supporting + wild type) fragments at the ALK position.
    pub allele_fraction: Option<f64>,
    /// log10 posterior odds of a true rearrangement against the artefact models.
    pub log10_odds: f64,
    /// The terms of the odds, named, log10.
    pub odds_terms: Vec<Term>,
    /// Consensus of the reads, 5' part (ALK sense), up to 60 bases before the junction.
    pub sequence_5p: String,
    /// Consensus of the reads, 3' part.
    pub sequence_3p: String,
    /// Rearrangement class predicted (RNA) or seen (DNA).
    pub rearrangement: Option<RearrangementClass>,
    /// Predicted karyotype in ISCN, `inv(2)(p21p23)`.
    pub iscn: Option<String>,
    /// HGVS RNA fusion description; for DNA the predicted one.
    pub hgvs_rna: Option<String>,
    /// HGVS DNA description of the breakpoints, for DNA.
    pub hgvs_dna: Option<String>,
    /// The chimeric protein.
    pub protein: Option<ProteinPrediction>,
    /// Call ids that come of the same rearrangement (V3a and V3b).
    pub same_rearrangement_as: Vec<String>,
    /// VICC / FUSOR-style categorical fusion description, for machines.
    pub vicc: serde_json::Value,
    /// Remarks, in words.
    pub notes: Vec<String>,
}

/// One side of a junction.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Side {
    /// HGNC symbol, or `?`.
    pub gene: String,
    /// Transcript that the exon numbers refer to.
    pub transcript: Option<String>,
    /// RefSeq accession of the same transcript.
    pub refseq: Option<String>,
    /// Exon at the junction; for an intronic position the exon that the transcript keeps (5' side: before; 3' side: after).
    pub exon: Option<u16>,
    /// Intron in which the breakpoint lies, named after the exon before it.
    pub intron: Option<u16>,
    /// Where in words: `end of exon 13`, `in exon 20, 14 nt after its start`, `intron 19`.
    pub region: String,
    /// Chromosome, `chr2`.
    pub chrom: Option<String>,
    /// Last (5' side) or first (3' side) base kept, 1-based.
    pub pos: Option<u64>,
    /// Strand of the gene.
    pub strand: Option<Strand>,
    /// CDS position of that base (`c.`), if coding.
    pub cds: Option<u32>,
    /// How the side was named: `transcript`, `locus`, `protein`, `alignment`, `mates`.
    pub named_by: String,
}

/// A named term of a sum of log10 odds.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Term {
    /// What it weighs.
    pub name: String,
    /// Its value, log10.
    pub log10: f64,
}

/// The chimeric protein that a junction predicts.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct ProteinPrediction {
    /// Residues of the partner that are kept, from 1.
    pub partner_residues: Option<u32>,
    /// First whole ALK residue kept.
    pub alk_first_residue: Option<u32>,
    /// Total length in residues, when both parts are known.
    pub length: Option<u32>,
    /// Residues around the junction.
    pub junction_peptide: String,
    /// Whether ALK's kinase domain (1116–1392) is whole.
    pub kinase_domain_whole: bool,
    /// Whether ALK's transmembrane helix (1039–1059) is kept.
    pub alk_transmembrane_kept: bool,
    /// Partner domains kept whole.
    pub partner_domains_kept: Vec<String>,
    /// Partner domains lost or cut.
    pub partner_domains_lost: Vec<String>,
    /// The partner's oligomerisation element, if the tables know one.
    pub oligomerisation: Option<String>,
    /// Whether that element lies in the kept part, if its residues are known.
    pub oligomerisation_kept: Option<bool>,
}

/// A finding about ALK that is not an oncogenic fusion call.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// What kind.
    pub kind: FindingKind,
    /// In one sentence.
    pub summary: String,
    /// Fragments that show it.
    pub supporting_fragments: u32,
    /// The same after duplicates are merged.
    pub unique_fragments: u32,
    /// First ALK exon lost or involved, where that means something.
    pub exon_from: Option<u16>,
    /// Last ALK exon lost or involved.
    pub exon_to: Option<u16>,
    /// Whether the reading frame is kept.
    pub in_frame: Option<bool>,
    /// The statistic's name, value and p-value, where there is one.
    pub statistic: Option<Statistic>,
    /// The other gene, for reciprocal junctions.
    pub other_gene: Option<String>,
    /// Positions on the assembly (chrom, 1-based), where there are some.
    pub positions: Vec<String>,
}

/// Kinds of findings beside fusion calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// ALK's 5' part joined to a partner's 3' part: shows the rearrangement, makes no kinase.
    Reciprocal,
    /// Exons of ALK lost within the gene.
    IntragenicDeletion,
    /// Exons of ALK repeated or reordered within the gene.
    IntragenicDuplication,
    /// Transcription starting in intron 19 (ALK-ATI).
    AlternativeTranscriptionInitiation,
    /// More 3' than 5' ALK expression.
    Imbalance,
    /// ALK's targets are covered more deeply than the panel's others, by less than an amplification.
    Gain,
    /// The same, by the fixed ratio from which it is called so (see `depth_ratio`).
    Amplification,
}

/// A test statistic with its model.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Statistic {
    /// Model and statistic in words.
    pub name: String,
    /// Value.
    pub value: f64,
    /// p-value under the stated null.
    pub p_value: Option<f64>,
    /// 95 % interval.
    pub interval: Option<[f64; 2]>,
}

/// Depth over ALK's targets of a panel against the panel's other targets. A ratio of depths, not a number of copies.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct DepthRatio {
    /// In words; also why it cannot be told.
    pub statement: String,
    /// The target list, as given.
    pub targets: String,
    /// Median depth of ALK's targets over that of the controls. `None` if it cannot be told.
    pub ratio: Option<f64>,
    /// Its log2.
    pub log2_ratio: Option<f64>,
    /// 95 % interval of the ratio.
    pub interval: Option<[f64; 2]>,
    /// Median depth of ALK's targets, in reads.
    pub alk_depth: Option<f64>,
    /// Median depth of the controls, in reads.
    pub control_depth: Option<f64>,
    /// Standard deviation of log2 depth between controls, from the median absolute deviation.
    pub control_spread: Option<f64>,
    /// Coding exons of ALK that the targets overlap.
    pub alk_exons: Vec<u16>,
    /// ALK targets with depth.
    pub alk_targets: u32,
    /// Controls with depth.
    pub control_targets: u32,
    /// ALK targets without a read, left out.
    pub alk_targets_without_depth: u32,
    /// Controls without a read, left out.
    pub control_targets_without_depth: u32,
    /// Targets that are neither: in ALK beside its coding exons, not on an autosome, or on no chromosome of the file.
    pub targets_not_used: u32,
    /// Share of the targets' aligned bases that belongs to flagged duplicates, left out (0–1). 0 may mean that none were
    /// flagged.
    pub duplicate_share: Option<f64>,
    /// Model and assumptions.
    pub model: String,
}

/// A candidate that was refused.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Refusal {
    /// `GENE::ALK`, `?::ALK`.
    pub name: String,
    /// Short code: `too_few_unique_fragments`, `artefact_likelier`, `homology`, `look_alike`, `low_complexity`,
    /// `fold_back`, `within_alk`, `kinase_not_kept`, `reciprocal_unresolved`.
    pub reason: String,
    /// In words, with the numbers.
    pub explanation: String,
    /// The 5' side as far as known.
    pub five_prime: Side,
    /// The ALK side.
    pub three_prime: Side,
    /// Fragments across the junction.
    pub supporting_fragments: u32,
    /// After duplicates are merged.
    pub unique_fragments: u32,
    /// Fragments with a mate on either side.
    pub spanning_pairs: u32,
    /// log10 posterior odds, as for calls.
    pub log10_odds: f64,
    /// The clip's consensus (ALK sense, up to the junction).
    pub sequence: String,
}

/// What would have been seen: the smallest fusion detectable with 95 % probability.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Bound {
    /// In words.
    pub statement: String,
    /// Unique fragments needed for a call.
    pub fragments_needed: u32,
    /// RNA: fragments across the junction per million fragments in the file.
    pub rna_fragments_per_million: Option<f64>,
    /// DNA: allele fraction at ALK introns 16–19 and exon 20, median position.
    pub dna_allele_fraction: Option<f64>,
    /// Model and assumptions.
    pub model: String,
}

/// About the input.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Qc {
    /// Input files and their sizes in bytes.
    pub inputs: Vec<InputRecord>,
    /// RNA or DNA.
    pub molecule: Molecule,
    /// How that was decided.
    pub molecule_reason: String,
    /// Fragments read.
    pub fragments: u64,
    /// Whether reads are paired.
    pub paired: bool,
    /// Shortest, median and longest read.
    pub read_length: [u32; 3],
    /// Where UMIs were found, if anywhere.
    pub umi: Option<String>,
    /// Fragments that touch ALK.
    pub alk_fragments: u64,
    /// Of those, how many are duplicates (0–1).
    pub duplicate_fraction: Option<f64>,
    /// Depth over ALK, per exon.
    pub exons: Vec<ExonDepth>,
    /// Mean depth over introns 16–19.
    pub introns: Vec<ExonDepth>,
    /// ALK fragments wholly 5' of exon 20, and from exon 20 on.
    pub five_prime_fragments: u64,
    /// From exon 20 on.
    pub three_prime_fragments: u64,
}

/// One input file.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct InputRecord {
    /// Path as given.
    pub path: String,
    /// Size in bytes, if it is a file.
    pub bytes: Option<u64>,
}

/// Depth over one ALK exon or intron.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ExonDepth {
    /// Exon number, or the number of the exon before the intron.
    pub number: u16,
    /// Mean depth in reads.
    pub mean_depth: f64,
    /// Reads that touch it.
    pub reads: u64,
}

/// A read that supports a call, for `evidence.bam`.
#[derive(Clone, Debug)]
pub struct EvidenceRead {
    /// Call or finding id.
    pub call: String,
    /// Fragment name.
    pub name: Vec<u8>,
    /// 0 first, 1 second.
    pub mate: u8,
    /// Whether its fragment has two reads.
    pub paired: bool,
    /// The read as sequenced.
    pub read: crate::Read,
    /// UMI, if any.
    pub umi: Option<Vec<u8>>,
    /// Placements, most important first; empty when it could not be placed.
    pub placements: Vec<Placement>,
}

/// A gapless-or-spliced stretch of a read on the genome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// Chromosome.
    pub chrom: String,
    /// Whether the read's reverse complement is what matches the forward genome strand.
    pub reverse: bool,
    /// Aligned blocks in genome order: (genome start 0-based, length), with gaps between them being introns or deletions.
    pub blocks: Vec<(u64, u32)>,
    /// First base of the (forward-genome-oriented) read that is aligned.
    pub query_start: u32,
}

/// Substitutions, insertions and deletions in ALK's coding exons, and what would have been seen of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SmallVariants {
    /// What was called, by position in the gene.
    #[serde(default)]
    pub variants: Vec<Variant>,
    /// Which of the called variants stand on the same molecules.
    #[serde(default)]
    pub variant_pairs: Vec<VariantPair>,
    /// Alleles that were looked at and refused, with reasons.
    #[serde(default)]
    pub refused_variants: Vec<RefusedVariant>,
    /// Per codon of a catalogued mutation, what would have been seen.
    #[serde(default)]
    pub variant_bounds: Vec<VariantBound>,
    /// Error model, tests, assumptions, and how copies of a molecule were told.
    #[serde(default)]
    pub variant_model: String,
}

/// A small variant of ALK.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Variant {
    /// Identifier within this report, `M1`, `M2`, …
    pub id: String,
    /// Short form: `G1202R`, `G1202del`, `T1151dup`; for changes outside the coding sequence `c.3359+1G>A`.
    pub name: String,
    /// HGVS of the transcript.
    pub hgvs_c: String,
    /// HGVS of the protein, predicted: `p.(Gly1202Arg)`.
    pub hgvs_p: Option<String>,
    /// HGVS of the chromosome.
    pub hgvs_g: String,
    /// Chromosome.
    pub chrom: String,
    /// Position of the first base of `reference`, 1-based, left-aligned on the forward strand.
    pub pos: u64,
    /// Reference allele, forward strand.
    pub reference: String,
    /// Alternative allele, forward strand.
    pub alternative: String,
    /// Exon, if it lies in one.
    pub exon: Option<u16>,
    /// Intron, numbered by the exon before it.
    pub intron: Option<u16>,
    /// First residue concerned, 1-based.
    pub codon: Option<u32>,
    /// What it does to the protein.
    pub consequence: Consequence,
    /// Whether the residue lies in the kinase domain.
    pub in_kinase_domain: bool,
    /// Whether the change is in the catalogue of ALK kinase mutations.
    pub catalogued: bool,
    /// Molecules that cover the place.
    pub depth: u32,
    /// Molecules that show it.
    pub molecules: u32,
    /// Fragments that show it, copies included.
    pub fragments: u64,
    /// Of the molecules, those sequenced along the forward strand of the genome.
    pub forward: u32,
    /// Of the molecules, those sequenced along its reverse strand.
    pub reverse: u32,
    /// Share of molecules that show it.
    pub allele_fraction: f64,
    /// Exact (Clopper–Pearson) 95 % interval of it.
    pub allele_fraction_interval: [f64; 2],
    /// Molecules that errors alone would be expected to put there.
    pub expected_errors: f64,
    /// Probability that errors put as many there.
    pub p_value: f64,
    /// −10 log10 of that, at most 99.
    pub quality: u32,
    /// Whether it is likely inherited.
    pub origin: VariantOrigin,
    /// Why.
    pub origin_reason: String,
    /// dbSNP identifier of a known polymorphism.
    pub polymorphism: Option<String>,
    /// On which allele of ALK it lies.
    pub phase: VariantPhase,
}

/// What a variant does to the protein.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Consequence {
    /// Other residues, as many.
    Missense,
    /// No other residue.
    Synonymous,
    /// A stop codon.
    Nonsense,
    /// The reading frame is lost.
    Frameshift,
    /// More residues.
    InframeInsertion,
    /// Fewer residues.
    InframeDeletion,
    /// Other residues, more or fewer.
    InframeDelins,
    /// The start codon is lost.
    StartLost,
    /// The stop codon is lost.
    StopLost,
    /// The first or last two bases of an intron.
    SpliceSite,
    /// Elsewhere in an intron.
    Intronic,
    /// Outside the coding sequence.
    Untranslated,
}

/// Whether a variant is likely inherited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VariantOrigin {
    /// A known polymorphism, or a share that inherited variants have.
    LikelyGermline,
    /// The data do not say.
    Undetermined,
    /// A share that inherited variants do not have.
    LikelySomatic,
}

/// On which allele of ALK a variant lies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VariantPhase {
    /// The answer.
    pub verdict: PhaseVerdict,
    /// In words, with the reason where it cannot be told.
    pub statement: String,
    /// Molecules that show the fusion and the variant.
    pub fusion_with: u32,
    /// Molecules that show the fusion and cover the place without the variant.
    pub fusion_without: u32,
    /// Molecules that show wild-type ALK before the junction, and the variant.
    pub wild_type_with: u32,
    /// Molecules that show wild-type ALK before the junction, without the variant.
    pub wild_type_without: u32,
}

/// On which allele of ALK a variant lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PhaseVerdict {
    /// On the fusion.
    OnFusion,
    /// On the wild-type allele.
    OnWildType,
    /// On both.
    OnBoth,
    /// It lies before the junction, in the part of ALK that the fusion lacks.
    OutsideFusion,
    /// No molecule shows both the variant and the allele.
    CannotBeTold,
    /// No fusion was called.
    NoFusion,
}

/// How two called variants stand to each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VariantPair {
    /// Identifier of the first.
    pub first: String,
    /// Identifier of the second.
    pub second: String,
    /// The answer.
    pub verdict: PairVerdict,
    /// In words.
    pub statement: String,
    /// Molecules with both.
    pub both: u32,
    /// Molecules that cover both places, with the first only.
    pub first_only: u32,
    /// With the second only.
    pub second_only: u32,
    /// With neither.
    pub neither: u32,
}

/// How two variants stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PairVerdict {
    /// On the same molecules.
    InCis,
    /// On different molecules.
    InTrans,
    /// On the same molecules and on different ones: subclones.
    Both,
    /// Too few molecules cover both.
    CannotBeTold,
}

/// An allele that was looked at and refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RefusedVariant {
    /// Short code: `error_likelier`, `strand_bias`, `read_position`, `mismatch_rich`.
    pub reason: String,
    /// In words, with the numbers.
    pub explanation: String,
    /// Short form.
    pub name: String,
    /// HGVS of the transcript.
    pub hgvs_c: String,
    /// Chromosome.
    pub chrom: String,
    /// Position, 1-based.
    pub pos: u64,
    /// Reference allele, forward strand.
    pub reference: String,
    /// Alternative allele, forward strand.
    pub alternative: String,
    /// Molecules that cover the place.
    pub depth: u32,
    /// Molecules that show it.
    pub molecules: u32,
    /// Share of molecules that show it.
    pub allele_fraction: f64,
    /// Molecules that errors alone would be expected to put there.
    pub expected_errors: f64,
    /// Probability that errors put as many there.
    pub p_value: f64,
}

/// What would have been seen at one codon of a catalogued mutation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VariantBound {
    /// The codon, 1-based.
    pub codon: u32,
    /// The residue: `G1202`.
    pub residue: String,
    /// Its exon.
    pub exon: Option<u16>,
    /// Molecules at its least covered base.
    pub depth: u32,
    /// Molecules that a call needs there.
    pub molecules_needed: u32,
    /// Share of molecules at which any substitution of the codon would have been seen with 95 % probability; nothing
    /// when the depth does not suffice for a call at any share.
    pub allele_fraction: Option<f64>,
}
