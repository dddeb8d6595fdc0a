//! The test backup: made once, followed to its end, found again; and what its pods say while it fails.

use serde_json::{Value, json};

use crate::scene::{BACKUP, Scene};

/// The kind's plural.
const BACKUPS: &str = "perconaxtradbclusterbackups";

/// Returns the checks of an answer: name, outcome, fact.
fn checks(json: &str) -> Vec<(String, String, String)> {
    let answer: Value = serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}"));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let of = |check: &Value| (text(&check["name"]), text(&check["outcome"]), text(&check["fact"]));
    answer["checks"].as_array().unwrap().iter().map(of).collect()
}

/// Returns the check of a name.
fn check(json: &str, name: &str) -> (String, String) {
    let found = checks(json).into_iter().find(|(known, ..)| known == name);
    found.map_or_else(|| panic!("no `{name}`: {json}"), |(_, outcome, fact)| (outcome, fact))
}

/// Plays the operator: each time that backups are listed, the test backup is one state further.
fn operate(scene: &Scene, states: &[Value]) {
    let mut left: Vec<Value> = states.iter().rev().cloned().collect();
    scene.api.play(move |line, objects| {
        if line.ends_with(BACKUPS)
            && line.starts_with("GET")
            && let Some(backup) = objects.get_mut(BACKUP)
            && let Some(status) = left.pop()
        {
            backup["status"] = status;
            backup["metadata"]["resourceVersion"] = (100 - left.len()).to_string().into();
        }
    });
}

/// The status of a backup that succeeded where Git says.
fn succeeded() -> Value {
    json!({"state": "Succeeded", "completed": "2026-11-22T10:04:12Z", "storageName": "minio-b-daily",
        "destination": "s3://pxc-dr/clusters/prod-a/pxc/cluster1/daily/cluster1-2026-11-22-10:00:00-full",
        "s3": {"bucket": "pxc-dr/clusters/prod-a/pxc/cluster1/daily", "endpointUrl": "https://minio.b.example:9000"}})
}

#[test]
fn one_is_made_and_followed_with_a_line_for_each_change() {
    let scene = Scene::applied();
    operate(
        &scene,
        &[json!({"state": "Starting"}), json!({"state": "Running"}), json!({"state": "Running"}), succeeded()],
    );
    let run = scene.verify(&["--test-backup", "--format", "json"]);
    let progress = "\
backup `leeward-minio-a-1122-1` is not taken up yet
backup `leeward-minio-a-1122-1` is Starting
backup `leeward-minio-a-1122-1` is Running
";
    assert_eq!(run.stderr, progress);
    let fact = "`leeward-minio-a-1122-1` Succeeded in 4 min 12 s, \
                s3://pxc-dr/clusters/prod-a/pxc/cluster1/daily/cluster1-2026-11-22-10:00:00-full";
    assert_eq!(check(&run.stdout, "backup"), ("passed".to_owned(), fact.to_owned()));
    let secret = "backup `leeward-minio-a-1122-1` succeeded with `pxc-a/minio-b-credentials`";
    assert_eq!(check(&run.stdout, "secret"), ("passed".to_owned(), secret.to_owned()));
    let place = "it lies on minio.b.example:9000, below s3://pxc-dr/clusters/prod-a/pxc/cluster1/daily/";
    assert_eq!(check(&run.stdout, "place"), ("passed".to_owned(), place.to_owned()));
    let objects = "what lies there was not read: no key of the storage was given";
    assert_eq!((run.code, check(&run.stdout, "objects")), (4, ("cannot-tell".to_owned(), objects.to_owned())));
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    let want = json!({"name": "leeward-minio-a-1122-1", "storage": "minio-b-daily", "state": "Succeeded",
        "destination": "s3://pxc-dr/clusters/prod-a/pxc/cluster1/daily/cluster1-2026-11-22-10:00:00-full",
        "completed": "2026-11-22T10:04:12Z"});
    assert_eq!(answer["backup"], want);
    let next = "leeward propose --incident minio-a-1122 --stage resume --confirmed-backup leeward-minio-a-1122-1 --kubeconfig ../kubeconfig --push --pr";
    assert_eq!(answer["next"], next);
    let path = BACKUP.rsplit_once('/').unwrap().0;
    assert_eq!(scene.api.writes(), [format!("POST {path}")]);
}

