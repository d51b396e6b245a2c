//! What a scientist types about ALK, as a question that the tables can answer.
//!
//! [`parse`] takes a gene, a fusion, mutations, a place on the genome, a drug, a tumour type, a trial or a mechanism of
//! resistance, in the spellings that the field uses. Nothing is corrected in silence: where a text is read in a way that
//! is not evident, [`Asked::notes`] says how, and a text that is nearly right is an error with suggestions.

mod change;
mod coding;
mod cursor;
mod error;
mod fusion;
mod genes;
mod hgvs;
mod mutation;
mod names;
mod place;
mod spelling;
mod words;

use std::fmt;

use alkaid_genome::{Assembly, Bundle};

pub use coding::{AlkCoding, BaseChange, CodingEdit, ProteinChange, Site};
pub use error::QueryError;
pub use fusion::{CodingJunction, ExonJunction, FusionQuery, Junction, counted_in};
pub use genes::{GeneAlias, gene_aliases};
pub use mutation::{Mutation, MutationQuery, Relation};
pub use names::{TumourType, tumour_types};
pub use place::{AlkPlace, Breakpoints};
pub use spelling::nearest;

use crate::drugs::Drug;
use crate::resistance::OffTargetResistance;
use crate::trials::Trial;

/// The longest question that is read; the longest sensible one, two HGVS descriptions, has a third of it.
const LONGEST: usize = 300;

/// A question that was understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// What it is about.
    pub query: Query,
    /// How the text was read, where that is not evident.
    pub notes: Vec<String>,
}

/// What a question is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Query {
    /// A gene, by its symbol.
    Gene(String),
    /// A fusion of ALK.
    Fusion(FusionQuery),
    /// Mutations of ALK, perhaps on a fusion.
    Mutations(MutationQuery, Option<FusionQuery>),
    /// A place in ALK.
    Place(AlkPlace),
    /// A drug.
    Drug(&'static Drug),
    /// A tumour type.
    Tumour(&'static TumourType),
    /// A trial, with all rows that have its name or number.
    Trial(Vec<&'static Trial>),
    /// A way of resistance beside ALK's kinase: all rows of it.
    Mechanism(Vec<&'static OffTargetResistance>),
    /// Transcription of ALK that starts in intron 19 (ALK-ATI).
    AlternativeTranscript,
}

impl Query {
    /// The kind in one word.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Gene(_) => "gene",
            Self::Fusion(_) => "fusion",
            Self::Mutations(..) => "mutation",
            Self::Place(_) => "place",
            Self::Drug(_) => "drug",
            Self::Tumour(_) => "tumour type",
            Self::Trial(_) => "trial",
            Self::Mechanism(_) => "mechanism",
            Self::AlternativeTranscript => "transcript",
        }
    }
}

/// As the field writes it: `EML4::ALK V3a`, `C1156Y + L1198F`, `lorlatinib`.
impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gene(symbol) => f.write_str(symbol),
            Self::Fusion(fusion) => fusion.fmt(f),
            Self::Mutations(mutations, None) => f.write_str(&mutations.name()),
            Self::Mutations(mutations, Some(fusion)) => write!(f, "{fusion} {}", mutations.name()),
            Self::Place(place) => write!(
                f,
                "{}:{} ({}, {})",
                place.position.chrom,
                place.position.pos + 1,
                Assembly::Grch38,
                place.region
            ),
            other => f.write_str(&names::title(other)),
        }
    }
}

/// Understands a question, against the embedded reference.
///
/// # Errors
///
/// When the text is nothing that the program knows, contradicts the reference (a residue or a base that is not there),
/// can mean several things, or is not about ALK. The message says what stands there, or what could have been meant.
///
/// ```
/// use alkaid_knowledge::query::{Query, parse};
///
/// let asked = parse("EML4::ALK v3a").unwrap();
/// assert!(matches!(asked.query, Query::Fusion(fusion) if fusion.name() == "EML4::ALK"));
///
/// let error = parse("R1202G").unwrap_err();
/// assert_eq!(error.suggestions(), ["G1202R"]);
/// ```
pub fn parse(text: &str) -> Result<Asked, QueryError> {
    let bundle = Bundle::embedded();
    let text = normal(text);
    if text.is_empty() {
        return Err(QueryError::Empty);
    }
    let length = text.chars().count();
    if length > LONGEST {
        return Err(QueryError::TooLong {
            length,
            most: LONGEST,
        });
    }
    if let Some(fusion) = hgvs::read(&text, bundle) {
        return fusion.map(asked_fusion);
    }
    let (without_build, build) = place::build_word(&text);
    let places = place::scan(&without_build);
    if !places.is_empty() {
        return at_places(&text, &places, build, bundle);
    }
    if let Some(named) = names::find(&text) {
        return Ok(Asked {
            query: named,
            notes: Vec::new(),
        });
    }
    if let Some(fusion) = fusion::called(&text) {
        return Ok(asked_fusion(fusion));
    }
    if let Some(alias) = genes::ambiguous(&text) {
        return Err(QueryError::Ambiguous {
            text,
            readings: alias
                .symbols
                .iter()
                .map(|symbol| (*symbol).to_owned())
                .collect(),
        });
    }
    // Looking for a symbol among all genes is what takes longest; nothing of the form G1202R is one.
    if !mutation::has_form(&text)
        && let Some(gene) = genes::find_gene(&text, bundle)
    {
        let notes = gene.note().into_iter().collect();
        return Ok(Asked {
            query: Query::Gene(gene.symbol),
            notes,
        });
    }
    composed(&text, bundle)
}

