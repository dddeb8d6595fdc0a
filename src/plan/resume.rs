//! Stage `resume`: the base's state of an incident with point-in-time recovery on, at the place that was proven and at no
//! other. A wrong place stops every backup (operator.md 9, 12.10).

use jiff::Timestamp;
use serde_json::Value;

use super::affected::Affected;
use super::changes::changes;
use super::desired::{Desired, read};
use super::incident::again;
use super::request::{Request, Subject};
use crate::model::backup::{Backup, Storage};
use crate::model::finding::Finding;
use crate::model::incident::{Action, Incident, Stage};
use crate::model::shell::quoted;

/// Returns what stage `resume` wants.
pub(super) fn resume(request: &Request, subject: &Subject) -> Result<Desired, Finding> {
    let Some(opened) = &subject.incident_in_base else {
        let fact = format!("stage protect of incident `{}` is not in the base", request.incident);
        return Err(
            Finding::refuse("stage-order", fact).hint(format!("git merge leeward/{}/protect", request.incident))
        );
    };
    if opened.pitr.was_enabled && opened.action == Action::Buffer {
        let fact = "volumes hold no binlogs: point-in-time recovery comes on again where backups are on S3";
        return Err(Finding::refuse("buffer-resume", fact).hint("leeward propose --to an S3 target"));
    }
    if !opened.pitr.was_enabled || opened.to.binlogs.is_empty() {
        let fact = format!("{} without point-in-time recovery to resume has one stage", opened.action.word());
        return Err(Finding::refuse("stage-unknown", fact));
    }
    let current = &subject.current.backup;
    refuse_gone(opened, current)?;
    refuse_taken_over(opened, current, &subject.history)?;
    refuse_elsewhere(opened, current)?;
    let mut block = current.value.clone();
    if let Some(enabled) = block.pointer_mut("/pitr/enabled") {
        *enabled = Value::Bool(true);
    }
    let backup = read(&block)?;
    // What a stage before this one says of a Backup is nobody's word: only `resume` writes it.
    let believed = opened.confirmed_backup.clone().filter(|_| opened.stage == Stage::Resume);
    let incident = Incident {
        stage: Stage::Resume,
        confirmed_backup: subject.proof.backup().map(str::to_owned).or(request.confirmed_backup.clone()).or(believed),
        ..opened.clone()
    };
    let affected = Affected { storages: opened.from.storages.clone(), endpoint: opened.from.endpoint.clone() };
    let changes = changes(&subject.bare.backup, &backup, &incident)?;
    Ok(Desired { affected, backup, incident, changes, switches_pitr: true })
}

/// Refuses where a storage of the incident is gone.
fn refuse_gone(opened: &Incident, current: &Backup) -> Result<(), Finding> {
    let mut names = opened.to.storages.iter().chain([&opened.to.binlogs]);
    let Some(name) = names.find(|name| !current.storages.contains_key(*name)) else { return Ok(()) };
    let fact = format!("storage `{name}`, which stage protect added, is gone from the base");
    Err(Finding::refuse("storage-gone", fact).hint(again(opened)))
}

/// Refuses where a later incident took the binlogs over: it resumes them, at its own place.
fn refuse_taken_over(opened: &Incident, current: &Backup, history: &[Incident]) -> Result<(), Finding> {
    let at = |incident: &Incident| incident.opened_at.parse::<Timestamp>().ok();
    let has_binlogs = |incident: &&Incident| {
        !incident.to.binlogs.is_empty() && current.pitr.storage.as_ref() == Some(&incident.to.binlogs)
    };
    let later = history.iter().filter(has_binlogs).find(|incident| at(incident) > at(opened));
    let Some(later) = later else { return Ok(()) };
    let fact =
        format!("incident `{}`, opened later, took point-in-time recovery over to `{}`", later.id, later.to.binlogs);
    Err(Finding::refuse("pitr-elsewhere", fact).hint(format!("--incident {}", quoted(&later.id))))
}

/// Refuses where point-in-time recovery names another storage than the incident's, or the place that failed.
fn refuse_elsewhere(opened: &Incident, current: &Backup) -> Result<(), Finding> {
    let named = current.pitr.storage.as_deref().unwrap_or_default();
    if named != opened.to.binlogs {
        let fact = format!(
            "point-in-time recovery names storage `{named}` in the base, incident `{}` proved `{}`",
            opened.id, opened.to.binlogs
        );
        return Err(Finding::refuse("pitr-elsewhere", fact).hint(again(opened)));
    }
    let endpoint = current.storages.get(named).map(Storage::endpoint).unwrap_or_default();
    if opened.action != Action::Rotate && endpoint == opened.from.endpoint {
        let fact = format!("point-in-time recovery would go to `{named}` on `{endpoint}`, the endpoint that failed");
        return Err(Finding::refuse("pitr-elsewhere", fact).hint(again(opened)));
    }
    Ok(())
}
