//! `alkaid reads`: simulated samples of known truth through the whole program.

mod common;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command as Process, Stdio};

use common::{
    RESULTS, Sample, V1, empty_bam, gunzip, gzip, interleave, list, names, only_call, printed,
    reaches_the_ceiling, reads, records, report, says, skipped,
};
use serde_json::{Value, json};

/// The report's conclusions without what tells one input layout from another.
fn conclusions(report: &Value) -> Value {
    json!([report["verdict"], report["calls"], report["findings"]])
}

#[test]
fn variant_1_is_called_with_every_field_that_others_build_on() {
    let sample = Sample::of(V1);
    let report = report(&mut sample.reads());
    assert_eq!(report["verdict"], "rearranged");
    assert_eq!(report["sample"], "tumour");
    assert_eq!(report["assembly"], "GRCh38");
    assert_eq!(report["qc"]["molecule"], "rna");
    assert_eq!(report["qc"]["fragments"], 310);
    assert_eq!(report["qc"]["paired"], true);
    assert_eq!(report["qc"]["read_length"], json!([100, 100, 100]));
    let call = only_call(&report);
    reaches_the_ceiling(call, &sample);
    insta::with_settings!({sort_maps => true}, {
        insta::assert_json_snapshot!(
            json!({
                "name": call["name"],
                "five_prime": call["five_prime"],
                "three_prime": call["three_prime"],
                "junction_exons": call["junction_exons"],
                "named_variant": call["named_variant"],
                "in_frame": call["in_frame"],
                "supporting_fragments": call["supporting_fragments"],
                "unique_fragments": call["unique_fragments"],
                "status": call["status"],
                "hgvs_rna": call["hgvs_rna"],
                "iscn": call["iscn"],
            }),
            @r#"
            {
              "five_prime": {
                "cds": 1489,
                "chrom": "chr2",
                "exon": 13,
                "gene": "EML4",
                "intron": null,
                "named_by": "transcript",
                "pos": 42295516,
                "refseq": "NM_019063.5",
                "region": "end of exon 13",
                "strand": "+",
                "transcript": "ENST00000318522.10"
              },
              "hgvs_rna": "NM_019063.5:r.?_1489::NM_004304.5:r.3173_?",
              "in_frame": true,
              "iscn": "inv(2)(p21p23)",
              "junction_exons": "E13;A20",
              "name": "EML4::ALK",
              "named_variant": "V1",
              "status": "called",
              "supporting_fragments": 10,
              "three_prime": {
                "cds": 3173,
                "chrom": "chr2",
                "exon": 20,
                "gene": "ALK",
                "intron": null,
                "named_by": "transcript",
                "pos": 29223528,
                "refseq": "NM_004304.5",
                "region": "start of exon 20",
                "strand": "-",
                "transcript": "ENST00000389048.8"
              },
              "unique_fragments": 10
            }
            "#
        );
    });
}

#[test]
fn the_verdict_is_drawn() {
    let sample = Sample::of(V1);
    let text = printed(&mut sample.reads());
    says(
        &text,
        &[
            "ALK is rearranged",
            "EML4::ALK (V1), E13;A20, in frame",
            "TAGAGCCCACACCTGGGAAAGGACCTAAAG│TGTACCGCCGGAAGCACCAGGAGCTGCAAG",
            "chr2:42,295,516 (+)",
            "NM_019063.5:r.?_1489::NM_004304.5:r.3173_?",
            "95 % probability",
            "For research use only",
        ],
    );
    assert!(!text.contains('\u{1b}'), "colours in a pipe");
}

