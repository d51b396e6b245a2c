//! What a change is called: HGVS of coding DNA, protein and genome, the short form of the field, and its VCF record.
//!
//! HGVS writes a change as far to the 3' side as it can be (of the sequence named: ALK's for `c.` and `p.`, the
//! chromosome's for `g.`), and an insertion that repeats what stands before it as `dup`. A change in an exon is kept in
//! its exon. VCF moves it to the lowest position.

use std::ops::Range;

use alkaid_genome::{Assembly, Strand, reverse_complement, translate};

use super::Edit;
use super::indel::shifted_right;
use super::shelf::coding_exons;
use crate::anatomy::Anatomy;
use crate::finding::{Consequence, Molecule};
use crate::name::chromosome_accession;

/// One-letter and three-letter codes of amino acids; `*` is a stop codon.
const AMINO_ACIDS: [(u8, &str); 21] = [
    (b'A', "Ala"),
    (b'C', "Cys"),
    (b'D', "Asp"),
    (b'E', "Glu"),
    (b'F', "Phe"),
    (b'G', "Gly"),
    (b'H', "His"),
    (b'I', "Ile"),
    (b'K', "Lys"),
    (b'L', "Leu"),
    (b'M', "Met"),
    (b'N', "Asn"),
    (b'P', "Pro"),
    (b'Q', "Gln"),
    (b'R', "Arg"),
    (b'S', "Ser"),
    (b'T', "Thr"),
    (b'V', "Val"),
    (b'W', "Trp"),
    (b'Y', "Tyr"),
    (b'*', "Ter"),
];
/// Bases of an intron at its ends that splicing cannot do without.
const SPLICE_SITE: u64 = 2;

/// All names of one change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// `NM_004304.5:c.3604G>A`.
    pub coding: String,
    /// `p.(Gly1202Arg)`; nothing outside the coding sequence.
    pub protein: Option<String>,
    /// `G1202R`; the coding name without accession where there is no protein change to name.
    pub short: String,
    /// `NC_000002.12:g.29220747C>T`.
    pub genomic: String,
    /// Exon, if it lies in one.
    pub exon: Option<u16>,
    /// Intron, numbered by the exon before it.
    pub intron: Option<u16>,
    /// First residue concerned.
    pub residue: Option<u32>,
    /// What it does to the protein.
    pub consequence: Consequence,
    /// Position (1-based), reference and alternative alleles of the VCF record, forward strand.
    pub record: (u64, String, String),
}

/// Names a change.
pub fn name(anatomy: &Anatomy, edit: &Edit) -> Names {
    let edit = trimmed(anatomy, edit.clone());
    let kept = shifted_right(anatomy, Molecule::Rna, edit.clone());
    let transcript = anatomy.transcript;
    let accession = transcript.refseq.as_deref().unwrap_or(&transcript.id);
    let coding = format!("c.{}", coding(anatomy, &kept));
    let inside = kept.at..kept.end().max(kept.at + 1);
    let exon = anatomy.exon_at(inside.start).map(|exon| exon.number);
    let intron = match exon {
        Some(_) => None,
        None => anatomy
            .exon_from(inside.start)
            .and_then(|exon| exon.number.checked_sub(1)),
    };
    let protein = protein(anatomy, &kept);
    let consequence = match &protein {
        Some(protein) => protein.consequence,
        None => outside(anatomy, &kept),
    };
    Names {
        short: protein
            .as_ref()
            .map_or_else(|| coding.clone(), |protein| protein.short.clone()),
        residue: protein.as_ref().map(|protein| protein.residue),
        protein: protein.map(|protein| format!("p.({})", protein.long)),
        coding: format!("{accession}:{coding}"),
        genomic: genomic(anatomy, &edit),
        exon,
        intron,
        consequence,
        record: record(anatomy, &edit),
    }
}

/// Without bases that both alleles share at their ends.
fn trimmed(anatomy: &Anatomy, mut edit: Edit) -> Edit {
    let sequence = &anatomy.sequence;
    while edit.deleted > 0
        && !edit.inserted.is_empty()
        && edit.inserted.last() == Some(&sequence[edit.end() - 1])
    {
        edit.inserted.pop();
        edit.deleted -= 1;
    }
    while edit.deleted > 0 && edit.inserted.first() == Some(&sequence[edit.at]) {
        edit.inserted.remove(0);
        edit.at += 1;
        edit.deleted -= 1;
    }
    edit
}

