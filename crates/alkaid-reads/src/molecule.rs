//! RNA or DNA? Told by splicing: in ALK, in the alignments, or in the first reads of the file.

use alkaid_genome::Bundle;

use crate::census::Census;
use crate::finding::Molecule;
use crate::input::InputSummary;
use crate::partner::{Query, Scanner, Target};

/// Fewest reads of evidence for a decision.
const ENOUGH: u64 = 5;
/// Bases of a read that must match a transcript, and lie on either side of a splice junction.
const ANCHOR: usize = 10;

/// The molecule and why.
pub fn decide(
    bundle: &Bundle,
    anatomy: &crate::anatomy::Anatomy,
    census: &Census,
    input: &InputSummary,
) -> (Molecule, String) {
    if input.spliced_alignments >= ENOUGH {
        return (
            Molecule::Rna,
            format!(
                "{} of the first alignments are spliced",
                input.spliced_alignments
            ),
        );
    }
    let (spliced, unspliced) = (census.spliced, census.unspliced);
    if spliced >= ENOUGH && spliced * 4 >= unspliced {
        return (
            Molecule::Rna,
            format!("{spliced} ALK reads are spliced, {unspliced} are not"),
        );
    }
    if unspliced >= 4 * ENOUGH && spliced * 20 <= unspliced {
        return (
            Molecule::Dna,
            format!("{unspliced} ALK reads cross exon ends unspliced, {spliced} spliced"),
        );
    }
    let (across, within) = transcript_reads(bundle, anatomy, input);
    if across >= ENOUGH {
        return (
            Molecule::Rna,
            format!("{across} of the first reads cross splice junctions of transcripts"),
        );
    }
    if within >= 40 * ENOUGH {
        return (
            Molecule::Dna,
            format!(
                "{within} of the first reads lie in transcripts, none across a splice junction"
            ),
        );
    }
    if input
        .aligner
        .as_deref()
        .is_some_and(|aligner| aligner.to_lowercase().contains("bwa"))
    {
        return (Molecule::Dna, "aligned by an aligner for DNA (bwa)".into());
    }
    (
        Molecule::Rna,
        "undecided from the reads; taken as RNA (say --molecule dna if it is DNA)".into(),
    )
}

/// Of the first reads: how many cross a splice junction of a transcript, and how many lie within one exon.
fn transcript_reads(
    bundle: &Bundle,
    anatomy: &crate::anatomy::Anatomy,
    input: &InputSummary,
) -> (u64, u64) {
    let queries: Vec<Query> = input
        .head
        .iter()
        .map(|fragment| Query {
            bases: fragment.first.bases.clone(),
            stride: 8,
        })
        .collect();
    let hits = Scanner::new(&queries).scan(bundle, anatomy);
    let (mut across, mut within) = (0, 0);
    for (hits, query) in hits.iter().zip(&queries) {
        // Nearly the whole read must match: a processed transcript does, a gene's exon with its intron does not.
        let best = hits.iter().find(|hit| {
            matches!(hit.target, Target::Transcript(_))
                && hit.score as usize * 10 >= query.bases.len() * 8
        });
        let Some(hit) = best else { continue };
        let Target::Transcript(index) = hit.target else {
            continue;
        };
        let span =
            hit.target_start + ANCHOR..(hit.target_start + hit.length).saturating_sub(ANCHOR);
        let exons = &bundle.transcripts()[index].exons;
        // The first exon's start is no junction.
        if exons
            .iter()
            .skip(1)
            .any(|exon| span.contains(&(exon.transcript.start as usize)))
        {
            across += 1;
        } else {
            within += 1;
        }
    }
    (across, within)
}