#[test]
fn every_way_of_giving_the_same_pairs_gives_the_same_answer() {
    let sample = Sample::of(V1);
    let expected = conclusions(&report(&mut sample.reads()));
    assert_eq!(expected[0], "rearranged");
    let (first, second) = (gunzip(&sample.first), gunzip(&sample.second));
    let both = interleave(&first, &second);

    let plain = [
        sample.file("plain_1.fq", &first),
        sample.file("plain_2.fq", &second),
    ];
    assert_eq!(conclusions(&report(&mut reads(&plain))), expected, "plain");

    let mixed = [&plain[0], &sample.file("plain_2.fq.gz", &gzip(&second))];
    let one_gzip = report(&mut reads([mixed[0], mixed[1]]));
    assert_eq!(conclusions(&one_gzip), expected, "one plain, one gzip");

    let interleaved = [sample.file("both.fq", &both)];
    let told = report(&mut reads(&interleaved));
    assert_eq!(conclusions(&told), expected, "interleaved, by its names");
    let said = report(reads(&interleaved).args(["--pairing", "interleaved"]));
    assert_eq!(conclusions(&said), expected, "interleaved, as said");

    let piped = report(reads(["-"]).write_stdin(both.clone()));
    assert_eq!(conclusions(&piped), expected, "standard input");
    let piped = report(reads(["-"]).write_stdin(gzip(&both)));
    assert_eq!(conclusions(&piped), expected, "gzip on standard input");

    // Two lanes, and gzip of two members as `cat` makes it.
    let cut = |text: &[u8]| {
        let records = records(text);
        let (head, tail) = records.split_at(records.len() / 2);
        (head.concat(), tail.concat())
    };
    let ((first_a, first_b), (second_a, second_b)) = (cut(&first), cut(&second));
    let lanes = [
        sample.file("S1_L001_R1_001.fastq.gz", &gzip(&first_a)),
        sample.file("S1_L002_R1_001.fastq.gz", &gzip(&first_b)),
        sample.file("S1_L001_R2_001.fastq.gz", &gzip(&second_a)),
        sample.file("S1_L002_R2_001.fastq.gz", &gzip(&second_b)),
    ];
    let lanes = report(&mut reads(&lanes));
    assert_eq!(lanes["qc"]["fragments"], 310);
    assert_eq!(conclusions(&lanes), expected, "two lanes");
    let members = [
        sample.file("cat_1.fq.gz", &[gzip(&first_a), gzip(&first_b)].concat()),
        sample.file("cat_2.fq.gz", &[gzip(&second_a), gzip(&second_b)].concat()),
    ];
    let members = report(&mut reads(&members));
    assert_eq!(members["qc"]["fragments"], 310);
    assert_eq!(conclusions(&members), expected, "two gzip members");

    // Carriage returns.
    let windows = |text: &[u8]| {
        String::from_utf8(text.to_vec())
            .unwrap()
            .replace('\n', "\r\n")
            .into_bytes()
    };
    let windows = [
        sample.file("windows_1.fq", &windows(&first)),
        sample.file("windows_2.fq", &windows(&second)),
    ];
    assert_eq!(
        conclusions(&report(&mut reads(&windows))),
        expected,
        "CR LF"
    );
}

#[test]
fn single_reads_are_enough() {
    let sample = Sample::with(&["--fusion", V1, "--single", "--length", "75"]);
    assert!(!sample.second.exists());
    let report = report(&mut reads([&sample.first]));
    assert_eq!(report["qc"]["paired"], false);
    let call = only_call(&report);
    assert_eq!(call["named_variant"], "V1");
    assert_eq!(call["spanning_pairs"], 0);
    reaches_the_ceiling(call, &sample);
}

#[test]
fn mates_can_be_read_as_if_they_were_single() {
    let sample = Sample::of(V1);
    let report = report(sample.reads().args(["--pairing", "single"]));
    assert_eq!(report["qc"]["paired"], false);
    assert_eq!(report["qc"]["fragments"], 620);
    assert_eq!(only_call(&report)["named_variant"], "V1");
}

