//! The words of a text that describes a fusion: genes, exons, variants, insertions.

use alkaid_genome::Bundle;

use super::cursor::Cursor;
use super::genes::{Gene, find_gene};

/// A piece of a text that may describe a fusion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Gene(Gene),
    /// `E13`: the initial of a gene and an exon.
    ShortExon {
        initial: char,
        number: u16,
        isoform: Option<char>,
    },
    Exon {
        number: u16,
        isoform: Option<char>,
    },
    Intron(u16),
    Inserted(u32),
    Deleted(u32),
    /// What follows *variant* or `v`: `3a`, `5'`.
    Variant(String),
    /// `::`.
    Joined,
    /// `;` behind an exon.
    Break,
    Word(String),
}

/// Words that say that a fusion is meant, and nothing else.
const FILLERS: [&str; 30] = [
    "fusion",
    "fusions",
    "gene",
    "rearrangement",
    "rearranged",
    "rearrangements",
    "translocation",
    "positive",
    "transcript",
    "of",
    "to",
    "fused",
    "with",
    "and",
    "the",
    "joined",
    "chimera",
    "chimeric",
    "protein",
    "mrna",
    "oncogene",
    "novel",
    "junction",
    "inversion",
    "between",
    "isoform",
    "from",
    "in",
    "at",
    "long",
];

/// The pieces of a text, in order.
pub(super) fn tokens(text: &str, bundle: &'static Bundle) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut cursor = Cursor::new(text);
    let mut depth = 0i32;
    // What the next number is: an exon, an intron, a variant.
    let mut awaited: Option<&str> = None;
    while !cursor.rest().is_empty() {
        if cursor.eat_any(&["::"]).is_some() {
            tokens.push(Token::Joined);
            continue;
        }
        let Some(word) = cursor.run(is_word) else {
            let mark = cursor
                .run(|c| !is_word(c) && c != ':')
                .or_else(|| cursor.eat_any(&[":"]))
                .unwrap_or_default();
            if mark.contains(['(', '{', '[']) {
                depth += 1;
            }
            if mark.contains([')', '}', ']']) {
                depth -= 1;
            }
            if mark.is_empty() {
                // Unreachable for text without control characters; go on whatever comes.
                cursor.skip(1);
            }
            if mark.contains(';')
                && tokens
                    .iter()
                    .any(|t| matches!(t, Token::ShortExon { .. } | Token::Exon { .. }))
            {
                tokens.push(Token::Break);
            }
            continue;
        };
        // V16;A20 are exons of VCL and ALK; V16 alone is a variant.
        if let Some(number) = word
            .strip_prefix(['V', 'v'])
            .and_then(|digits| digits.parse().ok())
            && starts_alk_exon(cursor.rest())
        {
            tokens.push(Token::ShortExon {
                initial: 'V',
                number,
                isoform: None,
            });
            continue;
        }
        let within = depth > 0 && tokens.iter().any(|token| matches!(token, Token::Gene(_)));
        awaited = read_word(word, awaited, within, &mut tokens, bundle);
    }
    tokens
}

/// Whether a text goes on with ALK's exon: `;A20`.
fn starts_alk_exon(rest: &str) -> bool {
    let rest = rest.strip_prefix([';', ':', '-', '/']).unwrap_or_default();
    let exon = rest.trim_start_matches([':', ' ']).strip_prefix(['A', 'a']);
    exon.is_some_and(|digits| digits.starts_with(|c: char| c.is_ascii_digit()))
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '\'' | '′')
}

/// Reads one word into tokens; returns what the next number is.
fn read_word<'a>(
    word: &str,
    awaited: Option<&'a str>,
    within: bool,
    tokens: &mut Vec<Token>,
    bundle: &'static Bundle,
) -> Option<&'a str> {
    let lower = word.to_ascii_lowercase();
    match lower.as_str() {
        "exon" | "exons" | "ex" | "e" => return Some("exon"),
        "intron" | "introns" | "ivs" => return Some("intron"),
        "variant" | "variants" | "var" | "v" => return Some("variant"),
        _ if FILLERS.contains(&lower.as_str()) => return awaited,
        _ => {}
    }
    if let Some(found) = numbered(&lower, awaited, within) {
        tokens.push(found);
        // "exons 13 and 20" holds for both.
        return awaited.filter(|what| *what != "variant");
    }
    if let Some(found) = short_form(word) {
        tokens.extend(found);
        return None;
    }
    if let Some(gene) = find_gene(word, bundle) {
        tokens.push(Token::Gene(gene));
        return None;
    }
    // EML4ex13.
    if let Some((head, exon)) = gene_with_exon(word)
        && let Some(gene) = find_gene(head, bundle)
    {
        tokens.extend([Token::Gene(gene), exon]);
        return None;
    }
    // EML4ALK.
    if let Some(head) = lower.strip_suffix("alk")
        && let Some(gene) = find_gene(head, bundle)
    {
        tokens.push(Token::Gene(gene));
        tokens.push(Token::Gene(Gene::known("ALK")));
        return None;
    }
    let lone = lower.len() == 1
        && matches!(
            tokens.last(),
            Some(
                Token::Variant(_)
                    | Token::ShortExon {
                        isoform: Some(_),
                        ..
                    }
                    | Token::Exon {
                        isoform: Some(_),
                        ..
                    }
            )
        );
    tokens.push(match lone {
        true => Token::Variant(lower),
        false => Token::Word(word.to_owned()),
    });
    None
}

