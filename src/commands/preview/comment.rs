//! The preview as comments on its pull request.

use crate::cli::PreviewArgs;
use crate::commands::comment::{Comments, Kept};
use crate::git::Repository;
use crate::report::{PreviewReport, preview_markdown};

/// Keeps the comments; returns the number of the pull request and what was done.
///
/// # Errors
/// Fails where the forge cannot be reached, and where no pull request is found.
pub(super) fn keep(repository: &Repository, args: &PreviewArgs, report: &PreviewReport) -> anyhow::Result<Kept> {
    let comments = Comments {
        asked: &args.comment,
        timeout: args.builder.timeout,
        kind: "preview",
        branch: &report.head.name,
        past: None,
    };
    comments.keep(repository, |limit| preview_markdown(report, Some(limit)))
}
