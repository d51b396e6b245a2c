//! The sections other than the transcripts: sequences, loci, mask and tables.

use super::codec::{Malformed, Reader, Writer};
use super::locus::Locus;
use super::mask::RepeatMask;
use super::tables::{CytoBand, Domain, GeneOffset, Protein, Proteome, ResidueRange};
use crate::coords::{GenomicInterval, Strand};
use crate::gene::Residue;
use crate::sequence::PackedSequence;

/// Domains by gene, sorted by gene.
pub(crate) type DomainTable = Vec<(String, Vec<Domain>)>;

pub(crate) fn encode_sequences(sequences: &[PackedSequence]) -> Vec<u8> {
    let mut lengths = Writer::default();
    let mut unknown = Writer::default();
    let mut bases = Writer::default();
    for sequence in sequences {
        encode_sequence(sequence, &mut lengths, &mut unknown, &mut bases);
    }
    let mut writer = Writer::default();
    writer.len(sequences.len());
    for column in [lengths, unknown, bases] {
        writer.column(column);
    }
    writer.finish()
}

fn encode_sequence(
    sequence: &PackedSequence,
    lengths: &mut Writer,
    unknown: &mut Writer,
    bases: &mut Writer,
) {
    lengths.len(sequence.len());
    unknown.len(sequence.unknown_runs().len());
    let mut at = 0;
    for run in sequence.unknown_runs() {
        unknown.len(run.start - at);
        unknown.len(run.len());
        at = run.end;
    }
    bases.raw(sequence.packed_bytes());
}

pub(crate) fn decode_sequences(bytes: &[u8]) -> Result<Vec<PackedSequence>, Malformed> {
    let mut reader = Reader::new(bytes);
    let count = reader.count()?;
    let (mut lengths, mut unknown, mut bases) =
        (reader.column()?, reader.column()?, reader.column()?);
    reader.finish()?;
    if count > lengths.left() {
        return Err(Malformed::new("more sequences than lengths"));
    }
    let sequences = (0..count)
        .map(|_| decode_sequence(&mut lengths, &mut unknown, &mut bases))
        .collect::<Result<_, _>>()?;
    for column in [lengths, unknown, bases] {
        column.finish()?;
    }
    Ok(sequences)
}

fn decode_sequence(
    lengths: &mut Reader<'_>,
    unknown: &mut Reader<'_>,
    bases: &mut Reader<'_>,
) -> Result<PackedSequence, Malformed> {
    let impossible = || Malformed::new("a sequence is longer than its bases");
    let len = usize::try_from(lengths.varint()?).map_err(|_| impossible())?;
    let packed = bases.take(len.div_ceil(4))?.to_vec();
    let mut at = 0usize;
    let mut runs = Vec::new();
    for _ in 0..unknown.count()? {
        let start = usize::try_from(unknown.varint()?).ok();
        let start = start.and_then(|gap| at.checked_add(gap));
        let length = usize::try_from(unknown.varint()?).ok();
        let (Some(start), Some(length)) = (start, length) else {
            return Err(impossible());
        };
        at = start.checked_add(length).ok_or_else(impossible)?;
        runs.push(start..at);
    }
    PackedSequence::from_parts(len, packed, runs)
        .ok_or_else(|| Malformed::new("the bases of a sequence contradict its length or its Ns"))
}

pub(crate) fn encode_loci(loci: &[Locus]) -> Vec<u8> {
    let mut writer = Writer::default();
    let mut lengths = Writer::default();
    let mut unknown = Writer::default();
    let mut bases = Writer::default();
    writer.len(loci.len());
    for locus in loci {
        writer.string(&locus.name);
        writer.string(&locus.interval.chrom);
        writer.varint(locus.interval.start);
        let reverse = u8::from(locus.strand == Strand::Reverse);
        writer.byte(reverse | u8::from(locus.partial) << 1);
        encode_sequence(&locus.sequence, &mut lengths, &mut unknown, &mut bases);
    }
    for column in [lengths, unknown, bases] {
        writer.column(column);
    }
    writer.finish()
}

