//! What a variant does to a gene: its exon, its `c.` and `p.` names, its consequence.

use std::ops::Range;

use alkaid_genome::{Strand, Transcript, reverse_complement, translate};
use alkaid_knowledge::bypass_alterations;

use crate::finding::Consequence;
use crate::model::GeneModel;

/// Intron bases beside an exon that make its splice site.
const SPLICE_SITE: u64 = 2;

/// A variant on the forward strand of GRCh38, trimmed: what both alleles share at their ends is cut off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    /// First base that is replaced, 0-based; for an insertion the base behind it.
    pub(crate) start: u64,
    /// What is replaced.
    pub(crate) reference: Vec<u8>,
    /// What stands there instead.
    pub(crate) alternate: Vec<u8>,
}

/// What a variant does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Effect {
    pub(crate) consequence: Consequence,
    pub(crate) exon: Option<u16>,
    pub(crate) hgvs_c: Option<String>,
    /// Without the `p.`, one-letter amino acids.
    pub(crate) protein: Option<String>,
    /// Residues touched, 1-based and inclusive.
    pub(crate) residues: Option<(u32, u32)>,
    /// The new amino acid of a missense change.
    pub(crate) alternative: Option<char>,
    /// Exons whose splice sites are hit.
    pub(crate) splice_exons: Vec<u16>,
    /// Whether names follow from the gene's bases.
    pub(crate) from_bases: bool,
}

impl Edit {
    /// Trims two alleles that start at the same 0-based place.
    pub(crate) fn new(start: u64, reference: &[u8], alternate: &[u8]) -> Self {
        let (mut reference, mut alternate) = (
            reference.to_ascii_uppercase(),
            alternate.to_ascii_uppercase(),
        );
        while let (Some(a), Some(b)) = (reference.last(), alternate.last()) {
            if a != b {
                break;
            }
            reference.pop();
            alternate.pop();
        }
        let same = reference
            .iter()
            .zip(&alternate)
            .take_while(|(a, b)| a == b)
            .count();
        Self {
            start: start + same as u64,
            reference: reference.split_off(same),
            alternate: alternate.split_off(same),
        }
    }

    fn end(&self) -> u64 {
        self.start + self.reference.len() as u64
    }

    /// Net gain of bases.
    fn gain(&self) -> i64 {
        self.alternate.len() as i64 - self.reference.len() as i64
    }

    /// The stretch for finding genes: an insertion touches the bases on both sides.
    pub(crate) fn stretch(&self) -> Range<u64> {
        match self.reference.is_empty() {
            true => self.start.saturating_sub(1)..self.start + 1,
            false => self.start..self.end(),
        }
    }

    fn in_sense(&self, strand: Strand) -> (Vec<u8>, Vec<u8>) {
        match strand {
            Strand::Forward => (self.reference.clone(), self.alternate.clone()),
            Strand::Reverse => (
                reverse_complement(&self.reference),
                reverse_complement(&self.alternate),
            ),
        }
    }
}

/// What `edit` does to a gene; nothing where it lies outside.
pub(crate) fn effect(model: &GeneModel<'_>, edit: &Edit) -> Effect {
    let transcript = model.transcript;
    let splice_exons = splice_exons(transcript, edit);
    let exon = splice_exons
        .first()
        .copied()
        .or_else(|| exon_of(transcript, edit));
    let mut effect = Effect {
        consequence: Consequence::NonCoding,
        exon,
        hgvs_c: genomic_c_name(transcript, edit),
        protein: None,
        residues: None,
        alternative: None,
        splice_exons,
        from_bases: false,
    };
    if !effect.splice_exons.is_empty() {
        effect.consequence = Consequence::SpliceSite;
        return effect;
    }
    let Some(at) = coding_offset(transcript, edit) else {
        return effect;
    };
    let (reference, alternate) = edit.in_sense(transcript.strand);
    match &model.cds {
        Some(cds) => with_bases(&mut effect, cds, at, &reference, &alternate),
        None => without_bases(&mut effect, model, at, &reference, &alternate, edit.gain()),
    }
    effect
}

