//! `alkaid explain`: what is known about a question.

use alkaid_knowledge::answer::{Answer, answer};
use alkaid_knowledge::query::{QueryError, parse};
use alkaid_knowledge::{Date, curated_on};
use alkaid_report::{answer_page, answers_json, answers_tsv};

use crate::Outcome;
use crate::args::ExplainArgs;
use crate::console::{print, style};
use crate::exit::Exit;

/// Runs the command. Nothing is printed unless all questions are understood.
pub fn run(args: &ExplainArgs) -> Outcome {
    let as_of = args.as_of.unwrap_or_else(curated_on);
    let answers = answers(&args.questions, as_of)?;
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

/// One answer for each question; or one for all words together, where these are a question that was not quoted.
fn answers(questions: &[String], as_of: Date) -> Result<Vec<Answer>, QueryError> {
    let one = |question: &String| Ok(answer(question, &parse(question)?, as_of));
    let each: Result<Vec<Answer>, QueryError> = questions.iter().map(one).collect();
    each.or_else(|error| {
        let together = questions.join(" ");
        one(&together).map(|answer| vec![answer]).map_err(|_| error)
    })
}
