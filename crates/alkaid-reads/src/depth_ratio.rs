//! Is more of ALK there than of the rest of a panel? Depth over ALK's targets against the panel's other targets.
//!
//! Model: the log2 depth of a target varies normally around the log2 copies of what it captures, and ALK's targets vary
//! as much between themselves as the controls do. Medians and the median absolute deviation (MAD) keep single failed or
//! gained targets from mattering. What this says is a ratio of depths, never a number of copies.

use std::path::{Path, PathBuf};

use alkaid_genome::{Assembly, Bundle, GenomicInterval};
use statrs::distribution::{ContinuousCDF, StudentsT};
use thiserror::Error;

use crate::analyse::ReadsError;
use crate::anatomy::Anatomy;
use crate::finding::{DepthRatio, Finding, FindingKind, Statistic};
use crate::gather::interval_to_grch37;
use crate::input::{InputOptions, Progress, Sources};
use crate::targets::{TargetError, read_targets};

/// Fewest ALK targets, and fewest controls, with depth. An assumption: fewer tell nothing of how much targets vary.
const MIN_ALK: usize = 3;
const MIN_CONTROLS: usize = 10;
/// The interval's lower end above which more of ALK is reported.
const GAIN: f64 = 1.0;
/// The lower end from which that is called an amplification. An assumption, not from a study: at least twice as deep as
/// the controls, which in a sample of nothing but diploid tumour cells would be four copies.
const AMPLIFICATION: f64 = 2.0;
/// What makes the MAD of a normal distribution its standard deviation.
const MAD_TO_SD: f64 = 1.4826;
/// Variance of a median over that of a mean, for many normal values: π / 2. For few it is less.
const MEDIAN_VARIANCE: f64 = std::f64::consts::FRAC_PI_2;
/// Efficiency of the MAD beside the standard deviation under the normal: as if so much smaller a sample were known.
const MAD_EFFICIENCY: f64 = 0.37;

/// Why depth cannot be compared.
#[derive(Debug, Error)]
pub enum DepthError {
    /// The target list cannot be used.
    #[error(transparent)]
    Targets(#[from] TargetError),
    /// The target list does not go with the file.
    #[error("{}: {problem}", path.display())]
    Panel {
        /// The target list.
        path: PathBuf,
        /// What is missing, and the remedy.
        problem: String,
    },
    /// Depth of RNA is expression.
    #[error(
        "depth against control regions needs DNA, and these reads are taken for RNA ({reason}): leave out \
         --control-regions (another caller's table of copy numbers goes in with --copy-number), or say --molecule dna if \
         that is what was sequenced"
    )]
    Rna {
        /// How that was decided.
        reason: String,
    },
}

/// What a target is to the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// It overlaps a coding exon of ALK.
    Alk,
    /// Elsewhere on an autosome.
    Control,
    /// In ALK beside its coding exons, or on a sex chromosome, the mitochondrion or an unplaced sequence.
    NotUsed,
}

/// ALK on the assembly of the alignments.
struct Gene {
    /// Coding exons by number.
    exons: Vec<(u16, GenomicInterval)>,
    /// From the first to the last base of these.
    span: GenomicInterval,
}

