//! Input that cannot be used: each with its fact, its hint, its exit code, and nothing asked of the cluster.

use crate::scene::{BRANCH, Scene};

/// Asserts that a run is refused so.
#[track_caller]
fn assert_refused(scene: &Scene, flags: &[&str], code: i32, stderr: &str) {
    let run = scene.verify(flags);
    assert_eq!((run.code, run.stderr.as_str()), (code, stderr), "{flags:?}: {}", run.stdout);
}

#[test]
fn an_incident_that_nobody_knows_or_that_could_be_several() {
    let scene = Scene::applied();
    let only = "error: no incident `other` is in the base or on a branch of leeward, only `minio-a-1122`\nhint: --incident minio-a-1122\n";
    assert_refused(&scene, &["--incident", "other"], 3, only);
    let odd =
        "error: incident id `Not An Id` is not a DNS label of at most 24 characters\nhint: --incident minio-a-1122\n";
    assert_refused(&scene, &["--incident", "Not An Id"], 3, odd);
    let none = "error: incident `minio-a-1122` stands at stage protect, nobody proposed resume\nhint: leeward propose --incident minio-a-1122 --stage resume\n";
    assert_refused(&scene, &["--stage", "resume"], 3, none);
    scene.world.git(&["checkout", "-q", "--orphan", "empty"]);
    scene.world.git(&["rm", "-rfq", "."]);
    scene.world.commit("nothing");
    scene.world.git(&["branch", "-q", "-D", BRANCH]);
    let nobody = "error: no incident is in the base or on a branch of leeward\nhint: git fetch\n";
    assert_refused(&scene, &["--base", "empty"], 3, nobody);
}

#[test]
fn a_cluster_that_is_not_the_incident_s_or_could_be_several() {
    let scene = Scene::of(|_| {});
    let flags = ["propose", "--all", "--storage", "minio-a", "--to", "minio-b", "--incident", "both-1122"];
    assert_eq!(scene.world.leeward(&flags).code, 0);
    let both = "`clusters/prod-a/pxc:pxc-a/cluster1`, `clusters/prod-b/pxc:pxc-b/cluster1`";
    let hint = "hint: --cluster clusters/prod-a/pxc:pxc-a/cluster1\n";
    let several = format!("error: the incident has several clusters, one is followed at a time: {both}\n{hint}");
    assert_refused(&scene, &["--incident", "both-1122"], 3, &several);
    let unknown = format!("error: no cluster `cluster9` in the incident, only {both}\n{hint}");
    assert_refused(&scene, &["--incident", "both-1122", "--cluster", "cluster9"], 3, &unknown);
    let two = "error: several incidents are open: `both-1122`, `minio-a-1122`\nhint: --incident both-1122\n";
    assert_refused(&scene, &[], 3, two);
    let one = scene.verify(&["--incident", "both-1122", "--cluster", "pxc-b/cluster1"]);
    assert_eq!(one.code, 1, "{one:?}");
}

#[test]
fn flags_that_do_not_fit_together() {
    let scene = Scene::applied();
    let said = |run: crate::world::Run| (run.code, run.stderr.lines().next().unwrap_or_default().to_owned());
    let both = scene.verify(&["--test-backup", "--backup", "b"]);
    assert_eq!(said(both), (2, "error: the argument '--test-backup' cannot be used with '--backup'".to_owned()));
    let alone = scene.verify(&["--storage", "minio-b-daily"]);
    assert_eq!(said(alone), (2, "error: the argument '--storage' needs '--test-backup'".to_owned()));
    let quiet = scene.verify(&["--pull-request", "7"]);
    assert_eq!(said(quiet), (2, "error: the argument '--pull-request' needs '--comment'".to_owned()));
    let long = scene.verify(&["--timeout", "9999999"]);
    assert_eq!(long.code, 2);
}

#[test]
fn a_storage_that_proves_nothing_and_files_that_are_none() {
    let scene = Scene::applied();
    let storage = "error: backups did not move to `minio-a`, but to `minio-b-daily`, `minio-b-weekly`\nhint: --storage minio-b-daily\n";
    assert_refused(&scene, &["--test-backup", "--storage", "minio-a"], 3, storage);
    let keys = "error: failed to read credentials `../none`\ncaused by: no such file\nhint: --credentials FILE\n";
    assert_refused(&scene, &["--credentials", "../none"], 3, keys);
    let ca = "error: failed to read CA `../none`\ncaused by: no such file\nhint: --ca-file FILE\n";
    assert_refused(&scene, &["--ca-file", "../none"], 3, ca);
    let remote =
        "error: failed to choose the remote\ncaused by: repository has no remote\nhint: git remote add origin URL\n";
    assert_refused(&scene, &["--fetch"], 3, remote);
    assert!(!scene.api.was_asked("GET"));
}

#[test]
fn a_kubeconfig_that_is_none() {
    let scene = Scene::applied();
    let run = scene.world.leeward(&["verify", "--kubeconfig", "../none"]);
    let want = "error: failed to read kubeconfig `../none`\ncaused by: no such file\nhint: --kubeconfig FILE\n";
    assert_eq!((run.code, run.stderr.as_str()), (3, want));
    let context = scene.verify(&["--context", "there"]);
    assert_eq!(context.code, 3, "{context:?}");
    assert!(
        context.stderr.contains("it holds no context `there`; it holds `here`\nhint: --context here\n"),
        "{context:?}"
    );
}
