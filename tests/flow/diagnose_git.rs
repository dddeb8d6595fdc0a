//! `diagnose` in a GitOps repository, without a cluster: Git fills in what nobody said, and says how much time there is as
//! far as it knows.

use serde_json::Value;

use crate::world::World;

/// The log of a storage that does not answer.
const DEAD: &str = "Could not connect to the endpoint URL: \"https://minio.a.example:9000/pxc-a?list-type=2\"\n";
/// The log of a key whose policy denies.
const DENIED: &str = "An error occurred (AccessDenied) when calling the PutObject operation: Access Denied.\n";

/// The example repository with a log beside it.
fn world(log: &str) -> World {
    let world = World::gitops();
    std::fs::write(world.top().join("pod.log"), log).unwrap();
    world
}

/// Runs with the log and returns the answer as JSON.
#[track_caller]
fn said(world: &World, more: &[&str]) -> Value {
    let run = world.leeward(&[&["diagnose", "--log", "../pod.log", "--format", "json"][..], more].concat());
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    serde_json::from_str(&run.stdout).unwrap()
}

/// Rewrites leeward.yaml and commits it.
fn targets(world: &World, text: &str) {
    world.write("leeward.yaml", &format!("version: 1\ntargets: {text}\n"));
    world.commit("targets");
}

/// An S3 target of its own.
fn s3(name: &str, host: &str) -> String {
    format!("{name}: {{type: s3, endpoint: \"https://{host}:9000\", bucket: b, credentialsSecret: k}}")
}

#[test]
fn the_storage_and_the_place_to_go_to_come_from_git() {
    let world = world(DEAD);
    let said_ = said(&world, &["--cluster", "pxc-a/cluster1"]);
    let next = "leeward plan --cluster pxc-a/cluster1 --storage minio-a --to minio-b";
    assert_eq!((&said_["next"], &said_["calls_for"]), (&next.into(), &"failover".into()));
    assert_eq!(said(&world, &[])["next"], "leeward plan --storage minio-a --to minio-b --all");
}

#[test]
fn several_places_are_listed_and_none_is_taken() {
    let world = world(DEAD);
    targets(
        &world,
        &format!("{{{}, {}, {}}}", s3("one", "o.example"), s3("two", "t.example"), s3("dead", "minio.a.example")),
    );
    let said = said(&world, &["--cluster", "pxc-a/cluster1"]);
    assert_eq!(said["next"], "leeward plan --cluster pxc-a/cluster1 --storage minio-a --to TARGET");
    assert_eq!(said["notes"], serde_json::json!(["places that backups could move to: `one`, `two`"]));
}

/// A repository with one cluster that backs up to the storage that failed, and further storages.
fn small(storages: &str) -> World {
    let world = World::empty();
    std::fs::write(world.top().join("pod.log"), DEAD).unwrap();
    world.write("kustomization.yaml", "resources: [cluster.yaml]\n");
    let cluster = format!(
        "apiVersion: pxc.percona.com/v1\nkind: PerconaXtraDBCluster\nmetadata: {{name: c1, namespace: pxc}}\n\
         spec: {{backup: {{storages: {{a: {{type: s3, s3: {{bucket: b, endpointUrl: 'https://minio.a.example:9000'}}}}{storages}}}, \
         schedule: [{{name: daily, schedule: '0 0 * * *', storageName: a}}]}}}}\n"
    );
    world.write("cluster.yaml", &cluster);
    world.commit("first");
    world
}

#[test]
fn volumes_are_the_place_where_no_other_s3_place_is_known() {
    let world = small(", local: {type: filesystem}");
    let next = |said: &Value| (said["calls_for"].clone(), said["next"].clone());
    let plan = |to: &str| ("buffer".into(), format!("leeward plan --cluster pxc/c1 --storage a --to {to}").into());
    let listed = said(&world, &[]);
    assert_eq!(next(&listed), plan("local"));
    assert!(
        listed["advice"].as_str().unwrap().starts_with("keep backups on volumes, since no other S3 place is known"),
        "{listed}"
    );
    targets(&world, "{nas: {type: filesystem, size: 10Gi}}");
    assert_eq!(next(&said(&world, &[])), plan("nas"));
    targets(&world, "{nas: {type: filesystem, size: 10Gi}, san: {type: filesystem, size: 10Gi}}");
    let several = said(&world, &[]);
    assert_eq!(next(&several), plan("TARGET"));
    let note = "no other S3 place is known; volumes that backups could go to: `nas`, `san`";
    assert_eq!(several["notes"], serde_json::json!([note]));
}

