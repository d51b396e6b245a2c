//! `alkaid case` on the worked examples, as a user runs them: what each comes to, and what is refused.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{alkaid, list, printed, printed_json, says};
use serde_json::{Value, json};
use tempfile::TempDir;

/// An example with its reads made, in a folder of its own.
struct Example {
    folder: TempDir,
}

impl Example {
    fn of(name: &str) -> Self {
        let source = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../examples")
            .join(name);
        let folder = TempDir::new().unwrap();
        for entry in fs::read_dir(&source).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_file() {
                fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
            }
        }
        let plan = folder.path().join("rna.plan.json");
        let made = alkaid()
            .args(["simulate", "--plan"])
            .arg(&plan)
            .arg("--out")
            .arg(folder.path().join("rna"))
            .assert()
            .success();
        drop(made);
        if name == "10-rna-failed" {
            let path = folder.path().join("rna_R2.fastq.gz");
            let bytes = fs::read(&path).unwrap();
            fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        }
        Self { folder }
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("results")
    }

    fn run(&self) -> Value {
        printed_json(
            alkaid()
                .arg("case")
                .arg(self.folder.path())
                .arg("--json")
                .arg("--out")
                .arg(self.out()),
        )
    }
}

/// What a case concludes, without the reports on single assays.
fn conclusion(report: &Value) -> Value {
    let assays: Vec<Value> = list(report, "assays")
        .iter()
        .map(|one| {
            json!([
                one["id"],
                one["state"],
                one["finding"]["text"],
                one["outcome"],
                one["why_not_counted"]
            ])
        })
        .collect();
    let classes: Vec<Value> = list(&report["joint"], "classes")
        .iter()
        .map(|one| json!([one["class"], rounded(&one["posterior"]["value"])]))
        .collect();
    let follows = &report["follows"];
    let texts = |value: &Value| -> Vec<Value> {
        value
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["text"].clone())
            .collect()
    };
    let inhibitors: Vec<Value> = list(follows, "inhibitors")
        .iter()
        .map(|one| {
            json!([
                one["drug"],
                one["verdict"],
                one["level"],
                one["given_before"]
            ])
        })
        .collect();
    let rules: Vec<&Value> = list(report, "discordances")
        .iter()
        .map(|one| &one["rule"])
        .collect();
    let tests: Vec<Value> = list(report, "next_tests")
        .iter()
        .map(|one| json!([one["test"], rounded(&one["bits"]), one["feasible"]]))
        .collect();
    let mutations: Vec<&Value> = list(follows, "mutations")
        .iter()
        .map(|one| &one["name"])
        .collect();
    let bypass: Vec<Value> = list(follows, "bypass")
        .iter()
        .map(|one| json!([one["gene"], one["event"], one["what"]]))
        .collect();
    json!({
        "status": report["status"],
        "answer": texts(&report["answer"]),
        "assays": assays,
        "rearranged": rounded(&report["joint"]["rearranged"]["value"]),
        "driver": rounded(&report["joint"]["driver"]["value"]),
        "classes": classes,
        "discordances": rules,
        "next_tests": tests,
        "fusion": follows["fusion"]["name"],
        "variant": follows["fusion"]["variant"],
        "junction": follows["fusion"]["junction"],
        "mutations": mutations,
        "bypass": bypass,
        "mechanism": texts(&follows["mechanism"]),
        "variant_facts": texts(&follows["variant"]),
        "mutation_facts": texts(&follows["mutation_facts"]),
        "inhibitors": inhibitors,
        "pathway": follows["pathway"]["statements"].as_array().map(|all| all.iter().map(|one| one["text"].clone()).collect::<Vec<_>>()),
        "warnings": report["warnings"],
    })
}

/// Two decimals: what small differences between machines leave alone.
fn rounded(value: &Value) -> Value {
    value.as_f64().map_or(Value::Null, |number| {
        json!((number * 100.0).round() / 100.0)
    })
}

