//! A report filled by hand, for tests and for work on pages: every part of [`CaseReport`] is there.
//!
//! The numbers are invented and belong to no sample; the program never shows them.

mod reads;

use crate::finding::{
    AssayFinding, AssayKind, AssayState, BypassSummary, CASE_VERSION, CaseReport, Citation,
    ClassPosterior, Contribution, Discordance, DrugApproval, DrugEvidence, DrugOutlook, Estimate,
    FishCall, FishEvidence, FishNucleus, FishOrigin, FishPatternCounts, Follows, FusionSummary,
    IhcCall, IhcEvidence, IhcOrigin, IhcPattern, InputFile, Joint, JointStatus, LatentClass,
    MaterialLeft, Measure, MutationSummary, NOTICE, NextTest, ParameterRow, PathwayConsequence,
    PathwayOutput, PotencyCell, Prior, Provenance, ReaderScore, Sample, Sentence, TestOutcome,
    Treatment,
};

/// EML4-ALK variant 1 with G1202R after alectinib: RNA, FISH and IHC agree; copy numbers show MET.
pub fn example() -> CaseReport {
    CaseReport {
        case_version: CASE_VERSION.to_owned(),
        tool: "alkaid 0.1.0".to_owned(),
        notice: NOTICE.to_owned(),
        sample: sample(),
        status: JointStatus::Rearranged,
        answer: vec![
            says(
                "ALK is rearranged (probability 0.9998, 95 % interval 0.9990 to 1.0000), by RNA sequencing, FISH and immunohistochemistry.",
                &[],
            ),
            says(
                "The fusion is EML4::ALK V1 (E13;A20), in frame, with the mutation G1202R on it.",
                &[],
            ),
            says(
                "After alectinib, the evidence on G1202R supports lorlatinib (cells) and speaks against alectinib.",
                &[5, 6],
            ),
        ],
        assays: assays(),
        joint: joint(),
        discordances: vec![discordance()],
        next_tests: vec![next_test()],
        follows: follows(),
        treatments: vec![Treatment {
            drug: "alectinib".to_owned(),
            start: Some("2024-03-01".to_owned()),
            end: Some("2026-01-20".to_owned()),
            at_sampling: Some(false),
            best_response: Some("PR".to_owned()),
            progressed: true,
            note: None,
        }],
        reads: vec![reads::evidence()],
        fish: Some(fish()),
        ihc: Some(ihc()),
        tables: None,
        bench: None,
        citations: citations(),
        warnings: vec!["this is an example filled by hand; it belongs to no sample".to_owned()],
        provenance: Provenance {
            version: "0.1.0".to_owned(),
            assembly: "GRCh38".to_owned(),
            bundle: "0123456789abcdef".to_owned(),
            knowledge: "2026-11-22".to_owned(),
            as_of: "2026-11-22".to_owned(),
            manifest: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
            inputs: vec![InputFile {
                assay: "rna".to_owned(),
                path: "rna_R1.fastq.gz".to_owned(),
                bytes: 1_234_567,
                sha256: "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
                    .to_owned(),
            }],
        },
    }
}

fn says(text: &str, cites: &[u32]) -> Sentence {
    Sentence {
        text: text.to_owned(),
        cites: cites.to_vec(),
    }
}

const fn about(value: f64, low: f64, high: f64) -> Estimate {
    Estimate { value, low, high }
}

fn sample() -> Sample {
    Sample {
        id: "EX-1".to_owned(),
        patient: Some("EX".to_owned()),
        simulated: true,
        tumour: Some("NSCLC".to_owned()),
        tumour_as_given: Some("lung adenocarcinoma".to_owned()),
        site: Some("pleura".to_owned()),
        material: Some("ffpe".to_owned()),
        tumour_content: Some(0.4),
        collected: Some("2026-02-10".to_owned()),
        diagnosed: Some("2024-02-01".to_owned()),
        left: Some(MaterialLeft {
            sections: Some(6),
            rna_ng: Some(40.0),
            dna_ng: None,
        }),
        note: None,
    }
}

