//! `fusions.vcf.gz`: calls as VCF 4.4 breakends.

mod breakend;
pub(crate) mod small;

use std::fmt::Write as _;
use std::io::{self, Write};

use alkaid_genome::Strand;
use alkaid_reads::finding::{FusionCall, Molecule, RESEARCH_USE_ONLY, ReadsReport, Side};
use noodles_bgzf as bgzf;
use noodles_core::Position;
use noodles_csi::binning_index::index::reference_sequence::bin::Chunk;
use noodles_tabix as tabix;

pub use self::small::variants_vcf;

use self::breakend::{Cut, Kept, forward, paired_alt, single_alt};
use crate::chromosomes::{assembly_of, chromosomes, index_of};
use crate::reference::Reference;

/// Meta lines that do not depend on the report.
const META: &str = r#"##FILTER=<ID=PASS,Description="All filters passed">
##INFO=<ID=SVTYPE,Number=1,Type=String,Description="Type of structural variant">
##INFO=<ID=MATEID,Number=A,Type=String,Description="ID of the mate breakend">
##INFO=<ID=EVENT,Number=A,Type=String,Description="ID of the fusion call in fusions.json">
##INFO=<ID=CIPOS,Number=.,Type=Integer,Description="Confidence interval around POS: the places that micro-homology allows">
##INFO=<ID=HOMLEN,Number=A,Type=Integer,Description="Length of base pair identical micro-homology at the breakpoint">
##INFO=<ID=HOMSEQ,Number=A,Type=String,Description="Sequence of base pair identical micro-homology at the breakpoint">
##INFO=<ID=MOLECULE,Number=1,Type=String,Description="RNA: junction of a transcript, the genomic break lies in the introns beside it; DNA: genomic breakpoint">
##INFO=<ID=SIDE,Number=1,Type=String,Description="Side of the fusion that this record is: FIVE_PRIME or THREE_PRIME">
##INFO=<ID=GENE,Number=1,Type=String,Description="Gene at this breakend">
##INFO=<ID=TRANSCRIPT,Number=1,Type=String,Description="Transcript that exon numbers refer to">
##INFO=<ID=EXON,Number=1,Type=Integer,Description="Exon at this breakend, or the exon that the transcript keeps">
##INFO=<ID=INTRON,Number=1,Type=Integer,Description="Intron in which this breakend lies, named after the exon before it">
##INFO=<ID=JUNCTION,Number=1,Type=String,Description="Junction in short form, as E13:A20">
##INFO=<ID=VARIANT,Number=1,Type=String,Description="Named variant">
##INFO=<ID=INFRAME,Number=1,Type=String,Description="Whether the reading frame of ALK goes on: yes, no, unknown">
##INFO=<ID=LOGODDS,Number=1,Type=Float,Description="log10 posterior odds of a rearrangement against the artefact models">
##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Fragments that read through unrearranged, and fragments across the junction">
##FORMAT=<ID=UF,Number=1,Type=Integer,Description="Unique fragments across the junction">
##FORMAT=<ID=SP,Number=1,Type=Integer,Description="Fragments with a mate on either side and none across">
##FORMAT=<ID=AF,Number=A,Type=Float,Description="Fraction of fragments at the ALK position that are rearranged">
"#;

/// A record with what it is sorted by.
struct Record {
    chromosome: usize,
    pos: u64,
    /// Bases of the reference that it speaks of.
    span: u64,
    line: String,
}

/// The VCF as text: header, then records by chromosome and position.
pub fn vcf(report: &ReadsReport, reference: &dyn Reference) -> String {
    let mut text = header(report);
    for record in records(report, reference) {
        text.push_str(&record.line);
        text.push('\n');
    }
    text
}

/// Writes the VCF as BGZF to `vcf` and its tabix index to `index`.
///
/// # Errors
///
/// When a writer fails.
pub(crate) fn write(
    report: &ReadsReport,
    reference: &dyn Reference,
    vcf: &mut dyn Write,
    index: &mut dyn Write,
) -> io::Result<()> {
    write_records(&header(report), records(report, reference), vcf, index)
}

