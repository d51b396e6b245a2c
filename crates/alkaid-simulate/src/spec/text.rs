//! Reading and writing specifications.

use std::fmt;
use std::str::FromStr;

use alkaid_genome::Strand;

use super::{ATI_UPSTREAM, FusionSpec, InsertPiece, Place, Side};
use crate::error::{SimulateError, SpecProblem};
use crate::mutation::parse_changes;

/// Longest literal sequence that a specification may hold.
const LITERAL_LIMIT: usize = 100_000;

const SPEC: &str = "two sides joined by \"::\" such as EML4:e13::ALK:e20, or ALK:ati, GENE:wt, GENE:unspliced, GENE:retained:N, GENE:exon:N; mutations of ALK behind it in brackets";
const SIDE: &str = "GENE:eN, GENE:c.N, CHROM:POSITION, protein:GENE:EXON or sequence:BASES";
const PLACE: &str = "eN or c.N with an optional offset, as in e13, e20-56 or c.667+220";
const INSERT: &str = "bases and intron pieces joined by \"+\", as in TT+i19:56 or EML4:i6:188-220";
const BASES: &str = "one to 100,000 of the letters A, C, G and T";
const NUMBER: &str = "a whole number from 1";

impl FromStr for FusionSpec {
    type Err = SimulateError;

    fn from_str(text: &str) -> Result<Self, SimulateError> {
        parse(text.trim()).map_err(|problem| problem.of(shortened(text)))
    }
}

impl TryFrom<String> for FusionSpec {
    type Error = SimulateError;

    fn try_from(text: String) -> Result<Self, SimulateError> {
        text.parse()
    }
}

impl From<FusionSpec> for String {
    fn from(spec: FusionSpec) -> Self {
        spec.to_string()
    }
}

impl schemars::JsonSchema for FusionSpec {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FusionSpec".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "a molecule, such as EML4:e13::ALK:e20",
        })
    }
}

fn syntax(part: &str, expected: &'static str) -> SpecProblem {
    SpecProblem::Syntax {
        part: shortened(part),
        expected,
    }
}

/// The text, cut where it gets too long for a message.
fn shortened(text: &str) -> String {
    if text.chars().count() <= 80 {
        return text.to_owned();
    }
    text.chars().take(77).chain("...".chars()).collect()
}

fn parse(text: &str) -> Result<FusionSpec, SpecProblem> {
    if let Some((molecule, changes)) = text.strip_suffix(']').and_then(|text| text.split_once('['))
    {
        return Ok(FusionSpec::Mutated {
            molecule: Box::new(parse(molecule)?),
            changes: parse_changes(changes)?,
        });
    }
    let parts: Vec<&str> = text.split("::").collect();
    match parts[..] {
        [single] => parse_single(single),
        [left, right] => Ok(FusionSpec::Joined {
            left: parse_side(left)?,
            insert: Vec::new(),
            right: parse_side(right)?,
        }),
        [left, insert, right] => Ok(FusionSpec::Joined {
            left: parse_side(left)?,
            insert: insert
                .split('+')
                .map(parse_piece)
                .collect::<Result<_, _>>()?,
            right: parse_side(right)?,
        }),
        _ => Err(syntax(text, SPEC)),
    }
}

fn parse_single(text: &str) -> Result<FusionSpec, SpecProblem> {
    let parts: Vec<&str> = text.split(':').collect();
    match parts[..] {
        ["ALK", "ati"] => Ok(FusionSpec::AlternativeStart {
            upstream: ATI_UPSTREAM,
        }),
        ["ALK", "ati", upstream] => Ok(FusionSpec::AlternativeStart {
            upstream: number(upstream, upstream)?,
        }),
        [gene, "wt"] => Ok(FusionSpec::WildType {
            gene: gene_name(gene)?,
        }),
        [gene, "unspliced"] => Ok(FusionSpec::Unspliced {
            gene: gene_name(gene)?,
        }),
        [gene, "retained", intron] => Ok(FusionSpec::Retained {
            gene: gene_name(gene)?,
            intron: number(intron, intron)?,
        }),
        [gene, "exon", exon] => Ok(FusionSpec::ExonDna {
            gene: gene_name(gene)?,
            exon: number(exon, exon)?,
        }),
        _ => Err(syntax(text, SPEC)),
    }
}

fn parse_side(text: &str) -> Result<Side, SpecProblem> {
    let parts: Vec<&str> = text.split(':').collect();
    match parts[..] {
        ["sequence", bases] => Ok(Side::Sequence(literal(bases)?)),
        ["protein", gene, exon] => Ok(Side::Protein {
            gene: gene_name(gene)?,
            exon: number(exon.strip_prefix(['e', 'E']).unwrap_or(exon), exon)?,
        }),
        [chrom, place] if place.starts_with(|c: char| c.is_ascii_digit()) => {
            let (digits, strand) = match place.as_bytes().last() {
                Some(b'+') => (&place[..place.len() - 1], Some(Strand::Forward)),
                Some(b'-') => (&place[..place.len() - 1], Some(Strand::Reverse)),
                _ => (place, None),
            };
            Ok(Side::Genome {
                chrom: gene_name(chrom)?,
                position: number(&digits.replace(',', ""), place)?,
                strand,
            })
        }
        [gene, place] => Ok(Side::Gene {
            gene: gene_name(gene)?,
            place: parse_place(place)?,
        }),
        _ => Err(syntax(text, SIDE)),
    }
}

