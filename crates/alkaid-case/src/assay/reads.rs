//! Reads of RNA and DNA.

use alkaid_knowledge::{Fact, detection, fact, partner};
use alkaid_reads::finding::{
    EvidenceRead, FindingKind, FusionCall, Molecule, ReadsReport, Variant, VariantOrigin, Verdict,
};

use super::{Found, title};
use crate::citations::Citations;
use crate::finding::{AssayKind, AssayState, JunctionRead, JunctionReads, Measure};
use crate::joint::Observation;
use crate::numbers::{grouped, percent};

/// The share of tumour cells that is taken where none is given: what the guideline asks every test to manage.
const CONTENT_ROW: &str = "cap_2018_content";

/// The row of reads. `content` is the share of tumour cells.
pub(crate) fn reads(
    id: &str,
    kind: AssayKind,
    report: &ReadsReport,
    content: Option<f64>,
    citations: &mut Citations,
) -> Found {
    let mut found = Found::new(id, kind, title(kind).to_owned(), state(report));
    found.finding.finding.text = says(report);
    found.finding.uncertainty = match report.calls.first() {
        Some(call) => format!(
            "log10 odds {:.1} against artefacts; {} unique fragments, {} distinct starts",
            call.log10_odds, call.unique_fragments, call.distinct_starts
        ),
        None => report.bound.statement.clone(),
    };
    found.finding.measure = report.calls.first().map(|call| Measure {
        name: "unique fragments across the junction".to_owned(),
        value: f64::from(call.unique_fragments),
        interval: None,
        unit: "fragments".to_owned(),
        line: Some(f64::from(report.bound.fragments_needed)),
    });
    found.finding.notes = report.warnings.clone();
    let expected = match kind {
        AssayKind::DnaReads => Molecule::Dna,
        _ => Molecule::Rna,
    };
    if report.qc.molecule != expected {
        found.finding.notes.push(
            "the reads look like those of the other molecule; check under which of rna and dna they belong"
                .to_owned(),
        );
    }
    match kind {
        AssayKind::DnaReads => dna(found, id, report, content, citations),
        _ => rna(found, id, report),
    }
}

fn state(report: &ReadsReport) -> AssayState {
    match report.verdict {
        Verdict::Rearranged | Verdict::RearrangedPartnerUnresolved => AssayState::Positive,
        // It was seen, however little else would have been.
        _ if has(report, FindingKind::AlternativeTranscriptionInitiation) => {
            AssayState::Informative
        }
        Verdict::NotDetected if has(report, FindingKind::Imbalance) => AssayState::Equivocal,
        Verdict::NotDetected => AssayState::Negative,
        Verdict::Insufficient => AssayState::Insufficient,
    }
}

fn has(report: &ReadsReport, kind: FindingKind) -> bool {
    report.findings.iter().any(|finding| finding.kind == kind)
}

fn rna(found: Found, id: &str, report: &ReadsReport) -> Found {
    let observe = |path: &[(&'static str, &'static str)]| Observation::new(id, path);
    if let Some(kind) = report.calls.iter().map(rna_kind).min() {
        let kind = ["known", "new", "other"][kind];
        return found.counts(observe(&[("rna", "fusion"), ("rna_kind", kind)]));
    }
    if has(report, FindingKind::AlternativeTranscriptionInitiation) {
        return found.counts(observe(&[("rna", "ati")]));
    }
    if report.verdict == Verdict::Insufficient {
        return found.does_not_count("it could not have shown a fusion; that is no negative");
    }
    if has(report, FindingKind::Imbalance) {
        return found.counts(observe(&[("rna", "excess")]));
    }
    found.counts(observe(&[("rna", "none")]))
}

/// 0: a reported partner in frame; 1: another in frame; 2: anything else.
fn rna_kind(call: &FusionCall) -> usize {
    if !is_productive(call) {
        2
    } else if is_reported(&call.five_prime.gene) {
        0
    } else {
        1
    }
}

/// Whether a call keeps ALK's frame and its whole kinase.
pub(crate) fn is_productive(call: &FusionCall) -> bool {
    call.five_prime.gene != "?"
        && call.in_frame == Some(true)
        && call
            .protein
            .as_ref()
            .is_none_or(|protein| protein.kinase_domain_whole)
}