/// Mutations, a fusion, or both.
fn composed(text: &str, bundle: &'static Bundle) -> Result<Asked, QueryError> {
    let alk = AlkCoding::new(bundle);
    let known = names::mutation_names();
    let (rest, mutated) = mutation::parts_of(text);
    if let Some(gene) = rest
        .split(|c: char| !c.is_alphanumeric())
        .filter_map(|word| genes::find_gene(word, bundle))
        .next()
        && !mutated.is_empty()
        && !gene.is_alk()
        && !rest.to_ascii_lowercase().contains("alk")
    {
        return Err(QueryError::NotAlk {
            text: text.to_owned(),
            genes: gene.symbol,
            suggestions: Vec::new(),
        });
    }
    if !mutated.is_empty() {
        let on = match mutation::is_filler(&rest) {
            true => None,
            false => fusion::read(&rest, bundle).transpose()?,
        };
        // What is neither fusion nor mutation is told by the mutation's reader.
        let words = match on {
            Some(_) => mutated,
            None => text.to_owned(),
        };
        if let Some(mutations) = mutation::read(&words, &alk, &known) {
            let mutations = mutations?;
            let mut notes = mutations.notes.clone();
            notes.extend(uncatalogued(&mutations, &known));
            notes.extend(on.iter().flat_map(|fusion| fusion.notes.clone()));
            return Ok(Asked {
                query: Query::Mutations(mutations, on),
                notes,
            });
        }
    }
    if let Some(reading) = names::contained(text) {
        return Ok(Asked {
            notes: vec![format!("{text} was read as {reading}")],
            query: reading,
        });
    }
    if let Some(fusion) = fusion::read(text, bundle) {
        return fusion.map(asked_fusion);
    }
    if fusion::is_alk_alone(text, bundle) {
        return Ok(Asked {
            query: Query::Gene("ALK".to_owned()),
            notes: Vec::new(),
        });
    }
    let other = text
        .split(|c: char| !c.is_alphanumeric())
        .next()
        .filter(|first| first.len() < text.len())
        .and_then(|first| genes::find_gene(first, bundle));
    if let Some(gene) = other {
        return Err(QueryError::NotAlk {
            text: text.to_owned(),
            suggestions: vec![gene.symbol.clone()],
            genes: gene.symbol,
        });
    }
    Err(QueryError::Unknown {
        suggestions: names::suggest(text, bundle),
        text: text.to_owned(),
    })
}

/// Words on mutations that fit ALK, but that the catalogue does not have while it has one that is spelt alike.
fn uncatalogued(mutations: &MutationQuery, known: &[String]) -> Vec<String> {
    let names = mutations
        .mutations
        .iter()
        .map(|mutation| mutation.change.to_string());
    names
        .filter(|name| name.len() > 5 && !known.contains(name))
        .filter_map(|name| {
            let near: Vec<String> = spelling::nearest(&name, known.iter().map(String::as_str))
                .into_iter()
                .filter(|other| {
                    spelling::distance(other, &name) == 1 && spelling::is_slip(other, &name)
                })
                .collect();
            (!near.is_empty()).then(|| {
                format!(
                    "{name} is not in the catalogue, unlike {}",
                    near.join(" and ")
                )
            })
        })
        .collect()
}

fn asked_fusion(fusion: FusionQuery) -> Asked {
    Asked {
        notes: fusion.notes.clone(),
        query: Query::Fusion(fusion),
    }
}

fn at_places(
    text: &str,
    places: &[place::TypedPlace],
    build: Option<Assembly>,
    bundle: &'static Bundle,
) -> Result<Asked, QueryError> {
    let alk = AlkCoding::new(bundle);
    let (found, notes) = place::resolve(text, places, build, bundle, &alk)?;
    let query = match found {
        place::Found::Place(place) => Query::Place(place),
        place::Found::Change(mutation, _) => Query::Mutations(
            MutationQuery {
                mutations: vec![mutation],
                relation: Relation::Together,
                notes: Vec::new(),
            },
            None,
        ),
        place::Found::Breakpoints(breakpoints) => Query::Fusion(FusionQuery {
            five: breakpoints.gene.clone().unwrap_or_else(|| "?".to_owned()),
            three: "ALK".to_owned(),
            junction: Junction::Breakpoints(breakpoints),
            notes: Vec::new(),
        }),
    };
    Ok(Asked { query, notes })
}

/// The symbol of the gene that a word names: a symbol in any case, or another name that stands for one gene.
pub fn gene_symbol(word: &str) -> Option<String> {
    genes::find_gene(word, Bundle::embedded()).map(|gene| gene.symbol)
}

/// Trimmed, with single spaces, plain dashes and quotes, and without control characters.
fn normal(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| match c {
            '‐' | '‑' | '‒' | '–' | '—' | '−' => '-',
            '’' | '‘' | '`' | '´' => '\'',
            '∷' => '\u{1}',
            c if c.is_control() || c.is_whitespace() => ' ',
            c => c,
        })
        .collect();
    let plain = plain.replace('\u{1}', "::");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The door of the fuzz target.
#[doc(hidden)]
pub fn fuzz(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = parse(text);
    }
}
