//! From tables of copy numbers, by segment or by gene, to amplifications, gains and deep deletions.

mod judge;
mod layout;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use alkaid_genome::Assembly;
use alkaid_knowledge::{bypass_gene, bypass_genes};

use crate::columns::Table;
use crate::error::TablesError;
use crate::finding::{CopyNumberRead, TableFinding};
use crate::model::Models;
use crate::options::{CopyNumberUnit, Options};
use crate::text::Lines;
use crate::variants::tumour_sample;
use crate::vcf;
use judge::{Scale, assumption, evidence, finding};
pub(crate) use layout::choose;
use layout::{Place, layout, segment_of, value_of};

/// Copies where the table is silent.
const NORMAL: f64 = 2.0;

/// More copies than this are no measurement.
const MAX_COPIES: f64 = 10_000.0;

/// What a table of copy numbers says.
pub(crate) struct CopyNumbers {
    pub(crate) read: CopyNumberRead,
    pub(crate) findings: Vec<TableFinding>,
    pub(crate) warnings: Vec<String>,
}

/// A row on a gene.
#[derive(Clone, Copy, Debug)]
struct OnGene {
    value: f64,
    /// Bases of the gene that it covers; 1 in a table of genes.
    overlap: u64,
    /// The segment's length, chromosome start and end; none in a table of genes.
    segment: Option<(u64, u64)>,
}

/// All that a file says about the genes of interest.
struct Gathered {
    path: PathBuf,
    format: &'static str,
    unit: CopyNumberUnit,
    assembly: Option<Assembly>,
    rows: u64,
    without_value: u64,
    filtered: u64,
    on_genes: BTreeMap<&'static str, Vec<OnGene>>,
}

/// Reads a table, or the copy numbers of a VCF.
pub(crate) fn copy_numbers(
    path: &Path,
    models: &Models<'_>,
    options: &Options,
) -> Result<CopyNumbers, TablesError> {
    let first = Lines::open(path)?
        .next()?
        .map(|(_, text)| text.into_owned());
    let lines = Lines::open(path)?;
    match first.is_some_and(|text| text.starts_with("##fileformat=VCF")) {
        true => read_vcf(lines, models, options),
        false => read(lines, models, options),
    }
}

/// As [`copy_numbers`], from lines of a table.
pub(crate) fn read(
    lines: Lines,
    models: &Models<'_>,
    options: &Options,
) -> Result<CopyNumbers, TablesError> {
    let mut table = Table::open(lines, "a table of copy numbers with a header line")?;
    let layout = layout(&table, options)?;
    let assembly = match layout.place {
        Place::Segment { .. } => Some(options.assembly.unwrap_or(Assembly::Grch38)),
        Place::Gene(_) => None,
    };
    let mut gathered = Gathered::new(
        table.path().to_owned(),
        layout.format,
        layout.unit,
        assembly,
    );
    while let Some(row) = table.next()? {
        gathered.rows += 1;
        let Some(value) = value_of(&table, &row, &layout)? else {
            gathered.without_value += 1;
            continue;
        };
        if let Place::Gene(column) = layout.place {
            let symbol = row.fields.get(column).map_or("", String::as_str);
            gathered.add_gene(symbol.split('|').next().unwrap_or_default(), value);
            continue;
        }
        let (chrom, segment) = segment_of(&table, &row, &layout)?;
        if let Some(length) = models.length(&chrom)
            && assembly == Some(Assembly::Grch38)
            && segment.start >= length
        {
            return Err(table.bad(
                row.line,
                format!(
                    "{chrom}:{} lies beyond the end of {chrom} on GRCh38 ({length}); is the table on another assembly (--assembly)",
                    segment.start + 1
                ),
            ));
        }
        gathered.add_segment(models, &chrom, &segment, value, layout.bins);
    }
    Ok(gathered.conclude(models, options))
}

