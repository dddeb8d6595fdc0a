//! The backup that proves the target: found, made on request, followed. The only place of this verb that makes an object:
//! one a run at most while Git says the same, and never one beside another of leeward's that may still end well.

use serde_json::Value;

use super::live::{is_passing, of_kind};
use super::pods;
use super::scene::{Look, Memory, Scene};
use crate::cluster::{Created, Watched};
use crate::model::live::{Reading, Reason, Trouble};
use crate::model::object::PXC_GROUP;
use crate::model::observed::{BackupObject, BackupState, ClusterState, JobState, PodState};
use crate::report::BackupLine;
use crate::verify::{self, Attempt, Choice, Followed, Making, Pods, Proof};

/// The kind of a backup.
const KIND: &str = "PerconaXtraDBClusterBackup";

impl Scene<'_> {
    /// Adds what the backup says.
    pub(super) fn backup(
        &self,
        backups: &Result<Vec<Value>, Trouble>,
        state: &ClusterState,
        memory: &mut Memory,
        look: &mut Look,
    ) {
        let all = match backups {
            Ok(all) => all.as_slice(),
            Err(trouble) => {
                let what = format!("the list of Backups in `{}`", self.site.namespace);
                look.verdict.add(verify::backup(&Followed::Unread(what, trouble.clone()), self.now));
                return;
            }
        };
        let attempt = self.attempt();
        let choice = self.choice(&attempt, all, memory);
        let followed = match choice {
            Choice::Follow(name) => self.follow(&name, all, look),
            Choice::None => Followed::NotAsked(attempt.proof.storages.to_vec(), attempt.proof.since),
            Choice::Await { earlier, next } => match self.earlier(&earlier, all, look) {
                Some(earlier) => earlier,
                None if !look.verdict.goes_on() => return,
                None => self.make(&attempt, &next, state, look),
            },
            // What comes before has to hold first.
            Choice::Make(_) if !look.verdict.goes_on() => return,
            Choice::Make(name) => self.make(&attempt, &name, state, look),
        };
        if let Followed::There(backup, _) = &followed {
            memory.followed = Some(backup.meta.name.clone());
        }
        look.verdict.add(verify::backup(&followed, self.now));
        if let Followed::There(backup, pods) = &followed {
            look.backup = Some(line(backup));
            look.progress = (!backup.state.is_over())
                .then(|| format!("backup `{}` {}", backup.meta.name, verify::progress(backup, pods)));
            if look.verdict.goes_on() && backup.state.is_over() {
                self.lies(backup, look);
            }
        }
    }

    /// Returns what a test backup would be for.
    fn attempt(&self) -> Attempt<'_> {
        Attempt {
            stage: self.proposal.stage,
            namespace: &self.site.namespace,
            proof: self.proof(),
            storage: self.storage(),
        }
    }

    /// Returns what a backup has to be to prove the target: on the storage that is named, else on one of the new ones.
    pub(super) fn proof(&self) -> Proof<'_> {
        let to = self.proposal.standing.incident.to.storages.as_slice();
        Proof {
            incident: &self.proposal.standing.incident.id,
            cluster: &self.site.cluster.id.name,
            storages: self.args.backup.storage.as_ref().map_or(to, std::slice::from_ref),
            since: self.proposal.bounds.since,
            change: &self.proposal.bounds.change,
            home: &self.site.cluster.backup,
        }
    }

    /// Returns the storage of a test backup: as named, else the first that a schedule writes to.
    fn storage(&self) -> &str {
        let (to, backup) = (&self.proposal.standing.incident.to.storages, &self.site.cluster.backup);
        let of_schedule = backup.schedules.iter().map(|schedule| &schedule.storage).find(|name| to.contains(name));
        let first = self.args.backup.storage.as_ref().or(of_schedule).or(to.first());
        first.map(String::as_str).unwrap_or_default()
    }

    /// Returns which backup is followed; once one is, it stays.
    fn choice(&self, attempt: &Attempt<'_>, all: &[Value], memory: &Memory) -> Choice {
        if let Some(name) = self.args.backup.backup.as_ref().or(memory.followed.as_ref()) {
            return Choice::Follow(name.clone());
        }
        let making = if self.args.backup.test_backup { Making::Asked } else { Making::NotAsked };
        attempt.choose(all, making)
    }

    /// Returns the backup that is followed, where it is there already.
    pub(super) fn known(&self, all: &[Value], memory: &Memory) -> Option<String> {
        match self.choice(&self.attempt(), all, memory) {
            Choice::Follow(name) | Choice::Await { earlier: name, .. } => Some(name),
            Choice::Make(_) | Choice::None => None,
        }
    }

    /// Makes a test backup and follows it.
    fn make(&self, attempt: &Attempt<'_>, name: &str, state: &ClusterState, look: &mut Look) -> Followed {
        let has_storage = state.backup().is_ok_and(|backup| backup.storages.contains_key(attempt.storage));
        if !has_storage {
            let fact = format!("the live cluster lists no storage `{}`", attempt.storage);
            return Followed::NotMade(Trouble::new(Reason::Rejected, fact).hint("--storage NAME"));
        }
        let (id, object) = attempt.object(name, &self.site.rules);
        match self.cluster.create(&id, &object) {
            Ok(Created::Now(object)) => {
                look.watched.extend(Watched::of(&id, &object));
                Followed::There(Box::new(BackupObject::read(&object)), Pods::default())
            }
            Ok(Created::Before) => self.read_again(name, look),
            Err(trouble) => {
                // It may have been made: the next look finds it by its label.
                look.broke(&trouble);
                if is_passing(&trouble) {
                    return Followed::Unheard(name.to_owned(), trouble);
                }
                Followed::NotMade(trouble)
            }
        }
    }

    /// Returns one of another state of the change that is under way; `None` where its pods say that it will not succeed.
    fn earlier(&self, name: &str, all: &[Value], look: &mut Look) -> Option<Followed> {
        let object = all.iter().find(|object| object["metadata"]["name"] == name)?;
        let backup = BackupObject::read(object);
        let pods = self.pods(&backup, look);
        if pods.ill.iter().any(|ill| ill.is_sure) {
            return None;
        }
        look.watched.extend(Watched::of(&of_kind((PXC_GROUP, "v1", KIND), &self.site.namespace, name), object));
        look.progress = Some(format!("backup `{name}` {}", verify::progress(&backup, &pods)));
        Some(Followed::Earlier(Box::new(backup), pods))
    }

    /// Follows a backup of the list.
    fn follow(&self, name: &str, all: &[Value], look: &mut Look) -> Followed {
        match all.iter().find(|object| object["metadata"]["name"] == name) {
            Some(object) => self.followed(object, look),
            None => Followed::Absent(self.site.namespace.clone(), name.to_owned()),
        }
    }

    /// Follows a backup that another run made since the list was read.
    fn read_again(&self, name: &str, look: &mut Look) -> Followed {
        let mut reader = super::live::Reader::new(self.cluster);
        match reader.one(&of_kind((PXC_GROUP, "v1", KIND), &self.site.namespace, name)) {
            Reading::Found(found) if found["spec"]["pxcCluster"] != self.site.cluster.id.name.as_str() => {
                Followed::Taken(name.to_owned())
            }
            Reading::Found(found) => self.followed(found, look),
            Reading::Absent(_) => Followed::Absent(self.site.namespace.clone(), name.to_owned()),
            Reading::Unread(trouble) => {
                look.broke(trouble);
                Followed::Unread(format!("Backup `{name}`"), trouble.clone())
            }
        }
    }

    /// Returns a backup with what its pods show, where that matters.
    fn followed(&self, object: &Value, look: &mut Look) -> Followed {
        let backup = BackupObject::read(object);
        if let Some(why) = self.proof().stray(&backup) {
            return Followed::Stray(self.site.namespace.clone(), format!("`{}` {why}", backup.meta.name));
        }
        let id = of_kind((PXC_GROUP, "v1", KIND), &self.site.namespace, &backup.meta.name);
        look.watched.extend(Watched::of(&id, object));
        let is_well = backup.state == BackupState::Succeeded;
        let pods = if is_well { Pods::default() } else { self.pods(&backup, look) };
        Followed::There(Box::new(backup), pods)
    }

    /// Returns what the Job and the pods of a backup show.
    fn pods(&self, backup: &BackupObject, look: &mut Look) -> Pods {
        let selector = format!("percona.com/backup-name={}", backup.meta.name);
        let pods = match pods::listed(self.cluster, &self.site.namespace, &selector) {
            Ok(pods) => pods,
            Err(trouble) => {
                look.broke(&trouble);
                return Pods { trouble: Some(trouble), ..Pods::default() };
            }
        };
        let job = of_kind(("batch", "v1", "Job"), &self.site.namespace, &backup.job());
        let mut reader = super::live::Reader::new(self.cluster);
        let tries = reader.one(&job).found().and_then(|job| JobState::read(job).backoff_limit);
        look.watch(&job, &reader.live);
        let count = |phase: &str| pods.iter().filter(|pod| pod.phase == phase).count();
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let ill = |pod: &PodState| pods::ill(self.cluster, pod, "xtrabackup");
        // What kept an earlier try from succeeding may be mended: each starts with what the Secret says then.
        let newest = pods.iter().max_by_key(|pod| (pod.meta.created, &pod.meta.name));
        Pods {
            ill: newest.and_then(ill).into_iter().collect(),
            failed: number(count("Failed")),
            running: number(count("Running")),
            tries,
            trouble: None,
        }
    }
}

/// Returns how a backup is reported.
fn line(backup: &BackupObject) -> BackupLine {
    BackupLine {
        name: backup.meta.name.clone(),
        storage: backup.storage.clone(),
        state: backup.state.word().to_owned(),
        destination: backup.destination.clone(),
        completed: backup.completed.map(|at| at.to_string()),
    }
}
