//! Snapshots of everything written, of hand-made reports.

use crate::fixtures::{self, Fixture};
use alkaid_report::{
    Color, Glyphs, Style, fusions_tsv, multiqc, refused_tsv, refused_variants_tsv, terminal,
    variant_bounds_tsv, variants_tsv, variants_vcf, vcf,
};

fn plain(report: &alkaid_reads::finding::ReadsReport) -> String {
    terminal(report, Style::default())
}

#[test]
fn terminal_of_variant_1() {
    insta::assert_snapshot!(plain(&fixtures::variant_1()));
}

#[test]
fn terminal_of_a_dna_breakpoint() {
    insta::assert_snapshot!(plain(&fixtures::h3122()));
}

#[test]
fn terminal_of_an_amplification() {
    insta::assert_snapshot!(plain(&fixtures::amplified()));
}

#[test]
fn terminal_of_npm1() {
    insta::assert_snapshot!(plain(&fixtures::npm1()));
}

#[test]
fn terminal_of_an_insertion_and_an_isoform_out_of_frame() {
    insta::assert_snapshot!(plain(&fixtures::insertion()));
}

#[test]
fn terminal_of_an_unresolved_partner() {
    insta::assert_snapshot!(plain(&fixtures::unresolved()));
}

#[test]
fn terminal_of_a_negative() {
    insta::assert_snapshot!(plain(&fixtures::negative()));
}

#[test]
fn terminal_of_insufficient_data() {
    insta::assert_snapshot!(plain(&fixtures::insufficient()));
}

#[test]
fn terminal_in_ascii() {
    let style = Style {
        glyphs: Glyphs::Ascii,
        ..Style::default()
    };
    let text = terminal(&fixtures::insertion(), style) + &terminal(&fixtures::h3122(), style);
    assert!(text.is_ascii());
    insta::assert_snapshot!(text);
}

#[test]
fn terminal_in_colour() {
    let style = Style {
        color: Color::Always,
        ..Style::default()
    };
    insta::assert_snapshot!(terminal(&fixtures::variant_1(), style).replace('\u{1b}', "␛"));
}

#[test]
fn terminal_of_mutations() {
    insta::assert_snapshot!(plain(&fixtures::mutated()));
}

#[test]
fn tables_of_mutations() {
    let report = fixtures::mutated();
    let tables = [
        variants_tsv(&report),
        refused_variants_tsv(&report),
        variant_bounds_tsv(&report),
    ];
    for table in &tables {
        let columns: Vec<usize> = table.lines().map(|line| line.split('\t').count()).collect();
        assert!(
            columns.windows(2).all(|pair| pair[0] == pair[1]),
            "{columns:?}"
        );
    }
    insta::assert_snapshot!(tables.concat());
}

#[test]
fn vcf_of_mutations() {
    let vcf = variants_vcf(&fixtures::mutated());
    let lines: Vec<&str> = vcf
        .lines()
        .filter(|line| !line.starts_with("##contig"))
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for report in all() {
        for width in [40, 50, 63, 64, 72, 80, 100, 120] {
            for glyphs in [Glyphs::Unicode, Glyphs::Ascii] {
                for line in terminal(
                    &report,
                    Style {
                        width,
                        glyphs,
                        color: Color::Never,
                    },
                )
                .lines()
                {
                    assert!(line.chars().count() <= width, "{width}: {line}");
                }
            }
        }
    }
}

#[test]
fn fusions_table() {
    let tables: Vec<String> = [
        fixtures::variant_1(),
        fixtures::h3122(),
        fixtures::npm1(),
        fixtures::insertion(),
        fixtures::unresolved(),
    ]
    .iter()
    .map(|report| fusions_tsv(report, &fixtures::evidence(), &Fixture))
    .collect();
    insta::assert_snapshot!(tables.concat());
    for line in tables.iter().flat_map(|table| table.lines()) {
        assert_eq!(line.split('\t').count(), 44);
    }
}

#[test]
fn refused_table() {
    insta::assert_snapshot!(refused_tsv(&fixtures::negative()));
}

