//! From a VCF to findings about ALK and the genes that may stand in for it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use alkaid_genome::{Assembly, Strand, complement};
use alkaid_knowledge::{
    AlterationEffect, AlterationKind, BypassAlteration, OffTargetResistance, bypass_alterations,
    fact, mutation, off_target_resistance, polymorphisms,
};

use crate::coding::{Edit, Effect, codon_base, effect};
use crate::error::TablesError;
use crate::finding::{
    Consequence, Counted, NamedBy, SourceRow, Strength, TableFinding, TableFindingKind,
    VariantEvidence, VariantsRead,
};
use crate::model::{GeneModel, Models};
use crate::options::Options;
use crate::text::Lines;
use crate::vcf::{self, Header, Record};

/// Records in the genes of interest that are kept; a whole genome with all its germline variants has some thousands.
const MAX_KEPT: usize = 200_000;

/// Records that must agree with the assembly for each one that does not, before that one is taken for a difference of the
/// bundle and not for a wrong assembly. The bundle's EGFR differs from GRCh38 at 2 of 244,589 bases; GRCh37 differs from
/// GRCh38 at about one base in some thousands. In ALK on GRCh38 the bundle is exact, and any difference is an error.
const AGREEING_PER_WRONG: u64 = 50;

/// What a VCF says.
pub(crate) struct Variants {
    pub(crate) read: VariantsRead,
    pub(crate) findings: Vec<TableFinding>,
    pub(crate) warnings: Vec<String>,
}

/// How a record's REF compares with the assembly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Agreement {
    /// All bases are known and equal.
    Full,
    /// Those that are known are equal; some, or all, are not known.
    Partial,
    /// A known base differs.
    No,
}

/// Reads a VCF.
pub(crate) fn variants(
    path: &Path,
    models: &Models<'_>,
    options: &Options,
) -> Result<Variants, TablesError> {
    read(Lines::open(path)?, models, options)
}

/// As [`variants`], from lines.
pub(crate) fn read(
    mut lines: Lines,
    models: &Models<'_>,
    options: &Options,
) -> Result<Variants, TablesError> {
    let path = lines.path().to_owned();
    let header = vcf::header(&mut lines, |chrom| models.length(chrom))?;
    let sample = tumour_sample(&path, &header, options)?;
    let stated = options.assembly.map(|assembly| (assembly, "--assembly"));
    let known = stated.or(header.assembly);
    let mut census = Census::default();
    let mut kept = Vec::new();
    while let Some((line, text)) = lines.next()? {
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let record = vcf::record(&path, line, &text, header.samples.len())?;
        census.records += 1;
        let near = |assembly| models.holds(assembly, &record.chrom, &record.stretch());
        let of_interest = match known {
            Some((assembly, _)) => near(assembly),
            None => near(Assembly::Grch38) || near(Assembly::Grch37),
        };
        if !of_interest {
            continue;
        }
        if !record.alternates.iter().any(|allele| vcf::is_bases(allele)) {
            census.skip(
                "no allele that is spelled out (structural or reference only)",
                1,
            );
            continue;
        }
        if kept.len() == MAX_KEPT {
            return Err(TablesError::TooMany {
                path,
                limit: MAX_KEPT,
            });
        }
        kept.push(record);
    }
    let (assembly, from) = match known {
        Some((assembly, from)) => (assembly, from.to_owned()),
        None => tell_assembly(&path, models, &kept)?,
    };
    let wrong = census.check_references(&path, models, assembly, &kept)?;
    let mut findings = Vec::new();
    for record in kept.iter().filter(|record| !wrong.contains(&record.line)) {
        if !matches!(record.filter.as_str(), "PASS" | "." | "") {
            *census.filtered.entry(record.filter.clone()).or_default() += 1;
            continue;
        }
        for allele in 0..record.alternates.len() {
            let of = OfAllele {
                header: &header,
                record,
                allele,
                sample,
            };
            findings.extend(of.findings(models, assembly, &mut census));
        }
    }
    let warnings = census.warnings(&path, &header, sample, assembly);
    let counted = |counts: BTreeMap<String, u64>| {
        counts
            .into_iter()
            .map(|(name, count)| Counted { name, count })
            .collect()
    };
    let read = VariantsRead {
        file: path.display().to_string(),
        assembly,
        assembly_from: from,
        sample: sample.and_then(|at| header.samples.get(at).cloned()),
        annotation: match (header.csq.is_empty(), header.ann) {
            (false, _) => Some("CSQ".to_owned()),
            (true, true) => Some("ANN".to_owned()),
            _ => None,
        },
        records: census.records,
        in_genes: census.in_genes,
        reference_checked: census.checked,
        reference_unchecked: census.unchecked,
        reference_disagrees: census.wrong,
        skipped: counted(census.skipped),
        filtered: counted(census.filtered),
        annotation_disagrees: census.disagrees,
    };
    Ok(Variants {
        read,
        findings,
        warnings,
    })
}

