//! Known patterns of disagreement: a table of conditions on the situation, and what each means here.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use alkaid_knowledge::partner;
use alkaid_reads::finding::FindingKind;
use alkaid_tables::finding::{BypassReport, Strength};

use crate::assay::{Found, is_productive, is_reported};
use crate::citations::Citations;
use crate::finding::{
    AssayKind, AssayState, Discordance, FishCall, FishEvidence, IhcCall, IhcEvidence, IhcPattern,
    Joint, LatentClass, ReadsEvidence, Sentence,
};
use crate::joint::Observation;
use crate::numbers::{listed, probability, with_interval};
use crate::table::{Origin, TableError, compiled_in, rows};

/// Share of nuclei with an isolated green signal that is worth a word: as that of background positives.
const MANY_GREEN: f64 = 0.1;
/// Below this share of tumour cells negatives say little: what the guideline asks every test to manage.
const LOW_CONTENT: f64 = 0.2;
/// A gene this near to ALK moves FISH probes too little, in bases: the probes span about half a megabase each side.
const NEAR_ALK: u64 = 3_000_000;

/// What the conditions look at: `fish.call` is `positive`. What is not known is `missing`.
#[derive(Debug, Default)]
pub(crate) struct Situation(BTreeMap<&'static str, String>);

/// One term of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    key: &'static str,
    is: bool,
    values: Vec<&'static str>,
}

/// A rule.
#[derive(Clone, Debug)]
struct Rule {
    key: &'static str,
    condition: Vec<Term>,
    assays: Vec<&'static str>,
    title: &'static str,
    explanation: &'static str,
    classes: Vec<LatentClass>,
    advice: &'static str,
    origin: Origin,
}

/// What conditions may name.
const KEYS: [&str; 18] = [
    "fish.call",
    "fish.level",
    "fish.pattern",
    "fish.polyploid",
    "fish.isolated_green",
    "ihc",
    "ihc.pattern",
    "rna",
    "rna.kind",
    "dna",
    "partner",
    "partner.near_alk",
    "partner.reported",
    "tumour_content",
    "rna.replicates",
    "dna.replicates",
    "alk.expression",
    "alk.copies",
];

fn all_rules() -> &'static [Rule] {
    static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| compiled_in(read()));
    &RULES
}

fn read() -> Result<Vec<Rule>, TableError> {
    rows("discordances", include_str!("../data/discordances.tsv"))?
        .iter()
        .map(|row| {
            let classes = row.optional("classes").unwrap_or_default();
            let condition = row
                .text("condition")?
                .split('&')
                .map(|term| {
                    term_of(term.trim())
                        .ok_or_else(|| row.wrong(format!("{term:?} is no term of a condition")))
                })
                .collect::<Result<_, _>>()?;
            Ok(Rule {
                key: row.text("key")?,
                condition,
                assays: row.text("assays")?.split('|').collect(),
                title: row.text("title")?,
                explanation: row.text("explanation")?,
                classes: LatentClass::ALL
                    .into_iter()
                    .filter(|class| classes.split('|').any(|name| name == class.as_str()))
                    .collect(),
                advice: row.text("advice")?,
                origin: row.origin()?,
            })
        })
        .collect()
}

fn term_of(text: &'static str) -> Option<Term> {
    let (key, is, values) = match text.split_once("!=") {
        Some((key, values)) => (key, false, values),
        None => {
            let (key, values) = text.split_once('=')?;
            (key, true, values)
        }
    };
    let key = KEYS.into_iter().find(|known| *known == key.trim())?;
    Some(Term {
        key,
        is,
        values: values.split('|').map(str::trim).collect(),
    })
}

impl Term {
    fn holds(&self, situation: &Situation) -> bool {
        let value = situation.get(self.key);
        self.values.contains(&value) == self.is
    }
}

impl Situation {
    fn get(&self, key: &str) -> &str {
        self.0.get(key).map_or("missing", String::as_str)
    }

    fn set(&mut self, key: &'static str, value: impl Into<String>) {
        self.0.insert(key, value.into());
    }

