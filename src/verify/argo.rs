//! Whether Argo CD applied the change: by the revision of the last sync that went well, whatever the app shows since.
//! Must never take an older Synced state for ours, nor an app that stays `OutOfSync` after a good sync for one that is
//! not applied (conventions.md 1.6 and 3.4a).

use jiff::Timestamp;
use serde_json::Value;

use super::revision::{Carries, commit_id, shown};
use super::said::{self, condition, text, time};
use super::verdict::{Check, CheckName};
use crate::model::shell::operand;

/// The annotation that has the controller leave an app alone.
const SKIP: &str = "/metadata/annotations/argocd.argoproj.io~1skip-reconcile";

/// What Argo CD shows.
#[derive(Debug, Clone, Copy)]
pub struct Argo<'a> {
    /// The Application.
    pub object: &'a Value,
    /// The folder of the root, which tells its source from others.
    pub root: &'a str,
    /// The name of the cluster's object, which a sync of some objects has to name.
    pub cluster: &'a str,
}

impl<'a> Argo<'a> {
    /// Returns the commits that are named, for Git to say what they carry.
    pub fn commits(&self) -> Vec<String> {
        let all = [self.compared(), self.synced(), self.deployed()];
        all.into_iter().flatten().filter_map(commit_id).map(str::to_owned).collect()
    }

    /// Returns how it is called.
    fn name(&self) -> String {
        let name = format!("{}/{}", text(self.object, "/metadata/namespace"), text(self.object, "/metadata/name"));
        format!("Argo CD `Application {name}`")
    }

    /// Returns the revision in a part of the status: of several sources that of this root.
    fn revision(&self, part: &'a Value) -> Option<&'a str> {
        let folder = |path: &str| path.trim_start_matches("./").trim_matches('/').to_owned();
        let is_this = |source: &Value| source["path"].as_str().is_some_and(|path| folder(path) == self.root);
        let sources = self.object.pointer("/spec/sources").and_then(Value::as_array);
        let found = match sources.and_then(|sources| sources.iter().position(is_this)) {
            Some(index) => part["revisions"].get(index).and_then(Value::as_str),
            None => part["revision"].as_str(),
        };
        let found = found.filter(|revision| !revision.is_empty())?;
        // What a hydrator wrote is another commit than the one that it was written from.
        let hydrated = &self.object["status"]["sourceHydrator"]["lastSuccessfulOperation"];
        if hydrated["hydratedSHA"] == found { hydrated["drySHA"].as_str() } else { Some(found) }
    }

    /// Returns the revision that the live objects were last compared with.
    fn compared(&self) -> Option<&'a str> {
        self.revision(self.object.pointer("/status/sync")?)
    }

