//! Which clusters a run is about, and what it says of them.

use crate::refusal::failover;
use crate::world::World;

/// What follows the selection.
const MOVE: [&str; 4] = ["--storage", "minio-a", "--to", "minio-b"];

/// Returns `plan` with a selection.
fn plan<'a>(selection: &[&'a str]) -> Vec<&'a str> {
    [&["plan"], selection, &MOVE].concat()
}

/// Returns the clusters that a run planned for, from its JSON.
fn planned(world: &World, args: &[&str]) -> Vec<String> {
    let run = world.leeward(&[args, &["--format", "json"]].concat());
    let plan: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let clusters = plan["clusters"].as_array().unwrap().iter();
    clusters.map(|cluster| cluster["cluster"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn takes_short_and_long_names_all_and_all_but() {
    let world = World::gitops();
    let (a, b) = ("pxc-a/cluster1", "pxc-b/cluster1");
    assert_eq!(planned(&world, &plan(&["--cluster", a])), [a]);
    assert_eq!(planned(&world, &plan(&["--cluster", "clusters/prod-b/pxc:cluster1"])), [b]);
    assert_eq!(planned(&world, &plan(&["--cluster", "clusters/prod-b/pxc/:pxc-b/cluster1"])), [b]);
    assert_eq!(planned(&world, &plan(&["--cluster", b, "--cluster", a, "--cluster", b])), [b, a]);
    assert_eq!(planned(&world, &plan(&["--all"])), [a, b]);
    assert_eq!(planned(&world, &plan(&["--all", "--exclude", a])), [b]);
}

#[test]
fn all_leaves_out_clusters_on_another_place() {
    let world = World::gitops();
    world.replace(
        "clusters/prod-b/pxc/kustomization.yaml",
        "value: pxc-a/cluster2\n",
        "value: pxc-a/cluster2\n      \
        - op: replace\n        \
        path: /spec/backup/storages/minio-a/s3/endpointUrl\n        \
        value: https://minio.z.example:9000\n      \
        - op: replace\n        \
        path: /spec/backup/storages/minio-a-binlogs/s3/endpointUrl\n        \
        value: https://minio.z.example:9000\n",
    );
    world.commit("elsewhere");
    let run = world.leeward(&plan(&["--all"]));
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("storage `minio-a` is several places"), "{run:?}");
}

#[test]
fn one_refused_cluster_hides_no_other_and_the_hint_works() {
    let world = World::gitops();
    world.replace(
        "flux/pxc-b.yaml",
        "  prune: true\n",
        "  prune: true\n  \
        patches:\n  \
        - patch: |\n      \
        - {op: replace, path: /spec/backup/allowParallel, value: true}\n    \
        target: {kind: PerconaXtraDBCluster}\n",
    );
    world.commit("a patch of the controller");
    let before = world.snapshot();
    let run =
        world.leeward(&["propose", "--all", "--storage", "minio-a", "--to", "minio-b", "--reason", "disk's gone"]);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.stdout.contains("failover of pxc-a/cluster1 from") && run.stdout.contains(": refused\n"), "{run:?}");
    assert_eq!(world.snapshot(), before);
    let hint = run.stderr.lines().last().unwrap().strip_prefix("hint: leeward ").unwrap();
    assert_eq!(
        hint,
        "propose --storage minio-a --to minio-b --reason 'disk'\\''s gone' --cluster \
            clusters/prod-a/pxc:pxc-a/cluster1"
    );
    let line = format!("exec \"$0\" {hint}");
    let run = crate::world::Run::of(
        world.command("sh").current_dir(world.repo()).env("LEEWARD_NOW", crate::world::NOW).args([
            "-c",
            &line,
            env!("CARGO_BIN_EXE_leeward"),
        ]),
    );
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    assert!(world.git(&["log", "-1", "--format=%B", "leeward/minio-a-1122/protect"]).contains("disk's gone"));
}

#[test]
fn an_unknown_namespace_is_shown_as_a_dash_and_not_written() {
    let world = World::gitops();
    for cluster in ["a", "b"] {
        let path = format!("clusters/prod-{cluster}/pxc/kustomization.yaml");
        world.replace(&path, &format!("namespace: pxc-{cluster}\n"), "");
    }
    world.commit("no namespaces");
    let cluster = "clusters/prod-a/pxc:-/cluster1";
    let run = world.leeward(&["propose", "--cluster", cluster, "--storage", "minio-a", "--to", "minio-b"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    assert!(run.stdout.starts_with("failover of -/cluster1 from"), "{run:?}");
    let overlay =
        world.show("leeward/minio-a-1122/protect", "clusters/prod-a/pxc/recovery/minio-a-1122/kustomization.yaml");
    assert!(!overlay.contains("namespace"), "{overlay}");
    let incident =
        world.show("leeward/minio-a-1122/protect", "clusters/prod-a/pxc/recovery/minio-a-1122/incident.yaml");
    assert!(incident.contains("  namespace: \"\"\n"), "{incident}");
}

#[test]
fn one_storage_alone_leaves_the_others_of_its_endpoint() {
    let world = World::gitops();
    let run = world.leeward(&failover(&["--only-storage"]));
    assert_eq!(run.code, 3);
    assert!(
        run.stderr.contains("pitr-left-behind") && run.stderr.ends_with("hint: leave out --only-storage\n"),
        "{run:?}"
    );
    world.replace(
        "base/pxc/cluster.yaml",
        "      enabled: true\n      storageName: minio-a-binlogs",
        "      enabled: false\n      storageName: minio-a-binlogs",
    );
    world.commit("no binlogs");
    let run = world.leeward(&failover(&["--only-storage"]));
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    assert!(run.stdout.starts_with("failover of pxc-a/cluster1 from `minio-a` to"), "{run:?}");
}

#[test]
fn takes_the_operator_from_the_flag_the_config_and_the_cr() {
    let world = World::gitops();
    let cr = world.leeward(&plan(&["--cluster", "pxc-a/cluster1"]));
    assert!(cr.stdout.contains("the operator is taken to be 1.19.0, as crVersion says"), "{cr:?}");
    world.write(
        "leeward.yaml",
        &(world.read("leeward.yaml") + "clusters:\n  pxc-a/cluster1: {operatorVersion: 1.18.0}\n"),
    );
    world.commit("version");
    let ca = ["--endpoint", "https://c", "--bucket", "dr", "--credentials-secret", "k", "--ca-secret", "ca/ca.crt"];
    let of = |more: &[&'static str]| {
        world.leeward(&[&["plan", "--cluster", "pxc-a/cluster1", "--storage", "minio-a"], &ca[..], more].concat())
    };
    let config = of(&[]);
    assert_eq!(config.code, 3);
    assert!(
        config.stderr.contains("`caBundle` of storage `secondary-daily` is dropped in silence by operator 1.18.0"),
        "{config:?}"
    );
    let flag = of(&["--operator-version", "1.20.0"]);
    assert_eq!((flag.code, flag.stderr.as_str()), (0, ""), "{flag:?}");
}

#[test]
fn compares_a_listed_storage_with_clusters_that_are_not_chosen() {
    let world = World::gitops();
    world.replace("clusters/prod-b/pxc/kustomization.yaml", "pxc-archive/cluster2", "pxc-archive/cluster1");
    world.replace(
        "base/pxc/cluster.yaml",
        "      enabled: true\n      storageName",
        "      enabled: false\n      storageName",
    );
    world.commit("one archive for both");
    let to_archive = |cluster| ["plan", "--cluster", cluster, "--storage", "minio-a", "--to", "archive"];
    let run = world.leeward(&to_archive("pxc-a/cluster1"));
    assert!(run.stdout.contains("place-shared: schedule `monthly` of pxc-a/cluster1 and schedule"), "{run:?}");
    let run = world.leeward(&to_archive("clusters/prod-a/pxc:cluster1"));
    assert!(!run.stdout.contains("place-shared"), "{run:?}");
    assert!(run.stdout.contains("note   clusters-unread: only the named roots were read"), "{run:?}");
}
