//! Which variants stand on the same molecules, and on which allele.
//!
//! For every molecule that covers a variant, two things are noted: which allele of each variant it shows, and whether it
//! shows the fusion (a read across the junction, or a mate in the partner), the wild type (ALK's own sequence before the
//! junction), or neither. All that is said of phase is counted from these patterns.

use std::collections::BTreeMap;

use super::Edit;
use super::call::{Candidate, Site};
use super::consensus::{Columns, Observed};
use super::indel::Holds;
use super::pileup::Pileup;
use super::shelf::Shelved;
use crate::anatomy::Anatomy;

/// Bases of ALK before the junction that show a molecule to be wild type: more than chance gives to a fusion's read.
const WILD_ANCHOR: usize = 10;
/// Fewest molecules for a statement.
pub const MIN_MOLECULES: u32 = 2;
/// Share of molecules that may contradict a statement: sequencing errors at the variant, and chimeric PCR.
const NOISE: f64 = 0.02;
/// Share of the rarer's molecules with both on which two neighbouring changes are one.
const JOINED: f64 = 0.8;
/// Bases between changes of different codons that still make one.
const NEIGHBOURS: usize = 1;

/// Which allele a molecule shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Allele {
    /// The molecule does not cover the variant.
    Absent,
    /// As the locus.
    Reference,
    /// The variant.
    Variant,
    /// Something else.
    Other,
}

/// Which of the sample's ALK alleles a molecule comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The molecule does not show it.
    Unknown,
    /// A fusion.
    Fusion,
    /// ALK before the junction.
    WildType,
}

/// Molecules by side and alleles.
#[derive(Debug, Default)]
pub struct Patterns(BTreeMap<(Side, Vec<Allele>), u32>);

impl Patterns {
    /// Notes one molecule.
    pub fn add(&mut self, side: Side, observed: &Observed, variants: &[Candidate]) {
        let alleles: Vec<Allele> = variants
            .iter()
            .map(|variant| shown(observed, &variant.site))
            .collect();
        if alleles.iter().any(|allele| *allele != Allele::Absent) {
            *self.0.entry((side, alleles)).or_default() += 1;
        }
    }

    /// Molecules of a side that show an allele of a variant.
    pub fn on(&self, side: Side, variant: usize, allele: Allele) -> u32 {
        self.count(|own, alleles| own == side && alleles[variant] == allele)
    }

    /// Molecules that show these alleles of two variants.
    pub fn pair(&self, variants: [usize; 2], alleles: [Allele; 2]) -> u32 {
        self.count(|_, own| own[variants[0]] == alleles[0] && own[variants[1]] == alleles[1])
    }

    fn count(&self, fits: impl Fn(Side, &[Allele]) -> bool) -> u32 {
        self.0
            .iter()
            .filter(|((side, alleles), _)| fits(*side, alleles))
            .map(|(_, count)| count)
            .sum()
    }

    /// The same molecules with some variants taken together; `groups` gives the old indices of each new variant.
    fn regrouped(&self, groups: &[Vec<usize>]) -> Self {
        let mut patterns = Patterns::default();
        for ((side, alleles), count) in &self.0 {
            let merged: Vec<Allele> = groups
                .iter()
                .map(|group| {
                    let own = || group.iter().map(|&index| alleles[index]);
                    let all = |allele| own().all(|own| own == allele);
                    if own().any(|own| own == Allele::Absent) {
                        Allele::Absent
                    } else if all(Allele::Variant) {
                        Allele::Variant
                    } else if all(Allele::Reference) {
                        Allele::Reference
                    } else {
                        Allele::Other
                    }
                })
                .collect();
            *patterns.0.entry((*side, merged)).or_default() += count;
        }
        patterns
    }
}

fn shown(observed: &Observed, site: &Site) -> Allele {
    match site {
        Site::Column(column, code) => observed
            .bases
            .binary_search_by_key(column, |base| base.column)
            .map_or(Allele::Absent, |at| {
                let base = &observed.bases[at];
                if base.code == *code {
                    Allele::Variant
                } else {
                    Allele::Reference
                }
            }),
        Site::Indel(index) => observed
            .verdicts
            .iter()
            .find(|verdict| verdict.candidate == *index)
            .map_or(Allele::Absent, |verdict| match verdict.holds {
                Holds::Edit => Allele::Variant,
                Holds::Reference => Allele::Reference,
            }),
        Site::Joined(_) => Allele::Absent,
    }
}

