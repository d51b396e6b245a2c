//! What a case names, in the spellings of the field, found in the tables; and what may have been meant where it is not.

use alkaid_knowledge::query::{FusionQuery, Junction, Query, Relation, nearest, parse};
use alkaid_knowledge::{drugs, mutation, named_variants};

use crate::catalogue::{
    Alteration, FusionRow, Line, alteration, alterations, any_fusion, fusion, lines, targets,
};
use crate::error::PathwayError;
use crate::network::{Evidence, Role, edges_with, node, nodes};

/// The row of a fusion, and the name that it goes by: that of the row, or the one asked for where any fusion stands in.
///
/// # Errors
///
/// When it is no fusion with ALK's kinase, or names a variant that no table has.
pub(crate) fn find_fusion(text: &str) -> Result<(&'static FusionRow, String), PathwayError> {
    if let Some(row) = fusion(text) {
        return Ok((row, row.name.to_owned()));
    }
    let unknown = |why: String| PathwayError::UnknownFusion {
        name: text.to_owned(),
        why,
    };
    let asked = parse(text).map_err(|error| unknown(error.to_string()))?;
    match asked.query {
        Query::Fusion(query) if query.is_reciprocal() => Err(unknown(
            "the product with ALK's 5' part has no kinase".to_owned(),
        )),
        Query::Fusion(query) => {
            let row = row_of(&query);
            let name = row.map_or_else(|| query.to_string(), |row| row.name.to_owned());
            Ok((row.unwrap_or_else(any_fusion), name))
        }
        other => Err(unknown(format!("it is a {}", other.kind()))),
    }
}

/// The row of a variant, of exons that a variant has, or of a partner without a junction.
fn row_of(query: &FusionQuery) -> Option<&'static FusionRow> {
    let variants: Vec<&str> = match &query.junction {
        Junction::Unspecified => return fusion(&query.name()),
        Junction::Named(variants) => variants.iter().map(|variant| variant.name).collect(),
        Junction::Exons(exons) => {
            let initial = query.five.chars().next()?;
            let short = exons.short_form(initial, 'A');
            let key = format!("{}/{short}", query.five);
            named_variants()
                .iter()
                .filter(|variant| variant.gene == query.five)
                .filter(|variant| variant.key == key || variant.aliases.contains(&short.as_str()))
                .map(|variant| variant.name)
                .collect()
        }
        Junction::Coding(_) | Junction::Breakpoints(_) => Vec::new(),
    };
    variants
        .iter()
        .find_map(|variant| fusion(&format!("{}:{variant}", query.name())))
}

/// The names of mutations in the catalogue; several where the text holds several, as `G1202R+L1196M`.
///
/// # Errors
///
/// When one cannot be read, does not fit ALK, or is not in the catalogue.
pub(crate) fn find_mutations(text: &str) -> Result<Vec<&'static str>, PathwayError> {
    if let Some(found) = mutation(text.trim()) {
        return Ok(vec![found.name]);
    }
    let unknown = |why: String| PathwayError::UnknownMutation {
        name: text.to_owned(),
        why,
    };
    let asked = parse(text).map_err(|error| unknown(error.to_string()))?;
    let Query::Mutations(query, None) = asked.query else {
        return Err(unknown(format!("it is a {}", asked.query.kind())));
    };
    if query.relation == Relation::AnyOf {
        return Err(unknown(format!(
            "it stands for {}; name one of them",
            query.name()
        )));
    }
    query
        .mutations
        .iter()
        .map(|one| {
            let name = one.change.to_string();
            mutation(&name).map(|found| found.name).ok_or_else(|| {
                unknown(match asked.notes.as_slice() {
                    [] => format!("{name} is not in the catalogue"),
                    notes => notes.join("; "),
                })
            })
        })
        .collect()
}

/// A line of the table.
///
/// # Errors
///
/// When there is none of this name.
pub(crate) fn find_line(name: &str) -> Result<&'static Line, PathwayError> {
    let found = lines()
        .iter()
        .find(|line| line.key.eq_ignore_ascii_case(name));
    found.ok_or_else(|| PathwayError::UnknownLine {
        name: name.to_owned(),
        known: lines()
            .iter()
            .map(|line| line.key)
            .collect::<Vec<_>>()
            .join(", "),
    })
}

