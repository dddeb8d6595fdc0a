//! Whether Flux applied the change: by the revision that its Kustomization applied last, and by that of its source.
//! Must never take a revision for ours because the object is Ready: an older one is Ready too (conventions.md 2.2).

use jiff::Timestamp;
use serde_json::Value;

use super::revision::{Carries, commit_id, shown};
use super::said::{self, Condition, condition, text};
use super::verdict::{Check, CheckName};
use crate::model::shell::operand;

/// Reasons after which the objects are applied all the same: what is not well of them is seen on them.
const APPLIED_ANYWAY: [&str; 2] = ["HealthCheckFailed", "PruneFailed"];
/// Reasons that say that applying itself did not work.
const REFUSED: [&str; 3] = ["BuildFailed", "ReconciliationFailed", "ValidationFailed"];
/// What its words have where the API server, or a webhook that it asks, did not answer: Flux tries again by itself.
const PASSING: [&str; 5] =
    ["failed calling webhook", "connection refused", "i/o timeout", "deadline exceeded", "etcdserver: "];

/// What Flux shows.
#[derive(Debug, Clone, Copy)]
pub struct Flux<'a> {
    /// The Kustomization.
    pub object: &'a Value,
    /// Its source, where it was read.
    pub source: Option<&'a Value>,
}