fn assays() -> Vec<AssayFinding> {
    let row = |id: &str, kind, title: &str, state, finding: &str, uncertainty: &str| AssayFinding {
        id: id.to_owned(),
        kind,
        title: title.to_owned(),
        state,
        finding: says(finding, &[]),
        uncertainty: uncertainty.to_owned(),
        measure: None,
        outcome: None,
        why_not_counted: None,
        date: None,
        error: None,
        notes: Vec::new(),
    };
    vec![
        AssayFinding {
            measure: Some(Measure {
                name: "unique fragments across the junction".to_owned(),
                value: 22.0,
                interval: None,
                unit: "fragments".to_owned(),
                line: Some(3.0),
            }),
            outcome: Some("fusion with a named partner".to_owned()),
            ..row(
                "rna",
                AssayKind::RnaReads,
                "RNA sequencing",
                AssayState::Positive,
                "EML4::ALK V1 (E13;A20), in frame, 22 unique fragments; G1202R in 45 % of molecules",
                "log10 odds 31.2 against artefacts",
            )
        },
        AssayFinding {
            measure: Some(Measure {
                name: "nuclei positive".to_owned(),
                value: 0.58,
                interval: Some([0.432, 0.718]),
                unit: "share".to_owned(),
                line: Some(0.15),
            }),
            outcome: Some("clearly positive".to_owned()),
            ..row(
                "fish",
                AssayKind::Fish,
                "Break-apart FISH",
                AssayState::Positive,
                "29 of 50 nuclei positive (58 %): 24 split, 5 isolated red",
                "43 to 72 % of nuclei (95 %)",
            )
        },
        AssayFinding {
            measure: Some(Measure {
                name: "H-score".to_owned(),
                value: 270.0,
                interval: None,
                unit: "H-score".to_owned(),
                line: None,
            }),
            outcome: Some("positive".to_owned()),
            ..row(
                "ihc",
                AssayKind::Ihc,
                "Immunohistochemistry (D5F3)",
                AssayState::Positive,
                "strong granular cytoplasmic staining, 3+, H-score 270",
                "a pathologist's score; no interval",
            )
        },
        AssayFinding {
            why_not_counted: Some("says nothing for or against a rearrangement of ALK".to_owned()),
            ..row(
                "copy_number",
                AssayKind::CopyNumber,
                "Copy numbers",
                AssayState::Informative,
                "MET gained: 4.6 copies",
                "as the caller states it",
            )
        },
        AssayFinding {
            error: Some(
                "cells.tsv, line 3: 9 fields, the header has 10; make the table again".to_owned(),
            ),
            why_not_counted: Some("it failed".to_owned()),
            ..row(
                "expression",
                AssayKind::Expression,
                "Expression",
                AssayState::Failed,
                "could not be read",
                "none",
            )
        },
    ]
}

fn joint() -> Joint {
    let posteriors = [
        (0.026, about(0.9960, 0.9890, 0.9990)),
        (0.004, about(0.0038, 0.0005, 0.0110)),
        (0.001, about(0.0000, 0.0000, 0.0001)),
        (0.010, about(0.0001, 0.0000, 0.0006)),
        (0.959, about(0.0001, 0.0000, 0.0004)),
    ];
    Joint {
        rearranged: about(0.9998, 0.9990, 1.0),
        driver: about(0.9998, 0.9990, 1.0),
        classes: LatentClass::ALL
            .into_iter()
            .zip(posteriors)
            .map(|(class, (prior, posterior))| ClassPosterior {
                class,
                meaning: class.meaning().to_owned(),
                prior,
                posterior,
            })
            .collect(),
        prior: Prior {
            rearranged: about(0.031, 0.029, 0.034),
            statement: says("675 of 21,522 NSCLC (3.1 %) have a rearranged ALK.", &[1]),
        },
        contributions: [
            (
                "rna",
                "fusion with a named partner",
                about(800.0, 200.0, 9_000.0),
                about(0.9990, 0.9900, 1.0),
            ),
            (
                "fish",
                "clearly positive",
                about(210.0, 90.0, 700.0),
                about(0.9995, 0.9970, 1.0),
            ),
            (
                "ihc",
                "positive",
                about(42.0, 20.0, 110.0),
                about(0.9997, 0.9980, 1.0),
            ),
        ]
        .into_iter()
        .map(|(assay, outcome, likelihood_ratio, without)| Contribution {
            assay: assay.to_owned(),
            outcome: outcome.to_owned(),
            likelihoods: vec![0.95, 0.9, 0.02, 0.001, 0.001],
            likelihood_ratio,
            without,
        })
        .collect(),
        upper_line: 0.95,
        lower_line: 0.05,
        model: "One of five classes holds; assays are independent given the class.".to_owned(),
        parameters: vec![ParameterRow {
            row: "outcomes:ihc_productive".to_owned(),
            says: "IHC positive, if productive".to_owned(),
            probability: about(0.97, 0.93, 0.98),
            cite: 2,
            status: "sourced".to_owned(),
        }],
        parameters_say: "1 of 1 parameters was read in a source".to_owned(),
        draws: 4_000,
        seed: 20_071,
    }
}

