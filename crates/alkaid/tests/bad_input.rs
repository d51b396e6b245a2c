//! What is wrong is said with the file, the place and a remedy; the exit status is 1 and nothing is left behind.

mod common;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};
use std::time::Duration;

use assert_cmd::cargo::cargo_bin;
use common::{
    Sample, V1, bgzf, empty_bam, gunzip, gzip, interleave, names, printed, reads, records, refusal,
    says, skipped,
};

/// Refusal of files, with an output folder that must not come into being.
#[track_caller]
fn refused(sample: &Sample, files: &[&Path]) -> String {
    let before = names(sample.folder.path());
    let message = refusal(reads(files).arg("--out").arg(sample.path("results")));
    assert_eq!(names(sample.folder.path()), before, "something was left");
    message
}

/// Bytes that are nothing, the same on every run.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn truncated_gzip() {
    let sample = Sample::of(V1);
    let whole = fs::read(&sample.second).unwrap();
    for (name, length) in [
        ("half_R2.fastq.gz", whole.len() / 2),
        ("nearly_R2.fastq.gz", whole.len() - 4),
        ("hardly_R2.fastq.gz", 5),
    ] {
        let cut = sample.file(name, &whole[..length]);
        let message = refused(&sample, &[&sample.first, &cut]);
        says(&message, &[name]);
        if length > 5 {
            says(&message, &["truncated", "after record", "again"]);
        }
    }
}

#[test]
fn bgzf_without_its_end() {
    let sample = Sample::of(V1);
    let whole = bgzf(&gunzip(&sample.first)[..20_000]);
    let cut = sample.file("cut.fastq.gz", &whole[..whole.len() - 28]);
    let message = refused(&sample, &[&cut]);
    says(&message, &["cut.fastq.gz", "truncated"]);
}

#[test]
fn damaged_gzip() {
    let sample = Sample::of(V1);
    let mut damaged = fs::read(&sample.first).unwrap();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 40].fill(0);
    let path = sample.file("damaged.fastq.gz", &damaged);
    says(
        &refused(&sample, &[&path]),
        &["damaged.fastq.gz", "after record", "again"],
    );
}

#[test]
fn mates_of_different_number() {
    let sample = Sample::of(V1);
    let second = gunzip(&sample.second);
    let short = records(&second)[..100].concat();
    let short = sample.file("short_R2.fastq.gz", &gzip(&short));
    let message = refused(&sample, &[&sample.first, &short]);
    says(
        &message,
        &[
            "short_R2.fastq.gz ends after record 100",
            "tumour_R1",
            "again",
        ],
    );
    let none = sample.file("none_R2.fastq", b"");
    let message = refused(&sample, &[&sample.first, &none]);
    says(&message, &["none_R2.fastq"]);
}

#[test]
fn mates_of_different_names() {
    let sample = Sample::of(V1);
    let second = gunzip(&sample.second);
    let mut mixed = records(&second);
    mixed.swap(40, 41);
    let mixed = sample.file("mixed_R2.fastq", &mixed.concat());
    let message = refused(&sample, &[&sample.first, &mixed]);
    says(
        &message,
        &["record 41", "tumour_R1", "mixed_R2.fastq", "order"],
    );
}

#[test]
fn an_interleaved_file_that_ends_early() {
    let sample = Sample::of(V1);
    let both = interleave(&gunzip(&sample.first), &gunzip(&sample.second));
    let odd = records(&both)[..101].concat();
    let odd = sample.file("odd.fastq", &odd);
    let message = refused(&sample, &[&odd]);
    says(&message, &["odd.fastq", "101", "mate"]);
}