#[test]
fn what_is_made_has_deadlines_and_labels_and_keeps_its_data() {
    let scene = Scene::applied();
    let run = scene.verify(&["--test-backup", "--timeout", "0"]);
    assert_eq!(run.code, 1, "{run:?}");
    let mut made = scene.api.all(BACKUPS);
    let change = made[0]["metadata"]["labels"].as_object_mut().unwrap().remove("leeward/change").unwrap();
    assert!(change.as_str().is_some_and(|text| text.len() == 16), "{change}");
    let want = json!({
        "apiVersion": "pxc.percona.com/v1", "kind": "PerconaXtraDBClusterBackup",
        "metadata": {
            "name": "leeward-minio-a-1122-1", "namespace": "pxc-a", "uid": "uid-2", "resourceVersion": "2",
            "creationTimestamp": "2026-11-22T10:00:00Z",
            "labels": {"leeward/incident": "minio-a-1122", "leeward/stage": "protect"},
            "annotations": {
                "argocd.argoproj.io/compare-options": "IgnoreExtraneous",
                "argocd.argoproj.io/sync-options": "Prune=false",
                "kustomize.toolkit.fluxcd.io/prune": "disabled",
            },
        },
        "spec": {
            "pxcCluster": "cluster1", "storageName": "minio-b-daily", "startingDeadlineSeconds": 300,
            "suspendedDeadlineSeconds": 1200, "runningDeadlineSeconds": 600, "activeDeadlineSeconds": 14400,
        },
    });
    assert_eq!(made, [want]);
}

#[test]
fn a_rerun_makes_no_second_one_and_one_after_a_failure_has_the_next_number() {
    let scene = Scene::applied();
    for _ in 0..3 {
        scene.verify(&["--test-backup", "--timeout", "0"]);
    }
    assert_eq!(scene.api.all(BACKUPS).len(), 1);
    scene.api.change(BACKUP, |backup| backup["status"] = succeeded());
    let again = scene.verify(&["--test-backup", "--timeout", "0", "--format", "json"]);
    assert_eq!((scene.api.all(BACKUPS).len(), check(&again.stdout, "backup").0.as_str()), (1, "passed"));
    scene.api.change(BACKUP, |backup| {
        backup["status"] = json!({"state": "Failed", "error": "running deadline seconds exceeded"});
    });
    let seen = scene.verify(&["--timeout", "0", "--format", "json"]);
    let fact = "`leeward-minio-a-1122-1` Failed: running deadline seconds exceeded";
    assert_eq!(check(&seen.stdout, "backup"), ("failed".to_owned(), fact.to_owned()));
    assert_eq!(scene.api.all(BACKUPS).len(), 1, "not asked, not made");
    scene.verify(&["--test-backup", "--timeout", "0"]);
    let names: Vec<Value> = scene.api.all(BACKUPS).iter().map(|backup| backup["metadata"]["name"].clone()).collect();
    assert_eq!(names, ["leeward-minio-a-1122-1", "leeward-minio-a-1122-2"]);
}

#[test]
fn without_a_flag_a_scheduled_one_on_the_new_storage_is_as_good() {
    let scene = Scene::applied();
    let mut backup = json!({"apiVersion": "pxc.percona.com/v1", "kind": "PerconaXtraDBClusterBackup",
        "metadata": {"name": "cron-1", "namespace": "pxc-a", "creationTimestamp": "2026-11-22T10:00:00Z"},
        "spec": {"pxcCluster": "cluster1", "storageName": "minio-b-daily"}});
    backup["status"] = succeeded();
    scene.api.put(backup);
    let run = scene.verify(&["--timeout", "0", "--format", "json"]);
    assert_eq!(check(&run.stdout, "backup").0, "passed");
    assert_eq!(scene.api.writes(), [""; 0]);
    let named = scene.verify(&["--timeout", "0", "--format", "json", "--backup", "gone"]);
    assert_eq!(check(&named.stdout, "backup"), ("failed".to_owned(), "no Backup `gone` is there".to_owned()));
}

#[test]
fn a_backup_of_another_cluster_or_storage_proves_nothing() {
    let scene = Scene::applied();
    for (cluster, storage, fact) in [
        ("other", "minio-b-daily", "`b` is of cluster `other`"),
        ("cluster1", "minio-a", "`b` went to `minio-a`, and not to `minio-b-daily`, `minio-b-weekly`"),
    ] {
        let mut backup = json!({"apiVersion": "pxc.percona.com/v1", "kind": "PerconaXtraDBClusterBackup",
            "metadata": {"name": "b", "namespace": "pxc-a"}, "spec": {"pxcCluster": cluster, "storageName": storage}});
        backup["status"] = succeeded();
        scene.api.put(backup);
        let run = scene.verify(&["--timeout", "0", "--format", "json", "--backup", "b"]);
        assert_eq!((run.code, check(&run.stdout, "backup")), (1, ("failed".to_owned(), fact.to_owned())));
    }
}