/// Writes header and records, which are sorted, as BGZF with a tabix index.
fn write_records(
    header: &str,
    records: Vec<Record>,
    vcf: &mut dyn Write,
    index: &mut dyn Write,
) -> io::Result<()> {
    let mut out = bgzf::io::Writer::new(vcf);
    out.write_all(header.as_bytes())?;
    let mut indexer = tabix::index::Indexer::default();
    indexer.set_header(noodles_csi::binning_index::index::header::Builder::vcf().build());
    for record in records {
        let start = out.virtual_position();
        writeln!(out, "{}", record.line)?;
        let chunk = Chunk::new(start, out.virtual_position());
        let position = |pos: u64| {
            let pos = usize::try_from(pos).map_err(io::Error::other)?;
            Position::try_from(pos).map_err(io::Error::other)
        };
        indexer.add_record(
            chromosomes()[record.chromosome].name,
            position(record.pos)?,
            position(record.pos + record.span.max(1) - 1)?,
            chunk,
        )?;
    }
    out.finish()?;
    tabix::io::Writer::new(index).write_index(&indexer.build())
}

fn header(report: &ReadsReport) -> String {
    preamble(report, META)
}

/// The header with the meta lines of one kind of record.
fn preamble(report: &ReadsReport, meta: &str) -> String {
    let assembly = assembly_of(&report.assembly);
    let mut text = String::from("##fileformat=VCFv4.4\n");
    // Writing to a String cannot fail.
    let _ = writeln!(text, "##source={}", one_line(&report.tool));
    let _ = writeln!(text, "##notice={RESEARCH_USE_ONLY}");
    let _ = writeln!(text, "##reference={assembly}");
    let _ = writeln!(text, "##bundle=sha256:{}", one_line(&report.bundle));
    for chromosome in chromosomes() {
        let (name, length) = (chromosome.name, chromosome.length(assembly));
        let _ = writeln!(
            text,
            "##contig=<ID={name},length={length},assembly={assembly}>"
        );
    }
    text.push_str(meta);
    let sample = sample_name(&report.sample);
    let _ = writeln!(
        text,
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{sample}"
    );
    text
}

/// All records, in the order of chromosomes and positions.
fn records(report: &ReadsReport, reference: &dyn Reference) -> Vec<Record> {
    let mut records: Vec<Record> = report
        .calls
        .iter()
        .flat_map(|call| call_records(call, reference))
        .collect();
    records.sort_by(|a, b| (a.chromosome, a.pos, &a.line).cmp(&(b.chromosome, b.pos, &b.line)));
    records
}

/// One side of a call with what its record needs.
struct End<'c> {
    side: &'c Side,
    cut: Cut,
    strand: Strand,
    chromosome: usize,
    interval: Option<[u64; 2]>,
    id: String,
    name: &'static str,
}

/// Two records where both sides have a place, one with an open end where only one has.
fn call_records(call: &FusionCall, reference: &dyn Reference) -> Vec<Record> {
    let five = end(
        call,
        &call.five_prime,
        Kept::of_five_prime,
        call.five_prime_interval,
        "5p",
        "FIVE_PRIME",
    );
    let three = end(
        call,
        &call.three_prime,
        Kept::of_three_prime,
        call.three_prime_interval,
        "3p",
        "THREE_PRIME",
    );
    match (five, three) {
        (Some(five), Some(three)) => vec![
            paired_record(call, &five, &three, reference),
            paired_record(call, &three, &five, reference),
        ],
        (None, Some(three)) => {
            let sequence = format!("{}{}", call.sequence_5p, call.inserted);
            vec![single_record(call, &three, &sequence, reference)]
        }
        (Some(five), None) => {
            let sequence = format!("{}{}", call.inserted, call.sequence_3p);
            vec![single_record(call, &five, &sequence, reference)]
        }
        (None, None) => Vec::new(),
    }
}