/// Which sample is the tumour's: the one asked for, Mutect2's, one of that name, or the only one.
pub(crate) fn tumour_sample(
    path: &Path,
    header: &Header,
    options: &Options,
) -> Result<Option<usize>, TablesError> {
    let of = |name: &str| header.samples.iter().position(|sample| sample == name);
    if let Some(name) = &options.tumour_sample {
        return match of(name) {
            Some(at) => Ok(Some(at)),
            None => Err(TablesError::UnknownSample {
                path: path.to_owned(),
                what: format!("there is no sample {name}"),
                samples: header.samples.join(", "),
                option: "--tumour-sample NAME",
            }),
        };
    }
    let usual = || {
        header
            .samples
            .iter()
            .position(|name| matches!(name.to_ascii_lowercase().as_str(), "tumor" | "tumour"))
    };
    Ok(match header.samples.len() {
        1 => Some(0),
        _ => header.tumour.as_deref().and_then(of).or_else(usual),
    })
}

/// The assembly on which the reference bases agree and on the other not.
fn tell_assembly(
    path: &Path,
    models: &Models<'_>,
    records: &[Record],
) -> Result<(Assembly, String), TablesError> {
    if records.is_empty() {
        return Ok((
            Assembly::Grch38,
            "assumed; no record lies in a gene of interest on either assembly".to_owned(),
        ));
    }
    let score = |assembly| {
        let agreements: Vec<Agreement> = records
            .iter()
            .filter_map(|record| compare(models, assembly, record))
            .map(|compared| compared.agreement)
            .collect();
        let of = |kind| agreements.iter().filter(|one| **one == kind).count();
        (of(Agreement::Full), of(Agreement::No))
    };
    let fits = |(full, no): (usize, usize)| full > 0 && no == 0;
    let (on_38, on_37) = (score(Assembly::Grch38), score(Assembly::Grch37));
    match (fits(on_38), fits(on_37)) {
        (true, false) => Ok((Assembly::Grch38, "its reference bases".to_owned())),
        (false, true) => Ok((Assembly::Grch37, "its reference bases".to_owned())),
        _ => Err(TablesError::UnknownAssembly {
            path: path.to_owned(),
        }),
    }
}

struct Compared {
    agreement: Agreement,
    /// The assembly's bases, `N` where not known.
    expected: String,
}

/// Compares REF with the bundle; nothing where the place is outside the genes of the assembly.
fn compare(models: &Models<'_>, assembly: Assembly, record: &Record) -> Option<Compared> {
    if !models.holds(assembly, &record.chrom, &record.stretch()) {
        return None;
    }
    let expected: Vec<u8> = (0..record.reference.len() as u64)
        .map(|offset| {
            let place = models.on_grch38(assembly, &record.chrom, record.pos + offset);
            place
                .and_then(|place| {
                    models
                        .base(&record.chrom, place)
                        .or_else(|| base_by_codon(models, &record.chrom, place))
                })
                .unwrap_or(b'N')
        })
        .collect();
    let pairs = || record.reference.bytes().zip(expected.iter().copied());
    let is_base = |base: u8| matches!(base, b'A' | b'C' | b'G' | b'T');
    let differs =
        pairs().any(|(stated, known)| is_base(stated) && is_base(known) && stated != known);
    let full = pairs().all(|(stated, known)| stated == known);
    let agreement = match (differs, full) {
        (true, _) => Agreement::No,
        (false, true) => Agreement::Full,
        (false, false) => Agreement::Partial,
    };
    Some(Compared {
        agreement,
        expected: String::from_utf8_lossy(&expected).into_owned(),
    })
}