/// As [`copy_numbers`], from lines of a VCF whose records have END and CN (DRAGEN, GATK, Canvas).
fn read_vcf(
    mut lines: Lines,
    models: &Models<'_>,
    options: &Options,
) -> Result<CopyNumbers, TablesError> {
    let path = lines.path().to_owned();
    let header = vcf::header(&mut lines, |chrom| models.length(chrom))?;
    let sample = tumour_sample(&path, &header, options)?;
    let Some(sample) = sample else {
        return Err(TablesError::UnknownSample {
            path,
            what: "it is not clear which sample is the tumour".to_owned(),
            samples: header.samples.join(", "),
            option: "--tumour-sample NAME",
        });
    };
    let told = header.assembly.map(|(assembly, _)| assembly);
    let assembly = options.assembly.or(told).unwrap_or(Assembly::Grch38);
    let mut gathered = Gathered::new(
        path.clone(),
        "VCF with END and CN",
        CopyNumberUnit::Copies,
        Some(assembly),
    );
    while let Some((line, text)) = lines.next()? {
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let record = vcf::record(&path, line, &text, header.samples.len())?;
        gathered.rows += 1;
        let end = vcf::info(&record, "END").and_then(|end| end.parse::<u64>().ok());
        let copies = record
            .format_value(sample, "CN")
            .and_then(|copies| copies.parse::<f64>().ok())
            .filter(|copies| (0.0..=MAX_COPIES).contains(copies));
        let (Some(end), Some(copies)) = (end, copies) else {
            gathered.without_value += 1;
            continue;
        };
        if !matches!(record.filter.as_str(), "PASS" | "." | "") {
            gathered.filtered += 1;
            continue;
        }
        // POS of a symbolic allele is the base before it.
        let segment = record.pos + 1..end;
        gathered.add_segment(models, &record.chrom, &segment, copies, false);
    }
    Ok(gathered.conclude(models, options))
}

impl Gathered {
    fn new(
        path: PathBuf,
        format: &'static str,
        unit: CopyNumberUnit,
        assembly: Option<Assembly>,
    ) -> Self {
        Self {
            path,
            format,
            unit,
            assembly,
            rows: 0,
            without_value: 0,
            filtered: 0,
            on_genes: BTreeMap::new(),
        }
    }

    fn add_gene(&mut self, symbol: &str, value: f64) {
        if let Some(gene) = bypass_gene(symbol) {
            self.on_genes.entry(gene.symbol).or_default().push(OnGene {
                value,
                overlap: 1,
                segment: None,
            });
        }
    }

    fn add_segment(
        &mut self,
        models: &Models<'_>,
        chrom: &str,
        segment: &Range<u64>,
        value: f64,
        bin: bool,
    ) {
        let on = self.assembly.unwrap_or(Assembly::Grch38);
        for model in &models.genes {
            let Some(span) = model
                .span_on(on)
                .filter(|_| model.transcript.chrom == chrom)
            else {
                continue;
            };
            let end = span.end.min(segment.end);
            let overlap = end.saturating_sub(span.start.max(segment.start));
            if overlap > 0 {
                self.on_genes
                    .entry(model.gene.symbol)
                    .or_default()
                    .push(OnGene {
                        value,
                        overlap,
                        segment: (!bin).then_some((segment.start, segment.end)),
                    });
            }
        }
    }

    fn conclude(self, models: &Models<'_>, options: &Options) -> CopyNumbers {
        let purity = options.purity.unwrap_or(1.0);
        let ploidy = options.ploidy.unwrap_or(NORMAL);
        let scale = Scale {
            unit: self.unit,
            purity,
            ploidy,
        };
        let findings = bypass_genes()
            .iter()
            .filter_map(|gene| {
                let rows = self.on_genes.get(gene.symbol)?;
                let evidence = evidence(gene.symbol, rows, models, &scale, self.assembly);
                finding(gene, evidence)
            })
            .collect();
        let warnings = self.warnings(options);
        let read = CopyNumberRead {
            file: self.path.display().to_string(),
            format: self.format.to_owned(),
            unit: self.unit.as_str().to_owned(),
            assembly: self.assembly,
            purity,
            ploidy,
            assumption: assumption(self.unit, options),
            rows: self.rows,
            without_value: self.without_value,
            filtered: self.filtered,
            genes: self.on_genes.len() as u64,
            genes_without: self.genes_without(),
        };
        CopyNumbers {
            read,
            findings,
            warnings,
        }
    }

