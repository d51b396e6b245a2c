//! `alkaid bypass` on the tables of other callers: what is found in good ones, and what is said about bad ones.

mod common;

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use common::{
    Sample, V1, alkaid, bgzf, gzip, list, names, printed, printed_json, refusal, report, says,
};
use serde_json::Value;
use tempfile::TempDir;

const COLUMNS: &str = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO";

/// Known changes on GRCh38: place, REF, ALT, gene, protein change, strength.
const KNOWN: &[(&str, u64, &str, &str, &str, &str, &str)] = &[
    (
        "chr7",
        55_191_822,
        "T",
        "G",
        "EGFR",
        "p.L858R",
        "activating",
    ),
    (
        "chr7",
        55_181_378,
        "C",
        "T",
        "EGFR",
        "p.T790M",
        "resistance",
    ),
    (
        "chr12",
        25_245_351,
        "C",
        "A",
        "KRAS",
        "p.G12C",
        "activating",
    ),
    (
        "chr2",
        29_220_747,
        "C",
        "T",
        "ALK",
        "p.G1202R",
        "catalogued_alk_mutation",
    ),
    (
        "chr17",
        7_674_894,
        "G",
        "A",
        "TP53",
        "p.R213*",
        "inactivating",
    ),
    (
        "chr13",
        48_367_512,
        "C",
        "T",
        "RB1",
        "p.R320*",
        "inactivating",
    ),
    (
        "chr7",
        140_753_336,
        "A",
        "T",
        "BRAF",
        "p.V600E",
        "activating",
    ),
    (
        "chr3",
        179_234_297,
        "A",
        "G",
        "PIK3CA",
        "p.H1047R",
        "activating",
    ),
    (
        "chr7",
        55_174_771,
        "AGGAATTAAGAGAAGC",
        "A",
        "EGFR",
        "p.E746_A750del",
        "activating",
    ),
];

/// A folder with files, in which the command runs, so that messages hold no temporary paths.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn with(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        fs::write(self.path().join(name), content).unwrap();
        self
    }

    fn bypass(&self, arguments: &[&str]) -> Command {
        let mut command = alkaid();
        command
            .current_dir(self.path())
            .arg("bypass")
            .args(arguments);
        command
    }
}

fn header(extra: &str) -> String {
    format!(
        "##fileformat=VCFv4.2\n##contig=<ID=chr2,length=242193529>\n{extra}{COLUMNS}\tFORMAT\tNORMAL\tTUMOR\n"
    )
}

fn known_vcf() -> String {
    let mut text = header("##tumor_sample=TUMOR\n");
    for (chrom, pos, reference, alternate, ..) in KNOWN {
        text += &format!(
            "{chrom}\t{pos}\t.\t{reference}\t{alternate}\t.\tPASS\t.\tGT:AD:AF:DP\t0/0:50,0:0.0:50\t0/1:80,20:0.2:100\n"
        );
    }
    text
}

fn finding<'v>(report: &'v Value, gene: &str, kind: &str) -> Option<&'v Value> {
    list(report, "findings")
        .iter()
        .find(|finding| finding["gene"] == gene && finding["kind"] == kind)
}

#[test]
fn known_changes_are_named_and_judged() {
    let folder = Folder::new()
        .with("plain.vcf", known_vcf())
        .with("packed.vcf.gz", gzip(known_vcf().as_bytes()))
        .with("blocks.vcf.gz", bgzf(known_vcf().as_bytes()));
    for file in ["plain.vcf", "packed.vcf.gz", "blocks.vcf.gz"] {
        let report = printed_json(&mut folder.bypass(&["--variants", file, "--json"]));
        for (_, position, _, _, gene, protein, strength) in KNOWN {
            let found = list(&report, "findings")
                .iter()
                .find(|finding| finding["variant"]["position"] == *position)
                .unwrap_or_else(|| panic!("{gene} {protein} is missing"));
            assert_eq!(found["gene"], *gene);
            assert_eq!(found["variant"]["hgvs_p"], *protein);
            assert_eq!(found["strength"], *strength, "{gene} {protein}");
            assert_eq!(found["variant"]["allele_fraction"], 0.2);
            assert_eq!(found["variant"]["reference_checked"], true);
            assert_eq!(found["variant"]["named_by"], "sequence");
        }
        assert_eq!(report["transformation"]["hint"], "both_hit");
        assert_eq!(report["variants"]["sample"], "TUMOR");
        assert_eq!(report["variants"]["reference_checked"], KNOWN.len());
    }
}