#[test]
fn all_files_are_written_and_agree() {
    let sample = Sample::of(V1);
    let out = sample.path("results/run 1");
    let printed = report(
        sample
            .reads()
            .arg("--out")
            .arg(&out)
            .args(["--sample", "P-17"]),
    );
    assert_eq!(names(&sample.path("results")), ["run 1"]);
    assert_eq!(names(&out), RESULTS);
    let json = |name: &str| -> Value {
        serde_json::from_slice(&fs::read(out.join(name)).unwrap()).unwrap()
    };
    assert_eq!(json("fusions.json"), printed);
    let qc = json("qc.json");
    assert_eq!(qc["qc"], printed["qc"]);
    assert_eq!(
        (&qc["sample"], &qc["verdict"]),
        (&json!("P-17"), &json!("rearranged"))
    );
    json("alkaid_mqc.json");

    let table = fs::read_to_string(out.join("fusions.tsv")).unwrap();
    let rows: Vec<Vec<&str>> = table.lines().map(|row| row.split('\t').collect()).collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0].len(), rows[1].len());
    // Arriba's columns come first, in its order.
    assert_eq!(
        rows[0][..6],
        [
            "#gene1",
            "gene2",
            "strand1(gene/fusion)",
            "strand2(gene/fusion)",
            "breakpoint1",
            "breakpoint2"
        ]
    );
    let column = |name: &str| rows[1][rows[0].iter().position(|&at| at == name).unwrap()];
    assert_eq!((column("#gene1"), column("gene2")), ("EML4", "ALK"));
    assert_eq!(column("breakpoint1"), "chr2:42295516");
    assert_eq!(column("breakpoint2"), "chr2:29223528");
    assert_eq!(column("named_variant"), "V1");
    assert_eq!(column("reading_frame"), "in-frame");

    let refused = fs::read_to_string(out.join("refused.tsv")).unwrap();
    assert!(refused.starts_with("#name\treason\t"), "{refused}");
    assert_eq!(
        refused.lines().count() - 1,
        list(&printed, "refused").len(),
        "one line per refused candidate"
    );

    let vcf = String::from_utf8(gunzip(&out.join("fusions.vcf.gz"))).unwrap();
    assert!(vcf.starts_with("##fileformat=VCFv4.4\n"));
    let breakends: Vec<&str> = vcf.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(breakends.len(), 2);
    says(
        breakends[0],
        &["chr2\t29223528\t", "]chr2:42295516]", "PASS"],
    );
    says(
        breakends[1],
        &["chr2\t42295516\t", "]chr2:29223528]", "PASS"],
    );
    assert!(gunzip(&out.join("evidence.bam")).starts_with(b"BAM\x01"));
    other_programs_read(&out);
}

/// samtools and bcftools take the files, where they are installed.
fn other_programs_read(out: &Path) {
    let run = |program: &str, arguments: &[&str], file: &str| match Process::new(program)
        .args(arguments)
        .arg(out.join(file))
        .output()
    {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{program} {file}: {said}");
            assert!(said.is_empty(), "{program} {file}: {said}");
        }
        Err(error) => skipped(&format!("{file} is not read with {program}: {error}")),
    };
    run("samtools", &["quickcheck", "-v"], "evidence.bam");
    run("samtools", &["idxstats"], "evidence.bam");
    run(
        "bcftools",
        &["view", "--regions", "chr2:29223528"],
        "fusions.vcf.gz",
    );
}

#[test]
fn the_evidence_can_be_read_again() {
    let sample = Sample::of(V1);
    let out = sample.path("results");
    let expected = report(sample.reads().arg("--out").arg(&out));
    let again = report(reads([out.join("evidence.bam")]).args(["--molecule", "rna"]));
    assert_eq!(again["verdict"], "rearranged");
    let (call, expected) = (only_call(&again), only_call(&expected));
    for field in [
        "named_variant",
        "five_prime",
        "three_prime",
        "supporting_fragments",
    ] {
        assert_eq!(call[field], expected[field], "{field}");
    }
}

#[test]
fn a_bam_of_no_reads_has_none_to_call() {
    let sample = Sample::of(V1);
    let assembly = [("chr1", 248_956_422), ("chr2", 242_193_529)];
    let bam = sample.file("none.bam", &empty_bam(&assembly));
    let output = reads([&bam]).arg("--json").output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    // Empty like an empty FASTQ file, or a sample that shows nothing: never a negative.
    match output.status.code() {
        Some(0) => {
            let report: Value = serde_json::from_slice(&output.stdout).unwrap();
            assert_eq!(report["verdict"], "insufficient");
        }
        Some(1) => says(&message, &["none.bam"]),
        other => panic!("{other:?}: {message}"),
    }
}

#[test]
fn the_exit_status_tells_only_when_asked() {
    let sample = Sample::of(V1);
    sample.reads().assert().code(0);
    sample.reads().arg("--fail-on-positive").assert().code(3);
    let out = sample.path("results");
    sample
        .reads()
        .arg("--fail-on-positive")
        .arg("--out")
        .arg(&out)
        .assert()
        .code(3);
    assert_eq!(names(&out), RESULTS, "a positive result is a result");
    let negative = Sample::with(&[]);
    negative.reads().arg("--fail-on-positive").assert().code(0);
    sample.reads().args(["--threads", "0"]).assert().code(2);
    sample.reads().args(["--umi", "somewhere"]).assert().code(2);
}