/// What follows `c.`.
fn coding(anatomy: &Anatomy, edit: &Edit) -> String {
    let at = |offset: usize| coding_position(anatomy, offset);
    let bases = String::from_utf8_lossy(&edit.inserted).into_owned();
    let sequence = &anatomy.sequence;
    describe(
        edit.deleted,
        &bases,
        &String::from_utf8_lossy(&sequence[edit.at..edit.end()]),
        edit.inserted.len() <= edit.at
            && sequence[edit.at - edit.inserted.len()..edit.at] == edit.inserted[..],
        |step| at((edit.at as i64 + step) as usize),
    )
}

/// The part of a description behind the point. `at` gives the position so many bases from the edit's first base.
fn describe(
    deleted: usize,
    inserted: &str,
    replaced: &str,
    repeats: bool,
    at: impl Fn(i64) -> String,
) -> String {
    let range = |first: i64, last: i64| {
        if first == last {
            at(first)
        } else {
            format!("{}_{}", at(first), at(last))
        }
    };
    let length = inserted.len() as i64;
    match (deleted, length) {
        (1, 1) => format!("{}{replaced}>{inserted}", at(0)),
        (0, _) if repeats => format!("{}dup", range(-length, -1)),
        (0, _) => format!("{}_{}ins{inserted}", at(-1), at(0)),
        (_, 0) => format!("{}del", range(0, deleted as i64 - 1)),
        _ => format!("{}delins{inserted}", range(0, deleted as i64 - 1)),
    }
}

/// The coding position of a locus offset: `3604`, `3172+5`, `3173-12`, `-7`, `*21`.
pub fn coding_position(anatomy: &Anatomy, offset: usize) -> String {
    let transcript = anatomy.transcript;
    let exonic = |offset: usize| -> Option<String> {
        let exon = anatomy.exon_at(offset)?;
        let own = transcript.exons.get(usize::from(exon.number) - 1)?;
        let at = own.transcript.start + (offset - exon.span.start) as u32;
        let cds = transcript.cds.as_ref()?;
        Some(if at < cds.start {
            format!("-{}", cds.start - at)
        } else if at >= cds.end {
            format!("*{}", at - cds.end + 1)
        } else {
            (at - cds.start + 1).to_string()
        })
    };
    if let Some(position) = exonic(offset) {
        return position;
    }
    let next = anatomy.exon_from(offset);
    let previous = match next {
        Some(next) => anatomy.previous(next),
        None => anatomy.exons.last(),
    };
    let behind = previous.map(|exon| (offset + 1 - exon.span.end, exon.span.end - 1));
    let before = next.map(|exon| (exon.span.start - offset, exon.span.start));
    match (behind, before) {
        (Some((distance, anchor)), next) if next.is_none_or(|(other, _)| distance <= other) => {
            format!("{}+{distance}", exonic(anchor).unwrap_or_default())
        }
        (_, Some((distance, anchor))) => {
            format!("{}-{distance}", exonic(anchor).unwrap_or_default())
        }
        _ => "?".to_owned(),
    }
}

fn genomic(anatomy: &Anatomy, edit: &Edit) -> String {
    let chrom = &anatomy.transcript.chrom;
    // The locus is cut from GRCh38, whatever the input was aligned to.
    let accession = chromosome_accession(Assembly::Grch38, chrom).unwrap_or_else(|| chrom.clone());
    // The chromosome's 3' side is ALK's 5' side.
    let reverse = anatomy.locus.strand == Strand::Reverse;
    let edit = if reverse {
        shifted_left(anatomy, edit.clone())
    } else {
        shifted_right(anatomy, Molecule::Dna, edit.clone())
    };
    let sequence = &anatomy.sequence;
    let forward = |bases: &[u8]| {
        let bases = if reverse {
            reverse_complement(bases)
        } else {
            bases.to_vec()
        };
        String::from_utf8_lossy(&bases).into_owned()
    };
    let end = edit.end();
    let length = edit.inserted.len();
    let repeats = if reverse {
        sequence.get(end..end + length) == Some(&edit.inserted[..])
    } else {
        edit.at >= length && sequence[edit.at - length..edit.at] == edit.inserted[..]
    };
    // Forward coordinate of the first base replaced.
    let first = if reverse {
        anatomy.locus.genome_position(end) + 2
    } else {
        anatomy.locus.genome_position(edit.at) + 1
    };
    let description = describe(
        edit.deleted,
        &forward(&edit.inserted),
        &forward(&sequence[edit.at..end]),
        repeats,
        |step| first.saturating_add_signed(step).to_string(),
    );
    format!("{accession}:g.{description}")
}

