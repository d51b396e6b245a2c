//! What other callers' tables say: the types of the report.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use alkaid_genome::Assembly;
use alkaid_knowledge::view::Bypass;
use alkaid_knowledge::{Fact, Status};

/// Version of the layout; the first part changes when a field changes its meaning or goes away.
pub const BYPASS_VERSION: &str = "1.0";

/// Said where a conclusion stands.
pub const NOTICE: &str = "For research use only. Not for use in diagnostic procedures. What other callers found, read by the tables named here; \
their errors are not corrected, and what they did not look at is not absent.";

/// All that three kinds of tables say about bypass of ALK and change of lineage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BypassReport {
    /// Version of this layout.
    pub bypass_version: String,
    /// Program and version.
    pub tool: String,
    /// For research use only.
    pub notice: String,
    /// What was found, by kind and gene.
    pub findings: Vec<TableFinding>,
    /// The EMT score; none without an expression table.
    pub emt: Option<EmtScore>,
    /// Whether RB1 and TP53 are lost and neuroendocrine genes are expressed.
    pub transformation: Transformation,
    /// What was read of the variants.
    pub variants: Option<VariantsRead>,
    /// What was read of the copy numbers.
    pub copy_number: Option<CopyNumberRead>,
    /// What was read of the expression.
    pub expression: Option<ExpressionRead>,
    /// What to know before trusting the rest.
    pub warnings: Vec<String>,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TableFinding {
    /// Which table it comes from.
    pub kind: TableFindingKind,
    /// HGNC symbol.
    pub gene: String,
    /// What the gene is: `receptor`, `MAPK`, `tumour suppressor`, …
    pub role: String,
    /// What was found, in the field's words: `p.L858R (c.2573T>G)`, `7.2 copies`.
    pub what: String,
    /// How much it says.
    pub strength: Strength,
    /// The numbers of a variant.
    pub variant: Option<VariantEvidence>,
    /// The numbers of a copy number.
    pub copy_number: Option<CopyNumberEvidence>,
    /// The numbers of a level of expression.
    pub expression: Option<Level>,
    /// The row that gives the strength; none where there is none.
    pub source: Option<SourceRow>,
    /// Rows on resistance to ALK inhibitors that this kind of event stands for.
    pub resistance: Vec<SourceRow>,
}

impl TableFinding {
    /// Whether conclusions may rest on it: the row behind its word was read in a source, or the word is the caller's.
    pub fn counts(&self) -> bool {
        !self.source.as_ref().is_some_and(SourceRow::is_unverified)
    }
}

/// Which table a finding comes from.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum TableFindingKind {
    /// Small variants.
    Variant,
    /// Copy numbers.
    CopyNumber,
    /// Expression.
    Expression,
}

/// How much a finding says. In the order in which findings are listed.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// A mutation of the ALK kinase that the tables know.
    CataloguedAlkMutation,
    /// Known to switch the gene on.
    Activating,
    /// Known, or by its kind taken, to switch the gene off.
    Inactivating,
    /// Known to make the gene resist its own inhibitors.
    Resistance,
    /// At or above the line of an amplification.
    Amplified,
    /// Below the line of a deep deletion.
    DeepDeletion,
    /// At or above the line of a gain.
    Gain,
    /// Among the most expressed genes of the sample.
    HighExpression,
    /// A level, without a word for it.
    Level,
    /// A common polymorphism of ALK, likely inherited.
    KnownPolymorphism,
    /// Changes the protein or a splice site, and no row says what that does.
    UnknownSignificance,
}

impl Strength {
    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CataloguedAlkMutation => "catalogued ALK mutation",
            Self::Activating => "activating",
            Self::Inactivating => "inactivating",
            Self::Resistance => "resistance",
            Self::Amplified => "amplified",
            Self::DeepDeletion => "deep deletion",
            Self::Gain => "gain",
            Self::HighExpression => "high expression",
            Self::Level => "level",
            Self::KnownPolymorphism => "known polymorphism",
            Self::UnknownSignificance => "unknown significance",
        }
    }
}

