//! From tables of copy numbers, by segment or by gene, to amplifications, gains and deep deletions.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use alkaid_genome::{Assembly, canonical_chrom};
use alkaid_knowledge::{
    BypassGene, BypassLine, BypassState, bypass_gene, bypass_genes, bypass_line,
};

use crate::columns::{Row, Table, plain};
use crate::error::TablesError;
use crate::finding::{
    CopyNumberEvidence, CopyNumberRead, Reach, SourceRow, Strength, TableFinding, TableFindingKind,
};
use crate::model::Models;
use crate::options::{CopyNumberUnit, Options};
use crate::text::Lines;
use crate::variants::{tumour_sample, ways};
use crate::vcf;

/// What the formats are, for messages.
const KNOWN: &str = "CNVkit (.cns, .cnr, .call.cns), SEG, FACETS, ASCAT, Sequenza or PURPLE segments, a table with chromosome, start, end and \
copies or log2, a table with gene and copies or log2, GISTIC by genes, or a VCF with END and CN";

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

/// Where a row lies.
enum Place {
    /// Columns of chromosome, start and end, and whether starts count from 0.
    Segment {
        chrom: usize,
        start: usize,
        end: usize,
        from_zero: bool,
    },
    /// Column of the gene's symbol.
    Gene(usize),
}

/// What a row says.
enum Value {
    One(usize),
    /// Major and minor copies, which add up (ASCAT).
    Sum(usize, usize),
}

struct Layout {
    format: &'static str,
    place: Place,
    value: Value,
    unit: CopyNumberUnit,
    /// Whether every row is a bin, so that a row's length says nothing about a segment's.
    bins: bool,
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
            genes_without: bypass_genes()
                .iter()
                .filter(|gene| !self.on_genes.contains_key(gene.symbol))
                .map(|gene| gene.symbol.to_owned())
                .collect(),
        };
        CopyNumbers {
            read,
            findings,
            warnings,
        }
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

/// Tells the format by the header.
fn layout(table: &Table, options: &Options) -> Result<Layout, TablesError> {
    let chrom = table.column(&["chromosome", "chrom", "chr", "seqnames", "seqname"]);
    let start = table.column(&[
        "start",
        "startpos",
        "loc.start",
        "start.pos",
        "chromStart",
        "start_position",
    ]);
    let end = table.column(&[
        "end",
        "endpos",
        "loc.end",
        "end.pos",
        "chromEnd",
        "stop",
        "end_position",
    ]);
    let gene = table.column(&[
        "gene",
        "Gene Symbol",
        "symbol",
        "hugo_symbol",
        "gene_name",
        "gene_symbol",
    ]);
    let log2 = table.column(&[
        "log2",
        "log2_ratio",
        "log2ratio",
        "log2copyratio",
        "seg.mean",
        "lrr",
        "log2_copy_ratio",
        "MEAN_LOG2_COPY_RATIO",
    ]);
    let copies = table.column(&[
        "cn",
        "copy_number",
        "copynumber",
        "total_cn",
        "totalcn",
        "tcn",
        "tcn.em",
        "cnt",
        "copies",
        "total_copy_number",
        "mincopynumber",
        "nTotal",
    ]);
    let (major, minor) = (
        table.column(&["nMajor", "nAraw", "major_cn"]),
        table.column(&["nMinor", "nBraw", "minor_cn"]),
    );
    let is_cnvkit = log2.is_some()
        && gene.is_some()
        && chrom.is_some()
        && table.column(&["depth", "weight", "probes"]).is_some();
    let unknown = || TablesError::UnknownFormat {
        path: table.path().to_owned(),
        line: table.header_line,
        columns: table.shown(),
        kind: "copy-number",
        expected: KNOWN,
    };
    if table.column(&["Locus ID", "Gene ID"]).is_some()
        && table.column(&["Cytoband"]).is_some()
        && gene.is_some()
    {
        return gistic(table, options, gene.ok_or_else(unknown)?);
    }
    let (value, unit) = match (copies, major.zip(minor), log2, options.copy_number_unit) {
        (_, _, Some(log2), Some(CopyNumberUnit::Log2Ratio)) => {
            (Value::One(log2), CopyNumberUnit::Log2Ratio)
        }
        (Some(copies), ..) => (Value::One(copies), CopyNumberUnit::Copies),
        (None, Some((major, minor)), ..) => (Value::Sum(major, minor), CopyNumberUnit::Copies),
        (None, None, Some(log2), _) => (Value::One(log2), CopyNumberUnit::Log2Ratio),
        // The last column, if the user says what it is.
        (None, None, None, Some(unit)) if table.names.len() >= 2 => {
            (Value::One(table.names.len() - 1), unit)
        }
        _ if gene.is_some() || (chrom.is_some() && start.is_some() && end.is_some()) => {
            return Err(TablesError::UnknownUnits {
                path: table.path().to_owned(),
                column: table.names.last().cloned().unwrap_or_default(),
                option: "--copy-number-units log2 or copies",
            });
        }
        _ => return Err(unknown()),
    };
    let (place, format) = match (chrom, start, end, gene) {
        (Some(chrom), Some(start), Some(end), _) => {
            let from_zero = is_cnvkit || table.column(&["chromStart"]).is_some();
            let format = match unit {
                _ if is_cnvkit => "CNVkit",
                CopyNumberUnit::Copies if table.column(&["tcn.em"]).is_some() => "FACETS segments",
                CopyNumberUnit::Copies if major.is_some() => {
                    "segments with major and minor copies (ASCAT)"
                }
                CopyNumberUnit::Copies => "segments with total copies",
                _ => "segments with log2 ratios",
            };
            (
                Place::Segment {
                    chrom,
                    start,
                    end,
                    from_zero,
                },
                format,
            )
        }
        (_, _, _, Some(gene)) => (Place::Gene(gene), "table of genes"),
        _ => return Err(unknown()),
    };
    // CNVkit's .cnr has no probes: each row is a bin.
    let bins = is_cnvkit && table.column(&["probes"]).is_none();
    Ok(Layout {
        format,
        place,
        value,
        unit,
        bins,
    })
}

