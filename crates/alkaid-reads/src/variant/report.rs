//! From the shelf to what is said of small variants.

use std::collections::{HashMap, HashSet};
use std::io;
use std::ops::Range;

use alkaid_knowledge::{alk_domain, mutations};

use super::bound::bounds;
use super::call::{Candidate, FALSE_ALLELES, Limits, call};
use super::consensus::{Columns, Consensus};
use super::indel::{LONGEST, Sightings};
use super::model::ErrorModel;
use super::names::{Names, name};
use super::origin::origin;
use super::phase::{Allele, Patterns, Side, companions, join, present, side};
use super::pileup::Pileup;
use super::shelf::{Grouping, Shelf, Shelved, ShelvedRead};
use super::statistics::{exact_interval, phred};
use crate::analyse::Weighed;
use crate::anatomy::Anatomy;
use crate::cluster::BreakSide;
use crate::finding::{
    Molecule, PairVerdict, PhaseVerdict, RefusedVariant, SmallVariants, Variant, VariantOrigin,
    VariantPair, VariantPhase,
};
use alkaid_genome::Strand;

/// Refused alleles that are listed.
const MAX_REFUSED: usize = 500;
/// Called variants between which pairs are looked at.
const MAX_PAIRED: usize = 60;
/// Molecules per fragment below which ends are no sign of copies: amplicons, whose fragments all end alike.
const AMPLICON: f64 = 0.05;
/// Share of the 3' fragments below which ALK's 5' part is not expressed.
const SILENT: f64 = 0.05;
/// Fewest 3' fragments to say so.
const MIN_EXPRESSION: u64 = 20;

/// Which stored fragments cross which junction.
#[derive(Default)]
pub struct Crossed {
    /// By fragment: per mate, how many of its bases (ALK sense) stand before the junction, and which side is ALK.
    reads: HashMap<usize, [Option<(usize, BreakSide)>; 2]>,
    /// Fragments that show a called fusion.
    fused: HashSet<usize>,
    /// First locus offset that the called fusions keep, if there are any.
    junction: Option<usize>,
}

impl Crossed {
    /// From the weighed junctions and those that back a call.
    pub fn of(anatomy: &Anatomy, weighed: &[Weighed], chosen: &[(usize, String)]) -> Self {
        let mut crossed = Crossed::default();
        for weighed in weighed.iter().filter(|weighed| !is_small(anatomy, weighed)) {
            let side = weighed.junction.side;
            for (fragment, crossings) in &weighed.support.evidence {
                let own = crossed.reads.entry(*fragment).or_default();
                for crossing in crossings {
                    own[usize::from(crossing.mate & 1)] = Some((crossing.split, side));
                }
            }
        }
        for (index, _) in chosen.iter().filter(|(_, id)| id.starts_with('F')) {
            let Weighed {
                junction, support, ..
            } = &weighed[*index];
            let first = crossed.junction.get_or_insert(junction.alk);
            *first = (*first).min(junction.alk);
            let across = support.evidence.iter().map(|(fragment, _)| *fragment);
            crossed.fused.extend(across);
            crossed.fused.extend(&support.spanning_fragments);
        }
        crossed
    }

    /// The part of a read that is ALK.
    fn limit(&self, fragment: &Shelved, read: &ShelvedRead) -> Range<usize> {
        let all = 0..read.bases.len();
        let crossing = fragment
            .stored
            .and_then(|stored| self.reads.get(&stored))
            .and_then(|mates| mates[usize::from(read.mate)]);
        match crossing {
            Some((split, BreakSide::Before)) => split.min(read.start)..all.end,
            Some((split, BreakSide::After)) => 0..split.max(read.end()).min(all.end),
            None => all,
        }
    }
}

/// Whether a junction within ALK is an insertion or deletion that is a small variant, not a rearrangement: its two ends
/// lie as near to each other, along the gene or along the transcript.
fn is_small(anatomy: &Anatomy, weighed: &Weighed) -> bool {
    let here = weighed.junction.alk;
    weighed.junction.within_alk().is_some_and(|(there, _)| {
        let coding = |offset| anatomy.coding_before(offset);
        let spliced = coding(here).zip(coding(there));
        here.abs_diff(there) <= LONGEST + 1
            || spliced.is_some_and(|(a, b)| a.abs_diff(b) as usize <= LONGEST + 1)
    })
}

