//! Fusions as people write them: by genes, by variant, by exons, in HGVS.

use std::fmt;

use alkaid_genome::{Bundle, ExonNumber, Transcript, without_version};

use super::error::QueryError;
use super::genes::Gene;
use super::place::Breakpoints;
use super::spelling;
use super::words::{Token, tokens};
use crate::variants::{NamedVariant, named_variants};

/// A fusion that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FusionQuery {
    /// Symbol of the 5' gene; `?` where a breakpoint has no gene.
    pub five: String,
    /// Symbol of the 3' gene: `ALK` unless the reciprocal product was asked for.
    pub three: String,
    /// Where the genes are joined, as far as it was typed.
    pub junction: Junction,
    /// How the text was read, where that is not evident.
    pub notes: Vec<String>,
}

/// Where two genes are joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Junction {
    /// It was not typed.
    Unspecified,
    /// Variants by name: several where the name covers them, as `v3` does V3a and V3b.
    Named(Vec<&'static NamedVariant>),
    /// By exons.
    Exons(ExonJunction),
    /// By positions of two coding sequences, as in HGVS.
    Coding(CodingJunction),
    /// By breakpoints on the genome.
    Breakpoints(Breakpoints),
}

/// `E14;ins11del49A20` in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExonJunction {
    /// Last exon of the 5' gene.
    pub five_exon: ExonNumber,
    /// Bases that its end lacks.
    pub five_deleted: u32,
    /// Bases between the two.
    pub inserted: u32,
    /// First exon of the 3' gene.
    pub three_exon: ExonNumber,
    /// Bases that its start lacks.
    pub three_deleted: u32,
}

/// `NM_019063.5:r.?_1489::NM_004304.5:r.3173_?` in parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodingJunction {
    /// The 5' gene's transcript, as typed.
    pub five_transcript: String,
    /// Its last base in its coding sequence; none where `?` was typed.
    pub five_last: Option<u32>,
    /// Bases between the two.
    pub inserted: u32,
    /// First base of the 3' gene in its coding sequence.
    pub three_first: u32,
}

impl FusionQuery {
    /// `EML4::ALK`.
    pub fn name(&self) -> String {
        format!("{}::{}", self.five, self.three)
    }

    /// Whether ALK's 5' part is asked for: no kinase.
    pub fn is_reciprocal(&self) -> bool {
        self.five == "ALK"
    }

    /// The gene that is not ALK.
    pub fn partner(&self) -> &str {
        match self.is_reciprocal() {
            true => &self.three,
            false => &self.five,
        }
    }
}

/// `EML4::ALK V3a`, `EML4::ALK E13;A20`, `EML4::ALK r.?_1489::3173_?`, `EML4::ALK chr2:42299750::chr2:29223740`.
impl fmt::Display for FusionQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())?;
        match &self.junction {
            Junction::Unspecified => Ok(()),
            Junction::Named(variants) => {
                let mut names: Vec<&str> = variants.iter().map(|variant| variant.name).collect();
                names.dedup();
                write!(f, " {}", names.join("+"))
            }
            Junction::Exons(exons) => {
                let initial = |gene: &str| gene.chars().next().unwrap_or('?');
                write!(
                    f,
                    " {}",
                    exons.short_form(initial(&self.five), initial(&self.three))
                )
            }
            Junction::Coding(coding) => {
                let last = coding
                    .five_last
                    .map_or_else(|| "?".to_owned(), |last| last.to_string());
                match coding.inserted {
                    0 => write!(f, " r.?_{last}::{}_?", coding.three_first),
                    bases => write!(f, " r.?_{last}::[{bases} nt]::{}_?", coding.three_first),
                }
            }
            Junction::Breakpoints(breaks) => write!(
                f,
                " {}:{}::{}:{}",
                breaks.partner.chrom,
                breaks.partner.pos + 1,
                breaks.alk.chrom,
                breaks.alk.pos + 1
            ),
        }
    }
}

impl ExonJunction {
    /// `E13;A20`, `E14;ins11del49A20`, `E15del60;del71A20`, with the initials of the two genes.
    pub fn short_form(&self, five: char, three: char) -> String {
        let counted = |word: &str, bases: u32| match bases {
            0 => String::new(),
            bases => format!("{word}{bases}"),
        };
        format!(
            "{five}{}{};{}{}{three}{}",
            self.five_exon,
            counted("del", self.five_deleted),
            counted("ins", self.inserted),
            counted("del", self.three_deleted),
            self.three_exon
        )
    }
}

