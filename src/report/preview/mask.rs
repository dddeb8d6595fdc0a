//! The last look at every text of a preview before it is shown: user parts of URLs become `***` (law 4).
//! Values that could be secrets arrive masked; this must never be the only mask.

use serde_json::Value;

use super::PreviewReport;
use crate::model::finding::Finding;
use crate::model::live::Trouble;
use crate::preview::{Change, ObjectPreview};

/// Returns the report without user parts of URLs.
pub(super) fn masked(report: &PreviewReport) -> PreviewReport {
    let mut report = report.clone();
    text(&mut report.live);
    report.next.iter_mut().for_each(text);
    findings(&mut report.findings);
    for root in &mut report.roots {
        text(&mut root.why);
        root.owner.iter_mut().for_each(text);
        root.trouble.iter_mut().for_each(trouble);
        findings(&mut root.findings);
        root.objects.iter_mut().for_each(object);
    }
    report
}

/// Masks what is said of an object.
fn object(object: &mut ObjectPreview) {
    object.trouble.iter_mut().for_each(trouble);
    for changes in [&mut object.intended, &mut object.drift, &mut object.effective] {
        changes.iter_mut().for_each(change);
    }
    for unsure in &mut object.unsure {
        [&mut unsure.pointer, &mut unsure.path, &mut unsure.why].into_iter().for_each(text);
    }
    findings(&mut object.findings);
}

/// Masks why something is not known.
fn trouble(trouble: &mut Trouble) {
    text(&mut trouble.fact);
    trouble.hint.iter_mut().for_each(text);
}

/// Masks a field.
fn change(change: &mut Change) {
    [&mut change.pointer, &mut change.path].into_iter().chain(&mut change.by).for_each(text);
    [&mut change.before, &mut change.after].into_iter().flatten().for_each(value);
}

/// Masks the texts of a value, keys too.
fn value(shown: &mut Value) {
    match shown {
        Value::String(shown) => text(shown),
        Value::Array(entries) => entries.iter_mut().for_each(value),
        Value::Object(fields) => {
            *fields = std::mem::take(fields)
                .into_iter()
                .map(|(mut key, mut field)| {
                    text(&mut key);
                    value(&mut field);
                    (key, field)
                })
                .collect();
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Masks findings.
fn findings(findings: &mut [Finding]) {
    for finding in findings {
        text(&mut finding.fact);
        finding.hint.iter_mut().for_each(text);
    }
}

/// Masks a text.
fn text(text: &mut String) {
    if text.contains("://") {
        *text = crate::report::masked(text, &[]);
    }
}
