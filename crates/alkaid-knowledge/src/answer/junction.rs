//! A junction in numbers: exons, coding positions, frame, what is kept of both proteins.

use alkaid_genome::{
    Bundle, CdsPosition, ExonNumber, Inserted, Region, Transcript, in_frame, rna_fusion,
};
use serde::Serialize;

use crate::domains::alk_domains;
use crate::query::{Breakpoints, ExonJunction, FusionQuery, Junction, counted_in};
use crate::variants::{NamedVariant, named_variant};

/// A junction of a 5' gene and ALK, or of ALK's 5' part and another gene.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct JunctionSubject {
    /// In the field's short form: `E13;A20`.
    pub name: String,
    /// The name of the variant, where it has one: `V1`.
    pub variant: Option<&'static str>,
    /// The 5' gene's transcript.
    pub five_transcript: String,
    /// Last exon of the 5' gene, whole or in part.
    pub five_exon: Option<u16>,
    /// Its last base in the coding sequence (`c.`).
    pub five_cds_last: Option<u32>,
    /// Bases between the two genes.
    pub inserted: u32,
    /// First exon of the 3' gene, whole or in part.
    pub three_exon: Option<u16>,
    /// Its first base in the coding sequence (`c.`).
    pub three_cds_first: Option<u32>,
    /// Whether the 3' gene is read on in its frame; none where a coding position is unknown.
    pub in_frame: Option<bool>,
    /// The junction in HGVS, where both positions are known.
    pub hgvs_rna: Option<String>,
    /// Whole residues of the 5' protein.
    pub partner_residues: Option<u32>,
    /// First residue of the 3' protein, whole or in part.
    pub three_first_residue: Option<u32>,
    /// Residues of the chimeric protein, where it is in frame.
    pub protein_length: Option<u32>,
    /// Keys of ALK's domains and landmarks that are kept whole.
    pub kept: Vec<&'static str>,
    /// Keys of those that are lost or cut.
    pub lost: Vec<&'static str>,
    /// How the junction was predicted, where it was not typed.
    pub predicted: Option<String>,
    #[serde(skip)]
    pub(super) named: Option<&'static NamedVariant>,
}

/// The junctions that a question names; none where it names none.
pub fn resolve(query: &FusionQuery, bundle: &'static Bundle) -> Vec<JunctionSubject> {
    match &query.junction {
        Junction::Unspecified => Vec::new(),
        Junction::Named(variants) => variants
            .iter()
            .map(|variant| of_variant(variant, query, bundle))
            .collect(),
        Junction::Exons(exons) => vec![of_exons(exons, query, bundle)],
        Junction::Coding(coding) => {
            let mut parts = Parts::of(query, bundle);
            parts.five_cds_last = coding.five_last;
            parts.inserted = coding.inserted;
            parts.three_cds_first = Some(coding.three_first);
            parts.five_exon = coding.five_last.and_then(|last| exon_of(parts.five, last));
            parts.three_exon = exon_of(parts.three, coding.three_first);
            vec![parts.finish(query, None, None)]
        }
        Junction::Breakpoints(breaks) => vec![of_breakpoints(breaks, query, bundle)],
    }
}

/// What is known of a junction before the arithmetic.
struct Parts {
    five: Option<&'static Transcript>,
    three: Option<&'static Transcript>,
    five_exon: Option<u16>,
    five_cds_last: Option<u32>,
    inserted: u32,
    three_exon: Option<u16>,
    three_cds_first: Option<u32>,
}

impl Parts {
    fn of(query: &FusionQuery, bundle: &'static Bundle) -> Self {
        Self {
            five: counted_in(&query.five, bundle),
            three: counted_in(&query.three, bundle),
            five_exon: None,
            five_cds_last: None,
            inserted: 0,
            three_exon: None,
            three_cds_first: None,
        }
    }

