//! Jobs, pods, leases and events as the API server has them: of them what tells why a backup does not come to an end.

use jiff::Timestamp;
use serde_json::Value;

use super::{BackupObject, Meta, count, text, time};
use crate::model::shell::kubectl;

/// The label by which a pod of crVersion 1.16 and newer names its Backup (operator.md 2).
const BACKUP: &str = "percona.com/backup-name";
/// The same of older ones.
const BACKUP_OLD: &str = "backup-name";

/// A Job.
#[derive(Debug, Clone, PartialEq)]
pub struct JobState {
    /// Its metadata.
    pub meta: Meta,
    /// The Backup that it works for, as its labels say; empty where they do not.
    pub backup: String,
    /// Pods that run or wait.
    pub active: u32,
    /// Pods that ended well.
    pub succeeded: u32,
    /// Pods that failed.
    pub failed: u32,
    /// `spec.backoffLimit`.
    pub backoff_limit: Option<u32>,
    /// The reason of the condition `Failed`, where it is true: `BackoffLimitExceeded`, `DeadlineExceeded`.
    pub failure: Option<String>,
    /// Whether the condition `Complete` is true.
    pub is_complete: bool,
}

/// A pod.
#[derive(Debug, Clone, PartialEq)]
pub struct PodState {
    /// Its metadata.
    pub meta: Meta,
    /// The Backup that it works for, as its labels say; empty where they do not.
    pub backup: String,
    /// `status.phase`.
    pub phase: String,
    /// Why the scheduler does not place it, in its words; empty where it is placed.
    pub unscheduled: String,
    /// Its containers, those of the start first.
    pub containers: Vec<ContainerState>,
}

/// A container of a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerState {
    /// Its name.
    pub name: String,
    /// How often it was started again.
    pub restarts: u32,
    /// Whether it runs.
    pub is_running: bool,
    /// Since when it runs.
    pub started_at: Option<Timestamp>,
    /// Why it waits: reason (`CrashLoopBackOff`, `CreateContainerConfigError`, `ImagePullBackOff`) and message.
    pub waiting: Option<(String, String)>,
    /// How it ended: exit code and reason; of the run before, where it runs or waits again.
    pub ended: Option<(i64, String)>,
    /// When that was.
    pub ended_at: Option<Timestamp>,
}

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventLine {
    /// The kind of what it is about.
    pub kind: String,
    /// The name of what it is about.
    pub name: String,
    /// `Warning` or `Normal`.
    pub severity: String,
    /// Its reason.
    pub reason: String,
    /// Its message.
    pub message: String,
    /// How often it happened.
    pub count: u32,
    /// When it last happened.
    pub last: Option<Timestamp>,
}

/// A lease, as backups that must not run side by side hold it (operator.md 12.7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseState {
    /// Its metadata.
    pub meta: Meta,
    /// Who holds it: the name of a Backup; empty where nobody does.
    pub holder: String,
}

impl JobState {
    /// Returns the command that ends the Job of this name: its deadline, since neither it nor its Backup may be deleted
    /// (operator.md 12.9).
    pub fn ended(job: &str, namespace: &str) -> Option<String> {
        let patch = kubectl("patch", ("job", job, Some(namespace)))?;
        Some(format!("{patch} --type merge -p '{{\"spec\":{{\"activeDeadlineSeconds\":1}}}}'"))
    }

    /// Returns whether it is at work no more.
    pub fn is_over(&self) -> bool {
        self.is_complete || self.failure.is_some()
    }

    /// Reads a Job.
    pub fn read(object: &Value) -> Self {
        let status = &object["status"];
        let conditions = status["conditions"].as_array();
        let condition = |kind: &str| {
            conditions
                .into_iter()
                .flatten()
                .find(|condition| condition["type"] == kind && condition["status"] == "True")
        };
        Self {
            meta: Meta::read(object),
            backup: backup(object),
            active: count(&status["active"]),
            succeeded: count(&status["succeeded"]),
            failed: count(&status["failed"]),
            backoff_limit: object["spec"]["backoffLimit"].as_u64().and_then(|limit| u32::try_from(limit).ok()),
            failure: condition("Failed").map(|condition| text(&condition["reason"])),
            is_complete: condition("Complete").is_some(),
        }
    }
}

impl PodState {
    /// Reads a pod.
    pub fn read(object: &Value) -> Self {
        let status = &object["status"];
        let statuses = ["initContainerStatuses", "containerStatuses"].map(|field| status[field].as_array());
        Self {
            meta: Meta::read(object),
            backup: backup(object),
            phase: text(&status["phase"]),
            unscheduled: unscheduled(status),
            containers: statuses.into_iter().flatten().flatten().map(ContainerState::read).collect(),
        }
    }
}

