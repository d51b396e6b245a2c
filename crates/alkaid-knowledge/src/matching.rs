//! How closely a database's molecular profile fits what was found in a tumour.

use alkaid_genome::Residue;
use serde::Serialize;

use crate::civic::{CivicItem, ProfileTerm};
use crate::query::ProteinChange;

/// What was found in a tumour, as far as profiles speak of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Symbol of ALK's 5' partner; none where no fusion is known.
    pub partner: Option<String>,
    /// Last partner exon and first ALK exon of the junctions.
    pub junctions: Vec<(u16, u16)>,
    /// Mutations of ALK.
    pub mutations: Vec<ProteinChange>,
    /// Whether ALK is amplified.
    pub amplified: bool,
    /// Whether ALK is transcribed from intron 19 on (ALK-ATI).
    pub alternative_transcript: bool,
}

/// How closely a statement fits, closest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// The same change: the mutation itself, the same exons joined.
    Exact,
    /// Any change of the same residue.
    Residue,
    /// A fusion with the same partner.
    Partner,
    /// ALK as such: any fusion, any mutation.
    Gene,
}

impl Grade {
    /// In a word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Residue => "residue",
            Self::Partner => "partner",
            Self::Gene => "gene",
        }
    }
}

/// Which part of the findings a statement speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// All mutations that were found, and no others.
    Whole,
    /// Some of the mutations that were found.
    Part,
    /// Further mutations beside those that were found.
    More,
    /// Another change of the same residue.
    Sibling,
    /// Full-length ALK, while a fusion was found.
    OtherSetting,
    /// The fusion alone, while mutations were found.
    FusionOnly,
}

impl Extent {
    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "these findings",
            Self::Part => "a part of the mutations",
            Self::More => "further mutations beside these",
            Self::Sibling => "another change of the residue",
            Self::OtherSetting => "mutated ALK without a fusion",
            Self::FusionOnly => "the fusion, without its mutations",
        }
    }
}

/// A fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Fit {
    /// Which part of the findings is meant.
    pub extent: Extent,
    /// How closely.
    pub grade: Grade,
}

/// How an item of CIViC fits; nothing where it speaks of something else. Of several alternatives the closest counts.
pub fn fit(item: &CivicItem, found: &Findings) -> Option<Fit> {
    item.alternatives
        .iter()
        .filter_map(|terms| fit_terms(terms, item, found))
        .min()
}

fn fit_terms(terms: &[ProfileTerm], item: &CivicItem, found: &Findings) -> Option<Fit> {
    let mut names: Vec<&str> = Vec::new();
    let mut residues: Vec<u32> = Vec::new();
    let mut any_mutation = false;
    let mut fusion: Option<Grade> = None;
    for term in terms {
        match term {
            ProfileTerm::Mutation { name } => names.push(name),
            ProfileTerm::Residue { residue } => residues.push(*residue),
            ProfileTerm::AnyMutation => any_mutation = true,
            ProfileTerm::AnyFusion => fusion = Some(Grade::Gene),
            ProfileTerm::Fusion { partner } => {
                fusion = Some(match found.partner.as_deref() == Some(partner) {
                    true => Grade::Partner,
                    // With the mutation in the profile the partner counts less; without it the item is another's.
                    false if terms.len() > 1 => Grade::Gene,
                    false => return None,
                });
            }
            ProfileTerm::Junction {
                partner,
                partner_exon,
                alk_exon,
            } => {
                let same = found.partner.as_deref() == Some(partner);
                let exons = found.junctions.contains(&(*partner_exon, *alk_exon));
                if !same || !exons {
                    return None;
                }
                fusion = Some(Grade::Exact);
            }
            ProfileTerm::Amplification if found.amplified => {}
            ProfileTerm::AlternativeTranscript if found.alternative_transcript => {
                return Some(Fit {
                    extent: Extent::Whole,
                    grade: Grade::Exact,
                });
            }
            ProfileTerm::Amplification
            | ProfileTerm::AlternativeTranscript
            | ProfileTerm::ExonDeletion { .. }
            | ProfileTerm::Other { .. } => return None,
        }
    }
    if fusion.is_some() && found.partner.is_none() && found.mutations.is_empty() {
        return None;
    }
    if names.is_empty() && residues.is_empty() && !any_mutation {
        let grade = fusion?;
        let extent = match found.mutations.is_empty() {
            true => Extent::Whole,
            false => Extent::FusionOnly,
        };
        return Some(Fit { extent, grade });
    }
    mutated(&names, &residues, any_mutation, found).map(|fit| {
        let other_setting =
            fusion.is_none() && found.partner.is_some() && item.disease == "Neuroblastoma";
        match other_setting {
            true => Fit {
                extent: Extent::OtherSetting,
                ..fit
            },
            false => fit,
        }
    })
}

