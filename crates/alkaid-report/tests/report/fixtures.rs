//! Hand-made reports: real junctions with invented counts.

use alkaid_genome::{RearrangementClass, Strand};
use alkaid_reads::Read;
use alkaid_reads::finding::{
    Bound, CallStatus, Consequence, DepthRatio, EvidenceRead, ExonDepth, Finding, FindingKind,
    FusionCall, InputRecord, Molecule, PairVerdict, PhaseVerdict, Placement, ProteinPrediction, Qc,
    RESEARCH_USE_ONLY, ReadsReport, Refusal, RefusedVariant, SCHEMA_VERSION, Side, SmallVariants,
    Statistic, Term, Variant, VariantBound, VariantOrigin, VariantPair, VariantPhase, Verdict,
};
use alkaid_report::{Reference, finish_with};

/// ALK from the first base of exon 20, and the 56 bases of intron 19 before it.
pub(crate) const A20: &str = "TGTACCGCCGGAAGCACCAGGAGCTGCAAGCCATGCAGATGGAGCTGCAGAGCCCTGAGT";
pub(crate) const INTRON_19_END: &str = "TAGTGCTTCAAGGGCCAGGCTGCCAGGCCATGTTGCAGCTGACCACCCACCTGCAG";
/// Ends of EML4 exons 13 and 14 and of NPM1 exon 4.
pub(crate) const E13: &str = "GAGTCATGCTTATATGGAGCAAAACTACTGTAGAGCCCACACCTGGGAAAGGACCTAAAG";
pub(crate) const E14: &str = "GGGAAAGACAGAAAAATAATTCTGTGGGATCATGATCTGAATCCTGAAAGAGAAATAGAG";
pub(crate) const N4: &str = "TGGTCTTAAGGTTGAAGTGTGGTTCAGGGCCAGTGCATATTAGTGGACAGCACTTAGTAG";

/// The few bases and exons that the hand-made reports touch.
pub(crate) struct Fixture;

impl Reference for Fixture {
    fn base(&self, chrom: &str, pos: u64) -> Option<u8> {
        match (chrom, pos) {
            ("chr2", 29_223_528) => Some(b'A'),
            ("chr2", 29_223_740 | 42_295_516 | 42_301_392) => Some(b'G'),
            ("chr2", 42_299_750) => Some(b'T'),
            ("chr5", 171_391_799) => Some(b'G'),
            _ => None,
        }
    }

    fn exon(&self, transcript: &str, number: u16) -> Option<(u64, u64)> {
        match (transcript, number) {
            ("ENST00000389048.8", 20) => Some((29_223_342, 29_223_528)),
            ("ENST00000318522.10", 13) => Some((42_295_381, 42_295_516)),
            ("ENST00000318522.10", 14) => Some((42_301_241, 42_301_392)),
            ("ENST00000296930.10", 4) => Some((171_391_706, 171_391_799)),
            _ => None,
        }
    }

    fn gene_id(&self, transcript: &str) -> Option<String> {
        match transcript {
            "ENST00000389048.8" => Some("ENSG00000171094".to_owned()),
            "ENST00000318522.10" => Some("ENSG00000143924".to_owned()),
            "ENST00000296930.10" => Some("ENSG00000181163".to_owned()),
            _ => None,
        }
    }

    fn on_grch38(&self, _chrom: &str, pos: u64) -> Option<u64> {
        Some(pos)
    }
}

fn side(gene: &str, transcript: &str, refseq: &str, chrom: &str, strand: Strand) -> Side {
    Side {
        gene: gene.to_owned(),
        transcript: Some(transcript.to_owned()),
        refseq: Some(refseq.to_owned()),
        chrom: Some(chrom.to_owned()),
        strand: Some(strand),
        named_by: "transcript".to_owned(),
        ..Side::default()
    }
}

fn eml4() -> Side {
    side(
        "EML4",
        "ENST00000318522.10",
        "NM_019063.5",
        "chr2",
        Strand::Forward,
    )
}

