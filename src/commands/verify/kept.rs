//! What is kept of a run beside its answer, each on request: the verdict as a file, restores as a file, a comment.

use std::path::Path;

use super::files::{self, Use};
use super::scene::{Memory, Scene};
use crate::commands::comment::{Comments, Kept};
use crate::forge::Marker;
use crate::model::name::IncidentId;
use crate::model::observed::{BackupObject, BackupState};
use crate::render::restore::{Restore, restore_name, restores};
use crate::report::{VerdictReport, verdict_comment, verdict_json};

/// How long one answer of the forge may take, in seconds.
const FORGE: u64 = 60;

/// Writes the verdict to a file, where one is named.
///
/// # Errors
/// Fails where it cannot be written.
pub(super) fn verdict(file: Option<&Path>, report: &VerdictReport) -> anyhow::Result<()> {
    let Some(file) = file else { return Ok(()) };
    files::write(file, Use::Verdict, verdict_json(report))
}

/// Writes restores of the newest backups to a file, where one is named; returns what a person has to know.
///
/// # Errors
/// Fails where it cannot be written.
pub(super) fn manifest(scene: &Scene<'_>, memory: &Memory) -> anyhow::Result<Option<String>> {
    let Some(file) = &scene.args.backup.restore_manifest else { return Ok(None) };
    let Some(backups) = &memory.backups else {
        return Ok(Some(format!("no restore was written to `{}`: no backup was read", file.display())));
    };
    let found: Vec<Restore> = scene.restorable(backups, memory);
    if found.is_empty() {
        return Ok(Some(format!(
            "no restore was written to `{}`: no backup succeeded that is known of",
            file.display()
        )));
    }
    let (name, namespace) = (&scene.site.cluster.id.name, &scene.site.namespace);
    let bytes = restores(name, namespace, &found)?;
    files::write(file, Use::Restores, bytes)?;
    let of = found.iter().map(|restore| format!("`{}`", restore.backup)).collect::<Vec<_>>().join(" and of ");
    Ok(Some(format!("a restore of {of} is in `{}`; nothing applied it", file.display())))
}

impl Scene<'_> {
    /// Returns restores of the backup that was followed and of the newest one of the failed place.
    fn restorable(&self, backups: &[BackupObject], memory: &Memory) -> Vec<Restore> {
        let incident = &self.proposal.standing.incident;
        let own = |backup: &&BackupObject| {
            backup.cluster == self.site.cluster.id.name
                && backup.state == BackupState::Succeeded
                && backup.meta.deleted.is_none()
        };
        let newest = |storages: &[String]| {
            let of = backups.iter().filter(own).filter(|backup| storages.contains(&backup.storage));
            of.max_by_key(|backup| backup.completed)
        };
        let followed = backups.iter().filter(own).find(|backup| Some(&backup.meta.name) == memory.followed.as_ref());
        let before: Vec<String> =
            incident.from.storages.iter().filter(|name| !incident.to.storages.contains(name)).cloned().collect();
        let new = followed.or_else(|| newest(&incident.to.storages)).map(|backup| self.on_new(backup, memory));
        new.into_iter().chain(newest(&before).map(|backup| self.on_failed(backup))).collect()
    }

    /// Returns the restore of a backup on the new place. Binlogs are known to reach back to it where their collector was
    /// there before it, and saw no gap.
    fn on_new(&self, backup: &BackupObject, memory: &Memory) -> Restore {
        let binlogs = self.site.cluster.backup.pitr_on().unwrap_or_default();
        let is_before =
            memory.collector_since.zip(backup.meta.created).is_some_and(|(since, created)| since <= created);
        let (is_whole, has_time) = (backup.pitr_ready != Some(false), backup.restorable.is_some());
        let why = match (binlogs.is_empty(), is_before, is_whole && has_time) {
            (true, _, _) => "it is off",
            (_, false, _) => "binlogs are collected since after this backup, what lies between the two may be missing",
            (_, _, false) => "the operator knows of no binlogs that follow this backup without a gap",
            _ => "",
        };
        restore(("new", "the backup on the new place"), backup, (&self.proposal.standing.incident.id, binlogs, why))
    }

    /// Returns the restore of the newest backup on the failed place, which has to be there again. The operator takes the time of
    /// the last binlog for granted without asking whether the binlogs reach back (operator.md 9 and 12.4): so are they left out.
    fn on_failed(&self, backup: &BackupObject) -> Restore {
        let incident = &self.proposal.standing.incident;
        let binlogs = incident.pitr.storage_was.as_str();
        let is_known = self.site.cluster.backup.storages.contains_key(binlogs) && incident.pitr.was_enabled;
        let why = match (is_known, backup.restorable.is_some() && backup.pitr_ready != Some(false)) {
            (false, _) => "it was off, or its storage is gone".to_owned(),
            (_, false) => "the operator knows of no binlogs that follow this backup without a gap".to_owned(),
            _ => format!(
                "that the binlogs on {binlogs} reach back to this backup is not known; where they do, add `pitr`"
            ),
        };
        restore(("old", "the newest backup on the failed place"), backup, (&incident.id, binlogs, &why))
    }
}

/// Returns the restore of a backup.
fn restore(
    (which, what): (&str, &str),
    backup: &BackupObject,
    (incident, binlogs, why): (&str, &str, &str),
) -> Restore {
    let at = backup.completed.map(|at| format!(" of {at}")).unwrap_or_default();
    let binlogs = if why.is_empty() { binlogs.to_owned() } else { String::new() };
    Restore {
        what: format!("{what}, {}{at}", backup.storage),
        name: restore_name(which, incident, &format!("{}/{}", backup.meta.namespace, backup.meta.name)),
        backup: backup.meta.name.clone(),
        binlogs,
        why: why.to_owned(),
    }
}

/// Keeps the verdict as a comment of its pull request, which may be merged.
///
/// # Errors
/// Fails where the forge cannot be reached, and where no pull request is found.
pub(super) fn comment(scene: &Scene<'_>, report: &VerdictReport) -> anyhow::Result<Kept> {
    let incident = IncidentId::parse(&report.incident)?;
    let comments = Comments {
        asked: &scene.args.comment,
        timeout: FORGE,
        kind: "verify",
        branch: &scene.proposal.merged.branch,
        past: Some((&report.base, Marker::new(&incident, report.stage))),
    };
    comments.keep(scene.repository, |limit| vec![verdict_comment(report, limit)])
}