    fn finish(
        self,
        query: &FusionQuery,
        named: Option<&'static NamedVariant>,
        predicted: Option<String>,
    ) -> JunctionSubject {
        let ends = self.five_cds_last.zip(self.three_cds_first);
        let frame = ends.map(|(last, first)| in_frame(last, self.inserted, CdsPosition(first)));
        let known = match query.is_reciprocal() {
            true => None,
            false => named.or_else(|| {
                let inserted = usize::try_from(self.inserted).unwrap_or(usize::MAX);
                named_variant(
                    &query.five,
                    self.five_cds_last,
                    self.five_exon,
                    inserted,
                    "",
                    self.three_cds_first,
                )
            }),
        };
        let accession = |transcript: Option<&Transcript>| {
            transcript.map_or_else(
                || "?".to_owned(),
                |t| t.refseq.clone().unwrap_or_else(|| t.id.clone()),
            )
        };
        let length = |transcript: Option<&Transcript>| {
            transcript
                .and_then(|t| t.cds.clone())
                .map(|cds| cds.end - cds.start)
        };
        let protein_length = match (frame, ends, length(self.three)) {
            // The stop codon is no residue.
            (Some(true), Some((last, first)), Some(all)) => {
                Some((last + self.inserted + all.saturating_sub(first - 1)) / 3 - 1)
            }
            _ => None,
        };
        let first_residue = self
            .three_cds_first
            .map(|first| CdsPosition(first).residue().0);
        let kinase_side = !query.is_reciprocal();
        let last_residue = self.five_cds_last.map(|last| last / 3);
        let whole = |start: u32, end: u32| match kinase_side {
            true => first_residue.is_some_and(|first| first <= start),
            false => last_residue.is_some_and(|last| end <= last),
        };
        let (kept, lost) = match (kinase_side, first_residue, last_residue) {
            (true, None, _) | (false, _, None) => (Vec::new(), Vec::new()),
            _ => alk_domains()
                .iter()
                .partition::<Vec<_>, _>(|domain| whole(domain.start, domain.end)),
        };
        JunctionSubject {
            name: self.short_form(query),
            variant: known.map(|variant| variant.name),
            five_transcript: accession(self.five),
            five_exon: self.five_exon,
            five_cds_last: self.five_cds_last,
            inserted: self.inserted,
            three_exon: self.three_exon,
            three_cds_first: self.three_cds_first,
            in_frame: frame,
            hgvs_rna: ends.map(|(last, first)| {
                rna_fusion(
                    (&accession(self.five), Some(CdsPosition(last))),
                    Inserted::Length(self.inserted as usize),
                    (&accession(self.three), CdsPosition(first)),
                )
            }),
            partner_residues: last_residue,
            three_first_residue: first_residue,
            protein_length,
            kept: kept.iter().map(|domain| domain.key).collect(),
            lost: lost.iter().map(|domain| domain.key).collect(),
            predicted,
            named: known,
        }
    }

    fn short_form(&self, query: &FusionQuery) -> String {
        let initial = |gene: &str| gene.chars().next().unwrap_or('?');
        let (Some(five_exon), Some(three_exon)) = (self.five_exon, self.three_exon) else {
            return "?".to_owned();
        };
        let five_deleted = self.five.zip(self.five_cds_last).and_then(|(t, last)| {
            let end = t.last_cds_of(t.exon(ExonNumber(five_exon))?)?;
            end.0.checked_sub(last)
        });
        let three_deleted = self.three.zip(self.three_cds_first).and_then(|(t, first)| {
            let start = t.first_cds_of(t.exon(ExonNumber(three_exon))?)?;
            first.checked_sub(start.0)
        });
        ExonJunction {
            five_exon: ExonNumber(five_exon),
            five_deleted: five_deleted.unwrap_or(0),
            inserted: self.inserted,
            three_exon: ExonNumber(three_exon),
            three_deleted: three_deleted.unwrap_or(0),
        }
        .short_form(initial(&query.five), initial(&query.three))
    }
}

