//! What is asked: a fusion, its mutations, what else is altered, and what is given when.

use alkaid_knowledge::{DrugKind, drug};

use crate::catalogue::{Alteration, Effect, FusionRow, Target, targets};
use crate::error::PathwayError;
use crate::names::{
    find_alteration, find_fusion, find_line, find_mutations, find_node, unknown_drug,
};
use crate::network::{self, Evidence, landmarks, node};
use crate::potency::{PotencyUse, check_dataset, potency};

/// The longest time that is run, in hours: two years.
pub const LONGEST_H: f64 = 17_520.0;
/// The largest factor on the strength of a fusion.
pub(crate) const STRONGEST: f64 = 1000.0;

/// How much of something is given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    /// Concentration of free drug in nM.
    Nanomolar(f64),
    /// Share of the target that is inhibited, 0 to 1.
    Share(f64),
}

/// What acts on what.
#[derive(Clone, Debug)]
pub enum Agent {
    /// An inhibitor of ALK by its potency.
    Alk(PotencyUse),
    /// An inhibitor of ALK by share.
    AlkShare,
    /// An inhibitor of a node by share.
    Node(usize),
}

/// A drug, how much of it, and when.
#[derive(Clone, Debug)]
pub struct Treatment {
    /// As the user named it.
    pub name: String,
    /// What it does.
    pub agent: Agent,
    /// How much.
    pub amount: Amount,
    /// Second targets: node and IC50 in nM.
    pub second: Vec<(usize, f64)>,
    /// From and to, in hours.
    pub window: (f64, f64),
}

/// A case, checked and resolved against the tables.
#[derive(Clone, Debug)]
pub struct Case {
    /// The fusion's row of the table; that of any fusion where it has none of its own.
    pub fusion: &'static FusionRow,
    /// The fusion's name.
    pub fusion_name: String,
    /// The line, where one was named.
    pub line: Option<&'static str>,
    /// Mutations of ALK on the fusion.
    pub mutations: Vec<&'static str>,
    /// Alterations beside it.
    pub alterations: Vec<&'static Alteration>,
    /// Nodes held down or up: node and factor.
    pub levels: Vec<(usize, f64)>,
    /// Factor on the strength of the fusion.
    pub strength: f64,
    /// Drugs.
    pub treatments: Vec<Treatment>,
    /// Hours to run.
    pub until_h: f64,
}

/// A case as it was asked for, in words.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    /// The fusion.
    pub fusion: Option<String>,
    /// A line in its place.
    pub line: Option<String>,
    /// Mutations of ALK.
    pub mutations: Vec<String>,
    /// Alterations.
    pub bypass: Vec<String>,
    /// Drugs: `lorlatinib=100nM@0d-14d`.
    pub drugs: Vec<String>,
    /// Nodes without activity.
    pub off: Vec<String>,
    /// The data set of potencies.
    pub dataset: Option<String>,
    /// Factor on the strength of the fusion.
    pub strength: Option<f64>,
    /// How long: `72h`, `25d`.
    pub until: Option<String>,
}

impl Asked {
    /// Reads `fusion=EML4::ALK:V1 drug=lorlatinib=100nM bypass=MET`; a mutation list is separated by commas.
    ///
    /// # Errors
    ///
    /// When a part is not one of those that a case has.
    pub fn parse(text: &str) -> Result<Self, PathwayError> {
        let mut asked = Self::default();
        for part in text.split_whitespace() {
            let bad = || PathwayError::BadCase(part.to_owned());
            let (key, value) = part.split_once('=').ok_or_else(bad)?;
            let value = value.to_owned();
            match key {
                "fusion" => asked.fusion = Some(value),
                "line" => asked.line = Some(value),
                "mutation" => asked.mutations.extend(value.split(',').map(str::to_owned)),
                "bypass" => asked.bypass.push(value),
                "drug" => asked.drugs.push(value),
                "off" => asked.off.push(value),
                "dataset" => asked.dataset = Some(value),
                "strength" => asked.strength = Some(value.parse().map_err(|_| bad())?),
                "until" => asked.until = Some(value),
                _ => return Err(bad()),
            }
        }
        Ok(asked)
    }

