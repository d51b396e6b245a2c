//! The files of a run: read back by other libraries, and by samtools and bcftools where they are installed.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::fixtures::{self, Fixture};
use alkaid_report::{WriteError, vcf, write_with};
use noodles_bam as bam;
use noodles_bgzf as bgzf;
use noodles_sam::alignment::record::Flags;
use noodles_sam::alignment::record::data::field::Tag;

fn written() -> (tempfile::TempDir, std::path::PathBuf) {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("out");
    let files = write_with(
        &directory,
        &fixtures::variant_1(),
        &fixtures::evidence(),
        &Fixture,
    )
    .unwrap();
    assert_eq!(files.len(), 14);
    assert!(files.iter().all(|file| file.is_file()));
    (parent, directory)
}

/// Runs a tool; `None`, with a visible line, where it is not installed.
fn run(tool: &str, arguments: &[&str], directory: &Path) -> Option<String> {
    match Command::new(tool)
        .args(arguments)
        .current_dir(directory)
        .output()
    {
        Ok(output) => {
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(
                output.status.success() && errors.is_empty(),
                "{tool} {arguments:?}: {errors}"
            );
            Some(String::from_utf8_lossy(&output.stdout).into_owned())
        }
        Err(_) => {
            eprintln!("skipped: {tool} is not installed");
            None
        }
    }
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    let (_first_parent, first) = written();
    let (_second_parent, second) = written();
    for entry in fs::read_dir(&first).unwrap() {
        let name = entry.unwrap().file_name();
        assert_eq!(
            fs::read(first.join(&name)).unwrap(),
            fs::read(second.join(&name)).unwrap(),
            "{name:?}"
        );
    }
}

#[test]
fn json_reads_back() {
    let (_parent, directory) = written();
    let text = fs::read_to_string(directory.join("fusions.json")).unwrap();
    let report: alkaid_reads::finding::ReadsReport = serde_json::from_str(&text).unwrap();
    assert_eq!(report.calls[0].name, "EML4::ALK");
    assert_eq!(serde_json::to_string_pretty(&report).unwrap() + "\n", text);
}

#[test]
fn vcf_is_bgzf_and_says_the_same() {
    let (_parent, directory) = written();
    let mut text = String::new();
    let mut reader =
        bgzf::io::Reader::new(fs::File::open(directory.join("fusions.vcf.gz")).unwrap());
    std::io::Read::read_to_string(&mut reader, &mut text).unwrap();
    assert_eq!(text, vcf(&fixtures::variant_1(), &Fixture));
}

#[test]
fn bcftools_reads_the_vcf() {
    let (_parent, directory) = written();
    let Some(all) = run("bcftools", &["view", "-H", "fusions.vcf.gz"], &directory) else {
        return;
    };
    assert_eq!(all.lines().count(), 2);
    let region = run(
        "bcftools",
        &["view", "-H", "fusions.vcf.gz", "chr2:29223528-29223528"],
        &directory,
    )
    .unwrap();
    assert_eq!(region.lines().count(), 1, "by the tabix index");
    let fields = [
        "query",
        "-f",
        "%ID %INFO/MATEID [%AD %UF]\n",
        "fusions.vcf.gz",
    ];
    assert_eq!(
        run("bcftools", &fields, &directory).unwrap(),
        "F1_3p F1_5p 3,24 22\nF1_5p F1_3p .,24 22\n"
    );
}

#[test]
fn bcftools_reads_the_small_variants() {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("out");
    write_with(&directory, &fixtures::mutated(), &[], &Fixture).unwrap();
    let fields = [
        "query",
        "-r",
        "chr2:29220747",
        "-f",
        "%ID %INFO/NAME [%AD %AF]\n",
        "variants.vcf.gz",
    ];
    let Some(text) = run("bcftools", &fields, &directory) else {
        return;
    };
    assert_eq!(text, "M1 G1202R 257,30 0.1045\n");
}

#[test]
fn every_form_of_call_passes_bcftools() {
    let reports = [
        fixtures::h3122(),
        fixtures::npm1(),
        fixtures::insertion(),
        fixtures::unresolved(),
        fixtures::negative(),
    ];
    for report in reports {
        let parent = tempfile::tempdir().unwrap();
        let directory = parent.path().join("out");
        write_with(&directory, &report, &[], &Fixture).unwrap();
        let Some(text) = run("bcftools", &["view", "-H", "fusions.vcf.gz"], &directory) else {
            return;
        };
        let ours = vcf(&report, &Fixture);
        let ours: Vec<&str> = ours.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(text.lines().count(), ours.len());
    }
}