pub(crate) fn decode_loci(bytes: &[u8]) -> Result<Vec<Locus>, Malformed> {
    let mut reader = Reader::new(bytes);
    let count = reader.count()?;
    let mut loci = Vec::new();
    for _ in 0..count {
        let name = reader.string()?.to_owned();
        let chrom = reader.string()?.to_owned();
        let start = reader.varint()?;
        let flags = reader.byte()?;
        loci.push(Locus {
            name,
            interval: GenomicInterval {
                chrom,
                start,
                end: start,
            },
            strand: match flags & 1 {
                0 => Strand::Forward,
                _ => Strand::Reverse,
            },
            sequence: PackedSequence::default(),
            partial: flags & 2 != 0,
        });
    }
    let (mut lengths, mut unknown, mut bases) =
        (reader.column()?, reader.column()?, reader.column()?);
    reader.finish()?;
    for locus in &mut loci {
        locus.sequence = decode_sequence(&mut lengths, &mut unknown, &mut bases)?;
        let end = locus
            .interval
            .start
            .checked_add(locus.sequence.len() as u64);
        locus.interval.end = end.ok_or_else(|| Malformed::new("a locus leaves the genome"))?;
    }
    for column in [lengths, unknown, bases] {
        column.finish()?;
    }
    Ok(loci)
}

pub(crate) fn encode_mask(mask: &RepeatMask) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.len(mask.len());
    writer.raw(mask.bytes());
    writer.finish()
}

pub(crate) fn decode_mask(bytes: &[u8]) -> Result<RepeatMask, Malformed> {
    let mut reader = Reader::new(bytes);
    let len = reader.varint()?;
    let bytes = reader.take(reader.left())?.to_vec();
    usize::try_from(len)
        .ok()
        .and_then(|len| RepeatMask::from_bytes(len, bytes))
        .ok_or_else(|| Malformed::new("the mask has another length than declared"))
}

pub(crate) fn encode_proteome(proteome: &Proteome) -> Vec<u8> {
    let mut accessions = Writer::default();
    let mut genes = Writer::default();
    let mut lengths = Writer::default();
    let mut residues = Writer::default();
    let mut gene = "";
    for protein in &proteome.proteins {
        accessions.string(&protein.accession);
        genes.repeated_string(&protein.gene, gene);
        gene = &protein.gene;
        lengths.len(protein.sequence.len());
        residues.raw(&protein.sequence);
    }
    let mut writer = Writer::default();
    writer.len(proteome.proteins.len());
    for column in [accessions, genes, lengths, residues] {
        writer.column(column);
    }
    writer.finish()
}

pub(crate) fn decode_proteome(bytes: &[u8]) -> Result<Proteome, Malformed> {
    let mut reader = Reader::new(bytes);
    let count = reader.count()?;
    let mut accessions = reader.column()?;
    let mut genes = reader.column()?;
    let mut lengths = reader.column()?;
    let mut residues = reader.column()?;
    reader.finish()?;
    if count > lengths.left() {
        return Err(Malformed::new("more proteins than lengths"));
    }
    let mut proteins: Vec<Protein> = Vec::new();
    let mut gene = "";
    for _ in 0..count {
        gene = genes.repeated_string(gene)?;
        let accession = accessions.string()?;
        let len = usize::try_from(lengths.varint()?)
            .map_err(|_| Malformed::new("a protein is longer than its residues"))?;
        let sequence = residues.take(len)?;
        if !sequence.iter().all(|&aa| is_residue(aa)) {
            return Err(Malformed::new("a protein has letters that are no residues"));
        }
        let protein = Protein {
            accession: accession.to_owned(),
            gene: gene.to_owned(),
            sequence: sequence.to_vec(),
        };
        if let Some(before) = proteins.last()
            && (&before.gene, &before.accession) > (&protein.gene, &protein.accession)
        {
            return Err(Malformed::new("proteins are not sorted by gene"));
        }
        proteins.push(protein);
    }
    for column in [accessions, genes, lengths, residues] {
        column.finish()?;
    }
    Ok(Proteome { proteins })
}

/// One-letter residues as proteomes have them; `*` marks a stop inside.
pub(crate) fn is_residue(letter: u8) -> bool {
    letter.is_ascii_uppercase() || letter == b'*'
}

pub(crate) fn encode_domains(table: &DomainTable) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.len(table.len());
    let mut source = "";
    for (gene, domains) in table {
        writer.string(gene);
        writer.len(domains.len());
        for domain in domains {
            writer.string(&domain.name);
            writer.string(&domain.id);
            writer.repeated_string(&domain.source, source);
            source = &domain.source;
            writer.varint(domain.residues.start.0.into());
            writer.varint(domain.residues.end.0.into());
        }
    }
    writer.finish()
}

