//! What others put into the repository: planted incidents, odd names, stale and broken branches. None of it may make the
//! program write elsewhere, take a recovery back, or stop one.

use crate::world::World;

/// A failover of every cluster.
const ALL: [&str; 6] = ["propose", "--all", "--storage", "minio-a", "--to", "minio-b"];

/// An incident file with some fields of its own.
fn incident(id: &str, root: &str) -> String {
    format!(
        "apiVersion: leeward/v1\nkind: Incident\nid: {id}\nstage: protect\naction: failover\ncause: {{name: '', reason: ''}}\n\
         opened_at: 2026-11-20T00:00:00Z\ncluster: {{root: {root}, namespace: pxc-a, name: cluster1, crVersion: ''}}\n\
         from: {{storages: [minio-a], endpoint: 'minio.a.example:9000'}}\nto: {{target: minio-b, storages: [], binlogs: ''}}\n\
         schedules: []\npitr: {{was_enabled: true, storage_was: ''}}\nconfirmed_backup: null\n"
    )
}

/// Returns the paths that a branch changes against main.
fn changed(world: &World, branch: &str) -> String {
    world.git(&["diff", "--name-only", "main", branch])
}

#[test]
fn a_run_for_one_cluster_takes_no_other_out_of_the_branch() {
    let world = World::gitops();
    let one =
        |cluster: &str| world.leeward(&["propose", "--cluster", cluster, "--storage", "minio-a", "--to", "minio-b"]);
    assert_eq!(one("pxc-a/cluster1").code, 0);
    let before = world.git(&["rev-parse", "leeward/minio-a-1122/protect"]);
    let second = one("pxc-b/cluster1");
    assert_eq!(second.code, 3);
    assert_eq!(
        second.stderr,
        "error: branch `leeward/minio-a-1122/protect` recovers `clusters/prod-a/pxc:pxc-a/cluster1` too, which this run would take \
         out of it\nhint: --cluster clusters/prod-b/pxc:pxc-b/cluster1 --cluster clusters/prod-a/pxc:pxc-a/cluster1\n"
    );
    assert_eq!(world.git(&["rev-parse", "leeward/minio-a-1122/protect"]), before);
    assert_eq!(world.leeward(&ALL).code, 0);
    let changed = changed(&world, "leeward/minio-a-1122/protect");
    assert!(changed.contains("prod-a/pxc/recovery") && changed.contains("prod-b/pxc/recovery"), "{changed}");
}

#[test]
fn a_planted_incident_is_not_taken_for_one() {
    let world = World::gitops();
    world.write("other/recovery/prod/incident.yaml", &incident("evil", "clusters/prod-a/pxc"));
    world.write("other/recovery/prod/important.yaml", "kept: true\n");
    world.write("docs/recovery/x/incident.yaml", "leeward/v1: [\n");
    world.commit("planted");
    let run = world.leeward(&ALL);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("incident-strange: `other/recovery/prod/incident.yaml`"), "{}", run.stdout);
    let changed = changed(&world, "leeward/minio-a-1122/protect");
    assert!(!changed.contains("other/") && !changed.contains("docs/"), "{changed}");
}

#[test]
fn files_of_people_in_the_overlay_folder_are_left_alone() {
    let world = World::gitops();
    world.write("clusters/prod-a/pxc/recovery/minio-a-1122/kustomization.yaml", "resources: []\n");
    world.commit("occupied");
    let run = world.leeward(&ALL);
    assert_eq!((run.code, run.stdout.as_str()), (3, ""));
    assert!(
        run.stderr.contains("`clusters/prod-a/pxc/recovery/minio-a-1122/kustomization.yaml` is there already"),
        "{}",
        run.stderr
    );
    let world = World::gitops();
    assert_eq!(world.leeward(&ALL).code, 0);
    world.git(&["merge", "-q", "leeward/minio-a-1122/protect"]);
    world.write("clusters/prod-a/pxc/recovery/minio-a-1122/NOTES.md", "mine\n");
    world.commit("notes");
    let resume = ["propose", "--cluster", "pxc-a/cluster1", "--stage", "resume", "--confirmed-backup", "b1"];
    assert_eq!(world.leeward(&resume).code, 0);
    assert_eq!(
        world.show("leeward/minio-a-1122/resume", "clusters/prod-a/pxc/recovery/minio-a-1122/NOTES.md"),
        "mine\n"
    );
}

