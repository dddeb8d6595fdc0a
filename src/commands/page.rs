//! `schema`, `completions`, `man`: pages made from the types and the command line.

use clap::CommandFactory as _;

use super::Answer;
use crate::cli::{Cli, SchemaArg};
use crate::model::config::Config;
use crate::report::{DiagnosisReport, StatusReport, VerdictReport};

/// Returns a JSON Schema.
pub(super) fn schema(of: SchemaArg) -> anyhow::Result<Answer> {
    let schema = match of {
        SchemaArg::Config => schemars::schema_for!(Config),
        SchemaArg::Diagnosis => schemars::schema_for!(DiagnosisReport),
        SchemaArg::Status => schemars::schema_for!(StatusReport),
        SchemaArg::Verdict => schemars::schema_for!(VerdictReport),
    };
    Ok(Answer::done(serde_json::to_string_pretty(&schema)? + "\n"))
}

/// Returns the completion script of a shell.
pub(super) fn completions(shell: clap_complete::Shell) -> Answer {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "leeward", &mut script);
    Answer::done(String::from_utf8_lossy(&script).into_owned())
}

/// Returns the manual page.
pub(super) fn man() -> anyhow::Result<Answer> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page)?;
    Ok(Answer::done(String::from_utf8_lossy(&page).into_owned()))
}
