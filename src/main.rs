//! Parses, runs, writes, exits. The only place that reads the clock.

use std::process::ExitCode;

use leeward::cli::{Cli, Color, Format};
use leeward::console::{Console, Label, painted};
use leeward::failure::{Kind, hint_of, kind_of};
use leeward::{commands, report};

#[expect(clippy::disallowed_methods, reason = "the one reading of the clock")]
fn main() -> ExitCode {
    let cli = match Cli::read(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => return unusable(&error),
    };
    let console = Console::new(cli.color);
    let now = cli.now.unwrap_or_else(jiff::Timestamp::now);
    let (text, code, failure, notes) = match commands::run(&cli, now, &|text| console.progress(&report::escaped(text)))
    {
        Ok(answer) => (shown(&answer), answer.code, answer.failure.map(anyhow::Error::new), answer.notes),
        Err(error) => (String::new(), kind_of(&error).exit_code(), Some(error), Vec::new()),
    };
    let written = console.answer(&text);
    for note in &notes {
        console.note(&report::escaped(note));
    }
    if let Some(error) = &failure {
        let (causes, hint) = (commands::causes(error), hint_of(error).map(str::to_owned));
        if cli.format == Format::Json && text.is_empty() {
            let answer = report::failure(kind_of(error), &causes[0], &causes[1..], hint.as_deref());
            drop(console.answer(&answer));
        }
        let labels = std::iter::once(Label::Error).chain(std::iter::repeat(Label::Cause));
        let lines = labels.zip(causes).chain(hint.map(|hint| (Label::Hint, hint)));
        let lines = lines.map(|(label, text)| (label, report::escaped(&text)));
        console.error(&lines.collect::<Vec<_>>());
    }
    if written.is_err() { ExitCode::from(4) } else { ExitCode::from(code) }
}

/// Returns the text of an answer, the signs of its differences in colour; the console takes colours out where none are wanted.
fn shown(answer: &commands::Answer) -> String {
    answer.signs.map_or_else(|| answer.text.clone(), |column| painted(&answer.text, column))
}

/// Says what clap says: help and version, or why the command line cannot be used, to programs that ask for JSON too.
fn unusable(error: &clap::Error) -> ExitCode {
    let written = error.print();
    if !error.use_stderr() {
        return if written.is_err() { ExitCode::from(4) } else { ExitCode::SUCCESS };
    }
    if asks_for_json() {
        let text = error.render().to_string();
        let said = text.split("\n\n").next().unwrap_or_default().trim();
        let fact = said.strip_prefix("error: ").unwrap_or("no verb is named");
        let hint = Some("leeward --help");
        drop(Console::new(Color::Never).answer(&report::failure(Kind::Usage, fact, &[], hint)));
    }
    ExitCode::from(Kind::Usage.exit_code())
}

/// Returns whether the command line, which cannot be parsed, or else the environment asks for JSON.
#[expect(clippy::disallowed_methods, reason = "clap read the variable, but gave nothing back")]
fn asks_for_json() -> bool {
    let words: Vec<_> = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let next = |index: usize| words.get(index + 1).map(String::as_str);
    let mut typed = words.iter().enumerate().filter_map(|(index, word)| match word.as_str() {
        "--format" => next(index),
        word => word.strip_prefix("--format="),
    });
    match typed.next_back() {
        Some(format) => format == "json",
        None => std::env::var_os("LEEWARD_FORMAT").is_some_and(|format| format == "json"),
    }
}