/// The base of a codon that a row of the tables gives for a gene without bases in the bundle.
fn base_by_codon(models: &Models<'_>, chrom: &str, place: u64) -> Option<u8> {
    models.at(chrom, place..place + 1).find_map(|model| {
        let t = model.transcript;
        let cds = t.cds_position(t.transcript_position(place)?)?;
        let base = codon_base(model.gene.symbol, cds.0 - 1)?;
        Some(match t.strand {
            Strand::Forward => base,
            Strand::Reverse => complement(base),
        })
    })
}

/// What is counted.
#[derive(Default)]
struct Census {
    records: u64,
    in_genes: u64,
    checked: u64,
    unchecked: u64,
    disagrees: u64,
    unplaced: u64,
    wrong: u64,
    skipped: BTreeMap<String, u64>,
    filtered: BTreeMap<String, u64>,
}

impl Census {
    fn skip(&mut self, reason: &str, count: u64) {
        *self.skipped.entry(reason.to_owned()).or_default() += count;
    }

    /// Compares all records, and returns the lines of those that are left out because a few bases of the bundle, or of
    /// GRCh37, are known to differ.
    fn check_references(
        &mut self,
        path: &Path,
        models: &Models<'_>,
        assembly: Assembly,
        records: &[Record],
    ) -> Result<BTreeSet<u64>, TablesError> {
        self.in_genes = records.len() as u64;
        let mut wrong: Vec<(&Record, String)> = Vec::new();
        for record in records {
            let compared = compare(models, assembly, record);
            match compared.as_ref().map(|compared| compared.agreement) {
                Some(Agreement::Full) => self.checked += 1,
                Some(Agreement::Partial) | None => self.unchecked += 1,
                Some(Agreement::No) => {
                    let expected = compared.map(|compared| compared.expected);
                    wrong.push((record, expected.unwrap_or_default()));
                }
            }
        }
        let certain = |record: &Record| {
            assembly == Assembly::Grch38 && models.alk_locus().contains(&record.chrom, record.pos)
        };
        let many = wrong.len() as u64 * AGREEING_PER_WRONG > self.checked;
        let first = wrong.iter().find(|(record, _)| many || certain(record));
        if let Some((record, expected)) = first {
            return Err(TablesError::Reference {
                path: path.to_owned(),
                line: record.line,
                place: format!("{}:{}", record.chrom, record.pos + 1),
                stated: record.reference.chars().take(40).collect(),
                expected: expected.chars().take(40).collect(),
                assembly,
                agreeing: self.checked,
                wrong: wrong.len() as u64,
            });
        }
        self.wrong = wrong.len() as u64;
        Ok(wrong.iter().map(|(record, _)| record.line).collect())
    }

    fn warnings(
        &self,
        path: &Path,
        header: &Header,
        sample: Option<usize>,
        assembly: Assembly,
    ) -> Vec<String> {
        let file = path.display();
        let mut warnings = Vec::new();
        if self.records == 0 {
            warnings.push(format!(
                "{file}: no record; nothing was found because nothing is there"
            ));
        }
        if self.unchecked > 0 {
            warnings.push(format!(
                "{file}: the REF of {} of {} records in the genes of interest could not be compared with {assembly} in full: the bundle has no bases there",
                self.unchecked, self.in_genes
            ));
        }
        if self.wrong > 0 {
            warnings.push(format!(
                "{file}: the REF of {} of {} records is not that of {assembly} and they are left out; the bundle differs from the assembly at a few bases",
                self.wrong, self.in_genes
            ));
        }
        let filtered: u64 = self.filtered.values().sum();
        if filtered > 0 {
            warnings.push(format!("{file}: {filtered} records in the genes of interest did not pass their filters and are left out"));
        }
        if self.unplaced > 0 {
            warnings.push(format!(
                "{file}: {} alleles could not be placed on GRCh38 and are left out",
                self.unplaced
            ));
        }
        if self.disagrees > 0 {
            warnings.push(format!(
                "{file}: for {} alleles the file's annotation names another protein change; the name here follows from the bases of the MANE transcript",
                self.disagrees
            ));
        }
        if header.samples.len() > 1 && sample.is_none() {
            warnings.push(format!(
                "{file}: it is not clear which of {} is the tumour, so no fraction was read and no genotype looked at; give --tumour-sample",
                header.samples.join(", ")
            ));
        }
        warnings
    }
}

