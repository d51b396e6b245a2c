//! Records of VCF 4.1 to 4.5, as far as they are needed here. Tolerant of what callers differ in, strict about what a
//! position or an allele rests on.

use std::ops::Range;
use std::path::Path;

use alkaid_genome::{Assembly, canonical_chrom};

use crate::error::TablesError;
use crate::text::Lines;

/// Lengths of some chromosomes on GRCh37 (GRC assembly report); those on GRCh38 are in the bands of the bundle.
const LENGTHS_37: [(&str, u64); 6] = [
    ("chr1", 249_250_621),
    ("chr2", 243_199_373),
    ("chr7", 159_138_663),
    ("chr12", 133_851_895),
    ("chr17", 81_195_210),
    ("chr22", 51_304_566),
];

/// Columns before the samples.
const FIXED: usize = 8;
const REMEDY: &str =
    "check that the file is a VCF and was not edited; bcftools view finds the same place";

/// What the header says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Header {
    /// The assembly that lengths of contigs or the reference name, and which of them.
    pub(crate) assembly: Option<(Assembly, &'static str)>,
    /// Fields of VEP's CSQ, in order.
    pub(crate) csq: Vec<String>,
    /// Whether there is SnpEff's ANN.
    pub(crate) ann: bool,
    /// `##tumor_sample` of Mutect2.
    pub(crate) tumour: Option<String>,
    /// Names of the samples.
    pub(crate) samples: Vec<String>,
}

/// A record. Positions are 0-based.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) line: u64,
    pub(crate) chrom: String,
    pub(crate) pos: u64,
    pub(crate) reference: String,
    pub(crate) alternates: Vec<String>,
    pub(crate) filter: String,
    pub(crate) info: String,
    pub(crate) format: String,
    pub(crate) samples: Vec<String>,
}

impl Record {
    /// The bases of REF, 0-based half-open.
    pub(crate) fn stretch(&self) -> Range<u64> {
        self.pos..self.pos.saturating_add(self.reference.len() as u64)
    }

    /// The value of a FORMAT key in a sample.
    pub(crate) fn format_value(&self, sample: usize, key: &str) -> Option<&str> {
        let at = self.format.split(':').position(|name| name == key)?;
        let value = self.samples.get(sample)?.split(':').nth(at)?;
        Some(value).filter(|text| *text != "." && !text.is_empty())
    }
}

/// Reads the header up to and with `#CHROM`.
pub(crate) fn header(
    lines: &mut Lines,
    length_38: impl Fn(&str) -> Option<u64>,
) -> Result<Header, TablesError> {
    let path = lines.path().to_owned();
    let mut header = Header::default();
    let mut first = true;
    while let Some((line, text)) = lines.next()? {
        let malformed = |what: &str| {
            TablesError::malformed(&path, line, what, "expected a VCF with its header")
        };
        if std::mem::take(&mut first) && !text.starts_with("##fileformat=VCF") {
            return Err(malformed("no ##fileformat=VCF line"));
        }
        if let Some(meta) = text.strip_prefix("##") {
            header.meta(meta, &length_38);
        } else if text.starts_with("#CHROM") {
            let columns: Vec<&str> = text.split('\t').collect();
            if columns.len() < FIXED {
                return Err(malformed(
                    "the #CHROM line has fewer than 8 columns; are there spaces in place of tabs",
                ));
            }
            header.samples = columns
                .iter()
                .skip(FIXED + 1)
                .map(|name| (*name).to_owned())
                .collect();
            return Ok(header);
        } else {
            return Err(malformed("a record before the #CHROM line"));
        }
    }
    if first {
        return Err(TablesError::Empty {
            path,
            expected: "a VCF with its header",
        });
    }
    Err(TablesError::malformed(
        &path,
        1,
        "the file ends before its #CHROM line",
        "the file is truncated, copy it again",
    ))
}

