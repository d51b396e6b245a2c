//! `alkaid simulate`: reads with known truth.

mod common;

use std::fs;

use common::{Sample, V1, alkaid, gunzip, names, printed, records, refusal, says};
use serde_json::Value;
use tempfile::TempDir;

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_does_not() {
    let (a, b) = (Sample::of(V1), Sample::of(V1));
    assert_eq!(a.truth, b.truth);
    let files = names(a.folder.path());
    assert_eq!(
        files,
        [
            "tumour.truth.json",
            "tumour.truth.tsv",
            "tumour_R1.fastq.gz",
            "tumour_R2.fastq.gz"
        ]
    );
    for file in files {
        let same = fs::read(a.path(&file)).unwrap() == fs::read(b.path(&file)).unwrap();
        assert!(same, "{file} differs");
    }
    let other = Sample::with(&["--fusion", V1, "--seed=8"]);
    assert!(gunzip(&a.first) != gunzip(&other.first));
}

#[test]
fn the_truth_file_holds_what_was_simulated() {
    let sample = Sample::of(V1);
    let file = fs::read_to_string(sample.path("tumour.truth.json")).unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(&file).unwrap(),
        sample.truth,
        "what is printed and what is written"
    );
    let fusion = &sample.truth["fusions"][0];
    assert_eq!(fusion["name"], "EML4::ALK");
    assert_eq!(fusion["supporting_fragments"], 10);
    assert_eq!(fusion["junction"]["in_frame"], true);
    let (left, right) = (&fusion["junction"]["left"], &fusion["junction"]["right"]);
    assert_eq!((&left["exon"], &left["cds"]), (&13.into(), &1489.into()));
    assert_eq!(left["position"], 42_295_516);
    assert_eq!((&right["exon"], &right["cds"]), (&20.into(), &3173.into()));
    assert_eq!(right["position"], 29_223_528);

    let table = fs::read_to_string(sample.path("tumour.truth.tsv")).unwrap();
    let rows: Vec<Vec<&str>> = table.lines().map(|row| row.split('\t').collect()).collect();
    assert_eq!(rows.len(), 2);
    assert!(rows[0][0].starts_with('#'));
    assert_eq!(rows[0].len(), rows[1].len());
    assert_eq!(rows[1][..2], ["EML4:e13::ALK:e20", "EML4::ALK"]);
}

#[test]
fn reads_are_as_many_and_as_long_as_asked() {
    let sample = Sample::with(&["--fusion", V1, "--length", "76"]);
    let (first, second) = (gunzip(&sample.first), gunzip(&sample.second));
    let (first, second) = (records(&first), records(&second));
    assert_eq!((first.len(), second.len()), (310, 310));
    assert_eq!(sample.truth["fragments"], 310);
    for record in first.iter().chain(&second) {
        let lines: Vec<&str> = std::str::from_utf8(record).unwrap().lines().collect();
        assert!(lines[0].starts_with('@') && lines[2].starts_with('+'));
        assert_eq!((lines[1].len(), lines[3].len()), (76, 76));
    }
}

#[test]
fn a_plan_file_does_what_the_options_do() {
    let by_options = Sample::of(V1);
    let folder = TempDir::new().unwrap();
    let plan = folder.path().join("plan.json");
    fs::write(
        &plan,
        r#"{"seed": 7, "background": {"fragments": 300}, "fusions": [{"spec": "EML4:e13::ALK:e20", "amount": "10"}]}"#,
    )
    .unwrap();
    let prefix = folder.path().join("tumour");
    let mut command = alkaid();
    command.arg("simulate").arg("--plan").arg(&plan);
    let table = printed(command.arg("--out").arg(&prefix));
    assert_eq!(
        table,
        fs::read_to_string(by_options.path("tumour.truth.tsv")).unwrap()
    );
    let first = gunzip(&folder.path().join("tumour_R1.fastq.gz"));
    assert!(first == gunzip(&by_options.first));
}

#[test]
fn what_cannot_be_simulated_is_refused() {
    let folder = TempDir::new().unwrap();
    let prefix = folder.path().join("tumour");
    let simulate = |options: &[&str]| {
        let mut command = alkaid();
        command.arg("simulate").arg("--out").arg(&prefix);
        command.args(options);
        command
    };
    says(
        &refusal(&mut simulate(&["--fusion", "NOGENE:e1::ALK:e20"])),
        &["NOGENE"],
    );
    says(
        &refusal(&mut simulate(&["--fusion", "EML4:e99::ALK:e20"])),
        &["EML4", "99"],
    );
    says(
        &refusal(&mut simulate(&["--fusion", V1, "--length", "20"])),
        &["36"],
    );
    says(
        &refusal(&mut simulate(&["--plan", "no-such-plan.json"])),
        &["no-such-plan.json"],
    );
    simulate(&["--fusion", "EML4"]).assert().code(2);
    assert!(names(folder.path()).is_empty(), "nothing was written");
}

#[test]
fn reads_are_not_written_where_there_is_no_folder() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let prefix = folder.path().join("file").join("tumour");
    let mut command = alkaid();
    command.arg("simulate").args(["--fusion", V1]);
    let message = refusal(command.arg("--out").arg(&prefix));
    says(&message, &["file"]);
    assert_eq!(names(folder.path()), ["file"]);
}
