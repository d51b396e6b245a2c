//! `alkaid protocol fish`: the bench sheet, and the check of a filled record.

mod common;

use std::fs;
use std::path::PathBuf;

use common::{alkaid, list, printed, printed_json, refusal, says};
use tempfile::TempDir;

fn fish() -> assert_cmd::Command {
    let mut command = alkaid();
    command.args(["protocol", "fish"]);
    command
}

/// A record in a folder of its own.
fn record(text: &str) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("run.toml");
    fs::write(&path, text).unwrap();
    (folder, path)
}

/// The template with every step written down as it suggests.
fn filled() -> String {
    let template = printed(fish().arg("--record"));
    let (head, steps) = template.split_once("[steps]\n").unwrap();
    let steps = steps.lines().map(|line| match line.strip_prefix("# ") {
        Some(rest) if rest.contains(" = ") => format!("{rest}\n"),
        _ => format!("{line}\n"),
    });
    format!("{head}[steps]\n{}", steps.collect::<String>())
}

#[test]
fn the_bench_sheet_has_every_step() {
    let sheet = printed(&mut fish());
    says(
        &sheet,
        &[
            "4-6 µm",
            "xylene",
            "ethanol series",
            "citrate buffer",
            "pH 5.8-6.2 (about 6;",
            "about 30;",
            "protease",
            "about 10;",
            "about 75;",
            "about 37;",
            "0.4 x SSC",
            "about 72;",
            "2 x SSC",
            "0.05 %",
            "DAPI",
            "at least 50 nuclei",
            "15 %",
            "For research use only",
        ],
    );
    insta::assert_snapshot!("bench_sheet", sheet);
    let json = printed_json(fish().arg("--json"));
    assert_eq!(list(&json, "steps").len(), 17);
}

#[test]
fn a_record_filled_as_the_sheet_wants_it_is_in_range() {
    let (_folder, path) = record(&filled());
    let json = printed_json(fish().arg("--check").arg(&path).arg("--json"));
    assert_eq!(
        (&json["in_range"], &json["out_of_range"], &json["missing"]),
        (&17.into(), &0.into(), &0.into())
    );
}

#[test]
fn a_run_that_went_wrong_is_told_step_by_step() {
    let text = "protocol = \"fish\"\n[run]\nsample = \"T-17\"\n[steps]\nsection_thickness = 3\nxylene = true\n\
                ethanol_series = false\ncitrate_ph = 6.0\ndenaturation_celsius = 90\nnuclei = 38\n";
    let (_folder, path) = record(text);
    let json = printed_json(fish().arg("--check").arg(&path).arg("--json"));
    let verdict = |key: &str| {
        let step = list(&json, "steps")
            .iter()
            .find(|step| step["key"] == key)
            .unwrap();
        step["verdict"].as_str().unwrap().to_owned()
    };
    for key in [
        "section_thickness",
        "ethanol_series",
        "denaturation_celsius",
        "nuclei",
    ] {
        assert_eq!(verdict(key), "out_of_range", "{key}");
    }
    for key in ["xylene", "citrate_ph"] {
        assert_eq!(verdict(key), "in_range", "{key}");
    }
    assert_eq!(verdict("dapi"), "missing");
    let text = printed(fish().arg("--check").arg(&path));
    let text = text.replace(&path.display().to_string(), "run.toml");
    insta::assert_snapshot!("checked_record", text);
    // Standard input gives the same.
    let piped = printed(
        fish()
            .args(["--check", "-"])
            .write_stdin(fs::read(&path).unwrap()),
    );
    assert_eq!(piped.replace("FISH record -", "FISH record run.toml"), text);
}

#[test]
fn a_malformed_record_is_refused_with_file_line_and_remedy() {
    for (text, parts) in [
        (
            "[steps]\nsection = 5\n",
            &["line 2", "\"section\"", "did you mean section_thickness?"][..],
        ),
        (
            "[steps]\nxylene = true\nnuclei = \"many\"\n",
            &["line 3, nuclei", "many is not a number of nuclei"],
        ),
        ("[steps]\nnuclei 100\n", &["line 2", "as in the template"]),
        ("[step]\n", &["line 1", "step"]),
        ("protocol = \"IHC\"\n", &["line 1", "\"IHC\""]),
    ] {
        let (_folder, path) = record(text);
        let message = refusal(fish().arg("--check").arg(&path));
        says(&message, parts);
        says(&message, &["run.toml"]);
    }
    let (folder, path) = record("");
    fs::write(&path, [0xff, 0xfe, 0x00]).unwrap();
    says(
        &refusal(fish().arg("--check").arg(&path)),
        &["run.toml", "UTF-8"],
    );
    says(
        &refusal(fish().arg("--check").arg(folder.path().join("none.toml"))),
        &["none.toml"],
    );
    says(
        &refusal(
            fish()
                .args(["--check", "-"])
                .write_stdin("#".repeat(2 << 20)),
        ),
        &["bytes"],
    );
}

#[test]
fn options_that_exclude_each_other_are_wrong_usage() {
    fish().args(["--record", "--json"]).assert().code(2);
    fish().args(["--record", "--check", "x"]).assert().code(2);
}
