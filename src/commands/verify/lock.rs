//! The lock of backups and who holds it: read before the backups are listed, and once more where the list lacks the one who
//! holds it. Must never say of one who was not looked for that it is gone.

use std::cell::RefCell;

use super::live::{Reader, of_kind};
use super::pods;
use super::scene::{Look, Scene};
use crate::model::incident::Action;
use crate::model::live::{Reading, Trouble};
use crate::model::observed::{BackupObject, ClusterState, JobState, LeaseState};
use crate::verify::{self, Holder, Lock};

impl Scene<'_> {
    /// Returns the lock of backups.
    pub(super) fn lock(&self, reader: &mut Reader<'_>, state: &ClusterState) -> Lock {
        if state.backup().is_ok_and(|backup| backup.allows_parallel()) {
            return Lock::None;
        }
        let name = format!("pxc-{}-backup-lock", self.site.cluster.id.name);
        match reader.one(&of_kind(("coordination.k8s.io", "v1", "Lease"), &self.site.namespace, &name)) {
            Reading::Found(found) => Lock::There(LeaseState::read(found)),
            Reading::Absent(_) => Lock::Absent,
            Reading::Unread(trouble) => Lock::Unread(trouble.clone()),
        }
    }

    /// Adds whether a new backup can start; `backups` were listed after the lock was read.
    pub(super) fn unlocked(
        &self,
        lease: &Lock,
        backups: Result<&[BackupObject], &Trouble>,
        own: Option<&str>,
        look: &mut Look,
    ) {
        let unheard = RefCell::new(None);
        let holder = |backup: Option<&BackupObject>| {
            let holder = self.holder(lease, backup);
            if let Holder::Unread(trouble) = &holder {
                unheard.replace(Some(trouble.clone()));
            }
            holder
        };
        if let Some(check) = verify::lock(lease, backups, own, &holder) {
            look.verdict.add(check);
        }
        unheard.into_inner().iter().for_each(|trouble| look.broke(trouble));
    }

    /// Returns what the one who holds the lock is up to: a backup that was listed, or one that was not.
    fn holder(&self, lock: &Lock, backup: Option<&BackupObject>) -> Holder {
        match backup {
            None => self.again(lock),
            Some(backup) if backup.state.is_over() => self.job(backup),
            Some(backup) => self.progress(backup).unwrap_or_else(Holder::Unread),
        }
    }

    /// Returns whether the lock is still held by who held it before the backups were listed.
    fn again(&self, lock: &Lock) -> Holder {
        let Lock::There(lease) = lock else { return Holder::Changed };
        let id = of_kind(("coordination.k8s.io", "v1", "Lease"), &lease.meta.namespace, &lease.meta.name);
        match Reader::new(self.cluster).one(&id) {
            Reading::Found(found) if LeaseState::read(found).holder == lease.holder => Holder::Idle,
            Reading::Found(_) | Reading::Absent(_) => Holder::Changed,
            Reading::Unread(trouble) => Holder::Unread(trouble.clone()),
        }
    }

    /// Returns whether the Job of a backup that is over is still at work.
    fn job(&self, backup: &BackupObject) -> Holder {
        match Reader::new(self.cluster).one(&of_kind(("batch", "v1", "Job"), &self.site.namespace, &backup.job())) {
            Reading::Found(found) if !JobState::read(found).is_over() => Holder::Working,
            Reading::Found(_) | Reading::Absent(_) => Holder::Idle,
            Reading::Unread(trouble) => Holder::Unread(trouble.clone()),
        }
    }

    /// Returns whether a backup comes to an end by itself: not one that goes to the place that failed, nor one whose newest pod
    /// is ill.
    fn progress(&self, backup: &BackupObject) -> Result<Holder, Trouble> {
        let incident = &self.proposal.standing.incident;
        if incident.action != Action::Rotate && incident.from.storages.contains(&backup.storage) {
            return Ok(Holder::Stuck);
        }
        let selector = format!("percona.com/backup-name={}", backup.meta.name);
        let pods = pods::listed(self.cluster, &self.site.namespace, &selector)?;
        let is_ill = pods.first().is_some_and(|newest| pods::ill(self.cluster, newest, "xtrabackup").is_some());
        Ok(if is_ill { Holder::Stuck } else { Holder::Working })
    }
}