fn discordance() -> Discordance {
    Discordance {
        rule: "fish_single_red".to_owned(),
        title: "Isolated red signals beside splits".to_owned(),
        assays: vec!["fish".to_owned()],
        explanation: says(
            "Isolated red signals at a low share are confirmed less often than splits: 4 of 10 against 12 of 15.",
            &[3],
        ),
        here: says(
            "Here 5 of 29 positive nuclei show them, and the share of positive nuclei is high; RNA and IHC agree.",
            &[],
        ),
        probability: Some(about(0.0, 0.0, 0.0001)),
        advice: says(
            "Count 50 further nuclei if the share were near the cut-off.",
            &[3],
        ),
        next_test: Some("dna".to_owned()),
    }
}

fn next_test() -> NextTest {
    NextTest {
        test: "dna".to_owned(),
        title: "DNA sequencing (panel that tiles ALK's introns)".to_owned(),
        bits: 0.002,
        settles: 0.999,
        outcomes: vec![
            TestOutcome {
                outcome: "breakpoint with a gene".to_owned(),
                probability: 0.88,
                rearranged: 0.9999,
            },
            TestOutcome {
                outcome: "nothing found".to_owned(),
                probability: 0.12,
                rearranged: 0.998,
            },
        ],
        feasible: None,
        material: "needs about 50 ng of DNA; how much is left is not known".to_owned(),
        cites: vec![4],
    }
}

fn follows() -> Follows {
    let outlook =
        |drug: &str, generation, verdict: &str, reason: &str, direction: &str, given| DrugOutlook {
            drug: drug.to_owned(),
            generation: Some(generation),
            verdict: verdict.to_owned(),
            level: Some("cells".to_owned()),
            reason: says(reason, &[5]),
            disagreement: None,
            given_before: given,
            approvals: vec![DrugApproval {
                agency: "FDA".to_owned(),
                state: "approved".to_owned(),
                since: Some("2021-03-03".to_owned()),
            }],
            evidence: vec![DrugEvidence {
                level: "cells".to_owned(),
                direction: direction.to_owned(),
                text: reason.to_owned(),
                cite: 5,
            }],
        };
    let cell = |drug: &str, mutations: &str, nanomolar, fold| PotencyCell {
        drug: drug.to_owned(),
        mutations: mutations.to_owned(),
        dataset: "example".to_owned(),
        relation: None,
        nanomolar,
        fold,
        cite: 5,
    };
    Follows {
        fusion: Some(FusionSummary {
            assay: "rna".to_owned(),
            call: "F1".to_owned(),
            name: "EML4::ALK".to_owned(),
            variant: Some("V1".to_owned()),
            junction: "E13;A20".to_owned(),
            in_frame: Some(true),
            unique_fragments: 22,
            allele_fraction: Some(about(0.89, 0.71, 0.98)),
            partner_known: true,
            isoforms: Vec::new(),
            also_in: Vec::new(),
        }),
        other_fusions: Vec::new(),
        mutations: vec![MutationSummary {
            name: "G1202R".to_owned(),
            assays: vec!["rna".to_owned()],
            hgvs_c: Some("NM_004304.5:c.3604G>A".to_owned()),
            hgvs_p: Some("NP_004295.2:p.(Gly1202Arg)".to_owned()),
            allele_fraction: Some(about(0.45, 0.32, 0.58)),
            molecules: Some([27, 60]),
            phase: Some("on the fusion: 4 molecules show both".to_owned()),
            catalogued: true,
            likely_germline: false,
        }],
        bypass: vec![BypassSummary {
            gene: "MET".to_owned(),
            event: "amplification".to_owned(),
            what: "MET 12.4 copies".to_owned(),
            assay: "copy_number".to_owned(),
            cites: vec![7],
        }],
        variant: vec![says("V1 joins EML4 exon 13 to ALK exon 20.", &[4])],
        mutation_facts: vec![says("G1202R lies at the solvent front.", &[5])],
        mechanism: vec![says(
            "EML4's coiled coil makes the kinase trimerise and switch itself on.",
            &[4],
        )],
        inhibitors: vec![
            outlook(
                "lorlatinib",
                3,
                "supported",
                "acts on cells with G1202R",
                "for",
                false,
            ),
            outlook(
                "alectinib",
                2,
                "refuted",
                "does not act on cells with G1202R",
                "against",
                true,
            ),
        ],
        inhibitor_rule: "The closest fit decides, then the strongest level.".to_owned(),
        inhibitor_notes: Vec::new(),
        potencies: vec![
            cell("lorlatinib", "unmutated", 1.5, None),
            cell("lorlatinib", "G1202R", 37.0, Some(24.7)),
            cell("alectinib", "unmutated", 11.4, None),
            cell("alectinib", "G1202R", 706.6, Some(62.0)),
        ],
        pathway: Some(PathwayConsequence {
            statements: vec![says(
                "Under lorlatinib at 100 nM the model's ERK falls to a fifth.",
                &[8],
            )],
            outputs: vec![PathwayOutput {
                condition: "lorlatinib 100 nM".to_owned(),
                node: "ERK".to_owned(),
                activity: about(0.2, 0.1, 0.4),
            }],
            model: "ensemble of parameter draws".to_owned(),
        }),
    }
}

