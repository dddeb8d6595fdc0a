//! A diagnosis from a file: its cause and evidence go into Git, and an action that it does not call for is a finding.

use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;
use serde_json::Value;

use crate::diagnose::{Cause, Remedy, masked_text};
use crate::failure::refused;
use crate::model::finding::Finding;
use crate::model::incident::Action;
use crate::report::{ClockReport, DiagnosisReport, masked};

/// The largest file that is read.
const SIZE_MAX: u64 = 4 << 20;
/// What makes such files.
const MAKE: &str = "leeward diagnose --log FILE --format json";

/// A diagnosis that was read.
pub(super) struct Diagnosed(DiagnosisReport);

/// Reads what `diagnose --format json` printed.
///
/// # Errors
/// Refuses anything else.
pub(super) fn read(path: &Path) -> anyhow::Result<Diagnosed> {
    parse(path).with_context(|| format!("failed to read diagnosis `{}`", path.display()))
}

/// Reads and parses a file.
fn parse(path: &Path) -> anyhow::Result<Diagnosed> {
    if !path.exists() {
        return Err(refused("no such file").hint(MAKE).into());
    }
    if path.is_dir() {
        return Err(refused("it is a folder").hint(MAKE).into());
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(SIZE_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > SIZE_MAX {
        return Err(refused(format!("it has more than {} MiB", SIZE_MAX >> 20)).hint(MAKE).into());
    }
    let refusal = |error: serde_json::Error| refused(format!("it is no diagnosis: {error}")).hint(MAKE);
    let value: Value = serde_json::from_slice(&bytes).map_err(refusal)?;
    if value["kind"] != "Diagnosis" || value["version"] != 1 {
        let found = format!("`{}` of version `{}`", value["kind"], value["version"]).replace('"', "");
        return Err(refused(format!("it is {found}, not `Diagnosis` of version `1`")).hint(MAKE).into());
    }
    let mut value = value;
    mask(&mut value);
    Ok(Diagnosed(serde_json::from_value(value).map_err(refusal)?))
}

/// Masks every text of a value: what a file says, whoever wrote it, goes into Git and is shown in pull requests.
fn mask(value: &mut Value) {
    match value {
        Value::String(text) => *text = masked(&masked_text(text), &[]),
        Value::Array(items) => items.iter_mut().for_each(mask),
        Value::Object(fields) => fields.values_mut().for_each(mask),
        _ => {}
    }
}

impl Diagnosed {
    /// Returns what it says.
    pub(super) fn report(&self) -> &DiagnosisReport {
        &self.0
    }

    /// Returns the name of the cause.
    pub(super) fn cause(&self) -> &'static str {
        self.0.leading.cause.name()
    }

    /// Returns how much time there was when it was made.
    pub(super) fn clock(&self) -> Vec<ClockReport> {
        self.0.clock.clone()
    }

    /// Returns the diagnosis in a sentence: the cause, how sure, and the first line it rests on.
    pub(super) fn sentence(&self) -> String {
        let leading = &self.0.leading;
        let line = leading.evidence.first().map(|cite| format!(", {}: {}", cite.at(), cite.text));
        format!("diagnosed {} ({}){}", self.cause(), leading.confidence.word(), line.unwrap_or_default())
    }

    /// Says that the action is not what the cause calls for.
    pub(super) fn finding(&self, action: Action) -> Option<Finding> {
        let (cause, sure) = (self.0.leading.cause, self.0.leading.confidence.word());
        let remedy = cause.remedy();
        let is_called_for = match remedy {
            Remedy::Failover => matches!(action, Action::Failover | Action::Buffer),
            _ => remedy.action() == Some(action),
        };
        if is_called_for {
            return None;
        }
        if cause == Cause::CannotTell {
            let fact = "the diagnosis names no cause: nothing speaks for this action, or against it";
            return Some(Finding::note("diagnosis-open", fact).hint(MAKE));
        }
        let fact = format!(
            "the diagnosis is {} ({sure}), which calls for {}, not for a {}: {}",
            cause.name(),
            remedy.word(),
            action.word(),
            cause.advice()
        );
        let finding = Finding::warn("diagnosis-contradicts", fact);
        Some(match remedy.action() {
            Some(other) => finding.hint(format!("--action {}", other.word())),
            None => finding,
        })
    }
}
