//! Weighing a junction against the ways in which artefacts arise.
//!
//! The posterior odds are a product of a prior and of likelihood ratios, kept as named log10 terms so that a reader can
//! see what decided. The artefact model is a background of chimeric molecules (template switching in reverse
//! transcription and PCR, ligation chimeras, mis-primed products): they join ALK to anything at random places, so they
//! seldom repeat one junction, seldom hit two exon edges, and keep the frame one time in three. Their rate is measured
//! in the sample itself from the junctions that nothing repeats. Figures without a source below are assumptions, stated
//! in `docs/how-it-works.md`.

use statrs::distribution::{DiscreteCDF, Poisson};

use crate::anatomy::Anatomy;
use crate::cluster::{BreakSide, low_complexity};
use crate::finding::{Molecule, Term};
use crate::junction::{Bridge, Junction};

/// Odds at which a junction is called: 100 to 1.
pub const CALL_LOG10_ODDS: f64 = 2.0;
/// Distinct molecules that a call needs.
pub const MIN_MOLECULES: usize = 2;

/// Prior log10 odds that a junction seen at ALK is a rearrangement and not an artefact.
const PRIOR: f64 = -3.0;
/// Places among which chimeras spread; they have favourites, so fewer than there are positions.
const CHIMERA_SITES: f64 = 1_000.0;
/// Share of the other odd molecules around the same ALK base that resemble a given one: places where polymerase or
/// sequencer fail again and again yield similar sequences.
const SITE_SHARE: f64 = 0.1;
/// Factor per fragment for a junction that is only ever read out of ALK (a true one is read from either side with equal
/// probability; a read that loses its phase always does so onwards), and the most that it may cost, because the primers
/// of anchored PCR can fix the direction.
const ONE_WAY: (f64, f64) = (-0.3, -3.0);
/// A fusion transcript joins two exon edges in 19 of 20 cases; a chimera hits an edge of ALK by chance in one of 50.
const BOTH_EDGES: f64 = 3.0;
const ALK_EDGE: f64 = 1.3;
const NO_EDGE: f64 = -1.3;
/// In frame: 0.95 against 1/3; out of frame: 0.05 against 2/3.
const IN_FRAME: f64 = 0.45;
const OUT_OF_FRAME: f64 = -1.1;
/// Behind the partner's stop codon: fusions that drive tumours keep coding exons, while untranslated ends are long and
/// hold most repeats and look-alikes.
const AFTER_STOP: f64 = -4.0;
/// The partner is read against its direction: transcripts are fused in theirs, chimeras in either.
const ANTISENSE: f64 = -1.3;
/// Per base of micro-homology beyond what chance gives, where no exon edge explains the junction (template switching).
const PER_HOMOLOGOUS_BASE: f64 = -0.5;
/// Per molecule with a mate on either side, up to five.
const PER_SPANNING: f64 = 0.5;
/// The partner has no name.
const UNRESOLVED: f64 = -1.0;
/// The partner is the next gene upstream on the same strand.
const READ_THROUGH: f64 = -3.0;
/// Distance to which transcription is known to run on into a neighbour, in bases.
const READ_THROUGH_REACH: u64 = 200_000;
/// Identity of the clip to ALK's own sequence at which it is a look-alike of ALK; chance gives 0.25.
const HOMOLOGY_IDENTITY: f64 = 0.62;
const HOMOLOGY_LENGTH: usize = 20;
/// Share of reads that may leave ALK again (through errors at their ends) in a true junction.
const ISLAND_SHARE: f64 = 0.4;
/// Identity at which the other gene, unrearranged, looks like ALK's side of the junction.
const CONTINUATION_IDENTITY: f64 = 0.75;
/// Identity below which it does not; chance gives 0.25.
const UNRELATED_IDENTITY: f64 = 0.5;

/// What the judge must know beside the junction.
#[derive(Clone, Debug)]
pub struct Circumstances {
    /// RNA or DNA.
    pub molecule: Molecule,
    /// Distinct molecules across the junction.
    pub molecules: usize,
    /// Distinct molecules with a mate on either side.
    pub spanning: usize,
    /// Molecules of junctions that nothing repeats, in the whole sample.
    pub strays: usize,
    /// Molecules of other junctions around this ALK base.
    pub others_here: usize,
    /// Fragments read from the other side into ALK, and all.
    pub into_alk: (u32, u32),
    /// Whether the frame goes on, if known.
    pub in_frame: Option<bool>,
    /// Whether the partner's stop codon comes before the junction.
    pub after_stop: bool,
    /// Whether the partner's side is an exon's edge, if known.
    pub partner_at_edge: Option<bool>,
    /// Whether the partner's gene is read against its own direction.
    pub antisense: bool,
    /// Reads that break here and leave ALK again on its other side, and all reads that break here.
    pub islands: (usize, usize),
}

