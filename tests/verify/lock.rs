//! The lock of backups that must not run side by side: who holds it, and what is never said of who was not looked for.

use serde_json::{Value, json};

use crate::operator::check;
use crate::scene::Scene;

/// The lock.
const LEASE: &str = "/apis/coordination.k8s.io/v1/namespaces/pxc-a/leases/pxc-cluster1-backup-lock";
/// The list of backups.
const BACKUPS: &str = "/apis/pxc.percona.com/v1/namespaces/pxc-a/perconaxtradbclusterbackups";

/// Returns a cluster that makes one backup at a time.
fn one_at_a_time() -> Scene {
    let scene = Scene::of(|world| {
        world.replace("base/pxc/cluster.yaml", "  backup:\n", "  backup:\n    allowParallel: false\n");
        world.commit("one backup at a time");
    });
    scene.merge_and_apply();
    scene
}

/// Returns a Backup on the place that failed.
fn backup(name: &str, state: &str) -> Value {
    json!({"apiVersion": "pxc.percona.com/v1", "kind": "PerconaXtraDBClusterBackup",
        "metadata": {"name": name, "namespace": "pxc-a", "uid": "u-1"},
        "spec": {"pxcCluster": "cluster1", "storageName": "minio-a"}, "status": {"state": state}})
}