    /// Returns the revision of the last sync, under way or over.
    fn synced(&self) -> Option<&'a str> {
        self.revision(self.object.pointer("/status/operationState/syncResult")?)
    }

    /// Returns the revision that was deployed last, by the history.
    fn deployed(&self) -> Option<&'a str> {
        self.revision(self.last()?)
    }

    /// Returns the newest entry of the history.
    fn last(&self) -> Option<&'a Value> {
        let history = self.object.pointer("/status/history").and_then(Value::as_array)?;
        history.iter().max_by_key(|entry| (time(entry, "/deployedAt"), entry["id"].as_i64()))
    }

    /// Returns when it last synced anything.
    pub(super) fn applied_at(&self) -> Option<Timestamp> {
        let of_history = self.last().and_then(|last| time(last, "/deployedAt"));
        of_history.max(time(self.object, "/status/operationState/finishedAt"))
    }

    /// Returns whether the change is applied.
    pub(super) fn check(&self, carries: &dyn Fn(&str) -> Carries) -> Check {
        let of = |revision: Option<&str>| revision.and_then(commit_id).map(carries);
        let state = self.object.pointer("/status/operationState").unwrap_or(&Value::Null);
        let phase = text(state, "/phase");
        let in_flight = self.object.get("operation").is_some() || matches!(phase, "Running" | "Terminating");
        let is_ours = of(self.synced()) == Some(Carries::Yes);
        if is_ours && phase == "Succeeded" && self.covers(state) {
            return self.passed("synced", self.synced(), time(state, "/finishedAt"));
        }
        if of(self.deployed()) == Some(Carries::Yes) {
            let check =
                self.passed("deployed", self.deployed(), self.last().and_then(|last| time(last, "/deployedAt")));
            let since =
                if matches!(phase, "Failed" | "Error") && is_ours { self.refusal(state) } else { String::new() };
            return Check { fact: check.fact + &since, ..check };
        }
        let is_synced = text(self.object, "/status/sync/status") == "Synced";
        if is_synced && of(self.compared()) == Some(Carries::Yes) && !in_flight {
            let fact = format!("{} is Synced at {} without a sync of it", self.name(), short(self.compared()));
            return Check::passed(CheckName::Applied, fact);
        }
        if is_ours && matches!(phase, "Failed" | "Error") && !in_flight {
            let fact = format!("{} does not apply {}{}", self.name(), short(self.synced()), self.refusal(state));
            return self.synced_by_hand(Check::failed(CheckName::Applied, fact));
        }
        self.not_yet(in_flight, &of)
    }

    /// Returns whether the last sync was of all objects, or named the cluster, and was no dry run.
    fn covers(&self, state: &Value) -> bool {
        if is_dry_run(state) {
            return false;
        }
        let asked = state.pointer("/operation/sync/resources").and_then(Value::as_array);
        if asked.is_none_or(Vec::is_empty) {
            return true;
        }
        let results = state.pointer("/syncResult/resources").and_then(Value::as_array);
        let is_it = |one: &Value| {
            one["kind"] == "PerconaXtraDBCluster" && one["name"] == self.cluster && one["status"] == "Synced"
        };
        results.is_some_and(|results| results.iter().any(is_it))
    }

    /// Says that it is applied.
    fn passed(&self, how: &str, revision: Option<&str>, when: Option<Timestamp>) -> Check {
        let shows = text(self.object, "/status/sync/status");
        let all_the_same = if shows == "OutOfSync" { ", and shows OutOfSync since" } else { "" };
        let fact = format!("{} {how} {}{}{all_the_same}", self.name(), short(revision), said::at(when));
        Check::passed(CheckName::Applied, fact)
    }

    /// Returns what the last sync says against itself.
    fn refusal(&self, state: &Value) -> String {
        let mut refused = state.pointer("/syncResult/resources").and_then(Value::as_array).into_iter().flatten();
        let own = refused.find(|one| one["status"] == "SyncFailed" && one["name"] == self.cluster);
        let message = own.map_or_else(|| text(state, "/message"), |own| text(own, "/message"));
        format!("; the last sync {}: {}", text(state, "/phase"), said::line(message))
    }

    /// Says why it is not applied, and whether it still may be.
    fn not_yet(&self, in_flight: bool, of: &dyn Fn(Option<&str>) -> Option<Carries>) -> Check {
        let name = self.name();
        let waiting = |fact: String| Check::waiting(CheckName::Applied, fact).hint("--reconcile");
        let compared = short(self.compared());
        let error = condition(self.object, "ComparisonError");
        let error = error.map(|error| format!("; ComparisonError: {}", said::line(error.message))).unwrap_or_default();
        if in_flight {
            return waiting(format!("{name} syncs {}{error}", short(self.synced().or(self.compared()))));
        }
        if text(self.object, SKIP) == "true" {
            let fact = format!("{name} is left alone (`skip-reconcile`) at {compared}");
            return Check::failed(CheckName::Applied, fact).hint("remove the annotation `skip-reconcile`");
        }
        match of(self.compared()) {
            Some(Carries::Yes) => self.unsynced(&error),
            Some(Carries::No) => waiting(format!("{name} is at {compared}, which lacks it{error}")),
            Some(Carries::Unknown) => {
                let fact = format!("{name} is at {compared}, which is not in this clone{error}");
                Check::cannot_tell(CheckName::Applied, fact).hint("git fetch")
            }
            None if self.compared().is_some() => {
                let fact = format!("{name} is at {compared}, which names no commit of Git");
                Check::cannot_tell(CheckName::Applied, fact)
            }
            None => waiting(format!("{name} was compared with nothing yet{error}")),
        }
    }

    /// Says why a revision that has the change is not synced.
    fn unsynced(&self, error: &str) -> Check {
        let fact = format!("{} is OutOfSync at {}{error}", self.name(), short(self.compared()));
        let automated = self.object.pointer("/spec/syncPolicy/automated").filter(|automated| automated.is_object());
        let is_automated = automated.is_some_and(|automated| automated["enabled"] != false);
        if is_automated {
            let state = self.object.pointer("/status/operationState").unwrap_or(&Value::Null);
            let partly = match () {
                () if is_dry_run(state) => "; the last sync was a dry run",
                () if self.covers(state) => "",
                () => "; the last sync was of other objects alone",
            };
            return Check::waiting(CheckName::Applied, fact + partly).hint("--reconcile");
        }
        self.synced_by_hand(Check::failed(CheckName::Applied, format!("{fact}, and nothing syncs it by itself")))
    }

    /// Adds the command that syncs it.
    fn synced_by_hand(&self, check: Check) -> Check {
        let name = operand(text(self.object, "/metadata/name"));
        name.map(|name| format!("argocd app sync {name}")).into_iter().fold(check, Check::hint)
    }
}

/// Returns whether a sync changed nothing, because it was asked what it would change.
fn is_dry_run(state: &Value) -> bool {
    state.pointer("/operation/sync/dryRun") == Some(&Value::Bool(true))
}

/// Returns a revision as people read it.
fn short(revision: Option<&str>) -> String {
    revision.map_or_else(|| "no revision".to_owned(), shown)
}