    /// Checks everything against the tables.
    ///
    /// # Errors
    ///
    /// When a name is unknown, a dose or time cannot be read or is negative, no potency is known, or an alteration would
    /// change nothing because all edges from its node are unverified.
    pub fn resolve(&self, evidence: Evidence) -> Result<Case, PathwayError> {
        let line = self.line.as_deref().map(find_line).transpose()?;
        let name = match (&self.fusion, line) {
            (Some(name), _) => name.as_str(),
            (None, Some(line)) => line.fusion,
            (None, None) => "EML4::ALK:V1",
        };
        let (fusion, fusion_name) = find_fusion(name)?;
        let mut mutations = Vec::new();
        for text in &self.mutations {
            for found in find_mutations(text)? {
                if !mutations.contains(&found) {
                    mutations.push(found);
                }
            }
        }
        if let Some(dataset) = &self.dataset {
            check_dataset(dataset)?;
        }
        let alterations = self
            .bypass
            .iter()
            .map(|name| find_alteration(name, evidence))
            .collect::<Result<Vec<_>, _>>()?;
        let mut levels = Vec::new();
        for change in line.iter().flat_map(|line| &line.changes) {
            levels.push(level(change)?);
        }
        for name in &self.off {
            levels.push((find_node(name)?, 0.0));
        }
        let strength = self.strength.unwrap_or(1.0);
        if !(0.0..=STRONGEST).contains(&strength) {
            return Err(PathwayError::BadStrength(strength));
        }
        let until_h = self.until.as_deref().map_or(Ok(72.0), |text| {
            time(text)
                .filter(|h| *h > 0.0)
                .ok_or_else(|| PathwayError::BadTime(text.to_owned()))
        })?;
        let mut case = Case {
            fusion,
            fusion_name,
            line: line.map(|line| line.key),
            mutations,
            alterations,
            levels,
            strength,
            treatments: Vec::new(),
            until_h,
        };
        for text in &self.drugs {
            let given = treatments(text, &case, self.dataset.as_deref())?;
            if let Some(twice) = given.iter().find(|one| case.clashes_with(one)) {
                return Err(PathwayError::GivenTwice(twice.name.clone()));
            }
            case.treatments.extend(given);
        }
        Ok(case)
    }
}

impl Case {
    /// The same without any drug.
    pub fn untreated(&self) -> Self {
        Self {
            treatments: Vec::new(),
            ..self.clone()
        }
    }

    /// Whether the same drug is given at a time of this treatment and either is a share. Concentrations add up.
    fn clashes_with(&self, other: &Treatment) -> bool {
        let is_share = |one: &Treatment| matches!(one.amount, Amount::Share(_));
        self.treatments.iter().any(|one| {
            one.name == other.name
                && (is_share(one) || is_share(other))
                && one.window.0 < other.window.1
                && other.window.0 < one.window.1
        })
    }

    /// Times at which something is begun or ended, within the run, in order; with 0.
    pub fn switches(&self) -> Vec<f64> {
        let mut times = vec![0.0];
        for treatment in &self.treatments {
            times.extend([treatment.window.0, treatment.window.1]);
        }
        times.retain(|time| *time < self.until_h);
        times.sort_by(f64::total_cmp);
        times.dedup();
        times
    }

    /// The potencies that it rests on.
    pub fn potencies(&self) -> Vec<&PotencyUse> {
        let mut found: Vec<&PotencyUse> = Vec::new();
        for treatment in &self.treatments {
            if let Agent::Alk(potency) = &treatment.agent
                && !found.contains(&potency)
            {
                found.push(potency);
            }
        }
        found
    }

