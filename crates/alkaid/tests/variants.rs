//! Small variants: what `alkaid reads` calls, names and phases in simulated samples.

mod common;

use std::fs;
use std::process::Command;

use alkaid_genome::{Bundle, reverse_complement};
use common::{Sample, alkaid, list, printed, refusal, report, says, skipped};
use serde_json::Value;

/// The called variant with this short name.
fn variant<'r>(report: &'r Value, name: &str) -> &'r Value {
    list(report, "variants")
        .iter()
        .find(|variant| variant["name"] == name)
        .unwrap_or_else(|| panic!("no {name} in {:#}", report["variants"]))
}

/// How two called variants stand to each other.
fn pair<'r>(report: &'r Value, first: &str, second: &str) -> &'r Value {
    let (a, b) = (
        &variant(report, first)["id"],
        &variant(report, second)["id"],
    );
    list(report, "variant_pairs")
        .iter()
        .find(|pair| &pair["first"] == a && &pair["second"] == b)
        .unwrap_or_else(|| panic!("no pair in {:#}", report["variant_pairs"]))
}

fn names(report: &Value) -> Vec<&str> {
    list(report, "variants")
        .iter()
        .filter_map(|variant| variant["name"].as_str())
        .collect()
}

#[test]
fn mutations_near_the_junction_are_phased_to_the_fusion_and_to_each_other() {
    let sample = Sample::with(&[
        "--fusion",
        "EML4:e13::ALK:e20[T1087I;D1091N]=1500f",
        "--fusion",
        "ALK:wt[A1099T]=3000f",
    ]);
    let report = report(&mut sample.reads());
    assert_eq!(names(&report), ["T1087I", "D1091N", "A1099T"]);
    for name in ["T1087I", "D1091N"] {
        let phase = &variant(&report, name)["phase"];
        assert_eq!(phase["verdict"], "on_fusion", "{phase}");
        assert_eq!(phase["wild_type_with"], 0);
    }
    let phase = &variant(&report, "A1099T")["phase"];
    assert_eq!(phase["verdict"], "on_wild_type", "{phase}");
    assert_eq!(pair(&report, "T1087I", "D1091N")["verdict"], "in_cis");
    assert_eq!(pair(&report, "T1087I", "A1099T")["verdict"], "in_trans");
    let text = printed(&mut sample.reads());
    says(
        &text,
        &[
            "Mutations of ALK",
            "T1087I",
            "p.(Thr1087Ile)",
            "on the fusion",
            "in cis",
            "in trans",
        ],
    );
}

#[test]
fn a_mutation_too_far_from_the_junction_is_not_phased() {
    let sample = Sample::with(&[
        "--fusion",
        "EML4:e13::ALK:e20[G1202R]=800f",
        "--fusion",
        "ALK:wt=800f",
    ]);
    let report = report(&mut sample.reads());
    let called = variant(&report, "G1202R");
    assert_eq!(called["hgvs_c"], "NM_004304.5:c.3604G>A");
    assert_eq!(called["hgvs_p"], "p.(Gly1202Arg)");
    assert_eq!(called["hgvs_g"], "NC_000002.12:g.29220747C>T");
    assert_eq!(
        (&called["exon"], &called["codon"], &called["catalogued"]),
        (&23.into(), &1202.into(), &true.into())
    );
    assert_eq!(called["phase"]["verdict"], "cannot_be_told");
    says(
        called["phase"]["statement"].as_str().unwrap(),
        &["cannot be told at this read length", "431 nt"],
    );
    // The share of the fusion's molecules is 0.5 or so; whatever it is, the interval holds it.
    let share = called["allele_fraction"].as_f64().unwrap();
    let interval = list(called, "allele_fraction_interval");
    assert!(interval[0].as_f64().unwrap() < share && share < interval[1].as_f64().unwrap());
}

#[test]
fn insertions_deletions_and_neighbouring_bases_have_their_names_in_rna_and_dna() {
    for molecule in ["ALK:wt", "ALK:exon:22"] {
        let mutated = format!("{molecule}[T1151dup;C1156T]=30x");
        let plain = format!("{molecule}=170x");
        let sample = Sample::with(&[
            "--fusion",
            &mutated,
            "--fusion",
            &plain,
            "--background",
            "0",
        ]);
        let report = report(&mut sample.reads());
        assert_eq!(names(&report), ["T1151dup", "C1156T"], "{molecule}");
        assert_eq!(
            variant(&report, "T1151dup")["hgvs_c"],
            "NM_004304.5:c.3451_3453dup"
        );
        let two = variant(&report, "C1156T");
        assert_eq!(two["hgvs_c"], "NM_004304.5:c.3466_3467delinsAC");
        assert_eq!(two["consequence"], "missense");
        assert_eq!(pair(&report, "T1151dup", "C1156T")["verdict"], "in_cis");
    }
    let sample = Sample::with(&[
        "--fusion",
        "ALK:exon:23[G1202del]=40x",
        "--fusion",
        "ALK:exon:23[c.3520_3545del]=40x",
        "--fusion",
        "ALK:exon:23=120x",
        "--background",
        "0",
    ]);
    let report = report(&mut sample.reads());
    let deletion = variant(&report, "G1202del");
    assert_eq!(deletion["hgvs_p"], "p.(Gly1202del)");
    assert_eq!(deletion["consequence"], "inframe_deletion");
    let share = deletion["allele_fraction"].as_f64().unwrap();
    assert!((0.12..0.3).contains(&share), "{share}");
    let longer = &list(&report, "variants")[0];
    assert_eq!(longer["consequence"], "frameshift");
    assert_eq!(longer["hgvs_c"], "NM_004304.5:c.3520_3545del");
}