/// Returns a pod of the test backup that ended in error.
fn failed_pod(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": name, "namespace": "pxc-a", "creationTimestamp": "2026-11-22T10:01:00Z",
            "labels": {"percona.com/backup-name": "leeward-minio-a-1122-1"}},
        "status": {"phase": "Failed", "containerStatuses": [{"name": "xtrabackup", "restartCount": 0,
            "state": {"terminated": {"exitCode": 1, "reason": "Error"}}}]}})
}

#[test]
fn a_pod_that_failed_for_good_ends_the_run_while_the_operator_still_tries() {
    let scene = Scene::applied();
    operate(&scene, &[json!({"state": "Running"})]);
    scene.api.put(failed_pod("xb-1-a"));
    scene.api.log("xb-1-a", "+ aws s3 ls\nAn error occurred (InvalidAccessKeyId) when calling the ListObjectsV2 operation: The Access Key Id you provided does not exist in our records.\n");
    scene.api.put(json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "xb-leeward-minio-a-1122-1", "namespace": "pxc-a"},
        "spec": {"backoffLimit": 10}, "status": {"failed": 1}}));
    let run = scene.verify(&["--test-backup", "--format", "json"]);
    let (outcome, fact) = check(&run.stdout, "backup");
    let want = "`leeward-minio-a-1122-1` is Running, 1 try of 11 failed; pod xb-1-a: AccessKeyUnknown: the storage does not \
                know the access key, or has it disabled (certain)";
    assert_eq!((run.code, outcome.as_str(), fact.as_str()), (1, "failed", want));
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(answer["backup"]["state"], "Running");
}

#[test]
fn a_pod_that_may_do_better_next_time_ends_nothing() {
    let scene = Scene::applied();
    scene.api.put(failed_pod("xb-1-a"));
    scene.api.log("xb-1-a", "Could not connect to the endpoint URL: \"https://minio.b.example:9000/pxc-dr\"\n");
    operate(&scene, &[json!({"state": "Running"}), json!({"state": "Running"}), succeeded()]);
    let run = scene.verify(&["--test-backup", "--format", "json"]);
    assert_eq!(check(&run.stdout, "backup").0, "passed", "{run:?}");
}

#[test]
fn who_may_not_make_one_is_told_the_verb() {
    let scene = Scene::applied();
    scene.api.deny("create", BACKUPS);
    let run = scene.verify(&["--test-backup", "--timeout", "0", "--format", "json"]);
    let fact = "the test backup was not made: user `ci` may not `create` `perconaxtradbclusterbackups.pxc.percona.com` in \
                namespace `pxc-a`";
    assert_eq!((run.code, check(&run.stdout, "backup")), (4, ("cannot-tell".to_owned(), fact.to_owned())));
}

#[test]
fn none_is_made_before_everything_that_it_needs_holds() {
    let scene = Scene::applied();
    scene.api.change(crate::scene::CLUSTER, |cluster| cluster["status"]["state"] = "initializing".into());
    let run = scene.verify(&["--test-backup", "--timeout", "0", "--format", "json"]);
    let names: Vec<String> = checks(&run.stdout).into_iter().map(|(name, ..)| name).collect();
    assert_eq!(names, ["merged", "applied", "intended", "observed", "secret", "collector"]);
    assert_eq!(scene.api.writes(), [""; 0]);
}

#[test]
fn a_backup_that_lies_elsewhere_failed_although_it_succeeded() {
    let scene = Scene::applied();
    scene.verify(&["--test-backup", "--timeout", "0"]);
    scene.api.change(BACKUP, |backup| {
        backup["status"] = succeeded();
        backup["status"]["destination"] = "s3://pxc-a/cluster1/cluster1-2026-11-22-10:00:00-full".into();
    });
    let run = scene.verify(&["--timeout", "0", "--format", "json"]);
    let fact = "it says that it lies at `s3://pxc-a/cluster1/cluster1-2026-11-22-10:00:00-full`, and not below \
                `s3://pxc-dr/clusters/prod-a/pxc/cluster1/daily/` of `minio-b-daily`";
    assert_eq!((run.code, check(&run.stdout, "place")), (1, ("failed".to_owned(), fact.to_owned())));
}

