//! Cases added up, goals, and the Markdown of both.

use std::fmt::Write as _;

use crate::compare::Comparison;

/// Many comparisons added up.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Cases.
    pub cases: usize,
    /// With a call.
    pub called: usize,
    /// With the right gene.
    pub gene: usize,
    /// With the right exon.
    pub exon: usize,
    /// With both breakpoints right.
    pub breakpoint: usize,
    /// With the right frame.
    pub frame: usize,
    /// Called cases for which the table has a name.
    pub named: usize,
    /// Of these, with that name.
    pub named_right: usize,
    /// Called cases with a name that the table does not have.
    pub misnamed: usize,
    /// Calls beside the true one.
    pub further: usize,
    /// Sums over called cases, the counted fragments of each case up to its ceiling.
    pub counted: u64,
    /// Sum of the ceilings of called cases.
    pub ceiling: u64,
    /// Lowest share of the ceiling counted in one called case.
    pub worst: Option<f64>,
    /// Called cases in which more fragments were counted than hold the junction.
    pub overcounted: usize,
}

impl Tally {
    /// Takes in a case.
    pub fn add(&mut self, case: &Comparison) {
        self.cases += 1;
        if !case.called {
            return;
        }
        let one = |yes: bool| usize::from(yes);
        self.called += 1;
        self.gene += one(case.gene);
        self.exon += one(case.exon);
        self.breakpoint += one(case.breakpoint);
        self.frame += one(case.frame);
        self.named += one(case.variant_expected.is_some());
        self.named_right += one(case.variant_expected.is_some() && case.variant);
        self.misnamed += one(case.variant_expected.is_none() && !case.variant);
        self.further += case.further;
        let counted = u64::from(case.counted);
        self.overcounted += one(counted > case.supporting.max(case.ceiling));
        if case.ceiling > 0 {
            self.counted += counted.min(case.ceiling);
            self.ceiling += case.ceiling;
            let share = counted as f64 / case.ceiling as f64;
            self.worst = Some(self.worst.map_or(share, |worst| worst.min(share)));
        }
    }

    /// Share of cases called.
    pub fn recall(&self) -> f64 {
        share(self.called, self.cases)
    }

    /// Share of the ceiling counted.
    pub fn counted_share(&self) -> f64 {
        share(self.counted as usize, self.ceiling as usize)
    }

    /// The head of a table of tallies; `group` names its first column.
    pub fn head(group: &str) -> String {
        format!(
            "| {group} | cases | called | recall | gene | exon | breakpoints | frame | variant | counted / ceiling | worst case | further calls |\n\
             |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n"
        )
    }

    /// A row of a table of tallies.
    pub fn row(&self, group: &str) -> String {
        format!(
            "| {group} | {} | {} | {} | {} | {} | {} | {} | {}/{} | {}/{} = {} | {} | {} |\n",
            self.cases,
            self.called,
            ratio(self.recall()),
            self.gene,
            self.exon,
            self.breakpoint,
            self.frame,
            self.named_right,
            self.named,
            self.counted,
            self.ceiling,
            ratio(self.counted_share()),
            self.worst.map_or_else(|| "–".to_owned(), ratio),
            self.further,
        )
    }
}

/// `part / whole`; 0 of 0 is 0, for nothing was shown.
pub fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

/// Four decimals, never rounded up to a goal that was missed.
pub fn ratio(value: f64) -> String {
    format!("{:.4}", (value * 1e4).floor() / 1e4)
}

/// A table of goals: what, measured, must, met.
#[derive(Clone, Debug, Default)]
pub struct Goals(String);

impl Goals {
    /// A share that must reach `least`.
    pub fn at_least(&mut self, what: &str, measured: f64, least: f64) {
        self.row(
            what,
            &ratio(measured),
            &format!("≥ {least}"),
            measured >= least,
        );
    }

    /// So many of so many; all must be.
    pub fn all(&mut self, what: &str, right: usize, of: usize) {
        self.row(
            what,
            &format!("{right} of {of}"),
            "all",
            right == of && of > 0,
        );
    }

    /// Any other goal.
    pub fn row(&mut self, what: &str, measured: &str, must: &str, met: bool) {
        // Writing to a String cannot fail.
        let _ = writeln!(
            self.0,
            "| {what} | {} | {must} | {} |",
            measured.replace('|', "/"),
            if met { "met" } else { "**NOT MET**" }
        );
    }

    /// The table.
    pub fn table(&self) -> String {
        format!(
            "| goal | measured | must | |\n|---|---|---|---|\n{}",
            self.0
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missed_goal_is_not_rounded_away() {
        assert_eq!(ratio(0.989_99), "0.9899");
        let mut goals = Goals::default();
        goals.at_least("recall", 0.989_999, 0.99);
        goals.all("breakpoints", 0, 0);
        assert_eq!(goals.table().matches("NOT MET").count(), 2);
    }

    #[test]
    fn counts_beyond_the_ceiling_do_not_make_up_for_others() {
        let mut tally = Tally::default();
        for counted in [5, 1] {
            tally.add(&Comparison {
                called: true,
                counted,
                ceiling: 3,
                supporting: 5,
                ..Comparison::default()
            });
        }
        tally.add(&Comparison::default());
        assert_eq!(
            (tally.counted, tally.ceiling, tally.called, tally.cases),
            (4, 6, 2, 3)
        );
        assert_eq!(ratio(tally.recall()), "0.6666");
    }
}
