//! Depth over ALK's targets against a panel's other targets, from BAM files made here.

mod common;

use std::fs::{self, File};
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::LazyLock;

use alkaid_genome::{Bundle, GenomicPosition, Strand, reverse_complement};
use assert_cmd::Command;
use common::*;
use noodles_bam as bam;
use noodles_core::Position;
use noodles_sam as sam;
use noodles_sam::alignment::RecordBuf;
use noodles_sam::alignment::io::Write as _;
use noodles_sam::alignment::record::cigar::Op;
use noodles_sam::alignment::record::cigar::op::Kind;
use noodles_sam::alignment::record::{Flags, MappingQuality};
use noodles_sam::header::record::value::Map;
use noodles_sam::header::record::value::map::{Header, ReferenceSequence, header::tag};
use serde_json::Value;
use tempfile::TempDir;

const GRCH38: [(&str, usize); 2] = [("chr1", 248_956_422), ("chr2", 242_193_529)];
const GRCH37: [(&str, usize); 2] = [("1", 249_250_621), ("2", 243_199_373)];
/// Length of reads, and of targets, each of which lies under whole reads only.
const LENGTH: usize = 100;
/// Depth of a target with mean depth 1, by its number: targets vary.
const VARYING: [f64; 7] = [1.0, 0.7, 1.3, 0.9, 1.1, 0.8, 1.25];
/// Mean depth of the controls.
const DEPTH: f64 = 40.0;

