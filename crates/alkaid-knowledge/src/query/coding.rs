//! ALK's coding sequence, and what a change of it does to the protein.

use std::fmt;
use std::ops::Range;

use alkaid_genome::{
    Bundle, CdsPosition, ExonNumber, GenomicPosition, Residue, Transcript, reverse_complement,
    translate,
};
use serde::{Serialize, Serializer};

/// ALK's coding sequence with its protein, and where both lie on the genome.
pub struct AlkCoding {
    transcript: &'static Transcript,
    /// From the A of ATG to the stop codon.
    bases: Vec<u8>,
    /// Residues as letters; the stop codon as `*`.
    protein: Vec<u8>,
}

/// A residue of ALK with the amino acid that stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Site {
    /// Its number, from 1.
    pub residue: Residue,
    /// The amino acid of the reference, as a letter.
    pub reference: u8,
}

/// A change of ALK's protein.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProteinChange {
    /// A residue without a change: `G1202`, `I1171X`.
    Any(Site),
    /// Another amino acid, or a stop (`*`).
    Substitution(Site, u8),
    /// The stretch from the first to the last residue is lost.
    Deletion(Site, Site),
    /// The stretch is there twice.
    Duplication(Site, Site),
    /// Amino acids between two neighbours.
    Insertion(Site, Site, Vec<u8>),
    /// Amino acids in place of a stretch.
    Replacement(Site, Site, Vec<u8>),
    /// The frame is lost from this residue on.
    Frameshift(Site),
    /// The amino acid stays.
    Silent(Site),
}

/// A change of ALK's coding sequence.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CodingEdit {
    /// What is replaced, 0-based half-open from the A of ATG; empty for an insertion.
    pub range: Range<u32>,
    /// What stands there instead (`ACGT`, in ALK's sense).
    pub inserted: Vec<u8>,
}

/// One base in place of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseChange {
    /// The base's place in the coding sequence.
    pub cds: CdsPosition,
    /// The reference base in ALK's sense.
    pub reference: u8,
    /// The other base in ALK's sense.
    pub alternate: u8,
    /// The base on GRCh38.
    pub place: GenomicPosition,
    /// The same on GRCh37.
    pub place_37: Option<GenomicPosition>,
}

const AMINO_ACIDS: [(u8, &str); 21] = [
    (b'A', "Ala"),
    (b'R', "Arg"),
    (b'N', "Asn"),
    (b'D', "Asp"),
    (b'C', "Cys"),
    (b'Q', "Gln"),
    (b'E', "Glu"),
    (b'G', "Gly"),
    (b'H', "His"),
    (b'I', "Ile"),
    (b'L', "Leu"),
    (b'K', "Lys"),
    (b'M', "Met"),
    (b'F', "Phe"),
    (b'P', "Pro"),
    (b'S', "Ser"),
    (b'T', "Thr"),
    (b'W', "Trp"),
    (b'Y', "Tyr"),
    (b'V', "Val"),
    (b'*', "Ter"),
];

/// The amino acid that a letter stands for, in capitals; nothing for other letters.
pub fn amino_acid(letter: char) -> Option<u8> {
    let letter = u8::try_from(letter).ok()?.to_ascii_uppercase();
    AMINO_ACIDS
        .iter()
        .any(|(known, _)| *known == letter)
        .then_some(letter)
}

/// The amino acid that a three-letter code stands for, in any case.
pub fn amino_acid_code(code: &str) -> Option<u8> {
    AMINO_ACIDS
        .iter()
        .find(|(_, name)| name.eq_ignore_ascii_case(code))
        .map(|(letter, _)| *letter)
}

fn code(letter: u8) -> &'static str {
    AMINO_ACIDS
        .iter()
        .find(|(known, _)| *known == letter)
        .map_or("Xaa", |(_, name)| name)
}

impl AlkCoding {
    /// From the bundle's ALK transcript and locus. Takes about a millisecond on first use.
    pub fn new(bundle: &'static Bundle) -> Self {
        let (transcript, locus) = (bundle.alk(), bundle.alk_locus());
        let spliced: Vec<u8> = transcript
            .exons
            .iter()
            .filter_map(|exon| locus.bases(exon.genome.clone()))
            .flatten()
            .collect();
        let cds = transcript.cds.clone().unwrap_or(0..0);
        let bases = spliced
            .get(cds.start as usize..cds.end as usize)
            .unwrap_or_default()
            .to_vec();
        let protein = translate(&bases);
        Self {
            transcript,
            bases,
            protein,
        }
    }