fn alk() -> Side {
    side(
        "ALK",
        "ENST00000389048.8",
        "NM_004304.5",
        "chr2",
        Strand::Reverse,
    )
}

fn alk_exon_20() -> Side {
    Side {
        exon: Some(20),
        region: "start of exon 20".to_owned(),
        pos: Some(29_223_528),
        cds: Some(3173),
        ..alk()
    }
}

fn call() -> FusionCall {
    FusionCall {
        id: "F1".to_owned(),
        name: "EML4::ALK".to_owned(),
        status: CallStatus::Called,
        molecule: Molecule::Rna,
        five_prime: Side {
            exon: Some(13),
            region: "end of exon 13".to_owned(),
            pos: Some(42_295_516),
            cds: Some(1489),
            ..eml4()
        },
        three_prime: alk_exon_20(),
        junction_exons: "E13;A20".to_owned(),
        named_variant: Some("V1".to_owned()),
        named_variant_status: Some("sourced".to_owned()),
        in_frame: Some(true),
        inserted: String::new(),
        insertion_origin: Vec::new(),
        microhomology: 0,
        five_prime_interval: None,
        three_prime_interval: None,
        supporting_fragments: 24,
        supporting_reads: 26,
        unique_fragments: 22,
        distinct_starts: 19,
        spanning_pairs: 11,
        wild_type_fragments: 3,
        allele_fraction: Some(24.0 / 27.0),
        log10_odds: 31.25,
        odds_terms: vec![
            Term {
                name: "prior".to_owned(),
                log10: -4.0,
            },
            Term {
                name: "fragments".to_owned(),
                log10: 35.25,
            },
        ],
        sequence_5p: E13.to_owned(),
        sequence_3p: A20.to_owned(),
        rearrangement: Some(RearrangementClass::Inversion),
        iscn: Some("inv(2)(p21p23)".to_owned()),
        hgvs_rna: Some("NM_019063.5:r.?_1489::NM_004304.5:r.3173_?".to_owned()),
        hgvs_dna: None,
        protein: Some(ProteinPrediction {
            partner_residues: Some(496),
            alk_first_residue: Some(1059),
            length: Some(1059),
            junction_peptide: "VEPTPGKGPK|VYRRKHQELQ".to_owned(),
            kinase_domain_whole: true,
            alk_transmembrane_kept: false,
            partner_domains_kept: vec!["HELP".to_owned()],
            partner_domains_lost: vec!["WD40 repeat".to_owned()],
            oligomerisation: Some("trimerisation domain (coiled coil)".to_owned()),
            oligomerisation_kept: Some(true),
        }),
        same_rearrangement_as: Vec::new(),
        vicc: serde_json::Value::Null,
        notes: Vec::new(),
    }
}

fn report(sample: &str, verdict: Verdict, summary: &str) -> ReadsReport {
    ReadsReport {
        schema_version: SCHEMA_VERSION.to_owned(),
        tool: "alkaid 0.1.0".to_owned(),
        notice: RESEARCH_USE_ONLY.to_owned(),
        sample: sample.to_owned(),
        assembly: "GRCh38".to_owned(),
        bundle: "0123456789abcdef".to_owned(),
        verdict,
        summary: summary.to_owned(),
        calls: Vec::new(),
        findings: Vec::new(),
        refused: Vec::new(),
        bound: Bound {
            statement: "A fusion of at least 0.4 junction fragments per million would have been seen with 95 % probability.".to_owned(),
            fragments_needed: 3,
            rna_fragments_per_million: Some(0.4),
            dna_allele_fraction: None,
            model: "Poisson counts of unique fragments, at least 3 needed for a call.".to_owned(),
        },
        small_variants: SmallVariants::default(),
        depth_ratio: None,
        qc: Qc {
            inputs: vec![InputRecord { path: "tumour_R1.fq.gz".to_owned(), bytes: Some(1_234_567) }],
            molecule: Molecule::Rna,
            molecule_reason: "no fragment runs from an exon into an intron".to_owned(),
            fragments: 7_512_546,
            paired: true,
            read_length: [98, 100, 101],
            umi: None,
            alk_fragments: 1_045,
            duplicate_fraction: Some(0.12),
            exons: vec![ExonDepth { number: 20, mean_depth: 31.5, reads: 44 }],
            introns: vec![ExonDepth { number: 19, mean_depth: 0.5, reads: 2 }],
            five_prime_fragments: 12,
            three_prime_fragments: 1_033,
        },
        warnings: Vec::new(),
    }
}