/// GISTIC's tables by genes: three columns, then a column per sample.
fn gistic(table: &Table, options: &Options, gene: usize) -> Result<Layout, TablesError> {
    let samples: Vec<(usize, &str)> = (table.names.iter().enumerate())
        .filter(|(at, name)| {
            *at != gene && !matches!(plain(name).as_str(), "locusid" | "geneid" | "cytoband")
        })
        .map(|(at, name)| (at, name.as_str()))
        .collect();
    let column = choose(
        table.path(),
        &samples,
        options.sample.as_deref(),
        "--sample NAME",
    )?;
    let unit = options.copy_number_unit.ok_or_else(|| TablesError::UnknownUnits {
        path: table.path().to_owned(),
        column: table.names.get(column).cloned().unwrap_or_default(),
        option: "--copy-number-units gistic for all_thresholded.by_genes, log2 or copies for another table",
    })?;
    Ok(Layout {
        format: "GISTIC by genes",
        place: Place::Gene(gene),
        value: Value::One(column),
        unit,
        bins: false,
    })
}

/// The sample's column.
pub(crate) fn choose(
    path: &Path,
    samples: &[(usize, &str)],
    wanted: Option<&str>,
    option: &'static str,
) -> Result<usize, TablesError> {
    let found = match (wanted, samples) {
        (Some(wanted), _) => samples.iter().find(|(_, name)| *name == wanted),
        (None, [one]) => Some(one),
        (None, _) => None,
    };
    found.map(|(at, _)| *at).ok_or_else(|| {
        let names: Vec<&str> = samples.iter().take(10).map(|(_, name)| *name).collect();
        let more = match samples.len() {
            len if len > 10 => format!(" and {} more", len - 10),
            _ => String::new(),
        };
        TablesError::UnknownSample {
            path: path.to_owned(),
            what: match wanted {
                Some(wanted) => format!("there is no sample {wanted}"),
                None => format!("there are {} samples", samples.len()),
            },
            samples: names.join(", ") + &more,
            option,
        }
    })
}

