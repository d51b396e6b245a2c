//! `alkaid pathway`: the model of signalling, as a user runs it.

mod common;

use std::fs;

use common::{alkaid, list, printed, printed_json, refusal, says};
use serde_json::Value;
use tempfile::TempDir;

fn pathway(arguments: &[&str]) -> assert_cmd::Command {
    let mut command = alkaid();
    command.arg("pathway").args(arguments);
    command
}

fn readout<'v>(report: &'v Value, node: &str) -> &'v Value {
    list(report, "readouts")
        .iter()
        .find(|one| one["node"] == node)
        .unwrap()
}

#[test]
fn the_case_of_the_handbook_runs_and_says_what_it_rests_on() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("results");
    let case = [
        "run",
        "--fusion",
        "EML4::ALK:V1",
        "--drug",
        "lorlatinib=100nM",
        "--mutation",
        "G1202R",
        "--bypass",
        "MET",
        "--members",
        "20",
    ];
    let page = printed(pathway(&case).arg("--out").arg(&out));
    says(
        &page,
        &[
            "MET:amplification",
            "Gainor2016",
            "unverified",
            "No conclusion is drawn",
            "research use only",
        ],
    );
    let mut files: Vec<String> = fs::read_dir(&out)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    assert_eq!(
        files,
        [
            "courses.svg",
            "courses.tsv",
            "edges.tsv",
            "map.svg",
            "nodes.tsv",
            "pathway.json",
            "readouts.tsv"
        ]
    );
    let edges = fs::read_to_string(out.join("edges.tsv")).unwrap();
    assert!(edges.lines().skip(1).all(|line| {
        line.split('\t')
            .nth(5)
            .is_some_and(|source| source.len() > 5)
    }));
    let report: Value =
        serde_json::from_slice(&fs::read(out.join("pathway.json")).unwrap()).unwrap();
    assert_eq!(report, printed_json(pathway(&case).arg("--json")));
}

#[test]
fn met_keeps_erk_under_a_drug_and_a_met_inhibitor_takes_it_back() {
    let erk = |more: &[&str]| {
        let mut command = pathway(&[
            "run",
            "--drug",
            "ceritinib=100nM",
            "--members",
            "20",
            "--json",
        ]);
        readout(&printed_json(command.args(more)), "ERK")["share_halved"]
            .as_f64()
            .unwrap()
    };
    assert!(erk(&[]) > 0.8);
    assert!(erk(&["--bypass", "MET"]) < 0.5);
    assert!(erk(&["--bypass", "MET", "--drug", "capmatinib=95%"]) > 0.8);
}

#[test]
fn what_is_wrong_is_said() {
    let message = |arguments: &[&str]| refusal(&mut pathway(arguments));
    says(
        &message(&["run", "--drug", "lorlatinib=-5nM"]),
        &["negative"],
    );
    says(
        &message(&["run", "--drug", "aspirin=5nM"]),
        &["aspirin", "neither a drug"],
    );
    says(
        &message(&["run", "--off", "NOBODY"]),
        &["NOBODY", "no node"],
    );
    says(
        &message(&["run", "--mutation", "Q1Z"]),
        &["Q1Z", "alkaid list mutations"],
    );
    says(&message(&["run", "--bypass", "ABC"]), &["ABC", "known are"]);
    says(&message(&["run", "--until", "-3h"]), &["no time"]);
    says(
        &message(&["dose", "--vary", "crizotinib", "--readout", "NOBODY"]),
        &["NOBODY"],
    );
    says(
        &message(&["run", "--model", "/no/such/file.xml"]),
        &["/no/such/file.xml"],
    );
}

#[test]
fn a_model_that_does_not_converge_is_an_error_that_says_where() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("explodes.xml");
    fs::write(
        &path,
        "<sbml><model id='m'><listOfParameters><parameter id='x' value='1' constant='false'/></listOfParameters>\
         <listOfRules><rateRule variable='x'><math><apply><times/><ci>x</ci><ci>x</ci></apply></math></rateRule></listOfRules></model></sbml>",
    )
    .unwrap();
    let message = refusal(pathway(&["run", "--until", "5", "--model"]).arg(&path));
    says(&message, &["did not converge at"]);
}

#[test]
fn what_is_exported_runs_again() {
    let folder = TempDir::new().unwrap();
    let sbml = folder.path().join("model.xml");
    printed(
        pathway(&[
            "export",
            "--format",
            "sbml",
            "--bypass",
            "MET",
            "--drug",
            "ceritinib=100nM",
            "--out",
        ])
        .arg(&sbml),
    );
    let table = printed(pathway(&["run", "--until", "72", "--points", "5", "--model"]).arg(&sbml));
    let header: Vec<&str> = table.lines().next().unwrap().split('\t').collect();
    let erk = header.iter().position(|name| *name == "ERK").unwrap();
    let last: f64 = table
        .lines()
        .last()
        .unwrap()
        .split('\t')
        .nth(erk)
        .unwrap()
        .parse()
        .unwrap();
    assert!(last > 0.1, "{last}");
    for format in ["qual", "bnet"] {
        let path = folder.path().join(format);
        printed(
            pathway(&[
                "export",
                "--format",
                format,
                "--drug",
                "crizotinib=1uM",
                "--out",
            ])
            .arg(&path),
        );
        let report =
            printed_json(pathway(&["logic", "--json", "--walks", "50", "--model"]).arg(&path));
        assert_eq!(list(&report, "attractors").len(), 1, "{format}");
    }
    let petab = folder.path().join("petab");
    printed(pathway(&["export", "--format", "petab", "--out"]).arg(&petab));
    assert!(petab.join("problem.yaml").exists() && petab.join("measurements.tsv").exists());
}

#[test]
fn doses_combinations_and_scans_print_tables() {
    let lines = |arguments: &[&str]| {
        printed(pathway(arguments).args(["--members", "8", "--tsv"]))
            .lines()
            .count()
    };
    assert_eq!(
        lines(&[
            "dose",
            "--vary",
            "ceritinib",
            "--points",
            "6",
            "--readout",
            "ERK"
        ]),
        7
    );
    assert_eq!(
        lines(&["combine", "--first", "ceritinib=20nM", "--bypass", "MET"]),
        10
    );
    assert!(lines(&["resist", "--drug", "ceritinib=100nM"]) > 40);
    assert_eq!(
        lines(&[
            "combine",
            "--first",
            "ceritinib=2nM",
            "--second",
            "MEK=50%",
            "--readout",
            "ERK"
        ]),
        2
    );
}

#[test]
fn the_same_question_gives_the_same_bytes() {
    let once = || {
        printed(&mut pathway(&[
            "resist",
            "--drug",
            "ceritinib=100nM",
            "--members",
            "6",
            "--json",
        ]))
    };
    assert_eq!(once(), once());
}