fn finished(mut report: ReadsReport) -> ReadsReport {
    finish_with(&mut report, &Fixture);
    report
}

/// EML4-ALK variant 1 in RNA, with the reciprocal junction and imbalance beside it.
pub(crate) fn variant_1() -> ReadsReport {
    let mut report = report(
        "tumour",
        Verdict::Rearranged,
        "EML4::ALK variant 1 (E13;A20), in frame, in 22 unique fragments. The kinase domain of ALK is whole.",
    );
    report.calls = vec![call()];
    report.findings = vec![
        Finding {
            kind: FindingKind::Reciprocal,
            summary: "ALK exon 19 joined to EML4 exon 14 in 2 fragments: the other half of the inversion. It makes no kinase.".to_owned(),
            supporting_fragments: 2,
            unique_fragments: 2,
            exon_from: None,
            exon_to: None,
            in_frame: None,
            statistic: None,
            other_gene: Some("EML4".to_owned()),
            positions: vec!["chr2:29225461".to_owned(), "chr2:42301241".to_owned()],
        },
        Finding {
            kind: FindingKind::Imbalance,
            summary: "1,033 fragments from exon 20 on against 12 before it.".to_owned(),
            supporting_fragments: 1_033,
            unique_fragments: 901,
            exon_from: Some(20),
            exon_to: Some(29),
            in_frame: None,
            statistic: Some(Statistic { name: "log2 ratio per kilobase".to_owned(), value: 5.1, p_value: Some(1e-40), interval: None }),
            other_gene: None,
            positions: Vec::new(),
        },
    ];
    finished(report)
}

/// The breakpoint of line NCI-H3122: one base of micro-homology.
pub(crate) fn h3122() -> ReadsReport {
    let mut report = report(
        "H3122",
        Verdict::Rearranged,
        "EML4 intron 13 joined to ALK intron 19 in 75 unique fragments; the transcript is predicted to be EML4::ALK variant 1 (E13;A20), in frame.",
    );
    report.qc.molecule = Molecule::Dna;
    report.qc.read_length = [96, 96, 96];
    report.bound.rna_fragments_per_million = None;
    report.bound.dna_allele_fraction = Some(0.004);
    report.bound.statement = "A rearrangement of at least 0.4 % of the molecules would have been seen with 95 % probability.".to_owned();
    report.calls = vec![FusionCall {
        molecule: Molecule::Dna,
        five_prime: Side {
            exon: Some(13),
            intron: Some(13),
            region: "intron 13".to_owned(),
            pos: Some(42_299_750),
            named_by: "locus".to_owned(),
            ..eml4()
        },
        three_prime: Side {
            exon: Some(20),
            intron: Some(19),
            region: "intron 19".to_owned(),
            pos: Some(29_223_740),
            named_by: "locus".to_owned(),
            ..alk()
        },
        microhomology: 1,
        five_prime_interval: Some([42_299_749, 42_299_750]),
        three_prime_interval: Some([29_223_740, 29_223_741]),
        supporting_fragments: 78,
        supporting_reads: 90,
        unique_fragments: 75,
        distinct_starts: 60,
        spanning_pairs: 79,
        wild_type_fragments: 310,
        allele_fraction: Some(78.0 / 388.0),
        log10_odds: 120.0,
        sequence_5p: "TGTTTGTTTGTTTTTTGAGATGGAGTTTCACTCTTGTTGCCCAGGCTGGAGTGCAGTGGT".to_owned(),
        sequence_3p: "CTGATTTTTAGCTTTGCATTTACTTTAAATCATGCTTCAATTAAAGACACACCTTCTTTA".to_owned(),
        hgvs_dna: Some("NC_000002.12:g.pter_42299750::NC_000002.12:g.29223740_pterinv".to_owned()),
        ..call()
    }];
    finished(report)
}