pub(crate) fn decode_domains(bytes: &[u8]) -> Result<DomainTable, Malformed> {
    let mut reader = Reader::new(bytes);
    let mut table: DomainTable = Vec::new();
    let mut source = "";
    for _ in 0..reader.count()? {
        let gene = reader.string()?.to_owned();
        if table.last().is_some_and(|(before, _)| *before >= gene) {
            return Err(Malformed::new("domains are not sorted by gene"));
        }
        let mut domains = Vec::new();
        for _ in 0..reader.count()? {
            let name = reader.string()?.to_owned();
            let id = reader.string()?.to_owned();
            source = reader.repeated_string(source)?;
            domains.push(Domain {
                name,
                id,
                residues: ResidueRange {
                    start: Residue(reader.u32()?),
                    end: Residue(reader.u32()?),
                },
                source: source.to_owned(),
            });
        }
        table.push((gene, domains));
    }
    reader.finish()?;
    Ok(table)
}

pub(crate) fn encode_bands(bands: &[CytoBand]) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.len(bands.len());
    let (mut chrom, mut stain, mut end) = ("", "", 0);
    for band in bands {
        writer.repeated_string(&band.chrom, chrom);
        writer.difference(band.start, end);
        writer.varint(band.end - band.start);
        writer.string(&band.name);
        writer.repeated_string(&band.stain, stain);
        (chrom, stain, end) = (&band.chrom, &band.stain, band.end);
    }
    writer.finish()
}

pub(crate) fn decode_bands(bytes: &[u8]) -> Result<Vec<CytoBand>, Malformed> {
    let mut reader = Reader::new(bytes);
    let mut bands: Vec<CytoBand> = Vec::new();
    let (mut chrom, mut stain, mut end) = ("", "", 0);
    for _ in 0..reader.count()? {
        chrom = reader.repeated_string(chrom)?;
        let start = reader.difference(end)?;
        end = start
            .checked_add(reader.varint()?)
            .ok_or_else(|| Malformed::new("a band leaves the genome"))?;
        let name = reader.string()?.to_owned();
        stain = reader.repeated_string(stain)?;
        bands.push(CytoBand {
            chrom: chrom.to_owned(),
            start,
            end,
            name,
            stain: stain.to_owned(),
        });
    }
    reader.finish()?;
    let sorted =
        |pair: &[CytoBand]| (&pair[0].chrom, pair[0].end) <= (&pair[1].chrom, pair[1].start);
    let apart = bands
        .windows(2)
        .all(|pair| pair[0].chrom < pair[1].chrom || sorted(pair));
    if !apart {
        return Err(Malformed::new("bands overlap or are not sorted"));
    }
    Ok(bands)
}

pub(crate) fn encode_offsets(offsets: &[GeneOffset]) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.len(offsets.len());
    for offset in offsets {
        writer.string(&offset.gene);
        writer.string(&offset.chrom);
        writer.varint(offset.start);
        writer.varint(offset.end - offset.start);
        writer.difference(offset.grch37_start, offset.start);
    }
    writer.finish()
}