/// Reads a fusion, or returns nothing where the text names none.
pub(super) fn read(text: &str, bundle: &'static Bundle) -> Option<Result<FusionQuery, QueryError>> {
    let tokens = tokens(text, bundle);
    let genes: Vec<&Gene> = tokens
        .iter()
        .filter_map(|token| match token {
            Token::Gene(gene) => Some(gene),
            _ => None,
        })
        .collect();
    let short = tokens
        .iter()
        .filter(|token| matches!(token, Token::ShortExon { .. }))
        .count();
    let has_alk = genes.iter().any(|gene| gene.is_alk());
    let exons = exon_tokens(&tokens).len();
    let words = tokens.iter().any(|token| matches!(token, Token::Word(_)));
    let variant = tokens
        .iter()
        .any(|token| matches!(token, Token::Variant(_)));
    let fits = short >= 2
        || genes.len() >= 2
        || (has_alk && (words || variant) && text.contains(['-', ':', '/', '|', '~', '_', ' ']));
    if exons == 2 && genes.is_empty() && !words && short < 2 {
        return Some(Err(QueryError::Exons {
            text: text.to_owned(),
        }));
    }
    if !fits {
        return None;
    }
    Some(assemble(text, &tokens, bundle))
}

/// The fusion whose variant has exactly this name: `V3a`, `v3`, `NPM-ALK p80`, `TFG-ALK(L)`; nothing where several
/// partners have it, or none.
pub(super) fn called(text: &str) -> Option<FusionQuery> {
    let bare = text.strip_prefix(['v', 'V']).unwrap_or_default();
    let variants: Vec<&NamedVariant> = named_variants()
        .iter()
        .filter(|variant| variant.name.eq_ignore_ascii_case(text) || is_called(variant, bare))
        .collect();
    let gene = variants.first()?.gene;
    variants
        .iter()
        .all(|variant| variant.gene == gene)
        .then(|| FusionQuery {
            five: gene.to_owned(),
            three: "ALK".to_owned(),
            junction: Junction::Named(variants),
            notes: Vec::new(),
        })
}

/// Whether a text names ALK and nothing besides, as *ALK rearrangement* does.
pub(super) fn is_alk_alone(text: &str, bundle: &'static Bundle) -> bool {
    let tokens = tokens(text, bundle);
    !tokens.is_empty()
        && tokens
            .iter()
            .all(|token| matches!(token, Token::Gene(gene) if gene.is_alk()))
}

fn assemble(
    text: &str,
    tokens: &[Token],
    bundle: &'static Bundle,
) -> Result<FusionQuery, QueryError> {
    if let Some(Token::Word(word)) = tokens.iter().find(|token| matches!(token, Token::Word(_))) {
        return Err(unknown_word(text, word, tokens));
    }
    let mut genes: Vec<&Gene> = Vec::new();
    for token in tokens {
        if let Token::Gene(gene) = token
            && !genes.iter().any(|known| known.symbol == gene.symbol)
        {
            genes.push(gene);
        }
    }
    let exons = exon_tokens(tokens);
    let genes = match genes.as_slice() {
        [a, b] => Some(((*a).clone(), (*b).clone())),
        [] => None,
        [one] if exons.len() == 2 => {
            // ALK e13::e20 says one gene only; EML4 E13;A20 both.
            let other = by_initials(text, &exons)?;
            match other.0.symbol == one.symbol || other.1.symbol == one.symbol {
                true => Some(other),
                false => {
                    return Err(QueryError::Exons {
                        text: text.to_owned(),
                    });
                }
            }
        }
        [one] => {
            let partner = one_gene_variant(text, one, tokens)?;
            Some(partner)
        }
        many => {
            return Err(QueryError::Ambiguous {
                text: text.to_owned(),
                readings: many
                    .iter()
                    .filter(|gene| !gene.is_alk())
                    .map(|gene| format!("{}::ALK", gene.symbol))
                    .collect(),
            });
        }
    };
    let (first, second) = match genes {
        Some(pair) => pair,
        None => by_initials(text, &exons)?,
    };
    if !first.is_alk() && !second.is_alk() {
        return Err(QueryError::NotAlk {
            text: text.to_owned(),
            genes: format!("{} and {}", first.symbol, second.symbol),
            suggestions: [&first, &second]
                .iter()
                .filter(|gene| crate::partner(&gene.symbol).is_some())
                .map(|gene| format!("{}-ALK", gene.symbol))
                .collect(),
        });
    }
    let mut notes: Vec<String> = [&first, &second]
        .into_iter()
        .filter_map(|gene| gene.note())
        .collect();
    for gene in [&first, &second] {
        if !gene.is_alk() && crate::partner(&gene.symbol).is_none() {
            let partners = crate::partners().iter().map(|partner| partner.symbol);
            let near = spelling::nearest(&gene.symbol, partners);
            notes.push(match near.is_empty() {
                true => format!("{} is not among the reported partners of ALK", gene.symbol),
                false => format!(
                    "{} is not among the reported partners of ALK, unlike {}",
                    gene.symbol,
                    near.join(" and ")
                ),
            });
        }
    }
    let joined = tokens.contains(&Token::Joined);
    let kinase_first = match exons.first() {
        Some(exon) if first.is_alk() => Some(exon.number >= 20),
        _ => None,
    };
    // A::B is 5'::3' by its definition. Other spellings put ALK first without meaning its 5' part, unless exons say so.
    let turned = first.is_alk() && !joined && kinase_first != Some(false);
    let (five, three) = if turned {
        notes.push(format!(
            "ALK was named first; this is read as {0}::ALK, the fusion with ALK's kinase. Write ALK::{0} for the reciprocal",
            second.symbol
        ));
        (second, first)
    } else {
        (first, second)
    };
    let mut query = FusionQuery {
        five: five.symbol,
        three: three.symbol,
        junction: Junction::Unspecified,
        notes,
    };
    query.junction = junction(text, tokens, &exons, turned, &query, bundle)?;
    Ok(query)
}