/// One alternative allele of a record.
struct OfAllele<'r> {
    header: &'r Header,
    record: &'r Record,
    allele: usize,
    sample: Option<usize>,
}

impl OfAllele<'_> {
    fn findings(
        &self,
        models: &Models<'_>,
        assembly: Assembly,
        census: &mut Census,
    ) -> Vec<TableFinding> {
        let record = self.record;
        let alternate = &record.alternates[self.allele];
        if !vcf::is_bases(alternate) {
            census.skip(
                "no allele that is spelled out (structural or reference only)",
                1,
            );
            return Vec::new();
        }
        let counts = self
            .sample
            .map(|at| vcf::counts(record, at, self.allele))
            .unwrap_or_default();
        if counts.not_called {
            census.skip("genotype of the tumour without the allele", 1);
            return Vec::new();
        }
        let edit = Edit::new(
            record.pos,
            record.reference.as_bytes(),
            alternate.as_bytes(),
        );
        if edit.reference == edit.alternate {
            census.skip("ALT is REF", 1);
            return Vec::new();
        }
        // Shared ends are trimmed on the file's own assembly, so that a place is converted once.
        let Some(start) = models.on_grch38(assembly, &record.chrom, edit.start) else {
            census.unplaced += 1;
            return Vec::new();
        };
        let edit = Edit { start, ..edit };
        let stretch = edit.stretch();
        let mut findings = Vec::new();
        for model in models.at(&record.chrom, stretch) {
            let mut effect = effect(model, &edit);
            let named_by = self.annotate(model, &mut effect, census);
            match effect.consequence {
                Consequence::Silent => census.skip("silent", 1),
                Consequence::NonCoding => {
                    census.skip("outside coding sequence and splice sites", 1)
                }
                _ => {
                    let evidence = VariantEvidence {
                        line: record.line,
                        chrom: record.chrom.clone(),
                        position: record.pos + 1,
                        position_grch38: models
                            .on_grch38(assembly, &record.chrom, record.pos)
                            .unwrap_or(start)
                            + 1,
                        reference: record.reference.clone(),
                        alternate: alternate.clone(),
                        transcript: model.transcript.id.clone(),
                        exon: effect.exon,
                        hgvs_c: effect.hgvs_c.clone(),
                        hgvs_p: effect.protein.as_ref().map(|name| format!("p.{name}")),
                        consequence: effect.consequence,
                        named_by,
                        reference_checked: compare(models, assembly, record)
                            .is_some_and(|compared| compared.agreement == Agreement::Full),
                        allele_fraction: counts.fraction,
                        alternate_reads: counts.alternate,
                        depth: counts.depth,
                    };
                    findings.push(finding(model, &effect, evidence));
                }
            }
        }
        findings
    }

    /// Uses the file's annotation where our own arithmetic ends, and counts where the two disagree.
    fn annotate(&self, model: &GeneModel<'_>, effect: &mut Effect, census: &mut Census) -> NamedBy {
        let own = match effect.from_bases {
            true => NamedBy::Sequence,
            false => NamedBy::Position,
        };
        let said = vcf::annotation(
            self.header,
            self.record,
            self.allele,
            model.gene.symbol,
            &model.transcript.id,
        );
        let Some(said) = said else { return own };
        let Some(protein) = said.protein else {
            return own;
        };
        match effect.consequence {
            Consequence::Unknown | Consequence::Frameshift if !effect.from_bases => {
                if let Some(read) = read_protein(&protein) {
                    effect.consequence = read.consequence;
                    effect.residues = Some(read.residues);
                    effect.alternative = read.alternative;
                    effect.hgvs_c = effect.hgvs_c.take().or(said.hgvs_c);
                    effect.protein = Some(protein);
                    return NamedBy::Annotation;
                }
            }
            Consequence::Silent | Consequence::NonCoding | Consequence::SpliceSite => {}
            _ => {
                let differs = effect.protein.as_ref().is_some_and(|own| *own != protein);
                census.disagrees += u64::from(differs);
            }
        }
        own
    }
}

/// A protein change as far as rows need it.
struct ReadProtein {
    consequence: Consequence,
    residues: (u32, u32),
    alternative: Option<char>,
}

