//! `alkaid explain` and `alkaid inhibitors`: spellings, time to an answer, and calls that the clinic knows.

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use alkaid_knowledge::query::parse;
use anyhow::{Context, ensure};
use serde_json::Value;

use crate::cases::CaseFile;
use crate::process::children_cpu;

/// The table that the tests of `alkaid-knowledge` check: text, kind, expectation.
const SPELLINGS: &str = include_str!("../../alkaid-knowledge/tests/spellings.tsv");
/// Start-up included, as the goal asks.
const GOAL: Duration = Duration::from_millis(50);
/// Each question is asked so often; the first time warms the page cache and is left out.
const REPEATS: usize = 21;

/// One question of each kind, the slow ones among them: two breakpoints need all genes and both builds.
const QUESTIONS: [(&str, &str); 14] = [
    ("gene", "ALK"),
    ("gene, not of ALK", "BRCA1"),
    ("fusion", "EML4-ALK"),
    ("named variant", "EML4::ALK v3a"),
    ("exons", "KIF5B exon 15 - ALK exon 20"),
    ("HGVS fusion", "NM_019063.5:r.?_1489::NM_004304.5:r.3173_?"),
    ("breakpoints", "chr2:42299750 chr2:29223740"),
    ("breakpoints, GRCh37", "2:42522656-2:29446394 hg19"),
    ("mutation", "G1202R"),
    ("genomic change", "chr2:29220747C>T"),
    ("compound", "C1156Y/L1198F"),
    ("drug", "lorlatinib"),
    ("tumour type", "NSCLC"),
    ("trial", "CROWN"),
];

/// A case that the clinic knows.
struct Known {
    mutations: &'static [&'static str],
    /// Drugs given before.
    prior: &'static [&'static str],
    drug: &'static str,
    verdict: &'static str,
    /// The level of evidence; empty where any will do.
    level: &'static str,
    /// The publication behind it.
    source: &'static str,
}

const KNOWN: [Known; 10] = [
    Known {
        mutations: &["G1202R"],
        prior: &["alectinib"],
        drug: "lorlatinib",
        verdict: "supported",
        level: "trial",
        source: "Shaw 2019, PMID 30892989",
    },
    Known {
        mutations: &["G1202R"],
        prior: &["alectinib"],
        drug: "alectinib",
        verdict: "refuted",
        level: "",
        source: "Fontana 2015, PMID 25727400",
    },
    Known {
        mutations: &["C1156Y", "L1198F"],
        prior: &["lorlatinib"],
        drug: "lorlatinib",
        verdict: "refuted",
        level: "case",
        source: "Shaw 2016, PMID 26698910",
    },
    Known {
        mutations: &["C1156Y", "L1198F"],
        prior: &["lorlatinib"],
        drug: "crizotinib",
        verdict: "supported",
        level: "case",
        source: "Shaw 2016, PMID 26698910",
    },
    Known {
        mutations: &["I1171N"],
        prior: &["alectinib"],
        drug: "alectinib",
        verdict: "refuted",
        level: "case",
        source: "Ou 2014, PMID 25393796",
    },
    Known {
        mutations: &["I1171N"],
        prior: &["alectinib"],
        drug: "ceritinib",
        verdict: "supported",
        level: "case",
        source: "PMID 25228534",
    },
    Known {
        mutations: &["F1174C"],
        prior: &["ceritinib"],
        drug: "ceritinib",
        verdict: "refuted",
        level: "case",
        source: "Lin 2017, Cancer Discov 7:137",
    },
    Known {
        mutations: &["G1269A"],
        prior: &["crizotinib"],
        drug: "crizotinib",
        verdict: "refuted",
        level: "case",
        source: "Doebele 2012, PMID 22235099",
    },
    Known {
        mutations: &["G1202R", "L1196M"],
        prior: &["lorlatinib"],
        drug: "lorlatinib",
        verdict: "refuted",
        level: "cells",
        source: "Yoda 2018, PMID 29650534",
    },
    Known {
        mutations: &["L1196M"],
        prior: &["crizotinib"],
        drug: "crizotinib",
        verdict: "refuted",
        level: "case",
        source: "Choi 2010, PMID 20979473",
    },
];

/// All three tables.
///
/// # Errors
/// When the program cannot be run or prints what is no JSON.
pub fn explain(program: &Path, cases: &mut CaseFile) -> anyhow::Result<String> {
    let mut out = String::new();
    spellings(&mut out, cases)?;
    latency(program, &mut out)?;
    known(program, &mut out, cases)?;
    Ok(out)
}

