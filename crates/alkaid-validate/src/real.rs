//! Real reads with published truth.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use alkaid_genome::{Bundle, RearrangementClass, reverse_complement};
use alkaid_reads::finding::{FusionCall, ReadsReport, VariantOrigin, Verdict};
use anyhow::Context;
use flate2::Compression;
use flate2::write::GzEncoder;
use noodles_bam as bam;

use crate::case::report;
use crate::cases::CaseFile;
use crate::compare::describe;
use crate::tally::Goals;

/// Negative sets: file name stems of `negatives/`.
const NEGATIVES: [&str; 5] = [
    "BT474",
    "SKBR3",
    "K562",
    "breast_lines_mix",
    "BCR_ABL1_arriba",
];

/// Analyses the files of the folder and returns the table; a line that says so where the folder is absent.
///
/// # Errors
/// When a file cannot be read.
pub fn real(bundle: &Bundle, folder: &Path, cases: &mut CaseFile) -> anyhow::Result<String> {
    if !folder.is_dir() {
        let line = "skipped: the development data folder is not there, nothing was measured on real reads.\n";
        eprint!("{line}");
        return Ok(line.to_owned());
    }
    let mut goals = Goals::default();
    let mut look = |name: &str, files: &[PathBuf]| -> anyhow::Result<ReadsReport> {
        eprintln!("real: {name}");
        let report = report(files, bundle).with_context(|| format!("cannot analyse {name}"))?;
        cases.line(&["", name, "", "", "", "", "", &describe(&report)])?;
        Ok(report)
    };
    let pair = |set: &str, stem: &str| {
        [1, 2].map(|mate| folder.join(set).join(format!("{stem}_{mate}.fq.gz")))
    };

    let rna = look("rna_fusioncatcher", &pair("rna_fusioncatcher", "reads"))?;
    spike_ins(&rna, &mut goals);

    let file = folder.join("dna_panel_h3122/H3122.bam");
    let panel = look("H3122, BAM", std::slice::from_ref(&file))?;
    h3122("H3122 panel, BAM", &panel, &mut goals);
    small_variants("H3122 panel, BAM", &panel, &["Q500=", "G1125="], &mut goals);
    let temporary = tempfile::tempdir()?;
    let fastq = fastq_of(&file, temporary.path())?;
    h3122(
        "H3122 panel, FASTQ made of the BAM",
        &look("H3122, FASTQ", &fastq)?,
        &mut goals,
    );

    let file = folder.join("dna_panel_hcc827/HCC827.bam");
    let panel = look("HCC827, BAM", std::slice::from_ref(&file))?;
    negative("HCC827 panel, BAM", &panel, &mut goals);
    small_variants("HCC827 panel, BAM", &panel, &["Q500=", "G845="], &mut goals);
    let temporary = tempfile::tempdir()?;
    let fastq = fastq_of(&file, temporary.path())?;
    negative(
        "HCC827 panel, FASTQ made of the BAM",
        &look("HCC827, FASTQ", &fastq)?,
        &mut goals,
    );
    for stem in NEGATIVES {
        negative(
            &format!("{stem} (RNA)"),
            &look(stem, &pair("negatives", stem))?,
            &mut goals,
        );
    }
    Ok(goals.table().replacen("goal", "real reads", 1))
}

fn spike_ins(report: &ReadsReport, goals: &mut Goals) {
    let find = |name: &str| report.calls.iter().find(|call| call.name == name);
    let shown = |call: Option<&FusionCall>| {
        call.map_or_else(
            || "not called".to_owned(),
            |call| {
                format!(
                    "{} {}, {} fragments ({} reads), {}",
                    call.name,
                    call.junction_exons,
                    call.supporting_fragments,
                    call.supporting_reads,
                    if call.in_frame == Some(true) {
                        "in frame"
                    } else {
                        "not in frame"
                    }
                )
            },
        )
    };
    let eml4 = find("EML4::ALK");
    let met = eml4.is_some_and(|call| {
        call.supporting_fragments >= 6
            && call.supporting_reads >= 7
            && call.in_frame == Some(true)
            && call.five_prime.exon == Some(14)
            && call.five_prime.pos == Some(42_301_392)
            && call.inserted == "TT"
            && call
                .insertion_origin
                .iter()
                .any(|origin| origin == "56 nt of ALK intron 19")
    });
    goals.row(
        "spike-ins and cell lines, RNA",
        &shown(eml4),
        "EML4 exon 14 + TT + 56 nt of ALK intron 19, ≥ 6 fragments (7 reads)",
        met,
    );
    let npm1 = find("NPM1::ALK");
    let met = npm1.is_some_and(|call| {
        call.supporting_fragments >= 5
            && call.five_prime.exon == Some(4)
            && call.five_prime.pos == Some(171_391_799)
    });
    goals.row(
        "the same",
        &shown(npm1),
        "NPM1 exon 4, ALK exon 20, ≥ 5 fragments",
        met,
    );
    let others = report.calls.len() - usize::from(eml4.is_some()) - usize::from(npm1.is_some());
    goals.row(
        "the same",
        &format!("{others} other ALK calls"),
        "0",
        others == 0,
    );
}