    /// ALK's transcript.
    pub fn transcript(&self) -> &'static Transcript {
        self.transcript
    }

    /// Its RefSeq accession, else the bundle's own name of it.
    pub fn accession(&self) -> &'static str {
        self.transcript
            .refseq
            .as_deref()
            .unwrap_or(&self.transcript.id)
    }

    /// Coding bases, stop codon included.
    pub fn len(&self) -> u32 {
        // A coding sequence of a bundle has less than 4 billion bases.
        self.bases.len() as u32
    }

    /// Whether there is no coding sequence; never of the embedded bundle.
    pub fn is_empty(&self) -> bool {
        self.bases.is_empty()
    }

    /// Residues, without the stop.
    pub fn residues(&self) -> u32 {
        (self.len() / 3).saturating_sub(1)
    }

    /// The residue with a number, from 1.
    pub fn site(&self, number: u32) -> Option<Site> {
        if number > self.residues() {
            return None;
        }
        let reference = *self.protein.get(number.checked_sub(1)? as usize)?;
        Some(Site {
            residue: Residue(number),
            reference,
        })
    }

    /// The codon of a residue.
    pub fn codon(&self, residue: Residue) -> Option<[u8; 3]> {
        let start = residue.codon_start().0.checked_sub(1)? as usize;
        self.bases.get(start..start + 3)?.try_into().ok()
    }

    /// The base at a place of the coding sequence.
    pub fn base(&self, cds: CdsPosition) -> Option<u8> {
        self.bases.get(cds.0.checked_sub(1)? as usize).copied()
    }

    /// Where a coding base lies on GRCh38.
    pub fn place(&self, cds: CdsPosition) -> Option<GenomicPosition> {
        let pos = self
            .transcript
            .genome_position(self.transcript.position_of_cds(cds)?)?;
        Some(GenomicPosition {
            chrom: self.transcript.chrom.clone(),
            pos,
            strand: self.transcript.strand,
        })
    }

    /// The coding base at a place of GRCh38 (0-based).
    pub fn cds_at(&self, pos: u64) -> Option<CdsPosition> {
        self.transcript
            .cds_position(self.transcript.transcript_position(pos)?)
    }

    /// The exon of a coding base.
    pub fn exon(&self, cds: CdsPosition) -> Option<ExonNumber> {
        self.transcript
            .exon_at(self.transcript.position_of_cds(cds)?)
            .map(|exon| exon.number)
    }

    /// The one-base changes that turn a residue into another amino acid, in order; none where it takes more.
    pub fn single_base_changes(
        &self,
        bundle: &Bundle,
        residue: Residue,
        alternate: u8,
    ) -> Vec<BaseChange> {
        let Some(codon) = self.codon(residue) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for (offset, reference) in codon.into_iter().enumerate() {
            for other in *b"ACGT" {
                let mut changed = codon;
                changed[offset] = other;
                if other == reference || translate(&changed) != [alternate] {
                    continue;
                }
                let cds = CdsPosition(residue.codon_start().0 + offset as u32);
                if let Some(place) = self.place(cds) {
                    found.push(BaseChange {
                        cds,
                        reference,
                        alternate: other,
                        place_37: bundle.to_grch37(&place),
                        place,
                    });
                }
            }
        }
        found
    }

    /// What a change of the coding sequence does to the protein; nothing where it reaches past the coding sequence.
    pub fn effect(&self, edit: &CodingEdit) -> Option<ProteinChange> {
        let (start, end) = (edit.range.start as usize, edit.range.end as usize);
        if start > end || end > self.bases.len() || (start == end && edit.inserted.is_empty()) {
            return None;
        }
        let changed = [&self.bases[..start], &edit.inserted, &self.bases[end..]].concat();
        let new = translate(&changed);
        let old = &self.protein;
        let prefix = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
        let framed = (edit.inserted.len() + 3 * self.bases.len() - (end - start)).is_multiple_of(3);
        if prefix == old.len() || (framed && old == &new) {
            return self
                .site(edit.range.start / 3 + 1)
                .map(ProteinChange::Silent);
        }
        let first = self.site(prefix as u32 + 1)?;
        if new.get(prefix) == Some(&b'*') {
            return Some(ProteinChange::Substitution(first, b'*'));
        }
        if !framed {
            return Some(ProteinChange::Frameshift(first));
        }
        let suffix = old[prefix..]
            .iter()
            .rev()
            .zip(new.get(prefix..)?.iter().rev())
            .take_while(|(a, b)| a == b)
            .count();
        let lost = old.len() - prefix - suffix;
        let gained = new.get(prefix..new.len() - suffix)?;
        let last = || self.site((prefix + lost) as u32);
        Some(match (lost, gained) {
            (1, [alternate]) => ProteinChange::Substitution(first, *alternate),
            (0, gained) => {
                let copied = prefix.checked_sub(gained.len());
                match copied.filter(|&from| &old[from..prefix] == gained) {
                    Some(from) => ProteinChange::Duplication(
                        self.site(from as u32 + 1)?,
                        self.site(prefix as u32)?,
                    ),
                    None => {
                        ProteinChange::Insertion(self.site(prefix as u32)?, first, gained.to_vec())
                    }
                }
            }
            (_, []) => ProteinChange::Deletion(first, last()?),
            (_, gained) => ProteinChange::Replacement(first, last()?, gained.to_vec()),
        })
    }

    /// The change of whole codons that a change of the protein stands for, where there is only one.
    pub fn edit_of(&self, change: &ProteinChange) -> Option<CodingEdit> {
        let start = |site: &Site| site.residue.codon_start().0 - 1;
        match change {
            ProteinChange::Deletion(first, last) => Some(CodingEdit {
                range: start(first)..start(last) + 3,
                inserted: Vec::new(),
            }),
            ProteinChange::Duplication(first, last) => {
                let (from, to) = (start(first), start(last) + 3);
                Some(CodingEdit {
                    range: to..to,
                    inserted: self.bases.get(from as usize..to as usize)?.to_vec(),
                })
            }
            _ => None,
        }
    }

    /// The same change, as far to the 3' end as it can be shifted without changing the result, as HGVS asks.
    ///
    /// ALK is read from the reverse strand: this is also as far to the left on the genome as VCF asks.
    pub fn shifted(&self, edit: &CodingEdit) -> CodingEdit {
        let (mut start, mut end) = (edit.range.start as usize, edit.range.end as usize);
        let mut inserted = edit.inserted.clone();
        if inserted.is_empty() && start < end {
            while end < self.bases.len() && self.bases[start] == self.bases[end] {
                (start, end) = (start + 1, end + 1);
            }
        } else if start == end && !inserted.is_empty() {
            while start < self.bases.len() && inserted[0] == self.bases[start] {
                inserted.rotate_left(1);
                start += 1;
            }
            end = start;
        }
        CodingEdit {
            range: start as u32..end as u32,
            inserted,
        }
    }

    /// The change in HGVS, as `c.3604G>A`.
    pub fn hgvs(&self, edit: &CodingEdit) -> String {
        let text = |bases: &[u8]| String::from_utf8_lossy(bases).into_owned();
        let CodingEdit { range, inserted } = self.shifted(edit);
        let (start, end) = (range.start as usize, range.end as usize);
        let Some(reference) = self.bases.get(start..end) else {
            return "c.?".to_owned();
        };
        let place = match end - start {
            0 => format!("{start}_{}", start + 1),
            1 => format!("{end}"),
            _ => format!("{}_{end}", start + 1),
        };
        match (reference, inserted.as_slice()) {
            ([old], [new]) => format!("c.{place}{}>{}", char::from(*old), char::from(*new)),
            (_, []) => format!("c.{place}del"),
            ([], new) => {
                let from = start.checked_sub(new.len());
                match from.filter(|&from| &self.bases[from..start] == new) {
                    Some(from) if from + 1 == start => format!("c.{start}dup"),
                    Some(from) => format!("c.{}_{start}dup", from + 1),
                    None => format!("c.{place}ins{}", text(new)),
                }
            }
            (_, new) => format!("c.{place}delins{}", text(new)),
        }
    }

    /// The change on GRCh38 as a VCF writes it: chromosome, 1-based position, reference and alternate bases of the
    /// forward strand, an anchoring base in front where one side is empty. Nothing where it crosses an exon's end.
    pub fn vcf(&self, edit: &CodingEdit, bundle: &Bundle) -> Option<(String, u64, String, String)> {
        let CodingEdit { range, inserted } = self.shifted(edit);
        let (start, end) = (range.start, range.end);
        // The base in front on the forward strand is the one behind in ALK's sense.
        let behind = CdsPosition(end + 1);
        let anchor = self.place(behind)?;
        let first = self.place(CdsPosition(start + 1))?;
        if first.pos.checked_sub(anchor.pos)? != u64::from(end - start) {
            return None;
        }
        let locus = bundle.alk_locus();
        let forward =
            |bases: &[u8]| String::from_utf8_lossy(&reverse_complement(bases)).into_owned();
        let reference = forward(&self.bases[start as usize..end as usize]);
        let alternate = forward(&inserted);
        if !reference.is_empty() && !alternate.is_empty() {
            return Some((anchor.chrom, anchor.pos + 2, reference, alternate));
        }
        let before = forward(&locus.bases(anchor.pos..anchor.pos + 1)?);
        Some((
            anchor.chrom,
            anchor.pos + 1,
            format!("{before}{reference}"),
            format!("{before}{alternate}"),
        ))
    }
}

