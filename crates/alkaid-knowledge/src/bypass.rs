//! What to look for in the variant, copy-number and expression tables of other callers: genes that may stand in for ALK,
//! the changes of them that are known to do something, the lines between values and words, and sets of marker genes.

use std::sync::LazyLock;

use serde::Serialize;

use crate::provenance::{Fact, Provenance};
use crate::table::{self, Row, TableError};

/// A gene whose changes are looked for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BypassGene {
    /// HGNC symbol.
    pub symbol: &'static str,
    /// What it is: `receptor`, `MAPK`, `tumour suppressor`, …
    pub role: &'static str,
    /// Whether more copies are a finding.
    pub amplification: bool,
    /// Whether the loss of all copies is a finding.
    pub loss: bool,
    /// Whether its level of expression is a finding.
    pub expression: bool,
    /// Keys of the rows of [`crate::off_target_resistance`] that it stands for; empty where none names it.
    pub ways: Vec<&'static str>,
    /// Where it comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
    /// What else to know.
    pub note: Option<&'static str>,
}

/// How a variant must change a gene to fit a row of [`bypass_alterations`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AlterationKind {
    /// One residue becomes another.
    Substitution,
    /// Residues are lost in frame, whatever is put in their place.
    Deletion,
    /// Residues are added in frame.
    Insertion,
    /// A splice site of the exon is changed, or the exon is lost.
    ExonSkipping,
    /// A stop codon, a lost frame or a lost splice site.
    Truncation,
}

impl AlterationKind {
    const WORDS: &[(&str, Self)] = &[
        ("substitution", Self::Substitution),
        ("deletion", Self::Deletion),
        ("insertion", Self::Insertion),
        ("exon_skipping", Self::ExonSkipping),
        ("truncation", Self::Truncation),
    ];

    /// The word that tables and results use.
    pub fn as_str(self) -> &'static str {
        table::word_of(Self::WORDS, self)
    }
}

/// What an alteration does to the protein's function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AlterationEffect {
    /// It switches an oncogene on.
    Activating,
    /// It switches a tumour suppressor off.
    Inactivating,
    /// It makes the protein resist its own inhibitors.
    Resistance,
}

impl AlterationEffect {
    const WORDS: &[(&str, Self)] = &[
        ("activating", Self::Activating),
        ("inactivating", Self::Inactivating),
        ("resistance", Self::Resistance),
    ];

    /// The word that tables and results use.
    pub fn as_str(self) -> &'static str {
        table::word_of(Self::WORDS, self)
    }
}

/// A small variant that is known to do something. Residues and exons are those of the MANE Select transcript.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BypassAlteration {
    /// Stable key: `kras_g12`.
    pub key: &'static str,
    /// HGNC symbol of a row of [`bypass_genes`].
    pub gene: &'static str,
    /// What kind of change.
    pub kind: AlterationKind,
    /// First residue, 1-based; none where the place is an exon or the whole gene.
    pub first: Option<u32>,
    /// Last residue, included.
    pub last: Option<u32>,
    /// The exon.
    pub exon: Option<u16>,
    /// Amino acid of the reference, one letter, where the row is about one residue.
    pub reference: Option<char>,
    /// Amino acids that count, one letter each; empty for any other.
    pub alternatives: Vec<&'static str>,
    /// The codon, where it has to be given because the bundle has no bases of the gene.
    pub codon: Option<&'static str>,
    /// What it does.
    pub effect: AlterationEffect,
    /// Where it comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
    /// What else to know.
    pub note: Option<&'static str>,
}

/// The word that a value earns when it passes a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BypassState {
    /// At least so many copies.
    Amplification,
    /// At least so many copies on a segment that is not focal.
    BroadAmplification,
    /// At least so many copies, and fewer than an amplification.
    Gain,
    /// Fewer copies than this.
    DeepDeletion,
    /// A segment of at most so many bases.
    Focal,
    /// A segment of more than this share of its chromosome arm.
    ArmLevel,
    /// At least this share of the sample's genes is expressed less.
    HighExpression,
}

impl BypassState {
    const WORDS: &[(&str, Self)] = &[
        ("amplification", Self::Amplification),
        ("broad_amplification", Self::BroadAmplification),
        ("gain", Self::Gain),
        ("deep_deletion", Self::DeepDeletion),
        ("focal", Self::Focal),
        ("arm_level", Self::ArmLevel),
        ("high_expression", Self::HighExpression),
    ];

    /// The word that tables and results use.
    pub fn as_str(self) -> &'static str {
        table::word_of(Self::WORDS, self)
    }
}

/// A line between a value and a word.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BypassLine {
    /// Stable key.
    pub key: &'static str,
    /// HGNC symbol; none for all genes without a line of their own.
    pub gene: Option<&'static str>,
    /// The word.
    pub state: BypassState,
    /// The value.
    pub value: f64,
    /// Its unit: `copies`, `bases` or `share`.
    pub unit: &'static str,
    /// Where it comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
    /// What else to know.
    pub note: Option<&'static str>,
}

