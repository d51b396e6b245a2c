//! Names of drugs, tumour types, trials and mechanisms of resistance, and what else could have been meant.

use std::sync::LazyLock;

use alkaid_genome::Bundle;
use serde::Serialize;

use super::genes::gene_aliases;
use super::{Query, spelling};
use crate::drugs::drugs;
use crate::mutations::mutations;
use crate::resistance::off_target_resistance;
use crate::table::{self, TableError};
use crate::trials::trials;
use crate::variants::named_variants;

/// A tumour type, with the names that the tables and people give it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TumourType {
    /// The field's abbreviation where it has one, else a short name: `NSCLC`.
    pub key: &'static str,
    /// In full.
    pub name: &'static str,
    /// Other names that people type.
    pub synonyms: Vec<&'static str>,
    /// How the other tables write it, CIViC's diseases included.
    pub terms: Vec<&'static str>,
}

impl TumourType {
    /// Whether another table's text means this tumour type.
    pub fn is_called(&self, text: &str) -> bool {
        [self.key, self.name]
            .iter()
            .chain(&self.synonyms)
            .chain(&self.terms)
            .any(|name| name.eq_ignore_ascii_case(text))
    }
}

/// All tumour types.
pub fn tumour_types() -> &'static [TumourType] {
    static TABLE: LazyLock<Vec<TumourType>> =
        LazyLock::new(|| table::compiled_in(parse(include_str!("../../names/tumour_types.tsv"))));
    &TABLE
}

fn parse(text: &'static str) -> Result<Vec<TumourType>, TableError> {
    table::read("tumour_types", text, |row| {
        Ok(TumourType {
            key: row.text("key")?,
            name: row.text("name")?,
            synonyms: row.list("synonyms")?,
            terms: row.list("terms")?,
        })
    })
}

/// Other names of mechanisms, with the name that the table of mechanisms gives them.
fn mechanism_names() -> &'static [(&'static str, &'static str)] {
    static TABLE: LazyLock<Vec<(&'static str, &'static str)>> = LazyLock::new(|| {
        table::compiled_in(table::read(
            "mechanism_names",
            include_str!("../../names/mechanism_names.tsv"),
            |row| Ok((row.text("alias")?, row.text("mechanism")?)),
        ))
    });
    &TABLE
}

/// Letters and digits in lower case.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// What a whole text names.
pub(super) fn find(text: &str) -> Option<Query> {
    let wanted = plain(text);
    if wanted.is_empty() {
        return None;
    }
    let drug = drugs()
        .iter()
        .find(|drug| drug.names().any(|name| plain(name) == wanted));
    if let Some(drug) = drug {
        return Some(Query::Drug(drug));
    }
    let own: Vec<_> = trials()
        .iter()
        .filter(|trial| {
            plain(trial.key) == wanted
                || trial
                    .registration
                    .is_some_and(|number| plain(number) == wanted)
        })
        .collect();
    if !own.is_empty() {
        return Some(Query::Trial(own));
    }
    let tumour = tumour_types().iter().find(|tumour| {
        [tumour.key, tumour.name]
            .iter()
            .chain(&tumour.synonyms)
            .chain(&tumour.terms)
            .any(|name| plain(name) == wanted)
    });
    if let Some(tumour) = tumour {
        return Some(Query::Tumour(tumour));
    }
    if ["alkati", "ati", "alternativetranscriptioninitiation"].contains(&wanted.as_str()) {
        return Some(Query::AlternativeTranscript);
    }
    let alias = mechanism_names()
        .iter()
        .find(|(alias, _)| plain(alias) == wanted);
    let ways: Vec<_> = off_target_resistance()
        .iter()
        .filter(|way| {
            plain(way.key) == wanted
                || plain(way.mechanism) == wanted
                || alias.is_some_and(|(_, mechanism)| way.mechanism == *mechanism)
        })
        .collect();
    if !ways.is_empty() {
        return Some(Query::Mechanism(ways));
    }
    None
}

/// What a longer text contains: the tumour type of *ALK-positive NSCLC*, the drug of *lorlatinib resistance*, the
/// mechanism of *MET amplification after alectinib*; only where one name alone is in it.
pub(super) fn contained(text: &str) -> Option<Query> {
    const WORDS: [&str; 15] = [
        "alk",
        "positive",
        "rearranged",
        "resistance",
        "resistant",
        "trial",
        "study",
        "in",
        "of",
        "to",
        "the",
        "patients",
        "cancer",
        "tumour",
        "tumor",
    ];
    let rest: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| {
            !word.is_empty() && !WORDS.iter().any(|skip| skip.eq_ignore_ascii_case(word))
        })
        .collect();
    if rest.is_empty() {
        return None;
    }
    find(&rest.join(" "))
}