fn h3122(name: &str, report: &ReadsReport, goals: &mut Goals) {
    let call = report.calls.first();
    let within = |interval: Option<[u64; 2]>, own: Option<u64>, position: u64| {
        interval
            .or(own.map(|own| [own, own]))
            .is_some_and(|[low, high]| (low..=high).contains(&position))
    };
    let shown = call.map_or_else(
        || "not called".to_owned(),
        |call| {
            format!(
                "{}: {}:{} / {}, microhomology {}, {}, {} {}, {} fragments",
                call.name,
                call.five_prime.chrom.as_deref().unwrap_or("?"),
                range(call.five_prime_interval, call.five_prime.pos),
                range(call.three_prime_interval, call.three_prime.pos),
                call.microhomology,
                call.iscn.as_deref().unwrap_or("no class"),
                call.junction_exons,
                call.named_variant.as_deref().unwrap_or("unnamed"),
                call.supporting_fragments
            )
        },
    );
    let place = call.is_some_and(|call| {
        call.name == "EML4::ALK"
            && within(call.five_prime_interval, call.five_prime.pos, 42_299_750)
            && within(call.three_prime_interval, call.three_prime.pos, 29_223_740)
            && call.named_variant.as_deref() == Some("V1")
            && call.rearrangement == Some(RearrangementClass::Inversion)
    });
    let must = "EML4::ALK, chr2:42299750 / 29223740 within 1 base of micro-homology, inversion, predicted V1";
    goals.row(name, &shown, must, place);
    let counted = call.map_or(0, |call| call.supporting_fragments);
    goals.row(
        name,
        &format!("{counted} fragments"),
        "≥ 75 of 78 fragments",
        counted >= 75,
    );
    let others = report.calls.len().saturating_sub(1);
    goals.row(name, &format!("{others} other ALK calls"), "0", others == 0);
}

/// A cell line without a known kinase mutation: nothing somatic there, and its inherited variants called so. These are
/// the positions at which an independent pileup of the file shows a share above 0.8.
fn small_variants(name: &str, report: &ReadsReport, inherited: &[&str], goals: &mut Goals) {
    let variants = &report.small_variants.variants;
    let somatic: Vec<String> = variants
        .iter()
        .filter(|variant| {
            variant.in_kinase_domain
                && variant.origin != VariantOrigin::LikelyGermline
                && variant.allele_fraction >= 0.01
        })
        .map(|variant| format!("{} at {}", variant.name, variant.allele_fraction))
        .collect();
    let shown = if somatic.is_empty() {
        "none".to_owned()
    } else {
        somatic.join(", ")
    };
    goals.row(
        name,
        &format!("kinase-domain mutations not likely germline: {shown}"),
        "none at a share of 1 % or more",
        somatic.is_empty(),
    );
    let germline: Vec<String> = variants
        .iter()
        .filter(|variant| variant.origin == VariantOrigin::LikelyGermline)
        .map(|variant| variant.name.clone())
        .collect();
    goals.row(
        name,
        &format!("likely germline: {}", germline.join(", ")),
        &format!("{} among them", inherited.join(", ")),
        inherited
            .iter()
            .all(|name| germline.iter().any(|own| own == name)),
    );
}

fn range(interval: Option<[u64; 2]>, own: Option<u64>) -> String {
    match (interval, own) {
        (Some([low, high]), _) if low != high => format!("{low}–{high}"),
        (Some([low, _]), _) => low.to_string(),
        (None, own) => own.map_or_else(|| "?".to_owned(), |own| own.to_string()),
    }
}

fn negative(name: &str, report: &ReadsReport, goals: &mut Goals) {
    let verdict = match report.verdict {
        Verdict::NotDetected => "not detected",
        Verdict::Insufficient => "insufficient",
        Verdict::Rearranged | Verdict::RearrangedPartnerUnresolved => "rearranged",
    };
    let seen = format!(
        "{} calls, {verdict}. {}",
        report.calls.len(),
        report.bound.statement
    );
    goals.row(
        name,
        &seen,
        "no ALK call, with the bound",
        report.calls.is_empty() && !report.bound.statement.is_empty(),
    );
}

/// Bases and qualities of one read as sequenced.
type FastqRead = (Vec<u8>, Vec<u8>);

/// Writes a BAM as two gzip FASTQ files, pairs by name. A read whose mate is not in the BAM gets one of a single `N`.
fn fastq_of(path: &Path, folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut reader = bam::io::Reader::new(
        File::open(path).with_context(|| format!("cannot open {}", path.display()))?,
    );
    reader.read_header()?;
    let mut pairs: BTreeMap<Vec<u8>, [Option<FastqRead>; 2]> = BTreeMap::new();
    for record in reader.records() {
        let record = record?;
        let flags = record.flags();
        if flags.is_secondary() || flags.is_supplementary() {
            continue;
        }
        let Some(name) = record.name() else { continue };
        let mut bases: Vec<u8> = record.sequence().iter().collect();
        let mut qualities: Vec<u8> = record
            .quality_scores()
            .as_ref()
            .iter()
            .map(|quality| quality + 33)
            .collect();
        if flags.is_reverse_complemented() {
            bases = reverse_complement(&bases);
            qualities.reverse();
        }
        pairs.entry(name.to_vec()).or_default()[usize::from(flags.is_last_segment())] =
            Some((bases, qualities));
    }
    let paths = [1, 2].map(|mate| folder.join(format!("reads_{mate}.fq.gz")));
    let create = |path: &Path| -> anyhow::Result<_> {
        Ok(GzEncoder::new(
            BufWriter::new(File::create(path)?),
            Compression::fast(),
        ))
    };
    let mut files = [create(&paths[0])?, create(&paths[1])?];
    for (name, pair) in pairs {
        for (file, read) in files.iter_mut().zip(pair) {
            let (bases, qualities) = read.unwrap_or_else(|| (b"N".to_vec(), b"#".to_vec()));
            file.write_all(b"@")?;
            for part in [
                &name[..],
                b"\n",
                &bases[..],
                b"\n+\n",
                &qualities[..],
                b"\n",
            ] {
                file.write_all(part)?;
            }
        }
    }
    for file in files {
        file.finish()?.flush()?;
    }
    Ok(paths.to_vec())
}