/// The side of a molecule. `junction` is the first locus offset that the fusions of the sample keep.
pub fn side(copies: &[Shelved], fused: impl Fn(usize) -> bool, junction: Option<usize>) -> Side {
    if copies.iter().any(|copy| copy.stored.is_some_and(&fused)) {
        return Side::Fusion;
    }
    let Some(junction) = junction else {
        return Side::Unknown;
    };
    let before: usize = copies
        .iter()
        .flat_map(|copy| &copy.reads)
        .map(|read| {
            read.blocks
                .iter()
                .map(|&(offset, length)| junction.saturating_sub(offset).min(length))
                .sum()
        })
        .max()
        .unwrap_or(0);
    if before >= WILD_ANCHOR {
        Side::WildType
    } else {
        Side::Unknown
    }
}

/// Takes neighbouring changes that share their molecules together, as one change. Refused ones among them
/// ([`companions`]) stay only where they join one that was called.
pub fn join(
    anatomy: &Anatomy,
    variants: Vec<Candidate>,
    patterns: &Patterns,
) -> (Vec<Candidate>, Patterns) {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for index in 0..variants.len() {
        // The last group that it fits: several alleles of one base can stand between.
        let fits = |group: &Vec<usize>| {
            group.last().is_some_and(|&last| {
                neighbours(anatomy, &variants[last].edit, &variants[index].edit)
                    && together(patterns, last, index)
            })
        };
        match groups.iter().rposition(fits) {
            Some(group) => groups[group].push(index),
            None => groups.push(vec![index]),
        }
    }
    // A companion that joins nothing was called by nobody.
    groups.retain(|group| group.iter().any(|&index| variants[index].refusal.is_none()));
    let patterns = patterns.regrouped(&groups);
    let joined = groups
        .iter()
        .enumerate()
        .map(|(number, group)| {
            let members: Vec<&Candidate> = group.iter().map(|&index| &variants[index]).collect();
            match members[..] {
                [single] => single.clone(),
                _ => merged(anatomy, &members, group, number, &patterns),
            }
        })
        .collect();
    (joined, patterns)
}

/// Alleles in the codon of a called substitution that were too rare to be called by themselves: parts of one change of
/// several bases, perhaps. `called` is by place, and so is what is returned, the called among it.
pub fn companions(
    anatomy: &Anatomy,
    columns: &Columns,
    pileup: &Pileup,
    called: Vec<Candidate>,
) -> Vec<Candidate> {
    let mut all = called.clone();
    for own in &called {
        let Site::Column(number, _) = own.site else {
            continue;
        };
        for other in number.saturating_sub(2)..(number + 3).min(columns.count) {
            let column = &pileup.columns[other];
            for code in (0..4u8).filter(|code| *code != column.reference) {
                let allele = &column.alleles[usize::from(code)];
                let candidate = Candidate {
                    edit: Edit {
                        at: columns.offset(other),
                        deleted: 1,
                        inserted: vec![b"ACGT"[usize::from(code)]],
                    },
                    site: Site::Column(other, code),
                    depth: column.depth(),
                    molecules: allele.molecules(),
                    fragments: allele.fragments,
                    strands: allele.strands,
                    expected: 0.0,
                    chance: 1.0,
                    refusal: Some(("companion", String::new())),
                };
                let beside = other != number
                    && (neighbours(anatomy, &candidate.edit, &own.edit)
                        || neighbours(anatomy, &own.edit, &candidate.edit));
                let known = all.iter().any(|known| known.site == candidate.site);
                if beside && !known && candidate.molecules >= MIN_MOLECULES {
                    all.push(candidate);
                }
            }
        }
    }
    all.sort_by(|a, b| a.edit.cmp(&b.edit));
    all
}

/// Whether two changes lie in one codon or side by side.
fn neighbours(anatomy: &Anatomy, a: &Edit, b: &Edit) -> bool {
    // Overlapping changes exclude each other.
    if b.at < a.end() || (a.at == b.at && a.deleted == b.deleted) {
        return false;
    }
    let gap = b.at - a.end();
    let codon = |offset: usize| {
        super::names::coding_position(anatomy, offset)
            .parse::<usize>()
            .ok()
            .map(|position| (position - 1) / 3)
    };
    gap < NEIGHBOURS
        || gap < 3 && codon(a.at).is_some() && codon(a.end().max(a.at + 1) - 1) == codon(b.at)
}

fn together(patterns: &Patterns, a: usize, b: usize) -> bool {
    let both = patterns.pair([a, b], [Allele::Variant; 2]);
    let alone = |alleles| patterns.pair([a, b], alleles);
    let first = both + alone([Allele::Variant, Allele::Reference]);
    let second = both + alone([Allele::Reference, Allele::Variant]);
    both >= MIN_MOLECULES && f64::from(both) >= JOINED * f64::from(first.max(second))
}

