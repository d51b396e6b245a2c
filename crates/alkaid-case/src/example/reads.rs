//! A hand-made report on reads: a real junction and a real mutation with invented counts.

use alkaid_genome::{RearrangementClass, Strand};
use alkaid_reads::finding::{
    Bound, CallStatus, Consequence, ExonDepth, Finding, FindingKind, FusionCall, InputRecord,
    Molecule, PhaseVerdict, ProteinPrediction, Qc, RESEARCH_USE_ONLY, ReadsReport, SCHEMA_VERSION,
    Side, SmallVariants, Term, Variant, VariantBound, VariantOrigin, VariantPhase, Verdict,
};

use crate::finding::{JunctionRead, JunctionReads, ReadsEvidence};

fn side(gene: &str, transcript: &str, refseq: &str, strand: Strand) -> Side {
    Side {
        gene: gene.to_owned(),
        transcript: Some(transcript.to_owned()),
        refseq: Some(refseq.to_owned()),
        chrom: Some("chr2".to_owned()),
        strand: Some(strand),
        named_by: "transcript".to_owned(),
        ..Side::default()
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
            ..side("EML4", "ENST00000318522.10", "NM_019063.5", Strand::Forward)
        },
        three_prime: Side {
            exon: Some(20),
            region: "start of exon 20".to_owned(),
            pos: Some(29_223_528),
            cds: Some(3173),
            ..side("ALK", "ENST00000389048.8", "NM_004304.5", Strand::Reverse)
        },
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
        sequence_5p: "GAGTCATGCTTATATGGAGCAAAACTACTGTAGAGCCCACACCTGGGAAAGGACCTAAAG".to_owned(),
        sequence_3p: "TGTACCGCCGGAAGCACCAGGAGCTGCAAGCCATGCAGATGGAGCTGCAGAGCCCTGAGT".to_owned(),
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

fn g1202r() -> Variant {
    Variant {
        id: "M1".to_owned(),
        name: "G1202R".to_owned(),
        hgvs_c: "NM_004304.5:c.3604G>A".to_owned(),
        hgvs_p: Some("NP_004295.2:p.(Gly1202Arg)".to_owned()),
        hgvs_g: "NC_000002.12:g.29220747C>T".to_owned(),
        chrom: "chr2".to_owned(),
        pos: 29_220_747,
        reference: "C".to_owned(),
        alternative: "T".to_owned(),
        exon: Some(23),
        intron: None,
        codon: Some(1202),
        consequence: Consequence::Missense,
        in_kinase_domain: true,
        catalogued: true,
        depth: 60,
        molecules: 27,
        fragments: 31,
        forward: 14,
        reverse: 13,
        allele_fraction: 0.45,
        allele_fraction_interval: [0.3212, 0.5839],
        expected_errors: 0.03,
        p_value: 1e-60,
        quality: 99,
        origin: VariantOrigin::LikelySomatic,
        origin_reason: "a catalogued mutation of the kinase".to_owned(),
        polymorphism: None,
        phase: VariantPhase {
            verdict: PhaseVerdict::OnFusion,
            statement: "on the fusion: 4 molecules show both".to_owned(),
            fusion_with: 4,
            fusion_without: 3,
            wild_type_with: 0,
            wild_type_without: 1,
        },
    }
}

/// EML4-ALK variant 1 in RNA, with G1202R on the fusion.
pub(super) fn evidence() -> ReadsEvidence {
    let depth = |number: u16| ExonDepth {
        number,
        mean_depth: if number < 20 {
            0.6 + f64::from(number % 3)
        } else {
            38.0 + f64::from(number % 5)
        },
        reads: if number < 20 { 2 } else { 60 },
    };
    let report = ReadsReport {
        schema_version: SCHEMA_VERSION.to_owned(),
        tool: "alkaid 0.1.0".to_owned(),
        notice: RESEARCH_USE_ONLY.to_owned(),
        sample: "EX-1".to_owned(),
        assembly: "GRCh38".to_owned(),
        bundle: "0123456789abcdef".to_owned(),
        verdict: Verdict::Rearranged,
        summary: "EML4::ALK variant 1 (E13;A20), in frame, in 22 unique fragments. The kinase domain of ALK is whole.".to_owned(),
        calls: vec![call()],
        findings: vec![Finding {
            kind: FindingKind::Imbalance,
            summary: "1,033 fragments from exon 20 on against 12 before it.".to_owned(),
            supporting_fragments: 1_033,
            unique_fragments: 901,
            exon_from: Some(20),
            exon_to: Some(29),
            in_frame: None,
            statistic: None,
            other_gene: None,
            positions: Vec::new(),
        }],
        refused: Vec::new(),
        bound: Bound {
            statement: "A fusion of at least 0.4 junction fragments per million would have been seen with 95 % probability.".to_owned(),
            fragments_needed: 3,
            rna_fragments_per_million: Some(0.4),
            dna_allele_fraction: None,
            model: "Poisson counts of unique fragments, at least 3 needed for a call.".to_owned(),
        },
        small_variants: SmallVariants {
            variants: vec![g1202r()],
            variant_bounds: vec![VariantBound {
                codon: 1196,
                residue: "L1196".to_owned(),
                exon: Some(23),
                depth: 58,
                molecules_needed: 4,
                allele_fraction: Some(0.13),
            }],
            ..SmallVariants::default()
        },
        depth_ratio: None,
        qc: Qc {
            inputs: vec![InputRecord {
                path: "rna_R1.fastq.gz".to_owned(),
                bytes: Some(1_234_567),
            }],
            molecule: Molecule::Rna,
            molecule_reason: "no fragment runs from an exon into an intron".to_owned(),
            fragments: 7_512_546,
            paired: true,
            read_length: [98, 100, 101],
            umi: None,
            alk_fragments: 1_045,
            duplicate_fraction: Some(0.12),
            exons: (1..=29).map(depth).collect(),
            introns: (16..=19)
                .map(|number| ExonDepth {
                    number,
                    mean_depth: 0.5,
                    reads: 2,
                })
                .collect(),
            five_prime_fragments: 12,
            three_prime_fragments: 1_033,
        },
        warnings: Vec::new(),
    };
    let read = |n: u32| JunctionRead {
        five_prime: 88 - 3 * n,
        three_prime: 12 + 3 * n,
        mate: u8::from(n % 2 == 1),
    };
    ReadsEvidence {
        assay: "rna".to_owned(),
        report,
        junction_reads: vec![JunctionReads {
            call: "F1".to_owned(),
            total: 26,
            reads: (0..26).map(read).collect(),
        }],
    }
}