/// Whether the tables have the gene as a 5' partner, read in a source.
pub(crate) fn is_reported(gene: &str) -> bool {
    partner(gene).is_some_and(|partner| partner.real_5p_partner && partner.usable_by_default())
}

fn dna(
    mut found: Found,
    id: &str,
    report: &ReadsReport,
    content: Option<f64>,
    citations: &mut Citations,
) -> Found {
    let observe = |outcome| Observation::new(id, &[("dna", outcome)]);
    if report.calls.iter().any(is_productive) {
        return found.counts(observe("gene"));
    }
    if !report.calls.is_empty() || has(report, FindingKind::Reciprocal) {
        found.finding.state = AssayState::Equivocal;
        return found.counts(observe("other"));
    }
    if report.verdict == Verdict::Insufficient {
        return found
            .does_not_count("it could not have shown a rearrangement; that is no negative");
    }
    let mut observation = observe("none");
    if let Some(bound) = report.bound.dna_allele_fraction {
        let content = content.unwrap_or_else(|| {
            let row = fact(detection(), CONTENT_ROW);
            found.finding.notes.push(
                "the share of tumour cells is not given; a fifth is taken, as guidelines ask every test to manage"
                    .to_owned(),
            );
            if let Some(row) = row {
                found.finding.finding.cites.push(citations.fact("detection", row));
            }
            row.and_then(|row| row.share.percent).map_or(0.2, |share| share / 100.0)
        });
        observation.detection = detection_of(content, bound);
        if observation.detection < 0.95 {
            found.finding.notes.push(format!(
                "with {} tumour cells a rearrangement of one allele in every tumour cell would have been seen with {} probability",
                percent(content),
                percent(observation.detection)
            ));
        }
        if observation.detection < 0.5 {
            found.finding.state = AssayState::Insufficient;
        }
    }
    found.counts(observation)
}

/// Probability that a rearrangement of one of two alleles in every tumour cell would have been seen, given the allele
/// fraction that is seen with 95 % probability: supporting fragments are Poisson, so that misses fall exponentially.
fn detection_of(content: f64, bound: f64) -> f64 {
    if bound <= 0.0 {
        return 1.0;
    }
    (1.0 - 0.05_f64.powf(content / 2.0 / bound)).clamp(0.0, 1.0)
}

/// What reads found, in a sentence.
fn says(report: &ReadsReport) -> String {
    let mut parts: Vec<String> = report.calls.iter().take(3).map(call_says).collect();
    if report.calls.len() > 3 {
        parts.push(format!("{} further junctions", report.calls.len() - 3));
    }
    if parts.is_empty() {
        parts.push(match report.verdict {
            Verdict::Insufficient => {
                format!(
                    "no fusion, and none could have been seen in {} fragments",
                    grouped(report.qc.fragments)
                )
            }
            _ => format!("no fusion in {} fragments", grouped(report.qc.fragments)),
        });
        parts.extend(
            report
                .findings
                .iter()
                .take(2)
                .map(|finding| finding.summary.trim_end_matches('.').to_owned()),
        );
    }
    parts.extend(
        report
            .small_variants
            .variants
            .iter()
            .filter(|one| counts_as_mutation(one))
            .map(|one| {
                format!(
                    "{} in {} of molecules",
                    one.name,
                    percent(one.allele_fraction)
                )
            }),
    );
    parts.join("; ")
}

/// Whether a small variant is one of the tumour's kinase mutations.
pub(crate) fn counts_as_mutation(variant: &Variant) -> bool {
    variant.catalogued
        || (variant.in_kinase_domain
            && variant.origin != VariantOrigin::LikelyGermline
            && variant.hgvs_p.is_some()
            && !variant.name.ends_with('='))
}

/// `EML4::ALK V1 (E13;A20), in frame, 22 unique fragments`.
pub(crate) fn call_says(call: &FusionCall) -> String {
    let variant = call
        .named_variant
        .as_ref()
        .map_or_else(String::new, |name| format!(" {name}"));
    let frame = match call.in_frame {
        Some(true) => ", in frame",
        Some(false) => ", out of frame",
        None => "",
    };
    format!(
        "{}{variant} ({}){frame}, {} unique fragments",
        call.name, call.junction_exons, call.unique_fragments
    )
}

