//! BAM and CRAM input through the public interface. The files are written here, by noodles.

use std::fs::{self, File};
use std::io::Write;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use alkaid_genome::{Assembly, GenomicInterval};
use alkaid_reads::Fragment;
use alkaid_reads::input::{
    InputError, InputFormat, InputOptions, InputSummary, Keep, KeepAll, Silent, Sources,
    UmiPlacement, read_fragments,
};
use noodles_bam as bam;
use noodles_core::Position;
use noodles_cram as cram;
use noodles_fasta as fasta;
use noodles_sam::alignment::RecordBuf;
use noodles_sam::alignment::io::Write as _;
use noodles_sam::alignment::record::cigar::Op;
use noodles_sam::alignment::record::cigar::op::Kind;
use noodles_sam::alignment::record::data::field::Tag;
use noodles_sam::alignment::record::{Flags, MappingQuality};
use noodles_sam::alignment::record_buf::data::field::Value;
use noodles_sam::header::record::value::Map;
use noodles_sam::header::record::value::map::{
    Header as HeaderLine, Program, ReferenceSequence, header::tag,
};
use noodles_sam::{self as sam};
use proptest::prelude::*;
use tempfile::TempDir;

const GRCH38: [(&str, usize); 2] = [("chr1", 248_956_422), ("chr2", 242_193_529)];
const GRCH37: [(&str, usize); 2] = [("1", 249_250_621), ("2", 243_199_373)];
/// What the reads look for when they are told to keep only some.
const MARKER: &[u8] = b"GATTACAGATTACA";
/// Length of all reads.
const LEN: usize = 40;

/// Bases of the two chromosomes, as far as reads lie on them.
fn genome(chrom: usize) -> Vec<u8> {
    let mut state = 7 + chrom as u64;
    (0..12_000)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            b"ACGT"[(state >> 60) as usize & 3]
        })
        .collect()
}

fn header(chroms: &[(&str, usize)], order: &[u8]) -> sam::Header {
    let mut line = Map::<HeaderLine>::default();
    line.other_fields_mut()
        .insert(tag::SORT_ORDER, order.into());
    let mut builder = sam::Header::builder()
        .set_header(line)
        .add_program("STAR", Map::<Program>::default());
    for (name, length) in chroms {
        let length = NonZero::new(*length).expect("not zero");
        builder = builder.add_reference_sequence(*name, Map::<ReferenceSequence>::new(length));
    }
    builder.build()
}

/// A read of a fragment: where it lies, and what its CIGAR is.
#[derive(Clone)]
struct Spec {
    name: &'static str,
    flags: Flags,
    place: Option<(usize, usize)>,
    cigar: Vec<Op>,
    mate: Option<(usize, usize)>,
    listed: Option<&'static str>,
    bases: Option<&'static [u8]>,
}

fn ops(text: &[(usize, Kind)]) -> Vec<Op> {
    text.iter().map(|&(len, kind)| Op::new(kind, len)).collect()
}

fn spec(
    name: &'static str,
    flags: Flags,
    place: Option<(usize, usize)>,
    mate: Option<(usize, usize)>,
) -> Spec {
    Spec {
        name,
        flags,
        place,
        cigar: if place.is_some() && !flags.is_unmapped() {
            ops(&[(LEN, Kind::Match)])
        } else {
            Vec::new()
        },
        mate,
        listed: None,
        bases: None,
    }
}

impl Spec {
    fn cigar(mut self, cigar: &[(usize, Kind)]) -> Self {
        self.cigar = ops(cigar);
        self
    }

    fn listed(mut self, listed: &'static str) -> Self {
        self.listed = Some(listed);
        self
    }

    fn bases(mut self, bases: &'static [u8]) -> Self {
        self.bases = Some(bases);
        self
    }