fn exon_of(transcript: Option<&Transcript>, cds: u32) -> Option<u16> {
    let transcript = transcript?;
    transcript
        .exon_at(transcript.position_of_cds(CdsPosition(cds))?)
        .map(|exon| exon.number.0)
}

fn of_variant(
    variant: &'static NamedVariant,
    query: &FusionQuery,
    bundle: &'static Bundle,
) -> JunctionSubject {
    let mut parts = Parts::of(query, bundle);
    parts.five_exon = Some(variant.five_exon);
    parts.five_cds_last = Some(variant.five_cds_last);
    parts.inserted = u32::try_from(variant.inserted_len).unwrap_or(u32::MAX);
    parts.three_exon = Some(variant.alk_exon);
    parts.three_cds_first = Some(variant.alk_cds_first);
    let mut subject = parts.finish(query, Some(variant), None);
    subject.five_transcript = variant.five_transcript.to_owned();
    subject
}

fn of_exons(exons: &ExonJunction, query: &FusionQuery, bundle: &'static Bundle) -> JunctionSubject {
    let mut parts = Parts::of(query, bundle);
    parts.set_exons(exons);
    parts.finish(query, None, None)
}

impl Parts {
    fn set_exons(&mut self, exons: &ExonJunction) {
        self.five_exon = Some(exons.five_exon.0);
        self.three_exon = Some(exons.three_exon.0);
        self.inserted = exons.inserted;
        self.five_cds_last = self
            .five
            .and_then(|t| t.last_cds_of(t.exon(exons.five_exon)?))
            .and_then(|last| last.0.checked_sub(exons.five_deleted));
        self.three_cds_first = self
            .three
            .and_then(|t| t.first_cds_of(t.exon(exons.three_exon)?))
            .and_then(|first| first.0.checked_add(exons.three_deleted));
    }
}

/// The junction that splicing makes of two breakpoints.
fn of_breakpoints(
    breaks: &Breakpoints,
    query: &FusionQuery,
    bundle: &'static Bundle,
) -> JunctionSubject {
    let mut parts = Parts::of(query, bundle);
    let five = parts.five.and_then(|t| t.locate(breaks.partner.pos));
    let three = parts.three.and_then(|t| t.locate(breaks.alk.pos));
    let place = |side: Option<Region>, gene: &str| {
        side.map_or_else(
            || format!("{gene} outside its exons and introns"),
            |region| format!("{gene} {region}"),
        )
    };
    let mut how = format!("{} and {}", place(five, &query.five), place(three, "ALK"));
    let coding = |transcript: Option<&Transcript>, pos: u64| {
        let transcript = transcript?;
        transcript
            .cds_position(transcript.transcript_position(pos)?)
            .map(|cds| cds.0)
    };
    match (five, three) {
        (Some(Region::Exon(a)), Some(Region::Exon(b))) => {
            how.push_str(": both within exons, joined base to base");
            parts.five_exon = Some(a.0);
            parts.three_exon = Some(b.0);
            parts.five_cds_last = coding(parts.five, breaks.partner.pos);
            parts.three_cds_first = coding(parts.three, breaks.alk.pos);
        }
        (Some(five), Some(three)) => {
            // An exon that a breakpoint cuts loses a splice site and is skipped.
            let last = match five {
                Region::Intron(number) => number.0,
                Region::Exon(number) => number.0.saturating_sub(1),
            };
            let first = match three {
                Region::Intron(number) | Region::Exon(number) => number.0 + 1,
            };
            how.push_str(match (five, three) {
                (Region::Intron(_), Region::Intron(_)) => ": the exons on either side are spliced together",
                _ => ": the exon that is cut loses a splice site; it is taken to be skipped, which RNA must show",
            });
            parts.set_exons(&ExonJunction {
                five_exon: ExonNumber(last),
                five_deleted: 0,
                inserted: 0,
                three_exon: ExonNumber(first),
                three_deleted: 0,
            });
        }
        _ => {}
    }
    parts.finish(query, None, Some(how))
}
