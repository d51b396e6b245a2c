//! `alkaid reference`: what a bundle holds, and bundles from the user's own files.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use common::{alkaid, list, names, printed, printed_json, refusal, report, says};
use tempfile::TempDir;

/// The small reference files of `alkaid-genome`.
fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../alkaid-genome/tests/fixtures")
        .join(name)
}

/// `alkaid reference build` with an option per file.
fn build(inputs: &[(&str, PathBuf)], out: &Path) -> Command {
    let mut command = alkaid();
    command.args(["reference", "build", "--out"]).arg(out);
    for (option, path) in inputs {
        command.arg(option).arg(path);
    }
    command
}

/// Everything that the small bundle is made of.
fn inputs() -> Vec<(&'static str, PathBuf)> {
    [
        ("--transcripts", "transcripts.fa.gz"),
        ("--annotation", "exons.tsv"),
        ("--annotation", "annotation.gtf"),
        ("--loci", "alk_locus.fa"),
        ("--loci", "eml4_partial.fa"),
        ("--background", "background.fa"),
        ("--proteome", "proteome.fa"),
        ("--domains", "domains.tsv"),
        ("--cytobands", "cytobands.tsv"),
        ("--grch37", "alk_exons_grch37.tsv"),
    ]
    .map(|(option, name)| (option, fixture(name)))
    .to_vec()
}

#[test]
fn the_built_in_bundle_is_described() {
    let text = printed(alkaid().args(["reference", "inspect"]));
    says(
        &text,
        &[
            "GRCh38",
            "ALK        ENST00000389048.8 (NM_004304.5), 29 exons, locus of 735793 bases",
            "transcripts.fa.gz",
            "proteome.fa.gz",
        ],
    );
}

#[test]
fn the_built_in_bundle_is_described_as_json() {
    let meta = printed_json(alkaid().args(["reference", "inspect", "--json"]));
    assert_eq!(meta["assembly"], "GRCh38");
    assert_eq!(meta["format_version"], 1);
    let checksum = meta["checksum"].as_str().unwrap();
    assert!(checksum.len() == 64 && checksum.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert!(meta["counts"]["proteins"].as_u64().unwrap() > 18_000);
    for source in list(&meta, "sources") {
        assert_eq!(source["sha256"].as_str().unwrap().len(), 64, "{source}");
    }
    // The report names the bundle that it was made with.
    let folder = TempDir::new().unwrap();
    let reads = folder.path().join("reads.fastq");
    fs::write(&reads, format!("@r\n{0}\n+\n{0}\n", "A".repeat(50))).unwrap();
    let report = report(alkaid().arg("reads").arg(&reads));
    assert_eq!(report["bundle"], meta["checksum"]);
}

#[test]
fn a_small_bundle_is_built_as_it_was_before_and_can_be_used() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("small.alkaid");
    let said = printed(&mut build(&inputs(), &out));
    assert!(fs::read(&out).unwrap() == fs::read(fixture("small.alkaid")).unwrap());
    assert_eq!(names(folder.path()), ["small.alkaid"]);
    assert_eq!(
        said,
        printed(alkaid().args(["reference", "inspect"]).arg(&out))
    );
    let reads = folder.path().join("reads.fastq");
    fs::write(&reads, format!("@r\n{0}\n+\n{0}\n", "A".repeat(50))).unwrap();
    let report = report(alkaid().arg("reads").arg(&reads).arg("--bundle").arg(&out));
    assert_eq!(report["verdict"], "insufficient");
}

#[test]
fn a_build_that_fails_says_why_and_leaves_nothing() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("bundle.alkaid");
    let transcripts = ("--transcripts", fixture("transcripts.fa.gz"));
    let exons = ("--annotation", fixture("exons.tsv"));

    let missing = ("--transcripts", folder.path().join("missing.fa"));
    let message = refusal(&mut build(&[missing, exons.clone()], &out));
    says(&message, &["missing.fa", "check the path"]);

    let not_fasta = ("--transcripts", fixture("annotation.gtf"));
    let message = refusal(&mut build(&[not_fasta, exons.clone()], &out));
    says(&message, &["annotation.gtf, line 1", "FASTA"]);

    let not_gtf = ("--annotation", fixture("transcripts.fa.gz"));
    let message = refusal(&mut build(&[transcripts.clone(), not_gtf], &out));
    says(&message, &["transcripts.fa.gz, line 1", "GTF"]);

    let cut = folder.path().join("cut.fa.gz");
    let whole = fs::read(fixture("transcripts.fa.gz")).unwrap();
    fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    let message = refusal(&mut build(
        &[("--transcripts", cut.clone()), exons.clone()],
        &out,
    ));
    says(&message, &["cut.fa.gz"]);
    fs::remove_file(cut).unwrap();

    // Without the built-in proteins' ALK there is nothing to call.
    let message = refusal(&mut build(&[transcripts, exons], &out));
    says(&message, &["ALK", "Q9UM73"]);
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_bundle_that_is_none_is_refused() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("bundle.alkaid");
    let inspect = || {
        let mut command = alkaid();
        command.args(["reference", "inspect"]).arg(&path);
        command
    };
    says(
        &refusal(&mut inspect()),
        &["bundle.alkaid", "check the path"],
    );
    fs::write(&path, "no bundle").unwrap();
    says(
        &refusal(&mut inspect()),
        &["bundle.alkaid", "alkaid reference build"],
    );
    let whole = fs::read(fixture("small.alkaid")).unwrap();
    for at in [0, 5, 100, whole.len() / 2, whole.len() - 1] {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x55;
        fs::write(&path, &damaged).unwrap();
        says(&refusal(&mut inspect()), &["bundle.alkaid"]);
        fs::write(&path, &whole[..at]).unwrap();
        says(&refusal(&mut inspect()), &["bundle.alkaid"]);
    }
}

#[test]
fn the_committed_schema_is_the_printed_one() {
    let printed = printed_json(alkaid().arg("schema"));
    assert_eq!(printed["type"], "object");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas");
    for name in names(&folder) {
        if name.starts_with("fusions") {
            let committed = fs::read_to_string(folder.join(&name)).unwrap();
            let committed: serde_json::Value = serde_json::from_str(&committed).unwrap();
            assert!(
                committed == printed,
                "{name} is not what `alkaid schema` prints"
            );
        }
    }
}
