//! Findings that need no junction: more of ALK's 3' part than of its 5' part, and transcription from intron 19.

use statrs::distribution::{Binomial, DiscreteCDF, Poisson};

use crate::anatomy::{Anatomy, CANONICAL_EXON};
use crate::census::{Census, Coverage};
use crate::finding::{Finding, FindingKind, Statistic};

/// Standard deviation of the logit of the 3' share between samples of unrearranged ALK: 3' bias of priming and
/// degradation. An assumption; wide, so that the test errs towards silence.
const SHARE_SPREAD: f64 = 0.8;
/// p-value of the imbalance at which it is reported.
const IMBALANCE_P: f64 = 1e-3;
/// Fewest 3' fragments.
const IMBALANCE_MIN: u64 = 10;
/// ALK-ATI starts within about 400 bases before exon 20 (Wiesner 2015, doi:10.1038/nature15258).
const ATI_REACH: usize = 400;
/// Fewest fragments from intron 19 into exon 20.
const ATI_MIN: u32 = 5;
/// Reads from intron 19 into exon 20 for each that is spliced from exon 19.
const ATI_OVER_SPLICED: u32 = 3;
/// How much more the end of intron 19 must be covered than other introns there.
const ATI_RATIO: f64 = 5.0;
/// p-value of that.
const ATI_P: f64 = 1e-4;

/// 3'/5' imbalance, if there is one.
pub fn imbalance(anatomy: &Anatomy, census: &Census) -> Option<Finding> {
    let (five, three) = (census.five_prime, census.three_prime);
    if three < IMBALANCE_MIN {
        return None;
    }
    let length = |part: &dyn Fn(u16) -> bool| -> f64 {
        anatomy
            .exons
            .iter()
            .filter(|exon| part(exon.number))
            .map(|exon| exon.span.len() as f64)
            .sum()
    };
    let (five_length, three_length) = (
        length(&|n| n < CANONICAL_EXON),
        length(&|n| n >= CANONICAL_EXON),
    );
    let null = three_length / (five_length + three_length);
    let p_value = share_tail(five + three, three, null);
    if p_value > IMBALANCE_P {
        return None;
    }
    let ratio = (three as f64 / three_length) / ((five as f64).max(0.5) / five_length);
    let least = if five == 0 { "at least " } else { "" };
    Some(Finding {
        kind: FindingKind::Imbalance,
        summary: format!(
            "ALK exons 20–29 are expressed {least}{ratio:.1} times as much as exons 1–19 per base ({three} against {five} fragments), as \
             after a fusion or alternative initiation."
        ),
        supporting_fragments: three.min(u64::from(u32::MAX)) as u32,
        unique_fragments: three.min(u64::from(u32::MAX)) as u32,
        exon_from: Some(CANONICAL_EXON),
        exon_to: Some(29),
        in_frame: None,
        statistic: Some(Statistic {
            name: format!(
                "3'/5' ratio per base; logit-normal binomial, mean share {null:.3} by exon length, between-sample sd \
                 {SHARE_SPREAD} on the logit, one-sided"
            ),
            value: (ratio * 100.0).round() / 100.0,
            p_value: Some(p_value),
            interval: None,
        }),
        other_gene: None,
        positions: Vec::new(),
    })
}

/// P(at least `three` of `total`) when the logit of the share varies normally around that of `null`.
fn share_tail(total: u64, three: u64, null: f64) -> f64 {
    const STEPS: i32 = 100;
    let centre = (null / (1.0 - null)).ln();
    let (mut sum, mut weights) = (0.0, 0.0);
    for step in -STEPS..=STEPS {
        let z = 5.0 * f64::from(step) / f64::from(STEPS);
        let weight = (-z * z / 2.0).exp();
        let share = 1.0 / (1.0 + (-(centre + SHARE_SPREAD * z)).exp());
        let tail = match three.checked_sub(1) {
            // A share lies strictly between 0 and 1, so the distribution exists.
            Some(below) => Binomial::new(share, total).map_or(1.0, |binomial| binomial.sf(below)),
            None => 1.0,
        };
        sum += weight * tail;
        weights += weight;
    }
    sum / weights
}

