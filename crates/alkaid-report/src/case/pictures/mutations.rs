//! Mutations on ALK's kinase domain: those found, on stems, above all that the catalogue knows.

use alkaid_case::finding::MutationSummary;
use alkaid_knowledge::{alk_domain, mutation, mutations as catalogue};

use super::Scale;
use crate::page::{Anchor, Ink, Picture};

const LEFT: f32 = 40.0;
const RIGHT: f32 = 700.0;
/// Room above the longest stem, for its name.
const HEAD: f32 = 28.0;
/// The shortest stem, and by how much the next one is longer.
const STEM: f32 = 40.0;
const LONGER: f32 = 22.0;
/// Lengths of stems.
const STEMS: usize = 3;
/// Landmarks that are named below the domain, by key, with a short name.
const LANDMARKS: [(&str, &str); 6] = [
    ("p_loop", "P-loop"),
    ("helix_c_glutamate", "αC"),
    ("gatekeeper", "gatekeeper"),
    ("solvent_front", "solvent front"),
    ("dfg", "DFG"),
    ("activation_loop", "A-loop"),
];

/// `None` where no mutation with a residue in the kinase domain was found.
pub(in crate::case) fn mutations(found: &[MutationSummary]) -> Option<Picture> {
    let kinase = alk_domain("kinase")?;
    let mut placed: Vec<(u32, &MutationSummary)> = found
        .iter()
        .filter(|one| !one.likely_germline)
        .filter_map(|one| Some((residue_of(&one.name)?, one)))
        .filter(|(residue, _)| (kinase.start..=kinase.end).contains(residue))
        .collect();
    if placed.is_empty() {
        return None;
    }
    placed.sort_by_key(|(residue, one)| (*residue, one.name.clone()));
    let scale = Scale {
        from: (f64::from(kinase.start), f64::from(kinase.end)),
        to: (LEFT, RIGHT),
    };
    let longest = placed.len().clamp(1, STEMS) - 1;
    let floor = HEAD + STEM + LONGER * longest as f32;
    let mut picture = Picture::new(floor + 68.0, "Mutations on ALK's kinase domain");
    picture.rect((LEFT, floor), (RIGHT - LEFT, 16.0), Ink::Kinase);
    for known in catalogue() {
        let x = scale.at(f64::from(known.residue));
        picture.line((x, floor - 6.0), (x, floor), Ink::Muted, 1.0);
    }
    for residue in [kinase.start, kinase.end] {
        let x = scale.at(f64::from(residue));
        picture.small(
            (x, floor + 30.0),
            Anchor::Middle,
            Ink::Muted,
            residue.to_string(),
        );
    }
    for (at, (key, name)) in LANDMARKS.into_iter().enumerate() {
        let Some(landmark) = alk_domain(key) else {
            continue;
        };
        let (from, to) = (
            scale.at(f64::from(landmark.start)),
            scale.at(f64::from(landmark.end)),
        );
        picture.shade((from, floor), ((to - from).max(2.0), 16.0), Ink::Paper, 0.7);
        let y = floor + 44.0 + 12.0 * (at % 2) as f32;
        let middle = f32::midpoint(from, to);
        picture.line((middle, floor + 16.0), (middle, y - 9.0), Ink::Faint, 1.0);
        picture.small((middle, y), Anchor::Middle, Ink::Muted, name);
    }
    for (at, (residue, one)) in placed.iter().enumerate() {
        let x = scale.at(f64::from(*residue));
        // Neighbours get stems of different length, so that their names do not meet.
        let top = floor - STEM - LONGER * (at % STEMS) as f32;
        picture.line((x, floor), (x, top), Ink::Text, 1.5);
        picture.dot((x, top), 6.0, Ink::Bad);
        let share = one
            .allele_fraction
            .map_or(String::new(), |af| format!(" {:.0} %", 100.0 * af.value));
        picture.words(
            (x, top - 10.0),
            Anchor::Middle,
            Ink::Text,
            format!("{}{share}", one.name),
        );
    }
    let names: Vec<&str> = placed.iter().map(|(_, one)| one.name.as_str()).collect();
    picture.description = format!(
        "The kinase domain from residue {} to {}, with {} on stems. Short lines mark the mutations of the catalogue.",
        kinase.start,
        kinase.end,
        names.join(", ")
    );
    Some(picture)
}

/// The residue of a short name: from the catalogue, else the first number in it.
fn residue_of(name: &str) -> Option<u32> {
    if let Some(known) = mutation(name) {
        return Some(known.residue);
    }
    let digits: String = name
        .chars()
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn residues_are_read_from_names() {
        assert_eq!(residue_of("G1202R"), Some(1202));
        assert_eq!(residue_of("p.Gly1202_Leu1204del"), Some(1202));
        assert_eq!(residue_of("splice"), None);
    }
}
