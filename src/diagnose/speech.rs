//! What objects say, as lines that the table of signatures reads: why a container waits, why a pod is not placed, what an
//! event warns of, how a Backup ended. The table stays the one place that knows what a text means.

use jiff::Timestamp;

use super::confidence::Confidence;
use super::evidence::{About, Form, Log, Role};
use super::history::{History, has_collector_trouble, is_failing, is_stuck, lacks_collector, places};
use super::observed::{Observed, Unseen};
use super::scan::Scanner;
use crate::model::observed::{BackupObject, BackupState, EventLine, PodState};

/// What one object says.
struct Said {
    /// Which object.
    name: String,
    /// What it is about.
    about: About,
    /// Its lines.
    lines: Vec<String>,
}

impl Observed {
    /// Returns what the objects say, the oldest first.
    pub(super) fn said(&self) -> Vec<Log> {
        let good: Vec<&BackupObject> =
            places(self).iter().filter_map(|place| History::of(self, place).last_good).collect();
        let is_told = |backup: &&BackupObject| {
            backup.state != BackupState::Succeeded || good.iter().any(|good| good.meta.name == backup.meta.name)
        };
        let backups = self.backups.iter().filter(is_told).map(|backup| self.of_backup(backup));
        let pods = self.pods.iter().map(|pod| self.of_pod(pod, self.about_backup(&pod.backup, pod.meta.created)));
        let jobs = self.jobs.iter().filter_map(|job| {
            let failure = job.failure.as_ref()?;
            let about = self.about_backup(&job.backup, job.meta.created);
            Some(Said { name: format!("Job {}", job.meta.name), about, lines: vec![format!("Failed: {failure}")] })
        });
        let collectors = self.collectors.iter().map(|pod| self.of_pod(pod, self.about_collector(pod)));
        let events = self.events.iter().filter_map(|event| self.of_event(event));
        let claims = self.of_claims();
        let all = backups.chain(pods).chain(jobs).chain(collectors).chain(events).chain(claims);
        let all = all.chain(self.of_cluster()).chain(self.of_missed());
        let mut all: Vec<Said> = all.filter(|said| !said.lines.is_empty()).collect();
        all.sort_by_key(|said| said.about.at);
        all.into_iter().map(Said::log).collect()
    }

    /// Returns what is known of a Backup's objects.
    pub(super) fn about_backup(&self, backup: &str, at: Option<Timestamp>) -> About {
        let storage = self.backup(backup).map(|backup| backup.storage.clone());
        About { form: Form::State, backup: Some(backup.to_owned()), storage, at, at_most: None }
    }

    /// Returns what is known of a collector's pod: the storage that it writes to. One that does not run still says what it
    /// said: a backup that succeeded since may have gone to another bucket.
    pub(super) fn about_collector(&self, pod: &PodState) -> About {
        let storage = self.block.as_ref().and_then(|block| block.pitr_on()).map(str::to_owned);
        let ended = pod.containers.iter().filter_map(|container| container.ended_at).max();
        let at = if is_stuck(pod, self.at) { Some(self.at) } else { ended.or(pod.meta.created) };
        About { form: Form::State, storage, at, ..About::default() }
    }

    /// Returns what a Backup says of itself.
    fn of_backup(&self, backup: &BackupObject) -> Said {
        let mut about = self.about_backup(&backup.meta.name, backup.completed.or(backup.meta.created));
        let error = Some(backup.error.clone()).filter(|error| !error.is_empty());
        let state = if backup.state == BackupState::Succeeded {
            // Of its place, not of itself: what its own pods said is past.
            about.backup = None;
            "status.state: Succeeded".to_owned()
        } else {
            format!("does not succeed, status.state: {}", backup.state)
        };
        let is_told = backup.state == BackupState::Succeeded || is_failing(self, backup);
        let lines: Vec<String> = error.into_iter().chain(is_told.then_some(state)).collect();
        Said { name: format!("Backup {}", backup.meta.name), about, lines }
    }

    /// Returns why a pod does not run, or how it ended.
    fn of_pod(&self, pod: &PodState, about: About) -> Said {
        let placed = Some(&pod.unscheduled).filter(|why| !why.is_empty()).map(|why| format!("FailedScheduling: {why}"));
        let of_container = |container: &crate::model::observed::ContainerState| {
            let waits = container.waiting.as_ref().map(|(reason, message)| {
                let message = if message.is_empty() { String::new() } else { format!(": {message}") };
                format!("container {} waits: {reason}{message}", container.name)
            });
            let ended = container
                .ended
                .as_ref()
                .filter(|(code, _)| *code != 0)
                .map(|(code, reason)| format!("container {} ended with {code}: {reason}", container.name));
            [waits, ended]
        };
        let containers = pod.containers.iter().flat_map(of_container).flatten();
        let lines = if is_stuck(pod, self.at) || pod.containers.iter().any(|container| container.restarts > 0) {
            placed.into_iter().chain(containers).collect()
        } else {
            Vec::new()
        };
        Said { name: format!("pod {}", pod.meta.name), about, lines }
    }