/// `ALK V3a`: the variant names the partner, if one partner alone has it.
fn one_gene_variant(text: &str, gene: &Gene, tokens: &[Token]) -> Result<(Gene, Gene), QueryError> {
    let alk = Gene::known("ALK");
    if !gene.is_alk() {
        return Ok((gene.clone(), alk));
    }
    let wanted = tokens.iter().find_map(|token| match token {
        Token::Variant(name) => Some(name.as_str()),
        _ => None,
    });
    let mut partners: Vec<&str> = wanted
        .map(|name| {
            named_variants()
                .iter()
                .filter(|v| is_called(v, name))
                .map(|v| v.gene)
                .collect()
        })
        .unwrap_or_default();
    partners.dedup();
    match partners.as_slice() {
        [only] => Ok((Gene::known(only), alk)),
        _ => Err(QueryError::Exons {
            text: text.to_owned(),
        }),
    }
}

fn unknown_word(text: &str, word: &str, tokens: &[Token]) -> QueryError {
    let partners = crate::partners().iter().map(|partner| partner.symbol);
    let near = spelling::nearest(word, partners.chain(["ALK"]));
    let has = |symbol: &str| {
        tokens
            .iter()
            .any(|token| matches!(token, Token::Gene(gene) if gene.symbol == symbol))
    };
    let other = tokens.iter().find_map(|token| match token {
        Token::Gene(gene) if !gene.is_alk() => Some(gene.symbol.as_str()),
        _ => None,
    });
    let suggestions = near
        .into_iter()
        .map(|symbol| match (symbol.as_str(), other) {
            ("ALK", Some(partner)) => format!("{partner}-ALK"),
            (_, None) if has("ALK") => format!("{symbol}-ALK"),
            _ => symbol,
        })
        .collect();
    let text = match has("ALK") || other.is_some() {
        true => word,
        false => text,
    };
    QueryError::UnknownGene {
        text: text.to_owned(),
        suggestions,
    }
}

/// An exon with what stands beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ExonToken {
    initial: Option<char>,
    number: u16,
    isoform: Option<char>,
    /// Of an intron: the exon in front of it.
    intron: bool,
}

fn exon_tokens(tokens: &[Token]) -> Vec<ExonToken> {
    tokens
        .iter()
        .filter_map(|token| {
            let (initial, number, isoform, intron) = match token {
                Token::ShortExon {
                    initial,
                    number,
                    isoform,
                } => (Some(*initial), *number, *isoform, false),
                Token::Exon { number, isoform } => (None, *number, *isoform, false),
                Token::Intron(number) => (None, *number, None, true),
                _ => return None,
            };
            Some(ExonToken {
                initial,
                number,
                isoform,
                intron,
            })
        })
        .collect()
}