/// Compares ALK's targets with the others of a target list.
pub(crate) fn measure(
    bundle: &Bundle,
    anatomy: &Anatomy,
    path: &Path,
    sources: &mut Sources,
    options: &InputOptions,
    progress: &dyn Progress,
) -> Result<DepthRatio, ReadsError> {
    let targets = read_targets(path).map_err(DepthError::from)?;
    let covered = sources.aligned_bases(options, &targets, progress)?;
    let panel = |problem| DepthError::Panel {
        path: path.to_path_buf(),
        problem,
    };
    if covered.bases.iter().all(Option::is_none) {
        return Err(panel(format!(
            "none of its chromosomes ({} and others) is in the header of the alignments; is it a target list of human {}?",
            targets[0].chrom, covered.assembly
        ))
        .into());
    }
    let gene = Gene::on(bundle, anatomy, covered.assembly).ok_or_else(|| {
        panel(format!(
            "the reference bundle does not place ALK on {}",
            covered.assembly
        ))
    })?;
    let (mut alk, mut controls, mut not_used) = (Vec::new(), Vec::new(), 0);
    for (target, bases) in targets.iter().zip(&covered.bases) {
        match (gene.part(target), bases) {
            (Part::Alk, Some(bases)) => alk.push((target, depth(*bases, target))),
            (Part::Control, Some(bases)) => controls.push(depth(*bases, target)),
            _ => not_used += 1,
        }
    }
    if alk.len() < MIN_ALK {
        return Err(panel(format!(
            "{} of its targets overlap coding exons of ALK and {MIN_ALK} are needed; on {}, which these alignments are on, \
             ALK lies at {}:{}-{}: is it the panel's target list, and on this assembly?",
            alk.len(), covered.assembly, gene.span.chrom, gene.span.start + 1, gene.span.end
        ))
        .into());
    }
    if controls.len() < MIN_CONTROLS {
        return Err(panel(format!(
            "it has {} control targets (on autosomes, outside ALK) and {MIN_CONTROLS} are needed; give the whole target list of the panel",
            controls.len()
        ))
        .into());
    }
    let depths: Vec<f64> = alk.iter().map(|(_, depth)| *depth).collect();
    let mut exons: Vec<u16> = gene
        .exons
        .iter()
        .filter(|(_, exon)| alk.iter().any(|(target, _)| target.overlaps(exon)))
        .map(|(number, _)| *number)
        .collect();
    exons.sort_unstable();
    let counted: u64 = covered.bases.iter().flatten().sum();
    let all = counted + covered.duplicate_bases;
    let mut measured = compare(&depths, &controls);
    measured.targets = path.display().to_string();
    measured.alk_exons = exons;
    measured.targets_not_used = not_used;
    measured.duplicate_share =
        (all > 0).then(|| rounded(covered.duplicate_bases as f64 / all as f64));
    Ok(measured)
}

impl Gene {
    fn on(bundle: &Bundle, anatomy: &Anatomy, assembly: Assembly) -> Option<Self> {
        let transcript = anatomy.transcript;
        let exons: Vec<(u16, GenomicInterval)> = transcript
            .exons
            .iter()
            .filter(|exon| transcript.last_cds_of(exon).is_some())
            .filter_map(|exon| {
                let here = GenomicInterval {
                    chrom: transcript.chrom.clone(),
                    start: exon.genome.start,
                    end: exon.genome.end,
                };
                let interval = match assembly {
                    Assembly::Grch38 => here,
                    Assembly::Grch37 => interval_to_grch37(bundle, &here)?,
                };
                Some((exon.number.0, interval))
            })
            .collect();
        let span = GenomicInterval {
            chrom: exons.first()?.1.chrom.clone(),
            start: exons.iter().map(|(_, exon)| exon.start).min()?,
            end: exons.iter().map(|(_, exon)| exon.end).max()?,
        };
        Some(Gene { exons, span })
    }

    fn part(&self, target: &GenomicInterval) -> Part {
        if self.exons.iter().any(|(_, exon)| exon.overlaps(target)) {
            return Part::Alk;
        }
        let number = target.chrom.strip_prefix("chr").map(str::parse::<u8>);
        match number {
            Some(Ok(1..=22)) if !target.overlaps(&self.span) => Part::Control,
            _ => Part::NotUsed,
        }
    }
}

/// Bases over a target by its length.
fn depth(bases: u64, target: &GenomicInterval) -> f64 {
    bases as f64 / target.len().max(1) as f64
}

