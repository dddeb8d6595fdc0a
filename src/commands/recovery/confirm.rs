//! Which backup proves the new place before point-in-time recovery comes on there: what a saved verdict says, or what the
//! cluster shows. Must never take a verdict of another incident, cluster or place for a proof.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;

use super::incident::Found;
use super::scene::Scene;
use super::select::Choice;
use crate::cli::{LookArgs, RecoveryArgs};
use crate::cluster::{Access, Cluster, Listing};
use crate::failure::{outside, refused};
use crate::model::backup::Storage;
use crate::model::cluster::{Cluster as Known, ClusterId};
use crate::model::incident::{Incident, Stage};
use crate::model::object::PXC_GROUP;
use crate::model::observed::{BackupObject, BackupState};
use crate::plan::Proof;
use crate::report::{VerdictReport, verdict_read};
use crate::verify::{CheckName, Outcome, place};

/// The largest verdict that is read.
const SIZE_MAX: u64 = 4 << 20;
/// What makes one.
const MAKE: &str = "leeward verify --incident ID --test-backup --verdict-out FILE";

/// What has to be proved for a cluster.
struct Claim<'a> {
    /// The incident as the base has it.
    incident: &'a Incident,
    /// The cluster as the base has it.
    cluster: &'a Known,
}

/// Returns what proves the new place of each chosen cluster; nothing unless stage resume is asked for.
///
/// # Errors
/// Refuses files that are no verdicts; fails where the cluster cannot be read.
pub(super) fn proofs(
    scene: &Scene,
    chosen: &[Choice],
    found: &Found,
    args: &RecoveryArgs,
) -> anyhow::Result<BTreeMap<ClusterId, Proof>> {
    if found.stage != Stage::Resume {
        return Ok(BTreeMap::new());
    }
    let read = |path: &std::path::PathBuf| Ok((path.display().to_string(), verdict(path)?));
    let verdicts = args.incident.verdict.iter().map(read).collect::<anyhow::Result<Vec<_>>>()?;
    let claim = |choice: &Choice| {
        let standing = scene.incidents.iter().map(|standing| &standing.incident);
        let mut own = standing.filter(|incident| incident.id == found.id.as_str());
        let incident = own.find(|incident| incident.cluster.names(&choice.cluster))?;
        let cluster = scene.clusters.iter().find(|cluster| cluster.id == choice.cluster)?;
        Some(Claim { incident, cluster })
    };
    let claims: Vec<Claim<'_>> = chosen.iter().filter_map(claim).collect();
    let name = args.incident.confirmed_backup.as_deref();
    let proof = |claim: &Claim<'_>| match (&args.incident.look, verdicts.is_empty()) {
        (_, false) => Ok(claim.by_verdict(&verdicts, name)),
        (Some(look), true) => seen(look, args, claim).map(|backups| claim.by_backups(&backups, name)),
        (None, true) => Ok(by_word(&claims, name)),
    };
    claims.iter().map(|claim| Ok((claim.cluster.id.clone(), proof(claim)?))).collect()
}