fn spellings(out: &mut String, cases: &mut CaseFile) -> anyhow::Result<()> {
    let rows: Vec<Vec<&str>> = SPELLINGS
        .lines()
        .filter(|line| !line.starts_with('#'))
        .skip(1)
        .map(|line| line.split('\t').collect())
        .collect();
    let mut kinds: Vec<&str> = rows.iter().map(|row| row[1]).collect();
    kinds.sort_unstable();
    kinds.dedup();
    writeln!(out, "| spelling of | spellings | right |\n|---|---|---|")?;
    let mut wrong = 0;
    for kind in kinds {
        let own = rows.iter().filter(|row| row[1] == kind);
        let (mut all, mut right) = (0, 0);
        for row in own {
            all += 1;
            let (seen, fits) = match parse(row[0]) {
                Ok(asked) => {
                    let name = asked.query.to_string();
                    let fits = asked.query.kind() == kind && name == row[2];
                    (name, fits)
                }
                Err(error) => {
                    let message = error.to_string();
                    let fits = kind == "refused" && message.contains(row[2]);
                    (message, fits)
                }
            };
            right += usize::from(fits);
            let result = if fits { "right" } else { "WRONG" };
            cases.line(&[result, "spelling", kind, "", "", "", row[2], &seen])?;
        }
        wrong += all - right;
        let name = match kind {
            "refused" => "something wrong, refused with the right words",
            kind => kind,
        };
        writeln!(out, "| {name} | {all} | {right} |")?;
    }
    goal(
        out,
        "every spelling is read as what it means or refused with the right suggestion",
        wrong == 0,
    )
}

fn latency(program: &Path, out: &mut String) -> anyhow::Result<()> {
    writeln!(
        out,
        "\n| question | of kind | median, ms | longest, ms | CPU, ms |\n|---|---|---|---|---|"
    )?;
    let mut longest_of_all = Duration::ZERO;
    for (kind, question) in QUESTIONS {
        let mut times = Vec::new();
        let mut before = 0.0;
        for turn in 0..REPEATS {
            if turn == 1 {
                before = children_cpu()?;
            }
            let start = Instant::now();
            let status = Command::new(program)
                .args(["explain", question])
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .status()
                .with_context(|| format!("cannot run {}", program.display()))?;
            ensure!(status.success(), "{question}: alkaid explain failed");
            if turn > 0 {
                times.push(start.elapsed());
            }
        }
        // The kernel counts in hundredths of a second: only the sum over all turns says something.
        let cpu = (children_cpu()? - before) / times.len() as f64;
        times.sort_unstable();
        let (median, longest) = (times[times.len() / 2], times[times.len() - 1]);
        longest_of_all = longest_of_all.max(longest);
        let ms = |time: Duration| format!("{:.1}", time.as_secs_f64() * 1e3);
        writeln!(
            out,
            "| `{question}` | {kind} | {} | {} | {:.0} |",
            ms(median),
            ms(longest),
            cpu * 1e3
        )?;
    }
    goal(
        out,
        "any answer within 50 ms, start-up included",
        longest_of_all < GOAL,
    )
}

fn known(program: &Path, out: &mut String, cases: &mut CaseFile) -> anyhow::Result<()> {
    writeln!(
        out,
        "\n| EML4-ALK with | after | drug | known | from | said | rows |\n|---|---|---|---|---|---|---|"
    )?;
    let mut all_right = true;
    for Known {
        mutations,
        prior,
        drug,
        verdict,
        level,
        source,
    } in KNOWN
    {
        let mut command = Command::new(program);
        command.args(["inhibitors", "--json", "--fusion", "EML4-ALK"]);
        for mutation in mutations {
            command.args(["--mutation", mutation]);
        }
        for before in prior {
            command.args(["--prior", before]);
        }
        let output = command
            .output()
            .with_context(|| format!("cannot run {}", program.display()))?;
        ensure!(
            output.status.success(),
            "alkaid inhibitors failed on {mutations:?}"
        );
        let view: Value = serde_json::from_slice(&output.stdout)?;
        let one = view["conclusions"]
            .as_array()
            .and_then(|all| all.iter().find(|one| one["drug"] == drug))
            .with_context(|| format!("{drug} is missing"))?;
        let rows = one["evidence"].as_array().map_or(&[][..], Vec::as_slice);
        let deciding: Vec<&Value> = rows.iter().filter(|row| row["decides"] == true).collect();
        let unverified = deciding.iter().any(|row| row["status"] == "unverified");
        let said = one["verdict"].as_str().unwrap_or_default();
        let by = one["level"].as_str().unwrap_or_default();
        let right = said == verdict
            && (level.is_empty() || by == level)
            && !deciding.is_empty()
            && !unverified;
        all_right &= right;
        let name = mutations.join(" + ");
        let seen = format!("{said} ({by})");
        writeln!(
            out,
            "| {name} | {} | {drug} | {verdict} | {source} | {}{seen} | {} |",
            prior.join(", "),
            if right { "" } else { "**WRONG** " },
            deciding.len()
        )?;
        cases.line(&[
            if right { "right" } else { "WRONG" },
            "view",
            &name,
            drug,
            "",
            "",
            verdict,
            &seen,
        ])?;
    }
    goal(
        out,
        "calls that the clinic knows come out, on sourced rows",
        all_right,
    )
}

fn goal(out: &mut String, text: &str, met: bool) -> anyhow::Result<()> {
    let verdict = if met { "met" } else { "**NOT MET**" };
    Ok(writeln!(out, "\nGoal: {text}: {verdict}.")?)
}
