//! The molecules that are not asked for: what a sample holds beside its fusions.

use alkaid_genome::{Bundle, GenomicInterval, canonical_chrom};
use memchr::memmem;

use crate::chimera::chimera;
use crate::draws::{Draws, Purpose, Weighted};
use crate::error::SimulateError;
use crate::layout::Cut;
use crate::plan::{BackgroundPlan, SimulationPlan, Source};
use crate::reference;
use crate::spec::FusionSpec;

/// Molecules shorter than this are not sequenced.
const SHORTEST: usize = 60;
/// Bases of a gene-specific primer.
const PRIMER: usize = 20;

/// Molecules with their abundance.
#[derive(Debug, Clone, Default)]
pub(crate) struct Background {
    pub(crate) molecules: Vec<Vec<u8>>,
    /// Per molecule, where fragments primed in ALK end.
    primer_ends: Vec<Vec<u32>>,
    /// Molecules in proportion to their fragments when both ends are random.
    anywhere: Option<Weighted>,
    /// Molecules with a primer site, in proportion to their copies.
    primed: Option<Weighted>,
}

/// Where a background fragment comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Site {
    /// Anywhere in the molecule.
    Anywhere(usize),
    /// Up to this primer end in the molecule.
    Primed(usize, u32),
}

impl Background {
    pub(crate) fn new(plan: &SimulationPlan, bundle: &Bundle) -> Result<Self, SimulateError> {
        if plan.background.fragments == 0 {
            return Ok(Self::default());
        }
        let (molecules, copies) = match plan.background.source {
            Source::Transcripts => transcripts(&plan.background, bundle, plan.seed)?,
            Source::Loci => loci(&plan.background, bundle)?,
        };
        let fragments: Vec<f64> = copies
            .iter()
            .zip(&molecules)
            .map(|(copies, bases)| copies * bases.len() as f64)
            .collect();
        let primers = primers(plan, bundle);
        let primer_ends: Vec<_> = molecules
            .iter()
            .map(|bases| primer_ends(bases, &primers))
            .collect();
        let primed: Vec<f64> = copies
            .iter()
            .zip(&primer_ends)
            .map(|(copies, ends)| if ends.is_empty() { 0.0 } else { *copies })
            .collect();
        Ok(Self {
            anywhere: Weighted::new(&fragments),
            primed: Weighted::new(&primed),
            molecules,
            primer_ends,
        })
    }

    /// Whether there is anything to draw from.
    pub(crate) fn is_empty(&self) -> bool {
        self.anywhere.is_none()
    }

    /// Draws a molecule, primed ones first in an anchored library.
    pub(crate) fn site(&self, off_target: Option<f64>, draws: &mut Draws) -> Option<Site> {
        if let (Some(off_target), Some(primed)) = (off_target, &self.primed)
            && !draws.chance(off_target)
        {
            let molecule = primed.draw(draws);
            let ends = self.primer_ends.get(molecule)?;
            let end = *ends.get(draws.index(ends.len()))?;
            return Some(Site::Primed(molecule, end));
        }
        Some(Site::Anywhere(self.anywhere.as_ref()?.draw(draws)))
    }

    /// The bases of a cut.
    pub(crate) fn bases(&self, cut: Cut) -> &[u8] {
        &self.molecules[cut.molecule][cut.start as usize..cut.end as usize]
    }
}

/// The gene-specific primers of an anchored library, as ALK reads them.
pub(crate) fn primers(plan: &SimulationPlan, bundle: &Bundle) -> Vec<Vec<u8>> {
    let Some(anchored) = &plan.library.anchored else {
        return Vec::new();
    };
    let alk = bundle.alk();
    let bases = bundle.sequence(alk).unwrap_or_default();
    anchored
        .primers
        .iter()
        .filter_map(|&cds| {
            let end = alk.position_of_cds(alkaid_genome::CdsPosition(cds))? as usize + 1;
            bases.get(end.checked_sub(PRIMER)?..end).map(<[u8]>::to_vec)
        })
        .collect()
}

/// Where in a molecule fragments end that start at one of the primers.
pub(crate) fn primer_ends(bases: &[u8], primers: &[Vec<u8>]) -> Vec<u32> {
    primers
        .iter()
        .flat_map(|primer| memmem::find_iter(bases, primer))
        .map(|at| (at + PRIMER) as u32)
        .collect()
}

type Molecules = (Vec<Vec<u8>>, Vec<f64>);

