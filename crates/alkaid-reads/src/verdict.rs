//! Putting the weighed junctions and the depth together into one report.

use alkaid_genome::Bundle;

use crate::analyse::Weighed;
use crate::anatomy::{Anatomy, FIRST_BREAK_EXON};
use crate::bound::bound;
use crate::census::{Census, Coverage};
use crate::cluster::BreakSide;
use crate::expression;
use crate::finding::{
    CallStatus, ExonDepth, Finding, FindingKind, FusionCall, InputRecord, Molecule, Qc,
    RESEARCH_USE_ONLY, ReadsReport, Refusal, SCHEMA_VERSION, Side, SmallVariants, Verdict,
};
use crate::input::InputSummary;
use crate::junction::Junction;
use crate::name::{SHOWN, fill_alk};

/// Fewest molecules for an intragenic or reciprocal finding.
const MIN_FINDING: usize = 2;
/// Refused candidates with fewer molecules than this are listed only up to [`MAX_STRAYS`].
const STRAY: usize = 2;
const MAX_STRAYS: usize = 1_000;

/// What a report is made of, beside the junctions.
pub(crate) struct Facts<'a, 'b> {
    pub bundle: &'b Bundle,
    pub anatomy: &'a Anatomy<'b>,
    pub census: &'a Census,
    pub coverage: &'a Coverage,
    pub input: &'a InputSummary,
    pub molecule: Molecule,
    pub molecule_reason: String,
    pub sample: String,
    pub unmapped_alignments: usize,
}

/// What becomes of one junction.
enum Outcome {
    Call,
    Intragenic(FindingKind, u16, u16),
    Reciprocal,
    Refused,
}

/// The report, and which junctions (by index) back which call or finding (by id).
pub(crate) fn report(facts: &Facts, weighed: &[Weighed]) -> (ReadsReport, Vec<(usize, String)>) {
    let mut calls = Vec::new();
    let mut findings = Vec::new();
    let mut refused = Vec::new();
    let mut chosen = Vec::new();
    for (index, weighed) in weighed.iter().enumerate() {
        match outcome(facts, weighed) {
            Outcome::Call => {
                let id = format!("F{}", calls.len() + 1);
                calls.push(call(facts, weighed, &id));
                chosen.push((index, id));
            }
            Outcome::Intragenic(kind, from, to) => {
                let finding = intragenic(facts, weighed, kind, from, to);
                if !findings.iter().any(|known: &Finding| {
                    (known.kind, known.exon_from, known.exon_to)
                        == (kind, finding.exon_from, finding.exon_to)
                }) {
                    chosen.push((index, format!("N{}", findings.len() + 1)));
                    findings.push(finding);
                }
            }
            Outcome::Reciprocal => {
                chosen.push((index, format!("N{}", findings.len() + 1)));
                findings.push(reciprocal(facts, weighed));
            }
            Outcome::Refused => {
                let strays = refused.len();
                if weighed.support.molecules.count() >= STRAY || strays < MAX_STRAYS {
                    refused.push(refusal(facts, weighed));
                }
            }
        }
    }
    tie(&mut calls);
    if facts.molecule == Molecule::Rna {
        if calls.is_empty() {
            findings.extend(expression::alternative_initiation(
                facts.anatomy,
                facts.census,
                facts.coverage,
            ));
        }
        findings.extend(expression::imbalance(facts.anatomy, facts.census));
    }
    let (bound, negative) = bound(facts.molecule, facts.anatomy, facts.coverage, facts.input);
    let verdict = match calls.iter().any(|call| call.status == CallStatus::Called) {
        true => Verdict::Rearranged,
        false if !calls.is_empty() => Verdict::RearrangedPartnerUnresolved,
        false => negative,
    };
    let report = ReadsReport {
        schema_version: SCHEMA_VERSION.into(),
        tool: format!("alkaid {}", env!("CARGO_PKG_VERSION")),
        notice: RESEARCH_USE_ONLY.into(),
        sample: facts.sample.clone(),
        assembly: facts.bundle.meta().assembly.to_string(),
        bundle: facts.bundle.meta().checksum.clone(),
        verdict,
        summary: summary(verdict, &calls, &bound.statement),
        warnings: warnings(facts, &calls, &findings),
        qc: qc(facts),
        calls,
        findings,
        refused,
        bound,
        small_variants: SmallVariants::default(),
        depth_ratio: None,
    };
    (report, chosen)
}