/// Line NCI-H3122 again, with a target list and four times the controls' depth over ALK.
pub(crate) fn amplified() -> ReadsReport {
    let mut report = h3122();
    let measured = DepthRatio {
        statement: "ALK's targets are covered 4.00 times as deeply as the panel's other targets (95 % interval 3.20 to 5.00).".to_owned(),
        targets: "targets.bed".to_owned(),
        ratio: Some(4.0),
        log2_ratio: Some(2.0),
        interval: Some([3.2, 5.0]),
        alk_depth: Some(1_200.0),
        control_depth: Some(300.0),
        control_spread: Some(0.41),
        alk_exons: (20..=29).collect(),
        alk_targets: 10,
        control_targets: 220,
        control_targets_without_depth: 2,
        duplicate_share: Some(0.12),
        model: "log2 of medians; GC content is not corrected.".to_owned(),
        ..DepthRatio::default()
    };
    report.findings = vec![Finding {
        kind: FindingKind::Amplification,
        summary: format!("{} An amplification.", measured.statement),
        supporting_fragments: 0,
        unique_fragments: 0,
        exon_from: Some(20),
        exon_to: Some(29),
        in_frame: None,
        statistic: Some(Statistic {
            name: measured.model.clone(),
            value: 4.0,
            p_value: None,
            interval: measured.interval,
        }),
        other_gene: None,
        positions: Vec::new(),
    }];
    report.depth_ratio = Some(measured);
    report
}

/// NPM1-ALK: a translocation, with a warning.
pub(crate) fn npm1() -> ReadsReport {
    let mut report = report(
        "SU-DHL-1",
        Verdict::Rearranged,
        "NPM1::ALK (NPM-ALK p80, N4;A20), in frame, in 5 unique fragments.",
    );
    report.calls = vec![FusionCall {
        name: "NPM1::ALK".to_owned(),
        five_prime: Side {
            exon: Some(4),
            region: "end of exon 4".to_owned(),
            pos: Some(171_391_799),
            cds: Some(352),
            ..side(
                "NPM1",
                "ENST00000296930.10",
                "NM_002520.7",
                "chr5",
                Strand::Forward,
            )
        },
        junction_exons: "N4;A20".to_owned(),
        named_variant: Some("NPM-ALK p80".to_owned()),
        supporting_fragments: 5,
        supporting_reads: 5,
        unique_fragments: 5,
        distinct_starts: 5,
        spanning_pairs: 1,
        wild_type_fragments: 0,
        allele_fraction: Some(1.0),
        log10_odds: 8.4,
        sequence_5p: N4.to_owned(),
        rearrangement: Some(RearrangementClass::Translocation),
        iscn: Some("t(2;5)(p23;q35)".to_owned()),
        hgvs_rna: Some("NM_002520.7:r.?_352::NM_004304.5:r.3173_?".to_owned()),
        protein: Some(ProteinPrediction {
            partner_residues: Some(117),
            alk_first_residue: Some(1058),
            length: Some(680),
            kinase_domain_whole: true,
            oligomerisation: Some("N-terminal oligomerisation domain".to_owned()),
            oligomerisation_kept: Some(true),
            ..ProteinPrediction::default()
        }),
        ..call()
    }];
    report.warnings = vec!["NPM1 has many processed pseudogenes: the partner's sequence fits them as well, its exon border does not.".to_owned()];
    finished(report)
}