    /// In one line: `EML4::ALK:V1 G1202R, MET:amplification; lorlatinib 100 nM`.
    pub fn describe(&self) -> String {
        let mut text = self.line.map_or_else(
            || self.fusion_name.clone(),
            |line| format!("{line} ({})", self.fusion_name),
        );
        for name in &self.mutations {
            text.push_str(&format!(" {name}"));
        }
        for alteration in &self.alterations {
            text.push_str(&format!(", {}", alteration.key));
        }
        for (index, treatment) in self.treatments.iter().enumerate() {
            let separator = if index == 0 { "; " } else { " + " };
            text.push_str(&format!("{separator}{}", treatment.describe(self.until_h)));
        }
        text
    }
}

impl Treatment {
    fn describe(&self, until: f64) -> String {
        let amount = match self.amount {
            Amount::Nanomolar(nm) => format!("{nm} nM"),
            Amount::Share(share) => format!("{:.0} % inhibited", share * 100.0),
        };
        let (from, to) = self.window;
        if from <= 0.0 && to >= until {
            format!("{} {amount}", self.name)
        } else {
            format!("{} {amount} from {from} h to {to} h", self.name)
        }
    }
}

/// `level:Apoptosis=0.2`.
fn level(text: &str) -> Result<(usize, f64), PathwayError> {
    let bad = || PathwayError::BadCase(text.to_owned());
    let (name, value) = text
        .strip_prefix("level:")
        .and_then(|t| t.split_once('='))
        .ok_or_else(bad)?;
    let place = find_node(name)?;
    Ok((place, value.parse().map_err(|_| bad())?))
}

/// Hours: `12h`, `14d`, `30min`; a bare number is hours.
fn time(text: &str) -> Option<f64> {
    let (number, factor) = if let Some(number) = text.strip_suffix("min") {
        (number, 1.0 / 60.0)
    } else if let Some(number) = text.strip_suffix('h') {
        (number, 1.0)
    } else if let Some(number) = text.strip_suffix('d') {
        (number, 24.0)
    } else {
        (text, 1.0)
    };
    let hours = number.trim().parse::<f64>().ok()? * factor;
    (hours.is_finite() && (0.0..=LONGEST_H).contains(&hours)).then_some(hours)
}

/// A dose: `100nM`, `0.1uM`, `90%`.
///
/// # Errors
///
/// When it cannot be read, is negative, or a share is above 100 %.
pub fn amount(text: &str) -> Result<Amount, PathwayError> {
    let bad = |reason| PathwayError::BadDose {
        text: text.to_owned(),
        reason,
    };
    let units: [(&str, f64); 7] = [
        ("pM", 1e-3),
        ("nM", 1.0),
        ("uM", 1e3),
        ("µM", 1e3),
        ("μM", 1e3),
        ("mM", 1e6),
        ("%", 0.01),
    ];
    let (number, unit, factor) = units
        .iter()
        .find_map(|(unit, factor)| text.strip_suffix(unit).map(|n| (n, *unit, *factor)))
        .ok_or_else(|| bad("a unit is missing (nM, uM, pM, mM or %)"))?;
    let value: f64 = number
        .trim()
        .parse()
        .map_err(|_| bad("the number cannot be read"))?;
    if !value.is_finite() {
        return Err(bad("the number is not finite"));
    }
    if value < 0.0 || value.is_sign_negative() {
        return Err(bad("it is negative"));
    }
    match unit {
        "%" if value > 100.0 => Err(bad("a share is at most 100 %")),
        "%" => Ok(Amount::Share(value * factor)),
        _ if value * factor > 1e9 => Err(bad("it is above 1 M")),
        _ => Ok(Amount::Nanomolar(value * factor)),
    }
}

