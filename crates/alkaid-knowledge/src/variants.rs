//! Named ALK fusion junctions, such as EML4-ALK V1.

use std::sync::OnceLock;

use serde::Serialize;

use crate::date::Date;
use crate::provenance::{Fact, Provenance};
use crate::table::{self, Status, TableError};

/// A junction that the field has given a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NamedVariant {
    /// Partner and junction in short form: `EML4/E13;A20`. Names are not unique: two strings claim to be V7.
    pub key: &'static str,
    /// HGNC symbol of the 5' partner.
    pub gene: &'static str,
    /// Name: `V3a`, `NPM-ALK p80`, or the junction in short form where the field has no other name.
    pub name: &'static str,
    /// Other strings in use for the same junction.
    pub aliases: Vec<&'static str>,
    /// RefSeq transcript that the partner's exon and CDS numbers refer to.
    pub five_transcript: &'static str,
    /// Last partner exon, whole or in part.
    pub five_exon: u16,
    /// Last partner base, as a CDS position (`c.`).
    pub five_cds_last: u32,
    /// Chromosome of that base.
    pub five_chrom: &'static str,
    /// That base on GRCh38, 1-based.
    pub five_position: u64,
    /// The last base before ALK when an inserted exon is counted to the partner, GRCh38, 1-based.
    pub alternative_position: Option<u64>,
    /// Bases between partner and ALK.
    pub inserted_len: usize,
    /// Those bases in ALK sense, where they are known.
    pub inserted: Option<&'static str>,
    /// Where they come from, where that is known.
    pub insertion_origin: Option<&'static str>,
    /// First ALK exon, whole or in part.
    pub alk_exon: u16,
    /// First ALK base, as a CDS position of NM_004304.
    pub alk_cds_first: u32,
    /// Whether the frame arithmetic lets ALK be read. Rows without are kept because reviews print them.
    pub in_frame: bool,
    /// Where junction and name come from.
    pub source: &'static str,
    /// The date of the first source.
    pub date: Option<Date>,
    /// How far junction and name are checked.
    pub status: Status,
    /// Key of the row that replaces this one.
    pub superseded_by: Option<&'static str>,
    /// What else to know.
    pub note: Option<&'static str>,
}

impl NamedVariant {
    /// Whether an observed insertion is the one of this variant. Its bases count where both are known; `N` fits any.
    fn has_insertion(&self, len: usize, bases: &str) -> bool {
        if len != self.inserted_len {
            return false;
        }
        match self.inserted {
            Some(own) if !bases.is_empty() => {
                own.len() == bases.len()
                    && own
                        .bytes()
                        .zip(bases.bytes())
                        .all(|(a, b)| a.eq_ignore_ascii_case(&b) || b.eq_ignore_ascii_case(&b'N'))
            }
            _ => true,
        }
    }
}

/// All named variants, in the table's order.
pub fn named_variants() -> &'static [NamedVariant] {
    static TABLE: OnceLock<Vec<NamedVariant>> = OnceLock::new();
    // The text is compiled in, and the tests parse every row of it.
    TABLE.get_or_init(|| {
        parse(include_str!("../data/named_variants.tsv")).expect("compiled-in table is well formed")
    })
}

/// The variant with exactly this junction.
///
/// `five_cds_last` is the partner's last base in the CDS of its MANE transcript; where that is not known the last exon
/// `five_exon` is compared instead. `alk_cds_first` is the first ALK base. `inserted_len` bases lie between them;
/// `inserted` holds them in ALK sense, or nothing where they are not known. For a DNA breakpoint pass the junction that
/// it predicts in RNA.
///
/// A variant whose frame the arithmetic refutes is returned too, with [`NamedVariant::in_frame`] false.
pub fn named_variant(
    gene: &str,
    five_cds_last: Option<u32>,
    five_exon: Option<u16>,
    inserted_len: usize,
    inserted: &str,
    alk_cds_first: Option<u32>,
) -> Option<&'static NamedVariant> {
    let alk = alk_cds_first?;
    named_variants().iter().find(|variant| {
        let five = match (five_cds_last, five_exon) {
            (Some(cds), _) => variant.five_cds_last == cds,
            (None, Some(exon)) => variant.five_exon == exon && variant.ends_whole_exon(),
            (None, None) => false,
        };
        variant.gene == gene
            && five
            && variant.alk_cds_first == alk
            && variant.has_insertion(inserted_len, inserted)
    })
}