    /// Genes of interest on which no row lies.
    fn genes_without(&self) -> Vec<String> {
        bypass_genes()
            .iter()
            .filter(|gene| !self.on_genes.contains_key(gene.symbol))
            .map(|gene| gene.symbol.to_owned())
            .collect()
    }

    fn warnings(&self, options: &Options) -> Vec<String> {
        let file = self.path.display();
        let mut warnings = Vec::new();
        if self.rows == 0 {
            warnings.push(format!(
                "{file}: no row below the header; nothing was found because nothing is there"
            ));
        } else if self.on_genes.is_empty() {
            warnings.push(format!(
                "{file}: none of the {} rows lies on a gene of interest; check the chromosome names, the assembly or the gene symbols",
                self.rows
            ));
        }
        let missing = self.genes_without();
        if !self.on_genes.is_empty() && !missing.is_empty() {
            warnings.push(format!(
                "{file}: no row lies on {} of the genes of interest: {}",
                missing.len(),
                missing.join(", ")
            ));
        }
        if self.without_value > 0 {
            warnings.push(format!(
                "{file}: {} of {} rows have no value and are left out",
                self.without_value, self.rows
            ));
        }
        if self.filtered > 0 {
            warnings.push(format!(
                "{file}: {} records did not pass their filters and are left out",
                self.filtered
            ));
        }
        if self.unit == CopyNumberUnit::Log2Ratio && options.purity.is_none() {
            warnings.push(format!(
                "{file}: copies are computed from log2 ratios as if every cell were a tumour cell; with fewer, gains and losses are larger than stated (give --purity)"
            ));
        }
        warnings
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use alkaid_genome::Bundle;
    use proptest::prelude::*;

    use super::*;
    use crate::finding::{Reach, Strength};

    fn of(text: &str, options: &Options) -> Result<CopyNumbers, TablesError> {
        let lines = Lines::new(Path::new("cn.tsv"), Cursor::new(text.as_bytes().to_vec()))?;
        read(lines, &Models::new(Bundle::embedded()), options)
    }

    fn word(text: &str, gene: &str) -> Option<(Strength, Option<Reach>)> {
        let found = of(text, &Options::default()).unwrap();
        let finding = found
            .findings
            .into_iter()
            .find(|finding| finding.gene == gene)?;
        Some((finding.strength, finding.copy_number?.reach))
    }

    #[test]
    fn formats_are_told_by_their_headers() {
        let cns = "chromosome\tstart\tend\tgene\tlog2\tdepth\tprobes\tweight\nchr7\t116600000\t116900000\tMET\t2.0\t900\t40\t30\n";
        assert_eq!(
            word(cns, "MET"),
            Some((Strength::Amplified, Some(Reach::Focal)))
        );
        let call = "chromosome\tstart\tend\tgene\tlog2\tbaf\tcn\tcn1\tcn2\tdepth\tprobes\tweight\nchr7\t60000000\t159345973\tMET\t0.6\t\t3\t2\t1\t900\t40\t30\n";
        assert_eq!(word(call, "MET"), None);
        let facets = "chrom\tseg\tnum.mark\tstart\tend\tcf.em\ttcn.em\tlcn.em\n7\t1\t10\t54900000\t55300000\t0.8\t12\t1\n";
        assert_eq!(
            word(facets, "EGFR"),
            Some((Strength::Amplified, Some(Reach::Focal)))
        );
        let ascat =
            "sample\tchr\tstartpos\tendpos\tnMajor\tnMinor\nT\t13\t48000000\t49000000\t0\t0\n";
        assert_eq!(
            word(ascat, "RB1"),
            Some((Strength::DeepDeletion, Some(Reach::Focal)))
        );
        let seg =
            "ID\tchrom\tloc.start\tloc.end\tnum.mark\tseg.mean\nT\t2\t20000000\t40000000\t9\t1.2\n";
        assert_eq!(word(seg, "ALK"), Some((Strength::Gain, Some(Reach::Broad))));
        let genes = "gene\tcopy_number\nMET\t4.2\nKRAS\t8\nTP53\t0\n";
        assert_eq!(word(genes, "MET"), Some((Strength::Gain, None)));
        assert_eq!(word(genes, "KRAS"), Some((Strength::Amplified, None)));
        assert_eq!(word(genes, "TP53"), Some((Strength::DeepDeletion, None)));
        let gistic = "Gene Symbol\tLocus ID\tCytoband\tT1\nMET\t4233\t7q31\t2\n";
        let options = Options {
            copy_number_unit: Some(CopyNumberUnit::GisticClasses),
            ..Options::default()
        };
        assert_eq!(
            of(gistic, &options).unwrap().findings[0].strength,
            Strength::Amplified
        );
        assert!(of(gistic, &Options::default()).is_err());
    }

    #[test]
    fn copies_of_a_vcf() {
        let text = "##fileformat=VCFv4.2\n##contig=<ID=chr2,length=242193529>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tT\n\
            chr7\t116600000\t.\tN\t<DUP>\t.\tPASS\tEND=116900000\tGT:CN\t./1:9\n\
            chr7\t55000000\t.\tN\t<DUP>\t.\tcnvQual\tEND=55300000\tGT:CN\t./1:9\n\
            chr2\t29000000\t.\tN\t<DUP>\t.\tPASS\tEND=30000000\tGT\t./1\n";
        let lines =
            Lines::new(Path::new("cnv.vcf"), Cursor::new(text.as_bytes().to_vec())).unwrap();
        let models = Models::new(Bundle::embedded());
        let found = read_vcf(lines, &models, &Options::default()).unwrap();
        assert_eq!(found.findings.len(), 1);
        assert_eq!((found.read.filtered, found.read.without_value), (1, 1));
    }

    #[test]
    fn purity_is_used_and_stated() {
        let genes = "gene\tlog2\nMET\t0.8\n";
        let plain = of(genes, &Options::default()).unwrap();
        assert!(plain.findings.is_empty());
        assert!(plain.read.assumption.starts_with("assumed"));
        let options = Options {
            purity: Some(0.3),
            ..Options::default()
        };
        let pure = of(genes, &options).unwrap();
        assert_eq!(pure.findings[0].strength, Strength::Amplified);
        let copies = pure.findings[0]
            .copy_number
            .as_ref()
            .unwrap()
            .copies
            .unwrap();
        // (2^0.8 * 2 - 1.4) / 0.3
        assert!((copies - 6.940_675).abs() < 1e-3, "{copies}");
    }

    #[test]
    fn what_cannot_be_told_is_refused() {
        let message = |text: &str| of(text, &Options::default()).err().unwrap().to_string();
        assert!(message("a\tb\n1\t2\n").contains("no known copy-number table"));
        assert!(message("gene\tT1\nMET\t2\n").contains("--copy-number-units"));
        assert!(
            message("gene\tcn\nMET\tmany\n")
                .contains("line 2: \"many\" in column \"cn\" is not a number")
        );
        assert!(message("gene\tcn\nMET\t-3\n").contains("cannot be a value in copies"));
        assert!(message("chrom\tstart\tend\tcn\n7\t5\t2\t3\n").contains("before its start"));
        assert!(message("chrom\tstart\tend\tcn\n7\t159200000\t1592000000\t3\nchr7\t170000000\t170000001\t2\n").contains("beyond the end"));
        assert!(message("").contains("is empty"));
    }

    proptest! {
        #[test]
        fn copies_undo_the_ratio(copies in 0.0f64..50.0, purity in 0.05f64..1.0, ploidy in 1.0f64..6.0) {
            let scale = Scale { unit: CopyNumberUnit::Log2Ratio, purity, ploidy };
            let normal = 2.0 * (1.0 - purity);
            let ratio = (purity * copies + normal) / (purity * ploidy + normal);
            prop_assume!(ratio > 1e-9);
            let back = scale.copies(ratio.log2()).unwrap();
            prop_assert!((back - copies).abs() < 1e-6, "{back} {copies}");
        }
    }
}
