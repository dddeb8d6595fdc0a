//! Guards on point-in-time recovery: what stops every backup, and what leaves a hole (operator.md 9, 12).

use super::super::request::{BinlogPlace, Proof};
use super::Context;
use crate::model::backup::{Backup, Storage};
use crate::model::finding::{Finding, Level};
use crate::model::incident::{Action, Stage};
use crate::model::shell::quoted;

/// The operator's own default of `pitr.timeoutSeconds` (operator.md 1), which an upload of all binlogs fits in.
const TIMEOUT_SECONDS: u64 = 3600;

/// Returns what is wrong with point-in-time recovery.
pub(super) fn check(context: &Context) -> Vec<Finding> {
    let mut findings: Vec<Finding> = in_base(context).into_iter().collect();
    findings.extend(filesystem(context));
    findings.extend(beside_filesystem(context));
    match context.request.stage {
        Stage::Protect => findings.extend(at_protect(context)),
        Stage::Resume => findings.extend(at_resume(context)),
    }
    findings
}

/// Warns about a base whose binlogs lie elsewhere than written.
fn in_base(context: &Context) -> Option<Finding> {
    let backup = &context.subject.bare.backup;
    let storage = backup.storages.get(backup.pitr_on()?)?;
    let prefix = storage.text("prefix")?;
    let fact = format!(
        "point-in-time recovery ignores `prefix: {prefix}` of `{}`: its binlogs lie at the top of the bucket",
        storage.name
    );
    Some(Finding::warn("pitr-prefix-ignored", fact).hint("bucket: BUCKET/PREFIX"))
}

/// Refuses binlogs on volumes: the cluster's reconcile fails and no backup runs (operator.md 0).
fn filesystem(context: &Context) -> Option<Finding> {
    let backup = &context.desired.backup;
    let storage = backup.pitr_on().and_then(|name| backup.storages.get(name))?;
    (storage.kind() == "filesystem").then(|| {
        let fact =
            format!("point-in-time recovery is on and names `{}`, a filesystem: no backup would run", storage.name);
        Finding::refuse("pitr-filesystem", fact).hint("pitr.enabled: false")
    })
}

/// Refuses a schedule on volumes beside point-in-time recovery, and warns of one that the base has already: a gap there
/// fails every reconcile (operator.md 12.12).
fn beside_filesystem(context: &Context) -> Option<Finding> {
    let now = schedule_on_volumes(&context.desired.backup)?;
    let was = schedule_on_volumes(&context.subject.bare.backup).is_some();
    let fact = format!(
        "schedule `{now}` writes to a filesystem while point-in-time recovery is on: a gap would fail every reconcile"
    );
    let (level, hint) = if was { (Level::Warn, "storageName: STORAGE") } else { (Level::Refuse, "--to an S3 target") };
    Some(Finding { id: "filesystem-beside-pitr", level, fact, hint: Some(hint.to_owned()) })
}

/// Returns a schedule on volumes where point-in-time recovery is on.
fn schedule_on_volumes(backup: &Backup) -> Option<&str> {
    backup.pitr_on()?;
    let is_volume = |name: &str| backup.storages.get(name).is_some_and(|storage| storage.kind() == "filesystem");
    backup.schedules.iter().find(|schedule| is_volume(&schedule.storage)).map(|schedule| schedule.name.as_str())
}

/// Says what `protect` means for point-in-time recovery.
fn at_protect(context: &Context) -> Vec<Finding> {
    let desired = context.desired;
    if !desired.incident.pitr.was_enabled || desired.backup.pitr.enabled {
        return resources(context, Level::Warn).into_iter().chain(stays(context)).collect();
    }
    let until = match context.request.action {
        Action::Buffer => "until backups are on S3 again",
        _ => "until stage resume",
    };
    let fact = format!(
        "no point-in-time recovery from the outage {until}: binlogs that the nodes purge before that (`binlog_expire_logs_seconds`) are lost"
    );
    let mut findings = vec![Finding::note("pitr-gap", fact)];
    findings.extend(binlog_place(context, Level::Note));
    findings.extend(without_keys(context, Level::Warn));
    findings
}

/// Warns where schedules leave a place that failed and binlogs stay at another: whether that one works is not known here.
fn stays(context: &Context) -> Option<Finding> {
    let backup = &context.desired.backup;
    let has_moved = !context.desired.incident.schedules.is_empty();
    let storage = backup.storages.get(backup.pitr_on()?).filter(|_| has_moved)?;
    let fact = format!(
        "point-in-time recovery stays on `{}`, at `{}`: it stops every backup where that place failed too",
        storage.name,
        storage.endpoint()
    );
    Some(Finding::warn("pitr-stays", fact).hint(format!("--storage {}", quoted(&storage.name))))
}

/// Warns where no schedule moved: a Backup that succeeded was written to another place than the binlogs' new one.
fn unproven(context: &Context) -> Option<Finding> {
    let incident = &context.desired.incident;
    let is_unproven = incident.action == Action::Failover && incident.to.storages.is_empty();
    let name = &incident.to.binlogs;
    let fact = format!("no schedule writes to the place of `{name}`: only an on-demand Backup there proves it");
    is_unproven.then(|| Finding::warn("binlogs-unproven", fact).hint(format!("storageName: {name}")))
}