    /// What the assays come to.
    pub(crate) fn new(
        found: &[Found],
        reads: &[ReadsEvidence],
        fish: Option<&FishEvidence>,
        ihc: Option<&IhcEvidence>,
        tables: Option<&BypassReport>,
        content: Option<f64>,
    ) -> Self {
        let mut situation = Self::default();
        for kind in [AssayKind::RnaReads, AssayKind::DnaReads] {
            situation.sequencing(kind, found);
        }
        if let Some(fish) = fish {
            situation.fish(fish, found);
        }
        if let Some(ihc) = ihc {
            let call = match ihc.call {
                IhcCall::NotSuitable => "missing",
                call => call.as_str(),
            };
            situation.set("ihc", call);
            if let Some(pattern) = ihc.pattern {
                let word = match pattern {
                    IhcPattern::Cytoplasmic => "cytoplasmic",
                    IhcPattern::NuclearCytoplasmic => "nuclear_cytoplasmic",
                    IhcPattern::NuclearMembrane => "nuclear_membrane",
                    IhcPattern::Membranous => "membranous",
                    IhcPattern::Granular => "granular",
                };
                situation.set("ihc.pattern", word);
            }
        }
        let calls = || reads.iter().flat_map(|one| &one.report.calls);
        if let Some(call) = calls().find(|call| is_productive(call)) {
            let gene = call.five_prime.gene.as_str();
            situation.set("partner", gene);
            situation.set(
                "partner.reported",
                if is_reported(gene) { "yes" } else { "no" },
            );
            let near = match (
                call.five_prime.chrom.as_deref(),
                call.five_prime.pos,
                call.three_prime.pos,
            ) {
                (Some("chr2"), Some(five), Some(three)) => five.abs_diff(three) <= NEAR_ALK,
                (None, ..) => partner(gene).is_some_and(|partner| partner.band == Some("2p23.2")),
                _ => false,
            };
            if near {
                situation.set("partner.near_alk", "yes");
            }
        }
        situation.replicates(found);
        situation.alk(reads, tables);
        if content.is_some_and(|content| content < LOW_CONTENT) {
            situation.set("tumour_content", "low");
        }
        situation
    }

    /// Whether sets of reads of one molecule came to different results.
    fn replicates(&mut self, found: &[Found]) {
        for one in found.iter().filter(|one| one.against.is_some()) {
            match one.finding.kind {
                AssayKind::RnaReads => self.set("rna.replicates", "disagree"),
                AssayKind::DnaReads => self.set("dna.replicates", "disagree"),
                _ => {}
            }
        }
    }

    /// ALK's own copies and expression: by the tables of other callers, and copies by the depth of a panel as well.
    fn alk(&mut self, reads: &[ReadsEvidence], tables: Option<&BypassReport>) {
        let amplified_in_reads = reads
            .iter()
            .flat_map(|one| &one.report.findings)
            .any(|one| one.kind == FindingKind::Amplification);
        if amplified_in_reads {
            self.set("alk.copies", "amplified");
        }
        let of_alk = tables
            .into_iter()
            .flat_map(|report| &report.findings)
            .filter(|one| one.gene == "ALK");
        for one in of_alk {
            match (one.strength, &one.expression) {
                (Strength::Amplified, _) => self.set("alk.copies", "amplified"),
                (Strength::HighExpression, _) => self.set("alk.expression", "high"),
                (_, Some(level)) if level.value <= 0.0 => self.set("alk.expression", "none"),
                (_, Some(_)) => self.set("alk.expression", "some"),
                _ => {}
            }
        }
    }

    fn sequencing(&mut self, kind: AssayKind, found: &[Found]) {
        let (key, kind_key) = match kind {
            AssayKind::DnaReads => ("dna", None),
            _ => ("rna", Some("rna.kind")),
        };
        let of_kind = || found.iter().filter(move |one| one.finding.kind == kind);
        let path = |observation: &Observation| {
            observation
                .path
                .iter()
                .map(|(_, outcome)| *outcome)
                .collect::<Vec<_>>()
        };
        if let Some(outcomes) = of_kind().find_map(|one| one.observation.as_ref()).map(path) {
            if let Some(first) = outcomes.first() {
                self.set(key, *first);
            }
            if let (Some(kind_key), Some(detail)) = (kind_key, outcomes.get(1)) {
                self.set(kind_key, *detail);
            }
            return;
        }
        if let Some(one) = of_kind().next() {
            let word = match one.finding.state {
                AssayState::Failed => "failed",
                _ => "insufficient",
            };
            self.set(key, word);
        }
    }

    fn fish(&mut self, fish: &FishEvidence, found: &[Found]) {
        let call = match fish.call {
            FishCall::NotSuitable => "missing",
            call => call.as_str(),
        };
        self.set("fish.call", call);
        if fish.polyploid {
            self.set("fish.polyploid", "yes");
        }
        let green = f64::from(fish.counts.isolated_green) / f64::from(fish.scored.max(1));
        if green >= MANY_GREEN {
            self.set("fish.isolated_green", "high");
        }
        let observed = found
            .iter()
            .filter(|one| one.finding.kind == AssayKind::Fish)
            .filter_map(|one| one.observation.as_ref())
            .flat_map(|one| &one.path);
        for (node, outcome) in observed {
            if *node == "fish_level" {
                self.set("fish.level", *outcome);
            }
        }
        if fish.positive > 0 {
            self.set("fish.pattern", crate::assay::pattern(fish.counts));
        }
    }
}

/// The rules that hold, in the order of the table.
pub(crate) fn discordances(
    situation: &Situation,
    found: &[Found],
    joint: &Joint,
    settles: Option<&str>,
    citations: &mut Citations,
) -> Vec<Discordance> {
    all_rules()
        .iter()
        .filter(|rule| rule.condition.iter().all(|term| term.holds(situation)))
        .map(|rule| {
            let cite = citations.number(&rule.origin);
            let assays: Vec<String> = found
                .iter()
                .map(|one| &one.finding)
                .filter(|one| rule.assays.contains(&family(one.kind)))
                .map(|one| one.id.clone())
                .collect();
            let probability = share_of(joint, &rule.classes);
            Discordance {
                rule: rule.key.to_owned(),
                title: rule.title.to_owned(),
                assays,
                explanation: Sentence {
                    text: marked(rule.explanation, rule.origin.status),
                    cites: vec![cite],
                },
                here: here(rule, joint, probability),
                probability,
                advice: Sentence {
                    text: format!("{}.", rule.advice),
                    cites: vec![cite],
                },
                next_test: settles.map(str::to_owned),
            }
        })
        .collect()
}

