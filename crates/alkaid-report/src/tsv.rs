//! `fusions.tsv` and `refused.tsv`.
//!
//! `fusions.tsv` starts with the columns of Arriba, under Arriba's names, wherever they mean the same; a column that has
//! no meaning here holds `.`. Our own columns follow. Positions are 1-based.

use std::collections::{BTreeMap, BTreeSet};

use alkaid_genome::Strand;
use alkaid_reads::finding::{
    CallStatus, EvidenceRead, FusionCall, Molecule, Placement, ReadsReport, Side,
};

use crate::reference::Reference;

/// What stands where there is nothing to say.
const NONE: &str = ".";

/// Confidence in Arriba's three words, from posterior odds: at least a million to one, at least a thousand to one, less.
const CONFIDENCE: [(f64, &str); 2] = [(6.0, "high"), (3.0, "medium")];

/// A column: its name and how its field is made.
type Column = (&'static str, fn(&Row<'_>) -> String);

/// A call with what its fields are made from.
struct Row<'r> {
    call: &'r FusionCall,
    evidence: Evidence,
    reference: &'r dyn Reference,
}

/// What the supporting reads say of one call.
#[derive(Default)]
struct Evidence {
    /// Fragments whose longest placement lies at the 5' and at the 3' partner; nothing without reads.
    anchors: Option<(usize, usize)>,
    /// Names of the fragments, sorted.
    names: BTreeSet<String>,
}

const COLUMNS: &[Column] = &[
    ("#gene1", |row| gene(&row.call.five_prime)),
    ("gene2", |row| gene(&row.call.three_prime)),
    ("strand1(gene/fusion)", |row| strands(&row.call.five_prime)),
    ("strand2(gene/fusion)", |row| strands(&row.call.three_prime)),
    ("breakpoint1", |row| place(&row.call.five_prime)),
    ("breakpoint2", |row| place(&row.call.three_prime)),
    ("site1", |row| site(&row.call.five_prime, row.reference)),
    ("site2", |row| site(&row.call.three_prime, row.reference)),
    ("type", |row| optional(row.call.rearrangement)),
    ("split_reads1", |row| {
        optional(row.evidence.anchors.map(|(five, _)| five))
    }),
    ("split_reads2", |row| {
        optional(row.evidence.anchors.map(|(_, three)| three))
    }),
    ("discordant_mates", |row| {
        row.call.spanning_pairs.to_string()
    }),
    ("coverage1", |_| NONE.to_owned()),
    ("coverage2", |row| {
        (u64::from(row.call.supporting_fragments) + u64::from(row.call.wild_type_fragments))
            .to_string()
    }),
    ("confidence", |row| {
        confidence(row.call.log10_odds).to_owned()
    }),
    ("reading_frame", |row| match row.call.in_frame {
        Some(true) => "in-frame".to_owned(),
        Some(false) => "out-of-frame".to_owned(),
        None => NONE.to_owned(),
    }),
    ("tags", |_| NONE.to_owned()),
    ("retained_protein_domains", |row| domains(row.call)),
    ("closest_genomic_breakpoint1", |row| {
        genomic(row.call, &row.call.five_prime)
    }),
    ("closest_genomic_breakpoint2", |row| {
        genomic(row.call, &row.call.three_prime)
    }),
    ("gene_id1", |row| {
        gene_id(&row.call.five_prime, row.reference)
    }),
    ("gene_id2", |row| {
        gene_id(&row.call.three_prime, row.reference)
    }),
    ("transcript_id1", |row| {
        optional(row.call.five_prime.transcript.as_deref())
    }),
    ("transcript_id2", |row| {
        optional(row.call.three_prime.transcript.as_deref())
    }),
    ("direction1", |row| direction(row.call.five_prime.strand)),
    ("direction2", |row| {
        direction(row.call.three_prime.strand.map(Strand::flip))
    }),
    ("filters", |_| NONE.to_owned()),
    ("fusion_transcript", |row| transcript(row.call)),
    ("peptide_sequence", |row| {
        optional(
            row.call
                .protein
                .as_ref()
                .map(|protein| &protein.junction_peptide),
        )
    }),
    ("read_identifiers", |row| {
        list(row.evidence.names.iter().map(String::as_str))
    }),
    ("name", |row| row.call.name.clone()),
    ("junction_exons", |row| row.call.junction_exons.clone()),
    ("named_variant", |row| {
        optional(row.call.named_variant.as_deref())
    }),
    ("unique_fragments", |row| {
        row.call.unique_fragments.to_string()
    }),
    ("supporting_fragments", |row| {
        row.call.supporting_fragments.to_string()
    }),
    ("spanning_pairs", |row| row.call.spanning_pairs.to_string()),
    ("log10_odds", |row| format!("{:.2}", row.call.log10_odds)),
    ("in_frame", |row| {
        optional(
            row.call
                .in_frame
                .map(|kept| if kept { "yes" } else { "no" }),
        )
    }),
    ("microhomology", |row| row.call.microhomology.to_string()),
    ("inserted", |row| row.call.inserted.clone()),
    ("iscn", |row| optional(row.call.iscn.as_deref())),
    ("hgvs_rna", |row| optional(row.call.hgvs_rna.as_deref())),
    ("status", |row| status(row.call.status).to_owned()),
    ("id", |row| row.call.id.clone()),
];