impl Header {
    fn meta(&mut self, meta: &str, length_38: &impl Fn(&str) -> Option<u64>) {
        if let Some(contig) = meta.strip_prefix("contig=") {
            let (Some(id), Some(length)) = (
                attribute(contig, "ID"),
                attribute(contig, "length").and_then(|text| text.parse::<u64>().ok()),
            ) else {
                return;
            };
            let chrom = canonical_chrom(id);
            let told = (LENGTHS_37.iter())
                .find(|(name, _)| *name == chrom)
                .and_then(|(_, on_37)| match length {
                    same if same == *on_37 => Some(Assembly::Grch37),
                    same if Some(same) == length_38(&chrom) => Some(Assembly::Grch38),
                    _ => None,
                });
            if let Some(assembly) = told {
                self.assembly = Some((assembly, "the lengths of its contigs"));
            }
        } else if let Some(reference) = meta.strip_prefix("reference=") {
            let name = reference.to_ascii_lowercase();
            let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
            let told = match (
                has(&["grch38", "hg38"]),
                has(&["grch37", "hg19", "hs37", "b37"]),
            ) {
                (true, false) => Assembly::Grch38,
                (false, true) => Assembly::Grch37,
                _ => return,
            };
            self.assembly = self.assembly.or(Some((told, "its ##reference line")));
        } else if let Some(name) = meta.strip_prefix("tumor_sample=") {
            self.tumour = Some(name.to_owned());
        } else if let Some(info) = meta.strip_prefix("INFO=") {
            match attribute(info, "ID") {
                Some("CSQ") => {
                    if let Some((_, format)) = info.split_once("Format: ") {
                        let format = format.trim_end_matches(['"', '>', ' ']);
                        self.csq = format
                            .split('|')
                            .map(|name| name.trim().to_owned())
                            .collect();
                    }
                }
                Some("ANN") => self.ann = true,
                _ => {}
            }
        }
    }
}

/// The value of `KEY=` in `<ID=chr2,length=242193529,…>`.
fn attribute<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    text.trim_start_matches('<')
        .split(',')
        .find_map(|part| part.strip_prefix(key)?.strip_prefix('='))
        .map(|value| value.trim_end_matches('>'))
}

/// One record from its line. `samples` is their number by the header.
pub(crate) fn record(
    path: &Path,
    line: u64,
    text: &str,
    samples: usize,
) -> Result<Record, TablesError> {
    let malformed = |what: String| TablesError::malformed(path, line, what, REMEDY);
    let columns: Vec<&str> = text.split('\t').collect();
    let expected = match samples {
        0 => FIXED,
        samples => FIXED + 1 + samples,
    };
    // A header without samples may still have a FORMAT column.
    if columns.len() != expected && !(samples == 0 && columns.len() == FIXED + 1) {
        return Err(malformed(format!(
            "{} columns where the header names {expected}",
            columns.len()
        )));
    }
    let pos: u64 = columns[1]
        .parse()
        .map_err(|_| malformed(format!("POS {:?} is not a number", short(columns[1]))))?;
    let reference = columns[3];
    if columns[0].is_empty() || columns[0].contains(' ') {
        return Err(malformed(format!(
            "CHROM {:?} is not a name",
            short(columns[0])
        )));
    }
    if reference.is_empty() || !reference.bytes().all(|base| base.is_ascii_alphabetic()) {
        return Err(malformed(format!(
            "REF {:?} is no sequence of bases",
            short(reference)
        )));
    }
    if pos.checked_add(reference.len() as u64).is_none() {
        return Err(malformed(format!("POS {pos} is beyond any chromosome")));
    }
    let alternates: Vec<String> = match columns[4] {
        "." => Vec::new(),
        text => text.split(',').map(str::to_owned).collect(),
    };
    if let Some(bad) = alternates.iter().find(|allele| !is_allele(allele)) {
        return Err(malformed(format!("ALT {:?} is no allele", short(bad))));
    }
    let rest = |at: usize| columns.get(at).copied().unwrap_or_default().to_owned();
    Ok(Record {
        line,
        chrom: canonical_chrom(columns[0]),
        // POS 0 names the telomere; no gene lies there.
        pos: pos.saturating_sub(1),
        reference: reference.to_ascii_uppercase(),
        alternates,
        filter: rest(6),
        info: rest(7),
        format: rest(8),
        samples: columns
            .iter()
            .skip(FIXED + 1)
            .map(|text| (*text).to_owned())
            .collect(),
    })
}

/// Bases, a symbol, a breakend, or `*`.
fn is_allele(text: &str) -> bool {
    !text.is_empty()
        && (text == "*"
            || text.starts_with('<')
            || text.contains(['[', ']'])
            || text.starts_with('.')
            || text.ends_with('.')
            || is_bases(text))
}

/// Whether an allele is spelled out.
pub(crate) fn is_bases(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|base| base.is_ascii_alphabetic())
}

/// The start of a field, for messages.
fn short(text: &str) -> String {
    text.chars().take(30).collect()
}

/// Reads with an allele and all reads in a sample.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    pub(crate) fraction: Option<f64>,
    pub(crate) alternate: Option<u64>,
    pub(crate) depth: Option<u64>,
    /// Whether the genotype leaves the allele out.
    pub(crate) not_called: bool,
}