fn outcome(facts: &Facts, weighed: &Weighed) -> Outcome {
    let junction = &weighed.junction;
    let anatomy = facts.anatomy;
    let molecules = weighed.support.molecules.count();
    if matches!(
        weighed.judgement.refusal,
        Some((
            "homology" | "low_complexity" | "look_alike" | "fold_back",
            _
        ))
    ) {
        return Outcome::Refused;
    }
    if let Some((offset, false)) = junction.within_alk() {
        // Both ends at exon edges: the transcript skips or repeats exons.
        let (left, right) = match junction.side {
            BreakSide::Before => (offset + 1, junction.alk),
            BreakSide::After => (junction.alk, offset),
        };
        let ends = anatomy.exons.iter().find(|exon| exon.span.end == left);
        let starts = anatomy.exons.iter().find(|exon| exon.span.start == right);
        return match (ends, starts) {
            (Some(ends), Some(starts))
                if molecules >= MIN_FINDING && junction.inserted.is_empty() =>
            {
                if ends.number + 1 < starts.number {
                    Outcome::Intragenic(
                        FindingKind::IntragenicDeletion,
                        ends.number + 1,
                        starts.number - 1,
                    )
                } else if ends.number >= starts.number {
                    Outcome::Intragenic(
                        FindingKind::IntragenicDuplication,
                        starts.number,
                        ends.number,
                    )
                } else {
                    Outcome::Refused
                }
            }
            _ => genomic_intragenic(facts, left, right, molecules, weighed),
        };
    }
    if weighed.judgement.refusal.is_some() {
        return Outcome::Refused;
    }
    match junction.side {
        BreakSide::Before if keeps_kinase(anatomy, junction) => Outcome::Call,
        BreakSide::After if molecules >= MIN_FINDING && junction.gene() != "?" => {
            Outcome::Reciprocal
        }
        _ => Outcome::Refused,
    }
}

/// A genomic deletion or duplication within ALK that takes whole exons.
fn genomic_intragenic(
    facts: &Facts,
    left: usize,
    right: usize,
    molecules: usize,
    weighed: &Weighed,
) -> Outcome {
    if facts.molecule != Molecule::Dna
        || molecules < MIN_FINDING
        || weighed.judgement.refusal.is_some()
    {
        return Outcome::Refused;
    }
    let within = |from: usize, to: usize| {
        let mut numbers = facts
            .anatomy
            .exons
            .iter()
            .filter(move |exon| from <= exon.span.start && exon.span.end <= to)
            .map(|exon| exon.number);
        let first = numbers.next()?;
        Some((first, numbers.next_back().unwrap_or(first)))
    };
    if left < right {
        within(left, right).map_or(Outcome::Refused, |(a, b)| {
            Outcome::Intragenic(FindingKind::IntragenicDeletion, a, b)
        })
    } else {
        within(right, left).map_or(Outcome::Refused, |(a, b)| {
            Outcome::Intragenic(FindingKind::IntragenicDuplication, a, b)
        })
    }
}

/// Whether what follows the junction is ALK from the break region on.
fn keeps_kinase(anatomy: &Anatomy, junction: &Junction) -> bool {
    // Up to the end of exon 20: breaks further in cut the kinase (exons 21–28).
    let region = anatomy.break_region();
    let last = anatomy.exon(20).map_or(region.end, |exon| exon.span.end);
    // Breaks before exon 16 keep the kinase as well; they are rare (IGFBP5, TIMP3: exon 12) and called alike.
    let first = anatomy.exon(2).map_or(0, |exon| exon.span.start);
    (first..last).contains(&junction.alk)
}