/// The genes of `E13;A20`: those of the named variants that start with the letters.
fn by_initials(text: &str, exons: &[ExonToken]) -> Result<(Gene, Gene), QueryError> {
    let unreadable = || QueryError::Exons {
        text: text.to_owned(),
    };
    let [first, second] = exons else {
        return Err(unreadable());
    };
    let (Some(a), Some(b)) = (first.initial, second.initial) else {
        return Err(unreadable());
    };
    let (letter, exon, alk_exon, alk_first) = match (a, b) {
        (partner, 'A') => (partner, first, second, false),
        ('A', partner) => (partner, second, first, true),
        _ => {
            return Err(QueryError::NotAlk {
                text: text.to_owned(),
                genes: format!("genes that start with {a} and {b}"),
                suggestions: vec![format!("{a}{};A20", first.number)],
            });
        }
    };
    let with_letter = |variant: &&NamedVariant| variant.gene.starts_with(letter);
    let mut genes: Vec<&str> = named_variants()
        .iter()
        .filter(with_letter)
        .map(|v| v.gene)
        .collect();
    let mut exact: Vec<&str> = named_variants()
        .iter()
        .filter(with_letter)
        .filter(|v| v.five_exon == exon.number && (v.alk_exon == alk_exon.number || alk_first))
        .map(|v| v.gene)
        .collect();
    genes.sort_unstable();
    genes.dedup();
    exact.sort_unstable();
    exact.dedup();
    let partner = match (letter, exact.as_slice(), genes.as_slice()) {
        // In this notation E has stood for EML4 since it was introduced with it.
        ('E', _, _) => "EML4",
        (_, [only], _) | (_, [], [only]) => only,
        (_, [], []) => return Err(unreadable()),
        (_, [], several) | (_, several, _) => {
            return Err(QueryError::Ambiguous {
                text: text.to_owned(),
                readings: several
                    .iter()
                    .map(|gene| {
                        format!("{gene} exon {} - ALK exon {}", exon.number, alk_exon.number)
                    })
                    .collect(),
            });
        }
    };
    let (partner, alk) = (Gene::known(partner), Gene::known("ALK"));
    Ok(match alk_first {
        true => (alk, partner),
        false => (partner, alk),
    })
}