/// The outcome for one junction.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// Sum of the terms.
    pub log10_odds: f64,
    /// Named terms.
    pub terms: Vec<Term>,
    /// Reason code and words, if the junction is refused.
    pub refusal: Option<(&'static str, String)>,
}

/// Weighs one junction.
pub fn judge(
    anatomy: &Anatomy,
    junction: &Junction,
    bridge: &Bridge,
    seen: &Circumstances,
) -> Judgement {
    let mut terms = vec![term("prior", PRIOR)];
    let rate = (seen.strays as f64 + 1.0) / CHIMERA_SITES + SITE_SHARE * seen.others_here as f64;
    terms.push(term(
        "recurrence against the chimera background",
        recurrence(rate, seen.molecules),
    ));
    let alk_edge = junction.alk_at_edge(anatomy);
    if seen.molecule == Molecule::Rna {
        let edges = match (alk_edge, seen.partner_at_edge) {
            (true, Some(true)) => BOTH_EDGES,
            (true, _) => ALK_EDGE,
            (false, Some(true)) => 0.0,
            (false, _) => NO_EDGE,
        };
        terms.push(term("exon edges", edges));
        match seen.in_frame {
            Some(true) => terms.push(term("reading frame kept", IN_FRAME)),
            Some(false) => terms.push(term("reading frame lost", OUT_OF_FRAME)),
            None => {}
        }
        if seen.after_stop {
            terms.push(term("behind the partner's stop codon", AFTER_STOP));
        }
        if seen.antisense {
            terms.push(term("partner read against its direction", ANTISENSE));
        }
    }
    if !alk_edge && seen.molecule == Molecule::Rna {
        let beyond = (junction.microhomology() as f64 - 3.0).max(0.0);
        if beyond > 0.0 {
            terms.push(term(
                "micro-homology",
                (PER_HOMOLOGOUS_BASE * beyond).max(-3.0),
            ));
        }
    }
    let (into, all) = seen.into_alk;
    if into == 0 && all > 0 {
        terms.push(term(
            "read only out of ALK",
            (ONE_WAY.0 * f64::from(all)).max(ONE_WAY.1),
        ));
    }
    if seen.spanning > 0 {
        terms.push(term(
            "pairs on either side",
            PER_SPANNING * seen.spanning.min(5) as f64,
        ));
    }
    if junction.gene() == "?"
        && junction
            .origin
            .as_ref()
            .is_none_or(|origin| origin.genome.is_none())
    {
        terms.push(term("partner unresolved", UNRESOLVED));
    }
    if seen.molecule == Molecule::Rna && reads_through(anatomy, junction) {
        terms.push(term(
            "read-through from the neighbouring gene",
            READ_THROUGH,
        ));
    }
    let log10_odds = terms.iter().map(|term| term.log10).sum();
    let refusal = refusal(alk_edge, junction, bridge, seen, log10_odds, rate);
    Judgement {
        log10_odds,
        terms,
        refusal,
    }
}

fn term(name: &str, log10: f64) -> Term {
    Term {
        name: name.to_owned(),
        log10: (log10 * 1e4).round() / 1e4,
    }
}

/// −log10 of the probability that chimeras at this rate give as many molecules at one junction.
fn recurrence(rate: f64, molecules: usize) -> f64 {
    if molecules == 0 {
        return 0.0;
    }
    // The rate is positive and finite, so the distribution exists.
    let tail = Poisson::new(rate).map_or(1.0, |poisson| poisson.sf(molecules as u64 - 1));
    // Below double precision the first term of the tail is the tail.
    let log_first = molecules as f64 * rate.log10()
        - rate / std::f64::consts::LN_10
        - log10_factorial(molecules);
    let log = if tail > 1e-12 {
        tail.log10()
    } else {
        log_first
    };
    (-log).min(60.0)
}

fn log10_factorial(n: usize) -> f64 {
    (2..=n.min(10_000)).map(|k| (k as f64).log10()).sum()
}

