//! `diagnose`: logs → what is wrong, on which lines that rests, and what it calls for. Writes nothing.

mod logs;
mod next;

use super::Answer;
use crate::cli::{DiagnoseArgs, Format};
use crate::diagnose::{Cause, Diagnosis, Evidence, diagnose};
use crate::failure::{Failure, outside, usage};
use crate::report::{self, DiagnosisReport};

/// Runs the verb.
pub(super) fn run(args: &DiagnoseArgs, format: Format) -> anyhow::Result<Answer> {
    if args.evidence.log.is_empty() {
        return Err(usage("there is nothing to look at").hint("leeward diagnose --log FILE").into());
    }
    let evidence = Evidence { logs: logs::read(&args.evidence.log)? };
    let diagnosis = diagnose(&evidence);
    let report = DiagnosisReport::of(&diagnosis, &evidence, next::command(diagnosis.leading.cause, &args.subject));
    let text = match format {
        Format::Text => report::diagnosis_text(&report),
        Format::Markdown => report::diagnosis_markdown(&report),
        Format::Json => report::diagnosis_json(&report),
    };
    let failure = unnamed(&diagnosis, &report);
    let code = failure.as_ref().map_or(0, |failure| failure.kind.exit_code());
    Ok(Answer { text, code, signs: None, failure, notes: Vec::new() })
}

/// Returns the failure of a run that found no cause, which is not the same as that nothing is wrong.
fn unnamed(diagnosis: &Diagnosis, report: &DiagnosisReport) -> Option<Failure> {
    let is_unnamed = diagnosis.leading.cause == Cause::CannotTell;
    is_unnamed.then(|| outside(Cause::CannotTell.claim()).hint(report.next.clone().unwrap_or_default()))
}
