//! The files by which the steps of a pipeline tell each other: names with values, and a page for people.
//! Must never let a value end itself and begin another name.

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;

use crate::cli::PipelineArgs;
use crate::commands::Answer;
use crate::failure::kind_of;
use crate::report::{PlanReport, plan_markdown};

/// What a run came to: its answer, and the report where there is one.
pub(super) type Ended = anyhow::Result<(Answer, Option<PlanReport>)>;

/// Writes what a run came to where the pipeline reads it.
///
/// # Errors
/// Fails where a file cannot be written.
pub(super) fn write(args: &PipelineArgs, ended: &Ended) -> anyhow::Result<()> {
    let report = ended.as_ref().ok().and_then(|(_, report)| report.as_ref());
    if let Some(path) = &args.github_output {
        let code = match ended {
            Ok((answer, _)) => answer.code,
            Err(error) => kind_of(error).exit_code(),
        };
        append(path, &lines(code, report, &delimiter()?))?;
    }
    if let (Some(path), Some(report)) = (&args.github_step_summary, report) {
        append(path, &summary(report))?;
    }
    Ok(())
}

/// Returns the names and values.
fn lines(code: u8, report: Option<&PlanReport>, delimiter: &str) -> String {
    let meaning = match code {
        0 => "done",
        2 => "usage",
        3 => "refused",
        _ => "outside",
    };
    let proposal = report.and_then(|report| report.proposal.as_ref());
    let pull = proposal.and_then(|proposal| proposal.pull_request.as_ref());
    let values = [
        ("branch", proposal.map(|proposal| proposal.branch.clone())),
        ("commit", proposal.map(|proposal| proposal.commit.clone())),
        ("pull-request-url", pull.map(|pull| pull.url.clone())),
        ("pull-request-number", pull.map(|pull| pull.number.to_string())),
        ("operation", Some(pull.map_or_else(|| "none".to_owned(), |pull| pull.operation.clone()))),
        ("exit-meaning", Some(meaning.to_owned())),
    ];
    let line = |(name, value): (&str, Option<String>)| {
        format!("{name}<<{delimiter}\n{}\n{delimiter}\n", value.unwrap_or_default())
    };
    values.into_iter().map(line).collect()
}

/// Returns the page for people.
fn summary(report: &PlanReport) -> String {
    let proposal = report.proposal.as_ref();
    let pull = proposal.and_then(|proposal| proposal.pull_request.as_ref());
    let url = pull.map(|pull| &pull.url).or(proposal.and_then(|proposal| proposal.compare_url.as_ref()));
    let url = url.map(|url| format!("\n<{url}>\n")).unwrap_or_default();
    format!("{}{url}\n", plan_markdown(report))
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
mod tests {
    use super::*;

    #[test]
    fn every_value_stands_between_its_own_marks() {
        let want = "branch<<X\n\nX\ncommit<<X\n\nX\npull-request-url<<X\n\nX\npull-request-number<<X\n\nX\n\
                    operation<<X\nnone\nX\nexit-meaning<<X\nrefused\nX\n";
        assert_eq!(lines(3, None, "X"), want);
        assert_ne!(delimiter().unwrap(), delimiter().unwrap());
    }
}