#[test]
fn where_no_place_is_known_it_is_said_how_to_name_one() {
    let said = said(&small(""), &[]);
    assert_eq!(said["next"], "leeward plan --cluster pxc/c1 --storage a --to TARGET");
    let note = "no other place is known: name one in `leeward.yaml`, or as --endpoint URL --bucket NAME --credentials-secret NAME";
    assert_eq!((&said["notes"], &said["calls_for"]), (&serde_json::json!([note]), &"failover".into()));
}

#[test]
fn what_is_mended_elsewhere_is_looked_at_again_where_it_shows() {
    let world = world(DENIED);
    let said_ = said(&world, &["--cluster", "pxc-a/cluster1", "--storage", "minio-a"]);
    assert_eq!(
        (&said_["cause"], &said_["next"]),
        (&"AccessDenied".into(), &"leeward diagnose --cluster pxc-a/cluster1 --storage minio-a --probe".into())
    );
    let world = self::world("x\n");
    let run = world.leeward(&["diagnose", "--log", "../pod.log", "--cluster", "pxc-a/cluster1"]);
    let logs = "hint: kubectl logs -n pxc-a -l percona.com/cluster=cluster1,percona.com/backup-type=xtrabackup --all-containers --prefix --tail=-1 | leeward diagnose --log - --cluster pxc-a/cluster1\n";
    assert!(run.code == 4 && run.stderr.ends_with(logs), "{run:?}");
}

#[test]
fn the_clock_says_what_git_knows_and_that_it_knows_no_backups() {
    let world = world(DEAD);
    let clock = said(&world, &["--cluster", "pxc-a/cluster1"])["clock"][0].clone();
    assert_eq!((&clock["cluster"], &clock["from"]), (&"pxc-a/cluster1".into(), &"git".into()));
    assert_eq!((&clock["newest_backup"], &clock["at_risk_seconds"]), (&Value::Null, &Value::Null));
    assert_eq!(clock["schedules"][0]["next"], "2026-11-23T00:00:00Z");
    let markdown = ["diagnose", "--log", "../pod.log", "--cluster", "pxc-a/cluster1", "--format", "markdown"];
    let run = world.leeward(&markdown);
    assert!(
        run.stdout.contains("| risk clock of pxc-a/cluster1 | read from Git alone, 2026-11-22 10:00 UTC |\n"),
        "{run:?}"
    );
    assert_eq!(said(&world, &[])["clock"], serde_json::json!([]));
}

#[test]
fn evidence_in_a_folder_reads_the_same_in_and_out_of_the_repository() {
    let world = world(DEAD);
    let saved = world.leeward(&["diagnose", "--log", "../pod.log", "--cluster", "pxc-a/cluster1", "--save", "../kept"]);
    assert_eq!((saved.code, saved.stderr.as_str()), (0, ""), "{saved:?}");
    let here = world.leeward(&["diagnose", "--evidence", "../kept"]);
    let elsewhere = World::empty();
    let kept = world.top().join("kept");
    let there = elsewhere.leeward(&["diagnose", "--evidence", kept.to_str().unwrap()]);
    assert_eq!((&here, &there), (&saved, &saved));
}

#[test]
fn the_clock_of_a_diagnosis_stands_in_the_page_of_the_plan() {
    let world = world(DEAD);
    let diagnosis =
        world.leeward(&["diagnose", "--log", "../pod.log", "--cluster", "pxc-a/cluster1", "--format", "json"]);
    let text = diagnosis.stdout.replace("2026-11-23T00:00:00Z", "https://pat:sesame@h|x");
    std::fs::write(world.top().join("diagnosis.json"), text).unwrap();
    let plan = ["plan", "--cluster", "pxc-a/cluster1", "--storage", "minio-a", "--to", "minio-b"];
    let page = world.leeward(&[&plan[..], &["--diagnosis", "../diagnosis.json", "--format", "markdown"]].concat());
    assert!(
        page.stdout.contains(
            "\n| risk clock of pxc-a/cluster1 | read from Git alone, 2026-11-22 10:00 UTC |\n| --- | --- |\n"
        ),
        "{page:?}"
    );
    assert!(page.stdout.contains("| due next | `daily` https://\\*\\*\\*&#64;h\\|x, `weekly`"), "{page:?}");
    let without = world.leeward(&[&plan[..], &["--format", "markdown"]].concat());
    assert!(!without.stdout.contains("risk clock"), "{without:?}");
}