/// `13` behind *exon*, `exon13`, `e13` of no gene, `v3a`, `variant3`, `3a` behind *variant*, `13` in brackets.
fn numbered(lower: &str, awaited: Option<&str>, within: bool) -> Option<Token> {
    const HEADS: [(&str, &str); 8] = [
        ("exon", "exon"),
        ("ex", "exon"),
        ("intron", "intron"),
        ("ivs", "intron"),
        ("variant", "variant"),
        ("var", "variant"),
        ("v", "variant"),
        ("", ""),
    ];
    let (head, body) = HEADS.iter().find_map(|(head, what)| {
        lower
            .strip_prefix(head)
            .filter(|body| body.starts_with(|c: char| c.is_ascii_digit()))
            .map(|body| (*what, body))
    })?;
    let what = match head {
        "" => awaited.or(within.then_some("exon"))?,
        head => head,
    };
    let digits = body.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, tail) = body.split_at(digits);
    let number: u16 = digits.parse().ok()?;
    let isoform = tail
        .chars()
        .next()
        .filter(|c| tail.len() == 1 && c.is_ascii_lowercase());
    match what {
        "exon" if tail.is_empty() || isoform.is_some() => Some(Token::Exon { number, isoform }),
        "intron" if tail.is_empty() => Some(Token::Intron(number)),
        "variant" => {
            let tail = match tail {
                "'" | "′" | "prime" => "'".to_owned(),
                tail if tail.is_empty() || isoform.is_some() => tail.to_owned(),
                _ => return None,
            };
            Some(Token::Variant(format!("{number}{tail}")))
        }
        _ => None,
    }
}

/// `EML4ex13` as its gene and its exon.
fn gene_with_exon(word: &str) -> Option<(&str, Token)> {
    let bare = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = word
        .get(bare.len()..)
        .filter(|digits| !digits.is_empty())?
        .parse()
        .ok()?;
    let lower = bare.to_ascii_lowercase();
    let head = lower
        .strip_suffix("exon")
        .or_else(|| lower.strip_suffix("ex"))?
        .len();
    Some((
        word.get(..head).filter(|head| !head.is_empty())?,
        Token::Exon {
            number,
            isoform: None,
        },
    ))
}

/// `E13`, `E13A20`, `E6ins33`, `ins11del49A20`, `E15del60`, `e13`: exons with their changes.
fn short_form(word: &str) -> Option<Vec<Token>> {
    let mut cursor = Cursor::new(word);
    let mut tokens = Vec::new();
    while !cursor.rest().is_empty() {
        if let Some(what) = cursor.eat_any(&["ins", "del"]) {
            let bases = cursor.number().filter(|bases| *bases < 100_000)?;
            tokens.push(match what {
                "ins" => Token::Inserted(bases),
                _ => Token::Deleted(bases),
            });
            continue;
        }
        let initial = cursor
            .peek(1)?
            .chars()
            .next()
            .filter(char::is_ascii_alphabetic)?;
        cursor.skip(1);
        let number: u16 = cursor
            .digits()
            .filter(|digits| digits.len() <= 2)?
            .parse()
            .ok()?;
        let mut ahead = Cursor::new(cursor.rest());
        let isoform = match ahead.eat_any(&["a", "b"]) {
            // The A of E13A20 starts the next exon.
            Some(letter) if !ahead.rest().starts_with(|c: char| c.is_ascii_digit()) => {
                cursor.skip(1);
                letter.chars().next()
            }
            _ => None,
        };
        tokens.push(match initial {
            // A small e stands for "exon" as often as for EML4.
            'e' => Token::Exon { number, isoform },
            initial => Token::ShortExon {
                initial: initial.to_ascii_uppercase(),
                number,
                isoform,
            },
        });
    }
    (!tokens.is_empty()).then_some(tokens)
}
