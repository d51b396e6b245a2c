//! Partners that the caller knows by protein and exon table only.

use alkaid_genome::Bundle;
use alkaid_knowledge::partners;
use alkaid_reads::finding::Verdict;
use alkaid_simulate::{
    Amount, ErrorPlan, FusionPlan, FusionSpec, Layout, ProteinJunction, QualityProfile, ReadPlan,
    SimulationPlan, protein_only_junctions,
};

use crate::case::{run, small_background};
use crate::cases::CaseFile;
use crate::compare::{Comparison, compare, describe};
use crate::pool::{Effort, map};
use crate::tally::{Goals, Tally, ratio, share};

/// Read length, layout, and what the table calls them.
const LIBRARIES: [(u16, Layout, &str); 2] = [
    (100, Layout::Paired, "100 nt paired"),
    (75, Layout::Single, "75 nt single"),
];
/// Residues of the partner before the junction: bins of the table, by their first.
const RESIDUES: [u32; 4] = [1, 8, 16, 32];
/// A 5' part that no gene has: drawn once at random, free of stop codons in ALK's frame.
const NOWHERE: &str = "sequence:ATGGCTTGGCACCGATACGTTTGCAAAGGTCTCGATCCATGGTACCTGAACGGCTTTCGCTGGATTCACGAACCGTGTAAGCTTTGGACG\
                       AGATACCATTGCGGATGGCCTCAAGTCTTCCACTGGAGATGCTATAACGCCTGGCATTTG::ALK:e20";

/// Runs the cases and returns the tables.
///
/// # Errors
/// When a sample cannot be made or read.
pub fn proteins(bundle: &Bundle, effort: Effort, cases: &mut CaseFile) -> anyhow::Result<String> {
    let known: std::collections::BTreeSet<&str> = bundle
        .proteome()
        .proteins
        .iter()
        .map(|protein| protein.gene.as_str())
        .collect();
    let genes: Vec<String> = partners()
        .iter()
        .map(|partner| partner.symbol.to_owned())
        .filter(|gene| known.contains(gene.as_str()))
        .collect();
    let junctions = protein_only_junctions(bundle, &genes);
    let chosen: Vec<(usize, usize)> = (0..junctions.len())
        .flat_map(|junction| (0..LIBRARIES.len()).map(move |library| (junction, library)))
        .filter(|&(junction, library)| effort.takes(junction, library))
        .collect();
    let results = map("proteins", chosen.len(), effort.threads, |index| {
        let (junction, library) = chosen[index];
        let sample = run(
            &plan(
                &junctions[junction].spec,
                library,
                effort.seed_of(junction, library),
            ),
            bundle,
        )?;
        Ok(compare(bundle, &sample.truth.fusions[0], &sample.report))
    })?;
    for (&(junction, library), result) in chosen.iter().zip(&results) {
        let ProteinJunction {
            spec,
            residues,
            table_agrees,
            ..
        } = &junctions[junction];
        let agrees = if *table_agrees {
            "table agrees"
        } else {
            "table differs"
        };
        let conditions = format!("{} {residues} residues, {agrees}", LIBRARIES[library].2);
        cases.comparison(&spec.to_string(), &conditions, result)?;
    }
    let covered: std::collections::BTreeSet<&str> = chosen
        .iter()
        .map(|&(junction, _)| junctions[junction].gene.as_str())
        .collect();
    let mut text = format!(
        "{} of {} partner genes with a protein have an exon end in frame with ALK exon 20 ({} ends, {} samples here from {} genes). \
         The partner's coding sequence is made up: back-translated from its protein with random codons, so that only the \
         protein can name it.\n\n",
        distinct(&junctions),
        genes.len(),
        junctions.len(),
        chosen.len(),
        covered.len()
    );
    let sum = |keep: &dyn Fn(usize, usize) -> bool| {
        let mut tally = Tally::default();
        for (&(junction, library), result) in chosen.iter().zip(&results) {
            if keep(junction, library) {
                tally.add(result);
            }
        }
        tally
    };
    let all = sum(&|_, _| true);
    let agreeing = sum(&|junction, _| junctions[junction].table_agrees);
    let mut goals = Goals::default();
    goals.all("called", all.called, all.cases);
    goals.at_least("partner gene right", share(all.gene, all.cases), 0.99);
    goals.all(
        "exon right where the exon table agrees with the protein",
        agreeing.exon,
        agreeing.cases,
    );
    nowhere(bundle, effort, cases, &mut goals)?;
    text.push_str(&goals.table());
    text.push_str("\n| library, residues before the junction | cases | called | gene | exon | gene, share |\n|---|--:|--:|--:|--:|--:|\n");
    for (library, (_, _, name)) in LIBRARIES.iter().enumerate() {
        for (bin, &first) in RESIDUES.iter().enumerate() {
            let last = RESIDUES.get(bin + 1).map(|next| next - 1);
            let tally = sum(&|junction, own| {
                let residues = junctions[junction].residues;
                own == library && residues >= first && last.is_none_or(|last| residues <= last)
            });
            let range = last.map_or_else(|| format!("≥ {first}"), |last| format!("{first}–{last}"));
            text.push_str(&format!(
                "| {name}, {range} | {} | {} | {} | {} | {} |\n",
                tally.cases,
                tally.called,
                tally.gene,
                tally.exon,
                ratio(share(tally.gene, tally.cases))
            ));
        }
    }
    Ok(text)
}