#[test]
fn the_vcf_agrees_with_the_reference() {
    let sample = Sample::with(&[
        "--fusion",
        "ALK:exon:23[L1196M;G1202del]=40x",
        "--fusion",
        "ALK:exon:22[T1151dup]=40x",
        "--fusion",
        "ALK:exon:22=100x",
        "--fusion",
        "ALK:exon:23=100x",
        "--background",
        "0",
    ]);
    let out = sample.path("out");
    sample.reads().arg("--out").arg(&out).assert().success();
    let table = fs::read_to_string(out.join("variants.tsv")).unwrap();
    assert_eq!(table.lines().count(), 4, "{table}");
    let bounds = fs::read_to_string(out.join("variant_bounds.tsv")).unwrap();
    assert!(bounds.lines().any(|line| line.starts_with("G1202\t")));

    let locus = Bundle::embedded().alk_locus();
    let forward = reverse_complement(&locus.sequence.unpack());
    let mut fasta = b">chr2\n".to_vec();
    fasta.resize(fasta.len() + locus.interval.start as usize, b'N');
    fasta.extend_from_slice(&forward);
    fasta.push(b'\n');
    let fasta = sample.file("locus.fa", &fasta);
    let run = Command::new("bcftools")
        .args(["norm", "-c", "e", "-f"])
        .arg(&fasta)
        .arg(out.join("variants.vcf.gz"))
        .output();
    let Ok(run) = run else {
        skipped("bcftools is not installed");
        return;
    };
    let message = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{message}");
    says(&message, &["3/0/0/0"]);
}

#[test]
fn molecular_barcodes_bring_down_what_can_be_seen() {
    let fusions = ["ALK:exon:25[R1275Q]=12x", "ALK:exon:25=1488x"];
    let mut options = vec!["--background", "0", "--umi", "8", "--duplicates", "0.6"];
    for fusion in &fusions {
        options.extend(["--fusion", fusion]);
    }
    let sample = Sample::with(&options);
    let with = report(&mut sample.reads());
    assert_eq!(names(&with), ["R1275Q"]);
    let called = variant(&with, "R1275Q");
    assert!(called["fragments"].as_u64() > called["molecules"].as_u64());
    assert_eq!(called["origin"], "likely_somatic");
    says(with["variant_model"].as_str().unwrap(), &["UMI and ends"]);
    // Whatever the number of threads.
    let json = |threads: &str| printed(sample.reads().args(["--json", "--threads", threads]));
    assert_eq!(json("1"), json("4"));
}

#[test]
fn nothing_is_called_where_nothing_is() {
    let sample = Sample::with(&["--fusion", "ALK:wt=4000f", "--background", "0"]);
    let report = report(&mut sample.reads());
    assert_eq!(names(&report), [] as [&str; 0]);
    let bounds = list(&report, "variant_bounds");
    assert!(bounds.len() >= 20);
    assert!(
        bounds
            .iter()
            .all(|bound| bound["allele_fraction"].as_f64().is_some_and(|f| f < 0.2))
    );
    says(
        &printed(&mut sample.reads()),
        &["None called that is not likely inherited", "seen from"],
    );
}

#[test]
fn inherited_polymorphisms_are_said_to_be() {
    let sample = Sample::with(&[
        "--fusion",
        "ALK:exon:29[I1461V]=100x",
        "--fusion",
        "ALK:exon:29[I1461V;K1491R]=100x",
        "--background",
        "0",
    ]);
    let report = report(&mut sample.reads());
    let known = variant(&report, "I1461V");
    assert_eq!(known["origin"], "likely_germline");
    assert_eq!(known["polymorphism"], "rs1670283");
    assert_eq!(known["origin_reason"], "a known polymorphism");
    // Nobody has read this one in a source, so its share speaks for it.
    let heterozygous = variant(&report, "K1491R");
    assert_eq!(heterozygous["origin"], "likely_germline");
    assert_eq!(heterozygous["polymorphism"], Value::Null);
}

#[test]
fn a_mutation_that_does_not_fit_the_reference_is_refused() {
    for (fusion, why) in [
        ("ALK:wt[A1202R]=100f", "residue 1202 of ALK is G"),
        ("ALK:wt[c.3604T>A]=100f", "the reference has G"),
        (
            "EML4:e13::ALK:e20[F856S]=5",
            "does not hold that part of ALK",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut command = alkaid();
        command
            .args(["simulate", "--fusion", fusion, "--out"])
            .arg(folder.path().join("x"));
        says(&refusal(&mut command), &[why]);
    }
}
