//! The small inputs: proteome, domains, bands, offsets to GRCh37.

use std::collections::BTreeMap;
use std::path::Path;

use super::error::BuildError;
use super::fasta::{self, Alphabet, first_word};
use super::model::chromosome;
use super::source::{Progress, Source};
use super::table::{Columns, interval, number, place_of, read_rows};
use crate::bundle::{
    CytoBand, Domain, DomainTable, GeneOffset, Protein, Proteome, ResidueRange, SourceFile,
    is_residue,
};
use crate::gene::Residue;

/// Reads a proteome: UniProt's headers (`sp|Q9UM73|ALK_HUMAN … GN=ALK …`) or
/// ours (`Q9UM73 gene=ALK`).
pub(super) fn proteome(
    path: &Path,
    progress: Progress<'_>,
) -> Result<(Proteome, SourceFile), BuildError> {
    let mut proteins = Vec::new();
    let file = fasta::read_records(
        path,
        Alphabet::Residues,
        "proteins",
        progress,
        &mut |_, record| {
            let mut sequence = record.letters.to_ascii_uppercase();
            if sequence.ends_with(b"*") {
                sequence.pop();
            }
            debug_assert!(sequence.iter().all(|&residue| is_residue(residue)));
            let word = first_word(&record.header);
            let accession = word.split('|').nth(1).unwrap_or(word);
            let gene = record.header.split_ascii_whitespace().find_map(|word| {
                word.strip_prefix("GN=")
                    .or_else(|| word.strip_prefix("gene="))
                    .or_else(|| word.strip_prefix("gene_symbol:"))
            });
            proteins.push(Protein {
                accession: accession.to_owned(),
                gene: gene.unwrap_or_default().to_owned(),
                sequence,
            });
            Ok(())
        },
    )?;
    proteins.sort_by(|a, b| (&a.gene, &a.accession).cmp(&(&b.gene, &b.accession)));
    proteins.dedup();
    Ok((Proteome { proteins }, file))
}

/// Reads the table of domains.
pub(super) fn domains(path: &Path) -> Result<(DomainTable, SourceFile), BuildError> {
    let mut source = Source::open(path)?;
    let mut table: BTreeMap<String, Vec<Domain>> = BTreeMap::new();
    let names = [
        "gene",
        "domain_id",
        "domain",
        "start_aa",
        "end_aa",
        "source",
    ];
    let rows = read_rows(
        &mut source,
        |source, header| Columns::find(source, header, names),
        |columns, line| {
            let [gene, id, name, start, end, origin] = columns.fields(line)?;
            let (start, end) = (number("start_aa", start)?, number("end_aa", end)?);
            if start == 0 || end < start {
                return Err(format!("{start} to {end} are no residues"));
            }
            table.entry(gene.to_owned()).or_default().push(Domain {
                name: name.to_owned(),
                id: id.to_owned(),
                residues: ResidueRange {
                    start: Residue(start),
                    end: Residue(end),
                },
                source: origin.to_owned(),
            });
            Ok(())
        },
    )?;
    for domains in table.values_mut() {
        domains.sort_by(|a, b| (a.residues, &a.name).cmp(&(b.residues, &b.name)));
    }
    Ok((
        table.into_iter().collect(),
        source.finish(rows, "protein domains")?,
    ))
}

/// Reads the table of bands; the start is 0-based there, as UCSC has it.
pub(super) fn bands(path: &Path) -> Result<(Vec<CytoBand>, SourceFile), BuildError> {
    let mut source = Source::open(path)?;
    let mut bands = Vec::new();
    let names = ["chrom", "start_0based", "end", "band", "giemsa"];
    let rows = read_rows(
        &mut source,
        |source, header| Columns::find(source, header, names),
        |columns, line| {
            let [chrom, start, end, name, stain] = columns.fields(line)?;
            let (start, end): (u64, u64) = (number("start", start)?, number("end", end)?);
            if end <= start {
                return Err(format!("{start} to {end} is no interval"));
            }
            bands.push(CytoBand {
                chrom: chromosome(chrom).ok_or(format!("{chrom:?} is no chromosome"))?,
                start,
                end,
                name: name.to_owned(),
                stain: stain.to_owned(),
            });
            Ok(())
        },
    )?;
    bands.sort_by(|a, b| (&a.chrom, a.start).cmp(&(&b.chrom, b.start)));
    Ok((bands, source.finish(rows, "cytobands")?))
}

/// Reads a table of stretches on both assemblies (1-based inclusive): columns
/// `grch38_start`, `grch38_end`, `grch37_start`, and `gene` and `chrom`. A table
/// without the last two is that of the exons of ALK.
///
/// Stretches are tied by their lower ends: versions of a transcript differ in
/// length at the outer ends, and ALK's first exon, which does, is read from the
/// reverse strand.
pub(super) fn offsets(path: &Path) -> Result<(Vec<GeneOffset>, SourceFile), BuildError> {
    let mut source = Source::open(path)?;
    let mut offsets = Vec::new();
    let rows = read_rows(
        &mut source,
        |source, header| {
            let names = ["grch38_start", "grch38_end", "grch37_start"];
            let gene = place_of(header, "gene").zip(place_of(header, "chrom"));
            Ok((Columns::find(source, header, names)?, gene))
        },
        |(columns, gene), line| {
            let [start, end, start37] = columns.fields(line)?;
            let here = interval(number("grch38_start", start)?, number("grch38_end", end)?)?;
            let first: u64 = number("grch37_start", start37)?;
            let there = interval(first, first)?;
            let fields: Vec<&str> = line.split('\t').collect();
            let (gene, chrom) = match gene {
                Some((gene, chrom)) => (fields.get(*gene), fields.get(*chrom)),
                None => (Some(&"ALK"), Some(&"chr2")),
            };
            let (gene, chrom) = gene.zip(chrom).ok_or("a column is missing")?;
            offsets.push(GeneOffset {
                gene: (*gene).to_owned(),
                chrom: chromosome(chrom).ok_or(format!("{chrom:?} is no chromosome"))?,
                start: here.start,
                end: here.end,
                grch37_start: there.start,
            });
            Ok(())
        },
    )?;
    let file = source.finish(rows, "stretches of GRCh37")?;
    Ok((offsets, file))
}

/// Sorts stretches and joins those of a gene that have the same offset: what
/// lies between them has it too.
pub(super) fn join_offsets(mut offsets: Vec<GeneOffset>) -> Vec<GeneOffset> {
    offsets.sort();
    let mut joined: Vec<GeneOffset> = Vec::new();
    for next in offsets {
        match joined.last_mut() {
            Some(last)
                if (&last.gene, &last.chrom) == (&next.gene, &next.chrom)
                    && last.grch37_start.wrapping_sub(last.start)
                        == next.grch37_start.wrapping_sub(next.start) =>
            {
                last.end = last.end.max(next.end);
            }
            _ => joined.push(next),
        }
    }
    joined
}