/// Transcription initiation in intron 19, if there is any.
pub fn alternative_initiation(
    anatomy: &Anatomy,
    census: &Census,
    coverage: &Coverage,
) -> Option<Finding> {
    let exon = anatomy.exon(CANONICAL_EXON)?;
    let previous = anatomy.previous(exon)?;
    let start = exon.span.start;
    let tail = start.saturating_sub(ATI_REACH)..start;
    let into_exon = coverage
        .through(start)
        .saturating_sub(spliced_through(anatomy, coverage));
    let tail_depth = coverage.mean_depth(tail.clone());
    // The rest of intron 19 and introns 16–18 show how much unspliced RNA (or DNA) there is anyway.
    let mut elsewhere: Vec<_> = std::iter::once(previous.span.end..tail.start).collect();
    for number in 16..CANONICAL_EXON - 1 {
        if let (Some(before), Some(after)) = (anatomy.exon(number), anatomy.exon(number + 1)) {
            elsewhere.push(before.span.end..after.span.start);
        }
    }
    let bases: usize = elsewhere.iter().map(|span| span.len()).sum();
    let background = elsewhere
        .into_iter()
        .map(|span| coverage.mean_depth(span.clone()) * span.len() as f64)
        .sum::<f64>()
        / bases.max(1) as f64;
    let ratio = tail_depth / background.max(0.02);
    // Depth counts a read once per base; its unit of chance is the read.
    let read_length = 75.0;
    let expected = (background.max(0.02) * ATI_REACH as f64 / read_length).max(0.05);
    let observed = (tail_depth * ATI_REACH as f64 / read_length).round();
    let p_value = Poisson::new(expected).map_or(1.0, |poisson| {
        poisson.sf((observed as u64).saturating_sub(1))
    });
    let silent_five = imbalance(anatomy, census).is_some();
    // Reads primed in exon 20 cover the end of intron 19 wherever RNA is unspliced; then spliced reads abound as well.
    let spliced = spliced_through(anatomy, coverage);
    if into_exon < ATI_MIN.max(ATI_OVER_SPLICED * spliced)
        || ratio < ATI_RATIO
        || p_value > ATI_P
        || !silent_five
    {
        return None;
    }
    Some(Finding {
        kind: FindingKind::AlternativeTranscriptionInitiation,
        summary: format!(
            "Reads run from the last {ATI_REACH} bases of intron 19 into exon 20 ({into_exon} fragments) {ratio:.0} times as densely \
             as other introns are covered, and exons 1–19 are nearly silent: transcription from intron 19 (ALK-ATI)."
        ),
        supporting_fragments: into_exon,
        unique_fragments: into_exon,
        exon_from: Some(CANONICAL_EXON),
        exon_to: Some(29),
        in_frame: None,
        statistic: Some(Statistic {
            name: "depth of the last 400 nt of intron 19 against introns 16–19 elsewhere; Poisson, one-sided".into(),
            value: (ratio * 10.0).round() / 10.0,
            p_value: Some(p_value),
            interval: None,
        }),
        other_gene: None,
        positions: Vec::new(),
    })
}

/// Fragments that reach exon 20 from exon 19 by splicing: those through exon 19's end that do not stay in the intron.
fn spliced_through(anatomy: &Anatomy, coverage: &Coverage) -> u32 {
    let Some(exon) = anatomy.exon(CANONICAL_EXON) else {
        return 0;
    };
    let before = coverage
        .depth(exon.span.start - 1..exon.span.start)
        .first()
        .copied()
        .unwrap_or(0);
    coverage.through(exon.span.start).saturating_sub(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_is_calibrated_under_its_own_null() {
        // Sum over outcomes of P(outcome) · [tail ≤ 0.05] is the size of the test.
        let (total, null) = (60, 0.344);
        let tails: Vec<f64> = (0..=total + 1)
            .map(|k| share_tail(total, k, null))
            .collect();
        let size: f64 = (0..=total as usize)
            .filter(|&k| tails[k] <= 0.05)
            .map(|k| tails[k] - tails[k + 1])
            .sum();
        assert!(size <= 0.05 && size > 0.02, "{size}");
    }

    #[test]
    fn a_lone_three_prime_part_is_unlikely_and_an_even_one_is_not() {
        assert!(share_tail(200, 198, 0.344) < 1e-4);
        assert!(share_tail(200, 90, 0.344) > 0.1);
    }
}