    fn record(&self) -> RecordBuf {
        let mut bases = Vec::new();
        let mut at = self.place.map_or(0, |(_, start)| start);
        let chrom = self.place.map_or_else(Vec::new, |(chrom, _)| genome(chrom));
        for op in &self.cigar {
            match op.kind() {
                Kind::Match => {
                    bases.extend_from_slice(&chrom[at..at + op.len()]);
                    at += op.len();
                }
                Kind::Skip => at += op.len(),
                Kind::SoftClip => bases.extend(std::iter::repeat_n(b'C', op.len())),
                _ => {}
            }
        }
        if let Some(given) = self.bases {
            bases = given.to_vec();
        }
        let quals = (0..bases.len())
            .map(|i| 10 + (i % 30) as u8)
            .collect::<Vec<_>>();
        let position = |start: usize| Position::new(start + 1).expect("not zero");
        let mut builder = RecordBuf::builder()
            .set_name(self.name)
            .set_flags(self.flags)
            .set_cigar(self.cigar.iter().copied().collect())
            .set_sequence(bases.into())
            .set_quality_scores(quals.into());
        if let Some((chrom, start)) = self.place {
            builder = builder
                .set_reference_sequence_id(chrom)
                .set_alignment_start(position(start));
            builder = builder.set_mapping_quality(MappingQuality::new(60).expect("valid"));
        }
        if let Some((chrom, start)) = self.mate {
            builder = builder
                .set_mate_reference_sequence_id(chrom)
                .set_mate_alignment_start(position(start));
        }
        if let Some(listed) = self.listed {
            let field = (Tag::OTHER_ALIGNMENTS, Value::String(listed.into()));
            builder = builder.set_data([field].into_iter().collect());
        }
        builder.build()
    }
}

const FIRST: Flags = Flags::SEGMENTED.union(Flags::FIRST_SEGMENT);
const SECOND: Flags = Flags::SEGMENTED.union(Flags::LAST_SEGMENT);
const REVERSE: Flags = Flags::REVERSE_COMPLEMENTED;
const UNMAPPED: Flags = Flags::UNMAPPED;

/// Reads around the regions of [`regions`], each fragment another case. In coordinate order.
fn reads() -> Vec<Spec> {
    use Kind::{HardClip, Match, Skip, SoftClip};
    let mut reads = vec![
        // Both mates in a region, one at its edge.
        spec("pair", FIRST, Some((1, 961)), Some((1, 1050))),
        spec("pair", SECOND | REVERSE, Some((1, 1050)), Some((1, 961))),
        // The mate is on another chromosome.
        spec("far", FIRST, Some((1, 1010)), Some((0, 5000))),
        spec("far", SECOND, Some((0, 5000)), Some((1, 1010))),
        // Only a part of an alignment lies in a region; both reads lie elsewhere.
        spec("split", FIRST | REVERSE, Some((0, 7000)), Some((0, 7300)))
            .cigar(&[(25, Match), (15, SoftClip)])
            .listed("chr2,1051,+,15S25M,60,0;"),
        spec(
            "split",
            FIRST | Flags::SUPPLEMENTARY,
            Some((1, 1050)),
            Some((0, 7300)),
        )
        .cigar(&[(15, HardClip), (25, Match)])
        .listed("chr1,7001,-,25M15S,60,0;"),
        spec("split", SECOND, Some((0, 7300)), Some((0, 7000))),
        // The mate is unmapped, and placed beside the read.
        spec("half", FIRST, Some((1, 1020)), Some((1, 1020))),
        spec("half", SECOND | UNMAPPED, Some((1, 1020)), Some((1, 1020))).bases(b"ACGTACGTAC"),
        // Over both regions, with its mate between them.
        spec("spliced", FIRST, Some((1, 1080)), Some((1, 3000))).cigar(&[
            (20, Match),
            (4410, Skip),
            (20, Match),
        ]),
        spec(
            "spliced",
            SECOND | REVERSE,
            Some((1, 3000)),
            Some((1, 1080)),
        ),
        // A duplicate counts, a single read counts.
        spec("duplicate", Flags::DUPLICATE, Some((1, 1030)), None),
        // These must not be kept: failed, another place of a read from elsewhere, beside the region.
        spec("failed", Flags::QC_FAIL, Some((1, 1040)), None),
        spec("elsewhere", Flags::empty(), Some((0, 9000)), None),
        spec("elsewhere", Flags::SECONDARY, Some((1, 1040)), None),
        spec("beside", Flags::empty(), Some((1, 960)), None),
        spec("behind", Flags::empty(), Some((1, 1100)), None),
        // The mate is not in the file.
        spec("lonely", SECOND, Some((1, 5510)), Some((0, 2000))),
        // Without a place: one pair together, one apart, one without the marker.
        spec("lost", FIRST | UNMAPPED, None, None).bases(b"AAAAGATTACAGATTACAAAAA"),
        spec("lost", SECOND | UNMAPPED, None, None).bases(b"CCCCCCCCCC"),
        spec("apart", FIRST | UNMAPPED, None, None).bases(b"TTTT"),
        spec("plain", UNMAPPED, None, None).bases(b"GGGGGGGG"),
        spec("apart", SECOND | UNMAPPED, None, None).bases(b"GATTACAGATTACA"),
    ];
    reads.sort_by_key(|read| read.place.unwrap_or((usize::MAX, 0)));
    reads
}