/// Exons one of whose splice sites the edit changes.
fn splice_exons(transcript: &Transcript, edit: &Edit) -> Vec<u16> {
    let count = transcript.exons.len();
    let hit = |site: Range<u64>| match edit.reference.is_empty() {
        // Between two bases of the site; beside it, the site may be as good as before.
        true => site.start < edit.start && edit.start < site.end,
        false => edit.start < site.end && site.start < edit.end(),
    };
    transcript
        .exons
        .iter()
        .enumerate()
        .filter(|(index, exon)| {
            let low = exon.genome.start.saturating_sub(SPLICE_SITE)..exon.genome.start;
            let high = exon.genome.end..exon.genome.end + SPLICE_SITE;
            let (acceptor, donor) = match transcript.strand {
                Strand::Forward => (low, high),
                Strand::Reverse => (high, low),
            };
            (*index > 0 && hit(acceptor)) || (*index + 1 < count && hit(donor))
        })
        .map(|(_, exon)| exon.number.0)
        .collect()
}

fn exon_of(transcript: &Transcript, edit: &Edit) -> Option<u16> {
    let stretch = edit.stretch();
    transcript
        .exons
        .iter()
        .find(|exon| exon.genome.start < stretch.end && stretch.start < exon.genome.end)
        .map(|exon| exon.number.0)
}

/// The offset in the coding sequence (0-based) at which the edit starts in the gene's sense; nothing unless all of it
/// is coding.
fn coding_offset(transcript: &Transcript, edit: &Edit) -> Option<u32> {
    let offset = |place: u64| {
        let cds = transcript.cds_position(transcript.transcript_position(place)?)?;
        Some(cds.0 - 1)
    };
    let before = edit.start.checked_sub(1);
    match (edit.reference.is_empty(), transcript.strand) {
        (true, Strand::Forward) => offset(edit.start).or_else(|| Some(offset(before?)? + 1)),
        (true, Strand::Reverse) => before
            .and_then(offset)
            .or_else(|| Some(offset(edit.start)? + 1)),
        (false, strand) => {
            let (low, high) = (offset(edit.start)?, offset(edit.end() - 1)?);
            let contiguous = u64::from(low.abs_diff(high)) + 1 == edit.reference.len() as u64;
            contiguous.then_some(match strand {
                Strand::Forward => low,
                Strand::Reverse => high,
            })
        }
    }
}

fn with_bases(effect: &mut Effect, cds: &[u8], at: u32, reference: &[u8], alternate: &[u8]) {
    let at = at as usize;
    let end = at + reference.len();
    // The file's REF was compared with the assembly; a gap here would be one of the bundle.
    if cds.get(at..end) != Some(reference) {
        effect.consequence = Consequence::Unknown;
        return;
    }
    effect.from_bases = true;
    let shifted = to_the_end(cds, at, reference, alternate);
    effect.hgvs_c = Some(coding_name(cds, &shifted));
    let changed = [&cds[..at], alternate, &cds[end..]].concat();
    let old = until_stop(translate(cds));
    let new = until_stop(translate(&changed));
    let in_frame = alternate.len() % 3 == reference.len() % 3;
    protein_change(effect, &old, &new, in_frame);
}

/// The protein up to and with its first stop.
fn until_stop(mut protein: Vec<u8>) -> Vec<u8> {
    if let Some(stop) = protein.iter().position(|&aa| aa == b'*') {
        protein.truncate(stop + 1);
    }
    protein
}

/// A coding edit moved as far towards the end of the gene as its bases allow (the 3' rule of HGVS).
struct Shifted {
    at: usize,
    lost: Vec<u8>,
    gained: Vec<u8>,
}

