//! `demo`.

use super::Answer;
use crate::cli::DemoArgs;

/// Runs the verb.
pub(super) fn run(args: &DemoArgs) -> anyhow::Result<Answer> {
    Ok(Answer::done(format!("{:?}", args.dir)))
}