/// Two isoforms, one with an insertion, one out of frame.
pub(crate) fn insertion() -> ReadsReport {
    let mut report = report(
        "spike-in",
        Verdict::Rearranged,
        "EML4::ALK (E14;ins58A20), in frame, in 6 unique fragments.",
    );
    let base = FusionCall {
        five_prime: Side {
            exon: Some(14),
            region: "end of exon 14".to_owned(),
            pos: Some(42_301_392),
            cds: Some(1641),
            ..eml4()
        },
        sequence_5p: E14.to_owned(),
        named_variant: None,
        named_variant_status: None,
        ..call()
    };
    report.calls = vec![
        FusionCall {
            junction_exons: "E14;ins58A20".to_owned(),
            inserted: format!("TT{INTRON_19_END}"),
            insertion_origin: vec![
                "2 nt untemplated".to_owned(),
                "56 nt of ALK intron 19".to_owned(),
            ],
            supporting_fragments: 6,
            unique_fragments: 6,
            log10_odds: 9.9,
            hgvs_rna: Some("NM_019063.5:r.?_1641::[58 nt]::NM_004304.5:r.3173_?".to_owned()),
            same_rearrangement_as: vec!["F2".to_owned()],
            ..base.clone()
        },
        FusionCall {
            id: "F2".to_owned(),
            junction_exons: "E14;del12A20".to_owned(),
            in_frame: Some(false),
            three_prime: Side {
                region: "in exon 20, 12 nt after its start".to_owned(),
                pos: Some(29_223_516),
                cds: Some(3185),
                ..alk_exon_20()
            },
            sequence_3p: A20[12..].to_owned(),
            log10_odds: 3.2,
            hgvs_rna: Some("NM_019063.5:r.?_1641::NM_004304.5:r.3185_?".to_owned()),
            same_rearrangement_as: vec!["F1".to_owned()],
            notes: vec![
                "Reviews print this junction as V7; the frame arithmetic refutes it.".to_owned(),
            ],
            ..base
        },
    ];
    finished(report)
}

/// A partner that matches nothing.
pub(crate) fn unresolved() -> ReadsReport {
    let mut report = report(
        "odd",
        Verdict::RearrangedPartnerUnresolved,
        "The 3' part of ALK follows a sequence that matches no known transcript, locus or protein.",
    );
    report.calls = vec![FusionCall {
        name: "?::ALK".to_owned(),
        status: CallStatus::PartnerUnresolved,
        five_prime: Side {
            gene: "?".to_owned(),
            region: "unknown".to_owned(),
            named_by: String::new(),
            ..Side::default()
        },
        junction_exons: "?;A20".to_owned(),
        named_variant: None,
        named_variant_status: None,
        in_frame: None,
        sequence_5p: "ACGTTGCAAGTCCTTAGGCATCGA".to_owned(),
        rearrangement: None,
        iscn: None,
        hgvs_rna: None,
        protein: Some(ProteinPrediction {
            alk_first_residue: Some(1058),
            kinase_domain_whole: true,
            ..ProteinPrediction::default()
        }),
        ..call()
    }];
    finished(report)
}

/// Nothing found where it would have been, one candidate refused.
pub(crate) fn negative() -> ReadsReport {
    let mut report = report(
        "BT474",
        Verdict::NotDetected,
        "No fragment joins ALK to anything else.",
    );
    report.refused = vec![Refusal {
        name: "LTK::ALK".to_owned(),
        reason: "homology".to_owned(),
        explanation:
            "3 fragments fit LTK without a break as well as they fit the junction (odds 1 to 4)."
                .to_owned(),
        five_prime: Side {
            gene: "LTK".to_owned(),
            region: "exon 12".to_owned(),
            ..Side::default()
        },
        three_prime: alk_exon_20(),
        supporting_fragments: 3,
        unique_fragments: 3,
        spanning_pairs: 0,
        log10_odds: -0.6,
        sequence: "CTGCAGGAGCTG".to_owned(),
    }];
    finished(report)
}