fn to_the_end(cds: &[u8], at: usize, lost: &[u8], gained: &[u8]) -> Shifted {
    let mut shifted = Shifted {
        at,
        lost: lost.to_vec(),
        gained: gained.to_vec(),
    };
    let rolling = match (lost.is_empty(), gained.is_empty()) {
        (false, true) => &mut shifted.lost,
        (true, false) => &mut shifted.gained,
        _ => return shifted,
    };
    while cds.get(shifted.at + lost.len()) == rolling.first() && !rolling.is_empty() {
        rolling.rotate_left(1);
        shifted.at += 1;
    }
    shifted
}

fn coding_name(cds: &[u8], edit: &Shifted) -> String {
    let text = |bases: &[u8]| String::from_utf8_lossy(bases).into_owned();
    let Shifted { at, lost, gained } = edit;
    let range = |from: usize, len: usize| match len {
        1 => format!("{from}"),
        _ => format!("{from}_{}", from + len - 1),
    };
    match (lost.len(), gained.len()) {
        (1, 1) => format!("c.{}{}>{}", at + 1, text(lost), text(gained)),
        (_, 0) => format!("c.{}del", range(at + 1, lost.len())),
        (0, len) => {
            let before = at.checked_sub(len).and_then(|from| cds.get(from..*at));
            match before == Some(gained) {
                true => format!("c.{}dup", range(at + 1 - len, len)),
                false => format!("c.{at}_{}ins{}", at + 1, text(gained)),
            }
        }
        _ => format!("c.{}delins{}", range(at + 1, lost.len()), text(gained)),
    }
}

