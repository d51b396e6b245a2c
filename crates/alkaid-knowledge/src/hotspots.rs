//! Catalogued mutations of the ALK kinase, and common polymorphisms of ALK.

use std::sync::OnceLock;

use crate::table::{self, Status, TableError};

/// A catalogued mutation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hotspot {
    /// Short form: `G1202R`, `T1151dup`, `G1202del`.
    pub mutation: &'static str,
    /// Residue concerned, 1-based.
    pub residue: u32,
    /// Where in the kinase.
    pub region: &'static str,
    /// In which context it is catalogued.
    pub context: &'static str,
    /// Where that was read.
    pub source: Option<&'static str>,
    /// How far it is checked.
    pub status: Status,
}

/// A common polymorphism.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Polymorphism {
    /// HGVS of NM_004304.5, without accession: `c.4381A>G`.
    pub coding: &'static str,
    /// HGVS of the protein: `p.(Ile1461Val)`.
    pub protein: &'static str,
    /// dbSNP identifier, where there is one.
    pub id: Option<&'static str>,
    /// How far the identifier is checked.
    pub id_status: Option<Status>,
    /// Where the polymorphism was read or seen.
    pub source: &'static str,
    /// How far it is checked that the change is a polymorphism.
    pub status: Status,
    /// What else to know.
    pub note: Option<&'static str>,
}

/// All catalogued mutations, by residue.
pub fn alk_hotspots() -> &'static [Hotspot] {
    static TABLE: OnceLock<Vec<Hotspot>> = OnceLock::new();
    // The text is compiled in, and the tests parse every row of it.
    TABLE.get_or_init(|| {
        let mut rows = hotspots(include_str!("../data/alk_hotspots.tsv"))
            .expect("compiled-in table is well formed");
        rows.sort_by_key(|row| row.residue);
        rows
    })
}

/// All common polymorphisms.
pub fn alk_polymorphisms() -> &'static [Polymorphism] {
    static TABLE: OnceLock<Vec<Polymorphism>> = OnceLock::new();
    TABLE.get_or_init(|| {
        polymorphisms(include_str!("../data/alk_polymorphisms.tsv"))
            .expect("compiled-in table is well formed")
    })
}

fn hotspots(text: &'static str) -> Result<Vec<Hotspot>, TableError> {
    table::read("alk_hotspots", text, |row| {
        Ok(Hotspot {
            mutation: row.text("mutation")?,
            residue: row.number("residue")?,
            region: row.text("region")?,
            context: row.text("context")?,
            source: row.optional("source")?,
            status: row.status("status")?,
        })
    })
}

fn polymorphisms(text: &'static str) -> Result<Vec<Polymorphism>, TableError> {
    table::read("alk_polymorphisms", text, |row| {
        Ok(Polymorphism {
            coding: row.text("coding")?,
            protein: row.text("protein")?,
            id: row.optional("id")?,
            id_status: match row.optional("id_status")? {
                Some(_) => Some(row.status("id_status")?),
                None => None,
            },
            source: row.text("source")?,
            status: row.status("status")?,
            note: row.optional("note")?,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alkaid_genome::{Bundle, CdsPosition, translate};

    fn coding() -> Vec<u8> {
        let bundle = Bundle::embedded();
        let alk = bundle.alk();
        let sequence = bundle.sequence(alk).unwrap();
        let start = alk.position_of_cds(CdsPosition(1)).unwrap() as usize;
        sequence[start..start + 4_863].to_vec()
    }

    #[test]
    fn reference_residues_agree_with_the_sequence() {
        let protein = translate(&coding());
        assert!(alk_hotspots().len() >= 40);
        for row in alk_hotspots() {
            let reference = row.mutation.as_bytes()[0];
            assert_eq!(
                protein[row.residue as usize - 1],
                reference,
                "{}",
                row.mutation
            );
            assert!(
                row.mutation[1..].starts_with(&row.residue.to_string()),
                "{}",
                row.mutation
            );
        }
        let mut names: Vec<_> = alk_hotspots().iter().map(|row| row.mutation).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), alk_hotspots().len());
    }

    #[test]
    fn polymorphisms_agree_with_the_sequence() {
        let coding = coding();
        for row in alk_polymorphisms() {
            let change = row.coding.strip_prefix("c.").unwrap();
            let (place, new) = change.split_once('>').unwrap();
            let (digits, old) = place.split_at(place.len() - 1);
            let at: usize = digits.parse::<usize>().unwrap() - 1;
            assert_eq!(coding[at], old.as_bytes()[0], "{}", row.coding);
            let codon = at / 3 * 3..at / 3 * 3 + 3;
            let mut changed = coding.clone();
            changed[at] = new.as_bytes()[0];
            let (before, after) = (
                translate(&coding[codon.clone()])[0],
                translate(&changed[codon])[0],
            );
            assert_eq!(
                before == after,
                row.protein.ends_with("=)"),
                "{}",
                row.coding
            );
            assert!(row.protein.contains(&(at / 3 + 1).to_string()));
        }
    }
}
