//! Single expectations, one row each: isoforms, intragenic changes, other starts, molecular barcodes, odd read lengths.

use alkaid_genome::Bundle;
use alkaid_reads::finding::{Finding, FindingKind, FusionCall, Molecule, Verdict};
use alkaid_simulate::{
    AnchoredPlan, BackgroundPlan, ErrorPlan, Layout, LibraryPlan, QualityProfile, ReadPlan,
    SimulationPlan, UmiPlan,
};

use crate::case::{Sample, run, small_background};
use crate::cases::CaseFile;
use crate::compare::describe;
use crate::pool::{Effort, map};
use crate::tally::Goals;

/// EML4 exon 6 with the 33 bases of exon 6b.
const V3A: &str = "EML4:e6::ALK:e20=8";
const V3B: &str = "EML4:e6::EML4:i6:188-220::ALK:e20=6";

/// A sample, and what must be said of it.
struct Row {
    name: &'static str,
    must: &'static str,
    plan: SimulationPlan,
    check: fn(&Sample) -> (bool, String),
}

/// Runs the rows and returns the table.
///
/// # Errors
/// When a sample cannot be made or read.
pub fn isoforms(bundle: &Bundle, effort: Effort, cases: &mut CaseFile) -> anyhow::Result<String> {
    let rows = rows(effort.seed)?;
    let results = map("isoforms", rows.len(), effort.threads, |index| {
        let sample = run(&rows[index].plan, bundle)?;
        let (met, seen) = (rows[index].check)(&sample);
        Ok((met, seen, describe(&sample.report)))
    })?;
    let mut goals = Goals::default();
    for (row, (met, seen, all)) in rows.iter().zip(&results) {
        goals.row(row.name, seen, row.must, *met);
        let result = if *met { "right" } else { "WRONG" };
        cases.line(&[result, row.name, "", "", "", "", row.must, all])?;
    }
    Ok(goals.table().replacen("goal", "simulated sample", 1))
}

fn rows(seed: u64) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    let mut add = |name,
                   must,
                   specs: &[&str],
                   change: &dyn Fn(&mut SimulationPlan),
                   check|
     -> anyhow::Result<()> {
        let mut plan = base(seed);
        for spec in specs {
            plan.fusions.push(spec.parse()?);
        }
        change(&mut plan);
        rows.push(Row {
            name,
            must,
            plan,
            check,
        });
        Ok(())
    };
    let as_is = |_: &mut SimulationPlan| {};
    add(
        "V3a and V3b of one rearrangement",
        "both named, tied together",
        &[V3A, V3B],
        &as_is,
        both_isoforms,
    )?;
    add(
        "EML4 exon 14 + TT + 56 nt of ALK intron 19",
        "one in-frame call of those bases",
        &["EML4:e14::TT+i19:56::ALK:e20=6"],
        &as_is,
        inserted_bases,
    )?;
    add(
        "V4': EML4 exon 15 less 60 nt, ALK exon 20 from its base 72",
        "V4'",
        &["EML4:e15-60::ALK:e20+71=6"],
        &as_is,
        |s| named(s, "V4'"),
    )?;
    add(
        "reciprocal ALK e19::EML4 e14 alone",
        "a finding, no fusion call",
        &["ALK:e19::EML4:e14=10"],
        &as_is,
        |s| finding(s, FindingKind::Reciprocal, None),
    )?;
    add(
        "ALK exons 2–3 deleted",
        "deletion of exons 2–3, no fusion call",
        &["ALK:e1::ALK:e4=8"],
        &as_is,
        |s| deleted(s, 2, 3),
    )?;
    add(
        "ALK exons 4–11 deleted",
        "deletion of exons 4–11, no fusion call",
        &["ALK:e3::ALK:e12=8"],
        &as_is,
        |s| deleted(s, 4, 11),
    )?;
    add(
        "ALK exons 2–17 deleted",
        "deletion of exons 2–17, no fusion call",
        &["ALK:e1::ALK:e18=8"],
        &as_is,
        |s| deleted(s, 2, 17),
    )?;
    add(
        "ALK-ATI",
        "a finding, no fusion call",
        &["ALK:ati=600f"],
        &no_wild_type,
        |s| finding(s, FindingKind::AlternativeTranscriptionInitiation, None),
    )?;
    add(
        "wild-type ALK, 2,000 fragments",
        "no call and no finding",
        &[],
        &wild_type,
        |s| {
            let report = &s.report;
            let quiet = report.calls.is_empty() && report.findings.is_empty();
            (
                quiet,
                format!(
                    "{} calls, {} findings",
                    report.calls.len(),
                    report.findings.len()
                ),
            )
        },
    )?;
    add(
        "UMI of 8 bases, 60 % PCR copies",
        "unique fragments = truth",
        &["EML4:e13::ALK:e20=20"],
        &umi,
        unique,
    )?;
    add(
        "no UMI, 60 % PCR copies",
        "unique fragments = truth",
        &["EML4:e13::ALK:e20=20"],
        &copies,
        unique,
    )?;
    add(
        "anchored PCR, one end fixed, UMI, 50 % copies",
        "unique fragments = truth",
        &["EML4:e13::ALK:e20=20"],
        &anchored_umi,
        unique,
    )?;
    add(
        "anchored PCR, one end fixed, no UMI",
        "unique fragments ≥ 0.8 × truth",
        &["EML4:e13::ALK:e20=20"],
        &anchored,
        |s| {
            let (unique, truth) = (
                first(s).map_or(0, |call| call.unique_fragments),
                s.truth.fusions[0].unique_supporting_fragments,
            );
            (
                f64::from(unique) >= 0.8 * truth as f64,
                format!("{unique} of {truth}"),
            )
        },
    )?;
    add(
        "reads of 36 nt, single",
        "EML4::ALK V1",
        &["EML4:e13::ALK:e20=10"],
        &|p| length(p, 36, Layout::Single),
        |s| named(s, "V1"),
    )?;
    add(
        "reads of 36 nt, paired",
        "EML4::ALK V1",
        &["EML4:e13::ALK:e20=10"],
        &|p| length(p, 36, Layout::Paired),
        |s| named(s, "V1"),
    )?;
    add(
        "reads of 300 nt, paired",
        "EML4::ALK V1",
        &["EML4:e13::ALK:e20=5"],
        &|p| length(p, 300, Layout::Paired),
        |s| named(s, "V1"),
    )?;
    add(
        "reads of 300 nt, single",
        "EML4::ALK V1",
        &["EML4:e13::ALK:e20=5"],
        &|p| length(p, 300, Layout::Single),
        |s| named(s, "V1"),
    )?;
    add(
        "out-of-frame junction EML4 e14::ALK e20",
        "called, said to be out of frame",
        &["EML4:e14::ALK:e20=8"],
        &as_is,
        |s| {
            let frame = first(s).and_then(|call| call.in_frame);
            (
                frame == Some(false),
                first(s).map_or_else(
                    || "no call".into(),
                    |call| format!("{}, in frame: {frame:?}", call.name),
                ),
            )
        },
    )?;
    add(
        "fields of a report on RNA",
        "GRCh38, RNA, V1, HGVS, ISCN, kinase whole",
        &["EML4:e13::ALK:e20=8"],
        &as_is,
        fields,
    )?;
    Ok(rows)
}