fn end<'c>(
    call: &FusionCall,
    side: &'c Side,
    kept: fn(Strand) -> Kept,
    interval: Option<[u64; 2]>,
    suffix: &str,
    name: &'static str,
) -> Option<End<'c>> {
    let (chrom, pos, strand) = (
        side.chrom.as_deref()?,
        side.pos.filter(|pos| *pos > 0)?,
        side.strand?,
    );
    let chromosome = index_of(chrom)?;
    // A position that no assembly has would break the index.
    let length = chromosomes()[chromosome]
        .grch38
        .max(chromosomes()[chromosome].grch37);
    if pos > length {
        return None;
    }
    let cut = Cut {
        chrom: chrom.to_owned(),
        pos,
        kept: kept(strand),
    };
    Some(End {
        side,
        cut,
        strand,
        chromosome,
        interval,
        id: format!("{}_{suffix}", token(&call.id)),
        name,
    })
}

fn paired_record(
    call: &FusionCall,
    at: &End<'_>,
    mate: &End<'_>,
    reference: &dyn Reference,
) -> Record {
    let base = reference.base(&at.cut.chrom, at.cut.pos).unwrap_or(b'N');
    let alt = paired_alt(
        base,
        &at.cut,
        &mate.cut,
        &forward(&call.inserted, at.strand),
    );
    record(call, at, base, &alt, Some(&mate.id))
}

fn single_record(
    call: &FusionCall,
    at: &End<'_>,
    sequence: &str,
    reference: &dyn Reference,
) -> Record {
    let base = reference.base(&at.cut.chrom, at.cut.pos).unwrap_or(b'N');
    let alt = single_alt(base, &at.cut, &forward(sequence, at.strand));
    record(call, at, base, &alt, None)
}

fn record(call: &FusionCall, at: &End<'_>, base: u8, alt: &str, mate: Option<&str>) -> Record {
    let line = [
        at.cut.chrom.clone(),
        at.cut.pos.to_string(),
        at.id.clone(),
        char::from(base).to_string(),
        alt.to_owned(),
        quality(call.log10_odds),
        "PASS".to_owned(),
        info(call, at, mate),
        "AD:UF:SP:AF".to_owned(),
        sample(call, at),
    ];
    Record {
        chromosome: at.chromosome,
        pos: at.cut.pos,
        span: 1,
        line: line.join("\t"),
    }
}

fn info(call: &FusionCall, at: &End<'_>, mate: Option<&str>) -> String {
    let mut fields = vec!["SVTYPE=BND".to_owned()];
    let mut add = |key: &str, value: &str| {
        if !value.is_empty() {
            fields.push(format!("{key}={value}"));
        }
    };
    add("MATEID", mate.unwrap_or_default());
    add("EVENT", &token(&call.id));
    if let Some((back, on)) = freedom(at.cut.pos, at.interval) {
        add(
            "CIPOS",
            &format!(
                "{},{on}",
                if back == 0 {
                    "0".to_owned()
                } else {
                    format!("-{back}")
                }
            ),
        );
        add("HOMLEN", &call.microhomology.to_string());
        if let Some(bases) = homology(call) {
            add(
                "HOMSEQ",
                &String::from_utf8_lossy(&forward(&bases, at.strand)),
            );
        }
    }
    add(
        "MOLECULE",
        match call.molecule {
            Molecule::Rna => "RNA",
            Molecule::Dna => "DNA",
        },
    );
    add("SIDE", at.name);
    add("GENE", &token(&at.side.gene));
    add(
        "TRANSCRIPT",
        &token(at.side.transcript.as_deref().unwrap_or_default()),
    );
    add(
        "EXON",
        &at.side
            .exon
            .map(|exon| exon.to_string())
            .unwrap_or_default(),
    );
    add(
        "INTRON",
        &at.side
            .intron
            .map(|intron| intron.to_string())
            .unwrap_or_default(),
    );
    add("JUNCTION", &token(&call.junction_exons));
    add(
        "VARIANT",
        &token(call.named_variant.as_deref().unwrap_or_default()),
    );
    add(
        "INFRAME",
        match call.in_frame {
            Some(true) => "yes",
            Some(false) => "no",
            None => "unknown",
        },
    );
    if call.log10_odds.is_finite() {
        add("LOGODDS", &format!("{:.2}", call.log10_odds));
    }
    fields.join(";")
}

