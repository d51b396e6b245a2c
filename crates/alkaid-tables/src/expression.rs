//! From tables of expression to levels of genes.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use alkaid_genome::{Bundle, without_version};
use alkaid_knowledge::{BypassGene, BypassState, bypass_genes, bypass_line, expression_markers};

use crate::columns::{Table, plain};
use crate::copy_number::choose;
use crate::error::TablesError;
use crate::finding::{ExpressionRead, Level, SourceRow, Strength, TableFinding, TableFindingKind};
use crate::options::{ExpressionUnit, Options};
use crate::text::Lines;
use crate::variants::ways;

const KNOWN: &str = "salmon quant.sf, kallisto abundance.tsv, RSEM genes.results or isoforms.results, featureCounts, StringTie gene abundances, \
or a matrix whose first column holds gene symbols or accessions";

/// Below this many known genes, at least [`MIN_SHARE`] of the rows must be known: a table of transcripts may hold many
/// that are in no bundle, but then thousands are.
const MIN_GENES: usize = 1000;
/// An assumption: a table of whose identifiers fewer than half are known is taken for one of another kind.
const MIN_SHARE: f64 = 0.5;
/// Unknown identifiers that are named.
const EXAMPLES: usize = 5;
/// What TPM of a sample add to, with room for rounding and for tables that leave genes out.
const TPM_SUM: f64 = 1_100_000.0;

/// What a table of expression says.
pub(crate) struct Expression {
    pub(crate) read: ExpressionRead,
    pub(crate) findings: Vec<TableFinding>,
    pub(crate) warnings: Vec<String>,
    levels: BTreeMap<String, Level>,
}

impl Expression {
    /// The level of a gene.
    pub(crate) fn level(&self, gene: &str) -> Option<&Level> {
        self.levels.get(gene)
    }
}

struct Layout {
    format: &'static str,
    /// Columns with identifiers, the best first.
    ids: Vec<usize>,
    value: usize,
    unit: ExpressionUnit,
    unit_from: String,
    /// Length that counts are divided by, in bases.
    length: Option<usize>,
    /// Whether rows are transcripts, whose levels add up to those of genes.
    transcripts: bool,
}

/// Reads a table.
pub(crate) fn expression(
    path: &Path,
    bundle: &Bundle,
    options: &Options,
) -> Result<Expression, TablesError> {
    read(Lines::open(path)?, bundle, options)
}