/// Says whether the place for binlogs is known to be empty.
fn binlog_place(context: &Context, level: Level) -> Option<Finding> {
    let is_known = context.subject.binlogs == BinlogPlace::DeclaredEmpty || context.request.action != Action::Failover;
    let name = &context.desired.incident.to.binlogs;
    let place = context.desired.backup.storages.get(name).filter(|_| !is_known)?.place()?;
    let fact =
        format!("`{place}` is not declared to hold no binlogs: old ones there would be taken for this cluster's");
    let hint = Some(format!("clusters: {{\"{}\": {{binlogsEmpty: true}}}}", context.subject.bare.id));
    Some(Finding { id: "binlogs-not-declared-empty", level, fact, hint })
}

/// Returns what is wrong with turning point-in-time recovery on again.
fn at_resume(context: &Context) -> Vec<Finding> {
    let mut findings = vec![confirmation(context)];
    findings.extend(unproven(context));
    findings.extend(unlike(context));
    findings.extend(timeout(context));
    findings.extend(binlog_place(context, Level::Warn));
    findings.extend(resources(context, Level::Refuse));
    findings.extend(without_keys(context, Level::Refuse));
    findings
}

/// Refuses without a Backup that succeeded: on a dead bucket point-in-time recovery stops every backup (operator.md 9).
fn confirmation(context: &Context) -> Finding {
    let to = &context.desired.incident.to;
    let to = if to.storages.is_empty() { std::slice::from_ref(&to.binlogs) } else { &to.storages };
    let incident = &context.desired.incident;
    let look = format!(
        "leeward verify --incident {} --cluster {} --test-backup",
        quoted(&incident.id),
        quoted(&incident.cluster.shown())
    );
    match (&context.subject.proof, &incident.confirmed_backup) {
        (Proof::Refuted { fact }, _) => Finding::refuse("unconfirmed", fact.as_str()).hint(look),
        (Proof::Verdict { backup, storage, at }, _) => Finding::note(
            "backup-verified",
            format!("Backup `{backup}` succeeded on `{storage}`, as the verdict of {at} says"),
        ),
        (Proof::Seen { backup, storage }, _) => Finding::note(
            "backup-verified",
            format!("Backup `{backup}` succeeded on `{storage}`, as the cluster shows"),
        ),
        (Proof::Word, Some(name)) => {
            let on = to.join("` or `");
            let fact = format!("that Backup `{name}` succeeded on `{on}` is taken from you, no cluster was given");
            Finding::note("backup-not-checked", fact)
        }
        (Proof::Word, None) => {
            let fact = format!("no full backup is known to have succeeded on `{}`", to.join("`, `"));
            Finding::refuse("unconfirmed", fact).hint(look)
        }
    }
}

/// Refuses binlogs on a place unlike the one that backups proved (operator.md 12.10).
fn unlike(context: &Context) -> Option<Finding> {
    let backup = &context.desired.backup;
    let to = &context.desired.incident.to;
    let (proven, binlogs) = (backup.storages.get(to.storages.first()?)?, backup.storages.get(backup.pitr_on()?)?);
    let ca = |storage: &Storage| storage.value.pointer("/s3/caBundle").cloned();
    let parts = [
        ("endpoint", "s3.endpointUrl", proven.endpoint() == binlogs.endpoint()),
        ("bucket", "s3.bucket", bucket(proven) == bucket(binlogs)),
        ("Secret", "s3.credentialsSecret", proven.credentials_secret() == binlogs.credentials_secret()),
        ("verifyTLS", "verifyTLS", proven.verifies_tls() == binlogs.verifies_tls()),
        ("caBundle", "s3.caBundle", ca(proven) == ca(binlogs)),
    ];
    let (part, field, _) = parts.into_iter().find(|(_, _, is_same)| !is_same)?;
    let fact = format!("{part} of `{}` is not that of `{}`, where a backup succeeded", binlogs.name, proven.name);
    Some(Finding::refuse("binlogs-unlike-backups", fact).hint(format!("storages.{}.{field}", binlogs.name)))
}

/// Returns the bucket of a storage without the prefix behind it.
fn bucket(storage: &Storage) -> Option<&str> {
    storage.text("bucket").or_else(|| storage.text("container"))?.split('/').next()
}

/// Returns whether the place for binlogs has no keys: backups can use the node's role, the collector cannot (operator.md 8).
fn without_keys(context: &Context, level: Level) -> Option<Finding> {
    let name = &context.desired.incident.to.binlogs;
    let storage = context.desired.backup.storages.get(name).filter(|storage| storage.credentials_secret().is_none())?;
    let fact = format!("storage `{}` names no Secret: the binlog collector cannot take keys from a role", storage.name);
    Some(Finding {
        id: "pitr-without-secret",
        level,
        fact,
        hint: Some("--to a target with credentialsSecret".to_owned()),
    })
}

/// Warns about a timeout that the first upload of all binlogs may not fit in (operator.md 12.11).
fn timeout(context: &Context) -> Option<Finding> {
    let seconds = context.desired.backup.pitr.value.get("timeoutSeconds")?.as_u64()?;
    let fact = format!(
        "`pitr.timeoutSeconds` is {seconds}: the first upload takes all binlogs of the node and starts over when it is late"
    );
    (seconds < TIMEOUT_SECONDS)
        .then(|| Finding::warn("pitr-timeout", fact).hint(format!("timeoutSeconds: {TIMEOUT_SECONDS}")))
}

/// Returns whether the operator panics on the collector's resources (operator.md 1).
fn resources(context: &Context, level: Level) -> Option<Finding> {
    let part = context.desired.backup.pitr.lacks_memory()?;
    let fact = format!("`pitr.resources.{part}` has cpu without memory: the operator panics");
    Some(Finding { id: "pitr-resources", level, fact, hint: Some(format!("resources.{part}.memory")) })
}