/// What else of the sample matters for its variants.
pub struct Circumstances<'a> {
    /// RNA or DNA.
    pub molecule: Molecule,
    /// Which fragments cross which junction.
    pub crossed: &'a Crossed,
    /// Fragments wholly before exon 20.
    pub five_prime: u64,
    /// Fragments from exon 20 on.
    pub three_prime: u64,
}

/// Finds, names and phases the sample's small variants.
///
/// # Errors
/// When the temporary files of a deep sample cannot be read back.
pub fn find(
    anatomy: &Anatomy,
    shelf: &mut Shelf,
    seen: &Circumstances,
) -> io::Result<SmallVariants> {
    let molecule = seen.molecule;
    let crossed = seen.crossed;
    let mut grouping = shelf.grouping();
    let mut sightings = Sightings::default();
    let mut molecules = 0u64;
    shelf.for_each_molecule(grouping, |copies| {
        molecules += 1;
        sightings.look(anatomy, molecule, copies, |stored| {
            crossed.reads.contains_key(&stored)
        });
    })?;
    let amplicon =
        grouping == Grouping::Ends && (molecules as f64) < AMPLICON * shelf.fragments() as f64;
    if amplicon {
        grouping = Grouping::None;
    }
    let columns = Columns::new(anatomy);
    let indels = sightings.candidates();
    let mut consensus = Consensus::new(anatomy, molecule, &columns, &indels);
    let mut pileup = Pileup::new(anatomy, &columns, indels.len());
    shelf.for_each_molecule(grouping, |copies| {
        pileup.add(consensus.of(copies, |fragment, read| crossed.limit(fragment, read)));
    })?;
    let model = ErrorModel::measure(&pileup);
    let limits = Limits::new(anatomy, &columns, &pileup);
    let (called, refused): (Vec<Candidate>, Vec<Candidate>) = call(
        anatomy, molecule, &columns, &indels, &pileup, &model, &limits,
    )
    .into_iter()
    .partition(|candidate| candidate.refusal.is_none());
    let called = companions(anatomy, &columns, &pileup, called);
    let mut patterns = Patterns::default();
    if !called.is_empty() {
        shelf.for_each_molecule(grouping, |copies| {
            let observed = consensus.of(copies, |fragment, read| crossed.limit(fragment, read));
            let side = side(
                copies,
                |stored| crossed.fused.contains(&stored),
                crossed.junction,
            );
            patterns.add(side, observed, &called);
        })?;
    }
    let (called, patterns) = join(anatomy, called, &patterns);
    let names: Vec<Names> = called
        .iter()
        .map(|candidate| name(anatomy, &candidate.edit))
        .collect();
    let variants: Vec<Variant> = called
        .iter()
        .zip(&names)
        .enumerate()
        .map(|(index, (candidate, names))| {
            let phase = phase(anatomy, seen, candidate, index, &patterns);
            variant(anatomy, index, candidate, names, phase)
        })
        .collect();
    Ok(SmallVariants {
        variant_pairs: pairs(&variants, &patterns),
        variants,
        refused_variants: refusals(anatomy, refused),
        variant_bounds: bounds(anatomy, &columns, &pileup, &model, &limits),
        variant_model: describe(grouping, amplicon),
    })
}

fn variant(
    anatomy: &Anatomy,
    index: usize,
    candidate: &Candidate,
    names: &Names,
    phase: VariantPhase,
) -> Variant {
    let catalogued = mutations().iter().any(|row| row.name == names.short);
    let (origin, origin_reason, polymorphism) =
        origin(names, catalogued, candidate.molecules, candidate.depth);
    let (pos, reference, alternative) = names.record.clone();
    let kinase = alk_domain("kinase");
    let [along, against] = candidate.strands;
    let (forward, reverse) = match anatomy.locus.strand {
        Strand::Forward => (along, against),
        Strand::Reverse => (against, along),
    };
    Variant {
        id: format!("M{}", index + 1),
        name: names.short.clone(),
        hgvs_c: names.coding.clone(),
        hgvs_p: names.protein.clone(),
        hgvs_g: names.genomic.clone(),
        chrom: anatomy.transcript.chrom.clone(),
        pos,
        reference,
        alternative,
        exon: names.exon,
        intron: names.intron,
        codon: names.residue,
        consequence: names.consequence,
        in_kinase_domain: names.residue.is_some_and(|residue| {
            kinase.is_some_and(|domain| (domain.start..=domain.end).contains(&residue))
        }),
        catalogued,
        depth: candidate.depth,
        molecules: candidate.molecules,
        fragments: candidate.fragments,
        forward,
        reverse,
        allele_fraction: share(candidate.molecules, candidate.depth),
        allele_fraction_interval: exact_interval(candidate.molecules, candidate.depth).map(rounded),
        expected_errors: significant(candidate.expected),
        p_value: significant(candidate.chance),
        quality: phred(candidate.chance),
        origin,
        origin_reason,
        polymorphism: polymorphism.map(str::to_owned),
        phase,
    }
}

