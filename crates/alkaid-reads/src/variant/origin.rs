//! Whether a variant is likely inherited: by a table of polymorphisms, and by its share of the molecules.

use alkaid_knowledge::{Status, default_facts, polymorphisms};
use statrs::function::gamma::ln_gamma;

use super::names::Names;
use crate::finding::VariantOrigin;

/// Spread of the share of a heterozygous position between captures and copy numbers near two, and of a homozygous one:
/// the parameters of beta distributions around 0.5 and near 1. Assumptions: sd 0.05, and mean 0.99.
const HETEROZYGOUS: (f64, f64) = (50.0, 50.0);
const HOMOZYGOUS: (f64, f64) = (198.0, 2.0);
/// How much likelier the inherited share must be than any share, or the other way round.
const ODDS: f64 = 3.0;
const AGAINST: f64 = 0.05;
/// A known polymorphism below this share is not this person's.
const FOREIGN: f64 = 0.2;

/// What is concluded, why, and the identifier of the polymorphism.
pub fn origin(
    names: &Names,
    catalogued: bool,
    seen: u32,
    depth: u32,
) -> (VariantOrigin, String, Option<&'static str>) {
    let share = f64::from(seen) / f64::from(depth.max(1));
    let coding = names.coding.rsplit(':').next().unwrap_or_default();
    // Rows that nobody has read in a source are left out: the share has to speak for them.
    if let Some(known) = default_facts(polymorphisms()).find(|row| row.coding == coding) {
        let rare = if share < FOREIGN {
            "; at so low a share it is another person's DNA (contamination, transplant, carrier), not a tumour's mutation"
        } else {
            ""
        };
        return (
            VariantOrigin::LikelyGermline,
            format!("a known polymorphism{rare}"),
            known
                .id
                .filter(|_| known.id_status == Some(Status::Sourced)),
        );
    }
    let uniform = ln_beta_binomial(seen, depth, (1.0, 1.0));
    let het = (ln_beta_binomial(seen, depth, HETEROZYGOUS) - uniform).exp();
    let hom = (ln_beta_binomial(seen, depth, HOMOZYGOUS) - uniform).exp();
    let best = het.max(hom);
    let kind = if het >= hom {
        "heterozygous"
    } else {
        "homozygous"
    };
    if best >= ODDS && catalogued {
        return (
            VariantOrigin::Undetermined,
            format!(
                "its share is that of a {kind} inherited variant, but it is a catalogued mutation; compare with normal tissue"
            ),
            None,
        );
    }
    if best >= ODDS {
        return (
            VariantOrigin::LikelyGermline,
            format!(
                "its share is that of a {kind} inherited variant ({best:.0} times likelier than any share)"
            ),
            None,
        );
    }
    if best <= AGAINST {
        return (
            VariantOrigin::LikelySomatic,
            "its share is not that of an inherited variant".into(),
            None,
        );
    }
    (
        VariantOrigin::Undetermined,
        "its share fits an inherited variant as well as an acquired one".into(),
        None,
    )
}

/// Logarithm of the beta-binomial probability, without the binomial coefficient, which cancels in ratios.
fn ln_beta_binomial(seen: u32, of: u32, (a, b): (f64, f64)) -> f64 {
    let ln_beta = |a: f64, b: f64| ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b);
    ln_beta(a + f64::from(seen), b + f64::from(of - seen.min(of))) - ln_beta(a, b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::anatomy::Anatomy;
    use crate::variant::Edit;
    use crate::variant::names::{name, offset_of_coding};
    use alkaid_genome::Bundle;

    fn names(position: u32, base: u8) -> Names {
        let anatomy = Anatomy::new(Bundle::embedded());
        let at = offset_of_coding(&anatomy, position).unwrap();
        name(
            &anatomy,
            &Edit {
                at,
                deleted: 1,
                inserted: vec![base],
            },
        )
    }

    #[test]
    fn shares_speak() {
        let unknown = names(3_700, b'A');
        let of = |seen, depth| origin(&unknown, false, seen, depth).0;
        assert_eq!(of(250, 500), VariantOrigin::LikelyGermline);
        assert_eq!(of(498, 500), VariantOrigin::LikelyGermline);
        assert_eq!(of(25, 500), VariantOrigin::LikelySomatic);
        assert_eq!(of(160, 500), VariantOrigin::LikelySomatic);
        assert_eq!(of(3, 8), VariantOrigin::Undetermined);
        assert_eq!(
            origin(&unknown, true, 250, 500).0,
            VariantOrigin::Undetermined
        );
    }

    #[test]
    fn the_table_speaks_first() {
        let known = names(4_381, b'G');
        let (verdict, _, id) = origin(&known, false, 499, 500);
        assert_eq!(
            (verdict, id),
            (VariantOrigin::LikelyGermline, Some("rs1670283"))
        );
        let (verdict, reason, _) = origin(&known, false, 10, 500);
        assert_eq!(verdict, VariantOrigin::LikelyGermline);
        assert!(reason.contains("contamination"));
    }
}