impl Flux<'_> {
    /// Returns the commits that are named, for Git to say what they carry.
    pub fn commits(&self) -> Vec<String> {
        let source = self.source.map(|source| text(source, "/status/artifact/revision")).unwrap_or_default();
        let all = [self.applied(), text(self.object, "/status/lastAttemptedRevision"), source];
        all.into_iter().filter_map(commit_id).map(str::to_owned).collect()
    }

    /// Returns the revision that was applied; of an artifact that is none of Git the revision that it was made from.
    fn applied(&self) -> &str {
        match text(self.object, "/status/lastAppliedOriginRevision") {
            "" => text(self.object, "/status/lastAppliedRevision"),
            origin => origin,
        }
    }

    /// Returns when it applied the revision that it is at.
    pub(super) fn applied_at(&self) -> Option<Timestamp> {
        condition(self.object, "Ready").filter(|ready| ready.status == "True").and_then(|ready| ready.since)
    }

    /// Returns how it is called.
    fn name(&self) -> String {
        let name = format!("{}/{}", text(self.object, "/metadata/namespace"), text(self.object, "/metadata/name"));
        format!("Flux `Kustomization {name}`")
    }

    /// Returns whether the change is applied.
    pub(super) fn check(&self, carries: &dyn Fn(&str) -> Carries) -> Check {
        let of = |revision: &str| commit_id(revision).map(carries);
        let ready = condition(self.object, "Ready");
        let applied = self.applied();
        match of(applied) {
            Some(Carries::Yes) => return self.passed(applied, ready.as_ref()),
            None if !applied.is_empty() => return self.unnamed(applied),
            _ => {}
        }
        let attempted = text(self.object, "/status/lastAttemptedRevision");
        if of(attempted) == Some(Carries::Yes)
            && let Some(ready) = ready.as_ref().filter(|ready| ready.status == "False")
        {
            if APPLIED_ANYWAY.contains(&ready.reason) {
                let fact = format!("{} applied {}, then {}", self.name(), shown(attempted), words(ready));
                return Check::passed(CheckName::Applied, fact);
            }
            let is_passing = PASSING.iter().any(|words| ready.message.contains(words));
            if REFUSED.contains(&ready.reason) && !is_passing {
                let fact = format!("{} does not apply {}: {}", self.name(), shown(attempted), words(ready));
                return Check::failed(CheckName::Applied, fact);
            }
        }
        if of(applied) == Some(Carries::Unknown) {
            let fact = format!("{} applied {}, which is not in this clone", self.name(), shown(applied));
            return Check::cannot_tell(CheckName::Applied, fact).hint("git fetch");
        }
        self.not_yet(applied, ready.as_ref(), &of)
    }

    /// Says that it is applied.
    fn passed(&self, applied: &str, ready: Option<&Condition<'_>>) -> Check {
        let when = ready.filter(|ready| ready.status == "True").and_then(|ready| ready.since);
        let fact = format!("{} applied {}{}", self.name(), shown(applied), said::at(when));
        let ill = ready.filter(|ready| ready.status == "False");
        let then = ill.map(|ready| format!(", then {}", words(ready))).unwrap_or_default();
        Check::passed(CheckName::Applied, fact + &then)
    }

    /// Says that what is applied names no commit.
    fn unnamed(&self, applied: &str) -> Check {
        let fact = format!("{} applied {}, which names no commit of Git", self.name(), shown(applied));
        Check::cannot_tell(CheckName::Applied, fact)
            .hint("the annotation `org.opencontainers.image.revision` on the artifact")
    }

    /// Says why it is not applied, and whether it still may be.
    fn not_yet(&self, applied: &str, ready: Option<&Condition<'_>>, of: &dyn Fn(&str) -> Option<Carries>) -> Check {
        let at = match applied {
            "" => "nothing was applied yet".to_owned(),
            applied => format!("applied is {}, which lacks it", shown(applied)),
        };
        if self.object.pointer("/spec/suspend") == Some(&Value::Bool(true)) {
            let check = Check::failed(CheckName::Applied, format!("{} is suspended; {at}", self.name()));
            return resumed("kustomization", self.object).into_iter().fold(check, Check::hint);
        }
        if let Some(check) = self.source.and_then(|source| self.behind(source, &at, of)) {
            return check;
        }
        let why = ready.filter(|ready| ready.status == "False").map(words);
        let fact = format!("{}: {at}{}", self.name(), why.map(|why| format!("; {why}")).unwrap_or_default());
        Check::waiting(CheckName::Applied, fact).hint("--reconcile")
    }

    /// Says that its source lacks the change, where it does.
    fn behind(&self, source: &Value, at: &str, of: &dyn Fn(&str) -> Option<Carries>) -> Option<Check> {
        let (kind, place) = (text(source, "/kind"), text(source, "/metadata/namespace"));
        let named = format!("`{kind} {place}/{}`", text(source, "/metadata/name"));
        let revision = text(source, "/status/artifact/revision");
        if of(revision) == Some(Carries::Yes) {
            return None;
        }
        if source.pointer("/spec/suspend") == Some(&Value::Bool(true)) {
            let fact = format!("{}: {at}, and its source {named} is suspended", self.name());
            let check = Check::failed(CheckName::Applied, fact);
            return Some(resumed("source git", source).into_iter().fold(check, Check::hint));
        }
        let ready = condition(source, "Ready").filter(|ready| ready.status == "False");
        let why = ready.as_ref().map(|ready| format!("; {}", words(ready))).unwrap_or_default();
        let has = if revision.is_empty() { "nothing yet".to_owned() } else { shown(revision) };
        let fact = format!("{}: {at}; its source {named} has {has}{why}", self.name());
        // A commit that is signed by nobody it knows stays refused.
        let is_refused =
            ready.is_some_and(|ready| ready.reason.contains("Verif") || ready.reason.contains("Signature"));
        let check = if is_refused { Check::failed } else { Check::waiting };
        Some(check(CheckName::Applied, fact).hint("--reconcile"))
    }
}

/// Returns the command that ends a suspension.
fn resumed(what: &str, object: &Value) -> Option<String> {
    let (name, place) = (text(object, "/metadata/name"), text(object, "/metadata/namespace"));
    Some(format!("flux resume {what} {} --namespace {}", operand(name)?, operand(place)?))
}

/// Returns what a condition says.
fn words(condition: &Condition<'_>) -> String {
    format!("{}: {}", condition.reason, said::line(condition.message))
}