/// Too little data for any answer.
pub(crate) fn insufficient() -> ReadsReport {
    let mut report = report(
        "degraded",
        Verdict::Insufficient,
        "Only 3 fragments touch ALK; a fusion would not have been seen.",
    );
    report.bound.statement = "Nothing below 410 junction fragments per million would have been seen with 95 % probability.".to_owned();
    report.bound.rna_fragments_per_million = Some(410.0);
    report.qc.fragments = 7_300;
    report.qc.alk_fragments = 3;
    report.qc.paired = false;
    report.warnings = vec!["7,300 fragments are few: was the whole file given?".to_owned()];
    finished(report)
}

/// Reads of variant 1: a pair whose first read crosses the junction, one whose mate has no place, and a single read.
pub(crate) fn evidence() -> Vec<EvidenceRead> {
    let across = format!("{}{}", &E13[20..], &A20[..40]);
    let crossing = |mate: u8, name: &str, paired: bool| EvidenceRead {
        call: "F1".to_owned(),
        name: name.as_bytes().to_vec(),
        mate,
        paired,
        read: Read {
            bases: across.clone().into_bytes(),
            quals: (0..80).map(|q| q % 41).collect(),
        },
        umi: Some(b"ACGTAC".to_vec()),
        placements: vec![
            // The last 40 bases of EML4 exon 13, and the first 40 of ALK exon 20, which lies on the reverse strand.
            Placement {
                chrom: "chr2".to_owned(),
                reverse: false,
                blocks: vec![(42_295_476, 40)],
                query_start: 0,
            },
            Placement {
                chrom: "chr2".to_owned(),
                reverse: true,
                blocks: vec![(29_223_488, 40)],
                query_start: 0,
            },
        ],
    };
    let mate = EvidenceRead {
        mate: 1,
        read: Read {
            bases: b"ACGTACGTAC".repeat(5),
            quals: Vec::new(),
        },
        placements: vec![Placement {
            chrom: "chr2".to_owned(),
            reverse: false,
            // Over the splice of exons 21 and 20.
            blocks: vec![(29_222_577, 30), (29_223_341, 20)],
            query_start: 0,
        }],
        ..crossing(1, "pair", true)
    };
    let lost = EvidenceRead {
        mate: 1,
        placements: Vec::new(),
        ..crossing(1, "half", true)
    };
    vec![
        crossing(0, "pair", true),
        mate,
        crossing(0, "half", true),
        lost,
        crossing(0, "single", false),
    ]
}

fn variant(
    id: &str,
    name: &str,
    (hgvs_c, hgvs_p, hgvs_g): (&str, &str, &str),
    (pos, reference, alternative): (u64, &str, &str),
    (molecules, depth): (u32, u32),
) -> Variant {
    let share = f64::from(molecules) / f64::from(depth);
    Variant {
        id: id.to_owned(),
        name: name.to_owned(),
        hgvs_c: format!("NM_004304.5:{hgvs_c}"),
        hgvs_p: Some(hgvs_p.to_owned()),
        hgvs_g: format!("NC_000002.12:{hgvs_g}"),
        chrom: "chr2".to_owned(),
        pos,
        reference: reference.to_owned(),
        alternative: alternative.to_owned(),
        exon: Some(23),
        intron: None,
        codon: Some(1_202),
        consequence: Consequence::Missense,
        in_kinase_domain: true,
        catalogued: true,
        depth,
        molecules,
        fragments: u64::from(molecules) + 3,
        forward: molecules / 2,
        reverse: molecules - molecules / 2,
        allele_fraction: (share * 1e4).round() / 1e4,
        allele_fraction_interval: [0.0714, 0.1533],
        expected_errors: 0.0312,
        p_value: 1.2e-40,
        quality: 99,
        origin: VariantOrigin::LikelySomatic,
        origin_reason: "its share is not that of an inherited variant".to_owned(),
        polymorphism: None,
        phase: VariantPhase {
            verdict: PhaseVerdict::OnFusion,
            statement: "5 of 41 molecules of the fusion hold it, 0 of 17 of the wild type"
                .to_owned(),
            fusion_with: 5,
            fusion_without: 36,
            wild_type_with: 0,
            wild_type_without: 17,
        },
    }
}