/// As [`expression`], from lines.
pub(crate) fn read(
    lines: Lines,
    bundle: &Bundle,
    options: &Options,
) -> Result<Expression, TablesError> {
    let mut table = Table::open(lines, "a table of expression with a header line")?;
    let first = table.next()?;
    let layout = layout(&table, options)?;
    let symbols = Symbols::new(bundle);
    let mut levels: BTreeMap<&str, f64> = BTreeMap::new();
    let (mut rows, mut known, mut without_value, mut repeated) = (0u64, 0u64, 0u64, 0u64);
    let mut total = 0.0;
    let mut examples = Vec::new();
    let mut row = first;
    while let Some(current) = row {
        rows += 1;
        let ids = || layout.ids.iter().filter_map(|at| current.fields.get(*at));
        let value = table.number(&current, layout.value)?;
        if let Some(value) =
            value.filter(|value| *value < 0.0 && layout.unit != ExpressionUnit::Log2)
        {
            return Err(table.bad(current.line, format!(
                "{value} is negative, and {} are not; is the table logarithmic (--expression-units log2)",
                layout.unit.as_str()
            )));
        }
        let value = match layout.length {
            Some(column) => {
                let length = table
                    .number(&current, column)?
                    .filter(|length| *length > 0.0);
                value.zip(length).map(|(count, length)| count / length)
            }
            None => value,
        };
        total += value.unwrap_or(0.0);
        match (ids().find_map(|id| symbols.find(id)), value) {
            (None, _) => {
                if examples.len() < EXAMPLES
                    && let Some(id) = ids().next()
                {
                    examples.push(id.chars().take(40).collect::<String>());
                }
            }
            (Some(_), None) => {
                known += 1;
                without_value += 1;
            }
            (Some(gene), Some(value)) => {
                known += 1;
                let before = levels.get(gene).copied();
                repeated += u64::from(before.is_some());
                let sum = match (before, layout.unit) {
                    (None, _) => value,
                    // Logarithms do not add up; the highest stands for the gene.
                    (Some(before), ExpressionUnit::Log2) => before.max(value),
                    (Some(before), _) => before + value,
                };
                levels.insert(gene, sum);
            }
        }
        row = table.next()?;
    }
    let path = table.path();
    let file = path.display().to_string();
    let share = known as f64 / rows.max(1) as f64;
    if rows > 0 && levels.len() < MIN_GENES && share < MIN_SHARE {
        return Err(TablesError::UnknownIds {
            path: path.to_owned(),
            known,
            rows,
            examples: examples.join(", "),
        });
    }
    let mut warnings = Vec::new();
    // Counts per million of all rows; divided by their length, counts become TPM.
    let factor = match (layout.unit, layout.length) {
        (ExpressionUnit::Counts, _) | (_, Some(_)) if total > 0.0 => 1e6 / total,
        _ => 1.0,
    };
    if rows == 0 {
        warnings.push(format!(
            "{file}: no row below the header; nothing was found because nothing is there"
        ));
    }
    if layout.unit == ExpressionUnit::Tpm && layout.length.is_none() && total > TPM_SUM {
        warnings.push(format!("{file}: TPM of a sample add to 1,000,000, these to {total:.0}; are they counts (--expression-units counts)?"));
    }
    if layout.unit == ExpressionUnit::Log2 && levels.values().any(|value| *value > 40.0) {
        warnings.push(format!(
            "{file}: values above 40 are no logarithms of expression; is the unit another one?"
        ));
    }
    let unknown = rows - known;
    if unknown > 0 {
        let lower = match layout.transcripts {
            true => "; a gene's level is that of its known transcripts, so a lower bound",
            false => "",
        };
        warnings.push(format!(
            "{file}: {unknown} of {rows} identifiers are unknown and left out, such as {}{lower}",
            examples.join(", ")
        ));
    }
    if without_value > 0 {
        warnings.push(format!(
            "{file}: {without_value} rows have no value and are left out"
        ));
    }
    if repeated > 0 && !layout.transcripts {
        let how = match layout.unit {
            ExpressionUnit::Log2 => "the highest counts",
            _ => "they were added up",
        };
        warnings.push(format!("{file}: {repeated} rows name a gene again; {how}"));
    }
    let levels = ranked(levels, factor, layout.unit);
    let mut findings = Vec::new();
    let mut of_interest = Vec::new();
    let mut genes_without = Vec::new();
    for gene in bypass_genes().iter().filter(|gene| gene.expression) {
        match levels.get(gene.symbol) {
            Some(level) => {
                findings.push(finding(gene, level, &layout));
                of_interest.push(level.clone());
            }
            None => genes_without.push(gene.symbol.to_owned()),
        }
    }
    if rows > 0 && genes_without.len() > of_interest.len() {
        warnings.push(format!(
            "{file}: it lacks {} of the genes of interest: {}",
            genes_without.len(),
            genes_without.join(", ")
        ));
    }
    let read = ExpressionRead {
        file,
        format: layout.format.to_owned(),
        unit: match layout.length {
            Some(_) => "TPM computed from counts and lengths".to_owned(),
            None => layout.unit.as_str().to_owned(),
        },
        unit_from: layout.unit_from,
        column: table.names.get(layout.value).cloned().unwrap_or_default(),
        rows,
        known,
        unknown,
        unknown_examples: examples,
        without_value,
        genes: levels.len() as u64,
        genes_without,
        levels: of_interest,
    };
    Ok(Expression {
        read,
        findings,
        warnings,
        levels,
    })
}

