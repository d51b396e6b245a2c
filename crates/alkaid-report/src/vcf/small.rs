//! `variants.vcf.gz`: small variants as VCF 4.4, left-aligned on the forward strand.

use std::fmt::Write as _;
use std::io::{self, Write};

use alkaid_reads::finding::{ReadsReport, Variant};

use super::{Record, preamble, write_records};
use crate::chromosomes::index_of;
use crate::variants::{consequence, origin, phase};

const META: &str = r#"##FILTER=<ID=PASS,Description="All filters passed; refused alleles stand in refused_variants.tsv">
##INFO=<ID=GENE,Number=1,Type=String,Description="Gene">
##INFO=<ID=NAME,Number=1,Type=String,Description="Short form of the change">
##INFO=<ID=HGVSC,Number=1,Type=String,Description="HGVS of the transcript">
##INFO=<ID=HGVSP,Number=1,Type=String,Description="HGVS of the protein, predicted">
##INFO=<ID=HGVSG,Number=1,Type=String,Description="HGVS of the chromosome">
##INFO=<ID=CONSEQUENCE,Number=1,Type=String,Description="What the change does to the protein">
##INFO=<ID=EXON,Number=1,Type=Integer,Description="Exon">
##INFO=<ID=ORIGIN,Number=1,Type=String,Description="Likely germline, likely somatic or undetermined">
##INFO=<ID=DBSNP,Number=1,Type=String,Description="Identifier of a known polymorphism">
##INFO=<ID=CATALOGUED,Number=0,Type=Flag,Description="In the catalogue of ALK kinase mutations">
##INFO=<ID=PHASE,Number=1,Type=String,Description="On which allele of ALK the variant lies">
##INFO=<ID=EXPERR,Number=1,Type=Float,Description="Molecules that errors alone would be expected to put there">
##INFO=<ID=PVAL,Number=1,Type=Float,Description="Probability that errors put as many molecules there">
##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Molecules without and with the variant">
##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Molecules that cover the place">
##FORMAT=<ID=AF,Number=A,Type=Float,Description="Share of molecules with the variant">
##FORMAT=<ID=AFCI,Number=2,Type=Float,Description="Exact (Clopper-Pearson) 95 % interval of AF">
##FORMAT=<ID=SB,Number=2,Type=Integer,Description="Molecules with the variant by strand, forward and reverse">
##FORMAT=<ID=AFR,Number=1,Type=Integer,Description="Fragments with the variant, copies included">
"#;

/// The VCF of the small variants as text.
pub fn variants_vcf(report: &ReadsReport) -> String {
    let mut text = preamble(report, META);
    for record in records(report) {
        text.push_str(&record.line);
        text.push('\n');
    }
    text
}

/// Writes it as BGZF, with its tabix index.
///
/// # Errors
///
/// When a writer fails.
pub(crate) fn write(
    report: &ReadsReport,
    vcf: &mut dyn Write,
    index: &mut dyn Write,
) -> io::Result<()> {
    write_records(&preamble(report, META), records(report), vcf, index)
}

fn records(report: &ReadsReport) -> Vec<Record> {
    let mut records: Vec<Record> = report
        .small_variants
        .variants
        .iter()
        .filter_map(|variant| {
            let fine = |bases: &str| {
                !bases.is_empty() && bases.bytes().all(|base| b"ACGTN".contains(&base))
            };
            let fine = fine(&variant.reference) && fine(&variant.alternative) && variant.pos > 0;
            Some(Record {
                chromosome: index_of(&variant.chrom).filter(|_| fine)?,
                pos: variant.pos,
                span: variant.reference.len() as u64,
                line: line(variant),
            })
        })
        .collect();
    records.sort_by(|a, b| (a.chromosome, a.pos, &a.line).cmp(&(b.chromosome, b.pos, &b.line)));
    records
}

fn line(variant: &Variant) -> String {
    let mut info = String::from("GENE=ALK");
    let mut add = |key: &str, value: &str| {
        if !value.is_empty() {
            // Writing to a String cannot fail.
            let _ = write!(info, ";{key}={}", escaped(value));
        }
    };
    add("NAME", &variant.name);
    add("HGVSC", &variant.hgvs_c);
    add("HGVSP", variant.hgvs_p.as_deref().unwrap_or_default());
    add("HGVSG", &variant.hgvs_g);
    add("CONSEQUENCE", consequence(variant.consequence));
    add(
        "EXON",
        &variant
            .exon
            .map(|exon| exon.to_string())
            .unwrap_or_default(),
    );
    add("ORIGIN", origin(variant.origin));
    add("DBSNP", variant.polymorphism.as_deref().unwrap_or_default());
    add("PHASE", phase(variant.phase.verdict));
    add("EXPERR", &format!("{:.3e}", variant.expected_errors));
    add("PVAL", &format!("{:.3e}", variant.p_value));
    if variant.catalogued {
        info.push_str(";CATALOGUED");
    }
    let [low, high] = variant.allele_fraction_interval;
    let sample = format!(
        "{},{}:{}:{}:{low},{high}:{},{}:{}",
        variant.depth.saturating_sub(variant.molecules),
        variant.molecules,
        variant.depth,
        variant.allele_fraction,
        variant.forward,
        variant.reverse,
        variant.fragments
    );
    [
        variant.chrom.clone(),
        variant.pos.to_string(),
        escaped(&variant.id),
        variant.reference.clone(),
        variant.alternative.clone(),
        variant.quality.to_string(),
        "PASS".to_owned(),
        info,
        "AD:DP:AF:AFCI:SB:AFR".to_owned(),
        sample,
    ]
    .join("\t")
}

/// A value without the characters that have a meaning in the column, percent-encoded as VCF wants it.
fn escaped(value: &str) -> String {
    value
        .chars()
        .map(|c| match c {
            '%' => "%25".to_owned(),
            ';' => "%3B".to_owned(),
            '=' => "%3D".to_owned(),
            ',' => "%2C".to_owned(),
            c if c.is_whitespace() || c.is_control() => "_".to_owned(),
            c => c.to_string(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn values_cannot_break_the_column() {
        assert_eq!(escaped("G1202="), "G1202%3D");
        assert_eq!(escaped("likely germline\t;"), "likely_germline_%3B");
    }
}