/// What a name stands for, in the table's own spelling.
pub(super) fn title(query: &Query) -> String {
    match query {
        Query::Drug(drug) => drug.name.to_owned(),
        Query::Tumour(tumour) => tumour.name.to_owned(),
        Query::Trial(trials) => trials
            .iter()
            .map(|trial| trial.key)
            .collect::<Vec<_>>()
            .join(", "),
        Query::Mechanism(ways) => ways
            .first()
            .map_or_else(String::new, |way| way.mechanism.to_owned()),
        // The others have no names of their own.
        Query::AlternativeTranscript => "ALK-ATI".to_owned(),
        Query::Gene(_) | Query::Fusion(_) | Query::Mutations(..) | Query::Place(_) => String::new(),
    }
}

/// Names of the catalogued mutations.
pub(super) fn mutation_names() -> Vec<String> {
    mutations()
        .iter()
        .map(|mutation| mutation.name.to_owned())
        .collect()
}

/// The known names nearest to a text.
pub(super) fn suggest(text: &str, bundle: &Bundle) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    names.extend(
        drugs()
            .iter()
            .flat_map(|drug| drug.names())
            .map(str::to_owned),
    );
    names.extend(
        trials()
            .iter()
            .flat_map(|trial| [Some(trial.key), trial.registration])
            .flatten()
            .map(str::to_owned),
    );
    for tumour in tumour_types() {
        names.extend(
            [tumour.key, tumour.name]
                .iter()
                .chain(&tumour.synonyms)
                .map(|name| (*name).to_owned()),
        );
    }
    names.extend(
        off_target_resistance()
            .iter()
            .map(|way| way.mechanism.to_owned()),
    );
    names.extend(
        mechanism_names()
            .iter()
            .map(|(alias, _)| (*alias).to_owned()),
    );
    names.extend(gene_aliases().iter().map(|alias| alias.alias.to_owned()));
    names.extend(
        crate::partners()
            .iter()
            .flat_map(|partner| [partner.symbol.to_owned(), format!("{}-ALK", partner.symbol)]),
    );
    names.extend(
        named_variants()
            .iter()
            .flat_map(|variant| variant.aliases.clone())
            .map(str::to_owned),
    );
    names.extend(mutation_names());
    names.push("ALK".to_owned());
    let near = spelling::nearest(text, names.iter().map(String::as_str));
    if !near.is_empty() || text.contains(' ') {
        return near;
    }
    // Any other gene of the reference.
    let mut symbols: Vec<&str> = bundle
        .transcripts()
        .iter()
        .map(|transcript| transcript.gene.as_str())
        .collect();
    symbols.dedup();
    spelling::nearest(text, symbols)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tumour_of_the_tables_is_a_type() {
        let known = |text: &str| tumour_types().iter().any(|tumour| tumour.is_called(text));
        for trial in trials() {
            assert!(known(trial.tumour), "{}: {}", trial.key, trial.tumour);
        }
        // Rows that speak of many types at once.
        let several = ["all", "tumours", "ovarian"];
        for row in crate::prevalence() {
            let many = several.iter().any(|word| row.tumour.starts_with(word));
            assert!(many || known(row.tumour), "{}: {}", row.key, row.tumour);
        }
    }

    #[test]
    fn names_are_unique() {
        let mut seen = std::collections::BTreeMap::new();
        for tumour in tumour_types() {
            for name in [tumour.key, tumour.name].iter().chain(&tumour.synonyms) {
                let before = seen.insert(plain(name), tumour.key);
                assert!(before.is_none_or(|other| other == tumour.key), "{name}");
            }
        }
    }

    #[test]
    fn mechanisms_behind_other_names_exist() {
        for (alias, mechanism) in mechanism_names() {
            assert!(
                off_target_resistance()
                    .iter()
                    .any(|way| way.mechanism == *mechanism),
                "{alias}"
            );
        }
    }

    #[test]
    fn no_name_is_two_things() {
        for drug in drugs().iter().flat_map(|drug| drug.names()) {
            assert!(matches!(find(drug), Some(Query::Drug(_))), "{drug}");
        }
        for trial in trials() {
            assert!(
                matches!(find(trial.key), Some(Query::Trial(_))),
                "{}",
                trial.key
            );
        }
    }
}