/// Moves a pure insertion or deletion as far to the 5' side as the sequence allows.
fn shifted_left(anatomy: &Anatomy, mut edit: Edit) -> Edit {
    let sequence = &anatomy.sequence;
    while edit.at > 0 {
        let before = sequence[edit.at - 1];
        if edit.inserted.is_empty() && edit.deleted > 0 {
            if before != sequence[edit.end() - 1] {
                break;
            }
        } else if edit.deleted == 0 && edit.inserted.last() == Some(&before) {
            edit.inserted.rotate_right(1);
        } else {
            break;
        }
        edit.at -= 1;
    }
    edit
}

fn record(anatomy: &Anatomy, edit: &Edit) -> (u64, String, String) {
    let reverse = anatomy.locus.strand == Strand::Reverse;
    let sequence = &anatomy.sequence;
    let mut edit = if reverse {
        shifted_right(anatomy, Molecule::Dna, edit.clone())
    } else {
        shifted_left(anatomy, edit.clone())
    };
    // A pure insertion or deletion takes the base before it, in the chromosome's direction.
    if edit.deleted == 0 || edit.inserted.is_empty() {
        if reverse && edit.end() < sequence.len() {
            edit.inserted.push(sequence[edit.end()]);
            edit.deleted += 1;
        } else if !reverse && edit.at > 0 {
            edit.at -= 1;
            edit.deleted += 1;
            edit.inserted.insert(0, sequence[edit.at]);
        }
    }
    let text = |bases: &[u8]| {
        let bases = if reverse {
            reverse_complement(bases)
        } else {
            bases.to_vec()
        };
        String::from_utf8_lossy(&bases).into_owned()
    };
    let lowest = if reverse { edit.end() - 1 } else { edit.at };
    (
        anatomy.locus.genome_position(lowest) + 1,
        text(&sequence[edit.at..edit.end()]),
        text(&edit.inserted),
    )
}

/// The change of the protein.
struct Protein {
    long: String,
    short: String,
    residue: u32,
    consequence: Consequence,
}

/// Index in the coding sequence (0-based) of a locus offset, or of the point before it.
fn coding_index(exons: &[(u16, Range<usize>)], at: usize) -> Option<usize> {
    let mut before = 0;
    for (_, span) in exons {
        if (span.start..=span.end).contains(&at) {
            return Some(before + at - span.start);
        }
        before += span.len();
    }
    None
}

/// Locus offset of a coding position, 1-based.
pub fn offset_of_coding(anatomy: &Anatomy, position: u32) -> Option<usize> {
    let mut left = (position as usize).checked_sub(1)?;
    for (_, span) in coding_exons(anatomy) {
        if left < span.len() {
            return Some(span.start + left);
        }
        left -= span.len();
    }
    None
}

fn protein(anatomy: &Anatomy, edit: &Edit) -> Option<Protein> {
    let exons = coding_exons(anatomy);
    let whole = exons
        .iter()
        .any(|(_, span)| span.start <= edit.at && edit.end() <= span.end);
    let start = coding_index(&exons, edit.at).filter(|_| whole)?;
    let mut coding: Vec<u8> = exons
        .iter()
        .flat_map(|(_, span)| &anatomy.sequence[span.clone()])
        .copied()
        .collect();
    let before = translate(&coding);
    // A shifted frame may read on beyond the stop codon, into what the last exon has behind it.
    if let Some((number, coded)) = exons.last()
        && let Some(exon) = anatomy.exon(*number)
    {
        coding.extend_from_slice(&anatomy.sequence[coded.end..exon.span.end]);
    }
    coding.splice(start..start + edit.deleted, edit.inserted.iter().copied());
    let mut after = translate(&coding);
    if let Some(stop) = after.iter().position(|&residue| residue == b'*') {
        after.truncate(stop + 1);
    }
    let net = edit.inserted.len() as i64 - edit.deleted as i64;
    Some(change(&before, &after, net, start / 3))
}

