//! A coding sequence for a protein whose own is not at hand: codons drawn as often as human genes use them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::draws::{Draws, Purpose, Weighted};

const CODON_USAGE: &str = include_str!("../data/codon_usage.tsv");

/// The codons of one residue.
struct Choice {
    codons: Vec<[u8; 3]>,
    table: Weighted,
}

/// A coding sequence, stop codon included, of the protein `gene` (which only seeds the choice of
/// codons). Residues that are not one of the 20 or U become NNN.
pub(crate) fn coding_sequence(protein: &[u8], gene: &str, seed: u64) -> Vec<u8> {
    let usage = usage();
    let mut draws = Draws::new(seed, Purpose::BackTranslation, 0, hash(gene));
    let mut bases = Vec::with_capacity(3 * protein.len() + 3);
    for residue in protein.iter().chain(b"*") {
        let residue = residue.to_ascii_uppercase();
        match usage.get(&residue) {
            Some(choice) => bases.extend(choice.codons[choice.table.draw(&mut draws)]),
            None if residue == b'U' => bases.extend(b"TGA"),
            None => bases.extend(b"NNN"),
        }
    }
    bases
}

/// Random bases for a leader that is not known.
pub(crate) fn leader(length: usize, gene: &str, seed: u64) -> Vec<u8> {
    let mut draws = Draws::new(seed, Purpose::BackTranslation, 1, hash(gene));
    (0..length).map(|_| draws.base()).collect()
}

fn usage() -> &'static BTreeMap<u8, Choice> {
    static USAGE: OnceLock<BTreeMap<u8, Choice>> = OnceLock::new();
    USAGE.get_or_init(|| {
        let mut counts: BTreeMap<u8, (Vec<[u8; 3]>, Vec<f64>)> = BTreeMap::new();
        for (residue, codon, count) in rows() {
            let entry = counts.entry(residue).or_default();
            entry.0.push(codon);
            entry.1.push(count as f64);
        }
        counts
            .into_iter()
            .filter_map(|(residue, (codons, weights))| {
                Some((
                    residue,
                    Choice {
                        codons,
                        table: Weighted::new(&weights)?,
                    },
                ))
            })
            .collect()
    })
}

/// Residue, codon and count of every row of the table.
fn rows() -> impl Iterator<Item = (u8, [u8; 3], u64)> {
    CODON_USAGE
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut fields = line.split('\t');
            let residue = *fields.next()?.as_bytes().first()?;
            let codon = fields.next()?.as_bytes().try_into().ok()?;
            Some((residue, codon, fields.next()?.parse().ok()?))
        })
}

/// FNV-1a: a stable number for a name.
fn hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alkaid_genome::{Bundle, translate};

    #[test]
    fn the_table_holds_the_genetic_code() {
        assert_eq!(rows().count(), 64);
        for (residue, codon, count) in rows() {
            assert_eq!(translate(&codon), [residue]);
            assert!(count > 0);
        }
    }

    #[test]
    fn back_translation_translates_back() {
        let protein = b"MACDEFGHIKLMNPQRSTVWYKRSLLLL";
        let bases = coding_sequence(protein, "KIF5B", 1);
        assert_eq!(translate(&bases), [protein.as_slice(), b"*"].concat());
        assert_eq!(bases, coding_sequence(protein, "KIF5B", 1));
        assert_ne!(bases, coding_sequence(protein, "KIF5B", 2));
        assert_ne!(bases, coding_sequence(protein, "TPM3", 1));
        assert_eq!(&coding_sequence(b"UX", "A", 1)[..6], b"TGANNN");
    }

    /// Recounts the table over the embedded bundle, so that it cannot drift from its stated source.
    #[test]
    fn the_table_is_what_the_bundle_says() {
        let bundle = Bundle::embedded();
        let mut counts: BTreeMap<[u8; 3], u64> = BTreeMap::new();
        for (transcript, packed) in bundle.sequences() {
            let Some(cds) = &transcript.cds else { continue };
            let bases = packed.slice(cds.start as usize..cds.end as usize);
            let protein = translate(&bases);
            if !bases.starts_with(b"ATG") || protein.last() != Some(&b'*') || bases.len() % 3 != 0 {
                continue;
            }
            for codon in bases.chunks_exact(3) {
                *counts.entry([codon[0], codon[1], codon[2]]).or_default() += 1;
            }
        }
        let total: u64 = counts.values().sum();
        let stated: u64 = rows().map(|row| row.2).sum();
        for (_, codon, count) in rows() {
            let here = counts.get(&codon).copied().unwrap_or(0) as f64 / total as f64;
            let there = count as f64 / stated as f64;
            assert!(
                (here - there).abs() < 0.05 * there + 1e-4,
                "{codon:?}: {here} {there}"
            );
        }
    }
}
