//! Fourth: whether the operator went through the cluster as it is now. `observedGeneration` says so, which a loop that
//! fails never moves; the messages of the status may be of an older error (operator.md 12.26). A loop that panics writes it
//! all the same (seen on 1.20.0): beside what is known to make it panic nothing is proven.

use jiff::Timestamp;

use super::said::{self, condition};
use super::verdict::{Check, CheckName};
use crate::model::cron::{Hazard, hazard};
use crate::model::live::Trouble;
use crate::model::observed::ClusterState;
use crate::model::shell::kubectl;

/// What the operator writes of a cluster that it does not take as it is. Its log says `wrong PXC options` before that, its
/// status does not (seen on 1.20.0).
const REFUSALS: [&str; 2] = ["validate cr:", "has unsupported type"];

/// What of the cluster the operator's part is told by.
#[derive(Debug, Clone, Copy)]
pub struct Operated<'a> {
    /// The cluster.
    pub cluster: &'a ClusterState,
    /// The restores of the cluster that are not over: name and state; or why that is not known.
    pub restores: Result<&'a [(String, String)], &'a Trouble>,
    /// Since when Git has the change.
    pub since: Option<Timestamp>,
    /// Until when an error is taken for that of a collector that starts.
    pub grace: Option<Timestamp>,
    /// Now.
    pub now: Timestamp,
}

/// Returns whether the operator took the cluster.
pub fn observed(seen: &Operated<'_>) -> Check {
    let Operated { cluster, .. } = seen;
    if let Some(since) = cluster.meta.deleted {
        return Check::failed(CheckName::Observed, format!("the cluster is being deleted since {since}"));
    }
    if let Ok([(name, state), ..]) = seen.restores {
        let state = if state.is_empty() { "new" } else { state };
        return Check::waiting(CheckName::Observed, format!("restore `{name}` of the cluster is {state}"));
    }
    if cluster.is_paused {
        let fact = "the cluster is paused (`spec.pause`), so it makes no backup";
        return Check::failed(CheckName::Observed, fact).hint("`spec.pause` in Git");
    }
    let generations = generations(cluster);
    if let Some(why) = panics(cluster).filter(|_| cluster.is_observed()) {
        let fact =
            format!("the operator panics on {why}, and writes {generations} and `{}` all the same", cluster.state);
        return Check::cannot_tell(CheckName::Observed, fact).hint("`spec.backup` in Git");
    }
    if cluster.is_observed() && cluster.is_ready() {
        return match seen.restores {
            Err(trouble) => Check::unread(CheckName::Observed, "whether a restore runs", trouble),
            Ok(_) => Check::passed(CheckName::Observed, format!("{}{generations}, cluster ready", version(cluster))),
        };
    }
    let state = if cluster.state.is_empty() { "without a state" } else { &cluster.state };
    if cluster.state == "error" {
        return in_error(seen, &generations);
    }
    let fact = format!("the cluster is {state}, {generations}");
    if cluster.is_observed() && cluster.backs_up_unhealthy {
        let fact = format!("{fact}; `unsafeFlags.backupIfUnhealthy` lets it make backups all the same");
        return Check::passed(CheckName::Observed, fact);
    }
    Check::waiting(CheckName::Observed, fact)
}

/// Returns what an error means: that of a collector that starts is waited for, one that is newer than the change is its
/// own, any other may be over when the operator comes by again.
fn in_error(seen: &Operated<'_>, generations: &str) -> Check {
    let cluster = seen.cluster;
    let messages: Vec<String> = cluster.messages.iter().map(|message| said::line(message)).collect();
    let says = if messages.is_empty() { String::new() } else { format!(": {}", messages.join("; ")) };
    if let Some(grace) = seen.grace.filter(|grace| seen.now < *grace) {
        let fact = format!(
            "the cluster is in error while the collector starts, which is waited for until {}, {generations}{says}",
            grace.strftime("%H:%M:%S")
        );
        return Check::waiting(CheckName::Observed, fact);
    }
    let fact = format!("the cluster is in error, {generations}{says}");
    let since = condition(&cluster.value, "error").filter(|error| error.status == "True").and_then(|error| error.since);
    let is_newer = since.zip(seen.since).is_some_and(|(since, change)| since >= change);
    let is_refusal = messages.iter().any(|message| REFUSALS.iter().any(|refusal| message.contains(refusal)));
    if seen.grace.is_some() || is_newer && is_refusal {
        let (name, namespace) = (&cluster.meta.name, cluster.meta.namespace.as_str());
        let command = kubectl("describe", ("pxc", name, Some(namespace)));
        return command.into_iter().fold(Check::failed(CheckName::Observed, fact), Check::hint);
    }
    Check::waiting(CheckName::Observed, fact)
}

/// Returns what of the cluster makes the operator's reconcile panic, where anything known does.
fn panics(cluster: &ClusterState) -> Option<String> {
    let backup = cluster.backup().ok()?;
    let every = backup.schedules.iter().find(|schedule| hazard(&schedule.cron) == Some(Hazard::Every));
    let cron = every.map(|schedule| format!("`@every` of schedule `{}`", schedule.name));
    cron.or_else(|| backup.pitr.lacks_memory().map(|part| format!("`pitr.resources.{part}`, cpu without memory")))
}

/// Returns how far the operator is.
fn generations(cluster: &ClusterState) -> String {
    let (observed, is) = (cluster.observed_generation, cluster.meta.generation);
    if cluster.is_observed() {
        format!("observedGeneration {observed} = generation")
    } else {
        format!("observedGeneration {observed}, generation {is}")
    }
}

/// Returns whose rules it follows, as the start of a sentence.
fn version(cluster: &ClusterState) -> String {
    if cluster.cr_version.is_empty() { String::new() } else { format!("crVersion {}, ", cluster.cr_version) }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::verify::Outcome;

    /// Returns the check of a cluster that calls itself ready and observed, with a backup block.
    fn of(backup: &Value) -> Check {
        let cluster = ClusterState::read(&json!({
            "metadata": {"name": "c", "namespace": "n", "generation": 3}, "spec": {"backup": backup},
            "status": {"state": "ready", "observedGeneration": 3}
        }));
        observed(&Operated {
            cluster: &cluster,
            restores: Ok(&[]),
            since: None,
            grace: None,
            now: Timestamp::UNIX_EPOCH,
        })
    }

    #[test]
    fn ready_and_observed_prove_nothing_beside_what_the_operator_panics_on() {
        let schedule = |cron: &str| json!({"schedule": [{"name": "often", "schedule": cron, "storageName": "a"}]});
        assert_eq!(of(&schedule("0 0 * * *")).outcome, Outcome::Passed);
        let every = of(&schedule("@every 1h"));
        let fact = "the operator panics on `@every` of schedule `often`, and writes observedGeneration 3 = generation and `ready` all the same";
        assert_eq!((every.outcome, every.fact.as_str()), (Outcome::CannotTell, fact));
        let pitr =
            |is_on: bool, requests: &Value| json!({"pitr": {"enabled": is_on, "resources": {"requests": requests}}});
        let cpu = json!({"cpu": "1"});
        assert_eq!(of(&pitr(true, &cpu)).outcome, Outcome::CannotTell);
        assert_eq!(of(&pitr(false, &cpu)).outcome, Outcome::Passed);
        assert_eq!(of(&pitr(true, &json!({"cpu": "1", "memory": "1Gi"}))).outcome, Outcome::Passed);
    }
}
