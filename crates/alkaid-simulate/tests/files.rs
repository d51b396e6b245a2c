//! What is written to disk.

use std::fs;
use std::io::Read as _;
use std::ops::ControlFlow;
use std::path::Path;

use alkaid_genome::Bundle;
use alkaid_simulate::{
    Layout, Outputs, SimulateError, SimulationPlan, Truth, WriteOptions, simulate,
};
use flate2::read::GzDecoder;

fn plan() -> SimulationPlan {
    let mut plan = SimulationPlan::decoys(5_000, 3);
    plan.fusions.push("EML4:e13::ALK:e20=5".parse().unwrap());
    plan.fusions.push("NPM1:e4::ALK:e20=30x".parse().unwrap());
    plan.fusions.push("ALK:ati=20f".parse().unwrap());
    plan
}

fn text(path: &Path) -> String {
    let mut text = String::new();
    GzDecoder::new(fs::File::open(path).unwrap())
        .read_to_string(&mut text)
        .unwrap();
    text
}

fn go_on(_: u64, _: u64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

#[test]
fn files_are_well_formed_and_independent_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let mut contents = Vec::new();
    for threads in [1, 2] {
        let prefix = folder.path().join(format!("threads{threads}"));
        let outputs = Outputs::with_prefix(&prefix, Layout::Paired);
        let options = WriteOptions {
            threads,
            ..WriteOptions::default()
        };
        let truth = simulate(&plan(), Bundle::embedded(), &outputs, options, &mut go_on).unwrap();
        let files = [
            &outputs.first,
            outputs.second.as_ref().unwrap(),
            &outputs.truth_tsv,
            &outputs.truth_json,
        ];
        contents.push(files.map(|path| fs::read(path).unwrap()));
        let (first, second) = (text(files[0]), text(files[1]));
        let names = |text: &str| {
            let lines: Vec<_> = text.lines().collect();
            assert_eq!(lines.len() % 4, 0);
            lines
                .chunks_exact(4)
                .map(|record| {
                    assert!(record[0].starts_with('@'));
                    assert_eq!(record[2], "+");
                    assert_eq!(record[1].len(), record[3].len());
                    record[0].to_owned()
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&first), names(&second));
        assert_eq!(names(&first).len() as u64, truth.fragments);
        let json: Truth = serde_json::from_slice(&fs::read(&outputs.truth_json).unwrap()).unwrap();
        assert_eq!(json, truth);
        let table = fs::read_to_string(&outputs.truth_tsv).unwrap();
        assert_eq!(table.lines().count(), 4);
        let width = |line: &str| line.split('\t').count();
        assert!(
            table
                .lines()
                .all(|line| width(line) == width(table.lines().next().unwrap()))
        );
        assert!(table.contains("EML4:e13::ALK:e20\tEML4::ALK\trna\t5\tEML4\t"));
        assert!(table.contains("\tchr2\t42295516\t+\t0\tALK\t"), "{table}");
    }
    assert!(contents[0] == contents[1]);
    // No time stamp: bytes 4 to 8 of the gzip header.
    assert_eq!(contents[0][0][4..8], [0; 4]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 8);
}

#[test]
fn an_interruption_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let outputs = Outputs::with_prefix(&folder.path().join("x"), Layout::Paired);
    for threads in [1, 2] {
        let mut stop = |_, _| ControlFlow::Break(());
        let options = WriteOptions {
            threads,
            ..WriteOptions::default()
        };
        let error =
            simulate(&plan(), Bundle::embedded(), &outputs, options, &mut stop).unwrap_err();
        assert!(matches!(error, SimulateError::Interrupted));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let outputs = Outputs::with_prefix(Path::new("/nonexistent/folder/x"), Layout::Paired);
    let error = simulate(
        &plan(),
        Bundle::embedded(),
        &outputs,
        WriteOptions::default(),
        &mut go_on,
    );
    let message = error.unwrap_err().to_string();
    assert!(
        message.starts_with("/nonexistent/folder/x_R1.fastq.gz: cannot be created"),
        "{message}"
    );
    let single = Outputs::with_prefix(Path::new("/nonexistent/folder/x"), Layout::Single);
    let error = simulate(
        &plan(),
        Bundle::embedded(),
        &single,
        WriteOptions::default(),
        &mut go_on,
    );
    assert!(error.unwrap_err().to_string().contains("second FASTQ file"));
}