/// Returns the lock as somebody holds it.
fn lease(holder: &str) -> Value {
    json!({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": {"name": "pxc-cluster1-backup-lock", "namespace": "pxc-a"}, "spec": {"holderIdentity": holder}})
}

#[test]
fn a_lock_that_another_backup_holds_is_named_with_its_cure() {
    let scene = one_at_a_time();
    assert_eq!(check(&scene, "lock", &[]).1, "passed: no other backup holds the lock");
    let (backup, lease) = (backup("cron-old", "Running"), lease("cron-old-u-1"));
    scene.api.put(backup.clone());
    scene.api.put(lease.clone());
    let want = "waiting: backup `cron-old` on `minio-a` is Running and holds the lock, so a new one waits; its Job can be \
                ended, never the backup deleted";
    let cure = r#"kubectl patch job xb-cron-old -n pxc-a --type merge -p '{"spec":{"activeDeadlineSeconds":1}}'"#;
    assert_eq!(check(&scene, "lock", &["--test-backup"]), (1, want.to_owned(), cure.to_owned()));
    assert_eq!(scene.api.writes(), [""; 0], "nothing is made behind a lock");
    let path = "/apis/pxc.percona.com/v1/namespaces/pxc-a/perconaxtradbclusterbackups/cron-old";
    scene.api.change(path, |backup| backup["spec"]["storageName"] = "minio-b-daily".into());
    let well = "waiting: backup `cron-old` on `minio-b-daily` is Running and holds the lock, so a new one waits";
    let other = ["--test-backup", "--storage", "minio-b-weekly"];
    assert_eq!(check(&scene, "lock", &other), (1, well.to_owned(), String::new()), "nobody ends one that gets on");
    scene.api.change(path, |backup| backup["metadata"]["creationTimestamp"] = "2026-11-22T10:00:00Z".into());
    let followed = "passed: `cron-old`, which is followed, holds it";
    assert_eq!(check(&scene, "lock", &[]).1, followed, "in the first look too");
    // One that an earlier run made and this one finds again is no other backup.
    let (mut own, mut lease) = (backup, lease);
    own["metadata"]["name"] = "leeward-minio-a-1122-1".into();
    own["metadata"]["labels"] = json!({"leeward/incident": "minio-a-1122", "leeward/stage": "protect"});
    own["metadata"]["creationTimestamp"] = "2026-11-22T10:00:00Z".into();
    own["spec"]["storageName"] = "minio-b-daily".into();
    lease["spec"]["holderIdentity"] = "leeward-minio-a-1122-1-u-1".into();
    scene.api.put(own);
    scene.api.put(lease);
    let want = "passed: `leeward-minio-a-1122-1`, which is followed, holds it";
    assert_eq!(check(&scene, "lock", &["--test-backup"]).1, want);
}

#[test]
fn a_list_that_failed_is_no_list_without_the_holder() {
    let scene = one_at_a_time();
    scene.api.put(backup("cron-old", "Running"));
    scene.api.put(lease("cron-old-u-1"));
    scene.api.deny("list", "perconaxtradbclusterbackups");
    let want = "cannot-tell: `cron-old-u-1` holds the lock; whether that is a backup was not read: user `ci` may not `list` \
                `perconaxtradbclusterbackups.pxc.percona.com` in namespace `pxc-a`";
    let right = "grant verb `list` on `perconaxtradbclusterbackups.pxc.percona.com` in namespace `pxc-a`";
    assert_eq!(check(&scene, "lock", &["--test-backup"]), (4, want.to_owned(), right.to_owned()));
}

#[test]
fn a_list_that_fails_for_a_while_is_asked_for_again() {
    let scene = one_at_a_time();
    scene.api.put(backup("cron-old", "Running"));
    scene.api.put(lease("cron-old-u-1"));
    let mut lists = 0;
    scene.api.play(move |line, objects| {
        lists += usize::from(line == format!("GET {BACKUPS}"));
        match lists {
            // The first look of the run already: the server answers everything else.
            1 => drop(objects.insert(BACKUPS.to_owned(), json!("nobody is here"))),
            0 | 2 => drop(objects.remove(BACKUPS)),
            _ => drop(objects.remove(LEASE)),
        }
    });
    let run = scene.verify(&["--format", "json"]);
    assert_eq!(run.stderr.matches("asking again: ").count(), 1, "{run:?}");
    assert!(run.stderr.contains("\nlock: backup `cron-old` on `minio-a` is Running and holds the lock"), "{run:?}");
    assert!(run.stdout.contains("no other backup holds the lock"), "{run:?}");
    assert!(!format!("{run:?}").contains("delete lease"), "{run:?}");
}

#[test]
fn who_takes_the_lock_while_it_is_looked_at_is_looked_for() {
    let scene = one_at_a_time();
    scene.api.play(|line, objects| {
        if line == format!("GET {LEASE}") {
            let mut new = backup("cron-new", "Starting");
            new["spec"]["storageName"] = "minio-b-weekly".into();
            objects.insert(format!("{BACKUPS}/cron-new"), new);
            objects.insert(LEASE.to_owned(), lease("cron-new-u-1"));
        }
    });
    let want = "waiting: backup `cron-new` on `minio-b-weekly` is Starting and holds the lock, so a new one waits";
    assert_eq!(check(&scene, "lock", &["--test-backup"]), (1, want.to_owned(), String::new()));
}

#[test]
fn a_lock_is_freed_only_where_its_holder_is_gone_for_good() {
    let scene = one_at_a_time();
    scene.api.put(lease("cron-old-u-1"));
    let cure = "kubectl delete lease pxc-cluster1-backup-lock -n pxc-a";
    let gone = "failed: `cron-old-u-1` holds the lock and is no backup that is there";
    assert_eq!(check(&scene, "lock", &[]), (1, gone.to_owned(), cure.to_owned()));
    // It ended, gave the lock up and was deleted, all of it after the lock was read.
    scene.api.play(|line, objects| {
        if line == format!("GET {BACKUPS}") {
            objects.insert(LEASE.to_owned(), lease(""));
        }
    });
    let gave = "waiting: `cron-old-u-1` gave the lock up while it was looked at";
    assert_eq!(check(&scene, "lock", &[]), (1, gave.to_owned(), String::new()));
}

#[test]
fn the_job_of_one_that_failed_is_ended_before_its_lock_is_freed() {
    let scene = one_at_a_time();
    scene.api.put(backup("cron-old", "Failed"));
    scene.api.put(lease("cron-old-u-1"));
    let job = |status: Value| {
        json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "xb-cron-old", "namespace": "pxc-a"},
            "spec": {"backoffLimit": 10}, "status": status})
    };
    scene.api.put(job(json!({"active": 1})));
    let works = "failed: backup `cron-old` is Failed and still holds the lock; its Job runs on: it is ended first, and \
                 then the lock is freed";
    let ended = r#"kubectl patch job xb-cron-old -n pxc-a --type merge -p '{"spec":{"activeDeadlineSeconds":1}}'"#;
    assert_eq!(check(&scene, "lock", &[]), (1, works.to_owned(), ended.to_owned()));
    scene.api.put(job(json!({"conditions": [{"type": "Failed", "status": "True", "reason": "DeadlineExceeded"}]})));
    let leaked = "failed: backup `cron-old` is Failed and still holds the lock, which nothing frees";
    let freed = "kubectl delete lease pxc-cluster1-backup-lock -n pxc-a";
    assert_eq!(check(&scene, "lock", &[]), (1, leaked.to_owned(), freed.to_owned()));
    scene.api.deny("get", "jobs");
    let unread = "cannot-tell: backup `cron-old` is Failed and still holds the lock; whether its Job runs on was not read: \
                  user `ci` may not `get` `jobs.batch` in namespace `pxc-a`";
    let right = "grant verb `get` on `jobs.batch` in namespace `pxc-a`";
    assert_eq!(check(&scene, "lock", &[]), (4, unread.to_owned(), right.to_owned()));
}