/// What a panel is made of.
struct Panel {
    chroms: [(&'static str, usize); 2],
    /// ALK's depth over that of the controls.
    ratio: f64,
    controls: usize,
    /// Copies flagged as duplicates, for each read on ALK.
    duplicates: usize,
}

const NORMAL: Panel = Panel {
    chroms: GRCH38,
    ratio: 1.0,
    controls: 30,
    duplicates: 0,
};

/// A sample of a panel: BAM with index, and its target list.
struct Sample {
    folder: TempDir,
    bam: PathBuf,
    bed: PathBuf,
}

impl Panel {
    /// Targets (chromosome by number, start, whether ALK), in file order.
    fn targets(&self) -> Vec<(usize, u64, bool)> {
        let bundle = Bundle::embedded();
        let alk = bundle.alk();
        let start = |middle: u64| {
            let here = GenomicPosition {
                chrom: alk.chrom.clone(),
                pos: middle,
                strand: Strand::Forward,
            };
            if self.chroms == GRCH38 {
                middle
            } else {
                bundle.to_grch37(&here).unwrap().pos
            }
        };
        let exons = alk.exons.iter().rev().filter(|exon| exon.len() >= 120);
        let alk = exons.map(|exon| (1, start(exon.genome.start + 10), true));
        (0..self.controls)
            .map(|i| (0, 1_000_000 + 10_000 * i as u64, false))
            .chain(alk)
            .collect()
    }

    fn sample(&self) -> Sample {
        let folder = TempDir::new().unwrap();
        let (bam, bed) = (
            folder.path().join("panel.bam"),
            folder.path().join("targets.bed"),
        );
        let mut line = Map::<Header>::default();
        line.other_fields_mut()
            .insert(tag::SORT_ORDER, "coordinate".into());
        let mut header = sam::Header::builder().set_header(line);
        for (name, length) in self.chroms {
            let length = NonZero::new(length).unwrap();
            header = header.add_reference_sequence(name, Map::<ReferenceSequence>::new(length));
        }
        let header = header.build();
        let mut writer = bam::io::Writer::new(File::create(&bam).unwrap());
        writer.write_header(&header).unwrap();
        let mut list = String::from("track name=panel\n");
        for (number, &(chrom, start, alk)) in self.targets().iter().enumerate() {
            list += &format!(
                "{}\t{start}\t{}\n",
                self.chroms[chrom].0,
                start + LENGTH as u64
            );
            let mean = if alk { self.ratio * DEPTH } else { DEPTH };
            let depth = (mean * VARYING[number % VARYING.len()]).round() as usize;
            for read in 0..depth * (1 + usize::from(alk) * self.duplicates) {
                let flags = if read < depth {
                    Flags::empty()
                } else {
                    Flags::DUPLICATE
                };
                let record = self.read(&format!("r{number}.{read}"), chrom, start, flags);
                writer.write_alignment_record(&header, &record).unwrap();
            }
        }
        writer.try_finish().unwrap();
        let bam::Index::Bai(index) = bam::fs::index(&bam).unwrap() else {
            panic!("a BAI for chromosomes this short");
        };
        bam::bai::fs::write(folder.path().join("panel.bam.bai"), &index).unwrap();
        fs::write(&bed, list).unwrap();
        Sample { folder, bam, bed }
    }

    fn read(&self, name: &str, chrom: usize, start: u64, flags: Flags) -> RecordBuf {
        RecordBuf::builder()
            .set_name(name)
            .set_flags(flags)
            .set_reference_sequence_id(chrom)
            .set_alignment_start(Position::new(start as usize + 1).unwrap())
            .set_mapping_quality(MappingQuality::new(60).unwrap())
            .set_cigar([Op::new(Kind::Match, LENGTH)].into_iter().collect())
            .set_sequence(self.bases(chrom, start).into())
            .set_quality_scores(vec![35; LENGTH].into())
            .build()
    }

    /// ALK's own bases on chromosome 2 of GRCh38; elsewhere some that are not ALK's.
    fn bases(&self, chrom: usize, start: u64) -> Vec<u8> {
        static FORWARD: LazyLock<Vec<u8>> =
            LazyLock::new(|| reverse_complement(&Bundle::embedded().alk_locus().sequence.unpack()));
        match start.checked_sub(Bundle::embedded().alk_locus().interval.start) {
            Some(from) if chrom == 1 && self.chroms == GRCH38 => {
                FORWARD[from as usize..from as usize + LENGTH].to_vec()
            }
            _ => b"ACCTG".repeat(LENGTH / 5),
        }
    }
}

impl Sample {
    fn command(&self) -> Command {
        let mut command = reads([&self.bam]);
        command
            .args(["--molecule", "dna", "--control-regions"])
            .arg(&self.bed);
        command
    }
}

fn kinds(report: &Value) -> Vec<&str> {
    list(report, "findings")
        .iter()
        .map(|finding| finding["kind"].as_str().unwrap())
        .collect()
}

#[test]
fn four_times_the_controls_is_an_amplification() {
    let sample = Panel {
        ratio: 4.0,
        ..NORMAL
    }
    .sample();
    let seen = report(&mut sample.command());
    assert_eq!(kinds(&seen), ["amplification"]);
    let measured = &seen["depth_ratio"];
    let ratio = measured["ratio"].as_f64().unwrap();
    assert!((3.5..4.5).contains(&ratio), "{measured}");
    assert!(
        measured["interval"][0].as_f64().unwrap() >= 2.0,
        "{measured}"
    );
    assert_eq!(measured["control_targets"], 30);
    let finding = &list(&seen, "findings")[0];
    assert_eq!(finding["statistic"]["value"], measured["ratio"]);
    says(
        finding["summary"].as_str().unwrap(),
        &["times as deeply", "amplification", "purity and ploidy"],
    );
    assert_eq!(
        seen["verdict"],
        report(reads([&sample.bam]).args(["--molecule", "dna"]))["verdict"]
    );

    let page = printed(&mut sample.command());
    says(
        &page,
        &["amplified", "Depth against control regions", "GC content"],
    );
    let json = |threads: &str| printed(sample.command().args(["--json", "--threads", threads]));
    assert_eq!(json("1"), json("4"));
}

#[test]
fn a_gain_is_not_called_an_amplification() {
    let seen = report(
        &mut Panel {
            ratio: 1.8,
            ..NORMAL
        }
        .sample()
        .command(),
    );
    assert_eq!(kinds(&seen), ["gain"]);
    says(
        list(&seen, "findings")[0]["summary"].as_str().unwrap(),
        &["not called an amplification"],
    );
}

#[test]
fn the_depth_of_the_controls_is_no_finding() {
    // Nor is it one with three duplicates for each read.
    for duplicates in [0, 3] {
        let sample = Panel {
            duplicates,
            ..NORMAL
        }
        .sample();
        let seen = report(&mut sample.command());
        assert!(kinds(&seen).is_empty(), "{}", seen["findings"]);
        let measured = &seen["depth_ratio"];
        let interval = [0, 1].map(|end| measured["interval"][end].as_f64().unwrap());
        assert!(interval[0] < 1.0 && 1.0 < interval[1], "{measured}");
        let warned = list(&seen, "warnings").iter().any(|warning| {
            warning
                .as_str()
                .is_some_and(|text| text.contains("flagged as a duplicate"))
        });
        assert_eq!(warned, duplicates == 0);
        assert_eq!(
            measured["duplicate_share"].as_f64().unwrap() > 0.0,
            duplicates > 0
        );
        says(
            &printed(&mut sample.command()),
            &["Depth against control regions", "times as deeply"],
        );
    }
    // Not asked for: not there.
    let sample = NORMAL.sample();
    assert!(report(reads([&sample.bam]).args(["--molecule", "dna"]))["depth_ratio"].is_null());
}

#[test]
fn the_other_assembly_and_gzip_are_read_as_well() {
    let sample = Panel {
        chroms: GRCH37,
        ratio: 4.0,
        ..NORMAL
    }
    .sample();
    let packed = sample.folder.path().join("targets.bed.gz");
    fs::write(&packed, gzip(&fs::read(&sample.bed).unwrap())).unwrap();
    let seen = report(
        reads([&sample.bam])
            .args(["--molecule", "dna", "--control-regions"])
            .arg(packed),
    );
    assert_eq!(kinds(&seen), ["amplification"]);
}

#[test]
fn lists_that_do_not_serve_are_refused() {
    let few = Panel {
        controls: 9,
        ..NORMAL
    }
    .sample();
    says(
        &refusal(&mut few.command()),
        &["targets.bed", "9 control targets", "10 are needed"],
    );

    let sample = NORMAL.sample();
    let other = Panel {
        chroms: GRCH37,
        ..NORMAL
    }
    .sample();
    let with = |text: &[u8]| {
        fs::write(&sample.bed, text).unwrap();
        refusal(&mut sample.command())
    };
    says(
        &with(&fs::read(&other.bed).unwrap()),
        &["targets.bed", "coding exons of ALK", "GRCh38", "chr2:29"],
    );
    says(
        &with(b"chr1\t10\t20\nchr1\t30\n"),
        &["targets.bed, line 2", "three columns"],
    );
    says(
        &with(b"chr1\t20\t10\n"),
        &["line 1", "does not lie after the start"],
    );
    says(&with(b"chr1\tten\t20\n"), &["line 1", "no whole number"]);
    says(
        &with(b"scaffold_7\t10\t20\n"),
        &["targets.bed", "none of its chromosomes"],
    );
    says(&with(b""), &["holds no targets"]);
    fs::remove_file(&sample.bed).unwrap();
    says(
        &refusal(&mut sample.command()),
        &["cannot read", "targets.bed"],
    );
}

#[test]
fn files_that_do_not_serve_are_refused() {
    let sample = NORMAL.sample();
    let rna = reads([&sample.bam])
        .args(["--molecule", "rna", "--control-regions"])
        .arg(&sample.bed)
        .assert()
        .code(1)
        .get_output()
        .clone();
    says(
        &String::from_utf8_lossy(&rna.stderr),
        &["needs DNA", "leave out --control-regions"],
    );

    fs::remove_file(sample.folder.path().join("panel.bam.bai")).unwrap();
    says(
        &refusal(&mut sample.command()),
        &["panel.bam has no index", "samtools index"],
    );

    let fastq = sample.folder.path().join("r.fastq");
    fs::write(&fastq, "@r\nACGT\n+\nIIII\n").unwrap();
    let message = refusal(reads([&fastq]).arg("--control-regions").arg(&sample.bed));
    says(
        &message,
        &["r.fastq holds reads without alignments", "BAM or CRAM"],
    );
}