/// Tells the format by the header.
fn layout(table: &Table, options: &Options) -> Result<Layout, TablesError> {
    let has = |name: &str| table.column(&[name]);
    let fixed = |format, ids: Vec<usize>, value, unit: ExpressionUnit, transcripts| Layout {
        format,
        ids,
        value,
        unit: options.expression_unit.unwrap_or(unit),
        unit_from: match options.expression_unit {
            Some(_) => "--expression-units".to_owned(),
            None => "the format".to_owned(),
        },
        length: None,
        transcripts,
    };
    let is_stringtie = has("Gene ID").is_some() && has("Coverage").is_some();
    if let (Some(id), Some(value), Some(_)) = (has("Name"), has("TPM"), has("NumReads")) {
        return Ok(fixed(
            "salmon quant.sf",
            vec![id],
            value,
            ExpressionUnit::Tpm,
            true,
        ));
    }
    if let (Some(id), Some(value), Some(_)) = (has("target_id"), has("tpm"), has("est_counts")) {
        return Ok(fixed(
            "kallisto abundance.tsv",
            vec![id],
            value,
            ExpressionUnit::Tpm,
            true,
        ));
    }
    if let (Some(gene), Some(value), Some(_)) = (has("gene_id"), has("TPM"), has("expected_count"))
    {
        return Ok(match has("transcript_id") {
            Some(_) => fixed(
                "RSEM isoforms.results",
                vec![gene],
                value,
                ExpressionUnit::Tpm,
                true,
            ),
            None => fixed(
                "RSEM genes.results",
                vec![gene],
                value,
                ExpressionUnit::Tpm,
                false,
            ),
        });
    }
    if let (Some(id), Some(value), true) = (has("Gene Name"), has("TPM"), is_stringtie) {
        let ids = [Some(id), has("Gene ID")].into_iter().flatten().collect();
        return Ok(fixed(
            "StringTie gene abundances",
            ids,
            value,
            ExpressionUnit::Tpm,
            false,
        ));
    }
    if let (Some(id), Some(_), Some(_), Some(length)) =
        (has("Geneid"), has("Chr"), has("Strand"), has("Length"))
    {
        let samples: Vec<(usize, &str)> = (table.names.iter().enumerate())
            .skip(length + 1)
            .map(|(at, name)| (at, name.as_str()))
            .collect();
        let value = choose(
            table.path(),
            &samples,
            options.sample.as_deref(),
            "--sample NAME",
        )?;
        return Ok(Layout {
            length: Some(length),
            ..fixed("featureCounts", vec![id], value, ExpressionUnit::Tpm, false)
        });
    }
    matrix(table, options)
}

/// A matrix: identifiers, then columns of samples, some of which may be more identifiers.
fn matrix(table: &Table, options: &Options) -> Result<Layout, TablesError> {
    const IDS: [&str; 16] = [
        "gene",
        "geneid",
        "genename",
        "genesymbol",
        "symbol",
        "hugosymbol",
        "hgncsymbol",
        "ensemblid",
        "ensemblgeneid",
        "id",
        "name",
        "transcript",
        "transcriptid",
        "targetid",
        "entrezgeneid",
        "ensembl",
    ];
    const OTHERS: [&str; 8] = [
        "description",
        "length",
        "efflength",
        "effectivelength",
        "biotype",
        "genetype",
        "chr",
        "strand",
    ];
    let unknown = || TablesError::UnknownFormat {
        path: table.path().to_owned(),
        line: table.header_line,
        columns: table.shown(),
        kind: "expression",
        expected: KNOWN,
    };
    if table.names.len() < 2 {
        return Err(unknown());
    }
    let mut ids: Vec<usize> = (table.names.iter().enumerate())
        .filter(|(_, name)| IDS.contains(&plain(name).as_str()))
        .map(|(at, _)| at)
        .collect();
    if table.first_is_name() || ids.is_empty() {
        ids.insert(0, 0);
    }
    ids.dedup();
    let samples: Vec<(usize, &str)> = (table.names.iter().enumerate())
        .filter(|(at, name)| !ids.contains(at) && !OTHERS.contains(&plain(name).as_str()))
        .map(|(at, name)| (at, name.as_str()))
        .collect();
    if samples.is_empty() {
        return Err(unknown());
    }
    let value = choose(
        table.path(),
        &samples,
        options.sample.as_deref(),
        "--sample NAME",
    )?;
    let name = table.names.get(value).map_or("", String::as_str);
    let (unit, unit_from) = match (options.expression_unit, unit_of(name)) {
        (Some(unit), _) => (unit, "--expression-units".to_owned()),
        (None, Some(unit)) => (unit, format!("the column's name, {name}")),
        (None, None) => {
            return Err(TablesError::UnknownUnits {
                path: table.path().to_owned(),
                column: name.to_owned(),
                option: "--expression-units tpm, fpkm, counts or log2",
            });
        }
    };
    Ok(Layout {
        format: "matrix",
        ids,
        value,
        unit,
        unit_from,
        length: None,
        transcripts: false,
    })
}

/// The unit that a column's name holds.
fn unit_of(name: &str) -> Option<ExpressionUnit> {
    let name = name.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&["log2", "log_2", "logtpm", "logcpm"]) {
        Some(ExpressionUnit::Log2)
    } else if has(&["tpm"]) {
        Some(ExpressionUnit::Tpm)
    } else if has(&["fpkm", "rpkm"]) {
        Some(ExpressionUnit::Fpkm)
    } else if has(&["count", "numreads"]) {
        Some(ExpressionUnit::Counts)
    } else {
        None
    }
}