fn parse_place(text: &str) -> Result<Place, SpecProblem> {
    let coding = text.strip_prefix("c.");
    let exonic = text.strip_prefix(['e', 'E']);
    let rest = coding.or(exonic).ok_or_else(|| syntax(text, PLACE))?;
    let (base, offset) = match rest.find(['+', '-']) {
        None => (rest, 0),
        Some(at) => {
            let size: i32 = number(&rest[at + 1..], text)?;
            (
                &rest[..at],
                if rest.as_bytes()[at] == b'-' {
                    -size
                } else {
                    size
                },
            )
        }
    };
    Ok(if coding.is_some() {
        Place::Cds {
            position: number(base, text)?,
            offset,
        }
    } else {
        Place::Exon {
            exon: number(base, text)?,
            offset,
        }
    })
}

fn parse_piece(text: &str) -> Result<InsertPiece, SpecProblem> {
    let (gene, intron, extent) = match text.split(':').collect::<Vec<_>>()[..] {
        [bases] => return Ok(InsertPiece::Bases(literal(bases)?)),
        [intron, extent] => (None, intron, extent),
        [gene, intron, extent] => (Some(gene_name(gene)?), intron, extent),
        _ => return Err(syntax(text, INSERT)),
    };
    let intron = intron
        .strip_prefix(['i', 'I'])
        .ok_or_else(|| syntax(text, INSERT))?;
    let intron = number(intron, text)?;
    match extent.split_once('-') {
        None => Ok(InsertPiece::IntronTail {
            gene,
            intron,
            length: number(extent, text)?,
        }),
        Some((first, last)) => {
            let (first, last) = (number(first, text)?, number(last, text)?);
            if first > last {
                return Err(syntax(text, "an intron range that starts before it ends"));
            }
            Ok(InsertPiece::IntronRange {
                gene,
                intron,
                first,
                last,
            })
        }
    }
}

/// A number from 1; `whole` is the text that the message names.
fn number<T: FromStr + PartialOrd + From<u8>>(text: &str, whole: &str) -> Result<T, SpecProblem> {
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(syntax(whole, NUMBER));
    }
    text.parse()
        .ok()
        .filter(|n| *n >= T::from(1))
        .ok_or_else(|| syntax(whole, NUMBER))
}

fn gene_name(text: &str) -> Result<String, SpecProblem> {
    let fine = !text.is_empty()
        && text.len() <= 64
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    if fine {
        Ok(text.to_owned())
    } else {
        Err(syntax(text, SIDE))
    }
}

fn literal(text: &str) -> Result<Vec<u8>, SpecProblem> {
    let bases = text.to_ascii_uppercase().into_bytes();
    let fine = !bases.is_empty()
        && bases.len() <= LITERAL_LIMIT
        && bases.iter().all(|b| b"ACGT".contains(b));
    if fine {
        Ok(bases)
    } else {
        Err(syntax(text, BASES))
    }
}

impl fmt::Display for FusionSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Joined {
                left,
                insert,
                right,
            } => {
                write!(f, "{left}::")?;
                for (i, piece) in insert.iter().enumerate() {
                    write!(f, "{}{piece}", if i == 0 { "" } else { "+" })?;
                }
                write!(f, "{}{right}", if insert.is_empty() { "" } else { "::" })
            }
            Self::AlternativeStart {
                upstream: ATI_UPSTREAM,
            } => f.write_str("ALK:ati"),
            Self::AlternativeStart { upstream } => write!(f, "ALK:ati:{upstream}"),
            Self::WildType { gene } => write!(f, "{gene}:wt"),
            Self::Unspliced { gene } => write!(f, "{gene}:unspliced"),
            Self::Retained { gene, intron } => write!(f, "{gene}:retained:{intron}"),
            Self::ExonDna { gene, exon } => write!(f, "{gene}:exon:{exon}"),
            Self::Mutated { molecule, changes } => {
                let changes: Vec<String> = changes.iter().map(ToString::to_string).collect();
                write!(f, "{molecule}[{}]", changes.join(";"))
            }
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gene { gene, place } => write!(f, "{gene}:{place}"),
            Self::Genome {
                chrom,
                position,
                strand,
            } => {
                write!(f, "{chrom}:{position}")?;
                strand.map_or(Ok(()), |strand| write!(f, "{strand}"))
            }
            Self::Protein { gene, exon } => write!(f, "protein:{gene}:{exon}"),
            Self::Sequence(bases) => write!(f, "sequence:{}", String::from_utf8_lossy(bases)),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let offset = match self {
            Self::Exon { exon, offset } => {
                write!(f, "e{exon}")?;
                offset
            }
            Self::Cds { position, offset } => {
                write!(f, "c.{position}")?;
                offset
            }
        };
        if *offset == 0 {
            Ok(())
        } else {
            write!(f, "{offset:+}")
        }
    }
}