#[test]
fn bam_holds_each_read_where_it_belongs() {
    let (_parent, directory) = written();
    let mut reader = fs::File::open(directory.join("evidence.bam"))
        .map(bam::io::Reader::new)
        .unwrap();
    let header = reader.read_header().unwrap();
    assert_eq!(header.reference_sequences().len(), 25);
    let records: Vec<_> = reader.record_bufs(&header).map(Result::unwrap).collect();
    // Three crossing reads of two placements, a mate, and a read without a place.
    assert_eq!(records.len(), 8);
    let places: Vec<_> = records
        .iter()
        .map(|r| (r.reference_sequence_id(), r.alignment_start()))
        .collect();
    assert!(
        places.windows(2).all(|pair| pair[0] <= pair[1]),
        "sorted: {places:?}"
    );
    for record in &records {
        assert_eq!(
            record.cigar().read_length(),
            if record.flags().is_unmapped() {
                0
            } else {
                record.sequence().len()
            }
        );
        assert!(record.data().get(&Tag::new(b'X', b'C')).is_some());
    }
    let half: Vec<_> = records
        .iter()
        .filter(|r| r.name().is_some_and(|name| name == "half"))
        .collect();
    let unmapped = half.iter().find(|r| r.flags().is_unmapped()).unwrap();
    assert_eq!(
        unmapped.alignment_start(),
        unmapped.mate_alignment_start(),
        "filed with its mate"
    );
    assert!(
        half.iter()
            .filter(|r| !r.flags().is_unmapped())
            .all(|r| r.flags().is_mate_unmapped())
    );
    let single: Vec<Flags> = records
        .iter()
        .filter(|r| r.name().is_some_and(|n| n == "single"))
        .map(|r| r.flags())
        .collect();
    assert_eq!(
        single,
        [
            Flags::REVERSE_COMPLEMENTED | Flags::SUPPLEMENTARY,
            Flags::empty()
        ]
    );
}

#[test]
fn samtools_reads_the_bam() {
    let (_parent, directory) = written();
    let Some(_) = run("samtools", &["quickcheck", "evidence.bam"], &directory) else {
        return;
    };
    let text = run("samtools", &["view", "evidence.bam"], &directory).unwrap();
    insta::assert_snapshot!(text);
    let region = run(
        "samtools",
        &["view", "-c", "evidence.bam", "chr2:42295470-42295516"],
        &directory,
    )
    .unwrap();
    assert_eq!(
        region.trim(),
        "4",
        "by the index: three crossing reads and the unplaced mate"
    );
    // Rebuilding the index and fixing mates must find nothing to say.
    run(
        "samtools",
        &["index", "evidence.bam", "again.bai"],
        &directory,
    )
    .unwrap();
    run("samtools", &["stats", "evidence.bam"], &directory).unwrap();
}

#[test]
fn earlier_results_stay_when_writing_fails() {
    let (_parent, directory) = written();
    let before = fs::read(directory.join("fusions.json")).unwrap();
    // Writing again replaces; foreign files stay.
    fs::write(directory.join("notes.txt"), "mine").unwrap();
    write_with(&directory, &fixtures::npm1(), &[], &Fixture).unwrap();
    assert_ne!(fs::read(directory.join("fusions.json")).unwrap(), before);
    assert_eq!(
        fs::read_to_string(directory.join("notes.txt")).unwrap(),
        "mine"
    );
    assert_eq!(
        fs::read_dir(&directory).unwrap().count(),
        15,
        "nothing else is left behind"
    );
}

#[test]
fn a_file_in_the_place_of_the_directory() {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("out");
    fs::write(&path, "x").unwrap();
    let error = write_with(&path, &fixtures::npm1(), &[], &Fixture).unwrap_err();
    assert!(matches!(error, WriteError::NotADirectory { .. }), "{error}");
    assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 1);
}

#[test]
fn a_full_disk_is_named() {
    // /dev/full fails every write as a full disk does.
    if !Path::new("/dev/full").exists() {
        eprintln!("skipped: no /dev/full");
        return;
    }
    let error = WriteError::Write {
        directory: "out".into(),
        file: "fusions.json".to_owned(),
        source: std::io::Write::write_all(
            &mut fs::OpenOptions::new()
                .write(true)
                .open("/dev/full")
                .unwrap(),
            b"x",
        )
        .unwrap_err(),
    };
    let text = error.to_string();
    assert!(
        text.contains("fusions.json") && text.contains("free some space"),
        "{text}"
    );
}

#[cfg(unix)]
#[test]
fn a_directory_that_cannot_be_written_to() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let locked = parent.path().join("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
    match write_with(&locked.join("out"), &fixtures::npm1(), &[], &Fixture) {
        Err(error) => assert!(
            error.to_string().contains("permission denied")
                || error.to_string().contains("Permission denied"),
            "{error}"
        ),
        // Root may write anywhere.
        Ok(_) => eprintln!("skipped: running as a user who may write anywhere"),
    }
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).unwrap();
}