impl ContainerState {
    /// Reads an entry of `containerStatuses`.
    fn read(status: &Value) -> Self {
        let waiting = &status["state"]["waiting"];
        let ended = [&status["state"]["terminated"], &status["lastState"]["terminated"]];
        let ended = ended.into_iter().find(|ended| ended.is_object());
        Self {
            name: text(&status["name"]),
            restarts: count(&status["restartCount"]),
            is_running: status["state"]["running"].is_object(),
            started_at: time(&status["state"]["running"]["startedAt"]),
            waiting: waiting.is_object().then(|| (text(&waiting["reason"]), text(&waiting["message"]))),
            ended: ended.map(|ended| (ended["exitCode"].as_i64().unwrap_or_default(), text(&ended["reason"]))),
            ended_at: ended.and_then(|ended| time(&ended["finishedAt"])),
        }
    }
}

impl EventLine {
    /// Reads an event of `v1` or `events.k8s.io/v1`.
    pub fn read(object: &Value) -> Self {
        let about =
            ["involvedObject", "regarding"].map(|field| &object[field]).into_iter().find(|about| about.is_object());
        let about = about.unwrap_or(&Value::Null);
        let series = &object["series"];
        let counts = [&object["count"], &series["count"], &object["deprecatedCount"]].map(count);
        let times = [
            &object["lastTimestamp"],
            &series["lastObservedTime"],
            &object["eventTime"],
            &object["deprecatedLastTimestamp"],
            &object["metadata"]["creationTimestamp"],
        ];
        let message = if object["message"].is_string() { &object["message"] } else { &object["note"] };
        Self {
            kind: text(&about["kind"]),
            name: text(&about["name"]),
            severity: text(&object["type"]),
            reason: text(&object["reason"]),
            message: text(message),
            count: counts.into_iter().max().unwrap_or_default().max(1),
            last: times.into_iter().find_map(time),
        }
    }
}

impl LeaseState {
    /// Reads a lease.
    pub fn read(object: &Value) -> Self {
        Self { meta: Meta::read(object), holder: text(&object["spec"]["holderIdentity"]) }
    }

    /// Returns whether a Backup holds it.
    pub fn is_held_by(&self, backup: &BackupObject) -> bool {
        self.holder == format!("{}-{}", backup.meta.name, backup.meta.uid)
    }

    /// Returns the command that frees it; never one that deletes its Backup, whose data may go with it.
    pub fn freed(&self, namespace: &str) -> Option<String> {
        kubectl("delete", ("lease", &self.meta.name, Some(namespace)))
    }
}

/// Returns the Backup that an object works for.
fn backup(object: &Value) -> String {
    let labels = &object["metadata"]["labels"];
    [BACKUP, BACKUP_OLD].into_iter().find_map(|label| labels[label].as_str()).unwrap_or_default().to_owned()
}

/// Returns why a pod is not placed.
fn unscheduled(status: &Value) -> String {
    let conditions = status["conditions"].as_array();
    let scheduled = conditions.into_iter().flatten().find(|condition| condition["type"] == "PodScheduled");
    scheduled
        .filter(|condition| condition["status"] == "False")
        .map(|condition| text(&condition["message"]))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_pod_says_why_it_does_not_run() {
        let pod = PodState::read(&json!({
            "metadata": {"name": "xb-1", "labels": {"percona.com/backup-name": "b1"}},
            "status": {"phase": "Pending",
                "conditions": [{"type": "PodScheduled", "status": "False", "message": "0/3 nodes are available"}],
                "containerStatuses": [{"name": "xtrabackup", "restartCount": 2,
                    "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}},
                    "lastState": {"terminated": {"exitCode": 1, "reason": "Error", "finishedAt": "2026-11-22T03:00:00Z"}}}]}
        }));
        assert_eq!((pod.backup.as_str(), pod.unscheduled.as_str()), ("b1", "0/3 nodes are available"));
        let container = &pod.containers[0];
        assert_eq!(container.waiting, Some(("CrashLoopBackOff".to_owned(), "back-off".to_owned())));
        assert_eq!((container.restarts, container.ended.clone()), (2, Some((1, "Error".to_owned()))));
        assert_eq!(container.ended_at, "2026-11-22T03:00:00Z".parse().ok());
    }

    #[test]
    fn a_job_fails_only_by_its_condition() {
        let running = JobState::read(&json!({"spec": {"backoffLimit": 10}, "status": {"failed": 3, "active": 1}}));
        assert_eq!((running.failed, running.failure, running.backoff_limit), (3, None, Some(10)));
        let conditions = json!([{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}]);
        let over = JobState::read(&json!({"status": {"conditions": conditions}}));
        assert_eq!(over.failure.as_deref(), Some("BackoffLimitExceeded"));
    }

    #[test]
    fn events_of_both_kinds_read_alike() {
        let old = EventLine::read(&json!({"involvedObject": {"kind": "Pod", "name": "p"}, "type": "Warning",
            "reason": "Failed", "message": "m", "count": 4, "lastTimestamp": "2026-11-22T03:00:00Z"}));
        let new = EventLine::read(&json!({"regarding": {"kind": "Pod", "name": "p"}, "type": "Warning",
            "reason": "Failed", "note": "m", "series": {"count": 4, "lastObservedTime": "2026-11-22T03:00:00Z"}}));
        assert_eq!(old, new);
    }
}
