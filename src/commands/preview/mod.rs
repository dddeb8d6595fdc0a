//! `preview`: Git before, Git after and the live objects → what merging will do. Writes nothing but, on
//! request, the comments of a pull request.

mod changed;
mod comment;
mod given;
mod here;
mod observe;
mod owners;
mod revisions;
mod select;
mod side;
mod sides;
mod source;
mod touched;

use super::Answer;
use super::build::builder;
use super::outputs::{self, Ended, Told};
use super::reach::outside;
use crate::cli::{Format, PreviewArgs};
use crate::failure::Failure;
use crate::git::{Repository, Trunk};
use crate::preview::{Merged, sources_changed};
use crate::report::{self, BaseLine, PreviewReport, Summary};
use revisions::{Revisions, revisions};
use sides::Sides;
use source::{Opened, Opening};

/// What a run saw.
pub(super) struct Seen {
    /// The report.
    pub(super) report: PreviewReport,
    /// The first root that could not be built.
    failure: Option<Failure>,
    /// The exit code of what was seen.
    code: u8,
    /// What a person has to know of who built.
    notes: Vec<String>,
}

/// What the next steps of a pipeline are told, beside what the exit code means.
const OUTPUTS: [&str; 2] = ["pull-request-number", "operation"];
/// How many bytes the summary of a step may have; GitHub takes 1 MiB.
const SUMMARY: usize = 1_000_000;

/// Runs the verb.
pub(super) fn run(args: &PreviewArgs, format: Format) -> anyhow::Result<Answer> {
    outputs::written(&args.pipeline, &OUTPUTS, shown(args, format))
}

/// Looks, and keeps the comments where that is asked for.
fn shown(args: &PreviewArgs, format: Format) -> Ended {
    let repository = Repository::open(&args.change.repo)?;
    let Seen { report, mut failure, mut code, mut notes } = look(&repository, args)?;
    let text = match format {
        Format::Text => report::preview_text(&report),
        Format::Markdown => report::preview_markdown(&report, None).join("\n"),
        Format::Json => report::preview_json(&report),
    };
    let mut values = vec![("operation", "none".to_owned())];
    if args.comment.comment {
        match comment::keep(&repository, args, &report) {
            Ok((number, kept)) => {
                values = vec![("pull-request-number", number.to_string()), ("operation", kept.to_owned())];
                notes.push(format!("comments of pull request {number}: {kept}"));
            }
            Err(error) => {
                let missed = outside(&error);
                code = code.max(missed.kind.exit_code());
                failure.get_or_insert(missed);
            }
        }
    }
    let signs = (format == Format::Text).then_some(report::SIGN_COLUMN);
    let summary = report::preview_markdown(&report, Some(SUMMARY)).into_iter().next();
    let told = Told { values, summary, findings: report.findings, found: None };
    Ok((Answer { text, code, signs, failure, notes }, told))
}

/// Returns what merging will do.
///
/// # Errors
/// Fails where git or the live side cannot be read; refuses revisions and files that cannot be used.
pub(super) fn look(repository: &Repository, args: &PreviewArgs) -> anyhow::Result<Seen> {
    let revisions = revisions(repository, &args.change)?;
    let builder = builder(&args.builder);
    let surveyed = sides::survey(repository, &revisions, &args.change)?;
    // The live side is opened, and asked for what is known to be needed, while the roots are built.
    let opening = Opening::start(args, &surveyed);
    let Sides { mut changed, mut findings, failure } = surveyed.build(&builder)?;
    let mut merged = merged(repository, &revisions)?;
    merged.sources = changed.iter().flat_map(|one| sources_changed(&one.deployed)).collect();
    findings.extend(select::named(&mut changed, &args.change.cluster)?);
    let Opened { source, ahead } = opening.finish()?;
    let observed = observe::observe(&source, ahead, changed, (merged, &args.live))?;
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
    // A read that failed weighs most, then a root that could not be built, then differences elsewhere.
    let code = match &failure {
        Some(failure) if !Summary::of(&report.roots).failed => failure.kind.exit_code(),
        _ => report.summary().exit_code(),
    };
    Ok(Seen { report, failure, code, notes: builder.notes() })
}

/// Returns what merging moves.
fn merged(repository: &Repository, revisions: &Revisions) -> anyhow::Result<Merged> {
    let Trunk { branch, is_default, addresses } = repository.trunk(&revisions.base)?;
    Ok(Merged { branch, is_default, addresses, sources: Vec::new() })
}

/// Returns how a revision is reported.
fn line(revision: &crate::git::Base) -> BaseLine {
    BaseLine { name: revision.name.clone(), commit: revision.commit.id.clone() }
}