/// Returns a backup that succeeded where Git says, made at a time, with labels.
fn made(name: &str, storage: &str, created: &str, labels: &Value) -> Value {
    json!({"apiVersion": "pxc.percona.com/v1", "kind": "PerconaXtraDBClusterBackup",
        "metadata": {"name": name, "namespace": "pxc-a", "creationTimestamp": created, "labels": labels},
        "spec": {"pxcCluster": "cluster1", "storageName": storage}, "status": succeeded()})
}

#[test]
fn a_named_one_of_before_the_incident_proves_nothing() {
    let scene = Scene::applied();
    scene.api.put(made("cron-before", "minio-b-daily", "2026-11-20T03:00:00Z", &json!({})));
    let run = scene.verify(&["--timeout", "0", "--format", "json", "--backup", "cron-before"]);
    let fact = "`cron-before` was made at 2026-11-20T03:00:00Z by the API server's clock, before the change came at \
                2026-11-22T10:00:00Z by the clock of its commit";
    assert_eq!((run.code, check(&run.stdout, "backup")), (1, ("failed".to_owned(), fact.to_owned())));
}

#[test]
fn one_of_before_the_last_merge_is_made_anew_whenever_the_controller_came_by() {
    let scene = Scene::proposed();
    scene.merge();
    let merge = scene.dated("2026-11-22T11:00:00Z");
    scene.apply(&merge);
    let labels = json!({"leeward/incident": "minio-a-1122", "leeward/stage": "protect"});
    scene.api.put(made("leeward-minio-a-1122-1", "minio-b-daily", "2026-11-22T10:30:00Z", &labels));
    for ready in ["True", "Unknown"] {
        scene
            .api
            .change(crate::scene::KUSTOMIZATION, |object| object["status"]["conditions"][0]["status"] = ready.into());
        let run = scene.verify_at("2026-11-22T12:00:00Z", &["--timeout", "0", "--format", "json"]);
        let fact =
            "no backup was made on `minio-b-daily`, `minio-b-weekly` since the change came at 2026-11-22T11:00:00Z";
        assert_eq!(check(&run.stdout, "backup"), ("cannot-tell".to_owned(), fact.to_owned()), "{ready}");
        let named = ["--timeout", "0", "--format", "json", "--backup", "leeward-minio-a-1122-1"];
        let run = scene.verify_at("2026-11-22T12:00:00Z", &named);
        let fact = "`leeward-minio-a-1122-1` was made at 2026-11-22T10:30:00Z by the API server's clock, before the change \
                    came at 2026-11-22T11:00:00Z by the clock of its commit";
        assert_eq!(check(&run.stdout, "backup"), ("failed".to_owned(), fact.to_owned()), "{ready}");
    }
    scene.verify_at("2026-11-22T12:00:00Z", &["--timeout", "0", "--test-backup"]);
    assert_eq!(scene.api.all(BACKUPS).len(), 2);
}

#[test]
fn a_storage_that_is_named_gets_one_of_its_own() {
    let scene = Scene::applied();
    scene.verify(&["--test-backup", "--timeout", "0"]);
    scene.verify(&["--test-backup", "--timeout", "0", "--storage", "minio-b-weekly"]);
    let storages: Vec<Value> =
        scene.api.all(BACKUPS).iter().map(|backup| backup["spec"]["storageName"].clone()).collect();
    assert_eq!(storages, ["minio-b-daily", "minio-b-weekly"]);
}

#[test]
fn a_name_that_another_cluster_of_the_namespace_took_is_left_to_it() {
    let scene = Scene::applied();
    let labels = json!({"leeward/incident": "minio-a-1122", "leeward/stage": "protect"});
    let mut other = made("leeward-minio-a-1122-1", "minio-b-daily", "2026-11-22T10:00:00Z", &labels);
    other["spec"]["pxcCluster"] = "cluster2".into();
    // The first look lists none: the other one is made between the list and our request.
    let mut waiting = Some(other);
    scene.api.play(move |line, objects| {
        if line.starts_with("POST")
            && let Some(other) = waiting.take()
        {
            objects.insert(BACKUP.to_owned(), other);
        }
    });
    let run = scene.verify(&["--test-backup", "--timeout", "0", "--format", "json"]);
    let taken = "`leeward-minio-a-1122-1` was made for another cluster meanwhile";
    assert_eq!(check(&run.stdout, "backup"), ("waiting".to_owned(), taken.to_owned()));
    scene.verify(&["--test-backup", "--timeout", "0"]);
    let names: Vec<Value> = scene.api.all(BACKUPS).iter().map(|backup| backup["metadata"]["name"].clone()).collect();
    assert_eq!(names, ["leeward-minio-a-1122-1", "leeward-minio-a-1122-2"]);
}