#[test]
fn a_cluster_with_a_path_for_a_name_is_refused() {
    let world = World::gitops();
    world.replace("base/pxc/cluster.yaml", "name: cluster1\n", "name: ../../sub\n");
    world.commit("hostile");
    let before = world.snapshot();
    let run = world.leeward(&ALL);
    assert_eq!((run.code, run.stdout.as_str()), (3, ""));
    assert!(run.stderr.contains("`../../sub` is not a name Kubernetes accepts"), "{}", run.stderr);
    assert_eq!(world.snapshot(), before);
}

#[test]
fn a_merged_and_reverted_incident_does_not_come_back() {
    let world = World::gitops();
    assert_eq!(world.leeward(&ALL).code, 0);
    world.git(&["merge", "-q", "--no-ff", "-m", "merge", "leeward/minio-a-1122/protect"]);
    world.git(&["revert", "-m", "1", "--no-edit", "HEAD"]);
    let run = world.leeward_with(&ALL, &[("LEEWARD_NOW", "2026-11-22T20:00:00Z")]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("on leeward/minio-a-1122-2/protect\n"), "{}", run.stdout);
}

#[test]
fn a_broken_branch_of_somebody_stops_nothing() {
    let world = World::gitops();
    world.git(&["switch", "-q", "-c", "leeward/junk/x"]);
    world.write("clusters/prod-a/pxc/recovery/junk/incident.yaml", "a: [\n");
    world.commit("junk");
    world.git(&["switch", "-q", "main"]);
    let run = world.leeward(&ALL);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("branch-unreadable: branch `leeward/junk/x` cannot be read"), "{}", run.stdout);
}

#[test]
fn a_storage_is_taken_by_its_name_in_every_cluster() {
    let world = World::gitops();
    world.replace(
        "base/pxc/cluster.yaml",
        "          bucket: pxc-a/cluster1-binlogs\n          region: us-east-1\n          endpointUrl: https://minio.a.example:9000\n          \
         credentialsSecret: minio-a-credentials\n",
        "          bucket: pxc-a/cluster1-binlogs\n          region: us-east-1\n          endpointUrl: https://minio.a.example:9000\n          \
         credentialsSecret: binlog-credentials\n",
    );
    world.commit("binlogs have keys of their own");
    let rotate = ["plan", "--all", "--storage", "minio-a-binlogs", "--action", "rotate", "--credentials-secret", "r2"];
    let run = world.leeward(&rotate);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("minio-a-binlogs: s3.credentialsSecret binlog-credentials → r2"), "{}", run.stdout);
    assert!(!run.stdout.contains("minio-a: s3.credentialsSecret"), "{}", run.stdout);
}

#[test]
fn a_root_that_no_controller_names_is_left_out_and_said() {
    let world = World::gitops();
    std::fs::remove_file(world.repo().join("flux/pxc-b.yaml")).unwrap();
    world.commit("deployed from elsewhere");
    let run = world.leeward(&ALL);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("root-left-out: `clusters/prod-b/pxc` reaches a cluster"), "{}", run.stdout);
    assert!(!changed(&world, "leeward/minio-a-1122/protect").contains("prod-b"));
    let named = world.leeward(&[
        "plan",
        "--cluster",
        "clusters/prod-b/pxc:pxc-b/cluster1",
        "--storage",
        "minio-a",
        "--to",
        "minio-b",
        "--incident",
        "b",
    ]);
    assert_eq!(named.code, 0, "{named:?}");
}
