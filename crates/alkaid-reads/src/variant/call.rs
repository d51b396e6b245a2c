//! Testing every allele against the error model and against what makes errors look like variants.

use super::Edit;
use super::consensus::Columns;
use super::model::{ErrorModel, indel_error};
use super::names::offset_of_coding;
use super::pileup::{Column, DISTANCES, Pileup};
use super::statistics::{at_least, fisher, lower};
use crate::anatomy::Anatomy;
use crate::finding::Molecule;
use alkaid_knowledge::mutations;

/// Expected number of false alleles per sample: half of it over the codons of catalogued mutations, half over all.
pub const FALSE_ALLELES: f64 = 0.01;
/// Fewest molecules for a call.
pub const MIN_MOLECULES: u32 = 3;
/// An allele is looked at when errors explain it with less than this.
const NOTICED: f64 = 1e-3;
/// Chance below which a bias is believed.
const BIAS: f64 = 1e-4;
/// Share of molecules on the rarer strand below which a believed bias refuses.
const RARER_STRAND: f64 = 0.1;
/// Classes of distance (five bases each) that are the end of a read, and the share there above which a believed bias
/// refuses.
const END_CLASSES: usize = 2;
const AT_ENDS: f64 = 0.8;
/// Mismatches per molecule above those of the molecules with the reference base: reads of another place.
const MISMATCHES: f64 = 4.0;
/// Spread of the error rate of insertions and deletions between places. An assumption.
const INDEL_SPREAD: f64 = 0.3;
/// Longest repeated unit that polymerases slip on.
const LONGEST_UNIT: usize = 4;

/// An allele that errors do not easily explain, called or refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The change.
    pub edit: Edit,
    /// Where its counts are.
    pub site: Site,
    /// Molecules that could show it.
    pub depth: u32,
    /// Molecules that do.
    pub molecules: u32,
    /// Fragments that do.
    pub fragments: u64,
    /// The molecules by strand: along ALK's sense, against it.
    pub strands: [u32; 2],
    /// Molecules expected from errors.
    pub expected: f64,
    /// Probability that errors put as many there.
    pub chance: f64,
    /// Why it is not called: a code and an explanation.
    pub refusal: Option<(&'static str, String)>,
}

/// Where an allele is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Site {
    /// A base of a column.
    Column(usize, u8),
    /// A candidate insertion or deletion.
    Indel(usize),
    /// Several of the called, by index, on the same molecules.
    Joined(Vec<usize>),
}

/// How small a chance must be for a call.
pub struct Limits {
    everywhere: f64,
    catalogued: f64,
    /// Columns in codons of catalogued mutations.
    hot: Vec<bool>,
}

impl Limits {
    /// Divides what may be false among the alleles tested.
    pub fn new(anatomy: &Anatomy, columns: &Columns, pileup: &Pileup) -> Self {
        let mut hot = vec![false; columns.count];
        for row in mutations() {
            for position in 3 * row.residue - 2..=3 * row.residue {
                if let Some(column) =
                    offset_of_coding(anatomy, position).and_then(|offset| columns.of(offset))
                {
                    hot[column] = true;
                }
            }
        }
        let covered = |hot: bool, own: &bool| usize::from(!hot || *own);
        let count = |only_hot: bool| -> f64 {
            let tested: usize = pileup
                .columns
                .iter()
                .zip(&hot)
                .filter(|(column, _)| column.depth() >= MIN_MOLECULES)
                .map(|(_, own)| covered(only_hot, own))
                .sum();
            // Three other bases each, and about one insertion or deletion.
            (4 * tested).max(1) as f64
        };
        Limits {
            everywhere: FALSE_ALLELES / 2.0 / count(false),
            catalogued: FALSE_ALLELES / 2.0 / count(true),
            hot,
        }
    }

    /// The limit at a column.
    pub fn at(&self, column: Option<usize>) -> f64 {
        if column.is_some_and(|column| self.hot[column]) {
            self.catalogued + self.everywhere
        } else {
            self.everywhere
        }
    }

    /// Fewest molecules that are called at an allele with this many expected from errors.
    pub fn needed(&self, column: usize, expected: f64, spread: f64) -> u32 {
        let limit = self.at(Some(column));
        (MIN_MOLECULES..100_000)
            .find(|&seen| at_least(seen, expected, spread) <= limit)
            .unwrap_or(u32::MAX)
    }
}