/// The word for a kind that rules use.
const fn family(kind: AssayKind) -> &'static str {
    match kind {
        AssayKind::RnaReads => "rna",
        AssayKind::DnaReads => "dna",
        AssayKind::Fish => "fish",
        AssayKind::Ihc => "ihc",
        AssayKind::Variants => "variants",
        AssayKind::CopyNumber => "copy_number",
        AssayKind::Expression => "expression",
        AssayKind::FishRecord => "fish_record",
    }
}

fn marked(text: &str, status: &str) -> String {
    match status {
        "unverified" => format!("{text} (unverified)."),
        _ => format!("{text}."),
    }
}

/// The probability of the classes that a rule speaks of: their sum, with the wider of their intervals added up.
fn share_of(joint: &Joint, classes: &[LatentClass]) -> Option<crate::finding::Estimate> {
    if classes.is_empty() {
        return None;
    }
    let of = |class: &LatentClass| joint.classes.iter().find(|one| one.class == *class);
    let sum = |pick: fn(&crate::finding::Estimate) -> f64| -> f64 {
        classes
            .iter()
            .filter_map(|class| of(class).map(|one| pick(&one.posterior)))
            .sum()
    };
    Some(crate::finding::Estimate {
        value: probability(sum(|one| one.value)),
        low: probability(sum(|one| one.low)),
        high: probability(sum(|one| one.high)),
    })
}

fn here(rule: &Rule, joint: &Joint, share: Option<crate::finding::Estimate>) -> Sentence {
    let text = match share {
        None => format!(
            "Here the remaining evidence gives a rearrangement {} probability.",
            with_interval(joint.rearranged)
        ),
        Some(share) => {
            let meanings: Vec<&str> = rule.classes.iter().map(|class| class.meaning()).collect();
            format!(
                "Here the model gives {} to: {}.",
                with_interval(share),
                listed(&meanings).replace(" and ", ", or ")
            )
        }
    };
    Sentence {
        text,
        cites: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn named(facts: &[(&'static str, &str)]) -> Vec<&'static str> {
        let mut situation = Situation::default();
        for (key, value) in facts {
            situation.set(key, *value);
        }
        all_rules()
            .iter()
            .filter(|rule| rule.condition.iter().all(|term| term.holds(&situation)))
            .map(|rule| rule.key)
            .collect()
    }

    #[test]
    fn every_rule_reads_and_has_a_key_of_its_own() {
        let keys: BTreeSet<&str> = all_rules().iter().map(|rule| rule.key).collect();
        assert_eq!(keys.len(), all_rules().len());
        assert!(keys.len() >= 20);
    }

    #[test]
    fn agreement_and_ignorance_name_no_rule() {
        assert_eq!(named(&[]), Vec::<&str>::new());
        let agreement = [
            ("fish.call", "positive"),
            ("fish.level", "high"),
            ("fish.pattern", "split"),
            ("ihc", "positive"),
            ("rna", "fusion"),
            ("rna.kind", "known"),
            ("dna", "gene"),
            ("partner", "EML4"),
        ];
        assert_eq!(named(&agreement), Vec::<&str>::new());
    }

    #[test]
    fn known_patterns_are_named() {
        let borderline = [
            ("fish.call", "positive"),
            ("fish.level", "borderline"),
            ("fish.pattern", "single_red"),
            ("ihc", "negative"),
            ("rna", "none"),
        ];
        let rules = named(&borderline);
        for rule in [
            "fish_borderline_unconfirmed",
            "fish_positive_rna_negative",
            "fish_single_red",
        ] {
            assert!(rules.contains(&rule), "{rule} is not among {rules:?}");
        }
        assert_eq!(
            named(&[
                ("fish.call", "negative"),
                ("rna", "fusion"),
                ("ihc", "positive")
            ]),
            ["fish_negative_rna_positive", "fish_negative_ihc_positive"]
        );
        assert_eq!(
            named(&[
                ("rna", "failed"),
                ("fish.call", "positive"),
                ("fish.level", "high")
            ]),
            ["rna_degraded"]
        );
        assert_eq!(
            named(&[
                ("partner", "NPM1"),
                ("ihc", "positive"),
                ("ihc.pattern", "cytoplasmic")
            ]),
            ["pattern_npm1"]
        );
    }

    #[test]
    fn a_condition_that_is_none_is_told() {
        assert_eq!(term_of("fish.colour=red"), None);
        assert_eq!(term_of("rna"), None);
        assert_eq!(
            term_of("rna!=fusion|none").unwrap().values,
            ["fusion", "none"]
        );
    }
}