/// Reads `NAME=AMOUNT[@FROM-TO]` and finds out what the drug does. A drug with several targets gives several treatments.
fn treatments(
    text: &str,
    case: &Case,
    dataset: Option<&str>,
) -> Result<Vec<Treatment>, PathwayError> {
    let bad = |reason| PathwayError::BadDose {
        text: text.to_owned(),
        reason,
    };
    let (name, rest) = text
        .split_once('=')
        .ok_or_else(|| bad("a dose is missing"))?;
    let (dose, window) = match rest.split_once('@') {
        None => (rest, (0.0, LONGEST_H)),
        Some((dose, window)) => {
            // The last one: the sign of a negative time is told as what it is.
            let (from, to) = window
                .rsplit_once('-')
                .ok_or_else(|| bad("a window is FROM-TO"))?;
            let hours =
                |text: &str| time(text).ok_or_else(|| PathwayError::BadTime(text.to_owned()));
            let (from, to) = (hours(from)?, hours(to)?);
            if from >= to {
                return Err(bad("the window ends before it begins"));
            }
            (dose, (from, to))
        }
    };
    let amount = amount(dose)?;
    let treatment = |name: &str, agent, second| Treatment {
        name: name.to_owned(),
        agent,
        amount,
        second,
        window,
    };
    let known = drug(name);
    let inhibits: Vec<&Target> = targets()
        .iter()
        .filter(|t| {
            t.drug
                .eq_ignore_ascii_case(known.map_or(name, |drug| drug.name))
        })
        .collect();
    let is_alk = known.is_some_and(|drug| {
        matches!(
            drug.kind,
            DrugKind::AlkInhibitor | DrugKind::OtherKinaseInhibitor | DrugKind::ToolCompound
        )
    });
    match (known, amount) {
        (Some(drug), Amount::Nanomolar(_)) if is_alk => {
            let found = potency(drug.name, case.fusion, &case.mutations, dataset)?;
            let second = second_targets(&inhibits, drug.name, &found);
            Ok(vec![treatment(drug.name, Agent::Alk(found), second)])
        }
        (Some(drug), Amount::Share(_)) if is_alk => {
            Ok(vec![treatment(drug.name, Agent::AlkShare, Vec::new())])
        }
        _ if !inhibits.is_empty() => {
            let target = network::nodes()[inhibits[0].node].name;
            match amount {
                Amount::Share(_) => Ok(inhibits
                    .iter()
                    .map(|target| treatment(target.drug, Agent::Node(target.node), Vec::new()))
                    .collect()),
                Amount::Nanomolar(_) => Err(PathwayError::NoTargetPotency {
                    drug: inhibits[0].drug.to_owned(),
                    target: target.to_owned(),
                }),
            }
        }
        _ => {
            let place = node(name).ok_or_else(|| unknown_drug(name))?;
            match amount {
                Amount::Share(_) if place == landmarks().alk => Ok(vec![treatment(
                    "ALK inhibition",
                    Agent::AlkShare,
                    Vec::new(),
                )]),
                Amount::Share(_) => Ok(vec![treatment(
                    network::nodes()[place].name,
                    Agent::Node(place),
                    Vec::new(),
                )]),
                Amount::Nanomolar(_) => Err(PathwayError::NoTargetPotency {
                    drug: name.to_owned(),
                    target: network::nodes()[place].name.to_owned(),
                }),
            }
        }
    }
}

/// Second targets with their IC50: a multiple of the drug's IC50 on unmutated EML4-ALK in the data set of its potency.
fn second_targets(inhibits: &[&Target], drug: &str, found: &PotencyUse) -> Vec<(usize, f64)> {
    let v1 = &crate::catalogue::fusions()[0];
    inhibits
        .iter()
        .filter_map(|target| {
            let unmutated = potency(drug, v1, &[], Some(&found.dataset))
                .or_else(|_| potency(drug, v1, &[], None))
                .ok()?;
            Some((target.node, target.relative? * unmutated.ic50_nm))
        })
        .collect()
}

/// The second targets of a drug, by its potency.
pub(crate) fn second_targets_of(found: &PotencyUse) -> Vec<(usize, f64)> {
    let inhibits: Vec<&Target> = targets().iter().filter(|t| t.drug == found.drug).collect();
    second_targets(&inhibits, &found.drug, found)
}