pub(crate) fn decode_offsets(bytes: &[u8]) -> Result<Vec<GeneOffset>, Malformed> {
    let impossible = || Malformed::new("a stretch of GRCh37 leaves the genome");
    let mut reader = Reader::new(bytes);
    let mut offsets = Vec::new();
    for _ in 0..reader.count()? {
        let gene = reader.string()?.to_owned();
        let chrom = reader.string()?.to_owned();
        let start = reader.varint()?;
        let len = reader.varint()?;
        let grch37_start = reader.difference(start)?;
        grch37_start.checked_add(len).ok_or_else(impossible)?;
        offsets.push(GeneOffset {
            gene,
            chrom,
            start,
            end: start.checked_add(len).ok_or_else(impossible)?,
            grch37_start,
        });
    }
    reader.finish()?;
    Ok(offsets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn bases() -> impl Strategy<Value = PackedSequence> {
        vec(proptest::sample::select(b"ACGTACGTN".as_slice()), 0..90)
            .prop_map(|bases| PackedSequence::from_ascii(&bases))
    }

    fn locus() -> impl Strategy<Value = Locus> {
        (bases(), any::<bool>(), any::<bool>(), 0u64..1 << 40).prop_map(
            |(sequence, reverse, partial, start)| Locus {
                name: "G".into(),
                interval: GenomicInterval {
                    chrom: "chr1".into(),
                    start,
                    end: start + sequence.len() as u64,
                },
                strand: [Strand::Forward, Strand::Reverse][usize::from(reverse)],
                sequence,
                partial,
            },
        )
    }

    fn proteome() -> impl Strategy<Value = Proteome> {
        let protein = ("[A-C]{0,2}", "[A-Z0-9]{1,6}", "[A-Z]{0,40}");
        vec(protein, 0..12).prop_map(|rows| {
            let mut proteins: Vec<Protein> = rows
                .into_iter()
                .map(|(gene, accession, residues)| Protein {
                    accession,
                    gene,
                    sequence: residues.into_bytes(),
                })
                .collect();
            proteins.sort_by(|a, b| (&a.gene, &a.accession).cmp(&(&b.gene, &b.accession)));
            Proteome { proteins }
        })
    }

    fn domains() -> impl Strategy<Value = DomainTable> {
        let domain = ("\\PC{0,12}", "\\PC{0,6}", any::<(u32, u32)>(), "[ab]");
        let table = proptest::collection::btree_map("[A-Z]{1,3}", vec(domain, 0..4), 0..6);
        table.prop_map(|table| {
            let domains = |rows: Vec<(String, String, (u32, u32), String)>| {
                rows.into_iter()
                    .map(|(name, id, (start, end), source)| Domain {
                        name,
                        id,
                        residues: ResidueRange {
                            start: Residue(start),
                            end: Residue(end),
                        },
                        source,
                    })
                    .collect()
            };
            let rows = table.into_iter();
            rows.map(|(gene, rows)| (gene, domains(rows))).collect()
        })
    }

    fn bands() -> impl Strategy<Value = Vec<CytoBand>> {
        vec((0u64..9, 1u64..9, "[pq][0-9]{1,2}", any::<bool>()), 0..20).prop_map(|rows| {
            let mut end = 0;
            let band = |(gap, len, name, last): (u64, u64, String, bool)| {
                let start = end + gap;
                end = start + len;
                CytoBand {
                    // Bands of one chromosome, then, at the latest, of another.
                    chrom: if start < 60 { "chr1" } else { "chr2" }.to_owned(),
                    start,
                    end,
                    name,
                    stain: if last { "gneg" } else { "gpos50" }.to_owned(),
                }
            };
            rows.into_iter().map(band).collect()
        })
    }

    fn offsets() -> impl Strategy<Value = Vec<GeneOffset>> {
        let row = ("[A-Z]{1,4}", 0u64..1 << 30, 1u64..1 << 20, 0u64..1 << 30);
        vec(row, 0..12).prop_map(|rows| {
            let offset = |(gene, start, len, grch37_start): (String, u64, u64, u64)| GeneOffset {
                gene,
                chrom: "chr3".to_owned(),
                start,
                end: start + len,
                grch37_start,
            };
            rows.into_iter().map(offset).collect()
        })
    }

    proptest! {
        #[test]
        fn sequences_and_loci_round_trip(
            sequences in vec(bases(), 0..8), loci in vec(locus(), 0..6)
        ) {
            prop_assert_eq!(decode_sequences(&encode_sequences(&sequences)).unwrap(), sequences);
            prop_assert_eq!(decode_loci(&encode_loci(&loci)).unwrap(), loci);
        }

        #[test]
        fn tables_round_trip(
            proteome in proteome(), domains in domains(), bands in bands(), offsets in offsets()
        ) {
            prop_assert_eq!(decode_proteome(&encode_proteome(&proteome)).unwrap(), proteome);
            prop_assert_eq!(decode_domains(&encode_domains(&domains)).unwrap(), domains);
            prop_assert_eq!(decode_bands(&encode_bands(&bands)).unwrap(), bands);
            prop_assert_eq!(decode_offsets(&encode_offsets(&offsets)).unwrap(), offsets);
        }

        #[test]
        fn masks_round_trip(len in 0usize..200, set in vec(0usize..200, 0..20)) {
            let mut mask = RepeatMask::new(len);
            for at in set {
                mask.set(at);
            }
            prop_assert_eq!(decode_mask(&encode_mask(&mask)).unwrap(), mask);
        }

        #[test]
        fn damage_is_an_error_or_another_table(
            loci in vec(locus(), 1..6), at in any::<usize>(), to in any::<u8>()
        ) {
            let mut bytes = encode_loci(&loci);
            let at = at % bytes.len();
            bytes[at] = to;
            let _ = decode_loci(&bytes);
            bytes.truncate(at);
            prop_assert!(decode_loci(&bytes).is_err());
        }
    }
}
