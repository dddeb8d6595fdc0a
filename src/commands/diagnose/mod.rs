//! `diagnose`: evidence → what is wrong, on which lines that rests, and what it calls for. Writes nothing, or the folder
//! of `--save`; what is saved is what the answer rests on, so that it can be had again.

mod bundle;
mod input;
mod next;
mod probe;

use jiff::Timestamp;

use super::Answer;
use crate::cli::{DiagnoseArgs, Format, SubjectArgs};
use crate::diagnose::{Cause, Diagnosis, Evidence, diagnose};
use crate::failure::{Failure, outside, usage};
use crate::report::{self, DiagnosisReport};
use input::Input;

/// Runs the verb.
pub(super) fn run(args: &DiagnoseArgs, format: Format, now: Timestamp) -> anyhow::Result<Answer> {
    let mut subject = args.subject.clone();
    let inputs = inputs(args, &mut subject, now)?;
    let logs = inputs.iter().map(Input::scan).collect::<anyhow::Result<Vec<_>>>()?;
    let evidence = Evidence { logs, storage: subject.storage.clone() };
    let diagnosis = diagnose(&evidence);
    let report = DiagnosisReport::of(&diagnosis, &evidence, next::command(&diagnosis, &subject));
    let text = match format {
        Format::Text => report::diagnosis_text(&report),
        Format::Markdown => report::diagnosis_markdown(&report),
        Format::Json => report::diagnosis_json(&report),
    };
    let failure = unnamed(&diagnosis, &report);
    let code = failure.as_ref().map_or(0, |failure| failure.kind.exit_code());
    Ok(Answer { text, code, signs: None, failure, notes: Vec::new() })
}

/// Returns the logs to look at: those of bundles, those named, what a probe said; what is saved is read from where it was
/// saved.
fn inputs(args: &DiagnoseArgs, subject: &mut SubjectArgs, now: Timestamp) -> anyhow::Result<Vec<Input>> {
    let given = &args.evidence;
    let has_probe = args.probe.probe.is_some() || (!subject.cluster.is_empty() && !args.probe.no_probe);
    if given.log.is_empty() && given.evidence.is_empty() && !has_probe {
        return Err(usage("there is nothing to look at").hint("leeward diagnose --log FILE").into());
    }
    let mut inputs = Vec::new();
    for folder in &given.evidence {
        inputs.extend(bundle::open(folder, subject)?);
    }
    inputs.extend(Input::named(&given.log)?);
    inputs.extend(probe::run(&args.probe, given, subject, now)?);
    match &given.save {
        None => Ok(inputs),
        Some(folder) => {
            bundle::save(folder, &inputs, subject)?;
            bundle::open(folder, subject)
        }
    }
}

/// Returns the failure of a run that found no cause, which is not the same as that nothing is wrong.
fn unnamed(diagnosis: &Diagnosis, report: &DiagnosisReport) -> Option<Failure> {
    let is_unnamed = diagnosis.leading.cause == Cause::CannotTell;
    is_unnamed.then(|| outside(Cause::CannotTell.claim()).hint(report.next.clone().unwrap_or_default()))
}
