//! Parses, runs, writes, exits. The only place that reads the clock.

use std::process::ExitCode;

use clap::Parser as _;
use leeward::cli::{Cli, Format};
use leeward::console::{Console, Label};
use leeward::failure::{hint_of, kind_of};
use leeward::{commands, report};

#[expect(clippy::disallowed_methods, reason = "the one reading of the clock")]
fn main() -> ExitCode {
    let cli = Cli::parse();
    let console = Console::new(cli.color);
    let now = cli.now.unwrap_or_else(jiff::Timestamp::now);
    let (text, code, failure, notes) = match commands::run(&cli, now) {
        Ok(answer) => (answer.text, answer.code, answer.failure.map(anyhow::Error::new), answer.notes),
        Err(error) => (String::new(), kind_of(&error).exit_code(), Some(error), Vec::new()),
    };
    let written = console.answer(&text);
    for note in &notes {
        console.note(note);
    }
    if let Some(error) = &failure {
        let (causes, hint) = (commands::causes(error), hint_of(error).map(str::to_owned));
        if cli.format == Format::Json && text.is_empty() {
            drop(console.answer(&report::failure(kind_of(error), &causes[0], &causes[1..], hint.as_deref())));
        }
        let labels = std::iter::once(Label::Error).chain(std::iter::repeat(Label::Cause));
        let lines = labels.zip(causes).chain(hint.map(|hint| (Label::Hint, hint)));
        console.error(&lines.collect::<Vec<_>>());
    }
    if written.is_err() { ExitCode::from(4) } else { ExitCode::from(code) }
}
