//! `preview`: Git before, Git after and the live objects → what merging will do. Writes nothing.

mod given;
mod observe;
mod owners;
mod select;
mod sides;

use super::Answer;
use super::build::builder;
use crate::cli::{Format, PreviewArgs};
use crate::git::Repository;
use crate::report::{self, BaseLine, PreviewReport, Summary};
use observe::Source;
use sides::Sides;

/// Runs the verb.
pub(super) fn run(args: &PreviewArgs, format: Format) -> anyhow::Result<Answer> {
    let repository = Repository::open(&args.change.repo)?;
    let revisions = sides::revisions(&repository, &args.change)?;
    let builder = builder(&args.builder);
    let sides = sides::sides(&repository, &revisions, &builder, &args.change)?;
    let Sides { mut changed, mut findings, failure } = sides;
    findings.extend(select::named(&mut changed, &args.change.cluster)?);
    let source = Source::open(&args.live, args.builder.timeout)?;
    let observed = observe::observe(&source, changed, &args.live)?;
    findings.extend(observed.findings);
    let report = PreviewReport {
        base: line(&revisions.base),
        head: line(&revisions.head),
        live: source.describe(),
        requests: source.requests(),
        builder: builder.describe(),
        roots: observed.roots,
        findings,
        next: None,
        is_partial: failure.is_some(),
    };
    let text = match format {
        Format::Text => report::preview_text(&report),
        Format::Markdown => report::preview_markdown(&report, None).join("\n"),
        Format::Json => report::preview_json(&report),
    };
    // A read that failed weighs most, then a root that could not be built, then differences elsewhere.
    let code = match &failure {
        Some(failure) if !Summary::of(&report.roots).failed => failure.kind.exit_code(),
        _ => report.summary().exit_code(),
    };
    let signs = (format == Format::Text).then_some(report::SIGN_COLUMN);
    Ok(Answer { text, code, signs, failure, notes: builder.notes() })
}

/// Returns how a revision is reported.
fn line(revision: &crate::git::Base) -> BaseLine {
    BaseLine { name: revision.name.clone(), commit: revision.commit.id.clone() }
}