#[test]
fn text_that_is_no_fastq() {
    let sample = Sample::of(V1);
    let fasta = sample.file("reads.fastq", b">read\nACGTACGTACGT\n");
    says(
        &refused(&sample, &[&fasta]),
        &["reads.fastq", "FASTA", "give the FASTQ"],
    );
    let fasta = sample.file("reads.fastq.gz", &gzip(b">read\nACGTACGTACGT\n"));
    says(&refused(&sample, &[&fasta]), &["reads.fastq.gz", "FASTA"]);
    for (name, text) in [
        ("sam.fq", "@HD\tVN:1.6\n@SQ\tSN:chr2\tLN:242193529\n"),
        ("table.fq", "gene\tcount\nALK\t3\n"),
        ("qualities.fq", "@r\nACGT\n+\nIII\n"),
        ("letters.fq", "@r\nAC!T\n+\nIIII\n"),
        ("plus.fq", "@r\nACGT\n-\nIIII\n"),
        ("end.fq", "@r\nACGT\n+\n"),
        ("name.fq", "r\nACGT\n+\nIIII\n"),
        ("lines.fq", "\n\n\n\n"),
    ] {
        let path = sample.file(name, text.as_bytes());
        let message = refused(&sample, &[&path]);
        says(&message, &[name]);
    }
}

#[test]
fn the_record_that_is_wrong_is_named() {
    let sample = Sample::of(V1);
    let text = gunzip(&sample.first);
    let all = records(&text);
    let broken = [&all[..50].concat(), &b"@broken\nACGT\n+\nII\n"[..], all[50]].concat();
    let path = sample.file("broken.fastq.gz", &gzip(&broken));
    says(
        &refused(&sample, &[&path]),
        &["broken.fastq.gz, record 51", "line 20"],
    );
}

#[test]
fn files_without_anything_in_them() {
    let sample = Sample::of(V1);
    let empty = sample.file("empty.fastq", b"");
    says(&refused(&sample, &[&empty]), &["empty.fastq is empty"]);
    let empty = sample.file("empty.fastq.gz", &gzip(b""));
    says(&refused(&sample, &[&empty]), &["empty.fastq.gz is empty"]);
    let empty = sample.file("nothing.bam", b"");
    says(&refused(&sample, &[&empty]), &["nothing.bam is empty"]);
    let message = refusal(reads(["-"]).write_stdin(""));
    says(&message, &["standard input is empty"]);
}

#[test]
fn paths_that_are_no_files() {
    let sample = Sample::of(V1);
    let missing = sample.path("missing_R1.fastq.gz");
    let message = refused(&sample, &[&missing]);
    says(&message, &["missing_R1.fastq.gz", "check the path"]);
    let message = refused(&sample, &[&sample.first, &missing]);
    says(&message, &["missing_R1.fastq.gz"]);
    let message = refused(&sample, &[sample.folder.path()]);
    says(&message, &["is a directory", "give the read files"]);
    reads::<PathBuf>([]).assert().code(2);
}

/// The system's words stand once in a message.
#[test]
fn causes_are_not_repeated() {
    let sample = Sample::of(V1);
    let missing = refused(&sample, &[&sample.path("missing.fastq")]);
    assert_eq!(missing.matches("os error 2").count(), 1, "{missing}");
}

#[test]
fn one_file_given_twice() {
    let sample = Sample::of(V1);
    let message = refused(&sample, &[&sample.first, &sample.first]);
    says(&message, &["tumour_R1.fastq.gz", "same file", "once"]);
    #[cfg(unix)]
    {
        let link = sample.path("link_R2.fastq.gz");
        std::os::unix::fs::symlink(&sample.first, &link).unwrap();
        let message = refused(&sample, &[&sample.first, &link]);
        says(&message, &["link_R2.fastq.gz", "same file"]);
    }
}

#[test]
fn files_that_do_not_go_together() {
    let sample = Sample::of(V1);
    let bam = empty_bam(&[("chr1", 248_956_422), ("chr2", 242_193_529)]);
    let bam = sample.file("aligned.bam", &bam);
    let message = refused(&sample, &[&bam, &sample.first]);
    says(&message, &["aligned.bam", "FASTQ", "separately"]);
    let copy = |name: &str| {
        let path = sample.path(name);
        fs::copy(&sample.first, &path).unwrap();
        path
    };
    let three = [copy("x.fastq.gz"), copy("y.fastq.gz"), copy("z.fastq.gz")];
    let message = refused(&sample, &[&three[0], &three[1], &three[2]]);
    says(&message, &["mates", "_R1/_R2"]);
}

