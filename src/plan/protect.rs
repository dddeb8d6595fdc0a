//! Stage `protect`: backups flow again, at another place or with another key; point-in-time recovery waits where its place has
//! to be proven first. Must refuse to move or rotate again what the base has already: that is an incident of its own.

use super::affected::{Affected, affected};
use super::binlogs::Binlogs;
use super::changes::changes;
use super::desired::{Desired, read};
use super::draft::Draft;
use super::incident::next_id;
use super::request::{Request, Subject};
use super::{failover, rotate};
use crate::model::backup::Backup;
use crate::model::finding::Finding;
use crate::model::incident::{Action, ClusterName, From, Incident, PitrBefore, Stage, To};
use crate::model::shell::quoted;

/// Returns what stage `protect` wants.
pub(super) fn protect(request: &Request, subject: &Subject) -> Result<Desired, Finding> {
    let bare = &subject.bare.backup;
    let affected = affected(request, bare, &subject.storage)?;
    let draft = Draft { block: bare.value.clone(), to: To::default(), moved: Vec::new() };
    let draft = match request.action {
        Action::Rotate => rotate::rotate(request, subject, &affected, draft)?,
        Action::Failover | Action::Buffer => failover::failover(request, subject, &affected, draft)?,
    };
    refuse_other_target(subject, &draft)?;
    let backup = read(&draft.block)?;
    let incident = incident(request, subject, &affected, draft);
    refuse_done_rotation(subject, &backup, &incident)?;
    let changes = changes(bare, &backup, &incident)?;
    if changes.is_empty() {
        let fact =
            "new backups read the Secret when they start and no binlog collector runs: nothing in Git has to change";
        return Err(Finding::refuse("nothing-to-change", fact).hint("rotate the content of the Secret"));
    }
    let switches_pitr = incident.pitr.was_enabled && !backup.pitr.enabled && resumes(&incident);
    Ok(Desired { affected, backup, incident, changes, switches_pitr })
}

/// Refuses to move a merged incident elsewhere: its schedules would keep their names across storages, and retention would
/// delete what they have written meanwhile (operator.md 5).
fn refuse_other_target(subject: &Subject, draft: &Draft) -> Result<(), Finding> {
    let differs = |opened: &&Incident| {
        // A rotation that forgets its Secret's name would take the old one back.
        let forgets_name = draft.to.target.is_empty() && !opened.to.target.is_empty();
        forgets_name || opened.to.storages != draft.to.storages
    };
    let Some(opened) = subject.incident_in_base.as_ref().filter(differs) else { return Ok(()) };
    let fact = format!(
        "incident `{}` has moved backups to `{}` already, a further move is an incident of its own",
        opened.id, opened.to.target
    );
    let storage = opened.to.storages.first().map_or("NAME", String::as_str);
    Err(Finding::refuse("incident-moved", fact).hint(format!("--storage {}", quoted(storage))))
}

/// Refuses to rotate the content of a Secret again in a merged incident: the collector is rolled by the incident's id, so
/// nothing would roll it.
fn refuse_done_rotation(subject: &Subject, backup: &Backup, incident: &Incident) -> Result<(), Finding> {
    let is_same_name = incident.action == Action::Rotate && incident.to.target.is_empty();
    let Some(opened) = subject.incident_in_base.as_ref().filter(|_| is_same_name) else { return Ok(()) };
    if !opened.to.target.is_empty() || !changes(&subject.current.backup, backup, incident)?.is_empty() {
        return Ok(());
    }
    let taken = subject.history.iter().map(|incident| incident.id.as_str()).collect();
    let fact = format!(
        "incident `{}` is in the base and has rolled the collector, a further rotation is an incident of its own",
        opened.id
    );
    Err(Finding::refuse("rotation-done", fact).hint(format!("--incident {}", next_id(&opened.id, &taken))))
}

/// Returns whether an incident that has point-in-time recovery off has a stage that turns it on again.
fn resumes(incident: &Incident) -> bool {
    incident.action != Action::Buffer && !incident.to.binlogs.is_empty()
}

/// Returns what `incident.yaml` says after stage `protect`.
fn incident(request: &Request, subject: &Subject, affected: &Affected, draft: Draft) -> Incident {
    let Subject { bare, .. } = subject;
    Incident {
        api_version: "leeward/v1".to_owned(),
        kind: "Incident".to_owned(),
        id: request.incident.to_string(),
        stage: Stage::Protect,
        action: request.action,
        cause: request.cause.clone(),
        opened_at: request.opened_at.clone(),
        cluster: ClusterName {
            root: bare.id.root.as_str().to_owned(),
            namespace: bare.id.namespace.clone().unwrap_or_default(),
            name: bare.id.name.clone(),
            cr_version: bare.cr_version.clone().unwrap_or_default(),
        },
        from: From { storages: affected.storages.clone(), endpoint: affected.endpoint.clone() },
        to: draft.to,
        schedules: draft.moved,
        pitr: PitrBefore {
            was_enabled: Binlogs::of(subject).is_some(),
            storage_was: bare.backup.pitr.storage.clone().unwrap_or_default(),
        },
        confirmed_backup: None,
    }
}
