//! What `alkaid reads` finds in simulated samples of each kind: partners, frames, DNA, isoforms, copies.

mod common;

use std::fs;
use std::io::Write as _;

use common::{
    Sample, V1, gunzip, list, only_call, printed, reaches_the_ceiling, reads, records, report, says,
};
use serde_json::{Value, json};
use tempfile::TempDir;

#[test]
fn a_partner_that_nobody_knows_is_shown_by_its_sequence() {
    const UNKNOWN: &str = "GATTCAGCCATTGCACGGTTACCTGACTTAGCAATCGGTCCATAGTTCACGGACTTAAGCGTACCTGATTGCAAGTCCGATAGCTTACCGATTGACTGCA";
    let sample = Sample::of(&format!("sequence:{UNKNOWN}::ALK:e20=10"));
    let report = report(&mut sample.reads());
    assert_eq!(report["verdict"], "rearranged_partner_unresolved");
    let call = only_call(&report);
    assert_eq!(call["name"], "?::ALK");
    assert_eq!(call["status"], "partner_unresolved");
    assert_eq!(call["five_prime"]["gene"], "?");
    assert_eq!(call["three_prime"]["exon"], 20);
    let sequence = call["sequence_5p"].as_str().unwrap();
    assert!(
        sequence.len() >= 30 && UNKNOWN.ends_with(sequence),
        "{sequence}"
    );
    reaches_the_ceiling(call, &sample);
    sample.reads().arg("--fail-on-positive").assert().code(3);
    says(
        &printed(&mut sample.reads()),
        &[&sequence[sequence.len() - 20..]],
    );
}

#[test]
fn both_isoforms_of_one_rearrangement_are_tied_together() {
    let sample = Sample::with(&[
        "--fusion",
        "EML4:e6::ALK:e20=12",
        "--fusion",
        "EML4:e6::EML4:i6:188-220::ALK:e20=8",
    ]);
    let report = report(&mut sample.reads());
    let [a, b] = list(&report, "calls") else {
        panic!("{}", report["calls"]);
    };
    assert_eq!(
        (&a["named_variant"], &b["named_variant"]),
        (&json!("V3a"), &json!("V3b"))
    );
    assert_eq!(a["same_rearrangement_as"], json!([b["id"]]));
    assert_eq!(b["same_rearrangement_as"], json!([a["id"]]));
}

#[test]
fn retained_intron_bases_and_out_of_frame_junctions_are_told() {
    let sample = Sample::with(&[
        "--fusion",
        "EML4:e14::TT+i19:56::ALK:e20=10",
        "--length=150",
    ]);
    let tail = report(&mut sample.reads());
    let call = only_call(&tail);
    assert_eq!(call["junction_exons"], "E14;ins58A20");
    assert_eq!(call["in_frame"], true);
    assert_eq!(call["five_prime"]["pos"], 42_301_392);
    assert_eq!(call["three_prime"]["pos"], 29_223_584);
    assert_eq!(call["inserted"], "TT");
    assert!(list(call, "insertion_origin").contains(&json!("56 nt of ALK intron 19")));

    let refuted = Sample::of("EML4:e14::ALK:e20=10");
    let refuted = report(&mut refuted.reads());
    assert_eq!(only_call(&refuted)["in_frame"], false);
}

#[test]
fn breakpoints_in_dna_predict_the_junction_in_rna() {
    let sample = Sample::with(&["--fusion", "chr2:42299750+::chr2:29223740-=30", "--dna"]);
    let report = report(sample.reads().args(["--molecule", "dna"]));
    assert_eq!(report["qc"]["molecule"], "dna");
    let call = only_call(&report);
    assert_eq!(call["molecule"], "dna");
    assert_eq!(call["junction_exons"], "E13;A20");
    assert_eq!(call["named_variant"], "V1");
    assert_eq!(call["rearrangement"], "inversion");
    assert_eq!(call["microhomology"], 1);
    assert_eq!(call["five_prime_interval"], json!([42_299_749, 42_299_750]));
    assert_eq!(
        call["three_prime_interval"],
        json!([29_223_740, 29_223_741])
    );
    assert!(call["supporting_fragments"].as_u64() >= Some(20));
}