/// A set of marker genes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MarkerSet {
    /// Mesenchymal genes of the EMT signature.
    Mesenchymal,
    /// Its epithelial genes.
    Epithelial,
    /// Markers of small-cell carcinoma.
    Neuroendocrine,
}

impl MarkerSet {
    const WORDS: &[(&str, Self)] = &[
        ("mesenchymal", Self::Mesenchymal),
        ("epithelial", Self::Epithelial),
        ("neuroendocrine", Self::Neuroendocrine),
    ];

    /// The word that tables and results use.
    pub fn as_str(self) -> &'static str {
        table::word_of(Self::WORDS, self)
    }
}

/// A gene of a set of markers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExpressionMarker {
    /// HGNC symbol.
    pub symbol: &'static str,
    /// The set.
    pub set: MarkerSet,
    /// Earlier symbols.
    pub aliases: Vec<&'static str>,
    /// Where it comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
    /// What else to know.
    pub note: Option<&'static str>,
}

/// What stands behind a score or a hint.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BypassStatement {
    /// Stable key.
    pub key: &'static str,
    /// `emt` or `transformation`.
    pub topic: &'static str,
    /// The statement.
    pub statement: &'static str,
    /// Where it comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
    /// What else to know.
    pub note: Option<&'static str>,
}

/// All genes that are looked for.
pub fn bypass_genes() -> &'static [BypassGene] {
    static TABLE: LazyLock<Vec<BypassGene>> =
        LazyLock::new(|| table::compiled_in(parse_genes(include_str!("../data/bypass_genes.tsv"))));
    &TABLE
}

/// The gene with this symbol.
pub fn bypass_gene(symbol: &str) -> Option<&'static BypassGene> {
    bypass_genes().iter().find(|gene| gene.symbol == symbol)
}

/// All small variants that are known to do something.
pub fn bypass_alterations() -> &'static [BypassAlteration] {
    static TABLE: LazyLock<Vec<BypassAlteration>> = LazyLock::new(|| {
        table::compiled_in(parse_alterations(include_str!(
            "../data/bypass_alterations.tsv"
        )))
    });
    &TABLE
}

/// All lines between values and words.
pub fn bypass_lines() -> &'static [BypassLine] {
    static TABLE: LazyLock<Vec<BypassLine>> =
        LazyLock::new(|| table::compiled_in(parse_lines(include_str!("../data/bypass_lines.tsv"))));
    &TABLE
}

/// The line of a gene, or that of all genes.
pub fn bypass_line(gene: &str, state: BypassState) -> Option<&'static BypassLine> {
    let of = |gene: Option<&str>| {
        bypass_lines()
            .iter()
            .find(|line| line.state == state && line.gene == gene)
    };
    of(Some(gene)).or_else(|| of(None))
}

/// All marker genes.
pub fn expression_markers() -> &'static [ExpressionMarker] {
    static TABLE: LazyLock<Vec<ExpressionMarker>> = LazyLock::new(|| {
        table::compiled_in(parse_markers(include_str!(
            "../data/expression_markers.tsv"
        )))
    });
    &TABLE
}

/// All statements.
pub fn bypass_statements() -> &'static [BypassStatement] {
    static TABLE: LazyLock<Vec<BypassStatement>> = LazyLock::new(|| {
        table::compiled_in(parse_statements(include_str!(
            "../data/bypass_statements.tsv"
        )))
    });
    &TABLE
}

fn parse_genes(text: &'static str) -> Result<Vec<BypassGene>, TableError> {
    table::read("bypass_genes", text, |row| {
        Ok(BypassGene {
            symbol: row.text("key")?,
            role: row.text("role")?,
            amplification: row.either("amplification", "yes", "no")?,
            loss: row.either("loss", "yes", "no")?,
            expression: row.either("expression", "yes", "no")?,
            ways: row.list("ways")?,
            provenance: row.provenance()?,
            note: row.optional("note")?,
        })
    })
}

fn parse_alterations(text: &'static str) -> Result<Vec<BypassAlteration>, TableError> {
    table::read("bypass_alterations", text, |row| {
        Ok(BypassAlteration {
            key: row.text("key")?,
            gene: row.text("gene")?,
            kind: row.word("kind", AlterationKind::WORDS)?,
            first: row.optional_number("first")?,
            last: row.optional_number("last")?,
            exon: row.optional_number("exon")?,
            reference: row.optional_letter("reference")?,
            alternatives: row.list("alternatives")?,
            codon: row.optional("codon")?,
            effect: row.word("effect", AlterationEffect::WORDS)?,
            provenance: row.provenance()?,
            note: row.optional("note")?,
        })
    })
}