/// What an alteration does, by node.
pub(crate) fn effects(case: &Case) -> impl Iterator<Item = (usize, Effect)> {
    let held = case
        .levels
        .iter()
        .map(|(node, factor)| (*node, Effect::Level(*factor)));
    case.alterations
        .iter()
        .map(|a| (a.node, a.effect))
        .chain(held)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn resolve(text: &str) -> Result<Case, PathwayError> {
        Asked::parse(text)?.resolve(Evidence::Usable)
    }

    #[test]
    fn reads_the_case_of_the_handbook() {
        let case = resolve("fusion=EML4::ALK:V1 mutation=G1202R bypass=MET drug=lorlatinib=100nM")
            .unwrap();
        assert_eq!(
            case.describe(),
            "EML4::ALK:V1 G1202R, MET:amplification; lorlatinib 100 nM"
        );
        assert!(case.potencies()[0].unverified);
    }

    #[test]
    fn wrong_cases_say_what_is_wrong() {
        let message = |text: &str| resolve(text).unwrap_err().to_string();
        assert!(message("drug=lorlatinib=-5nM").contains("it is negative"));
        assert!(message("drug=lorlatinib=-0nM").contains("it is negative"));
        assert!(message("drug=lorlatinib=5").contains("unit is missing"));
        assert!(message("drug=aspirin=5nM").contains("neither a drug"));
        assert!(message("drug=trametinib=5nM").contains("trametinib=90%"));
        assert!(message("drug=MEK=120%").contains("at most 100 %"));
        assert!(message("off=NOBODY").contains("no node"));
        assert!(
            message("fusion=BCR::ABL1").contains("no fusion")
                || message("fusion=BCR::ABL1").contains("not a fusion")
        );
        assert!(message("mutation=Z1R").contains("no catalogued mutation"));
        assert!(message("bypass=ABC").contains("known are"));
        assert!(message("drug=crizotinib=5nM@5d-2d").contains("ends before"));
        assert!(message("until=-3h").contains("no time"));
        assert!(message("drug=crizotinib=5nM@-1d-2d").contains("\"-1d\" is no time"));
        assert!(message("drug=crizotinib=5nM drug=crizotinib=90%").contains("given twice"));
        assert!(message("drug=MEK=50% drug=MEK=50%").contains("given twice"));
        assert!(message("strength=1e30").contains("a factor from 0 to 1000"));
        assert!(message("strength=NaN").contains("a factor from 0 to 1000"));
        assert!(message("dataset=Nobody2030").contains("no data set"));
        assert!(message("line=HeLa").contains("H3122"));
    }

    #[test]
    fn a_fusion_without_a_row_and_mutations_named_twice() {
        let case = resolve("fusion=KIF5B::ALK mutation=G1202R,p.Gly1202Arg").unwrap();
        assert_eq!(case.describe(), "KIF5B::ALK G1202R");
        assert!(resolve("drug=crizotinib=100nM@0d-7d drug=crizotinib=50nM@7d-14d").is_ok());
    }

    #[test]
    fn windows_switch() {
        let case = resolve("drug=crizotinib=100nM@0d-14d until=25d").unwrap();
        assert_eq!(case.switches(), [0.0, 336.0]);
    }

    proptest! {
        #[test]
        fn any_text_gives_a_case_or_an_error(text in "\\PC{0,60}") {
            let _ = Asked::parse(&text).map(|asked| asked.resolve(Evidence::Usable).map(|_| ()));
        }

        #[test]
        fn any_dose_text_is_finite_and_not_negative(text in "[-+0-9.einfaN]{0,12}(nM|uM|pM|%)?") {
            if let Ok(found) = amount(&text) {
                let value = match found { Amount::Nanomolar(v) | Amount::Share(v) => v };
                prop_assert!(value.is_finite() && value >= 0.0);
            }
        }
    }
}