#[test]
fn tables_stand_beside_what_the_reads_say() {
    let sample = Sample::of(V1);
    let vcf = sample.file("calls.vcf", known_vcf().as_bytes());
    let alone = report(&mut sample.reads());
    let both = report(sample.reads().arg("--variants").arg(&vcf));
    assert_eq!(both["calls"], alone["calls"]);
    assert_eq!(alone["bypass"], Value::Null);
    assert!(finding(&both["bypass"], "EGFR", "variant").is_some());

    let out = sample.path("results");
    let mut with_tables = sample.reads();
    with_tables
        .arg("--variants")
        .arg(&vcf)
        .arg("--out")
        .arg(&out);
    let page = printed(&mut with_tables);
    says(&page, &["EML4::ALK", "findings beside the fusion", "L858R"]);
    assert!(names(&out).contains(&"bypass.json".to_owned()));

    // A table that cannot be read stops the run before any read is looked at.
    let mut wrong = sample.reads();
    let message = refusal(
        wrong
            .arg("--variants")
            .arg(sample.file("bad.vcf", b"no header\n")),
    );
    says(&message, &["bad.vcf"]);
}

#[test]
fn grch37_without_prefix_is_the_same_and_told_by_its_bases() {
    let text = format!(
        "##fileformat=VCFv4.1\n{COLUMNS}\n7\t55259515\t.\tT\tG\t.\t.\t.\n12\t25398284\t.\tC\tT\t.\t.\t.\n2\t29443613\t.\tC\tT\t.\t.\t.\n7\t116412044\t.\tG\tT\t.\t.\t.\n"
    );
    let folder = Folder::new().with("old.vcf", text);
    let report = printed_json(&mut folder.bypass(&["--variants", "old.vcf", "--json"]));
    assert_eq!(report["variants"]["assembly"], "GRCh37");
    assert_eq!(report["variants"]["assembly_from"], "its reference bases");
    let protein = |gene| finding(&report, gene, "variant").unwrap()["variant"]["hgvs_p"].clone();
    assert_eq!(protein("EGFR"), "p.L858R");
    assert_eq!(protein("KRAS"), "p.G12D");
    assert_eq!(protein("ALK"), "p.G1202R");
    let met = finding(&report, "MET", "variant").unwrap();
    assert_eq!(met["strength"], "activating");
    says(
        met["what"].as_str().unwrap(),
        &["c.3028+1G>T", "exon 14", "skipping"],
    );
    let message = refusal(&mut folder.bypass(&["--variants", "old.vcf", "--assembly", "grch38"]));
    // On GRCh38 these places lie in none of the genes, or the bases there are others.
    says(&message, &["old.vcf, line", "GRCh38", "--assembly"]);
}

#[test]
fn a_wrong_reference_base_is_an_error_with_its_record() {
    let text = header("") + "chr2\t29220747\t.\tG\tT\t.\tPASS\t.\t.\t.\t.\n";
    let folder = Folder::new().with("wrong.vcf", text);
    let before = names(folder.path());
    let message = refusal(&mut folder.bypass(&["--variants", "wrong.vcf", "--out", "results"]));
    says(
        &message,
        &[
            "wrong.vcf, line 4",
            "chr2:29220747",
            "REF G",
            "GRCh38 has C",
            "--assembly",
        ],
    );
    assert_eq!(names(folder.path()), before, "something was left");
}