fn call(facts: &Facts, weighed: &Weighed, id: &str) -> FusionCall {
    let Weighed {
        junction,
        support,
        judgement,
        names,
    } = weighed;
    let gene = junction.gene();
    let named = junction
        .origin
        .as_ref()
        .is_some_and(|origin| origin.genome.is_some() || !origin.gene.is_empty());
    let through = facts.coverage.through(junction.alk);
    let fragments = support.fragments;
    let (five_interval, three_interval) = intervals(facts, junction);
    let mut notes = names.notes.clone();
    if let Some(origin) = &junction.origin
        && gene == "?"
        && origin.genome.is_some()
    {
        notes.push("the 5' breakpoint lies between genes".into());
    }
    if junction.alk
        < facts
            .anatomy
            .exon(FIRST_BREAK_EXON - 1)
            .map_or(0, |exon| exon.span.end)
    {
        notes.push(format!("ALK is entered before exon {FIRST_BREAK_EXON}, more of its extracellular part is kept than usual"));
    }
    FusionCall {
        id: id.to_owned(),
        name: format!("{gene}::{}", facts.anatomy.transcript.gene),
        status: if named {
            CallStatus::Called
        } else {
            CallStatus::PartnerUnresolved
        },
        molecule: facts.molecule,
        five_prime: names.five.clone(),
        three_prime: names.three.clone(),
        junction_exons: names.junction_exons.clone(),
        named_variant: names.variant.as_ref().map(|(name, _)| name.clone()),
        named_variant_status: names.variant.as_ref().map(|(_, status)| status.clone()),
        in_frame: names.in_frame,
        inserted: text(junction.inserted.iter()),
        insertion_origin: names.insertion_origin.clone(),
        microhomology: junction.microhomology() as u32,
        five_prime_interval: five_interval,
        three_prime_interval: three_interval,
        supporting_fragments: fragments,
        supporting_reads: support.reads,
        unique_fragments: support.molecules.count() as u32,
        distinct_starts: support.starts.len() as u32,
        spanning_pairs: support.spanning,
        wild_type_fragments: through,
        allele_fraction: Some(rounded(
            f64::from(fragments) / f64::from((fragments + through).max(1)),
        )),
        log10_odds: rounded(judgement.log10_odds),
        odds_terms: judgement.terms.clone(),
        sequence_5p: text(junction.outward.iter().take(SHOWN).rev()),
        sequence_3p: text(facts.anatomy.sequence[junction.alk..].iter().take(SHOWN)),
        rearrangement: names.rearrangement.as_ref().map(|(class, _)| *class),
        iscn: names.rearrangement.as_ref().map(|(_, iscn)| iscn.clone()),
        hgvs_rna: names.hgvs_rna.clone(),
        hgvs_dna: names.hgvs_dna.clone(),
        protein: names.protein.clone(),
        same_rearrangement_as: Vec::new(),
        vicc: serde_json::Value::Null,
        notes,
    }
}

/// The places that both breakpoints can have under micro-homology, 1-based inclusive.
fn intervals(facts: &Facts, junction: &Junction) -> (Option<[u64; 2]>, Option<[u64; 2]>) {
    let (back, forward) = (junction.back, junction.forward);
    let ends = [
        facts
            .anatomy
            .locus
            .genome_position(junction.alk.saturating_sub(back))
            + 1,
        facts.anatomy.locus.genome_position(junction.alk + forward) + 1,
    ];
    let three = Some([ends[0].min(ends[1]), ends[0].max(ends[1])]);
    let five = junction
        .origin
        .as_ref()
        .and_then(|origin| origin.genome.as_ref())
        .map(|(_, pos, strand)| {
            let (up, down) = match strand {
                alkaid_genome::Strand::Forward => (forward, back),
                alkaid_genome::Strand::Reverse => (back, forward),
            };
            [pos.saturating_sub(down as u64) + 1, pos + up as u64 + 1]
        });
    (five, three)
}

/// Isoforms of one rearrangement: RNA junctions of one partner with ALK.
fn tie(calls: &mut [FusionCall]) {
    let keys: Vec<(String, String, String)> = calls
        .iter()
        .map(|call| {
            (
                call.id.clone(),
                call.name.clone(),
                call.five_prime.chrom.clone().unwrap_or_default(),
            )
        })
        .collect();
    for call in calls.iter_mut() {
        if call.five_prime.gene == "?" {
            continue;
        }
        call.same_rearrangement_as = keys
            .iter()
            .filter(|(id, name, chrom)| {
                *id != call.id
                    && *name == call.name
                    && call.five_prime.chrom.as_deref().unwrap_or_default() == chrom
            })
            .map(|(id, _, _)| id.clone())
            .collect();
    }
}

fn intragenic(facts: &Facts, weighed: &Weighed, kind: FindingKind, from: u16, to: u16) -> Finding {
    let anatomy = facts.anatomy;
    let lost: usize = anatomy
        .exons
        .iter()
        .filter(|exon| (from..=to).contains(&exon.number))
        .map(|exon| exon.span.len())
        .sum();
    let in_frame = Some(lost.is_multiple_of(3)).filter(|_| from > 1);
    let support = &weighed.support;
    let fragments = support.fragments;
    let frame = match in_frame {
        Some(true) => "in frame",
        Some(false) => "out of frame",
        None => "with the start codon",
    };
    let exons = if from == to {
        format!("exon {from}")
    } else {
        format!("exons {from}–{to}")
    };
    let summary = match kind {
        FindingKind::IntragenicDeletion => {
            format!(
                "{fragments} fragments lack ALK {exons} ({frame}): an intragenic deletion or exon skipping."
            )
        }
        _ => format!(
            "{fragments} fragments join the end of ALK exon {to} to the start of exon {from}: a duplication, or circular RNA."
        ),
    };
    let (offset, _) = weighed.junction.within_alk().unwrap_or_default();
    let place = |offset: usize| {
        format!(
            "{}:{}",
            anatomy.transcript.chrom,
            anatomy.locus.genome_position(offset) + 1
        )
    };
    Finding {
        kind,
        summary,
        supporting_fragments: fragments,
        unique_fragments: support.molecules.count() as u32,
        exon_from: Some(from),
        exon_to: Some(to),
        in_frame,
        statistic: None,
        other_gene: None,
        positions: vec![place(offset), place(weighed.junction.alk)],
    }
}

