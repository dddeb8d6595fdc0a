//! One file a verb: arguments → request → stages → report. The glue between rooms.
//! Must never print: a verb returns its answer, `main` writes it.

mod build;
mod comment;
mod demo;
mod diagnose;
mod next;
mod outputs;
mod page;
mod plan;
mod preview;
mod propose;
mod reach;
mod recovery;
mod status;
mod verify;

use clap::ValueEnum as _;
use jiff::Timestamp;

use crate::cli::{Cli, Format, Verb};
use crate::failure::usage;

/// What a verb came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// For stdout.
    pub text: String,
    /// The exit code.
    pub code: u8,
    /// Where the signs `+` and `-` of a difference stand, which a terminal may colour.
    pub signs: Option<usize>,
    /// For stderr: what went wrong although there is an answer.
    pub failure: Option<crate::failure::Failure>,
    /// For stderr: what a person has to know of an answer whose text has no room for it.
    pub notes: Vec<String>,
}

impl Answer {
    /// Returns an answer of a run that did what it should.
    pub(crate) fn done(text: String) -> Self {
        Self { text, code: 0, signs: None, failure: None, notes: Vec::new() }
    }
}

/// Runs a verb; `tell` shows what one that takes its time is at.
///
/// # Errors
/// Fails as the verb does; the kind of the failure decides the exit code.
pub fn run(cli: &Cli, now: Timestamp, tell: &dyn Fn(&str)) -> anyhow::Result<Answer> {
    if let Some(verb) = text_alone(&cli.verb).filter(|_| cli.format != Format::Text) {
        let format = cli.format.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        return Err(usage(format!("`--format {format}` is not for `{verb}`, whose answer has one form alone"))
            .hint("--format text")
            .into());
    }
    match &cli.verb {
        Verb::Demo(args) => demo::run(args, now),
        Verb::Build(args) => build::run(args),
        Verb::Diagnose(args) => diagnose::run(args, cli.format, now),
        Verb::Plan(args) => plan::run(args, cli.format, now),
        Verb::Propose(args) => propose::run(args, cli.format, now),
        Verb::Preview(args) => preview::run(args, cli.format),
        Verb::Status(args) => status::run(args, cli.format, now),
        Verb::Verify(args) => verify::run(args, cli.format, now, tell),
        Verb::Schema { of } => page::schema(*of),
        Verb::Completions { shell } => Ok(page::completions(*shell)),
        Verb::Man => page::man(),
    }
}

/// Returns the name of a verb whose answer has one form alone.
fn text_alone(verb: &Verb) -> Option<&'static str> {
    match verb {
        Verb::Demo(_) => Some("demo"),
        Verb::Build(_) => Some("build"),
        Verb::Schema { .. } => Some("schema"),
        Verb::Completions { .. } => Some("completions"),
        Verb::Man => Some("man"),
        Verb::Diagnose(_) | Verb::Plan(_) | Verb::Propose(_) | Verb::Preview(_) | Verb::Verify(_) | Verb::Status(_) => {
            None
        }
    }
}

/// Returns what failed and why, outermost first, without repeating a cause that the line above already says.
pub fn causes(error: &anyhow::Error) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for cause in error.chain().map(ToString::to_string) {
        if lines.last().is_none_or(|above| !above.contains(&cause)) {
            lines.push(crate::report::masked(&cause, &[]));
        }
    }
    lines
}