/// All alleles that errors do not easily explain, by place.
pub fn call(
    anatomy: &Anatomy,
    molecule: Molecule,
    columns: &Columns,
    indels: &[Edit],
    pileup: &Pileup,
    model: &ErrorModel,
    limits: &Limits,
) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (number, column) in pileup.columns.iter().enumerate() {
        let offset = columns.offset(number);
        // Reads of RNA run into introns by chance only.
        if column.reference > 3 || molecule == Molecule::Rna && anatomy.exon_at(offset).is_none() {
            continue;
        }
        for other in (0..4u8).filter(|other| *other != column.reference) {
            let allele = &column.alleles[usize::from(other)];
            let molecules = allele.molecules();
            if molecules < MIN_MOLECULES {
                continue;
            }
            let chance = model.chance(column, other, molecules);
            if chance > NOTICED {
                continue;
            }
            let mut candidate = Candidate {
                edit: Edit {
                    at: offset,
                    deleted: 1,
                    inserted: vec![b"ACGT"[usize::from(other)]],
                },
                site: Site::Column(number, other),
                depth: column.depth(),
                molecules,
                fragments: allele.fragments,
                strands: allele.strands,
                expected: model.expected(column, other),
                chance,
                refusal: None,
            };
            candidate.refusal = unlikely(&candidate, limits.at(Some(number)))
                .or_else(|| {
                    strand_bias(
                        &candidate,
                        column.alleles[usize::from(column.reference)].strands,
                    )
                })
                .or_else(|| read_position(column, other))
                .or_else(|| mismatch_rich(column, other));
            found.push(candidate);
        }
    }
    for (index, edit) in indels.iter().enumerate() {
        let site = &pileup.sites[index];
        let [reference, molecules] = site.molecules();
        let depth = reference + molecules;
        let copies = copies(&anatomy.sequence, edit);
        let expected = f64::from(depth) * indel_error(copies);
        let chance = at_least(molecules, expected, INDEL_SPREAD);
        let coding = columns.of(edit.at).or_else(|| columns.of(edit.end()));
        if molecules < MIN_MOLECULES
            || chance > NOTICED
            || coding.is_none()
            || molecule == Molecule::Rna
                && anatomy
                    .exon_at(edit.at.min(edit.end().saturating_sub(1)))
                    .is_none()
        {
            continue;
        }
        let mut candidate = Candidate {
            edit: edit.clone(),
            site: Site::Indel(index),
            depth,
            molecules,
            fragments: site.fragments,
            strands: site.strands[1],
            expected,
            chance,
            refusal: None,
        };
        candidate.refusal = unlikely(&candidate, limits.at(coding))
            .or_else(|| strand_bias(&candidate, site.strands[0]));
        found.push(candidate);
    }
    found.sort_by(|a, b| a.edit.cmp(&b.edit));
    found
}

fn unlikely(candidate: &Candidate, limit: f64) -> Option<(&'static str, String)> {
    (candidate.chance > limit).then(|| {
        (
            "error_likelier",
            format!(
                "{} molecules, {:.2} expected from errors: chance {:.1e}, a call needs {limit:.1e}",
                candidate.molecules, candidate.expected, candidate.chance
            ),
        )
    })
}

fn strand_bias(candidate: &Candidate, reference: [u32; 2]) -> Option<(&'static str, String)> {
    let own = candidate.strands;
    let rarer = f64::from(own[0].min(own[1])) / f64::from((own[0] + own[1]).max(1));
    let p = fisher(own, reference);
    (p < BIAS && rarer < RARER_STRAND).then(|| {
        (
            "strand_bias",
            format!(
                "{} molecules on one strand and {} on the other, with the reference {} and {} (Fisher's exact test, p = {p:.1e})",
                own[0], own[1], reference[0], reference[1]
            ),
        )
    })
}

fn read_position(column: &Column, other: u8) -> Option<(&'static str, String)> {
    let own = column.alleles[usize::from(other)].distances;
    let mut rest = [0; DISTANCES];
    for (base, allele) in column.alleles.iter().enumerate() {
        if base != usize::from(other) {
            for (sum, count) in rest.iter_mut().zip(allele.distances) {
                *sum += count;
            }
        }
    }
    let share = |counts: &[u32; DISTANCES]| {
        let all: u32 = counts.iter().sum();
        f64::from(counts[..END_CLASSES].iter().sum::<u32>()) / f64::from(all.max(1))
    };
    let p = lower(&own, &rest);
    (p < BIAS && share(&own) > AT_ENDS && share(&rest) < AT_ENDS).then(|| {
        (
            "read_position",
            format!(
                "{:.0} % of its molecules show it within ten bases of a read's end, {:.0} % of the others (Mann–Whitney test, p = {p:.1e})",
                100.0 * share(&own),
                100.0 * share(&rest)
            ),
        )
    })
}