/// Returns what a person's word proves: a Backup is of one cluster, so one name says nothing of several.
fn by_word(claims: &[Claim<'_>], named: Option<&str>) -> Proof {
    let resumed = claims.iter().filter(|claim| claim.incident.has_resume()).count();
    match named {
        Some(name) if resumed > 1 => refuted(format!(
            "Backup `{name}` is of one cluster, and {resumed} are to resume: name one with `--cluster`, or a verdict of each"
        )),
        _ => Proof::Word,
    }
}

/// Reads a verdict.
fn verdict(path: &Path) -> anyhow::Result<VerdictReport> {
    let read = || {
        if !path.exists() {
            return Err(refused("no such file").hint(MAKE).into());
        }
        let mut text = Vec::new();
        std::fs::File::open(path)?.take(SIZE_MAX + 1).read_to_end(&mut text)?;
        if text.len() as u64 > SIZE_MAX {
            return Err(refused(format!("it has more than {} MiB", SIZE_MAX >> 20)).hint(MAKE).into());
        }
        let text = String::from_utf8(text).map_err(|_| refused("it is not UTF-8 text").hint(MAKE))?;
        Ok(verdict_read(&text)?)
    };
    let read: anyhow::Result<VerdictReport> = read();
    read.with_context(|| format!("failed to read verdict `{}`", path.display()))
}

/// Reads the Backups of a cluster.
fn seen(look: &LookArgs, args: &RecoveryArgs, claim: &Claim<'_>) -> anyhow::Result<Vec<BackupObject>> {
    let namespace = claim.cluster.id.namespace.clone().ok_or_else(|| {
        refused(format!("nothing in Git says in which namespace `{}` is", claim.cluster.id.name)).hint("--verdict FILE")
    })?;
    let deadline = Duration::from_secs(args.repository.builder.timeout);
    let access = Access {
        kubeconfig: look.kubeconfig.clone(),
        context: look.context.clone(),
        namespace: None,
        deadline,
        request_timeout: deadline.min(Access::default().request_timeout),
    };
    let listing = Listing {
        group: PXC_GROUP.to_owned(),
        version: "v1".to_owned(),
        kind: "PerconaXtraDBClusterBackup".to_owned(),
        namespace: Some(namespace.clone()),
        selector: None,
        fields: None,
    };
    let listed = Cluster::connect(&access)?.list(&listing).map_err(|trouble| {
        let hint = trouble.hint.unwrap_or_else(|| "--verdict FILE".to_owned());
        outside(trouble.fact).hint(hint)
    });
    let listed = listed.with_context(|| format!("failed to look for a backup of `{}`", claim.cluster.id.short()))?;
    Ok(listed.iter().map(BackupObject::read).filter(|backup| backup.cluster == claim.cluster.id.name).collect())
}

impl Claim<'_> {
    /// Returns what verdicts prove.
    fn by_verdict(&self, verdicts: &[(String, VerdictReport)], named: Option<&str>) -> Proof {
        let (incident, name) = (self.incident, &self.incident.cluster);
        let is_own = |(_, verdict): &&(String, VerdictReport)| {
            let cluster = &verdict.cluster;
            cluster.root == name.root && cluster.name == name.name && cluster.namespace == self.namespace()
        };
        let Some((file, verdict)) = verdicts.iter().find(is_own) else {
            return refuted(format!("no verdict is of `{}`", name.shown()));
        };
        let says = |what: &str| refuted(format!("verdict `{file}` {what}"));
        if verdict.incident != incident.id || verdict.opened_at != incident.opened_at {
            let (id, opened_at) = (&verdict.incident, &verdict.opened_at);
            return says(&format!(
                "is of incident `{id}` of {opened_at}, not of `{}` of {}",
                incident.id, incident.opened_at
            ));
        }
        if verdict.stage != Stage::Protect {
            return says(&format!("is of stage {}, not of protect", verdict.stage.word()));
        }
        let failed = verdict.checks.iter().find(|check| check.outcome == Outcome::Failed);
        if let Some(check) = failed {
            return says(&format!("says that check `{}` failed: {}", check.name.word(), check.fact));
        }
        let has_passed =
            verdict.checks.iter().any(|check| check.name == CheckName::Backup && check.outcome == Outcome::Passed);
        let Some(backup) = verdict.backup.as_ref().filter(|backup| has_passed && backup.state == "Succeeded") else {
            return says("names no Backup that succeeded");
        };
        if let Some(other) = named.filter(|name| *name != backup.name) {
            return says(&format!("is of Backup `{}`, not of `{other}`", backup.name));
        }
        if let Some(why) = self.elsewhere(&backup.storage, &backup.destination) {
            return says(&format!("is of Backup `{}`, {why}", backup.name));
        }
        Proof::Verdict { backup: backup.name.clone(), at: verdict.at.clone() }
    }

    /// Returns what the Backups of the cluster prove: the newest that counts, or the one that a flag names.
    fn by_backups(&self, backups: &[BackupObject], named: Option<&str>) -> Proof {
        if let Some(name) = named {
            return match backups.iter().find(|backup| backup.meta.name == name) {
                None => refuted(format!("the cluster has no Backup `{name}` of `{}`", self.cluster.id.name)),
                Some(backup) => match self.fault(backup) {
                    Some(why) => refuted(format!("Backup `{name}` proves nothing: {why}")),
                    None => Proof::Seen { backup: name.to_owned() },
                },
            };
        }
        let good = backups.iter().filter(|backup| self.fault(backup).is_none());
        match good.max_by(|a, b| (a.meta.created, &a.meta.name).cmp(&(b.meta.created, &b.meta.name))) {
            Some(backup) => Proof::Seen { backup: backup.meta.name.clone() },
            None => refuted(format!(
                "the cluster shows no Backup that succeeded on `{}` since {}",
                self.homes().join("`, `"),
                self.incident.opened_at
            )),
        }
    }

    /// Says why a Backup does not count.
    fn fault(&self, backup: &BackupObject) -> Option<String> {
        if backup.state != BackupState::Succeeded {
            return Some(format!("it is {}", backup.state));
        }
        if backup.meta.deleted.is_some() {
            return Some("it is being deleted".to_owned());
        }
        let opened_at = self.incident.opened_at.parse::<Timestamp>().ok();
        if backup.meta.created < opened_at {
            return Some(format!("it was made before the incident was opened, {}", self.incident.opened_at));
        }
        if let Some(why) = self.elsewhere(&backup.storage, &backup.destination) {
            return Some(why);
        }
        let storage = self.cluster.backup.storages.get(&backup.storage)?;
        let check = place(backup, storage);
        (check.outcome == Outcome::Failed).then_some(check.fact)
    }

    /// Says why a storage and a destination are not the new place: volumes hold no binlogs and prove no bucket.
    fn elsewhere(&self, storage: &str, destination: &str) -> Option<String> {
        let homes = self.homes();
        if !homes.contains(&storage) {
            return Some(format!("which is on `{storage}`, not on `{}`", homes.join("`, `")));
        }
        let is_s3 = self.cluster.backup.storages.get(storage).is_some_and(|storage| Storage::kind(storage) == "s3");
        (!is_s3 || !destination.starts_with("s3://"))
            .then(|| format!("which lies at `{destination}`: only a backup on S3 proves a place of binlogs"))
    }

    /// Returns the storages that a backup proves.
    fn homes(&self) -> Vec<&str> {
        let to = &self.incident.to;
        let own = || if to.storages.is_empty() { vec![to.binlogs.as_str()] } else { Vec::new() };
        to.storages.iter().map(String::as_str).chain(own()).collect()
    }

    /// Returns the namespace of the cluster.
    fn namespace(&self) -> &str {
        let own = Some(self.incident.cluster.namespace.as_str()).filter(|namespace| !namespace.is_empty());
        own.or(self.cluster.id.namespace.as_deref()).unwrap_or_default()
    }
}

/// Returns that somebody looked, and nothing is proved.
fn refuted(fact: String) -> Proof {
    Proof::Refuted { fact }
}