fn value_of(table: &Table, row: &Row, layout: &Layout) -> Result<Option<f64>, TablesError> {
    let value = match layout.value {
        Value::One(column) => table.number(row, column)?,
        Value::Sum(a, b) => table
            .number(row, a)?
            .zip(table.number(row, b)?)
            .map(|(a, b)| a + b),
    };
    let allowed = match layout.unit {
        CopyNumberUnit::Log2Ratio => -40.0..=20.0,
        CopyNumberUnit::Copies => 0.0..=MAX_COPIES,
        CopyNumberUnit::GisticClasses => -2.0..=2.0,
    };
    match value {
        Some(value) if !allowed.contains(&value) => Err(table.bad(
            row.line,
            format!(
                "{value} cannot be a value in {}; is the unit another one (--copy-number-units)",
                layout.unit.as_str()
            ),
        )),
        value => Ok(value),
    }
}

/// Chromosome and 0-based half-open stretch.
fn segment_of(
    table: &Table,
    row: &Row,
    layout: &Layout,
) -> Result<(String, Range<u64>), TablesError> {
    let Place::Segment {
        chrom,
        start,
        end,
        from_zero,
    } = layout.place
    else {
        return Ok((String::new(), 0..0));
    };
    let name = row.fields.get(chrom).map_or("", String::as_str);
    // FACETS and others number the sex chromosomes.
    let name = match name {
        "23" => "chrX".to_owned(),
        "24" => "chrY".to_owned(),
        other => canonical_chrom(other),
    };
    let (first, last) = (table.position(row, start)?, table.position(row, end)?);
    let first = match from_zero {
        true => first,
        false => first.saturating_sub(1),
    };
    if last <= first {
        return Err(table.bad(
            row.line,
            format!("the segment ends at {last}, before its start"),
        ));
    }
    Ok((name, first..last))
}

/// How values become copies.
struct Scale {
    unit: CopyNumberUnit,
    purity: f64,
    ploidy: f64,
}

impl Scale {
    /// Total copies of a tumour cell. For a log2 ratio r of purity p and ploidy P, normal cells having two copies:
    /// `(2^r (p P + 2 (1 - p)) - 2 (1 - p)) / p`, at least 0.
    fn copies(&self, value: f64) -> Option<f64> {
        match self.unit {
            CopyNumberUnit::Copies => Some(value),
            CopyNumberUnit::GisticClasses => None,
            CopyNumberUnit::Log2Ratio => {
                let normal = NORMAL * (1.0 - self.purity);
                let mean = self.purity * self.ploidy + normal;
                Some(((value.exp2() * mean - normal) / self.purity).max(0.0))
            }
        }
    }
}

fn assumption(unit: CopyNumberUnit, options: &Options) -> String {
    match (unit, options.purity, options.ploidy) {
        (CopyNumberUnit::Copies, ..) => {
            "copies as the caller states them; its purity and ploidy are not known here".to_owned()
        }
        (CopyNumberUnit::GisticClasses, ..) => {
            "classes as GISTIC states them; no number of copies stands behind them".to_owned()
        }
        (_, None, None) => "assumed: every cell a tumour cell, two copies on average".to_owned(),
        (_, Some(_), None) => "purity given; two copies on average assumed".to_owned(),
        (_, None, Some(_)) => "ploidy given; every cell a tumour cell assumed".to_owned(),
        (_, Some(_), Some(_)) => "purity and ploidy given".to_owned(),
    }
}

