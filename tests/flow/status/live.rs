//! `status` with what more than Git is known of: the cluster, and what a person knows of time.

use super::*;

#[test]
fn what_a_person_knows_of_time_moves_the_clock() {
    let world = merged();
    let flags = ["--lifecycle-days", "30", "--binlog-expire-seconds", "604800"];
    let run = world.leeward(&[&["status"][..], &flags].concat());
    done(&run);
    assert!(run.stdout.contains("lifecycle: after 30 days\n"), "{run:?}");
    assert!(run.stdout.contains("binlogs: the nodes keep them for 7 d\n"), "{run:?}");
    assert!(!run.stdout.contains("whether lifecycle rules"), "{run:?}");
    let run = world.leeward(&["status", "--lifecycle-days", "0"]);
    assert_eq!(run.code, 2, "{run:?}");
}

/// Returns the Backups that a cluster shows.
fn shown() -> Value {
    let backup = |name: &str, storage: &str, created: &str, status: Value| {
        json!({
            "metadata": {"name": name, "namespace": "pxc-a", "creationTimestamp": created,
                "labels": {"percona.com/backup-ancestor": "1a2b3-daily-minio-a-1122"}},
            "spec": {"pxcCluster": "cluster1", "storageName": storage}, "status": status,
        })
    };
    let good = json!({"state": "Succeeded", "completed": "2026-11-23T00:04:00Z",
        "destination": "s3://pxc-dr/clusters/prod-a/pxc/cluster1/daily/cluster1-x-full"});
    let failed = json!({"state": "Failed"});
    crate::api::backups(&[
        backup("cron-1", "minio-b-daily", "2026-11-23T00:00:12Z", good),
        backup("cron-2", "minio-b-daily", "2026-11-24T00:00:12Z", failed),
    ])
}

#[test]
fn a_cluster_that_is_looked_at_shows_its_state_its_backups_and_what_was_missed() {
    let world = merged();
    let block = json!({
        "schedule": [{"name": "daily-minio-a-1122", "schedule": "0 0 * * *", "storageName": "minio-b-daily"}],
        "storages": {"minio-b-daily": {"type": "s3", "s3": {"bucket": "pxc-dr"}}},
        "pitr": {"enabled": false, "storageName": "minio-b-binlogs"},
    });
    let cluster = json!({
        "apiVersion": "pxc.percona.com/v1", "kind": "PerconaXtraDBCluster",
        "metadata": {"name": "cluster1", "namespace": "pxc-a", "generation": 3},
        "spec": {"backup": block}, "status": {"state": "ready", "observedGeneration": 3},
    });
    let answers = [
        (crate::api::path("pxc-a", "perconaxtradbclusters", "cluster1"), cluster),
        (crate::api::path("pxc-a", "perconaxtradbclusterbackups", ""), shown()),
    ];
    crate::api::server(&world, answers);
    let typed = ["status", "--kubeconfig", "../kubeconfig", "--context", "prod-a"];
    let run = world.leeward_with(&typed, &[("LEEWARD_NOW", "2026-11-26T09:00:00Z")]);
    done(&run);
    let head = world.git(&["rev-parse", "--short=7", "HEAD"]);
    insta::assert_snapshot!(run.stdout.replace(&head, "ID"), @r"
    INCIDENT      CLUSTER         FROM → TO             STAGE    AGE       PULL REQUEST
    minio-a-1122  pxc-a/cluster1  minio-a +1 → minio-b  protect  3 d 23 h  -

    minio-a-1122 of pxc-a/cluster1
      state     in main since ID
      live      cluster ready
                Backup cron-2 on `minio-b-daily`: Failed 2026-11-24 00:00 UTC
                Backup cron-1 on `minio-b-daily`: Succeeded 2026-11-23 00:00 UTC
      clock     act before: 2026-12-23 00:04 UTC: from then on nodes may purge binlogs that no storage
                  has, and what they hold is in no backup until the next full one
                at risk now: the changes of 3 d 8 h, since 2026-11-23 00:04 UTC (the end of `cron-1`)
                newest backup: 2026-11-23 00:04 UTC (`daily-minio-a-1122` on `minio-b-daily`)
                point in time: off
                missed: `daily-minio-a-1122`: 1 backup failed (first 2026-11-24 00:00 UTC), 2 due runs
                  made no backup at all (first 2026-11-25 00:00 UTC)
                due next: `daily-minio-a-1122` 2026-11-27 00:00 UTC
                binlogs: the nodes keep them for 30 d, those that are needed until 2026-12-23 00:04
                  UTC
                not known: whether lifecycle rules of a bucket delete by age
                assumed: the operator's container runs in UTC, and crons without a zone with it
                assumed: `binlog_expire_logs_seconds` is 2592000, the default of MySQL 8: nothing in
                  `spec.pxc.configuration` sets it
                assumed: no node lost its binlogs, by a full volume or by hand
                assumed: no Backup object was deleted by hand
      next      leeward propose --incident minio-a-1122 --stage resume --confirmed-backup cron-1 --context prod-a --kubeconfig ../kubeconfig
    ");
}

#[test]
fn a_cluster_that_cannot_be_read_is_said_to_be_unread_beside_the_answer() {
    let world = merged();
    let none = crate::api::backups(&[]);
    crate::api::server(&world, [(crate::api::path("pxc-a", "perconaxtradbclusterbackups", ""), none)]);
    let run = world.leeward(&["status", "--kubeconfig", "../kubeconfig"]);
    done(&run);
    assert!(run.stdout.contains("\n  live      not read: `pxc-a/cluster1` is not on this cluster\n"), "{run:?}");
    let denied = json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 403, "reason": "Forbidden", "message": "no"});
    crate::api::server(&world, [(crate::api::path("pxc-a", "perconaxtradbclusterbackups", ""), denied)]);
    let run = world.leeward(&["status", "--kubeconfig", "../kubeconfig"]);
    assert_eq!(run.code, 4, "{run:?}");
    assert!(
        run.stdout
            .contains("            not read: `list` of `perconaxtradbclusterbackups.pxc.percona.com` in namespace"),
        "{run:?}"
    );
    assert!(run.stderr.starts_with("error: failed to read the cluster: `list` of "), "{run:?}");
    let run = world.leeward(&["status", "--kubeconfig", "nope"]);
    assert_eq!((run.code, run.stdout.as_str()), (3, ""), "{run:?}");
}