impl BaseChange {
    /// `c.3604G>A`.
    pub fn coding(&self) -> String {
        format!(
            "c.{}{}>{}",
            self.cds,
            char::from(self.reference),
            char::from(self.alternate)
        )
    }

    /// `chr2:29220747C>T` on GRCh38, in the forward strand.
    pub fn genomic(&self) -> String {
        self.written(&self.place)
    }

    /// The same on GRCh37.
    pub fn genomic_37(&self) -> Option<String> {
        self.place_37.as_ref().map(|place| self.written(place))
    }

    fn written(&self, place: &GenomicPosition) -> String {
        // ALK is read from the reverse strand.
        let forward = |base: u8| char::from(reverse_complement(&[base])[0]);
        format!(
            "{}:{}{}>{}",
            place.chrom,
            place.pos + 1,
            forward(self.reference),
            forward(self.alternate)
        )
    }
}

impl Site {
    /// `Gly1202`.
    fn long(self) -> String {
        format!("{}{}", code(self.reference), self.residue)
    }
}

/// `G1202`.
impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", char::from(self.reference), self.residue)
    }
}

impl ProteinChange {
    /// The first residue concerned.
    pub fn site(&self) -> Site {
        match self {
            Self::Any(site)
            | Self::Substitution(site, _)
            | Self::Deletion(site, _)
            | Self::Duplication(site, _)
            | Self::Insertion(site, _, _)
            | Self::Replacement(site, _, _)
            | Self::Frameshift(site)
            | Self::Silent(site) => *site,
        }
    }

