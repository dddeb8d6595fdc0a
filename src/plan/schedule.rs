//! The names of moved schedules: a new one for each, since retention counts by name across storages (operator.md 5).

use crate::model::backup::Backup;
use crate::model::finding::Finding;
use crate::model::incident::Incident;
use crate::model::name::{IncidentId, SCHEDULE_NAME_MAX};

/// Returns the name a schedule had before any incident.
pub(super) fn original<'a>(name: &'a str, history: &'a [Incident]) -> &'a str {
    let moved = history.iter().flat_map(|incident| &incident.schedules);
    moved.filter(|schedule| schedule.now == name).map(|schedule| schedule.was.as_str()).next().unwrap_or(name)
}

/// Returns the name of a schedule in an incident.
pub(super) fn renamed(original: &str, incident: &IncidentId) -> String {
    format!("{original}-{incident}")
}

/// Returns the names that backups are counted by already: those of the cluster's schedules, and those of schedules that
/// moved in other incidents, whose backups remain.
pub(super) fn taken<'a>(backup: &'a Backup, history: &'a [Incident]) -> Vec<&'a str> {
    let moved = history.iter().flat_map(|incident| &incident.schedules);
    let moved = moved.flat_map(|schedule| [schedule.was.as_str(), schedule.now.as_str()]);
    backup.schedules.iter().map(|schedule| schedule.name.as_str()).chain(moved).collect()
}

/// Refuses a new name that is too long or taken.
pub(super) fn check_name(name: &str, taken: &[&str]) -> Result<(), Finding> {
    if name.len() > SCHEDULE_NAME_MAX {
        let fact = format!(
            "schedule name `{name}` has {} characters, the operator runs up to {SCHEDULE_NAME_MAX}",
            name.len()
        );
        return Err(Finding::refuse("schedule-name-long", fact).hint("--incident with a shorter id"));
    }
    if taken.contains(&name) {
        let fact =
            format!("schedule name `{name}` is taken: retention counts by name and would delete across storages");
        return Err(Finding::refuse("schedule-name-taken", fact).hint("--incident with another id"));
    }
    Ok(())
}