/// Describes how `after` differs from `before`; both end with their stop codon. `codon` is where the change begins.
fn change(before: &[u8], after: &[u8], net: i64, codon: usize) -> Protein {
    let named = |index: usize| {
        let residue = before.get(index).copied().unwrap_or(b'?');
        (
            format!("{}{}", three(residue), index + 1),
            format!("{}{}", char::from(residue), index + 1),
        )
    };
    let made = |index: usize, tail: (String, String), consequence| {
        let (long, short) = named(index);
        Protein {
            long: long + &tail.0,
            short: short + &tail.1,
            residue: index as u32 + 1,
            consequence,
        }
    };
    let both = |text: &str| (text.to_owned(), text.to_owned());
    if before == after {
        return made(codon, both("="), Consequence::Synonymous);
    }
    let first = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    if first == 0 {
        return Protein {
            long: "Met1?".into(),
            short: "M1?".into(),
            residue: 1,
            consequence: Consequence::StartLost,
        };
    }
    let new = after.get(first).copied();
    if new == Some(b'*') {
        return made(first, ("Ter".into(), "*".into()), Consequence::Nonsense);
    }
    if before.get(first) == Some(&b'*') {
        let new = new.map_or("?", three);
        return made(
            first,
            (format!("{new}extTer?"), "ext".into()),
            Consequence::StopLost,
        );
    }
    if net % 3 != 0 {
        let ends = after
            .iter()
            .position(|&residue| residue == b'*')
            .map_or("?".to_owned(), |stop| (stop - first + 1).to_string());
        let new = new.map_or("?", three);
        return made(
            first,
            (format!("{new}fsTer{ends}"), "fs".into()),
            Consequence::Frameshift,
        );
    }
    let longest = before.len().min(after.len()) - first;
    let last = before
        .iter()
        .rev()
        .zip(after.iter().rev())
        .take(longest)
        .take_while(|(a, b)| a == b)
        .count();
    let lost = &before[first..before.len() - last];
    let gained = &after[first..after.len() - last];
    let residues = |codes: &[u8]| -> (String, String) {
        (
            codes.iter().map(|&code| three(code)).collect(),
            String::from_utf8_lossy(codes).into_owned(),
        )
    };
    let span = |from: usize, to: usize, tail: (String, String), consequence| {
        let (mut long, mut short) = named(from);
        if to > from {
            let (end_long, end_short) = named(to);
            long = format!("{long}_{end_long}");
            short = format!("{short}_{end_short}");
        }
        Protein {
            long: long + &tail.0,
            short: short + &tail.1,
            residue: from as u32 + 1,
            consequence,
        }
    };
    let (end, gain) = (first + lost.len(), gained.len());
    match (lost.len(), gain) {
        (1, 1) => made(first, residues(gained), Consequence::Missense),
        (_, 0) => span(first, end - 1, both("del"), Consequence::InframeDeletion),
        (0, _) if first >= gain && before[first - gain..first] == *gained => span(
            first - gain,
            first - 1,
            both("dup"),
            Consequence::InframeInsertion,
        ),
        (0, _) => {
            let (long, short) = residues(gained);
            span(
                first - 1,
                first,
                (format!("ins{long}"), format!("ins{short}")),
                Consequence::InframeInsertion,
            )
        }
        _ => {
            let (long, short) = residues(gained);
            let consequence = if net == 0 {
                Consequence::Missense
            } else {
                Consequence::InframeDelins
            };
            span(
                first,
                end - 1,
                (format!("delins{long}"), format!("delins{short}")),
                consequence,
            )
        }
    }
}

fn three(residue: u8) -> &'static str {
    AMINO_ACIDS
        .iter()
        .find(|(code, _)| *code == residue)
        .map_or("Xaa", |(_, name)| name)
}