    /// In HGVS with three-letter codes, as a prediction: `p.(Gly1202Arg)`.
    pub fn hgvs(&self) -> String {
        let residues = |letters: &[u8]| letters.iter().map(|l| code(*l)).collect::<String>();
        let range = |first: &Site, last: &Site| match first == last {
            true => first.long(),
            false => format!("{}_{}", first.long(), last.long()),
        };
        let inner = match self {
            Self::Any(site) => format!("{}?", site.long()),
            Self::Substitution(site, new) => format!("{}{}", site.long(), code(*new)),
            Self::Deletion(first, last) => format!("{}del", range(first, last)),
            Self::Duplication(first, last) => format!("{}dup", range(first, last)),
            Self::Insertion(a, b, new) => format!("{}ins{}", range(a, b), residues(new)),
            Self::Replacement(a, b, new) => format!("{}delins{}", range(a, b), residues(new)),
            Self::Frameshift(site) => format!("{}fs", site.long()),
            Self::Silent(site) => format!("{}=", site.long()),
        };
        format!("p.({inner})")
    }
}

/// The short form of the field: `G1202R`, `T1151dup`, `G1202del`.
impl fmt::Display for ProteinChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let range = |first: &Site, last: &Site| match first == last {
            true => first.to_string(),
            false => format!("{first}_{last}"),
        };
        let text = |letters: &[u8]| String::from_utf8_lossy(letters).into_owned();
        match self {
            Self::Any(site) => write!(f, "{site}"),
            Self::Substitution(site, new) => write!(f, "{site}{}", char::from(*new)),
            Self::Deletion(first, last) => write!(f, "{}del", range(first, last)),
            Self::Duplication(first, last) => write!(f, "{}dup", range(first, last)),
            Self::Insertion(a, b, new) => write!(f, "{}ins{}", range(a, b), text(new)),
            Self::Replacement(a, b, new) => write!(f, "{}delins{}", range(a, b), text(new)),
            Self::Frameshift(site) => write!(f, "{site}fs"),
            Self::Silent(site) => write!(f, "{site}="),
        }
    }
}