fn junction(
    text: &str,
    tokens: &[Token],
    exons: &[ExonToken],
    turned: bool,
    query: &FusionQuery,
    bundle: &'static Bundle,
) -> Result<Junction, QueryError> {
    let wanted: Vec<&str> = tokens
        .iter()
        .filter_map(|token| match token {
            Token::Variant(name) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    let by_name = named(query, &wanted)?;
    let ordered: Vec<&ExonToken> = match turned {
        true => exons.iter().rev().collect(),
        false => exons.iter().collect(),
    };
    let [five, three] = ordered.as_slice() else {
        return match (exons.len(), by_name) {
            (0, Some(variants)) => Ok(Junction::Named(variants)),
            (0, None) => Ok(Junction::Unspecified),
            _ => Err(QueryError::Exons {
                text: text.to_owned(),
            }),
        };
    };
    // An intron keeps the exon in front on the 5' side and starts with the one behind on the 3' side.
    let (five_exon, three_exon) = (five.number, three.number + u16::from(three.intron));
    check_exon(&query.five, five_exon, bundle)?;
    check_exon(&query.three, three_exon, bundle)?;
    if let Some(isoform) = five.isoform {
        return isoforms(text, tokens, query, five_exon, isoform, three_exon);
    }
    let (five_deleted, inserted, three_deleted) = changes(tokens);
    let exact = ExonJunction {
        five_exon: ExonNumber(five_exon),
        five_deleted,
        inserted,
        three_exon: ExonNumber(three_exon),
        three_deleted,
    };
    Ok(Junction::Exons(exact))
}

/// `E6a`, `E6b`, `E6a/b`: variants that the tables tell apart by a letter behind the exon.
fn isoforms(
    text: &str,
    tokens: &[Token],
    query: &FusionQuery,
    five: u16,
    isoform: char,
    three: u16,
) -> Result<Junction, QueryError> {
    let initial = query.five.chars().next().unwrap_or('?');
    let mut letters = vec![isoform];
    // E6a/b: the second letter is a word of its own.
    letters.extend(tokens.iter().filter_map(|token| match token {
        Token::Variant(name) if name.len() == 1 && name != "p" => name.chars().next(),
        _ => None,
    }));
    let variants: Vec<&NamedVariant> = named_variants()
        .iter()
        .filter(|variant| variant.gene == query.five)
        .filter(|variant| {
            letters.iter().any(|letter| {
                let alias = format!("{initial}{five}{letter};A{three}");
                variant
                    .aliases
                    .iter()
                    .any(|known| known.eq_ignore_ascii_case(&alias))
            })
        })
        .collect();
    match variants.as_slice() {
        [] => Err(QueryError::NoSuchVariant {
            gene: query.five.clone(),
            text: text.to_owned(),
            known: names_of(&query.five),
        }),
        _ => Ok(Junction::Named(variants)),
    }
}

/// Bases missing from the 5' exon, bases between, bases missing from the 3' exon.
fn changes(tokens: &[Token]) -> (u32, u32, u32) {
    let is_exon = |token: &Token| {
        matches!(
            token,
            Token::ShortExon { .. } | Token::Exon { .. } | Token::Intron(_)
        )
    };
    let mut seen = 0;
    let (mut five, mut inserted, mut three) = (0u32, 0u32, 0u32);
    let mut after_break = false;
    for token in tokens {
        match token {
            token if is_exon(token) => seen += 1,
            // The boundary in E15del60;del71A20.
            Token::Joined | Token::Break => after_break = seen > 0,
            Token::Inserted(bases) => {
                inserted = inserted.saturating_add(*bases);
            }
            Token::Deleted(bases) if seen == 1 && !after_break => {
                five = five.saturating_add(*bases)
            }
            Token::Deleted(bases) => three = three.saturating_add(*bases),
            _ => {}
        }
    }
    (five, inserted, three)
}

/// The variants of the fusion that the names mean; nothing where no name was typed.
fn named(
    query: &FusionQuery,
    wanted: &[&str],
) -> Result<Option<Vec<&'static NamedVariant>>, QueryError> {
    let names: Vec<&str> = wanted
        .iter()
        .copied()
        .filter(|name| name.starts_with(|c: char| c.is_ascii_digit()))
        .collect();
    if names.is_empty() {
        return Ok(None);
    }
    // V3a/b: the second letter goes with the number of the first.
    let mut all: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let number: String = names[0].chars().take_while(char::is_ascii_digit).collect();
    for letter in wanted
        .iter()
        .filter(|name| name.len() == 1 && name.starts_with(|c: char| c.is_ascii_alphabetic()))
    {
        all.push(format!("{number}{letter}"));
    }
    let mut found: Vec<&NamedVariant> = Vec::new();
    for name in &all {
        let own: Vec<&NamedVariant> = named_variants()
            .iter()
            .filter(|variant| variant.gene == query.five && is_called(variant, name))
            .collect();
        if own.is_empty() {
            return Err(QueryError::NoSuchVariant {
                gene: query.five.clone(),
                text: format!("V{name}"),
                known: names_of(&query.five),
            });
        }
        found.extend(own);
    }
    Ok(Some(found))
}

/// Whether a name without its V is the variant's: exactly, or the number of `V3a` alone.
fn is_called(variant: &NamedVariant, name: &str) -> bool {
    let Some(own) = variant.name.strip_prefix('V') else {
        return false;
    };
    let number = own.trim_end_matches(|c: char| c.is_ascii_lowercase());
    own.eq_ignore_ascii_case(name) || (number == name && number != own)
}

fn names_of(gene: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for variant in named_variants()
        .iter()
        .filter(|variant| variant.gene == gene)
    {
        if !names.iter().any(|known| known == variant.name) {
            names.push(variant.name.to_owned());
        }
    }
    if names.is_empty() {
        names.push("none".to_owned());
    }
    names
}

/// The transcript that a gene's exons are counted in: the named variants', else the bundle's best.
pub fn counted_in<'b>(gene: &str, bundle: &'b Bundle) -> Option<&'b Transcript> {
    if gene == "ALK" {
        return Some(bundle.alk());
    }
    let named = named_variants()
        .iter()
        .find(|variant| variant.gene == gene)
        .map(|variant| variant.five_transcript);
    let same = |transcript: &&Transcript| {
        named.is_some_and(|named| {
            transcript.refseq.as_deref().map(without_version) == Some(without_version(named))
        })
    };
    bundle
        .by_gene(gene)
        .find(same)
        .or_else(|| bundle.best(gene))
}

fn check_exon(gene: &str, exon: u16, bundle: &Bundle) -> Result<(), QueryError> {
    let Some(transcript) =
        counted_in(gene, bundle).filter(|transcript| !transcript.exons.is_empty())
    else {
        return Ok(());
    };
    match transcript.exon(ExonNumber(exon)) {
        Some(_) => Ok(()),
        None => Err(QueryError::NoSuchExon {
            gene: gene.to_owned(),
            exon,
            transcript: transcript
                .refseq
                .clone()
                .unwrap_or_else(|| transcript.id.clone()),
            exons: transcript.exons.len(),
        }),
    }
}
