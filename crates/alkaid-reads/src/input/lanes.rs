//! Which FASTQ files are mates of which, told by their names.

use std::path::{Path, PathBuf};

use super::error::InputError;
use super::options::Pairing;

/// One file, or two files of mates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lane<T> {
    /// The first (or only) reads.
    pub(super) first: T,
    /// Their mates.
    pub(super) second: Option<T>,
}

/// Groups files (by their index) into lanes, in the order given.
///
/// Two paths are mates if they differ in nothing but mate numbers: a 1 in the one where the other has a 2, each standing
/// alone between separators, an `R` before it or not. Without any such pair, two files are mates as they come.
pub(super) fn group(paths: &[PathBuf], pairing: Pairing) -> Result<Vec<Lane<usize>>, InputError> {
    let single = |first| Lane {
        first,
        second: None,
    };
    if pairing != Pairing::Auto || paths.len() == 1 {
        return Ok((0..paths.len()).map(single).collect());
    }
    let names: Vec<String> = paths
        .iter()
        .map(|path| path.to_string_lossy().into_owned())
        .collect();
    let mut mates = vec![None; paths.len()];
    for (i, name) in names.iter().enumerate() {
        let Some(j) =
            mate_of(name, &names).map_err(|problem| InputError::AmbiguousPairing { problem })?
        else {
            continue;
        };
        if let Some(other) = mates[j].replace(i).filter(|&other: &usize| other != i) {
            return Err(InputError::AmbiguousPairing {
                problem: format!(
                    "{} and {} could both go with {}",
                    names[other], name, names[j]
                ),
            });
        }
    }
    if mates.iter().all(Option::is_none) {
        return without_markers(paths, &names);
    }
    lanes_of(&names, &mates)
}

/// Lanes where every second read knows its first.
fn lanes_of(names: &[String], first_of: &[Option<usize>]) -> Result<Vec<Lane<usize>>, InputError> {
    let second_of = |i: usize| first_of.iter().position(|&first| first == Some(i));
    let mut lanes = Vec::new();
    let mut placed = vec![false; names.len()];
    for i in 0..names.len() {
        if placed[i] {
            continue;
        }
        let (first, second) = match (first_of[i], second_of(i)) {
            (Some(first), None) => (first, i),
            (None, Some(second)) => (i, second),
            (None, None) => {
                return Err(InputError::AmbiguousPairing {
                    problem: format!("{} has no mate among the other files", names[i]),
                });
            }
            (Some(_), Some(_)) => {
                return Err(InputError::AmbiguousPairing {
                    problem: format!("{} could hold first or second reads", names[i]),
                });
            }
        };
        (placed[first], placed[second]) = (true, true);
        lanes.push(Lane {
            first,
            second: Some(second),
        });
    }
    Ok(lanes)
}

/// No two names are those of mates.
fn without_markers(paths: &[PathBuf], names: &[String]) -> Result<Vec<Lane<usize>>, InputError> {
    let single = |first| Lane {
        first,
        second: None,
    };
    // All are first reads by their own account: lanes of single reads, or interleaved.
    if paths.iter().all(|path| marked_first(path)) {
        return Ok((0..paths.len()).map(single).collect());
    }
    match paths.len() {
        2 => Ok(vec![Lane {
            first: 0,
            second: Some(1),
        }]),
        _ => Err(InputError::AmbiguousPairing {
            problem: format!(
                "no two of the {} names are those of mates ({}, …)",
                names.len(),
                names[0]
            ),
        }),
    }
}

/// The file of second reads that goes with `name` as the first: the one with the fewest differences.
fn mate_of(name: &str, names: &[String]) -> Result<Option<usize>, String> {
    let mut candidates: Vec<(usize, usize)> = names
        .iter()
        .enumerate()
        .filter_map(|(j, other)| Some((mate_differences(name, other)?, j)))
        .collect();
    candidates.sort_unstable();
    match candidates[..] {
        [(a, i), (b, j), ..] if a == b => Err(format!(
            "{} and {} could both go with {name}",
            names[i], names[j]
        )),
        [(_, j), ..] => Ok(Some(j)),
        [] => Ok(None),
    }
}

/// In how many mate numbers two names differ; `None` if they differ in anything else, or not where it counts.
fn mate_differences(first: &str, second: &str) -> Option<usize> {
    let (a, b) = (first.as_bytes(), second.as_bytes());
    // A sample's number may look like a mate's, but stands before it.
    let marker = mate_number(a)?;
    if a.len() != b.len() || b[marker] != b'2' {
        return None;
    }
    let mut differences = 0;
    for i in 0..a.len() {
        if a[i] == b[i] {
            continue;
        }
        if (a[i], b[i]) != (b'1', b'2') || !stands_alone(a, i) {
            return None;
        }
        differences += 1;
    }
    Some(differences)
}

/// Where the mate number 1 stands: the last 1 or 2 that stands alone after an `R`, else the last that stands alone.
fn mate_number(name: &[u8]) -> Option<usize> {
    let alone = |i: &usize| matches!(name[*i], b'1' | b'2') && stands_alone(name, *i);
    let after_r = |i: &usize| *i > 0 && matches!(name[*i - 1], b'R' | b'r');
    let positions = || (0..name.len()).rev().filter(alone);
    let marker = positions().find(after_r).or_else(|| positions().next())?;
    (name[marker] == b'1').then_some(marker)
}