#[test]
fn bytes_that_are_nothing() {
    let sample = Sample::of(V1);
    for name in ["noise.fastq", "noise.fastq.gz", "noise.bam", "noise.cram"] {
        let noise = sample.file(name, &noise(50_000));
        says(&refused(&sample, &[&noise]), &[name]);
    }
    for (name, magic) in [
        ("magic.fastq.gz", &b"\x1f\x8b\x08\x00"[..]),
        ("magic.cram", b"CRAM\x03\x00"),
        ("magic.bam", b"BAM\x01"),
        ("magic.zip", b"PK\x03\x04"),
        ("magic.bz2", b"BZh9"),
        ("magic.xz", b"\xfd7zXZ\x00"),
        ("magic.zst", b"\x28\xb5\x2f\xfd"),
    ] {
        let noise = sample.file(name, &[magic, &noise(50_000)].concat());
        says(&refused(&sample, &[&noise]), &[name]);
    }
    let inner = sample.file(
        "inner.bam",
        &bgzf(&[b"BAM\x01", &noise(5_000)[..]].concat()),
    );
    says(&refused(&sample, &[&inner]), &["inner.bam"]);
}

#[test]
fn bams_that_are_cut_or_damaged() {
    let sample = Sample::of(V1);
    let out = sample.path("made");
    printed(sample.reads().arg("--out").arg(&out));
    let whole = fs::read(out.join("evidence.bam")).unwrap();

    let cut = sample.file("cut.bam", &whole[..whole.len() / 2]);
    says(
        &refused(&sample, &[&cut]),
        &["cut.bam is truncated", "again"],
    );
    let cut = sample.file("endless.bam", &whole[..whole.len() - 28]);
    says(
        &refused(&sample, &[&cut]),
        &["endless.bam is truncated", "again"],
    );
    let mut damaged = whole.clone();
    let at = whole.len() - 200;
    damaged[at..at + 60].fill(0xff);
    let damaged = sample.file("damaged.bam", &damaged);
    says(
        &refused(&sample, &[&damaged]),
        &["damaged.bam", "after record"],
    );

    let good = sample.file("good.bam", &whole);
    let index = fs::read(out.join("evidence.bam.bai")).unwrap();
    sample.file("good.bam.bai", &index[..index.len() / 2]);
    says(
        &refused(&sample, &[&good]),
        &["good.bam.bai", "samtools index"],
    );
    sample.file("good.bam.bai", &noise(300));
    says(&refused(&sample, &[&good]), &["good.bam.bai"]);
}

#[test]
fn a_bam_of_another_reference() {
    let sample = Sample::of(V1);
    let mouse = empty_bam(&[("chr1", 195_154_279), ("chr2", 181_755_017)]);
    let mouse = sample.file("mouse.bam", &mouse);
    says(
        &refused(&sample, &[&mouse]),
        &["mouse.bam", "neither GRCh38 nor GRCh37", "FASTQ"],
    );
    let mixed = empty_bam(&[("chr1", 248_956_422), ("chr2", 243_199_373)]);
    let mixed = sample.file("mixed.bam", &mixed);
    says(&refused(&sample, &[&mixed]), &["mixed.bam", "GRCh37"]);
}

/// The fixture is one read on a chr2 of nothing but N, made with `samtools view -C`.
#[test]
fn a_cram_without_its_fasta() {
    let sample = Sample::of(V1);
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/needs_reference.cram");
    let cram = sample.file("aligned.cram", &fs::read(fixture).unwrap());
    says(
        &refused(&sample, &[&cram]),
        &["aligned.cram", "FASTA", "--reference"],
    );
    let wrong = sample.file("wrong.fa", b">chr1\nACGT\n>chr2\nACGT\n");
    let message = refusal(reads([&cram]).arg("--reference").arg(wrong));
    says(&message, &["aligned.cram", "chr2"]);
    let message = refusal(reads([&cram]).args(["--reference", "missing.fa"]));
    says(&message, &["missing.fa"]);
}