fn mismatch_rich(column: &Column, other: u8) -> Option<(&'static str, String)> {
    let mean = |base: usize| {
        let allele = &column.alleles[base];
        allele.mismatches as f64 / f64::from(allele.molecules().max(1))
    };
    let (own, reference) = (
        mean(usize::from(other)),
        mean(usize::from(column.reference)),
    );
    (own > reference + MISMATCHES).then(|| {
        (
            "mismatch_rich",
            format!("its molecules have {own:.1} mismatches on average, those with the reference {reference:.1}: reads of another place"),
        )
    })
}

/// Copies of an insertion's or deletion's repeated unit that stand beside each other on the locus.
fn copies(sequence: &[u8], edit: &Edit) -> usize {
    let bases = if edit.inserted.is_empty() {
        &sequence[edit.at..edit.end()]
    } else {
        &edit.inserted[..]
    };
    let period = (1..=bases.len())
        .find(|period| bases.iter().skip(*period).zip(bases).all(|(a, b)| a == b))
        .unwrap_or(bases.len());
    if period > LONGEST_UNIT || period == 0 {
        return 1;
    }
    // Shifted to the 3' side, the repeat ends here.
    let end = edit.end();
    let run = sequence[..end]
        .iter()
        .rev()
        .zip(bases[bases.len() - period..].iter().rev().cycle())
        .take_while(|(a, b)| a == b)
        .count();
    (run / period).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alkaid_genome::Bundle;

    #[test]
    fn repeats_are_counted() {
        let deletion = |at, deleted| Edit {
            at,
            deleted,
            inserted: vec![],
        };
        assert_eq!(copies(b"GCAAAAAAT", &deletion(7, 1)), 6);
        assert_eq!(copies(b"GCACACACAT", &deletion(7, 2)), 4);
        assert_eq!(copies(b"GCATTGACAT", &deletion(3, 3)), 1);
        let insertion = Edit {
            at: 8,
            deleted: 0,
            inserted: b"AA".to_vec(),
        };
        assert_eq!(copies(b"GCAAAAAAT", &insertion), 6);
    }

    fn bias(own: [u32; 2], reference: [u32; 2]) -> Option<&'static str> {
        let candidate = Candidate {
            edit: Edit {
                at: 0,
                deleted: 1,
                inserted: vec![b'A'],
            },
            site: Site::Column(0, 0),
            depth: own.iter().chain(&reference).sum(),
            molecules: own[0] + own[1],
            fragments: 0,
            strands: own,
            expected: 0.1,
            chance: 1e-9,
            refusal: None,
        };
        strand_bias(&candidate, reference).map(|refusal| refusal.0)
    }

    #[test]
    fn one_strand_only_is_refused_where_both_are_sequenced() {
        assert_eq!(bias([20, 0], [400, 400]), Some("strand_bias"));
        assert_eq!(bias([12, 8], [400, 400]), None);
        assert_eq!(bias([20, 0], [800, 0]), None);
        assert_eq!(bias([4, 0], [400, 400]), None);
    }

    #[test]
    fn ends_and_mismatches_are_refused() {
        let mut column = Column {
            reference: 1,
            ..Column::default()
        };
        column.alleles[1].distances = [30; DISTANCES];
        column.alleles[1].strands = [120, 120];
        column.alleles[0].distances[0] = 12;
        column.alleles[0].strands = [6, 6];
        column.alleles[0].mismatches = 12;
        assert_eq!(read_position(&column, 0).unwrap().0, "read_position");
        assert_eq!(mismatch_rich(&column, 0), None);
        column.alleles[0].mismatches = 72;
        assert_eq!(mismatch_rich(&column, 0).unwrap().0, "mismatch_rich");
        column.alleles[0].distances = [2; DISTANCES];
        assert_eq!(read_position(&column, 0), None);
    }

    #[test]
    fn catalogued_codons_are_tested_more_leniently() {
        let anatomy = Anatomy::new(Bundle::embedded());
        let columns = Columns::new(&anatomy);
        let mut pileup = Pileup::new(&anatomy, &columns, 0);
        for column in &mut pileup.columns {
            column.alleles[usize::from(column.reference)].strands = [500, 500];
        }
        let limits = Limits::new(&anatomy, &columns, &pileup);
        let column = |position| {
            columns
                .of(offset_of_coding(&anatomy, position).unwrap())
                .unwrap()
        };
        let (hot, cold) = (column(3_604), column(3_004));
        assert!(limits.at(Some(hot)) > 10.0 * limits.at(Some(cold)));
        assert!(limits.needed(hot, 0.1, 0.3) < limits.needed(cold, 0.1, 0.3));
        assert!(limits.needed(cold, 0.0, 0.3) == MIN_MOLECULES);
    }
}