/// The variant with exactly this junction, by the partner's last base on GRCh38 (1-based) instead of its CDS position.
///
/// Serves where the caller's transcript is not the one that the table counts in: exon numbers and CDS positions then
/// differ, the base on the genome does not.
pub fn named_variant_at(
    gene: &str,
    five_position: u64,
    inserted_len: usize,
    inserted: &str,
    alk_cds_first: Option<u32>,
) -> Option<&'static NamedVariant> {
    let alk = alk_cds_first?;
    named_variants().iter().find(|variant| {
        let junction = (variant.five_position == five_position
            && variant.has_insertion(inserted_len, inserted))
            || (variant.alternative_position == Some(five_position) && inserted_len == 0);
        variant.gene == gene && variant.alk_cds_first == alk && junction
    })
}

impl NamedVariant {
    /// Whether the partner's last exon is kept whole; false for `E15del60;…`.
    fn ends_whole_exon(&self) -> bool {
        !self.aliases.iter().any(|alias| {
            alias
                .split(';')
                .next()
                .is_some_and(|five| five.contains("del"))
        })
    }
}

fn parse(text: &'static str) -> Result<Vec<NamedVariant>, TableError> {
    table::read("named_variants", text, |row| {
        Ok(NamedVariant {
            key: row.text("key")?,
            gene: row.text("gene")?,
            name: row.text("name")?,
            aliases: row
                .optional("aliases")?
                .map(|text| text.split('|').collect())
                .unwrap_or_default(),
            five_transcript: row.text("five_transcript")?,
            five_exon: row.number("five_exon")?,
            five_cds_last: row.number("five_cds_last")?,
            five_chrom: row.text("five_chrom")?,
            five_position: row.number("five_position")?,
            alternative_position: row.optional_number("alternative_position")?,
            inserted_len: row.number("inserted_len")?,
            inserted: row.optional("inserted")?,
            insertion_origin: row.optional("insertion_origin")?,
            alk_exon: row.number("alk_exon")?,
            alk_cds_first: row.number("alk_cds_first")?,
            in_frame: row.either("frame", "in", "out")?,
            source: row.text("source")?,
            date: row.optional_date("date")?,
            status: row.status("status")?,
            superseded_by: row.optional("superseded_by")?,
            note: row.optional("note")?,
        })
    })
}