/// The statistic, from the depths of ALK's targets and of the controls.
fn compare(alk: &[f64], controls: &[f64]) -> DepthRatio {
    let with_depth = |depths: &[f64]| -> Vec<f64> {
        let mut with: Vec<f64> = depths
            .iter()
            .copied()
            .filter(|&depth| depth > 0.0)
            .collect();
        with.sort_by(f64::total_cmp);
        with
    };
    let (seen, seen_controls) = (with_depth(alk), with_depth(controls));
    let mut measured = DepthRatio {
        alk_targets: seen.len() as u32,
        control_targets: seen_controls.len() as u32,
        alk_targets_without_depth: (alk.len() - seen.len()) as u32,
        control_targets_without_depth: (controls.len() - seen_controls.len()) as u32,
        model: model(),
        ..DepthRatio::default()
    };
    let untold = |why: String| format!("ALK's depth against the controls cannot be told: {why}.");
    if seen.len() < MIN_ALK || seen_controls.len() < MIN_CONTROLS {
        measured.statement = untold(format!(
            "{} ALK targets and {} controls have reads, and {MIN_ALK} and {MIN_CONTROLS} are needed",
            seen.len(),
            seen_controls.len()
        ));
        return measured;
    }
    if 2 * seen_controls.len() < controls.len() {
        measured.statement = untold(format!(
            "only {} of {} controls have reads; is it the target list of the panel that was used?",
            seen_controls.len(),
            controls.len()
        ));
        return measured;
    }
    let (depth, control_depth) = (median(&seen), median(&seen_controls));
    let spread = spread(&seen_controls);
    measured.alk_depth = Some(rounded(depth));
    measured.control_depth = Some(rounded(control_depth));
    measured.control_spread = Some(rounded(spread));
    let Some(reach) = reach(spread, seen.len(), seen_controls.len()) else {
        measured.statement = untold(
            "the controls do not differ in depth, so that how much targets vary is unknown"
                .to_owned(),
        );
        return measured;
    };
    let log2 = (depth / control_depth).log2();
    let [low, high] = [log2 - reach, log2 + reach].map(|end| rounded(end.exp2()));
    let ratio = rounded(log2.exp2());
    measured.ratio = Some(ratio);
    measured.log2_ratio = Some(rounded(log2));
    measured.interval = Some([low, high]);
    measured.statement = format!(
        "ALK's targets are covered {ratio:.2} times as deeply as the panel's other targets (95 % interval {low:.2} to {high:.2}; \
         median depth {depth:.0} over {} targets against {control_depth:.0} over {} controls). How many copies that is depends \
         on purity and ploidy, which are unknown.",
        seen.len(),
        seen_controls.len(),
    );
    measured
}

/// The middle of sorted values; of two middle ones their mean.
fn median(sorted: &[f64]) -> f64 {
    let upper = sorted.len() / 2;
    let lower = (sorted.len().max(1) - 1) / 2;
    match (sorted.get(lower), sorted.get(upper)) {
        (Some(lower), Some(upper)) => (lower + upper) / 2.0,
        _ => 0.0,
    }
}

/// Standard deviation of log2 depth, from its MAD.
fn spread(sorted_depths: &[f64]) -> f64 {
    let logs: Vec<f64> = sorted_depths.iter().map(|depth| depth.log2()).collect();
    let centre = median(&logs);
    let mut distances: Vec<f64> = logs.iter().map(|log| (log - centre).abs()).collect();
    distances.sort_by(f64::total_cmp);
    MAD_TO_SD * median(&distances)
}

/// How far the 95 % interval reaches on either side, log2. None if the controls do not vary.
fn reach(spread: f64, alk: usize, controls: usize) -> Option<f64> {
    if spread <= 0.0 {
        return None;
    }
    let (alk, controls) = (alk as f64, controls as f64);
    let error = spread * (MEDIAN_VARIANCE * (1.0 / alk + 1.0 / controls)).sqrt();
    // The spread is itself an estimate, and a coarse one.
    let freedom = (MAD_EFFICIENCY * (controls - 1.0)).max(1.0);
    let quantile = StudentsT::new(0.0, 1.0, freedom).ok()?.inverse_cdf(0.975);
    Some(quantile * error)
}

fn model() -> String {
    format!(
        "log2 of the median depth of ALK's targets over that of the controls (the list's other autosomal targets); bases of \
         primary alignments not flagged as duplicates, by target length; spread between targets: {MAD_TO_SD} x MAD of the \
         controls' log2 depth, taken to hold for ALK's targets as well, normal and independent; variance of a median: pi/2 that \
         of a mean; Student's t with {MAD_EFFICIENCY} x (controls - 1) degrees of freedom; GC content, mappability and \
         capture efficiency are not corrected. Called an amplification if the interval's lower end is {AMPLIFICATION} or more \
         (assumption)."
    )
}