/// Reads `L858R`, `E746_A750del`, `A775_G776insYVMA`, `R213*`, `R213fs`.
fn read_protein(name: &str) -> Option<ReadProtein> {
    let (_, first, rest) = residue(name)?;
    let (last, rest) = match rest.strip_prefix('_') {
        Some(second) => {
            let (_, last, rest) = residue(second)?;
            (last, rest)
        }
        None => (first, rest),
    };
    let letters: Vec<char> = rest.chars().collect();
    let span = last.checked_sub(first)? as usize + 1;
    let consequence = match letters.as_slice() {
        ['*'] => Consequence::Nonsense,
        ['='] => Consequence::Silent,
        [letter] if letter.is_ascii_uppercase() => Consequence::Missense,
        _ if rest.starts_with("fs") => Consequence::Frameshift,
        _ if rest.starts_with("delins") => match letters.len().saturating_sub(6).cmp(&span) {
            std::cmp::Ordering::Less => Consequence::InframeDeletion,
            std::cmp::Ordering::Equal => Consequence::InframeReplacement,
            std::cmp::Ordering::Greater => Consequence::InframeInsertion,
        },
        _ if rest == "del" => Consequence::InframeDeletion,
        _ if rest.starts_with("ins") || rest == "dup" => Consequence::InframeInsertion,
        _ => return None,
    };
    Some(ReadProtein {
        consequence,
        residues: (first, last),
        alternative: letters
            .first()
            .copied()
            .filter(|_| consequence == Consequence::Missense),
    })
}

/// `E746` and what follows.
fn residue(text: &str) -> Option<(char, u32, &str)> {
    let letter = text
        .chars()
        .next()
        .filter(|c| c.is_ascii_uppercase() || *c == '*')?;
    let digits = text[1..].bytes().take_while(u8::is_ascii_digit).count();
    let number = text[1..1 + digits].parse().ok()?;
    Some((letter, number, &text[1 + digits..]))
}

fn finding(model: &GeneModel<'_>, effect: &Effect, evidence: VariantEvidence) -> TableFinding {
    let gene = model.gene;
    let (strength, source) = judge(gene.symbol, effect);
    let exon = effect
        .exon
        .map_or_else(String::new, |exon| format!(", exon {exon}"));
    let name = match (&evidence.hgvs_p, &evidence.hgvs_c) {
        (Some(p), Some(c)) => format!("{p} ({c})"),
        (Some(p), None) => p.clone(),
        (None, Some(c)) => format!("{c}, {}", effect.consequence.as_str()),
        (None, None) => effect.consequence.as_str().to_owned(),
    };
    let skipping =
        match strength == Strength::Activating && effect.consequence == Consequence::SpliceSite {
            true => ", exon skipping expected",
            false => "",
        };
    TableFinding {
        kind: TableFindingKind::Variant,
        gene: gene.symbol.to_owned(),
        role: gene.role.to_owned(),
        what: format!("{name}{exon}{skipping}"),
        strength,
        variant: Some(evidence),
        copy_number: None,
        expression: None,
        source,
        resistance: match strength {
            Strength::Activating => ways(&gene.ways, &["mutation", "activ", "outgrowth"]),
            Strength::Inactivating => ways(&gene.ways, &["loss", "small-cell"]),
            _ => Vec::new(),
        },
    }
}

/// The rows on resistance that an event stands for: those of the gene whose mechanism holds one of the words.
pub(crate) fn ways(keys: &[&str], words: &[&str]) -> Vec<SourceRow> {
    keys.iter()
        .filter_map(|key| fact(off_target_resistance(), key))
        .filter(|way: &&OffTargetResistance| words.iter().any(|word| way.mechanism.contains(word)))
        .map(|way| SourceRow::of("resistance_off_target", way, Some(way.mechanism)))
        .collect()
}

fn judge(gene: &str, effect: &Effect) -> (Strength, Option<SourceRow>) {
    if gene == "ALK" {
        if let Some(row) = effect.protein.as_deref().and_then(mutation) {
            let source = SourceRow::of("mutations", row, Some(row.context));
            return (Strength::CataloguedAlkMutation, Some(source));
        }
        let common = polymorphisms()
            .iter()
            .find(|row| effect.hgvs_c.as_deref() == Some(row.coding));
        return match common {
            Some(row) => (
                Strength::KnownPolymorphism,
                Some(SourceRow::of("polymorphisms", row, row.note)),
            ),
            None => (Strength::UnknownSignificance, None),
        };
    }
    let row = bypass_alterations()
        .iter()
        .find(|row| row.gene == gene && fits(row, effect));
    let Some(row) = row else {
        return (Strength::UnknownSignificance, None);
    };
    let strength = match row.effect {
        AlterationEffect::Activating => Strength::Activating,
        AlterationEffect::Inactivating => Strength::Inactivating,
        AlterationEffect::Resistance => Strength::Resistance,
    };
    (
        strength,
        Some(SourceRow::of("bypass_alterations", row, row.note)),
    )
}

