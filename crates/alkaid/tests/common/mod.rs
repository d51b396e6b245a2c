//! The binary as a user runs it, and small simulated samples to run it on.

// Every test file is a crate of its own and needs only a part of this.
#![allow(dead_code)]

use std::fs::{self, File};
use std::io::{Read, Write, stderr};
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin;
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use serde_json::Value;
use tempfile::TempDir;

/// EML4::ALK variant 1 with ten fragments across its junction.
pub const V1: &str = "EML4:e13::ALK:e20=10";

/// What `--out` writes.
pub const RESULTS: [&str; 14] = [
    "alkaid_mqc.json",
    "evidence.bam",
    "evidence.bam.bai",
    "fusions.json",
    "fusions.tsv",
    "fusions.vcf.gz",
    "fusions.vcf.gz.tbi",
    "qc.json",
    "refused.tsv",
    "refused_variants.tsv",
    "variant_bounds.tsv",
    "variants.tsv",
    "variants.vcf.gz",
    "variants.vcf.gz.tbi",
];

/// Simulated reads in a folder of their own, which goes when this does.
pub struct Sample {
    /// The folder.
    pub folder: TempDir,
    /// First (or only) reads, gzip.
    pub first: PathBuf,
    /// Their mates, gzip.
    pub second: PathBuf,
    /// What `alkaid simulate --json` printed.
    pub truth: Value,
}

impl Sample {
    /// What `options` of `alkaid simulate` ask for; unless they say otherwise, with seed 7 and among 300 fragments of
    /// other transcripts.
    pub fn with(options: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        let prefix = folder.path().join("tumour");
        let mut command = alkaid();
        command.args(["simulate", "--json", "--out"]).arg(&prefix);
        for (option, value) in [("--seed", "7"), ("--background", "300")] {
            if !options.iter().any(|given| given.starts_with(option)) {
                command.args([option, value]);
            }
        }
        let truth = printed_json(command.args(options));
        Sample {
            first: folder.path().join("tumour_R1.fastq.gz"),
            second: folder.path().join("tumour_R2.fastq.gz"),
            folder,
            truth,
        }
    }

    /// Pairs with one molecule that has truth.
    pub fn of(fusion: &str) -> Self {
        Self::with(&["--fusion", fusion])
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into the folder.
    pub fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// `alkaid reads` on the two files.
    pub fn reads(&self) -> Command {
        reads([&self.first, &self.second])
    }
}

/// The binary under test, undisturbed by the caller's terminal settings.
pub fn alkaid() -> Command {
    let mut command = Command::new(cargo_bin!("alkaid"));
    for name in ["NO_COLOR", "COLUMNS", "LC_ALL", "LC_CTYPE", "LANG"] {
        command.env_remove(name);
    }
    command
}

/// `alkaid reads` on files.
pub fn reads<P: AsRef<Path>>(files: impl IntoIterator<Item = P>) -> Command {
    let mut command = alkaid();
    command.arg("reads");
    for file in files {
        command.arg(file.as_ref());
    }
    command
}

/// Standard output of a command that must end with status 0.
pub fn printed(command: &mut Command) -> String {
    let output = command.assert().success().get_output().clone();
    String::from_utf8(output.stdout).unwrap()
}

/// The JSON that a command prints.
pub fn printed_json(command: &mut Command) -> Value {
    serde_json::from_str(&printed(command)).unwrap()
}

/// `fusions.json` of a run, from standard output.
pub fn report(command: &mut Command) -> Value {
    printed_json(command.arg("--json"))
}

/// Standard error of a command that must refuse to work: status 1, nothing printed, no panic.
pub fn refusal(command: &mut Command) -> String {
    let output = command.assert().code(1).get_output().clone();
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(output.stdout.is_empty(), "printed beside: {message}");
    assert!(message.starts_with("alkaid: "), "{message}");
    assert!(!message.contains("panicked"), "{message}");
    message
}

/// Asserts that a message holds all of these.
#[track_caller]
pub fn says(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "no {part:?} in: {message}");
    }
}

/// The array under a key.
#[track_caller]
pub fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    match &value[key] {
        Value::Array(items) => items,
        other => panic!("{key} is no list but {other}"),
    }
}

/// The only fusion called.
#[track_caller]
pub fn only_call(report: &Value) -> &Value {
    match list(report, "calls") {
        [call] => call,
        calls => panic!("{} calls: {calls:#?}", calls.len()),
    }
}

/// Counted fragments are at least 95 % of those that could be counted.
#[track_caller]
pub fn reaches_the_ceiling(call: &Value, sample: &Sample) {
    let ceiling = sample.truth["fusions"][0]["ceiling"].as_f64().unwrap();
    let counted = call["supporting_fragments"].as_f64().unwrap();
    assert!(counted >= 0.95 * ceiling, "{counted} of {ceiling}");
}

/// What gzip holds.
pub fn gunzip(path: &Path) -> Vec<u8> {
    let mut content = Vec::new();
    MultiGzDecoder::new(File::open(path).unwrap())
        .read_to_end(&mut content)
        .unwrap();
    content
}

/// As gzip.
pub fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// The records of FASTQ text, four lines each.
pub fn records(fastq: &[u8]) -> Vec<&[u8]> {
    let ends: Vec<usize> = fastq
        .iter()
        .enumerate()
        .filter_map(|(at, &byte)| (byte == b'\n').then_some(at + 1))
        .skip(3)
        .step_by(4)
        .collect();
    let starts = std::iter::once(0).chain(ends.iter().copied());
    starts
        .zip(&ends)
        .map(|(start, &end)| &fastq[start..end])
        .collect()
}

/// Mates after each other.
pub fn interleave(first: &[u8], second: &[u8]) -> Vec<u8> {
    let pairs = records(first).into_iter().zip(records(second));
    pairs
        .flat_map(|(first, second)| [first, second])
        .collect::<Vec<_>>()
        .concat()
}

/// Names in a folder, hidden ones as well, sorted.
pub fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Says past the capture of the test harness that something was not tested.
pub fn skipped(why: &str) {
    // Nobody to tell if standard error is closed.
    let _ = writeln!(stderr(), "skipped: {why}");
}

/// One BGZF block, and the block that ends a file.
pub fn bgzf(content: &[u8]) -> Vec<u8> {
    const END: [u8; 28] = [
        31, 139, 8, 4, 0, 0, 0, 0, 0, 255, 6, 0, 66, 67, 2, 0, 27, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];
    let mut encoder = flate2::GzBuilder::new()
        .extra(*b"BC\x02\x00\x00\x00")
        .write(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    let mut block = encoder.finish().unwrap();
    let size = u16::try_from(block.len() - 1).unwrap().to_le_bytes();
    block[16..18].copy_from_slice(&size);
    block.extend(END);
    block
}

/// A BAM without reads, with these reference sequences in its header.
pub fn empty_bam(sequences: &[(&str, i32)]) -> Vec<u8> {
    let text: String = sequences
        .iter()
        .map(|(name, length)| format!("@SQ\tSN:{name}\tLN:{length}\n"))
        .collect();
    let number = |value: usize| i32::try_from(value).unwrap().to_le_bytes();
    let mut bam = b"BAM\x01".to_vec();
    bam.extend(number(text.len()));
    bam.extend(text.as_bytes());
    bam.extend(number(sequences.len()));
    for (name, length) in sequences {
        bam.extend(number(name.len() + 1));
        bam.extend(name.as_bytes());
        bam.push(0);
        bam.extend(length.to_le_bytes());
    }
    bgzf(&bam)
}