/// The value of an INFO key.
pub(crate) fn info<'r>(record: &'r Record, key: &str) -> Option<&'r str> {
    record
        .info
        .split(';')
        .find_map(|part| part.strip_prefix(key)?.strip_prefix('='))
}

/// What a sample's columns say about the allele with this index (0 for the first ALT).
pub(crate) fn counts(record: &Record, sample: usize, allele: usize) -> Counts {
    let field = |key: &str| record.format_value(sample, key);
    let nth = |text: &str, at: usize| text.split(',').nth(at).map(str::to_owned);
    let number = |text: String| text.parse::<u64>().ok();
    let mut counts = Counts::default();
    if let Some(depths) = field("AD") {
        let all: Option<Vec<u64>> = depths.split(',').map(|text| text.parse().ok()).collect();
        match all {
            // VarScan gives the reads of the allele alone, and the others as RD.
            Some(one) if one.len() == 1 => {
                counts.alternate = one.first().copied();
                let others = field("RD").and_then(|text| text.parse::<u64>().ok());
                counts.depth = others
                    .zip(counts.alternate)
                    .and_then(|(a, b)| a.checked_add(b));
            }
            Some(all) => {
                counts.alternate = all.get(allele + 1).copied();
                counts.depth = all.iter().try_fold(0u64, |sum, n| sum.checked_add(*n));
            }
            None => {}
        }
    } else if let Some((alternate, reference)) = strelka(record, allele, &field) {
        counts.alternate = Some(alternate);
        counts.depth = alternate.checked_add(reference);
    }
    if let Some(depth) = field("DP").and_then(|text| number(text.to_owned())) {
        counts.depth = Some(depth);
    }
    let stated = ["AF", "VAF", "FA"]
        .iter()
        .find_map(|key| nth(field(key)?, allele)?.parse::<f64>().ok())
        .or_else(|| {
            let percent = nth(field("FREQ")?, allele)?;
            Some(percent.strip_suffix('%')?.parse::<f64>().ok()? / 100.0)
        });
    counts.fraction = stated
        .or_else(|| match (counts.alternate, counts.depth) {
            (Some(alternate), Some(depth)) if depth > 0 => Some(alternate as f64 / depth as f64),
            _ => None,
        })
        .filter(|share| (0.0..=1.0).contains(share));
    if let Some(genotype) = field("GT") {
        let wanted = (allele + 1).to_string();
        counts.not_called = !genotype.split(['/', '|']).any(|call| call == wanted)
            && genotype.bytes().any(|byte| byte.is_ascii_digit());
    }
    counts
}

/// Tier 1 counts of Strelka2: `AU`, `CU`, … for single bases, `TIR` and `TAR` for indels.
fn strelka<'r>(
    record: &Record,
    allele: usize,
    field: &impl Fn(&str) -> Option<&'r str>,
) -> Option<(u64, u64)> {
    let tier1 = |key: &str| field(key)?.split(',').next()?.parse::<u64>().ok();
    let alternate = record.alternates.get(allele)?;
    match (record.reference.len(), alternate.len()) {
        (1, 1) => Some((
            tier1(&format!("{alternate}U"))?,
            tier1(&format!("{}U", record.reference))?,
        )),
        _ => Some((tier1("TIR")?, tier1("TAR")?)),
    }
}

/// What an annotator says about an allele in a gene.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Annotation {
    pub(crate) consequence: String,
    /// As `L858R`, one-letter amino acids.
    pub(crate) protein: Option<String>,
    pub(crate) hgvs_c: Option<String>,
}

/// The annotation of an allele: of the transcript with this accession if there is one, else of the first of the gene
/// that is flagged MANE or canonical, else of the first.
pub(crate) fn annotation(
    header: &Header,
    record: &Record,
    allele: usize,
    gene: &str,
    transcript: &str,
) -> Option<Annotation> {
    let base = transcript.split('.').next().unwrap_or(transcript);
    let entries: Vec<Entry> = match (header.csq.is_empty(), header.ann) {
        (false, _) => {
            let columns = csq_columns(header);
            info(record, "CSQ")?
                .split(',')
                .filter_map(|text| csq_entry(text, &columns))
                .collect()
        }
        (true, true) => info(record, "ANN")?
            .split(',')
            .filter_map(ann_entry)
            .collect(),
        (true, false) => return None,
    };
    let alleles = [
        record.alternates.get(allele)?.clone(),
        vep_allele(record, allele)?,
    ];
    let one = record.alternates.len() == 1;
    let mut entries: Vec<Entry> = entries
        .into_iter()
        .filter(|entry| entry.gene == gene && (one || alleles.contains(&entry.allele)))
        .collect();
    entries.sort_by_key(|entry| {
        let own = entry.feature.split('.').next() == Some(base);
        (!own, !entry.preferred)
    });
    entries.into_iter().next().map(|entry| entry.says)
}