/// Transcripts, and copies of each.
fn transcripts(
    plan: &BackgroundPlan,
    bundle: &Bundle,
    seed: u64,
) -> Result<Molecules, SimulateError> {
    let wanted = |gene: &str, chrom: &str| {
        plan.only.is_empty()
            || plan
                .only
                .iter()
                .any(|only| only == gene || canonical_chrom(only) == chrom)
    };
    let (mut molecules, mut copies) = (Vec::new(), Vec::new());
    let mut total = 0.0;
    let alk = plan.wild_type_alk + plan.unspliced_alk;
    for (index, (transcript, sequence)) in bundle.sequences().enumerate() {
        if alk >= 1.0 || transcript.gene == "ALK" || sequence.len() < SHORTEST {
            continue;
        }
        // Drawn for every transcript, so that a selection does not change the others' expression.
        let mut draws = Draws::new(seed, Purpose::Expression, 0, index as u64);
        let expression = libm::exp(plan.expression_sigma * draws.normal());
        if wanted(&transcript.gene, &transcript.chrom) {
            total += expression * sequence.len() as f64;
            molecules.push(sequence.unpack());
            copies.push(expression);
        }
    }
    if molecules.is_empty() && alk < 1.0 {
        return Err(SimulateError::Plan {
            field: "background.only",
            value: plan.only.join(","),
            remedy:
                "the bundle has no transcript of these genes or chromosomes; name others or none"
                    .to_owned(),
        });
    }
    // With nothing else in the sample, ALK's shares are relative to each other.
    let others = if alk < 1.0 { total / (1.0 - alk) } else { 1.0 };
    for (share, spec) in [
        (
            plan.wild_type_alk,
            FusionSpec::WildType {
                gene: "ALK".to_owned(),
            },
        ),
        (
            plan.unspliced_alk,
            FusionSpec::Unspliced {
                gene: "ALK".to_owned(),
            },
        ),
    ] {
        if share > 0.0 {
            let bases = chimera(&spec, bundle)?.sequence;
            copies.push(share * others / bases.len() as f64);
            molecules.push(bases);
        }
    }
    Ok((molecules, copies))
}

/// Stretches of the genome, one copy each.
fn loci(plan: &BackgroundPlan, bundle: &Bundle) -> Result<Molecules, SimulateError> {
    let molecules: Vec<Vec<u8>> = if plan.regions.is_empty() {
        reference::loci(bundle)
            .map(|locus| locus.sequence.unpack())
            .collect()
    } else {
        plan.regions
            .iter()
            .map(|region| region_bases(region, bundle))
            .collect::<Result<_, _>>()?
    };
    let molecules: Vec<_> = molecules
        .into_iter()
        .filter(|bases| bases.len() >= SHORTEST)
        .collect();
    let copies = vec![1.0; molecules.len()];
    Ok((molecules, copies))
}

fn region_bases(text: &str, bundle: &Bundle) -> Result<Vec<u8>, SimulateError> {
    let wrong = |remedy: String| SimulateError::Plan {
        field: "background.regions",
        value: format!("{text:?}"),
        remedy,
    };
    let interval = parse_region(text)
        .ok_or_else(|| wrong("use CHROM:FIRST-LAST, such as chr2:29220000-29231000".to_owned()))?;
    let (range, strand) = (interval.start..interval.end, alkaid_genome::Strand::Forward);
    reference::genome_bases(bundle, &interval.chrom, range, strand)
        .map_err(|problem| wrong(problem.to_string()))
}

/// `chr2:29220000-29231000`, 1-based inclusive.
fn parse_region(text: &str) -> Option<GenomicInterval> {
    let (chrom, range) = text.rsplit_once(':')?;
    let (first, last) = range.split_once('-')?;
    let number = |text: &str| text.replace(',', "").parse::<u64>().ok();
    let (start, end) = (number(first)?.checked_sub(1)?, number(last)?);
    (start < end).then(|| GenomicInterval {
        chrom: canonical_chrom(chrom),
        start,
        end,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_one_based_and_inclusive() {
        let region = parse_region("2:29,220,000-29,231,000").unwrap();
        assert_eq!(
            (region.chrom.as_str(), region.start, region.end),
            ("chr2", 29_219_999, 29_231_000)
        );
        for wrong in ["", "chr2", "chr2:5", "chr2:5-4", "chr2:0-4", "chr2:a-b"] {
            assert!(parse_region(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn primers_are_found_where_alk_has_them() {
        let bundle = Bundle::embedded();
        let mut plan = SimulationPlan::default();
        plan.library.anchored = Some(crate::plan::AnchoredPlan::default());
        let primers = primers(&plan, bundle);
        assert_eq!(primers.len(), 2);
        let alk = bundle.sequence(bundle.alk()).unwrap_or_default();
        let start = bundle.alk().cds.as_ref().map_or(0, |cds| cds.start);
        assert_eq!(primer_ends(&alk, &primers), [start + 3_275, start + 3_430]);
    }
}