/// The row of a table of facts behind something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourceRow {
    /// Table and key: `bypass_alterations:kras_g12`.
    pub row: String,
    /// The publication.
    pub source: String,
    /// Its date.
    pub date: Option<String>,
    /// `sourced`, `computed` or `unverified` (nobody read it in a source, or it is an assumption).
    pub status: String,
    /// What else the row says.
    pub note: Option<String>,
}

impl SourceRow {
    /// The row of a table.
    pub(crate) fn of<F: Fact>(table: &str, fact: &F, note: Option<&str>) -> Self {
        let provenance = fact.provenance();
        Self {
            row: format!("{table}:{}", fact.key()),
            source: provenance.source.to_owned(),
            date: provenance.date.map(|date| date.to_string()),
            status: provenance.status.as_str().to_owned(),
            note: note.map(str::to_owned),
        }
    }

    /// Whether nobody read it in a source.
    pub fn is_unverified(&self) -> bool {
        self.status == Status::Unverified.as_str()
    }
}

/// What a variant does to the protein.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Consequence {
    /// One residue becomes another.
    Missense,
    /// A stop codon.
    Nonsense,
    /// The frame is lost.
    Frameshift,
    /// Residues are lost in frame.
    InframeDeletion,
    /// Residues are added in frame.
    InframeInsertion,
    /// Residues are replaced in frame.
    InframeReplacement,
    /// The first two or last two bases of an intron.
    SpliceSite,
    /// The first codon.
    StartLost,
    /// The stop codon becomes a residue.
    StopLost,
    /// The amino acid stays.
    Silent,
    /// Outside the coding sequence and the splice sites.
    NonCoding,
    /// In the coding sequence; the bundle has no bases there and the file no annotation.
    Unknown,
}

impl Consequence {
    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missense => "missense",
            Self::Nonsense => "nonsense",
            Self::Frameshift => "frameshift",
            Self::InframeDeletion => "in-frame deletion",
            Self::InframeInsertion => "in-frame insertion",
            Self::InframeReplacement => "in-frame replacement",
            Self::SpliceSite => "splice site",
            Self::StartLost => "start lost",
            Self::StopLost => "stop lost",
            Self::Silent => "silent",
            Self::NonCoding => "non-coding",
            Self::Unknown => "consequence not known here",
        }
    }
}

/// Who named a consequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NamedBy {
    /// Our own arithmetic on the bundle.
    Sequence,
    /// The file's annotation (VEP's CSQ or SnpEff's ANN).
    Annotation,
    /// Our arithmetic, as far as it goes without the bases of the gene.
    Position,
}

/// The numbers of a variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VariantEvidence {
    /// Line of the file, 1-based.
    pub line: u64,
    /// Chromosome in the `chr2` form.
    pub chrom: String,
    /// POS as in the file, 1-based.
    pub position: u64,
    /// POS on GRCh38, 1-based.
    pub position_grch38: u64,
    /// REF.
    pub reference: String,
    /// ALT.
    pub alternate: String,
    /// The transcript that names refer to.
    pub transcript: String,
    /// The exon, or the one whose splice site is hit.
    pub exon: Option<u16>,
    /// `c.2573T>G`.
    pub hgvs_c: Option<String>,
    /// `p.L858R`.
    pub hgvs_p: Option<String>,
    /// What it does to the protein.
    pub consequence: Consequence,
    /// Who named it.
    pub named_by: NamedBy,
    /// Whether all bases of REF were compared with the assembly.
    pub reference_checked: bool,
    /// Share of reads with it, as the file states or its counts give.
    pub allele_fraction: Option<f64>,
    /// Reads with it.
    pub alternate_reads: Option<u64>,
    /// Reads there.
    pub depth: Option<u64>,
}

/// How far a segment reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// A short segment around the gene.
    Focal,
    /// Between the two.
    Broad,
    /// More than half of the chromosome arm.
    ArmLevel,
}

