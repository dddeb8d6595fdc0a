//! Which incident a run belongs to: the open one of the same place, else a new id; and the command that renders it again.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::failure::Failure;
use crate::model::incident::{Action, Incident};
use crate::model::name::{INCIDENT_ID_MAX, IncidentId};
use crate::model::shell::quoted;

/// Returns the open incident of a place, the newest where there are several.
pub fn open_incident<'a>(
    known: impl Iterator<Item = &'a Incident>,
    action: Action,
    endpoint: &str,
) -> Option<&'a Incident> {
    let same = known.filter(|incident| incident.action == action && incident.from.endpoint == endpoint);
    same.max_by(|a, b| a.opened_at.cmp(&b.opened_at))
}

/// Returns `<storage>-<MMDD>` (UTC), shortened to fit, with `-2`, `-3`… where it is taken.
///
/// # Errors
/// Refuses a storage whose name gives no usable id.
pub fn incident_id(storage: &str, now: Timestamp, taken: &BTreeSet<String>) -> Result<IncidentId, Failure> {
    let day = now.to_zoned(TimeZone::UTC).strftime("%m%d").to_string();
    let lower = storage.to_ascii_lowercase();
    let plain: String = lower.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let mut number = 1;
    loop {
        let suffix = if number == 1 { format!("-{day}") } else { format!("-{day}-{number}") };
        let room = INCIDENT_ID_MAX - suffix.len();
        let stem: String = plain.trim_matches('-').chars().take(room).collect();
        let id = format!("{}{suffix}", stem.trim_end_matches('-'));
        if !taken.contains(&id) {
            return IncidentId::parse(id.trim_start_matches('-'));
        }
        number += 1;
    }
}

/// Returns the id that follows one: `minio-a-1122` → `minio-a-1122-2` → `minio-a-1122-3`, and so on while it is taken.
pub(super) fn next_id(id: &str, taken: &BTreeSet<&str>) -> String {
    let ends = id.rsplit_once('-').filter(|(_, number)| number.len() < 3);
    let counted = ends.and_then(|(stem, number)| Some((stem, number.parse::<u32>().ok()?)));
    let (stem, mut number) = counted.unwrap_or((id, 1));
    loop {
        number += 1;
        let suffix = format!("-{number}");
        let stem: String = stem.chars().take(INCIDENT_ID_MAX - suffix.len()).collect();
        let next = format!("{}{suffix}", stem.trim_end_matches('-'));
        if !taken.contains(next.as_str()) {
            return next;
        }
    }
}

/// Returns the command that renders stage protect of an incident again.
pub fn again(opened: &Incident) -> String {
    let Incident { id, cluster, to, from, .. } = opened;
    let name = quoted(&cluster.shown());
    let target = match opened.action {
        Action::Rotate if to.target.is_empty() => "--action rotate".to_owned(),
        Action::Rotate => format!("--action rotate --credentials-secret {}", quoted(&to.target)),
        Action::Failover | Action::Buffer => format!("--to {}", quoted(&to.target)),
    };
    let storage = quoted(from.storages.first().map_or("NAME", String::as_str));
    let id = quoted(id);
    format!("leeward propose --incident {id} --stage protect --cluster {name} {target} --storage {storage}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_the_incidents_of_a_day() {
        let next = |id: &str, taken: &[&str]| next_id(id, &taken.iter().copied().collect());
        assert_eq!(next("minio-a-1122", &[]), "minio-a-1122-2");
        assert_eq!(next("minio-a-1122-2", &["minio-a-1122-3"]), "minio-a-1122-4");
        assert_eq!(next("minio-a-1122-9", &[]), "minio-a-1122-10");
        assert_eq!(next("a-very-long-storage-1122", &[]), "a-very-long-storage-11-2");
    }

    #[test]
    fn names_an_incident_after_storage_and_day() {
        let now: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        let id = |storage: &str, taken: &[&str]| {
            incident_id(storage, now, &taken.iter().map(|id| (*id).to_owned()).collect()).unwrap().to_string()
        };
        assert_eq!(id("minio-a", &[]), "minio-a-1122");
        assert_eq!(id("minio-a", &["minio-a-1122", "minio-a-1122-2"]), "minio-a-1122-3");
        assert_eq!(id("a-very-long-storage-name-indeed", &[]), "a-very-long-storage-1122");
        assert_eq!(id("S3_US_West", &[]), "s3-us-west-1122");
    }
}