impl Serialize for ProteinChange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn alk() -> AlkCoding {
        AlkCoding::new(Bundle::embedded())
    }

    fn edit(range: Range<u32>, inserted: &[u8]) -> CodingEdit {
        CodingEdit {
            range,
            inserted: inserted.to_vec(),
        }
    }

    #[test]
    fn the_protein_is_alk() {
        let alk = alk();
        assert_eq!((alk.len(), alk.residues()), (4863, 1620));
        for (number, letter) in [
            (1, b'M'),
            (1151, b'T'),
            (1196, b'L'),
            (1202, b'G'),
            (1620, b'P'),
        ] {
            assert_eq!(alk.site(number).map(|site| site.reference), Some(letter));
        }
        assert_eq!(alk.site(0), None);
        assert_eq!(alk.site(1621), None);
        assert_eq!(alk.exon(CdsPosition(3604)), Some(ExonNumber(23)));
    }

    #[test]
    fn known_base_changes() {
        // As CIViC's coordinates give them (alk_mutations of the shared facts).
        let (alk, bundle) = (alk(), Bundle::embedded());
        for (residue, to, coding, genomic) in [
            (1202, b'R', "c.3604G>A", "chr2:29220747C>T"),
            (1196, b'M', "c.3586C>A", "chr2:29220765G>T"),
            (1156, b'Y', "c.3467G>A", "chr2:29222392C>T"),
            (1171, b'N', "c.3512T>A", "chr2:29222347A>T"),
            (1180, b'L', "c.3538G>C", "chr2:29220813C>G"),
            (1275, b'Q', "c.3824G>A", "chr2:29209798C>T"),
        ] {
            let changes = alk.single_base_changes(bundle, Residue(residue), to);
            assert!(
                changes
                    .iter()
                    .any(|c| c.coding() == coding && c.genomic() == genomic),
                "{residue}: {changes:?}"
            );
        }
        let hg19 = alk.single_base_changes(bundle, Residue(1202), b'R')[0].genomic_37();
        assert_eq!(hg19.as_deref(), Some("chr2:29443613C>T"));
    }

    #[test]
    fn effects_and_names() {
        let alk = alk();
        for (change, coding, protein) in [
            (edit(3603..3604, b"A"), "c.3604G>A", "G1202R"),
            (edit(3453..3453, b"ACG"), "c.3451_3453dup", "T1151dup"),
            (edit(3450..3450, b"ACG"), "c.3451_3453dup", "T1151dup"),
            (edit(3603..3606, b""), "c.3605_3607del", "G1202del"),
            (edit(3603..3604, b""), "c.3605del", "G1202fs"),
            (edit(3603..3606, b"TGA"), "c.3604_3606delinsTGA", "G1202*"),
        ] {
            let effect = alk.effect(&change).map(|effect| effect.to_string());
            assert_eq!(effect.as_deref(), Some(protein), "{coding}");
            assert_eq!(alk.hgvs(&change), coding);
        }
        let dup = alk.effect(&edit(3453..3453, b"ACG")).unwrap();
        assert_eq!(dup.hgvs(), "p.(Thr1151dup)");
        assert_eq!(alk.edit_of(&dup), Some(edit(3453..3453, b"ACG")));
    }

    #[test]
    fn as_a_vcf_writes_it() {
        let (alk, bundle) = (alk(), Bundle::embedded());
        let vcf = |change: &CodingEdit| alk.vcf(change, bundle);
        let row =
            |pos, r: &str, a: &str| Some(("chr2".to_owned(), pos, r.to_owned(), a.to_owned()));
        assert_eq!(vcf(&edit(3603..3604, b"A")), row(29_220_747, "C", "T"));
        assert_eq!(vcf(&edit(3453..3453, b"ACG")), row(29_222_405, "G", "GCGT"));
    }

    proptest! {
        #[test]
        fn no_change_panics(start in 0u32..4870, len in 0u32..20, inserted in "[ACGT]{0,12}") {
            let (alk, bundle) = (alk(), Bundle::embedded());
            let change = edit(start..start + len, inserted.as_bytes());
            if let Some(effect) = alk.effect(&change) {
                prop_assert!(!effect.to_string().is_empty() && !effect.hgvs().is_empty());
            }
            let _ = alk.hgvs(&change);
            if start + len <= 4863 {
                let _ = alk.vcf(&change, bundle);
            }
        }
    }
}
