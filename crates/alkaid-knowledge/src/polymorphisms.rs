//! Common polymorphisms of ALK's coding sequence: what a caller finds in reads and nobody's tumour acquired.

use std::sync::LazyLock;

use serde::Serialize;

use crate::provenance::{Fact, Provenance};
use crate::table::{self, Status, TableError};

/// A common polymorphism.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Polymorphism {
    /// HGVS of NM_004304.5, without accession: `c.4381A>G`.
    pub coding: &'static str,
    /// HGVS of the protein: `p.(Ile1461Val)`.
    pub protein: &'static str,
    /// dbSNP identifier, where there is one.
    pub id: Option<&'static str>,
    /// How far the identifier is checked.
    pub id_status: Option<Status>,
    /// Where the change was read, or seen, to be a polymorphism.
    #[serde(flatten)]
    pub provenance: Provenance,
    /// What else to know.
    pub note: Option<&'static str>,
}

/// All common polymorphisms, by position.
pub fn polymorphisms() -> &'static [Polymorphism] {
    static TABLE: LazyLock<Vec<Polymorphism>> =
        LazyLock::new(|| table::compiled_in(parse(include_str!("../data/polymorphisms.tsv"))));
    &TABLE
}

fn parse(text: &'static str) -> Result<Vec<Polymorphism>, TableError> {
    table::read("polymorphisms", text, |row| {
        Ok(Polymorphism {
            coding: row.text("coding")?,
            protein: row.text("protein")?,
            id: row.optional("id")?,
            id_status: match row.optional("id_status")? {
                Some(_) => Some(row.status("id_status")?),
                None => None,
            },
            provenance: row.provenance()?,
            note: row.optional("note")?,
        })
    })
}

impl Fact for Polymorphism {
    fn key(&self) -> &'static str {
        self.coding
    }

    fn provenance(&self) -> Provenance {
        self.provenance
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alkaid_genome::{Bundle, CdsPosition, translate};

    #[test]
    fn changes_agree_with_the_sequence() {
        let bundle = Bundle::embedded();
        let alk = bundle.alk();
        let sequence = bundle.sequence(alk).unwrap();
        let start = alk.position_of_cds(CdsPosition(1)).unwrap() as usize;
        let coding = &sequence[start..start + 4_863];
        for row in polymorphisms() {
            let change = row.coding.strip_prefix("c.").unwrap();
            let (place, new) = change.split_once('>').unwrap();
            let (digits, old) = place.split_at(place.len() - 1);
            let at: usize = digits.parse::<usize>().unwrap() - 1;
            assert_eq!(coding[at], old.as_bytes()[0], "{}", row.coding);
            let codon = at / 3 * 3..at / 3 * 3 + 3;
            let mut changed = coding[codon.clone()].to_vec();
            changed[at % 3] = new.as_bytes()[0];
            let silent = translate(&coding[codon]) == translate(&changed);
            assert_eq!(silent, row.protein.ends_with("=)"), "{}", row.coding);
            assert!(row.protein.contains(&(at / 3 + 1).to_string()));
            assert_eq!(row.id.is_some(), row.id_status.is_some());
        }
    }
}