#[test]
fn malformed_vcfs_are_refused() {
    let record = |text: &str| header("") + text + "\n";
    let whole = gzip(known_vcf().as_bytes());
    let blocks = bgzf(known_vcf().as_bytes());
    let cases: Vec<(&str, Vec<u8>, &[&str])> = vec![
        (
            "columns.vcf",
            record("chr2\t29220747\t.\tC").into(),
            &["line 4", "4 columns where the header names 11"],
        ),
        (
            "pos.vcf",
            record("chr2\tabc\t.\tC\tT\t.\t.\t.\t.\t.\t.").into(),
            &["line 4", "POS \"abc\" is not a number"],
        ),
        (
            "ref.vcf",
            record("chr2\t5\t.\t\tT\t.\t.\t.\t.\t.\t.").into(),
            &["line 4", "REF"],
        ),
        (
            "alt.vcf",
            record("chr2\t5\t.\tA\tT,,C\t.\t.\t.\t.\t.\t.").into(),
            &["line 4", "ALT"],
        ),
        (
            "headless.vcf",
            b"chr2\t5\t.\tA\tT\t.\t.\t.\n".to_vec(),
            &["line 1", "no ##fileformat=VCF"],
        ),
        (
            "meta.vcf",
            b"##fileformat=VCFv4.2\n".to_vec(),
            &["ends before its #CHROM line"],
        ),
        (
            "spaces.vcf",
            b"##fileformat=VCFv4.2\n#CHROM POS ID REF ALT QUAL FILTER INFO\n".to_vec(),
            &["fewer than 8 columns"],
        ),
        ("empty.vcf", Vec::new(), &["the file is empty"]),
        (
            "half.vcf.gz",
            whole[..whole.len() / 2].to_vec(),
            &["half.vcf.gz", "truncated"],
        ),
        (
            "ends.vcf.gz",
            blocks[..blocks.len() - 28].to_vec(),
            &["BGZF end block is missing"],
        ),
        (
            "calls.bcf",
            b"BCF\x02\x02".to_vec(),
            &["this is BCF", "bcftools view"],
        ),
        (
            "noise.vcf",
            vec![0, 159, 146, 150, 10],
            &["noise.vcf, line 1"],
        ),
    ];
    for (name, content, parts) in cases {
        let folder = Folder::new().with(name, content);
        let message = refusal(&mut folder.bypass(&["--variants", name]));
        says(&message, parts);
        says(&message, &[name]);
    }
    let folder = Folder::new();
    says(
        &refusal(&mut folder.bypass(&["--variants", "none.vcf"])),
        &["none.vcf", "check the path"],
    );
}

#[test]
fn what_is_left_out_is_counted() {
    let body = [
        "chr7\t55191822\t.\tT\tG\t.\tweak_evidence\t.\tGT\t0/0\t0/1",
        "chr7\t55181378\t.\tC\tT\t.\tPASS\t.\tGT\t0/0\t0/0",
        "chr7\t55181378\t.\tC\t<DEL>\t.\tPASS\t.\tGT\t0/0\t0/1",
        "chr7\t55050000\t.\tN\tT\t.\tPASS\t.\tGT\t0/0\t0/1",
        "chr15\t98934967\t.\tA\tT\t.\tPASS\t.\tGT\t0/0\t0/1",
        "chr1\t1000\t.\tA\tT\t.\tPASS\t.\tGT\t0/0\t0/1",
    ];
    let folder = Folder::new().with("calls.vcf", header("") + &body.join("\n") + "\n");
    let report = printed_json(&mut folder.bypass(&["--variants", "calls.vcf", "--json"]));
    let read = &report["variants"];
    assert_eq!(read["records"], 6);
    assert_eq!(read["filtered"][0]["name"], "weak_evidence");
    let skipped: Vec<&str> = list(read, "skipped")
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    assert!(
        skipped.iter().any(|reason| reason.contains("genotype")),
        "{skipped:?}"
    );
    assert!(
        skipped.iter().any(|reason| reason.contains("spelled out")),
        "{skipped:?}"
    );
    // The bundle has no bases of IGF1R: found by place, of unknown significance, and counted as not compared.
    let igf1r = finding(&report, "IGF1R", "variant").unwrap();
    assert_eq!(igf1r["strength"], "unknown_significance");
    assert_eq!(igf1r["variant"]["consequence"], "unknown");
    assert_eq!(igf1r["variant"]["named_by"], "position");
    assert_eq!(read["reference_unchecked"], 2);
    let warnings = report["warnings"].to_string();
    says(&warnings, &["could not be compared", "did not pass"]);
}

