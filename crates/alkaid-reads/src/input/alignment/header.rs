//! What an alignment file's header says: reference sequences, assembly, aligner, order.

use std::collections::BTreeMap;
use std::path::Path;

use alkaid_genome::{Assembly, canonical_chrom};

use super::super::error::InputError;

/// Lengths of chromosomes 1 and 2, which differ between the assemblies.
const LENGTHS: [(&str, u64, Assembly); 4] = [
    ("chr1", 248_956_422, Assembly::Grch38),
    ("chr1", 249_250_621, Assembly::Grch37),
    ("chr2", 242_193_529, Assembly::Grch38),
    ("chr2", 243_199_373, Assembly::Grch37),
];

/// Aligners by a word in their program line, lower case.
const ALIGNERS: [&str; 22] = [
    "bwa-mem2",
    "bwa",
    "star",
    "hisat2",
    "hisat",
    "minimap2",
    "pbmm2",
    "bowtie2",
    "bowtie",
    "tophat",
    "novoalign",
    "dragen",
    "gsnap",
    "gmap",
    "subread",
    "subjunc",
    "snap",
    "segemehl",
    "magicblast",
    "winnowmap",
    "ngmlr",
    "mapsplice",
];

/// What the header says.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// Chromosome names in `chr2` form, by reference number.
    pub(super) chroms: Vec<String>,
    /// Reference numbers by chromosome name in `chr2` form.
    by_chrom: BTreeMap<String, usize>,
    lengths: Vec<u64>,
    /// The aligner, as its program line names it.
    pub(super) aligner: Option<String>,
    /// Whether records of one name follow each other.
    pub(super) grouped: bool,
}

impl Facts {
    /// Reads the header's text; `references` are those of the binary header, where there is one.
    pub(super) fn new(text: &str, references: Option<Vec<(String, u64)>>) -> Self {
        let references = references.unwrap_or_else(|| {
            let lines = text.lines().filter(|line| line.starts_with("@SQ\t"));
            lines
                .filter_map(|line| {
                    Some((
                        field(line, "SN")?.to_owned(),
                        field(line, "LN")?.parse().ok()?,
                    ))
                })
                .collect()
        });
        let chroms: Vec<String> = references
            .iter()
            .map(|(name, _)| canonical_chrom(name))
            .collect();
        let mut by_chrom = BTreeMap::new();
        for (i, chrom) in chroms.iter().enumerate() {
            by_chrom.entry(chrom.clone()).or_insert(i);
        }
        let order = text.lines().find(|line| line.starts_with("@HD\t"));
        let order = |tag| order.and_then(|line| field(line, tag));
        Self {
            chroms,
            by_chrom,
            lengths: references.into_iter().map(|(_, length)| length).collect(),
            aligner: aligner(text),
            grouped: order("SO") == Some("queryname") || order("GO") == Some("query"),
        }
    }

    /// Number of a chromosome given in `chr2` form.
    pub(super) fn reference(&self, chrom: &str) -> Option<usize> {
        self.by_chrom.get(chrom).copied()
    }

    /// Whether the header names reference sequences, as that of aligned reads does.
    pub(super) fn is_aligned(&self) -> bool {
        !self.chroms.is_empty()
    }

    /// The assembly, told by the lengths of chromosomes 1 and 2: other sequences may be cut or left out.
    pub(super) fn assembly(&self, path: &Path) -> Result<Assembly, InputError> {
        let length = |chrom| self.reference(chrom).map(|i| self.lengths[i]);
        let assembly = |chrom| {
            let length = length(chrom)?;
            LENGTHS
                .iter()
                .find(|(name, known, _)| *name == chrom && *known == length)
                .map(|&(.., assembly)| assembly)
        };
        match (assembly("chr1"), assembly("chr2")) {
            (Some(first), Some(second)) if first != second => Err(InputError::MixedReference {
                path: path.to_path_buf(),
                first,
                second,
            }),
            (Some(found), _) | (None, Some(found)) => Ok(found),
            (None, None) => Err(InputError::UnknownReference {
                path: path.to_path_buf(),
                found: match (length("chr1"), length("chr2")) {
                    (Some(length), _) => format!("its chromosome 1 has {length} bases"),
                    (None, Some(length)) => format!("its chromosome 2 has {length} bases"),
                    (None, None) => {
                        format!(
                            "no chromosome 1 or 2 among its {} sequences",
                            self.chroms.len()
                        )
                    }
                },
            }),
        }
    }
}

/// Value of a tag of a header line.
pub(super) fn field<'a>(line: &'a str, tag: &str) -> Option<&'a str> {
    line.split('\t')
        .skip(1)
        .find_map(|field| field.strip_prefix(tag)?.strip_prefix(':'))
}

/// The program that aligned, else the first program named.
fn aligner(text: &str) -> Option<String> {
    let programs = || text.lines().filter(|line| line.starts_with("@PG\t"));
    let name = |line| field(line, "PN").or_else(|| field(line, "ID"));
    let known = programs().find_map(|line| {
        let name = name(line)?;
        let words = format!("{name} {}", field(line, "ID").unwrap_or_default()).to_lowercase();
        ALIGNERS
            .iter()
            .any(|known| words.split([' ', '.', '_']).any(|word| word == *known))
            .then_some((name, line))
    });
    match known {
        Some((name, line)) => Some(match field(line, "VN") {
            Some(version) => format!("{name} {version}"),
            None => name.to_owned(),
        }),
        None => programs().find_map(name).map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(lines: &str) -> Facts {
        Facts::new(lines, None)
    }

    fn assembly(lines: &str) -> Result<Assembly, String> {
        facts(lines)
            .assembly(Path::new("x.bam"))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn one_exact_chromosome_tells_the_assembly() {
        assert_eq!(
            assembly("@SQ\tSN:chr1\tLN:248956422\n@SQ\tSN:chr9\tLN:1\n"),
            Ok(Assembly::Grch38)
        );
        assert_eq!(
            assembly("@SQ\tSN:1\tLN:5\n@SQ\tSN:2\tLN:243199373\n"),
            Ok(Assembly::Grch37)
        );
    }

    #[test]
    fn other_references_are_refused() {
        assert!(
            assembly("@SQ\tSN:chr1\tLN:248387328\n")
                .is_err_and(|message| message.contains("248387328 bases"))
        );
        assert!(
            assembly("@SQ\tSN:ENST1\tLN:5\n")
                .is_err_and(|message| message.contains("no chromosome 1 or 2"))
        );
        assert!(
            assembly("@SQ\tSN:1\tLN:248956422\n@SQ\tSN:2\tLN:243199373\n").is_err_and(|message| {
                message.contains("chromosome 1 of GRCh38 but chromosome 2 of GRCh37")
            })
        );
    }

    #[test]
    fn aligner_and_order_are_found() {
        let seen = facts(
            "@HD\tVN:1.6\tSO:queryname\n@PG\tID:samtools\tPN:samtools\n@PG\tID:bwa-7\tPN:bwa\tVN:0.7\n",
        );
        assert_eq!(seen.aligner.as_deref(), Some("bwa 0.7"));
        assert!(seen.grouped);
        assert!(!seen.is_aligned());
        assert_eq!(facts("@PG\tID:picard\n").aligner.as_deref(), Some("picard"));
        assert_eq!(
            facts("@PG\tID:DRAGEN SW build\tVN:4\n").aligner.as_deref(),
            Some("DRAGEN SW build 4")
        );
        assert_eq!(facts("").aligner, None);
    }
}
