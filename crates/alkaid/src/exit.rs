//! Exit codes and error messages.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use alkaid_case::CaseError;
use alkaid_ihc::IhcError;
use alkaid_reads::ReadsError;
use alkaid_reads::input::InputError;
use alkaid_simulate::SimulateError;

/// How a run ended. Usage errors end with 2, by clap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// It ran, whatever the verdict: 0.
    Ran,
    /// It could not run: 1.
    Failed,
    /// It ran, ALK is rearranged, and `--fail-on-positive` was given: 3.
    Positive,
    /// It was interrupted: 130.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(match exit {
            Exit::Ran => 0,
            Exit::Failed => 1,
            Exit::Positive => 3,
            Exit::Interrupted => 130,
        })
    }
}

/// Ctrl-C was pressed during work of this program's own.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("interrupted")]
pub struct Interrupted;

/// Says what went wrong on standard error.
pub fn explain(error: &anyhow::Error) -> Exit {
    // Who reads our output went away: nothing is wrong.
    if error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|cause| cause.kind() == ErrorKind::BrokenPipe)
    }) {
        return Exit::Ran;
    }
    let interrupted = matches!(
        error.downcast_ref(),
        Some(ReadsError::Input(InputError::Interrupted))
    ) || matches!(error.downcast_ref(), Some(InputError::Interrupted))
        || matches!(error.downcast_ref(), Some(SimulateError::Interrupted))
        || matches!(error.downcast_ref(), Some(IhcError::Interrupted))
        || matches!(error.downcast_ref(), Some(CaseError::Interrupted))
        || error.is::<Interrupted>();
    if interrupted {
        complain("interrupted; nothing was written");
        return Exit::Interrupted;
    }
    complain(&message(error));
    Exit::Failed
}

/// The error and its causes; many messages name their cause already.
fn message(error: &anyhow::Error) -> String {
    error.chain().fold(String::new(), |message, cause| {
        let cause = cause.to_string();
        match message.as_str() {
            "" => cause,
            known if known.contains(&cause) => message,
            known => format!("{known}: {cause}"),
        }
    })
}

fn complain(message: &str) {
    // Standard error may be closed as well; there is nobody left to tell.
    let _ = writeln!(io::stderr(), "alkaid: {message}");
}