#[test]
fn findings_that_are_no_oncogenic_fusion_are_kept_apart() {
    for (molecule, kind) in [
        ("ALK:e19::EML4:e14=10", "reciprocal"),
        ("ALK:e1::ALK:e4=10", "intragenic_deletion"),
        ("ALK:ati=200f", "alternative_transcription_initiation"),
    ] {
        let sample = Sample::of(molecule);
        let report = report(&mut sample.reads());
        assert_eq!(report["calls"], json!([]), "{molecule}");
        let kinds: Vec<&Value> = list(&report, "findings")
            .iter()
            .map(|finding| &finding["kind"])
            .collect();
        assert!(kinds.contains(&&json!(kind)), "{molecule}: {kinds:?}");
        sample.reads().arg("--fail-on-positive").assert().code(0);
    }
}

#[test]
fn copies_are_told_from_molecules() {
    // By UMI in the read name, as found and as said; by both ends; by the one free end of anchored PCR.
    let with_umi = [
        "--fusion",
        "EML4:e13::ALK:e20=20",
        "--duplicates=0.5",
        "--umi=8",
    ];
    let sample = Sample::with(&with_umi);
    for options in [&[][..], &["--umi", "name"], &["--umi", "none"]] {
        let report = report(sample.reads().args(options));
        let call = only_call(&report);
        assert_eq!(call["supporting_fragments"], 40, "{options:?}");
        assert_eq!(call["unique_fragments"], 20, "{options:?}");
        assert_eq!(report["qc"]["umi"].is_null(), options.contains(&"none"));
    }
    let anchored = Sample::with(&[
        "--fusion",
        "EML4:e13::ALK:e20=20",
        "--duplicates=0.5",
        "--anchored",
    ]);
    let anchored = report(&mut anchored.reads());
    assert_eq!(only_call(&anchored)["supporting_fragments"], 40);
    assert!(only_call(&anchored)["unique_fragments"].as_u64() >= Some(18));
}

#[test]
fn a_umi_within_the_read_is_cut_off() {
    let sample = Sample::of(V1);
    let mut tagged = Vec::new();
    for (number, record) in records(&gunzip(&sample.first)).into_iter().enumerate() {
        let umi: String = (0..8)
            .map(|digit| ['A', 'C', 'G', 'T'][number >> (2 * digit) & 3])
            .collect();
        let lines: Vec<&str> = std::str::from_utf8(record).unwrap().lines().collect();
        let [name, bases, plus, quals] = lines[..] else {
            panic!("{lines:?}");
        };
        writeln!(tagged, "{name}\n{umi}{bases}\n{plus}\nIIIIIIII{quals}").unwrap();
    }
    let first = sample.file("tagged_1.fq", &tagged);
    let second = sample.file("tagged_2.fq", &gunzip(&sample.second));
    let mut command = reads([&first, &second]);
    let report = report(command.args(["--umi", "read1:0:8"]));
    assert!(report["qc"]["umi"].is_string());
    let call = only_call(&report);
    assert_eq!(call["unique_fragments"], 10);
    assert_eq!(call["named_variant"], "V1");
}

/// A piece of ALK exon 20 in a gene that has nothing to do with it.
const ISLAND: &str = "AGCTGCAAGCCATGCAGAT";

#[test]
fn a_gene_that_shares_a_word_with_alk_is_no_partner() {
    // Every read of 80 bases of such a gene, in both directions. Those that end within the word look like a junction.
    let (before, after) = (made_up(190, 1), made_up(190, 2));
    let gene = [before.as_slice(), ISLAND.as_bytes(), &after].concat();
    let mut fastq = Vec::new();
    for (number, read) in gene.windows(80).enumerate() {
        for (strand, bases) in [("+", read.to_vec()), ("-", turned(read))] {
            fastq.extend(format!("@read{number}{strand}\n").bytes());
            fastq.extend(&bases);
            fastq.extend(b"\n+\n");
            fastq.extend(vec![b'I'; bases.len()]);
            fastq.push(b'\n');
        }
    }
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("reads.fastq");
    fs::write(&file, fastq).unwrap();
    let report = report(reads([&file]).args(["--molecule", "rna"]));
    assert_eq!(report["calls"], json!([]));
    assert_eq!(report["findings"], json!([]));
    let reasons: Vec<&Value> = list(&report, "refused")
        .iter()
        .map(|refused| &refused["reason"])
        .collect();
    assert!(reasons.contains(&&json!("look_alike")), "{reasons:?}");
}

fn made_up(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed;
    (0..length)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            b"ACGT"[(state >> 61) as usize & 3]
        })
        .collect()
}

fn turned(bases: &[u8]) -> Vec<u8> {
    bases
        .iter()
        .rev()
        .map(|base| match base {
            b'A' => b'T',
            b'C' => b'G',
            b'G' => b'C',
            _ => b'A',
        })
        .collect()
}