impl Reach {
    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Focal => "focal",
            Self::Broad => "broad",
            Self::ArmLevel => "arm-level",
        }
    }
}

/// The numbers of a copy number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CopyNumberEvidence {
    /// Total copies in a tumour cell: stated, or from the log2 ratio under the purity and ploidy of [`CopyNumberRead`].
    pub copies: Option<f64>,
    /// log2 ratio as in the file.
    pub log2: Option<f64>,
    /// Lowest and highest copies over the gene, where several segments or bins lie on it.
    pub range: Option<[f64; 2]>,
    /// Segments, bins or rows on the gene.
    pub rows: u64,
    /// Length in bases of the segment that holds most of the gene.
    pub segment: Option<u64>,
    /// Share of the chromosome arm that it covers.
    pub arm_share: Option<f64>,
    /// How far it reaches.
    pub reach: Option<Reach>,
    /// The caller's own class, where the file holds classes in place of numbers (GISTIC: -2 to 2).
    pub class: Option<i8>,
}

/// A gene's level of expression.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Level {
    /// HGNC symbol.
    pub gene: String,
    /// Its level in the table's unit.
    pub value: f64,
    /// On the scale that means are taken on: log2(value + 1), or the value where the table is logarithmic.
    pub log2: f64,
    /// Share of the table's known genes with a lower level, ties half.
    pub rank: f64,
}

/// The EMT score of one sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EmtScore {
    /// Mean of the mesenchymal minus mean of the epithelial genes; none where too few are in the table.
    pub score: Option<f64>,
    /// Mean log2 level of the mesenchymal genes.
    pub mesenchymal_mean: Option<f64>,
    /// Mean log2 level of the epithelial genes.
    pub epithelial_mean: Option<f64>,
    /// Mesenchymal genes found.
    pub mesenchymal_found: u64,
    /// Mesenchymal genes of the signature.
    pub mesenchymal_of: u64,
    /// Epithelial genes found.
    pub epithelial_found: u64,
    /// Epithelial genes of the signature.
    pub epithelial_of: u64,
    /// Genes of the signature that the table lacks.
    pub missing: Vec<String>,
    /// The scale: `log2(TPM + 1)`.
    pub scale: String,
    /// How it is computed, in words.
    pub method: String,
    /// What it can and cannot mean.
    pub meaning: String,
    /// The rows behind it.
    pub sources: Vec<SourceRow>,
}

/// Whether a tumour suppressor is lost, as far as the tables tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SuppressorState {
    /// HGNC symbol.
    pub gene: String,
    /// What is known.
    pub state: Suppressor,
    /// The findings behind it.
    pub evidence: Vec<String>,
}

/// Whether a tumour suppressor is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Suppressor {
    /// An inactivating variant of at least one allele, or a deep deletion.
    Hit,
    /// Looked at, and nothing of that kind is there.
    NoHitSeen,
    /// No variants were given, and no copy numbers that cover it.
    NotAssessed,
}

/// What both genes come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TransformationHint {
    /// RB1 and TP53 are both hit.
    BothHit,
    /// One of them is.
    OneHit,
    /// Neither is.
    NoHint,
    /// Neither is hit, and one or both were not assessed.
    NotAssessed,
}

/// Hints of transformation to small-cell carcinoma. A hint, never a diagnosis: that is histology.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Transformation {
    /// What both genes come to.
    pub hint: TransformationHint,
    /// In words.
    pub says: String,
    /// RB1.
    pub rb1: SuppressorState,
    /// TP53.
    pub tp53: SuppressorState,
    /// Levels of neuroendocrine markers; empty without an expression table.
    pub neuroendocrine: Vec<Level>,
    /// The rows behind it.
    pub sources: Vec<SourceRow>,
}

/// How many of something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counted {
    /// What.
    pub name: String,
    /// How many.
    pub count: u64,
}