/// Levels with their ranks.
fn ranked(
    levels: BTreeMap<&str, f64>,
    factor: f64,
    unit: ExpressionUnit,
) -> BTreeMap<String, Level> {
    let mut sorted: Vec<f64> = levels.values().copied().collect();
    sorted.sort_by(f64::total_cmp);
    let others = sorted.len().saturating_sub(1).max(1) as f64;
    levels
        .into_iter()
        .map(|(gene, raw)| {
            let below = sorted.partition_point(|other| *other < raw);
            let ties = sorted.partition_point(|other| *other <= raw) - below;
            let value = raw * factor;
            let log2 = match unit {
                ExpressionUnit::Log2 => value,
                _ => (value + 1.0).log2(),
            };
            let level = Level {
                gene: gene.to_owned(),
                value: round(value),
                log2: round(log2),
                rank: round((below as f64 + (ties.saturating_sub(1)) as f64 / 2.0) / others),
            };
            (gene.to_owned(), level)
        })
        .collect()
}

/// To four decimals.
pub(crate) fn round(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

fn finding(gene: &BypassGene, level: &Level, layout: &Layout) -> TableFinding {
    let line = bypass_line(gene.symbol, BypassState::HighExpression);
    // What is not expressed at all ties with half of all genes, and is never high.
    let high = line.filter(|line| level.rank >= line.value && level.log2 > 0.0);
    let strength = match high {
        Some(_) => Strength::HighExpression,
        None => Strength::Level,
    };
    let words: &[&str] = match high {
        Some(_) => &["activ", "dependence", "glycoprotein", "too much"],
        None => &[],
    };
    let unit = match (layout.length, layout.unit) {
        (Some(_), _) => "TPM",
        (None, ExpressionUnit::Log2) => "(log2)",
        (None, unit) => unit.as_str(),
    };
    TableFinding {
        kind: TableFindingKind::Expression,
        gene: gene.symbol.to_owned(),
        role: gene.role.to_owned(),
        what: format!(
            "{:.2} {unit}, above {:.1} % of the table's genes",
            level.value,
            level.rank * 100.0
        ),
        strength,
        variant: None,
        copy_number: None,
        expression: Some(level.clone()),
        source: high.map(|line| SourceRow::of("bypass_lines", line, line.note)),
        resistance: ways(&gene.ways, words),
    }
}

/// Symbols by every identifier that the bundle and the marker table know. Only looked up, never walked through.
struct Symbols<'b> {
    by_id: HashMap<&'b str, &'b str>,
}

impl<'b> Symbols<'b> {
    fn new(bundle: &'b Bundle) -> Self {
        let mut by_id = HashMap::new();
        for transcript in bundle.transcripts() {
            let gene = transcript.gene.as_str();
            let refseq = transcript.refseq.as_deref().unwrap_or_default();
            for id in [transcript.gene_id.as_str(), transcript.id.as_str(), refseq] {
                if !id.is_empty() {
                    by_id.entry(without_version(id)).or_insert(gene);
                }
            }
        }
        for marker in expression_markers() {
            for alias in &marker.aliases {
                by_id.entry(alias).or_insert(marker.symbol);
            }
        }
        // A symbol is itself, whatever else bears its name.
        for transcript in bundle.transcripts() {
            by_id.insert(&transcript.gene, &transcript.gene);
        }
        Self { by_id }
    }

    /// `ALK`, `ENSG00000171094.19`, `ALK|238`, `ENSG00000171094_ALK`, and GENCODE's names with bars.
    fn find(&self, id: &str) -> Option<&'b str> {
        let of = |text: &str| {
            self.by_id
                .get(text)
                .or_else(|| self.by_id.get(without_version(text)))
                .copied()
        };
        of(id)
            .or_else(|| id.split('|').filter(|part| !part.is_empty()).find_map(of))
            .or_else(|| {
                id.split_once('_')
                    .and_then(|(a, b)| of(a).or_else(|| of(b)))
            })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn of(text: &str, options: &Options) -> Result<Expression, TablesError> {
        let lines = Lines::new(Path::new("e.tsv"), Cursor::new(text.as_bytes().to_vec()))?;
        read(lines, Bundle::embedded(), options)
    }

