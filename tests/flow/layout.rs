//! How repositories are laid out: plain folders, what a kustomization may read, how an overlay takes effect.

use crate::refusal::{FAILOVER, failover};
use crate::world::World;

/// The branch of the usual proposal.
const BRANCH: &str = "leeward/minio-a-1122/protect";

/// The example repository with the root of the cluster as a folder of plain manifests.
fn plain(owner: &str) -> World {
    let world = World::gitops();
    std::fs::remove_dir_all(world.repo().join("clusters/prod-b")).unwrap();
    std::fs::remove_file(world.repo().join("flux/pxc-b.yaml")).unwrap();
    std::fs::remove_file(world.repo().join("clusters/prod-a/pxc/kustomization.yaml")).unwrap();
    let cr =
        world.read("base/pxc/cluster.yaml").replace("  name: cluster1\n", "  name: cluster1\n  namespace: pxc-a\n");
    std::fs::remove_dir_all(world.repo().join("base")).unwrap();
    world.write("clusters/prod-a/pxc/cluster.yaml", &cr);
    world.write("clusters/prod-a/pxc/more/config.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more}\n");
    if !owner.is_empty() {
        world.write("flux/pxc-a.yaml", owner);
    }
    world.commit("plain");
    world
}

/// An Application of Argo CD for the folder.
const APPLICATION: &str = "apiVersion: argoproj.io/v1alpha1\n\
    kind: Application\n\
    metadata: {name: pxc-a, namespace: argocd}\n\
    spec:\n  \
    destination: {namespace: pxc-a}\n  \
    source: {repoURL: x, path: clusters/prod-a/pxc}\n  \
    syncPolicy: {automated: {}}\n";

#[test]
fn makes_a_kustomization_of_what_the_controller_applies_only_when_asked() {
    for (owner, who, listed) in [
        ("", "Flux `Kustomization flux-system/pxc-a`", &["cluster.yaml", "more/config.yaml"][..]),
        (APPLICATION, "Argo CD `Application argocd/pxc-a`", &["cluster.yaml"]),
    ] {
        let world = plain(owner);
        world.refuses(
            &FAILOVER,
            3,
            &format!(
                "error: failed to read the clusters of main\ncaused by: `clusters/prod-a/pxc` has no kustomization: \
                 {who} applies its manifests as they are\nhint: --create-kustomization\n"
            ),
        );
        let run = world.leeward(&failover(&["--create-kustomization"]));
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
        let made = world.show(BRANCH, "clusters/prod-a/pxc/kustomization.yaml");
        for file in ["cluster.yaml", "more/config.yaml"] {
            assert_eq!(made.contains(file), listed.contains(&file), "{made}");
        }
        assert!(made.contains("recovery/minio-a-1122"), "{made}");
    }
}

#[test]
fn reads_outside_of_the_root_only_where_the_controller_would() {
    let world = World::gitops();
    world.replace(
        "clusters/prod-a/pxc/kustomization.yaml",
        "  - ../../../base/pxc",
        "  - ../../../base/pxc/cluster.yaml",
    );
    world.commit("a file outside of the root");
    let flux = world.leeward(&FAILOVER);
    assert_eq!((flux.code, flux.stderr.as_str()), (0, ""), "{flux:?}");
    let strict = world.leeward(&failover(&["--load-restrictor", "root-only"]));
    assert_eq!(strict.code, 3, "{strict:?}");
    assert!(strict.stderr.contains("failed to build `clusters/prod-a/pxc`"), "{strict:?}");
    world.write("flux/pxc-a.yaml", APPLICATION);
    world.commit("argo");
    assert_eq!(world.leeward(&failover(&["--incident", "argo"])).code, 3);
    let loose = world.leeward(&failover(&["--incident", "argo", "--load-restrictor", "none"]));
    assert_eq!((loose.code, loose.stderr.as_str()), (0, ""), "{loose:?}");
}

#[test]
fn takes_the_lowest_rung_that_proves_and_says_why() {
    let world = World::gitops();
    let component = world.leeward(&failover(&["--incident", "plain"]));
    assert!(component.stdout.contains("  active by a line in the root's `components`\n"), "{component:?}");
    let append = world.leeward(&failover(&["--incident", "append", "--activation", "append"]));
    assert!(append.stdout.contains("active by the patch at the end of the root's `patches`\n"), "{append:?}");
    let file = "clusters/prod-a/pxc/kustomization.yaml";
    let late = "patches:\n\
        - target: {kind: PerconaXtraDBCluster}\n  \
        patch: |-\n    \
        - {op: replace, path: /spec/backup/pitr/enabled, value: true}\n";
    world.write(file, &(world.read(file) + late));
    world.commit("a patch that wins");
    let climbed = world.leeward(&failover(&["--incident", "climbed"]));
    assert_eq!((climbed.code, climbed.stderr.as_str()), (0, ""), "{climbed:?}");
    assert!(climbed.stdout.contains("active by the patch at the end of the root's `patches`, since"), "{climbed:?}");
    let stuck = world.leeward(&failover(&["--incident", "stuck", "--activation", "component"]));
    assert_eq!((stuck.code, stuck.stdout.as_str()), (3, ""), "{stuck:?}");
    assert!(stuck.stderr.contains("`patches` in `clusters/prod-a/pxc/kustomization.yaml` line 6 wins"), "{stuck:?}");
}

#[test]
fn names_what_wins_where_no_rung_proves() {
    let world = World::gitops();
    let file = "clusters/prod-a/pxc/kustomization.yaml";
    let late = "replacements:\n\
        - source: {kind: PerconaXtraDBCluster, fieldPath: spec.backup.schedule.1.storageName}\n  \
        targets:\n  \
        - select: {kind: PerconaXtraDBCluster}\n    \
        fieldPaths: [spec.backup.schedule.0.storageName]\n";
    world.write(file, &(world.read(file) + late));
    world.commit("a replacement that wins");
    world.refuses(
        &FAILOVER,
        3,
        "error: `PerconaXtraDBCluster pxc-a/cluster1` would say `\"minio-b-weekly\"` at \
        `/spec/backup/schedule/0/storageName`, the plan wants `\"minio-b-daily\"` (every change is in \
        effect): `replacements` in `clusters/prod-a/pxc/kustomization.yaml` line 6 wins, it runs after \
        every patch\n\
        hint: take `/spec/backup/schedule/0/storageName` out of `replacements` in \
        clusters/prod-a/pxc/kustomization.yaml\n",
    );
}

#[test]
fn writes_the_files_for_people_without_git() {
    let world = World::gitops();
    let out = world.top().join("out");
    let before = world.snapshot();
    let args = [
        "plan",
        "--cluster",
        "pxc-a/cluster1",
        "--storage",
        "minio-a",
        "--to",
        "minio-b",
        "--out",
        out.to_str().unwrap(),
    ];
    assert_eq!(world.leeward(&args).code, 0);
    assert_eq!(world.snapshot(), before);
    world.leeward(&FAILOVER);
    let files = crate::world::files_below(&out);
    assert_eq!(files.len(), 4);
    for (path, bytes) in files {
        assert_eq!(String::from_utf8(bytes).unwrap(), world.show(BRANCH, path.to_str().unwrap()), "{}", path.display());
    }
}