fn evidence(
    gene: &str,
    rows: &[OnGene],
    models: &Models<'_>,
    scale: &Scale,
    assembly: Option<Assembly>,
) -> CopyNumberEvidence {
    let bases: u64 = rows.iter().map(|row| row.overlap).sum();
    let mean = |of: &dyn Fn(f64) -> f64| {
        rows.iter()
            .map(|row| of(row.value) * row.overlap as f64)
            .sum::<f64>()
            / bases.max(1) as f64
    };
    let copies = (scale.unit != CopyNumberUnit::GisticClasses)
        .then(|| mean(&|value| scale.copies(value).unwrap_or(NORMAL)));
    let all: Vec<f64> = rows
        .iter()
        .filter_map(|row| scale.copies(row.value))
        .collect();
    let low = all.iter().copied().fold(f64::INFINITY, f64::min);
    let high = all.iter().copied().fold(0.0, f64::max);
    let main = rows
        .iter()
        .max_by_key(|row| row.overlap)
        .and_then(|row| row.segment);
    let arm = models
        .genes
        .iter()
        .find(|model| model.gene.symbol == gene)
        // The bands are those of GRCh38; an arm of GRCh37 differs by a few per cent at most.
        .filter(|_| assembly.is_some())
        .and_then(|model| models.arm(&model.transcript.chrom, model.span.start));
    let arm_share = main.zip(arm).map(|((start, end), arm)| {
        let covered = end.min(arm.end).saturating_sub(start.max(arm.start));
        covered as f64 / (arm.end - arm.start).max(1) as f64
    });
    let length = main.map(|(start, end)| end - start);
    let line = |state| bypass_line(gene, state).map(|line| line.value);
    let reach = length.zip(arm_share).map(|(length, share)| {
        if line(BypassState::ArmLevel).is_some_and(|line| share > line) {
            Reach::ArmLevel
        } else if line(BypassState::Focal).is_some_and(|line| length as f64 <= line) {
            Reach::Focal
        } else {
            Reach::Broad
        }
    });
    CopyNumberEvidence {
        copies: copies.map(round),
        log2: (scale.unit == CopyNumberUnit::Log2Ratio).then(|| round(mean(&|value| value))),
        range: (all.len() > 1).then(|| [round(low), round(high)]),
        rows: rows.len() as u64,
        segment: length,
        arm_share: arm_share.map(round),
        reach,
        class: match scale.unit {
            CopyNumberUnit::GisticClasses => rows.first().map(|row| row.value as i8),
            _ => None,
        },
    }
}

/// To four decimals: more are noise, and fewer differences between machines.
fn round(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

fn finding(gene: &BypassGene, evidence: CopyNumberEvidence) -> Option<TableFinding> {
    let (strength, line) = judge(gene, &evidence)?;
    let what = match (evidence.copies, evidence.class) {
        (Some(copies), _) => format!("{copies:.1} copies"),
        (None, Some(class)) => format!("GISTIC class {class}"),
        (None, None) => "copies not stated".to_owned(),
    };
    let reach = match (evidence.reach, evidence.segment) {
        (Some(reach), Some(length)) => format!(
            ", {} (segment of {:.1} Mb)",
            reach.as_str(),
            length as f64 / 1e6
        ),
        _ => String::new(),
    };
    let words: &[&str] = match strength {
        Strength::Amplified => &["amplification"],
        Strength::Gain => &["gain"],
        _ => &["loss", "small-cell"],
    };
    Some(TableFinding {
        kind: TableFindingKind::CopyNumber,
        gene: gene.symbol.to_owned(),
        role: gene.role.to_owned(),
        what: format!("{what}{reach}"),
        strength,
        variant: None,
        copy_number: Some(evidence),
        expression: None,
        source: line.map(|line| SourceRow::of("bypass_lines", line, line.note)),
        resistance: ways(&gene.ways, words),
    })
}

/// The word that the copies earn, and the line.
fn judge(
    gene: &BypassGene,
    evidence: &CopyNumberEvidence,
) -> Option<(Strength, Option<&'static BypassLine>)> {
    if let Some(class) = evidence.class {
        return match class {
            2 if gene.amplification => Some((Strength::Amplified, None)),
            1 if gene.amplification => Some((Strength::Gain, None)),
            -2 if gene.loss => Some((Strength::DeepDeletion, None)),
            _ => None,
        };
    }
    let copies = evidence.copies?;
    let line = |state| bypass_line(gene.symbol, state);
    if gene.loss {
        let deep = line(BypassState::DeepDeletion)?;
        return (copies < deep.value).then_some((Strength::DeepDeletion, Some(deep)));
    }
    if !gene.amplification {
        return None;
    }
    let own = line(BypassState::Amplification)?;
    // A gene with a line of its own has that one; for others a segment that is not focal needs more.
    let broad =
        matches!(evidence.reach, Some(Reach::Broad | Reach::ArmLevel)) && own.gene.is_none();
    let amplified = match broad {
        true => line(BypassState::BroadAmplification)?,
        false => own,
    };
    if copies >= amplified.value {
        return Some((Strength::Amplified, Some(amplified)));
    }
    let gain = line(BypassState::Gain)?;
    (copies >= gain.value).then_some((Strength::Gain, Some(gain)))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use alkaid_genome::Bundle;
    use proptest::prelude::*;

    use super::*;

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