    /// Returns what an event warns of, where it is about a backup or what belongs to it.
    fn of_event(&self, event: &EventLine) -> Option<Said> {
        let named = |pods: &[PodState]| pods.iter().any(|pod| pod.meta.name == event.name);
        let backup = match event.kind.as_str() {
            "Pod" => self.pods.iter().find(|pod| pod.meta.name == event.name).map(|pod| pod.backup.clone()),
            "Job" => self.jobs.iter().find(|job| job.meta.name == event.name).map(|job| job.backup.clone()),
            "PersistentVolumeClaim" => self.backup_of_claim(&event.name),
            "PerconaXtraDBClusterBackup" => self.backup(&event.name).map(|backup| backup.meta.name.clone()),
            _ => None,
        };
        let collector = format!("{}-pitr", self.name);
        let is_collector = named(&self.collectors)
            || ["Deployment", "ReplicaSet"].contains(&event.kind.as_str()) && event.name.starts_with(&collector);
        let about = match backup {
            Some(backup) => self.about_backup(&backup, event.last),
            None if is_collector => {
                let storage = self.block.as_ref().and_then(|block| block.pitr_on()).map(str::to_owned);
                About { form: Form::State, storage, at: event.last, ..About::default() }
            }
            None => return None,
        };
        let times = if event.count > 1 { format!(" ({} times)", event.count) } else { String::new() };
        let name = format!("event of {} {}", event.kind, event.name);
        Some(Said { name, about, lines: vec![format!("{}: {}{times}", event.reason, event.message)] })
    }

    /// Returns the Backup whose volume a claim is for: its name begins with that of its Job.
    fn backup_of_claim(&self, claim: &str) -> Option<String> {
        let of = |backup: &&BackupObject| claim.starts_with(&format!("xb-{}", backup.meta.name));
        self.backups
            .iter()
            .filter(of)
            .max_by_key(|backup| backup.meta.name.len())
            .map(|backup| backup.meta.name.clone())
    }

    /// Returns the claims that keep a pod waiting.
    fn of_claims(&self) -> impl Iterator<Item = Said> {
        self.claims.iter().filter(|claim| claim.phase != "Bound").filter_map(|claim| {
            let backup = self.backup_of_claim(&claim.meta.name)?;
            self.pods_of(&backup).find(|pod| pod.phase == "Pending" && is_stuck(pod, self.at))?;
            let class = if claim.storage_class.is_empty() { "default" } else { &claim.storage_class };
            let line =
                format!("persistentvolumeclaim \"{}\" is {}, StorageClass {class}", claim.meta.name, claim.phase);
            let about = self.about_backup(&backup, claim.meta.created);
            Some(Said { name: format!("PersistentVolumeClaim {}", claim.meta.name), about, lines: vec![line] })
        })
    }

    /// Returns what the cluster says of itself while it is not ready; what it said before may be about another trouble.
    fn of_cluster(&self) -> Option<Said> {
        let cluster = self.cluster.as_ref().filter(|cluster| !cluster.is_paused && !cluster.state.is_empty())?;
        if cluster.is_ready() {
            return None;
        }
        let state = if self.can_only_be_the_database() {
            format!("cluster is not ready for backup: status.state: {}", cluster.state)
        } else {
            format!("does not succeed, status.state: {}", cluster.state)
        };
        let messages = cluster.messages.iter().filter(|_| cluster.state == "error");
        let at_most = Some(Confidence::Likely);
        let about = About { form: Form::State, at: Some(self.at), at_most, ..About::default() };
        let name = format!("PerconaXtraDBCluster {}", self.name);
        Some(Said { name, about, lines: messages.cloned().chain([state]).collect() })
    }

    /// Returns whether nothing but the database is left to explain a cluster that is not ready: a collector that crashes makes
    /// its state an error although the database is well (operator.md 9), and what cannot be seen may be just that.
    fn can_only_be_the_database(&self) -> bool {
        let speaks_of_collector = |message: &String| message.contains("binlog collector") || message.contains("-pitr");
        let is_blamed = self.cluster.iter().flat_map(|cluster| &cluster.messages).any(speaks_of_collector);
        let is_dark = |unseen: &Unseen| unseen.what != Role::Operator.pods();
        let has_failed = places(self).iter().any(|place| !History::of(self, place).failing.is_empty());
        let is_of_collector = has_collector_trouble(self) || lacks_collector(self);
        !is_blamed && !has_failed && !is_of_collector && !self.unseen.iter().any(is_dark)
    }

    /// Returns the runs that made no Backup.
    fn of_missed(&self) -> impl Iterator<Item = Said> {
        self.missed_runs.iter().map(|run| {
            let more = if run.count > 1 { format!(", and for {} more", run.count - 1) } else { String::new() };
            let line = format!("no Backup object for the run due {}{more}", run.first);
            let storage = Some(run.storage.clone());
            let about = About { form: Form::State, storage, at: Some(run.last), ..About::default() };
            Said { name: format!("schedule {}", run.schedule), about, lines: vec![line] }
        })
    }
}

impl Said {
    /// Returns the lines as a log.
    fn log(self) -> Log {
        let mut scanner = Scanner::about(self.name, self.about);
        for line in self.lines {
            scanner.feed(line.split_whitespace().collect::<Vec<_>>().join(" ").as_bytes());
            scanner.feed(b"\n");
        }
        scanner.finish()
    }
}