fn base(seed: u64) -> SimulationPlan {
    SimulationPlan {
        seed,
        errors: ErrorPlan {
            profile: QualityProfile::Constant(30),
            ..ErrorPlan::default()
        },
        background: BackgroundPlan {
            fragments: 4_000,
            ..small_background()
        },
        ..SimulationPlan::default()
    }
}

fn no_wild_type(plan: &mut SimulationPlan) {
    plan.background.wild_type_alk = 0.0;
}

fn wild_type(plan: &mut SimulationPlan) {
    plan.background.wild_type_alk = 0.5;
}

fn copies(plan: &mut SimulationPlan) {
    plan.library.duplicates = 0.6;
}

fn umi(plan: &mut SimulationPlan) {
    plan.library = LibraryPlan {
        umi: Some(UmiPlan::default()),
        duplicates: 0.6,
        anchored: None,
    };
}

fn anchored(plan: &mut SimulationPlan) {
    plan.library.anchored = Some(AnchoredPlan::default());
    plan.reads = ReadPlan {
        length: 150,
        ..ReadPlan::default()
    };
}

fn anchored_umi(plan: &mut SimulationPlan) {
    anchored(plan);
    plan.library.umi = Some(UmiPlan::default());
    plan.library.duplicates = 0.5;
}

fn length(plan: &mut SimulationPlan, length: u16, layout: Layout) {
    plan.reads = ReadPlan {
        length,
        layout,
        ..ReadPlan::default()
    };
    if length == 300 {
        plan.reads.fragment_mean = 450;
    }
}

fn first(sample: &Sample) -> Option<&FusionCall> {
    sample.report.calls.first()
}

fn names(sample: &Sample) -> String {
    let names: Vec<String> = sample
        .report
        .calls
        .iter()
        .map(|call| {
            format!(
                "{} {} {}",
                call.name,
                call.junction_exons,
                call.named_variant.as_deref().unwrap_or("unnamed")
            )
        })
        .collect();
    if names.is_empty() {
        "no call".to_owned()
    } else {
        names.join("; ")
    }
}