fn parse_lines(text: &'static str) -> Result<Vec<BypassLine>, TableError> {
    table::read("bypass_lines", text, |row| {
        Ok(BypassLine {
            key: row.text("key")?,
            gene: Some(row.text("gene")?).filter(|gene| *gene != "*"),
            state: row.word("state", BypassState::WORDS)?,
            value: number(row)?,
            unit: row.text("unit")?,
            provenance: row.provenance()?,
            note: row.optional("note")?,
        })
    })
}

fn number(row: &Row<'_, 'static>) -> Result<f64, TableError> {
    row.optional_decimal("value")?
        .ok_or_else(|| row.bad("value", "", "a decimal number"))
}

fn parse_markers(text: &'static str) -> Result<Vec<ExpressionMarker>, TableError> {
    table::read("expression_markers", text, |row| {
        Ok(ExpressionMarker {
            symbol: row.text("key")?,
            set: row.word("set", MarkerSet::WORDS)?,
            aliases: row.list("aliases")?,
            provenance: row.provenance()?,
            note: row.optional("note")?,
        })
    })
}

fn parse_statements(text: &'static str) -> Result<Vec<BypassStatement>, TableError> {
    table::read("bypass_statements", text, |row| {
        Ok(BypassStatement {
            key: row.text("key")?,
            topic: row.text("topic")?,
            statement: row.text("statement")?,
            provenance: row.provenance()?,
            note: row.optional("note")?,
        })
    })
}

impl Fact for BypassGene {
    fn key(&self) -> &'static str {
        self.symbol
    }

    fn provenance(&self) -> Provenance {
        self.provenance
    }
}

impl Fact for BypassAlteration {
    fn key(&self) -> &'static str {
        self.key
    }

    fn provenance(&self) -> Provenance {
        self.provenance
    }
}

impl Fact for BypassLine {
    fn key(&self) -> &'static str {
        self.key
    }

    fn provenance(&self) -> Provenance {
        self.provenance
    }
}

impl Fact for ExpressionMarker {
    fn key(&self) -> &'static str {
        self.symbol
    }

    fn provenance(&self) -> Provenance {
        self.provenance
    }
}

impl Fact for BypassStatement {
    fn key(&self) -> &'static str {
        self.key
    }

    fn provenance(&self) -> Provenance {
        self.provenance
    }
}

#[cfg(test)]
mod tests {
    use alkaid_genome::{Bundle, translate};

    use super::*;
    use crate::{fact, off_target_resistance};

    #[test]
    fn rows_lead_to_rows_and_to_genes() {
        let bundle = Bundle::embedded();
        for gene in bypass_genes() {
            assert!(bundle.best(gene.symbol).is_some(), "{}", gene.symbol);
            for way in &gene.ways {
                let way = fact(off_target_resistance(), way).expect(way);
                assert!(way.genes.contains(&gene.symbol), "{}", way.key);
            }
        }
        for row in bypass_alterations() {
            assert!(bypass_gene(row.gene).is_some(), "{}", row.key);
        }
        for line in bypass_lines() {
            assert!(line.gene.is_none_or(|gene| bypass_gene(gene).is_some()));
            assert!(line.value > 0.0);
        }
    }

    #[test]
    fn every_gene_of_the_off_target_table_is_watched_or_a_marker() {
        for way in off_target_resistance() {
            for gene in &way.genes {
                let marker = expression_markers()
                    .iter()
                    .any(|marker| marker.symbol == *gene);
                let partner = *gene == "ST7" || *gene == "ZEB1";
                assert!(
                    bypass_gene(gene).is_some() || marker || partner,
                    "{}: {gene}",
                    way.key
                );
            }
        }
    }

    #[test]
    fn residues_and_codons_are_those_of_the_reference() {
        let bundle = Bundle::embedded();
        for row in bypass_alterations() {
            let (Some(first), Some(reference)) = (row.first, row.reference) else {
                continue;
            };
            let accession = bundle.best(row.gene).unwrap().protein.as_deref();
            let proteins = bundle.proteome().of_gene(row.gene);
            let protein = proteins
                .iter()
                .find(|protein| accession == Some(protein.accession.as_str()))
                .or(proteins.first())
                .unwrap();
            assert_eq!(
                char::from(protein.sequence[first as usize - 1]),
                reference,
                "{}",
                row.key
            );
            if let Some(codon) = row.codon {
                assert_eq!(
                    translate(codon.as_bytes()),
                    [reference as u8],
                    "{}",
                    row.key
                );
            }
        }
    }

    #[test]
    fn the_signature_has_its_77_genes() {
        let count = |set| {
            expression_markers()
                .iter()
                .filter(|marker| marker.set == set)
                .count()
        };
        assert_eq!(count(MarkerSet::Mesenchymal), 52);
        assert_eq!(count(MarkerSet::Epithelial), 25);
        assert_eq!(count(MarkerSet::Neuroendocrine), 5);
    }
}