/// Variant 1 with two mutations in cis, an inherited variant, a refused allele and bounds.
pub(crate) fn mutated() -> ReadsReport {
    let mut report = variant_1();
    let solvent = variant(
        "M1",
        "G1202R",
        ("c.3604G>A", "p.(Gly1202Arg)", "g.29220747C>T"),
        (29_220_747, "C", "T"),
        (30, 287),
    );
    let mut duplication = variant(
        "M2",
        "T1151dup",
        ("c.3451_3453dup", "p.(Thr1151dup)", "g.29222407_29222409dup"),
        (29_222_405, "G", "GCGT"),
        (28, 266),
    );
    duplication.exon = Some(22);
    duplication.codon = Some(1_151);
    duplication.consequence = Consequence::InframeInsertion;
    duplication.phase = VariantPhase {
        verdict: PhaseVerdict::CannotBeTold,
        statement: "cannot be told at this read length: 281 nt from the junction, no molecule with it that shows either allele".to_owned(),
        fusion_with: 0,
        fusion_without: 0,
        wild_type_with: 0,
        wild_type_without: 0,
    };
    let mut inherited = variant(
        "M3",
        "I1461V",
        ("c.4381A>G", "p.(Ile1461Val)", "g.29193706T>C"),
        (29_193_706, "T", "C"),
        (401, 402),
    );
    inherited.exon = Some(29);
    inherited.codon = Some(1_461);
    inherited.in_kinase_domain = false;
    inherited.catalogued = false;
    inherited.origin = VariantOrigin::LikelyGermline;
    inherited.origin_reason = "a known polymorphism".to_owned();
    inherited.polymorphism = Some("rs1670283".to_owned());
    let bound = |codon, residue: &str, depth, share| VariantBound {
        codon,
        residue: residue.to_owned(),
        exon: Some(23),
        depth,
        molecules_needed: 4,
        allele_fraction: share,
    };
    report.small_variants = SmallVariants {
        variants: vec![solvent, duplication, inherited],
        variant_pairs: vec![VariantPair {
            first: "M1".to_owned(),
            second: "M2".to_owned(),
            verdict: PairVerdict::InCis,
            statement: "G1202R and T1151dup: on the same molecules (in cis); of 61 molecules over both places 9 hold both, 0 only G1202R, 0 only T1151dup".to_owned(),
            both: 9,
            first_only: 0,
            second_only: 0,
            neither: 52,
        }],
        refused_variants: vec![RefusedVariant {
            reason: "strand_bias".to_owned(),
            explanation: "20 molecules on one strand and 0 on the other, with the reference 140 and 133 (Fisher's exact test, p = 2.1e-6)".to_owned(),
            name: "G925=".to_owned(),
            hgvs_c: "NM_004304.5:c.2775A>G".to_owned(),
            chrom: "chr2".to_owned(),
            pos: 29_228_924,
            reference: "T".to_owned(),
            alternative: "C".to_owned(),
            depth: 293,
            molecules: 20,
            allele_fraction: 0.068_26,
            expected_errors: 0.04,
            p_value: 1e-30,
        }],
        variant_bounds: vec![
            bound(1_151, "T1151", 266, Some(0.028_7)),
            bound(1_202, "G1202", 287, Some(0.026_6)),
            bound(1_269, "G1269", 3, None),
        ],
        variant_model: "Both ends tell copies of a molecule.".to_owned(),
    };
    report
}