fn named(sample: &Sample, variant: &str) -> (bool, String) {
    let calls = &sample.report.calls;
    (
        calls.len() == 1 && calls[0].named_variant.as_deref() == Some(variant),
        names(sample),
    )
}

fn both_isoforms(sample: &Sample) -> (bool, String) {
    let calls = &sample.report.calls;
    let find = |name: &str| {
        calls
            .iter()
            .find(|call| call.named_variant.as_deref() == Some(name))
    };
    let tied = find("V3a").zip(find("V3b")).is_some_and(|(a, b)| {
        a.same_rearrangement_as.contains(&b.id) && b.same_rearrangement_as.contains(&a.id)
    });
    (tied && calls.len() == 2, names(sample))
}

fn inserted_bases(sample: &Sample) -> (bool, String) {
    let met = sample.report.calls.len() == 1
        && first(sample).is_some_and(|call| {
            call.in_frame == Some(true)
                && call.inserted == "TT"
                && call
                    .insertion_origin
                    .iter()
                    .any(|origin| origin == "56 nt of ALK intron 19")
                && call.five_prime.exon == Some(14)
        });
    (met, names(sample))
}

fn finding(sample: &Sample, kind: FindingKind, exons: Option<(u16, u16)>) -> (bool, String) {
    let report = &sample.report;
    let right = |finding: &&Finding| {
        finding.kind == kind
            && exons.is_none_or(|(from, to)| {
                (finding.exon_from, finding.exon_to) == (Some(from), Some(to))
            })
    };
    let found = report.findings.iter().find(right);
    // Molecules without a junction (ALK-ATI) have no ceiling.
    let truth = &sample.truth.fusions[0];
    let ceiling = truth.junction.as_ref().map(|_| truth.ceiling);
    let counted = found.map_or(0, |found| found.supporting_fragments);
    let enough = ceiling.is_none_or(|ceiling| f64::from(counted) >= 0.95 * ceiling as f64);
    let of = ceiling.map_or_else(String::new, |ceiling| format!(" of a ceiling of {ceiling}"));
    let fragments = found.map_or_else(
        || "not found".to_owned(),
        |_| format!("found, {counted} fragments{of}"),
    );
    (
        found.is_some() && enough && report.calls.is_empty(),
        format!("{fragments}; {} fusion calls", report.calls.len()),
    )
}

fn deleted(sample: &Sample, from: u16, to: u16) -> (bool, String) {
    finding(sample, FindingKind::IntragenicDeletion, Some((from, to)))
}

fn unique(sample: &Sample) -> (bool, String) {
    let truth = sample.truth.fusions[0].unique_supporting_fragments;
    let supporting = sample.truth.fusions[0].supporting_fragments;
    let Some(call) = first(sample) else {
        return (false, "no call".to_owned());
    };
    (
        u64::from(call.unique_fragments) == truth && sample.report.calls.len() == 1,
        format!(
            "{} unique of {truth}, {} fragments of {supporting}",
            call.unique_fragments, call.supporting_fragments
        ),
    )
}

fn fields(sample: &Sample) -> (bool, String) {
    let report = &sample.report;
    let Some(call) = first(sample) else {
        return (false, "no call".to_owned());
    };
    let checks = [
        ("verdict", report.verdict == Verdict::Rearranged),
        ("assembly", report.assembly == "GRCh38"),
        ("molecule", report.qc.molecule == Molecule::Rna),
        ("variant", call.named_variant.as_deref() == Some("V1")),
        ("junction", call.junction_exons == "E13;A20"),
        (
            "5' position",
            call.five_prime.chrom.as_deref() == Some("chr2")
                && call.five_prime.pos == Some(42_295_516),
        ),
        ("3' position", call.three_prime.pos == Some(29_223_528)),
        (
            "HGVS",
            call.hgvs_rna.as_deref() == Some("NM_019063.5:r.?_1489::NM_004304.5:r.3173_?"),
        ),
        ("ISCN", call.iscn.as_deref() == Some("inv(2)(p21p23)")),
        (
            "kinase",
            call.protein
                .as_ref()
                .is_some_and(|protein| protein.kinase_domain_whole),
        ),
        (
            "transmembrane",
            call.protein
                .as_ref()
                .is_some_and(|protein| !protein.alk_transmembrane_kept),
        ),
    ];
    let wrong: Vec<&str> = checks
        .iter()
        .filter(|(_, right)| !right)
        .map(|(name, _)| *name)
        .collect();
    let hgvs = call.hgvs_rna.as_deref().unwrap_or("no HGVS");
    (
        wrong.is_empty(),
        if wrong.is_empty() {
            format!("all, {hgvs}")
        } else {
            format!("wrong: {} ({hgvs})", wrong.join(", "))
        },
    )
}
