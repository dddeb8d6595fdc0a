//! Which logs of the cluster can tell why backups fail, and which lines of the operator's are about this cluster.
//! Comes before the logs are read. Must never ask for the log of a container that has not started.

use jiff::Timestamp;

use super::confidence::Confidence;
use super::evidence::{About, Form, Role, Spoken};
use super::history::{History, places};
use super::observed::{BACKUPS, Observed};
use super::stamp::Stamp;
use crate::model::observed::{BackupState, ContainerState, PodState};

/// How many Backups of a place are looked into.
const FAILED: usize = 3;
/// The container whose log tells how a backup went.
const MAIN: &str = "xtrabackup";

impl Observed {
    /// Returns the logs to read, the oldest first.
    pub fn logs_wanted(&self) -> Vec<Spoken> {
        let backups = self.looked_into();
        let pods = self.pods.iter().filter(|pod| backups.contains(&pod.backup.as_str()));
        let of_backups = pods.flat_map(|pod| {
            let telling = |container: &&ContainerState| container.name == MAIN || has_failed(container);
            let containers = pod.containers.iter().filter(telling).filter(|container| has_started(container));
            containers.map(|container| spoken(Role::Backup, pod, container, false)).collect::<Vec<_>>()
        });
        let collectors = self.collectors.iter().flat_map(|pod| {
            let containers = pod.containers.iter().filter(|container| has_started(container));
            containers.flat_map(|container| {
                let before = (container.restarts > 0).then(|| spoken(Role::Collector, pod, container, true));
                before.into_iter().chain([spoken(Role::Collector, pod, container, false)])
            })
        });
        let operators = self.operators.iter().filter_map(|pod| {
            let container = pod.containers.iter().find(|container| container.is_running)?;
            Some(spoken(Role::Operator, pod, container, false))
        });
        of_backups.chain(collectors).chain(operators).collect()
    }

    /// Returns what a log of the cluster is about.
    pub fn about(&self, spoken: &Spoken) -> About {
        let find = |pods: &[PodState]| pods.iter().find(|pod| pod.meta.name == spoken.pod).cloned();
        let about = match spoken.role {
            Role::Backup => find(&self.pods).map(|pod| self.about_backup(&pod.backup, pod.meta.created)),
            Role::Collector => find(&self.collectors).map(|pod| self.about_collector(&pod)),
            // It may only repeat what a storage or the database did, every few seconds.
            Role::Operator => Some(About { at_most: Some(Confidence::Likely), ..About::default() }),
        };
        About { form: Form::Live, ..about.unwrap_or_default() }
    }

    /// Returns the names of the Backups whose pods are looked into: those that do not succeed, and the last that failed before;
    /// where Backups could not be seen, those that the newest pods name.
    fn looked_into(&self) -> Vec<&str> {
        if self.cannot_see(BACKUPS) {
            let mut named: Vec<&str> = self.pods.iter().rev().map(|pod| pod.backup.as_str()).collect();
            named.dedup();
            named.truncate(FAILED);
            return named;
        }
        let of_place = |place: String| {
            let history = History::of(self, &place);
            let mut failing = history.failing;
            failing.drain(..failing.len().saturating_sub(FAILED));
            let mut there = self.backups.iter().filter(|backup| self.place(&backup.storage) == place);
            let before = there.rfind(|backup| backup.state == BackupState::Failed);
            failing.into_iter().chain(before).map(|backup| backup.meta.name.as_str()).collect::<Vec<_>>()
        };
        places(self).into_iter().flat_map(of_place).collect()
    }
}

/// Returns the log of a container.
fn spoken(role: Role, pod: &PodState, container: &ContainerState, is_previous: bool) -> Spoken {
    let (namespace, pod) = (pod.meta.namespace.clone(), pod.meta.name.clone());
    Spoken { role, namespace, pod, container: container.name.clone(), is_previous }
}

/// Returns whether a container ended badly.
fn has_failed(container: &ContainerState) -> bool {
    container.ended.as_ref().is_some_and(|(code, _)| *code != 0)
}

/// Returns whether a container ever ran.
fn has_started(container: &ContainerState) -> bool {
    container.is_running || container.ended.is_some() || container.restarts > 0
}

/// Picks the lines of an operator's log that are about one cluster, and not about how things were before its last success.
pub struct OperatorLines {
    /// The texts of which a line has one: `"name":"cluster1"`.
    names: Vec<String>,
    /// The text that a line has: `"namespace":"pxc"`.
    namespace: String,
    /// The last success on any storage.
    since: Option<Timestamp>,
}

impl OperatorLines {
    /// Returns what picks the lines about a cluster.
    pub fn of(observed: &Observed) -> Self {
        let own = ["name", "cluster"].map(|field| format!("\"{field}\":\"{}\"", observed.name));
        let backups = observed.backups.iter().map(|backup| format!("\"name\":\"{}\"", backup.meta.name));
        let good = observed.backups.iter().filter(|backup| backup.state == BackupState::Succeeded);
        Self {
            names: own.into_iter().chain(backups).collect(),
            namespace: format!("\"namespace\":\"{}\"", observed.namespace),
            since: good.filter_map(|backup| backup.completed).max(),
        }
    }

    /// Returns whether a line is about the cluster.
    pub fn concerns(&self, line: &str) -> bool {
        let dense = line.replace("\": \"", "\":\"");
        let is_old = self.since.zip(Stamp::of(line)).is_some_and(|(since, stamp)| stamp.at < since);
        dense.contains(&self.namespace) && self.names.iter().any(|name| dense.contains(name)) && !is_old
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operator_s_lines_about_others_and_of_before_are_left_out() {
        let lines = OperatorLines {
            names: vec!["\"name\":\"db\"".to_owned()],
            namespace: "\"namespace\":\"pxc\"".to_owned(),
            since: "2026-11-22T03:00:00Z".parse().ok(),
        };
        for (line, concerns) in [
            (r#"2026-11-22T03:00:01.000Z ERROR x {"namespace": "pxc", "name": "db", "error": "y"}"#, true),
            (r#"2026-11-22T02:59:59.000Z ERROR x {"namespace": "pxc", "name": "db", "error": "y"}"#, false),
            (r#"{"level":"error","ts":"2026-11-22T03:00:01.000Z","namespace":"pxc","name":"db"}"#, true),
            (r#"{"level":"error","ts":1763780399.9,"namespace":"pxc","name":"db"}"#, false),
            (r#"{"level":"error","namespace":"pxc","name":"db"}"#, true),
            (r#"{"namespace":"pxc","name":"other"}"#, false),
            (r#"{"namespace":"other","name":"db"}"#, false),
            ("goroutine 1 [running]:", false),
        ] {
            assert_eq!(lines.concerns(line), concerns, "{line}");
        }
    }
}
