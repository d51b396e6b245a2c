//! Genes by symbol and by the other names that they go by.

use std::sync::OnceLock;

use alkaid_genome::Bundle;

use crate::table::{self, Status, TableError};

/// Another name of a gene.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneAlias {
    /// The name.
    pub alias: &'static str,
    /// Symbols of the genes that it stands for: several where it is ambiguous.
    pub symbols: Vec<&'static str>,
    /// Where the name was seen.
    pub source: &'static str,
    /// How far that is checked.
    pub status: Status,
}

/// A gene that was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Gene {
    pub(super) symbol: String,
    /// The name typed, where it is not the symbol.
    pub(super) alias: Option<&'static GeneAlias>,
}

impl Gene {
    pub(super) fn known(symbol: &str) -> Self {
        Self {
            symbol: symbol.to_owned(),
            alias: None,
        }
    }

    pub(super) fn is_alk(&self) -> bool {
        self.symbol == "ALK"
    }

    /// A word on the other name, where one was typed.
    pub(super) fn note(&self) -> Option<String> {
        let alias = self.alias?;
        let checked = match alias.status {
            Status::Unverified => " (unverified)",
            Status::Sourced | Status::Computed => "",
        };
        Some(format!(
            "{} is read as {}{checked}",
            alias.alias, self.symbol
        ))
    }
}

/// All other names of genes.
pub fn gene_aliases() -> &'static [GeneAlias] {
    static TABLE: OnceLock<Vec<GeneAlias>> = OnceLock::new();
    // The text is compiled in, and the tests parse every row of it.
    TABLE.get_or_init(|| {
        parse(include_str!("../../names/gene_aliases.tsv"))
            .expect("compiled-in table is well formed")
    })
}

/// The gene that a word names, in any case; nothing for ambiguous names.
pub(super) fn find_gene(word: &str, bundle: &Bundle) -> Option<Gene> {
    if word.eq_ignore_ascii_case("ALK") {
        return Some(Gene::known("ALK"));
    }
    if let Some(partner) = crate::partners()
        .iter()
        .find(|partner| partner.symbol.eq_ignore_ascii_case(word))
    {
        return Some(Gene::known(partner.symbol));
    }
    let alias = gene_aliases()
        .iter()
        .find(|known| known.alias.eq_ignore_ascii_case(word));
    if let Some(alias) = alias {
        return match alias.symbols.as_slice() {
            [symbol] => Some(Gene {
                symbol: (*symbol).to_owned(),
                alias: Some(alias),
            }),
            _ => None,
        };
    }
    // Symbols are short and in capitals, but for the orf of C2orf44.
    if !(2..=15).contains(&word.len()) || !word.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let upper = word.to_ascii_uppercase();
    let open_frame = upper.replacen("ORF", "orf", 1);
    [upper, open_frame]
        .iter()
        .find_map(|symbol| bundle.best(symbol))
        .map(|transcript| Gene::known(&transcript.gene))
}

/// The genes that an ambiguous name stands for.
pub(super) fn ambiguous(word: &str) -> Option<&'static GeneAlias> {
    gene_aliases()
        .iter()
        .find(|known| known.symbols.len() > 1 && known.alias.eq_ignore_ascii_case(word))
}

fn parse(text: &'static str) -> Result<Vec<GeneAlias>, TableError> {
    table::read("gene_aliases", text, |row| {
        Ok(GeneAlias {
            alias: row.text("alias")?,
            symbols: row.text("symbol")?.split('|').collect(),
            source: row.text("source")?,
            status: row.status("status")?,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_lead_to_genes_of_the_bundle_and_hide_none() {
        let bundle = Bundle::embedded();
        for alias in gene_aliases() {
            for symbol in &alias.symbols {
                assert!(bundle.best(symbol).is_some(), "{} -> {symbol}", alias.alias);
            }
            assert!(
                bundle.best(alias.alias).is_none(),
                "{} is a symbol",
                alias.alias
            );
            assert!(
                crate::partner(alias.alias).is_none(),
                "{} is a partner",
                alias.alias
            );
        }
    }

    #[test]
    fn finds_genes_in_any_case() {
        let bundle = Bundle::embedded();
        let symbol = |word: &str| find_gene(word, bundle).map(|gene| gene.symbol);
        assert_eq!(symbol("eml4").as_deref(), Some("EML4"));
        assert_eq!(symbol("NPM").as_deref(), Some("NPM1"));
        assert_eq!(symbol("egfr").as_deref(), Some("EGFR"));
        assert_eq!(symbol("ALK1"), None);
        assert!(ambiguous("alk1").is_some());
    }
}