/// Nothing that the report concludes may rest on a row that nobody has read, unless it says so.
fn rests_on_what_was_read(report: &Value) {
    let status = |number: &Value| {
        list(report, "citations")
            .iter()
            .find(|one| one["number"] == *number)
            .map(|one| one["status"].as_str().unwrap_or_default().to_owned())
            .unwrap_or_else(|| panic!("source {number} is not listed"))
    };
    let follows = &report["follows"];
    for part in ["variant", "mutation_facts", "mechanism"] {
        for sentence in list(follows, part) {
            for number in list(sentence, "cites") {
                assert_ne!(status(number), "unverified", "{sentence}");
            }
        }
    }
    for one in list(follows, "inhibitors") {
        for number in list(&one["reason"], "cites") {
            assert_ne!(status(number), "unverified", "{one}");
        }
    }
    for one in list(report, "discordances") {
        let marked = one["explanation"]["text"]
            .as_str()
            .unwrap()
            .contains("(unverified)");
        for number in list(&one["explanation"], "cites") {
            assert_eq!(status(number) == "unverified", marked, "{one}");
        }
    }
    for one in list(&report["joint"], "parameters") {
        assert_eq!(status(&one["cite"]), one["status"].as_str().unwrap());
    }
}

macro_rules! examples {
    ($($name:ident: $folder:literal = $status:literal;)*) => {$(
        #[test]
        fn $name() {
            let report = Example::of($folder).run();
            assert_eq!(report["status"], $status, "{}", report["answer"]);
            rests_on_what_was_read(&report);
            insta::assert_json_snapshot!(conclusion(&report));
        }
    )*};
}

examples! {
    concordant_v1: "01-concordant-v1" = "rearranged";
    v3a_and_v3b: "02-v3a-and-v3b" = "rearranged";
    npm1_alcl: "03-npm1-alcl" = "rearranged";
    novel_partner: "04-novel-partner" = "rearranged";
    fish_positive_rna_negative: "05-fish-positive-rna-negative" = "indeterminate";
    fish_negative_rna_positive: "06-fish-negative-rna-positive" = "rearranged";
    ihc_only_ati: "07-ihc-only-ati" = "not_rearranged";
    g1202r_after_alectinib: "08-g1202r-after-alectinib" = "rearranged";
    met_bypass: "09-met-bypass" = "rearranged";
    rna_failed: "10-rna-failed" = "rearranged";
}

#[test]
fn a_second_run_does_only_what_changed_and_says_the_same() {
    let example = Example::of("08-g1202r-after-alectinib");
    let first = example.run();
    let kept = |folder: &Path| -> Vec<(String, std::time::SystemTime)> {
        let mut files: Vec<_> = fs::read_dir(folder.join("kept"))
            .unwrap()
            .map(|entry| entry.unwrap())
            .map(|entry| {
                (
                    entry.file_name().into_string().unwrap(),
                    entry.metadata().unwrap().modified().unwrap(),
                )
            })
            .collect();
        files.sort();
        files
    };
    let before = kept(&example.out());
    let bytes = fs::read(example.out().join("case.json")).unwrap();
    assert_eq!(example.run(), first);
    assert_eq!(kept(&example.out()), before);
    assert_eq!(fs::read(example.out().join("case.json")).unwrap(), bytes);
    // Another option of the reads makes them anew.
    let manifest = example.folder.path().join("case.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(
        &manifest,
        text.replace("[[rna]]", "[[rna]]\numi = \"none\""),
    )
    .unwrap();
    example.run();
    assert_ne!(kept(&example.out()), before);
    assert_eq!(before.len(), 1);
}

#[test]
fn files_of_a_case_are_all_there() {
    let example = Example::of("01-concordant-v1");
    let report = example.run();
    for file in [
        "case.json",
        "case.tsv",
        "case_fhir.json",
        "case_vicc.json",
        "alkaid_case_mqc.json",
        "rna/fusions.json",
    ] {
        assert!(example.out().join(file).is_file(), "{file}");
    }
    let read = |file: &str| -> Value {
        serde_json::from_str(&fs::read_to_string(example.out().join(file)).unwrap()).unwrap()
    };
    assert_eq!(read("case.json"), report);
    assert_eq!(
        read("case_vicc.json")["fusions"][0]["fusion"]["type"],
        "AssayedFusion"
    );
    assert_eq!(read("case_fhir.json")["resourceType"], "Bundle");
    assert_eq!(
        read("alkaid_case_mqc.json")["data"]["EX01"]["status"],
        "rearranged"
    );
    let inputs = list(&report["provenance"], "inputs");
    assert_eq!(inputs.len(), 2);
    assert_eq!(inputs[0]["path"], "rna_R1.fastq.gz");
    let page = printed(alkaid().arg("case").arg(example.folder.path()));
    says(
        &page,
        &[
            "ALK is rearranged",
            "EML4::ALK V1",
            "FISH",
            "For research use only",
            "sources",
        ],
    );
    alkaid()
        .arg("case")
        .arg(example.folder.path())
        .arg("--fail-on-positive")
        .assert()
        .code(3);
}

