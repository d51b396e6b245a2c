//! Which format a table of copy numbers has, and what a row of it says.

use std::ops::Range;
use std::path::Path;

use alkaid_genome::canonical_chrom;

use super::MAX_COPIES;
use crate::columns::{Row, Table, plain};
use crate::error::TablesError;
use crate::options::{CopyNumberUnit, Options};

/// What the formats are, for messages.
const KNOWN: &str = "CNVkit (.cns, .cnr, .call.cns), SEG, FACETS, ASCAT, Sequenza or PURPLE segments, a table with chromosome, start, end and \
copies or log2, a table with gene and copies or log2, GISTIC by genes, or a VCF with END and CN";

/// Where a row lies.
pub(super) enum Place {
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
pub(super) enum Value {
    One(usize),
    /// Major and minor copies, which add up (ASCAT).
    Sum(usize, usize),
}

pub(super) struct Layout {
    pub(super) format: &'static str,
    pub(super) place: Place,
    pub(super) value: Value,
    pub(super) unit: CopyNumberUnit,
    /// Whether every row is a bin, so that a row's length says nothing about a segment's.
    pub(super) bins: bool,
}

/// Tells the format by the header.
pub(super) fn layout(table: &Table, options: &Options) -> Result<Layout, TablesError> {
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

pub(super) fn value_of(
    table: &Table,
    row: &Row,
    layout: &Layout,
) -> Result<Option<f64>, TablesError> {
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
pub(super) fn segment_of(
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
