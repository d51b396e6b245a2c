//! What was called against what was put in.

use alkaid_genome::Bundle;
use alkaid_knowledge::{named_variant, named_variant_at};
use alkaid_reads::finding::{FusionCall, ReadsReport};
use alkaid_simulate::{FusionTruth, JunctionTruth};

/// One case compared.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// Whether there is any ALK call.
    pub called: bool,
    /// The partner gene of the call is the one put in.
    pub gene: bool,
    /// Its exon too.
    pub exon: bool,
    /// Both true positions lie within the intervals reported.
    pub breakpoint: bool,
    /// The frame is as the simulation says.
    pub frame: bool,
    /// The named variant that the table has for this junction, if it has one.
    pub variant_expected: Option<&'static str>,
    /// The variant's name is the expected one, or absent like it.
    pub variant: bool,
    /// Fragments counted by the call.
    pub counted: u32,
    /// Fragments that hold 30 exact bases over the junction.
    pub ceiling: u64,
    /// Fragments that hold the junction.
    pub supporting: u64,
    /// Calls beside the one compared.
    pub further: usize,
    /// What should have been seen.
    pub expected: String,
    /// What was seen.
    pub seen: String,
}

impl Comparison {
    /// Whether nothing is wrong but the count.
    pub fn right(&self) -> bool {
        self.called
            && self.gene
            && self.exon
            && self.breakpoint
            && self.variant
            && self.frame
            && self.further == 0
    }
}

/// Compares a report with the molecule that was put in. Of several calls the one nearest to the truth counts, the
/// others are `further` ones.
pub fn compare(bundle: &Bundle, truth: &FusionTruth, report: &ReadsReport) -> Comparison {
    let Some(junction) = &truth.junction else {
        return Comparison::default();
    };
    let expected = variant(junction);
    let mut comparison = Comparison {
        ceiling: truth.ceiling,
        supporting: truth.supporting_fragments,
        variant_expected: expected,
        expected: describe_truth(truth, junction, expected),
        seen: describe(report),
        ..Comparison::default()
    };
    let best = report.calls.iter().max_by_key(|call| {
        // The first of equals: they are sorted by support.
        let first = std::cmp::Reverse(
            call.id
                .trim_start_matches('F')
                .parse::<u32>()
                .unwrap_or(u32::MAX),
        );
        (
            gene_is_right(junction, call),
            breakpoint_is_right(junction, call),
            first,
        )
    });
    let Some(call) = best else { return comparison };
    comparison.called = true;
    comparison.gene = gene_is_right(junction, call);
    comparison.exon = comparison.gene && exon_is_right(bundle, junction, call);
    comparison.breakpoint = breakpoint_is_right(junction, call);
    comparison.variant = call.named_variant.as_deref() == expected;
    comparison.frame = junction.in_frame.is_none() || call.in_frame == junction.in_frame;
    comparison.counted = call.supporting_fragments;
    comparison.further = report.calls.len() - 1;
    comparison
}

fn gene_is_right(truth: &JunctionTruth, call: &FusionCall) -> bool {
    truth.left.gene.as_deref() == Some(call.five_prime.gene.as_str())
}

/// The exon has the true number; where the call counts along another transcript, the number that the true base has there.
fn exon_is_right(bundle: &Bundle, truth: &JunctionTruth, call: &FusionCall) -> bool {
    if call.three_prime.exon != truth.right.exon {
        return false;
    }
    let same = call.five_prime.transcript == truth.left.transcript;
    let own = call
        .five_prime
        .transcript
        .as_deref()
        .and_then(|id| bundle.transcript(id));
    match (same, own, truth.left.position) {
        (false, Some(own), Some(position)) => {
            let exon = own
                .transcript_position(position - 1)
                .and_then(|at| own.exon_at(at))
                .map(|exon| exon.number.0);
            call.five_prime.exon == exon.or(truth.left.exon)
        }
        _ => call.five_prime.exon == truth.left.exon,
    }
}

fn breakpoint_is_right(truth: &JunctionTruth, call: &FusionCall) -> bool {
    let within = |position: Option<u64>, interval: Option<[u64; 2]>, own: Option<u64>| {
        let interval = interval.or(own.map(|own| [own, own]));
        position
            .zip(interval)
            .is_some_and(|(position, [low, high])| (low..=high).contains(&position))
    };
    let (five, three) = (&call.five_prime, &call.three_prime);
    truth.left.chrom == five.chrom
        && truth.right.chrom == three.chrom
        && within(truth.left.position, call.five_prime_interval, five.pos)
        && within(truth.right.position, call.three_prime_interval, three.pos)
}

/// The name that the table has for the junction put in.
fn variant(truth: &JunctionTruth) -> Option<&'static str> {
    let gene = truth.left.gene.as_deref()?;
    let (inserted, alk) = (truth.inserted.as_str(), truth.right.cds);
    named_variant(
        gene,
        truth.left.cds,
        truth.left.exon,
        inserted.len(),
        inserted,
        alk,
    )
    .or_else(|| named_variant_at(gene, truth.left.position?, inserted.len(), inserted, alk))
    .map(|variant| variant.name)
}

fn describe_truth(truth: &FusionTruth, junction: &JunctionTruth, variant: Option<&str>) -> String {
    let place = |side: &alkaid_simulate::SideTruth| match (&side.chrom, side.position) {
        (Some(chrom), Some(position)) => format!("{chrom}:{position}"),
        _ => "?".to_owned(),
    };
    let exon = junction
        .left
        .exon
        .map_or_else(String::new, |exon| format!(" e{exon}"));
    format!(
        "{}{exon} {} / {}{}; ceiling {}",
        truth.name,
        place(&junction.left),
        place(&junction.right),
        variant.map_or_else(String::new, |name| format!(" {name}")),
        truth.ceiling
    )
}

/// A report in one line.
pub fn describe(report: &ReadsReport) -> String {
    let verdict = serde_json::to_value(report.verdict).ok();
    let mut text = verdict
        .as_ref()
        .and_then(|value| value.as_str())
        .unwrap_or("?")
        .to_owned();
    for call in &report.calls {
        let place = |side: &alkaid_reads::finding::Side, interval: Option<[u64; 2]>| match (
            &side.chrom,
            side.pos,
            interval,
        ) {
            (Some(chrom), Some(_), Some([low, high])) if low != high => {
                format!("{chrom}:{low}-{high}")
            }
            (Some(chrom), Some(pos), _) => format!("{chrom}:{pos}"),
            _ => "?".to_owned(),
        };
        text.push_str(&format!(
            " | {} {}{} {} / {}, {} fragments, by {}",
            call.name,
            call.junction_exons,
            call.named_variant
                .as_ref()
                .map_or_else(String::new, |name| format!(" {name}")),
            place(&call.five_prime, call.five_prime_interval),
            place(&call.three_prime, call.three_prime_interval),
            call.supporting_fragments,
            call.five_prime.named_by,
        ));
    }
    for finding in &report.findings {
        text.push_str(&format!(
            " | {:?} {:?}-{:?} {}",
            finding.kind, finding.exon_from, finding.exon_to, finding.supporting_fragments
        ));
    }
    let mut refused: Vec<_> = report.refused.iter().collect();
    refused.sort_by_key(|refused| std::cmp::Reverse(refused.supporting_fragments));
    for refused in refused.iter().take(2) {
        text.push_str(&format!(
            " | refused {} {} {:?} {} fragments, {} molecules, odds {}",
            refused.name,
            refused.reason,
            refused.three_prime.pos,
            refused.supporting_fragments,
            refused.unique_fragments,
            refused.log10_odds
        ));
    }
    text
}