#[test]
fn an_assay_that_fails_leaves_the_others() {
    let example = Example::of("10-rna-failed");
    let report = example.run();
    let rna = &list(&report, "assays")[0];
    assert_eq!(rna["state"], "failed");
    assert!(rna["error"].as_str().unwrap().contains("rna_R2.fastq.gz"));
    assert_eq!(report["fish"]["call"], "positive");
    let warnings = report["warnings"].to_string();
    assert!(
        warnings.contains("RNA sequencing (rna) failed"),
        "{warnings}"
    );
}

#[test]
fn a_positive_library_is_not_hidden_by_a_negative_one_before_it() {
    let example = Example::of("01-concordant-v1");
    let negative = Example::of("05-fish-positive-rna-negative");
    for file in ["R1", "R2"] {
        let from = negative.folder.path().join(format!("rna_{file}.fastq.gz"));
        let to = example.folder.path().join(format!("first_{file}.fastq.gz"));
        fs::copy(from, to).unwrap();
    }
    let manifest = example.folder.path().join("case.toml");
    let text = fs::read_to_string(&manifest).unwrap().replacen(
        "[[rna]]",
        "[[rna]]\nfiles = [\"first_R1.fastq.gz\", \"first_R2.fastq.gz\"]\n\n[[rna]]",
        1,
    );
    fs::write(&manifest, text).unwrap();
    let report = example.run();
    assert_eq!(report["status"], "rearranged");
    let states: Vec<&Value> = list(&report, "assays")
        .iter()
        .map(|one| &one["state"])
        .collect();
    assert_eq!(states[..2], ["negative", "positive"]);
    let counted: Vec<&Value> = list(&report["joint"], "contributions")
        .iter()
        .map(|one| &one["assay"])
        .collect();
    assert_eq!(counted, ["rna2", "fish", "ihc"]);
    let first = &list(&report, "assays")[0];
    assert_eq!(first["title"], "RNA sequencing 1");
    says(
        first["notes"].to_string().as_str(),
        &["it disagrees with rna2", "were to be expected among these"],
    );
    says(
        report["answer"][0]["text"].as_str().unwrap(),
        &["RNA sequencing 2", "RNA sequencing 1 disagrees"],
    );
    let rules: Vec<&Value> = list(&report, "discordances")
        .iter()
        .map(|one| &one["rule"])
        .collect();
    assert!(rules.contains(&&json!("replicates_rna")), "{rules:?}");
}