fn plan(spec: &FusionSpec, library: usize, seed: u64) -> SimulationPlan {
    let (length, layout, _) = LIBRARIES[library];
    SimulationPlan {
        seed,
        fusions: vec![FusionPlan {
            spec: spec.clone(),
            amount: Amount::Supporting(5),
        }],
        reads: ReadPlan {
            length,
            layout,
            ..ReadPlan::default()
        },
        errors: ErrorPlan {
            profile: QualityProfile::Constant(30),
            ..ErrorPlan::default()
        },
        background: small_background(),
        ..SimulationPlan::default()
    }
}

fn distinct(junctions: &[ProteinJunction]) -> usize {
    junctions
        .iter()
        .map(|junction| junction.gene.as_str())
        .collect::<std::collections::BTreeSet<_>>()
        .len()
}

/// The partner that nothing knows.
fn nowhere(
    bundle: &Bundle,
    effort: Effort,
    cases: &mut CaseFile,
    goals: &mut Goals,
) -> anyhow::Result<()> {
    let spec: FusionSpec = NOWHERE.parse()?;
    for (library, (_, _, name)) in LIBRARIES.iter().enumerate() {
        let sample = run(
            &plan(&spec, library, effort.seed_of(usize::MAX, library)),
            bundle,
        )?;
        let junction = sample.truth.fusions[0].junction.as_ref();
        let wanted = junction
            .map(|junction| junction.left_bases.as_str())
            .unwrap_or_default();
        let given = sample
            .report
            .calls
            .first()
            .is_some_and(|call| call.sequence_5p.ends_with(wanted));
        let met = sample.report.verdict == Verdict::RearrangedPartnerUnresolved && given;
        let seen = describe(&sample.report);
        let verdict = serde_json::to_value(sample.report.verdict)?;
        goals.row(
            &format!("partner absent from everything, {name}"),
            &format!(
                "{}, {}",
                verdict.as_str().unwrap_or("?"),
                if given {
                    "sequence given"
                } else {
                    "sequence not given"
                }
            ),
            "rearranged_partner_unresolved, sequence given",
            met,
        );
        let case = Comparison {
            called: met,
            gene: met,
            exon: met,
            breakpoint: met,
            variant: met,
            frame: met,
            seen,
            ..Comparison::default()
        };
        cases.comparison("sequence:…::ALK:e20", name, &case)?;
    }
    Ok(())
}
