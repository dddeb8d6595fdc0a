//! What has to be proved before point-in-time recovery comes on at a new place, and what a saved verdict or the Backups of
//! a cluster prove of it. Must never take a verdict of another incident, cluster, place or state of the change for a proof,
//! nor one that `verify` itself does not call enough.

use jiff::{SignedDuration, Timestamp};

use super::incident::one_line;
use super::since::{Bounds, change};
use crate::git::{Base, Repository};
use crate::model::backup::Storage;
use crate::model::cluster::Cluster;
use crate::model::incident::{FoundIncident, Incident, Stage};
use crate::model::observed::BackupObject;
use crate::plan::Proof;
use crate::report::{BackupLine, VerdictReport};
use crate::verify::{self, CheckName, Lack, Outcome};

/// How far the clock of whoever made a verdict may be from this one.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// What has to be proved for a cluster.
pub(super) struct Claim<'a> {
    /// The repository.
    pub(super) repository: &'a Repository,
    /// The base.
    pub(super) base: &'a Base,
    /// The incident as the base has it.
    pub(super) standing: &'a FoundIncident,
    /// The cluster as the base has it.
    pub(super) cluster: &'a Cluster,
    /// What tells the backups that prove it.
    pub(super) bounds: Bounds,
    /// Now.
    pub(super) now: Timestamp,
}

impl Claim<'_> {
    /// Returns what verdicts prove.
    ///
    /// # Errors
    /// Fails where git cannot be read.
    pub(super) fn by_verdict(
        &self,
        verdicts: &[(String, VerdictReport)],
        named: Option<&str>,
    ) -> anyhow::Result<Proof> {
        let name = &self.incident().cluster;
        let is_own = |(_, verdict): &&(String, VerdictReport)| {
            let cluster = &verdict.cluster;
            cluster.root == name.root && cluster.name == name.name && cluster.namespace == self.namespace()
        };
        let Some((file, verdict)) = verdicts.iter().find(is_own) else {
            return Ok(refuted(format!("no verdict is of `{}`", name.shown())));
        };
        let says = |what: String| refuted(format!("verdict `{file}` {what}"));
        if let Some(why) = self.of_something_else(verdict).or_else(|| short(verdict)) {
            return Ok(says(why));
        }
        let Some(backup) = verdict.backup.as_ref().filter(|backup| backup.state == "Succeeded") else {
            return Ok(says("names no Backup that succeeded".to_owned()));
        };
        if let Some(other) = named.filter(|name| *name != backup.name) {
            return Ok(says(format!("is of Backup `{}`, not of `{other}`", backup.name)));
        }
        if let Some(why) = self.elsewhere(backup) {
            return Ok(says(format!("is of Backup `{}`, which {why}", backup.name)));
        }
        Ok(match self.outdated(verdict)? {
            Some(why) => says(why),
            None => {
                Proof::Verdict { backup: backup.name.clone(), storage: backup.storage.clone(), at: verdict.at.clone() }
            }
        })
    }

    /// Says what else than this incident, stage and time a verdict is of.
    fn of_something_else(&self, verdict: &VerdictReport) -> Option<String> {
        let incident = self.incident();
        if verdict.incident != incident.id || verdict.opened_at != incident.opened_at {
            let (id, opened_at) = (one_line(&verdict.incident), one_line(&verdict.opened_at));
            let own = format!("`{}` of {}", incident.id, incident.opened_at);
            return Some(format!("is of incident `{id}` of {opened_at}, not of {own}"));
        }
        if verdict.stage != Stage::Protect {
            return Some(format!("is of stage {}, not of protect", verdict.stage.word()));
        }
        let at: Timestamp = verdict.at.parse().ok()?;
        if at > self.now.saturating_add(SKEW).unwrap_or(self.now) {
            return Some(format!("is of {at}, which is still to come"));
        }
        let opened_at: Timestamp = incident.opened_at.parse().ok()?;
        (at < opened_at.saturating_sub(SKEW).unwrap_or(opened_at))
            .then(|| format!("is of {at}, before the incident was opened, {opened_at}"))
    }

    /// Says why a verdict is of another state of the change than the base has: backups went elsewhere then, or with other
    /// keys. One that does not name the change is told by its commit.
    fn outdated(&self, verdict: &VerdictReport) -> anyhow::Result<Option<String>> {
        let commit = one_line(&verdict.commit);
        let known = self.repository.commit_by_id(&verdict.commit);
        let short = known.as_ref().map_or(commit.as_str(), |commit| commit.short());
        let change = match (&verdict.change, &known) {
            (Some(change), _) => change.clone(),
            (None, None) => return Ok(Some(format!("is of commit `{short}`, which is not here"))),
            (None, Some(commit)) if !self.repository.is_ancestor(commit, &self.base.commit)? => {
                return Ok(Some(format!("is of commit `{short}`, which is not in `{}`", self.base.name)));
            }
            (None, Some(commit)) => change(&self.repository.tree(commit)?, &self.standing.folder)?,
        };
        let fact = format!(
            "is of commit `{short}`: what the base says of where backups go, and with which keys, changed since"
        );
        Ok((change != self.bounds.change).then_some(fact))
    }

    /// Returns what the Backups of the cluster prove: the newest that counts, or the one that a flag names.
    pub(super) fn by_backups(&self, backups: &[BackupObject], named: Option<&str>) -> Proof {
        let homes = self.homes();
        let proof = verify::Proof {
            incident: &self.incident().id,
            cluster: &self.cluster.id.name,
            storages: &homes,
            since: self.bounds.since,
            change: &self.bounds.change,
            home: &self.cluster.backup,
        };
        let seen =
            |backup: &BackupObject| Proof::Seen { backup: backup.meta.name.clone(), storage: backup.storage.clone() };
        if let Some(name) = named {
            return match backups.iter().find(|backup| backup.meta.name == name) {
                None => refuted(format!("the cluster has no Backup `{name}` of `{}`", self.cluster.id.name)),
                Some(backup) => match proof.fault(backup) {
                    Some(why) => refuted(format!("Backup `{name}` proves nothing: it {why}")),
                    None => seen(backup),
                },
            };
        }
        let good = backups.iter().filter(|backup| proof.is_given_by(backup));
        if let Some(backup) = good.max_by(|a, b| (a.meta.created, &a.meta.name).cmp(&(b.meta.created, &b.meta.name))) {
            return seen(backup);
        }
        let since = self.bounds.since.map_or_else(|| self.incident().opened_at.clone(), |since| since.to_string());
        let on = homes.join("`, `");
        refuted(format!("the cluster shows no Backup that succeeded on `{on}` since the change came at {since}"))
    }

    /// Says why the Backup of a verdict is not at the new place: volumes hold no binlogs and prove no bucket.
    fn elsewhere(&self, backup: &BackupLine) -> Option<String> {
        let BackupLine { storage, destination, .. } = backup;
        let homes = self.homes();
        if !homes.contains(storage) {
            return Some(format!("is on `{}`, not on `{}`", one_line(storage), homes.join("`, `")));
        }
        let known = self.cluster.backup.storages.get(storage).filter(|storage| Storage::kind(storage) == "s3");
        if let Some(known) = known.filter(|_| destination.starts_with("s3://")) {
            return verify::elsewhere((destination, ""), known).map(|why| one_line(&why));
        }
        let destination = one_line(destination);
        Some(format!("lies at `{destination}`: only a backup on S3 proves a place of binlogs"))
    }

    /// Returns the storages that a backup proves.
    fn homes(&self) -> Vec<String> {
        let to = &self.incident().to;
        if to.storages.is_empty() { vec![to.binlogs.clone()] } else { to.storages.clone() }
    }

    /// Returns the incident.
    fn incident(&self) -> &Incident {
        &self.standing.incident
    }

    /// Returns the namespace of the cluster.
    fn namespace(&self) -> &str {
        let own = Some(self.incident().cluster.namespace.as_str()).filter(|namespace| !namespace.is_empty());
        own.or(self.cluster.id.namespace.as_deref()).unwrap_or_default()
    }
}