/// Where VEP put what is needed here.
fn csq_columns(header: &Header) -> [Option<usize>; 8] {
    [
        "Allele",
        "Consequence",
        "SYMBOL",
        "Feature",
        "HGVSc",
        "HGVSp",
        "MANE_SELECT",
        "CANONICAL",
    ]
    .map(|name| header.csq.iter().position(|field| field == name))
}

struct Entry {
    allele: String,
    gene: String,
    feature: String,
    preferred: bool,
    says: Annotation,
}

fn csq_entry(text: &str, columns: &[Option<usize>; 8]) -> Option<Entry> {
    let values: Vec<&str> = text.split('|').collect();
    let get = |at: usize| {
        columns[at]
            .and_then(|at| values.get(at).copied())
            .unwrap_or_default()
    };
    Some(Entry {
        allele: get(0).to_owned(),
        gene: get(2).to_owned(),
        feature: get(3).to_owned(),
        preferred: !get(6).is_empty() || get(7) == "YES",
        says: Annotation {
            consequence: get(1).to_owned(),
            hgvs_c: hgvs(get(4), "c."),
            protein: hgvs(get(5), "p.").map(|name| one_letter(&name)),
        },
    })
}

fn ann_entry(text: &str) -> Option<Entry> {
    let values: Vec<&str> = text.split('|').collect();
    let get = |at: usize| values.get(at).copied().unwrap_or_default();
    Some(Entry {
        allele: get(0).to_owned(),
        gene: get(3).to_owned(),
        feature: get(6).to_owned(),
        preferred: false,
        says: Annotation {
            consequence: get(1).to_owned(),
            hgvs_c: hgvs(get(9), "c."),
            protein: hgvs(get(10), "p.").map(|name| one_letter(&name)),
        },
    })
}

/// `ENSP…:p.Leu858Arg` from its `p.` on; for `c.` with it.
fn hgvs(text: &str, kind: &str) -> Option<String> {
    let at = text.find(kind)?;
    let name = &text[at..];
    Some(match kind {
        "p." => name[2..].replace("%3D", "="),
        _ => name.to_owned(),
    })
}

/// The allele as VEP writes it: without the shared first base, `-` for a deletion.
fn vep_allele(record: &Record, allele: usize) -> Option<String> {
    let alternate = record.alternates.get(allele)?;
    if record.reference.len() == alternate.len() || !is_bases(alternate) {
        return Some(alternate.clone());
    }
    let rest = &alternate[1..];
    Some(match rest.is_empty() {
        true => "-".to_owned(),
        false => rest.to_owned(),
    })
}

