//! FASTQ input through the public interface: formats, pairing, bad files, threads.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use alkaid_reads::Fragment;
use alkaid_reads::input::{
    InputError, InputFormat, InputOptions, InputSummary, Keep, KeepAll, MissingEnd, Pairing,
    Progress, Silent, Sources, UmiPlacement, decode_only, read_fragments,
};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use tempfile::TempDir;

struct Files(TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("temporary directory"))
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).expect("written");
        path
    }
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).expect("in memory");
    encoder.finish().expect("in memory")
}

fn bgzf(text: &[u8]) -> Vec<u8> {
    let mut writer = noodles_bgzf::io::Writer::new(Vec::new());
    writer.write_all(text).expect("in memory");
    writer.finish().expect("in memory")
}

/// So many records, of lengths around 100; `mate` makes the bases differ.
fn fastq(records: usize, mate: usize) -> String {
    let bases = |i: usize| -> String {
        let len = 90 + (i * 8 + mate) % 21;
        (0..len)
            .map(|j| char::from(b"ACGT"[(i * 31 + j * j + mate * 5 + j / 3) % 4]))
            .collect()
    };
    (0..records)
        .map(|i| {
            let bases = bases(i);
            let quals: String = (0..bases.len())
                .map(|j| char::from(b'#' + ((i + j) % 40) as u8))
                .collect();
            format!("@read:{i} {}:N:0:ACGT\n{bases}\n+\n{quals}\n", mate + 1)
        })
        .collect()
}

fn interleave(first: &str, second: &str) -> String {
    let records = |text: &str| -> Vec<String> {
        text.split_inclusive('\n')
            .collect::<Vec<_>>()
            .chunks(4)
            .map(|lines| lines.concat())
            .collect()
    };
    records(first)
        .into_iter()
        .zip(records(second))
        .flat_map(|(a, b)| [a, b])
        .collect()
}

fn read_with(
    paths: &[PathBuf],
    options: &InputOptions,
    keep: &dyn Keep,
) -> Result<(InputSummary, Vec<Fragment>), InputError> {
    let mut kept = Vec::new();
    let summary = read_fragments(paths, options, keep, &Silent, &mut |fragment| {
        kept.push(fragment)
    })?;
    Ok((summary, kept))
}

fn read(paths: &[PathBuf]) -> Result<(InputSummary, Vec<Fragment>), InputError> {
    read_with(paths, &InputOptions::default(), &KeepAll)
}

fn refusal(paths: &[PathBuf]) -> String {
    let messages: Vec<String> = [1, 3]
        .map(|threads| {
            let options = InputOptions {
                threads,
                ..InputOptions::default()
            };
            read_with(paths, &options, &KeepAll)
                .expect_err("should be refused")
                .to_string()
        })
        .to_vec();
    assert_eq!(
        messages[0], messages[1],
        "the same error whatever the threads"
    );
    messages[0].clone()
}

fn assert_refused(paths: &[PathBuf], parts: &[&str]) {
    let message = refusal(paths);
    for part in parts {
        assert!(
            message.contains(part),
            "{message:?} should contain {part:?}"
        );
    }
}

#[test]
fn all_compressions_give_the_same_fragments() {
    let files = Files::new();
    let text = fastq(5_000, 0);
    let plain = read(&[files.write("a.fq", &text)]).expect("plain");
    let gz = read(&[files.write("a.fq.gz", gzip(text.as_bytes()))]).expect("gzip");
    let blocks = read(&[files.write("misnamed.txt", bgzf(text.as_bytes()))]).expect("BGZF");
    assert_eq!(plain.0.format, InputFormat::Fastq);
    assert_eq!(gz.0.format, InputFormat::FastqGzip);
    assert_eq!(blocks.0.format, InputFormat::FastqBgzf);
    assert_eq!(plain.1, gz.1);
    assert_eq!(plain.1, blocks.1);
    assert_eq!(
        (plain.0.fragments, plain.0.kept, plain.0.paired),
        (5_000, 5_000, false)
    );
    assert_eq!(plain.0.head.len(), 2_000);
    assert_eq!(
        plain.0.bases,
        plain
            .1
            .iter()
            .map(|fragment| fragment.first.bases.len() as u64)
            .sum::<u64>()
    );
    assert_eq!(
        (
            plain.0.read_length.min,
            plain.0.read_length.median,
            plain.0.read_length.max
        ),
        (90, 100, 110)
    );
    assert_eq!(plain.1[7].name, b"read:7");
    assert_eq!(plain.1[7].first.quals[0], b'#' - b'!' + 7);
}

