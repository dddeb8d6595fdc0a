//! Our commit on its whole way: proposed, merged on the forge, applied by Flux, taken by the operator, backed up from.

use serde_json::{Value, json};

use super::bench::{Bench, name};
use super::planned::{files, leeward, said};
use crate::bed::Bed;
use crate::gitea::Repository;
use crate::percona::{CLUSTER, START};
use crate::room::until;

/// Two schedules that meet every minute.
fn schedules() -> Value {
    let retention = json!({"type": "count", "count": 2, "deleteFromStorage": true});
    let schedule = |name: &str, cron: &str| json!({"name": name, "schedule": cron, "storageName": "minio", "retention": retention});
    json!([schedule("daily", "* * * * *"), schedule("weekly", "*/1 * * * *")])
}

pub(crate) fn flux_brings_our_commit_to_the_operator_and_schedules_back_up_to_the_new_place(bed: &Bed) {
    let (bench, flux) = (Bench::new(bed, &json!({"backup": {"schedule": schedules()}})), bed.operated_flux());
    let repository = bed.gitea().repository(&bench.namespace).unwrap();
    let files = files(&bench.manifest).map(|(path, text)| (path.to_owned(), text)).into();
    let first = repository.push(&files, "first").unwrap();
    flux.follow(&repository, &["pxc"], &json!({})).unwrap();
    assert_eq!(flux.settle(&repository, &first).unwrap()["pxc"], Ok(()));
    bench.taken();
    let old = bench.scheduled("daily", "minio");
    bench.succeed(name(&old));
    let before = sets(&bench);
    let merged = merged(bed, &repository);
    assert_eq!(flux.settle(&repository, &merged).unwrap()["pxc"], Ok(()));
    let live = bench.taken();
    let backup = &live["spec"]["backup"];
    let pitr = (&backup["pitr"]["enabled"], &backup["pitr"]["storageName"]);
    assert_eq!(pitr, (&json!(false), &json!("minio-b-binlogs")));
    bench.gone(&format!("{CLUSTER}-pitr"));
    let on_the_old_place = at(&bench, "minio");
    let moved = backup["schedule"].as_array().unwrap();
    let new: Vec<Value> = moved.iter().map(|schedule| backed_up(&bench, schedule)).collect();
    let destinations: Vec<&str> = new.iter().map(|one| one["status"]["destination"].as_str().unwrap()).collect();
    let folder = |was: &str| format!("s3://elsewhere/pxc/{CLUSTER}/{was}/{CLUSTER}-");
    assert!(destinations[0].starts_with(&folder("daily")), "{destinations:?}");
    assert!(destinations[1].starts_with(&folder("weekly")), "{destinations:?}");
    // Nothing new went to the old place, nothing there was pruned, and the database was left alone.
    assert_eq!(at(&bench, "minio"), on_the_old_place);
    let old = bench.percona.backup(&bench.namespace, name(&old), "Succeeded").unwrap();
    assert_eq!(old["metadata"].get("deletionTimestamp"), None);
    assert_eq!(sets(&bench), before);
}

/// Proposes the recovery, merges it on the forge, and returns the new tip of `main`.
fn merged(bed: &Bed, repository: &Repository<'_>) -> String {
    repository.git(&["fetch", "-q", "origin"]).unwrap();
    let failover = ["propose", "--cluster", CLUSTER, "--storage", "minio", "--to", "minio-b", "--no-sign", "--push"];
    said(leeward(bed, repository.folder()).args(failover));
    let branch = repository.git(&["branch", "--list", "leeward/*", "--format=%(refname:short)"]).unwrap();
    repository.merge(&branch, "to the other place").unwrap();
    repository.git(&["fetch", "-q", "origin"]).unwrap();
    repository.git(&["rev-parse", "origin/main"]).unwrap()
}

/// Waits for the next run of a moved schedule, shows that its Job goes to the new place, and plays its success.
fn backed_up(bench: &Bench<'_>, schedule: &Value) -> Value {
    let of = |field: &str| schedule[field].as_str().unwrap();
    let backup = bench.scheduled(of("name"), of("storageName"));
    let pod = bench.percona.pod_of(&bench.namespace, name(&backup)).unwrap();
    let variables = pod["spec"]["containers"][0]["env"].as_array().unwrap();
    let value = |name: &str| variables.iter().find(|variable| variable["name"] == name).cloned().unwrap_or_default();
    assert_eq!(value("ENDPOINT")["value"], "http://127.0.0.1:2");
    for key in ["ACCESS_KEY_ID", "SECRET_ACCESS_KEY"] {
        assert_eq!(value(key)["valueFrom"]["secretKeyRef"]["name"], "other-keys", "{key}");
    }
    bench.succeed(name(&backup))
}

/// Returns the names of the Backups on a storage.
fn at(bench: &Bench<'_>, storage: &str) -> Vec<String> {
    let all = bench.backups();
    all.iter().filter(|one| one["spec"]["storageName"] == storage).map(|one| name(one).to_owned()).collect()
}

/// Returns the generation of each `StatefulSet`, once the controller has seen it.
fn sets(bench: &Bench<'_>) -> Vec<(String, Value)> {
    let sets = until(START, || {
        let all = bench.read("/apis/apps/v1", "statefulsets")?;
        let is_seen = all.iter().all(|set| set["status"]["observedGeneration"] == set["metadata"]["generation"]);
        if is_seen { Ok(all) } else { Err(format!("{}", json!(all))) }
    });
    let sets = sets.unwrap();
    sets.iter().map(|set| (name(set).to_owned(), set["metadata"]["generation"].clone())).collect()
}
