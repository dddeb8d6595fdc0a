//! Where the proof of the new place comes from before point-in-time recovery comes on there: a saved verdict, the cluster,
//! a person's word. What either proves is `claim`'s. Must never take a list that was not read for one without backups.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;

use super::claim::{Claim, refuted};
use super::incident::Found;
use super::scene::Scene;
use super::since::bounds;
use crate::cli::{LookArgs, RecoveryArgs};
use crate::cluster::{Access, Cluster, Listing};
use crate::failure::{outside, refused};
use crate::model::cluster::ClusterId;
use crate::model::incident::Stage;
use crate::model::object::PXC_GROUP;
use crate::model::observed::BackupObject;
use crate::plan::{Proof, Subject};
use crate::report::{VerdictReport, verdict_read};

/// The largest verdict that is read.
const SIZE_MAX: u64 = 4 << 20;
/// What makes one.
const MAKE: &str = "leeward verify --incident ID --test-backup --verdict-out FILE";

/// Returns subjects with what proves the new place of each; as they are unless stage resume is asked for.
///
/// # Errors
/// Refuses files that are no verdicts; fails where git or the cluster cannot be read.
pub(super) fn proved(
    subjects: Vec<Subject>,
    scene: &Scene,
    found: &Found,
    args: &RecoveryArgs,
    now: Timestamp,
) -> anyhow::Result<Vec<Subject>> {
    if found.stage != Stage::Resume {
        return Ok(subjects);
    }
    let read = |path: &std::path::PathBuf| Ok((path.display().to_string(), verdict(path)?));
    let verdicts = args.incident.verdict.iter().map(read).collect::<anyhow::Result<Vec<_>>>()?;
    let claims = subjects.iter().filter_map(|subject| claim(scene, &subject.bare.id, found, now).transpose());
    let claims = claims.collect::<anyhow::Result<Vec<Claim<'_>>>>()?;
    let name = args.incident.confirmed_backup.as_deref();
    let proof = |claim: &Claim<'_>| match (&args.incident.look, verdicts.is_empty()) {
        (_, false) => claim.by_verdict(&verdicts, name),
        (Some(look), true) => Ok(claim.by_backups(&seen(look, args, claim)?, name)),
        (None, true) => Ok(by_word(&claims, name)),
    };
    let proofs = claims.iter().map(|claim| Ok((claim.cluster.id.clone(), proof(claim)?)));
    let mut proofs = proofs.collect::<anyhow::Result<BTreeMap<ClusterId, Proof>>>()?;
    let with = |subject: Subject| Subject { proof: proofs.remove(&subject.bare.id).unwrap_or(Proof::Word), ..subject };
    Ok(subjects.into_iter().map(with).collect())
}

/// Returns what has to be proved for a cluster; `None` where the base has no such incident of it.
fn claim<'a>(scene: &'a Scene<'a>, id: &ClusterId, found: &Found, now: Timestamp) -> anyhow::Result<Option<Claim<'a>>> {
    let is_it =
        |incident: &crate::model::incident::Incident| incident.id == found.id.as_str() && incident.cluster.names(id);
    let standing = scene.incidents.iter().find(|standing| is_it(&standing.incident));
    let cluster = scene.clusters.iter().find(|cluster| cluster.id == *id);
    let Some((standing, cluster)) = standing.zip(cluster) else { return Ok(None) };
    let bounds = bounds(scene.repository, &scene.base.commit, (&standing.folder, &standing.incident))?;
    Ok(Some(Claim { repository: scene.repository, base: scene.base, standing, cluster, bounds, now }))
}

/// Returns what a person's word proves: a Backup is of one cluster, so one name says nothing of several.
fn by_word(claims: &[Claim<'_>], named: Option<&str>) -> Proof {
    let resumed = claims.iter().filter(|claim| claim.standing.incident.has_resume()).count();
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