/// How the mutations of a profile fit those that were found.
fn mutated(names: &[&str], residues: &[u32], any: bool, found: &Findings) -> Option<Fit> {
    let own: Vec<(String, Residue)> = found
        .mutations
        .iter()
        .map(|change| (change.to_string(), change.site().residue))
        .collect();
    if own.is_empty() {
        return None;
    }
    if any && names.is_empty() && residues.is_empty() {
        return Some(Fit {
            extent: Extent::Whole,
            grade: Grade::Gene,
        });
    }
    let has = |name: &str| own.iter().any(|(known, _)| known == name);
    let at = |residue: u32| own.iter().any(|(_, known)| known.0 == residue);
    let missing = names.iter().filter(|name| !has(name)).count()
        + residues.iter().filter(|residue| !at(**residue)).count();
    let hits = names.len() + residues.len() - missing;
    if missing > 0 {
        let siblings = names
            .iter()
            .filter(|name| !has(name))
            .all(|name| residue_of(name).is_some_and(at));
        return match (
            siblings && residues.iter().all(|residue| at(*residue)),
            hits,
        ) {
            (true, _) => Some(Fit {
                extent: Extent::Sibling,
                grade: Grade::Residue,
            }),
            (false, 0) => None,
            (false, _) => Some(Fit {
                extent: Extent::More,
                grade: Grade::Exact,
            }),
        };
    }
    let covered = own
        .iter()
        .all(|(name, residue)| names.contains(&name.as_str()) || residues.contains(&residue.0));
    Some(Fit {
        extent: if covered { Extent::Whole } else { Extent::Part },
        grade: if residues.is_empty() {
            Grade::Exact
        } else {
            Grade::Residue
        },
    })
}

/// How a set of mutations that a table names fits what was found; an empty set stands for any mutation.
pub fn fit_mutations(names: &[&str], found: &Findings) -> Option<Fit> {
    mutated(names, &[], names.is_empty(), found)
}

/// The residue of `G1202R`, `T1151dup`, `G1202`.
fn residue_of(name: &str) -> Option<u32> {
    let digits = name.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let end = digits
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(digits.len());
    digits[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::civic::civic_items;
    use crate::query::{Query, parse};

    fn found(text: &str) -> Findings {
        let mutations = match parse(text).map(|asked| asked.query) {
            Ok(Query::Mutations(asked, _)) => {
                asked.mutations.into_iter().map(|m| m.change).collect()
            }
            other => panic!("{text}: {other:?}"),
        };
        Findings {
            partner: Some("EML4".into()),
            junctions: vec![(13, 20)],
            mutations,
            ..Findings::default()
        }
    }

    fn fit_of(id: &str, text: &str) -> Option<(Extent, Grade)> {
        let item = civic_items().iter().find(|item| item.id == id).unwrap();
        fit(item, &found(text)).map(|fit| (fit.extent, fit.grade))
    }

    #[test]
    fn grades_run_from_the_change_to_the_gene() {
        assert_eq!(
            fit_of("EID441", "G1202R"),
            Some((Extent::Whole, Grade::Exact))
        );
        assert_eq!(
            fit_of("EID1283", "I1171N"),
            Some((Extent::Whole, Grade::Residue))
        );
        assert_eq!(
            fit_of("EID1237", "I1171N"),
            Some((Extent::Whole, Grade::Gene))
        );
        assert_eq!(
            fit_of("EID1198", "I1171N"),
            Some((Extent::FusionOnly, Grade::Gene))
        );
        assert_eq!(fit_of("EID441", "L1196M"), None);
    }

    #[test]
    fn compounds_are_not_their_parts() {
        assert_eq!(
            fit_of("EID843", "C1156Y+L1198F"),
            Some((Extent::Whole, Grade::Exact))
        );
        assert_eq!(
            fit_of("EID843", "C1156Y"),
            Some((Extent::More, Grade::Exact))
        );
        assert_eq!(
            fit_of("EID841", "C1156Y+L1198F"),
            Some((Extent::Part, Grade::Exact))
        );
    }

    #[test]
    fn full_length_alk_is_another_setting() {
        assert_eq!(
            fit_of("EID37", "F1174L").map(|fit| fit.0),
            Some(Extent::OtherSetting)
        );
        assert_eq!(
            fit_of("EID32", "F1174C").map(|fit| fit.0),
            Some(Extent::Sibling)
        );
    }
}