#[test]
fn an_annotation_names_what_the_bundle_cannot() {
    let csq = "##INFO=<ID=CSQ,Number=.,Type=String,Description=\"Consequence annotations from Ensembl VEP. Format: Allele|Consequence|SYMBOL|Feature|HGVSc|HGVSp\">\n";
    let text = header(csq)
        + "chr15\t98934967\t.\tA\tT\t.\tPASS\tCSQ=T|missense_variant|IGF1R|ENST00000650285.1|ENST00000650285.1:c.3100A>T|ENSP1:p.Met1034Leu\t.\t.\t.\n";
    let folder = Folder::new().with("vep.vcf", text);
    let report = printed_json(&mut folder.bypass(&["--variants", "vep.vcf", "--json"]));
    let igf1r = finding(&report, "IGF1R", "variant").unwrap();
    assert_eq!(igf1r["variant"]["hgvs_p"], "p.M1034L");
    assert_eq!(igf1r["variant"]["named_by"], "annotation");
}

#[test]
fn copy_numbers_by_segment_and_by_gene() {
    let cns = "chromosome\tstart\tend\tgene\tlog2\tdepth\tprobes\tweight\n\
        chr7\t116600000\t116900000\tMET\t2.1\t900\t40\t30\n\
        chr2\t10000\t90000000\tALK\t0.05\t100\t900\t800\n\
        chr13\t48000000\t48600000\tRB1\t-3.5\t4\t60\t50\n";
    let folder = Folder::new()
        .with("t.cns", cns)
        .with("genes.tsv", "gene\tcopy_number\nMET\t4.5\nEGFR\t22\n")
        .with("units.tsv", "gene\tT1\nMET\t4.5\n")
        .with("bad.tsv", "gene\tcopy_number\nMET\tmany\n")
        .with("other.tsv", "fruit\tprice\napple\t1\n")
        .with("nothing.tsv", "")
        .with(
            "far.tsv",
            "chrom\tstart\tend\tcn\n7\t170000000\t170000500\t3\n",
        );
    let report = printed_json(&mut folder.bypass(&["--copy-number", "t.cns", "--json"]));
    let met = finding(&report, "MET", "copy_number").unwrap();
    assert_eq!(met["strength"], "amplified");
    assert_eq!(met["copy_number"]["reach"], "focal");
    assert_eq!(met["source"]["row"], "bypass_lines:met_amplification");
    assert_eq!(
        finding(&report, "RB1", "copy_number").unwrap()["strength"],
        "deep_deletion"
    );
    assert!(finding(&report, "ALK", "copy_number").is_none());
    // RB1 is hit; TP53 is covered by no segment.
    assert_eq!(report["transformation"]["hint"], "one_hit");
    assert_eq!(report["transformation"]["tp53"]["state"], "not_assessed");
    assert_eq!(report["copy_number"]["unit"], "log2 ratio");
    says(
        &report["copy_number"]["assumption"].to_string(),
        &["assumed"],
    );
    let report = printed_json(&mut folder.bypass(&["--copy-number", "genes.tsv", "--json"]));
    assert_eq!(
        finding(&report, "MET", "copy_number").unwrap()["strength"],
        "gain"
    );
    assert_eq!(
        finding(&report, "EGFR", "copy_number").unwrap()["strength"],
        "amplified"
    );
    for (file, parts) in [
        ("units.tsv", ["units.tsv", "--copy-number-units"]),
        ("bad.tsv", ["bad.tsv, line 2", "\"many\""]),
        (
            "other.tsv",
            ["other.tsv, line 1", "no known copy-number table"],
        ),
        ("nothing.tsv", ["nothing.tsv", "is empty"]),
        ("far.tsv", ["far.tsv, line 2", "--assembly"]),
    ] {
        says(
            &refusal(&mut folder.bypass(&["--copy-number", file])),
            &parts,
        );
    }
}

/// A table of all genes of the EMT signature: mesenchymal at 3 TPM, epithelial at 15, so that the score is 2 - 4.
fn expression() -> String {
    let marker = |set| {
        alkaid_knowledge::expression_markers()
            .iter()
            .filter(move |marker| marker.set == set)
    };
    let mut text = String::from("gene\tTPM\n");
    for one in marker(alkaid_knowledge::MarkerSet::Mesenchymal).filter(|one| one.symbol != "AXL") {
        text += &format!("{}\t3\n", one.symbol);
    }
    for one in marker(alkaid_knowledge::MarkerSet::Epithelial).filter(|one| one.symbol != "ERBB3") {
        text += &format!("{}\t15\n", one.aliases.first().unwrap_or(&one.symbol));
    }
    text + "AXL\t3\nERBB3\t15\nALK\t40\nABCB1\t0\nMET\t7\nASCL1\t0\nCHGA\t0.1\n"
}