fn merged(
    anatomy: &Anatomy,
    members: &[&Candidate],
    group: &[usize],
    number: usize,
    patterns: &Patterns,
) -> Candidate {
    let start = members[0].edit.at;
    let end = members
        .iter()
        .map(|member| member.edit.end())
        .max()
        .unwrap_or(start);
    let mut inserted = Vec::new();
    let mut at = start;
    for member in members {
        inserted.extend_from_slice(&anatomy.sequence[at..member.edit.at]);
        inserted.extend_from_slice(&member.edit.inserted);
        at = member.edit.end();
    }
    let molecules = patterns.count(|_, alleles| alleles[number] == Allele::Variant);
    let depth = patterns.count(|_, alleles| alleles[number] != Allele::Absent);
    // The weakest member stands for what was not counted for all of them at once.
    let weakest = members
        .iter()
        .filter(|member| member.refusal.is_none())
        .min_by_key(|member| member.molecules)
        .copied()
        .unwrap_or(members[0]);
    Candidate {
        edit: Edit {
            at: start,
            deleted: end - start,
            inserted,
        },
        site: Site::Joined(group.to_vec()),
        depth,
        molecules,
        fragments: weakest.fragments,
        strands: weakest.strands,
        expected: weakest.expected,
        chance: members
            .iter()
            .map(|member| member.chance)
            .fold(1.0, f64::min),
        refusal: None,
    }
}

/// Whether so many of these molecules are more than noise.
pub fn present(with: u32, without: u32) -> bool {
    with >= MIN_MOLECULES && f64::from(with) > NOISE * f64::from(with + without)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::variant::consensus::Base;
    use crate::variant::names::{name, offset_of_coding};
    use alkaid_genome::Bundle;

    fn variant(anatomy: &Anatomy, position: u32, base: u8, column: usize) -> Candidate {
        Candidate {
            edit: Edit {
                at: offset_of_coding(anatomy, position).unwrap(),
                deleted: 1,
                inserted: vec![base],
            },
            site: Site::Column(column, 3),
            depth: 100,
            molecules: 10,
            fragments: 12,
            strands: [5, 5],
            expected: 0.1,
            chance: 1e-12,
            refusal: None,
        }
    }

    fn observed(bases: &[(usize, u8)]) -> Observed {
        let bases = bases
            .iter()
            .map(|&(column, code)| Base {
                column,
                code,
                quality: 30,
                reverse: false,
                distance: 40,
                fragments: 1,
            })
            .collect();
        Observed {
            bases,
            ..Observed::default()
        }
    }

    #[test]
    fn changes_of_one_codon_on_the_same_molecules_are_one() {
        let anatomy = Anatomy::new(Bundle::embedded());
        let variants = vec![
            variant(&anatomy, 3_466, b'A', 10),
            variant(&anatomy, 3_467, b'C', 11),
        ];
        let mut patterns = Patterns::default();
        for _ in 0..9 {
            patterns.add(Side::Fusion, &observed(&[(10, 3), (11, 3)]), &variants);
            patterns.add(Side::Unknown, &observed(&[(10, 0), (11, 0)]), &variants);
        }
        patterns.add(Side::Unknown, &observed(&[(10, 3), (11, 0)]), &variants);
        let (joined, patterns) = join(&anatomy, variants, &patterns);
        assert_eq!(joined.len(), 1);
        assert_eq!(name(&anatomy, &joined[0].edit).short, "C1156T");
        assert_eq!((joined[0].molecules, joined[0].depth), (9, 19));
        assert_eq!(patterns.on(Side::Fusion, 0, Allele::Variant), 9);
    }

    #[test]
    fn changes_of_one_codon_on_different_molecules_stay_two() {
        let anatomy = Anatomy::new(Bundle::embedded());
        let variants = vec![
            variant(&anatomy, 3_466, b'A', 10),
            variant(&anatomy, 3_467, b'C', 11),
        ];
        let mut patterns = Patterns::default();
        for _ in 0..9 {
            patterns.add(Side::Unknown, &observed(&[(10, 3), (11, 0)]), &variants);
            patterns.add(Side::Unknown, &observed(&[(10, 0), (11, 3)]), &variants);
        }
        assert_eq!(join(&anatomy, variants, &patterns).0.len(), 2);
    }

    #[test]
    fn alk_before_the_junction_is_wild_type() {
        let read = |start: usize| {
            vec![Shelved {
                key: 0,
                stored: Some(4),
                reads: vec![crate::variant::shelf::ShelvedRead {
                    blocks: vec![(start, 50)],
                    ..Default::default()
                }],
            }]
        };
        assert_eq!(side(&read(960), |_| false, Some(1_000)), Side::WildType);
        assert_eq!(side(&read(995), |_| false, Some(1_000)), Side::Unknown);
        assert_eq!(side(&read(960), |_| false, None), Side::Unknown);
        assert_eq!(
            side(&read(1_000), |stored| stored == 4, Some(1_000)),
            Side::Fusion
        );
    }
}
