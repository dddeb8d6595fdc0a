//! The counts of a preview, the exit code that follows, and the phrases that every form of the report shares.
//! Must never count an object that could not be told as unchanged.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{PreviewReport, is_quiet_root};
use crate::model::finding::{Finding, Level};
use crate::model::live::{Reason, Trouble};
use crate::model::object::ObjectId;
use crate::preview::{Action, ApplyMethod, Basis, ObjectPreview, RootPreview};

/// How many objects meet what, and what follows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Objects that are made.
    pub create: usize,
    /// Objects that change.
    pub change: usize,
    /// Objects that go.
    pub delete: usize,
    /// Objects that stay as they are.
    pub unchanged: usize,
    /// Objects of which nobody knows.
    pub cannot_tell: usize,
    /// Whether merging changes the cluster, or would change an object that could not be told.
    pub differs: bool,
    /// Whether a read that was needed failed.
    pub failed: bool,
}

impl Summary {
    /// Returns the summary of roots.
    pub fn of(roots: &[RootPreview]) -> Self {
        let mut summary = Self::default();
        for object in roots.iter().flat_map(|root| &root.objects) {
            *match object.action {
                Action::Create => &mut summary.create,
                Action::Change => &mut summary.change,
                Action::Delete => &mut summary.delete,
                Action::Unchanged => &mut summary.unchanged,
                Action::CannotTell => &mut summary.cannot_tell,
            } += 1;
            // A refused apply changes nothing, and is the last thing that may be called no difference.
            summary.differs |= has_warning(&object.findings);
            summary.differs |= match object.action {
                Action::Unchanged => !object.effective.is_empty(),
                // A Secret that nobody asked for and no change is about is no reason to stop.
                Action::CannotTell => !(is_unasked_secret(object) && object.intended.is_empty()),
                _ => true,
            };
        }
        summary.differs |= roots.iter().any(|root| has_warning(&root.findings));
        summary.failed |= roots.iter().any(RootPreview::has_failure);
        summary
    }

    /// Returns the exit code: 4 where a needed read failed, else 1 where something differs, else 0.
    pub fn exit_code(&self) -> u8 {
        match (self.failed, self.differs) {
            (true, _) => 4,
            (false, true) => 1,
            (false, false) => 0,
        }
    }

    /// Returns the answer in one phrase.
    pub(super) fn headline(&self) -> String {
        let Self { create, change, delete, unchanged, cannot_tell, .. } = *self;
        if create + change + delete + unchanged + cannot_tell == 0 {
            return "nothing is previewed".to_owned();
        }
        if !self.differs && !self.failed {
            let unread = if cannot_tell == 0 { String::new() } else { format!(", {cannot_tell} not read") };
            return format!("no difference: {} unchanged{unread}", objects(unchanged));
        }
        let changes = if change == 1 { "object changes" } else { "objects change" };
        format!(
            "{change} {changes}, {create} created, {delete} deleted, {unchanged} unchanged, {cannot_tell} cannot be told"
        )
    }
}

/// Returns whether the approver has to look, whatever changes.
pub(super) fn has_warning(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.level == Level::Warn)
}

/// Returns whether an object is a Secret that was not asked for.
fn is_unasked_secret(object: &ObjectPreview) -> bool {
    let is_unasked = object.trouble.as_ref().is_some_and(|trouble| trouble.reason == Reason::NotAsked);
    object.id.is_secret() && is_unasked
}

/// Returns a count with its noun.
pub(super) fn objects(count: usize) -> String {
    if count == 1 { "1 object".to_owned() } else { format!("{count} objects") }
}

/// Returns who applies and what the answer rests on: `controller flux (…), predicted read-only`.
pub(super) fn controllers(report: &PreviewReport) -> String {
    let rests = rests(report).map(|rests| format!(", {rests}")).unwrap_or_default();
    match report.roots.as_slice() {
        [] => "no root changed".to_owned(),
        [root] => format!("controller {} ({}){rests}", method(root.method), root.why),
        roots => {
            let loud = roots.iter().filter(|root| !is_quiet_root(root)).count();
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            for root in roots {
                *counts.entry(method(root.method)).or_default() += 1;
            }
            let named: Vec<String> = counts.iter().map(|(name, count)| format!("{name} ({count})")).collect();
            format!("{} roots, {loud} with something to say; controllers {}{rests}", roots.len(), named.join(", "))
        }
    }
}

/// Returns what the answers rest on.
fn rests(report: &PreviewReport) -> Option<String> {
    let count =
        |basis| report.roots.iter().flat_map(|root| &root.objects).filter(|object| object.basis == basis).count();
    match (count(Basis::Predicted), count(Basis::ServerVerified)) {
        (0, 0) => None,
        (_, 0) => Some("predicted read-only".to_owned()),
        (0, _) => Some("verified by the server's dry run".to_owned()),
        (predicted, verified) => {
            Some(format!("{predicted} predicted read-only, {verified} verified by the server's dry run"))
        }
    }
}

/// Returns the word of a controller.
pub(super) fn method(method: ApplyMethod) -> &'static str {
    match method {
        ApplyMethod::ArgoCd => "argocd",
        ApplyMethod::ArgoCdSsa => "argocd-ssa",
        ApplyMethod::Flux => "flux",
    }
}

/// Returns what happens to an object as the end of a sentence.
pub(super) fn fate(action: Action) -> &'static str {
    match action {
        Action::Create => "is created",
        Action::Change => "changes",
        Action::Delete => "is deleted",
        Action::Unchanged => "stays as it is",
        Action::CannotTell => "cannot be told",
    }
}

/// Returns an object with its API version: `v1 Secret pxc/minio`.
pub(super) fn named(id: &ObjectId) -> String {
    let slash = if id.group.is_empty() { "" } else { "/" };
    format!("{}{slash}{} {id}", id.group, id.version)
}

/// Returns the path of a root for people.
pub(super) fn root_name(root: &RootPreview) -> &str {
    let path = root.path.as_str();
    if path.is_empty() { "." } else { path }
}

/// Returns who built, after what was built; nothing where no root was.
pub(super) fn built_by(builder: &str) -> String {
    if builder.is_empty() { String::new() } else { format!(", built by {builder}") }
}

/// Returns why something is not known.
pub(super) fn trouble(trouble: &Trouble) -> String {
    let reason = match trouble.reason {
        Reason::Forbidden => "forbidden",
        Reason::Unauthorized => "unauthorized",
        Reason::Conflict => "conflict",
        Reason::Rejected => "rejected",
        Reason::Absent => "not there",
        Reason::Unreachable => "unreachable",
        Reason::TimedOut => "timed out",
        Reason::CannotTell => "no clear answer",
        Reason::NotAsked => "not asked",
        Reason::NotModelled => "not modelled",
        Reason::Undecided => "undecided",
    };
    format!("{reason}: {}", trouble.fact)
}

/// Returns the word a finding starts with.
pub(super) fn level(finding: &Finding) -> &'static str {
    match finding.level {
        Level::Refuse => "refused",
        Level::Warn => "warning",
        Level::Note => "note",
    }
}

/// Returns where an object stands in the report: first what deserves attention, then by what happens.
pub(super) fn urgency(object: &ObjectPreview) -> (bool, u8) {
    let warns = object.findings.iter().any(|finding| finding.level != Level::Note);
    let place = match object.action {
        Action::Delete => 0,
        Action::Create => 1,
        Action::Change => 2,
        Action::CannotTell => 3,
        Action::Unchanged => 4,
    };
    (!warns && object.action != Action::Delete, place)
}