/// An alteration that changes something with these edges.
///
/// # Errors
///
/// When there is none of this name, or only unverified edges leave its node.
pub(crate) fn find_alteration(
    name: &str,
    evidence: Evidence,
) -> Result<&'static Alteration, PathwayError> {
    let found = alteration(name).ok_or_else(|| PathwayError::UnknownAlteration {
        name: name.to_owned(),
        known: alterations()
            .iter()
            .map(|a| a.key)
            .collect::<Vec<_>>()
            .join(", "),
    })?;
    let leads_on =
        edges_with(evidence).any(|edge| edge.from == found.node && edge.role != Role::Front);
    if leads_on {
        Ok(found)
    } else {
        Err(PathwayError::OnlyUnverified(
            nodes()[found.node].name.to_owned(),
        ))
    }
}

/// The place of a node.
///
/// # Errors
///
/// When there is none of this name.
pub(crate) fn find_node(name: &str) -> Result<usize, PathwayError> {
    node(name).ok_or_else(|| PathwayError::UnknownNode {
        name: name.to_owned(),
        meant: meant(name, nodes().iter().map(|node| node.name)),
    })
}

/// The error for a name that is no drug, no inhibitor and no node.
pub(crate) fn unknown_drug(name: &str) -> PathwayError {
    let known = drugs()
        .iter()
        .flat_map(|drug| drug.names())
        .chain(targets().iter().map(|target| target.drug))
        .chain(nodes().iter().map(|node| node.name));
    PathwayError::UnknownDrug {
        name: name.to_owned(),
        meant: meant(name, known),
    }
}

/// `; did you mean lorlatinib?`, or nothing.
fn meant<'c>(name: &str, known: impl Iterator<Item = &'c str>) -> String {
    // A name longer than any is no slip of the pen, and comparing takes its length times theirs.
    if name.chars().count() > 60 {
        return String::new();
    }
    match nearest(name, known).as_slice() {
        [] => String::new(),
        near => format!("; did you mean {}?", near.join(" or ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fusion_name(text: &str) -> (&'static str, String) {
        let (row, name) = find_fusion(text).unwrap();
        (row.key, name)
    }

    #[test]
    fn fusions_are_found_in_the_spellings_of_the_field() {
        let own = |key, name: &str| (key, name.to_owned());
        assert_eq!(fusion_name("EML4::ALK:V1"), own("V1", "EML4::ALK:V1"));
        assert_eq!(fusion_name("eml4-alk v3b"), own("V3b", "EML4::ALK:V3b"));
        assert_eq!(fusion_name("EML4::ALK E20;A20"), own("V2", "EML4::ALK:V2"));
        assert_eq!(fusion_name("ALK-EML4"), own("V1", "EML4::ALK:V1"));
        assert_eq!(fusion_name("NPM-ALK"), own("NPM1", "NPM1::ALK"));
    }

    #[test]
    fn another_fusion_keeps_its_name() {
        assert_eq!(
            fusion_name("KIF5B::ALK"),
            ("other", "KIF5B::ALK".to_owned())
        );
        assert_eq!(
            fusion_name("EML4::ALK V5'"),
            ("other", "EML4::ALK V5'".to_owned())
        );
        assert_eq!(fusion_name("?::ALK").0, "other");
    }

    #[test]
    fn what_is_no_fusion_of_alk_says_why() {
        let why = |text: &str| find_fusion(text).unwrap_err().to_string();
        assert!(why("EML4::ALK:V99").contains("no variant"));
        assert!(why("ALK::EML4").contains("no kinase"));
        assert!(why("lorlatinib").contains("it is a drug"));
        assert!(why("ELM4::ALK").contains("EML4"));
    }

    #[test]
    fn mutations_are_found_in_hgvs_and_together() {
        assert_eq!(find_mutations("p.Gly1202Arg").unwrap(), ["G1202R"]);
        assert_eq!(find_mutations("c.3604G>A").unwrap(), ["G1202R"]);
        assert_eq!(
            find_mutations("G1202R+L1196M").unwrap(),
            ["G1202R", "L1196M"]
        );
        let why = |text: &str| find_mutations(text).unwrap_err().to_string();
        assert!(why("R1202G").contains("did you mean G1202R"));
        assert!(why("I1171N/S").contains("name one of them"));
        assert!(why("MET").contains("it is a gene"));
    }

    #[test]
    fn near_misses_get_a_suggestion() {
        assert!(
            unknown_drug("lorlatinb")
                .to_string()
                .contains("did you mean lorlatinib?")
        );
        assert!(
            find_node("STAT33")
                .unwrap_err()
                .to_string()
                .contains("STAT3")
        );
        assert!(
            unknown_drug(&"x".repeat(100_000))
                .to_string()
                .contains("neither")
        );
    }
}