/// `fusions.tsv` as text: a header line, then one line per call in the report's order.
pub fn fusions_tsv(
    report: &ReadsReport,
    evidence: &[EvidenceRead],
    reference: &dyn Reference,
) -> String {
    let mut lines = vec![join(COLUMNS.iter().map(|(name, _)| (*name).to_owned()))];
    for call in &report.calls {
        let row = Row {
            call,
            evidence: evidence_of(call, evidence),
            reference,
        };
        lines.push(join(COLUMNS.iter().map(|(_, field)| field(&row))));
    }
    lines.join("\n") + "\n"
}

/// `refused.tsv` as text: every candidate that was looked at and refused, with its reason and its numbers.
pub fn refused_tsv(report: &ReadsReport) -> String {
    const HEADER: [&str; 11] = [
        "#name",
        "reason",
        "explanation",
        "breakpoint1",
        "breakpoint2",
        "region1",
        "region2",
        "supporting_fragments",
        "unique_fragments",
        "spanning_pairs",
        "log10_odds",
    ];
    let header = HEADER
        .iter()
        .copied()
        .chain(["sequence"])
        .map(str::to_owned);
    let mut lines = vec![join(header)];
    for refusal in &report.refused {
        lines.push(join([
            refusal.name.clone(),
            refusal.reason.clone(),
            refusal.explanation.clone(),
            place(&refusal.five_prime),
            place(&refusal.three_prime),
            refusal.five_prime.region.clone(),
            refusal.three_prime.region.clone(),
            refusal.supporting_fragments.to_string(),
            refusal.unique_fragments.to_string(),
            refusal.spanning_pairs.to_string(),
            format!("{:.2}", refusal.log10_odds),
            refusal.sequence.clone(),
        ]));
    }
    lines.join("\n") + "\n"
}

/// One line. Tabs and line breaks inside a field become spaces, so that a field stays a field.
pub(crate) fn join(fields: impl IntoIterator<Item = String>) -> String {
    let clean = |field: String| {
        let field: String = field
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        if field.is_empty() {
            NONE.to_owned()
        } else {
            field
        }
    };
    fields.into_iter().map(clean).collect::<Vec<_>>().join("\t")
}

pub(crate) fn optional(value: Option<impl ToString>) -> String {
    value.map_or(NONE.to_owned(), |value| value.to_string())
}

fn gene(side: &Side) -> String {
    if side.gene == "?" {
        NONE.to_owned()
    } else {
        side.gene.clone()
    }
}

/// Strand of the gene and of the fused transcript: a fusion is read in the direction of both its genes.
fn strands(side: &Side) -> String {
    side.strand
        .map_or("./.".to_owned(), |strand| format!("{strand}/{strand}"))
}

fn place(side: &Side) -> String {
    match (&side.chrom, side.pos) {
        (Some(chrom), Some(pos)) => format!("{chrom}:{pos}"),
        _ => NONE.to_owned(),
    }
}

/// The kind of place in Arriba's words.
fn site(side: &Side, reference: &dyn Reference) -> String {
    if side.intron.is_some() {
        return "intron".to_owned();
    }
    let Some(exon) = side.exon else {
        return NONE.to_owned();
    };
    let kind = if side.cds.is_some() { "CDS" } else { "exon" };
    let edges = side
        .transcript
        .as_deref()
        .and_then(|transcript| reference.exon(transcript, exon));
    let at_edge = match (edges, side.pos) {
        (Some((first, last)), Some(pos)) => pos == first || pos == last,
        _ => side.region.starts_with("end of exon") || side.region.starts_with("start of exon"),
    };
    if at_edge {
        format!("{kind}/splice-site")
    } else {
        kind.to_owned()
    }
}

fn confidence(log10_odds: f64) -> &'static str {
    CONFIDENCE
        .iter()
        .find(|(least, _)| log10_odds >= *least)
        .map_or("low", |(_, word)| word)
}

/// Kept domains of the partner, then kept domains of ALK, as Arriba writes them.
fn domains(call: &FusionCall) -> String {
    let Some(protein) = &call.protein else {
        return NONE.to_owned();
    };
    let whole = |name: &str| format!("{}(100%)", name.replace([' ', ',', '|'], "_"));
    let five = list(protein.partner_domains_kept.iter().map(|name| whole(name)));
    // Out of frame nothing of ALK is read.
    let read = call.in_frame != Some(false);
    let kinase = (protein.kinase_domain_whole && read).then(|| whole("Protein kinase domain"));
    let helix = (protein.alk_transmembrane_kept && read).then(|| whole("Transmembrane helix"));
    let three = list(helix.into_iter().chain(kinase));
    let shown = |text: String| if text == NONE { String::new() } else { text };
    format!("{}|{}", shown(five), shown(three))
}

