//! `alkaid inhibitors`: the evidence for and against each ALK inhibitor.

use alkaid_genome::Bundle;
use alkaid_knowledge::answer::resolve;
use alkaid_knowledge::query::{
    Asked, FusionQuery, ProteinChange, Query, QueryError, Relation, TumourType, gene_symbol, parse,
};
use alkaid_knowledge::view::{Bypass, CaseQuestion, inhibitors};
use alkaid_knowledge::{Drug, Findings, curated_on};
use alkaid_report::{inhibitors_json, inhibitors_page, inhibitors_tsv};
use anyhow::{Context, bail};

use crate::Outcome;
use crate::args::InhibitorsArgs;
use crate::console::{print, style};
use crate::exit::Exit;

/// Runs the command.
pub fn run(args: &InhibitorsArgs) -> Outcome {
    let mut notes = Vec::new();
    let question = question(args, &mut notes)?;
    let mut view = inhibitors(&question);
    view.notes.splice(0..0, notes);
    let text = if args.json {
        inhibitors_json(&view)?
    } else if args.tsv {
        inhibitors_tsv(&view)
    } else {
        inhibitors_page(&view, style())
    };
    print(&text)?;
    Ok(Exit::Ran)
}

fn question(args: &InhibitorsArgs, notes: &mut Vec<String>) -> anyhow::Result<CaseQuestion> {
    if args.fusion.is_none() && args.mutations.is_empty() && args.bypass.is_empty() {
        bail!("nothing to look at; give --fusion EML4-ALK, --mutation G1202R or both");
    }
    let mut findings = Findings::default();
    if let Some(text) = &args.fusion {
        let fusion = fusion(text, &mut findings, notes)?;
        findings.junctions = resolve(&fusion, Bundle::embedded())
            .iter()
            .filter_map(|junction| junction.five_exon.zip(junction.three_exon))
            .collect();
        findings.partner = Some(fusion.five);
    }
    for text in &args.mutations {
        let asked = parse(text).with_context(|| format!("--mutation {text}"))?;
        mutations(text, asked, &mut findings, notes)?;
    }
    let mut seen = Vec::new();
    findings.mutations.retain(|change| {
        let new = !seen.contains(change);
        seen.push(change.clone());
        new
    });
    let bypass: Vec<Bypass> = args
        .bypass
        .iter()
        .map(|text| bypass(text))
        .collect::<anyhow::Result<_>>()?;
    findings.amplified = bypass
        .iter()
        .any(|one| one.gene == "ALK" && one.event == "amplification");
    Ok(CaseQuestion {
        findings,
        bypass,
        prior: args
            .prior
            .iter()
            .map(|text| drug(text))
            .collect::<anyhow::Result<_>>()?,
        tumour: args.tumour.as_deref().map(tumour).transpose()?,
        as_of: args.as_of.unwrap_or_else(curated_on),
    })
}

fn fusion(
    text: &str,
    findings: &mut Findings,
    notes: &mut Vec<String>,
) -> anyhow::Result<FusionQuery> {
    let asked = parse(text).with_context(|| format!("--fusion {text}"))?;
    notes.extend(asked.notes.iter().cloned());
    let fusion = match asked.query {
        Query::Fusion(fusion) => fusion,
        Query::Mutations(mutations, Some(fusion)) => {
            let changes = mutations
                .mutations
                .into_iter()
                .map(|mutation| mutation.change);
            findings.mutations.extend(changes);
            fusion
        }
        Query::Gene(symbol) if symbol != "ALK" => {
            bail!("--fusion {text}: {symbol} is a gene; did you mean {symbol}-ALK?")
        }
        other => bail!(
            "--fusion {text}: {other} is no fusion but a {}; write EML4-ALK",
            other.kind()
        ),
    };
    if fusion.is_reciprocal() {
        bail!(
            "--fusion {text}: {} holds no kinase, and no inhibitor acts on it; did you mean {}-ALK?",
            fusion.name(),
            fusion.partner()
        );
    }
    Ok(fusion)
}

fn mutations(
    text: &str,
    asked: Asked,
    findings: &mut Findings,
    notes: &mut Vec<String>,
) -> anyhow::Result<()> {
    notes.extend(asked.notes);
    let Query::Mutations(mutations, _) = asked.query else {
        bail!(
            "--mutation {text}: that is no mutation of ALK but a {}; write G1202R",
            asked.query.kind()
        );
    };
    if mutations.relation == Relation::AnyOf {
        let names: Vec<String> = mutations
            .mutations
            .iter()
            .map(|mutation| mutation.change.to_string())
            .collect();
        return Err(QueryError::Ambiguous {
            text: text.to_owned(),
            readings: names,
        }
        .into());
    }
    for mutation in mutations.mutations {
        if let ProteinChange::Any(site) = mutation.change {
            bail!(
                "--mutation {text}: {site} is a residue without its change; write {site}R or whatever was found"
            );
        }
        findings.mutations.push(mutation.change);
    }
    Ok(())
}

/// `MET:amplification`, `MET amplification`, `EMT`.
fn bypass(text: &str) -> anyhow::Result<Bypass> {
    let (gene, event) = match text.split_once([':', ' ']) {
        Some((gene, event)) => (gene.trim(), event.trim().to_ascii_lowercase()),
        None => (text.trim(), String::new()),
    };
    if let Some(symbol) = gene_symbol(gene) {
        return Ok(Bypass {
            gene: symbol,
            event,
        });
    }
    match parse(text).map(|asked| asked.query) {
        Ok(Query::Mechanism(ways)) => Ok(Bypass {
            gene: String::new(),
            event: ways
                .first()
                .map_or_else(String::new, |way| way.mechanism.to_owned()),
        }),
        Ok(other) => bail!(
            "--bypass {text}: that is a {}; write MET:amplification or EMT",
            other.kind()
        ),
        Err(error) => {
            Err(error).with_context(|| format!("--bypass {text}; write MET:amplification or EMT"))
        }
    }
}

fn drug(text: &str) -> anyhow::Result<&'static Drug> {
    match parse(text)
        .with_context(|| format!("--prior {text}"))?
        .query
    {
        Query::Drug(drug) => Ok(drug),
        other => bail!("--prior {text}: that is no drug but a {}", other.kind()),
    }
}

fn tumour(text: &str) -> anyhow::Result<&'static TumourType> {
    match parse(text)
        .with_context(|| format!("--tumour {text}"))?
        .query
    {
        Query::Tumour(tumour) => Ok(tumour),
        other => bail!(
            "--tumour {text}: that is no tumour type but a {}",
            other.kind()
        ),
    }
}