impl Fact for NamedVariant {
    fn key(&self) -> &'static str {
        self.key
    }

    fn provenance(&self) -> Provenance {
        Provenance {
            source: self.source,
            date: self.date,
            status: self.status,
            superseded_by: self.superseded_by,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use alkaid_genome::{Bundle, CdsPosition, in_frame};

    use super::*;

    fn eml4(cds: u32, inserted: &str, alk: u32) -> Option<&'static str> {
        named_variant("EML4", Some(cds), None, inserted.len(), inserted, Some(alk))
            .map(|variant| variant.name)
    }

    #[test]
    fn names_the_eml4_variants() {
        assert_eq!(eml4(1489, "", 3173), Some("V1"));
        assert_eq!(eml4(2242, "", 3173), Some("V2"));
        assert_eq!(eml4(667, "", 3173), Some("V3a"));
        assert_eq!(eml4(1641, "ACGTACGTACG", 3222), Some("V4"));
        assert_eq!(eml4(1707, "", 3244), Some("V4'"));
        assert_eq!(eml4(208, "", 3173), Some("V5a"));
        assert_eq!(eml4(2056, "", 3173), Some("V5'"));
        assert_eq!(eml4(1641, "", 3187), Some("V7"));
        assert_eq!(eml4(2341, "", 3173), Some("V9"));
        assert_eq!(eml4(1488, "", 3173), None);
        assert_eq!(eml4(1489, "", 3174), None);
    }

    #[test]
    fn v3b_is_known_by_its_33_bases_only() {
        assert_eq!(
            eml4(667, "CAAAAATGTCAACTCGCGAAAAAAACAGCCAAG", 3173),
            Some("V3b")
        );
        assert_eq!(
            eml4(667, "caaaaatgtcaactcgcgaaaaaaacagccaan", 3173),
            Some("V3b")
        );
        assert_eq!(eml4(667, "CAAAAATGTCAACTCGCGAAAAAAACAGCCAAC", 3173), None);
        assert_eq!(
            named_variant("EML4", Some(667), None, 33, "", Some(3173)).map(|v| v.name),
            Some("V3b")
        );
        // Read as a junction of the exon 6b that another transcript has.
        assert_eq!(
            named_variant_at("EML4", 42_264_951, 0, "", Some(3173)).map(|v| v.name),
            Some("V3b")
        );
        assert_eq!(
            named_variant_at("EML4", 42_264_731, 0, "", Some(3173)).map(|v| v.name),
            Some("V3a")
        );
    }

    #[test]
    fn exon_serves_where_the_cds_position_is_unknown() {
        assert_eq!(
            named_variant("KLC1", None, Some(9), 0, "", Some(3173)).map(|v| v.name),
            Some("K9;A20")
        );
        assert_eq!(
            named_variant("EML4", None, Some(15), 0, "", Some(3244)),
            None,
            "V4' ends inside exon 15"
        );
        assert_eq!(named_variant("EML4", None, None, 0, "", Some(3173)), None);
        assert_eq!(named_variant("EML4", Some(1489), None, 0, "", None), None);
    }

    #[test]
    fn strings_that_reviews_print_out_of_frame_stay_out_of_frame() {
        for (alias, gene) in [
            ("E14;del12A20", "EML4"),
            ("E15del19;del20A20", "EML4"),
            ("E17;ins30A20", "EML4"),
        ] {
            let row = named_variants()
                .iter()
                .find(|v| v.gene == gene && v.aliases.contains(&alias));
            assert!(row.is_some_and(|v| !v.in_frame), "{alias}");
        }
        assert!(
            named_variants()
                .iter()
                .any(|v| v.gene == "KIF5B" && v.name == "K15;A20" && !v.in_frame)
        );
    }

    #[test]
    fn every_frame_is_what_the_arithmetic_gives() {
        for v in named_variants() {
            let inserted = u32::try_from(v.inserted_len).unwrap();
            assert_eq!(
                in_frame(v.five_cds_last, inserted, CdsPosition(v.alk_cds_first)),
                v.in_frame,
                "{} {}",
                v.gene,
                v.name
            );
        }
    }

    #[test]
    fn rows_are_well_formed() {
        let mut keys = BTreeSet::new();
        for v in named_variants() {
            assert!(
                keys.insert((v.gene, v.five_cds_last, v.inserted_len, v.alk_cds_first)),
                "{} {}",
                v.gene,
                v.name
            );
            assert!(
                v.five_transcript.starts_with("NM_") && v.five_transcript.contains('.'),
                "{}",
                v.name
            );
            assert!(v.five_chrom.starts_with("chr"), "{}", v.name);
            assert!(
                crate::partner(v.gene).is_some(),
                "{} is not in partners.tsv",
                v.gene
            );
            if let Some(bases) = v.inserted {
                assert_eq!(bases.len(), v.inserted_len, "{}", v.name);
                assert!(
                    bases.bytes().all(|base| b"ACGT".contains(&base)),
                    "{}",
                    v.name
                );
            }
        }
        assert!(named_variants().len() >= 59);
    }

    #[test]
    fn exon_ends_are_those_of_the_bundle() {
        let bundle = Bundle::embedded();
        let alk = bundle.alk();
        for v in named_variants() {
            if let Some(exon) = alk.exons.iter().find(|exon| exon.number.0 == v.alk_exon) {
                let first = alk.cds_position(exon.transcript.start).map(|cds| cds.0);
                let last = alk.cds_position(exon.transcript.end - 1).map(|cds| cds.0);
                assert!(
                    first.is_some_and(|first| first <= v.alk_cds_first),
                    "{} {}",
                    v.gene,
                    v.name
                );
                assert!(
                    last.is_some_and(|last| last >= v.alk_cds_first),
                    "{} {}",
                    v.gene,
                    v.name
                );
            } else {
                panic!("no ALK exon {}", v.alk_exon);
            }
            let root = v.five_transcript.split('.').next();
            let Some(five) = bundle
                .by_gene(v.gene)
                .find(|t| t.refseq.as_deref().and_then(|r| r.split('.').next()) == root)
            else {
                eprintln!(
                    "not checked against the bundle: {} {}",
                    v.gene, v.five_transcript
                );
                continue;
            };
            let position = five.transcript_position(v.five_position - 1);
            let cds = position
                .and_then(|position| five.cds_position(position))
                .map(|cds| cds.0);
            assert_eq!(cds, Some(v.five_cds_last), "{} {}", v.gene, v.name);
            let exon = position
                .and_then(|position| five.exon_at(position))
                .map(|exon| exon.number.0);
            assert_eq!(exon, Some(v.five_exon), "{} {}", v.gene, v.name);
        }
    }

    #[test]
    fn retained_intron_19_is_the_one_of_the_bundle() {
        let bundle = Bundle::embedded();
        let locus = bundle.alk_locus();
        let bases = locus.sequence.unpack();
        // Exon 20 starts at chr2:29223528 on the minus strand; the locus is in ALK sense.
        let exon_20 = locus.offset_of(29_223_527).unwrap();
        for (name, len) in [("V5b", 117), ("V6", 69)] {
            let row = named_variants().iter().find(|v| v.name == name).unwrap();
            let intron = &bases[exon_20 - len..exon_20];
            assert_eq!(row.inserted.map(str::as_bytes), Some(intron), "{name}");
        }
    }
}