fn protein_change(effect: &mut Effect, old: &[u8], new: &[u8], in_frame: bool) {
    let same = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let residue = |index: usize| index as u32 + 1;
    let name = |index: usize| {
        let aa = old.get(index).copied().map_or('?', char::from);
        format!("{aa}{}", residue(index))
    };
    effect.residues = Some((residue(same), residue(same)));
    if old == new {
        effect.consequence = Consequence::Silent;
        effect.residues = None;
        return;
    }
    if same == 0 {
        effect.consequence = Consequence::StartLost;
        effect.protein = Some("M1?".to_owned());
        return;
    }
    if new.get(same) == Some(&b'*') {
        effect.consequence = Consequence::Nonsense;
        effect.protein = Some(format!("{}*", name(same)));
        return;
    }
    if old.get(same) == Some(&b'*') {
        effect.consequence = Consequence::StopLost;
        effect.protein = Some(format!("*{}ext", residue(same)));
        return;
    }
    if !in_frame {
        effect.consequence = Consequence::Frameshift;
        effect.protein = Some(format!("{}fs", name(same)));
        return;
    }
    let tail = old[same..]
        .iter()
        .rev()
        .zip(new[same..].iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (lost, gained) = (&old[same..old.len() - tail], &new[same..new.len() - tail]);
    let letters = |residues: &[u8]| String::from_utf8_lossy(residues).into_owned();
    let stretch = |from: usize, len: usize| match len {
        1 => name(from),
        _ => format!("{}_{}", name(from), name(from + len - 1)),
    };
    let last = (same + lost.len().max(1)) as u32;
    effect.residues = Some((residue(same), last));
    let (consequence, text) = match (lost.len(), gained.len()) {
        _ if gained.contains(&b'*') => {
            let stop = format!(
                "{}delins{}",
                stretch(same, lost.len().max(1)),
                letters(gained)
            );
            (Consequence::Nonsense, stop)
        }
        (1, 1) => {
            effect.alternative = Some(char::from(gained[0]));
            (
                Consequence::Missense,
                format!("{}{}", name(same), letters(gained)),
            )
        }
        (len, 0) => (
            Consequence::InframeDeletion,
            format!("{}del", stretch(same, len)),
        ),
        (0, len) => {
            let twice = same >= len && old[same - len..same] == *gained;
            effect.residues = Some((residue(same) - 1, residue(same)));
            let text = match twice {
                true => format!("{}dup", stretch(same - len, len)),
                false => format!("{}_{}ins{}", name(same - 1), name(same), letters(gained)),
            };
            (Consequence::InframeInsertion, text)
        }
        (before, after) => {
            let kind = match before.cmp(&after) {
                std::cmp::Ordering::Greater => Consequence::InframeDeletion,
                std::cmp::Ordering::Less => Consequence::InframeInsertion,
                std::cmp::Ordering::Equal => Consequence::InframeReplacement,
            };
            (
                kind,
                format!("{}delins{}", stretch(same, before), letters(gained)),
            )
        }
    };
    effect.consequence = consequence;
    effect.protein = Some(text);
}

/// What can be said without the gene's bases: the residue, a lost frame, and changes of codons that a row gives.
fn without_bases(
    effect: &mut Effect,
    model: &GeneModel<'_>,
    at: u32,
    reference: &[u8],
    alternate: &[u8],
    gain: i64,
) {
    let residue = at / 3 + 1;
    let last = (at + (reference.len() as u32).max(1) - 1) / 3 + 1;
    effect.residues = Some((residue, last));
    if gain % 3 != 0 {
        effect.consequence = Consequence::Frameshift;
        return;
    }
    effect.consequence = Consequence::Unknown;
    if reference.len() == 1 && alternate.len() == 1 {
        effect.hgvs_c = Some(format!(
            "c.{}{}>{}",
            at + 1,
            char::from(reference[0]),
            char::from(alternate[0])
        ));
    }
    let place = (at % 3) as usize;
    let within = reference.len() == alternate.len() && place + reference.len() <= 3;
    let row = bypass_alterations().iter().find(|row| {
        row.gene == model.gene.symbol && row.first == Some(residue) && row.codon.is_some()
    });
    let Some((codon, true)) = row.and_then(|row| row.codon).map(|codon| (codon, within)) else {
        return;
    };
    let mut changed = codon.as_bytes().to_vec();
    let stretch = place..place + reference.len();
    if changed.get(stretch.clone()) != Some(reference) {
        return;
    }
    changed[stretch].copy_from_slice(alternate);
    let (old, new) = (translate(codon.as_bytes()), translate(&changed));
    effect.from_bases = true;
    let (old, new) = (char::from(old[0]), char::from(new[0]));
    effect.consequence = match new {
        '*' => Consequence::Nonsense,
        same if same == old => Consequence::Silent,
        _ => Consequence::Missense,
    };
    if old != new {
        effect.alternative = Some(new).filter(|aa| *aa != '*');
        effect.protein = Some(format!("{old}{residue}{new}"));
    }
}

/// The reference base that a row's codon gives at a coding offset, in the gene's sense.
pub(crate) fn codon_base(gene: &str, at: u32) -> Option<u8> {
    let residue = at / 3 + 1;
    bypass_alterations()
        .iter()
        .find(|row| row.gene == gene && row.first == Some(residue) && row.codon.is_some())
        .and_then(|row| row.codon?.as_bytes().get((at % 3) as usize).copied())
}

/// A `c.` name by place alone, for introns, untranslated ends and genes without bases.
fn genomic_c_name(transcript: &Transcript, edit: &Edit) -> Option<String> {
    let (lost, gained) = edit.in_sense(transcript.strand);
    let text = |bases: &[u8]| String::from_utf8_lossy(bases).into_owned();
    let (low, high) = match edit.reference.is_empty() {
        true => (edit.start.checked_sub(1)?, edit.start),
        false => (edit.start, edit.end() - 1),
    };
    let (first, last) = match transcript.strand {
        Strand::Forward => (low, high),
        Strand::Reverse => (high, low),
    };
    let (first, last) = (
        place_name(transcript, first)?,
        place_name(transcript, last)?,
    );
    let range = match first == last {
        true => first.clone(),
        false => format!("{first}_{last}"),
    };
    Some(match (lost.len(), gained.len()) {
        (1, 1) => format!("c.{first}{}>{}", text(&lost), text(&gained)),
        (_, 0) => format!("c.{range}del"),
        (0, _) => format!("c.{range}ins{}", text(&gained)),
        _ => format!("c.{range}delins{}", text(&gained)),
    })
}

/// `2573`, `-12`, `*5`, `3028+1`, `2942-2`.
fn place_name(transcript: &Transcript, place: u64) -> Option<String> {
    let cds = transcript.cds.as_ref()?;
    let in_exon = |at: u32| {
        if at < cds.start {
            format!("-{}", cds.start - at)
        } else if at >= cds.end {
            format!("*{}", at - cds.end + 1)
        } else {
            format!("{}", at - cds.start + 1)
        }
    };
    if let Some(at) = transcript.transcript_position(place) {
        return Some(in_exon(at));
    }
    transcript.exons.windows(2).find_map(|pair| {
        let intron = transcript.intron_after(pair[0].number)?;
        if !intron.contains(&place) {
            return None;
        }
        let (up, down) = match transcript.strand {
            Strand::Forward => (place - intron.start + 1, intron.end - place),
            Strand::Reverse => (intron.end - place, place - intron.start + 1),
        };
        Some(match up <= down {
            true => format!("{}+{up}", in_exon(pair[0].transcript.end - 1)),
            false => format!("{}-{down}", in_exon(pair[1].transcript.start)),
        })
    })
}

#[cfg(test)]
mod tests {
    use alkaid_genome::{Bundle, CdsPosition, complement};
    use alkaid_knowledge::mutations;
    use proptest::prelude::*;

    use super::*;
    use crate::model::Models;

    fn of(models: &Models<'_>, gene: &str, cds: u32, lost: &str, gained: &str) -> Effect {
        let model = models
            .genes
            .iter()
            .find(|model| model.gene.symbol == gene)
            .unwrap();
        let t = model.transcript;
        let place = |cds: u32| {
            t.genome_position(t.position_of_cds(CdsPosition(cds)).unwrap())
                .unwrap()
        };
        let edit = match (t.strand, lost.len() as u32) {
            (Strand::Forward, _) => Edit::new(place(cds), lost.as_bytes(), gained.as_bytes()),
            (Strand::Reverse, 0) => {
                Edit::new(place(cds) + 1, b"", &reverse_complement(gained.as_bytes()))
            }
            (Strand::Reverse, len) => Edit::new(
                place(cds + len - 1),
                &reverse_complement(lost.as_bytes()),
                &reverse_complement(gained.as_bytes()),
            ),
        };
        effect(model, &edit)
    }

    #[test]
    fn known_changes_get_their_names() {
        let models = Models::new(Bundle::embedded());
        let case = |gene, cds, lost, gained| {
            let effect = of(&models, gene, cds, lost, gained);
            (
                effect.hgvs_c.unwrap_or_default(),
                effect.protein.unwrap_or_default(),
            )
        };
        let both = |c: &str, p: &str| (c.to_owned(), p.to_owned());
        assert_eq!(case("EGFR", 2573, "T", "G"), both("c.2573T>G", "L858R"));
        assert_eq!(case("EGFR", 2369, "C", "T"), both("c.2369C>T", "T790M"));
        assert_eq!(
            case("EGFR", 2235, "GGAATTAAGAGAAGC", ""),
            both("c.2235_2249del", "E746_A750del")
        );
        assert_eq!(case("ALK", 3604, "G", "A"), both("c.3604G>A", "G1202R"));
        assert_eq!(case("KRAS", 35, "G", "A"), both("c.35G>A", "G12D"));
        assert_eq!(case("KRAS", 34, "G", "T"), both("c.34G>T", "G12C"));
        assert_eq!(case("BRAF", 1799, "T", "A"), both("c.1799T>A", "V600E"));
        assert_eq!(case("PIK3CA", 3140, "A", "G"), both("c.3140A>G", "H1047R"));
        assert_eq!(case("TP53", 524, "G", "A"), both("c.524G>A", "R175H"));
        assert_eq!(case("TP53", 637, "C", "T"), both("c.637C>T", "R213*"));
        assert_eq!(case("TP53", 637, "C", "").1, "R213fs");
    }

    #[test]
    fn an_insertion_of_exon_20_is_a_duplication() {
        let models = Models::new(Bundle::embedded());
        let effect = of(&models, "ERBB2", 2325, "", "ATACGTGATGGC");
        assert_eq!(effect.protein.as_deref(), Some("Y772_A775dup"));
        assert_eq!(effect.consequence, Consequence::InframeInsertion);
    }

    #[test]
    fn splice_sites_of_exon_14_of_met() {
        let models = Models::new(Bundle::embedded());
        let met = models
            .genes
            .iter()
            .find(|model| model.gene.symbol == "MET")
            .unwrap();
        let exon = &met.transcript.exons[13];
        let donor = effect(met, &Edit::new(exon.genome.end, b"G", b"T"));
        assert_eq!(donor.splice_exons, [14]);
        assert_eq!(donor.consequence, Consequence::SpliceSite);
        assert!(donor.hgvs_c.unwrap().ends_with("+1G>T"));
        let deep = effect(met, &Edit::new(exon.genome.end + 30, b"G", b"T"));
        assert_eq!(deep.consequence, Consequence::NonCoding);
        let whole = vec![b'A'; (exon.genome.end - exon.genome.start) as usize + 40];
        let lost = effect(met, &Edit::new(exon.genome.start - 20, &whole, b""));
        assert_eq!(lost.splice_exons, [14]);
    }

    #[test]
    fn every_catalogued_mutation_with_a_coding_change_is_found_again() {
        let models = Models::new(Bundle::embedded());
        let mut seen = 0;
        for mutation in mutations() {
            for codon in &mutation.alternative_codons {
                let effect = of(&models, "ALK", mutation.codon_cds, mutation.codon, codon);
                assert_eq!(effect.protein.as_deref(), Some(mutation.name));
                seen += 1;
            }
        }
        assert!(seen > 20, "{seen}");
    }

    proptest! {
        #[test]
        fn trimming_keeps_the_change(start in 0u64..100, a in "[ACGT]{0,8}", b in "[ACGT]{0,8}") {
            let edit = Edit::new(start, a.as_bytes(), b.as_bytes());
            let cut = a.len() - edit.reference.len();
            prop_assert_eq!(cut, b.len() - edit.alternate.len());
            let from = (edit.start - start) as usize;
            let rebuilt = [&a.as_bytes()[..from], &edit.alternate, &a.as_bytes()[from + edit.reference.len()..]].concat();
            prop_assert_eq!(rebuilt, b.as_bytes());
        }

        #[test]
        fn no_edit_of_alk_panics(at in 0u64..740_000, len in 0usize..12, gained in "[ACGT]{0,12}") {
            thread_local!(static MODELS: Models<'static> = Models::new(Bundle::embedded()));
            MODELS.with(|models| {
                let alk = &models.genes[0];
                let start = alk.span.start + at;
                let lost: Vec<u8> = (0..len as u64)
                    .map(|i| models.base("chr2", start + i).unwrap_or(b'A'))
                    .collect();
                let _ = effect(alk, &Edit::new(start, &lost, gained.as_bytes()));
            });
        }
    }

    #[test]
    fn bases_of_the_forward_strand() {
        let models = Models::new(Bundle::embedded());
        // c.3604 is a G of a gene on the reverse strand.
        assert_eq!(models.base("chr2", 29_220_746), Some(complement(b'G')));
    }
}