/// What was read of a VCF.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VariantsRead {
    /// The file as it was given.
    pub file: String,
    /// The assembly that it is on.
    pub assembly: Assembly,
    /// What told the assembly.
    pub assembly_from: String,
    /// The sample that fractions are read from.
    pub sample: Option<String>,
    /// The annotation used where the bundle has no bases: `CSQ`, `ANN`.
    pub annotation: Option<String>,
    /// Records.
    pub records: u64,
    /// Records in the genes of interest that have an alternative allele.
    pub in_genes: u64,
    /// Of these, those whose REF was compared with the assembly in full.
    pub reference_checked: u64,
    /// Those where the bundle has no bases to compare with.
    pub reference_unchecked: u64,
    /// Those left out because a known base differs, where all but a few agree; more are an error.
    pub reference_disagrees: u64,
    /// Alleles that were left out, by reason.
    pub skipped: Vec<Counted>,
    /// Records in the genes of interest that did not pass, by FILTER.
    pub filtered: Vec<Counted>,
    /// Alleles for which the file's annotation names another protein change.
    pub annotation_disagrees: u64,
}

/// What was read of a table of copy numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CopyNumberRead {
    /// The file as it was given.
    pub file: String,
    /// Its format in words.
    pub format: String,
    /// `log2 ratio`, `copies` or `GISTIC classes`.
    pub unit: String,
    /// The assembly that positions were taken to be on; none for a table of genes.
    pub assembly: Option<Assembly>,
    /// Share of tumour cells that a log2 ratio was converted with.
    pub purity: f64,
    /// Mean copies of a tumour cell that a log2 ratio was converted with.
    pub ploidy: f64,
    /// In words, whether these were given or assumed.
    pub assumption: String,
    /// Rows.
    pub rows: u64,
    /// Rows without a value.
    pub without_value: u64,
    /// Records of a VCF that did not pass its filters.
    pub filtered: u64,
    /// Genes of interest with a value.
    pub genes: u64,
    /// Genes of interest on which no row lies.
    pub genes_without: Vec<String>,
}

/// What was read of an expression table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ExpressionRead {
    /// The file as it was given.
    pub file: String,
    /// Its format in words.
    pub format: String,
    /// The unit.
    pub unit: String,
    /// What told the unit.
    pub unit_from: String,
    /// The column that was read.
    pub column: String,
    /// Rows.
    pub rows: u64,
    /// Rows whose identifier is known.
    pub known: u64,
    /// Rows whose identifier is not.
    pub unknown: u64,
    /// The first unknown identifiers.
    pub unknown_examples: Vec<String>,
    /// Rows without a value.
    pub without_value: u64,
    /// Known genes in the table.
    pub genes: u64,
    /// Genes of interest that the table lacks.
    pub genes_without: Vec<String>,
    /// The genes of interest and their levels.
    pub levels: Vec<Level>,
}

impl BypassReport {
    /// The events that the view of inhibitors takes: gene and what happened to it, of findings that have a word which a
    /// row stands for. Unknown significance, gains and levels are not among them, nor what rests on an unverified row.
    pub fn events(&self) -> Vec<Bypass> {
        let mut events = Vec::new();
        for finding in self.findings.iter().filter(|one| one.counts()) {
            let event = match finding.strength {
                Strength::Activating if finding.kind == TableFindingKind::Variant => "mutation",
                Strength::Amplified => "amplification",
                Strength::Inactivating | Strength::DeepDeletion => "loss",
                _ => continue,
            };
            let event = Bypass {
                gene: finding.gene.clone(),
                event: event.to_owned(),
            };
            if !events.contains(&event) {
                events.push(event);
            }
        }
        events
    }

    /// Names of the catalogued mutations of the ALK kinase: `G1202R`.
    pub fn alk_mutations(&self) -> Vec<String> {
        self.findings
            .iter()
            .filter(|finding| finding.strength == Strength::CataloguedAlkMutation)
            .filter_map(|finding| finding.variant.as_ref()?.hgvs_p.as_deref())
            .map(|name| name.trim_start_matches("p.").to_owned())
            .collect()
    }
}