#[test]
fn threads_and_repetition_change_no_byte() {
    let sample = Sample::with(&[
        "--fusion",
        V1,
        "--fusion",
        "NPM1:e4::ALK:e20=6",
        "--background=3000",
        "--wild-type-alk=0.02",
        "--chimeric=0.05",
    ]);
    let run = |name: &str, threads: &str| {
        let out = sample.path(name);
        let said = printed(
            sample
                .reads()
                .arg("--json")
                .args(["--threads", threads])
                .arg("--out")
                .arg(&out),
        );
        (said, out)
    };
    let (expected, first) = run("first", "1");
    for (name, threads) in [("again", "1"), ("two", "2"), ("four", "4")] {
        let (said, out) = run(name, threads);
        assert!(said == expected, "standard output, {threads} threads");
        for file in RESULTS {
            let same = fs::read(first.join(file)).unwrap() == fs::read(out.join(file)).unwrap();
            assert!(same, "{file}, {threads} threads");
        }
    }
    let report: Value = serde_json::from_str(&expected).unwrap();
    let called: Vec<&Value> = list(&report, "calls")
        .iter()
        .map(|call| &call["name"])
        .collect();
    assert_eq!(called, ["EML4::ALK", "NPM1::ALK"], "best supported first");
}

#[test]
fn a_result_folder_can_be_used_again() {
    let positive = Sample::of(V1);
    let out = positive.path("results");
    printed(positive.reads().arg("--out").arg(&out));
    fs::write(out.join("notes.txt"), "mine").unwrap();
    let negative = Sample::with(&[]);
    printed(negative.reads().arg("--out").arg(&out));
    let report: Value =
        serde_json::from_slice(&fs::read(out.join("fusions.json")).unwrap()).unwrap();
    assert_eq!(report["calls"], json!([]));
    assert_eq!(
        fs::read_to_string(out.join("notes.txt")).unwrap(),
        "mine",
        "what is not ours stays"
    );
    assert_eq!(names(&out).len(), RESULTS.len() + 1);
}

/// The bound needs depth, not variety: a small sample many times over, with names of its own each time.
#[test]
fn a_negative_says_what_would_have_been_seen() {
    let sample = Sample::with(&["--single", "--length=75", "--wild-type-alk=0.01"]);
    let once = gunzip(&sample.first);
    let mut deep = Vec::new();
    for copy in 0..350 {
        for record in records(&once) {
            let name = record.iter().position(|&byte| byte == b'\n').unwrap();
            deep.extend(&record[..name]);
            write!(deep, ":{copy}").unwrap();
            deep.extend(&record[name..]);
        }
    }
    let path = sample.file("deep.fastq", &deep);
    let deep = report(&mut reads([&path]));
    assert_eq!(deep["verdict"], "not_detected");
    assert_eq!(deep["calls"], json!([]));
    assert_eq!(deep["qc"]["fragments"], 105_000);
    let bound = deep["bound"]["rna_fragments_per_million"].as_f64().unwrap();
    assert!((50.0..=100.0).contains(&bound), "{bound}");
    says(
        deep["bound"]["statement"].as_str().unwrap(),
        &["fragments per million", "95 % probability"],
    );
    says(
        &printed(&mut reads([&path])),
        &["What would have been seen", "95 % probability"],
    );

    let shallow = report(&mut reads([&sample.first]));
    assert_eq!(shallow["verdict"], "insufficient");
    assert!(
        shallow["bound"]["rna_fragments_per_million"]
            .as_f64()
            .unwrap()
            > 100.0
    );
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let sample = Sample::of(V1);
    let mut child = Process::new(assert_cmd::cargo::cargo_bin!("alkaid"))
        .arg("reads")
        .args([&sample.first, &sample.second])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{message}");
    assert!(!message.contains("panicked"), "{message}");
}

/// No progress bar and no control characters where nobody watches.
#[test]
fn standard_error_is_plain_text_without_a_terminal() {
    let sample = Sample::of(V1);
    let output = sample.reads().output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!said.contains(['\u{1b}', '\r']), "{said:?}");
}