impl fmt::Display for InsertPiece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |f: &mut fmt::Formatter<'_>, gene: &Option<String>| match gene {
            Some(gene) => write!(f, "{gene}:"),
            None => Ok(()),
        };
        match self {
            Self::Bases(bases) => f.write_str(&String::from_utf8_lossy(bases)),
            Self::IntronTail {
                gene,
                intron,
                length,
            } => {
                named(f, gene)?;
                write!(f, "i{intron}:{length}")
            }
            Self::IntronRange {
                gene,
                intron,
                first,
                last,
            } => {
                named(f, gene)?;
                write!(f, "i{intron}:{first}-{last}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_form_is_read_and_written_back() {
        for text in [
            "EML4:e13::ALK:e20",
            "EML4:e14::TT+i19:56::ALK:e20",
            "EML4:e6::EML4:i6:188-220::ALK:e20",
            "EML4:c.1707::ALK:c.3244",
            "EML4:e15-60::ALK:e20+71",
            "EML4:c.667+220::ALK:e20-117",
            "chr2:42299750::chr2:29223740",
            "2:42299750+::GATC::2:29223740-",
            "ALK:e19::EML4:e14",
            "ALK:e1::ALK:e4",
            "ALK:ati",
            "ALK:ati:350",
            "ALK:wt",
            "ALK:unspliced",
            "ALK:retained:19",
            "ALK:exon:23",
            "ALK:wt[G1202R]",
            "EML4:e13::ALK:e20[c.3604G>A;T1151dup;c.3466_3467delinsAC;c.3453_3454insACG]",
            "protein:KIF5B:24::ALK:e20",
            "sequence:ACGTACGT::ALK:e20",
            "ENST00000318522.9:e13::ALK:e20",
            "HLA-A:e2::ALK:e20",
        ] {
            let spec: FusionSpec = text.parse().unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(spec.to_string(), text);
        }
    }

    #[test]
    fn sloppy_writing_is_understood() {
        let spec: FusionSpec = " EML4:E13::tt::protein:KIF5B:e24 ".parse().unwrap();
        assert_eq!(spec.to_string(), "EML4:e13::TT::protein:KIF5B:24");
        let spec: FusionSpec = "chr2:42,299,750::chr2:29,223,740".parse().unwrap();
        assert_eq!(spec.to_string(), "chr2:42299750::chr2:29223740");
    }

    #[test]
    fn mistakes_are_named_with_what_would_be_right() {
        for (text, part, remedy) in [
            ("EML4:e13", "EML4:e13", "two sides"),
            ("EML4:13x::ALK:e20", "13x", "whole number"),
            ("EML4:x13::ALK:e20", "x13", "e20-56"),
            ("EML4:e0::ALK:e20", "e0", "from 1"),
            ("EML4:e13::QQ::ALK:e20", "QQ", "letters"),
            ("EML4::ALK", "EML4", "GENE:eN"),
            ("a::b::c::d", "a::b::c::d", "two sides"),
            ("EML4:e13::i6:20-10::ALK:e20", "i6:20-10", "starts before"),
            ("EML4:e99999999999::ALK:e20", "e99999999999", "whole number"),
        ] {
            let message = text.parse::<FusionSpec>().unwrap_err().to_string();
            assert!(message.contains(&format!("{part:?}")), "{message}");
            assert!(message.contains(remedy), "{message}");
        }
    }

    #[test]
    fn serialises_as_its_text() {
        let spec = FusionSpec::exons("EML4", 13, "ALK", 20);
        let json = serde_json::to_string(&spec).unwrap();
        assert_eq!(json, "\"EML4:e13::ALK:e20\"");
        assert_eq!(serde_json::from_str::<FusionSpec>(&json).unwrap(), spec);
        assert!(serde_json::from_str::<FusionSpec>("\"EML4\"").is_err());
    }

    proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in ".{0,120}") {
            let _ = text.parse::<FusionSpec>();
        }

        #[test]
        fn near_specs_never_panic_and_round_trip(
            text in "[A-Z0-9a-z:.+-]{0,12}(::[A-Z0-9a-z:.+é-]{0,12}){0,3}(\\[[A-Z0-9a-z.;>_]{0,16}\\])?"
        ) {
            if let Ok(spec) = text.parse::<FusionSpec>() {
                prop_assert_eq!(spec.to_string().parse::<FusionSpec>().unwrap(), spec);
            }
        }
    }
}
