//! What the steps of a pipeline tell each other and the page of the run: names with values, a summary, annotations, in the
//! files that the pipeline names. Must never let a value end itself and begin another name or another command.

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;

use super::{Answer, causes};
use crate::cli::PipelineArgs;
use crate::failure::{hint_of, kind_of};
use crate::model::finding::{Finding, Level};
use crate::report;

/// What a run came to, for a pipeline.
#[derive(Debug, Clone, Default)]
pub(super) struct Told {
    /// Names and values; a value that is not known is empty.
    pub(super) values: Vec<(&'static str, String)>,
    /// Markdown for the page of the run.
    pub(super) summary: Option<String>,
    /// What the run found.
    pub(super) findings: Vec<Finding>,
    /// What exit code 1 means, where it means something else than differences.
    pub(super) found: Option<&'static str>,
}

/// How much weight an annotation has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weight {
    /// The run failed.
    Error,
    /// It hurts.
    Warning,
    /// Worth knowing.
    Notice,
}

/// What a run came to: its answer, and what a pipeline is told.
pub(super) type Ended = anyhow::Result<(Answer, Told)>;

/// Writes what a run came to where the pipeline reads it, and returns the answer.
///
/// # Errors
/// Fails as the run did, and where a file cannot be written.
pub(super) fn written(args: &PipelineArgs, names: &[&'static str], ended: Ended) -> anyhow::Result<Answer> {
    let result = write(args, names, &ended);
    let (answer, _) = ended?;
    result?;
    Ok(answer)
}

/// Writes the files.
fn write(args: &PipelineArgs, names: &[&'static str], ended: &Ended) -> anyhow::Result<()> {
    let (code, told) = match ended {
        Ok((answer, told)) => (answer.code, told.clone()),
        Err(error) => (kind_of(error).exit_code(), Told::default()),
    };
    let value = |name: &&'static str| {
        let known = told.values.iter().find(|(known, _)| known == name);
        (*name, known.map(|(_, value)| one_line(value)).unwrap_or_default())
    };
    let values = names.iter().map(value).chain([("exit-meaning", meaning(code, &told).to_owned())]);
    let values: Vec<(&str, String)> = values.collect();
    if let Some(path) = &args.github_output {
        append(path, &lines(&values, &delimiter()?))?;
    }
    if let Some(path) = &args.dotenv {
        append(path, &dotenv(&values))?;
    }
    if let (Some(path), Some(summary)) = (&args.github_step_summary, &told.summary) {
        append(path, summary)?;
    }
    if let Some(path) = &args.annotations {
        append(path, &annotations(ended))?;
    }
    Ok(())
}

/// Returns the word for an exit code.
fn meaning(code: u8, told: &Told) -> &'static str {
    match code {
        0 => "done",
        1 => told.found.unwrap_or("differences"),
        2 => "usage",
        3 => "refused",
        _ => "outside",
    }
}

/// Returns names and values as GitHub reads them.
fn lines(values: &[(&str, String)], delimiter: &str) -> String {
    values
        .iter()
        .map(|(name, value)| format!("{name}<<{delimiter}\n{value}\n{delimiter}\n"))
        .collect::<Vec<_>>()
        .concat()
}

/// Returns names and values as GitLab reads them: `PROPOSAL_` before them, since jobs that follow must not take them for
/// flags of leeward.
fn dotenv(values: &[(&str, String)]) -> String {
    let name = |name: &str| name.to_ascii_uppercase().replace('-', "_");
    values.iter().map(|(key, value)| format!("PROPOSAL_{}={value}\n", name(key))).collect::<Vec<_>>().concat()
}

/// Returns the commands that annotate the page of the run.
fn annotations(ended: &Ended) -> String {
    let (findings, notes, failure) = match ended {
        Ok((answer, told)) => {
            let failure = answer.failure.as_ref().map(|failure| (failure.fact.clone(), failure.hint.clone()));
            (told.findings.clone(), answer.notes.clone(), failure)
        }
        Err(error) => (Vec::new(), Vec::new(), Some((causes(error).join(": "), hint_of(error).map(str::to_owned)))),
    };
    let mut all: Vec<String> = Vec::new();
    if let Some((fact, hint)) = failure {
        all.push(annotation(Weight::Error, "leeward", &fact, hint.as_deref()));
    }
    for finding in &findings {
        let weight = match finding.level {
            Level::Refuse => Weight::Error,
            Level::Warn => Weight::Warning,
            Level::Note => continue,
        };
        all.push(annotation(weight, finding.id, &finding.fact, finding.hint.as_deref()));
    }
    all.extend(notes.iter().map(|note| annotation(Weight::Notice, "leeward", note, None)));
    let mut once: Vec<String> = Vec::new();
    for line in all {
        if !once.contains(&line) {
            once.push(line);
        }
    }
    once.concat()
}

/// Returns one annotation.
fn annotation(weight: Weight, title: &str, fact: &str, hint: Option<&str>) -> String {
    let word = match weight {
        Weight::Error => "error",
        Weight::Warning => "warning",
        Weight::Notice => "notice",
    };
    let hint = hint.map(|hint| format!("\nhint: {}", report::escaped(hint))).unwrap_or_default();
    let text = data(&format!("{}{hint}", report::escaped(fact)));
    format!("::{word} title={}::{text}\n", data(title).replace(':', "%3A").replace(',', "%2C"))
}

/// Returns a text as the data of a command of the runner.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Returns a value without what would end it.
fn one_line(value: &str) -> String {
    value.replace(char::is_control, " ")
}

/// Returns a word that no value can hold by chance.
fn delimiter() -> anyhow::Result<String> {
    let (one, other) = (getrandom::u64(), getrandom::u64());
    let fault = |error| anyhow::anyhow!("no source of chance: {error}");
    Ok(format!("leeward-{:016x}{:016x}", one.map_err(fault)?, other.map_err(fault)?))
}

/// Adds a text to a file.
fn append(path: &Path, text: &str) -> anyhow::Result<()> {
    let context = || format!("failed to write to `{}`", path.display());
    let mut file = std::fs::OpenOptions::new().append(true).create(true).open(path).with_context(context)?;
    file.write_all(text.as_bytes()).with_context(context)
}

#[cfg(test)]
mod tests;