/// What a reader should know of the file before trusting the ratio.
pub(crate) fn warning(measured: &DepthRatio) -> Option<String> {
    (measured.duplicate_share == Some(0.0)).then(|| {
        "no alignment on the targets is flagged as a duplicate: if duplicates were not marked, the depth ratio counts PCR copies"
            .to_owned()
    })
}

/// What the ratio amounts to, if more of ALK is there.
pub(crate) fn finding(measured: &DepthRatio) -> Option<Finding> {
    let (ratio, interval) = (measured.ratio?, measured.interval?);
    let (kind, words) = match interval[0] {
        low if low >= AMPLIFICATION => (
            FindingKind::Amplification,
            format!(
                "An amplification: the interval's lower end is {AMPLIFICATION} or more (assumption)."
            ),
        ),
        low if low > GAIN => (
            FindingKind::Gain,
            format!(
                "More of ALK than of the other targets, not called an amplification: the interval's lower end is below {AMPLIFICATION} \
                 (assumption)."
            ),
        ),
        _ => return None,
    };
    Some(Finding {
        kind,
        summary: format!("{} {words}", measured.statement),
        supporting_fragments: 0,
        unique_fragments: 0,
        exon_from: measured.alk_exons.first().copied(),
        exon_to: measured.alk_exons.last().copied(),
        in_frame: None,
        statistic: Some(Statistic {
            name: measured.model.clone(),
            value: ratio,
            p_value: None,
            interval: Some(interval),
        }),
        other_gene: None,
        positions: Vec::new(),
    })
}