fn reciprocal(facts: &Facts, weighed: &Weighed) -> Finding {
    let anatomy = facts.anatomy;
    let junction = &weighed.junction;
    let last = junction.alk.saturating_sub(1);
    let exon = anatomy.exon_at(last).map(|exon| exon.number);
    let gene = junction.gene();
    let fragments = weighed.support.fragments;
    let place = match exon {
        Some(exon) => format!("exon {exon}"),
        None => anatomy
            .exon_from(last)
            .map_or_else(String::new, |exon| format!("intron {}", exon.number - 1)),
    };
    let partner = junction
        .origin
        .as_ref()
        .and_then(|origin| origin.genome.as_ref());
    let mut positions = vec![format!(
        "{}:{}",
        anatomy.transcript.chrom,
        anatomy.locus.genome_position(last) + 1
    )];
    positions.extend(partner.map(|(chrom, pos, _)| format!("{chrom}:{}", pos + 1)));
    Finding {
        kind: FindingKind::Reciprocal,
        summary: format!(
            "{fragments} fragments join ALK's 5' part (up to {place}) to {gene}: the reciprocal product of a rearrangement; it holds \
             no kinase and is not oncogenic by itself."
        ),
        supporting_fragments: fragments,
        unique_fragments: weighed.support.molecules.count() as u32,
        exon_from: exon,
        exon_to: None,
        in_frame: None,
        statistic: None,
        other_gene: Some(gene.to_owned()),
        positions,
    }
}

fn refusal(facts: &Facts, weighed: &Weighed) -> Refusal {
    let Weighed {
        junction,
        support,
        judgement,
        names,
    } = weighed;
    let (gene, alk) = (junction.gene(), &facts.anatomy.transcript.gene);
    let mut alk_side = Side::default();
    let at = if junction.side == BreakSide::Before {
        junction.alk
    } else {
        junction.alk.saturating_sub(1)
    };
    fill_alk(facts.anatomy, at, &mut alk_side);
    if let Some(exon) = facts.anatomy.exon_from(at) {
        alk_side.exon = Some(exon.number);
        alk_side.region = if exon.span.contains(&at) {
            format!("exon {}", exon.number)
        } else {
            format!("intron {}", exon.number - 1)
        };
    }
    let mut other = names.five.clone();
    if junction.side == BreakSide::After || other.gene.is_empty() {
        other = Side {
            gene: gene.to_owned(),
            ..Side::default()
        };
        if let Some(origin) = &junction.origin {
            other.named_by = origin.named_by.as_str().into();
            if let Some((chrom, pos, strand)) = &origin.genome {
                (other.chrom, other.pos, other.strand) =
                    (Some(chrom.clone()), Some(pos + 1), Some(*strand));
            }
        }
    }
    let (reason, explanation) = judgement
        .refusal
        .clone()
        .unwrap_or_else(|| unlisted(junction));
    let (name, five_prime, three_prime) = match junction.side {
        BreakSide::Before => (format!("{gene}::{alk}"), other, alk_side),
        BreakSide::After => (format!("{alk}::{gene}"), alk_side, other),
    };
    let sequence = match junction.side {
        BreakSide::Before => text(junction.outward.iter().take(SHOWN).rev()),
        BreakSide::After => text(junction.outward.iter().take(SHOWN)),
    };
    Refusal {
        name,
        reason: reason.into(),
        explanation,
        five_prime,
        three_prime,
        supporting_fragments: support.fragments,
        unique_fragments: support.molecules.count() as u32,
        spanning_pairs: support.spanning,
        log10_odds: rounded(judgement.log10_odds),
        sequence,
    }
}