#[test]
fn a_reference_bundle_that_is_none() {
    let sample = Sample::of(V1);
    let message = refusal(sample.reads().arg("--bundle").arg(&sample.first));
    says(&message, &["tumour_R1.fastq.gz", "alkaid reference build"]);
    let message = refusal(sample.reads().args(["--bundle", "missing.alkaid"]));
    says(&message, &["missing.alkaid", "check the path"]);
}

#[test]
fn output_that_cannot_be_written() {
    let sample = Sample::of(V1);
    let file = sample.file("results", b"mine");
    let before = names(sample.folder.path());
    let message = refusal(sample.reads().arg("--out").arg(&file));
    says(&message, &["results is a file", "another output directory"]);
    assert_eq!(fs::read(&file).unwrap(), b"mine");
    let message = refusal(sample.reads().arg("--out").arg(file.join("below")));
    says(&message, &["results"]);
    assert_eq!(names(sample.folder.path()), before);
}

/// What cannot be written is known before hours of reading.
#[test]
fn output_is_looked_at_before_the_reads() {
    let sample = Sample::of(V1);
    let file = sample.file("results", b"mine");
    let cut = fs::read(&sample.first).unwrap();
    let cut = sample.file("cut.fastq.gz", &cut[..cut.len() / 2]);
    let message = refusal(reads([&cut]).arg("--out").arg(&file));
    says(&message, &["results is a file"]);
}

/// A limit on the size of files stands for a full disk: writing fails in the middle.
#[cfg(unix)]
#[test]
fn a_disk_that_fills_up() {
    let sample = Sample::of(V1);
    let earlier = sample.path("earlier");
    printed(sample.reads().arg("--out").arg(&earlier));
    let kept = fs::read(earlier.join("fusions.json")).unwrap();
    let before = names(sample.folder.path());
    for folder in ["results", "earlier"] {
        let output = Process::new("sh")
            .args(["-c", "trap '' XFSZ; ulimit -f 4 && exec \"$@\"", "sh"])
            .arg(cargo_bin!("alkaid"))
            .arg("reads")
            .args([&sample.first, &sample.second])
            .arg("--out")
            .arg(sample.path(folder))
            .output()
            .unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{message}");
        says(&message, &["cannot write", folder]);
        assert!(!message.contains("panicked"), "{message}");
        assert_eq!(names(sample.folder.path()), before, "something was left");
    }
    assert!(fs::read(earlier.join("fusions.json")).unwrap() == kept);
}

#[cfg(unix)]
#[test]
fn standard_output_that_cannot_be_written() {
    let Ok(full) = File::options().write(true).open("/dev/full") else {
        skipped("standard output on a full disk, /dev/full is absent");
        return;
    };
    let sample = Sample::of(V1);
    let output = Process::new(cargo_bin!("alkaid"))
        .args(["reads", "--json"])
        .args([&sample.first, &sample.second])
        .stdout(Stdio::from(full))
        .output()
        .unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{message}");
    says(&message, &["standard output"]);
    assert!(!message.contains("panicked"), "{message}");
}

/// Ctrl-C while reads still come in.
#[cfg(unix)]
#[test]
fn an_interrupt_leaves_nothing() {
    let sample = Sample::of(V1);
    let before = names(sample.folder.path());
    let mut child = Process::new(cargo_bin!("alkaid"))
        .args(["reads", "-", "--out"])
        .arg(sample.path("results"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let text = gunzip(&sample.first);
    // Reads go on coming until the program stops listening.
    let writer = std::thread::spawn(move || {
        use std::io::Write;
        while pipe.write_all(&text).is_ok() {
            std::thread::sleep(Duration::from_millis(2));
        }
    });
    std::thread::sleep(Duration::from_millis(700));
    let killed = Process::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{message}");
    says(&message, &["interrupted", "nothing was written"]);
    assert!(output.stdout.is_empty());
    assert_eq!(names(sample.folder.path()), before);
}