/// Three decimals: more would be noise.
fn rounded(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use statrs::distribution::Normal;

    /// Depths around `mean` with a standard deviation of `spread` on log2, evenly over the quantiles.
    fn depths(mean: f64, spread: f64, number: usize) -> Vec<f64> {
        let normal = Normal::new(0.0, spread).expect("a distribution");
        (0..number)
            .map(|i| mean * normal.inverse_cdf((i as f64 + 0.5) / number as f64).exp2())
            .collect()
    }

    fn kind(alk: &[f64], controls: &[f64]) -> Option<FindingKind> {
        finding(&compare(alk, controls)).map(|finding| finding.kind)
    }

    #[test]
    fn the_ratio_and_its_interval_decide_the_words() {
        let controls = depths(100.0, 0.3, 200);
        assert_eq!(
            kind(&depths(400.0, 0.3, 29), &controls),
            Some(FindingKind::Amplification)
        );
        assert_eq!(
            kind(&depths(150.0, 0.3, 29), &controls),
            Some(FindingKind::Gain)
        );
        assert_eq!(kind(&depths(100.0, 0.3, 29), &controls), None);
        assert_eq!(kind(&depths(50.0, 0.3, 29), &controls), None);
        // Three targets do not tell 1.3 from 1.
        assert_eq!(kind(&depths(130.0, 0.3, 3), &controls), None);

        let measured = compare(&depths(400.0, 0.3, 29), &controls);
        assert_eq!(
            (measured.ratio, measured.log2_ratio),
            (Some(4.0), Some(2.0))
        );
        assert!((measured.control_spread.expect("told") - 0.3).abs() < 0.02);
        assert!(measured.statement.contains("purity and ploidy"));
    }

    #[test]
    fn too_little_is_said_to_be_too_little() {
        let controls = depths(100.0, 0.3, 20);
        let few = compare(&[100.0, 90.0, 0.0], &controls);
        assert_eq!(
            (few.ratio, few.alk_targets, few.alk_targets_without_depth),
            (None, 2, 1)
        );
        assert!(
            few.statement
                .contains("2 ALK targets and 20 controls have reads"),
            "{}",
            few.statement
        );
        let even = compare(&[100.0; 5], &[50.0; 20]);
        assert_eq!(even.ratio, None);
        assert!(
            even.statement.contains("do not differ"),
            "{}",
            even.statement
        );
        let mut other_list = controls.clone();
        other_list.extend([0.0; 21]);
        let other = compare(&[100.0; 5], &other_list);
        assert_eq!(other.ratio, None);
        assert!(
            other.statement.contains("only 20 of 41 controls"),
            "{}",
            other.statement
        );
        assert!(
            [few, even, other]
                .iter()
                .all(|measured| finding(measured).is_none())
        );
    }

    #[test]
    fn single_failed_or_gained_controls_do_not_matter() {
        let mut controls = depths(100.0, 0.3, 40);
        let alk = depths(100.0, 0.3, 9);
        let before = compare(&alk, &controls).ratio.expect("told");
        controls.extend([10_000.0, 20_000.0, 0.5]);
        let after = compare(&alk, &controls).ratio.expect("told");
        assert!((before - after).abs() < 0.05, "{before} {after}");
    }

    #[test]
    fn the_interval_holds_the_truth_as_often_as_it_says() {
        const ROUNDS: u32 = 2_000;
        let normal = Normal::new(0.0, 0.4).expect("a distribution");
        let mut state = 1_u64;
        let mut draw = |number: usize| -> Vec<f64> {
            (0..number)
                .map(|_| {
                    state = state
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1_442_695_040_888_963_407);
                    let uniform = ((state >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
                    100.0 * normal.inverse_cdf(uniform).exp2()
                })
                .collect()
        };
        for (alk, controls) in [(3, 10), (3, 200), (10, 20), (29, 40), (29, 500)] {
            let mut held = 0;
            for _ in 0..ROUNDS {
                let [low, high] = compare(&draw(alk), &draw(controls)).interval.expect("told");
                held += u32::from(low <= 1.0 && 1.0 <= high);
            }
            let share = f64::from(held) / f64::from(ROUNDS);
            // Three standard errors of the simulation are 0.015.
            assert!((0.935..0.99).contains(&share), "{alk} {controls}: {share}");
        }
    }

    #[test]
    fn targets_are_sorted_by_where_they_lie() {
        let bundle = Bundle::embedded();
        let anatomy = Anatomy::new(bundle);
        for assembly in [Assembly::Grch38, Assembly::Grch37] {
            let gene = Gene::on(bundle, &anatomy, assembly).expect("placed");
            assert_eq!(gene.exons.len(), 29);
            let at = |chrom: &str, start| GenomicInterval {
                chrom: chrom.to_owned(),
                start,
                end: start + 100,
            };
            let (_, exon_20) = &gene.exons[19];
            assert_eq!(gene.part(&at("chr2", exon_20.start)), Part::Alk);
            assert_eq!(gene.part(&at("chr2", exon_20.end + 500)), Part::NotUsed);
            assert_eq!(
                gene.part(&at("chr2", gene.span.end + 10_000)),
                Part::Control
            );
            assert_eq!(gene.part(&at("chr22", exon_20.start)), Part::Control);
            assert_eq!(gene.part(&at("chrX", exon_20.start)), Part::NotUsed);
            assert_eq!(gene.part(&at("chrM", 1)), Part::NotUsed);
        }
        // Exon 20 on GRCh37, known from the literature: chr2:29446208-29446394.
        let gene = Gene::on(bundle, &anatomy, Assembly::Grch37).expect("placed");
        assert_eq!(
            (gene.exons[19].1.start, gene.exons[19].1.end),
            (29_446_207, 29_446_394)
        );
    }

    proptest! {
        #[test]
        fn the_ratio_scales_and_lies_in_its_interval(
            alk in prop::collection::vec(1.0_f64..1e4, 3..30),
            controls in prop::collection::vec(1.0_f64..1e4, 10..60),
            factor in 0.1_f64..10.0,
        ) {
            let measured = compare(&alk, &controls);
            if let (Some(ratio), Some([low, high])) = (measured.ratio, measured.interval) {
                prop_assert!(low <= ratio && ratio <= high);
                let deeper = |depths: &[f64]| depths.iter().map(|depth| depth * factor).collect::<Vec<_>>();
                let both = compare(&deeper(&alk), &deeper(&controls)).ratio.expect("told as well");
                prop_assert!((both - ratio).abs() <= 0.001 + 1e-9 * ratio);
            }
        }
    }
}
