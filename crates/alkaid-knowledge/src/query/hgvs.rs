//! Fusions in HGVS: `NM_019063.5:r.?_1489::NM_004304.5:r.3173_?`.

use alkaid_genome::{Bundle, without_version};

use super::error::QueryError;
use super::fusion::{CodingJunction, FusionQuery, Junction, counted_in};
use super::genes::find_gene;
use crate::variants::named_variants;

/// Reads `NM_019063.5:r.?_1489::NM_004304.5:r.3173_?`, or returns nothing where the text does not have its form.
pub(super) fn read(text: &str, bundle: &'static Bundle) -> Option<Result<FusionQuery, QueryError>> {
    if !text.contains("::")
        || !(text.contains(":r.") || text.contains(":c.") || text.contains(":n."))
    {
        return None;
    }
    Some(hgvs(text, bundle))
}

fn hgvs(text: &str, bundle: &'static Bundle) -> Result<FusionQuery, QueryError> {
    let unreadable = || QueryError::BadChange {
        typed: text.to_owned(),
        reason: "write a fusion as NM_019063.5:r.?_1489::NM_004304.5:r.3173_?".to_owned(),
    };
    let parts: Vec<&str> = text.split("::").map(str::trim).collect();
    let (five, between, three) = match parts.as_slice() {
        [five, three] => (*five, "", *three),
        [five, between, three] => (*five, *between, *three),
        _ => return Err(unreadable()),
    };
    let (five_name, _, five_last) = hgvs_side(five).ok_or_else(unreadable)?;
    let (three_name, three_first, _) = hgvs_side(three).ok_or_else(unreadable)?;
    let inserted = inserted_bases(between).ok_or_else(unreadable)?;
    let gene = |name: &str| {
        let inside = name
            .split_once('(')
            .map(|(_, rest)| rest.trim_end_matches(')'));
        let bare = name.split('(').next().unwrap_or(name);
        let by_table = named_variants()
            .iter()
            .find(|variant| without_version(variant.five_transcript) == without_version(bare))
            .map(|variant| variant.gene.to_owned());
        by_table
            .or_else(|| {
                bundle
                    .transcript(bare)
                    .map(|transcript| transcript.gene.clone())
            })
            .or_else(|| {
                inside
                    .and_then(|symbol| find_gene(symbol, bundle))
                    .map(|gene| gene.symbol)
            })
            .or_else(|| find_gene(bare, bundle).map(|gene| gene.symbol))
            .ok_or_else(|| QueryError::UnknownGene {
                text: bare.to_owned(),
                suggestions: Vec::new(),
            })
    };
    let (five_gene, three_gene) = (gene(five_name)?, gene(three_name)?);
    if five_gene != "ALK" && three_gene != "ALK" {
        return Err(QueryError::NotAlk {
            text: text.to_owned(),
            genes: format!("{five_gene} and {three_gene}"),
            suggestions: Vec::new(),
        });
    }
    let typed = CodingJunction {
        five_transcript: five_name.to_owned(),
        five_last,
        inserted,
        three_first: three_first.ok_or_else(unreadable)?,
    };
    let mut notes = Vec::new();
    let junction = match from_transcript_start(&five_gene, &three_gene, &typed, bundle) {
        Some(coding) => {
            notes.push(format!(
                "the positions fit exon ends only when they are counted from the first base of the transcripts; HGVS counts from the A of ATG: r.?_{} and r.{}_?",
                coding.five_last.unwrap_or_default(),
                coding.three_first
            ));
            coding
        }
        None => typed,
    };
    Ok(FusionQuery {
        five: five_gene,
        three: three_gene,
        junction: Junction::Coding(junction),
        notes,
    })
}

/// The junction in coding positions, where the typed ones fit exon ends only as positions of the transcripts.
fn from_transcript_start(
    five: &str,
    three: &str,
    typed: &CodingJunction,
    bundle: &Bundle,
) -> Option<CodingJunction> {
    let (five, three) = (counted_in(five, bundle)?, counted_in(three, bundle)?);
    let ends = |position: u32| {
        five.exons
            .iter()
            .any(|exon| exon.transcript.end == position)
    };
    let starts = |position: u32| {
        three
            .exons
            .iter()
            .any(|exon| exon.transcript.start == position)
    };
    let (five_cds, three_cds) = (five.cds.clone()?, three.cds.clone()?);
    let last = typed.five_last?;
    let first = typed.three_first.checked_sub(1)?;
    let as_coding =
        ends(five_cds.start.checked_add(last)?) || starts(three_cds.start.checked_add(first)?);
    if as_coding || !ends(last) || !starts(first) {
        return None;
    }
    Some(CodingJunction {
        five_last: Some(last.checked_sub(five_cds.start)?),
        three_first: first.checked_sub(three_cds.start)? + 1,
        ..typed.clone()
    })
}

/// Accession, first and last position of one side; `?` gives none.
fn hgvs_side(text: &str) -> Option<(&str, Option<u32>, Option<u32>)> {
    let (name, place) = text.split_once(':')?;
    let place = ["r.", "c.", "n."]
        .iter()
        .find_map(|kind| place.strip_prefix(kind))?;
    let (first, last) = place.split_once('_')?;
    let number = |text: &str| match text.trim_matches(|c| matches!(c, '(' | ')')) {
        "?" => Some(None),
        digits => digits.parse().ok().map(Some),
    };
    Some((name, number(first)?, number(last)?))
}

/// `[33 nt]` or bases.
fn inserted_bases(text: &str) -> Option<u32> {
    if text.is_empty() {
        return Some(0);
    }
    if let Some(inside) = text.strip_prefix('[') {
        return inside
            .trim_end_matches(']')
            .trim_end_matches("nt")
            .trim()
            .parse()
            .ok();
    }
    let bases = text.bytes().all(|base| b"ACGTUNacgtun".contains(&base));
    bases.then(|| u32::try_from(text.len()).ok())?
}