#[test]
fn expression_gives_levels_and_a_score() {
    let folder = Folder::new()
        .with("e.tsv", expression())
        .with("units.tsv", "gene\tT1\nALK\t5\n")
        .with("mouse.tsv", "gene\ttpm\nAlk\t5\nEgfr\t5\nMet\t5\n")
        .with("two.tsv", "gene\ta_tpm\tb_tpm\nALK\t5\t6\n")
        .with("nothing.tsv", "")
        .with("header.tsv", "gene\ttpm\n");
    let report = printed_json(&mut folder.bypass(&["--expression", "e.tsv", "--json"]));
    assert_eq!(report["emt"]["score"], -2.0);
    assert_eq!(report["emt"]["mesenchymal_found"], 52);
    assert_eq!(report["emt"]["epithelial_found"], 25);
    let alk = finding(&report, "ALK", "expression").unwrap();
    assert_eq!(alk["expression"]["value"], 40.0);
    assert_eq!(alk["expression"]["rank"], 1.0);
    assert_eq!(
        finding(&report, "ABCB1", "expression").unwrap()["strength"],
        "level"
    );
    assert_eq!(report["transformation"]["hint"], "not_assessed");
    let report = printed_json(&mut folder.bypass(&["--expression", "header.tsv", "--json"]));
    assert_eq!(report["emt"]["score"], Value::Null);
    says(
        &report["warnings"].to_string(),
        &["no row below the header"],
    );
    for (file, parts) in [
        (
            "units.tsv",
            ["units.tsv", "--expression-units tpm, fpkm, counts or log2"],
        ),
        (
            "mouse.tsv",
            ["mouse.tsv: only 0 of 3 identifiers", "Alk, Egfr, Met"],
        ),
        ("two.tsv", ["a_tpm, b_tpm", "--sample NAME"]),
        ("nothing.tsv", ["nothing.tsv", "is empty"]),
    ] {
        says(
            &refusal(&mut folder.bypass(&["--expression", file])),
            &parts,
        );
    }
}

#[test]
fn all_three_together_are_drawn_and_written() {
    let folder = Folder::new()
        .with("calls.vcf", known_vcf())
        .with("genes.tsv", "gene\tcopy_number\nMET\t8\nALK\t2\n")
        .with("e.tsv", expression());
    let arguments = [
        "--variants",
        "calls.vcf",
        "--copy-number",
        "genes.tsv",
        "--expression",
        "e.tsv",
    ];
    let page = printed(folder.bypass(&arguments).args(["--out", "results"]));
    insta::assert_snapshot!("page", page);
    let table = printed(folder.bypass(&arguments).arg("--tsv"));
    insta::assert_snapshot!("table", table);
    let widths: std::collections::BTreeSet<usize> =
        table.lines().map(|line| line.split('\t').count()).collect();
    assert_eq!(widths.len(), 1, "{widths:?}");
    let results = folder.path().join("results");
    assert_eq!(names(&results), ["bypass.json", "bypass.tsv"]);
    assert_eq!(
        fs::read_to_string(results.join("bypass.tsv")).unwrap(),
        table
    );
    assert_eq!(
        fs::read_to_string(results.join("bypass.json")).unwrap(),
        printed(folder.bypass(&arguments).arg("--json"))
    );
}

#[test]
fn without_a_table_it_is_wrong_usage() {
    Folder::new().bypass(&[]).assert().code(2);
    Folder::new()
        .bypass(&["--variants", "x.vcf", "--purity", "1.5"])
        .assert()
        .code(2);
}

#[test]
fn the_schema_is_printed() {
    let schema = printed_json(alkaid().args(["schema", "bypass"]));
    assert_eq!(schema["title"], "Alkaid bypass.json");
    let schema = printed_json(alkaid().arg("schema"));
    assert_eq!(schema["title"], "Alkaid fusions.json");
}
