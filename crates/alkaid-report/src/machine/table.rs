//! A case and a comparison as tables, one statement a line.

use alkaid_case::finding::{CaseReport, CompareReport, Estimate, Sentence};

/// What stands where there is nothing to say.
const NONE: &str = ".";

/// The conclusion, evidence, discordances, tests and consequences, one a line: section, name, value, its interval, words,
/// sources.
pub fn case_tsv(report: &CaseReport) -> String {
    let mut table = Table::new(&["section", "name", "value", "low", "high", "text", "sources"]);
    let joint = &report.joint;
    let cites = |sentence: &Sentence| sources(report, &sentence.cites);
    table.row(
        "status",
        report.status.as_str(),
        Some(joint.rearranged),
        &words(&report.answer),
        NONE,
    );
    table.row(
        "status",
        "expressed kinase fusion",
        Some(joint.driver),
        NONE,
        NONE,
    );
    table.row(
        "prior",
        "rearranged",
        Some(joint.prior.rearranged),
        &joint.prior.statement.text,
        &cites(&joint.prior.statement),
    );
    for class in &joint.classes {
        table.row(
            "class",
            class.class.as_str(),
            Some(class.posterior),
            &class.meaning,
            NONE,
        );
    }
    for assay in &report.assays {
        let (value, interval) = match &assay.measure {
            Some(measure) => (Some(measure.value), measure.interval),
            None => (None, None),
        };
        let text = format!("{}: {}", assay.state.as_str(), assay.finding.text);
        table.fields(
            ["assay", &assay.id],
            [
                value,
                interval.map(|one| one[0]),
                interval.map(|one| one[1]),
            ],
            &text,
            &cites(&assay.finding),
        );
    }
    for one in &joint.contributions {
        table.row(
            "likelihood_ratio",
            &one.assay,
            Some(one.likelihood_ratio),
            &one.outcome,
            NONE,
        );
        table.row("without", &one.assay, Some(one.without), NONE, NONE);
    }
    for one in &report.discordances {
        let text = format!("{}: {} {}", one.title, one.explanation.text, one.here.text);
        table.row(
            "discordance",
            &one.rule,
            one.probability,
            &text,
            &cites(&one.explanation),
        );
    }
    for test in &report.next_tests {
        let text = format!(
            "{}; settles with probability {}; {}",
            test.title, test.settles, test.material
        );
        table.fields(
            ["next_test", &test.test],
            [Some(test.bits), None, None],
            &text,
            &sources(report, &test.cites),
        );
    }
    let follows = &report.follows;
    for fusion in follows.fusion.iter().chain(&follows.other_fusions) {
        let text = format!(
            "{} {}, {} unique fragments",
            fusion.variant.as_deref().unwrap_or(NONE),
            fusion.junction,
            fusion.unique_fragments
        );
        table.row("fusion", &fusion.name, fusion.allele_fraction, &text, NONE);
    }
    for one in &follows.mutations {
        table.row(
            "mutation",
            &one.name,
            one.allele_fraction,
            one.hgvs_c.as_deref().unwrap_or(NONE),
            NONE,
        );
    }
    for one in &follows.bypass {
        let name = format!("{} {}", one.gene, one.event);
        table.row(
            "bypass",
            &name,
            None,
            &one.what,
            &sources(report, &one.cites),
        );
    }
    for sentence in follows
        .mechanism
        .iter()
        .chain(&follows.variant)
        .chain(&follows.mutation_facts)
    {
        table.row("fact", NONE, None, &sentence.text, &cites(sentence));
    }
    for one in &follows.inhibitors {
        let level = one.level.as_deref().unwrap_or(NONE);
        let text = format!("{} ({level}): {}", one.verdict, one.reason.text);
        table.row("inhibitor", &one.drug, None, &text, &cites(&one.reason));
    }
    for one in &follows.potencies {
        let name = format!("{} on {}", one.drug, one.mutations);
        let text = format!(
            "{}IC50 in nM; {}",
            one.relation.as_deref().unwrap_or_default(),
            one.dataset
        );
        table.fields(
            ["potency", &name],
            [Some(one.nanomolar), None, None],
            &text,
            &sources(report, &[one.cite]),
        );
    }
    for one in &report.treatments {
        let text = format!(
            "{} to {}; best response {}",
            one.start.as_deref().unwrap_or(NONE),
            one.end.as_deref().unwrap_or(NONE),
            one.best_response.as_deref().unwrap_or(NONE)
        );
        table.row("treatment", &one.drug, None, &text, NONE);
    }
    for warning in &report.warnings {
        table.row("warning", NONE, None, warning, NONE);
    }
    for input in &report.provenance.inputs {
        table.row(
            "input",
            &input.path,
            None,
            &format!("{} bytes, SHA-256 {}", input.bytes, input.sha256),
            NONE,
        );
    }
    table.text
}

/// Changes, one a line.
pub fn compare_tsv(report: &CompareReport) -> String {
    let mut table = Table::new(&[
        "what",
        "name",
        "change",
        "before",
        "before_low",
        "before_high",
        "after",
        "after_low",
        "after_high",
        "rose",
        "text",
    ]);
    for change in &report.changes {
        let share = |one: &Option<alkaid_case::finding::ClonalFraction>| {
            one.as_ref().map_or([None; 3], |one| {
                [
                    Some(one.share.value),
                    Some(one.share.low),
                    Some(one.share.high),
                ]
            })
        };
        let (before, after) = (share(&change.before), share(&change.after));
        let mut fields = vec![
            change.what.clone(),
            change.name.clone(),
            change.kind.as_str().to_owned(),
        ];
        fields.extend(
            before
                .into_iter()
                .chain(after)
                .chain([change.rose])
                .map(number),
        );
        fields.push(change.statement.text.clone());
        table.line(&fields);
    }
    table.text
}

struct Table {
    text: String,
}

impl Table {
    fn new(columns: &[&str]) -> Self {
        let mut table = Self {
            text: String::new(),
        };
        table.line(
            &columns
                .iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>(),
        );
        table
    }

    fn row(
        &mut self,
        section: &str,
        name: &str,
        value: Option<Estimate>,
        text: &str,
        sources: &str,
    ) {
        let numbers = match value {
            Some(one) => [Some(one.value), Some(one.low), Some(one.high)],
            None => [None; 3],
        };
        self.fields([section, name], numbers, text, sources);
    }

    fn fields(&mut self, names: [&str; 2], numbers: [Option<f64>; 3], text: &str, sources: &str) {
        let mut fields: Vec<String> = names.map(str::to_owned).to_vec();
        fields.extend(numbers.map(number));
        fields.extend([text.to_owned(), sources.to_owned()]);
        self.line(&fields);
    }

    /// A line; what would break it becomes a space.
    fn line(&mut self, fields: &[String]) {
        let clean = |field: &String| field.replace(|c: char| c.is_control(), " ");
        self.text
            .push_str(&fields.iter().map(clean).collect::<Vec<_>>().join("\t"));
        self.text.push('\n');
    }
}

fn number(value: Option<f64>) -> String {
    value.map_or(NONE.to_owned(), |number| number.to_string())
}

fn words(sentences: &[Sentence]) -> String {
    let texts: Vec<&str> = sentences.iter().map(|one| one.text.as_str()).collect();
    texts.join(" ")
}

fn sources(report: &CaseReport, numbers: &[u32]) -> String {
    let rows: Vec<&str> = numbers
        .iter()
        .filter_map(|number| report.citation(*number))
        .map(|one| one.row.as_str())
        .collect();
    if rows.is_empty() {
        NONE.to_owned()
    } else {
        rows.join("|")
    }
}