#[test]
fn alks_own_level_and_copies_are_shown_and_not_weighed() {
    let example = Example::of("05-fish-positive-rna-negative");
    let level = |gene: &str, value: f64| format!("{gene}\t{value}\n");
    let genes = [
        "EGFR", "MET", "ERBB2", "KIT", "AXL", "SRC", "IGF1R", "TP53", "KRAS", "EML4",
    ];
    let table: String = genes.iter().map(|gene| level(gene, 3.0)).collect();
    fs::write(
        example.folder.path().join("tpm.tsv"),
        format!("gene\ttpm\n{table}{}", level("ALK", 90.0)),
    )
    .unwrap();
    fs::write(
        example.folder.path().join("copies.tsv"),
        "gene\tcopies\nALK\t11\nMET\t2\n",
    )
    .unwrap();
    let manifest = example.folder.path().join("case.toml");
    // FISH negative, IHC positive: the copies explain what is stained.
    let text = fs::read_to_string(&manifest).unwrap();
    let (head, _) = text.split_once("[fish]").unwrap();
    let run = |tables: &str| {
        let text = format!("{head}[ihc]\nclone = \"D5F3\"\ncall = \"positive\"\n{tables}");
        fs::write(&manifest, text).unwrap();
        example.run()
    };
    let without = run("");
    let with = run(
        "[expression]\nfile = \"tpm.tsv\"\n[copy_number]\nfile = \"copies.tsv\"\nunits = \"copies\"\n",
    );
    assert_eq!(without["joint"]["rearranged"], with["joint"]["rearranged"]);
    for (id, words) in [
        ("expression", "ALK high expression: 90.00 TPM"),
        ("copy_number", "ALK amplified: 11.0 copies"),
    ] {
        let row = list(&with, "assays")
            .iter()
            .find(|one| one["id"] == id)
            .unwrap();
        says(row["finding"]["text"].as_str().unwrap(), &[words]);
        says(
            row["why_not_counted"].as_str().unwrap(),
            &["shown and not weighed"],
        );
    }
    let rules: Vec<&str> = list(&with, "discordances")
        .iter()
        .map(|one| one["rule"].as_str().unwrap())
        .collect();
    for rule in ["alk_expressed_without_fusion", "alk_amplified_stained"] {
        assert!(rules.contains(&rule), "{rules:?}");
    }
}

#[test]
fn two_time_points_are_compared() {
    let (before, after) = (
        Example::of("01-concordant-v1"),
        Example::of("08-g1202r-after-alectinib"),
    );
    before.run();
    after.run();
    let report = printed_json(
        alkaid()
            .arg("compare")
            .arg(before.out())
            .arg(after.out())
            .arg("--json"),
    );
    let changes: Vec<(&Value, &Value)> = list(&report, "changes")
        .iter()
        .map(|one| (&one["name"], &one["kind"]))
        .collect();
    assert!(
        changes.contains(&(&json!("EML4::ALK E13;A20"), &json!("stayed")))
            || changes
                .iter()
                .any(|(name, _)| **name == json!("EML4::ALK E13;A20")),
        "{changes:?}"
    );
    let g1202r = list(&report, "changes")
        .iter()
        .find(|one| one["name"] == "G1202R")
        .unwrap();
    assert_eq!(g1202r["kind"], "appeared", "{g1202r}");
    assert!(g1202r["before"].is_null());
    assert!(!g1202r["after"]["share"].is_null());
    assert_eq!(list(&report, "treatments_between")[0]["drug"], "alectinib");
    let page = printed(alkaid().arg("compare").arg(before.out()).arg(after.out()));
    says(&page, &["G1202R", "alectinib", "For research use only"]);
    let error = alkaid()
        .arg("compare")
        .arg(after.out())
        .arg(before.out())
        .assert()
        .code(1)
        .get_output()
        .stderr
        .clone();
    assert!(
        String::from_utf8(error)
            .unwrap()
            .contains("give the earlier one first")
    );
}

#[test]
fn a_bad_manifest_is_refused_with_line_and_suggestion() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("case.toml");
    fs::write(&path, "[sample]\nid = \"S\"\ntumor = \"NSCLC\"\n").unwrap();
    let error = alkaid()
        .arg("case")
        .arg(&path)
        .assert()
        .code(1)
        .get_output()
        .stderr
        .clone();
    let error = String::from_utf8(error).unwrap();
    assert!(
        error.contains("line 3") && error.contains("did you mean tumour?"),
        "{error}"
    );
    alkaid()
        .arg("case")
        .arg(folder.path().join("nothing.toml"))
        .assert()
        .code(1);
    alkaid().arg("case").assert().code(2);
}

#[test]
fn init_writes_a_manifest_once() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("case.toml");
    let init = |path: &Path| {
        let mut command = alkaid();
        command
            .args(["case", "init"])
            .arg(path)
            .args(["--sample", "S7"]);
        command
    };
    init(&path).assert().success();
    assert!(fs::read_to_string(&path).unwrap().contains("id = \"S7\""));
    init(&path).assert().code(1);
    assert!(printed(&mut init(Path::new("-"))).contains("[sample]"));
}