fn phase(
    anatomy: &Anatomy,
    seen: &Circumstances,
    candidate: &Candidate,
    index: usize,
    patterns: &Patterns,
) -> VariantPhase {
    let on = |side, allele| patterns.on(side, index, allele);
    let without = |side| on(side, Allele::Reference) + on(side, Allele::Other);
    let (fusion_with, fusion_without) = (on(Side::Fusion, Allele::Variant), without(Side::Fusion));
    let (wild_type_with, wild_type_without) =
        (on(Side::WildType, Allele::Variant), without(Side::WildType));
    let fusion = present(fusion_with, fusion_without);
    let wild = present(wild_type_with, wild_type_without);
    let (verdict, statement) = match seen.crossed.junction {
        None => (PhaseVerdict::NoFusion, "no fusion was called".to_owned()),
        Some(junction) if candidate.edit.at < junction => (
            PhaseVerdict::OutsideFusion,
            "lies before the junction, in the part of ALK that the fusion lacks".to_owned(),
        ),
        Some(_) if fusion && wild => (
            PhaseVerdict::OnBoth,
            format!(
                "{fusion_with} molecules of the fusion and {wild_type_with} of the wild type hold it"
            ),
        ),
        Some(_) if fusion => (
            PhaseVerdict::OnFusion,
            format!(
                "{fusion_with} of {} molecules of the fusion hold it, {wild_type_with} of {} of the wild type",
                fusion_with + fusion_without,
                wild_type_with + wild_type_without
            ),
        ),
        Some(_) if wild => (
            PhaseVerdict::OnWildType,
            format!(
                "{wild_type_with} of {} molecules of the wild type hold it, {fusion_with} of {} of the fusion",
                wild_type_with + wild_type_without,
                fusion_with + fusion_without
            ),
        ),
        Some(junction) => (
            PhaseVerdict::CannotBeTold,
            untold(
                anatomy,
                seen,
                candidate,
                junction,
                fusion_with + wild_type_with,
            ),
        ),
    };
    VariantPhase {
        verdict,
        statement,
        fusion_with,
        fusion_without,
        wild_type_with,
        wild_type_without,
    }
}

/// Why the phase cannot be told, and what the expression suggests.
fn untold(
    anatomy: &Anatomy,
    seen: &Circumstances,
    candidate: &Candidate,
    junction: usize,
    told: u32,
) -> String {
    let at = candidate.edit.at;
    let distance = match seen.molecule {
        Molecule::Dna => at - junction,
        Molecule::Rna => anatomy
            .exons
            .iter()
            .map(|exon| {
                exon.span
                    .end
                    .min(at)
                    .saturating_sub(exon.span.start.max(junction))
            })
            .sum(),
    };
    let mut text = format!(
        "cannot be told at this read length: {distance} nt from the junction, {} with it that show{} either allele",
        match told {
            0 => "no molecule".to_owned(),
            1 => "one molecule".to_owned(),
            n => format!("only {n} molecules"),
        },
        if told <= 1 { "s" } else { "" }
    );
    let silent = seen.molecule == Molecule::Rna
        && seen.three_prime >= MIN_EXPRESSION
        && (seen.five_prime as f64) < SILENT * seen.three_prime as f64;
    if silent {
        text.push_str(&format!(
            "; hardly any ALK before the junction is expressed ({} fragments, {} after it), so most ALK here is the fusion's",
            seen.five_prime, seen.three_prime
        ));
    }
    text
}