/// Bases by which a breakpoint can move to lower and to higher positions; nothing where it cannot move.
fn freedom(pos: u64, interval: Option<[u64; 2]>) -> Option<(u64, u64)> {
    let [low, high] = interval?;
    let (back, on) = (pos.checked_sub(low)?, high.checked_sub(pos)?);
    (back.saturating_add(on) > 0).then_some((back, on))
}

/// The bases that both sides share, in the sense of the transcript: those by which the 5' breakpoint can move back, then
/// those by which it can move on.
fn homology(call: &FusionCall) -> Option<String> {
    let (lower, higher) = freedom(call.five_prime.pos?, call.five_prime_interval)?;
    let (back, on) = match call.five_prime.strand? {
        Strand::Forward => (lower, higher),
        Strand::Reverse => (higher, lower),
    };
    let (back, on) = (usize::try_from(back).ok()?, usize::try_from(on).ok()?);
    let kept = call.sequence_5p.len().checked_sub(back)?;
    Some(format!(
        "{}{}",
        call.sequence_5p.get(kept..)?,
        call.sequence_3p.get(..on)?
    ))
}

fn sample(call: &FusionCall, at: &End<'_>) -> String {
    // Reads through the junction's other side were not counted: wild type is known at the ALK position only.
    let (wild_type, fraction) = if at.side.gene == "ALK" {
        (
            call.wild_type_fragments.to_string(),
            call.allele_fraction.filter(|f| f.is_finite()),
        )
    } else {
        (".".to_owned(), None)
    };
    let fraction = fraction.map_or(".".to_owned(), |fraction| format!("{fraction:.4}"));
    format!(
        "{wild_type},{}:{}:{}:{fraction}",
        call.supporting_fragments, call.unique_fragments, call.spanning_pairs
    )
}

/// Phred-scaled probability that the call is wrong, from odds for it; capped where a float would lose it.
fn quality(log10_odds: f64) -> String {
    if log10_odds.is_nan() {
        return ".".to_owned();
    }
    let phred = if log10_odds > 15.0 {
        10.0 * log10_odds
    } else {
        10.0 * 10f64.powf(log10_odds).ln_1p() / 10f64.ln()
    };
    format!("{:.1}", phred.clamp(0.0, 10_000.0))
}

/// Text for INFO values and identifiers: no white space, `;`, `=` or `,`, which VCF gives a meaning.
fn token(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            ';' => ':',
            ',' => '|',
            '=' | '%' => '_',
            c if c.is_whitespace() || c.is_control() => '_',
            c => c,
        })
        .collect()
}

/// Sample column: VCF allows spaces there, tools do not all.
fn sample_name(name: &str) -> String {
    let name: String = name
        .chars()
        .map(|c| {
            if c.is_whitespace() || c.is_control() {
                '_'
            } else {
                c
            }
        })
        .collect();
    if name.is_empty() {
        "sample".to_owned()
    } else {
        name
    }
}

fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quality_is_phred_of_the_odds() {
        assert_eq!(quality(0.0), "3.0");
        assert_eq!(quality(6.0), "60.0");
        assert_eq!(quality(31.2), "312.0");
        assert_eq!(quality(-50.0), "0.0");
        assert_eq!(quality(f64::NAN), ".");
        assert_eq!(quality(f64::INFINITY), "10000.0");
    }

    #[test]
    fn hostile_names_do_not_break_the_table() {
        assert_eq!(token("E13;A20"), "E13:A20");
        assert_eq!(token("a\tb=c,d"), "a_b_c|d");
        assert_eq!(sample_name("my sample\n"), "my_sample_");
        assert_eq!(sample_name(""), "sample");
    }
}