#[test]
fn vcf_of_variant_1() {
    insta::assert_snapshot!(vcf(&fixtures::variant_1(), &Fixture));
}

#[test]
fn vcf_records() {
    let records: Vec<String> = [
        fixtures::h3122(),
        fixtures::npm1(),
        fixtures::insertion(),
        fixtures::unresolved(),
        fixtures::negative(),
    ]
    .iter()
    .map(|report| {
        vcf(report, &Fixture)
            .lines()
            .filter(|line| !line.starts_with('#'))
            .collect::<Vec<_>>()
            .join("\n")
    })
    .collect();
    insta::assert_snapshot!(records.join("\n--\n"));
}

#[test]
fn json_of_variant_1() {
    insta::assert_json_snapshot!(fixtures::variant_1());
}

#[test]
fn vicc_of_the_others() {
    let fusions: Vec<_> = [
        fixtures::h3122(),
        fixtures::insertion(),
        fixtures::unresolved(),
    ]
    .into_iter()
    .flat_map(|report| report.calls.into_iter().map(|call| call.vicc))
    .collect();
    insta::assert_json_snapshot!(fusions);
}

#[test]
fn multiqc_table() {
    insta::assert_json_snapshot!([multiqc(&fixtures::npm1()), multiqc(&fixtures::negative())]);
}

fn all() -> Vec<alkaid_reads::finding::ReadsReport> {
    vec![
        fixtures::variant_1(),
        fixtures::mutated(),
        fixtures::h3122(),
        fixtures::npm1(),
        fixtures::insertion(),
        fixtures::unresolved(),
        fixtures::negative(),
        fixtures::insufficient(),
    ]
}

/// Values that no honest caller gives: everything is written all the same, and nothing steers the terminal.
#[test]
fn hostile_values_do_no_harm() {
    let mut report = fixtures::h3122();
    report.sample = "a\u{1b}[2Jb\tc\nd".to_owned();
    let honest = report.calls[0].clone();
    report.calls.clear();
    for (pos, exon) in [
        (0, 0),
        (1, 1),
        (u64::MAX, u16::MAX),
        (29_223_528, 29),
        (u64::MAX - 1, 20),
    ] {
        for intron in [None, Some(exon)] {
            let mut call = honest.clone();
            for side in [&mut call.five_prime, &mut call.three_prime] {
                (side.pos, side.exon, side.intron) = (Some(pos), Some(exon), intron);
                side.region = "in exon \u{1b}]0;x\u{7} ü".repeat(20);
                side.gene = "GENE\t\u{1b}[31m".repeat(9);
            }
            call.five_prime_interval = Some([0, u64::MAX]);
            call.three_prime_interval = Some([u64::MAX, 0]);
            call.sequence_5p = "ACGü".repeat(30);
            call.inserted = "N".repeat(400);
            call.log10_odds = f64::NAN;
            call.allele_fraction = Some(f64::INFINITY);
            (call.supporting_fragments, call.wild_type_fragments) = (u32::MAX, u32::MAX);
            report.calls.push(call);
        }
    }
    for width in [0, 40, 64, 80, usize::MAX] {
        let text = terminal(
            &report,
            Style {
                width,
                ..Style::default()
            },
        );
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'));
    }
    let table = fusions_tsv(&report, &fixtures::evidence(), &Fixture);
    assert!(table.lines().all(|line| line.split('\t').count() == 44));
    let records = vcf(&report, &Fixture);
    assert!(
        records
            .lines()
            .filter(|line| !line.starts_with("##"))
            .all(|line| line.split('\t').count() == 10)
    );
    let parent = tempfile::tempdir().unwrap();
    let mut evidence = fixtures::evidence();
    for read in &mut evidence {
        read.name = vec![0, b'@', 200];
        read.umi = Some(vec![0, 255]);
        for placement in &mut read.placements {
            placement.blocks.push((u64::MAX, u32::MAX));
        }
    }
    alkaid_report::write_with(&parent.path().join("out"), &report, &evidence, &Fixture).unwrap();
}