fn pairs(variants: &[Variant], patterns: &Patterns) -> Vec<VariantPair> {
    let mut pairs = Vec::new();
    let limit = variants.len().min(MAX_PAIRED);
    for first in 0..limit {
        for second in first + 1..limit {
            let of = |a, b| patterns.pair([first, second], [a, b]);
            let both = of(Allele::Variant, Allele::Variant);
            let first_only = of(Allele::Variant, Allele::Reference);
            let second_only = of(Allele::Reference, Allele::Variant);
            let neither = of(Allele::Reference, Allele::Reference);
            let (a, b) = (&variants[first], &variants[second]);
            let rarer = (both + first_only).min(both + second_only);
            let together = present(both, rarer - both);
            // Two alleles of one place, or two that never share a molecule although both could.
            let apart = present(first_only, both) && present(second_only, both);
            let (verdict, words) = match (together, apart) {
                (true, true) => (
                    PairVerdict::Both,
                    "on the same molecules and on different ones",
                ),
                (true, false) => (PairVerdict::InCis, "on the same molecules (in cis)"),
                (false, true) => (PairVerdict::InTrans, "on different molecules (in trans)"),
                (false, false) => (
                    PairVerdict::CannotBeTold,
                    "cannot be told at this read length",
                ),
            };
            let covering = both + first_only + second_only + neither;
            let inherited = |variant: &Variant| variant.origin == VariantOrigin::LikelyGermline;
            // That inherited variants far from each other cannot be phased is nothing to report.
            if covering == 0 && (inherited(a) || inherited(b)) {
                continue;
            }
            let statement = format!(
                "{} and {}: {words}; of {covering} molecules over both places {both} hold both, {first_only} only {}, {second_only} only {}",
                a.name, b.name, a.name, b.name
            );
            pairs.push(VariantPair {
                first: a.id.clone(),
                second: b.id.clone(),
                verdict,
                statement,
                both,
                first_only,
                second_only,
                neither,
            });
        }
    }
    pairs
}

/// The refused, the likeliest first.
fn refusals(anatomy: &Anatomy, mut refused: Vec<Candidate>) -> Vec<RefusedVariant> {
    refused.sort_by(|a, b| {
        a.chance
            .total_cmp(&b.chance)
            .then_with(|| a.edit.cmp(&b.edit))
    });
    refused.truncate(MAX_REFUSED);
    refused
        .into_iter()
        .filter_map(|candidate| {
            let (reason, explanation) = candidate.refusal?;
            let names = name(anatomy, &candidate.edit);
            let (pos, reference, alternative) = names.record;
            Some(RefusedVariant {
                reason: reason.to_owned(),
                explanation,
                name: names.short,
                hgvs_c: names.coding,
                chrom: anatomy.transcript.chrom.clone(),
                pos,
                reference,
                alternative,
                depth: candidate.depth,
                molecules: candidate.molecules,
                allele_fraction: share(candidate.molecules, candidate.depth),
                expected_errors: significant(candidate.expected),
                p_value: significant(candidate.chance),
            })
        })
        .collect()
}

fn describe(grouping: Grouping, amplicon: bool) -> String {
    let copies = match grouping {
        Grouping::Umi => "UMI and ends tell copies of a molecule; each molecule is one consensus",
        Grouping::Ends => "both ends tell copies of a molecule; each molecule is one consensus",
        Grouping::None if amplicon => {
            "nearly all fragments end alike (amplicons without UMI), so copies cannot be told and every fragment counts: depths are too high and intervals too narrow"
        }
        Grouping::None => {
            "single reads without UMI: copies cannot be told and every fragment counts"
        }
    };
    format!(
        "{copies}. Per molecule and base, error probabilities start from the stated qualities and move to the rate of the same \
         substitution and quality at this sample's own reference positions; their sum is compared with the molecules seen by a \
         gamma–Poisson tail whose spread between positions is measured too. An allele is called when that chance stays below a \
         Bonferroni limit of {FALSE_ALLELES} false alleles per sample, half of it spent on the codons of catalogued mutations. Bounds: \
         binomial, 95 %, least favourable substitution of the codon."
    )
}

fn share(seen: u32, of: u32) -> f64 {
    rounded(f64::from(seen) / f64::from(of.max(1)))
}

/// Five decimals: a molecule in a hundred thousand.
fn rounded(value: f64) -> f64 {
    (value * 1e5).round() / 1e5
}

/// Three significant digits.
fn significant(value: f64) -> f64 {
    if value <= 0.0 || !value.is_finite() {
        return 0.0;
    }
    let scale = 10f64.powi(2 - value.log10().floor() as i32);
    if scale.is_finite() {
        (value * scale).round() / scale
    } else {
        value
    }
}