#[test]
fn mates_come_together_from_two_files_or_one() {
    let files = Files::new();
    let (first, second) = (fastq(5_001, 0), fastq(5_001, 1));
    let two = read(&[
        files.write("x_R2.fq", &second),
        files.write("x_R1.fq", &first),
    ])
    .expect("two files");
    let one = read(&[files.write("both.fq", interleave(&first, &second))]).expect("interleaved");
    assert!(two.0.paired && one.0.paired);
    assert_eq!(two.1, one.1);
    assert_eq!(two.1.len(), 5_001);
    assert!(two.1.iter().all(|fragment| fragment.second.is_some()));

    let single = InputOptions {
        pairing: Pairing::Single,
        ..InputOptions::default()
    };
    let apart = read_with(
        &[files.write("again.fq", interleave(&first, &second))],
        &single,
        &KeepAll,
    )
    .expect("single");
    assert_eq!((apart.0.fragments, apart.0.paired), (10_002, false));
}

#[test]
fn lanes_follow_each_other() {
    let files = Files::new();
    let paths: Vec<PathBuf> = [("L001", 0), ("L002", 3)]
        .iter()
        .flat_map(|(lane, shift)| {
            [1, 2].map(|mate| {
                let text = fastq(100 + shift, mate - 1).replace("@read", &format!("@{lane}"));
                files.write(
                    &format!("s_{lane}_R{mate}_001.fq.gz"),
                    gzip(text.as_bytes()),
                )
            })
        })
        .collect();
    let (summary, kept) = read(&[
        paths[0].clone(),
        paths[2].clone(),
        paths[1].clone(),
        paths[3].clone(),
    ])
    .expect("lanes");
    assert_eq!(summary.fragments, 203);
    assert_eq!(summary.files.len(), 4);
    assert!(
        kept[..100]
            .iter()
            .all(|fragment| fragment.name.starts_with(b"L001"))
    );
    assert!(
        kept[100..]
            .iter()
            .all(|fragment| fragment.name.starts_with(b"L002"))
    );
}

#[test]
fn line_ends_empty_reads_and_missing_newlines_are_accepted() {
    let files = Files::new();
    let text =
        "@a\r\nacgu.n\r\n+\r\nIIIIII\r\n@b\r\n\r\n+\r\n\r\n@c/1\r\nACGR\r\n+anything\r\nII#I";
    let (summary, kept) = read(&[files.write("a.fq", text)]).expect("accepted");
    assert_eq!(summary.fragments, 3);
    assert_eq!(kept[0].first.bases, b"ACGTNN");
    assert_eq!(kept[1].first.bases, b"");
    assert_eq!(kept[2].name, b"c");
    assert_eq!(
        (
            kept[2].first.bases.as_slice(),
            kept[2].first.quals.as_slice()
        ),
        (&b"ACGN"[..], &[40, 40, 2, 40][..])
    );
}