/// Whether a variant is what a row speaks of.
fn fits(row: &BypassAlteration, effect: &Effect) -> bool {
    let touches = || {
        let ((first, last), Some((from, to))) = ((row.first, row.last), effect.residues) else {
            return false;
        };
        first.is_some_and(|first| first <= to) && last.is_some_and(|last| from <= last)
    };
    match row.kind {
        AlterationKind::Substitution => {
            let named = effect.alternative.is_some_and(|new| {
                row.alternatives.is_empty()
                    || row.alternatives.iter().any(|known| known.starts_with(new))
            });
            effect.consequence == Consequence::Missense && touches() && named
        }
        AlterationKind::Deletion => effect.consequence == Consequence::InframeDeletion && touches(),
        AlterationKind::Insertion => {
            effect.consequence == Consequence::InframeInsertion && touches()
        }
        AlterationKind::ExonSkipping => row
            .exon
            .is_some_and(|exon| effect.splice_exons.contains(&exon)),
        AlterationKind::Truncation => matches!(
            effect.consequence,
            Consequence::Nonsense | Consequence::Frameshift | Consequence::SpliceSite
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use alkaid_genome::Bundle;

    use super::*;

    /// A VCF with this many right records of ALK and one wrong record.
    fn with_wrong(agreeing: u64, chrom: &str, wrong: u64) -> Result<Variants, TablesError> {
        let models = Models::new(Bundle::embedded());
        let mut text = "##fileformat=VCFv4.3\n##reference=GRCh38.fa\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n".to_owned();
        let mut add = |chrom: &str, pos: u64, right: bool| {
            let base = models.base(chrom, pos - 1).unwrap();
            let (reference, alternate) = match right {
                true => (base, complement(base)),
                false => (complement(base), base),
            };
            text += &format!(
                "{chrom}\t{pos}\t.\t{}\t{}\t.\tPASS\t.\n",
                char::from(reference),
                char::from(alternate)
            );
        };
        for at in 0..agreeing {
            add("chr2", 29_220_000 + at, true);
        }
        add(chrom, wrong, false);
        let lines = Lines::new(Path::new("t.vcf"), Cursor::new(text.into_bytes()))?;
        read(lines, &models, &Options::default())
    }

    #[test]
    fn a_base_of_many_is_left_out_and_counted() {
        let found = with_wrong(60, "chr7", 55_191_822).unwrap();
        assert_eq!(found.read.reference_disagrees, 1);
        assert_eq!(found.read.reference_checked, 60);
        assert!(found.findings.iter().all(|finding| finding.gene != "EGFR"));
        assert!(found.warnings[0].contains("1 of 61 records is not that of GRCh38"));
    }

    #[test]
    fn a_common_polymorphism_of_alk_is_said_to_be_one() {
        // c.2039C>T, rs35228363.
        let models = Models::new(Bundle::embedded());
        let alk = &models.genes[0];
        let t = alk.transcript;
        let at = t.position_of_cds(alkaid_genome::CdsPosition(2039)).unwrap();
        let place = t.genome_position(at).unwrap();
        let (strength, source) = judge("ALK", &effect(alk, &Edit::new(place, b"G", b"A")));
        assert_eq!(strength, Strength::KnownPolymorphism);
        assert_eq!(source.unwrap().row, "polymorphisms:c.2039C>T");
    }

    #[test]
    fn a_base_of_few_or_in_alk_is_an_error() {
        for (agreeing, chrom, wrong) in [(49, "chr7", 55_191_822), (500, "chr2", 29_210_000)] {
            let error = with_wrong(agreeing, chrom, wrong)
                .err()
                .unwrap()
                .to_string();
            assert!(error.contains(&format!("{chrom}:{wrong}")), "{error}");
        }
    }
}