/// A protein change with one-letter amino acids: `Leu858Arg` becomes `L858R`.
pub(crate) fn one_letter(name: &str) -> String {
    const CODES: [(&str, &str); 22] = [
        ("Ala", "A"),
        ("Arg", "R"),
        ("Asn", "N"),
        ("Asp", "D"),
        ("Cys", "C"),
        ("Gln", "Q"),
        ("Glu", "E"),
        ("Gly", "G"),
        ("His", "H"),
        ("Ile", "I"),
        ("Leu", "L"),
        ("Lys", "K"),
        ("Met", "M"),
        ("Phe", "F"),
        ("Pro", "P"),
        ("Ser", "S"),
        ("Thr", "T"),
        ("Trp", "W"),
        ("Tyr", "Y"),
        ("Val", "V"),
        ("Sec", "U"),
        ("Ter", "*"),
    ];
    let name = name.trim_matches(['(', ')']);
    let mut out = String::new();
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let code = CODES.iter().find(|(long, _)| rest.starts_with(long));
        let (text, taken) = match code {
            Some((long, letter)) => (*letter, long.len()),
            None => (&rest[..first.len_utf8()], first.len_utf8()),
        };
        out.push_str(text);
        rest = &rest[taken..];
    }
    // A lost frame is named by its first residue here: R213Gfs*34 is R213fs.
    match out.find("fs") {
        Some(at) => {
            let head: String = out[..at]
                .trim_end_matches(|c: char| c.is_ascii_alphabetic())
                .to_owned();
            head + "fs"
        }
        None => out,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str, samples: usize) -> Result<Record, TablesError> {
        record(Path::new("calls.vcf"), 7, text, samples)
    }

    #[test]
    fn malformed_records_say_where_and_what() {
        let message = |text: &str| parse(text, 0).unwrap_err().to_string();
        assert!(message("chr2\t1\t.\tA").contains("line 7: 4 columns where the header names 8"));
        assert!(message("chr2\tx\t.\tA\tG\t.\t.\t.").contains("POS \"x\" is not a number"));
        assert!(message("chr2\t-5\t.\tA\tG\t.\t.\t.").contains("POS"));
        assert!(message("chr2\t1\t.\t\tG\t.\t.\t.").contains("REF"));
        assert!(message("chr2\t1\t.\tA\tG,,T\t.\t.\t.").contains("ALT"));
        assert!(message("chr2\t18446744073709551615\t.\tAA\tG\t.\t.\t.").contains("beyond"));
    }

    #[test]
    fn counts_of_the_callers() {
        let of = |format: &str, sample: &str| {
            let text = format!("2\t10\t.\tA\tG\t.\tPASS\t.\t{format}\t{sample}");
            counts(&parse(&text, 1).unwrap(), 0, 0)
        };
        let mutect = of("GT:AD:AF:DP", "0/1:90,10:0.1:100");
        assert_eq!(
            (mutect.fraction, mutect.alternate, mutect.depth),
            (Some(0.1), Some(10), Some(100))
        );
        let strelka = of("DP:AU:CU:GU:TU", "50:40,41:0,0:10,11:0,0");
        assert_eq!((strelka.fraction, strelka.depth), (Some(0.2), Some(50)));
        let varscan = of("GT:DP:RD:AD:FREQ", "0/1:200:150:50:25%");
        assert_eq!(
            (varscan.fraction, varscan.alternate),
            (Some(0.25), Some(50))
        );
        assert!(of("GT", "0/0").not_called);
        assert!(!of("GT", "./.").not_called);
    }

    #[test]
    fn annotations_of_both_kinds() {
        let vep = Header {
            csq: "Allele|Consequence|SYMBOL|Feature|HGVSc|HGVSp"
                .split('|')
                .map(str::to_owned)
                .collect(),
            ..Header::default()
        };
        let text = "2\t10\t.\tA\tG\t.\tPASS\tCSQ=G|synonymous_variant|MET|ENST2|a:c.1A>G|b:p.Leu3%3D,G|missense_variant|MET|ENST1.4|a:c.2A>G|b:p.Leu5Arg";
        let found = annotation(&vep, &parse(text, 0).unwrap(), 0, "MET", "ENST1.7").unwrap();
        assert_eq!(found.protein.as_deref(), Some("L5R"));
        assert_eq!(found.hgvs_c.as_deref(), Some("c.2A>G"));
        let snpeff = Header {
            ann: true,
            ..Header::default()
        };
        let text = "2\t10\t.\tA\tG\t.\tPASS\tANN=G|stop_gained|HIGH|MET|ENSG|transcript|NM_1|protein_coding|2/9|c.7A>G|p.Arg213Ter";
        let found = annotation(&snpeff, &parse(text, 0).unwrap(), 0, "MET", "ENST1").unwrap();
        assert_eq!(found.protein.as_deref(), Some("R213*"));
        assert_eq!(one_letter("(Arg213GlyfsTer34)"), "R213fs");
        assert_eq!(one_letter("Glu746_Ala750del"), "E746_A750del");
    }

    #[test]
    fn the_header_tells_the_assembly() {
        let mut header = Header::default();
        header.meta("contig=<ID=2,length=243199373>", &|_| None);
        assert_eq!(header.assembly.map(|(a, _)| a), Some(Assembly::Grch37));
        let mut header = Header::default();
        header.meta(
            "reference=file:///x/Homo_sapiens_assembly38_GRCh38.fa",
            &|_| None,
        );
        assert_eq!(header.assembly.map(|(a, _)| a), Some(Assembly::Grch38));
    }

    proptest! {
        #[test]
        fn no_record_panics(text in "[chr0-9ACGT<>.,;:=|*%/\t\\[\\]é-]{0,120}", samples in 0usize..3) {
            if let Ok(record) = parse(&text, samples) {
                for allele in 0..record.alternates.len() {
                    let _ = counts(&record, 0, allele);
                    let header = Header { ann: true, ..Header::default() };
                    let _ = annotation(&header, &record, allele, "A", "T");
                }
            }
        }

        #[test]
        fn no_name_panics(name in "\\PC{0,30}") {
            let _ = one_letter(&name);
        }
    }
}