/// Says what a verdict is short of: what `verify` itself calls enough for the next stage, and that it adds up.
fn short(verdict: &VerdictReport) -> Option<String> {
    let checks: Vec<(CheckName, Outcome)> = verdict.checks.iter().map(|check| (check.name, check.outcome)).collect();
    let fact = |name: CheckName| {
        let check = verdict.checks.iter().find(|check| check.name == name && check.outcome != Outcome::Passed);
        check.map(|check| one_line(&check.fact)).unwrap_or_default()
    };
    match verify::lack(&checks) {
        Some(Lack::Missing(name)) => Some(format!("says nothing of check `{}`", name.word())),
        Some(Lack::Says(name, outcome)) => {
            let (word, fact) = (name.word(), fact(name));
            Some(match outcome {
                Outcome::Failed => format!("says that check `{word}` failed: {fact}"),
                Outcome::Waiting => format!("says that check `{word}` was waited for: {fact}"),
                Outcome::CannotTell | Outcome::Passed => format!("cannot tell check `{word}`: {fact}"),
            })
        }
        None => {
            let worst = checks.iter().map(|(_, outcome)| *outcome).max()?;
            let (said, worst) = (verdict.verdict, worst);
            (said != worst).then(|| format!("says `{}`, and its checks come to `{}`", said.word(), worst.word()))
        }
    }
}

/// Returns that somebody looked, and nothing is proved.
pub(super) fn refuted(fact: String) -> Proof {
    Proof::Refuted { fact }
}
