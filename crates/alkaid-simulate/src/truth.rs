//! What the reads hold, for comparison with what a caller finds.

use std::fmt::Write as _;

use alkaid_genome::{Assembly, reverse_complement};
use memchr::memmem::Finder;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::chimera::{Chimera, Molecule, strand_text};
use crate::mutation::MutationTruth;
use crate::pieces::SideTruth;
use crate::plan::{Amount, ReadPlan};

/// Bases on either side of a junction for a fragment to count as holding it.
pub const TRUTH_ANCHOR: u32 = 10;
/// Bases of the exact match that a fragment needs to count for the ceiling.
pub const CEILING_WINDOW: usize = 30;

/// The truth about one simulation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Truth {
    /// The assembly of all positions.
    pub assembly: Assembly,
    /// Checksum of the reference bundle that the molecules were made from.
    pub bundle: String,
    /// Seed of the plan.
    pub seed: u64,
    /// Reads of the plan.
    pub reads: ReadPlan,
    /// Fragments written in all.
    pub fragments: u64,
    /// Of these, background fragments that switched template.
    pub switched: u64,
    /// The molecules asked for, in the order of the plan.
    pub fusions: Vec<FusionTruth>,
}

/// The truth about one molecule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FusionTruth {
    /// The specification.
    pub spec: String,
    /// Gene names, such as `EML4::ALK`.
    pub name: String,
    /// RNA or DNA.
    pub molecule: Molecule,
    /// What was asked for, such as `5`, `200f` or `30x`.
    pub amount: Amount,
    /// The junction; `None` for a molecule that is no fusion.
    pub junction: Option<JunctionTruth>,
    /// Fragments of this molecule, anywhere in it.
    pub fragments: u64,
    /// Of these, distinct ones (PCR copies left out).
    pub unique_fragments: u64,
    /// Fragments with a read that holds the junction and at least 10 bases on either side of it, by
    /// where they were cut, whatever the sequencing errors.
    pub supporting_fragments: u64,
    /// Of these, distinct ones.
    pub unique_supporting_fragments: u64,
    /// Fragments with a read that holds 30 exact bases over the junction: what can be found by
    /// exact matching. (With more than 10 bases inserted, the window grows to keep 10 on either side.)
    pub ceiling: u64,
    /// Small changes of ALK that the molecule holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mutations: Vec<MutationTruth>,
}

/// The truth about one junction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct JunctionTruth {
    /// The side that comes first.
    pub left: SideTruth,
    /// The side that comes second.
    pub right: SideTruth,
    /// Bases between the two that belong to neither, after retained intron was given to its side.
    pub inserted: String,
    /// Whether the reading frame goes on; `None` where a side is not coding.
    pub in_frame: Option<bool>,
    /// The junction could be moved this many bases to the left without a change of sequence.
    pub homology_left: u32,
    /// The same to the right.
    pub homology_right: u32,
    /// 30 bases to the left of the junction.
    pub left_bases: String,
    /// 30 bases to the right of it.
    pub right_bases: String,
}

impl JunctionTruth {
    /// The truth about the junction of a molecule; `None` when it has none.
    #[must_use]
    pub fn of(chimera: &Chimera) -> Option<Self> {
        let junction = chimera.junction.as_ref()?;
        let text = |range: std::ops::Range<usize>| {
            String::from_utf8_lossy(&chimera.sequence[range]).into_owned()
        };
        let (end, start) = (junction.left_end, junction.right_start);
        Some(Self {
            left: junction.left.clone(),
            right: junction.right.clone(),
            inserted: text(end..start),
            in_frame: junction.in_frame,
            homology_left: junction.homology.0,
            homology_right: junction.homology.1,
            left_bases: text(end.saturating_sub(30)..end),
            right_bases: text(start..(start + 30).min(chimera.sequence.len())),
        })
    }
}

/// The bases over a junction that an exact match needs, both strands.
#[derive(Debug, Clone)]
pub(crate) struct Window {
    forward: Finder<'static>,
    reverse: Finder<'static>,
}