    fn alk(text: &str, options: &Options) -> f64 {
        of(text, options).unwrap().level("ALK").unwrap().value
    }

    #[test]
    fn formats_are_told_by_their_headers() {
        let plain = Options::default();
        assert_eq!(
            alk(
                "Name\tLength\tEffectiveLength\tTPM\tNumReads\nENST00000389048.8\t6220\t6000\t7.5\t90\n",
                &plain
            ),
            7.5
        );
        let gencode = "Name\tLength\tEffectiveLength\tTPM\tNumReads\nENST00000000001.1|ENSG00000171094.19|-|-|ALK-204|ALK|6220|protein_coding|\t9\t9\t2.5\t1\nENST00000389048.8\t6220\t6000\t1\t1\n";
        assert_eq!(alk(gencode, &plain), 3.5);
        assert_eq!(
            alk(
                "target_id\tlength\teff_length\test_counts\ttpm\nENST00000389048\t1\t1\t5\t3\n",
                &plain
            ),
            3.0
        );
        assert_eq!(
            alk(
                "gene_id\ttranscript_id(s)\tlength\teffective_length\texpected_count\tTPM\tFPKM\nENSG00000171094.19\tx\t1\t1\t5\t4\t9\n",
                &plain
            ),
            4.0
        );
        let counts = "# Program:featureCounts v2\nGeneid\tChr\tStart\tEnd\tStrand\tLength\ta.bam\nALK\t2\t1\t2\t-\t1000\t30\nMET\t7\t1\t2\t+\t500\t45\n";
        assert_eq!(alk(counts, &plain), 250_000.0);
        assert_eq!(alk("gene,sample_TPM\nALK,5\n", &plain), 5.0);
        let tpm = Options {
            expression_unit: Some(ExpressionUnit::Tpm),
            sample: Some("b".into()),
            ..Options::default()
        };
        assert_eq!(
            alk("a\tb\nALK|238\t5\t6\nENSG00000105976_MET\t1\t2\n", &tpm),
            6.0
        );
    }

    #[test]
    fn ranks_and_high_levels() {
        let mut text = String::from("gene\tTPM\n");
        for (at, transcript) in Bundle::embedded()
            .transcripts()
            .iter()
            .take(400)
            .enumerate()
        {
            text += &format!("{}\t{}\n", transcript.gene, at as f64 / 1000.0);
        }
        text += "MET\t500\nALK\t0\n";
        let found = of(&text, &Options::default()).unwrap();
        let met = found
            .findings
            .iter()
            .find(|finding| finding.gene == "MET")
            .unwrap();
        assert_eq!(met.strength, Strength::HighExpression);
        assert!(met.source.as_ref().unwrap().is_unverified());
        assert_eq!(found.level("MET").unwrap().rank, 1.0);
        assert_eq!(found.level("ALK").unwrap().log2, 0.0);
    }

    #[test]
    fn what_cannot_be_told_is_refused() {
        let message = |text: &str| of(text, &Options::default()).err().unwrap().to_string();
        assert!(
            message("gene\tT1\nALK\t5\n").contains("--expression-units tpm, fpkm, counts or log2")
        );
        assert!(
            message("gene\tT1\tT2\nALK\t5\t6\n")
                .contains("there are 2 samples; its samples are T1, T2")
        );
        assert!(
            message("gene\ttpm\nAlk\t5\nMet\t6\nEgfr\t2\n")
                .contains("only 0 of 3 identifiers are known")
        );
        assert!(message("gene\ttpm\nALK\t-5\n").contains("--expression-units log2"));
        assert!(message("gene\ttpm\nALK\thigh\n").contains("line 2: \"high\""));
        assert!(message("ALK\n").contains("no known expression table"));
        assert!(message("").contains("is empty"));
    }

    #[test]
    fn what_is_odd_is_counted() {
        let found = of(
            "gene\ttpm\nALK\t2000000\nALK\t1\nMET\tNA\nEGFR\t1\nfoo\t1\n",
            &Options::default(),
        )
        .unwrap();
        let text = found.warnings.join("\n");
        assert!(
            text.contains("1 of 5 identifiers are unknown") && text.contains("foo"),
            "{text}"
        );
        assert!(text.contains("are they counts"), "{text}");
        assert!(text.contains("name a gene again"), "{text}");
        assert!(text.contains("have no value"), "{text}");
    }
}