/// Whether the digit at `i` stands between separators, with an `R` before it or not.
fn stands_alone(name: &[u8], i: usize) -> bool {
    let separator = |byte: Option<&u8>| byte.is_none_or(|byte| b"_.-/\\ ".contains(byte));
    let before = match i.checked_sub(1) {
        Some(r) if matches!(name[r], b'R' | b'r') => r.checked_sub(1),
        before => before,
    };
    separator(before.and_then(|at| name.get(at))) && separator(name.get(i + 1))
}

/// Whether the file name has a first-read marker that nothing else looks like: `_R1_` or `.R1.`.
fn marked_first(path: &Path) -> bool {
    let Some(name) = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
    else {
        return false;
    };
    let name = name.as_bytes();
    mate_number(name).is_some_and(|i| i > 1 && matches!(name[i - 1], b'R' | b'r'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lanes(names: &[&str]) -> Result<Vec<(String, Option<String>)>, String> {
        let paths: Vec<PathBuf> = names.iter().map(PathBuf::from).collect();
        let lanes = group(&paths, Pairing::Auto).map_err(|error| error.to_string())?;
        let name = |i: usize| names[i].to_owned();
        Ok(lanes
            .into_iter()
            .map(|lane| (name(lane.first), lane.second.map(name)))
            .collect())
    }

    fn pair(a: &str, b: &str) -> (String, Option<String>) {
        (a.to_owned(), Some(b.to_owned()))
    }

    #[test]
    fn lanes_are_found_in_any_order() {
        let expected = vec![
            pair("s_L001_R1_001.fq.gz", "s_L001_R2_001.fq.gz"),
            pair("s_L002_R1_001.fq.gz", "s_L002_R2_001.fq.gz"),
        ];
        for order in [[0, 1, 2, 3], [0, 2, 1, 3], [1, 0, 3, 2]] {
            let all = [
                "s_L001_R1_001.fq.gz",
                "s_L001_R2_001.fq.gz",
                "s_L002_R1_001.fq.gz",
                "s_L002_R2_001.fq.gz",
            ];
            let names: Vec<&str> = order.iter().map(|&i| all[i]).collect();
            assert_eq!(lanes(&names), Ok(expected.clone()), "{order:?}");
        }
    }

    #[test]
    fn all_common_markers_are_known() {
        for (a, b) in [
            ("x_R1.fq", "x_R2.fq"),
            ("x_1.fq", "x_2.fq"),
            ("x.1.fq", "x.2.fq"),
            ("x.R1.fq", "x.R2.fq"),
            ("x_R1_val_1.fq", "x_R2_val_2.fq"),
            ("R1/x.fq", "R2/x.fq"),
            ("1.fq", "2.fq"),
        ] {
            assert_eq!(lanes(&[a, b]), Ok(vec![pair(a, b)]));
            assert_eq!(lanes(&[b, a]), Ok(vec![pair(a, b)]));
        }
    }

    #[test]
    fn a_sample_number_is_not_a_mate_number() {
        assert_eq!(
            lanes(&["p_1_R1.fq", "p_1_R2.fq", "p_2_R1.fq", "p_2_R2.fq"]),
            Ok(vec![
                pair("p_1_R1.fq", "p_1_R2.fq"),
                pair("p_2_R1.fq", "p_2_R2.fq")
            ])
        );
        assert_eq!(
            lanes(&["p_1_1.fq", "p_2_1.fq", "p_1_2.fq", "p_2_2.fq"]),
            Ok(vec![
                pair("p_1_1.fq", "p_1_2.fq"),
                pair("p_2_1.fq", "p_2_2.fq")
            ])
        );
    }

    #[test]
    fn without_markers_two_files_are_a_pair_and_one_is_alone() {
        assert_eq!(lanes(&["a.fq", "b.fq"]), Ok(vec![pair("a.fq", "b.fq")]));
        assert_eq!(lanes(&["a.fq"]), Ok(vec![("a.fq".to_owned(), None)]));
        assert_eq!(lanes(&["-", "b.fq"]), Ok(vec![pair("-", "b.fq")]));
    }

    #[test]
    fn first_reads_alone_are_single_lanes() {
        let names = ["s_L001_R1.fq", "s_L002_R1.fq"];
        assert_eq!(
            lanes(&names),
            Ok(names.map(|name| (name.to_owned(), None)).to_vec())
        );
    }

    #[test]
    fn ambiguity_is_refused() {
        assert!(
            lanes(&["a.fq", "b.fq", "c.fq"])
                .is_err_and(|message| message.contains("no two of the 3 names"))
        );
        assert!(
            lanes(&["x_R1.fq", "x_R2.fq", "y_R1.fq"])
                .is_err_and(|message| message.contains("y_R1.fq has no mate"))
        );
    }

    #[test]
    fn other_pairings_take_each_file_alone() {
        let paths = [PathBuf::from("x_R1.fq"), PathBuf::from("x_R2.fq")];
        for pairing in [Pairing::Single, Pairing::Interleaved] {
            assert_eq!(
                group(&paths, pairing).map(|lanes| lanes.len()).ok(),
                Some(2)
            );
        }
    }
}