/// What a change does that is not whole within one coding exon.
fn outside(anatomy: &Anatomy, edit: &Edit) -> Consequence {
    let site = |end: usize| end.saturating_sub(SPLICE_SITE as usize)..end + SPLICE_SITE as usize;
    let touches =
        |range: Range<usize>| edit.at < range.end && edit.end().max(edit.at + 1) > range.start;
    let splice = anatomy.exons.windows(2).any(|pair| {
        let donor = pair[0].span.end..site(pair[0].span.end).end;
        let acceptor = site(pair[1].span.start).start..pair[1].span.start;
        touches(donor) || touches(acceptor)
    });
    if splice {
        return Consequence::SpliceSite;
    }
    match anatomy.exon_at(edit.at) {
        Some(_) => Consequence::Untranslated,
        None => Consequence::Intronic,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alkaid_genome::Bundle;
    use proptest::prelude::*;

    /// An edit at a coding position.
    fn edit(anatomy: &Anatomy, position: u32, deleted: usize, inserted: &str) -> Edit {
        Edit {
            at: offset_of_coding(anatomy, position).unwrap(),
            deleted,
            inserted: inserted.as_bytes().to_vec(),
        }
    }

    #[test]
    fn known_changes_have_their_known_names() {
        let anatomy = Anatomy::new(Bundle::embedded());
        // Genomic places: CIViC's, as collected in the knowledge tables; others by codon.
        for (position, deleted, inserted, coding, protein, short, consequence) in [
            (
                3604,
                1,
                "A",
                "c.3604G>A",
                "p.(Gly1202Arg)",
                "G1202R",
                Consequence::Missense,
            ),
            (
                3467,
                1,
                "A",
                "c.3467G>A",
                "p.(Cys1156Tyr)",
                "C1156Y",
                Consequence::Missense,
            ),
            (
                3522,
                1,
                "A",
                "c.3522C>A",
                "p.(Phe1174Leu)",
                "F1174L",
                Consequence::Missense,
            ),
            (
                3604,
                3,
                "",
                "c.3605_3607del",
                "p.(Gly1202del)",
                "G1202del",
                Consequence::InframeDeletion,
            ),
            (
                3451,
                0,
                "ACG",
                "c.3451_3453dup",
                "p.(Thr1151dup)",
                "T1151dup",
                Consequence::InframeInsertion,
            ),
            (
                3605,
                1,
                "",
                "c.3605del",
                "p.(Gly1202GlufsTer14)",
                "G1202fs",
                Consequence::Frameshift,
            ),
            (
                3466,
                2,
                "AC",
                "c.3466_3467delinsAC",
                "p.(Cys1156Thr)",
                "C1156T",
                Consequence::Missense,
            ),
            (
                3606,
                1,
                "G",
                "c.3606A>G",
                "p.(Gly1202=)",
                "G1202=",
                Consequence::Synonymous,
            ),
        ] {
            let names = name(&anatomy, &edit(&anatomy, position, deleted, inserted));
            assert_eq!(names.coding, format!("NM_004304.5:{coding}"), "{names:?}");
            assert_eq!(names.short, short);
            if consequence != Consequence::Frameshift {
                assert_eq!(names.protein.as_deref(), Some(protein));
            } else {
                assert!(names.protein.unwrap().contains("fsTer"));
            }
            assert_eq!(names.consequence, consequence);
        }
        let names = name(&anatomy, &edit(&anatomy, 3467, 1, "A"));
        assert_eq!(names.record, (29_222_392, "C".into(), "T".into()));
        assert_eq!(names.genomic, "NC_000002.12:g.29222392C>T");
        assert_eq!((names.exon, names.residue), (Some(22), Some(1156)));
    }

    #[test]
    fn splice_sites_stops_and_starts_are_told() {
        let anatomy = Anatomy::new(Bundle::embedded());
        let e20 = anatomy.exon(20).unwrap().span.clone();
        let change = |at: usize| {
            let other = if anatomy.sequence[at] == b'A' {
                b'C'
            } else {
                b'A'
            };
            let edit = Edit {
                at,
                deleted: 1,
                inserted: vec![other],
            };
            name(&anatomy, &edit)
        };
        let donor = change(e20.end);
        assert_eq!(donor.consequence, Consequence::SpliceSite);
        assert!(donor.short.starts_with("c.3359+1G>"), "{}", donor.short);
        assert_eq!((donor.intron, donor.protein), (Some(20), None));
        let acceptor = change(e20.start - 2);
        assert!(acceptor.short.starts_with("c.3173-2"), "{}", acceptor.short);
        assert_eq!(change(e20.start - 6).consequence, Consequence::Intronic);
        let start = offset_of_coding(&anatomy, 1).unwrap();
        assert_eq!(change(start).consequence, Consequence::StartLost);
        // R1275 is CGA: one base makes it TGA.
        let stop = name(&anatomy, &edit(&anatomy, 3823, 1, "T"));
        assert_eq!(stop.short, "R1275*");
        assert_eq!(stop.protein.as_deref(), Some("p.(Arg1275Ter)"));
        assert_eq!(stop.consequence, Consequence::Nonsense);
    }

    /// The forward sequence around a coding position with a VCF record applied.
    fn with_record(
        anatomy: &Anatomy,
        record: &(u64, String, String),
        around: Range<usize>,
    ) -> Vec<u8> {
        let forward = reverse_complement(&anatomy.sequence[around.clone()]);
        let first = anatomy.locus.genome_position(around.end - 1) + 1;
        let at = (record.0 - first) as usize;
        assert_eq!(&forward[at..at + record.1.len()], record.1.as_bytes());
        let mut changed = forward;
        changed.splice(at..at + record.1.len(), record.2.bytes());
        changed
    }

    /// Applies `c.` descriptions of coding positions, the part after the point.
    fn applied(anatomy: &Anatomy, text: &str) -> Option<Edit> {
        let digits =
            |text: &str| -> Option<usize> { offset_of_coding(anatomy, text.parse().ok()?) };
        let range = |text: &str| -> Option<(usize, usize)> {
            match text.split_once('_') {
                Some((a, b)) => Some((digits(a)?, digits(b)?)),
                None => digits(text).map(|at| (at, at)),
            }
        };
        if let Some((place, bases)) = text.split_once("delins") {
            let (a, b) = range(place)?;
            return Some(Edit {
                at: a,
                deleted: b + 1 - a,
                inserted: bases.into(),
            });
        }
        if let Some(place) = text.strip_suffix("del") {
            let (a, b) = range(place)?;
            return Some(Edit {
                at: a,
                deleted: b + 1 - a,
                inserted: vec![],
            });
        }
        if let Some(place) = text.strip_suffix("dup") {
            let (a, b) = range(place)?;
            return Some(Edit {
                at: b + 1,
                deleted: 0,
                inserted: anatomy.sequence[a..=b].to_vec(),
            });
        }
        if let Some((place, bases)) = text.split_once("ins") {
            let (_, b) = range(place)?;
            return Some(Edit {
                at: b,
                deleted: 0,
                inserted: bases.into(),
            });
        }
        let (place, bases) = text.split_once('>')?;
        let at = digits(&place[..place.len() - 1])?;
        Some(Edit {
            at,
            deleted: 1,
            inserted: bases.into(),
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn names_describe_the_same_sequence(at in 45usize..85, deleted in 0usize..9, inserted in "[ACGT]{0,9}") {
            let anatomy = Anatomy::new(Bundle::embedded());
            let e23 = anatomy.exon(23).unwrap().span.clone();
            let edit = Edit { at: e23.start + at, deleted, inserted: inserted.into_bytes() };
            let around = e23.start - 50..e23.end + 50;
            let mut changed = anatomy.sequence[around.clone()].to_vec();
            let own = edit.at - around.start;
            changed.splice(own..own + edit.deleted, edit.inserted.iter().copied());
            prop_assume!(changed != anatomy.sequence[around.clone()]);
            let names = name(&anatomy, &edit);
            prop_assert_eq!(reverse_complement(&with_record(&anatomy, &names.record, around.clone())), changed.clone());
            let text = names.coding.split_once("c.").unwrap().1.to_owned();
            let back = applied(&anatomy, &text).unwrap();
            let mut again = anatomy.sequence[around.clone()].to_vec();
            let own = back.at - around.start;
            again.splice(own..own + back.deleted, back.inserted.iter().copied());
            prop_assert_eq!(again, changed);
        }
    }
}