#[test]
fn only_what_is_kept_is_handed_on_and_keep_sees_raw_bases() {
    struct StartsWith(&'static [u8]);
    impl Keep for StartsWith {
        fn keep(&self, first: &[u8], second: Option<&[u8]>) -> bool {
            second.is_none() && first.starts_with(self.0)
        }
    }
    let files = Files::new();
    let path = files.write("a.fq", "@a\nacgu\n+\nIIII\n@b\nACGT\n+\nIIII\n");
    let (summary, kept) =
        read_with(&[path], &InputOptions::default(), &StartsWith(b"acgu")).expect("read");
    assert_eq!(
        (summary.fragments, summary.kept, summary.head.len()),
        (2, 1, 2)
    );
    assert_eq!(kept[0].first.bases, b"ACGT");
}

#[test]
fn bad_files_are_refused_with_place_and_remedy() {
    let files = Files::new();
    let good = fastq(3_000, 0);
    let one = |name: &str, bytes: &[u8], parts: &[&str]| {
        assert_refused(&[files.write(name, bytes)], parts)
    };

    one("empty.fq", b"", &["empty.fq is empty"]);
    one("empty.fq.gz", &gzip(b""), &["empty.fq.gz is empty"]);
    one("blank.fq", b"\n\n", &["blank.fq is empty"]);
    one(
        "x.fa",
        b">chr1\nACGT\n",
        &["x.fa is FASTA", "give the FASTQ"],
    );
    one("x.fa.gz", &gzip(b">chr1\nACGT\n"), &["x.fa.gz is FASTA"]);
    one("x.sam", b"@HD\tVN:1.6\n", &["SAM text", "samtools view -b"]);
    one("x.bz2", b"BZh91AY&SY", &["bzip2"]);
    one(
        "x.txt",
        b"hello\n",
        &["record 1 (line 1)", "this is not FASTQ", "hello"],
    );
    one(
        "multi.fq",
        b"@r\nACGT\nACGT\n+\nIIII\nIIII\n",
        &["record 1 (line 3)", "more than one line", "seqtk seq -l0"],
    );
    one(
        "short.fq",
        b"@r\nACGT\n+\nIII\n@s\nA\n+\nI\n",
        &["record 1 (line 4)", "4 bases but 3 qualities"],
    );
    one(
        "late.fq",
        format!("{good}@bad\nAC\n+\nI\n").as_bytes(),
        &["late.fq, record 3001 (line 12004)"],
    );
    one(
        "noplus.fq",
        format!("{good}@bad\nAC\n-\nII\n").as_bytes(),
        &["record 3001 (line 12003)", "should start with +"],
    );
    one(
        "digits.fq",
        b"@r\nAC1\n+\nIII\n",
        &["record 1 (line 2)", "'1' is not a base"],
    );
    one(
        "spaces.fq",
        b"@r\nACG\n+\nI I\n",
        &["record 1 (line 4)", "' ' is not a quality"],
    );
    one(
        "cut.fq",
        &good.as_bytes()[..good.len() - 20],
        &["cut.fq is truncated", "after record 2999"],
    );
    let packed = gzip(good.as_bytes());
    one(
        "cut.fq.gz",
        &packed[..packed.len() / 2],
        &["cut.fq.gz is truncated", "after record 1"],
    );
    one(
        "tail.fq.gz",
        &packed[..packed.len() - 1],
        &["tail.fq.gz is truncated", "after record 3000"],
    );
    let mut flipped = packed.clone();
    let at = flipped.len() - 6;
    flipped[at] ^= 1;
    one(
        "crc.fq.gz",
        &flipped,
        &["crc.fq.gz is damaged", "checksum", "after record"],
    );
    let blocks = bgzf(good.as_bytes());
    one(
        "noend.fq.gz",
        &blocks[..blocks.len() - 28],
        &["noend.fq.gz is truncated", "end block", "after record 3000"],
    );
    one(
        "cutblock.fq.gz",
        &blocks[..blocks.len() - 40],
        &["cutblock.fq.gz is truncated", "BGZF block is cut off"],
    );
    one(
        "long.fq",
        &[b"@r\n".as_slice(), &vec![b'A'; 40 << 20]].concat(),
        &["long.fq, record 1", "longer than"],
    );
    one(
        "odd.fq",
        (interleave(&good, &good) + "@odd\nA\n+\nI\n").as_bytes(),
        &["odd.fq is interleaved", "6001, has no mate"],
    );
    let spoilt = interleave(&good, &good)
        .replace("@read:2900 ", "@other:2900 ")
        .replacen("@other", "@read", 1);
    one(
        "spoilt.fq",
        spoilt.as_bytes(),
        &[
            "records 5801 and 5802 should be mates",
            "read:2900",
            "other:2900",
        ],
    );
}

#[test]
fn trailing_garbage_is_only_warned_about() {
    let files = Files::new();
    let mut bytes = gzip(fastq(10, 0).as_bytes());
    bytes.extend_from_slice(b"garbage");
    let (summary, kept) = read(&[files.write("a.fq.gz", bytes)]).expect("read");
    assert_eq!(kept.len(), 10);
    assert!(
        summary
            .warnings
            .iter()
            .any(|warning| warning.contains("a.fq.gz") && warning.contains("not gzip"))
    );
}

#[test]
fn a_missing_end_block_can_be_tolerated() {
    let files = Files::new();
    let blocks = bgzf(fastq(10, 0).as_bytes());
    let path = files.write("a.fq.gz", &blocks[..blocks.len() - 28]);
    let options = InputOptions {
        missing_bgzf_end: MissingEnd::Warn,
        ..InputOptions::default()
    };
    let (summary, kept) = read_with(&[path], &options, &KeepAll).expect("tolerated");
    assert_eq!(kept.len(), 10);
    assert!(
        summary
            .warnings
            .iter()
            .any(|warning| warning.contains("end block"))
    );
}

#[test]
fn files_that_are_no_mates_are_refused() {
    let files = Files::new();
    let first = files.write("x_R1.fq", fastq(4_000, 0));
    let fewer = files.write("x_R2.fq", fastq(3_900, 1));
    assert_refused(
        &[first.clone(), fewer],
        &["x_R2.fq ends after record 3900", "x_R1.fq goes on"],
    );

    let renamed = files.write(
        "x_R2.fq",
        fastq(4_000, 1).replace("@read:3990 ", "@read:399o "),
    );
    assert_refused(
        &[first.clone(), renamed],
        &[
            "record 3991 is \"read:3990\"",
            "x_R1.fq",
            "\"read:399o\"",
            "x_R2.fq",
        ],
    );

    assert_refused(&[first.clone(), first.clone()], &["are the same file"]);
    #[cfg(unix)]
    {
        let link = files.0.path().join("y_R2.fq");
        std::os::unix::fs::symlink(&first, &link).expect("linked");
        assert_refused(&[first.clone(), link], &["are the same file"]);
    }
    assert_refused(&[files.0.path().to_path_buf()], &["is a directory"]);
    assert_refused(
        &[files.0.path().join("absent.fq")],
        &["cannot open", "absent.fq", "check the path"],
    );
    assert_refused(&[], &["no input file"]);
    let others = ["a.fq", "b.fq"].map(|name| files.write(name, fastq(3, 0)));
    assert_refused(
        &[first, others[0].clone(), others[1].clone()],
        &["cannot tell which files are mates"],
    );
}

#[test]
fn unusual_lengths_are_warned_about() {
    let files = Files::new();
    let record = |len: usize| format!("@r{len}\n{}\n+\n{}\n", "A".repeat(len), "I".repeat(len));
    let warnings = |text: String| {
        read(&[files.write("a.fq", text)])
            .expect("read")
            .0
            .warnings
            .join("; ")
    };
    assert_eq!(warnings(record(36) + &record(300)), "");
    assert!(warnings(record(35) + &record(100)).contains("1 of 2 reads are shorter than 36"));
    assert!(warnings(record(100) + &record(301)).contains("1 of 2 reads are longer than 300"));
    assert!(
        warnings(record(1_500) + &record(100_000)).contains("long reads are not yet supported")
    );
}

#[test]
fn umis_are_found_in_names_and_in_segments() {
    let files = Files::new();
    let dna = |i: usize| -> String {
        (0..8)
            .map(|j| char::from(b"ACGT"[(i >> (2 * j)) % 4]))
            .collect()
    };
    let text = |umi: &dyn Fn(usize) -> String| -> String {
        (0..1_500)
            .map(|i| {
                format!(
                    "@A:1:F:1:1101:{i}:9:{} 1:N:0:GGGGCCCC\nACGTTTTT\n+\nIIIIIIII\n",
                    umi(i)
                )
            })
            .collect()
    };
    let (summary, kept) = read(&[files.write("a.fq", text(&dna))]).expect("read");
    assert!(summary.umi.is_some_and(|place| place.contains("name")));
    assert_eq!(kept[1_234].umi.as_deref(), Some(dna(1_234).as_bytes()));
    assert_eq!(
        kept[3].umi.as_deref(),
        Some(dna(3).as_bytes()),
        "also those kept before the decision"
    );

    let (summary, kept) =
        read(&[files.write("a.fq", text(&|_| "TCAATGCC".to_owned()))]).expect("read");
    assert_eq!(
        (summary.umi, kept[0].umi.as_deref()),
        (None, None),
        "a constant field is an index"
    );

    let options = InputOptions {
        umi: UmiPlacement::Segment {
            mate: 0,
            start: 0,
            len: 3,
        },
        ..InputOptions::default()
    };
    let (summary, kept) =
        read_with(&[files.write("a.fq", text(&dna))], &options, &KeepAll).expect("read");
    assert_eq!(kept[0].umi.as_deref(), Some(&b"ACG"[..]));
    assert_eq!(
        (kept[0].first.bases.as_slice(), kept[0].first.quals.len()),
        (&b"TTTTT"[..], 5)
    );
    assert_eq!(summary.umi.as_deref(), Some("bases 1-3 of the first read"));
}

#[test]
fn progress_is_told_and_interruption_obeyed() {
    struct Stop(AtomicU64);
    impl Progress for Stop {
        fn advance(&self, done: u64, total: Option<u64>, _: u64) {
            assert!(total.is_some_and(|total| done <= total));
            self.0.fetch_add(1, Ordering::Relaxed);
        }
        fn interrupted(&self) -> bool {
            self.0.load(Ordering::Relaxed) >= 3
        }
    }
    let files = Files::new();
    let paths = [1, 2].map(|mate| files.write(&format!("x_{mate}.fq"), fastq(20_000, mate - 1)));
    for threads in [1, 2] {
        let stop = Stop(AtomicU64::new(0));
        let options = InputOptions {
            threads,
            ..InputOptions::default()
        };
        let result = read_fragments(&paths, &options, &KeepAll, &stop, &mut |_| {});
        assert!(matches!(result, Err(InputError::Interrupted)));
        assert_eq!(stop.0.into_inner(), 3);
    }
}

#[test]
fn sources_can_be_read_again() {
    let files = Files::new();
    let options = InputOptions::default();
    let mut sources = Sources::open(
        &[files.write("a.fq.gz", gzip(fastq(50, 0).as_bytes()))],
        &options,
    )
    .expect("opened");
    for _ in 0..2 {
        assert_eq!(
            sources
                .read(&options, &KeepAll, &Silent, &mut |_| {})
                .expect("read")
                .kept,
            50
        );
    }
}

#[test]
#[cfg(unix)]
fn a_pipe_can_be_read_once() {
    let files = Files::new();
    let fifo = files.0.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status();
    if !made.is_ok_and(|status| status.success()) {
        return;
    }
    let bytes = gzip(fastq(3_000, 0).as_bytes());
    let writer = std::thread::spawn({
        let fifo = fifo.clone();
        move || fs::write(fifo, bytes)
    });
    let options = InputOptions::default();
    let mut sources = Sources::open(&[fifo], &options).expect("opened");
    let summary = sources
        .read(&options, &KeepAll, &Silent, &mut |_| {})
        .expect("read");
    assert_eq!((summary.kept, summary.files[0].bytes), (3_000, None));
    let again = sources
        .read(&options, &KeepAll, &Silent, &mut |_| {})
        .expect_err("used up");
    assert!(again.to_string().contains("can be read only once"));
    writer.join().expect("joined").expect("written");
}

#[test]
fn decoding_alone_counts_the_same() {
    let files = Files::new();
    let paths = [1, 2].map(|mate| {
        files.write(
            &format!("x_{mate}.fq.gz"),
            gzip(fastq(4_000, mate - 1).as_bytes()),
        )
    });
    let text: usize = [0, 1].map(|mate| fastq(4_000, mate).len()).iter().sum();
    let (summary, _) = read(&paths).expect("read");
    for threads in [1, 2] {
        let decoded = decode_only(&paths, threads).expect("decoded");
        assert_eq!(
            (decoded.records, decoded.bases, decoded.bytes),
            (8_000, summary.bases, text as u64)
        );
    }
}

fn write_pair(files: &Files, lengths: &[(usize, usize)], crlf: bool, how: usize) -> [PathBuf; 2] {
    let eol = if crlf { "\r\n" } else { "\n" };
    [0, 1].map(|mate| {
        let text: String = lengths
            .iter()
            .enumerate()
            .map(|(i, &(a, b))| {
                let len = if mate == 0 { a } else { b };
                let bases: String = (0..len)
                    .map(|j| char::from(b"ACGTN"[(i + j * (3 + mate)) % 5]))
                    .collect();
                format!(
                    "@r{i}/{}{eol}{bases}{eol}+{eol}{}{eol}",
                    mate + 1,
                    "F".repeat(len)
                )
            })
            .collect();
        let bytes = match how {
            0 => text.into_bytes(),
            1 => gzip(text.as_bytes()),
            _ => bgzf(text.as_bytes()),
        };
        files.write(&format!("x_{}.fq", mate + 1), bytes)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Reads of very different lengths, so that blocks of mates never end together, and some fill several buffers.
    #[test]
    fn threads_and_compression_change_nothing(
        lengths in prop::collection::vec((prop_oneof![30 => 0_usize..300, 1 => 0_usize..900_000], 0_usize..3_000), 1..150),
        crlf: bool, how in 0_usize..3, other in 0_usize..3,
    ) {
        let files = Files::new();
        let one = InputOptions { threads: 1, ..InputOptions::default() };
        let many = InputOptions { threads: 4, ..InputOptions::default() };
        let (mut summary_a, a) = read_with(&write_pair(&files, &lengths, crlf, how), &one, &KeepAll).expect("read");
        let (mut summary_b, b) = read_with(&write_pair(&files, &lengths, !crlf, other), &many, &KeepAll).expect("read");
        prop_assert!(a == b);
        prop_assert_eq!(a.len(), lengths.len());
        for (i, (fragment, (first, second))) in a.iter().zip(&lengths).enumerate() {
            let name = format!("r{i}");
            prop_assert_eq!(&fragment.name, name.as_bytes());
            prop_assert_eq!(fragment.first.bases.len(), *first);
            prop_assert_eq!(fragment.second.as_ref().map(|read| read.bases.len()), Some(*second));
        }
        summary_a.files.clear();
        summary_b.files.clear();
        summary_b.format = summary_a.format;
        prop_assert_eq!(format!("{summary_a:?}"), format!("{summary_b:?}"));
    }

    #[test]
    fn byte_soup_never_panics(soup in prop::collection::vec(any::<u8>(), 0..3_000), magic in 0_usize..5, threads in 1_usize..3) {
        let files = Files::new();
        let magic: &[u8] = [&b""[..], b"@", b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0", b"\x1f\x8b\x08\0", b"CRAM\x03\0"][magic];
        let path = files.write("soup", [magic, &soup].concat());
        let options = InputOptions { threads, ..InputOptions::default() };
        let _ = read_with(&[path], &options, &KeepAll);
    }

    #[test]
    fn fastq_soup_never_panics(soup in "[@+\n\rACGTI 12/]{0,400}", packed: bool) {
        let files = Files::new();
        let bytes = if packed { gzip(soup.as_bytes()) } else { soup.into_bytes() };
        let _ = read_with(&[files.write("soup", bytes)], &InputOptions::default(), &KeepAll);
    }
}

/// Reads of the shared development sets, if they are there.
#[test]
fn real_files_are_read_whole() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reads");
    let sets = [
        ("rna_fusioncatcher/reads", 12_546),
        ("negatives/BT474", 1_525),
        ("negatives/SKBR3", 994),
        ("negatives/K562", 601),
        ("negatives/breast_lines_mix", 5_026),
        ("negatives/BCR_ABL1_arriba", 40),
    ];
    if !folder.is_dir() {
        // Not by a macro: the harness hides what those print.
        let _ = writeln!(
            std::io::stderr(),
            "skipped: {} is not there",
            folder.display()
        );
        return;
    }
    for (name, pairs) in sets {
        let paths = [1, 2].map(|mate| folder.join(format!("{name}_{mate}.fq.gz")));
        let (summary, kept) = read(&paths).expect(name);
        assert_eq!(
            (summary.fragments, kept.len(), summary.paired),
            (pairs, pairs as usize, true),
            "{name}"
        );
        assert_eq!(summary.umi, None, "{name}");
    }
}