/// The reads that cross each call's junction, for drawing.
pub(crate) fn junction_reads(
    report: &ReadsReport,
    evidence: &[EvidenceRead],
) -> Vec<JunctionReads> {
    report
        .calls
        .iter()
        .map(|call| {
            let mut reads: Vec<JunctionRead> = evidence
                .iter()
                .filter(|read| read.call == call.id)
                .filter_map(|read| across(call, read))
                .collect();
            reads.sort_by(|a, b| b.cmp(a));
            let total = reads.len();
            let step = total.div_ceil(JunctionReads::SHOWN).max(1);
            JunctionReads {
                call: call.id.clone(),
                total: total as u32,
                reads: reads.into_iter().step_by(step).collect(),
            }
        })
        .collect()
}

/// Bases on both sides of the junction, if the read crosses it.
fn across(call: &FusionCall, read: &EvidenceRead) -> Option<JunctionRead> {
    let chrom = call.three_prime.chrom.as_deref()?;
    // 0-based.
    let first = call.three_prime.pos?.checked_sub(1)?;
    let bases = read
        .placements
        .iter()
        .filter(|placement| placement.chrom == chrom)
        .find(|placement| {
            placement
                .blocks
                .iter()
                .any(|&(start, length)| (start..start + u64::from(length)).contains(&first))
        })?
        .blocks
        .iter()
        .map(|&(_, length)| length)
        .sum::<u32>();
    let length = read.read.bases.len() as u32;
    (bases < length).then(|| JunctionRead {
        five_prime: length - bases,
        three_prime: bases,
        mate: read.mate,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example::example;

    fn report() -> ReadsReport {
        example().reads[0].report.clone()
    }

    fn of(kind: AssayKind, report: &ReadsReport) -> Found {
        reads("x", kind, report, Some(0.4), &mut Citations::default())
    }

    #[test]
    fn a_known_fusion_is_told_from_a_new_and_a_broken_one() {
        let path = |report: &ReadsReport| of(AssayKind::RnaReads, report).observation.unwrap().path;
        let mut report = report();
        assert_eq!(path(&report), [("rna", "fusion"), ("rna_kind", "known")]);
        report.calls[0].five_prime.gene = "TTN".to_owned();
        assert_eq!(path(&report)[1], ("rna_kind", "new"));
        report.calls[0].in_frame = Some(false);
        assert_eq!(path(&report)[1], ("rna_kind", "other"));
    }

    #[test]
    fn insufficient_is_not_negative() {
        let mut report = report();
        report.calls.clear();
        report.findings.clear();
        report.verdict = Verdict::Insufficient;
        let found = of(AssayKind::RnaReads, &report);
        assert_eq!(found.finding.state, AssayState::Insufficient);
        assert!(found.observation.is_none());
        assert!(
            found
                .finding
                .why_not_counted
                .unwrap()
                .contains("no negative")
        );
        report.verdict = Verdict::NotDetected;
        let found = of(AssayKind::RnaReads, &report);
        assert_eq!(found.observation.unwrap().path, [("rna", "none")]);
    }

    #[test]
    fn a_negative_of_dna_counts_by_what_it_would_have_seen() {
        let mut report = report();
        report.calls.clear();
        report.findings.clear();
        report.verdict = Verdict::NotDetected;
        let detection = |fraction| {
            let mut report = report.clone();
            report.bound.dna_allele_fraction = Some(fraction);
            let found = of(AssayKind::DnaReads, &report);
            (found.observation.unwrap().detection, found.finding.state)
        };
        // 40 % tumour cells: one allele in all of them is an allele fraction of 0.2.
        assert!((detection(0.2).0 - 0.95).abs() < 1e-9);
        assert!(detection(0.01).0 > 0.9999);
        let (weak, state) = detection(1.0);
        assert!(weak < 0.5);
        assert_eq!(state, AssayState::Insufficient);
        assert_eq!(detection_of(0.4, 0.0), 1.0);
    }
}