/// The names that [`regions`] and [`MARKER`] bring.
const EXPECTED: [&str; 9] = [
    "apart",
    "duplicate",
    "far",
    "half",
    "lonely",
    "lost",
    "pair",
    "spliced",
    "split",
];

fn regions() -> Vec<GenomicInterval> {
    [(1000, 1100), (5500, 5600)]
        .map(|(start, end)| GenomicInterval {
            chrom: "chr2".to_owned(),
            start,
            end,
        })
        .to_vec()
}

struct HasMarker;

impl Keep for HasMarker {
    fn keep(&self, first: &[u8], second: Option<&[u8]>) -> bool {
        let has = |bases: &[u8]| bases.windows(MARKER.len()).any(|window| window == MARKER);
        has(first) || second.is_some_and(has)
    }
}

struct Files(TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("temporary directory"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn bam(&self, name: &str, header: &sam::Header, reads: &[Spec]) -> PathBuf {
        let path = self.path(name);
        let mut writer = bam::io::Writer::new(File::create(&path).expect("created"));
        writer.write_header(header).expect("written");
        for read in reads {
            writer
                .write_alignment_record(header, &read.record())
                .expect("written");
        }
        writer.try_finish().expect("written");
        path
    }

    fn indexed_bam(&self, name: &str, header: &sam::Header, reads: &[Spec]) -> PathBuf {
        let path = self.bam(name, header, reads);
        match bam::fs::index(&path).expect("indexed") {
            bam::Index::Bai(index) => {
                bam::bai::fs::write(path.with_added_extension("bai"), &index).expect("written")
            }
            bam::Index::Csi(index) => {
                noodles_csi::fs::write(path.with_added_extension("csi"), &index).expect("written")
            }
        }
        path
    }

    fn fasta(&self, name: &str, change: impl Fn(u8) -> u8) -> PathBuf {
        let path = self.path(name);
        let mut file = File::create(&path).expect("created");
        for (i, (chrom, _)) in GRCH38.iter().enumerate() {
            let bases: Vec<u8> = genome(i).into_iter().map(&change).collect();
            writeln!(
                file,
                ">{chrom}\n{}",
                String::from_utf8(bases).expect("ASCII")
            )
            .expect("written");
        }
        path
    }

    fn cram(&self, name: &str, header: &sam::Header, reads: &[Spec]) -> PathBuf {
        let path = self.path(name);
        let sequences = (0..2).map(|i| {
            fasta::Record::new(
                fasta::record::Definition::new(GRCH38[i].0, None),
                fasta::record::Sequence::from(genome(i)),
            )
        });
        let repository = fasta::Repository::new(sequences.collect::<Vec<_>>());
        let mut writer = cram::io::writer::Builder::default()
            .set_reference_sequence_repository(repository)
            .build_from_path(&path)
            .expect("created");
        writer.write_header(header).expect("written");
        for read in reads {
            writer
                .write_alignment_record(header, &read.record())
                .expect("written");
        }
        writer.try_finish(header).expect("written");
        path
    }
}

/// Writes the index of a small CRAM: all records are in one slice, which stands under each reference.
fn index_cram(path: &Path) {
    let mut reader = cram::io::Reader::new(File::open(path).expect("opened"));
    reader.read_header().expect("read");
    let offset = reader.position().expect("told");
    let slice = |id: Option<usize>| {
        cram::crai::Record::new(id, id.and(Position::new(1)), 12_000, offset, 0, 0)
    };
    let index = [slice(Some(0)), slice(Some(1)), slice(None)];
    cram::crai::fs::write(path.with_added_extension("crai"), &index).expect("written");
}

fn options() -> InputOptions {
    InputOptions {
        regions: regions(),
        ..InputOptions::default()
    }
}

fn read(path: &Path, options: &InputOptions) -> Result<(InputSummary, Vec<Fragment>), InputError> {
    let mut kept = Vec::new();
    let paths = [path.to_path_buf()];
    let summary = read_fragments(&paths, options, &HasMarker, &Silent, &mut |fragment| {
        kept.push(fragment)
    })?;
    kept.sort_by(|a: &Fragment, b: &Fragment| a.name.cmp(&b.name));
    Ok((summary, kept))
}

fn names(fragments: &[Fragment]) -> Vec<&str> {
    fragments
        .iter()
        .map(|fragment| std::str::from_utf8(&fragment.name).expect("ASCII"))
        .collect()
}

fn refusal(path: &Path, options: &InputOptions) -> String {
    read(path, options)
        .map(|_| ())
        .expect_err("should be refused")
        .to_string()
}

#[test]
fn index_scan_and_name_order_bring_the_same_fragments() {
    let files = Files::new();
    let sorted = header(&GRCH38, b"coordinate");
    let by_index =
        read(&files.indexed_bam("a.bam", &sorted, &reads()), &options()).expect("indexed");
    assert_eq!(names(&by_index.1), EXPECTED);
    assert!(by_index.0.used_index);
    assert_eq!(by_index.0.assembly, Some(Assembly::Grch38));
    assert_eq!(by_index.0.aligner.as_deref(), Some("STAR"));
    assert_eq!(by_index.0.missing_mates, 1);
    assert!(by_index.0.spliced_alignments > 0);

    let by_scan = read(&files.bam("b.bam", &sorted, &reads()), &options()).expect("scanned");
    assert_eq!(by_scan.1, by_index.1);
    assert!(
        !by_scan.0.used_index
            && by_scan
                .0
                .warnings
                .iter()
                .any(|warning| warning.contains("no index"))
    );
    assert_eq!(
        (
            by_scan.0.failed_qc,
            by_scan.0.spliced_alignments,
            by_scan.0.fragments
        ),
        (1, 1, 13)
    );

    let mut grouped = reads();
    grouped.sort_by_key(|read| read.name);
    let by_name = read(
        &files.bam("c.bam", &header(&GRCH38, b"queryname"), &grouped),
        &options(),
    )
    .expect("grouped");
    assert_eq!(by_name.1, by_index.1);
    assert_eq!(by_name.0.fragments, 13);
}

#[test]
fn aligned_bases_are_the_same_in_bam_and_cram() {
    let files = Files::new();
    let sorted = header(&GRCH38, b"coordinate");
    let target = |chrom: &str, start, end| GenomicInterval {
        chrom: chrom.to_owned(),
        start,
        end,
    };
    // Of "pair", "far", "half", "spliced", and of "pair" again; the duplicate apart; not the failed, not the secondary.
    let targets = [
        target("chr2", 1000, 1100),
        target("chr7", 1, 2),
        target("chr2", 5500, 5600),
        target("chr1", 9000, 9010),
    ];
    let bases = |path: &Path, targets: &[GenomicInterval]| {
        let options = InputOptions {
            reference: Some(files.fasta("genome.fa", |base| base)),
            ..InputOptions::default()
        };
        Sources::open(&[path.to_path_buf()], &options)
            .and_then(|mut sources| sources.aligned_bases(&options, targets, &Silent))
    };
    let bam = files.indexed_bam("a.bam", &sorted, &reads());
    let seen = bases(&bam, &targets).expect("read");
    assert_eq!(seen.assembly, Assembly::Grch38);
    // 1 + 40 + 40 + 40 + 20 bases; 20 of the spliced read and the lonely one; one read.
    assert_eq!(seen.bases, [Some(141), None, Some(60), Some(10)]);
    assert_eq!(seen.duplicate_bases, 40);

    let cram = files.cram("a.cram", &sorted, &reads());
    index_cram(&cram);
    assert_eq!(bases(&cram, &targets).expect("read"), seen);

    let many: Vec<GenomicInterval> = (0..1_100)
        .map(|i| target("chr2", 2_000 * i, 2_000 * i + 10))
        .collect();
    assert_eq!(
        bases(&cram, &many).expect("scanned").bases,
        bases(&bam, &many).expect("fetched").bases
    );
    let message = bases(&files.bam("b.bam", &sorted, &reads()), &targets)
        .expect_err("no index")
        .to_string();
    assert!(message.contains("b.bam has no index"), "{message}");
}

#[test]
fn reads_are_whole_and_as_sequenced() {
    let files = Files::new();
    let (_, kept) = read(
        &files.indexed_bam("a.bam", &header(&GRCH38, b"coordinate"), &reads()),
        &options(),
    )
    .expect("read");
    let find = |name: &str| {
        kept.iter()
            .find(|fragment| fragment.name == name.as_bytes())
            .expect(name)
    };

    let pair = find("pair");
    assert_eq!(pair.first.bases, genome(1)[961..1001]);
    let complement = |bases: &[u8]| -> Vec<u8> {
        bases
            .iter()
            .rev()
            .map(|base| {
                b"TGCA"[b"ACGT"
                    .iter()
                    .position(|known| known == base)
                    .expect("base")]
            })
            .collect()
    };
    assert_eq!(
        pair.second.as_ref().expect("mate").bases,
        complement(&genome(1)[1050..1090])
    );
    assert_eq!(pair.second.as_ref().expect("mate").quals[0], 10 + 39 % 30);

    let split = find("split");
    assert_eq!(
        split.first.bases.len(),
        LEN,
        "of the primary record, although the other is hard-clipped"
    );
    assert_eq!(split.alignments.len(), 3);
    let [primary, other, mate] = &split.alignments[..] else {
        panic!("three alignments")
    };
    assert_eq!(
        (
            primary.chrom.as_str(),
            primary.start,
            primary.end,
            primary.reverse
        ),
        ("chr1", 7000, 7025, true)
    );
    assert_eq!(
        (primary.query.clone(), primary.supplementary),
        (15..40, false)
    );
    assert_eq!(
        (
            other.chrom.as_str(),
            other.start,
            other.query.clone(),
            other.supplementary
        ),
        ("chr2", 1050, 15..40, true)
    );
    assert_eq!((mate.mate, mate.start), (1, 7300));

    let lonely = find("lonely");
    assert!(lonely.second.is_none());
    assert_eq!(
        lonely.alignments[0].mate, 0,
        "a lone second read becomes the first"
    );
    assert_eq!(
        find("half").second.as_ref().expect("mate").bases,
        b"ACGTACGTAC"
    );
    assert_eq!(find("apart").first.bases, b"TTTT");
}

#[test]
fn grch37_names_and_regions_are_used() {
    let files = Files::new();
    let path = files.indexed_bam("a.bam", &header(&GRCH37, b"coordinate"), &reads());
    let options = InputOptions {
        regions: Vec::new(),
        regions_grch37: regions(),
        ..InputOptions::default()
    };
    let (summary, kept) = read(&path, &options).expect("read");
    assert_eq!(summary.assembly, Some(Assembly::Grch37));
    assert!(summary.used_index);
    assert_eq!(names(&kept), EXPECTED);
    assert!(
        kept.iter()
            .flat_map(|fragment| &fragment.alignments)
            .all(|alignment| alignment.chrom.starts_with("chr"))
    );
}

#[test]
fn other_references_are_refused() {
    let files = Files::new();
    let chm13 = header(
        &[("chr1", 248_387_328), ("chr2", 242_696_752)],
        b"coordinate",
    );
    let message = refusal(&files.bam("t2t.bam", &chm13, &reads()), &options());
    assert!(
        message.contains("neither GRCh38 nor GRCh37") && message.contains("248387328"),
        "{message}"
    );
    let mixed = header(&[GRCH38[0], ("chr2", GRCH37[1].1)], b"coordinate");
    assert!(
        refusal(&files.bam("mixed.bam", &mixed, &reads()), &options()).contains("header is wrong")
    );
}

#[test]
fn an_index_that_does_not_fit_is_refused() {
    let files = Files::new();
    let sorted = header(&GRCH38, b"coordinate");
    let path = files.indexed_bam("a.bam", &sorted, &reads());
    let index = path.with_added_extension("bai");

    let file = File::options().write(true).open(&index).expect("opened");
    file.set_modified(SystemTime::now() - Duration::from_secs(3_600))
        .expect("set");
    let message = refusal(&path, &options());
    assert!(
        message.contains("a.bam.bai") && message.contains("older than the file"),
        "{message}"
    );

    let more = header(&[GRCH38[0], GRCH38[1], ("chr3", 5)], b"coordinate");
    let other = files.indexed_bam("b.bam", &more, &reads());
    fs::copy(other.with_added_extension("bai"), &index).expect("copied");
    let message = refusal(&path, &options());
    assert!(
        message.contains("3 reference sequences, the file 2") && message.contains("samtools index"),
        "{message}"
    );

    fs::write(&index, b"BAI\x01garbage").expect("written");
    assert!(refusal(&path, &options()).contains("cannot be read"));
}

#[test]
fn cut_and_damaged_bams_are_refused() {
    let files = Files::new();
    let sorted = header(&GRCH38, b"coordinate");
    let path = files.bam("a.bam", &sorted, &reads());
    let bytes = fs::read(&path).expect("read");
    fs::write(&path, &bytes[..bytes.len() - 28]).expect("written");
    assert!(
        refusal(&path, &options()).contains("a.bam is truncated: its BGZF end block is missing")
    );
    fs::write(&path, &bytes[..40]).expect("written");
    assert!(refusal(&path, &options()).contains("truncated"));
    let none = files.bam("none.bam", &sorted, &[]);
    assert!(refusal(&none, &options()).contains("none.bam is empty"));
}

#[test]
fn unaligned_bams_are_streamed() {
    let files = Files::new();
    let reads: Vec<Spec> = reads()
        .into_iter()
        .filter(|read| read.place.is_none())
        .chain([spec("single", UNMAPPED, None, None).bases(MARKER)])
        .collect();
    let path = files.bam("u.bam", &header(&[], b"unsorted"), &reads);
    let (summary, kept) = read(&path, &InputOptions::default()).expect("read");
    assert_eq!(summary.format, InputFormat::UnalignedBam);
    assert_eq!(
        (summary.fragments, summary.assembly, summary.paired),
        (5, None, true)
    );
    assert_eq!(
        names(&kept),
        ["apart", "lost", "single"],
        "the mates of \"apart\" do not stand together"
    );
    assert!(
        summary
            .warnings
            .iter()
            .any(|warning| warning.contains("samtools collate"))
    );
    assert_eq!(kept[1].second.as_ref().expect("mate").bases, b"CCCCCCCCCC");
}

#[test]
fn umis_are_taken_from_tags() {
    let files = Files::new();
    let plain = header(&[], b"unsorted");
    let path = files.path("u.bam");
    let mut writer = bam::io::Writer::new(File::create(&path).expect("created"));
    writer.write_header(&plain).expect("written");
    for i in 0..50 {
        let mut record = spec("r", UNMAPPED, None, None).bases(MARKER).record();
        *record.name_mut() = Some(format!("r{i}").into());
        for (tag, value) in [
            (
                Tag::new(b'R', b'X'),
                format!("ACGT{}", ["A", "C", "G"][i % 3]),
            ),
            (Tag::new(b'X', b'U'), "TTTT".to_owned()),
        ] {
            record.data_mut().insert(tag, Value::String(value.into()));
        }
        writer
            .write_alignment_record(&plain, &record)
            .expect("written");
    }
    writer.try_finish().expect("written");

    let umi = |placement| {
        let options = InputOptions {
            umi: placement,
            ..InputOptions::default()
        };
        let mut kept = Vec::new();
        let sink = &mut |fragment| kept.push(fragment);
        let summary = read_fragments(
            std::slice::from_ref(&path),
            &options,
            &KeepAll,
            &Silent,
            sink,
        )
        .expect("read");
        (summary.umi, kept[1].umi.clone())
    };
    assert_eq!(
        umi(UmiPlacement::Auto),
        (Some("tag RX".to_owned()), Some(b"ACGTC".to_vec()))
    );
    assert_eq!(
        umi(UmiPlacement::Tag(*b"XU")),
        (Some("tag XU".to_owned()), Some(b"TTTT".to_vec()))
    );
    assert_eq!(umi(UmiPlacement::None), (None, None));
    let segment = UmiPlacement::Segment {
        mate: 0,
        start: 0,
        len: 4,
    };
    assert_eq!(umi(segment).1, Some(MARKER[..4].to_vec()));
}

#[test]
fn crams_are_read_with_their_reference() {
    let files = Files::new();
    let path = files.cram("a.cram", &header(&GRCH38, b"coordinate"), &reads());
    let reference = files.fasta("ref.fa", |base| base);
    let with = |reference: Option<PathBuf>| InputOptions {
        reference,
        ..options()
    };
    let bam = read(
        &files.bam("b.bam", &header(&GRCH38, b"coordinate"), &reads()),
        &options(),
    )
    .expect("BAM");
    // No index of the FASTA is there: it is made in memory.
    let (summary, kept) = read(&path, &with(Some(reference.clone()))).expect("read");
    assert_eq!(summary.format, InputFormat::Cram);
    assert_eq!(kept, bam.1);

    index_cram(&path);
    let (summary, kept) = read(&path, &with(Some(reference.clone()))).expect("read");
    assert!(summary.used_index);
    assert_eq!(kept, bam.1);

    let message = refusal(&path, &with(None));
    assert!(
        message.contains("a.cram needs the FASTA") && message.contains("--reference"),
        "{message}"
    );
    let other = files.fasta("other.fa", |base| if base == b'A' { b'C' } else { base });
    let message = refusal(&path, &with(Some(other)));
    assert!(message.contains("other bases"), "{message}");
    assert!(
        refusal(&path, &with(Some(files.path("absent.fa")))).contains("absent.fa cannot be read")
    );

    let bytes = fs::read(&path).expect("read");
    let cut = files.path("cut.cram");
    fs::write(&cut, &bytes[..bytes.len() - 10]).expect("written");
    assert!(refusal(&cut, &with(Some(reference))).contains("cut.cram is truncated"));
}

#[test]
#[cfg(unix)]
fn a_piped_bam_is_kept_and_can_be_read_again() {
    let files = Files::new();
    let bytes =
        fs::read(files.bam("a.bam", &header(&GRCH38, b"coordinate"), &reads())).expect("read");
    let fifo = files.path("pipe");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status();
    if !made.is_ok_and(|status| status.success()) {
        return;
    }
    let writer = std::thread::spawn({
        let fifo = fifo.clone();
        move || fs::write(fifo, bytes)
    });
    let mut sources = Sources::open(&[fifo], &options()).expect("opened");
    for _ in 0..2 {
        let mut kept = Vec::new();
        sources
            .read(&options(), &HasMarker, &Silent, &mut |fragment| {
                kept.push(fragment)
            })
            .expect("read");
        kept.sort_by(|a: &Fragment, b: &Fragment| a.name.cmp(&b.name));
        assert_eq!(names(&kept), EXPECTED);
    }
    writer.join().expect("joined").expect("written");
}

#[test]
fn other_regions_can_be_read_later() {
    let files = Files::new();
    let path = files.indexed_bam("a.bam", &header(&GRCH38, b"coordinate"), &reads());
    let mut sources = Sources::open(&[path], &options()).expect("opened");
    let mut count = |regions: Vec<GenomicInterval>| {
        let options = InputOptions {
            regions,
            ..InputOptions::default()
        };
        sources
            .read(&options, &HasMarker, &Silent, &mut |_| {})
            .expect("read")
            .kept
    };
    let elsewhere = GenomicInterval {
        chrom: "chr1".to_owned(),
        start: 8_990,
        end: 9_010,
    };
    assert_eq!(
        (count(regions()), count(vec![elsewhere]), count(regions())),
        (9, 3, 9)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn damaged_alignment_files_never_panic(
        as_cram: bool, at in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let files = Files::new();
        let sorted = header(&GRCH38, b"coordinate");
        let path = if as_cram { files.cram("a.cram", &sorted, &reads()) } else { files.indexed_bam("a.bam", &sorted, &reads()) };
        let mut bytes = fs::read(&path).expect("read");
        for (index, byte) in at {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        fs::write(&path, bytes).expect("written");
        let options = InputOptions { reference: as_cram.then(|| files.fasta("ref.fa", |base| base)), ..options() };
        let _ = read(&path, &options);
    }

    #[test]
    fn damaged_records_never_panic(at in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), indexed: bool) {
        // Inside the compression, so that checksums do not catch it.
        let files = Files::new();
        let path = files.indexed_bam("a.bam", &header(&GRCH38, b"coordinate"), &reads());
        let mut text = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::MultiGzDecoder::new(&fs::read(&path).expect("read")[..]), &mut text)
            .expect("inflates");
        for (index, byte) in at {
            let at = index.index(text.len());
            text[at] = byte;
        }
        let mut writer = noodles_bgzf::io::Writer::new(File::create(&path).expect("created"));
        writer.write_all(&text).expect("written");
        writer.finish().expect("written");
        if !indexed {
            fs::remove_file(path.with_added_extension("bai")).expect("removed");
        }
        let _ = read(&path, &options());
    }
}

/// The panels of the shared development sets, if they are there: by index, by scan, and all.
#[test]
fn real_panels_are_read_alike_by_index_and_by_scan() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reads");
    if !folder.is_dir() {
        // Not by a macro: the harness hides what those print.
        let _ = writeln!(
            std::io::stderr(),
            "skipped: {} is not there",
            folder.display()
        );
        return;
    }
    let alk = GenomicInterval {
        chrom: "chr2".to_owned(),
        start: 29_192_000,
        end: 29_922_000,
    };
    let files = Files::new();
    for (name, fragments, crossing) in [
        ("dna_panel_h3122/H3122", 27_133, 79),
        ("dna_panel_hcc827/HCC827", 41_951, 0),
    ] {
        let path = folder.join(format!("{name}.bam"));
        let all = read_fragments(
            std::slice::from_ref(&path),
            &InputOptions::default(),
            &KeepAll,
            &Silent,
            &mut |_| {},
        )
        .expect(name);
        assert_eq!(
            (all.kept, all.umi, all.assembly),
            (fragments, None, Some(Assembly::Grch38)),
            "{name}"
        );

        let options = InputOptions {
            regions: vec![alk.clone()],
            ..InputOptions::default()
        };
        let (summary, by_index) = read(&path, &options).expect(name);
        assert!(summary.used_index);
        let copy = files.path("copy.bam");
        fs::copy(&path, &copy).expect("copied");
        let (_, by_scan) = read(&copy, &options).expect(name);
        // Both are sorted by name. Reads of which the primary record is not in these excerpts stand in differently.
        assert_eq!(names(&by_index), names(&by_scan), "{name}");
        let differ = by_index
            .iter()
            .zip(&by_scan)
            .filter(|(a, b)| a != b)
            .count();
        assert!(differ < 20, "{name}: {differ}");
        let in_eml4 = |fragment: &&Fragment| {
            let within = |start: u64, end: u64| {
                fragment
                    .alignments
                    .iter()
                    .any(|a| a.chrom == "chr2" && a.start >= start && a.end <= end)
            };
            within(alk.start, alk.end) && within(42_169_000, 42_333_000)
        };
        let both = by_index.iter().filter(in_eml4).count();
        assert!(both >= crossing, "{name}: {both}");
    }
}
