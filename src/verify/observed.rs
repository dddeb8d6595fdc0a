//! Fourth: whether the operator went through the cluster as it is now. `observedGeneration` says so, which a loop that
//! fails never moves; the messages of the status may be of an older error (operator.md 12.26).

use jiff::Timestamp;

use super::said::{self, condition};
use super::verdict::{Check, CheckName};
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
