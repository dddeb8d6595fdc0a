//! What the next command needs and nobody said: the cluster, the storage that failed, the place to go to. Git and probes
//! tell, where there is one answer; where there are several, they are listed.

use std::collections::BTreeSet;

use super::git::{Known, Site};
use crate::cli::SubjectArgs;
use crate::diagnose::{Cause, Diagnosis, PlaceSeen, Remedy};
use crate::model::backup::Storage;
use crate::model::incident::Action;
use crate::model::place::authority_of;
use crate::model::target_entry::{TargetEntry, TargetType};
use crate::plan::clusters_on;

/// What was found beside what fills the subject.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Filled {
    /// What the cause calls for here, where that is another thing than by itself.
    pub(super) remedy: Option<Remedy>,
    /// What a person has to choose.
    pub(super) notes: Vec<String>,
}

/// Fills in what Git knows.
pub(super) fn fill(subject: &mut SubjectArgs, diagnosis: &Diagnosis, known: &Known) -> Filled {
    let mut filled = Filled::default();
    if let ([only], true) = (known.sites.as_slice(), subject.cluster.is_empty()) {
        subject.cluster.push(known.shown(&only.cluster.id));
    }
    let meant = known.meant(&subject.cluster);
    if subject.storage.is_none() {
        subject.storage = storage(&meant, diagnosis);
    }
    let action = diagnosis.leading.cause.remedy().action();
    if action == Some(Action::Failover) && subject.to.is_none() {
        target(subject, &meant, (diagnosis, known), &mut filled);
    }
    filled
}

/// Returns the storage that failed: on the endpoint that the evidence names, else the only one that schedules write to.
fn storage(meant: &[&Site], diagnosis: &Diagnosis) -> Option<String> {
    let clusters: Vec<_> = meant.iter().map(|site| site.cluster.clone()).collect();
    let on = |endpoint: &str| clusters_on(&clusters, endpoint).into_iter().map(|(_, name)| name).collect();
    let written = || {
        let storages = clusters.iter().flat_map(|cluster| {
            let block = &cluster.backup;
            block.schedules.iter().filter_map(|schedule| block.storages.get(&schedule.storage))
        });
        let s3 = storages.filter(|storage| storage.kind() == "s3");
        let endpoints: BTreeSet<String> = s3.map(Storage::endpoint).collect();
        endpoints.into_iter().collect::<Vec<_>>()
    };
    let endpoints = diagnosis.leading.endpoint.clone().map_or_else(written, |endpoint| vec![endpoint]);
    let names: BTreeSet<String> = match endpoints.as_slice() {
        [endpoint] => on(endpoint),
        _ => BTreeSet::new(),
    };
    if names.len() == 1 { names.into_iter().next() } else { None }
}

/// Says where backups could move to: another S3 place before volumes, a target before a storage that the cluster lists.
fn target(subject: &mut SubjectArgs, meant: &[&Site], (diagnosis, known): (&Diagnosis, &Known), filled: &mut Filled) {
    let Some(site) = meant.first() else { return };
    let storages = &site.cluster.backup.storages;
    let failed = subject.storage.as_ref().and_then(|name| storages.get(name)).map(Storage::endpoint);
    let failed = failed.or_else(|| diagnosis.leading.endpoint.clone());
    let is_elsewhere = |endpoint: &str| failed.as_deref() != Some(endpoint);
    let targets = known.targets(&site.cluster);
    let of = |kind: TargetType| targets.iter().filter(move |(_, entry)| entry.r#type == kind);
    let url = |entry: &TargetEntry| entry.endpoint.as_deref().map(authority_of).unwrap_or_default();
    let s3: Vec<&str> =
        of(TargetType::S3).filter(|(_, entry)| is_elsewhere(&url(entry))).map(|(name, _)| *name).collect();
    let listed = storages.values().filter(|storage| storage.kind() == "s3" && is_elsewhere(&storage.endpoint()));
    let listed: Vec<&str> =
        listed.map(|storage| storage.name.as_str()).filter(|name| is_well(name, diagnosis)).collect();
    let mut volumes: Vec<&str> = of(TargetType::Filesystem).map(|(name, _)| *name).collect();
    if volumes.is_empty() {
        let listed = storages.values().filter(|storage| storage.kind() == "filesystem");
        volumes.extend(listed.map(|storage| storage.name.as_str()));
    }
    match (s3.as_slice(), listed.as_slice(), volumes.as_slice()) {
        ([one], ..) | ([], [one], _) => subject.to = Some((*one).to_owned()),
        ([], [], [one]) => {
            subject.to = Some((*one).to_owned());
            filled.remedy = Some(Remedy::Buffer);
        }
        ([], [], []) => filled.notes.push(
            "no other place is known: name one in `leeward.yaml`, or as --endpoint URL --bucket NAME --credentials-secret NAME".to_owned(),
        ),
        ([], [], several) => {
            filled.notes.push(format!("no other S3 place is known; volumes that backups could go to: `{}`", several.join("`, `")));
            filled.remedy = Some(Remedy::Buffer);
        }
        ([], several, _) | (several, ..) => {
            filled.notes.push(format!("places that backups could move to: `{}`", several.join("`, `")));
        }
    }
}

/// Returns whether no probe spoke against a storage, by a cause or by an answer that is an error.
fn is_well(name: &str, diagnosis: &Diagnosis) -> bool {
    let ill = |cause: Cause| !matches!(cause, Cause::Healthy | Cause::CannotTell);
    let of = |place: &&PlaceSeen| place.storage.as_deref() == Some(name);
    !diagnosis.places.iter().filter(of).any(|place| place.has_errors || ill(place.cause))
}