/// Why a junction that the judge let pass is still neither call nor finding.
fn unlisted(junction: &Junction) -> (&'static str, String) {
    if junction.within_alk().is_some() {
        return ("within_alk", "both sides are ALK, but not at exon edges: an indel, or another start or splice site of ALK itself".into());
    }
    match junction.side {
        BreakSide::Before => (
            "kinase_not_kept",
            "ALK is entered beyond exon 20 or in exon 1: not a kinase fusion".into(),
        ),
        BreakSide::After => (
            "reciprocal_unresolved",
            "follows ALK's 5' part, and has no name".into(),
        ),
    }
}

fn summary(verdict: Verdict, calls: &[FusionCall], bound: &str) -> String {
    let Some(call) = calls.first() else {
        return match verdict {
            Verdict::Insufficient => {
                format!("No ALK fusion found, but the data could hide one. {bound}")
            }
            _ => format!("No ALK fusion found. {bound}"),
        };
    };
    let variant = call
        .named_variant
        .as_ref()
        .map_or_else(String::new, |variant| format!(" ({variant})"));
    let frame = match call.in_frame {
        Some(true) => ", in frame",
        Some(false) => ", out of frame",
        None => "",
    };
    let more = match calls.len() {
        1 => String::new(),
        n => format!("; {} further junction(s)", n - 1),
    };
    let predicted = if call.molecule == Molecule::Dna {
        " predicted from the DNA breakpoints"
    } else {
        ""
    };
    format!(
        "{}{variant}, {}{predicted}{frame}: {} fragments ({} unique) hold the junction{more}.",
        call.name, call.junction_exons, call.supporting_fragments, call.unique_fragments
    )
}

fn warnings(facts: &Facts, calls: &[FusionCall], findings: &[Finding]) -> Vec<String> {
    let mut warnings = facts.input.warnings.clone();
    if facts.unmapped_alignments > 0 {
        warnings.push(format!(
            "{} alignments outside known genes could not be carried from GRCh37 to GRCh38 and were not used",
            facts.unmapped_alignments
        ));
    }
    if facts.molecule_reason.starts_with("undecided") {
        warnings.push(format!("RNA or DNA: {}", facts.molecule_reason));
    }
    for call in calls
        .iter()
        .filter(|call| call.unique_fragments < 4 && call.spanning_pairs == 0)
    {
        warnings.push(format!(
            "{} {} rests on {} molecules: index hopping from another sample of the run cannot be told from a true low level",
            call.id, call.name, call.unique_fragments
        ));
    }
    if calls.is_empty()
        && findings
            .iter()
            .any(|finding| finding.kind == FindingKind::Reciprocal)
    {
        warnings.push(
            "a reciprocal product was found without an oncogenic one: look at DNA, or deeper"
                .into(),
        );
    }
    warnings
}

fn qc(facts: &Facts) -> Qc {
    let (anatomy, census, coverage, input) =
        (facts.anatomy, facts.census, facts.coverage, facts.input);
    let depth = |number: u16, span: std::ops::Range<usize>, reads: u64| ExonDepth {
        number,
        mean_depth: rounded(coverage.mean_depth(span)),
        reads,
    };
    let exons = anatomy
        .exons
        .iter()
        .enumerate()
        .map(|(index, exon)| depth(exon.number, exon.span.clone(), census.exon_reads(index)))
        .collect();
    let introns = anatomy
        .exons
        .windows(2)
        .enumerate()
        .filter(|(_, pair)| (FIRST_BREAK_EXON..=19).contains(&pair[0].number))
        .map(|(index, pair)| {
            depth(
                pair[0].number,
                pair[0].span.end..pair[1].span.start,
                census.intron_reads(index),
            )
        })
        .collect();
    Qc {
        inputs: input
            .files
            .iter()
            .map(|file| InputRecord {
                path: file.path.display().to_string(),
                bytes: file.bytes,
            })
            .collect(),
        molecule: facts.molecule,
        molecule_reason: facts.molecule_reason.clone(),
        fragments: input.fragments,
        paired: input.paired,
        read_length: [
            input.read_length.min,
            input.read_length.median,
            input.read_length.max,
        ],
        umi: input.umi.clone(),
        alk_fragments: census.fragments,
        duplicate_fraction: census.duplicate_fraction().map(rounded),
        exons,
        introns,
        five_prime_fragments: census.five_prime,
        three_prime_fragments: census.three_prime,
    }
}

fn text<'x>(bases: impl Iterator<Item = &'x u8>) -> String {
    bases.map(|&base| char::from(base)).collect()
}

/// Three decimals: more would be noise.
fn rounded(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}