fn fish() -> FishEvidence {
    let nucleus = |id, pattern: &str, caption: &str| FishNucleus {
        id,
        pattern: pattern.to_owned(),
        doubt: 0.1,
        image: None,
        caption: caption.to_owned(),
    };
    FishEvidence {
        assay: "fish".to_owned(),
        origin: FishOrigin::Images,
        probe: Some("vysis".to_owned()),
        counts: FishPatternCounts {
            fused: 20,
            split: 24,
            isolated_red: 5,
            isolated_green: 1,
        },
        scored: 50,
        positive: 29,
        fraction: about(0.58, 0.432, 0.718),
        cut_off: 0.15,
        call: FishCall::Positive,
        rule: "29 of 50 nuclei positive, more than 25: positive without a second count".to_owned(),
        above_cut_off: 1.0,
        copies: Some(2.1),
        polyploid: false,
        readers: vec![ReaderScore {
            reader: "reader 1".to_owned(),
            score: "29 of 50 positive".to_owned(),
        }],
        gallery: vec![
            nucleus(7, "split", "1 fused, 1 red and 1 green, 2.4 µm apart"),
            nucleus(12, "isolated red", "1 fused and 1 red"),
        ],
        colours: Some(
            "red the 3' side of ALK, green the 5' side, blue the nuclei (DAPI)".to_owned(),
        ),
        warnings: Vec::new(),
    }
}

fn ihc() -> IhcEvidence {
    IhcEvidence {
        assay: "ihc".to_owned(),
        origin: IhcOrigin::Pathologist,
        clone: Some("D5F3".to_owned()),
        intensity: Some(3),
        h_score: Some(270.0),
        stained: Some(0.9),
        call: IhcCall::Positive,
        rule: "D5F3: strong granular cytoplasmic staining in any tumour cell is positive"
            .to_owned(),
        pattern: Some(IhcPattern::Granular),
        pattern_suggests: None,
        readers: Vec::new(),
        image: None,
        warnings: Vec::new(),
    }
}

fn citations() -> Vec<Citation> {
    [
        (
            "prevalence:nsclc_cgp",
            "Ross 2017, Oncologist 22:1444",
            "2017",
        ),
        (
            "outcomes:ihc_productive",
            "Ma 2016, Oncotarget 7:70128",
            "2016",
        ),
        ("detection:fish_pattern_single", "PMC5347743", "2017"),
        ("variants:v1", "example", "2007"),
        ("potency:example", "example", "2016"),
        ("civic:example", "example", "2016"),
        ("bypass_lines:example", "example", "2020"),
        ("pathway:example", "example", "2020"),
    ]
    .into_iter()
    .zip(1..)
    .map(|((row, source, date), number)| Citation {
        number,
        row: row.to_owned(),
        source: source.to_owned(),
        date: Some(date.to_owned()),
        status: "sourced".to_owned(),
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_reads_back_as_written() {
        let text = serde_json::to_string(&example()).unwrap();
        let back: CaseReport = serde_json::from_str(&text).unwrap();
        assert!(serde_json::to_string(&back).unwrap() == text);
    }

    #[test]
    fn every_source_that_the_example_names_is_listed() {
        let report = example();
        for sentence in report.answer.iter().chain(&report.follows.variant) {
            for number in &sentence.cites {
                assert!(report.citation(*number).is_some(), "{number}");
            }
        }
        assert!(report.assay("fish").is_some());
        assert!(report.assay("dna").is_none());
    }
}