impl Window {
    pub(crate) fn of(chimera: &Chimera) -> Option<Self> {
        let junction = chimera.junction.as_ref()?;
        let inserted = junction.inserted();
        let size = CEILING_WINDOW.max(inserted + 2 * TRUTH_ANCHOR as usize);
        let left = (size - inserted) / 2;
        let start = junction.left_end.checked_sub(left)?;
        let bases = chimera.sequence.get(start..start + size)?;
        Some(Self {
            forward: Finder::new(bases).into_owned(),
            reverse: Finder::new(&reverse_complement(bases)).into_owned(),
        })
    }

    pub(crate) fn is_in(&self, read: &[u8]) -> bool {
        self.forward.find(read).is_some() || self.reverse.find(read).is_some()
    }
}

/// Columns of the table.
const COLUMNS: [&str; 32] = [
    "spec",
    "name",
    "molecule",
    "amount",
    "gene1",
    "transcript1",
    "exon1",
    "intron1",
    "cds1",
    "chrom1",
    "position1",
    "strand1",
    "retained1",
    "gene2",
    "transcript2",
    "exon2",
    "intron2",
    "cds2",
    "chrom2",
    "position2",
    "strand2",
    "retained2",
    "inserted",
    "in_frame",
    "homology_left",
    "homology_right",
    "fragments",
    "unique_fragments",
    "supporting_fragments",
    "unique_supporting_fragments",
    "ceiling",
    "mutations",
];

impl Truth {
    /// The table `truth.tsv`: one line per molecule, `.` where there is nothing to say, positions
    /// 1-based on GRCh38.
    #[must_use]
    pub fn to_tsv(&self) -> String {
        let mut text = format!("#{}\n", COLUMNS.join("\t"));
        for fusion in &self.fusions {
            let junction = fusion.junction.as_ref();
            let nothing = SideTruth::default();
            let mut row = vec![
                fusion.spec.clone(),
                fusion.name.clone(),
                match fusion.molecule {
                    Molecule::Rna => "rna".to_owned(),
                    Molecule::Dna => "dna".to_owned(),
                },
                fusion.amount.to_string(),
            ];
            row.extend(side_fields(junction.map_or(&nothing, |j| &j.left)));
            row.extend(side_fields(junction.map_or(&nothing, |j| &j.right)));
            row.push(
                junction
                    .map(|j| j.inserted.clone())
                    .filter(|s| !s.is_empty())
                    .unwrap_or(".".into()),
            );
            row.push(field(junction.and_then(|j| j.in_frame)));
            row.push(field(junction.map(|j| j.homology_left)));
            row.push(field(junction.map(|j| j.homology_right)));
            row.extend(
                [
                    fusion.fragments,
                    fusion.unique_fragments,
                    fusion.supporting_fragments,
                    fusion.unique_supporting_fragments,
                    fusion.ceiling,
                ]
                .map(|count| count.to_string()),
            );
            let mutations: Vec<String> = fusion
                .mutations
                .iter()
                .map(|made| {
                    format!(
                        "{}:{}/{}",
                        made.change, made.fragments, made.unique_fragments
                    )
                })
                .collect();
            row.push(
                Some(mutations.join(";"))
                    .filter(|text| !text.is_empty())
                    .unwrap_or(".".into()),
            );
            let _ = writeln!(text, "{}", row.join("\t"));
        }
        text
    }
}

fn side_fields(side: &SideTruth) -> [String; 9] {
    [
        field(side.gene.as_ref()),
        field(side.transcript.as_ref()),
        field(side.exon),
        field(side.intron),
        field(side.cds),
        field(side.chrom.as_ref()),
        field(side.position),
        strand_text(side.strand),
        side.retained.to_string(),
    ]
}

fn field(value: Option<impl ToString>) -> String {
    value.map_or_else(|| ".".to_owned(), |value| value.to_string())
}