fn refusal(
    alk_edge: bool,
    junction: &Junction,
    bridge: &Bridge,
    seen: &Circumstances,
    log10_odds: f64,
    rate: f64,
) -> Option<(&'static str, String)> {
    if let Some((_, true)) = junction.within_alk() {
        return Some((
            "fold_back",
            "the sequence beyond the break is ALK itself, read backwards: a hairpin artefact"
                .into(),
        ));
    }
    // Two exon edges are no accident, however simple the exon's end is.
    let edges = alk_edge && seen.partner_at_edge == Some(true);
    let near = &junction.outward[..junction.outward.len().min(20)];
    // A sequencer that loses its phase does so running out of ALK; a simple repeat beside a true break is read from
    // both sides.
    let one_way = seen.into_alk.0 == 0;
    if !edges && (low_complexity(&junction.outward) || one_way && low_complexity(near)) {
        let explanation = "beyond the break the reads are a homopolymer or simple repeat, as where sequencing loses its phase";
        return Some(("low_complexity", explanation.into()));
    }
    let continued = continuation(junction, bridge);
    // Where two exons meet and the partner is known to go on otherwise, it is no relative of ALK's there.
    let other_gene = edges && continued.is_some_and(|identity| identity < UNRELATED_IDENTITY);
    let identity = homology(junction, bridge);
    if identity >= HOMOLOGY_IDENTITY && junction.within_alk().is_none() && !other_gene {
        let explanation = format!(
            "beyond the break the reads are {:.0} % identical to ALK's own sequence there: a look-alike of ALK or an indel, \
             not a partner",
            100.0 * identity
        );
        return Some(("homology", explanation));
    }
    if let Some(identity) = continued.filter(|identity| *identity >= CONTINUATION_IDENTITY) {
        let explanation = format!(
            "what follows in {} beyond the break is {:.0} % identical to ALK's side: unrearranged reads of a repeat or relative",
            junction.gene(),
            100.0 * identity
        );
        return Some(("homology", explanation));
    }
    let (islands, reads) = seen.islands;
    if islands >= 2 && islands as f64 > ISLAND_SHARE * reads as f64 {
        let explanation = format!(
            "{islands} of {reads} reads that break here leave ALK again within the read: a piece of another gene that resembles ALK"
        );
        return Some(("look_alike", explanation));
    }
    let enough = seen.molecules >= MIN_MOLECULES || (seen.molecules == 1 && seen.spanning >= 2);
    if !enough {
        let explanation = format!(
            "{} distinct molecule(s) across the junction and {} pair(s) on either side; a call needs {MIN_MOLECULES}",
            seen.molecules, seen.spanning
        );
        return Some(("too_few_unique_fragments", explanation));
    }
    if log10_odds < CALL_LOG10_ODDS {
        let explanation = format!(
            "odds of 10^{log10_odds:.1} against artefacts: {} molecules of this sample break at places that nothing repeats, {} \
             others break here otherwise ({rate:.4} like this one expected); a call needs 10^{CALL_LOG10_ODDS}",
            seen.strays, seen.others_here
        );
        return Some(("artefact_likelier", explanation));
    }
    None
}

/// Identity of the clip with what ALK itself has there.
fn homology(junction: &Junction, bridge: &Bridge) -> f64 {
    let own = match junction.side {
        BreakSide::Before => &bridge.other_left,
        BreakSide::After => &bridge.other_right,
    };
    own.iter()
        .map(|sequence| {
            let length = junction.outward.len().min(sequence.len()).min(80);
            if length < HOMOLOGY_LENGTH {
                return 0.0;
            }
            let equal = junction.outward[..length]
                .iter()
                .zip(sequence)
                .filter(|(a, b)| a == b)
                .count();
            equal as f64 / length as f64
        })
        .fold(0.0, f64::max)
}

/// Identity of ALK's side with what follows in the other gene when it is not rearranged; `None` if that is not known, or
/// too short.
fn continuation(junction: &Junction, bridge: &Bridge) -> Option<f64> {
    let (own, other) = match junction.side {
        BreakSide::Before => (&bridge.right, &bridge.other_right),
        BreakSide::After => (&bridge.left, &bridge.other_left),
    };
    let pairs = own
        .iter()
        .flat_map(|own| other.iter().map(move |other| (own, other)));
    pairs
        .filter_map(|(own, other)| {
            let length = own.len().min(other.len()).min(40);
            let equal = own.iter().zip(other).take(length).filter(|(a, b)| a == b);
            (length >= HOMOLOGY_LENGTH).then(|| equal.count() as f64 / length as f64)
        })
        .max_by(f64::total_cmp)
}

/// Whether the partner is a gene just upstream of ALK on its strand.
fn reads_through(anatomy: &Anatomy, junction: &Junction) -> bool {
    let Some((chrom, pos, strand)) = junction
        .origin
        .as_ref()
        .and_then(|origin| origin.genome.as_ref())
    else {
        return false;
    };
    let alk = anatomy.transcript;
    let Some(span) = alk.span() else { return false };
    *chrom == alk.chrom
        && *strand == alk.strand
        && junction.gene() != alk.gene
        && *pos >= span.end
        && *pos < span.end + READ_THROUGH_REACH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recurrence_grows_with_molecules_and_shrinks_with_the_background() {
        let quiet: Vec<f64> = (1..6).map(|n| recurrence(0.001, n)).collect();
        assert!(quiet.windows(2).all(|pair| pair[1] > pair[0] + 2.0));
        assert!((quiet[2] - 9.78).abs() < 0.05, "{}", quiet[2]);
        assert!(recurrence(1.0, 3) < 1.2);
        assert_eq!(recurrence(0.001, 0), 0.0);
        assert_eq!(recurrence(0.001, 10_000), 60.0);
    }
}
