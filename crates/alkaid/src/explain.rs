//! `alkaid explain`: what is known about a question.

use alkaid_knowledge::answer::{Answer, answer};
use alkaid_knowledge::curated_on;
use alkaid_knowledge::query::parse;
use alkaid_report::{answer_page, answers_json, answers_tsv};

use crate::Outcome;
use crate::args::ExplainArgs;
use crate::console::{print, style};
use crate::exit::Exit;

/// Runs the command. Nothing is printed unless all questions are understood.
pub fn run(args: &ExplainArgs) -> Outcome {
    let as_of = args.as_of.unwrap_or_else(curated_on);
    let answers: Vec<Answer> = args
        .questions
        .iter()
        .map(|question| Ok(answer(question, &parse(question)?, as_of)))
        .collect::<anyhow::Result<_>>()?;
    let text = if args.json {
        answers_json(&answers)?
    } else if args.tsv {
        answers_tsv(&answers)
    } else {
        answers
            .iter()
            .map(|one| answer_page(one, style()))
            .collect()
    };
    print(&text)?;
    Ok(Exit::Ran)
}