/// DNA shows the genomic breakpoint itself.
fn genomic(call: &FusionCall, side: &Side) -> String {
    match (call.molecule, place(side)) {
        (Molecule::Dna, place) if place != NONE => format!("{place}(0)"),
        _ => NONE.to_owned(),
    }
}

fn gene_id(side: &Side, reference: &dyn Reference) -> String {
    optional(
        side.transcript
            .as_deref()
            .and_then(|transcript| reference.gene_id(transcript)),
    )
}

/// Whether the partner is joined above (`downstream`) or below (`upstream`) the breakpoint on the forward strand.
fn direction(strand: Option<Strand>) -> String {
    optional(strand.map(|strand| match strand {
        Strand::Forward => "downstream",
        Strand::Reverse => "upstream",
    }))
}

/// Bases around the junction, `|` at the break; inserted bases stand between two, in lower case.
fn transcript(call: &FusionCall) -> String {
    if call.sequence_5p.is_empty() && call.sequence_3p.is_empty() {
        return NONE.to_owned();
    }
    if call.inserted.is_empty() {
        format!("{}|{}", call.sequence_5p, call.sequence_3p)
    } else {
        format!(
            "{}|{}|{}",
            call.sequence_5p,
            call.inserted.to_ascii_lowercase(),
            call.sequence_3p
        )
    }
}

fn status(status: CallStatus) -> &'static str {
    match status {
        CallStatus::Called => "called",
        CallStatus::PartnerUnresolved => "partner_unresolved",
    }
}

fn list(items: impl IntoIterator<Item = impl Into<String>>) -> String {
    let items: Vec<String> = items.into_iter().map(Into::into).collect();
    if items.is_empty() {
        NONE.to_owned()
    } else {
        items.join(",")
    }
}

fn evidence_of(call: &FusionCall, evidence: &[EvidenceRead]) -> Evidence {
    // The longest placement of a fragment, in bases, and whether it lies at the 5' partner.
    let mut longest: BTreeMap<&[u8], (u64, bool)> = BTreeMap::new();
    let mut names = BTreeSet::new();
    for read in evidence.iter().filter(|read| read.call == call.id) {
        names.insert(String::from_utf8_lossy(&read.name).replace([',', '\t'], "_"));
        for placement in &read.placements {
            let Some(at_five) = lies_at_five_prime(call, placement) else {
                continue;
            };
            let bases = placement
                .blocks
                .iter()
                .map(|(_, length)| u64::from(*length))
                .sum();
            let best = longest.entry(&read.name).or_insert((0, at_five));
            if bases > best.0 {
                *best = (bases, at_five);
            }
        }
    }
    let five = longest.values().filter(|(_, at_five)| *at_five).count();
    let anchors = (!longest.is_empty()).then_some((five, longest.len() - five));
    Evidence { anchors, names }
}

/// Which breakpoint a placement is nearer to; nothing when neither is on its chromosome.
fn lies_at_five_prime(call: &FusionCall, placement: &Placement) -> Option<bool> {
    let distance = |side: &Side| {
        let pos = side
            .pos
            .filter(|_| side.chrom.as_deref() == Some(placement.chrom.as_str()))?;
        placement
            .blocks
            .iter()
            .map(|(start, length)| {
                pos.abs_diff(*start)
                    .min(pos.abs_diff(start.saturating_add(u64::from(*length))))
            })
            .min()
    };
    match (distance(&call.five_prime), distance(&call.three_prime)) {
        (Some(five), Some(three)) => Some(five < three),
        (Some(_), None) => Some(true),
        (None, Some(_)) => Some(false),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_stay_fields() {
        assert_eq!(
            join(["a\tb".to_owned(), String::new(), "c\n".to_owned()]),
            "a b\t.\tc "
        );
    }

    #[test]
    fn directions_are_those_of_arriba() {
        // Arriba on BCR::ABL1, both on the plus strand: downstream, upstream.
        assert_eq!(direction(Some(Strand::Forward)), "downstream");
        assert_eq!(direction(Some(Strand::Forward.flip())), "upstream");
        assert_eq!(direction(None), ".");
    }

    #[test]
    fn confidence_follows_the_odds() {
        assert_eq!(confidence(31.0), "high");
        assert_eq!(confidence(3.0), "medium");
        assert_eq!(confidence(2.9), "low");
        assert_eq!(confidence(f64::NAN), "low");
    }

    #[test]
    fn columns_are_named_once() {
        let names: BTreeSet<&str> = COLUMNS.iter().map(|(name, _)| *name).collect();
        assert_eq!(names.len(), COLUMNS.len());
        assert_eq!(
            COLUMNS[29].0, "read_identifiers",
            "Arriba's 30 columns come first"
        );
    }
}
